/* share.c: what is done to files on the share, one act at a time. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "folder.h"

#define AWAY	".away-"

/* The folder of that name below path, made where it is not there. */
int
share_dir(const char *path, const char *name)
{
	char *full = text_format("%s/%s", path, name);
	int fd = -1;

	if ((mkdir(path, 0777) == 0 || errno == EEXIST) &&
	    (mkdir(full, 0777) == 0 || errno == EEXIST))
		fd = open(full, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		fprintf(stderr, "onshikaku-sim: %s: %s\n", full,
		    strerror(errno));
	free(full);
	return fd;
}

static int
open_regular(int dir, const char *name)
{
	struct stat st;
	int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK |
	    O_CLOEXEC);

	if (fd >= 0 && (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* All of it, or as much as shows that it is too much. */
char *
share_read(int dir, const char *name, size_t *len)
{
	size_t most = strncmp(name, "OQSmu", 5) == 0 ? BULK_MAX : BODY_MAX;
	int fd = open_regular(dir, name);
	char *data = NULL;
	struct stat st;
	ssize_t n = 1;

	*len = 0;
	if (fd >= 0 && fstat(fd, &st) == 0) {
		if ((uint64_t)st.st_size < most)
			most = (size_t)st.st_size;
		most++;
		data = malloc(most + 1);
	}
	while (data != NULL && n > 0 && *len < most) {
		n = read(fd, data + *len, most - *len);
		*len += n > 0 ? (size_t)n : 0;
	}
	if (data != NULL)
		data[*len] = '\0';
	if (fd >= 0)
		close(fd);
	return data;
}

int
share_has(int dir, const char *name)
{
	return faccessat(dir, name, F_OK, 0) == 0;
}

/* Nothing of it has changed for a while. */
static int
stands_still(const struct stat *st)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (now.tv_sec - st->st_mtim.tv_sec) * 1000 +
	    (now.tv_nsec - st->st_mtim.tv_nsec) / 1000000 > 500;
}

/*
 * Whether a request is whole as far as can be seen: nobody has it open for
 * writing. A lease is only given then; where there are none, time tells.
 */
int
share_settled(int dir, const char *name)
{
	int fd = open_regular(dir, name), settled = 0;
	struct stat st;

	if (fd < 0)
		return 0;
	if (fstat(fd, &st) == 0 && st.st_size > 0) {
		if (fcntl(fd, F_SETLEASE, F_RDLCK) == 0) {
			fcntl(fd, F_SETLEASE, F_UNLCK);
			settled = 1;
		} else
			settled = errno != EAGAIN && stands_still(&st);
	} else
		settled = stands_still(&st);
	close(fd);
	return settled;
}

static int
write_all(int fd, const char *data, size_t len)
{
	ssize_t n;

	while (len > 0) {
		n = write(fd, data, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

static int
write_file(int dir, const char *name, int flags, const struct step *s)
{
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT },
	    { .tv_sec = (time_t)s->mtime } };
	int fd = openat(dir, name, O_WRONLY | O_CREAT | O_CLOEXEC | flags,
	    0666), r;

	if (fd < 0)
		return -1;
	r = write_all(fd, s->data, s->len);
	if (s->mtime != 0)
		futimens(fd, times);
	if (close(fd) != 0)
		r = -1;
	return r;
}

static int
put(struct folder *f, int dir, const struct step *s)
{
	char tmp[40];
	int r;

	snprintf(tmp, sizeof(tmp), SHARE_TEMP "%d-%u.tmp", (int)getpid(),
	    f->serial++);
	r = write_file(dir, tmp, O_EXCL, s);
	if (r == 0)
		r = renameat(dir, tmp, dir, s->name);
	if (r != 0)
		unlinkat(dir, tmp, 0);
	return r;
}

static int
move(int dir, const char *name, int back)
{
	char *away = text_format(AWAY "%s", name);
	int r = back ? renameat(dir, away, dir, name) :
	    renameat(dir, name, dir, away);

	free(away);
	return r == 0 || errno == ENOENT ? 0 : -1;
}

/* What a client did meanwhile to a file is its right: only the rest is said. */
void
share_do(struct folder *f, const struct step *s)
{
	int dir = f->fd[s->dir], r = 0;

	switch (s->what) {
	case STEP_PUT:
	case STEP_AGAIN:
		r = put(f, dir, s);
		break;
	case STEP_GROW:
		r = write_file(dir, s->name, s->after == 0 ? O_TRUNC :
		    O_APPEND, s);
		break;
	case STEP_CLOSE:
		r = write_file(dir, s->name, O_TRUNC, s);
		r |= fchmodat(dir, s->name, 0, 0);
		break;
	case STEP_AWAY:
	case STEP_BACK:
		r = move(dir, s->name, s->what == STEP_BACK);
		break;
	default:
		break;
	}
	if (r != 0)
		fprintf(stderr, "onshikaku-sim: %s: %s: %s\n", f->path,
		    s->name, strerror(errno));
}

static int
is_visible(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

/* All names but hidden ones, sorted; the caller frees each and the list. */
char **
share_names(int dir, int *count)
{
	struct dirent **found = NULL;
	char **names;
	int n = scandirat(dir, ".", &found, is_visible, alphasort), i;

	if (n < 0)
		n = 0;
	names = calloc((size_t)n + 1, sizeof(*names));
	*count = names == NULL ? 0 : n;
	for (i = 0; i < n; i++) {
		if (names != NULL)
			names[i] = text_dup(found[i]->d_name);
		free(found[i]);
	}
	free(found);
	return names;
}
