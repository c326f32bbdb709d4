/* Reads 利用者証明用電子証明書: at once where the reader can, else in pieces. */
#include "config.h"

#include <string.h>

#include "card/inside.h"

#define TAG		0x30u
#define THERE_MS	500	/* for a card thrown out to be seen again */

static bool
sw_is_data(unsigned int sw)
{
	return sw == OKI_SW_OK || sw == OKI_SW_END_OF_FILE;
}

static bool
has_data(const struct oki_apdu_response *resp)
{
	return sw_is_data(resp->sw) && resp->data.len > 0;
}

static int
read_current(struct oki_card *c, struct oki_wait *w, size_t at, uint32_t le,
    struct oki_apdu_response *resp, struct onshi_error *e)
{
	struct oki_apdu a = { .ins = OKI_INS_READ,
	    .p1 = (uint8_t)(at >> 8 & 0x7f), .p2 = (uint8_t)(at & 0xff),
	    .le = le };
	int r;

	if (c->at.ef != OKI_EF_CERTIFICATE) {
		r = oki_card_select_ef(c, w, OKI_EF_CERTIFICATE, &resp->sw, e);
		if (r != ONSHI_OK || resp->sw != OKI_SW_OK)
			return r;
	}

	return oki_card_transmit(c, w, &a, resp, e);
}

/* By its short name; a card that does not know those is asked the long way,
 * and for its other files from then on. */
static int
read_first(struct oki_card *c, struct oki_wait *w, uint32_t le,
    struct oki_apdu_response *resp, struct onshi_error *e)
{
	struct oki_apdu a = { .ins = OKI_INS_READ,
	    .p1 = OKI_BY_SFI(OKI_EF_CERTIFICATE), .le = le };
	int r;

	if (!c->by_sfi)
		return read_current(c, w, 0, le, resp, e);
	r = oki_card_transmit(c, w, &a, resp, e);
	if (r != ONSHI_OK || !oki_sw_is_address(resp->sw))
		return r;
	r = read_current(c, w, 0, le, resp, e);
	if (r == ONSHI_OK && sw_is_data(resp->sw))
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

/*
 * How much one READ asks for: all by extended length; what every card takes;
 * and less, for readers whose driver or frames hold no whole short answer.
 */
static const uint32_t blocks[] = {
	OKI_READ_BYTES, OKI_READ_SHORT, 240, 128, 64, 32
};

uint32_t
oki_block_within(uint32_t n)
{
	for (size_t i = 0; i < OKI_COUNT(blocks); i++)
		if (blocks[i] <= n)
			return blocks[i];

	return blocks[OKI_COUNT(blocks) - 1];
}

/* 0: there is none. */
static uint32_t
shorter(uint32_t block)
{
	uint32_t less = oki_block_within(block - 1);

	return less < block ? less : 0;
}

/*
 * Words that are about the file, whoever carried them: not there, not to be
 * read, nothing at this place. Any other may be a reader's that could not
 * carry the command or its answer (card.md 1.3), down to success without data.
 */
static bool
is_about_file(unsigned int sw)
{
	return sw == OKI_SW_SECURITY || sw == OKI_SW_NOT_FOUND ||
	    sw == OKI_SW_NO_DATA || sw == 0x6981 || sw == 0x6a83 ||
	    sw == 0x6b00;
}

/* A file that holds nothing is full of filler. */
static bool
is_filler(const struct oki_buf *b)
{
	return b->data[0] == 0xff || b->data[0] == 0x00;
}

/* Cut at the length in its own head: the rest of the file is filler. */
static int
keep(struct oki_card *c, const struct oki_buf *b, size_t size)
{
	size_t n = size - c->bytes.len;

	return oki_buf_append(&c->bytes, b->data, b->len < n ? b->len : n);
}

struct reading {
	uint32_t	 block;
	size_t		 size;		/* of the certificate, by its head */
	unsigned int	 sw;		/* to the first READ */
	bool		 again;		/* may come through if shorter */
	bool		 proven;	/* more came than a shorter one asks */
};

static int
read_rest(struct oki_card *c, struct oki_wait *w, struct reading *g,
    struct oki_apdu_response *resp, struct onshi_error *e)
{
	size_t left, reads = 2 * (OKI_CERTIFICATE_BYTES / g->block + 1);
	uint32_t le;
	int r;

	for (size_t i = 0; (left = g->size - c->bytes.len) > 0; i++) {
		le = (uint32_t)(left < g->block ? left : g->block);
		r = read_current(c, w, c->bytes.len, le, resp, e);
		if (r != ONSHI_OK)
			return r;
		if (!has_data(resp) || i == reads) {
			g->again = i < reads && shorter(le) > 0 &&
			    !is_about_file(resp->sw);
			return oki_card_refuse(e, ONSHI_E_CARD_ANSWER, resp->sw,
			    "READ of the certificate");
		}
		if ((r = keep(c, &resp->data, g->size)) != ONSHI_OK)
			return oki_fail(e, r, "certificate");
	}

	return ONSHI_OK;
}

/* A long READ that brought no more than a short one can is no long one. */
static bool
is_cut(const struct reading *g, const struct oki_buf *got)
{
	return g->block > OKI_READ_SHORT && got->len <= OKI_READ_SHORT &&
	    got->len < whole(got);
}

/* The file by READs of one size, from its beginning. */
static int
read_file(struct oki_card *c, struct oki_wait *w, struct reading *g,
    struct oki_apdu_response *resp, struct onshi_error *e)
{
	int r;

	g->again = g->proven = false;
	oki_buf_reset(&c->bytes);
	if ((r = read_first(c, w, g->block, resp, e)) != ONSHI_OK)
		return r;
	g->sw = resp->sw;
	if (!has_data(resp) || is_cut(g, &resp->data)) {
		g->again = !is_about_file(resp->sw);
		return ONSHI_OK;
	}
	if (is_filler(&resp->data))
		return ONSHI_OK;
	if ((g->size = whole(&resp->data)) == 0)
		return oki_card_refuse(e, ONSHI_E_CARD_ANSWER, resp->sw,
		    "the certificate's file holds none");
	g->proven = resp->data.len > shorter(g->block);
	if ((r = keep(c, &resp->data, g->size)) != ONSHI_OK)
		return oki_fail(e, r, "certificate");

	return read_rest(c, w, g, resp, e);
}

/* A failure of what carries the commands, which a shorter one may not have. */
static bool
is_transport(int r)
{
	return r == ONSHI_E_CARD_GONE || r == ONSHI_E_CARD_TIMEOUT ||
	    r == ONSHI_E_READER || r == ONSHI_E_READER_SERVICE;
}

/* Whether a card lies there: one that was taken away says nothing about the
 * reader. */
static bool
lies_there(struct oki_card *c, struct oki_wait *w)
{
	int32_t ms = oki_wait_left(w);
	bool begun;

	return oki_card_job_ready(&c->job, true, OKI_DO_WAIT, ms < THERE_MS ?
	    ms : THERE_MS) == ONSHI_OK && oki_card_worker_do(c->reader->worker,
	    w, &c->job, &begun) == ONSHI_OK;
}

/* The card from its beginning: nothing of the broken session is kept. */
static bool
begin_anew(struct oki_card *c, struct oki_wait *w)
{
	struct onshi_error ignored;
	unsigned int sw;
	bool begun;

	if (oki_wait_left(w) == 0 || oki_card_job_ready(&c->job, true,
	    OKI_DO_HOLD, oki_wait_left(w)) != ONSHI_OK ||
	    oki_card_worker_do(c->reader->worker, w, &c->job, &begun) !=
	    ONSHI_OK)
		return false;
	c->lost = ONSHI_OK;
	c->at = (struct oki_place){ .app = OKI_APP_NONE,
	    .visual = c->at.visual };
	c->by_sfi = true;
	oki_error_clear(&ignored);

	return oki_card_select_jpki(c, w, &sw, &ignored) == ONSHI_OK &&
	    sw == OKI_SW_OK;
}

/*
 * Whether to read again, by what is left of the sizes. That a reader threw the
 * card out at a long command is remembered at once, so that the next card does
 * not meet the same; that a card answered badly only once a shorter READ has
 * come through. A size that has come through before is not the cause.
 */
static bool
may_shorten(struct oki_card *c, struct oki_wait *w, struct reading *g, int r)
{
	uint32_t less = shorter(g->block);
	bool proven;
	int lost = c->lost;

	(void)oki_reader_block(c->readers, c->reader, &proven);
	if (less == 0 || (!g->again && !is_transport(r)))
		return false;
	if (g->again) {
		g->block = less;
		return true;
	}
	if (proven || g->proven || !(oki_wait_left(w) == 0 ||
	    lies_there(c, w)))
		return false;
	oki_reader_learn(c->readers, c->reader, less, false);
	g->block = less;
	if (begin_anew(c, w))
		return true;
	c->lost = lost;

	return false;
}

int
oki_card_read_certificate(struct oki_card *c, struct oki_wait *w,
    unsigned int *sw, struct onshi_error *e)
{
	struct oki_apdu_response resp;
	struct onshi_error last;
	struct reading g = { 0 };
	bool proven;
	int r;

	oki_apdu_response_init(&resp);
	g.block = oki_reader_block(c->readers, c->reader, &proven);
	do {
		oki_error_clear(&last);
		r = read_file(c, w, &g, &resp, &last);
	} while ((r != ONSHI_OK || g.again) && may_shorten(c, w, &g, r));
	*sw = g.sw;
	if (r != ONSHI_OK)
		oki_error_copy(e, &last);
	else if (g.proven)
		oki_reader_learn(c->readers, c->reader, g.block, true);
	oki_apdu_response_free(&resp);

	return r;
}
