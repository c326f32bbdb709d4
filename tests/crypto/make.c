/* Certificates made at test time, for the tests of room crypto. */
#include "config.h"

#include <string.h>

#include <check.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/conf.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "tests/crypto/make.h"

#define CARD_EXTENSIONS							\
	"keyUsage=critical,digitalSignature\n"				\
	"certificatePolicies=1.2.392.200149.8.5.1.3.30\n"		\
	"authorityKeyIdentifier=keyid\n"

static EVP_PKEY *keys[KEYS];

static EVP_PKEY *
rsa(unsigned int bits, unsigned long e)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	BIGNUM *exponent = BN_new();
	EVP_PKEY *key = NULL;

	ck_assert(ctx != NULL && exponent != NULL);
	ck_assert_int_eq(BN_set_word(exponent, e), 1);
	ck_assert_int_eq(EVP_PKEY_keygen_init(ctx), 1);
	ck_assert_int_gt(EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, (int)bits), 0);
	ck_assert_int_gt(EVP_PKEY_CTX_set1_rsa_keygen_pubexp(ctx, exponent),
	    0);
	ck_assert_int_eq(EVP_PKEY_generate(ctx, &key), 1);
	BN_free(exponent);
	EVP_PKEY_CTX_free(ctx);

	return key;
}

static EVP_PKEY *
ec(const char *group, const char *encoding)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	EVP_PKEY *key = NULL;

	ck_assert_ptr_nonnull(ctx);
	ck_assert_int_eq(EVP_PKEY_keygen_init(ctx), 1);
	ck_assert_int_eq(EVP_PKEY_CTX_set_group_name(ctx, group), 1);
	ck_assert_int_eq(EVP_PKEY_generate(ctx, &key), 1);
	EVP_PKEY_CTX_free(ctx);
	if (encoding != NULL)
		ck_assert_int_eq(EVP_PKEY_set_utf8_string_param(key,
		    OSSL_PKEY_PARAM_EC_ENCODING, encoding), 1);

	return key;
}

void
make_keys(void)
{
	keys[KEY_CA] = rsa(2048, 65537);
	keys[KEY_OTHER_CA] = rsa(2048, 65537);
	keys[KEY_RSA] = rsa(2048, 65537);
	keys[KEY_RSA_OTHER] = rsa(2048, 65537);
	keys[KEY_RSA_1024] = rsa(1024, 65537);
	keys[KEY_RSA_E3] = rsa(2048, 3);
	keys[KEY_P256] = ec("P-256", NULL);
	keys[KEY_P384] = ec("P-384", NULL);
	keys[KEY_P521] = ec("P-521", NULL);
	keys[KEY_K256] = ec("secp256k1", NULL);
	keys[KEY_EXPLICIT] = ec("P-256", "explicit");
	keys[KEY_ED25519] = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	keys[KEY_MID] = ec("P-256", NULL);
}

EVP_PKEY *
make_key(int which)
{
	return keys[which];
}

/* A time as it stands: 13 bytes are a UTCTime unless it begins with "G". */
static void
set_time(X509 *x, bool is_from, const char *text)
{
	int type = V_ASN1_UTCTIME;
	ASN1_STRING *t;

	if (text[0] == 'G') {
		type = V_ASN1_GENERALIZEDTIME;
		text++;
	}
	ck_assert_ptr_nonnull(t = ASN1_STRING_type_new(type));
	ck_assert_int_eq(ASN1_STRING_set(t, text, (int)strlen(text)), 1);
	ck_assert_int_eq(is_from ? X509_set1_notBefore(x, t) :
	    X509_set1_notAfter(x, t), 1);
	ASN1_STRING_free(t);
}

/* The content's bytes, minus and leading zeros as they are given. */
static void
set_serial(X509 *x, const char *hex)
{
	ASN1_INTEGER *serial;
	uint8_t bytes[64];
	const uint8_t *p = bytes;
	size_t len = sizeof(bytes) - 2;

	ck_assert(oki_unhex(bytes + 2, &len, hex));
	bytes[0] = V_ASN1_INTEGER;
	bytes[1] = (uint8_t)len;
	ck_assert_ptr_nonnull(serial = d2i_ASN1_INTEGER(NULL, &p,
	    (long)len + 2));
	ck_assert_int_eq(X509_set_serialNumber(x, serial), 1);
	ASN1_INTEGER_free(serial);
}

static void
add_extensions(X509 *x, X509 *ca, const char *lines)
{
	X509_EXTENSION *e;
	X509V3_CTX ctx;
	CONF *conf = NCONF_new(NULL);	/* policies ask for one */
	const char *equals, *line;
	char name[64], value[9000];
	size_t len, n;

	ck_assert_ptr_nonnull(conf);
	X509V3_set_ctx(&ctx, ca, x, NULL, NULL, 0);
	X509V3_set_nconf(&ctx, conf);
	while (oki_list_next(&lines, '\n', &line, &len)) {
		if (len == 0)
			continue;
		ck_assert_ptr_nonnull(equals = memchr(line, '=', len));
		n = (size_t)(equals - line);
		ck_assert_uint_lt(n, sizeof(name));
		ck_assert_uint_lt(len - n, sizeof(value));
		memcpy(name, line, n);
		name[n] = '\0';
		memcpy(value, equals + 1, len - n - 1);
		value[len - n - 1] = '\0';
		e = X509V3_EXT_nconf(conf, &ctx, name, value);
		ck_assert_msg(e != NULL, "%s", name);
		ck_assert_int_eq(X509_add_ext(x, e, -1), 1);
		X509_EXTENSION_free(e);
	}
	NCONF_free(conf);
}

static void
set_name(X509_NAME *name, const char *cn)
{
	ck_assert_int_eq(X509_NAME_add_entry_by_txt(name, "C", MBSTRING_ASC,
	    (const uint8_t *)"JP", -1, -1, 0), 1);
	ck_assert_int_eq(X509_NAME_add_entry_by_txt(name, "O", MBSTRING_ASC,
	    (const uint8_t *)"JPKI-TEST", -1, -1, 0), 1);
	if (cn != NULL)
		ck_assert_int_eq(X509_NAME_add_entry_by_txt(name, "CN",
		    MBSTRING_UTF8, (const uint8_t *)cn, -1, -1, 0), 1);
}

X509 *
make_certificate(const struct make_spec *spec)
{
	X509 *ca, *x = X509_new();
	const EVP_MD *md = spec->md == NULL ? EVP_sha256() : spec->md;

	ck_assert_ptr_nonnull(x);
	ca = spec->ca == NULL ? x : spec->ca;
	ck_assert_int_eq(X509_set_version(x, spec->version == -1 ?
	    X509_VERSION_1 : spec->version == 0 ? X509_VERSION_3 :
	    spec->version - 1), 1);
	set_serial(x, spec->serial == NULL ? "0123abcd" : spec->serial);
	set_name(X509_get_subject_name(x), spec->cn == NULL ?
	    "0TEST0001AGCIEG99101003A" : spec->cn);
	ck_assert_int_eq(X509_set_issuer_name(x, X509_get_subject_name(ca)),
	    1);
	set_time(x, true, spec->from == NULL ? "251027000000Z" : spec->from);
	set_time(x, false, spec->until == NULL ? "300217145959Z" :
	    spec->until);
	ck_assert_int_eq(X509_set_pubkey(x, keys[spec->key]), 1);
	if (spec->version == 0 || spec->version == 3)
		add_extensions(x, ca, spec->extensions == NULL ?
		    CARD_EXTENSIONS : spec->extensions);
	ck_assert_int_gt(X509_sign(x, keys[spec->ca_key],
	    spec->ca_key == KEY_ED25519 ? NULL : md), 0);

	return x;
}

X509 *
make_ca(int key, const char *cn, const char *from, const char *until)
{
	const struct make_spec spec = {
		.key = key, .ca_key = key, .cn = cn, .serial = "01",
		.from = from == NULL ? "230716000000Z" : from,
		.until = until == NULL ? "330715000000Z" : until,
		.extensions = "basicConstraints=critical,CA:TRUE\n"
		    "keyUsage=critical,keyCertSign,cRLSign\n"
		    "subjectKeyIdentifier=hash\n"
	};

	return make_certificate(&spec);
}

void
make_der(X509 *x, struct oki_buf *out)
{
	unsigned char *der = NULL;
	int len = i2d_X509(x, &der);

	ck_assert_int_gt(len, 0);
	ck_assert_int_eq(oki_buf_append(out, der, (size_t)len), ONSHI_OK);
	OPENSSL_free(der);
}

static void
take(BIO *bio, struct oki_buf *out)
{
	char *data;
	long len = BIO_get_mem_data(bio, &data);

	ck_assert_int_gt(len, 0);
	ck_assert_int_eq(oki_buf_append(out, data, (size_t)len), ONSHI_OK);
	BIO_free(bio);
}

void
make_pem(X509 *x, struct oki_buf *out)
{
	BIO *bio = BIO_new(BIO_s_mem());

	ck_assert_int_eq(PEM_write_bio_X509(bio, x), 1);
	take(bio, out);
}

void
make_key_pem(int key, const char *passphrase, struct oki_buf *out)
{
	BIO *bio = BIO_new(BIO_s_mem());

	ck_assert_int_eq(PEM_write_bio_PKCS8PrivateKey(bio, keys[key],
	    passphrase == NULL ? NULL : EVP_aes_128_cbc(), passphrase,
	    passphrase == NULL ? 0 : (int)strlen(passphrase), NULL, NULL), 1);
	take(bio, out);
}

void
drop_keys(void)
{
	size_t i;

	for (i = 0; i < KEYS; i++)
		EVP_PKEY_free(keys[i]);
}
