/*
 * 券面事項確認AP: the card's face, opened with 照合番号B (card.md 5.4, 8.6). What can
 * be refused is refused before a try of it is spent.
 */
#include "config.h"

#include <string.h>

#include "card/inside.h"

#define SIGNATURE_LE	256

void
oki_visual_init(struct oki_visual *f)
{
	memset(f, 0, sizeof(*f));
	oki_buf_init(&f->bytes, OKI_FACE_BYTES);
}

void
oki_visual_free(struct oki_visual *f)
{
	oki_buf_free(&f->bytes);
	oki_visual_init(f);
}

/* ---- reading ---------------------------------------------------------- */

/*
 * How much one READ asks for: no more than has come through from this card,
 * for a reader that throws it out now would cost a try.
 */
static uint32_t
block_of(struct oki_card *c)
{
	bool proven;
	uint32_t n = oki_reader_block(c->readers, c->reader, &proven);

	if (n > OKI_READ_SHORT && c->bytes.len < n)
		n = c->bytes.len > OKI_READ_SHORT ? (uint32_t)c->bytes.len :
		    OKI_READ_SHORT;

	return n;
}

static int
read_piece(struct oki_card *c, struct oki_wait *w, unsigned int ef, size_t at,
    uint32_t le, struct oki_apdu_response *resp, struct onshi_error *e)
{
	struct oki_apdu a = { .ins = OKI_INS_READ, .le = le };
	int r;

	if (at == 0 && c->by_sfi) {
		a.p1 = OKI_BY_SFI(ef);
	} else {
		if (c->at.ef != ef && ((r = oki_card_select_ef(c, w, ef,
		    &resp->sw, e)) != ONSHI_OK || resp->sw != OKI_SW_OK))
			return r;
		a.p1 = (uint8_t)(at >> 8 & 0x7f);
		a.p2 = (uint8_t)(at & 0xff);
	}

	return oki_card_transmit(c, w, &a, resp, e);
}

/* Length by the file's own head; 0: none, or longer than it may be. */
static size_t
whole(const struct oki_buf *b, size_t max)
{
	struct oki_tlv t;

	if (oki_tlv_head(b->data, b->len, &t) != ONSHI_OK || t.body == 0 ||
	    t.body > max - t.head)
		return 0;

	return t.head + t.body;
}

static int
take_piece(struct oki_buf *out, size_t *size,
    const struct oki_apdu_response *resp, struct onshi_error *e)
{
	size_t n = resp->data.len;
	int r;

	if ((resp->sw != OKI_SW_OK && resp->sw != OKI_SW_END_OF_FILE) ||
	    n == 0)
		return oki_card_refuse(e, ONSHI_E_CARD_ANSWER, resp->sw,
		    "READ of the card's face");
	if (*size == 0 && (*size = whole(&resp->data, out->max)) == 0)
		return oki_card_refuse(e, ONSHI_E_CARD_ANSWER, resp->sw,
		    "a file of the card's face holds none");
	n = n < *size - out->len ? n : *size - out->len;
	if ((r = oki_buf_append(out, resp->data.data, n)) != ONSHI_OK)
		return oki_fail(e, r, "the card's face");

	return ONSHI_OK;
}

static int
read_file(struct oki_card *c, struct oki_wait *w, unsigned int ef,
    struct oki_buf *out, struct onshi_error *e)
{
	struct oki_apdu_response resp;
	size_t size = 0;
	int r;

	oki_apdu_response_init(&resp);
	do {
		r = read_piece(c, w, ef, out->len, block_of(c), &resp, e);
		if (r == ONSHI_OK)
			r = take_piece(out, &size, &resp, e);
	} while (r == ONSHI_OK && out->len < size);
	oki_apdu_response_free(&resp);

	return r;
}

/* ---- what is asked of it ---------------------------------------------- */

static int
refuse(struct onshi_error *e, int r, const char *what)
{
	return oki_fail_at(e, ONSHI_PHASE_CARD, r, "%s", what);
}

/* Before anything is sent: what is configured. */
static int
read_pins(struct oki_card *c, struct oki_buf *pem, struct onshi_error *e)
{
	const struct onshi_config *conf = oki_env_config(c->readers->env);

	if (!c->at.visual)
		return oki_fail(e, ONSHI_E_CARD_FACE_OFF, "%s is not yes",
		    oki_config_key_name(OKI_CARD_FACE));
	if (!oki_config_has(conf, OKI_CARD_FACE_CA_FILE))
		return oki_fail(e, ONSHI_E_CONFIG, "%s is not set: nothing "
		    "says whose faces are to be believed",
		    oki_config_key_name(OKI_CARD_FACE_CA_FILE));

	return oki_config_content(conf, OKI_CARD_FACE_CA_FILE, pem->max, pem,
	    e);
}

static int
read_issuer(struct oki_card *c, struct oki_wait *w, const struct oki_buf *pem,
    uint8_t *issuer, struct onshi_error *e)
{
	struct oki_buf file;
	int r;

	oki_buf_init(&file, OKI_ISSUER_BYTES);
	if ((r = read_file(c, w, OKI_EF_ISSUER, &file, e)) == ONSHI_OK &&
	    (r = oki_visual_issuer(&file, pem, issuer)) != ONSHI_OK)
		r = r == ONSHI_E_CONFIG ? oki_fail(e, r,
		    "%s: no list of RSA keys of 2048 bits",
		    oki_config_key_name(OKI_CARD_FACE_CA_FILE)) :
		    refuse(e, r, "who issued the card's face");
	oki_buf_free(&file);

	return r;
}

/* That the chip is there, and not a copy of its files: it signs what nobody
 * can have known. */
static int
challenge(struct oki_card *c, struct oki_wait *w, const uint8_t *chip,
    struct onshi_error *e)
{
	uint8_t info[OKI_DIGEST_INFO + OKI_SHA256];
	struct oki_apdu a = { .cla = 0x80, .ins = OKI_INS_SIGN, .data = info,
	    .len = sizeof(info), .le = SIGNATURE_LE };
	struct oki_apdu_response resp;
	int r;

	memcpy(info, oki_digest_info, OKI_DIGEST_INFO);
	if ((r = oki_random(info + OKI_DIGEST_INFO, OKI_SHA256)) != ONSHI_OK)
		return refuse(e, r, "random bytes");
	oki_apdu_response_init(&resp);
	if ((r = oki_card_transmit(c, w, &a, &resp, e)) == ONSHI_OK) {
		if (resp.sw != OKI_SW_OK || resp.data.len != OKI_RSA_BYTES)
			r = oki_card_refuse(e, ONSHI_E_CARD_ANSWER, resp.sw,
			    "signature of the chip");
		else if ((r = oki_rsa_check(chip, info, sizeof(info),
		    resp.data.data)) != ONSHI_OK)
			r = refuse(e, r == ONSHI_E_SIGNATURE ?
			    ONSHI_E_CARD_FORGED : r,
			    "the chip is not the one of this face");
	}
	oki_apdu_response_free(&resp);

	return r;
}

static int
open_face(struct oki_card *c, struct oki_wait *w, const struct oki_buf *pem,
    const struct oki_secret *number, uint32_t flags, struct oki_visual *f,
    struct onshi_error *e)
{
	uint8_t issuer[OKI_RSA_BYTES], chip[OKI_RSA_BYTES];
	unsigned int sw;
	int r;

	if ((r = oki_card_select(c, w, OKI_APP_VISUAL, &sw, e)) != ONSHI_OK)
		return r;
	if (sw != OKI_SW_OK)
		return oki_card_refuse(e, ONSHI_E_CARD_ANSWER, sw,
		    "SELECT of the visual application");
	if ((r = read_issuer(c, w, pem, issuer, e)) != ONSHI_OK ||
	    (r = oki_card_show(c, w, OKI_LOCK_NUMBER, number, flags, e)) !=
	    ONSHI_OK ||
	    (r = read_file(c, w, OKI_EF_FACE, &f->bytes, e)) != ONSHI_OK)
		return r;
	if ((r = oki_visual_check(f, issuer, chip)) != ONSHI_OK)
		return refuse(e, r, "the card's face");

	return challenge(c, w, chip, e);
}

/* Every other call finds the card where it was; a card that does not go back
 * there is one that nothing can be asked any more. */
static int
go_back(struct oki_card *c, struct oki_wait *w, int r, struct onshi_error *e)
{
	struct onshi_error ours;
	unsigned int sw;
	int back;

	c->pin_good = false;
	if (c->lost != ONSHI_OK)
		return r;
	oki_error_clear(&ours);
	back = oki_card_select(c, w, OKI_APP_JPKI, &sw, &ours);
	if (back == ONSHI_OK && sw != OKI_SW_OK) {
		back = oki_card_refuse(&ours, ONSHI_E_CARD_ANSWER, sw,
		    "SELECT of JPKI after the card's face");
		c->lost = ONSHI_E_STATE;
	}
	if (r == ONSHI_OK && back != ONSHI_OK) {
		oki_error_copy(e, &ours);
		r = back;
	}

	return r;
}

int
oki_card_visual(struct oki_card *c, struct oki_wait *w,
    const struct oki_secret *number, uint32_t flags, struct oki_visual *f,
    struct onshi_error *e)
{
	struct oki_buf pem;
	int kind, r;

	oki_buf_init(&pem, OKI_FACE_PINS);
	if ((r = read_pins(c, &pem, e)) != ONSHI_OK ||
	    (r = oki_card_check_number(number, flags, e)) != ONSHI_OK ||
	    (r = oki_card_kind(c, w, &kind, e)) != ONSHI_OK)
		goto out;
	/* One without a certificate has a face, too. */
	if (kind != ONSHI_CARD_NO_CERTIFICATE &&
	    (r = oki_card_need_my_number(c, w, e)) != ONSHI_OK)
		goto out;
	r = go_back(c, w, open_face(c, w, &pem, number, flags, f, e), e);
out:
	if (r != ONSHI_OK)
		oki_visual_free(f);
	oki_buf_free(&pem);

	return r;
}
