/* Text of which nobody says what encoding it has: what stands in an .err. */
#include "config.h"

#include <string.h>

#include "message/inside.h"

#define KILOBYTE	1024	/* what is shown of it (messages.md 1.4) */
#define UNKNOWN		0xfffd

/* A character of UTF-8 without its end: a lead byte, and some that follow. */
static bool
is_begun(const uint8_t *p, size_t len)
{
	size_t i;

	if (p[0] < 0xc2 || p[0] > 0xf4)
		return false;
	for (i = 1; i < len; i++)
		if ((p[i] & 0xc0) != 0x80)
			return false;

	return true;
}

/* Whole characters, but for one that the end has cut. */
static bool
is_utf8_so_far(const uint8_t *p, size_t len)
{
	size_t cut;

	if (oki_is_utf8((const char *)p, len))
		return true;
	for (cut = 1; cut < 4 && cut <= len; cut++)
		if (is_begun(p + len - cut, cut))
			return oki_is_utf8((const char *)p, len - cut);

	return false;
}

static uint32_t
next_utf8(const uint8_t *p, size_t len, size_t *n)
{
	static const uint8_t least[] = { 0xc0, 0xe0, 0xf0 };
	const char *text = (const char *)p;
	uint32_t c;
	size_t i, need = 1;

	for (i = 0; i < OKI_COUNT(least); i++)
		need += p[0] >= least[i];
	if (need > len) {
		*n = len;
		return 0;
	}
	c = oki_utf8_get(&text);
	*n = need;

	return c;
}

static uint32_t
next_cp932(const uint8_t *p, size_t len, size_t *n)
{
	uint32_t c;

	*n = 1;
	if (p[0] < 0x80)
		return p[0];
	if (p[0] >= 0xa1 && p[0] <= 0xdf)
		return 0xff61u + p[0] - 0xa1u;
	if (len < 2)
		return 0;
	if ((c = oki_cp932_char(p[0], p[1])) == 0)
		return UNKNOWN;
	*n = 2;

	return c;
}

/* One line for people: what a terminal would obey is a blank. */
void
oki_message_opaque(const uint8_t *p, size_t len, char *to, size_t room)
{
	uint8_t text[4];
	size_t n, put, at = 0, used = 0;
	uint32_t c;
	bool utf8;

	to[0] = '\0';
	if (p == NULL)
		return;
	if (len >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0) {
		p += 3;
		len -= 3;
	}
	if (len > KILOBYTE)
		len = KILOBYTE;
	utf8 = is_utf8_so_far(p, len);
	for (; at < len; at += n) {
		c = utf8 ? next_utf8(p + at, len - at, &n) :
		    next_cp932(p + at, len - at, &n);
		if (c == 0)
			continue;
		if (c < 0x20 || (c >= 0x7f && c < 0xa0))
			c = ' ';
		put = oki_utf8_put(text, c);
		if (used + put >= room)
			break;
		memcpy(to + used, text, put);
		used += put;
	}
	while (used > 0 && to[used - 1] == ' ')
		used--;
	to[used] = '\0';
}
