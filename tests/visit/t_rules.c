/* rules.md, rule by rule, as far as it shows in what is asked, sent,
 * recorded and handed over: each row has the line that it would miss. */
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "fake.h"
#include "tests/core/run.h"

#define BIT(c)	(1u << (c))
#define ALL	0x7eu

static struct fake f;
static struct onshi *o;
static struct onshi_visit *v;
static struct onshi_operator *doctor, *staff;

static void
begin(void)
{
	fake_init(&f);
}

/* A root whose config says otherwise in one key. */
static void
root_with(const char *key, const char *value)
{
	o = fake_root_with(&f, key, value);
	doctor = fake_doctor(o, "D0001");
	ck_assert_int_eq(onshi_operator_new(o, "U0001",
	    ONSHI_LICENCE_RECEPTION, ONSHI_SIGNIN_NONE, &staff), ONSHI_OK);
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
check_in(unsigned int consents)
{
	ck_assert_int_eq(fake_checkin(o, consents, &v), ONSHI_OK);
}

/* By the first advance, before card, PIN, line and record: it is refused, and
 * again, until these consents are taken back. */
static void
refused_early(int result, unsigned int impossible)
{
	int i;

	ck_assert_int_eq(onshi_visit_advance(v), result);
	ck_assert_int_eq(onshi_error_phase(onshi_visit_error(v)),
	    ONSHI_PHASE_RULES);
	ck_assert_ptr_nonnull(strstr(onshi_error_text(onshi_visit_error(v)),
	    "without this consent"));
	ck_assert_int_eq(atomic_load(&f.apdus) + atomic_load(&f.opens), 0);
	ck_assert_int_eq(atomic_load(&f.entries), 0);
	for (i = 1; i <= 6; i++)
		if ((impossible >> i & 1) != 0)
			ck_assert_int_eq(onshi_visit_set_consent(v, i,
			    ONSHI_CONSENT_REFUSED), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_PIN);
	ck_assert_int_eq(onshi_visit_set_pin(v, "1234", 0), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
}

static int
get(int category)
{
	struct onshi_answer *a;
	int r;

	r = onshi_visit_get(v, category, doctor, &a);
	ck_assert((r == ONSHI_OK) == (a != NULL));
	onshi_answer_free(&a);

	return r;
}

static void
sent(const char *what)
{
	ck_assert_msg(strstr(f.last_body, what) != NULL, "not sent: %s", what);
}

static void
not_sent(const char *what)
{
	ck_assert_msg(strstr(f.last_body, what) == NULL, "sent: %s", what);
}

static void
recorded(const char *what)
{
	ck_assert_msg(strstr(f.record, what) != NULL, "not recorded: %s in %s",
	    what, f.record);
}

/* ID-2, CO-7: who compared the photograph, to the service and on record. */
START_TEST(test_visual)
{
	root_with(NULL, NULL);
	ck_assert_int_eq(onshi_visit_new(o, ONSHI_PURPOSE_CARE, &v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_method(v, ONSHI_METHOD_VISUAL),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_CONFIRM);
	ck_assert_int_eq(onshi_visit_confirm(v, staff, 1), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
	sent("<OperatorId>U0001</OperatorId>");
	not_sent("<ChallengeId>");
	not_sent("<RegisterUse>");
	recorded("\te=identity.end\to=ok\ta=U0001\tl=reception:none\t");
}
END_TEST

/* ID-2, CO-7: who said that it is somebody else, on record, too. */
START_TEST(test_somebody_else)
{
	root_with(NULL, NULL);
	ck_assert_int_eq(onshi_visit_new(o, ONSHI_PURPOSE_CARE, &v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_method(v, ONSHI_METHOD_VISUAL),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_CONFIRM);
	ck_assert_int_eq(onshi_visit_confirm(v, staff, 0), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_NOT_CONFIRMED);
	recorded("\te=identity.end\to=serious\ta=U0001\t");
	recorded("\tr=ONSHI_E_NOT_CONFIRMED\t");
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_STATE);
	ck_assert_int_eq(atomic_load(&f.sent), 0);
}
END_TEST

/* ID-5: without a card, all three and nothing less. */
static const struct {
	int		 element;
	const char	*text;
} typed[] = {
	{ ONSHI_EL_INSURER_NUMBER, "991018" },
	{ ONSHI_EL_INSURED_IDENTIFICATION_NUMBER, "1001" },
	{ ONSHI_EL_BIRTHDATE, "19800512" }
};

static void
type(int but)
{
	int i;

	ck_assert_int_eq(onshi_visit_new(o, ONSHI_PURPOSE_CARE, &v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_method(v, ONSHI_METHOD_NUMBER),
	    ONSHI_OK);
	for (i = 0; i < 3; i++)
		if (i != but)
			ck_assert_int_eq(onshi_visit_set_text(v,
			    typed[i].element, typed[i].text), ONSHI_OK);
}

START_TEST(test_numbers)
{
	root_with(NULL, NULL);
	type(_i);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_VALUE);
	ck_assert_int_eq(atomic_load(&f.sent), 0);
}
END_TEST

/* ID-6: symbol and branch as they were typed, and not made up. */
START_TEST(test_branch)
{
	root_with(NULL, NULL);
	type(-1);
	if (_i == 1) {
		ck_assert_int_eq(onshi_visit_set_text(v,
		    ONSHI_EL_INSURED_CARD_SYMBOL, "7"), ONSHI_OK);
		ck_assert_int_eq(onshi_visit_set_text(v,
		    ONSHI_EL_INSURED_BRANCH_NUMBER, "02"), ONSHI_OK);
	}
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
	if (_i == 1) {
		sent("<InsuredCardSymbol>7</InsuredCardSymbol>");
		sent("<InsuredBranchNumber>02</InsuredBranchNumber>");
	} else {
		not_sent("<InsuredBranchNumber>0");
	}
}
END_TEST

/* ID-8, design 4.2: the bytes that the card signs, written out by hand. */
START_TEST(test_signed)
{
	static const char plain[] = "onshikaku-visit-1\n"
	    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n1319999996\n"
	    "Method=2\nRegisterUse=0\nLimitApplicationCertificateRelated=1\n"
	    "SpecificDiseasesCertificateRelated=0\n"
	    "SpecificHealthCheckupsInfo=0\nPharmacistsInfo=1\n"
	    "DiagnosisInfo=0\nOperationInfo=0\n";
	static const char registers[] = "onshikaku-visit-1\n"
	    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n1319999996\n"
	    "Method=2\nRegisterUse=1\nLimitApplicationCertificateRelated=0\n"
	    "SpecificDiseasesCertificateRelated=0\n"
	    "SpecificHealthCheckupsInfo=0\nPharmacistsInfo=0\n"
	    "DiagnosisInfo=0\nOperationInfo=0\n";

	root_with(NULL, NULL);
	if (_i == 0) {
		check_in(BIT(ONSHI_CATEGORY_DRUGS) | BIT(ONSHI_CATEGORY_LIMIT));
		not_sent("<RegisterUse>");
		ck_assert(fake_has_signed(&f, plain));
	} else {
		ck_assert_int_eq(onshi_visit_new(o, ONSHI_PURPOSE_CARE, &v),
		    ONSHI_OK);
		ck_assert_int_eq(onshi_visit_set_method(v, ONSHI_METHOD_PIN),
		    ONSHI_OK);
		ck_assert_int_eq(onshi_visit_set_register_use(v, 1),
		    ONSHI_OK);
		ck_assert_int_eq(onshi_visit_set_pin(v, "1234", 0), ONSHI_OK);
		ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
		ck_assert(fake_has_signed(&f, registers));
	}
	sent("<ChallengeId>c1</ChallengeId>");
	ck_assert(!fake_has_signed(&f, "something else"));
}
END_TEST

/* CO-3: what is asked for, and prescriptions only where they are used. */
static const struct {
	const char	*eprescription;
	int		 category;
	const char	*file;
	const char	*flag;
} files[] = {
	{ "no", ONSHI_CATEGORY_DRUGS, "<FileCategory>2<", "Classification>0<" },
	{ "yes", ONSHI_CATEGORY_DRUGS, "<FileCategory>2<",
	    "Classification>1<" },
	{ "no", ONSHI_CATEGORY_CARE, "<FileCategory>4<", "Classification>0<" },
	{ "yes", ONSHI_CATEGORY_SURGERY, "<FileCategory>4<",
	    "Classification>1<" }
};

START_TEST(test_files)
{
	root_with("facility.eprescription", files[_i].eprescription);
	check_in(ALL);
	ck_assert_int_eq(get(files[_i].category), ONSHI_OK);
	sent(files[_i].file);
	sent(files[_i].flag);
}
END_TEST

/* CO-3: what a request brings beside needs its own consent, too. */
static const struct {
	int		 category;
	unsigned int	 lacks;
	unsigned int	 impossible;
} besides[] = {
	{ ONSHI_CATEGORY_CARE, ONSHI_CATEGORY_DRUGS,
	    BIT(ONSHI_CATEGORY_CARE) | BIT(ONSHI_CATEGORY_SURGERY) },
	{ ONSHI_CATEGORY_SURGERY, ONSHI_CATEGORY_DRUGS,
	    BIT(ONSHI_CATEGORY_CARE) | BIT(ONSHI_CATEGORY_SURGERY) },
	{ ONSHI_CATEGORY_SURGERY, ONSHI_CATEGORY_CARE,
	    BIT(ONSHI_CATEGORY_SURGERY) },
	{ ONSHI_CATEGORY_DRUGS, ONSHI_CATEGORY_DRUGS,
	    BIT(ONSHI_CATEGORY_CARE) | BIT(ONSHI_CATEGORY_SURGERY) },
	{ ONSHI_CATEGORY_CHECKUPS, ONSHI_CATEGORY_CHECKUPS, 0 }
};

START_TEST(test_besides)
{
	root_with(NULL, NULL);
	ck_assert_int_eq(fake_checkin(o, ALL & ~BIT(besides[_i].lacks), &v),
	    besides[_i].impossible == 0 ? ONSHI_OK : ONSHI_E_CONSENT);
	if (besides[_i].impossible != 0)
		refused_early(ONSHI_E_CONSENT, besides[_i].impossible);
	ck_assert_int_eq(get(besides[_i].category), ONSHI_E_CONSENT);
	ck_assert_int_eq(atomic_load(&f.medical), 0);
}
END_TEST

/* CO-2, TI-3: whom the service knows by the card, insured now or before. */
static const struct {
	int	validity;
	int	result;
} knows[] = {
	{ 1, ONSHI_OK }, { 2, ONSHI_OK }, { 3, ONSHI_OK },
	{ 4, ONSHI_E_IDENTITY }, { 5, ONSHI_E_IDENTITY }
};

START_TEST(test_knows)
{
	const struct onshi_record *rec;
	struct onshi_answer *a;

	root_with(NULL, NULL);
	f.validity = knows[_i].validity;
	check_in(ALL);
	ck_assert_int_eq(onshi_visit_get(v, ONSHI_CATEGORY_ELIGIBILITY, NULL,
	    &a),
	    ONSHI_OK);
	/* CO-8: what an outcome withholds is not there, though it was sent. */
	ck_assert_int_eq(onshi_answer_next(a, &rec), knows[_i].result ==
	    ONSHI_OK ? ONSHI_OK : ONSHI_END);
	onshi_answer_free(&a);
	ck_assert_msg(get(ONSHI_CATEGORY_DRUGS) == knows[_i].result,
	    "validity %d",
	    f.validity);
}
END_TEST

/* CO-4: signed in as the facility demands. */
static const struct {
	const char	*least;
	int		 sign_in;
	int		 result;
} sign_ins[] = {
	{ "none", ONSHI_SIGNIN_NONE, ONSHI_OK },
	{ "password", ONSHI_SIGNIN_NONE, ONSHI_E_SIGN_IN },
	{ "password", ONSHI_SIGNIN_PASSWORD, ONSHI_OK },
	{ "two-factor", ONSHI_SIGNIN_PASSWORD, ONSHI_E_SIGN_IN },
	{ "two-factor", ONSHI_SIGNIN_TWO_FACTOR, ONSHI_OK }
};

START_TEST(test_sign_in)
{
	root_with("facility.operator_sign_in", sign_ins[_i].least);
	onshi_operator_free(&doctor);
	ck_assert_int_eq(onshi_operator_new(o, "D0001", ONSHI_LICENCE_DOCTOR,
	    sign_ins[_i].sign_in, &doctor), ONSHI_OK);
	check_in(ALL);
	ck_assert_int_eq(get(ONSHI_CATEGORY_DRUGS), sign_ins[_i].result);
	onshi_operator_free(&doctor);
	ck_assert_int_eq(get(ONSHI_CATEGORY_DRUGS), ONSHI_E_OPERATOR);
}
END_TEST

/* CO-4, CO-7: who asked, signed in how, about whom, refused by what. */
START_TEST(test_record)
{
	struct onshi_answer *a;

	root_with(NULL, NULL);
	ck_assert_int_eq(onshi_visit_new(o, ONSHI_PURPOSE_CARE, &v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_method(v, ONSHI_METHOD_PIN),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_patient(v, "P77"), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_consent(v, ONSHI_CATEGORY_DRUGS,
	    ONSHI_CONSENT_GIVEN),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_pin(v, "1234", 0), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
	ck_assert_int_eq(get(ONSHI_CATEGORY_DRUGS), ONSHI_OK);
	recorded("\ta=D0001\tl=doctor:two-factor\t");
	recorded("\tp=P77\tk=drugs\t");
	ck_assert_int_eq(onshi_visit_get(v, ONSHI_CATEGORY_DRUGS, staff, &a),
	    ONSHI_E_LICENCE);
	recorded("\te=query.refused\to=serious\ta=U0001\t");
	recorded("\tz=CO-4");
	f.exchange_result = ONSHI_E_NETWORK;
	ck_assert_int_eq(get(ONSHI_CATEGORY_DRUGS), ONSHI_E_NETWORK);
	ck_assert_ptr_nonnull(strstr(f.events,
	    "query.refused;query.intent;query.outcome;"));
	ck_assert_int_eq(onshi_visit_withdraw(v, ONSHI_CATEGORY_DRUGS),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_visit_end(v), ONSHI_OK);
	ck_assert_ptr_nonnull(strstr(f.events, "consent.withdrawn;visit.end;"));
}
END_TEST

/* CO-7: a failure that cannot be recorded either stays the failure it was; the
 * visit says that it is not on record. */
static const struct {
	const char	*name;
	int		 fails_at;	/* 5 entries are the check-in's */
	int		 line;
	bool		 by_doctor;
	int		 result;
} both[] = {
	{ "refused", 6, ONSHI_OK, false, ONSHI_E_LICENCE },
	{ "not sent", 7, ONSHI_E_NETWORK, true, ONSHI_E_NETWORK },
	{ "refused by the service", 7, ONSHI_E_SERVICE_REFUSED, true,
	  ONSHI_E_SERVICE_REFUSED }
};

START_TEST(test_fails_twice)
{
	struct onshi_answer *a;

	root_with(NULL, NULL);
	ck_assert_int_eq(onshi_visit_new(o, ONSHI_PURPOSE_CARE, &v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_method(v, ONSHI_METHOD_PIN),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_consent(v, ONSHI_CATEGORY_DRUGS,
	    ONSHI_CONSENT_GIVEN),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_pin(v, "1234", 0), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
	ck_assert_int_eq(atomic_load(&f.entries), 5);
	f.audit_fails_at = both[_i].fails_at;
	f.exchange_result = both[_i].line;
	ck_assert_msg(onshi_visit_get(v, ONSHI_CATEGORY_DRUGS,
	    both[_i].by_doctor ?
	    doctor : staff, &a) == both[_i].result, "%s", both[_i].name);
	ck_assert_int_eq(atomic_load(&f.entries), both[_i].fails_at);
	ck_assert_int_eq(onshi_visit_is_recorded(v), 0);
}
END_TEST

/* CO-7, CO-10: a withdrawal counts at once, and is kept until it stands on the
 * record; nothing is handed out before. */
START_TEST(test_withdrawal_recorded)
{
	struct onshi_answer *a;

	root_with(NULL, NULL);
	check_in(ALL);
	atomic_store(&f.audit_fails, 1);
	ck_assert_int_eq(onshi_visit_withdraw(v, ONSHI_CATEGORY_DRUGS),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_visit_is_recorded(v), 0);
	ck_assert_int_eq(get(ONSHI_CATEGORY_DRUGS), ONSHI_E_CONSENT_OVER);
	ck_assert_int_eq(get(ONSHI_CATEGORY_CHECKUPS), ONSHI_E_AUDIT);
	ck_assert_int_eq(onshi_visit_get(v, ONSHI_CATEGORY_ELIGIBILITY, NULL,
	    &a), ONSHI_E_AUDIT);
	ck_assert_ptr_null(strstr(f.events, "consent.withdrawn;"));
	atomic_store(&f.audit_fails, 0);
	ck_assert_int_eq(onshi_visit_get(v, ONSHI_CATEGORY_ELIGIBILITY, NULL,
	    &a), ONSHI_OK);
	onshi_answer_free(&a);
	ck_assert_ptr_nonnull(strstr(f.events, "consent.withdrawn;"));
	ck_assert_int_eq(onshi_visit_is_recorded(v), 1);
	f.events[0] = '\0';
	ck_assert_int_eq(onshi_visit_withdraw(v, ONSHI_CATEGORY_DRUGS),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_visit_end(v), ONSHI_OK);
	ck_assert_str_eq(f.events, "visit.end;");
}
END_TEST

/* CO-7: without a record eligibility is answered and says so; medical
 * information is not. */
START_TEST(test_no_record)
{
	f.audit = false;
	root_with(NULL, NULL);
	ck_assert_int_eq(fake_checkin(o, ALL, &v), ONSHI_E_AUDIT_NONE);
	refused_early(ONSHI_E_AUDIT_NONE, 0x1e);
	ck_assert_int_eq(onshi_visit_is_recorded(v), 0);
	ck_assert_int_eq(get(ONSHI_CATEGORY_DRUGS), ONSHI_E_CONSENT);
	ck_assert_int_eq(atomic_load(&f.medical), 0);
}
END_TEST

/* CO-5: checkups are for pharmacies, too, unless a deployment says no. */
static const struct {
	const char	*pharmacy_checkups;
	int		 category;
	int		 result;
} pharmacies[] = {
	{ NULL, ONSHI_CATEGORY_CHECKUPS, ONSHI_OK },
	{ "no", ONSHI_CATEGORY_CHECKUPS, ONSHI_E_FACILITY },
	{ "yes", ONSHI_CATEGORY_CHECKUPS, ONSHI_OK }, { NULL,
	    ONSHI_CATEGORY_DRUGS, ONSHI_OK }
};

START_TEST(test_pharmacy)
{
	struct onshi_config *c = fake_config(&f);
	int i;

	ck_assert_int_eq(onshi_config_set(c, "facility.kind", "pharmacy"),
	    ONSHI_OK);
	if (pharmacies[_i].pharmacy_checkups != NULL)
		ck_assert_int_eq(onshi_config_set(c,
		    "rules.pharmacy_checkups",
		    pharmacies[_i].pharmacy_checkups), ONSHI_OK);
	ck_assert_int_eq(onshi_new(ONSHI_ABI, c, &o), ONSHI_OK);
	onshi_config_free(&c);
	ck_assert_int_eq(onshi_operator_new(o, "K0001",
	    ONSHI_LICENCE_PHARMACIST, ONSHI_SIGNIN_TWO_FACTOR, &doctor),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_visit_new(o, ONSHI_PURPOSE_DISPENSING, &v),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_method(v, ONSHI_METHOD_PIN),
	    ONSHI_OK);
	for (i = 1; i <= 6; i++)
		ck_assert_int_eq(onshi_visit_set_consent(v, i,
		    ONSHI_CONSENT_GIVEN),
		    ONSHI_OK);
	if (pharmacies[_i].result != ONSHI_OK) {
		refused_early(pharmacies[_i].result,
		    BIT(pharmacies[_i].category));
		ck_assert_int_eq(get(pharmacies[_i].category),
		    pharmacies[_i].result);
		ck_assert_int_eq(atomic_load(&f.medical), 0);
		return;
	}
	ck_assert_int_eq(onshi_visit_set_pin(v, "1234", 0), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
	ck_assert_int_eq(get(pharmacies[_i].category), ONSHI_OK);
	ck_assert_int_eq(atomic_load(&f.medical), 1);
}
END_TEST

/* CO-6: gone after their time, and wiped at the next call. Which time it is
 * says the clock that nobody sets (TI-4). */
START_TEST(test_time_to_live)
{
	const struct onshi_record *rec;
	struct onshi_answer *a;

	root_with("limits.answer_seconds", "60");
	check_in(ALL);
	ck_assert_int_eq(onshi_visit_get(v, ONSHI_CATEGORY_DRUGS, doctor, &a),
	    ONSHI_OK);
	atomic_fetch_add(_i == 0 ? &f.wall : &f.boot, 59000);
	ck_assert_int_eq(onshi_answer_next(a, &rec), ONSHI_OK);
	atomic_fetch_add(_i == 0 ? &f.wall : &f.boot, 1000);
	ck_assert_int_eq(onshi_answer_rewind(a), ONSHI_OK);
	if (_i == 0) {
		ck_assert_int_eq(onshi_answer_next(a, &rec), ONSHI_OK);
		onshi_answer_free(&a);
		return;
	}
	ck_assert_int_eq(onshi_answer_next(a, &rec), ONSHI_E_EXPIRED);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_end(v), ONSHI_OK);
	ck_assert_ptr_nonnull(strstr(f.events, "result.wiped;"));
	onshi_answer_free(&a);
}
END_TEST

/* CO-10: taken back, it is wiped then and there, not when somebody looks. */
START_TEST(test_withdrawn)
{
	struct onshi_answer *a, *other;
	const struct onshi_record *rec;

	root_with(NULL, NULL);
	check_in(ALL);
	ck_assert_int_eq(onshi_visit_get(v, ONSHI_CATEGORY_DRUGS, doctor, &a),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_visit_get(v, ONSHI_CATEGORY_CHECKUPS, doctor,
	    &other),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_visit_withdraw(v, ONSHI_CATEGORY_DRUGS),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_answer_next(a, &rec), ONSHI_E_EXPIRED);
	ck_assert_int_eq(onshi_answer_next(other, &rec), ONSHI_OK);
	ck_assert_int_eq(get(ONSHI_CATEGORY_DRUGS), ONSHI_E_CONSENT_OVER);
	ck_assert_ptr_nonnull(strstr(f.events,
	    "consent.withdrawn;result.wiped;"));
	ck_assert_int_eq(get(ONSHI_CATEGORY_CARE), ONSHI_E_CONSENT_OVER);
	onshi_answer_free(&a);
	onshi_answer_free(&other);
}
END_TEST

/* TI-4: a clock that is set while an answer is read: on record, no harm. */
START_TEST(test_clocks_part)
{
	static const int64_t apart[] = { 60000, 60001, -60000, -60001,
	    INT64_C(864000000), INT64_C(-864000000) };
	const struct onshi_record *rec;
	struct onshi_answer *a;

	root_with(NULL, NULL);
	check_in(ALL);
	ck_assert_int_eq(onshi_visit_get(v, ONSHI_CATEGORY_DRUGS, doctor, &a),
	    ONSHI_OK);
	atomic_fetch_add(&f.wall, apart[_i]);
	ck_assert_int_eq(onshi_answer_next(a, &rec), ONSHI_OK);
	ck_assert_int_eq(get(ONSHI_CATEGORY_DRUGS), ONSHI_OK);
	ck_assert_int_eq(strstr(f.events, "clock.jump;") != NULL,
	    apart[_i] > 60000 || apart[_i] < -60000);
	f.events[0] = '\0';
	ck_assert_int_eq(get(ONSHI_CATEGORY_DRUGS), ONSHI_OK);
	ck_assert_ptr_null(strstr(f.events, "clock.jump;"));	/* once */
	onshi_answer_free(&a);
}
END_TEST

/* SEC-89: consent that ends between any two steps. */
static const struct {
	const char	*name;
	const char	*event;
	int		 in_exchange;
	int		 asked;
} between[] = {
	{ "before the record", NULL, 0, 0 },
	{ "before it is sent", "query.intent", 0, 0 },
	{ "before it is handed over", NULL, 61, 1 }
};

START_TEST(test_between)
{
	root_with(NULL, NULL);
	f.consent_seconds = 60;
	check_in(ALL);
	f.passes_at = between[_i].event;
	f.passes = 61;
	f.exchange_passes = between[_i].in_exchange;
	if (between[_i].event == NULL && between[_i].in_exchange == 0) {
		fake_pass(&f, 61000);
	}
	ck_assert_msg(get(ONSHI_CATEGORY_DRUGS) == ONSHI_E_CONSENT_OVER, "%s",
	    between[_i].name);
	ck_assert_int_eq(atomic_load(&f.medical), between[_i].asked);
	recorded("\tz=CO-10");
	ck_assert((strstr(f.record, "e=query.refused") != NULL) == (_i == 0));
}
END_TEST

/* ID-8: in grace there is eligibility and no more, whoever says so. */
START_TEST(test_grace)
{
	root_with(NULL, NULL);
	if (_i == 0)
		f.note = "XCRD0101W";
	else
		fake_new_key(&f, -900, -1);
	check_in(ALL);
	ck_assert_int_eq(get(ONSHI_CATEGORY_DRUGS), ONSHI_E_GRACE);
	ck_assert_int_eq(atomic_load(&f.medical), 0);
}
END_TEST

/* TI-1: as of a day, today in Japan unless the caller says another. */
START_TEST(test_day)
{
	root_with(NULL, NULL);
	atomic_store(&f.wall, 1793028600000LL);	/* 26 Oct 2026, 15:30 UTC */
	fake_new_key(&f, -30, 900);
	type(-1);
	if (_i == 1)
		ck_assert_int_eq(onshi_visit_set_text(v,
		    ONSHI_EL_QUALIFICATION_CONFIRMATION_DATE, "20261001"),
		    ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
	sent(_i == 1 ? "ConfirmationDate>20261001<" :
	    "ConfirmationDate>20261027<");
}
END_TEST

/* TI-2: nothing is reused: each question is asked anew, with the token. */
START_TEST(test_anew)
{
	root_with(NULL, NULL);
	check_in(ALL);
	ck_assert(f.no_last_token);
	ck_assert_int_eq(get(ONSHI_CATEGORY_DRUGS), ONSHI_OK);
	ck_assert(f.last_token);
	ck_assert_int_eq(get(ONSHI_CATEGORY_DRUGS), ONSHI_OK);
	ck_assert_int_eq(atomic_load(&f.medical), 2);
}
END_TEST

/* The insurance is asked about, not the medical aid beside it. */
START_TEST(test_insured)
{
	root_with(NULL, NULL);
	f.aid_first = true;
	check_in(ALL);
	ck_assert_int_eq(get(ONSHI_CATEGORY_DRUGS), ONSHI_OK);
	sent("991018</InsurerNumber>");
	sent(">1001</Insured");
}
END_TEST

/* What comes back about another person is not handed over. */
START_TEST(test_another)
{
	root_with(NULL, NULL);
	f.birth = "19800513";
	check_in(ALL);
	ck_assert_int_eq(get(ONSHI_CATEGORY_DRUGS), ONSHI_E_ANSWER_REFUSED);
	ck_assert_str_eq(onshi_error_reason(onshi_visit_error(v)),
	    "not_for_us");
}
END_TEST

/* PU-2, CO-1, ID-2: the texts are there, in both languages, and name what they
 * must. */
static const struct {
	int		 notice;
	int		 category;
	const char	*key, *value;
	const char	*lang;
	const char	*names;
} notices[] = {
	{ ONSHI_NOTICE_PURPOSE, 0, NULL, NULL, "ja",
	  "医療保険事務のうち、審査支払機関又は保険者への照会" },
	{ ONSHI_NOTICE_PURPOSE, 0, NULL, NULL, "en", "health insurance" },
	{ ONSHI_NOTICE_CONSENT, 0, NULL, NULL, "ja", "受診のたびに" },
	{ ONSHI_NOTICE_CONSENT, 0, NULL, NULL, "en", "at each visit" },
	{ ONSHI_NOTICE_CONSENT, 1, NULL, NULL, "ja",
	  "過去のお薬の情報を、当医療機関がオンライン資格確認等システムに照会し、提供を受けて閲覧することに"
	  "同意しますか。この情報は診察や健康管理のために使用します" },
	{ ONSHI_NOTICE_CONSENT, 1, "facility.kind", "pharmacy", "ja",
	  "当薬局がオンライン資格確認等システムに照会し、提供を受けて閲覧することに同意しますか。この情報は"
	  "調剤や服薬指導のために使用します" },
	{ ONSHI_NOTICE_CONSENT, 2, "facility.kind", "visiting", "ja",
	  "当訪問看護ステーションがオンライン資格確認等システムに照会し" },
	{ ONSHI_NOTICE_CONSENT, 2, NULL, NULL, "ja", "健診" },
	{ ONSHI_NOTICE_CONSENT, 3, NULL, NULL, "ja", "診療" },
	{ ONSHI_NOTICE_CONSENT, 4, NULL, NULL, "ja", "手術" },
	{ ONSHI_NOTICE_CONSENT, 5, NULL, NULL, "ja", "限度額" },
	{ ONSHI_NOTICE_CONSENT, 6, NULL, NULL, "ja", "特定疾病" },
	{ ONSHI_NOTICE_CONSENT, 1, "facility.eprescription", "yes", "ja",
	  "処方情報・調剤情報" },
	{ ONSHI_NOTICE_CONSENT, 1, NULL, NULL, "en", "sees it" },
	{ ONSHI_NOTICE_CONSENT, 1, "facility.eprescription", "yes", "en",
	  "electronic prescriptions" },
	{ ONSHI_NOTICE_VISUAL, 0, NULL, NULL, "ja", "裏面は見ない" },
	{ ONSHI_NOTICE_VISUAL, 0, NULL, NULL, "ja", "預からず" },
	{ ONSHI_NOTICE_VISUAL, 0, NULL, NULL, "en", "stays with the patient" },
	{ ONSHI_NOTICE_CLOCK, 0, NULL, NULL, "ja", "端末の時刻を確認" },
	{ ONSHI_NOTICE_CLOCK, 0, NULL, NULL, "en", "terminal's clock" }
};

/* TI-4: beside the eligibility, and medical questions go on. */
static const struct {
	int	ahead;		/* the service's clock */
	int	apart;
} aparts[] = { { 0, 0 }, { 600, 0 }, { -600, 0 }, { 601, -601 },
    { -3600, 3600 } };

START_TEST(test_clock_apart)
{
	struct onshi_answer *a;

	root_with(NULL, NULL);
	f.ahead = aparts[_i].ahead;
	check_in(ALL);
	ck_assert_int_eq(onshi_visit_get(v, ONSHI_CATEGORY_ELIGIBILITY, NULL,
	    &a), ONSHI_OK);
	ck_assert_int_eq(onshi_answer_clock_apart(a), aparts[_i].apart);
	onshi_answer_free(&a);
	ck_assert_int_eq(onshi_visit_get(v, ONSHI_CATEGORY_DRUGS, doctor, &a),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_answer_clock_apart(a), 0);
	onshi_answer_free(&a);
	ck_assert_int_eq(onshi_answer_clock_apart(NULL), 0);
}
END_TEST

START_TEST(test_notices)
{
	const char *text;

	root_with(notices[_i].key, notices[_i].value);
	text = onshi_notice_text(o, notices[_i].notice, notices[_i].category,
	    notices[_i].lang);
	ck_assert_msg(strstr(text, notices[_i].names) != NULL, "%s", text);
	if (notices[_i].value == NULL ||
	    strcmp(notices[_i].value, "yes") != 0)
		ck_assert_ptr_null(strstr(text, "処方"));
	ck_assert_str_eq(onshi_notice_text(o, 99, 1, "ja"), "");
	ck_assert_str_eq(onshi_notice_text(o, ONSHI_NOTICE_CONSENT, 99, "ja"),
	    "");
	ck_assert_str_eq(onshi_notice_text(NULL, ONSHI_NOTICE_VISUAL, 0,
	    "ja"), "");
}
END_TEST

/* CO-8: what staff is shown does not say why, though the service did; of other
 * failures nothing is lost. */
static const struct {
	const char	*code;
	int		 result;
	const char	*told;
	const char	*text;
} whys[] = {
	{ "XNDS0001E", ONSHI_E_NOT_PROVIDED, "", "" },
	{ "XCRD0004E", ONSHI_E_CARD_REVOKED, "XCRD0004E", "REASON" },
	{ "XSUS0001E", ONSHI_E_SUSPENDED, "XSUS0001E", "REASON" }
};

START_TEST(test_why)
{
	struct onshi_answer *a;

	root_with(NULL, NULL);
	f.code = whys[_i].code;
	f.message = "REASON";
	ck_assert_int_eq(fake_checkin(o, ALL, &v), whys[_i].result);
	ck_assert_str_eq(onshi_error_service_code(onshi_visit_error(v)),
	    whys[_i].told);
	ck_assert_str_eq(onshi_error_service_text(onshi_visit_error(v)),
	    whys[_i].text);
	ck_assert_ptr_null(strstr(f.record, "REASON"));
	ck_assert_int_eq(onshi_visit_get(v, ONSHI_CATEGORY_ELIGIBILITY, NULL,
	    &a),
	    ONSHI_E_STATE);
}
END_TEST

/* PU-4: a facility that is stopped, wholly or in part, is told so at its next
 * question, with the code, and with whom to ask; the eligibility that was there
 * before stays. */
START_TEST(test_suspended)
{
	const struct onshi_error *e;

	root_with(NULL, NULL);
	check_in(ALL);
	f.result_code = "XSUS0001E";
	ck_assert_int_eq(get(ONSHI_CATEGORY_DRUGS), ONSHI_E_SUSPENDED);
	e = onshi_visit_error(v);
	ck_assert_int_eq(onshi_error_outcome(e), ONSHI_OUTCOME_SUSPENDED);
	ck_assert_str_eq(onshi_error_service_code(e), "XSUS0001E");
	ck_assert_int_eq(onshi_result_class(ONSHI_E_SUSPENDED), 5);
	ck_assert_int_eq(onshi_error_may_retry(e), 0);
	ck_assert_ptr_nonnull(strstr(onshi_result_remedy(ONSHI_E_SUSPENDED,
	    "ja"), "audit export"));
	recorded("\tr=ONSHI_E_SUSPENDED:XSUS0001E:");
	ck_assert_int_eq(get(ONSHI_CATEGORY_ELIGIBILITY), ONSHI_OK);
}
END_TEST

/* ID-3: one identity session at a time per reader. */
START_TEST(test_one_session)
{
	struct onshi_visit *other = NULL;

	root_with(NULL, NULL);
	ck_assert_int_eq(onshi_visit_new(o, ONSHI_PURPOSE_CARE, &v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_method(v, ONSHI_METHOD_PIN),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_PIN);
	ck_assert_int_eq(fake_checkin(o, ALL, &other), ONSHI_E_READER_BUSY);
	ck_assert_int_eq(atomic_load(&f.verifies), 0);
	onshi_visit_free(&v);
	ck_assert_int_eq(onshi_visit_advance(other), ONSHI_NEED_PIN);
	ck_assert_int_eq(onshi_visit_set_pin(other, "1234", 0), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(other), ONSHI_OK);
	onshi_visit_free(&other);
}
END_TEST

#define COUNT(a)	((int)(sizeof(a) / sizeof((a)[0])))

static void
fill(TCase *t)
{
	tcase_add_checked_fixture(t, begin, end);
	tcase_set_timeout(t, 20);
	tcase_add_test(t, test_visual);
	tcase_add_test(t, test_somebody_else);
	tcase_add_loop_test(t, test_numbers, 0, COUNT(typed));
	tcase_add_loop_test(t, test_branch, 0, 2);
	tcase_add_loop_test(t, test_signed, 0, 2);
	tcase_add_loop_test(t, test_files, 0, COUNT(files));
	tcase_add_loop_test(t, test_besides, 0, COUNT(besides));
	tcase_add_loop_test(t, test_knows, 0, COUNT(knows));
	tcase_add_loop_test(t, test_sign_in, 0, COUNT(sign_ins));
	tcase_add_test(t, test_record);
	tcase_add_loop_test(t, test_fails_twice, 0, COUNT(both));
	tcase_add_test(t, test_withdrawal_recorded);
	tcase_add_test(t, test_no_record);
	tcase_add_loop_test(t, test_pharmacy, 0, COUNT(pharmacies));
	tcase_add_loop_test(t, test_time_to_live, 0, 2);
	tcase_add_test(t, test_withdrawn);
	tcase_add_loop_test(t, test_clocks_part, 0, 6);
	tcase_add_loop_test(t, test_between, 0, COUNT(between));
	tcase_add_loop_test(t, test_grace, 0, 2);
	tcase_add_loop_test(t, test_day, 0, 2);
	tcase_add_test(t, test_anew);
	tcase_add_test(t, test_insured);
	tcase_add_test(t, test_another);
	tcase_add_loop_test(t, test_clock_apart, 0, COUNT(aparts));
	tcase_add_loop_test(t, test_notices, 0, COUNT(notices));
	tcase_add_loop_test(t, test_why, 0, COUNT(whys));
	tcase_add_test(t, test_suspended);
	tcase_add_test(t, test_one_session);
}

int
main(void)
{
	fake_prepare();

	return run_tests("visit/rules", fill);
}
