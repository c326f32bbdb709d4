/* Certificates made at test time: right ones, and each kind of wrong. */
#ifndef OKI_TESTS_CRYPTO_MAKE_H
#define OKI_TESTS_CRYPTO_MAKE_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "core/core.h"

enum {
	KEY_CA, KEY_OTHER_CA, KEY_RSA, KEY_RSA_OTHER, KEY_RSA_1024,
	KEY_RSA_E3, KEY_P256, KEY_P384, KEY_P521, KEY_K256, KEY_EXPLICIT,
	KEY_ED25519, KEY_MID, KEYS
};

/* One certificate; what is NULL or 0 is as a card has it. */
struct make_spec {
	int		 key;
	int		 ca_key;	/* who signs */
	X509		*ca;		/* its name and AKI; NULL: itself */
	const char	*cn;
	long		 version;	/* -1: version 1 */
	const char	*serial;	/* hexadecimal of the INTEGER's content */
	const char	*from;		/* as it stands; its kind by its length */
	const char	*until;
	const char	*extensions;	/* lines "name=value", NULL: a card's */
	const EVP_MD	*md;
};

/* Makes all keys; before any test forks. */
void	make_keys(void);
void	drop_keys(void);
EVP_PKEY *make_key(int which);

X509	*make_certificate(const struct make_spec *spec);
X509	*make_ca(int key, const char *cn, const char *from, const char *until);
void	make_der(X509 *x, struct oki_buf *out);
void	make_pem(X509 *x, struct oki_buf *out);		/* appends */
void	make_key_pem(int key, const char *passphrase, struct oki_buf *out);

#endif
