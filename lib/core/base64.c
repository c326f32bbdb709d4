/* Base64 (RFC 4648, the common alphabet), one spelling for each content. */
#include "config.h"

#include <string.h>

#include "core/inside.h"

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

int
oki_base64(struct oki_buf *out, const uint8_t *bytes, size_t len)
{
	uint32_t v;
	char four[4];
	size_t i, n;
	int r;

	if (len > SIZE_MAX / 4)
		return ONSHI_E_TOO_BIG;
	if ((r = oki_buf_reserve(out, (len + 2) / 3 * 4)) != ONSHI_OK)
		return r;
	for (i = 0; i < len && r == ONSHI_OK; i += 3) {
		n = len - i < 3 ? len - i : 3;
		v = (uint32_t)bytes[i] << 16;
		if (n > 1)
			v |= (uint32_t)bytes[i + 1] << 8;
		if (n > 2)
			v |= bytes[i + 2];
		four[0] = alphabet[v >> 18];
		four[1] = alphabet[v >> 12 & 63];
		four[2] = n > 1 ? alphabet[v >> 6 & 63] : '=';
		four[3] = n > 2 ? alphabet[v & 63] : '=';
		r = oki_buf_append(out, four, sizeof(four));
	}
	oki_wipe(four, sizeof(four));

	return r;
}

/* Six bits, or -1: no table, so that no cache line tells which letter. */
static int
value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;

	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Four letters to n bytes; false if bits would be lost. */
static bool
decode(const char *four, size_t n, uint8_t three[3])
{
	uint32_t v = 0;
	size_t i;
	int six;

	for (i = 0; i < n + 1; i++) {
		if ((six = value(four[i])) < 0)
			return false;
		v |= (uint32_t)six << (18 - 6 * i);
	}
	three[0] = (uint8_t)(v >> 16);
	three[1] = (uint8_t)(v >> 8);
	three[2] = (uint8_t)v;

	return (n > 1 || three[1] == 0) && (n > 2 || three[2] == 0);
}

int
oki_unbase64(struct oki_buf *out, const char *text, size_t len)
{
	uint8_t three[3] = { 0 };
	size_t i, n;
	int r;

	if (len % 4 != 0 || (text == NULL && len > 0))
		return ONSHI_E_VALUE;
	if ((r = oki_buf_reserve(out, len / 4 * 3 < 3 ? 0 :
	    len / 4 * 3 - 2)) != ONSHI_OK)
		return r;
	for (i = 0; i < len && r == ONSHI_OK; i += 4) {
		n = 3;
		if (i + 4 == len && text[i + 3] == '=')
			n = text[i + 2] == '=' ? 1 : 2;
		r = decode(text + i, n, three) ?
		    oki_buf_append(out, three, n) : ONSHI_E_VALUE;
	}
	oki_wipe(three, sizeof(three));

	return r;
}
