/*
 * bulk_keep.c: what lies beside OUT while a bulk is under way. OUT.ticket says
 * how to go on with it, OUT.part becomes OUT, and is locked: one run at a time.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bulk.h"

#define TICKET_MOST	4096
#define TRIES		16

static char *
beside(const char *out, const char *suffix)
{
	size_t n = strlen(out), m = strlen(suffix) + 1;
	char *name = malloc(n + m);

	if (name != NULL) {
		memcpy(name, out, n);
		memcpy(name + n, suffix, m);
	}

	return name;
}

/* What stands in the folder stands there after a power failure, too. */
static int
sync_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *name = NULL;
	int fd, error = 0;

	if (slash != NULL && (name = strndup(path, slash == path ? 1 :
	    (size_t)(slash - path))) == NULL)
		return ENOMEM;
	fd = open(name != NULL ? name : ".", O_RDONLY | O_DIRECTORY |
	    O_CLOEXEC);
	free(name);
	if (fd < 0)
		return errno;
	if (fsync(fd) != 0 && errno != EINVAL)
		error = errno;
	(void)close(fd);

	return error;
}

/* ---- one run at a time --------------------------------------------------- */

static bool
is_still(int fd, const char *path)
{
	struct stat a, b;

	return fstat(fd, &a) == 0 && lstat(path, &b) == 0 &&
	    a.st_ino == b.st_ino && a.st_dev == b.st_dev;
}

/* EWOULDBLOCK: another run has it; EAGAIN is the same. */
static int
lock_once(struct keep *k)
{
	struct stat st;
	int error = 0;

	k->fd = open(k->part, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK |
	    O_CLOEXEC, 0600);
	if (k->fd < 0)
		return errno;
	if (fstat(k->fd, &st) != 0)
		error = errno;
	else if (!S_ISREG(st.st_mode) || st.st_nlink > 1 ||
	    st.st_uid != geteuid())
		error = EEXIST;		/* nothing of ours */
	else if (flock(k->fd, LOCK_EX | LOCK_NB) != 0)
		error = errno;
	else if (!is_still(k->fd, k->part))
		error = ESTALE;		/* another run has just ended */
	else if (fchmod(k->fd, 0600) != 0 || ftruncate(k->fd, 0) != 0)
		error = errno;
	if (error != 0) {
		(void)close(k->fd);
		k->fd = -1;
	}

	return error;
}

static int
lock(struct keep *k)
{
	int error = ESTALE, i;

	for (i = 0; error == ESTALE && i < TRIES; i++)
		error = lock_once(k);

	return error;
}

/* ---- the ticket ---------------------------------------------------------- */

static int
read_ticket(struct keep *k, char text[TICKET_MOST])
{
	int fd, error = 0;
	size_t n = 0;
	ssize_t got = 1;

	fd = open(k->ticket, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return errno;
	while (error == 0 && got != 0 && n < TICKET_MOST - 1) {
		got = read(fd, text + n, TICKET_MOST - 1 - n);
		if (got > 0)
			n += (size_t)got;
		else if (got < 0 && errno != EINTR)
			error = errno;
	}
	(void)close(fd);
	text[n] = '\0';

	return error != 0 ? error : strlen(text) == n ? 0 : EINVAL;
}

/* A line of its own, and, once OUT is written, "done INODE COUNTS". */
static bool
take_ticket(struct keep *k, char *text, uint64_t *inode)
{
	char *rest = text, *line = strsep(&rest, "\n"), *end;

	*inode = 0;
	if (rest == NULL || *line == '\0' || strlen(line) >= sizeof(k->text))
		return false;
	memcpy(k->text, line, strlen(line) + 1);
	if (*rest == '\0')
		return true;
	line = strsep(&rest, "\n");
	if (rest == NULL || *rest != '\0' || strncmp(line, "done ", 5) != 0)
		return false;
	*inode = strtoull(line + 5, &end, 10);
	if (*end != ' ' || strlen(end + 1) >= sizeof(k->last))
		return false;
	memcpy(k->last, end + 1, strlen(end + 1) + 1);

	return true;
}

/* OUT may be there already: ours, of a run that was killed at its very end. */
static int
look(struct keep *k, struct tool *t)
{
	struct failure exists = { .result = ONSHI_E_DISK,
	    .text = "OUT is there already", .text_ja =
	    "出力ファイルがすでにあります", .remedy =
	    "Take it away, or name another one.", .remedy_ja =
	    "移動するか、別の名前を指定してください" };
	struct failure odd = { .result = ONSHI_E_VALUE,
	    .text = "OUT.ticket is no ticket of this command", .text_ja =
	    "OUT.ticket が読めません" , .remedy = "Name another OUT. What the "
	    "ticket is of can be looked up on the service's own screen.",
	    .remedy_ja = "別の出力先を指定してください。前回分の受付は"
	    "オンライン資格確認等システムの画面で確かめてください" };
	char text[TICKET_MOST];
	uint64_t inode = 0;
	struct stat st;
	int error;
	bool is_out;

	is_out = lstat(k->out, &st) == 0;
	if ((error = read_ticket(k, text)) != 0 && error != ENOENT &&
	    error != EINVAL)
		return fail_file(t, k->ticket, error);
	k->is_there = error != ENOENT;
	if (k->is_there && (error != 0 || !take_ticket(k, text, &inode)))
		return fail(t, &odd);
	k->is_done = is_out && k->is_there && inode != 0 &&
	    inode == (uint64_t)st.st_ino;

	return is_out && !k->is_done ? fail(t, &exists) : 0;
}

int
keep_begin(struct keep *k, struct tool *t, const char *out)
{
	struct failure busy = { .result = ONSHI_E_STATE,
	    .text = "another run is at work on this OUT", .text_ja =
	    "同じ出力先の処理が別に動いています", .remedy =
	    "Wait for its end.", .remedy_ja = "終わるまで待ってください" };
	int error;

	memset(k, 0, sizeof(*k));
	k->fd = -1;
	k->out = out;
	k->ticket = beside(out, ".ticket");
	k->fresh = beside(out, ".ticket.new");
	k->part = beside(out, ".part");
	if (k->ticket == NULL || k->fresh == NULL || k->part == NULL)
		return fail_result(t, ONSHI_E_NOMEM, NULL);
	if ((error = lock(k)) == EWOULDBLOCK)
		return fail(t, &busy);
	if (error != 0)
		return fail_file(t, k->part, error);

	return look(k, t);
}

struct lines {
	const char	*ticket;
	const char	*done;		/* NULL: it is not */
};

static void
write_ticket(void *self, struct pen *pen)
{
	const struct lines *l = self;

	pen_text(pen, l->ticket);
	pen_text(pen, "\n");
	if (l->done == NULL)
		return;
	pen_text(pen, "done ");
	pen_text(pen, l->done);
	pen_text(pen, "\n");
}

/* last begins with the inode of what becomes OUT. */
int
keep_ticket(struct keep *k, const char *text, const char *last)
{
	struct lines lines = { text, NULL };
	char done[500];
	struct stat st;
	int error;

	if (last != NULL) {
		if (fstat(k->fd, &st) != 0)
			return errno;
		(void)snprintf(done, sizeof(done), "%" PRIu64 " %s",
		    (uint64_t)st.st_ino, last);
		lines.done = done;
	}
	error = pen_replace(k->ticket, k->fresh, write_ticket, &lines);

	return error != 0 ? error : sync_folder(k->out);
}

/* ---- the end ------------------------------------------------------------- */

/* Where the file system knows no such rename, a second name does the same. */
int
keep_publish(struct keep *k)
{
	if (fsync(k->fd) != 0)
		return errno;
	if (renameat2(AT_FDCWD, k->part, AT_FDCWD, k->out,
	    RENAME_NOREPLACE) != 0) {
		if (errno != EINVAL && errno != ENOSYS)
			return errno;
		if (link(k->part, k->out) != 0 || unlink(k->part) != 0)
			return errno;
	}

	return sync_folder(k->out);
}

int
keep_forget_ticket(struct keep *k)
{
	(void)unlink(k->fresh);
	if (unlink(k->ticket) != 0 && errno != ENOENT)
		return errno;

	return sync_folder(k->out);
}

/* A temporary name of ours that nobody is to find goes. */
void
keep_end(struct keep *k)
{
	if (k->fd >= 0) {
		if (is_still(k->fd, k->part))
			(void)unlink(k->part);
		(void)close(k->fd);
	}
	free(k->ticket);
	free(k->fresh);
	free(k->part);
	onshi_wipe(k->text, sizeof(k->text));
	k->fd = -1;
}
