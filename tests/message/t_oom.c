/*
 * Memory runs out at each point of what is done with a message: reading,
 * checking, lines, writing; or the room for what is written ends at each byte.
 * A result that says so, nothing left behind, and never a part for the whole.
 */
#include "config.h"

#include "help.h"
#include "tests/oom/oom.h"

#define PART	77		/* less than all, and called all */
#define MANY	100		/* children: worth an index */

struct message {
	const char	*name;
	struct text	 bytes;
	size_t		 all;	/* what there is to be had of it; 0: not known */
};

/* Counts what a tree holds: each text and each name. What stands for the fields
 * of a level has no text of its own. */
static size_t
amount(const struct oki_doc *doc)
{
	const struct onshi_record *root = oki_doc_root(doc), *rec;
	size_t n = 0;

	for (rec = root; rec != NULL; rec = oki_record_walk(rec, root))
		n += 1 + strlen(oki_record_name(rec)) + (rec->text == NULL ||
		    (rec->flags & OKI_REC_SHARED) != 0 ? 0 :
		    strlen(rec->text));

	return n;
}

static int
read_public(const struct message *m, size_t *n)
{
	struct onshi_message *msg = NULL;
	const char *path, *text;
	size_t i;
	int r;

	if ((r = onshi_message_new(&msg)) != ONSHI_OK)
		return r;
	r = onshi_message_read(msg, m->name, (const uint8_t *)m->bytes.s,
	    m->bytes.len);
	if (r != onshi_error_code(onshi_message_error(msg)))
		r = PART;
	for (i = 0; onshi_message_finding(msg, i, &path, &text) == ONSHI_OK;
	    i++)
		*n += strlen(path) + strlen(text);
	for (i = 0; onshi_message_unknown(msg, i, &path) == ONSHI_OK; i++)
		*n += strlen(path);
	/* What could not be read has nothing to say. */
	if (r != ONSHI_OK && *n > 0)
		r = PART;
	onshi_message_free(&msg);

	return r;
}

static int
write_it(const struct oki_doc *doc, enum oki_encoding enc, size_t *n)
{
	struct onshi_error e;
	struct oki_buf buf;
	int r;

	oki_error_clear(&e);
	oki_buf_init(&buf, 1u << 24);
	r = oki_message_write(doc, enc, &buf, &e);
	*n += buf.len;
	oki_buf_free(&buf);

	return r;
}

/* Written as JSON and read again: as much as there was. */
static int
by_json(const struct oki_doc *doc, size_t *n)
{
	struct oki_doc *back = NULL;
	struct oki_limits limits;
	struct onshi_error e;
	struct oki_buf buf;
	int r;

	oki_error_clear(&e);
	oki_limits_init(&limits, NULL);
	limits.is_json = true;
	oki_buf_init(&buf, 1u << 24);
	if ((r = oki_json_write(doc, &buf, &e)) == ONSHI_OK &&
	    (r = oki_message_parse(oki_doc_candidate(doc, 0), buf.data,
	    buf.len, &limits, &back, &e)) == ONSHI_OK)
		*n += amount(back);
	oki_doc_free(&back);
	oki_buf_free(&buf);

	return r;
}

static int
lines_of(const struct oki_doc *doc, size_t *n)
{
	struct oki_doc *out;
	int r, what;

	for (what = OKI_LINES_DRUGS; what <= OKI_LINES_CHECKUPS; what++) {
		if ((r = oki_message_lines(doc, (enum oki_lines)what, NULL,
		    &out)) != ONSHI_OK)
			return r;
		*n += amount(out);
		oki_doc_free(&out);
	}
	if ((r = oki_message_head(doc, &out)) != ONSHI_OK)
		return r;
	*n += amount(out);
	oki_doc_free(&out);

	return r;
}

static int
person_of(const struct oki_doc *doc, size_t *n)
{
	struct oki_person person;
	struct oki_doc *out;
	int r;

	if (!oki_message_person(doc, &person))
		return ONSHI_OK;
	if ((r = oki_person_doc(&person, &out)) != ONSHI_OK)
		return r;
	*n += amount(out);
	oki_doc_free(&out);

	return r;
}

static int
life(void *arg)
{
	struct message *m = arg;
	struct oki_doc *doc = NULL;
	struct onshi_error e;
	size_t n = 0;
	int r;

	oki_error_clear(&e);
	if ((r = read_public(m, &n)) != ONSHI_OK)
		return r;
	if ((r = oki_message_parse(oki_kind_of_name(m->name),
	    (const uint8_t *)m->bytes.s, m->bytes.len, NULL, &doc, &e)) !=
	    ONSHI_OK)
		return r;
	n += amount(doc);
	if ((r = write_it(doc, OKI_UTF_8, &n)) == ONSHI_OK &&
	    (r = write_it(doc, OKI_SHIFT_JIS, &n)) == ONSHI_OK &&
	    (r = lines_of(doc, &n)) == ONSHI_OK &&
	    (oki_json_check(NULL) != ONSHI_OK ||
	    (r = by_json(doc, &n)) == ONSHI_OK))
		r = person_of(doc, &n);
	oki_doc_free(&doc);
	if (r != ONSHI_OK)
		return r;
	if (m->all == 0)
		m->all = n;

	return n == m->all ? ONSHI_OK : PART;
}

static void
at_each_point(struct message *m)
{
	ck_assert_int_eq(life(m), ONSHI_OK);
	ck_assert_uint_gt(oom_run(m->name, life, m, ONSHI_OK), 10);
	free(m->bytes.s);
}

START_TEST(samples)
{
	struct message m = { .name = sample_name(_i), .bytes = sample(_i) };

	at_each_point(&m);
}
END_TEST

/* ---- less room than it takes ---------------------------------------------- */

static int
in_utf8(const struct oki_doc *doc, struct oki_buf *buf, struct onshi_error *e)
{
	return oki_message_write(doc, OKI_UTF_8, buf, e);
}

static int
in_shift_jis(const struct oki_doc *doc, struct oki_buf *buf,
    struct onshi_error *e)
{
	return oki_message_write(doc, OKI_SHIFT_JIS, buf, e);
}

static const struct {
	const char	*name;
	int		(*write)(const struct oki_doc *, struct oki_buf *,
			    struct onshi_error *);
} writers[] = {
	{ "UTF-8", in_utf8 }, { "Shift_JIS", in_shift_jis },
	{ "JSON", oki_json_write }
};

static int
write_in(const struct oki_doc *doc, size_t w, size_t room, size_t *len)
{
	struct onshi_error e;
	struct oki_buf buf;
	int r;

	oki_error_clear(&e);
	oki_buf_init(&buf, room);
	r = writers[w].write(doc, &buf, &e);
	*len = buf.len;
	oki_buf_free(&buf);

	return r == onshi_error_code(&e) ? r : PART;
}

/* Of what is longer than may be sent there is nothing at all. */
START_TEST(no_room)
{
	struct text t = sample(_i);
	struct oki_doc *doc = must_parse(NULL, t.s, t.len);
	size_t w, room, all, len;

	for (w = 0; w < OKI_COUNT(writers); w++) {
		ck_assert_int_eq(write_in(doc, w, 1u << 24, &all), ONSHI_OK);
		ck_assert_int_eq(write_in(doc, w, all, &len), ONSHI_OK);
		for (room = 0; room < all; room += 1 + all / 200) {
			ck_assert_msg(write_in(doc, w, room, &len) ==
			    ONSHI_E_TOO_BIG, "%s of %s in %zu bytes",
			    writers[w].name, sample_name(_i), room);
			ck_assert_uint_eq(len, 0);
		}
	}
	oki_doc_free(&doc);
	free(t.s);
}
END_TEST

/* Names that no table has, each once, and one of them very often. */
START_TEST(unknown_names)
{
	struct message m = { .name = "OQSsiquc01res_x.xml" };
	char name[64];
	int i;

	text_put(&m.bytes, "<XmlMsg><MessageHeader/><MessageBody>");
	for (i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "<A%d>x</A%d><B>%d</B>", i, i, i);
		text_put(&m.bytes, name);
	}
	text_put(&m.bytes, "</MessageBody></XmlMsg>");
	at_each_point(&m);
}
END_TEST

/* A large answer by JSON, whose persons are handed out one by one. */
static int
take_unit(void *self, struct oki_doc **one)
{
	*(size_t *)self += amount(*one);

	return ONSHI_OK;
}

static int
units(void *arg)
{
#define UNIT	"{\"QualificationConfirmSearchInfo\":"			\
	"{\"ArbitraryIdentifier\":\"1\",\"Unknown\":{\"B\":[\"c\",\"d\"]}}}"
	static const char json[] = "{\"XmlMsg\":{\"MessageBody\":"
	    "{\"BulkConfirmUnit\":[" UNIT "," UNIT "]}}}";
	struct oki_parser *p = NULL;
	struct oki_doc *doc = NULL;
	struct oki_limits limits;
	struct onshi_error e;
	size_t n = 0, *all = arg;
	int r;

	oki_error_clear(&e);
	oki_limits_init(&limits, "OQSmuquc02res");
	limits.is_json = true;
	if ((r = oki_parser_new("OQSmuquc02res", &limits, take_unit, &n,
	    &p)) == ONSHI_OK && (r = oki_parser_feed(p,
	    (const uint8_t *)json, sizeof(json) - 1)) == ONSHI_OK)
		r = oki_parser_finish(p, &doc, &e);
	oki_doc_free(&doc);
	oki_parser_free(&p);
	if (r == ONSHI_OK && *all == 0)
		*all = n;

	return r == ONSHI_OK && n != *all ? PART : r;
}

START_TEST(one_by_one)
{
	size_t all = 0;

	ck_assert_int_eq(units(&all), ONSHI_OK);
	ck_assert_uint_gt(all, 20);
	ck_assert_uint_gt(oom_run("units", units, &all, ONSHI_OK), 10);
}
END_TEST

/* Requests of our own, from nothing. */
static int
build(void *arg)
{
	struct onshi_record *rec;
	struct oki_doc *doc = NULL;
	struct onshi_error e;
	int i, r;

	(void)arg;
	oki_error_clear(&e);
	if ((r = oki_doc_new("OQSsiquc01req", &doc)) != ONSHI_OK)
		return r;
	for (i = 0; r == ONSHI_OK && i < MANY; i++) {
		if ((r = oki_record_put(oki_doc_header(doc),
		    ONSHI_EL_MEDICAL_INSTITUTION_CODE, "1319999996", &e)) !=
		    ONSHI_OK)
			break;
		if ((r = oki_record_open(oki_doc_body(doc),
		    ONSHI_EL_QUALIFICATION_CONFIRM_SEARCH_INFO, &rec, &e)) ==
		    ONSHI_OK)
			r = oki_record_put(rec, ONSHI_EL_BIRTHDATE,
			    "20000101", &e);
	}
	oki_doc_free(&doc);

	return r;
}

static int
codes(void *arg)
{
	struct oki_codes *c = NULL;
	struct onshi_error e;
	int r;

	(void)arg;
	oki_error_clear(&e);
	r = oki_codes_new("E00001=not_found,E00002=several", &c, &e);
	oki_codes_free(&c);

	return r;
}

START_TEST(ours)
{
	ck_assert_uint_gt(oom_run("request", build, NULL, ONSHI_OK), 3);
	ck_assert_uint_gt(oom_run("codes", codes, NULL, ONSHI_OK), 0);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("message/oom");
	TCase *t = tcase_create("oom");

	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, samples, 0, SAMPLES);
	tcase_add_loop_test(t, no_room, 0, SAMPLES);
	tcase_add_test(t, unknown_names);
	if (oki_json_check(NULL) == ONSHI_OK)
		tcase_add_test(t, one_by_one);
	tcase_add_test(t, ours);
	suite_add_tcase(s, t);

	return run_suite(s);
}
