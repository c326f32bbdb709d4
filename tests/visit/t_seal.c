/*
 * CO-14: a proved visit is sealed at one machine and opened at another. Two
 * machines with clocks and records of their own share a directory; whatever one
 * says holds for the other, and nobody opens what is not whole, not theirs, not
 * named by anybody, or over.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <check.h>

#include "fake.h"
#include "tests/core/run.h"

#define MINUTE_MS	60000
#define HOUR_MS		3600000
#define ALL		0x7eu
#define MOST		4096

static struct fake f, g;		/* reception, consulting room */
static struct onshi *o, *there;
static struct onshi_visit *v, *w;
static struct onshi_operator *clerk, *doctor, *other;
static char dir[64], name[32];

static struct onshi *
root(struct fake *fk, const char *code, const char *visits)
{
	struct onshi_config *c = fake_config(fk);
	struct onshi *made;

	ck_assert_int_eq(onshi_config_set(c, "facility.institution_code",
	    code), ONSHI_OK);
	ck_assert_int_eq(onshi_config_set(c, "visits.dir", visits), ONSHI_OK);
	ck_assert_int_eq(onshi_new(ONSHI_ABI, c, &made), ONSHI_OK);
	onshi_config_free(&c);

	return made;
}

static void
begin(void)
{
	(void)snprintf(dir, sizeof(dir), "%s/seal.XXXXXX",
	    getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	fake_init(&f);
	fake_init(&g);
	o = root(&f, "1319999996", dir);
	there = root(&g, "1319999996", dir);
	doctor = fake_doctor(there, "D0001");
	other = fake_doctor(there, "D0002");
	clerk = fake_clerk(o, "U0001");
}

/* Each file of the directory, or their number. */
static size_t
files(void (*each)(const char *path, const char *file))
{
	struct dirent *entry;
	char path[400];
	size_t n = 0;
	DIR *d;

	if ((d = opendir(dir)) == NULL)
		return 0;
	while ((entry = readdir(d)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		n++;
		(void)snprintf(path, sizeof(path), "%s/%s", dir,
		    entry->d_name);
		if (each != NULL)
			each(path, entry->d_name);
	}
	closedir(d);

	return n;
}

static void
drop_file(const char *path, const char *file)
{
	(void)file;
	(void)unlink(path);
}

static void
end(void)
{
	onshi_visit_free(&v);
	onshi_visit_free(&w);
	onshi_operator_free(&clerk);
	onshi_operator_free(&doctor);
	onshi_operator_free(&other);
	onshi_free(&o);
	onshi_free(&there);
	fake_done(&f);
	fake_done(&g);
	(void)files(drop_file);
	(void)rmdir(dir);
}

static void
seal(void)
{
	const char *lent;

	ck_assert_int_eq(onshi_visit_seal(v, &lent), ONSHI_OK);
	ck_assert_uint_eq(strlen(lent), 26);
	(void)snprintf(name, sizeof(name), "%s", lent);
}

static void
check_in_and_seal(void)
{
	ck_assert_int_eq(fake_checkin(o, ALL, &v), ONSHI_OK);
	seal();
}

static int
try_open(const char *by_name)
{
	struct onshi_visit *x = (struct onshi_visit *)&f;
	int r;

	r = onshi_visit_open(there, by_name, doctor, &x);
	ck_assert_int_eq(x != NULL, r == ONSHI_OK);
	if (r < 0)
		ck_assert_int_eq(onshi_error_code(onshi_last_error(there)), r);
	onshi_visit_free(&x);

	return r;
}

static void
open_there(void)
{
	ck_assert_int_eq(onshi_visit_open(there, name, doctor, &w), ONSHI_OK);
}

static int
get(struct onshi_visit *x, int category, const struct onshi_operator *op)
{
	struct onshi_answer *a = (struct onshi_answer *)&f;
	int r;

	r = onshi_visit_get(x, category, op, &a);
	ck_assert_int_eq(a != NULL, r == ONSHI_OK);
	onshi_answer_free(&a);

	return r;
}

/* The one file with that ending. */
static char found[400];
static const char *sought;

static void
find_file(const char *path, const char *file)
{
	size_t n = strlen(file), m = strlen(sought);

	if (n > m && strcmp(file + n - m, sought) == 0)
		(void)snprintf(found, sizeof(found), "%s", path);
}

static bool
has_file(const char *ending)
{
	sought = ending;
	found[0] = '\0';
	(void)files(find_file);

	return found[0] != '\0';
}

static void
wait_file(const char *ending)
{
	while (!has_file(ending))
		usleep(1000);
}

/* The file was made so many ms ago, by the clock of the share. */
static void
age(const char *ending, int64_t ms)
{
	struct timespec t[2] = { { 0 }, { 0 } };
	struct timespec now;

	ck_assert(has_file(ending));
	ck_assert_int_eq(clock_gettime(CLOCK_REALTIME, &now), 0);
	t[0] = t[1] = now;
	t[0].tv_sec = t[1].tv_sec = now.tv_sec - ms / 1000;
	ck_assert_int_eq(utimensat(AT_FDCWD, found, t, 0), 0);
}

static void
pass(struct fake *fk, int64_t ms)
{
	atomic_fetch_add(&fk->wall, ms);
	atomic_fetch_add(&fk->steady, ms);
	atomic_fetch_add(&fk->boot, ms);
}

/* ---- the way ------------------------------------------------------------- */

START_TEST(drugs_at_another_machine)
{
	const struct onshi_record *rec;
	int given, granted, before;
	const char *text;
	int64_t until, until_before;

	check_in_and_seal();
	before = atomic_load(&f.sent);
	ck_assert_int_eq(onshi_visit_consent(v, ONSHI_CATEGORY_DRUGS, NULL,
	    NULL, NULL, &until_before), ONSHI_OK);
	open_there();
	ck_assert_str_eq(onshi_visit_id(w), onshi_visit_id(v));
	ck_assert_int_eq(onshi_visit_advance(w), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_consent(w, ONSHI_CATEGORY_DRUGS, &given,
	    &granted, NULL, &until), ONSHI_OK);
	ck_assert(given && granted && until == until_before);
	ck_assert_int_eq(onshi_visit_person(w, &rec), ONSHI_OK);
	ck_assert_int_eq(onshi_record_text(rec, ONSHI_EL_NAME, &text),
	    ONSHI_OK);
	ck_assert_str_eq(text, "CANARYNAME");
	ck_assert_int_eq(get(w, ONSHI_CATEGORY_ELIGIBILITY, NULL),
	    ONSHI_E_STATE);
	ck_assert_int_eq(get(w, ONSHI_CATEGORY_DRUGS, NULL), ONSHI_OK);
	ck_assert(g.last_token);
	ck_assert_int_eq(get(w, ONSHI_CATEGORY_SURGERY, other), ONSHI_OK);
	ck_assert_int_eq(atomic_load(&f.sent), before);
	ck_assert_ptr_nonnull(strstr(f.events, "visit.sealed;"));
	ck_assert_ptr_nonnull(strstr(g.events,
	    "visit.opened;query.intent;query.outcome;"));
	ck_assert_ptr_nonnull(strstr(g.record, "D0001"));
	ck_assert_ptr_null(strstr(g.record, name));
	ck_assert_ptr_null(strstr(f.record, name));
}
END_TEST

/* Nobody's medical information goes through the directory, and nothing there
 * says whose visit it is, or how it is opened. */
static void
says_nothing(const char *path, const char *file)
{
	static const char *const words[] = { "CANARYNAME", "CANARYDRUG",
	    "TOKENCANARY", "19800512", "drugs" };
	uint8_t bytes[8192];
	FILE *in = fopen(path, "rb");
	size_t i, n;

	ck_assert_ptr_nonnull(in);
	n = fread(bytes, 1, sizeof(bytes), in);
	fclose(in);
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		ck_assert_ptr_null(memmem(bytes, n, words[i],
		    strlen(words[i])));
	ck_assert_ptr_null(memmem(bytes, n, name, 26));
	ck_assert_ptr_null(strstr(file, name));
}

START_TEST(the_directory_says_nothing)
{
	check_in_and_seal();
	ck_assert_int_eq(get(v, ONSHI_CATEGORY_DRUGS, doctor), ONSHI_OK);
	seal();
	ck_assert_uint_eq(files(says_nothing), 1);
}
END_TEST

/* The end of a process is not the end of a visit (CO-10). */
START_TEST(survives_its_process)
{
	char first[32];

	check_in_and_seal();
	(void)strcpy(first, name);
	seal();
	ck_assert_str_eq(first, name);
	ck_assert_uint_eq(files(NULL), 1);
	onshi_visit_free(&v);
	ck_assert_ptr_null(strstr(f.events, "visit.end"));
	onshi_free(&o);
	open_there();
	onshi_visit_free(&w);
	open_there();
	ck_assert_int_eq(get(w, ONSHI_CATEGORY_DRUGS, NULL), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_end(w), ONSHI_OK);
	ck_assert_ptr_nonnull(strstr(g.events, "visit.end;"));
	ck_assert_int_eq(try_open(name), ONSHI_E_VISIT_GONE);
	ck_assert(!has_file(".visit"));
}
END_TEST

/* What was not consented to is not had elsewhere, either. */
START_TEST(as_much_as_was_consented)
{
	ck_assert_int_eq(fake_checkin(o, 1u << ONSHI_CATEGORY_DRUGS, &v),
	    ONSHI_OK);
	seal();
	open_there();
	ck_assert_int_eq(get(w, ONSHI_CATEGORY_CHECKUPS, NULL),
	    ONSHI_E_CONSENT);
	ck_assert_int_eq(get(w, ONSHI_CATEGORY_CARE, NULL), ONSHI_E_CONSENT);
	ck_assert_int_eq(get(w, ONSHI_CATEGORY_DRUGS, clerk),
	    ONSHI_E_LICENCE);
	ck_assert_int_eq(onshi_visit_set_consent(w, ONSHI_CATEGORY_CHECKUPS,
	    ONSHI_CONSENT_GIVEN), ONSHI_E_STATE);
	ck_assert_int_eq(onshi_visit_set_method(w, ONSHI_METHOD_NUMBER),
	    ONSHI_E_STATE);
	ck_assert_int_eq(get(w, ONSHI_CATEGORY_DRUGS, NULL), ONSHI_OK);
}
END_TEST

/* ---- what one says holds for all ----------------------------------------- */

static void
withdraw_at_reception(const char *prefix)
{
	if (prefix[0] != 'Y')
		return;
	ck_assert_int_eq(onshi_visit_withdraw(v, ONSHI_CATEGORY_DRUGS),
	    ONSHI_OK);
	wait_file(".1");
}

static void
end_at_reception(const char *prefix)
{
	if (prefix[0] == 'Y')
		ck_assert_int_eq(onshi_visit_end(v), ONSHI_OK);
}

START_TEST(while_a_question_is_under_way)
{
	check_in_and_seal();
	open_there();
	g.inside = _i == 0 ? withdraw_at_reception : end_at_reception;
	ck_assert_int_eq(get(w, ONSHI_CATEGORY_DRUGS, NULL), _i == 0 ?
	    ONSHI_E_CONSENT_OVER : ONSHI_E_VISIT_GONE);
	ck_assert_str_eq(onshi_error_rule(onshi_visit_error(w)), _i == 0 ?
	    "CO-10" : "CO-14");
	g.inside = NULL;
	ck_assert_int_eq(get(w, ONSHI_CATEGORY_DRUGS, NULL), _i == 0 ?
	    ONSHI_E_CONSENT_OVER : ONSHI_E_VISIT_GONE);
	ck_assert_int_eq(get(w, ONSHI_CATEGORY_CHECKUPS, NULL), _i == 0 ?
	    ONSHI_OK : ONSHI_E_VISIT_GONE);
	ck_assert_int_eq(atomic_load(&g.medical), _i == 0 ? 2 : 1);
	ck_assert_int_eq(try_open(name), _i == 0 ? ONSHI_OK :
	    ONSHI_E_VISIT_GONE);
}
END_TEST

/* What is held there is wiped there, although nobody calls anything. */
START_TEST(while_an_answer_is_held)
{
	const struct onshi_record *line;
	struct onshi_answer *a;
	int r;

	check_in_and_seal();
	open_there();
	ck_assert_int_eq(onshi_visit_get(w, ONSHI_CATEGORY_DRUGS, NULL, &a),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_answer_next(a, &line), ONSHI_OK);
	if (_i == 0)
		ck_assert_int_eq(onshi_visit_withdraw(v,
		    ONSHI_CATEGORY_DRUGS), ONSHI_OK);
	else
		ck_assert_int_eq(onshi_visit_end(v), ONSHI_OK);
	do {
		usleep(20000);
		r = onshi_answer_rewind(a);
		ck_assert_int_eq(r, ONSHI_OK);
	} while ((r = onshi_answer_next(a, &line)) == ONSHI_OK);
	ck_assert_int_eq(r, ONSHI_E_EXPIRED);
	onshi_answer_free(&a);
}
END_TEST

/* And from there to here; also of one who only came and went. */
START_TEST(from_the_other_side)
{
	check_in_and_seal();
	open_there();
	ck_assert_int_eq(onshi_visit_withdraw(w, ONSHI_CATEGORY_DRUGS),
	    ONSHI_OK);
	onshi_visit_free(&w);
	ck_assert(has_file(".1"));
	ck_assert_int_eq(get(v, ONSHI_CATEGORY_DRUGS, doctor),
	    ONSHI_E_CONSENT_OVER);
	/* Sealing anew does not bring it back. */
	seal();
	open_there();
	ck_assert_int_eq(get(w, ONSHI_CATEGORY_DRUGS, NULL),
	    ONSHI_E_CONSENT_OVER);
	ck_assert_int_eq(get(w, ONSHI_CATEGORY_CHECKUPS, NULL), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_end(w), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_seal(v, (const char *[]){ NULL }),
	    ONSHI_E_VISIT_GONE);
	ck_assert_int_eq(try_open(name), ONSHI_E_VISIT_GONE);
}
END_TEST

/* Withdrawn before it was sealed: it is sealed withdrawn. */
START_TEST(withdrawn_before)
{
	ck_assert_int_eq(fake_checkin(o, ALL, &v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_withdraw(v, ONSHI_CATEGORY_DRUGS),
	    ONSHI_OK);
	seal();
	open_there();
	ck_assert_int_eq(get(w, ONSHI_CATEGORY_DRUGS, NULL),
	    ONSHI_E_CONSENT_OVER);
}
END_TEST

/* Two doctors, two processes' worth of visits, two patients: no crossing. */
START_TEST(two_patients)
{
	struct onshi_visit *second, *x;
	const char *lent;
	char path[400], ours[400];

	check_in_and_seal();
	ck_assert(has_file(".visit"));
	(void)strcpy(ours, found);
	ck_assert_int_eq(fake_checkin(o, ALL, &second), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_seal(second, &lent), ONSHI_OK);
	ck_assert_str_ne(lent, name);
	open_there();
	ck_assert_int_eq(onshi_visit_open(there, lent, other, &x), ONSHI_OK);
	ck_assert_str_ne(onshi_visit_id(x), onshi_visit_id(w));
	ck_assert_int_eq(onshi_visit_end(w), ONSHI_OK);
	ck_assert_int_eq(get(x, ONSHI_CATEGORY_DRUGS, NULL), ONSHI_OK);
	onshi_visit_free(&x);
	/* Another's file in the place of one that was ended, and in that of
	 * one that was not. */
	ck_assert(has_file(".visit"));
	(void)strcpy(path, found);
	ck_assert_int_eq(rename(path, ours), 0);
	ck_assert_int_eq(try_open(name), ONSHI_E_VISIT_GONE);
	ck_assert_int_eq(try_open(lent), ONSHI_E_VISIT_GONE);
	ck_assert(has_file(".end"));
	ck_assert_int_eq(unlink(found), 0);
	ck_assert_int_eq(try_open(name), ONSHI_E_VISIT_GONE);
	onshi_visit_free(&second);
}
END_TEST

/* ---- who opens what ------------------------------------------------------ */

START_TEST(names_that_are_none)
{
	static const char *const rows[] = { "", "a",
	    "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
	    "abcdefghijklmnopqrstuvwxy1", "abcdefghijklmnopqrstuvwxyza",
	    "../../../../etc/passwdabcde" };
	struct onshi_visit *x = (struct onshi_visit *)&f;

	check_in_and_seal();
	ck_assert_int_eq(try_open(rows[_i]), ONSHI_E_VISIT_GONE);
	ck_assert_int_eq(onshi_visit_open(there, name, NULL, &x),
	    ONSHI_E_OPERATOR);
	ck_assert_ptr_null(x);
	ck_assert_int_eq(onshi_visit_open(there, NULL, doctor, &x),
	    ONSHI_E_ARG);
	name[3] = name[3] == 'a' ? 'b' : 'a';
	ck_assert_int_eq(try_open(name), ONSHI_E_VISIT_GONE);
	ck_assert_ptr_nonnull(strstr(g.events, "visit.opened"));
}
END_TEST

START_TEST(another_facility)
{
	struct onshi_visit *x;
	struct onshi *o2;

	check_in_and_seal();
	o2 = root(&g, "1310000001", dir);
	ck_assert_int_eq(onshi_visit_open(o2, name, doctor, &x),
	    ONSHI_E_VISIT_GONE);
	ck_assert_ptr_null(x);
	onshi_free(&o2);
	ck_assert_int_eq(try_open(name), ONSHI_OK);
}
END_TEST

static size_t
load(uint8_t bytes[MOST])
{
	FILE *in;
	size_t n;

	ck_assert(has_file(".visit"));
	in = fopen(found, "rb");
	n = fread(bytes, 1, MOST, in);
	fclose(in);
	ck_assert_uint_gt(n, 300);
	ck_assert_uint_lt(n, MOST);

	return n;
}

static void
store(const uint8_t *bytes, size_t n)
{
	FILE *file = fopen(found, "wb");

	ck_assert_uint_eq(fwrite(bytes, 1, n, file), n);
	fclose(file);
}

/* Cut anywhere, or one bit changed anywhere, it is none. */
START_TEST(not_as_it_was_sealed)
{
	uint8_t bytes[MOST];
	size_t i, n;

	check_in_and_seal();
	n = load(bytes);
	for (i = 0; i < n; i += n / 40) {
		store(bytes, i);
		ck_assert_int_eq(try_open(name), ONSHI_E_VISIT_GONE);
	}
	for (i = 0; i < n; i += i < 64 ? 1 : 13) {
		bytes[i] ^= 1;
		store(bytes, n);
		ck_assert_int_eq(try_open(name), ONSHI_E_VISIT_GONE);
		bytes[i] ^= 1;
	}
	bytes[n] = 0;
	store(bytes, n + 1);
	ck_assert_int_eq(try_open(name), ONSHI_E_VISIT_GONE);
	store(bytes, n);
	ck_assert_int_eq(try_open(name), ONSHI_OK);
}
END_TEST

/* ---- what can be sealed -------------------------------------------------- */

static int
try_seal(void)
{
	const char *lent = name;
	int r;

	r = onshi_visit_seal(v, &lent);
	ck_assert_int_eq(lent != NULL, r == ONSHI_OK);

	return r;
}

START_TEST(what_is_not_sealed)
{
	struct onshi *o2;

	ck_assert_int_eq(onshi_visit_new(o, ONSHI_PURPOSE_CARE, &v), ONSHI_OK);
	ck_assert_int_eq(try_seal(), ONSHI_E_STATE);
	onshi_visit_free(&v);
	f.code = "EOQS0101E";
	ck_assert_int_lt(fake_checkin(o, ALL, &v), 0);
	ck_assert_int_eq(try_seal(), ONSHI_E_STATE);
	onshi_visit_free(&v);
	f.code = NULL;
	ck_assert_int_eq(fake_checkin(o, ALL, &v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_end(v), ONSHI_OK);
	ck_assert_int_eq(try_seal(), ONSHI_E_STATE);
	onshi_visit_free(&v);
	o2 = fake_root(&f);
	ck_assert_int_eq(fake_checkin(o2, ALL, &v), ONSHI_OK);
	ck_assert_int_eq(try_seal(), ONSHI_E_UNSUPPORTED);
	ck_assert_ptr_nonnull(strstr(onshi_error_text(onshi_visit_error(v)),
	    "visits.dir"));
	onshi_visit_free(&v);
	ck_assert_int_lt(onshi_visit_open(o2, "abcdefghijklmnopqrstuvwxyz",
	    doctor, &v), 0);
	onshi_free(&o2);
	f.audit = false;
	o2 = root(&f, "1319999996", dir);
	ck_assert_int_eq(fake_checkin(o2, 0, &v), ONSHI_OK);
	ck_assert_int_eq(try_seal(), ONSHI_E_AUDIT_NONE);
	onshi_visit_free(&v);
	onshi_free(&o2);
	ck_assert_uint_eq(files(NULL), 0);
}
END_TEST

START_TEST(typed_numbers_are_not_sealed)
{
	static const struct {
		int		 element;
		const char	*text;
	} typed[] = {
		{ ONSHI_EL_INSURER_NUMBER, "99138006" },
		{ ONSHI_EL_INSURED_IDENTIFICATION_NUMBER, "123456" },
		{ ONSHI_EL_BIRTHDATE, "19800512" }
	};
	size_t i;

	ck_assert_int_eq(onshi_visit_new(o, ONSHI_PURPOSE_INSURANCE, &v),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_method(v, ONSHI_METHOD_NUMBER),
	    ONSHI_OK);
	for (i = 0; i < sizeof(typed) / sizeof(typed[0]); i++)
		ck_assert_int_eq(onshi_visit_set_text(v, typed[i].element,
		    typed[i].text), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
	ck_assert_int_eq(try_seal(), ONSHI_E_IDENTITY);
	ck_assert_str_eq(onshi_error_rule(onshi_visit_error(v)), "CO-2");
	ck_assert_uint_eq(files(NULL), 0);
}
END_TEST

/* Neither without its entry on the record. */
START_TEST(not_without_the_record)
{
	ck_assert_int_eq(fake_checkin(o, ALL, &v), ONSHI_OK);
	atomic_store(&f.audit_fails, 1);
	ck_assert_int_eq(try_seal(), ONSHI_E_AUDIT);
	ck_assert_uint_eq(files(NULL), 0);
	atomic_store(&f.audit_fails, 0);
	seal();
	atomic_store(&g.audit_fails, 1);
	ck_assert_int_eq(try_open(name), ONSHI_E_AUDIT);
	atomic_store(&g.audit_fails, 0);
	ck_assert_int_eq(try_open(name), ONSHI_OK);
}
END_TEST

/* ---- clocks -------------------------------------------------------------- */

/* The share's file is so old, the other machine's wall so far ahead of the
 * reception's: what opening says, and how many minutes drugs can be had. */
static const struct {
	const char	*name;
	int		 share_min;
	int		 wall_min;
	int		 result;
	int		 left_min;
} clocks[] = {
	{ "at once", 0, 0, ONSHI_OK, 24 * 60 },
	{ "an hour later", 60, 60, ONSHI_OK, 23 * 60 },
	{ "the last minutes", 23 * 60 + 50, 23 * 60 + 50, ONSHI_OK, 10 },
	{ "over", 24 * 60 + 1, 24 * 60 + 1, ONSHI_E_VISIT_GONE, 0 },
	{ "wall behind a little", 30, -9, ONSHI_OK, 23 * 60 + 30 },
	{ "wall behind", 0, -11, ONSHI_E_CLOCK, 0 },
	{ "wall a day behind", 60, -24 * 60, ONSHI_E_CLOCK, 0 },
	{ "share behind a little", -9, 30, ONSHI_OK, 23 * 60 + 30 },
	{ "share behind", -11, 0, ONSHI_E_CLOCK, 0 },
	{ "wall ahead", 0, 12 * 60, ONSHI_OK, 12 * 60 },
	{ "share ahead", 12 * 60, 0, ONSHI_OK, 12 * 60 },
	{ "over by the wall alone", 0, 30 * 60, ONSHI_E_CLOCK, 0 },
	{ "over by the share alone", 30 * 60, 0, ONSHI_E_CLOCK, 0 },
	{ "over by both", 48 * 60, 30 * 60, ONSHI_E_VISIT_GONE, 0 }
};

START_TEST(times)
{
	check_in_and_seal();
	age(".visit", (int64_t)clocks[_i].share_min * MINUTE_MS);
	atomic_fetch_add(&g.wall, (int64_t)clocks[_i].wall_min * MINUTE_MS);
	ck_assert_int_eq(try_open(name), clocks[_i].result);
	if (clocks[_i].result != ONSHI_OK)
		return;
	open_there();
	pass(&g, (int64_t)(clocks[_i].left_min - 2) * MINUTE_MS);
	ck_assert_int_eq(get(w, ONSHI_CATEGORY_DRUGS, NULL), ONSHI_OK);
	pass(&g, 4 * MINUTE_MS);
	ck_assert_int_eq(get(w, ONSHI_CATEGORY_DRUGS, NULL),
	    ONSHI_E_CONSENT_OVER);
}
END_TEST

/* On the machine that sealed it, and not booted since, the clock that nobody
 * sets decides: the others may be mended meanwhile (TI-4). */
START_TEST(one_machine)
{
	static const int minutes[] = { 0, 24 * 60 + 30, -30 * 60 };
	struct onshi_config *c;
	struct timespec now;

	onshi_free(&o);
	onshi_free(&there);
	ck_assert_int_eq(clock_gettime(CLOCK_REALTIME, &now), 0);
	atomic_store(&f.wall, (int64_t)now.tv_sec * 1000);
	c = fake_config(&f);
	ck_assert_int_eq(onshi_config_set_clock(c, NULL, NULL), ONSHI_OK);
	ck_assert_int_eq(onshi_config_set(c, "visits.dir", dir), ONSHI_OK);
	ck_assert_int_eq(onshi_new(ONSHI_ABI, c, &o), ONSHI_OK);
	ck_assert_int_eq(onshi_new(ONSHI_ABI, c, &there), ONSHI_OK);
	onshi_config_free(&c);
	check_in_and_seal();
	age(".visit", (int64_t)minutes[_i] * MINUTE_MS);
	ck_assert_int_eq(try_open(name), ONSHI_OK);
}
END_TEST

/* Sealing anew is no new day; nor is opening and sealing there. */
START_TEST(no_longer_by_sealing_again)
{
	const char *lent;

	check_in_and_seal();
	pass(&f, 20 * HOUR_MS);
	pass(&g, 20 * HOUR_MS);
	age(".visit", 20 * HOUR_MS);
	open_there();
	ck_assert_int_eq(onshi_visit_seal(w, &lent), ONSHI_OK);
	ck_assert_str_eq(lent, name);
	onshi_visit_free(&w);
	pass(&g, 3 * HOUR_MS);
	age(".visit", 3 * HOUR_MS);
	ck_assert_int_eq(try_open(name), ONSHI_OK);
	pass(&g, HOUR_MS + MINUTE_MS);
	age(".visit", 4 * HOUR_MS + MINUTE_MS);
	ck_assert_int_eq(try_open(name), ONSHI_E_VISIT_GONE);
}
END_TEST

/* Each consent by itself: the shorter one is over, the visit is not. */
START_TEST(no_consent_that_ends)
{
	ck_assert_int_eq(fake_checkin(o, 0, &v), ONSHI_OK);
	seal();
	ck_assert_int_eq(try_open(name), ONSHI_OK);
	pass(&g, 25 * HOUR_MS);
	age(".visit", 25 * HOUR_MS);
	ck_assert_int_eq(try_open(name), ONSHI_E_VISIT_GONE);
}
END_TEST

/* ---- what is left over, what is in the way ------------------------------- */

/* Old ones go, with all their marks; whatever is not of a visit stays, as do
 * those of today, and all where a clock is plainly wrong. */
START_TEST(old_ones_are_removed)
{
	static const char id[] = "0123456789abcdef0123456789abcdef";
	static const char *const endings[] = { "visit", "1", "end", "tmp" };
	struct timespec now;
	char path[400];
	size_t i;

	for (i = 0; i < 4; i++) {
		(void)snprintf(path, sizeof(path), "%s/%s.%s", dir, id,
		    endings[i]);
		close(open(path, O_CREAT | O_WRONLY, 0600));
		(void)snprintf(found, sizeof(found), "%s", path);
		age(endings[i], 26 * HOUR_MS);
	}
	(void)snprintf(path, sizeof(path), "%s/notes.txt", dir);
	close(open(path, O_CREAT | O_WRONLY, 0600));
	age(".txt", 26 * HOUR_MS);
	if (_i == 1) {
		ck_assert_int_eq(clock_gettime(CLOCK_REALTIME, &now), 0);
		atomic_store(&f.wall, (int64_t)now.tv_sec * 1000);
	}
	check_in_and_seal();
	ck_assert_uint_eq(files(NULL), _i == 1 ? 2 : 6);
	ck_assert(has_file(".txt"));
}
END_TEST

/* A share that is away: nothing is asked, and what was said is told later. */
START_TEST(share_away)
{
	char away[80];

	check_in_and_seal();
	open_there();
	(void)snprintf(away, sizeof(away), "%s.away", dir);
	ck_assert_int_eq(rename(dir, away), 0);
	ck_assert_int_eq(get(w, ONSHI_CATEGORY_DRUGS, NULL), ONSHI_E_DISK);
	ck_assert_int_eq(atomic_load(&g.medical), 0);
	ck_assert_int_eq(try_open(name), ONSHI_E_DISK);
	ck_assert_int_eq(try_seal(), ONSHI_E_DISK);
	ck_assert_int_eq(onshi_visit_withdraw(v, ONSHI_CATEGORY_DRUGS),
	    ONSHI_OK);
	ck_assert_int_eq(get(v, ONSHI_CATEGORY_CHECKUPS, doctor) < 0, 1);
	ck_assert_int_eq(rename(away, dir), 0);
	ck_assert_int_eq(get(v, ONSHI_CATEGORY_CHECKUPS, doctor), ONSHI_OK);
	ck_assert(has_file(".1"));
	ck_assert_int_eq(get(w, ONSHI_CATEGORY_DRUGS, NULL),
	    ONSHI_E_CONSENT_OVER);
	ck_assert_int_eq(rename(dir, away), 0);
	ck_assert_int_eq(onshi_visit_end(v), ONSHI_E_DISK);
	ck_assert_int_eq(rename(away, dir), 0);
	ck_assert_int_eq(onshi_visit_end(v), ONSHI_OK);
	ck_assert_int_eq(get(w, ONSHI_CATEGORY_CHECKUPS, NULL),
	    ONSHI_E_VISIT_GONE);
}
END_TEST

/* One that does not wait comes back for it. */
START_TEST(without_waiting)
{
	const char *lent;
	int r;

	ck_assert_int_eq(fake_checkin(o, ALL, &v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_blocking(v, 0), ONSHI_OK);
	while ((r = onshi_visit_seal(v, &lent)) == ONSHI_NEED_WAIT) {
		ck_assert_ptr_null(lent);
		usleep(1000);
	}
	ck_assert_int_eq(r, ONSHI_OK);
	ck_assert_int_eq(try_open(lent), ONSHI_OK);
}
END_TEST

static void
fill(TCase *c)
{
	tcase_add_checked_fixture(c, begin, end);
	tcase_set_timeout(c, 60);
	tcase_add_test(c, drugs_at_another_machine);
	tcase_add_test(c, the_directory_says_nothing);
	tcase_add_test(c, survives_its_process);
	tcase_add_test(c, as_much_as_was_consented);
	tcase_add_loop_test(c, while_a_question_is_under_way, 0, 2);
	tcase_add_loop_test(c, while_an_answer_is_held, 0, 2);
	tcase_add_test(c, from_the_other_side);
	tcase_add_test(c, withdrawn_before);
	tcase_add_test(c, two_patients);
	tcase_add_loop_test(c, names_that_are_none, 0, 7);
	tcase_add_test(c, another_facility);
	tcase_add_test(c, not_as_it_was_sealed);
	tcase_add_test(c, what_is_not_sealed);
	tcase_add_test(c, typed_numbers_are_not_sealed);
	tcase_add_test(c, not_without_the_record);
	tcase_add_loop_test(c, times, 0,
	    (int)(sizeof(clocks) / sizeof(clocks[0])));
	tcase_add_loop_test(c, one_machine, 0, 3);
	tcase_add_test(c, no_longer_by_sealing_again);
	tcase_add_test(c, no_consent_that_ends);
	tcase_add_loop_test(c, old_ones_are_removed, 0, 2);
	tcase_add_test(c, share_away);
	tcase_add_test(c, without_waiting);
}

int
main(void)
{
	fake_prepare();

	return run_tests("visit/seal", fill);
}
