/* folder.c: the official application in software: its terminals' folders. */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "folder.h"

#define SCAN_MS		1000	/* for what no event tells of */
#define FOLDERS_MAX	16

/* DIR, or CODE:DIR where the terminal is not the medical institution's. */
int
folder_add(struct sim *sim, const char *spec)
{
	struct folder *f = calloc(1, sizeof(*f)), **at;
	const char *colon = strchr(spec, ':');
	int i, n = 0;

	if (f == NULL)
		return -1;
	snprintf(f->code, sizeof(f->code), "1319999996");
	if (colon != NULL && colon - spec == TERMINAL_LEN &&
	    strspn(spec, "0123456789") == TERMINAL_LEN) {
		memcpy(f->code, spec, TERMINAL_LEN);
		spec = colon + 1;
	}
	for (at = &sim->folders; *at != NULL; at = &(*at)->next)
		n++;
	if (*spec == '\0' || n >= FOLDERS_MAX) {
		free(f);
		return -1;
	}
	*at = f;
	f->path = text_dup(spec);
	f->sim = sim;
	f->settings = &folder_settings;
	f->notify = f->wake = -1;
	for (i = 0; i < DIRS; i++)
		f->fd[i] = -1;
	pthread_mutex_init(&f->lock, NULL);
	return 0;
}

/* The n-th terminal, from 1. */
struct folder *
folder_at(struct sim *sim, int64_t n)
{
	struct folder *f = sim->folders;

	while (f != NULL && --n > 0)
		f = f->next;
	return f;
}

void
folder_wake(struct folder *f)
{
	const uint64_t one = 1;

	if (write(f->wake, &one, sizeof(one)) < 0)
		perror("onshikaku-sim: eventfd");
}

/* The application is stopped, or goes on with what lies there. */
int
folder_halt(struct folder *f, int yes)
{
	pthread_mutex_lock(&f->lock);
	f->halted = yes;
	pthread_mutex_unlock(&f->lock);
	folder_wake(f);
	return 0;
}

static int
is_halted(struct folder *f)
{
	int halted;

	pthread_mutex_lock(&f->lock);
	halted = f->halted;
	pthread_mutex_unlock(&f->lock);
	return halted;
}

/* Only the official application knows when a file is whole; a hasty one does
 * not wait for that. */
static int
is_hasty(struct folder *f, const char *name)
{
	char *prefix = text_format("%.*s", (int)strcspn(name, "_"), name);
	int hasty;

	pthread_mutex_lock(&f->sim->lock);
	hasty = fault_armed(&f->sim->faults, prefix, FAULT_HASTY);
	pthread_mutex_unlock(&f->sim->lock);
	free(prefix);
	return hasty;
}

static void
scan(struct folder *f)
{
	char **names;
	int n, i;

	if (is_halted(f))
		return;
	names = share_names(f->fd[DIR_REQ], &n);
	for (i = 0; i < n; i++) {
		if (take_is_request(names[i]) &&
		    share_settled(f->fd[DIR_REQ], names[i]))
			take_arrived(f, names[i]);
		free(names[i]);
	}
	free(names);
}

static void
forget_kept(struct folder *f, const char *name)
{
	struct name **at, *k;

	pthread_mutex_lock(&f->lock);
	for (at = &f->kept; (k = *at) != NULL; at = &k->next)
		if (strcmp(k->name, name) == 0) {
			*at = k->next;
			free(k->name);
			free(k);
			break;
		}
	pthread_mutex_unlock(&f->lock);
}

static void
on_request(struct folder *f, const struct inotify_event *e)
{
	if (!take_is_request(e->name))
		return;
	if ((e->mask & (IN_DELETE | IN_MOVED_FROM)) != 0)
		forget_kept(f, e->name);
	else if (!is_halted(f) &&
	    ((e->mask & (IN_CLOSE_WRITE | IN_MOVED_TO)) != 0 ?
	    share_settled(f->fd[DIR_REQ], e->name) :
	    is_hasty(f, e->name) || share_settled(f->fd[DIR_REQ], e->name)))
		take_arrived(f, e->name);
}

static void
read_events(struct folder *f)
{
	_Alignas(struct inotify_event) char buf[16384];
	const struct inotify_event *e;
	ssize_t n, at;
	int dir;

	while ((n = read(f->notify, buf, sizeof(buf))) > 0)
		for (at = 0; at < n; at += (ssize_t)(sizeof(*e) + e->len)) {
			e = (const void *)(buf + at);
			if (e->len == 0)
				continue;
			if (e->wd == f->watch[DIR_REQ]) {
				on_request(f, e);
				continue;
			}
			dir = e->wd == f->watch[DIR_RES] ? DIR_RES : DIR_FACE;
			if ((e->mask & (IN_DELETE | IN_MOVED_FROM)) != 0)
				step_vanished(f, dir, e->name);
		}
}

static int
stops(struct folder *f)
{
	int stop;

	pthread_mutex_lock(&f->lock);
	stop = f->stop;
	pthread_mutex_unlock(&f->lock);
	return stop;
}

static void
look_for_forgotten(struct folder *f)
{
	if (f->settings->stay_minutes == 0)
		return;
	pthread_mutex_lock(&f->sim->lock);
	forgotten_look(f);
	pthread_mutex_unlock(&f->sim->lock);
}

static void *
watch(void *arg)
{
	struct folder *f = arg;
	struct pollfd p[2] = { { .fd = f->notify, .events = POLLIN },
	    { .fd = f->wake, .events = POLLIN } };
	int64_t scan_at = 0, ms;
	uint64_t n;

	while (!stops(f)) {
		if (step_now() >= scan_at || p[1].revents != 0) {
			scan(f);
			look_for_forgotten(f);
			scan_at = step_now() + SCAN_MS;
		}
		step_run(f, 1);
		ms = step_next(f);
		if (ms < 0 || ms > SCAN_MS)
			ms = SCAN_MS;
		if (poll(p, 2, (int)ms) < 0 && errno != EINTR)
			break;
		if (p[1].revents != 0 && read(f->wake, &n, sizeof(n)) < 0)
			break;
		if (p[0].revents != 0)
			read_events(f);
	}
	return NULL;
}

static int
add_watches(struct folder *f)
{
	static const uint32_t masks[DIRS] = {
		[DIR_REQ] = IN_CREATE | IN_CLOSE_WRITE | IN_MOVED_TO |
		    IN_MOVED_FROM | IN_DELETE,
		[DIR_RES] = IN_DELETE | IN_MOVED_FROM,
		[DIR_FACE] = IN_DELETE | IN_MOVED_FROM,
	};
	char path[64];
	int i;

	f->notify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	f->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	for (i = 0; i < DIRS && f->notify >= 0; i++) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", f->fd[i]);
		f->watch[i] = inotify_add_watch(f->notify, path, masks[i]);
		if (f->watch[i] < 0)
			return -1;
	}
	return f->notify < 0 || f->wake < 0 ? -1 : 0;
}

static int
start_one(struct folder *f)
{
	static const char *const names[DIRS] = { "req", "res", "face" };
	int i;

	for (i = 0; i < DIRS; i++)
		if ((f->fd[i] = share_dir(f->path, names[i])) < 0)
			return -1;
	if (add_watches(f) != 0 ||
	    pthread_create(&f->thread, NULL, watch, f) != 0) {
		fprintf(stderr, "onshikaku-sim: %s: %s\n", f->path,
		    strerror(errno));
		return -1;
	}
	f->runs = 1;
	return 0;
}

int
folder_start(struct sim *sim)
{
	struct folder *f;

	signal(SIGIO, SIG_IGN);		/* of leases */
	for (f = sim->folders; f != NULL; f = f->next)
		if (start_one(f) != 0)
			return -1;
	return 0;
}

static void
free_names(struct name *n)
{
	struct name *next;

	for (; n != NULL; n = next) {
		next = n->next;
		free(n->name);
		free(n);
	}
}

static void
stop_one(struct folder *f)
{
	struct step *s;
	int i;

	if (f->runs) {
		pthread_mutex_lock(&f->lock);
		f->stop = 1;
		pthread_mutex_unlock(&f->lock);
		folder_wake(f);
		pthread_join(f->thread, NULL);
	}
	while ((s = f->steps) != NULL) {
		f->steps = s->next;
		step_free(s);
	}
	free_names(f->kept);
	free_names(f->reported);
	for (i = 0; i < DIRS; i++)
		if (f->fd[i] >= 0)
			close(f->fd[i]);
	if (f->notify >= 0)
		close(f->notify);
	if (f->wake >= 0)
		close(f->wake);
	pthread_mutex_destroy(&f->lock);
	free(f->path);
	free(f);
}

void
folder_stop(struct sim *sim)
{
	struct folder *f;

	while ((f = sim->folders) != NULL) {
		sim->folders = f->next;
		stop_one(f);
	}
	folder_settings_free();
}
