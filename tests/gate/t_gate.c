/* The gate against a model written from rules.md, over all combinations. */
#include <check.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gate/gate.h"
#include "onshikaku/card.h"

#define NOW	1760000000
#define DAY	86400

/* What rules.md refuses, as a set; order is how people want to hear it. */
static const struct reason {
	int		 result;
	const char	*rule;
} order[] = {
	{ ONSHI_E_ARG, "SEC-87" },		/* no such category */
	{ ONSHI_E_INTERNAL, "SEC-87" },		/* no such moment */
	{ ONSHI_E_PURPOSE, "PU-3" },		/* no such purpose */
	{ ONSHI_E_FACILITY, "CO-5" },		/* no such kind */
	{ ONSHI_E_IDENTITY, "ID-1" },
	{ ONSHI_E_LICENCE, "CO-4" },		/* no such licence */
	{ ONSHI_E_SIGN_IN, "CO-4" },		/* no such sign-in */
	{ ONSHI_E_INTERNAL, "SEC-87" },		/* the library's own fields */
	{ ONSHI_E_ARG, "CO-3" },
	{ ONSHI_E_STATE, "CO-10" },
	{ ONSHI_E_METHOD, "ID-7" },
	{ ONSHI_E_PURPOSE, "PU-1" },
	{ ONSHI_E_PURPOSE, "PU-3" },
	{ ONSHI_E_FACILITY, "CO-5" },
	{ ONSHI_E_IDENTITY, "CO-2" },
	{ ONSHI_E_GRACE, "ID-8" },
	{ ONSHI_E_CONSENT, "CO-1" },
	{ ONSHI_E_CONSENT_OVER, "CO-10" },	/* taken back */
	{ ONSHI_E_CONSENT, "CO-3" },
	{ ONSHI_E_CLOCK, "SEC-88" },
	{ ONSHI_E_CONSENT_OVER, "CO-10" },	/* run out */
	{ ONSHI_E_OPERATOR, "CO-4" },
	{ ONSHI_E_OPERATOR, "ID-2" },
	{ ONSHI_E_NOT_CONFIRMED, "ID-2" },
	{ ONSHI_E_LICENCE, "CO-4" },
	{ ONSHI_E_LICENCE, "DI-6" },
	{ ONSHI_E_SIGN_IN, "CO-4" },
	{ ONSHI_E_AUDIT_NONE, "CO-7" },
};

/* Indices of the rows above that share result and rule with another. */
enum {
	NO_CATEGORY, NO_MOMENT, NO_PURPOSE, NO_KIND, NO_METHOD, NO_LICENCE,
	NO_SIGN_IN, NO_OWN, OTHER_QUESTION, OVER_VISIT, REGISTER, INSURANCE,
	OTHER_PURPOSE, PHARMACY, NO_CARD, GRACE, NOT_ASKED, TAKEN_BACK,
	NOT_GRANTED, CLOCK, RUN_OUT, NO_OPERATOR, NO_COMPARER, NOT_COMPARED,
	RECEPTION, DISASTER, WEAK, NO_RECORD
};

static int
between(int value, int low, int high)
{
	return value >= low && value <= high;
}

/* The three consents that a question may need, by category, from the table of
 * messages.md 3.8 and 3.9. */
static int
consents_of(const struct oki_gate_input *in, struct oki_gate_consent c[3])
{
	c[0].state = in->consent;
	c[0].since = in->consent_since;
	c[0].until = in->consent_until;
	switch (in->category) {
	case ONSHI_CATEGORY_SURGERY:
		c[2] = in->with[1];
		c[1] = in->with[0];
		return 3;
	case ONSHI_CATEGORY_CARE:
		c[1] = in->with[0];
		return 2;
	default:
		return 1;
	}
}

static uint32_t
medical(const struct oki_gate_input *in)
{
	struct oki_gate_consent c[3];
	uint32_t why = 0;
	int64_t age;
	int i, n;

	/* PU-1, PU-3 */
	if (in->purpose == ONSHI_PURPOSE_INSURANCE)
		why |= 1u << INSURANCE;
	if ((in->purpose == ONSHI_PURPOSE_DISPENSING) !=
	    (in->facility == OKI_FACILITY_PHARMACY) ||
	    in->purpose == ONSHI_PURPOSE_INSURANCE)
		why |= 1u << OTHER_PURPOSE;
	/* CO-2 */
	if (in->method == ONSHI_METHOD_NUMBER)
		why |= 1u << NO_CARD;
	if (!in->proven)
		why |= 1u << NO_CARD;
	/* card.md 4: eligibility only for three months */
	if (in->grace_by_service)
		why |= 1u << GRACE;
	switch (in->certificate) {
	case 0:
	case ONSHI_CERTIFICATE_VALID:
	case ONSHI_CERTIFICATE_SOON:
		break;
	default:
		why |= 1u << GRACE;
	}
	/* CO-5 */
	if (in->facility == OKI_FACILITY_PHARMACY &&
	    in->category == ONSHI_CATEGORY_CHECKUPS && !in->pharmacy_checkups)
		why |= 1u << PHARMACY;
	/* CO-1, CO-3, CO-10, SEC-88 */
	n = consents_of(in, c);
	if (c[0].state == OKI_CONSENT_NONE)
		why |= 1u << NOT_ASKED;
	if (!in->clock_agrees || in->now <= 0)
		why |= 1u << CLOCK;
	for (i = 0; i < n; i++) {
		if (c[i].state == OKI_CONSENT_WITHDRAWN)
			why |= 1u << TAKEN_BACK;
		else if (c[i].state != OKI_CONSENT_GRANTED)
			why |= 1u << NOT_GRANTED;
		if (c[i].since <= 0 || c[i].until <= c[i].since) {
			why |= 1u << RUN_OUT;
			continue;
		}
		age = in->now - c[i].since;
		if (age < -60)
			why |= 1u << CLOCK;
		if (age >= DAY || in->now >= c[i].until)
			why |= 1u << RUN_OUT;
	}
	/* CO-4, DI-6 */
	if (!in->has_operator)
		why |= 1u << NO_OPERATOR;
	switch (in->licence) {
	case ONSHI_LICENCE_DOCTOR:
	case ONSHI_LICENCE_DENTIST:
	case ONSHI_LICENCE_PHARMACIST:
		break;
	case ONSHI_LICENCE_DISASTER:
		why |= 1u << DISASTER;
		break;
	default:
		why |= 1u << RECEPTION;
	}
	if (in->sign_in < in->sign_in_least)
		why |= 1u << WEAK;
	/* CO-7 */
	if (!in->recorded)
		why |= 1u << NO_RECORD;

	return why;
}

static uint32_t
model(const struct oki_gate_input *in)
{
	uint32_t why = 0;

	why |= (uint32_t)!between(in->category, 0, 6) << NO_CATEGORY;
	why |= (uint32_t)!between(in->moment, 0, 2) << NO_MOMENT;
	why |= (uint32_t)!between(in->purpose, 1, 3) << NO_PURPOSE;
	why |= (uint32_t)!between(in->facility, 0, 3) << NO_KIND;
	why |= (uint32_t)!between(in->method, 1, 4) << NO_METHOD;
	why |= (uint32_t)!between(in->licence, 0, 4) << NO_LICENCE;
	why |= (uint32_t)!between(in->sign_in, 0, 2) << NO_SIGN_IN;
	if (!between(in->sign_in_least, 0, 2) ||
	    !between(in->consent, 0, 3) || !between(in->with[0].state, 0, 3) ||
	    !between(in->with[1].state, 0, 3) ||
	    !between(in->certificate, 0, 5))
		why |= 1u << NO_OWN;
	if (why != 0)
		return why;

	/* ID-2: an explicit act of a named operator */
	if (in->method == ONSHI_METHOD_VISUAL) {
		why |= (uint32_t)!in->has_operator << NO_COMPARER;
		why |= (uint32_t)!in->confirmed << NOT_COMPARED;
	}
	/* ID-7: at the reader, by face or PIN */
	if (in->register_use && in->method > ONSHI_METHOD_PIN)
		why |= 1u << REGISTER;
	if (in->ended)
		why |= 1u << OVER_VISIT;
	switch (in->category) {
	case ONSHI_CATEGORY_ELIGIBILITY:			/* PU-1:
	    no consent */
		return why;
	case ONSHI_CATEGORY_LIMIT:
	case ONSHI_CATEGORY_DISEASES:
		return why | 1u << OTHER_QUESTION;
	default:
		return why | medical(in);
	}
}

static void
compare(const struct oki_gate_input *in)
{
	const char *rule = "?";
	uint32_t why = model(in);
	unsigned int i;
	int r;

	r = oki_gate_decide(in, &rule);
	if (why == 0) {
		if (r != ONSHI_OK || rule != NULL)
			ck_abort_msg("refused %d (%s) what is allowed", r,
			    rule == NULL ? "-" : rule);
		return;
	}
	for (i = 0; (why & 1u << i) == 0; i++)
		;
	if (r != order[i].result || rule == NULL ||
	    strcmp(rule, order[i].rule) != 0)
		ck_abort_msg("category %d purpose %d method %d facility %d: "
		    "%d (%s) where it is %d (%s)", in->category, in->purpose,
		    in->method, in->facility, r, rule == NULL ? "-" : rule,
		    order[i].result, order[i].rule);
}

/* Everything in order: a doctor asks for drugs in a visit by PIN. */
static struct oki_gate_input
good(void)
{
	struct oki_gate_input in;

	memset(&in, 0, sizeof(in));
	in.category = ONSHI_CATEGORY_DRUGS;
	in.moment = OKI_BEFORE_SEND;
	in.purpose = ONSHI_PURPOSE_CARE;
	in.method = ONSHI_METHOD_PIN;
	in.proven = true;
	in.facility = OKI_FACILITY_MEDICAL;
	in.has_operator = true;
	in.licence = ONSHI_LICENCE_DOCTOR;
	in.sign_in = ONSHI_SIGNIN_PASSWORD;
	in.sign_in_least = ONSHI_SIGNIN_PASSWORD;
	in.consent = OKI_CONSENT_GRANTED;
	in.consent_since = NOW - 60;
	in.consent_until = NOW + 3600;
	in.with[0].state = OKI_CONSENT_GRANTED;
	in.with[0].since = NOW - 60;
	in.with[0].until = NOW + 3600;
	in.with[1] = in.with[0];
	in.now = NOW;
	in.clock_agrees = true;
	in.certificate = ONSHI_CERTIFICATE_VALID;
	in.recorded = true;

	return in;
}

/* One axis of a product: a field and how many values it takes from low on. */
enum axis_kind { INT, BOOL, TIME };

struct axis {
	enum axis_kind	kind;
	size_t		at;
	int		low;
	int		count;
};

#define AT(f)		offsetof(struct oki_gate_input, f)
#define I(f, low, n)	{ INT, AT(f), low, n }
#define B(f)		{ BOOL, AT(f), 0, 2 }
#define T(f)		{ TIME, AT(f), 0, 2 }	/* runs, or over */
#define END		{ INT, 0, 0, 0 }

static void
set(struct oki_gate_input *in, const struct axis *a, int value)
{
	char *field = (char *)in + a->at;
	bool yes = value != 0;
	int64_t until = value == 0 ? NOW + 3600 : NOW;
	int number = a->low + value;

	if (a->kind == INT)
		memcpy(field, &number, sizeof(number));
	else if (a->kind == BOOL)
		memcpy(field, &yes, sizeof(yes));
	else
		memcpy(field, &until, sizeof(until));
}

static uint64_t
product(const struct axis *axes)
{
	struct oki_gate_input in = good();
	int digit[24] = { 0 };
	uint64_t n = 0;
	size_t i;

	for (i = 0; axes[i].count > 0; i++)
		set(&in, &axes[i], 0);
	for (;;) {
		compare(&in);
		n++;
		for (i = 0; axes[i].count > 0; i++) {
			digit[i] = (digit[i] + 1) % axes[i].count;
			set(&in, &axes[i], digit[i]);
			if (digit[i] != 0)
				break;
		}
		if (axes[i].count == 0)
			return n;
	}
}

static const struct axis products[][24] = {
	/* who is it, what for, where */
	{ I(category, 0, 7), I(purpose, 1, 3), I(method, 1, 4), B(proven),
	  B(ended), I(facility, 0, 4), B(pharmacy_checkups), I(consent, 0, 4),
	  B(recorded), B(register_use), B(confirmed), B(has_operator), END },
	/* who asks, and how the consents stand */
	{ I(category, 0, 7), I(moment, 0, 3), I(licence, 0, 5),
	  I(sign_in, 0, 3), I(sign_in_least, 0, 3), B(has_operator),
	  I(consent, 0, 4), I(with[0].state, 0, 4), I(with[1].state, 0, 4),
	  B(clock_agrees), T(consent_until), END },
	{ I(category, 0, 7), I(consent, 0, 4), I(with[0].state, 0, 4),
	  I(with[1].state, 0, 4), T(consent_until), T(with[0].until),
	  T(with[1].until), B(clock_agrees), B(ended), B(recorded), END },
	/* certificates */
	{ I(certificate, 0, 6), B(grace_by_service), I(method, 1, 4),
	  B(proven), I(moment, 0, 3), I(purpose, 1, 3), I(facility, 0, 4),
	  I(category, 0, 7), B(clock_agrees), B(recorded), END },
	/* two values below and above what each field knows */
	{ I(category, -2, 11), I(moment, -2, 7), I(purpose, -1, 7),
	  I(method, -1, 8), I(facility, -2, 8), END },
	{ I(category, -1, 9), I(licence, -2, 9), I(sign_in, -2, 7),
	  I(sign_in_least, -2, 7), I(consent, -2, 8), I(certificate, -2, 10),
	  END },
	{ I(category, -1, 9), I(consent, -2, 8), I(with[0].state, -2, 8),
	  I(with[1].state, -2, 8), B(ended), B(has_operator), END },
};

START_TEST(exhaustive)
{
	uint64_t n = product(products[_i]);

	ck_assert_uint_ge(n, 10000);
}
END_TEST

/* Every field at once: in check-full all of it, else a seeded sample. */
static const struct axis everything[] = {
	I(category, 0, 7), I(moment, 0, 3), I(purpose, 1, 3), I(method, 1, 4),
	B(proven), B(ended), I(facility, 0, 4), B(pharmacy_checkups),
	B(has_operator), I(licence, 0, 5), I(sign_in, 1, 2), B(confirmed),
	B(register_use), I(consent, 0, 4), I(certificate, 0, 6),
	B(grace_by_service), B(recorded), B(clock_agrees), END
};

static uint32_t
next_random(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;

	return (uint32_t)(*state >> 33);
}

START_TEST(all_fields_at_once)
{
	const char *seed = getenv("SEED");
	uint64_t state = seed == NULL ? 1 : strtoull(seed, NULL, 10);
	struct oki_gate_input in = good();
	size_t i;
	int n;

	if (getenv("ONSHIKAKU_CHECK_FULL") != NULL) {
		ck_assert_uint_gt(product(everything), 50000000);
		return;
	}
	for (n = 0; n < 1000000; n++) {
		for (i = 0; everything[i].count > 0; i++)
			set(&in, &everything[i], (int)(next_random(&state) %
			    (uint32_t)everything[i].count));
		compare(&in);
	}
}
END_TEST

/* Times: one second before, at, and after each end; what is not known. */
static const struct {
	const char	*name;
	int64_t		 since;
	int64_t		 until;
	int64_t		 now;
	int		 result;
} times[] = {
	{ "just given", NOW, NOW + 10, NOW, ONSHI_OK },
	{ "a second before its end", NOW, NOW + 10, NOW + 9, ONSHI_OK },
	{ "at its end", NOW, NOW + 10, NOW + 10, ONSHI_E_CONSENT_OVER },
	{ "a second after", NOW, NOW + 10, NOW + 11, ONSHI_E_CONSENT_OVER },
	{ "a second before 24 h", NOW, NOW + 9 * DAY, NOW + DAY - 1, ONSHI_OK },
	{ "at 24 h", NOW, NOW + 9 * DAY, NOW + DAY, ONSHI_E_CONSENT_OVER },
	{ "after 24 h", NOW, NOW + 9 * DAY, NOW + DAY + 1,
	  ONSHI_E_CONSENT_OVER },
	{ "ten years later", NOW, NOW + DAY, NOW + 3650 * (int64_t)DAY,
	  ONSHI_E_CONSENT_OVER },
	{ "the service's clock is 60 s ahead", NOW + 60, NOW + DAY, NOW,
	  ONSHI_OK },
	{ "61 s ahead", NOW + 61, NOW + DAY, NOW, ONSHI_E_CLOCK },
	{ "ten years ahead", NOW + 3650 * (int64_t)DAY,
	  NOW + 3651 * (int64_t)DAY, NOW, ONSHI_E_CLOCK },
	{ "since not known", 0, NOW + 10, NOW, ONSHI_E_CONSENT_OVER },
	{ "until not known", NOW - 1, 0, NOW, ONSHI_E_CONSENT_OVER },
	{ "neither known", 0, 0, NOW, ONSHI_E_CONSENT_OVER },
	{ "negative since", -5, NOW + 10, NOW, ONSHI_E_CONSENT_OVER },
	{ "smallest since", INT64_MIN, NOW + 10, NOW, ONSHI_E_CONSENT_OVER },
	{ "negative until", NOW - 1, -1, NOW, ONSHI_E_CONSENT_OVER },
	{ "ends before it began", NOW + 30, NOW + 20, NOW,
	  ONSHI_E_CONSENT_OVER },
	{ "ends when it begins", NOW - 1, NOW - 1, NOW, ONSHI_E_CONSENT_OVER },
	{ "no clock", NOW - 1, NOW + 10, 0, ONSHI_E_CLOCK },
	{ "clock before 1970", NOW - 1, NOW + 10, -1, ONSHI_E_CLOCK },
	{ "greatest until", NOW - 1, INT64_MAX, NOW, ONSHI_OK },
	{ "greatest since", INT64_MAX, INT64_MAX, NOW, ONSHI_E_CLOCK },
	{ "greatest of all", INT64_MAX, INT64_MAX, INT64_MAX,
	  ONSHI_E_CONSENT_OVER },
	{ "greatest now", NOW, NOW + 10, INT64_MAX, ONSHI_E_CONSENT_OVER },
};

START_TEST(consent_times)
{
	struct oki_gate_input in = good();
	size_t i;

	in.consent_since = times[_i].since;
	in.consent_until = times[_i].until;
	in.now = times[_i].now;
	ck_assert_msg(oki_gate_decide(&in, NULL) == times[_i].result, "%s",
	    times[_i].name);

	/* The same for the consents that ride along. */
	for (i = 0; i < OKI_GATE_WITH; i++) {
		in = good();
		in.category = ONSHI_CATEGORY_SURGERY;
		in.with[i].since = times[_i].since;
		in.with[i].until = times[_i].until;
		in.now = times[_i].now;
		if (in.now != NOW) {
			in.consent_since = in.with[1 - i].since =
			    in.now > DAY ? in.now - 1 : in.now;
			in.consent_until = in.with[1 - i].until =
			    in.now < INT64_MAX ? in.now + 1 : INT64_MAX;
		}
		if (in.now == INT64_MAX)
			continue;
		ck_assert_msg(oki_gate_decide(&in, NULL) == times[_i].result,
		    "with %zu: %s", i, times[_i].name);
	}
	/* Eligibility looks at none of it. */
	in = good();
	in.category = ONSHI_CATEGORY_ELIGIBILITY;
	in.consent_since = times[_i].since;
	in.consent_until = times[_i].until;
	in.now = times[_i].now;
	ck_assert_int_eq(oki_gate_decide(&in, NULL), ONSHI_OK);
}
END_TEST

START_TEST(consent_ends)
{
	ck_assert_int_eq(oki_gate_consent_end(100, 200), 200);
	ck_assert_int_eq(oki_gate_consent_end(100, 100 + DAY), 100 + DAY);
	ck_assert_int_eq(oki_gate_consent_end(100, 101 + DAY), 100 + DAY);
	ck_assert_int_eq(oki_gate_consent_end(0, 200), 0);
	ck_assert_int_eq(oki_gate_consent_end(100, 0), 0);
	ck_assert_int_eq(oki_gate_consent_end(-1, -1), 0);
	ck_assert_int_eq(oki_gate_consent_end(INT64_MAX, INT64_MAX), 0);
}
END_TEST

/* What a stranger should know of the table, in words. */
static const struct {
	const char	*name;
	int		 category, purpose, method, facility, licence;
	int		 result;
	const char	*rule;
} cases[] = {
	{ "a doctor sees drugs", ONSHI_CATEGORY_DRUGS, ONSHI_PURPOSE_CARE,
	  ONSHI_METHOD_PIN, OKI_FACILITY_MEDICAL, ONSHI_LICENCE_DOCTOR,
	  ONSHI_OK, NULL },
	{ "a dentist sees checkups", ONSHI_CATEGORY_CHECKUPS,
	    ONSHI_PURPOSE_CARE,
	  ONSHI_METHOD_FACE, OKI_FACILITY_DENTAL, ONSHI_LICENCE_DENTIST,
	  ONSHI_OK, NULL },
	{ "a pharmacist sees drugs", ONSHI_CATEGORY_DRUGS,
	    ONSHI_PURPOSE_DISPENSING,
	  ONSHI_METHOD_VISUAL, OKI_FACILITY_PHARMACY, ONSHI_LICENCE_PHARMACIST,
	  ONSHI_OK, NULL },
	{ "a pharmacy is not given checkups", ONSHI_CATEGORY_CHECKUPS,
	  ONSHI_PURPOSE_DISPENSING, ONSHI_METHOD_PIN, OKI_FACILITY_PHARMACY,
	  ONSHI_LICENCE_PHARMACIST, ONSHI_E_FACILITY, "CO-5" },
	{ "a pharmacy does not treat", ONSHI_CATEGORY_DRUGS, ONSHI_PURPOSE_CARE,
	  ONSHI_METHOD_PIN, OKI_FACILITY_PHARMACY, ONSHI_LICENCE_PHARMACIST,
	  ONSHI_E_PURPOSE, "PU-3" },
	{ "insurance work is never medical", ONSHI_CATEGORY_DRUGS,
	  ONSHI_PURPOSE_INSURANCE, ONSHI_METHOD_PIN, OKI_FACILITY_MEDICAL,
	  ONSHI_LICENCE_DOCTOR, ONSHI_E_PURPOSE, "PU-1" },
	{ "insurance work asks for eligibility", ONSHI_CATEGORY_ELIGIBILITY,
	  ONSHI_PURPOSE_INSURANCE, ONSHI_METHOD_NUMBER, OKI_FACILITY_MEDICAL,
	  ONSHI_LICENCE_RECEPTION, ONSHI_OK, NULL },
	{ "typed numbers open nothing medical", ONSHI_CATEGORY_DRUGS,
	  ONSHI_PURPOSE_CARE, ONSHI_METHOD_NUMBER, OKI_FACILITY_MEDICAL,
	  ONSHI_LICENCE_DOCTOR, ONSHI_E_IDENTITY, "CO-2" },
	{ "reception sees no drugs", ONSHI_CATEGORY_DRUGS, ONSHI_PURPOSE_CARE,
	  ONSHI_METHOD_PIN, OKI_FACILITY_MEDICAL, ONSHI_LICENCE_RECEPTION,
	  ONSHI_E_LICENCE, "CO-4" },
	{ "the disaster licence is for disasters", ONSHI_CATEGORY_DRUGS,
	  ONSHI_PURPOSE_CARE, ONSHI_METHOD_PIN, OKI_FACILITY_MEDICAL,
	  ONSHI_LICENCE_DISASTER, ONSHI_E_LICENCE, "DI-6" },
	{ "limit certificates come with the eligibility", ONSHI_CATEGORY_LIMIT,
	  ONSHI_PURPOSE_CARE, ONSHI_METHOD_PIN, OKI_FACILITY_MEDICAL,
	  ONSHI_LICENCE_DOCTOR, ONSHI_E_ARG, "CO-3" },
	{ "visiting nurses' stations give care", ONSHI_CATEGORY_CARE,
	  ONSHI_PURPOSE_CARE, ONSHI_METHOD_PIN, OKI_FACILITY_VISITING,
	  ONSHI_LICENCE_DOCTOR, ONSHI_OK, NULL },
};

START_TEST(in_words)
{
	struct oki_gate_input in = good();
	const char *rule = "?";
	int r;

	in.category = cases[_i].category;
	in.purpose = cases[_i].purpose;
	in.method = cases[_i].method;
	in.facility = cases[_i].facility;
	in.licence = cases[_i].licence;
	in.confirmed = true;
	r = oki_gate_decide(&in, &rule);
	ck_assert_msg(r == cases[_i].result, "%s: %d", cases[_i].name, r);
	ck_assert_pstr_eq(rule, cases[_i].rule);
}
END_TEST

START_TEST(a_pharmacy_may_be_switched_on)
{
	struct oki_gate_input in = good();

	in.category = ONSHI_CATEGORY_CHECKUPS;
	in.purpose = ONSHI_PURPOSE_DISPENSING;
	in.facility = OKI_FACILITY_PHARMACY;
	in.licence = ONSHI_LICENCE_PHARMACIST;
	in.pharmacy_checkups = true;
	ck_assert_int_eq(oki_gate_decide(&in, NULL), ONSHI_OK);
}
END_TEST

/* Zeroed memory is no leave to do anything. */
START_TEST(nothing_is_refused)
{
	struct oki_gate_input in;
	const char *rule = "?";

	memset(&in, 0, sizeof(in));
	ck_assert_int_ne(oki_gate_decide(&in, &rule), ONSHI_OK);
	ck_assert_ptr_nonnull(rule);
	ck_assert_int_eq(oki_gate_decide(NULL, &rule), ONSHI_E_ARG);
	ck_assert_str_eq(rule, "SEC-87");
	ck_assert_int_eq(oki_gate_decide(NULL, NULL), ONSHI_E_ARG);
}
END_TEST

START_TEST(rides_on)
{
	ck_assert_int_eq(oki_gate_with(ONSHI_CATEGORY_DRUGS, 0), -1);
	ck_assert_int_eq(oki_gate_with(ONSHI_CATEGORY_CHECKUPS, 0), -1);
	ck_assert_int_eq(oki_gate_with(ONSHI_CATEGORY_ELIGIBILITY, 0), -1);
	ck_assert_int_eq(oki_gate_with(ONSHI_CATEGORY_CARE, 0),
	    ONSHI_CATEGORY_DRUGS);
	ck_assert_int_eq(oki_gate_with(ONSHI_CATEGORY_CARE, 1), -1);
	ck_assert_int_eq(oki_gate_with(ONSHI_CATEGORY_SURGERY, 0),
	    ONSHI_CATEGORY_DRUGS);
	ck_assert_int_eq(oki_gate_with(ONSHI_CATEGORY_SURGERY, 1),
	    ONSHI_CATEGORY_CARE);
	ck_assert_int_eq(oki_gate_with(ONSHI_CATEGORY_SURGERY, 2), -1);
	ck_assert_int_eq(oki_gate_with(ONSHI_CATEGORY_LIMIT, 0), -1);
	ck_assert_int_eq(oki_gate_with(-1, 0), -1);
	ck_assert_int_eq(oki_gate_with(1000, 0), -1);
}
END_TEST

START_TEST(permit_is_used_once)
{
	struct oki_gate_input in = good();
	struct oki_permit *p = NULL;
	const char *rule = "?";

	ck_assert_int_eq(oki_gate_permit(&in, &p, &rule), ONSHI_OK);
	ck_assert_ptr_null(rule);
	ck_assert_int_eq(oki_permit_use(p), ONSHI_CATEGORY_DRUGS);
	ck_assert_int_eq(oki_permit_use(p), -1);
	ck_assert_int_eq(oki_permit_use(p), -1);
	oki_permit_free(&p);
	ck_assert_ptr_null(p);
	oki_permit_free(&p);
	oki_permit_free(NULL);
	ck_assert_int_eq(oki_permit_use(NULL), -1);
}
END_TEST

START_TEST(no_permit)
{
	struct oki_gate_input in = good();
	struct oki_permit *p = (struct oki_permit *)(void *)&in;
	const char *rule = NULL;

	in.category = ONSHI_CATEGORY_ELIGIBILITY;
	ck_assert_int_eq(oki_gate_permit(&in, &p, &rule), ONSHI_E_ARG);
	ck_assert_ptr_null(p);
	in = good();
	in.moment = OKI_BEFORE_HANDOVER;
	ck_assert_int_eq(oki_gate_decide(&in, &rule), ONSHI_OK);
	ck_assert_int_eq(oki_gate_permit(&in, &p, &rule), ONSHI_E_ARG);
	ck_assert_str_eq(rule, "SEC-86");
	in = good();
	in.consent = OKI_CONSENT_GIVEN;
	ck_assert_int_eq(oki_gate_permit(&in, &p, &rule), ONSHI_E_CONSENT);
	ck_assert_str_eq(rule, "CO-3");
	ck_assert_ptr_null(p);
	ck_assert_int_eq(oki_gate_permit(NULL, &p, NULL), ONSHI_E_ARG);
	ck_assert_ptr_null(p);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("gate");
	TCase *t = tcase_create("gate");
	SRunner *run;
	int failed;

	tcase_set_timeout(t, getenv("ONSHIKAKU_CHECK_FULL") != NULL ? 600 : 30);
	tcase_add_loop_test(t, exhaustive, 0, (int)OKI_COUNT(products));
	tcase_add_test(t, all_fields_at_once);
	tcase_add_loop_test(t, consent_times, 0, (int)OKI_COUNT(times));
	tcase_add_test(t, consent_ends);
	tcase_add_loop_test(t, in_words, 0, (int)OKI_COUNT(cases));
	tcase_add_test(t, a_pharmacy_may_be_switched_on);
	tcase_add_test(t, nothing_is_refused);
	tcase_add_test(t, rides_on);
	tcase_add_test(t, permit_is_used_once);
	tcase_add_test(t, no_permit);
	suite_add_tcase(s, t);
	run = srunner_create(s);
	srunner_run_all(run, CK_NORMAL);
	failed = srunner_ntests_failed(run);
	srunner_free(run);

	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
