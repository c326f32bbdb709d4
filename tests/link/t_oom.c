/*
 * Memory that fails: ours at each allocation, libcurl's and OpenSSL's at a
 * sample of theirs (ONSHIKAKU_CHECK_FULL: all); and calls of theirs that fail.
 * Never a wrong answer, and never an answer of a server that must not be
 * believed (F13).
 */
#include "config.h"

#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "message/message.h"
#include "tests/core/run.h"
#include "tests/oom/oom.h"
#include "tests/oom/theirs.h"
#include "../wire/wire.h"

#define WRONG	77		/* an answer that is none */
#define STEP	211
#define GOOD	"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\n" \
		"Onshi-Answer: res\r\nOnshi-Visit: token\r\n" \
		"Content-Length: 100\r\n\r\n"
#define TEN	"0123456789"
#define HUNDRED	TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN

struct life {
	struct oki_env	*env;
	bool		 foreign;	/* theirs fail, ours do not */
	int		(*ask)(struct oki_session *s, struct oki_wait *w,
			    struct onshi_error *e);
};

static bool foreign_on;

/* libcurl and OpenSSL are handed these; they count where a test says so. */
static void *
get(size_t len)
{
	void *p;

	if (foreign_on)
		return oom_foreign_malloc(len);
	oom_pause();
	p = malloc(len);
	oom_resume();

	return p;
}

static void *
crypto_get(size_t len, const char *file, int line)
{
	(void)file;
	(void)line;

	return get(len);
}

static void *
get_again(void *p, size_t len)
{
	void *q;

	if (foreign_on)
		return oom_foreign_realloc(p, len);
	oom_pause();
	q = oom_foreign_realloc(p, len);
	oom_resume();

	return q;
}

static void *
crypto_get_again(void *p, size_t len, const char *file, int line)
{
	(void)file;
	(void)line;

	return get_again(p, len);
}

static void
give_back(void *p)
{
	oom_foreign_free(p);
}

static void
crypto_give_back(void *p, const char *file, int line)
{
	(void)file;
	(void)line;
	give_back(p);
}

static void *
get_zeroed(size_t n, size_t size)
{
	void *p = get(n * size);

	if (p != NULL)
		memset(p, 0, n * size);

	return p;
}

static char *
get_copy(const char *s)
{
	size_t len = strlen(s) + 1;
	char *p = get(len);

	if (p != NULL)
		memcpy(p, s, len);

	return p;
}

static int
one_exchange(struct oki_session *s, struct oki_wait *w,
    struct onshi_error *e)
{
	struct onshi_exchange x;
	int r;

	oki_exchange_init(&x, "challenge", w, 4096);
	(void)oki_copy(x.request_id, sizeof(x.request_id), "id");
	r = oki_session_exchange(s, &x, e);
	if (r == ONSHI_OK && (x.answer.len != 100 ||
	    memcmp(x.answer.data, HUNDRED, 100) != 0 ||
	    strcmp(x.new_token, "token") != 0))
		r = WRONG;
	if (r != ONSHI_OK && r != WRONG && onshi_error_code(e) != r)
		r = WRONG;
	oki_exchange_free(&x);

	return r;
}

static int
two_exchanges(struct oki_session *s, struct oki_wait *w,
    struct onshi_error *e)
{
	int r;

	return (r = one_exchange(s, w, e)) != ONSHI_OK ? r :
	    one_exchange(s, w, e);
}

static int
live(void *arg)
{
	struct life *l = arg;
	struct oki_session *s = NULL;
	struct oki_link *link = NULL;
	struct onshi_error e;
	struct oki_wait w;
	int r;

	foreign_on = l->foreign;
	oki_error_clear(&e);
	oki_wait_init(&w, l->env, 2000, NULL);
	if ((r = oki_link_new(l->env, &link, &e)) == ONSHI_OK &&
	    (r = oki_session_open(link, &w, &s, &e)) == ONSHI_OK)
		r = l->ask(s, &w, &e);
	oki_session_close(&s);
	oki_link_free(&link);
	foreign_on = false;

	return r;
}

static bool
is_failure(int r)
{
	return r < 0 || r == ONSHI_OK;
}

static bool
is_refusal(int r)
{
	return r < 0;
}

static void
run(const struct hostile_spec *spec, bool foreign, int expected,
    bool (*ok)(int))
{
	struct life l = { .foreign = foreign, .ask = two_exchanges };
	struct client c;
	uint16_t port;
	pid_t pid = hostile_apart(spec, &port);

	client_config(&c, port, "@crl=clean\nlimits.connect_ms=1000");
	ck_assert_int_eq(oki_env_new(c.config, &l.env), ONSHI_OK);
	ck_assert_int_eq(live(&l), expected);
	if (foreign)
		oom_set_step(STEP);
	if (ok == NULL)
		(void)oom_run("link", live, &l, expected);
	else
		(void)oom_run_if("link", live, &l, expected, ok);
	oki_env_free(&l.env);
	client_free(&c);
	hostile_apart_stop(pid);
}

START_TEST(ours)
{
	struct hostile_spec spec = { .text = GOOD HUNDRED };

	run(&spec, false, ONSHI_OK, NULL);
}
END_TEST

/* ---- by the web API: two hosts and a login ---------------------------------- */

#define JSON	"HTTP/1.1 200 OK\r\n" \
		"Content-Type: application/json;charset=UTF-8\r\n"
#define LOGIN	JSON "Content-Length: 36\r\n\r\n" \
		"{\"result\":{\"idToken\":\"TOKEN-OF-US\"}}"
#define SAID	JSON "Content-Length: 13\r\n\r\n{\"XmlMsg\":{}}"

static int
ask_webapi(struct oki_session *s, struct oki_wait *w, struct onshi_error *e)
{
	static const uint8_t body[] = "{\"XmlMsg\":1}";
	struct onshi_exchange x;
	int r;

	oki_exchange_init(&x, "OQSsiquc01req", w, 4096);
	(void)oki_copy(x.request_id, sizeof(x.request_id), "id");
	x.body = body;
	x.bodylen = sizeof(body) - 1;
	r = oki_session_exchange(s, &x, e);
	if ((r == ONSHI_OK && x.answer.len != 13) ||
	    (r != ONSHI_OK && onshi_error_code(e) != r))
		r = WRONG;
	oki_exchange_free(&x);

	return r;
}

START_TEST(webapi)
{
	static const char *const says[] = { LOGIN, SAID };
	struct hostile_spec spec[2] = { { .text = says[0] },
	    { .text = says[1] } };
	struct life l = { .ask = ask_webapi };
	uint16_t port[2];
	struct client c;
	char keys[512];
	pid_t pid[2];
	int i;

	for (i = 0; i < 2; i++)
		pid[i] = hostile_apart(&spec[i], &port[i]);
	(void)snprintf(keys, sizeof(keys), "link.base=\nlink.type=webapi\n"
	    "link.auth_base=https://" NAME ":%u\n"
	    "link.search_base=https://" NAME ":%u\n"
	    "link.addresses=" NAME ":%u:127.0.0.1 " NAME ":%u:127.0.0.1\n"
	    "link.function.OQSsiimm01req=/a", port[0], port[1], port[0],
	    port[1]);
	client_config(&c, 9, keys);
	ck_assert_int_eq(onshi_config_set_secret(c.config, "link.login_file",
	    (const uint8_t *)"{}", 2), ONSHI_OK);
	ck_assert_int_eq(oki_env_new(c.config, &l.env), ONSHI_OK);
	ck_assert_int_eq(live(&l), ONSHI_OK);
	ck_assert_uint_gt(oom_run("webapi", live, &l, ONSHI_OK), 20);
	oki_env_free(&l.env);
	client_free(&c);
	for (i = 0; i < 2; i++)
		hostile_apart_stop(pid[i]);
}
END_TEST

/* ---- theirs ------------------------------------------------------------------ */

START_TEST(theirs)
{
	struct hostile_spec spec = { .text = GOOD HUNDRED };

	run(&spec, true, ONSHI_OK, is_failure);
}
END_TEST

static const char *const liars[] = { "expired", "other-name", "of-root2" };

START_TEST(theirs_with_a_liar)
{
	struct hostile_spec spec = { .text = GOOD HUNDRED,
	    .cert = liars[_i] };

	run(&spec, true, ONSHI_E_TLS, is_refusal);
}
END_TEST

/* By a server that is believed, and one that is not (the last). */
static const struct {
	const char	*name;
	const char	*cert;
	const char	*keys;
	int		 expected;
} calls[] = {
	{ "plain", NULL, "", ONSHI_OK },
	{ "with a list and a pin", NULL, "\n@crl=clean\nlink.local_networks="
	    "127.0.0.0/8", ONSHI_OK },
	{ "a liar", "of-root2", "\n@crl=clean", ONSHI_E_TLS }
};

/* Without most of them there is no answer. Those that only tell who the
 * service was, or what is to be cleared where all is clear, are no part of
 * that; and a connection that was found broken while nothing was asked is made
 * anew. */
static bool
may_do_without(const char *name)
{
	static const char *const names[] = { "SSL_get1_peer_certificate",
	    "i2d_X509_PUBKEY", "SSL_CTX_get_options", "curl_easy_getinfo",
	    "curl_easy_recv", "curl_multi_poll" };
	size_t i;

	for (i = 0; i < OKI_COUNT(names); i++)
		if (strcmp(names[i], name) == 0)
			return true;

	return strncmp(name, "EVP_", 4) == 0;
}

START_TEST(their_calls)
{
	struct hostile_spec spec = { .text = GOOD HUNDRED,
	    .cert = calls[_i].cert };
	char keys[256];
	struct life l = { .ask = two_exchanges };
	struct client c;
	uint16_t port;
	size_t n;
	pid_t pid = hostile_apart(&spec, &port);
	int r;

	(void)snprintf(keys, sizeof(keys), "limits.connect_ms=1000%s",
	    calls[_i].keys);
	client_config(&c, port, keys);
	ck_assert_int_eq(oki_env_new(c.config, &l.env), ONSHI_OK);
	ck_assert_int_eq(live(&l), calls[_i].expected);
	for (n = 1;; n++) {
		theirs_fail(n);
		r = live(&l);
		if (!theirs_stop())
			break;
		ck_assert_msg(r < 0 || (r == calls[_i].expected &&
		    may_do_without(theirs_name())), "%s: %s after %s (%zu) "
		    "failed", calls[_i].name, onshi_result_name(r),
		    theirs_name(), n);
	}
	ck_assert_int_eq(r, calls[_i].expected);
	ck_assert_uint_gt(n, 50);
	oki_env_free(&l.env);
	client_free(&c);
	hostile_apart_stop(pid);
}
END_TEST

static void
fill(TCase *t)
{
	tcase_set_timeout(t, 1200);
	tcase_add_test(t, ours);
	if (oki_json_check(NULL) == ONSHI_OK)
		tcase_add_test(t, webapi);
	tcase_add_test(t, theirs);
	tcase_add_loop_test(t, theirs_with_a_liar, 0,
	    (int)OKI_COUNT(liars));
	tcase_add_loop_test(t, their_calls, 0, (int)OKI_COUNT(calls));
}

int
main(void)
{
	int failed;

	if (CRYPTO_set_mem_functions(crypto_get, crypto_get_again,
	    crypto_give_back) != 1 || curl_global_init_mem(
	    CURL_GLOBAL_DEFAULT, get, give_back, get_again, get_copy,
	    get_zeroed) != CURLE_OK)
		return EXIT_FAILURE;
	certs_make();
	failed = run_tests("link/oom", fill);
	certs_free();

	return failed;
}
