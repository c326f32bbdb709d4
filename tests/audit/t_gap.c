/* What could not be written is told by the next entry that stands, here or
 * after a restart, whatever fails or dies meanwhile; and counted once. */
#include "config.h"

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/audit/memfs.h"
#include "tests/audit/trail.h"
#include "tests/core/run.h"

#define TOP	"/top"
#define DIR	"/top/rec"
#define LOG	"/top/rec/audit-000001.log"
#define IN	"/top/rec/gap-"
#define BESIDE	"/top/rec.gap-"
#define ID	"0123456789abcdef"

static struct oki_env *env;
static uint8_t k0[OKI_AUDIT_HASH];

static void
make_top(void)
{
	int64_t sys;

	ck_assert_int_eq(oki_dir_make(TOP, &sys), ONSHI_OK);
}

static void
setup(void)
{
	memfs_reset();
	env = rec_env(DIR);
	make_top();
	rec_begin(DIR, env, k0);
}

static void
teardown(void)
{
	oki_env_free(&env);
	ck_assert_int_eq(memfs_open_files(), 0);
	memfs_reset();
}

static struct oki_audit *
start(void)
{
	struct oki_audit *a;

	ck_assert_int_eq(oki_audit_open(env, &a, NULL), ONSHI_OK);

	return a;
}

/* The process ends at once, as one that is killed: nothing is told. */
static void
kill_it(struct oki_audit **ap)
{
	memfs_fault(MEMFS_DIE_BEFORE, 1, EIO);
	oki_audit_close(ap);
	memfs_revive();
	memfs_fault(MEMFS_NONE, 0, 0);
}

static size_t
files(void)
{
	return memfs_count(IN) + memfs_count(BESIDE);
}

/* How often a text stands in the first segment. */
static int
times(const char *text)
{
	size_t len;
	char *log = (char *)memfs_read(LOG, &len), *at;
	int n = 0;

	ck_assert_ptr_nonnull(log);
	for (at = log; (at = strstr(at, text)) != NULL; at++)
		n++;
	free(log);

	return n;
}

static int64_t
missed(void)
{
	struct oki_audit_report r = rec_verify(DIR, k0, NULL);

	ck_assert_int_eq(r.verdict, ONSHI_AUDIT_INTACT);

	return r.missed;
}

/* ---- a restart ------------------------------------------------------------- */

START_TEST(told_by_the_next_start)
{
	struct oki_audit *a = start();

	ck_assert_int_eq(rec_put(a, 0, NULL), ONSHI_OK);
	oki_audit_miss(a, 2);
	oki_audit_miss(a, 0);
	rec_clock(REC_START + 60000);
	oki_audit_miss(a, 1);
	ck_assert_uint_eq(memfs_count(IN), 1);
	kill_it(&a);
	ck_assert_int_eq(missed(), 0);
	a = start();
	ck_assert_int_eq(rec_put(a, 1, NULL), ONSHI_OK);
	ck_assert_int_eq(times("\te=log.gap\to=serious\ta=-\tl=-\ts=-\tm="
	    REC_CODE "\tp=-\tk=-\tu=-\ti=-\tc=-\tq="), 1);
	ck_assert_int_eq(times("\tr=missed=3:first=1791162930:last=1791162990"
	    "\tz=-\t"), 1);
	ck_assert_uint_eq(files(), 0);
	ck_assert_int_eq(rec_put(a, 2, NULL), ONSHI_OK);
	ck_assert_int_eq(times("log.gap"), 1);
	oki_audit_close(&a);
	ck_assert_int_eq(missed(), 3);
}
END_TEST

/* Where no trail lies in the directory, or there is none, beside it. */
START_TEST(beside_what_is_gone)
{
	struct oki_audit *a;
	int64_t sys;

	memfs_reset();
	make_top();
	if (_i == 1)
		ck_assert_int_eq(oki_dir_make(DIR, &sys), ONSHI_OK);
	a = start();
	ck_assert_int_eq(rec_put(a, 0, NULL), ONSHI_E_AUDIT_GONE);
	oki_audit_miss(a, 1);
	ck_assert_uint_eq(memfs_count(BESIDE), 1);
	ck_assert_uint_eq(memfs_count(IN), 0);
	oki_audit_close(&a);
	rec_begin(DIR, env, k0);
	a = start();
	ck_assert_int_eq(rec_put(a, 0, NULL), ONSHI_OK);
	oki_audit_close(&a);
	ck_assert_uint_eq(files(), 0);
	ck_assert_int_eq(missed(), 1);
}
END_TEST

static const struct {
	const char	*name;
	const char	*bytes;
	const char	*said;
} contents[] = {
	{ "other widths", "0000000007 000001791162930123 "
	    "000001791162999999\n", "missed=1\t" },
	{ "right", "0000000007 001791162930123 001791162999999\n",
	    "missed=7:first=1791162930:last=1791162999\t" },
	{ "the last counts", "0000000007 001791162930123 001791162999999\n"
	    "0000000009 001791162930123 001791163000000\n",
	    "missed=9:first=1791162930:last=1791163000\t" },
	{ "torn", "0000000007 001791162930123 001791162999999\n00000",
	    "missed=7:first=1791162930:last=1791162999\t" },
	{ "empty", "", "missed=1\t" },
	{ "short", "0000000007 0017", "missed=1\t" },
	{ "none", "0000000000 001791162930123 001791162999999\n",
	    "missed=1\t" },
	{ "no number", "000000000x 001791162930123 001791162999999\n",
	    "missed=1\t" },
	{ "no first", "0000000002 00179116293012- 001791162999999\n",
	    "missed=1\t" },
	{ "no last", "0000000002 001791162930123 001791162999999 ",
	    "missed=1\t" },
	{ "another separator", "0000000002\t001791162930123 001791162999999\n",
	    "missed=1\t" },
};

/* Whatever is left of a file: that there was one is said. */
START_TEST(contents_of_a_file)
{
	struct oki_audit *a;

	memfs_write(IN ID, contents[_i].bytes, strlen(contents[_i].bytes));
	a = start();
	ck_assert_int_eq(rec_put(a, 0, NULL), ONSHI_OK);
	ck_assert_msg(times(contents[_i].said) == 1, "%s", contents[_i].name);
	ck_assert_int_eq(times("\tq=" ID "\t"), 1);
	ck_assert_uint_eq(files(), 0);
	oki_audit_close(&a);
	ck_assert_int_gt(missed(), 0);
}
END_TEST

/* Names that are none of ours stay. */
START_TEST(other_names)
{
	static const char *const names[] = { IN "0123456789abcde",
	    IN "0123456789abcdef0", IN "0123456789ABCDEF", "/top/rec/gap",
	    BESIDE "0123456789abcdeg", "/top/other.gap-" ID,
	    "/top/gap-" ID };
	struct oki_audit *a;
	size_t i, len;
	uint8_t *p;

	for (i = 0; i < OKI_COUNT(names); i++)
		memfs_write(names[i], "", 0);
	a = start();
	ck_assert_int_eq(rec_put(a, 0, NULL), ONSHI_OK);
	oki_audit_close(&a);
	ck_assert_int_eq(missed(), 0);
	for (i = 0; i < OKI_COUNT(names); i++) {
		ck_assert_ptr_nonnull(p = memfs_read(names[i], &len));
		free(p);
	}
}
END_TEST

/* More than one append tells of are left to the next; what is told twice,
 * since a crash came in between, counts once. */
START_TEST(many_and_twice)
{
	static const char record[] =
	    "0000000002 001791162930123 001791162999999\n";
	struct oki_audit *a;
	char path[64];
	int i;

	for (i = 0; i < 9; i++) {
		(void)snprintf(path, sizeof(path), "%s%016x", i % 2 == 0 ?
		    IN : BESIDE, (unsigned int)i / 2);
		memfs_write(path, record, sizeof(record) - 1);
	}
	a = start();
	for (i = 0; i < 3; i++)
		ck_assert_int_eq(rec_put(a, i, NULL), ONSHI_OK);
	oki_audit_close(&a);
	ck_assert_uint_eq(files(), 0);
	ck_assert_int_eq(times("log.gap"), 9);
	ck_assert_int_eq(missed(), 10);
}
END_TEST

/* A file whose owner lives is the owner's to tell. */
START_TEST(of_a_process_that_lives)
{
	struct oki_audit *a = start(), *b = start();

	oki_audit_miss(a, 1);
	ck_assert_int_eq(rec_put(b, 0, NULL), ONSHI_OK);
	ck_assert_int_eq(times("log.gap"), 0);
	ck_assert_int_eq(rec_put(a, 1, NULL), ONSHI_OK);
	ck_assert_int_eq(times("log.gap"), 1);
	ck_assert_uint_eq(files(), 0);
	oki_audit_close(&a);
	oki_audit_close(&b);
	ck_assert_int_eq(missed(), 1);
}
END_TEST

/* ---- the same process -------------------------------------------------------- */

/* No place for a file at all: it is kept until an entry stands. */
START_TEST(kept_in_the_process)
{
	struct oki_audit *a;

	memfs_reset();
	a = start();
	oki_audit_miss(a, 4);
	ck_assert_uint_eq(files(), 0);
	ck_assert_int_eq(rec_put(a, 0, NULL), ONSHI_E_AUDIT_GONE);
	make_top();
	rec_begin(DIR, env, k0);
	ck_assert_int_eq(rec_put(a, 0, NULL), ONSHI_OK);
	ck_assert_int_eq(missed(), 4);
	/* The last chance is its end. */
	oki_audit_miss(a, 1);
	oki_audit_close(&a);
	ck_assert_int_eq(missed(), 5);
	ck_assert_int_eq(times("log.gap"), 2);
	ck_assert_uint_eq(files(), 0);
}
END_TEST

/* While one is told, and cannot be, more is missed: all of it is told once. */
START_TEST(missed_while_told)
{
	struct oki_audit_entry entry;
	struct oki_audit *a = start();
	char id[17], result[96];

	oki_audit_miss(a, 1);
	ck_assert(oki_audit_gap_next(&a->gaps, 0, &entry, id, result));
	oki_audit_miss(a, 2);
	ck_assert_uint_eq(files(), 2);
	oki_audit_gap_told(&a->gaps, 0, false);
	oki_audit_miss(a, 4);
	ck_assert_uint_eq(files(), 2);
	ck_assert_int_eq(rec_put(a, 0, NULL), ONSHI_OK);
	oki_audit_close(&a);
	ck_assert_uint_eq(files(), 0);
	ck_assert_int_eq(times("log.gap"), 2);
	ck_assert_int_eq(missed(), 7);
}
END_TEST

/* Nobody owes anything to a record that there is not. */
START_TEST(nothing_is_owed)
{
	struct onshi_config *c;
	struct oki_env *bare;
	struct oki_audit *a;

	oki_audit_miss(NULL, 1);
	ck_assert_int_eq(onshi_config_new(&c), ONSHI_OK);
	ck_assert_int_eq(oki_env_new(c, &bare), ONSHI_OK);
	onshi_config_free(&c);
	ck_assert_int_eq(oki_audit_open(bare, &a, NULL), ONSHI_OK);
	oki_env_free(&bare);
	oki_audit_miss(a, 1);
	ck_assert_uint_eq(a->gaps.of[0].missed, 0);
	oki_audit_close(&a);
	ck_assert_uint_eq(files(), 0);
}
END_TEST

/* ---- killed, failed, out of power --------------------------------------------- */

static const enum memfs_fault faults[] = {
	MEMFS_DIE_BEFORE, MEMFS_DIE_HALF, MEMFS_DIE_AFTER, MEMFS_FAIL,
	MEMFS_HALF
};

/* After anything: the next start goes on, and tells at least what lies there,
 * never more than was missed. */
static void
check(int64_t least, int64_t most, const char *when, int n)
{
	struct oki_audit *a;

	memfs_revive();
	memfs_fault(MEMFS_NONE, 0, 0);
	a = start();
	ck_assert_msg(rec_put(a, 1, NULL) == ONSHI_OK, "%s %d", when, n);
	oki_audit_close(&a);
	ck_assert_msg(missed() >= least && missed() <= most, "%s %d: %d, not "
	    "%d to %d", when, n, (int)missed(), (int)least, (int)most);
	ck_assert_msg(files() == 0, "%s %d: a file is left", when, n);
}

/* At each call of a miss, the second of this process. */
START_TEST(while_it_is_missed)
{
	struct memfs *then = memfs_save();
	struct oki_audit *a;
	bool met;
	int n;

	for (n = 1;; n++) {
		memfs_load(then);
		a = start();
		oki_audit_miss(a, 1);
		memfs_fault(faults[_i], n, ENOSPC);
		oki_audit_miss(a, 1);
		met = memfs_fault_met();
		kill_it(&a);
		check(met ? 1 : 2, 2, "missed", n);
		if (!met)
			break;
	}
	ck_assert_int_gt(n, 2);
	for (n = 1;; n++) {		/* and of the first */
		memfs_load(then);
		a = start();
		memfs_fault(faults[_i], n, ENOSPC);
		oki_audit_miss(a, 1);
		met = memfs_fault_met();
		kill_it(&a);
		check(met ? 0 : 1, 1, "missed first", n);
		if (!met)
			break;
	}
	memfs_free(then);
}
END_TEST

/* At each call of the append that tells what two processes left. */
START_TEST(while_it_is_told)
{
	struct memfs *then;
	struct oki_audit *a;
	bool met;
	int n;

	memfs_write(IN ID, "0000000003 001791162930123 001791162999999\n", 43);
	memfs_write(BESIDE "00000000000000aa",
	    "0000000005 001791162930123 001791162999999\n", 43);
	then = memfs_save();
	for (n = 1;; n++) {
		memfs_load(then);
		a = start();
		memfs_fault(faults[_i], n, EIO);
		(void)rec_put(a, 0, NULL);
		met = memfs_fault_met();
		kill_it(&a);
		check(8, 8, "told", n);
		if (!met)
			break;
	}
	ck_assert_int_gt(n, 20);
	memfs_free(then);
}
END_TEST

static void
keep_moment(void *arg)
{
	struct memfs **at = arg;

	while (*at != NULL)
		at++;
	*at = memfs_save();
}

/* Power goes at each moment of both: nothing that lay there is lost. */
START_TEST(power)
{
	struct memfs *at[128] = { NULL };
	struct oki_audit *a;
	size_t i, k;
	int missing = 0;

	a = start();
	oki_audit_miss(a, 2);		/* it stands: synced */
	kill_it(&a);
	memfs_record(keep_moment, at);
	a = start();
	ck_assert_int_eq(rec_put(a, 0, NULL), ONSHI_OK);
	oki_audit_close(&a);
	memfs_record(NULL, NULL);
	for (i = 0; at[i] != NULL; i++) {
		memfs_load(at[i]);
		missing = (int)memfs_losses();
		for (k = 0; k < (size_t)missing; k++) {
			memfs_load(at[i]);
			memfs_lose(k);
			check(2, 2, "power", (int)(i * 1000 + k));
		}
		memfs_free(at[i]);
	}
	ck_assert_uint_gt(i, 8);
}
END_TEST

static void
fill(TCase *t)
{
	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, told_by_the_next_start);
	tcase_add_loop_test(t, beside_what_is_gone, 0, 2);
	tcase_add_loop_test(t, contents_of_a_file, 0,
	    (int)OKI_COUNT(contents));
	tcase_add_test(t, other_names);
	tcase_add_test(t, many_and_twice);
	tcase_add_test(t, of_a_process_that_lives);
	tcase_add_test(t, kept_in_the_process);
	tcase_add_test(t, missed_while_told);
	tcase_add_test(t, nothing_is_owed);
	tcase_add_loop_test(t, while_it_is_missed, 0, (int)OKI_COUNT(faults));
	tcase_add_loop_test(t, while_it_is_told, 0, (int)OKI_COUNT(faults));
	tcase_add_test(t, power);
}

int
main(void)
{
	return run_tests("audit/gap", fill);
}
