/*
 * A desk on a machine that runs out of something: each call to the system fails
 * in turn, in a whole day of a root (config from a file, record, check-in,
 * drugs, card, end). A result that says so or none, nothing left open, never a
 * hang; and the next day is as any other.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <check.h>

#include "fake.h"
#include "tests/core/run.h"
#include "tests/oom/sys.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))
#define MOST		400		/* of one call in a day */

static char dir[64];

static int
record(void)
{
	struct onshi_audit *a = NULL;
	char key[256], path[96];
	int r, verdict;

	(void)snprintf(path, sizeof(path), "%s/record", dir);
	if ((r = onshi_audit_new(path, &a)) != ONSHI_OK)
		return r;
	if ((r = onshi_audit_init(a, "1319999996", key, sizeof(key))) ==
	    ONSHI_OK)
		r = onshi_audit_verify(a, key, NULL, &verdict);
	if (r == ONSHI_OK && verdict == ONSHI_AUDIT_UNREADABLE)
		r = onshi_error_code(onshi_audit_error(a));
	onshi_audit_free(&a);

	return r;
}

static int
card(struct onshi *o)
{
	struct onshi_card *c = NULL;
	int left, r;

	if ((r = onshi_card_new(o, &c)) == ONSHI_OK &&
	    (r = onshi_card_open(c, "fake")) == ONSHI_OK)
		r = onshi_card_pin_tries(c, &left);
	onshi_card_free(&c);

	return r;
}

static int
visit(struct onshi *o)
{
	struct onshi_operator *op = NULL;
	struct onshi_visit *v = NULL;
	struct onshi_answer *a = NULL;
	int r;

	if ((r = onshi_operator_new(o, "dr-1", ONSHI_LICENCE_DOCTOR,
	    ONSHI_SIGNIN_TWO_FACTOR, &op)) == ONSHI_OK &&
	    (r = fake_checkin(o, 0x7e, &v)) == ONSHI_OK &&
	    (r = onshi_visit_get(v, ONSHI_CATEGORY_DRUGS, op, &a)) ==
	    ONSHI_OK)
		r = onshi_visit_end(v);
	onshi_answer_free(&a);
	onshi_visit_free(&v);
	onshi_operator_free(&op);

	return r;
}

static int
day(void)
{
	struct onshi_config *c;
	struct onshi *o = NULL;
	struct fake f;
	char path[96];
	int r;

	fake_init(&f);
	f.audit = false;
	if ((r = record()) != ONSHI_OK)
		goto out;
	sys_pause();
	c = fake_config(&f);
	sys_resume();
	(void)snprintf(path, sizeof(path), "%s/record", dir);
	/* A busy machine is slow, not short of anything. */
	if ((r = onshi_config_set(c, "link.deadline_ms", "60000")) ==
	    ONSHI_OK &&
	    (r = onshi_config_set(c, "reader.deadline_ms", "60000")) ==
	    ONSHI_OK &&
	    (r = onshi_config_set(c, "audit.dir", path)) == ONSHI_OK &&
	    (r = onshi_new(ONSHI_ABI, c, &o)) == ONSHI_OK &&
	    (r = visit(o)) == ONSHI_OK)
		r = card(o);
	onshi_free(&o);
	onshi_config_free(&c);
out:
	fake_done(&f);

	return r;
}

static void
sweep(const char *path)
{
	struct dirent *entry;
	DIR *d;

	if ((d = opendir(path)) == NULL)
		return;
	while ((entry = readdir(d)) != NULL)
		(void)unlinkat(dirfd(d), entry->d_name, 0);
	closedir(d);
	(void)rmdir(path);
}

static void
sweep_up(void)
{
	char path[96];

	(void)snprintf(path, sizeof(path), "%s/record/torn", dir);
	sweep(path);
	(void)snprintf(path, sizeof(path), "%s/record", dir);
	sweep(path);
}

static const struct {
	enum sys_call	call;
	int		error;
} rows[] = {
	{ SYS_openat, EMFILE }, { SYS_openat, EINTR }, { SYS_fstat, EIO },
	{ SYS_fstatat, EIO }, { SYS_fchmod, EPERM }, { SYS_mkdirat, ENOSPC },
	{ SYS_fdopendir, ENOMEM }, { SYS_fsync, EIO }, { SYS_fdatasync, EIO },
	{ SYS_ftruncate, EIO }, { SYS_flock, ENOLCK }, { SYS_flock, EINTR },
	{ SYS_pread, EIO }, { SYS_pwrite, ENOSPC }, { SYS_write, ENOSPC },
	{ SYS_getrandom, ENOSYS }, { SYS_mmap, ENOMEM },
	{ SYS_mprotect, ENOMEM }, { SYS_eventfd, EMFILE },
	{ SYS_pthread_create, EAGAIN }, { SYS_pthread_mutex_init, EAGAIN },
	{ SYS_pthread_cond_init, EAGAIN },
	{ SYS_pthread_condattr_init, ENOMEM }
};

START_TEST(one_fails)
{
	int after, r, open_before;

	sweep_up();
	ck_assert_int_eq(day(), ONSHI_OK);
	open_before = sys_descriptors();
	for (after = 0; after < MOST; after++) {
		sweep_up();
		ck_assert_int_eq(rmdir(dir), 0);
		ck_assert_int_eq(mkdir(dir, 0700), 0);
		sys_fail(rows[_i].call, rows[_i].error, after, 1);
		r = day();
		if (!sys_stop())
			break;
		ck_assert_msg(r == ONSHI_OK || r < -700,
		    "%s fails after %d: %s", sys_name(rows[_i].call), after,
		    onshi_result_name(r));
		ck_assert_int_eq(sys_descriptors(), open_before);
	}
	ck_assert_int_lt(after, MOST);
	ck_assert_int_eq(r, ONSHI_OK);
}
END_TEST

static void
fill(TCase *c)
{
	tcase_set_timeout(c, 120);
	tcase_add_loop_test(c, one_fails, 0, (int)COUNT(rows));
}

int
main(void)
{
	int failed;

	fake_prepare();
	(void)snprintf(dir, sizeof(dir), "%s/system.XXXXXX",
	    getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp");
	if (mkdtemp(dir) == NULL)
		return 1;
	failed = run_tests("visit/system", fill);
	sweep_up();
	(void)rmdir(dir);

	return failed;
}
