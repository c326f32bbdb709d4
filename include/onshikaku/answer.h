/*
 * Answers and their records. An answer is read-only and has a time to live;
 * after it, and once consent is over, reading is ONSHI_E_EXPIRED (CO-6,
 * CO-10). Elements are numbers, ONSHI_EL_... of elements.h; those that this
 * library does not know yet are read by their name.
 */
#ifndef ONSHIKAKU_ANSWER_H
#define ONSHIKAKU_ANSWER_H

#include "onshikaku/base.h"
#include "onshikaku/elements.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What an answer says, judged layer by layer. Never take the presence of a
 * record for eligibility: ask for the outcome. */
enum {
	ONSHI_OUTCOME_NONE	= 0,
	ONSHI_OUTCOME_VALID	= 1,	/* in force */
	ONSHI_OUTCOME_VALID_UNREGISTERED = 2,	/* in force, not yet registered */
	ONSHI_OUTCOME_LOST	= 3,	/* no longer in force */
	ONSHI_OUTCOME_LOST_NEWER_EXISTS = 4,	/* ... and a newer one exists */
	ONSHI_OUTCOME_NOT_FOUND	= 5,	/* no such record: not "uninsured" */
	ONSHI_OUTCOME_SEVERAL	= 6,	/* ask again with the branch number */
	ONSHI_OUTCOME_DATA	= 7,	/* medical information is there */
	ONSHI_OUTCOME_NO_DATA	= 8,
	ONSHI_OUTCOME_ACCEPTED	= 9,
	ONSHI_OUTCOME_DONE	= 10,
	ONSHI_OUTCOME_REGISTERED = 11,
	ONSHI_OUTCOME_IN_PROGRESS = 12,	/* the service works on it */
	ONSHI_OUTCOME_NO_CONSENT = 13,
	ONSHI_OUTCOME_NOT_PROVIDED = 14,	/* not told: not "nothing" */
	ONSHI_OUTCOME_ERROR_PERSON = 15,
	ONSHI_OUTCOME_ERROR_FILE = 16,
	ONSHI_OUTCOME_REJECTED = 17,
	ONSHI_OUTCOME_UNKNOWN_CODE = 18,
	ONSHI_OUTCOME_SUSPENDED	= 19	/* the facility may not ask */
};

/* Its name, as "valid"; NULL for a number that is none. And what to tell the
 * person at the counter, and to do, lang "ja" or "en". Static. */
ONSHI_API const char *onshi_outcome_name(int outcome);
ONSHI_API const char *onshi_outcome_text(int outcome, const char *lang);
ONSHI_API const char *onshi_outcome_remedy(int outcome, const char *lang);

/* Who must act, as the hundreds digit of a result, and an exit status: 0 for
 * an answer, 5 where the service gave none, 6 for consent. */
ONSHI_API int onshi_outcome_class(int outcome);

ONSHI_API void onshi_answer_free(struct onshi_answer **ap);

/* One of ONSHI_OUTCOME_...; the time of the answer, by the service's clock; the
 * time after which it cannot be read. */
ONSHI_API int onshi_answer_outcome(const struct onshi_answer *a);
ONSHI_API int64_t onshi_answer_time(const struct onshi_answer *a);
ONSHI_API int64_t onshi_answer_expires(const struct onshi_answer *a);

/* Of an eligibility: seconds by which this machine's clock stood before (+) the
 * service's; 0 within 10 minutes (TI-4). Tell people: ONSHI_NOTICE_CLOCK. */
ONSHI_API int64_t onshi_answer_clock_apart(const struct onshi_answer *a);

/* Header and body's own values, as one record. Borrowed from a. */
ONSHI_API ONSHI_CHECK int onshi_answer_head(const struct onshi_answer *a,
    const struct onshi_record **rec);

/*
 * The next record: an eligibility result, a drug line, a care line, a checkup
 * item. ONSHI_OK, ONSHI_END after the last, ONSHI_E_EXPIRED. Borrowed from a,
 * until the next one is asked for. onshi_answer_rewind starts again
 * (ONSHI_E_UNSUPPORTED for an answer that is read as it comes).
 */
ONSHI_API ONSHI_CHECK int onshi_answer_next(struct onshi_answer *a,
    const struct onshi_record **rec);
ONSHI_API ONSHI_CHECK int onshi_answer_rewind(struct onshi_answer *a);
ONSHI_API const struct onshi_error *onshi_answer_error(
    const struct onshi_answer *a);

/*
 * One field, borrowed from the record until the next call on its visit:
 * ONSHI_OK, ONSHI_ABSENT (not there or empty), ONSHI_E_EXPIRED. What stands
 * there but is no number, date or time is ONSHI_E_VALUE; its text can be read.
 */
ONSHI_API ONSHI_CHECK int onshi_record_text(const struct onshi_record *rec,
    int element, const char **text);
ONSHI_API ONSHI_CHECK int onshi_record_text_named(
    const struct onshi_record *rec, const char *name, const char **text);

/* Its text with the NUL into buf; ONSHI_E_TOO_BIG where it does not fit. Of
 * what is not ONSHI_OK buf is "". */
ONSHI_API ONSHI_CHECK int onshi_record_copy(const struct onshi_record *rec,
    int element, char *buf, size_t len);
ONSHI_API ONSHI_CHECK int onshi_record_number(const struct onshi_record *rec,
    int element, int64_t *number);

/* A decimal as it stands, nothing rounded: "0.50" is number 50, scale 2. */
ONSHI_API ONSHI_CHECK int onshi_record_decimal(
    const struct onshi_record *rec, int element, int64_t *number,
    int *scale);
ONSHI_API ONSHI_CHECK int onshi_record_date(const struct onshi_record *rec,
    int element, int32_t *yyyymmdd);
ONSHI_API ONSHI_CHECK int onshi_record_time(const struct onshi_record *rec,
    int element, int64_t *seconds);

/* A coded field: its code as it stands and its official Japanese name, which
 * is "" for a code that this library does not know. Either may be NULL. */
ONSHI_API ONSHI_CHECK int onshi_record_code(const struct onshi_record *rec,
    int element, const char **code, const char **name);

/* What its answer was judged to say, of a bulk's unit what is said of that one
 * person: one of ONSHI_OUTCOME_.... */
ONSHI_API int onshi_record_outcome(const struct onshi_record *rec);

/* The record within, e.g. ONSHI_EL_ELDERLY_RECIPIENT_CERTIFICATE_INFO. */
ONSHI_API ONSHI_CHECK int onshi_record_child(const struct onshi_record *rec,
    int element, const struct onshi_record **child);

/* The i-th item of a list within, by the list's own element or by that of its
 * items; or the i-th of what repeats. ONSHI_END after the last. */
ONSHI_API ONSHI_CHECK int onshi_record_child_at(
    const struct onshi_record *rec, int element, size_t i,
    const struct onshi_record **child);

/*
 * The i-th field, known or not, in the order of the answer: its element (0 if
 * unknown), its name, and text or child, the other NULL. ONSHI_END after the
 * last. Any of the last four may be NULL.
 */
ONSHI_API ONSHI_CHECK int onshi_record_at(const struct onshi_record *rec,
    size_t i, int *element, const char **name, const char **text,
    const struct onshi_record **child);

/* 1 if the i-th field is one of a list: the tables let it repeat, or it does.
 * For programs that print lists as lists, one item or many. */
ONSHI_API int onshi_record_is_list(const struct onshi_record *rec, size_t i);

/* Elements by name and number, for programs in other languages: the name as
 * in the message, "InsurerNumber" (NULL if unknown); its number (0 if
 * unknown); the i-th of all: ONSHI_OK or ONSHI_END. */
ONSHI_API const char *onshi_element_name(int element);
ONSHI_API int onshi_element_number(const char *name);

/* What it is called: lang "ja" its official name, else as in the message; NULL
 * if unknown. Static. */
ONSHI_API const char *onshi_element_text(int element, const char *lang);

/* 1 if it can stand more than once (a list even with one item in it). */
ONSHI_API int onshi_element_is_list(int element);
ONSHI_API ONSHI_CHECK int onshi_element_at(size_t i, int *element);

#ifdef __cplusplus
}
#endif

#endif
