/* Tests of onshi_card_check_face (lib/card/visual*.c, lib/crypto/rsa.c), by
 * the public headers: whose face is shown, and what a try of 照合番号B costs. */
#include "config.h"

#include <string.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "tests/card/desk.h"
#include "tests/core/run.h"

#define NUMBER	"55021720352285"

static struct mock_identity *owner;
static struct mock_face good, other, bad;
static struct mock m[2];
static struct desk d;

static void
once_setup(void)
{
	const struct mock_face_how as_it_should = { 0 };

	owner = mock_identity_new("adult", 1571);
	mock_face_make(&good, &as_it_should);
	/* Another person's card: of the same authority and issuer. */
	for (size_t i = 0; i < MOCK_KEYS; i++)
		other.key[i] = i == MOCK_CHIP ? NULL : good.key[i];
	mock_face_make(&other, &as_it_should);
	memcpy(bad.key, good.key, sizeof(bad.key));
}

static void
setup(void)
{
	for (size_t i = 0; i < OKI_COUNT(m); i++) {
		mock_init(&m[i], owner);
		m[i].face = &good;
	}
}

static void
teardown(void)
{
	desk_close(&d);
	for (size_t i = 0; i < OKI_COUNT(m); i++) {
		ck_assert(!m[i].powered && !m[i].number_verified);
		ck_assert_int_eq(m[i].unlawful + m[i].shown_unasked, 0);
		mock_free(&m[i]);
	}
}

enum { OFF = 1, NO_KEYS = 2, STRANGE_KEYS = 4, MANY_KEYS = 8, ODD_KEYS = 16,
    EMPTY_KEYS = 32, TOO_MANY_KEYS = 64, EC_KEYS = 128, SMALL_KEYS = 256,
    LARGE_KEYS = 512 };

/* A key that is one, and none for this. */
static size_t
other_kind(unsigned int how, char *to, size_t room)
{
	EVP_PKEY *key = (how & EC_KEYS) != 0 ? EVP_EC_gen("P-256") :
	    EVP_RSA_gen((how & SMALL_KEYS) != 0 ? 1024 : 3072);
	BIO *b = BIO_new(BIO_s_mem());
	char *p;
	long len;

	ck_assert(b != NULL && PEM_write_bio_PUBKEY(b, key) == 1);
	len = BIO_get_mem_data(b, &p);
	ck_assert(len > 0 && (size_t)len < room);
	memcpy(to, p, (size_t)len);
	BIO_free(b);
	EVP_PKEY_free(key);

	return (size_t)len;
}

static size_t
pins(unsigned int how, char *to, size_t room)
{
	static const char odd[] = "-----BEGIN PUBLIC KEY-----\n"
	    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n"
	    "-----END PUBLIC KEY-----\n";
	size_t n = 0;

	if ((how & EMPTY_KEYS) != 0)
		return (size_t)snprintf(to, room, "# none\n");
	for (size_t i = 0; i < 16 && (how & TOO_MANY_KEYS) != 0; i++)
		n += mock_face_pem(&good, MOCK_STRANGER, to + n, room - n);
	if ((how & (STRANGE_KEYS | MANY_KEYS)) != 0)
		n += mock_face_pem(&good, MOCK_STRANGER, to, room);
	if ((how & STRANGE_KEYS) == 0)
		n += mock_face_pem(&good, MOCK_AUTHORITY, to + n, room - n);
	if ((how & (EC_KEYS | SMALL_KEYS | LARGE_KEYS)) != 0)
		n += other_kind(how, to + n, room - n);
	if ((how & ODD_KEYS) != 0)
		n += (size_t)snprintf(to + n, room - n, "%s", odd);

	return n;
}

static unsigned int switches;

static void
more(struct onshi_config *c)
{
	char pem[16384];
	size_t len;

	if ((switches & OFF) == 0)
		ck_assert_int_eq(onshi_config_set(c, "card.face", "yes"),
		    ONSHI_OK);
	if ((switches & NO_KEYS) != 0)
		return;
	len = pins(switches, pem, sizeof(pem));
	ck_assert_int_eq(onshi_config_set_bytes(c, "card.face_ca_file",
	    (const uint8_t *)pem, len), ONSHI_OK);
}

static void
start(unsigned int how)
{
	switches = how;
	desk_more = more;
	desk_open(&d, m, OKI_COUNT(m));
}

static int
check_at(const char *reader, const char *number, uint32_t flags)
{
	ck_assert_int_eq(onshi_card_open(d.card, reader), ONSHI_OK);

	return onshi_card_check_face(d.card, number, flags);
}

/* All parts or none. */
static void
expect_parts(bool there, const char *name)
{
	static const size_t from[] = { [ONSHI_PART_PHOTO] = 6,
	    [ONSHI_PART_NAME] = 4, [ONSHI_PART_ADDRESS] = 5,
	    [ONSHI_PART_BIRTHDATE] = 1, [ONSHI_PART_SEX] = 2 };
	const uint8_t *p;
	size_t len;

	for (int i = -1; i <= 6; i++) {
		p = onshi_card_face(d.card, i, &len);
		if (!there || i < ONSHI_PART_PHOTO || i > ONSHI_PART_SEX) {
			ck_assert_msg(p == NULL && len == 0, "%s: part %d",
			    name, i);
			continue;
		}
		ck_assert_msg(p != NULL && p == onshi_card_face(d.card, i,
		    NULL), "%s: part %d", name, i);
		/* Behind its head: a tag of two bytes, a length of three. */
		ck_assert(memcmp(p, m[0].face->file[0] + m[0].face->at[
		    from[i]] + (len > 0x7f ? 5 : 3), len) == 0);
	}
}

/* ---- whose face is shown ---------------------------------------------- */

enum { NO_FILE = -1, FACE, ISSUER };
#define AT(n)	(n)		/* DF21 + n */

/* One byte of a file is another; or it is made in another way. */
static const struct {
	const char	*name;
	struct mock_face_how how;
	int		 file, object;
	size_t		 byte;		/* from the object's beginning */
	int		 result;
	int		 verifies;
} faces[] = {
	{ "as it should be", { 0 }, NO_FILE, 0, 0, ONSHI_OK, 1 },
	{ "photograph", { 0 }, FACE, AT(6), 900, ONSHI_E_CARD_FORGED, 1 },
	{ "its last byte", { 0 }, FACE, AT(6), 3004, ONSHI_E_CARD_FORGED, 1 },
	{ "name", { 0 }, FACE, AT(4), 5, ONSHI_E_CARD_FORGED, 1 },
	{ "address", { 0 }, FACE, AT(5), 5, ONSHI_E_CARD_FORGED, 1 },
	{ "birth date", { 0 }, FACE, AT(1), 3, ONSHI_E_CARD_FORGED, 1 },
	{ "sex", { 0 }, FACE, AT(2), 3, ONSHI_E_CARD_FORGED, 1 },
	{ "chip's key", { 0 }, FACE, AT(3), 100, ONSHI_E_CARD_FORGED, 1 },
	{ "chip's exponent", { 0 }, FACE, AT(3), 9, ONSHI_E_CARD_FORGED, 1 },
	{ "signature", { 0 }, FACE, AT(7), 200, ONSHI_E_CARD_FORGED, 1 },
	{ "offsets are not believed", { 0 }, FACE, AT(0), 4, ONSHI_OK, 1 },
	{ "expiry is not signed", { 0 }, FACE, AT(8), 4, ONSHI_OK, 1 },
	{ "code is not signed", { 0 }, FACE, AT(9), 5, ONSHI_OK, 1 },
	{ "tag of the file", { 0 }, FACE, AT(0), (size_t)-4,
	  ONSHI_E_CARD_ANSWER, 1 },
	{ "length of the file", { 0 }, FACE, AT(0), (size_t)-1,
	  ONSHI_E_CARD_ANSWER, 1 },
	{ "length of the photograph", { 0 }, FACE, AT(6), 3,
	  ONSHI_E_CARD_ANSWER, 1 },
	{ "a tag", { 0 }, FACE, AT(5), 1, ONSHI_E_CARD_ANSWER, 1 },
	{ "who is certified", { 0 }, ISSUER, 0, 60, ONSHI_E_CARD_FORGED, 0 },
	{ "key certified", { 0 }, ISSUER, 0, 150, ONSHI_E_CARD_FORGED, 0 },
	{ "its exponent", { 0 }, ISSUER, 0, 45, ONSHI_E_CARD_ANSWER, 0 },
	{ "certificate's signature", { 0 }, ISSUER, 0, 500,
	  ONSHI_E_CARD_FORGED, 0 },
	{ "certificate's tag", { 0 }, ISSUER, 0, 0, ONSHI_E_CARD_ANSWER, 0 },
	{ "certificate's content", { 0 }, ISSUER, 0, 5, ONSHI_E_CARD_ANSWER,
	  0 },
	{ "certificate's length", { 0 }, ISSUER, 0, 9, ONSHI_E_CARD_ANSWER,
	  0 },
	{ "the tag of its signature", { 0 }, ISSUER, 0, 308,
	  ONSHI_E_CARD_ANSWER, 0 },
	{ "certified by itself", { .certifies = MOCK_ISSUER }, NO_FILE, 0, 0,
	  ONSHI_E_CARD_FORGED, 0 },
	{ "certified by a stranger", { .certifies = MOCK_STRANGER }, NO_FILE,
	  0, 0, ONSHI_E_CARD_FORGED, 0 },
	{ "signed by the chip", { .issues = MOCK_CHIP }, NO_FILE, 0, 0,
	  ONSHI_E_CARD_FORGED, 1 },
	{ "signed by a stranger", { .issues = MOCK_STRANGER }, NO_FILE, 0, 0,
	  ONSHI_E_CARD_FORGED, 1 },
	{ "signed as others are", { .plain = true }, NO_FILE, 0, 0,
	  ONSHI_E_CARD_FORGED, 1 },
	{ "without a birth date", { .without = 1 }, NO_FILE, 0, 0,
	  ONSHI_E_CARD_ANSWER, 1 },
	{ "without a key", { .without = 3 }, NO_FILE, 0, 0,
	  ONSHI_E_CARD_ANSWER, 1 },
	{ "without a photograph", { .without = 6 }, NO_FILE, 0, 0,
	  ONSHI_E_CARD_ANSWER, 1 },
	{ "without a signature", { .without = 7 }, NO_FILE, 0, 0,
	  ONSHI_E_CARD_ANSWER, 1 },
	{ "two photographs", { .twice = 6 }, NO_FILE, 0, 0,
	  ONSHI_E_CARD_ANSWER, 1 },
	{ "two signatures", { .twice = 7 }, NO_FILE, 0, 0,
	  ONSHI_E_CARD_ANSWER, 1 },
	{ "a short birth date", { .shorter = 1 }, NO_FILE, 0, 0,
	  ONSHI_E_CARD_ANSWER, 1 },
	{ "no sex at all", { .shorter = 2 }, NO_FILE, 0, 0,
	  ONSHI_E_CARD_ANSWER, 1 },
	{ "a short signature", { .shorter = 7 }, NO_FILE, 0, 0,
	  ONSHI_E_CARD_ANSWER, 1 },
	{ "longer than a READ reaches", { .photo = 33000 }, NO_FILE, 0, 0,
	  ONSHI_E_CARD_ANSWER, 1 }
};

START_TEST(t_faces)
{
	size_t at = faces[_i].byte;
	int r;

	mock_face_make(&bad, &faces[_i].how);
	if (faces[_i].file == FACE)
		at += bad.at[faces[_i].object];
	if (faces[_i].file != NO_FILE)
		bad.file[faces[_i].file][at] ^= 0x01;
	m[0].face = &bad;
	start(0);
	r = check_at("Desk 1", NUMBER, 0);
	ck_assert_msg(r == faces[_i].result && m[0].verifies ==
	    faces[_i].verifies, "%s: %s (%s), %d shown", faces[_i].name,
	    onshi_result_name(r), onshi_error_text(onshi_card_error(d.card)),
	    m[0].verifies);
	ck_assert_int_eq(onshi_error_code(onshi_card_error(d.card)), r);
	expect_parts(r == ONSHI_OK, faces[_i].name);
}
END_TEST

/* Files of another card, all of them signed as they must be. */
START_TEST(t_swapped)
{
	static const struct {
		const char	*name;
		bool		 face, issuer, chip;	/* the other's */
		int		 result;
	} rows[] = {
		{ "all ours", false, false, false, ONSHI_OK },
		{ "all the other's", true, true, true, ONSHI_OK },
		{ "its face", true, false, false, ONSHI_E_CARD_FORGED },
		{ "both its files", true, true, false, ONSHI_E_CARD_FORGED },
		{ "our files on its chip", false, false, true,
		  ONSHI_E_CARD_FORGED }
	};

	start(0);
	for (size_t i = 0; i < OKI_COUNT(rows); i++) {
		for (int f = FACE; f <= ISSUER; f++) {
			const struct mock_face *from = (f == FACE ?
			    rows[i].face : rows[i].issuer) ? &other : &good;

			memcpy(bad.file[f], from->file[f],
			    sizeof(bad.file[f]));
			bad.len[f] = from->len[f];
		}
		m[0].face = &bad;
		m[0].chip = rows[i].chip ? &other : &good;
		ck_assert_msg(check_at("Desk 1", NUMBER, 0) ==
		    rows[i].result, "%s", rows[i].name);
		memcpy(bad.at, good.at, sizeof(bad.at));
		expect_parts(rows[i].result == ONSHI_OK, rows[i].name);
	}
}
END_TEST

/* The file ends at every place there is. */
START_TEST(t_truncated)
{
	bad = good;
	m[0].face = &bad;
	m[0].number_tries = 10;
	start(0);
	ck_assert_int_eq(onshi_card_open(d.card, "Desk 1"), ONSHI_OK);
	for (size_t len = 0; len + 64 < good.len[FACE]; len += len < 600 ? 7 :
	    211) {
		bad.len[FACE] = len;
		ck_assert_int_eq(onshi_card_check_face(d.card, NUMBER, 0),
		    ONSHI_E_CARD_ANSWER);
		expect_parts(false, "cut");
	}
	bad.len[FACE] = good.len[FACE];
	for (size_t len = 0; len < good.len[ISSUER]; len += 31) {
		bad.len[ISSUER] = len;
		ck_assert_int_eq(onshi_card_check_face(d.card, NUMBER, 0),
		    ONSHI_E_CARD_ANSWER);
	}
	bad.len[ISSUER] = good.len[ISSUER];
	ck_assert_int_eq(onshi_card_check_face(d.card, NUMBER, 0), ONSHI_OK);
	expect_parts(true, "whole");
}
END_TEST

/* ---- whose keys, and whether at all ------------------------------------ */

static const struct {
	const char	*name;
	unsigned int	 how;
	int		 result;
	int		 commands;	/* beyond those of opening it */
} configs[] = {
	{ "off", OFF, ONSHI_E_CARD_FACE_OFF, 0 },
	{ "off, without keys", OFF | NO_KEYS, ONSHI_E_CARD_FACE_OFF, 0 },
	{ "no keys", NO_KEYS, ONSHI_E_CONFIG, 0 },
	{ "one of two", MANY_KEYS, ONSHI_OK, -1 },
	{ "another's keys", STRANGE_KEYS, ONSHI_E_CARD_FORGED, -1 },
	{ "a key of another kind behind", ODD_KEYS, ONSHI_E_CONFIG, -1 },
	{ "an EC key behind", EC_KEYS, ONSHI_E_CONFIG, -1 },
	{ "a small key behind", SMALL_KEYS, ONSHI_E_CONFIG, -1 },
	{ "a larger key behind", LARGE_KEYS, ONSHI_E_CONFIG, -1 },
	{ "an empty list", EMPTY_KEYS, ONSHI_E_CONFIG, -1 },
	{ "too many", TOO_MANY_KEYS, ONSHI_E_CONFIG, -1 }
};

START_TEST(t_configs)
{
	int before, r;

	start(configs[_i].how);
	ck_assert_int_eq(onshi_card_open(d.card, "Desk 1"), ONSHI_OK);
	before = m[0].commands;
	r = onshi_card_check_face(d.card, NUMBER, 0);
	ck_assert_msg(r == configs[_i].result, "%s: %s", configs[_i].name,
	    onshi_result_name(r));
	if (configs[_i].commands >= 0)
		ck_assert_int_eq(m[0].commands - before,
		    configs[_i].commands);
	ck_assert_int_eq(m[0].verifies, r == ONSHI_OK);
	expect_parts(r == ONSHI_OK, configs[_i].name);
}
END_TEST

/* ---- what a try costs --------------------------------------------------- */

static const struct {
	const char	*name;
	const char	*number;
	uint32_t	 flags;
	int		 tries;
	int		 result;
	int		 left;		/* said, or -1 */
	int		 verifies;
} numbers[] = {
	{ "right", NUMBER, 0, 10, ONSHI_OK, -1, 1 },
	{ "wrong", "55021720352286", 0, 10, ONSHI_E_NUMBER_WRONG, 9, 1 },
	{ "two left", "55021720352286", 0, 2, ONSHI_E_NUMBER_WRONG, 1, 1 },
	{ "last kept", NUMBER, 0, 1, ONSHI_E_NUMBER_LAST_TRY, 1, 0 },
	{ "last spent", NUMBER, ONSHI_PIN_SPEND_LAST, 1, ONSHI_OK, -1, 1 },
	{ "last lost", "55021720352286", ONSHI_PIN_SPEND_LAST, 1,
	  ONSHI_E_NUMBER_BLOCKED, 0, 1 },
	{ "blocked", NUMBER, ONSHI_PIN_SPEND_LAST, 0, ONSHI_E_NUMBER_BLOCKED,
	  0, 0 },
	{ "a My Number", "123456789018", 0, 10, ONSHI_E_NUMBER_SHAPE, -1, 0 },
	{ "thirteen", "5502172035228", 0, 10, ONSHI_E_NUMBER_SHAPE, -1, 0 },
	{ "fifteen", "550217203522851", 0, 10, ONSHI_E_NUMBER_SHAPE, -1, 0 },
	{ "forty", "5502172035228555021720352285550217203522", 0, 10,
	  ONSHI_E_NUMBER_SHAPE, -1, 0 },
	{ "a PIN", "1234", 0, 10, ONSHI_E_NUMBER_SHAPE, -1, 0 },
	{ "empty", "", 0, 10, ONSHI_E_NUMBER_SHAPE, -1, 0 },
	{ "month 0", "55001720352285", 0, 10, ONSHI_E_NUMBER_SHAPE, -1, 0 },
	{ "month 13", "55131720352285", 0, 10, ONSHI_E_NUMBER_SHAPE, -1, 0 },
	{ "day 0", "55020020352285", 0, 10, ONSHI_E_NUMBER_SHAPE, -1, 0 },
	{ "day 32", "55023220352285", 0, 10, ONSHI_E_NUMBER_SHAPE, -1, 0 },
	{ "a Western year", "19550217203522", 0, 10, ONSHI_E_NUMBER_SHAPE,
	  -1, 0 },
	{ "year 1935", "55021719352285", 0, 10, ONSHI_E_NUMBER_SHAPE, -1, 0 },
	{ "year 3035", "55021730352285", 0, 10, ONSHI_E_NUMBER_SHAPE, -1, 0 },
	{ "a letter", "5502172035228a", 0, 10, ONSHI_E_NUMBER_SHAPE, -1, 0 },
	{ "a space", "550217 0352285", 0, 10, ONSHI_E_NUMBER_SHAPE, -1, 0 },
	{ "full width", "\xef\xbc\x95\xef\xbc\x95\xef\xbc\x90\xef\xbc\x92\xef"
	  "\xbc", 0, 10, ONSHI_E_NUMBER_SHAPE, -1, 0 },
	{ "none", NULL, 0, 10, ONSHI_E_ARG, -1, 0 },
	{ "flags", NUMBER, 0x80, 10, ONSHI_E_ARG, -1, 0 }
};

START_TEST(t_numbers)
{
	const struct onshi_error *e;
	int before, r;

	m[0].number_tries = numbers[_i].tries;
	start(0);
	ck_assert_int_eq(onshi_card_open(d.card, "Desk 1"), ONSHI_OK);
	before = m[0].commands;
	r = onshi_card_check_face(d.card, numbers[_i].number,
	    numbers[_i].flags);
	e = onshi_card_error(d.card);
	ck_assert_msg(r == numbers[_i].result && onshi_error_tries_left(e) ==
	    numbers[_i].left && m[0].verifies == numbers[_i].verifies,
	    "%s: %s, %d left", numbers[_i].name, onshi_result_name(r),
	    onshi_error_tries_left(e));
	if (r == ONSHI_E_NUMBER_SHAPE || r == ONSHI_E_ARG)
		ck_assert_int_eq(m[0].commands, before);
	ck_assert_ptr_null(strstr(onshi_error_text(e), "550217"));
	expect_parts(r == ONSHI_OK, numbers[_i].name);
}
END_TEST

/* The PIN's tries are not the number's, and a PIN shown is forgotten. */
START_TEST(t_both)
{
	const struct onshi_certificate *x;
	int left;

	start(0);
	ck_assert_int_eq(check_at("Desk 1", NUMBER, 0), ONSHI_OK);
	ck_assert_int_eq(onshi_card_sign(d.card, "9999", 0,
	    (const uint8_t *)"x", 1), ONSHI_E_PIN_WRONG);
	ck_assert_int_eq(onshi_card_check_face(d.card, "55021720352286", 0),
	    ONSHI_E_NUMBER_WRONG);
	expect_parts(false, "of before");
	ck_assert_int_eq(onshi_card_pin_tries(d.card, &left), ONSHI_OK);
	ck_assert_int_eq(left, 2);
	ck_assert_int_eq(onshi_card_sign(d.card, "1234", 0,
	    (const uint8_t *)"x", 1), ONSHI_OK);
	ck_assert_int_eq(onshi_card_check_face(d.card, NUMBER, 0), ONSHI_OK);
	ck_assert_int_eq(onshi_card_certificate(d.card, &x), ONSHI_OK);
	ck_assert_int_eq(m[0].number_tries, 10);
}
END_TEST

/* Two cards: nothing of the one is shown for the other. */
START_TEST(t_two_cards)
{
	m[1].face = &other;
	start(0);
	ck_assert_int_eq(check_at("Desk 1", NUMBER, 0), ONSHI_OK);
	expect_parts(true, "the first");
	ck_assert_int_eq(onshi_card_open(d.card, "Desk 2"), ONSHI_OK);
	expect_parts(false, "not yet asked");
	m[1].number = "01010120312345";
	ck_assert_int_eq(onshi_card_check_face(d.card, NUMBER, 0),
	    ONSHI_E_NUMBER_WRONG);
	ck_assert_int_eq(m[1].number_tries, 9);
	ck_assert_int_eq(m[0].number_tries, 10);
	ck_assert_int_eq(onshi_card_check_face(d.card, "01010120312345", 0),
	    ONSHI_OK);
}
END_TEST

/* ---- cards and readers of other kinds ----------------------------------- */

static const struct {
	const char	*name;
	enum mock_kind	 kind;
	enum mock_extended extended;
	size_t		 limit;
	bool		 no_sfi, no_face;
	int		 result;
} kinds[] = {
	{ "without a certificate", MOCK_NO_CERTIFICATE, MOCK_EXT_GOOD, 0,
	  false, false, ONSHI_OK },
	{ "erased", MOCK_ERASED, MOCK_EXT_GOOD, 0, false, false, ONSHI_OK },
	{ "two applications", MOCK_BOTH, MOCK_EXT_GOOD, 0, false, false,
	  ONSHI_OK },
	{ "phone", MOCK_PHONE, MOCK_EXT_GOOD, 0, false, false,
	  ONSHI_E_CARD_PHONE },
	{ "juki", MOCK_JUKI, MOCK_EXT_GOOD, 0, false, false,
	  ONSHI_E_CARD_JUKI },
	{ "residence", MOCK_RESIDENCE, MOCK_EXT_GOOD, 0, false, false,
	  ONSHI_E_CARD_RESIDENCE },
	{ "licence", MOCK_LICENCE, MOCK_EXT_GOOD, 0, false, false,
	  ONSHI_E_CARD_DRIVERS_LICENCE },
	{ "bank", MOCK_BANK, MOCK_EXT_GOOD, 0, false, false,
	  ONSHI_E_CARD_OTHER },
	{ "without the application", MOCK_MY_NUMBER, MOCK_EXT_GOOD, 0, false,
	  true, ONSHI_E_CARD_ANSWER },
	{ "without short names", MOCK_MY_NUMBER, MOCK_EXT_GOOD, 0, true,
	  false, ONSHI_OK },
	{ "short commands alone", MOCK_MY_NUMBER, MOCK_EXT_6700, 0, false,
	  false, ONSHI_OK },
	{ "a reader that cuts", MOCK_MY_NUMBER, MOCK_EXT_CUT, 0, false, false,
	  ONSHI_OK },
	{ "a reader that throws it out", MOCK_MY_NUMBER, MOCK_EXT_DROP, 0,
	  false, false, ONSHI_OK },
	{ "a reader that carries no more than this certificate",
	  MOCK_MY_NUMBER, MOCK_EXT_GOOD, 1571, false, false, ONSHI_OK }
};

START_TEST(t_kinds)
{
	int before, r;

	m[0].kind = kinds[_i].kind;
	m[0].extended = kinds[_i].extended;
	m[0].limit = kinds[_i].limit;
	m[0].no_sfi = kinds[_i].no_sfi;
	if (kinds[_i].no_face)
		m[0].face = NULL;
	start(0);
	ck_assert_int_eq(onshi_card_open(d.card, "Desk 1"), ONSHI_OK);
	before = m[0].commands;
	m[0].face = kinds[_i].no_face ? NULL : &good;
	m[0].unlawful = 0;
	r = onshi_card_check_face(d.card, NUMBER, 0);
	if (kinds[_i].no_face)		/* asked for once, and that is all */
		m[0].unlawful -= m[0].unlawful == 1;
	ck_assert_msg(r == kinds[_i].result, "%s: %s", kinds[_i].name,
	    onshi_result_name(r));
	if (r != ONSHI_OK && !kinds[_i].no_face)
		ck_assert_int_eq(m[0].commands, before);
	ck_assert_int_eq(m[0].verifies, r == ONSHI_OK);
	ck_assert_int_eq(m[0].overruns, 0);
}
END_TEST

/* ---- whatever goes wrong, at each command ------------------------------- */

static const enum mock_fault faults[] = {
	MOCK_GONE, MOCK_GONE_AFTER, MOCK_RESET, MOCK_READER,
	MOCK_READER_AFTER, MOCK_NOTHING, MOCK_ONE_BYTE, MOCK_TOO_LONG,
	MOCK_300, MOCK_SW, MOCK_FLIP, MOCK_CUT, MOCK_LONGER, MOCK_RANDOM,
	MOCK_SWAP
};

static void
one_fault(enum mock_fault fault, int at, int n)
{
	int before, r;

	m[0].fault = MOCK_NONE;
	m[0].swapped = false;
	m[0].other_face = &other;
	m[0].number_tries = 10;
	mock_put(&m[0], true);
	ck_assert_int_eq(onshi_card_open(d.card, "Desk 1"), ONSHI_OK);
	before = m[0].verifies;
	m[0].asked = 0;
	m[0].at = m[0].commands + at;
	m[0].byte = 17 + (size_t)at * 131;
	m[0].sw = at % 2 == 0 ? 0x6985 : 0x6a82;
	m[0].fault = fault;
	r = onshi_card_check_face(d.card, NUMBER, 0);
	m[0].fault = MOCK_NONE;
	ck_assert_msg(m[0].verifies - before <= 1, "fault %d at %d: shown "
	    "%d times", (int)fault, at, m[0].verifies - before);
	ck_assert_int_ne(r, ONSHI_E_INTERNAL);
	/* The number was another card's, or the chip is. */
	ck_assert(fault != MOCK_SWAP || at < 5 || at == n || r != ONSHI_OK);
	expect_parts(r == ONSHI_OK, "fault");
	/* Nothing can be asked of it, or all as before. */
	if (onshi_card_pin_tries(d.card, &r) == ONSHI_OK)
		ck_assert_int_eq(r, 3);
}

START_TEST(t_each_fault)
{
	int n;

	start(0);
	ck_assert_int_eq(onshi_card_open(d.card, "Desk 1"), ONSHI_OK);
	n = m[0].commands;
	ck_assert_int_eq(onshi_card_check_face(d.card, NUMBER, 0), ONSHI_OK);
	n = m[0].commands - n;
	for (int at = 1; at <= n; at++)
		one_fault(faults[_i], at, n);
}
END_TEST

/* The number had left, and no answer came. */
START_TEST(t_unknown)
{
	start(0);
	ck_assert_int_eq(onshi_card_open(d.card, "Desk 1"), ONSHI_OK);
	m[0].fault = MOCK_GONE_AFTER;
	m[0].at = m[0].commands + 4;
	ck_assert_int_eq(onshi_card_check_face(d.card, "55021720352286", 0),
	    ONSHI_E_NUMBER_UNKNOWN);
	ck_assert_int_eq(m[0].number_tries, 9);
	m[0].fault = MOCK_NONE;
	mock_put(&m[0], true);
	ck_assert_int_eq(check_at("Desk 1", "55021720352286", 0),
	    ONSHI_E_NUMBER_WRONG);
	ck_assert_int_eq(onshi_error_tries_left(onshi_card_error(d.card)), 8);
}
END_TEST

START_TEST(t_doors)
{
	static const char *const names[] = { "photo", "name", "address",
	    "birthdate", "sex" };
	size_t len = 1;

	start(0);
	ck_assert_int_eq(onshi_card_check_face(d.card, NUMBER, 0),
	    ONSHI_E_STATE);
	ck_assert_int_eq(onshi_card_check_face(NULL, NUMBER, 0), ONSHI_E_ARG);
	ck_assert_ptr_null(onshi_card_face(NULL, ONSHI_PART_PHOTO, &len));
	ck_assert_uint_eq(len, 0);
	ck_assert_ptr_null(onshi_card_face(NULL, ONSHI_PART_PHOTO, NULL));
	for (int i = 0; i < (int)OKI_COUNT(names); i++)
		ck_assert_str_eq(onshi_part_name(i + 1), names[i]);
	ck_assert_ptr_null(onshi_part_name(0));
	ck_assert_ptr_null(onshi_part_name(-1));
	ck_assert_ptr_null(onshi_part_name(6));
	ck_assert_int_eq(m[0].commands, 0);
}
END_TEST

static void
fill(TCase *t)
{
	tcase_set_timeout(t, 60);
	tcase_add_unchecked_fixture(t, once_setup, NULL);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, t_faces, 0, OKI_COUNT(faces));
	tcase_add_test(t, t_swapped);
	tcase_add_test(t, t_truncated);
	tcase_add_loop_test(t, t_configs, 0, OKI_COUNT(configs));
	tcase_add_loop_test(t, t_numbers, 0, OKI_COUNT(numbers));
	tcase_add_test(t, t_both);
	tcase_add_test(t, t_two_cards);
	tcase_add_loop_test(t, t_kinds, 0, OKI_COUNT(kinds));
	tcase_add_loop_test(t, t_each_fault, 0, OKI_COUNT(faults));
	tcase_add_test(t, t_unknown);
	tcase_add_test(t, t_doors);
}

int
main(void)
{
	return run_tests("card/face", fill);
}
