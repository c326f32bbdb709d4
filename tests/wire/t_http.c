/* What may come over a good TLS connection: testing.md 7, H1 to H45. */
#include "config.h"

#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire.h"
#include "tests/core/run.h"

#define DEADLINE_MS	5000
#define SLACK_MS	250

#define OK200	"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\n" \
		"Onshi-Answer: res\r\n"
#define FOUR	"Content-Length: 4\r\n\r\nBODY"
#define GOOD	OK200 FOUR
#define CHUNKS	"Transfer-Encoding: chunked\r\n\r\n"
#define STATUS(s) "HTTP/1.1 " s "\r\nContent-Length: 0\r\n\r\n"
#define ONCE	"tls; read; send; wait 3000"
#define CUT	"tls; read; send; fin"

static const struct row {
	const char	*name;
	const char	*plan;
	const char	*text;
	size_t		 textlen;
	const char	*more;
	const char	*keys;
	int		 r;
	const char	*reason;
	int		 sent;
	int32_t		 ms;		/* 0: DEADLINE_MS */
} rows[] = {
	{ "H1 normal", ONCE, GOOD, 0, NULL, NULL, ONSHI_OK, "",
	    ONSHI_SENT_ANSWERED, 0 },
	{ "H1 a byte at a time", "tls; read; slow 1; wait 3000", GOOD, 0,
	    NULL, NULL, ONSHI_OK, "", ONSHI_SENT_ANSWERED, 0 },
	{ "H1 one 100 before", ONCE, "HTTP/1.1 100 Continue\r\n\r\n" GOOD, 0,
	    NULL, NULL, ONSHI_OK, "", ONSHI_SENT_ANSWERED, 0 },
	{ "H2 chunked", ONCE, OK200 CHUNKS "2\r\nBO\r\n2\r\nDY\r\n0\r\n\r\n",
	    0, NULL, NULL, ONSHI_OK, "", ONSHI_SENT_ANSWERED, 0 },
	{ "H2 chunked, a byte at a time", "tls; read; slow 1; wait 3000",
	    OK200 CHUNKS "4\r\nBODY\r\n0\r\n\r\n", 0, NULL, NULL, ONSHI_OK,
	    "", ONSHI_SENT_ANSWERED, 0 },
	{ "closed after a whole answer", CUT, GOOD, 0, NULL, NULL, ONSHI_OK,
	    "", ONSHI_SENT_ANSWERED, 0 },
	{ "Connection: close", "tls; read; send; notify",
	    OK200 "Connection: close\r\n" FOUR, 0, NULL, NULL, ONSHI_OK, "",
	    ONSHI_SENT_ANSWERED, 0 },
	{ "H3 HTTP/1.0", "tls; read; send; notify; fin",
	    "HTTP/1.0 200 OK\r\nContent-Type: application/xml\r\n\r\nBODY",
	    0, NULL, NULL, ONSHI_E_PROTOCOL, "malformed", ONSHI_SENT_UNKNOWN,
	    0 },
	{ "H4 no status line", ONCE, "BODY", 0, NULL, NULL,
	    ONSHI_E_PROTOCOL, "malformed", ONSHI_SENT_UNKNOWN, 0 },
	{ "H6 status 099", ONCE, "HTTP/1.1 099 X\r\n" FOUR, 0, NULL, NULL,
	    ONSHI_E_PROTOCOL, "malformed", ONSHI_SENT_UNKNOWN, 0 },
	{ "H6 HTTP/3.1", ONCE, "HTTP/3.1 200 OK\r\n" FOUR, 0, NULL, NULL,
	    ONSHI_E_PROTOCOL, "malformed", ONSHI_SENT_UNKNOWN, 0 },
	{ "H7 HTTP/2", ONCE, "HTTP/2 200\r\nContent-Type: application/xml\r\n"
	    FOUR, 0, NULL, NULL, ONSHI_E_PROTOCOL, "malformed",
	    ONSHI_SENT_UNKNOWN, 0 },
	{ "H8 301 to http", ONCE, "HTTP/1.1 301 M\r\nLocation: "
	    "http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n", 0, NULL, NULL,
	    ONSHI_E_PROTOCOL, "status", ONSHI_SENT_UNKNOWN, 0 },
	{ "H8 302 elsewhere", ONCE, "HTTP/1.1 302 M\r\nLocation: "
	    "https://evil.example/\r\nContent-Length: 0\r\n\r\n", 0, NULL,
	    NULL, ONSHI_E_PROTOCOL, "status", ONSHI_SENT_UNKNOWN, 0 },
	{ "H8 307 to itself", ONCE, "HTTP/1.1 307 M\r\nLocation: /v1/x\r\n"
	    "Content-Length: 0\r\n\r\n", 0, NULL, NULL, ONSHI_E_PROTOCOL,
	    "status", ONSHI_SENT_UNKNOWN, 0 },
	{ "H8 308", ONCE, STATUS("308 M"), 0, NULL, NULL, ONSHI_E_PROTOCOL,
	    "status", ONSHI_SENT_UNKNOWN, 0 },
	{ "H9 401 with NTLM", ONCE, "HTTP/1.1 401 U\r\n"
	    "WWW-Authenticate: NTLM\r\nWWW-Authenticate: Negotiate\r\n"
	    "WWW-Authenticate: Basic realm=x\r\nContent-Length: 0\r\n\r\n",
	    0, NULL, NULL, ONSHI_E_SERVICE_REFUSED, "status",
	    ONSHI_SENT_ANSWERED, 0 },
	{ "H10 403", ONCE, STATUS("403 F"), 0, NULL, NULL,
	    ONSHI_E_SERVICE_REFUSED, "status", ONSHI_SENT_ANSWERED, 0 },
	{ "H10 407", ONCE, STATUS("407 P"), 0, NULL, NULL,
	    ONSHI_E_SERVICE_REFUSED, "status", ONSHI_SENT_ANSWERED, 0 },
	{ "409", ONCE, STATUS("409 C"), 0, NULL, NULL,
	    ONSHI_E_SERVICE_REFUSED, "status", ONSHI_SENT_ANSWERED, 0 },
	{ "413", ONCE, STATUS("413 L"), 0, NULL, NULL,
	    ONSHI_E_SERVICE_REFUSED, "status", ONSHI_SENT_ANSWERED, 0 },
	{ "418", ONCE, STATUS("418 T"), 0, NULL, NULL,
	    ONSHI_E_SERVICE_REFUSED, "status", ONSHI_SENT_ANSWERED, 0 },
	{ "403 with an endless body", "tls; read; send; again 100000",
	    "HTTP/1.1 403 F\r\nContent-Length: 99999999\r\n\r\n", 0, "xxxx",
	    NULL, ONSHI_E_SERVICE_REFUSED, "status", ONSHI_SENT_ANSWERED, 0 },
	{ "408", ONCE, STATUS("408 T"), 0, NULL, NULL, ONSHI_E_SERVICE_BUSY,
	    "status", ONSHI_SENT_ANSWERED, 0 },
	{ "H12 500", ONCE, STATUS("500 E"), 0, NULL, NULL,
	    ONSHI_E_SERVICE_BUSY, "status", ONSHI_SENT_ANSWERED, 0 },
	{ "H12 502", ONCE, STATUS("502 E"), 0, NULL, NULL,
	    ONSHI_E_SERVICE_BUSY, "status", ONSHI_SENT_ANSWERED, 0 },
	{ "H12 504", ONCE, STATUS("504 E"), 0, NULL, NULL,
	    ONSHI_E_SERVICE_BUSY, "status", ONSHI_SENT_ANSWERED, 0 },
	{ "H12 599", ONCE, STATUS("599 E"), 0, NULL, NULL,
	    ONSHI_E_SERVICE_BUSY, "status", ONSHI_SENT_ANSWERED, 0 },
	{ "H13 204", ONCE, "HTTP/1.1 204 N\r\n\r\n", 0, NULL, NULL,
	    ONSHI_E_PROTOCOL, "status", ONSHI_SENT_UNKNOWN, 0 },
	{ "H13 205", ONCE, STATUS("205 R"), 0, NULL, NULL, ONSHI_E_PROTOCOL,
	    "status", ONSHI_SENT_UNKNOWN, 0 },
	{ "H13 206 with a range", ONCE, "HTTP/1.1 206 P\r\n"
	    "Content-Type: application/xml\r\nContent-Range: bytes 0-3/9\r\n"
	    "Onshi-Answer: res\r\n" FOUR, 0, NULL, NULL, ONSHI_E_PROTOCOL,
	    "status", ONSHI_SENT_UNKNOWN, 0 },
	{ "H14 many 102", "tls; read; again 100000", "", 0,
	    "HTTP/1.1 102 P\r\n\r\n", NULL, ONSHI_E_PROTOCOL, "malformed",
	    ONSHI_SENT_UNKNOWN, 0 },
	{ "H15 many 100", "tls; read; again 1000; send", GOOD, 0,
	    "HTTP/1.1 100 C\r\n\r\n", NULL, ONSHI_E_PROTOCOL, "malformed",
	    ONSHI_SENT_UNKNOWN, 0 },
	{ "H16 101", "tls; read; send; again 25",
	    "HTTP/1.1 101 S\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", 0,
	    "data", NULL, ONSHI_E_PROTOCOL, "malformed", ONSHI_SENT_UNKNOWN,
	    0 },
	{ "H17 a header of 200 KB", "tls; read; send; again 50000",
	    OK200 "X: ", 0, "long", NULL, ONSHI_E_TOO_BIG, "too_big",
	    ONSHI_SENT_UNKNOWN, 0 },
	{ "H18 many headers", "tls; read; send; again 100000", OK200, 0,
	    "A: b\r\n", NULL, ONSHI_E_TOO_BIG, "too_big", ONSHI_SENT_UNKNOWN,
	    0 },
	{ "H19 NUL in a header", ONCE, OK200 "X: a\0b\r\n" FOUR,
	    sizeof(OK200 "X: a\0b\r\n" FOUR) - 1, NULL, NULL,
	    ONSHI_E_PROTOCOL, "malformed", ONSHI_SENT_UNKNOWN, 0 },
	{ "bare CR in a header", ONCE, OK200 "X: a\rb\r\n" FOUR, 0, NULL,
	    NULL, ONSHI_E_PROTOCOL, "malformed", ONSHI_SENT_UNKNOWN, 0 },
	{ "LF alone", ONCE, "HTTP/1.1 200 OK\nContent-Length: 4\n\nBODY", 0,
	    NULL, NULL, ONSHI_E_PROTOCOL, "malformed", ONSHI_SENT_UNKNOWN, 0 },
	{ "H20 folded header", ONCE, OK200 "X: a\r\n b\r\n" FOUR, 0, NULL,
	    NULL, ONSHI_E_PROTOCOL, "malformed", ONSHI_SENT_UNKNOWN, 0 },
	{ "H21 two lengths", ONCE, OK200 "Content-Length: 5\r\n" FOUR, 0,
	    NULL, NULL, ONSHI_E_PROTOCOL, "malformed", ONSHI_SENT_UNKNOWN, 0 },
	{ "H21 the same length twice", ONCE, OK200 "Content-Length: 4\r\n"
	    FOUR, 0, NULL, NULL, ONSHI_E_PROTOCOL, "malformed",
	    ONSHI_SENT_UNKNOWN, 0 },
	{ "H22 length -4", ONCE, OK200 "Content-Length: -4\r\n\r\nBODY", 0,
	    NULL, NULL, ONSHI_E_PROTOCOL, "malformed", ONSHI_SENT_UNKNOWN, 0 },
	{ "H23 length over 64 bits", ONCE, OK200
	    "Content-Length: 99999999999999999999\r\n\r\nBODY", 0, NULL,
	    NULL, ONSHI_E_PROTOCOL, "malformed", ONSHI_SENT_UNKNOWN, 0 },
	{ "H24 length 2000000000", ONCE, OK200
	    "Content-Length: 2000000000\r\n\r\nBODY", 0, NULL, NULL,
	    ONSHI_E_TOO_BIG, "too_big", ONSHI_SENT_UNKNOWN, 0 },
	{ "H25 length 400, FIN", CUT, OK200
	    "Content-Length: 400\r\n\r\nBODY", 0, NULL, NULL,
	    ONSHI_E_PROTOCOL, "truncated", ONSHI_SENT_UNKNOWN, 0 },
	{ "H25 length 400, close_notify", "tls; read; send; notify", OK200
	    "Content-Length: 400\r\n\r\nBODY", 0, NULL, NULL,
	    ONSHI_E_PROTOCOL, "truncated", ONSHI_SENT_UNKNOWN, 0 },
	{ "H25 length 400, RST", "tls; read; send; wait 50; rst", OK200
	    "Content-Length: 400\r\n\r\nBODY", 0, NULL, NULL,
	    ONSHI_E_PROTOCOL, "truncated", ONSHI_SENT_UNKNOWN, 0 },
	{ "H26 bytes after the answer", ONCE, GOOD "more", 0, NULL, NULL,
	    ONSHI_E_PROTOCOL, "malformed", ONSHI_SENT_UNKNOWN, 0 },
	{ "H26 a second answer", ONCE, GOOD GOOD, 0, NULL, NULL,
	    ONSHI_E_PROTOCOL, "malformed", ONSHI_SENT_UNKNOWN, 0 },
	{ "H26 bytes after the chunks", ONCE, OK200 CHUNKS
	    "4\r\nBODY\r\n0\r\n\r\nmore", 0, NULL, NULL, ONSHI_E_PROTOCOL,
	    "malformed", ONSHI_SENT_UNKNOWN, 0 },
	{ "H27 length and chunked", ONCE, OK200 "Content-Length: 4\r\n" CHUNKS
	    "4\r\nBODY\r\n0\r\n\r\n", 0, NULL, NULL, ONSHI_E_PROTOCOL,
	    "length", ONSHI_SENT_UNKNOWN, 0 },
	{ "H28 neither, FIN", CUT, OK200 "\r\nBODY", 0, NULL, NULL,
	    ONSHI_E_PROTOCOL, "length", ONSHI_SENT_UNKNOWN, 0 },
	{ "H28 neither, close_notify", "tls; read; send; notify",
	    OK200 "\r\nBODY", 0, NULL, NULL, ONSHI_E_PROTOCOL, "length",
	    ONSHI_SENT_UNKNOWN, 0 },
	{ "H30 cut before the last chunk", CUT, OK200 CHUNKS
	    "4\r\nBODY\r\n", 0, NULL, NULL, ONSHI_E_PROTOCOL, "truncated",
	    ONSHI_SENT_UNKNOWN, 0 },
	{ "H30 cut inside the last chunk", "tls; read; send; notify",
	    OK200 CHUNKS "4\r\nBODY\r\n0\r\n", 0, NULL, NULL,
	    ONSHI_E_PROTOCOL, "truncated", ONSHI_SENT_UNKNOWN, 0 },
	{ "H31 chunk size zz", ONCE, OK200 CHUNKS "zz\r\nBODY\r\n", 0, NULL,
	    NULL, ONSHI_E_PROTOCOL, "malformed", ONSHI_SENT_UNKNOWN, 0 },
	{ "H31 chunk size of 17 digits", ONCE, OK200 CHUNKS
	    "00000000000000004\r\nBODY\r\n0\r\n\r\n", 0, NULL, NULL,
	    ONSHI_E_PROTOCOL, "malformed", ONSHI_SENT_UNKNOWN, 0 },
	{ "H32 chunk bomb", "tls; read; send; again 67108864", OK200 CHUNKS
	    "ffffffff\r\n", 0, "boom", NULL, ONSHI_E_TOO_BIG, "too_big",
	    ONSHI_SENT_UNKNOWN, 0 },
	{ "H33 chunk extension of 100 KB", "tls; read; send; again 25000",
	    OK200 CHUNKS "4;", 0, "long", NULL, ONSHI_E_PROTOCOL,
	    "malformed", ONSHI_SENT_UNKNOWN, 0 },
	{ "H34 many trailers", "tls; read; send; again 100000", OK200 CHUNKS
	    "4\r\nBODY\r\n0\r\n", 0, "A: b\r\n", NULL, ONSHI_E_PROTOCOL,
	    "malformed", ONSHI_SENT_UNKNOWN, 0 },
	{ "H35 gzip", ONCE, OK200 "Content-Encoding: gzip\r\n" FOUR, 0, NULL,
	    NULL, ONSHI_E_PROTOCOL, "encoding", ONSHI_SENT_UNKNOWN, 0 },
	{ "H36 51 encodings", ONCE, OK200 "Content-Encoding: gzip, br, gzip,"
	    " gzip, gzip\r\nContent-Encoding: br\r\n" FOUR, 0, NULL, NULL,
	    ONSHI_E_PROTOCOL, "encoding", ONSHI_SENT_UNKNOWN, 0 },
	{ "H37 gzip, chunked", ONCE, OK200
	    "Transfer-Encoding: gzip, chunked\r\n\r\n4\r\nBODY\r\n0\r\n\r\n",
	    0, NULL, NULL, ONSHI_E_PROTOCOL, "malformed", ONSHI_SENT_UNKNOWN,
	    0 },
	{ "H37 chunked twice", ONCE, OK200 "Transfer-Encoding: chunked\r\n"
	    CHUNKS "4\r\nBODY\r\n0\r\n\r\n", 0, NULL, NULL,
	    ONSHI_E_PROTOCOL, "malformed", ONSHI_SENT_UNKNOWN, 0 },
	{ "H38 slow header, to the deadline", "tls; read; slow 400", GOOD, 0,
	    NULL, NULL, ONSHI_E_LINK_TIMEOUT, "timeout", ONSHI_SENT_UNKNOWN,
	    600 },
	{ "H39 240 bytes a second", "tls; read; send; drip 4", OK200
	    "Content-Length: 4000\r\n\r\n", 0, "x", NULL,
	    ONSHI_E_LINK_TIMEOUT, "timeout", ONSHI_SENT_UNKNOWN, 700 },
	{ "H40 silence", "tls; read; wait 3000", "", 0, NULL, NULL,
	    ONSHI_E_LINK_TIMEOUT, "timeout", ONSHI_SENT_UNKNOWN, 400 },
	{ "H41 text/html", ONCE, "HTTP/1.1 200 OK\r\nContent-Type: text/html"
	    "\r\nOnshi-Answer: res\r\n" FOUR, 0, NULL, NULL,
	    ONSHI_E_PROTOCOL, "type", ONSHI_SENT_UNKNOWN, 0 },
	{ "H41 no content type", ONCE, "HTTP/1.1 200 OK\r\n"
	    "Onshi-Answer: res\r\n" FOUR, 0, NULL, NULL, ONSHI_E_PROTOCOL,
	    "type", ONSHI_SENT_UNKNOWN, 0 },
	{ "H41 two content types", ONCE, OK200
	    "Content-Type: application/xml\r\n" FOUR, 0, NULL, NULL,
	    ONSHI_E_PROTOCOL, "malformed", ONSHI_SENT_UNKNOWN, 0 },
	{ "H42 cookies and the like", ONCE, OK200
	    "Set-Cookie: a=b\r\nStrict-Transport-Security: max-age=9\r\n"
	    "Alt-Svc: h2=\"evil.example:443\"\r\n" FOUR, 0, NULL, NULL,
	    ONSHI_OK, "", ONSHI_SENT_ANSWERED, 0 },
	{ "closes without an answer", "tls; read; fin", "", 0, NULL, NULL,
	    ONSHI_E_NETWORK, "connect", ONSHI_SENT_UNKNOWN, 0 },
	{ "resets without an answer", "tls; read; rst", "", 0, NULL, NULL,
	    ONSHI_E_NETWORK, "connect", ONSHI_SENT_UNKNOWN, 0 },
	{ "no word about the answer", ONCE, "HTTP/1.1 200 OK\r\n"
	    "Content-Type: application/xml\r\n" FOUR, 0, NULL, NULL,
	    ONSHI_E_PROTOCOL, "malformed", ONSHI_SENT_ANSWERED, 0 },
	{ "another word about the answer", ONCE, "HTTP/1.1 200 OK\r\n"
	    "Content-Type: application/xml\r\nOnshi-Answer: maybe\r\n" FOUR,
	    0, NULL, NULL, ONSHI_E_PROTOCOL, "malformed",
	    ONSHI_SENT_UNKNOWN, 0 },
	{ "token with a space", ONCE, OK200 "Onshi-Visit: a b\r\n" FOUR, 0,
	    NULL, NULL, ONSHI_E_ANSWER_REFUSED, "malformed",
	    ONSHI_SENT_ANSWERED, 0 },
	{ "empty token", ONCE, OK200 "Onshi-Visit:\r\n" FOUR, 0, NULL, NULL,
	    ONSHI_E_ANSWER_REFUSED, "malformed", ONSHI_SENT_ANSWERED, 0 },
	{ "a limit of its own", ONCE, OK200
	    "Content-Length: 1025\r\n\r\nBODY", 0, NULL,
	    "limits.answer_bytes=1024", ONSHI_E_TOO_BIG, "too_big",
	    ONSHI_SENT_UNKNOWN, 0 },
	{ "cut while thinking", "tls; read; send 9; wait 100; fin", GOOD, 0,
	    NULL, NULL, ONSHI_E_PROTOCOL, "truncated", ONSHI_SENT_UNKNOWN,
	    0 }
};

static void
check_row(const struct row *row, const struct hostile *h, struct client *c)
{
	int requests = hostile_requests(h);
	const char *reason = onshi_error_reason(&c->error);

	ck_assert_msg(c->r == row->r, "%s: %s (%s)", row->name,
	    onshi_result_name(c->r), onshi_error_text(&c->error));
	if (row->reason != NULL)
		ck_assert_msg(strcmp(reason, row->reason) == 0, "%s: %s",
		    row->name, reason);
	if (row->sent >= 0)
		ck_assert_msg(c->x.sent == row->sent, "%s: sent %d",
		    row->name, c->x.sent);
	/* I3 */
	ck_assert_int_le(hostile_begun(h), 1);
	ck_assert_int_eq(hostile_connections(h), 1);
	if (c->x.sent == ONSHI_SENT_NOT)
		ck_assert_int_eq(hostile_begun(h), 0);
	if (c->x.sent == ONSHI_SENT_ANSWERED)
		ck_assert_int_eq(requests, 1);
	/* I2, I6 */
	if (c->r == ONSHI_OK) {
		ck_assert_uint_eq(c->x.answer.len, 4);
		ck_assert_mem_eq(c->x.answer.data, "BODY", 4);
	} else {
		ck_assert_uint_eq(c->x.answer.len, 0);
		ck_assert_int_eq(onshi_error_sent(&c->error), c->x.sent);
		ck_assert_int_eq(onshi_error_code(&c->error), c->r);
	}
	ck_assert_int_le(c->took_ms,
	    (row->ms == 0 ? DEADLINE_MS : row->ms) + SLACK_MS);
}

START_TEST(answers)
{
	const struct row *row = &rows[_i];
	struct hostile_spec spec = { .plan = row->plan, .text = row->text,
	    .textlen = row->textlen, .more = row->more };
	struct hostile *h;
	struct client c;
	sigset_t before, after;
	int fds = open_descriptors(), i;

	sigprocmask(SIG_SETMASK, NULL, &before);
	h = hostile_start(&spec);
	(void)client_once(&c, hostile_port(h), row->keys,
	    row->ms == 0 ? DEADLINE_MS : row->ms);
	check_row(row, h, &c);
	client_free(&c);
	hostile_stop(&h);
	/* I7, I10 */
	sigprocmask(SIG_SETMASK, NULL, &after);
	for (i = 1; i <= 64; i++)
		ck_assert_int_eq(sigismember(&before, i),
		    sigismember(&after, i));
	ck_assert_int_eq(open_descriptors(), fds);
}
END_TEST

/*
 * H45: an answer that was there before the request. Seen in time it spoils the
 * connection; else it cannot be told from a quick one. Nothing goes out twice.
 */
START_TEST(answer_before_request)
{
	struct hostile_spec spec = { .plan = "tls; send; wait 500; fin",
	    .text = GOOD };
	struct hostile *h = hostile_start(&spec);
	struct client c;

	(void)client_once(&c, hostile_port(h), NULL, DEADLINE_MS);
	ck_assert_msg(c.r == ONSHI_OK || c.r == ONSHI_E_PROTOCOL, "%s",
	    onshi_result_name(c.r));
	ck_assert_int_le(hostile_connections(h), 2);
	ck_assert_int_eq(hostile_requests(h), 0);
	client_free(&c);
	hostile_stop(&h);
}
END_TEST

/*
 * An answer that ends just where a read does (http_talk.c reads 8,192 bytes at
 * a time): what follows it in the same record waits in TLS already.
 */
#define PIECE	8192

START_TEST(bytes_after)
{
	static char text[PIECE + 1];
	struct hostile_spec spec = { .plan = ONCE, .text = text,
	    .textlen = sizeof(text) - 1 + (size_t)_i };
	struct hostile *h;
	struct client c;
	int n, head = (int)strlen(OK200 "Content-Length: 1234\r\n\r\n");

	memset(text, 'x', sizeof(text));
	n = snprintf(text, sizeof(text), OK200 "Content-Length: %d\r\n\r\n",
	    PIECE - head);
	ck_assert_int_eq(n, head);
	text[n] = 'x';
	h = hostile_start(&spec);
	(void)client_once(&c, hostile_port(h), NULL, DEADLINE_MS);
	ck_assert_int_eq(c.r, _i == 0 ? ONSHI_OK : ONSHI_E_PROTOCOL);
	ck_assert_int_eq(c.x.sent, _i == 0 ? ONSHI_SENT_ANSWERED :
	    ONSHI_SENT_UNKNOWN);
	ck_assert_str_eq(onshi_error_reason(&c.error), _i == 0 ? "" :
	    "malformed");
	ck_assert_uint_eq(c.x.answer.len, _i == 0 ?
	    (size_t)(PIECE - head) : 0);
	client_free(&c);
	hostile_stop(&h);
}
END_TEST

/* A clock that a sink sets on, and a cancel that it sets, while it reads. */
struct reader {
	_Atomic int64_t	 ahead;
	struct client	*c;
	int		 pieces, dropped;
};

static int64_t
real_wall(void *self)
{
	(void)self;

	return oki_os_wall_ms();
}

static int64_t
steady_ahead(void *self)
{
	struct reader *me = self;

	return oki_os_steady_ms() + atomic_load(&me->ahead);
}

static int
read_slowly(void *self, const uint8_t *bytes, size_t len)
{
	struct reader *me = self;

	(void)bytes;
	(void)len;
	if (++me->pieces == 2 && me->c == NULL)
		atomic_fetch_add(&me->ahead, 2 * DEADLINE_MS);
	if (me->pieces == 2 && me->c != NULL)
		oki_cancel_set(&me->c->cancel);

	return ONSHI_OK;
}

static void
read_drop(void *self)
{
	struct reader *me = self;

	me->dropped++;
}

/* Hole 4: the deadline and a cancel hold while an answer is read, whose bytes
 * are all there already. */
START_TEST(over_while_reading)
{
	struct hostile_spec spec = { .plan = "tls; read; send; again 50000; "
	    "wait 3000", .text = OK200 "Content-Length: 200000\r\n\r\n",
	    .more = "xxxx" };
	struct hostile *h = hostile_start(&spec);
	struct reader me = { .pieces = 0 };
	struct onshi_clock_ops clock = { .size = sizeof(clock),
	    .wall = real_wall, .steady = steady_ahead,
	    .boot = steady_ahead };
	struct client c;

	client_config(&c, hostile_port(h), NULL);
	me.c = _i == 0 ? NULL : &c;
	ck_assert_int_eq(onshi_config_set_clock(c.config, &clock, &me),
	    ONSHI_OK);
	ck_assert_int_eq(client_new(&c), ONSHI_OK);
	ck_assert_int_eq(client_open(&c, DEADLINE_MS), ONSHI_OK);
	oki_wait_init(&c.wait, c.env, DEADLINE_MS, &c.cancel);
	oki_exchange_init(&c.x, "challenge", &c.wait, 0);
	ck_assert_int_eq(oki_uuid(c.x.request_id), ONSHI_OK);
	c.x.sink = (struct oki_sink){ read_slowly, read_drop, &me, 1 << 20 };
	ck_assert_int_eq(oki_session_exchange(c.session, &c.x, &c.error),
	    _i == 0 ? ONSHI_E_LINK_TIMEOUT : ONSHI_E_CANCELLED);
	ck_assert_str_eq(onshi_error_reason(&c.error), _i == 0 ? "timeout" :
	    "");
	ck_assert_int_eq(c.x.sent, ONSHI_SENT_UNKNOWN);
	ck_assert_int_eq(me.pieces, 2);
	ck_assert_int_gt(me.dropped, 0);
	client_free(&c);
	hostile_stop(&h);
}
END_TEST

/* One that was idle for a minute is made anew, before anything is sent. */
START_TEST(idle)
{
	struct hostile_spec spec = { .text = GOOD };
	struct hostile *h = hostile_start(&spec);
	struct reader me = { .pieces = 0 };
	struct onshi_clock_ops clock = { .size = sizeof(clock),
	    .wall = real_wall, .steady = steady_ahead,
	    .boot = steady_ahead };
	static const int64_t pauses[] = { 0, 30000, 61000, 30000, 30000 };
	static const int connections[] = { 1, 1, 2, 2, 2 };
	struct client c;
	size_t i;

	client_config(&c, hostile_port(h), NULL);
	ck_assert_int_eq(onshi_config_set_clock(c.config, &clock, &me),
	    ONSHI_OK);
	ck_assert_int_eq(client_new(&c), ONSHI_OK);
	ck_assert_int_eq(client_open(&c, DEADLINE_MS), ONSHI_OK);
	for (i = 0; i < OKI_COUNT(pauses); i++) {
		atomic_fetch_add(&me.ahead, pauses[i]);
		ck_assert_int_eq(client_ask(&c, "challenge", NULL, 0,
		    DEADLINE_MS), ONSHI_OK);
		ck_assert_int_eq(hostile_connections(h), connections[i]);
		ck_assert_int_eq(hostile_requests(h), (int)i + 1);
	}
	client_free(&c);
	hostile_stop(&h);
}
END_TEST

START_TEST(every_byte)
{
	static uint8_t text[5120];
	struct hostile_spec spec = { .plan = ONCE, .textlen = sizeof(text) };
	struct hostile *h;
	struct client c;
	size_t i;

	for (i = 0; i < sizeof(text); i++)
		text[i] = (uint8_t)i;
	spec.text = (const char *)text;
	h = hostile_start(&spec);
	ck_assert_int_eq(client_once(&c, hostile_port(h), NULL, DEADLINE_MS),
	    ONSHI_E_PROTOCOL);
	client_free(&c);
	hostile_stop(&h);
}
END_TEST

static const struct advice {
	const char	*value;
	int32_t		 seconds;
} advices[] = {
	{ "2", 2 }, { "0", 1 }, { "999999999999", 3600 }, { "-5", 0 },
	{ "soon", 0 }, { "1e3", 0 }, { "99999999999999999999999999", 3600 },
	{ "Sun, 06 Nov 1994 08:49:37 GMT", 1 },
	{ "Fri, 01 Jan 2100 00:00:00 GMT", 3600 }, { "", 0 }
};

START_TEST(retry_after)
{
	const struct advice *a = &advices[_i];
	char text[256];
	struct hostile_spec spec = { .plan = ONCE, .text = text };
	struct hostile *h;
	struct client c;

	(void)snprintf(text, sizeof(text), "HTTP/1.1 %s\r\n"
	    "Retry-After: %s\r\nContent-Length: 0\r\n\r\n",
	    _i % 2 == 0 ? "503 Busy" : "429 Slow down", a->value);
	h = hostile_start(&spec);
	ck_assert_int_eq(client_once(&c, hostile_port(h), NULL, DEADLINE_MS),
	    ONSHI_E_SERVICE_BUSY);
	ck_assert_int_eq(c.x.retry_after, a->seconds);
	ck_assert_int_eq(onshi_error_retry_after(&c.error), a->seconds);
	ck_assert_int_eq(onshi_error_phase(&c.error), ONSHI_PHASE_SERVICE);
	client_free(&c);
	hostile_stop(&h);
}
END_TEST

/* H44: a large request that nobody reads, and a reset in the middle of it. */
START_TEST(reset_while_sending)
{
	const size_t len = 9000000;
	struct hostile_spec spec = { .plan = "tls; take 100; rst" };
	struct hostile *h = hostile_start(&spec);
	char *body = calloc(1, len);
	struct client c;

	ck_assert_ptr_nonnull(body);
	client_config(&c, hostile_port(h), "limits.request_bytes=10000000");
	ck_assert_int_eq(client_new(&c), ONSHI_OK);
	ck_assert_int_eq(client_open(&c, DEADLINE_MS), ONSHI_OK);
	ck_assert_int_eq(client_ask(&c, "OQSsiquc01req", body, len,
	    DEADLINE_MS), ONSHI_E_NETWORK);
	ck_assert_int_eq(c.x.sent, ONSHI_SENT_UNKNOWN);
	ck_assert_int_eq(hostile_begun(h), 1);
	client_free(&c);
	hostile_stop(&h);
	free(body);
}
END_TEST

/* The service refuses while we still write: that is the answer. */
START_TEST(refused_while_sending)
{
	const size_t len = 9000000;
	struct hostile_spec spec = {
	    .plan = "tls; take 100; send; wait 1000",
	    .text = _i == 0 ? STATUS("413 Too large") : GOOD };
	struct hostile *h = hostile_start(&spec);
	char *body = calloc(1, len);
	struct client c;

	ck_assert_ptr_nonnull(body);
	client_config(&c, hostile_port(h), "limits.request_bytes=10000000");
	ck_assert_int_eq(client_new(&c), ONSHI_OK);
	ck_assert_int_eq(client_open(&c, DEADLINE_MS), ONSHI_OK);
	ck_assert_int_eq(client_ask(&c, "OQSsiquc01req", body, len,
	    DEADLINE_MS), _i == 0 ? ONSHI_E_SERVICE_REFUSED :
	    ONSHI_E_PROTOCOL);
	client_free(&c);
	hostile_stop(&h);
	free(body);
}
END_TEST

START_TEST(too_large_to_send)
{
	static const char body[2000] = "x";
	struct hostile_spec spec = { .plan = "tls; read; wait 3000" };
	struct hostile *h = hostile_start(&spec);
	struct client c;

	client_config(&c, hostile_port(h), "limits.request_bytes=1024");
	ck_assert_int_eq(client_new(&c), ONSHI_OK);
	ck_assert_int_eq(client_open(&c, DEADLINE_MS), ONSHI_OK);
	ck_assert_int_eq(client_ask(&c, "OQSsiquc01req", body, 1025,
	    DEADLINE_MS), ONSHI_E_TOO_BIG);
	ck_assert_int_eq(c.x.sent, ONSHI_SENT_NOT);
	ck_assert_int_eq(hostile_begun(h), 0);
	client_free(&c);
	hostile_stop(&h);
}
END_TEST

/* The bytes of a request, all of them (SEC-30). */
START_TEST(golden_request)
{
	struct hostile_spec spec = { .text = OK200
	    "Onshi-Visit: tok_EN-1\r\n" FOUR };
	struct hostile *h = hostile_start(&spec);
	struct client c;
	char want[1024];

	client_config(&c, hostile_port(h), NULL);
	ck_assert_int_eq(client_new(&c), ONSHI_OK);
	ck_assert_int_eq(client_open(&c, DEADLINE_MS), ONSHI_OK);
	ck_assert_int_eq(client_ask(&c, "OQSsiquc01req+card", "<A/>", 4,
	    DEADLINE_MS), ONSHI_OK);
	ck_assert_str_eq(c.x.new_token, "tok_EN-1");
	ck_assert(!c.x.rejected);
	(void)snprintf(want, sizeof(want),
	    "POST /v1/OQSsiquc01req HTTP/1.1\r\nHost: " NAME ":%u\r\n"
	    "User-Agent: libonshikaku\r\nAccept: application/xml\r\n"
	    "Content-Type: application/xml; charset=UTF-8\r\n"
	    "Onshi-Request-Id: %s\r\nContent-Length: 4\r\n\r\n<A/>",
	    hostile_port(h), c.x.request_id);
	ck_assert_str_eq(hostile_log(h), want);
	client_free(&c);
	hostile_stop(&h);
}
END_TEST

/* A challenge has no body, a medical request its token, .err is handed on. */
START_TEST(other_requests)
{
	struct hostile_spec spec = { .plan = "tls; read; send; loop",
	    .text = "HTTP/1.1 200 OK\r\nContent-Type: Application/XML ; "
	    "charset=UTF-8\r\nonshi-answer: ERR\r\n" FOUR };
	struct hostile *h = hostile_start(&spec);
	struct oki_secret *token;
	struct client c;

	client_config(&c, hostile_port(h), NULL);
	ck_assert_int_eq(client_new(&c), ONSHI_OK);
	ck_assert_int_eq(client_open(&c, DEADLINE_MS), ONSHI_OK);
	ck_assert_int_eq(client_ask(&c, "challenge", NULL, 0, DEADLINE_MS),
	    ONSHI_OK);
	ck_assert(c.x.rejected);
	ck_assert_ptr_nonnull(strstr(hostile_log(h), "POST /v1/challenge "));
	ck_assert_ptr_nonnull(strstr(hostile_log(h), "Content-Length: 0\r\n"));
	ck_assert_ptr_null(strstr(hostile_log(h), "Content-Type"));
	ck_assert_int_eq(oki_secret_new("T0-k_n", 6, &token), ONSHI_OK);
	oki_exchange_free(&c.x);
	oki_wait_init(&c.wait, c.env, DEADLINE_MS, &c.cancel);
	oki_exchange_init(&c.x, "YZKsiquc01req", &c.wait, 4096);
	ck_assert_int_eq(oki_uuid(c.x.request_id), ONSHI_OK);
	c.x.token = token;
	ck_assert_int_eq(oki_session_exchange(c.session, &c.x, &c.error),
	    ONSHI_OK);
	ck_assert_ptr_nonnull(strstr(hostile_log(h),
	    "\r\nOnshi-Visit: T0-k_n\r\n"));
	ck_assert_int_eq(hostile_connections(h), 1);
	oki_secret_free(&token);
	client_free(&c);
	hostile_stop(&h);
}
END_TEST

/* A token of 128 characters passes, one more does not. */
START_TEST(longest_token)
{
	char text[512], token[130];
	struct hostile_spec spec = { .plan = ONCE, .text = text };
	struct hostile *h;
	struct client c;

	memset(token, 'a', sizeof(token));
	token[128 + _i] = '\0';
	(void)snprintf(text, sizeof(text), OK200 "Onshi-Visit: %s\r\n" FOUR,
	    token);
	h = hostile_start(&spec);
	ck_assert_int_eq(client_once(&c, hostile_port(h), NULL, DEADLINE_MS),
	    _i == 0 ? ONSHI_OK : ONSHI_E_ANSWER_REFUSED);
	ck_assert_str_eq(c.x.new_token, _i == 0 ? token : "");
	client_free(&c);
	hostile_stop(&h);
}
END_TEST

static void
fill(TCase *t)
{
	tcase_set_timeout(t, 15);
	tcase_add_loop_test(t, answers, 0, (int)OKI_COUNT(rows));
	tcase_add_test(t, answer_before_request);
	tcase_add_loop_test(t, bytes_after, 0, 2);
	tcase_add_loop_test(t, over_while_reading, 0, 2);
	tcase_add_test(t, idle);
	tcase_add_test(t, every_byte);
	tcase_add_loop_test(t, retry_after, 0, (int)OKI_COUNT(advices));
	tcase_add_test(t, reset_while_sending);
	tcase_add_loop_test(t, refused_while_sending, 0, 2);
	tcase_add_test(t, too_large_to_send);
	tcase_add_test(t, golden_request);
	tcase_add_test(t, other_requests);
	tcase_add_loop_test(t, longest_token, 0, 2);
}

int
main(void)
{
	int failed;

	certs_make();
	failed = run_tests("wire/http", fill);
	certs_free();

	return failed;
}
