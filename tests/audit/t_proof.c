/* What a verifier counts and where it lets a trail begin: each condition shown
 * both ways, one changed at a time. */
#include "config.h"

#include <string.h>

#include "tests/audit/disk.h"
#include "tests/core/run.h"

static struct oki_audit_store store;

static void
setup(void)
{
	begin_trail();
	rec_open(&store, DIR, env, 0);
}

static void
teardown(void)
{
	oki_audit_store_free(&store);
	oki_env_free(&env);
	memfs_reset();
}

static struct oki_audit_report
proof(void)
{
	struct oki_audit_report r = rec_verify(DIR, k0, NULL);

	ck_assert_int_eq(r.verdict, ONSHI_AUDIT_INTACT);

	return r;
}

/* ---- clocks --------------------------------------------------------------- */

static const struct {
	const char	*name;
	int64_t		 wall;		/* from one entry to the next, ms */
	int64_t		 boot;
	bool		 same;		/* boot */
	int		 jumps;
} clocks[] = {
	{ "alike", 1000, 1000, true, 0 },
	{ "both still", 0, 0, true, 0 },
	{ "wall back", -1, 1000, true, 1 },
	{ "boot back", 1000, -1, true, 1 },
	{ "wall ahead as far as it may", 61000, 1000, true, 0 },
	{ "and further", 61001, 1000, true, 1 },
	{ "boot ahead as far as it may", 1000, 61000, true, 0 },
	{ "and further", 1000, 61001, true, 1 },
	{ "another boot", 1000, -5000, false, 0 },
	{ "another boot, a day later", 86400000, 10, false, 0 },
	{ "another boot, wall back", -1, 10, false, 1 },
};

START_TEST(clocks_apart)
{
	const int64_t wall = REC_START + 1000, boot = 1001000;
	int before;

	rec_clock_split(wall, boot);
	ck_assert_int_eq(rec_append(&store, 0), ONSHI_OK);
	before = (int)proof().clock_jumps;
	if (!clocks[_i].same)
		memcpy(store.boot, "0badc0de", sizeof(store.boot));
	rec_clock_split(wall + clocks[_i].wall, boot + clocks[_i].boot);
	ck_assert_int_eq(rec_append(&store, 1), ONSHI_OK);
	ck_assert_msg(proof().clock_jumps - before == clocks[_i].jumps, "%s",
	    clocks[_i].name);
}
END_TEST

/* ---- intents ---------------------------------------------------------------- */

/* A letter is an entry: with an id where it is a capital, without else. */
static const struct {
	char			letter;
	enum oki_audit_event	event;
} letters[] = {
	{ 'i', OKI_AUDIT_QUERY_INTENT }, { 'o', OKI_AUDIT_QUERY_OUTCOME },
	{ 'r', OKI_AUDIT_QUERY_REFUSED }, { 'a', OKI_AUDIT_QUERY_ABANDONED },
	{ 'x', OKI_AUDIT_RESULT_READ }
};

static const struct {
	const char	*entries;
	int		 unmatched;
} talks[] = {
	{ "I", 1 }, { "IO", 0 }, { "IR", 0 }, { "IA", 0 }, { "IX", 1 },
	{ "Io", 1 }, { "Ir", 1 }, { "Ia", 1 }, { "i", 1 }, { "io", 1 },
	{ "iO", 1 }, { "ii", 2 }, { "II", 1 }, { "IOI", 1 }, { "O", 0 },
	{ "OI", 1 }, { "x", 0 }, { "X", 0 }, { "", 0 },
};

static void
write_letter(char c)
{
	struct oki_audit_entry entry = { .event = OKI_AUDIT_LOG_ANCHOR };
	size_t i;

	for (i = 0; i < OKI_COUNT(letters); i++)
		if (letters[i].letter == (c | 0x20))
			entry.event = letters[i].event;
	if ((c & 0x20) == 0)
		entry.request_id = "0000000000000007";
	ck_assert_int_eq(oki_audit_store_append(&store, &entry, 0, NULL),
	    ONSHI_OK);
}

START_TEST(intents_without_outcome)
{
	const char *p;

	for (p = talks[_i].entries; *p != '\0'; p++)
		write_letter(*p);
	ck_assert_msg(proof().unmatched == talks[_i].unmatched, "%s",
	    talks[_i].entries);
}
END_TEST

/* ---- the first entry that is there --------------------------------------------- */

static const struct {
	const char		*name;
	const char		*file;
	uint64_t		 n;
	enum oki_audit_event	 event;
	int			 entries;	/* that are right */
} firsts[] = {
	{ "the very first", "/rec/audit-000001.log", 1, OKI_AUDIT_LOG_OPEN,
	  1 },
	{ "a first of another kind", "/rec/audit-000001.log", 1,
	  OKI_AUDIT_LOG_ROTATE, 1 },
	{ "a later one in the first file", "/rec/audit-000001.log", 7,
	  OKI_AUDIT_LOG_ROTATE, 0 },
	{ "the first in a later file", "/rec/audit-000002.log", 1,
	  OKI_AUDIT_LOG_OPEN, 0 },
	{ "a later one", "/rec/audit-000002.log", 7, OKI_AUDIT_LOG_ROTATE,
	  1 },
	{ "that no rotating began", "/rec/audit-000002.log", 7,
	  OKI_AUDIT_LOG_OPEN, 0 },
	{ "as far as keys are walked", "/rec/audit-000002.log", 100000000,
	  OKI_AUDIT_LOG_ROTATE, 1 },
	{ "further", "/rec/audit-000002.log", 100000001,
	  OKI_AUDIT_LOG_ROTATE, 0 },
	{ "none", "/rec/audit-000002.log", 0, OKI_AUDIT_LOG_ROTATE, 0 },
};

/* Without state and key: all that can be said is how much is right in itself,
 * for a trail whose state is missing was changed. */
START_TEST(where_it_begins)
{
	struct oki_audit_stamp stamp = { .n = firsts[_i].n,
	    .wall_ms = REC_START, .boot_ms = 1, .boot = "00c0ffee" };
	struct oki_audit_entry entry = { .event = firsts[_i].event };
	uint8_t key[OKI_AUDIT_HASH] = { 1 }, before[OKI_AUDIT_HASH] = { 2 };
	struct oki_audit_report r;
	struct oki_audit_line line;

	ck_assert_int_eq(oki_audit_line_make(&entry, &stamp, &line), ONSHI_OK);
	ck_assert_int_eq(oki_audit_line_seal(&store.sums, &line, before, key),
	    ONSHI_OK);
	memfs_remove("/rec/audit.state");
	memfs_remove("/rec/audit-000001.log");
	if (firsts[_i].n == 0)		/* no entry at all */
		line.text[0] = 'w';
	memfs_write(firsts[_i].file, line.text, line.len);
	r = rec_verify(DIR, NULL, NULL);
	ck_assert_int_eq(r.verdict, ONSHI_AUDIT_CHANGED);
	ck_assert_msg(r.entries == firsts[_i].entries, "%s: %d",
	    firsts[_i].name, (int)r.entries);
}
END_TEST

static void
fill(TCase *t)
{
	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, setup, teardown);
	ADD_ROWS(t, clocks_apart, clocks);
	ADD_ROWS(t, intents_without_outcome, talks);
	ADD_ROWS(t, where_it_begins, firsts);
}

int
main(void)
{
	return run_tests("audit/proof", fill);
}
