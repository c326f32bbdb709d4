/*
 * Tests of lib/card/reader_pcsc.c over a PC/SC without a daemon: every call
 * fails with every code (FM-7), and daemon, readers and programs come and go.
 */
#include "config.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <winscard.h>

#include "onshikaku/visit.h"
#include "tests/mock/owner.h"
#include "tests/mock/pcsc_fake.h"

#define MS	3000
#define TEXT	((const uint8_t *)"bytes to sign")
#define TEXTLEN	13
#define PCSC_HEADER	"/usr/include/PCSC/pcsclite.h"

static struct mock m;
static struct mock_world t;
static struct oki_card *card;
static int closed;

static void
start(void)
{
	mock_init(&m, owner);
	pcsc_fake_reset(&m);
	memset(&t, 0, sizeof(t));
	mock_world_open(&t, NULL, 0);
}

/* I7: nothing of the daemon's is held any more. */
static void
stop(void)
{
	(void)oki_card_close(&card, &t.e);
	mock_world_close(&t);
	ck_assert_int_eq(m.unlawful, 0);
	ck_assert_int_eq(m.overlaps, 0);
	ck_assert_int_eq(pcsc_fake.contexts, 0);
	ck_assert_int_eq(pcsc_fake.cards, 0);
	mock_free(&m);
}

static int
open_card_ms(int32_t ms)
{
	return oki_card_open(t.readers, NULL, mock_wait(&t, ms), &card, &t.e);
}

static int
converse(struct oki_secret *pin, struct onshi_certificate **x,
    struct oki_buf *sig, int32_t ms)
{
	struct oki_wait *w = mock_wait(&t, ms);
	int left, r;

	if ((r = oki_card_certificate(card, w, x, &t.e)) != ONSHI_OK ||
	    (r = oki_card_tries(card, w, &left, &t.e)) != ONSHI_OK ||
	    (r = oki_card_verify_pin(card, w, pin, 0, &t.e)) != ONSHI_OK)
		return r;

	return oki_card_sign(card, w, *x, TEXT, TEXTLEN, sig, &t.e);
}

static int
check_in(int32_t ms)
{
	struct oki_secret *pin = mock_pin("1234");
	struct onshi_certificate *x = NULL;
	struct oki_buf sig;
	int r;

	oki_buf_init(&sig, 512);
	m.commands = m.verifies = 0;
	closed = ONSHI_OK;
	if ((r = open_card_ms(ms)) == ONSHI_OK) {
		r = converse(pin, &x, &sig, ms);
		closed = oki_card_close(&card, &t.e);
	}
	ck_assert(r != ONSHI_OK || sig.len == 256);
	oki_certificate_free(&x);
	oki_secret_free(&pin);
	oki_buf_free(&sig);

	return r;
}

/* ---- as it should be -------------------------------------------------- */

/* A program that has closed its input, output or errors: the socket to the
 * service does not take their numbers, and they stay closed. */
START_TEST(t_low_descriptors)
{
	int fd, r, saved = dup(_i);

	ck_assert_int_ge(saved, 0);
	(void)close(_i);
	r = check_in(MS);
	fd = dup(saved);
	(void)dup2(saved, _i);
	(void)close(saved);
	ck_assert_int_eq(r, ONSHI_OK);
	ck_assert_int_gt(pcsc_fake.lowest, STDERR_FILENO);
	ck_assert_int_eq(fd, _i);
}
END_TEST

START_TEST(t_good)
{
	ck_assert_int_eq(check_in(MS), ONSHI_OK);
	ck_assert_int_eq(closed, ONSHI_OK);
	ck_assert_int_eq(m.commands, 6);
	ck_assert(!pcsc_fake.powered);
	ck_assert_int_eq(pcsc_fake.left_powered, 0);
	ck_assert_int_eq(pcsc_fake.transactions, 0);
	ck_assert_int_eq(check_in(MS), ONSHI_OK);
	ck_assert_int_eq(pcsc_fake.connects, 2);
}
END_TEST

/* ---- FM-7 ------------------------------------------------------------- */

/* Short names of results, for the table. */
enum {
	GOOD	= ONSHI_OK,
	NONE	= ONSHI_E_CARD_NONE,
	GONE	= ONSHI_E_CARD_GONE,
	UNREAD	= ONSHI_E_CARD_ANSWER,
	MUTE	= ONSHI_E_CARD_TIMEOUT,
	FOREIGN	= ONSHI_E_CARD_OTHER,
	BROKEN	= ONSHI_E_READER,
	BUSY	= ONSHI_E_READER_BUSY,
	SERVICE	= ONSHI_E_READER_SERVICE,
	DENIED	= ONSHI_E_READER_DENIED
};

/* What each code of PC/SC's header says, where it comes each time: to a list
 * of readers, to who wants to hold a card, and within a session. */
static const struct {
	const char	*name;
	long		 code;
	int		 look, hold, session;
} codes[] = {
	{ "internal error", 0x80100001, SERVICE, SERVICE, SERVICE },
	{ "cancelled, not by us", 0x80100002, NONE, NONE, GONE },
	{ "invalid handle", 0x80100003, SERVICE, SERVICE, SERVICE },
	{ "invalid parameter", 0x80100004, SERVICE, BROKEN, BROKEN },
	{ "invalid target", 0x80100005, SERVICE, SERVICE, SERVICE },
	{ "no memory", 0x80100006, SERVICE, SERVICE, SERVICE },
	{ "waited too long", 0x80100007, SERVICE, MUTE, MUTE },
	{ "insufficient buffer", 0x80100008, SERVICE, BROKEN, UNREAD },
	{ "unknown reader", 0x80100009, NONE, NONE, GONE },
	{ "time-out", 0x8010000a, NONE, MUTE, MUTE },
	{ "sharing violation", 0x8010000b, BUSY, BUSY, BUSY },
	{ "no card", 0x8010000c, NONE, NONE, GONE },
	{ "unknown card", 0x8010000d, SERVICE, FOREIGN, GONE },
	{ "cannot dispose", 0x8010000e, SERVICE, BROKEN, BROKEN },
	{ "protocol", 0x8010000f, SERVICE, FOREIGN, BROKEN },
	{ "not ready", 0x80100010, NONE, MUTE, MUTE },
	{ "invalid value", 0x80100011, SERVICE, BROKEN, BROKEN },
	{ "system cancelled", 0x80100012, SERVICE, SERVICE, SERVICE },
	{ "link broken", 0x80100013, SERVICE, SERVICE, SERVICE },
	{ "unknown error", 0x80100014, SERVICE, BROKEN, BROKEN },
	{ "invalid ATR", 0x80100015, NONE, UNREAD, GONE },
	{ "not transacted", 0x80100016, SERVICE, NONE, GONE },
	{ "reader unavailable", 0x80100017, NONE, NONE, GONE },
	{ "shutdown", 0x80100018, SERVICE, SERVICE, SERVICE },
	{ "PCI too small", 0x80100019, SERVICE, BROKEN, BROKEN },
	{ "reader unsupported", 0x8010001a, SERVICE, BROKEN, BROKEN },
	{ "duplicate reader", 0x8010001b, SERVICE, BROKEN, BROKEN },
	{ "card unsupported", 0x8010001c, NONE, UNREAD, GONE },
	{ "no service", 0x8010001d, SERVICE, SERVICE, SERVICE },
	{ "service stopped", 0x8010001e, SERVICE, SERVICE, SERVICE },
	{ "unexpected", 0x8010001f, SERVICE, BROKEN, BROKEN },
	{ "installation", 0x80100020, SERVICE, BROKEN, BROKEN },
	{ "order", 0x80100021, SERVICE, BROKEN, BROKEN },
	{ "no directory", 0x80100023, SERVICE, BROKEN, BROKEN },
	{ "no file", 0x80100024, SERVICE, BROKEN, BROKEN },
	{ "not a directory", 0x80100025, SERVICE, BROKEN, BROKEN },
	{ "not a file", 0x80100026, SERVICE, BROKEN, BROKEN },
	{ "no access", 0x80100027, DENIED, DENIED, DENIED },
	{ "too much written", 0x80100028, SERVICE, BROKEN, BROKEN },
	{ "bad seek", 0x80100029, SERVICE, BROKEN, BROKEN },
	{ "invalid PIN", 0x8010002a, SERVICE, BROKEN, BROKEN },
	{ "unknown layer", 0x8010002b, SERVICE, SERVICE, SERVICE },
	{ "no such certificate", 0x8010002c, SERVICE, BROKEN, BROKEN },
	{ "certificate unavailable", 0x8010002d, SERVICE, BROKEN, BROKEN },
	{ "no readers", 0x8010002e, NONE, NONE, GONE },
	{ "data lost", 0x8010002f, SERVICE, NONE, GONE },
	{ "no key container", 0x80100030, SERVICE, BROKEN, BROKEN },
	{ "server too busy", 0x80100031, BUSY, BUSY, BUSY },
	{ "unsupported card", 0x80100065, NONE, UNREAD, GONE },
	{ "unresponsive card", 0x80100066, NONE, MUTE, GONE },
	{ "unpowered card", 0x80100067, NONE, MUTE, GONE },
	{ "reset card", 0x80100068, NONE, NONE, GONE },
	{ "removed card", 0x80100069, NONE, NONE, GONE },
	{ "security violation", 0x8010006a, DENIED, DENIED, DENIED },
	{ "wrong PIN", 0x8010006b, SERVICE, BROKEN, BROKEN },
	{ "PIN blocked", 0x8010006c, SERVICE, BROKEN, BROKEN },
	{ "end of file", 0x8010006d, SERVICE, BROKEN, BROKEN },
	{ "cancelled by the user", 0x8010006e, SERVICE, BROKEN, BROKEN },
	{ "not authenticated", 0x8010006f, SERVICE, BROKEN, BROKEN },
	{ "of no header", 0x12345678, SERVICE, BROKEN, BROKEN }
};

static void
fail_from(const char *function, long code)
{
	start();
	pcsc_fake.only = function;
	pcsc_fake.fail_at = 1;
	pcsc_fake.from_there = true;
	pcsc_fake.code = code;
}

START_TEST(t_code)
{
	int kind, r;

	fail_from("SCardListReaders", codes[_i].code);
	r = open_card_ms(300);
	ck_assert_msg(r == codes[_i].look, "%s: look %d", codes[_i].name, r);
	stop();
	fail_from("SCardConnect", codes[_i].code);
	r = open_card_ms(300);
	ck_assert_msg(r == codes[_i].hold, "%s: hold %d", codes[_i].name, r);
	if (r != NONE)
		ck_assert_int_eq(onshi_error_system(&t.e), codes[_i].code);
	stop();
	fail_from("SCardTransmit", codes[_i].code);
	ck_assert_int_eq(open_card_ms(MS), ONSHI_OK);
	r = oki_card_kind(card, mock_wait(&t, 300), &kind, &t.e);
	ck_assert_msg(r == codes[_i].session, "%s: session %d",
	    codes[_i].name, r);
	if (r != UNREAD)
		ck_assert_int_eq(onshi_error_system(&t.e), codes[_i].code);
	stop();
}
END_TEST

/* The sign extended, as some drivers do. */
START_TEST(t_sign_extended)
{
	fail_from("SCardConnect", (long)0xffffffff8010006aL);
	ck_assert_int_eq(open_card_ms(300), ONSHI_E_READER_DENIED);
	ck_assert_int_eq(onshi_error_system(&t.e), 0x8010006a);
	stop();
}
END_TEST

static bool
is_listed(unsigned long code)
{
	for (size_t i = 0; i < OKI_COUNT(codes); i++)
		if ((unsigned long)codes[i].code == code)
			return true;

	return code == 0;
}

/* No code of the system's own header is missing above. */
START_TEST(t_header)
{
	FILE *f = fopen(PCSC_HEADER, "re");
	char line[512], *at;
	int found = 0;

	if (f == NULL)		/* elsewhere, it is another one's list */
		return;
	while (fgets(line, sizeof(line), f) != NULL) {
		if (strncmp(line, "#define SCARD_", 14) != 0 ||
		    strchr("SEFWP", line[14]) == NULL || line[15] != '_' ||
		    (at = strstr(line, "0x")) == NULL)
			continue;
		found++;
		ck_assert_msg(is_listed(strtoul(at, NULL, 16)), "%s", line);
	}
	fclose(f);
	ck_assert_int_ge(found, 50);
}
END_TEST

static void
fail_call(int k, long code, bool dies)
{
	int64_t before;
	int r;

	start();
	pcsc_fake.fail_at = k;
	pcsc_fake.code = code;
	pcsc_fake.and_dies = dies;
	before = mock_now();
	r = check_in(400);
	ck_assert_msg(r == ONSHI_OK || onshi_result_class(r) == 3,
	    "%lx at %d: %d", code, k, r);
	ck_assert_msg(mock_now() - before <= 400 + 2 * 250, "%lx at %d: %d ms",
	    code, k, (int)(mock_now() - before));
	ck_assert_msg(m.verifies <= 1 && m.shown_unasked == 0, "%lx at %d",
	    code, k);
	/* Powered off, or the caller was told to have it taken out. */
	ck_assert_msg(!m.pin_verified || closed != ONSHI_OK, "%lx at %d",
	    code, k);
	pcsc_fake.fail_at = 0;
	ck_assert_msg((r = check_in(MS)) == ONSHI_OK, "%lx at %d, then %d",
	    code, k, r);
	ck_assert(!m.pin_verified);
	stop();
}

/* A check-in makes less than 20 calls; the first are the list and the hold. */
START_TEST(t_fail)
{
	for (size_t i = 0; i < OKI_COUNT(codes); i++)
		fail_call(_i, codes[i].code, false);
}
END_TEST

/* The daemon is killed before call k, and started anew (FM-8, F25). */
START_TEST(t_die)
{
	static const long last[] = { SCARD_E_NO_SERVICE, SCARD_F_COMM_ERROR };

	for (size_t i = 0; i < OKI_COUNT(last); i++)
		fail_call(_i, last[i], true);
}
END_TEST

static const struct {
	const char	*name;
	const char	*function;
	long		 code;
	int		 k;
	int		 result;
} meanings[] = {
	/* SEC-67: the session at the card is over. */
	{ "removed", "SCardTransmit", SCARD_W_REMOVED_CARD, 1,
	  ONSHI_E_CARD_GONE },
	{ "reset", "SCardTransmit", SCARD_W_RESET_CARD, 1,
	  ONSHI_E_CARD_GONE },
	{ "no card", "SCardTransmit", SCARD_E_NO_SMARTCARD, 1,
	  ONSHI_E_CARD_GONE },
	{ "not transacted", "SCardTransmit", SCARD_E_NOT_TRANSACTED, 1,
	  ONSHI_E_CARD_GONE },
	{ "unpowered", "SCardTransmit", SCARD_W_UNPOWERED_CARD, 1,
	  ONSHI_E_CARD_GONE },
	{ "unresponsive", "SCardTransmit", SCARD_W_UNRESPONSIVE_CARD, 1,
	  ONSHI_E_CARD_GONE },
	{ "unavailable", "SCardTransmit", SCARD_E_READER_UNAVAILABLE, 1,
	  ONSHI_E_CARD_GONE },
	{ "unknown reader", "SCardTransmit", SCARD_E_UNKNOWN_READER, 1,
	  ONSHI_E_CARD_GONE },
	{ "at VERIFY", "SCardTransmit", SCARD_W_REMOVED_CARD, 4,
	  ONSHI_E_PIN_UNKNOWN },
	{ "service at VERIFY", "SCardTransmit", SCARD_E_NO_SERVICE, 4,
	  ONSHI_E_PIN_UNKNOWN },
	/* SEC-65: during a call. */
	{ "service gone", "SCardTransmit", SCARD_E_NO_SERVICE, 1,
	  ONSHI_E_READER_SERVICE },
	{ "service stopped", "SCardTransmit", SCARD_E_SERVICE_STOPPED, 5,
	  ONSHI_E_READER_SERVICE },
	{ "link broken", "SCardTransmit", SCARD_F_COMM_ERROR, 3,
	  ONSHI_E_READER_SERVICE },
	{ "denied at VERIFY", "SCardTransmit", SCARD_W_SECURITY_VIOLATION, 4,
	  ONSHI_E_PIN_UNKNOWN },
	{ "busy at VERIFY", "SCardTransmit", SCARD_E_SHARING_VIOLATION, 4,
	  ONSHI_E_PIN_UNKNOWN },
	/* At the first READ: begun anew, and shorter. */
	{ "not transacted at READ", "SCardTransmit", SCARD_E_NOT_TRANSACTED,
	  2, ONSHI_OK },
	{ "link broken at READ", "SCardTransmit", SCARD_F_COMM_ERROR, 2,
	  ONSHI_OK },
	/* And before it: not seen. */
	{ "old link, list", "SCardListReaders", SCARD_F_COMM_ERROR, 1,
	  ONSHI_OK },
	{ "old link, watch", "SCardGetStatusChange", SCARD_E_SERVICE_STOPPED,
	  1, ONSHI_OK },
	{ "old link, hold", "SCardConnect", SCARD_E_INVALID_HANDLE, 1,
	  ONSHI_OK },
	{ "card moved in between", "SCardConnect", SCARD_E_NO_SMARTCARD, 1,
	  ONSHI_OK },
	{ "answer longer than its room", "SCardTransmit",
	  SCARD_E_INSUFFICIENT_BUFFER, 1, ONSHI_E_CARD_ANSWER },
	{ "long command fails at the reader", "SCardTransmit",
	  SCARD_E_INVALID_PARAMETER, 2, ONSHI_OK },
	{ "no power off", "SCardDisconnect", SCARD_F_UNKNOWN_ERROR, 1,
	  ONSHI_OK }
};

START_TEST(t_meaning)
{
	int r;

	start();
	pcsc_fake.only = meanings[_i].function;
	pcsc_fake.fail_at = meanings[_i].k;
	pcsc_fake.code = meanings[_i].code;
	r = check_in(MS);
	ck_assert_msg(r == meanings[_i].result, "%s: %d", meanings[_i].name,
	    r);
	if (r == ONSHI_E_READER_SERVICE || r == ONSHI_E_CARD_GONE)
		ck_assert_int_eq(t.e.system, meanings[_i].code & 0xffffffff);
	if (strcmp(meanings[_i].function, "SCardDisconnect") == 0)
		ck_assert_int_ne(closed, ONSHI_OK);
	pcsc_fake.fail_at = 0;
	ck_assert_int_eq(check_in(MS), ONSHI_OK);
	stop();
}
END_TEST

/* ---- the daemon ------------------------------------------------------- */

START_TEST(t_daemon)
{
	pcsc_fake.no_daemon = true;
	ck_assert_int_eq(open_card_ms(MS), ONSHI_E_READER_SERVICE);
	ck_assert_int_eq(t.e.system, 0x8010001d);
	pcsc_fake.no_daemon = false;
	ck_assert_int_eq(check_in(MS), ONSHI_OK);
	/* Started anew while nothing was going on: not seen. */
	for (int i = 0; i < 3; i++) {
		pcsc_fake_restart();
		ck_assert_int_eq(check_in(MS), ONSHI_OK);
	}
	/* In the middle of a session: said, and the next one is good. */
	ck_assert_int_eq(open_card_ms(MS), ONSHI_OK);
	pcsc_fake_restart();
	ck_assert_int_eq(oki_card_kind(card, mock_wait(&t, MS), &closed,
	    &t.e), ONSHI_E_READER_SERVICE);
	ck_assert_int_ne(oki_card_close(&card, &t.e), ONSHI_OK);
	ck_assert_int_eq(check_in(MS), ONSHI_OK);
}
END_TEST

/* A daemon that does not answer at all, and one that comes back. */
START_TEST(t_stopped)
{
	int64_t before = mock_now();

	pcsc_fake.stopped = true;
	ck_assert_int_eq(open_card_ms(300), ONSHI_E_CARD_NONE);
	ck_assert_int_le((int)(mock_now() - before), 300 + 250);
	before = mock_now();
	ck_assert_int_eq(open_card_ms(20000), ONSHI_E_READER_SERVICE);
	ck_assert_int_le((int)(mock_now() - before), 5500);
	pcsc_fake_lock();
	pcsc_fake.stopped = false;
	pcsc_fake_unlock();
	ck_assert_int_eq(check_in(MS), ONSHI_OK);
}
END_TEST

/* ---- other programs --------------------------------------------------- */

START_TEST(t_shared)
{
	pcsc_fake.exclusive = true;
	ck_assert_int_eq(open_card_ms(1500), ONSHI_E_READER_BUSY);
	pcsc_fake.exclusive = false;
	pcsc_fake.shared = true;
	ck_assert_int_eq(check_in(MS), ONSHI_OK);
	ck_assert_int_eq(closed, ONSHI_OK);
	ck_assert_int_eq(pcsc_fake.transactions, 1);
	ck_assert_int_eq(pcsc_fake.left_powered, 0);
	ck_assert(!m.pin_verified);
	/* A transaction that is not to be had: nothing is sent without. */
	pcsc_fake.only = "SCardBeginTransaction";
	pcsc_fake.calls = 0;
	pcsc_fake.fail_at = 1;
	pcsc_fake.code = SCARD_F_UNKNOWN_ERROR;
	m.commands = 0;
	ck_assert_int_eq(open_card_ms(300), ONSHI_E_READER);
	ck_assert_int_eq(m.commands, 0);
}
END_TEST

/* Another program's transaction: said as such, and served once it ends. */
START_TEST(t_transaction)
{
	pcsc_fake.shared = true;
	pcsc_fake.transaction = true;
	ck_assert_int_eq(open_card_ms(300), ONSHI_E_READER_BUSY);
	ck_assert_int_eq(open_card_ms(300), ONSHI_E_READER_BUSY);
	ck_assert_int_eq(m.commands, 0);
	pcsc_fake_lock();
	pcsc_fake.transaction = false;
	pcsc_fake_unlock();
	ck_assert_int_eq(check_in(MS), ONSHI_OK);
}
END_TEST

static const struct {
	const char	*name;
	unsigned long	 first, second;	/* states, beside the card's */
	bool		 both;
	int		 result;
	int		 slot;		/* held: 0 or 1 */
} slots[] = {
	{ "one card", 0, 0, false, ONSHI_OK, 0 },
	{ "two cards", 0, 0, true, ONSHI_E_READER_SEVERAL, -1 },
	{ "the first is mute", SCARD_STATE_MUTE, 0, true, ONSHI_OK, 1 },
	{ "the second is mute", 0, SCARD_STATE_MUTE, true, ONSHI_OK, 0 },
	{ "the first is another's", SCARD_STATE_EXCLUSIVE |
	  SCARD_STATE_INUSE, 0, true, ONSHI_OK, 1 },
	{ "the second is another's", 0, SCARD_STATE_EXCLUSIVE |
	  SCARD_STATE_INUSE, true, ONSHI_OK, 0 },
	{ "shared is no reason", SCARD_STATE_INUSE, 0, true,
	  ONSHI_E_READER_SEVERAL, -1 },
	{ "the only card is asleep", SCARD_STATE_UNPOWERED, 0, false,
	  ONSHI_OK, 0 },
	{ "the only card is mute", SCARD_STATE_MUTE, 0, false, ONSHI_OK, 0 },
	{ "a reader that goes", SCARD_STATE_UNAVAILABLE, 0, true, ONSHI_OK,
	  1 },
	{ "a reader not known", SCARD_STATE_UNKNOWN, 0, true, ONSHI_OK, 1 },
	{ "no reader knows", SCARD_STATE_UNAVAILABLE, SCARD_STATE_UNKNOWN,
	  true, ONSHI_E_CARD_NONE, -1 }
};

START_TEST(t_slot)
{
	pcsc_fake.state[0] = slots[_i].first;
	pcsc_fake.state[1] = slots[_i].second;
	pcsc_fake.both = slots[_i].both;
	ck_assert_int_eq(open_card_ms(300), slots[_i].result);
	if (slots[_i].slot >= 0)
		ck_assert_str_eq(pcsc_fake.connected,
		    pcsc_fake.names[slots[_i].slot]);
	else
		ck_assert_str_eq(pcsc_fake.connected, "");
}
END_TEST

/* ---- cards and readers ------------------------------------------------ */

START_TEST(t_unresponsive)
{
	pcsc_fake.unresponsive = true;
	ck_assert_int_eq(open_card_ms(400), ONSHI_E_CARD_TIMEOUT);
	pcsc_fake.unresponsive = false;
	ck_assert_int_eq(check_in(MS), ONSHI_OK);
}
END_TEST

/* A card that knows T=0 alone is named, not called a broken reader. */
START_TEST(t_t0)
{
	int kind;

	pcsc_fake.t0_only = true;
	m.kind = MOCK_BANK;
	ck_assert_int_eq(open_card_ms(MS), ONSHI_OK);
	ck_assert_int_eq(oki_card_kind(card, mock_wait(&t, MS), &kind, &t.e),
	    ONSHI_OK);
	ck_assert_int_eq(kind, ONSHI_CARD_OTHER);
}
END_TEST

static const struct {
	const char	*name;
	int32_t		 largest;
	int		 commands;	/* of the first check-in */
	int		 long_reads;
} sizes[] = {
	{ "it does not say", -1, 6, 1 },
	{ "all there is", 65536, 6, 1 },
	{ "just enough", 2048, 6, 1 },
	{ "not enough", 2047, 12, 0 },
	{ "short ones alone", 0, 12, 0 },
	{ "a short command with its head", 261, 12, 0 },
	{ "less than a short one", 255, 12, 0 },
	{ "much less", 100, 30, 0 }
};

START_TEST(t_largest)
{
	pcsc_fake.largest = sizes[_i].largest;
	ck_assert_int_eq(check_in(MS), ONSHI_OK);
	ck_assert_int_eq(m.commands, sizes[_i].commands);
	ck_assert_int_eq(m.extendeds, sizes[_i].long_reads);
}
END_TEST

/* What a driver may say of it, well and badly; what is not understood counts
 * as not said. */
static const struct {
	const char	*name;
	const char	*features, *properties;
	unsigned long	 more;
	int		 commands;
} words[] = {
	{ "the usual", "120442000d52", "0a0400010000", 0, 12 },
	{ "among others", "060442000d06120442000d52", "01010a0a0200010b00", 0,
	    12 },
	{ "no features", "", "0a0400010000", 0, 6 },
	{ "others alone", "060442000d06", "0a0400010000", 0, 6 },
	{ "one that is cut", "120442000d", "0a0400010000", 0, 6 },
	{ "one of another length", "120542000d5200", "0a0400010000", 0, 6 },
	{ "a command of nought", "120400000000", "0a0400010000", 0, 6 },
	{ "more than there was room for", "120442000d52", "0a0400010000", 512,
	    6 },
	{ "no properties", "120442000d52", "", 0, 6 },
	{ "another property", "120442000d52", "0b0400010000", 0, 6 },
	{ "a property that is cut", "120442000d52", "0a04000100", 0, 6 },
	{ "a property without length", "120442000d52", "0a", 0, 6 },
	{ "a property too long", "120442000d52", "0a050001000000", 0, 6 }
};

START_TEST(t_words)
{
	pcsc_fake.features = words[_i].features;
	pcsc_fake.properties = words[_i].properties;
	pcsc_fake.more = words[_i].more;
	ck_assert_int_eq(check_in(MS), ONSHI_OK);
	ck_assert_msg(m.commands == words[_i].commands, "%s: %d",
	    words[_i].name, m.commands);
}
END_TEST

static size_t
list(struct oki_reader_state *states)
{
	size_t n;

	ck_assert_int_eq(oki_readers_list(t.readers, mock_wait(&t, MS),
	    states, OKI_READERS, &n, &t.e), ONSHI_OK);

	return n;
}

/* Plugged in and out, a hundred times; the first to be seen is taken. */
START_TEST(t_plug)
{
	struct oki_reader_state states[OKI_READERS];
	char name[64];

	for (int i = 0; i < 100; i++) {
		pcsc_fake_lock();
		pcsc_fake.names[0] = NULL;
		pcsc_fake_unlock();
		ck_assert_uint_eq(list(states), 0);
		(void)snprintf(name, sizeof(name), "Reader %02d 00", i);
		pcsc_fake_lock();
		pcsc_fake.names[0] = name;
		pcsc_fake.names[1] = NULL;
		pcsc_fake_unlock();
		ck_assert_uint_eq(list(states), 1);
		ck_assert_str_eq(states[0].name, name);
		ck_assert(states[0].has_card);
		if (i % 2 == 0)
			ck_assert_int_eq(check_in(MS), ONSHI_OK);
	}
}
END_TEST

/* 20 readers; 128 bytes, 129, none at all, bytes that are no text (K 53…56). */
START_TEST(t_names)
{
	struct oki_reader_state states[OKI_READERS];
	static char longest[129], longer[130], many[20][8];
	size_t i;

	memset(longest, 'a', 128);
	memset(longer, 'b', 129);
	pcsc_fake.names[0] = longest;
	pcsc_fake.names[1] = longer;
	pcsc_fake.names[2] = "\x1b[2J";
	pcsc_fake.names[3] = "\xff\xfe";
	pcsc_fake.names[4] = NULL;
	ck_assert_uint_eq(list(states), 3);
	ck_assert_str_eq(states[0].name, longest);
	ck_assert_str_eq(states[1].name, "\\x1b[2J");
	ck_assert_str_eq(states[2].name, "\\xff\\xfe");
	ck_assert_int_eq(check_in(MS), ONSHI_OK);
	for (i = 0; i < OKI_COUNT(many); i++) {
		(void)snprintf(many[i], sizeof(many[i]), "r%zu", i % 100);
		pcsc_fake.names[i] = many[i];
	}
	pcsc_fake.names[i] = NULL;
	ck_assert_uint_eq(list(states), OKI_READERS);
	ck_assert_int_eq(check_in(MS), ONSHI_OK);
	pcsc_fake.names[0] = NULL;
	ck_assert_uint_eq(list(states), 0);
	ck_assert_int_eq(open_card_ms(100), ONSHI_E_CARD_NONE);
}
END_TEST

/* The table's own wait, which the room itself asks for only now and then. */
START_TEST(t_table)
{
	const uint8_t ask[] = { 0x00, 0x20, 0x00, 0x98 };
	struct onshi_reader_ops ops;
	uint8_t reply[2];
	size_t len = sizeof(reply);
	void *self;

	ck_assert_int_eq(oki_pcsc_reader_new("Fake Reader 00 00", &ops,
	    &self), ONSHI_OK);
	ck_assert_int_eq(ops.wait(self, 1, 1000), ONSHI_OK);
	ck_assert_int_eq(ops.wait(self, 0, 20), ONSHI_E_CARD_TIMEOUT);
	mock_put(&m, false);
	ck_assert_int_eq(ops.wait(self, 0, 1000), ONSHI_OK);
	ck_assert_int_eq(ops.wait(self, 1, 0), ONSHI_E_CARD_TIMEOUT);
	ck_assert_int_eq(ops.hold(self, 100), ONSHI_E_CARD_GONE);
	ck_assert_int_eq(ops.transmit(self, reply, 2, reply, &len, 100),
	    ONSHI_E_CARD_GONE);
	ck_assert_int_eq(ops.release(self, 100), ONSHI_OK);
	mock_put(&m, true);
	ck_assert_int_eq(ops.hold(self, 100), ONSHI_OK);
	ck_assert_int_eq(ops.hold(self, 100), ONSHI_OK);
	for (int i = 0; i < 2; i++) {	/* F23 */
		m.fault = i == 0 ? MOCK_NOTHING : MOCK_ONE_BYTE;
		m.at = m.commands + 1;
		len = sizeof(reply);
		ck_assert_int_eq(ops.transmit(self, ask, sizeof(ask), reply,
		    &len, 100), ONSHI_E_CARD_GONE);
	}
	oki_pcsc_reader_free(self);
	ck_assert_int_eq(pcsc_fake.left_powered, 0);
	ck_assert(!pcsc_fake.powered);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("card/pcsc");
	TCase *whole = tcase_create("whole"), *c = tcase_create("pcsc");
	SRunner *sr;
	int failed;

	tcase_set_timeout(whole, 60);
	tcase_add_unchecked_fixture(whole, make_owner, drop_owner);
	tcase_add_loop_test(whole, t_fail, 1, 20);
	tcase_add_loop_test(whole, t_die, 1, 20);
	tcase_add_loop_test(whole, t_meaning, 0, OKI_COUNT(meanings));
	tcase_add_loop_test(whole, t_code, 0, OKI_COUNT(codes));
	tcase_add_test(whole, t_sign_extended);
	tcase_add_test(whole, t_header);
	suite_add_tcase(s, whole);
	tcase_set_timeout(c, 30);
	tcase_add_unchecked_fixture(c, make_owner, drop_owner);
	tcase_add_checked_fixture(c, start, stop);
	tcase_add_test(c, t_good);
	tcase_add_loop_test(c, t_low_descriptors, 0, 3);
	tcase_add_test(c, t_daemon);
	tcase_add_test(c, t_stopped);
	tcase_add_test(c, t_shared);
	tcase_add_test(c, t_transaction);
	tcase_add_loop_test(c, t_slot, 0, OKI_COUNT(slots));
	tcase_add_test(c, t_unresponsive);
	tcase_add_test(c, t_t0);
	tcase_add_loop_test(c, t_largest, 0, OKI_COUNT(sizes));
	tcase_add_loop_test(c, t_words, 0, OKI_COUNT(words));
	tcase_add_test(c, t_plug);
	tcase_add_test(c, t_names);
	tcase_add_test(c, t_table);
	suite_add_tcase(s, c);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);

	return failed == 0 ? 0 : 1;
}
