/* The table of what refuses, and the permit that it makes. */
#include <stddef.h>

#include "gate/gate.h"

#include "onshikaku/card.h"

/*
 * First, what may stand in a field at all (SEC-87: unknown input refuses),
 * whether the question at hand looks at it or not.
 */
struct known {
	size_t		 at;		/* offset of an int */
	int		 low;
	int		 high;
	int		 result;
	const char	*rule;
};

#define KNOWN(field, low, high, result, rule)				\
	{ offsetof(struct oki_gate_input, field), low, high, result, rule }

static const struct known known[] = {
	KNOWN(category, ONSHI_CATEGORY_ELIGIBILITY, ONSHI_CATEGORY_DISEASES,
	    ONSHI_E_ARG, "SEC-87"),
	KNOWN(moment, OKI_BEFORE_RECORD, OKI_BEFORE_HANDOVER,
	    ONSHI_E_INTERNAL, "SEC-87"),
	KNOWN(purpose, ONSHI_PURPOSE_INSURANCE, ONSHI_PURPOSE_DISPENSING,
	    ONSHI_E_PURPOSE, "PU-3"),
	KNOWN(facility, OKI_FACILITY_MEDICAL, OKI_FACILITY_VISITING,
	    ONSHI_E_FACILITY, "CO-5"),
	KNOWN(method, ONSHI_METHOD_FACE, ONSHI_METHOD_NUMBER,
	    ONSHI_E_IDENTITY, "ID-1"),
	KNOWN(licence, ONSHI_LICENCE_RECEPTION, ONSHI_LICENCE_DISASTER,
	    ONSHI_E_LICENCE, "CO-4"),
	KNOWN(sign_in, ONSHI_SIGNIN_NONE, ONSHI_SIGNIN_TWO_FACTOR,
	    ONSHI_E_SIGN_IN, "CO-4"),
	KNOWN(sign_in_least, ONSHI_SIGNIN_NONE, ONSHI_SIGNIN_TWO_FACTOR,
	    ONSHI_E_INTERNAL, "SEC-87"),
	KNOWN(consent, OKI_CONSENT_NONE, OKI_CONSENT_WITHDRAWN,
	    ONSHI_E_INTERNAL, "SEC-87"),
	KNOWN(with[0].state, OKI_CONSENT_NONE, OKI_CONSENT_WITHDRAWN,
	    ONSHI_E_INTERNAL, "SEC-87"),
	KNOWN(with[1].state, OKI_CONSENT_NONE, OKI_CONSENT_WITHDRAWN,
	    ONSHI_E_INTERNAL, "SEC-87"),
	KNOWN(certificate, 0, ONSHI_CERTIFICATE_NOT_YET,
	    ONSHI_E_INTERNAL, "SEC-87"),
};

/* What each kind of facility is given (CO-5), and for what purpose. */
enum { NEVER, GIVEN, SWITCHED };

static const struct facility {
	int		purpose;
	unsigned char	gives[ONSHI_CATEGORY_SURGERY + 1];
} facilities[] = {
	[OKI_FACILITY_MEDICAL] = { ONSHI_PURPOSE_CARE,
	    { GIVEN, GIVEN, GIVEN, GIVEN, GIVEN } },
	[OKI_FACILITY_DENTAL] = { ONSHI_PURPOSE_CARE,
	    { GIVEN, GIVEN, GIVEN, GIVEN, GIVEN } },
	[OKI_FACILITY_PHARMACY] = { ONSHI_PURPOSE_DISPENSING,
	    { GIVEN, GIVEN, SWITCHED, GIVEN, GIVEN } },
	[OKI_FACILITY_VISITING] = { ONSHI_PURPOSE_CARE,
	    { GIVEN, GIVEN, GIVEN, GIVEN, GIVEN } },
};

/* What a request brings beside the category that it is made for. */
static const signed char with[][OKI_GATE_WITH] = {
	[ONSHI_CATEGORY_ELIGIBILITY] = { -1, -1 },
	[ONSHI_CATEGORY_DRUGS] = { -1, -1 },
	[ONSHI_CATEGORY_CHECKUPS] = { -1, -1 },
	[ONSHI_CATEGORY_CARE] = { ONSHI_CATEGORY_DRUGS, -1 },
	[ONSHI_CATEGORY_SURGERY] = { ONSHI_CATEGORY_DRUGS,
	    ONSHI_CATEGORY_CARE },
};

int
oki_gate_with(int category, size_t i)
{
	if (category < 0 || (size_t)category >= OKI_COUNT(with) ||
	    i >= OKI_GATE_WITH)
		return -1;

	return with[category][i];
}

int64_t
oki_gate_consent_end(int64_t since, int64_t until)
{
	if (since <= 0 || until <= 0 || since > INT64_MAX - OKI_CONSENT_LONGEST)
		return 0;

	return until < since + OKI_CONSENT_LONGEST ? until :
	    since + OKI_CONSENT_LONGEST;
}

/* Its own consent first, then those of what the request brings beside. */
static bool
consent_at(const struct oki_gate_input *in, size_t i,
    struct oki_gate_consent *out)
{
	if (i == 0) {
		out->state = in->consent;
		out->since = in->consent_since;
		out->until = in->consent_until;
		return true;
	}
	if (oki_gate_with(in->category, i - 1) < 0)
		return false;
	*out = in->with[i - 1];

	return true;
}

static bool
any_consent_is(const struct oki_gate_input *in, int state)
{
	struct oki_gate_consent c;
	size_t i;

	for (i = 0; consent_at(in, i, &c); i++)
		if (c.state == state)
			return true;

	return false;
}

static bool
no_question(const struct oki_gate_input *in)
{
	return in->category > ONSHI_CATEGORY_SURGERY;
}

static bool
ended(const struct oki_gate_input *in)
{
	return in->ended;
}

static bool
registers_without_card(const struct oki_gate_input *in)
{
	return in->register_use && in->method != ONSHI_METHOD_FACE &&
	    in->method != ONSHI_METHOD_PIN;
}

static bool
visual_by_nobody(const struct oki_gate_input *in)
{
	return in->method == ONSHI_METHOD_VISUAL && !in->has_operator;
}

static bool
visual_unconfirmed(const struct oki_gate_input *in)
{
	return in->method == ONSHI_METHOD_VISUAL && !in->confirmed;
}

static bool
for_insurance(const struct oki_gate_input *in)
{
	return in->purpose == ONSHI_PURPOSE_INSURANCE;
}

static bool
for_another_kind(const struct oki_gate_input *in)
{
	return in->purpose != facilities[in->facility].purpose;
}

static bool
not_given_here(const struct oki_gate_input *in)
{
	unsigned int gives = facilities[in->facility].gives[in->category];

	return gives == NEVER || (gives == SWITCHED && !in->pharmacy_checkups);
}

static bool
not_by_card(const struct oki_gate_input *in)
{
	return in->method == ONSHI_METHOD_NUMBER || !in->proven;
}

/* What the service says of a certificate counts, and so does what we see: the
 * stricter of both. */
static bool
certificate_ended(const struct oki_gate_input *in)
{
	return in->grace_by_service || in->certificate ==
	    ONSHI_CERTIFICATE_GRACE ||
	    in->certificate == ONSHI_CERTIFICATE_LAPSED ||
	    in->certificate == ONSHI_CERTIFICATE_NOT_YET;
}

static bool
not_consented(const struct oki_gate_input *in)
{
	return in->consent == OKI_CONSENT_NONE;
}

static bool
withdrawn(const struct oki_gate_input *in)
{
	return any_consent_is(in, OKI_CONSENT_WITHDRAWN);
}

static bool
not_all_granted(const struct oki_gate_input *in)
{
	return any_consent_is(in, OKI_CONSENT_NONE) ||
	    any_consent_is(in, OKI_CONSENT_GIVEN);
}

/* A consent from the future says that a clock is wrong, so nothing can be said
 * about its end. */
static bool
clock_wrong(const struct oki_gate_input *in)
{
	struct oki_gate_consent c;
	size_t i;

	if (!in->clock_agrees || in->now <= 0)
		return true;
	for (i = 0; consent_at(in, i, &c); i++)
		if (c.since > 0 && c.since - OKI_CLOCK_SLACK > in->now)
			return true;

	return false;
}

static bool
consent_over(const struct oki_gate_input *in)
{
	struct oki_gate_consent c;
	size_t i;

	for (i = 0; consent_at(in, i, &c); i++)
		if (c.until <= c.since ||
		    in->now >= oki_gate_consent_end(c.since, c.until))
			return true;

	return false;
}

static bool
by_nobody(const struct oki_gate_input *in)
{
	return !in->has_operator;
}

static bool
for_disasters(const struct oki_gate_input *in)
{
	return in->licence == ONSHI_LICENCE_DISASTER;
}

static bool
by_reception(const struct oki_gate_input *in)
{
	return in->licence == ONSHI_LICENCE_RECEPTION;
}

static bool
sign_in_weak(const struct oki_gate_input *in)
{
	return in->sign_in < in->sign_in_least;
}

static bool
not_recorded(const struct oki_gate_input *in)
{
	return !in->recorded;
}

/*
 * Then what refuses, the first that fits. The order is what a person can do:
 * what nobody can mend in this visit comes first (another purpose, another
 * facility, no card, no consent), then what the one who asks can mend (sign
 * in, fetch the doctor), last what the owner of the machine can. So nobody
 * signs in with two factors only to hear that the patient said no.
 */
enum { ANY, MEDICAL };

static const struct row {
	bool		(*refuses)(const struct oki_gate_input *);
	int		  about;
	int		  result;
	const char	 *rule;
} rows[] = {
	{ no_question, ANY, ONSHI_E_ARG, "CO-3" },
	{ ended, ANY, ONSHI_E_STATE, "CO-10" },
	{ registers_without_card, ANY, ONSHI_E_METHOD, "ID-7" },
	{ for_insurance, MEDICAL, ONSHI_E_PURPOSE, "PU-1" },
	{ for_another_kind, MEDICAL, ONSHI_E_PURPOSE, "PU-3" },
	{ not_given_here, MEDICAL, ONSHI_E_FACILITY, "CO-5" },
	{ not_by_card, MEDICAL, ONSHI_E_IDENTITY, "CO-2" },
	{ certificate_ended, MEDICAL, ONSHI_E_GRACE, "ID-8" },
	{ not_consented, MEDICAL, ONSHI_E_CONSENT, "CO-1" },
	{ withdrawn, MEDICAL, ONSHI_E_CONSENT_OVER, "CO-10" },
	{ not_all_granted, MEDICAL, ONSHI_E_CONSENT, "CO-3" },
	{ clock_wrong, MEDICAL, ONSHI_E_CLOCK, "SEC-88" },
	{ consent_over, MEDICAL, ONSHI_E_CONSENT_OVER, "CO-10" },
	{ by_nobody, MEDICAL, ONSHI_E_OPERATOR, "CO-4" },
	{ visual_by_nobody, ANY, ONSHI_E_OPERATOR, "ID-2" },
	{ visual_unconfirmed, ANY, ONSHI_E_NOT_CONFIRMED, "ID-2" },
	{ by_reception, MEDICAL, ONSHI_E_LICENCE, "CO-4" },
	{ for_disasters, MEDICAL, ONSHI_E_LICENCE, "DI-6" },
	{ sign_in_weak, MEDICAL, ONSHI_E_SIGN_IN, "CO-4" },
	{ not_recorded, MEDICAL, ONSHI_E_AUDIT_NONE, "CO-7" },
};

static int
refuse(int result, const char *why, const char **rule)
{
	if (rule != NULL)
		*rule = why;

	return result;
}

int
oki_gate_decide(const struct oki_gate_input *in, const char **rule)
{
	const char *base = (const char *)in;
	const struct known *k;
	const struct row *row;
	int about, value;
	size_t i;

	if (in == NULL)
		return refuse(ONSHI_E_ARG, "SEC-87", rule);

	for (i = 0; i < OKI_COUNT(known); i++) {
		k = &known[i];
		value = *(const int *)(const void *)(base + k->at);
		if (value < k->low || value > k->high)
			return refuse(k->result, k->rule, rule);
	}
	about = in->category == ONSHI_CATEGORY_ELIGIBILITY ? ANY : MEDICAL;
	for (i = 0; i < OKI_COUNT(rows); i++) {
		row = &rows[i];
		if (row->about <= about && row->refuses(in))
			return refuse(row->result, row->rule, rule);
	}

	return refuse(ONSHI_OK, NULL, rule);
}

struct oki_permit {
	oki_atomic_int	category;	/* -1 once used */
};

int
oki_gate_permit(const struct oki_gate_input *in, struct oki_permit **out,
    const char **rule)
{
	struct oki_permit *p;
	int r;

	*out = NULL;
	if ((r = oki_gate_decide(in, rule)) != ONSHI_OK)
		return r;
	if (in->category == ONSHI_CATEGORY_ELIGIBILITY ||
	    in->moment == OKI_BEFORE_HANDOVER)
		return refuse(ONSHI_E_ARG, "SEC-86", rule);

	if ((p = oki_alloc(sizeof(*p))) == NULL)
		return ONSHI_E_NOMEM;
	atomic_init(&p->category, in->category);
	*out = p;

	return ONSHI_OK;
}

int
oki_permit_use(struct oki_permit *p)
{
	return p == NULL ? -1 : atomic_exchange(&p->category, -1);
}

void
oki_permit_free(struct oki_permit **pp)
{
	if (pp == NULL)
		return;
	oki_free(*pp);
	*pp = NULL;
}
