/*
 * gate: identity, consent, licence, purpose: allow, or the number of the rule
 * that refuses (rules.md). One table, pure, no I/O, no clock of its own.
 * May include core. Unknown input refuses (SEC-87), and so does zeroed memory.
 *
 * Eligibility asks for a purpose and, checked visually, for an operator who
 * has confirmed; it rests on law and needs no consent (PU-1). The rest is
 * medical information and asks for everything. What is true of one category
 * comes with the input (query/category.c); the gate knows none by name.
 */
#ifndef OKI_GATE_H
#define OKI_GATE_H

#include "core/core.h"
#include "onshikaku/emergency.h"
#include "onshikaku/visit.h"

/*
 * What is asked in: a visit (zero: the strictest), or one of the exceptional
 * modes. Set once, when a handle is made, and never again.
 */
enum oki_mode {
	OKI_MODE_ORDINARY,
	OKI_MODE_DISASTER,
	OKI_MODE_HOSPITAL
};
#define OKI_MODES	3

enum oki_facility {		/* indices of the words of facility.kind */
	OKI_FACILITY_MEDICAL,
	OKI_FACILITY_DENTAL,
	OKI_FACILITY_PHARMACY,
	OKI_FACILITY_VISITING
};
#define OKI_FACILITIES	4

enum oki_consent_state {
	OKI_CONSENT_NONE,		/* never asked, or refused */
	OKI_CONSENT_GIVEN,		/* by the patient, not (yet) granted */
	OKI_CONSENT_GRANTED,		/* given and granted by the service */
	OKI_CONSENT_WITHDRAWN
};

enum oki_about {
	OKI_ABOUT_NOTHING,		/* nothing that can be asked for */
	OKI_ABOUT_ELIGIBILITY,
	OKI_ABOUT_MEDICAL
};

/* A question is asked for leave three times (SEC-89), and before it exists:
 * whether it could ever be asked. Each moment knows what those before know. */
enum oki_moment {
	OKI_AT_FIRST = 1,	/* nobody asks yet, no card has been seen */
	OKI_IF_ASKED,		/* by this operator; the person unproved yet */
	OKI_BEFORE_RECORD,
	OKI_BEFORE_SEND,
	OKI_BEFORE_HANDOVER
};

/* On the clock that nobody sets, in milliseconds (TI-4). 0 is not known, and
 * refuses: a consent without its times is none (CO-3). */
struct oki_gate_consent {
	int	state;		/* enum oki_consent_state */
	int64_t	from_ms;
	int64_t	until_ms;
};

#define OKI_CONSENT_LONGEST_MS	86400000	/* 24 h (TI-4) */
#define OKI_GATE_CONSENTS	3

struct oki_gate_input {
	int	category;	/* for the permit alone */
	int	about;		/* enum oki_about */
	int	moment;		/* enum oki_moment */
	int	purpose;	/* ONSHI_PURPOSE_… */
	int	method;		/* ONSHI_METHOD_… */
	bool	proven;		/* by the service's answer to a card check-in
				   of this visit */
	bool	token;		/* the visit's own is in hand, or its link
				   carries none */
	bool	ended;		/* the visit */
	int	facility;	/* enum oki_facility */
	unsigned int open_to;	/* licences (bits) that may see it at this kind
				   of facility on this day; 0: not given here */
	bool	has_operator;	/* medical: who asks; eligibility of a visual
				   check: who compared the photograph */
	bool	operator_required;	/* for eligibility, too (CO-13) */
	int	licence;	/* ONSHI_LICENCE_… */
	int	sign_in;	/* ONSHI_SIGNIN_… */
	int	sign_in_least;
	bool	confirmed;	/* visual: an operator's yes, in this visit */
	bool	register_use;
	int	tries;		/* PIN tries known to be left; 0: none known */
	bool	phone;		/* the holder's, no card */
	/* Its own first, then those of what the question brings beside. */
	struct oki_gate_consent consent[OKI_GATE_CONSENTS];
	int	consents;	/* how many it needs */
	int64_t	now_ms;		/* the same clock as theirs */
	int	certificate;	/* ONSHI_CERTIFICATE_…, 0 where there is none */
	bool	grace_by_service;	/* XCRD0101W */
	bool	recorded;	/* a record (audit) is set up */

	/* The exceptional modes alone (DI, EM); in a visit all of it is zero,
	 * and what stands there refuses. */
	int	mode;		/* enum oki_mode */
	bool	enabled;	/* by the config */
	bool	hospital;	/* the facility (EM-1) */
	bool	eprescription;	/* its service is used here (DI-8) */
	int	way;		/* ONSHI_WAY_… */
	int	widest;		/* the last ONSHI_WAY_… that is open: by card,
				   by number, by four items (EM-3) */
	int	basis;		/* ONSHI_BASIS_… */
	bool	reason;
	int	consenter;	/* ONSHI_CONSENTER_… */
	int	identified;	/* ONSHI_IDENTIFIED_… */
	int	want;		/* ONSHI_WANT_… */
	bool	wanted;		/* this category is within it (EM-4) */
	bool	own_needed;	/* it has a basis of its own (DI-8), */
	int	own_basis;	/* which is this, */
	bool	own_reason;	/* with this */
	bool	right;		/* OQSCD043 */
	bool	factors;	/* two that differ, OQSCD041 */
	bool	acknowledged;	/* the notice, for this step (DI-5) */
	int64_t	since_ms;	/* boot clock: the person was found; 0 not yet */
};

/* ONSHI_OK, or the result that refuses with its rule, "CO-2" (static). rule
 * may be NULL. */
int	oki_gate_decide(const struct oki_gate_input *in, const char **rule)
	    OKI_CHECK;

/* The moment at which a consent is over; 0 where its times are not known. */
int64_t	oki_gate_consent_end(int64_t from_ms, int64_t until_ms);

/*
 * Leave to build one request for medical information: made by the gate alone,
 * good for one category and one use. Room query's builder takes nothing else
 * (SEC-86). None for eligibility, none before there is a question, and none
 * when the answer is there already: ONSHI_E_ARG.
 */
struct oki_permit;
int	oki_gate_permit(const struct oki_gate_input *in,
	    struct oki_permit **out, const char **rule) OKI_CHECK;
/* The category once, then -1: a permit is used up. */
int	oki_permit_use(struct oki_permit *p);
void	oki_permit_free(struct oki_permit **pp);

#endif
