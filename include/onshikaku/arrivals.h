/*
 * Arrivals: patients who have checked in at the official face reader, unasked.
 * Its application writes a file of each into a folder (link.face_dir), which
 * becomes a visit that waits for an operator to say whose it is.
 *
 * One thread at a time uses a handle (another call gets ONSHI_E_STATE); only
 * onshi_arrivals_cancel may be called at any time before onshi_arrivals_free.
 */
#ifndef ONSHIKAKU_ARRIVALS_H
#define ONSHIKAKU_ARRIVALS_H

#include "onshikaku/visit.h"

#ifdef __cplusplus
extern "C" {
#endif

struct onshi_arrivals;

/* Looks out for those who arrive, for that purpose, as long as it lives. Yours:
 * free with onshi_arrivals_free; visits that came of it stay. */
ONSHI_API ONSHI_CHECK int onshi_arrivals_new(struct onshi *o, int purpose,
    struct onshi_arrivals **out);
ONSHI_API void onshi_arrivals_free(struct onshi_arrivals **wp);

/* How long one onshi_arrivals_next may wait, 100 to 3,600,000 ms; 0, as from
 * the start: link.deadline_ms. And whether it waits (1, from the start) or
 * returns ONSHI_NEED_WAIT (0). */
ONSHI_API ONSHI_CHECK int onshi_arrivals_set_deadline(struct onshi_arrivals *w,
    int32_t ms);
ONSHI_API ONSHI_CHECK int onshi_arrivals_set_blocking(struct onshi_arrivals *w,
    int yes);

/*
 * The next who has arrived, as a visit of its own at ONSHI_NEED_CONFIRM: look
 * at onshi_visit_person, then onshi_visit_confirm and onshi_visit_advance, which
 * takes it from all other desks. Each file once; ONSHI_E_ARRIVAL_NONE if nobody
 * came in time, ONSHI_NEED_WAIT. Yours: freed unconfirmed it is left to others.
 */
ONSHI_API ONSHI_CHECK int onshi_arrivals_next(struct onshi_arrivals *w,
    struct onshi_visit **out);

/* What to poll for reading: it is ready while onshi_arrivals_next has something
 * to say. As onshi_visit_fd. */
ONSHI_API int64_t onshi_arrivals_fd(struct onshi_arrivals *w);

/* Ends a call that waits, or the next one, with ONSHI_E_CANCELLED. From any
 * thread, and from a signal handler. */
ONSHI_API void onshi_arrivals_cancel(struct onshi_arrivals *w);

/* Why the last call failed. Never NULL. */
ONSHI_API const struct onshi_error *onshi_arrivals_error(
    const struct onshi_arrivals *w);

#ifdef __cplusplus
}
#endif

#endif
