/* Makes one certificate from a request. */
#include "pki.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/conf.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

/*
 * A serial number has no leading zero digit, so that its text has one form.
 * One with the first bit set gets a leading zero byte in DER.
 */
static int
serial_set(X509 *cert, size_t n, bool high)
{
	uint8_t bytes[20];
	BIGNUM *bn;
	int ok;

	if (n == 0 || n > sizeof(bytes) || RAND_bytes(bytes, (int)n) != 1)
		return 0;
	bytes[0] = (uint8_t)((bytes[0] & 0x3f) | (high ? 0x80 : 0x40));
	if ((bn = BN_bin2bn(bytes, (int)n, NULL)) == NULL)
		return 0;
	ok = BN_to_ASN1_INTEGER(bn, X509_get_serialNumber(cert)) != NULL;
	BN_free(bn);

	return ok;
}

static X509_NAME *
name_make(const struct pki_part *parts)
{
	X509_NAME *name;

	if ((name = X509_NAME_new()) == NULL)
		return NULL;
	for (; parts->field != NULL; parts++)
		if (X509_NAME_add_entry_by_txt(name, parts->field,
		    MBSTRING_UTF8, (const unsigned char *)parts->value, -1,
		    -1, 0) != 1) {
			X509_NAME_free(name);
			return NULL;
		}

	return name;
}

static int
extensions_add(X509 *cert, X509 *issuer, const char *text)
{
	X509V3_CTX ctx;
	CONF *conf = NULL;
	BIO *bio = NULL;
	int ok = 0;

	if ((conf = NCONF_new(NULL)) == NULL ||
	    (bio = BIO_new_mem_buf(text, -1)) == NULL ||
	    NCONF_load_bio(conf, bio, NULL) <= 0)
		goto out;
	X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
	X509V3_set_nconf(&ctx, conf);
	ok = X509V3_EXT_add_nconf(conf, &ctx, "ext", cert);
out:
	BIO_free(bio);
	NCONF_free(conf);

	return ok;
}

/* OpenSSL's notation cannot say Japanese in a directory name. */
static int
alt_name_add(X509 *cert, int nid, const char *organisation)
{
	const struct pki_part parts[] = {
		{ "C", "JP" }, { "O", organisation }, { NULL, NULL },
	};
	GENERAL_NAMES *names = NULL;
	GENERAL_NAME *one = NULL;
	X509_NAME *dir = NULL;
	int ok = 0;

	if ((names = sk_GENERAL_NAME_new_null()) == NULL ||
	    (one = GENERAL_NAME_new()) == NULL ||
	    (dir = name_make(parts)) == NULL)
		goto out;
	GENERAL_NAME_set0_value(one, GEN_DIRNAME, dir);
	dir = NULL;
	if (sk_GENERAL_NAME_push(names, one) <= 0)
		goto out;
	one = NULL;
	ok = X509_add1_ext_i2d(cert, nid, names, 0,
	    X509V3_ADD_APPEND);
out:
	X509_NAME_free(dir);
	GENERAL_NAME_free(one);
	GENERAL_NAMES_free(names);

	return ok;
}

static int
fill(X509 *cert, const struct pki_request *req)
{
	X509_NAME *subject;
	X509 *issuer = req->issuer == NULL ? cert : req->issuer->cert;
	int ok;

	if ((subject = name_make(req->subject)) == NULL)
		return 0;
	ok = X509_set_version(cert, X509_VERSION_3) == 1 &&
	    serial_set(cert, req->serial_bytes, req->serial_high) == 1 &&
	    X509_set_subject_name(cert, subject) == 1 &&
	    X509_set_issuer_name(cert, X509_get_subject_name(issuer)) == 1 &&
	    ASN1_TIME_set(X509_getm_notBefore(cert), req->from) != NULL &&
	    ASN1_TIME_set(X509_getm_notAfter(cert), req->until) != NULL &&
	    X509_set_pubkey(cert, req->key) == 1 &&
	    extensions_add(cert, issuer, req->extensions) == 1;
	X509_NAME_free(subject);
	if (ok && req->alt_org != NULL)
		ok = alt_name_add(cert, req->alt, req->alt_org);

	return ok;
}

X509 *
pki_cert_make(const struct pki_request *req)
{
	EVP_PKEY *signer = req->issuer == NULL ? req->key : req->issuer->key;
	X509 *cert;

	if ((cert = X509_new()) == NULL || fill(cert, req) != 1 ||
	    X509_sign(cert, signer, req->sha1 ? EVP_sha1() :
	    EVP_sha256()) <= 0) {
		X509_free(cert);
		pki_complain("cannot make a certificate", NULL);
		return NULL;
	}

	return cert;
}

/* Lower-case hexadecimal, as people.csv has it. */
void
pki_cert_serial(const X509 *cert, char *out, size_t outlen)
{
	const ASN1_INTEGER *serial = X509_get0_serialNumber(cert);
	BIGNUM *bn;
	char *hex = NULL;
	size_t i;

	*out = '\0';
	if ((bn = ASN1_INTEGER_to_BN(serial, NULL)) != NULL &&
	    (hex = BN_bn2hex(bn)) != NULL && strlen(hex) < outlen)
		for (i = 0; hex[i] != '\0'; i++) {
			out[i] = (char)tolower((unsigned char)hex[i]);
			out[i + 1] = '\0';
		}
	OPENSSL_free(hex);
	BN_free(bn);
}

size_t
pki_cert_size(const X509 *cert)
{
	int n = i2d_X509(cert, NULL);

	return n < 0 ? 0 : (size_t)n;
}
