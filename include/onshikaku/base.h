/*
 * What every part of libonshikaku shares: results, the root object, errors.
 * Strings are UTF-8 and end with NUL. Dates are int32_t yyyymmdd, times are
 * int64_t seconds since 1970-01-01 UTC, yes and no are int 1 and 0. Nothing
 * here is a struct that you lay out, but for tables.h. Windows: 64 bits only.
 */
#ifndef ONSHIKAKU_BASE_H
#define ONSHIKAKU_BASE_H

#include <stddef.h>
#include <stdint.h>

#include "onshikaku/results.h"

#ifdef __cplusplus
extern "C" {
#endif

#if defined(_WIN32) && defined(ONSHI_STATIC)
#define ONSHI_API
#elif defined(_WIN32) && defined(ONSHI_BUILD)
#define ONSHI_API	__declspec(dllexport)
#elif defined(_WIN32)
#define ONSHI_API	__declspec(dllimport)
#elif defined(__GNUC__)
#define ONSHI_API	__attribute__((visibility("default")))
#else
#define ONSHI_API
#endif

#if defined(__GNUC__)
#define ONSHI_CHECK	__attribute__((warn_unused_result))
#else
#define ONSHI_CHECK
#endif

/* Raised only when a program built against an older value could break. */
#define ONSHI_ABI	1

/* The header's version: as text, and as 0xMMmmpp to be compared. */
#define ONSHI_VERSION		"0.2.0"
#define ONSHI_VERSION_NUMBER	0x000200u

struct onshi;		/* the root: one per program, shared by its threads */
struct onshi_config;	/* what the root is made from (config.h) */
struct onshi_error;	/* what went wrong; lives in the handle it is about */
struct onshi_operator;	/* who acts (visit.h) */
struct onshi_visit;	/* one patient, one visit (visit.h) */
struct onshi_bulk;
struct onshi_emergency;	/* the same in an exceptional mode (emergency.h) */
struct onshi_answer;	/* what came back (answer.h) */
struct onshi_record;	/* one result, drug line, checkup item (answer.h) */
struct onshi_certificate; /* of a card (card.h) */

/*
 * Makes the root from a config, which is frozen from then on and may be freed
 * at once. Refuses a library older than the header, and a config that cannot
 * work; then onshi_config_error(c) says why, and c can be corrected. Reads the
 * files that the config names; sends nothing. Pass ONSHI_ABI as abi. Yours:
 * free with onshi_free.
 */
ONSHI_API ONSHI_CHECK int onshi_new(uint32_t abi, struct onshi_config *c,
    struct onshi **out);

/* Drops your reference and sets *op to NULL. What was made from it lives on. */
ONSHI_API void onshi_free(struct onshi **op);

/* The library's own version and ABI, whatever header you were built with. */
ONSHI_API uint32_t onshi_abi(void);
ONSHI_API const char *onshi_version(void);
ONSHI_API uint32_t onshi_version_number(void);

/*
 * Why the latest constructor that takes the root has failed (operator, visit,
 * card, readers). It never changes and is good as long as o is, whatever other
 * threads do. Never NULL; its code is 0 while none has failed.
 */
ONSHI_API const struct onshi_error *onshi_last_error(const struct onshi *o);

/* Zeroes memory in a way that no compiler leaves out: for your copy of a PIN. */
ONSHI_API void onshi_wipe(void *p, size_t len);

/*
 * An error: a result and what is known about it. It belongs to its handle and
 * holds until the next call on it; functions that take a const handle are no
 * calls. onshi_X_error of NULL is ONSHI_E_ARG. No text here but the service's
 * own (onshi_error_service_text) is ever made from a patient's data.
 */
ONSHI_API int onshi_error_code(const struct onshi_error *e);

/* One line of English for a programmer: what exactly was wrong, and where. */
ONSHI_API const char *onshi_error_text(const struct onshi_error *e);

/* One of ONSHI_PHASE_...: where it happened; and what each phase had cost. */
ONSHI_API int onshi_error_phase(const struct onshi_error *e);
ONSHI_API int32_t onshi_error_ms(const struct onshi_error *e, int phase);

/* PIN tries left, status word of the card: -1 where not known. */
ONSHI_API int onshi_error_tries_left(const struct onshi_error *e);
ONSHI_API int onshi_error_status_word(const struct onshi_error *e);

/* The rule of law that refused, as "CO-2"; the reason for which an answer was
 * refused, as "truncated" (onshi_message_read). Empty where there is none. */
ONSHI_API const char *onshi_error_rule(const struct onshi_error *e);
ONSHI_API const char *onshi_error_reason(const struct onshi_error *e);

/* One of ONSHI_SENT_...: whether a request had left; one of ONSHI_OUTCOME_...;
 * seconds after which the service asks to be tried again, 0 if it did not. */
ONSHI_API int onshi_error_sent(const struct onshi_error *e);
ONSHI_API int onshi_error_outcome(const struct onshi_error *e);
ONSHI_API int32_t onshi_error_retry_after(const struct onshi_error *e);

/* 1 if the same call may well succeed when it is made again. */
ONSHI_API int onshi_error_may_retry(const struct onshi_error *e);

/* The service's own code and text, unchanged; empty where it sent none. */
ONSHI_API const char *onshi_error_service_code(const struct onshi_error *e);
ONSHI_API const char *onshi_error_service_text(const struct onshi_error *e);

/* The number the operating system or PC/SC gave, 0 where it gave none. */
ONSHI_API int64_t onshi_error_system(const struct onshi_error *e);

enum {
	ONSHI_PHASE_NONE	= 0,
	ONSHI_PHASE_READER	= 1,
	ONSHI_PHASE_CARD	= 2,
	ONSHI_PHASE_QUEUE	= 3,
	ONSHI_PHASE_NETWORK	= 4,	/* connection and TLS */
	ONSHI_PHASE_SERVICE	= 5,	/* from the request to the answer */
	ONSHI_PHASE_ANSWER	= 6,	/* reading the answer */
	ONSHI_PHASE_RULES	= 7,	/* consent and law */
	ONSHI_PHASE_AUDIT	= 8	/* the audit trail */
};

enum {
	ONSHI_SENT_NOT		= 0,	/* no byte of a request had left */
	ONSHI_SENT_ANSWERED	= 1,	/* the service has answered */
	ONSHI_SENT_UNKNOWN	= 2	/* it may or may not have been done */
};

/* Names of these numbers, as "network", "not_sent"; NULL if there is none. */
ONSHI_API const char *onshi_phase_name(int phase);
ONSHI_API const char *onshi_sent_name(int sent);

/*
 * What there is to say about a result, without a handle. lang is "en" or
 * "ja"; anything else is taken as "en". Static strings, never NULL.
 */
ONSHI_API const char *onshi_result_name(int result);
ONSHI_API const char *onshi_result_text(int result, const char *lang);
ONSHI_API const char *onshi_result_remedy(int result, const char *lang);

/* Who must act: the hundreds digit, 0 for no failure; and for lists in other
 * languages the i-th result of all: ONSHI_OK, or ONSHI_END after the last. */
ONSHI_API int onshi_result_class(int result);
ONSHI_API ONSHI_CHECK int onshi_result_at(size_t i, int *result);

#ifdef __cplusplus
}
#endif

#endif
