/* A long random life of a trail beside a model of what it must hold: every
 * entry that was acknowledged, once, in order; of the others at most one each. */
#include <check.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/audit/disk.h"
#include "tests/core/run.h"
#include "tests/sample.h"

#define WRITERS	3
#define MOST	120000

enum fate { UNKNOWN, ACKNOWLEDGED };	/* what a caller was told */

static struct oki_audit_store writers[WRITERS];
static char told[MOST];
static int entries;			/* that were asked for */
static int acknowledged;
static bool pruned;
static uint64_t state;

static uint32_t
dice(uint32_t sides)
{
	state = state * 6364136223846793005u + 1442695040888963407u;

	return (uint32_t)(state >> 33) % sides;
}

static void
reopen(int w)
{
	oki_audit_store_free(&writers[w]);
	rec_open(&writers[w], DIR, env, 40000);
}

/* An entry with a number of its own as the patient's. */
static int
append(int w)
{
	struct oki_audit_entry entry;
	struct onshi_error e;
	char patient[24];
	int r;

	oki_error_clear(&e);
	rec_entry(&entry, entries);
	(void)snprintf(patient, sizeof(patient), "P-%08d", entries);
	entry.patient = patient;
	r = oki_audit_store_append(&writers[w], &entry, 0, &e);
	told[entries++] = r == ONSHI_OK ? ACKNOWLEDGED : UNKNOWN;
	acknowledged += r == ONSHI_OK ? 1 : 0;

	return r;
}

/* The process of all writers dies, or one call fails, while one of them is at
 * it; a handle that could not sync is opened anew, as its owner has to. */
static void
append_in_trouble(int w)
{
	static const enum memfs_fault what[] = {
		MEMFS_DIE_BEFORE, MEMFS_DIE_HALF, MEMFS_DIE_AFTER,
		MEMFS_FAIL, MEMFS_HALF
	};
	int i;

	memfs_fault(what[dice(OKI_COUNT(what))], (int)dice(45) + 1, ENOSPC);
	(void)append(w);
	if (memfs_is_dead())
		for (i = 0; i < WRITERS; i++)
			reopen(i);
	else if (writers[w].poisoned)
		reopen(w);
	memfs_revive();
	memfs_fault(MEMFS_NONE, 0, 0);
}

/* All but the segment that is written to, or as many as it comes to. */
static void
prune(bool in_trouble)
{
	const struct oki_audit_prune what = { .before =
	    oki_date_of(rec_now() / 1000) + 9000, .years = -1,
	    .k0 = in_trouble ? NULL : k0 };
	struct oki_audit_store s;
	struct onshi_error e;
	int64_t removed;
	int i, r;

	oki_error_clear(&e);
	rec_open(&s, DIR, env, 40000);
	if (in_trouble)
		memfs_fault(dice(2) == 0 ? MEMFS_DIE_AFTER : MEMFS_FAIL,
		    (int)dice(400) + 1, EIO);
	r = oki_audit_prune(&s, &what, 0, &removed, &e);
	oki_audit_store_free(&s);
	ck_assert_msg(r == ONSHI_OK || (in_trouble && memfs_fault_met()),
	    "%d %s", r, onshi_error_text(&e));
	pruned = true;
	if (memfs_is_dead())
		for (i = 0; i < WRITERS; i++)
			reopen(i);
	memfs_revive();
	memfs_fault(MEMFS_NONE, 0, 0);
}

/* The numbers of the entries in the trail, in order, against what was told. */
static void
compare(void)
{
	struct onshi_audit *a;
	const char *line, *at;
	int last = -1, number, i, r;
	size_t len;

	ck_assert_int_eq(onshi_audit_new(DIR, &a), ONSHI_OK);
	ck_assert_int_eq(onshi_audit_select(a, 0, 0), ONSHI_OK);
	while ((r = onshi_audit_next(a, &line, &len)) == ONSHI_OK) {
		if ((at = strstr(line, "\tp=P-")) == NULL)
			continue;
		number = (int)strtol(at + 5, NULL, 10);
		ck_assert_int_gt(number, last);
		ck_assert_int_lt(number, entries);
		for (i = last < 0 && pruned ? number : last + 1; i < number;
		    i++)
			ck_assert_msg(told[i] == UNKNOWN,
			    "entry %d was acknowledged and is gone", i);
		last = number;
	}
	ck_assert_int_eq(r, ONSHI_END);
	for (i = last + 1; i < entries; i++)
		ck_assert_msg(told[i] == UNKNOWN,
		    "entry %d was acknowledged and is gone", i);
	onshi_audit_free(&a);
}

/* As it is pruned: here nothing has to be kept for years. */
static struct oki_audit_report
verify(void)
{
	struct oki_audit_proof proof = { .k0 = k0, .years = -1, .env = env };
	struct oki_audit_report r;
	struct onshi_error e;

	oki_error_clear(&e);
	ck_assert_int_eq(oki_audit_verify(DIR, 0, &proof, &r, &e), ONSHI_OK);

	return r;
}

static void
prove(void)
{
	struct oki_audit_report r = verify();

	ck_assert_msg(r.verdict == ONSHI_AUDIT_INTACT ||
	    r.verdict == ONSHI_AUDIT_TORN, "verdict %d at %d of %d",
	    r.verdict, (int)r.first_bad, (int)r.entries);
	ck_assert_int_ge(r.entries + r.pruned, acknowledged);
	compare();
}

START_TEST(life)
{
	const char *seed = getenv("SEED");
	int operations = (int)sample_times(10000, 100000);
	int i, w, good = 0;

	state = seed == NULL ? 1 : strtoull(seed, NULL, 10);
	begin_trail();
	for (w = 0; w < WRITERS; w++)
		rec_open(&writers[w], DIR, env, 40000);
	for (i = 0; i < operations; i++) {
		w = (int)dice(WRITERS);
		switch (dice(100)) {
		case 0:
			reopen(w);
			break;
		case 1:			/* the clock jumps, either way */
			rec_clock(rec_now() + (int64_t)dice(7200000) -
			    3600000);
			break;
		case 2:
			if (dice(20) == 0)	/* a month later */
				rec_clock(rec_now() + 31 * 86400000LL);
			break;
		case 3:
			append_in_trouble(w);
			break;
		default:
			ck_assert_int_eq(append(w), ONSHI_OK);
			good++;
		}
		if (i % 701 == 700)
			prune(i % 2 == 0);
		if (i % (operations / 10) == operations / 10 - 1)
			prove();
	}
	ck_assert_int_eq(append(0), ONSHI_OK);
	ck_assert_int_eq(verify().verdict, ONSHI_AUDIT_INTACT);
	compare();
	ck_assert_int_gt(good, operations / 2);
	ck_assert_int_gt(verify().pruned, 0);
	for (w = 0; w < WRITERS; w++)
		oki_audit_store_free(&writers[w]);
	ck_assert_int_eq(memfs_open_files(), 0);
	memfs_reset();
	oki_env_free(&env);
}
END_TEST

static void
fill(TCase *t)
{
	tcase_set_timeout(t, 600);
	tcase_add_test(t, life);
}

int
main(void)
{
	return run_tests("audit/model", fill);
}
