/*
 * gate: identity, consent, licence, purpose: allow, or the number of the rule
 * that refuses (consent.md). One table, pure, no I/O, no clock of its own.
 * May include core. Unknown input refuses (SEC-87).
 */
#ifndef OKI_GATE_H
#define OKI_GATE_H

#include "core/core.h"
#include "onshikaku/visit.h"

enum oki_facility {		/* indices of the words of facility.kind */
	OKI_FACILITY_MEDICAL,
	OKI_FACILITY_DENTAL,
	OKI_FACILITY_PHARMACY,
	OKI_FACILITY_VISITING
};

enum oki_consent_state {
	OKI_CONSENT_NONE,		/* never asked, or refused */
	OKI_CONSENT_GIVEN,		/* by the patient, not (yet) granted */
	OKI_CONSENT_GRANTED,		/* given and granted by the service */
	OKI_CONSENT_WITHDRAWN
};

enum oki_moment {			/* SEC-89: asked three times */
	OKI_BEFORE_RECORD,
	OKI_BEFORE_SEND,
	OKI_BEFORE_HANDOVER
};

struct oki_gate_input {
	int	category;	/* ONSHI_ELIGIBILITY, ONSHI_DRUGS … */
	int	moment;		/* enum oki_moment */
	int	purpose;	/* ONSHI_PURPOSE_… */
	int	method;		/* ONSHI_METHOD_… */
	bool	proven;		/* by the service's answer to a card check-in
				   of this visit */
	bool	ended;		/* the visit */
	int	facility;	/* enum oki_facility */
	bool	pharmacy_checkups;	/* the row a deployment switches on */
	bool	has_operator;
	int	licence;	/* ONSHI_LICENCE_… */
	int	sign_in;	/* ONSHI_SIGNIN_… */
	int	sign_in_least;
	bool	confirmed;	/* visual: by that operator, in this visit */
	bool	register_use;
	int	consent;	/* enum oki_consent_state, of this category */
	int64_t	consent_since;	/* seconds UTC, 0 unknown */
	int64_t	consent_until;
	int64_t	now;
	bool	clock_agrees;	/* wall and boot clock, within 60 s (SEC-88) */
	int	certificate;	/* ONSHI_CERT_…, 0 where there is none */
	bool	grace_by_service;	/* XCRD0101W */
	bool	recorded;	/* a record (audit) is set up */
};

/* ONSHI_OK, or the result that refuses with its rule, "CO-2" (static). */
int	oki_gate_decide(const struct oki_gate_input *in, const char **rule)
	    OKI_CHECK;

/*
 * Leave to build one request for medical information: made by the gate alone,
 * good for one category and one use. Room query's builder takes nothing else
 * (SEC-86).
 */
struct oki_permit;
int	oki_gate_permit(const struct oki_gate_input *in,
	    struct oki_permit **out, const char **rule) OKI_CHECK;
/* The category once, then -1: a permit is used up. */
int	oki_permit_use(struct oki_permit *p);
void	oki_permit_free(struct oki_permit **pp);

#endif
