/*
 * OpenSSL fails at each of the trail's calls of it: what cannot be hashed is
 * said to be so and never called changed, nothing that was told to be written
 * is lost, and the next call goes on.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/audit/disk.h"
#include "tests/core/run.h"
#include "tests/oom/theirs.h"

#define FIRST	"/rec/audit-000001.log"
#define SMALL	8048
#define ENTRIES	12
#define MORE	12
#define DAY	86400000LL
#define LATER	(REC_START + 6 * 366 * DAY)
#define BEFORE	20270101

static char key[OKI_AUDIT_KEY_TEXT], head[96];
static int64_t written;		/* entries that were told to be */

static void
make_trail(void)
{
	struct oki_audit_sums sums;

	begin_trail();
	append_all(ENTRIES, SMALL);
	ck_assert_int_eq(oki_audit_sums_open(&sums), ONSHI_OK);
	ck_assert_int_eq(oki_audit_key_text(&sums, k0, key), ONSHI_OK);
	oki_audit_sums_close(&sums);
	rec_head(DIR, head);
	base = memfs_save();
}

/* What is asked of the trail is asked as programs do, where they can. */
static int
verify(const char *with_key, const char *with_head, int *verdict,
    int64_t *entries)
{
	struct onshi_audit *a;
	int r;

	ck_assert_int_eq(onshi_audit_new(DIR, &a), ONSHI_OK);
	r = onshi_audit_verify(a, with_key, with_head, verdict);
	if (r != ONSHI_OK)
		ck_assert_int_eq(*verdict, ONSHI_AUDIT_UNREADABLE);
	/* Why it cannot be read stands beside the verdict, too. */
	ck_assert_int_eq(onshi_error_code(onshi_audit_error(a)) != ONSHI_OK,
	    *verdict == ONSHI_AUDIT_UNREADABLE);
	*entries = onshi_audit_entries(a);
	onshi_audit_free(&a);

	return r;
}

static void
is_whole(const char *with_key, int64_t least)
{
	int64_t entries;
	int verdict;

	ck_assert_int_eq(verify(with_key, NULL, &verdict, &entries),
	    ONSHI_OK);
	ck_assert_msg(verdict == ONSHI_AUDIT_INTACT, "%s after %s failed",
	    onshi_audit_verdict_name(verdict), theirs_name());
	ck_assert_int_ge(entries, least);
}

/* ---- begin --------------------------------------------------------------- */

static void
empty(void)
{
	memfs_reset();
}

static int
begin(void)
{
	struct onshi_audit *a;
	int r;

	ck_assert_int_eq(onshi_audit_new(DIR, &a), ONSHI_OK);
	r = onshi_audit_init(a, REC_CODE, key, sizeof(key));
	ck_assert_int_eq(r, onshi_error_code(onshi_audit_error(a)));
	onshi_audit_free(&a);

	return r;
}

/* Who got no key has to get one: begun anew, where nothing stands in it. */
static void
has_begun(int r)
{
	if (r != ONSHI_OK)
		ck_assert_int_eq(begin(), ONSHI_OK);
	is_whole(key, 1);
}

/* ---- append, through a change of files ----------------------------------- */

static void
load(void)
{
	memfs_load(base);
	rec_clock(REC_START + DAY);
}

static int
append(void)
{
	struct oki_audit_store s;
	int i, r = ONSHI_OK;

	written = ENTRIES;
	if (oki_audit_store_init(&s, DIR, REC_CODE, env) != ONSHI_OK)
		return ONSHI_E_INTERNAL;
	s.segment_bytes = SMALL;
	for (i = 0; i < MORE && r == ONSHI_OK; i++)
		if ((r = rec_append(&s, i)) == ONSHI_OK)
			written++;
	oki_audit_store_free(&s);

	return r;
}

static void
goes_on(int r)
{
	(void)r;
	ck_assert_int_eq(append_one(0, SMALL), ONSHI_OK);
	is_whole(key, written + 2);
}

/* ---- verify -------------------------------------------------------------- */

static int verdict;

static int
prove(void)
{
	int64_t entries;

	return verify(key, head, &verdict, &entries);
}

static void
is_intact(int r)
{
	ck_assert_msg(verdict == ONSHI_AUDIT_UNREADABLE || (r == ONSHI_OK &&
	    verdict == ONSHI_AUDIT_INTACT), "%s after %s failed",
	    onshi_audit_verdict_name(verdict), theirs_name());
}

static void
load_changed(void)
{
	load();
	flip(FIRST, 2000);
}

static void
is_changed(int r)
{
	ck_assert_msg(verdict == ONSHI_AUDIT_UNREADABLE || (r == ONSHI_OK &&
	    verdict == ONSHI_AUDIT_CHANGED), "%s after %s failed",
	    onshi_audit_verdict_name(verdict), theirs_name());
}

/* ---- prune --------------------------------------------------------------- */

static void
load_old(void)
{
	load();
	rec_clock(LATER);
}

static int
prune(void)
{
	const struct oki_audit_prune what = { .before = BEFORE,
	    .years = OKI_AUDIT_YEARS, .k0 = k0 };
	struct oki_audit_store s;
	struct onshi_error e;
	int64_t n;
	int r;

	oki_error_clear(&e);
	if (oki_audit_store_init(&s, DIR, "", env) != ONSHI_OK)
		return ONSHI_E_INTERNAL;
	r = oki_audit_prune(&s, &what, 0, &n, &e);
	ck_assert_int_eq(r, e.code);
	oki_audit_store_free(&s);

	return r;
}

static void
is_pruned(int r)
{
	struct oki_audit_report report;

	(void)r;
	ck_assert_int_eq(prune(), ONSHI_OK);
	report = rec_verify_by(DIR, k0, NULL, env);
	ck_assert_msg(report.verdict == ONSHI_AUDIT_INTACT, "%s after %s "
	    "failed", onshi_audit_verdict_name(report.verdict),
	    theirs_name());
	ck_assert_int_gt(report.pruned, 0);
}

/* ---- reseal -------------------------------------------------------------- */

static char fresh[OKI_AUDIT_KEY_TEXT];

static int
reseal(void)
{
	struct onshi_audit *a;
	int r;

	ck_assert_int_eq(onshi_audit_new(DIR, &a), ONSHI_OK);
	r = onshi_audit_reseal(a, REC_CODE, key, ONSHI_AUDIT_ACCEPT_LOSS,
	    fresh, sizeof(fresh));
	ck_assert_int_eq(r, onshi_error_code(onshi_audit_error(a)));
	onshi_audit_free(&a);

	return r;
}

/* Its key was given, or it can be had: by the same call once more. */
static void
is_resealed(int r)
{
	if (r != ONSHI_OK)
		ck_assert_msg((r = reseal()) == ONSHI_OK, "%s after %s "
		    "failed", onshi_result_name(r), theirs_name());
	is_whole(fresh, 1);
}

static const struct {
	const char	*name;
	void		(*before)(void);
	int		(*act)(void);
	void		(*after)(int r);
	size_t		 points;	/* at least */
} rows[] = {
	{ "begin", empty, begin, has_begun, 20 },
	{ "append", load, append, goes_on, 100 },
	{ "verify", load, prove, is_intact, 100 },
	{ "verify what was changed", load_changed, prove, is_changed, 20 },
	{ "prune", load_old, prune, is_pruned, 100 },
	{ "reseal", load_changed, reseal, is_resealed, 100 }
};

static bool
says_so(int r)
{
	return r == ONSHI_E_NOMEM || r == ONSHI_E_INTERNAL ||
	    r == ONSHI_E_SYSTEM || r == ONSHI_E_AUDIT;
}

START_TEST(each_call_fails)
{
	char kept[OKI_AUDIT_KEY_TEXT];
	bool failed;
	size_t n;
	int r;

	(void)snprintf(kept, sizeof(kept), "%s", key);
	for (n = 1;; n++) {
		(void)snprintf(key, sizeof(key), "%s", kept);
		rows[_i].before();
		theirs_fail(n);
		r = rows[_i].act();
		failed = theirs_stop();
		ck_assert_msg(r == ONSHI_OK || (failed && says_so(r)),
		    "%s: %s after %s (%zu) failed", rows[_i].name,
		    onshi_result_name(r), theirs_name(), n);
		rows[_i].after(r);
		ck_assert_int_eq(memfs_open_files(), 0);
		if (!failed)
			break;
	}
	ck_assert_uint_gt(n, rows[_i].points);
}
END_TEST

static void
fill(TCase *t)
{
	tcase_set_timeout(t, 60);
	tcase_add_unchecked_fixture(t, make_trail, drop_trail);
	ADD_ROWS(t, each_call_fails, rows);
}

int
main(void)
{
	return run_tests("audit/theirs", fill);
}
