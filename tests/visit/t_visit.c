/* A visit through the public calls alone, over a fake card and service. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <check.h>

#include "fake.h"
#include "tests/core/run.h"

#define BIT(c)	(1u << (c))

static struct fake f;
static struct onshi *o;
static struct onshi_visit *v;
static struct onshi_operator *doctor, *reception;

static void
begin(void)
{
	fake_init(&f);
	o = fake_root(&f);
	doctor = fake_doctor(o, "D0001");
	reception = fake_clerk(o, "U0001");
}

static void
end(void)
{
	onshi_visit_free(&v);
	onshi_operator_free(&doctor);
	onshi_operator_free(&reception);
	onshi_free(&o);
	fake_done(&f);
}

static void
ask_for(int method)
{
	ck_assert_int_eq(onshi_visit_new(o, ONSHI_PURPOSE_CARE, &v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_method(v, method), ONSHI_OK);
}

START_TEST(test_pin)
{
	struct onshi_answer *a;
	const struct onshi_record *rec;
	const char *text;

	ck_assert_int_eq(fake_checkin(o, BIT(ONSHI_CATEGORY_DRUGS), &v),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_visit_get(v, ONSHI_CATEGORY_ELIGIBILITY, NULL,
	    &a),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_answer_outcome(a), ONSHI_OUTCOME_VALID);
	ck_assert_int_eq(onshi_answer_next(a, &rec), ONSHI_OK);
	ck_assert_int_eq(onshi_record_text(rec, ONSHI_EL_NAME, &text),
	    ONSHI_OK);
	ck_assert_str_eq(text, "CANARYNAME");
	ck_assert_int_eq(onshi_record_outcome(rec), ONSHI_OUTCOME_VALID);
	ck_assert_int_eq(onshi_answer_next(a, &rec), ONSHI_END);
	onshi_answer_free(&a);
	ck_assert_int_eq(onshi_visit_get(v, ONSHI_CATEGORY_DRUGS, doctor, &a),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_answer_next(a, &rec), ONSHI_OK);
	ck_assert_int_eq(onshi_record_text(rec, ONSHI_EL_DRUG_NAME, &text),
	    ONSHI_OK);
	ck_assert_str_eq(text, "CANARYDRUG");
	ck_assert_int_eq(onshi_record_outcome(rec), ONSHI_OUTCOME_DATA);
	onshi_answer_free(&a);
	ck_assert_int_eq(onshi_visit_apdus(v), 6);
	ck_assert_int_eq(atomic_load(&f.verifies), 1);
}
END_TEST

/* CO-1: the patient's word stands on the record before anything else does. */
START_TEST(test_order_of_record)
{
	ck_assert_int_eq(fake_checkin(o, BIT(ONSHI_CATEGORY_DRUGS), &v),
	    ONSHI_OK);
	ck_assert_ptr_nonnull(strstr(f.events, "consent.given;"));
	ck_assert_ptr_nonnull(strstr(f.events, "consent.refused;"));
	ck_assert_ptr_nonnull(strstr(f.events,
	    "identity.begin;query.intent;query.outcome;identity.end;"));
	ck_assert(strstr(f.events, "consent.given;") <
	    strstr(f.events, "identity.begin;"));
}
END_TEST

/* The card signs what the patient said, category by category. */
START_TEST(test_consents_sent)
{
	int i;

	ck_assert_int_eq(fake_checkin(o,
	    BIT(ONSHI_CATEGORY_DRUGS) | BIT(ONSHI_CATEGORY_LIMIT),
	    &v), ONSHI_OK);
	for (i = 1; i <= 6; i++)
		ck_assert_int_eq(f.last_consents[i], i ==
		    ONSHI_CATEGORY_DRUGS ||
		    i == ONSHI_CATEGORY_LIMIT ? '1' : '0');
}
END_TEST

START_TEST(test_needs)
{
	atomic_store(&f.present, 0);
	ask_for(ONSHI_METHOD_PIN);
	ck_assert_int_eq(onshi_visit_set_deadline(v, 400), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_CARD);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_CARD_NONE);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_CARD);
	atomic_store(&f.present, 1);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_PIN);
	ck_assert_int_eq(onshi_error_code(onshi_visit_error(v)), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_STATE);
	ck_assert_int_eq(onshi_visit_set_pin(v, "1234", 0), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
	ck_assert_int_eq(atomic_load(&f.checkins), 1);
}
END_TEST

/* Three wrong PINs through every state of the counter: one call, one try. */
START_TEST(test_wrong_pin)
{
	ask_for(ONSHI_METHOD_PIN);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_PIN);
	ck_assert_int_eq(onshi_visit_set_pin(v, "12a4", 0),
	    ONSHI_E_PIN_SHAPE);
	ck_assert_int_eq(onshi_visit_set_pin(v, "9999", 0), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_PIN);
	ck_assert_int_eq(onshi_error_code(onshi_visit_error(v)),
	    ONSHI_E_PIN_WRONG);
	ck_assert_int_eq(onshi_error_tries_left(onshi_visit_error(v)), 2);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_PIN_WRONG);
	ck_assert_int_eq(atomic_load(&f.verifies), 1);
	ck_assert_int_eq(onshi_visit_set_pin(v, "9999", 0), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_PIN);
	ck_assert_int_eq(onshi_visit_set_pin(v, "9999", 0), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_PIN);
	ck_assert_int_eq(onshi_error_code(onshi_visit_error(v)),
	    ONSHI_E_PIN_LAST_TRY);
	ck_assert_int_eq(atomic_load(&f.verifies), 2);
	ck_assert_int_eq(onshi_visit_set_pin(v, "9999",
	    ONSHI_PIN_SPEND_LAST), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_PIN_BLOCKED);
	ck_assert_int_eq(atomic_load(&f.verifies), 3);
	ck_assert_int_eq(onshi_visit_set_pin(v, "1234", 0), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_PIN_BLOCKED);
	ck_assert_int_eq(atomic_load(&f.verifies), 3);
	ck_assert_int_eq(atomic_load(&f.checkins), 0);
}
END_TEST

/* As the remedies say: in the same visit, over to the visual check. */
START_TEST(test_pin_to_visual)
{
	atomic_store(&f.tries, 0);
	ask_for(ONSHI_METHOD_PIN);
	ck_assert_int_eq(onshi_visit_set_consent(v, ONSHI_CATEGORY_DRUGS,
	    ONSHI_CONSENT_GIVEN),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_PIN_BLOCKED);
	ck_assert_int_eq(onshi_error_phase(onshi_visit_error(v)),
	    ONSHI_PHASE_CARD);
	ck_assert_int_eq(onshi_error_tries_left(onshi_visit_error(v)), 0);
	ck_assert_int_eq(onshi_visit_set_method(v, ONSHI_METHOD_VISUAL),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_consent(v, ONSHI_CATEGORY_CHECKUPS,
	    ONSHI_CONSENT_GIVEN), ONSHI_E_STATE);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_CONFIRM);
	ck_assert_int_eq(onshi_visit_confirm(v, NULL, 1), ONSHI_E_OPERATOR);
	ck_assert_int_eq(onshi_visit_confirm(v, reception, 1), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
	ck_assert_ptr_nonnull(strstr(f.last_body, "<Method>3</Method>"));
	ck_assert_ptr_null(strstr(f.last_body, "<Signature>"));
	ck_assert_int_eq(atomic_load(&f.verifies), 0);
}
END_TEST

/* ID-7: a card with a PIN is registered by that, never by sight. */
START_TEST(test_registration)
{
	ask_for(ONSHI_METHOD_VISUAL);
	ck_assert_int_eq(onshi_visit_set_register_use(v, 1), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_METHOD);
	ck_assert_str_eq(onshi_error_rule(onshi_visit_error(v)), "ID-7");
	ck_assert_int_eq(atomic_load(&f.verifies), 0);
	ck_assert_int_eq(atomic_load(&f.checkins), 0);
	ck_assert_int_eq(onshi_visit_set_method(v, ONSHI_METHOD_PIN),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_pin(v, "1234", 0), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
	ck_assert_ptr_nonnull(strstr(f.last_body,
	    "<RegisterUse>1</RegisterUse>"));
}
END_TEST

START_TEST(test_not_confirmed)
{
	ask_for(ONSHI_METHOD_VISUAL);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_CONFIRM);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_STATE);
	ck_assert_int_eq(onshi_visit_confirm(v, reception, 0), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_NOT_CONFIRMED);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_STATE);
	ck_assert_int_eq(atomic_load(&f.checkins), 0);
}
END_TEST

/* The card is taken away at each of the six commands; put back, the same visit
 * ends well, and no PIN was sent twice for one call. */
START_TEST(test_card_gone)
{
	int r;

	f.gone_at = _i;
	ask_for(ONSHI_METHOD_PIN);
	ck_assert_int_eq(onshi_visit_set_pin(v, "1234", 0), ONSHI_OK);
	r = onshi_visit_advance(v);
	if (_i == 6) {		/* the closing SELECT: it has signed already */
		ck_assert(r == ONSHI_OK || r == ONSHI_NEED_CARD);
		return;
	}
	ck_assert_int_eq(r, ONSHI_NEED_CARD);
	ck_assert_int_lt(onshi_error_code(onshi_visit_error(v)), 0);
	atomic_store(&f.present, 1);
	while ((r = onshi_visit_advance(v)) == ONSHI_NEED_PIN)
		ck_assert_int_eq(onshi_visit_set_pin(v, "1234", 0), ONSHI_OK);
	ck_assert_int_eq(r, ONSHI_OK);
	ck_assert_int_le(atomic_load(&f.verifies), 2);
	ck_assert_int_eq(atomic_load(&f.checkins), 1);
}
END_TEST

/* What the service says, and what the visit is then. */
static const struct {
	const char	*name;
	const char	*code;
	const char	*note;
	int		 validity;
	int		 result;
	int		 outcome;
} says[] = {
	{ "valid", NULL, NULL, 1, ONSHI_OK, ONSHI_OUTCOME_VALID },
	{ "lost", NULL, NULL, 2, ONSHI_OK, ONSHI_OUTCOME_LOST },
	{ "newer", NULL, NULL, 3, ONSHI_OK, ONSHI_OUTCOME_LOST_NEWER_EXISTS },
	{ "revoked", "XCRD0004E", NULL, 1, ONSHI_E_CARD_REVOKED,
	    ONSHI_OUTCOME_ERROR_PERSON },
	{ "expired", "XCRD0003E", NULL, 1, ONSHI_E_CARD_EXPIRED,
	    ONSHI_OUTCOME_ERROR_PERSON },
	{ "non-disclosure", "XNDS0001E", NULL, 1, ONSHI_E_NOT_PROVIDED,
	    ONSHI_OUTCOME_NOT_PROVIDED },
	{ "not registered", "XCRD0006E", NULL, 1,
	    ONSHI_E_CARD_NOT_REGISTERED, ONSHI_OUTCOME_ERROR_PERSON }
};

START_TEST(test_service_says)
{
	struct onshi_answer *a = NULL;

	f.code = says[_i].code;
	f.note = says[_i].note;
	f.validity = says[_i].validity;
	ck_assert_msg(fake_checkin(o, BIT(ONSHI_CATEGORY_DRUGS), &v) ==
	    says[_i].result, "%s", says[_i].name);
	if (says[_i].result == ONSHI_OK) {
		ck_assert_int_eq(onshi_visit_get(v,
		    ONSHI_CATEGORY_ELIGIBILITY, NULL,
		    &a), ONSHI_OK);
		ck_assert_int_eq(onshi_answer_outcome(a), says[_i].outcome);
	} else {
		ck_assert_int_eq(onshi_error_outcome(onshi_visit_error(v)),
		    says[_i].outcome);
		ck_assert_int_eq(onshi_visit_get(v,
		    ONSHI_CATEGORY_ELIGIBILITY, NULL,
		    &a), ONSHI_E_STATE);
		ck_assert_int_eq(onshi_visit_get(v, ONSHI_CATEGORY_DRUGS,
		    doctor, &a),
		    ONSHI_E_STATE);
		ck_assert_int_eq(atomic_load(&f.medical), 0);
	}
	onshi_answer_free(&a);
}
END_TEST

/* A challenge that is too old costs a fresh one and the PIN again, once. */
START_TEST(test_challenge_too_old)
{
	f.code = "XCRD0002E";
	ck_assert_int_eq(fake_checkin(o, 0, &v), ONSHI_NEED_PIN);
	ck_assert_int_eq(onshi_error_code(onshi_visit_error(v)),
	    ONSHI_E_CHALLENGE);
	f.code = NULL;
	ck_assert_int_eq(onshi_visit_set_pin(v, "1234", 0), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
	ck_assert_int_eq(atomic_load(&f.challenges), 2);
}
END_TEST

/* One that says it is good for ever is good for a minute. */
START_TEST(test_challenge_for_ever)
{
	f.challenge_seconds = INT64_MAX;
	ck_assert_int_eq(fake_checkin(o, 0, &v), ONSHI_OK);
	ck_assert_int_eq(atomic_load(&f.challenges), 1);
}
END_TEST

/* The line is down: nothing is shown to the card for it, and the same visit
 * goes on when it is up again. */
START_TEST(test_line_down)
{
	f.exchange_result = ONSHI_E_NETWORK;
	ask_for(ONSHI_METHOD_PIN);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_PIN);
	ck_assert_int_eq(onshi_visit_set_pin(v, "1234", 0), ONSHI_OK);
	usleep(100000);			/* it is known by then */
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_NETWORK);
	ck_assert_int_eq(onshi_error_sent(onshi_visit_error(v)),
	    ONSHI_SENT_NOT);
	ck_assert_int_eq(atomic_load(&f.verifies), 0);
	f.exchange_result = ONSHI_OK;
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_PIN);
	ck_assert_int_eq(onshi_visit_set_pin(v, "1234", 0), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
	ck_assert_int_eq(atomic_load(&f.verifies), 1);
}
END_TEST

/* Who may have what: one row a rule. */
static const struct {
	const char	*name;
	unsigned int	 consents;
	unsigned int	 grants;
	int		 category;
	int		 by_doctor;
	int		 result;
	const char	*rule;
} asks[] = {
	{ "given and granted", BIT(1), 0x7f, ONSHI_CATEGORY_DRUGS, 1,
	    ONSHI_OK, "" },
	{ "checkups", BIT(2), 0x7f, ONSHI_CATEGORY_CHECKUPS, 1, ONSHI_OK, "" },
	{ "not given", 0, 0x7f, ONSHI_CATEGORY_DRUGS, 1, ONSHI_E_CONSENT,
	    "CO" },
	{ "another given", BIT(2), 0x7f, ONSHI_CATEGORY_DRUGS, 1,
	    ONSHI_E_CONSENT,
	    "CO" },
	{ "given, not granted", BIT(1), 0, ONSHI_CATEGORY_DRUGS, 1,
	    ONSHI_E_CONSENT,
	    "CO" },
	{ "reception", BIT(1), 0x7f, ONSHI_CATEGORY_DRUGS, 0, ONSHI_E_LICENCE,
	    "CO-4" }
};

START_TEST(test_asks)
{
	struct onshi_answer *a;

	f.grants = asks[_i].grants;
	ck_assert_int_eq(fake_checkin(o, asks[_i].consents, &v), ONSHI_OK);
	ck_assert_msg(onshi_visit_get(v, asks[_i].category, asks[_i].by_doctor
	    ? doctor : reception, &a) == asks[_i].result, "%s: %s",
	    asks[_i].name, onshi_error_text(onshi_visit_error(v)));
	ck_assert(strncmp(onshi_error_rule(onshi_visit_error(v)),
	    asks[_i].rule, strlen(asks[_i].rule)) == 0);
	ck_assert_int_eq(atomic_load(&f.medical),
	    asks[_i].result == ONSHI_OK ? 1 : 0);
	onshi_answer_free(&a);
}
END_TEST

/* Months are asked for as they run; nothing is sent for others. */
START_TEST(test_months)
{
	struct onshi_answer *a;

	ck_assert_int_eq(fake_checkin(o, BIT(1), &v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_text(v, ONSHI_EL_START_DATE,
	    "202607"), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_text(v, ONSHI_EL_END_DATE,
	    "202606"), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_get(v, ONSHI_CATEGORY_DRUGS, doctor, &a),
	    ONSHI_E_VALUE);
	ck_assert_ptr_null(a);
	ck_assert_int_eq(atomic_load(&f.medical), 0);
	ck_assert_int_eq(onshi_visit_set_text(v, ONSHI_EL_END_DATE,
	    "202607"), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_get(v, ONSHI_CATEGORY_DRUGS, doctor, &a),
	    ONSHI_OK);
	ck_assert_int_eq(atomic_load(&f.medical), 1);
	onshi_answer_free(&a);
}
END_TEST

/* CO-10: at the call, and when what was had is read. */
START_TEST(test_consent_runs_out)
{
	const struct onshi_record *rec;
	struct onshi_answer *a, *b;
	const char *text;

	f.consent_seconds = 60;
	ck_assert_int_eq(fake_checkin(o, BIT(1), &v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_get(v, ONSHI_CATEGORY_DRUGS, doctor, &a),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_answer_next(a, &rec), ONSHI_OK);
	fake_pass(&f, 59000);
	ck_assert_int_eq(onshi_record_text(rec, ONSHI_EL_DRUG_NAME, &text),
	    ONSHI_OK);
	fake_pass(&f, 1000);
	ck_assert_str_eq(text, "CANARYDRUG");	/* not under the reader */
	ck_assert_int_eq(onshi_record_text(rec, ONSHI_EL_DRUG_NAME, &text),
	    ONSHI_E_EXPIRED);
	ck_assert_int_eq(onshi_answer_next(a, &rec), ONSHI_E_EXPIRED);
	ck_assert_int_eq(onshi_visit_get(v, ONSHI_CATEGORY_DRUGS, doctor, &b),
	    ONSHI_E_CONSENT_OVER);
	ck_assert_ptr_nonnull(strstr(f.events, "result.wiped;"));
	ck_assert_int_eq(atomic_load(&f.medical), 1);
	onshi_answer_free(&a);
}
END_TEST

START_TEST(test_withdraw)
{
	const struct onshi_record *rec, *head;
	struct onshi_answer *a, *b;
	const char *text;

	ck_assert_int_eq(fake_checkin(o, BIT(1), &v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_get(v, ONSHI_CATEGORY_DRUGS, doctor, &a),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_answer_head(a, &head), ONSHI_OK);
	ck_assert_int_eq(onshi_answer_next(a, &rec), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_withdraw(v, ONSHI_CATEGORY_DRUGS),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_record_text(rec, ONSHI_EL_DRUG_NAME, &text),
	    ONSHI_E_EXPIRED);
	ck_assert_int_eq(onshi_answer_next(a, &rec), ONSHI_E_EXPIRED);
	ck_assert_int_eq(onshi_error_code(onshi_answer_error(a)),
	    ONSHI_E_EXPIRED);
	ck_assert_int_eq(onshi_answer_head(a, &head), ONSHI_E_EXPIRED);
	ck_assert_int_eq(onshi_visit_get(v, ONSHI_CATEGORY_DRUGS, doctor, &b),
	    ONSHI_E_CONSENT_OVER);
	ck_assert_int_eq(atomic_load(&f.medical), 1);
	onshi_answer_free(&a);
}
END_TEST

/* TI-4: a wall clock that was set back lengthens no consent. */
START_TEST(test_clock_jump)
{
	struct onshi_answer *a;

	ck_assert_int_eq(fake_checkin(o, BIT(1), &v), ONSHI_OK);
	atomic_fetch_sub(&f.wall, 86400000);
	atomic_fetch_add(&f.boot, 86400000 - 1);
	ck_assert_int_eq(onshi_visit_get(v, ONSHI_CATEGORY_DRUGS, doctor, &a),
	    ONSHI_OK);
	onshi_answer_free(&a);
	atomic_fetch_add(&f.boot, 1);
	ck_assert_int_eq(onshi_visit_get(v, ONSHI_CATEGORY_DRUGS, doctor, &a),
	    ONSHI_E_CONSENT_OVER);
	ck_assert_int_eq(atomic_load(&f.medical), 1);
}
END_TEST

/* CO-7: each entry of the record fails in turn; nothing is then handed over. */
START_TEST(test_record_fails)
{
	struct onshi_answer *a = NULL;
	int before, r;

	f.audit_fails_at = _i;
	r = fake_checkin(o, BIT(1), &v);
	if (r == ONSHI_OK) {
		r = onshi_visit_get(v, ONSHI_CATEGORY_DRUGS, doctor, &a);
		before = atomic_load(&f.entries);
		if (before >= _i) {
			ck_assert_int_eq(r, ONSHI_E_AUDIT);
			ck_assert_ptr_null(a);
		}
	} else {
		ck_assert_int_eq(r, ONSHI_E_AUDIT);
		ck_assert_int_eq(onshi_visit_get(v,
		    ONSHI_CATEGORY_ELIGIBILITY, NULL,
		    &a), ONSHI_E_STATE);
	}
	onshi_answer_free(&a);
}
END_TEST

START_TEST(test_cut_answer)
{
	ask_for(ONSHI_METHOD_NUMBER);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_VALUE);
	ck_assert_int_eq(onshi_visit_set_text(v, ONSHI_EL_INSURER_NUMBER,
	    "991018"), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_text(v,
	    ONSHI_EL_INSURED_IDENTIFICATION_NUMBER, "1001"), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_text(v, ONSHI_EL_BIRTHDATE,
	    "1980051"), ONSHI_E_VALUE);
	ck_assert_int_eq(onshi_visit_set_text(v, ONSHI_EL_BIRTHDATE,
	    "19800512"), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_text(v, ONSHI_EL_DRUG_NAME, "x"),
	    ONSHI_E_ARG);
	ck_assert_int_eq(onshi_visit_set_text(v, ONSHI_EL_INSURER_NUMBER,
	    "6991018"), ONSHI_E_VALUE);
	ck_assert_int_eq(onshi_visit_set_text(v,
	    ONSHI_EL_QUALIFICATION_CONFIRMATION_DATE, "20260230"),
	    ONSHI_E_VALUE);
	f.cut = true;
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_ANSWER_REFUSED);
	ck_assert_str_eq(onshi_error_reason(onshi_visit_error(v)),
	    "truncated");
	f.cut = false;
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
}
END_TEST

/* One question, one id, until the caller says that it is another one: for one
 * question. What a card has signed is signed anew. */
static void
lose_answer(char letter)
{
	f.exchange_result = letter != '\0' ? ONSHI_E_NETWORK : ONSHI_OK;
	f.fails_sent = ONSHI_SENT_UNKNOWN;
	f.fails_for = letter;
}

START_TEST(test_asked_anew)
{
	struct onshi_answer *a;
	char id[sizeof(f.last_id)];

	ck_assert_int_eq(fake_checkin(o, BIT(1), &v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_anew(v, 2), ONSHI_E_ARG);
	ck_assert_int_eq(onshi_visit_set_anew(NULL, 1), ONSHI_E_ARG);
	lose_answer('Y');
	ck_assert_int_eq(onshi_visit_get(v, ONSHI_CATEGORY_DRUGS, doctor, &a),
	    ONSHI_E_NETWORK);
	snprintf(id, sizeof(id), "%s", f.last_id);
	ck_assert_int_eq(onshi_visit_get(v, ONSHI_CATEGORY_DRUGS, doctor, &a),
	    ONSHI_E_NETWORK);
	ck_assert_str_eq(f.last_id, id);
	ck_assert_int_eq(onshi_visit_set_anew(v, 1), ONSHI_OK);
	if (_i == 1)
		ck_assert_int_eq(onshi_visit_set_anew(v, 0), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_get(v, ONSHI_CATEGORY_DRUGS, doctor, &a),
	    ONSHI_E_NETWORK);
	ck_assert_int_eq(strcmp(f.last_id, id) == 0, _i == 1);
	snprintf(id, sizeof(id), "%s", f.last_id);
	lose_answer('\0');
	ck_assert_int_eq(onshi_visit_get(v, ONSHI_CATEGORY_DRUGS, doctor, &a),
	    ONSHI_OK);
	ck_assert_str_eq(f.last_id, id);
	onshi_answer_free(&a);
}
END_TEST

START_TEST(test_signed_anew)
{
	char id[sizeof(f.last_id)];

	lose_answer('O');
	ck_assert_int_eq(fake_checkin(o, BIT(1), &v), ONSHI_E_NETWORK);
	snprintf(id, sizeof(id), "%s", f.last_id);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_NETWORK);
	ck_assert_str_eq(f.last_id, id);
	ck_assert_int_eq(atomic_load(&f.verifies), 1);
	ck_assert_int_eq(onshi_visit_set_anew(v, 1), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_PIN);
	lose_answer('\0');
	ck_assert_int_eq(onshi_visit_set_pin(v, "1234", 0), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
	ck_assert_str_ne(f.last_id, id);
	ck_assert_int_eq(atomic_load(&f.verifies), 2);
}
END_TEST

/* CO-2: typed numbers never open medical information. */
START_TEST(test_number)
{
	struct onshi_answer *a;

	ask_for(ONSHI_METHOD_NUMBER);
	ck_assert_int_eq(onshi_visit_set_consent(v, ONSHI_CATEGORY_DRUGS,
	    ONSHI_CONSENT_GIVEN),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_text(v, ONSHI_EL_INSURER_NUMBER,
	    "991018"), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_text(v,
	    ONSHI_EL_INSURED_IDENTIFICATION_NUMBER, "1001"), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_text(v, ONSHI_EL_BIRTHDATE,
	    "19800512"), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_IDENTITY);
	ck_assert_int_eq(atomic_load(&f.sent), 0);
	ck_assert_int_eq(onshi_visit_set_consent(v, ONSHI_CATEGORY_DRUGS,
	    ONSHI_CONSENT_REFUSED), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_get(v, ONSHI_CATEGORY_DRUGS, doctor, &a),
	    ONSHI_E_IDENTITY);
	ck_assert_int_eq(atomic_load(&f.medical), 0);
	ck_assert_int_eq(atomic_load(&f.apdus), 0);
}
END_TEST

/* Order of freeing does not matter: an answer keeps what it needs. */
START_TEST(test_freeing)
{
	struct onshi_answer *a, *b;
	const struct onshi_record *rec;
	struct onshi *root = o;

	ck_assert_int_eq(fake_checkin(o, BIT(1), &v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_get(v, ONSHI_CATEGORY_DRUGS, doctor, &a),
	    ONSHI_OK);
	onshi_free(&root);
	o = NULL;
	onshi_operator_free(&doctor);
	ck_assert_int_eq(onshi_visit_get(v, ONSHI_CATEGORY_ELIGIBILITY, NULL,
	    &b), ONSHI_OK);
	onshi_visit_free(&v);
	ck_assert_int_eq(onshi_answer_next(a, &rec), ONSHI_E_EXPIRED);
	ck_assert_int_eq(onshi_answer_next(b, &rec), ONSHI_OK);
	onshi_answer_free(&b);
	onshi_answer_free(&a);
	onshi_answer_free(&a);
}
END_TEST

/* A config that cannot work can be corrected; one that works is frozen. */
START_TEST(test_config_again)
{
	struct onshi_config *c = fake_config(&f);
	struct onshi *first, *second;

	ck_assert_int_eq(onshi_config_set(c, "rules.codes", "X=valid"),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_new(ONSHI_ABI, c, &first), ONSHI_E_CONFIG);
	ck_assert_ptr_null(first);
	ck_assert_int_eq(onshi_error_code(onshi_config_error(c)),
	    ONSHI_E_CONFIG);
	ck_assert_int_eq(onshi_config_set(c, "rules.codes", NULL), ONSHI_OK);
	ck_assert_int_eq(onshi_new(ONSHI_ABI, c, &first), ONSHI_OK);
	ck_assert_int_eq(onshi_config_set(c, "text.lang", "en"),
	    ONSHI_E_STATE);
	/* Another root that fails leaves it to the first. */
	ck_assert_int_eq(onshi_new(ONSHI_ABI + 1, c, &second), ONSHI_E_ABI);
	ck_assert_int_eq(onshi_config_set(c, "text.lang", "en"),
	    ONSHI_E_STATE);
	ck_assert_int_eq(onshi_new(ONSHI_ABI, c, &second), ONSHI_OK);
	onshi_free(&first);
	onshi_free(&second);
	onshi_config_free(&c);
}
END_TEST

/* Two threads on one root, each making something that is refused. */
static struct onshi *shared;

static void *
fail_often(void *arg)
{
	const char *mine = arg, *text;
	const struct onshi_error *e;
	struct onshi_operator *op;
	struct onshi_visit *none;

	for (int i = 0; i < 20000; i++) {
		if (*mine == 'v')
			ck_assert_int_eq(onshi_visit_new(shared, 9, &none),
			    ONSHI_E_ARG);
		else
			ck_assert_int_eq(onshi_operator_new(shared, "D 1", 1,
			    2, &op), ONSHI_E_VALUE);
		e = onshi_last_error(shared);
		text = onshi_error_text(e);
		ck_assert(onshi_error_code(e) == ONSHI_E_ARG ?
		    strcmp(text, "no such purpose") == 0 :
		    strstr(text, "1 to 64") != NULL);
	}

	return NULL;
}

START_TEST(test_root_error_is_whole)
{
	struct onshi_config *c = fake_config(&f);
	static char visits[] = "v", operators[] = "o";
	pthread_t t[2];

	ck_assert_int_eq(onshi_new(ONSHI_ABI, c, &shared), ONSHI_OK);
	ck_assert_int_eq(pthread_create(&t[0], NULL, fail_often, visits), 0);
	ck_assert_int_eq(pthread_create(&t[1], NULL, fail_often, operators),
	    0);
	ck_assert_int_eq(pthread_join(t[0], NULL), 0);
	ck_assert_int_eq(pthread_join(t[1], NULL), 0);
	onshi_free(&shared);
	onshi_config_free(&c);
}
END_TEST

/* Keys of links and modes that are not used stand in nobody's way. */
static const struct {
	const char *key, *value;
} unused[] = {
	{ "link.login_file", "/z" },
	{ "link.auth_base", "https://a" },
	{ "link.function.OQSmuquc01req", "/r" },
	{ "disaster.enabled", "yes" },
	{ "disaster.enabled", "no" },
	{ "disaster.activation", "/a" },
	{ "emergency.enabled", "yes" },
	{ "fallback.table", "/t" },
};

START_TEST(test_unused)
{
	struct onshi_config *c = fake_config(&f);
	struct onshi *root;

	ck_assert_int_eq(onshi_config_set(c, unused[_i].key,
	    unused[_i].value), ONSHI_OK);
	ck_assert_int_eq(onshi_new(ONSHI_ABI, c, &root), ONSHI_OK);
	onshi_free(&root);
	onshi_config_free(&c);
}
END_TEST

/* The root's failures are its own, each for good. */
START_TEST(test_root_error)
{
	struct onshi_config *c = fake_config(&f);
	const struct onshi_error *e, *first;
	struct onshi_operator *op;
	struct onshi *root;

	ck_assert_int_eq(onshi_new(ONSHI_ABI, c, &root), ONSHI_OK);
	ck_assert_int_eq(onshi_error_code(onshi_last_error(NULL)),
	    ONSHI_E_ARG);
	ck_assert_int_eq(onshi_error_code(onshi_last_error(root)), 0);
	ck_assert_int_eq(onshi_operator_new(root, "D 1",
	    ONSHI_LICENCE_DOCTOR, ONSHI_SIGNIN_NONE, &op), ONSHI_E_VALUE);
	first = onshi_last_error(root);
	ck_assert_int_eq(onshi_error_code(first), ONSHI_E_VALUE);
	ck_assert_int_eq(onshi_operator_new(root, "D1", 9, 0, &op),
	    ONSHI_E_ARG);
	e = onshi_last_error(root);
	ck_assert_ptr_nonnull(strstr(onshi_error_text(e), "licence"));
	ck_assert_int_eq(onshi_visit_new(root, 9, &v), ONSHI_E_ARG);
	e = onshi_last_error(root);
	ck_assert_ptr_nonnull(strstr(onshi_error_text(e), "purpose"));
	ck_assert_ptr_nonnull(strstr(onshi_error_text(first), "1 to 64"));
	for (int i = 0; i < 1000; i++)
		ck_assert_int_eq(onshi_operator_new(root, "D 1",
		    ONSHI_LICENCE_DOCTOR, ONSHI_SIGNIN_NONE, &op),
		    ONSHI_E_VALUE);
	ck_assert_ptr_eq(onshi_last_error(root), first);
	onshi_free(&root);
	onshi_config_free(&c);
}
END_TEST

START_TEST(test_null)
{
	int given = 2, granted = 2;
	int64_t since = 2, until = 2;
	struct onshi_answer *a;

	ck_assert_int_eq(onshi_visit_advance(NULL), ONSHI_E_ARG);
	ck_assert_int_eq(onshi_visit_get(NULL, 0, NULL, &a), ONSHI_E_ARG);
	ck_assert_int_eq(onshi_visit_new(NULL, 1, &v), ONSHI_E_ARG);
	ck_assert_int_eq(onshi_visit_new(o, 0, &v), ONSHI_E_ARG);
	ck_assert_int_eq(onshi_error_code(onshi_visit_error(NULL)),
	    ONSHI_E_ARG);
	onshi_visit_free(NULL);
	onshi_visit_cancel(NULL);
	ck_assert_int_eq(onshi_visit_consent(NULL, ONSHI_CATEGORY_DRUGS, &given,
	    &granted, &since, &until), ONSHI_E_ARG);
	ck_assert_int_eq(given + granted, 0);
	ck_assert_int_eq(since + until, 0);
	ck_assert_int_eq(onshi_visit_new(o, ONSHI_PURPOSE_CARE, &v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_STATE);
	ck_assert_int_eq(onshi_visit_set_method(v, 9), ONSHI_E_ARG);
	ck_assert_int_eq(onshi_visit_set_method(v, ONSHI_METHOD_FACE),
	    ONSHI_E_UNSUPPORTED);
	ck_assert_int_eq(onshi_visit_set_consent(v, 0, 1), ONSHI_E_ARG);
	ck_assert_int_eq(onshi_visit_set_consent(v, 1, 3), ONSHI_E_ARG);
	ck_assert_int_eq(onshi_visit_set_consent(v, 7, 1), ONSHI_E_ARG);
	ck_assert_int_eq(onshi_visit_set_pin(v, NULL, 0), ONSHI_E_ARG);
	ck_assert_int_eq(onshi_visit_set_pin(v, "1234", 2), ONSHI_E_ARG);
	ck_assert_int_eq(onshi_visit_get(v, ONSHI_CATEGORY_LIMIT, doctor, &a),
	    ONSHI_E_ARG);
	ck_assert_int_eq(onshi_visit_get(v, ONSHI_CATEGORY_DRUGS, doctor, &a),
	    ONSHI_E_STATE);
}
END_TEST

static void
fill(TCase *t)
{
	tcase_add_checked_fixture(t, begin, end);
	tcase_set_timeout(t, 20);
	tcase_add_test(t, test_pin);
	tcase_add_test(t, test_order_of_record);
	tcase_add_test(t, test_consents_sent);
	tcase_add_test(t, test_needs);
	tcase_add_test(t, test_wrong_pin);
	tcase_add_test(t, test_pin_to_visual);
	tcase_add_test(t, test_registration);
	tcase_add_test(t, test_not_confirmed);
	tcase_add_loop_test(t, test_card_gone, 1, 7);
	tcase_add_loop_test(t, test_service_says, 0,
	    (int)(sizeof(says) / sizeof(says[0])));
	tcase_add_test(t, test_challenge_too_old);
	tcase_add_test(t, test_challenge_for_ever);
	tcase_add_test(t, test_line_down);
	tcase_add_loop_test(t, test_asks, 0,
	    (int)(sizeof(asks) / sizeof(asks[0])));
	tcase_add_test(t, test_months);
	tcase_add_test(t, test_consent_runs_out);
	tcase_add_test(t, test_withdraw);
	tcase_add_test(t, test_clock_jump);
	tcase_add_loop_test(t, test_record_fails, 1, 16);
	tcase_add_test(t, test_cut_answer);
	tcase_add_loop_test(t, test_asked_anew, 0, 2);
	tcase_add_test(t, test_signed_anew);
	tcase_add_test(t, test_number);
	tcase_add_test(t, test_freeing);
	tcase_add_test(t, test_config_again);
	tcase_add_test(t, test_root_error);
	tcase_add_test(t, test_root_error_is_whole);
	tcase_add_loop_test(t, test_unused, 0,
	    (int)(sizeof(unused) / sizeof(unused[0])));
	tcase_add_test(t, test_null);
}

int
main(void)
{
	fake_prepare();

	return run_tests("visit/visit", fill);
}
