/* The body of a response: where it ends, by its length or its chunks. */
#include "config.h"

#include "link/inside.h"

#define DIGITS_MAX	16

/*
 * The place within a chunk. Extensions and trailers, which nobody of ours
 * sends, are refused rather than skipped (SEC-34).
 */
enum { SIZE, SIZE_LF, DATA, DATA_CR, DATA_LF, END_CR, END_LF };

static const struct {
	uint8_t	want;
	int	next;
} marks[] = {
	[SIZE_LF] = { '\n', DATA },
	[DATA_CR] = { '\r', DATA_LF },
	[DATA_LF] = { '\n', SIZE },
	[END_CR] = { '\r', END_LF },
	[END_LF] = { '\n', SIZE }
};

static int
refuse(struct oki_http_body *b, const char *why)
{
	b->why = why;

	return ONSHI_E_PROTOCOL;
}

void
oki_http_body_init(struct oki_http_body *b, const struct oki_http_head *h)
{
	*b = (struct oki_http_body){ .chunked = h->chunked, .at = SIZE };
	if (!h->chunked) {
		b->at = DATA;
		b->left = h->length > 0 ? (uint64_t)h->length : 0;
		b->done = b->left == 0;
	}
}

static int
hex(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;

	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static int
take_size(struct oki_http_body *b, uint8_t c)
{
	int digit = hex(c);

	if (digit >= 0 && b->digits < DIGITS_MAX) {
		b->left = b->left << 4 | (uint64_t)digit;
		b->digits++;
		return ONSHI_OK;
	}
	if (c != '\r' || b->digits == 0)
		return refuse(b, "a chunk without a plain size");
	b->at = SIZE_LF;

	return ONSHI_OK;
}

static int
take_mark(struct oki_http_body *b, uint8_t c)
{
	if (c != marks[b->at].want)
		return refuse(b, b->at == END_CR ?
		    "trailers after the last chunk" :
		    "a chunk that does not end where it should");
	if (b->at == END_LF)
		b->done = true;
	b->at = b->at == SIZE_LF && b->left == 0 ? END_CR : marks[b->at].next;
	b->digits = 0;

	return ONSHI_OK;
}

static const char *
why_not(int r)
{
	switch (r) {
	case ONSHI_E_TOO_BIG:
		return "a body over the limit";
	case ONSHI_E_LINK_TIMEOUT:
		return "the time was over within the body";
	case ONSHI_E_CANCELLED:
		return "cancelled within the body";
	default:
		return "a body that was refused as it came";
	}
}

/* As many of the bytes as belong to this chunk, or to the body. */
static int
take_data(struct oki_http_body *b, const uint8_t *p, size_t len,
    const struct oki_sink *out, size_t *used)
{
	int r;

	*used = len < b->left ? len : (size_t)b->left;
	if ((r = out->take(out->self, p, *used)) != ONSHI_OK) {
		b->why = why_not(r);
		return r;
	}
	b->left -= *used;
	if (b->left > 0)
		return ONSHI_OK;
	if (b->chunked)
		b->at = DATA_CR;
	else
		b->done = true;

	return ONSHI_OK;
}

int
oki_http_body_feed(struct oki_http_body *b, const uint8_t *p, size_t len,
    const struct oki_sink *out, size_t *used)
{
	size_t n;
	int r = ONSHI_OK;

	for (*used = 0; r == ONSHI_OK && *used < len && !b->done;
	    *used += n) {
		n = 1;
		if (b->at == SIZE)
			r = take_size(b, p[*used]);
		else if (b->at == DATA)
			r = take_data(b, p + *used, len - *used, out, &n);
		else
			r = take_mark(b, p[*used]);
	}

	return r;
}
