/* Failing system calls for tests: the functions that ld puts in their place. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <check.h>

#include "tests/oom/sys.h"

static atomic_int which = SYS_END, before, left, fault;
static atomic_bool failed, paused;

const char *
sys_name(enum sys_call call)
{
	static const char *const names[] = {
#define C(name)	#name,
		SYS_CALLS
#undef C
	};

	return names[call];
}

void
sys_fail(enum sys_call call, int error, int after, int times)
{
	atomic_store(&failed, false);
	atomic_store(&before, after);
	atomic_store(&left, times);
	atomic_store(&fault, error);
	atomic_store(&which, (int)call);
}

void
sys_pause(void)
{
	atomic_store(&paused, true);
}

void
sys_resume(void)
{
	atomic_store(&paused, false);
}

bool
sys_stop(void)
{
	atomic_store(&which, SYS_END);

	return atomic_load(&failed);
}

static bool
is_due(enum sys_call call)
{
	if (atomic_load(&paused) || atomic_load(&which) != (int)call ||
	    atomic_fetch_sub(&before, 1) > 0 || atomic_load(&left) == 0)
		return false;
	atomic_fetch_sub(&left, 1);
	atomic_store(&failed, true);
	if ((errno = atomic_load(&fault)) == SYS_KILL)
		(void)raise(SIGKILL);

	return true;
}

#define WRAP(type, bad, name, params, args)		\
	type	__real_##name params;			\
	type	__wrap_##name params;			\
	type						\
	__wrap_##name params				\
	{						\
		return is_due(SYS_##name) ? bad :	\
		    __real_##name args;			\
	}

WRAP(int, -1, fstat, (int fd, struct stat *st), (fd, st))
WRAP(int, -1, fstatat, (int fd, const char *name, struct stat *st, int flags),
    (fd, name, st, flags))
WRAP(int, -1, fchmod, (int fd, mode_t mode), (fd, mode))
WRAP(int, -1, mkdirat, (int fd, const char *name, mode_t mode),
    (fd, name, mode))
WRAP(DIR *, NULL, fdopendir, (int fd), (fd))
WRAP(int, -1, fsync, (int fd), (fd))
WRAP(int, -1, fdatasync, (int fd), (fd))
WRAP(int, -1, ftruncate, (int fd, off_t len), (fd, len))
WRAP(int, -1, flock, (int fd, int how), (fd, how))
WRAP(ssize_t, -1, read, (int fd, void *p, size_t len), (fd, p, len))
WRAP(ssize_t, -1, write, (int fd, const void *p, size_t len), (fd, p, len))
WRAP(ssize_t, -1, pread, (int fd, void *p, size_t len, off_t at),
    (fd, p, len, at))
WRAP(ssize_t, -1, pwrite, (int fd, const void *p, size_t len, off_t at),
    (fd, p, len, at))
WRAP(ssize_t, -1, getrandom, (void *p, size_t len, unsigned int flags),
    (p, len, flags))
WRAP(void *, MAP_FAILED, mmap, (void *p, size_t len, int how, int flags,
    int fd, off_t at), (p, len, how, flags, fd, at))
WRAP(int, -1, renameat, (int from, const char *a, int to, const char *b),
    (from, a, to, b))
WRAP(int, -1, unlinkat, (int fd, const char *name, int flags),
    (fd, name, flags))
WRAP(int, -1, mprotect, (void *p, size_t len, int how), (p, len, how))
WRAP(int, -1, eventfd, (unsigned int n, int flags), (n, flags))
WRAP(int, -1, sigtimedwait, (const sigset_t *set, siginfo_t *info,
    const struct timespec *end), (set, info, end))
WRAP(int, errno, pthread_create, (pthread_t *t, const pthread_attr_t *attr,
    void *(*run)(void *), void *arg), (t, attr, run, arg))
WRAP(int, errno, pthread_mutex_init, (pthread_mutex_t *m,
    const pthread_mutexattr_t *attr), (m, attr))
WRAP(int, errno, pthread_cond_init, (pthread_cond_t *c,
    const pthread_condattr_t *attr), (c, attr))
WRAP(int, errno, pthread_condattr_init, (pthread_condattr_t *attr), (attr))
WRAP(int, errno, pthread_sigmask, (int how, const sigset_t *set,
    sigset_t *old), (how, set, old))

/* These two have a mode only where they make a file. */
int	__real_openat(int at, const char *name, int flags, ...);
int	__wrap_openat(int at, const char *name, int flags, ...);
int	__real_open(const char *name, int flags, ...);
int	__wrap_open(const char *name, int flags, ...);

int
__wrap_openat(int at, const char *name, int flags, ...)
{
	mode_t mode = 0;
	va_list ap;

	if ((flags & O_CREAT) != 0) {
		va_start(ap, flags);
		mode = va_arg(ap, mode_t);
		va_end(ap);
	}

	return is_due(SYS_openat) ? -1 : __real_openat(at, name, flags, mode);
}

int
__wrap_open(const char *name, int flags, ...)
{
	mode_t mode = 0;
	va_list ap;

	if ((flags & O_CREAT) != 0) {
		va_start(ap, flags);
		mode = va_arg(ap, mode_t);
		va_end(ap);
	}

	return is_due(SYS_open) ? -1 : __real_open(name, flags, mode);
}

int
sys_descriptors(void)
{
	int n = 0;
	DIR *d = opendir("/proc/self/fd");

	while (d != NULL && readdir(d) != NULL)
		n++;
	if (d != NULL)
		closedir(d);

	return n;
}

void
sys_run(enum sys_call call, int error, int most, int step, int (*fn)(void *),
    void *arg)
{
	int opened = sys_descriptors(), n, r;
	bool did_fail;

	for (n = 0; n < most; n += n < 6 ? 1 : step) {
		sys_fail(call, error, n, 1);
		r = fn(arg);
		did_fail = sys_stop();
		ck_assert_msg(r <= 0, "%s %d: %d", sys_name(call), n, r);
		ck_assert_int_eq(sys_descriptors(), opened);
		if (!did_fail)
			break;
	}
	ck_assert_int_lt(n, most);
}
