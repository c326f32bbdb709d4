/* The head of a TLV as cards write it: enough to know where a file ends. */
#include "config.h"

#include "card/inside.h"

#define TAG_BYTES	3
#define LENGTH_BYTES	3

/* Bytes of the tag, 0 if it is longer than we take or cut off. */
static size_t
tag_read(const uint8_t *p, size_t len, uint32_t *tag)
{
	size_t n = 0;

	if (len == 0)
		return 0;
	*tag = p[n++];
	if ((*tag & 0x1f) != 0x1f)
		return n;
	do {
		if (n == len || n == TAG_BYTES)
			return 0;
		*tag = *tag << 8 | p[n];
	} while ((p[n++] & 0x80) != 0);

	return n;
}

/* Minimal or not: cards of around 2023 write 82 00 68 for 104. */
int
oki_tlv_head(const uint8_t *p, size_t len, struct oki_tlv *out)
{
	size_t n, more, body = 0;

	if ((n = tag_read(p, len, &out->tag)) == 0 || n == len)
		return ONSHI_E_CARD_ANSWER;
	body = p[n++];
	if (body >= 0x80) {
		more = body & 0x7f;
		if (more == 0 || more > LENGTH_BYTES || more > len - n)
			return ONSHI_E_CARD_ANSWER;
		for (body = 0; more > 0; more--)
			body = body << 8 | p[n++];
	}
	out->head = n;
	out->body = body;

	return ONSHI_OK;
}
