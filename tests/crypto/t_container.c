/* PKCS#12 containers: good ones, and each kind of bad (SEC-09, SEC-130). */
#include "config.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>

#include "crypto/crypto.h"
#include "tests/core/run.h"
#include "tests/crypto/make.h"

#define CLIENT	"keyUsage=critical,digitalSignature\n"			\
		"extendedKeyUsage=clientAuth\n"				\
		"authorityKeyIdentifier=keyid\n"
#define SUB	"basicConstraints=critical,CA:TRUE\n"			\
		"keyUsage=critical,keyCertSign,cRLSign\n"		\
		"subjectKeyIdentifier=hash\n"				\
		"authorityKeyIdentifier=keyid\n"
#define AES	NID_aes_256_cbc
#define DES	NID_pbe_WithSHA1And3_Key_TripleDES_CBC
#define RC2	NID_pbe_WithSHA1And40BitRC2_CBC
#define OPEN	(-1)
#define TEN	"oooooooooo"
#define P(p, l)	.parts = p, .locked = l

/* Root, what it signed, and what that signed: the terminal's. */
static X509 *root, *mid, *ours, *stranger;

struct seal {
	const char	*parts;		/* k our key, K another; o m r s */
	const char	*locked;	/* passphrase */
	int		 keys;		/* how they are sealed; 0: AES */
	int		 certs;
	int		 rounds;	/* 0: 1 */
	bool		 no_mac;
};

/* RC2 is made in a context of its own: the process gets no old ciphers. */
static OSSL_LIB_CTX *old;
static OSSL_PROVIDER *old_ones[2];

static void
add_part(STACK_OF(PKCS12_SAFEBAG) **bags, const struct seal *s, char part)
{
	X509 *x = part == 'o' ? ours : part == 'm' ? mid : part == 'r' ?
	    root : part == 's' ? stranger : NULL;
	int how = s->keys == 0 ? AES : s->keys;

	if (x != NULL)
		ck_assert_ptr_nonnull(PKCS12_add_cert(bags, x));
	else
		ck_assert_ptr_nonnull(PKCS12_add_key_ex(bags, make_key(part ==
		    'k' ? KEY_P256 : KEY_P384), 0, s->rounds, how,
		    s->locked, old, NULL));
}

static PKCS12 *
make_container(const struct seal *s)
{
	STACK_OF(PKCS12_SAFEBAG) *certs = NULL, *keys = NULL;
	STACK_OF(PKCS7) *safes = NULL;
	const char *part;
	PKCS12 *p12;

	for (part = s->parts; *part != '\0'; part++)
		add_part(*part == 'k' || *part == 'K' ? &keys : &certs, s,
		    *part);
	if (certs != NULL)
		ck_assert_int_eq(PKCS12_add_safe_ex(&safes, certs, s->certs ==
		    0 ? AES : s->certs, s->rounds, s->locked, old, NULL), 1);
	if (keys != NULL)
		ck_assert_int_eq(PKCS12_add_safe(&safes, keys, OPEN, 0,
		    NULL), 1);
	ck_assert_ptr_nonnull(p12 = PKCS12_add_safes(safes, 0));
	if (!s->no_mac)
		ck_assert_int_eq(PKCS12_set_mac(p12, s->locked, -1, NULL, 0,
		    s->rounds, EVP_sha256()), 1);
	sk_PKCS12_SAFEBAG_pop_free(certs, PKCS12_SAFEBAG_free);
	sk_PKCS12_SAFEBAG_pop_free(keys, PKCS12_SAFEBAG_free);
	sk_PKCS7_pop_free(safes, PKCS7_free);

	return p12;
}

static void
encode(PKCS12 *p12, struct oki_buf *out)
{
	unsigned char *der = NULL;
	int len = i2d_PKCS12(p12, &der);

	ck_assert_int_gt(len, 0);
	oki_buf_reset(out);
	ck_assert_int_eq(oki_buf_append(out, der, (size_t)len), ONSHI_OK);
	OPENSSL_free(der);
}

struct opened {
	int		 r;
	struct oki_buf	 certs, key;
	struct onshi_error e;
};

static void
open_it(struct opened *o, const void *p, size_t len, const char *pass)
{
	oki_buf_init(&o->certs, 131072);
	oki_buf_init(&o->key, 65536);
	oki_error_clear(&o->e);
	o->r = oki_container_open(p, len, pass, pass == NULL ? 0 :
	    strlen(pass), &o->certs, &o->key, &o->e);
}

static void
close_it(struct opened *o)
{
	oki_buf_free(&o->certs);
	oki_buf_free(&o->key);
}

/* Which certificates came out, by the letters of above. */
static void
letters(const struct oki_buf *pem, char *to, size_t room)
{
	BIO *bio = BIO_new_mem_buf(pem->data, (int)pem->len);
	size_t n = 0;
	X509 *x;

	while ((x = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL) {
		ck_assert_uint_lt(n + 1, room);
		to[n++] = X509_cmp(x, ours) == 0 ? 'o' : X509_cmp(x, mid) ==
		    0 ? 'm' : X509_cmp(x, root) == 0 ? 'r' : 's';
		X509_free(x);
	}
	to[n] = '\0';
	ERR_clear_error();
	BIO_free(bio);
}

static const struct {
	const char	*name;
	struct seal	 seal;
	const char	*given;		/* passphrase */
	const char	*says;		/* NULL: opens */
	const char	*certs;		/* what comes out */
} rows[] = {
	{ "key and certificate", { P("ko", "himitsu") }, "himitsu", NULL, "o" },
	{ "with those above", { P("krmo", "himitsu") }, "himitsu", NULL, "om" },
	{ "the issuer alone", { P("kom", "himitsu") }, "himitsu", NULL, "om" },
	{ "a stranger's beside it", { P("sko", "himitsu") }, "himitsu", NULL,
	  "o" },
	{ "a Japanese passphrase", { P("ko", "秘密の言葉") }, "秘密の言葉", NULL,
	  "o" },
	{ "3DES", { P("ko", "himitsu"), .keys = DES, .certs = DES }, "himitsu", NULL, "o" },
	{ "certificates in the open", { P("ko", "himitsu"), .keys = AES, .certs = OPEN },
	  "himitsu", NULL, "o" },
	{ "key in the open", { P("ko", "himitsu"), .keys = OPEN, .certs = AES }, "himitsu", NULL,
	  "o" },
	{ "an empty passphrase", { P("ko", "") }, NULL, NULL, "o" },
	{ "no passphrase", { P("ko", NULL), .keys = OPEN, .certs = OPEN }, NULL, NULL, "o" },
	{ "many rounds", { P("ko", "himitsu"), .rounds = 100000 }, "himitsu",
	  NULL, "o" },
	{ "wrong passphrase", { P("ko", "himitsu") }, "himitsv",
	  "link.key_passphrase_file: the passphrase of the PKCS#12", NULL },
	{ "passphrase not given", { P("ko", "himitsu") }, NULL,
	  "needs a passphrase", NULL },
	{ "no key", { P("o", "himitsu") }, "himitsu", "no key is in", NULL },
	{ "two keys", { P("kKo", "himitsu") }, "himitsu", "several keys",
	  NULL },
	{ "the same key twice", { P("kko", "himitsu") }, "himitsu",
	  "several keys", NULL },
	{ "another's key", { P("Ko", "himitsu") }, "himitsu",
	  "fits no certificate", NULL },
	{ "no certificate", { P("k", "himitsu") }, "himitsu",
	  "no certificate is in", NULL },
	{ "no seal", { P("ko", "himitsu"), .no_mac = true }, "himitsu",
	  "no seal", NULL },
	{ "RC2", { P("ko", "himitsu"), .keys = DES, .certs = RC2 }, "himitsu",
	  "RC2 or RC4, which OpenSSL no longer reads", NULL },
	{ "RC2 and a wrong passphrase", { P("ko", "himitsu"), .keys = DES, .certs = RC2 }, "x",
	  "the passphrase of the PKCS#12", NULL },
	{ "too much in it", { P("ko" TEN TEN TEN TEN TEN TEN "oo",
	  "himitsu") }, "himitsu", "too much", NULL },
};

START_TEST(container)
{
	struct seal seal = rows[_i].seal;
	struct oki_buf der;
	struct opened o;
	char got[16];
	PKCS12 *p12;

	if (seal.rounds == 0)
		seal.rounds = 2;
	oki_buf_init(&der, 200000);
	encode(p12 = make_container(&seal), &der);
	ck_assert(oki_container_is(der.data, der.len));
	/* What the host has in its queue of errors stays, and alone. */
	ERR_clear_error();
	ERR_raise(ERR_LIB_USER, 7);
	open_it(&o, der.data, der.len, rows[_i].given);
	ck_assert_int_eq(ERR_GET_REASON(ERR_get_error()), 7);
	ck_assert_uint_eq(ERR_get_error(), 0);
	if (rows[_i].says == NULL) {
		ck_assert_msg(o.r == ONSHI_OK, "%s: %s", rows[_i].name,
		    o.e.text);
		letters(&o.certs, got, sizeof(got));
		ck_assert_str_eq(got, rows[_i].certs);
		ck_assert_ptr_nonnull(strstr((char *)o.key.data, "KEY"));
	} else {
		ck_assert_int_eq(o.r, ONSHI_E_CONFIG);
		ck_assert_msg(strstr(o.e.text, rows[_i].says) != NULL,
		    "%s: %s", rows[_i].name, o.e.text);
	}
	close_it(&o);
	PKCS12_free(p12);
	oki_buf_free(&der);
}
END_TEST

static void
make_small(struct oki_buf *der)
{
	static const struct seal seal = { P("ko", "a"), .rounds = 2 };
	PKCS12 *p12 = make_container(&seal);

	encode(p12, der);
	PKCS12_free(p12);
}

/* A container that asks for an hour of hashing is not given a second. */
START_TEST(endless_rounds)
{
	static const struct seal seal = { P("ko", "a"), .rounds = 2 };
	static const int64_t rounds[] = { INT64_C(0x7fffffff), 2000000,
	    INT64_C(0x7fffffffffffffff), 0, -5 };
	const ASN1_INTEGER *n;
	ASN1_INTEGER *change;
	struct oki_buf der;
	struct opened o;
	PKCS12 *p12 = make_container(&seal);
	int64_t start = oki_os_steady_ms();

	oki_buf_init(&der, 20000);
	PKCS12_get0_mac(NULL, NULL, NULL, &n, p12);
	memcpy(&change, &n, sizeof(change));
	ck_assert_int_eq(ASN1_INTEGER_set_int64(change, rounds[_i]), 1);
	encode(p12, &der);
	open_it(&o, der.data, der.len, "a");
	ck_assert_int_eq(o.r, ONSHI_E_CONFIG);
	/* 2,000,000 are allowed, but the MAC was not made with them. */
	ck_assert_msg(strstr(o.e.text, _i < 1 || _i == 2 ? "too many rounds" :
	    _i == 1 ? "passphrase" : "malformed") != NULL, "%s", o.e.text);
	ck_assert(_i == 1 || oki_os_steady_ms() - start < 5000);
	close_it(&o);
	PKCS12_free(p12);
	oki_buf_free(&der);
}
END_TEST

/* Cut anywhere, or with more behind it, it is none. */
START_TEST(cut)
{
	struct oki_buf der;
	struct opened o;
	size_t n;

	oki_buf_init(&der, 20000);
	make_small(&der);
	for (n = 0; n < der.len; n++) {
		open_it(&o, der.data, n, "a");
		ck_assert_int_eq(o.r, ONSHI_E_CONFIG);
		close_it(&o);
	}
	ck_assert_int_eq(oki_buf_byte(&der, 0), ONSHI_OK);
	open_it(&o, der.data, der.len, "a");
	ck_assert_int_eq(o.r, ONSHI_E_CONFIG);
	ck_assert_ptr_nonnull(strstr(o.e.text, "neither PEM nor"));
	close_it(&o);
	oki_buf_free(&der);
}
END_TEST

/* Any byte another: refused, or what comes out is the same. */
START_TEST(flipped)
{
	static const uint8_t flips[] = { 0x01, 0x80, 0xff };
	struct oki_buf der;
	struct opened good, o;
	size_t i;

	oki_buf_init(&der, 20000);
	make_small(&der);
	open_it(&good, der.data, der.len, "a");
	ck_assert_int_eq(good.r, ONSHI_OK);
	for (i = 0; i < der.len; i++) {
		der.data[i] ^= flips[_i];
		open_it(&o, der.data, der.len, "a");
		if (o.r == ONSHI_OK) {
			ck_assert_uint_eq(o.certs.len, good.certs.len);
			ck_assert_mem_eq(o.certs.data, good.certs.data,
			    o.certs.len);
			ck_assert_mem_eq(o.key.data, good.key.data,
			    good.key.len);
		} else
			ck_assert_int_eq(o.r, ONSHI_E_CONFIG);
		close_it(&o);
		der.data[i] ^= flips[_i];
	}
	close_it(&good);
	oki_buf_free(&der);
}
END_TEST

/* Not one of ours, whatever it begins with. */
static const struct {
	const char	*bytes;
	size_t		 len;
	bool		 is;
} others[] = {
	{ "", 0, false }, { "0", 1, false }, { "00", 2, false },
	{ "-----BEGIN", 10, false }, { "0\x82", 2, true },
	{ "0\x80\x00\x00", 4, true }, { "0\x84\xff\xff\xff\xff", 6, true },
	{ "0\x81\x03\x02\x01\x03", 6, true },
};

START_TEST(no_container)
{
	struct opened o;

	ck_assert(oki_container_is(others[_i].bytes, others[_i].len) ==
	    others[_i].is);
	open_it(&o, others[_i].bytes, others[_i].len, NULL);
	ck_assert_int_eq(o.r, ONSHI_E_CONFIG);
	ck_assert_ptr_nonnull(strstr(o.e.text, "neither PEM nor"));
	close_it(&o);
}
END_TEST

START_TEST(too_long)
{
	static char pass[1026];
	struct oki_buf der;
	struct opened o;

	memset(pass, 'x', 1025);
	oki_buf_init(&der, 70000);
	make_small(&der);
	open_it(&o, der.data, der.len, pass);
	ck_assert_int_eq(o.r, ONSHI_E_CONFIG);
	ck_assert_ptr_eq(strstr(o.e.text, "link.key_passphrase_file"),
	    o.e.text);
	close_it(&o);
	ck_assert_int_eq(oki_buf_reserve(&der, 66000), ONSHI_OK);
	open_it(&o, der.data, 65537, "a");
	ck_assert_int_eq(o.r, ONSHI_E_CONFIG);
	close_it(&o);
	oki_buf_free(&der);
}
END_TEST

static void
setup(void)
{
	struct make_spec spec = { .key = KEY_MID, .ca_key = KEY_CA,
	    .cn = "sub", .extensions = SUB, .until = "330715000000Z" };

	make_keys();
	ck_assert((old = OSSL_LIB_CTX_new()) != NULL &&
	    (old_ones[0] = OSSL_PROVIDER_load(old, "default")) != NULL &&
	    (old_ones[1] = OSSL_PROVIDER_load(old, "legacy")) != NULL);
	root = make_ca(KEY_CA, "authority", NULL, NULL);
	stranger = make_ca(KEY_OTHER_CA, "other", NULL, NULL);
	spec.ca = root;
	mid = make_certificate(&spec);
	spec = (struct make_spec){ .key = KEY_P256, .ca_key = KEY_MID,
	    .ca = mid, .cn = "9919999996", .extensions = CLIENT };
	ours = make_certificate(&spec);
}

static void
teardown(void)
{
	X509_free(root);
	X509_free(mid);
	X509_free(ours);
	X509_free(stranger);
	OSSL_PROVIDER_unload(old_ones[0]);
	OSSL_PROVIDER_unload(old_ones[1]);
	OSSL_LIB_CTX_free(old);
	drop_keys();
}

static void
fill(TCase *t)
{
	tcase_set_timeout(t, 60);
	tcase_add_unchecked_fixture(t, setup, teardown);
	ADD_ROWS(t, container, rows);
	tcase_add_loop_test(t, endless_rounds, 0, 5);
	tcase_add_test(t, cut);
	tcase_add_loop_test(t, flipped, 0, 3);
	ADD_ROWS(t, no_container, others);
	tcase_add_test(t, too_long);
}

int
main(void)
{
	return run_tests("crypto/container", fill);
}
