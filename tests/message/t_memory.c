/*
 * Memory: every allocation fails once, ours and libxml2's, and nothing wrong
 * is read, nothing leaks, nothing is left behind (SEC-46, X-catalogue N06).
 */
#include "config.h"

#include <libxml/xmlmemory.h>

#include "help.h"

static long left = -1;		/* allocations until one fails; -1 none */
static bool keep_failing;
static long live;
static bool counting;

void *__real_malloc(size_t len);
void __real_free(void *p);
void *__wrap_malloc(size_t len);
void __wrap_free(void *p);

static bool
fails(void)
{
	if (!counting || left < 0)
		return false;
	if (left > 0) {
		left--;
		return false;
	}
	if (!keep_failing)
		left = -1;

	return true;
}

/* The linker sends the library's own calls here. */
void *
__wrap_malloc(size_t len)
{
	void *p = fails() ? NULL : __real_malloc(len);

	live += counting && p != NULL;

	return p;
}

void
__wrap_free(void *p)
{
	live -= counting && p != NULL;
	__real_free(p);
}

static void *
xml_realloc(void *p, size_t len)
{
	if (fails())
		return NULL;
	live += counting && p == NULL;

	return realloc(p, len);
}

static char *
xml_strdup(const char *s)
{
	size_t len = strlen(s) + 1;
	char *copy = __wrap_malloc(len);

	return copy == NULL ? NULL : memcpy(copy, s, len);
}

/* What is done with a sample, and what it makes: "" if it failed. */
static int
read_sample(const struct text *bytes, struct text *got)
{
	struct onshi_message *m;
	const struct onshi_record *rec;
	int r;

	if ((r = onshi_message_new(&m)) != ONSHI_OK)
		return r;
	r = onshi_message_read(m, NULL, (uint8_t *)bytes->s, bytes->len);
	if (r == ONSHI_OK && onshi_message_body(m, &rec) == ONSHI_OK) {
		counting = false;
		dump(rec, got);
		counting = true;
	}
	if (r != ONSHI_OK)
		r = onshi_error_code(onshi_message_error(m));
	onshi_message_free(&m);

	return r;
}

static int
write_sample(const struct text *bytes, struct text *got)
{
	struct oki_doc *doc = NULL, *lines = NULL;
	struct onshi_error e;
	struct oki_buf buf;
	int r;

	oki_error_clear(&e);
	oki_buf_init(&buf, 1u << 20);
	if ((r = oki_message_parse(NULL, (uint8_t *)bytes->s, bytes->len,
	    NULL, &doc, &e)) == ONSHI_OK &&
	    (r = oki_message_write(doc, OKI_SHIFT_JIS, &buf, &e)) ==
	    ONSHI_OK && (r = oki_message_lines(doc, OKI_LINES_DRUGS, NULL, &lines)) ==
	    ONSHI_OK) {
		counting = false;
		text_add(got, (char *)buf.data, buf.len);
		dump(oki_doc_root(lines), got);
		counting = true;
	}
	oki_doc_free(&lines);
	oki_doc_free(&doc);
	oki_buf_free(&buf);

	return r;
}

static int
hand_out(void *self, struct oki_doc **one)
{
	counting = false;
	dump(oki_doc_root(*one), self);
	counting = true;

	return ONSHI_OK;
}

static int
stream_sample(const struct text *bytes, struct text *got)
{
	struct oki_parser *p;
	struct oki_doc *doc;
	struct onshi_error e;
	int r;

	oki_error_clear(&e);
	if ((r = oki_parser_new("YZKsiquc01res", NULL, hand_out, got, &p)) !=
	    ONSHI_OK)
		return r;
	r = oki_parser_feed(p, (uint8_t *)bytes->s, bytes->len);
	if (r == ONSHI_OK || r == ONSHI_E_ANSWER_REFUSED)
		r = oki_parser_finish(p, &doc, &e);
	if (r == ONSHI_OK)
		oki_doc_free(&doc);
	oki_parser_free(&p);

	return r;
}

static const struct {
	const char	*name;
	const char	*sample;
	int		(*run)(const struct text *bytes, struct text *got);
} rows[] = {
	{ "read 08", "08", read_sample },
	{ "read 16", "16", read_sample },
	{ "read 17", "17", read_sample },
	{ "read 26", "26", read_sample },
	{ "write 26", "26", write_sample },
	{ "stream 26", "26", stream_sample }
};

static void
sweep(int i, bool all_after)
{
	struct text bytes = sample_numbered(rows[i].sample);
	struct text want = { NULL, 0, 0 }, got;
	long n, before;
	int r = ONSHI_E_NOMEM;

	counting = true;
	left = -1;
	keep_failing = all_after;
	ck_assert_int_eq(rows[i].run(&bytes, &want), ONSHI_OK);
	for (n = 0; r != ONSHI_OK; n++) {
		got = (struct text){ NULL, 0, 0 };
		before = live;
		left = n;
		r = rows[i].run(&bytes, &got);
		left = -1;
		ck_assert_msg(live == before, "%s, allocation %ld: %ld left",
		    rows[i].name, n, live - before);
		if (r == ONSHI_OK)
			ck_assert_str_eq(got.s, want.s);
		else
			ck_assert_msg(r == ONSHI_E_NOMEM, "%s, allocation %ld:"
			    " %d", rows[i].name, n, r);
		counting = false;
		free(got.s);
		counting = true;
	}
	/* It has failed often enough for the sweep to mean something. */
	ck_assert_int_gt(n, 20);
	counting = false;
	free(want.s);
	free(bytes.s);
}

START_TEST(one_fails)
{
	sweep(_i, false);
}
END_TEST

START_TEST(all_fail_from_then_on)
{
	sweep(_i, true);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("memory");
	TCase *c = tcase_create("memory");

	if (xmlMemSetup(__wrap_free, __wrap_malloc, xml_realloc,
	    xml_strdup) != 0)
		return 1;
	tcase_set_timeout(c, 60);
	tcase_add_loop_test(c, one_fails, 0, (int)OKI_COUNT(rows));
	tcase_add_loop_test(c, all_fail_from_then_on, 0,
	    (int)OKI_COUNT(rows));
	suite_add_tcase(s, c);

	return run_suite(s);
}
