/* The error queue, PEM and times of OpenSSL, as this room needs them. */
#include "config.h"

#include <limits.h>
#include <string.h>

#include <openssl/asn1.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "crypto/inside.h"

static _Atomic(OSSL_LIB_CTX *) context;

/* Made once and never given back: keys and hashes of other threads may need it
 * to the very end. */
OSSL_LIB_CTX *
oki_openssl_ctx(void)
{
	OSSL_LIB_CTX *there = atomic_load(&context), *ours;

	if (there != NULL || (ours = OSSL_LIB_CTX_new()) == NULL)
		return there;
	if (atomic_compare_exchange_strong(&context, &there, ours))
		return ours;
	OSSL_LIB_CTX_free(ours);

	return there;
}

void *
oki_crypto_context(void)
{
	return oki_openssl_ctx();
}

/* SEC-26: it can load code into any program that uses OpenSSL, and TLS uses
 * what it sets. */
int
oki_crypto_check(struct onshi_error *e)
{
	if (oki_os_is_privileged() && oki_os_env_is_set("OPENSSL_CONF"))
		return oki_fail(e, ONSHI_E_ENVIRONMENT,
		    "OPENSSL_CONF is set for a privileged process");

	return ONSHI_OK;
}

void
oki_openssl_enter(void)
{
	(void)ERR_set_mark();
}

void
oki_openssl_leave(void)
{
	(void)ERR_pop_to_mark();
}

/*
 * Memory is the first thing to fail, and what is queued after it says only
 * where that was noticed. The queue cannot be walked back to the mark, but it
 * is short, and a host that leaves errors in it is rare.
 */
int
oki_openssl_cause(int otherwise)
{
	return ERR_GET_REASON(ERR_peek_last_error()) ==
	    ERR_R_MALLOC_FAILURE ||
	    ERR_GET_REASON(ERR_peek_error()) == ERR_R_MALLOC_FAILURE ?
	    ONSHI_E_NOMEM : otherwise;
}

BIO *
oki_openssl_bio(const void *p, size_t len)
{
	return p == NULL || len > INT_MAX ? NULL :
	    BIO_new_mem_buf(p, (int)len);
}

/* No password is asked for on a terminal: certificates have none. */
static int
no_password(char *to, int room, int rw, void *arg)
{
	(void)to, (void)room, (void)rw, (void)arg;

	return -1;
}

X509 *
oki_openssl_x509(const uint8_t **p, long len)
{
	X509 *x = X509_new_ex(oki_openssl_ctx(), NULL);

	if (x == NULL || d2i_X509(&x, p, len) != NULL)
		return x;
	X509_free(x);

	return NULL;
}

int
oki_openssl_next(BIO *pem, X509 **out)
{
	unsigned long code;

	(void)ERR_set_mark();
	if ((*out = X509_new_ex(oki_openssl_ctx(), NULL)) == NULL) {
		(void)ERR_clear_last_mark();
		return ONSHI_E_NOMEM;
	}
	if (PEM_read_bio_X509(pem, out, no_password, NULL) != NULL) {
		(void)ERR_pop_to_mark();
		return ONSHI_OK;
	}
	X509_free(*out);
	*out = NULL;
	code = ERR_peek_last_error();
	if (ERR_GET_LIB(code) == ERR_LIB_PEM &&
	    ERR_GET_REASON(code) == PEM_R_NO_START_LINE) {
		(void)ERR_pop_to_mark();
		return ONSHI_END;
	}
	(void)ERR_clear_last_mark();

	return oki_openssl_cause(ONSHI_E_CERTIFICATE);
}

/* YYMMDDHHMMSSZ until 2049, YYYYMMDDHHMMSSZ from 2050 on (RFC 5280, 4.1.2.5);
 * no fractions, no offsets. */
bool
oki_openssl_time(const ASN1_TIME *t, int64_t *utc)
{
	char text[15] = { 0 };
	const unsigned char *data = ASN1_STRING_get0_data(t);
	int len = ASN1_STRING_length(t), type = ASN1_STRING_type(t);

	if (type == V_ASN1_UTCTIME && len == 13) {
		memcpy(text, data[0] < '5' ? "20" : "19", 2);
		memcpy(text + 2, data, 12);
	} else if (type == V_ASN1_GENERALIZEDTIME && len == 15) {
		memcpy(text, data, 14);
		if (memcmp(text, "2050", 4) < 0)
			return false;
	} else
		return false;
	if (data[len - 1] != 'Z' || !oki_time_parse(text, utc))
		return false;
	/* That was read as Japan's, and is nine hours later. */
	*utc += 9 * 3600;

	return true;
}
