/*
 * The Web API link on the wire: two hosts, one login for all visits, its token
 * where it belongs and nowhere else, renewed once, wiped; and of a question
 * whose end is not known no second one.
 */
#include "config.h"

#include <check.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message/message.h"
#include "onshikaku/visit.h"
#include "tests/core/run.h"
#include "tests/search.h"
#include "wire.h"

#define MS		5000
#define HEAD		"HTTP/1.1 200 OK\r\n" \
			"Content-Type: application/json;charset=UTF-8\r\n"
#define TOKEN_A \
	"{\"status\":\"200\",\"result\":{\"idToken\":\"TOKEN-A\"}}"
#define TOKEN_B \
	"{\"status\":\"200\",\"result\":{\"idToken\":\"TOKEN-B\"}}"
#define LOGIN_A		HEAD "Content-Length: 47\r\n\r\n" TOKEN_A
#define LOGIN_B		HEAD "Content-Length: 47\r\n\r\n" TOKEN_B
#define ANSWER		HEAD "Content-Length: 13\r\n\r\n{\"XmlMsg\":{}}"
#define NO(status)	"HTTP/1.1 " status " No\r\nContent-Length: 0\r\n\r\n"
#define SECRET_BODY	"{\"id\":\"canary-of-a-login\"}"
#define BODY		"{\"XmlMsg\":1}"

static const char search[] = "OQSsiquc01req";

/* Two servers and the client of one terminal. */
struct pair_of {
	struct hostile	*auth, *search;
};

static void
begin(struct pair_of *p, struct client *c, const struct hostile_spec *auth,
    const struct hostile_spec *search_spec, const char *keys)
{
	char text[1024];

	ck_assert_ptr_nonnull(p->auth = hostile_start(auth));
	ck_assert_ptr_nonnull(p->search = hostile_start(search_spec));
	(void)snprintf(text, sizeof(text), "link.base=\nlink.type=webapi\n"
	    "link.auth_base=https://" NAME ":%u\n"
	    "link.search_base=https://" NAME ":%u/base\n"
	    "link.addresses=" NAME ":%u:127.0.0.1 " NAME ":%u:127.0.0.1\n%s",
	    hostile_port(p->auth), hostile_port(p->search),
	    hostile_port(p->auth), hostile_port(p->search),
	    keys == NULL ? "" : keys);
	client_config(c, 9, text);
	ck_assert_int_eq(onshi_config_set_secret(c->config,
	    "link.login_file", (const uint8_t *)SECRET_BODY,
	    sizeof(SECRET_BODY) - 1), ONSHI_OK);
}

static void
connected(struct client *c)
{
	ck_assert_msg(client_new(c) == ONSHI_OK, "%s",
	    onshi_error_text(&c->error));
	ck_assert_int_eq(client_open(c, MS), ONSHI_OK);
}

static int
ask(struct client *c)
{
	return client_ask(c, search, BODY, sizeof(BODY) - 1, MS);
}

static void
end(struct pair_of *p, struct client *c)
{
	client_free(c);
	hostile_stop(&p->auth);
	hostile_stop(&p->search);
}

static const struct hostile_spec login_a = { .text = LOGIN_A };
static const struct hostile_spec good = { .text = ANSWER };

/* Each host hears what is meant for it, and no more. */
START_TEST(two_hosts)
{
	struct pair_of p;
	struct client c;
	const char *log;
	int i;

	begin(&p, &c, &login_a, &good, NULL);
	connected(&c);
	ck_assert_int_eq(hostile_begun(p.auth), 0);	/* not before it asks */
	for (i = 1; i <= 3; i++) {
		ck_assert_msg(ask(&c) == ONSHI_OK, "%s",
		    onshi_error_text(&c.error));
		ck_assert_int_eq(c.x.sent, ONSHI_SENT_ANSWERED);
		ck_assert_int_eq(hostile_requests(p.search), i);
		ck_assert_int_eq(hostile_requests(p.auth), 1);
	}
	ck_assert_int_eq(hostile_connections(p.search), 1);
	/* another visit has a connection of its own and the same login */
	client_close(&c);
	ck_assert_int_eq(client_open(&c, MS), ONSHI_OK);
	ck_assert_int_eq(ask(&c), ONSHI_OK);
	ck_assert_int_eq(hostile_connections(p.search), 2);
	ck_assert_int_eq(hostile_requests(p.auth), 1);
	log = hostile_log(p.auth);
	ck_assert_ptr_nonnull(strstr(log, "POST /oqs-api-pro/MSA12020/"
	    "ILI12020SV01/auth HTTP/1.1\r\n"));
	ck_assert_ptr_nonnull(strstr(log, "\r\nContent-Type: "
	    "application/json;charset=UTF-8\r\n"));
	ck_assert_ptr_nonnull(strstr(log, "\r\n\r\n" SECRET_BODY));
	ck_assert_ptr_null(strstr(log, "Authorization"));
	ck_assert_ptr_null(strstr(log, BODY));
	log = hostile_log(p.search);
	ck_assert_ptr_nonnull(strstr(log, "POST /base/oqs-api-pro/MSA01030/"
	    "ILI01030SV01/search HTTP/1.1\r\n"));
	ck_assert_ptr_nonnull(strstr(log, "\r\nAuthorization: TOKEN-A\r\n"));
	ck_assert_ptr_nonnull(strstr(log, "\r\n\r\n" BODY));
	ck_assert_ptr_null(strstr(log, "canary"));
	ck_assert_ptr_null(strstr(log, "Onshi-"));
	end(&p, &c);
}
END_TEST

/* What a login may say, and what that is for us; no question goes out. */
static const struct login {
	const char	*name;
	const char	*text;
	int		 r;
	const char	*reason;
} logins[] = {
	{ "401", NO("401"), ONSHI_E_SERVICE_REFUSED, "login" },
	{ "403", NO("403"), ONSHI_E_SERVICE_REFUSED, "login" },
	{ "404", NO("404"), ONSHI_E_SERVICE_REFUSED, "login" },
	{ "503", NO("503"), ONSHI_E_SERVICE_BUSY, "status" },
	{ "a redirect", "HTTP/1.1 302 F\r\nLocation: https://x.example/\r\n"
	    "Content-Length: 0\r\n\r\n", ONSHI_E_PROTOCOL, "status" },
	{ "no token", HEAD "Content-Length: 13\r\n\r\n{\"result\":{}}",
	    ONSHI_E_SERVICE_REFUSED, "login" },
	{ "no result", HEAD "Content-Length: 28\r\n\r\n"
	    "{\"status\":\"401\",\"msg\":\"bad\"}", ONSHI_E_SERVICE_REFUSED,
	    "login" },
	{ "a token with a line's end", HEAD "Content-Length: 34\r\n\r\n"
	    "{\"result\":{\"idToken\":\"a\\r\\nX: b\"}}",
	    ONSHI_E_ANSWER_REFUSED, "malformed" },
	{ "a token with a blank", HEAD "Content-Length: 28\r\n\r\n"
	    "{\"result\":{\"idToken\":\"a b\"}}", ONSHI_E_ANSWER_REFUSED,
	    "malformed" },
	{ "two tokens", HEAD "Content-Length: 40\r\n\r\n"
	    "{\"result\":{\"idToken\":\"a\",\"idToken\":\"b\"}}",
	    ONSHI_E_ANSWER_REFUSED, "malformed" },
	{ "XML", "HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\n"
	    "Content-Length: 4\r\n\r\n<a/>", ONSHI_E_PROTOCOL, "type" },
	{ "cut off", HEAD "Content-Length: 99\r\n\r\n" TOKEN_A,
	    ONSHI_E_PROTOCOL, "truncated" }
};

START_TEST(login_says)
{
	const struct login *l = &logins[_i];
	const struct hostile_spec auth = { .text = l->text,
	    .plan = "tls; read; send; fin" };
	struct pair_of p;
	struct client c;

	begin(&p, &c, &auth, &good, NULL);
	connected(&c);
	ck_assert_msg(ask(&c) == l->r, "%s: %s", l->name,
	    onshi_error_text(&c.error));
	ck_assert_str_eq(c.error.reason, l->reason);
	ck_assert_int_eq(c.error.sent, ONSHI_SENT_NOT);
	ck_assert_int_eq(hostile_begun(p.search), 0);
	ck_assert_int_eq(hostile_requests(p.auth), 1);
	ck_assert(l->r != ONSHI_E_SERVICE_REFUSED || c.error.phase ==
	    ONSHI_PHASE_SERVICE);
	if (strcmp(l->name, "no result") == 0) {
		ck_assert_str_eq(onshi_error_service_code(&c.error), "401");
		ck_assert_str_eq(onshi_error_service_text(&c.error), "bad");
	}
	end(&p, &c);
}
END_TEST

/* A token that is refused is renewed once. */
static const struct renewal {
	const char	*name;
	const char	*turns[3];	/* of the search's connections */
	int		 r;
	int		 logins, searches;
} renewals[] = {
	{ "401", { NO("401"), ANSWER, NULL }, ONSHI_OK, 2, 2 },
	{ "403", { NO("403"), ANSWER, NULL }, ONSHI_OK, 2, 2 },
	{ "twice", { NO("401"), NO("401"), NULL }, ONSHI_E_SERVICE_REFUSED, 2,
	    2 },
	{ "then busy", { NO("401"), NO("503"), NULL }, ONSHI_E_SERVICE_BUSY,
	    2, 2 },
	{ "another status", { NO("400"), ANSWER, NULL },
	    ONSHI_E_SERVICE_REFUSED, 1, 1 },
	{ "a redirect", { NO("307"), ANSWER, NULL }, ONSHI_E_PROTOCOL, 1, 1 }
};

START_TEST(renewed)
{
	static const char *const tokens[] = { LOGIN_A, LOGIN_B, NULL };
	const struct renewal *n = &renewals[_i];
	const struct hostile_spec auth = { .text = LOGIN_B, .turns = tokens };
	const struct hostile_spec turns = { .text = ANSWER,
	    .turns = n->turns };
	struct pair_of p;
	struct client c;

	begin(&p, &c, &auth, &turns, NULL);
	connected(&c);
	ck_assert_msg(ask(&c) == n->r, "%s: %s", n->name,
	    onshi_error_text(&c.error));
	ck_assert_int_eq(hostile_requests(p.auth), n->logins);
	ck_assert_int_eq(hostile_requests(p.search), n->searches);
	if (n->r == ONSHI_OK) {
		ck_assert_uint_eq(c.x.answer.len, 13);
		ck_assert_ptr_nonnull(strstr(hostile_log(p.search),
		    "Authorization: TOKEN-B\r\n"));
	} else
		ck_assert_uint_eq(c.x.answer.len, 0);
	end(&p, &c);
}
END_TEST

/* The login does not come, or is cancelled: nothing was asked. */
START_TEST(slow_login)
{
	const struct hostile_spec auth = { .plan = "tls; read; wait 60000" };
	struct pair_of p;
	struct client c;

	begin(&p, &c, &auth, &good, NULL);
	connected(&c);
	if (_i == 1)
		oki_cancel_set(&c.cancel);
	(void)client_ask(&c, search, BODY, sizeof(BODY) - 1, 300);
	ck_assert_int_eq(c.r, _i == 1 ? ONSHI_E_CANCELLED :
	    ONSHI_E_LINK_TIMEOUT);
	ck_assert_int_eq(c.error.sent, ONSHI_SENT_NOT);
	ck_assert_int_eq(hostile_begun(p.search), 0);
	end(&p, &c);
}
END_TEST

/* Sent, and no answer: asked again it does not go out a second time. */
START_TEST(uncertain)
{
	const struct hostile_spec cut = { .text = ANSWER,
	    .plan = "tls; read; send 40; fin" };
	struct pair_of p;
	struct client c;

	begin(&p, &c, &login_a, &cut, NULL);
	connected(&c);
	ck_assert_int_eq(ask(&c), ONSHI_E_PROTOCOL);
	ck_assert_int_eq(c.error.sent, ONSHI_SENT_UNKNOWN);
	ck_assert_int_eq(hostile_requests(p.search), 1);
	c.x.again = true;
	oki_error_clear(&c.error);
	ck_assert_int_eq(oki_session_exchange(c.session, &c.x, &c.error),
	    ONSHI_E_LINK_TIMEOUT);
	ck_assert_int_eq(c.error.sent, ONSHI_SENT_UNKNOWN);
	ck_assert_str_eq(c.error.reason, "uncertain");
	ck_assert_int_eq(hostile_requests(p.search), 1);
	end(&p, &c);
}
END_TEST

/* The same for a visit: it stays uncertain until it is asked anew. */
START_TEST(anew)
{
	const struct hostile_spec cut = { .text = ANSWER,
	    .plan = "tls; read; send 40; fin" };
	struct onshi_visit *v;
	struct pair_of p;
	struct client c;
	struct onshi *o;
	int i;

	begin(&p, &c, &login_a, &cut, "facility.kind=medical");
	ck_assert_int_eq(onshi_new(ONSHI_ABI, c.config, &o), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_new(o, ONSHI_PURPOSE_CARE, &v),
	    ONSHI_OK);
	ck_assert(onshi_visit_set_method(v, ONSHI_METHOD_NUMBER) ==
	    ONSHI_OK && onshi_visit_set_text(v, ONSHI_EL_INSURER_NUMBER,
	    "991018") == ONSHI_OK && onshi_visit_set_text(v,
	    ONSHI_EL_INSURED_IDENTIFICATION_NUMBER, "1001") == ONSHI_OK &&
	    onshi_visit_set_text(v, ONSHI_EL_BIRTHDATE, "19800512") ==
	    ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_PROTOCOL);
	for (i = 0; i < 2; i++) {
		ck_assert_int_eq(onshi_visit_advance(v),
		    ONSHI_E_LINK_TIMEOUT);
		ck_assert_int_eq(onshi_error_sent(onshi_visit_error(v)),
		    ONSHI_SENT_UNKNOWN);
		ck_assert_int_eq(onshi_error_may_retry(onshi_visit_error(v)),
		    0);
		ck_assert_int_eq(hostile_requests(p.search), 1);
	}
	ck_assert_int_eq(onshi_visit_set_anew(v, 1), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_PROTOCOL);
	ck_assert_int_eq(hostile_requests(p.search), 2);
	ck_assert_ptr_nonnull(strstr(hostile_log(p.search),
	    "\"InsurerNumber\":\"00991018\""));
	onshi_visit_free(&v);
	onshi_free(&o);
	end(&p, &c);
}
END_TEST

/* What it carries: by number, and what the site has been told a path of. */
static const struct carried {
	const char	*prefix;
	int		 form;
} carried[] = {
	{ "OQSsiquc01req", ONSHI_FORM_JSON },
	{ "OQSsiquc01req+card", ONSHI_FORM_NONE },
	{ "challenge", ONSHI_FORM_NONE },
	{ "YZKsiquc01req", ONSHI_FORM_NONE },
	{ "OQSmuquc01req", ONSHI_FORM_NONE },
	{ "OQSsiimm01req", ONSHI_FORM_JSON },
	{ "OQSsiquc01res", ONSHI_FORM_NONE },
	{ "XDISsiquc01req", ONSHI_FORM_NONE },
	{ "nothing", ONSHI_FORM_NONE }
};

START_TEST(carries)
{
	struct pair_of p;
	struct client c;
	size_t i;

	begin(&p, &c, &login_a, &good,
	    "link.function.OQSsiimm01req=/a/b-c_d.e\n"
	    "link.function.XDISsiquc01req=/x");
	connected(&c);
	ck_assert_str_eq(oki_link_name(c.link), "webapi");
	ck_assert(!oki_link_has_request_ids(c.link));
	for (i = 0; i < OKI_COUNT(carried); i++)
		ck_assert_msg(oki_link_carries(c.link, carried[i].prefix) ==
		    carried[i].form, "%s", carried[i].prefix);
	ck_assert_int_eq(client_ask(&c, "OQSsiimm01req", BODY,
	    sizeof(BODY) - 1, MS), ONSHI_OK);
	ck_assert_ptr_nonnull(strstr(hostile_log(p.search),
	    "POST /base/a/b-c_d.e HTTP/1.1\r\n"));
	ck_assert_int_eq(client_ask(&c, "YZKsiquc01req", BODY,
	    sizeof(BODY) - 1, MS), ONSHI_E_UNSUPPORTED);
	end(&p, &c);
}
END_TEST

static const struct setup {
	const char	*name, *keys, *says;
} setups[] = {
	{ "no login", "link.auth_base=", "link.auth_base" },
	{ "no search", "link.search_base=", "link.search_base" },
	{ "login at an address", "link.auth_base=https://127.0.0.1:443",
	    "link.auth_base" },
	{ "no address of the login", "link.auth_base=https://a.example",
	    "link.addresses" },
	{ "no address of the search", "link.search_base=https://a.example",
	    "link.addresses" },
	{ "no such function", "link.function.OQSsiimm99req=/a",
	    "no such function" },
	{ "an answer's path", "link.function.OQSsiimm01res=/a",
	    "no such function" },
	{ "a path without its slash", "link.function.OQSsiimm01req=a",
	    "is no path" },
	{ "a path with a blank", "link.function.OQSsiimm01req=/a b",
	    "is no path" },
	{ "a path with a query", "link.function.OQSsiimm01req=/a?b",
	    "is no path" },
	{ "another's certificate", "facility.institution_code=1339999996",
	    "institution_code" }
};

START_TEST(refused_setups)
{
	struct pair_of p;
	struct client c;

	begin(&p, &c, &login_a, &good, setups[_i].keys);
	ck_assert_msg(client_new(&c) == ONSHI_E_CONFIG, "%s",
	    setups[_i].name);
	ck_assert_msg(strstr(onshi_error_text(&c.error), setups[_i].says) !=
	    NULL, "%s: %s", setups[_i].name, onshi_error_text(&c.error));
	end(&p, &c);
}
END_TEST

/* For the doctor: the login alone, which asks about nobody. */
START_TEST(logs_in_alone)
{
	struct pair_of p;
	struct client c;

	begin(&p, &c, &login_a, &good, NULL);
	connected(&c);
	ck_assert_int_eq(client_ask(&c, "login", NULL, 0, MS), ONSHI_OK);
	ck_assert_int_eq(c.error.sent, ONSHI_SENT_NOT);
	ck_assert_int_eq(hostile_requests(p.auth), 1);
	ck_assert_int_eq(hostile_begun(p.search), 0);
	ck_assert(c.x.facts[0] != '\0');
	end(&p, &c);
}
END_TEST

/* Both hosts are held against the authorities (SEC-05). */
START_TEST(untrusted_host)
{
	const struct hostile_spec other = { .text = _i == 0 ? LOGIN_A : ANSWER,
	    .cert = "self" };
	struct pair_of p;
	struct client c;

	begin(&p, &c, _i == 0 ? &other : &login_a, _i == 0 ? &good : &other,
	    NULL);
	ck_assert_int_eq(client_new(&c), ONSHI_OK);
	if (client_open(&c, MS) == ONSHI_OK)
		(void)ask(&c);
	ck_assert_int_eq(c.r, ONSHI_E_TLS);
	ck_assert_int_eq(hostile_begun(_i == 0 ? p.auth : p.search), 0);
	ck_assert_int_eq(hostile_begun(p.search), 0);
	end(&p, &c);
}
END_TEST

/* Two terminals of one process: neither has the other's token. */
START_TEST(two_terminals)
{
	const struct hostile_spec login_b = { .text = LOGIN_B };
	struct pair_of p, q;
	struct client c, d;

	begin(&p, &c, &login_a, &good, NULL);
	begin(&q, &d, &login_b, &good, NULL);
	connected(&c);
	connected(&d);
	ck_assert_int_eq(ask(&c), ONSHI_OK);
	ck_assert_int_eq(ask(&d), ONSHI_OK);
	ck_assert_int_eq(ask(&c), ONSHI_OK);
	ck_assert_ptr_null(strstr(hostile_log(p.search), "TOKEN-B"));
	ck_assert_ptr_null(strstr(hostile_log(q.search), "TOKEN-A"));
	ck_assert_ptr_nonnull(strstr(hostile_log(q.search), "TOKEN-B"));
	end(&p, &c);
	end(&q, &d);
}
END_TEST

/* ---- many visits at once ------------------------------------------- */

#define VISITS	4
#define TURNS	8

struct visit {
	struct client	*root;		/* whose link it is */
	int		 failed;
};

static void *
come(void *arg)
{
	struct visit *v = arg;
	struct client c = { .link = v->root->link, .env = v->root->env,
	    .config = v->root->config };
	int i;

	if (oki_cancel_init(&c.cancel) != ONSHI_OK)
		abort();
	for (i = 0; i < TURNS; i++) {
		if (client_open(&c, MS) != ONSHI_OK || ask(&c) != ONSHI_OK)
			v->failed = c.r;
		client_close(&c);
	}
	oki_exchange_free(&c.x);
	oki_cancel_free(&c.cancel);

	return NULL;
}

/* The first connections are refused their token: while others are under way
 * it is renewed, once for all that had the same; nobody fails for it. */
START_TEST(refused_among_many)
{
	static const char *const turns[] = { NO("401"), NO("401"), ANSWER,
	    NULL };
	const struct hostile_spec twice = { .text = ANSWER, .turns = turns };
	struct visit v[VISITS] = { { NULL, 0 } };
	pthread_t t[VISITS];
	struct pair_of p;
	struct client c;
	int i, n;

	begin(&p, &c, &login_a, &twice, NULL);
	ck_assert_int_eq(client_new(&c), ONSHI_OK);
	for (i = 0; i < VISITS; i++) {
		v[i].root = &c;
		ck_assert_int_eq(pthread_create(&t[i], NULL, come, &v[i]), 0);
	}
	for (i = 0; i < VISITS; i++) {
		ck_assert_int_eq(pthread_join(t[i], NULL), 0);
		ck_assert_msg(v[i].failed == 0, "%s",
		    onshi_result_name(v[i].failed));
	}
	n = hostile_requests(p.auth);
	ck_assert_msg(n == 2 || n == 3, "%d logins", n);
	ck_assert_int_eq(hostile_requests(p.search), VISITS * TURNS + 2);
	end(&p, &c);
}
END_TEST

/* ---- what stays ----------------------------------------------------- */

/* The server lives in a process of its own: its words are not ours. */
START_TEST(nothing_stays)
{
	static const char login[] = HEAD "Content-Length: 63\r\n\r\n"
	    "{\"result\":{\"idToken\":\"%s\"},\"x\":1234}";
	static const char canary[] = "987654321-0-nekot-a-fo-yranac";
	char token[sizeof(canary)], text[256], keys[512];
	struct hostile_spec auth = { .text = text };
	uint16_t port[2];
	struct client c;
	pid_t pid[2];
	size_t i, n;

	for (i = 0; i < sizeof(canary) - 1; i++)
		token[i] = canary[sizeof(canary) - 2 - i];
	token[i] = '\0';
	(void)snprintf(text, sizeof(text), login, token);
	pid[0] = hostile_apart(&auth, &port[0]);
	onshi_wipe(text, sizeof(text));
	pid[1] = hostile_apart(&good, &port[1]);
	(void)snprintf(keys, sizeof(keys), "link.base=\nlink.type=webapi\n"
	    "link.auth_base=https://" NAME ":%u\n"
	    "link.search_base=https://" NAME ":%u\n"
	    "link.addresses=" NAME ":%u:127.0.0.1 " NAME ":%u:127.0.0.1\n",
	    port[0], port[1], port[0], port[1]);
	client_config(&c, 9, keys);
	ck_assert_int_eq(onshi_config_set_secret(c.config, "link.login_file",
	    (const uint8_t *)"{}", 2), ONSHI_OK);
	connected(&c);
	ck_assert_msg(ask(&c) == ONSHI_OK, "%s", onshi_error_text(&c.error));
	/* token holds it, and so does the link: nobody else */
	n = count_in_memory(token, sizeof(token) - 1);
	ck_assert_msg(n == 2, "%zu times while it is needed", n);
	client_free(&c);
	n = count_in_memory(token, sizeof(token) - 1);
	ck_assert_msg(n == 1, "%zu times afterwards", n);
	hostile_apart_stop(pid[0]);
	hostile_apart_stop(pid[1]);
}
END_TEST

static void
fill(TCase *t)
{
	tcase_set_timeout(t, 60);
	tcase_add_test(t, two_hosts);
	tcase_add_loop_test(t, login_says, 0, (int)OKI_COUNT(logins));
	tcase_add_loop_test(t, renewed, 0, (int)OKI_COUNT(renewals));
	tcase_add_loop_test(t, slow_login, 0, 2);
	tcase_add_test(t, uncertain);
	tcase_add_test(t, anew);
	tcase_add_test(t, logs_in_alone);
	tcase_add_test(t, carries);
	tcase_add_loop_test(t, refused_setups, 0, (int)OKI_COUNT(setups));
	tcase_add_loop_test(t, untrusted_host, 0, 2);
	tcase_add_test(t, two_terminals);
	tcase_add_test(t, refused_among_many);
#ifndef SANITIZED
	tcase_add_test(t, nothing_stays);
#endif
}

int
main(void)
{
	int failed;

	if (oki_json_check(NULL) != ONSHI_OK) {
		puts("skip: built without jansson");
		return 77;
	}
	certs_make();
	failed = run_tests("wire/webapi", fill);
	certs_free();

	return failed;
}
