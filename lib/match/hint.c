/* What is odd about a typed value, told before a question is sent. */
#include "config.h"

#include <string.h>

#include "match/inside.h"

/* Which of the hints is looked for: counted down to the one that is asked. */
struct search {
	size_t	 left;
	int	*hint;
	size_t	*at;
	bool	 found;
};

/* True once the one that is asked for is there. */
static bool
met(struct search *s, int hint, size_t at)
{
	if (s->left-- > 0)
		return false;
	*s->hint = hint;
	*s->at = at;

	return s->found = true;
}

static bool
is_digits_alone(enum oki_how how)
{
	return how == OKI_HOW_INSURER || how == OKI_HOW_BRANCH ||
	    how == OKI_HOW_BIRTH;
}

static bool
is_half_kana(uint32_t c)
{
	return c >= 0xff61 && c <= 0xff9f;
}

/* A mark apart from its kana; that of a half-width kana always is. */
static bool
is_split_mark(uint32_t c, uint32_t before)
{
	return (c >= 0x3099 && c <= 0x309c) ||
	    ((c == 0xff9e || c == 0xff9f) && !is_half_kana(before));
}

static bool
is_full(uint32_t c)
{
	return c > 0x3000 && !is_half_kana(c) && !oki_is_unseen(c);
}

static bool
is_half(uint32_t c)
{
	return (c > ' ' && c < 0x7f) || is_half_kana(c);
}

static bool
looks_like_digit(uint32_t c)
{
	return c != 0 && c < 0x80 && strchr("OoIl|", (int)c) != NULL;
}

/* 0 for nothing odd. */
static int
hint_of(uint32_t c, uint32_t before, enum oki_how how)
{
	bool digits = is_digits_alone(how);

	if (oki_is_unseen(c) || c < ' ')
		return ONSHI_HINT_UNSEEN;
	if (c != 0x30fb && c != 0xb7 && oki_is_nothing(c))
		return ONSHI_HINT_SPACE;
	if (is_split_mark(c, before))
		return ONSHI_HINT_SPLIT_MARK;
	if (digits && c >= 0xff10 && c <= 0xff19)
		return ONSHI_HINT_WIDTH;
	if (digits && looks_like_digit(c))
		return ONSHI_HINT_LETTER;
	if (digits && (c < '0' || c > '9'))
		return ONSHI_HINT_NO_DIGIT;
	if (oki_is_wave(c))
		return ONSHI_HINT_WAVE;

	return oki_is_hyphen(c) && c != '-' && c != 0xff0d &&
	    c != 0x30fc && c != 0xff70 ? ONSHI_HINT_HYPHEN : 0;
}

/* ー belongs to a kana; beside anything else it stands for a hyphen. */
static bool
is_stray_long(uint32_t c, uint32_t before)
{
	return (c == 0x30fc || c == 0xff70) &&
	    !(before >= 0x3041 && before <= 0x30fc) &&
	    !(before >= 0xff66 && before <= 0xff9f);
}

static bool
look_at_characters(struct search *s, const char *text, enum oki_how how)
{
	bool digits = is_digits_alone(how), half = false, full = false;
	uint32_t c, before = 0;
	size_t at;
	int hint;

	/* An insurer's number may be filled up in front (messages.md 6.3). */
	at = how == OKI_HOW_INSURER ? strspn(text, " ") : 0;
	for (text += at; *text != '\0'; at++, before = c) {
		c = oki_utf8_get(&text);
		if ((hint = hint_of(c, before, how)) != 0 && met(s, hint, at))
			return true;
		if (hint == 0 && !digits && is_stray_long(c, before) &&
		    met(s, ONSHI_HINT_HYPHEN, at))
			return true;
		if (!digits && ((is_half(c) && full) ||
		    (is_full(c) && half)) && !(half && full) &&
		    met(s, ONSHI_HINT_MIXED_WIDTH, at))
			return true;
		half = half || is_half(c);
		full = full || is_full(c);
	}

	return false;
}

static size_t
most_of(enum oki_how how)
{
	return how == OKI_HOW_SYMBOL || how == OKI_HOW_NUMBER ? 20 :
	    how == OKI_HOW_REFERENCE ? 50 : how == OKI_HOW_BRANCH ? 2 : 8;
}

static size_t
characters(const char *text)
{
	size_t n;

	for (n = 0; *text != '\0'; n++)
		(void)oki_utf8_get(&text);

	return n;
}

/* What only the whole of it shows. */
static bool
look_at_all(struct search *s, const char *text, enum oki_how how)
{
	size_t n = characters(text), digits = strspn(text, "0123456789");
	bool good = text[digits] == '\0';

	if (how == OKI_HOW_INSURER) {
		text += strspn(text, " ");
		digits = strspn(text, "0123456789");
		good = text[digits] == '\0';
		if (good && digits != 6 && digits != 8)
			return met(s, ONSHI_HINT_LENGTH, 0);
		return good && !oki_check_digit(text) &&
		    met(s, ONSHI_HINT_CHECK_DIGIT, n - 1);
	}
	if (n > most_of(how) || (is_digits_alone(how) && good &&
	    n != most_of(how)))
		return met(s, ONSHI_HINT_LENGTH, 0);

	return false;
}

int
onshi_match_hint_at(int element, const char *text, size_t i, int *hint,
    size_t *at)
{
	struct search s = { i, hint, at, false };
	enum oki_how how = oki_how_of(element);

	if (hint == NULL || at == NULL)
		return ONSHI_E_ARG;
	*hint = 0;
	*at = 0;
	if (text == NULL)
		return ONSHI_E_ARG;
	if (!oki_is_utf8(text, strlen(text)))
		return ONSHI_E_VALUE;
	if (*text == '\0' || (!is_digits_alone(how) && how !=
	    OKI_HOW_SYMBOL && how != OKI_HOW_NUMBER && how !=
	    OKI_HOW_REFERENCE))
		return ONSHI_END;
	if (look_at_characters(&s, text, how) || look_at_all(&s, text, how))
		return ONSHI_OK;

	return ONSHI_END;
}
