/*
 * What the host has on file against what was answered: each difference with
 * its severity and the next step at the counter. Pure: no root, no I/O, no
 * wait; nothing is changed on either side. Addresses and the second sex are
 * never looked at (CO-8).
 */
#ifndef ONSHIKAKU_MATCH_H
#define ONSHIKAKU_MATCH_H

#include "onshikaku/base.h"
#include "onshikaku/elements.h"

#ifdef __cplusplus
extern "C" {
#endif

struct onshi_match;

/* Empty; wiped when freed. One thread at a time. */
ONSHI_API ONSHI_CHECK int onshi_match_new(struct onshi_match **out);
ONSHI_API void onshi_match_free(struct onshi_match **mp);

/*
 * What the host has on file, as it stands there: any width, any padding. NULL
 * or empty takes it away. ONSHI_ABSENT for an element that is not compared.
 * set_item is for what repeats: the i-th (0 to 15) specific disease or ticket.
 */
ONSHI_API ONSHI_CHECK int onshi_match_set_text(struct onshi_match *m,
    int element, const char *text);
ONSHI_API ONSHI_CHECK int onshi_match_set_item(struct onshi_match *m,
    size_t i, int element, const char *text);

/*
 * Compares with one result of an answer, in place of what was compared before.
 * *verdict is one of ONSHI_MATCH_..., of all together: SAME is said only of a
 * name and a day of birth that both sides have. The record is not kept.
 */
ONSHI_API ONSHI_CHECK int onshi_match_compare(struct onshi_match *m,
    const struct onshi_record *rec, int *verdict);

/*
 * The i-th difference, the severest first: ONSHI_OK, or ONSHI_END after the
 * last. on_file and answered are what either side has, "" where it has
 * nothing, borrowed until the next call on m. Any place may be NULL.
 */
ONSHI_API ONSHI_CHECK int onshi_match_at(const struct onshi_match *m,
    size_t i, int *element, int *difference, const char **on_file,
    const char **answered);

/*
 * The i-th thing to keep for next time: branch number, reference number, and
 * the day for which this was confirmed (QualificationConfirmationDate; TI-2).
 */
ONSHI_API ONSHI_CHECK int onshi_match_keep_at(const struct onshi_match *m,
    size_t i, int *element, const char **text);

ONSHI_API const struct onshi_error *onshi_match_error(
    const struct onshi_match *m);

enum {
	ONSHI_MATCH_SAME	= 0,
	ONSHI_MATCH_COMPATIBLE	= 1,	/* nothing contradicts it */
	ONSHI_MATCH_DIFFERENT	= 2
};

enum {
	ONSHI_SEVERITY_NOTE	= 1,	/* to be known, no more */
	ONSHI_SEVERITY_CHECK	= 2,	/* to be looked at before it is used */
	ONSHI_SEVERITY_STOP	= 3	/* maybe another person: use nothing */
};

/* Why there is something to say about an element. Verdict, severity, words
 * and the next step belong to the reason, and stand in one table. */
enum {
	ONSHI_DIFFERENCE_UNREADABLE	= 1,	/* U+25CF for a character */
	ONSHI_DIFFERENCE_VARIANT	= 2,	/* other forms of characters */
	ONSHI_DIFFERENCE_SPELLING	= 3,	/* spelt otherwise */
	ONSHI_DIFFERENCE_VOICED		= 4,	/* kana but for voiced marks */
	ONSHI_DIFFERENCE_OTHER_NAME	= 5,	/* agrees with the other name */
	ONSHI_DIFFERENCE_KANA		= 6,	/* kana alone */
	ONSHI_DIFFERENCE_NAME		= 7,	/* name alone */
	ONSHI_DIFFERENCE_SURNAME	= 8,	/* all but the given name */
	ONSHI_DIFFERENCE_PERSON		= 9,	/* name and kana */
	ONSHI_DIFFERENCE_BIRTHDATE	= 10,
	ONSHI_DIFFERENCE_SEX		= 11,
	ONSHI_DIFFERENCE_REFERENCE	= 12,	/* another reference number */
	ONSHI_DIFFERENCE_INSURER	= 13,
	ONSHI_DIFFERENCE_NUMBER		= 14,	/* symbol, number */
	ONSHI_DIFFERENCE_BRANCH		= 15,
	ONSHI_DIFFERENCE_BRANCH_NEW	= 16,	/* known now */
	ONSHI_DIFFERENCE_OTHER_KIND	= 17,	/* insurance, assistance */
	ONSHI_DIFFERENCE_RATIO		= 18,
	ONSHI_DIFFERENCE_RATIO_UNKNOWN	= 19,	/* not answered: no default */
	ONSHI_DIFFERENCE_LIMIT		= 20,	/* class of the limit */
	ONSHI_DIFFERENCE_VALIDITY	= 21,	/* a day from or until which */
	ONSHI_DIFFERENCE_LOST		= 22,	/* a day of loss, not on file */
	ONSHI_DIFFERENCE_CODE_NEW	= 23,	/* changed to an unknown code */
	ONSHI_DIFFERENCE_CODE_UNKNOWN	= 24,	/* the same unknown code */
	ONSHI_DIFFERENCE_EXPENSE_GONE	= 25,	/* a public expense, not told */
	ONSHI_DIFFERENCE_DETAIL		= 26,	/* what counts for the claim */
	ONSHI_DIFFERENCE_REMARK		= 27,	/* what does not */
	ONSHI_DIFFERENCE_NOT_ON_FILE	= 28,
	ONSHI_DIFFERENCE_NOT_ANSWERED	= 29,
	ONSHI_DIFFERENCE_UNCLEAR	= 30	/* cannot be read as its type */
};

/* What belongs to a reason: 0 and NULL for a number that is none; texts are "",
 * or say it in "en" or "ja", the next step never without one. Static. */
ONSHI_API int onshi_difference_verdict(int difference);
ONSHI_API int onshi_difference_severity(int difference);
ONSHI_API const char *onshi_difference_name(int difference);
ONSHI_API const char *onshi_difference_text(int difference, const char *lang);
ONSHI_API const char *onshi_difference_step(int difference, const char *lang);
ONSHI_API const char *onshi_match_verdict_name(int verdict);
ONSHI_API const char *onshi_match_verdict_text(int verdict, const char *lang);
ONSHI_API const char *onshi_severity_name(int severity);
ONSHI_API const char *onshi_severity_text(int severity, const char *lang);

/* ---- one value alone ---------------------------------------------------- */

/*
 * The form of insurer number, symbol, number, branch or reference number by
 * which two are compared: for an index of yours. Keep and send what was given.
 * ONSHI_ABSENT: nothing in it; E_VALUE: no UTF-8; E_TOO_BIG: more than len.
 */
ONSHI_API ONSHI_CHECK int onshi_match_canonical(int element, const char *text,
    char *buf, size_t len);

/*
 * A name as a claim can hold it: JIS X 0208, full width, one character each;
 * what has no form there is U+25CF. odd is filled with the characters that made
 * another form necessary; "" means that name was good as it stands.
 */
ONSHI_API ONSHI_CHECK int onshi_match_claim_name(const char *name, char *buf,
    size_t len, char *odd, size_t oddlen);

enum {
	ONSHI_HINT_UNSEEN	= 1,	/* a character that cannot be seen */
	ONSHI_HINT_SPACE	= 2,
	ONSHI_HINT_HYPHEN	= 3,	/* one that only looks like it */
	ONSHI_HINT_WAVE		= 4,
	ONSHI_HINT_SPLIT_MARK	= 5,	/* a voiced mark apart from its kana */
	ONSHI_HINT_WIDTH	= 6,	/* full width where digits are wanted */
	ONSHI_HINT_MIXED_WIDTH	= 7,	/* a claim wants one width */
	ONSHI_HINT_LETTER	= 8,	/* O for 0, l for 1 */
	ONSHI_HINT_LENGTH	= 9,
	ONSHI_HINT_CHECK_DIGIT	= 10,	/* old numbers have none */
	ONSHI_HINT_NO_DIGIT	= 11	/* what cannot stand there */
};

/*
 * What is odd about a typed value, before it is sent: the i-th hint and the
 * character it begins at, from 0. ONSHI_OK, or ONSHI_END after the last: a
 * hint is no refusal.
 */
ONSHI_API ONSHI_CHECK int onshi_match_hint_at(int element, const char *text,
    size_t i, int *hint, size_t *at);
ONSHI_API const char *onshi_hint_name(int hint);
ONSHI_API const char *onshi_hint_text(int hint, const char *lang);

#ifdef __cplusplus
}
#endif

#endif
