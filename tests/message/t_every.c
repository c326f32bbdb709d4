/*
 * Every sample and every kind, there and back: requests made from nothing, all
 * that the tables have, what they do not have, both encodings against the
 * system's converter. What the samples hold stands in expect.txt, as another
 * reader found it.
 */
#include "config.h"

#include <iconv.h>

#include "help.h"

#define DECLARED(s)	"<?xml version=\"1.0\" encoding=\"" s	\
	"\" standalone=\"no\"?>\n"

/* Written, and what was said if it could not be. */
static struct text
written(const struct oki_doc *doc, enum oki_encoding enc, int want,
    struct onshi_error *e)
{
	struct text t = { NULL, 0, 0 };
	struct oki_buf buf;
	int r;

	oki_error_clear(e);
	oki_buf_init(&buf, 1u << 24);
	r = oki_message_write(doc, enc, &buf, e);
	ck_assert_msg(r == want, "%d %s", r, e->text);
	text_add(&t, (const char *)buf.data, buf.len);
	oki_buf_free(&buf);

	return t;
}

static struct text
by_iconv(const char *to, const char *from, const char *s)
{
	iconv_t cd = iconv_open(to, from);
	size_t len = strlen(s), room = len * 4 + 1, left = room;
	struct text t = { NULL, 0, 0 };
	char *in, *copy, *out, *at;

	ck_assert(cd != (iconv_t)-1);
	ck_assert_ptr_nonnull(in = copy = strdup(s));
	ck_assert_ptr_nonnull(out = at = malloc(room));
	ck_assert_uint_ne(iconv(cd, &in, &len, &at, &left), (size_t)-1);
	text_add(&t, out, room - left);
	free(copy);
	free(out);
	iconv_close(cd);

	return t;
}

/* The lines of a tree, whatever order they stand in. */
static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static struct text
in_order(const struct oki_doc *doc)
{
	struct text t = { NULL, 0, 0 }, sorted = { NULL, 0, 0 };
	char *lines[4096], *s, *kept = NULL;
	size_t n = 0, i;

	dump(oki_doc_root(doc), &t);
	for (s = strtok_r(t.s, "\n", &kept); s != NULL;
	    s = strtok_r(NULL, "\n", &kept)) {
		ck_assert_uint_lt(n, OKI_COUNT(lines));
		lines[n++] = s;
	}
	qsort(lines, n, sizeof(lines[0]), by_text);
	for (i = 0; i < n; i++) {
		text_put(&sorted, lines[i]);
		text_put(&sorted, "\n");
	}
	free(t.s);

	return sorted;
}

/* ---- requests, made from nothing ---------------------------------------- */

struct leaf {
	struct onshi_record	*in;
	int			 el;
	char			*value;
};

static bool
holds(const struct leaf *leaves, size_t n, const struct onshi_record *in,
    int el)
{
	while (n-- > 0)
		if (leaves[n].in == in && leaves[n].el == el)
			return true;

	return false;
}

/* A line of the reference: "/XmlMsg/MessageBody/Group/Name\tvalue". A name that
 * its group has already begins the next group. */
static void
lay_leaf(struct oki_doc *doc, char *line, struct leaf *leaves, size_t *n)
{
	struct onshi_record *in, *group;
	struct onshi_error e;
	char *value = strchr(line, '\t'), *name, *outer;
	int el;

	*value++ = '\0';
	name = strrchr(line, '/');
	*name++ = '\0';
	outer = strrchr(line, '/') + 1;
	in = strncmp(line, "/XmlMsg/MessageHeader", 21) == 0 ?
	    oki_doc_header(doc) : oki_doc_body(doc);
	ck_assert_int_ne(el = onshi_element_number(name), 0);
	if (strcmp(outer, oki_record_name(in)) != 0) {
		for (group = in->first; group != NULL && group->next != NULL;
		    group = group->next)
			;
		if (group == NULL || holds(leaves, *n, group, el))
			ck_assert_int_eq(oki_record_open(in,
			    onshi_element_number(outer), &group, &e),
			    ONSHI_OK);
		in = group;
	}
	leaves[(*n)++] = (struct leaf){ in, el, value };
}

/* The part of expect.txt that is about this sample, line by line. */
static size_t
lay_leaves(struct oki_doc *doc, int i, struct leaf *leaves, char **all)
{
	char head[300], *line, *kept = NULL;
	size_t n = 0;

	*all = slurp_source("tests/message/expect.txt").s;
	snprintf(head, sizeof(head), "== %s\n", sample_name(i));
	ck_assert_ptr_nonnull(line = strstr(*all, head));
	line = strtok_r(line + strlen(head), "\n", &kept);
	for (; line != NULL && line[0] == '/'; line = strtok_r(NULL, "\n",
	    &kept))
		lay_leaf(doc, line, leaves, &n);

	return n;
}

/* Put in from the last to the first, an insurer number without its spaces: the
 * bytes of the sample, in its encoding. */
START_TEST(request_from_nothing)
{
	struct text bytes = sample(_i), got;
	struct oki_doc *doc = must_parse(NULL, bytes.s, bytes.len), *made;
	const char *kind = oki_kind_of_name(sample_name(_i));
	enum oki_encoding enc = (enum oki_encoding)doc->encoding;
	struct leaf leaves[64];
	struct onshi_error e;
	char *all, *from, *value;
	size_t n;

	kind = kind != NULL ? kind : oki_doc_candidate(doc, 0);
	oki_doc_free(&doc);
	if (oki_kind_is_request(kind)) {
		oki_error_clear(&e);
		ck_assert_int_eq(oki_doc_new(kind, &made), ONSHI_OK);
		n = lay_leaves(made, _i, leaves, &all);
		ck_assert_uint_gt(n, 0);
		while (n-- > 0) {
			value = leaves[n].value;
			if (leaves[n].el == ONSHI_EL_INSURER_NUMBER)
				value += strspn(value, " ");
			ck_assert_int_eq(oki_record_put(leaves[n].in,
			    leaves[n].el, value, &e), ONSHI_OK);
		}
		got = written(made, enc, ONSHI_OK, &e);
		if ((from = strstr(bytes.s, "<!--")) != NULL)
			memmove(from, strstr(from, "-->\n") + 4,
			    strlen(strstr(from, "-->\n") + 4) + 1);
		ck_assert_str_eq(got.s, bytes.s);
		oki_doc_free(&made);
		free(got.s);
		free(all);
	}
	free(bytes.s);
}
END_TEST

/* ---- what the tables do not have ---------------------------------------- */

/* With names and values of Japanese, NEC's and IBM's characters, blanks, signs
 * that have to be escaped, empty, in groups, known names at a wrong place. */
static const char *const unknown[] = {
	"<QualificationConfirmationKey>  0a&amp;&lt;]]&gt; "
	    "</QualificationConfirmationKey>",
	"<New/>", "<New> </New>", "<New><Newer>1</Newer><Newer/><b> 2</b>"
	    "</New>", "<診療>①髙﨑Ⅱ㈱纊ｱ～－∥</診療>",
	"<ShDrugC>&#13;&#10;&#9;x</ShDrugC>",
	"<DrugInfs><DrugInf><DrugN>薬</DrugN></DrugInf></DrugInfs>"
};

/* Each of them in places drawn by lot. */
static struct text
extended(const struct oki_doc *doc, uint64_t *state, size_t *added)
{
	struct text plain = canonical(doc), t = { NULL, 0, 0 };
	const char *s = plain.s, *end;
	size_t k;

	for (k = 0; (end = strchr(s, '\n')) != NULL; s = end + 1) {
		text_add(&t, s, (size_t)(end - s) + 1);
		/* After an end of the second level or deeper. */
		if (s[0] != ' ' || s[1] != ' ' || s[2] != ' ' ||
		    strchr(s, '/') == NULL || strchr(s, '/') > end ||
		    dice(state, 2) != 0)
			continue;
		text_put(&t, unknown[k++ % OKI_COUNT(unknown)]);
		++*added;
	}
	free(plain.s);

	return t;
}

START_TEST(nothing_is_lost)
{
	struct text bytes = sample(_i), t, want, got, once, twice;
	struct oki_doc *doc = must_parse(NULL, bytes.s, bytes.len), *a, *b;
	const char *kind = oki_doc_candidate(doc, 0);
	uint64_t state = (uint64_t)_i + 1;
	struct onshi_error e;
	size_t added = 0, i;
	int enc;

	t = extended(doc, &state, &added);
	a = must_parse(kind, t.s, t.len);
	for (i = 0; oki_doc_unknown(a, i) != NULL; i++)
		;
	ck_assert_uint_ge(i, added);
	want = in_order(a);
	for (enc = OKI_UTF_8; enc <= OKI_SHIFT_JIS; enc++) {
		once = written(a, (enum oki_encoding)enc, ONSHI_OK, &e);
		b = must_parse(kind, once.s, once.len);
		ck_assert_int_eq(b->encoding, enc);
		got = in_order(b);
		ck_assert_str_eq(got.s, want.s);
		ck_assert_uint_eq(b->n_unknown, a->n_unknown);
		twice = written(b, (enum oki_encoding)enc, ONSHI_OK, &e);
		ck_assert_str_eq(twice.s, once.s);
		oki_doc_free(&b);
		free(got.s);
		free(once.s);
		free(twice.s);
	}
	oki_doc_free(&a);
	oki_doc_free(&doc);
	free(want.s);
	free(t.s);
	free(bytes.s);
}
END_TEST

/* What a tree does not keep is not left out in silence: it is not written. */
static const struct {
	const char	*name;		/* that is said */
	const char	*bytes;
} not_kept[] = {
	{ "New", "<New a='1'>1</New>" },
	{ "New", "<New>1<b/></New>" },
	{ "New", "<New><b/>1</New>" },
	{ "b", "<New><b a=''/></New>" },
	{ "x:New", "<x:New xmlns:x='u'>1</x:New>" },
	{ "*:New", "<New xmlns='urn:u'>1</New>" },
	{ "x:ErrorCode", "<x:ErrorCode xmlns:x='u'>1</x:ErrorCode>" },
	{ "ErrorCode", "<ErrorCode a='1'>1</ErrorCode>" }
};

START_TEST(not_left_out_in_silence)
{
	struct text t = { NULL, 0, 0 }, got;
	struct onshi_error e;
	struct oki_doc *doc;
	char said[64];

	text_put(&t, "<XmlMsg><MessageHeader>");
	text_put(&t, not_kept[_i].bytes);
	text_put(&t, "</MessageHeader></XmlMsg>");
	doc = must_parse("OQSsiquc01res", t.s, t.len);
	got = written(doc, OKI_UTF_8, ONSHI_E_VALUE, &e);
	ck_assert_uint_eq(got.len, 0);
	snprintf(said, sizeof(said), "%s: ", not_kept[_i].name);
	ck_assert_msg(strstr(e.text, said) != NULL, "%s", e.text);
	oki_doc_free(&doc);
	free(got.s);
	free(t.s);
}
END_TEST

/* ---- both encodings, byte for byte as iconv ----------------------------- */

START_TEST(as_iconv)
{
	struct text bytes = sample(_i), utf8, sjis, got;
	struct oki_doc *doc = must_parse(NULL, bytes.s, bytes.len), *other;
	struct text head = { NULL, 0, 0 };
	struct onshi_error e;

	utf8 = written(doc, OKI_UTF_8, ONSHI_OK, &e);
	sjis = written(doc, OKI_SHIFT_JIS, ONSHI_OK, &e);
	ck_assert_int_eq(strncmp(utf8.s, DECLARED("UTF-8"),
	    strlen(DECLARED("UTF-8"))), 0);
	/* The same but for what it says of itself. */
	text_put(&head, DECLARED("Shift_JIS"));
	text_put(&head, utf8.s + strlen(DECLARED("UTF-8")));
	got = by_iconv("UTF-8", "CP932", sjis.s);
	ck_assert_str_eq(got.s, head.s);
	free(got.s);
	got = by_iconv("CP932", "UTF-8", head.s);
	ck_assert_str_eq(got.s, sjis.s);
	free(got.s);
	other = must_parse(oki_doc_candidate(doc, 0), sjis.s, sjis.len);
	got = written(other, OKI_UTF_8, ONSHI_OK, &e);
	ck_assert_str_eq(got.s, utf8.s);
	oki_doc_free(&other);
	oki_doc_free(&doc);
	free(got.s);
	free(head.s);
	free(utf8.s);
	free(sjis.s);
	free(bytes.s);
}
END_TEST

/* ---- every kind, with all that its tables have -------------------------- */

/* A text that its type has, of Japanese where it may be. */
static void
any_value(const struct oki_element *el, char *to, size_t room)
{
	static const char *const dates[] = { "202610", "20261005",
	    "20261005101530" };
	size_t i, n = el->most == 0 ? 3 : el->least > 0 ? el->least : 2;

	const char *s = el->type == 'I' ? "  999995" : el->type == 'D' ?
	    "0.5" : el->type == 'B' ? "AA==" : el->type == 'W' ? "髙　①" : "";

	if (el->codes != 0 && el->codes != 903 && el->codes != 904)
		for (i = 0; i < oki_code_rows_n; i++)
			if (oki_code_rows[i].table == el->codes)
				s = oki_code_rows[i].code;
	for (i = 0; i < OKI_COUNT(dates); i++)
		if (el->type == 'N' && el->least == el->most &&
		    el->most == strlen(dates[i]))
			s = dates[i];
	(void)oki_copy(to, room, s);
	for (i = 0; to[0] == '\0' || (i > 0 && i < n); i++) {
		to[i] = '0';
		to[i + 1] = '\0';
	}
}

/* Everything that may stand there, twice what may be many; but for skip. */
static void
fill(struct onshi_record *rec, int skip)
{
	const struct oki_group *g = &oki_groups[rec->group];
	const struct oki_row *row;
	struct onshi_record *child;
	struct onshi_error e;
	char value[64];
	size_t i, k;

	oki_error_clear(&e);
	for (i = g->n; i-- > 0; ) {
		row = &oki_rows[g->first + i];
		if (row->often == 'a' || row->el == skip ||
		    row->el == ONSHI_EL_CARD_PROOF)
			continue;
		for (k = 0; k < (oki_row_is_many(row) ? 2u : 1u); k++) {
			if (row->group == 0) {
				any_value(oki_element(row->el), value,
				    sizeof(value));
				ck_assert_msg(oki_record_put(rec, row->el,
				    value, &e) == ONSHI_OK, "%s", e.text);
				continue;
			}
			/* Header and body are there. */
			child = oki_record_within(rec, row->el);
			if (child == NULL || k > 0 || (row->el !=
			    ONSHI_EL_MESSAGE_HEADER && row->el !=
			    ONSHI_EL_MESSAGE_BODY))
				ck_assert_int_eq(oki_record_open(rec, row->el,
				    &child, &e), ONSHI_OK);
			fill(child, skip);
		}
	}
}

static int
no_finding(void *self, const char *path, const char *text)
{
	(void)self;
	/* Numbers of nobody. */
	if (strncmp(text, "note: ", 6) != 0 && strncmp(text, "warning: ",
	    9) != 0)
		ck_abort_msg("%s: %s", path, text);

	return ONSHI_OK;
}

START_TEST(every_kind)
{
	const char *kind = oki_kinds[_i].name;
	struct oki_doc *doc, *back;
	struct text want, once, got;
	struct onshi_error e;
	char name[64];
	int enc;

	ck_assert_int_eq(oki_doc_new(kind, &doc), ONSHI_OK);
	fill(oki_doc_root(doc), 0);
	ck_assert_int_eq(oki_message_check(doc, no_finding, NULL), ONSHI_OK);
	want = in_order(doc);
	snprintf(name, sizeof(name), "/res/%s_202610050001.xml", kind);
	for (enc = OKI_UTF_8; enc <= OKI_SHIFT_JIS; enc++) {
		once = written(doc, (enum oki_encoding)enc, ONSHI_OK, &e);
		back = must_parse(strcmp(kind, "challenge") == 0 ? kind :
		    oki_kind_of_name(name), once.s, once.len);
		ck_assert_str_eq(oki_doc_kind(back), kind);
		ck_assert_ptr_null(oki_doc_unknown(back, 0));
		got = in_order(back);
		ck_assert_str_eq(got.s, want.s);
		oki_doc_free(&back);
		free(got.s);
		free(once.s);
	}
	oki_doc_free(&doc);
	free(want.s);
}
END_TEST

/* A request of each kind without what it has to have, and with a text that
 * Shift_JIS does not have: refused, and the element is named. */
static void
refused_with(const char *kind, int skip, int el, const char *value)
{
	const char *name = oki_element(skip != 0 ? skip : el)->name;
	struct onshi_record *rec, *next;
	struct onshi_error e;
	struct oki_doc *doc;
	struct text got;

	oki_error_clear(&e);
	ck_assert_int_eq(oki_doc_new(kind, &doc), ONSHI_OK);
	fill(oki_doc_root(doc), skip);
	for (rec = oki_doc_root(doc); rec != NULL && el != 0; rec = next) {
		next = oki_record_walk(rec, oki_doc_root(doc));
		if (rec->el != el)
			continue;
		ck_assert_int_eq(oki_record_put(rec->parent, el, value, &e),
		    ONSHI_OK);
		got = written(doc, OKI_UTF_8, ONSHI_OK, &e);
		free(got.s);
		break;
	}
	got = written(doc, OKI_SHIFT_JIS, ONSHI_E_VALUE, &e);
	ck_assert_uint_eq(got.len, 0);
	ck_assert_msg(strncmp(e.text, name, strlen(name)) == 0, "%s: %s",
	    name, e.text);
	ck_assert_msg(value == NULL || strstr(e.text, value) == NULL, "%s",
	    e.text);
	oki_doc_free(&doc);
	free(got.s);
}

static void
refused_in(const char *kind, uint8_t group)
{
	static const char *const values[] = { "〜", "吉𠮷", "\xe2\x88\x92",
	    "が\xe3\x82\x99", "\xf0\x9f\x98\x80" };
	const struct oki_group *g = &oki_groups[group];
	const struct oki_row *row;
	size_t i, k;

	for (i = 0; i < g->n; i++) {
		row = &oki_rows[g->first + i];
		if (row->often == 'a' || row->el == ONSHI_EL_CARD_PROOF)
			continue;
		if (row->group != 0) {
			refused_in(kind, row->group);
			continue;
		}
		if (row->often == '1')
			refused_with(kind, row->el, 0, NULL);
		for (k = 0; k < OKI_COUNT(values) &&
		    oki_element(row->el)->type == 'W'; k++)
			refused_with(kind, 0, row->el, values[k]);
	}
}

START_TEST(requests_refused)
{
	if (oki_kind_is_request(oki_kinds[_i].name))
		refused_in(oki_kinds[_i].name, oki_kinds[_i].group);
}
END_TEST

/* ---- what is not public is not carried ---------------------------------- */

static const char *const carried[] = {
	"OQSsiquc01req", "OQSsiquc01res", "OQSsiimm01req", "OQSsiimm01res",
	"OQSmuquc01req", "OQSmuquc01res", "OQSmuquc02req", "OQSmuquc02res",
	"OQSmuimm01req", "OQSmuimm01res", "OQSmuimm02req", "OQSmuimm02res",
	"OQSmutic01req", "OQSmutic01res", "OQSmutic02req", "OQSmutic02res",
	"OQSmuhvq01req", "OQSmuhvq01res", "OQSmuhvq02req", "OQSmuhvq02res",
	"OQSmuonq01req", "OQSmuonq01res", "OQSmuonq02req", "OQSmuonq02res",
	"YZKsiquc01req", "YZKsiquc01res", "TKKsiquc01req", "TKKsiquc01res",
	"XDISsiquc01req", "XDISsiquc01res", "XDISsivst01req",
	"XDISsivst01res", "XEMGsiquc01req", "XEMGsiquc01res",
	"XEMGsivst01req", "XEMGsivst01res", "challenge"
};

/* All of them, and no other. */
START_TEST(what_is_carried)
{
	const char *answer;
	size_t i;

	ck_assert_uint_eq(oki_kinds_n, OKI_COUNT(carried));
	for (i = 0; i < OKI_COUNT(carried); i++) {
		ck_assert_pstr_eq(oki_kind(carried[i]), carried[i]);
		if (!oki_kind_is_request(carried[i]))
			continue;
		ck_assert_ptr_nonnull(answer = oki_kind_answer(carried[i]));
		ck_assert_str_eq(answer, carried[i + 1]);
	}
}
END_TEST

static const struct {
	const char	*file;
	const char	*prefix;	/* NULL: told by the content */
} not_carried[] = {
	{ "OQSsihvq01req_202610050001.xml", "OQSsihvq01req" },
	{ "OQSsihvq01res_202610050001.xml", "OQSsihvq01res" },
	{ "OQSsionq01req_1.xml", "OQSsionq01req" },
	{ "OQSsionq01res_1.xml", "OQSsionq01res" },
	{ "OQSsihvd01req_1.xml", "OQSsihvd01req" },
	{ "OQSsihvd01res_1.xml", "OQSsihvd01res" },
	{ "OQSsiurl01req_1.xml", "OQSsiurl01req" },
	{ "OQSsiurl01res_1.xml", "OQSsiurl01res" },
	{ "OQSsiinq01res_1.xml", "OQSsiinq01res" },
	{ "OQSsiupd01res_1.xml", "OQSsiupd01res" },
	{ "OQSsiupd.xml", "OQSsiupd" },
	{ "PMHsimsm01res_1.xml", "PMHsimsm01res" },
	{ "EPSsiPIR06req_1.xml", "EPSsiPIR06req" },
	{ "CISsiabc01res_1.xml", "CISsiabc01res" },
	{ "OQSsiquc03res_1.xml", "OQSsiquc03res" },
	{ "C:\\OQS\\res\\OQSsihvq01res_1.xml", "OQSsihvq01res" },
	{ "/OQSsiquc01res_1/02_OQSsiurl01res_1.xml", "OQSsiurl01res" },
	{ "OQSsihvq01res_OQSsiquc01res.xml", "OQSsihvq01res" },
	{ "OQSsiquc01res_OQSsihvq01res.xml", NULL },
	{ "OQSsihvq01resx_1.xml", NULL },
	{ "OQSsihvq1res_1.xml", NULL },
	{ "OQSsihvq01rex_1.xml", NULL },
	{ "OQSsimple.xml", NULL },
	{ "OQSsi1ab.xml", NULL },
	{ "OQSxxhvq01res_1.xml", NULL },
	{ "oqssihvq01res_1.xml", NULL },
	{ "/OQSsihvq01res_1/a.xml", NULL },
	{ "OQS", NULL },
	{ "", NULL },
	{ NULL, NULL }
};

/* A file of such a name may look like an answer that we know: it is none. */
START_TEST(not_public)
{
	const char *file = not_carried[_i].file;
	const char *prefix = not_carried[_i].prefix;
	struct text bytes = sample_numbered("02");
	struct onshi_message *m = NULL;
	const struct onshi_record *rec;
	struct oki_parser *p;
	struct oki_doc *doc;
	int r;

	ck_assert_int_eq(onshi_message_new(&m), ONSHI_OK);
	r = onshi_message_read(m, file, (const uint8_t *)bytes.s, bytes.len);
	if (prefix == NULL) {
		ck_assert_int_eq(r, ONSHI_OK);
		ck_assert_str_eq(onshi_message_kind(m), "OQSsiquc01res");
	} else {
		ck_assert_int_eq(r, ONSHI_E_UNSUPPORTED);
		ck_assert_ptr_nonnull(strstr(onshi_error_text(
		    onshi_message_error(m)), prefix));
		ck_assert_str_eq(onshi_message_kind(m), "");
		ck_assert_int_eq(onshi_message_outcome(m),
		    ONSHI_OUTCOME_NONE);
		ck_assert_int_eq(onshi_message_body(m, &rec), ONSHI_ABSENT);
		ck_assert_ptr_null(oki_kind(prefix));
		ck_assert_ptr_null(oki_kind_answer(prefix));
		ck_assert_int_eq(oki_doc_new(prefix, &doc), ONSHI_E_ARG);
		ck_assert_int_eq(oki_parser_new(prefix, NULL, NULL, NULL,
		    &p), ONSHI_E_ARG);
	}
	onshi_message_free(&m);
	free(bytes.s);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("every");
	TCase *c = tcase_create("every");

	tcase_set_timeout(c, 120);
	tcase_add_loop_test(c, request_from_nothing, 0, SAMPLES);
	tcase_add_loop_test(c, nothing_is_lost, 0, SAMPLES);
	tcase_add_loop_test(c, not_left_out_in_silence, 0,
	    OKI_COUNT(not_kept));
	tcase_add_loop_test(c, as_iconv, 0, SAMPLES);
	tcase_add_loop_test(c, every_kind, 0, OKI_COUNT(carried));
	tcase_add_loop_test(c, requests_refused, 0, OKI_COUNT(carried));
	tcase_add_test(c, what_is_carried);
	tcase_add_loop_test(c, not_public, 0, OKI_COUNT(not_carried));
	suite_add_tcase(s, c);

	return run_suite(s);
}
