/*
 * The steps of a visit, each a function.
 *
 *   new -> card -> read -> pin -> sign -> ask -> answered
 *                       -> confirm ------^          (visual, 目視)
 *   new ---------------------------------^          (typed numbers)
 *   new -> face -> [confirm] ------------^          (a face reader)
 *                          confirm -----------> answered (official reader)
 *
 * and in the exceptional modes, a notice before each step:
 *
 *   new ---------------------------------^          (four items, numbers)
 *   new -> card -> read -----------------^          (card, no PIN)
 */
#include <string.h>

#include "visit/inside.h"

/* Consent and refusal stand on the record before the card is touched (CO-1). */
int
oki_flow_record_consents(struct onshi_visit *v, const struct oki_wait *w,
    struct onshi_error *e)
{
	struct oki_consent *c;
	enum oki_audit_event event;
	int i, r;

	for (i = 1; i < OKI_CATEGORIES; i++) {
		c = &v->k.consent[i];
		if (!c->asked || c->noted)
			continue;
		event = oki_consent_is_given(c) ? OKI_AUDIT_CONSENT_GIVEN :
		    OKI_AUDIT_CONSENT_REFUSED;
		if ((r = oki_case_note(&v->k, event, NULL, i, ONSHI_OK, w,
		    e)) != ONSHI_OK)
			return r;
		c->noted = true;
	}

	return ONSHI_OK;
}

int
oki_flow_record(struct onshi_visit *v, const struct oki_wait *w,
    struct onshi_error *e)
{
	int r;

	if ((r = oki_flow_record_consents(v, w, e)) != ONSHI_OK)
		return r;

	return oki_case_note(&v->k, OKI_AUDIT_IDENTITY_BEGIN, NULL,
	    ONSHI_CATEGORY_ELIGIBILITY, ONSHI_OK, w, e);
}

/* Connection and, where the card signs, a challenge that is not too old, while
 * something else is done: looking for the card, reading it (design 4.4). One
 * that failed is tried again. Of the patient nothing is sent. */
static int
fetch(struct oki_flow *f)
{
	struct onshi_visit *v = f->v;
	struct oki_wait wait;
	int r;

	if (oki_challenge_is_good(&v->challenge, v->k.env))
		return ONSHI_OK;
	oki_flow_part_wait(f, OKI_LINK_DEADLINE_MS, &wait);
	if ((r = oki_prefetch_begin(v, v->k.method == ONSHI_METHOD_PIN,
	    &wait)) != ONSHI_OK)
		return oki_fail(f->e, r, "connecting beforehand");

	return ONSHI_OK;
}

/* What it is to ask has nobody to ask it, where there is no face reader. */
static int
has_whom_to_ask(struct oki_flow *f)
{
	const struct onshi_visit *v = f->v;
	int i;

	for (i = 1; i < OKI_CATEGORIES; i++)
		if (v->k.consent[i].to_ask && !v->at_face)
			return oki_fail_rule(f->e, "CO-1", ONSHI_E_STATE,
			    "consent to %s is still to be asked",
			    oki_category(i)->name);

	return ONSHI_OK;
}

static int
step_new(struct oki_flow *f)
{
	struct onshi_visit *v = f->v;
	int r;

	if (v->k.mode != OKI_MODE_ORDINARY) {
		if ((r = oki_flow_begin_mode(f)) != ONSHI_OK ||
		    v->step == OKI_STEP_ASK)
			return r;
		return fetch(f);
	}
	if (v->k.method == 0)
		return oki_fail(f->e, ONSHI_E_STATE, "no method is set");
	if ((r = oki_query_check_inputs(&v->k, f->e)) != ONSHI_OK ||
	    (r = has_whom_to_ask(f)) != ONSHI_OK)
		return r;
	if (!v->settled) {
		if ((r = oki_query_possible(&v->k, f->e)) != ONSHI_OK)
			return r;
		v->k.wall0_ms = oki_wall_ms(v->k.env);
		v->k.boot0_ms = oki_boot_ms(v->k.env);
		if ((r = oki_flow_record(v, f->w, f->e)) != ONSHI_OK)
			return r;
		v->settled = true;
	}
	if ((r = oki_flow_record_consents(v, f->w, f->e)) != ONSHI_OK)
		return r;
	if (v->k.method == ONSHI_METHOD_NUMBER) {
		v->step = OKI_STEP_ASK;
		return ONSHI_OK;
	}
	v->step = v->at_face ? OKI_STEP_FACE : OKI_STEP_CARD;

	return fetch(f);
}

/* The first time it only looks, and says that a card is needed; and beside it
 * where there is no such reader. */
static int
no_card(struct oki_flow *f, int r)
{
	struct onshi_visit *v = f->v;

	if (r == ONSHI_E_READER_NONE)
		oki_error_copy(&v->refusal, f->e);
	oki_error_clear(f->e);

	return oki_flow_need(f, ONSHI_NEED_CARD);
}

/* Nothing came: where there was no such reader, that is why. */
static int
nothing_came(struct oki_flow *f, int r)
{
	const struct onshi_error *before = &f->v->refusal;

	if (r != ONSHI_E_CARD_NONE ||
	    onshi_error_code(before) != ONSHI_E_READER_NONE)
		return r;
	oki_error_copy(f->e, before);

	return ONSHI_E_READER_NONE;
}

/* What was refused is over, but where it concerns the PIN to come. */
static void
card_is_here(struct onshi_visit *v)
{
	int r = onshi_error_code(&v->refusal);

	v->asked = ONSHI_OK;
	if (r == ONSHI_E_CARD_GONE || r == ONSHI_E_READER_NONE)
		oki_error_clear(&v->refusal);
	v->step = OKI_STEP_READ;
}

static int
step_card(struct oki_flow *f)
{
	struct onshi_visit *v = f->v;
	int64_t start = oki_steady_ms(v->k.env);
	bool first = v->asked != ONSHI_NEED_CARD;
	struct oki_wait wait;
	int r;

	/* A time that the caller set is for the holder, all of it. */
	if (v->deadline_ms == 0)
		oki_flow_part_wait(f, OKI_READER_DEADLINE_MS, &wait);
	else
		wait = *f->w;
	r = (first ? oki_card_open_now : oki_card_open)(
	    oki_root_readers(v->root), v->reader, &wait, &v->card, f->e);
	oki_flow_spent(v, ONSHI_PHASE_READER, start);
	if (first && (r == ONSHI_E_CARD_NONE || r == ONSHI_E_READER_NONE))
		return no_card(f, r);
	if (r != ONSHI_OK)
		return nothing_came(f, r);
	card_is_here(v);

	return fetch(f);
}

/* The first certificate of a visit stays its only one (ID-9): another one, a
 * renewed one, too, is another visit under another consent. */
int
oki_flow_keep(struct oki_flow *f, struct onshi_certificate *x)
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
			return oki_flow_end(f, ONSHI_E_CARD_CHANGED,
			    "another card than before");
		}
		oki_certificate_free(&v->certificate);
	}
	v->certificate = x;
	/* By the service's clock, where it is known (TI-4). */
	v->k.certificate = oki_certificate_state_at(
	    onshi_certificate_not_before(x), onshi_certificate_not_after(x),
	    oki_now(v->k.env));

	return ONSHI_OK;
}

static int
read_card(struct oki_flow *f, struct oki_wait *wait)
{
	struct onshi_certificate *x;
	int r;

	if ((r = oki_card_certificate(f->v->card, wait, &x, f->e)) !=
	    ONSHI_OK)
		return r;

	return oki_flow_keep(f, x);
}

/* Tries left; asking costs none. A card without a PIN looks like a blocked one
 * (card.md 3.5). */
static int
read_tries(struct oki_flow *f, struct oki_wait *wait)
{
	struct onshi_visit *v = f->v;
	int r;

	if ((r = oki_card_tries(v->card, wait, &v->tries, f->e)) != ONSHI_OK)
		return r;
	v->k.tries = v->tries;
	if (v->k.method == ONSHI_METHOD_PIN && v->tries == 0) {
		f->e->tries = 0;
		f->e->phase = ONSHI_PHASE_CARD;
		return oki_fail(f->e, ONSHI_E_PIN_BLOCKED, "no try is left");
	}
	if (v->k.method == ONSHI_METHOD_VISUAL && v->tries > 0) {
		f->e->tries = v->tries;
		return oki_fail_rule(f->e, "ID-7", ONSHI_E_METHOD,
		    "registration by sight of a card that has a PIN");
	}

	return ONSHI_OK;
}

static int
step_read(struct oki_flow *f)
{
	struct onshi_visit *v = f->v;
	int64_t start = oki_steady_ms(v->k.env);
	struct oki_wait wait;
	int r;

	oki_flow_part_wait(f, OKI_READER_DEADLINE_MS, &wait);
	if ((r = read_card(f, &wait)) == ONSHI_OK &&
	    (v->k.method == ONSHI_METHOD_PIN || v->k.register_use))
		r = read_tries(f, &wait);
	oki_flow_spent(v, ONSHI_PHASE_CARD, start);
	if (r != ONSHI_OK)
		return r;
	if (v->k.method == ONSHI_METHOD_PIN) {
		v->step = OKI_STEP_PIN;
		return ONSHI_OK;
	}
	/* In a mode the operator has said how it is theirs (EM-3). */
	v->step = v->k.mode == OKI_MODE_ORDINARY ? OKI_STEP_CONFIRM :
	    OKI_STEP_ASK;

	return oki_flow_close(v, f->e);
}

/* What was fetched meanwhile; else, where that failed or is old, now. */
int
oki_flow_challenge(struct oki_flow *f)
{
	struct onshi_visit *v = f->v;
	struct oki_wait wait;
	int r;

	oki_flow_part_wait(f, OKI_LINK_DEADLINE_MS, &wait);
	if ((r = oki_prefetch_take(v, &wait, &v->challenge, f->e)) !=
	    ONSHI_OK)
		return r;
	if (oki_challenge_is_good(&v->challenge, v->k.env))
		return ONSHI_OK;

	return oki_query_challenge(&v->k, &wait, &v->challenge, f->e);
}

/* A line that was down by now is tried once more; then it is known that nothing
 * can come of the PIN, and it is not shown. */
static int
line_is_up(struct oki_flow *f)
{
	return oki_prefetch_has_failed(f->v) ? oki_flow_challenge(f) : fetch(f);
}

/* Nothing is shown to the card when it is known that nothing can come of it. */
static int
step_pin(struct oki_flow *f)
{
	struct onshi_visit *v = f->v;
	struct oki_wait wait;
	int64_t start;
	int r;

	if (v->pin == NULL)
		return oki_flow_need(f, ONSHI_NEED_PIN);
	if ((r = line_is_up(f)) != ONSHI_OK)
		return r;
	start = oki_steady_ms(v->k.env);
	oki_flow_part_wait(f, OKI_READER_DEADLINE_MS, &wait);
	r = oki_card_verify_pin(v->card, &wait, v->pin, v->pin_flags, f->e);
	oki_flow_spent(v, ONSHI_PHASE_CARD, start);
	oki_flow_forget_pin(v);
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
step_sign(struct oki_flow *f)
{
	struct onshi_visit *v = f->v;
	struct oki_wait wait;
	struct oki_buf text;
	int64_t start;
	int r;

	if ((r = oki_flow_challenge(f)) != ONSHI_OK)
		return r;
	start = oki_steady_ms(v->k.env);
	oki_flow_part_wait(f, OKI_READER_DEADLINE_MS, &wait);
	oki_buf_init(&text, 4096);
	oki_buf_free(&v->signature);
	oki_buf_init(&v->signature, 1024);
	if ((r = oki_query_to_sign(&v->k, &v->challenge, &text)) != ONSHI_OK)
		r = oki_fail(f->e, r, "bytes to sign");
	else
		r = oki_card_sign(v->card, &wait, v->certificate, text.data,
		    text.len, &v->signature, f->e);
	oki_buf_free(&text);
	oki_flow_spent(v, ONSHI_PHASE_CARD, start);
	if (r != ONSHI_OK)
		return r;
	v->step = OKI_STEP_ASK;

	return oki_flow_close(v, f->e);
}

static void
back_to_card(struct onshi_visit *v)
{
	oki_flow_let_go(v);
	v->asked = ONSHI_OK;
	v->step = v->at_face ? OKI_STEP_FACE : OKI_STEP_CARD;
}

/* Registration was wished for after the card had been read: whether it has a
 * PIN decides (ID-7), so it is looked at again. */
static bool
is_looked_at(struct oki_flow *f)
{
	struct onshi_visit *v = f->v;

	if (v->at_face ? v->face_registered == v->k.register_use :
	    v->k.method != ONSHI_METHOD_VISUAL || !v->k.register_use ||
	    v->tries >= 0)
		return true;
	back_to_card(v);

	return false;
}

/* A signature is good for one question: a new one, though the end of the last
 * is unknown, is signed anew, and has another id by that. */
static bool
is_signed_for(struct onshi_visit *v)
{
	if ((v->k.method != ONSHI_METHOD_PIN && !v->at_face) || !v->k.anew ||
	    v->k.pending[ONSHI_CATEGORY_ELIGIBILITY].request_id[0] == '\0')
		return true;
	v->k.anew = false;
	back_to_card(v);

	return false;
}

static int
step_confirm(struct oki_flow *f)
{
	struct onshi_visit *v = f->v;

	if (!is_looked_at(f))
		return ONSHI_OK;
	if (v->confirmer == NULL)
		return oki_flow_need(f, ONSHI_NEED_CONFIRM);
	if (!v->k.confirmed)
		return oki_flow_end(f, ONSHI_E_NOT_CONFIRMED,
		    "the operator did not confirm the person");
	if (v->arrival != NULL)
		return oki_arrival_take(f);
	v->step = OKI_STEP_ASK;

	return ONSHI_OK;
}

static int
ask(struct oki_flow *f, struct oki_reply *reply)
{
	struct onshi_visit *v = f->v;
	struct oki_proof proof = { .method = v->k.method };
	struct oki_wait wait;
	int r;

	if ((r = oki_query_check_inputs(&v->k, f->e)) != ONSHI_OK)
		return r;
	oki_flow_part_wait(f, OKI_LINK_DEADLINE_MS, &wait);
	if ((r = oki_prefetch_take(v, &wait, &v->challenge, f->e)) !=
	    ONSHI_OK)
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
	} else if (v->confirmer != NULL) {
		proof.operator_id = v->confirmer->id;
	}
	if (v->pinless.len > 0) {
		proof.pinless = v->pinless.data;
		proof.pinless_len = v->pinless.len;
	}

	return oki_query_eligibility(&v->k, v->confirmer, &proof, &wait,
	    reply, f->e);
}

static int
step_ask(struct oki_flow *f)
{
	struct onshi_visit *v = f->v;
	struct oki_reply reply = { .doc = NULL };
	int r;

	if (!is_looked_at(f) || !is_signed_for(v))
		return ONSHI_OK;
	if ((r = ask(f, &reply)) != ONSHI_OK)
		return r;
	oki_flow_forget_signature(v);
	oki_buf_free(&v->pinless);
	if ((r = oki_case_note(&v->k, OKI_AUDIT_IDENTITY_END, v->confirmer,
	    ONSHI_CATEGORY_ELIGIBILITY, ONSHI_OK, f->w, f->e)) != ONSHI_OK ||
	    (r = oki_answer_body_new(v, ONSHI_CATEGORY_ELIGIBILITY, &reply,
	    &v->eligibility)) != ONSHI_OK) {
		oki_reply_free(&reply);
		oki_case_forget(&v->k);
		return oki_fail(f->e, r, "the answer");
	}
	oki_flow_forget_pin(v);
	(void)oki_prefetch_drop(&v->prefetch);
	v->step = OKI_STEP_ANSWERED;

	return ONSHI_OK;
}

int	(*const oki_flow_steps[])(struct oki_flow *) = {
	[OKI_STEP_NEW] = step_new, [OKI_STEP_FACE] = oki_face_step,
	[OKI_STEP_CARD] = step_card,
	[OKI_STEP_READ] = step_read, [OKI_STEP_PIN] = step_pin,
	[OKI_STEP_CONFIRM] = step_confirm, [OKI_STEP_SIGN] = step_sign,
	[OKI_STEP_ASK] = step_ask
};

