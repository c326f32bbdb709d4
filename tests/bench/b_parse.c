/*
 * Reads one file again and again, and says what share of a bare SAX2 push
 * parse of the same bytes we come to:
 *	b_parse [FILE [ROUNDS]]
 * or, for counting instructions, one of the two alone:
 *	valgrind --tool=callgrind --toggle-collect=parse_once \
 *	    b_parse FILE ROUNDS ours|bare
 * ours: gate, limits, parser, tables, judgement; bare: libxml2 alone. Both keep
 * their pages from round to round, as a program does that holds more than one
 * answer: taking them from the system and giving them back costs more than
 * reading, and is what MALLOC_TRIM_THRESHOLD_=131072 shows.
 */
#include "config.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <libxml/parser.h>

#include "message/message.h"

#define PIECE	8192u
#define SAMPLE	"tests/message/samples/26_YZKsiquc01res_drug.xml"

int parse_once(const char *how, const char *bytes, size_t len);

/* Called by this, it is a function that callgrind can find, not inlined. */
static int (*const volatile once)(const char *how, const char *bytes,
    size_t len) = parse_once;
static const char *kind;	/* by the file's name, as a question knows it */

static int
ours(const char *bytes, size_t len)
{
	struct onshi_error e;
	struct oki_verdict v;
	struct oki_doc *doc;
	int r;

	oki_error_clear(&e);
	if ((r = oki_message_parse(kind, (const uint8_t *)bytes,
	    len, NULL, &doc, &e)) == ONSHI_OK)
		r = oki_message_judge(doc, NULL, NULL, &v, &e);
	oki_doc_free(&doc);

	return r;
}

static void
on_start(void *self, const xmlChar *name, const xmlChar *prefix,
    const xmlChar *uri, int n_spaces, const xmlChar **spaces, int n, int n_def,
    const xmlChar **attributes)
{
	(void)name;
	(void)prefix;
	(void)uri;
	(void)n_spaces;
	(void)spaces;
	(void)n;
	(void)n_def;
	(void)attributes;
	++*(size_t *)self;
}

static void
on_end(void *self, const xmlChar *name, const xmlChar *prefix,
    const xmlChar *uri)
{
	(void)name;
	(void)prefix;
	(void)uri;
	++*(size_t *)self;
}

static void
on_text(void *self, const xmlChar *s, int len)
{
	(void)s;
	*(size_t *)self += (size_t)len;
}

/* Nothing is kept, only counted; fed in the pieces that our gate passes on. */
static int
bare(const char *bytes, size_t len)
{
	xmlSAXHandler sax = { .startElementNs = on_start,
	    .endElementNs = on_end, .characters = on_text,
	    .initialized = XML_SAX2_MAGIC };
	xmlParserCtxtPtr context;
	size_t seen = 0, at, n;
	int r = 0;

	context = xmlCreatePushParserCtxt(&sax, &seen, NULL, 0, NULL);
	for (at = 0; at < len && r == 0; at += n) {
		n = len - at < PIECE ? len - at : PIECE;
		r = xmlParseChunk(context, bytes + at, (int)n,
		    at + n == len);
	}
	xmlFreeParserCtxt(context);

	return r;
}

int
parse_once(const char *how, const char *bytes, size_t len)
{
	return strcmp(how, "bare") == 0 ? bare(bytes, len) : ours(bytes, len);
}

static double
seconds(const char *how, const char *bytes, size_t len, long rounds)
{
	struct timespec from, to;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
	while (rounds-- > 0)
		if (once(how, bytes, len) != 0)
			exit(1);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);

	return (double)(to.tv_sec - from.tv_sec) +
	    (double)(to.tv_nsec - from.tv_nsec) / 1e9;
}

int
main(int argc, char **argv)
{
	static char bytes[1 << 24];
	const char *path = argc > 1 ? argv[1] : SAMPLE;
	long rounds = argc > 2 ? strtol(argv[2], NULL, 10) : 100;
	double mine, theirs;
	size_t len;
	FILE *f;

	if ((f = fopen(path, "rb")) == NULL) {
		fprintf(stderr, "usage: b_parse [FILE [ROUNDS [ours|bare]]]\n");
		return 2;
	}
	len = fread(bytes, 1, sizeof(bytes), f);
	fclose(f);
	kind = oki_kind_of_name(path);
	if (getenv("MALLOC_TRIM_THRESHOLD_") == NULL)
		(void)mallopt(M_TRIM_THRESHOLD, 1 << 26);
	xmlInitParser();
	/* The first round pays for what is set up once. */
	if (ours(bytes, len) != 0)
		return 1;
	if (argc > 3)
		return seconds(argv[3], bytes, len, rounds) < 0;
	mine = seconds("ours", bytes, len, rounds);
	theirs = seconds("bare", bytes, len, rounds);
	printf("%zu bytes: ours %.1f MB/s, bare %.1f MB/s, share %.2f\n",
	    len, (double)len * (double)rounds / mine / 1e6,
	    (double)len * (double)rounds / theirs / 1e6, theirs / mine);

	return 0;
}
