/* Tests of lib/card/identify.c, certificate.c and jpki.c: what lies there. */
#include "config.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "tests/core/run.h"
#include "tests/mock/owner.h"

#define MS	3000

static struct mock m;
static struct mock_world t;
static struct oki_card *card;

static void
setup(void)
{
	mock_init(&m, owner);
}

static void
teardown(void)
{
	if (card != NULL)
		ck_assert_int_eq(oki_card_close(&card, &t.e), ONSHI_OK);
	mock_world_close(&t);
	ck_assert_int_eq(m.unlawful, 0);
	ck_assert_int_eq(m.overlaps, 0);
	ck_assert_int_eq(m.ends, 1);
	ck_assert(!m.powered);
	mock_free(&m);
}

static void
open_card(void)
{
	mock_world_open(&t, &m, 1);
	ck_assert_int_eq(oki_card_open(t.readers, NULL, mock_wait(&t, MS),
	    &card, &t.e), ONSHI_OK);
}

/* ---- kinds (card.md 10.3) --------------------------------------------- */

static const struct {
	const char	*name;
	enum mock_kind	 is;
	bool		 no_sfi;
	int		 kind;
	int		 result;	/* of asking for the certificate */
	int		 apdus;		/* with the one that closes */
} kinds[] = {
	{ "My Number Card", MOCK_MY_NUMBER, false, ONSHI_CARD_MY_NUMBER,
	  ONSHI_OK, 3 },
	{ "residence card that is one", MOCK_BOTH, false,
	  ONSHI_CARD_MY_NUMBER, ONSHI_OK, 3 },
	{ "without SFI", MOCK_MY_NUMBER, true, ONSHI_CARD_MY_NUMBER,
	  ONSHI_OK, 5 },
	{ "no certificate", MOCK_NO_CERTIFICATE, false,
	  ONSHI_CARD_NO_CERTIFICATE, ONSHI_E_CARD_NO_CERTIFICATE, 5 },
	{ "erased certificate", MOCK_ERASED, false,
	  ONSHI_CARD_NO_CERTIFICATE, ONSHI_E_CARD_NO_CERTIFICATE, 4 },
	{ "juki", MOCK_JUKI, false, ONSHI_CARD_JUKI, ONSHI_E_CARD_JUKI, 5 },
	{ "phone", MOCK_PHONE, false, ONSHI_CARD_PHONE, ONSHI_E_CARD_PHONE,
	  3 },
	{ "residence", MOCK_RESIDENCE, false, ONSHI_CARD_RESIDENCE,
	  ONSHI_E_CARD_RESIDENCE, 2 },
	{ "licence", MOCK_LICENCE, false, ONSHI_CARD_DRIVERS_LICENCE,
	  ONSHI_E_CARD_DRIVERS_LICENCE, 3 },
	{ "bank", MOCK_BANK, false, ONSHI_CARD_OTHER, ONSHI_E_CARD_OTHER, 3 }
};

START_TEST(t_kind)
{
	struct onshi_certificate *x;
	int32_t apdus, bytes;
	int kind, r, left;

	m.kind = kinds[_i].is;
	m.no_sfi = kinds[_i].no_sfi;
	open_card();
	ck_assert_int_eq(oki_card_kind(card, mock_wait(&t, MS), &kind, &t.e),
	    ONSHI_OK);
	ck_assert_int_eq(kind, kinds[_i].kind);
	r = oki_card_certificate(card, mock_wait(&t, MS), &x, &t.e);
	ck_assert_int_eq(r, kinds[_i].result);
	ck_assert(r != ONSHI_OK || x != NULL);
	oki_certificate_free(&x);
	if (r != ONSHI_OK) {
		/* Nothing but SELECT and READ goes to such a card. */
		ck_assert_int_eq(oki_card_tries(card, mock_wait(&t, MS),
		    &left, &t.e), r);
		ck_assert_int_eq(m.asked, 0);
	}
	oki_card_finish(card, &t.e);
	oki_card_counts(card, &apdus, &bytes);
	ck_assert_int_eq(apdus, kinds[_i].apdus);
	ck_assert_int_eq(m.commands, kinds[_i].apdus);
	ck_assert_int_eq(bytes, (int)(m.in + m.out));
}
END_TEST

START_TEST(t_first_6f00)
{
	int kind;

	m.first_6f00 = true;
	open_card();
	ck_assert_int_eq(oki_card_kind(card, mock_wait(&t, MS), &kind, &t.e),
	    ONSHI_OK);
	ck_assert_int_eq(kind, ONSHI_CARD_MY_NUMBER);
	ck_assert_int_eq(m.commands, 3);
}
END_TEST

/* ---- the certificate, exactly, and how many commands it takes --------- */

static const struct {
	const char	   *name;
	enum mock_extended  extended;
	size_t		    filler;
	int		    first, again;	/* commands: reader new, known */
	int		    long_reads;
} reads[] = {
	{ "at once", MOCK_EXT_GOOD, 0, 4, 4, 2 },
	{ "at once, with filler", MOCK_EXT_GOOD, 400, 4, 4, 2 },
	{ "longer than one read", MOCK_EXT_GOOD, 4000, 4, 4, 2 },
	{ "6700", MOCK_EXT_6700, 100, 11, 10, 1 },
	{ "6C00", MOCK_EXT_6C00, 100, 11, 10, 1 },
	{ "cut at 256", MOCK_EXT_CUT, 100, 11, 10, 1 },
	{ "reader fails", MOCK_EXT_READER, 100, 12, 10, 1 }
};

static void
card_command(int commands)
{
	struct onshi_certificate *x;
	const uint8_t *want, *got;
	size_t wantlen, gotlen;
	int left;

	m.commands = 0;
	ck_assert_int_eq(oki_card_open(t.readers, "Mock 1", mock_wait(&t, MS),
	    &card, &t.e), ONSHI_OK);
	ck_assert_int_eq(oki_card_certificate(card, mock_wait(&t, MS), &x,
	    &t.e), ONSHI_OK);
	want = mock_identity_der(owner, &wantlen);
	got = onshi_certificate_bytes(x, &gotlen);
	ck_assert_uint_eq(gotlen, wantlen);
	ck_assert(memcmp(got, want, gotlen) == 0);
	oki_certificate_free(&x);
	ck_assert_int_eq(oki_card_tries(card, mock_wait(&t, MS), &left,
	    &t.e), ONSHI_OK);
	ck_assert_int_eq(left, 3);
	ck_assert_int_eq(oki_card_close(&card, &t.e), ONSHI_OK);
	ck_assert_int_eq(m.commands, commands);
}

START_TEST(t_read)
{
	m.extended = reads[_i].extended;
	m.filler = reads[_i].filler;
	mock_world_open(&t, &m, 1);
	card_command(reads[_i].first);
	card_command(reads[_i].again);
	ck_assert_int_eq(m.extendeds, reads[_i].long_reads);
}
END_TEST

/* A reader that throws the card out at a long command gets no second one. */
START_TEST(t_read_drop)
{
	struct onshi_certificate *x;

	m.extended = MOCK_EXT_DROP;
	open_card();
	ck_assert_int_eq(oki_card_certificate(card, mock_wait(&t, MS), &x,
	    &t.e), ONSHI_OK);
	oki_certificate_free(&x);
	(void)oki_card_close(&card, &t.e);
	ck_assert_int_eq(m.holds, 2);
	card_command(10);
	ck_assert_int_eq(m.extendeds, 1);
}
END_TEST

/* A card that was taken away at that moment says nothing about the reader. */
START_TEST(t_read_gone)
{
	struct onshi_certificate *x;

	m.fault = MOCK_GONE;
	m.at = 2;
	open_card();
	ck_assert_int_eq(oki_card_certificate(card, mock_wait(&t, MS), &x,
	    &t.e), ONSHI_E_CARD_GONE);
	(void)oki_card_close(&card, &t.e);
	m.fault = MOCK_NONE;
	mock_put(&m, true);
	card_command(4);
}
END_TEST

/* Around each border of a short and of a long read: exact to the byte, and in
 * as few commands as there are. */
static const size_t lengths[] = {
	1023, 1024, 1025, 1279, 1280, 1281, 2047, 2048, 2049, 2304, 2305,
	4095, 4096, 4097
};

START_TEST(t_lengths)
{
	static const enum mock_extended ways[] = { MOCK_EXT_GOOD,
	    MOCK_EXT_6700, MOCK_EXT_CUT };
	struct mock_identity *id = mock_identity_new("x", lengths[_i]);
	struct mock_identity *before = owner;
	size_t len = lengths[_i], blocks;

	owner = id;
	for (int i = 0; i < 6; i++) {
		mock_free(&m);
		mock_init(&m, id);
		m.extended = ways[i / 2];
		m.filler = i % 2 == 0 ? 0 : 300;
		mock_world_open(&t, &m, 1);
		blocks = i / 2 == 0 ? (len + 2047) / 2048 : (len + 255) / 256;
		card_command(3 + (int)blocks + (i / 2 == 0 ? 0 : 1));
		card_command(3 + (int)blocks);
		mock_world_close(&t);
	}
	mock_identity_free(id);
	owner = before;
}
END_TEST

/* A certificate that is longer than what one long read asks for. */
START_TEST(t_read_big)
{
	struct mock_identity *big = mock_identity_new("big", 4321);
	struct onshi_certificate *x;
	size_t len;

	m.id = big;
	open_card();
	ck_assert_int_eq(oki_card_certificate(card, mock_wait(&t, MS), &x,
	    &t.e), ONSHI_OK);
	(void)onshi_certificate_bytes(x, &len);
	ck_assert_uint_eq(len, 4321);
	oki_certificate_free(&x);
	ck_assert_int_eq(m.commands, 4);
	mock_identity_free(big);
}
END_TEST

/* ---- hostile files (K 7 to 12, 21 to 36) ------------------------------ */

#define JPKI	{ "00a4040c0ad392f000260100000001", "9000" }
#define CLOSE	{ "00a4040c0ad3921000310001010100", "9000" }
#define LONG	"00b08a00000800"
#define SHORT	"00b08a0000"
#define LADDER(a)	{ LONG, a }, { SHORT, a }, { "00b08a00f0", a },	\
	{ "00b08a0080", a }, { "00b08a0040", a }, { "00b08a0020", a }
#define LABEL	{ "00b0860020", "4a504b49415049434354" "4f4b454e329000" }

static const struct {
	const char	*name;
	int		 result;
	struct mock_step step[14];
} hostile[] = {
	{ "length 0", ONSHI_E_CARD_ANSWER,
	  { JPKI, { LONG, "30009000" }, CLOSE } },
	{ "length 1", ONSHI_E_CERTIFICATE,
	  { JPKI, { LONG, "3001ff9000" }, CLOSE } },
	{ "length FFFF", ONSHI_E_CARD_ANSWER,
	  { JPKI, { LONG, "3082ffff9000" }, CLOSE } },
	{ "larger than the file", ONSHI_E_CARD_ANSWER,
	  { JPKI, { LONG, "30820005aabb9000" }, { SHORT, "30820005aabb9000" },
	  { "00b0000603", "6b00" }, CLOSE } },
	{ "larger, and ends quietly", ONSHI_E_CARD_ANSWER,
	  { JPKI, { LONG, "30820005aabb9000" }, { SHORT, "30820005aabb9000" },
	  { "00b0000603", "9000" }, CLOSE } },
	{ "indefinite", ONSHI_E_CARD_ANSWER,
	  { JPKI, { LONG, "308001020000009000" }, CLOSE } },
	{ "4-byte length", ONSHI_E_CARD_ANSWER,
	  { JPKI, { LONG, "308400000001aa9000" }, CLOSE } },
	{ "another tag", ONSHI_E_CARD_ANSWER,
	  { JPKI, { LONG, "7f2101aa9000" }, CLOSE } },
	{ "not minimal", ONSHI_E_CERTIFICATE,
	  { JPKI, { LONG, "308200010b9000" }, CLOSE } },
	{ "status word only", ONSHI_E_CARD_NO_CERTIFICATE,
	  { JPKI, LADDER("9000"), LABEL, CLOSE } },
	{ "nor a label", ONSHI_E_CARD_ANSWER,
	  { JPKI, LADDER("9000"), { "00b0860020", "6a82" }, CLOSE } },
	{ "no bytes, then begun anew", ONSHI_E_CARD_ANSWER,
	  { JPKI, { LONG, NULL }, JPKI, { SHORT, NULL }, JPKI,
	  { "00b08a00f0", "6981" }, CLOSE } },
	{ "no bytes, and then a foreign card", ONSHI_E_CARD_GONE,
	  { JPKI, { LONG, NULL },
	  { "00a4040c0ad392f000260100000001", "6a82" }, CLOSE } },
	{ "61 00 and the rest", ONSHI_E_CERTIFICATE,
	  { JPKI, { LONG, "30046100" }, { "00c0000000", "010203049000" },
	  CLOSE } },
	{ "61 10, then nothing", ONSHI_E_CARD_NO_CERTIFICATE,
	  { JPKI, { LONG, "6110" }, { "00c0000010", "9000" },
	  { SHORT, "6a82" }, { "00a4020c02000a", "6a82" }, LABEL, CLOSE } },
	{ "61, then 6F00", ONSHI_E_CARD_ANSWER,
	  { JPKI, { LONG, "6110" }, { "00c0000010", "6f00" },
	  { SHORT, "6981" }, CLOSE } },
	{ "6C00 to a short one", ONSHI_E_CARD_ANSWER,
	  { JPKI, LADDER("6c00"), CLOSE } },
	{ "6C 04 to a short one", ONSHI_E_CERTIFICATE,
	  { JPKI, { LONG, "6700" }, { SHORT, "6c04" },
	  { "00b08a0004", "3002aabb9000" }, CLOSE } },
	{ "6981", ONSHI_E_CARD_ANSWER, { JPKI, { LONG, "6981" }, CLOSE } },
	{ "6281", ONSHI_E_CARD_ANSWER,
	  { JPKI, LADDER("3001ff6281"), CLOSE } },
	{ "6282 is an end", ONSHI_E_CERTIFICATE,
	  { JPKI, { LONG, "3001ff6282" }, CLOSE } },
	{ "0000", ONSHI_E_CARD_ANSWER, { JPKI, LADDER("0000"), CLOSE } },
	{ "label of a phone", ONSHI_E_CARD_PHONE,
	  { JPKI, LADDER("9000"), { "00b0860020",
	  "4a504b494150494f53544f4b454e9000" }, CLOSE } },
	{ "label of a juki card", ONSHI_E_CARD_JUKI,
	  { JPKI, LADDER("9000"), { "00b0860020",
	  "4a504b49415049434354" "4f4b454e20209000" }, CLOSE } },
	{ "a label of another day", ONSHI_E_CARD_NO_CERTIFICATE,
	  { JPKI, LADDER("9000"), { "00b0860020", "4a504b493939399000" },
	  CLOSE } },
	{ "label cut off", ONSHI_E_CARD_ANSWER,
	  { JPKI, LADDER("9000"), { "00b0860020", "4a504b9000" },
	  CLOSE } },
	{ "SELECT with data", ONSHI_E_CARD_ANSWER,
	  { { "00a4040c0ad392f000260100000001", "6f009000" }, CLOSE } },
	{ "SELECT 6283", ONSHI_E_CARD_ANSWER,
	  { { "00a4040c0ad392f000260100000001", "6283" } } },
	{ "SELECT 6F00 twice", ONSHI_E_CARD_ANSWER,
	  { { "00a4040c0ad392f000260100000001", "6f00" },
	  { "00a4040c0ad392f000260100000001", "6f00" } } },
	{ "SELECT 6999", ONSHI_E_CARD_ANSWER,
	  { { "00a4040c0ad392f000260100000001", "6999" } } }
};

START_TEST(t_hostile)
{
	struct onshi_certificate *x;
	size_t n = 0;
	int r;

	while (n < OKI_COUNT(hostile[_i].step) &&
	    hostile[_i].step[n].command != NULL)
		n++;
	m.script = hostile[_i].step;
	m.steps = n;
	open_card();
	r = oki_card_certificate(card, mock_wait(&t, MS), &x, &t.e);
	ck_assert_msg(r == hostile[_i].result, "%s: %d after %s",
	    hostile[_i].name, r, m.last);
	ck_assert_ptr_null(x);
	(void)oki_card_close(&card, &t.e);
	ck_assert_msg(m.off_script == 0, "%s: %s", hostile[_i].name, m.last);
}
END_TEST

/* The same status word for ever: 64 rounds and no more (SEC-69). */
static struct mock_step rounds[MOCK_STEPS];

static void
forever(const char *again, const char *answer, size_t n)
{
	rounds[0] = (struct mock_step)JPKI;
	rounds[1] = (struct mock_step){ LONG, answer };
	for (size_t i = 2; i < OKI_COUNT(rounds); i++)
		rounds[i] = (struct mock_step){ again, i < n ? answer :
		    "9000" };
	m.script = rounds;
	m.steps = OKI_COUNT(rounds);
}

START_TEST(t_rounds)
{
	static const struct {
		size_t	n;
		int	result;
		int	commands;
	} rows[] = {
		{ 65, ONSHI_E_CARD_ANSWER, 66 },
		{ 66, ONSHI_E_CARD_ANSWER, 66 },
		{ 1000, ONSHI_E_CARD_ANSWER, 66 }
	};
	struct onshi_certificate *x;

	forever("00c0000000", "6100", rows[_i].n);
	open_card();
	ck_assert_int_eq(oki_card_certificate(card, mock_wait(&t, MS), &x,
	    &t.e), rows[_i].result);
	/* What follows the rounds is the label's file, off the script. */
	ck_assert_int_eq(m.commands - m.off_script, rows[_i].commands);
	(void)oki_card_close(&card, &t.e);
}
END_TEST

/* SEC-74: what is not in the table does not get past the one way to a card,
 * wherever in the library it was thought of. */
static const uint8_t text_app[] = { 0xd3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01,
    0x01, 0x04, 0x08 };
static const uint8_t number_a[] = "123456789012";

static const struct oki_apdu forbidden[] = {
	{ .ins = OKI_INS_SELECT, .p1 = 0x04, .p2 = 0x0c, .data = text_app,
	  .len = sizeof(text_app) },
	{ .ins = OKI_INS_READ, .p1 = 0x81, .le = 256 },
	{ .ins = OKI_INS_READ, .p1 = 0x85, .le = 256 },
	{ .ins = OKI_INS_VERIFY, .p2 = 0x94, .data = number_a, .len = 12 },
	{ .ins = OKI_INS_VERIFY, .p2 = 0x9b, .data = number_a, .len = 8 },
	{ .cla = 0x80, .ins = 0x8a }
};

START_TEST(t_forbidden)
{
	struct onshi_certificate *x;
	struct oki_apdu_response resp;
	int before;

	open_card();
	ck_assert_int_eq(oki_card_certificate(card, mock_wait(&t, MS), &x,
	    &t.e), ONSHI_OK);
	oki_certificate_free(&x);
	before = m.commands;
	oki_apdu_response_init(&resp);
	ck_assert_int_eq(oki_card_transmit(card, mock_wait(&t, MS),
	    &forbidden[_i], &resp, &t.e), ONSHI_E_INTERNAL);
	ck_assert_int_eq(m.commands, before);
	oki_apdu_response_free(&resp);
}
END_TEST

/* A card that hands out one byte at a time, and the same one for ever. */
START_TEST(t_blocks)
{
	static char command[MOCK_STEPS][16];
	struct onshi_certificate *x;
	int i;

	rounds[0] = (struct mock_step)JPKI;
	rounds[1] = (struct mock_step){ LONG, "6700" };
	rounds[2] = (struct mock_step){ SHORT, "308204009000" };
	for (i = 3; i < MOCK_STEPS; i++) {
		(void)snprintf(command[i], sizeof(command[i]),
		    "00b0%04x00", (unsigned int)i + 1);
		rounds[i] = (struct mock_step){ command[i], "aa9000" };
	}
	m.script = rounds;
	m.steps = MOCK_STEPS;
	open_card();
	ck_assert_int_eq(oki_card_certificate(card, mock_wait(&t, MS), &x,
	    &t.e), ONSHI_E_CARD_ANSWER);
	ck_assert_int_le(m.commands, 70);
	ck_assert_int_eq(m.off_script, 0);
	(void)oki_card_close(&card, &t.e);
}
END_TEST

static void
fill(TCase *c)
{
	tcase_set_timeout(c, 10);
	tcase_add_unchecked_fixture(c, make_owner, drop_owner);
	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_loop_test(c, t_kind, 0, OKI_COUNT(kinds));
	tcase_add_test(c, t_first_6f00);
	tcase_add_loop_test(c, t_read, 0, OKI_COUNT(reads));
	tcase_add_test(c, t_read_drop);
	tcase_add_test(c, t_read_gone);
	tcase_add_test(c, t_read_big);
	tcase_add_loop_test(c, t_lengths, 0, OKI_COUNT(lengths));
	tcase_add_loop_test(c, t_hostile, 0, OKI_COUNT(hostile));
	tcase_add_loop_test(c, t_rounds, 0, 3);
	tcase_add_loop_test(c, t_forbidden, 0, OKI_COUNT(forbidden));
	tcase_add_test(c, t_blocks);
}

int
main(void)
{
	return run_tests("card/card", fill);
}
