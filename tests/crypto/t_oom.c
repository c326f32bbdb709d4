/* Each allocation of room crypto and of OpenSSL below it fails once, and each
 * call of OpenSSL. */
#include "config.h"

#include <openssl/crypto.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rsa.h>

#include "crypto/crypto.h"
#include "tests/core/run.h"
#include "tests/crypto/make.h"
#include "tests/oom/oom.h"
#include "tests/oom/theirs.h"

/* What the lives are about: made before, outside of what is counted. */
static struct {
	struct oki_buf	der, stranger, pem, cert, key, p12, lists, bare;
	uint8_t		sig[OKI_RSA_BYTES];
} files;

static void *
hook_malloc(size_t len, const char *file, int line)
{
	(void)file, (void)line;

	return oom_foreign_malloc(len);
}

static void *
hook_realloc(void *p, size_t len, const char *file, int line)
{
	(void)file, (void)line;

	return oom_foreign_realloc(p, len);
}

static void
hook_free(void *p, const char *file, int line)
{
	(void)file, (void)line;
	oom_foreign_free(p);
}

static int
life_of_hash(void *arg)
{
	uint8_t sum[OKI_SHA256];
	int r;

	(void)arg;
	if ((r = oki_sha256("abc", 3, sum)) != ONSHI_OK)
		return r;

	return sum[0] == 0xba && sum[31] == 0xad ? ONSHI_OK : ONSHI_E_VALUE;
}

/* Whatever fails: a stranger's card is never good, and ours is good or there
 * was an error (F13). */
static int
life_of_card(void *arg)
{
	const struct oki_buf *der = arg;
	bool stranger = der == &files.stranger;
	struct onshi_certificate *x;
	int r;

	if ((r = oki_certificate_parse(NULL, der->data, der->len, &x,
	    NULL)) != ONSHI_OK)
		return r;
	r = oki_certificate_check(x, files.pem.data, files.pem.len, NULL);
	if (stranger && onshi_certificate_trust(x) == ONSHI_TRUST_GOOD)
		r = ONSHI_E_VALUE;
	if (r == ONSHI_OK && !stranger &&
	    onshi_certificate_trust(x) != ONSHI_TRUST_GOOD)
		r = ONSHI_E_CARD_AUTHORITY;
	oki_certificate_free(&x);

	return r;
}

static int
life_of_identity(void *arg)
{
	struct oki_identity out;
	int64_t now;
	size_t n;
	int r;

	(void)arg;
	if (!oki_time_parse("20260101000000", &now))
		return ONSHI_E_VALUE;
	if ((r = oki_authorities_check("x", files.pem.data, files.pem.len, &n,
	    NULL)) != ONSHI_OK)
		return r;

	return oki_identity_check(files.cert.data, files.cert.len,
	    files.key.data, files.key.len, "himitsu", 7, now, &out, NULL);
}

static int
life_of_container(void *arg)
{
	struct oki_buf certs, key;
	int r;

	(void)arg;
	oki_buf_init(&certs, 20000);
	oki_buf_init(&key, 20000);
	r = oki_container_open(files.p12.data, files.p12.len, "himitsu", 7,
	    &certs, &key, NULL);
	if (r == ONSHI_OK && (certs.len == 0 || key.len == 0))
		r = ONSHI_E_VALUE;
	oki_buf_free(&certs);
	oki_buf_free(&key);

	return r;
}

/* Whatever fails, nothing of what was sealed is left where it was read to. */
static int
life_of_seal(void *arg)
{
	static const uint8_t key[OKI_SEAL_KEY] = { 1 };
	struct oki_buf sealed, plain;
	int r;

	(void)arg;
	oki_buf_init(&sealed, 200);
	oki_buf_init(&plain, 200);
	if ((r = oki_seal(key, "with", 4, "himitsu", 7, &sealed)) ==
	    ONSHI_OK && (r = oki_unseal(key, "with", 4, sealed.data,
	    sealed.len, &plain)) == ONSHI_OK)
		r = plain.len == 7 && memcmp(plain.data, "himitsu", 7) == 0 ?
		    ONSHI_OK : ONSHI_E_STATE;
	else if (plain.len > 0 || (plain.data != NULL &&
	    memcmp(plain.data, "himitsu", 7) == 0))
		r = ONSHI_E_STATE;
	else if (r == ONSHI_E_VALUE)	/* opened, but not known to be true */
		r = ONSHI_E_INTERNAL;
	oki_buf_free(&sealed);
	oki_buf_free(&plain);

	return r;
}

/* The dates of what the configuration names: both, or an error. */
static int
life_of_dates(void *arg)
{
	const struct oki_buf *pem = &files.cert;
	struct oki_dates first, longest;
	int r;

	(void)arg;
	if ((r = oki_dates_of_first(pem->data, pem->len, &first)) !=
	    ONSHI_OK || (r = oki_dates_of_longest(pem->data, pem->len,
	    &longest)) != ONSHI_OK)
		return r;

	return first.until > first.from && longest.until == first.until ?
	    ONSHI_OK : ONSHI_E_VALUE;
}

/* Two lists of which the second is over first: never the first's end. */
/* A card's signature by one of the keys that are believed. */
static int
life_of_bare_key(void *arg)
{
	(void)arg;

	return oki_rsa_check_any(files.bare.data, files.bare.len, "bytes", 5,
	    files.sig);
}

static int
life_of_lists(void *arg)
{
	struct oki_dates dates;
	int r;

	(void)arg;
	if ((r = oki_dates_of_crls(files.lists.data, files.lists.len,
	    &dates)) != ONSHI_OK)
		return r;

	return dates.until - dates.from == 1000 ? ONSHI_OK : ONSHI_E_VALUE;
}

/* OpenSSL does not always say that it was memory: then it is a failure of
 * another name, but never a success. */
static bool
is_failure(int result)
{
	switch (result) {
	case ONSHI_E_NOMEM:
	case ONSHI_E_INTERNAL:
	case ONSHI_E_SYSTEM:
	case ONSHI_E_CERTIFICATE:
	case ONSHI_E_CONFIG:
	case ONSHI_E_SIGNATURE:
		return true;
	default:
		return false;
	}
}

static const struct {
	const char	*name;
	int		(*life)(void *arg);
	void		*arg;
	size_t		 points;	/* at least */
	size_t		 step;
} lives[] = {
	{ "hash", life_of_hash, NULL, 4, 1 },
	{ "our card", life_of_card, &files.der, 200, 1 },
	{ "a stranger's card", life_of_card, &files.stranger, 200, 1 },
	{ "identity", life_of_identity, NULL, 200, 37 },
	{ "container", life_of_container, NULL, 200, 17 },
	{ "seal", life_of_seal, NULL, 4, 1 },
	{ "dates", life_of_dates, NULL, 50, 7 },
	{ "lists", life_of_lists, NULL, 50, 1 },
	{ "bare key", life_of_bare_key, NULL, 50, 1 },
};

START_TEST(each_fails)
{
	ck_assert_int_eq(lives[_i].life(lives[_i].arg), ONSHI_OK);
	oom_set_step(lives[_i].step);
	ck_assert_uint_ge(oom_run_if(lives[_i].name, lives[_i].life,
	    lives[_i].arg, ONSHI_OK, is_failure), lives[_i].points);
}
END_TEST

START_TEST(each_call_fails)
{
	size_t n;
	int r;

	ck_assert_int_eq(lives[_i].life(lives[_i].arg), ONSHI_OK);
	for (n = 1;; n++) {
		theirs_fail(n);
		r = lives[_i].life(lives[_i].arg);
		if (!theirs_stop())
			break;
		ck_assert_msg(is_failure(r), "%s: %s after %s failed",
		    lives[_i].name, onshi_result_name(r), theirs_name());
	}
	ck_assert_int_eq(r, ONSHI_OK);
	ck_assert_uint_gt(n, 1);
}
END_TEST

static void
make_list(long seconds)
{
	time_t from = 1767225600;
	X509_CRL *list = X509_CRL_new();
	ASN1_TIME *t = ASN1_TIME_set(NULL, from);
	BIO *bio = BIO_new(BIO_s_mem());
	char *data;
	long len;

	ck_assert_int_eq(X509_CRL_set1_lastUpdate(list, t), 1);
	ck_assert_ptr_nonnull(ASN1_TIME_set(t, from + seconds));
	ck_assert_int_eq(X509_CRL_set1_nextUpdate(list, t), 1);
	ck_assert_int_gt(X509_CRL_sign(list, make_key(KEY_CA), EVP_sha256()),
	    0);
	ck_assert_int_eq(PEM_write_bio_X509_CRL(bio, list), 1);
	len = BIO_get_mem_data(bio, &data);
	ck_assert_int_eq(oki_buf_append(&files.lists, data, (size_t)len),
	    ONSHI_OK);
	BIO_free(bio);
	ASN1_TIME_free(t);
	X509_CRL_free(list);
}

static void
make_container(X509 *x)
{
	PKCS12 *p12 = PKCS12_create("himitsu", "x", make_key(KEY_RSA), x, NULL,
	    0, 0, 2, 2, 0);
	BIO *bio = BIO_new(BIO_s_mem());
	char *data;
	long len;

	ck_assert_int_eq(i2d_PKCS12_bio(bio, p12), 1);
	len = BIO_get_mem_data(bio, &data);
	ck_assert_int_eq(oki_buf_append(&files.p12, data, (size_t)len),
	    ONSHI_OK);
	BIO_free(bio);
	PKCS12_free(p12);
}

static void
make_bare(void)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(make_key(KEY_RSA), NULL);
	BIO *bio = BIO_new(BIO_s_mem());
	size_t n = sizeof(files.sig);
	char *data;
	long len;

	ck_assert_int_eq(EVP_PKEY_sign_init(ctx), 1);
	ck_assert_int_eq(EVP_PKEY_CTX_set_rsa_padding(ctx,
	    RSA_PKCS1_PADDING), 1);
	ck_assert_int_eq(EVP_PKEY_sign(ctx, files.sig, &n,
	    (const unsigned char *)"bytes", 5), 1);
	ck_assert_int_eq(PEM_write_bio_PUBKEY(bio, make_key(KEY_RSA)), 1);
	len = BIO_get_mem_data(bio, &data);
	ck_assert_int_eq(oki_buf_append(&files.bare, data, (size_t)len),
	    ONSHI_OK);
	BIO_free(bio);
	EVP_PKEY_CTX_free(ctx);
}

static void
setup(void)
{
	struct make_spec spec = { .key = KEY_RSA, .ca_key = KEY_CA };
	X509 *ca, *other, *x;

	make_keys();
	ca = make_ca(KEY_CA, "authority", NULL, NULL);
	other = make_ca(KEY_OTHER_CA, "other", NULL, NULL);
	oki_buf_init(&files.der, 9000);
	oki_buf_init(&files.stranger, 9000);
	oki_buf_init(&files.pem, 9000);
	oki_buf_init(&files.cert, 9000);
	oki_buf_init(&files.key, 9000);
	oki_buf_init(&files.p12, 9000);
	oki_buf_init(&files.lists, 9000);
	oki_buf_init(&files.bare, 9000);
	make_bare();
	make_list(2000);
	make_list(1000);
	make_pem(ca, &files.pem);
	spec.ca = ca;
	x = make_certificate(&spec);
	make_der(x, &files.der);
	X509_free(x);
	spec.extensions = "extendedKeyUsage=clientAuth\n";
	x = make_certificate(&spec);
	make_pem(x, &files.cert);
	make_key_pem(KEY_RSA, "himitsu", &files.key);
	make_container(x);
	X509_free(x);
	spec = (struct make_spec){ .key = KEY_RSA, .ca_key = KEY_OTHER_CA,
	    .ca = other };
	x = make_certificate(&spec);
	make_der(x, &files.stranger);
	X509_free(x);
	X509_free(ca);
	X509_free(other);
}

static void
teardown(void)
{
	oki_buf_free(&files.der);
	oki_buf_free(&files.stranger);
	oki_buf_free(&files.pem);
	oki_buf_free(&files.cert);
	oki_buf_free(&files.key);
	oki_buf_free(&files.p12);
	oki_buf_free(&files.lists);
	oki_buf_free(&files.bare);
	drop_keys();
}

static void
fill(TCase *t)
{
	tcase_set_timeout(t, 120);
	tcase_add_unchecked_fixture(t, setup, teardown);
	ADD_ROWS(t, each_fails, lives);
	ADD_ROWS(t, each_call_fails, lives);
}

int
main(void)
{
	/* Before OpenSSL allocates anything. */
	if (CRYPTO_set_mem_functions(hook_malloc, hook_realloc, hook_free) !=
	    1)
		return EXIT_FAILURE;

	return run_tests("crypto/oom", fill);
}
