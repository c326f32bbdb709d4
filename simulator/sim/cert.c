/* cert.c: the card's certificate (利用者証明用電子証明書), as J-LIS sees it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "sim.h"

struct cards {
	X509_STORE *store;
};

struct cards *
cards_new(const char *ca_file)
{
	struct cards *c = calloc(1, sizeof(*c));

	if (c == NULL || (c->store = X509_STORE_new()) == NULL ||
	    X509_STORE_load_file(c->store, ca_file) != 1) {
		fprintf(stderr, "onshikaku-sim: %s: no certificates\n",
		    ca_file);
		cards_free(c);
		return NULL;
	}
	/* Dates are judged apart: the law has more states than two. */
	X509_STORE_set_flags(c->store, X509_V_FLAG_NO_CHECK_TIME);
	return c;
}

void
cards_free(struct cards *c)
{
	if (c != NULL)
		X509_STORE_free(c->store);
	free(c);
}

/* Lower-case hex without leading zeros: a number, however it is written. */
static void
serial_of(struct cert *c)
{
	BIGNUM *bn;
	char *hex, *p;
	size_t i = 0;

	bn = ASN1_INTEGER_to_BN(X509_get0_serialNumber(c->x509), NULL);
	hex = bn == NULL ? NULL : BN_bn2hex(bn);
	for (p = hex; p != NULL && *p == '0'; p++)
		;
	for (; p != NULL && p[i] != '\0' && i < sizeof(c->serial) - 1; i++)
		c->serial[i] = p[i] >= 'A' && p[i] <= 'F' ?
		    (char)(p[i] + 32) : p[i];
	c->serial[i] = '\0';
	OPENSSL_free(hex);
	BN_free(bn);
}

int
cert_parse(struct cert *c, const unsigned char *der, size_t len)
{
	const unsigned char *p = der;

	memset(c, 0, sizeof(*c));
	c->x509 = d2i_X509(NULL, &p, (long)len);
	if (c->x509 == NULL || p != der + len) {
		cert_free(c);
		return -1;
	}
	serial_of(c);
	return 0;
}

void
cert_free(struct cert *c)
{
	X509_free(c->x509);
	c->x509 = NULL;
}

/* Signed by an authority that we know, and made to sign with. */
int
cert_is_ours(const struct cards *cards, const struct cert *c)
{
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	int ok = 0;

	if (ctx != NULL && X509_STORE_CTX_init(ctx, cards->store, c->x509,
	    NULL) == 1)
		ok = X509_verify_cert(ctx) == 1 &&
		    X509_check_ca(c->x509) == 0 &&
		    (X509_get_key_usage(c->x509) & KU_DIGITAL_SIGNATURE) != 0;
	X509_STORE_CTX_free(ctx);
	return ok;
}

static int
seconds_of(const ASN1_TIME *t, int64_t *out)
{
	struct tm tm;

	if (ASN1_TIME_to_tm(t, &tm) != 1)
		return -1;
	*out = clock_at((tm.tm_year + 1900) * 10000 + (tm.tm_mon + 1) * 100 +
	    tm.tm_mday, tm.tm_hour * 3600 + tm.tm_min * 60 + tm.tm_sec) +
	    9 * 3600;
	return 0;
}

/* Three calendar months on, by the end of the month if the day is lacking. */
static int32_t
three_months(int32_t date)
{
	int32_t month = month_add(date / 100, 3);
	int day = date % 100;

	return month * 100 + (day > month_days(month) ? month_days(month) :
	    day);
}

/*
 * An expired certificate still shows eligibility until three months after
 * the month of its expiry have ended, Japan time.
 */
enum cert_state
cert_state(const struct cert *c, int64_t now)
{
	int64_t from, to;
	int32_t last;

	if (seconds_of(X509_get0_notBefore(c->x509), &from) != 0 ||
	    seconds_of(X509_get0_notAfter(c->x509), &to) != 0)
		return CERT_LAPSED;
	if (now < from)
		return CERT_EARLY;
	last = clock_date(to);
	if (now > to) {
		last = month_add(last / 100, 4) * 100 + 1;
		return now < clock_at(last, 0) ? CERT_GRACE : CERT_LAPSED;
	}
	return three_months(clock_date(now)) >= last ? CERT_SOON : CERT_VALID;
}

/* RSASSA-PKCS1-v1_5 with SHA-256, and nothing else. */
int
cert_verify(const struct cert *c, const char *data, size_t len,
    const unsigned char *sig, size_t siglen)
{
	EVP_PKEY *key = X509_get0_pubkey(c->x509);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pctx = NULL;
	int ok = 0;

	if (key != NULL && ctx != NULL &&
	    EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA &&
	    EVP_PKEY_get_bits(key) >= 2048 &&
	    EVP_DigestVerifyInit(ctx, &pctx, EVP_sha256(), NULL, key) == 1 &&
	    EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PADDING) == 1)
		ok = EVP_DigestVerify(ctx, sig, siglen,
		    (const unsigned char *)data, len) == 1;
	EVP_MD_CTX_free(ctx);
	return ok;
}
