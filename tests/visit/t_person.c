/*
 * ID-9: one visit, one person. Card A is on the reader, something is given for
 * it, it is let go by every way there is; then B's card, or A's again, lies
 * there. Nothing that was given for the one may reach the other.
 */
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "fake.h"
#include "tests/core/run.h"

static struct fake f;
static struct onshi *o;
static struct onshi_visit *v;
static struct onshi_operator *doctor, *staff;

static void
begin(void)
{
	fake_init(&f);
	o = fake_root(&f);
	doctor = fake_doctor(o, "D0001");
	staff = fake_clerk(o, "R0001");
}

static void
end(void)
{
	onshi_visit_free(&v);
	onshi_operator_free(&doctor);
	onshi_operator_free(&staff);
	onshi_free(&o);
	fake_done(&f);
}

static void
lay_a(void)
{
	f.pin = "1234";
	fake_new_key(&f, -30, 900);
	f.gone_at = 0;
	atomic_store(&f.present, 1);
}

/* Another person's, or the same one's renewed certificate: another card. */
static void
lay_b(int tries)
{
	f.pin = "9999";
	fake_new_key(&f, -20, 800);
	f.gone_at = 0;
	atomic_store(&f.tries, tries);
	atomic_store(&f.present, 1);
}

static void
new_visit(int method)
{
	ck_assert_int_eq(onshi_visit_new(o, ONSHI_PURPOSE_CARE, &v), ONSHI_OK);
	if (method != 0)
		ck_assert_int_eq(onshi_visit_set_method(v, method), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_consent(v, ONSHI_CATEGORY_DRUGS,
	    ONSHI_CONSENT_GIVEN), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_patient(v, "PATIENT-A"), ONSHI_OK);
}

static void
set_method(int method)
{
	ck_assert_int_eq(onshi_visit_set_method(v, method), ONSHI_OK);
}

static void
advance_fails(void)
{
	ck_assert_int_lt(onshi_visit_advance(v), 0);
}

/* ---- how a card is let go ------------------------------------------------ */

static void
by_line_down(void)
{
	f.exchange_result = ONSHI_E_NETWORK;
	f.sleep_ms = 0;
	advance_fails();
	f.exchange_result = ONSHI_OK;
}

static void
by_taking_away(int apdu)
{
	f.gone_at = atomic_load(&f.apdus) + apdu;
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_CARD);
}

static void
by_taking_away_1(void)
{
	by_taking_away(1);
}

static void
by_taking_away_2(void)
{
	by_taking_away(2);
}

static void
by_taking_away_3(void)
{
	by_taking_away(3);
}

static void
by_time_out(void)
{
	atomic_store(&f.present, 0);
	ck_assert_int_eq(onshi_visit_set_deadline(v, 100), ONSHI_OK);
	(void)!onshi_visit_advance(v);
	advance_fails();
	ck_assert_int_eq(onshi_visit_set_deadline(v, 0), ONSHI_OK);
}

static void
by_cancel(void)
{
	onshi_visit_cancel(v);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_CANCELLED);
}

static void
by_method(void)
{
	atomic_store(&f.present, 0);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_CARD);
	set_method(ONSHI_METHOD_VISUAL);
	set_method(ONSHI_METHOD_PIN);
}

static void
by_reader(void)
{
	atomic_store(&f.present, 0);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_CARD);
	ck_assert_int_eq(onshi_visit_set_reader(v, "fak"), ONSHI_OK);
}

static void
by_visual(void)
{
	set_method(ONSHI_METHOD_VISUAL);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_CONFIRM);
	set_method(ONSHI_METHOD_PIN);
}

static void
by_blocked(void)
{
	atomic_store(&f.tries, 0);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_PIN_BLOCKED);
}

/* It fails before any card was looked for. */
static void
by_record(void)
{
	f.audit_fails_at = atomic_load(&f.entries) + 1;
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_AUDIT);
	f.audit_fails_at = 0;
}

static const struct {
	const char	*name;
	void		(*let_go)(void);
	bool		 was_read;	/* whose card it was is known by then */
} ways[] = {
	{ "the line is down", by_line_down, true },
	{ "taken away at the first command", by_taking_away_1, false },
	{ "taken away while it was read", by_taking_away_2, false },
	{ "taken away before the PIN", by_taking_away_3, true },
	{ "nobody came in time", by_time_out, false },
	{ "cancelled", by_cancel, false },
	{ "another method and back", by_method, false },
	{ "another reader", by_reader, false },
	{ "checked by sight in between", by_visual, true },
	{ "no try was left", by_blocked, true },
	{ "the record could not be written", by_record, false }
};

#define COUNT(a)	((int)(sizeof(a) / sizeof((a)[0])))

static const uint32_t flags[] = { 0, ONSHI_PIN_SPEND_LAST };

/* A's PIN, and A's word for her last try, at B's card. */
START_TEST(test_pin)
{
	const char *name = ways[_i / 2].name;
	uint32_t flag = flags[_i % 2];
	int r, verifies;

	new_visit(ONSHI_METHOD_PIN);
	ck_assert_int_eq(onshi_visit_set_pin(v, "1234", flag), ONSHI_OK);
	ways[_i / 2].let_go();
	verifies = atomic_load(&f.verifies);
	lay_b(flag == 0 ? 2 : 1);
	r = onshi_visit_advance(v);
	ck_assert_msg(atomic_load(&f.verifies) == verifies, "%s: a try of B's",
	    name);
	ck_assert_int_eq(atomic_load(&f.tries), flag == 0 ? 2 : 1);
	ck_assert_msg(r == (ways[_i / 2].was_read ? ONSHI_E_CARD_CHANGED :
	    ONSHI_NEED_PIN), "%s: %s", name, onshi_result_name(r));
	ck_assert_int_eq(atomic_load(&f.held), r > 0);
}
END_TEST

/* The word for the last try goes with the PIN, although B has one left. */
START_TEST(test_flag)
{
	new_visit(ONSHI_METHOD_PIN);
	ck_assert_int_eq(onshi_visit_set_pin(v, "1234", ONSHI_PIN_SPEND_LAST),
	    ONSHI_OK);
	ways[_i].let_go();
	lay_a();
	atomic_store(&f.tries, 1);
	ck_assert_msg(onshi_visit_advance(v) == ONSHI_NEED_PIN, "%s",
	    ways[_i].name);
	ck_assert_int_eq(onshi_visit_set_pin(v, "9999", 0), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_PIN);
	ck_assert_int_eq(onshi_error_code(onshi_visit_error(v)),
	    ONSHI_E_PIN_LAST_TRY);
	ck_assert_int_eq(atomic_load(&f.tries), 1);
}
END_TEST

/* The same card: the visit goes on, the consent holds, the PIN comes anew. */
START_TEST(test_same_card)
{
	struct onshi_answer *a;

	new_visit(ONSHI_METHOD_PIN);
	ck_assert_int_eq(onshi_visit_set_pin(v, "1234", 0), ONSHI_OK);
	ways[_i].let_go();
	lay_a();
	atomic_store(&f.tries, 3);
	ck_assert_msg(onshi_visit_advance(v) == ONSHI_NEED_PIN, "%s",
	    ways[_i].name);
	ck_assert_int_eq(onshi_visit_set_pin(v, "1234", 0), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_get(v, ONSHI_CATEGORY_DRUGS, doctor, &a),
	    ONSHI_OK);
	onshi_answer_free(&a);
}
END_TEST

/* ---- consent, patient and record ----------------------------------------- */

static void
after_taking_away(void)
{
	f.gone_at = atomic_load(&f.apdus) + 1;
	ck_assert_int_eq(onshi_visit_set_pin(v, "1234", 0), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_CARD);
}

static void
after_cancel(void)
{
	by_cancel();
}

static void
after_method(void)
{
	set_method(ONSHI_METHOD_VISUAL);
	set_method(ONSHI_METHOD_PIN);
}

static void
after_visual(void)
{
	set_method(ONSHI_METHOD_VISUAL);
}

static void
after_number(void)
{
	set_method(ONSHI_METHOD_NUMBER);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_VALUE);
	set_method(ONSHI_METHOD_PIN);
}

static void
after_reader(void)
{
	ck_assert_int_eq(onshi_visit_set_reader(v, "fak"), ONSHI_OK);
}

static void
after_refusal(void)
{
	f.code = "XCRD0004E";
	ck_assert_int_eq(onshi_visit_set_pin(v, "1234", 0), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_CARD_REVOKED);
	f.code = NULL;
}

static void
after_signature(void)
{
	f.fails_for = 'O';
	f.fails_sent = ONSHI_SENT_ANSWERED;
	f.exchange_result = ONSHI_E_NETWORK;
	ck_assert_int_eq(onshi_visit_set_pin(v, "1234", 0), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_NETWORK);
	f.exchange_result = ONSHI_OK;
	after_method();
}

static const struct {
	const char	*name;
	void		(*let_go)(void);
} seen[] = {
	{ "taken away", after_taking_away }, { "cancelled", after_cancel },
	{ "another method and back", after_method },
	{ "by sight from now on", after_visual },
	{ "numbers in between", after_number },
	{ "another reader", after_reader },
	{ "refused by the service", after_refusal },
	{ "signed, and begun again", after_signature }
};

/* A's consent, A's number at B's card: the visit is over, and says so once. */
START_TEST(test_consent)
{
	struct onshi_answer *a;
	int sent;

	new_visit(ONSHI_METHOD_PIN);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_PIN);
	seen[_i].let_go();
	sent = atomic_load(&f.checkins);
	lay_b(2);
	ck_assert_msg(onshi_visit_advance(v) == ONSHI_E_CARD_CHANGED, "%s",
	    seen[_i].name);
	ck_assert_int_eq(onshi_error_may_retry(onshi_visit_error(v)), 0);
	ck_assert_int_eq(atomic_load(&f.held), 0);
	ck_assert_ptr_nonnull(strstr(f.record, "\tr=ONSHI_E_CARD_CHANGED\t"));
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_STATE);
	ck_assert_int_eq(onshi_visit_set_pin(v, "9999", 0), ONSHI_E_STATE);
	lay_a();
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_STATE);
	ck_assert_int_eq(onshi_visit_get(v, ONSHI_CATEGORY_DRUGS, doctor, &a),
	    ONSHI_E_STATE);
	ck_assert_int_eq(atomic_load(&f.checkins), sent);
	ck_assert_int_eq(atomic_load(&f.medical), 0);
}
END_TEST

/* What cannot be recorded is no reason to go on with B. */
START_TEST(test_not_on_record)
{
	new_visit(ONSHI_METHOD_PIN);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_PIN);
	after_cancel();
	lay_b(3);
	f.audit_fails_at = atomic_load(&f.entries) + 1;
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_CARD_CHANGED);
	ck_assert_int_eq(onshi_visit_is_recorded(v), 0);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_STATE);
}
END_TEST

/* ---- a staff member's comparison ----------------------------------------- */

static void
compared_then_refused(void)
{
	f.code = "XCRD0004E";
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_CARD_REVOKED);
	f.code = NULL;
}

static void
compared_then_method(void)
{
	set_method(ONSHI_METHOD_PIN);
	set_method(ONSHI_METHOD_VISUAL);
}

static const struct {
	const char	*name;
	void		(*let_go)(void);
} compared[] = {
	{ "another reader", after_reader },
	{ "another method and back", compared_then_method },
	{ "cancelled", by_cancel },
	{ "refused by the service", compared_then_refused }
};

START_TEST(test_comparison)
{
	const char *name = compared[_i / 2].name;
	bool same = _i % 2 == 0;
	int r;

	new_visit(ONSHI_METHOD_VISUAL);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_CONFIRM);
	ck_assert_int_eq(onshi_visit_confirm(v, staff, 1), ONSHI_OK);
	compared[_i / 2].let_go();
	r = atomic_load(&f.checkins);
	if (same)
		lay_a();
	else
		lay_b(3);
	ck_assert_msg(onshi_visit_advance(v) == (same ? ONSHI_NEED_CONFIRM :
	    ONSHI_E_CARD_CHANGED), "%s", name);
	ck_assert_int_eq(atomic_load(&f.checkins), r);
	if (!same)
		return;
	ck_assert_int_eq(onshi_visit_confirm(v, staff, 1), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
}
END_TEST

/* Blocked: by sight in the same visit, under the same consent. */
START_TEST(test_blocked_then_visual)
{
	struct onshi_answer *a;

	atomic_store(&f.tries, 0);
	new_visit(ONSHI_METHOD_PIN);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_PIN_BLOCKED);
	set_method(ONSHI_METHOD_VISUAL);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_CONFIRM);
	ck_assert_int_eq(onshi_visit_confirm(v, staff, 1), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_get(v, ONSHI_CATEGORY_DRUGS, doctor, &a),
	    ONSHI_OK);
	onshi_answer_free(&a);
}
END_TEST

/* A new visit asks B anew, and B alone. */
START_TEST(test_new_visit)
{
	struct onshi_answer *a;
	struct onshi_visit *old;

	new_visit(ONSHI_METHOD_PIN);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_PIN);
	by_cancel();
	lay_b(3);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_CARD_CHANGED);
	old = v;
	ck_assert_int_eq(onshi_visit_new(o, ONSHI_PURPOSE_CARE, &v), ONSHI_OK);
	set_method(ONSHI_METHOD_PIN);
	ck_assert_int_eq(onshi_visit_set_pin(v, "9999", 0), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_get(v, ONSHI_CATEGORY_DRUGS, doctor, &a),
	    ONSHI_E_CONSENT);
	onshi_visit_free(&old);
}
END_TEST

static void
fill(TCase *t)
{
	tcase_add_checked_fixture(t, begin, end);
	tcase_set_timeout(t, 20);
	tcase_add_loop_test(t, test_pin, 0, 2 * COUNT(ways));
	tcase_add_loop_test(t, test_flag, 0, COUNT(ways));
	tcase_add_loop_test(t, test_same_card, 0, COUNT(ways));
	tcase_add_loop_test(t, test_consent, 0, COUNT(seen));
	tcase_add_test(t, test_not_on_record);
	tcase_add_loop_test(t, test_comparison, 0, 2 * COUNT(compared));
	tcase_add_test(t, test_blocked_then_visual);
	tcase_add_test(t, test_new_visit);
}

int
main(void)
{
	fake_prepare();

	return run_tests("visit/person", fill);
}
