/*
 * The audit trail as a file of its own: begin it, read it, prove that
 * nobody has changed it (CO-7, DI-9). Queries write to it by themselves.
 */
#ifndef ONSHIKAKU_AUDIT_H
#define ONSHIKAKU_AUDIT_H

#include "onshikaku/base.h"

#ifdef __cplusplus
extern "C" {
#endif

struct onshi_audit;

/* A handle for the trail in a directory. Touches nothing yet. */
ONSHI_API ONSHI_CHECK int onshi_audit_new(const char *dir,
    struct onshi_audit **out);
ONSHI_API void onshi_audit_free(struct onshi_audit **ap);

/*
 * Begins the trail, once per facility: makes the directory and its files and
 * gives the verification key as printable text, the only time it is
 * ever seen: groups of base 32 with check digits, ':' and its id. Keep it on
 * paper or on another machine. ONSHI_E_STATE if a trail is there; what an
 * interrupted call left is begun anew. key takes up to keylen bytes with its
 * NUL: with less than onshi_audit_key_size() nothing is begun.
 */
ONSHI_API ONSHI_CHECK int onshi_audit_init(struct onshi_audit *a,
    const char *institution_code, char *key, size_t keylen);
ONSHI_API size_t onshi_audit_key_size(void);

/*
 * Reads the trail from end to end, as it stands now; others may go on writing
 * to it. key: the verification key or NULL (case, dashes and blanks do not
 * count, nor does the id); head: a head noted earlier, "N:HASH" or as much of
 * it as has 24 digits of HASH, or NULL. ONSHI_E_VALUE if one of them is
 * mistyped. *verdict is one of ONSHI_AUDIT_...; ONSHI_OK means that it could be
 * judged, not that it is intact; of ONSHI_AUDIT_UNREADABLE the error tells
 * why. May wait, up to 5 s for the lock.
 *
 * An older copy of the whole directory is found by a head alone, and what the
 * holder of the present state writes from now on by nothing.
 */
enum {
	ONSHI_AUDIT_INTACT	= 0,
	ONSHI_AUDIT_CHANGED	= 1,
	ONSHI_AUDIT_SHORTER	= 2,
	ONSHI_AUDIT_TORN	= 3,	/* the next entry will mend it */
	ONSHI_AUDIT_UNREADABLE	= 4,
	ONSHI_AUDIT_NO_KEY	= 5	/* chain intact, no key given */
};
ONSHI_API ONSHI_CHECK int onshi_audit_verify(struct onshi_audit *a,
    const char *key, const char *head, int *verdict);
/* Of a verdict: "intact" (NULL for no verdict), and a text for people. */
ONSHI_API const char *onshi_audit_verdict_name(int verdict);
ONSHI_API const char *onshi_audit_verdict_text(int verdict, const char *lang);

/* Of the last verify: entries that are there and right, the first that is
 * wrong or missing (0 if none), intents without outcome (a crash between both,
 * or a query that is still under way), clock jumps, entries that prune has
 * removed, and those that could not be written when it was time. */
ONSHI_API int64_t onshi_audit_entries(const struct onshi_audit *a);
ONSHI_API int64_t onshi_audit_first_bad(const struct onshi_audit *a);
ONSHI_API int64_t onshi_audit_unmatched(const struct onshi_audit *a);
ONSHI_API int64_t onshi_audit_clock_jumps(const struct onshi_audit *a);
ONSHI_API int64_t onshi_audit_pruned(const struct onshi_audit *a);
ONSHI_API int64_t onshi_audit_missed(const struct onshi_audit *a);

/* The head as "N:HASH", to be noted elsewhere: number and hash of the last
 * entry; on paper its first 24 digits do. ONSHI_E_AUDIT_GONE if no trail is
 * there. Borrowed from a until the next call of it. */
ONSHI_API ONSHI_CHECK int onshi_audit_head(struct onshi_audit *a,
    const char **head);

/*
 * Removes the oldest files of the trail, whole ones, all of whose entries are
 * before a day (yyyymmdd, Japan time). Nothing is removed unless all of the
 * trail is proved first: its chain, and with key its seals, too. For each file
 * an entry with its digest and count is durable before it goes, and verify takes
 * such an entry, and nothing else, for what is missing. ONSHI_E_VALUE if the day
 * lies within the retention; ONSHI_E_AUDIT if the trail is not intact. What an
 * interrupted call left is finished by the next. *removed: entries. May wait.
 */
ONSHI_API ONSHI_CHECK int onshi_audit_prune(struct onshi_audit *a,
    const char *key, int32_t before, int64_t *removed);
/* Years that entries are kept, 1 to 100; 5 where it is not set. */
ONSHI_API ONSHI_CHECK int onshi_audit_set_retention(struct onshi_audit *a,
    int years);

/*
 * Where verify says changed or shorter, and no next entry mends it: sets the
 * files of the trail aside, in lost-NNNNNN in its directory, where they can be
 * verified and read as before, and begins a new trail whose first entry names
 * the gap. ONSHI_E_STATE where nothing is lost; ONSHI_E_ARG without the flag.
 * old_key: the key that was, to prove its seals, or NULL; key takes the new one,
 * as in onshi_audit_init. Programs that write to it have to be started anew.
 * What an interrupted call left is finished by the next. May wait.
 */
#define ONSHI_AUDIT_ACCEPT_LOSS	0x01u	/* entries are lost, and it is known */
ONSHI_API ONSHI_CHECK int onshi_audit_reseal(struct onshi_audit *a,
    const char *institution_code, const char *old_key, uint32_t flags,
    char *key, size_t keylen);

/*
 * The entries of a period, from and to yyyymmdd of Japan time, both included,
 * 0 for open: onshi_audit_next gives line after line (without LF, NUL after
 * it), ONSHI_END after the last that stood there at the select. Borrowed until
 * the next call on a. They are not verified here; ONSHI_E_AUDIT at a line that
 * is no entry, or where entries are missing. A line is key=value by tabs, in
 * the order v n t b e o a l s m p k u i c q w r z h g; bytes outside
 * A-Za-z0-9._:/+=@- are %XX, "-" is absent.
 */
ONSHI_API ONSHI_CHECK int onshi_audit_select(struct onshi_audit *a,
    int32_t from, int32_t to);
ONSHI_API ONSHI_CHECK int onshi_audit_next(struct onshi_audit *a,
    const char **line, size_t *len);

ONSHI_API const struct onshi_error *onshi_audit_error(
    const struct onshi_audit *a);

#ifdef __cplusplus
}
#endif

#endif
