/* Tests of lib/card/apdu.c, allow.c and tlv.c: bytes, and what may leave. */
#include "config.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "card/inside.h"
#include "tests/core/run.h"
#include "tests/sample.h"

/* ---- building --------------------------------------------------------- */

static const struct {
	const char	*name;
	uint8_t		 head[4];
	const char	*data;
	uint32_t	 le;
	const char	*want;		/* "": refused */
} builds[] = {
	{ "case 1", { 0x00, 0x20, 0x00, 0x98 }, "", 0, "00200098" },
	{ "case 2", { 0x00, 0xb0, 0x8a, 0x00 }, "", 256, "00b08a0000" },
	{ "case 2, 35", { 0x00, 0xb0, 0x06, 0x00 }, "", 35, "00b0060023" },
	{ "case 2, 255", { 0x00, 0xb0, 0x06, 0x00 }, "", 255, "00b00600ff" },
	{ "case 2E", { 0x00, 0xb0, 0x8a, 0x00 }, "", 2048,
	  "00b08a00000800" },
	{ "case 2E, 257", { 0x00, 0xb0, 0x8a, 0x00 }, "", 257,
	  "00b08a00000101" },
	{ "case 2E, all", { 0x00, 0xb0, 0x8a, 0x00 }, "", 65536,
	  "00b08a00000000" },
	{ "case 3", { 0x00, 0xa4, 0x02, 0x0c }, "0018", 0, "00a4020c020018" },
	{ "case 4", { 0x80, 0x2a, 0x00, 0x97 }, "aabb", 256,
	  "802a009702aabb00" },
	{ "too much asked", { 0x00, 0xb0, 0x8a, 0x00 }, "", 65537, "" },
	{ "case 4E is not ours", { 0x80, 0x2a, 0, 0x97 }, "aa", 257, "" }
};

START_TEST(t_build)
{
	uint8_t data[256], wire[OKI_COMMAND_BYTES];
	size_t len = sizeof(data), n;
	struct oki_apdu a = { .cla = builds[_i].head[0],
	    .ins = builds[_i].head[1], .p1 = builds[_i].head[2],
	    .p2 = builds[_i].head[3], .le = builds[_i].le };
	char hex[2 * sizeof(wire) + 1] = "";

	ck_assert(oki_unhex(data, &len, builds[_i].data));
	a.data = len > 0 ? data : NULL;
	a.len = len;
	n = oki_apdu_build(&a, wire, sizeof(wire));
	if (n > 0)
		oki_hex(hex, wire, n);
	ck_assert_msg(strcmp(hex, builds[_i].want) == 0, "%s: %s",
	    builds[_i].name, hex);
	for (size_t room = 0; room < n; room++)
		ck_assert_uint_eq(oki_apdu_build(&a, wire, room), 0);
}
END_TEST

START_TEST(t_build_data)
{
	uint8_t data[256] = { 0 }, wire[OKI_COMMAND_BYTES];
	struct oki_apdu a = { .ins = 1, .data = data, .len = 255, .le = 256 };

	ck_assert_uint_eq(oki_apdu_build(&a, wire, sizeof(wire)),
	    sizeof(wire));
	a.len = 256;
	ck_assert_uint_eq(oki_apdu_build(&a, wire, sizeof(wire)), 0);
	a.len = 1;
	a.data = NULL;
	ck_assert_uint_eq(oki_apdu_build(&a, wire, sizeof(wire)), 0);
}
END_TEST

/* ---- what may leave (SEC-74, ID-4, card.md 5.6) ----------------------- */

static const struct {
	const char	*name;
	const char	*hex;
	int		 app;		/* may be selected; 2: where configured */
	int		 ef;		/* or a file */
	int		 visual;	/* of the visual application */
	int		 number;	/* 照合番号B */
	bool		 pin;
	bool		 digest;
} datas[] = {
	{ "nothing", "", 0, 0, 0, 0, false, false },
	{ "JPKI", "d392f000260100000001", 1, 0, 0, 0, false, false },
	{ "common", "d3921000310001010100", 1, 0, 0, 0, false, false },
	{ "residence", "d392f0004f0200000000000000000000",
	  1, 0, 0, 0, false, false },
	{ "licence", "a0000002310100000000000000000000",
	  1, 0, 0, 0, false, false },
	{ "text application", "d3921000310001010408",
	  0, 0, 0, 0, false, false },
	{ "visual application", "d3921000310001010402",
	  2, 0, 0, 0, false, false },
	{ "juki application", "d3921000310001010401",
	  0, 0, 0, 0, false, false },
	{ "security domain", "a0000001510000", 0, 0, 0, 0, false, false },
	{ "a part of JPKI", "d392f0002601000000", 0, 0, 0, 0, false, false },
	{ "JPKI and more", "d392f00026010000000100", 0, 0, 0, 0, false, false },
	{ "one bit off", "d392f000260100000003", 0, 0, 0, 0, false, false },
	{ "a part of all", "d392", 0, 0, 0, 0, false, false },
	{ "sign certificate", "0001", 0, 0, 0, 0, false, false },
	{ "sign CA, or the face", "0002", 0, 0, 2, 0, false, false },
	{ "a hash of the My Number", "0003", 0, 0, 0, 0, false, false },
	{ "issuer of the face", "0004", 0, 0, 4, 0, false, false },
	{ "picture of the My Number", "0005", 0, 0, 0, 0, false, false },
	{ "the number B", "0012", 0, 0, 0x12, 0, false, false },
	{ "the number A", "0013", 0, 0, 0, 0, false, false },
	{ "token", "0006", 0, 0x06, 0, 0, false, false },
	{ "certificate", "000a", 0, 0x0a, 0, 0, false, false },
	{ "key", "0017", 0, 0x17, 0, 0, false, false },
	{ "PIN", "0018", 0, 0x18, 0, 0, false, false },
	{ "sign key", "001a", 0, 0, 0, 0, false, false },
	{ "sign PIN", "001b", 0, 0, 0, 0, false, false },
	{ "MF", "3f00", 0, 0, 0, 0, false, false },
	{ "four digits", "31323334", 0, 0, 0, 0, true, false },
	{ "three digits", "313233", 0, 0, 0, 0, false, false },
	{ "five digits", "3132333435", 0, 0, 0, 0, false, false },
	{ "three digits and NUL", "31323300", 0, 0, 0, 0, false, false },
	{ "twelve digits", "393939393939393939393939",
	  0, 0, 0, 0, false, false },
	{ "fourteen digits", "3535303231373230333532323835",
	  0, 0, 0, 1, false, false },
	{ "a sign PIN", "4142433132333435", 0, 0, 0, 0, false, false },
	{ "SHA-256", "3031300d060960864801650304020105000420"
	  "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
	  0, 0, 0, 0, false, true },
	{ "SHA-256, one short", "3031300d060960864801650304020105000420"
	  "00112233445566778899aabbccddeeff00112233445566778899aabbccddee",
	  0, 0, 0, 0, false, false },
	{ "SHA-512 in name", "3031300d060960864801650304020305000420"
	  "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
	  0, 0, 0, 0, false, false },
	{ "no DigestInfo",
	  "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
	  0, 0, 0, 0, false, false }
};

static const struct oki_place places[] = {
	{ OKI_APP_NONE, 0, false, false }, { OKI_APP_NONE, 0x0a, true, false },
	{ OKI_APP_COMMON, 0, false, false },
	{ OKI_APP_COMMON, 0x18, true, false },
	{ OKI_APP_RESIDENCE, 0x0a, true, false },
	{ OKI_APP_LICENCE, 0x0a, true, false },
	{ OKI_APP_JPKI, 0, false, false }, { OKI_APP_JPKI, 0x0a, false, false },
	{ OKI_APP_JPKI, 0x06, false, false },
	{ OKI_APP_JPKI, 0x17, false, false },
	{ OKI_APP_JPKI, 0x18, false, false },
	{ OKI_APP_JPKI, 0x01, false, false },
	{ OKI_APP_JPKI, 0, true, false },
	{ OKI_APP_JPKI, 0x02, false, true }, { OKI_APP_VISUAL, 0, true, true },
	{ OKI_APP_VISUAL, 0x02, false, true },
	{ OKI_APP_VISUAL, 0x04, false, true },
	{ OKI_APP_VISUAL, 0x12, false, true },
	{ OKI_APP_VISUAL, 0x05, false, true },
	{ OKI_APP_VISUAL, 0x02, true, false }
};

static const uint32_t les[] = { 0, 1, 32, 256, 257, 2048, 2049, 65536 };

/* Of the visual application: the face, who issued it, the number B, and a
 * signature of the chip. */
static bool
lawful_visual(const struct oki_place *p, const struct oki_apdu *a, size_t d,
    unsigned int head)
{
	bool none = a->len == 0, long_read = none && a->le >= 1 &&
	    a->le <= 2048;
	bool shown = (none || datas[d].number != 0) && a->le == 0;

	switch (head) {
	case 0x00a4020c:
		return datas[d].visual != 0 && a->le == 0;
	case 0x00200092:
		return shown;
	case 0x00200080:
		return p->ef == 0x12 && shown;
	case 0x802a0000:
		return datas[d].digest && a->le >= 1 && a->le <= 256;
	case 0x00b08200:
	case 0x00b08400:
		return long_read;
	case 0x00c00000:
		return p->more && none && a->le >= 1 && a->le <= 256;
	}
	if (head >> 16 != 0x00b0 || !long_read)
		return false;

	return (p->ef == 0x02 && (head & 0xffff) < 0x8000) ||
	    (p->ef == 0x04 && (head & 0xffff) < 0x0400);
}

/* The same law, written a second time and another way. */
static bool
lawful(const struct oki_place *p, const struct oki_apdu *a, size_t d)
{
	unsigned int head = (unsigned int)a->cla << 24 |
	    (unsigned int)a->ins << 16 | (unsigned int)a->p1 << 8 | a->p2;
	bool none = a->len == 0, jpki = p->app == OKI_APP_JPKI;
	bool small = a->le >= 1 && a->le <= 256;

	if (head == 0x00a4040c)
		return (datas[d].app == 1 || (datas[d].app == 2 &&
		    p->visual)) && a->le == 0;
	if (p->app == OKI_APP_VISUAL && p->visual)
		return lawful_visual(p, a, d, head);
	if (!jpki)
		return false;
	switch (head) {
	case 0x00a4020c:
		return datas[d].ef != 0 && a->le == 0;
	case 0x00200098:
		return (none || datas[d].pin) && a->le == 0;
	case 0x00200080:
		return p->ef == 0x18 && (none || datas[d].pin) && a->le == 0;
	case 0x802a0097:
		return datas[d].digest && small;
	case 0x802a0080:
		return p->ef == 0x17 && datas[d].digest && small;
	case 0x00b08a00:
		return none && a->le >= 1 && a->le <= 2048;
	case 0x00b08600:
		return none && small;
	case 0x00c00000:
		return p->more && none && small;
	}
	if (head >> 16 != 0x00b0 || !none || a->le == 0 || a->le > 2048)
		return false;
	if (p->ef == 0x06)
		return (head & 0xffff) == 0 && small;

	return p->ef == 0x0a && (head & 0xffff) < 0x2000;
}

static size_t
compare(const struct oki_place *p, struct oki_apdu *a, size_t d)
{
	bool want = lawful(p, a, d), got = oki_apdu_is_allowed(p, a);

	if (want != got)
		ck_abort_msg("%s: %02x %02x %02x %02x le %u at %d %02x: %d",
		    datas[d].name, a->cla, a->ins, a->p1, a->p2, a->le,
		    (int)p->app, p->ef, got);

	return got ? 1 : 0;
}

/* All classes with all instructions, with parameters that mean something. */
static size_t
all_instructions(const struct oki_place *p, struct oki_apdu *a, size_t d)
{
	static const uint8_t interesting[][2] = {
		{ 0x04, 0x0c }, { 0x02, 0x0c }, { 0, 0 }, { 0, 0x80 },
		{ 0, 0x97 }, { 0, 0x98 }, { 0x8a, 0 }, { 0x86, 0 },
		{ 0, 0x92 }, { 0, 0x93 }, { 0x82, 0 }, { 0x85, 0 }
	};
	size_t n = 0, step = sample_step(1);

	for (size_t c = 0; c < 65536; c += step)
		for (size_t i = 0; i < OKI_COUNT(interesting); i++) {
			a->cla = (uint8_t)(c >> 8);
			a->ins = (uint8_t)(c & 0xff);
			a->p1 = interesting[i][0];
			a->p2 = interesting[i][1];
			n += compare(p, a, d);
		}

	return n;
}

/* All parameters of the instructions that we use, and of READ RECORD. */
static size_t
all_parameters(const struct oki_place *p, struct oki_apdu *a, size_t d)
{
	static const uint8_t used[][2] = {
		{ 0, 0x20 }, { 0x80, 0x2a }, { 0, 0xa4 }, { 0, 0xb0 },
		{ 0, 0xb2 }
	};
	size_t n = 0, step = sample_step(1);

	for (size_t i = 0; i < OKI_COUNT(used); i++)
		for (size_t pp = 0; pp < 65536; pp += step) {
			a->cla = used[i][0];
			a->ins = used[i][1];
			a->p1 = (uint8_t)(pp >> 8);
			a->p2 = (uint8_t)(pp & 0xff);
			n += compare(p, a, d);
		}

	return n;
}

/* What is worth asking with this data: all lengths of answers without data,
 * else none and 256. */
START_TEST(t_allowed)
{
	uint8_t bytes[64];
	size_t len = sizeof(bytes), n = 0;
	struct oki_apdu a = { 0 };

	ck_assert(oki_unhex(bytes, &len, datas[_i].hex));
	a.data = len > 0 ? bytes : NULL;
	a.len = len;
	for (size_t p = 0; p < OKI_COUNT(places); p++)
		for (size_t i = 0; i < OKI_COUNT(les); i++) {
			if (len > 0 && les[i] != 0 && les[i] != 256)
				continue;
			a.le = les[i];
			n += all_parameters(&places[p], &a, (size_t)_i);
			if (p % 6 == 0)
				n += all_instructions(&places[p], &a,
				    (size_t)_i);
		}
	/* The forbidden have no way at all. */
	if (len > 0 && datas[_i].app == 0 && datas[_i].ef == 0 &&
	    datas[_i].visual == 0 && datas[_i].number == 0 &&
	    !datas[_i].pin && !datas[_i].digest)
		ck_assert_uint_eq(n, 0);
	else if (sample_part() == 1)
		ck_assert_uint_gt(n, 0);
}
END_TEST

/* Every file there could be: four may be selected in JPKI, three of the visual
 * application where it is open, and none anywhere else. */
START_TEST(t_files)
{
	size_t n = 0, visual = 0;

	for (unsigned int ef = 0; ef < 65536; ef++) {
		uint8_t id[2] = { (uint8_t)(ef >> 8), (uint8_t)(ef & 0xff) };
		struct oki_apdu a = { .ins = 0xa4, .p1 = 2, .p2 = 0x0c,
		    .data = id, .len = 2 };

		n += oki_apdu_is_allowed(&places[6], &a);
		visual += oki_apdu_is_allowed(&places[14], &a);
		ck_assert(!oki_apdu_is_allowed(&places[19], &a));
		for (size_t p = 0; p < 6; p++)
			ck_assert(!oki_apdu_is_allowed(&places[p], &a));
	}
	ck_assert_uint_eq(n, 4);
	ck_assert_uint_eq(visual, 3);
}
END_TEST

/* ---- where the card stands -------------------------------------------- */

static const struct {
	const char	*name;
	uint8_t		 head[4];
	const char	*data;
	unsigned int	 sw;
	struct oki_place from, to;
} moves[] = {
	{ "JPKI", { 0, 0xa4, 4, 0x0c }, "d392f000260100000001", 0x9000,
	  { OKI_APP_NONE, 0, false, false },
	  { OKI_APP_JPKI, 0, false, false } },
	{ "left", { 0, 0xa4, 4, 0x0c }, "d3921000310001010100", 0x9000,
	  { OKI_APP_JPKI, 0x18, false, false },
	  { OKI_APP_COMMON, 0, false, false } },
	{ "refused: nothing is known", { 0, 0xa4, 4, 0x0c },
	  "d3921000310001010100", 0x6a82,
	  { OKI_APP_JPKI, 0x18, false, false },
	  { OKI_APP_NONE, 0, false, false } },
	{ "half selected is not", { 0, 0xa4, 4, 0x0c },
	  "d392f000260100000001", 0x6283,
	  { OKI_APP_NONE, 0, false, false },
	  { OKI_APP_NONE, 0, false, false } },
	{ "file", { 0, 0xa4, 2, 0x0c }, "0018", 0x9000,
	  { OKI_APP_JPKI, 0x0a, false, false },
	  { OKI_APP_JPKI, 0x18, false, false } },
	{ "no file", { 0, 0xa4, 2, 0x0c }, "0018", 0x6a82,
	  { OKI_APP_JPKI, 0x0a, false, false },
	  { OKI_APP_JPKI, 0, false, false } },
	{ "read by short name", { 0, 0xb0, 0x8a, 0 }, "", 0x9000,
	  { OKI_APP_JPKI, 0, false, false },
	  { OKI_APP_JPKI, 0x0a, false, false } },
	{ "not read", { 0, 0xb0, 0x8a, 0 }, "", 0x6982,
	  { OKI_APP_JPKI, 0x18, false, false },
	  { OKI_APP_JPKI, 0, false, false } },
	{ "more to come", { 0, 0xb0, 0x8a, 0 }, "", 0x6110,
	  { OKI_APP_JPKI, 0, false, false },
	  { OKI_APP_JPKI, 0x0a, true, false } },
	{ "no more of a VERIFY", { 0, 0x20, 0, 0x80 }, "", 0x6110,
	  { OKI_APP_JPKI, 0x18, false, false },
	  { OKI_APP_JPKI, 0x18, false, false } },
	{ "VERIFY by short name", { 0, 0x20, 0, 0x98 }, "", 0x63c3,
	  { OKI_APP_JPKI, 0x0a, false, false },
	  { OKI_APP_JPKI, 0, false, false } },
	{ "visual, and still open", { 0, 0xa4, 4, 0x0c },
	  "d3921000310001010402", 0x9000, { OKI_APP_JPKI, 0x0a, false, true },
	  { OKI_APP_VISUAL, 0, false, true } },
	{ "signed by the chip", { 0x80, 0x2a, 0, 0 }, "00", 0x9000,
	  { OKI_APP_VISUAL, 0x02, false, true },
	  { OKI_APP_VISUAL, 0, false, true } }
};

START_TEST(t_move)
{
	uint8_t data[32];
	size_t len = sizeof(data);
	struct oki_apdu a = { .cla = moves[_i].head[0],
	    .ins = moves[_i].head[1], .p1 = moves[_i].head[2],
	    .p2 = moves[_i].head[3] };
	struct oki_place at = moves[_i].from;

	ck_assert(oki_unhex(data, &len, moves[_i].data));
	a.data = data;
	a.len = len;
	oki_place_move(&at, &a, moves[_i].sw);
	ck_assert_msg(at.app == moves[_i].to.app && at.ef == moves[_i].to.ef &&
	    at.more == moves[_i].to.more && at.visual ==
	    moves[_i].to.visual, "%s: %d %02x %d", moves[_i].name,
	    (int)at.app, at.ef, at.more);
}
END_TEST

/* ---- TLV (SEC-70, K 29 to 36) ----------------------------------------- */

static const struct {
	const char	*name;
	const char	*hex;
	int		 result;
	uint32_t	 tag;
	size_t		 head, body;
} tlvs[] = {
	{ "certificate", "3082061f", ONSHI_OK, 0x30, 4, 0x61f },
	{ "short form", "3005", ONSHI_OK, 0x30, 2, 5 },
	{ "length 0", "3000", ONSHI_OK, 0x30, 2, 0 },
	{ "not minimal", "30820068", ONSHI_OK, 0x30, 4, 0x68 },
	{ "not minimal, 3 bytes", "3083000005", ONSHI_OK, 0x30, 5, 5 },
	{ "tag of 2 bytes", "7f21820233", ONSHI_OK, 0x7f21, 5, 0x233 },
	{ "tag of 3 bytes", "ff818105", ONSHI_E_CARD_ANSWER, 0, 0, 0 },
	{ "tag of 3 bytes, good", "ff810105", ONSHI_OK, 0xff8101, 4, 5 },
	{ "tag of 5 bytes", "1f8181810105", ONSHI_E_CARD_ANSWER, 0, 0, 0 },
	{ "indefinite", "3080", ONSHI_E_CARD_ANSWER, 0, 0, 0 },
	{ "4-byte length", "308400000005", ONSHI_E_CARD_ANSWER, 0, 0, 0 },
	{ "127-byte length", "30ff0005", ONSHI_E_CARD_ANSWER, 0, 0, 0 },
	{ "empty", "", ONSHI_E_CARD_ANSWER, 0, 0, 0 },
	{ "tag only", "30", ONSHI_E_CARD_ANSWER, 0, 0, 0 },
	{ "length cut off", "308206", ONSHI_E_CARD_ANSWER, 0, 0, 0 },
	{ "tag cut off", "7f", ONSHI_E_CARD_ANSWER, 0, 0, 0 },
	{ "filler", "ffffffff", ONSHI_E_CARD_ANSWER, 0, 0, 0 }
};

START_TEST(t_tlv)
{
	uint8_t bytes[16], *exact;
	size_t len = sizeof(bytes);
	struct oki_tlv t;
	int r;

	ck_assert(oki_unhex(bytes, &len, tlvs[_i].hex));
	/* Its own block, so that a read behind it is seen. */
	exact = malloc(len > 0 ? len : 1);
	ck_assert(exact != NULL);
	memcpy(exact, bytes, len);
	r = oki_tlv_head(exact, len, &t);
	free(exact);
	ck_assert_msg(r == tlvs[_i].result, "%s: %d", tlvs[_i].name, r);
	if (r != ONSHI_OK)
		return;
	ck_assert_uint_eq(t.tag, tlvs[_i].tag);
	ck_assert_uint_eq(t.head, tlvs[_i].head);
	ck_assert_uint_eq(t.body, tlvs[_i].body);
}
END_TEST

static void
fill(TCase *t)
{
	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, t_build, 0, OKI_COUNT(builds));
	tcase_add_test(t, t_build_data);
	tcase_add_loop_test(t, t_allowed, 0, OKI_COUNT(datas));
	tcase_add_test(t, t_files);
	tcase_add_loop_test(t, t_move, 0, OKI_COUNT(moves));
	tcase_add_loop_test(t, t_tlv, 0, OKI_COUNT(tlvs));
}

int
main(void)
{
	return run_tests("card/apdu", fill);
}
