/* Files that lie and a process that dies; see share.h. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/core.h"
#include "tests/link/share.h"

#define DIRS	256
#define SKEW_MS	5400000

static atomic_int kill_at, changes, lies, one_in, lied;
static char below[128];

/* ---- which folders are on the share ----------------------------------------- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const struct oki_dir *dirs[DIRS];
static unsigned int state = 1;

static void
note(const struct oki_dir *old, const struct oki_dir *new)
{
	int i;

	(void)pthread_mutex_lock(&lock);
	for (i = 0; i < DIRS && dirs[i] != old; i++)
		;
	if (i < DIRS)
		dirs[i] = new;
	(void)pthread_mutex_unlock(&lock);
}

static bool
is_shared(const struct oki_dir *d)
{
	bool found = false;
	int i;

	(void)pthread_mutex_lock(&lock);
	for (i = 0; i < DIRS; i++)
		found |= dirs[i] == d;
	(void)pthread_mutex_unlock(&lock);

	return found;
}

static bool
lies_now(const struct oki_dir *d, int lie)
{
	unsigned int n;
	int in = atomic_load(&one_in);

	if ((atomic_load(&lies) & lie) == 0 || in == 0 ||
	    (d != NULL && !is_shared(d)))
		return false;
	(void)pthread_mutex_lock(&lock);
	state = state * 1103515245u + 12345u;
	n = state >> 16;
	(void)pthread_mutex_unlock(&lock);
	if (n % (unsigned int)in != 0)
		return false;
	atomic_fetch_add(&lied, 1);

	return true;
}

void
share_kill_at(int n)
{
	atomic_store(&changes, 0);
	atomic_store(&kill_at, n);
}

int
share_changes(void)
{
	return atomic_load(&changes);
}

void
share_lie(const char *top, int which, int in)
{
	(void)oki_copy(below, sizeof(below), top);
	atomic_store(&lied, 0);
	atomic_store(&one_in, in);
	atomic_store(&lies, which);
}

int
share_lied(void)
{
	return atomic_load(&lied);
}

static void
change(void)
{
	if (atomic_fetch_add(&changes, 1) + 1 == atomic_load(&kill_at)) {
		(void)kill(getpid(), SIGKILL);
		for (;;)
			(void)pause();
	}
}

static int
fails(int64_t *sys, int number)
{
	if (sys != NULL)
		*sys = number;

	return ONSHI_E_DISK;
}

/* ---- the calls ---------------------------------------------------------------- */

#define REAL(type, name, params)		\
	type	__real_##name params;		\
	type	__wrap_##name params

REAL(int, oki_dir_open, (const char *path, struct oki_dir **out,
    int64_t *sys));
REAL(void, oki_dir_close, (struct oki_dir **dp));
REAL(int, oki_file_open, (struct oki_dir *d, const char *name, int mode,
    struct oki_file **out, int64_t *sys));
REAL(int, oki_dir_look, (struct oki_dir *d, const char *name,
    struct oki_file_facts *out, int64_t *sys));
REAL(int, oki_dir_rename, (struct oki_dir *d, const char *from,
    const char *to, bool replace, int64_t *sys));
REAL(int, oki_dir_remove, (struct oki_dir *d, const char *name,
    int64_t *sys));
REAL(int, oki_dir_sync, (struct oki_dir *d, int64_t *sys));
REAL(int, oki_file_write, (struct oki_file *f, int64_t at, const void *p,
    size_t len, int64_t *sys));
REAL(int, oki_file_sync, (struct oki_file *f, int64_t *sys));
REAL(int, oki_file_facts, (struct oki_file *f, struct oki_file_facts *out,
    int64_t *sys));
REAL(int, oki_dir_watch_new, (const char *path, struct oki_dir_watch **out,
    int64_t *sys));

int
__wrap_oki_dir_open(const char *path, struct oki_dir **out, int64_t *sys)
{
	int r = __real_oki_dir_open(path, out, sys);

	if (r == ONSHI_OK && below[0] != '\0' &&
	    strncmp(path, below, strlen(below)) == 0)
		note(NULL, *out);

	return r;
}

void
__wrap_oki_dir_close(struct oki_dir **dp)
{
	if (dp != NULL && *dp != NULL && is_shared(*dp))
		note(*dp, NULL);
	__real_oki_dir_close(dp);
}

int
__wrap_oki_file_open(struct oki_dir *d, const char *name, int mode,
    struct oki_file **out, int64_t *sys)
{
	*out = NULL;
	if ((mode & OKI_OPEN_NEW) != 0)
		change();
	else if (lies_now(d, SHARE_STALE))
		return fails(sys, ENOENT);
	if (lies_now(d, SHARE_BUSY))
		return fails(sys, (mode & OKI_OPEN_NEW) != 0 ? EACCES :
		    ETXTBSY);

	return __real_oki_file_open(d, name, mode, out, sys);
}

/* A look at a name that we have just made ourselves does not lie; that the
 * share has given a file another one is seen by everybody, in the end. */
int
__wrap_oki_dir_look(struct oki_dir *d, const char *name,
    struct oki_file_facts *out, int64_t *sys)
{
	if (name[0] != '.' && lies_now(d, SHARE_STALE))
		return fails(sys, ENOENT);

	return __real_oki_dir_look(d, name, out, sys);
}

int
__wrap_oki_dir_rename(struct oki_dir *d, const char *from, const char *to,
    bool replace, int64_t *sys)
{
	int r;

	change();
	if (lies_now(d, SHARE_BUSY))
		return fails(sys, EACCES);
	if (lies_now(d, SHARE_SLOW))
		(void)usleep(20000);
	r = __real_oki_dir_rename(d, from, to, replace, sys);

	return r == ONSHI_OK && lies_now(d, SHARE_DEAF) ? fails(sys, EIO) : r;
}

int
__wrap_oki_dir_remove(struct oki_dir *d, const char *name, int64_t *sys)
{
	change();

	return lies_now(d, SHARE_BUSY) ? fails(sys, ETXTBSY) :
	    __real_oki_dir_remove(d, name, sys);
}

int
__wrap_oki_dir_sync(struct oki_dir *d, int64_t *sys)
{
	change();

	return __real_oki_dir_sync(d, sys);
}

int
__wrap_oki_file_write(struct oki_file *f, int64_t at, const void *p,
    size_t len, int64_t *sys)
{
	change();

	return __real_oki_file_write(f, at, p, len, sys);
}

int
__wrap_oki_file_sync(struct oki_file *f, int64_t *sys)
{
	change();

	return __real_oki_file_sync(f, sys);
}

int
__wrap_oki_file_facts(struct oki_file *f, struct oki_file_facts *out,
    int64_t *sys)
{
	int r = __real_oki_file_facts(f, out, sys);

	if (r == ONSHI_OK && (atomic_load(&lies) & SHARE_SKEW) != 0) {
		out->changed_ms -= SKEW_MS + out->changed_ms % 2000;
		out->changed_ns = out->changed_ms * 1000000;
	}

	return r;
}

int
__wrap_oki_dir_watch_new(const char *path, struct oki_dir_watch **out,
    int64_t *sys)
{
	if ((atomic_load(&lies) & SHARE_SILENT) != 0) {
		*out = NULL;
		return ONSHI_E_SYSTEM;
	}

	return __real_oki_dir_watch_new(path, out, sys);
}
