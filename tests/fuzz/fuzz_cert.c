/*
 * Certificates of cards: any DER, and behind it, from "-----BEGIN" on, the
 * authorities to check against; with OpenSSL's own view beside ours.
 */
#include "config.h"

#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "crypto/inside.h"
#include "fuzz.h"

static void
serial(const struct onshi_certificate *c, X509 *x)
{
	BIGNUM *n = ASN1_INTEGER_to_BN(X509_get0_serialNumber(x), NULL);
	const char *ours = onshi_certificate_serial(c);
	BIGNUM *m = NULL;

	MUST(n != NULL && strlen(ours) >= 2 && strlen(ours) <= 40);
	MUST(BN_hex2bn(&m, ours) > 0 && BN_ucmp(m, n) == 0);
	MUST(!BN_is_zero(n) && !BN_is_negative(n));
	BN_free(n);
	BN_free(m);
}

/* What we took, OpenSSL takes too, and sees the same in it. */
static void
as_openssl(const struct onshi_certificate *c)
{
	const uint8_t *der, *p;
	EVP_PKEY *key;
	size_t len;
	X509 *x;

	der = p = onshi_certificate_bytes(c, &len);
	MUST((x = d2i_X509(NULL, &p, (long)len)) != NULL && p == der + len);
	MUST(X509_get_version(x) == X509_VERSION_3);
	MUST((key = X509_get0_pubkey(x)) != NULL);
	MUST(EVP_PKEY_get_bits(key) >= 256 && EVP_PKEY_get_bits(key) <= 4096);
	MUST(ASN1_TIME_cmp_time_t(X509_get0_notBefore(x),
	    (time_t)onshi_certificate_not_before(c)) == 0);
	MUST(ASN1_TIME_cmp_time_t(X509_get0_notAfter(x),
	    (time_t)onshi_certificate_not_after(c)) == 0);
	serial(c, x);
	X509_free(x);
}

static void
states(const struct onshi_certificate *c)
{
	int64_t from = c->not_before, to = c->not_after, now;
	int last = 0, state;
	static const int order[] = { [ONSHI_CERTIFICATE_NOT_YET] = 1,
	    [ONSHI_CERTIFICATE_VALID] = 2, [ONSHI_CERTIFICATE_SOON] = 3,
	    [ONSHI_CERTIFICATE_GRACE] = 4, [ONSHI_CERTIFICATE_LAPSED] = 5 };

	MUST(from < to);
	for (now = from - 86400 * 40; now < to + 86400 * 200;
	    now += 86400 * 13) {
		state = oki_certificate_state_at(from, to, now);
		MUST(onshi_certificate_state_name(state) != NULL);
		MUST(order[state] >= last);
		last = order[state];
	}
	MUST(oki_certificate_state_at(from, to, from - 1) ==
	    ONSHI_CERTIFICATE_NOT_YET);
	MUST(oki_certificate_state_at(from, to, to + 1) ==
	    ONSHI_CERTIFICATE_GRACE);
}

/* One of the authorities has itself signed a certificate that is trusted. */
static bool
is_signed(const struct onshi_certificate *c, const uint8_t *pem, size_t len)
{
	BIO *bio = BIO_new_mem_buf(pem, (int)len);
	bool found = false;
	X509 *ca;

	MUST(bio != NULL);
	while ((ca = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL) {
		found = found || X509_cmp(ca, c->x) == 0 ||
		    (X509_check_issued(ca, c->x) == X509_V_OK &&
		    X509_verify(c->x, X509_get0_pubkey(ca)) == 1);
		X509_free(ca);
	}
	BIO_free(bio);
	ERR_clear_error();

	return found;
}

static void
trust(struct onshi_certificate *c, const uint8_t *pem, size_t len)
{
	int r, state;

	MUST(onshi_certificate_trust(c) == ONSHI_TRUST_UNCHECKED);
	MUST(oki_certificate_check(c, NULL, 0, NULL) == ONSHI_E_CONFIG);
	MUST(onshi_certificate_trust(c) == ONSHI_TRUST_UNTRUSTED);
	r = oki_certificate_check(c, pem, len, NULL);
	MUST(r == ONSHI_OK || r == ONSHI_E_CONFIG);
	state = onshi_certificate_trust(c);
	MUST(state >= ONSHI_TRUST_GOOD && state <= ONSHI_TRUST_BAD_SIGNATURE);
	MUST(r == ONSHI_OK || state == ONSHI_TRUST_UNTRUSTED);
	MUST(state != ONSHI_TRUST_GOOD || is_signed(c, pem, len));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const uint8_t *pem = memmem(data, len, "-----BEGIN", 10), *der;
	struct onshi_certificate *c, *cut;
	uint8_t junk[256];
	size_t n;
	int r;

	if (pem == NULL)
		pem = data + len;
	r = oki_certificate_parse(NULL, data, (size_t)(pem - data), &c, NULL);
	MUST(r == ONSHI_OK || r == ONSHI_E_CERTIFICATE);
	MUST((r == ONSHI_OK) == (c != NULL));
	MUST(ERR_peek_error() == 0);
	if (r != ONSHI_OK)
		return 0;
	der = onshi_certificate_bytes(c, &n);
	MUST(n <= OKI_CERTIFICATE_MAX && n <= len);
	MUST(memcmp(der, data, n) == 0);
	MUST(oki_certificate_parse(NULL, data, n - 1, &cut, NULL) ==
	    ONSHI_E_CERTIFICATE);
	as_openssl(c);
	states(c);
	memset(junk, 0x5a, sizeof(junk));
	MUST(oki_certificate_verify_signature(c, "x", 1, junk,
	    sizeof(junk)) == ONSHI_E_SIGNATURE);
	trust(c, pem, len - (size_t)(pem - data));
	MUST(ERR_peek_error() == 0);
	oki_certificate_free(&c);

	return 0;
}
