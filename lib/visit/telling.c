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
	out->method = v->k.method;
	out->carrier = v->carrier;
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

static void
copy_consent(const struct oki_consent *from, struct oki_consent *to)
{
	to->asked = from->asked;
	to->to_ask = from->to_ask;
	to->given = from->given;
	to->granted = from->granted;
	to->since = from->since;
	to->until = from->until;
	to->from_ms = from->from_ms;
	to->until_ms = from->until_ms;
	atomic_init(&to->withdrawn, atomic_load(&from->withdrawn));
}

void
oki_visit_snapshot(const struct onshi_visit *v, struct oki_case *out,
    struct onshi_operator **op)
{
	const struct oki_case *k = &v->k;
	int i;

	oki_wipe(out, sizeof(*out));
	out->env = k->env;
	out->audit = k->audit;
	out->link = k->link;
	out->token = k->token;
	(void)oki_copy(out->id, sizeof(out->id), k->id);
	(void)oki_copy(out->patient, sizeof(out->patient), k->patient);
	out->mode = k->mode;
	out->bulk = k->bulk;
	out->ground = k->ground;
	out->purpose = k->purpose;
	out->method = k->method;
	out->proven = k->proven;
	out->confirmed = k->confirmed;
	out->register_use = k->register_use;
	out->certificate = k->certificate;
	out->grace = k->grace;
	out->tries = k->tries;
	out->phone = k->phone;
	out->proved_ms = k->proved_ms;
	atomic_init(&out->ended, atomic_load(&k->ended));
	atomic_init(&out->recorded, atomic_load(&k->recorded));
	for (i = 0; i < OKI_CATEGORIES; i++)
		copy_consent(&k->consent[i], &out->consent[i]);
	*op = oki_operator_ref(k->operator);
	out->operator = *op;
}

/* No call on the visit: it asks a copy of what is known. */
int
onshi_visit_may(const struct onshi_visit *v, int category,
    const struct onshi_operator *op)
{
	struct onshi_operator *own = NULL;
	struct oki_case k;
	int r = ONSHI_OK;

	if (v == NULL)
		return ONSHI_E_ARG;
	if (!is_ours(v) || atomic_load(&v->closed) != 0)
		return ONSHI_E_STATE;
	if (!oki_query_is_question(v->k.mode, category))
		return ONSHI_E_ARG;
	oki_mutex_lock(v->lock);
	if (v->job == OKI_JOB_ADVANCE && !v->job_done)
		r = ONSHI_E_STATE;
	else
		oki_visit_snapshot(v, &k, &own);
	oki_mutex_unlock(v->lock);
	if (r == ONSHI_OK) {
		r = oki_query_may(&k, category, op, NULL);
		oki_wipe(&k, sizeof(k));
	}
	onshi_operator_free(&own);

	return r;
}

int64_t
onshi_visit_fd(struct onshi_visit *v)
{
	return is_ours(v) ? oki_runner_fd(v->runner) : -1;
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
	    oki_category_is_visits(category);
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

int
onshi_visit_method(const struct onshi_visit *v)
{
	return told_of(v).method;
}

int
onshi_visit_carrier(const struct onshi_visit *v)
{
	return told_of(v).carrier;
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
