/* Visits that do not go straight: calls in other orders, services that answer
 * oddly, lines that break, cards that change. */
#include <limits.h>
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
static struct onshi_operator *doctor;

static void
begin(void)
{
	fake_init(&f);
	o = fake_root(&f);
	doctor = fake_doctor(o, "D0001");
}

static void
end(void)
{
	onshi_visit_free(&v);
	onshi_operator_free(&doctor);
	onshi_free(&o);
	fake_done(&f);
}

static void
ask_for(int method)
{
	ck_assert_int_eq(onshi_visit_new(o, ONSHI_PURPOSE_CARE, &v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_method(v, method), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_consent(v, ONSHI_CATEGORY_DRUGS,
	    ONSHI_CONSENT_GIVEN),
	    ONSHI_OK);
}

/* Typed numbers open nothing that was consented to (CO-2). */
static void
type_numbers(void)
{
	(void)!onshi_visit_set_consent(v, ONSHI_CATEGORY_DRUGS,
	    ONSHI_CONSENT_REFUSED);
	ck_assert_int_eq(onshi_visit_set_text(v, ONSHI_EL_INSURER_NUMBER,
	    "991018"), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_text(v,
	    ONSHI_EL_INSURED_IDENTIFICATION_NUMBER, "1001"), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_text(v, ONSHI_EL_BIRTHDATE,
	    "19800512"), ONSHI_OK);
}

static void
give_pin(void)
{
	ck_assert_int_eq(onshi_visit_set_pin(v, "1234", 0), ONSHI_OK);
}

/* Up to a signature that could not be handed in. */
static void
sign_and_fail(int sent)
{
	f.fails_for = 'O';
	f.fails_sent = sent;
	f.exchange_result = ONSHI_E_NETWORK;
	ask_for(ONSHI_METHOD_PIN);
	give_pin();
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_NETWORK);
	ck_assert_int_eq(onshi_error_sent(onshi_visit_error(v)), sent);
	ck_assert_int_eq(atomic_load(&f.verifies), 1);
	f.exchange_result = ONSHI_OK;
}

/* ID-9: the first certificate is the visit's only one, whatever had been shown
 * to the card by then. */
START_TEST(test_other_card)
{
	f.gone_at = 5;				/* verified, not yet signed */
	ask_for(ONSHI_METHOD_PIN);
	give_pin();
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_CARD);
	atomic_store(&f.present, 1);
	f.gone_at = 0;
	if (_i == 0) {
		ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_PIN);
		give_pin();
		ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
		return;
	}
	fake_new_key(&f, -30, 800);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_CARD_CHANGED);
	ck_assert_int_eq(atomic_load(&f.verifies), 1);
	ck_assert_int_eq(atomic_load(&f.checkins), 0);
}
END_TEST

/* The tries stand beside each need: known, spent, and not known. */
START_TEST(test_tries_told)
{
	atomic_store(&f.tries, 3);
	ask_for(ONSHI_METHOD_PIN);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_PIN);
	ck_assert_int_eq(onshi_error_tries_left(onshi_visit_error(v)), 3);
	ck_assert_int_eq(onshi_visit_set_pin(v, "0000", 0), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_PIN);
	ck_assert_int_eq(onshi_error_tries_left(onshi_visit_error(v)), 2);
	f.gone_at = atomic_load(&f.apdus) + 1;	/* at the PIN */
	give_pin();
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_CARD);
	ck_assert_int_eq(onshi_error_code(onshi_visit_error(v)),
	    ONSHI_E_PIN_UNKNOWN);
	ck_assert_int_eq(onshi_error_tries_left(onshi_visit_error(v)), -1);
	atomic_store(&f.present, 1);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_PIN);
	ck_assert_int_eq(onshi_error_tries_left(onshi_visit_error(v)), 2);
}
END_TEST

/* Design 2.4: what the link cannot carry is refused before the patient is asked
 * anything, and a question of the doctor's before it is sent. */
static const struct {
	const char	*function;
	int		 method;
} uncarried[] = {
	{ "OQSsiquc01req+card", ONSHI_METHOD_PIN },
	{ "OQSsiquc01req+card", ONSHI_METHOD_VISUAL },
	{ "OQSsiquc01req", ONSHI_METHOD_NUMBER }
};

START_TEST(test_not_carried)
{
	f.carries_not = uncarried[_i].function;
	ask_for(uncarried[_i].method);
	type_numbers();
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_UNSUPPORTED);
	ck_assert_int_eq(atomic_load(&f.apdus), 0);
	ck_assert_int_eq(atomic_load(&f.entries), 0);
}
END_TEST

/* What cannot be asked is refused before card and PIN; without that consent the
 * visit goes on. */
START_TEST(test_get_not_carried)
{
	struct onshi_answer *a;

	f.carries_not = "YZKsiquc01req";
	ck_assert_int_eq(fake_checkin(o, BIT(ONSHI_CATEGORY_DRUGS), &v),
	    ONSHI_E_UNSUPPORTED);
	ck_assert_int_eq(atomic_load(&f.apdus), 0);
	ck_assert_int_eq(atomic_load(&f.entries), 0);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_UNSUPPORTED);
	ck_assert_int_eq(onshi_visit_set_consent(v, ONSHI_CATEGORY_DRUGS,
	    ONSHI_CONSENT_REFUSED), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_PIN);
	give_pin();
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_get(v, ONSHI_CATEGORY_DRUGS, doctor, &a),
	    ONSHI_E_CONSENT);
	ck_assert_int_eq(atomic_load(&f.medical), 0);
}
END_TEST

/* ID-7: offered when the service says so, and done in the same visit. */
START_TEST(test_register_then)
{
	f.code = "XCRD0006E";
	ck_assert_int_eq(fake_checkin(o, 0, &v), ONSHI_E_CARD_NOT_REGISTERED);
	f.code = NULL;
	ck_assert_int_eq(onshi_visit_set_register_use(v, 1), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_PIN);
	give_pin();
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
	ck_assert_ptr_nonnull(strstr(f.last_body, "<RegisterUse>1<"));
	ck_assert_int_eq(atomic_load(&f.checkins), 2);
}
END_TEST

/* CO-10: what was taken back is no consent for the service, either. */
START_TEST(test_withdrawn_before)
{
	int method = _i == 0 ? ONSHI_METHOD_PIN : ONSHI_METHOD_VISUAL;

	ask_for(method);
	ck_assert_int_eq(onshi_visit_set_consent(v, ONSHI_CATEGORY_CHECKUPS,
	    ONSHI_CONSENT_GIVEN), ONSHI_OK);
	ck_assert_int_gt(onshi_visit_advance(v), 0);
	ck_assert_int_eq(onshi_visit_withdraw(v, ONSHI_CATEGORY_DRUGS),
	    ONSHI_OK);
	if (_i == 0)
		give_pin();
	else
		ck_assert_int_eq(onshi_visit_confirm(v, doctor, 1), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
	ck_assert_int_eq(f.last_consents[ONSHI_CATEGORY_DRUGS], '0');
	ck_assert_int_eq(f.last_consents[ONSHI_CATEGORY_CHECKUPS], '1');
}
END_TEST

/* The card signed what was given then: a signature over something else is of
 * no use, and is not sent. */
static const struct {
	const char	*name;
	int		 registers;
} changes[] = { { "withdrawn", 0 }, { "registers", 1 } };

START_TEST(test_changed_after_signing)
{
	sign_and_fail(ONSHI_SENT_NOT);
	ck_assert_int_eq(changes[_i].registers ?
	    onshi_visit_set_register_use(v, 1) :
	    onshi_visit_withdraw(v, ONSHI_CATEGORY_DRUGS), ONSHI_OK);
	ck_assert_msg(onshi_visit_advance(v) == ONSHI_NEED_PIN, "%s",
	    changes[_i].name);
	ck_assert_int_eq(atomic_load(&f.checkins), 0);
	give_pin();
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
	ck_assert_int_eq(f.last_consents[ONSHI_CATEGORY_DRUGS],
	    changes[_i].registers ? '1' : '0');
}
END_TEST

/* Not sent, or nobody knows: the same signature again, without card and PIN, and
 * where nobody knows under the same id, so that it is no second question. An
 * answered one has used it up. */
START_TEST(test_line_breaks)
{
	static const int sents[] = { ONSHI_SENT_NOT, ONSHI_SENT_UNKNOWN,
	    ONSHI_SENT_ANSWERED };
	char id[40];

	sign_and_fail(sents[_i]);
	ck_assert_int_eq(onshi_error_may_retry(onshi_visit_error(v)), 1);
	memcpy(id, f.last_id, sizeof(id));
	if (sents[_i] != ONSHI_SENT_ANSWERED) {
		atomic_store(&f.present, 0);
		ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
		ck_assert_int_eq(atomic_load(&f.verifies), 1);
		ck_assert_int_eq(atomic_load(&f.challenges), 1);
		ck_assert_int_eq(strcmp(id, f.last_id) == 0, sents[_i] ==
		    ONSHI_SENT_UNKNOWN);
		return;
	}
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_PIN);
	give_pin();
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
	ck_assert_int_eq(atomic_load(&f.challenges), 2);
	ck_assert_int_eq(atomic_load(&f.checkins), 1);
	ck_assert_str_ne(id, f.last_id);
}
END_TEST

static void
until(atomic_int *what, int is)
{
	int i;

	for (i = 0; i < 1000 && atomic_load(what) != is; i++)
		usleep(5000);
	ck_assert_int_eq(atomic_load(what), is);
}

/* SEC-80: a holder who takes long, though the machine sleeps meanwhile, signs a
 * fresh challenge, and shows the PIN once. */
START_TEST(test_challenge_old)
{
	ask_for(ONSHI_METHOD_PIN);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_PIN);
	until(&f.challenges, 1);
	usleep(100000);				/* it is read */
	fake_pass(&f, 60000);
	give_pin();
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
	ck_assert_ptr_nonnull(strstr(f.last_body, "<ChallengeId>c2<"));
	ck_assert_int_eq(atomic_load(&f.verifies), 1);
}
END_TEST

/* One that takes long is waited for, and not asked for twice. */
START_TEST(test_challenge_slow)
{
	f.sleep_ms = 300;
	ask_for(ONSHI_METHOD_PIN);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_PIN);
	give_pin();
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
	ck_assert_int_eq(atomic_load(&f.challenges), 1);
	ck_assert_ptr_nonnull(strstr(f.last_body, "<ChallengeId>c1<"));
}
END_TEST

/* That a challenge was answered is no answer to the check-in. */
START_TEST(test_not_sent_yet)
{
	ask_for(ONSHI_METHOD_PIN);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_PIN);
	until(&f.challenges, 1);
	usleep(100000);
	fake_pass(&f, 60000);
	f.gone_at = 5;				/* at the signature */
	give_pin();
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_CARD);
	ck_assert_int_eq(atomic_load(&f.challenges), 2);
	ck_assert_int_eq(onshi_error_sent(onshi_visit_error(v)),
	    ONSHI_SENT_NOT);
}
END_TEST

static void
sleep_at_checkin(const char *prefix)
{
	if (prefix[0] == 'O')
		fake_pass(&f, 60000);
}

/* One that could not be sent in time is not kept to be refused later. */
START_TEST(test_signature_old)
{
	f.inside = sleep_at_checkin;
	sign_and_fail(ONSHI_SENT_NOT);
	f.inside = NULL;
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_PIN);
	give_pin();
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
	ck_assert_int_eq(atomic_load(&f.checkins), 1);
}
END_TEST

/* A line that breaks while the challenge is fetched has done nothing: the
 * check-in was not sent, and the caller need not wonder. */
START_TEST(test_challenge_breaks)
{
	f.fails_for = 'c';
	f.fails_sent = ONSHI_SENT_UNKNOWN;
	f.exchange_result = ONSHI_E_NETWORK;
	ask_for(ONSHI_METHOD_PIN);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_PIN);
	usleep(100000);
	give_pin();
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_NETWORK);
	ck_assert_int_eq(onshi_error_sent(onshi_visit_error(v)),
	    ONSHI_SENT_NOT);
	ck_assert_int_eq(atomic_load(&f.verifies), 0);
	ck_assert_int_eq(atomic_load(&f.held), 0);
	f.exchange_result = ONSHI_OK;
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_PIN);
	give_pin();
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
}
END_TEST

/* One question, one id: what was sent and may have been done is no less in
 * doubt for a line that is down when it is asked again. */
START_TEST(test_stays_uncertain)
{
	char id[sizeof(f.last_id)];

	f.fails_for = 'O';
	f.fails_sent = ONSHI_SENT_UNKNOWN;
	f.exchange_result = ONSHI_E_NETWORK;
	ask_for(ONSHI_METHOD_NUMBER);
	type_numbers();
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_NETWORK);
	memcpy(id, f.last_id, sizeof(id));
	f.fails_sent = ONSHI_SENT_NOT;
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_NETWORK);
	ck_assert_int_eq(onshi_error_sent(onshi_visit_error(v)),
	    ONSHI_SENT_UNKNOWN);
	ck_assert_str_eq(f.last_id, id);
	f.exchange_result = ONSHI_OK;
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
	ck_assert_str_eq(f.last_id, id);
}
END_TEST

/* A service that speaks of a challenge where there was none is not asked
 * again and again. */
START_TEST(test_challenge_by_sight)
{
	f.code = "XCRD0002E";
	ask_for(ONSHI_METHOD_VISUAL);
	ck_assert_int_eq(onshi_visit_set_deadline(v, 1500), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_CONFIRM);
	ck_assert_int_eq(onshi_visit_confirm(v, doctor, 1), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_CHALLENGE);
	ck_assert_int_eq(atomic_load(&f.checkins), 1);
}
END_TEST

/* ID-2: who was compared with a card that the service refused is compared anew;
 * a broken line is no reason. */
START_TEST(test_compared_anew)
{
	f.code = "XCRD0004E";
	ask_for(ONSHI_METHOD_VISUAL);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_CONFIRM);
	ck_assert_int_eq(atomic_load(&f.held), 0);
	ck_assert_int_eq(onshi_visit_confirm(v, doctor, 1), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_CARD_REVOKED);
	f.code = NULL;
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_CONFIRM);
	ck_assert_int_eq(atomic_load(&f.checkins), 1);
	ck_assert_int_eq(onshi_visit_confirm(v, doctor, 1), ONSHI_OK);
	f.exchange_result = ONSHI_E_NETWORK;
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_NETWORK);
	f.exchange_result = ONSHI_OK;
	atomic_store(&f.present, 0);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
}
END_TEST

/* What a check-in needs is looked at before each request, not once. */
START_TEST(test_numbers_taken_back)
{
	f.exchange_result = ONSHI_E_NETWORK;
	ask_for(ONSHI_METHOD_NUMBER);
	type_numbers();
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_NETWORK);
	f.exchange_result = ONSHI_OK;
	ck_assert_int_eq(onshi_visit_set_text(v, ONSHI_EL_INSURER_NUMBER,
	    NULL), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_VALUE);
	ck_assert_int_eq(atomic_load(&f.checkins), 0);
	type_numbers();
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
}
END_TEST

/* TI-4: a day after its registration a consent is over, whatever end it
 * names, and so is the reading of what it brought. */
START_TEST(test_consent_of_a_day)
{
	const struct onshi_record *rec;
	struct onshi_answer *a;

	f.consent_age = 86400 - 60;
	ck_assert_int_eq(fake_checkin(o, BIT(ONSHI_CATEGORY_DRUGS), &v),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_visit_get(v, ONSHI_CATEGORY_DRUGS, doctor, &a),
	    ONSHI_OK);
	ck_assert_int_le(onshi_answer_expires(a),
	    atomic_load(&f.wall) / 1000 + 60);
	ck_assert_int_eq(onshi_answer_next(a, &rec), ONSHI_OK);
	fake_pass(&f, 60000);
	ck_assert_int_eq(onshi_answer_next(a, &rec), ONSHI_E_EXPIRED);
	onshi_answer_free(&a);
}
END_TEST

/* CO-6: what is over is wiped by a call, but not beside one under way. */
START_TEST(test_expiry_waits)
{
	struct onshi_answer *a, *b;
	int r;

	ck_assert_int_eq(fake_checkin(o, BIT(ONSHI_CATEGORY_DRUGS) |
	    BIT(ONSHI_CATEGORY_CHECKUPS), &v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_get(v, ONSHI_CATEGORY_DRUGS, doctor, &a),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_blocking(v, 0), ONSHI_OK);
	f.sleep_ms = 300;
	ck_assert_int_eq(onshi_visit_get(v, ONSHI_CATEGORY_CHECKUPS, doctor,
	    &b),
	    ONSHI_NEED_WAIT);
	fake_pass(&f, 1801000);
	r = onshi_visit_get(v, ONSHI_CATEGORY_CHECKUPS, doctor, &b);
	if (r == ONSHI_NEED_WAIT)
		ck_assert_ptr_null(strstr(f.events, "result.wiped;"));
	for (; r == ONSHI_NEED_WAIT; usleep(10000))
		r = onshi_visit_get(v, ONSHI_CATEGORY_CHECKUPS, doctor, &b);
	ck_assert_int_eq(r, ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_blocking(v, 1), ONSHI_OK);
	ck_assert_ptr_nonnull(strstr(f.events, "result.wiped;"));
	onshi_answer_free(&a);
	onshi_answer_free(&b);
}
END_TEST

/* A check-in that was not handed over leaves no grant behind for the next. */
START_TEST(test_grant_forgotten)
{
	struct onshi_answer *a;
	int granted = -1;

	f.audit_fails_at = 10;			/* identity.end */
	ck_assert_int_eq(fake_checkin(o, BIT(ONSHI_CATEGORY_DRUGS), &v),
	    ONSHI_E_AUDIT);
	ck_assert_int_eq(onshi_visit_consent(v, ONSHI_CATEGORY_DRUGS, NULL,
	    &granted,
	    NULL, NULL), ONSHI_OK);
	ck_assert_int_eq(granted, 0);
	f.grants = 0;
	give_pin();
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_get(v, ONSHI_CATEGORY_DRUGS, doctor, &a),
	    ONSHI_E_CONSENT);
	ck_assert_int_eq(atomic_load(&f.medical), 0);
}
END_TEST

/* What was done and cannot be written is told by the next entry; what was not
 * done for want of an entry is no gap. */
START_TEST(test_gap)
{
	struct onshi_answer *a = NULL;

	ck_assert_int_eq(fake_checkin(o, BIT(ONSHI_CATEGORY_DRUGS), &v),
	    ONSHI_OK);
	f.audit_fails_at = atomic_load(&f.entries) + 1 + _i;
	ck_assert_int_eq(onshi_visit_get(v, ONSHI_CATEGORY_DRUGS, doctor, &a),
	    ONSHI_E_AUDIT);
	ck_assert_int_eq(atomic_load(&f.medical), _i);
	ck_assert_int_eq(onshi_visit_get(v, ONSHI_CATEGORY_DRUGS, doctor, &a),
	    ONSHI_OK);
	ck_assert_int_eq(strstr(f.events, "log.gap;") != NULL, _i == 1);
	onshi_answer_free(&a);
}
END_TEST

/* How many a query has brought stands on the record: a result, and a line. */
START_TEST(test_counted)
{
	static const char one[] = "\tr=ONSHI_OK:-:1:";
	struct onshi_answer *a = NULL;
	const char *at;

	ck_assert_int_eq(fake_checkin(o, BIT(ONSHI_CATEGORY_DRUGS), &v),
	    ONSHI_OK);
	ck_assert_ptr_nonnull(at = strstr(f.record, one));
	ck_assert_ptr_null(strstr(at + 1, one));
	ck_assert_int_eq(onshi_visit_get(v, ONSHI_CATEGORY_DRUGS, doctor, &a),
	    ONSHI_OK);
	ck_assert_ptr_nonnull(strstr(at + 1, one));
	onshi_answer_free(&a);
}
END_TEST

/* An end that the caller sets is the end of the call, not of its parts. */
START_TEST(test_long_deadline)
{
	atomic_store(&f.present, 0);
	ask_for(ONSHI_METHOD_PIN);
	ck_assert_int_eq(onshi_visit_set_deadline(v, 4000), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_blocking(v, 0), ONSHI_OK);
	give_pin();
	while (onshi_visit_advance(v) == ONSHI_NEED_WAIT)
		usleep(10000);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_WAIT);
	usleep(2400000);		/* reader.deadline_ms is 2000 */
	atomic_store(&f.present, 1);
	while (onshi_visit_advance(v) == ONSHI_NEED_WAIT)
		usleep(10000);
	ck_assert_int_eq(atomic_load(&f.checkins), 1);
}
END_TEST

/* The line is let go with the visit, though an answer may still be read. */
START_TEST(test_line_closed)
{
	const struct onshi_record *rec;
	struct onshi_answer *a;

	ck_assert_int_eq(fake_checkin(o, BIT(ONSHI_CATEGORY_DRUGS), &v),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_visit_get(v, ONSHI_CATEGORY_ELIGIBILITY, NULL,
	    &a), ONSHI_OK);
	ck_assert_int_eq(atomic_load(&f.closes), 0);
	onshi_visit_free(&v);
	ck_assert_int_eq(atomic_load(&f.closes), 1);
	ck_assert_int_eq(onshi_answer_next(a, &rec), ONSHI_OK);
	onshi_answer_free(&a);
}
END_TEST

/* The card signs the value: what is no value is not put before it. */
static const char *const values[] = {
	"AAAA\nRegisterUse=1\nPharmacistsInfo=1\nAAAAAAA",
	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==",
	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA*A=", "A="
};

START_TEST(test_challenge_value)
{
	f.challenge = values[_i];
	ask_for(ONSHI_METHOD_PIN);
	give_pin();
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_ANSWER_REFUSED);
	ck_assert_int_eq(atomic_load(&f.checkins), 0);
}
END_TEST

#define VALUE	"<Value>AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=</Value>"
#define PARTS(id, value, time)	"<Challenge>" id value time "</Challenge>"
#define TIME(t)	"<ExpiresIn>" t "</ExpiresIn>"
#define LONG	"0123456789012345678901234567890123456789"

/* Nor is what else is no challenge. */
static const struct {
	const char	*name;
	const char	*xml;
	int		 result;
} challenges[] = {
	{ "whole", PARTS("<ChallengeId>c</ChallengeId>", VALUE, TIME("60")),
	    ONSHI_OK },
	{ "short", PARTS("<ChallengeId>c</ChallengeId>", VALUE, TIME("15")),
	    ONSHI_OK },
	{ "no XML", "<Challenge>", ONSHI_E_ANSWER_REFUSED },
	{ "no id", PARTS("", VALUE, TIME("60")), ONSHI_E_ANSWER_REFUSED },
	{ "a very long id", PARTS("<ChallengeId>" LONG LONG LONG LONG
	    LONG LONG LONG "</ChallengeId>",
	    VALUE, TIME("60")), ONSHI_E_ANSWER_REFUSED },
	{ "no value", PARTS("<ChallengeId>c</ChallengeId>", "", TIME("60")),
	    ONSHI_E_ANSWER_REFUSED },
	{ "no time", PARTS("<ChallengeId>c</ChallengeId>", VALUE, ""),
	    ONSHI_E_ANSWER_REFUSED },
	{ "no number", PARTS("<ChallengeId>c</ChallengeId>", VALUE,
	    TIME("soon")), ONSHI_E_ANSWER_REFUSED },
	{ "over", PARTS("<ChallengeId>c</ChallengeId>", VALUE, TIME("0")),
	    ONSHI_E_ANSWER_REFUSED }
};

START_TEST(test_challenge_parts)
{
	f.challenge_xml = challenges[_i].xml;
	ask_for(ONSHI_METHOD_PIN);
	give_pin();
	ck_assert_msg(onshi_visit_advance(v) == challenges[_i].result,
	    "%s: %s", challenges[_i].name,
	    onshi_error_text(onshi_visit_error(v)));
	ck_assert_int_eq(atomic_load(&f.checkins),
	    challenges[_i].result == ONSHI_OK);
}
END_TEST

/* PU-1: eligibility rests on law and is insurance's business; medical
 * information rests on consent and is the visit's. */
START_TEST(test_purpose_on_record)
{
	struct onshi_answer *a;

	ck_assert_int_eq(fake_checkin(o, BIT(ONSHI_CATEGORY_DRUGS), &v),
	    ONSHI_OK);
	ck_assert_ptr_nonnull(strstr(f.record,
	    "\tk=eligibility\tu=insurance:law\t"));
	ck_assert_ptr_null(strstr(f.record, "k=eligibility\tu=care"));
	ck_assert_int_eq(onshi_visit_get(v, ONSHI_CATEGORY_DRUGS, doctor, &a),
	    ONSHI_OK);
	ck_assert_ptr_nonnull(strstr(f.record,
	    "\tk=drugs\tu=care:consent\t"));
	onshi_answer_free(&a);
}
END_TEST

static int cancel_at;

static int
cancel_then_transmit(void *self, const uint8_t *c, size_t n, uint8_t *reply,
    size_t *len, int32_t ms)
{
	if (atomic_load(&f.apdus) + 1 == cancel_at)
		onshi_visit_cancel(v);

	return f.real(self, c, n, reply, len, ms);
}

/* A cancel at each command and at each exchange: no card stays held, no try
 * is spent twice, and the same visit ends well when it goes on. */
START_TEST(test_cancel_at)
{
	int r;

	onshi_free(&o);
	f.transmit = cancel_then_transmit;
	o = fake_root(&f);
	cancel_at = _i <= 6 ? _i : 0;
	ask_for(ONSHI_METHOD_PIN);
	f.cancels_for = _i == 7 ? 'c' : 'O';
	atomic_store(&f.cancels, _i > 6 ? v : NULL);
	give_pin();
	if ((r = onshi_visit_advance(v)) != ONSHI_OK)
		ck_assert_int_eq(r, ONSHI_E_CANCELLED);
	ck_assert_int_eq(atomic_load(&f.held), 0);
	atomic_store(&f.cancels, NULL);
	cancel_at = 0;
	while ((r = onshi_visit_advance(v)) == ONSHI_NEED_PIN ||
	    r == ONSHI_E_CANCELLED)
		if (r == ONSHI_NEED_PIN)
			give_pin();
	ck_assert_int_eq(r, ONSHI_OK);
	ck_assert_int_eq(atomic_load(&f.held), 0);
	ck_assert_int_eq(atomic_load(&f.tries), 3);
	ck_assert_int_le(atomic_load(&f.verifies), 2);
}
END_TEST

/* Nor does one stay held that was taken away, or whose PIN is waited for when
 * the visit ends. */
START_TEST(test_none_held)
{
	f.gone_at = _i;
	ask_for(ONSHI_METHOD_PIN);
	ck_assert_int_gt(onshi_visit_advance(v), 0);
	ck_assert_int_eq(atomic_load(&f.held), atomic_load(&f.present));
	onshi_visit_free(&v);
	ck_assert_int_eq(atomic_load(&f.held), 0);
}
END_TEST

static const struct {
	const char	*name;
	int32_t		 ms;
	int		 result;
} deadlines[] = {
	{ "negative", -1, ONSHI_E_ARG }, { "least", INT32_MIN, ONSHI_E_ARG },
	{ "short", 99, ONSHI_E_ARG }, { "100", 100, ONSHI_OK },
	{ "hour", 3600000, ONSHI_OK }, { "more", 3600001, ONSHI_E_ARG },
	{ "huge", INT32_MAX, ONSHI_E_ARG }, { "the config's", 0, ONSHI_OK }
};

START_TEST(test_deadlines)
{
	int r;

	ask_for(ONSHI_METHOD_PIN);
	give_pin();
	ck_assert_msg(onshi_visit_set_deadline(v, deadlines[_i].ms) ==
	    deadlines[_i].result, "%s", deadlines[_i].name);
	r = onshi_visit_advance(v);
	ck_assert(r == ONSHI_OK || deadlines[_i].ms == 100);
}
END_TEST

/* A refused input is an answered need: a slip at the PIN pad costs neither a try
 * nor the program. */
START_TEST(test_slips)
{
	static const char *const slips[] = { "12a4", "", "123", "12345",
	    "１２３４" };
	size_t i;

	ask_for(ONSHI_METHOD_PIN);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_PIN);
	for (i = 0; i < sizeof(slips) / sizeof(slips[0]); i++) {
		ck_assert_int_eq(onshi_visit_set_pin(v, slips[i], 0),
		    ONSHI_E_PIN_SHAPE);
		ck_assert_int_eq(onshi_error_tries_left(onshi_visit_error(v)),
		    3);
		ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_PIN);
		ck_assert_int_eq(onshi_error_code(onshi_visit_error(v)),
		    ONSHI_E_PIN_SHAPE);
		ck_assert_int_eq(onshi_error_tries_left(onshi_visit_error(v)),
		    3);
	}
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_PIN_SHAPE);
	ck_assert_int_eq(atomic_load(&f.verifies), 0);
	ck_assert_int_eq(onshi_visit_set_pin(v, "0000", 0), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_PIN);
	ck_assert_int_eq(onshi_error_code(onshi_visit_error(v)),
	    ONSHI_E_PIN_WRONG);
	ck_assert_int_eq(onshi_visit_set_pin(v, "12a4", 0), ONSHI_E_PIN_SHAPE);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_PIN);
	ck_assert_int_eq(onshi_error_tries_left(onshi_visit_error(v)), 2);
	give_pin();
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
}
END_TEST

/* What replaces a PIN and is refused leaves none behind; before there is a card
 * nothing was asked for. */
START_TEST(test_slip_after_pin)
{
	ask_for(ONSHI_METHOD_PIN);
	if (_i == 0)
		ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_PIN);
	give_pin();
	ck_assert_int_eq(onshi_visit_set_pin(v, "12a4", 0), ONSHI_E_PIN_SHAPE);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_PIN);
	ck_assert_int_eq(onshi_error_code(onshi_visit_error(v)), _i == 0 ?
	    ONSHI_E_PIN_SHAPE : ONSHI_OK);
	ck_assert_int_eq(atomic_load(&f.verifies), 0);
}
END_TEST

/* Design 4.4: connected while the holder looks for the card, after consent has
 * been recorded, and nothing of the patient is in it. */
static void
watch_early(void *self, const char *prefix, const char *body)
{
	(void)self;
	if (strcmp(prefix, "challenge") != 0)
		return;
	ck_assert_ptr_nonnull(strstr(f.events,
	    "consent.given;identity.begin;"));
	ck_assert_str_eq(body, "");
}

START_TEST(test_connects_early)
{
	int method = _i == 0 ? ONSHI_METHOD_PIN : ONSHI_METHOD_VISUAL;

	f.watch = watch_early;
	atomic_store(&f.present, 0);
	ask_for(method);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_CARD);
	until(&f.opens, 1);
	until(&f.challenges, method == ONSHI_METHOD_PIN);
	atomic_store(&f.present, 1);
	ck_assert_int_gt(onshi_visit_advance(v), 0);
	if (method == ONSHI_METHOD_PIN)
		give_pin();
	else
		ck_assert_int_eq(onshi_visit_confirm(v, doctor, 1), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
	ck_assert_int_eq(atomic_load(&f.opens), 1);
	ck_assert_int_eq(atomic_load(&f.challenges),
	    method == ONSHI_METHOD_PIN);
}
END_TEST

/* One that has grown old, or failed, while the card was looked for or the PIN
 * was thought of, is fetched anew, and the holder notices nothing. */
static const struct {
	const char	*name;
	bool		 fails;
	bool		 at_pin;
} meanwhiles[] = {
	{ "old when the card comes", false, false },
	{ "failed before the card came", true, false },
	{ "old when the PIN comes", false, true },
	{ "failed before the PIN came", true, true }
};

START_TEST(test_meanwhile)
{
	bool at_pin = meanwhiles[_i].at_pin;

	atomic_store(&f.present, at_pin);
	f.challenge_seconds = 1;		/* good for half of it */
	f.fails_for = 'c';
	f.exchange_result = meanwhiles[_i].fails ? ONSHI_E_NETWORK : ONSHI_OK;
	ask_for(ONSHI_METHOD_PIN);
	ck_assert_int_eq(onshi_visit_advance(v), at_pin ? ONSHI_NEED_PIN :
	    ONSHI_NEED_CARD);
	usleep(600000);
	fake_pass(&f, 600);
	f.exchange_result = ONSHI_OK;
	f.challenge_seconds = 60;
	atomic_store(&f.challenges, 0);
	atomic_store(&f.present, 1);
	give_pin();
	ck_assert_msg(onshi_visit_advance(v) == ONSHI_OK, "%s",
	    meanwhiles[_i].name);
	ck_assert_int_eq(atomic_load(&f.challenges), 1);
	ck_assert_int_eq(atomic_load(&f.verifies), 1);
}
END_TEST

/* A cancel while it is under way ends the call; the next one connects anew. */
START_TEST(test_cancelled_early)
{
	atomic_store(&f.present, 0);
	f.sleep_ms = 300;
	ask_for(ONSHI_METHOD_PIN);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_CARD);
	onshi_visit_cancel(v);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_CANCELLED);
	f.sleep_ms = 0;
	atomic_store(&f.present, 1);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_PIN);
	give_pin();
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
}
END_TEST

/* There is no such reader: that is said beside the need, and then the failure. */
START_TEST(test_no_such_reader)
{
	ask_for(ONSHI_METHOD_PIN);
	ck_assert_int_eq(onshi_visit_set_reader(v, "elsewhere"), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_CARD);
	ck_assert_int_eq(onshi_error_code(onshi_visit_error(v)),
	    ONSHI_E_READER_NONE);
	ck_assert_int_eq(onshi_visit_set_deadline(v, 100), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_READER_NONE);
	ck_assert_int_eq(onshi_visit_set_deadline(v, 0), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_reader(v, "fake"), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_PIN);
	ck_assert_int_eq(onshi_error_code(onshi_visit_error(v)), ONSHI_OK);
}
END_TEST

/* Typed numbers need no card, and nothing beforehand. */
START_TEST(test_numbers_connect_once)
{
	ask_for(ONSHI_METHOD_NUMBER);
	type_numbers();
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
	ck_assert_int_eq(atomic_load(&f.opens), 1);
	ck_assert_int_eq(atomic_load(&f.challenges), 0);
}
END_TEST

/* ID-7: by sight only a card without a PIN is registered. One that is blocked
 * looks alike: the service decides. */
static const struct {
	int	tries;
	bool	late;		/* wished for once the card had been read */
	int	result;
} registrations[] = {
	{ 3, false, ONSHI_E_METHOD }, { 1, false, ONSHI_E_METHOD },
	{ 0, false, ONSHI_NEED_CONFIRM }, { 3, true, ONSHI_E_METHOD },
	{ 0, true, ONSHI_NEED_CONFIRM }
};

START_TEST(test_register_by_sight)
{
	atomic_store(&f.tries, registrations[_i].tries);
	ask_for(ONSHI_METHOD_VISUAL);
	if (registrations[_i].late)
		ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_CONFIRM);
	ck_assert_int_eq(onshi_visit_set_register_use(v, 1), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), registrations[_i].result);
	ck_assert_int_eq(atomic_load(&f.held), 0);
	ck_assert_int_eq(atomic_load(&f.checkins), 0);
	if (registrations[_i].result != ONSHI_NEED_CONFIRM) {
		ck_assert_str_eq(onshi_error_rule(onshi_visit_error(v)),
		    "ID-7");
		return;
	}
	ck_assert_int_eq(onshi_visit_confirm(v, doctor, 1), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
	ck_assert_ptr_nonnull(strstr(f.last_body, "<RegisterUse>1<"));
}
END_TEST

/* How a visit can come to be is not all that can be chosen for it. */
START_TEST(test_no_choice)
{
	static const int methods[] = { INT_MIN, -1, 0, ONSHI_METHOD_READER,
	    ONSHI_METHOD_CARRIED, ONSHI_METHOD_CARRIED + 1, INT_MAX };
	size_t i;

	ask_for(ONSHI_METHOD_PIN);
	for (i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		ck_assert_int_eq(onshi_visit_set_method(v, methods[i]),
		    ONSHI_E_ARG);
	give_pin();
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
	ck_assert_ptr_nonnull(strstr(f.last_body, "<Method>2<"));
}
END_TEST

/* Inputs after the end, and another method in the middle. */
START_TEST(test_inputs_late)
{
	ask_for(ONSHI_METHOD_PIN);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_PIN);
	ck_assert_int_eq(onshi_visit_set_method(v, ONSHI_METHOD_NUMBER),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_VALUE);
	type_numbers();
	ck_assert_int_eq(onshi_visit_set_method(v, ONSHI_METHOD_PIN),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_consent(v, ONSHI_CATEGORY_DRUGS,
	    ONSHI_CONSENT_REFUSED), ONSHI_E_STATE);
	/* Who it is may be known late: until the first medical get. */
	ck_assert_int_eq(onshi_visit_set_patient(v, "P1"), ONSHI_OK);
	give_pin();
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_method(v, ONSHI_METHOD_VISUAL),
	    ONSHI_E_STATE);
	ck_assert_int_eq(onshi_visit_set_reader(v, "x"), ONSHI_E_STATE);
	ck_assert_int_eq(onshi_visit_set_register_use(v, 1), ONSHI_E_STATE);
	ck_assert_int_eq(onshi_visit_set_pin(v, "1234", 0), ONSHI_E_STATE);
	ck_assert_int_eq(onshi_visit_confirm(v, doctor, 1), ONSHI_E_STATE);
	ck_assert_int_eq(onshi_visit_set_text(v, ONSHI_EL_BIRTHDATE,
	    "19800512"), ONSHI_E_STATE);
	ck_assert_int_eq(onshi_visit_set_text(v, ONSHI_EL_START_DATE,
	    "202601"), ONSHI_OK);
	ck_assert_int_eq(atomic_load(&f.checkins), 1);
}
END_TEST

#define COUNT(a)	((int)(sizeof(a) / sizeof((a)[0])))

static void
fill(TCase *t)
{
	tcase_add_checked_fixture(t, begin, end);
	tcase_set_timeout(t, 20);
	tcase_add_loop_test(t, test_other_card, 0, 2);
	tcase_add_test(t, test_register_then);
	tcase_add_loop_test(t, test_not_carried, 0, COUNT(uncarried));
	tcase_add_test(t, test_get_not_carried);
	tcase_add_test(t, test_tries_told);
	tcase_add_loop_test(t, test_withdrawn_before, 0, 2);
	tcase_add_loop_test(t, test_changed_after_signing, 0, COUNT(changes));
	tcase_add_loop_test(t, test_line_breaks, 0, 3);
	tcase_add_test(t, test_challenge_old);
	tcase_add_test(t, test_signature_old);
	tcase_add_test(t, test_challenge_slow);
	tcase_add_test(t, test_not_sent_yet);
	tcase_add_test(t, test_challenge_breaks);
	tcase_add_test(t, test_stays_uncertain);
	tcase_add_test(t, test_challenge_by_sight);
	tcase_add_test(t, test_compared_anew);
	tcase_add_test(t, test_numbers_taken_back);
	tcase_add_test(t, test_consent_of_a_day);
	tcase_add_test(t, test_expiry_waits);
	tcase_add_test(t, test_grant_forgotten);
	tcase_add_loop_test(t, test_gap, 0, 2);
	tcase_add_test(t, test_counted);
	tcase_add_test(t, test_long_deadline);
	tcase_add_test(t, test_line_closed);
	tcase_add_loop_test(t, test_challenge_value, 0, COUNT(values));
	tcase_add_loop_test(t, test_challenge_parts, 0, COUNT(challenges));
	tcase_add_test(t, test_purpose_on_record);
	tcase_add_loop_test(t, test_cancel_at, 1, 9);
	tcase_add_loop_test(t, test_none_held, 0, 4);
	tcase_add_loop_test(t, test_deadlines, 0, COUNT(deadlines));
	tcase_add_test(t, test_slips);
	tcase_add_loop_test(t, test_slip_after_pin, 0, 2);
	tcase_add_loop_test(t, test_connects_early, 0, 2);
	tcase_add_loop_test(t, test_meanwhile, 0, COUNT(meanwhiles));
	tcase_add_test(t, test_cancelled_early);
	tcase_add_test(t, test_no_such_reader);
	tcase_add_test(t, test_numbers_connect_once);
	tcase_add_loop_test(t, test_register_by_sight, 0, COUNT(registrations));
	tcase_add_test(t, test_no_choice);
	tcase_add_test(t, test_inputs_late);
}

int
main(void)
{
	fake_prepare();

	return run_tests("visit/flow", fill);
}
