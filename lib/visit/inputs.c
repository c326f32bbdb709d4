/* The inputs of a visit: each is checked and copied at once, none waits. */
#include <string.h>

#include "visit/inside.h"

/* Until when an input may be given; asked once nothing runs any more. */
static bool
is_settled(const struct onshi_visit *v)
{
	return v->settled || v->arrival != NULL;
}

static bool
is_named(const struct onshi_visit *v)
{
	return v->named;
}

static bool
is_proved(const struct onshi_visit *v)
{
	return v->step == OKI_STEP_ANSWERED || v->arrival != NULL ||
	    atomic_load(&v->k.ended) != 0;
}

static bool
is_not_asked(const struct onshi_visit *v)
{
	return !oki_held_is(v) &&
	    (v->step != OKI_STEP_CONFIRM || v->restart);
}

/* An input: not while a call is under way, nor when it is settled. */
int
oki_visit_enter_input(struct onshi_visit *v, bool (*over)(const struct onshi_visit *))
{
	int r;

	if ((r = oki_visit_enter(v)) != ONSHI_OK)
		return r;
	if (oki_worker_is_busy(v))
		return oki_visit_leave(v, oki_fail(&v->error, ONSHI_E_STATE,
		    "a call is under way"));
	if (atomic_load(&v->closed) != 0)
		return oki_visit_leave(v, oki_fail(&v->error, ONSHI_E_STATE,
		    "the visit is over"));
	if (over != NULL && over(v))
		return oki_visit_leave(v, oki_fail(&v->error, ONSHI_E_STATE,
		    "that is settled in this visit"));

	return ONSHI_OK;
}

/* What was given for the card at hand goes now; the card itself may hang, so it
 * is let go by the visit's thread before anything else is done. */
static void
begin_again(struct onshi_visit *v)
{
	if (v->step == OKI_STEP_NEW && !v->settled)
		return;
	oki_secret_free(&v->pin);
	v->pin_flags = 0;
	onshi_operator_free(&v->confirmer);
	v->k.confirmed = false;
	v->restart = true;
}

/* The others say how a visit came to be, and nobody chooses them. */
static bool
is_choice(int method)
{
	return method >= ONSHI_METHOD_FACE && method <= ONSHI_METHOD_NUMBER;
}

int
onshi_visit_set_method(struct onshi_visit *v, int method)
{
	int r;

	if ((r = oki_visit_enter_input(v, is_proved)) != ONSHI_OK)
		return r;
	if (method == ONSHI_METHOD_FACE && !oki_face_is_there(v))
		return oki_visit_leave(v, oki_fail(&v->error, ONSHI_E_UNSUPPORTED,
		    "no face reader is configured"));
	if (!is_choice(method))
		return oki_visit_leave(v, oki_fail(&v->error, ONSHI_E_ARG,
		    "no method that can be chosen"));
	if (method != (v->at_face ? ONSHI_METHOD_FACE : v->k.method)) {
		begin_again(v);
		v->at_face = method == ONSHI_METHOD_FACE;
		oki_mutex_lock(v->lock);
		v->k.method = method;
		oki_mutex_unlock(v->lock);
	}

	return oki_visit_leave(v, ONSHI_OK);
}

int
onshi_visit_set_consent(struct onshi_visit *v, int category, int given)
{
	struct oki_consent *c;
	int r;

	if ((r = oki_visit_enter_input(v, NULL)) != ONSHI_OK)
		return r;
	if (category <= ONSHI_CATEGORY_ELIGIBILITY ||
	    !oki_category_is_visits(category) ||
	    given < ONSHI_CONSENT_REFUSED || given > ONSHI_CONSENT_ASK)
		return oki_visit_leave(v, oki_fail(&v->error, ONSHI_E_ARG,
		    "category or answer"));
	c = &v->k.consent[category];
	if (is_settled(v) && !c->to_ask)
		return oki_visit_leave(v, oki_fail(&v->error, ONSHI_E_STATE,
		    "that is settled in this visit"));
	oki_mutex_lock(v->lock);
	c->noted = false;
	c->to_ask = given == ONSHI_CONSENT_ASK;
	c->asked = !c->to_ask;
	c->given = given == ONSHI_CONSENT_GIVEN;
	oki_mutex_unlock(v->lock);

	return oki_visit_leave(v, ONSHI_OK);
}

int
onshi_visit_set_patient(struct onshi_visit *v, const char *id)
{
	int r;

	if ((r = oki_visit_enter_input(v, is_named)) != ONSHI_OK)
		return r;
	if (id == NULL || !oki_is_word(id, OKI_ID - 1))
		return oki_visit_leave(v, oki_fail(&v->error, ONSHI_E_VALUE,
		    "a patient's id is 1 to 64 of A-Z a-z 0-9 . _ - @"));
	oki_mutex_lock(v->lock);
	(void)oki_copy(v->k.patient, sizeof(v->k.patient), id);
	oki_mutex_unlock(v->lock);

	return oki_visit_leave(v, ONSHI_OK);
}

/* Entries are written by the visit's thread: it holds its own reference. */
int
onshi_visit_set_operator(struct onshi_visit *v,
    const struct onshi_operator *op)
{
	struct onshi_operator *before;
	int r;

	if ((r = oki_visit_enter_input(v, NULL)) != ONSHI_OK)
		return r;
	oki_mutex_lock(v->lock);
	before = v->operator;
	v->operator = oki_operator_ref(op);
	v->k.operator = v->operator;
	oki_mutex_unlock(v->lock);
	onshi_operator_free(&before);

	return oki_visit_leave(v, ONSHI_OK);
}

int
onshi_visit_set_anew(struct onshi_visit *v, int yes)
{
	int r;

	if ((r = oki_visit_enter_input(v, NULL)) != ONSHI_OK)
		return r;
	if (yes != 0 && yes != 1)
		return oki_visit_leave(v, oki_fail(&v->error, ONSHI_E_ARG,
		    "yes or no"));
	v->k.anew = yes == 1;

	return oki_visit_leave(v, ONSHI_OK);
}

int
onshi_visit_set_reader(struct onshi_visit *v, const char *name)
{
	int r;

	if ((r = oki_visit_enter_input(v, is_proved)) != ONSHI_OK)
		return r;
	if (name == NULL || !oki_is_utf8(name, strlen(name)) ||
	    strlen(name) >= sizeof(v->reader))
		return oki_visit_leave(v, oki_fail(&v->error, ONSHI_E_ARG,
		    "a reader's name is at most %d bytes",
		    OKI_READER_ROOM - 1));
	if (strcmp(name, v->reader) != 0) {
		begin_again(v);
		(void)oki_copy(v->reader, sizeof(v->reader), name);
	}

	return oki_visit_leave(v, ONSHI_OK);
}

int
onshi_visit_set_register_use(struct onshi_visit *v, int yes)
{
	int r;

	if ((r = oki_visit_enter_input(v, is_proved)) != ONSHI_OK)
		return r;
	if (yes != 0 && yes != 1)
		return oki_visit_leave(v, oki_fail(&v->error, ONSHI_E_ARG, "yes or no"));
	if (v->k.register_use != (yes == 1))
		oki_flow_unsign(v);
	v->k.register_use = yes == 1;

	return oki_visit_leave(v, ONSHI_OK);
}

/* Which elements may be set, and until when. */
static const struct {
	int	element;
	bool	always;		/* before each get, too */
} inputs[] = {
	{ ONSHI_EL_QUALIFICATION_CONFIRMATION_DATE, false },
	{ ONSHI_EL_INSURER_NUMBER,		false },
	{ ONSHI_EL_INSURED_CARD_SYMBOL,		false },
	{ ONSHI_EL_INSURED_IDENTIFICATION_NUMBER, false },
	{ ONSHI_EL_INSURED_BRANCH_NUMBER,	false },
	{ ONSHI_EL_BIRTHDATE,			false },
	{ ONSHI_EL_ARBITRARY_IDENTIFIER,	false },
	{ ONSHI_EL_START_DATE,			true },
	{ ONSHI_EL_END_DATE,			true }
};

int
onshi_visit_set_text(struct onshi_visit *v, int element, const char *text)
{
	size_t i;
	int r;

	for (i = 0; i < OKI_COUNT(inputs); i++)
		if (inputs[i].element == element)
			break;
	if ((r = oki_visit_enter_input(v, i < OKI_COUNT(inputs) &&
	    !inputs[i].always ? is_proved : NULL)) != ONSHI_OK)
		return r;
	if (i == OKI_COUNT(inputs))
		return oki_visit_leave(v, oki_fail(&v->error, ONSHI_E_ARG,
		    "no element that can be set here"));
	if (text != NULL && (r = oki_input_check(element, text,
	    &v->error)) != ONSHI_OK)
		return oki_visit_leave(v, r);

	return oki_visit_leave(v, oki_record_put(oki_doc_root(v->k.inputs), element,
	    text != NULL ? text : "", &v->error));
}

int
onshi_visit_set_pin(struct onshi_visit *v, const char *pin, uint32_t flags)
{
	struct oki_secret *s;
	int r;

	if ((r = oki_visit_enter_input(v, is_proved)) != ONSHI_OK)
		return r;
	if (pin == NULL || (flags & ~ONSHI_PIN_SPEND_LAST) != 0)
		return oki_visit_leave(v, oki_fail(&v->error, ONSHI_E_ARG,
		    "PIN or flags"));
	if (!oki_is_digits(pin, 4, 4)) {
		r = oki_fail(&v->error, ONSHI_E_PIN_SHAPE,
		    "the PIN is not four digits");
		v->error.tries = v->step == OKI_STEP_PIN ? v->tries : -1;
		oki_flow_refuse_pin(v, &v->error);
		return oki_visit_leave(v, r);
	}
	if ((r = oki_secret_new(pin, 4, &s)) != ONSHI_OK)
		return oki_visit_leave(v, oki_fail(&v->error, r, "PIN"));
	oki_secret_free(&v->pin);
	v->pin = s;
	v->pin_flags = flags;

	return oki_visit_leave(v, ONSHI_OK);
}

int
onshi_visit_confirm(struct onshi_visit *v, const struct onshi_operator *op,
    int yes)
{
	int r;

	if ((r = oki_visit_enter_input(v, is_not_asked)) != ONSHI_OK)
		return r;
	if (op == NULL || (yes != 0 && yes != 1))
		return oki_visit_leave(v, oki_fail(&v->error, op == NULL ?
		    ONSHI_E_OPERATOR : ONSHI_E_ARG,
		    "a named operator says yes or no"));
	if (oki_held_is(v))
		return oki_visit_leave(v, oki_held_confirm(v, op, yes == 1));
	onshi_operator_free(&v->confirmer);
	v->confirmer = oki_operator_ref(op);
	v->k.confirmed = yes == 1;
	v->named = true;

	return oki_visit_leave(v, ONSHI_OK);
}

int
onshi_visit_set_deadline(struct onshi_visit *v, int32_t ms)
{
	int r;

	if ((r = oki_visit_enter_input(v, NULL)) != ONSHI_OK)
		return r;
	if ((r = oki_deadline_check(ms, &v->error)) == ONSHI_OK)
		v->deadline_ms = ms;

	return oki_visit_leave(v, r);
}

int
onshi_visit_set_blocking(struct onshi_visit *v, int yes)
{
	int r;

	if ((r = oki_visit_enter_input(v, NULL)) != ONSHI_OK)
		return r;
	if (yes != 0 && yes != 1)
		return oki_visit_leave(v, oki_fail(&v->error, ONSHI_E_ARG, "yes or no"));
	v->blocking = yes;

	return oki_visit_leave(v, ONSHI_OK);
}

/* It makes what the card has signed untrue; the flow looks at it by itself. */
static void
note_withdrawal(struct onshi_visit *v, int category)
{
	struct oki_consent *c = &v->k.consent[category];

	oki_mutex_lock(v->lock);
	if (atomic_exchange(&c->withdrawn, 1) == 0) {
		if (c->given)
			atomic_store(&v->unsign, 1);
		v->notes.withdrawn[category] = true;
		oki_runner_poke(v->runner);
	}
	oki_mutex_unlock(v->lock);
}

/*
 * CO-10: at any moment, from any thread, also while a call is under way: so it
 * does not come in by the door, and never waits. What was not yet given cannot
 * be given afterwards, either.
 */
int
onshi_visit_withdraw(struct onshi_visit *v, int category)
{
	if (v == NULL)
		return ONSHI_E_ARG;
	if (!oki_visit_is_ours(v))
		return ONSHI_E_STATE;
	if (category <= ONSHI_CATEGORY_ELIGIBILITY ||
	    !oki_category_is_visits(category))
		return ONSHI_E_ARG;
	note_withdrawal(v, category);
	oki_answers_expire(v, OKI_EXPIRE_WITHDRAWN);

	return ONSHI_OK;
}
