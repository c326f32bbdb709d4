/* steps.c: acts on the share, each at its time, in the order of their times. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "folder.h"

int64_t
step_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

struct step *
step_new(int what, int dir, const char *name, int64_t due)
{
	struct step *s = calloc(1, sizeof(*s));

	if (s == NULL)
		abort();
	s->what = what;
	s->dir = dir;
	s->name = text_dup(name);
	s->due = due;
	return s;
}

void
step_free(struct step *s)
{
	free(s->name);
	if (s->blob != NULL)
		blob_drop(s->blob);
	else
		free(s->data);
	free(s);
}

static void
insert(struct folder *f, struct step *s)
{
	struct step **at;

	for (at = &f->steps; *at != NULL && (*at)->due <= s->due;
	    at = &(*at)->next)
		;
	s->next = *at;
	*at = s;
}

void
step_add(struct folder *f, struct step *s)
{
	pthread_mutex_lock(&f->lock);
	insert(f, s);
	pthread_mutex_unlock(&f->lock);
}

/* Out of the list, for another time. */
static void
put_off(struct folder *f, struct step **at, int64_t now)
{
	struct step *s = *at;

	*at = s->next;
	s->what = STEP_PUT;
	s->due = now + s->after;
	insert(f, s);
}

/*
 * What is to come again waits for the file to be taken; a client that was
 * quick has done so before there was anybody to wait.
 */
static int
waits(struct folder *f, struct step **at, int64_t now)
{
	struct step *s = *at;

	if (s->armed)
		return 1;
	s->armed = 1;
	if (share_has(f->fd[s->dir], s->name))
		return 1;
	put_off(f, at, now);
	return 0;
}

/* The first that is due now; takes and commands need the service's lock. */
static struct step *
pop(struct folder *f, int with_takes)
{
	struct step **at = &f->steps, *s;
	int64_t now = step_now();

	while ((s = *at) != NULL && s->due <= now) {
		if (s->what == STEP_AGAIN) {
			if (waits(f, at, now))
				at = &s->next;
		} else if (with_takes ||
		    (s->what != STEP_TAKE && s->what != STEP_COMMAND)) {
			*at = s->next;
			return s;
		} else
			at = &s->next;
	}
	return NULL;
}

static void
act(struct folder *f, struct step *s)
{
	char *said;

	if (s->what == STEP_TAKE) {
		take_now(f, s->name, &s->faults);
		return;
	}
	pthread_mutex_lock(&f->sim->lock);
	said = control_do(f->sim, s->name);
	pthread_mutex_unlock(&f->sim->lock);
	free(said);
}

/* All that is due; what is done to files, is done under the lock. */
void
step_run(struct folder *f, int with_takes)
{
	struct step *s;

	pthread_mutex_lock(&f->lock);
	while (!f->halted && (s = pop(f, with_takes)) != NULL) {
		if (s->what == STEP_TAKE || s->what == STEP_COMMAND) {
			pthread_mutex_unlock(&f->lock);
			act(f, s);
			pthread_mutex_lock(&f->lock);
		} else
			share_do(f, s);
		step_free(s);
	}
	pthread_mutex_unlock(&f->lock);
}

/* Milliseconds until the next one; -1: there is none. */
int64_t
step_next(struct folder *f)
{
	int64_t now = step_now(), ms = -1;
	struct step *s;

	pthread_mutex_lock(&f->lock);
	for (s = f->steps; s != NULL && s->what == STEP_AGAIN && s->armed;
	    s = s->next)
		;
	if (s != NULL && !f->halted)
		ms = s->due > now ? s->due - now : 0;
	pthread_mutex_unlock(&f->lock);
	return ms;
}

/* A file has been taken: what waited for that has its time now. */
void
step_vanished(struct folder *f, int dir, const char *name)
{
	struct step **at, *s;
	int64_t now = step_now();

	pthread_mutex_lock(&f->lock);
	for (at = &f->steps; (s = *at) != NULL; at = &s->next)
		if (s->what == STEP_AGAIN && s->due <= now &&
		    s->dir == dir && strcmp(s->name, name) == 0) {
			put_off(f, at, now);
			break;
		}
	pthread_mutex_unlock(&f->lock);
}

/* Whether that request is to be looked at already. */
int
step_waits(struct folder *f, const char *name)
{
	struct step *s;
	int waits = 0;

	pthread_mutex_lock(&f->lock);
	for (s = f->steps; s != NULL; s = s->next)
		if (s->what == STEP_TAKE && strcmp(s->name, name) == 0)
			waits = 1;
	pthread_mutex_unlock(&f->lock);
	return waits;
}
