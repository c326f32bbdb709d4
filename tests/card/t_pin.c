/* Tests of lib/card/pin.c, sign.c and of closing: whose loss a try is. */
#include "config.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "onshikaku/visit.h"
#include "tests/core/run.h"
#include "tests/mock/reader_mock.h"

#define SIZE	1571
#define MS	3000
#define TEXT	((const uint8_t *)"bytes to sign")
#define TEXTLEN	13

static struct mock_identity *owner, *stranger;
static struct mock m;
static struct mock_world t;
static struct oki_card *card;
static struct onshi_certificate *x;
static struct oki_secret *pin;
static struct oki_buf sig;

static void
once_setup(void)
{
	owner = mock_identity_new("adult", SIZE);
	stranger = mock_identity_new("stranger", 0);
}

static void
once_teardown(void)
{
	mock_identity_free(owner);
	mock_ca_free();
	mock_identity_free(stranger);
}

static void
setup(void)
{
	mock_init(&m, owner);
	m.other = stranger;
	pin = mock_pin("1234");
	oki_buf_init(&sig, 512);
}

static void
teardown(void)
{
	if (card != NULL)
		(void)oki_card_close(&card, &t.e);
	oki_secret_free(&pin);
	oki_buf_free(&sig);
	oki_certificate_free(&x);
	mock_world_close(&t);
	ck_assert_int_eq(m.unlawful, 0);
	ck_assert_int_eq(m.shown_unasked, 0);
	ck_assert(!m.powered);
	ck_assert(!m.pin_verified);
	mock_free(&m);
}

static void
use_pin(const char *text)
{
	oki_secret_free(&pin);
	pin = mock_pin(text);
}

static void
open_card(void)
{
	if (t.readers == NULL)
		mock_world_open(&t, &m, 1);
	ck_assert_int_eq(oki_card_open(t.readers, NULL, mock_wait(&t, MS),
	    &card, &t.e), ONSHI_OK);
	oki_certificate_free(&x);
	ck_assert_int_eq(oki_card_certificate(card, mock_wait(&t, MS), &x,
	    &t.e), ONSHI_OK);
}

static int
show(uint32_t flags)
{
	return oki_card_verify_pin(card, mock_wait(&t, MS), pin, flags, &t.e);
}

static int
sign(void)
{
	return oki_card_sign(card, mock_wait(&t, MS), x, TEXT, TEXTLEN, &sig,
	    &t.e);
}

/* ---- the shape, before anything is sent ------------------------------- */

static const struct {
	const char	*name;
	const char	*pin;
	uint32_t	 flags;
	int		 result;
} shapes[] = {
	{ "empty", "", 0, ONSHI_E_PIN_SHAPE },
	{ "three", "123", 0, ONSHI_E_PIN_SHAPE },
	{ "five", "12345", 0, ONSHI_E_PIN_SHAPE },
	{ "a letter", "12a4", 0, ONSHI_E_PIN_SHAPE },
	{ "a space", "123 ", 0, ONSHI_E_PIN_SHAPE },
	{ "just below the digits", "/234", 0, ONSHI_E_PIN_SHAPE },
	{ "just above the digits", "123:", 0, ONSHI_E_PIN_SHAPE },
	{ "full width", "\xef\xbc\x91\xef", 0, ONSHI_E_PIN_SHAPE },
	{ "a sign PIN", "ABC12345", 0, ONSHI_E_PIN_SHAPE },
	{ "unknown flag", "1234", 0x02, ONSHI_E_ARG },
	{ "unknown flag with a known one", "1234", 0x81, ONSHI_E_ARG }
};

START_TEST(t_shape)
{
	int before;

	open_card();
	before = m.commands;
	use_pin(shapes[_i].pin);
	ck_assert_int_eq(show(shapes[_i].flags), shapes[_i].result);
	ck_assert_int_eq(m.commands, before);
	ck_assert_int_eq(m.tries, 3);
}
END_TEST

/* ---- the rules about tries -------------------------------------------- */

static const struct {
	const char	*name;
	int		 tries;		/* on the card */
	bool		 right;
	uint32_t	 flags;
	int		 result;
	int		 left;		/* in the error */
	int		 after;		/* on the card */
	int		 verifies;
} rules[] = {
	{ "right", 3, true, 0, ONSHI_OK, -1, 3, 1 },
	{ "right, one spent before", 2, true, 0, ONSHI_OK, -1, 3, 1 },
	{ "wrong", 3, false, 0, ONSHI_E_PIN_WRONG, 2, 2, 1 },
	{ "wrong again", 2, false, 0, ONSHI_E_PIN_WRONG, 1, 1, 1 },
	{ "the last is kept", 1, true, 0, ONSHI_E_PIN_LAST_TRY, 1, 1, 0 },
	{ "the last is kept, wrong", 1, false, 0, ONSHI_E_PIN_LAST_TRY, 1, 1,
	  0 },
	{ "the last is spent on request", 1, true, ONSHI_PIN_SPEND_LAST,
	  ONSHI_OK, -1, 3, 1 },
	{ "the last is lost", 1, false, ONSHI_PIN_SPEND_LAST,
	  ONSHI_E_PIN_BLOCKED, 0, 0, 1 },
	{ "the flag does no harm", 3, false, ONSHI_PIN_SPEND_LAST,
	  ONSHI_E_PIN_WRONG, 2, 2, 1 },
	{ "blocked", 0, true, 0, ONSHI_E_PIN_BLOCKED, 0, 0, 0 },
	{ "blocked, on request", 0, true, ONSHI_PIN_SPEND_LAST,
	  ONSHI_E_PIN_BLOCKED, 0, 0, 0 }
};

START_TEST(t_rule)
{
	m.tries = rules[_i].tries;
	open_card();
	use_pin(rules[_i].right ? "1234" : "9999");
	ck_assert_int_eq(show(rules[_i].flags), rules[_i].result);
	ck_assert_int_eq(t.e.code < 0 ? t.e.code : ONSHI_OK,
	    rules[_i].result);
	ck_assert_int_eq(t.e.tries, rules[_i].left);
	if (rules[_i].result != ONSHI_OK)
		ck_assert_int_eq(t.e.phase, ONSHI_PHASE_CARD);
	ck_assert_int_eq(m.tries, rules[_i].after);
	ck_assert_int_eq(m.verifies, rules[_i].verifies);
	ck_assert_int_eq(m.asked, 1);
	if (rules[_i].result != ONSHI_OK)
		ck_assert_int_eq(sign(), ONSHI_E_STATE);
	ck_assert_int_eq(oki_card_close(&card, &t.e), ONSHI_OK);
}
END_TEST

/* A second try in the same session: what the card said last is known. */
START_TEST(t_second)
{
	int left;

	open_card();
	use_pin("9999");
	ck_assert_int_eq(show(0), ONSHI_E_PIN_WRONG);
	ck_assert_int_eq(show(0), ONSHI_E_PIN_WRONG);
	ck_assert_int_eq(t.e.tries, 1);
	ck_assert_int_eq(show(0), ONSHI_E_PIN_LAST_TRY);
	ck_assert_int_eq(m.verifies, 2);
	ck_assert_int_eq(m.asked, 1);
	ck_assert_int_eq(oki_card_tries(card, mock_wait(&t, MS), &left, &t.e),
	    ONSHI_OK);
	ck_assert_int_eq(left, 1);
	use_pin("1234");
	ck_assert_int_eq(show(ONSHI_PIN_SPEND_LAST), ONSHI_OK);
	ck_assert_int_eq(sign(), ONSHI_OK);
}
END_TEST

/* A PIN that was good is not good any more after a wrong one. */
START_TEST(t_wrong_after_right)
{
	open_card();
	ck_assert_int_eq(show(0), ONSHI_OK);
	use_pin("9999");
	ck_assert_int_eq(show(0), ONSHI_E_PIN_WRONG);
	ck_assert_int_eq(sign(), ONSHI_E_STATE);
}
END_TEST

/* ---- what a card may say, and what it may not (K 13 to 20, 43 to 48) -- */

static const struct {
	const char	*name;
	const char	*asked;		/* answer to the question */
	const char	*shown;		/* NULL: must not be shown */
	int		 result;
	int		 left;
} words[] = {
	{ "15 tries", "63cf", "9000", ONSHI_OK, -1 },
	{ "15, then 3", "63cf", "63c3", ONSHI_E_PIN_WRONG, 3 },
	{ "more after a wrong one", "63c2", "63c5", ONSHI_E_PIN_WRONG, 1 },
	{ "as many as before", "63c3", "63c3", ONSHI_E_PIN_WRONG, 2 },
	{ "none before", "63c0", NULL, ONSHI_E_PIN_BLOCKED, 0 },
	{ "6983 before", "6983", NULL, ONSHI_E_PIN_BLOCKED, 0 },
	{ "6984 before", "6984", NULL, ONSHI_E_PIN_BLOCKED, 0 },
	{ "blocked in between", "63c3", "6984", ONSHI_E_PIN_BLOCKED, 0 },
	{ "blocked in between, 6983", "63c3", "6983", ONSHI_E_PIN_BLOCKED,
	  0 },
	{ "63C0 after three", "63c3", "63c0", ONSHI_E_PIN_BLOCKED, 0 },
	{ "9000 to the question", "9000", NULL, ONSHI_E_CARD_ANSWER, -1 },
	{ "6300 to the question", "6300", NULL, ONSHI_E_CARD_ANSWER, -1 },
	{ "6700 to the question", "6700", NULL, ONSHI_E_CARD_ANSWER, -1 },
	{ "6982 to the question", "6982", NULL, ONSHI_E_CARD_ANSWER, -1 },
	{ "6100 to the question", "6100", NULL, ONSHI_E_CARD_ANSWER, -1 },
	{ "6C04 to the question", "6c04", NULL, ONSHI_E_CARD_ANSWER, -1 },
	{ "data to the question", "aa63c3", NULL, ONSHI_E_CARD_ANSWER, -1 },
	{ "6300", "63c3", "6300", ONSHI_E_PIN_WRONG, -1 },
	{ "6310 is no counter", "63c3", "6310", ONSHI_E_CARD_ANSWER, -1 },
	{ "6283", "63c3", "6283", ONSHI_E_CARD_ANSWER, -1 },
	{ "6700", "63c3", "6700", ONSHI_E_CARD_ANSWER, -1 },
	{ "6982", "63c3", "6982", ONSHI_E_CARD_ANSWER, -1 },
	{ "6985", "63c3", "6985", ONSHI_E_CARD_ANSWER, -1 },
	{ "6A80", "63c3", "6a80", ONSHI_E_CARD_ANSWER, -1 },
	{ "6A82: not again", "63c3", "6a82", ONSHI_E_CARD_ANSWER, -1 },
	{ "6A86: not again", "63c3", "6a86", ONSHI_E_CARD_ANSWER, -1 },
	{ "6D00: not again", "63c3", "6d00", ONSHI_E_CARD_ANSWER, -1 },
	{ "6C04: not again", "63c3", "6c04", ONSHI_E_CARD_ANSWER, -1 },
	{ "6110: nothing fetched", "63c3", "6110", ONSHI_E_CARD_ANSWER, -1 },
	{ "6F00: not again", "63c3", "6f00", ONSHI_E_CARD_ANSWER, -1 },
	{ "9001", "63c3", "9001", ONSHI_E_CARD_ANSWER, -1 },
	{ "0000", "63c3", "0000", ONSHI_E_CARD_ANSWER, -1 },
	{ "FFFF", "63c3", "ffff", ONSHI_E_CARD_ANSWER, -1 },
	{ "an answer of another command", "63c3", "308201029000",
	  ONSHI_E_CARD_ANSWER, -1 },
	{ "gone at the question", NULL, NULL, ONSHI_E_CARD_GONE, -1 }
};

START_TEST(t_word)
{
	char first[8192];
	struct mock_step step[6] = {
		{ "00a4040c0ad392f000260100000001", "9000" },
		{ "00b08a00000800", first },
		{ "00200098", words[_i].asked },
		{ "002000980431323334", words[_i].shown }
	};
	const uint8_t *der;
	size_t len, n = words[_i].shown != NULL ? 4 : 3;

	der = mock_identity_der(owner, &len);
	oki_hex(first, der, len);
	(void)oki_copy(first + 2 * len, 5, "9000");
	step[n] = (struct mock_step){ "00a4040c0ad3921000310001010100",
	    "9000" };
	m.script = step;
	m.steps = words[_i].asked != NULL ? n + 1 : n;
	open_card();
	ck_assert_int_eq(show(0), words[_i].result);
	ck_assert_int_eq(t.e.tries, words[_i].left);
	if (words[_i].result < 0 && words[_i].shown != NULL &&
	    strlen(words[_i].shown) == 4)
		ck_assert_int_eq(t.e.sw, (int)strtol(words[_i].shown, NULL,
		    16));
	ck_assert_int_le(m.verifies, 1);
	if (words[_i].result < 0)
		ck_assert_int_eq(sign(), words[_i].asked != NULL ?
		    ONSHI_E_STATE : ONSHI_E_CARD_GONE);
	(void)oki_card_close(&card, &t.e);
	ck_assert_int_eq(m.off_script, words[_i].asked != NULL ? 0 : 1);
}
END_TEST

/* ---- files by selecting them ------------------------------------------ */

START_TEST(t_no_sfi)
{
	m.no_sfi = true;
	open_card();
	ck_assert_int_eq(show(0), ONSHI_OK);
	ck_assert_int_eq(sign(), ONSHI_OK);
	ck_assert_uint_eq(sig.len, 256);
	ck_assert_int_eq(m.verifies, 1);
	/* SELECT, READ, SELECT, READ, SELECT, ask, VERIFY, SELECT, sign */
	ck_assert_int_eq(m.commands, 9);
}
END_TEST

/* A card that knows short names for files but not for PIN and key; how it says
 * so to the question for the tries, which costs none. */
static const struct {
	const char	*name;
	const char	*sw;
} unaddressed[] = {
	{ "6A86", "6a86" }, { "6A82", "6a82" }, { "6D00", "6d00" }
};

START_TEST(t_no_sfi_pin)
{
	char first[8192];
	const struct mock_step step[] = {
		{ "00a4040c0ad392f000260100000001", "9000" },
		{ "00b08a00000800", first },
		{ "00200098", unaddressed[_i].sw },
		{ "00a4020c020018", "9000" },
		{ "00200080", "63c3" },
		{ "002000800431323334", "9000" },
		{ "00a4020c020017", "6a82" },
		{ "00a4040c0ad3921000310001010100", "9000" }
	};
	const uint8_t *der;
	size_t len;

	der = mock_identity_der(owner, &len);
	oki_hex(first, der, len);
	(void)oki_copy(first + 2 * len, 5, "9000");
	m.script = step;
	m.steps = OKI_COUNT(step);
	open_card();
	ck_assert_int_eq(show(0), ONSHI_OK);
	ck_assert_int_eq(sign(), ONSHI_E_CARD_ANSWER);
	ck_assert_int_eq(oki_card_close(&card, &t.e), ONSHI_OK);
	ck_assert_int_eq(m.off_script, 0);
	ck_assert_int_eq(m.commands, (int)OKI_COUNT(step));
}
END_TEST

/* The key, too: asked the other way once, and not if that is the only one. */
START_TEST(t_no_sfi_key)
{
	int before;

	m.no_sfi = _i == 1;
	open_card();
	ck_assert_int_eq(show(0), ONSHI_OK);
	m.fault = MOCK_SW;
	m.sw = 0x6a86;
	before = m.commands;
	m.at = before + (_i == 0 ? 1 : 2);	/* after SELECT of the key */
	ck_assert_int_eq(sign(), _i == 0 ? ONSHI_OK : ONSHI_E_CARD_ANSWER);
	ck_assert_int_eq(m.commands, before + (_i == 0 ? 3 : 2));
}
END_TEST

/* Asked by selecting already: there is no other way to ask. */
START_TEST(t_no_way)
{
	int left;

	m.no_sfi = true;
	open_card();
	m.fault = MOCK_SW;
	m.sw = 0x6a86;
	m.at = m.commands + 2;		/* SELECT, question */
	ck_assert_int_eq(oki_card_tries(card, mock_wait(&t, MS), &left, &t.e),
	    ONSHI_E_CARD_ANSWER);
	ck_assert_int_eq(left, -1);
	ck_assert_int_eq(m.asked, 1);
	/* Unknown they stay: the next PIN is shown only after asking again. */
	ck_assert_int_eq(show(0), ONSHI_OK);
	ck_assert_int_eq(m.asked, 2);
}
END_TEST

static void
cancel_now(const uint8_t *command, size_t len)
{
	(void)command;
	(void)len;
	oki_cancel_set(&t.cancel);
}

/* Cancelled while the card has the PIN: that, and the tries are unknown. */
START_TEST(t_cancel)
{
	int left;

	open_card();
	ck_assert_int_eq(oki_card_tries(card, mock_wait(&t, MS), &left, &t.e),
	    ONSHI_OK);
	m.on_pin = cancel_now;
	m.fault = MOCK_MUTE_CANCEL;
	m.at = m.commands + 1;
	ck_assert_int_eq(show(0), ONSHI_E_CANCELLED);
	ck_assert_int_eq(t.e.code, ONSHI_E_CANCELLED);
	ck_assert_int_eq(t.e.tries, -1);
	oki_cancel_clear(&t.cancel);
	m.fault = MOCK_NONE;
	ck_assert_int_eq(show(0), ONSHI_E_STATE);
	ck_assert_int_eq(m.verifies, 1);
}
END_TEST

/* ---- the signature ---------------------------------------------------- */

START_TEST(t_sign)
{
	open_card();
	ck_assert_int_eq(sign(), ONSHI_E_STATE);
	ck_assert_int_eq(show(0), ONSHI_OK);
	ck_assert_int_eq(sign(), ONSHI_OK);
	ck_assert_uint_eq(sig.len, 256);
	ck_assert_int_eq(oki_certificate_verify_signature(x, TEXT, TEXTLEN,
	    sig.data, sig.len), ONSHI_OK);
	ck_assert_int_eq(oki_card_close(&card, &t.e), ONSHI_OK);
	ck_assert(!m.powered);
}
END_TEST

/* A PIN that somebody left verified signs nothing for us. */
START_TEST(t_left_verified)
{
	m.pin_verified = true;
	m.powered = true;
	m.pin_survives = true;
	open_card();
	ck_assert(m.pin_verified);
	ck_assert_int_eq(sign(), ONSHI_E_STATE);
}
END_TEST

static const struct {
	const char	*name;
	enum mock_fault	 fault;
	unsigned int	 sw;
	size_t		 byte;
	int		 result;
} signatures[] = {
	{ "empty", MOCK_CUT, 0, 0, ONSHI_E_CARD_ANSWER },
	{ "255 bytes", MOCK_CUT, 0, 255, ONSHI_E_SIGNATURE },
	{ "257 bytes", MOCK_LONGER, 0, 0, ONSHI_E_CARD_ANSWER },
	{ "first bit", MOCK_FLIP, 0, 0, ONSHI_E_SIGNATURE },
	{ "last bit", MOCK_FLIP, 0, 2047, ONSHI_E_SIGNATURE },
	{ "300 bytes", MOCK_300, 0, 0, ONSHI_E_CARD_ANSWER },
	{ "more than there is room for", MOCK_TOO_LONG, 0, 0,
	  ONSHI_E_CARD_ANSWER },
	{ "of another card", MOCK_SWAP, 0, 0, ONSHI_E_CARD_GONE },
	{ "6982", MOCK_SW, 0x6982, 0, ONSHI_E_CARD_GONE },
	{ "6A88", MOCK_SW, 0x6a88, 0, ONSHI_E_CARD_ANSWER },
	{ "6A82", MOCK_SW, 0x6a82, 0, ONSHI_E_CARD_ANSWER },
	{ "6985", MOCK_SW, 0x6985, 0, ONSHI_E_CARD_ANSWER },
	{ "6700", MOCK_SW, 0x6700, 0, ONSHI_E_CARD_ANSWER },
	{ "6C00", MOCK_SW, 0x6c00, 0, ONSHI_E_CARD_ANSWER },
	{ "63C0", MOCK_SW, 0x63c0, 0, ONSHI_E_CARD_ANSWER },
	{ "6F00", MOCK_SW, 0x6f00, 0, ONSHI_E_CARD_ANSWER },
	{ "FFFF", MOCK_SW, 0xffff, 0, ONSHI_E_CARD_ANSWER }
};

START_TEST(t_bad_signature)
{
	open_card();
	ck_assert_int_eq(show(0), ONSHI_OK);
	m.fault = signatures[_i].fault;
	m.sw = signatures[_i].sw;
	m.byte = signatures[_i].byte;
	m.at = m.commands + 1;
	ck_assert_int_eq(sign(), signatures[_i].result);
	ck_assert_uint_eq(sig.len, 0);
	ck_assert_int_eq(m.verifies, 1);
}
END_TEST

/* A stranger's key on a card with the right certificate (K 41). */
START_TEST(t_wrong_key)
{
	open_card();
	m.id = stranger;
	ck_assert_int_eq(show(0), ONSHI_OK);
	ck_assert_int_eq(sign(), ONSHI_E_SIGNATURE);
	ck_assert_uint_eq(sig.len, 0);
}
END_TEST

/* 256 zeros (K 42): OpenSSL must not take them for a signature either. */
START_TEST(t_zeros)
{
	const uint8_t zeros[256] = { 0 };

	open_card();
	ck_assert_int_eq(oki_certificate_verify_signature(x, TEXT, TEXTLEN,
	    zeros, sizeof(zeros)), ONSHI_E_SIGNATURE);
}
END_TEST

/* ---- closing on every path (SEC-68, K 61, K 62) ----------------------- */

/* A card whose PIN survives SELECT and a warm reset: only power takes it. */
START_TEST(t_close_survives)
{
	m.pin_survives = true;
	open_card();
	ck_assert_int_eq(show(0), ONSHI_OK);
	ck_assert(m.pin_verified);
	ck_assert_int_eq(oki_card_close(&card, &t.e), ONSHI_OK);
	ck_assert(!m.pin_verified);
	ck_assert_str_eq(m.last, "00a4040c0ad3921000310001010100");
	ck_assert_int_eq(m.releases, 1);
}
END_TEST

START_TEST(t_close_refused)
{
	m.no_common = true;
	open_card();
	if (_i == 0) {		/* nothing shown: nothing to fear */
		ck_assert_int_eq(oki_card_close(&card, &t.e), ONSHI_OK);
		return;
	}
	ck_assert_int_eq(show(0), ONSHI_OK);
	oki_error_clear(&t.e);
	ck_assert_int_ne(oki_card_close(&card, &t.e), ONSHI_OK);
	ck_assert(strstr(t.e.text, "taken out") != NULL);
	ck_assert(!m.pin_verified);
}
END_TEST

START_TEST(t_close_power)
{
	open_card();
	m.release_result = ONSHI_E_READER;
	oki_error_clear(&t.e);
	ck_assert_int_ne(oki_card_close(&card, &t.e), ONSHI_OK);
	ck_assert(strstr(t.e.text, "taken out") != NULL);
	m.release_result = ONSHI_OK;
	open_card();		/* and the reader is free again */
}
END_TEST

START_TEST(t_close_twice)
{
	int32_t apdus, bytes;
	int left;

	open_card();
	ck_assert_int_eq(oki_card_finish(card, &t.e), ONSHI_OK);
	ck_assert_int_eq(oki_card_finish(card, &t.e), ONSHI_OK);
	oki_card_counts(card, &apdus, &bytes);
	ck_assert_int_eq(apdus, 3);
	ck_assert_int_eq(bytes, (int)(m.in + m.out));
	ck_assert_int_eq(oki_card_tries(card, mock_wait(&t, MS), &left, &t.e),
	    ONSHI_E_STATE);
	ck_assert_int_eq(show(0), ONSHI_E_STATE);
	ck_assert_int_eq(oki_card_close(&card, &t.e), ONSHI_OK);
	ck_assert_ptr_null(card);
	ck_assert_int_eq(oki_card_close(&card, &t.e), ONSHI_OK);
	ck_assert_int_eq(oki_card_close(NULL, &t.e), ONSHI_OK);
	ck_assert_int_eq(m.releases, 1);
	ck_assert_int_eq(m.commands, 3);
}
END_TEST

/* ---- what a check-in costs (card.md 8.3) ------------------------------ */

static const struct {
	const char	   *name;
	enum mock_extended  extended;
	int		    first, again;
	int		    bytes;	/* of the known reader, both ways */
} costs[] = {
	{ "extended", MOCK_EXT_GOOD, 6, 6, 107 + 1839 },
	{ "short", MOCK_EXT_6700, 13, 12, 135 + 1851 }
};

static void
check_in(int commands, int bytes)
{
	m.commands = 0;
	m.in = m.out = 0;
	sig.len = 0;
	open_card();
	ck_assert_int_eq(show(0), ONSHI_OK);
	ck_assert_int_eq(sign(), ONSHI_OK);
	ck_assert_int_eq(oki_card_close(&card, &t.e), ONSHI_OK);
	ck_assert_int_eq(m.commands, commands);
	if (bytes > 0)
		ck_assert_int_eq((int)(m.in + m.out), bytes);
}

START_TEST(t_cost)
{
	m.extended = costs[_i].extended;
	check_in(costs[_i].first, 0);
	check_in(costs[_i].again, costs[_i].bytes);
}
END_TEST

/* ---- nothing of it is written anywhere (SEC-106) ---------------------- */

struct lines {
	char	text[65536];
	size_t	len;
};

static void
keep_line(void *self, const char *line)
{
	struct lines *l = self;
	size_t n = strlen(line);

	ck_assert_uint_lt(l->len + n, sizeof(l->text));
	memcpy(l->text + l->len, line, n + 1);
	l->len += n;
}

START_TEST(t_log)
{
	const struct onshi_log_ops ops = { .size = sizeof(ops),
	    .line = keep_line };
	static struct lines l;
	char hex[256], *body;
	const uint8_t *der;
	size_t len;

	mock_world_log(&t, &ops, &l);
	m.pin = "8642";
	use_pin("8642");
	open_card();
	ck_assert_int_eq(show(0), ONSHI_OK);
	ck_assert_int_eq(sign(), ONSHI_OK);
	ck_assert_int_eq(oki_card_close(&card, &t.e), ONSHI_OK);
	ck_assert_ptr_nonnull(strstr(l.text, "card.apdu"));
	ck_assert_ptr_null(strstr(l.text, "8642"));
	ck_assert_ptr_null(strstr(l.text, "38363432"));
	der = mock_identity_der(owner, &len);
	for (size_t i = 0; i + 8 < len; i += 8) {
		oki_hex(hex, der + i, 8);
		ck_assert_ptr_null(strstr(l.text, hex));
	}
	body = strstr(l.text, onshi_certificate_serial(x));
	ck_assert(body == NULL || strlen(onshi_certificate_serial(x)) < 4);
}
END_TEST

static void
fill(TCase *c)
{
	tcase_set_timeout(c, 10);
	tcase_add_unchecked_fixture(c, once_setup, once_teardown);
	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_loop_test(c, t_shape, 0, OKI_COUNT(shapes));
	tcase_add_loop_test(c, t_rule, 0, OKI_COUNT(rules));
	tcase_add_test(c, t_second);
	tcase_add_test(c, t_wrong_after_right);
	tcase_add_loop_test(c, t_word, 0, OKI_COUNT(words));
	tcase_add_test(c, t_no_sfi);
	tcase_add_loop_test(c, t_no_sfi_pin, 0, OKI_COUNT(unaddressed));
	tcase_add_loop_test(c, t_no_sfi_key, 0, 2);
	tcase_add_test(c, t_no_way);
	tcase_add_test(c, t_cancel);
	tcase_add_test(c, t_sign);
	tcase_add_test(c, t_left_verified);
	tcase_add_loop_test(c, t_bad_signature, 0, OKI_COUNT(signatures));
	tcase_add_test(c, t_wrong_key);
	tcase_add_test(c, t_zeros);
	tcase_add_test(c, t_close_survives);
	tcase_add_loop_test(c, t_close_refused, 0, 2);
	tcase_add_test(c, t_close_power);
	tcase_add_test(c, t_close_twice);
	tcase_add_loop_test(c, t_cost, 0, OKI_COUNT(costs));
	tcase_add_test(c, t_log);
}

int
main(void)
{
	return run_tests("card/pin", fill);
}
