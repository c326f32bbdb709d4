/* Names and kana: the same, alike, or another's. Two people are never made the
 * same by what only makes them alike. */
#include "config.h"

#include <string.h>

#include "match/inside.h"

#define UNREADABLE	0x25cfu		/* ●: some one character */
#define LONG		0x30fcu		/* ー */

typedef uint32_t (*next_fn)(struct oki_fold *f);

/* What parts family and given name. */
static bool
is_space(uint32_t c)
{
	return c == ' ' || c == '\t' || c == 0xa0 || c == 0x3000 ||
	    (c >= 0x2000 && c <= 0x200a);
}

static void
take(struct oki_chars *to, const char *text, next_fn next)
{
	struct oki_fold f = { text, 0 };
	const char *ahead;
	uint32_t c;

	memset(to, 0, sizeof(*to));
	for (;;) {
		ahead = f.s;
		if (*ahead != '\0' && is_space(oki_utf8_get(&ahead)) &&
		    to->family == 0)
			to->family = to->n;
		if ((c = next(&f)) == 0)
			break;
		if ((to->over = to->n == OKI_CHARS))
			return;
		to->c[to->n++] = c;
	}
	if (to->family == to->n)
		to->family = 0;
}

void
oki_chars_name(struct oki_chars *to, const char *text)
{
	take(to, text, oki_plain_next);
}

void
oki_chars_kana(struct oki_chars *to, const char *text)
{
	take(to, text, oki_reading_next);
}

/* ---- names -------------------------------------------------------------- */

/* The graver of two reasons: another name, what cannot be read, variants,
 * spelling. */
static int
graver(int a, int b)
{
	static const int order[] = { ONSHI_DIFFERENCE_NAME,
	    ONSHI_DIFFERENCE_KANA, ONSHI_DIFFERENCE_VOICED,
	    ONSHI_DIFFERENCE_UNREADABLE, ONSHI_DIFFERENCE_VARIANT,
	    ONSHI_DIFFERENCE_SPELLING };
	size_t i;

	for (i = 0; i < OKI_COUNT(order); i++)
		if (a == order[i] || b == order[i])
			return order[i];

	return OKI_DIFFERENCE_NONE;
}

static int
name_char(uint32_t a, uint32_t b)
{
	if (a == UNREADABLE || b == UNREADABLE)
		return ONSHI_DIFFERENCE_UNREADABLE;
	if (a == b)
		return OKI_DIFFERENCE_NONE;
	if (oki_katakana(a) == oki_katakana(b))
		return ONSHI_DIFFERENCE_SPELLING;

	return oki_variant(a) == oki_variant(b) ? ONSHI_DIFFERENCE_VARIANT :
	    ONSHI_DIFFERENCE_NAME;
}

/* Parted at another place, it may be another name: 林 太一郎, 林太 一郎. */
static bool
is_parted_alike(const struct oki_chars *a, const struct oki_chars *b)
{
	return a->family == 0 || b->family == 0 || a->family == b->family;
}

static int
compare(const struct oki_chars *a, const struct oki_chars *b, int differs,
    int (*one)(uint32_t a, uint32_t b))
{
	int why = OKI_DIFFERENCE_NONE;
	size_t i;

	if (a->n != b->n || a->over || b->over)
		return differs;
	for (i = 0; i < a->n && why != differs; i++)
		why = graver(why, one(a->c[i], b->c[i]));

	return is_parted_alike(a, b) ? why :
	    graver(why, ONSHI_DIFFERENCE_SPELLING);
}

int
oki_name_why(const char *on_file, const char *answered)
{
	struct oki_chars a, b;
	int why;

	oki_chars_name(&a, on_file);
	oki_chars_name(&b, answered);
	why = compare(&a, &b, ONSHI_DIFFERENCE_NAME, name_char);
	oki_wipe(&a, sizeof(a));
	oki_wipe(&b, sizeof(b));

	return why;
}

/* ---- kana --------------------------------------------------------------- */

static int
kana_char(uint32_t a, uint32_t b)
{
	if (a == UNREADABLE || b == UNREADABLE)
		return ONSHI_DIFFERENCE_UNREADABLE;

	return a == b ? OKI_DIFFERENCE_NONE : ONSHI_DIFFERENCE_KANA;
}

static uint32_t
unvoiced(uint32_t c)
{
	uint32_t back;

	for (back = 1; back <= 2; back++)
		if (oki_kana_voice(c - back, 0x309b) == c ||
		    oki_kana_voice(c - back, 0x309c) == c)
			return c - back;

	return c == 0x30f4 ? 0x30a6 : c;
}

static int
voiced_char(uint32_t a, uint32_t b)
{
	int why = kana_char(a, b);

	return why == ONSHI_DIFFERENCE_KANA && unvoiced(a) == unvoiced(b) ?
	    ONSHI_DIFFERENCE_VOICED : why;
}

/* True if none of it is small: the interface may write small ones large
 * (messages.md 6.4). */
static bool
enlarge(struct oki_chars *k)
{
	bool none = true;
	uint32_t large;
	size_t i;

	for (i = 0; i < k->n; i++) {
		large = oki_kana_large(k->c[i]);
		none = none && large == k->c[i];
		k->c[i] = large;
	}

	return none;
}

/* The vowel a kana ends with, as its own kana; 0 for what has none. */
static uint32_t
vowel_of(uint32_t c)
{
	static const char *const rows[] = { "アカガサザタダナハバパマヤラワ",
	    "イキギシジチヂニヒビピミリヰ", "ウクグスズツヅヌフブプムユルヴ",
	    "エケゲセゼテデネヘベペメレヱ", "オコゴソゾトドノホボポモヨロヲ" };
	const char *s;
	uint32_t vowel;
	size_t i;

	for (i = 0; i < OKI_COUNT(rows); i++) {
		s = rows[i];
		vowel = oki_utf8_get(&s);
		for (s = rows[i]; *s != '\0';)
			if (oki_utf8_get(&s) == c)
				return vowel;
	}

	return 0;
}

/* What is spelt in several ways and read in one: ヅ ズ, ヲ オ, オウ オオ オー.
 * Registers took furigana over in 2025, each in its own spelling. */
static void
respell(struct oki_chars *k)
{
	static const struct { uint32_t from, to; } same[] = {
	    { 0x30c5, 0x30ba }, { 0x30c2, 0x30b8 }, { 0x30f2, 0x30aa },
	    { 0x30f0, 0x30a4 }, { 0x30f1, 0x30a8 } };
	uint32_t before = 0, vowel;
	size_t i, j;

	for (i = 0; i < k->n; i++) {
		for (j = 0; j < OKI_COUNT(same); j++)
			if (k->c[i] == same[j].from)
				k->c[i] = same[j].to;
		vowel = before;
		before = vowel_of(k->c[i]);
		if (k->c[i] == LONG || i == k->family)
			before = k->c[i] == LONG ? vowel : before;
		else if (vowel != 0 && (k->c[i] == vowel ||
		    (vowel == 0x30aa && k->c[i] == 0x30a6) ||
		    (vowel == 0x30a8 && k->c[i] == 0x30a4))) {
			k->c[i] = LONG;
			before = vowel;
		}
	}
}

int
oki_kana_why(const char *on_file, const char *answered)
{
	struct oki_chars a, b;
	bool large, larger;
	int why;

	oki_chars_kana(&a, on_file);
	oki_chars_kana(&b, answered);
	if ((why = compare(&a, &b, ONSHI_DIFFERENCE_KANA, kana_char)) !=
	    ONSHI_DIFFERENCE_KANA)
		goto out;
	large = enlarge(&a);
	larger = enlarge(&b);
	if ((why = compare(&a, &b, ONSHI_DIFFERENCE_KANA, kana_char)) !=
	    ONSHI_DIFFERENCE_KANA) {
		if (!large && !larger)
			why = graver(why, ONSHI_DIFFERENCE_SPELLING);
		goto out;
	}
	respell(&a);
	respell(&b);
	if ((why = compare(&a, &b, ONSHI_DIFFERENCE_KANA, kana_char)) !=
	    ONSHI_DIFFERENCE_KANA)
		why = graver(why, ONSHI_DIFFERENCE_SPELLING);
	else
		why = compare(&a, &b, ONSHI_DIFFERENCE_KANA, voiced_char);
out:
	oki_wipe(&a, sizeof(a));
	oki_wipe(&b, sizeof(b));

	return why;
}

/* ---- parts -------------------------------------------------------------- */

static void
drop_family(struct oki_chars *k)
{
	memmove(k->c, k->c + k->family, (k->n - k->family) *
	    sizeof(k->c[0]));
	k->n -= k->family;
	k->family = 0;
}

bool
oki_given_agrees(const char *on_file, const char *answered, bool kana)
{
	struct oki_chars a, b;
	bool agrees = false;

	take(&a, on_file, kana ? oki_kana_next : oki_plain_next);
	take(&b, answered, kana ? oki_kana_next : oki_plain_next);
	if (a.family > 0 && b.family > 0) {
		drop_family(&a);
		drop_family(&b);
		agrees = compare(&a, &b, ONSHI_DIFFERENCE_NAME, kana ?
		    kana_char : name_char) == OKI_DIFFERENCE_NONE;
	}
	oki_wipe(&a, sizeof(a));
	oki_wipe(&b, sizeof(b));

	return agrees;
}
