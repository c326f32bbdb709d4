/*
 * The gate before the parser: any bytes. What it lets through is UTF-8, and
 * the same characters that the system's own converter makes of the input; how
 * the bytes were cut up makes no difference but for blanks after an end tag.
 */
#include "config.h"

#include <iconv.h>

#include "fuzz.h"
#include "message/scan.h"

#define MAX	65536

struct result {
	struct oki_buf	 out;
	int		 reason;	/* -1: none */
	const char	*rule;
	bool		 whole;
	int		 encoding;
};

static int
take(void *self, const uint8_t *utf8, size_t len)
{
	MUST(len > 0);

	return oki_buf_append(self, utf8, len);
}

/* Blanks after an end tag go into it where the piece holds both: of the blanks
 * and ">" that stand together the order counts for nothing. */
static void
tidy(uint8_t *p, size_t len)
{
	static const char set[] = ">\n\t ";
	size_t i, k, n, count[sizeof(set) - 1];

	for (i = 0; i < len; i += n + (n == 0)) {
		memset(count, 0, sizeof(count));
		for (n = 0; i + n < len && p[i + n] != '\0' &&
		    strchr(set, p[i + n]) != NULL; n++)
			count[strchr(set, p[i + n]) - set]++;
		for (k = 0, n = 0; k < sizeof(count) / sizeof(count[0]); k++) {
			memset(p + i + n, set[k], count[k]);
			n += count[k];
		}
	}
}

/* seed 0: in one piece. */
static void
scan(const uint8_t *p, size_t len, const struct oki_limits *limits,
    uint32_t seed, struct result *res)
{
	struct oki_scan *s;
	unsigned long line;
	size_t at, n;

	oki_buf_init(&res->out, 4 * MAX + 16);
	MUST(oki_scan_new(limits, take, &res->out, &s) == ONSHI_OK);
	for (at = 0; at < len; at += n) {
		n = seed == 0 ? len : fuzz_piece(&seed, len - at);
		MUST(oki_scan_feed(s, p + at, n) == ONSHI_OK);
		MUST(s->kept.len <= s->kept.max && !s->is_direct);
	}
	MUST(oki_scan_finish(s) == ONSHI_OK);
	tidy(res->out.data, res->out.len);
	res->reason = oki_scan_fault(s, &line, &res->rule);
	res->whole = oki_scan_is_whole(s);
	res->encoding = oki_scan_encoding(s);
	MUST(!res->whole || s->depth == 0);
	MUST(res->reason >= 0 || s->depth <= limits->depth);
	oki_scan_free(&s);
}

static void
same(const struct result *a, const struct result *b)
{
	MUST(a->reason == b->reason);
	if (a->reason >= 0)
		return;
	MUST(a->whole == b->whole && a->encoding == b->encoding);
	MUST(oki_equal(a->out.data, a->out.len, b->out.data, b->out.len));
}

/* What is left of the input once mark and declaration are off, NULL if there
 * is nothing to compare. */
static const uint8_t *
content(const uint8_t *p, size_t *len)
{
	const uint8_t *end = p + *len, *q = p;

	if (*len >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0)
		q += 3;
	if (end - q < 6 || memcmp(q, "<?xml", 5) != 0 ||
	    (q[5] != '?' && strchr(" \t\r\n", q[5]) == NULL)) {
		*len = (size_t)(end - q);
		return q;
	}
	for (q += 5; end - q >= 2; q++)
		if (q[0] == '?' && q[1] == '>') {
			*len = (size_t)(end - q) - 2;
			return q + 2;
		}

	return NULL;
}

/* For what was taken: each character is what iconv has in its place. */
static void
as_iconv(const uint8_t *p, size_t len, const struct result *res)
{
	static char copy[MAX], out[4 * MAX];
	char *from = copy, *to = out;
	size_t left = sizeof(out);
	iconv_t cd;

	if ((p = content(p, &len)) == NULL)
		return;
	memcpy(copy, p, len);
	if (res->encoding == OKI_UTF_8) {
		tidy((uint8_t *)copy, len);
		MUST(oki_equal(copy, len, res->out.data, res->out.len));
		return;
	}
	if ((cd = iconv_open("UTF-8", "CP932")) == (iconv_t)-1)
		return;
	MUST(iconv(cd, &from, &len, &to, &left) != (size_t)-1 && len == 0);
	iconv_close(cd);
	tidy((uint8_t *)out, sizeof(out) - left);
	MUST(oki_equal(out, sizeof(out) - left, res->out.data,
	    res->out.len));
}

static void
try(const uint8_t *p, size_t len, const struct oki_limits *limits)
{
	struct result whole, pieces;

	scan(p, len, limits, 0, &whole);
	scan(p, len, limits, (uint32_t)len + 1, &pieces);
	same(&whole, &pieces);
	MUST(whole.out.len <= 3 * len);
	MUST(oki_is_utf8((const char *)whole.out.data, whole.out.len));
	if (whole.reason < 0 && whole.out.len > 0)
		as_iconv(p, len, &whole);
	MUST(whole.reason >= 0 || len <= limits->bytes);
	oki_buf_free(&whole.out);
	oki_buf_free(&pieces.out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct oki_limits limits;

	if (len > MAX)
		return 0;
	oki_limits_init(&limits, NULL);
	try(data, len, &limits);
	limits = (struct oki_limits){ .bytes = 900, .depth = 5,
	    .elements = 12, .tag = 60, .attributes = 3, .name = 20,
	    .text = 40 };
	try(data, len, &limits);

	return 0;
}
