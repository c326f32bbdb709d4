/*
 * Memory runs out at each point of a check-in and a get, or of an exceptional
 * mode, or a call of OpenSSL fails: a result that says so, nothing left behind,
 * and the next patient is served.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "fake.h"
#include "tests/core/run.h"
#include "tests/oom/oom.h"
#include "tests/oom/theirs.h"

static struct fake f;

static int
visit(void *arg)
{
	const struct onshi_record *rec;
	struct onshi_operator *op = NULL;
	struct onshi_config *c = NULL;
	struct onshi_visit *v = NULL;
	struct onshi_answer *a = NULL;
	struct onshi *o = NULL;
	int category = *(int *)arg, r;

	oom_pause();
	c = fake_config(&f);
	oom_resume();
	if ((r = onshi_new(ONSHI_ABI, c, &o)) != ONSHI_OK)
		goto out;
	if ((r = onshi_operator_new(o, "dr-1", ONSHI_LICENCE_DOCTOR,
	    ONSHI_SIGNIN_TWO_FACTOR, &op)) != ONSHI_OK ||
	    (r = fake_checkin(o, 0x7e, &v)) != ONSHI_OK ||
	    (r = onshi_visit_get(v, category, op, &a)) != ONSHI_OK)
		goto out;
	while ((r = onshi_answer_next(a, &rec)) == ONSHI_OK)
		;
	r = r == ONSHI_END ? onshi_visit_end(v) : r;
out:
	onshi_answer_free(&a);
	onshi_visit_free(&v);
	onshi_operator_free(&op);
	onshi_free(&o);
	oom_pause();
	onshi_config_free(&c);
	oom_resume();

	return r;
}

/* Sealed at one machine, opened and ended at the other. */
static int
sealed(void *arg)
{
	struct onshi_operator *op = NULL;
	struct onshi_config *c = NULL;
	struct onshi_visit *v = NULL, *w = NULL;
	const struct onshi_record *rec;
	struct onshi_answer *a = NULL;
	struct onshi *o = NULL;
	const char *name;
	int r;

	oom_pause();
	c = fake_config(&f);
	if (onshi_config_set(c, "visits.dir", arg) != ONSHI_OK ||
	    onshi_new(ONSHI_ABI, c, &o) != ONSHI_OK ||
	    onshi_operator_new(o, "dr-1", ONSHI_LICENCE_DOCTOR,
	    ONSHI_SIGNIN_TWO_FACTOR, &op) != ONSHI_OK ||
	    fake_checkin(o, 0x7e, &v) != ONSHI_OK)
		abort();
	oom_resume();
	if ((r = onshi_visit_seal(v, &name)) == ONSHI_OK &&
	    (r = onshi_visit_open(o, name, op, &w)) == ONSHI_OK &&
	    (r = onshi_visit_person(w, &rec)) == ONSHI_OK &&
	    (r = onshi_visit_get(w, ONSHI_CATEGORY_DRUGS, NULL, &a)) ==
	    ONSHI_OK)
		r = onshi_visit_end(w);
	oom_pause();
	onshi_answer_free(&a);
	onshi_visit_free(&w);
	onshi_visit_free(&v);
	onshi_operator_free(&op);
	onshi_free(&o);
	onshi_config_free(&c);
	oom_resume();

	return r;
}

/* What an adapter says; what it is refused it gives back. */
static int
check(void *self, struct onshi_face_exchange *x)
{
	static const uint8_t proof[] = "opaque";
	const uint8_t *der, *text;
	uint8_t sig[512];
	size_t len, siglen = sizeof(sig);
	int method = *(int *)self, r;

	der = fake_der(&f, &len);
	if ((r = onshi_face_set_carrier(x, ONSHI_CARRIER_CARD)) != ONSHI_OK ||
	    (r = onshi_face_set_method(x, method)) != ONSHI_OK ||
	    (r = onshi_face_set_consent(x, ONSHI_CATEGORY_DRUGS, 1)) !=
	    ONSHI_OK ||
	    (r = onshi_face_set_certificate(x, der, len)) != ONSHI_OK)
		return r;
	if (method == ONSHI_METHOD_FACE)
		return onshi_face_set_proof(x, proof, sizeof(proof));
	if ((r = onshi_face_to_sign(x, &text, &len)) != ONSHI_OK)
		return r;
	oom_pause();
	if (!fake_sign(&f, text, len, sig, &siglen))
		abort();
	oom_resume();

	return onshi_face_set_signature(x, sig, siglen);
}

/* At a face reader: no consent without what goes with it. */
static int
at_face(void *arg)
{
	static const struct onshi_face_ops ops = { sizeof(ops), check, NULL,
	    NULL };
	struct onshi_config *c = NULL;
	struct onshi_visit *v = NULL;
	struct onshi *o = NULL;
	int r;

	oom_pause();
	c = fake_config(&f);
	if (onshi_config_add_face(c, &ops, arg) != ONSHI_OK ||
	    onshi_new(ONSHI_ABI, c, &o) != ONSHI_OK)
		abort();
	oom_resume();
	if ((r = onshi_visit_new(o, ONSHI_PURPOSE_CARE, &v)) == ONSHI_OK &&
	    (r = onshi_visit_set_method(v, ONSHI_METHOD_FACE)) == ONSHI_OK &&
	    (r = onshi_visit_set_consent(v, ONSHI_CATEGORY_DRUGS,
	    ONSHI_CONSENT_ASK)) == ONSHI_OK)
		while ((r = onshi_visit_advance(v)) == ONSHI_NEED_FACE)
			continue;
	oom_pause();
	onshi_visit_free(&v);
	onshi_free(&o);
	onshi_config_free(&c);
	oom_resume();

	return r;
}

/* ---- in an exceptional mode ------------------------------------------------ */

struct way {
	int	kind, way, category;
};

static int
say_who(struct onshi_emergency *e, int way)
{
	static const struct { int way, el; const char *text; } rows[] = {
		{ ONSHI_WAY_SEARCH, ONSHI_EL_NAME, "見本　花子" },
		{ ONSHI_WAY_SEARCH, ONSHI_EL_BIRTHDATE, "19800512" },
		{ ONSHI_WAY_SEARCH, ONSHI_EL_SEX1, "1" },
		{ ONSHI_WAY_SEARCH, ONSHI_EL_ADDRESS, "中野" },
		{ ONSHI_WAY_NUMBER, ONSHI_EL_INSURER_NUMBER, "  991018" },
		{ ONSHI_WAY_NUMBER, ONSHI_EL_INSURED_IDENTIFICATION_NUMBER,
		    "1001" },
		{ ONSHI_WAY_NUMBER, ONSHI_EL_BIRTHDATE, "19800512" }
	};
	size_t i;
	int r = onshi_emergency_set_way(e, way);

	for (i = 0; r == ONSHI_OK && i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].way == way)
			r = onshi_emergency_set_text(e, rows[i].el,
			    rows[i].text);

	return r;
}

static int
say_why(struct onshi_emergency *e, int kind)
{
	int r;

	if (kind == ONSHI_EMERGENCY_HOSPITAL)
		return (r = onshi_emergency_set_basis(e,
		    ONSHI_BASIS_EMERGENCY, "意識なし")) != ONSHI_OK ||
		    (r = onshi_emergency_set_identified(e,
		    ONSHI_IDENTIFIED_PHOTOGRAPH)) != ONSHI_OK ? r :
		    onshi_emergency_set_want(e, ONSHI_WANT_BOTH);
	if ((r = onshi_emergency_set_basis(e, ONSHI_BASIS_ORAL, NULL)) !=
	    ONSHI_OK || (r = onshi_emergency_set_basis_of(e,
	    ONSHI_CATEGORY_PRESCRIPTIONS, ONSHI_BASIS_UNOBTAINABLE, "why")) !=
	    ONSHI_OK || (r = onshi_emergency_set_consenter(e,
	    ONSHI_CONSENTER_SELF)) != ONSHI_OK)
		return r;

	return onshi_emergency_set_identified(e, ONSHI_IDENTIFIED_PAPERS);
}

static int
step(struct onshi_emergency *e)
{
	int r;

	while ((r = onshi_emergency_advance(e)) == ONSHI_NEED_ACKNOWLEDGE)
		if ((r = onshi_emergency_acknowledge(e)) != ONSHI_OK)
			break;

	return r;
}

/* From one that a search has found the way on is its number. */
static int
find(struct onshi_emergency *e, const struct way *w)
{
	int r;

	if ((r = say_who(e, w->way)) != ONSHI_OK ||
	    (r = say_why(e, w->kind)) != ONSHI_OK ||
	    (r = step(e)) != ONSHI_OK || w->way != ONSHI_WAY_SEARCH)
		return r;

	return (r = onshi_emergency_set_way(e, ONSHI_WAY_NUMBER)) != ONSHI_OK ?
	    r : step(e);
}

static int
urgent(void *arg)
{
	const struct way *w = arg;
	struct onshi_operator *op = NULL;
	struct onshi_emergency *e = NULL;
	struct onshi_answer *a = NULL;
	const struct onshi_record *rec;
	struct onshi_config *c;
	struct onshi *o;
	int r;

	oom_pause();
	c = fake_config(&f);
	if (onshi_config_set(c, "disaster.enabled", "yes") != ONSHI_OK ||
	    onshi_config_set(c, "emergency.enabled", "yes") != ONSHI_OK ||
	    onshi_config_set(c, "emergency.ways", "search") != ONSHI_OK ||
	    onshi_config_set(c, "facility.hospital", "yes") != ONSHI_OK ||
	    onshi_config_set(c, "facility.eprescription", "yes") !=
	    ONSHI_OK || onshi_new(ONSHI_ABI, c, &o) != ONSHI_OK)
		abort();
	oom_resume();
	if ((r = onshi_operator_new_emergency(o, "D0001",
	    ONSHI_LICENCE_DOCTOR, ONSHI_SIGNIN_TWO_FACTOR, 1, "1:02,3:01",
	    &op)) == ONSHI_OK && (r = onshi_emergency_new(o, w->kind, op,
	    &e)) == ONSHI_OK && (r = find(e, w)) == ONSHI_OK &&
	    (r = onshi_emergency_get(e, w->category, &a)) == ONSHI_OK &&
	    (r = onshi_answer_next(a, &rec)) == ONSHI_OK)
		r = onshi_emergency_end(e);
	oom_pause();
	onshi_answer_free(&a);
	onshi_emergency_free(&e);
	onshi_operator_free(&op);
	onshi_free(&o);
	onshi_config_free(&c);
	oom_resume();

	return r;
}

/* Where a part can do without, or its own failure says it. */
static bool
says_so(int result)
{
	return result < 0;
}

START_TEST(each_point)
{
	static int categories[] = { ONSHI_CATEGORY_ELIGIBILITY,
	    ONSHI_CATEGORY_DRUGS, ONSHI_CATEGORY_CHECKUPS,
	    ONSHI_CATEGORY_SURGERY };

	fake_init(&f);
	ck_assert_int_eq(visit(&categories[_i]), ONSHI_OK);
	oom_set_step(_i == 0 ? 1 : 3);
	ck_assert_uint_gt(oom_run_if("visit", visit, &categories[_i],
	    ONSHI_OK, says_so), 50);
	fake_done(&f);
}
END_TEST

/* No try of the PIN is spent on it, and what fails is not left out. */
START_TEST(their_calls)
{
	int category = ONSHI_CATEGORY_DRUGS, r;
	size_t n, refused = 0;

	fake_init(&f);
	for (n = 1;; n++) {
		theirs_fail(n);
		r = visit(&category);
		if (!theirs_stop())
			break;
		ck_assert_msg(r <= 0, "%s after %s (%zu)",
		    onshi_result_name(r), theirs_name(), n);
		ck_assert_int_eq(atomic_load(&f.tries), 3);
		refused += r < 0;
	}
	ck_assert_int_eq(r, ONSHI_OK);
	ck_assert_uint_gt(refused, n / 2);
	fake_done(&f);
}
END_TEST

START_TEST(each_point_of_sealing)
{
	char dir[64], command[80];

	(void)snprintf(dir, sizeof(dir), "%s/oom.XXXXXX",
	    getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	fake_init(&f);
	ck_assert_int_eq(sealed(dir), ONSHI_OK);
	oom_set_step(3);
	ck_assert_uint_gt(oom_run_if("sealed", sealed, dir, ONSHI_OK,
	    says_so), 50);
	fake_done(&f);
	(void)snprintf(command, sizeof(command), "rm -rf '%s'", dir);
	ck_assert_int_eq(system(command), 0);
}
END_TEST

START_TEST(each_point_at_face)
{
	static int methods[] = { ONSHI_METHOD_FACE, ONSHI_METHOD_PIN };

	fake_init(&f);
	ck_assert_int_eq(at_face(&methods[_i]), ONSHI_OK);
	oom_set_step(2);
	ck_assert_uint_gt(oom_run_if("at face", at_face, &methods[_i],
	    ONSHI_OK, says_so), 30);
	fake_done(&f);
}
END_TEST

START_TEST(each_point_of_a_mode)
{
	static struct way ways[] = {
		{ ONSHI_EMERGENCY_DISASTER, ONSHI_WAY_NUMBER,
		    ONSHI_CATEGORY_PRESCRIPTIONS },
		{ ONSHI_EMERGENCY_DISASTER, ONSHI_WAY_SEARCH,
		    ONSHI_CATEGORY_CHECKUPS },
		{ ONSHI_EMERGENCY_HOSPITAL, ONSHI_WAY_CARD,
		    ONSHI_CATEGORY_DRUGS }
	};

	fake_init(&f);
	f.electronic = true;
	ck_assert_int_eq(urgent(&ways[_i]), ONSHI_OK);
	oom_set_step(1);
	ck_assert_uint_gt(oom_run_if("mode", urgent, &ways[_i], ONSHI_OK,
	    says_so), 50);
	fake_done(&f);
}
END_TEST

static void
fill(TCase *c)
{
	tcase_set_timeout(c, 120);
	tcase_add_loop_test(c, each_point, 0, 4);
	tcase_add_test(c, their_calls);
	tcase_add_test(c, each_point_of_sealing);
	tcase_add_loop_test(c, each_point_at_face, 0, 2);
	tcase_add_loop_test(c, each_point_of_a_mode, 0, 3);
}

int
main(void)
{
	fake_prepare();

	return run_tests("visit/oom", fill);
}
