/* The journal of the folder link: its directory, its locks, its runs. */
#include "config.h"

#include <string.h>

#include "link/folder.h"

#define LOCK_MS		5000
#define TORN_MS		60000
#define LOCK		"lock"
#define SWEEP		"sweep"
#define RUN		"run-"

/* A file lock holds between processes, the mutex between threads of this one,
 * for which a file that is open twice is one file. */
struct lock {
	struct oki_mutex	*mutex;
	struct oki_file		*file;
	struct oki_cond		*free;
	bool			 taken;
};

struct oki_journal {
	struct oki_env	*env;		/* borrowed from the link */
	struct oki_dir	*dir;
	int64_t		 process;	/* a forked child is no run */
	char		 run[OKI_RUN];
	struct oki_file	*alive;		/* locked as long as we are */
	struct lock	 lock;
	struct lock	 sweep;
};

/* ---- locks ---------------------------------------------------------------- */

static int
open_or_make(struct oki_dir *d, const char *name, struct oki_file **out,
    int64_t *sys)
{
	int r;

	r = oki_file_open(d, name, OKI_OPEN_WRITE | OKI_OPEN_NEW, out, sys);
	if (r != ONSHI_OK && oki_os_is_there(*sys))
		r = oki_file_open(d, name, OKI_OPEN_WRITE, out, sys);

	return r;
}

static int
lock_open(struct lock *l, struct oki_dir *d, const char *name, int64_t *sys)
{
	int r;

	if ((r = oki_mutex_new(&l->mutex)) != ONSHI_OK ||
	    (r = oki_cond_new(&l->free)) != ONSHI_OK)
		return r;

	return open_or_make(d, name, &l->file, sys);
}

static void
lock_close(struct lock *l)
{
	oki_file_close(&l->file);
	oki_cond_free(&l->free);
	oki_mutex_free(&l->mutex);
}

static bool
lock_take(struct lock *l, int32_t ms)
{
	int64_t end = oki_os_steady_ms() + ms, left;
	bool mine;

	oki_mutex_lock(l->mutex);
	while (l->taken && (left = end - oki_os_steady_ms()) > 0)
		(void)oki_cond_wait(l->free, l->mutex, (int32_t)left);
	if ((mine = !l->taken))
		l->taken = true;
	oki_mutex_unlock(l->mutex);
	if (!mine)
		return false;
	left = end - oki_os_steady_ms();
	if (oki_file_lock(l->file, left > 0 ? (int32_t)left : 0, NULL) ==
	    ONSHI_OK)
		return true;
	oki_mutex_lock(l->mutex);
	l->taken = false;
	oki_cond_signal(l->free);
	oki_mutex_unlock(l->mutex);

	return false;
}

static void
lock_give(struct lock *l)
{
	oki_file_unlock(l->file);
	oki_mutex_lock(l->mutex);
	l->taken = false;
	oki_cond_signal(l->free);
	oki_mutex_unlock(l->mutex);
}

int
oki_journal_lock(struct oki_journal *j, const struct oki_wait *w,
    struct onshi_error *e)
{
	int32_t left = oki_wait_left(w);

	if (lock_take(&j->lock, left < LOCK_MS ? left : LOCK_MS))
		return ONSHI_OK;

	return oki_fail(e, ONSHI_E_DISK,
	    "link.journal_dir: another process holds its lock");
}

void
oki_journal_unlock(struct oki_journal *j)
{
	lock_give(&j->lock);
}

bool
oki_journal_sweep_lock(struct oki_journal *j, int32_t ms)
{
	return lock_take(&j->sweep, ms);
}

void
oki_journal_sweep_unlock(struct oki_journal *j)
{
	lock_give(&j->sweep);
}

/* ---- runs ------------------------------------------------------------------ */

static void
run_file(const char *run, char to[OKI_RUN + 4])
{
	memcpy(to, RUN, 4);
	(void)oki_copy(to + 4, OKI_RUN, run);
}

/* The lock first, under another name: a run whose file others see is alive. */
static int
run_begin(struct oki_journal *j, int64_t *sys)
{
	char name[OKI_RUN + 4], temp[] = "new-xxxxxxxx";
	uint8_t bytes[4];
	int r;

	if ((r = oki_os_random(bytes, sizeof(bytes))) != ONSHI_OK)
		return r;
	oki_hex(j->run, bytes, sizeof(bytes));
	run_file(j->run, name);
	memcpy(temp + 4, j->run, 8);
	if ((r = oki_file_open(j->dir, temp, OKI_OPEN_WRITE | OKI_OPEN_NEW,
	    &j->alive, sys)) != ONSHI_OK)
		return r;
	if ((r = oki_file_lock(j->alive, 0, sys)) != ONSHI_OK ||
	    (r = oki_dir_rename(j->dir, temp, name, false, sys)) != ONSHI_OK)
		(void)oki_dir_remove(j->dir, temp, NULL);

	return r;
}

/* Whether a run's file is locked. *there: whether it has one, for the file goes
 * some time after the run. */
static bool
run_is_locked(struct oki_journal *j, const char *run, bool *there)
{
	char name[OKI_RUN + 4];
	struct oki_file *f;
	int64_t sys = 0;
	bool locked;

	*there = oki_is_word(run, OKI_RUN - 1);
	if (!*there)
		return false;
	run_file(run, name);
	if (oki_file_open(j->dir, name, OKI_OPEN_WRITE, &f, &sys) !=
	    ONSHI_OK) {
		*there = !oki_os_is_absent(sys);
		return *there;
	}
	locked = oki_file_is_locked(f);
	oki_file_close(&f);

	return locked;
}

bool
oki_journal_is_alive(struct oki_journal *j, const char *run)
{
	bool there;

	return strcmp(run, j->run) == 0 || run_is_locked(j, run, &there);
}

bool
oki_journal_has_ended(struct oki_journal *j, const char *run)
{
	bool there;

	return strcmp(run, j->run) != 0 && !run_is_locked(j, run, &there) &&
	    there;
}

/* Whose a file is: "run-RUN", "new-RUN", "NAME.left-RUN". */
static const char *
run_of(const char *file)
{
	const char *dash = strrchr(file, '-');

	return dash != NULL && strlen(dash + 1) == OKI_RUN - 1 ? dash + 1 :
	    NULL;
}

/* An entry whose maker died over it: nothing was published yet. */
static bool
is_torn(struct oki_journal *j, const char *file)
{
	struct oki_file_facts facts;
	enum oki_stand stand;

	return oki_journal_stand_of(file, &stand) && stand == OKI_PREPARED &&
	    oki_dir_look(j->dir, file, &facts, NULL) == ONSHI_OK &&
	    facts.size == 0 &&
	    oki_os_wall_ms() - facts.changed_ms > TORN_MS;
}

/* With the sweep's lock held, so that none is looked at while it goes. */
void
oki_journal_forget_runs(struct oki_journal *j)
{
	const char *run;
	char **names;
	size_t i, n;

	if (oki_dir_names(j->dir, &names, &n, NULL) != ONSHI_OK)
		return;
	for (i = 0; i < n; i++)
		if (((run = run_of(names[i])) != NULL &&
		    !oki_journal_is_alive(j, run)) ||
		    is_torn(j, names[i]))
			(void)oki_dir_remove(j->dir, names[i], NULL);
	oki_dir_names_free(&names, n);
}

/* ---- the whole --------------------------------------------------------------- */

struct oki_env *
oki_journal_env(const struct oki_journal *j)
{
	return j->env;
}

struct oki_dir *
oki_journal_dir(struct oki_journal *j)
{
	return j->dir;
}

const char *
oki_journal_run(const struct oki_journal *j)
{
	return j->run;
}

static int
open_dir(struct oki_journal *j, const char *path, struct onshi_error *e)
{
	struct oki_file_facts facts;
	int64_t sys = 0;
	int r;

	if ((r = oki_dir_make(path, &sys)) != ONSHI_OK ||
	    (r = oki_dir_open(path, &j->dir, &sys)) != ONSHI_OK ||
	    (r = oki_dir_facts(j->dir, &facts, &sys)) != ONSHI_OK)
		return oki_fail_system(e, r, sys,
		    "link.journal_dir cannot be opened");
	if (!facts.is_ours || facts.others_write)
		return oki_fail(e, ONSHI_E_CONFIG,
		    "link.journal_dir: it is another user's, or others may "
		    "write in it");
	if ((r = lock_open(&j->lock, j->dir, LOCK, &sys)) != ONSHI_OK ||
	    (r = lock_open(&j->sweep, j->dir, SWEEP, &sys)) != ONSHI_OK ||
	    (r = run_begin(j, &sys)) != ONSHI_OK)
		return oki_fail_system(e, r, sys,
		    "link.journal_dir cannot be written");

	return ONSHI_OK;
}

int
oki_journal_open(struct oki_env *env, struct oki_journal **out,
    struct onshi_error *e)
{
	const char *path = oki_config_text(oki_env_config(env),
	    OKI_LINK_JOURNAL_DIR);
	struct oki_journal *j;
	int r;

	*out = NULL;
	if (path == NULL)
		return oki_fail(e, ONSHI_E_CONFIG,
		    "link.journal_dir is not set");
	if ((j = oki_alloc(sizeof(*j))) == NULL)
		return oki_fail(e, ONSHI_E_NOMEM, "no memory for a journal");
	j->env = env;
	j->process = oki_os_process();
	if ((r = open_dir(j, path, e)) == ONSHI_OK)
		*out = j;
	else
		oki_journal_close(&j);

	return r;
}

void
oki_journal_close(struct oki_journal **jp)
{
	struct oki_journal *j;
	char name[OKI_RUN + 4];

	if ((j = *jp) == NULL)
		return;
	*jp = NULL;
	if (j->alive != NULL && j->process == oki_os_process()) {
		run_file(j->run, name);
		(void)oki_dir_remove(j->dir, name, NULL);
	}
	oki_file_close(&j->alive);
	lock_close(&j->sweep);
	lock_close(&j->lock);
	oki_dir_close(&j->dir);
	oki_free(j);
}
