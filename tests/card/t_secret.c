/* The PIN, or 照合番号B, on its way to the card: in secret memory, and gone when the command
 * is, or when its caller is (SEC-81, SEC-82). By the public calls alone. */
#define _GNU_SOURCE
#include "config.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include <onshikaku.h>

#include "tests/card/desk.h"
#include "tests/core/run.h"
#include "tests/mock/owner.h"
#include "tests/search.h"

#define TEXT	((const uint8_t *)"bytes to sign")
#define TEXTLEN	13

static const char digits[] = "7391";	/* in memory that is not written */
static const char number[] = "61090320347391";
static struct mock_face face;
static struct mock m;
static struct desk d;

/* Seen in the reader's thread, while the command is in its hands. */
static size_t in_core, in_memory;
static const uint8_t *command;
static bool has_guards;			/* the system can take it out */

static void
look(const uint8_t *c, size_t len)
{
	command = c;
	if (m.face != NULL) {
		ck_assert_uint_eq(len, 19);
		in_core = count_in_core(number, 14);
		in_memory = count_in_memory(number, 14);
		return;
	}
	ck_assert_uint_eq(len, 9);
	in_core = count_in_core(digits, 4);
	in_memory = count_in_memory(digits, 4);
}

static bool
system_has_guards(void)
{
	struct oki_secret *s = mock_pin("guarded-bytes");
	bool in;
	size_t len;
	const uint8_t *p = oki_secret_bytes(s, &len);
	char word[16];

	memcpy(word, p, len);
	in = count_in_core(word, len) <= 1;	/* word itself */
	oki_secret_free(&s);

	return in;
}

static void
setup(void)
{
	mock_init(&m, owner);
	m.pin = digits;
	m.on_pin = look;
	desk_open(&d, &m, 1);
	in_core = in_memory = 99;
	has_guards = system_has_guards();
}

static void
teardown(void)
{
	mock_wake(&m);
	desk_close(&d);
	mock_free(&m);
}

static int
sign(void)
{
	return onshi_card_sign(d.card, digits, 0, TEXT, TEXTLEN);
}

static const struct {
	const char	*name;
	const char	*pin;		/* the card's */
	bool		 no_sfi;
	int		 result;
} rows[] = {
	{ "right", "7391", false, ONSHI_OK },
	{ "wrong", "1234", false, ONSHI_E_PIN_WRONG },
	{ "by selecting the file", "7391", true, ONSHI_OK }
};

START_TEST(t_way)
{
	m.pin = rows[_i].pin;
	m.no_sfi = rows[_i].no_sfi;
	ck_assert_int_eq(onshi_card_open(d.card, NULL), ONSHI_OK);
	ck_assert_uint_eq(count_in_memory(digits, 4), 0);
	ck_assert_int_eq(sign(), rows[_i].result);
	if (has_guards)
		ck_assert_uint_eq(in_core, 0);
	/* Of the caller's secret, and of the command. */
	ck_assert_uint_eq(in_memory, 2);
	ck_assert_uint_eq(count_in_memory(digits, 4), 0);
}
END_TEST

static void
with_face(struct onshi_config *c)
{
	char pem[1024];
	size_t len = mock_face_pem(&face, MOCK_AUTHORITY, pem, sizeof(pem));

	ck_assert_int_eq(onshi_config_set(c, "card.face", "yes"), ONSHI_OK);
	ck_assert_int_eq(onshi_config_set_bytes(c, "card.face_ca_file",
	    (const uint8_t *)pem, len), ONSHI_OK);
}

static const struct {
	const char	*name;
	bool		 no_sfi, wrong;
	int		 result;
} numbers[] = {
	{ "right", false, false, ONSHI_OK },
	{ "wrong", false, true, ONSHI_E_NUMBER_WRONG },
	{ "by selecting the file", true, false, ONSHI_OK }
};

/* It is in no memory after the call, and in no core meanwhile. */
START_TEST(t_number)
{
	const struct mock_face_how as_it_should = { 0 };

	desk_close(&d);
	mock_face_make(&face, &as_it_should);
	m.face = &face;
	m.number = numbers[_i].wrong ? "61090320347392" : number;
	m.no_sfi = numbers[_i].no_sfi;
	desk_more = with_face;
	desk_open(&d, &m, 1);
	ck_assert_int_eq(onshi_card_open(d.card, NULL), ONSHI_OK);
	ck_assert_int_eq(onshi_card_check_face(d.card, number, 0),
	    numbers[_i].result);
	if (has_guards)
		ck_assert_uint_eq(in_core, 0);
	ck_assert_uint_eq(in_memory, 2);
	ck_assert_uint_eq(count_in_memory(number, 14), 0);
}
END_TEST

/* The reader hangs with the PIN in its hands; its caller gives up, and takes
 * it back: a reader that wakes has nothing to send to whoever's card. */
static const struct {
	const char	*name;
	bool		 free;
} hangs[] = {
	{ "the call is over", false },
	{ "the card is freed, and the root", true }
};

START_TEST(t_hang)
{
	static const uint8_t zeros[9];
	int left;

	m.fault = MOCK_MUTE_HARD;
	ck_assert_int_eq(onshi_card_open(d.card, NULL), ONSHI_OK);
	ck_assert_int_eq(onshi_card_pin_tries(d.card, &left), ONSHI_OK);
	m.at = m.commands + 1;
	ck_assert_int_eq(onshi_card_set_deadline(d.card, 200), ONSHI_OK);
	ck_assert_int_eq(sign(), ONSHI_E_PIN_UNKNOWN);
	if (hangs[_i].free)
		desk_close(&d);
	if (has_guards)
		ck_assert_uint_eq(in_core, 0);
	ck_assert_uint_eq(count_in_memory(digits, 4), 0);
	ck_assert(memcmp(command, zeros, sizeof(zeros)) == 0);
	mock_wake(&m);
}
END_TEST

static void
fill(TCase *c)
{
	tcase_set_timeout(c, 30);
	tcase_add_unchecked_fixture(c, make_owner, drop_owner);
	tcase_add_checked_fixture(c, setup, teardown);
	ADD_ROWS(c, t_way, rows);
	ADD_ROWS(c, t_hang, hangs);
	ADD_ROWS(c, t_number, numbers);
}

int
main(void)
{
#ifdef SANITIZED
	puts("skip: under the sanitizer memory cannot be searched");
	return 77;
#endif
	return run_tests("card/secret", fill);
}
