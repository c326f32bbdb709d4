/* What is refused before it is asked, and what may still be read. */
#include <string.h>

#include "query/inside.h"

const char *
oki_query_function(const struct oki_case *k, int category)
{
	const struct oki_category *row = oki_category(category);

	if (row != NULL && row->function != NULL)
		return row->function;
	if (k->bulk != NULL)
		return k->bulk->hand_in;
	if (k->mode != OKI_MODE_ORDINARY)
		return oki_mode_function(k);

	return k->method == ONSHI_METHOD_NUMBER ||
	    k->method == ONSHI_METHOD_READER ? "OQSsiquc01req" :
	    "OQSsiquc01req+card";
}

bool
oki_query_is_question(int mode, int category)
{
	const struct oki_category *row = oki_category(category);

	if (row == NULL || row->about == OKI_ABOUT_NOTHING)
		return false;
	if (row->about == OKI_ABOUT_ELIGIBILITY)
		return true;

	return mode == OKI_MODE_ORDINARY ? oki_category_is_visits(category) :
	    (row->modes >> mode & 1) != 0;
}

static bool
is_carried(const struct oki_case *k, int category)
{
	return oki_link_carries(k->link, oki_query_function(k, category)) !=
	    ONSHI_FORM_NONE;
}

int
oki_query_may(const struct oki_case *k, int category,
    const struct onshi_operator *op, const char **rule)
{
	struct oki_gate_input in;
	int r;

	oki_gate_input_fill(k, category, op,
	    k->proven || k->bulk != NULL ? OKI_BEFORE_RECORD :
	    OKI_IF_ASKED, &in);
	if (in.method == 0)		/* not chosen yet: any may come */
		in.method = ONSHI_METHOD_PIN;
	if ((r = oki_gate_decide(&in, rule)) != ONSHI_OK)
		return r;

	return is_carried(k, category) ? ONSHI_OK : ONSHI_E_UNSUPPORTED;
}

/* A category takes the eligibility with it; without its consent that is
 * answered, and whoever reads the error is to know. */
static int
refuse(int category, int result, const char *rule, struct onshi_error *e)
{
	if (category == ONSHI_CATEGORY_ELIGIBILITY)
		return oki_gate_refuse(category, result, rule, e);

	return oki_fail_rule(e, rule, result, "%s: refused by rule %s; "
	    "without this consent the eligibility is answered",
	    oki_category(category)->name, rule);
}

/* One category, with nobody who asks for it yet. */
static int
is_possible(const struct oki_case *k, int category, struct onshi_error *e)
{
	const char *function = oki_query_function(k, category);
	bool medical = category != ONSHI_CATEGORY_ELIGIBILITY;
	struct oki_gate_input in;
	const char *rule = NULL;
	int r;

	oki_gate_input_fill(k, category, NULL, OKI_AT_FIRST, &in);
	if ((r = oki_gate_decide(&in, &rule)) != ONSHI_OK)
		return refuse(category, r, rule, e);
	if (!is_carried(k, category))
		return oki_fail(e, ONSHI_E_UNSUPPORTED,
		    "the %s link does not carry %s%s", oki_link_name(k->link),
		    function, medical ? "; without this consent the "
		    "eligibility is answered" : "");

	return ONSHI_OK;
}

int
oki_query_possible(const struct oki_case *k, struct onshi_error *e)
{
	int i, r;

	if ((r = is_possible(k, ONSHI_CATEGORY_ELIGIBILITY, e)) != ONSHI_OK)
		return r;
	for (i = 1; i < OKI_CATEGORIES; i++)
		if (!oki_category_rides(i) &&
		    (oki_consent_is_given(&k->consent[i]) ||
		    k->consent[i].to_ask) &&
		    (r = is_possible(k, i, e)) != ONSHI_OK)
			return r;

	return ONSHI_OK;
}

/* Of what rests on consent: it has to hold, and so do those that it needs. */
static bool
consent_holds(const struct oki_case *k, int category)
{
	const struct oki_consent *c = &k->consent[category];
	int64_t end = oki_consent_end_ms(c);

	if (!oki_consent_is_given(c) || !c->granted)
		return false;

	return oki_category_rides(category) ||
	    (end != 0 && oki_boot_ms(k->env) < end);
}

int
oki_query_readable(const struct oki_case *k, int category, const char **rule)
{
	const struct oki_category *row = oki_category(category);
	size_t i;

	if (rule != NULL)
		*rule = "CO-10";
	if (row == NULL)
		return ONSHI_E_EXPIRED;
	if (row->about == OKI_ABOUT_ELIGIBILITY)
		return ONSHI_OK;
	if (k->mode != OKI_MODE_ORDINARY)
		return oki_mode_holds(k) ? ONSHI_OK : ONSHI_E_EXPIRED;
	if (k->ended || !consent_holds(k, category))
		return ONSHI_E_EXPIRED;
	for (i = 0; i < OKI_COUNT(row->needs) && row->needs[i] != 0; i++)
		if (!consent_holds(k, row->needs[i]))
			return ONSHI_E_EXPIRED;

	return ONSHI_OK;
}

static bool
rides_still(const void *self, int category)
{
	return consent_holds(self, category);
}

void
oki_case_cut(const struct oki_case *k, struct oki_doc *answer)
{
	oki_category_cut(answer, rides_still, k);
}
