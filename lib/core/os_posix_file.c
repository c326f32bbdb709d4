/* The operating system, POSIX and Linux: directories and files. */
#include "config.h"

#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/inside.h"

#define NAMES_FIRST	64
#define NAMES_MAX	1000000		/* no directory of ours is larger */
#define LOCK_NAP_MS	5

struct oki_dir {
	int	fd;
};

struct oki_file {
	int	fd;
};

/* errno as a result: what is short (memory, descriptors), or the disk. */
static int
failed(int64_t *sys)
{
	if (sys != NULL)
		*sys = errno;
	switch (errno) {
	case ENOMEM:
		return ONSHI_E_NOMEM;
	case EMFILE:
	case ENFILE:
		return ONSHI_E_SYSTEM;
	default:
		return ONSHI_E_DISK;
	}
}

static int
refused(int64_t *sys, int number)
{
	errno = number;

	return failed(sys);
}

/* A name in a directory, and nothing that leads out of it. */
static bool
is_name(const char *name)
{
	return name != NULL && name[0] != '\0' && strchr(name, '/') == NULL &&
	    strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

static int
open_retry(int dir, const char *name, int flags, mode_t mode)
{
	int fd;

	do
		fd = openat(dir, name, flags | O_CLOEXEC | O_NOCTTY, mode);
	while (fd < 0 && errno == EINTR);

	return oki_os_high(fd);
}

static int
dir_open_at(int at, const char *name, struct oki_dir **out, int64_t *sys)
{
	struct oki_dir *d;

	*out = NULL;
	if ((d = oki_alloc(sizeof(*d))) == NULL)
		return refused(sys, ENOMEM);
	if ((d->fd = open_retry(at, name,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0)) < 0) {
		oki_free(d);
		return failed(sys);
	}
	*out = d;

	return ONSHI_OK;
}

int
oki_dir_open(const char *path, struct oki_dir **out, int64_t *sys)
{
	return dir_open_at(AT_FDCWD, path, out, sys);
}

int
oki_dir_open_in(struct oki_dir *d, const char *name, struct oki_dir **out,
    int64_t *sys)
{
	*out = NULL;
	if (!is_name(name))
		return refused(sys, EINVAL);

	return dir_open_at(d->fd, name, out, sys);
}

/* 0700 whatever the umask (SEC-101), which only ever takes rights away. */
static int
dir_make_at(int at, const char *name, int64_t *sys)
{
	struct stat st;

	if (mkdirat(at, name, 0700) != 0) {
		if (errno != EEXIST)
			return failed(sys);
		if (fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
			return failed(sys);
		return S_ISDIR(st.st_mode) ? ONSHI_OK : refused(sys, ENOTDIR);
	}
	if (fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return failed(sys);
	if ((st.st_mode & 0777) != 0700 && S_ISDIR(st.st_mode) &&
	    fchmodat(at, name, 0700, 0) != 0)
		return failed(sys);

	return ONSHI_OK;
}

int
oki_dir_make(const char *path, int64_t *sys)
{
	return dir_make_at(AT_FDCWD, path, sys);
}

int
oki_dir_make_in(struct oki_dir *d, const char *name, int64_t *sys)
{
	if (!is_name(name))
		return refused(sys, EINVAL);

	return dir_make_at(d->fd, name, sys);
}

void
oki_dir_close(struct oki_dir **dp)
{
	if (*dp == NULL)
		return;
	(void)close((*dp)->fd);
	oki_free(*dp);
	*dp = NULL;
}

/* Some network file systems cannot, and then have nothing to lose. */
int
oki_dir_sync(struct oki_dir *d, int64_t *sys)
{
	int r;

	do
		r = fsync(d->fd);
	while (r != 0 && errno == EINTR);
	if (r != 0 && errno != EINVAL && errno != EBADF && errno != ENOTSUP)
		return failed(sys);

	return ONSHI_OK;
}

static int
by_name(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

/* Adds a copy of name to a list that doubles; 0, or an error number. */
static int
names_add(char ***names, size_t *n, size_t *room, const char *name)
{
	char **larger;
	size_t want = *room == 0 ? NAMES_FIRST : *room * 2;

	if (*n >= NAMES_MAX)
		return EOVERFLOW;
	if (*n == *room) {
		if ((larger = oki_alloc_array(want, sizeof(*larger))) == NULL)
			return ENOMEM;
		if (*n > 0)
			memcpy(larger, *names, *n * sizeof(*larger));
		oki_free(*names);
		*names = larger;
		*room = want;
	}
	if (((*names)[*n] = oki_strdup(name)) == NULL)
		return ENOMEM;
	(*n)++;

	return 0;
}

/* A stream of its own, so that the descriptor's place is not moved. */
static DIR *
stream_of(const struct oki_dir *d)
{
	DIR *stream;
	int fd, saved;

	if ((fd = open_retry(d->fd, ".", O_RDONLY | O_DIRECTORY, 0)) < 0)
		return NULL;
	if ((stream = fdopendir(fd)) == NULL) {
		saved = errno;
		(void)close(fd);
		errno = saved;
	}

	return stream;
}

int
oki_dir_names(struct oki_dir *d, char ***names, size_t *n, int64_t *sys)
{
	struct dirent *entry;
	size_t room = 0;
	DIR *stream;
	int error = 0;

	*names = NULL;
	*n = 0;
	if ((stream = stream_of(d)) == NULL)
		return failed(sys);
	while (error == 0) {
		errno = 0;
		if ((entry = readdir(stream)) == NULL) {
			error = errno;
			break;
		}
		if (strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0)
			error = names_add(names, n, &room, entry->d_name);
	}
	(void)closedir(stream);
	if (error != 0) {
		oki_dir_names_free(names, *n);
		*n = 0;
		return refused(sys, error);
	}
	if (*n > 1)
		qsort(*names, *n, sizeof(**names), by_name);

	return ONSHI_OK;
}

void
oki_dir_names_free(char ***names, size_t n)
{
	if (names == NULL || *names == NULL)
		return;
	while (n > 0)
		oki_free((*names)[--n]);
	oki_free(*names);
	*names = NULL;
}

static bool
is_unknown(int error)
{
	return error == EINVAL || error == ENOSYS || error == ENOTSUP;
}

/* A share seen by a client in user space may have neither. */
static int
rename_looked(int dir, const char *from, int to_dir, const char *to)
{
	if (faccessat(to_dir, to, F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
		errno = EEXIST;
		return -1;
	}

	return errno == ENOENT ? renameat(dir, from, to_dir, to) : -1;
}

/* Where the file system has no rename that keeps what is there, a second
 * name does the same (SEC-57). */
static int
rename_new(int dir, const char *from, int to_dir, const char *to)
{
	if (renameat2(dir, from, to_dir, to, RENAME_NOREPLACE) == 0)
		return 0;
	if (!is_unknown(errno))
		return -1;
	if (linkat(dir, from, to_dir, to, 0) == 0)
		return unlinkat(dir, from, 0);
	if (errno != EPERM && !is_unknown(errno))
		return -1;

	return rename_looked(dir, from, to_dir, to);
}

int
oki_dir_rename(struct oki_dir *d, const char *from, const char *to,
    bool replace, int64_t *sys)
{
	int r;

	if (!is_name(from) || !is_name(to))
		return refused(sys, EINVAL);
	r = replace ? renameat(d->fd, from, d->fd, to) :
	    rename_new(d->fd, from, d->fd, to);

	return r == 0 ? ONSHI_OK : failed(sys);
}

int
oki_dir_remove(struct oki_dir *d, const char *name, int64_t *sys)
{
	if (!is_name(name))
		return refused(sys, EINVAL);

	return unlinkat(d->fd, name, 0) == 0 ? ONSHI_OK : failed(sys);
}

int
oki_dir_move(struct oki_dir *from, const char *name, struct oki_dir *to,
    int64_t *sys)
{
	if (!is_name(name))
		return refused(sys, EINVAL);

	return rename_new(from->fd, name, to->fd, name) == 0 ? ONSHI_OK :
	    failed(sys);
}

/* Takes fd over: a regular file, with as many names as max_links, at most. */
static int
file_of(int fd, nlink_t max_links, struct oki_file **out, int64_t *sys)
{
	struct stat st;
	int r;

	if (fstat(fd, &st) != 0)
		r = failed(sys);
	else if (!S_ISREG(st.st_mode))
		r = refused(sys, EINVAL);
	else if (max_links > 0 && st.st_nlink != max_links)
		r = refused(sys, EMLINK);
	else if ((*out = oki_alloc(sizeof(**out))) == NULL)
		r = refused(sys, ENOMEM);
	else {
		(*out)->fd = fd;
		return ONSHI_OK;
	}
	(void)close(fd);

	return r;
}

int
oki_file_open(struct oki_dir *d, const char *name, int mode,
    struct oki_file **out, int64_t *sys)
{
	int fd, flags, r;

	*out = NULL;
	if (!is_name(name))
		return refused(sys, EINVAL);
	flags = (mode & (OKI_OPEN_WRITE | OKI_OPEN_APPEND)) != 0 ? O_RDWR :
	    O_RDONLY;
	if ((mode & OKI_OPEN_APPEND) != 0)
		flags |= O_APPEND;
	if ((mode & OKI_OPEN_NEW) != 0)
		flags |= O_CREAT | O_EXCL;
	/* A pipe put in the file's place must not make us wait for a writer. */
	if ((fd = open_retry(d->fd, name, flags | O_NOFOLLOW | O_NONBLOCK,
	    0600)) < 0)
		return failed(sys);
	if ((mode & (OKI_OPEN_NEW | OKI_OPEN_SHARED)) == OKI_OPEN_NEW &&
	    fchmod(fd, 0600) != 0) {
		r = failed(sys);
		(void)close(fd);
		return r;
	}

	return file_of(fd, 1, out, sys);
}

/* Links are followed here: the administrator named the file, and it is what
 * was opened whose owner and rights are looked at. */
int
oki_file_open_path(const char *path, struct oki_file **out, int64_t *sys)
{
	int fd;

	*out = NULL;
	if ((fd = open_retry(AT_FDCWD, path, O_RDONLY | O_NONBLOCK, 0)) < 0)
		return failed(sys);

	return file_of(fd, 0, out, sys);
}

void
oki_file_close(struct oki_file **fp)
{
	if (*fp == NULL)
		return;
	(void)close((*fp)->fd);
	oki_free(*fp);
	*fp = NULL;
}

bool
oki_os_is_absent(int64_t sys)
{
	return sys == ENOENT;
}

bool
oki_os_is_denied(int64_t sys)
{
	return sys == EACCES || sys == EPERM;
}

bool
oki_os_is_there(int64_t sys)
{
	return sys == EEXIST;
}

static void
facts_from(const struct stat *st, struct oki_file_facts *out)
{
	out->size = st->st_size;
	out->changed_ns = (int64_t)st->st_mtim.tv_sec * 1000000000 +
	    st->st_mtim.tv_nsec;
	out->changed_ms = (int64_t)st->st_mtim.tv_sec * 1000 +
	    st->st_mtim.tv_nsec / 1000000;
	out->is_ours = st->st_uid == geteuid() || st->st_uid == 0;
	out->others_read = (st->st_mode & (S_IRGRP | S_IROTH)) != 0;
	out->others_write = (st->st_mode & (S_IWGRP | S_IWOTH)) != 0;
}

static int
facts_of(int fd, struct oki_file_facts *out, int64_t *sys)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return failed(sys);
	facts_from(&st, out);

	return ONSHI_OK;
}

int
oki_dir_look(struct oki_dir *d, const char *name, struct oki_file_facts *out,
    int64_t *sys)
{
	struct stat st;

	if (!is_name(name))
		return refused(sys, EINVAL);
	if (fstatat(d->fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return failed(sys);
	if (!S_ISREG(st.st_mode))
		return refused(sys, EINVAL);
	facts_from(&st, out);

	return ONSHI_OK;
}

int
oki_dir_clock_ms(struct oki_dir *d, const char *name, int64_t *ms,
    int64_t *sys)
{
	struct oki_file_facts facts;
	struct oki_file *f;
	int r;

	if ((r = oki_file_open(d, name, OKI_OPEN_WRITE | OKI_OPEN_NEW |
	    OKI_OPEN_SHARED, &f, sys)) != ONSHI_OK)
		return r;
	if ((r = oki_file_write(f, 0, "\n", 1, sys)) == ONSHI_OK &&
	    (r = oki_file_sync(f, sys)) == ONSHI_OK &&
	    (r = oki_file_facts(f, &facts, sys)) == ONSHI_OK)
		*ms = facts.changed_ms;
	oki_file_close(&f);
	(void)oki_dir_remove(d, name, NULL);

	return r;
}

int
oki_file_facts(struct oki_file *f, struct oki_file_facts *out, int64_t *sys)
{
	return facts_of(f->fd, out, sys);
}

int
oki_dir_facts(struct oki_dir *d, struct oki_file_facts *out, int64_t *sys)
{
	return facts_of(d->fd, out, sys);
}

/* By the numbers of statfs(2): NFS, SMB, CIFS, Coda, AFS, 9P, Ceph. FUSE may be
 * either. */
bool
oki_dir_is_remote(struct oki_dir *d)
{
	static const uint32_t remote[] = { 0x6969, 0x517b, 0xff534d42,
	    0xfe534d42, 0x73757245, 0x5346414f, 0x01021997, 0x00c36400 };
	struct statfs fs;
	size_t i;

	if (fstatfs(d->fd, &fs) != 0)
		return false;
	for (i = 0; i < OKI_COUNT(remote); i++)
		if ((uint32_t)fs.f_type == remote[i])
			return true;

	return false;
}

int64_t
oki_dir_room(struct oki_dir *d)
{
	struct statfs fs;

	if (fstatfs(d->fd, &fs) != 0 || fs.f_blocks == 0 || fs.f_bsize <= 0 ||
	    fs.f_bavail > (uint64_t)(INT64_MAX / fs.f_bsize))
		return -1;

	return (int64_t)fs.f_bavail * fs.f_bsize;
}

bool
oki_os_path_is_whole(const char *path)
{
	return path[0] == '/';
}

bool
oki_os_path_split(const char *path, char *parent, char *name, size_t room)
{
	size_t end = strlen(path), at;

	while (end > 1 && path[end - 1] == '/')
		end--;
	for (at = end; at > 0 && path[at - 1] != '/'; at--)
		;
	if (path[0] != '/' || end == at || end - at >= room || at >= room)
		return false;
	memcpy(name, path + at, end - at);
	name[end - at] = '\0';
	while (at > 1 && path[at - 1] == '/')
		at--;
	memcpy(parent, path, at);
	parent[at] = '\0';

	return true;
}

int
oki_file_read(struct oki_file *f, int64_t at, void *to, size_t len,
    size_t *got, int64_t *sys)
{
	uint8_t *p = to;
	ssize_t n;

	*got = 0;
	while (*got < len) {
		n = pread(f->fd, p + *got, len - *got, at + (int64_t)*got);
		if (n == 0)
			break;
		if (n > 0)
			*got += (size_t)n;
		else if (errno != EINTR)
			return failed(sys);
	}

	return ONSHI_OK;
}

int
oki_file_write(struct oki_file *f, int64_t at, const void *p, size_t len,
    int64_t *sys)
{
	const uint8_t *from = p;
	size_t done = 0;
	ssize_t n;

	while (done < len) {
		n = pwrite(f->fd, from + done, len - done,
		    at + (int64_t)done);
		if (n > 0)
			done += (size_t)n;
		else if (n == 0)
			return refused(sys, ENOSPC);
		else if (errno != EINTR)
			return failed(sys);
	}

	return ONSHI_OK;
}

/* Half a line is a failure, not a reason for a second call (SEC-93). */
int
oki_file_append(struct oki_file *f, const void *p, size_t len, int64_t *sys)
{
	ssize_t n;

	do
		n = write(f->fd, p, len);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return failed(sys);

	return (size_t)n == len ? ONSHI_OK : refused(sys, ENOSPC);
}

int
oki_file_sync(struct oki_file *f, int64_t *sys)
{
	int r;

	do
		r = fdatasync(f->fd);
	while (r != 0 && errno == EINTR);

	return r == 0 ? ONSHI_OK : failed(sys);
}

int
oki_file_truncate(struct oki_file *f, int64_t size, int64_t *sys)
{
	int r;

	do
		r = ftruncate(f->fd, size);
	while (r != 0 && errno == EINTR);

	return r == 0 ? ONSHI_OK : failed(sys);
}

int
oki_file_lock(struct oki_file *f, int32_t ms, int64_t *sys)
{
	const struct timespec nap = { .tv_nsec = LOCK_NAP_MS * 1000000 };
	int64_t end = oki_os_steady_ms() + ms;

	while (flock(f->fd, LOCK_EX | LOCK_NB) != 0) {
		if (errno != EINTR && errno != EWOULDBLOCK)
			return failed(sys);
		if (oki_os_steady_ms() >= end)
			return refused(sys, EWOULDBLOCK);
		(void)nanosleep(&nap, NULL);
	}

	return ONSHI_OK;
}

void
oki_file_unlock(struct oki_file *f)
{
	while (flock(f->fd, LOCK_UN) != 0 && errno == EINTR)
		;
}

bool
oki_file_is_locked(struct oki_file *f)
{
	int r;

	while ((r = flock(f->fd, LOCK_SH | LOCK_NB)) != 0 && errno == EINTR)
		;
	oki_file_unlock(f);

	return r != 0;
}
