/* Code page 932 and UTF-8 against the system's own converter (SEC-43, -52). */
#include "config.h"

#include <iconv.h>

#include "message/help.h"

#define HEAD	"<?xml version=\"1.0\" encoding=\"Shift_JIS\"?><Challenge>" \
	"<ChallengeId>"
#define TAIL	"</ChallengeId></Challenge>"

/* What iconv makes of bytes in CP932: 0 if it refuses. */
static uint32_t
by_iconv(const char *bytes, size_t len)
{
	iconv_t cd = iconv_open("UTF-32LE", "CP932");
	unsigned char out[16];
	char *to = (char *)out, *from, copy[4];
	size_t left = sizeof(out);
	uint32_t c = 0;

	ck_assert(cd != (iconv_t)-1);
	memcpy(copy, bytes, len);
	from = copy;
	if (iconv(cd, &from, &len, &to, &left) != (size_t)-1 && len == 0 &&
	    left == sizeof(out) - 4)
		c = out[0] | (uint32_t)out[1] << 8 | (uint32_t)out[2] << 16;
	iconv_close(cd);

	return c;
}

/* All 65,536 pairs: two bytes that are a character for both, or for neither. */
START_TEST(all_pairs)
{
	unsigned int trail, lead = (unsigned int)_i;
	char bytes[2] = { (char)lead, 0 };
	uint32_t want, got;

	for (trail = 0; trail < 256; trail++) {
		bytes[1] = (char)trail;
		want = lead < 0x80 || (lead >= 0xa1 && lead <= 0xdf) ? 0 :
		    by_iconv(bytes, 2);
		got = oki_cp932_char(lead, trail);
		if (got != want)
			ck_abort_msg("%02x%02x: U+%04X, iconv U+%04X", lead,
			    trail, got, want);
	}
}
END_TEST

/* Every pair through the gate: the same character, or the file is refused. */
START_TEST(all_pairs_read)
{
	unsigned int trail, lead = (unsigned int)_i;
	char bytes[200];
	struct onshi_error e;
	struct oki_doc *doc;
	const char *text;
	uint32_t want;
	size_t head = strlen(HEAD);
	int r;

	if (lead < 0x80)
		return;
	for (trail = 0x80; trail < 256; trail++) {
		memcpy(bytes, HEAD, head);
		bytes[head] = (char)lead;
		bytes[head + 1] = (char)trail;
		memcpy(bytes + head + 2, TAIL, sizeof(TAIL));
		oki_error_clear(&e);
		r = oki_message_parse("challenge", (uint8_t *)bytes,
		    strlen(bytes), NULL, &doc, &e);
		want = oki_cp932_char(lead, trail);
		if (lead >= 0xa1 && lead <= 0xdf) {
			/* Kana; what follows is kana too or begins no pair. */
			ck_assert_int_eq(r == ONSHI_OK, trail >= 0xa1 &&
			    trail <= 0xdf);
		} else if (want == 0) {
			ck_assert_int_eq(r, ONSHI_E_ANSWER_REFUSED);
			ck_assert_str_eq(e.reason, "wrong_encoding");
		} else {
			ck_assert_int_eq(r, ONSHI_OK);
			text = oki_record_get(oki_doc_root(doc),
			    ONSHI_EL_CHALLENGE_ID);
			ck_assert_uint_eq(oki_utf8_get(&text), want);
			ck_assert_int_eq(*text, '\0');
		}
		oki_doc_free(&doc);
	}
}
END_TEST

/* Each character of a code goes back to that code, or to the one that stands
 * for its double; a character without code has none. */
START_TEST(back_again)
{
	uint32_t c, c2;
	unsigned int code;

	for (c = 0x80; c < 0x11000; c++) {
		if ((code = oki_cp932_code(c)) == 0)
			continue;
		if (code < 0x100) {
			ck_assert_uint_eq(by_iconv((char[]){ (char)code }, 1),
			    c);
			continue;
		}
		c2 = oki_cp932_char(code >> 8, code & 0xff);
		if (c2 != c)
			ck_abort_msg("U+%04X: %04x is U+%04X", c, code, c2);
	}
	for (code = 0x8100; code < 0x10000; code++)
		if ((c = oki_cp932_char(code >> 8, code & 0xff)) != 0)
			ck_assert_uint_ne(oki_cp932_code(c), 0);
}
END_TEST

/* All characters there are, written: the bytes of iconv, wherever iconv reads
 * these back as the same. What it only makes alike (U+00A5, U+2014, U+203E) is
 * refused. */
START_TEST(all_written)
{
	iconv_t to = iconv_open("CP932", "UTF-8");
	char utf8[8], out[8], *from, *at;
	size_t len, left, n;
	unsigned int want;
	uint32_t c;

	ck_assert(to != (iconv_t)-1);
	for (c = 0x80; c < 0x110000; c++) {
		if (c >= 0xd800 && c < 0xe000)
			continue;
		n = len = oki_utf8_put((uint8_t *)utf8, c);
		from = utf8;
		at = out;
		left = sizeof(out);
		iconv(to, NULL, NULL, NULL, NULL);
		want = 0;
		if (iconv(to, &from, &len, &at, &left) != (size_t)-1 &&
		    at > out && by_iconv(out, (size_t)(at - out)) == c)
			want = at == out + 1 ? (uint8_t)out[0] :
			    (unsigned int)(uint8_t)out[0] << 8 |
			    (uint8_t)out[1];
		if (oki_cp932_code(c) != want)
			ck_abort_msg("U+%04X (%zu bytes): %04x, iconv %04x",
			    c, n, oki_cp932_code(c), want);
	}
	iconv_close(to);
}
END_TEST

/* Doubles go where Windows puts them. */
START_TEST(doubles)
{
	static const struct { uint32_t c; unsigned int code; } rows[] = {
		{ 0x7e8a, 0xfa5c }, { 0xffe2, 0x81ca }, { 0x2235, 0x81e6 },
		{ 0x2160, 0x8754 }, { 0x2170, 0xfa40 }, { 0x3231, 0x878a },
		{ 0x9ad9, 0xfbfc }, { 0xfa11, 0xfab1 }, { 0xff61, 0xa1 },
		{ 0xe000, 0xf040 }, { 0xe757, 0xf9fc }, { 0xe758, 0 },
		{ 0x2460, 0x8740 }, { 0x301c, 0 }, { 0x2212, 0 },
		{ 0xa5, 0 }, { 0x1f600, 0 }
	};
	size_t i;

	for (i = 0; i < OKI_COUNT(rows); i++)
		ck_assert_uint_eq(oki_cp932_code(rows[i].c), rows[i].code);
}
END_TEST

/* SEC-52 over all of the first plane: written and read back the same, or an
 * error that names the element and not the character. */
START_TEST(written)
{
	uint32_t c, first = (uint32_t)_i * 0x1000;
	struct oki_doc *doc, *other;
	struct onshi_record *rec;
	struct onshi_error e;
	struct oki_buf buf;
	uint8_t text[5];
	const char *back;
	int r;

	for (c = first; c < first + 0x1000; c++) {
		memset(text, 0, sizeof(text));
		oki_utf8_put(text, c);
		/* Controls are refused before (SEC-51). */
		if (c < 0x20 || (c >= 0x7f && c < 0xa0) || !oki_is_utf8(
		    (char *)text, strlen((char *)text)))
			continue;
		ck_assert_int_eq(oki_doc_new("OQSsiquc01res", &doc), ONSHI_OK);
		rec = oki_doc_header(doc);
		oki_error_clear(&e);
		ck_assert_int_eq(oki_record_put(rec, ONSHI_EL_ERROR_MESSAGE,
		    (char *)text, &e), ONSHI_OK);
		oki_buf_init(&buf, 4096);
		r = oki_message_write(doc, OKI_SHIFT_JIS, &buf, &e);
		if (c >= 0x80 && oki_cp932_code(c) == 0) {
			ck_assert_int_eq(r, ONSHI_E_VALUE);
			ck_assert_ptr_nonnull(strstr(e.text, "ErrorMessage"));
			ck_assert_uint_eq(buf.len, 0);
		} else {
			ck_assert_int_eq(r, ONSHI_OK);
			other = must_parse("OQSsiquc01res", (char *)buf.data,
			    buf.len);
			back = oki_record_search(oki_doc_root(other),
			    ONSHI_EL_ERROR_MESSAGE);
			ck_assert_pstr_eq(back, (char *)text);
			oki_doc_free(&other);
		}
		oki_buf_free(&buf);
		oki_doc_free(&doc);
	}
}
END_TEST

/* UTF-8: three bytes of any kind are taken by us if iconv takes them, but for
 * the characters that XML does not have. */
START_TEST(utf8)
{
	iconv_t cd = iconv_open("UTF-32LE", "UTF-8");
	uint64_t state = 7;
	char bytes[200], out[64], in[5], *from, *to;
	struct onshi_error e;
	struct oki_doc *doc;
	size_t n, left, inleft, head;
	bool want;
	int i, r;

	head = (size_t)snprintf(bytes, sizeof(bytes),
	    "<Challenge><ChallengeId>");
	for (i = 0; i < 20000; i++) {
		n = 1 + dice(&state, 4);
		in[0] = (char)(0xc0 + dice(&state, 64));
		in[1] = (char)(0x80 + dice(&state, 80));
		in[2] = (char)(0x80 + dice(&state, 70));
		in[3] = (char)(0x80 + dice(&state, 66));
		from = in;
		to = out;
		inleft = n;
		left = sizeof(out);
		iconv(cd, NULL, NULL, NULL, NULL);
		want = iconv(cd, &from, &inleft, &to, &left) != (size_t)-1 &&
		    oki_is_utf8(in, n);
		memcpy(bytes + head, in, n);
		snprintf(bytes + head + n, sizeof(bytes) - head - n, "%s",
		    TAIL);
		oki_error_clear(&e);
		r = oki_message_parse("challenge", (uint8_t *)bytes, head + n +
		    strlen(TAIL), NULL, &doc, &e);
		ck_assert_int_eq(r == ONSHI_OK, want);
		if (r != ONSHI_OK)
			ck_assert_str_eq(e.reason, "wrong_encoding");
		oki_doc_free(&doc);
	}
	iconv_close(cd);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("cp932");
	TCase *c = tcase_create("cp932");

	tcase_set_timeout(c, 120);
	tcase_add_loop_test(c, all_pairs, 0, 256);
	tcase_add_loop_test(c, all_pairs_read, 0, 256);
	tcase_add_test(c, back_again);
	tcase_add_test(c, all_written);
	tcase_add_test(c, doubles);
	tcase_add_loop_test(c, written, 0, 16);
	tcase_add_test(c, utf8);
	suite_add_tcase(s, c);

	return run_suite(s);
}
