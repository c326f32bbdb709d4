/*
 * The handles of the exceptional modes. Inside it is a visit whose mode was set
 * at its birth; the types differ, so that no call on the one reaches the other.
 */
#include <string.h>

#include "visit/inside.h"

#include "onshikaku/emergency.h"

static struct onshi_visit *
visit_of(struct onshi_emergency *e)
{
	return (void *)e;
}

static const struct onshi_visit *
seen_of(const struct onshi_emergency *e)
{
	return (const void *)e;
}

/* ---- its life ------------------------------------------------------------ */

/* For what each kind of facility asks (PU-3). */
static int
purpose_of(const struct onshi_config *c)
{
	return oki_config_word(c, OKI_FACILITY_KIND) ==
	    OKI_FACILITY_PHARMACY ? ONSHI_PURPOSE_DISPENSING :
	    ONSHI_PURPOSE_CARE;
}

int
onshi_emergency_new(struct onshi *o, int kind, const struct onshi_operator *op,
    struct onshi_emergency **out)
{
	const struct onshi_config *c;
	struct onshi_visit *v;
	int r;

	if (out == NULL)
		return ONSHI_E_ARG;
	*out = NULL;
	if ((r = oki_root_enter(o)) != ONSHI_OK)
		return r;
	if (onshi_emergency_kind_name(kind) == NULL)
		return oki_root_fail(o, ONSHI_E_ARG, "no such mode");
	if (op == NULL)
		return oki_root_fail(o, ONSHI_E_OPERATOR,
		    "a named operator asks in it");
	c = oki_env_config(oki_root_env(o));
	if (oki_config_word(c, kind == ONSHI_EMERGENCY_DISASTER ?
	    OKI_DISASTER_ENABLED : OKI_EMERGENCY_ENABLED) != 1)
		return oki_root_fail(o, ONSHI_E_MODE_OFF,
		    kind == ONSHI_EMERGENCY_DISASTER ?
		    "disaster.enabled is not set (DI-1)" :
		    "emergency.enabled is not set (EM-5)");
	if ((r = oki_visit_make(o, kind == ONSHI_EMERGENCY_DISASTER ?
	    OKI_MODE_DISASTER : OKI_MODE_HOSPITAL, purpose_of(c), &v)) !=
	    ONSHI_OK)
		return r;
	v->operator = oki_operator_ref(op);
	v->k.operator = v->operator;
	if (kind == ONSHI_EMERGENCY_HOSPITAL)
		v->k.ground.basis[0].basis = ONSHI_BASIS_EMERGENCY;
	*out = (void *)v;

	return ONSHI_OK;
}

void
onshi_emergency_free(struct onshi_emergency **ep)
{
	struct onshi_visit *v;

	if (ep == NULL || *ep == NULL)
		return;
	v = visit_of(*ep);
	*ep = NULL;
	onshi_visit_free(&v);
}

int
onshi_emergency_end(struct onshi_emergency *e)
{
	return onshi_visit_end(visit_of(e));
}

/* ---- inputs -------------------------------------------------------------- */

static bool
is_disaster(const struct onshi_visit *v)
{
	return v->k.mode == OKI_MODE_DISASTER;
}

/* One handle, one person (ID-9): nobody else is put in their place. */
static bool
is_found(const struct onshi_visit *v)
{
	return v->k.proven || v->k.ground.found ||
	    atomic_load(&v->k.ended) != 0;
}

/* How the one found was identified, and on what ground, is said before it is
 * opened. */
static bool
is_opened(const struct onshi_visit *v)
{
	return v->k.proven || atomic_load(&v->k.ended) != 0;
}

static int
refuse_number(struct onshi_visit *v, const char *what)
{
	return oki_visit_leave(v, oki_fail(&v->error, ONSHI_E_ARG,
	    "no such %s in this mode", what));
}

/* A number of the ground is set, and the notice is void by that. */
static int
put_number(struct onshi_visit *v, int *to, int number)
{
	oki_mutex_lock(v->lock);
	*to = number;
	oki_mutex_unlock(v->lock);
	oki_flow_void(v);

	return oki_visit_leave(v, ONSHI_OK);
}

/* The way on from one that a search has found is its number. */
static bool
is_way_shut(const struct onshi_visit *v, int way)
{
	return is_opened(v) || (v->k.ground.found && way != ONSHI_WAY_NUMBER);
}

int
onshi_emergency_set_way(struct onshi_emergency *e, int way)
{
	struct onshi_visit *v = visit_of(e);
	int r;

	if ((r = oki_visit_enter_input(v, NULL)) != ONSHI_OK)
		return r;
	if (onshi_way_name(way) == NULL ||
	    (way == ONSHI_WAY_CARD && is_disaster(v)))
		return refuse_number(v, "way");
	if (is_way_shut(v, way))
		return oki_visit_leave(v, oki_fail(&v->error, ONSHI_E_STATE,
		    "the person is found already"));
	if (way == v->k.ground.way)
		return oki_visit_leave(v, ONSHI_OK);
	oki_mutex_lock(v->lock);
	v->k.method = way == ONSHI_WAY_CARD ? ONSHI_METHOD_VISUAL :
	    ONSHI_METHOD_NUMBER;
	oki_mutex_unlock(v->lock);

	return put_number(v, &v->k.ground.way, way);
}

/* Which elements may be set; of months also once the person is found. */
static const struct {
	int	element;
	bool	always;
} inputs[] = {
	{ ONSHI_EL_NAME, false }, { ONSHI_EL_NAME_KANA, false },
	{ ONSHI_EL_BIRTHDATE, false }, { ONSHI_EL_SEX1, false },
	{ ONSHI_EL_INSURER_NAME, false }, { ONSHI_EL_ADDRESS, false },
	{ ONSHI_EL_INSURER_NUMBER, false },
	{ ONSHI_EL_INSURED_CARD_SYMBOL, false },
	{ ONSHI_EL_INSURED_IDENTIFICATION_NUMBER, false },
	{ ONSHI_EL_INSURED_BRANCH_NUMBER, false },
	{ ONSHI_EL_START_DATE, true }, { ONSHI_EL_END_DATE, true }
};

static int
check_text(int element, const char *text, struct onshi_error *e)
{
	if (text == NULL)
		return ONSHI_OK;
	if (element == ONSHI_EL_SEX1 && strcmp(text, "1") != 0 &&
	    strcmp(text, "2") != 0)
		return oki_fail(e, ONSHI_E_VALUE, "Sex1 is 1 or 2");

	return oki_input_check(element, text, e);
}

int
onshi_emergency_set_text(struct onshi_emergency *e, int element,
    const char *text)
{
	struct onshi_visit *v = visit_of(e);
	size_t i;
	int r;

	for (i = 0; i < OKI_COUNT(inputs); i++)
		if (inputs[i].element == element)
			break;
	if ((r = oki_visit_enter_input(v, i < OKI_COUNT(inputs) &&
	    !inputs[i].always ? is_found : NULL)) != ONSHI_OK)
		return r;
	if (i == OKI_COUNT(inputs))
		return oki_visit_leave(v, oki_fail(&v->error, ONSHI_E_ARG,
		    "no element that can be set here"));
	if ((r = check_text(element, text, &v->error)) == ONSHI_OK &&
	    (r = oki_record_put(oki_doc_root(v->k.inputs), element,
	    text != NULL ? text : "", &v->error)) == ONSHI_OK &&
	    !inputs[i].always)
		oki_flow_void(v);

	return oki_visit_leave(v, r);
}

static bool
is_basis(const struct onshi_visit *v, int basis)
{
	return is_disaster(v) ? basis == ONSHI_BASIS_ORAL ||
	    basis == ONSHI_BASIS_UNOBTAINABLE :
	    basis == ONSHI_BASIS_EMERGENCY;
}

static int
put_basis(struct onshi_visit *v, struct oki_basis *to, int basis,
    const char *reason)
{
	int r;

	if (!is_basis(v, basis))
		return oki_fail(&v->error, ONSHI_E_ARG,
		    "no such basis in this mode");
	if (reason != NULL && (r = oki_element_check(ONSHI_EL_REASON, reason,
	    &v->error)) != ONSHI_OK)
		return r;
	oki_mutex_lock(v->lock);
	to->basis = basis;
	(void)oki_copy_text(to->reason, sizeof(to->reason),
	    reason != NULL ? reason : "");
	oki_mutex_unlock(v->lock);

	return ONSHI_OK;
}

int
onshi_emergency_set_basis(struct onshi_emergency *e, int basis,
    const char *reason)
{
	struct onshi_visit *v = visit_of(e);
	int r;

	if ((r = oki_visit_enter_input(v, is_opened)) != ONSHI_OK)
		return r;
	if ((r = put_basis(v, oki_ground_of(&v->k.ground,
	    ONSHI_CATEGORY_ELIGIBILITY), basis, reason)) == ONSHI_OK)
		oki_flow_void(v);

	return oki_visit_leave(v, r);
}

int
onshi_emergency_set_basis_of(struct onshi_emergency *e, int category,
    int basis, const char *reason)
{
	struct onshi_visit *v = visit_of(e);
	struct oki_basis *own;
	int r;

	if ((r = oki_visit_enter_input(v, NULL)) != ONSHI_OK)
		return r;
	own = category != ONSHI_CATEGORY_ELIGIBILITY && is_disaster(v) ?
	    oki_ground_of(&v->k.ground, category) : NULL;
	if (own == NULL)
		return refuse_number(v, "category with a basis of its own");

	return oki_visit_leave(v, put_basis(v, own, basis, reason));
}

int
onshi_emergency_set_consenter(struct onshi_emergency *e, int who)
{
	struct onshi_visit *v = visit_of(e);
	int r;

	if ((r = oki_visit_enter_input(v, is_opened)) != ONSHI_OK)
		return r;
	if (onshi_consenter_name(who) == NULL || !is_disaster(v))
		return refuse_number(v, "consenter");

	return put_number(v, &v->k.ground.consenter, who);
}

int
onshi_emergency_set_identified(struct onshi_emergency *e, int how)
{
	struct onshi_visit *v = visit_of(e);
	int r;

	if ((r = oki_visit_enter_input(v, is_opened)) != ONSHI_OK)
		return r;
	if (onshi_identified_name(how) == NULL ||
	    (is_disaster(v) && how > ONSHI_IDENTIFIED_KNOWN))
		return refuse_number(v, "identification");

	return put_number(v, &v->k.ground.identified, how);
}

int
onshi_emergency_set_want(struct onshi_emergency *e, int want)
{
	struct onshi_visit *v = visit_of(e);
	int r;

	if ((r = oki_visit_enter_input(v, is_opened)) != ONSHI_OK)
		return r;
	if (onshi_want_name(want) == NULL || is_disaster(v))
		return refuse_number(v, "want");

	return put_number(v, &v->k.ground.want, want);
}

int
onshi_emergency_set_patient(struct onshi_emergency *e, const char *id)
{
	return onshi_visit_set_patient(visit_of(e), id);
}

int
onshi_emergency_set_reader(struct onshi_emergency *e, const char *name)
{
	struct onshi_visit *v = visit_of(e);
	int r;

	if ((r = onshi_visit_set_reader(v, name)) != ONSHI_OK ||
	    (r = oki_visit_enter_input(v, NULL)) != ONSHI_OK)
		return r;
	oki_flow_void(v);

	return oki_visit_leave(v, ONSHI_OK);
}

int
onshi_emergency_set_anew(struct onshi_emergency *e, int yes)
{
	return onshi_visit_set_anew(visit_of(e), yes);
}

int
onshi_emergency_set_deadline(struct onshi_emergency *e, int32_t ms)
{
	return onshi_visit_set_deadline(visit_of(e), ms);
}

int
onshi_emergency_set_blocking(struct onshi_emergency *e, int yes)
{
	return onshi_visit_set_blocking(visit_of(e), yes);
}

/* Before it was asked for nobody can have read it (DI-5). */
int
onshi_emergency_acknowledge(struct onshi_emergency *e)
{
	struct onshi_visit *v = visit_of(e);
	int r;

	if ((r = oki_visit_enter_input(v, NULL)) != ONSHI_OK)
		return r;
	if (v->asked != ONSHI_NEED_ACKNOWLEDGE)
		return oki_visit_leave(v, oki_fail(&v->error, ONSHI_E_STATE,
		    "no notice waits for it"));
	v->asked = ONSHI_OK;
	oki_mutex_lock(v->lock);
	v->k.ground.acknowledged = true;
	oki_mutex_unlock(v->lock);

	return oki_visit_leave(v, ONSHI_OK);
}

/* ---- work ---------------------------------------------------------------- */

int
onshi_emergency_advance(struct onshi_emergency *e)
{
	return onshi_visit_advance(visit_of(e));
}

int
onshi_emergency_get(struct onshi_emergency *e, int category,
    struct onshi_answer **out)
{
	return onshi_visit_get(visit_of(e), category, NULL, out);
}

int
onshi_emergency_person(struct onshi_emergency *e,
    const struct onshi_record **rec)
{
	return onshi_visit_person(visit_of(e), rec);
}

/* Whose an answer is says who asked for it, who is the handle's operator. */
int
onshi_emergency_confirm(struct onshi_emergency *e, int yes)
{
	struct onshi_visit *v = visit_of(e);

	if (v == NULL)
		return ONSHI_E_ARG;

	return onshi_visit_confirm(v, v->operator, yes);
}

/* ---- what it says of itself ---------------------------------------------- */

int
onshi_emergency_may(const struct onshi_emergency *e, int category)
{
	return onshi_visit_may(seen_of(e), category, NULL);
}

int
onshi_emergency_activation(const struct onshi_emergency *e)
{
	const struct onshi_visit *v = seen_of(e);

	if (v == NULL)
		return ONSHI_E_ARG;
	if (!oki_visit_is_ours(v))
		return ONSHI_E_STATE;

	return is_disaster(v) ? oki_activation_look(v->k.env, NULL) :
	    ONSHI_ABSENT;
}

void
onshi_emergency_cancel(struct onshi_emergency *e)
{
	onshi_visit_cancel(visit_of(e));
}

int64_t
onshi_emergency_fd(struct onshi_emergency *e)
{
	return onshi_visit_fd(visit_of(e));
}

const struct onshi_error *
onshi_emergency_error(const struct onshi_emergency *e)
{
	return onshi_visit_error(seen_of(e));
}

const char *
onshi_emergency_id(const struct onshi_emergency *e)
{
	return onshi_visit_id(seen_of(e));
}

int32_t
onshi_emergency_ms(const struct onshi_emergency *e, int phase)
{
	return onshi_visit_ms(seen_of(e), phase);
}

int
onshi_emergency_is_recorded(const struct onshi_emergency *e)
{
	return onshi_visit_is_recorded(seen_of(e));
}
