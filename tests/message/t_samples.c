/* The 31 samples: every value verbatim (A01), in every dress (A02, A03), and
 * never cut short. */
#include "config.h"

#include "help.h"

/* What a name tells, what the content tells, and what it says. The content
 * alone cannot tell some kinds apart. */
static const struct {
	const char	*number;
	const char	*by_name;
	const char	*by_content;
	int		 outcome;
} rows[SAMPLES] = {
	{ "01", "OQSsiquc01req", "OQSsiquc01req", ONSHI_OUTCOME_NONE },
	{ "02", "OQSsiquc01res", "OQSsiquc01res", ONSHI_OUTCOME_VALID },
	{ "03", "OQSsiquc01res", "OQSsiquc01res",
	    ONSHI_OUTCOME_LOST_NEWER_EXISTS },
	{ "04", "OQSsiquc01res", "OQSsiquc01res", ONSHI_OUTCOME_NOT_FOUND },
	{ "05", "OQSsiquc01res", "OQSsiquc01res", ONSHI_OUTCOME_SEVERAL },
	{ "06", "OQSsiquc01res", "OQSsiquc01res", ONSHI_OUTCOME_ERROR_FILE },
	{ "07", "OQSsiquc01res", "OQSsiquc01res",
	    ONSHI_OUTCOME_ERROR_PERSON },
	{ "08", "OQSsiquc01res", "OQSsiquc01res", ONSHI_OUTCOME_VALID },
	{ "09", "OQSsiquc01res", "OQSsiquc01res", ONSHI_OUTCOME_VALID },
	{ "10", "OQSsiquc01res", "OQSsiquc01res", ONSHI_OUTCOME_VALID },
	{ "11", "OQSsiquc01res", "OQSsiquc01res", ONSHI_OUTCOME_VALID },
	{ "12", "OQSmuquc01req", "OQSmuquc01req", ONSHI_OUTCOME_NONE },
	{ "13", "OQSmuquc01res", "", ONSHI_OUTCOME_ACCEPTED },
	{ "14", "OQSmuquc02req", "", ONSHI_OUTCOME_NONE },
	{ "15", "OQSmuquc02res", "OQSmuquc02res", ONSHI_OUTCOME_IN_PROGRESS },
	{ "16", "OQSmuquc02res", "OQSmuquc02res", ONSHI_OUTCOME_DONE },
	{ "17", "OQSsiimm01req", "", ONSHI_OUTCOME_NONE },
	{ "18", "OQSsiimm01res", "OQSsiimm01res", ONSHI_OUTCOME_REGISTERED },
	{ "19", "OQSmuimm01req", "OQSmuimm01req", ONSHI_OUTCOME_NONE },
	{ "20", "OQSmuimm02res", "OQSmuimm02res", ONSHI_OUTCOME_DONE },
	{ "21", "OQSmuhvq01req", "OQSmuhvq01req", ONSHI_OUTCOME_NONE },
	{ "22", "OQSmuonq01req", "OQSmuonq01req", ONSHI_OUTCOME_NONE },
	{ "23", "OQSmutic01req", "OQSmutic01req", ONSHI_OUTCOME_NONE },
	{ "24", "OQSmuhvq02res", "", ONSHI_OUTCOME_DONE },
	{ "25", "YZKsiquc01req", "YZKsiquc01req", ONSHI_OUTCOME_NONE },
	{ "26", "YZKsiquc01res", "YZKsiquc01res", ONSHI_OUTCOME_DATA },
	{ "27", "YZKsiquc01res", "", ONSHI_OUTCOME_NOT_PROVIDED },
	{ "28", "TKKsiquc01req", "TKKsiquc01req", ONSHI_OUTCOME_NONE },
	{ "29", "TKKsiquc01res", "TKKsiquc01res", ONSHI_OUTCOME_DATA },
	{ "30", NULL, "XDISsiquc01req", ONSHI_OUTCOME_NONE },
	{ "31", NULL, "", ONSHI_OUTCOME_VALID }
};

/* The part of expect.txt that is about this file. */
static char *
expected(const char *name)
{
	struct text all = slurp_source("tests/message/expect.txt");
	char head[100], *from, *to;

	snprintf(head, sizeof(head), "== %s\n", name);
	ck_assert_ptr_nonnull(from = strstr(all.s, head));
	from += strlen(head);
	if ((to = strstr(from, "== ")) != NULL)
		*to = '\0';
	memmove(all.s, from, strlen(from) + 1);

	return all.s;
}

START_TEST(verbatim)
{
	struct text bytes = sample(_i), got = { NULL, 0, 0 };
	struct oki_doc *doc = must_parse(NULL, bytes.s, bytes.len);
	char *want = expected(sample_name(_i));

	dump(oki_doc_root(doc), &got);
	ck_assert_str_eq(got.s, want);
	ck_assert_ptr_null(oki_doc_unknown(doc, 0));
	oki_doc_free(&doc);
	free(want);
	free(got.s);
	free(bytes.s);
}
END_TEST

START_TEST(kind_and_outcome)
{
	struct text bytes = sample(_i);
	const char *name = sample_name(_i), *told = oki_kind_of_name(name);
	struct oki_verdict v;
	struct oki_doc *doc;
	size_t i;

	ck_assert_int_eq(strncmp(name, rows[_i].number, 2), 0);
	ck_assert_pstr_eq(told, rows[_i].by_name);
	doc = must_parse(NULL, bytes.s, bytes.len);
	ck_assert_str_eq(oki_doc_kind(doc), rows[_i].by_content);
	/* What the name says is among what the content can be. */
	for (i = 0; told != NULL && oki_doc_candidate(doc, i) != NULL &&
	    strcmp(oki_doc_candidate(doc, i), told) != 0; i++)
		;
	ck_assert_ptr_nonnull(oki_doc_candidate(doc, i));
	ck_assert_int_eq(oki_message_judge(doc, NULL, NULL, &v, NULL),
	    ONSHI_OK);
	ck_assert_str_eq(onshi_outcome_name(v.outcome),
	    onshi_outcome_name(rows[_i].outcome));
	oki_doc_free(&doc);
	if (told != NULL) {
		doc = must_parse(told, bytes.s, bytes.len);
		ck_assert_str_eq(oki_doc_kind(doc), told);
		ck_assert_ptr_null(oki_doc_unknown(doc, 0));
		oki_doc_free(&doc);
	}
	free(bytes.s);
}
END_TEST

/* Requests, byte for byte: 17 in Shift_JIS, 30 without its comment. */
START_TEST(requests_written_again)
{
	struct text bytes = sample(_i);
	struct oki_doc *doc = must_parse(NULL, bytes.s, bytes.len);
	struct oki_buf buf;
	char *from, *to;

	if (oki_kind_is_request(oki_doc_candidate(doc, 0))) {
		if ((from = strstr(bytes.s, "<!--")) != NULL) {
			ck_assert_ptr_nonnull(to = strstr(from, "-->\n"));
			memmove(from, to + 4, strlen(to + 4) + 1);
		}
		oki_buf_init(&buf, 1u << 20);
		ck_assert_int_eq(oki_message_write(doc, (enum oki_encoding)
		    doc->encoding, &buf, NULL), ONSHI_OK);
		ck_assert_str_eq((char *)buf.data, bytes.s);
		oki_buf_free(&buf);
	}
	oki_doc_free(&doc);
	free(bytes.s);
}
END_TEST

/* ---- the same in another dress ------------------------------------------ */

enum {
	SHUFFLED	= 1,
	ONE_LINE	= 2,
	CR_LF		= 4,
	COMMENTS	= 8,
	CDATA		= 16,
	REFERENCES	= 32,
	MARK		= 64,
	DRESSES		= 128
};

static void
put_value(struct text *t, const char *s, int dress)
{
	char number[16];
	uint32_t c;

	if ((dress & CDATA) != 0)
		text_put(t, "<![CDATA[");
	while (*s != '\0') {
		const char *from = s;

		c = oki_utf8_get(&s);
		if ((dress & COMMENTS) != 0 && (c & 3) == 0 &&
		    (dress & CDATA) == 0)
			text_put(t, "<!-- ] -->");
		if ((dress & REFERENCES) != 0 && (dress & CDATA) == 0) {
			snprintf(number, sizeof(number), (c & 1) != 0 ?
			    "&#%u;" : "&#x%X;", c);
			text_put(t, number);
		} else
			text_add(t, from, (size_t)(s - from));
	}
	if ((dress & CDATA) != 0)
		text_put(t, "]]>");
}

/* Children in another order; those of one name keep theirs. */
static size_t
ordered(const struct onshi_record *rec, const struct onshi_record **to,
    uint64_t *state)
{
	const struct onshi_record *c, *moved;
	size_t n = 0, i, j;

	for (c = rec->first; c != NULL; c = c->next)
		to[n++] = c;
	for (i = 0; n > 1 && i < n * n; i++) {
		j = dice(state, (unsigned int)n - 1);
		if (strcmp(oki_record_name(to[j]),
		    oki_record_name(to[j + 1])) != 0) {
			moved = to[j];
			to[j] = to[j + 1];
			to[j + 1] = moved;
		}
	}

	return n;
}

static void
put_tree(struct text *t, const struct onshi_record *rec, int dress,
    uint64_t *state)
{
	const char *end = (dress & ONE_LINE) != 0 ? "" :
	    (dress & CR_LF) != 0 ? "\r\n\t" : "\n   ";
	const struct onshi_record *children[200], *c;
	size_t i, n = 0;

	text_put(t, "<");
	text_put(t, oki_record_name(rec));
	text_put(t, (dress & CR_LF) != 0 ? " \r\n>" : ">");
	if ((dress & SHUFFLED) != 0)
		n = ordered(rec, children, state);
	else
		for (c = rec->first; c != NULL; c = c->next)
			children[n++] = c;
	for (i = 0; i < n; i++) {
		text_put(t, end);
		if ((dress & COMMENTS) != 0)
			text_put(t, "<!-- <!DOCTYPE x> &y; -->");
		put_tree(t, children[i], dress, state);
	}
	if (n > 0)
		text_put(t, end);
	else if (rec->text != NULL)
		put_value(t, rec->text, dress);
	text_put(t, "</");
	text_put(t, oki_record_name(rec));
	text_put(t, ">");
}

START_TEST(dressed)
{
	static const char *const declarations[] = { "",
	    "<?xml version=\"1.0\"?>", ("<?xml version='1.0' "
	    "encoding = \"utf-8\" standalone='yes' ?>") };
	struct text bytes = sample(_i), want, got, t;
	struct oki_doc *doc, *other;
	uint64_t state = (uint64_t)_i;
	int dress;

	doc = must_parse(NULL, bytes.s, bytes.len);
	want = canonical(doc);
	for (dress = 0; dress < DRESSES; dress++) {
		t = (struct text){ NULL, 0, 0 };
		text_put(&t, (dress & MARK) != 0 ? "\xef\xbb\xbf" : "");
		text_put(&t, declarations[dress % 3]);
		put_tree(&t, oki_doc_root(doc), dress, &state);
		other = must_parse(oki_doc_candidate(doc, 0), t.s, t.len);
		got = canonical(other);
		ck_assert_str_eq(got.s, want.s);
		oki_doc_free(&other);
		free(got.s);
		free(t.s);
	}
	oki_doc_free(&doc);
	free(want.s);
	free(bytes.s);
}
END_TEST

/* SEC-50: with unknown elements anywhere it is the same, once these are taken
 * out; and each of them is named. */
START_TEST(extended)
{
	static const char *const news[] = { "<New/>", "<New>1</New>",
	    "<New><Newer>1<b/></Newer></New>",
	    "<x:Name xmlns:x='u'>1</x:Name>", "<name>1</name>" };
	struct text bytes = sample(_i), want, got, t = { NULL, 0, 0 };
	struct oki_doc *doc = must_parse(NULL, bytes.s, bytes.len), *other;
	const char *kind = oki_doc_candidate(doc, 0), *s, *end;
	struct onshi_record *rec, *next;
	uint64_t state = (uint64_t)_i;
	size_t added = 0, i;

	want = canonical(doc);
	s = strstr(want.s, "<MessageHeader>");
	ck_assert_ptr_nonnull(s);
	text_add(&t, want.s, (size_t)(s - want.s));
	for (; (end = strchr(s, '\n')) != NULL; s = end + 1) {
		text_add(&t, s, (size_t)(end - s));
		/* After an opening tag, where there is no value. */
		if (end[-1] == '>' && strchr(s, '/') > end &&
		    dice(&state, 2) == 0) {
			text_put(&t, news[dice(&state, 5)]);
			added++;
		}
	}
	text_put(&t, s);
	other = must_parse(kind, t.s, t.len);
	for (i = 0; oki_doc_unknown(other, i) != NULL; i++)
		;
	ck_assert_uint_ge(i, added);
	for (rec = oki_doc_root(other); rec != NULL; rec = next) {
		next = oki_record_walk(rec, oki_doc_root(other));
		if ((rec->flags & OKI_REC_UNKNOWN) != 0) {
			oki_record_cut(rec);
			/* From the start: what follows may be gone. */
			next = oki_doc_root(other);
		}
	}
	got = canonical(other);
	ck_assert_str_eq(got.s, want.s);
	oki_doc_free(&other);
	oki_doc_free(&doc);
	free(want.s);
	free(got.s);
	free(t.s);
	free(bytes.s);
}
END_TEST

/* What can be told of a sample in Shift_JIS, and back again. */
START_TEST(in_shift_jis)
{
	struct text bytes = sample(_i), want, got;
	struct oki_doc *doc, *other;
	struct onshi_error e;
	struct oki_buf buf;
	int r;

	doc = must_parse(NULL, bytes.s, bytes.len);
	want = canonical(doc);
	oki_buf_init(&buf, 1u << 20);
	oki_error_clear(&e);
	r = oki_message_write(doc, OKI_SHIFT_JIS, &buf, &e);
	ck_assert_msg(r == ONSHI_OK, "%s", e.text);
	other = must_parse(oki_doc_candidate(doc, 0), (char *)buf.data,
	    buf.len);
	ck_assert_int_eq(other->encoding, OKI_SHIFT_JIS);
	got = canonical(other);
	ck_assert_str_eq(got.s, want.s);
	oki_buf_free(&buf);
	oki_doc_free(&other);
	oki_doc_free(&doc);
	free(want.s);
	free(got.s);
	free(bytes.s);
}
END_TEST

/* ---- cut, and in pieces ------------------------------------------------- */

static int
parse_split(const struct text *bytes, size_t at, const char *kind,
    struct oki_doc **doc, struct onshi_error *e)
{
	struct oki_parser *p;
	int r;

	oki_error_clear(e);
	*doc = NULL;
	ck_assert_int_eq(oki_parser_new(kind, NULL, NULL, NULL, &p),
	    ONSHI_OK);
	r = oki_parser_feed(p, (uint8_t *)bytes->s, at);
	if (r == ONSHI_OK)
		r = oki_parser_feed(p, (uint8_t *)bytes->s + at,
		    bytes->len - at);
	if (r == ONSHI_OK || r == ONSHI_E_ANSWER_REFUSED)
		r = oki_parser_finish(p, doc, e);
	oki_parser_free(&p);

	return r;
}

/* D05: only what is whole is taken; a cut inside a character is no UTF-8
 * either. */
START_TEST(cut_at_every_byte)
{
	struct text bytes = sample(_i);
	struct onshi_error e;
	struct oki_doc *doc;
	size_t n, whole;
	int r;

	whole = (size_t)(strstr(bytes.s, "</XmlMsg>") - bytes.s) + 9;
	for (n = 0; n <= bytes.len; n++) {
		oki_error_clear(&e);
		r = oki_message_parse(NULL, (uint8_t *)bytes.s, n, NULL, &doc,
		    &e);
		if (n >= whole) {
			ck_assert_int_eq(r, ONSHI_OK);
			oki_doc_free(&doc);
			continue;
		}
		ck_assert_int_eq(r, ONSHI_E_ANSWER_REFUSED);
		ck_assert_ptr_null(doc);
		ck_assert_int_eq(e.phase, ONSHI_PHASE_ANSWER);
		if (oki_is_utf8(bytes.s, n))
			ck_assert_msg(strcmp(e.reason, "truncated") == 0,
			    "at %zu: %s", n, e.text);
		else if (strcmp(e.reason, "truncated") != 0)
			ck_assert_str_eq(e.reason, "wrong_encoding");
	}
	free(bytes.s);
}
END_TEST

START_TEST(split_at_every_byte)
{
	struct text bytes = sample(_i), want, got;
	struct onshi_error e;
	struct oki_doc *doc;
	size_t at;

	doc = must_parse(NULL, bytes.s, bytes.len);
	want = canonical(doc);
	oki_doc_free(&doc);
	for (at = 0; at <= bytes.len; at++) {
		ck_assert_int_eq(parse_split(&bytes, at, NULL, &doc, &e),
		    ONSHI_OK);
		got = canonical(doc);
		ck_assert_str_eq(got.s, want.s);
		oki_doc_free(&doc);
		free(got.s);
	}
	free(want.s);
	free(bytes.s);
}
END_TEST

START_TEST(one_byte_at_a_time)
{
	struct text bytes = sample(_i), want, got;
	struct onshi_error e;
	struct oki_parser *p;
	struct oki_doc *doc;
	size_t i;

	doc = must_parse(NULL, bytes.s, bytes.len);
	want = canonical(doc);
	oki_doc_free(&doc);
	ck_assert_int_eq(oki_parser_new(NULL, NULL, NULL, NULL, &p),
	    ONSHI_OK);
	for (i = 0; i < bytes.len; i++)
		ck_assert_int_eq(oki_parser_feed(p, (uint8_t *)bytes.s + i,
		    1), ONSHI_OK);
	oki_error_clear(&e);
	ck_assert_int_eq(oki_parser_finish(p, &doc, &e), ONSHI_OK);
	oki_parser_free(&p);
	got = canonical(doc);
	ck_assert_str_eq(got.s, want.s);
	oki_doc_free(&doc);
	free(want.s);
	free(got.s);
	free(bytes.s);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("samples");
	TCase *c = tcase_create("samples");

	tcase_set_timeout(c, 120);
	tcase_add_loop_test(c, verbatim, 0, SAMPLES);
	tcase_add_loop_test(c, kind_and_outcome, 0, SAMPLES);
	tcase_add_loop_test(c, requests_written_again, 0, SAMPLES);
	tcase_add_loop_test(c, dressed, 0, SAMPLES);
	tcase_add_loop_test(c, extended, 0, SAMPLES);
	tcase_add_loop_test(c, in_shift_jis, 0, SAMPLES);
	tcase_add_loop_test(c, cut_at_every_byte, 0, SAMPLES);
	tcase_add_loop_test(c, split_at_every_byte, 0, SAMPLES);
	tcase_add_loop_test(c, one_byte_at_a_time, 0, SAMPLES);
	suite_add_tcase(s, c);

	return run_suite(s);
}
