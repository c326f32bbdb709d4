/*
 * Fuzzes the reading of messages: any bytes, cut into pieces that the bytes
 * themselves choose. Whole or in pieces it is the same verdict, and what was
 * read is read again from what is written. With libFuzzer:
 *	clang -fsanitize=fuzzer,address -DLIBFUZZER …
 * else the main below replays files, each whole and with single bytes changed.
 */
#include "config.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void
must(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "fuzz_message: %s\n", what);
	abort();
}

static int
read_whole(const uint8_t *bytes, size_t len, struct oki_doc **doc,
    struct onshi_error *e)
{
	oki_error_clear(e);

	return oki_message_parse(NULL, bytes, len, NULL, doc, e);
}

static int
read_pieces(const uint8_t *bytes, size_t len, struct oki_doc **doc,
    struct onshi_error *e)
{
	struct oki_parser *p;
	size_t at, n;
	int r;

	oki_error_clear(e);
	*doc = NULL;
	if ((r = oki_parser_new(NULL, NULL, NULL, NULL, &p)) != ONSHI_OK)
		return r;
	for (at = 0; at < len && r == ONSHI_OK; at += n) {
		n = (size_t)bytes[at] % 17 + 1;
		if (n > len - at)
			n = len - at;
		r = oki_parser_feed(p, bytes + at, n);
	}
	r = oki_parser_finish(p, doc, e);
	oki_parser_free(&p);

	return r;
}

/* Written in canonical form; false for a request that lacks something. */
static bool
write_out(const struct oki_doc *doc, struct oki_buf *out)
{
	struct onshi_error e;

	oki_error_clear(&e);
	oki_buf_init(out, 1u << 26);

	return oki_message_write(doc, OKI_UTF_8, out, &e) == ONSHI_OK;
}

static void
look_at(struct oki_doc *doc)
{
	struct onshi_error e;
	struct oki_verdict v;
	struct oki_doc *lines;

	oki_error_clear(&e);
	if (oki_message_judge(doc, NULL, NULL, &v, &e) == ONSHI_OK)
		must(onshi_outcome_name(v.outcome) != NULL, "outcome");
	must(oki_message_lines(doc, OKI_LINES_DRUGS, NULL, &lines) == ONSHI_OK, "lines");
	oki_doc_free(&lines);
	oki_message_withhold(doc, ONSHI_OUTCOME_NOT_PROVIDED);
	must(oki_record_search(oki_doc_body(doc), ONSHI_EL_DRUG_N) == NULL,
	    "withheld");
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct oki_doc *doc, *pieces, *again;
	struct oki_buf a, b;
	struct onshi_error e, f;
	int r = read_whole(bytes, len, &doc, &e);

	must(r == ONSHI_OK || r == ONSHI_E_ANSWER_REFUSED, "result");
	must((r == ONSHI_OK) == (doc != NULL), "document");
	must(r == read_pieces(bytes, len, &pieces, &f) &&
	    strcmp(e.reason, f.reason) == 0, "whole and in pieces");
	if (r == ONSHI_OK && write_out(doc, &a)) {
		must(write_out(pieces, &b) && a.len == b.len &&
		    memcmp(a.data, b.data, a.len) == 0, "same in pieces");
		oki_buf_free(&b);
		/* Prefixes of name spaces are names to us, but not to XML. */
		if (memchr(a.data, ':', a.len) == NULL) {
			oki_error_clear(&e);
			must(oki_message_parse(oki_doc_candidate(doc, 0),
			    a.data, a.len, NULL, &again, &e) == ONSHI_OK,
			    "written, and read again");
			must(write_out(again, &b) && a.len == b.len &&
			    memcmp(a.data, b.data, a.len) == 0, "the same");
			oki_buf_free(&b);
			oki_doc_free(&again);
		}
		look_at(doc);
	}
	if (r == ONSHI_OK)
		oki_buf_free(&a);
	oki_doc_free(&pieces);
	oki_doc_free(&doc);

	return 0;
}

#ifndef LIBFUZZER
#define ROUNDS	300

static void
replay(const char *path)
{
	static uint8_t bytes[1 << 20];
	uint64_t dice = 1;
	size_t len, at;
	uint8_t kept;
	FILE *f;
	int i;

	must((f = fopen(path, "rb")) != NULL, path);
	len = fread(bytes, 1, sizeof(bytes), f);
	fclose(f);
	(void)LLVMFuzzerTestOneInput(bytes, len);
	for (i = 0; i < ROUNDS && len > 0; i++) {
		dice = dice * UINT64_C(6364136223846793005) + 1;
		at = (size_t)(dice >> 33) % len;
		kept = bytes[at];
		bytes[at] = (uint8_t)(dice >> 20);
		(void)LLVMFuzzerTestOneInput(bytes, len);
		bytes[at] = kept;
	}
}

static void
replay_all(const char *dir)
{
	char path[1024];
	struct dirent *d;
	DIR *all;

	must((all = opendir(dir)) != NULL, dir);
	while ((d = readdir(all)) != NULL)
		if (d->d_name[0] != '.') {
			snprintf(path, sizeof(path), "%.500s/%.255s", dir,
			    d->d_name);
			replay(path);
		}
	closedir(all);
}

int
main(int argc, char **argv)
{
	const char *top = getenv("top_srcdir");
	char path[600];
	int i;

	for (i = 1; i < argc; i++)
		replay(argv[i]);
	if (argc > 1)
		return 0;
	snprintf(path, sizeof(path), "%.500s/tests/message/samples",
	    top == NULL ? "." : top);
	replay_all(path);
	snprintf(path, sizeof(path), "%.500s/tests/fuzz/message",
	    top == NULL ? "." : top);
	replay_all(path);

	return 0;
}
#endif
