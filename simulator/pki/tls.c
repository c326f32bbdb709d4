/* The certificates of the network: authority, server, terminals. */
#include "pki.h"

#include <stdio.h>
#include <string.h>

#include <openssl/pem.h>

enum signer { BY_CA, BY_OTHER, BY_ITSELF, BY_LEAF };

/*
 * Good ones and, on request, bad ones. A terminal is known by its institution
 * code (10 digits) in CN. Days count from the present day.
 */
struct variant {
	const char	*name;
	const char	*cn;
	const char	*extensions;
	int32_t		 from;
	int32_t		 until;
	enum signer	 signer;
	const char	*passphrase;
	bool		 broken;
	bool		 sha1;
	bool		 revoked;
};

#define LEAF								\
	"[ext]\n"							\
	"basicConstraints = critical,CA:FALSE\n"			\
	"keyUsage = critical,digitalSignature\n"			\
	"subjectKeyIdentifier = hash\n"					\
	"authorityKeyIdentifier = keyid\n"
#define SELF								\
	"[ext]\n"							\
	"basicConstraints = critical,CA:FALSE\n"			\
	"keyUsage = critical,digitalSignature\n"			\
	"subjectKeyIdentifier = hash\n"
#define FOR_SERVER	"extendedKeyUsage = serverAuth\n"
#define FOR_CLIENT	"extendedKeyUsage = clientAuth\n"
#define NAMES								\
	"subjectAltName = DNS:localhost,DNS:onshi.example,IP:127.0.0.1,"\
	"IP:::1\n"
#define SERVER		LEAF FOR_SERVER NAMES
#define CLIENT		LEAF FOR_CLIENT

static const struct variant variants[] = {
	{ .name = "server", .cn = "onshi.example",
	    .extensions = SERVER, .from = -1, .until = 730 },
	{ .name = "terminal-medical", .cn = "1319999996",
	    .extensions = CLIENT, .from = -1, .until = 730 },
	{ .name = "terminal-dental", .cn = "1339999996",
	    .extensions = CLIENT, .from = -1, .until = 730 },
	{ .name = "terminal-pharmacy", .cn = "1349999988",
	    .extensions = CLIENT, .from = -1, .until = 730 },
	{ .name = "terminal-visiting", .cn = "1369999993",
	    .extensions = CLIENT, .from = -1, .until = 730 },

	{ .name = "server-expired", .cn = "onshi.example", .broken = true,
	    .extensions = SERVER, .from = -400, .until = -2 },
	{ .name = "server-not-yet", .cn = "onshi.example", .broken = true,
	    .extensions = SERVER, .from = 30, .until = 730 },
	{ .name = "server-wrong-name", .cn = "wrong.example",
	    .broken = true, .from = -1, .until = 730,
	    .extensions = LEAF FOR_SERVER
	    "subjectAltName = DNS:wrong.example\n" },
	{ .name = "server-wildcard", .cn = "onshi.example",
	    .broken = true, .from = -1, .until = 730,
	    .extensions = LEAF FOR_SERVER
	    "subjectAltName = DNS:*.example\n" },
	{ .name = "server-cn-only", .cn = "onshi.example", .broken = true,
	    .extensions = LEAF FOR_SERVER, .from = -1, .until = 730 },
	{ .name = "server-client-use", .cn = "onshi.example",
	    .broken = true, .from = -1, .until = 730,
	    .extensions = LEAF FOR_CLIENT NAMES },
	{ .name = "server-self-signed", .cn = "onshi.example",
	    .broken = true, .from = -1, .until = 730, .signer = BY_ITSELF,
	    .extensions = SELF FOR_SERVER NAMES },
	{ .name = "server-other-ca", .cn = "onshi.example", .broken = true,
	    .extensions = SERVER, .from = -1, .until = 730,
	    .signer = BY_OTHER },
	{ .name = "server-by-leaf", .cn = "onshi.example", .broken = true,
	    .extensions = SERVER, .from = -1, .until = 730,
	    .signer = BY_LEAF },
	{ .name = "server-sha1", .cn = "onshi.example", .broken = true,
	    .extensions = SERVER, .from = -1, .until = 730, .sha1 = true },
	{ .name = "server-revoked", .cn = "onshi.example", .broken = true,
	    .extensions = SERVER, .from = -1, .until = 730,
	    .revoked = true },
	{ .name = "client-expired", .cn = "1319999996", .broken = true,
	    .extensions = CLIENT, .from = -400, .until = -2 },
	{ .name = "client-other-ca", .cn = "1319999996", .broken = true,
	    .extensions = CLIENT, .from = -1, .until = 730,
	    .signer = BY_OTHER },
	{ .name = "client-self-signed", .cn = "1319999996",
	    .broken = true, .from = -1, .until = 730, .signer = BY_ITSELF,
	    .extensions = SELF FOR_CLIENT },
	{ .name = "client-server-use", .cn = "1319999996", .broken = true,
	    .extensions = LEAF FOR_SERVER, .from = -1, .until = 730 },
	{ .name = "client-wrong-cn", .cn = "terminal 7", .broken = true,
	    .extensions = CLIENT, .from = -1, .until = 730 },
	{ .name = "client-revoked", .cn = "1319999996", .broken = true,
	    .extensions = CLIENT, .from = -1, .until = 730,
	    .revoked = true },
	{ .name = "client-passphrase", .cn = "1319999996", .broken = true,
	    .extensions = CLIENT, .from = -1, .until = 730,
	    .passphrase = "correct horse 1319999996" },
};

enum { VARIANTS = sizeof(variants) / sizeof(variants[0]) };

/* The slots of keys: two authorities, then one for each variant. */
enum { KEY_CA, KEY_OTHER, KEY_VARIANTS, KEYS = KEY_VARIANTS + VARIANTS };

struct tls {
	const struct pki *pki;
	struct pki_slot	 slots[KEYS];
	struct pki_ca	 ca;
	struct pki_ca	 other;
	struct pki_ca	 leaf;		/* the good server's, no authority */
	X509_CRL	*crl;
};

int
pki_broken_known(const char *name)
{
	size_t i;

	for (i = 0; i < VARIANTS; i++)
		if (variants[i].broken && strcmp(name, variants[i].name) == 0)
			return 1;

	return 0;
}

void
pki_broken_list(void)
{
	size_t i;

	for (i = 0; i < VARIANTS; i++)
		if (variants[i].broken)
			printf("%s\n", variants[i].name);
}

static bool
is_wanted(const struct pki *p, const struct variant *v)
{
	return !v->broken || pki_wants(p, v->name);
}

static int64_t
seconds(const struct tls *t, int32_t days)
{
	return ((int64_t)t->pki->today + days) * 86400;
}

static int
make_ca(const struct tls *t, const char *cn, size_t slot, struct pki_ca *out)
{
	const struct pki_part subject[] = {
		{ "C", "JP" }, { "O", "libonshikaku test" }, { "CN", cn },
		{ NULL, NULL },
	};
	const struct pki_request req = {
		.subject = subject, .key = t->slots[slot].key,
		.from = seconds(t, -800), .until = seconds(t, 3650),
		.serial_bytes = 16,
		.extensions = "[ext]\n"
		    "basicConstraints = critical,CA:TRUE,pathlen:0\n"
		    "keyUsage = critical,keyCertSign,cRLSign\n"
		    "subjectKeyIdentifier = hash\n",
	};

	out->key = t->slots[slot].key;
	out->cert = pki_cert_make(&req);

	return out->cert == NULL ? -1 : 0;
}

static int
revoke(struct tls *t, X509 *cert)
{
	X509_REVOKED *entry;
	ASN1_TIME *when;
	int ok = 0;

	when = ASN1_TIME_set(NULL, seconds(t, -1));
	if ((entry = X509_REVOKED_new()) != NULL && when != NULL)
		ok = X509_REVOKED_set_serialNumber(entry,
		    X509_get_serialNumber(cert)) == 1 &&
		    X509_REVOKED_set_revocationDate(entry, when) == 1 &&
		    X509_CRL_add0_revoked(t->crl, entry) == 1;
	if (!ok)
		X509_REVOKED_free(entry);
	ASN1_TIME_free(when);

	return ok ? 0 : -1;
}

static int
make_variant(struct tls *t, size_t i)
{
	const struct variant *v = &variants[i];
	const struct pki_part subject[] = {
		{ "C", "JP" }, { "O", "libonshikaku test" }, { "CN", v->cn },
		{ NULL, NULL },
	};
	const struct pki_ca *by[] = {
		[BY_CA] = &t->ca, [BY_OTHER] = &t->other, [BY_ITSELF] = NULL,
		[BY_LEAF] = &t->leaf,
	};
	const struct pki_request req = {
		.subject = subject, .issuer = by[v->signer],
		.key = t->slots[KEY_VARIANTS + i].key,
		.extensions = v->extensions, .from = seconds(t, v->from),
		.until = seconds(t, v->until), .serial_bytes = 16,
		.sha1 = v->sha1,
	};
	char name[64];
	X509 *cert;
	int r = -1;

	if ((cert = pki_cert_make(&req)) == NULL)
		return -1;
	if (i == 0) {
		(void)X509_up_ref(cert);
		t->leaf.cert = cert;
		t->leaf.key = req.key;
	}
	if (v->revoked && revoke(t, cert) != 0)
		goto out;
	snprintf(name, sizeof(name), "%s.pem", v->name);
	if (pki_write_cert(t->pki->dir, name, cert) != 0)
		goto out;
	snprintf(name, sizeof(name), "%s.key", v->name);
	if (pki_write_key(t->pki->dir, name, req.key, v->passphrase) != 0)
		goto out;
	snprintf(name, sizeof(name), "%s.pass", v->name);
	if (v->passphrase != NULL && pki_write(t->pki->dir, name,
	    (const uint8_t *)v->passphrase, strlen(v->passphrase), true) != 0)
		goto out;
	r = 0;
out:
	X509_free(cert);

	return r;
}

static int
crl_begin(struct tls *t)
{
	ASN1_TIME *from = ASN1_TIME_set(NULL, seconds(t, -1));
	ASN1_TIME *until = ASN1_TIME_set(NULL, seconds(t, 365));
	int ok;

	ok = from != NULL && until != NULL &&
	    (t->crl = X509_CRL_new()) != NULL &&
	    X509_CRL_set_version(t->crl, X509_CRL_VERSION_2) == 1 &&
	    X509_CRL_set_issuer_name(t->crl,
	    X509_get_subject_name(t->ca.cert)) == 1 &&
	    X509_CRL_set1_lastUpdate(t->crl, from) == 1 &&
	    X509_CRL_set1_nextUpdate(t->crl, until) == 1;
	ASN1_TIME_free(from);
	ASN1_TIME_free(until);

	return ok ? 0 : -1;
}

static int
crl_write(struct tls *t)
{
	char *data = NULL;
	long n;
	BIO *bio;
	int r = -1;

	if ((bio = BIO_new(BIO_s_mem())) != NULL &&
	    X509_CRL_sort(t->crl) == 1 &&
	    X509_CRL_sign(t->crl, t->ca.key, EVP_sha256()) > 0 &&
	    PEM_write_bio_X509_CRL(bio, t->crl) == 1 &&
	    (n = BIO_get_mem_data(bio, &data)) > 0)
		r = pki_write(t->pki->dir, "crl.pem", (const uint8_t *)data,
		    (size_t)n, false);
	BIO_free(bio);

	return r;
}

static int
make_all(struct tls *t)
{
	size_t i;

	for (i = 0; i < KEYS; i++)
		t->slots[i].ec = true;
	if (pki_keys_make(t->slots, KEYS) != 0 ||
	    make_ca(t, "libonshikaku test authority", KEY_CA, &t->ca) != 0 ||
	    make_ca(t, "libonshikaku other authority", KEY_OTHER,
	    &t->other) != 0 || crl_begin(t) != 0 ||
	    pki_write_cert(t->pki->dir, "ca.pem", t->ca.cert) != 0)
		return -1;
	if (t->pki->broken_count > 0 &&
	    pki_write_cert(t->pki->dir, "other-ca.pem", t->other.cert) != 0)
		return -1;
	for (i = 0; i < VARIANTS; i++)
		if (is_wanted(t->pki, &variants[i]) &&
		    make_variant(t, i) != 0)
			return -1;

	return crl_write(t);
}

int
pki_tls_make(const struct pki *p)
{
	struct tls t = { .pki = p };
	size_t i;
	int r;

	if ((r = make_all(&t)) != 0)
		pki_complain("the network's certificates failed", NULL);
	X509_CRL_free(t.crl);
	X509_free(t.ca.cert);
	X509_free(t.other.cert);
	X509_free(t.leaf.cert);
	for (i = 0; i < KEYS; i++)
		EVP_PKEY_free(t.slots[i].key);

	return r;
}
