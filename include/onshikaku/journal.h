/*
 * The journal of requests that went out by folders and are not finished: what
 * a crash or a time-out has left. Nothing in it is about a patient. A request
 * whose end is not known is never sent again by itself.
 */
#ifndef ONSHIKAKU_JOURNAL_H
#define ONSHIKAKU_JOURNAL_H

#include "onshikaku/base.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
	ONSHI_REQUEST_AWAITED	= 1,	/* under way, or not fetched yet */
	ONSHI_REQUEST_UNCERTAIN	= 2,	/* fetched, no answer: may be done */
	ONSHI_REQUEST_LATE	= 3	/* answered, and nobody had it */
};

/*
 * The i-th request: the name of its file without extension (len is the room
 * at name, 129 is enough for all), its prefix, one of ONSHI_REQUEST_..., and
 * when it was made, in seconds UTC. ONSHI_END after the last. Looks into the
 * folders, so it may wait for a share.
 */
ONSHI_API ONSHI_CHECK int onshi_journal_at(struct onshi *o, size_t i,
    char *name, size_t len, const char **prefix, int *state, int64_t *since);

/* Names of these numbers, as "uncertain", and what people are told. */
ONSHI_API const char *onshi_request_name(int state);
ONSHI_API const char *onshi_request_text(int state, const char *lang);

#ifdef __cplusplus
}
#endif

#endif
