/* Whose answer it is: what was asked against what came back. */
#include "config.h"

#include <string.h>

#include "message/inside.h"

enum how { EXACT, INSURER, FOLDED, NUMBER };

/* What is compared, and where it stands; results say whose they are. */
static const struct {
	int		 parent;
	int		 el;
	size_t		 at;		/* in struct oki_expect */
	enum how	 how;
} ours[] = {
#define X(parent, el, field, how)	{ ONSHI_EL_##parent, ONSHI_EL_##el, \
	offsetof(struct oki_expect, field), how }
#define PERSON(parent)							\
	X(parent, INSURER_NUMBER, insurer_number, INSURER),		\
	X(parent, INSURED_CARD_SYMBOL, symbol, FOLDED),			\
	X(parent, INSURED_IDENTIFICATION_NUMBER, number, NUMBER),	\
	X(parent, INSURED_BRANCH_NUMBER, branch, EXACT),		\
	X(parent, BIRTHDATE, birthdate, EXACT),				\
	X(parent, ARBITRARY_IDENTIFIER, person_id, EXACT)
	X(MESSAGE_HEADER, MEDICAL_INSTITUTION_CODE, institution, EXACT),
	X(MESSAGE_HEADER, QUALIFICATION_CONFIRMATION_DATE, date, EXACT),
	X(MESSAGE_HEADER, ARBITRARY_FILE_IDENTIFIER, file_id, EXACT),
	X(MESSAGE_HEADER, RECEPTION_NUMBER, reception, EXACT),
	X(MESSAGE_HEADER, INSURER_NUMBER, insurer_number, INSURER),
	X(MESSAGE_HEADER, INSURANCE_CARD_SYMBOL, symbol, FOLDED),
	X(MESSAGE_HEADER, INSURED_PERSON_IDENTIFICATION_NUMBER, number,
	    NUMBER),
	X(MESSAGE_HEADER, BRANCH_NUMBER, branch, EXACT),
	PERSON(QUALIFICATION_CONFIRM_SEARCH_INFO),
	PERSON(REFERENCE_NUMBER_REGISTRATION_INFO),
	PERSON(DISASTER_SEARCH_INFO),
	PERSON(DISASTER_VISIT_INFO),
	X(RESULT_OF_QUALIFICATION_CONFIRMATION, BIRTHDATE, birthdate, EXACT),
	X(RESULT_OF_QUALIFICATION_CONFIRMATION, ARBITRARY_IDENTIFIER,
	    person_id, EXACT),
	X(QUA_INF, BIRTH, birthdate, EXACT),
	X(QUALIFICATIONS_INFO, BIRTHDAY, birthdate, EXACT)
};

/* Full-width for half-width kana, from U+FF61 on. */
static const uint16_t kana[] = {
	0x3002, 0x300c, 0x300d, 0x3001, 0x30fb, 0x30f2, 0x30a1, 0x30a3,
	0x30a5, 0x30a7, 0x30a9, 0x30e3, 0x30e5, 0x30e7, 0x30c3, 0x30fc,
	0x30a2, 0x30a4, 0x30a6, 0x30a8, 0x30aa, 0x30ab, 0x30ad, 0x30af,
	0x30b1, 0x30b3, 0x30b5, 0x30b7, 0x30b9, 0x30bb, 0x30bd, 0x30bf,
	0x30c1, 0x30c4, 0x30c6, 0x30c8, 0x30ca, 0x30cb, 0x30cc, 0x30cd,
	0x30ce, 0x30cf, 0x30d2, 0x30d5, 0x30d8, 0x30db, 0x30de, 0x30df,
	0x30e0, 0x30e1, 0x30e2, 0x30e4, 0x30e6, 0x30e8, 0x30e9, 0x30ea,
	0x30eb, 0x30ec, 0x30ed, 0x30ef, 0x30f3, 0x309b, 0x309c
};

/* With the mark (濁点, 半濁点) that follows in half-width; c if there is none
 * such. か to と and は to ほ stand before their voiced ones. */
static uint32_t
voice(uint32_t c, uint32_t mark)
{
	bool is_ha = c >= 0x30cf && c <= 0x30db;

	if (mark == 0xff9f)
		return is_ha ? c + 2 : c;
	if (mark != 0xff9e)
		return c;
	if (c == 0x30a6)
		return 0x30f4;

	return is_ha || (c >= 0x30ab && c <= 0x30c8 && c != 0x30c3) ?
	    c + 1 : c;
}

/* One width for all, one hyphen, one wave (messages.md 6.4). */
static uint32_t
fold(uint32_t c)
{
	static const uint32_t hyphens[] = { 0x2010, 0x2011, 0x2012, 0x2013,
	    0x2014, 0x2015, 0x2212, 0x30fc, 0xff0d };
	size_t i;

	for (i = 0; i < OKI_COUNT(hyphens); i++)
		if (c == hyphens[i])
			return '-';
	if (c >= 0xff01 && c <= 0xff5e)
		return c - 0xff01 + '!';
	if (c == 0x301c)
		return '~';

	return c == 0x3000 ? ' ' : c;
}

static uint32_t
next_folded(const char **s)
{
	uint32_t c = oki_utf8_get(s), voiced;
	const char *after = *s;

	if (c >= 0xff61 && c <= 0xff9f) {
		c = kana[c - 0xff61];
		voiced = *after == '\0' ? c : voice(c, oki_utf8_get(&after));
		if (voiced != c)
			*s = after;
		c = voiced;
	}

	return fold(c);
}

static const char *
skip_zeros(const char *s)
{
	const char *next = s;

	while (*s != '\0' && next_folded(&next) == '0')
		s = next;

	return s;
}

static bool
is_same(const char *a, const char *b, enum how how)
{
	if (how == INSURER) {
		a += strspn(a, " ");
		b += strspn(b, " ");
	}
	if (how == INSURER || how == NUMBER) {
		a = skip_zeros(a);
		b = skip_zeros(b);
	}
	if (how == EXACT || how == INSURER)
		return strcmp(a, b) == 0;
	while (*a != '\0' && *b != '\0')
		if (next_folded(&a) != next_folded(&b))
			return false;

	return *a == *b;
}

static int
compare(const struct onshi_record *rec, const struct oki_expect *x,
    struct onshi_error *e)
{
	const char *wanted;
	size_t i;

	for (i = 0; i < OKI_COUNT(ours); i++) {
		if (rec->el != ours[i].el || rec->parent == NULL ||
		    rec->parent->el != ours[i].parent)
			continue;
		memcpy(&wanted, (const char *)x + ours[i].at, sizeof(wanted));
		if (wanted != NULL && rec->text != NULL &&
		    rec->text[0] != '\0' &&
		    !is_same(rec->text, wanted, ours[i].how))
			return oki_refuse(e, oki_reasons[OKI_NOT_FOR_US],
			    "%s is another than asked", rec->name);
	}

	return ONSHI_OK;
}

int
oki_look_whose(const struct onshi_record *top, const struct oki_expect *x,
    struct onshi_error *e)
{
	const struct onshi_record *rec;
	int r;

	for (rec = top; x != NULL && rec != NULL;
	    rec = oki_record_walk(rec, top))
		if ((r = compare(rec, x, e)) != ONSHI_OK)
			return r;

	return ONSHI_OK;
}

void
oki_expect_request(struct oki_expect *x, const struct oki_doc *request)
{
	const struct onshi_record *rec;
	const char *text;
	size_t i;

	memset(x, 0, sizeof(*x));
	x->kind = oki_kind_answer(oki_doc_kind(request));
	for (rec = request->root; rec != NULL;
	    rec = oki_record_walk(rec, request->root))
		for (i = 0; i < OKI_COUNT(ours); i++)
			if (rec->el == ours[i].el && rec->parent != NULL &&
			    rec->parent->el == ours[i].parent &&
			    rec->text != NULL && rec->text[0] != '\0') {
				text = rec->text;
				memcpy((char *)x + ours[i].at, &text,
				    sizeof(text));
			}
}
