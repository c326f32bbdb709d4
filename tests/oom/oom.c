/* Failing allocations for tests: the functions that ld puts in their place. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "core/core.h"
#include "tests/oom/oom.h"
#include "tests/sample.h"

#define LIVE_MAX	(1u << 17)
#define POINTS_MAX	200000

void	*__real_malloc(size_t len);
void	__real_free(void *p);
void	*__real_oki_os_guarded(size_t len, bool *locked);
void	__real_oki_os_guarded_free(void *p, size_t len);
void	*__wrap_malloc(size_t len);
void	__wrap_free(void *p);
void	*__wrap_oki_os_guarded(size_t len, bool *locked);
void	__wrap_oki_os_guarded_free(void *p, size_t len);

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static bool armed;
static int paused;
static size_t count, fails_at;
static bool failed;
static const void *live[LIVE_MAX];	/* a hash set, open addressing */
static size_t lives;

static size_t
slot(const void *p)
{
	return (size_t)((uintptr_t)p >> 4) * 2654435761u % LIVE_MAX;
}

static void
live_add(const void *p)
{
	size_t i = slot(p);

	if (p == NULL || lives + 1 >= LIVE_MAX)
		return;
	while (live[i] != NULL)
		i = (i + 1) % LIVE_MAX;
	live[i] = p;
	lives++;
}

static void
live_drop(const void *p)
{
	const void *moved;
	size_t i = slot(p);

	while (live[i] != NULL && live[i] != p)
		i = (i + 1) % LIVE_MAX;
	if (p == NULL || live[i] == NULL)
		return;
	live[i] = NULL;
	lives--;
	/* What stands behind may have been put there because of this one. */
	for (i = (i + 1) % LIVE_MAX; (moved = live[i]) != NULL;
	    i = (i + 1) % LIVE_MAX) {
		live[i] = NULL;
		lives--;
		live_add(moved);
	}
}

/* Whether the allocation that is asked for now is the one to fail. */
static bool
is_due(void)
{
	bool due;

	pthread_mutex_lock(&lock);
	due = armed && paused == 0 && ++count == fails_at;
	failed = failed || due;
	pthread_mutex_unlock(&lock);

	return due;
}

static void *
note(void *p)
{
	pthread_mutex_lock(&lock);
	if (armed && paused == 0)
		live_add(p);
	pthread_mutex_unlock(&lock);

	return p;
}

static void
forget(const void *p)
{
	pthread_mutex_lock(&lock);
	live_drop(p);
	pthread_mutex_unlock(&lock);
}

void *
__wrap_malloc(size_t len)
{
	return is_due() ? NULL : note(__real_malloc(len));
}

void
__wrap_free(void *p)
{
	forget(p);
	__real_free(p);
}

void *
__wrap_oki_os_guarded(size_t len, bool *locked)
{
	*locked = false;

	return is_due() ? NULL : note(__real_oki_os_guarded(len, locked));
}

void
__wrap_oki_os_guarded_free(void *p, size_t len)
{
	forget(p);
	__real_oki_os_guarded_free(p, len);
}

void *
oom_malloc(size_t len)
{
	return __wrap_malloc(len);
}

void *
oom_realloc(void *p, size_t len)
{
	void *q;

	if (p == NULL)
		return oom_malloc(len);
	if (is_due())
		return NULL;
	forget(p);
	if ((q = realloc(p, len)) == NULL)
		return note(p), NULL;

	return note(q);
}

void
oom_free(void *p)
{
	__wrap_free(p);
}

void *
oom_foreign_malloc(size_t len)
{
	return is_due() ? NULL : __real_malloc(len);
}

void *
oom_foreign_realloc(void *p, size_t len)
{
	return is_due() ? NULL : realloc(p, len);
}

void
oom_foreign_free(void *p)
{
	__real_free(p);
}

static void
pause_by(int n)
{
	pthread_mutex_lock(&lock);
	paused += n;
	pthread_mutex_unlock(&lock);
}

void
oom_pause(void)
{
	pause_by(1);
}

void
oom_resume(void)
{
	pause_by(-1);
}

static void
arm(size_t n)
{
	pthread_mutex_lock(&lock);
	memset(live, 0, sizeof(live));
	lives = 0;
	count = 0;
	fails_at = n;
	failed = false;
	armed = true;
	pthread_mutex_unlock(&lock);
}

static size_t
disarm(bool *did_fail)
{
	size_t left;

	pthread_mutex_lock(&lock);
	armed = false;
	left = lives;
	*did_fail = failed;
	pthread_mutex_unlock(&lock);

	return left;
}

static size_t step = 1;

void
oom_set_step(size_t n)
{
	step = n > 1 ? sample_step(n) : 1;
}

static bool
is_nomem(int result)
{
	return result == ONSHI_E_NOMEM;
}

size_t
oom_run_if(const char *name, int (*fn)(void *), void *arg, int expected,
    bool (*ok)(int))
{
	bool did_fail;
	size_t left, n;
	int r;

	for (n = 1; n <= POINTS_MAX; n += step) {
		arm(n);
		r = fn(arg);
		left = disarm(&did_fail);
		ck_assert_msg(left == 0, "%s: %zu pieces left after point %zu",
		    name, left, n);
		ck_assert_msg(r == expected || (did_fail && ok(r)),
		    "%s: %s after point %zu", name, onshi_result_name(r), n);
		if (!did_fail)
			return n - 1;
	}
	ck_abort_msg("%s: no end", name);

	return 0;
}

size_t
oom_run(const char *name, int (*fn)(void *), void *arg, int expected)
{
	return oom_run_if(name, fn, arg, expected, is_nomem);
}
