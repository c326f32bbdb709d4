/*
 * A wire that cuts, flips a bit or splits, below TLS (FM-10, -11, -12, T-TLS
 * 59): never a wrong answer, never a word too many about what was sent.
 */
#include "config.h"

#include <check.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wire.h"
#include "tests/core/run.h"

#define DEADLINE_MS	5000
#define SHORT_MS	300	/* where a fault may make both sides wait */
#define GOOD	"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\n" \
		"Onshi-Answer: res\r\nContent-Length: 10\r\n\r\n0123456789"

enum { CUT, RESET, FLIP, SPLIT };

/* Direction 0 is from the client, 1 from the server. */
struct proxy {
	int		 what;
	int		 direction;
	size_t		 at;		/* which byte */
	int		 listener;
	uint16_t	 to;
	uint16_t	 port;
	pthread_t	 thread;
	size_t		 passed[2];
};

static void
pass_byte(struct proxy *p, int fd, uint8_t c)
{
	(void)p;
	(void)!send(fd, &c, 1, MSG_NOSIGNAL);
}

static void
reset(int fd)
{
	struct linger l = { 1, 0 };

	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &l, sizeof(l));
}

/* What came from one side goes to the other, but for the fault. */
static bool
pass(struct proxy *p, int d, int from, int to)
{
	uint8_t b[4096];
	ssize_t n = recv(from, b, p->what == SPLIT ? 64 : sizeof(b), 0), i;
	size_t start = p->passed[d];

	if (n <= 0)
		return false;
	p->passed[d] += (size_t)n;
	if (p->what == SPLIT) {
		for (i = 0; i < n; i++)
			pass_byte(p, to, b[i]);
		return true;
	}
	if (d == p->direction && p->at >= start && p->at < start + (size_t)n) {
		if (p->what != FLIP) {
			(void)!send(to, b, p->at - start, MSG_NOSIGNAL);
			if (p->what == RESET) {
				reset(from);
				reset(to);
			}
			return false;
		}
		b[p->at - start] ^= (uint8_t)(1u << p->at % 8);
	}

	return send(to, b, (size_t)n, MSG_NOSIGNAL) == n;
}

static int
dial(uint16_t port)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	at.sin_port = htons(port);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);

	return fd;
}

static void *
carry(void *arg)
{
	struct proxy *p = arg;
	struct pollfd fd[2] = { { -1, POLLIN, 0 }, { -1, POLLIN, 0 } };
	bool on = true;

	if ((fd[0].fd = accept(p->listener, NULL, NULL)) < 0)
		return NULL;
	shutdown(p->listener, SHUT_RDWR);	/* one, and no other */
	fd[1].fd = dial(p->to);
	while (on && poll(fd, 2, 5000) > 0) {
		if (fd[0].revents != 0)
			on = pass(p, 0, fd[0].fd, fd[1].fd);
		if (on && fd[1].revents != 0)
			on = pass(p, 1, fd[1].fd, fd[0].fd);
	}
	close(fd[0].fd);
	close(fd[1].fd);

	return NULL;
}

static void
proxy_start(struct proxy *p)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t len = sizeof(at);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	p->listener = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(bind(p->listener, (struct sockaddr *)&at,
	    sizeof(at)), 0);
	ck_assert_int_eq(listen(p->listener, 1), 0);
	ck_assert_int_eq(getsockname(p->listener, (struct sockaddr *)&at,
	    &len), 0);
	p->port = ntohs(at.sin_port);
	p->passed[0] = p->passed[1] = 0;
	ck_assert_int_eq(pthread_create(&p->thread, NULL, carry, p), 0);
}

static void
proxy_stop(struct proxy *p)
{
	shutdown(p->listener, SHUT_RDWR);
	pthread_join(p->thread, NULL);
	close(p->listener);
}

/* One question through the proxy; p->passed says how much there was of it. */
static int
through(struct proxy *p)
{
	struct hostile_spec spec = { .text = GOOD };
	struct hostile *h = hostile_start(&spec);
	struct client c;
	int r, sent, ms = p->what == FLIP ? SHORT_MS : DEADLINE_MS;

	p->to = hostile_port(h);
	proxy_start(p);
	(void)client_once(&c, p->port, NULL, ms);
	r = c.r;
	sent = r == ONSHI_OK ? c.x.sent : onshi_error_sent(&c.error);
	if (r == ONSHI_OK) {
		ck_assert_uint_eq(c.x.answer.len, 10);
		ck_assert_mem_eq(c.x.answer.data, "0123456789", 10);
		ck_assert_int_eq(hostile_requests(h), 1);
	} else {
		ck_assert_uint_eq(c.x.answer.len, 0);
		ck_assert_msg(r == ONSHI_E_TLS || r == ONSHI_E_NETWORK ||
		    r == ONSHI_E_PROTOCOL || r == ONSHI_E_LINK_TIMEOUT, "%s",
		    onshi_result_name(r));
	}
	ck_assert_int_le(c.took_ms, ms + 250);
	client_free(&c);
	proxy_stop(p);
	if (sent == ONSHI_SENT_NOT)
		ck_assert_int_eq(hostile_begun(h), 0);
	ck_assert_int_le(hostile_requests(h), 1);
	hostile_stop(&h);

	return r;
}

START_TEST(split)
{
	struct proxy p = { .what = SPLIT };

	ck_assert_int_eq(through(&p), ONSHI_OK);
}
END_TEST

/* The whole conversation once, then a fault at byte n of it, for many n. */
START_TEST(faults)
{
	struct proxy p = { .what = CUT, .at = SIZE_MAX };
	size_t step = run_fully() ? 1 : 41, n, len;

	ck_assert_int_eq(through(&p), ONSHI_OK);
	p.what = _i % 3;
	p.direction = _i / 3;
	len = p.passed[p.direction];
	ck_assert_uint_gt(len, 500);
	for (n = 0; n + 40 < len; n += n < 8 ? 1 : step) {
		p.at = n;
		/* A flipped bit may hit what nobody reads. */
		ck_assert_msg(through(&p) != ONSHI_OK || p.what == FLIP,
		    "fault %d at byte %zu of %zu", p.what, n, len);
	}
}
END_TEST

static void
fill(TCase *t)
{
	tcase_set_timeout(t, run_fully() ? 1200 : 60);
	tcase_add_test(t, split);
	tcase_add_loop_test(t, faults, 0, 6);
}

int
main(void)
{
	int failed;

	certs_make();
	failed = run_tests("wire/proxy", fill);
	certs_free();

	return failed;
}
