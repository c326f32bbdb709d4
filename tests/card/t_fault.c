/*
 * The fault matrix of a card (FM-1 to FM-6): each conversation, each fault, at
 * each command; and what has to hold after every one of them.
 */
#include "config.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "onshikaku/visit.h"
#include "tests/core/run.h"
#include "tests/mock/reader_mock.h"
#include "tests/sample.h"

#define SIZE	1571
#define MS	3000
#define SHORT_MS 250	/* where a card is mute */
#define TEXT	((const uint8_t *)"bytes to sign")
#define TEXTLEN	13

static struct mock_identity *owner, *stranger;
static char ca[4096];
static size_t calen;
static bool is_full;	/* each bit, many seeds: the long form */

static const struct conversation {
	const char	   *name;
	enum mock_kind	    kind;
	enum mock_extended  extended;
	bool		    no_sfi;
	bool		    pin;
	bool		    wrong;
	int		    result;
	int		    commands;	/* with the one that closes */
} talks[] = {
	{ "check-in", MOCK_MY_NUMBER, MOCK_EXT_GOOD, false, true, false,
	  ONSHI_OK, 6 },
	{ "check-in, short", MOCK_MY_NUMBER, MOCK_EXT_6700, false, true,
	  false, ONSHI_OK, 13 },
	{ "check-in, no SFI", MOCK_MY_NUMBER, MOCK_EXT_GOOD, true, true,
	  false, ONSHI_OK, 10 },
	{ "card", MOCK_MY_NUMBER, MOCK_EXT_GOOD, false, false, false,
	  ONSHI_OK, 4 },
	{ "wrong PIN", MOCK_MY_NUMBER, MOCK_EXT_GOOD, false, true, true,
	  ONSHI_E_PIN_WRONG, 5 },
	{ "no certificate", MOCK_NO_CERTIFICATE, MOCK_EXT_GOOD, false, false,
	  false, ONSHI_E_CARD_NO_CERTIFICATE, 5 },
	{ "juki", MOCK_JUKI, MOCK_EXT_GOOD, false, false, false,
	  ONSHI_E_CARD_JUKI, 5 },
	{ "residence", MOCK_RESIDENCE, MOCK_EXT_GOOD, false, false, false,
	  ONSHI_E_CARD_RESIDENCE, 2 }
};

struct run {
	struct mock		 m;
	struct mock_world	 t;
	const struct conversation *talk;
	int			 ms;
	struct oki_secret	*pin;		/* wiped by a fork: its own */
	struct onshi_certificate *x;
	struct oki_buf		 sig;
	int			 tries;		/* in the error */
	int			 result, closed;
	int64_t			 took;
};

static void
once_setup(void)
{
	owner = mock_identity_new("adult", SIZE);
	stranger = mock_identity_new("stranger", SIZE + 8);
	calen = mock_ca_pem(ca, sizeof(ca));
}

static void
once_teardown(void)
{
	mock_identity_free(owner);
	mock_identity_free(stranger);
	mock_ca_free();
}

static void
run_open(struct run *r, const struct conversation *talk)
{
	memset(r, 0, sizeof(*r));
	r->talk = talk;
	r->ms = MS;
	mock_init(&r->m, owner);
	r->m.other = stranger;
	r->m.kind = talk->kind;
	r->m.extended = talk->extended;
	r->m.no_sfi = talk->no_sfi;
	r->pin = mock_pin(talk->wrong ? "9999" : "1234");
	oki_buf_init(&r->sig, 512);
	mock_world_open(&r->t, &r->m, 1);
}

static int
converse(struct run *r, struct oki_card *c)
{
	struct mock_world *t = &r->t;
	struct oki_wait *w = mock_wait(t, r->ms);
	int left, result;

	if ((result = oki_card_certificate(c, w, &r->x, &t->e)) != ONSHI_OK ||
	    (result = oki_card_tries(c, w, &left, &t->e)) != ONSHI_OK ||
	    !r->talk->pin)
		return result;
	result = oki_card_verify_pin(c, w, r->pin, 0, &t->e);
	r->tries = t->e.tries;
	if (result != ONSHI_OK)
		return result;

	return oki_card_sign(c, w, r->x, TEXT, TEXTLEN, &r->sig, &t->e);
}

static void
run_once(struct run *r)
{
	struct oki_card *c;
	int64_t start = mock_now();

	oki_certificate_free(&r->x);
	r->sig.len = 0;
	r->m.commands = r->m.verifies = r->m.asked = 0;
	r->closed = ONSHI_OK;
	r->result = oki_card_open(r->t.readers, NULL, mock_wait(&r->t, r->ms),
	    &c, &r->t.e);
	if (r->result == ONSHI_OK) {
		r->result = converse(r, c);
		r->took = mock_now() - start;
		r->closed = oki_card_close(&c, &r->t.e);
	}
	r->took = mock_now() - start;
}

/* I2 and FM-2: what was handed over is one card's, whole. A bit that changed
 * on the way is the authority's to see: nobody else can. */
static void
check_data(const struct run *r, const char *what)
{
	const uint8_t *a, *b, *c;
	size_t alen, blen, clen;

	if (r->result != ONSHI_OK)
		return;
	a = onshi_certificate_bytes(r->x, &alen);
	b = mock_identity_der(owner, &blen);
	c = mock_identity_der(stranger, &clen);
	if (!oki_equal(a, alen, b, blen) && !oki_equal(a, alen, c, clen)) {
		ck_assert_int_eq(oki_certificate_check(r->x, ca, calen,
		    NULL), ONSHI_OK);
		ck_assert_msg(onshi_certificate_trust(r->x) !=
		    ONSHI_TRUST_GOOD, "%s: altered certificate", what);
	}
	if (r->talk->pin)
		ck_assert_msg(oki_certificate_verify_signature(r->x, TEXT,
		    TEXTLEN, r->sig.data, r->sig.len) == ONSHI_OK,
		    "%s: signature", what);
}

/* The invariants that hold after every case. */
static void
check_after(struct run *r, const char *what)
{
	struct mock *m = &r->m;

	if (r->result != ONSHI_OK)
		ck_assert_msg(r->sig.len == 0, "%s: half a result", what);
	check_data(r, what);
	ck_assert_msg(m->verifies <= 1, "%s: VERIFY twice", what);
	ck_assert_msg(m->shown_unasked == 0, "%s: not asked", what);
	ck_assert_msg(m->unlawful == 0, "%s: unlawful", what);
	ck_assert_msg(m->overlaps == 0, "%s: two calls at once", what);
	ck_assert_msg(m->commands <= 80, "%s: %d commands", what,
	    m->commands);
	ck_assert_msg(r->took <= r->ms + 250, "%s: took %d", what,
	    (int)r->took);
}

/* And I9, once the fault is gone: a good check-in; the reader is free, the
 * card was without power in between. */
static void
check_again(struct run *r, const char *what)
{
	struct mock *m = &r->m;

	mock_lock(m);
	ck_assert_msg(!m->powered && !m->pin_verified, "%s: power", what);
	m->fault = MOCK_NONE;
	m->tries = 3;
	m->swapped = false;
	m->absent = false;
	m->present = true;
	mock_unlock(m);
	r->ms = MS;
	run_once(r);
	ck_assert_msg(r->result == r->talk->result, "%s: then %d", what,
	    r->result);
	ck_assert_int_eq(r->closed, ONSHI_OK);
	check_after(r, what);
}

static void
run_close(struct run *r)
{
	oki_secret_free(&r->pin);
	oki_certificate_free(&r->x);
	oki_buf_free(&r->sig);
	mock_world_close(&r->t);
	ck_assert_int_eq(r->m.ends, 1);
	mock_free(&r->m);
}

/* The number of the VERIFY that carries the PIN, 0: none. */
static int
verify_at(const struct conversation *talk)
{
	return talk->pin ? talk->commands - (talk->wrong ? 1 : 2) -
	    (talk->no_sfi && !talk->wrong ? 1 : 0) : 0;
}

/* At which the reader may fail without harm: the first long read, or what a
 * card needs to be asked for it. */
static bool
is_first_read(const struct conversation *talk, int n)
{
	bool by_name = !talk->no_sfi && talk->kind == MOCK_MY_NUMBER;

	return talk->kind != MOCK_RESIDENCE && (n == 2 ||
	    (n == 3 && (!by_name || talk->extended != MOCK_EXT_GOOD)) ||
	    (n == 4 && talk->no_sfi));
}

/* The number of the last READ of the certificate, by the question after it. */
static int
last_read(const struct conversation *talk)
{
	return verify_at(talk) - (talk->no_sfi ? 3 : 2);
}

/* ---- without faults --------------------------------------------------- */

START_TEST(t_good)
{
	static struct run r;

	run_open(&r, &talks[_i]);
	run_once(&r);
	ck_assert_int_eq(r.result, talks[_i].result);
	ck_assert_int_eq(r.closed, ONSHI_OK);
	ck_assert_int_eq(r.m.commands, talks[_i].commands);
	if (talks[_i].kind == MOCK_MY_NUMBER)
		ck_assert_int_eq(r.m.tries, talks[_i].wrong ? 2 : 3);
	check_after(&r, talks[_i].name);
	check_again(&r, talks[_i].name);
	run_close(&r);
}
END_TEST

/* ---- FM-1, FM-3: lost, at each command -------------------------------- */

static const struct {
	const char	*name;
	enum mock_fault	 fault;
	int		 result;
	bool		 stays;		/* the card lies there as before */
} losses[] = {
	{ "gone", MOCK_GONE, ONSHI_E_CARD_GONE, false },
	{ "gone after", MOCK_GONE_AFTER, ONSHI_E_CARD_GONE, false },
	{ "reset", MOCK_RESET, ONSHI_E_CARD_GONE, true },
	{ "0 bytes", MOCK_NOTHING, ONSHI_E_CARD_GONE, true },
	{ "1 byte", MOCK_ONE_BYTE, ONSHI_E_CARD_GONE, true },
	{ "reader", MOCK_READER, ONSHI_E_READER, true },
	{ "reader after", MOCK_READER_AFTER, ONSHI_E_READER, true },
	{ "too long", MOCK_TOO_LONG, ONSHI_E_CARD_ANSWER, false }
};

static void
lose_at(const struct conversation *talk, size_t f, int n)
{
	static struct run r;
	char what[128];
	int want = losses[f].result;

	(void)snprintf(what, sizeof(what), "%s: %s at %d", talk->name,
	    losses[f].name, n);
	run_open(&r, talk);
	r.m.fault = losses[f].fault;
	r.m.at = n;
	run_once(&r);
	if (n == talk->commands && talk->kind != MOCK_RESIDENCE)
		want = talk->result;	/* only closing was hit */
	else if (n == verify_at(talk) && want != ONSHI_E_CARD_ANSWER)
		want = ONSHI_E_PIN_UNKNOWN;
	else if (losses[f].stays && is_first_read(talk, n))
		want = talk->result;	/* begun anew, by shorter reads */
	ck_assert_msg(r.result == want, "%s: %d, not %d", what, r.result,
	    want);
	if (n == verify_at(talk))
		ck_assert_msg(r.tries == -1, "%s: tries %d", what, r.tries);
	/* A PIN may be verified yet: the caller is told to take it out. */
	if (r.m.verifies > 0 && n >= verify_at(talk) &&
	    losses[f].result == ONSHI_E_CARD_GONE && n == talk->commands)
		ck_assert_msg(r.closed != ONSHI_OK, "%s: closed", what);
	check_after(&r, what);
	check_again(&r, what);
	run_close(&r);
}

START_TEST(t_loss)
{
	const struct conversation *talk = &talks[(size_t)_i /
	    OKI_COUNT(losses)];

	for (int n = 1; n <= talk->commands; n++)
		lose_at(talk, (size_t)_i % OKI_COUNT(losses), n);
}
END_TEST

/* ---- FM-2: another card, and nobody says so --------------------------- */

START_TEST(t_swap)
{
	const struct conversation *talk = &talks[_i];
	static struct run r;
	char what[64];

	for (int n = 1; n <= talk->commands; n++) {
		(void)snprintf(what, sizeof(what), "%s: swap at %d",
		    talk->name, n);
		run_open(&r, talk);
		r.m.fault = MOCK_SWAP;
		r.m.at = n;
		run_once(&r);
		check_after(&r, what);
		/* In between, it is nobody: only while the certificate is
		 * read, which then begins anew, or after all was done, may it
		 * be somebody. */
		if (talk->pin && !talk->wrong && n < talk->commands &&
		    n > last_read(talk))
			ck_assert_msg(r.result == ONSHI_E_CARD_GONE ||
			    r.result == ONSHI_E_SIGNATURE ||
			    r.result == ONSHI_E_CERTIFICATE ||
			    r.result == ONSHI_E_CARD_ANSWER, "%s: %d", what,
			    r.result);
		check_again(&r, what);
		run_close(&r);
	}
}
END_TEST

/* ---- FM-4: mute ------------------------------------------------------- */

static void
mute_at(const struct conversation *talk, enum mock_fault fault, int n)
{
	static struct run r;
	char what[64];
	int want = ONSHI_E_CARD_TIMEOUT;

	(void)snprintf(what, sizeof(what), "%s: mute %d at %d", talk->name,
	    (int)fault, n);
	run_open(&r, talk);
	r.m.fault = fault;
	r.m.at = n;
	r.ms = SHORT_MS;
	run_once(&r);
	if (n == verify_at(talk))
		want = ONSHI_E_PIN_UNKNOWN;
	if (n == talk->commands)
		want = talk->result;
	ck_assert_msg(r.result == want, "%s: %d", what, r.result);
	check_after(&r, what);
	if (n == talk->commands)
		ck_assert_msg((r.closed != ONSHI_OK) == (talk->pin ||
		    fault == MOCK_MUTE_HARD), "%s: %d", what, r.closed);
	if (fault == MOCK_MUTE_HARD) {
		ck_assert_int_eq(atomic_load(&r.t.readers->hanging), 1);
		r.m.fault = MOCK_NONE;
		mock_wake(&r.m);
		for (int i = 0; i < 100 &&
		    atomic_load(&r.t.readers->hanging) > 0; i++)
			mock_sleep(5);
	}
	check_again(&r, what);
	run_close(&r);
}

START_TEST(t_mute)
{
	static const enum mock_fault faults[] = {
		MOCK_MUTE, MOCK_MUTE_CANCEL, MOCK_MUTE_HARD
	};

	for (int n = 1; n <= talks[0].commands; n++)
		mute_at(&talks[0], faults[_i], n);
	mute_at(&talks[3], faults[_i], 4);
}
END_TEST

/* ---- FM-5: other status words ----------------------------------------- */

static const unsigned int words[] = {
	0x0000, 0x6100, 0x6101, 0x6110, 0x61ff, 0x6200, 0x6281, 0x6282,
	0x6283, 0x6300, 0x63c0, 0x63c1, 0x63c2, 0x63c3, 0x63c4, 0x63ca,
	0x63cf, 0x6400, 0x6581, 0x66f1, 0x6700, 0x6881, 0x6882, 0x6900,
	0x6981, 0x6982, 0x6983, 0x6984, 0x6985, 0x6986, 0x6987, 0x6988,
	0x6999, 0x69fc, 0x6a00, 0x6a80, 0x6a81, 0x6a82, 0x6a83, 0x6a84,
	0x6a85, 0x6a86, 0x6a87, 0x6a88, 0x6b00, 0x6c00, 0x6c01, 0x6c04,
	0x6cff, 0x6d00, 0x6e00, 0x6f00, 0x6fff, 0x7000, 0x8000, 0x9000,
	0x9001, 0x9fff, 0xa000, 0xffff
};

static bool
is_card_result(int r)
{
	return r == ONSHI_OK || onshi_result_class(r) == 3;
}

START_TEST(t_words)
{
	const struct conversation *talk = &talks[(size_t)_i /
	    OKI_COUNT(words)];
	unsigned int sw = words[(size_t)_i % OKI_COUNT(words)];
	static struct run r;
	char what[64];

	for (int n = 1; n <= talk->commands; n++) {
		(void)snprintf(what, sizeof(what), "%s: %04x at %d",
		    talk->name, sw, n);
		run_open(&r, talk);
		r.m.fault = MOCK_SW;
		r.m.sw = sw;
		r.m.at = n;
		run_once(&r);
		ck_assert_msg(is_card_result(r.result), "%s: %d", what,
		    r.result);
		check_after(&r, what);
		/* And for ever from there on. */
		r.m.at = -n;
		r.m.tries = 3;
		run_once(&r);
		ck_assert_msg(is_card_result(r.result), "%s: %d", what,
		    r.result);
		check_after(&r, what);
		check_again(&r, what);
		run_close(&r);
	}
}
END_TEST

/* ---- FM-6: shorter, longer, a bit ------------------------------------- */

static void
damage(const struct conversation *talk, enum mock_fault fault, int n,
    size_t byte)
{
	static struct run r;
	char what[64];

	(void)snprintf(what, sizeof(what), "%s: %d at %d, %zu", talk->name,
	    (int)fault, n, byte);
	run_open(&r, talk);
	r.m.fault = fault;
	r.m.at = n;
	r.m.byte = byte;
	run_once(&r);
	ck_assert_msg(is_card_result(r.result), "%s: %d", what, r.result);
	check_after(&r, what);
	run_close(&r);
}

START_TEST(t_damage)
{
	const struct conversation *talk = &talks[_i];

	for (int n = 1; n <= talk->commands; n++) {
		damage(talk, MOCK_LONGER, n, 0);
		damage(talk, MOCK_300, n, 0);
		for (size_t byte = 0; byte < 300; byte += byte < 8 ? 1 : 41)
			damage(talk, MOCK_CUT, n, byte);
		for (size_t bit = 0; bit < 16 * 1000; bit += bit < 32 ? 1 :
		    is_full ? 7 : 641 * sample_part())
			damage(talk, MOCK_FLIP, n, bit);
	}
}
END_TEST

/* ---- anything ------------------------------------------------------- */

#define SEEDS	40	/* ONSHIKAKU_CHECK_FULL: 500 */

START_TEST(t_random)
{
	size_t seeds = (size_t)sample_times(SEEDS, 500);
	static struct run r;
	char what[64];

	for (size_t seed = 1; seed <= seeds; seed++) {
		(void)snprintf(what, sizeof(what), "%s: seed %zu",
		    talks[_i].name, seed);
		run_open(&r, &talks[_i]);
		r.m.fault = MOCK_RANDOM;
		r.m.byte = seed * 0x9e3779b97f4a7c15u;
		r.m.at = -1;
		for (int i = 0; i < 4; i++) {
			run_once(&r);
			ck_assert_msg(is_card_result(r.result), "%s: %d",
			    what, r.result);
			check_after(&r, what);
		}
		check_again(&r, what);
		run_close(&r);
	}
}
END_TEST

static void
fill(TCase *c)
{
	tcase_set_timeout(c, is_full ? 600 : 60);
	tcase_add_unchecked_fixture(c, once_setup, once_teardown);
	tcase_add_loop_test(c, t_good, 0, OKI_COUNT(talks));
	tcase_add_loop_test(c, t_loss, 0, OKI_COUNT(talks) *
	    OKI_COUNT(losses));
	tcase_add_loop_test(c, t_swap, 0, 3);
	tcase_add_loop_test(c, t_mute, 0, 3);
	tcase_add_loop_test(c, t_words, 0, 3 * OKI_COUNT(words));
	tcase_add_loop_test(c, t_damage, 0, 2);
	tcase_add_loop_test(c, t_random, 0, OKI_COUNT(talks));
}

int
main(void)
{
	is_full = sample_is_full();

	return run_tests("card/fault", fill);
}
