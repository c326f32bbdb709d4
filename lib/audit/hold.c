/* What one operation on a trail holds: its lock, its state, its files. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "audit/inside.h"

int
oki_audit_fail(struct onshi_error *e, int64_t sys, const char *text)
{
	int r = oki_fail_system(e, ONSHI_E_AUDIT, sys, "%s", text);

	if (e != NULL)
		e->phase = ONSHI_PHASE_AUDIT;

	return r;
}

int
oki_audit_poison(struct oki_audit_hold *h, int64_t sys, const char *text)
{
	h->store->poisoned = true;

	return oki_audit_fail(h->e, sys, text);
}

/* A directory that is named and holds no trail: not there (a volume that is not
 * mounted looks so), or never begun. Which of them, only people know. */
static int
gone(struct oki_audit_hold *h, const char *text)
{
	return oki_fail_at(h->e, ONSHI_PHASE_AUDIT, ONSHI_E_AUDIT_GONE, "%s",
	    text);
}

void
oki_audit_segment_name(char to[24], uint64_t segment)
{
	int i;

	memcpy(to, "audit-000000.log", sizeof("audit-000000.log"));
	for (i = 11; i > 5; i--, segment /= 10)
		to[i] = (char)('0' + segment % 10);
}

uint64_t
oki_audit_segment_of(const char *name)
{
	char again[24];
	uint64_t n = 0;
	size_t i;

	if (strlen(name) != 16 || memcmp(name, "audit-", 6) != 0)
		return 0;
	for (i = 6; i < 12 && name[i] >= '0' && name[i] <= '9'; i++)
		n = n * 10 + (uint64_t)(name[i] - '0');
	oki_audit_segment_name(again, n);

	return strcmp(again, name) == 0 ? n : 0;
}

int
oki_audit_log_size(struct oki_dir *d, const char *name, int64_t *size,
    int64_t *sys)
{
	struct oki_file_facts facts;
	struct oki_file *f = NULL;
	int r;

	if ((r = oki_file_open(d, name, OKI_OPEN_READ, &f, sys)) == ONSHI_OK &&
	    (r = oki_file_facts(f, &facts, sys)) == ONSHI_OK)
		*size = facts.size;
	oki_file_close(&f);

	return r;
}

int
oki_audit_log_is_empty(struct oki_dir *d, bool *empty, int64_t *sys)
{
	char **names;
	int64_t size;
	size_t i, n;
	int r;

	*empty = true;
	if ((r = oki_dir_names(d, &names, &n, sys)) != ONSHI_OK)
		return r;
	for (i = 0; r == ONSHI_OK && i < n; i++)
		if (oki_audit_segment_of(names[i]) > 0 &&
		    (r = oki_audit_log_size(d, names[i], &size, sys)) ==
		    ONSHI_OK && size > 0)
			*empty = false;
	oki_dir_names_free(&names, n);

	return r;
}

/* A log without its state is what is left when somebody takes the state away;
 * nothing at all is a trail that was never begun. */
static int
no_state(struct oki_audit_hold *h, const char *text)
{
	int64_t sys = 0;
	bool empty;

	if (oki_audit_log_is_empty(h->dir, &empty, &sys) != ONSHI_OK)
		return oki_audit_fail(h->e, sys, "audit.dir cannot be read");

	return empty ? gone(h, "audit.dir is empty") :
	    oki_audit_fail(h->e, 0, text);
}

/* Opened anew each time: a file put in the other's place is seen, and no
 * descriptor is left for a forked child. */
int
oki_audit_hold_lock(struct oki_audit_hold *h, int32_t lock_ms)
{
	int64_t sys = 0;
	int r;

	r = oki_file_open(h->dir, OKI_AUDIT_LOCK_NAME, OKI_OPEN_WRITE,
	    &h->lock, &sys);
	if (r != ONSHI_OK && oki_os_is_absent(sys))
		r = oki_file_open(h->dir, OKI_AUDIT_LOCK_NAME,
		    OKI_OPEN_WRITE | OKI_OPEN_NEW, &h->lock, &sys);
	if (r != ONSHI_OK)		/* another was quicker to make it */
		r = oki_file_open(h->dir, OKI_AUDIT_LOCK_NAME, OKI_OPEN_WRITE,
		    &h->lock, &sys);
	if (r != ONSHI_OK)
		return oki_audit_fail(h->e, sys, "audit.lock cannot be opened");
	if (oki_file_lock(h->lock, lock_ms, &sys) != ONSHI_OK)
		return oki_audit_fail(h->e, sys,
		    "another program holds the trail's lock");

	return ONSHI_OK;
}

static int
open_state(struct oki_audit_hold *h)
{
	struct oki_file_facts facts;
	int64_t sys = 0;

	if (oki_file_open(h->dir, OKI_AUDIT_STATE_NAME, OKI_OPEN_WRITE,
	    &h->state, &sys) != ONSHI_OK)
		return oki_os_is_absent(sys) ?
		    no_state(h, "a log without audit.state") :
		    oki_audit_fail(h->e, sys, "audit.state cannot be opened");
	if (oki_file_facts(h->state, &facts, &sys) != ONSHI_OK)
		return oki_audit_fail(h->e, sys, "audit.state");
	/* It holds a key (SEC-102). */
	if (!facts.is_ours || facts.others_read || facts.others_write)
		return oki_audit_fail(h->e, 0,
		    "audit.state is not ours alone: its rights are 0600");

	return ONSHI_OK;
}

static int
read_state(struct oki_audit_hold *h)
{
	int64_t sys = 0;

	if (oki_audit_state_read(&h->store->sums, h->state, h->store->print,
	    &h->mark, &h->slot, &sys) != ONSHI_OK)
		return oki_audit_fail(h->e, sys, "audit.state cannot be read");
	if (h->slot < 0)
		return no_state(h, "audit.state is damaged");
	if (h->mark.n == 1)
		return gone(h, "audit init has not finished");

	return ONSHI_OK;
}

/* What this handle saw before cannot lie behind it: an older copy that was
 * brought back, or another trail in this one's place. */
static int
check_seen(struct oki_audit_hold *h)
{
	const struct oki_audit_mark *seen = &h->store->seen;

	if (seen->n == 0)
		return ONSHI_OK;
	if (strcmp(seen->id, h->mark.id) != 0 || h->mark.n < seen->n ||
	    (h->mark.n == seen->n &&
	    memcmp(h->mark.hash, seen->hash, OKI_AUDIT_HASH) != 0))
		return oki_audit_fail(h->e, 0,
		    "audit.dir holds another trail than before");

	return ONSHI_OK;
}

/* Who may write to the directory puts another trail in this one's place. */
static int
check_dir(struct oki_audit_hold *h)
{
	struct oki_file_facts facts;
	int64_t sys = 0;

	if (oki_dir_facts(h->dir, &facts, &sys) != ONSHI_OK)
		return oki_audit_fail(h->e, sys, "audit.dir cannot be read");
	if (!facts.is_ours)
		return oki_audit_fail(h->e, 0,
		    "audit.dir belongs to another user");
	if (facts.others_write)
		return oki_audit_fail(h->e, 0,
		    "others may write to audit.dir: its rights are 0700");

	return ONSHI_OK;
}

int
oki_audit_hold_open(struct oki_audit_hold *h, struct oki_audit_store *s,
    struct onshi_error *e)
{
	int64_t sys = 0;

	memset(h, 0, sizeof(*h));
	h->store = s;
	h->e = e;
	if (oki_dir_open(s->path, &h->dir, &sys) != ONSHI_OK)
		return oki_os_is_absent(sys) ?
		    gone(h, "audit.dir is not there") :
		    oki_audit_fail(e, sys, "audit.dir cannot be opened");

	return check_dir(h);
}

int
oki_audit_hold_take(struct oki_audit_hold *h, struct oki_audit_store *s,
    int32_t lock_ms, struct onshi_error *e)
{
	int r;

	if ((r = oki_audit_hold_open(h, s, e)) != ONSHI_OK ||
	    (r = open_state(h)) != ONSHI_OK ||
	    (r = oki_audit_hold_lock(h, lock_ms)) != ONSHI_OK ||
	    (r = read_state(h)) != ONSHI_OK)
		return r;

	return check_seen(h);
}

void
oki_audit_hold_drop(struct oki_audit_hold *h)
{
	if (h->lock != NULL)		/* others wait for it */
		oki_file_unlock(h->lock);
	oki_file_close(&h->lock);
	oki_file_close(&h->segment);
	oki_file_close(&h->state);
	oki_dir_close(&h->dir);
	oki_wipe(&h->mark, sizeof(h->mark));
}

/* The new slot is durable before the old one, with its key, is erased. */
static int
move_on(struct oki_audit_hold *h, const struct oki_audit_mark *next)
{
	static const uint8_t zeros[OKI_AUDIT_SLOT];
	uint8_t slot[OKI_AUDIT_SLOT];
	int64_t sys = 0;
	int r;

	h->store->print = 0;
	if ((r = oki_audit_slot_write(&h->store->sums, next, slot)) != ONSHI_OK)
		r = oki_audit_fail(h->e, 0, "hash");
	else if (oki_file_write(h->state, (1 - h->slot) * OKI_AUDIT_SLOT,
	    slot, sizeof(slot), &sys) != ONSHI_OK)
		r = oki_audit_fail(h->e, sys, "audit.state cannot be written");
	else if (oki_file_sync(h->state, &sys) != ONSHI_OK)
		r = oki_audit_poison(h, sys, "audit.state cannot be synced");
	else if (oki_file_write(h->state, h->slot * OKI_AUDIT_SLOT, zeros,
	    sizeof(zeros), &sys) != ONSHI_OK)
		r = oki_audit_fail(h->e, sys, "audit.state cannot be written");
	else if (oki_file_sync(h->state, &sys) != ONSHI_OK)
		r = oki_audit_poison(h, sys, "audit.state cannot be synced");
	else
		h->store->print = oki_audit_slot_print(slot);
	oki_wipe(slot, sizeof(slot));

	return r;
}

int
oki_audit_hold_advance(struct oki_audit_hold *h, const char *line, size_t len,
    const uint8_t key[OKI_AUDIT_HASH])
{
	struct oki_audit_mark next = h->mark;
	int r;

	next.n++;
	next.length += (int64_t)len;
	memcpy(next.key, key, OKI_AUDIT_HASH);
	if (oki_audit_hash(&h->store->sums, line, len, next.hash) != ONSHI_OK)
		r = oki_audit_fail(h->e, 0, "hash");
	else if ((r = move_on(h, &next)) == ONSHI_OK) {
		h->mark = next;
		h->slot = 1 - h->slot;
		h->store->seen = next;
		oki_wipe(h->store->seen.key, OKI_AUDIT_HASH);
	}
	oki_wipe(&next, sizeof(next));

	return r;
}

/* The clock is asked under the lock, so that times stand in order. */
static void
stamp(const struct oki_audit_hold *h, struct oki_audit_stamp *out)
{
	out->n = h->mark.n;
	out->wall_ms = oki_wall_ms(h->store->env);
	out->boot_ms = oki_boot_ms(h->store->env);
	memcpy(out->boot, h->store->boot, sizeof(out->boot));
	memcpy(out->institution, h->store->institution,
	    sizeof(out->institution));
}

int
oki_audit_hold_write(struct oki_audit_hold *h,
    const struct oki_audit_entry *entry)
{
	struct oki_audit_line line;
	struct oki_audit_stamp st;
	uint8_t key[OKI_AUDIT_HASH];
	int64_t sys = 0;
	int r;

	stamp(h, &st);
	memcpy(key, h->mark.key, sizeof(key));
	if ((r = oki_audit_line_make(entry, &st, &line)) != ONSHI_OK ||
	    (r = oki_audit_line_seal(&h->store->sums, &line, h->mark.hash,
	    key)) != ONSHI_OK)
		r = oki_audit_fail(h->e, 0, r == ONSHI_E_TOO_BIG ?
		    "an entry over 2,048 bytes, or a year beyond 9999" :
		    r == ONSHI_E_ARG ? "an entry that cannot be" : "hash");
	else if (oki_file_append(h->segment, line.text, line.len, &sys) !=
	    ONSHI_OK)
		r = oki_audit_fail(h->e, sys, "the log cannot be written");
	else if (oki_file_sync(h->segment, &sys) != ONSHI_OK)
		r = oki_audit_poison(h, sys, "the log cannot be synced");
	else if ((r = oki_audit_hold_advance(h, line.text, line.len, key)) ==
	    ONSHI_OK)
		oki_audit_written(h->store->written, line.text, line.len);
	oki_wipe(key, sizeof(key));

	return r;
}
