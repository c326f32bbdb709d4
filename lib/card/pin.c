/*
 * 利用者証明用暗証番号: asking how many tries are left, and showing it, at most
 * once per call. A wrong PIN is the holder's loss, not ours (SEC-71).
 */
#include "config.h"

#include "card/inside.h"
#include "onshikaku/visit.h"

#define DIGITS	4

static int
verify(struct oki_card *c, struct oki_wait *w, const uint8_t *pin, size_t len,
    struct oki_apdu_response *resp, struct onshi_error *e)
{
	struct oki_apdu a = { .ins = OKI_INS_VERIFY, .data = pin, .len = len };
	int r;

	if ((r = oki_card_address(c, w, OKI_EF_PIN, &a.p2, e)) != ONSHI_OK)
		return r;

	return oki_card_transmit(c, w, &a, resp, e);
}

/*
 * A VERIFY without data costs nothing, so it also finds out how this card
 * wants its PIN addressed: the one with the PIN is never sent a second time.
 */
static int
ask(struct oki_card *c, struct oki_wait *w, struct oki_apdu_response *resp,
    struct onshi_error *e)
{
	int r;

	r = verify(c, w, NULL, 0, resp, e);
	if (r == ONSHI_OK && c->by_sfi && (oki_sw_is_address(resp->sw) ||
	    resp->sw == OKI_SW_NO_INS)) {
		c->by_sfi = false;
		r = verify(c, w, NULL, 0, resp, e);
	}

	return r;
}

static bool
is_blocked(unsigned int sw)
{
	return sw == OKI_SW_BLOCKED || sw == OKI_SW_BLOCKED_TOO;
}

static bool
is_counter(unsigned int sw)
{
	return (sw & 0xfff0) == 0x63c0;
}

/* The card answers the tries left even after a good PIN; a success here is
 * nothing that it may say. */
int
oki_card_tries(struct oki_card *c, struct oki_wait *w, int *left,
    struct onshi_error *e)
{
	struct oki_apdu_response resp;
	int r;

	oki_apdu_response_init(&resp);
	*left = OKI_TRIES_UNKNOWN;
	if ((r = oki_card_need_my_number(c, w, e)) != ONSHI_OK ||
	    (r = ask(c, w, &resp, e)) != ONSHI_OK)
		goto out;
	if (is_counter(resp.sw))
		*left = (int)(resp.sw & 0x0f);
	else if (is_blocked(resp.sw))
		*left = 0;
	else
		r = oki_card_refuse(e, ONSHI_E_CARD_ANSWER, resp.sw,
		    "question for the tries");
out:
	c->tries = *left;
	oki_apdu_response_free(&resp);

	return r;
}

static int
check_shape(const struct oki_secret *pin, uint32_t flags,
    struct onshi_error *e)
{
	const uint8_t *p;
	size_t len;

	if ((flags & ~ONSHI_PIN_SPEND_LAST) != 0)
		return oki_fail(e, ONSHI_E_ARG, "flags");
	p = oki_secret_bytes(pin, &len);
	for (size_t i = 0; i < len && len == DIGITS; i++)
		if (p[i] < '0' || p[i] > '9')
			len = 0;
	if (len != DIGITS)
		return oki_fail(e, ONSHI_E_PIN_SHAPE, "four digits");

	return ONSHI_OK;
}

static int
refuse_tries(struct oki_card *c, struct onshi_error *e, int code,
    const char *why)
{
	if (oki_error_is_open(e)) {
		e->phase = ONSHI_PHASE_CARD;
		e->tries = c->tries;
	}

	return oki_fail(e, code, "%s", why);
}

/*
 * Asking is free. A wrong PIN is not: after the last one the holder has to go
 * to the town hall, so that one is spent only on request.
 */
static int
may_try(struct oki_card *c, struct oki_wait *w, uint32_t flags,
    struct onshi_error *e)
{
	int left = c->tries, r;

	if (left == OKI_TRIES_UNKNOWN &&
	    (r = oki_card_tries(c, w, &left, e)) != ONSHI_OK)
		return r;
	if (left == 0)
		return refuse_tries(c, e, ONSHI_E_PIN_BLOCKED, "no try left");
	if (left == 1 && (flags & ONSHI_PIN_SPEND_LAST) == 0)
		return refuse_tries(c, e, ONSHI_E_PIN_LAST_TRY,
		    "one try left, and no word that it may be spent");

	return ONSHI_OK;
}

/* What the card said to the PIN. A counter that does not go down is not
 * believed; any answer but these leaves the tries unknown. */
static int
verdict(struct oki_card *c, unsigned int sw, struct onshi_error *e)
{
	int before = c->tries, left = (int)(sw & 0x0f);

	c->tries = OKI_TRIES_UNKNOWN;
	if (sw == OKI_SW_OK) {
		c->pin_good = true;
		return ONSHI_OK;
	}
	if (oki_error_is_open(e))
		e->sw = (int)sw;
	if (is_blocked(sw) || (is_counter(sw) && left == 0)) {
		c->tries = 0;
		return refuse_tries(c, e, ONSHI_E_PIN_BLOCKED, "blocked");
	}
	if (is_counter(sw)) {
		c->tries = left < before ? left : before - 1;
		return refuse_tries(c, e, ONSHI_E_PIN_WRONG, "wrong PIN");
	}
	if (sw == 0x6300)
		return refuse_tries(c, e, ONSHI_E_PIN_WRONG,
		    "wrong PIN, tries unknown");

	return oki_card_refuse(e, ONSHI_E_CARD_ANSWER, sw, "VERIFY");
}

/* The PIN had left, and no answer came: it may have cost a try. A cancel stays
 * what the caller asked for, an answer that is none what it is. */
static int
unknown(struct oki_card *c, int r, struct onshi_error *e)
{
	c->tries = OKI_TRIES_UNKNOWN;
	if (r == ONSHI_E_CARD_ANSWER || onshi_result_class(r) != 3)
		return r;
	e->code = ONSHI_E_PIN_UNKNOWN;

	return e->code;
}

int
oki_card_verify_pin(struct oki_card *c, struct oki_wait *w,
    const struct oki_secret *pin, uint32_t flags, struct onshi_error *e)
{
	struct oki_apdu_response resp;
	const uint8_t *bytes;
	size_t len;
	int r;

	oki_apdu_response_init(&resp);
	if ((r = check_shape(pin, flags, e)) != ONSHI_OK ||
	    (r = oki_card_need_my_number(c, w, e)) != ONSHI_OK ||
	    (r = may_try(c, w, flags, e)) != ONSHI_OK)
		goto out;
	bytes = oki_secret_bytes(pin, &len);
	c->pin_good = false;
	c->pin_shown = true;
	r = verify(c, w, bytes, len, &resp, e);
	if (r == ONSHI_OK)
		r = verdict(c, resp.sw, e);
	else if (resp.begun)
		r = unknown(c, r, e);
out:
	oki_apdu_response_free(&resp);

	return r;
}
