/*
 * 利用者証明用暗証番号 and 照合番号B: asking how many tries are left, and showing it,
 * at most once per call. A wrong one is the holder's loss, not ours (SEC-71).
 */
#include "config.h"

#include "card/inside.h"
#include "onshikaku/visit.h"

#define NUMBER_DIGITS	14

/*
 * YYMMDD as printed on the card, the year of the card's own end, the security
 * code (card.md 3.5). What cannot be one costs no try. YY is of an era, or the
 * end of a Western year: any.
 */
static bool
is_number(const uint8_t *p)
{
	int month = 10 * (p[2] - '0') + p[3] - '0';
	int day = 10 * (p[4] - '0') + p[5] - '0';

	return month >= 1 && month <= 12 && day >= 1 && day <= 31 &&
	    p[6] == '2' && p[7] == '0';
}

static const struct lock {
	unsigned int	ef;
	size_t		digits;
	bool		(*fits)(const uint8_t *p);
	int		shape, last, wrong, blocked, unknown;
} locks[] = {
	[OKI_LOCK_PIN] = { OKI_EF_PIN, 4, NULL, ONSHI_E_PIN_SHAPE,
	    ONSHI_E_PIN_LAST_TRY, ONSHI_E_PIN_WRONG, ONSHI_E_PIN_BLOCKED,
	    ONSHI_E_PIN_UNKNOWN },
	[OKI_LOCK_NUMBER] = { OKI_EF_NUMBER, NUMBER_DIGITS, is_number,
	    ONSHI_E_NUMBER_SHAPE, ONSHI_E_NUMBER_LAST_TRY,
	    ONSHI_E_NUMBER_WRONG, ONSHI_E_NUMBER_BLOCKED,
	    ONSHI_E_NUMBER_UNKNOWN }
};

static int
verify(struct oki_card *c, struct oki_wait *w, enum oki_lock lock,
    const uint8_t *pin, size_t len, struct oki_apdu_response *resp,
    struct onshi_error *e)
{
	struct oki_apdu a = { .ins = OKI_INS_VERIFY, .data = pin, .len = len };
	int r;

	if ((r = oki_card_address(c, w, locks[lock].ef, &a.p2, e)) !=
	    ONSHI_OK)
		return r;

	return oki_card_transmit(c, w, &a, resp, e);
}

/*
 * A VERIFY without data costs nothing, so it also finds out how this card
 * wants its PIN addressed: the one with the PIN is never sent a second time.
 */
static int
ask(struct oki_card *c, struct oki_wait *w, enum oki_lock lock,
    struct oki_apdu_response *resp, struct onshi_error *e)
{
	int r;

	r = verify(c, w, lock, NULL, 0, resp, e);
	if (r == ONSHI_OK && c->by_sfi && (oki_sw_is_address(resp->sw) ||
	    resp->sw == OKI_SW_NO_INS)) {
		c->by_sfi = false;
		r = verify(c, w, lock, NULL, 0, resp, e);
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
static int
ask_tries(struct oki_card *c, struct oki_wait *w, enum oki_lock lock,
    int *left, struct onshi_error *e)
{
	struct oki_apdu_response resp;
	int r;

	oki_apdu_response_init(&resp);
	*left = OKI_TRIES_UNKNOWN;
	if ((r = ask(c, w, lock, &resp, e)) != ONSHI_OK)
		goto out;
	if (is_counter(resp.sw))
		*left = (int)(resp.sw & 0x0f);
	else if (is_blocked(resp.sw))
		*left = 0;
	else
		r = oki_card_refuse(e, ONSHI_E_CARD_ANSWER, resp.sw,
		    "question for the tries");
out:
	c->tries[lock] = *left;
	oki_apdu_response_free(&resp);

	return r;
}

int
oki_card_tries(struct oki_card *c, struct oki_wait *w, int *left,
    struct onshi_error *e)
{
	int r;

	*left = c->tries[OKI_LOCK_PIN] = OKI_TRIES_UNKNOWN;
	if ((r = oki_card_need_my_number(c, w, e)) != ONSHI_OK)
		return r;

	return ask_tries(c, w, OKI_LOCK_PIN, left, e);
}

static int
check_shape(enum oki_lock lock, const struct oki_secret *pin, uint32_t flags,
    struct onshi_error *e)
{
	const struct lock *k = &locks[lock];
	const uint8_t *p;
	size_t len;

	if ((flags & ~ONSHI_PIN_SPEND_LAST) != 0)
		return oki_fail(e, ONSHI_E_ARG, "flags");
	p = oki_secret_bytes(pin, &len);
	for (size_t i = 0; i < len && len == k->digits; i++)
		if (p[i] < '0' || p[i] > '9')
			len = 0;
	if (len != k->digits || (k->fits != NULL && !k->fits(p)))
		return oki_fail(e, k->shape, "its %zu digits", k->digits);

	return ONSHI_OK;
}

static int
refuse_tries(struct oki_card *c, enum oki_lock lock, struct onshi_error *e,
    int code, const char *why)
{
	if (oki_error_is_open(e)) {
		e->phase = ONSHI_PHASE_CARD;
		e->tries = c->tries[lock];
	}

	return oki_fail(e, code, "%s", why);
}

/*
 * Asking is free. A wrong PIN is not: after the last one the holder has to go
 * to the town hall, so that one is spent only on request.
 */
static int
may_try(struct oki_card *c, struct oki_wait *w, enum oki_lock lock,
    uint32_t flags, struct onshi_error *e)
{
	int left = c->tries[lock], r;

	if (left == OKI_TRIES_UNKNOWN &&
	    (r = ask_tries(c, w, lock, &left, e)) != ONSHI_OK)
		return r;
	if (left == 0)
		return refuse_tries(c, lock, e, locks[lock].blocked,
		    "no try left");
	if (left == 1 && (flags & ONSHI_PIN_SPEND_LAST) == 0)
		return refuse_tries(c, lock, e, locks[lock].last,
		    "one try left, and no word that it may be spent");

	return ONSHI_OK;
}

/* What the card said to the PIN. A counter that does not go down is not
 * believed; any answer but these leaves the tries unknown. */
static int
verdict(struct oki_card *c, enum oki_lock lock, unsigned int sw,
    struct onshi_error *e)
{
	int before = c->tries[lock], left = (int)(sw & 0x0f);
	int wrong = locks[lock].wrong;

	c->tries[lock] = OKI_TRIES_UNKNOWN;
	if (sw == OKI_SW_OK)
		return ONSHI_OK;
	if (oki_error_is_open(e))
		e->sw = (int)sw;
	if (is_blocked(sw) || (is_counter(sw) && left == 0)) {
		c->tries[lock] = 0;
		return refuse_tries(c, lock, e, locks[lock].blocked,
		    "blocked");
	}
	if (is_counter(sw)) {
		c->tries[lock] = left < before ? left : before - 1;
		return refuse_tries(c, lock, e, wrong, "wrong");
	}
	if (sw == 0x6300)
		return refuse_tries(c, lock, e, wrong,
		    "wrong, tries unknown");

	return oki_card_refuse(e, ONSHI_E_CARD_ANSWER, sw, "VERIFY");
}

/* The PIN had left, and no answer came: it may have cost a try. A cancel stays
 * what the caller asked for, an answer that is none what it is. */
static int
unknown(struct oki_card *c, enum oki_lock lock, int r, struct onshi_error *e)
{
	c->tries[lock] = OKI_TRIES_UNKNOWN;
	if (r == ONSHI_E_CARD_ANSWER || onshi_result_class(r) != 3)
		return r;
	e->code = locks[lock].unknown;

	return e->code;
}

int
oki_card_show(struct oki_card *c, struct oki_wait *w, enum oki_lock lock,
    const struct oki_secret *number, uint32_t flags, struct onshi_error *e)
{
	struct oki_apdu_response resp;
	const uint8_t *bytes;
	size_t len;
	int r;

	oki_apdu_response_init(&resp);
	if ((r = check_shape(lock, number, flags, e)) != ONSHI_OK ||
	    (r = may_try(c, w, lock, flags, e)) != ONSHI_OK)
		goto out;
	bytes = oki_secret_bytes(number, &len);
	c->pin_good = false;
	c->pin_shown = true;
	r = verify(c, w, lock, bytes, len, &resp, e);
	if (r == ONSHI_OK)
		r = verdict(c, lock, resp.sw, e);
	else if (resp.begun)
		r = unknown(c, lock, r, e);
out:
	oki_apdu_response_free(&resp);

	return r;
}

int
oki_card_check_number(const struct oki_secret *number, uint32_t flags,
    struct onshi_error *e)
{
	return check_shape(OKI_LOCK_NUMBER, number, flags, e);
}

int
oki_card_verify_pin(struct oki_card *c, struct oki_wait *w,
    const struct oki_secret *pin, uint32_t flags, struct onshi_error *e)
{
	int r;

	if ((r = check_shape(OKI_LOCK_PIN, pin, flags, e)) != ONSHI_OK ||
	    (r = oki_card_need_my_number(c, w, e)) != ONSHI_OK)
		return r;
	r = oki_card_show(c, w, OKI_LOCK_PIN, pin, flags, e);
	c->pin_good = r == ONSHI_OK;

	return r;
}
