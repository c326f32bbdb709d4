/* The operating system, POSIX and Linux: threads, signals, events. */
#include "config.h"

#include <sys/eventfd.h>

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/inside.h"

struct oki_thread {
	pthread_t	 id;
	void		(*run)(void *);
	void		*arg;
	oki_atomic_int	 holders;	/* the thread, and whoever started it */
};

struct oki_mutex {
	pthread_mutex_t	 m;
};

struct oki_cond {
	pthread_cond_t	 c;
};

struct oki_event {
	int		 fd;
};

static void
thread_drop(struct oki_thread *t)
{
	if (atomic_fetch_sub(&t->holders, 1) == 1)
		oki_free(t);
}

static void *
thread_run(void *arg)
{
	struct oki_thread *t = arg;

	t->run(t->arg);
	thread_drop(t);

	return NULL;
}

int
oki_thread_start(void (*run)(void *), void *arg, struct oki_thread **out)
{
	struct oki_thread *t;
	sigset_t all, before;
	int failed;

	*out = NULL;
	if ((t = oki_alloc(sizeof(*t))) == NULL)
		return ONSHI_E_NOMEM;
	t->run = run;
	t->arg = arg;
	atomic_init(&t->holders, 2);
	/* A new thread inherits the mask: none of the host's signals in ours. */
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	failed = pthread_create(&t->id, NULL, thread_run, t);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (failed != 0) {
		oki_free(t);
		return ONSHI_E_SYSTEM;
	}
	*out = t;

	return ONSHI_OK;
}

void
oki_thread_join(struct oki_thread **tp)
{
	if (*tp == NULL)
		return;
	(void)pthread_join((*tp)->id, NULL);
	thread_drop(*tp);
	*tp = NULL;
}

void
oki_thread_detach(struct oki_thread **tp)
{
	if (tp == NULL || *tp == NULL)
		return;
	(void)pthread_detach((*tp)->id);
	thread_drop(*tp);
	*tp = NULL;
}

int
oki_mutex_new(struct oki_mutex **out)
{
	struct oki_mutex *m;

	*out = NULL;
	if ((m = oki_alloc(sizeof(*m))) == NULL)
		return ONSHI_E_NOMEM;
	if (pthread_mutex_init(&m->m, NULL) != 0) {
		oki_free(m);
		return ONSHI_E_SYSTEM;
	}
	*out = m;

	return ONSHI_OK;
}

void
oki_mutex_free(struct oki_mutex **mp)
{
	if (mp == NULL || *mp == NULL)
		return;
	(void)pthread_mutex_destroy(&(*mp)->m);
	oki_free(*mp);
	*mp = NULL;
}

void
oki_mutex_lock(struct oki_mutex *m)
{
	(void)pthread_mutex_lock(&m->m);
}

void
oki_mutex_unlock(struct oki_mutex *m)
{
	(void)pthread_mutex_unlock(&m->m);
}

int
oki_cond_new(struct oki_cond **out)
{
	pthread_condattr_t attr;
	struct oki_cond *c;
	int failed;

	*out = NULL;
	if ((c = oki_alloc(sizeof(*c))) == NULL)
		return ONSHI_E_NOMEM;
	if (pthread_condattr_init(&attr) != 0) {
		oki_free(c);
		return ONSHI_E_SYSTEM;
	}
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	failed = pthread_cond_init(&c->c, &attr);
	(void)pthread_condattr_destroy(&attr);
	if (failed != 0) {
		oki_free(c);
		return ONSHI_E_SYSTEM;
	}
	*out = c;

	return ONSHI_OK;
}

void
oki_cond_free(struct oki_cond **cp)
{
	if (*cp == NULL)
		return;
	(void)pthread_cond_destroy(&(*cp)->c);
	oki_free(*cp);
	*cp = NULL;
}

void
oki_cond_signal(struct oki_cond *c)
{
	(void)pthread_cond_signal(&c->c);
}

void
oki_cond_broadcast(struct oki_cond *c)
{
	(void)pthread_cond_broadcast(&c->c);
}

bool
oki_cond_wait(struct oki_cond *c, struct oki_mutex *m, int32_t ms)
{
	struct timespec end = { 0 };

	if (ms < 0)
		ms = 0;
	(void)clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += ms / 1000;
	end.tv_nsec += (long)(ms % 1000) * 1000000;
	if (end.tv_nsec >= 1000000000) {
		end.tv_nsec -= 1000000000;
		end.tv_sec++;
	}

	return pthread_cond_timedwait(&c->c, &m->m, &end) == 0;
}

void
oki_once(struct oki_once *o, void (*run)(void))
{
	const struct timespec nap = { .tv_nsec = 100000 };
	int fresh = 0;

	if (atomic_load(&o->state) == 2)
		return;
	if (atomic_compare_exchange_strong(&o->state, &fresh, 1)) {
		run();
		atomic_store(&o->state, 2);
		return;
	}
	while (atomic_load(&o->state) != 2)
		(void)nanosleep(&nap, NULL);
}

_Static_assert(sizeof(sigset_t) <=
    sizeof(((struct oki_pipe_guard *)0)->saved), "a mask fits into the guard");

enum { GUARD_HELD = 1, GUARD_WAS_PENDING = 2 };

/* Blocked for this thread alone: the process's handlers stay (SEC-113). */
void
oki_pipe_guard_take(struct oki_pipe_guard *g)
{
	sigset_t before, pending, pipe;

	memset(g, 0, sizeof(*g));
	(void)sigemptyset(&pipe);
	(void)sigaddset(&pipe, SIGPIPE);
	(void)sigemptyset(&pending);
	(void)sigpending(&pending);
	if (pthread_sigmask(SIG_BLOCK, &pipe, &before) != 0)
		return;
	memcpy(g->saved, &before, sizeof(before));
	g->held = GUARD_HELD |
	    (sigismember(&pending, SIGPIPE) == 1 ? GUARD_WAS_PENDING : 0);
}

/* One that came from us is drained; one that was there before is not ours. */
void
oki_pipe_guard_drop(struct oki_pipe_guard *g)
{
	const struct timespec now = { 0 };
	sigset_t before, pending, pipe;

	if ((g->held & GUARD_HELD) == 0)
		return;
	(void)sigemptyset(&pipe);
	(void)sigaddset(&pipe, SIGPIPE);
	(void)sigemptyset(&pending);
	(void)sigpending(&pending);
	if ((g->held & GUARD_WAS_PENDING) == 0 &&
	    sigismember(&pending, SIGPIPE) == 1)
		while (sigtimedwait(&pipe, NULL, &now) < 0 && errno == EINTR)
			;
	memcpy(&before, g->saved, sizeof(before));
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	g->held = 0;
}

int
oki_event_new(struct oki_event **out)
{
	struct oki_event *e;

	*out = NULL;
	if ((e = oki_alloc(sizeof(*e))) == NULL)
		return ONSHI_E_NOMEM;
	if ((e->fd = oki_os_high(eventfd(0, EFD_CLOEXEC |
	    EFD_NONBLOCK))) < 0) {
		oki_free(e);
		return ONSHI_E_SYSTEM;
	}
	*out = e;

	return ONSHI_OK;
}

void
oki_event_free(struct oki_event **ep)
{
	if (*ep == NULL)
		return;
	(void)close((*ep)->fd);
	oki_free(*ep);
	*ep = NULL;
}

/* A signal handler's caller keeps its errno. */
void
oki_event_set(struct oki_event *e)
{
	const uint64_t one = 1;
	int saved = errno;

	while (write(e->fd, &one, sizeof(one)) < 0 && errno == EINTR)
		;
	errno = saved;
}

void
oki_event_clear(struct oki_event *e)
{
	uint64_t count;

	while (read(e->fd, &count, sizeof(count)) < 0 && errno == EINTR)
		;
}

int64_t
oki_event_fd(const struct oki_event *e)
{
	return e->fd;
}

bool
oki_event_wait(const struct oki_event *a, const struct oki_event *b,
    int32_t ms)
{
	struct pollfd p[2] = {
		{ .fd = a->fd, .events = POLLIN },
		{ .fd = b == NULL ? -1 : b->fd, .events = POLLIN }
	};

	return poll(p, 2, ms) > 0 && p[0].revents != 0;
}
