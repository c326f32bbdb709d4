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
	PERSON(EMERGENCY_VISIT_INFO),
	X(RESULT_OF_QUALIFICATION_CONFIRMATION, BIRTHDATE, birthdate, EXACT),
	X(RESULT_OF_QUALIFICATION_CONFIRMATION, ARBITRARY_IDENTIFIER,
	    person_id, EXACT),
	X(QUA_INF, BIRTH, birthdate, EXACT),
	X(QUALIFICATIONS_INFO, BIRTHDAY, birthdate, EXACT)
};

static const char *
skip_zeros(const char *s)
{
	struct oki_fold f = { s, 0 };

	while (oki_symbol_next(&f) == '0')
		s = f.s;

	return s;
}

static bool
is_same_folded(const char *a, const char *b)
{
	struct oki_fold fa = { a, 0 }, fb = { b, 0 };
	uint32_t c;

	do {
		c = oki_symbol_next(&fa);
		if (c != oki_symbol_next(&fb))
			return false;
	} while (c != 0);

	return true;
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

	return is_same_folded(a, b);
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
		    !oki_is_blank(rec->text) &&
		    !is_same(rec->text, wanted, ours[i].how))
			return oki_refuse(e, oki_reasons[OKI_NOT_FOR_US],
			    "%s is another than asked", oki_record_name(rec));
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
