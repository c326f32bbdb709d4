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
	KNOWN(category, 0, 63, ONSHI_E_ARG, "SEC-87"),
	KNOWN(about, OKI_ABOUT_NOTHING, OKI_ABOUT_MEDICAL,
	    ONSHI_E_INTERNAL, "SEC-87"),
	KNOWN(moment, OKI_AT_FIRST, OKI_BEFORE_HANDOVER,
	    ONSHI_E_INTERNAL, "SEC-87"),
	KNOWN(purpose, ONSHI_PURPOSE_INSURANCE, ONSHI_PURPOSE_DISPENSING,
	    ONSHI_E_PURPOSE, "PU-3"),
	KNOWN(facility, OKI_FACILITY_MEDICAL, OKI_FACILITY_VISITING,
	    ONSHI_E_FACILITY, "CO-5"),
	KNOWN(method, ONSHI_METHOD_FACE, ONSHI_METHOD_CARRIED,
	    ONSHI_E_IDENTITY, "ID-1"),
	KNOWN(licence, ONSHI_LICENCE_RECEPTION, ONSHI_LICENCE_NURSE,
	    ONSHI_E_LICENCE, "CO-4"),
	KNOWN(sign_in, ONSHI_SIGNIN_NONE, ONSHI_SIGNIN_TWO_FACTOR,
	    ONSHI_E_SIGN_IN, "CO-4"),
	KNOWN(sign_in_least, ONSHI_SIGNIN_NONE, ONSHI_SIGNIN_TWO_FACTOR,
	    ONSHI_E_INTERNAL, "SEC-87"),
	KNOWN(consents, 0, OKI_GATE_CONSENTS, ONSHI_E_INTERNAL, "SEC-87"),
	KNOWN(consent[0].state, OKI_CONSENT_NONE, OKI_CONSENT_WITHDRAWN,
	    ONSHI_E_INTERNAL, "SEC-87"),
	KNOWN(consent[1].state, OKI_CONSENT_NONE, OKI_CONSENT_WITHDRAWN,
	    ONSHI_E_INTERNAL, "SEC-87"),
	KNOWN(consent[2].state, OKI_CONSENT_NONE, OKI_CONSENT_WITHDRAWN,
	    ONSHI_E_INTERNAL, "SEC-87"),
	KNOWN(certificate, 0, ONSHI_CERTIFICATE_NOT_YET,
	    ONSHI_E_INTERNAL, "SEC-87"),
	KNOWN(mode, OKI_MODE_ORDINARY, OKI_MODE_HOSPITAL,
	    ONSHI_E_INTERNAL, "SEC-87"),
	KNOWN(way, 0, ONSHI_WAY_CARD, ONSHI_E_INTERNAL, "SEC-87"),
	KNOWN(widest, 0, ONSHI_WAY_CARD, ONSHI_E_INTERNAL, "SEC-87"),
	KNOWN(basis, 0, ONSHI_BASIS_EMERGENCY, ONSHI_E_INTERNAL, "SEC-87"),
	KNOWN(own_basis, 0, ONSHI_BASIS_EMERGENCY, ONSHI_E_INTERNAL,
	    "SEC-87"),
	KNOWN(consenter, 0, ONSHI_CONSENTER_REPRESENTATIVE,
	    ONSHI_E_INTERNAL, "SEC-87"),
	KNOWN(identified, 0, ONSHI_IDENTIFIED_BELONGINGS,
	    ONSHI_E_INTERNAL, "SEC-87"),
	KNOWN(want, 0, ONSHI_WANT_CHECKUPS, ONSHI_E_INTERNAL, "SEC-87"),
};

/* For what each kind of facility asks (PU-3). */
static const int purposes[OKI_FACILITIES] = {
	[OKI_FACILITY_MEDICAL] = ONSHI_PURPOSE_CARE,
	[OKI_FACILITY_DENTAL] = ONSHI_PURPOSE_CARE,
	[OKI_FACILITY_PHARMACY] = ONSHI_PURPOSE_DISPENSING,
	[OKI_FACILITY_VISITING] = ONSHI_PURPOSE_CARE
};

int64_t
oki_gate_consent_end(int64_t from_ms, int64_t until_ms)
{
	if (from_ms <= 0 || until_ms <= 0 ||
	    from_ms > INT64_MAX - OKI_CONSENT_LONGEST_MS)
		return 0;

	return until_ms < from_ms + OKI_CONSENT_LONGEST_MS ? until_ms :
	    from_ms + OKI_CONSENT_LONGEST_MS;
}

static bool
any_consent_is(const struct oki_gate_input *in, int state)
{
	int i;

	for (i = 0; i < in->consents; i++)
		if (in->consent[i].state == state)
			return true;

	return false;
}

static bool
no_question(const struct oki_gate_input *in)
{
	return in->about == OKI_ABOUT_NOTHING;
}

static bool
ended(const struct oki_gate_input *in)
{
	return in->ended;
}

/* By sight only where the card may have no PIN; the service knows (ID-7). */
static bool
registers_in_vain(const struct oki_gate_input *in)
{
	return in->register_use && (in->method == ONSHI_METHOD_NUMBER ||
	    (in->method == ONSHI_METHOD_VISUAL && in->tries > 0));
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

/* Of what the official reader wrote somebody says whose it is. */
static bool
nobodys(const struct oki_gate_input *in)
{
	return in->method == ONSHI_METHOD_READER &&
	    (!in->confirmed || !in->has_operator);
}

static bool
for_insurance(const struct oki_gate_input *in)
{
	return in->purpose == ONSHI_PURPOSE_INSURANCE;
}

static bool
for_another_kind(const struct oki_gate_input *in)
{
	return in->purpose != purposes[in->facility];
}

static bool
not_given_here(const struct oki_gate_input *in)
{
	return in->open_to == 0;
}

static bool
by_number(const struct oki_gate_input *in)
{
	return in->method == ONSHI_METHOD_NUMBER;
}

static bool
not_proven(const struct oki_gate_input *in)
{
	return !in->proven;
}

static bool
no_token(const struct oki_gate_input *in)
{
	return !in->token;
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

/* The grace is the card's; a phone has none (facts-2026.md 3). */
static bool
phone_ended(const struct oki_gate_input *in)
{
	return in->phone && certificate_ended(in);
}

/* It shows no photograph to be compared. */
static bool
phone_by_sight(const struct oki_gate_input *in)
{
	return in->phone && in->method == ONSHI_METHOD_VISUAL;
}

static bool
not_consented(const struct oki_gate_input *in)
{
	return in->consents == 0 || in->consent[0].state == OKI_CONSENT_NONE;
}

static bool
withdrawn(const struct oki_gate_input *in)
{
	return any_consent_is(in, OKI_CONSENT_WITHDRAWN);
}

static bool
not_all_consented(const struct oki_gate_input *in)
{
	return any_consent_is(in, OKI_CONSENT_NONE);
}

static bool
not_all_granted(const struct oki_gate_input *in)
{
	return any_consent_is(in, OKI_CONSENT_GIVEN);
}

/* A clock that nobody sets does not stand before what it has seen. */
static bool
clock_wrong(const struct oki_gate_input *in)
{
	int i;

	for (i = 0; i < in->consents; i++)
		if (in->consent[i].from_ms > in->now_ms)
			return true;

	return in->now_ms <= 0;
}

static bool
consent_over(const struct oki_gate_input *in)
{
	const struct oki_gate_consent *c;
	int i;

	for (i = 0; i < in->consents; i++) {
		c = &in->consent[i];
		if (c->until_ms <= c->from_ms || in->now_ms >=
		    oki_gate_consent_end(c->from_ms, c->until_ms))
			return true;
	}

	return false;
}

static bool
by_nobody(const struct oki_gate_input *in)
{
	return !in->has_operator;
}

static bool
by_nobody_named(const struct oki_gate_input *in)
{
	return in->operator_required && !in->has_operator;
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
not_open(const struct oki_gate_input *in)
{
	return (in->open_to >> in->licence & 1) == 0;
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

/* ---- the exceptional modes (DI, EM) ------------------------------------- */

/* What belongs to one mode is not there in another: nothing of a visit's
 * consents carries a mode, nothing of a mode carries a visit (CO-9). */
static bool
stray(const struct oki_gate_input *in)
{
	if (in->mode == OKI_MODE_ORDINARY)
		return in->way != 0 || in->basis != 0 || in->own_basis != 0 ||
		    in->consenter != 0 || in->identified != 0 ||
		    in->want != 0 || in->acknowledged || in->reason ||
		    in->since_ms != 0;
	if (in->consents != 0 || in->register_use)
		return true;
	if (in->mode == OKI_MODE_DISASTER)
		return in->want != 0 || in->way == ONSHI_WAY_CARD ||
		    in->basis == ONSHI_BASIS_EMERGENCY ||
		    in->own_basis == ONSHI_BASIS_EMERGENCY;

	return in->consenter != 0 || in->own_basis != 0 ||
	    (in->basis != 0 && in->basis != ONSHI_BASIS_EMERGENCY);
}

static bool
switched_off(const struct oki_gate_input *in)
{
	return !in->enabled;
}

static bool
no_hospital(const struct oki_gate_input *in)
{
	return !in->hospital || in->facility != OKI_FACILITY_MEDICAL;
}

static bool
no_way(const struct oki_gate_input *in)
{
	return in->way == 0;
}

/* Card, number, four items: each setting opens one more (EM-3). */
static bool
way_closed(const struct oki_gate_input *in)
{
	return in->way < in->widest || in->widest == 0;
}

static bool
no_eprescription(const struct oki_gate_input *in)
{
	return in->own_needed && !in->eprescription;
}

/* A search finds a number, and nothing else follows from it (DI-3). */
static bool
only_a_name(const struct oki_gate_input *in)
{
	return in->way == ONSHI_WAY_SEARCH;
}

static bool
opens(const struct oki_gate_input *in)
{
	return in->way != ONSHI_WAY_SEARCH;
}

static bool
no_basis(const struct oki_gate_input *in)
{
	return opens(in) && in->basis == 0;
}

/* Nobody consented where it could not be had; somebody did where it was. */
static bool
no_consenter(const struct oki_gate_input *in)
{
	return opens(in) && (in->basis == ONSHI_BASIS_ORAL) !=
	    (in->consenter != 0);
}

static bool
no_reason(const struct oki_gate_input *in)
{
	return opens(in) && in->basis != ONSHI_BASIS_ORAL && !in->reason;
}

static bool
not_identified(const struct oki_gate_input *in)
{
	return opens(in) && in->identified == 0;
}

static bool
no_want(const struct oki_gate_input *in)
{
	return opens(in) && in->want == 0;
}

static bool
not_wanted(const struct oki_gate_input *in)
{
	return !in->wanted;
}

static bool
no_own_basis(const struct oki_gate_input *in)
{
	return in->own_needed && (in->own_basis == 0 ||
	    (in->own_basis != ONSHI_BASIS_ORAL && !in->own_reason));
}

static bool
no_right(const struct oki_gate_input *in)
{
	return !in->right;
}

static bool
few_factors(const struct oki_gate_input *in)
{
	return !in->factors || in->sign_in != ONSHI_SIGNIN_TWO_FACTOR;
}

static bool
not_acknowledged(const struct oki_gate_input *in)
{
	return !in->acknowledged;
}

static bool
no_clock(const struct oki_gate_input *in)
{
	return in->now_ms <= 0 || in->since_ms > in->now_ms;
}

/* What was opened in it is over when a consent would be (CO-10). */
static bool
too_long_ago(const struct oki_gate_input *in)
{
	return in->since_ms <= 0 ||
	    in->now_ms - in->since_ms >= OKI_CONSENT_LONGEST_MS;
}

/*
 * Then what refuses, the first that fits, from the moment on at which it is
 * known. The order is what a person can do: what nobody can mend in this visit
 * comes first (another purpose, another facility, no card, no consent), then
 * what the one who asks can mend (sign in, fetch the doctor), last what the
 * owner of the machine can. So nobody signs in with two factors only to hear
 * that the patient said no.
 */
enum { ANY, MEDICAL };

/* The modes that a row holds in. */
enum {
	V = 1 << OKI_MODE_ORDINARY,
	D = 1 << OKI_MODE_DISASTER,
	H = 1 << OKI_MODE_HOSPITAL,
	ALL = V | D | H
};

static const struct row {
	int		  modes;
	bool		(*refuses)(const struct oki_gate_input *);
	int		  about;
	enum oki_moment	  from;
	int		  result;
	const char	 *rule;
} rows[] = {
	{ ALL, no_question, ANY, OKI_AT_FIRST, ONSHI_E_ARG, "CO-3" },
	{ ALL, ended, ANY, OKI_AT_FIRST, ONSHI_E_STATE, "CO-10" },
	{ ALL, stray, ANY, OKI_AT_FIRST, ONSHI_E_INTERNAL, "CO-9" },
	{ D, switched_off, ANY, OKI_AT_FIRST, ONSHI_E_MODE_OFF, "DI-1" },
	{ H, switched_off, ANY, OKI_AT_FIRST, ONSHI_E_MODE_OFF, "EM-5" },
	{ H, no_hospital, ANY, OKI_AT_FIRST, ONSHI_E_FACILITY, "EM-1" },
	{ V, registers_in_vain, ANY, OKI_AT_FIRST, ONSHI_E_METHOD, "ID-7" },
	{ V, phone_by_sight, ANY, OKI_AT_FIRST, ONSHI_E_METHOD, "ID-1" },
	{ V, phone_ended, ANY, OKI_AT_FIRST, ONSHI_E_PHONE_EXPIRED, "ID-8" },
	{ ALL, for_insurance, MEDICAL, OKI_AT_FIRST, ONSHI_E_PURPOSE,
	  "PU-1" },
	{ ALL, for_another_kind, MEDICAL, OKI_AT_FIRST, ONSHI_E_PURPOSE,
	  "PU-3" },
	{ D | H, no_eprescription, MEDICAL, OKI_AT_FIRST, ONSHI_E_FACILITY,
	  "DI-8" },
	{ ALL, not_given_here, MEDICAL, OKI_AT_FIRST, ONSHI_E_FACILITY,
	  "CO-5" },
	{ D | H, no_way, ANY, OKI_AT_FIRST, ONSHI_E_IDENTITY, "DI-3" },
	{ H, way_closed, ANY, OKI_AT_FIRST, ONSHI_E_IDENTITY, "EM-3" },
	{ V, by_number, MEDICAL, OKI_AT_FIRST, ONSHI_E_IDENTITY, "CO-2" },
	{ V, not_proven, MEDICAL, OKI_BEFORE_RECORD, ONSHI_E_IDENTITY,
	  "CO-2" },
	{ D | H, only_a_name, MEDICAL, OKI_AT_FIRST, ONSHI_E_IDENTITY,
	  "DI-3" },
	{ D | H, not_proven, MEDICAL, OKI_BEFORE_RECORD, ONSHI_E_IDENTITY,
	  "DI-3" },
	{ V | H, certificate_ended, MEDICAL, OKI_IF_ASKED, ONSHI_E_GRACE,
	  "ID-8" },
	{ V, not_consented, MEDICAL, OKI_AT_FIRST, ONSHI_E_CONSENT, "CO-1" },
	{ V, withdrawn, MEDICAL, OKI_AT_FIRST, ONSHI_E_CONSENT_OVER,
	  "CO-10" },
	{ V, not_all_consented, MEDICAL, OKI_AT_FIRST, ONSHI_E_CONSENT,
	  "CO-3" },
	{ V, not_all_granted, MEDICAL, OKI_BEFORE_RECORD, ONSHI_E_CONSENT,
	  "CO-3" },
	{ V, clock_wrong, MEDICAL, OKI_BEFORE_RECORD, ONSHI_E_CLOCK,
	  "TI-4" },
	{ V, consent_over, MEDICAL, OKI_BEFORE_RECORD, ONSHI_E_CONSENT_OVER,
	  "CO-10" },
	{ D, no_basis, ANY, OKI_AT_FIRST, ONSHI_E_BASIS, "DI-4" },
	{ D, no_consenter, ANY, OKI_AT_FIRST, ONSHI_E_BASIS, "DI-2" },
	{ D, no_reason, ANY, OKI_AT_FIRST, ONSHI_E_BASIS, "DI-4" },
	{ D, not_identified, ANY, OKI_AT_FIRST, ONSHI_E_NOT_CONFIRMED,
	  "DI-4" },
	{ D, no_own_basis, MEDICAL, OKI_AT_FIRST, ONSHI_E_BASIS, "DI-8" },
	{ H, no_basis, ANY, OKI_AT_FIRST, ONSHI_E_BASIS, "EM-4" },
	{ H, no_reason, ANY, OKI_AT_FIRST, ONSHI_E_BASIS, "EM-4" },
	{ H, no_want, ANY, OKI_AT_FIRST, ONSHI_E_BASIS, "EM-4" },
	{ H, not_wanted, MEDICAL, OKI_AT_FIRST, ONSHI_E_BASIS, "EM-4" },
	{ H, not_identified, ANY, OKI_AT_FIRST, ONSHI_E_NOT_CONFIRMED,
	  "EM-3" },
	{ D | H, no_clock, MEDICAL, OKI_BEFORE_RECORD, ONSHI_E_CLOCK,
	  "TI-4" },
	{ D | H, too_long_ago, MEDICAL, OKI_BEFORE_RECORD,
	  ONSHI_E_CONSENT_OVER, "CO-10" },
	{ V, no_token, MEDICAL, OKI_BEFORE_RECORD, ONSHI_E_IDENTITY, "CO-2" },
	{ D | H, no_token, MEDICAL, OKI_BEFORE_RECORD, ONSHI_E_IDENTITY,
	  "DI-3" },
	{ V, by_nobody_named, ANY, OKI_AT_FIRST, ONSHI_E_OPERATOR, "CO-13" },
	{ V, by_nobody, MEDICAL, OKI_IF_ASKED, ONSHI_E_OPERATOR, "CO-4" },
	{ D, by_nobody, ANY, OKI_AT_FIRST, ONSHI_E_OPERATOR, "DI-6" },
	{ H, by_nobody, ANY, OKI_AT_FIRST, ONSHI_E_OPERATOR, "EM-2" },
	{ V, visual_by_nobody, ANY, OKI_BEFORE_RECORD, ONSHI_E_OPERATOR,
	  "ID-2" },
	{ V, visual_unconfirmed, ANY, OKI_BEFORE_RECORD,
	  ONSHI_E_NOT_CONFIRMED, "ID-2" },
	{ V, nobodys, ANY, OKI_BEFORE_RECORD, ONSHI_E_NOT_CONFIRMED, "CO-2" },
	{ V, by_reception, MEDICAL, OKI_IF_ASKED, ONSHI_E_LICENCE, "CO-4" },
	{ D, by_reception, ANY, OKI_AT_FIRST, ONSHI_E_LICENCE, "DI-6" },
	{ H, by_reception, ANY, OKI_AT_FIRST, ONSHI_E_LICENCE, "EM-2" },
	{ V, for_disasters, MEDICAL, OKI_IF_ASKED, ONSHI_E_LICENCE, "DI-6" },
	{ H, for_disasters, ANY, OKI_AT_FIRST, ONSHI_E_LICENCE, "DI-6" },
	{ H, no_right, ANY, OKI_AT_FIRST, ONSHI_E_LICENCE, "EM-2" },
	{ ALL, not_open, MEDICAL, OKI_IF_ASKED, ONSHI_E_LICENCE, "CO-5" },
	{ V, sign_in_weak, MEDICAL, OKI_IF_ASKED, ONSHI_E_SIGN_IN, "CO-4" },
	{ D, sign_in_weak, ANY, OKI_AT_FIRST, ONSHI_E_SIGN_IN, "CO-4" },
	{ H, few_factors, ANY, OKI_AT_FIRST, ONSHI_E_SIGN_IN, "EM-2" },
	{ V, not_recorded, MEDICAL, OKI_AT_FIRST, ONSHI_E_AUDIT_NONE,
	  "CO-7" },
	{ D | H, not_recorded, ANY, OKI_AT_FIRST, ONSHI_E_AUDIT_NONE,
	  "CO-7" },
	{ D | H, not_acknowledged, ANY, OKI_BEFORE_RECORD, ONSHI_E_NOTICE,
	  "DI-5" },
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
	about = in->about == OKI_ABOUT_ELIGIBILITY ? ANY : MEDICAL;
	for (i = 0; i < OKI_COUNT(rows); i++) {
		row = &rows[i];
		if ((row->modes >> in->mode & 1) != 0 &&
		    row->about <= about && in->moment >= (int)row->from &&
		    row->refuses(in))
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
	if (in->about != OKI_ABOUT_MEDICAL ||
	    in->moment < OKI_BEFORE_RECORD ||
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
