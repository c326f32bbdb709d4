/*
 * A key that stays in its token (SEC-09), by SoftHSM: it signs, what is wrong
 * is refused at configuration, and the host's own OpenSSL is as it was.
 * Skipped where there is no SoftHSM, or the library has no libp11.
 */
#define OPENSSL_SUPPRESS_DEPRECATED	/* ENGINE, whose list is looked at */
#include "config.h"

#include <check.h>
#include <dlfcn.h>
#include <pthread.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <openssl/engine.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

#include "wire.h"
#include "tests/core/run.h"

#define DEADLINE_MS	10000
#define GOOD	"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\n" \
		"Onshi-Answer: res\r\nContent-Length: 4\r\n\r\nBODY"
#define PIN	"740951"
#define URI	"link.key_file=pkcs11:token=terminal;object="
#define WITH_PIN "\n@pass=" PIN
#define THREADS	4
#define TIMES	5

extern char **environ;

static char home[] = "/tmp/t_token.XXXXXX";

static void
need(bool ok, const char *what)
{
	if (!ok) {
		fprintf(stderr, "token: %s\n", what);
		exit(EXIT_FAILURE);
	}
}

/* Its exit status; -1 if it cannot be started. Its words go nowhere. */
static int
run(const char *const *words)
{
	posix_spawn_file_actions_t quiet;
	char *argv[16] = { NULL };
	int i, status;
	pid_t pid;

	for (i = 0; words[i] != NULL; i++)
		memcpy(&argv[i], &words[i], sizeof(argv[i]));
	need(posix_spawn_file_actions_init(&quiet) == 0 &&
	    posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", 1, 0) ==
	    0 && posix_spawn_file_actions_adddup2(&quiet, 1, 2) == 0, "spawn");
	if (posix_spawnp(&pid, argv[0], &quiet, NULL, argv, environ) != 0)
		return -1;
	posix_spawn_file_actions_destroy(&quiet);
	need(waitpid(pid, &status, 0) == pid, "wait");

	return WIFEXITED(status) && WEXITSTATUS(status) != 127 ?
	    WEXITSTATUS(status) : -1;
}

static void
put_file(const char *name, const void *p, size_t len, char path[64])
{
	FILE *f;

	(void)snprintf(path, 64, "%s/%s", home, name);
	need((f = fopen(path, "w")) != NULL && fwrite(p, 1, len, f) == len &&
	    fclose(f) == 0, path);
}

static bool
make_token(const char *label)
{
	char name[32];
	const char *const argv[] = { "softhsm2-util", "--init-token", "--free",
	    "--label", name, "--pin", PIN, "--so-pin", "12345678", NULL };

	(void)snprintf(name, sizeof(name), "%s", label);

	return run(argv) == 0;
}

static void
import_key(const char *made, const char *object, const char *id)
{
	char path[64], name[32], hex[8];
	const char *const argv[] = { "softhsm2-util", "--import", path, "--token",
	    "terminal", "--label", name, "--id", hex, "--pin", PIN, NULL };
	struct oki_buf pem;

	oki_buf_init(&pem, 65536);
	certs_key_pem(made, NULL, &pem);
	put_file(made, pem.data, pem.len, path);
	(void)snprintf(name, sizeof(name), "%s", object);
	(void)snprintf(hex, sizeof(hex), "%s", id);
	need(run(argv) == 0, "import");
	need(unlink(path) == 0, path);
	oki_buf_free(&pem);
}

/* False if this machine has not what it takes. */
static bool
make_tokens(void)
{
	char path[64], text[128];

#ifndef HAVE_LIBP11
	return false;
#endif
	if (access("/usr/share/p11-kit/modules/softhsm2.module", R_OK) != 0)
		return false;
	(void)snprintf(text, sizeof(text), "directories.tokendir = %s\n"
	    "objectstore.backend = file\nlog.level = ERROR\n", home);
	put_file("softhsm2.conf", text, strlen(text), path);
	setenv("SOFTHSM2_CONF", path, 1);
	/* What the world says of modules does not count. */
	setenv("PKCS11_MODULE_PATH", "/nowhere/module.so", 1);
	if (!make_token("terminal"))
		return false;
	need(make_token("twin") && make_token("twin"), "twins");
	import_key("terminal", "ec", "01");
	import_key("terminal-rsa", "rsa", "02");
	import_key("terminal-other", "other", "03");
	import_key("good", "double", "04");
	import_key("self", "double", "05");

	return true;
}

static const struct {
	const char	*name;
	const char	*keys;
	int		 version;
} good[] = {
	{ "EC, 1.3", URI "ec" WITH_PIN, TLS1_3_VERSION },
	{ "EC, 1.2", URI "ec" WITH_PIN, TLS1_2_VERSION },
	{ "RSA, 1.3", "@cert=terminal-rsa\n" URI "rsa" WITH_PIN,
	    TLS1_3_VERSION },
	{ "RSA, 1.2", "@cert=terminal-rsa\n" URI "rsa" WITH_PIN,
	    TLS1_2_VERSION },
	{ "by id and type", "link.key_file=pkcs11:token=terminal;id=%01;"
	    "type=private" WITH_PIN, 0 },
	{ "name written in numbers", "link.key_file=pkcs11:token=%74erminal;"
	    "object=%65%63" WITH_PIN, 0 },
	{ "numbers in both cases", "link.key_file=pkcs11:token=ter%6Dina%6c;"
	    "object=ec" WITH_PIN, 0 },
	{ "maker and model", "link.key_file=pkcs11:token=terminal;"
	    "manufacturer=SoftHSM%20project;model=SoftHSM%20v2;object=ec"
	    WITH_PIN, 0 },
	{ "as a query, and empty places", "link.key_file=pkcs11:;;token="
	    "terminal;&object=ec?" WITH_PIN, 0 }
};

START_TEST(signs)
{
	struct hostile_spec spec = { .text = GOOD,
	    .version = good[_i].version };
	struct hostile *h = hostile_start(&spec);
	struct client c;

	ck_assert_msg(client_once(&c, hostile_port(h), good[_i].keys,
	    DEADLINE_MS) == ONSHI_OK, "%s: %s", good[_i].name,
	    onshi_error_text(&c.error));
	ck_assert_int_eq(hostile_requests(h), 1);
	client_free(&c);
	hostile_stop(&h);
}
END_TEST

static const struct {
	const char	*name;
	const char	*keys;
	const char	*says;
} bad[] = {
	{ "wrong PIN", URI "ec\n@pass=111111", "the token's PIN is wrong" },
	{ "short PIN", URI "ec\n@pass=1", "the token's PIN is wrong" },
	{ "no PIN", URI "ec", "the token's PIN is missing" },
	{ "no such token", "link.key_file=pkcs11:token=x;object=ec" WITH_PIN,
	    "the token is not there" },
	{ "no such maker", URI "ec;manufacturer=x" WITH_PIN,
	    "the token is not there" },
	{ "no such model", URI "ec;model=x" WITH_PIN,
	    "the token is not there" },
	{ "no such serial number", URI "ec;serial=x" WITH_PIN,
	    "the token is not there" },
	{ "serial number alone", "link.key_file=pkcs11:serial=x;object=ec"
	    WITH_PIN, "the token is not there" },
	{ "a longer name", "link.key_file=pkcs11:token=terminals;object=ec"
	    WITH_PIN, "the token is not there" },
	{ "a shorter name", "link.key_file=pkcs11:token=termina;object=ec"
	    WITH_PIN, "the token is not there" },
	{ "a number that ends", "link.key_file=pkcs11:token=termina%6;object="
	    "ec" WITH_PIN, "the token is not there" },
	{ "no first digit", "link.key_file=pkcs11:token=termina%gc;object=ec"
	    WITH_PIN, "the token is not there" },
	{ "no second digit", "link.key_file=pkcs11:token=termina%6/;object=ec"
	    WITH_PIN, "the token is not there" },
	{ "below the letters", "link.key_file=pkcs11:token=termina%6@;object="
	    "ec" WITH_PIN, "the token is not there" },
	{ "a name without a value", "link.key_file=pkcs11:token;object=ec"
	    WITH_PIN, "names no token" },
	{ "a key without a value", "link.key_file=pkcs11:token=terminal;object"
	    WITH_PIN, "names no key" },
	{ "module's name in the URI", URI "ec;module-name=x" WITH_PIN,
	    "module has no place" },
	{ "part of a name", "link.key_file=pkcs11:toke=terminal;object=ec"
	    WITH_PIN, "not known" },
	{ "a number of another key", "link.key_file=pkcs11:token=terminal;"
	    "id=%7F" WITH_PIN, "not in the token" },
	{ "no such key", URI "nothing" WITH_PIN, "not in the token" },
	{ "no such number", URI "ec;id=%02" WITH_PIN, "not in the token" },
	{ "a broken number", URI "ec;id=%0" WITH_PIN, "not in the token" },
	{ "a longer number", URI "ec;id=%01%00" WITH_PIN,
	    "not in the token" },
	{ "a public key", URI "ec;type=public" WITH_PIN,
	    "not in the token" },
	{ "two tokens of the name", "link.key_file=pkcs11:token=twin;object="
	    "ec" WITH_PIN, "several tokens" },
	{ "two keys of the name", "link.key_file=pkcs11:token=terminal;"
	    "object=double" WITH_PIN, "several keys" },
	{ "an unknown attribute", URI "ec;slot-id=1" WITH_PIN,
	    "not known" },
	{ "PIN in the URI", URI "ec?pin-value=" PIN WITH_PIN,
	    "a PIN has no place" },
	{ "PIN among the names", "link.key_file=pkcs11:pin-value=1;token="
	    "terminal;object=ec" WITH_PIN, "a PIN has no place" },
	{ "PIN's file in the URI", URI "ec?pin-source=/x" WITH_PIN,
	    "a PIN has no place" },
	{ "module in the URI", URI "ec?module-path=/nowhere/x.so" WITH_PIN,
	    "module has no place" },
	{ "no token named", "link.key_file=pkcs11:object=ec" WITH_PIN,
	    "names no token" },
	{ "no key named", "link.key_file=pkcs11:token=terminal" WITH_PIN,
	    "names no key" },
	{ "an empty name", "link.key_file=pkcs11:token=;object=ec" WITH_PIN,
	    "names no token" },
	{ "nothing but the scheme", "link.key_file=pkcs11:" WITH_PIN,
	    "names no token" },
	{ "another's key", URI "other" WITH_PIN, "does not fit" },
	{ "a key of another kind", URI "rsa" WITH_PIN, "does not fit" },
	{ "expired", "@cert=terminal-expired\n" URI "ec" WITH_PIN, "" },
	{ "a container beside it", "@p12=terminal:" PIN "\n" URI "ec"
	    WITH_PIN, "beside a key in a token" },
	{ "of another institution", "facility.institution_code=1349999988\n"
	    URI "ec" WITH_PIN, "facility.institution_code" }
};

/* Said in the error, and nowhere else (SEC-109). */
START_TEST(refused)
{
	FILE *words = tmpfile();
	struct client c;
	int err = dup(2), out = dup(1);
	struct stat st;

	ck_assert(words != NULL && dup2(fileno(words), 2) == 2 &&
	    dup2(fileno(words), 1) == 1);
	client_config(&c, 9, bad[_i].keys);
	(void)client_new(&c);
	ck_assert(dup2(err, 2) == 2 && dup2(out, 1) == 1);
	ck_assert_msg(c.r == ONSHI_E_CONFIG, "%s: %s", bad[_i].name,
	    onshi_result_name(c.r));
	ck_assert_msg(strstr(onshi_error_text(&c.error), bad[_i].says) !=
	    NULL, "%s: %s", bad[_i].name, onshi_error_text(&c.error));
	ck_assert_ptr_null(strstr(onshi_error_text(&c.error), PIN));
	ck_assert_int_eq(fstat(fileno(words), &st), 0);
	ck_assert_int_eq(st.st_size, 0);
	client_free(&c);
}
END_TEST

/* One root gone, the other goes on. */
START_TEST(two_roots)
{
	struct hostile_spec spec = { .text = GOOD };
	struct hostile *h = hostile_start(&spec);
	struct client a, b, c;

	client_config(&a, hostile_port(h), URI "ec" WITH_PIN);
	ck_assert_int_eq(client_new(&a), ONSHI_OK);
	client_config(&b, hostile_port(h), "@cert=terminal-rsa\n" URI "rsa"
	    WITH_PIN);
	ck_assert_msg(client_new(&b) == ONSHI_OK, "%s",
	    onshi_error_text(&b.error));
	ck_assert_int_eq(client_open(&a, DEADLINE_MS), ONSHI_OK);
	client_free(&a);
	ck_assert_int_eq(client_open(&b, DEADLINE_MS), ONSHI_OK);
	ck_assert_int_eq(client_once(&c, hostile_port(h), URI "ec" WITH_PIN,
	    DEADLINE_MS), ONSHI_OK);
	client_close(&b);
	ck_assert_int_eq(client_open(&b, DEADLINE_MS), ONSHI_OK);
	client_free(&c);
	client_free(&b);
	hostile_stop(&h);
}
END_TEST

static void *
open_often(void *arg)
{
	struct client *c = arg, mine;
	int i;

	for (i = 0; i < TIMES; i++) {
		memset(&mine, 0, sizeof(mine));
		mine.env = c->env;
		mine.link = c->link;
		if (oki_cancel_init(&mine.cancel) != ONSHI_OK ||
		    client_open(&mine, DEADLINE_MS) != ONSHI_OK)
			return arg;
		client_close(&mine);
		oki_cancel_free(&mine.cancel);
	}

	return NULL;
}

/* Visits at several desks sign at once (SEC-110). */
START_TEST(threads)
{
	struct hostile_spec spec = { .text = GOOD };
	struct hostile *h = hostile_start(&spec);
	pthread_t thread[THREADS];
	struct client c;
	void *failed;
	int i;

	client_config(&c, hostile_port(h), "@cert=terminal-rsa\n" URI "rsa"
	    WITH_PIN);
	ck_assert_int_eq(client_new(&c), ONSHI_OK);
	for (i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&thread[i], NULL, open_often,
		    &c), 0);
	for (i = 0; i < THREADS; i++) {
		ck_assert_int_eq(pthread_join(thread[i], &failed), 0);
		ck_assert_ptr_null(failed);
	}
	ck_assert_int_eq(hostile_connections(h), THREADS * TIMES);
	client_free(&c);
	hostile_stop(&h);
}
END_TEST

/* What a process has of OpenSSL's, for all of it. */
struct host {
	char		 engines[512];
	const RSA_METHOD *rsa;
	const EC_KEY_METHOD *ec;
	bool		 defaults;	/* an engine is one */
};

static void
look(struct host *h)
{
	ENGINE *e;

	memset(h, 0, sizeof(*h));
	for (e = ENGINE_get_first(); e != NULL; e = ENGINE_get_next(e))
		(void)snprintf(h->engines + strlen(h->engines),
		    sizeof(h->engines) - strlen(h->engines), "%s ",
		    ENGINE_get_id(e));
	h->rsa = RSA_get_default_method();
	h->ec = EC_KEY_get_default_method();
	h->defaults = ENGINE_get_default_RSA() != NULL ||
	    ENGINE_get_default_EC() != NULL ||
	    ENGINE_get_pkey_meth_engine(EVP_PKEY_RSA) != NULL ||
	    ENGINE_get_pkey_meth_engine(EVP_PKEY_EC) != NULL;
}

static void
check_host(const struct host *before)
{
	struct host now;

	look(&now);
	ck_assert_str_eq(now.engines, before->engines);
	ck_assert_ptr_null(strstr(now.engines, "pkcs11"));
	ck_assert_ptr_eq(now.rsa, before->rsa);
	ck_assert_ptr_eq(now.ec, before->ec);
	ck_assert(!now.defaults);
	/* Its error is in the queue, and nothing of ours. */
	ck_assert_int_eq(ERR_GET_REASON(ERR_peek_error()), 7);
	ck_assert_int_eq(ERR_GET_REASON(ERR_peek_last_error()), 7);
}

static void
sign_by(EVP_PKEY *key)
{
	EVP_MD_CTX *m = EVP_MD_CTX_new();
	uint8_t sig[512];
	size_t len = sizeof(sig);

	ck_assert_int_eq(EVP_DigestSignInit(m, NULL, EVP_sha256(), NULL, key),
	    1);
	ck_assert_int_eq(EVP_DigestSign(m, sig, &len, (const uint8_t *)"x",
	    1), 1);
	EVP_MD_CTX_free(m);
}

START_TEST(host_keeps_openssl)
{
	struct host before;
	struct client c;
	int i;

	/* libcurl has its own wishes, once, with any key. */
	client_config(&c, 9, NULL);
	ck_assert_int_eq(client_new(&c), ONSHI_OK);
	client_free(&c);
	look(&before);
	ERR_clear_error();
	ERR_raise(ERR_LIB_USER, 7);
	for (i = 0; i < 3; i++) {
		client_config(&c, 9, i == 1 ? URI "ec\n@pass=111111" :
		    URI "ec" WITH_PIN);
		ck_assert_msg(client_new(&c) == (i == 1 ? ONSHI_E_CONFIG :
		    ONSHI_OK), "%d: %s", i, onshi_error_text(&c.error));
		check_host(&before);
		sign_by(certs_get("good-rsa")->key);
		client_free(&c);
		check_host(&before);
		sign_by(certs_get("good-rsa")->key);
	}
}
END_TEST

/* The beginning of PKCS#11's table of functions. */
struct functions {
	unsigned char	 major, minor;
	unsigned long	(*initialize)(void *);
	unsigned long	(*finalize)(void *);
	unsigned long	(*info)(void *);
	unsigned long	(*list)(struct functions **);
	unsigned long	(*slots)(unsigned char, unsigned long *,
			    unsigned long *);
};

/* A host that has tokens of its own in use keeps them: by p11-kit. */
START_TEST(host_keeps_tokens)
{
	void *lib = dlopen("libp11-kit.so.0", RTLD_NOW | RTLD_LOCAL), *at;
	unsigned long (*get)(struct functions **), n = 0, m = 0;
	struct functions *f;
	struct client c;

	ck_assert(lib != NULL && (at = dlsym(lib, "C_GetFunctionList")) !=
	    NULL);
	memcpy(&get, &at, sizeof(get));
	ck_assert_uint_eq(get(&f), 0);
	ck_assert_uint_eq(f->initialize(NULL), 0);
	ck_assert_uint_eq(f->slots(1, NULL, &n), 0);
	ck_assert_uint_ge(n, 3);
	client_config(&c, 9, URI "ec" WITH_PIN);
	ck_assert_int_eq(client_new(&c), ONSHI_OK);
	ck_assert_uint_eq(f->slots(1, NULL, &m), 0);
	client_free(&c);
	ck_assert_uint_eq(f->slots(1, NULL, &m), 0);
	ck_assert_uint_eq(m, n);
	ck_assert_uint_eq(f->finalize(NULL), 0);
	dlclose(lib);
}
END_TEST

/* A host that has a key in the same token, by OpenSSL's engine, which a
 * process can load but once: before us or after, and it stays. */
START_TEST(host_keeps_engine)
{
	EVP_PKEY *key = NULL;
	struct client c;
	ENGINE *e = NULL;
	int i;

	setenv("PKCS11_MODULE_PATH", "libp11-kit.so.0", 1);
	ENGINE_load_dynamic();
	for (i = 0; i < 2; i++) {
		if (i != _i) {
			client_config(&c, 9, URI "ec" WITH_PIN);
			ck_assert_int_eq(client_new(&c), ONSHI_OK);
			continue;
		}
		ck_assert_ptr_nonnull(e = ENGINE_by_id("pkcs11"));
		ck_assert_int_eq(ENGINE_ctrl_cmd_string(e, "PIN", PIN, 0), 1);
		ck_assert_int_eq(ENGINE_init(e), 1);
		ck_assert_ptr_nonnull(key = ENGINE_load_private_key(e,
		    "pkcs11:token=terminal;object=rsa", NULL, NULL));
		sign_by(key);
	}
	sign_by(key);
	client_free(&c);
	sign_by(key);
	EVP_PKEY_free(key);
	ENGINE_finish(e);
	ENGINE_free(e);
}
END_TEST

static bool
has_engine(void)
{
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/pkcs11.so",
	    OPENSSL_info(OPENSSL_INFO_ENGINES_DIR));

	return access(path, R_OK) == 0;
}

/* A child may free its copy; the parent's token does not notice (SEC-116). */
START_TEST(child_frees)
{
	struct hostile_spec spec = { .text = GOOD };
	struct hostile *h = hostile_start(&spec);
	struct client c;
	int status;
	pid_t pid;

	client_config(&c, hostile_port(h), URI "ec" WITH_PIN);
	ck_assert_int_eq(client_new(&c), ONSHI_OK);
	if ((pid = fork()) == 0) {
		client_free(&c);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	ck_assert_int_eq(client_open(&c, DEADLINE_MS), ONSHI_OK);
	client_free(&c);
	hostile_stop(&h);
}
END_TEST

static void
clean_up(void)
{
	const char *const argv[] = { "rm", "-rf", home, NULL };

	(void)run(argv);
}

static void
fill(TCase *t)
{
	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, signs, 0, (int)OKI_COUNT(good));
	tcase_add_loop_test(t, refused, 0, (int)OKI_COUNT(bad));
	tcase_add_test(t, two_roots);
	tcase_add_test(t, threads);
	tcase_add_test(t, host_keeps_openssl);
	tcase_add_test(t, host_keeps_tokens);
	if (has_engine())
		tcase_add_loop_test(t, host_keeps_engine, 0, 2);
	tcase_add_test(t, child_frees);
}

int
main(void)
{
	int failed;

	need(mkdtemp(home) != NULL, home);
	certs_make();
	if (!make_tokens()) {
		printf("skip: softhsm2 or libp11 is not there\n");
		clean_up();
		return 77;
	}
	failed = run_tests("wire/token", fill);
	certs_free();
	clean_up();

	return failed;
}
