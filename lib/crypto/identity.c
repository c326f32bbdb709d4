/* The files that the configuration names: authorities, our own identity. */
#include "config.h"

#include <string.h>

#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509v3.h>

#include "crypto/inside.h"

#define AUTHORITIES_MAX	256

struct passphrase {
	const char	*bytes;
	size_t		 len;
};

size_t
oki_line_len(const void *p, size_t len)
{
	const char *s = p;
	size_t n = 0;

	while (n < len && s[n] != '\n' && s[n] != '\r' && s[n] != '\0')
		n++;

	return n;
}

int
oki_authorities_check(const char *name, const void *pem, size_t len,
    size_t *n, struct onshi_error *e)
{
	BIO *bio;
	X509 *ca;
	int r;

	*n = 0;
	oki_openssl_enter();
	if ((bio = oki_openssl_bio(pem == NULL ? "" : pem, len)) == NULL) {
		r = ONSHI_E_NOMEM;
	} else {
		while ((r = oki_openssl_next(bio, &ca)) == ONSHI_OK) {
			X509_free(ca);
			if (++*n > AUTHORITIES_MAX)
				break;
		}
		BIO_free(bio);
	}
	oki_openssl_leave();
	if (r == ONSHI_END && *n > 0)
		return ONSHI_OK;
	if (r == ONSHI_E_NOMEM)
		return oki_fail(e, r, "%s: no memory", name);

	return oki_fail(e, ONSHI_E_CONFIG, "%s: %s", name,
	    r == ONSHI_END ? "no certificate (PEM) is in it" :
	    r == ONSHI_OK ? "too many certificates are in it" :
	    "a certificate in it is malformed");
}

static int
give_passphrase(char *to, int room, int rw, void *arg)
{
	const struct passphrase *p = arg;

	(void)rw;
	if (p->bytes == NULL || room < 0 || p->len > (size_t)room)
		return -1;
	memcpy(to, p->bytes, p->len);

	return (int)p->len;
}

static int
read_certificate(const void *pem, size_t len, X509 **out)
{
	BIO *bio;
	int r;

	if ((bio = oki_openssl_bio(pem == NULL ? "" : pem, len)) == NULL)
		return ONSHI_E_NOMEM;
	r = oki_openssl_next(bio, out);
	BIO_free(bio);

	return r;
}

/* What stands between the lines, out of whichever passphrase it is under. */
static EVP_PKEY *
decode_key(const char *name, const uint8_t *der, long len,
    struct passphrase *pass)
{
	PKCS8_PRIV_KEY_INFO *p8 = NULL;
	EVP_PKEY *key = NULL;
	X509_SIG *sealed;

	if (strcmp(name, PEM_STRING_PKCS8) == 0) {
		if ((sealed = d2i_X509_SIG(NULL, &der, len)) != NULL &&
		    pass->bytes != NULL)
			p8 = PKCS8_decrypt_ex(sealed, pass->bytes,
			    (int)pass->len, oki_openssl_ctx(), NULL);
		X509_SIG_free(sealed);
	} else if (strcmp(name, PEM_STRING_PKCS8INF) == 0)
		p8 = d2i_PKCS8_PRIV_KEY_INFO(NULL, &der, len);
	else
		return d2i_AutoPrivateKey_ex(NULL, &der, len,
		    oki_openssl_ctx(), NULL);
	if (p8 != NULL)
		key = EVP_PKCS82PKEY_ex(p8, oki_openssl_ctx(), NULL);
	PKCS8_PRIV_KEY_INFO_free(p8);

	return key;
}

/* Step by step: OpenSSL's one call for it leaves the key behind in memory that
 * it gives back (SEC-82). */
static int
read_key(const void *pem, size_t len, struct passphrase *pass, EVP_PKEY **out)
{
	uint8_t *der = NULL;
	char *name = NULL;
	long n = 0;
	BIO *bio;
	int r = ONSHI_OK;

	*out = NULL;
	if ((bio = oki_openssl_bio(pem == NULL ? "" : pem, len)) == NULL)
		return ONSHI_E_NOMEM;
	if (PEM_bytes_read_bio(&der, &n, &name, PEM_STRING_EVP_PKEY, bio,
	    give_passphrase, pass) == 1)
		*out = decode_key(name, der, n, pass);
	if (*out == NULL)
		r = oki_openssl_cause(ONSHI_E_CONFIG);
	OPENSSL_free(name);
	OPENSSL_clear_free(der, n > 0 ? (size_t)n : 0);
	BIO_free(bio);

	return r;
}

static bool
is_client(X509 *x)
{
	return (X509_get_extension_flags(x) & EXFLAG_XKUSAGE) != 0 &&
	    (X509_get_extended_key_usage(x) & XKU_SSL_CLIENT) != 0 &&
	    X509_check_purpose(x, X509_PURPOSE_SSL_CLIENT, 0) == 1;
}

/* The one common name, if it is plain: two of them would be a riddle. */
static void
take_cn(X509 *x, char *to, size_t room)
{
	X509_NAME *subject = X509_get_subject_name(x);
	const ASN1_STRING *cn;
	const uint8_t *bytes;
	int at, len;

	to[0] = '\0';
	at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
	if (at < 0 || X509_NAME_get_index_by_NID(subject, NID_commonName,
	    at) >= 0)
		return;
	cn = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at));
	bytes = ASN1_STRING_get0_data(cn);
	len = ASN1_STRING_length(cn);
	if (len < 1 || (size_t)len >= room ||
	    memchr(bytes, '\0', (size_t)len) != NULL)
		return;
	memcpy(to, bytes, (size_t)len);
	to[len] = '\0';
	if (!oki_is_utf8(to, (size_t)len))
		to[0] = '\0';
}

static int
examine(X509 *x, EVP_PKEY *key, int64_t now, struct oki_identity *out,
    const char **why)
{
	int64_t from, until;

	*why = NULL;
	if (!oki_openssl_time(X509_get0_notBefore(x), &from) ||
	    !oki_openssl_time(X509_get0_notAfter(x), &until))
		*why = "link.cert_file: a date of the certificate is malformed";
	else if (X509_check_private_key(x, key) != 1)
		*why = "link.key_file: the key does not fit the certificate";
	else if (!is_client(x))
		*why = "link.cert_file: the certificate is not for a TLS client";
	else if (now < from)
		*why = "link.cert_file: the certificate is not valid yet, by "
		    "this machine's clock";
	else if (now > until)
		*why = "link.cert_file: the certificate has expired, by this "
		    "machine's clock";
	if (*why != NULL)
		return ONSHI_E_CONFIG;
	out->days_left = (int32_t)((until - now) / 86400);
	take_cn(x, out->cn, sizeof(out->cn));

	return ONSHI_OK;
}

static int
read_ours(const void *pem, size_t len, X509 **x, const char **why)
{
	int r;

	*why = "no memory";
	if ((r = read_certificate(pem, len, x)) == ONSHI_OK ||
	    r == ONSHI_E_NOMEM)
		return r;
	*why = "link.cert_file: no certificate (PEM) to be read";

	return ONSHI_E_CONFIG;
}

int
oki_identity_check(const void *cert_pem, size_t certlen, const void *key_pem,
    size_t keylen, const void *passphrase, size_t passlen, int64_t now,
    struct oki_identity *out, struct onshi_error *e)
{
	struct passphrase pass = { passphrase, passlen };
	const char *why = "no memory";
	EVP_PKEY *key = NULL;
	X509 *x = NULL;
	int r;

	memset(out, 0, sizeof(*out));
	oki_openssl_enter();
	if (passlen > OKI_PASSPHRASE_MAX) {
		why = "link.key_passphrase_file: it is too long";
		r = ONSHI_E_CONFIG;
		goto out;
	}
	if ((r = read_ours(cert_pem, certlen, &x, &why)) != ONSHI_OK)
		goto out;
	if ((r = read_key(key_pem, keylen, &pass, &key)) != ONSHI_OK) {
		if (r != ONSHI_E_NOMEM)
			why = "link.key_file: no key (PEM) to be read, or the "
			    "passphrase is wrong";
		goto out;
	}
	r = examine(x, key, now, out, &why);
out:
	EVP_PKEY_free(key);
	X509_free(x);
	oki_openssl_leave();

	return r == ONSHI_OK ? r : oki_fail(e, r, "%s", why);
}

int
oki_token_check(const struct oki_token *t, const void *cert_pem,
    size_t certlen, int64_t now, struct oki_identity *out,
    struct onshi_error *e)
{
	const char *why;
	X509 *x = NULL;
	int r;

	memset(out, 0, sizeof(*out));
	oki_openssl_enter();
	if ((r = read_ours(cert_pem, certlen, &x, &why)) == ONSHI_OK)
		r = examine(x, oki_token_key(t), now, out, &why);
	X509_free(x);
	oki_openssl_leave();

	return r == ONSHI_OK ? r : oki_fail(e, r, "%s", why);
}

int
oki_identity_key(const void *key_pem, size_t keylen, const void *passphrase,
    size_t passlen, struct oki_secret **der)
{
	struct passphrase pass = { passphrase, passlen };
	PKCS8_PRIV_KEY_INFO *p8 = NULL;
	EVP_PKEY *key = NULL;
	uint8_t *bytes = NULL;
	int len = -1, r;

	*der = NULL;
	oki_openssl_enter();
	if ((r = read_key(key_pem, keylen, &pass, &key)) != ONSHI_OK)
		goto out;
	if ((p8 = EVP_PKEY2PKCS8(key)) == NULL ||
	    (len = i2d_PKCS8_PRIV_KEY_INFO(p8, &bytes)) <= 0)
		r = oki_openssl_cause(ONSHI_E_CONFIG);
	else
		r = oki_secret_new(bytes, (size_t)len, der);
out:
	OPENSSL_clear_free(bytes, len > 0 ? (size_t)len : 0);
	PKCS8_PRIV_KEY_INFO_free(p8);
	EVP_PKEY_free(key);
	oki_openssl_leave();

	return r;
}
