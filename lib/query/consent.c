/* A consent as it stands, and the bytes by which the card signs it. */
#include "query/inside.h"

bool
oki_consent_is_given(const struct oki_consent *c)
{
	return c->given && c->withdrawn == 0;
}

int64_t
oki_consent_end_ms(const struct oki_consent *c)
{
	return oki_gate_consent_end(c->from_ms, c->until_ms);
}

/*
 * The card signs the consent, so that nobody between the patient's touch and
 * the service can widen it.
 */
int
oki_query_to_sign(const struct oki_case *k, const struct oki_challenge *c,
    struct oki_buf *out)
{
	int category, r, turn;

	if ((r = oki_buf_format(out, "onshikaku-visit-1\n%s\n%s\n"
	    "Method=2\nRegisterUse=%d\n", c->value,
	    oki_config_text(oki_env_config(k->env), OKI_FACILITY_CODE),
	    k->register_use ? 1 : 0)) != ONSHI_OK)
		return r;
	for (turn = 1; (category = oki_category_in_turn(turn)) >= 0; turn++)
		if ((r = oki_buf_format(out, "%s=%d\n",
		    oki_category(category)->consent.signed_name,
		    oki_consent_is_given(&k->consent[category]) ? 1 : 0)) !=
		    ONSHI_OK)
			return r;

	return ONSHI_OK;
}
