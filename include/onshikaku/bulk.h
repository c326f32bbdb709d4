/*
 * Many persons in one go (bulk inquiry and its like): the request is handed in, the
 * service gives a receipt number and works on it, and the answer is fetched by
 * that number, minutes or hours later, by this process or by another one.
 * What visit.h says of threads, needs, waiting and cancelling holds here too.
 */
#ifndef ONSHIKAKU_BULK_H
#define ONSHIKAKU_BULK_H

#include "onshikaku/base.h"
#include "onshikaku/elements.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What is asked, and by which function. */
enum {
	ONSHI_BULK_ELIGIBILITY	= 1,	/* OQSmuquc: persons by number */
	ONSHI_BULK_REGISTER	= 2,	/* OQSmuimm: reference numbers */
	ONSHI_BULK_REGISTER_ONE	= 3,	/* OQSsiimm: one person, no receipt */
	ONSHI_BULK_ASSISTANCE	= 4,	/* OQSmutic: by month */
	ONSHI_BULK_HOME		= 5,	/* OQSmuhvq: home visits */
	ONSHI_BULK_TELEMEDICINE	= 6	/* OQSmuonq */
};

/* One request of that kind, in op's name from beginning to end; op NULL: the
 * program runs by itself (CO-13). ONSHI_E_UNSUPPORTED: not by this link. Yours:
 * free with onshi_bulk_free, which ends it. */
ONSHI_API ONSHI_CHECK int onshi_bulk_new(struct onshi *o, int kind,
    const struct onshi_operator *op, struct onshi_bulk **out);
ONSHI_API void onshi_bulk_free(struct onshi_bulk **bp);

/* Ends it: what it holds is wiped; visits that came of it go on, if they count.
 * From any thread: a call that is inside comes back with ONSHI_E_CANCELLED. */
ONSHI_API ONSHI_CHECK int onshi_bulk_end(struct onshi_bulk *b);

/* The next person: onshi_bulk_set_text is about that one from here on. Its
 * place, from 0, is what onshi_bulk_place answers; index may be NULL. Of
 * ELIGIBILITY and REGISTER many, of REGISTER_ONE one, else none. */
ONSHI_API ONSHI_CHECK int onshi_bulk_add(struct onshi_bulk *b,
    size_t *index);

/*
 * A value of the person added last: insurer, symbol, number, branch, birth
 * date, with REGISTER the reference number; or of the whole, the day of
 * ELIGIBILITY, MedicalTreatmentMonth, ConsentDateFrom, ExaminationDateFrom
 * and so on. Checked and copied at once; NULL takes it back. Waits for nothing.
 */
ONSHI_API ONSHI_CHECK int onshi_bulk_set_text(struct onshi_bulk *b,
    int element, const char *text);

/* As those of a visit; anew: what may have been handed in before, and is of
 * unknown end, is handed in once more. */
ONSHI_API ONSHI_CHECK int onshi_bulk_set_anew(struct onshi_bulk *b, int yes);
ONSHI_API ONSHI_CHECK int onshi_bulk_set_deadline(struct onshi_bulk *b,
    int32_t ms);
ONSHI_API ONSHI_CHECK int onshi_bulk_set_blocking(struct onshi_bulk *b,
    int yes);

/*
 * By what it is found again after a crash: one line without a word of any
 * patient. Keep it before the first onshi_bulk_advance, and whenever that
 * returns ONSHI_NEED_LATER. Borrowed until the next call.
 */
ONSHI_API ONSHI_CHECK int onshi_bulk_ticket(struct onshi_bulk *b,
    const char **text);

/* Goes on with what that ticket is of, before the first advance, all persons
 * and values being set as they were: else ONSHI_E_VALUE, and ONSHI_E_OPERATOR
 * where somebody else has asked. Nothing is handed in twice. */
ONSHI_API ONSHI_CHECK int onshi_bulk_resume(struct onshi_bulk *b,
    const char *ticket);

/*
 * Moves it on: ONSHI_OK once there is an answer, of which onshi_bulk_next has
 * the records; ONSHI_NEED_LATER after it was handed in, and while the service
 * works on it: call again in onshi_bulk_later seconds, before that nothing is
 * asked. ONSHI_E_UNCERTAIN: it may have been handed in, and no answer can be
 * had; onshi_bulk_set_anew is yours to say.
 */
ONSHI_API ONSHI_CHECK int onshi_bulk_advance(struct onshi_bulk *b);
ONSHI_API int32_t onshi_bulk_later(const struct onshi_bulk *b);

/*
 * The next person's unit of the answer, as it comes; ONSHI_END after the last.
 * Until then all are provisional: another result makes every one void. Borrowed
 * until the next call. onshi_record_outcome says what is answered; a person that
 * no unit names was not answered. ONSHI_NEED_WAIT as with advance.
 */
ONSHI_API ONSHI_CHECK int onshi_bulk_next(struct onshi_bulk *b,
    const struct onshi_record **rec);

/* Of the unit in hand: which person it is of (ONSHI_ABSENT where none was
 * added), and its i-th result, of which a person may have several (ONSHI_END
 * after the last). */
ONSHI_API ONSHI_CHECK int onshi_bulk_place(const struct onshi_bulk *b,
    size_t *index);
ONSHI_API ONSHI_CHECK int onshi_bulk_result_at(const struct onshi_bulk *b,
    size_t i, const struct onshi_record **rec);

/*
 * HOME, TELEMEDICINE: the person of the unit in hand as a visit, by the consent
 * that the service has kept (CO-11): its medical questions may be asked once
 * onshi_bulk_next has returned ONSHI_END. ONSHI_E_CONSENT: there is none.
 * Yours, and it outlives b. See onshi_bulk(3) for its withdrawal.
 */
ONSHI_API ONSHI_CHECK int onshi_bulk_visit(struct onshi_bulk *b, int purpose,
    struct onshi_visit **out);

/* The receipt number, NULL as long as there is none; how many units were handed
 * out, and how many there are: as the service said, else persons added. */
ONSHI_API const char *onshi_bulk_receipt(const struct onshi_bulk *b);
ONSHI_API size_t onshi_bulk_taken(const struct onshi_bulk *b);
ONSHI_API size_t onshi_bulk_count(const struct onshi_bulk *b);

/* As those of a visit. */
ONSHI_API void onshi_bulk_cancel(struct onshi_bulk *b);
ONSHI_API int64_t onshi_bulk_fd(struct onshi_bulk *b);
ONSHI_API const struct onshi_error *onshi_bulk_error(
    const struct onshi_bulk *b);
ONSHI_API const char *onshi_bulk_id(const struct onshi_bulk *b);
ONSHI_API int onshi_bulk_is_recorded(const struct onshi_bulk *b);

/* Names for the kinds and words for people, as those of visit.h. */
ONSHI_API const char *onshi_bulk_kind_name(int kind);
ONSHI_API const char *onshi_bulk_kind_text(int kind, const char *lang);

#ifdef __cplusplus
}
#endif

#endif
