/* A PKCS#12 container: our certificate, those above it, and the key (SEC-09). */
#include "config.h"

#include <string.h>

#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509v3.h>

#include "crypto/inside.h"

#define BAGS_MAX	63
#define CHAIN_MAX	8
#define ROUNDS_MAX	2000000	/* of hashing, over all of it: about a second */
#define KEY		"link.cert_file: "

/*
 * The bags are read one by one, and nothing of a bag that is not wanted:
 * OpenSSL's own PKCS12_parse takes the first key of several, and reads the
 * names that friends gave them, where most of its errors were (SEC-130).
 */
struct opening {
	const char		*pass;
	int			 passlen;
	int64_t			 rounds;	/* so far */
	size_t			 bags;
	EVP_PKEY		*key;
	bool			 several;	/* keys */
	STACK_OF(X509)		*certs;
	const char		*why;
};

bool
oki_container_is(const void *p, size_t len)
{
	const uint8_t *b = p;

	/* A SEQUENCE of 128 bytes or more; text in PEM has no such byte. */
	return len >= 2 && b[0] == 0x30 && b[1] >= 0x80;
}

static int
refuse(struct opening *o, const char *why)
{
	int r = oki_openssl_cause(ONSHI_E_CONFIG);

	o->why = r == ONSHI_E_CONFIG ? why : KEY "no memory";

	return r;
}

static int
malformed(struct opening *o)
{
	return refuse(o, KEY "the PKCS#12 container is malformed");
}

static int
count_rounds(struct opening *o, const ASN1_INTEGER *n)
{
	int64_t rounds = 1;

	if (n != NULL && (ASN1_INTEGER_get_int64(&rounds, n) != 1 ||
	    rounds < 1))
		return malformed(o);
	if (rounds > ROUNDS_MAX - o->rounds)
		return refuse(o, KEY "the PKCS#12 container asks for too "
		    "many rounds of hashing");
	o->rounds += rounds;

	return ONSHI_OK;
}

/* PBES2 has its rounds one level deeper, in PBKDF2. */
static int
count_pbes2(struct opening *o, const ASN1_TYPE *param)
{
	PBE2PARAM *pbe = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBE2PARAM),
	    param);
	PBKDF2PARAM *kdf = NULL;
	int r;

	if (pbe != NULL && OBJ_obj2nid(pbe->keyfunc->algorithm) ==
	    NID_id_pbkdf2)
		kdf = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBKDF2PARAM),
		    pbe->keyfunc->parameter);
	r = kdf == NULL ? refuse(o, KEY "the PKCS#12 container is sealed in "
	    "a way that is not known") : count_rounds(o, kdf->iter);
	PBKDF2PARAM_free(kdf);
	PBE2PARAM_free(pbe);

	return r;
}

/* What is sealed may ask for any time, so that is looked at before. */
static int
count_seal(struct opening *o, const X509_ALGOR *alg)
{
	const ASN1_OBJECT *oid;
	PBEPARAM *pbe;
	int r;

	if (alg == NULL || alg->algorithm == NULL)
		return malformed(o);
	X509_ALGOR_get0(&oid, NULL, NULL, alg);
	if (OBJ_obj2nid(oid) == NID_pbes2)
		return count_pbes2(o, alg->parameter);
	if ((pbe = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBEPARAM),
	    alg->parameter)) == NULL)
		return malformed(o);
	r = count_rounds(o, pbe->iter);
	PBEPARAM_free(pbe);

	return r;
}

/* The passphrase is right by now: it is the cipher. */
static int
sealed(struct opening *o, const X509_ALGOR *alg)
{
	switch (OBJ_obj2nid(alg->algorithm)) {
	case NID_pbe_WithSHA1And40BitRC2_CBC:
	case NID_pbe_WithSHA1And128BitRC2_CBC:
	case NID_pbe_WithSHA1And40BitRC4:
	case NID_pbe_WithSHA1And128BitRC4:
		return refuse(o, KEY "the PKCS#12 container is sealed with "
		    "RC2 or RC4, which OpenSSL no longer reads: seal it anew,"
		    " as onshikaku.conf(5) shows");
	default:
		return refuse(o, KEY "the PKCS#12 container is malformed, or "
		    "sealed with a cipher that is not known");
	}
}

static int
take_key(struct opening *o, const PKCS8_PRIV_KEY_INFO *p8)
{
	EVP_PKEY *key;

	if (p8 == NULL)
		return malformed(o);
	if ((key = EVP_PKCS82PKEY_ex(p8, oki_openssl_ctx(), NULL)) == NULL)
		return refuse(o, KEY "the key in the PKCS#12 container is of "
		    "a kind that is not known, or malformed");
	if (o->key != NULL) {
		o->several = true;
		EVP_PKEY_free(key);
	} else
		o->key = key;

	return ONSHI_OK;
}

static int
open_key(struct opening *o, const PKCS12_SAFEBAG *bag)
{
	const X509_SIG *sig = PKCS12_SAFEBAG_get0_pkcs8(bag);
	PKCS8_PRIV_KEY_INFO *p8;
	const X509_ALGOR *alg;
	int r;

	if (sig == NULL)
		return malformed(o);
	X509_SIG_get0(sig, &alg, NULL);
	if ((r = count_seal(o, alg)) != ONSHI_OK)
		return r;
	if ((p8 = PKCS12_decrypt_skey_ex(bag, o->pass, o->passlen,
	    oki_openssl_ctx(), NULL)) == NULL)
		return sealed(o, alg);
	r = take_key(o, p8);
	PKCS8_PRIV_KEY_INFO_free(p8);

	return r;
}

/* The same in our context, where its key is compared. */
static X509 *
make_ours(X509 *x)
{
	const uint8_t *at;
	uint8_t *der = NULL;
	X509 *ours = NULL;
	int len;

	if ((len = i2d_X509(x, &der)) > 0) {
		at = der;
		ours = oki_openssl_x509(&at, len);
	}
	OPENSSL_free(der);
	X509_free(x);

	return ours;
}

static int
take_certificate(struct opening *o, const PKCS12_SAFEBAG *bag)
{
	X509 *x;

	if (PKCS12_SAFEBAG_get_bag_nid(bag) != NID_x509Certificate)
		return ONSHI_OK;
	if ((x = PKCS12_SAFEBAG_get1_cert(bag)) == NULL ||
	    (x = make_ours(x)) == NULL)
		return malformed(o);
	if (sk_X509_push(o->certs, x) > 0)
		return ONSHI_OK;
	X509_free(x);
	o->why = KEY "no memory";

	return ONSHI_E_NOMEM;
}

static int
open_bag(struct opening *o, const PKCS12_SAFEBAG *bag)
{
	if (++o->bags > BAGS_MAX)
		return refuse(o, KEY "too much is in the PKCS#12 container");
	switch (PKCS12_SAFEBAG_get_nid(bag)) {
	case NID_keyBag:
		return take_key(o, PKCS12_SAFEBAG_get0_p8inf(bag));
	case NID_pkcs8ShroudedKeyBag:
		return open_key(o, bag);
	case NID_certBag:
		return take_certificate(o, bag);
	case NID_safeContentsBag:
		return refuse(o, KEY "the PKCS#12 container has another one "
		    "inside");
	default:
		return ONSHI_OK;
	}
}

/* The bags of one part; NULL, with *r, if there are none to be had. */
static STACK_OF(PKCS12_SAFEBAG) *
unpack(struct opening *o, PKCS7 *part, int *r)
{
	STACK_OF(PKCS12_SAFEBAG) *bags = NULL;
	PKCS7_ENC_CONTENT *enc;

	if (PKCS7_type_is_data(part)) {
		if (part->d.data == NULL ||
		    (bags = PKCS12_unpack_p7data(part)) == NULL)
			*r = malformed(o);
		return bags;
	}
	if (!PKCS7_type_is_encrypted(part)) {
		*r = refuse(o, KEY "the PKCS#12 container is sealed in a way "
		    "that is not known");
		return NULL;
	}
	if (part->d.encrypted == NULL ||
	    (enc = part->d.encrypted->enc_data) == NULL ||
	    enc->enc_data == NULL)
		*r = malformed(o);
	else if ((*r = count_seal(o, enc->algorithm)) == ONSHI_OK &&
	    (bags = PKCS12_unpack_p7encdata(part, o->pass, o->passlen)) ==
	    NULL)
		*r = sealed(o, enc->algorithm);

	return bags;
}

static int
open_part(struct opening *o, PKCS7 *part)
{
	STACK_OF(PKCS12_SAFEBAG) *bags;
	int i, n, r = ONSHI_OK;

	if ((bags = unpack(o, part, &r)) == NULL)
		return r;
	n = sk_PKCS12_SAFEBAG_num(bags);
	for (i = 0; r == ONSHI_OK && i < n; i++)
		r = open_bag(o, sk_PKCS12_SAFEBAG_value(bags, i));
	sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);

	return r;
}

static int
open_parts(struct opening *o, const PKCS12 *p12)
{
	STACK_OF(PKCS7) *parts;
	int i, n, r = ONSHI_OK;

	if ((parts = PKCS12_unpack_authsafes(p12)) == NULL)
		return malformed(o);
	n = sk_PKCS7_num(parts);
	for (i = 0; r == ONSHI_OK && i < n; i++)
		r = open_part(o, sk_PKCS7_value(parts, i));
	sk_PKCS7_pop_free(parts, PKCS7_free);

	return r;
}

/* Whether OpenSSL can check this seal at all. */
static int
look_at_mac(struct opening *o, const PKCS12 *p12)
{
	const ASN1_INTEGER *rounds;
	const X509_ALGOR *alg;

	if (!PKCS12_mac_present(p12))
		return refuse(o, KEY "the PKCS#12 container has no seal "
		    "(MAC), which shows that it is whole");
	PKCS12_get0_mac(NULL, &alg, NULL, &rounds, p12);
	if (alg == NULL || EVP_get_digestbyobj(alg->algorithm) == NULL)
		return refuse(o, KEY "the PKCS#12 container is sealed in a "
		    "way that is not known");

	return count_rounds(o, rounds);
}

/* No passphrase is written in two ways, and both are found. */
static int
try_passphrase(struct opening *o, PKCS12 *p12)
{
	int r;

	if ((r = look_at_mac(o, p12)) != ONSHI_OK)
		return r;
	if (PKCS12_verify_mac(p12, o->pass, o->passlen) == 1)
		return ONSHI_OK;
	if (o->passlen == 0) {
		o->pass = "";
		if (PKCS12_verify_mac(p12, o->pass, 0) == 1)
			return ONSHI_OK;
	}

	return refuse(o, o->passlen == 0 ? KEY "the PKCS#12 container needs a "
	    "passphrase (link.key_passphrase_file), or is damaged" :
	    "link.key_passphrase_file: the passphrase of the PKCS#12 "
	    "container is wrong, or the container is damaged");
}

/* Ours is the one that the key belongs to. */
static X509 *
find_ours(const struct opening *o)
{
	int i, n = sk_X509_num(o->certs);
	X509 *x;

	for (i = 0; i < n; i++) {
		x = sk_X509_value(o->certs, i);
		if (X509_check_private_key(x, o->key) == 1)
			return x;
	}

	return NULL;
}

static X509 *
find_issuer(const struct opening *o, X509 *of)
{
	int i, n = sk_X509_num(o->certs);
	X509 *x;

	for (i = 0; i < n; i++) {
		x = sk_X509_value(o->certs, i);
		if (x != of && X509_check_issued(x, of) == X509_V_OK)
			return x;
	}

	return NULL;
}

/* Ours, then each one's issuer, without the root, which the service has. */
static bool
write_chain(const struct opening *o, X509 *x, BIO *to)
{
	int n;

	for (n = 0; x != NULL && n < CHAIN_MAX; n++) {
		if (n > 0 && X509_self_signed(x, 0) != 0)
			break;
		if (PEM_write_bio_X509(to, x) != 1)
			return false;
		x = find_issuer(o, x);
	}

	return true;
}

static int
append(BIO *from, struct oki_buf *to)
{
	char *bytes;
	long len = BIO_get_mem_data(from, &bytes);

	return len <= 0 ? ONSHI_E_NOMEM :
	    oki_buf_append(to, bytes, (size_t)len);
}

/* OpenSSL wipes what its memory files held. */
static int
hand_over(struct opening *o, X509 *ours, struct oki_buf *certs,
    struct oki_buf *key)
{
	BIO *open = BIO_new(BIO_s_mem()), *secret = BIO_new(BIO_s_mem());
	int r = ONSHI_E_NOMEM;

	o->why = KEY "no memory";
	if (open != NULL && secret != NULL && write_chain(o, ours, open) &&
	    PEM_write_bio_PKCS8PrivateKey(secret, o->key, NULL, NULL, 0,
	    NULL, NULL) == 1 && (r = append(open, certs)) == ONSHI_OK)
		r = append(secret, key);
	BIO_free(open);
	BIO_free(secret);

	return r;
}

static int
judge(struct opening *o, struct oki_buf *certs, struct oki_buf *key)
{
	X509 *ours;

	if (o->key == NULL)
		return refuse(o, KEY "no key is in the PKCS#12 container");
	if (o->several)
		return refuse(o, KEY "several keys are in the PKCS#12 "
		    "container: which is ours cannot be known");
	if (sk_X509_num(o->certs) == 0)
		return refuse(o, KEY "no certificate is in the PKCS#12 "
		    "container");
	if ((ours = find_ours(o)) == NULL)
		return refuse(o, KEY "the key in the PKCS#12 container fits "
		    "no certificate there");

	return hand_over(o, ours, certs, key);
}

/* All of the bytes, or nothing. */
static PKCS12 *
decode(const void *p, size_t len)
{
	PKCS12 *p12;
	BIO *bio;

	if (len > OKI_CONTAINER_MAX || (bio = oki_openssl_bio(p, len)) == NULL)
		return NULL;
	p12 = PKCS12_init_ex(NID_pkcs7_data, oki_openssl_ctx(), NULL);
	if (p12 != NULL && (d2i_PKCS12_bio(bio, &p12) == NULL ||
	    BIO_pending(bio) != 0)) {
		PKCS12_free(p12);
		p12 = NULL;
	}
	BIO_free(bio);

	return p12;
}

int
oki_container_open(const void *p, size_t len, const void *pass,
    size_t passlen, struct oki_buf *certs, struct oki_buf *key,
    struct onshi_error *e)
{
	struct opening o = { .pass = passlen == 0 ? NULL : pass };
	PKCS12 *p12 = NULL;
	int r;

	oki_openssl_enter();
	if (passlen > OKI_PASSPHRASE_MAX) {
		r = refuse(&o, "link.key_passphrase_file: it is too long");
		goto out;
	}
	o.passlen = (int)passlen;
	if ((p12 = decode(p, len)) == NULL)
		r = refuse(&o, KEY "it is neither PEM nor a PKCS#12 container "
		    "that can be read");
	else if ((o.certs = sk_X509_new_null()) == NULL)
		r = refuse(&o, KEY "no memory");
	else if ((r = try_passphrase(&o, p12)) == ONSHI_OK &&
	    (r = open_parts(&o, p12)) == ONSHI_OK)
		r = judge(&o, certs, key);
out:
	EVP_PKEY_free(o.key);
	sk_X509_pop_free(o.certs, X509_free);
	PKCS12_free(p12);
	oki_openssl_leave();

	return r == ONSHI_OK ? r : oki_fail(e, r, "%s", o.why);
}
