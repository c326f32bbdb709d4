/* The head and the body of an answer, without a network: every split, every
 * limit, and bytes without sense. */
#include "config.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "link/inside.h"
#include "tests/core/run.h"

#define BYTES	16384
#define LINES	64
#define NOW	1000000000	/* 2001-09-09 01:46:40 UTC */
#define OK200	"HTTP/1.1 200 OK\r\n"
#define BLANK	"\r\n"

static const struct row {
	const char	*text;
	int		 r;
	int		 status;
	int64_t		 length;
	bool		 chunked;
	bool		 close;
	bool		 is_xml;
	int		 answer;
	const char	*token;
	int32_t		 retry;
} rows[] = {
	{ OK200 BLANK, 0, 200, -1, 0, 0, 0, 0, "", 0 },
	{ "HTTP/1.1 200\r\n" BLANK, 0, 200, -1, 0, 0, 0, 0, "", 0 },
	{ "HTTP/1.1 200 \r\n" BLANK, 0, 200, -1, 0, 0, 0, 0, "", 0 },
	{ "HTTP/1.1 404 \xe3\x81\xaa\r\n" BLANK, 0, 404, -1, 0, 0, 0, 0, "",
	    0 },
	{ OK200 "Content-Length: 0\r\n" BLANK, 0, 200, 0, 0, 0, 0, 0, "", 0 },
	{ OK200 "content-LENGTH:12\r\n" BLANK, 0, 200, 12, 0, 0, 0, 0, "",
	    0 },
	{ OK200 "Content-Length: \t 007 \r\n" BLANK, 0, 200, 7, 0, 0, 0, 0,
	    "", 0 },
	{ OK200 "Content-Length: 999999999999999999\r\n" BLANK, 0, 200,
	    999999999999999999, 0, 0, 0, 0, "", 0 },
	{ OK200 "Transfer-Encoding: Chunked\r\n" BLANK, 0, 200, -1, 1, 0, 0,
	    0, "", 0 },
	{ OK200 "Connection: keep-alive, Close\r\n" BLANK, 0, 200, -1, 0, 1,
	    0, 0, "", 0 },
	{ OK200 "Connection: closed\r\nConnection: x,,y\r\n" BLANK, 0, 200,
	    -1, 0, 0, 0, 0, "", 0 },
	{ OK200 "Content-Type: application/xml\r\n" BLANK, 0, 200, -1, 0, 0,
	    1, 0, "", 0 },
	{ OK200 "Content-Type: APPLICATION/xml ;charset=\"x\"\r\n" BLANK, 0,
	    200, -1, 0, 0, 1, 0, "", 0 },
	{ OK200 "Content-Type: application/xmlx\r\n" BLANK, 0, 200, -1, 0, 0,
	    0, 0, "", 0 },
	{ OK200 "Content-Type: text/xml\r\n" BLANK, 0, 200, -1, 0, 0, 0, 0,
	    "", 0 },
	{ OK200 "Onshi-Answer: res\r\n" BLANK, 0, 200, -1, 0, 0, 0,
	    OKI_ANSWER_RES, "", 0 },
	{ OK200 "Onshi-Answer: err\r\n" BLANK, 0, 200, -1, 0, 0, 0,
	    OKI_ANSWER_ERR, "", 0 },
	{ OK200 "Onshi-Visit: aZ09-_\r\n" BLANK, 0, 200, -1, 0, 0, 0, 0,
	    "aZ09-_", 0 },
	{ OK200 "X-Other: \r\nX!#$%&'*+-.^_`|~9: y\r\n" BLANK, 0, 200, -1, 0,
	    0, 0, 0, "", 0 },
	{ "HTTP/1.1 100 Continue\r\nOnshi-Visit: a\r\nContent-Length: 9\r\n"
	    BLANK OK200 BLANK, 0, 200, -1, 0, 0, 0, 0, "", 0 },
	{ "HTTP/1.1 503 B\r\nRetry-After: 7\r\n" BLANK, 0, 503, -1, 0, 0, 0,
	    0, "", 7 },
	{ "HTTP/1.1 503 B\r\nRetry-After: Sun, 09 Sep 2001 01:48:20 GMT\r\n"
	    BLANK, 0, 503, -1, 0, 0, 0, 0, "", 100 },
	{ "HTTP/1.1 503 B\r\nRetry-After: Sun, 09 Sep 2001 00:00:00 GMT\r\n"
	    BLANK, 0, 503, -1, 0, 0, 0, 0, "", 1 },
	{ "HTTP/1.1 503 B\r\nRetry-After: Sun, 39 Sep 2001 00:00:00 GMT\r\n"
	    BLANK, 0, 503, -1, 0, 0, 0, 0, "", 0 },
	{ "HTTP/1.1 503 B\r\nRetry-After: Sun, 09 Sap 2001 00:00:00 GMT\r\n"
	    BLANK, 0, 503, -1, 0, 0, 0, 0, "", 0 },
	{ "HTTP/1.1 503 B\r\nRetry-After: Sun, 09 Sep 2001 24:00:00 GMT\r\n"
	    BLANK, 0, 503, -1, 0, 0, 0, 0, "", 0 },
	/* refused */
	{ .text = "HTTP/1.0 200 OK\r\n" BLANK, .r = ONSHI_E_PROTOCOL },
	{ .text = "http/1.1 200 OK\r\n" BLANK, .r = ONSHI_E_PROTOCOL },
	{ .text = "HTTP/1.1  200 OK\r\n" BLANK, .r = ONSHI_E_PROTOCOL },
	{ .text = "HTTP/1.1 2000 OK\r\n" BLANK, .r = ONSHI_E_PROTOCOL },
	{ .text = "HTTP/1.1 20 OK\r\n" BLANK, .r = ONSHI_E_PROTOCOL },
	{ .text = "HTTP/1.1 600 OK\r\n" BLANK, .r = ONSHI_E_PROTOCOL },
	{ .text = "HTTP/1.1 000 OK\r\n" BLANK, .r = ONSHI_E_PROTOCOL },
	{ .text = "HTTP/1.1 101 S\r\n" BLANK, .r = ONSHI_E_PROTOCOL },
	{ .text = "HTTP/1.1 103 E\r\n" BLANK, .r = ONSHI_E_PROTOCOL },
	{ .text = BLANK OK200 BLANK, .r = ONSHI_E_PROTOCOL },
	{ .text = " " OK200 BLANK, .r = ONSHI_E_PROTOCOL },
	{ .text = "HTTP/1.1 100 C\r\n" BLANK "HTTP/1.1 100 C\r\n" BLANK,
	    .r = ONSHI_E_PROTOCOL },
	{ .text = OK200 "Content-Length: \r\n", .r = ONSHI_E_PROTOCOL },
	{ .text = OK200 "Content-Length: +4\r\n", .r = ONSHI_E_PROTOCOL },
	{ .text = OK200 "Content-Length: 4, 4\r\n", .r = ONSHI_E_PROTOCOL },
	{ .text = OK200 "Content-Length: 0x4\r\n", .r = ONSHI_E_PROTOCOL },
	{ .text = OK200 "Content-Length: 9999999999999999999\r\n",
	    .r = ONSHI_E_PROTOCOL },
	{ .text = OK200 "Content-Length: 4\r\ncontent-length: 4\r\n",
	    .r = ONSHI_E_PROTOCOL },
	{ .text = OK200 "Transfer-Encoding: identity\r\n",
	    .r = ONSHI_E_PROTOCOL },
	{ .text = OK200 "Transfer-Encoding: chunked, gzip\r\n",
	    .r = ONSHI_E_PROTOCOL },
	{ .text = OK200 "Transfer-Encoding:\r\n", .r = ONSHI_E_PROTOCOL },
	{ .text = OK200 "Onshi-Answer: resx\r\n", .r = ONSHI_E_PROTOCOL },
	{ .text = OK200 "Onshi-Answer: res\r\nOnshi-Answer: err\r\n",
	    .r = ONSHI_E_PROTOCOL },
	{ .text = OK200 "Onshi-Visit: a\r\nOnshi-Visit: b\r\n",
	    .r = ONSHI_E_PROTOCOL },
	{ .text = OK200 "no colon\r\n", .r = ONSHI_E_PROTOCOL },
	{ .text = OK200 ": no name\r\n", .r = ONSHI_E_PROTOCOL },
	{ .text = OK200 "Blank : x\r\n", .r = ONSHI_E_PROTOCOL },
	{ .text = OK200 "A: b\r\n c\r\n", .r = ONSHI_E_PROTOCOL },
	{ .text = OK200 "A: b\r\n\tc\r\n", .r = ONSHI_E_PROTOCOL },
	{ .text = OK200 "A: b\n", .r = ONSHI_E_PROTOCOL },
	{ .text = OK200 "A: b\rc\r\n", .r = ONSHI_E_PROTOCOL },
	{ .text = OK200 "A: b\r\r\n", .r = ONSHI_E_PROTOCOL },
	{ .text = OK200 "A: \x01\r\n", .r = ONSHI_E_PROTOCOL },
	{ .text = OK200 "A: \x7f\r\n", .r = ONSHI_E_PROTOCOL },
	{ .text = OK200 "\xe3\x81\xaa: b\r\n", .r = ONSHI_E_PROTOCOL }
};

/* All of text in pieces of n; *used counts what was taken. */
static int
feed(struct oki_http_head *h, const char *text, size_t len, size_t n,
    size_t *total)
{
	size_t at = 0, used = 0, piece;
	int r = ONSHI_OK;

	while (r == ONSHI_OK && at < len && !h->done) {
		piece = len - at < n ? len - at : n;
		r = oki_http_head_feed(h, (const uint8_t *)text + at, piece,
		    &used);
		at += used;
	}
	*total = at;

	return r;
}

static void
check_row(const struct row *row, const struct oki_http_head *h, int r, size_t n)
{
	ck_assert_msg(r == row->r, "%s in pieces of %zu: %s", row->text, n,
	    onshi_result_name(r));
	if (r != ONSHI_OK) {
		ck_assert_ptr_nonnull(h->why);
		return;
	}
	ck_assert_msg(h->done, "%s", row->text);
	ck_assert_int_eq(h->status, row->status);
	ck_assert_int_eq(h->length, row->length);
	ck_assert_int_eq(h->chunked, row->chunked);
	ck_assert_int_eq(h->close, row->close);
	ck_assert_int_eq(h->media == OKI_MEDIA_XML, row->is_xml);
	ck_assert_int_eq(h->answer, row->answer);
	ck_assert_str_eq(h->token, row->token);
	ck_assert_int_eq(h->retry_after, row->retry);
}

START_TEST(heads)
{
	const struct row *row = &rows[_i];
	size_t n, used, len = strlen(row->text);
	struct oki_http_head h;
	int r;

	for (n = 1; n <= len; n++) {
		oki_http_head_init(&h, BYTES, LINES, NOW);
		r = feed(&h, row->text, len, n, &used);
		check_row(row, &h, r, n);
		if (r == ONSHI_OK)
			ck_assert_uint_eq(used, len);
		oki_http_head_free(&h);
	}
}
END_TEST

/* What follows the blank line is left for the body. */
START_TEST(stops_at_the_end)
{
	static const char text[] = OK200 BLANK "HTTP";
	struct oki_http_head h;
	size_t used;

	oki_http_head_init(&h, BYTES, LINES, NOW);
	ck_assert_int_eq(oki_http_head_feed(&h, (const uint8_t *)text,
	    sizeof(text) - 1, &used), ONSHI_OK);
	ck_assert(h.done);
	ck_assert_uint_eq(used, sizeof(text) - 1 - 4);
	oki_http_head_free(&h);
}
END_TEST

/* At the limit and one above (SEC-35), a 100 before it included. */
START_TEST(limits)
{
	static const char before[] = "HTTP/1.1 100 C\r\n" BLANK;
	size_t lines = LINES - 1 + (_i & 1 ? 1 : 0), i, used;
	size_t bytes;
	struct oki_buf b;
	struct oki_http_head h;
	int r = ONSHI_OK;

	oki_buf_init(&b, BYTES);
	if (_i & 2) {
		ck_assert_int_eq(oki_buf_text(&b, before), ONSHI_OK);
		lines--;
	}
	ck_assert_int_eq(oki_buf_text(&b, OK200), ONSHI_OK);
	for (i = 0; i < lines; i++)
		ck_assert_int_eq(oki_buf_text(&b, "A: b\r\n"), ONSHI_OK);
	ck_assert_int_eq(oki_buf_text(&b, BLANK), ONSHI_OK);
	oki_http_head_init(&h, BYTES, LINES, NOW);
	r = feed(&h, (char *)b.data, b.len, b.len, &used);
	ck_assert_int_eq(r, _i & 1 ? ONSHI_E_TOO_BIG : ONSHI_OK);
	oki_http_head_free(&h);
	bytes = b.len - (_i & 1);
	oki_http_head_init(&h, bytes, 256, NOW);
	r = feed(&h, (char *)b.data, b.len, 7, &used);
	ck_assert_int_eq(r, _i & 1 ? ONSHI_E_TOO_BIG : ONSHI_OK);
	oki_http_head_free(&h);
	oki_buf_free(&b);
}
END_TEST

static const struct token {
	const char	*text;
	bool		 good;
} tokens[] = {
	{ "a", true }, { "A-Z_09", true }, { "", false }, { "a b", false },
	{ "a.b", false }, { "a/b", false }, { "a=", false }, { "\xe3", false },
	{ "a\r", false }
};

START_TEST(visit_tokens)
{
	char longest[130];

	ck_assert_int_eq(oki_is_token(tokens[_i].text,
	    strlen(tokens[_i].text)), tokens[_i].good);
	memset(longest, 'x', sizeof(longest));
	ck_assert(oki_is_token(longest, 128));
	ck_assert(!oki_is_token(longest, 129));
	ck_assert(!oki_is_token("a\0b", 3));
}
END_TEST

static const struct body {
	const char	*text;
	int64_t		 length;	/* -1: chunked */
	int		 r;
	bool		 done;
	const char	*out;
	size_t		 rest;		/* bytes left over */
} bodies[] = {
	{ "", 0, ONSHI_OK, true, "", 0 },
	{ "BODY", 4, ONSHI_OK, true, "BODY", 0 },
	{ "BODYmore", 4, ONSHI_OK, true, "BODY", 4 },
	{ "BOD", 4, ONSHI_OK, false, "BOD", 0 },
	{ "12345678", 8, ONSHI_OK, true, "12345678", 0 },
	{ "123456789", 9, ONSHI_E_TOO_BIG, false, NULL, 0 },
	{ "0\r\n\r\n", -1, ONSHI_OK, true, "", 0 },
	{ "000\r\n\r\n", -1, ONSHI_OK, true, "", 0 },
	{ "4\r\nBODY\r\n0\r\n\r\n", -1, ONSHI_OK, true, "BODY", 0 },
	{ "4\r\nBODY\r\n0\r\n\r\nmore", -1, ONSHI_OK, true, "BODY", 4 },
	{ "1\r\nB\r\n02\r\nOD\r\n1\r\nY\r\n0\r\n\r\n", -1, ONSHI_OK, true,
	    "BODY", 0 },
	{ "0000000000000004\r\nBODY\r\n0\r\n\r\n", -1, ONSHI_OK, true,
	    "BODY", 0 },
	{ "8\r\n12345678\r\n0\r\n\r\n", -1, ONSHI_OK, true, "12345678", 0 },
	{ "4\r\nBODY\r\n0\r\n\r", -1, ONSHI_OK, false, "BODY", 0 },
	{ "4\r\nBODY\r\n", -1, ONSHI_OK, false, "BODY", 0 },
	{ "9\r\n123456789", -1, ONSHI_E_TOO_BIG, false, NULL, 0 },
	{ "ffffffffffffffff\r\n123456789", -1, ONSHI_E_TOO_BIG, false, NULL,
	    0 },
	{ "00000000000000004\r\n", -1, ONSHI_E_PROTOCOL, false, NULL, 0 },
	{ "\r\n", -1, ONSHI_E_PROTOCOL, false, NULL, 0 },
	{ "zz\r\n", -1, ONSHI_E_PROTOCOL, false, NULL, 0 },
	{ "0x4\r\n", -1, ONSHI_E_PROTOCOL, false, NULL, 0 },
	{ " 4\r\n", -1, ONSHI_E_PROTOCOL, false, NULL, 0 },
	{ "4 \r\n", -1, ONSHI_E_PROTOCOL, false, NULL, 0 },
	{ "4;a=b\r\n", -1, ONSHI_E_PROTOCOL, false, NULL, 0 },
	{ "-4\r\n", -1, ONSHI_E_PROTOCOL, false, NULL, 0 },
	{ "4\nBODY\n", -1, ONSHI_E_PROTOCOL, false, NULL, 0 },
	{ "4\r\rBODY", -1, ONSHI_E_PROTOCOL, false, NULL, 0 },
	{ "4\r\nBODYx\r\n", -1, ONSHI_E_PROTOCOL, false, NULL, 0 },
	{ "4\r\nBODY\n0\r\n", -1, ONSHI_E_PROTOCOL, false, NULL, 0 },
	{ "0\r\nA: b\r\n\r\n", -1, ONSHI_E_PROTOCOL, false, NULL, 0 },
	{ "0\r\n\n", -1, ONSHI_E_PROTOCOL, false, NULL, 0 }
};

START_TEST(framed_bodies)
{
	const struct body *row = &bodies[_i];
	size_t len = strlen(row->text), n, at, used = 0, piece;
	struct oki_http_head h = { .length = row->length,
	    .chunked = row->length < 0 };
	struct oki_http_body b;
	struct oki_sink sink;
	struct oki_buf out;
	int r;

	for (n = 1; n <= len + 1; n++) {
		oki_buf_init(&out, 8);
		sink = oki_sink_of(&out);
		oki_http_body_init(&b, &h);
		r = ONSHI_OK;
		for (at = 0; r == ONSHI_OK && at < len && !b.done;
		    at += used) {
			piece = len - at < n ? len - at : n;
			r = oki_http_body_feed(&b, (const uint8_t *)row->text +
			    at, piece, &sink, &used);
		}
		ck_assert_msg(r == row->r, "%s in pieces of %zu: %s",
		    row->text, n, onshi_result_name(r));
		if (r == ONSHI_OK) {
			ck_assert_int_eq(b.done, row->done);
			ck_assert_uint_eq(len - at, row->rest);
			ck_assert_uint_eq(out.len, strlen(row->out));
			ck_assert(out.len == 0 ||
			    memcmp(out.data, row->out, out.len) == 0);
		} else {
			ck_assert_ptr_nonnull(b.why);
		}
		oki_buf_free(&out);
	}
}
END_TEST

static uint32_t
next(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;

	return *seed >> 8;
}

/*
 * Good heads with a few bytes changed: whatever comes of it, the same comes
 * of it in one piece and in pieces of one byte.
 */
START_TEST(garbled)
{
	uint32_t seed = (uint32_t)_i * 7919u + 1, i, k;
	struct oki_http_head whole, apart;
	char text[512];
	size_t len, used[2];
	int r[2];

	for (i = 0; i < 3000; i++) {
		len = strlen(rows[i % OKI_COUNT(rows)].text);
		memcpy(text, rows[i % OKI_COUNT(rows)].text, len);
		for (k = next(&seed) % 4; k > 0; k--)
			text[next(&seed) % len] = (char)next(&seed);
		oki_http_head_init(&whole, BYTES, LINES, NOW);
		oki_http_head_init(&apart, BYTES, LINES, NOW);
		r[0] = feed(&whole, text, len, len, &used[0]);
		r[1] = feed(&apart, text, len, 1, &used[1]);
		ck_assert_msg(r[0] == r[1] && used[0] == used[1] &&
		    whole.done == apart.done && whole.status == apart.status
		    && whole.length == apart.length, "seed %d, case %u", _i,
		    i);
		oki_http_head_free(&whole);
		oki_http_head_free(&apart);
	}
}
END_TEST

static void
fill(TCase *t)
{
	tcase_add_loop_test(t, heads, 0, (int)OKI_COUNT(rows));
	tcase_add_test(t, stops_at_the_end);
	tcase_add_loop_test(t, limits, 0, 4);
	tcase_add_loop_test(t, visit_tokens, 0, (int)OKI_COUNT(tokens));
	tcase_add_loop_test(t, framed_bodies, 0, (int)OKI_COUNT(bodies));
	tcase_add_loop_test(t, garbled, 0, 8);
}

int
main(void)
{
	return run_tests("link/head", fill);
}
