/* The head of a TLV: any bytes, against a second reading and written again. */
#include "config.h"

#include "card/inside.h"
#include "fuzz.h"

/* A tag of n bytes at p, 0 for none: all but the last of the following bytes
 * have their high bit. */
static size_t
tag_bytes(const uint8_t *p, size_t len)
{
	size_t n;

	if (len == 0)
		return 0;
	if ((p[0] & 0x1f) != 0x1f)
		return 1;
	for (n = 2; n <= 3 && n <= len; n++)
		if ((p[n - 1] & 0x80) == 0)
			return n;

	return 0;
}

/* The bytes of the head by the tables of ISO 7816-4, 0 for none. */
static size_t
expected(const uint8_t *p, size_t len, size_t *body)
{
	size_t tag = tag_bytes(p, len), i, n;

	if (tag == 0 || tag == len)
		return 0;
	if (p[tag] < 0x80) {
		*body = p[tag];
		return tag + 1;
	}
	n = p[tag] & 0x7fu;
	if (n < 1 || n > 3 || tag + 1 + n > len)
		return 0;
	for (*body = i = 0; i < n; i++)
		*body = *body * 256 + p[tag + 1 + i];

	return tag + 1 + n;
}

static void
write_again(const uint8_t *p, const struct oki_tlv *t)
{
	uint8_t head[8];
	size_t tag = tag_bytes(p, t->head), n = 0, i;

	for (i = tag; i > 0; i--)
		head[n++] = (uint8_t)(t->tag >> 8 * (i - 1));
	if (t->head == tag + 1)
		head[n++] = (uint8_t)t->body;
	else {
		head[n++] = (uint8_t)(0x80 | (t->head - tag - 1));
		for (i = t->head - tag - 1; i > 0; i--)
			head[n++] = (uint8_t)(t->body >> 8 * (i - 1));
	}
	MUST(oki_equal(head, n, p, t->head));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct oki_tlv t, cut;
	size_t body = 0, head = expected(data, len, &body);
	int r = oki_tlv_head(data, len, &t);

	MUST(r == ONSHI_OK || r == ONSHI_E_CARD_ANSWER);
	MUST((r == ONSHI_OK) == (head != 0));
	if (r != ONSHI_OK)
		return 0;
	MUST(t.head == head && t.body == body && t.head <= 7);
	MUST(t.body <= 0xffffff);
	write_again(data, &t);
	/* Its own bytes are enough, and one less is not. */
	MUST(oki_tlv_head(data, head, &cut) == ONSHI_OK &&
	    cut.body == body);
	MUST(oki_tlv_head(data, head - 1, &cut) == ONSHI_E_CARD_ANSWER);

	return 0;
}
