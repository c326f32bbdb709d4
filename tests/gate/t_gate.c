/* The gate against a model written from rules.md, over all combinations. */
#include <check.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gate/gate.h"
#include "onshikaku/card.h"
#include "tests/core/run.h"
#include "tests/sample.h"

#define NOW	1760000000
#define DAY_MS	INT64_C(86400000)
#define EVERYBODY	0x2eu	/* doctor, dentist, pharmacist, nurse */

/* What rules.md refuses, as a set; order is how people want to hear it. */
static const struct reason {
	int		 result;
	const char	*rule;
} order[] = {
	{ ONSHI_E_ARG, "SEC-87" },		/* no such category */
	{ ONSHI_E_INTERNAL, "SEC-87" },		/* no such question, moment */
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
	{ ONSHI_E_CLOCK, "TI-4" },
	{ ONSHI_E_CONSENT_OVER, "CO-10" },	/* run out */
	{ ONSHI_E_IDENTITY, "CO-2" },		/* no token */
	{ ONSHI_E_OPERATOR, "CO-13" },
	{ ONSHI_E_OPERATOR, "CO-4" },
	{ ONSHI_E_OPERATOR, "ID-2" },
	{ ONSHI_E_NOT_CONFIRMED, "ID-2" },
	{ ONSHI_E_NOT_CONFIRMED, "CO-2" },	/* at the official reader */
	{ ONSHI_E_LICENCE, "CO-4" },
	{ ONSHI_E_LICENCE, "DI-6" },
	{ ONSHI_E_LICENCE, "CO-5" },
	{ ONSHI_E_SIGN_IN, "CO-4" },
	{ ONSHI_E_AUDIT_NONE, "CO-7" },
};

/* Indices of the rows above that share result and rule with another. */
enum {
	NO_CATEGORY, NO_MOMENT, NO_PURPOSE, NO_KIND, NO_METHOD, NO_LICENCE,
	NO_SIGN_IN, NO_OWN, OTHER_QUESTION, OVER_VISIT, REGISTER, INSURANCE,
	OTHER_PURPOSE, NOT_HERE, NO_CARD, GRACE, NOT_ASKED, TAKEN_BACK,
	NOT_GRANTED, CLOCK, RUN_OUT, NO_TOKEN, UNNAMED, NO_OPERATOR,
	NO_COMPARER, NOT_COMPARED, NOBODYS, RECEPTION, DISASTER, NOT_OPEN, WEAK,
	NO_RECORD
};

static int
between(int value, int low, int high)
{
	return value >= low && value <= high;
}

/* What nobody can change any more, whoever asks and whatever card comes. */
static uint32_t
at_first(const struct oki_gate_input *in)
{
	uint32_t why = 0;
	int i;

	/* PU-1, PU-3 */
	if (in->purpose == ONSHI_PURPOSE_INSURANCE)
		why |= 1u << INSURANCE;
	if ((in->purpose == ONSHI_PURPOSE_DISPENSING) !=
	    (in->facility == OKI_FACILITY_PHARMACY) ||
	    in->purpose == ONSHI_PURPOSE_INSURANCE)
		why |= 1u << OTHER_PURPOSE;
	/* CO-2, CO-5, CO-7 */
	if (in->method == ONSHI_METHOD_NUMBER)
		why |= 1u << NO_CARD;
	if (in->open_to == 0)
		why |= 1u << NOT_HERE;
	if (!in->recorded)
		why |= 1u << NO_RECORD;
	/* CO-1, CO-3, CO-10 */
	if (in->consents < 1 || in->consent[0].state == OKI_CONSENT_NONE)
		why |= 1u << NOT_ASKED;
	for (i = 0; i < in->consents; i++) {
		if (in->consent[i].state == OKI_CONSENT_WITHDRAWN)
			why |= 1u << TAKEN_BACK;
		if (in->consent[i].state == OKI_CONSENT_NONE)
			why |= 1u << NOT_GRANTED;
	}

	return why;
}

/* What who asks can mend: CO-4, CO-5, DI-6, card.md 4. */
static uint32_t
if_asked(const struct oki_gate_input *in)
{
	uint32_t why = 0;

	if (!in->has_operator)
		why |= 1u << NO_OPERATOR;
	switch (in->licence) {
	case ONSHI_LICENCE_DOCTOR:
	case ONSHI_LICENCE_DENTIST:
	case ONSHI_LICENCE_PHARMACIST:
	case ONSHI_LICENCE_NURSE:
		break;
	case ONSHI_LICENCE_DISASTER:
		why |= 1u << DISASTER;
		break;
	default:
		why |= 1u << RECEPTION;
	}
	if ((in->open_to & 1u << in->licence) == 0)
		why |= 1u << NOT_OPEN;
	if (in->sign_in < in->sign_in_least)
		why |= 1u << WEAK;
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

	return why;
}

/* What only a check-in can tell: CO-2, CO-3, CO-10, TI-4. */
static uint32_t
after_checkin(const struct oki_gate_input *in)
{
	const struct oki_gate_consent *c;
	uint32_t why = 0;
	int i;

	if (!in->proven)
		why |= 1u << NO_CARD;
	if (!in->token)
		why |= 1u << NO_TOKEN;
	if (in->now_ms <= 0)
		why |= 1u << CLOCK;
	for (i = 0; i < in->consents; i++) {
		c = &in->consent[i];
		if (c->state == OKI_CONSENT_GIVEN)
			why |= 1u << NOT_GRANTED;
		if (c->from_ms > in->now_ms)
			why |= 1u << CLOCK;
		if (c->from_ms <= 0 || c->until_ms <= c->from_ms)
			why |= 1u << RUN_OUT;
		else if (in->now_ms >= c->until_ms ||
		    in->now_ms - c->from_ms >= DAY_MS)
			why |= 1u << RUN_OUT;
	}

	return why;
}

static uint32_t
model(const struct oki_gate_input *in)
{
	uint32_t why = 0;

	why |= (uint32_t)!between(in->category, 0, 63) << NO_CATEGORY;
	why |= (uint32_t)(!between(in->moment, 1, 5) ||
	    !between(in->about, 0, 2)) << NO_MOMENT;
	why |= (uint32_t)!between(in->purpose, 1, 3) << NO_PURPOSE;
	why |= (uint32_t)!between(in->facility, 0, 3) << NO_KIND;
	why |= (uint32_t)!between(in->method, 1, 6) << NO_METHOD;
	why |= (uint32_t)!between(in->licence, 0, 5) << NO_LICENCE;
	why |= (uint32_t)!between(in->sign_in, 0, 2) << NO_SIGN_IN;
	if (!between(in->sign_in_least, 0, 2) ||
	    !between(in->consents, 0, 3) ||
	    !between(in->consent[0].state, 0, 3) ||
	    !between(in->consent[1].state, 0, 3) ||
	    !between(in->consent[2].state, 0, 3) ||
	    !between(in->certificate, 0, 5))
		why |= 1u << NO_OWN;
	if (why != 0)
		return why;

	/* ID-2: an explicit act of a named operator, before anything is said */
	if (in->method == ONSHI_METHOD_VISUAL &&
	    in->moment >= OKI_BEFORE_RECORD) {
		why |= (uint32_t)!in->has_operator << NO_COMPARER;
		why |= (uint32_t)!in->confirmed << NOT_COMPARED;
	}
	/* CO-2: and of what the official reader wrote */
	if (in->method == ONSHI_METHOD_READER &&
	    in->moment >= OKI_BEFORE_RECORD &&
	    (!in->has_operator || !in->confirmed))
		why |= 1u << NOBODYS;
	/* CO-13: the operator is named before the question */
	if (in->operator_required && !in->has_operator)
		why |= 1u << UNNAMED;
	/* ID-7: by face or PIN; by sight where no PIN is known of */
	if (in->register_use && (in->method == ONSHI_METHOD_NUMBER ||
	    (in->method == ONSHI_METHOD_VISUAL && in->tries >= 1)))
		why |= 1u << REGISTER;
	if (in->ended)
		why |= 1u << OVER_VISIT;
	if (in->about == OKI_ABOUT_ELIGIBILITY)	/* PU-1: no consent */
		return why;
	if (in->about == OKI_ABOUT_NOTHING)
		return why | 1u << OTHER_QUESTION;
	why |= at_first(in);
	if (in->moment >= OKI_IF_ASKED)
		why |= if_asked(in);
	if (in->moment >= OKI_BEFORE_RECORD)
		why |= after_checkin(in);

	return why;
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
		ck_abort_msg("about %d moment %d purpose %d method %d facility "
		    "%d: %d (%s) where it is %d (%s)", in->about, in->moment,
		    in->purpose, in->method, in->facility, r, rule == NULL ? "-" : rule,
		    order[i].result, order[i].rule);
}

/* Everything in order: a doctor asks for drugs in a visit by PIN. */
static struct oki_gate_input
good(void)
{
	struct oki_gate_input in;

	memset(&in, 0, sizeof(in));
	in.category = ONSHI_CATEGORY_SURGERY;
	in.about = OKI_ABOUT_MEDICAL;
	in.moment = OKI_BEFORE_SEND;
	in.purpose = ONSHI_PURPOSE_CARE;
	in.method = ONSHI_METHOD_PIN;
	in.proven = true;
	in.token = true;
	in.facility = OKI_FACILITY_MEDICAL;
	in.open_to = EVERYBODY;
	in.has_operator = true;
	in.licence = ONSHI_LICENCE_DOCTOR;
	in.sign_in = ONSHI_SIGNIN_PASSWORD;
	in.sign_in_least = ONSHI_SIGNIN_PASSWORD;
	for (in.consents = 0; in.consents < OKI_GATE_CONSENTS; in.consents++)
		in.consent[in.consents] = (struct oki_gate_consent){
		    OKI_CONSENT_GRANTED, NOW - 60, NOW + 3600 };
	in.now_ms = NOW;
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

#define STATES(i)	I(consent[i].state, 0, 4)
#define TIMES(i)	T(consent[i].until_ms)

static const struct axis products[][24] = {
	/* who is it, what for, where */
	{ I(about, 0, 3), I(moment, 1, 5), I(purpose, 1, 3), I(method, 1, 5),
	  B(proven), B(token), B(ended), I(facility, 0, 4), STATES(0),
	  B(recorded), B(register_use), B(confirmed), END },
	{ I(about, 0, 3), I(moment, 1, 5), I(method, 1, 5), I(tries, -1, 5),
	  B(register_use), B(has_operator), B(operator_required), B(confirmed),
	  B(proven), B(ended), END },
	/* who asks, and how the consents stand */
	{ I(about, 0, 3), I(moment, 1, 5), I(licence, 0, 6), I(open_to, 0, 64),
	  I(sign_in, 0, 3), I(sign_in_least, 0, 3), B(has_operator), END },
	{ I(about, 0, 3), I(moment, 1, 5), I(consents, 0, 4), STATES(0),
	  STATES(1), STATES(2), TIMES(0), TIMES(1), TIMES(2), B(has_operator),
	  END },
	/* certificates */
	{ I(certificate, 0, 6), B(grace_by_service), I(method, 1, 5),
	  B(proven), I(moment, 1, 5), I(purpose, 1, 3), I(facility, 0, 4),
	  I(about, 0, 3), B(recorded), END },
	/* two values below and above what each field knows */
	{ I(about, -2, 7), I(moment, -1, 9), I(purpose, -1, 7),
	  I(method, -1, 8), I(facility, -2, 8), END },
	{ I(category, -2, 4), I(about, -1, 5), I(licence, -2, 10),
	  I(sign_in, -2, 7), I(sign_in_least, -2, 7), I(consents, -2, 8), END },
	{ I(category, 62, 4), I(consent[0].state, -2, 8),
	  I(consent[1].state, -2, 8), I(consent[2].state, -2, 8),
	  I(certificate, -2, 10), B(ended), END },
};

START_TEST(exhaustive)
{
	uint64_t n = product(products[_i]);

	ck_assert_uint_ge(n, 10000);
}
END_TEST

/* Every field at once: in check-full all of it, else a seeded sample. */
static const struct axis everything[] = {
	I(about, 0, 3), I(moment, 1, 5), I(purpose, 1, 3), I(method, 1, 5),
	B(proven), B(token), B(ended), I(facility, 0, 4), B(has_operator),
	I(licence, 0, 6), I(sign_in, 1, 2), B(confirmed), B(register_use),
	STATES(0), I(certificate, 0, 6), B(grace_by_service), B(recorded),
	B(operator_required), END
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
	long n, rounds = sample_times(1000000, 0);
	size_t i;

	if (sample_is_full()) {
		ck_assert_uint_gt(product(everything), 50000000);
		return;
	}
	for (n = 0; n < rounds; n++) {
		for (i = 0; everything[i].count > 0; i++)
			set(&in, &everything[i], (int)(next_random(&state) %
			    (uint32_t)everything[i].count));
		compare(&in);
	}
}
END_TEST

/* Times: a moment before, at, and after each end; what is not known. */
static const struct {
	const char	*name;
	int64_t		 from;
	int64_t		 until;
	int64_t		 now;
	int		 result;
} times[] = {
	{ "just given", NOW, NOW + 10, NOW, ONSHI_OK },
	{ "just before its end", NOW, NOW + 10, NOW + 9, ONSHI_OK },
	{ "at its end", NOW, NOW + 10, NOW + 10, ONSHI_E_CONSENT_OVER },
	{ "just after", NOW, NOW + 10, NOW + 11, ONSHI_E_CONSENT_OVER },
	{ "just before 24 h", NOW, NOW + 9 * DAY_MS, NOW + DAY_MS - 1,
	  ONSHI_OK },
	{ "at 24 h", NOW, NOW + 9 * DAY_MS, NOW + DAY_MS,
	  ONSHI_E_CONSENT_OVER },
	{ "after 24 h", NOW, NOW + 9 * DAY_MS, NOW + DAY_MS + 1,
	  ONSHI_E_CONSENT_OVER },
	{ "ten years later", NOW, NOW + DAY_MS, NOW + 3650 * DAY_MS,
	  ONSHI_E_CONSENT_OVER },
	{ "from later than now", NOW + 1, NOW + DAY_MS, NOW, ONSHI_E_CLOCK },
	{ "from not known", 0, NOW + 10, NOW, ONSHI_E_CONSENT_OVER },
	{ "until not known", NOW - 1, 0, NOW, ONSHI_E_CONSENT_OVER },
	{ "neither known", 0, 0, NOW, ONSHI_E_CONSENT_OVER },
	{ "negative from", -5, NOW + 10, NOW, ONSHI_E_CONSENT_OVER },
	{ "smallest from", INT64_MIN, NOW + 10, NOW, ONSHI_E_CONSENT_OVER },
	{ "negative until", NOW - 1, -1, NOW, ONSHI_E_CONSENT_OVER },
	{ "ends before it began", NOW - 20, NOW - 30, NOW,
	  ONSHI_E_CONSENT_OVER },
	{ "ends when it begins", NOW, NOW, NOW, ONSHI_E_CONSENT_OVER },
	{ "no clock", -7, -3, 0, ONSHI_E_CLOCK },
	{ "no clock any more", -7, 10, -1, ONSHI_E_CLOCK },
	{ "the first moment", 1, 10, 1, ONSHI_OK },
	{ "greatest until", NOW - 1, INT64_MAX, NOW, ONSHI_OK },
	{ "greatest from", INT64_MAX, INT64_MAX, NOW, ONSHI_E_CLOCK },
	{ "greatest of all", INT64_MAX, INT64_MAX, INT64_MAX,
	  ONSHI_E_CONSENT_OVER },
	{ "greatest now", NOW, NOW + 10, INT64_MAX, ONSHI_E_CONSENT_OVER },
};

/* Of each consent that a question needs, the others in order at that time. */
START_TEST(consent_times)
{
	struct oki_gate_input in;
	int64_t now = times[_i].now;
	int i, n;

	for (n = 0; n < OKI_GATE_CONSENTS; n++) {
		in = good();
		in.now_ms = now;
		for (i = 0; i < OKI_GATE_CONSENTS; i++) {
			in.consent[i].from_ms = i == n ? times[_i].from :
			    now > 1 ? now - 1 : now;
			in.consent[i].until_ms = i == n ? times[_i].until :
			    now < INT64_MAX ? now + 1 : now;
		}
		ck_assert_msg(oki_gate_decide(&in, NULL) == times[_i].result,
		    "%d: %s", n, times[_i].name);
		/* Who only asks whether it could be looks at none of it. */
		in.moment = OKI_IF_ASKED;
		ck_assert_int_eq(oki_gate_decide(&in, NULL), ONSHI_OK);
		in.about = OKI_ABOUT_ELIGIBILITY;
		in.moment = OKI_BEFORE_HANDOVER;
		ck_assert_int_eq(oki_gate_decide(&in, NULL), ONSHI_OK);
	}
	/* What it does not need is not looked at, either. */
	in = good();
	in.consents = 1;
	in.consent[1].from_ms = in.consent[2].from_ms = times[_i].from;
	in.consent[1].until_ms = in.consent[2].until_ms = times[_i].until;
	ck_assert_int_eq(oki_gate_decide(&in, NULL), ONSHI_OK);
}
END_TEST

START_TEST(consent_ends)
{
	ck_assert_int_eq(oki_gate_consent_end(100, 200), 200);
	ck_assert_int_eq(oki_gate_consent_end(100, 100 + DAY_MS),
	    100 + DAY_MS);
	ck_assert_int_eq(oki_gate_consent_end(100, 101 + DAY_MS),
	    100 + DAY_MS);
	ck_assert_int_eq(oki_gate_consent_end(1, 2), 2);
	ck_assert_int_eq(oki_gate_consent_end(0, 200), 0);
	ck_assert_int_eq(oki_gate_consent_end(100, 0), 0);
	ck_assert_int_eq(oki_gate_consent_end(100, -1), 0);
	ck_assert_int_eq(oki_gate_consent_end(-1, 200), 0);
	ck_assert_int_eq(oki_gate_consent_end(INT64_MAX, INT64_MAX), 0);
	ck_assert_int_eq(oki_gate_consent_end(INT64_MAX - DAY_MS, INT64_MAX),
	    INT64_MAX);
	ck_assert_int_eq(oki_gate_consent_end(INT64_MAX - DAY_MS + 1,
	    INT64_MAX), 0);
}
END_TEST

/*
 * Every condition both ways: from a question that is all in order (row 0), one
 * field changed at a time, and what comes of it from which moment on. What
 * stands with two fields shows each of a pair of conditions on its own.
 */
#define SET(f, v)	AT(f), (v), sizeof(((struct oki_gate_input *)0)->f)
#define ALWAYS		OKI_AT_FIRST
#define NONE		0, 0, 0
#define AND(f, v)	SET(f, v)

static const struct {
	const char	*name;
	size_t		 at;
	int		 value;
	size_t		 len;
	size_t		 at2;
	int		 value2;
	size_t		 len2;
	int		 from;		/* the first moment that refuses */
	int		 result;
	const char	*rule;
} conditions[] = {
	{ "a doctor asks", NONE, NONE, 0, ONSHI_OK, NULL },
	{ "the visit is over", SET(ended, 1), NONE, ALWAYS, ONSHI_E_STATE,
	  "CO-10" },
	{ "registers by PIN", SET(register_use, 1), NONE, 0, ONSHI_OK, NULL },
	{ "registers by face", SET(register_use, 1),
	  AND(method, ONSHI_METHOD_FACE), 0, ONSHI_OK, NULL },
	{ "a phone", SET(phone, 1), NONE, 0, ONSHI_OK, NULL },
	{ "a phone by PIN", SET(phone, 1), AND(method, ONSHI_METHOD_PIN), 0,
	  ONSHI_OK, NULL },
	{ "a phone by sight", SET(phone, 1),
	  AND(method, ONSHI_METHOD_VISUAL), ALWAYS, ONSHI_E_METHOD, "ID-1" },
	{ "a phone has no grace", SET(phone, 1),
	  AND(certificate, ONSHI_CERTIFICATE_GRACE), ALWAYS,
	  ONSHI_E_PHONE_EXPIRED, "ID-8" },
	{ "nor where the service says so", SET(phone, 1),
	  AND(grace_by_service, 1), ALWAYS, ONSHI_E_PHONE_EXPIRED, "ID-8" },
	{ "a phone's runs out soon", SET(phone, 1),
	  AND(certificate, ONSHI_CERTIFICATE_SOON), 0, ONSHI_OK, NULL },
	{ "does not register, by number", NONE,
	  AND(method, ONSHI_METHOD_NUMBER), ALWAYS, ONSHI_E_IDENTITY, "CO-2" },
	{ "registers by number", SET(register_use, 1),
	  AND(method, ONSHI_METHOD_NUMBER), ALWAYS, ONSHI_E_METHOD, "ID-7" },
	{ "another purpose", SET(purpose, ONSHI_PURPOSE_DISPENSING), NONE,
	  ALWAYS, ONSHI_E_PURPOSE, "PU-3" },
	{ "insurance", SET(purpose, ONSHI_PURPOSE_INSURANCE), NONE,
	  ALWAYS, ONSHI_E_PURPOSE, "PU-1" },
	{ "a pharmacy does not treat",
	  SET(facility, OKI_FACILITY_PHARMACY), NONE, ALWAYS,
	  ONSHI_E_PURPOSE, "PU-3" },
	{ "a pharmacy dispenses", SET(facility, OKI_FACILITY_PHARMACY),
	  AND(purpose, ONSHI_PURPOSE_DISPENSING), 0, ONSHI_OK, NULL },
	{ "dentists treat", SET(facility, OKI_FACILITY_DENTAL), NONE, 0,
	  ONSHI_OK, NULL },
	{ "visiting nurses treat", SET(facility, OKI_FACILITY_VISITING),
	  AND(licence, ONSHI_LICENCE_NURSE), 0, ONSHI_OK, NULL },
	{ "not given here", SET(open_to, 0), NONE, ALWAYS, ONSHI_E_FACILITY,
	  "CO-5" },
	{ "not proven", SET(proven, 0), NONE, OKI_BEFORE_RECORD,
	  ONSHI_E_IDENTITY, "CO-2" },
	{ "no token", SET(token, 0), NONE, OKI_BEFORE_RECORD,
	  ONSHI_E_IDENTITY, "CO-2" },
	{ "grace, the service says", SET(grace_by_service, 1), NONE,
	  OKI_IF_ASKED, ONSHI_E_GRACE, "ID-8" },
	{ "grace", SET(certificate, ONSHI_CERTIFICATE_GRACE), NONE,
	  OKI_IF_ASKED, ONSHI_E_GRACE, "ID-8" },
	{ "lapsed", SET(certificate, ONSHI_CERTIFICATE_LAPSED), NONE,
	  OKI_IF_ASKED, ONSHI_E_GRACE, "ID-8" },
	{ "not yet", SET(certificate, ONSHI_CERTIFICATE_NOT_YET), NONE,
	  OKI_IF_ASKED, ONSHI_E_GRACE, "ID-8" },
	{ "runs out soon", SET(certificate, ONSHI_CERTIFICATE_SOON), NONE, 0,
	  ONSHI_OK, NULL },
	{ "no certificate", SET(certificate, 0), NONE, 0, ONSHI_OK, NULL },
	{ "needs no consent at all", SET(consents, 0), NONE, ALWAYS,
	  ONSHI_E_CONSENT, "CO-1" },
	{ "not consented", SET(consent[0].state, OKI_CONSENT_NONE), NONE,
	  ALWAYS, ONSHI_E_CONSENT, "CO-1" },
	{ "the second not", SET(consent[1].state, OKI_CONSENT_NONE), NONE,
	  ALWAYS, ONSHI_E_CONSENT, "CO-3" },
	{ "the third not", SET(consent[2].state, OKI_CONSENT_NONE), NONE,
	  ALWAYS, ONSHI_E_CONSENT, "CO-3" },
	{ "a third that is not needed", SET(consent[2].state,
	  OKI_CONSENT_NONE), AND(consents, 2), 0, ONSHI_OK, NULL },
	{ "taken back", SET(consent[0].state, OKI_CONSENT_WITHDRAWN), NONE,
	  ALWAYS, ONSHI_E_CONSENT_OVER, "CO-10" },
	{ "the third taken back", SET(consent[2].state,
	  OKI_CONSENT_WITHDRAWN), NONE, ALWAYS, ONSHI_E_CONSENT_OVER, "CO-10" },
	{ "not granted", SET(consent[0].state, OKI_CONSENT_GIVEN), NONE,
	  OKI_BEFORE_RECORD, ONSHI_E_CONSENT, "CO-3" },
	{ "the third not granted", SET(consent[2].state, OKI_CONSENT_GIVEN),
	  NONE, OKI_BEFORE_RECORD, ONSHI_E_CONSENT, "CO-3" },
	{ "nobody asks", SET(has_operator, 0), NONE, OKI_IF_ASKED,
	  ONSHI_E_OPERATOR, "CO-4" },
	{ "somebody has to", SET(operator_required, 1), NONE, 0, ONSHI_OK,
	  NULL },
	{ "and nobody does", SET(operator_required, 1), AND(has_operator, 0),
	  ALWAYS, ONSHI_E_OPERATOR, "CO-13" },
	{ "compared by nobody", SET(method, ONSHI_METHOD_VISUAL), NONE,
	  OKI_BEFORE_RECORD, ONSHI_E_NOT_CONFIRMED, "ID-2" },
	{ "compared", SET(method, ONSHI_METHOD_VISUAL), AND(confirmed, 1), 0,
	  ONSHI_OK, NULL },
	{ "nobody's", SET(method, ONSHI_METHOD_READER), NONE,
	  OKI_BEFORE_RECORD, ONSHI_E_NOT_CONFIRMED, "CO-2" },
	{ "somebody's", SET(method, ONSHI_METHOD_READER), AND(confirmed, 1),
	  0, ONSHI_OK, NULL },
	{ "confirmed by PIN", SET(confirmed, 1), NONE, 0, ONSHI_OK, NULL },
	{ "reception", SET(licence, ONSHI_LICENCE_RECEPTION), NONE,
	  OKI_IF_ASKED, ONSHI_E_LICENCE, "CO-4" },
	{ "for disasters", SET(licence, ONSHI_LICENCE_DISASTER), NONE,
	  OKI_IF_ASKED, ONSHI_E_LICENCE, "DI-6" },
	{ "open to others", SET(open_to, 1 << ONSHI_LICENCE_DENTIST), NONE,
	  OKI_IF_ASKED, ONSHI_E_LICENCE, "CO-5" },
	{ "open to doctors", SET(open_to, 1 << ONSHI_LICENCE_DOCTOR), NONE, 0,
	  ONSHI_OK, NULL },
	{ "a weak sign-in", SET(sign_in, ONSHI_SIGNIN_NONE), NONE,
	  OKI_IF_ASKED, ONSHI_E_SIGN_IN, "CO-4" },
	{ "a stronger one", SET(sign_in, ONSHI_SIGNIN_TWO_FACTOR), NONE, 0,
	  ONSHI_OK, NULL },
	{ "two factors are wanted", SET(sign_in_least,
	  ONSHI_SIGNIN_TWO_FACTOR), NONE, OKI_IF_ASKED, ONSHI_E_SIGN_IN,
	  "CO-4" },
	{ "no record", SET(recorded, 0), NONE, ALWAYS, ONSHI_E_AUDIT_NONE,
	  "CO-7" },
	{ "nothing to ask for", SET(about, OKI_ABOUT_NOTHING), NONE, ALWAYS,
	  ONSHI_E_ARG, "CO-3" },
};

static void
put(struct oki_gate_input *in, size_t at, int value, size_t len)
{
	char *field = (char *)in + at;
	bool yes = value != 0;

	if (len == sizeof(yes))
		memcpy(field, &yes, sizeof(yes));
	else if (len == sizeof(value))
		memcpy(field, &value, sizeof(value));
}

START_TEST(each_condition)
{
	struct oki_gate_input in = good();
	const char *rule;
	int moment, r, want;

	put(&in, conditions[_i].at, conditions[_i].value, conditions[_i].len);
	put(&in, conditions[_i].at2, conditions[_i].value2,
	    conditions[_i].len2);
	for (moment = OKI_AT_FIRST; moment <= OKI_BEFORE_HANDOVER; moment++) {
		in.moment = moment;
		rule = "?";
		r = oki_gate_decide(&in, &rule);
		want = conditions[_i].from != 0 &&
		    moment >= conditions[_i].from ? conditions[_i].result :
		    ONSHI_OK;
		ck_assert_msg(r == want, "%s, at %d: %d", conditions[_i].name,
		    moment, r);
		ck_assert_pstr_eq(rule, r == ONSHI_OK ? NULL :
		    conditions[_i].rule);
	}
}
END_TEST

/* The same for the eligibility: what it looks at, and what not. */
static const struct {
	const char	*name;
	size_t		 at;
	int		 value;
	size_t		 len;
	size_t		 at2;
	int		 value2;
	size_t		 len2;
	int		 result;
	const char	*rule;
} light[] = {
	{ "in order", NONE, NONE, ONSHI_OK, NULL },
	{ "insurance", SET(purpose, ONSHI_PURPOSE_INSURANCE), NONE, ONSHI_OK,
	  NULL },
	{ "no consent", SET(consent[0].state, OKI_CONSENT_NONE), NONE,
	  ONSHI_OK, NULL },
	{ "not proven", SET(proven, 0), NONE, ONSHI_OK, NULL },
	{ "no token", SET(token, 0), NONE, ONSHI_OK, NULL },
	{ "grace", SET(grace_by_service, 1), NONE, ONSHI_OK, NULL },
	{ "not given here", SET(open_to, 0), NONE, ONSHI_OK, NULL },
	{ "nobody", SET(has_operator, 0), NONE, ONSHI_OK, NULL },
	{ "nobody, where somebody has to", SET(has_operator, 0),
	  AND(operator_required, 1), ONSHI_E_OPERATOR, "CO-13" },
	{ "reception", SET(licence, ONSHI_LICENCE_RECEPTION), NONE, ONSHI_OK,
	  NULL },
	{ "a weak sign-in", SET(sign_in, ONSHI_SIGNIN_NONE), NONE, ONSHI_OK,
	  NULL },
	{ "no record", SET(recorded, 0), NONE, ONSHI_OK, NULL },
	{ "by number", SET(method, ONSHI_METHOD_NUMBER), NONE, ONSHI_OK,
	  NULL },
	{ "compared by nobody", SET(method, ONSHI_METHOD_VISUAL),
	  AND(has_operator, 0), ONSHI_E_OPERATOR, "ID-2" },
	{ "not confirmed", SET(method, ONSHI_METHOD_VISUAL), NONE,
	  ONSHI_E_NOT_CONFIRMED, "ID-2" },
	{ "over", SET(ended, 1), NONE, ONSHI_E_STATE, "CO-10" },
};

START_TEST(eligibility)
{
	struct oki_gate_input in = good();
	const char *rule = "?";

	in.about = OKI_ABOUT_ELIGIBILITY;
	put(&in, light[_i].at, light[_i].value, light[_i].len);
	put(&in, light[_i].at2, light[_i].value2, light[_i].len2);
	ck_assert_msg(oki_gate_decide(&in, &rule) == light[_i].result, "%s",
	    light[_i].name);
	ck_assert_pstr_eq(rule, light[_i].rule);
}
END_TEST

/* ID-7: by sight only a card of which no PIN is known. */
START_TEST(registers_by_sight)
{
	struct oki_gate_input in = good();
	const char *rule = NULL;

	in.about = OKI_ABOUT_ELIGIBILITY;
	in.method = ONSHI_METHOD_VISUAL;
	in.confirmed = in.register_use = true;
	for (in.tries = -1; in.tries <= 0; in.tries++)
		ck_assert_int_eq(oki_gate_decide(&in, NULL), ONSHI_OK);
	for (in.tries = 1; in.tries <= 3; in.tries++) {
		ck_assert_int_eq(oki_gate_decide(&in, &rule), ONSHI_E_METHOD);
		ck_assert_str_eq(rule, "ID-7");
	}
	in.register_use = false;
	ck_assert_int_eq(oki_gate_decide(&in, NULL), ONSHI_OK);
	in.register_use = true;
	in.method = ONSHI_METHOD_PIN;
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

START_TEST(permit_is_used_once)
{
	struct oki_gate_input in = good();
	struct oki_permit *p = NULL;
	const char *rule = "?";

	ck_assert_int_eq(oki_gate_permit(&in, &p, &rule), ONSHI_OK);
	ck_assert_ptr_null(rule);
	ck_assert_int_eq(oki_permit_use(p), ONSHI_CATEGORY_SURGERY);
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
	int moment, r;

	in.about = OKI_ABOUT_ELIGIBILITY;
	ck_assert_int_eq(oki_gate_permit(&in, &p, &rule), ONSHI_E_ARG);
	ck_assert_ptr_null(p);
	for (moment = OKI_AT_FIRST; moment <= OKI_BEFORE_HANDOVER; moment++) {
		in = good();
		in.moment = moment;
		rule = "?";
		ck_assert_int_eq(oki_gate_decide(&in, NULL), ONSHI_OK);
		r = oki_gate_permit(&in, &p, &rule);
		if (moment == OKI_BEFORE_RECORD || moment == OKI_BEFORE_SEND) {
			ck_assert_int_eq(r, ONSHI_OK);
			oki_permit_free(&p);
			continue;
		}
		ck_assert_int_eq(r, ONSHI_E_ARG);
		ck_assert_ptr_null(p);
		ck_assert_str_eq(rule, "SEC-86");
	}
	in = good();
	in.consent[0].state = OKI_CONSENT_GIVEN;
	ck_assert_int_eq(oki_gate_permit(&in, &p, &rule), ONSHI_E_CONSENT);
	ck_assert_str_eq(rule, "CO-3");
	ck_assert_ptr_null(p);
	ck_assert_int_eq(oki_gate_permit(NULL, &p, NULL), ONSHI_E_ARG);
	ck_assert_ptr_null(p);
}
END_TEST

static void
fill(TCase *t)
{
	tcase_set_timeout(t, sample_is_full() ? 600 : 30);
	tcase_add_loop_test(t, exhaustive, 0, (int)OKI_COUNT(products));
	tcase_add_test(t, all_fields_at_once);
	tcase_add_loop_test(t, consent_times, 0, (int)OKI_COUNT(times));
	tcase_add_test(t, consent_ends);
	tcase_add_loop_test(t, each_condition, 0, (int)OKI_COUNT(conditions));
	tcase_add_loop_test(t, eligibility, 0, (int)OKI_COUNT(light));
	tcase_add_test(t, registers_by_sight);
	tcase_add_test(t, nothing_is_refused);
	tcase_add_test(t, permit_is_used_once);
	tcase_add_test(t, no_permit);
}

int
main(void)
{
	return run_tests("gate/gate", fill);
}
