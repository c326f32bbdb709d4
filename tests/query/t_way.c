/*
 * The way of a question, by public calls: what rides in an eligibility, one
 * question and its id, the service's day; and what is refused before a card
 * is touched.
 */
#include "config.h"

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "tests/core/run.h"
#include "tests/visit/fake.h"
#include "query/inside.h"
#include "visit/inside.h"

#define BIT(c)	(1u << ONSHI_CATEGORY_##c)
#define DAY	86400

static struct fake f;
static struct onshi *o;
static struct onshi_visit *v;
static struct onshi_operator *doctor, *other, *clerk, *nurse;

static const char groups[] =
    "<LimitApplicationCertificateRelatedInfo>"
    "<LimitApplicationCertificateClassificationFlag>B09"
    "</LimitApplicationCertificateClassificationFlag>"
    "</LimitApplicationCertificateRelatedInfo>"
    "<SpecificDiseasesCertificateList><SpecificDiseasesCertificateInfo>"
    "<SpecificDiseasesDiseaseCategory>3</SpecificDiseasesDiseaseCategory>"
    "</SpecificDiseasesCertificateInfo></SpecificDiseasesCertificateList>";

static void
root_with(const char *key, const char *value)
{
	o = fake_root_with(&f, key, value);
	doctor = fake_doctor(o, "D0001");
	other = fake_doctor(o, "D0002");
	clerk = fake_clerk(o, "R0001");
	ck_assert_int_eq(onshi_operator_new(o, "N0001", ONSHI_LICENCE_NURSE,
	    ONSHI_SIGNIN_PASSWORD, &nurse), ONSHI_OK);
}

static void
start(void)
{
	fake_init(&f);
}

static void
stop(void)
{
	onshi_visit_free(&v);
	onshi_operator_free(&doctor);
	onshi_operator_free(&other);
	onshi_operator_free(&clerk);
	onshi_operator_free(&nurse);
	onshi_free(&o);
	fake_done(&f);
}

/* Whether the eligibility shows the limit (1) and the diseases (2). */
static int
shown(struct onshi_answer *a)
{
	const struct onshi_record *rec, *child, *item = NULL;
	const char *text;
	int seen = 0;

	ck_assert_int_eq(onshi_answer_rewind(a), ONSHI_OK);
	ck_assert_int_eq(onshi_answer_next(a, &rec), ONSHI_OK);
	if (onshi_record_child(rec,
	    ONSHI_EL_LIMIT_APPLICATION_CERTIFICATE_RELATED_INFO, &child) ==
	    ONSHI_OK && onshi_record_text(child,
	    ONSHI_EL_LIMIT_APPLICATION_CERTIFICATE_CLASSIFICATION_FLAG,
	    &text) == ONSHI_OK)
		seen |= 1;
	item = oki_record_next_of(rec,
	    ONSHI_EL_SPECIFIC_DISEASES_CERTIFICATE_INFO, NULL);
	if (item != NULL && onshi_record_text(item,
	    ONSHI_EL_SPECIFIC_DISEASES_DISEASE_CATEGORY, &text) == ONSHI_OK)
		seen |= 2;

	return seen;
}

/* CO-3: given, granted, and not taken back; each of the two for itself. */
START_TEST(rides_on_consent)
{
	unsigned int given = (_i & 1 ? BIT(LIMIT) : 0) |
	    (_i & 2 ? BIT(DISEASES) : 0);
	struct onshi_answer *a;
	int want;

	f.more = groups;
	f.grants = (_i & 4 ? BIT(LIMIT) : 0) | (_i & 8 ? BIT(DISEASES) : 0);
	want = (_i & _i >> 2) & 3;
	root_with(NULL, NULL);
	ck_assert_int_eq(fake_checkin(o, given, &v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_get(v, ONSHI_CATEGORY_ELIGIBILITY, NULL,
	    &a), ONSHI_OK);
	ck_assert_int_eq(shown(a), want);
	ck_assert_int_eq(onshi_visit_withdraw(v, ONSHI_CATEGORY_LIMIT),
	    ONSHI_OK);
	ck_assert_int_eq(shown(a), want & 2);
	ck_assert_int_eq(onshi_visit_withdraw(v, ONSHI_CATEGORY_DISEASES),
	    ONSHI_OK);
	ck_assert_int_eq(shown(a), 0);
	onshi_answer_free(&a);
}
END_TEST

/* What was handed out of it before is refused from that moment on, and wiped
 * by the next call. */
START_TEST(handed_out_before)
{
	const struct onshi_record *rec, *child;
	struct onshi_answer *a;
	const char *text, *kept;

	f.more = groups;
	root_with(NULL, NULL);
	ck_assert_int_eq(fake_checkin(o, BIT(LIMIT), &v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_get(v, ONSHI_CATEGORY_ELIGIBILITY, NULL,
	    &a), ONSHI_OK);
	ck_assert_int_eq(onshi_answer_next(a, &rec), ONSHI_OK);
	ck_assert_int_eq(onshi_record_child(rec,
	    ONSHI_EL_LIMIT_APPLICATION_CERTIFICATE_RELATED_INFO, &child),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_record_text(child,
	    ONSHI_EL_LIMIT_APPLICATION_CERTIFICATE_CLASSIFICATION_FLAG, &kept),
	    ONSHI_OK);
	ck_assert_str_eq(kept, "B09");
	atomic_store(&v->k.consent[ONSHI_CATEGORY_LIMIT].withdrawn, 1);
	ck_assert_int_eq(onshi_record_text(child,
	    ONSHI_EL_LIMIT_APPLICATION_CERTIFICATE_CLASSIFICATION_FLAG, &text),
	    ONSHI_E_EXPIRED);
	ck_assert_int_eq(onshi_record_text(rec, ONSHI_EL_NAME, &text),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_visit_withdraw(v, ONSHI_CATEGORY_LIMIT),
	    ONSHI_OK);
	ck_assert_str_eq(kept, "");
	ck_assert_int_eq(onshi_record_text(rec, ONSHI_EL_NAME, &text),
	    ONSHI_OK);
	onshi_answer_free(&a);
}
END_TEST

/* A care answer rests on the consent to drugs, too. */
START_TEST(rests_on_another)
{
	const struct onshi_record *rec;
	struct onshi_answer *a;

	root_with(NULL, NULL);
	ck_assert_int_eq(fake_checkin(o, 0x7e, &v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_get(v, _i == 0 ? ONSHI_CATEGORY_CARE :
	    ONSHI_CATEGORY_SURGERY, doctor, &a), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_withdraw(v, _i == 2 ?
	    ONSHI_CATEGORY_CARE : ONSHI_CATEGORY_DRUGS), ONSHI_OK);
	ck_assert_int_eq(onshi_answer_next(a, &rec), ONSHI_E_EXPIRED);
	onshi_answer_free(&a);
}
END_TEST

/* ---- one question, one id ------------------------------------------------- */

static int
get(int category, const struct onshi_operator *op)
{
	struct onshi_answer *a = NULL;
	int r = onshi_visit_get(v, category, op, &a);

	onshi_answer_free(&a);

	return r;
}

/* A question that ends as said, and then one that is answered: are they one? */
static const struct {
	const char	*name;
	int		 sent;		/* of the first */
	int		 category;	/* of the second */
	bool		 by_other, months, anew, twice;
	bool		 same;
} ids[] = {
	{ "the same again", ONSHI_SENT_UNKNOWN, ONSHI_CATEGORY_DRUGS, false,
	  false, false, false, true },
	{ "unknown twice", ONSHI_SENT_UNKNOWN, ONSHI_CATEGORY_DRUGS, false,
	  false, false, true, true },
	{ "not sent", ONSHI_SENT_NOT, ONSHI_CATEGORY_DRUGS, false, false,
	  false, false, false },
	{ "answered", ONSHI_SENT_ANSWERED, ONSHI_CATEGORY_DRUGS, false, false,
	  false, false, false },
	{ "another category", ONSHI_SENT_UNKNOWN, ONSHI_CATEGORY_CARE, false,
	  false, false, false, false },
	{ "another operator", ONSHI_SENT_UNKNOWN, ONSHI_CATEGORY_DRUGS, true,
	  false, false, false, false },
	{ "other months", ONSHI_SENT_UNKNOWN, ONSHI_CATEGORY_DRUGS, false,
	  true, false, false, false },
	{ "anew", ONSHI_SENT_UNKNOWN, ONSHI_CATEGORY_DRUGS, false, false,
	  true, false, false },
};

START_TEST(one_id)
{
	char id[40], body[sizeof(f.last_body)];
	int i;

	root_with(NULL, NULL);
	ck_assert_int_eq(fake_checkin(o, 0x7e, &v), ONSHI_OK);
	f.exchange_result = ONSHI_E_LINK_TIMEOUT;
	f.fails_sent = ids[_i].sent;
	for (i = 0; i <= ids[_i].twice; i++) {
		ck_assert_int_eq(get(ONSHI_CATEGORY_DRUGS, doctor),
		    ONSHI_E_LINK_TIMEOUT);
		if (i == 0)
			snprintf(id, sizeof(id), "%s", f.last_id);
		ck_assert_str_eq(f.last_id, id);
	}
	ck_assert_int_eq(oki_query_is_pending(&v->k, ONSHI_CATEGORY_DRUGS),
	    ids[_i].sent == ONSHI_SENT_UNKNOWN);
	f.exchange_result = ONSHI_OK;
	if (ids[_i].months)
		ck_assert_int_eq(onshi_visit_set_text(v, ONSHI_EL_START_DATE,
		    "202601"), ONSHI_OK);
	v->k.anew = ids[_i].anew;
	ck_assert_int_eq(get(ids[_i].category, ids[_i].by_other ? other :
	    doctor), ONSHI_OK);
	ck_assert_msg((strcmp(f.last_id, id) == 0) == ids[_i].same, "%s",
	    ids[_i].name);
	ck_assert(!v->k.anew);
	/* Answered, it is over: the next one is another. */
	ck_assert(ids[_i].category != ONSHI_CATEGORY_DRUGS ||
	    !oki_query_is_pending(&v->k, ONSHI_CATEGORY_DRUGS));
	snprintf(id, sizeof(id), "%s", f.last_id);
	snprintf(body, sizeof(body), "%s", f.last_body);
	ck_assert_int_eq(get(ids[_i].category, doctor), ONSHI_OK);
	ck_assert_str_ne(f.last_id, id);
	ck_assert_str_ne(f.last_body, body);
}
END_TEST

/* The whole request is the same, byte by byte, by number and by sight. */
START_TEST(same_bytes)
{
	static const struct { int el; const char *text; } inputs[] = {
		{ ONSHI_EL_INSURER_NUMBER, "991018" },
		{ ONSHI_EL_INSURED_IDENTIFICATION_NUMBER, "1001" },
		{ ONSHI_EL_BIRTHDATE, "19800512" }
	};
	char id[40];
	size_t i;

	root_with(NULL, NULL);
	ck_assert_int_eq(onshi_visit_new(o, ONSHI_PURPOSE_CARE, &v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_method(v, ONSHI_METHOD_NUMBER),
	    ONSHI_OK);
	for (i = 0; i < OKI_COUNT(inputs); i++)
		ck_assert_int_eq(onshi_visit_set_text(v, inputs[i].el,
		    inputs[i].text), ONSHI_OK);
	f.exchange_result = ONSHI_E_LINK_TIMEOUT;
	f.fails_sent = ONSHI_SENT_UNKNOWN;
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_LINK_TIMEOUT);
	snprintf(id, sizeof(id), "%s", f.last_id);
	if (_i == 1)
		ck_assert_int_eq(onshi_visit_set_text(v,
		    ONSHI_EL_INSURED_BRANCH_NUMBER, "01"), ONSHI_OK);
	f.exchange_result = ONSHI_OK;
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
	ck_assert_int_eq(strcmp(f.last_id, id) == 0, _i == 0);
}
END_TEST

/* ---- the service's day (TI-4) ---------------------------------------------- */

static const struct {
	const char	*name;
	int		 ahead;		/* the service, seconds */
	const char	*date;		/* asked for: "today", "yesterday" … */
	int		 result;
} days[] = {
	{ "together", 0, NULL, ONSHI_OK },
	{ "10 minutes ahead", 600, NULL, ONSHI_OK },
	{ "more", 601, NULL, ONSHI_OK },
	{ "10 minutes behind", -600, NULL, ONSHI_OK },
	{ "more behind", -601, NULL, ONSHI_OK },
	{ "a day ahead", DAY, NULL, ONSHI_E_CLOCK },
	{ "a day behind", -DAY, NULL, ONSHI_E_CLOCK },
	{ "ten years ahead", 3650 * DAY, NULL, ONSHI_E_CLOCK },
	{ "a day ahead, today by our clock", DAY, "20261026", ONSHI_E_CLOCK },
	{ "today by both", 0, "20261026", ONSHI_OK },
	{ "a past day on purpose", 0, "20260901", ONSHI_OK },
	{ "on purpose, a day ahead", DAY, "20260901", ONSHI_OK },
};

START_TEST(the_days)
{
	const char *rule;
	struct onshi_answer *a;

	f.ahead = days[_i].ahead;
	root_with(NULL, NULL);
	ck_assert_int_eq(onshi_visit_new(o, ONSHI_PURPOSE_CARE, &v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_method(v, ONSHI_METHOD_PIN),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_consent(v, ONSHI_CATEGORY_DRUGS,
	    ONSHI_CONSENT_GIVEN), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_text(v,
	    ONSHI_EL_QUALIFICATION_CONFIRMATION_DATE, days[_i].date),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_pin(v, "1234", 0), ONSHI_OK);
	ck_assert_msg(onshi_visit_advance(v) == days[_i].result, "%s: %s",
	    days[_i].name, onshi_error_text(onshi_visit_error(v)));
	if (days[_i].result != ONSHI_OK) {
		rule = onshi_error_rule(onshi_visit_error(v));
		ck_assert_str_eq(rule, "TI-4");
		ck_assert_int_eq(onshi_visit_get(v,
		    ONSHI_CATEGORY_ELIGIBILITY, NULL, &a), ONSHI_E_STATE);
		/* From now on we know; the caller's own date apart. */
		onshi_visit_free(&v);
		ck_assert_int_eq(fake_checkin(o, BIT(DRUGS), &v), ONSHI_OK);
	}
	/* The card's certificate is judged by it, too. */
	ck_assert_int_eq(get(ONSHI_CATEGORY_DRUGS, doctor),
	    days[_i].ahead > 900 * DAY ? ONSHI_E_GRACE : ONSHI_OK);
	ck_assert_int_eq(oki_now(v->k.env), atomic_load(&f.wall) / 1000 +
	    f.ahead);
}
END_TEST

/* ---- before the card --------------------------------------------------------- */

static const struct {
	const char	*name;
	const char	*key, *value;
	int		 purpose, method;
	unsigned int	 consents;
	bool		 no_record;
	const char	*carries_not;
	int		 result;
	const char	*rule;
} possible[] = {
	{ "nothing in the way", NULL, NULL, ONSHI_PURPOSE_CARE,
	  ONSHI_METHOD_PIN, 0x7e, false, NULL, ONSHI_OK, "" },
	{ "eligibility alone", NULL, NULL, ONSHI_PURPOSE_INSURANCE,
	  ONSHI_METHOD_PIN, BIT(LIMIT), true, "YZKsiquc01req", ONSHI_OK, "" },
	{ "insurance", NULL, NULL, ONSHI_PURPOSE_INSURANCE, ONSHI_METHOD_PIN,
	  BIT(DRUGS), false, NULL, ONSHI_E_PURPOSE, "PU-1" },
	{ "dispensing at a hospital", NULL, NULL, ONSHI_PURPOSE_DISPENSING,
	  ONSHI_METHOD_PIN, BIT(DRUGS), false, NULL, ONSHI_E_PURPOSE, "PU-3" },
	{ "typed numbers", NULL, NULL, ONSHI_PURPOSE_CARE,
	  ONSHI_METHOD_NUMBER, BIT(DRUGS), false, NULL, ONSHI_E_IDENTITY,
	  "CO-2" },
	{ "no record", NULL, NULL, ONSHI_PURPOSE_CARE, ONSHI_METHOD_PIN,
	  BIT(DRUGS), true, NULL, ONSHI_E_AUDIT_NONE, "CO-7" },
	{ "care without drugs", NULL, NULL, ONSHI_PURPOSE_CARE,
	  ONSHI_METHOD_PIN, BIT(CARE), false, NULL, ONSHI_E_CONSENT, "CO-3" },
	{ "surgery without care", NULL, NULL, ONSHI_PURPOSE_CARE,
	  ONSHI_METHOD_PIN, BIT(DRUGS) | BIT(SURGERY), false, NULL,
	  ONSHI_E_CONSENT, "CO-3" },
	{ "not carried", NULL, NULL, ONSHI_PURPOSE_CARE, ONSHI_METHOD_PIN,
	  BIT(DRUGS), false, "YZKsiquc01req", ONSHI_E_UNSUPPORTED, "" },
	{ "checkups not carried", NULL, NULL, ONSHI_PURPOSE_CARE,
	  ONSHI_METHOD_PIN, BIT(CHECKUPS), false, "TKKsiquc01req",
	  ONSHI_E_UNSUPPORTED, "" },
	{ "no card carried", NULL, NULL, ONSHI_PURPOSE_CARE, ONSHI_METHOD_PIN,
	  0, false, "OQSsiquc01req+card", ONSHI_E_UNSUPPORTED, "" },
	{ "nobody named", "facility.operator_required", "yes",
	  ONSHI_PURPOSE_CARE, ONSHI_METHOD_PIN, 0, false, NULL,
	  ONSHI_E_OPERATOR, "CO-13" },
	{ "a pharmacy treats", "facility.kind", "pharmacy",
	  ONSHI_PURPOSE_CARE, ONSHI_METHOD_PIN, BIT(DRUGS), false, NULL,
	  ONSHI_E_PURPOSE, "PU-3" },
};

static void
prepare(int purpose, int method, unsigned int consents)
{
	int i;

	ck_assert_int_eq(onshi_visit_new(o, purpose, &v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_method(v, method), ONSHI_OK);
	for (i = 1; i < OKI_CATEGORIES; i++)
		ck_assert_int_eq(onshi_visit_set_consent(v, i,
		    (int)(consents >> i & 1)), oki_category_is_visits(i) ?
		    ONSHI_OK : ONSHI_E_ARG);
}

START_TEST(before_the_card)
{
	struct onshi_error e;

	f.audit = !possible[_i].no_record;
	f.carries_not = possible[_i].carries_not;
	root_with(possible[_i].key, possible[_i].value);
	prepare(possible[_i].purpose, possible[_i].method,
	    possible[_i].consents);
	oki_error_clear(&e);
	ck_assert_msg(oki_query_possible(&v->k, &e) == possible[_i].result,
	    "%s: %s", possible[_i].name, e.text);
	ck_assert_str_eq(e.rule, possible[_i].rule);
	ck_assert_int_eq(e.phase == ONSHI_PHASE_RULES, *e.rule != '\0');
	ck_assert_int_eq(atomic_load(&f.sent) + atomic_load(&f.apdus), 0);
	if (possible[_i].key != NULL && possible[_i].result ==
	    ONSHI_E_OPERATOR) {
		v->k.operator = clerk;
		oki_error_clear(&e);
		ck_assert_int_eq(oki_query_possible(&v->k, &e), ONSHI_OK);
		v->k.operator = NULL;
	}
}
END_TEST

/* What may be asked for: before the card, after it, and by whom. */
START_TEST(may)
{
	const char *rule = "?";

	root_with(NULL, NULL);
	ck_assert_int_eq(onshi_visit_new(o, ONSHI_PURPOSE_CARE, &v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_consent(v, ONSHI_CATEGORY_DRUGS, 1),
	    ONSHI_OK);
	/* No method chosen yet. */
	ck_assert_int_eq(oki_query_may(&v->k, ONSHI_CATEGORY_DRUGS, doctor,
	    &rule), ONSHI_OK);
	ck_assert_ptr_null(rule);
	ck_assert_int_eq(oki_query_may(&v->k, ONSHI_CATEGORY_DRUGS, clerk,
	    &rule), ONSHI_E_LICENCE);
	ck_assert_str_eq(rule, "CO-4");
	ck_assert_int_eq(oki_query_may(&v->k, ONSHI_CATEGORY_DRUGS, nurse,
	    &rule), ONSHI_E_LICENCE);
	ck_assert_str_eq(rule, "CO-5");
	ck_assert_int_eq(oki_query_may(&v->k, ONSHI_CATEGORY_DRUGS, NULL,
	    NULL), ONSHI_E_OPERATOR);
	v->k.operator = doctor;
	ck_assert_int_eq(oki_query_may(&v->k, ONSHI_CATEGORY_DRUGS, NULL,
	    NULL), ONSHI_OK);
	v->k.operator = NULL;
	ck_assert_int_eq(oki_query_may(&v->k, ONSHI_CATEGORY_CHECKUPS, doctor,
	    NULL), ONSHI_E_CONSENT);
	ck_assert_int_eq(oki_query_may(&v->k, ONSHI_CATEGORY_LIMIT, doctor,
	    NULL), ONSHI_E_ARG);
	ck_assert_int_eq(oki_query_may(&v->k, -1, doctor, NULL), ONSHI_E_ARG);
	ck_assert_int_eq(oki_query_may(&v->k, OKI_CATEGORIES, doctor, NULL),
	    ONSHI_E_ARG);
	ck_assert_int_eq(oki_query_may(&v->k, ONSHI_CATEGORY_ELIGIBILITY,
	    NULL, NULL), ONSHI_OK);
	f.carries_not = "YZKsiquc01req";
	ck_assert_int_eq(oki_query_may(&v->k, ONSHI_CATEGORY_DRUGS, doctor,
	    NULL), ONSHI_E_UNSUPPORTED);
	f.carries_not = NULL;
	onshi_visit_free(&v);

	/* Once it is answered, what the service granted counts. */
	f.grants = BIT(CHECKUPS);
	ck_assert_int_eq(fake_checkin(o, BIT(DRUGS) | BIT(CHECKUPS), &v),
	    ONSHI_OK);
	ck_assert_int_eq(oki_query_may(&v->k, ONSHI_CATEGORY_CHECKUPS, doctor,
	    NULL), ONSHI_OK);
	ck_assert_int_eq(oki_query_may(&v->k, ONSHI_CATEGORY_DRUGS, doctor,
	    &rule), ONSHI_E_CONSENT);
	ck_assert_str_eq(rule, "CO-3");
	ck_assert_int_eq(atomic_load(&f.medical), 0);
	ck_assert_ptr_null(strstr(f.events, "query.refused"));
}
END_TEST

/* CO-5: nurses where they visit; the switch; the days of the table. */
START_TEST(open_to)
{
	static const int kinds[] = { OKI_FACILITY_MEDICAL,
	    OKI_FACILITY_DENTAL, OKI_FACILITY_PHARMACY,
	    OKI_FACILITY_VISITING };
	const struct oki_category *row;
	unsigned int bits;
	size_t i;
	int c;

	for (c = 1; c <= ONSHI_CATEGORY_SURGERY; c++)
		for (i = 0; i < OKI_COUNT(kinds); i++) {
			row = oki_category(c);
			bits = oki_category_open_to(row, kinds[i], 20261026);
			ck_assert_uint_eq(bits, kinds[i] ==
			    OKI_FACILITY_VISITING ? 0x2e : 0x0e);
			bits = oki_category_open_to(row, kinds[i], 20201111);
			ck_assert_uint_eq(bits, kinds[i] ==
			    OKI_FACILITY_VISITING ? 0x2e : kinds[i] ==
			    OKI_FACILITY_PHARMACY && c ==
			    ONSHI_CATEGORY_CHECKUPS ? 0 : 0x0e);
			bits = oki_category_open_to(row, kinds[i], 20201112);
			ck_assert_uint_ne(bits, 0);
		}
	row = oki_category(ONSHI_CATEGORY_DRUGS);
	ck_assert_uint_eq(oki_category_open_to(row, -1, 20261026), 0);
	ck_assert_uint_eq(oki_category_open_to(row, OKI_FACILITIES, 20261026),
	    0);
	ck_assert_uint_eq(oki_category_open_to(row, 0, -1), 0);
	row = oki_category(ONSHI_CATEGORY_LIMIT);
	ck_assert_uint_eq(oki_category_open_to(row, 0, 20261026), 0);
}
END_TEST

START_TEST(nurses)
{
	root_with("facility.kind", _i == 0 ? "visiting" : "medical");
	ck_assert_int_eq(fake_checkin(o, BIT(DRUGS), &v), ONSHI_OK);
	ck_assert_int_eq(get(ONSHI_CATEGORY_DRUGS, nurse), _i == 0 ? ONSHI_OK :
	    ONSHI_E_LICENCE);
	if (_i == 1)
		ck_assert_str_eq(onshi_error_rule(onshi_visit_error(v)),
		    "CO-5");
}
END_TEST

/* CO-13: who asks is on the record: the system, or who is named. */
START_TEST(who_is_on_record)
{
	root_with(NULL, NULL);
	prepare(ONSHI_PURPOSE_CARE, ONSHI_METHOD_PIN, 0);
	v->k.operator = _i == 1 ? clerk : NULL;
	ck_assert_int_eq(onshi_visit_set_pin(v, "1234", 0), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
	ck_assert_int_eq(strstr(f.record, "\ta=system\t") != NULL, _i == 0);
	ck_assert_int_eq(strstr(f.record, "\ta=R0001\t") != NULL, _i == 1);
	v->k.operator = NULL;
}
END_TEST

/* ID-10: whose medical information is. */
static const struct {
	const char	*name;
	const char	*named;		/* NULL: as the check-in */
	const char	*birth;
	bool		 no_lines;
	int		 category;
	int		 result;
	enum oki_whose	 whose;
	bool		 nameless;
	const char	*code;
} persons[] = {
	{ "the same", NULL, NULL, false, ONSHI_CATEGORY_DRUGS, ONSHI_OK,
	  OKI_WHOSE_SAME, false, NULL },
	{ "folded alike", "ＣＡＮＡＲＹＮＡＭＥ", NULL, false,
	  ONSHI_CATEGORY_DRUGS, ONSHI_OK, OKI_WHOSE_SAME, false, NULL },
	{ "another name", "SOMEBODY", NULL, false, ONSHI_CATEGORY_DRUGS,
	  ONSHI_OK, OKI_WHOSE_UNSURE, false, NULL },
	{ "another name, and nothing told", "SOMEBODY", NULL, true,
	  ONSHI_CATEGORY_DRUGS, ONSHI_OK, OKI_WHOSE_UNSURE, false, NULL },
	{ "another birth date", NULL, "19800513", false,
	  ONSHI_CATEGORY_DRUGS, ONSHI_E_ANSWER_REFUSED, OKI_WHOSE_SAME, false,
	  NULL },
	{ "a day of birth that is not known", NULL, "19800500", false,
	  ONSHI_CATEGORY_DRUGS, ONSHI_OK, OKI_WHOSE_UNSURE, false, NULL },
	{ "nobody named", NULL, NULL, false, ONSHI_CATEGORY_CHECKUPS,
	  ONSHI_OK, OKI_WHOSE_UNSURE, true, NULL },
	{ "nobody named, and nothing told", NULL, NULL, true,
	  ONSHI_CATEGORY_CHECKUPS, ONSHI_OK, OKI_WHOSE_SAME, true, NULL },
	{ "another's, that tells nothing", NULL, "19800513", true,
	  ONSHI_CATEGORY_DRUGS, ONSHI_E_ANSWER_REFUSED, OKI_WHOSE_SAME, false,
	  "2" },
	{ "another name, that tells nothing", "SOMEBODY", NULL, true,
	  ONSHI_CATEGORY_DRUGS, ONSHI_E_NOT_PROVIDED, OKI_WHOSE_SAME, false,
	  "2" }
};

START_TEST(whose)
{
	struct oki_reply reply;
	struct onshi_error e;
	struct oki_wait w;

	f.named = persons[_i].named;
	if (persons[_i].birth != NULL)
		f.birth = persons[_i].birth;
	f.no_lines = persons[_i].no_lines;
	f.nameless = persons[_i].nameless;
	if (persons[_i].code != NULL)
		f.result_code = persons[_i].code;
	root_with(NULL, NULL);
	ck_assert_int_eq(fake_checkin(o, 0x7e, &v), ONSHI_OK);
	ck_assert_str_eq(v->k.person.name, "CANARYNAME");
	oki_wait_init(&w, v->k.env, 3000, NULL);
	oki_error_clear(&e);
	ck_assert_msg(oki_query_medical(&v->k, persons[_i].category, doctor,
	    &w, &reply, &e) == persons[_i].result, "%s: %s", persons[_i].name,
	    e.text);
	ck_assert_int_eq(reply.whose, persons[_i].whose);
	if (persons[_i].result == ONSHI_E_ANSWER_REFUSED)
		ck_assert_str_eq(e.reason, "not_for_us");
	ck_assert_str_eq(reply.person.name, persons[_i].whose !=
	    OKI_WHOSE_UNSURE || persons[_i].nameless ? "" :
	    persons[_i].named != NULL ? persons[_i].named : "CANARYNAME");
	oki_reply_free(&reply);
	onshi_visit_free(&v);
}
END_TEST

/* ---- a record that another program holds ------------------------------------- */

/* The question waits for it as long as its call may, and says so itself: its
 * caller has not gone away by then. */
START_TEST(waits_for_the_record)
{
	char here[1000], top[1100], path[1300];
	int fd;

	ck_assert_ptr_nonnull(getcwd(here, sizeof(here)));
	(void)snprintf(top, sizeof(top), "%s/t_way.XXXXXX", here);
	ck_assert_ptr_nonnull(mkdtemp(top));
	o = fake_root_trail(&f, top);
	(void)snprintf(path, sizeof(path), "%s/trail/audit.lock", top);
	fd = open(path, O_RDWR | O_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(flock(fd, LOCK_EX), 0);
	ck_assert_int_eq(onshi_visit_new(o, ONSHI_PURPOSE_CARE, &v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_method(v, ONSHI_METHOD_PIN),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_deadline(v, 1000), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_AUDIT);
	ck_assert_int_eq(flock(fd, LOCK_UN), 0);
	(void)close(fd);
	onshi_visit_free(&v);
	(void)snprintf(path, sizeof(path), "rm -rf '%s'", top);
	ck_assert_int_eq(system(path), 0);
}
END_TEST

/* A reply that is let go of keeps nothing. */
START_TEST(reply_is_wiped)
{
	struct oki_reply r, none;

	memset(&none, 0, sizeof(none));
	memset(&r, 0, sizeof(r));
	ck_assert_int_eq(oki_doc_new(NULL, &r.doc), ONSHI_OK);
	ck_assert_int_eq(oki_doc_new(NULL, &r.lines), ONSHI_OK);
	r.outcome = ONSHI_OUTCOME_DATA;
	memset(r.note_code, 'x', sizeof(r.note_code));
	memset(r.note_text, 'x', sizeof(r.note_text));
	oki_reply_free(&r);
	ck_assert_mem_eq(&r, &none, sizeof(r));
}
END_TEST

static void
fill(TCase *t)
{
	tcase_add_checked_fixture(t, start, stop);
	tcase_set_timeout(t, 30);
	tcase_add_loop_test(t, rides_on_consent, 0, 16);
	tcase_add_test(t, handed_out_before);
	tcase_add_loop_test(t, rests_on_another, 0, 3);
	tcase_add_loop_test(t, one_id, 0, (int)OKI_COUNT(ids));
	tcase_add_loop_test(t, same_bytes, 0, 2);
	tcase_add_loop_test(t, the_days, 0, (int)OKI_COUNT(days));
	tcase_add_loop_test(t, before_the_card, 0, (int)OKI_COUNT(possible));
	tcase_add_test(t, may);
	tcase_add_test(t, open_to);
	tcase_add_loop_test(t, nurses, 0, 2);
	tcase_add_loop_test(t, who_is_on_record, 0, 2);
	tcase_add_loop_test(t, whose, 0, (int)OKI_COUNT(persons));
	tcase_add_test(t, waits_for_the_record);
	tcase_add_test(t, reply_is_wiped);
}

int
main(void)
{
	fake_prepare();

	return run_tests("query/way", fill);
}
