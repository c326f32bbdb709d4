/* The folder link: what ended runs and sessions have left. */
#include "config.h"

#include "link/folder.h"
#include "message/message.h"

#define SWEEP_MS	60000
#define LOCK_MS		5000
#define SPENT_S		600		/* for a second answer to come */
#define LATE_S		86400		/* to be told of */
#define LOST_S		(30 * 86400)

static bool
is_there(const char *path, const char *name)
{
	struct oki_file_facts facts;
	struct oki_dir *d;
	bool there;

	if (oki_dir_open(path, &d, NULL) != ONSHI_OK)
		return false;
	there = oki_dir_look(d, name, &facts, NULL) == ONSHI_OK;
	oki_dir_close(&d);

	return there;
}

static bool
is_answered(const struct oki_entry *k)
{
	struct oki_file_facts facts;
	char name[OKI_NAME + 8];
	struct oki_dir *d;
	bool there = false;
	size_t i;

	if (oki_dir_open(k->res, &d, NULL) != ONSHI_OK)
		return false;
	for (i = 0; !there && oki_answer_name(k, i, name); i++)
		there = oki_dir_look(d, name, &facts, NULL) == ONSHI_OK;
	oki_dir_close(&d);

	return there;
}

/* Its temporary name was never given up: nothing was published. */
static bool
is_unsent(const struct oki_entry *k)
{
	char name[OKI_NAME + 8];

	oki_request_temp(k, name);

	return is_there(k->req, name);
}

static int64_t
age_of(struct oki_folder *f, const struct oki_entry *k)
{
	return oki_wall(f->env) - k->since;
}

static void
drop(struct oki_folder *f, struct oki_entry *k, bool answers)
{
	if (oki_folder_clear(k, answers))
		oki_journal_remove(f->journal, k);
}

/* A bulk's answer is asked for by its name in a later run; every other one has
 * nobody left that it could be given to. */
static void
settle_sent(struct oki_folder *f, struct oki_entry *k, int *state)
{
	char name[OKI_NAME + 8];

	if (k->stand == OKI_AWAITED && is_unsent(k)) {
		drop(f, k, false);
		return;
	}
	if (is_answered(k)) {
		*state = ONSHI_REQUEST_LATE;
		if ((!oki_is_bulk(k) ||
		    age_of(f, k) > LATE_S) && oki_folder_clear(k, true))
			(void)oki_journal_move(f->journal, k, OKI_LATE,
			    false);
		return;
	}
	oki_request_name(k, name);
	*state = is_there(k->req, name) ? ONSHI_REQUEST_AWAITED :
	    ONSHI_REQUEST_UNCERTAIN;
	if (age_of(f, k) > LOST_S)
		drop(f, k, false);
	else if (k->stand == OKI_AWAITED)
		(void)oki_journal_move(f->journal, k, OKI_LEFT, false);
}

void
oki_folder_settle(struct oki_folder *f, struct oki_entry *k, int *state)
{
	switch (k->stand) {
	case OKI_PREPARED:
	case OKI_FAILED:
		drop(f, k, false);
		break;
	case OKI_AWAITED:
	case OKI_UNCERTAIN:
	case OKI_LEFT:
		settle_sent(f, k, state);
		break;
	case OKI_TAKEN:
		*state = ONSHI_REQUEST_LATE;
		if ((!oki_is_bulk(k) || age_of(f, k) > LATE_S) &&
		    oki_folder_clear(k, true))
			(void)oki_journal_move(f->journal, k, OKI_LATE,
			    false);
		break;
	case OKI_LATE:
		*state = ONSHI_REQUEST_LATE;
		if (age_of(f, k) > LATE_S)
			drop(f, k, true);
		break;
	case OKI_SPENT:
		if (age_of(f, k) > SPENT_S)
			drop(f, k, true);
		break;
	default:
		break;
	}
}

/* Whether an entry is anybody's to bring to its end. */
static bool
is_left(struct oki_folder *f, const struct oki_entry *k)
{
	return k->stand == OKI_FAILED || k->stand == OKI_LEFT ||
	    k->stand == OKI_LATE || k->stand == OKI_SPENT ||
	    !oki_journal_is_alive(f->journal, k->run);
}

/* Most of what is there is finished, and not yet old: passed over unread. */
static bool
is_fresh_spent(struct oki_folder *f, const char *file)
{
	struct oki_file_facts facts;
	enum oki_stand stand;

	return oki_journal_stand_of(file, &stand) && stand == OKI_SPENT &&
	    oki_dir_look(oki_journal_dir(f->journal), file, &facts, NULL) ==
	    ONSHI_OK && oki_wall_ms(f->env) - facts.changed_ms <
	    SPENT_S * INT64_C(1000);
}

/* A second answer to what is finished: known by its name. */
static void
clear_doubles(struct oki_folder *f, const char *res, struct oki_entry *k)
{
	char file[OKI_NAME + 8];
	struct oki_dir *d;
	char **names;
	size_t i, n;

	if (oki_dir_open(res, &d, NULL) != ONSHI_OK)
		return;
	if (oki_dir_names(d, &names, &n, NULL) == ONSHI_OK) {
		for (i = 0; i < n; i++)
			if (oki_spent_file(names[i], file) &&
			    oki_journal_read(f->journal, file, k) ==
			    ONSHI_OK && oki_text_equal(k->res, res))
				(void)oki_folder_clear(k, true);
		oki_dir_names_free(&names, n);
	}
	oki_dir_close(&d);
}

static void
sweep(struct oki_folder *f)
{
	struct oki_entry *k;
	char **names;
	size_t i, n, t;
	int state;

	if ((k = oki_alloc(sizeof(*k))) == NULL)
		return;
	if (oki_journal_names(f->journal, &names, &n) == ONSHI_OK) {
		for (i = 0; i < n; i++)
			if (!is_fresh_spent(f, names[i]) &&
			    oki_journal_read(f->journal, names[i], k) ==
			    ONSHI_OK && is_left(f, k))
				oki_folder_settle(f, k, &state);
		oki_dir_names_free(&names, n);
	}
	for (i = 0; i < f->nroutes; i++)
		for (t = 0; t < f->routes[i].n; t++)
			clear_doubles(f, f->routes[i].terminals[t].res, k);
	oki_journal_forget_runs(f->journal);
	oki_free(k);
}

static bool
is_due(struct oki_folder *f)
{
	int64_t now = oki_steady_ms(f->env);
	bool due;

	oki_mutex_lock(f->lock);
	due = f->swept_ms == 0 || now - f->swept_ms > SWEEP_MS;
	if (due)
		f->swept_ms = now > 0 ? now : 1;
	oki_mutex_unlock(f->lock);

	return due;
}

void
oki_folder_sweep(struct oki_folder *f, bool now)
{
	if ((!is_due(f) && !now) || !oki_journal_sweep_lock(f->journal, 0))
		return;
	sweep(f);
	oki_journal_sweep_unlock(f->journal);
}

/* ---- telling ------------------------------------------------------------------- */

/* What is held by a living run is as its run has it. */
static int
state_held(const struct oki_entry *k)
{
	return k->stand == OKI_AWAITED ? ONSHI_REQUEST_AWAITED :
	    k->stand != OKI_UNCERTAIN ? 0 :
	    is_answered(k) ? ONSHI_REQUEST_LATE : ONSHI_REQUEST_UNCERTAIN;
}

static int
state_of(struct oki_folder *f, struct oki_entry *k)
{
	int state = 0;

	if (!is_left(f, k))
		return state_held(k);
	if (!oki_journal_sweep_lock(f->journal, LOCK_MS))
		return ONSHI_REQUEST_UNCERTAIN;
	oki_folder_settle(f, k, &state);
	oki_journal_sweep_unlock(f->journal);

	return state;
}

int
oki_folder_journal_at(struct oki_folder *f, size_t i, struct oki_request *out)
{
	struct oki_entry *k;
	char **names;
	size_t at, n;
	int r, state = 0;

	if ((k = oki_alloc(sizeof(*k))) == NULL)
		return ONSHI_E_NOMEM;
	if ((r = oki_journal_names(f->journal, &names, &n)) != ONSHI_OK)
		goto out;
	r = ONSHI_END;
	for (at = 0; r == ONSHI_END && at < n; at++)
		if (oki_journal_read(f->journal, names[at], k) == ONSHI_OK &&
		    (state = state_of(f, k)) != 0 && i-- == 0)
			r = ONSHI_OK;
	oki_dir_names_free(&names, n);
	if (r == ONSHI_OK) {
		(void)oki_copy(out->name, sizeof(out->name), k->name);
		out->prefix = oki_kind(k->prefix);
		out->state = state;
		out->since = k->since;
	}
out:
	oki_free(k);

	return r;
}
