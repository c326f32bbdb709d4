/* Kana and names as they are compared: one width, one spelling, nothing lost
 * that tells two people apart. */
#include "config.h"

#include <string.h>

#include "message/inside.h"

#define DAKUTEN		0x309bu		/* the marks, as they stand alone */
#define HANDAKUTEN	0x309cu
#define LONG		0x30fcu		/* the long vowel */

/* Full-width for half-width kana, from U+FF61 on. */
static const uint16_t wide[] = {
	0x3002, 0x300c, 0x300d, 0x3001, 0x30fb, 0x30f2, 0x30a1, 0x30a3,
	0x30a5, 0x30a7, 0x30a9, 0x30e3, 0x30e5, 0x30e7, 0x30c3, 0x30fc,
	0x30a2, 0x30a4, 0x30a6, 0x30a8, 0x30aa, 0x30ab, 0x30ad, 0x30af,
	0x30b1, 0x30b3, 0x30b5, 0x30b7, 0x30b9, 0x30bb, 0x30bd, 0x30bf,
	0x30c1, 0x30c4, 0x30c6, 0x30c8, 0x30ca, 0x30cb, 0x30cc, 0x30cd,
	0x30ce, 0x30cf, 0x30d2, 0x30d5, 0x30d8, 0x30db, 0x30de, 0x30df,
	0x30e0, 0x30e1, 0x30e2, 0x30e4, 0x30e6, 0x30e8, 0x30e9, 0x30ea,
	0x30eb, 0x30ec, 0x30ed, 0x30ef, 0x30f3, 0x309b, 0x309c
};

uint32_t
oki_wide_get(const char **s)
{
	uint32_t c = oki_utf8_get(s), voiced;
	const char *after = *s;

	if (c < 0xff61 || c > 0xff9f)
		return c;
	c = wide[c - 0xff61];
	if (*after == '\0')
		return c;
	voiced = oki_kana_voice(c, oki_utf8_get(&after));
	if (voiced != c)
		*s = after;

	return voiced;
}

/* か to と and は to ほ stand before their voiced ones. */
uint32_t
oki_kana_voice(uint32_t c, uint32_t mark)
{
	bool is_ha = c >= 0x30cf && c <= 0x30db && (c - 0x30cf) % 3 == 0;
	bool is_ka = (c >= 0x30ab && c <= 0x30c1 && c % 2 == 1) ||
	    c == 0x30c4 || c == 0x30c6 || c == 0x30c8;

	if (mark == 0xff9f || mark == HANDAKUTEN || mark == 0x309a)
		return is_ha ? c + 2 : c;
	if (mark != 0xff9e && mark != DAKUTEN && mark != 0x3099)
		return c;
	if (c == 0x30a6)
		return 0x30f4;

	return is_ha || is_ka ? c + 1 : c;
}

/* What nobody sees: no width, no ink; which form of a character to draw. */
bool
oki_is_unseen(uint32_t c)
{
	return c == 0xad || c == 0x61c || c == 0x180e || c == 0xfeff ||
	    (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
	    (c >= 0x2060 && c <= 0x206f) || (c >= 0xfe00 && c <= 0xfe0f) ||
	    (c >= 0xe0100 && c <= 0xe01ef);
}

/* That, and what parts a name. */
bool
oki_is_nothing(uint32_t c)
{
	return c == ' ' || c == '\t' || c == 0xa0 || c == 0x3000 ||
	    c == 0x30fb || c == 0xb7 || oki_is_unseen(c) ||
	    (c >= 0x2000 && c <= 0x200a) || c == 0x202f || c == 0x205f;
}

/* Latin of one width and one case. */
static uint32_t
latin(uint32_t c)
{
	if (c >= 0xff01 && c <= 0xff5e)
		c = c - 0xff01 + '!';

	return c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c;
}

uint32_t
oki_katakana(uint32_t c)
{
	return (c >= 0x3041 && c <= 0x3096) || c == 0x309d || c == 0x309e ?
	    c + 0x60 : c;
}

/* ァ for ア and the like: small ones are often written large. */
uint32_t
oki_kana_large(uint32_t c)
{
	switch (c) {
	case 0x30a1: case 0x30a3: case 0x30a5: case 0x30a7: case 0x30a9:
	case 0x30c3: case 0x30e3: case 0x30e5: case 0x30e7: case 0x30ee:
		return c + 1;
	case 0x30f5:
		return 0x30ab;
	case 0x30f6:
		return 0x30b1;
	default:
		return c;
	}
}

/* One character without what parts names; 0 at the end. Marks that stand
 * apart join the kana before them. */
static uint32_t
next_joined(const char **s, bool kana)
{
	uint32_t c, joined;
	const char *after;

	do {
		if (**s == '\0')
			return 0;
		c = oki_wide_get(s);
	} while (oki_is_nothing(c));
	if (kana)
		c = oki_katakana(c);
	after = *s;
	if (*after == '\0')
		return c;
	joined = oki_kana_voice(oki_katakana(c), oki_utf8_get(&after));
	if (joined != oki_katakana(c)) {
		*s = after;
		c = joined - (oki_katakana(c) - c);
	}

	return c;
}

uint32_t
oki_reading_next(struct oki_fold *f)
{
	uint32_t c = next_joined(&f->s, true);

	return f->before = oki_is_hyphen(c) ? LONG : latin(c);
}

uint32_t
oki_kana_next(struct oki_fold *f)
{
	return oki_kana_large(oki_reading_next(f));
}

/* 々 stands for what stands before it. */
uint32_t
oki_plain_next(struct oki_fold *f)
{
	uint32_t c = next_joined(&f->s, false);

	return f->before = oki_is_hyphen(c) ? LONG : c == 0x3005 &&
	    f->before != 0 ? f->before : latin(c);
}

uint32_t
oki_name_next(struct oki_fold *f)
{
	return oki_variant(oki_plain_next(f));
}
