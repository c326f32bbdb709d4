/* The official application, played by a thread; see stand_in.h. */
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/link/stand_in.h"

#define ROOM	65536

static void
put(const char *dir, const char *name, const char *text, size_t len, int how)
{
	char path[600], temp[600];
	size_t first = (how & (STAND_HALF | STAND_CUT)) != 0 ? len / 2 : len;
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	(void)snprintf(temp, sizeof(temp), "%s/%s.part", dir, name);
	if ((fd = open((how & (STAND_HALF | STAND_CUT)) != 0 ? path : temp,
	    O_WRONLY | O_CREAT | O_TRUNC, 0600)) < 0)
		abort();
	if (write(fd, text, first) != (ssize_t)first)
		abort();
	if ((how & STAND_HALF) != 0) {
		(void)usleep(20000);
		if (write(fd, text + first, len - first) !=
		    (ssize_t)(len - first))
			abort();
	}
	(void)close(fd);
	if ((how & (STAND_HALF | STAND_CUT)) == 0 && rename(temp, path) != 0)
		abort();
}

static size_t
plain(const char *name, const char *body, size_t len, char *to, size_t room)
{
	(void)name;

	return (size_t)snprintf(to, room, "<A>%.*s</A>\n", (int)len, body);
}

/* name: of the request, without its ending. */
static void
answer(struct stand_in *s, const char *name, const char *body, size_t len)
{
	char to[200], other[240];
	static _Thread_local char text[ROOM];
	int faults = atomic_load(&s->faults);
	size_t n, q = strcspn(name, "_");

	if ((faults & STAND_REJECT) != 0) {
		(void)snprintf(to, sizeof(to), "%s.xml", name);
		put(s->res, to, body, len, faults);
		(void)snprintf(to, sizeof(to), "%s.err", name);
		put(s->res, to, "why not", 7, faults);
		atomic_fetch_add(&s->answered, 1);
		return;
	}
	n = s->make(name, body, len, text, sizeof(text));
	(void)snprintf(to, sizeof(to), "%s%s", name, s->ending);
	to[q - 1] = 's';
	if ((faults & STAND_FOREIGN) != 0) {
		/* One of its own each time: two programs that do not know
		 * each other may use a name one after the other. */
		(void)snprintf(other, sizeof(other), "%.*s_2026%08d%s",
		    (int)q, to, atomic_load(&s->answered), s->ending);
		put(s->res, other, text, n, 0);
	}
	put(s->res, to, text, n, faults);
	if ((faults & STAND_TWICE) != 0) {
		(void)usleep(2000);
		put(s->res, to, text, n, 0);
	}
	atomic_fetch_add(&s->answered, 1);
}

static void
take(struct stand_in *s, const char *file)
{
	static _Thread_local char body[ROOM];
	char path[600], name[160];
	ssize_t len;
	int fd, n;

	(void)snprintf(path, sizeof(path), "%s/%s", s->req, file);
	if ((fd = open(path, O_RDONLY)) < 0)
		return;
	len = read(fd, body, sizeof(body));
	(void)close(fd);
	if (len < 0 || unlink(path) != 0)
		return;
	(void)snprintf(name, sizeof(name), "%s", file);
	name[strlen(name) - 4] = '\0';
	n = atomic_fetch_add(&s->taken, 1);
	(void)snprintf(s->names[n % 4096], sizeof(s->names[0]), "%.47s", name);
	if ((atomic_load(&s->faults) & STAND_MUTE) != 0)
		return;
	while ((atomic_load(&s->faults) & STAND_HOLD) != 0 &&
	    atomic_load(&s->stop) == 0)
		(void)usleep(500);
	if (atomic_load(&s->delay_ms) > 0)
		(void)usleep((useconds_t)atomic_load(&s->delay_ms) * 1000);
	answer(s, name, body, (size_t)len);
}

static void
look(struct stand_in *s)
{
	struct dirent *entry;
	DIR *d;

	if ((atomic_load(&s->faults) & STAND_BLIND) != 0 ||
	    (d = opendir(s->req)) == NULL)
		return;
	while ((entry = readdir(d)) != NULL)
		if (entry->d_name[0] != '.' && strlen(entry->d_name) > 4)
			take(s, entry->d_name);
	(void)closedir(d);
}

static void *
run(void *arg)
{
	struct stand_in *s = arg;

	while (atomic_load(&s->stop) == 0) {
		look(s);
		atomic_fetch_add(&s->scans, 1);
		(void)usleep(500);
	}

	return NULL;
}

void
stand_in_start(struct stand_in *s, const char *top, int n)
{
	memset(s, 0, sizeof(*s));
	(void)snprintf(s->req, sizeof(s->req), "%s/req%d", top, n);
	(void)snprintf(s->res, sizeof(s->res), "%s/res%d", top, n);
	s->ending = ".xml";
	s->make = plain;
	(void)mkdir(s->req, 0700);
	(void)mkdir(s->res, 0700);
	stand_in_go(s);
}

void
stand_in_go(struct stand_in *s)
{
	atomic_store(&s->stop, 0);
	if (pthread_create(&s->thread, NULL, run, s) != 0)
		abort();
}

void
stand_in_stop(struct stand_in *s)
{
	atomic_store(&s->stop, 1);
	(void)pthread_join(s->thread, NULL);
}

int
files_in(const char *dir, char last[256])
{
	struct dirent *entry;
	DIR *d = opendir(dir);
	int n = 0;

	last[0] = '\0';
	while (d != NULL && (entry = readdir(d)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0) {
			(void)snprintf(last, 256, "%.255s", entry->d_name);
			n++;
		}
	if (d != NULL)
		(void)closedir(d);

	return n;
}

int
files_seen(const char *dir)
{
	struct dirent *entry;
	DIR *d = opendir(dir);
	int n = 0;

	while (d != NULL && (entry = readdir(d)) != NULL)
		n += entry->d_name[0] != '.';
	if (d != NULL)
		(void)closedir(d);

	return n;
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;

	return remove(path);
}

void
remove_tree(const char *path)
{
	(void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
