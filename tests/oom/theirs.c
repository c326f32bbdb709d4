/* Failing calls of other libraries: the functions that ld puts in their
 * place. */
#include <stdarg.h>
#include <stdatomic.h>

#include <curl/curl.h>
#include <openssl/pkcs12.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/ssl.h>

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

WRAP(EVP_CIPHER *, NULL, EVP_CIPHER_fetch, (OSSL_LIB_CTX *c,
    const char *name, const char *how), (c, name, how))
WRAP(EVP_CIPHER_CTX *, NULL, EVP_CIPHER_CTX_new, (void), ())
WRAP(int, 0, EVP_CipherInit_ex2, (EVP_CIPHER_CTX *c, const EVP_CIPHER *how,
    const unsigned char *key, const unsigned char *iv, int enc,
    const OSSL_PARAM *p), (c, how, key, iv, enc, p))
WRAP(int, 0, EVP_CipherUpdate, (EVP_CIPHER_CTX *c, unsigned char *to, int *n,
    const unsigned char *p, int len), (c, to, n, p, len))
WRAP(int, 0, EVP_CipherFinal_ex, (EVP_CIPHER_CTX *c, unsigned char *to,
    int *n), (c, to, n))
WRAP(int, 0, EVP_CIPHER_CTX_ctrl, (EVP_CIPHER_CTX *c, int what, int n,
    void *p), (c, what, n, p))

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

/* ---- TLS ----------------------------------------------------------------- */

static void
log_keys(const SSL *ssl, const char *line)
{
	(void)ssl, (void)line;
}

/* What it does by a number; the rest of that cannot fail. */
static bool
can_fail(int what)
{
	switch (what) {
	case SSL_CTRL_SET_MIN_PROTO_VERSION:
	case SSL_CTRL_SET_MAX_PROTO_VERSION:
	case SSL_CTRL_SET_SIGALGS_LIST:
	case SSL_CTRL_SET_CLIENT_SIGALGS_LIST:
	case SSL_CTRL_SET_SESS_CACHE_MODE:
	case SSL_CTRL_SET_MAX_CERT_LIST:
	case SSL_CTRL_CHAIN_CERT:
		return true;
	default:
		return false;
	}
}

long	__real_SSL_CTX_ctrl(SSL_CTX *c, int what, long n, void *p);
long	__wrap_SSL_CTX_ctrl(SSL_CTX *c, int what, long n, void *p);
long
__wrap_SSL_CTX_ctrl(SSL_CTX *c, int what, long n, void *p)
{
	return can_fail(what) && is_due("SSL_CTX_ctrl") ? -1 :
	    __real_SSL_CTX_ctrl(c, what, n, p);
}

WRAP(SSL_CTX *, NULL, SSL_CTX_new, (const SSL_METHOD *m), (m))
WRAP(uint64_t, 0, SSL_CTX_get_options, (const SSL_CTX *c), (c))
WRAP(int, 0, SSL_CTX_get_security_level, (const SSL_CTX *c), (c))
WRAP(SSL_CTX_keylog_cb_func, log_keys, SSL_CTX_get_keylog_callback,
    (const SSL_CTX *c), (c))
WRAP(X509_VERIFY_PARAM *, NULL, SSL_CTX_get0_param, (SSL_CTX *c), (c))
WRAP(X509_STORE *, NULL, SSL_CTX_get_cert_store, (const SSL_CTX *c), (c))
WRAP(int, 0, SSL_CTX_use_certificate, (SSL_CTX *c, X509 *x), (c, x))
WRAP(int, 0, SSL_CTX_use_PrivateKey, (SSL_CTX *c, EVP_PKEY *k), (c, k))
WRAP(int, 0, SSL_CTX_check_private_key, (const SSL_CTX *c), (c))
WRAP(X509 *, NULL, SSL_get1_peer_certificate, (const SSL *s), (s))
WRAP(int, -1, i2d_X509_PUBKEY, (const X509_PUBKEY *k, unsigned char **to),
    (k, to))

/* ---- libcurl ------------------------------------------------------------- */

WRAP(CURL *, NULL, curl_easy_init, (void), ())
WRAP(CURLM *, NULL, curl_multi_init, (void), ())
WRAP(struct curl_slist *, NULL, curl_slist_append, (struct curl_slist *l,
    const char *s), (l, s))
WRAP(CURLMcode, CURLM_OUT_OF_MEMORY, curl_multi_add_handle, (CURLM *m,
    CURL *e), (m, e))
WRAP(CURLMcode, CURLM_INTERNAL_ERROR, curl_multi_perform, (CURLM *m,
    int *running), (m, running))
WRAP(CURLMcode, CURLM_INTERNAL_ERROR, curl_multi_poll, (CURLM *m,
    struct curl_waitfd *fd, unsigned int n, int ms, int *ready),
    (m, fd, n, ms, ready))
WRAP(CURLcode, CURLE_SEND_ERROR, curl_easy_send, (CURL *e, const void *p,
    size_t len, size_t *n), (e, p, len, n))
WRAP(CURLcode, CURLE_RECV_ERROR, curl_easy_recv, (CURL *e, void *p,
    size_t room, size_t *n), (e, p, room, n))
WRAP(curl_version_info_data *, NULL, curl_version_info, (CURLversion v), (v))

/* These take one more, a number or a pointer: both are as wide. Options of a
 * handle are refused by tests/link/t_profile. */
#define WRAP_OPTION(type, bad, name, on, option)			\
	type	__real_##name(on h, option o, ...);			\
	type	__wrap_##name(on h, option o, ...);			\
	type								\
	__wrap_##name(on h, option o, ...)				\
	{								\
		va_list ap;						\
		void *value;						\
									\
		va_start(ap, o);					\
		value = va_arg(ap, void *);				\
		va_end(ap);						\
									\
		return is_due(#name) ? bad :				\
		    __real_##name(h, o, value);				\
	}

#undef curl_easy_getinfo
#undef curl_multi_setopt
WRAP_OPTION(CURLcode, CURLE_UNKNOWN_OPTION, curl_easy_getinfo, CURL *,
    CURLINFO)
WRAP_OPTION(CURLMcode, CURLM_UNKNOWN_OPTION, curl_multi_setopt, CURLM *,
    CURLMoption)
