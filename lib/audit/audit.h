/*
 * audit: the trail of who asked what, when, why and on what basis, kept so
 * that no change goes unnoticed (CO-7, security.md 13). May include core and
 * crypto. The file sink is one of the sinks of tables.h's kind.
 */
#ifndef OKI_AUDIT_H
#define OKI_AUDIT_H

#include "core/core.h"
#include "crypto/crypto.h"
#include "onshikaku/audit.h"

enum oki_audit_event {		/* the closed list of onshi_audit(3) */
	OKI_AUDIT_LOG_OPEN, OKI_AUDIT_LOG_RECOVERED, OKI_AUDIT_LOG_TORN,
	OKI_AUDIT_LOG_ROTATE, OKI_AUDIT_LOG_PRUNE, OKI_AUDIT_LOG_ANCHOR,
	OKI_AUDIT_LOG_COPY,		/* a copy is behind, or goes on */
	OKI_AUDIT_LOG_GAP,		/* entries that could not be written */
	OKI_AUDIT_IDENTITY_BEGIN, OKI_AUDIT_IDENTITY_END,
	OKI_AUDIT_CONSENT_GIVEN, OKI_AUDIT_CONSENT_REFUSED,
	OKI_AUDIT_CONSENT_WITHDRAWN,
	OKI_AUDIT_QUERY_INTENT, OKI_AUDIT_QUERY_OUTCOME,
	OKI_AUDIT_QUERY_REFUSED,
	OKI_AUDIT_QUERY_ABANDONED,	/* another operator asks anew (CO-13) */
	OKI_AUDIT_RESULT_READ, OKI_AUDIT_RESULT_WIPED,
	OKI_AUDIT_PERSON_CONFIRMED,	/* the data are the person's, or */
	OKI_AUDIT_PERSON_DENIED,	/* not, says the operator (ID-10) */
	OKI_AUDIT_CARD_CHANGED,		/* another card than before (ID-9) */
	OKI_AUDIT_OPERATOR_SET,		/* who acts from here on (CO-13) */
	OKI_AUDIT_ARRIVAL_TAKEN,	/* a check-in of the official reader */
	OKI_AUDIT_VISIT_END,		/* CO-10 */
	OKI_AUDIT_VISIT_SEALED,		/* to be opened elsewhere, or */
	OKI_AUDIT_VISIT_OPENED,		/* opened, by whom (CO-14) */
	OKI_AUDIT_DISASTER_ON, OKI_AUDIT_DISASTER_ACK,	/* DI: begun, and */
	OKI_AUDIT_EMERGENCY_ON, OKI_AUDIT_EMERGENCY_ACK, /* the notice read; EM */
	OKI_AUDIT_CONFIG_CHANGE,
	OKI_AUDIT_CLOCK_JUMP		/* TI-4 */
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
	const char	*licence;	/* l: "doctor:two-factor" */
	const char	*terminal;	/* s */
	const char	*patient;	/* p: the institution's own number */
	const char	*categories;	/* k: "drugs,care" */
	const char	*purpose;	/* u: and basis: "care:consent" */
	const char	*identity;	/* i: method and age in s, "pin:12" */
	const char	*consent;	/* c: state, time, end */
	const char	*request_id;	/* q: 16 hexadecimal digits */
	const char	*link;		/* w */
	const char	*result;	/* r: name, service's code, counts */
	const char	*rules;		/* z: "CO-2,CO-4" */
};

/*
 * The trail of a root, from its config: audit.dir, a program's own sink, or
 * none. A directory without a trail is not a failure here, but of each append.
 * Threads may share it.
 */
struct oki_audit;
int	oki_audit_open(struct oki_env *env, struct oki_audit **out,
	    struct onshi_error *e) OKI_CHECK;
void	oki_audit_close(struct oki_audit **ap);

/*
 * Whether entries are to be kept: a directory is configured, or a program's
 * own sink. Whether the trail lies there is asked by each append, so that
 * `audit init` needs no restart, and a volume that is not mounted fails.
 */
bool	oki_audit_is_on(const struct oki_audit *a);

/*
 * Durable when it returns ONSHI_OK (SEC-93), else nothing of it is: the entry
 * stays the caller's, to be appended again. Waits for other writers until w
 * ends, and never longer than 5 s (SEC-98); w NULL: those 5 s. To cancel stops
 * no entry: what was done stands on the trail. ONSHI_E_AUDIT_GONE where
 * audit.dir is set and no trail lies there; ONSHI_E_AUDIT_NONE where nothing is
 * set; else ONSHI_E_AUDIT.
 */
int	oki_audit_append(struct oki_audit *a,
	    const struct oki_audit_entry *entry, const struct oki_wait *w,
	    struct onshi_error *e) OKI_CHECK;

/*
 * Whether the directory of audit.dir has a trail that could be added to, and
 * how many notes of entries that could not be written lie there; nothing is
 * written but the lock. Waits for other writers shortly.
 */
int	oki_audit_look(struct oki_env *env, size_t *gaps,
	    struct onshi_error *e) OKI_CHECK;

/*
 * So many entries of what was done are given up: they could not be written,
 * and nobody tries again. The next entry that stands, here or after a restart,
 * brings log.gap, which says so. What was refused for want of an entry is none.
 */
void	oki_audit_miss(struct oki_audit *a, size_t n);

#endif
