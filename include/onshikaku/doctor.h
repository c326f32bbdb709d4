/*
 * What is wrong with a set-up, whose it is, and what to do about it: readers,
 * certificates, clock, link, folders, journal, audit trail, sealed visits. It
 * spends no PIN try and sends nothing about a patient.
 */
#ifndef ONSHIKAKU_DOCTOR_H
#define ONSHIKAKU_DOCTOR_H

#include "onshikaku/config.h"

#ifdef __cplusplus
extern "C" {
#endif

struct onshi_doctor;

enum {
	ONSHI_HEALTH_OK		= 0,
	ONSHI_HEALTH_NOTE	= 1,	/* works today; somebody should know */
	ONSHI_HEALTH_WRONG	= 2
};
enum {				/* whose it is to mend */
	ONSHI_OWNER_FACILITY	= 1,
	ONSHI_OWNER_VENDOR	= 2,	/* who set this system up */
	ONSHI_OWNER_LINE	= 3,
	ONSHI_OWNER_AGENCY	= 4,	/* who runs the service */
	ONSHI_OWNER_LIBRARY	= 5
};

/* For a config, also one that onshi_new refuses, which is frozen as long as d
 * is there. Yours: free with onshi_doctor_free. */
ONSHI_API ONSHI_CHECK int onshi_doctor_new(const struct onshi_config *c,
    struct onshi_doctor **out);
ONSHI_API void onshi_doctor_free(struct onshi_doctor **dp);

/* Looks at everything; what it found before is gone. ONSHI_OK whatever it
 * finds. Waits for readers, shares and the service, each for a bounded time. */
ONSHI_API ONSHI_CHECK int onshi_doctor_run(struct onshi_doctor *d);

/*
 * The i-th finding of the last run: ONSHI_OK, or ONSHI_END after the last. What
 * was looked at, as "certificate.terminal" (static); ONSHI_HEALTH_...; of one
 * that is not OK, ONSHI_OWNER_..., else the library's.
 */
ONSHI_API ONSHI_CHECK int onshi_doctor_at(const struct onshi_doctor *d,
    size_t i, const char **check, int *result, int *owner);
/* Its text, and what to do ("" where nothing is to be done): "ja" or English.
 * Borrowed from d until the next run. "" after the last. */
ONSHI_API const char *onshi_doctor_text(const struct onshi_doctor *d, size_t i,
    const char *lang);
ONSHI_API const char *onshi_doctor_remedy(const struct onshi_doctor *d,
    size_t i, const char *lang);
ONSHI_API const struct onshi_error *onshi_doctor_error(
    const struct onshi_doctor *d);

/* Names of these numbers, as "wrong" and "line", and an owner for people. */
ONSHI_API const char *onshi_health_name(int result);
ONSHI_API const char *onshi_owner_name(int owner);
ONSHI_API const char *onshi_owner_text(int owner, const char *lang);

#ifdef __cplusplus
}
#endif

#endif
