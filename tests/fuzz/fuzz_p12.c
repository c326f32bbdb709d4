/*
 * PKCS#12 containers: a line, which is the passphrase, and any bytes behind
 * it. What opens has one key and the certificate that it belongs to.
 */
#include "config.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>

#include "crypto/crypto.h"
#include "fuzz.h"

static void
fits(const struct oki_buf *certs, const struct oki_buf *key)
{
	BIO *c = BIO_new_mem_buf(certs->data, (int)certs->len);
	BIO *k = BIO_new_mem_buf(key->data, (int)key->len);
	EVP_PKEY *ours;
	X509 *x;
	int n;

	MUST(c != NULL && k != NULL);
	MUST((ours = PEM_read_bio_PrivateKey(k, NULL, NULL, NULL)) != NULL);
	MUST((x = PEM_read_bio_X509(c, NULL, NULL, NULL)) != NULL);
	MUST(X509_check_private_key(x, ours) == 1);
	for (n = 1; x != NULL; n++) {
		X509_free(x);
		x = PEM_read_bio_X509(c, NULL, NULL, NULL);
	}
	MUST(n <= 9);
	EVP_PKEY_free(ours);
	BIO_free(c);
	BIO_free(k);
	ERR_clear_error();
}

static void
play(const uint8_t *p, size_t len, const uint8_t *pass, size_t passlen)
{
	struct oki_buf certs, key;
	struct oki_identity who;
	struct onshi_error e;
	int r, again;

	oki_buf_init(&certs, 131072);
	oki_buf_init(&key, 65536);
	oki_error_clear(&e);
	r = oki_container_open(p, len, pass, passlen, &certs, &key, &e);
	MUST(r == ONSHI_OK || r == ONSHI_E_CONFIG);
	MUST(ERR_peek_error() == 0);
	if (r == ONSHI_OK) {
		MUST(oki_container_is(p, len));
		fits(&certs, &key);
		again = oki_identity_check(certs.data, certs.len, key.data,
		    key.len, NULL, 0, 1800000000, &who, &e);
		MUST(again == ONSHI_OK || again == ONSHI_E_CONFIG);
	} else
		MUST(strncmp(e.text, "link.", 5) == 0);
	oki_buf_free(&certs);
	oki_buf_free(&key);
}

/* A new MAC over what was changed, so that what lies behind it is reached. */
static void
seal_anew(const uint8_t *p, size_t len, const uint8_t *pass, size_t passlen)
{
	PKCS12 *p12 = d2i_PKCS12(NULL, &p, (long)len);
	unsigned char *der = NULL;
	int n = 0;

	if (p12 != NULL && PKCS12_set_mac(p12, (const char *)pass,
	    (int)passlen, NULL, 0, 1, EVP_sha256()) == 1)
		n = i2d_PKCS12(p12, &der);
	PKCS12_free(p12);
	ERR_clear_error();
	if (n > 0)
		play(der, (size_t)n, pass, passlen);
	OPENSSL_free(der);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	size_t line = oki_line_len(data, len);
	size_t from = line < len ? line + 1 : line;

	play(data + from, len - from, data, line);
	if (line <= OKI_PASSPHRASE_MAX)
		seal_anew(data + from, len - from, data, line);

	return 0;
}
