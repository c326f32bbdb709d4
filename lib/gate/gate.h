/*
 * gate: identity, consent, licence, purpose: allow, or the number of the rule
 * that refuses (rules.md). One table, pure, no I/O, no clock of its own.
 * May include core. Unknown input refuses (SEC-87).
 *
 * Eligibility asks for a purpose and, checked visually, for an operator who
 * has confirmed; it rests on law and needs no consent (PU-1). The rest is
 * medical information and asks for everything.
 *
 * Care and surgery have no request of their own: they ride on the drugs'
 * (YZK, FileCategory 4, messages.md 3.8), which brings drugs and care beside.
 * So care needs the consents to drugs and care, surgery those to drugs, care
 * and surgery: oki_gate_with says so, and in.with carries them.
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

/* Seconds UTC; 0 is not known, and refuses: a consent without its times is
 * none (CO-3). Where the service names no end, since + OKI_CONSENT_LONGEST is
 * what the caller puts there. */
struct oki_gate_consent {
	int	state;		/* enum oki_consent_state */
	int64_t	since;
	int64_t	until;
};

#define OKI_CONSENT_LONGEST	86400	/* 24 h after its registration */
#define OKI_CLOCK_SLACK		60	/* how far clocks may differ (SEC-88) */
#define OKI_GATE_WITH		2

struct oki_gate_input {
	int	category;	/* ONSHI_CATEGORY_ELIGIBILITY,
	    ONSHI_CATEGORY_DRUGS … */
	int	moment;		/* enum oki_moment */
	int	purpose;	/* ONSHI_PURPOSE_… */
	int	method;		/* ONSHI_METHOD_… */
	bool	proven;		/* by the service's answer to a card check-in
				   of this visit */
	bool	ended;		/* the visit */
	int	facility;	/* enum oki_facility */
	bool	pharmacy_checkups;	/* the row a deployment switches on */
	bool	has_operator;	/* medical: who asks; eligibility of a visual
				   check: who compared the photograph */
	int	licence;	/* ONSHI_LICENCE_… */
	int	sign_in;	/* ONSHI_SIGNIN_… */
	int	sign_in_least;
	bool	confirmed;	/* visual: an operator's yes, in this visit */
	bool	register_use;
	int	consent;	/* enum oki_consent_state, of this category */
	int64_t	consent_since;	/* seconds UTC, 0 unknown */
	int64_t	consent_until;
	struct oki_gate_consent with[OKI_GATE_WITH];	/* by oki_gate_with */
	int64_t	now;
	bool	clock_agrees;	/* wall and boot clock, within 60 s (SEC-88) */
	int	certificate;	/* ONSHI_CERT_…, 0 where there is none */
	bool	grace_by_service;	/* XCRD0101W */
	bool	recorded;	/* a record (audit) is set up */
};

/* ONSHI_OK, or the result that refuses with its rule, "CO-2" (static). rule
 * may be NULL. */
int	oki_gate_decide(const struct oki_gate_input *in, const char **rule)
	    OKI_CHECK;

/* The i-th other category whose consent a category needs; -1 after the last. */
int	oki_gate_with(int category, size_t i);

/* The first second at which a consent is over, so that answers can be wiped by
 * then; 0 where its times are not known. */
int64_t	oki_gate_consent_end(int64_t since, int64_t until);

/*
 * Leave to build one request for medical information: made by the gate alone,
 * good for one category and one use. Room query's builder takes nothing else
 * (SEC-86). None for eligibility, and none when the answer is there already:
 * ONSHI_E_ARG.
 */
struct oki_permit;
int	oki_gate_permit(const struct oki_gate_input *in,
	    struct oki_permit **out, const char **rule) OKI_CHECK;
/* The category once, then -1: a permit is used up. */
int	oki_permit_use(struct oki_permit *p);
void	oki_permit_free(struct oki_permit **pp);

#endif
