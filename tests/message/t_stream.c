/* Large answers: records handed out one by one, in memory that stays flat. */
#include "config.h"

#include <malloc.h>

#include "help.h"

struct seen {
	size_t	n;
	size_t	stop_at;	/* 0: never */
	int	stop_with;
	size_t	bytes;		/* of texts */
	size_t	most;		/* memory in use, at the most */
	struct text text;
	bool	keep;
};

static int
on_record(void *self, struct oki_doc **one)
{
	const struct onshi_record *rec = oki_doc_root(*one);
	struct seen *seen = self;
	struct mallinfo2 m;

	if (seen->keep)
		dump(rec, &seen->text);
	if (seen->n++ % 1000 == 0) {
		m = mallinfo2();
		if (m.uordblks + m.hblkhd > seen->most)
			seen->most = m.uordblks + m.hblkhd;
	}

	return seen->n == seen->stop_at ? seen->stop_with : ONSHI_OK;
}

static int
stream_within(const char *kind, const struct oki_limits *limits,
    const char *s, size_t len, size_t piece, struct seen *seen,
    struct oki_doc **doc, struct onshi_error *e)
{
	struct oki_parser *p;
	size_t at, n;
	int r = ONSHI_OK;

	oki_error_clear(e);
	*doc = NULL;
	ck_assert_int_eq(oki_parser_new(kind, limits, on_record, seen, &p),
	    ONSHI_OK);
	for (at = 0; at < len && r == ONSHI_OK; at += n) {
		n = len - at < piece ? len - at : piece;
		r = oki_parser_feed(p, (const uint8_t *)s + at, n);
	}
	if (r == ONSHI_OK || r == ONSHI_E_ANSWER_REFUSED)
		r = oki_parser_finish(p, doc, e);
	oki_parser_free(&p);

	return r;
}

static int
stream(const char *kind, const char *s, size_t len, size_t piece,
    struct seen *seen, struct oki_doc **doc, struct onshi_error *e)
{
	return stream_within(kind, NULL, s, len, piece, seen, doc, e);
}

/* The samples' records: the same as read whole, and a frame without them. */
START_TEST(same_as_whole)
{
	static const struct { const char *number, *kind; size_t n; } rows[] =
	    { { "16", "OQSmuquc02res", 3 }, { "20", "OQSmuimm02res", 2 },
	    { "24", "OQSmuhvq02res", 1 }, { "26", "YZKsiquc01res", 4 },
	    { "29", "TKKsiquc01res", 1 }, { "15", "OQSmuquc02res", 0 },
	    { "08", "OQSsiquc01res", 0 } };
	struct text bytes = sample_numbered(rows[_i].number);
	struct text want = { NULL, 0, 0 };
	struct oki_doc *whole = must_parse(rows[_i].kind, bytes.s,
	    bytes.len), *doc;
	const struct onshi_record *rec;
	struct oki_verdict v, w;
	struct onshi_error e;
	struct seen seen;
	size_t piece;

	text_add(&want, "", 0);
	for (rec = oki_doc_root(whole); rec != NULL;
	    rec = oki_record_walk(rec, oki_doc_root(whole)))
		if (oki_row_streamed(rec->el) != NULL)
			dump_from(rec, rec, &want);
	ck_assert_int_eq(oki_message_judge(whole, NULL, NULL, &w, NULL),
	    ONSHI_OK);
	for (piece = 1; piece < 5000; piece = piece * 3 + 1) {
		memset(&seen, 0, sizeof(seen));
		seen.keep = true;
		ck_assert_int_eq(stream(rows[_i].kind, bytes.s, bytes.len,
		    piece, &seen, &doc, &e), ONSHI_OK);
		ck_assert_uint_eq(seen.n, rows[_i].n);
		if (rows[_i].n > 0)
			ck_assert_str_eq(seen.text.s, want.s);
		for (rec = oki_doc_root(doc); rec != NULL;
		    rec = oki_record_walk(rec, oki_doc_root(doc)))
			ck_assert_ptr_null(oki_row_streamed(rec->el));
		/* What it says does not depend on how it was read. */
		ck_assert_int_eq(oki_message_judge(doc, NULL, NULL, &v,
		    NULL), ONSHI_OK);
		ck_assert_int_eq(v.outcome, w.outcome);
		oki_doc_free(&doc);
		free(seen.text.s);
	}
	oki_doc_free(&whole);
	free(want.s);
	free(bytes.s);
}
END_TEST

#define UNIT	"<BulkConfirmUnit><QualificationConfirmSearchInfo>"	\
	"<InsurerNumber>06999999</InsurerNumber>"			\
	"<InsuredIdentificationNumber>455</InsuredIdentificationNumber>" \
	"<ArbitraryIdentifier>000611</ArbitraryIdentifier>"		\
	"</QualificationConfirmSearchInfo><ProcessingResultStatus>2"	\
	"</ProcessingResultStatus><New><Newer>見本</Newer></New>"	\
	"</BulkConfirmUnit>\n"
#define START	"<XmlMsg><MessageHeader><SegmentOfResult>1"		\
	"</SegmentOfResult></MessageHeader><MessageBody>"
#define STOP	"</MessageBody></XmlMsg>"

static struct text
many(size_t n, const char *last)
{
	struct text t = { NULL, 0, 0 };

	text_put(&t, START);
	text_repeat(&t, UNIT, n);
	text_put(&t, last);
	text_put(&t, STOP);

	return t;
}

/* 100 times as many take no more memory. */
START_TEST(memory_stays_flat)
{
	struct text few = many(1000, ""), lots = many(100000, "");
	struct seen a, b;
	struct onshi_error e;
	struct oki_doc *doc;

	memset(&a, 0, sizeof(a));
	memset(&b, 0, sizeof(b));
	ck_assert_int_eq(stream("OQSmuquc02res", few.s, few.len, 65536, &a,
	    &doc, &e), ONSHI_OK);
	oki_doc_free(&doc);
	ck_assert_int_eq(stream("OQSmuquc02res", lots.s, lots.len, 65536, &b,
	    &doc, &e), ONSHI_OK);
	ck_assert_uint_eq(doc->n_handed, 100000);
	oki_doc_free(&doc);
	ck_assert_uint_eq(b.n, 100000);
	ck_assert_uint_lt(b.most, a.most + 64 * 1024);
	free(few.s);
	free(lots.s);
}
END_TEST

/* Elements are counted by record: however many there are, one may have so many
 * and no more, in whatever pieces they come. */
START_TEST(elements_of_one)
{
	static const size_t pieces[] = { 1, 100, 1 << 20 };
	struct text one = { NULL, 0, 0 }, t;
	struct oki_limits limits;
	struct oki_doc *doc;
	struct seen seen;
	struct onshi_error e;
	size_t i;

	oki_limits_init(&limits, "OQSmuquc02res");
	limits.elements = 100;
	text_put(&one, "<BulkConfirmUnit>");
	text_repeat(&one, "<x/>", 99 + (size_t)_i);
	text_put(&one, "</BulkConfirmUnit>");
	t = many(500, one.s);
	for (i = 0; i < OKI_COUNT(pieces); i++) {
		memset(&seen, 0, sizeof(seen));
		ck_assert_int_eq(stream_within("OQSmuquc02res", &limits, t.s,
		    t.len, pieces[i], &seen, &doc, &e), _i == 0 ? ONSHI_OK :
		    ONSHI_E_ANSWER_REFUSED);
		ck_assert_str_eq(e.reason, _i == 0 ? "" : "too_big");
		ck_assert_uint_eq(seen.n, _i == 0 ? 501 : 500);
		oki_doc_free(&doc);
	}
	free(one.s);
	free(t.s);
}
END_TEST

/* What follows a failure: records seen are void, and the reason is told. */
START_TEST(failures)
{
	static const struct {
		const char	*last;
		const char	*reason;
	} rows[] = {
		{ "<BulkConfirmUnit><ProcessingResultStatus>1"
		    "</ProcessingResultStatus><ProcessingResultStatus>1"
		    "</ProcessingResultStatus></BulkConfirmUnit>",
		    "malformed" },
		{ "<BulkConfirmUnit>text</BulkConfirmUnit>", "malformed" },
		{ "<BulkConfirmUnit><a></b></BulkConfirmUnit>",
		    "malformed" },
		{ "<BulkConfirmUnit><!DOCTYPE a></BulkConfirmUnit>",
		    "hostile" },
		{ "<BulkConfirmUnit>\x80</BulkConfirmUnit>",
		    "wrong_encoding" },
		{ "<BulkConfirmUnit>", "malformed" }
	};
	struct text t = many(10, rows[_i].last);
	struct onshi_error e;
	struct oki_doc *doc;
	struct seen seen;

	memset(&seen, 0, sizeof(seen));
	ck_assert_int_eq(stream("OQSmuquc02res", t.s, t.len, 100, &seen,
	    &doc, &e), ONSHI_E_ANSWER_REFUSED);
	ck_assert_ptr_null(doc);
	ck_assert_str_eq(e.reason, rows[_i].reason);
	ck_assert_uint_le(seen.n, 10);
	free(t.s);
}
END_TEST

/* Who reads may end it, with any result, and gets that result. */
START_TEST(stopped)
{
	static const int results[] = { ONSHI_E_CANCELLED,
	    ONSHI_E_ANSWER_REFUSED, ONSHI_E_CONSENT };
	struct text t = many(100, "");
	struct onshi_error e;
	struct oki_doc *doc;
	struct seen seen;

	memset(&seen, 0, sizeof(seen));
	seen.stop_at = 7;
	seen.stop_with = results[_i];
	ck_assert_int_eq(stream("OQSmuquc02res", t.s, t.len, 100, &seen,
	    &doc, &e), results[_i]);
	ck_assert_uint_eq(seen.n, 7);
	free(t.s);
}
END_TEST

/* A record of the list's name that stands elsewhere is handed out whole. */
START_TEST(within_each_other)
{
	static const char xml[] = START "<Wrapper><BulkConfirmUnit>"
	    "<BulkConfirmUnit/></BulkConfirmUnit></Wrapper>" STOP;
	struct onshi_error e;
	struct oki_doc *doc;
	struct seen seen;

	memset(&seen, 0, sizeof(seen));
	ck_assert_int_eq(stream("OQSmuquc02res", xml, sizeof(xml) - 1, 10,
	    &seen, &doc, &e), ONSHI_OK);
	ck_assert_uint_eq(seen.n, 1);
	oki_doc_free(&doc);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("stream");
	TCase *c = tcase_create("stream");

	tcase_set_timeout(c, 120);
	tcase_add_loop_test(c, same_as_whole, 0, 7);
	tcase_add_test(c, memory_stays_flat);
	tcase_add_loop_test(c, elements_of_one, 0, 2);
	tcase_add_loop_test(c, failures, 0, 6);
	tcase_add_loop_test(c, stopped, 0, 3);
	tcase_add_test(c, within_each_other);
	suite_add_tcase(s, c);

	return run_suite(s);
}
