/* Memory and bytes that grow: zeroed, limited, wiped when given back. */
#include "config.h"

#include <string.h>

#include "tests/core/run.h"

void	__real_free(void *p);
void	__wrap_free(void *p);

/* What stood in the memory that is freed next: ld puts this in free's place. */
static const uint8_t *watched;
static size_t watched_len;
static size_t not_wiped;

void
__wrap_free(void *p)
{
	size_t i;

	if (watched != NULL && p != NULL && (uint8_t *)p <= watched &&
	    watched < (uint8_t *)p + 64) {
		for (i = 0; i < watched_len; i++)
			if (watched[i] != 0)
				not_wiped++;
		watched = NULL;
	}
	__real_free(p);
}

static void
watch(const void *p, size_t len)
{
	watched = p;
	watched_len = len;
	not_wiped = 0;
}

START_TEST(zeroed_and_wiped)
{
	uint8_t *p;
	size_t i;

	ck_assert_ptr_nonnull(p = oki_alloc(1000));
	for (i = 0; i < 1000; i++)
		ck_assert_uint_eq(p[i], 0);
	memset(p, 'x', 1000);
	watch(p, 1000);
	oki_free(p);
	ck_assert_ptr_null(watched);
	ck_assert_uint_eq(not_wiped, 0);
	oki_free(NULL);
}
END_TEST

static const struct {
	const char	*name;
	size_t		 n;
	size_t		 size;
	bool		 works;
} arrays[] = {
	{ "nothing", 0, 8, true },
	{ "of nothing", 8, 0, true },
	{ "some", 3, 7, true },
	{ "product over", SIZE_MAX / 2, 3, false },
	{ "square", (size_t)1 << 32, (size_t)1 << 32, false },
	{ "all there is", 1, SIZE_MAX, false },
	{ "no room for the head", 1, PTRDIFF_MAX, false },
};

START_TEST(array)
{
	void *p = oki_alloc_array(arrays[_i].n, arrays[_i].size);

	ck_assert_msg((p != NULL) == arrays[_i].works, "%s", arrays[_i].name);
	oki_free(p);
}
END_TEST

START_TEST(copies)
{
	char *s;

	ck_assert_ptr_null(oki_strdup(NULL));
	ck_assert_ptr_null(oki_strndup("x", SIZE_MAX));
	ck_assert_ptr_nonnull(s = oki_strdup("あい"));
	ck_assert_str_eq(s, "あい");
	oki_free(s);
	ck_assert_ptr_nonnull(s = oki_strndup("abc", 2));
	ck_assert_str_eq(s, "ab");
	oki_free(s);
	ck_assert_ptr_nonnull(s = oki_strndup("", 0));
	ck_assert_str_eq(s, "");
	oki_free(s);
}
END_TEST

static const struct {
	const char	*a, *b;
	size_t		 alen, blen;
	bool		 same;
} equals[] = {
	{ "", "", 0, 0, true },
	{ NULL, NULL, 0, 0, true },
	{ "a", "a", 1, 1, true },
	{ "a", "b", 1, 1, false },
	{ "ab", "a", 2, 1, false },
	{ "a\0b", "a\0c", 3, 3, false },
	{ "\x80", "\x00", 1, 1, false },
	{ "xbcdefgh", "abcdefgh", 8, 8, false },
	{ "abcdefgx", "abcdefgh", 8, 8, false },
};

START_TEST(equal)
{
	ck_assert_int_eq(oki_equal(equals[_i].a, equals[_i].alen,
	    equals[_i].b, equals[_i].blen), equals[_i].same);
}
END_TEST

START_TEST(wipe)
{
	char s[] = "secret";

	oki_wipe(NULL, 3);
	oki_wipe(s, 0);
	ck_assert_str_eq(s, "secret");
	onshi_wipe(s, 3);
	ck_assert_mem_eq(s, "\0\0\0ret", 6);
}
END_TEST

START_TEST(grows_to_its_limit)
{
	struct oki_buf b;
	size_t i;

	oki_buf_init(&b, 1000);
	for (i = 0; i < 1000; i++) {
		ck_assert_int_eq(oki_buf_byte(&b, (unsigned int)i), ONSHI_OK);
		ck_assert_uint_eq(b.data[b.len], 0);
	}
	ck_assert_int_eq(oki_buf_byte(&b, 'x'), ONSHI_E_TOO_BIG);
	ck_assert_int_eq(oki_buf_append(&b, "", 0), ONSHI_OK);
	ck_assert_int_eq(oki_buf_reserve(&b, SIZE_MAX), ONSHI_E_TOO_BIG);
	ck_assert_uint_eq(b.len, 1000);
	for (i = 0; i < 1000; i++)
		ck_assert_uint_eq(b.data[i], (uint8_t)i);
	oki_buf_free(&b);
	ck_assert_ptr_null(b.data);
	ck_assert_uint_eq(b.len, 0);
	ck_assert_uint_eq(b.max, 1000);
	oki_buf_free(&b);
}
END_TEST

START_TEST(growing_wipes)
{
	struct oki_buf b;

	oki_buf_init(&b, 10000);
	ck_assert_int_eq(oki_buf_text(&b, "a birth date"), ONSHI_OK);
	watch(b.data, b.len);
	ck_assert_int_eq(oki_buf_reserve(&b, 5000), ONSHI_OK);
	ck_assert_ptr_null(watched);
	ck_assert_uint_eq(not_wiped, 0);
	ck_assert_str_eq((char *)b.data, "a birth date");
	watch(b.data, b.len);
	oki_buf_free(&b);
	ck_assert_ptr_null(watched);
	ck_assert_uint_eq(not_wiped, 0);
}
END_TEST

START_TEST(reset_wipes)
{
	struct oki_buf b;
	size_t i;

	oki_buf_init(&b, 100);
	oki_buf_reset(&b);
	ck_assert_int_eq(oki_buf_text(&b, "number"), ONSHI_OK);
	oki_buf_reset(&b);
	for (i = 0; i <= b.room; i++)
		ck_assert_uint_eq(b.data[i], 0);
	ck_assert_uint_eq(b.len, 0);
	oki_buf_free(&b);
}
END_TEST

START_TEST(empty_is_a_string)
{
	struct oki_buf b;

	oki_buf_init(&b, 0);
	ck_assert_int_eq(oki_buf_text(&b, ""), ONSHI_OK);
	ck_assert_str_eq((char *)b.data, "");
	ck_assert_int_eq(oki_buf_text(&b, "x"), ONSHI_E_TOO_BIG);
	ck_assert_int_eq(oki_buf_append(&b, NULL, 1), ONSHI_E_INTERNAL);
	oki_buf_free(&b);
}
END_TEST

START_TEST(format)
{
	struct oki_buf b;
	char long_text[1025];

	memset(long_text, 'x', 1024);
	long_text[1024] = '\0';
	oki_buf_init(&b, 5000);
	ck_assert_int_eq(oki_buf_format(&b, "%d-%s", -5, "y"), ONSHI_OK);
	ck_assert_str_eq((char *)b.data, "-5-y");
	ck_assert_int_eq(oki_buf_format(&b, "%s", long_text), ONSHI_OK);
	ck_assert_uint_eq(b.len, 1028);
	ck_assert_int_eq(oki_buf_format(&b, "%s!", long_text),
	    ONSHI_E_TOO_BIG);
	ck_assert_uint_eq(b.len, 1028);
	oki_buf_free(&b);
}
END_TEST

START_TEST(move)
{
	struct oki_buf a, b;

	oki_buf_init(&a, 10);
	oki_buf_init(&b, 20);
	ck_assert_int_eq(oki_buf_text(&a, "old"), ONSHI_OK);
	ck_assert_int_eq(oki_buf_text(&b, "new"), ONSHI_OK);
	oki_buf_move(&a, &b);
	ck_assert_str_eq((char *)a.data, "new");
	ck_assert_uint_eq(a.max, 20);
	ck_assert_ptr_null(b.data);
	ck_assert_uint_eq(b.len, 0);
	oki_buf_move(&a, &a);
	ck_assert_str_eq((char *)a.data, "new");
	oki_buf_free(&a);
	oki_buf_free(&b);
}
END_TEST

static void
fill(TCase *t)
{
	tcase_add_test(t, zeroed_and_wiped);
	ADD_ROWS(t, array, arrays);
	tcase_add_test(t, copies);
	ADD_ROWS(t, equal, equals);
	tcase_add_test(t, wipe);
	tcase_add_test(t, grows_to_its_limit);
	tcase_add_test(t, growing_wipes);
	tcase_add_test(t, reset_wipes);
	tcase_add_test(t, empty_is_a_string);
	tcase_add_test(t, format);
	tcase_add_test(t, move);
}

int
main(void)
{
	return run_tests("core/alloc", fill);
}
