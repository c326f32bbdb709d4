/*
 * The flow of a visit: the loop over its steps (steps.c), what is let go with a
 * card, and a table of what can be mended.
 */
#include <string.h>

#include "visit/inside.h"

/* The wait of one part of the call: what is left, but no longer than the
 * config allows for that part. */
void
oki_flow_part_wait(const struct oki_flow *f, enum oki_key key,
    struct oki_wait *out)
{
	int64_t most = oki_config_number(oki_env_config(f->v->k.env), key);
	int32_t left = oki_wait_left(f->w);

	oki_wait_init(out, f->v->k.env, left < most ? left : (int32_t)most,
	    f->w->cancel);
}

void
oki_flow_spent(struct onshi_visit *v, int phase, int64_t since)
{
	v->k.ms[phase] += (int32_t)(oki_steady_ms(v->k.env) - since);
}

static void
tell_times(const struct onshi_visit *v, struct onshi_error *e)
{
	int i;

	for (i = 0; i < OKI_PHASES; i++)
		e->ms[i] = v->k.ms[i];
}

void
oki_flow_forget_pin(struct onshi_visit *v)
{
	oki_secret_free(&v->pin);
	v->pin_flags = 0;
}

/* Closes on every path (card.md 3.6), and keeps what it took. A PIN is for one
 * card alone, or for the one to come: with that card it goes (ID-9). */
int
oki_flow_close(struct onshi_visit *v, struct onshi_error *e)
{
	int64_t start = oki_steady_ms(v->k.env);
	int r;

	oki_flow_forget_pin(v);
	r = oki_card_let_go(&v->card, &v->apdus, &v->bytes, e);
	oki_flow_spent(v, ONSHI_PHASE_CARD, start);

	return r;
}

void
oki_flow_close_card(struct onshi_visit *v)
{
	struct onshi_error e;

	oki_error_clear(&e);
	(void)oki_flow_close(v, &e);
}

void
oki_flow_forget_signature(struct onshi_visit *v)
{
	oki_buf_free(&v->signature);
	oki_wipe(&v->challenge, sizeof(v->challenge));
}

/* Whoever was compared with one card was not compared with the next (ID-2). */
static void
forget_confirmation(struct onshi_visit *v)
{
	onshi_operator_free(&v->confirmer);
	v->k.confirmed = false;
}

/* The card, and all that was given for it or came of it (ID-9). Its certificate
 * stays: no other card serves this visit. */
void
oki_flow_let_go(struct onshi_visit *v)
{
	oki_flow_close_card(v);
	oki_flow_forget_signature(v);
	oki_face_forget(v);
	forget_confirmation(v);
}

/* An input that was refused is an answered need: it is asked for again, with
 * what was wrong. Outside that need there is nothing to say. */
void
oki_flow_refuse_pin(struct onshi_visit *v, const struct onshi_error *e)
{
	oki_flow_forget_pin(v);
	if (v->step != OKI_STEP_PIN)
		return;
	v->asked = ONSHI_OK;
	oki_error_copy(&v->refusal, e);
}

/* Where whoever is to be identified begins. */
static enum oki_step
first_step(const struct onshi_visit *v)
{
	return v->at_face ? OKI_STEP_FACE : OKI_STEP_CARD;
}

void
oki_flow_unsign(struct onshi_visit *v)
{
	if (v->step != OKI_STEP_ASK ||
	    (v->k.method != ONSHI_METHOD_PIN && !v->at_face))
		return;
	oki_flow_forget_signature(v);
	v->asked = ONSHI_OK;
	v->step = first_step(v);
	if (v->at_face)
		oki_flow_let_go(v);
}

void
oki_flow_restart(struct onshi_visit *v)
{
	if ((v->step == OKI_STEP_NEW && !v->settled) ||
	    v->step == OKI_STEP_ANSWERED)
		return;
	oki_flow_let_go(v);
	v->asked = ONSHI_OK;
	oki_error_clear(&v->refusal);
	v->step = OKI_STEP_NEW;
}

/* A need is reported once, with why it came again; then it is the refusal, or
 * the caller's mistake (an input that only the caller has). */
int
oki_flow_need(struct oki_flow *f, int what)
{
	struct onshi_visit *v = f->v;

	if (v->asked == what) {
		f->is_final = true;
		if (onshi_error_code(&v->refusal) == ONSHI_OK)
			return oki_fail(f->e, ONSHI_E_STATE,
			    "%s was not answered", onshi_result_name(what));
		oki_error_copy(f->e, &v->refusal);
		return onshi_error_code(&v->refusal);
	}
	v->asked = what;
	oki_error_copy(f->e, &v->refusal);
	f->e->tries = v->tries;

	return what;
}

/* The visit ends without an answer. What matters is that it does; where it is
 * not on record, onshi_visit_is_recorded says so. */
int
oki_flow_end(struct oki_flow *f, int r, const char *why)
{
	struct onshi_visit *v = f->v;

	f->is_final = true;
	v->k.ended = true;
	if (oki_case_note(&v->k, OKI_AUDIT_IDENTITY_END, v->confirmer,
	    ONSHI_CATEGORY_ELIGIBILITY, r, f->w, NULL) != ONSHI_OK) {
		OKI_LOG(v->k.env, VISIT, OKI_N(STEP, v->step),
		    OKI_W(RESULT, onshi_result_name(ONSHI_E_AUDIT)));
		oki_audit_miss(v->k.audit, 1);
	}

	return oki_fail(f->e, r, "%s", why);
}

/*
 * What the holder can mend leaves the visit where it was: where it goes on,
 * and which need says so (OK: go on at once, the need comes by itself).
 */
static const struct mend {
	int		result;
	enum oki_step	step;
	int		need;
} mends[] = {
	{ ONSHI_E_PIN_WRONG,	OKI_STEP_PIN,	ONSHI_NEED_PIN },
	{ ONSHI_E_PIN_LAST_TRY,	OKI_STEP_PIN,	ONSHI_NEED_PIN },
	{ ONSHI_E_PIN_UNKNOWN,	OKI_STEP_CARD,	ONSHI_NEED_CARD },
	{ ONSHI_E_CARD_GONE,	OKI_STEP_CARD,	ONSHI_NEED_CARD },
	{ ONSHI_E_CHALLENGE,	OKI_STEP_CARD,	ONSHI_OK }
}, face_mends[] = {
	{ ONSHI_E_FACE,		OKI_STEP_FACE,	ONSHI_NEED_FACE },
	{ ONSHI_E_PIN_WRONG,	OKI_STEP_FACE,	ONSHI_NEED_FACE },
	{ ONSHI_E_PIN_LAST_TRY,	OKI_STEP_FACE,	ONSHI_NEED_FACE },
	{ ONSHI_E_PIN_BLOCKED,	OKI_STEP_FACE,	ONSHI_NEED_FACE },
	{ ONSHI_E_PIN_UNKNOWN,	OKI_STEP_FACE,	ONSHI_NEED_FACE },
	{ ONSHI_E_CARD_GONE,	OKI_STEP_FACE,	ONSHI_NEED_FACE },
	{ ONSHI_E_CHALLENGE,	OKI_STEP_FACE,	ONSHI_NEED_FACE }
};

/* NULL: nothing that the holder can mend there. */
static const struct mend *
find_mend(const struct onshi_visit *v, int r)
{
	const struct mend *rows = v->at_face ? face_mends : mends;
	size_t n = v->at_face ? OKI_COUNT(face_mends) : OKI_COUNT(mends), i;

	for (i = 0; i < n; i++)
		if (rows[i].result == r)
			return r == ONSHI_E_CHALLENGE && v->k.method !=
			    ONSHI_METHOD_PIN ? NULL : &rows[i];

	return NULL;
}

/* Whether the same question may be put again without the card. A signature is
 * good for one question: one that was not sent, or whose end is not known, which
 * goes out as the same one. Where the card or its holder was refused, it is to
 * be looked at again. */
static bool
may_repeat(const struct oki_flow *f)
{
	const struct onshi_visit *v = f->v;

	if (v->step != OKI_STEP_ASK)
		return false;
	if (oki_query_is_pending(&v->k, ONSHI_CATEGORY_ELIGIBILITY))
		return true;
	if (v->k.method == ONSHI_METHOD_PIN)
		return onshi_error_sent(f->e) == ONSHI_SENT_NOT &&
		    oki_challenge_is_good(&v->challenge, v->k.env);
	if (v->at_face)
		return onshi_error_sent(f->e) == ONSHI_SENT_NOT;

	return v->k.method == ONSHI_METHOD_NUMBER ||
	    onshi_error_outcome(f->e) != ONSHI_OUTCOME_ERROR_PERSON;
}

/* Any other failure: no card stays held, and the next advance begins where a
 * repeat makes sense. */
static int
fall_back(struct oki_flow *f, int r)
{
	struct onshi_visit *v = f->v;
	bool kept = may_repeat(f);

	v->asked = ONSHI_OK;
	oki_error_clear(&v->refusal);
	if (v->arrival != NULL) {	/* there is no card: to be said anew */
		forget_confirmation(v);
		return r;
	}
	if (kept) {
		oki_flow_close_card(v);
		return r;
	}
	oki_flow_let_go(v);
	if (v->step > first_step(v))
		v->step = first_step(v);

	return r;
}

/* OK: go on; else what advance returns. */
static int
mend(struct oki_flow *f, int r)
{
	struct onshi_visit *v = f->v;
	const struct mend *m;

	if ((m = find_mend(v, r)) == NULL)
		return fall_back(f, r);
	oki_error_copy(&v->refusal, f->e);
	v->step = m->step;
	v->asked = ONSHI_OK;
	if (v->step != OKI_STEP_PIN)
		oki_flow_let_go(v);
	oki_error_clear(f->e);

	return m->need == ONSHI_OK ? ONSHI_OK : oki_flow_need(f, m->need);
}

int
oki_flow_advance(struct onshi_visit *v, struct oki_wait *w,
    struct onshi_error *e)
{
	struct oki_flow f = { .v = v, .w = w, .e = e };
	int r = ONSHI_OK;

	if (v->k.ended)
		return oki_fail(e, ONSHI_E_STATE, "the visit is over");
	while (v->step != OKI_STEP_ANSWERED) {
		if ((r = oki_wait_check(w, ONSHI_E_LINK_TIMEOUT)) == ONSHI_OK)
			r = oki_flow_steps[v->step](&f);
		else
			r = oki_fail(e, r, "no time is left");
		if (r < 0 && !f.is_final)
			r = mend(&f, r);
		if (r != ONSHI_OK)
			break;
	}
	if (v->k.ended)
		oki_flow_let_go(v);
	tell_times(v, e);
	OKI_LOG(v->k.env, VISIT, OKI_N(STEP, v->step),
	    OKI_W(RESULT, onshi_result_name(r)));

	return r;
}

int
oki_flow_get(struct onshi_visit *v, int category,
    const struct onshi_operator *op, struct oki_wait *w,
    struct oki_answer_body **out, struct onshi_error *e)
{
	struct oki_reply reply = { .doc = NULL };
	int r;

	*out = NULL;
	if ((r = oki_query_medical(&v->k, category, op, w, &reply, e)) ==
	    ONSHI_OK &&
	    (r = oki_answer_body_new(v, category, &reply, out)) != ONSHI_OK) {
		oki_reply_free(&reply);
		r = oki_fail(e, r, "the answer");
	}
	tell_times(v, e);

	return r;
}
