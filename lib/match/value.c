/* Numbers, codes, days and shares: the same, alike, or others. */
#include "config.h"

#include <string.h>

#include "match/inside.h"

#define TEXT	400		/* bytes of a number as it is compared */

/* ---- symbols and numbers ------------------------------------------------ */

/* Without what only parts, or only fills: hyphens, dots, zeros in front, and
 * in one case. Alike, and no more than that. */
static void
loosen(char *s)
{
	char *to = s;
	bool front = true;

	for (; *s != '\0'; s++) {
		if (strchr("-.,/_()[]", *s) != NULL || (front && *s == '0'))
			continue;
		front = false;
		*to++ = *s >= 'a' && *s <= 'z' ? (char)(*s - 'a' + 'A') : *s;
	}
	*to = '\0';
}

static int
number_why(enum oki_how how, const char *on_file, const char *answered,
    int differs)
{
	char a[TEXT], b[TEXT];
	int why = ONSHI_DIFFERENCE_UNCLEAR;

	if (oki_canonical(how, on_file, a, sizeof(a)) &&
	    oki_canonical(how, answered, b, sizeof(b))) {
		why = strcmp(a, b) == 0 ? OKI_DIFFERENCE_NONE : differs;
		loosen(a);
		loosen(b);
		if (why == differs && how != OKI_HOW_INSURER &&
		    how != OKI_HOW_BRANCH && a[0] != '\0' &&
		    strcmp(a, b) == 0)
			why = ONSHI_DIFFERENCE_SPELLING;
	}
	oki_wipe(a, sizeof(a));
	oki_wipe(b, sizeof(b));

	return why;
}

/* ---- days --------------------------------------------------------------- */

static uint32_t
narrow(uint32_t c)
{
	return c >= 0xff01 && c <= 0xff5e ? c - 0xff01 + '!' : c;
}

/* yyyymmdd of either width, parted or not: 1980-05-12, 1980/5/12, 1980年5月12日.
 * False for what is no such thing: an era is a person's to read. */
static bool
day_of(const char *s, int part[3])
{
	int n = 0, digits[3] = { 0, 0, 0 };
	bool parted = false;
	uint32_t c;

	memset(part, 0, 3 * sizeof(part[0]));
	while (*s != '\0') {
		c = narrow(oki_utf8_get(&s));
		if (c >= '0' && c <= '9') {
			if (!parted && n < 2 && digits[n] == (n == 0 ? 4 : 2))
				n++;
			if (++digits[n] > 4)
				return false;
			part[n] = part[n] * 10 + (int)(c - '0');
		} else if (oki_is_hyphen(c) || c == '/' || c == '.' ||
		    c == 0x5e74 || c == 0x6708) {	/* 年, 月 */
			parted = true;
			if (digits[n] == 0 || ++n > 2)
				return false;
		} else if (!oki_is_nothing(c) && c != 0x65e5)	/* 日 */
			return false;
	}

	return digits[0] == 4 && digits[1] > 0 && digits[1] <= 2 &&
	    digits[2] > 0 && digits[2] <= 2;
}

/* A month or day of 00 is not known (messages.md 6.2). */
static int
day_why(const char *on_file, const char *answered, int differs)
{
	int a[3], b[3], why = OKI_DIFFERENCE_NONE;
	size_t i;

	if (!day_of(on_file, a) || !day_of(answered, b))
		return strcmp(on_file, answered) == 0 ? OKI_DIFFERENCE_NONE :
		    ONSHI_DIFFERENCE_UNCLEAR;
	for (i = 0; i < 3; i++)
		if (a[i] != b[i] && a[i] != 0 && b[i] != 0)
			return differs;
		else if (a[i] == 0 || b[i] == 0)
			why = ONSHI_DIFFERENCE_UNCLEAR;

	return why;
}

/* ---- shares and amounts ------------------------------------------------- */

/* Digits and what stands behind them, as one character; -1: no such thing. */
static int
digits_of(const char *s, uint32_t *unit, int *digits)
{
	int value = 0;
	uint32_t c;

	*unit = 0;
	*digits = 0;
	while (*s != '\0') {
		c = narrow(oki_utf8_get(&s));
		if (c >= '0' && c <= '9' && *unit == 0 && value < 100000000) {
			value = value * 10 + (int)(c - '0');
			(*digits)++;
		} else if (!oki_is_nothing(c) && c != ',' && *unit == 0)
			*unit = c;
		else if (!oki_is_nothing(c) && c != ',')
			return -1;
	}

	return *digits == 0 ? -1 : value;
}

/* 020, 20, 20%, 2割 and 2: all of them are 20 percent. */
int
oki_ratio(const char *text)
{
	int digits, value;
	uint32_t unit;

	value = digits_of(text, &unit, &digits);
	if (value < 0 || value > 100 || (unit != 0 && unit != '%' &&
	    unit != 0x5272))				/* 割 */
		return -1;
	if (unit == 0x5272 || (unit == 0 && digits == 1))
		value *= 10;

	return value > 100 ? -1 : value;
}

static int
ratio_why(const char *on_file, const char *answered, int differs)
{
	int a = oki_ratio(on_file), b = oki_ratio(answered);

	if (a < 0 || b < 0)
		return ONSHI_DIFFERENCE_UNCLEAR;

	return a == b ? OKI_DIFFERENCE_NONE : differs;
}

static int
amount_why(const char *on_file, const char *answered, int differs)
{
	uint32_t a_unit, b_unit;
	int a, b, digits;

	a = digits_of(on_file, &a_unit, &digits);
	b = digits_of(answered, &b_unit, &digits);
	if (a < 0 || b < 0 || (a_unit != 0 && a_unit != 0x5186) ||	/* 円 */
	    (b_unit != 0 && b_unit != 0x5186))
		return ONSHI_DIFFERENCE_UNCLEAR;

	return a == b ? OKI_DIFFERENCE_NONE : differs;
}

/* ---- codes -------------------------------------------------------------- */

/* A code as it stands, or by the name that the table has for it, as a host may
 * keep it: オ, 区分オ. */
static const char *
code_of(int element, const char *text)
{
	static const char class[] = "区分";
	const char *code = NULL;

	if (oki_code_name(element, text)[0] != '\0')
		return text;
	if (strncmp(text, class, strlen(class)) == 0)
		code = oki_code_of(element, text + strlen(class));
	if (code == NULL)
		code = oki_code_of(element, text);

	return code != NULL ? code : text;
}

static int
code_why(int element, const char *on_file, const char *answered, int differs)
{
	char a[TEXT], b[TEXT];
	bool known = false, same = false;

	if (oki_canonical(OKI_HOW_SYMBOL, on_file, a, sizeof(a)) &&
	    oki_canonical(OKI_HOW_SYMBOL, answered, b, sizeof(b))) {
		known = oki_code_name(element, code_of(element, b))[0] != '\0';
		same = strcmp(code_of(element, a), code_of(element, b)) == 0;
	}
	oki_wipe(a, sizeof(a));
	oki_wipe(b, sizeof(b));
	if (same)
		return known ? OKI_DIFFERENCE_NONE :
		    ONSHI_DIFFERENCE_CODE_UNKNOWN;

	return known ? differs : ONSHI_DIFFERENCE_CODE_NEW;
}

/* Sex1 alone: 3 is not told by the card's front (OQSCD007), and Sex2 is not for
 * a reception screen. */
static int
sex_why(int element, const char *on_file, const char *answered, int differs)
{
	const char *a = code_of(element, on_file);
	const char *b = code_of(element, answered);

	if ((strcmp(a, "1") != 0 && strcmp(a, "2") != 0) ||
	    (strcmp(b, "1") != 0 && strcmp(b, "2") != 0))
		return OKI_DIFFERENCE_NONE;

	return strcmp(a, b) == 0 ? OKI_DIFFERENCE_NONE : differs;
}

/* A name that is no patient's: alike is good enough. */
static int
title_why(const char *on_file, const char *answered, int differs)
{
	int why = oki_name_why(on_file, answered);

	return why == ONSHI_DIFFERENCE_NAME ? differs : OKI_DIFFERENCE_NONE;
}

/* ------------------------------------------------------------------------- */

int
oki_value_why(int element, enum oki_how how, const char *on_file,
    const char *answered, int differs)
{
	switch (how) {
	case OKI_HOW_INSURER:
	case OKI_HOW_SYMBOL:
	case OKI_HOW_NUMBER:
	case OKI_HOW_BRANCH:
	case OKI_HOW_REFERENCE:
		return number_why(how, on_file, answered, differs);
	case OKI_HOW_BIRTH:
	case OKI_HOW_DAY:
		return day_why(on_file, answered, differs);
	case OKI_HOW_RATIO:
		return ratio_why(on_file, answered, differs);
	case OKI_HOW_AMOUNT:
		return amount_why(on_file, answered, differs);
	case OKI_HOW_CODE:
		return code_why(element, on_file, answered, differs);
	case OKI_HOW_SEX:
		return sex_why(element, on_file, answered, differs);
	case OKI_HOW_TITLE:
		return title_why(on_file, answered, differs);
	default:
		return OKI_DIFFERENCE_NONE;
	}
}

bool
oki_is_assistance(const char *kind, const char *insurer)
{
	char number[16];

	if (kind[0] != '\0')
		return strcmp(kind, "A1") == 0;

	return oki_canonical(OKI_HOW_INSURER, insurer, number,
	    sizeof(number)) && strlen(number) == 8 &&
	    strncmp(number, "12", 2) == 0;
}
