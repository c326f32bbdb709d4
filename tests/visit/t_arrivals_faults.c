/*
 * Memory and system calls that fail, each in turn, while somebody arrives: what
 * fails says so, nobody is lost or taken twice, nothing is kept, and whoever was
 * not taken is there once the system works again.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <check.h>

#include "faces.h"
#include "fake.h"
#include "tests/core/run.h"
#include "tests/oom/oom.h"
#include "tests/oom/sys.h"
#include "tests/sample.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))
#define MOST		600		/* of one call in a day */
#define LOOKS		60		/* of a day after, at the most */
#define WRONG		77		/* somebody else than who came */

/* Another file under a name that was shown already, and the call that fails
 * while it is looked at. */
struct another {
	const char	*name;
	enum sys_call	 call;
	int		 nth;
	bool		 did_fail;
};

/* A day of a desk, and how far it came. */
struct day {
	struct fake		 f;
	struct onshi		*o;
	struct onshi_operator	*clerk;
	struct onshi_arrivals	*w;
	struct onshi_visit	*v;
	int			 deadline_ms;
	struct another		*another;	/* NULL: none comes */
	bool			 is_unreadable;	/* once it is to be taken */
	bool			 is_answered;
	bool			 is_ended;
};

static char top[FACE_TOP], dir[FACE_DIR], last[256];
static int who;				/* arrives last; each has a journal */

static void
stop_faults(void)
{
	oom_pause();
	sys_pause();
}

static void
go_on(void)
{
	sys_resume();
	oom_resume();
}

static int64_t
noon(void)
{
	return (int64_t)time(NULL) / 86400 * 86400 + 3 * 3600;
}

static struct onshi_config *
configure(struct day *d)
{
	struct onshi_config *c;
	char path[128];

	fake_init(&d->f);
	d->f.no_token = true;
	atomic_store(&d->f.wall, noon() * 1000);
	atomic_store(&d->f.boot, 86400000LL);
	c = fake_config(&d->f);
	(void)snprintf(path, sizeof(path), "%s/journal%d", top, who);
	if (onshi_config_set(c, "link.face_dir", dir) != ONSHI_OK ||
	    onshi_config_set(c, "link.journal_dir", path) != ONSHI_OK ||
	    onshi_config_set(c, "link.scan_ms", "100") != ONSHI_OK)
		abort();

	return c;
}

/* Whom it is: nobody but who came last. */
static int
look_who(struct onshi_visit *v)
{
	const struct onshi_record *rec;
	const char *text;
	int r;

	if ((r = onshi_visit_person(v, &rec)) == ONSHI_OK &&
	    (r = onshi_record_text(rec, ONSHI_EL_REFERENCE_NUMBER, &text)) ==
	    ONSHI_OK && atoi(text + 1) != who)
		r = WRONG;

	return r;
}

/* Of who is shown already. */
static int
see_another(struct day *d)
{
	struct face_text t = { .dir = dir, .made = noon(), .n = ++who };
	struct another *x = d->another;
	int r;

	onshi_visit_free(&d->v);
	face_write_as(&t, x->name);
	sys_fail(x->call, EIO, x->nth, 1);
	r = onshi_arrivals_next(d->w, &d->v);
	x->did_fail = sys_stop();

	return r;
}

/* It is nobody else's because of that, and is taken once it can be read. */
static void
fail_to_take(struct day *d)
{
	ck_assert_int_eq(onshi_visit_confirm(d->v, d->clerk, 1), ONSHI_OK);
	sys_fail(SYS_pread, EIO, 0, -1);
	ck_assert_int_eq(onshi_visit_advance(d->v), ONSHI_E_DISK);
	ck_assert(sys_stop());
}

static int
receive(struct day *d)
{
	struct onshi_answer *a = NULL;
	int r;

	if ((r = onshi_arrivals_next(d->w, &d->v)) != ONSHI_OK ||
	    (d->another != NULL && (r = see_another(d)) != ONSHI_OK) ||
	    (r = look_who(d->v)) != ONSHI_OK)
		return r;
	if (d->is_unreadable)
		fail_to_take(d);
	if ((r = onshi_visit_confirm(d->v, d->clerk, 1)) != ONSHI_OK ||
	    (r = onshi_visit_advance(d->v)) != ONSHI_OK)
		return r;
	d->is_answered = true;
	if ((r = onshi_visit_get(d->v, ONSHI_CATEGORY_ELIGIBILITY, NULL,
	    &a)) == ONSHI_OK)
		r = onshi_visit_end(d->v);
	d->is_ended = r == ONSHI_OK;
	onshi_answer_free(&a);

	return r;
}

static int
live(struct day *d)
{
	struct onshi_config *c;
	int r;

	stop_faults();
	c = configure(d);
	go_on();
	if ((r = onshi_new(ONSHI_ABI, c, &d->o)) == ONSHI_OK &&
	    (r = onshi_operator_new(d->o, "U0001", ONSHI_LICENCE_RECEPTION,
	    ONSHI_SIGNIN_PASSWORD, &d->clerk)) == ONSHI_OK &&
	    (r = onshi_arrivals_new(d->o, ONSHI_PURPOSE_CARE, &d->w)) ==
	    ONSHI_OK && (r = onshi_arrivals_set_deadline(d->w,
	    d->deadline_ms)) == ONSHI_OK)
		r = receive(d);
	onshi_visit_free(&d->v);
	onshi_arrivals_free(&d->w);
	onshi_operator_free(&d->clerk);
	onshi_free(&d->o);
	stop_faults();
	onshi_config_free(&c);
	fake_done(&d->f);
	go_on();

	return r;
}

/* Who was not taken comes the next day; who was, does not, unless its end was
 * not told. Nothing lies there after it, however late a busy machine looks. */
static void
next_day(const struct day *before)
{
	struct day d = { .deadline_ms = before->is_answered ? 300 : 20000 };
	int r, looks = 0;

	if (before->is_ended && face_files(dir, last) == 0)
		return;
	ck_assert_msg(before->is_answered || face_files(dir, last) == 1,
	    "%d files", face_files(dir, last));
	do
		r = live(&d);
	while (r == ONSHI_E_ARRIVAL_NONE && face_files(dir, last) > 0 &&
	    ++looks < LOOKS);
	ck_assert_msg(r == ONSHI_OK || (before->is_answered &&
	    r == ONSHI_E_ARRIVAL_NONE), "%d the next day: %s", who,
	    onshi_result_name(r));
	ck_assert_int_eq(face_files(dir, last), 0);
}

static int
life(void *arg)
{
	struct day d = { .deadline_ms = 3000 };
	struct face_text t = { .dir = dir, .made = noon() };
	char name[128];
	int r;

	stop_faults();
	t.n = ++who;
	face_write(&t, name);
	if ((d.another = arg) != NULL)
		d.another->name = name;
	go_on();
	r = live(&d);
	stop_faults();
	next_day(&d);
	go_on();

	return r;
}

static bool
says_so(int r)
{
	return r < 0;
}

START_TEST(memory)
{
	ck_assert_int_eq(life(NULL), ONSHI_OK);
	oom_set_step(11);
	ck_assert_uint_gt(oom_run_if("arrivals", life, NULL, ONSHI_OK,
	    says_so), 20);
}
END_TEST

static const struct {
	enum sys_call	call;
	int		error;
} faults[] = {
	{ SYS_openat, EMFILE }, { SYS_openat, EIO }, { SYS_fstat, EIO },
	{ SYS_fstatat, EIO }, { SYS_mkdirat, ENOSPC },
	{ SYS_fdopendir, ENOMEM }, { SYS_fsync, EIO }, { SYS_fdatasync, EIO },
	{ SYS_flock, ENOLCK }, { SYS_flock, EINTR }, { SYS_pread, EIO },
	{ SYS_pwrite, ENOSPC }, { SYS_renameat, EACCES },
	{ SYS_renameat, EIO }, { SYS_unlinkat, EBUSY },
	{ SYS_getrandom, EIO }, { SYS_eventfd, EMFILE },
	{ SYS_pthread_create, EAGAIN }, { SYS_pthread_mutex_init, EAGAIN },
	{ SYS_pthread_cond_init, EAGAIN }
};

START_TEST(calls)
{
	ck_assert_int_eq(life(NULL), ONSHI_OK);
	sys_run(faults[_i].call, faults[_i].error, MOST, (int)sample_step(5),
	    life, NULL);
}
END_TEST

/* What cannot be read at once is read later, whoever stood there before. */
START_TEST(replaced)
{
	static const enum sys_call of[] = { SYS_pread, SYS_fstat,
	    SYS_openat };
	struct another x = { .call = of[_i] };
	int r;

	for (; x.nth < 12; x.nth++) {
		r = life(&x);
		ck_assert_msg(r == ONSHI_OK || (x.did_fail && r < 0 &&
		    r != ONSHI_E_ARRIVAL_NONE), "%s %d: %d",
		    sys_name(x.call), x.nth, r);
	}
}
END_TEST

START_TEST(unreadable)
{
	struct day d = { .deadline_ms = 3000, .is_unreadable = true };
	struct face_text t = { .dir = dir, .made = noon(), .n = ++who };
	char name[128];

	face_write(&t, name);
	ck_assert_int_eq(live(&d), ONSHI_OK);
	ck_assert_int_eq(face_files(dir, last), 0);
}
END_TEST

static void
begin(void)
{
	face_make_tree(top, dir);
}

static void
end(void)
{
	face_remove_tree(top);
}

static void
fill(TCase *c)
{
	tcase_add_checked_fixture(c, begin, end);
	tcase_set_timeout(c, 120);
	tcase_add_test(c, memory);
	tcase_add_loop_test(c, calls, 0, (int)COUNT(faults));
	tcase_add_loop_test(c, replaced, 0, 3);
	tcase_add_test(c, unreadable);
}

int
main(void)
{
	fake_prepare();

	return run_tests("visit/arrivals_faults", fill);
}
