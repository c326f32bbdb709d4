/* From when until when certificates and revocation lists are good. */
#include "config.h"

#include <string.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "crypto/inside.h"

const char *
oki_crypto_version(void)
{
	return OpenSSL_version(OPENSSL_VERSION_STRING);
}

static bool
dates_of(X509 *x, struct oki_dates *out)
{
	return oki_openssl_time(X509_get0_notBefore(x), &out->from) &&
	    oki_openssl_time(X509_get0_notAfter(x), &out->until);
}

/* only_first: later ones are those above it. */
static int
certificates(const void *pem, size_t len, bool only_first,
    struct oki_dates *out)
{
	struct oki_dates one;
	size_t n = 0;
	X509 *x;
	BIO *bio;
	int r;

	memset(out, 0, sizeof(*out));
	oki_openssl_enter();
	if ((bio = oki_openssl_bio(pem == NULL ? "" : pem, len)) == NULL)
		r = ONSHI_E_NOMEM;
	else
		while ((r = oki_openssl_next(bio, &x)) == ONSHI_OK) {
			if (!dates_of(x, &one))
				r = ONSHI_E_CERTIFICATE;
			else if (n++ == 0 || one.until > out->until)
				*out = one;
			X509_free(x);
			if (r != ONSHI_OK || only_first)
				break;
		}
	BIO_free(bio);
	oki_openssl_leave();

	return n == 0 && r != ONSHI_E_NOMEM ? ONSHI_E_CERTIFICATE :
	    r == ONSHI_END ? ONSHI_OK : r;
}

int
oki_dates_of_first(const void *pem, size_t len, struct oki_dates *out)
{
	return certificates(pem, len, true, out);
}

int
oki_dates_of_longest(const void *pem, size_t len, struct oki_dates *out)
{
	return certificates(pem, len, false, out);
}

static bool
dates_of_crl(const X509_CRL *crl, struct oki_dates *out)
{
	const ASN1_TIME *next = X509_CRL_get0_nextUpdate(crl);

	return next != NULL && oki_openssl_time(X509_CRL_get0_lastUpdate(crl),
	    &out->from) && oki_openssl_time(next, &out->until);
}

/* ONSHI_END: there is no more of them; not so of one that cannot be read. */
static int
next_crl(BIO *pem, X509_CRL **out)
{
	unsigned long code;

	if ((*out = PEM_read_bio_X509_CRL(pem, NULL, NULL, NULL)) != NULL)
		return ONSHI_OK;
	code = ERR_peek_last_error();

	return ERR_GET_LIB(code) == ERR_LIB_PEM && ERR_GET_REASON(code) ==
	    PEM_R_NO_START_LINE ? ONSHI_END :
	    oki_openssl_cause(ONSHI_E_CERTIFICATE);
}

/* A chain stands only as long as all its lists do. */
int
oki_dates_of_crls(const void *pem, size_t len, struct oki_dates *out)
{
	struct oki_dates one;
	X509_CRL *crl;
	BIO *bio;
	size_t n = 0;
	int r = ONSHI_OK;

	memset(out, 0, sizeof(*out));
	oki_openssl_enter();
	if ((bio = oki_openssl_bio(pem == NULL ? "" : pem, len)) == NULL)
		r = ONSHI_E_NOMEM;
	while (r == ONSHI_OK && (r = next_crl(bio, &crl)) == ONSHI_OK) {
		if (!dates_of_crl(crl, &one))
			r = ONSHI_E_CERTIFICATE;
		else if (n++ == 0 || one.until < out->until)
			*out = one;
		X509_CRL_free(crl);
	}
	BIO_free(bio);
	oki_openssl_leave();

	return r != ONSHI_END ? r : n == 0 ? ONSHI_E_CERTIFICATE : ONSHI_OK;
}
