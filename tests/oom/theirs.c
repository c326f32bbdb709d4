/* Failing calls of other libraries: the functions that ld puts in their
 * place. */
#include <stdatomic.h>

#include <openssl/pkcs12.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "tests/oom/theirs.h"

static atomic_size_t left;		/* 0: none fails */
static _Atomic(const char *) failed;

void
theirs_fail(size_t n)
{
	atomic_store(&failed, NULL);
	atomic_store(&left, n);
}

bool
theirs_stop(void)
{
	atomic_store(&left, 0);

	return atomic_load(&failed) != NULL;
}

const char *
theirs_name(void)
{
	return atomic_load(&failed);
}

static bool
is_due(const char *name)
{
	size_t n = atomic_load(&left);

	while (n > 0 && !atomic_compare_exchange_weak(&left, &n, n - 1))
		;
	if (n == 1)
		atomic_store(&failed, name);

	return n == 1;
}

#define WRAP(type, bad, name, params, args)		\
	type	__real_##name params;			\
	type	__wrap_##name params;			\
	type						\
	__wrap_##name params				\
	{						\
		return is_due(#name) ? bad :		\
		    __real_##name args;			\
	}

/* ---- hashes, random numbers, keys ---------------------------------------- */

WRAP(EVP_MD *, NULL, EVP_MD_fetch, (OSSL_LIB_CTX *c, const char *name,
    const char *how), (c, name, how))
WRAP(EVP_MD_CTX *, NULL, EVP_MD_CTX_new, (void), ())
WRAP(int, 0, EVP_MD_CTX_copy_ex, (EVP_MD_CTX *to, const EVP_MD_CTX *from),
    (to, from))
WRAP(int, 0, EVP_DigestInit_ex2, (EVP_MD_CTX *c, const EVP_MD *md,
    const OSSL_PARAM *p), (c, md, p))
WRAP(int, 0, EVP_DigestUpdate, (EVP_MD_CTX *c, const void *p, size_t len),
    (c, p, len))
WRAP(int, 0, EVP_DigestFinal_ex, (EVP_MD_CTX *c, unsigned char *to,
    unsigned int *len), (c, to, len))
WRAP(int, 0, EVP_DigestVerifyInit_ex, (EVP_MD_CTX *c, EVP_PKEY_CTX **how,
    const char *name, OSSL_LIB_CTX *lib, const char *props, EVP_PKEY *key,
    const OSSL_PARAM *p), (c, how, name, lib, props, key, p))
WRAP(int, -1, EVP_DigestVerify, (EVP_MD_CTX *c, const unsigned char *sig,
    size_t siglen, const unsigned char *p, size_t len), (c, sig, siglen, p,
    len))
WRAP(int, 0, RAND_bytes_ex, (OSSL_LIB_CTX *c, unsigned char *to, size_t len,
    unsigned int strength), (c, to, len, strength))
WRAP(int, 0, EVP_PKEY_CTX_set_rsa_padding, (EVP_PKEY_CTX *c, int how),
    (c, how))
WRAP(int, 0, EVP_PKEY_get_bn_param, (const EVP_PKEY *k, const char *name,
    BIGNUM **to), (k, name, to))
WRAP(int, 0, EVP_PKEY_get_int_param, (const EVP_PKEY *k, const char *name,
    int *to), (k, name, to))
WRAP(int, 0, EVP_PKEY_get_group_name, (const EVP_PKEY *k, char *to,
    size_t room, size_t *len), (k, to, room, len))
WRAP(EVP_PKEY *, NULL, EVP_PKCS82PKEY_ex, (const PKCS8_PRIV_KEY_INFO *p8,
    OSSL_LIB_CTX *c, const char *props), (p8, c, props))
WRAP(PKCS8_PRIV_KEY_INFO *, NULL, EVP_PKEY2PKCS8, (const EVP_PKEY *k), (k))
WRAP(int, -1, i2d_PKCS8_PRIV_KEY_INFO, (const PKCS8_PRIV_KEY_INFO *p8,
    unsigned char **to), (p8, to))

/* ---- files and containers ------------------------------------------------ */

WRAP(BIO *, NULL, BIO_new_mem_buf, (const void *p, int len), (p, len))
WRAP(BIO *, NULL, BIO_new, (const BIO_METHOD *how), (how))
WRAP(int, 0, PEM_write_bio_X509, (BIO *to, const X509 *x), (to, x))
WRAP(int, 0, PEM_write_bio_PKCS8PrivateKey, (BIO *to, const EVP_PKEY *k,
    const EVP_CIPHER *how, const char *pass, int len, pem_password_cb *ask,
    void *arg), (to, k, how, pass, len, ask, arg))
WRAP(OPENSSL_STACK *, NULL, OPENSSL_sk_new_null, (void), ())
WRAP(int, 0, OPENSSL_sk_push, (OPENSSL_STACK *s, const void *p), (s, p))
WRAP(int, -1, i2d_X509, (const X509 *x, unsigned char **to), (x, to))
WRAP(X509 *, NULL, PKCS12_SAFEBAG_get1_cert, (const PKCS12_SAFEBAG *b), (b))
WRAP(PKCS12 *, NULL, PKCS12_init_ex, (int mode, OSSL_LIB_CTX *c,
    const char *props), (mode, c, props))
WRAP(STACK_OF(PKCS7) *, NULL, PKCS12_unpack_authsafes, (const PKCS12 *p),
    (p))
WRAP(STACK_OF(PKCS12_SAFEBAG) *, NULL, PKCS12_unpack_p7data, (PKCS7 *p), (p))
WRAP(STACK_OF(PKCS12_SAFEBAG) *, NULL, PKCS12_unpack_p7encdata, (PKCS7 *p,
    const char *pass, int len), (p, pass, len))

/* ---- certificates -------------------------------------------------------- */

WRAP(X509 *, NULL, X509_new_ex, (OSSL_LIB_CTX *c, const char *props),
    (c, props))
WRAP(X509_STORE *, NULL, X509_STORE_new, (void), ())
WRAP(int, 0, X509_STORE_add_cert, (X509_STORE *s, X509 *x), (s, x))
WRAP(int, 0, X509_STORE_add_crl, (X509_STORE *s, X509_CRL *x), (s, x))
WRAP(X509_STORE_CTX *, NULL, X509_STORE_CTX_new_ex, (OSSL_LIB_CTX *c,
    const char *props), (c, props))
WRAP(int, 0, X509_STORE_CTX_init, (X509_STORE_CTX *c, X509_STORE *s, X509 *x,
    STACK_OF(X509) *more), (c, s, x, more))
WRAP(int, -1, X509_verify_cert, (X509_STORE_CTX *c), (c))
WRAP(int, 0, X509_VERIFY_PARAM_set_flags, (X509_VERIFY_PARAM *p,
    unsigned long flags), (p, flags))
WRAP(int, 0, X509_VERIFY_PARAM_clear_flags, (X509_VERIFY_PARAM *p,
    unsigned long flags), (p, flags))
WRAP(int, 0, X509_VERIFY_PARAM_set_purpose, (X509_VERIFY_PARAM *p, int what),
    (p, what))
WRAP(int, 0, X509_VERIFY_PARAM_set1_host, (X509_VERIFY_PARAM *p,
    const char *name, size_t len), (p, name, len))
WRAP(int, -1, X509_VERIFY_PARAM_get_depth, (const X509_VERIFY_PARAM *p), (p))
WRAP(int, -1, X509_VERIFY_PARAM_get_auth_level, (const X509_VERIFY_PARAM *p),
    (p))
WRAP(unsigned int, 0, X509_VERIFY_PARAM_get_hostflags,
    (const X509_VERIFY_PARAM *p), (p))
