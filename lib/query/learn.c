/* What the answer to a check-in tells about the case. */
#include <string.h>

#include "query/inside.h"

/* A note of the binding: the certificate has expired and is in grace. */
#define CODE_IN_GRACE	"XCRD0101W"
#define MEDICAL_AID	"A1"
#define SLACK		60	/* seconds, between clocks of the service */

static int64_t
time_of(const char *text)
{
	int64_t t;

	return text != NULL && oki_time_parse(text, &t) ? t : 0;
}

int64_t
oki_answer_time(const struct oki_case *k, const struct oki_doc *answer)
{
	int64_t t = time_of(oki_record_get(oki_doc_header(answer),
	    ONSHI_EL_PROCESS_EXECUTION_TIME));

	return t != 0 ? t : oki_now(k->env);
}

/* What the service has not granted, or not yet. */
static void
ungrant(struct oki_consent *c)
{
	c->granted = false;
	c->since = c->until = 0;
	c->from_ms = c->until_ms = 0;
}

/* One result that grants: of several, the time that all of them allow. */
static void
narrow(struct oki_consent *c, const struct oki_consent_row *row,
    const struct onshi_record *rec)
{
	int64_t since = time_of(oki_record_get(rec, row->time));
	int64_t until = row->until == 0 ? 0 :
	    time_of(oki_record_get(rec, row->until));

	if (since > c->since)
		c->since = since;
	if (until != 0 && (c->until == 0 || until < c->until))
		c->until = until;
}

/*
 * Consents are granted by the service, and only what the patient gave: by the
 * results, each with times of its own. One that refuses outweighs the others;
 * what stands elsewhere, as in an echo, grants nothing.
 */
static void
learn_consent(struct oki_consent *c, const struct oki_consent_row *row,
    const struct onshi_record *root)
{
	const struct onshi_record *rec = NULL;
	const char *flag;

	while ((rec = oki_record_next_of(root,
	    ONSHI_EL_RESULT_OF_QUALIFICATION_CONFIRMATION, rec)) != NULL) {
		if ((flag = oki_record_get(rec, row->flag)) == NULL)
			continue;
		if (strcmp(flag, "1") != 0) {
			ungrant(c);
			return;
		}
		narrow(c, row, rec);
		c->granted = true;
	}
}

/*
 * TI-4: it runs for as long as the service says, from the moment at which it
 * was asked, on the clock that nobody sets; no longer than a day after it was
 * registered. One whose times contradict each other has none.
 */
static void
time_consent(const struct oki_case *k, struct oki_consent *c, int64_t now)
{
	int64_t end = c->until;

	c->from_ms = c->until_ms = 0;
	if (c->since <= 0 || end <= c->since || c->since > now + SLACK)
		return;
	/* One that is kept at the service lives there until its own end; here it
	 * is good for a day, by the gate. */
	if (k->bulk == NULL && end > c->since + OKI_CONSENT_LONGEST_MS / 1000)
		end = c->since + OKI_CONSENT_LONGEST_MS / 1000;
	if (end <= now)
		return;
	/* What the reader wrote may be older than this machine is up. */
	c->from_ms = k->asked_ms > 0 ? k->asked_ms : 1;
	c->until_ms = k->asked_ms + (end - now) * 1000;
}

/* By typed numbers, only what rides in the answer itself (CO-2). */
static void
learn_consents(struct oki_case *k, const struct oki_doc *answer)
{
	const struct onshi_record *root = oki_doc_root(answer);
	int64_t now = oki_answer_time(k, answer);
	struct oki_consent *c;
	int i;

	for (i = 1; i < OKI_CATEGORIES; i++) {
		c = &k->consent[i];
		ungrant(c);
		if (!c->given || (k->method == ONSHI_METHOD_NUMBER &&
		    !oki_category_rides(i)))
			continue;
		learn_consent(c, &oki_category(i)->consent, root);
		time_consent(k, c, now);
	}
}

static void
copy_of(const struct onshi_record *rec, int el, char *to, size_t room)
{
	const char *text = oki_record_get(rec, el);

	(void)oki_copy_text(to, room, text != NULL ? text : "");
}

/* Medical questions name the insurance: the first that is no medical aid, or
 * that where it is all there is. */
const struct onshi_record *
oki_insured_of(const struct onshi_record *root)
{
	const struct onshi_record *rec = NULL, *best = NULL;
	const char *kind;

	while ((rec = oki_record_next_of(root,
	    ONSHI_EL_RESULT_OF_QUALIFICATION_CONFIRMATION, rec)) != NULL) {
		kind = oki_record_get(rec, ONSHI_EL_INSURED_CARD_CLASSIFICATION);
		if (best == NULL)
			best = rec;
		if (kind != NULL && strcmp(kind, MEDICAL_AID) == 0)
			continue;
		best = rec;
		break;
	}

	return best;
}

static void
learn_insured(struct oki_case *k, const struct onshi_record *root)
{
	const struct onshi_record *best = oki_insured_of(root);

	if (best == NULL)
		return;
	copy_of(best, ONSHI_EL_INSURER_NUMBER, k->insured.insurer,
	    sizeof(k->insured.insurer));
	copy_of(best, ONSHI_EL_INSURED_CARD_SYMBOL, k->insured.symbol,
	    sizeof(k->insured.symbol));
	copy_of(best, ONSHI_EL_INSURED_IDENTIFICATION_NUMBER,
	    k->insured.number, sizeof(k->insured.number));
	copy_of(best, ONSHI_EL_INSURED_BRANCH_NUMBER, k->insured.branch,
	    sizeof(k->insured.branch));
	copy_of(best, ONSHI_EL_BIRTHDATE, k->insured.birthdate,
	    sizeof(k->insured.birthdate));
	(void)oki_person_of(&k->person, best);
}

/* Whom the service knows by that card, insured now or before (TI-3). */
static bool
is_known_person(int outcome)
{
	return outcome == ONSHI_OUTCOME_VALID ||
	    outcome == ONSHI_OUTCOME_VALID_UNREGISTERED ||
	    outcome == ONSHI_OUTCOME_LOST ||
	    outcome == ONSHI_OUTCOME_LOST_NEWER_EXISTS;
}

int
oki_case_learn(struct oki_case *k, const struct oki_doc *answer,
    const struct oki_verdict *v, const struct onshi_exchange *x)
{
	const struct onshi_record *root = oki_doc_root(answer);

	oki_case_forget(k);		/* of an answer before this one */
	if (!is_known_person(v->outcome))
		return ONSHI_OK;
	if (k->mode == OKI_MODE_ORDINARY)
		learn_consents(k, answer);
	if (k->mode == OKI_MODE_ORDINARY && k->method == ONSHI_METHOD_NUMBER)
		return ONSHI_OK;
	k->grace = v->is_note && strcmp(v->code, CODE_IN_GRACE) == 0;
	learn_insured(k, root);
	if (k->ground.way == ONSHI_WAY_SEARCH) {
		oki_mode_found(k);
		return ONSHI_OK;
	}
	if (x->new_token[0] != '\0' && oki_secret_new(x->new_token,
	    strlen(x->new_token), &k->token) != ONSHI_OK)
		return ONSHI_E_NOMEM;
	k->proven = true;
	k->proved_ms = oki_boot_ms(k->env);

	return ONSHI_OK;
}

void
oki_case_forget(struct oki_case *k)
{
	size_t i;

	for (i = 0; i < OKI_CATEGORIES; i++)
		ungrant(&k->consent[i]);
	oki_wipe(&k->insured, sizeof(k->insured));
	oki_wipe(&k->person, sizeof(k->person));
	oki_secret_free(&k->token);
	if (k->ground.way == ONSHI_WAY_SEARCH) {
		k->ground.found = false;
		oki_wipe(&k->ground.hit, sizeof(k->ground.hit));
	}
	k->proven = false;
	k->grace = false;
	k->proved_ms = 0;
}

int
oki_case_carried(struct oki_case *k, const struct oki_doc *unit,
    struct onshi_error *e)
{
	const struct onshi_record *root = oki_doc_root(unit);
	const struct oki_category *row;
	int i, given = 0;

	k->asked_ms = oki_boot_ms(k->env);
	for (i = 1; i < OKI_CATEGORIES; i++) {
		row = oki_category(i);
		if (row->consent.flag == 0)
			continue;
		learn_consent(&k->consent[i], &row->consent, root);
		time_consent(k, &k->consent[i], oki_now(k->env));
		k->consent[i].asked = k->consent[i].given =
		    k->consent[i].granted;
		given += k->consent[i].given && !oki_category_rides(i);
	}
	learn_insured(k, root);
	if (given == 0 || k->insured.number[0] == '\0')
		return oki_fail_rule(e, "CO-11", ONSHI_E_CONSENT,
		    "the service has no consent of that person");

	return ONSHI_OK;
}

int
oki_case_carry_on(struct oki_case *k, const struct oki_case *bulk)
{
	const uint8_t *token;
	size_t len;

	token = oki_secret_bytes(bulk->token, &len);
	if (token != NULL && oki_secret_new(token, len, &k->token) !=
	    ONSHI_OK)
		return ONSHI_E_NOMEM;
	k->proven = true;
	k->proved_ms = oki_boot_ms(k->env);

	return ONSHI_OK;
}
