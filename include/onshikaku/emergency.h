/*
 * The two exceptional modes: information without the card's consent, in a
 * disaster (DI-1 to DI-9) and in a hospital's emergency (EM-1 to EM-5). Each is
 * a handle of its own, off until the config switches it on: no visit, time-out
 * or error leads here, and nothing of it reaches a visit. What is said of
 * visits in visit.h, of threads, needs, waiting, cancelling, holds here too.
 */
#ifndef ONSHIKAKU_EMERGENCY_H
#define ONSHIKAKU_EMERGENCY_H

#include "onshikaku/base.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
	ONSHI_EMERGENCY_DISASTER = 1,	/* disaster.enabled */
	ONSHI_EMERGENCY_HOSPITAL = 2	/* emergency.enabled, hospitals alone */
};

/* How the person is found (DI-2, DI-3, EM-3). */
enum {
	ONSHI_WAY_SEARCH	= 1,	/* four items: the number, no more */
	ONSHI_WAY_NUMBER	= 2,
	ONSHI_WAY_CARD		= 3	/* no PIN, no consent: HOSPITAL */
};

/* On what ground (DI-4, EM-4). */
enum {
	ONSHI_BASIS_ORAL	= 1,	/* consent by word of mouth or alike */
	ONSHI_BASIS_UNOBTAINABLE = 2,	/* hard to get; needs a reason */
	ONSHI_BASIS_EMERGENCY	= 3	/* HOSPITAL, by itself; a reason, too */
};

/* Who gave the consent by word of mouth. */
enum {
	ONSHI_CONSENTER_SELF	= 1,
	ONSHI_CONSENTER_GUARDIAN = 2,
	ONSHI_CONSENTER_REPRESENTATIVE = 3
};

/* How it was told who the person is. */
enum {
	ONSHI_IDENTIFIED_PAPERS	= 1,
	ONSHI_IDENTIFIED_FAMILY	= 2,
	ONSHI_IDENTIFIED_KNOWN	= 3,	/* to the staff */
	ONSHI_IDENTIFIED_PHOTOGRAPH = 4,	/* of the card: HOSPITAL */
	ONSHI_IDENTIFIED_BELONGINGS = 5	/* HOSPITAL */
};

/* What is wanted in HOSPITAL (OQSCD040). */
enum {
	ONSHI_WANT_SUMMARY	= 1,	/* the emergency summary */
	ONSHI_WANT_ALL		= 2,
	ONSHI_WANT_BOTH		= 3,	/* with electronic prescriptions */
	ONSHI_WANT_DRUGS	= 4,
	ONSHI_WANT_CARE		= 5,	/* care and drugs */
	ONSHI_WANT_CHECKUPS	= 6
};

/* An operator for HOSPITAL (EM-2): right is OQSCD043 (1), factors how they
 * signed in, OQSCD041:042 by commas, "1:02,3:01"; two that differ are needed.
 * Elsewhere the same as that of onshi_operator_new. Yours. */
ONSHI_API ONSHI_CHECK int onshi_operator_new_emergency(struct onshi *o,
    const char *id, int licence, int sign_in, int right, const char *factors,
    struct onshi_operator **out);

/* For one person, in op's name from beginning to end. ONSHI_E_MODE_OFF where
 * the config has not switched it on. Yours: onshi_emergency_free ends it and
 * wipes all that it holds, but what an answer still keeps. */
ONSHI_API ONSHI_CHECK int onshi_emergency_new(struct onshi *o, int kind,
    const struct onshi_operator *op, struct onshi_emergency **out);
ONSHI_API void onshi_emergency_free(struct onshi_emergency **ep);

/* Ends it, also where a consent by word of mouth is taken back: what it has
 * brought is wiped, the eligibility stays until its own time. Waits for the
 * trail alone: ONSHI_E_AUDIT. */
ONSHI_API ONSHI_CHECK int onshi_emergency_end(struct onshi_emergency *e);

/*
 * Inputs: each is checked and copied at once, none waits. Once the person is
 * found they are ONSHI_E_STATE, but for the two of set_basis_of, of months and
 * of waiting. A search that found exactly one is followed by set_way with
 * ONSHI_WAY_NUMBER, which takes the number found and no other.
 */
ONSHI_API ONSHI_CHECK int onshi_emergency_set_way(struct onshi_emergency *e,
    int way);

/* ONSHI_EL_NAME or _NAME_KANA, _BIRTHDATE, _SEX1, _INSURER_NAME or _ADDRESS (a
 * part is enough) of a search; of a number as onshi_visit_set_text; and the
 * months. NULL takes it back. */
ONSHI_API ONSHI_CHECK int onshi_emergency_set_text(struct onshi_emergency *e,
    int element, const char *text);

/* One of ONSHI_BASIS_..., and why, up to 200 characters (with ORAL it may be
 * NULL): for the trail and the service. HOSPITAL: ONSHI_BASIS_EMERGENCY. */
ONSHI_API ONSHI_CHECK int onshi_emergency_set_basis(struct onshi_emergency *e,
    int basis, const char *reason);

/* The same for PRESCRIPTIONS or DISPENSING, by the terms of that service, at
 * any time (DI-8); without it they are refused and cut. DISASTER alone. */
ONSHI_API ONSHI_CHECK int onshi_emergency_set_basis_of(
    struct onshi_emergency *e, int category, int basis, const char *reason);
ONSHI_API ONSHI_CHECK int onshi_emergency_set_consenter(
    struct onshi_emergency *e, int who);
ONSHI_API ONSHI_CHECK int onshi_emergency_set_identified(
    struct onshi_emergency *e, int how);
ONSHI_API ONSHI_CHECK int onshi_emergency_set_want(struct onshi_emergency *e,
    int want);

/* As those of a visit. */
ONSHI_API ONSHI_CHECK int onshi_emergency_set_patient(
    struct onshi_emergency *e, const char *id);
ONSHI_API ONSHI_CHECK int onshi_emergency_set_reader(
    struct onshi_emergency *e, const char *name);
ONSHI_API ONSHI_CHECK int onshi_emergency_set_anew(struct onshi_emergency *e,
    int yes);
ONSHI_API ONSHI_CHECK int onshi_emergency_set_deadline(
    struct onshi_emergency *e, int32_t ms);
ONSHI_API ONSHI_CHECK int onshi_emergency_set_blocking(
    struct onshi_emergency *e, int yes);

/* Answers ONSHI_NEED_ACKNOWLEDGE, and nothing else: the notice (DI-5;
 * onshi_notice_text) has been shown to the operator, who goes on. Good for this
 * step of this handle; what is set anew makes it void. */
ONSHI_API ONSHI_CHECK int onshi_emergency_acknowledge(
    struct onshi_emergency *e);

/*
 * Moves it on: ONSHI_OK when the step is answered, ONSHI_NEED_ACKNOWLEDGE, of a
 * card ONSHI_NEED_CARD, or a failure. What lacks (items, basis, reason, who
 * consented, how the person was identified, right) is refused first, before any
 * need. Of several hits nothing is told: ONSHI_NOTICE_SEVERAL says what to do.
 */
ONSHI_API ONSHI_CHECK int onshi_emergency_advance(struct onshi_emergency *e);

/* ONSHI_CATEGORY_ELIGIBILITY: what the step has answered, of a search the one
 * found, without address. Once the person is found by number or card the
 * others, each asked for anew: DISASTER drugs, checkups, care, prescriptions,
 * dispensing; HOSPITAL what is wanted. May wait, and need ONSHI_NEED_CONFIRM. */
ONSHI_API ONSHI_CHECK int onshi_emergency_get(struct onshi_emergency *e,
    int category, struct onshi_answer **out);

/* Beside ONSHI_NEED_CONFIRM of a get (ID-10), as with a visit: whom the answer
 * names, and the operator's word on whose it is. */
ONSHI_API ONSHI_CHECK int onshi_emergency_person(struct onshi_emergency *e,
    const struct onshi_record **rec);
ONSHI_API ONSHI_CHECK int onshi_emergency_confirm(struct onshi_emergency *e,
    int yes);

/* Whether a get of category would be refused by what is known now. No call. */
ONSHI_API ONSHI_CHECK int onshi_emergency_may(const struct onshi_emergency *e,
    int category);

/* What disaster.activation says now, read anew (DI-1): advice, nothing is
 * refused by it. ONSHI_OK, ONSHI_E_DISASTER_AREA, ONSHI_E_DISASTER_PERIOD,
 * ONSHI_ABSENT without table or municipality, ONSHI_E_VALUE of a line that is
 * none, ONSHI_E_DISK. */
ONSHI_API ONSHI_CHECK int onshi_emergency_activation(
    const struct onshi_emergency *e);

/* As those of a visit. */
ONSHI_API void onshi_emergency_cancel(struct onshi_emergency *e);
ONSHI_API int64_t onshi_emergency_fd(struct onshi_emergency *e);
ONSHI_API const struct onshi_error *onshi_emergency_error(
    const struct onshi_emergency *e);
ONSHI_API const char *onshi_emergency_id(const struct onshi_emergency *e);
ONSHI_API int32_t onshi_emergency_ms(const struct onshi_emergency *e,
    int phase);
ONSHI_API int onshi_emergency_is_recorded(const struct onshi_emergency *e);

/* Names for numbers and words for people, as those of visit.h. */
ONSHI_API const char *onshi_emergency_kind_name(int kind);
ONSHI_API const char *onshi_emergency_kind_text(int kind, const char *lang);
ONSHI_API const char *onshi_way_name(int way);
ONSHI_API const char *onshi_way_text(int way, const char *lang);
ONSHI_API const char *onshi_basis_name(int basis);
ONSHI_API const char *onshi_basis_text(int basis, const char *lang);
ONSHI_API const char *onshi_consenter_name(int who);
ONSHI_API const char *onshi_consenter_text(int who, const char *lang);
ONSHI_API const char *onshi_identified_name(int how);
ONSHI_API const char *onshi_identified_text(int how, const char *lang);
ONSHI_API const char *onshi_want_name(int want);
ONSHI_API const char *onshi_want_text(int want, const char *lang);

#ifdef __cplusplus
}
#endif

#endif
