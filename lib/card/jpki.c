/* 公的個人認証AP: selecting it, and how its files are named. */
#include "config.h"

#include "card/inside.h"

/* A selected application forgets what was current before; SELECT carries no
 * secret, so its answer is not kept. */
int
oki_card_select(struct oki_card *c, struct oki_wait *w, enum oki_app app,
    unsigned int *sw, struct onshi_error *e)
{
	struct oki_apdu a = { .ins = OKI_INS_SELECT, .p1 = 0x04, .p2 = 0x0c };
	struct oki_apdu_response resp;
	int r;

	oki_apdu_response_init(&resp);
	a.data = oki_app_name(app, &a.len);
	r = oki_card_transmit(c, w, &a, &resp, e);
	*sw = resp.sw;
	if (r == ONSHI_OK && app == OKI_APP_JPKI && *sw == OKI_SW_OK)
		c->selected = true;
	oki_apdu_response_free(&resp);

	return r;
}

/* One measured card says 6F00 to the first command after power-up. */
int
oki_card_select_jpki(struct oki_card *c, struct oki_wait *w, unsigned int *sw,
    struct onshi_error *e)
{
	int r;

	r = oki_card_select(c, w, OKI_APP_JPKI, sw, e);
	if (r == ONSHI_OK && *sw == OKI_SW_NO_DIAGNOSIS)
		r = oki_card_select(c, w, OKI_APP_JPKI, sw, e);

	return r;
}

int
oki_card_select_ef(struct oki_card *c, struct oki_wait *w, unsigned int ef,
    unsigned int *sw, struct onshi_error *e)
{
	const uint8_t id[2] = { (uint8_t)(ef >> 8), (uint8_t)(ef & 0xff) };
	struct oki_apdu a = { .ins = OKI_INS_SELECT, .p1 = 0x02, .p2 = 0x0c,
	    .data = id, .len = sizeof(id) };
	struct oki_apdu_response resp;
	int r;

	oki_apdu_response_init(&resp);
	r = oki_card_transmit(c, w, &a, &resp, e);
	*sw = resp.sw;
	oki_apdu_response_free(&resp);

	return r;
}

bool
oki_sw_is_address(unsigned int sw)
{
	return sw == OKI_SW_P1P2 || sw == OKI_SW_NOT_FOUND;
}

int
oki_card_address(struct oki_card *c, struct oki_wait *w, unsigned int ef,
    uint8_t *p2, struct onshi_error *e)
{
	unsigned int sw;
	int r;

	if (c->by_sfi) {
		*p2 = OKI_BY_SFI(ef);
		return ONSHI_OK;
	}
	*p2 = OKI_BY_CURRENT;
	if (c->at.ef == ef)
		return ONSHI_OK;
	if ((r = oki_card_select_ef(c, w, ef, &sw, e)) != ONSHI_OK)
		return r;
	if (sw != OKI_SW_OK)
		return oki_card_refuse(e, ONSHI_E_CARD_ANSWER, sw,
		    "SELECT of a file");

	return ONSHI_OK;
}
