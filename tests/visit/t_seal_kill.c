/*
 * The machine goes down at any call to the system while a visit is sealed,
 * sealed anew, or ended; and calls fail there. A name that was handed out opens
 * its visit, one that was ended opens nothing ever again, and no half of a
 * file has a visit's name.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <check.h>

#include "fake.h"
#include "tests/core/run.h"
#include "tests/sample.h"
#include "tests/oom/sys.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))
#define MOST		200
#define NAME		27

enum what { SEAL, SEAL_AGAIN, WITHDRAW, END, WHATS };

static char dir[64];

static struct onshi *
root(struct fake *f)
{
	fake_init(f);

	return fake_root_with(f, "visits.dir", dir);
}

static void
tell(int fd, const char *text, size_t len)
{
	if (write(fd, text, len) != (ssize_t)len)
		abort();
}

/* In a process of its own: what it hands out goes into fd, and "." when it has
 * done what it was to do. */
static void
work(enum what what, enum sys_call call, int error, int after, int fd)
{
	struct onshi_visit *v = NULL;
	const char *name = NULL;
	struct fake f;
	struct onshi *o = root(&f);
	int r;

	if (fake_checkin(o, 0x7e, &v) != ONSHI_OK)
		abort();
	if (what != SEAL) {
		if (onshi_visit_seal(v, &name) != ONSHI_OK)
			abort();
		tell(fd, name, NAME);
	}
	sys_fail(call, error, after, 1);
	if (what == WITHDRAW) {
		r = onshi_visit_withdraw(v, ONSHI_CATEGORY_DRUGS);
		onshi_visit_free(&v);
	} else {
		r = what == END ? onshi_visit_end(v) :
		    onshi_visit_seal(v, &name);
	}
	if (!sys_stop())
		_exit(1);		/* it does not come so far */
	if (r == ONSHI_OK && what == SEAL)
		tell(fd, name, NAME);
	if (r == ONSHI_OK)
		tell(fd, ".", 1);
	else if (r > -700)
		_exit(2);
	onshi_visit_free(&v);
	onshi_free(&o);
	fake_done(&f);
	_exit(0);
}

/* What opening says, and, if it opens, asking for drugs. */
static int
try_open(const char *name, int *drugs)
{
	struct onshi_operator *op;
	struct onshi_answer *a = NULL;
	struct onshi_visit *v;
	struct fake f;
	struct onshi *o = root(&f);
	int r;

	op = fake_doctor(o, "D0001");
	if ((r = onshi_visit_open(o, name, op, &v)) == ONSHI_OK)
		*drugs = onshi_visit_get(v, ONSHI_CATEGORY_DRUGS, NULL, &a);
	onshi_answer_free(&a);
	onshi_visit_free(&v);
	onshi_operator_free(&op);
	onshi_free(&o);
	fake_done(&f);

	return r;
}

static void
clean(bool check)
{
	char path[400];
	struct dirent *entry;
	struct stat st;
	DIR *d = opendir(dir);

	ck_assert_ptr_nonnull(d);
	while ((entry = readdir(d)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s", dir,
		    entry->d_name);
		if (check && strstr(entry->d_name, ".visit") != NULL) {
			ck_assert_int_eq(stat(path, &st), 0);
			ck_assert_int_gt(st.st_size, 600);
		}
		ck_assert_int_eq(unlink(path), 0);
	}
	closedir(d);
}

static void
look(enum what what, const char *said, size_t len)
{
	bool done = len > 0 && said[len - 1] == '.';
	int drugs = ONSHI_OK, r;

	if (len < NAME)
		return;			/* nobody knows a name */
	r = try_open(said, &drugs);
	if (what == END) {
		ck_assert(r == ONSHI_E_VISIT_GONE || (!done && r == ONSHI_OK));
		ck_assert_int_eq(try_open(said, &drugs), r);
		return;
	}
	ck_assert_int_eq(r, ONSHI_OK);
	if (what == WITHDRAW)
		ck_assert(drugs == ONSHI_E_CONSENT_OVER ||
		    (!done && drugs == ONSHI_OK));
	else
		ck_assert_int_eq(drugs, ONSHI_OK);
}

/* False: there are no more such calls. */
static bool
once(enum what what, enum sys_call call, int error, int after)
{
	char said[64];
	int fd[2], status;
	size_t len = 0;
	ssize_t n;
	pid_t pid;

	ck_assert_int_eq(pipe(fd), 0);
	if ((pid = fork()) == 0)
		work(what, call, error, after, fd[1]);
	ck_assert_int_gt(pid, 0);
	close(fd[1]);
	while (len < sizeof(said) && (n = read(fd[0], said + len,
	    sizeof(said) - len)) > 0)
		len += (size_t)n;
	close(fd[0]);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 1)
		return false;
	ck_assert_msg(error == SYS_KILL ? WIFSIGNALED(status) &&
	    WTERMSIG(status) == SIGKILL : WIFEXITED(status) &&
	    WEXITSTATUS(status) == 0, "%s after %d: status %x",
	    sys_name(call), after, (unsigned int)status);
	look(what, said, len);
	clean(true);

	return true;
}

static const struct {
	enum sys_call	call;
	int		error;
} rows[] = {
	{ SYS_openat, SYS_KILL }, { SYS_pwrite, SYS_KILL },
	{ SYS_fdatasync, SYS_KILL }, { SYS_renameat, SYS_KILL },
	{ SYS_unlinkat, SYS_KILL }, { SYS_fsync, SYS_KILL },
	{ SYS_openat, EACCES }, { SYS_openat, EMFILE },
	{ SYS_pwrite, ENOSPC }, { SYS_fdatasync, EIO },
	{ SYS_renameat, EACCES }, { SYS_unlinkat, EACCES },
	{ SYS_fsync, EIO }, { SYS_fstat, EIO }
};

START_TEST(at_each_call)
{
	enum what what = (enum what)(_i % WHATS);
	int i = _i / WHATS, after;

	for (after = 0; after < MOST; after += (int)sample_step(1))
		if (!once(what, rows[i].call, rows[i].error, after))
			break;
	ck_assert_int_lt(after, MOST);
	clean(false);
}
END_TEST

static void
fill(TCase *c)
{
	tcase_set_timeout(c, 60);
	tcase_add_loop_test(c, at_each_call, 0, (int)COUNT(rows) * WHATS);
}

int
main(void)
{
	int failed;

	fake_prepare();
	(void)snprintf(dir, sizeof(dir), "%s/kill.XXXXXX",
	    getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp");
	if (mkdtemp(dir) == NULL)
		return 1;
	failed = run_tests("visit/seal_kill", fill);
	(void)rmdir(dir);

	return failed;
}
