/*
 * Between the files of room crypto: what they share of OpenSSL, and a card's
 * certificate as they see it. Other rooms have crypto.h.
 */
#ifndef OKI_CRYPTO_INSIDE_H
#define OKI_CRYPTO_INSIDE_H

#include <openssl/bio.h>
#include <openssl/types.h>
#include <openssl/x509.h>

#include "crypto/crypto.h"

/* Around each call: what OpenSSL queues meanwhile is taken away again, what
 * the host has in its queue stays (SEC-109). */
void	oki_openssl_enter(void);
void	oki_openssl_leave(void);

/*
 * Where algorithms are looked for: a context of our own, with the default
 * provider, so that what a host or OPENSSL_CONF sets for the process changes
 * none of our results. NULL, which is the process's, only without memory.
 */
OSSL_LIB_CTX *oki_openssl_ctx(void);

/* Why OpenSSL failed since enter: ONSHI_E_NOMEM if memory was short, else
 * otherwise. */
int	oki_openssl_cause(int otherwise);

BIO	*oki_openssl_bio(const void *p, size_t len);	/* reads; NULL: nomem */

/* A certificate in DER, which *p passes; its key is of our context. NULL. */
X509	*oki_openssl_x509(const uint8_t **p, long len);

/* The next certificate in pem: ONSHI_OK, ONSHI_END, or a failure. */
int	oki_openssl_next(BIO *pem, X509 **out);

/* A time of a certificate, as DER has to write it. */
bool	oki_openssl_time(const ASN1_TIME *t, int64_t *utc);

/* A card's certificate: x509.c, trust.c. */
struct onshi_certificate {
	oki_atomic_int	 holders;
	struct oki_env	*env;		/* whose clock tells the state */
	X509		*x;
	EVP_PKEY	*key;		/* borrowed from x */
	uint8_t		*der;
	size_t		 len;
	int64_t		 not_before;
	int64_t		 not_after;
	int		 trust;
	char		 serial[41];
};

#endif
