/*
 * A case as lines of bytes (CO-14): whoever can make a seal cannot make the
 * reader believe what nobody wrote; and what has no room is never cut.
 */
#include "config.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/core/run.h"
#include "tests/visit/fake.h"
#include "query/inside.h"
#include "visit/inside.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))
#define ALL		0x7eu
#define ODD		"100%\r\n\t 架空"

static struct fake f;
static struct onshi *o;
static struct onshi_visit *v, *w;
static struct oki_buf whole;

static void
start(void)
{
	fake_init(&f);
	o = fake_root(&f);
	ck_assert_int_eq(fake_checkin(o, ALL, &v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_new(o, ONSHI_PURPOSE_CARE, &w), ONSHI_OK);
	oki_buf_init(&whole, OKI_CASE_BYTES);
	ck_assert_int_eq(oki_case_write(&v->k, &whole), ONSHI_OK);
}

static void
stop(void)
{
	oki_buf_free(&whole);
	onshi_visit_free(&v);
	onshi_visit_free(&w);
	onshi_free(&o);
	fake_done(&f);
}

static int
read_bytes(const void *p, size_t len)
{
	struct oki_buf b;
	int r;

	oki_buf_init(&b, 4 * OKI_CASE_BYTES);
	ck_assert_int_eq(oki_buf_append(&b, p, len), ONSHI_OK);
	r = oki_case_read(&w->k, &b, 0);
	oki_secret_free(&w->k.token);
	oki_buf_free(&b);

	return r;
}

static const char *
text(void)
{
	return (const char *)whole.data;
}

/* The n-th line, from 0; NULL: so many are there. */
static const char *
line_at(size_t n)
{
	const char *at = text();

	while (n-- > 0 && *at != '\0')
		at = strchr(at, '\n') + 1;

	return *at != '\0' ? at : NULL;
}

/* All of it, with that instead of from what from points at until to. */
static int
read_with(const char *from, const char *instead, size_t len, const char *to)
{
	char bytes[4 * OKI_CASE_BYTES];
	size_t n = (size_t)(from - text()), rest = whole.len -
	    (size_t)(to - text());

	memcpy(bytes, text(), n);
	memcpy(bytes + n, instead, len);
	memcpy(bytes + n + len, to, rest);

	return read_bytes(bytes, n + len + rest);
}

static bool
is_number(const char *line)
{
	static const char *const keys[] = { "sealed=", "boot-ms=", "proved=",
	    "left=", "flags=", "since=", "until=", "purpose=", "method=",
	    "confirmed=", "certificate=", "grace=" };
	size_t i;

	for (i = 0; i < COUNT(keys); i++)
		if (strncmp(line, keys[i], strlen(keys[i])) == 0)
			return true;

	return false;
}

/* ---- as it was written --------------------------------------------------- */

START_TEST(comes_back)
{
	(void)strcpy(v->k.person.name, ODD);
	whole.len = 0;
	ck_assert_int_eq(oki_case_write(&v->k, &whole), ONSHI_OK);
	ck_assert_ptr_nonnull(strstr(text(), "\nname=100%25%0D%0A%09 "));
	ck_assert_int_eq(read_bytes(text(), whole.len), ONSHI_OK);
	ck_assert_str_eq(w->k.person.name, ODD);
	ck_assert_str_eq(w->k.id, v->k.id);
	ck_assert_str_eq(w->k.insured.insurer, v->k.insured.insurer);
	ck_assert(w->k.consent[ONSHI_CATEGORY_DRUGS].granted);
}
END_TEST

/* A maximum that is too small at any of its bytes. */
START_TEST(no_room)
{
	struct oki_buf b;
	size_t max;

	for (max = 1; max < whole.len; max++) {
		oki_buf_init(&b, max);
		ck_assert_int_eq(oki_case_write(&v->k, &b), ONSHI_E_TOO_BIG);
		oki_buf_free(&b);
	}
}
END_TEST

START_TEST(token_that_is_too_long)
{
	char bytes[4097];
	struct oki_secret *ours = v->k.token, *other = NULL;

	memset(bytes, 't', sizeof(bytes));
	ck_assert_int_eq(oki_secret_new(bytes, sizeof(bytes), &other),
	    ONSHI_OK);
	v->k.token = other;
	whole.len = 0;
	ck_assert_int_eq(oki_case_write(&v->k, &whole), ONSHI_E_TOO_BIG);
	v->k.token = ours;
	oki_secret_free(&other);
}
END_TEST

/* ---- what nobody wrote --------------------------------------------------- */

/* Cut at any byte, or with one more. */
START_TEST(cut)
{
	size_t n;

	for (n = 0; n < whole.len; n++)
		ck_assert_int_eq(read_bytes(text(), n), ONSHI_E_VALUE);
	ck_assert_int_eq(read_with(text() + whole.len, "\n", 1,
	    text() + whole.len), ONSHI_E_VALUE);
	ck_assert_int_eq(read_with(text() + whole.len, "", 1,
	    text() + whole.len), ONSHI_E_VALUE);
}
END_TEST

/* Each line is there once, under its own name, in its place. */
START_TEST(lines)
{
	const char *at, *next, *sign;
	size_t i;

	for (i = 0; (at = line_at(i)) != NULL; i++) {
		next = strchr(at, '\n') + 1;
		sign = strchr(at, '=');
		ck_assert_int_eq(read_with(at, "", 0, next), ONSHI_E_VALUE);
		ck_assert_int_eq(read_with(at, at, (size_t)(next - at), at),
		    ONSHI_E_VALUE);
		ck_assert_int_eq(read_with(at, "?", 1, at + 1),
		    ONSHI_E_VALUE);
		ck_assert_int_eq(read_with(sign, ":", 1, sign + 1),
		    ONSHI_E_VALUE);
	}
	ck_assert_uint_gt(i, 40);
}
END_TEST

/* What stands for a value; all says whether no line may have it. */
static const struct {
	const char	*value;
	bool		 all;
} spoiled[] = {
	{ "", false }, { "x", false }, { "1x", false }, { " 1", false },
	{ "%", true }, { "%4", true }, { "%4G", true }, { "%G1", true },
	{ "%4a", true }, { "%a4", true }, { "%/1", true }, { "%:1", true },
	{ "%@1", true }, { "%00", true }, { "1%FF", true }, { "\xff", true },
	{ "9223372036854775808", false }, { "-9223372036854775808", false }
};

START_TEST(values)
{
	const char *at, *from, *to;
	char endless[4200];
	size_t i;

	memset(endless, '1', sizeof(endless));
	for (i = 1; (at = line_at(i)) != NULL; i++) {
		from = strchr(at, '=') + 1;
		to = strchr(at, '\n');
		if (spoiled[_i].all || is_number(at))
			ck_assert_msg(read_with(from, spoiled[_i].value,
			    strlen(spoiled[_i].value), to) == ONSHI_E_VALUE,
			    "%s: %.20s", spoiled[_i].value, at);
		ck_assert_int_eq(read_with(from, endless, sizeof(endless),
		    to), ONSHI_E_VALUE);
	}
}
END_TEST

/* The first line of that name says that. */
static const struct {
	const char	*key;
	const char	*value;
	int		 result;
} ranges[] = {
	{ "flags", "16", ONSHI_E_VALUE },
	{ "flags", "-1", ONSHI_E_VALUE },
	{ "since", "-1", ONSHI_E_VALUE },
	{ "since", "9223372036854776", ONSHI_E_VALUE },
	{ "until", "-1", ONSHI_E_VALUE },
	{ "until", "9223372036854776", ONSHI_E_VALUE },
	{ "sealed", "-1", ONSHI_E_VALUE },
	{ "sealed", "9223372036854775807", ONSHI_E_CLOCK },
	{ "sealed", "0", ONSHI_E_CLOCK },
	{ "boot-ms", "-1", ONSHI_E_VALUE },
	{ "boot", "123456789", ONSHI_E_VALUE },
	{ "proved", "-1", ONSHI_E_VALUE },
	{ "proved", "172800001", ONSHI_E_VALUE },
	{ "left", "86400001", ONSHI_E_VALUE },
	{ "left", "-86400001", ONSHI_E_VALUE },
	{ "left", "86400000", ONSHI_OK },
	{ "left", "60000", ONSHI_OK },
	{ "left", "0", ONSHI_E_VISIT_GONE },
	{ "left", "-1", ONSHI_E_VISIT_GONE },
	{ "purpose", "0", ONSHI_E_VALUE },
	{ "purpose", "99", ONSHI_E_VALUE },
	{ "method", "0", ONSHI_E_VALUE },
	{ "method", "100", ONSHI_E_VALUE },
	{ "confirmed", "2", ONSHI_E_VALUE },
	{ "certificate", "-1", ONSHI_E_VALUE },
	{ "certificate", "100", ONSHI_E_VALUE },
	{ "grace", "2", ONSHI_E_VALUE },
	{ "token", "", ONSHI_OK }
};

START_TEST(out_of_range)
{
	char key[32];
	const char *from;

	(void)snprintf(key, sizeof(key), "\n%s=", ranges[_i].key);
	from = strstr(text(), key);
	ck_assert_ptr_nonnull(from);
	from += strlen(key);
	ck_assert_msg(read_with(from, ranges[_i].value,
	    strlen(ranges[_i].value), strchr(from, '\n')) ==
	    ranges[_i].result, "%s=%s", ranges[_i].key, ranges[_i].value);
}
END_TEST

static void
fill(TCase *c)
{
	tcase_add_checked_fixture(c, start, stop);
	tcase_set_timeout(c, 60);
	tcase_add_test(c, comes_back);
	tcase_add_test(c, no_room);
	tcase_add_test(c, token_that_is_too_long);
	tcase_add_test(c, cut);
	tcase_add_test(c, lines);
	tcase_add_loop_test(c, values, 0, (int)COUNT(spoiled));
	tcase_add_loop_test(c, out_of_range, 0, (int)COUNT(ranges));
}

int
main(void)
{
	fake_prepare();

	return run_tests("query/carry", fill);
}
