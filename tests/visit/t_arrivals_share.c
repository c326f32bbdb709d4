/*
 * Face folders on a share that lies: tells nothing of what comes, shows
 * yesterday's state, has files open, takes its time, and says of what was done
 * that it failed. Each who arrives is taken once, at one of two machines, and
 * is never lost; nothing foreign is touched, nothing of ours stays.
 */
#include <poll.h>
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
#include "tests/link/share.h"
#include "tests/sample.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))
#define MOST		1000
#define PATIENCE_S	60		/* and one for each who arrives */
#define FEWEST		4
#define TRIES		40		/* of what may be tried again */

struct desk {
	struct fake		 f;
	struct onshi		*o;
	struct onshi_arrivals	*w;
	struct onshi_operator	*clerk;
};

static struct desk desks[2];
static char top[FACE_TOP], dir[FACE_DIR], last[256];
static int taken[MOST];
static const char *const foreign[] = { "EPSsiPIR01res_1.xml", "notes.txt",
    "OQSsiquc01res_202611300001.xml" };

static void
desk_open(struct desk *k, int n, const char *owner)
{
	struct onshi_config *c;
	struct timespec now;
	char path[128], number[16];

	fake_init(&k->f);
	k->f.no_token = true;
	ck_assert_int_eq(clock_gettime(CLOCK_REALTIME, &now), 0);
	atomic_store(&k->f.wall, ((int64_t)now.tv_sec / 86400 * 86400 +
	    3 * 3600) * 1000);
	atomic_store(&k->f.boot, 86400000LL);
	c = fake_config(&k->f);
	(void)snprintf(path, sizeof(path), "%s/journal%d", top, n);
	(void)snprintf(number, sizeof(number), "%d", n + 1);
	if (onshi_config_set(c, "link.face_dir", dir) != ONSHI_OK ||
	    onshi_config_set(c, "link.journal_dir", path) != ONSHI_OK ||
	    onshi_config_set(c, "link.face_owner", owner) != ONSHI_OK ||
	    onshi_config_set(c, "link.scan_ms", "100") != ONSHI_OK ||
	    onshi_config_set(c, "facility.desk", number) != ONSHI_OK ||
	    onshi_new(ONSHI_ABI, c, &k->o) != ONSHI_OK ||
	    onshi_operator_new(k->o, "U0001", ONSHI_LICENCE_RECEPTION,
	    ONSHI_SIGNIN_PASSWORD, &k->clerk) != ONSHI_OK ||
	    onshi_arrivals_new(k->o, ONSHI_PURPOSE_CARE, &k->w) != ONSHI_OK ||
	    onshi_arrivals_set_blocking(k->w, 0) != ONSHI_OK)
		abort();
	onshi_config_free(&c);
}

static void
desk_close(struct desk *k)
{
	onshi_arrivals_free(&k->w);
	onshi_operator_free(&k->clerk);
	onshi_free(&k->o);
	fake_done(&k->f);
}

static void
begin(void)
{
	face_make_tree(top, dir);
	memset(taken, 0, sizeof(taken));
}

static void
end(void)
{
	share_lie(dir, 0, 0);
	face_remove_tree(top);
}

static void
path_of(const char *name, char to[400])
{
	(void)snprintf(to, 400, "%s/%s", dir, name);
}

static void
put_foreign(struct stat before[COUNT(foreign)])
{
	struct face_text t = { .dir = dir, .n = 1, .made = 1 };
	char path[400];
	size_t i;

	for (i = 0; i < COUNT(foreign); i++) {
		face_write_as(&t, foreign[i]);
		path_of(foreign[i], path);
		ck_assert_int_eq(stat(path, &before[i]), 0);
	}
}

static void
check_foreign(const struct stat before[COUNT(foreign)])
{
	struct stat after;
	char path[400];
	size_t i;

	for (i = 0; i < COUNT(foreign); i++) {
		path_of(foreign[i], path);
		ck_assert_int_eq(stat(path, &after), 0);
		ck_assert(before[i].st_ino == after.st_ino &&
		    before[i].st_mtim.tv_nsec == after.st_mtim.tv_nsec);
	}
}

static void
arrives(int n)
{
	struct face_text t = { .dir = dir, .n = n,
	    .made = atomic_load(&desks[0].f.wall) / 1000 };
	char name[128];

	face_write(&t, name);
}

static int
number_of(struct onshi_visit *v)
{
	const struct onshi_record *rec;
	const char *text;

	ck_assert_int_eq(onshi_visit_person(v, &rec), ONSHI_OK);
	ck_assert_int_eq(onshi_record_text(rec, ONSHI_EL_REFERENCE_NUMBER,
	    &text), ONSHI_OK);

	return atoi(text + 1);
}

/* What the share does not let be done is tried again, as its page says. */
static int
take(struct desk *k, struct onshi_visit *v)
{
	int i, r = ONSHI_E_DISK;

	for (i = 0; i < TRIES && r == ONSHI_E_DISK; i++) {
		ck_assert_int_eq(onshi_visit_confirm(v, k->clerk, 1),
		    ONSHI_OK);
		r = onshi_visit_advance(v);
	}
	ck_assert_msg(r == ONSHI_OK || r == ONSHI_E_ARRIVAL_TAKEN, "%s: %s",
	    onshi_result_name(r), onshi_error_text(onshi_visit_error(v)));

	return r;
}

/* How many it took of what is there for it now. */
static int
serve(struct desk *k)
{
	struct onshi_visit *v;
	int n, got = 0, r;

	while ((r = onshi_arrivals_next(k->w, &v)) == ONSHI_OK) {
		n = number_of(v);
		ck_assert(n >= 0 && n < MOST);
		if (take(k, v) == ONSHI_OK) {
			ck_assert_msg(++taken[n] == 1, "%d is taken twice",
			    n);
			got++;
			ck_assert_int_eq(onshi_visit_end(v), ONSHI_OK);
		}
		onshi_visit_free(&v);
	}
	ck_assert_msg(r == ONSHI_NEED_WAIT || r == ONSHI_E_DISK, "%s",
	    onshi_result_name(r));

	return got;
}

static void
wait_a_little(void)
{
	struct pollfd p[2] = {
		{ .fd = (int)onshi_arrivals_fd(desks[0].w), .events = POLLIN },
		{ .fd = (int)onshi_arrivals_fd(desks[1].w), .events = POLLIN }
	};

	(void)poll(p, 2, 50);
}

static void
check_all_taken(int files)
{
	int i;

	for (i = 0; i < files; i++)
		ck_assert_msg(taken[i] == 1, "%d is taken %d times", i,
		    taken[i]);
}

static const struct {
	const char	*what;
	int		 lies;
	int		 one_in;
} shares[] = {
	{ "tells nothing", SHARE_SILENT, 1 },
	{ "yesterday's state", SHARE_SILENT | SHARE_STALE, 3 },
	{ "open elsewhere", SHARE_SILENT | SHARE_BUSY, 3 },
	{ "done, and said to have failed", SHARE_SILENT | SHARE_DEAF, 2 },
	{ "all of it", SHARE_SILENT | SHARE_STALE | SHARE_BUSY | SHARE_SLOW |
	  SHARE_DEAF, 4 }
};

START_TEST(each_is_taken_once)
{
	/* so many that a share which lies now and then does */
	int files = FEWEST + (int)sample_times(16, 400), i, n = 0;
	struct stat before[COUNT(foreign)];
	time_t until = time(NULL) + PATIENCE_S + files;

	put_foreign(before);
	share_lie(dir, shares[_i].lies, shares[_i].one_in);
	desk_open(&desks[0], 0, "yes");
	desk_open(&desks[1], 1, "yes");
	for (i = 0; n < files && time(NULL) < until; wait_a_little()) {
		if (i < files)
			arrives(i++);
		n += serve(&desks[i % 2]);
		n += serve(&desks[(i + 1) % 2]);
	}
	check_all_taken(files);
	ck_assert(shares[_i].lies == SHARE_SILENT || share_lied() > 0);
	share_lie(dir, 0, 0);
	while (face_files(dir, last) > (int)COUNT(foreign) &&
	    time(NULL) < until)
		wait_a_little();
	ck_assert_int_eq(face_files(dir, last), (int)COUNT(foreign));
	check_foreign(before);
	desk_close(&desks[0]);
	desk_close(&desks[1]);
}
END_TEST

/* The share has done it, says that it failed, and shows nothing of it: whoever
 * came so does not wait until claims end (link.claim_s), but comes again. */
START_TEST(claimed_unawares)
{
	time_t until = time(NULL) + PATIENCE_S;
	struct onshi_visit *v;

	desk_open(&desks[0], 0, "yes");
	ck_assert_int_eq(onshi_arrivals_set_blocking(desks[0].w, 1), ONSHI_OK);
	arrives(1);
	ck_assert_int_eq(onshi_arrivals_next(desks[0].w, &v), ONSHI_OK);
	share_lie(dir, SHARE_STALE | SHARE_DEAF, 1);
	ck_assert_int_eq(onshi_visit_confirm(v, desks[0].clerk, 1), ONSHI_OK);
	ck_assert_int_ne(onshi_visit_advance(v), ONSHI_OK);
	share_lie(dir, 0, 0);
	onshi_visit_free(&v);
	ck_assert_int_eq(onshi_arrivals_set_blocking(desks[0].w, 0), ONSHI_OK);
	while (serve(&desks[0]) == 0 && time(NULL) < until)
		(void)poll(NULL, 0, 20);
	ck_assert_int_eq(taken[1], 1);
	ck_assert_int_eq(face_files(dir, last), 0);
	desk_close(&desks[0]);
}
END_TEST

/* Where another program is to have the files, the share's lies move nothing. */
START_TEST(nothing_is_touched)
{
	int files = (int)sample_times(8, 100), i, n = 0;
	time_t until = time(NULL) + PATIENCE_S + files;

	share_lie(dir, SHARE_SILENT | SHARE_STALE | SHARE_BUSY, 3);
	desk_open(&desks[0], 0, "no");
	desk_open(&desks[1], 0, "no");
	for (i = 0; n < files && time(NULL) < until; wait_a_little()) {
		if (i < files)
			arrives(i++);
		n += serve(&desks[0]) + serve(&desks[1]);
	}
	check_all_taken(files);
	ck_assert_int_eq(face_files(dir, last), files);
	desk_close(&desks[0]);
	desk_close(&desks[1]);
}
END_TEST

static void
fill(TCase *c)
{
	tcase_add_checked_fixture(c, begin, end);
	tcase_set_timeout(c, 120);
	tcase_add_loop_test(c, each_is_taken_once, 0, (int)COUNT(shares));
	tcase_add_test(c, claimed_unawares);
	tcase_add_test(c, nothing_is_touched);
}

int
main(void)
{
	fake_prepare();

	return run_tests("visit/arrivals_share", fill);
}
