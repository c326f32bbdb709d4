/*
 * A card's certificate, as the files of this room see it.
 */
#ifndef OKI_CRYPTO_CERTIFICATE_H
#define OKI_CRYPTO_CERTIFICATE_H

#include "crypto/openssl.h"

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
