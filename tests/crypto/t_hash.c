/* Hashes against published answers; random numbers by their form. */
#include "config.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>

#include "crypto/crypto.h"
#include "tests/core/run.h"

/* FIPS 180-2, appendix B, and the empty message. */
static const struct {
	const char	*text;
	size_t		 times;
	const char	*sum;
} sums[] = {
	{ "", 1,
	  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
	{ "abc", 1,
	  "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
	  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
	{ "aaaaaaaaaa", 100000,
	  "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0" },
};

static void
expect(const uint8_t *sum, const char *hex)
{
	char text[2 * OKI_SHA256 + 1];

	oki_hex(text, sum, strlen(hex) / 2);
	ck_assert_str_eq(text, hex);
}

START_TEST(sha256)
{
	struct oki_hash *h;
	uint8_t sum[OKI_SHA256];
	size_t i, len = strlen(sums[_i].text);

	ck_assert_int_eq(oki_hash_new(&h), ONSHI_OK);
	for (i = 0; i < sums[_i].times; i++)
		ck_assert_int_eq(oki_hash_update(h, sums[_i].text, len),
		    ONSHI_OK);
	ck_assert_int_eq(oki_hash_final(h, sum), ONSHI_OK);
	expect(sum, sums[_i].sum);
	/* It begins anew. */
	ck_assert_int_eq(oki_hash_update(h, "abc", 3), ONSHI_OK);
	ck_assert_int_eq(oki_hash_final(h, sum), ONSHI_OK);
	expect(sum, sums[1].sum);
	ck_assert_int_eq(oki_hash_final(h, sum), ONSHI_OK);
	expect(sum, sums[0].sum);
	oki_hash_free(&h);
	oki_hash_free(&h);
	oki_hash_free(NULL);
	if (sums[_i].times == 1) {
		ck_assert_int_eq(oki_sha256(sums[_i].text, len, sum),
		    ONSHI_OK);
		expect(sum, sums[_i].sum);
	}
}
END_TEST

/* Any cut into two pieces gives the same sum. */
START_TEST(pieces)
{
	uint8_t data[200], whole[OKI_SHA256], sum[OKI_SHA256];
	struct oki_hash *h;
	size_t i;

	for (i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 7);
	ck_assert_int_eq(oki_sha256(data, sizeof(data), whole), ONSHI_OK);
	ck_assert_int_eq(oki_hash_new(&h), ONSHI_OK);
	for (i = 0; i <= sizeof(data); i++) {
		ck_assert_int_eq(oki_hash_update(h, data, i), ONSHI_OK);
		ck_assert_int_eq(oki_hash_update(h, data + i,
		    sizeof(data) - i), ONSHI_OK);
		ck_assert_int_eq(oki_hash_final(h, sum), ONSHI_OK);
		ck_assert_mem_eq(sum, whole, OKI_SHA256);
	}
	oki_hash_free(&h);
}
END_TEST

/* From one beginning to two ends; a reset one has read nothing. */
START_TEST(copied_and_reset)
{
	struct oki_hash *from, *to;
	uint8_t sum[OKI_SHA256], want[OKI_SHA256];

	ck_assert_int_eq(oki_hash_new(&from), ONSHI_OK);
	ck_assert_int_eq(oki_hash_new_bare(&to), ONSHI_OK);
	oki_crypto_enter();
	ck_assert_int_eq(oki_hash_update(to, "x", 1), ONSHI_OK);
	ck_assert_int_eq(oki_hash_copy(from, to), ONSHI_OK);	/* not begun */
	ck_assert_int_eq(oki_hash_update(to, "abc", 3), ONSHI_OK);
	ck_assert_int_eq(oki_hash_final(to, sum), ONSHI_OK);
	ck_assert_int_eq(oki_sha256("abc", 3, want), ONSHI_OK);
	ck_assert_mem_eq(sum, want, sizeof(sum));
	ck_assert_int_eq(oki_hash_update(from, "ab", 2), ONSHI_OK);
	ck_assert_int_eq(oki_hash_copy(from, to), ONSHI_OK);
	ck_assert_int_eq(oki_hash_update(to, "c", 1), ONSHI_OK);
	ck_assert_int_eq(oki_hash_final(to, sum), ONSHI_OK);
	ck_assert_mem_eq(sum, want, sizeof(sum));
	oki_crypto_leave();
	ck_assert_int_eq(oki_hash_update(from, "d", 1), ONSHI_OK);
	ck_assert_int_eq(oki_hash_final(from, sum), ONSHI_OK);
	ck_assert_int_eq(oki_sha256("abd", 3, want), ONSHI_OK);
	ck_assert_mem_eq(sum, want, sizeof(sum));
	ck_assert_int_eq(oki_hash_update(from, "secret", 6), ONSHI_OK);
	ck_assert_int_eq(oki_hash_reset(from), ONSHI_OK);
	ck_assert_int_eq(oki_hash_final(from, sum), ONSHI_OK);
	ck_assert_int_eq(oki_sha256("", 0, want), ONSHI_OK);
	ck_assert_mem_eq(sum, want, sizeof(sum));
	oki_hash_free(&from);
	oki_hash_free(&to);
}
END_TEST

#define B20	"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b"
#define AA20	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define AA131	AA20 AA20 AA20 AA20 AA20 AA20 "aaaaaaaaaaaaaaaaaaaaaa"
#define DD50	"dddddddddddddddddddddddddddddddddddddddddddddddddd" \
		"dddddddddddddddddddddddddddddddddddddddddddddddddd"
#define CD50	"cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd" \
		"cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"

/* RFC 4231, 4.2 to 4.8, and nothing at all; key and text in hexadecimal. */
START_TEST(randomness)
{
	uint8_t a[64] = { 0 }, b[64] = { 0 };
	char u[OKI_UUID], v[OKI_UUID];
	size_t i;

	ck_assert_int_eq(oki_random(a, 63), ONSHI_OK);
	ck_assert_int_eq(oki_random(b, 63), ONSHI_OK);
	ck_assert_mem_ne(a, b, 63);
	ck_assert_uint_eq(a[63], 0);
	ck_assert_int_eq(oki_random(a, 0), ONSHI_OK);
	for (i = 0; i < 200; i++) {
		ck_assert_int_eq(oki_uuid(u), ONSHI_OK);
		ck_assert_uint_eq(strlen(u), 36);
		ck_assert_uint_eq(strspn(u, "0123456789abcdef-"), 36);
		ck_assert(u[8] == '-' && u[13] == '-' && u[18] == '-' &&
		    u[23] == '-' && u[14] == '4');
		ck_assert_ptr_nonnull(strchr("89ab", u[19]));
		ck_assert_int_eq(oki_uuid(v), ONSHI_OK);
		ck_assert_str_ne(u, v);
	}
}
END_TEST

/* What a host, or its openssl.cnf, has set for the process is not for us. */
START_TEST(the_hosts_settings)
{
	uint8_t sum[OKI_SHA256];

	ck_assert_int_eq(EVP_set_default_properties(NULL,
	    "provider=nowhere"), 1);
	ck_assert_ptr_null(EVP_MD_fetch(NULL, "SHA2-256", NULL));
	ERR_clear_error();
	ck_assert_int_eq(oki_sha256("abc", 3, sum), ONSHI_OK);
	ck_assert_uint_eq(sum[0], 0xba);
	ck_assert_int_eq(oki_random(sum, sizeof(sum)), ONSHI_OK);
}
END_TEST

/* SEC-109: what the host has in OpenSSL's queue is there afterwards. */
START_TEST(the_hosts_errors)
{
	uint8_t sum[OKI_SHA256];
	struct onshi_certificate *x;

	ERR_raise(ERR_LIB_USER, 77);
	ck_assert_int_eq(oki_sha256("a", 1, sum), ONSHI_OK);
	ck_assert_int_eq(oki_certificate_parse(NULL,
	    (const uint8_t *)"\x30\x03\x02\x01\x05", 5, &x, NULL),
	    ONSHI_E_CERTIFICATE);
	ck_assert_ptr_null(x);
	ck_assert_int_eq(ERR_GET_REASON(ERR_peek_last_error()), 77);
	ck_assert_int_eq(ERR_GET_REASON(ERR_get_error()), 77);
	ck_assert_uint_eq(ERR_get_error(), 0);
	ck_assert_int_eq(oki_certificate_parse(NULL,
	    (const uint8_t *)"\x30\x03\x02\x01\x05", 5, &x, NULL),
	    ONSHI_E_CERTIFICATE);
	ck_assert_uint_eq(ERR_get_error(), 0);
}
END_TEST

static void
fill(TCase *t)
{
	ADD_ROWS(t, sha256, sums);
	tcase_add_test(t, pieces);
	tcase_add_test(t, copied_and_reset);
	tcase_add_test(t, randomness);
	tcase_add_test(t, the_hosts_settings);
	tcase_add_test(t, the_hosts_errors);
}

int
main(void)
{
	return run_tests("crypto/hash", fill);
}
