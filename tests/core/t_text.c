/* Forms of text: UTF-8, digits, words, numbers, names, hexadecimal, base64. */
#include "config.h"

#include <locale.h>
#include <string.h>

#include "tests/core/run.h"

static const struct {
	const char	*name;
	const char	*s;
	size_t		 len;
	bool		 good;
} utf8[] = {
	{ "nothing", "", 0, true },
	{ "NULL", NULL, 0, true },
	{ "ASCII", "a b~", 4, true },
	{ "tab, LF, CR", "\t\n\r", 3, true },
	{ "NUL", "a\0b", 3, false },
	{ "bell", "\a", 1, false },
	{ "escape", "\x1b", 1, false },
	{ "delete is a character", "\x7f", 1, true },
	{ "two bytes", "\xc2\x80", 2, true },
	{ "three: あ", "\xe3\x81\x82", 3, true },
	{ "three: the largest allowed", "\xef\xbf\xbd", 3, true },
	{ "U+FFFE", "\xef\xbf\xbe", 3, false },
	{ "U+FFFF", "\xef\xbf\xbf", 3, false },
	{ "private use", "\xee\x80\x80", 3, true },
	{ "before the surrogates", "\xed\x9f\xbf", 3, true },
	{ "first surrogate", "\xed\xa0\x80", 3, false },
	{ "last surrogate", "\xed\xbf\xbf", 3, false },
	{ "four: 𠮷", "\xf0\xa0\xae\xb7", 4, true },
	{ "the last of all", "\xf4\x8f\xbf\xbf", 4, true },
	{ "beyond the last", "\xf4\x90\x80\x80", 4, false },
	{ "five bytes", "\xf8\x88\x80\x80\x80", 5, false },
	{ "FF", "\xff", 1, false },
	{ "FE", "\xfe", 1, false },
	{ "a lone continuation", "\x80", 1, false },
	{ "long slash, two", "\xc0\xaf", 2, false },
	{ "long slash, three", "\xe0\x80\xaf", 3, false },
	{ "long slash, four", "\xf0\x80\x80\xaf", 4, false },
	{ "long NUL", "\xc0\x80", 2, false },
	{ "long, C1", "\xc1\xbf", 2, false },
	{ "longest of two bytes in three", "\xe0\x9f\xbf", 3, false },
	{ "longest of three bytes in four", "\xf0\x8f\xbf\xbf", 4, false },
	{ "cut after one of two", "\xc2", 1, false },
	{ "cut after two of three", "\xe3\x81", 2, false },
	{ "cut after three of four", "\xf0\xa0\xae", 3, false },
	{ "letter inside", "\xe3" "A\x82", 3, false },
	{ "two leads", "\xe3\xe3\x81\x82", 4, false },
	{ "Shift_JIS", "\x82\xa0", 2, false },
	{ "good, then bad", "abc\xff", 4, false },
};

START_TEST(is_utf8)
{
	ck_assert_msg(oki_is_utf8(utf8[_i].s, utf8[_i].len) == utf8[_i].good,
	    "%s", utf8[_i].name);
}
END_TEST

static const struct {
	const char	*s;
	size_t		 min, max;
	bool		 good;
} digits[] = {
	{ NULL, 0, 9, false },
	{ "", 0, 9, true },
	{ "", 1, 9, false },
	{ "0123456789", 10, 10, true },
	{ "012345678", 10, 10, false },
	{ "01234567890", 10, 10, false },
	{ "12a", 1, 9, false },
	{ "-1", 1, 9, false },
	{ "+1", 1, 9, false },
	{ " 1", 1, 9, false },
	{ "1\n", 1, 9, false },
	{ "\xef\xbc\x91", 1, 9, false },	/* full-width */
};

START_TEST(is_digits)
{
	ck_assert_int_eq(oki_is_digits(digits[_i].s, digits[_i].min,
	    digits[_i].max), digits[_i].good);
}
END_TEST

static const struct {
	const char	*s;
	size_t		 max;
	bool		 good;
} words[] = {
	{ NULL, 9, false },
	{ "", 9, false },
	{ "aZ09._@-", 8, true },
	{ "aZ09._@-", 7, false },
	{ "a b", 9, false },
	{ "a/b", 9, false },
	{ "a%b", 9, false },
	{ "\xc3\xa9", 9, false },
	{ "a\n", 9, false },
};

START_TEST(is_word)
{
	ck_assert_int_eq(oki_is_word(words[_i].s, words[_i].max),
	    words[_i].good);
}
END_TEST

static const struct {
	const char	*s;
	bool		 good;
	int64_t		 n;
} numbers[] = {
	{ NULL, false, 0 },
	{ "", false, 0 },
	{ "-", false, 0 },
	{ "0", true, 0 },
	{ "-0", true, 0 },
	{ "007", true, 7 },
	{ "-42", true, -42 },
	{ "+1", false, 0 },
	{ " 1", false, 0 },
	{ "1 ", false, 0 },
	{ "1e3", false, 0 },
	{ "0x1", false, 0 },
	{ "1,000", false, 0 },
	{ "--1", false, 0 },
	{ "9223372036854775807", true, INT64_MAX },
	{ "9223372036854775808", false, 0 },
	{ "-9223372036854775808", true, INT64_MIN },
	{ "-9223372036854775809", false, 0 },
	{ "99999999999999999999", false, 0 },
	{ "000000000000000000000000000001", true, 1 },
};

START_TEST(number)
{
	int64_t n = 77;

	ck_assert_int_eq(oki_number(numbers[_i].s, &n), numbers[_i].good);
	ck_assert_int_eq(n, numbers[_i].good ? numbers[_i].n : 77);
}
END_TEST

START_TEST(copy)
{
	char to[4] = "zzz";

	ck_assert(!oki_copy(to, 0, "a"));
	ck_assert_str_eq(to, "zzz");
	ck_assert(oki_copy(to, sizeof(to), "abc"));
	ck_assert_str_eq(to, "abc");
	ck_assert(!oki_copy(to, sizeof(to), "abcd"));
	ck_assert_str_eq(to, "abc");
	ck_assert(oki_copy(to, sizeof(to), NULL));
	ck_assert_str_eq(to, "");
}
END_TEST

START_TEST(copy_text)
{
	char to[8] = "";

	ck_assert(oki_copy_text(to, sizeof(to), "あいu"));
	ck_assert_str_eq(to, "あいu");
	ck_assert(!oki_copy_text(to, sizeof(to), "aあいu"));
	ck_assert_str_eq(to, "aあい");
	ck_assert(!oki_copy_text(to, sizeof(to), "aaあい"));
	ck_assert_str_eq(to, "aaあ");
	ck_assert(!oki_copy_text(to, sizeof(to), "あい\xf0\xa0\xae\x9f"));
	ck_assert_str_eq(to, "あい");
	ck_assert(!oki_copy_text(to, 2, "あ"));
	ck_assert_str_eq(to, "");
	ck_assert(!oki_copy_text(to, 0, "a"));
	ck_assert(oki_copy_text(to, 1, NULL));
}
END_TEST

START_TEST(text_equal)
{
	ck_assert(oki_text_equal(NULL, NULL));
	ck_assert(!oki_text_equal(NULL, ""));
	ck_assert(!oki_text_equal("", NULL));
	ck_assert(oki_text_equal("a", "a"));
	ck_assert(!oki_text_equal("a", "A"));
}
END_TEST

START_TEST(hex)
{
	static const uint8_t bytes[] = { 0x00, 0x9f, 0xff };
	uint8_t back[3];
	char text[7];
	size_t len = sizeof(back);

	oki_hex(text, bytes, sizeof(bytes));
	ck_assert_str_eq(text, "009fff");
	oki_hex(text, bytes, 0);
	ck_assert_str_eq(text, "");
	ck_assert(oki_unhex(back, &len, "009fFF"));
	ck_assert_uint_eq(len, 3);
	ck_assert_mem_eq(back, bytes, 3);
}
END_TEST

static const char *const not_hex[] = {
	NULL, "0", "0g", "g0", "000", "00000000", " 00", "0\xc3",
};

START_TEST(unhex_refuses)
{
	uint8_t back[3];
	size_t len = sizeof(back);

	ck_assert(!oki_unhex(back, &len, not_hex[_i]));
}
END_TEST

static const struct {
	const char	*list;
	char		 separator;
	const char	*items;		/* joined by "|" */
} lists[] = {
	{ NULL, ',', "" },
	{ "", ',', "|" },
	{ "a", ',', "a|" },
	{ " a ,\tb c ", ',', "a|b c|" },
	{ "a,,b,", ',', "a||b||" },
	{ "a b", ' ', "a|b|" },
};

START_TEST(list)
{
	const char *item, *rest = lists[_i].list;
	struct oki_buf all;
	size_t len;

	oki_buf_init(&all, 100);
	ck_assert_int_eq(oki_buf_text(&all, ""), ONSHI_OK);
	while (oki_list_next(&rest, lists[_i].separator, &item, &len)) {
		ck_assert_int_eq(oki_buf_append(&all, item, len), ONSHI_OK);
		ck_assert_int_eq(oki_buf_byte(&all, '|'), ONSHI_OK);
	}
	ck_assert_str_eq((char *)all.data, lists[_i].items);
	oki_buf_free(&all);
}
END_TEST

/* RFC 4648, 10, and bytes with the last two letters. */
static const struct {
	const char	*bytes;
	const char	*text;
} base64[] = {
	{ "", "" },
	{ "f", "Zg==" },
	{ "fo", "Zm8=" },
	{ "foo", "Zm9v" },
	{ "foob", "Zm9vYg==" },
	{ "fooba", "Zm9vYmE=" },
	{ "foobar", "Zm9vYmFy" },
	{ "\xfb\xff\xbf", "+/+/" },
};

START_TEST(base64_both_ways)
{
	struct oki_buf b;

	oki_buf_init(&b, 8);
	ck_assert_int_eq(oki_base64(&b, (const uint8_t *)base64[_i].bytes,
	    strlen(base64[_i].bytes)), ONSHI_OK);
	ck_assert_str_eq((char *)b.data, base64[_i].text);
	oki_buf_free(&b);
	ck_assert_int_eq(oki_unbase64(&b, base64[_i].text,
	    strlen(base64[_i].text)), ONSHI_OK);
	ck_assert_str_eq((char *)b.data, base64[_i].bytes);
	oki_buf_free(&b);
}
END_TEST

static const struct {
	const char	*name;
	const char	*text;
	int		 result;
} not_base64[] = {
	{ "one letter", "Z", ONSHI_E_VALUE },
	{ "no padding", "Zg", ONSHI_E_VALUE },
	{ "half the padding", "Zg=", ONSHI_E_VALUE },
	{ "padding alone", "====", ONSHI_E_VALUE },
	{ "one letter padded", "Z===", ONSHI_E_VALUE },
	{ "padding inside", "Zg==Zg==", ONSHI_E_VALUE },
	{ "padding before a letter", "Zg=v", ONSHI_E_VALUE },
	{ "bits lost, one byte", "Zh==", ONSHI_E_VALUE },
	{ "bits lost, two bytes", "Zm9=", ONSHI_E_VALUE },
	{ "a blank", "Zm 9", ONSHI_E_VALUE },
	{ "a line end", "Zm9v\n", ONSHI_E_VALUE },
	{ "URL letters", "-_-_", ONSHI_E_VALUE },
	{ "too much", "Zm9vYmFyZm9vYmFy", ONSHI_E_TOO_BIG },
};

START_TEST(base64_refuses)
{
	struct oki_buf b;

	oki_buf_init(&b, 9);
	ck_assert_msg(oki_unbase64(&b, not_base64[_i].text,
	    strlen(not_base64[_i].text)) == not_base64[_i].result, "%s",
	    not_base64[_i].name);
	oki_buf_free(&b);
}
END_TEST

/* SEC-115: the locale's digits, decimal signs and letters count for nothing. */
START_TEST(no_locale)
{
	static const char *const locales[] = {
		"tr_TR.UTF-8", "ja_JP.eucJP", "de_DE.UTF-8", "C.UTF-8", "C"
	};
	struct oki_buf b;
	int64_t n;
	size_t i;

	for (i = 0; i < OKI_COUNT(locales); i++) {
		if (setlocale(LC_ALL, locales[i]) == NULL)
			continue;
		ck_assert(oki_number("1000000", &n));
		ck_assert_int_eq(n, 1000000);
		ck_assert(oki_is_word("TITLE", 9));
		oki_buf_init(&b, 99);
		ck_assert_int_eq(oki_buf_format(&b, "%d", 1000000), ONSHI_OK);
		ck_assert_str_eq((char *)b.data, "1000000");
		oki_buf_free(&b);
	}
}
END_TEST

static void
fill(TCase *t)
{
	ADD_ROWS(t, is_utf8, utf8);
	ADD_ROWS(t, is_digits, digits);
	ADD_ROWS(t, is_word, words);
	ADD_ROWS(t, number, numbers);
	tcase_add_test(t, copy);
	tcase_add_test(t, copy_text);
	tcase_add_test(t, text_equal);
	tcase_add_test(t, hex);
	ADD_ROWS(t, unhex_refuses, not_hex);
	ADD_ROWS(t, list, lists);
	ADD_ROWS(t, base64_both_ways, base64);
	ADD_ROWS(t, base64_refuses, not_base64);
	tcase_add_test(t, no_locale);
}

int
main(void)
{
	return run_tests("core/text", fill);
}
