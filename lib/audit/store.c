/* A directory with a trail: beginning it, adding to it. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "audit/inside.h"

#define FIRST_SEGMENT	"audit-000001.log"
#define LOOK_MS		500
#define BEGINNING	128	/* of a line: its time stands in it */

int
oki_audit_store_init(struct oki_audit_store *s, const char *path,
    const char *institution, const struct oki_env *env)
{
	int r;

	memset(s, 0, sizeof(*s));
	s->env = env;
	s->segment_bytes = OKI_AUDIT_SEGMENT_BYTES;
	oki_os_boot_id(s->boot);
	if (!oki_copy(s->institution, sizeof(s->institution), institution))
		return ONSHI_E_VALUE;
	if ((s->path = oki_strdup(path)) == NULL)
		return ONSHI_E_NOMEM;
	if ((r = oki_audit_sums_open(&s->sums)) != ONSHI_OK)
		oki_audit_store_free(s);

	return r;
}

void
oki_audit_store_free(struct oki_audit_store *s)
{
	oki_free(s->path);
	oki_audit_sums_close(&s->sums);
	oki_wipe(s, sizeof(*s));
}

/* What a state file says: 0 where there is none, or none that is valid. */
static int
peek(struct oki_dir *d, uint64_t *n, int64_t *sys)
{
	struct oki_audit_sums sums;
	struct oki_audit_mark mark = { .n = 0 };
	struct oki_file *f = NULL;
	int r, slot = -1;

	*n = 0;
	if ((r = oki_file_open(d, OKI_AUDIT_STATE_NAME, OKI_OPEN_READ, &f,
	    sys)) != ONSHI_OK)
		return oki_os_is_absent(*sys) ? ONSHI_OK : r;
	if ((r = oki_audit_sums_open(&sums)) == ONSHI_OK &&
	    (r = oki_audit_state_read(&sums, f, 0, &mark, &slot, sys)) ==
	    ONSHI_OK && slot >= 0)
		*n = mark.n;
	oki_audit_sums_close(&sums);
	oki_file_close(&f);
	oki_wipe(&mark, sizeof(mark));

	return r;
}

/* ---- beginning ----------------------------------------------------------- */

static int
there_is_one(struct oki_audit_hold *h)
{
	return oki_fail(h->e, ONSHI_E_STATE, "audit.dir holds a trail");
}

/*
 * What an init that did not come to its end left behind may go: an empty
 * segment, and beside a state that counts no entry the first one, which was
 * never acknowledged. The state goes last.
 */
static int
clear_segment(struct oki_audit_hold *h, const char *name, bool begun)
{
	int64_t size, sys = 0;

	if (oki_audit_log_size(h->dir, name, &size, &sys) != ONSHI_OK)
		return oki_audit_fail(h->e, sys, "a segment cannot be read");
	if (size > (begun && strcmp(name, FIRST_SEGMENT) == 0 ?
	    OKI_AUDIT_LINE : 0))
		return there_is_one(h);
	if (oki_dir_remove(h->dir, name, &sys) != ONSHI_OK)
		return oki_audit_fail(h->e, sys, "a segment cannot be removed");

	return ONSHI_OK;
}

static int
clear_leftovers(struct oki_audit_hold *h)
{
	int64_t sys = 0;
	uint64_t counts;
	char **names;
	size_t i, n;
	int r = ONSHI_OK;

	if (peek(h->dir, &counts, &sys) != ONSHI_OK)
		return oki_audit_fail(h->e, sys, "audit.state cannot be read");
	if (counts > 1)
		return there_is_one(h);
	if (oki_dir_names(h->dir, &names, &n, &sys) != ONSHI_OK)
		return oki_audit_fail(h->e, sys, "audit.dir cannot be read");
	for (i = 0; r == ONSHI_OK && i < n; i++)
		if (oki_audit_segment_of(names[i]) > 0)
			r = clear_segment(h, names[i], counts == 1);
	oki_dir_names_free(&names, n);
	if (r == ONSHI_OK && oki_dir_sync(h->dir, &sys) != ONSHI_OK)
		r = oki_audit_fail(h->e, sys, "audit.dir cannot be synced");
	if (r == ONSHI_OK && oki_dir_remove(h->dir, OKI_AUDIT_STATE_NAME,
	    &sys) != ONSHI_OK && !oki_os_is_absent(sys))
		r = oki_audit_fail(h->e, sys, "audit.state cannot be removed");

	return r;
}

/* A state without entries, n = 1, and an empty first segment. */
static int
make_files(struct oki_audit_hold *h)
{
	uint8_t slots[2 * OKI_AUDIT_SLOT] = { 0 };
	int64_t sys = 0;
	int r = ONSHI_OK;

	if (oki_audit_slot_write(&h->store->sums, &h->mark, slots) != ONSHI_OK)
		r = oki_audit_fail(h->e, 0, "hash");
	else if (oki_dir_make_in(h->dir, OKI_AUDIT_TORN_NAME, &sys) !=
	    ONSHI_OK || oki_file_open(h->dir, FIRST_SEGMENT,
	    OKI_OPEN_APPEND | OKI_OPEN_NEW, &h->segment, &sys) != ONSHI_OK ||
	    oki_file_open(h->dir, OKI_AUDIT_STATE_NAME,
	    OKI_OPEN_WRITE | OKI_OPEN_NEW, &h->state, &sys) != ONSHI_OK ||
	    oki_file_write(h->state, 0, slots, sizeof(slots), &sys) !=
	    ONSHI_OK || oki_file_sync(h->state, &sys) != ONSHI_OK ||
	    oki_dir_sync(h->dir, &sys) != ONSHI_OK)
		r = oki_audit_fail(h->e, sys, "audit.dir cannot be written");
	oki_wipe(slots, sizeof(slots));

	return r;
}

static int
first_mark(struct oki_audit_hold *h, uint8_t k0[OKI_AUDIT_HASH])
{
	struct oki_audit_mark *m = &h->mark;

	m->n = 1;
	m->segment = 1;
	h->slot = 0;
	if (oki_random(k0, OKI_AUDIT_HASH) != ONSHI_OK)
		return oki_fail(h->e, ONSHI_E_SYSTEM, "no random numbers");
	memcpy(m->key, k0, OKI_AUDIT_HASH);
	/* As text, too, before anything is: nobody has a key that could not be
	 * written down. */
	if (oki_audit_key_text(&h->store->sums, k0, h->store->key_text) !=
	    ONSHI_OK ||
	    oki_audit_key_id(&h->store->sums, k0, m->id) != ONSHI_OK ||
	    oki_audit_genesis(&h->store->sums, m->id, h->store->institution,
	    m->hash) != ONSHI_OK)
		return oki_audit_fail(h->e, 0, "hash");

	return ONSHI_OK;
}

int
oki_audit_hold_begin(struct oki_audit_hold *h, uint8_t k0[OKI_AUDIT_HASH],
    const struct oki_audit_entry *entry)
{
	int r;

	if ((r = clear_leftovers(h)) == ONSHI_OK &&
	    (r = first_mark(h, k0)) == ONSHI_OK &&
	    (r = make_files(h)) == ONSHI_OK)
		r = oki_audit_hold_write(h, entry);

	return r;
}

int
oki_audit_store_begin(struct oki_audit_store *s, int32_t lock_ms,
    uint8_t k0[OKI_AUDIT_HASH], struct onshi_error *e)
{
	struct oki_audit_entry entry = { .event = OKI_AUDIT_LOG_OPEN };
	struct oki_audit_hold h;
	int64_t sys = 0;
	int r;

	if (oki_dir_make(s->path, &sys) != ONSHI_OK)
		return oki_audit_fail(e, sys, "audit.dir cannot be made");
	if ((r = oki_audit_hold_open(&h, s, e)) == ONSHI_OK &&
	    (r = oki_audit_hold_lock(&h, lock_ms)) == ONSHI_OK)
		r = oki_audit_hold_begin(&h, k0, &entry);
	oki_audit_hold_drop(&h);

	return r;
}

/* ---- adding -------------------------------------------------------------- */

static int
open_segment(struct oki_audit_hold *h)
{
	struct oki_file_facts facts;
	int64_t sys = 0;
	char name[24];

	oki_audit_segment_name(name, h->mark.segment);
	if (oki_file_open(h->dir, name, OKI_OPEN_APPEND, &h->segment, &sys) !=
	    ONSHI_OK ||
	    oki_file_facts(h->segment, &facts, &sys) != ONSHI_OK)
		return oki_audit_fail(h->e, sys, "the log cannot be opened");
	if (!facts.is_ours || facts.others_write)
		return oki_audit_fail(h->e, 0,
		    "others may write the log: its rights are 0600");

	return ONSHI_OK;
}

/* The oldest segment that is there: the first, or what prune has left. */
static int
open_oldest(struct oki_audit_hold *h, struct oki_file **out, int64_t *sys)
{
	char **names;
	size_t i, n;
	int r;

	if ((r = oki_file_open(h->dir, FIRST_SEGMENT, OKI_OPEN_READ, out,
	    sys)) == ONSHI_OK || !oki_os_is_absent(*sys))
		return r;
	if ((r = oki_dir_names(h->dir, &names, &n, sys)) != ONSHI_OK)
		return r;
	r = ONSHI_E_DISK;
	for (i = 0; i < n; i++)
		if (oki_audit_segment_of(names[i]) > 0) {
			r = oki_file_open(h->dir, names[i], OKI_OPEN_READ, out,
			    sys);
			break;
		}
	oki_dir_names_free(&names, n);

	return r;
}

/* A trail is one institution's: its first entry says whose. */
static int
check_institution(struct oki_audit_hold *h)
{
	struct oki_audit_parsed p;
	struct oki_file *f = NULL;
	char line[OKI_AUDIT_LINE];
	const char *lf;
	int64_t sys = 0;
	size_t got;
	int r;

	if (h->store->seen.n > 0 || h->store->institution[0] == '\0')
		return ONSHI_OK;
	if (open_oldest(h, &f, &sys) != ONSHI_OK ||
	    oki_file_read(f, 0, line, sizeof(line), &got, &sys) != ONSHI_OK)
		r = oki_audit_fail(h->e, sys, "the log cannot be read");
	else if ((lf = memchr(line, '\n', got)) == NULL ||
	    !oki_audit_line_parse(line, (size_t)(lf - line) + 1, &p))
		r = oki_audit_fail(h->e, 0, "the log's first entry is damaged");
	else if (strcmp(p.institution, h->store->institution) != 0)
		r = oki_audit_fail(h->e, 0,
		    "audit.dir holds another institution's trail");
	else
		r = ONSHI_OK;
	oki_file_close(&f);

	return r;
}

static int32_t
month_of(int64_t wall_ms)
{
	return oki_date_of(wall_ms / 1000) / 100;
}

/* Full, or its first entry is of an earlier month (Japan time). A clock that
 * goes back begins no segment. */
static int
must_rotate(struct oki_audit_hold *h, bool *yes)
{
	char line[BEGINNING];
	int64_t first, sys = 0;
	size_t got;

	*yes = false;
	if (h->mark.length == 0)
		return ONSHI_OK;
	if (h->store->begun_segment != h->mark.segment) {
		if (oki_file_read(h->segment, 0, line, sizeof(line), &got,
		    &sys) != ONSHI_OK)
			return oki_audit_fail(h->e, sys,
			    "the log cannot be read");
		if (!oki_audit_line_time(line, got, &first))
			return oki_audit_fail(h->e, 0,
			    "a segment's first entry is damaged");
		h->store->begun_segment = h->mark.segment;
		h->store->begun_ms = first;
	}
	*yes = h->mark.length + OKI_AUDIT_LINE > h->store->segment_bytes ||
	    month_of(oki_wall_ms(h->store->env)) >
	    month_of(h->store->begun_ms);

	return ONSHI_OK;
}

/* The next segment may be there, empty, when its making was interrupted. */
static int
rotate(struct oki_audit_hold *h)
{
	struct oki_audit_entry entry = { .event = OKI_AUDIT_LOG_ROTATE };
	struct oki_file *f = NULL;
	char name[24], result[32];
	int64_t sys = 0;

	if (h->mark.segment >= OKI_AUDIT_SEGMENTS)
		return oki_audit_fail(h->e, 0, "no number for a segment left");
	oki_audit_segment_name(name, h->mark.segment + 1);
	if (oki_file_open(h->dir, name, OKI_OPEN_APPEND, &f, &sys) !=
	    ONSHI_OK && (!oki_os_is_absent(sys) || oki_file_open(h->dir, name,
	    OKI_OPEN_APPEND | OKI_OPEN_NEW, &f, &sys) != ONSHI_OK))
		return oki_audit_fail(h->e, sys, "a segment cannot be made");
	oki_file_close(&h->segment);
	h->segment = f;
	if (oki_dir_sync(h->dir, &sys) != ONSHI_OK)
		return oki_audit_poison(h, sys, "audit.dir cannot be synced");
	h->mark.segment++;
	h->mark.length = 0;
	(void)snprintf(result, sizeof(result), "segment=%" PRIu64,
	    h->mark.segment);
	entry.result = result;

	return oki_audit_hold_write(h, &entry);
}

int
oki_audit_hold_ready(struct oki_audit_hold *h, struct oki_audit_store *s,
    int32_t lock_ms, struct onshi_error *e)
{
	bool full = false;
	int r;

	memset(h, 0, sizeof(*h));
	if (s->poisoned)
		return oki_audit_fail(e, 0, "the trail could not be synced "
		    "before: open it anew");
	if ((r = oki_audit_hold_take(h, s, lock_ms, e)) == ONSHI_OK &&
	    (r = check_institution(h)) == ONSHI_OK &&
	    (r = open_segment(h)) == ONSHI_OK &&
	    (r = oki_audit_recover(h)) == ONSHI_OK &&
	    (r = must_rotate(h, &full)) == ONSHI_OK && full)
		r = rotate(h);

	return r;
}

int
oki_audit_store_append(struct oki_audit_store *s,
    const struct oki_audit_entry *entry, int32_t lock_ms,
    struct onshi_error *e)
{
	struct oki_audit_hold h;
	int r;

	if ((r = oki_audit_hold_ready(&h, s, lock_ms, e)) == ONSHI_OK &&
	    (r = oki_audit_gap_left(&h)) == ONSHI_OK)
		r = oki_audit_hold_write(&h, entry);
	oki_audit_hold_drop(&h);

	return r;
}

/* ---- looking ------------------------------------------------------------- */

static int
count_gaps(struct oki_audit_hold *h, size_t *gaps)
{
	int64_t sys = 0;
	char **names;
	size_t i, n;

	if (oki_dir_names(h->dir, &names, &n, &sys) != ONSHI_OK)
		return oki_audit_fail(h->e, sys, "audit.dir cannot be read");
	for (i = 0; i < n; i++)
		if (strncmp(names[i], "gap-", 4) == 0)
			++*gaps;
	oki_dir_names_free(&names, n);

	return ONSHI_OK;
}

int
oki_audit_look(struct oki_env *env, size_t *gaps, struct onshi_error *e)
{
	const struct onshi_config *c = oki_env_config(env);
	const char *code = oki_config_text(c, OKI_FACILITY_CODE);
	struct oki_audit_store store;
	struct oki_audit_hold h;
	int r;

	*gaps = 0;
	memset(&h, 0, sizeof(h));
	if ((r = oki_audit_store_init(&store, oki_config_text(c,
	    OKI_AUDIT_DIR), code == NULL ? "" : code, env)) != ONSHI_OK)
		(void)oki_fail(e, r, "no memory for a trail");
	else if ((r = oki_audit_hold_take(&h, &store, LOOK_MS, e)) ==
	    ONSHI_OK && (r = check_institution(&h)) == ONSHI_OK &&
	    (r = open_segment(&h)) == ONSHI_OK)
		r = count_gaps(&h, gaps);
	oki_audit_hold_drop(&h);
	oki_audit_store_free(&store);

	return r;
}
