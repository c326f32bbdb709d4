/*
 * Where a step in an exceptional mode begins. What it lacks is refused first,
 * then the notice is asked for, then both stand on the record; only then the
 * steps of a visit go on (steps.c).
 */
#include "visit/inside.h"

static const struct {
	enum oki_audit_event	on;
	enum oki_audit_event	acknowledged;
} events[OKI_MODES] = {
	[OKI_MODE_DISASTER] = { OKI_AUDIT_DISASTER_ON,
	    OKI_AUDIT_DISASTER_ACK },
	[OKI_MODE_HOSPITAL] = { OKI_AUDIT_EMERGENCY_ON,
	    OKI_AUDIT_EMERGENCY_ACK }
};

/* What the facility's own table says of it is told, and refuses nothing
 * (DI-1): the service decides. */
static int
advice(const struct onshi_visit *v)
{
	int r = v->k.mode == OKI_MODE_DISASTER ?
	    oki_activation_look(v->k.env, NULL) : ONSHI_OK;

	return r == ONSHI_E_DISASTER_AREA || r == ONSHI_E_DISASTER_PERIOD ?
	    r : ONSHI_OK;
}

static int
record(struct oki_flow *f)
{
	struct oki_case *k = &f->v->k;
	int r;

	if ((r = oki_case_note(k, events[k->mode].on, NULL,
	    ONSHI_CATEGORY_ELIGIBILITY, advice(f->v), f->w, f->e)) != ONSHI_OK)
		return r;

	return oki_case_note(k, events[k->mode].acknowledged, NULL,
	    ONSHI_CATEGORY_ELIGIBILITY, ONSHI_OK, f->w, f->e);
}

int
oki_flow_begin_mode(struct oki_flow *f)
{
	struct onshi_visit *v = f->v;
	int r;

	if (v->k.ground.way == 0)
		return oki_fail(f->e, ONSHI_E_STATE, "no way is set");
	if ((r = oki_query_check_inputs(&v->k, f->e)) != ONSHI_OK ||
	    (r = oki_query_possible(&v->k, f->e)) != ONSHI_OK)
		return r;
	if (!v->k.ground.acknowledged)
		return oki_flow_need(f, ONSHI_NEED_ACKNOWLEDGE);
	v->k.wall0_ms = oki_wall_ms(v->k.env);
	v->k.boot0_ms = oki_boot_ms(v->k.env);
	if ((r = record(f)) != ONSHI_OK)
		return r;
	v->settled = true;
	v->step = v->k.ground.way == ONSHI_WAY_CARD ? OKI_STEP_CARD :
	    OKI_STEP_ASK;

	return ONSHI_OK;
}

/* A card that is held is let go by the visit's thread, for it may hang. */
void
oki_flow_void(struct onshi_visit *v)
{
	oki_mutex_lock(v->lock);
	v->k.ground.acknowledged = false;
	oki_mutex_unlock(v->lock);
	v->asked = ONSHI_OK;
	oki_error_clear(&v->refusal);
	if (v->step == OKI_STEP_ANSWERED) {
		oki_answer_body_unref(&v->eligibility);
		v->step = OKI_STEP_NEW;
	} else if (v->step != OKI_STEP_NEW) {
		v->restart = true;
	}
}
