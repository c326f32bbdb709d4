/*
 * What stays of the terminal's key (SEC-81, SEC-82): after the link is gone no
 * passphrase, and nothing of the key, is in memory that can be written; while
 * it is there, no passphrase, and the key in its own place alone. The words
 * are constants of this program; another process puts them into files.
 */
#include "config.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509v3.h>

#include "link/link.h"
#include "tests/core/run.h"
#include "tests/search.h"

#define TERMINAL	"1319999996"
#define PASS		"canary-of-a-passphrase"
#define SCALAR		"CANARY-KEY-of-32-bytes-for-P256!"
#define REVERSED	"!652P-rof-setyb-23-fo-YEK-YRANAC"	/* in words */
#define AS_BMP		"\0c\0a\0n\0a\0r\0y\0-\0o\0f\0-\0a\0-\0p\0a\0s\0s"

static char home[] = "/tmp/t_secret.XXXXXX";

static void
need(bool ok, const char *what)
{
	if (!ok) {
		fprintf(stderr, "secret: %s\n", what);
		_exit(EXIT_FAILURE);
	}
}

/* ---- in the other process -------------------------------------------------- */

static EVP_PKEY *
make_key(void)
{
	EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
	BIGNUM *n = BN_bin2bn((const uint8_t *)SCALAR, 32, NULL);
	EC_POINT *point = EC_POINT_new(group);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
	EVP_PKEY *key = NULL;
	uint8_t public[65];

	need(EC_POINT_mul(group, point, n, NULL, NULL, NULL) == 1 &&
	    EC_POINT_point2oct(group, point, POINT_CONVERSION_UNCOMPRESSED,
	    public, sizeof(public), NULL) == sizeof(public), "point");
	need(OSSL_PARAM_BLD_push_utf8_string(b, OSSL_PKEY_PARAM_GROUP_NAME,
	    "P-256", 0) == 1 && OSSL_PARAM_BLD_push_BN(b,
	    OSSL_PKEY_PARAM_PRIV_KEY, n) == 1 &&
	    OSSL_PARAM_BLD_push_octet_string(b, OSSL_PKEY_PARAM_PUB_KEY,
	    public, sizeof(public)) == 1 &&
	    EVP_PKEY_fromdata_init(ctx) == 1 && EVP_PKEY_fromdata(ctx, &key,
	    EVP_PKEY_KEYPAIR, OSSL_PARAM_BLD_to_param(b)) == 1, "key");

	return key;
}

static X509 *
make_certificate(EVP_PKEY *key)
{
	X509_EXTENSION *use = X509V3_EXT_conf_nid(NULL, NULL,
	    NID_ext_key_usage, "clientAuth");
	X509 *x = X509_new();
	X509_NAME *name = X509_get_subject_name(x);

	need(X509_set_version(x, X509_VERSION_3) == 1 &&
	    ASN1_INTEGER_set(X509_get_serialNumber(x), 1) == 1 &&
	    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
	    (const uint8_t *)TERMINAL, -1, -1, 0) == 1 &&
	    X509_set_issuer_name(x, name) == 1 &&
	    X509_gmtime_adj(X509_getm_notBefore(x), -3600) != NULL &&
	    X509_gmtime_adj(X509_getm_notAfter(x), 864000) != NULL &&
	    X509_set_pubkey(x, key) == 1 && X509_add_ext(x, use, -1) == 1 &&
	    X509_sign(x, key, EVP_sha256()) > 0, "certificate");

	return x;
}

static FILE *
file(const char *name)
{
	char path[64];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", home, name);
	need((f = fopen(path, "w")) != NULL && chmod(path, 0600) == 0, path);

	return f;
}

static void
make_files(void)
{
	EVP_PKEY *key = make_key();
	X509 *x = make_certificate(key);
	PKCS12 *p12 = PKCS12_create(PASS, "x", key, x, NULL, 0, 0, 0, 0, 0);
	FILE *f;

	f = file("cert.pem");
	need(PEM_write_X509(f, x) == 1 && fclose(f) == 0, "cert.pem");
	f = file("key.pem");
	need(PEM_write_PKCS8PrivateKey(f, key, EVP_aes_256_cbc(), PASS,
	    (int)strlen(PASS), NULL, NULL) == 1 && fclose(f) == 0, "key.pem");
	f = file("plain.pem");
	need(PEM_write_PKCS8PrivateKey(f, key, NULL, NULL, 0, NULL, NULL) ==
	    1 && fclose(f) == 0, "plain.pem");
	f = file("all.p12");
	need(p12 != NULL && i2d_PKCS12_fp(f, p12) == 1 && fclose(f) == 0,
	    "all.p12");
	f = file("pass");
	need(fputs(PASS "\n", f) >= 0 && fclose(f) == 0, "pass");
}

/* ---- in this one ------------------------------------------------------------ */

static const struct word {
	const char	*what;
	const char	*bytes;
	size_t		 len;
	size_t		 alive;		/* how often while the link lives */
} words[] = {
	{ "the passphrase", PASS, 15, 0 },
	{ "the passphrase as a BMPString", AS_BMP, sizeof(AS_BMP) - 1, 0 },
	{ "the key", SCALAR, 16, 1 },
	{ "the key as a number", REVERSED, 16, 0 }
};

static const struct way {
	const char	*name;
	const char	*cert, *key, *pass;
} ways[] = {
	{ "PEM", "cert.pem", "plain.pem", NULL },
	{ "PEM under a passphrase", "cert.pem", "key.pem", "pass" },
	{ "PKCS#12", "all.p12", NULL, "pass" }
};

static void
set_file(struct onshi_config *c, const char *key, const char *name)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "%s/%s", home, name == NULL ? "" :
	    name);
	ck_assert_int_eq(onshi_config_set(c, key, name == NULL ? NULL : path),
	    ONSHI_OK);
}

static struct onshi_config *
configure(const struct way *w)
{
	static const char *const settings[][2] = {
		{ "facility.institution_code", TERMINAL },
		{ "link.base", "https://onshi.example:9" },
		{ "link.addresses", "onshi.example:9:127.0.0.1" },
		{ "link.networks", "127.0.0.0/8" }
	};
	struct onshi_config *c;
	size_t i;

	ck_assert_int_eq(onshi_config_new(&c), ONSHI_OK);
	for (i = 0; i < OKI_COUNT(settings); i++)
		ck_assert_int_eq(onshi_config_set(c, settings[i][0],
		    settings[i][1]), ONSHI_OK);
	set_file(c, "link.ca_file", "cert.pem");
	set_file(c, "link.cert_file", w->cert);
	set_file(c, "link.key_file", w->key);
	set_file(c, "link.key_passphrase_file", w->pass);

	return c;
}

START_TEST(nothing_stays)
{
	struct onshi_config *c = configure(&ways[_i]);
	struct onshi_error e;
	struct oki_link *link;
	struct oki_env *env;
	size_t i, n;

	oki_error_clear(&e);
	ck_assert_int_eq(oki_env_new(c, &env), ONSHI_OK);
	ck_assert_msg(oki_link_new(env, &link, &e) == ONSHI_OK, "%s: %s",
	    ways[_i].name, e.text);
	for (i = 0; i < OKI_COUNT(words); i++) {
		n = count_in_memory(words[i].bytes, words[i].len);
		ck_assert_msg(n == words[i].alive, "%s: %s: %zu times",
		    ways[_i].name, words[i].what, n);
	}
	oki_link_free(&link);
	oki_env_free(&env);
	onshi_config_free(&c);
	for (i = 0; i < OKI_COUNT(words); i++) {
		n = count_in_memory(words[i].bytes, words[i].len);
		ck_assert_msg(n == 0, "%s: %s: %zu times afterwards",
		    ways[_i].name, words[i].what, n);
	}
}
END_TEST

/* The search finds what is there: else the others would prove nothing. */
START_TEST(search_finds)
{
	size_t i, len;
	char *heap;

	for (i = 0; i < OKI_COUNT(words); i++) {
		len = words[i].len;
		ck_assert_ptr_nonnull(heap = malloc(64));
		memcpy(heap + 7, words[i].bytes, len);
		ck_assert_uint_ge(count_in_memory(words[i].bytes, len), 1);
		onshi_wipe(heap, 64);
		free(heap);
		ck_assert_uint_eq(count_in_memory(words[i].bytes, len), 0);
	}
}
END_TEST

static void
clean_up(void)
{
	static const char *const names[] = { "cert.pem", "key.pem",
	    "plain.pem", "all.p12", "pass" };
	char path[64];
	size_t i;

	for (i = 0; i < OKI_COUNT(names); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", home, names[i]);
		(void)unlink(path);
	}
	(void)rmdir(home);
}

static void
fill(TCase *t)
{
	tcase_set_timeout(t, 60);
	tcase_add_test(t, search_finds);
	tcase_add_loop_test(t, nothing_stays, 0, (int)OKI_COUNT(ways));
}

int
main(void)
{
	int failed, status;
	pid_t pid;

#ifdef SANITIZED
	puts("skip: the sanitizer keeps memory of its own, and copies in it");
	return 77;
#endif
	need(mkdtemp(home) != NULL, home);
	if ((pid = fork()) == 0) {
		make_files();
		_exit(EXIT_SUCCESS);
	}
	need(pid > 0 && waitpid(pid, &status, 0) == pid && status == 0,
	    "files");
	failed = run_tests("wire/secret", fill);
	clean_up();

	return failed;
}
