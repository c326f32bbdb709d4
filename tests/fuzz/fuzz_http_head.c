/*
 * The head of an answer and the body behind it: any bytes, in one piece and in
 * many, against a second reading that sees all of them at once.
 */
#include "config.h"

#include "fuzz.h"
#include "link/inside.h"

#define HEAD	2000
#define LINES	12
#define BODY	4000
#define NOW	1000000000

struct result {
	struct oki_http_head	head;
	struct oki_http_body	body;
	struct oki_buf	bytes;
	int		head_result;
	int		body_result;
	size_t		headlen;
	size_t		bodylen;
};

static size_t
piece(uint32_t *seed, size_t left)
{
	return *seed == 0 ? left : fuzz_piece(seed, left);
}

static void
read_head(const uint8_t *p, size_t len, uint32_t seed, struct result *res)
{
	size_t n, used;

	oki_http_head_init(&res->head, HEAD, LINES, NOW);
	res->head_result = ONSHI_OK;
	for (res->headlen = 0; res->head_result == ONSHI_OK &&
	    res->headlen < len && !res->head.done; res->headlen += used) {
		n = piece(&seed, len - res->headlen);
		used = 0;
		res->head_result = oki_http_head_feed(&res->head,
		    p + res->headlen, n, &used);
		MUST(used >= 1 && used <= n);
	}
	MUST((res->head_result != ONSHI_OK) == (res->head.why != NULL));
}

static void
read_body(const uint8_t *p, size_t len, uint32_t seed, struct result *res)
{
	struct oki_sink sink;
	size_t n, used;

	oki_buf_init(&res->bytes, BODY);
	sink = oki_sink_of(&res->bytes);
	oki_http_body_init(&res->body, &res->head);
	res->body_result = ONSHI_OK;
	for (res->bodylen = 0; res->body_result == ONSHI_OK &&
	    res->bodylen < len && !res->body.done; res->bodylen += used) {
		n = piece(&seed, len - res->bodylen);
		used = 0;
		res->body_result = oki_http_body_feed(&res->body,
		    p + res->bodylen, n, &sink, &used);
		MUST(used <= n && (used > 0 || res->body_result != ONSHI_OK));
	}
	MUST((res->body_result != ONSHI_OK) == (res->body.why != NULL));
	MUST(res->bytes.len <= BODY);
}

static void
read_all(const uint8_t *p, size_t len, uint32_t seed, struct result *res)
{
	memset(res, 0, sizeof(*res));
	read_head(p, len, seed, res);
	if (res->head_result == ONSHI_OK && res->head.done)
		read_body(p + res->headlen, len - res->headlen, seed, res);
}

static void
free_all(struct result *res)
{
	oki_http_head_free(&res->head);
	oki_buf_free(&res->bytes);
}

static void
same(const struct result *a, const struct result *b)
{
	const struct oki_http_head *x = &a->head, *y = &b->head;

	MUST(a->head_result == b->head_result && a->headlen == b->headlen);
	MUST(x->done == y->done && x->status == y->status &&
	    x->length == y->length && x->chunked == y->chunked &&
	    x->encoded == y->encoded && x->close == y->close &&
	    x->media == y->media && x->answer == y->answer &&
	    x->bad_token == y->bad_token && x->lines == y->lines &&
	    x->retry_after == y->retry_after &&
	    strcmp(x->token, y->token) == 0);
	MUST(a->body_result == b->body_result &&
	    a->body.done == b->body.done);
	/* A body over the limit is cut where the piece was. */
	if (a->body_result != ONSHI_E_TOO_BIG)
		MUST(oki_equal(a->bytes.data, a->bytes.len, b->bytes.data,
		    b->bytes.len));
}

/* ---- the second reading ------------------------------------------------- */

static bool
is_token_char(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	    (c >= 'A' && c <= 'Z') ||
	    (c != 0 && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static bool
is_status(const uint8_t *p, size_t len, int *status)
{
	if (len < 12 || memcmp(p, "HTTP/1.1 ", 9) != 0 || p[9] < '1' ||
	    p[9] > '5' || p[10] < '0' || p[10] > '9' || p[11] < '0' ||
	    p[11] > '9' || (len > 12 && p[12] != ' '))
		return false;
	*status = (p[9] - '0') * 100 + (p[10] - '0') * 10 + p[11] - '0';

	return *status == 100 || *status >= 200;
}

/* A name, a colon, and no control characters. */
static bool
is_field(const uint8_t *p, size_t len)
{
	const uint8_t *colon = memchr(p, ':', len);
	size_t i;

	if (colon == NULL || colon == p)
		return false;
	for (i = 0; p + i < colon; i++)
		if (!is_token_char(p[i]))
			return false;

	return true;
}

static bool
is_clean(const uint8_t *p, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if ((p[i] < 0x20 && p[i] != '\t') || p[i] == 0x7f)
			return false;

	return true;
}

/* All lines of a head that was taken are good ones: its shape, once more. */
static void
look_again(const uint8_t *p, const struct result *res)
{
	const uint8_t *end = p + res->headlen, *lf;
	int status = 0, blocks = 0, last = 0;
	size_t len, lines = 0;

	while (p < end) {
		MUST((lf = memchr(p, '\n', (size_t)(end - p))) != NULL);
		MUST(lf > p && lf[-1] == '\r');
		len = (size_t)(lf - p) - 1;
		MUST(is_clean(p, len));
		lines += len > 0;
		if (status == 0)
			MUST(is_status(p, len, &status));
		else if (len > 0)
			MUST(is_field(p, len));
		else {
			last = status;
			status = 0;
			blocks++;
		}
		p = lf + 1;
	}
	MUST(status == 0 && last == res->head.status && last != 100);
	MUST(blocks == 1 || (blocks == 2 && res->head.went_on));
	MUST(lines <= LINES && lines == res->head.lines);
	MUST(res->headlen <= HEAD);
}

/* A body that is whole, from its bytes. */
static void
read_again(const uint8_t *p, const struct result *res)
{
	const char *s = (const char *)p, *end = s + res->bodylen;
	char *digits, size[20];
	size_t at = 0, n, line;

	if (!res->head.chunked) {
		MUST(oki_equal(p, res->bodylen, res->bytes.data,
		    res->bytes.len));
		MUST(res->head.length < 1 ||
		    (uint64_t)res->head.length == res->bodylen);
		return;
	}
	for (;;) {
		line = 0;
		while (s + line < end && s[line] != '\r')
			line++;
		MUST(line >= 1 && line <= 16);
		memcpy(size, s, line);
		size[line] = '\0';
		n = (size_t)strtoull(size, &digits, 16);
		MUST(*digits == '\0');
		s += line + 2;
		MUST((size_t)(end - s) >= n + 2);
		MUST(n == 0 || memcmp(res->bytes.data + at, s, n) == 0);
		MUST(s[n] == '\r' && s[n + 1] == '\n');
		at += n;
		s += n + 2;
		if (n == 0)
			break;
	}
	MUST(s == end && at == res->bytes.len);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct result whole, pieces;

	read_all(data, len, 0, &whole);
	read_all(data, len, (uint32_t)len + 1, &pieces);
	same(&whole, &pieces);
	if (whole.head.done && whole.head_result == ONSHI_OK) {
		look_again(data, &whole);
		if (whole.body.done && whole.body_result == ONSHI_OK)
			read_again(data + whole.headlen, &whole);
		MUST(whole.head.token[0] == '\0' || oki_is_token(
		    whole.head.token, strlen(whole.head.token)));
		MUST(whole.head.retry_after >= 0 &&
		    whole.head.retry_after <= 3600);
	}
	free_all(&whole);
	free_all(&pieces);

	return 0;
}
