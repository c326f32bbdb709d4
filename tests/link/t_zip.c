/* Encrypted exchange: both ways, and archives made to do harm (SEC-60). */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "link/folder.h"
#include "tests/core/run.h"

#ifdef HAVE_LIBZIP
#include <zip.h>

#include "tests/link/stand_in.h"

#define NAME		"OQSsiquc01res_261130010001.xml"
#define PASSWORD	"open sesame"
#define ROOM		(8 << 20)

static struct oki_secret *password, *other;
static const char document[] = "<A>secret</A>";

/* ---- archives --------------------------------------------------------------- */

static void
add(zip_t *z, const char *name, const void *p, size_t len, int how)
{
	zip_source_t *source = zip_source_buffer(z, p, len, 0);
	zip_int64_t i;

	ck_assert_ptr_nonnull(source);
	i = zip_file_add(z, name, source, 0);
	ck_assert_int_ge(i, 0);
	if (how != ZIP_EM_NONE)
		ck_assert_int_eq(zip_file_set_encryption(z, (zip_uint64_t)i,
		    (zip_uint16_t)how, PASSWORD), 0);
}

enum what { PLAIN, AES_256, AES_128, OLD, TWO, TWO_OTHERS, MANY,
	BOMB, PATH, CUT, GARBAGE };

static void
fill_archive(zip_t *z, enum what what)
{
	static uint8_t zeros[4 << 20];
	char name[32];
	int i;

	switch (what) {
	case AES_128:
		add(z, NAME, document, strlen(document), ZIP_EM_AES_128);
		break;
	case OLD:
		add(z, NAME, document, strlen(document), ZIP_EM_TRAD_PKWARE);
		break;
	case TWO:
		add(z, "other.xml", "x", 1, ZIP_EM_NONE);
		add(z, NAME, document, strlen(document), ZIP_EM_NONE);
		break;
	case TWO_OTHERS:
		add(z, "a.xml", "x", 1, ZIP_EM_NONE);
		add(z, "b.xml", "x", 1, ZIP_EM_NONE);
		break;
	case MANY:
		for (i = 0; i < 17; i++) {
			(void)snprintf(name, sizeof(name), "%d", i);
			add(z, i == 16 ? NAME : name, document,
			    strlen(document), ZIP_EM_NONE);
		}
		break;
	case BOMB:
		add(z, NAME, zeros, sizeof(zeros), ZIP_EM_NONE);
		break;
	case PATH:
		add(z, "../../etc/passwd", document, strlen(document),
		    ZIP_EM_NONE);
		break;
	case AES_256:
		add(z, NAME, document, strlen(document), ZIP_EM_AES_256);
		break;
	default:
		add(z, NAME, document, strlen(document), ZIP_EM_NONE);
		break;
	}
}

static size_t
archive(enum what what, uint8_t *to)
{
	zip_source_t *whole;
	zip_int64_t n;
	zip_t *z;

	whole = zip_source_buffer_create(NULL, 0, 0, NULL);
	ck_assert_ptr_nonnull(whole);
	zip_source_keep(whole);
	z = zip_open_from_source(whole, ZIP_TRUNCATE, NULL);
	ck_assert_ptr_nonnull(z);
	fill_archive(z, what);
	ck_assert_int_eq(zip_close(z), 0);
	ck_assert_int_eq(zip_source_open(whole), 0);
	n = zip_source_read(whole, to, ROOM);
	ck_assert_int_gt(n, 0);
	(void)zip_source_close(whole);
	zip_source_free(whole);
	if (what == CUT)
		n /= 2;
	if (what == GARBAGE)
		memset(to + 4, 'x', (size_t)n - 4);

	return (size_t)n;
}

static const struct {
	const char	*name;
	enum what	 what;
	int		 key;	/* 0 none, 1 the right one, 2 another */
	int		 result;
} archives[] = {
	{ "in the open", PLAIN, 0, ONSHI_OK },
	{ "in the open, with a password", PLAIN, 1, ONSHI_OK },
	{ "encrypted", AES_256, 1, ONSHI_OK },
	{ "no password", AES_256, 0, ONSHI_E_CONFIG },
	{ "another password", AES_256, 2, ONSHI_E_CONFIG },
	{ "weaker", AES_128, 1, ONSHI_E_ANSWER_REFUSED },
	{ "weak", OLD, 1, ONSHI_E_ANSWER_REFUSED },
	{ "one beside it", TWO, 0, ONSHI_OK },
	{ "two that are not called so", TWO_OTHERS, 0,
	    ONSHI_E_ANSWER_REFUSED },
	{ "too many", MANY, 0, ONSHI_E_ANSWER_REFUSED },
	{ "a bomb", BOMB, 0, ONSHI_E_TOO_BIG },
	{ "a way out", PATH, 0, ONSHI_OK },
	{ "cut", CUT, 0, ONSHI_E_ANSWER_REFUSED },
	{ "garbage", GARBAGE, 0, ONSHI_E_ANSWER_REFUSED }
};

START_TEST(reads)
{
	struct onshi_exchange x;
	struct onshi_error e;
	struct oki_wait wait;
	uint8_t *zip = malloc(ROOM);
	size_t len;
	int r;

	ck_assert_ptr_nonnull(zip);
	len = archive(archives[_i].what, zip);
	oki_error_clear(&e);
	oki_wait_init(&wait, NULL, 60000, NULL);
	oki_exchange_init(&x, "OQSsiquc01req", &wait, 1 << 23);
	r = oki_zip_read(zip, len, NAME, archives[_i].key == 0 ? NULL :
	    archives[_i].key == 1 ? password : other, &x, &e);
	ck_assert_msg(r == archives[_i].result, "%s: %d %s",
	    archives[_i].name, r, e.text);
	if (r == ONSHI_OK)
		ck_assert_str_eq((const char *)x.answer.data, document);
	oki_exchange_free(&x);
	free(zip);
}
END_TEST

/* Whichever bit is turned: an answer is the document, or none. */
START_TEST(every_bit)
{
	struct onshi_exchange x;
	struct onshi_error e;
	struct oki_wait wait;
	uint8_t *zip = malloc(ROOM);
	size_t len, i;

	ck_assert_ptr_nonnull(zip);
	len = archive(AES_256, zip);
	oki_wait_init(&wait, NULL, 600000, NULL);
	for (i = 0; i < len * 8; i++) {
		zip[i / 8] ^= (uint8_t)(1 << i % 8);
		oki_error_clear(&e);
		oki_exchange_init(&x, "OQSsiquc01req", &wait, 1 << 20);
		if (oki_zip_read(zip, len, NAME, password, &x, &e) ==
		    ONSHI_OK)
			ck_assert_str_eq((const char *)x.answer.data,
			    document);
		oki_exchange_free(&x);
		zip[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	free(zip);
}
END_TEST

/* ---- through folders ------------------------------------------------------------ */

static atomic_int encrypted;

/* As an application that has been set to encrypt. */
static size_t
answer(const char *name, const char *body, size_t len, char *to, size_t room)
{
	struct onshi_exchange x;
	struct oki_wait wait;
	struct oki_buf out;
	char inside[128];
	size_t n;

	if (oki_is_zip((const uint8_t *)body, len))
		atomic_fetch_add(&encrypted, 1);
	oki_wait_init(&wait, NULL, 60000, NULL);
	oki_exchange_init(&x, "OQSsiquc01req", &wait, 1 << 20);
	(void)snprintf(inside, sizeof(inside), "%s.xml", name);
	if (oki_is_zip((const uint8_t *)body, len) &&
	    oki_zip_read((const uint8_t *)body, len, inside, password, &x,
	    NULL) != ONSHI_OK)
		abort();
	n = strcspn(inside, "_");
	inside[n - 1] = 's';
	oki_buf_init(&out, room);
	if (oki_zip_write(inside, (const uint8_t *)document,
	    strlen(document), password, &out, NULL) != ONSHI_OK)
		abort();
	memcpy(to, out.data, out.len);
	n = out.len;
	oki_buf_free(&out);
	oki_exchange_free(&x);

	return n;
}

static void
set(struct onshi_config *c, const char *key, const char *value)
{
	ck_assert_msg(onshi_config_set(c, key, value) == ONSHI_OK, "%s: %s",
	    key, onshi_error_text(onshi_config_error(c)));
}

static const struct {
	const char	*zip;		/* link.zip */
	const char	*own;		/* link.zip.OQSsiquc01req */
	int		 encrypted;
} settings[] = {
	{ "no", NULL, 0 }, { "yes", NULL, 1 }, { "yes", "no", 0 },
	{ "no", "yes", 1 }
};

START_TEST(exchanges)
{
	struct oki_session *s;
	struct onshi_exchange x;
	struct onshi_config *c;
	struct onshi_error e;
	struct oki_wait wait;
	struct stand_in app;
	struct oki_env *env;
	struct oki_link *l;
	char top[] = "/tmp/t_zip.XXXXXX", path[64];

	ck_assert_ptr_nonnull(mkdtemp(top));
	stand_in_start(&app, top, 0);
	app.make = answer;
	app.ending = ".zip";
	atomic_store(&encrypted, 0);
	oki_error_clear(&e);
	ck_assert_int_eq(onshi_config_new(&c), ONSHI_OK);
	set(c, "link.type", "folder");
	set(c, "link.req_dir", app.req);
	set(c, "link.res_dir", app.res);
	(void)snprintf(path, sizeof(path), "%s/journal", top);
	set(c, "link.journal_dir", path);
	set(c, "link.zip", settings[_i].zip);
	set(c, "link.zip.OQSsiquc01req", settings[_i].own);
	ck_assert_int_eq(onshi_config_set_secret(c, "link.zip_password_file",
	    (const uint8_t *)PASSWORD "\r\n", strlen(PASSWORD) + 2),
	    ONSHI_OK);
	ck_assert_int_eq(oki_env_new(c, &env), ONSHI_OK);
	onshi_config_free(&c);
	ck_assert_msg(oki_link_new(env, &l, &e) == ONSHI_OK, "%s", e.text);
	oki_wait_init(&wait, env, 30000, NULL);
	ck_assert_int_eq(oki_session_open(l, &wait, &s, &e), ONSHI_OK);
	oki_exchange_init(&x, "OQSsiquc01req", &wait, 1 << 20);
	x.body = (const uint8_t *)"<Q/>";
	x.bodylen = 4;
	ck_assert_int_eq(oki_request_id(x.request_id), ONSHI_OK);
	ck_assert_msg(oki_session_exchange(s, &x, &e) == ONSHI_OK, "%s",
	    e.text);
	ck_assert_str_eq((const char *)x.answer.data, document);
	ck_assert_int_eq(atomic_load(&encrypted), settings[_i].encrypted);
	oki_exchange_free(&x);
	oki_session_close(&s);
	oki_link_free(&l);
	oki_env_free(&env);
	stand_in_stop(&app);
	remove_tree(top);
}
END_TEST

/* In the child that runs the test: a secret does not outlive a fork. */
static void
begin(void)
{
	ck_assert_int_eq(oki_secret_new(PASSWORD, strlen(PASSWORD),
	    &password), ONSHI_OK);
	ck_assert_int_eq(oki_secret_new("guess", 5, &other), ONSHI_OK);
}

static void
end(void)
{
	oki_secret_free(&password);
	oki_secret_free(&other);
}

static void
fill(TCase *t)
{
	tcase_add_checked_fixture(t, begin, end);
	ADD_ROWS(t, reads, archives);
	tcase_add_test(t, every_bit);
	ADD_ROWS(t, exchanges, settings);
}
#else
/* The features that this build has not are named. */
START_TEST(lacks)
{
	struct onshi_error e;

	oki_error_clear(&e);
	ck_assert_int_eq(oki_zip_check(&e), ONSHI_E_UNSUPPORTED);
	ck_assert_ptr_nonnull(strstr(e.text, "--with-libzip"));
}
END_TEST

static void
fill(TCase *t)
{
	tcase_add_test(t, lacks);
}
#endif

int
main(void)
{
	return run_tests("link/zip", fill);
}
