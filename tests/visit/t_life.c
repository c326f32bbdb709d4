/*
 * How long what a visit brings may live: consent taken back or run out at any
 * moment (CO-10), the visit's end, whose question it is (CO-13), what has to
 * stand on the record without anybody waiting for it, and handles that are
 * freed by any thread at any time (SEC-110, SEC-116).
 */
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <check.h>

#include "fake.h"
#include "tests/core/run.h"
#include "tests/search.h"

#define HOUR_MS	3600000
#define ALL	0x7eu

static struct fake f;
static struct onshi *o;
static struct onshi_visit *v;
static struct onshi_operator *doctor, *other, *staff;

static void
begin(void)
{
	fake_init(&f);
	o = fake_root(&f);
	doctor = fake_doctor(o, "D0001");
	other = fake_doctor(o, "D0002");
	staff = fake_clerk(o, "U0001");
}

static void
end(void)
{
	atomic_store(&f.audit_held, 0);
	onshi_visit_free(&v);
	onshi_operator_free(&doctor);
	onshi_operator_free(&other);
	onshi_operator_free(&staff);
	onshi_free(&o);
	fake_done(&f);
}

static struct onshi_answer *
get(int category, const struct onshi_operator *op)
{
	struct onshi_answer *a;

	ck_assert_int_eq(onshi_visit_get(v, category, op, &a), ONSHI_OK);

	return a;
}

static int
refused(int category, const struct onshi_operator *op)
{
	struct onshi_answer *a;
	int r;

	r = onshi_visit_get(v, category, op, &a);
	ck_assert_ptr_null(a);

	return r;
}

static int
peek(struct onshi_answer *a)
{
	const struct onshi_record *rec;

	return onshi_answer_head(a, &rec);
}

/* The drug's name in memory that can be written, but for the service's own. */
static size_t
copies(void)
{
	return found("CANARYDRUG", sizeof("CANARYDRUG") - 1, 0);
}

/* Until every session is closed, as the visit's own thread does it. */
static void
wait_closed(void)
{
	while (atomic_load(&f.closes) != atomic_load(&f.opens))
		(void)usleep(1000);
}

/* ---- nobody waits for the record ------------------------------------------ */

static void
every_input(void)
{
	int64_t t;
	int n;

	ck_assert_int_eq(onshi_visit_set_method(v, ONSHI_METHOD_VISUAL),
	    ONSHI_E_STATE);
	ck_assert_int_eq(onshi_visit_set_consent(v, ONSHI_CATEGORY_DRUGS, 1),
	    ONSHI_E_STATE);
	ck_assert_int_eq(onshi_visit_set_pin(v, "1234", 0), ONSHI_E_STATE);
	ck_assert_int_eq(onshi_visit_set_reader(v, "fake"), ONSHI_E_STATE);
	ck_assert_int_eq(onshi_visit_set_register_use(v, 1), ONSHI_E_STATE);
	ck_assert_int_eq(onshi_visit_set_text(v, ONSHI_EL_START_DATE,
	    "202601"), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_confirm(v, doctor, 1), ONSHI_E_STATE);
	ck_assert_int_eq(onshi_visit_set_deadline(v, 0), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_blocking(v, 1), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_withdraw(v, ONSHI_CATEGORY_CARE),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_visit_consent(v, ONSHI_CATEGORY_CARE, &n, &n,
	    &t, &t), ONSHI_OK);
	ck_assert_int_eq(n, 0);
	ck_assert_int_eq(onshi_visit_is_recorded(v), 0);
	ck_assert_ptr_nonnull(onshi_visit_certificate(v));
	ck_assert_int_gt(onshi_visit_apdus(v), 0);
	ck_assert_int_gt(onshi_visit_ms(v, ONSHI_PHASE_READER), -1);
}

/* Three answers are over, three entries wait for a record that another holds:
 * with the calling thread in it this would never end. */
START_TEST(test_no_input_waits)
{
	struct onshi_answer *a[3];
	int i;

	ck_assert_int_eq(fake_checkin(o, ALL, &v), ONSHI_OK);
	for (i = 0; i < 3; i++)
		a[i] = get(ONSHI_CATEGORY_DRUGS, doctor);
	atomic_store(&f.audit_held, 1);
	fake_pass(&f, HOUR_MS);
	every_input();
	for (i = 0; i < 3; i++)
		ck_assert_int_eq(peek(a[i]), ONSHI_E_EXPIRED);
	ck_assert_uint_eq(copies(), 0);
	atomic_store(&f.audit_held, 0);
	ck_assert_int_eq(onshi_visit_end(v), ONSHI_OK);
	ck_assert_ptr_nonnull(strstr(f.events, "consent.withdrawn;"));
	ck_assert_ptr_nonnull(strstr(f.events,
	    "result.wiped;result.wiped;result.wiped;visit.end;"));
	for (i = 0; i < 3; i++)
		onshi_answer_free(&a[i]);
}
END_TEST

/* What cannot be written stays to be written, once, until the end says so. */
START_TEST(test_kept_until_it_stands)
{
	ck_assert_int_eq(fake_checkin(o, ALL, &v), ONSHI_OK);
	atomic_store(&f.audit_fails, 1);
	ck_assert_int_eq(onshi_visit_withdraw(v, ONSHI_CATEGORY_DRUGS),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_visit_end(v), ONSHI_E_AUDIT);
	ck_assert_int_eq(onshi_error_code(onshi_visit_error(v)),
	    ONSHI_E_AUDIT);
	ck_assert_int_eq(onshi_visit_is_recorded(v), 0);
	atomic_store(&f.audit_fails, 0);
	f.events[0] = '\0';
	ck_assert_int_eq(onshi_visit_end(v), ONSHI_OK);
	ck_assert_str_eq(f.events, "consent.withdrawn;visit.end;");
	ck_assert_int_eq(onshi_visit_end(v), ONSHI_OK);
	onshi_visit_free(&v);
	ck_assert_str_eq(f.events, "consent.withdrawn;visit.end;");
}
END_TEST

/* What nobody can write any more is owed, and told by the next entry that
 * stands. */
START_TEST(test_owed)
{
	ck_assert_int_eq(fake_checkin(o, ALL, &v), ONSHI_OK);
	atomic_store(&f.audit_fails, 1);
	ck_assert_int_eq(onshi_visit_withdraw(v, ONSHI_CATEGORY_DRUGS),
	    ONSHI_OK);
	onshi_visit_free(&v);
	atomic_store(&f.audit_fails, 0);
	f.events[0] = '\0';
	ck_assert_int_eq(fake_checkin(o, ALL, &v), ONSHI_OK);
	ck_assert_ptr_nonnull(strstr(f.events, "consent.given;log.gap;"));
	ck_assert_ptr_null(strstr(strstr(f.events, "log.gap;") + 1,
	    "log.gap;"));
	ck_assert_ptr_nonnull(strstr(f.record, "\tr=missed=2:first="));
}
END_TEST

/* Another program holds it, longer than a call may take: the call says so in
 * time, and the next one goes through. */
START_TEST(test_held_by_a_program)
{
	char here[1000], top[1100], text[1300];
	struct onshi_answer *a;
	struct onshi *x;
	int fd;

	ck_assert_ptr_nonnull(getcwd(here, sizeof(here)));
	(void)snprintf(top, sizeof(top), "%s/t_life.XXXXXX", here);
	ck_assert_ptr_nonnull(mkdtemp(top));
	x = fake_root_trail(&f, top);
	ck_assert_int_eq(fake_checkin(x, ALL, &v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_deadline(v, 1000), ONSHI_OK);
	(void)snprintf(text, sizeof(text), "%s/trail/audit.lock", top);
	fd = open(text, O_RDWR | O_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(flock(fd, LOCK_EX), 0);
	ck_assert_int_eq(onshi_visit_withdraw(v, ONSHI_CATEGORY_CARE),
	    ONSHI_OK);
	ck_assert_int_eq(refused(ONSHI_CATEGORY_DRUGS, doctor), ONSHI_E_AUDIT);
	ck_assert_int_eq(flock(fd, LOCK_UN), 0);
	(void)close(fd);
	ck_assert_int_eq(onshi_visit_set_deadline(v, 0), ONSHI_OK);
	a = get(ONSHI_CATEGORY_DRUGS, doctor);
	onshi_answer_free(&a);
	onshi_visit_free(&v);
	onshi_free(&x);
	(void)snprintf(text, sizeof(text), "rm -rf '%s'", top);
	ck_assert_int_eq(system(text), 0);
}
END_TEST

/* ---- consent runs out ------------------------------------------------------ */

START_TEST(test_end)
{
	struct onshi_answer *drugs, *eligibility;
	const struct onshi_record *rec;
	const char *text;

	ck_assert_int_eq(fake_checkin(o, ALL, &v), ONSHI_OK);
	drugs = get(ONSHI_CATEGORY_DRUGS, doctor);
	eligibility = get(ONSHI_CATEGORY_ELIGIBILITY, NULL);
	ck_assert_int_eq(onshi_answer_next(drugs, &rec), ONSHI_OK);
	if (_i == 0)
		ck_assert_int_eq(onshi_visit_end(v), ONSHI_OK);
	else
		onshi_visit_free(&v);
	ck_assert_int_eq(onshi_record_text(rec, ONSHI_EL_DRUG_NAME, &text),
	    ONSHI_E_EXPIRED);
	ck_assert_int_eq(onshi_answer_next(drugs, &rec), ONSHI_E_EXPIRED);
	ck_assert_int_eq(peek(drugs), ONSHI_E_EXPIRED);
	ck_assert_uint_eq(copies(), 0);
	ck_assert_int_eq(onshi_answer_next(eligibility, &rec), ONSHI_OK);
	ck_assert_ptr_nonnull(strstr(f.events, "result.wiped;visit.end;"));
	wait_closed();
	fake_pass(&f, HOUR_MS);
	ck_assert_int_eq(onshi_answer_rewind(eligibility), ONSHI_OK);
	ck_assert_int_eq(onshi_answer_next(eligibility, &rec),
	    ONSHI_E_EXPIRED);
	onshi_answer_free(&drugs);
	onshi_answer_free(&eligibility);
}
END_TEST

/* Nothing begins after it. */
START_TEST(test_after_the_end)
{
	ck_assert_int_eq(fake_checkin(o, ALL, &v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_end(v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_STATE);
	ck_assert_int_eq(refused(ONSHI_CATEGORY_DRUGS, doctor), ONSHI_E_STATE);
	ck_assert_int_eq(onshi_visit_set_method(v, ONSHI_METHOD_NUMBER),
	    ONSHI_E_STATE);
	ck_assert_int_eq(onshi_visit_set_text(v, ONSHI_EL_START_DATE,
	    "202601"), ONSHI_E_STATE);
	ck_assert_int_eq(onshi_visit_set_pin(v, "1234", 0), ONSHI_E_STATE);
	ck_assert_int_eq(onshi_visit_withdraw(v, ONSHI_CATEGORY_DRUGS),
	    ONSHI_OK);
	ck_assert_ptr_null(onshi_visit_certificate(v));
	ck_assert_int_eq(atomic_load(&f.medical), 0);
}
END_TEST

/* A visit that nobody began has nothing to record. */
START_TEST(test_end_unbegun)
{
	ck_assert_int_eq(onshi_visit_new(o, ONSHI_PURPOSE_CARE, &v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_end(v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_STATE);
	onshi_visit_free(&v);
	ck_assert_str_eq(f.events, "");
	ck_assert_int_eq(onshi_visit_end(NULL), ONSHI_E_ARG);
}
END_TEST

/* An answer that nobody collects is wiped by itself; collecting it is too
 * late, then it is asked anew. */
START_TEST(test_uncollected)
{
	struct onshi_answer *a;

	ck_assert_int_eq(fake_checkin(o, ALL, &v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_blocking(v, 0), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_get(v, ONSHI_CATEGORY_DRUGS, doctor, &a),
	    ONSHI_NEED_WAIT);
	ck_assert(fake_finishes(v));
	onshi_wipe(f.last_body, sizeof(f.last_body));
	fake_pass(&f, HOUR_MS);
	fake_await(&f, "result.wiped;");
	ck_assert_uint_eq(copies(), 0);
	ck_assert_int_eq(refused(ONSHI_CATEGORY_DRUGS, doctor),
	    ONSHI_E_EXPIRED);
	ck_assert_int_eq(onshi_visit_set_blocking(v, 1), ONSHI_OK);
	a = get(ONSHI_CATEGORY_DRUGS, doctor);
	onshi_answer_free(&a);
	ck_assert_int_eq(atomic_load(&f.medical), 2);
}
END_TEST

/* So is one that was collected and never read, without any call. Text that was
 * handed out stays until the next one, but is refused. */
START_TEST(test_wiped_on_time)
{
	const struct onshi_record *rec;
	struct onshi_answer *a;
	const char *text;

	ck_assert_int_eq(fake_checkin(o, ALL, &v), ONSHI_OK);
	a = get(ONSHI_CATEGORY_DRUGS, doctor);
	if (_i == 0) {
		fake_pass(&f, HOUR_MS);
		fake_await(&f, "result.wiped;");
		ck_assert_uint_eq(copies(), 0);
	} else {
		ck_assert_int_eq(onshi_answer_next(a, &rec), ONSHI_OK);
		ck_assert_int_eq(onshi_record_text(rec, ONSHI_EL_DRUG_NAME,
		    &text), ONSHI_OK);
		fake_pass(&f, HOUR_MS);
		ck_assert_int_eq(peek(a), ONSHI_E_EXPIRED);
		ck_assert_str_eq(text, "CANARYDRUG");
		ck_assert_int_eq(onshi_visit_set_deadline(v, 0), ONSHI_OK);
		ck_assert_str_eq(text, "");
		ck_assert_uint_eq(copies(), 0);
	}
	onshi_answer_free(&a);
}
END_TEST

/* What rests on several consents dies with any of them. */
static const struct {
	const char	*name;
	int		 category;
	int		 withdrawn;
	bool		 is_over;
} rests[] = {
	{ "drugs", ONSHI_CATEGORY_DRUGS, ONSHI_CATEGORY_DRUGS, true },
	{ "drugs, care taken back", ONSHI_CATEGORY_DRUGS, ONSHI_CATEGORY_CARE,
	    false },
	{ "care on drugs", ONSHI_CATEGORY_CARE, ONSHI_CATEGORY_DRUGS, true },
	{ "surgery on drugs", ONSHI_CATEGORY_SURGERY, ONSHI_CATEGORY_DRUGS,
	    true },
	{ "surgery on care", ONSHI_CATEGORY_SURGERY, ONSHI_CATEGORY_CARE,
	    true },
	{ "checkups alone", ONSHI_CATEGORY_CHECKUPS, ONSHI_CATEGORY_DRUGS,
	    false }
};

START_TEST(test_rests_on)
{
	struct onshi_answer *a;

	ck_assert_int_eq(fake_checkin(o, ALL, &v), ONSHI_OK);
	a = get(rests[_i].category, doctor);
	ck_assert_int_eq(onshi_visit_withdraw(v, rests[_i].withdrawn),
	    ONSHI_OK);
	ck_assert_msg(peek(a) == (rests[_i].is_over ? ONSHI_E_EXPIRED :
	    ONSHI_OK), "%s", rests[_i].name);
	onshi_answer_free(&a);
}
END_TEST

/* Withdrawn while the service answers: what arrives is never handed out. */
static void
take_back(const char *prefix)
{
	if (prefix[0] == 'Y')
		ck_assert_int_eq(onshi_visit_withdraw(v, ONSHI_CATEGORY_DRUGS),
		    ONSHI_OK);
}

START_TEST(test_withdrawn_under_way)
{
	ck_assert_int_eq(fake_checkin(o, ALL, &v), ONSHI_OK);
	f.inside = take_back;
	ck_assert_int_eq(refused(ONSHI_CATEGORY_DRUGS, doctor),
	    ONSHI_E_CONSENT_OVER);
	f.inside = NULL;
	ck_assert_int_eq(onshi_visit_end(v), ONSHI_OK);
	onshi_wipe(f.last_body, sizeof(f.last_body));
	ck_assert_uint_eq(copies(), 0);
	ck_assert_ptr_nonnull(strstr(f.events, "consent.withdrawn;"));
}
END_TEST

/* The same of an answer that is there and waits to be collected, and of one
 * that is being read while another question is under way. */
START_TEST(test_withdrawn_uncollected)
{
	struct onshi_answer *a;

	ck_assert_int_eq(fake_checkin(o, ALL, &v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_blocking(v, 0), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_get(v, ONSHI_CATEGORY_DRUGS, doctor, &a),
	    ONSHI_NEED_WAIT);
	ck_assert(fake_finishes(v));
	ck_assert_int_eq(onshi_visit_withdraw(v, ONSHI_CATEGORY_DRUGS),
	    ONSHI_OK);
	ck_assert_uint_eq(copies(), 0);
	ck_assert_int_eq(refused(ONSHI_CATEGORY_DRUGS, doctor),
	    ONSHI_E_CONSENT_OVER);
}
END_TEST

START_TEST(test_withdrawn_beside)
{
	struct onshi_answer *drugs, *a;

	ck_assert_int_eq(fake_checkin(o, ALL, &v), ONSHI_OK);
	drugs = get(ONSHI_CATEGORY_DRUGS, doctor);
	ck_assert_int_eq(onshi_visit_set_blocking(v, 0), ONSHI_OK);
	atomic_store(&f.sleep_ms, 200);
	ck_assert_int_eq(onshi_visit_get(v, ONSHI_CATEGORY_CHECKUPS, doctor,
	    &a), ONSHI_NEED_WAIT);
	ck_assert_int_eq(peek(drugs), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_withdraw(v, ONSHI_CATEGORY_DRUGS),
	    ONSHI_OK);
	ck_assert_int_eq(peek(drugs), ONSHI_E_EXPIRED);
	ck_assert_int_eq(onshi_visit_set_deadline(v, 0), ONSHI_E_STATE);
	ck_assert_uint_eq(copies(), 0);
	while (onshi_visit_get(v, ONSHI_CATEGORY_CHECKUPS, doctor, &a) ==
	    ONSHI_NEED_WAIT)
		usleep(2000);
	ck_assert_ptr_nonnull(a);
	onshi_answer_free(&a);
	onshi_answer_free(&drugs);
}
END_TEST

/* ---- whose question it is (CO-13) ------------------------------------------ */

START_TEST(test_another_operator)
{
	struct onshi_answer *a;
	bool is_done = _i % 2 != 0;

	ck_assert_int_eq(fake_checkin(o, ALL, &v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_blocking(v, 0), ONSHI_OK);
	if (!is_done)
		atomic_store(&f.sleep_ms, 300);
	ck_assert_int_eq(onshi_visit_get(v, ONSHI_CATEGORY_DRUGS, doctor, &a),
	    ONSHI_NEED_WAIT);
	if (is_done)
		ck_assert(fake_finishes(v));
	ck_assert_int_eq(refused(ONSHI_CATEGORY_DRUGS, staff),
	    ONSHI_E_LICENCE);
	ck_assert_int_eq(refused(ONSHI_CATEGORY_DRUGS, NULL),
	    ONSHI_E_OPERATOR);
	ck_assert_int_eq(onshi_visit_set_blocking(v, 1), ONSHI_E_STATE);
	while (onshi_visit_get(v, ONSHI_CATEGORY_DRUGS,
	    _i < 2 ? doctor : other, &a) == ONSHI_NEED_WAIT)
		usleep(2000);
	ck_assert_ptr_nonnull(a);
	onshi_answer_free(&a);
	ck_assert_int_eq(onshi_visit_end(v), ONSHI_OK);
	ck_assert_ptr_nonnull(strstr(f.record, "e=query.refused\to=serious\t"
	    "a=U0001\t"));
	ck_assert_int_eq(strstr(f.record, "e=query.outcome\to=ok\ta=D0002\t")
	    != NULL, _i >= 2);
	ck_assert_int_eq(strstr(f.record,
	    "e=query.abandoned\to=minor\ta=D0001\t") != NULL, _i >= 2);
}
END_TEST

/* The visit's operator asks where a get names nobody, and stands beside every
 * entry; whether one may ask is known before anybody asks. */
START_TEST(test_visit_operator)
{
	struct onshi_answer *a;

	ck_assert_int_eq(onshi_visit_new(o, ONSHI_PURPOSE_CARE, &v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_operator(v, staff), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_method(v, ONSHI_METHOD_PIN),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_consent(v, ONSHI_CATEGORY_DRUGS,
	    ONSHI_CONSENT_GIVEN), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_pin(v, "1234", 0), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_may(v, ONSHI_CATEGORY_DRUGS, NULL),
	    ONSHI_E_LICENCE);
	ck_assert_int_eq(onshi_visit_may(v, ONSHI_CATEGORY_DRUGS, doctor),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_visit_may(v, ONSHI_CATEGORY_CHECKUPS, doctor),
	    ONSHI_E_CONSENT);
	ck_assert_int_eq(onshi_visit_may(v, ONSHI_CATEGORY_LIMIT, doctor),
	    ONSHI_E_ARG);
	ck_assert_int_eq(onshi_visit_may(v, 99, doctor), ONSHI_E_ARG);
	ck_assert_int_eq(onshi_visit_may(NULL, 1, doctor), ONSHI_E_ARG);
	ck_assert_ptr_nonnull(strstr(f.record, "e=query.intent\to=unknown\t"
	    "a=U0001\t"));
	ck_assert_int_eq(refused(ONSHI_CATEGORY_DRUGS, NULL),
	    ONSHI_E_LICENCE);
	ck_assert_int_eq(onshi_visit_set_patient(v, "P1"), ONSHI_E_STATE);
	ck_assert_int_eq(onshi_visit_set_operator(v, doctor), ONSHI_OK);
	a = get(ONSHI_CATEGORY_DRUGS, NULL);
	onshi_answer_free(&a);
	ck_assert_int_eq(onshi_visit_withdraw(v, ONSHI_CATEGORY_DRUGS),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_visit_may(v, ONSHI_CATEGORY_DRUGS, doctor),
	    ONSHI_E_CONSENT_OVER);
	ck_assert_int_eq(onshi_visit_end(v), ONSHI_OK);
	ck_assert_ptr_nonnull(strstr(f.record, "e=consent.withdrawn\to=ok\t"
	    "a=D0001\t"));
	ck_assert_int_eq(onshi_visit_may(v, ONSHI_CATEGORY_DRUGS, doctor),
	    ONSHI_E_STATE);
	ck_assert_int_eq(onshi_visit_set_operator(v, NULL), ONSHI_E_STATE);
}
END_TEST

/* Who it is may be known late: until the first medical question. */
START_TEST(test_late_patient)
{
	struct onshi_answer *a;

	ck_assert_int_eq(fake_checkin(o, ALL, &v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_patient(v, "P4711"), ONSHI_OK);
	a = get(ONSHI_CATEGORY_DRUGS, doctor);
	onshi_answer_free(&a);
	ck_assert_ptr_nonnull(strstr(f.record, "\tp=P4711\tk=drugs\t"));
	ck_assert_int_eq(onshi_visit_set_patient(v, "P4712"), ONSHI_E_STATE);
}
END_TEST

/* Groups of the eligibility that rest on consent are cut out when it is over;
 * the rest stays (CO-3, CO-10). */
START_TEST(test_groups)
{
	const struct onshi_record *rec, *group;
	struct onshi_answer *a;

	ck_assert_int_eq(fake_checkin(o, ALL, &v), ONSHI_OK);
	a = get(ONSHI_CATEGORY_ELIGIBILITY, NULL);
	ck_assert_int_eq(onshi_answer_next(a, &rec), ONSHI_OK);
	if (_i == 0)
		ck_assert_int_eq(onshi_visit_withdraw(v, ONSHI_CATEGORY_LIMIT),
		    ONSHI_OK);
	else
		ck_assert_int_eq(onshi_visit_end(v), ONSHI_OK);
	ck_assert_int_ne(onshi_record_child(rec,
	    ONSHI_EL_LIMIT_APPLICATION_CERTIFICATE_RELATED_INFO, &group),
	    ONSHI_OK);
	onshi_answer_free(&a);
}
END_TEST

/* Signed in otherwise, or with another licence, it is another operator. */
START_TEST(test_same_operator)
{
	struct onshi_operator *again, *weaker;
	struct onshi_answer *a;

	again = fake_doctor(o, "D0001");
	ck_assert_int_eq(onshi_operator_new(o, "D0001", ONSHI_LICENCE_DOCTOR,
	    ONSHI_SIGNIN_NONE, &weaker), ONSHI_OK);
	ck_assert_int_eq(fake_checkin(o, ALL, &v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_blocking(v, 0), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_get(v, ONSHI_CATEGORY_DRUGS, doctor, &a),
	    ONSHI_NEED_WAIT);
	ck_assert(fake_finishes(v));
	ck_assert_int_eq(refused(ONSHI_CATEGORY_DRUGS, weaker),
	    ONSHI_E_SIGN_IN);
	a = get(ONSHI_CATEGORY_DRUGS, again);
	ck_assert_int_eq(atomic_load(&f.medical), 1);
	onshi_answer_free(&a);
	onshi_operator_free(&again);
	onshi_operator_free(&weaker);
}
END_TEST

/* ---- any thread, any moment ------------------------------------------------ */

#define POOL	60

static struct onshi_answer *pool[POOL];
static atomic_int stop;

static void *
free_pool(void *arg)
{
	int i;

	for (i = 0; i < POOL; i++) {
		onshi_answer_free(&pool[i]);
		usleep(100);
	}
	atomic_store(&stop, 1);

	return arg;
}

/* As a garbage collector does it, while another thread is in calls, in which
 * they run out, too. */
START_TEST(test_answers_freed)
{
	struct onshi_answer *a;
	pthread_t t;
	int i;

	ck_assert_int_eq(fake_checkin(o, ALL, &v), ONSHI_OK);
	for (i = 0; i < POOL; i++)
		pool[i] = get(i % 2 == 0 ? ONSHI_CATEGORY_DRUGS :
		    ONSHI_CATEGORY_ELIGIBILITY, doctor);
	atomic_store(&stop, 0);
	ck_assert_int_eq(pthread_create(&t, NULL, free_pool, NULL), 0);
	for (i = 0; atomic_load(&stop) == 0; i++) {
		ck_assert_int_eq(onshi_visit_set_deadline(v, 0), ONSHI_OK);
		if (i < 100) {
			a = get(ONSHI_CATEGORY_ELIGIBILITY, NULL);
			onshi_answer_free(&a);
		} else if (i == 100) {
			fake_pass(&f, HOUR_MS);
		}
	}
	ck_assert_int_eq(pthread_join(t, NULL), 0);
}
END_TEST

static void *
withdraw_all(void *arg)
{
	int i;

	for (i = 1; i < 7; i++) {
		usleep(300);
		if (onshi_visit_withdraw(v, i) != ONSHI_OK)
			abort();
	}
	atomic_store(&stop, 1);

	return arg;
}

/* Calls of the visit's own thread never meet E_STATE for it. */
START_TEST(test_withdrawn_by_another_thread)
{
	struct onshi_answer *a;
	pthread_t t;
	int r;

	ck_assert_int_eq(fake_checkin(o, ALL, &v), ONSHI_OK);
	atomic_store(&stop, 0);
	ck_assert_int_eq(pthread_create(&t, NULL, withdraw_all, NULL), 0);
	while (atomic_load(&stop) == 0) {
		r = onshi_visit_get(v, ONSHI_CATEGORY_DRUGS, doctor, &a);
		ck_assert(r == ONSHI_OK || r == ONSHI_E_CONSENT_OVER);
		onshi_answer_free(&a);
	}
	ck_assert_int_eq(pthread_join(t, NULL), 0);
	ck_assert_int_eq(refused(ONSHI_CATEGORY_DRUGS, doctor),
	    ONSHI_E_CONSENT_OVER);
}
END_TEST

static struct onshi_visit *victim;

static void *
free_victim(void *arg)
{
	while (atomic_load(&f.checkins) == 0)
		usleep(100);
	onshi_visit_free(&victim);

	return arg;
}

static void
hold_up(const char *prefix)
{
	if (prefix[0] == 'O')
		usleep(50000);
}

/* A visit that is freed while another thread waits in it. */
START_TEST(test_visit_freed)
{
	pthread_t t;
	int r;

	f.inside = hold_up;
	ck_assert_int_eq(onshi_visit_new(o, ONSHI_PURPOSE_CARE, &v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_method(v, ONSHI_METHOD_PIN),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_pin(v, "1234", 0), ONSHI_OK);
	victim = v;
	ck_assert_int_eq(pthread_create(&t, NULL, free_victim, NULL), 0);
	r = onshi_visit_advance(v);
	v = NULL;
	ck_assert(r == ONSHI_OK || r == ONSHI_E_CANCELLED);
	ck_assert_int_eq(pthread_join(t, NULL), 0);
}
END_TEST

static void *
set_months(void *arg)
{
	struct onshi_visit *mine = arg;
	int r;

	do {
		atomic_fetch_add(&f.checkins, 1);	/* it may be freed */
		r = onshi_visit_set_text(mine, ONSHI_EL_START_DATE, "202601");
	} while (r == ONSHI_OK);

	return r == ONSHI_E_STATE ? arg : NULL;
}

/* One that is freed while another thread is in a setter of it: what the setter
 * writes is not cleaned beside it. */
START_TEST(test_setter_freed)
{
	struct onshi_answer *a;
	void *end;
	pthread_t t;
	int i;

	for (i = 0; i < 40; i++) {
		ck_assert_int_eq(fake_checkin(o, ALL, &v), ONSHI_OK);
		a = get(ONSHI_CATEGORY_ELIGIBILITY, NULL);
		atomic_store(&f.checkins, 0);
		victim = v;
		ck_assert_int_eq(pthread_create(&t, NULL, set_months, v), 0);
		(void)free_victim(NULL);
		ck_assert_int_eq(pthread_join(t, &end), 0);
		ck_assert_ptr_eq(end, v);
		v = NULL;
		onshi_answer_free(&a);	/* has kept the visit until now */
	}
}
END_TEST

static atomic_int hanging, opened;

static void
hang(const char *prefix)
{
	if (prefix[0] != 'O' && prefix[0] != 'Y')
		return;
	atomic_store(&hanging, 1);
	while (atomic_load(&opened) == 0)
		usleep(1000);
}

static void *
free_hanging(void *arg)
{
	while (atomic_load(&hanging) == 0)
		usleep(100);
	onshi_visit_free(&victim);

	return arg;
}

/* A table that hangs keeps neither of them: it is opened after both. */
START_TEST(test_freed_while_it_hangs)
{
	pthread_t t;

	atomic_store(&hanging, 0);
	atomic_store(&opened, 0);
	f.inside = hang;
	ck_assert_int_eq(onshi_visit_new(o, ONSHI_PURPOSE_CARE, &v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_method(v, ONSHI_METHOD_PIN),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_pin(v, "1234", 0), ONSHI_OK);
	victim = v;
	ck_assert_int_eq(pthread_create(&t, NULL, free_hanging, NULL), 0);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_CANCELLED);
	v = NULL;
	ck_assert_int_eq(pthread_join(t, NULL), 0);
	atomic_store(&opened, 1);
	wait_closed();
	ck_assert_int_eq(atomic_load(&f.held), 0);
}
END_TEST

/* A call that is given up at its deadline: whether it had been begun, and by
 * whom it is asked meanwhile. */
static const struct {
	const char	*name;
	bool		 begun;
	bool		 another;
	int		 sent;
	int		 next;		/* while it hangs */
} overdue[] = {
	{ "it is under way", true, false, ONSHI_SENT_UNKNOWN, ONSHI_E_STATE },
	{ "the record keeps the thread", false, false, ONSHI_SENT_NOT,
	    ONSHI_E_LINK_TIMEOUT },
	{ "it does, and another asks", false, true, ONSHI_SENT_NOT,
	    ONSHI_E_LINK_TIMEOUT }
};

static void
hold_thread(bool by_link)
{
	atomic_store(&hanging, 0);
	atomic_store(&opened, 0);
	if (by_link) {
		f.inside = hang;
		return;
	}
	atomic_store(&f.audit_held, 1);
	ck_assert_int_eq(onshi_visit_withdraw(v, ONSHI_CATEGORY_CARE),
	    ONSHI_OK);
	while (atomic_load(&f.audit_waits) == 0)
		usleep(1000);
}

/* Nobody waits for it, the error says what is known of it, and once the thread
 * is back the visit serves again: he who asks then, and nobody else. */
START_TEST(test_overdue)
{
	struct onshi_answer *a;
	int r;

	ck_assert_int_eq(fake_checkin(o, ALL, &v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_deadline(v, 100), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_blocking(v, 0), ONSHI_OK);
	hold_thread(overdue[_i].begun);
	r = onshi_visit_get(v, ONSHI_CATEGORY_DRUGS, doctor, &a);
	while (r == ONSHI_NEED_WAIT)
		r = onshi_visit_get(v, ONSHI_CATEGORY_DRUGS,
		    overdue[_i].another ? other : doctor, &a);
	ck_assert_msg(r == ONSHI_E_LINK_TIMEOUT, "%s", overdue[_i].name);
	ck_assert_int_eq(onshi_error_sent(onshi_visit_error(v)),
	    overdue[_i].sent);
	while ((r = onshi_visit_get(v, ONSHI_CATEGORY_DRUGS, doctor, &a)) ==
	    ONSHI_NEED_WAIT)
		usleep(1000);
	ck_assert_msg(r == overdue[_i].next, "%s", overdue[_i].name);
	atomic_store(&opened, 1);
	atomic_store(&f.audit_held, 0);
	if (overdue[_i].begun)
		ck_assert(fake_finishes(v));	/* it is back */
	ck_assert_int_eq(onshi_visit_set_deadline(v, 0), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_blocking(v, 1), ONSHI_OK);
	a = get(ONSHI_CATEGORY_DRUGS, doctor);
	onshi_answer_free(&a);
	ck_assert_int_eq(atomic_load(&f.medical), overdue[_i].begun ? 2 : 1);
	ck_assert_ptr_null(strstr(f.record, "e=query.outcome\to=ok\ta=D0002"));
}
END_TEST

/* By the visit's own thread, inside a table: a collector runs anywhere. */
static struct onshi_answer *inner;

static void
free_inside(const char *prefix)
{
	if (prefix[0] != 'T')
		return;
	onshi_answer_free(&inner);
	onshi_visit_free(&victim);
}

START_TEST(test_freed_inside)
{
	struct onshi_answer *a;
	int fd, r;

	ck_assert_int_eq(fake_checkin(o, ALL, &v), ONSHI_OK);
	inner = get(ONSHI_CATEGORY_DRUGS, doctor);
	victim = v;
	fd = (int)onshi_visit_fd(v);
	f.inside = free_inside;
	r = onshi_visit_get(v, ONSHI_CATEGORY_CHECKUPS, doctor, &a);
	v = NULL;
	ck_assert_int_eq(r, ONSHI_E_CANCELLED);
	ck_assert_ptr_null(a);
	ck_assert_ptr_null(inner);
	fake_await(&f, "visit.end;");
	wait_closed();
	/* Its thread lets go of the rest by itself. */
	while (fcntl(fd, F_GETFD) != -1)
		(void)usleep(1000);
}
END_TEST

/* ---- a forked child (SEC-116) ---------------------------------------------- */

static int
in_child(struct onshi_answer *a, const struct onshi_record *rec)
{
	const struct onshi_record *found;
	const char *text;
	int n;

	if (onshi_answer_next(a, &found) != ONSHI_E_STATE ||
	    onshi_answer_head(a, &found) != ONSHI_E_STATE ||
	    onshi_answer_rewind(a) != ONSHI_E_STATE ||
	    onshi_record_text(rec, ONSHI_EL_DRUG_NAME, &text) !=
	    ONSHI_E_STATE ||
	    onshi_record_at(rec, 0, NULL, NULL, &text, NULL) != ONSHI_E_STATE)
		return 1;
	if (onshi_answer_outcome(a) != ONSHI_OUTCOME_NONE ||
	    onshi_answer_time(a) != 0 || onshi_answer_expires(a) != 0)
		return 2;
	if (onshi_visit_withdraw(v, ONSHI_CATEGORY_DRUGS) != ONSHI_E_STATE ||
	    onshi_visit_end(v) != ONSHI_E_STATE ||
	    onshi_visit_consent(v, ONSHI_CATEGORY_DRUGS, &n, NULL, NULL,
	    NULL) != ONSHI_E_STATE || onshi_visit_fd(v) != -1 ||
	    onshi_visit_certificate(v) != NULL || onshi_visit_apdus(v) != 0 ||
	    onshi_visit_is_recorded(v) != 0)
		return 3;
	onshi_visit_cancel(v);
	onshi_answer_free(&a);
	onshi_visit_free(&v);

	return 0;
}

START_TEST(test_forked)
{
	const struct onshi_record *rec;
	struct onshi_answer *a, *b;
	const char *text;
	int status;
	pid_t child;

	ck_assert_int_eq(fake_checkin(o, ALL, &v), ONSHI_OK);
	a = get(ONSHI_CATEGORY_DRUGS, doctor);
	ck_assert_int_eq(onshi_answer_next(a, &rec), ONSHI_OK);
	if ((child = fork()) == 0)
		_exit(in_child(a, rec));
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	ck_assert_int_eq(onshi_record_text(rec, ONSHI_EL_DRUG_NAME, &text),
	    ONSHI_OK);
	b = get(ONSHI_CATEGORY_CHECKUPS, doctor);
	ck_assert_ptr_null(strstr(f.events, "withdrawn"));
	onshi_answer_free(&a);
	onshi_answer_free(&b);
}
END_TEST

/* ---- closed lists ----------------------------------------------------------- */

static const struct {
	const char	*list;
	const char	*(*name)(int);
	const char	*(*text)(int, const char *);
	int		 first, last;
	const char	*word;		/* of the first */
} names[] = {
	{ "purpose", onshi_purpose_name, onshi_purpose_text, 1, 3,
	  "insurance" },
	{ "method", onshi_method_name, onshi_method_text, 1, 4, "face" },
	{ "category", onshi_category_name, onshi_category_text, 0, 6,
	  "eligibility" },
	{ "consent", onshi_consent_name, NULL, 0, 1, "refused" },
	{ "licence", onshi_licence_name, onshi_licence_text, 0, 5,
	  "reception" },
	{ "sign_in", onshi_sign_in_name, onshi_sign_in_text, 0, 2, "none" },
	{ "need", onshi_need_name, onshi_need_text, 1, 4, "card" },
	{ "notice", onshi_notice_name, NULL, 1, 3, "purpose" }
};

START_TEST(test_names)
{
	int i;

	ck_assert_str_eq(names[_i].name(names[_i].first), names[_i].word);
	for (i = names[_i].first; i <= names[_i].last; i++) {
		ck_assert_msg(names[_i].name(i) != NULL, "%s %d",
		    names[_i].list, i);
		if (names[_i].text == NULL)
			continue;
		ck_assert_str_ne(names[_i].text(i, "ja"), "");
		ck_assert_str_ne(names[_i].text(i, "en"), "");
		ck_assert_str_ne(names[_i].text(i, NULL), "");
	}
	ck_assert_ptr_null(names[_i].name(names[_i].first - 1));
	ck_assert_ptr_null(names[_i].name(99));
	if (names[_i].text != NULL)
		ck_assert_str_eq(names[_i].text(99, "ja"), "");
}
END_TEST

static void
fill(TCase *t)
{
	/* What the XML library frees is not ours to wipe (SEC-83). */
	tcase_add_checked_fixture(t, begin, end);
	tcase_set_timeout(t, 30);
	tcase_add_test(t, test_no_input_waits);
	tcase_add_test(t, test_kept_until_it_stands);
	tcase_add_test(t, test_owed);
	tcase_add_test(t, test_held_by_a_program);
	tcase_add_loop_test(t, test_end, 0, 2);
	tcase_add_test(t, test_after_the_end);
	tcase_add_test(t, test_end_unbegun);
	tcase_add_test(t, test_uncollected);
	tcase_add_loop_test(t, test_wiped_on_time, 0, 2);
	tcase_add_loop_test(t, test_rests_on, 0,
	    (int)(sizeof(rests) / sizeof(rests[0])));
	tcase_add_test(t, test_withdrawn_under_way);
	tcase_add_test(t, test_withdrawn_uncollected);
	tcase_add_test(t, test_withdrawn_beside);
	tcase_add_loop_test(t, test_another_operator, 0, 4);
	tcase_add_test(t, test_same_operator);
	tcase_add_test(t, test_visit_operator);
	tcase_add_test(t, test_late_patient);
	tcase_add_loop_test(t, test_groups, 0, 2);
	tcase_add_loop_test(t, test_names, 0,
	    (int)(sizeof(names) / sizeof(names[0])));
	tcase_add_test(t, test_answers_freed);
	tcase_add_test(t, test_withdrawn_by_another_thread);
	tcase_add_test(t, test_visit_freed);
	tcase_add_test(t, test_setter_freed);
	tcase_add_test(t, test_freed_while_it_hangs);
	tcase_add_loop_test(t, test_overdue, 0,
	    (int)(sizeof(overdue) / sizeof(overdue[0])));
	tcase_add_test(t, test_freed_inside);
	tcase_add_test(t, test_forked);
}

int
main(void)
{
	(void)mallopt(M_PERTURB, 0xa5);
	fake_prepare();

	return run_tests("visit/life", fill);
}
