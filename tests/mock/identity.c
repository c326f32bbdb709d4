/* Who a mock card belongs to: certificates of a test authority. */
#include "config.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "tests/mock/reader_mock.h"

struct mock_identity {
	EVP_PKEY	*key;
	uint8_t		*der;
	int		 len;
};

/* The authority of all of them, for this process. */
static EVP_PKEY *ca_key;
static X509 *ca;

static void
add_extension(X509 *x, X509 *issuer, int nid, const char *value)
{
	X509_EXTENSION *ext;
	X509V3_CTX ctx;

	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, issuer, x, NULL, NULL, 0);
	ext = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	ck_assert(ext != NULL && X509_add_ext(x, ext, -1));
	X509_EXTENSION_free(ext);
}

static void
add_filler(X509 *x, size_t len)
{
	ASN1_OBJECT *oid = OBJ_txt2obj("1.3.6.1.4.1.99999.1", 1);
	ASN1_OCTET_STRING *bytes = ASN1_OCTET_STRING_new();
	uint8_t *zeros = calloc(1, len + 1);
	X509_EXTENSION *ext;

	ck_assert(zeros != NULL);
	ck_assert(ASN1_OCTET_STRING_set(bytes, zeros, (int)len));
	ext = X509_EXTENSION_create_by_OBJ(NULL, oid, 0, bytes);
	ck_assert(ext != NULL && X509_add_ext(x, ext, -1));
	X509_EXTENSION_free(ext);
	ASN1_OCTET_STRING_free(bytes);
	ASN1_OBJECT_free(oid);
	free(zeros);
}

static X509 *
certificate_start(EVP_PKEY *key, const char *name, long serial)
{
	X509 *x = X509_new();
	X509_NAME *n = X509_get_subject_name(x);

	ck_assert(x != NULL);
	ck_assert(X509_set_version(x, X509_VERSION_3));
	ck_assert(ASN1_INTEGER_set(X509_get_serialNumber(x), serial));
	ck_assert(X509_gmtime_adj(X509_getm_notBefore(x), -3600) != NULL);
	ck_assert(X509_gmtime_adj(X509_getm_notAfter(x), 86400L * 1000) !=
	    NULL);
	ck_assert(X509_NAME_add_entry_by_txt(n, "O", MBSTRING_ASC,
	    (const unsigned char *)"JPKI-TEST onshikaku", -1, -1, 0));
	ck_assert(X509_NAME_add_entry_by_txt(n, "CN", MBSTRING_ASC,
	    (const unsigned char *)name, -1, -1, 0));
	ck_assert(X509_set_pubkey(x, key));

	return x;
}

static void
ca_make(void)
{
	if (ca != NULL)
		return;
	ca_key = EVP_RSA_gen(2048);
	ck_assert(ca_key != NULL);
	ca = certificate_start(ca_key, "test authority", 1);
	ck_assert(X509_set_issuer_name(ca, X509_get_subject_name(ca)));
	add_extension(ca, ca, NID_basic_constraints, "critical,CA:TRUE");
	add_extension(ca, ca, NID_key_usage, "critical,keyCertSign,cRLSign");
	add_extension(ca, ca, NID_subject_key_identifier, "hash");
	ck_assert(X509_sign(ca, ca_key, EVP_sha256()) > 0);
}

size_t
mock_ca_pem(char *to, size_t room)
{
	BIO *b = BIO_new(BIO_s_mem());
	char *p;
	long len;

	ck_assert(b != NULL && PEM_write_bio_X509(b, ca));
	len = BIO_get_mem_data(b, &p);
	ck_assert(len > 0 && (size_t)len < room);
	memcpy(to, p, (size_t)len);
	to[len] = '\0';
	BIO_free(b);

	return (size_t)len;
}

static X509 *
certificate_new(EVP_PKEY *key, const char *name, size_t filler)
{
	X509 *x = certificate_start(key, name, 0x99123456L);

	ca_make();
	ck_assert(X509_set_issuer_name(x, X509_get_subject_name(ca)));
	add_extension(x, ca, NID_key_usage, "critical,digitalSignature");
	add_extension(x, ca, NID_authority_key_identifier, "keyid");
	add_filler(x, filler);
	ck_assert(X509_sign(x, ca_key, EVP_sha256()) > 0);

	return x;
}

struct mock_identity *
mock_identity_new(const char *name, size_t size)
{
	struct mock_identity *id = calloc(1, sizeof(*id));
	size_t filler = 500;
	X509 *x;

	ck_assert(id != NULL);
	id->key = EVP_RSA_gen(2048);
	ck_assert(id->key != NULL);
	for (int i = 0; i < 8; i++) {
		x = certificate_new(id->key, name, filler);
		free(id->der);
		id->der = NULL;
		id->len = i2d_X509(x, &id->der);
		ck_assert_int_gt(id->len, 0);
		X509_free(x);
		if (size == 0 || (size_t)id->len == size)
			return id;
		filler = filler + size - (size_t)id->len;
	}
	ck_abort_msg("no certificate of %zu bytes", size);

	return NULL;
}

void
mock_identity_free(struct mock_identity *id)
{
	if (id == NULL)
		return;
	EVP_PKEY_free(id->key);
	OPENSSL_free(id->der);
	free(id);
}

void
mock_ca_free(void)
{
	X509_free(ca);
	EVP_PKEY_free(ca_key);
	ca = NULL;
	ca_key = NULL;
}

const uint8_t *
mock_identity_der(const struct mock_identity *id, size_t *len)
{
	*len = (size_t)id->len;

	return id->der;
}

size_t
mock_identity_sign(const struct mock_identity *id, const uint8_t *p, size_t len,
    uint8_t *to, size_t room)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(id->key, NULL);
	size_t n = room;

	if (ctx == NULL || EVP_PKEY_sign_init(ctx) != 1 ||
	    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) != 1 ||
	    EVP_PKEY_sign(ctx, to, &n, p, len) != 1)
		n = 0;
	EVP_PKEY_CTX_free(ctx);

	return n;
}
