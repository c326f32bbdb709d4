/* A trail that is broken for good is set aside, whole, and a new one begins
 * that says so; one that is not stays as it is (security.md 13.3). */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/audit/disk.h"
#include "tests/core/run.h"
#include "tests/sample.h"

#define LOG(n)	"/rec/audit-00000" n ".log"
#define SMALL	8048
#define ENTRIES	24

static void
make_record(void)
{
	begin_trail();
	append_all(ENTRIES, SMALL);
	ck_assert_uint_eq(memfs_count("/rec/audit-0"), 3);
	base = memfs_save();
}

static int
reseal(const uint8_t *old, uint8_t fresh[OKI_AUDIT_HASH])
{
	struct oki_audit_store s;
	struct onshi_error e;
	int r;

	oki_error_clear(&e);
	rec_open(&s, DIR, env, SMALL);
	r = oki_audit_reseal(&s, old, 0, fresh, &e);
	ck_assert_int_eq(r, e.code);
	oki_audit_store_free(&s);

	return r;
}

static void
cut(const char *path, size_t away)
{
	uint8_t *bytes;
	size_t len;

	bytes = memfs_read(path, &len);
	ck_assert_ptr_nonnull(bytes);
	memfs_write(path, bytes, len - away);
	free(bytes);
}

/* ---- what breaks it ------------------------------------------------------------ */

static void no_harm(void) { }
static void a_byte(void) { flip(LOG("2"), 100); }
static void the_last_byte(void) { flip(LOG("3"), SIZE_MAX); }
static void the_end(void) { cut(LOG("3"), 700); }
static void a_segment(void) { memfs_remove(LOG("2")); }
static void the_last_segment(void) { memfs_remove(LOG("3")); }
static void the_first_segment(void) { memfs_remove(LOG("1")); }
static void the_log(void)
{
	memfs_remove(LOG("1"));
	memfs_remove(LOG("2"));
	memfs_remove(LOG("3"));
}
static void the_state(void) { memfs_remove(STATE); }
static void both_slots(void) { flip(STATE, 20); flip(STATE, 532); }
static void torn(void)
{
	uint8_t *bytes;
	size_t len;

	bytes = memfs_read(LOG("3"), &len);
	bytes[len - 1] = 'v';
	memfs_write(LOG("3"), bytes, len);
	free(bytes);
}
static void a_tail(void)
{
	uint8_t *bytes, *more;
	size_t len;

	bytes = memfs_read(LOG("3"), &len);
	more = malloc(len + 4);
	ck_assert_ptr_nonnull(more);
	memcpy(more, bytes, len);
	memcpy(more + len, "\nv=1", 4);
	memfs_write(LOG("3"), more, len + 4);
	free(more);
	free(bytes);
}
static void half_an_entry(void)
{
	struct oki_audit_store s;

	rec_open(&s, DIR, env, SMALL);
	memfs_fault_at(MEMFS_DIE_HALF, "file_append", 1, EIO);
	ck_assert_int_eq(rec_append(&s, 100), ONSHI_E_AUDIT);
	memfs_revive();
	memfs_fault(MEMFS_NONE, 0, 0);
	oki_audit_store_free(&s);
}
static void all_of_it(void) { memfs_reset(); }

static const struct {
	const char	*name;
	void		(*harm)(void);
	int		 result;
	const char	*says;		/* the first entry of the new one */
} harms[] = {
	{ "none", no_harm, ONSHI_E_STATE, NULL },
	{ "half an entry, which the next mends", half_an_entry, ONSHI_E_STATE,
	    NULL },
	{ "no trail", all_of_it, ONSHI_E_AUDIT_GONE, NULL },
	{ "a byte", a_byte, ONSHI_OK, "changed:right=" },
	{ "the last byte", the_last_byte, ONSHI_OK, "changed:right=" },
	{ "the last line's end", torn, ONSHI_OK, "changed:right=" },
	{ "the end", the_end, ONSHI_OK, "shorter:right=" },
	{ "a segment", a_segment, ONSHI_OK, "changed:right=" },
	{ "the last segment", the_last_segment, ONSHI_OK, "shorter:right=" },
	{ "the first segment", the_first_segment, ONSHI_OK,
	    "changed:right=" },
	{ "the whole log", the_log, ONSHI_OK,
	    "shorter:right=0:first_bad=1:next=" },
	{ "the state", the_state, ONSHI_OK, "changed:right=" },
	{ "both slots", both_slots, ONSHI_OK, "changed:right=" },
	{ "an end that no crash leaves", a_tail, ONSHI_OK, "changed:right=" },
};

/* All that lay there lies in lost now, byte for byte. */
static void
check_lost(const struct memfs *then, const char *what)
{
	static const char *const names[] = {
		"audit-000001.log", "audit-000002.log", "audit-000003.log",
		"audit.state"
	};
	struct memfs *now = memfs_save();
	uint8_t *had[OKI_COUNT(names)], *has;
	size_t i, len[OKI_COUNT(names)], n, k;
	char path[96];
	bool found;

	memfs_load(then);
	for (i = 0; i < OKI_COUNT(names); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", DIR, names[i]);
		had[i] = memfs_read(path, &len[i]);
	}
	memfs_load(now);
	for (i = 0; i < OKI_COUNT(names); i++) {
		found = had[i] == NULL;
		for (k = 1; k < 4 && !found; k++) {
			(void)snprintf(path, sizeof(path), "%s/lost-%06u/%s",
			    DIR, (unsigned int)k, names[i]);
			has = memfs_read(path, &n);
			found = has != NULL && n == len[i] &&
			    memcmp(has, had[i], n) == 0;
			free(has);
		}
		ck_assert_msg(found, "%s: %s is gone", what, names[i]);
		free(had[i]);
	}
	memfs_free(now);
}

static void
check_first_entry(const char *what, const char *says)
{
	char want[160];
	uint8_t *log;
	size_t len;

	log = memfs_read(LOG("1"), &len);
	ck_assert_ptr_nonnull(log);
	ck_assert_msg(strstr((char *)log, "\te=log.open\to=serious\t") != NULL,
	    "%s: %s", what, (char *)log);
	(void)snprintf(want, sizeof(want), "\tr=reseal=lost-000001:%s", says);
	ck_assert_msg(strstr((char *)log, want) != NULL, "%s: no %s in %s",
	    what, want, (char *)log);
	ck_assert_ptr_nonnull(strstr((char *)log, ":sha256="));
	free(log);
}

START_TEST(harmed)
{
	const char *name = harms[_i].name;
	uint8_t fresh[OKI_AUDIT_HASH], more[OKI_AUDIT_HASH];
	struct oki_audit_report before, r;
	struct memfs *then;

	harms[_i].harm();
	before = rec_verify(DIR, k0, NULL);
	then = memfs_save();
	ck_assert_msg(reseal(_i % 2 == 0 ? NULL : k0, fresh) ==
	    harms[_i].result, "%s", name);
	if (harms[_i].result != ONSHI_OK) {
		ck_assert_uint_eq(memfs_count("/rec/lost"), 0);
		r = rec_verify(DIR, k0, NULL);
		ck_assert_int_eq(r.verdict, before.verdict);
		memfs_free(then);
		return;
	}
	check_lost(then, name);
	memfs_free(then);
	check_first_entry(name, harms[_i].says);
	/* What is set aside is judged as it was, and can be read. */
	r = rec_verify("/rec/lost-000001", k0, NULL);
	ck_assert_int_eq(r.verdict, before.verdict);
	ck_assert_int_eq(r.entries, before.entries);
	/* The new one is whole, and goes on. */
	r = rec_verify(DIR, fresh, NULL);
	ck_assert_int_eq(r.verdict, ONSHI_AUDIT_INTACT);
	ck_assert_int_eq(r.entries, 1);
	ck_assert_int_eq(append_one(0, SMALL), ONSHI_OK);
	ck_assert_int_eq(rec_verify(DIR, fresh, NULL).verdict,
	    ONSHI_AUDIT_INTACT);
	ck_assert_int_eq(reseal(NULL, more), ONSHI_E_STATE);
	/* Broken a second time. */
	flip(LOG("1"), 10);
	ck_assert_int_eq(reseal(NULL, more), ONSHI_OK);
	ck_assert_int_eq(rec_verify(DIR, more, NULL).verdict,
	    ONSHI_AUDIT_INTACT);
	ck_assert_uint_ge(memfs_count("/rec/lost-000002/"), 2);
}
END_TEST

/* A seal that is wrong is seen with the key alone; another key proves nothing
 * and breaks nothing. */
START_TEST(keys)
{
	uint8_t other[OKI_AUDIT_HASH] = { 9 }, fresh[OKI_AUDIT_HASH];
	uint8_t slots[2 * OKI_AUDIT_SLOT] = { 0 }, *state;
	struct oki_audit_sums sums;
	struct oki_audit_mark m;
	size_t len;

	ck_assert_int_eq(reseal(other, fresh), ONSHI_E_VALUE);
	ck_assert_int_eq(reseal(k0, fresh), ONSHI_E_STATE);
	ck_assert_int_eq(oki_audit_sums_open(&sums), ONSHI_OK);
	state = memfs_read(STATE, &len);
	ck_assert(oki_audit_slot_read(&sums, state, &m) ||
	    oki_audit_slot_read(&sums, state + OKI_AUDIT_SLOT, &m));
	free(state);
	m.key[0] ^= 1;
	ck_assert_int_eq(oki_audit_slot_write(&sums, &m, slots), ONSHI_OK);
	memfs_write(STATE, slots, sizeof(slots));
	oki_audit_sums_close(&sums);
	ck_assert_int_eq(reseal(NULL, fresh), ONSHI_E_STATE);
	ck_assert_int_eq(reseal(k0, fresh), ONSHI_OK);
	check_first_entry("key", "changed:right=");
	ck_assert_int_eq(rec_verify(DIR, fresh, NULL).verdict,
	    ONSHI_AUDIT_INTACT);
}
END_TEST

/* Who can write a new chain of their own cannot drop what was set aside before
 * it has been kept for its time. */
START_TEST(what_was_set_aside_stays)
{
	struct oki_audit_report r;
	uint8_t fresh[OKI_AUDIT_HASH];
	struct memfs *then;

	a_byte();
	ck_assert_int_eq(reseal(NULL, fresh), ONSHI_OK);
	ck_assert_int_eq(append_one(0, SMALL), ONSHI_OK);
	then = memfs_save();
	flip("/rec/lost-000001/audit-000002.log", 30);
	r = rec_verify(DIR, fresh, NULL);
	ck_assert_int_eq(r.verdict, ONSHI_AUDIT_CHANGED);
	ck_assert_int_eq(r.first_bad, 1);
	memfs_load(then);
	memfs_remove("/rec/lost-000001/audit-000001.log");
	ck_assert_int_eq(rec_verify(DIR, fresh, NULL).verdict,
	    ONSHI_AUDIT_CHANGED);
	ck_assert_int_eq(rec_verify(DIR, NULL, NULL).verdict,
	    ONSHI_AUDIT_CHANGED);
	memfs_load(then);
	memfs_rename("/rec/lost-000001", "/rec/elsewhere");
	ck_assert_int_eq(rec_verify(DIR, fresh, NULL).verdict,
	    ONSHI_AUDIT_CHANGED);
	rec_clock(REC_START + 1825 * 86400000LL);
	ck_assert_int_eq(rec_verify_by(DIR, fresh, NULL, env).verdict,
	    ONSHI_AUDIT_CHANGED);
	rec_clock(REC_START + 1826 * 86400000LL);
	ck_assert_int_eq(rec_verify_by(DIR, fresh, NULL, env).verdict,
	    ONSHI_AUDIT_INTACT);
	memfs_load(then);
	ck_assert_int_eq(rec_verify(DIR, fresh, NULL).verdict,
	    ONSHI_AUDIT_INTACT);
	memfs_free(then);
	rec_clock(REC_START);
}
END_TEST

/* A program that writes to the old one does not go on with the new. */
START_TEST(old_writers_stop)
{
	uint8_t fresh[OKI_AUDIT_HASH];
	struct oki_audit_store s;

	rec_open(&s, DIR, env, SMALL);
	ck_assert_int_eq(rec_append(&s, 0), ONSHI_OK);
	a_byte();
	ck_assert_int_eq(reseal(NULL, fresh), ONSHI_OK);
	ck_assert_int_eq(rec_append(&s, 1), ONSHI_E_AUDIT);
	oki_audit_store_free(&s);
	ck_assert_int_eq(append_one(1, SMALL), ONSHI_OK);
}
END_TEST

/* ---- interrupted --------------------------------------------------------------- */

static const enum memfs_fault faults[] = {
	MEMFS_DIE_BEFORE, MEMFS_DIE_HALF, MEMFS_DIE_AFTER, MEMFS_FAIL,
	MEMFS_HALF
};
static void (*const broken[])(void) = { a_byte, the_state, the_end, the_log };

static void
finish(const struct memfs *then, const char *what)
{
	uint8_t fresh[OKI_AUDIT_HASH];
	int r;

	r = reseal(NULL, fresh);
	check_lost(then, what);
	check_first_entry(what, "");
	/* It had come to its end, and died with the key in its hands. */
	if (r == ONSHI_E_STATE && memfs_count("/rec/lost-000001/gap") == 0) {
		ck_assert_int_eq(rec_verify(DIR, NULL, NULL).verdict,
		    ONSHI_AUDIT_NO_KEY);
		return;
	}
	ck_assert_msg(r == ONSHI_OK, "%s: not again: %d", what, r);
	ck_assert_int_eq(rec_verify(DIR, fresh, NULL).verdict,
	    ONSHI_AUDIT_INTACT);
	ck_assert_int_eq(append_one(0, SMALL), ONSHI_OK);
	ck_assert_int_eq(rec_verify(DIR, fresh, NULL).verdict,
	    ONSHI_AUDIT_INTACT);
	ck_assert_int_eq(memfs_open_files(), 0);
}

START_TEST(interrupted)
{
	uint8_t fresh[OKI_AUDIT_HASH];
	struct memfs *then;
	char what[64];
	size_t b;
	int n, r;

	for (b = 0; b < OKI_COUNT(broken); b++)
		for (n = 1;; n++) {
			load_trail();
			broken[b]();
			then = memfs_save();
			memfs_fault(faults[_i], n, EIO);
			r = reseal(NULL, fresh);
			if (!memfs_fault_met()) {
				ck_assert_int_eq(r, ONSHI_OK);
				ck_assert_int_gt(n, 40);
				memfs_free(then);
				break;
			}
			memfs_revive();
			memfs_fault(MEMFS_NONE, 0, 0);
			(void)snprintf(what, sizeof(what), "%d interrupted "
			    "at %d", (int)b, n);
			if (r != ONSHI_OK)
				finish(then, what);
			memfs_free(then);
		}
}
END_TEST

/* Twice, at pairs of calls near each other (ONSHIKAKU_CHECK_FULL: each). */
START_TEST(interrupted_twice)
{
	int part = (int)sample_part();
	bool full = sample_is_full();
	uint8_t fresh[OKI_AUDIT_HASH];
	struct memfs *then, *half;
	char what[64];
	int m, n;

	for (n = 5; n < 90; n += full ? 1 : 4 * part) {
		load_trail();
		a_byte();
		then = memfs_save();
		memfs_fault(faults[_i], n, EIO);
		if (reseal(NULL, fresh) == ONSHI_OK) {
			memfs_free(then);
			continue;
		}
		memfs_revive();
		half = memfs_save();
		for (m = 1 + n / 4 % 9; m < 90; m += full ? 1 : 9) {
			memfs_load(half);
			memfs_fault(faults[_i], m, EIO);
			if (reseal(NULL, fresh) == ONSHI_OK)
				continue;
			memfs_revive();
			memfs_fault(MEMFS_NONE, 0, 0);
			(void)snprintf(what, sizeof(what), "at %d, at %d", n,
			    m);
			finish(then, what);
		}
		memfs_free(half);
		memfs_free(then);
	}
}
END_TEST

static void
fill(TCase *t)
{
	tcase_set_timeout(t,
	    sample_is_full() ? 3600 : 120);
	tcase_add_unchecked_fixture(t, make_record, drop_trail);
	tcase_add_checked_fixture(t, load_trail, all_is_closed);
	tcase_add_loop_test(t, harmed, 0, (int)OKI_COUNT(harms));
	tcase_add_test(t, keys);
	tcase_add_test(t, what_was_set_aside_stays);
	tcase_add_test(t, old_writers_stop);
	tcase_add_loop_test(t, interrupted, 0, (int)OKI_COUNT(faults));
	tcase_add_loop_test(t, interrupted_twice, 0, (int)OKI_COUNT(faults));
}

int
main(void)
{
	return run_tests("audit/reseal", fill);
}
