/* A new chain where the old one is broken for good: what is left of it is set
 * aside, and the first entry names what is missing (security.md 13.3). */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "audit/inside.h"

#define MARK_NAME	"gap"	/* in the directory of a reseal under way: what
				   its entry will say, ends with LF */
#define GAP_MOST	256
#define LOST_MOST	999999
#define CHUNK		((size_t)64 << 10)

struct reseal {
	struct oki_audit_hold	 h;
	uint64_t		 number;	/* of the directory */
	struct oki_dir		*lost;
	bool			 marked;	/* gap is on the disk */
	bool			 filled;	/* parts of a trail lie there */
	char			 gap[GAP_MOST];
};

static int
fail(struct reseal *w, int64_t sys, const char *text)
{
	return oki_audit_fail(w->h.e, sys, text);
}

/* ---- where it goes ------------------------------------------------------- */

static void
lost_name(char to[16], uint64_t number)
{
	(void)snprintf(to, 16, "lost-%06u", (unsigned int)(number %
	    (LOST_MOST + 1)));
}

static uint64_t
lost_of(const char *name)
{
	char again[16];
	uint64_t n = 0;
	size_t i;

	if (strlen(name) != 11 || memcmp(name, "lost-", 5) != 0)
		return 0;
	for (i = 5; name[i] >= '0' && name[i] <= '9'; i++)
		n = n * 10 + (uint64_t)(name[i] - '0');
	lost_name(again, n);

	return strcmp(again, name) == 0 ? n : 0;
}

/* What belongs to a trail; its lock stays, and so does what was torn. */
static bool
is_part(const char *name)
{
	return oki_audit_segment_of(name) > 0 ||
	    strcmp(name, OKI_AUDIT_STATE_NAME) == 0;
}

/* The mark of a reseal under way; none, or half a one, is no mark. */
static int
read_mark(struct reseal *w)
{
	struct oki_file *f = NULL;
	int64_t sys = 0;
	size_t got = 0;
	int r;

	w->marked = false;
	r = oki_file_open(w->lost, MARK_NAME, OKI_OPEN_READ, &f, &sys);
	if (r == ONSHI_OK)
		r = oki_file_read(f, 0, w->gap, sizeof(w->gap) - 1, &got, &sys);
	oki_file_close(&f);
	if (r != ONSHI_OK)
		return oki_os_is_absent(sys) ? ONSHI_OK :
		    fail(w, sys, "lost/gap cannot be read");
	if (got > 1 && w->gap[got - 1] == '\n') {
		w->gap[got - 1] = '\0';
		w->marked = true;
	}

	return ONSHI_OK;
}

static int
read_lost(struct reseal *w)
{
	int64_t sys = 0;
	char **names;
	size_t i, n;

	if (oki_dir_names(w->lost, &names, &n, &sys) != ONSHI_OK)
		return fail(w, sys, "lost cannot be read");
	for (i = 0; i < n; i++)
		w->filled = w->filled || is_part(names[i]);
	oki_dir_names_free(&names, n);

	return read_mark(w);
}

/* The newest of those directories, if there is one, and its mark. */
static int
find_lost(struct reseal *w)
{
	int64_t sys = 0;
	char **names, name[16];
	size_t i, n;

	if (oki_dir_names(w->h.dir, &names, &n, &sys) != ONSHI_OK)
		return fail(w, sys, "audit.dir cannot be read");
	for (i = 0; i < n; i++)
		if (lost_of(names[i]) > w->number)
			w->number = lost_of(names[i]);
	oki_dir_names_free(&names, n);
	if (w->number == 0)
		return ONSHI_OK;
	lost_name(name, w->number);
	if (oki_dir_open_in(w->h.dir, name, &w->lost, &sys) != ONSHI_OK)
		return fail(w, sys, "lost cannot be opened");

	return read_lost(w);
}

/* Whether a part of the trail lies there under its name already: then the
 * mark is of an earlier one. */
static int
is_taken(struct reseal *w, bool *taken)
{
	int64_t size, sys = 0;
	char **names;
	size_t i, n;

	*taken = false;
	if (oki_dir_names(w->h.dir, &names, &n, &sys) != ONSHI_OK)
		return fail(w, sys, "audit.dir cannot be read");
	for (i = 0; i < n; i++)
		if (is_part(names[i]) && oki_audit_log_size(w->lost, names[i],
		    &size, &sys) == ONSHI_OK)
			*taken = true;
	oki_dir_names_free(&names, n);

	return ONSHI_OK;
}

static int
make_lost(struct reseal *w)
{
	int64_t sys = 0;
	char name[16];

	oki_dir_close(&w->lost);
	if (w->number >= LOST_MOST)
		return fail(w, 0, "no number for lost is left");
	w->marked = w->filled = false;
	lost_name(name, ++w->number);
	if (oki_dir_make_in(w->h.dir, name, &sys) != ONSHI_OK ||
	    oki_dir_open_in(w->h.dir, name, &w->lost, &sys) != ONSHI_OK)
		return fail(w, sys, "lost cannot be made");

	return ONSHI_OK;
}

/* ---- what is missing ----------------------------------------------------- */

/* All bytes of a file into the hash. */
static int
add_file(struct oki_dir *d, const char *name, char *chunk,
    struct oki_hash *hash, struct onshi_error *e)
{
	struct oki_file *f = NULL;
	int64_t at = 0, sys = 0;
	size_t got = CHUNK;
	int r;

	if (oki_file_open(d, name, OKI_OPEN_READ, &f, &sys) != ONSHI_OK)
		return oki_audit_fail(e, sys, "a segment cannot be opened");
	for (r = ONSHI_OK; r == ONSHI_OK && got == CHUNK; at += (int64_t)got)
		if (oki_file_read(f, at, chunk, CHUNK, &got, &sys) !=
		    ONSHI_OK)
			r = oki_audit_fail(e, sys, "a segment cannot be read");
		else if (oki_hash_update(hash, chunk, got) !=
		    ONSHI_OK)
			r = oki_audit_fail(e, 0, "hash");
	oki_file_close(&f);

	return r;
}

int
oki_audit_digest(struct oki_dir *d, uint8_t out[OKI_AUDIT_HASH],
    struct onshi_error *e)
{
	int64_t sys = 0;
	struct oki_hash *hash = NULL;
	char **names, *chunk;
	size_t i, n;
	int r = ONSHI_OK;

	if (oki_dir_names(d, &names, &n, &sys) != ONSHI_OK)
		return oki_audit_fail(e, sys, "a directory cannot be read");
	chunk = oki_alloc(CHUNK);
	if (chunk == NULL || oki_hash_new(&hash) != ONSHI_OK)
		r = oki_audit_fail(e, 0, "no memory");
	for (i = 0; r == ONSHI_OK && i < n; i++)
		if (oki_audit_segment_of(names[i]) > 0)
			r = add_file(d, names[i], chunk, hash, e);
	if (r == ONSHI_OK && oki_hash_final(hash, out) != ONSHI_OK)
		r = oki_audit_fail(e, 0, "hash");
	oki_hash_free(&hash);
	oki_free(chunk);
	oki_dir_names_free(&names, n);

	return r;
}

static int
describe(struct reseal *w, const struct oki_audit_report *report,
    const struct oki_audit_survey *v)
{
	char digest[2 * OKI_AUDIT_HASH + 1];
	uint8_t sum[OKI_AUDIT_HASH];
	int r;

	if ((r = oki_audit_digest(w->h.dir, sum, w->h.e)) != ONSHI_OK)
		return r;
	oki_hex(digest, sum, sizeof(sum));
	(void)snprintf(w->gap, sizeof(w->gap), "%s:right=%" PRId64
	    ":first_bad=%" PRId64 ":next=%" PRIu64 ":key=%s:sha256=%s",
	    report->verdict == ONSHI_AUDIT_SHORTER ? "shorter" : "changed",
	    report->entries, report->first_bad, v->next,
	    v->id[0] != '\0' ? v->id : "-", digest);

	return ONSHI_OK;
}

/* Durable before anything moves, so that what is found later is told as it was
 * found first. */
static int
write_mark(struct reseal *w)
{
	struct oki_file *f = NULL;
	int64_t sys = 0;
	char text[GAP_MOST + 1];
	int r = ONSHI_OK;

	(void)snprintf(text, sizeof(text), "%s\n", w->gap);
	if ((oki_dir_remove(w->lost, MARK_NAME, &sys) != ONSHI_OK &&
	    !oki_os_is_absent(sys)) ||
	    oki_file_open(w->lost, MARK_NAME, OKI_OPEN_WRITE | OKI_OPEN_NEW,
	    &f, &sys) != ONSHI_OK ||
	    oki_file_write(f, 0, text, strlen(text), &sys) != ONSHI_OK ||
	    oki_file_sync(f, &sys) != ONSHI_OK ||
	    oki_dir_sync(w->lost, &sys) != ONSHI_OK ||
	    oki_dir_sync(w->h.dir, &sys) != ONSHI_OK)
		r = fail(w, sys, "lost/gap cannot be written");
	oki_file_close(&f);

	return r;
}

/* ---- setting aside ------------------------------------------------------- */

static int
move_all(struct reseal *w)
{
	int64_t sys = 0;
	char **names;
	size_t i, n;
	int r = ONSHI_OK;

	if (oki_dir_names(w->h.dir, &names, &n, &sys) != ONSHI_OK)
		return fail(w, sys, "audit.dir cannot be read");
	for (i = 0; r == ONSHI_OK && i < n; i++)
		if (is_part(names[i]) && oki_dir_move(w->h.dir, names[i],
		    w->lost, &sys) != ONSHI_OK)
			r = fail(w, sys, "a file cannot be set aside");
	oki_dir_names_free(&names, n);
	if (r == ONSHI_OK && (oki_dir_sync(w->lost, &sys) != ONSHI_OK ||
	    oki_dir_sync(w->h.dir, &sys) != ONSHI_OK))
		r = fail(w, sys, "audit.dir cannot be synced");

	return r;
}

/* What an interrupted reseal had begun goes: a first entry at most, whose key
 * nobody was given. A state that says nothing may be the old one's still. */
static int
drop_unborn(struct reseal *w, const struct oki_audit_survey *v)
{
	int64_t sys = 0;
	char **names;
	size_t i, n;
	int r = ONSHI_OK;

	if (oki_dir_names(w->h.dir, &names, &n, &sys) != ONSHI_OK)
		return fail(w, sys, "audit.dir cannot be read");
	for (i = n; r == ONSHI_OK && i > 0; i--) {
		if (!is_part(names[i - 1]) || (v->next == 0 &&
		    oki_audit_segment_of(names[i - 1]) == 0 &&
		    oki_dir_move(w->h.dir, names[i - 1], w->lost, &sys) ==
		    ONSHI_OK))
			continue;
		if (oki_dir_remove(w->h.dir, names[i - 1], &sys) != ONSHI_OK)
			r = fail(w, sys, "a file cannot be removed");
	}
	oki_dir_names_free(&names, n);

	return r;
}

static int
begin_anew(struct reseal *w, uint8_t k0[OKI_AUDIT_HASH])
{
	struct oki_audit_entry entry = { .event = OKI_AUDIT_LOG_OPEN,
	    .outcome = OKI_AUDIT_SERIOUS };
	char name[16], result[GAP_MOST + 32];
	int64_t sys = 0;
	int r;

	lost_name(name, w->number);
	(void)snprintf(result, sizeof(result), "reseal=%s:%s", name, w->gap);
	entry.result = result;
	if ((r = oki_audit_hold_begin(&w->h, k0, &entry)) != ONSHI_OK)
		return r;
	/* Last of all, and not synced: nothing fails once it is gone, and where
	 * it comes back the names beside it say that it is of the past. */
	if (oki_dir_remove(w->lost, MARK_NAME, &sys) != ONSHI_OK)
		return fail(w, sys, "lost/gap cannot be removed");

	return ONSHI_OK;
}

/* ---- whether it may ------------------------------------------------------ */

enum found { WHOLE, BROKEN, UNBORN };

static int
look(struct reseal *w, const uint8_t *key, struct oki_audit_report *report,
    struct oki_audit_survey *v, int *code)
{
	const struct oki_audit_proof proof = { .k0 = key,
	    .years = OKI_AUDIT_YEARS, .env = w->h.store->env };
	struct onshi_error e;
	int r;

	oki_error_clear(&e);
	oki_audit_survey_free(v);
	r = oki_audit_survey(w->h.store->path, OKI_AUDIT_LOCK_HELD, &proof,
	    report, v, &e);
	*code = e.code;
	if (r == ONSHI_OK && e.code != ONSHI_OK && e.code !=
	    ONSHI_E_AUDIT_GONE && w->h.e != NULL)
		oki_error_copy(w->h.e, &e);

	return r;
}

static bool
is_broken(const struct oki_audit_report *report)
{
	return report->verdict == ONSHI_AUDIT_CHANGED ||
	    report->verdict == ONSHI_AUDIT_SHORTER;
}

/* A key of some other trail would make any look broken. */
static int
look_sealed(struct reseal *w, const uint8_t *old,
    struct oki_audit_report *report, struct oki_audit_survey *v, int *code)
{
	char id[OKI_AUDIT_ID + 1];

	if (oki_audit_key_id(&w->h.store->sums, old, id) != ONSHI_OK)
		return fail(w, 0, "hash");
	if (strcmp(id, v->id) != 0)
		return oki_fail(w->h.e, ONSHI_E_VALUE,
		    "the verification key is another trail's");

	return look(w, old, report, v, code);
}

/* No more than a first entry: of the old ones the first segment is moved before
 * all others, so one that is there is new. */
static bool
is_first_alone(const struct reseal *w)
{
	int64_t size, sys = 0;
	char **names;
	bool alone = true;
	size_t i, n;

	if (oki_dir_names(w->h.dir, &names, &n, &sys) != ONSHI_OK)
		return false;
	for (i = 0; i < n; i++)
		if (oki_audit_segment_of(names[i]) > 0 &&
		    (oki_audit_log_size(w->h.dir, names[i], &size, &sys) !=
		    ONSHI_OK || size > (oki_audit_segment_of(names[i]) == 1 ?
		    OKI_AUDIT_LINE : 0)))
			alone = false;
	oki_dir_names_free(&names, n);

	return alone;
}

/* Nothing at all, a first entry at most without a state, a state that counts
 * none, or a first entry alone: beside an old trail that was set aside, that is
 * a new one half begun. */
static bool
is_unborn(const struct reseal *w, const struct oki_audit_report *report,
    const struct oki_audit_survey *v, int code)
{
	if (!w->marked || !w->filled)
		return false;
	if (code == ONSHI_E_AUDIT_GONE)
		return true;
	if (report->verdict == ONSHI_AUDIT_UNREADABLE)
		return false;
	if (!is_broken(report))
		return report->entries <= 1;

	return v->next == 1 || (v->next == 0 && is_first_alone(w));
}

static int
judge(struct reseal *w, const uint8_t *old, struct oki_audit_report *report,
    struct oki_audit_survey *v, enum found *found)
{
	int code, r;

	*found = WHOLE;
	if ((r = look(w, NULL, report, v, &code)) != ONSHI_OK)
		return r;
	if (is_unborn(w, report, v, code)) {
		*found = UNBORN;
		return ONSHI_OK;
	}
	if (code == ONSHI_E_AUDIT_GONE)
		return oki_fail(w->h.e, code, "audit.dir is empty");
	if (!is_broken(report) && report->verdict != ONSHI_AUDIT_UNREADABLE &&
	    old != NULL && (r = look_sealed(w, old, report, v, &code)) !=
	    ONSHI_OK)
		return r;
	if (report->verdict == ONSHI_AUDIT_UNREADABLE)
		return fail(w, 0, "the trail cannot be read");
	if (is_broken(report))
		*found = BROKEN;

	return ONSHI_OK;
}

static int
set_aside(struct reseal *w, const struct oki_audit_report *report,
    const struct oki_audit_survey *v)
{
	bool taken = false;
	int r;

	if (w->marked && w->filled && (r = is_taken(w, &taken)) != ONSHI_OK)
		return r;
	if ((w->lost == NULL || taken || (w->filled && !w->marked)) &&
	    (r = make_lost(w)) != ONSHI_OK)
		return r;
	/* Once anything has moved, the mark stands as it was written. */
	if ((!w->marked || !w->filled) &&
	    ((r = describe(w, report, v)) != ONSHI_OK ||
	    (r = write_mark(w)) != ONSHI_OK))
		return r;

	return move_all(w);
}

static int
reseal(struct reseal *w, const uint8_t *old, uint8_t k0[OKI_AUDIT_HASH])
{
	struct oki_audit_survey v = { .segments = NULL };
	struct oki_audit_report report;
	enum found found;
	int r;

	if ((r = find_lost(w)) != ONSHI_OK)
		return r;
	r = judge(w, old, &report, &v, &found);
	if (r == ONSHI_OK && found == WHOLE)
		r = oki_fail(w->h.e, ONSHI_E_STATE, "nothing is lost: the "
		    "trail is intact, or its next entry mends it");
	else if (r == ONSHI_OK && found == BROKEN)
		r = set_aside(w, &report, &v);
	else if (r == ONSHI_OK)
		r = drop_unborn(w, &v);
	oki_audit_survey_free(&v);

	return r == ONSHI_OK ? begin_anew(w, k0) : r;
}

int
oki_audit_reseal(struct oki_audit_store *s, const uint8_t *old,
    int32_t lock_ms, uint8_t k0[OKI_AUDIT_HASH], struct onshi_error *e)
{
	struct reseal w = { .lost = NULL };
	int r;

	if ((r = oki_audit_hold_open(&w.h, s, e)) == ONSHI_OK &&
	    (r = oki_audit_hold_lock(&w.h, lock_ms)) == ONSHI_OK)
		r = reseal(&w, old, k0);
	oki_dir_close(&w.lost);
	oki_audit_hold_drop(&w.h);

	return r;
}
