/* What the gate is asked: the case as it stands at one of its moments. */
#include <string.h>

#include "query/inside.h"

static int
consent_state(const struct oki_consent *c)
{
	if (c->withdrawn != 0)
		return OKI_CONSENT_WITHDRAWN;
	if (c->to_ask)			/* it may come */
		return OKI_CONSENT_GIVEN;
	if (!c->given)
		return OKI_CONSENT_NONE;

	return c->granted ? OKI_CONSENT_GRANTED : OKI_CONSENT_GIVEN;
}

/* Its own consent, and those that it needs, as care needs that to drugs. */
static void
fill_consents(const struct oki_case *k, int category,
    struct oki_gate_input *in)
{
	const struct oki_category *row = oki_category(category);
	const struct oki_consent *c;
	int i = 0, which = category;

	if (row == NULL || row->about != OKI_ABOUT_MEDICAL ||
	    k->mode != OKI_MODE_ORDINARY)
		return;
	do {
		c = &k->consent[which];
		in->consent[i].state = consent_state(c);
		in->consent[i].from_ms = c->from_ms;
		in->consent[i].until_ms = c->until_ms;
		which = i < OKI_GATE_CONSENTS - 1 ? row->needs[i] : 0;
	} while (++i < OKI_GATE_CONSENTS && which != 0);
	in->consents = i;
}

static void
fill_operator(const struct oki_case *k, const struct onshi_operator *op,
    struct oki_gate_input *in)
{
	if (op == NULL)
		op = k->operator;
	in->has_operator = op != NULL;
	in->licence = op != NULL ? op->licence : ONSHI_LICENCE_RECEPTION;
	in->sign_in = op != NULL ? op->sign_in : ONSHI_SIGNIN_NONE;
}

/* CO-5; a deployment can switch a row off for pharmacies. */
static unsigned int
open_to(const struct oki_case *k, const struct oki_category *row,
    int facility)
{
	if (row == NULL || (row->pharmacy_switch &&
	    facility == OKI_FACILITY_PHARMACY &&
	    oki_config_word(oki_env_config(k->env),
	    OKI_RULES_PHARMACY_CHECKUPS) != 1))
		return 0;

	return oki_category_open_to(row, facility,
	    oki_date_of(oki_now(k->env)));
}

void
oki_gate_input_fill(const struct oki_case *k, int category,
    const struct onshi_operator *op, enum oki_moment moment,
    struct oki_gate_input *in)
{
	const struct onshi_config *c = oki_env_config(k->env);
	const struct oki_category *row = oki_category(category);

	memset(in, 0, sizeof(*in));
	in->category = category;
	in->about = row != NULL ? row->about : OKI_ABOUT_NOTHING;
	in->moment = (int)moment;
	in->purpose = k->purpose;
	in->method = k->method;
	in->proven = k->proven;
	in->token = k->token != NULL || !oki_link_has_tokens(k->link);
	in->ended = k->ended;
	in->facility = oki_config_word(c, OKI_FACILITY_KIND);
	in->open_to = open_to(k, row, in->facility);
	fill_operator(k, op, in);
	in->operator_required = oki_config_word(c,
	    OKI_FACILITY_OPERATOR_REQUIRED) == 1;
	in->sign_in_least = oki_config_word(c, OKI_FACILITY_SIGN_IN);
	in->confirmed = k->confirmed;
	in->register_use = k->register_use;
	in->tries = k->tries;
	in->phone = k->phone;
	fill_consents(k, category, in);
	in->now_ms = oki_boot_ms(k->env);
	in->certificate = k->certificate;
	in->grace_by_service = k->grace;
	in->recorded = oki_audit_is_on(k->audit);
	if (k->mode != OKI_MODE_ORDINARY)
		oki_mode_gate(k, row, op != NULL ? op : k->operator, in);
}

int
oki_gate_refuse(int category, int result, const char *rule,
    struct onshi_error *e)
{
	return oki_fail_rule(e, rule, result, "%s: refused by rule %s",
	    oki_category(category) != NULL ? oki_category(category)->name :
	    "-", rule != NULL ? rule : "-");
}

int
oki_question_gate(struct oki_question *q, enum oki_moment moment,
    struct onshi_error *e)
{
	struct oki_gate_input in;
	const char *rule = NULL;
	int r;

	if (q->k->look != NULL &&
	    (r = q->k->look(q->k->look_self, e)) != ONSHI_OK)
		return r;
	oki_gate_input_fill(q->k, q->category, q->op, moment, &in);
	r = oki_gate_decide(&in, &rule);
	OKI_LOG(q->k->env, GATE, OKI_N(STEP, moment),
	    OKI_W(CATEGORY, onshi_category_name(q->category)),
	    OKI_W(RESULT, onshi_result_name(r)),
	    OKI_W(RULE, rule != NULL ? rule : "-"));

	return r == ONSHI_OK ? r :
	    oki_gate_refuse(q->category, r, rule, e);
}
