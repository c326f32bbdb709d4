/* Symbols and numbers of insurances (記号, 番号) as they are compared. */
#include "config.h"

#include "message/inside.h"

/* Whatever people and programs put for the hyphen. */
bool
oki_is_hyphen(uint32_t c)
{
	static const uint32_t hyphens[] = { '-', 0x2d7, 0x2043, 0x207b,
	    0x208b, 0x2212, 0x2500, 0x2501, 0x30fc, 0xfe58, 0xfe63, 0xff0d,
	    0xff70 };
	size_t i;

	for (i = 0; i < OKI_COUNT(hyphens); i++)
		if (c == hyphens[i])
			return true;

	return c >= 0x2010 && c <= 0x2015;
}

bool
oki_is_wave(uint32_t c)
{
	return c == '~' || c == 0x2dc || c == 0x223c || c == 0x223e ||
	    c == 0x301c || c == 0x3030 || c == 0xff5e;
}

/* The next that counts, one width. */
static uint32_t
next_wide(const char **s)
{
	uint32_t c;

	do {
		if (**s == '\0')
			return 0;
		c = oki_wide_get(s);
		if (c >= 0xff01 && c <= 0xff5e)
			c = c - 0xff01 + '!';
	} while (c != 0x30fb && c != 0xb7 && oki_is_nothing(c));

	return c;
}

uint32_t
oki_symbol_next(struct oki_fold *f)
{
	uint32_t c = next_wide(&f->s), joined;
	const char *after = f->s;

	if (oki_is_hyphen(c) || oki_is_wave(c))
		return '-';
	if (c == 0 || *after == '\0')
		return c;
	joined = oki_kana_voice(oki_katakana(c), oki_utf8_get(&after));
	if (joined != oki_katakana(c)) {
		f->s = after;
		c = joined - (oki_katakana(c) - c);
	}

	return c;
}
