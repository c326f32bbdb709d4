/*
 * Consent cannot be bypassed: public calls in any order, with a model of the
 * law beside them. The service gives all that it is asked for, so every answer
 * that comes out and that the model does not allow is a hole in the library.
 * CALLS=1000000 for the long run, SEED=n to repeat one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "fake.h"

#define DAY	INT64_C(86400000)

static struct fake f;
static struct onshi *o;
static struct onshi_operator *operators[5][3];
static uint64_t seed;
static int64_t start_ms;

/* The model, written from rules.md: CO-1 to CO-4, CO-10, TI-4. */
struct model {
	bool	touched;		/* the first advance settles consent */
	bool	answered;
	int	method;
	int	purpose;
	bool	given[7], granted[7], withdrawn[7];
	int64_t	since, until;		/* by the clock that nobody sets */
	bool	grace;
};

static struct model m;
static struct onshi_visit *v;
static struct onshi_answer *kept;
static int kept_category;
static unsigned long given_out, refused, read_ok, answered;

/* splitmix64: the same sequence for the same seed, everywhere. */
static uint32_t
pick(uint32_t n)
{
	uint64_t z = seed += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;

	return (uint32_t)((z ^ z >> 31) % n);
}

static int64_t
boot(void)
{
	return atomic_load(&f.boot);
}

static bool
consent_runs(int category)
{
	return m.answered && m.method != ONSHI_METHOD_NUMBER &&
	    m.given[category] && m.granted[category] &&
	    !m.withdrawn[category] && boot() < m.until &&
	    boot() < m.since + DAY;
}

static bool
may_have(int category, int licence, int sign_in)
{
	return consent_runs(category) && m.purpose == ONSHI_PURPOSE_CARE &&
	    !m.grace && (licence == ONSHI_LICENCE_DOCTOR ||
	    licence == ONSHI_LICENCE_DENTIST ||
	    licence == ONSHI_LICENCE_PHARMACIST) &&
	    sign_in >= ONSHI_SIGNIN_PASSWORD;
}

/* ---- calls ------------------------------------------------------------------ */

static void
call_new(void)
{
	onshi_answer_free(&kept);
	onshi_visit_free(&v);
	memset(&m, 0, sizeof(m));
	f.events[0] = '\0';
	atomic_store(&f.wall, start_ms);	/* the card's dates go on fitting */
	m.purpose = pick(4) != 0 ? ONSHI_PURPOSE_CARE : 1 + (int)pick(3);
	ck_assert_int_eq(onshi_visit_new(o, m.purpose, &v), ONSHI_OK);
	f.grants = pick(3) != 0 ? 0x7f : pick(128);
	f.consent_seconds = pick(4) != 0 ? DAY : (int)pick(2 * DAY);
	f.note = pick(16) == 0 ? "XCRD0101W" : NULL;
	f.no_token = pick(16) == 0;
	f.exchange_result = ONSHI_OK;
	atomic_store(&f.tries, 3);
	atomic_store(&f.present, 1);
}

static void
call_method(void)
{
	static const int methods[] = { ONSHI_METHOD_PIN, ONSHI_METHOD_VISUAL,
	    ONSHI_METHOD_NUMBER, ONSHI_METHOD_FACE, 7 };
	int method = methods[pick(3) != 0 ? 0 : pick(5)];

	if (onshi_visit_set_method(v, method) == ONSHI_OK) {
		ck_assert(!m.answered);
		m.method = method;
	}
}

static void
call_consent(void)
{
	int category = (int)pick(9) - 1, given = (int)pick(2);

	if (onshi_visit_set_consent(v, category, given) == ONSHI_OK) {
		ck_assert(!m.touched);
		m.given[category] = given == 1;
	}
}

static void
call_pin(void)
{
	static const char *const pins[] = { "1234", "1234", "1234", "9999",
	    "12a4" };

	(void)!onshi_visit_set_pin(v, pins[pick(5)], pick(2));
}

static void
call_confirm(void)
{
	(void)!onshi_visit_confirm(v, operators[pick(5)][pick(3)],
	    pick(8) != 0);
}

static void
call_text(void)
{
	static const struct { int el; const char *text; } texts[] = {
		{ ONSHI_EL_INSURER_NUMBER, "991018" },
		{ ONSHI_EL_INSURED_IDENTIFICATION_NUMBER, "1001" },
		{ ONSHI_EL_BIRTHDATE, "19800512" },
		{ ONSHI_EL_START_DATE, "202601" },
		{ ONSHI_EL_NAME, "x" }
	};
	size_t i = pick(5);

	(void)!onshi_visit_set_text(v, texts[i].el, texts[i].text);
}

static void
call_advance(void)
{
	int before = atomic_load(&f.checkins), i, r;
	bool was = m.answered;

	r = onshi_visit_advance(v);
	/* Where it had not begun, what was said may still be changed. */
	if (strstr(f.events, "identity.begin;") != NULL)
		m.touched = true;
	if (r != ONSHI_OK || was)
		return;
	ck_assert_int_eq(atomic_load(&f.checkins), before + 1);
	m.answered = true;
	answered++;
	m.grace = f.note != NULL;
	m.since = boot();
	m.until = m.since + f.consent_seconds * INT64_C(1000);
	for (i = 1; i <= 6; i++)
		m.granted[i] = m.given[i] && (f.grants >> i & 1) != 0;
}

static void
call_get(void)
{
	int category = pick(3) != 0 ? 1 + (int)pick(2) : (int)pick(8);
	int licence = (int)pick(5), sign_in = 2 - (int)pick(5) / 2;
	int asked = atomic_load(&f.medical), r;
	struct onshi_answer *a;
	bool allowed;

	allowed = category >= 1 && category <= 4 &&
	    may_have(category, licence, sign_in);
	r = onshi_visit_get(v, category, operators[licence][sign_in], &a);
	if (category == ONSHI_CATEGORY_ELIGIBILITY) {
		ck_assert(r != ONSHI_OK || m.answered);
		onshi_answer_free(&a);
		return;
	}
	if (!allowed)
		ck_assert_msg(r != ONSHI_OK && a == NULL &&
		    atomic_load(&f.medical) == asked,
		    "%s for category %d, licence %d, sign-in %d, method %d, "
		    "purpose %d: answered %d, given %d, granted %d, withdrawn "
		    "%d, grace %d, %lld s left",
		    onshi_result_name(r), category, licence, sign_in,
		    m.method, m.purpose, m.answered, m.given[category],
		    m.granted[category], m.withdrawn[category], m.grace,
		    (long long)(m.until - boot()) / 1000);
	if (r == ONSHI_OK) {
		given_out++;
		onshi_answer_free(&kept);
		kept = a;
		kept_category = category;
	} else {
		refused++;
	}
}

static void
call_read(void)
{
	const struct onshi_record *rec;
	const char *text;

	if (kept == NULL)
		return;
	if (onshi_answer_rewind(kept) != ONSHI_OK ||
	    onshi_answer_next(kept, &rec) != ONSHI_OK ||
	    onshi_record_at(rec, 0, NULL, NULL, &text, NULL) != ONSHI_OK)
		return;
	ck_assert(consent_runs(kept_category));
	read_ok++;
}

static void
call_withdraw(void)
{
	int category = (int)pick(9) - 1;

	if (onshi_visit_withdraw(v, category) == ONSHI_OK)
		m.withdrawn[category] = true;
}

static void
call_time(void)
{
	static const int64_t steps[] = { 1, 30, 61, 3600, 5 * 3600, 25 * 3600,
	    -30, -61, -7200 };
	int64_t ms = steps[pick(9)] * 1000;
	uint32_t which = pick(8);

	if (ms < 0 || which == 0)
		atomic_fetch_add(&f.wall, ms);
	else if (which == 1)
		atomic_fetch_add(&f.boot, ms);
	else {
		atomic_fetch_add(&f.wall, ms);
		atomic_fetch_add(&f.boot, ms);
	}
}

static void
call_odd(void)
{
	switch (pick(4)) {
	case 0:
		onshi_visit_cancel(v);
		break;
	case 1:
		(void)!onshi_visit_set_register_use(v, (int)pick(2));
		break;
	case 2:
		(void)!onshi_visit_set_patient(v, "P-1");
		break;
	default:
		f.exchange_result = pick(8) == 0 ? ONSHI_E_NETWORK : ONSHI_OK;
	}
}

static const struct {
	unsigned int weight;
	void	   (*call)(void);
} calls[] = {
	{ 2, call_new }, { 8, call_method }, { 15, call_consent },
	{ 10, call_pin }, { 6, call_confirm }, { 3, call_text },
	{ 16, call_advance }, { 24, call_get }, { 10, call_read },
	{ 1, call_withdraw }, { 3, call_time }, { 2, call_odd }
};

static void
any_call(void)
{
	unsigned int n = pick(100);
	size_t i;

	for (i = 0; n >= calls[i].weight; i++)
		n -= calls[i].weight;
	calls[i].call();
}

START_TEST(test_any_order)
{
	const char *want = getenv("CALLS"), *from = getenv("SEED");
	long n = want != NULL ? strtol(want, NULL, 10) :
	    getenv("ONSHIKAKU_CHECK_FULL") != NULL ? 1000000 : 60000;
	uint64_t first;
	int i, j;

	seed = first = from != NULL ? strtoull(from, NULL, 10) : 20261121u;
	fake_init(&f);
	start_ms = atomic_load(&f.wall);
	o = fake_root(&f);
	for (i = 0; i < 5; i++)
		for (j = 0; j < 3; j++)
			ck_assert_int_eq(onshi_operator_new(o, "OP", i, j,
			    &operators[i][j]), ONSHI_OK);
	call_new();
	for (; n > 0; n--)
		any_call();
	printf("seed %llu: %lu check-ins, %lu given out, %lu refused, "
	    "%lu read\n",
	    (unsigned long long)first, answered, given_out, refused, read_ok);
	/* It would prove nothing if nothing ever came out. */
	ck_assert_uint_gt(given_out, 20);
	ck_assert_uint_gt(refused, 100);
	ck_assert_uint_gt(read_ok, 20);
	onshi_answer_free(&kept);
	onshi_visit_free(&v);
	for (i = 0; i < 5; i++)
		for (j = 0; j < 3; j++)
			onshi_operator_free(&operators[i][j]);
	onshi_free(&o);
	fake_done(&f);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("consent model");
	TCase *t = tcase_create("any order of calls");
	SRunner *sr;
	int failed;

	tcase_set_timeout(t, 0);
	tcase_add_test(t, test_any_order);
	suite_add_tcase(s, t);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);

	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
