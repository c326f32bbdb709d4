/* A signature of the card's key, checked before it is given. */
#include "config.h"

#include <string.h>

#include "card/inside.h"

#define SIGNATURE_BYTES	512
#define LE		256	/* what a short command can ask for */

static int
compute(struct oki_card *c, struct oki_wait *w, const uint8_t *info,
    size_t len, struct oki_apdu_response *resp, struct onshi_error *e)
{
	struct oki_apdu a = { .cla = 0x80, .ins = OKI_INS_SIGN, .data = info,
	    .len = len, .le = LE };
	int r;

	if ((r = oki_card_address(c, w, OKI_EF_KEY, &a.p2, e)) != ONSHI_OK)
		return r;

	return oki_card_transmit(c, w, &a, resp, e);
}

/* A card that has forgotten the PIN was reset, or is another one. */
static int
verdict(unsigned int sw, struct onshi_error *e)
{
	switch (sw) {
	case OKI_SW_OK:
		return ONSHI_OK;
	case OKI_SW_SECURITY:
		return oki_card_refuse(e, ONSHI_E_CARD_GONE, sw,
		    "the card has forgotten the PIN");
	default:
		return oki_card_refuse(e, ONSHI_E_CARD_ANSWER, sw,
		    "COMPUTE DIGITAL SIGNATURE");
	}
}

static int
check(const struct onshi_certificate *x, const uint8_t *data, size_t len,
    const struct oki_buf *got, struct oki_buf *sig, struct onshi_error *e)
{
	int r;

	if (got->len == 0 || got->len > SIGNATURE_BYTES)
		return oki_card_refuse(e, ONSHI_E_CARD_ANSWER, OKI_SW_OK,
		    "length of the signature");
	r = oki_certificate_verify_signature(x, data, len, got->data,
	    got->len);
	if (r == ONSHI_OK)
		r = oki_buf_append(sig, got->data, got->len);

	return r == ONSHI_OK ? r : oki_fail_at(e, ONSHI_PHASE_CARD, r,
	    "signature of the card");
}

/* A reader that is known to carry less than a signature is what failed. */
static int
blame(struct oki_card *c, int r, struct onshi_error *e)
{
	bool proven;

	if (onshi_result_class(r) != 3 ||
	    oki_reader_block(c->readers, c->reader, &proven) >= LE)
		return r;
	oki_error_clear(e);

	return oki_fail_at(e, ONSHI_PHASE_CARD, ONSHI_E_READER,
	    "the reader carries no answer of 256 bytes");
}

int
oki_card_sign(struct oki_card *c, struct oki_wait *w,
    const struct onshi_certificate *x, const uint8_t *data, size_t len,
    struct oki_buf *sig, struct onshi_error *e)
{
	uint8_t info[OKI_DIGEST_INFO + OKI_SHA256];
	struct oki_apdu_response resp;
	int r;

	oki_apdu_response_init(&resp);
	if ((r = oki_card_need_my_number(c, w, e)) != ONSHI_OK)
		goto out;
	/* Without the PIN in this session the card might still sign: from a
	 * session before, whose holder is not this one (card.md 3.6). */
	if (!c->pin_good) {
		r = oki_fail(e, ONSHI_E_STATE, "the PIN was not shown");
		goto out;
	}
	memcpy(info, oki_digest_info, OKI_DIGEST_INFO);
	if ((r = oki_sha256(data, len, info + OKI_DIGEST_INFO)) != ONSHI_OK) {
		r = oki_fail(e, r, "SHA-256");
		goto out;
	}
	r = compute(c, w, info, sizeof(info), &resp, e);
	if (r == ONSHI_OK && c->by_sfi && resp.sw == OKI_SW_P1P2) {
		c->by_sfi = false;
		r = compute(c, w, info, sizeof(info), &resp, e);
	}
	if (r == ONSHI_OK && (r = verdict(resp.sw, e)) == ONSHI_OK)
		r = check(x, data, len, &resp.data, sig, e);
	r = blame(c, r, e);
out:
	oki_wipe(info, sizeof(info));
	oki_apdu_response_free(&resp);

	return r;
}
