/*
 * The operating system fails: interrupted calls are made again, whatever else
 * is a result that says what is short, nothing is left open, and it works once
 * the system does.
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/core.h"
#include "core/job.h"
#include "run.h"
#include "tests/oom/sys.h"

static char path[64];
static struct oki_dir *dir;
static struct oki_file *file;

static void
begin(void)
{
	int64_t sys;

	(void)oki_copy(path, sizeof(path), "/tmp/system.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(path));
	ck_assert_int_eq(oki_dir_open(path, &dir, &sys), ONSHI_OK);
	ck_assert_int_eq(oki_file_open(dir, "a", OKI_OPEN_NEW | OKI_OPEN_WRITE,
	    &file, &sys), ONSHI_OK);
	ck_assert_int_eq(oki_file_write(file, 0, "0123456789", 10, &sys),
	    ONSHI_OK);
}

static void
end(void)
{
	int64_t sys;

	oki_file_close(&file);
	(void)!oki_dir_remove(dir, "a", &sys);
	(void)!oki_dir_remove(dir, "b", &sys);
	oki_dir_close(&dir);
	ck_assert_int_eq(rmdir(path), 0);
}

/* ---- what is done, one thing each ---------------------------------------- */

static int
open_dir(int64_t *sys)
{
	struct oki_dir *d;
	int r = oki_dir_open(path, &d, sys);

	oki_dir_close(&d);

	return r;
}

static int
names(int64_t *sys)
{
	char **list;
	size_t n;
	int r = oki_dir_names(dir, &list, &n, sys);

	oki_dir_names_free(&list, n);

	return r;
}

static int
open_file(int64_t *sys)
{
	struct oki_file *f;
	int r = oki_file_open(dir, "a", 0, &f, sys);

	oki_file_close(&f);

	return r;
}

static int
new_file(int64_t *sys)
{
	struct oki_file *f;
	int64_t ignored;
	int r = oki_file_open(dir, "b", OKI_OPEN_NEW | OKI_OPEN_WRITE, &f,
	    sys);

	oki_file_close(&f);
	(void)!oki_dir_remove(dir, "b", &ignored);

	return r;
}

static int
make_dir(int64_t *sys)
{
	char name[96];
	int r = oki_dir_make_in(dir, "sub", sys);

	(void)snprintf(name, sizeof(name), "%s/sub", path);
	(void)rmdir(name);

	return r;
}

static int
make_dir_again(int64_t *sys)
{
	char name[96];
	int r;

	(void)snprintf(name, sizeof(name), "%s/sub", path);
	(void)mkdir(name, 0700);
	r = oki_dir_make_in(dir, "sub", sys);
	(void)rmdir(name);

	return r;
}

static int
facts(int64_t *sys)
{
	struct oki_file_facts f;

	return oki_file_facts(file, &f, sys);
}

static int
read_file(int64_t *sys)
{
	char to[10];
	size_t got;

	return oki_file_read(file, 0, to, sizeof(to), &got, sys);
}

static int
write_file(int64_t *sys)
{
	return oki_file_write(file, 0, "0123456789", 10, sys);
}

static int
append(int64_t *sys)
{
	return oki_file_append(file, "x", 1, sys);
}

static int
sync_file(int64_t *sys)
{
	return oki_file_sync(file, sys);
}

static int
sync_dir(int64_t *sys)
{
	return oki_dir_sync(dir, sys);
}

static int
cut(int64_t *sys)
{
	return oki_file_truncate(file, 5, sys);
}

static int
lock_file(int64_t *sys)
{
	int r = oki_file_lock(file, 1000, sys);

	oki_file_unlock(file);

	return r;
}

/* What cannot be told counts as locked. */
static int
ask_lock(int64_t *sys)
{
	if (!oki_file_is_locked(file))
		return ONSHI_OK;
	*sys = ENOLCK;

	return ONSHI_E_DISK;
}

static int
unlock_file(int64_t *sys)
{
	(void)sys;
	oki_file_unlock(file);

	return ONSHI_OK;
}

static int
chance(int64_t *sys)
{
	uint8_t some[16];

	(void)sys;

	return oki_os_random(some, sizeof(some));
}

static int
guarded(int64_t *sys)
{
	bool locked;
	void *p = oki_os_guarded(100, &locked);

	(void)sys;
	oki_os_guarded_free(p, 100);

	return p == NULL ? ONSHI_E_NOMEM : ONSHI_OK;
}

static int
secret(int64_t *sys)
{
	struct oki_secret *s = NULL;
	int r = oki_secret_new("1234", 4, &s);

	(void)sys;
	oki_secret_free(&s);

	return r;
}

static int
mutex(int64_t *sys)
{
	struct oki_mutex *m;
	int r = oki_mutex_new(&m);

	(void)sys;
	oki_mutex_free(&m);

	return r;
}

static int
cond(int64_t *sys)
{
	struct oki_cond *c;
	int r = oki_cond_new(&c);

	(void)sys;
	oki_cond_free(&c);

	return r;
}

static void
nothing(void *arg)
{
	(void)arg;
}

static int
thread(int64_t *sys)
{
	struct oki_thread *t;
	int r = oki_thread_start(nothing, NULL, &t);

	(void)sys;
	oki_thread_join(&t);

	return r;
}

static int
event(int64_t *sys)
{
	struct oki_event *e;
	int r;

	(void)sys;
	if ((r = oki_event_new(&e)) != ONSHI_OK)
		return r;
	oki_event_set(e);
	if (!oki_event_wait(e, NULL, 0))
		r = ONSHI_E_INTERNAL;
	oki_event_clear(e);
	if (oki_event_wait(e, NULL, 0))
		r = ONSHI_E_INTERNAL;
	oki_event_free(&e);

	return r;
}

/* Without a guard our own SIGPIPE would end the program: not raised then. */
static int
pipe_guard(int64_t *sys)
{
	struct oki_pipe_guard g;

	(void)sys;
	oki_pipe_guard_take(&g);
	if (g.held != 0)
		ck_assert_int_eq(raise(SIGPIPE), 0);
	oki_pipe_guard_drop(&g);

	return ONSHI_OK;
}

static int
boot_id(int64_t *sys)
{
	char id[9];

	(void)sys;
	oki_os_boot_id(id);

	return strlen(id) == 8 ? ONSHI_OK : ONSHI_E_INTERNAL;
}

static int
low_guard(int64_t *sys)
{
	struct oki_low_guard g;

	(void)sys;
	oki_low_guard_take(&g);
	oki_low_guard_drop(&g);

	return ONSHI_OK;
}

static void
job_run(void *self, struct oki_job *job)
{
	(void)self;
	(void)job;
}

static int
runner(int64_t *sys)
{
	const struct oki_runner_ops ops = { .run = job_run, .ready = true };
	struct oki_runner *k = NULL;
	int r = oki_runner_new(&ops, NULL, NULL, &k);

	(void)sys;
	if (r == ONSHI_OK)
		(void)oki_runner_stop(&k, 1000);

	return r;
}

/* ---- which call fails beneath it, and what comes of it ------------------- */

#define OK	ONSHI_OK
static const struct {
	const char	*name;
	int		(*op)(int64_t *sys);
	enum sys_call	call;
	int		error;
	int		after;		/* so many get through */
	int		want;
} rows[] = {
	{ "open_dir, interrupted", open_dir, SYS_openat, EINTR, 0, OK },
	{ "open_dir", open_dir, SYS_openat, EACCES, 0, ONSHI_E_DISK },
	{ "open_dir, too many", open_dir, SYS_openat, EMFILE, 0,
	  ONSHI_E_SYSTEM },
	{ "open_dir, by all", open_dir, SYS_openat, ENFILE, 0,
	  ONSHI_E_SYSTEM },
	{ "open_dir, memory", open_dir, SYS_openat, ENOMEM, 0, ONSHI_E_NOMEM },
	{ "names, open", names, SYS_openat, EMFILE, 0, ONSHI_E_SYSTEM },
	{ "names, stream", names, SYS_fdopendir, ENOMEM, 0, ONSHI_E_NOMEM },
	{ "open_file, interrupted", open_file, SYS_openat, EINTR, 0, OK },
	{ "open_file, facts", open_file, SYS_fstat, EIO, 0, ONSHI_E_DISK },
	{ "new_file, rights", new_file, SYS_fchmod, EPERM, 0, ONSHI_E_DISK },
	{ "new_file, facts", new_file, SYS_fstat, EIO, 0, ONSHI_E_DISK },
	{ "make_dir", make_dir, SYS_mkdirat, ENOSPC, 0, ONSHI_E_DISK },
	{ "make_dir, facts", make_dir, SYS_fstatat, EIO, 0, ONSHI_E_DISK },
	{ "make_dir_again", make_dir_again, SYS_fstatat, EIO, 0,
	  ONSHI_E_DISK },
	{ "facts", facts, SYS_fstat, EIO, 0, ONSHI_E_DISK },
	{ "read_file, interrupted", read_file, SYS_pread, EINTR, 0, OK },
	{ "read_file", read_file, SYS_pread, EIO, 0, ONSHI_E_DISK },
	{ "write_file, interrupted", write_file, SYS_pwrite, EINTR, 0, OK },
	{ "write_file, full", write_file, SYS_pwrite, ENOSPC, 0,
	  ONSHI_E_DISK },
	{ "append, interrupted", append, SYS_write, EINTR, 0, OK },
	{ "append, full", append, SYS_write, ENOSPC, 0, ONSHI_E_DISK },
	{ "sync_file, interrupted", sync_file, SYS_fdatasync, EINTR, 0, OK },
	{ "sync_file", sync_file, SYS_fdatasync, EIO, 0, ONSHI_E_DISK },
	{ "sync_dir, interrupted", sync_dir, SYS_fsync, EINTR, 0, OK },
	{ "sync_dir", sync_dir, SYS_fsync, EIO, 0, ONSHI_E_DISK },
	{ "sync_dir, cannot", sync_dir, SYS_fsync, EINVAL, 0, OK },
	{ "sync_dir, cannot either", sync_dir, SYS_fsync, EBADF, 0, OK },
	{ "sync_dir, nor this", sync_dir, SYS_fsync, ENOTSUP, 0, OK },
	{ "cut, interrupted", cut, SYS_ftruncate, EINTR, 0, OK },
	{ "cut", cut, SYS_ftruncate, EIO, 0, ONSHI_E_DISK },
	{ "lock_file, interrupted", lock_file, SYS_flock, EINTR, 0, OK },
	{ "lock_file, taken", lock_file, SYS_flock, EWOULDBLOCK, 0, OK },
	{ "lock_file", lock_file, SYS_flock, ENOLCK, 0, ONSHI_E_DISK },
	{ "ask_lock, interrupted", ask_lock, SYS_flock, EINTR, 0, OK },
	{ "ask_lock", ask_lock, SYS_flock, ENOLCK, 0, ONSHI_E_DISK },
	{ "unlock_file, interrupted", unlock_file, SYS_flock, EINTR, 0, OK },
	{ "unlock_file", unlock_file, SYS_flock, EBADF, 0, OK },
	{ "chance, interrupted", chance, SYS_getrandom, EINTR, 0, OK },
	{ "chance", chance, SYS_getrandom, ENOSYS, 0, ONSHI_E_SYSTEM },
	{ "guarded, pages", guarded, SYS_mmap, ENOMEM, 0, ONSHI_E_NOMEM },
	{ "guarded, rights", guarded, SYS_mprotect, ENOMEM, 0,
	  ONSHI_E_NOMEM },
	{ "secret, pages", secret, SYS_mmap, ENOMEM, 0, ONSHI_E_NOMEM },
	{ "mutex", mutex, SYS_pthread_mutex_init, EAGAIN, 0, ONSHI_E_SYSTEM },
	{ "cond", cond, SYS_pthread_cond_init, EAGAIN, 0, ONSHI_E_SYSTEM },
	{ "cond, attribute", cond, SYS_pthread_condattr_init, ENOMEM, 0,
	  ONSHI_E_SYSTEM },
	{ "thread", thread, SYS_pthread_create, EAGAIN, 0, ONSHI_E_SYSTEM },
	{ "event", event, SYS_eventfd, EMFILE, 0, ONSHI_E_SYSTEM },
	{ "event, set interrupted", event, SYS_write, EINTR, 0, OK },
	{ "event, clear interrupted", event, SYS_read, EINTR, 0, OK },
	{ "pipe_guard", pipe_guard, SYS_pthread_sigmask, EINVAL, 0, OK },
	{ "pipe_guard, interrupted", pipe_guard, SYS_sigtimedwait, EINTR, 0,
	  OK },
	{ "boot_id, no /proc", boot_id, SYS_open, ENOENT, 0, OK },
	{ "boot_id, interrupted", boot_id, SYS_read, EINTR, 0, OK },
	{ "boot_id, unreadable", boot_id, SYS_read, EIO, 0, OK },
	{ "low_guard", low_guard, SYS_open, ENOENT, 0, OK },
	{ "runner, lock", runner, SYS_pthread_mutex_init, EAGAIN, 0,
	  ONSHI_E_SYSTEM },
	{ "runner, condition", runner, SYS_pthread_cond_init, EAGAIN, 0,
	  ONSHI_E_SYSTEM },
	{ "runner, event", runner, SYS_eventfd, EMFILE, 0, ONSHI_E_SYSTEM }
};

START_TEST(fails)
{
	int open_before, r, left;
	int64_t sys = 0;

	begin();
	open_before = sys_descriptors();
	/* Interrupted twice; else as often as it is tried. */
	left = rows[_i].error == EINTR || rows[_i].error == EWOULDBLOCK ? 2 :
	    -1;
	sys_fail(rows[_i].call, rows[_i].error, rows[_i].after, left);
	r = rows[_i].op(&sys);
	ck_assert_msg(sys_stop(), "%s: %s is not called", rows[_i].name,
	    sys_name(rows[_i].call));
	ck_assert_msg(r == rows[_i].want, "%s: %s", rows[_i].name,
	    onshi_result_name(r));
	if (r == ONSHI_E_DISK)
		ck_assert_int_eq(sys, rows[_i].error);
	ck_assert_int_eq(sys_descriptors(), open_before);
	ck_assert_int_eq(rows[_i].op(&sys), ONSHI_OK);
	ck_assert_int_eq(sys_descriptors(), open_before);
	end();
}
END_TEST

static void
fill(TCase *t)
{
	ADD_ROWS(t, fails, rows);
}

int
main(void)
{
	return run_tests("system", fill);
}
