/* Entries of the record about a case: what, by whom, on what basis (CO-7). */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "query/inside.h"

#define LEAST_MS	100	/* for what was done, even if its time is over */

static const char *
word(const char *name)
{
	return name != NULL ? name : "-";
}

static void
describe_operator(const struct oki_case *k, const struct onshi_operator *op,
    struct oki_audit_entry *entry, struct oki_field_texts *t)
{
	if (op == NULL)
		op = k->operator;
	if (op == NULL) {
		entry->operator_id = "system";	/* CO-13 */
		return;
	}
	entry->operator_id = op->id;
	(void)snprintf(t->licence, sizeof(t->licence), "%s:%s%s%s%s",
	    word(onshi_licence_name(op->licence)),
	    word(onshi_sign_in_name(op->sign_in)),
	    op->right != 0 ? ":right" : "", op->factors[0] != '\0' ? ":" : "",
	    op->factors);
	entry->licence = t->licence;
}

static void
describe_consent(const struct oki_consent *c, struct oki_audit_entry *entry,
    struct oki_field_texts *t)
{
	const char *state = "refused";

	if (c->withdrawn != 0)
		state = "withdrawn";
	else if (c->granted)
		state = "granted";
	else if (c->given)
		state = "given";
	(void)snprintf(t->consent, sizeof(t->consent),
	    "%s:%" PRId64 ":%" PRId64, state, c->since, c->until);
	entry->consent = t->consent;
}

static void
describe_case(const struct oki_case *k, int category,
    struct oki_audit_entry *entry, struct oki_field_texts *t)
{
	int64_t age = k->proved_ms != 0 ?
	    (oki_boot_ms(k->env) - k->proved_ms) / 1000 : 0;

	(void)snprintf(t->terminal, sizeof(t->terminal), "desk-%s",
	    oki_config_text(oki_env_config(k->env), OKI_FACILITY_DESK));
	entry->terminal = t->terminal;
	entry->patient = k->patient[0] != '\0' ? k->patient : NULL;
	entry->categories = onshi_category_name(category);
	/* PU-1: whatever the visit is for, that question is insurance's. */
	(void)snprintf(t->purpose, sizeof(t->purpose), "%s:%s",
	    word(onshi_purpose_name(category == ONSHI_CATEGORY_ELIGIBILITY ?
	    ONSHI_PURPOSE_INSURANCE : k->purpose)),
	    category == ONSHI_CATEGORY_ELIGIBILITY ? "law" : "consent");
	entry->purpose = t->purpose;
	if (k->mode != OKI_MODE_ORDINARY) {
		oki_mode_describe(k, category, t);
		entry->identity = t->identity;
		entry->consent = t->consent;
		return;
	}
	if (k->method != 0) {
		(void)snprintf(t->identity, sizeof(t->identity),
		    "%s:%" PRId64 ":%s", onshi_method_name(k->method),
		    age, k->proven ? "proven" : "claimed");
		entry->identity = t->identity;
	}
	if (category > 0 && category < OKI_CATEGORIES)
		describe_consent(&k->consent[category], entry, t);
}

static enum oki_audit_outcome
weight(enum oki_audit_event event, int result)
{
	if (event == OKI_AUDIT_QUERY_INTENT)
		return OKI_AUDIT_UNKNOWN;
	if (result >= 0)
		return OKI_AUDIT_OK;

	return onshi_result_class(result) == 6 ? OKI_AUDIT_SERIOUS :
	    OKI_AUDIT_MINOR;
}

/* Eligibility is answered without a record, and says so; the gate has refused
 * medical questions by then. */
static int
append(struct oki_case *k, const struct oki_audit_entry *entry,
    const struct oki_wait *w, struct onshi_error *e)
{
	int64_t start = oki_steady_ms(k->env);
	int r = ONSHI_OK;

	if (oki_audit_is_on(k->audit)) {
		r = oki_audit_append(k->audit, entry, w, e);
		atomic_store(&k->recorded, r == ONSHI_OK);
		if (r != ONSHI_OK && e != NULL)
			e->phase = ONSHI_PHASE_AUDIT;
	}
	k->ms[ONSHI_PHASE_AUDIT] += (int32_t)(oki_steady_ms(k->env) - start);

	return r;
}

/* What was done, whatever its call still has time for. */
static int
append_done(struct oki_case *k, const struct oki_audit_entry *entry,
    const struct oki_wait *w, struct onshi_error *e)
{
	struct oki_wait least;

	if (w != NULL && oki_wait_left(w) < LEAST_MS) {
		oki_wait_init(&least, k->env, LEAST_MS, NULL);
		w = &least;
	}

	return append(k, entry, w, e);
}

/* TI-4: a wall clock that was set is noted, each time, and harms nothing. */
void
oki_case_note_jump(struct oki_case *k, const struct oki_wait *w)
{
	int64_t wall = oki_wall_ms(k->env), boot = oki_boot_ms(k->env);
	int64_t apart = (wall - k->wall0_ms) - (boot - k->boot0_ms);

	if (apart >= -OKI_CLOCK_JUMP_MS && apart <= OKI_CLOCK_JUMP_MS)
		return;
	k->wall0_ms = wall;
	k->boot0_ms = boot;
	if (oki_case_note(k, OKI_AUDIT_CLOCK_JUMP, NULL,
	    ONSHI_CATEGORY_ELIGIBILITY, ONSHI_OK, w, NULL) != ONSHI_OK) {
		atomic_store(&k->recorded, 0);
		oki_audit_miss(k->audit, 1);
	}
}

int
oki_case_note(struct oki_case *k, enum oki_audit_event event,
    const struct onshi_operator *op, int category, int result,
    const struct oki_wait *w, struct onshi_error *e)
{
	struct oki_audit_entry entry = { .event = event };
	struct oki_field_texts t = { .licence = "" };

	entry.outcome = weight(event, result);
	describe_operator(k, op, &entry, &t);
	describe_case(k, category, &entry, &t);
	(void)snprintf(t.result, sizeof(t.result), "%s",
	    onshi_result_name(result));
	entry.result = t.result;

	return append_done(k, &entry, w, e);
}

int
oki_question_note(struct oki_question *q, enum oki_audit_event event,
    int result, const struct onshi_error *why, const struct onshi_exchange *x,
    size_t count, struct onshi_error *e)
{
	struct oki_audit_entry entry = { .event = event };
	struct oki_field_texts t = { .licence = "" };
	int r;

	entry.outcome = weight(event, result);
	describe_operator(q->k, q->op, &entry, &t);
	describe_case(q->k, q->category, &entry, &t);
	entry.request_id = q->short_id;
	(void)snprintf(t.link, sizeof(t.link), "%s:%s:%s",
	    oki_link_name(q->k->link), q->function,
	    x != NULL && x->facts[0] != '\0' ? x->facts : "-");
	entry.link = t.link;
	if (event != OKI_AUDIT_QUERY_INTENT) {
		(void)snprintf(t.result, sizeof(t.result), "%s:%s:%zu:%zu",
		    onshi_result_name(result),
		    oki_is_word(q->service_code, 63) ? q->service_code : "-",
		    count, x != NULL ? x->answer.len : (size_t)0);
		entry.result = t.result;
	}
	if (why != NULL && why->rule[0] != '\0')
		entry.rules = why->rule;

	/* An intent that cannot be written is none: nothing is sent. */
	if (event == OKI_AUDIT_QUERY_INTENT)
		return append(q->k, &entry, q->wait, e);
	if ((r = append_done(q->k, &entry, q->wait, e)) != ONSHI_OK)
		oki_audit_miss(q->k->audit, 1);

	return r;
}
