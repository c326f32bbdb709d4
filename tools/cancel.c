/*
 * cancel.c: Ctrl-C. One thread waits for the signal and ends what is under
 * way, so that nothing is called from within a handler.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "tools.h"

#define EXIT_CANCELLED	8

static struct {
	pthread_mutex_t		 lock;
	struct onshi_visit	*visit;
	struct onshi_emergency	*emergency;
	struct onshi_card	*card;
	struct onshi_bulk	*bulk;
	bool			 asked;
	int			 pipe[2];
	sigset_t		 signals;
} state = { .lock = PTHREAD_MUTEX_INITIALIZER, .pipe = { -1, -1 } };

static void *
wait_for_signal(void *arg)
{
	char byte = 0;
	int sig;

	(void)arg;
	for (;;) {
		if (sigwait(&state.signals, &sig) != 0)
			continue;
		(void)pthread_mutex_lock(&state.lock);
		if (state.asked) {
			prompt_restore();
			_exit(EXIT_CANCELLED);
		}
		state.asked = true;
		onshi_visit_cancel(state.visit);
		onshi_emergency_cancel(state.emergency);
		onshi_bulk_cancel(state.bulk);
		if (state.card != NULL)
			onshi_card_cancel(state.card);
		while (write(state.pipe[1], &byte, 1) < 0 && errno == EINTR)
			;
		(void)pthread_mutex_unlock(&state.lock);
	}

	return NULL;
}

/* What our caller ignores (nohup, a shell's background) stays ignored. */
static void
choose_signals(void)
{
	static const int wanted[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction now;
	size_t i;

	(void)sigemptyset(&state.signals);
	for (i = 0; i < COUNT(wanted); i++)
		if (sigaction(wanted[i], NULL, &now) == 0 &&
		    now.sa_handler != SIG_IGN)
			(void)sigaddset(&state.signals, wanted[i]);
}

int
cancel_start(void)
{
	pthread_attr_t attr;
	pthread_t thread;
	int error;

	choose_signals();
	if (pipe2(state.pipe, O_CLOEXEC | O_NONBLOCK) != 0)
		return errno;
	/* Threads of the library inherit this mask. */
	if ((error = pthread_sigmask(SIG_BLOCK, &state.signals, NULL)) != 0 ||
	    (error = pthread_attr_init(&attr)) != 0)
		return error;
	(void)pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	error = pthread_create(&thread, &attr, wait_for_signal, NULL);
	(void)pthread_attr_destroy(&attr);

	return error;
}

/* One of them at a time. */
static void
watch(struct onshi_visit *v, struct onshi_emergency *e, struct onshi_card *c,
    struct onshi_bulk *b)
{
	(void)pthread_mutex_lock(&state.lock);
	state.visit = v;
	state.emergency = e;
	state.card = c;
	state.bulk = b;
	if (state.asked) {
		onshi_visit_cancel(v);
		onshi_emergency_cancel(e);
		onshi_bulk_cancel(b);
		if (c != NULL)
			onshi_card_cancel(c);
	}
	(void)pthread_mutex_unlock(&state.lock);
}

void
cancel_watch_visit(struct onshi_visit *v)
{
	watch(v, NULL, NULL, NULL);
}

void
cancel_watch_emergency(struct onshi_emergency *e)
{
	watch(NULL, e, NULL, NULL);
}

void
cancel_watch_card(struct onshi_card *c)
{
	watch(NULL, NULL, c, NULL);
}

void
cancel_watch_bulk(struct onshi_bulk *b)
{
	watch(NULL, NULL, NULL, b);
}

bool
cancel_is_asked(void)
{
	bool asked;

	(void)pthread_mutex_lock(&state.lock);
	asked = state.asked;
	(void)pthread_mutex_unlock(&state.lock);

	return asked;
}

bool
cancel_wait(int fd)
{
	struct pollfd fds[2] = { { .fd = fd, .events = POLLIN },
	    { .fd = state.pipe[0], .events = POLLIN } };

	while (poll(fds, 2, -1) < 0 && errno == EINTR)
		;

	return !cancel_is_asked();
}

bool
cancel_sleep(int64_t ms)
{
	struct pollfd fd = { .fd = state.pipe[0], .events = POLLIN };
	int64_t until = now_ms() + ms, left;

	while (!cancel_is_asked() && (left = until - now_ms()) > 0)
		(void)poll(&fd, 1, left > 60000 ? 60000 : (int)left);

	return !cancel_is_asked();
}
