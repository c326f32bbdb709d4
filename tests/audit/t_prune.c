/* What prune takes away, and nobody else: old segments, proved, one entry for
 * each, whatever happens meanwhile (SEC-100). */
#include <check.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/audit/disk.h"
#include "tests/core/run.h"
#include "tests/sample.h"

#define MONTHS	6		/* a segment each, from October 2026 on */
#define EACH	4		/* entries, but for those of the trail itself */
#define DAY	86400000LL
#define LATER	(REC_START + 6 * 366 * DAY)	/* October 2032 */

static void
make_record(void)
{
	int month;

	begin_trail();
	for (month = 0; month < MONTHS; month++) {
		rec_clock(REC_START + month * 31 * DAY);
		append_all(EACH, 0);
	}
	ck_assert_uint_eq(memfs_count("/rec/audit-0"), MONTHS);
	base = memfs_save();
}

static void
setup(void)
{
	load_trail();
	rec_clock(LATER);
}

static int
prune(int32_t before, int years, const uint8_t *key, int64_t *removed)
{
	const struct oki_audit_prune what = { .before = before,
	    .years = years, .k0 = key };
	struct oki_audit_store s;
	struct onshi_error e;
	int64_t n;
	int r;

	oki_error_clear(&e);
	ck_assert_int_eq(oki_audit_store_init(&s, DIR, "", env), ONSHI_OK);
	r = oki_audit_prune(&s, &what, 0, removed == NULL ? &n : removed, &e);
	ck_assert_int_eq(r, e.code);
	oki_audit_store_free(&s);

	return r;
}

static void
expect(const char *what, const uint8_t *key, int verdict, int64_t first_bad)
{
	struct oki_audit_report r = rec_verify_by(DIR, key, NULL, env);

	ck_assert_msg(r.verdict == verdict && r.first_bad == first_bad,
	    "%s, %s key: verdict %d at %d, not %d at %d", what,
	    key == NULL ? "no" : "with", r.verdict, (int)r.first_bad, verdict,
	    (int)first_bad);
}

static void
expect_whole(const char *what)
{
	expect(what, k0, ONSHI_AUDIT_INTACT, 0);
	expect(what, NULL, ONSHI_AUDIT_NO_KEY, 0);
}

/* October has 5 entries (log.open), each later month 5 (log.rotate). */
static const struct {
	const char	*name;
	int32_t		 before;
	int		 years;
	int		 result;
	int		 segments;	/* that go */
} dates[] = {
	{ "nothing is so old", 20261001, 5, ONSHI_OK, 0 },
	{ "the month it ends in", 20261005, 5, ONSHI_OK, 0 },
	{ "the day after its last", 20261006, 5, ONSHI_OK, 1 },
	{ "a month", 20261101, 5, ONSHI_OK, 1 },
	{ "into the next month", 20261105, 5, ONSHI_OK, 1 },
	{ "two months", 20261106, 5, ONSHI_OK, 2 },
	{ "five", 20270301, 5, ONSHI_OK, 5 },
	{ "but never the one that is written to", 20270801, 5, ONSHI_OK, 5 },
	{ "to the day", 20271009, 5, ONSHI_OK, 5 },
	{ "a day too young", 20271010, 5, ONSHI_E_VALUE, 0 },
	{ "all that is there", 20990101, 5, ONSHI_E_VALUE, 0 },
	{ "kept for longer", 20261101, 7, ONSHI_E_VALUE, 0 },
	{ "kept for less", 20281101, 1, ONSHI_OK, 5 },
};

START_TEST(dates_and_retention)
{
	int64_t removed = -1;
	struct oki_audit_report r;
	int i;

	ck_assert_msg(prune(dates[_i].before, dates[_i].years,
	    _i % 2 == 0 ? k0 : NULL, &removed) == dates[_i].result, "%s",
	    dates[_i].name);
	ck_assert_msg(removed == dates[_i].segments * (EACH + 1), "%s: %d "
	    "entries", dates[_i].name, (int)removed);
	for (i = 1; i <= MONTHS; i++)
		ck_assert_msg((memfs_count(path_of(i)) == 0) ==
		    (i <= dates[_i].segments), "%s: %d", dates[_i].name, i);
	expect_whole(dates[_i].name);
	r = rec_verify_by(DIR, k0, NULL, env);
	ck_assert_int_eq(r.pruned, removed);
	ck_assert_int_eq(append_one(0, 0), ONSHI_OK);
	expect_whole("after the next entry");
}
END_TEST

/* The entry says what is gone: digest and count of the file as it was. */
START_TEST(the_entry_says_what)
{
	char want[256], digest[2 * OKI_AUDIT_HASH + 1];
	char hash[2 * OKI_AUDIT_HASH + 1];
	uint8_t sum[OKI_AUDIT_HASH], *bytes, *log;
	size_t len, last;

	bytes = memfs_read(path_of(1), &len);
	ck_assert_int_eq(oki_sha256(bytes, len, sum), ONSHI_OK);
	oki_hex(digest, sum, sizeof(sum));
	for (last = len - 1; bytes[last - 1] != '\n'; last--)
		;
	ck_assert_int_eq(oki_sha256(bytes + last, len - last, sum), ONSHI_OK);
	oki_hex(hash, sum, sizeof(sum));
	free(bytes);
	ck_assert_int_eq(prune(20261101, 5, k0, NULL), ONSHI_OK);
	(void)snprintf(want, sizeof(want), "e=log.prune\to=ok\ta=-\tl=-\ts=-"
	    "\tm=" REC_CODE "\t");
	log = memfs_read(path_of(MONTHS + 1), &len);	/* a later month */
	ck_assert_ptr_nonnull(log);
	ck_assert_ptr_nonnull(strstr((char *)log, want));
	(void)snprintf(want, sizeof(want), "\tr=segment=1:entries=5:last=5:"
	    "hash=%s:sha256=%s:until=20261005:proof=key\t", hash, digest);
	ck_assert_ptr_nonnull(strstr((char *)log, want));
	free(log);
}
END_TEST

/* Year after year: the entry about the first goes with its own segment. */
START_TEST(again_and_again)
{
	int64_t removed;
	int year;

	ck_assert_int_eq(prune(20261101, 5, NULL, &removed), ONSHI_OK);
	ck_assert_int_eq(removed, EACH + 1);
	ck_assert_int_eq(prune(20261101, 5, NULL, &removed), ONSHI_OK);
	ck_assert_int_eq(removed, 0);
	for (year = 0; year < 12; year++) {
		rec_clock(LATER + (year + 1) * 366 * DAY);
		ck_assert_int_eq(append_one(year, 0), ONSHI_OK);
		ck_assert_int_eq(prune(20271001 + year * 10000, 5, k0,
		    &removed), ONSHI_OK);
		expect_whole("each year");
	}
	ck_assert_uint_eq(memfs_count(path_of(MONTHS + 1)), 0);
	ck_assert_uint_le(memfs_count("/rec/audit-0"), 8);
}
END_TEST

/* A head that was noted before what it names was pruned. */
START_TEST(old_heads)
{
	struct oki_audit_vouch v;
	char head[96], hex[2 * OKI_AUDIT_HASH + 1];
	uint8_t *log;
	size_t len;

	ck_assert_int_eq(prune(20261101, 5, NULL, NULL), ONSHI_OK);
	log = memfs_read(path_of(MONTHS + 1), &len);
	ck_assert(oki_audit_vouch_parse(strchr((char *)log, '\n') + 1,
	    len - (size_t)(strchr((char *)log, '\n') + 1 - (char *)log), &v));
	free(log);
	oki_hex(hex, v.hash, OKI_AUDIT_HASH);
	/* A head of what is gone proves nothing of what is there. */
	(void)snprintf(head, sizeof(head), "5:%s", hex);
	ck_assert_int_eq(rec_verify_by(DIR, k0, head, env).verdict,
	    ONSHI_AUDIT_CHANGED);
	(void)snprintf(head, sizeof(head), "3:%s", hex);
	ck_assert_int_eq(rec_verify_by(DIR, k0, head, env).verdict,
	    ONSHI_AUDIT_CHANGED);
	hex[3] = hex[3] == '0' ? '1' : '0';
	(void)snprintf(head, sizeof(head), "5:%s", hex);
	ck_assert_int_eq(rec_verify_by(DIR, k0, head, env).verdict,
	    ONSHI_AUDIT_CHANGED);
	(void)snprintf(head, sizeof(head), "9999:%s", hex);
	ck_assert_int_eq(rec_verify_by(DIR, k0, head, env).verdict,
	    ONSHI_AUDIT_SHORTER);
}
END_TEST

/* ---- refused ------------------------------------------------------------------- */

START_TEST(not_what_is_not_intact)
{
	uint8_t other[OKI_AUDIT_HASH] = { 1 };
	int64_t removed = -1;

	/* A wrong key proves nothing. */
	ck_assert_int_eq(prune(20261101, 5, other, &removed), ONSHI_E_AUDIT);
	ck_assert_int_eq(removed, 0);
	/* A byte of the segment, of another, and an end that is missing. */
	flip(path_of(1), 800);
	ck_assert_int_eq(prune(20261101, 5, k0, NULL), ONSHI_E_AUDIT);
	ck_assert_int_eq(prune(20261101, 5, NULL, NULL), ONSHI_E_AUDIT);
	memfs_load(base);
	flip(path_of(4), 20);
	ck_assert_int_eq(prune(20261101, 5, NULL, NULL), ONSHI_E_AUDIT);
	memfs_load(base);
	memfs_remove(path_of(MONTHS));
	ck_assert_int_eq(prune(20261101, 5, NULL, NULL), ONSHI_E_AUDIT);
	memfs_load(base);
	memfs_remove(STATE);
	ck_assert_int_eq(prune(20261101, 5, NULL, NULL), ONSHI_E_AUDIT);
	ck_assert_uint_eq(memfs_count("/rec/audit-0"), MONTHS);
	memfs_reset();
	ck_assert_int_eq(prune(20261101, 5, NULL, NULL), ONSHI_E_AUDIT_GONE);
}
END_TEST

/* ---- taken away by others -------------------------------------------------------- */

START_TEST(taken_without_an_entry)
{
	memfs_remove(path_of(1));
	expect("the first", k0, ONSHI_AUDIT_CHANGED, 1);
	expect("the first", NULL, ONSHI_AUDIT_CHANGED, 1);
	/* The trail goes on, and it stays found. */
	ck_assert_int_eq(append_one(0, 0), ONSHI_OK);
	expect("the first, later", k0, ONSHI_AUDIT_CHANGED, 1);
	ck_assert_int_eq(prune(20261201, 5, NULL, NULL), ONSHI_E_AUDIT);

	/* One more than was vouched for. */
	setup();
	ck_assert_int_eq(prune(20261101, 5, k0, NULL), ONSHI_OK);
	memfs_remove(path_of(2));
	expect("one more", k0, ONSHI_AUDIT_CHANGED, 1);
	expect("one more", NULL, ONSHI_AUDIT_CHANGED, 1);
	/* One from the middle. */
	setup();
	ck_assert_int_eq(prune(20261101, 5, k0, NULL), ONSHI_OK);
	memfs_remove(path_of(3));
	expect("the middle", k0, ONSHI_AUDIT_CHANGED, 11);
	expect("the middle", NULL, ONSHI_AUDIT_CHANGED, 11);
	/* All but the last. */
	setup();
	memfs_remove(path_of(1));
	memfs_remove(path_of(2));
	memfs_remove(path_of(3));
	memfs_remove(path_of(4));
	memfs_remove(path_of(5));
	expect("all but one", k0, ONSHI_AUDIT_CHANGED, 1);
	/* The first lines of a file, not a file. */
	setup();
	ck_assert_int_eq(prune(20261101, 5, k0, NULL), ONSHI_OK);
	{
		size_t len;
		uint8_t *bytes = memfs_read(path_of(2), &len);
		char *lf = strchr((char *)bytes, '\n') + 1;

		memfs_write(path_of(2), lf,
		    len - (size_t)(lf - (char *)bytes));
		free(bytes);
	}
	expect("a line", k0, ONSHI_AUDIT_CHANGED, 1);
	expect("a line", NULL, ONSHI_AUDIT_CHANGED, 1);
}
END_TEST

/* An entry for it that is somebody else's: with a right chain and a right
 * state, but no key. It is found with the key. */
START_TEST(vouched_by_a_forger)
{
	uint8_t slots[2 * OKI_AUDIT_SLOT] = { 0 }, *bytes, *state;
	uint8_t nobody[OKI_AUDIT_HASH] = { 7 };
	struct oki_audit_sums sums;
	struct oki_audit_mark m;
	struct oki_audit_store s;
	struct oki_audit_hold h;
	struct oki_audit_entry entry = { .event = OKI_AUDIT_LOG_PRUNE };
	char hex[2 * OKI_AUDIT_HASH + 1], result[256];
	uint8_t sum[OKI_AUDIT_HASH];
	struct onshi_error e;
	size_t len, last;

	/* The key in the state is replaced by the forger's own. */
	ck_assert_int_eq(oki_audit_sums_open(&sums), ONSHI_OK);
	state = memfs_read(STATE, &len);
	ck_assert(oki_audit_slot_read(&sums, state, &m) ||
	    oki_audit_slot_read(&sums, state + OKI_AUDIT_SLOT, &m));
	free(state);
	memcpy(m.key, nobody, sizeof(nobody));
	ck_assert_int_eq(oki_audit_slot_write(&sums, &m, slots), ONSHI_OK);
	memfs_write(STATE, slots, sizeof(slots));
	bytes = memfs_read(path_of(1), &len);
	for (last = len - 1; bytes[last - 1] != '\n'; last--)
		;
	ck_assert_int_eq(oki_sha256(bytes + last, len - last, sum), ONSHI_OK);
	oki_hex(hex, sum, sizeof(sum));
	free(bytes);
	(void)snprintf(result, sizeof(result), "segment=1:entries=5:last=5:"
	    "hash=%s:sha256=%s:until=20261005:proof=key", hex, hex);
	entry.result = result;
	oki_error_clear(&e);
	rec_open(&s, DIR, env, 0);
	ck_assert_int_eq(oki_audit_hold_ready(&h, &s, 0, &e), ONSHI_OK);
	ck_assert_int_eq(oki_audit_hold_write(&h, &entry), ONSHI_OK);
	oki_audit_hold_drop(&h);
	oki_audit_store_free(&s);
	memfs_remove(path_of(1));
	expect("forged", k0, ONSHI_AUDIT_CHANGED, (MONTHS * (EACH + 1)) + 1);
	oki_audit_sums_close(&sums);
}
END_TEST

/*
 * Whoever reads the state can seal a log.prune of their own. What they cannot
 * choose is the time of the entry that is then the first: so the past can be
 * cut only where it needs not be kept any more, and that far it can.
 */
#define YEARS5	(REC_START + 31 * DAY + 5 * 365 * DAY + DAY)	/* from the
				first entry of segment 2, 5 November 2026 */
static const struct {
	const char	*name;
	int64_t		 sealed;	/* time of the log.prune */
	int64_t		 proved;	/* time of the verifier */
	int		 event;
	int		 last;		/* more than there are, or fewer */
	bool		 wrong_hash;
	int		 lines;		/* of segment 2 that go, too */
	int		 verdict;
} forgeries[] = {
#define PRUNE	OKI_AUDIT_LOG_PRUNE
#define CHANGED	ONSHI_AUDIT_CHANGED
#define INTACT	ONSHI_AUDIT_INTACT
	{ "the next day", LATER - 1978 * DAY, LATER - 1977 * DAY, PRUNE, 0,
	  false, 0, CHANGED },
	{ "proved when it is old", LATER - 1978 * DAY, LATER, PRUNE, 0, false,
	  0, CHANGED },
	{ "a day too soon", YEARS5 - DAY, YEARS5 - DAY, PRUNE, 0, false, 0,
	  CHANGED },
	{ "to the day", YEARS5, YEARS5, PRUNE, 0, false, 0, INTACT },
	{ "ahead of the verifier", LATER, LATER - 1977 * DAY, PRUNE, 0, false,
	  0, CHANGED },
	{ "two days ahead", YEARS5, YEARS5 - 2 * DAY, PRUNE, 0, false, 0,
	  CHANGED },
	{ "as clocks differ", YEARS5, YEARS5 - DAY / 2, PRUNE, 0, false, 0,
	  INTACT },
	{ "old", LATER, LATER, PRUNE, 0, false, 0, INTACT },
	{ "another hash", LATER, LATER, PRUNE, 0, true, 0, CHANGED },
	{ "one entry more", LATER, LATER, PRUNE, 1, false, 0, CHANGED },
	{ "one entry fewer", LATER, LATER, PRUNE, -1, false, 0, CHANGED },
	{ "another event", LATER, LATER, OKI_AUDIT_LOG_ANCHOR, 0, false, 0,
	  CHANGED },
	{ "half a segment", LATER, LATER, PRUNE, 2, false, 2, CHANGED },
#undef PRUNE
#undef CHANGED
#undef INTACT
};

/* The number and hash of the last of so many entries of segments 1 and 2. */
static void
hash_of(int entries, char hex[2 * OKI_AUDIT_HASH + 1])
{
	uint8_t sum[OKI_AUDIT_HASH], *bytes;
	const char *line, *lf;
	int i, segment = entries > EACH + 1 ? 2 : 1;
	size_t len;

	bytes = memfs_read(path_of(segment), &len);
	line = (const char *)bytes;
	for (i = segment == 2 ? EACH + 2 : 1; i < entries; i++)
		line = strchr(line, '\n') + 1;
	lf = strchr(line, '\n');
	ck_assert_int_eq(oki_sha256(line, (size_t)(lf - line) + 1, sum),
	    ONSHI_OK);
	oki_hex(hex, sum, sizeof(sum));
	free(bytes);
}

static void
cut_lines(int segment, int lines)
{
	size_t len;
	uint8_t *bytes = memfs_read(path_of(segment), &len);
	const char *rest = (const char *)bytes;

	for (; lines > 0; lines--)
		rest = strchr(rest, '\n') + 1;
	memfs_write(path_of(segment), rest,
	    len - (size_t)(rest - (const char *)bytes));
	free(bytes);
}

static void
forge(int64_t sealed, int event, int last, const char *hash)
{
	struct oki_audit_entry entry = { .event = (enum oki_audit_event)event };
	struct oki_audit_store s;
	struct onshi_error e;
	char result[320];

	(void)snprintf(result, sizeof(result), "segment=1:entries=%d:last=%d:"
	    "hash=%s:sha256=%s:until=20261005:proof=key", last, last, hash,
	    hash);
	entry.result = result;
	oki_error_clear(&e);
	rec_clock(sealed);
	rec_open(&s, DIR, env, 0);
	ck_assert_int_eq(oki_audit_store_append(&s, &entry, 0, &e), ONSHI_OK);
	oki_audit_store_free(&s);
}

START_TEST(vouched_by_the_state)
{
	char hash[2 * OKI_AUDIT_HASH + 1];
	int last = EACH + 1 + forgeries[_i].last;
	struct oki_audit_report r;

	hash_of(last, hash);
	if (forgeries[_i].wrong_hash)
		hash[63] = hash[63] == '0' ? '1' : '0';
	forge(forgeries[_i].sealed, forgeries[_i].event, last, hash);
	memfs_remove(path_of(1));
	cut_lines(2, forgeries[_i].lines);
	rec_clock(forgeries[_i].proved);
	r = rec_verify_by(DIR, k0, NULL, env);
	ck_assert_msg(r.verdict == forgeries[_i].verdict, "%s: %d at %d",
	    forgeries[_i].name, r.verdict, (int)r.first_bad);
	if (r.verdict == ONSHI_AUDIT_CHANGED)
		ck_assert_int_eq(r.first_bad, 1);
	ck_assert_int_eq(r.pruned, r.verdict == ONSHI_AUDIT_INTACT ? EACH + 1 :
	    0);
}
END_TEST

/* The number of the last that is gone, and its hash: both have to be right. */
START_TEST(vouched_with_another_number)
{
	char hash[2 * OKI_AUDIT_HASH + 1];

	hash_of(EACH + 1, hash);
	forge(LATER, OKI_AUDIT_LOG_PRUNE, EACH + 1 + (_i == 0 ? -1 : 1), hash);
	memfs_remove(path_of(1));
	expect("another number", k0, ONSHI_AUDIT_CHANGED, 1);
}
END_TEST

/* Even that much is found by a head that was noted of what is gone. */
START_TEST(vouched_by_the_state_with_a_head)
{
	char hash[2 * OKI_AUDIT_HASH + 1], head[96];

	hash_of(EACH, hash);
	(void)snprintf(head, sizeof(head), "%d:%s", EACH, hash);
	hash_of(EACH + 1, hash);
	forge(LATER, OKI_AUDIT_LOG_PRUNE, EACH + 1, hash);
	ck_assert_int_eq(rec_verify_by(DIR, k0, head, env).verdict,
	    ONSHI_AUDIT_INTACT);
	memfs_remove(path_of(1));
	ck_assert_int_eq(rec_verify_by(DIR, k0, head, env).verdict,
	    ONSHI_AUDIT_CHANGED);
}
END_TEST

/* Nor does a log.prune that somebody put there let prune itself take what has
 * to be kept. */
START_TEST(vouched_for_prune)
{
	char hash[2 * OKI_AUDIT_HASH + 1];
	int64_t removed = -1, then = YEARS5 - 3 * DAY;

	hash_of(EACH + 1, hash);
	forge(then, OKI_AUDIT_LOG_PRUNE, EACH + 1, hash);
	ck_assert_int_eq(prune(20211001, 5, k0, &removed), ONSHI_OK);
	ck_assert_int_eq(removed, 0);
	/* And what is left has to begin with an old one. */
	ck_assert_int_eq(prune(20261031, 5, k0, &removed), ONSHI_OK);
	ck_assert_int_eq(removed, 0);
	rec_clock(YEARS5);
	ck_assert_int_eq(prune(20261031, 5, k0, &removed), ONSHI_OK);
	ck_assert_int_eq(removed, EACH + 1);
	expect_whole("to the day");
}
END_TEST

/* One that has another hash than the segment that is there stands for nothing:
 * prune writes its own. */
START_TEST(vouched_wrongly_for_prune)
{
	char hash[2 * OKI_AUDIT_HASH + 1];
	int64_t removed = -1;

	hash_of(EACH, hash);
	forge(LATER, OKI_AUDIT_LOG_PRUNE, EACH + 1, hash);
	ck_assert_int_eq(prune(20261031, 5, k0, &removed), ONSHI_OK);
	ck_assert_int_eq(removed, EACH + 1);
	expect_whole("its own");
}
END_TEST

/* What is left begins where it began: not under the first one's name. */
START_TEST(renamed_to_the_first)
{
	ck_assert_int_eq(prune(20261101, 5, k0, NULL), ONSHI_OK);
	memfs_rename(path_of(2), "/rec/audit-000001.log");
	expect("renamed", k0, ONSHI_AUDIT_CHANGED, 1);
}
END_TEST

static const struct {
	const char	*text;
	bool		 good;
} vouches[] = {
#define H "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
	{ "v=1\tr=segment=1:entries=5:last=5:hash=" H ":sha256=" H, true },
	{ "v=1\tr=segment=1:entries=5:last=5:hash=" H ":sha256=", true },
	{ "v=1\tr=segment=1:entries=5:last=5:hash=" H, false },
	{ "v=1\tr=segment=1:entries=5:last=5:hash=0011", false },
	{ "v=1\tr=segment=1:entries=5:last=:hash=" H ":sha256=", false },
	{ "v=1\tr=segment=1:entries=5:last=-5:hash=" H ":sha256=", false },
	{ "v=1\tr=segment=:entries=5:last=5:hash=" H ":sha256=", false },
	{ "v=1\tr=segment=1:last=5:hash=" H ":sha256=", false },
	{ "v=1\tw=segment=1:entries=5:last=5:hash=" H ":sha256=", false },
	{ "v=1\tr=segment=1:entries=5:last=5:hash=G" H ":sha256=", false },
	{ "", false }, { "\tr=", false }, { "\tr=segment=1", false },
#undef H
};

START_TEST(vouches_read)
{
	struct oki_audit_vouch v;
	size_t len = strlen(vouches[_i].text), cut;
	char *copy;

	ck_assert_msg(oki_audit_vouch_parse(vouches[_i].text, len, &v) ==
	    vouches[_i].good, "%s", vouches[_i].text);
	for (cut = 0; cut < len; cut++) {	/* nothing beyond its end */
		copy = malloc(cut + 1);
		ck_assert_ptr_nonnull(copy);
		memcpy(copy, vouches[_i].text, cut);
		copy[cut] = 'x';
		(void)oki_audit_vouch_parse(copy, cut, &v);
		free(copy);
	}
}
END_TEST

/* ---- interrupted ------------------------------------------------------------------ */

/* Whole, or whole after the next entry, and the same prune comes to its end. */
static void
check_repeated(const char *what, int at)
{
	struct oki_audit_report r;

	memfs_fault(MEMFS_NONE, 0, 0);
	r = rec_verify_by(DIR, k0, NULL, env);
	ck_assert_msg(r.verdict == ONSHI_AUDIT_INTACT ||
	    r.verdict == ONSHI_AUDIT_TORN, "%s %d: verdict %d at %d", what, at,
	    r.verdict, (int)r.first_bad);
	ck_assert_msg(r.entries + r.pruned >= MONTHS * (EACH + 1),
	    "%s %d: %d entries", what, at, (int)(r.entries + r.pruned));
	ck_assert_msg(prune(20261215, 5, k0, NULL) == ONSHI_OK,
	    "%s %d: not again", what, at);
	expect_whole(what);
	r = rec_verify_by(DIR, k0, NULL, env);
	ck_assert_msg(r.pruned == 3 * (EACH + 1), "%s %d: %d pruned", what,
	    at, (int)r.pruned);
	ck_assert_uint_eq(memfs_count(path_of(3)), 0);
	ck_assert_uint_eq(memfs_count(path_of(4)), 1);
	ck_assert_int_eq(memfs_open_files(), 0);
}

static const enum memfs_fault faults[] = {
	MEMFS_DIE_BEFORE, MEMFS_DIE_HALF, MEMFS_DIE_AFTER, MEMFS_FAIL,
	MEMFS_HALF
};

START_TEST(interrupted)
{
	int n, r;

	for (n = 1;; n++) {
		setup();
		memfs_fault(faults[_i], n, EIO);
		r = prune(20261215, 5, k0, NULL);
		if (!memfs_fault_met()) {
			ck_assert_int_eq(r, ONSHI_OK);
			break;
		}
		memfs_revive();
		check_repeated("interrupted at", n);
	}
	ck_assert_int_gt(n, 60);
}
END_TEST

static struct memfs *moments[256];
static int nmoments;

static void
keep(void *arg)
{
	(void)arg;
	if (nmoments < 256)
		moments[nmoments++] = memfs_save();
}

START_TEST(without_power)
{
	size_t i, n, step;
	int m;

	setup();
	memfs_record(keep, NULL);
	ck_assert_int_eq(prune(20261215, 5, k0, NULL), ONSHI_OK);
	memfs_record(NULL, NULL);
	ck_assert_int_gt(nmoments, 20);
	for (m = 0; m < nmoments; m++) {
		memfs_load(moments[m]);
		n = memfs_losses();
		step = sample_step(n > 40 ? n / 40 : 1);
		for (i = 0; i < n; i += step) {
			memfs_load(moments[m]);
			memfs_lose(i);
			rec_clock(LATER);
			check_repeated("power lost, step", m);
		}
		memfs_free(moments[m]);
	}
}
END_TEST

static void
fill(TCase *t)
{
	tcase_set_timeout(t, 120);
	tcase_add_unchecked_fixture(t, make_record, drop_trail);
	tcase_add_checked_fixture(t, setup, all_is_closed);
	tcase_add_loop_test(t, dates_and_retention, 0, (int)OKI_COUNT(dates));
	tcase_add_test(t, the_entry_says_what);
	tcase_add_test(t, again_and_again);
	tcase_add_test(t, old_heads);
	tcase_add_test(t, not_what_is_not_intact);
	tcase_add_test(t, taken_without_an_entry);
	tcase_add_test(t, vouched_by_a_forger);
	tcase_add_loop_test(t, vouched_by_the_state, 0,
	    (int)OKI_COUNT(forgeries));
	tcase_add_loop_test(t, vouched_with_another_number, 0, 2);
	tcase_add_test(t, vouched_by_the_state_with_a_head);
	tcase_add_test(t, vouched_for_prune);
	tcase_add_test(t, vouched_wrongly_for_prune);
	tcase_add_test(t, renamed_to_the_first);
	tcase_add_loop_test(t, vouches_read, 0, (int)OKI_COUNT(vouches));
	tcase_add_loop_test(t, interrupted, 0, (int)OKI_COUNT(faults));
	tcase_add_test(t, without_power);
}

int
main(void)
{
	return run_tests("audit/prune", fill);
}
