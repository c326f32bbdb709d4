/* What a visit says of itself. */
#include "visit/inside.h"

int64_t
onshi_visit_fd(struct onshi_visit *v)
{
	return v != NULL ? oki_event_fd(v->ready) : -1;
}

const struct onshi_error *
onshi_visit_error(const struct onshi_visit *v)
{
	return v != NULL ? &v->error : oki_no_handle();
}

const char *
onshi_visit_id(const struct onshi_visit *v)
{
	return v != NULL ? v->k.id : "";
}

int
onshi_visit_consent(const struct onshi_visit *v, int category, int *given,
    int *granted, int64_t *since, int64_t *until)
{
	static const struct oki_consent none;
	const struct oki_consent *c = &none;
	bool is_one = v != NULL && category > ONSHI_CATEGORY_ELIGIBILITY &&
	    category < OKI_CATEGORIES;

	if (is_one)
		c = &v->k.consent[category];
	if (given != NULL)
		*given = oki_consent_is_given(c);
	if (granted != NULL)
		*granted = c->given && c->granted && !c->withdrawn;
	if (since != NULL)
		*since = c->since;
	if (until != NULL)
		*until = c->until;
	if (!is_one)
		return ONSHI_E_ARG;

	return c->asked ? ONSHI_OK : ONSHI_ABSENT;
}

const struct onshi_certificate *
onshi_visit_certificate(const struct onshi_visit *v)
{
	/* The work under way may free it. */
	return v != NULL && !oki_worker_is_busy(v) ? v->certificate : NULL;
}

int32_t
onshi_visit_apdus(const struct onshi_visit *v)
{
	return v != NULL ? v->apdus : 0;
}

int32_t
onshi_visit_apdu_bytes(const struct onshi_visit *v)
{
	return v != NULL ? v->bytes : 0;
}

int32_t
onshi_visit_ms(const struct onshi_visit *v, int phase)
{
	return v != NULL && phase >= 0 && phase < OKI_PHASES ?
	    v->k.ms[phase] : 0;
}

int
onshi_visit_is_recorded(const struct onshi_visit *v)
{
	union { const struct onshi_visit *in; struct onshi_visit *out; }
	    u = { v };

	return v != NULL && atomic_load(&u.out->k.recorded) ? 1 : 0;
}
