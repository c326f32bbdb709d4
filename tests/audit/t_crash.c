/* Killed, failed or out of power at any call on a file: nothing acknowledged
 * is lost, nothing lost is acknowledged, and the next entry mends the rest
 * (SEC-92, SEC-93, SEC-97; testing.md 12 A24 and 16). */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/audit/disk.h"
#include "tests/core/run.h"
#include "tests/sample.h"

#define LOG	"/rec/audit-000001.log"
#define SMALL	8048		/* bytes of a segment: about a dozen entries */

static struct oki_audit_sums sums;

/* What is done when it happens. Each begins from a disk of its own. */
enum scene {
	APPEND,			/* to a segment with room */
	ROTATE_FULL,		/* the segment is full */
	ROTATE_MONTH,
	AFTER_TORN,		/* half an entry lies there */
	AFTER_WHOLE,		/* an entry that the state does not know */
	AFTER_TORN_ROTATE,	/* half a first entry in the next segment */
	AFTER_WHOLE_ROTATE,
	AFTER_EMPTY_ROTATE,
	SCENES
};

static const char *const names[] = {
	"append", "rotate, full", "rotate, month", "torn", "whole",
	"torn in the next segment", "whole in the next segment",
	"next segment empty"
};

static struct memfs *scenes[SCENES];
static int acknowledged[SCENES];	/* entries that were promised */

/* An append that dies at a call of a name, so that the next one has to mend. */
static void
die_at(enum memfs_fault what, const char *call, int n)
{
	struct oki_audit_store s;

	rec_open(&s, DIR, env, SMALL);
	memfs_fault_at(what, call, n, EIO);
	ck_assert_int_eq(rec_append(&s, 100), ONSHI_E_AUDIT);
	ck_assert(memfs_is_dead());
	memfs_revive();
	oki_audit_store_free(&s);
}

static int
fill(bool until_full)
{
	struct oki_audit_store s;
	struct oki_audit_report r;
	int i = 0;

	rec_open(&s, DIR, env, SMALL);
	do
		ck_assert_int_eq(rec_append(&s, i), ONSHI_OK);
	while (++i < 3 || (until_full && memfs_count("/rec/audit-0") == 1 &&
	    i < 9));
	oki_audit_store_free(&s);
	r = rec_verify(DIR, k0, NULL);
	ck_assert_int_eq(r.verdict, ONSHI_AUDIT_INTACT);
	ck_assert_uint_eq(memfs_count("/rec/audit-0"), 1);

	return (int)r.entries;
}

static void
make_scene(int i)
{
	memfs_reset();
	rec_clock(REC_START);
	rec_begin(DIR, env, k0);
	acknowledged[i] = fill(i == ROTATE_FULL || i >= AFTER_TORN_ROTATE);
	switch (i) {
	case AFTER_TORN:
		die_at(MEMFS_DIE_HALF, "file_append", 1);
		break;
	case AFTER_WHOLE:
		die_at(MEMFS_DIE_BEFORE, "file_write", 1);
		break;
	case AFTER_TORN_ROTATE:
		die_at(MEMFS_DIE_HALF, "file_append", 1);
		break;
	case AFTER_WHOLE_ROTATE:
		die_at(MEMFS_DIE_BEFORE, "file_write", 1);
		break;
	case AFTER_EMPTY_ROTATE:
		die_at(MEMFS_DIE_BEFORE, "file_append", 1);
		break;
	default:
		break;
	}
	scenes[i] = memfs_save();
}

static uint8_t keys[SCENES][OKI_AUDIT_HASH];

static void
setup(void)
{
	int i;

	ck_assert_int_eq(oki_audit_sums_open(&sums), ONSHI_OK);
	memfs_reset();
	env = rec_env(DIR);
	for (i = 0; i < SCENES; i++) {
		make_scene(i);
		memcpy(keys[i], k0, sizeof(k0));
	}
}

static void
teardown(void)
{
	int i;

	for (i = 0; i < SCENES; i++)
		memfs_free(scenes[i]);
	memfs_reset();
	oki_env_free(&env);
	oki_audit_sums_close(&sums);
}

static void
begin(int scene, struct oki_audit_store *s)
{
	memfs_load(scenes[scene]);
	memfs_revive();
	rec_clock(scene == ROTATE_MONTH ? REC_START + 40 * 86400000LL :
	    REC_START + 60000);
	rec_open(s, DIR, env, SMALL);
}

/* After it: readable at once, whole after the next entry, nothing lost. */
static void
check_mended(int scene, int promised, const char *what, int at)
{
	struct oki_audit_store s;
	struct oki_audit_report r;

	memfs_fault(MEMFS_NONE, 0, 0);
	r = rec_verify(DIR, keys[scene], NULL);
	ck_assert_msg(r.verdict == ONSHI_AUDIT_INTACT ||
	    r.verdict == ONSHI_AUDIT_TORN, "%s, %s %d: %d at %d before",
	    names[scene], what, at, r.verdict, (int)r.first_bad);
	ck_assert_msg(r.entries >= promised, "%s, %s %d: %d of %d entries",
	    names[scene], what, at, (int)r.entries, promised);
	rec_open(&s, DIR, env, SMALL);
	ck_assert_msg(rec_append(&s, 200) == ONSHI_OK, "%s, %s %d: no entry "
	    "after it", names[scene], what, at);
	oki_audit_store_free(&s);
	r = rec_verify(DIR, keys[scene], NULL);
	ck_assert_msg(r.verdict == ONSHI_AUDIT_INTACT, "%s, %s %d: %d at %d "
	    "after", names[scene], what, at, r.verdict, (int)r.first_bad);
	ck_assert_int_gt(r.entries, promised);
	ck_assert_int_eq(memfs_open_files(), 0);
}

/* ---- killed at each call -------------------------------------------------------- */

static const enum memfs_fault deaths[] = {
	MEMFS_DIE_BEFORE, MEMFS_DIE_HALF, MEMFS_DIE_AFTER
};

/* The scenes are what they are called. */
START_TEST(scenes_are_so)
{
	struct oki_audit_store s;
	struct oki_audit_report r;
	bool rotates = _i == ROTATE_FULL || _i == ROTATE_MONTH ||
	    _i >= AFTER_TORN_ROTATE;

	begin(_i, &s);
	r = rec_verify(DIR, keys[_i], NULL);
	ck_assert_int_eq(r.verdict, _i < AFTER_TORN ||
	    _i == AFTER_EMPTY_ROTATE ? ONSHI_AUDIT_INTACT : ONSHI_AUDIT_TORN);
	ck_assert_int_eq(r.entries, acknowledged[_i]);
	ck_assert_uint_eq(memfs_count("/rec/audit-0"),
	    _i >= AFTER_TORN_ROTATE ? 2 : 1);
	ck_assert_int_eq(rec_append(&s, 0), ONSHI_OK);
	ck_assert_uint_eq(memfs_count("/rec/audit-0"), rotates ? 2 : 1);
	oki_audit_store_free(&s);
}
END_TEST

START_TEST(killed)
{
	int scene = _i, n, r, promised;
	struct oki_audit_store s;
	size_t d;

	for (d = 0; d < OKI_COUNT(deaths); d++)
		for (n = 1;; n++) {
			begin(scene, &s);
			memfs_fault(deaths[d], n, EIO);
			r = rec_append(&s, 0);
			promised = acknowledged[scene] + (r == ONSHI_OK);
			oki_audit_store_free(&s);
			if (!memfs_fault_met()) {
				ck_assert_int_eq(r, ONSHI_OK);
				ck_assert_int_gt(n, 10);
				break;
			}
			memfs_revive();
			check_mended(scene, promised, "killed at", n);
		}
}
END_TEST

/* Killed again while it mends, at each call of that. */
START_TEST(killed_twice)
{
	struct oki_audit_store s;
	struct memfs *first;
	int m, n, r;

	for (n = 1; n < 40; n += 3) {
		begin(_i, &s);
		memfs_fault(MEMFS_DIE_HALF, n, EIO);
		r = rec_append(&s, 0);
		oki_audit_store_free(&s);
		if (!memfs_fault_met())
			break;
		memfs_revive();
		first = memfs_save();
		for (m = 1;; m++) {
			memfs_load(first);
			memfs_revive();
			rec_open(&s, DIR, env, SMALL);
			memfs_fault(MEMFS_DIE_AFTER, m, EIO);
			r = rec_append(&s, 1);
			oki_audit_store_free(&s);
			if (!memfs_fault_met())
				break;
			memfs_revive();
			check_mended(_i, acknowledged[_i] + (r == ONSHI_OK),
			    "killed again at", m);
		}
		memfs_free(first);
	}
}
END_TEST

/* ---- each call fails -------------------------------------------------------------- */

static const int numbers[] = {
	EIO, ENOSPC, EDQUOT, EROFS, EMFILE, EACCES, ESTALE
};

START_TEST(failed)
{
	struct oki_audit_store s;
	struct oki_audit_report before, after;
	enum memfs_fault what;
	int scene = _i, n, r;
	size_t k;

	for (k = 0; k < 2 * OKI_COUNT(numbers); k++)
		for (n = 1;; n++) {
			what = k % 2 == 0 ? MEMFS_FAIL : MEMFS_HALF;
			begin(scene, &s);
			before = rec_verify(DIR, keys[scene], NULL);
			memfs_fault(what, n, numbers[k / 2]);
			r = rec_append(&s, 0);
			if (!memfs_fault_met()) {
				ck_assert_int_eq(r, ONSHI_OK);
				oki_audit_store_free(&s);
				break;
			}
			/* A failure that is no failure: the entry is there. */
			after = rec_verify(DIR, keys[scene], NULL);
			if (r == ONSHI_OK)
				ck_assert_int_gt(after.entries,
				    before.entries);
			else
				ck_assert_int_eq(r, ONSHI_E_AUDIT);
			oki_audit_store_free(&s);
			check_mended(scene, acknowledged[scene] +
			    (r == ONSHI_OK), "failed at", n);
		}
}
END_TEST

/* A sync that failed: the handle writes no more, even though the next sync
 * would say yes; a new one recovers. */
START_TEST(poisoned)
{
	static const char *const calls[] = { "file_sync", "dir_sync" };
	struct oki_audit_store s;
	int had, n, r;
	size_t c;

	for (c = 0; c < OKI_COUNT(calls); c++)
		for (n = 1;; n++) {
			begin(_i, &s);
			memfs_fault_at(MEMFS_FAIL, calls[c], n, EIO);
			r = rec_append(&s, 0);
			if (!memfs_fault_met()) {
				oki_audit_store_free(&s);
				break;
			}
			ck_assert_int_eq(r, ONSHI_E_AUDIT);
			ck_assert(s.poisoned);
			memfs_fault(MEMFS_NONE, 0, 0);
			ck_assert_int_eq(rec_append(&s, 1), ONSHI_E_AUDIT);
			ck_assert_int_eq(rec_append(&s, 2), ONSHI_E_AUDIT);
			/* It did not even look. */
			ck_assert_int_eq(memfs_calls(), 0);
			oki_audit_store_free(&s);
			check_mended(_i, acknowledged[_i], calls[c], n);
			/* What the failed sync gave up was written again. */
			had = (int)rec_verify(DIR, keys[_i], NULL).entries;
			memfs_lose(0);
			ck_assert_int_eq(rec_verify(DIR, keys[_i],
			    NULL).verdict, ONSHI_AUDIT_INTACT);
			ck_assert_int_eq(rec_verify(DIR, keys[_i],
			    NULL).entries, had);
		}
}
END_TEST

/* SEC-96: three at most for an entry of its own. */
START_TEST(three_syncs)
{
	struct oki_audit_store s;

	begin(APPEND, &s);
	memfs_fault(MEMFS_NONE, 0, 0);
	ck_assert_int_eq(rec_append(&s, 0), ONSHI_OK);
	ck_assert_int_eq(memfs_syncs(), 3);
	memfs_fault(MEMFS_NONE, 0, 0);
	ck_assert_int_eq(rec_append(&s, 1), ONSHI_OK);
	ck_assert_int_eq(memfs_syncs(), 3);
	oki_audit_store_free(&s);
}
END_TEST

/* A handle knows the slot that it wrote itself without its sum: any bit of it
 * that is another is seen all the same. */
START_TEST(own_slot_changed)
{
	struct oki_audit_store s;
	struct memfs *then;
	uint8_t *slots;
	size_t at, bit, len, step = sample_step(1);

	begin(APPEND, &s);
	ck_assert_int_eq(rec_append(&s, 0), ONSHI_OK);
	then = memfs_save();
	for (bit = 0; bit < 8 * OKI_AUDIT_SLOT; bit += bit < 1200 ? step : 37) {
		memfs_load(then);
		slots = memfs_read(STATE, &len);
		ck_assert_uint_eq(len, 2 * OKI_AUDIT_SLOT);
		at = slots[0] != 0 ? 0 : OKI_AUDIT_SLOT;
		slots[at + bit / 8] ^= (uint8_t)(1u << bit % 8);
		memfs_write(STATE, slots, len);
		free(slots);
		ck_assert_msg(rec_append(&s, 1) == ONSHI_E_AUDIT, "bit %d",
		    (int)bit);
	}
	memfs_load(then);
	memfs_free(then);
	ck_assert_int_eq(rec_append(&s, 1), ONSHI_OK);
	oki_audit_store_free(&s);
	ck_assert_int_eq(rec_verify(DIR, keys[APPEND], NULL).verdict,
	    ONSHI_AUDIT_INTACT);
}
END_TEST

/* ---- power is lost at each moment ---------------------------------------------------- */

struct moment {
	int		 scene;
	int		 steps;
	uint64_t	 states;
	struct memfs	*at[64];
};

static void
keep(void *arg)
{
	struct moment *m = arg;

	if (m->steps < 64)
		m->at[m->steps++] = memfs_save();
}

static void
lose_power(struct moment *m, struct memfs *at, int promised)
{
	size_t i, n, step;
	int64_t wall = rec_now();

	memfs_load(at);
	n = memfs_losses();
	step = n > 400 ? sample_step(n / 400) : sample_step(1);
	for (i = 0; i < n; i += step) {
		memfs_load(at);
		memfs_lose(i);
		rec_clock(wall);
		check_mended(m->scene, promised, "power lost, state", (int)i);
		m->states++;
	}
}

START_TEST(power)
{
	struct moment m = { .scene = _i };
	struct oki_audit_store s;
	struct memfs *end;
	int i;

	begin(_i, &s);
	memfs_record(keep, &m);
	ck_assert_int_eq(rec_append(&s, 0), ONSHI_OK);
	memfs_record(NULL, NULL);
	oki_audit_store_free(&s);
	end = memfs_save();
	for (i = 0; i < m.steps; i++) {
		lose_power(&m, m.at[i], acknowledged[_i]);
		memfs_free(m.at[i]);
	}
	/* After the call came back its entry is there, whatever happens. */
	lose_power(&m, end, acknowledged[_i] + 1);
	memfs_free(end);
	ck_assert_uint_ge(m.states, 35 / sample_part());
}
END_TEST

/* A disk that says yes and keeps nothing: found by a head, never intact. */
START_TEST(lying_disk)
{
	struct oki_audit_store s;
	struct memfs *honest;
	char head[96];
	int i;

	begin(APPEND, &s);
	ck_assert_int_eq(rec_append(&s, 0), ONSHI_OK);
	honest = memfs_save();
	memfs_lie(true);
	for (i = 0; i < 5; i++)
		ck_assert_int_eq(rec_append(&s, i), ONSHI_OK);
	rec_head(DIR, head);
	ck_assert_int_eq(rec_verify(DIR, keys[APPEND], head).verdict,
	    ONSHI_AUDIT_INTACT);
	memfs_lie(false);
	memfs_load(honest);
	memfs_free(honest);
	ck_assert_int_eq(rec_verify(DIR, keys[APPEND], head).verdict,
	    ONSHI_AUDIT_SHORTER);
	ck_assert_int_eq(rec_append(&s, 0), ONSHI_E_AUDIT);
	oki_audit_store_free(&s);
}
END_TEST

/* ---- A24: torn tails --------------------------------------------------------------- */

/* The line that the next append would write, and the disk before it. */
static char *
next_line(size_t *len)
{
	struct oki_audit_store s;
	uint8_t *before, *after;
	size_t had;
	char *line;

	begin(APPEND, &s);
	before = memfs_read(LOG, &had);
	ck_assert_int_eq(rec_append(&s, 0), ONSHI_OK);
	after = memfs_read(LOG, len);
	oki_audit_store_free(&s);
	*len -= had;
	line = malloc(*len);
	ck_assert_ptr_nonnull(line);
	memcpy(line, after + had, *len);
	free(before);
	free(after);

	return line;
}

static void
add_tail(const void *bytes, size_t len)
{
	size_t had;
	uint8_t *log = memfs_read(LOG, &had), *all = malloc(had + len);

	ck_assert_ptr_nonnull(all);
	memcpy(all, log, had);
	memcpy(all + had, bytes, len);
	memfs_write(LOG, all, had + len);
	free(log);
	free(all);
}

START_TEST(a24_every_length)
{
	char *line, expect[160], hex[2 * OKI_AUDIT_HASH + 1];
	uint8_t sum[OKI_AUDIT_HASH], *log;
	struct oki_audit_store s;
	struct oki_audit_report r;
	size_t cut, len, had;
	bool whole;

	line = next_line(&len);
	for (cut = 1; cut <= len; cut++) {
		whole = cut == len;
		begin(APPEND, &s);
		add_tail(line, cut);
		r = rec_verify(DIR, keys[APPEND], NULL);
		ck_assert_int_eq(r.verdict, ONSHI_AUDIT_TORN);
		ck_assert_int_eq(r.entries, acknowledged[APPEND]);
		ck_assert_int_eq(rec_verify(DIR, NULL, NULL).verdict,
		    ONSHI_AUDIT_TORN);
		ck_assert_int_eq(rec_append(&s, 0), ONSHI_OK);
		oki_audit_store_free(&s);
		r = rec_verify(DIR, keys[APPEND], NULL);
		ck_assert_int_eq(r.verdict, ONSHI_AUDIT_INTACT);
		ck_assert_int_eq(r.entries, acknowledged[APPEND] + 2 +
		    (whole ? 1 : 0));
		ck_assert_uint_eq(memfs_count("/rec/torn/"), whole ? 0 : 1);

		/* The entry about it says how much, and of what digest. */
		ck_assert_int_eq(oki_sha256(line, cut, sum), ONSHI_OK);
		oki_hex(hex, sum, sizeof(sum));
		(void)snprintf(expect, sizeof(expect), whole ?
		    "e=log.recovered\to=ok\t" : "r=bytes=%u:sha256=%s",
		    (unsigned int)cut, hex);
		log = memfs_read(LOG, &had);
		ck_assert_ptr_nonnull(strstr((char *)log, expect));
		free(log);
	}
	free(line);
}
END_TEST

/* What is no torn write, though it stands in its place. */
static const struct {
	const char	*name;
	const char	*bytes;
	bool		 torn;
} tails[] = {
	{ "a byte", "v", true },
	{ "an empty line", "\n", false },
	{ "text with an end", "hello\n", false },
	{ "two lines", "a\nb\n", false },
	{ "a line and a half", "a\nb", false },
	{ "a lost sector", "\001\001\001\ng=", true },
	{ "old bytes with an end", "\377\376abc\n", true },
};

START_TEST(tails_judged)
{
	struct oki_audit_store s;
	struct oki_audit_report r;

	begin(APPEND, &s);
	add_tail(tails[_i].bytes, strlen(tails[_i].bytes));
	r = rec_verify(DIR, keys[APPEND], NULL);
	ck_assert_msg(r.verdict == (tails[_i].torn ? ONSHI_AUDIT_TORN :
	    ONSHI_AUDIT_CHANGED), "%s", tails[_i].name);
	ck_assert_msg(rec_append(&s, 0) == (tails[_i].torn ? ONSHI_OK :
	    ONSHI_E_AUDIT), "%s", tails[_i].name);
	oki_audit_store_free(&s);
}
END_TEST

START_TEST(tail_too_long)
{
	struct oki_audit_store s;
	char much[OKI_AUDIT_LINE + 1];

	memset(much, 0, sizeof(much));
	begin(APPEND, &s);
	add_tail(much, sizeof(much) - 1);
	ck_assert_int_eq(rec_verify(DIR, keys[APPEND], NULL).verdict,
	    ONSHI_AUDIT_TORN);
	ck_assert_int_eq(rec_append(&s, 0), ONSHI_OK);
	oki_audit_store_free(&s);
	begin(APPEND, &s);
	add_tail(much, sizeof(much));
	ck_assert_int_eq(rec_verify(DIR, keys[APPEND], NULL).verdict,
	    ONSHI_AUDIT_CHANGED);
	ck_assert_int_eq(rec_append(&s, 0), ONSHI_E_AUDIT);
	oki_audit_store_free(&s);
}
END_TEST

/* A whole entry of ours, but not the next one. */
START_TEST(a_line_sealed_otherwise)
{
	struct oki_audit_store s;
	size_t len;
	char *line = next_line(&len);

	line[len - 2] = line[len - 2] == '0' ? '1' : '0';
	begin(APPEND, &s);
	add_tail(line, len);
	ck_assert_int_eq(rec_verify(DIR, keys[APPEND], NULL).verdict,
	    ONSHI_AUDIT_CHANGED);
	ck_assert_int_eq(rec_append(&s, 0), ONSHI_E_AUDIT);
	oki_audit_store_free(&s);
	free(line);
}
END_TEST

START_TEST(tails_in_both_segments)
{
	struct oki_audit_store s;

	begin(AFTER_TORN_ROTATE, &s);
	add_tail("x", 1);
	ck_assert_int_eq(rec_verify(DIR, keys[AFTER_TORN_ROTATE],
	    NULL).verdict, ONSHI_AUDIT_CHANGED);
	ck_assert_int_eq(rec_append(&s, 0), ONSHI_E_AUDIT);
	oki_audit_store_free(&s);
}
END_TEST

/* ---- beginning a trail --------------------------------------------------------------- */

/* Killed at each call of init: begun anew, or there already; never half. */
START_TEST(killed_while_beginning)
{
	uint8_t key[OKI_AUDIT_HASH], again[OKI_AUDIT_HASH];
	struct oki_audit_store s;
	struct onshi_error e;
	size_t d;
	int n, r;

	for (d = 0; d < OKI_COUNT(deaths); d++)
		for (n = 1;; n++) {
			memfs_reset();
			rec_open(&s, DIR, env, SMALL);
			memfs_fault(deaths[d], n, EIO);
			oki_error_clear(&e);
			r = oki_audit_store_begin(&s, 0, key, &e);
			oki_audit_store_free(&s);
			if (!memfs_fault_met()) {
				ck_assert_int_eq(r, ONSHI_OK);
				break;
			}
			memfs_revive();
			memfs_fault(MEMFS_NONE, 0, 0);
			rec_open(&s, DIR, env, SMALL);
			/* Off, or on and whole: then its key was lost on the
			 * way, and the owner has to begin elsewhere. */
			if (rec_append(&s, 0) == ONSHI_E_AUDIT_GONE) {
				oki_error_clear(&e);
				ck_assert_int_eq(oki_audit_store_begin(&s, 0,
				    again, &e), ONSHI_OK);
				memcpy(key, again, sizeof(key));
			}
			oki_error_clear(&e);
			r = oki_audit_store_begin(&s, 0, again, &e);
			ck_assert_int_eq(r, ONSHI_E_STATE);
			r = rec_append(&s, 0);
			oki_audit_store_free(&s);
			if (r == ONSHI_OK)
				ck_assert_int_eq(rec_verify(DIR, key,
				    NULL).verdict, ONSHI_AUDIT_INTACT);
		}
}
END_TEST

/* A state that counts entries stays, though its log be gone. */
START_TEST(nothing_begins_over_a_state)
{
	uint8_t key[OKI_AUDIT_HASH];
	struct oki_audit_store s;
	struct onshi_error e;

	begin(APPEND, &s);
	memfs_remove(LOG);
	oki_error_clear(&e);
	ck_assert_int_eq(oki_audit_store_begin(&s, 0, key, &e),
	    ONSHI_E_STATE);
	ck_assert_int_eq(rec_append(&s, 0), ONSHI_E_AUDIT);
	oki_audit_store_free(&s);
	/* Nor over a log whose state is gone. */
	begin(APPEND, &s);
	memfs_remove(STATE);
	oki_error_clear(&e);
	ck_assert_int_eq(oki_audit_store_begin(&s, 0, key, &e),
	    ONSHI_E_STATE);
	oki_audit_store_free(&s);
}
END_TEST

/* A clock that goes back to an earlier month begins no segment; when it comes
 * to the next month it does. */
START_TEST(months)
{
	struct oki_audit_store s;

	begin(APPEND, &s);
	rec_clock(REC_START - 70 * 86400000LL);
	ck_assert_int_eq(rec_append(&s, 0), ONSHI_OK);
	ck_assert_int_eq(rec_append(&s, 1), ONSHI_OK);
	ck_assert_uint_eq(memfs_count("/rec/audit-0"), 1);
	/* 1 November 2026, 0:00 in Japan, and two seconds before. */
	rec_clock(1793458798000);
	ck_assert_int_eq(rec_append(&s, 2), ONSHI_OK);
	ck_assert_uint_eq(memfs_count("/rec/audit-0"), 1);
	rec_clock(1793458800000);
	ck_assert_int_eq(rec_append(&s, 3), ONSHI_OK);
	ck_assert_uint_eq(memfs_count("/rec/audit-0"), 2);
	ck_assert_int_eq(rec_append(&s, 4), ONSHI_OK);
	ck_assert_uint_eq(memfs_count("/rec/audit-0"), 2);
	oki_audit_store_free(&s);
	ck_assert_int_eq(rec_verify(DIR, keys[APPEND], NULL).verdict,
	    ONSHI_AUDIT_INTACT);
}
END_TEST

START_TEST(failed_while_beginning)
{
	uint8_t key[OKI_AUDIT_HASH];
	struct oki_audit_store s;
	struct onshi_error e;
	int n, r;

	for (n = 1;; n++) {
		memfs_reset();
		rec_open(&s, DIR, env, SMALL);
		memfs_fault(MEMFS_FAIL, n, ENOSPC);
		oki_error_clear(&e);
		r = oki_audit_store_begin(&s, 0, key, &e);
		oki_audit_store_free(&s);
		ck_assert_int_eq(memfs_open_files(), 0);
		if (!memfs_fault_met())
			break;
		ck_assert_int_ne(r, ONSHI_E_STATE);
	}
	ck_assert_int_eq(r, ONSHI_OK);
	ck_assert_int_gt(n, 10);
}
END_TEST

static void
add_tests(TCase *t)
{
	tcase_set_timeout(t, 300);
	tcase_add_unchecked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, scenes_are_so, 0, SCENES);
	tcase_add_loop_test(t, killed, 0, SCENES);
	tcase_add_loop_test(t, killed_twice, 0, SCENES);
	tcase_add_loop_test(t, failed, 0, SCENES);
	tcase_add_loop_test(t, poisoned, 0, SCENES);
	tcase_add_test(t, three_syncs);
	tcase_add_test(t, own_slot_changed);
	tcase_add_loop_test(t, power, 0, SCENES);
	tcase_add_test(t, lying_disk);
	tcase_add_test(t, a24_every_length);
	tcase_add_loop_test(t, tails_judged, 0, (int)OKI_COUNT(tails));
	tcase_add_test(t, tail_too_long);
	tcase_add_test(t, a_line_sealed_otherwise);
	tcase_add_test(t, tails_in_both_segments);
	tcase_add_test(t, killed_while_beginning);
	tcase_add_test(t, nothing_begins_over_a_state);
	tcase_add_test(t, months);
	tcase_add_test(t, failed_while_beginning);
}

int
main(void)
{
	return run_tests("audit/crash", add_tests);
}
