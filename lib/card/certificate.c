/* Reads 利用者証明用電子証明書: at once where possible, else by 256. */
#include "config.h"

#include <string.h>

#include "card/inside.h"

#define BLOCK	256
#define READS	64	/* 8 KiB by blocks, twice over */
#define TAG	0x30u

static bool
sw_is_data(unsigned int sw)
{
	return sw == OKI_SW_OK || sw == OKI_SW_END_OF_FILE;
}

static int
read_current(struct oki_card *c, struct oki_wait *w, size_t at, uint32_t le,
    struct oki_apdu_answer *an, struct onshi_error *e)
{
	struct oki_apdu a = { .ins = OKI_INS_READ,
	    .p1 = (uint8_t)(at >> 8 & 0x7f), .p2 = (uint8_t)(at & 0xff),
	    .le = le };
	int r;

	if (c->at.ef != OKI_EF_CERTIFICATE) {
		r = oki_card_select_ef(c, w, OKI_EF_CERTIFICATE, &an->sw, e);
		if (r != ONSHI_OK || an->sw != OKI_SW_OK)
			return r;
	}

	return oki_card_transmit(c, w, &a, an, e);
}

/* By its short name; a card that does not know those is asked the long way,
 * and for its other files from then on. */
static int
read_first(struct oki_card *c, struct oki_wait *w, uint32_t le,
    struct oki_apdu_answer *an, struct onshi_error *e)
{
	struct oki_apdu a = { .ins = OKI_INS_READ,
	    .p1 = OKI_BY_SFI(OKI_EF_CERTIFICATE), .le = le };
	int r;

	if (!c->by_sfi)
		return read_current(c, w, 0, le, an, e);
	r = oki_card_transmit(c, w, &a, an, e);
	if (r != ONSHI_OK || !oki_sw_is_address(an->sw))
		return r;
	r = read_current(c, w, 0, le, an, e);
	if (r == ONSHI_OK && sw_is_data(an->sw))
		c->by_sfi = false;

	return r;
}

/* Length of the certificate by its own head; 0 if this is no certificate. */
static size_t
whole(const struct oki_buf *b)
{
	struct oki_tlv t;

	if (oki_tlv_head(b->data, b->len, &t) != ONSHI_OK || t.tag != TAG ||
	    t.body == 0 || t.body > OKI_CERTIFICATE_BYTES - t.head)
		return 0;

	return t.head + t.body;
}

/* Answers that mean that extended length did not get through (card.md 1.3). */
static bool
is_too_short(const struct oki_apdu_answer *an)
{
	if (an->sw == OKI_SW_LENGTH || an->sw >> 8 == 0x6c)
		return true;

	return sw_is_data(an->sw) && an->data.len <= BLOCK &&
	    an->data.len < whole(&an->data);
}

/*
 * A reader that throws the card out at its first long command must not get a
 * second one; but a card that was simply taken away says nothing about the
 * reader.
 */
static void
suspect(struct oki_card *c, struct oki_wait *w)
{
	struct oki_card_job job = { .verb = OKI_DO_WAIT, .ms = 500 };
	bool begun;

	if (oki_wait_left(w) < job.ms)
		job.ms = oki_wait_left(w);
	if (oki_card_worker_do(c->reader->worker, w, &job, NULL, &begun) !=
	    ONSHI_OK)
		oki_reader_learn(c->readers, c->reader, OKI_EXTENDED_NO);
}

/*
 * One READ for all of it. *got: an answer is there that can be used; else it
 * is to be read in short pieces. A failure of the reader at its first long
 * command is no failure of the session: nothing has been shown to the card.
 */
static int
read_extended(struct oki_card *c, struct oki_wait *w,
    struct oki_apdu_answer *an, bool *got, struct onshi_error *e)
{
	int known = oki_reader_extended(c->readers, c->reader), r;
	struct onshi_error first;

	*got = false;
	if (known == OKI_EXTENDED_NO)
		return ONSHI_OK;
	oki_error_clear(&first);
	r = read_first(c, w, OKI_READ_BYTES, an, &first);
	if (r == ONSHI_E_READER && known == OKI_EXTENDED_UNKNOWN) {
		c->lost = ONSHI_OK;
		c->at.app = OKI_APP_JPKI;
		oki_reader_learn(c->readers, c->reader, OKI_EXTENDED_NO);
		return ONSHI_OK;
	}
	if (r == ONSHI_E_CARD_GONE && known == OKI_EXTENDED_UNKNOWN)
		suspect(c, w);
	if (r != ONSHI_OK) {
		oki_error_copy(e, &first);
		return r;
	}
	if (is_too_short(an)) {
		if (known == OKI_EXTENDED_UNKNOWN)
			oki_reader_learn(c->readers, c->reader,
			    OKI_EXTENDED_NO);
		return ONSHI_OK;
	}
	*got = true;
	if (an->data.len > BLOCK)
		oki_reader_learn(c->readers, c->reader, OKI_EXTENDED_YES);

	return ONSHI_OK;
}

/* Cut at the length in its own head: the rest of the file is filler. */
static int
keep(struct oki_card *c, const struct oki_buf *b, size_t size)
{
	size_t n = size - c->bytes.len;

	return oki_buf_append(&c->bytes, b->data, b->len < n ? b->len : n);
}

static int
read_rest(struct oki_card *c, struct oki_wait *w, size_t size, size_t block,
    struct oki_apdu_answer *an, struct onshi_error *e)
{
	size_t left;
	int r;

	for (int i = 0; (left = size - c->bytes.len) > 0; i++) {
		r = read_current(c, w, c->bytes.len,
		    (uint32_t)(left < block ? left : block), an, e);
		if (r != ONSHI_OK)
			return r;
		if (!sw_is_data(an->sw) || an->data.len == 0 || i == READS)
			return oki_card_refuse(e, ONSHI_E_CARD_ANSWER, an->sw,
			    "READ of the certificate");
		if ((r = keep(c, &an->data, size)) != ONSHI_OK)
			return oki_fail(e, r, "certificate");
	}

	return ONSHI_OK;
}

/* A file that holds nothing: no bytes, or filler alone. */
static bool
is_empty(const struct oki_buf *b)
{
	return b->len == 0 || b->data[0] == 0xff || b->data[0] == 0x00;
}

int
oki_card_read_certificate(struct oki_card *c, struct oki_wait *w,
    unsigned int *sw, struct onshi_error *e)
{
	struct oki_apdu_answer an;
	size_t size, block = OKI_READ_BYTES;
	bool got;
	int r;

	oki_apdu_answer_init(&an);
	oki_buf_reset(&c->bytes);
	if ((r = read_extended(c, w, &an, &got, e)) != ONSHI_OK)
		goto out;
	if (!got) {
		block = BLOCK;
		if ((r = read_first(c, w, BLOCK, &an, e)) != ONSHI_OK)
			goto out;
	}
	*sw = an.sw;
	if (!sw_is_data(an.sw) || is_empty(&an.data))
		goto out;
	if ((size = whole(&an.data)) == 0) {
		r = oki_card_refuse(e, ONSHI_E_CARD_ANSWER, an.sw,
		    "the certificate's file holds none");
		goto out;
	}
	if ((r = keep(c, &an.data, size)) != ONSHI_OK)
		r = oki_fail(e, r, "certificate");
	else
		r = read_rest(c, w, size, block, &an, e);
out:
	oki_apdu_answer_free(&an);

	return r;
}
