/* HMAC-SHA-256 by OpenSSL's own call, to compare with. */
#ifndef OKI_TESTS_CRYPTO_MAC_H
#define OKI_TESTS_CRYPTO_MAC_H

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "crypto/crypto.h"

static inline int
mac_of(const void *key, size_t keylen, const void *p, size_t len,
    uint8_t out[OKI_SHA256])
{
	unsigned int n;

	return HMAC(EVP_sha256(), key, (int)keylen, p, len, out, &n) != NULL ?
	    ONSHI_OK : ONSHI_E_NOMEM;
}

#endif
