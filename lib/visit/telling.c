/* What a visit says of itself. */
#include "visit/inside.h"

static bool
is_ours(const struct onshi_visit *v)
{
	return v != NULL && oki_visit_is_ours(v);
}

/* Under the lock, and not while the visit's thread works. */
void
oki_visit_tell(const struct onshi_visit *v, struct oki_told *out)
{
	int i;

	out->apdus = v->apdus;
	out->bytes = v->bytes;
	for (i = 0; i < OKI_PHASES; i++)
		out->ms[i] = v->k.ms[i];
	for (i = 0; i < OKI_CATEGORIES; i++) {
		out->consent[i].asked = v->k.consent[i].asked;
		out->consent[i].given = v->k.consent[i].given;
		out->consent[i].granted = v->k.consent[i].granted;
		out->consent[i].since = v->k.consent[i].since;
		out->consent[i].until = v->k.consent[i].until;
	}
}

/* What the thread is changing is told as it was when it began. */
static void
tell(const struct onshi_visit *v, struct oki_told *out)
{
	oki_mutex_lock(v->lock);
	if (v->job != OKI_JOB_NONE && !v->job_done)
		*out = v->told;
	else
		oki_visit_tell(v, out);
	oki_mutex_unlock(v->lock);
}

int64_t
onshi_visit_fd(struct onshi_visit *v)
{
	return is_ours(v) ? oki_event_fd(v->ready) : -1;
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
	struct oki_told told = { .apdus = 0 };
	const struct oki_consent *c = &told.consent[0];
	bool is_one = is_ours(v) && category > ONSHI_CATEGORY_ELIGIBILITY &&
	    category < OKI_CATEGORIES;
	bool holds = is_one &&
	    atomic_load(&v->k.consent[category].withdrawn) == 0;

	if (is_one) {
		tell(v, &told);
		c = &told.consent[category];
	}
	if (given != NULL)
		*given = c->given && holds;
	if (granted != NULL)
		*granted = c->given && c->granted && holds;
	if (since != NULL)
		*since = c->since;
	if (until != NULL)
		*until = c->until;
	if (!is_one)
		return v != NULL && !is_ours(v) ? ONSHI_E_STATE : ONSHI_E_ARG;

	return c->asked ? ONSHI_OK : ONSHI_ABSENT;
}

/* The work under way may free it, and so does the visit's end. */
const struct onshi_certificate *
onshi_visit_certificate(const struct onshi_visit *v)
{
	return is_ours(v) && atomic_load(&v->closed) == 0 &&
	    !oki_worker_is_busy(v) ? v->certificate : NULL;
}

static struct oki_told
told_of(const struct onshi_visit *v)
{
	struct oki_told told = { .apdus = 0 };

	if (is_ours(v))
		tell(v, &told);

	return told;
}

int32_t
onshi_visit_apdus(const struct onshi_visit *v)
{
	return told_of(v).apdus;
}

int32_t
onshi_visit_apdu_bytes(const struct onshi_visit *v)
{
	return told_of(v).bytes;
}

int32_t
onshi_visit_ms(const struct onshi_visit *v, int phase)
{
	return phase >= 0 && phase < OKI_PHASES ? told_of(v).ms[phase] : 0;
}

/* 1 only if nothing is left to be written, either. */
int
onshi_visit_is_recorded(const struct onshi_visit *v)
{
	bool due;

	if (!is_ours(v))
		return 0;
	oki_mutex_lock(v->lock);
	due = oki_notes_are_due(v);
	oki_mutex_unlock(v->lock);

	return !due && atomic_load(&v->k.recorded) ? 1 : 0;
}
