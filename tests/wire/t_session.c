/*
 * One connection for one visit: reuse, cuts at every byte, resends (F5),
 * confinement, deadlines, cancelling, threads, and what is left in memory.
 */
#include "config.h"

#include <check.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openssl/err.h>

#include "wire.h"

#define DEADLINE_MS	5000
#define SLACK_MS	250
#define THREADS		16
#define VISITS		3

#define HEAD	"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\n" \
		"Onshi-Answer: res\r\n"
#define GOOD	HEAD "Content-Length: 4\r\n\r\nBODY"
#define CHUNKED	HEAD "Transfer-Encoding: chunked\r\n\r\n" \
		"2\r\nBO\r\n2\r\nDY\r\n0\r\n\r\n"

static const char body[] = "<XmlMsg/>";

static int
ask(struct client *c)
{
	return client_ask(c, "OQSsiquc01req", body, sizeof(body) - 1,
	    DEADLINE_MS);
}

static void
begin(struct client *c, const struct hostile *h, const char *keys)
{
	client_config(c, hostile_port(h), keys);
	ck_assert_int_eq(client_new(c), ONSHI_OK);
	ck_assert_int_eq(client_open(c, DEADLINE_MS), ONSHI_OK);
}

START_TEST(one_connection)
{
	struct hostile_spec spec = { .text = _i == 0 ? GOOD : CHUNKED };
	struct hostile *h = hostile_start(&spec);
	struct client c;
	int i;

	begin(&c, h, NULL);
	ck_assert_int_eq(hostile_begun(h), 0);	/* connected, no word yet */
	for (i = 1; i <= 5; i++) {
		ck_assert_int_eq(ask(&c), ONSHI_OK);
		ck_assert_int_eq(hostile_requests(h), i);
		ck_assert(i == 1 || c.x.connect_ms == 0);
	}
	ck_assert_int_eq(hostile_connections(h), 1);
	client_free(&c);
	hostile_stop(&h);
}
END_TEST

/* Gone while idle, dirty, or given up: a new one is made before sending. */
static const struct gone {
	const char	*name;
	const char	*plan;
	const char	*text;
	int		 first;
} gone[] = {
	{ "closed after the answer", "tls; read; send; fin", GOOD, ONSHI_OK },
	{ "close_notify after it", "tls; read; send; notify; fin", GOOD,
	    ONSHI_OK },
	{ "reset after it", "tls; read; send; wait 30; rst", GOOD,
	    ONSHI_OK },
	{ "Connection: close", "tls; read; send; wait 3000",
	    HEAD "Connection: close\r\nContent-Length: 4\r\n\r\nBODY",
	    ONSHI_OK },
	{ "a late word", "tls; read; send; wait 50; again 1; wait 3000",
	    GOOD, ONSHI_OK },
	{ "after a refusal", "tls; read; send; wait 3000",
	    "HTTP/1.1 403 F\r\nContent-Length: 0\r\n\r\n",
	    ONSHI_E_SERVICE_REFUSED },
	{ "after a broken answer", "tls; read; send; wait 3000",
	    "HTTP/1.1 200 OK\r\n bad\r\n", ONSHI_E_PROTOCOL }
};

START_TEST(new_connection)
{
	const struct gone *g = &gone[_i];
	struct hostile_spec spec = { .plan = g->plan, .text = g->text,
	    .more = "HTTP/1.1 200 OK\r\n" };
	struct hostile *h = hostile_start(&spec);
	struct client c;
	int i;

	begin(&c, h, NULL);
	for (i = 1; i <= 3; i++) {
		ck_assert_msg(ask(&c) == g->first, "%s: %s (%s)", g->name,
		    onshi_result_name(c.r), onshi_error_text(&c.error));
		ck_assert_int_eq(hostile_requests(h), i);
		ck_assert_int_eq(hostile_connections(h), i);
		usleep(100000);
	}
	client_free(&c);
	hostile_stop(&h);
}
END_TEST

/* F5, H43: read whole, then closed without a byte. Never sent again. */
static const char *const traps[] = {
	"tls; read; send; read; fin", "tls; read; send; read; rst",
	"tls; read; send; read; notify; fin", "tls; read; send; take 1; fin",
	"tls; read; send; take 1; rst"
};

START_TEST(never_resent)
{
	struct hostile_spec spec = { .plan = traps[_i], .text = GOOD };
	struct hostile *h = hostile_start(&spec);
	struct client c;

	begin(&c, h, NULL);
	ck_assert_int_eq(ask(&c), ONSHI_OK);
	ck_assert_int_eq(ask(&c), ONSHI_E_NETWORK);
	ck_assert_int_eq(c.x.sent, ONSHI_SENT_UNKNOWN);
	usleep(100000);
	ck_assert_int_eq(hostile_connections(h), 1);
	ck_assert_int_eq(hostile_begun(h), 2);
	client_free(&c);
	hostile_stop(&h);
}
END_TEST

/* SEC-27: so many new connections in a second. */
START_TEST(paced)
{
	struct hostile_spec spec = { .plan = "tls; read; send; fin",
	    .text = GOOD };
	struct hostile *h = hostile_start(&spec);
	int64_t start = oki_os_steady_ms();
	struct client c;
	int i;

	begin(&c, h, "limits.connects=");
	for (i = 0; i < 5; i++) {
		ck_assert_int_eq(ask(&c), ONSHI_OK);
		usleep(20000);
	}
	ck_assert_int_eq(hostile_connections(h), 5);
	ck_assert_int_ge(oki_os_steady_ms() - start, 1000);
	client_free(&c);
	hostile_stop(&h);
}
END_TEST

static const char *const ends[] = { "fin", "notify", "rst" };

/* Only a whole answer is one (F1, F2, SEC-33; FM-9). */
static void
cut_at(size_t n, const char *text, const char *end)
{
	char plan[64];
	struct hostile_spec spec = { .plan = plan, .text = text };
	struct hostile *h;
	struct client c;

	(void)snprintf(plan, sizeof(plan), "tls; read; send %zu; %s%s", n,
	    strcmp(end, "rst") == 0 ? "wait 20; " : "", end);
	h = hostile_start(&spec);
	(void)client_once(&c, hostile_port(h), NULL, DEADLINE_MS);
	if (n == strlen(text)) {
		ck_assert_int_eq(c.r, ONSHI_OK);
		ck_assert_int_eq(c.x.sent, ONSHI_SENT_ANSWERED);
		ck_assert_mem_eq(c.x.answer.data, "BODY", 4);
	} else {
		ck_assert_msg(c.r == (n == 0 ? ONSHI_E_NETWORK :
		    ONSHI_E_PROTOCOL), "%s at %zu: %s (%s)", end, n,
		    onshi_result_name(c.r), onshi_error_text(&c.error));
		ck_assert_int_eq(c.x.sent, ONSHI_SENT_UNKNOWN);
		ck_assert_uint_eq(c.x.answer.len, 0);
	}
	ck_assert_int_eq(hostile_requests(h), 1);
	ck_assert_int_eq(hostile_connections(h), 1);
	client_free(&c);
	hostile_stop(&h);
}

/* All cuts by FIN; by the other two each seventh, or if run fully all. */
START_TEST(cuts)
{
	const char *text = _i < 3 ? GOOD : CHUNKED, *end = ends[_i % 3];
	size_t step = _i % 3 == 0 || run_fully() ? 1 : 7, n;
	size_t len = strlen(text);

	for (n = 0; n < len; n += n + step > len - 5 ? 1 : step)
		cut_at(n, text, end);
	cut_at(len, text, end);
}
END_TEST

static const struct place {
	const char	*name;
	const char	*keys;
	int		 r;
	const char	*reason;
	int		 connections;
} places[] = {
	{ "inside", "link.networks=127.0.0.1/32", ONSHI_OK, "", 1 },
	{ "outside", "link.networks=10.0.0.0/8", ONSHI_E_CONFINED,
	    "confined", 0 },
	{ "no list", "link.networks=", ONSHI_E_CONFINED, "confined", 0 },
	{ "local inside", "link.local_networks=127.0.0.0/8", ONSHI_OK, "",
	    1 },
	{ "local outside", "link.local_networks=10.0.0.0/8",
	    ONSHI_E_CONFINED, "confined", 1 },
	{ "no such interface", "link.interface=nope0", ONSHI_E_NETWORK,
	    "interface", 0 },
	{ "loopback", "link.interface=lo", ONSHI_OK, "", 1 }
};

START_TEST(confinement)
{
	const struct place *p = &places[_i];
	struct hostile_spec spec = { .text = GOOD };
	struct hostile *h = hostile_start(&spec);
	struct client c;

	ck_assert_msg(client_once(&c, hostile_port(h), p->keys, DEADLINE_MS)
	    == p->r, "%s: %s (%s)", p->name, onshi_result_name(c.r),
	    onshi_error_text(&c.error));
	ck_assert_str_eq(onshi_error_reason(&c.error), p->reason);
	if (p->r != ONSHI_OK) {
		ck_assert_int_eq(onshi_error_sent(&c.error), ONSHI_SENT_NOT);
		ck_assert_int_eq(onshi_error_phase(&c.error),
		    ONSHI_PHASE_NETWORK);
	}
	ck_assert_int_eq(hostile_connections(h), p->connections);
	ck_assert_int_eq(hostile_begun(h), p->r == ONSHI_OK ? 1 : 0);
	client_free(&c);
	hostile_stop(&h);
}
END_TEST

/* A name that no address is known for is not looked for (SEC-21); with the
 * system's resolver what it finds is judged by the same list. */
START_TEST(names)
{
	struct hostile_spec spec = { .text = GOOD };
	struct hostile *h = hostile_start(&spec);
	struct client c;
	char keys[160];

	(void)snprintf(keys, sizeof(keys), "link.addresses=\nlink.dns=closed"
	    "\nlink.base=https://localhost:%u\nlink.networks=%s",
	    hostile_port(h), _i == 0 ? "10.0.0.0/8" : "127.0.0.0/8");
	(void)client_once(&c, hostile_port(h), keys, DEADLINE_MS);
	if (_i == 0) {
		ck_assert_int_eq(c.r, ONSHI_E_CONFINED);
		ck_assert_int_eq(hostile_connections(h), 0);
	} else {
		/* It is there, but its certificate has another name. */
		ck_assert_int_eq(c.r, ONSHI_E_TLS);
		ck_assert_str_eq(onshi_error_reason(&c.error), "name");
	}
	ck_assert_int_eq(hostile_begun(h), 0);
	client_free(&c);
	hostile_stop(&h);
}
END_TEST

/* The second address serves where nobody listens at the first. */
START_TEST(two_addresses)
{
	struct hostile_spec spec = { .text = GOOD };
	struct hostile *h = hostile_start(&spec);
	struct client c;
	char keys[96];

	(void)snprintf(keys, sizeof(keys), "link.addresses=%s:%u:%s,"
	    "127.0.0.1", NAME, hostile_port(h), _i == 0 ? "127.0.0.2" :
	    "10.0.0.1");
	ck_assert_int_eq(client_once(&c, hostile_port(h), keys, DEADLINE_MS),
	    ONSHI_OK);
	ck_assert_int_eq(hostile_requests(h), 1);
	client_free(&c);
	hostile_stop(&h);
}
END_TEST

START_TEST(nobody_listens)
{
	struct client c;

	ck_assert_int_eq(client_once(&c, 9, NULL, DEADLINE_MS),
	    ONSHI_E_NETWORK);
	ck_assert_str_eq(onshi_error_reason(&c.error), "connect");
	ck_assert_int_eq(onshi_error_sent(&c.error), ONSHI_SENT_NOT);
	client_free(&c);
}
END_TEST

/* 0 to 2 are the program's, closed or not: no socket of ours lands there. */
START_TEST(low_descriptors)
{
	struct hostile_spec spec = { .text = GOOD };
	bool free_before = true, free_after = true;
	struct client c;
	uint16_t port;
	pid_t pid = hostile_apart(&spec, &port);
	int fd, r = ONSHI_E_INTERNAL;

	client_config(&c, port, NULL);
	for (fd = 0; fd < 3; fd++)
		close(fd);
	if (client_new(&c) == ONSHI_OK &&
	    client_open(&c, DEADLINE_MS) == ONSHI_OK) {
		for (fd = 0; fd < 3; fd++)
			free_before = free_before && fcntl(fd, F_GETFD) < 0;
		r = ask(&c);
	}
	for (fd = 0; fd < 3; fd++)
		free_after = free_after && fcntl(fd, F_GETFD) < 0;
	for (fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			(void)open("/dev/null", O_RDWR);
	ck_assert_int_eq(r, ONSHI_OK);
	ck_assert(free_before);
	ck_assert(free_after);
	client_free(&c);
	hostile_apart_stop(pid);
}
END_TEST

static const struct halt {
	const char	*plan;
	bool		 open;		/* waits in open already */
	int		 sent;
} halts[] = {
	{ "wait 5000", true, ONSHI_SENT_NOT },
	{ "hello; wait 5000", true, ONSHI_SENT_NOT },
	{ "tls; read; wait 5000", false, ONSHI_SENT_UNKNOWN },
	{ "tls; read; send 60; wait 5000", false, ONSHI_SENT_UNKNOWN },
	{ "tls; read; send 90; wait 5000", false, ONSHI_SENT_UNKNOWN }
};

struct canceller {
	struct client		*c;
	const struct hostile	*h;
	bool			 open;
	int64_t			 at_ms;
};

static void *
cancel_soon(void *arg)
{
	struct canceller *k = arg;

	while ((k->open ? hostile_connections(k->h) :
	    hostile_requests(k->h)) == 0)
		usleep(1000);
	usleep(50000);
	k->at_ms = oki_os_steady_ms();
	oki_cancel_set(&k->c->cancel);

	return NULL;
}

static int
wait_in(struct client *c, const struct halt *halt, int32_t ms)
{
	if (halt->open)
		return client_open(c, ms);
	ck_assert_int_eq(client_open(c, ms), ONSHI_OK);

	return client_ask(c, "challenge", NULL, 0, ms);
}

/* FM-19: from another thread. */
START_TEST(cancelled)
{
	const struct halt *halt = &halts[_i];
	struct hostile_spec spec = { .plan = halt->plan, .text = GOOD };
	struct hostile *h = hostile_start(&spec);
	struct canceller k = { .h = h, .open = halt->open };
	struct client c;
	pthread_t thread;
	int64_t end;

	client_config(&c, hostile_port(h), NULL);
	k.c = &c;
	ck_assert_int_eq(client_new(&c), ONSHI_OK);
	ck_assert_int_eq(pthread_create(&thread, NULL, cancel_soon, &k), 0);
	ck_assert_int_eq(wait_in(&c, halt, DEADLINE_MS), ONSHI_E_CANCELLED);
	end = oki_os_steady_ms();
	pthread_join(thread, NULL);
	ck_assert_int_le(end - k.at_ms, 250);
	ck_assert_int_eq(onshi_error_sent(&c.error), halt->sent);
	client_free(&c);
	hostile_stop(&h);
}
END_TEST

START_TEST(deadline)
{
	const struct halt *halt = &halts[_i];
	struct hostile_spec spec = { .plan = halt->plan, .text = GOOD };
	struct hostile *h = hostile_start(&spec);
	struct client c;

	client_config(&c, hostile_port(h), NULL);
	ck_assert_int_eq(client_new(&c), ONSHI_OK);
	ck_assert_int_eq(wait_in(&c, halt, 300), ONSHI_E_LINK_TIMEOUT);
	ck_assert_int_le(c.took_ms, 300 + SLACK_MS);
	ck_assert_int_ge(c.took_ms, 250);
	ck_assert_int_eq(onshi_error_sent(&c.error), halt->sent);
	ck_assert_str_eq(onshi_error_reason(&c.error), "timeout");
	ck_assert_int_eq(onshi_error_phase(&c.error), halt->open ?
	    ONSHI_PHASE_NETWORK : ONSHI_PHASE_SERVICE);
	ck_assert_int_ge(onshi_error_ms(&c.error,
	    onshi_error_phase(&c.error)), 200);
	client_free(&c);
	hostile_stop(&h);
}
END_TEST

/* H38, SEC-37: what drips for 10 s is ended long before the deadline. */
START_TEST(drip)
{
	struct hostile_spec spec = { .plan = "tls; read; send; drip 1000",
	    .text = HEAD "Content-Length: 4000\r\n\r\n", .more = "x" };
	struct hostile *h = hostile_start(&spec);
	struct client c;

	begin(&c, h, NULL);
	ck_assert_int_eq(client_ask(&c, "challenge", NULL, 0, 60000),
	    ONSHI_E_LINK_TIMEOUT);
	ck_assert_int_le(c.took_ms, 12500);
	client_free(&c);
	hostile_stop(&h);
}
END_TEST

struct worker {
	struct oki_link	*link;
	struct oki_env	*env;
	pthread_t	 thread;
	int		 failures;
};

static void
one_visit(struct worker *w)
{
	struct onshi_exchange x;
	struct onshi_error e;
	struct oki_wait wait;
	struct oki_session *s;
	int i;

	oki_error_clear(&e);
	oki_wait_init(&wait, w->env, 20000, NULL);
	if (oki_session_open(w->link, &wait, &s, &e) != ONSHI_OK) {
		w->failures++;
		return;
	}
	for (i = 0; i < 3; i++) {
		oki_exchange_init(&x, "challenge", &wait, 4096);
		if (oki_uuid(x.request_id) != ONSHI_OK ||
		    oki_session_exchange(s, &x, &e) != ONSHI_OK ||
		    x.answer.len != 4)
			w->failures++;
		oki_exchange_free(&x);
	}
	oki_session_close(&s);
}

static void *
work(void *arg)
{
	struct worker *w = arg;
	int i;

	for (i = 0; i < VISITS; i++)
		one_visit(w);

	return NULL;
}

START_TEST(threads)
{
	struct hostile_spec spec = { .text = GOOD };
	struct hostile *h = hostile_start(&spec);
	struct worker w[THREADS];
	struct client c;
	int i;

	client_config(&c, hostile_port(h), NULL);
	ck_assert_int_eq(client_new(&c), ONSHI_OK);
	for (i = 0; i < THREADS; i++) {
		w[i] = (struct worker){ .link = c.link, .env = c.env };
		ck_assert_int_eq(pthread_create(&w[i].thread, NULL, work,
		    &w[i]), 0);
	}
	for (i = 0; i < THREADS; i++) {
		pthread_join(w[i].thread, NULL);
		ck_assert_int_eq(w[i].failures, 0);
	}
	ck_assert_int_eq(hostile_connections(h), THREADS * VISITS);
	ck_assert_int_eq(hostile_requests(h), THREADS * VISITS * 3);
	client_free(&c);
	hostile_stop(&h);
}
END_TEST

/* FM-21: with k descriptors left. The server lives in another process. */
START_TEST(few_descriptors)
{
	struct hostile_spec spec = { .text = GOOD };
	struct rlimit before, limit;
	struct client c;
	uint16_t port;
	pid_t pid = hostile_apart(&spec, &port);
	int free_fd;

	client_config(&c, port, NULL);
	ck_assert_int_eq(client_new(&c), ONSHI_OK);
	free_fd = open("/dev/null", O_RDONLY);
	close(free_fd);
	getrlimit(RLIMIT_NOFILE, &before);
	limit = before;
	limit.rlim_cur = (rlim_t)(free_fd + _i);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	if (client_open(&c, DEADLINE_MS) == ONSHI_OK)
		(void)ask(&c);
	setrlimit(RLIMIT_NOFILE, &before);
	ck_assert_msg(c.r == ONSHI_OK || c.r == ONSHI_E_NOMEM ||
	    c.r == ONSHI_E_NETWORK || c.r == ONSHI_E_SYSTEM ||
	    c.r == ONSHI_E_TLS, "%d left: %s", _i, onshi_result_name(c.r));
	client_close(&c);
	/* I9: with descriptors again it works. */
	ck_assert_int_eq(client_open(&c, DEADLINE_MS), ONSHI_OK);
	ck_assert_int_eq(ask(&c), ONSHI_OK);
	client_free(&c);
	hostile_apart_stop(pid);
}
END_TEST

#define MASK	0x5a
#define CANARY	24

/*
 * SEC-116: what a child frees is its copy; the parent goes on talking over the
 * same connection.
 */
START_TEST(forked)
{
	struct hostile_spec spec = { .text = GOOD };
	struct hostile *h = hostile_start(&spec);
	struct client c;
	int status;
	pid_t pid;

	begin(&c, h, NULL);
	ck_assert_int_eq(ask(&c), ONSHI_OK);
	if ((pid = fork()) == 0) {
		status = ask(&c) == ONSHI_E_STATE ? 0 : 1;
		client_free(&c);
		_exit(status);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	ck_assert_int_eq(ask(&c), ONSHI_OK);
	ck_assert_int_eq(hostile_connections(h), 1);
	ck_assert_int_eq(hostile_requests(h), 2);
	client_free(&c);
	hostile_stop(&h);
}
END_TEST

static void
on_alarm(int signal)
{
	(void)signal;
}

/* FM-20: a signal each millisecond, system calls restarted or not. */
START_TEST(signals)
{
	struct itimerval storm = { { 0, 1000 }, { 0, 1000 } }, calm = { 0 };
	struct sigaction act = { .sa_handler = on_alarm,
	    .sa_flags = _i == 0 ? 0 : SA_RESTART };
	struct hostile_spec spec = { .plan = "tls; read; slow 2; wait 3000",
	    .text = GOOD };
	struct client c;
	uint16_t port;
	pid_t pid = hostile_apart(&spec, &port);

	client_config(&c, port, NULL);
	ck_assert_int_eq(client_new(&c), ONSHI_OK);
	ck_assert_int_eq(sigaction(SIGALRM, &act, NULL), 0);
	ck_assert_int_eq(setitimer(ITIMER_REAL, &storm, NULL), 0);
	ck_assert_int_eq(client_open(&c, DEADLINE_MS), ONSHI_OK);
	ck_assert_int_eq(ask(&c), ONSHI_OK);
	ck_assert_int_eq(client_ask(&c, "challenge", NULL, 0, 300),
	    ONSHI_E_LINK_TIMEOUT);
	ck_assert_int_le(c.took_ms, 300 + SLACK_MS);
	ck_assert_int_ge(c.took_ms, 290);
	ck_assert_int_eq(setitimer(ITIMER_REAL, &calm, NULL), 0);
	client_free(&c);
	hostile_apart_stop(pid);
}
END_TEST

/* Memory grows with what came, not with what was announced (SEC-36). */
START_TEST(announced)
{
	struct hostile_spec spec = { .plan = "tls; read; send; wait 50; fin",
	    .text = HEAD "Content-Length: 1000000000\r\n\r\nBODY" };
	struct rlimit limit = { 0, RLIM_INFINITY };
	struct client c;
	uint16_t port;
	pid_t pid = hostile_apart(&spec, &port);

	client_config(&c, port, "limits.answer_bytes=1073741824");
	ck_assert_int_eq(client_new(&c), ONSHI_OK);
	ck_assert_int_eq(client_open(&c, DEADLINE_MS), ONSHI_OK);
	limit.rlim_cur = 256u << 20;
	limit.rlim_max = limit.rlim_cur;
	ck_assert_int_eq(setrlimit(RLIMIT_AS, &limit), 0);
	ck_assert_int_eq(ask(&c), ONSHI_E_PROTOCOL);
	ck_assert_str_eq(onshi_error_reason(&c.error), "truncated");
	client_free(&c);
	hostile_apart_stop(pid);
}
END_TEST

START_TEST(over_ipv6)
{
	struct hostile_spec spec = { .text = GOOD, .ipv6 = true };
	struct hostile *h = hostile_start(&spec);
	struct client c;
	char keys[128];

	if (h == NULL)		/* a machine without IPv6 */
		return;
	(void)snprintf(keys, sizeof(keys), "link.addresses=%s:%u:::1\n"
	    "link.networks=%s", NAME, hostile_port(h), _i == 0 ? "::1/128" :
	    "127.0.0.0/8");
	(void)client_once(&c, hostile_port(h), keys, DEADLINE_MS);
	ck_assert_msg(c.r == (_i == 0 ? ONSHI_OK : ONSHI_E_CONFINED), "%s",
	    onshi_error_text(&c.error));
	ck_assert_int_eq(hostile_connections(h), _i == 0 ? 1 : 0);
	client_free(&c);
	hostile_stop(&h);
}
END_TEST

/* I10: nothing of ours in the thread's queue of errors. */
START_TEST(error_queue)
{
	struct hostile_spec spec = { .text = GOOD,
	    .cert = _i == 0 ? "good" : "expired" };
	struct client c;
	uint16_t port;
	pid_t pid = hostile_apart(&spec, &port);

	ERR_clear_error();
	(void)client_once(&c, port, NULL, DEADLINE_MS);
	client_free(&c);
	ck_assert_uint_eq(ERR_peek_error(), 0);
	hostile_apart_stop(pid);
}
END_TEST

/* Never in memory as they are but where they are used. */
static const uint8_t canaries[4][CANARY + 1] = {
	"answer-answer-answer-001", "token_token_token_token2",
	"request-request-request3", "passphrase-passphrase-04"
};
static uint8_t masked[4][CANARY];

static void
mask_canaries(void)
{
	size_t i, k;

	for (i = 0; i < 4; i++)
		for (k = 0; k < CANARY; k++)
			masked[i][k] = canaries[i][k] ^ MASK;
}

static void
unmask(size_t i, char *to)
{
	size_t k;

	for (k = 0; k < CANARY; k++)
		to[k] = (char)(masked[i][k] ^ MASK);
	to[CANARY] = '\0';
}

static bool
is_canary(const volatile uint8_t *p, size_t i)
{
	size_t k;

	for (k = 0; k < CANARY; k++)
		if ((uint8_t)(p[k] ^ MASK) != masked[i][k])
			return false;

	return true;
}

/* How often canary i stands in what can be written (P6). */
static int
count_left(size_t i)
{
	FILE *f = fopen("/proc/self/maps", "r");
	uintptr_t from, to, p;
	char line[512], rights[5], *end;
	int n = 0;

	ck_assert_ptr_nonnull(f);
	while (fgets(line, sizeof(line), f) != NULL) {
		from = (uintptr_t)strtoull(line, &end, 16);
		to = (uintptr_t)strtoull(end + 1, &end, 16);
		memcpy(rights, end + 1, 4);
		if (rights[0] != 'r' || rights[1] != 'w' ||
		    strstr(line, "[v") != NULL)
			continue;
		for (p = from; p + CANARY <= to; p++)
			if (is_canary((const volatile uint8_t *)p, i))
				n++;
	}
	fclose(f);

	return n;
}

static void
use_canaries(struct client *c, uint16_t port)
{
	struct oki_secret *token;
	char text[CANARY + 1];

	client_config(c, port, NULL);
	ck_assert_int_eq(client_new(c), ONSHI_OK);
	ck_assert_int_eq(client_open(c, DEADLINE_MS), ONSHI_OK);
	unmask(2, text);
	ck_assert_int_eq(client_ask(c, "OQSsiquc01req", text, CANARY,
	    DEADLINE_MS), ONSHI_OK);
	ck_assert_uint_eq(c->x.answer.len, CANARY);
	ck_assert_int_ge(count_left(0), 1);	/* the search finds them */
	ck_assert_int_ge(count_left(1), 1);
	oki_exchange_free(&c->x);
	unmask(1, text);
	ck_assert_int_eq(oki_secret_new(text, CANARY, &token), ONSHI_OK);
	oki_wipe(text, sizeof(text));
	oki_wait_init(&c->wait, c->env, DEADLINE_MS, &c->cancel);
	oki_exchange_init(&c->x, "YZKsiquc01req", &c->wait, 4096);
	ck_assert_int_eq(oki_uuid(c->x.request_id), ONSHI_OK);
	c->x.token = token;
	ck_assert_int_eq(oki_session_exchange(c->session, &c->x, &c->error),
	    ONSHI_OK);
	oki_exchange_free(&c->x);
	oki_secret_free(&token);
}

START_TEST(nothing_left)
{
	char text[512], answer[CANARY + 1], token[CANARY + 1];
	struct hostile_spec spec = { .text = text };
	struct client c;
	uint16_t port;
	pid_t pid;
	size_t i;

	unmask(0, answer);
	unmask(1, token);
	(void)snprintf(text, sizeof(text), HEAD "Onshi-Visit: %s\r\n"
	    "Content-Length: %d\r\n\r\n%s", token, CANARY, answer);
	pid = hostile_apart(&spec, &port);
	oki_wipe(text, sizeof(text));
	oki_wipe(answer, sizeof(answer));
	oki_wipe(token, sizeof(token));
	use_canaries(&c, port);
	for (i = 0; i < 3; i++)
		ck_assert_msg(count_left(i) == 0, "%zu is left %d times", i,
		    count_left(i));
	client_free(&c);
	hostile_apart_stop(pid);
	for (i = 0; i < 3; i++)
		ck_assert_int_eq(count_left(i), 0);
}
END_TEST

/* The passphrase is needed once; nobody keeps it. */
START_TEST(passphrase_left)
{
	struct hostile_spec spec = { .text = GOOD };
	struct hostile *h = hostile_start(&spec);
	char text[CANARY + 1], keys[128];
	struct client c;

	unmask(3, text);
	(void)snprintf(keys, sizeof(keys), "@key=terminal:%s\n@pass=%s", text,
	    text);
	oki_wipe(text, sizeof(text));
	client_config(&c, hostile_port(h), keys);
	oki_wipe(keys, sizeof(keys));
	ck_assert_int_eq(client_new(&c), ONSHI_OK);
	ck_assert_int_eq(client_open(&c, DEADLINE_MS), ONSHI_OK);
	ck_assert_int_eq(ask(&c), ONSHI_OK);
	/* The config's own, in its locked memory, and no other. */
	ck_assert_int_le(count_left(3), 1);
	client_free(&c);
	hostile_stop(&h);
	ck_assert_int_eq(count_left(3), 0);
}
END_TEST

/* Not where a sanitizer keeps what was freed, and guards what it maps. */
static bool
can_search(void)
{
#if defined(__SANITIZE_ADDRESS__)
	return false;
#else
	return dlsym(RTLD_DEFAULT, "__asan_init") == NULL &&
	    dlsym(RTLD_DEFAULT, "__tsan_init") == NULL;
#endif
}

static void
add_tests(Suite *s)
{
	TCase *t = tcase_create("session");

	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, one_connection, 0, 2);
	tcase_add_loop_test(t, new_connection, 0, (int)OKI_COUNT(gone));
	tcase_add_loop_test(t, never_resent, 0, (int)OKI_COUNT(traps));
	tcase_add_test(t, paced);
	tcase_add_loop_test(t, cuts, 0, 6);
	tcase_add_loop_test(t, confinement, 0, (int)OKI_COUNT(places));
	tcase_add_loop_test(t, names, 0, 2);
	tcase_add_loop_test(t, two_addresses, 0, 2);
	tcase_add_test(t, nobody_listens);
	tcase_add_test(t, low_descriptors);
	tcase_add_loop_test(t, cancelled, 0, (int)OKI_COUNT(halts));
	tcase_add_loop_test(t, deadline, 0, (int)OKI_COUNT(halts));
	tcase_add_test(t, threads);
	tcase_add_loop_test(t, few_descriptors, 0, run_fully() ? 13 : 8);
	tcase_add_test(t, forked);
	tcase_add_loop_test(t, signals, 0, 2);
	tcase_add_loop_test(t, over_ipv6, 0, 2);
	tcase_add_loop_test(t, error_queue, 0, 2);
	if (can_search()) {
		tcase_add_test(t, announced);
		tcase_add_test(t, nothing_left);
		tcase_add_test(t, passphrase_left);
	}
	if (run_fully())
		tcase_add_test(t, drip);
	suite_add_tcase(s, t);
}

int
main(void)
{
	Suite *s = suite_create("wire/session");
	SRunner *sr;
	int failed;

	mask_canaries();
	certs_make();
	add_tests(s);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	certs_free();

	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
