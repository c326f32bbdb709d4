/* The terminal's certificate and key, before anything is sent (SEC-09). */
#include "config.h"

#include <string.h>

#include <openssl/pem.h>

#include "crypto/crypto.h"
#include "tests/core/run.h"
#include "tests/crypto/make.h"

#define CLIENT	"keyUsage=critical,digitalSignature\n"			\
		"extendedKeyUsage=clientAuth\n"				\
		"authorityKeyIdentifier=keyid\n"
#define SERVER	"extendedKeyUsage=serverAuth\n"
#define BOTH	"extendedKeyUsage=serverAuth,clientAuth\n"
#define NO_EKU	"keyUsage=critical,digitalSignature\n"
#define CRYPT	"keyUsage=critical,cRLSign\nextendedKeyUsage=clientAuth\n"
#define MEDICAL	.key = KEY_RSA, .ca_key = KEY_CA, .cn = "9919999996"

static X509 *ca;

static const struct {
	const char	*name;
	struct make_spec spec;
	int		 key;		/* in the key's file; -1: garbage */
	const char	*locked;	/* passphrase it is under */
	const char	*given;		/* passphrase that is given */
	const char	*now;		/* Japan time */
	const char	*says;		/* NULL: good */
	int		 days;
} rows[] = {
	{ "good", { MEDICAL, .extensions = CLIENT }, KEY_RSA, NULL, NULL,
	  "20260101000000", NULL, 1508 },
	{ "both uses", { MEDICAL, .extensions = BOTH }, KEY_RSA, NULL, NULL,
	  "20260101000000", NULL, 1508 },
	{ "EC", { .key = KEY_P384, .ca_key = KEY_CA, .cn = "9919999996",
	  .extensions = CLIENT }, KEY_P384, NULL, NULL, "20260101000000",
	  NULL, 1508 },
	{ "last second", { MEDICAL, .extensions = CLIENT }, KEY_RSA, NULL,
	  NULL, "20300217235959", NULL, 0 },
	{ "one day", { MEDICAL, .extensions = CLIENT }, KEY_RSA, NULL,
	  NULL, "20300216235959", NULL, 1 },
	{ "first second", { MEDICAL, .extensions = CLIENT }, KEY_RSA, NULL,
	  NULL, "20251027090000", NULL, 1574 },
	{ "expired", { MEDICAL, .extensions = CLIENT }, KEY_RSA, NULL, NULL,
	  "20300218000000", "has expired", 0 },
	{ "not yet", { MEDICAL, .extensions = CLIENT }, KEY_RSA, NULL, NULL,
	  "20251027085959", "not valid yet, by this machine's clock",
	  0 },
	{ "another key", { MEDICAL, .extensions = CLIENT }, KEY_RSA_OTHER,
	  NULL, NULL, "20260101000000", "does not fit", 0 },
	{ "a key of another kind", { MEDICAL, .extensions = CLIENT },
	  KEY_P256, NULL, NULL, "20260101000000", "does not fit", 0 },
	{ "no key", { MEDICAL, .extensions = CLIENT }, -1, NULL, NULL,
	  "20260101000000", "link.key_file: no key", 0 },
	{ "a server's", { MEDICAL, .extensions = SERVER }, KEY_RSA, NULL,
	  NULL, "20260101000000", "not for a TLS client", 0 },
	{ "for nothing said", { MEDICAL, .extensions = NO_EKU }, KEY_RSA,
	  NULL, NULL, "20260101000000", "not for a TLS client", 0 },
	{ "key usage forbids", { MEDICAL, .extensions = CRYPT }, KEY_RSA,
	  NULL, NULL, "20260101000000", "not for a TLS client", 0 },
	{ "passphrase", { MEDICAL, .extensions = CLIENT }, KEY_RSA, "himitsu",
	  "himitsu", "20260101000000", NULL, 1508 },
	{ "wrong passphrase", { MEDICAL, .extensions = CLIENT }, KEY_RSA,
	  "himitsu", "himitsv", "20260101000000", "passphrase is wrong", 0 },
	{ "no passphrase", { MEDICAL, .extensions = CLIENT }, KEY_RSA,
	  "himitsu", NULL, "20260101000000", "passphrase is wrong", 0 },
	{ "needless passphrase", { MEDICAL, .extensions = CLIENT }, KEY_RSA,
	  NULL, "himitsu", "20260101000000", NULL, 1508 },
	{ "bad date", { MEDICAL, .extensions = CLIENT,
	  .until = "G20300101000000Z" }, KEY_RSA, NULL, NULL,
	  "20260101000000", "date of the certificate", 0 },
};

static int
check(const struct oki_buf *cert, const struct oki_buf *key,
    const char *pass, const char *when, struct oki_identity *out,
    struct onshi_error *e)
{
	int64_t now;

	ck_assert(oki_time_parse(when, &now));
	oki_error_clear(e);

	return oki_identity_check(cert->data, cert->len, key->data, key->len,
	    pass, pass == NULL ? 0 : strlen(pass), now, out, e);
}

START_TEST(identity)
{
	struct make_spec spec = rows[_i].spec;
	struct oki_identity out;
	struct oki_buf cert, key;
	struct onshi_error e;
	X509 *x;
	int r;

	spec.ca = ca;
	x = make_certificate(&spec);
	oki_buf_init(&cert, 9000);
	oki_buf_init(&key, 9000);
	make_pem(x, &cert);
	make_pem(ca, &cert);		/* the chain may stand behind it */
	if (rows[_i].key >= 0)
		make_key_pem(rows[_i].key, rows[_i].locked, &key);
	else
		ck_assert_int_eq(oki_buf_text(&key, "no key"), ONSHI_OK);
	r = check(&cert, &key, rows[_i].given, rows[_i].now, &out, &e);
	ck_assert_msg(r == (rows[_i].says == NULL ? ONSHI_OK :
	    ONSHI_E_CONFIG), "%s: %s", rows[_i].name, e.text);
	if (rows[_i].says == NULL) {
		ck_assert_int_eq(out.days_left, rows[_i].days);
		ck_assert_str_eq(out.cn, "9919999996");
	} else {
		ck_assert_msg(strstr(e.text, rows[_i].says) != NULL,
		    "%s: %s", rows[_i].name, e.text);
		ck_assert_ptr_null(strstr(e.text, "himitsu"));
		ck_assert_str_eq(out.cn, "");
	}
	oki_buf_free(&cert);
	oki_buf_free(&key);
	X509_free(x);
}
END_TEST

START_TEST(nothing_there)
{
	struct oki_identity out;
	struct onshi_error e;
	static char pass[1026];

	oki_error_clear(&e);
	ck_assert_int_eq(oki_identity_check(NULL, 0, NULL, 0, NULL, 0, 0,
	    &out, &e), ONSHI_E_CONFIG);
	ck_assert_ptr_eq(strstr(e.text, "link.cert_file"), e.text);
	memset(pass, 'x', sizeof(pass));
	oki_error_clear(&e);
	ck_assert_int_eq(oki_identity_check(NULL, 0, NULL, 0, pass, 1025, 0,
	    &out, &e), ONSHI_E_CONFIG);
	ck_assert_ptr_eq(strstr(e.text, "link.key_passphrase_file"), e.text);
}
END_TEST

/* Common names that are no institution code to be compared with. */
static const struct {
	const char	*cn, *then;
} names[] = {
	{ "9919999996", "9919999996" }, { "医院", "医院" },
	{ "1234567890123456789012345678901234567890123456789012345678901234",
	  "1234567890123456789012345678901234567890123456789012345678901234" },
};

START_TEST(common_name)
{
	struct make_spec spec = { MEDICAL, .extensions = CLIENT, .ca = ca };
	struct oki_identity out;
	struct oki_buf cert, key;
	struct onshi_error e;
	X509 *x;

	spec.cn = names[_i].cn;
	x = make_certificate(&spec);
	oki_buf_init(&cert, 9000);
	oki_buf_init(&key, 9000);
	make_pem(x, &cert);
	make_key_pem(KEY_RSA, NULL, &key);
	ck_assert_int_eq(check(&cert, &key, NULL, "20260101000000", &out, &e),
	    ONSHI_OK);
	ck_assert_str_eq(out.cn, names[_i].then);
	oki_buf_free(&cert);
	oki_buf_free(&key);
	X509_free(x);
}
END_TEST

/* Two names, one with a NUL, none: no name. */
START_TEST(no_common_name)
{
	struct make_spec spec = { MEDICAL, .extensions = CLIENT, .ca = ca };
	static const struct {
		const char	*cn;
		int		 len;
		bool		 second;
	} odd[] = { { "12", 2, true }, { "1\0002", 3, false } };
	struct oki_identity out;
	struct oki_buf cert, key;
	struct onshi_error e;
	X509 *x = make_certificate(&spec);
	X509_NAME *name = X509_get_subject_name(x);

	if (!odd[_i].second)
		X509_NAME_ENTRY_free(X509_NAME_delete_entry(name,
		    X509_NAME_entry_count(name) - 1));
	ck_assert_int_eq(X509_NAME_add_entry_by_NID(name, NID_commonName,
	    MBSTRING_UTF8, (const uint8_t *)odd[_i].cn, odd[_i].len, -1, 0),
	    1);
	ck_assert_int_gt(X509_sign(x, make_key(KEY_CA), EVP_sha256()), 0);
	oki_buf_init(&cert, 9000);
	oki_buf_init(&key, 9000);
	make_pem(x, &cert);
	make_key_pem(KEY_RSA, NULL, &key);
	ck_assert_int_eq(check(&cert, &key, NULL, "20260101000000", &out, &e),
	    ONSHI_OK);
	ck_assert_str_eq(out.cn, "");
	oki_buf_free(&cert);
	oki_buf_free(&key);
	X509_free(x);
}
END_TEST

static const struct {
	const char	*name;
	const char	*given;
	const char	*says;		/* NULL: good */
} olds[] = {
	{ "passphrase", "himitsu", NULL },
	{ "wrong passphrase", "himitsv", "passphrase is wrong" },
	{ "no passphrase", NULL, "passphrase is wrong" },
};

/* As "openssl rsa -aes256 -traditional" writes it: the lines around it say
 * how it is locked. */
START_TEST(locked_in_the_old_way)
{
	struct make_spec spec = { MEDICAL, .extensions = CLIENT, .ca = ca };
	BIO *bio = BIO_new(BIO_s_mem());
	struct oki_buf cert, key;
	struct oki_identity out;
	struct onshi_error e;
	char *text;
	X509 *x;
	long len;
	int r;

	x = make_certificate(&spec);
	oki_buf_init(&cert, 9000);
	oki_buf_init(&key, 9000);
	make_pem(x, &cert);
	ck_assert_int_eq(PEM_write_bio_PrivateKey_traditional(bio,
	    make_key(KEY_RSA), EVP_aes_256_cbc(),
	    (const unsigned char *)"himitsu", 7, NULL, NULL), 1);
	len = BIO_get_mem_data(bio, &text);
	ck_assert_int_eq(oki_buf_append(&key, text, (size_t)len), ONSHI_OK);
	r = check(&cert, &key, olds[_i].given, "20260101000000", &out, &e);
	ck_assert_msg(r == (olds[_i].says == NULL ? ONSHI_OK :
	    ONSHI_E_CONFIG), "%s: %s", olds[_i].name, e.text);
	if (olds[_i].says != NULL)
		ck_assert_ptr_nonnull(strstr(e.text, olds[_i].says));
	BIO_free(bio);
	oki_buf_free(&cert);
	oki_buf_free(&key);
	X509_free(x);
}
END_TEST

static const struct {
	const char	*text;
	size_t		 len, line;
} lines[] = {
	{ "", 0, 0 }, { "a", 1, 1 }, { "a\n", 2, 1 }, { "a\r\n", 3, 1 },
	{ "a\0", 2, 1 }, { "a\0\n", 3, 1 }, { "\0", 1, 0 },
	{ "a\nb\n", 4, 1 }, { "\n", 1, 0 }, { "a b", 3, 3 }, { NULL, 0, 0 },
};

START_TEST(first_line)
{
	ck_assert_uint_eq(oki_line_len(lines[_i].text, lines[_i].len),
	    lines[_i].line);
}
END_TEST

static void
setup(void)
{
	make_keys();
	ca = make_ca(KEY_CA, "authority", NULL, NULL);
}

static void
teardown(void)
{
	X509_free(ca);
	drop_keys();
}

static void
fill(TCase *t)
{
	tcase_set_timeout(t, 30);
	tcase_add_unchecked_fixture(t, setup, teardown);
	ADD_ROWS(t, identity, rows);
	tcase_add_test(t, nothing_there);
	ADD_ROWS(t, common_name, names);
	tcase_add_loop_test(t, no_common_name, 0, 2);
	ADD_ROWS(t, locked_in_the_old_way, olds);
	ADD_ROWS(t, first_line, lines);
}

int
main(void)
{
	return run_tests("crypto/identity", fill);
}
