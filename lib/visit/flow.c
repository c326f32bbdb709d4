/*
 * The flow of a visit: one function per step, a table of what can be mended.
 *
 *   new -> card -> read -> pin -> sign -> ask -> answered
 *                       -> confirm ------^          (visual, 目視)
 *   new ---------------------------------^          (typed numbers)
 */
#include <string.h>

#include "visit/inside.h"

/* One advance on its way. */
struct flow {
	struct onshi_visit	*v;
	struct oki_wait		*w;
	struct onshi_error	*e;
	bool			 is_final;	/* nothing to be mended */
};

/* The wait of one part of the call: what is left, but no longer than the
 * config allows for that part. */
static void
part_wait(const struct flow *f, enum oki_key key, struct oki_wait *out)
{
	int64_t most = oki_config_number(oki_env_config(f->v->k.env), key);
	int32_t left = oki_wait_left(f->w);

	oki_wait_init(out, f->v->k.env, left < most ? left : (int32_t)most,
	    f->w->cancel);
}

static void
spent(struct onshi_visit *v, int phase, int64_t since)
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

static void
forget_pin(struct onshi_visit *v)
{
	oki_secret_free(&v->pin);
	v->pin_flags = 0;
}

/* Closes on every path (card.md 3.6), and keeps what it took. A PIN is for one
 * card alone, or for the one to come: with that card it goes (ID-9). */
static int
close_card(struct onshi_visit *v, struct onshi_error *e)
{
	int64_t start = oki_steady_ms(v->k.env);
	int r;

	forget_pin(v);
	r = oki_card_let_go(&v->card, &v->apdus, &v->bytes, e);
	spent(v, ONSHI_PHASE_CARD, start);

	return r;
}

void
oki_flow_close_card(struct onshi_visit *v)
{
	struct onshi_error e;

	oki_error_clear(&e);
	(void)close_card(v, &e);
}

static void
forget_signature(struct onshi_visit *v)
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
static void
let_go(struct onshi_visit *v)
{
	oki_flow_close_card(v);
	forget_signature(v);
	forget_confirmation(v);
}

void
oki_flow_unsign(struct onshi_visit *v)
{
	if (v->step != OKI_STEP_ASK || v->k.method != ONSHI_METHOD_PIN)
		return;
	forget_signature(v);
	v->asked = ONSHI_OK;
	v->step = OKI_STEP_CARD;
}

void
oki_flow_restart(struct onshi_visit *v)
{
	if ((v->step == OKI_STEP_NEW && !v->settled) ||
	    v->step == OKI_STEP_ANSWERED)
		return;
	let_go(v);
	v->asked = ONSHI_OK;
	oki_error_clear(&v->refusal);
	v->step = OKI_STEP_NEW;
}

/* A need is reported once, with why it came again; then it is the refusal, or
 * the caller's mistake (an input that only the caller has). */
static int
need(struct flow *f, int what)
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

/* Consent and refusal stand on the record before the card is touched (CO-1). */
static int
record_consents(struct onshi_visit *v, struct onshi_error *e)
{
	const struct oki_consent *c;
	enum oki_audit_event event;
	int i, r;

	for (i = 1; i < OKI_CATEGORIES; i++) {
		c = &v->k.consent[i];
		if (!c->asked)
			continue;
		event = oki_consent_is_given(c) ? OKI_AUDIT_CONSENT_GIVEN :
		    OKI_AUDIT_CONSENT_REFUSED;
		if ((r = oki_case_note(&v->k, event, NULL, i, ONSHI_OK,
		    e)) != ONSHI_OK)
			return r;
	}

	return oki_case_note(&v->k, OKI_AUDIT_IDENTITY_BEGIN, NULL,
	    ONSHI_CATEGORY_ELIGIBILITY, ONSHI_OK, e);
}

static int
step_new(struct flow *f)
{
	struct onshi_visit *v = f->v;
	int r;

	if (v->k.method == 0)
		return oki_fail(f->e, ONSHI_E_STATE, "no method is set");
	if (v->k.register_use && v->k.method == ONSHI_METHOD_VISUAL) {
		f->e->phase = ONSHI_PHASE_RULES;
		(void)oki_copy(f->e->rule, sizeof(f->e->rule), "ID-7");
		return oki_fail(f->e, ONSHI_E_METHOD,
		    "registration by visual check");
	}
	if ((r = oki_query_check_inputs(&v->k, f->e)) != ONSHI_OK)
		return r;
	if (!v->settled) {
		v->k.wall0_ms = oki_wall_ms(v->k.env);
		v->k.boot0_ms = oki_boot_ms(v->k.env);
		if ((r = record_consents(v, f->e)) != ONSHI_OK)
			return r;
		v->settled = true;
	}
	v->step = v->k.method == ONSHI_METHOD_NUMBER ? OKI_STEP_ASK :
	    OKI_STEP_CARD;

	return ONSHI_OK;
}

/* The first time it only looks, and says that a card is needed. */
static int
step_card(struct flow *f)
{
	struct onshi_visit *v = f->v;
	int64_t start = oki_steady_ms(v->k.env);
	struct oki_wait wait;
	int r;

	/* A time that the caller set is for the holder, all of it. */
	if (v->deadline_ms == 0)
		part_wait(f, OKI_READER_DEADLINE_MS, &wait);
	else
		wait = *f->w;
	r = (v->asked != ONSHI_NEED_CARD ? oki_card_open_now :
	    oki_card_open)(oki_root_readers(v->root), v->reader, &wait,
	    &v->card, f->e);
	spent(v, ONSHI_PHASE_READER, start);
	if ((r == ONSHI_E_CARD_NONE || r == ONSHI_E_READER_NONE) &&
	    v->asked != ONSHI_NEED_CARD) {
		oki_error_clear(f->e);
		return need(f, ONSHI_NEED_CARD);
	}
	if (r != ONSHI_OK)
		return r;
	v->asked = ONSHI_OK;
	if (v->prefetch == NULL && (r = oki_prefetch_start(v,
	    v->k.method == ONSHI_METHOD_PIN, &v->prefetch)) != ONSHI_OK)
		return oki_fail(f->e, r, "prefetch");
	v->step = OKI_STEP_READ;

	return ONSHI_OK;
}

/* The visit ends without an answer. What matters is that it does; where it is
 * not on record, onshi_visit_is_recorded says so. */
static int
end_visit(struct flow *f, int r, const char *why)
{
	struct onshi_visit *v = f->v;

	f->is_final = true;
	v->k.ended = true;
	if (oki_case_note(&v->k, OKI_AUDIT_IDENTITY_END, v->confirmer,
	    ONSHI_CATEGORY_ELIGIBILITY, r, NULL) != ONSHI_OK)
		OKI_LOG(v->k.env, VISIT, OKI_N(STEP, v->step),
		    OKI_W(RESULT, onshi_result_name(ONSHI_E_AUDIT)));

	return oki_fail(f->e, r, "%s", why);
}

/* The first certificate of a visit stays its only one (ID-9): another one, a
 * renewed one, too, is another visit under another consent. */
static int
keep_certificate(struct flow *f, struct onshi_certificate *x)
{
	struct onshi_visit *v = f->v;
	const uint8_t *a, *b;
	size_t alen, blen;

	if (v->certificate != NULL) {
		a = onshi_certificate_bytes(v->certificate, &alen);
		b = onshi_certificate_bytes(x, &blen);
		if (!oki_equal(a, alen, b, blen)) {
			oki_certificate_free(&x);
			f->e->phase = ONSHI_PHASE_CARD;
			return end_visit(f, ONSHI_E_CARD_CHANGED,
			    "another card than before");
		}
		oki_certificate_free(&v->certificate);
	}
	v->certificate = x;
	v->k.certificate = onshi_certificate_state(x);

	return ONSHI_OK;
}

static int
read_card(struct flow *f, struct oki_wait *wait)
{
	struct onshi_certificate *x;
	int r;

	if ((r = oki_card_certificate(f->v->card, wait, &x, f->e)) !=
	    ONSHI_OK)
		return r;

	return keep_certificate(f, x);
}

static int
step_read(struct flow *f)
{
	struct onshi_visit *v = f->v;
	int64_t start = oki_steady_ms(v->k.env);
	struct oki_wait wait;
	int r;

	part_wait(f, OKI_READER_DEADLINE_MS, &wait);
	if ((r = read_card(f, &wait)) == ONSHI_OK &&
	    v->k.method == ONSHI_METHOD_PIN &&
	    (r = oki_card_tries(v->card, &wait, &v->tries, f->e)) ==
	    ONSHI_OK && v->tries == 0) {
		f->e->tries = 0;
		f->e->phase = ONSHI_PHASE_CARD;
		r = oki_fail(f->e, ONSHI_E_PIN_BLOCKED, "no try is left");
	}
	spent(v, ONSHI_PHASE_CARD, start);
	if (r != ONSHI_OK)
		return r;
	if (v->k.method == ONSHI_METHOD_PIN) {
		v->step = OKI_STEP_PIN;
		return ONSHI_OK;
	}
	v->step = OKI_STEP_CONFIRM;

	return close_card(v, f->e);
}

/* Nothing is shown to the card when it is known that nothing can come of it. */
static int
step_pin(struct flow *f)
{
	struct onshi_visit *v = f->v;
	struct oki_wait wait;
	int64_t start;
	int r;

	if (v->pin == NULL)
		return need(f, ONSHI_NEED_PIN);
	if ((r = oki_prefetch_peek(v->prefetch, f->e)) != ONSHI_OK)
		return r;
	start = oki_steady_ms(v->k.env);
	part_wait(f, OKI_READER_DEADLINE_MS, &wait);
	r = oki_card_verify_pin(v->card, &wait, v->pin, v->pin_flags, f->e);
	spent(v, ONSHI_PHASE_CARD, start);
	forget_pin(v);
	v->asked = ONSHI_OK;
	if (r != ONSHI_OK) {
		v->tries = f->e->tries;
		return r;
	}
	oki_error_clear(&v->refusal);
	v->step = OKI_STEP_SIGN;

	return ONSHI_OK;
}

static int
fresh_challenge(struct flow *f)
{
	struct onshi_visit *v = f->v;
	struct oki_wait wait;
	int r;

	part_wait(f, OKI_LINK_DEADLINE_MS, &wait);
	if (v->prefetch != NULL && (r = oki_prefetch_finish(&v->prefetch,
	    &wait, &v->challenge, f->e)) != ONSHI_OK)
		return r;
	if (v->challenge.good_until_ms > oki_steady_ms(v->k.env))
		return ONSHI_OK;

	return oki_query_challenge(&v->k, &wait, &v->challenge, f->e);
}

static int
step_sign(struct flow *f)
{
	struct onshi_visit *v = f->v;
	struct oki_wait wait;
	struct oki_buf text;
	int64_t start;
	int r;

	if ((r = fresh_challenge(f)) != ONSHI_OK)
		return r;
	start = oki_steady_ms(v->k.env);
	part_wait(f, OKI_READER_DEADLINE_MS, &wait);
	oki_buf_init(&text, 4096);
	oki_buf_free(&v->signature);
	oki_buf_init(&v->signature, 1024);
	if ((r = oki_query_to_sign(&v->k, &v->challenge, &text)) != ONSHI_OK)
		r = oki_fail(f->e, r, "bytes to sign");
	else
		r = oki_card_sign(v->card, &wait, v->certificate, text.data,
		    text.len, &v->signature, f->e);
	oki_buf_free(&text);
	spent(v, ONSHI_PHASE_CARD, start);
	if (r != ONSHI_OK)
		return r;
	v->step = OKI_STEP_ASK;

	return close_card(v, f->e);
}

static int
step_confirm(struct flow *f)
{
	struct onshi_visit *v = f->v;

	if (v->confirmer == NULL)
		return need(f, ONSHI_NEED_CONFIRM);
	if (!v->k.confirmed)
		return end_visit(f, ONSHI_E_NOT_CONFIRMED,
		    "the operator did not confirm the person");
	v->step = OKI_STEP_ASK;

	return ONSHI_OK;
}

static int
ask(struct flow *f, struct oki_reply *reply)
{
	struct onshi_visit *v = f->v;
	struct oki_proof proof = { .method = v->k.method };
	struct oki_wait wait;
	int r;

	if ((r = oki_query_check_inputs(&v->k, f->e)) != ONSHI_OK)
		return r;
	part_wait(f, OKI_LINK_DEADLINE_MS, &wait);
	if (v->prefetch != NULL && (r = oki_prefetch_finish(&v->prefetch,
	    &wait, &v->challenge, f->e)) != ONSHI_OK)
		return r;
	if (v->k.method == ONSHI_METHOD_NUMBER)
		return oki_query_eligibility(&v->k, NULL, NULL, &wait, reply,
		    f->e);
	proof.certificate = onshi_certificate_bytes(v->certificate,
	    &proof.certificate_len);
	if (v->k.method == ONSHI_METHOD_PIN) {
		proof.challenge_id = v->challenge.id;
		proof.signature = v->signature.data;
		proof.signature_len = v->signature.len;
	} else {
		proof.operator_id = v->confirmer->id;
	}

	return oki_query_eligibility(&v->k, v->confirmer, &proof, &wait,
	    reply, f->e);
}

static int
step_ask(struct flow *f)
{
	struct onshi_visit *v = f->v;
	struct oki_reply reply = { .doc = NULL };
	int r;

	if ((r = ask(f, &reply)) != ONSHI_OK)
		return r;
	forget_signature(v);
	if ((r = oki_case_note(&v->k, OKI_AUDIT_IDENTITY_END, v->confirmer,
	    ONSHI_CATEGORY_ELIGIBILITY, ONSHI_OK, f->e)) != ONSHI_OK ||
	    (r = oki_answer_body_new(v, ONSHI_CATEGORY_ELIGIBILITY, &reply,
	    &v->eligibility)) != ONSHI_OK) {
		oki_reply_free(&reply);
		oki_case_forget(&v->k);
		return oki_fail(f->e, r, "the answer");
	}
	forget_pin(v);
	v->step = OKI_STEP_ANSWERED;

	return ONSHI_OK;
}

static int	(*const steps[])(struct flow *) = {
	[OKI_STEP_NEW] = step_new, [OKI_STEP_CARD] = step_card,
	[OKI_STEP_READ] = step_read, [OKI_STEP_PIN] = step_pin,
	[OKI_STEP_CONFIRM] = step_confirm, [OKI_STEP_SIGN] = step_sign,
	[OKI_STEP_ASK] = step_ask
};

/*
 * What the holder can mend leaves the visit where it was: where it goes on,
 * and which need says so (OK: go on at once, the need comes by itself).
 */
static const struct {
	int		result;
	enum oki_step	step;
	int		need;
} mends[] = {
	{ ONSHI_E_PIN_WRONG,	OKI_STEP_PIN,	ONSHI_NEED_PIN },
	{ ONSHI_E_PIN_LAST_TRY,	OKI_STEP_PIN,	ONSHI_NEED_PIN },
	{ ONSHI_E_PIN_UNKNOWN,	OKI_STEP_CARD,	ONSHI_NEED_CARD },
	{ ONSHI_E_CARD_GONE,	OKI_STEP_CARD,	ONSHI_NEED_CARD },
	{ ONSHI_E_CHALLENGE,	OKI_STEP_CARD,	ONSHI_OK }
};

/* Whether the same question may be put again without the card. A signature is
 * good for one request; where the card or its holder was refused, it is to be
 * looked at again. */
static bool
may_repeat(const struct flow *f)
{
	const struct onshi_visit *v = f->v;

	if (v->step != OKI_STEP_ASK)
		return false;
	if (v->k.method == ONSHI_METHOD_PIN)
		return onshi_error_sent(f->e) == ONSHI_SENT_NOT &&
		    v->challenge.good_until_ms > oki_steady_ms(v->k.env);

	return v->k.method == ONSHI_METHOD_NUMBER ||
	    onshi_error_outcome(f->e) != ONSHI_OUTCOME_ERROR_PERSON;
}

/* Any other failure: no card stays held, and the next advance begins where a
 * repeat makes sense. */
static int
fall_back(struct flow *f, int r)
{
	struct onshi_visit *v = f->v;
	bool kept = may_repeat(f);

	v->asked = ONSHI_OK;
	oki_error_clear(&v->refusal);
	if (kept) {
		oki_flow_close_card(v);
		return r;
	}
	let_go(v);
	if (v->step > OKI_STEP_CARD)
		v->step = OKI_STEP_CARD;

	return r;
}

/* OK: go on; else what advance returns. */
static int
mend(struct flow *f, int r)
{
	struct onshi_visit *v = f->v;
	size_t i;

	for (i = 0; i < OKI_COUNT(mends); i++)
		if (mends[i].result == r)
			break;
	if (i == OKI_COUNT(mends) || (r == ONSHI_E_CHALLENGE &&
	    v->k.method != ONSHI_METHOD_PIN))
		return fall_back(f, r);
	oki_error_copy(&v->refusal, f->e);
	v->step = mends[i].step;
	v->asked = ONSHI_OK;
	if (v->step != OKI_STEP_PIN)
		let_go(v);
	oki_error_clear(f->e);

	return mends[i].need == ONSHI_OK ? ONSHI_OK :
	    need(f, mends[i].need);
}

/* One that has failed is of no use to the next advance. */
static void
drop_failed_prefetch(struct onshi_visit *v)
{
	struct onshi_error e;

	oki_error_clear(&e);
	if (oki_prefetch_peek(v->prefetch, &e) != ONSHI_OK)
		(void)oki_prefetch_drop(&v->prefetch);
}

int
oki_flow_advance(struct onshi_visit *v, struct oki_wait *w,
    struct onshi_error *e)
{
	struct flow f = { .v = v, .w = w, .e = e };
	int r = ONSHI_OK;

	if (v->k.ended)
		return oki_fail(e, ONSHI_E_STATE, "the visit is over");
	while (v->step != OKI_STEP_ANSWERED) {
		if ((r = oki_wait_check(w, ONSHI_E_LINK_TIMEOUT)) == ONSHI_OK)
			r = steps[v->step](&f);
		else
			r = oki_fail(e, r, "no time is left");
		if (r < 0 && !f.is_final)
			r = mend(&f, r);
		if (r != ONSHI_OK)
			break;
	}
	if (v->k.ended)
		let_go(v);
	if (r < 0)
		drop_failed_prefetch(v);
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
