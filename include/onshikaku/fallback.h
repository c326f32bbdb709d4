/*
 * When no answer is to be had: which papers count on that day, what the
 * patient pays, what the clerk writes down, when to ask again. A dated table,
 * which a deployment replaces by fallback.table; where nothing public says
 * what holds, it says so, and whom to ask. No root, no card, no service.
 */
#ifndef ONSHIKAKU_FALLBACK_H
#define ONSHIKAKU_FALLBACK_H

#include "onshikaku/config.h"

#ifdef __cplusplus
extern "C" {
#endif

struct onshi_fallback;

/*
 * Reads the table that the config names, or, with NULL or where it names none,
 * takes the built-in one. Strict: of a table that is wrong
 * onshi_config_error(c) names the line. c is frozen as long as *out is there.
 * Yours: free with onshi_fallback_free. One thread at a time.
 */
ONSHI_API ONSHI_CHECK int onshi_fallback_new(const struct onshi_config *c,
    struct onshi_fallback **out);
ONSHI_API void onshi_fallback_free(struct onshi_fallback **fp);

/*
 * Looks up why nothing was answered, a result below 0 (ONSHI_E_...) or an
 * outcome (ONSHI_OUTCOME_...; NONE: nothing could be asked), for a day, or 0:
 * today, in Japan. What is unknown is looked up as "no answer". ONSHI_OK, also
 * where there is no paper; ONSHI_E_VALUE: no such day.
 */
ONSHI_API ONSHI_CHECK int onshi_fallback_for(struct onshi_fallback *f,
    int why, int32_t day);
/* The day that was looked up, yyyymmdd; 0 before. */
ONSHI_API int32_t onshi_fallback_day(const struct onshi_fallback *f);

/*
 * The i-th paper, best first, those that nobody can vouch for last: ONSHI_OK,
 * or ONSHI_END after the last. ONSHI_PAPER_..., ONSHI_STANDING_..., and the
 * days from and until which that holds, 0 where there is none. Any place may
 * be NULL.
 */
ONSHI_API ONSHI_CHECK int onshi_fallback_at(const struct onshi_fallback *f,
    size_t i, int *paper, int *standing, int32_t *since, int32_t *until);
/* What is to be done with it, and, where its standing is unknown, whom to ask;
 * "ja" or English. Borrowed from f. "" after the last. */
ONSHI_API const char *onshi_fallback_text(const struct onshi_fallback *f,
    size_t i, const char *lang);
ONSHI_API const char *onshi_fallback_ask(const struct onshi_fallback *f,
    size_t i, const char *lang);
/* What the patient pays: ONSHI_SHARE_...; 0 after the last. */
ONSHI_API int onshi_fallback_share(const struct onshi_fallback *f, size_t i);
/* The k-th thing to write down from the i-th paper: ONSHI_FIELD_... and
 * ONSHI_OK, or ONSHI_END after the last. */
ONSHI_API ONSHI_CHECK int onshi_fallback_field_at(
    const struct onshi_fallback *f, size_t i, size_t k, int *field);
/* When to ask the service again: ONSHI_AGAIN_...; 0 before a look-up. */
ONSHI_API int onshi_fallback_again(const struct onshi_fallback *f);

ONSHI_API const struct onshi_error *onshi_fallback_error(
    const struct onshi_fallback *f);

enum {
	ONSHI_PAPER_CERTIFICATE	= 1,	/* of eligibility, in the card's place */
	ONSHI_PAPER_NOTICE_CARD	= 2,	/* notice of eligibility, with the card */
	ONSHI_PAPER_NOTICE	= 3,	/* the same alone */
	ONSHI_PAPER_PORTAL_CARD	= 4,	/* the portal's screen, with the card */
	ONSHI_PAPER_PORTAL	= 5,	/* the same alone, as with a phone */
	ONSHI_PAPER_INSURANCE_CARD = 6,	/* the old one */
	ONSHI_PAPER_PAST_VISIT	= 7,	/* what was confirmed before, asked */
	ONSHI_PAPER_DECLARATION	= 8,	/* signed by the patient */
	ONSHI_PAPER_TICKET	= 9	/* of medical assistance */
};

enum {
	ONSHI_STANDING_ACCEPTED	= 1,
	ONSHI_STANDING_UNKNOWN	= 2	/* nothing public says: ask */
};

enum {
	ONSHI_SHARE_OWN		= 1,	/* as the paper says */
	ONSHI_SHARE_BY_AGE	= 2,	/* as declared, by age */
	ONSHI_SHARE_ASK		= 3	/* whom to ask says it */
};

enum {
	ONSHI_FIELD_NAME	= 1,
	ONSHI_FIELD_NAME_KANA	= 2,
	ONSHI_FIELD_BIRTHDATE	= 3,
	ONSHI_FIELD_SEX		= 4,
	ONSHI_FIELD_ADDRESS	= 5,
	ONSHI_FIELD_TELEPHONE	= 6,
	ONSHI_FIELD_INSURANCE_KIND = 7,
	ONSHI_FIELD_INSURER_NAME = 8,
	ONSHI_FIELD_EMPLOYER	= 9,
	ONSHI_FIELD_INSURER_NUMBER = 10,
	ONSHI_FIELD_SYMBOL	= 11,
	ONSHI_FIELD_NUMBER	= 12,
	ONSHI_FIELD_BRANCH	= 13,
	ONSHI_FIELD_SHARE	= 14,	/* percentage that is paid */
	ONSHI_FIELD_VALID_UNTIL	= 15,
	ONSHI_FIELD_CONFIRMED_ON = 16,	/* the day it was confirmed last */
	ONSHI_FIELD_REASON	= 17,	/* why it cannot be confirmed */
	ONSHI_FIELD_SIGNATURE	= 18	/* day and signature */
};

enum {
	ONSHI_AGAIN_NEVER	= 1,	/* there is nothing to ask again */
	ONSHI_AGAIN_NOW		= 2,	/* once it is mended at the desk */
	ONSHI_AGAIN_SOON	= 3,	/* in minutes */
	ONSHI_AGAIN_RESTORED	= 4,	/* once line, service, set-up work */
	ONSHI_AGAIN_DAYS	= 5,	/* the insurer registers in days (TI-1) */
	ONSHI_AGAIN_VISIT	= 6	/* at the next visit */
};

/* Names of these numbers, as "declaration", NULL for one that is none; and
 * what they are, "ja" or English, "" likewise. Static. */
ONSHI_API const char *onshi_paper_name(int paper);
ONSHI_API const char *onshi_paper_text(int paper, const char *lang);
ONSHI_API const char *onshi_standing_name(int standing);
ONSHI_API const char *onshi_standing_text(int standing, const char *lang);
ONSHI_API const char *onshi_share_name(int share);
ONSHI_API const char *onshi_share_text(int share, const char *lang);
ONSHI_API const char *onshi_field_name(int field);
ONSHI_API const char *onshi_field_text(int field, const char *lang);
ONSHI_API const char *onshi_again_name(int again);
ONSHI_API const char *onshi_again_text(int again, const char *lang);

#ifdef __cplusplus
}
#endif

#endif
