/* Characters: UTF-8 one at a time, and code page 932 both ways (SEC-43). */
#include "config.h"

#include "message/inside.h"

#define PRIVATE		0xe000u	/* U+E000 is F040 */
#define COLUMNS		188u	/* trails of a lead */
#define PRIVATE_N	(10u * COLUMNS)

/* The row of oki_cp932_rows, -1 where the lead byte has none. */
static int
row_of(unsigned int lead)
{
	if (lead >= 0x81 && lead <= 0x9f)
		return (int)lead - 0x81;
	if (lead >= 0xe0 && lead <= 0xef)
		return (int)lead - 0xe0 + 31;
	if (lead >= 0xfa && lead <= 0xfc)
		return (int)lead - 0xfa + 47;

	return -1;
}

uint32_t
oki_cp932_char(unsigned int lead, unsigned int trail)
{
	unsigned int column;
	int row;

	if (trail < 0x40 || trail == 0x7f || trail > 0xfc)
		return 0;
	column = trail - 0x40 - (trail > 0x7f);
	if (lead >= 0xf0 && lead <= 0xf9)
		return PRIVATE + (lead - 0xf0) * COLUMNS + column;
	if ((row = row_of(lead)) < 0)
		return 0;

	return oki_cp932_rows[row][column];
}

static unsigned int
code_of(unsigned int lead, unsigned int column)
{
	return lead << 8 | (column + 0x40 + (column >= 0x3f));
}

/* Of a character that has several codes the one that Windows writes: the first,
 * but none of ED and EE, NEC's selection of IBM's extensions. */
static unsigned int
search(uint32_t c)
{
	unsigned int lead, column;
	int row;

	for (lead = 0x81; lead <= 0xfc; lead++) {
		if (lead == 0xed || lead == 0xee || (row = row_of(lead)) < 0)
			continue;
		for (column = 0; column < COLUMNS; column++)
			if (oki_cp932_rows[row][column] == c)
				return code_of(lead, column);
	}

	return 0;
}

unsigned int
oki_cp932_code(uint32_t c)
{
	if (c < 0x80)
		return c;
	if (c >= 0xff61 && c <= 0xff9f)
		return c - 0xff61 + 0xa1;
	if (c >= PRIVATE && c < PRIVATE + PRIVATE_N)
		return code_of(0xf0 + (c - PRIVATE) / COLUMNS,
		    (c - PRIVATE) % COLUMNS);

	return c > 0xffff ? 0 : search(c);
}

size_t
oki_utf8_put(uint8_t to[4], uint32_t c)
{
	if (c < 0x80) {
		to[0] = (uint8_t)c;
		return 1;
	}
	if (c < 0x800) {
		to[0] = (uint8_t)(0xc0 | c >> 6);
		to[1] = (uint8_t)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		to[0] = (uint8_t)(0xe0 | c >> 12);
		to[1] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
		to[2] = (uint8_t)(0x80 | (c & 0x3f));
		return 3;
	}
	to[0] = (uint8_t)(0xf0 | c >> 18);
	to[1] = (uint8_t)(0x80 | (c >> 12 & 0x3f));
	to[2] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
	to[3] = (uint8_t)(0x80 | (c & 0x3f));

	return 4;
}

/* A NUL inside a sequence ends it: never reads past the text's end. */
uint32_t
oki_utf8_get(const char **s)
{
	const uint8_t *p = (const uint8_t *)*s;
	uint32_t c = *p++;
	int more;

	if (c >= 0xc0) {
		more = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : 1;
		c &= 0x3fu >> more;
		for (; more > 0 && (*p & 0xc0) == 0x80; more--)
			c = c << 6 | (*p++ & 0x3f);
	}
	*s = (const char *)p;

	return c;
}
