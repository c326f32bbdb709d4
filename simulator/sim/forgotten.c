/* forgotten.c: answers that nobody deletes are told of (ResponseFileStayTime). */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "folder.h"

static int
is_reported(struct folder *f, const char *name)
{
	struct name *n;

	for (n = f->reported; n != NULL; n = n->next)
		if (strcmp(n->name, name) == 0)
			return 1;
	n = calloc(1, sizeof(*n));
	if (n != NULL) {
		n->name = text_dup(name);
		n->next = f->reported;
		f->reported = n;
	}
	return 0;
}

static char *
list_old(struct folder *f, int dir, const char *word, char *list)
{
	int64_t before = clock_now(&f->sim->clock) -
	    f->settings->stay_minutes * 60;
	struct stat st;
	char **names, *path, *more;
	int n, i;

	names = share_names(f->fd[dir], &n);
	for (i = 0; i < n; i++) {
		path = text_format("%s/%s", word, names[i]);
		if (fstatat(f->fd[dir], names[i], &st,
		    AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) &&
		    st.st_mtime <= before && !is_reported(f, path)) {
			more = text_format("%s%s\r\n", list, path);
			free(list);
			list = more;
		}
		free(path);
		free(names[i]);
	}
	free(names);
	return list;
}

/* DELFILE_yyyyMMdd/delyyyyMMddHHmmss.txt below res; how many are named. */
int
forgotten_look(struct folder *f)
{
	char *list = text_dup(""), *dir, *path, stamp[15];
	const char *s;
	int n = 0, fd;

	pthread_mutex_lock(&f->lock);
	list = list_old(f, DIR_RES, "res", list);
	list = list_old(f, DIR_FACE, "face", list);
	pthread_mutex_unlock(&f->lock);
	for (s = list; (s = strchr(s, '\n')) != NULL; s++)
		n++;
	clock_stamp(clock_now(&f->sim->clock), stamp);
	dir = text_format("DELFILE_%.8s", stamp);
	path = text_format("%s/del%s.txt", dir, stamp);
	if (n > 0) {
		mkdirat(f->fd[DIR_RES], dir, 0777);
		fd = openat(f->fd[DIR_RES], path, O_WRONLY | O_CREAT |
		    O_CLOEXEC, 0666);
		if (fd < 0 || write(fd, list, strlen(list)) < 0)
			n = -1;
		if (fd >= 0)
			close(fd);
	}
	free(path);
	free(dir);
	free(list);
	return n;
}
