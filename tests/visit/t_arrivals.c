/*
 * Who checks in at the official reader (CO-2): each file is a visit at one desk,
 * believed on its day, until its times, once, and when an operator has said
 * whose it is. Whatever else lies in the folder is passed over and not touched.
 */
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <check.h>

#include "faces.h"
#include "fake.h"
#include "tests/core/run.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))
#define DAY_MS		86400000LL

static struct fake f, g;		/* two desks */
static struct onshi *o, *there;
static struct onshi_arrivals *w, *x;
static struct onshi_visit *v, *u;
static struct onshi_operator *clerk, *doctor;
static char top[FACE_TOP], dir[FACE_DIR], name[128], last[256];

static struct onshi *
root(struct fake *fk, const char *desk, const char *journal,
    const char *owner)
{
	struct onshi_config *c = fake_config(fk);
	char path[128];
	struct onshi *made;

	(void)snprintf(path, sizeof(path), "%s/%s", top, journal);
	if (onshi_config_set(c, "link.face_dir", dir) != ONSHI_OK ||
	    onshi_config_set(c, "link.journal_dir", path) != ONSHI_OK ||
	    onshi_config_set(c, "link.face_owner", owner) != ONSHI_OK ||
	    onshi_config_set(c, "link.scan_ms", "100") != ONSHI_OK ||
	    onshi_config_set(c, "link.claim_s", "300") != ONSHI_OK ||
	    onshi_config_set(c, "facility.desk", desk) != ONSHI_OK ||
	    onshi_new(ONSHI_ABI, c, &made) != ONSHI_OK)
		abort();
	onshi_config_free(&c);

	return made;
}

/* A real wall: file times are the system's. */
static void
fake_now(struct fake *fk)
{
	struct timespec now;

	fake_init(fk);
	fk->no_token = true;
	ck_assert_int_eq(clock_gettime(CLOCK_REALTIME, &now), 0);
	/* No day ends while a test runs. */
	atomic_store(&fk->wall, ((int64_t)now.tv_sec / 86400 * 86400 +
	    3 * 3600) * 1000);
	atomic_store(&fk->boot, DAY_MS);
}

static int64_t
wall(void)
{
	return atomic_load(&f.wall) / 1000;
}

static struct onshi_arrivals *
look_out(struct onshi *at, int ms)
{
	struct onshi_arrivals *made;

	ck_assert_int_eq(onshi_arrivals_new(at, ONSHI_PURPOSE_CARE, &made),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_arrivals_set_deadline(made, ms), ONSHI_OK);

	return made;
}

static void
begin_as(const char *second, const char *owner)
{
	face_make_tree(top, dir);
	fake_now(&f);
	fake_now(&g);
	o = root(&f, "1", "journal", owner);
	there = root(&g, "2", second, owner);
	w = look_out(o, 20000);
	x = look_out(there, 20000);
	clerk = fake_clerk(o, "U0001");
	doctor = fake_doctor(o, "D0001");
}

static void
begin(void)
{
	begin_as("journal", "yes");
}

static void
end(void)
{
	onshi_visit_free(&v);
	onshi_visit_free(&u);
	onshi_arrivals_free(&w);
	onshi_arrivals_free(&x);
	onshi_operator_free(&clerk);
	onshi_operator_free(&doctor);
	onshi_free(&o);
	onshi_free(&there);
	fake_done(&f);
	fake_done(&g);
	face_remove_tree(top);
}

static void
put(struct face_text *t)
{
	if (t->dir == NULL)
		t->dir = dir;
	if (t->made == 0)
		t->made = wall();
	face_write(t, name);
}

static void
arrives(int n)
{
	struct face_text t = { .n = n };

	put(&t);
}

static void
nobody(struct onshi_arrivals *at)
{
	struct onshi_visit *none = (struct onshi_visit *)&f;

	ck_assert_int_eq(onshi_arrivals_set_deadline(at, 500), ONSHI_OK);
	ck_assert_int_eq(onshi_arrivals_next(at, &none),
	    ONSHI_E_ARRIVAL_NONE);
	ck_assert_ptr_null(none);
	ck_assert_int_eq(onshi_arrivals_set_deadline(at, 20000), ONSHI_OK);
}

static int
take(struct onshi_visit *of)
{
	ck_assert_int_eq(onshi_visit_confirm(of, clerk, 1), ONSHI_OK);

	return onshi_visit_advance(of);
}

static int
get(struct onshi_visit *of, int category, const struct onshi_operator *op)
{
	struct onshi_answer *a;
	int r;

	r = onshi_visit_get(of, category, op, &a);
	onshi_answer_free(&a);

	return r;
}

static bool
lies_there(const char *file)
{
	char path[300];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, file);

	return access(path, F_OK) == 0;
}

/* ---- one who arrives ----------------------------------------------------- */

static void
look_before(void)
{
	const struct onshi_record *rec, *child;
	const char *text;
	int given, granted;

	ck_assert_str_eq(onshi_visit_file(v), name);
	ck_assert_int_eq(onshi_visit_person(v, &rec), ONSHI_OK);
	ck_assert_int_eq(onshi_record_text(rec, ONSHI_EL_NAME, &text),
	    ONSHI_OK);
	ck_assert_str_eq(text, "CANARYNAME");
	ck_assert_int_eq(onshi_record_text(rec, ONSHI_EL_REFERENCE_NUMBER,
	    &text), ONSHI_OK);
	ck_assert_str_eq(text, "P7");
	ck_assert_int_eq(onshi_record_text(rec, ONSHI_EL_INSURER_NUMBER,
	    &text), ONSHI_OK);
	ck_assert_int_eq(onshi_record_child(rec,
	    ONSHI_EL_LIMIT_APPLICATION_CERTIFICATE_RELATED_INFO, &child),
	    ONSHI_ABSENT);
	ck_assert_int_eq(onshi_visit_consent(v, ONSHI_CATEGORY_DRUGS, &given,
	    &granted, NULL, NULL), ONSHI_OK);
	ck_assert(given && !granted);
	ck_assert_int_eq(onshi_visit_consent(v, ONSHI_CATEGORY_CARE, NULL,
	    NULL, NULL, NULL), ONSHI_ABSENT);
	ck_assert_int_eq(get(v, ONSHI_CATEGORY_ELIGIBILITY, NULL),
	    ONSHI_E_STATE);
	ck_assert_int_eq(get(v, ONSHI_CATEGORY_DRUGS, doctor),
	    ONSHI_E_STATE);
	ck_assert_int_eq(onshi_visit_set_method(v, ONSHI_METHOD_PIN),
	    ONSHI_E_STATE);
	ck_assert_int_eq(onshi_visit_set_consent(v, ONSHI_CATEGORY_CARE,
	    ONSHI_CONSENT_GIVEN), ONSHI_E_STATE);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_CONFIRM);
}

START_TEST(one_arrives)
{
	const struct onshi_record *rec, *child;
	struct onshi_answer *a;
	int64_t until;
	int granted;

	arrives(7);
	ck_assert_int_eq(onshi_arrivals_next(w, &v), ONSHI_OK);
	look_before();
	ck_assert_int_eq(face_files(dir, last), 1);
	ck_assert_str_eq(last, name);
	ck_assert_str_eq(f.events, "");
	ck_assert_int_eq(take(v), ONSHI_OK);
	ck_assert(!lies_there(name));
	ck_assert_int_eq(face_files(dir, last), 1);
	ck_assert_int_eq(strncmp(last, name, strlen(name)), 0);
	ck_assert_int_eq(onshi_visit_get(v, ONSHI_CATEGORY_ELIGIBILITY, NULL,
	    &a), ONSHI_OK);
	ck_assert_int_eq(onshi_answer_outcome(a), ONSHI_OUTCOME_VALID);
	ck_assert_int_eq(onshi_answer_next(a, &rec), ONSHI_OK);
	ck_assert_int_eq(onshi_record_child(rec,
	    ONSHI_EL_LIMIT_APPLICATION_CERTIFICATE_RELATED_INFO, &child),
	    ONSHI_OK);
	onshi_answer_free(&a);
	ck_assert_int_eq(onshi_visit_consent(v, ONSHI_CATEGORY_DRUGS, NULL,
	    &granted, NULL, &until), ONSHI_OK);
	ck_assert(granted && until == wall() + 86400);
	ck_assert_int_eq(get(v, ONSHI_CATEGORY_DRUGS, clerk),
	    ONSHI_E_LICENCE);
	ck_assert_int_eq(get(v, ONSHI_CATEGORY_DRUGS, doctor), ONSHI_OK);
	ck_assert_int_eq(get(v, ONSHI_CATEGORY_CHECKUPS, doctor),
	    ONSHI_E_CONSENT);
	ck_assert_int_eq(onshi_visit_end(v), ONSHI_OK);
	ck_assert_int_eq(face_files(dir, last), 0);
	ck_assert_ptr_nonnull(strstr(f.events, "arrival.taken;identity.end;"
	    "query.refused;query.intent;query.outcome;"));
	ck_assert_ptr_nonnull(strstr(f.events, "consent.given;"));
	ck_assert_ptr_null(strstr(f.record, "CANARYNAME"));
	ck_assert_ptr_null(strstr(f.record, "P7"));
	nobody(w);
}
END_TEST

/* Consent that the file says runs from the file's own time. */
START_TEST(runs_from_its_own_time)
{
	struct face_text t = { .n = 1, .made = wall() - 3600,
	    .seconds = 7200 };

	put(&t);
	ck_assert_int_eq(onshi_arrivals_next(w, &v), ONSHI_OK);
	ck_assert_int_eq(take(v), ONSHI_OK);
	atomic_fetch_add(&f.boot, 3500 * 1000LL);
	ck_assert_int_eq(get(v, ONSHI_CATEGORY_DRUGS, doctor), ONSHI_OK);
	atomic_fetch_add(&f.boot, 200 * 1000LL);
	ck_assert_int_eq(get(v, ONSHI_CATEGORY_DRUGS, doctor),
	    ONSHI_E_CONSENT_OVER);
}
END_TEST

/* Older than this machine is up. */
START_TEST(before_the_machine_was_up)
{
	struct face_text t = { .n = 1, .made = wall() - 3600 };

	atomic_store(&f.boot, 60000);
	put(&t);
	ck_assert_int_eq(onshi_arrivals_next(w, &v), ONSHI_OK);
	ck_assert_int_eq(take(v), ONSHI_OK);
	ck_assert_int_eq(get(v, ONSHI_CATEGORY_DRUGS, doctor), ONSHI_OK);
}
END_TEST

/* What a card has not proved opens nothing (CO-2). */
START_TEST(not_by_card)
{
	struct face_text t = { .n = 1, .by = _i == 0 ? "2" : "" };

	put(&t);
	ck_assert_int_eq(onshi_arrivals_next(w, &v), ONSHI_OK);
	ck_assert_int_eq(take(v), ONSHI_OK);
	ck_assert_int_eq(get(v, ONSHI_CATEGORY_ELIGIBILITY, NULL), ONSHI_OK);
	ck_assert_int_eq(get(v, ONSHI_CATEGORY_DRUGS, doctor),
	    ONSHI_E_IDENTITY);
	ck_assert_int_eq(atomic_load(&f.medical), 0);
}
END_TEST

START_TEST(refused_consent)
{
	struct face_text t = { .n = 1, .flag = "0" };

	put(&t);
	ck_assert_int_eq(onshi_arrivals_next(w, &v), ONSHI_OK);
	ck_assert_int_eq(take(v), ONSHI_OK);
	ck_assert_int_eq(get(v, ONSHI_CATEGORY_DRUGS, doctor),
	    ONSHI_E_CONSENT);
	ck_assert_ptr_nonnull(strstr(f.events, "consent.refused;"));
}
END_TEST

/* The service did not know them: said once, and done with. */
START_TEST(failed_at_the_service)
{
	struct face_text t = { .n = 1, .status = "2" };

	put(&t);
	ck_assert_int_eq(onshi_arrivals_next(w, &v), ONSHI_OK);
	ck_assert_int_lt(take(v), 0);
	ck_assert_int_eq(onshi_error_outcome(onshi_visit_error(v)),
	    ONSHI_OUTCOME_ERROR_PERSON);
	ck_assert_int_eq(face_files(dir, last), 0);
}
END_TEST

/* ---- two desks ------------------------------------------------------------- */

/* Said no to, or nothing said: it is the others'. */
START_TEST(left_to_others)
{
	arrives(1);
	ck_assert_int_eq(onshi_arrivals_next(w, &v), ONSHI_OK);
	if (_i == 0) {
		ck_assert_int_eq(onshi_visit_confirm(v, clerk, 0), ONSHI_OK);
		ck_assert_int_eq(onshi_visit_advance(v),
		    ONSHI_E_NOT_CONFIRMED);
	}
	onshi_visit_free(&v);
	ck_assert(lies_there(name));
	nobody(w);
	ck_assert_int_eq(onshi_arrivals_next(x, &u), ONSHI_OK);
	ck_assert_int_eq(take(u), ONSHI_OK);
}
END_TEST

static void
two_desks(void)
{
	arrives(1);
	ck_assert_int_eq(onshi_arrivals_next(w, &v), ONSHI_OK);
	ck_assert_int_eq(onshi_arrivals_next(x, &u), ONSHI_OK);
	ck_assert_int_eq(take(v), ONSHI_OK);
	ck_assert_int_eq(take(u), ONSHI_E_ARRIVAL_TAKEN);
	ck_assert_int_eq(onshi_visit_advance(u), ONSHI_E_STATE);
	ck_assert_int_eq(get(u, ONSHI_CATEGORY_DRUGS, doctor) < 0, 1);
	ck_assert_int_eq(onshi_visit_end(v), ONSHI_OK);
	ck_assert_int_eq(face_files(dir, last), 0);
	nobody(x);
}

START_TEST(one_of_two_desks)
{
	two_desks();
}
END_TEST

/* At machines of their own, which remember each for itself. */
START_TEST(one_of_two_machines)
{
	end();
	begin_as("other-journal", "yes");
	two_desks();
}
END_TEST

/* Another program is to have the files: nothing there is touched. */
/* A desk that waits beside another one's patient reads the share's clock by
 * files of its own, which wake nobody. */
START_TEST(waits_quietly)
{
	_Alignas(struct inotify_event) char events[4096];
	const struct inotify_event *e;
	int fd, n = 0, ms;
	ssize_t len, at;

	end();
	begin_as("another", "yes");
	arrives(1);
	ck_assert_int_eq(onshi_arrivals_next(w, &v), ONSHI_OK);
	ck_assert_int_eq(take(v), ONSHI_OK);
	fd = inotify_init1(IN_NONBLOCK);
	ck_assert_int_ge(inotify_add_watch(fd, dir, IN_CREATE), 0);
	ck_assert_int_eq(onshi_arrivals_set_blocking(x, 0), ONSHI_OK);
	ck_assert_int_eq(onshi_arrivals_next(x, &u), ONSHI_NEED_WAIT);
	for (ms = 0; ms < 1000; ms += 10) {
		(void)usleep(10000);
		while ((len = read(fd, events, sizeof(events))) > 0)
			for (at = 0; at < len; at += (ssize_t)(sizeof(*e) +
			    e->len)) {
				e = (const void *)(events + at);
				n++;
			}
	}
	(void)close(fd);
	/* It looks ten times a second (link.scan_ms). */
	ck_assert_int_le(n, 20);
}
END_TEST

START_TEST(not_the_owner)
{
	int twice;

	end();
	begin_as(_i == 0 ? "journal" : "other-journal", "no");
	arrives(1);
	ck_assert_int_eq(onshi_arrivals_next(w, &v), ONSHI_OK);
	ck_assert_int_eq(onshi_arrivals_next(x, &u), ONSHI_OK);
	ck_assert_int_eq(take(v), ONSHI_OK);
	twice = take(u);
	ck_assert_int_eq(twice, _i == 0 ? ONSHI_E_ARRIVAL_TAKEN : ONSHI_OK);
	ck_assert_int_eq(get(v, ONSHI_CATEGORY_DRUGS, doctor), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_end(v), ONSHI_OK);
	onshi_visit_free(&u);
	ck_assert_int_eq(face_files(dir, last), 1);
	ck_assert_str_eq(last, name);
	nobody(w);
	onshi_arrivals_free(&w);
	w = look_out(o, 20000);
	nobody(w);
}
END_TEST

/* ---- what is passed over --------------------------------------------------- */

#define ID16	"0000000000000001"
#define CLAIMED	"OQSsiquc01res_face_1319999996" ID16 "_20261130120000.xml."
static const struct {
	const char	*what;
	const char	*file;		/* NULL: a face file's */
	const char	*code, *institution;
	int		 hours;		/* that it was made before */
	int		 seconds;
	int		 cut;
} others[] = {
	{ "a prescription", "EPSsiPIR01res_1.xml", NULL, NULL, 0, 0, 0 },
	{ "an answer", "OQSsiquc01res_202611300001.xml", NULL, NULL, 0, 0, 0 },
	{ "hidden", ".OQSsiquc01res_face_1319999996" ID16
	  "_20261130120000.xml", NULL, NULL, 0, 0, 0 },
	{ "not yet named", "OQSsiquc01res_face_1319999996" ID16
	  "_20261130120000.xml.tmp", NULL, NULL, 0, 0, 0 },
	{ "a short id", "OQSsiquc01res_face_1319999996000000000000001"
	  "_20261130120000.xml", NULL, NULL, 0, 0, 0 },
	{ "no time", "OQSsiquc01res_face_1319999996" ID16 "_.xml", NULL, NULL,
	  0, 0, 0 },
	{ "a long id", "OQSsiquc01res_face_1319999996aZ9" ID16 "xy"
	  "_20261130120000.xml",
	  NULL, NULL, 0, 0, 0 },
	{ "an id with a dash", "OQSsiquc01res_face_1319999996" "00000000-00000001"
	  "_20261130120000.xml",
	  NULL, NULL, 0, 0, 0 },
	{ "another ending", "OQSsiquc01res_face_1319999996" ID16
	  "_20261130120000.csv",
	  NULL, NULL, 0, 0, 0 },
	{ "no whole code", "OQSsiquc01res_face_131999999_" ID16
	  "_20261130120000.xml",
	  NULL, NULL, 0, 0, 0 },
	{ "claimed by no desk", CLAIMED "7.1a2b3c4d.1764471845000",
	  NULL, NULL, 0, 0, 0 },
	{ "claimed by no run", CLAIMED "07.1a2b3c.1764471845000",
	  NULL, NULL, 0, 0, 0 },
	{ "claimed at no time", CLAIMED "07.1a2b3c4d",
	  NULL, NULL, 0, 0, 0 },
	{ "claimed at an endless time", CLAIMED "07.1a2b3c4d.99999999999999999",
	  NULL, NULL, 0, 0, 0 },
	{ "of another institution", NULL, "1310000001", "1310000001", 0, 0,
	  0 },
	{ "by its name alone ours", NULL, NULL, "1310000001", 0, 0, 0 },
	{ "of yesterday", NULL, NULL, NULL, 24, 0, 0 },
	{ "of tomorrow", NULL, NULL, NULL, -24, 0, 0 },
	{ "of the hour to come", NULL, NULL, NULL, -1, 0, 0 },
	{ "past its time", NULL, NULL, NULL, 2, 3600, 0 },
	{ "half of it", NULL, NULL, NULL, 0, 0, 200 },
	{ "nearly all of it", NULL, NULL, NULL, 0, 0, 3 }
};

START_TEST(passed_over)
{
	struct face_text t = { .n = 1, .name = others[_i].file,
	    .code = others[_i].code, .institution = others[_i].institution,
	    .seconds = others[_i].seconds, .cut = others[_i].cut };
	struct stat before, after;
	char path[400];

	t.made = wall() - others[_i].hours * 3600;
	put(&t);
	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	ck_assert_int_eq(stat(path, &before), 0);
	nobody(w);
	ck_assert_int_eq(face_files(dir, last), 1);
	ck_assert_int_eq(stat(path, &after), 0);
	ck_assert_int_eq(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
	ck_assert_int_eq(before.st_ino == after.st_ino, 1);
	/* And it does not stand in the way. */
	arrives(2);
	ck_assert_int_eq(onshi_arrivals_next(w, &v), ONSHI_OK);
	ck_assert_int_eq(take(v), ONSHI_OK);
}
END_TEST

/* By the share's clock it is old, whatever it says of itself. */
START_TEST(old_by_the_share)
{
	struct timespec t[2];
	char path[400];

	onshi_arrivals_free(&w);
	onshi_free(&o);
	arrives(1);
	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	ck_assert_int_eq(clock_gettime(CLOCK_REALTIME, &t[0]), 0);
	t[0].tv_sec -= 86400 + 60;
	t[1] = t[0];
	ck_assert_int_eq(utimensat(AT_FDCWD, path, t, 0), 0);
	o = root(&f, "1", "journal", "yes");
	w = look_out(o, 20000);
	nobody(w);
	ck_assert(lies_there(name));
}
END_TEST

/* Written bit by bit under its own name: it comes once, when it is whole. */
START_TEST(half_written)
{
	struct face_text t = { .n = 1, .cut = 500 };

	put(&t);
	nobody(w);
	t.cut = 0;
	face_write_as(&t, name);
	ck_assert_int_eq(onshi_arrivals_next(w, &v), ONSHI_OK);
	ck_assert_int_eq(take(v), ONSHI_OK);
	nobody(w);
}
END_TEST

/* A copy of one that was taken, under its name or another, is taken by nobody,
 * now or after a restart. */
START_TEST(copies)
{
	struct face_text t = { .n = 1 };
	char copy[128];

	put(&t);
	ck_assert_int_eq(onshi_arrivals_next(w, &v), ONSHI_OK);
	ck_assert_int_eq(take(v), ONSHI_OK);
	if (_i % 2 == 0)
		ck_assert_int_eq(onshi_visit_end(v), ONSHI_OK);
	(void)strcpy(copy, name);
	if (_i / 2 == 1)
		copy[30] = copy[30] == '0' ? '1' : '0';
	face_write_as(&t, copy);
	if (_i / 2 == 0) {
		nobody(w);
		nobody(x);
		onshi_arrivals_free(&x);
		x = look_out(there, 20000);
		nobody(x);
	} else {
		ck_assert_int_eq(onshi_arrivals_next(x, &u), ONSHI_OK);
		ck_assert_int_eq(take(u), ONSHI_E_ARRIVAL_TAKEN);
	}
	ck_assert(lies_there(copy));
}
END_TEST

/* A machine that is done with it leaves another's claim of a copy alone. */
START_TEST(another_machines_copy)
{
	struct face_text t = { .n = 1 };

	end();
	begin_as("other-journal", "yes");
	put(&t);
	ck_assert_int_eq(onshi_arrivals_next(w, &v), ONSHI_OK);
	ck_assert_int_eq(take(v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_end(v), ONSHI_OK);
	face_write_as(&t, name);
	ck_assert_int_eq(onshi_arrivals_next(x, &u), ONSHI_OK);
	ck_assert_int_eq(take(u), ONSHI_OK);
	nobody(w);
	ck_assert_int_eq(face_files(dir, last), 1);
	ck_assert_int_eq(onshi_visit_end(u), ONSHI_OK);
	ck_assert_int_eq(face_files(dir, last), 0);
}
END_TEST

/* Another content is put in its place after it was looked at. */
START_TEST(changed_behind)
{
	struct face_text t = { .n = 1 };

	put(&t);
	ck_assert_int_eq(onshi_arrivals_next(w, &v), ONSHI_OK);
	usleep(20000);		/* later by whatever file times there are */
	t.n = 2;
	face_write_as(&t, name);
	ck_assert_int_eq(take(v), ONSHI_E_ARRIVAL_TAKEN);
	ck_assert(lies_there(name));
	onshi_visit_free(&v);
	ck_assert_int_eq(onshi_arrivals_next(w, &v), ONSHI_OK);
	ck_assert_int_eq(take(v), ONSHI_OK);
}
END_TEST

/* ---- crashes ----------------------------------------------------------------- */

/* Another desk looks whether who has died is still alive. */
static int
somebody_looks(void)
{
	char path[400];
	struct dirent *one;
	int at = -1;
	DIR *d;

	(void)snprintf(path, sizeof(path), "%s/journal", top);
	ck_assert_ptr_nonnull(d = opendir(path));
	while (at < 0 && (one = readdir(d)) != NULL)
		if (strncmp(one->d_name, "run-", 4) == 0 &&
		    (at = openat(dirfd(d), one->d_name, O_RDWR)) >= 0 &&
		    flock(at, LOCK_SH | LOCK_NB) != 0) {
			(void)close(at);	/* we are alive ourselves */
			at = -1;
		}
	(void)closedir(d);
	ck_assert_int_ge(at, 0);

	return at;
}

/* One more desk has begun to take what a dead one left, and died over it: its
 * run stands in the mark, not yet in the name. */
static void
another_began(void)
{
	static const char run[] = "0badc0de";
	char path[400];
	struct dirent *one;
	int at, n = 0;
	DIR *d;

	(void)snprintf(path, sizeof(path), "%s/journal/run-%s", top, run);
	ck_assert_int_ge(at = open(path, O_WRONLY | O_CREAT, 0600), 0);
	(void)close(at);
	(void)snprintf(path, sizeof(path), "%s/journal/face", top);
	ck_assert_ptr_nonnull(d = opendir(path));
	while ((one = readdir(d)) != NULL)
		if (strncmp(one->d_name, "n-", 2) == 0) {
			n++;
			at = openat(dirfd(d), one->d_name, O_WRONLY | O_TRUNC);
			ck_assert_int_eq(write(at, run, 8), 8);
			(void)close(at);
		}
	(void)closedir(d);
	ck_assert_int_eq(n, 1);
}

/* A desk of its own takes it, and dies. */
static void
die_with_it(const char *journal)
{
	int status;
	pid_t pid;

	onshi_arrivals_free(&w);
	onshi_free(&o);
	if ((pid = fork()) == 0) {
		o = root(&f, "1", journal, "yes");
		w = look_out(o, 20000);
		if (onshi_arrivals_next(w, &v) != ONSHI_OK ||
		    take(v) != ONSHI_OK)
			_exit(1);
		(void)raise(SIGKILL);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSIGNALED(status));
	ck_assert_int_eq(face_files(dir, last), 1);
	ck_assert_str_ne(last, name);
	o = root(&f, "1", "journal", "yes");
	w = look_out(o, 20000);
}

/* The desk's next start has it again; no file is lost, none taken twice: not
 * for a second desk either that looks at the same moment who is alive. */
START_TEST(desk_dies)
{
	int looks = -1;

	arrives(1);
	die_with_it("journal");
	if (_i == 1)
		looks = somebody_looks();
	if (_i == 2)
		another_began();
	ck_assert_int_eq(onshi_arrivals_next(w, &v), ONSHI_OK);
	ck_assert_str_eq(onshi_visit_file(v), name);
	ck_assert_int_eq(take(v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_end(v), ONSHI_OK);
	ck_assert_int_eq(face_files(dir, last), 0);
	nobody(w);
	if (looks >= 0)
		(void)close(looks);
}
END_TEST

/* Others have it after link.claim_s, by the time that stands in its name. */
START_TEST(another_desk_dies)
{
	char from[400], to[400], *dot;

	arrives(1);
	die_with_it("far-journal");
	nobody(w);
	nobody(x);
	(void)snprintf(from, sizeof(from), "%s/%s", dir, last);
	dot = strrchr(last, '.');
	ck_assert_ptr_nonnull(dot);
	(void)snprintf(to, sizeof(to), "%s/%.*s.%lld", dir,
	    (int)(dot - last), last, strtoll(dot + 1, NULL, 10) - 301000);
	ck_assert_int_eq(rename(from, to), 0);
	ck_assert_int_eq(onshi_arrivals_next(w, &v), ONSHI_OK);
	ck_assert_int_eq(take(v), ONSHI_OK);
	nobody(x);
	ck_assert_int_eq(onshi_visit_end(v), ONSHI_OK);
	ck_assert_int_eq(face_files(dir, last), 0);
}
END_TEST

/* Not on the record: not taken, and everybody's again. */
START_TEST(not_without_the_record)
{
	arrives(1);
	ck_assert_int_eq(onshi_arrivals_next(w, &v), ONSHI_OK);
	atomic_store(&f.audit_fails, 1);
	ck_assert_int_eq(take(v), ONSHI_E_AUDIT);
	atomic_store(&f.audit_fails, 0);
	ck_assert(lies_there(name));
	ck_assert_int_eq(take(v), ONSHI_OK);
	ck_assert_int_eq(get(v, ONSHI_CATEGORY_DRUGS, doctor), ONSHI_OK);
}
END_TEST

/* Sealed, it goes on without its file (CO-14). */
START_TEST(sealed)
{
	struct onshi_config *c = fake_config(&f);
	const char *lent;
	char visits[128];

	(void)snprintf(visits, sizeof(visits), "%s/visits", top);
	ck_assert_int_eq(mkdir(visits, 0700), 0);
	onshi_arrivals_free(&w);
	onshi_free(&o);
	ck_assert_int_eq(onshi_config_set(c, "visits.dir", visits), ONSHI_OK);
	ck_assert_int_eq(onshi_config_set(c, "link.face_dir", dir), ONSHI_OK);
	(void)snprintf(visits, sizeof(visits), "%s/journal", top);
	ck_assert_int_eq(onshi_config_set(c, "link.journal_dir", visits),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_new(ONSHI_ABI, c, &o), ONSHI_OK);
	onshi_config_free(&c);
	w = look_out(o, 20000);
	arrives(1);
	ck_assert_int_eq(onshi_arrivals_next(w, &v), ONSHI_OK);
	ck_assert_int_eq(take(v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_seal(v, &lent), ONSHI_OK);
	ck_assert_int_eq(face_files(dir, last), 0);
	ck_assert_int_eq(onshi_visit_open(o, lent, doctor, &u), ONSHI_OK);
	onshi_visit_free(&v);
	ck_assert_int_eq(get(u, ONSHI_CATEGORY_DRUGS, NULL), ONSHI_OK);
}
END_TEST

/* ---- waiting --------------------------------------------------------------- */

static void *
cancel_soon(void *arg)
{
	usleep(50000);
	onshi_arrivals_cancel(arg);

	return NULL;
}

START_TEST(waiting)
{
	struct pollfd p = { .fd = (int)onshi_arrivals_fd(w),
	    .events = POLLIN };
	pthread_t thread;

	ck_assert_int_eq(pthread_create(&thread, NULL, cancel_soon, w), 0);
	ck_assert_int_eq(onshi_arrivals_next(w, &v), ONSHI_E_CANCELLED);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	ck_assert_int_eq(onshi_arrivals_set_blocking(w, 0), ONSHI_OK);
	ck_assert_int_eq(onshi_arrivals_next(w, &v), ONSHI_NEED_WAIT);
	ck_assert_int_eq(poll(&p, 1, 0), 0);
	arrives(1);
	ck_assert_int_eq(poll(&p, 1, 20000), 1);
	ck_assert_int_eq(onshi_arrivals_next(w, &v), ONSHI_OK);
	ck_assert_int_eq(onshi_arrivals_next(w, &u), ONSHI_NEED_WAIT);
	ck_assert_int_eq(poll(&p, 1, 0), 0);
}
END_TEST

/* Another content is put in its place before anybody has looked at it. */
START_TEST(changed_before)
{
	struct pollfd p = { .fd = (int)onshi_arrivals_fd(w),
	    .events = POLLIN };
	struct face_text t = { .n = 1 };
	int r;

	ck_assert_int_eq(onshi_arrivals_set_blocking(w, 0), ONSHI_OK);
	ck_assert_int_eq(onshi_arrivals_next(w, &v), ONSHI_NEED_WAIT);
	put(&t);
	ck_assert_int_eq(poll(&p, 1, 20000), 1);
	usleep(20000);		/* later by whatever file times there are */
	t.n = 2;
	face_write_as(&t, name);
	while ((r = onshi_arrivals_next(w, &v)) == ONSHI_NEED_WAIT)
		ck_assert_int_eq(poll(&p, 1, 20000), 1);
	ck_assert_int_eq(r, ONSHI_OK);
	ck_assert_int_eq(take(v), ONSHI_OK);
}
END_TEST

/* A folder that is away says so, and comes back. */
START_TEST(folder_away)
{
	char away[128];

	(void)snprintf(away, sizeof(away), "%s.away", dir);
	ck_assert_int_eq(rename(dir, away), 0);
	ck_assert_int_eq(onshi_arrivals_next(w, &v), ONSHI_E_DISK);
	ck_assert_ptr_nonnull(strstr(onshi_error_text(
	    onshi_arrivals_error(w)), "link.face_dir"));
	ck_assert_int_eq(rename(away, dir), 0);
	arrives(1);
	while (onshi_arrivals_next(w, &v) != ONSHI_OK)
		;
	ck_assert_int_eq(take(v), ONSHI_OK);
}
END_TEST

/* Visits stay when the handle goes; a visit is freed before it, or after. */
START_TEST(order_of_freeing)
{
	arrives(1);
	ck_assert_int_eq(onshi_arrivals_next(w, &v), ONSHI_OK);
	onshi_arrivals_free(&w);
	if (_i == 0) {
		onshi_free(&o);
		ck_assert_int_eq(take(v), ONSHI_OK);
		ck_assert_int_eq(get(v, ONSHI_CATEGORY_DRUGS, doctor),
		    ONSHI_OK);
	}
	onshi_visit_free(&v);
	ck_assert_int_eq(face_files(dir, last), _i == 0 ? 0 : 1);
}
END_TEST

/* More than are kept ready: each comes, once. */
START_TEST(many)
{
	bool seen[40] = { false };
	int i, n;

	for (i = 0; i < 40; i++)
		arrives(i);
	for (i = 0; i < 40; i++) {
		ck_assert_int_eq(onshi_arrivals_next(w, &v), ONSHI_OK);
		n = atoi(onshi_visit_file(v) + 37);
		ck_assert(n >= 0 && n < 40 && !seen[n]);
		seen[n] = true;
		ck_assert_int_eq(take(v), ONSHI_OK);
		onshi_visit_free(&v);
	}
	nobody(w);
	ck_assert_int_eq(face_files(dir, last), 0);
}
END_TEST

/* What a program has to have set. */
START_TEST(not_configured)
{
	struct onshi_arrivals *none = (struct onshi_arrivals *)&f;
	struct onshi *bare = fake_root(&f);

	ck_assert_int_eq(onshi_arrivals_new(bare, ONSHI_PURPOSE_CARE, &none),
	    ONSHI_E_UNSUPPORTED);
	ck_assert_ptr_null(none);
	ck_assert_ptr_nonnull(strstr(onshi_error_text(
	    onshi_last_error(bare)), "link.face_dir"));
	onshi_free(&bare);
}
END_TEST

static void
fill(TCase *c)
{
	tcase_add_checked_fixture(c, begin, end);
	tcase_set_timeout(c, 60);
	tcase_add_test(c, one_arrives);
	tcase_add_test(c, runs_from_its_own_time);
	tcase_add_test(c, before_the_machine_was_up);
	tcase_add_loop_test(c, not_by_card, 0, 2);
	tcase_add_test(c, refused_consent);
	tcase_add_test(c, failed_at_the_service);
	tcase_add_loop_test(c, left_to_others, 0, 2);
	tcase_add_test(c, one_of_two_desks);
	tcase_add_test(c, one_of_two_machines);
	tcase_add_test(c, waits_quietly);
	tcase_add_loop_test(c, not_the_owner, 0, 2);
	tcase_add_loop_test(c, passed_over, 0, (int)COUNT(others));
	tcase_add_test(c, old_by_the_share);
	tcase_add_test(c, half_written);
	tcase_add_loop_test(c, copies, 0, 4);
	tcase_add_test(c, another_machines_copy);
	tcase_add_test(c, changed_behind);
	tcase_add_test(c, changed_before);
	tcase_add_loop_test(c, desk_dies, 0, 3);
	tcase_add_test(c, another_desk_dies);
	tcase_add_test(c, not_without_the_record);
	tcase_add_test(c, sealed);
	tcase_add_test(c, waiting);
	tcase_add_test(c, folder_away);
	tcase_add_loop_test(c, order_of_freeing, 0, 2);
	tcase_add_test(c, many);
	tcase_add_test(c, not_configured);
}

int
main(void)
{
	fake_prepare();

	return run_tests("visit/arrivals", fill);
}
