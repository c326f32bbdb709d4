/*
 * crypto: hashes, random numbers, certificates: all of OpenSSL but TLS. May
 * include core. Only EVP interfaces of OpenSSL 3 (SEC-75); the error queue of
 * the host is as before after each call (SEC-109).
 */
#ifndef OKI_CRYPTO_H
#define OKI_CRYPTO_H

#include "core/core.h"
#include "onshikaku/card.h"

/* ONSHI_E_ENVIRONMENT where the environment could load code into us (SEC-26):
 * asked once, by onshi_new; openssl.c. */
int	oki_crypto_check(struct onshi_error *e) OKI_CHECK;

/* ---- hashes, random: hash.c ---------------------------------------------- */

#define OKI_SHA256	32
#define OKI_UUID	37	/* with its NUL */

int	oki_sha256(const void *p, size_t len, uint8_t out[OKI_SHA256])
	    OKI_CHECK;

/* Piece by piece. After final it begins anew with the next update. */
struct oki_hash;
int	oki_hash_new(struct oki_hash **out) OKI_CHECK;
/* One that leaves the error queue to its user, who calls oki_crypto_enter
 * before and oki_crypto_leave after some calls of it: for many small ones. */
int	oki_hash_new_bare(struct oki_hash **out) OKI_CHECK;
void	oki_crypto_enter(void);
void	oki_crypto_leave(void);
int	oki_hash_update(struct oki_hash *h, const void *p, size_t len)
	    OKI_CHECK;
int	oki_hash_final(struct oki_hash *h, uint8_t out[OKI_SHA256]) OKI_CHECK;
/* to goes on where from stands; from stays as it is. */
int	oki_hash_copy(const struct oki_hash *from, struct oki_hash *to)
	    OKI_CHECK;
/* Begins anew: nothing of what it has read stays in it. */
int	oki_hash_reset(struct oki_hash *h) OKI_CHECK;
void	oki_hash_free(struct oki_hash **hp);

int	oki_random(void *to, size_t len) OKI_CHECK;	/* ONSHI_E_SYSTEM */
/* So many bytes as 2 * n hexadecimal digits and a NUL: a name nobody has. */
int	oki_random_hex(char *to, size_t n) OKI_CHECK;
int	oki_uuid(char to[OKI_UUID]) OKI_CHECK;		/* version 4 */

/* ---- sealed bytes: aead.c ------------------------------------------------- */

#define OKI_SEAL_KEY	32
#define OKI_SEAL_MORE	28	/* bytes that a seal is longer by */

/* AES-256-GCM under a fresh nonce, appended to out; with is sealed along and
 * has to be told again. A key is good for a few seals only. */
int	oki_seal(const uint8_t key[OKI_SEAL_KEY], const void *with,
	    size_t withlen, const void *p, size_t len, struct oki_buf *out)
	    OKI_CHECK;
/* ONSHI_E_VALUE: not of that key, not with that, or not whole. */
int	oki_unseal(const uint8_t key[OKI_SEAL_KEY], const void *with,
	    size_t withlen, const void *p, size_t len, struct oki_buf *out)
	    OKI_CHECK;

/* ---- certificates of cards: x509.c, trust.c ------------------------------- */

#define OKI_CERTIFICATE_MAX	8192

/*
 * The certificate at der, cut at the length in its own header; what lies
 * behind is a card's filler (SEC-76). ONSHI_E_CERTIFICATE for all that is no
 * certificate for a card. env gives the clock; NULL: the system's. Counted.
 * Trust is ONSHI_TRUST_UNCHECKED at first.
 */
int	oki_certificate_parse(struct oki_env *env, const uint8_t *der,
	    size_t len, struct onshi_certificate **out, struct onshi_error *e)
	    OKI_CHECK;
struct onshi_certificate *oki_certificate_ref(
	    const struct onshi_certificate *x);
void	oki_certificate_free(struct onshi_certificate **xp);

/*
 * Checks it against the authorities in ca_pem and no others (SEC-77), and
 * notes the answer as its trust; ONSHI_OK whatever the answer is. Its dates
 * are no part of that: they are its state. To be called before x is shared.
 * ONSHI_E_CONFIG if ca_pem holds no authority.
 */
int	oki_certificate_check(struct onshi_certificate *x, const void *ca_pem,
	    size_t len, struct onshi_error *e) OKI_CHECK;

/* RSASSA-PKCS1-v1_5 with SHA-256 (EC: ECDSA with SHA-256) of data by the key
 * of x: ONSHI_OK or ONSHI_E_SIGNATURE. */
int	oki_certificate_verify_signature(const struct onshi_certificate *x,
	    const void *data, size_t len, const uint8_t *sig, size_t siglen)
	    OKI_CHECK;

/* ONSHI_CERT_… at a moment, by Japan time. */
int	oki_certificate_state_at(int64_t not_before, int64_t not_after,
	    int64_t now);

/* ---- keys as cards carry them: rsa.c --------------------------------------- */

#define OKI_RSA_BYTES	256	/* of a modulus and a signature: 2048 bits */

/*
 * Whether sig is the block of PKCS#1 v1.5 around just these bytes, by the key
 * of that modulus and the exponent 65537: ONSHI_OK or ONSHI_E_SIGNATURE. The
 * bytes are a DigestInfo of whatever length (card.md 5.4).
 */
int	oki_rsa_check(const uint8_t modulus[OKI_RSA_BYTES], const void *info,
	    size_t len, const uint8_t sig[OKI_RSA_BYTES]) OKI_CHECK;
/* The same by one of the public keys in pem: ONSHI_E_CONFIG if there is none,
 * or one of another kind. */
int	oki_rsa_check_any(const void *pem, size_t pemlen, const void *info,
	    size_t len, const uint8_t sig[OKI_RSA_BYTES]) OKI_CHECK;

/* ---- dates of what the configuration names: dates.c ----------------------- */

struct oki_dates {
	int64_t	from;		/* seconds UTC */
	int64_t	until;
};
/* Of PEM: its first certificate; the one that lasts longest; the revocation
 * list that ends first. ONSHI_E_CERTIFICATE: there is none, or one is none. */
int	oki_dates_of_first(const void *pem, size_t len, struct oki_dates *out)
	    OKI_CHECK;
int	oki_dates_of_longest(const void *pem, size_t len,
	    struct oki_dates *out) OKI_CHECK;
int	oki_dates_of_crls(const void *pem, size_t len, struct oki_dates *out)
	    OKI_CHECK;
const char *oki_crypto_version(void);

/* ---- what the configuration names: identity.c, container.c --------------- */

#define OKI_PASSPHRASE_MAX	1024
#define OKI_CONTAINER_MAX	65536

/* How many certificates there are in pem, each of them readable; name is the
 * key of the config, for the error (SEC-04). ONSHI_E_CONFIG if there is none. */
int	oki_authorities_check(const char *name, const void *pem, size_t len,
	    size_t *n, struct onshi_error *e) OKI_CHECK;

struct oki_identity {
	int32_t	days_left;	/* until the certificate ends; 0: today */
	char	cn[65];		/* of its subject: the institution code */
};

/*
 * The client's certificate and key (PEM; link.cert_file, link.key_file)
 * before anything is sent (SEC-09): they fit together, the certificate may be
 * a TLS client's and is within its dates. Passphrase NULL: none.
 */
int	oki_identity_check(const void *cert_pem, size_t certlen,
	    const void *key_pem, size_t keylen, const void *passphrase,
	    size_t passlen, int64_t now, struct oki_identity *out,
	    struct onshi_error *e) OKI_CHECK;

/* The key alone, in the clear (PKCS#8, DER), for TLS: after the check. */
int	oki_identity_key(const void *key_pem, size_t keylen,
	    const void *passphrase, size_t passlen, struct oki_secret **der)
	    OKI_CHECK;

/* Whether it is no PEM but bytes that a PKCS#12 container may begin with. */
bool	oki_container_is(const void *p, size_t len);

/*
 * Opens a PKCS#12 container (SEC-09, SEC-130): the certificate that its one
 * key belongs to, then those above it but for the root, and the key in the
 * clear, as PEM, for what stands above. certs and key get all or nothing is
 * to be believed of them. ONSHI_E_CONFIG says what is wrong with it.
 */
int	oki_container_open(const void *p, size_t len, const void *pass,
	    size_t passlen, struct oki_buf *certs, struct oki_buf *key,
	    struct onshi_error *e) OKI_CHECK;

/* ---- a key that stays in its token: token.c ------------------------------ */

struct oki_token;

bool	oki_token_is_uri(const char *text);	/* NULL: no */
/*
 * The private key that a URI (RFC 7512) names, ready to sign until it is
 * freed, from any thread. ONSHI_E_CONFIG for a URI that says too much or too
 * little, where there is no such token, and for a wrong PIN, which has cost
 * one try then.
 */
int	oki_token_open(const char *uri, const void *pin, size_t pinlen,
	    struct oki_token **out, struct onshi_error *e) OKI_CHECK;
void	oki_token_free(struct oki_token **tp);
void	*oki_token_key(const struct oki_token *t);	/* an EVP_PKEY, for TLS */
void	*oki_crypto_context(void);	/* an OSSL_LIB_CTX, for TLS; openssl.c */
/* As oki_identity_check, for a certificate in PEM and a token's key. */
int	oki_token_check(const struct oki_token *t, const void *cert_pem,
	    size_t certlen, int64_t now, struct oki_identity *out,
	    struct onshi_error *e) OKI_CHECK;

/* Length of the first line, or up to a NUL: a passphrase's file, or its bytes
 * in a program, end with one. */
size_t	oki_line_len(const void *p, size_t len);

#endif
