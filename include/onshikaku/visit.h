/*
 * A visit: one patient, one purpose, one consent, one identity check,
 * and the queries that these allow. Inputs are setters; one verb,
 * onshi_visit_advance, moves the visit to what it needs next.
 *
 * One thread at a time per visit and its answers (another call gets
 * ONSHI_E_STATE); different visits run in parallel. Only onshi_visit_cancel and
 * onshi_visit_withdraw may be called at any time before onshi_visit_free, and
 * answers freed.
 */
#ifndef ONSHIKAKU_VISIT_H
#define ONSHIKAKU_VISIT_H

#include "onshikaku/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Why the service is used (PU-3): a closed list. */
enum {
	ONSHI_PURPOSE_INSURANCE	= 1,	/* health insurance: eligibility only */
	ONSHI_PURPOSE_CARE	= 2,
	ONSHI_PURPOSE_DISPENSING = 3
};

/* How the patient is identified (ID-1, ID-5). */
enum {
	ONSHI_METHOD_FACE	= 1,	/* at a vendor's face reader (face.h) */
	ONSHI_METHOD_PIN	= 2,
	ONSHI_METHOD_VISUAL	= 3,	/* staff compare the photograph */
	ONSHI_METHOD_NUMBER	= 4,	/* typed numbers: eligibility only */
	ONSHI_METHOD_READER	= 5,	/* at the official reader (arrivals.h) */
	ONSHI_METHOD_CARRIED	= 6	/* by a consent given before (bulk.h) */
};

/* What can be asked for, and, but for the first, consented to (CO-3). */
enum {
	ONSHI_CATEGORY_ELIGIBILITY = 0,	/* needs no consent (PU-1) */
	ONSHI_CATEGORY_DRUGS	= 1,
	ONSHI_CATEGORY_CHECKUPS	= 2,
	ONSHI_CATEGORY_CARE	= 3,
	ONSHI_CATEGORY_SURGERY	= 4,
	ONSHI_CATEGORY_LIMIT	= 5,	/* rides in the eligibility */
	ONSHI_CATEGORY_DISEASES	= 6,	/* likewise */
	ONSHI_CATEGORY_PRESCRIPTIONS = 7, /* in emergency.h alone; else they */
	ONSHI_CATEGORY_DISPENSING = 8	/* come with the drugs (CO-3) */
};

/* What the patient said to one category. */
enum {
	ONSHI_CONSENT_REFUSED	= 0,
	ONSHI_CONSENT_GIVEN	= 1,
	ONSHI_CONSENT_ASK	= 2	/* not said yet: the face reader asks */
};

/* Whose licence the operator has (CO-4). */
enum {
	ONSHI_LICENCE_RECEPTION	= 0,	/* none */
	ONSHI_LICENCE_DOCTOR	= 1,
	ONSHI_LICENCE_DENTIST	= 2,
	ONSHI_LICENCE_PHARMACIST = 3,
	ONSHI_LICENCE_DISASTER	= 4,	/* right for disasters alone (DI-6) */
	ONSHI_LICENCE_NURSE	= 5	/* where nurses visit alone (CO-5) */
};

/* How the operator signed in to the host system. */
enum {
	ONSHI_SIGNIN_NONE	= 0,
	ONSHI_SIGNIN_PASSWORD	= 1,
	ONSHI_SIGNIN_TWO_FACTOR	= 2
};

/*
 * Who acts, as your system vouches for it. id goes to the trail: 1 to 64
 * bytes of A-Z a-z 0-9 . _ - @. Immutable: one operator may serve many visits
 * and threads. Yours: free with onshi_operator_free.
 */
ONSHI_API ONSHI_CHECK int onshi_operator_new(struct onshi *o, const char *id,
    int licence, int sign_in, struct onshi_operator **out);
ONSHI_API void onshi_operator_free(struct onshi_operator **op);

/* A visit with nothing chosen yet. Yours: onshi_visit_free ends it, closes the
 * card and wipes all that the visit holds, but what an answer still keeps. */
ONSHI_API ONSHI_CHECK int onshi_visit_new(struct onshi *o, int purpose,
    struct onshi_visit **out);
ONSHI_API void onshi_visit_free(struct onshi_visit **vp);

/* Ends it (CO-10): what rests on consent is wiped, the eligibility stays until
 * its own time. Harmless when ended. Waits for the trail alone, up to the
 * deadline: ONSHI_E_AUDIT. onshi_visit_free does the same, but says nothing. */
ONSHI_API ONSHI_CHECK int onshi_visit_end(struct onshi_visit *v);

/*
 * Inputs. Each is checked and copied at once; none waits. Consent is settled by
 * the first advance (CO-1: consent before the card), all others but operator
 * and patient once the person is proved: later ones are ONSHI_E_STATE. Another method or
 * reader begins again with the card, under the same consent.
 */
ONSHI_API ONSHI_CHECK int onshi_visit_set_method(struct onshi_visit *v,
    int method);

/* The patient's word on one category; what was never asked is refused. */
ONSHI_API ONSHI_CHECK int onshi_visit_set_consent(struct onshi_visit *v,
    int category, int given);

/* Your own number for the patient, for the trail: as an operator's id. Until
 * the first medical get, or onshi_visit_confirm. */
ONSHI_API ONSHI_CHECK int onshi_visit_set_patient(struct onshi_visit *v,
    const char *id);

/* Who acts, from now on (CO-13): named in the trail with every question, and
 * asked for by a get that names nobody. NULL takes it back. */
ONSHI_API ONSHI_CHECK int onshi_visit_set_operator(struct onshi_visit *v,
    const struct onshi_operator *op);

/* 1: the next question is a new one, although the end of the last one is not
 * known (ONSHI_SENT_UNKNOWN). Without it the same call asks under the same
 * request id, and takes the late answer. */
ONSHI_API ONSHI_CHECK int onshi_visit_set_anew(struct onshi_visit *v, int yes);

/* Part of the reader's name, where there are several; else the config's. */
ONSHI_API ONSHI_CHECK int onshi_visit_set_reader(struct onshi_visit *v,
    const char *name);

/* 1: the holder wishes to register the card for use as an insurance card
 * (first use, ID-7), also after ONSHI_E_CARD_NOT_REGISTERED. With
 * ONSHI_METHOD_VISUAL a card without a PIN alone. */
ONSHI_API ONSHI_CHECK int onshi_visit_set_register_use(struct onshi_visit *v,
    int yes);

/*
 * An element of a request, as ONSHI_EL_INSURER_NUMBER, ONSHI_EL_BIRTHDATE: for
 * ONSHI_METHOD_NUMBER the search information, for any the confirmation date
 * and the first and last month of drugs. ONSHI_E_VALUE for a wrong form; NULL
 * takes it back. For drugs and care the months may be set before each get.
 */
ONSHI_API ONSHI_CHECK int onshi_visit_set_text(struct onshi_visit *v,
    int element, const char *text);

/*
 * The PIN of user authentication, 4 digits; your copy is yours to wipe. One
 * call is good for one try, and none is spent on a PIN of another shape. The
 * last try takes ONSHI_PIN_SPEND_LAST. May be given before it is asked for.
 */
#define ONSHI_PIN_SPEND_LAST	0x01u	/* the holder knows it is the last */

ONSHI_API ONSHI_CHECK int onshi_visit_set_pin(struct onshi_visit *v,
    const char *pin, uint32_t flags);

/* Answers ONSHI_NEED_CONFIRM: op has seen that it is this patient (visual: has
 * compared the photograph, ID-2), or has seen that it is not. After a get: op,
 * who asked, says whose the answer is, once (ID-10). */
ONSHI_API ONSHI_CHECK int onshi_visit_confirm(struct onshi_visit *v,
    const struct onshi_operator *op, int yes);

/* How long one call may take, and wait for a card, 100 to 3,600,000 ms; 0: the
 * config's deadlines of reader and link, each for its part, which are also the
 * most that card and service have to answer. And whether calls wait (1, from the
 * start) or return ONSHI_NEED_WAIT (0). Not while one is under way. */
ONSHI_API ONSHI_CHECK int onshi_visit_set_deadline(struct onshi_visit *v,
    int32_t ms);
ONSHI_API ONSHI_CHECK int onshi_visit_set_blocking(struct onshi_visit *v,
    int yes);

/*
 * Moves the visit on: ONSHI_OK when the eligibility is answered, ONSHI_NEED_...
 * when it needs something (once; the next call waits for the card, or is
 * ONSHI_E_STATE for what only you have, or the refusal again for a refused
 * PIN), else a failure, after which it may be called again but after
 * ONSHI_E_NOT_CONFIRMED. onshi_visit_error holds beside a need, too. The first
 * refuses what can never be answered, before card and PIN.
 */
ONSHI_API ONSHI_CHECK int onshi_visit_advance(struct onshi_visit *v);

/*
 * The answer to one category, once the visit is answered: the eligibility at
 * once, others ask the service anew each time; they need consent given and
 * granted in this visit, a card and a licensed operator (LIMIT and DISEASES
 * are within the eligibility). May wait; after ONSHI_NEED_WAIT, and
 * ONSHI_NEED_CONFIRM once it is answered, call it again alike. Yours: free with
 * onshi_answer_free; it keeps its visit alive.
 */
ONSHI_API ONSHI_CHECK int onshi_visit_get(struct onshi_visit *v, int category,
    const struct onshi_operator *op, struct onshi_answer **out);

/* Beside ONSHI_NEED_CONFIRM of a get (ID-10): whom the answer names, a record
 * with name, kana, sex and birth date as far as told; ONSHI_ABSENT if nobody.
 * Borrowed until the next call on v. Then onshi_visit_confirm by who asked, and
 * get again alike. Of a visit that was opened: whose it is, at any time; of one
 * who arrived, until confirmed: the result, without what rests on consent. */
ONSHI_API ONSHI_CHECK int onshi_visit_person(struct onshi_visit *v,
    const struct onshi_record **rec);

/*
 * Sealing (CO-14): puts a proved visit, without any answer, encrypted into
 * visits.dir, for other processes and machines of the facility, until its
 * consents end. *name (26 of a-z2-7) is all that opens it: borrowed from v, to
 * be kept as a PIN is. May wait; after ONSHI_NEED_WAIT call it again.
 */
ONSHI_API ONSHI_CHECK int onshi_visit_seal(struct onshi_visit *v,
    const char **name);

/* Opens one, in op's name, who acts from then on: answered, but with no
 * eligibility; onshi_visit_person tells whose it is. Ended, withdrawn and past
 * its time for all at once: ONSHI_E_VISIT_GONE, also for a name that is none.
 * Yours, as that of onshi_visit_new; freeing ends neither, onshi_visit_end both. */
ONSHI_API ONSHI_CHECK int onshi_visit_open(struct onshi *o, const char *name,
    const struct onshi_operator *op, struct onshi_visit **out);

/* Whether a get of category by op (NULL: the visit's operator) would be refused
 * by what is known now: ONSHI_OK or that result. Asks and records nothing, and
 * is no call on v: at any time, from any thread; ONSHI_E_STATE while it
 * advances. */
ONSHI_API ONSHI_CHECK int onshi_visit_may(const struct onshi_visit *v,
    int category, const struct onshi_operator *op);

/* The patient takes a consent back (CO-10): nothing more of it can be had or
 * read in this visit. At any moment, from any thread, also while a call
 * is under way; never waits, and leaves no error on v. */
ONSHI_API ONSHI_CHECK int onshi_visit_withdraw(struct onshi_visit *v,
    int category);

/* Ends a call of this visit that waits, or the next one, with
 * ONSHI_E_CANCELLED. From any thread, and from a signal handler. */
ONSHI_API void onshi_visit_cancel(struct onshi_visit *v);

/* What to poll for reading after ONSHI_NEED_WAIT, and then only: a descriptor
 * (level-triggered), on Windows an event handle; -1 if it cannot be had. The
 * visit's: never close or read it. */
ONSHI_API int64_t onshi_visit_fd(struct onshi_visit *v);

/* Why the last call failed, or what was refused beside a need. Never NULL. */
ONSHI_API const struct onshi_error *onshi_visit_error(
    const struct onshi_visit *v);

/* A name for this visit in your logs; made here, means nothing elsewhere. */
ONSHI_API const char *onshi_visit_id(const struct onshi_visit *v);

/* The face file that the visit comes from (arrivals.h), without its path; "" if
 * none. It names a patient: no text for a log. */
ONSHI_API const char *onshi_visit_file(const struct onshi_visit *v);

/*
 * How consent to a category stands: given by the patient, granted by the
 * service, since when and until when (0 where not known). ONSHI_ABSENT for a
 * category that was never asked for. Any of the last four may be NULL.
 */
ONSHI_API ONSHI_CHECK int onshi_visit_consent(const struct onshi_visit *v,
    int category, int *given, int *granted, int64_t *since, int64_t *until);

/* The card of this visit: its certificate (card.h), borrowed from v until its
 * next call, or NULL before one was read and while a call is under way; and
 * what it took to read it. */
ONSHI_API const struct onshi_certificate *onshi_visit_certificate(
    const struct onshi_visit *v);
ONSHI_API int32_t onshi_visit_apdus(const struct onshi_visit *v);
ONSHI_API int32_t onshi_visit_apdu_bytes(const struct onshi_visit *v);

/* How the person was identified (ID-1): that set, or, once a face reader has
 * said so, what was used there; 0 before one is set. And what they brought,
 * ONSHI_CARRIER_... of face.h; 0 where no face reader has told. */
ONSHI_API int onshi_visit_method(const struct onshi_visit *v);
ONSHI_API int onshi_visit_carrier(const struct onshi_visit *v);

/* What one ONSHI_PHASE_... of the visit has cost so far, in milliseconds. */
ONSHI_API int32_t onshi_visit_ms(const struct onshi_visit *v, int phase);

/* 1 if what this visit asks stands on the facility's audit trail. */
ONSHI_API int onshi_visit_is_recorded(const struct onshi_visit *v);

/*
 * Texts to show or to post up, lang "ja" or "en": purpose of use (PU-2), the
 * question of consent to one category, or with ONSHI_CATEGORY_ELIGIBILITY what
 * a sheet says above them (CO-1, CO-3), guidance for the visual check (ID-2).
 * By o's kind of facility. Static, "" for what is none.
 */
enum {
	ONSHI_NOTICE_PURPOSE	= 1,
	ONSHI_NOTICE_CONSENT	= 2,
	ONSHI_NOTICE_VISUAL	= 3,
	ONSHI_NOTICE_CLOCK	= 4,	/* beside onshi_answer_clock_apart */
	ONSHI_NOTICE_DISASTER	= 5,	/* before each step (DI-5) */
	ONSHI_NOTICE_EMERGENCY	= 6,	/* likewise, in a hospital */
	ONSHI_NOTICE_SEVERAL	= 7,	/* a search has found several */
	ONSHI_NOTICE_FACE	= 8,	/* to the patient at the face reader */
	ONSHI_NOTICE_PHONE	= 9	/* where a phone cannot be used */
};
ONSHI_API const char *onshi_notice_text(const struct onshi *o, int notice,
    int category, const char *lang);

/* Names for numbers, as "drugs", "pin": those of the command and its JSON; NULL
 * for a number that is none. And words for people, lang "ja" or "en", ""
 * for a number that is none. All static. */
ONSHI_API const char *onshi_purpose_name(int purpose);
ONSHI_API const char *onshi_purpose_text(int purpose, const char *lang);
ONSHI_API const char *onshi_method_name(int method);
ONSHI_API const char *onshi_method_text(int method, const char *lang);
ONSHI_API const char *onshi_category_name(int category);
ONSHI_API const char *onshi_category_text(int category, const char *lang);
ONSHI_API const char *onshi_consent_name(int consent);
ONSHI_API const char *onshi_licence_name(int licence);
ONSHI_API const char *onshi_licence_text(int licence, const char *lang);
ONSHI_API const char *onshi_sign_in_name(int sign_in);
ONSHI_API const char *onshi_sign_in_text(int sign_in, const char *lang);
ONSHI_API const char *onshi_need_name(int need);
ONSHI_API const char *onshi_need_text(int need, const char *lang);
ONSHI_API const char *onshi_notice_name(int notice);

#ifdef __cplusplus
}
#endif

#endif
