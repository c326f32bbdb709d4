/* What the gate is asked: the case as it stands at one of three moments. */
#include <string.h>

#include "query/inside.h"

/* SEC-88: both clocks went on alike since the consent was given. */
#define CLOCK_SLACK_MS	60000

static bool
clocks_agree(const struct oki_case *k)
{
	int64_t wall = oki_wall_ms(k->env) - k->wall0_ms;
	int64_t boot = oki_boot_ms(k->env) - k->boot0_ms;
	int64_t apart = wall > boot ? wall - boot : boot - wall;

	return apart <= CLOCK_SLACK_MS;
}

static int
consent_state(const struct oki_consent *c)
{
	if (c->withdrawn)
		return OKI_CONSENT_WITHDRAWN;
	if (!c->given)
		return OKI_CONSENT_NONE;

	return c->granted ? OKI_CONSENT_GRANTED : OKI_CONSENT_GIVEN;
}

/* The other consents that a category needs, as care needs that to drugs. */
static void
fill_with(const struct oki_case *k, struct oki_gate_input *in)
{
	const struct oki_consent *c;
	size_t i;
	int other;

	for (i = 0; i < OKI_GATE_WITH; i++) {
		other = oki_gate_with(in->category, i);
		if (other < 0 || other >= OKI_CATEGORIES)
			continue;
		c = &k->consent[other];
		in->with[i].state = consent_state(c);
		in->with[i].since = c->since;
		in->with[i].until = c->until;
	}
}

void
oki_gate_input_fill(const struct oki_case *k, int category,
    const struct onshi_operator *op, enum oki_moment moment,
    struct oki_gate_input *in)
{
	const struct onshi_config *c = oki_env_config(k->env);
	static const struct oki_consent none;
	const struct oki_consent *consent = &none;

	if (category >= 0 && category < OKI_CATEGORIES)
		consent = &k->consent[category];
	memset(in, 0, sizeof(*in));
	in->category = category;
	in->moment = (int)moment;
	in->purpose = k->purpose;
	in->method = k->method;
	in->proven = k->proven;
	in->ended = k->ended;
	in->facility = oki_config_word(c, OKI_FACILITY_KIND);
	in->pharmacy_checkups = oki_config_word(c,
	    OKI_RULES_PHARMACY_CHECKUPS) == 1;
	in->has_operator = op != NULL;
	in->licence = op != NULL ? op->licence : ONSHI_LICENCE_RECEPTION;
	in->sign_in = op != NULL ? op->sign_in : ONSHI_SIGNIN_NONE;
	in->sign_in_least = oki_config_word(c, OKI_FACILITY_SIGN_IN);
	in->confirmed = k->confirmed;
	in->register_use = k->register_use;
	in->consent = consent_state(consent);
	in->consent_since = consent->since;
	in->consent_until = consent->until;
	fill_with(k, in);
	in->now = oki_wall(k->env);
	in->clock_agrees = clocks_agree(k);
	in->certificate = k->certificate;
	in->grace_by_service = k->grace;
	in->recorded = oki_audit_is_on(k->audit);
}

int
oki_question_gate(struct oki_question *q, enum oki_moment moment,
    struct onshi_error *e)
{
	struct oki_gate_input in;
	const char *rule = NULL;
	int r;

	oki_gate_input_fill(q->k, q->category, q->op, moment, &in);
	r = oki_gate_decide(&in, &rule);
	OKI_LOG(q->k->env, GATE, OKI_N(STEP, moment),
	    OKI_W(CATEGORY, onshi_category_name(q->category)),
	    OKI_W(RESULT, onshi_result_name(r)),
	    OKI_W(RULE, rule != NULL ? rule : "-"));
	if (r != ONSHI_OK) {
		e->phase = ONSHI_PHASE_RULES;
		(void)oki_copy(e->rule, sizeof(e->rule),
		    rule != NULL ? rule : "");
		return oki_fail(e, r, "%s: refused by rule %s",
		    onshi_category_name(q->category),
		    rule != NULL ? rule : "-");
	}

	return ONSHI_OK;
}

static bool
consent_holds(const struct oki_consent *c, const struct oki_env *env)
{
	int64_t end = oki_consent_end(c);

	return c->withdrawn == 0 && (end == 0 || oki_wall(env) < end);
}

/* What rests on several consents dies with any of them. */
int
oki_query_readable(const struct oki_case *k, int category, const char **rule)
{
	size_t i;
	int other;

	*rule = "CO-10";
	if (category == ONSHI_CATEGORY_ELIGIBILITY || category <= 0 ||
	    category >= OKI_CATEGORIES)
		return ONSHI_OK;
	if (!consent_holds(&k->consent[category], k->env))
		return ONSHI_E_EXPIRED;
	for (i = 0; i < OKI_GATE_WITH; i++) {
		other = oki_gate_with(category, i);
		if (other >= 0 && other < OKI_CATEGORIES &&
		    !consent_holds(&k->consent[other], k->env))
			return ONSHI_E_EXPIRED;
	}

	return clocks_agree(k) ? ONSHI_OK : ONSHI_E_EXPIRED;
}

int
oki_query_may(const struct oki_case *k, int category,
    const struct onshi_operator *op, const char **rule)
{
	struct oki_gate_input in;

	oki_gate_input_fill(k, category, op, OKI_BEFORE_RECORD, &in);

	return oki_gate_decide(&in, rule);
}
