/*
 * Messages: any bytes through gate, parser, tables, judgement and lines. How
 * the bytes were cut up makes no difference; what was read can be written and
 * read again, and says the same.
 */
#include "config.h"

#include "fuzz.h"
#include "message/inside.h"

#define MAX	65536

/* All names and texts of a tree, in order. */
static void
dump(const struct oki_doc *doc, struct oki_buf *out)
{
	const struct onshi_record *rec, *root = oki_doc_root(doc);

	oki_buf_init(out, 64u * MAX);
	for (rec = root; rec != NULL; rec = oki_record_walk(rec, root)) {
		MUST(rec == root || rec->parent != NULL);
		MUST(oki_buf_text(out, oki_record_name(rec)) == ONSHI_OK);
		MUST(oki_buf_byte(out, rec->first != NULL ? '{' : '=') ==
		    ONSHI_OK);
		if (rec->text != NULL && (rec->flags & OKI_REC_SHARED) == 0) {
			MUST(oki_is_utf8(rec->text, strlen(rec->text)));
			MUST(oki_buf_text(out, rec->text) == ONSHI_OK);
		}
		MUST(oki_buf_byte(out, '\n') == ONSHI_OK);
	}
}

static void
same(const struct oki_doc *a, const struct oki_doc *b)
{
	struct oki_buf x, y;

	dump(a, &x);
	dump(b, &y);
	MUST(oki_equal(x.data, x.len, y.data, y.len));
	MUST(strcmp(oki_doc_kind(a), oki_doc_kind(b)) == 0);
	oki_buf_free(&x);
	oki_buf_free(&y);
}

static int
parse_pieces(const char *kind, const uint8_t *p, size_t len,
    int (*each)(void *, struct oki_doc **), void *self,
    struct oki_doc **doc, struct onshi_error *e)
{
	struct oki_parser *parser;
	uint32_t seed = (uint32_t)len + 1;
	size_t at, n;
	int r = ONSHI_OK;

	oki_error_clear(e);
	MUST(oki_parser_new(kind, NULL, each, self, &parser) == ONSHI_OK);
	for (at = 0; at < len && r == ONSHI_OK; at += n) {
		n = fuzz_piece(&seed, len - at);
		r = oki_parser_feed(parser, p + at, n);
	}
	MUST(r == ONSHI_OK || r == ONSHI_E_ANSWER_REFUSED);
	r = oki_parser_finish(parser, doc, e);
	oki_parser_free(&parser);

	return r;
}

static bool
is_reason(const char *reason)
{
	size_t i;

	for (i = 0; i < OKI_REASONS; i++)
		if (strcmp(reason, oki_reasons[i]) == 0)
			return true;

	return false;
}

static int
ignore(void *self, const char *path, const char *text)
{
	MUST(path != NULL && text != NULL && text[0] != '\0');
	++*(size_t *)self;

	return ONSHI_OK;
}

static void
lines(const struct oki_doc *doc)
{
	struct oki_doc *out;
	struct oki_buf text;
	size_t i;

	for (i = 0; i <= OKI_LINES_CHECKUPS + 1; i++) {
		out = NULL;
		MUST((i > OKI_LINES_CHECKUPS ? oki_message_head(doc, &out) :
		    oki_message_lines(doc, (enum oki_lines)i, NULL, &out)) ==
		    ONSHI_OK);
		dump(out, &text);
		oki_buf_free(&text);
		oki_doc_free(&out);
	}
}

/* Outcome, or the refusal as a negative number. */
static int
judge(const struct oki_doc *doc)
{
	struct oki_verdict v;
	struct onshi_error e;
	int r;

	oki_error_clear(&e);
	r = oki_message_judge(doc, NULL, NULL, &v, &e);
	if (r != ONSHI_OK) {
		MUST(r == ONSHI_E_ANSWER_REFUSED && is_reason(e.reason));
		return r;
	}
	MUST(onshi_outcome_name(v.outcome) != NULL);
	MUST(v.result <= 0 && v.result > -1000);

	return v.outcome;
}

/* Only names that stand for themselves: without a name space, and not in
 * another's. */
static bool
is_plain(const struct oki_doc *doc)
{
	const struct onshi_record *rec, *root = oki_doc_root(doc);
	const char *name;

	for (rec = root; rec != NULL; rec = oki_record_walk(rec, root))
		if (strchr(name = oki_record_name(rec), ':') != NULL ||
		    (rec->el >= OKI_NAMED && oki_element_named(name,
		    strlen(name)) != NULL))
			return false;

	return true;
}

static void
write_again(const struct oki_doc *doc, enum oki_encoding enc)
{
	struct oki_buf first, second;
	struct onshi_error e;
	struct oki_doc *back;
	int r;

	oki_buf_init(&first, 64u * MAX);
	oki_buf_init(&second, 64u * MAX);
	oki_error_clear(&e);
	r = oki_message_write(doc, enc, &first, &e);
	MUST(r == ONSHI_OK || r == ONSHI_E_VALUE);
	if (r != ONSHI_OK || !is_plain(doc))
		goto out;
	oki_error_clear(&e);
	MUST(oki_message_parse(oki_kind(oki_doc_kind(doc)), first.data,
	    first.len, NULL, &back, &e) == ONSHI_OK);
	MUST(strcmp(oki_doc_kind(doc), oki_doc_kind(back)) == 0);
	MUST(judge(back) == judge(doc));
	MUST(oki_message_write(back, enc, &second, &e) == ONSHI_OK);
	MUST(oki_equal(first.data, first.len, second.data, second.len));
	oki_doc_free(&back);
out:
	oki_buf_free(&first);
	oki_buf_free(&second);
}

static int
each(void *self, struct oki_doc **one)
{
	MUST(oki_row_streamed(oki_doc_root(*one)->el) != NULL);
	++*(size_t *)self;

	return ONSHI_OK;
}

/* A kind that is known, read as it comes: the same judgement at the end. */
static void
stream(const struct oki_doc *doc, const uint8_t *p, size_t len)
{
	const char *kind = oki_kind(oki_doc_kind(doc));
	struct onshi_error e;
	struct oki_doc *frame;
	size_t n = 0;

	if (kind == NULL)
		return;
	MUST(parse_pieces(kind, p, len, each, &n, &frame, &e) == ONSHI_OK);
	MUST(judge(frame) == judge(doc));
	oki_doc_free(&frame);
}

static void
look(struct oki_doc *doc, const uint8_t *p, size_t len)
{
	size_t i, n = 0;
	int outcome = judge(doc);

	for (i = 0; i < 1000 && oki_doc_unknown(doc, i) != NULL; i++)
		MUST(oki_doc_unknown(doc, i)[0] == '/');
	MUST(oki_message_check(doc, ignore, &n) == ONSHI_OK);
	lines(doc);
	write_again(doc, OKI_UTF_8);
	write_again(doc, OKI_SHIFT_JIS);
	stream(doc, p, len);
	if (outcome > 0)
		oki_message_withhold(doc, outcome);
	lines(doc);
	oki_doc_wipe(doc);
	lines(doc);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct oki_doc *doc, *again;
	struct onshi_error e, f;
	int r;

	if (len > MAX)
		return 0;
	oki_error_clear(&e);
	r = oki_message_parse(NULL, data, len, NULL, &doc, &e);
	MUST(r == ONSHI_OK || r == ONSHI_E_ANSWER_REFUSED);
	MUST((r == ONSHI_OK) == (doc != NULL));
	MUST(parse_pieces(NULL, data, len, NULL, NULL, &again, &f) == r);
	if (r != ONSHI_OK) {
		MUST(is_reason(e.reason) && strcmp(e.reason, f.reason) == 0);
		return 0;
	}
	same(doc, again);
	look(doc, data, len);
	oki_doc_free(&again);
	oki_doc_free(&doc);

	return 0;
}
