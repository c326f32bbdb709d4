/*
 * Tests of lib/card/certificate.c against readers that carry less than they
 * are asked for: a fault of the transport is never one of card or holder.
 */
#include "config.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "onshikaku/visit.h"
#include "tests/core/run.h"
#include "tests/mock/owner.h"

#define MS	5000

static struct mock m;
static struct mock_world t;
static struct oki_card *card;

static void
setup(void)
{
	mock_init(&m, owner);
	mock_world_open(&t, &m, 1);
}

static void
teardown(void)
{
	(void)oki_card_close(&card, &t.e);
	mock_world_close(&t);
	ck_assert_int_eq(m.unlawful, 0);
	ck_assert_int_eq(m.overlaps, 0);
	mock_free(&m);
}

/* The certificate of the card that lies there, whole, and the card let go. */
static int
read_certificate(void)
{
	struct onshi_certificate *x = NULL;
	const uint8_t *a, *b;
	size_t alen, blen;
	int r;

	m.commands = m.overruns = m.holds = 0;
	r = oki_card_open(t.readers, NULL, mock_wait(&t, MS), &card, &t.e);
	ck_assert_int_eq(r, ONSHI_OK);
	r = oki_card_certificate(card, mock_wait(&t, MS), &x, &t.e);
	if (r == ONSHI_OK) {
		a = onshi_certificate_bytes(x, &alen);
		b = mock_identity_der(owner, &blen);
		ck_assert(oki_equal(a, alen, b, blen));
	}
	oki_certificate_free(&x);
	(void)oki_card_close(&card, NULL);

	return r;
}

/* ---- a reader with a limit -------------------------------------------- */

static const struct {
	const char		*name;
	enum mock_beyond	 beyond;
	unsigned int		 sw;
} ways[] = {
	{ "success without data", MOCK_BEYOND_EMPTY, 0 },
	{ "6700", MOCK_BEYOND_SW, 0x6700 },
	{ "6C00", MOCK_BEYOND_SW, 0x6c00 },
	{ "6F00", MOCK_BEYOND_SW, 0x6f00 },
	{ "6281", MOCK_BEYOND_SW, 0x6281 },
	{ "6985", MOCK_BEYOND_SW, 0x6985 },
	{ "6A80", MOCK_BEYOND_SW, 0x6a80 },
	{ "6A87", MOCK_BEYOND_SW, 0x6a87 },
	{ "6D00", MOCK_BEYOND_SW, 0x6d00 },
	{ "FFFF", MOCK_BEYOND_SW, 0xffff },
	{ "what fits, and success", MOCK_BEYOND_SHORT, 0 },
	{ "what fits, without a status word", MOCK_BEYOND_CUT, 0 },
	{ "no bytes at all", MOCK_BEYOND_NOTHING, 0 },
	{ "the card is thrown out", MOCK_BEYOND_GONE, 0 },
	{ "the reader fails", MOCK_BEYOND_READER, 0 },
	{ "the service fails", MOCK_BEYOND_SERVICE, 0 },
	{ "a time-out of the reader's own", MOCK_BEYOND_TIMEOUT, 0 }
};

static const size_t limits[] = { 1000, 256, 255, 254, 240, 239, 128, 100, 64,
	33, 32 };

START_TEST(t_limit)
{
	size_t limit = limits[(size_t)_i % OKI_COUNT(limits)];
	size_t way = (size_t)_i / OKI_COUNT(limits);
	int first;

	m.limit = limit;
	m.beyond = ways[way].beyond;
	m.sw = ways[way].sw;
	ck_assert_msg(read_certificate() == ONSHI_OK, "%s at %zu",
	    ways[way].name, limit);
	first = m.commands;
	/* Remembered, so that the next card is read at once. */
	ck_assert_int_eq(read_certificate(), ONSHI_OK);
	ck_assert_msg(m.overruns == 0 || m.beyond == MOCK_BEYOND_SHORT,
	    "%s at %zu: again", ways[way].name, limit);
	ck_assert_int_eq(m.holds, 1);
	ck_assert_int_le(m.commands, first);
}
END_TEST

/* What carries next to nothing: something is said, and not that the card has
 * no certificate; and it is not for ever. */
START_TEST(t_nothing)
{
	m.limit = 3;
	m.beyond = ways[_i].beyond;
	m.sw = ways[_i].sw;
	ck_assert_int_ne(read_certificate(), ONSHI_OK);
	ck_assert_int_ne(t.e.code, ONSHI_E_CARD_NO_CERTIFICATE);
	m.limit = 0;
	ck_assert_int_eq(read_certificate(), ONSHI_OK);
}
END_TEST

/* A signature is 256 bytes: what cannot carry it is the reader. */
START_TEST(t_signature)
{
	struct oki_secret *pin = mock_pin("1234");
	struct onshi_certificate *x;
	struct oki_buf sig;

	m.limit = 255;
	m.beyond = ways[_i].beyond;
	m.sw = ways[_i].sw;
	oki_buf_init(&sig, 512);
	ck_assert_int_eq(oki_card_open(t.readers, NULL, mock_wait(&t, MS),
	    &card, &t.e), ONSHI_OK);
	ck_assert_int_eq(oki_card_certificate(card, mock_wait(&t, MS), &x,
	    &t.e), ONSHI_OK);
	ck_assert_int_eq(oki_card_verify_pin(card, mock_wait(&t, MS), pin, 0,
	    &t.e), ONSHI_OK);
	ck_assert_int_eq(oki_card_sign(card, mock_wait(&t, MS), x,
	    (const uint8_t *)"text", 4, &sig, &t.e),
	    m.beyond == MOCK_BEYOND_SHORT ? ONSHI_E_SIGNATURE :
	    ONSHI_E_READER);
	ck_assert_uint_eq(sig.len, 0);
	ck_assert_int_eq(m.verifies, 1);
	(void)oki_card_close(&card, &t.e);
	oki_buf_free(&sig);
	oki_certificate_free(&x);
	oki_secret_free(&pin);
}
END_TEST

/* ---- what is the card's, and stays so --------------------------------- */

static const struct {
	const char	*name;
	enum mock_kind	 kind;
	int		 result;
	int		 commands;	/* with the one that closes */
} cards[] = {
	{ "no certificate", MOCK_NO_CERTIFICATE, ONSHI_E_CARD_NO_CERTIFICATE,
	  5 },
	{ "erased", MOCK_ERASED, ONSHI_E_CARD_NO_CERTIFICATE, 4 },
	{ "phone", MOCK_PHONE, ONSHI_E_CARD_PHONE, 3 },
	{ "bank", MOCK_BANK, ONSHI_E_CARD_OTHER, 3 }
};

/* Said at once: no READ more than it takes. */
START_TEST(t_card)
{
	m.kind = cards[_i].kind;
	ck_assert_int_eq(read_certificate(), cards[_i].result);
	ck_assert_int_eq(m.commands, cards[_i].commands);
	ck_assert_int_eq(m.holds, 1);
}
END_TEST

/* Taken away at the first READ: that, and nothing learned of the reader. */
START_TEST(t_taken)
{
	m.fault = MOCK_GONE;
	m.at = 2;
	ck_assert_int_eq(read_certificate(), ONSHI_E_CARD_GONE);
	m.fault = MOCK_NONE;
	mock_put(&m, true);
	ck_assert_int_eq(read_certificate(), ONSHI_OK);
	ck_assert_int_eq(m.commands, 3);
}
END_TEST

/* What has come through once is not the cause of a later failure. */
START_TEST(t_proven)
{
	ck_assert_int_eq(read_certificate(), ONSHI_OK);
	m.fault = MOCK_RESET;
	m.at = 2;
	ck_assert_int_eq(read_certificate(), ONSHI_E_CARD_GONE);
	m.fault = MOCK_NONE;
	ck_assert_int_eq(read_certificate(), ONSHI_OK);
	ck_assert_int_eq(m.commands, 3);
	/* A word may be: the next READ is shorter. */
	m.fault = MOCK_SW;
	m.sw = 0x6f00;
	ck_assert_int_eq(read_certificate(), ONSHI_OK);
}
END_TEST

/* Begun anew, it is whichever card lies there then: all of it, or none. */
START_TEST(t_swap)
{
	struct mock_identity *other = mock_identity_new("stranger", 0);
	struct onshi_certificate *x;
	const uint8_t *a, *b;
	size_t alen, blen;

	m.other = other;
	m.limit = 1000;
	m.beyond = MOCK_BEYOND_GONE;
	m.fault = MOCK_SWAP;
	m.at = 3;		/* the SELECT of the session begun anew */
	ck_assert_int_eq(oki_card_open(t.readers, NULL, mock_wait(&t, MS),
	    &card, &t.e), ONSHI_OK);
	ck_assert_int_eq(oki_card_certificate(card, mock_wait(&t, MS), &x,
	    &t.e), ONSHI_OK);
	a = onshi_certificate_bytes(x, &alen);
	b = mock_identity_der(other, &blen);
	ck_assert(oki_equal(a, alen, b, blen));
	(void)oki_card_close(&card, &t.e);
	oki_certificate_free(&x);
	mock_identity_free(other);
}
END_TEST

static void
fill(TCase *c)
{
	tcase_set_timeout(c, 30);
	tcase_add_unchecked_fixture(c, make_owner, drop_owner);
	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_loop_test(c, t_limit, 0, (int)(OKI_COUNT(ways) *
	    OKI_COUNT(limits)));
	ADD_ROWS(c, t_nothing, ways);
	ADD_ROWS(c, t_signature, ways);
	ADD_ROWS(c, t_card, cards);
	tcase_add_test(c, t_taken);
	tcase_add_test(c, t_proven);
	tcase_add_test(c, t_swap);
}

int
main(void)
{
	return run_tests("card/certificate", fill);
}
