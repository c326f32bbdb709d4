/* Certificates of every kind that a server must not get away with. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/conf.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ocsp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "wire.h"

#define DAY	86400
#define CHAIN	90		/* of the chain that is too long */

#define CA_EXT	"basicConstraints=critical,CA:TRUE\n" \
		"keyUsage=critical,keyCertSign,cRLSign\n" \
		"subjectKeyIdentifier=hash\n"
#define SUB_EXT	CA_EXT "authorityKeyIdentifier=keyid\n"
#define LEAF	"basicConstraints=critical,CA:FALSE\n" \
		"keyUsage=critical,digitalSignature\n" \
		"subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n"
#define SERVER	LEAF "extendedKeyUsage=serverAuth\n"
#define SAN	"subjectAltName=DNS:" NAME "\n"
#define CLIENT	LEAF "extendedKeyUsage=clientAuth\n"

#define LABEL	"123456789012345678901234567890123456789012345678901234567890" \
		"123"

enum { EC256, EC384, EC192, RSA2048, RSA1024 };

static const struct row {
	const char	*name;
	const char	*issuer;	/* NULL: itself */
	const char	*cn;
	const char	*extensions;
	int		 key;
	bool		 sha1;
	int		 from;		/* days from now */
	int		 until;
} rows[] = {
	{ "root", NULL, "Test Root", CA_EXT, EC256, false, -10, 100 },
	{ "inter", "root", "Test Inter", SUB_EXT, EC256, false, -10, 100 },
	{ "root2", NULL, "Test Root", CA_EXT, EC256, false, -10, 100 },
	{ "inter2", "root2", "Test Inter", SUB_EXT, EC256, false, -10, 100 },
	{ "sha1-inter", "root", "Old Inter", SUB_EXT, EC256, true, -10, 100 },
	{ "pathlen0", "root", "Short Inter",
	    "basicConstraints=critical,CA:TRUE,pathlen:0\n"
	    "keyUsage=critical,keyCertSign,cRLSign\n"
	    "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n",
	    EC256, false, -10, 100 },
	{ "below-pathlen", "pathlen0", "Too Deep", SUB_EXT, EC256, false,
	    -10, 100 },
	{ "constrained", "root", "Narrow Inter", SUB_EXT
	    "nameConstraints=critical,permitted;DNS:other.example\n",
	    EC256, false, -10, 100 },
	{ "good", "inter", NAME, SERVER SAN, EC256, false, -1, 90 },
	{ "good-rsa", "inter", NAME, SERVER SAN, RSA2048, false, -1, 90 },
	{ "good-384", "inter", NAME, SERVER SAN, EC384, false, -1, 90 },
	{ "expired", "inter", NAME, SERVER SAN, EC256, false, -9, -1 },
	{ "not-yet", "inter", NAME, SERVER SAN, EC256, false, 2, 90 },
	{ "self", NULL, NAME, SERVER SAN, EC256, false, -1, 90 },
	{ "other-name", "inter", "other.example",
	    SERVER "subjectAltName=DNS:other.example\n", EC256, false, -1,
	    90 },
	{ "cn-only", "inter", NAME, SERVER, EC256, false, -1, 90 },
	{ "wildcard", "inter", NAME, SERVER "subjectAltName=DNS:*.example\n",
	    EC256, false, -1, 90 },
	{ "www", "inter", NAME, SERVER "subjectAltName=DNS:www." NAME "\n",
	    EC256, false, -1, 90 },
	{ "star", "inter", NAME, SERVER "subjectAltName=DNS:*." NAME "\n",
	    EC256, false, -1, 90 },
	{ "half-star", "inter", NAME, SERVER "subjectAltName=DNS:w*." NAME
	    "\n", EC256, false, -1, 90 },
	{ "rsa1024", "inter", NAME, SERVER SAN, RSA1024, false, -1, 90 },
	{ "p192", "inter", NAME, SERVER SAN, EC192, false, -1, 90 },
	{ "client-usage", "inter", NAME, CLIENT SAN, EC256, false, -1, 90 },
	{ "sha1", "inter", NAME, SERVER SAN, EC256, true, -1, 90 },
	{ "of-sha1-inter", "sha1-inter", NAME, SERVER SAN, EC256, false, -1,
	    90 },
	{ "of-root2", "inter2", NAME, SERVER SAN, EC256, false, -1, 90 },
	{ "too-deep", "below-pathlen", NAME, SERVER SAN, EC256, false, -1,
	    90 },
	{ "outside", "constrained", NAME, SERVER SAN, EC256, false, -1, 90 },
	{ "of-leaf", "good", NAME, SERVER SAN, EC256, false, -1, 90 },
	{ "critical", "inter", NAME,
	    SERVER SAN "1.2.3.4.5=critical,ASN1:UTF8String:x\n", EC256,
	    false, -1, 90 },
	{ "ip-only", "inter", NAME, SERVER "subjectAltName=IP:127.0.0.1\n",
	    EC256, false, -1, 90 },
	/* "onshi.example" NUL ".evil.example" */
	{ "nul-name", "inter", "x", SERVER "subjectAltName=DER:301c821a"
	    "6f6e7368692e6578616d706c65" "00" "2e6576696c2e6578616d706c"
	    "\n", EC256, false, -1, 90 },
	{ "latin-name", "inter", "x", SERVER "subjectAltName=DER:300f820d"
	    "6f6e7368e92e6578616d706c65" "\n", EC256, false, -1, 90 },
	/* Ours and 287 bytes more, each label as long as it may be. */
	{ "long-name", "inter", "x", SERVER "subjectAltName=DNS:" NAME "."
	    LABEL "." LABEL "." LABEL "." LABEL "." "123456789.123456789.1234"
	    "567890" "\n", EC256, false, -1, 90 },
	/* As long, and it ends with our name. */
	{ "long-name-ours-last", "inter", "x", SERVER "subjectAltName=DNS:"
	    "123456789.123456789.1234567890" "." LABEL "." LABEL "." LABEL "."
	    LABEL "." NAME "\n", EC256, false, -1, 90 },
	{ "terminal", "root", TERMINAL, CLIENT, EC256, false, -1, 90 },
	{ "terminal-rsa", "root", TERMINAL, CLIENT, RSA2048, false, -1, 90 },
	{ "terminal-other", "root", "1349999988", CLIENT, EC256, false, -1,
	    90 },
	{ "terminal-expired", "root", TERMINAL, CLIENT, EC256, false, -9,
	    -1 },
	{ "terminal-server", "root", TERMINAL, SERVER, EC256, false, -1,
	    90 },
	{ "terminal-inter", "inter", TERMINAL, CLIENT, EC256, false, -1,
	    90 },
	{ "terminal-root2", "root2", TERMINAL, CLIENT, EC256, false, -1,
	    90 }
};

static struct pair pairs[sizeof(rows) / sizeof(rows[0])];
static X509 *long_chain[CHAIN];
static struct pair long_leaf;
static struct pair forged;

static void
need(bool ok, const char *what)
{
	if (!ok) {
		fprintf(stderr, "certs: %s\n", what);
		abort();
	}
}

static EVP_PKEY *
make_key(int kind)
{
	EVP_PKEY *key = NULL;

	switch (kind) {
	case EC256:
		key = EVP_EC_gen("P-256");
		break;
	case EC384:
		key = EVP_EC_gen("P-384");
		break;
	case EC192:
		key = EVP_EC_gen("P-192");
		break;
	case RSA2048:
		key = EVP_RSA_gen(2048);
		break;
	default:
		key = EVP_RSA_gen(1024);
	}
	need(key != NULL, "key");

	return key;
}

static void
add_extensions(X509 *cert, X509 *issuer, const char *text)
{
	X509V3_CTX ctx;
	CONF *conf = NCONF_new(NULL);
	BIO *bio = BIO_new(BIO_s_mem());

	need(conf != NULL && bio != NULL &&
	    BIO_puts(bio, text) > 0 && NCONF_load_bio(conf, bio, NULL) > 0,
	    "extension text");
	X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
	X509V3_set_nconf(&ctx, conf);
	need(X509V3_EXT_add_nconf(conf, &ctx, "default", cert) == 1,
	    "extensions");
	BIO_free(bio);
	NCONF_free(conf);
}

static X509 *
make_cert(const char *cn, EVP_PKEY *key, X509 *issuer, EVP_PKEY *signer,
    const char *extensions, bool sha1, int from, int until)
{
	X509 *x = X509_new();
	X509_NAME *name;
	uint64_t serial = 0;

	need(x != NULL && RAND_bytes((uint8_t *)&serial, 7) == 1, "cert");
	name = X509_get_subject_name(x);
	if (issuer == NULL)
		issuer = x;
	need(X509_set_version(x, X509_VERSION_3) == 1 &&
	    ASN1_INTEGER_set_uint64(X509_get_serialNumber(x), serial) == 1 &&
	    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
	    (const uint8_t *)cn, -1, -1, 0) == 1 &&
	    X509_set_issuer_name(x, X509_get_subject_name(issuer)) == 1 &&
	    X509_gmtime_adj(X509_getm_notBefore(x), (long)from * DAY) !=
	    NULL && X509_gmtime_adj(X509_getm_notAfter(x),
	    (long)until * DAY) != NULL && X509_set_pubkey(x, key) == 1,
	    "fields");
	add_extensions(x, issuer, extensions);
	need(X509_sign(x, signer, sha1 ? EVP_sha1() : EVP_sha256()) > 0,
	    "signature");

	return x;
}

static struct pair *
find(const char *name)
{
	size_t i;

	for (i = 0; i < OKI_COUNT(rows); i++)
		if (strcmp(pairs[i].name, name) == 0)
			return &pairs[i];
	need(false, name);

	return NULL;
}

/* Ninety authorities in a row, one key for all: 12 KiB a piece is not needed,
 * for the sum is what counts (F12): each carries a long name. */
static void
make_long_chain(void)
{
	char cn[] = "Link 00";
	char fat[900 + 16];
	struct oki_buf ext;
	X509 *issuer = find("root")->cert;
	EVP_PKEY *key = find("root")->key;
	int i;

	memset(fat, 'a', sizeof(fat));
	fat[sizeof(fat) - 1] = '\0';
	oki_buf_init(&ext, 4096);
	need(oki_buf_text(&ext, SUB_EXT "nsComment=") == ONSHI_OK &&
	    oki_buf_text(&ext, fat) == ONSHI_OK &&
	    oki_buf_text(&ext, "\n") == ONSHI_OK, "long chain");
	for (i = 0; i < CHAIN; i++) {
		cn[5] = (char)('0' + i / 10);
		cn[6] = (char)('0' + i % 10);
		long_chain[i] = make_cert(cn, find("inter")->key, issuer,
		    key, (char *)ext.data, false, -1, 90);
		issuer = long_chain[i];
		key = find("inter")->key;
	}
	oki_buf_free(&ext);
	long_leaf.name = "long-chain";
	long_leaf.key = find("good")->key;
	long_leaf.cert = make_cert(NAME, long_leaf.key, issuer, key,
	    SERVER SAN, false, -1, 90);
}

/* The key of "good" as the world sees it, with another number to sign by. */
static void
make_forged(void)
{
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	OSSL_PARAM *params = NULL;
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	uint8_t point[65];
	BIGNUM *d = NULL;
	size_t len = 0;

	need(EVP_PKEY_get_octet_string_param(find("good")->key,
	    OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point), &len) == 1 &&
	    EVP_PKEY_get_bn_param(find("terminal")->key,
	    OSSL_PKEY_PARAM_PRIV_KEY, &d) == 1, "forged: parts");
	need(OSSL_PARAM_BLD_push_utf8_string(bld, OSSL_PKEY_PARAM_GROUP_NAME,
	    "prime256v1", 0) == 1 && OSSL_PARAM_BLD_push_octet_string(bld,
	    OSSL_PKEY_PARAM_PUB_KEY, point, len) == 1 &&
	    OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_PRIV_KEY, d) == 1 &&
	    (params = OSSL_PARAM_BLD_to_param(bld)) != NULL &&
	    EVP_PKEY_fromdata_init(ctx) == 1 &&
	    EVP_PKEY_fromdata(ctx, &forged.key, EVP_PKEY_KEYPAIR, params) ==
	    1, "forged: key");
	forged.name = "forged";
	forged.cert = find("good")->cert;
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(bld);
	EVP_PKEY_CTX_free(ctx);
	BN_clear_free(d);
}

void
certs_make(void)
{
	const struct row *row;
	const struct pair *issuer;
	size_t i;

	for (i = 0; i < OKI_COUNT(rows); i++)
		pairs[i].name = rows[i].name;
	for (i = 0; i < OKI_COUNT(rows); i++) {
		row = &rows[i];
		pairs[i].key = make_key(row->key);
		issuer = row->issuer == NULL ? NULL : find(row->issuer);
		pairs[i].cert = make_cert(row->cn, pairs[i].key,
		    issuer == NULL ? NULL : issuer->cert,
		    issuer == NULL ? pairs[i].key : issuer->key,
		    row->extensions, row->sha1, row->from, row->until);
	}
	make_long_chain();
	make_forged();
}

void
certs_free(void)
{
	size_t i;

	for (i = 0; i < OKI_COUNT(rows); i++) {
		X509_free(pairs[i].cert);
		EVP_PKEY_free(pairs[i].key);
	}
	for (i = 0; i < CHAIN; i++)
		X509_free(long_chain[i]);
	X509_free(long_leaf.cert);
	EVP_PKEY_free(forged.key);
}

const struct pair *
certs_get(const char *name)
{
	if (strcmp(name, "long-chain") == 0)
		return &long_leaf;
	if (strcmp(name, "forged") == 0)
		return &forged;

	return find(name);
}

size_t
certs_chain(const char *name, X509 **to, size_t room)
{
	const struct row *row;
	size_t n = 0, i;

	if (strcmp(name, "long-chain") == 0) {
		for (i = CHAIN; i > 0 && n < room; i--)
			to[n++] = long_chain[i - 1];
		return n;
	}
	if (strcmp(name, "forged") == 0)
		name = "good";
	for (;;) {
		row = &rows[find(name) - pairs];
		if (row->issuer == NULL ||
		    rows[find(row->issuer) - pairs].issuer == NULL ||
		    n == room)
			return n;
		name = row->issuer;
		to[n++] = find(name)->cert;
	}
}

static void
take_bio(BIO *bio, struct oki_buf *out)
{
	char *p = NULL;
	long len = BIO_get_mem_data(bio, &p);

	need(len > 0 && oki_buf_append(out, p, (size_t)len) == ONSHI_OK,
	    "PEM");
	BIO_free(bio);
}

void
certs_pem(const char *name, struct oki_buf *out)
{
	BIO *bio = BIO_new(BIO_s_mem());

	need(PEM_write_bio_X509(bio, certs_get(name)->cert) == 1, "PEM");
	take_bio(bio, out);
}

void
certs_key_pem(const char *name, const char *passphrase, struct oki_buf *out)
{
	BIO *bio = BIO_new(BIO_s_mem());
	const uint8_t *p = (const uint8_t *)passphrase;

	need(PEM_write_bio_PKCS8PrivateKey(bio, certs_get(name)->key,
	    passphrase == NULL ? NULL : EVP_aes_256_cbc(),
	    (const char *)p, passphrase == NULL ? 0 :
	    (int)strlen(passphrase), NULL, NULL) == 1, "key");
	take_bio(bio, out);
}

void
certs_p12(const char *name, const char *passphrase, struct oki_buf *out)
{
	const struct pair *p = certs_get(name);
	STACK_OF(X509) *above = sk_X509_new_null();
	BIO *bio = BIO_new(BIO_s_mem());
	X509 *chain[CHAIN];
	size_t i, n;
	PKCS12 *p12;

	n = certs_chain(name, chain, CHAIN);
	for (i = 0; i < n; i++)
		need(sk_X509_push(above, chain[i]) > 0, "chain");
	need((p12 = PKCS12_create(passphrase, "terminal", p->key, p->cert,
	    above, 0, 0, 0, 0, 0)) != NULL && i2d_PKCS12_bio(bio, p12) == 1,
	    "container");
	take_bio(bio, out);
	PKCS12_free(p12);
	sk_X509_free(above);
}

/* An empty list of issuer, or one that has "good" in it. */
static void
one_crl(const char *issuer, bool revoked, int until, BIO *bio)
{
	const struct pair *by = find(issuer);
	X509_CRL *crl = X509_CRL_new();
	ASN1_TIME *t = ASN1_TIME_new();
	X509_REVOKED *entry;

	need(X509_CRL_set_version(crl, X509_CRL_VERSION_2) == 1 &&
	    X509_CRL_set_issuer_name(crl,
	    X509_get_subject_name(by->cert)) == 1 &&
	    X509_gmtime_adj(t, -8L * DAY) != NULL &&
	    X509_CRL_set1_lastUpdate(crl, t) == 1 &&
	    X509_gmtime_adj(t, (long)until * DAY) != NULL &&
	    X509_CRL_set1_nextUpdate(crl, t) == 1, "crl");
	if (revoked) {
		entry = X509_REVOKED_new();
		X509_gmtime_adj(t, -2L * DAY);
		need(X509_REVOKED_set_serialNumber(entry,
		    X509_get_serialNumber(find("good")->cert)) == 1 &&
		    X509_REVOKED_set_revocationDate(entry, t) == 1 &&
		    X509_CRL_add0_revoked(crl, entry) == 1, "entry");
	}
	need(X509_CRL_sign(crl, by->key, EVP_sha256()) > 0 &&
	    PEM_write_bio_X509_CRL(bio, crl) == 1, "crl");
	ASN1_TIME_free(t);
	X509_CRL_free(crl);
}

void
certs_crl_pem(const char *name, struct oki_buf *out)
{
	BIO *bio = BIO_new(BIO_s_mem());
	bool stale = strcmp(name, "stale") == 0;

	if (strcmp(name, "garbage") == 0) {
		BIO_puts(bio, "-----BEGIN X509 CRL-----\nAAAA\n"
		    "-----END X509 CRL-----\n");
	} else {
		one_crl("inter", strcmp(name, "revoked") == 0,
		    stale ? -1 : 20, bio);
		if (strcmp(name, "leaf-only") != 0)
			one_crl("root", false, 20, bio);
	}
	take_bio(bio, out);
}

void
certs_pin(const char *name, char to[45])
{
	uint8_t *der = NULL, digest[32];
	int len = i2d_PUBKEY(certs_get(name)->key, &der);

	need(len > 0 && oki_sha256(der, (size_t)len, digest) == ONSHI_OK,
	    "pin");
	EVP_EncodeBlock((uint8_t *)to, digest, sizeof(digest));
	OPENSSL_free(der);
}

size_t
certs_staple(const char *kind, uint8_t **der)
{
	bool stale = strcmp(kind, "stale") == 0;
	const struct pair *leaf = find(strcmp(kind, "other") == 0 ?
	    "expired" : "good");
	const struct pair *by = find(strcmp(kind, "stranger") == 0 ?
	    "root2" : "inter");
	OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
	OCSP_CERTID *id = OCSP_cert_to_id(EVP_sha1(), leaf->cert,
	    find("inter")->cert);
	ASN1_TIME *from = X509_gmtime_adj(NULL, -8L * DAY);
	ASN1_TIME *until = X509_gmtime_adj(NULL, stale ? -4L * DAY : DAY);
	ASN1_TIME *gone = X509_gmtime_adj(NULL, -2L * DAY);
	OCSP_RESPONSE *resp;
	bool revoked = strcmp(kind, "revoked") == 0;
	int len;

	need(OCSP_basic_add1_status(basic, id, revoked ?
	    V_OCSP_CERTSTATUS_REVOKED : V_OCSP_CERTSTATUS_GOOD, 0,
	    revoked ? gone : NULL, from, until) != NULL &&
	    OCSP_basic_sign(basic, by->cert, by->key, EVP_sha256(), NULL,
	    0) == 1, "staple");
	resp = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
	*der = NULL;
	len = i2d_OCSP_RESPONSE(resp, der);
	need(len > 0, "staple");
	OCSP_RESPONSE_free(resp);
	OCSP_BASICRESP_free(basic);
	OCSP_CERTID_free(id);
	ASN1_TIME_free(from);
	ASN1_TIME_free(until);
	ASN1_TIME_free(gone);

	return (size_t)len;
}
