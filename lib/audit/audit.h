/*
 * audit: the record of who asked what, when, why and on what basis, kept so
 * that no change goes unnoticed (CO-7, security.md 13). May include core and
 * crypto. The file sink is one of the sinks of tables.h's kind.
 */
#ifndef OKI_AUDIT_H
#define OKI_AUDIT_H

#include "core/core.h"
#include "crypto/crypto.h"
#include "onshikaku/audit.h"

enum oki_audit_event {		/* the closed list of security.md 13.3 */
	OKI_AUDIT_LOG_OPEN, OKI_AUDIT_LOG_RECOVERED, OKI_AUDIT_LOG_TORN,
	OKI_AUDIT_LOG_ROTATE, OKI_AUDIT_LOG_PRUNE, OKI_AUDIT_LOG_ANCHOR,
	OKI_AUDIT_IDENTITY_BEGIN, OKI_AUDIT_IDENTITY_END,
	OKI_AUDIT_CONSENT_GIVEN, OKI_AUDIT_CONSENT_REFUSED,
	OKI_AUDIT_CONSENT_WITHDRAWN,
	OKI_AUDIT_QUERY_INTENT, OKI_AUDIT_QUERY_OUTCOME,
	OKI_AUDIT_QUERY_REFUSED,
	OKI_AUDIT_RESULT_READ, OKI_AUDIT_RESULT_WIPED,
	OKI_AUDIT_DISASTER_ON, OKI_AUDIT_DISASTER_ACK,
	OKI_AUDIT_CONFIG_CHANGE, OKI_AUDIT_CLOCK_JUMP
};

enum oki_audit_outcome {
	OKI_AUDIT_OK, OKI_AUDIT_MINOR, OKI_AUDIT_SERIOUS, OKI_AUDIT_MAJOR,
	OKI_AUDIT_UNKNOWN
};

/* What a caller says; number, time, boot, chain and HMAC are added here. Any
 * text may be NULL ("-"). Never a name, birth date, insured number, serial. */
struct oki_audit_entry {
	enum oki_audit_event	event;
	enum oki_audit_outcome	outcome;
	const char	*operator_id;	/* a */
	const char	*licence;	/* l: name and sign-in, "doctor:two-factor" */
	const char	*terminal;	/* s */
	const char	*patient;	/* p: the institution's own number */
	const char	*categories;	/* k: "drugs,care" */
	const char	*purpose;	/* u: purpose and basis, "care:consent" */
	const char	*identity;	/* i: method and age in s, "pin:12" */
	const char	*consent;	/* c: state, time, end */
	const char	*request_id;	/* q: 16 hexadecimal digits */
	const char	*link;		/* w */
	const char	*result;	/* r: name, service's code, counts */
	const char	*rules;		/* z: "CO-2,CO-4" */
};

/*
 * The record of a root, from its config: audit.dir, a vendor's table, or none.
 * A directory without a record (no audit init yet) is not a failure here:
 * oki_audit_is_on is false then. Counted; threads may share it.
 */
struct oki_audit;
int	oki_audit_open(struct oki_env *env, struct oki_audit **out,
	    struct onshi_error *e) OKI_CHECK;
struct oki_audit *oki_audit_ref(struct oki_audit *a);
void	oki_audit_close(struct oki_audit **ap);

/* Whether entries are kept. Looks again each time while there is no record, so
 * that `audit init` needs no restart. */
bool	oki_audit_is_on(struct oki_audit *a);

/*
 * Durable when it returns ONSHI_OK (SEC-93). ONSHI_E_AUDIT otherwise; where no
 * record is set up it is ONSHI_E_AUDIT_NONE and nothing is written.
 */
int	oki_audit_append(struct oki_audit *a,
	    const struct oki_audit_entry *entry, struct onshi_error *e)
	    OKI_CHECK;

#endif
