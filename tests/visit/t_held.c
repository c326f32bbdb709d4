/*
 * ID-10: medical information of which it cannot be told whose it is. It is
 * handed out only once the operator who asked for it has said so; whatever
 * else happens, nobody sees it.
 */
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "fake.h"
#include "tests/core/run.h"
#include "tests/search.h"

#define ALL	0x7eu

static struct fake f;
static struct onshi *o;
static struct onshi_visit *v;
static struct onshi_operator *doctor, *other, *staff;

static void
begin(void)
{
	fake_init(&f);
	f.named = "SOMEBODY";		/* unsure, but where a row says else */
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

/* What a get that hands nothing out returns. */
static int
get(int category, const struct onshi_operator *op)
{
	struct onshi_answer *a = (struct onshi_answer *)&f;
	int r;

	r = onshi_visit_get(v, category, op, &a);
	ck_assert_ptr_null(a);

	return r;
}

static void
get_all(int category, const struct onshi_operator *op)
{
	const struct onshi_record *line;
	struct onshi_answer *a;

	ck_assert_int_eq(onshi_visit_get(v, category, op, &a), ONSHI_OK);
	ck_assert_int_eq(onshi_answer_next(a, &line), ONSHI_OK);
	onshi_answer_free(&a);
}

static int
person(void)
{
	const struct onshi_record *rec = (const struct onshi_record *)&f;
	int r;

	r = onshi_visit_person(v, &rec);
	ck_assert_int_eq(rec != NULL, r == ONSHI_OK);

	return r;
}

/* A doctor's question whose answer is held. */
static void
hold(void)
{
	ck_assert_int_eq(fake_checkin(o, ALL, &v), ONSHI_OK);
	ck_assert_int_eq(get(ONSHI_CATEGORY_DRUGS, doctor),
	    ONSHI_NEED_CONFIRM);
	ck_assert_int_eq(person(), ONSHI_OK);
}

/* The drug's name in memory that can be written. */
static size_t
copies(void)
{
	return found("CANARYDRUG", sizeof("CANARYDRUG") - 1, 0);
}

/* ---- the degrees ----------------------------------------------------------- */

#define KANA(text)	"<NameKana>" text "</NameKana>"

static const struct {
	const char	*name;
	const char	*more;		/* of the check-in */
	const char	*named, *birth, *kana, *sex;
	bool		 nameless;
	int		 result;
	const char	*shown;		/* the name; NULL: nobody is named */
} rows[] = {
	{ "the same", NULL, "CANARYNAME", "19800512", NULL, NULL, false,
	  ONSHI_OK, NULL },
	{ "the same in all", KANA("カナ") "<Sex1>2</Sex1>", "CANARYNAME",
	  "19800512", "ｶﾅ", "2", false, ONSHI_OK, NULL },
	{ "another name", KANA("カナ"), "SOMEBODY", "19800512", "カナ", NULL,
	  false, ONSHI_NEED_CONFIRM, "SOMEBODY" },
	{ "another name, no kana", NULL, "SOMEBODY", "19800512", NULL, NULL,
	  false, ONSHI_NEED_CONFIRM, "SOMEBODY" },
	{ "another kana", KANA("カナ"), "CANARYNAME", "19800512", "ハナ", NULL,
	  false, ONSHI_NEED_CONFIRM, "CANARYNAME" },
	{ "no birth date", NULL, "CANARYNAME", NULL, NULL, NULL, false,
	  ONSHI_NEED_CONFIRM, "CANARYNAME" },
	{ "no day of birth", NULL, "CANARYNAME", "19800500", NULL, NULL,
	  false, ONSHI_NEED_CONFIRM, "CANARYNAME" },
	{ "neither name nor kana", NULL, "", "19800512", NULL, NULL, false,
	  ONSHI_NEED_CONFIRM, "" },
	{ "nothing of the person", NULL, "", NULL, NULL, NULL, false,
	  ONSHI_NEED_CONFIRM, NULL },
	{ "nobody", NULL, NULL, "19800512", NULL, NULL, true,
	  ONSHI_NEED_CONFIRM, NULL },
	{ "another birth date", NULL, "CANARYNAME", "19800513", NULL, NULL,
	  false, ONSHI_E_ANSWER_REFUSED, NULL },
	{ "another sex", "<Sex1>2</Sex1>", "CANARYNAME", "19800512", NULL,
	  "1", false, ONSHI_E_ANSWER_REFUSED, NULL },
	{ "another name and kana", KANA("カナ"), "SOMEBODY", "19800512",
	  "ハナ", NULL, false, ONSHI_E_ANSWER_REFUSED, NULL }
};

static void
look_at_person(const char *shown)
{
	const struct onshi_record *rec;
	const char *text = "";
	int r;

	if (shown == NULL) {
		ck_assert_int_eq(person(), ONSHI_ABSENT);
		return;
	}
	ck_assert_int_eq(onshi_visit_person(v, &rec), ONSHI_OK);
	r = onshi_record_text(rec, ONSHI_EL_NAME, &text);
	ck_assert_int_eq(r, *shown != '\0' ? ONSHI_OK : ONSHI_ABSENT);
	if (r == ONSHI_OK)
		ck_assert_str_eq(text, shown);
}

/* Whoever did not ask, and whatever is no yes or no, says nothing. */
static void
say_wrong(void)
{
	ck_assert_int_eq(onshi_visit_confirm(v, other, 1), ONSHI_E_OPERATOR);
	ck_assert_str_eq(onshi_error_rule(onshi_visit_error(v)), "ID-10");
	ck_assert_int_eq(onshi_visit_confirm(v, staff, 0), ONSHI_E_OPERATOR);
	ck_assert_int_eq(onshi_visit_confirm(v, NULL, 1), ONSHI_E_OPERATOR);
	ck_assert_int_eq(onshi_visit_confirm(v, doctor, 2), ONSHI_E_ARG);
	ck_assert_int_eq(onshi_visit_person(v, NULL), ONSHI_E_ARG);
}

START_TEST(degrees)
{
	int i = _i / 2, category = _i % 2 == 0 ? ONSHI_CATEGORY_DRUGS :
	    ONSHI_CATEGORY_CHECKUPS;

	f.more = rows[i].more;
	f.named = rows[i].named;
	f.birth = rows[i].birth;
	f.kana = rows[i].kana;
	f.sex = rows[i].sex;
	f.nameless = rows[i].nameless;
	ck_assert_int_eq(fake_checkin(o, ALL, &v), ONSHI_OK);
	if (rows[i].result == ONSHI_OK) {
		get_all(category, doctor);
		ck_assert_int_eq(person(), ONSHI_E_STATE);
		return;
	}
	ck_assert_msg(get(category, doctor) == rows[i].result, "%s",
	    rows[i].name);
	if (rows[i].result != ONSHI_NEED_CONFIRM) {
		ck_assert_int_eq(person(), ONSHI_E_STATE);
		return;
	}
	look_at_person(rows[i].shown);
	say_wrong();
	ck_assert_int_eq(get(category, doctor), ONSHI_E_STATE);
	ck_assert_int_eq(onshi_visit_confirm(v, doctor, 1), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_confirm(v, doctor, 1), ONSHI_E_STATE);
	ck_assert_int_eq(onshi_visit_confirm(v, doctor, 0), ONSHI_E_STATE);
	get_all(category, doctor);
	ck_assert_int_eq(atomic_load(&f.medical), 1);
	ck_assert_ptr_nonnull(strstr(f.events,
	    "query.outcome;person.confirmed;"));
	ck_assert_ptr_nonnull(strstr(f.record,
	    "e=person.confirmed\to=ok\ta=D0001\t"));
	/* It was said of that answer alone. */
	ck_assert_int_eq(person(), ONSHI_E_STATE);
	ck_assert_int_eq(onshi_visit_confirm(v, doctor, 1), ONSHI_E_STATE);
	ck_assert_int_eq(get(category, doctor), ONSHI_NEED_CONFIRM);
	ck_assert_int_eq(atomic_load(&f.medical), 2);
}
END_TEST

/* "Nothing is known of SOMEBODY" is about SOMEBODY. */
START_TEST(no_data)
{
	struct onshi_answer *a;

	f.no_lines = true;
	hold();
	ck_assert_int_eq(onshi_visit_confirm(v, doctor, 1), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_get(v, ONSHI_CATEGORY_DRUGS, doctor, &a),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_answer_outcome(a), ONSHI_OUTCOME_NO_DATA);
	onshi_answer_free(&a);
}
END_TEST

/* ---- no -------------------------------------------------------------------- */

START_TEST(denied)
{
	hold();
	ck_assert_int_eq(onshi_visit_confirm(v, doctor, 0), ONSHI_OK);
	ck_assert_uint_eq(copies(), 0);		/* at once */
	ck_assert_int_eq(person(), ONSHI_E_STATE);
	ck_assert_int_eq(onshi_visit_confirm(v, doctor, 1), ONSHI_E_STATE);
	ck_assert_int_eq(get(ONSHI_CATEGORY_DRUGS, doctor),
	    ONSHI_E_NOT_CONFIRMED);
	ck_assert_str_eq(onshi_error_rule(onshi_visit_error(v)), "ID-10");
	fake_await(&f, "person.denied;result.wiped;");
	ck_assert_ptr_nonnull(strstr(f.record,
	    "e=person.denied\to=serious\ta=D0001\t"));
	ck_assert_ptr_null(strstr(f.events, "person.confirmed"));
	/* The visit goes on, and so do its other answers. */
	f.named = NULL;
	get_all(ONSHI_CATEGORY_DRUGS, doctor);
	ck_assert_int_eq(atomic_load(&f.medical), 2);
}
END_TEST

/* ---- it belongs to who asked (CO-13) ---------------------------------------- */

/* Nothing said, yes, no: by then the first doctor has had his turn. */
START_TEST(another)
{
	hold();
	if (_i != 0)
		ck_assert_int_eq(onshi_visit_confirm(v, doctor, _i == 1),
		    ONSHI_OK);
	ck_assert_int_eq(get(ONSHI_CATEGORY_DRUGS, staff), ONSHI_E_LICENCE);
	ck_assert_int_eq(get(ONSHI_CATEGORY_DRUGS, NULL), ONSHI_E_OPERATOR);
	ck_assert_int_eq(atomic_load(&f.medical), 1);
	ck_assert_int_eq(get(ONSHI_CATEGORY_DRUGS, other),
	    ONSHI_NEED_CONFIRM);
	ck_assert_int_eq(atomic_load(&f.medical), 2);
	ck_assert_ptr_nonnull(strstr(f.record,
	    "e=query.abandoned\to=minor\ta=D0001\t"));
	ck_assert_int_eq(onshi_visit_confirm(v, doctor, 1), ONSHI_E_OPERATOR);
	ck_assert_int_eq(onshi_visit_confirm(v, other, 1), ONSHI_OK);
	get_all(ONSHI_CATEGORY_DRUGS, other);
	ck_assert_ptr_nonnull(strstr(f.record,
	    "e=person.confirmed\to=ok\ta=D0002\t"));
}
END_TEST

/* The visit's operator, where a get names nobody. */
START_TEST(visit_operator)
{
	ck_assert_int_eq(fake_checkin(o, ALL, &v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_operator(v, doctor), ONSHI_OK);
	ck_assert_int_eq(get(ONSHI_CATEGORY_DRUGS, NULL), ONSHI_NEED_CONFIRM);
	ck_assert_int_eq(onshi_visit_confirm(v, other, 1), ONSHI_E_OPERATOR);
	ck_assert_int_eq(onshi_visit_set_operator(v, staff), ONSHI_OK);
	ck_assert_int_eq(get(ONSHI_CATEGORY_DRUGS, NULL), ONSHI_E_LICENCE);
	ck_assert_int_eq(onshi_visit_confirm(v, doctor, 1), ONSHI_OK);
	get_all(ONSHI_CATEGORY_DRUGS, doctor);
}
END_TEST

/* One at a time: the next question abandons it, if it may be asked. */
START_TEST(others_beside)
{
	hold();
	ck_assert_int_eq(get(ONSHI_CATEGORY_CHECKUPS, staff),
	    ONSHI_E_LICENCE);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
	get_all(ONSHI_CATEGORY_ELIGIBILITY, NULL);
	ck_assert_int_eq(person(), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_confirm(v, doctor, 1), ONSHI_OK);
	get_all(ONSHI_CATEGORY_ELIGIBILITY, NULL);
	ck_assert_ptr_null(strstr(f.events, "query.abandoned"));
	f.nameless = true;
	ck_assert_int_eq(get(ONSHI_CATEGORY_CHECKUPS, doctor),
	    ONSHI_NEED_CONFIRM);
	ck_assert_uint_eq(copies(), 0);
	ck_assert_int_eq(person(), ONSHI_ABSENT);
	ck_assert_ptr_nonnull(strstr(f.record,
	    "e=query.abandoned\to=minor\ta=D0001\t"));
	f.nameless = false;
	f.named = NULL;
	get_all(ONSHI_CATEGORY_DRUGS, doctor);
	ck_assert_int_eq(onshi_visit_confirm(v, doctor, 1), ONSHI_E_STATE);
	get_all(ONSHI_CATEGORY_CHECKUPS, doctor);
}
END_TEST

/* ---- what ends it ------------------------------------------------------------ */

/* Before and after the word. */
START_TEST(withdrawn)
{
	hold();
	if (_i == 1)
		ck_assert_int_eq(onshi_visit_confirm(v, doctor, 1), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_withdraw(v, ONSHI_CATEGORY_DRUGS),
	    ONSHI_OK);
	ck_assert_uint_eq(copies(), 0);
	ck_assert_int_eq(person(), ONSHI_E_CONSENT_OVER);
	ck_assert_int_eq(onshi_visit_confirm(v, doctor, 1), _i == 1 ?
	    ONSHI_E_STATE : ONSHI_E_CONSENT_OVER);
	ck_assert_int_eq(get(ONSHI_CATEGORY_DRUGS, doctor),
	    ONSHI_E_CONSENT_OVER);
	fake_await(&f, "result.wiped;");
	ck_assert_int_eq(strstr(f.events, "person.confirmed;") != NULL,
	    _i == 1);
}
END_TEST

START_TEST(ended)
{
	hold();
	if (_i == 1)
		ck_assert_int_eq(onshi_visit_confirm(v, doctor, 1), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_end(v), ONSHI_OK);
	ck_assert_uint_eq(copies(), 0);
	ck_assert_int_eq(person(), ONSHI_E_STATE);
	ck_assert_int_eq(onshi_visit_confirm(v, doctor, 1), ONSHI_E_STATE);
	ck_assert_int_eq(get(ONSHI_CATEGORY_DRUGS, doctor), ONSHI_E_STATE);
	ck_assert_ptr_nonnull(strstr(f.events, "result.wiped;visit.end;"));
}
END_TEST

/* By the visit's thread, with nobody who calls. */
START_TEST(expired)
{
	ck_assert_int_eq(fake_checkin(o, ALL, &v), ONSHI_OK);
	ck_assert_int_eq(get(ONSHI_CATEGORY_DRUGS, doctor),
	    ONSHI_NEED_CONFIRM);
	if (_i == 1)
		ck_assert_int_eq(onshi_visit_confirm(v, doctor, 1), ONSHI_OK);
	fake_pass(&f, 7200000);
	fake_await(&f, "result.wiped;");
	ck_assert_uint_eq(copies(), 0);
	ck_assert_int_eq(person(), ONSHI_E_EXPIRED);
	ck_assert_int_eq(onshi_visit_confirm(v, doctor, 1), _i == 1 ?
	    ONSHI_E_STATE : ONSHI_E_EXPIRED);
	ck_assert_int_eq(get(ONSHI_CATEGORY_DRUGS, doctor), ONSHI_E_EXPIRED);
	/* Asked again it is another answer. */
	ck_assert_int_eq(get(ONSHI_CATEGORY_DRUGS, doctor),
	    ONSHI_NEED_CONFIRM);
}
END_TEST

/* ---- the record first, and nobody who waits ------------------------------------ */

START_TEST(not_recorded)
{
	hold();
	atomic_store(&f.audit_fails, 1);
	ck_assert_int_eq(onshi_visit_confirm(v, doctor, 1), ONSHI_OK);
	ck_assert_int_eq(get(ONSHI_CATEGORY_DRUGS, doctor), ONSHI_E_AUDIT);
	ck_assert_int_eq(get(ONSHI_CATEGORY_DRUGS, other), ONSHI_E_AUDIT);
	atomic_store(&f.audit_fails, 0);
	get_all(ONSHI_CATEGORY_DRUGS, doctor);
	ck_assert_int_eq(atomic_load(&f.medical), 1);
}
END_TEST

static int
get_later(const struct onshi_operator *op, struct onshi_answer **a)
{
	int r;

	while ((r = onshi_visit_get(v, ONSHI_CATEGORY_DRUGS, op, a)) ==
	    ONSHI_NEED_WAIT) {
		atomic_store(&f.audit_held, 0);
		ck_assert(fake_finishes(v));
	}

	return r;
}

/* Yes, no, another who asks: while the word is still on its way to the record. */
START_TEST(non_blocking)
{
	static const int results[] = { ONSHI_OK, ONSHI_E_NOT_CONFIRMED,
	    ONSHI_NEED_CONFIRM };
	struct onshi_answer *a;

	ck_assert_int_eq(fake_checkin(o, ALL, &v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_blocking(v, 0), ONSHI_OK);
	ck_assert_int_eq(get_later(doctor, &a), ONSHI_NEED_CONFIRM);
	ck_assert_ptr_null(a);
	atomic_store(&f.audit_held, 1);
	ck_assert_int_eq(onshi_visit_confirm(v, doctor, _i != 1), ONSHI_OK);
	if (_i == 0) {
		ck_assert_int_eq(get(ONSHI_CATEGORY_DRUGS, doctor),
		    ONSHI_NEED_WAIT);
		ck_assert_int_eq(get(ONSHI_CATEGORY_DRUGS, staff),
		    ONSHI_E_LICENCE);
		ck_assert_int_eq(onshi_visit_confirm(v, doctor, 1),
		    ONSHI_E_STATE);
	}
	ck_assert_int_eq(get_later(_i == 2 ? other : doctor, &a),
	    results[_i]);
	ck_assert_int_eq(a != NULL, _i == 0);
	onshi_answer_free(&a);
	atomic_store(&f.audit_held, 0);
}
END_TEST

/* Withdrawn while the word is on its way: it is not handed out after all. */
START_TEST(withdrawn_meanwhile)
{
	struct onshi_answer *a;

	ck_assert_int_eq(fake_checkin(o, ALL, &v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_blocking(v, 0), ONSHI_OK);
	ck_assert_int_eq(get_later(doctor, &a), ONSHI_NEED_CONFIRM);
	atomic_store(&f.audit_held, 1);
	ck_assert_int_eq(onshi_visit_confirm(v, doctor, 1), ONSHI_OK);
	ck_assert_int_eq(get(ONSHI_CATEGORY_DRUGS, doctor), ONSHI_NEED_WAIT);
	ck_assert_int_eq(onshi_visit_withdraw(v, ONSHI_CATEGORY_DRUGS),
	    ONSHI_OK);
	ck_assert_int_eq(get_later(doctor, &a), ONSHI_E_CONSENT_OVER);
	ck_assert_ptr_null(a);
}
END_TEST

static void
fill(TCase *t)
{
	tcase_add_checked_fixture(t, begin, end);
	tcase_set_timeout(t, 30);
	tcase_add_loop_test(t, degrees, 0,
	    2 * (int)(sizeof(rows) / sizeof(rows[0])));
	tcase_add_test(t, no_data);
	tcase_add_test(t, denied);
	tcase_add_loop_test(t, another, 0, 3);
	tcase_add_test(t, visit_operator);
	tcase_add_test(t, others_beside);
	tcase_add_loop_test(t, withdrawn, 0, 2);
	tcase_add_loop_test(t, ended, 0, 2);
	tcase_add_loop_test(t, expired, 0, 2);
	tcase_add_test(t, not_recorded);
	tcase_add_loop_test(t, non_blocking, 0, 3);
	tcase_add_test(t, withdrawn_meanwhile);
}

int
main(void)
{
	fake_prepare();

	return run_tests("visit/held", fill);
}
