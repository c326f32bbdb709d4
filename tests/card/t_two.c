/* Two cards at one handle, by the public calls: nothing of the first is had of
 * the second, and what was given for the first never reaches it (ID-9). */
#include "config.h"

#include <check.h>
#include <string.h>

#include "tests/card/desk.h"
#include "tests/core/run.h"

#define TEXT	((const uint8_t *)"bytes to sign")
#define TEXTLEN	13

static struct mock_identity *first, *second;
static struct mock m[2];
static struct desk d;

static void
once_setup(void)
{
	first = mock_identity_new("adult", 1571);
	second = mock_identity_new("stranger", 1579);
}

static void
once_teardown(void)
{
	mock_identity_free(first);
	mock_identity_free(second);
	mock_ca_free();
}

static void
setup(void)
{
	mock_init(&m[0], first);
	mock_init(&m[1], second);
	m[0].other = second;
	m[1].pin = "5678";
	desk_open(&d, m, 2);
}

static void
teardown(void)
{
	desk_close(&d);
	for (size_t i = 0; i < 2; i++) {
		ck_assert(!m[i].powered && !m[i].pin_verified);
		ck_assert_int_eq(m[i].unlawful, 0);
		mock_free(&m[i]);
	}
}

static bool
is_of(const struct onshi_certificate *x, const struct mock_identity *id)
{
	const uint8_t *a, *b;
	size_t alen, blen;

	a = onshi_certificate_bytes(x, &alen);
	b = mock_identity_der(id, &blen);

	return alen == blen && memcmp(a, b, alen) == 0;
}

static size_t
signature_bytes(void)
{
	size_t len;

	(void)onshi_card_signature(d.card, &len);

	return len;
}

static void
sign_first(void)
{
	const struct onshi_certificate *x;

	ck_assert_int_eq(onshi_card_open(d.card, "Desk 1"), ONSHI_OK);
	ck_assert_int_eq(onshi_card_certificate(d.card, &x), ONSHI_OK);
	ck_assert(is_of(x, first));
	ck_assert_int_eq(onshi_card_sign(d.card, "1234", 0, TEXT, TEXTLEN),
	    ONSHI_OK);
	ck_assert_uint_eq(signature_bytes(), 256);
}

/* ---- after another open ------------------------------------------------ */

static const struct {
	const char	*name;
	const char	*reader;
	bool		 there;		/* a card lies on the second */
	int		 result;	/* of opening it */
	enum mock_kind	 kind;
} opens[] = {
	{ "another card", "Desk 2", true, ONSHI_OK, MOCK_MY_NUMBER },
	{ "a foreign one", "Desk 2", true, ONSHI_OK, MOCK_BANK },
	{ "none", "Desk 2", false, ONSHI_E_CARD_NONE, MOCK_MY_NUMBER }
};

START_TEST(t_open)
{
	const struct onshi_certificate *x;
	int r;

	sign_first();
	m[1].kind = opens[_i].kind;
	mock_put(&m[1], opens[_i].there);
	ck_assert_int_eq(onshi_card_open(d.card, opens[_i].reader),
	    opens[_i].result);
	ck_assert_uint_eq(signature_bytes(), 0);
	r = onshi_card_certificate(d.card, &x);
	ck_assert(r == ONSHI_OK ? is_of(x, second) : x == NULL);
	ck_assert_int_eq(r == ONSHI_OK, opens[_i].result == ONSHI_OK &&
	    opens[_i].kind == MOCK_MY_NUMBER);
	/* The PIN was for the first: it is the second's affair to have none. */
	ck_assert_int_eq(m[1].verifies, 0);
	ck_assert(!m[0].pin_verified && !m[0].powered);
}
END_TEST

/* A call that fails leaves no signature of the call before it, either. */
static const struct {
	const char	*name;
	const char	*pin;
	uint32_t	 flags;
	int		 result;
} calls[] = {
	{ "a wrong PIN", "0000", 0, ONSHI_E_PIN_WRONG },
	{ "no digits", "12a4", 0, ONSHI_E_PIN_SHAPE },
	{ "no PIN", NULL, 0, ONSHI_E_ARG },
	{ "an unknown flag", "1234", 0x80, ONSHI_E_ARG }
};

START_TEST(t_call)
{
	sign_first();
	ck_assert_int_eq(onshi_card_sign(d.card, calls[_i].pin,
	    calls[_i].flags, TEXT, TEXTLEN), calls[_i].result);
	ck_assert_uint_eq(signature_bytes(), 0);
}
END_TEST

/* ---- put down meanwhile ------------------------------------------------ */

/* Taken away between two calls, and another card put down: the session was
 * the first's, and neither PIN nor question goes to the second. */
START_TEST(t_meanwhile)
{
	const struct onshi_certificate *x;
	int left, shown;

	mock_put(&m[1], false);
	ck_assert_int_eq(onshi_card_open(d.card, "Desk 1"), ONSHI_OK);
	if (_i == 1)
		ck_assert_int_eq(onshi_card_certificate(d.card, &x),
		    ONSHI_OK);
	if (_i == 2)
		ck_assert_int_eq(onshi_card_pin_tries(d.card, &left),
		    ONSHI_OK);
	mock_put(&m[0], false);
	mock_lock(&m[0]);
	m[0].id = second;
	m[0].pin = "5678";
	mock_unlock(&m[0]);
	mock_put(&m[0], true);
	/* Whatever left, the reader has no session that it could be for. */
	ck_assert_int_lt(onshi_card_sign(d.card, "1234", 0, TEXT, TEXTLEN),
	    0);
	shown = m[0].verifies;
	ck_assert_int_eq(m[0].tries, 3);
	ck_assert_int_lt(onshi_card_sign(d.card, "5678", 0, TEXT, TEXTLEN),
	    0);
	ck_assert_int_eq(m[0].verifies, shown);
	ck_assert_uint_eq(signature_bytes(), 0);
	/* Opened anew it is the second's, whole. */
	ck_assert_int_eq(onshi_card_open(d.card, "Desk 1"), ONSHI_OK);
	ck_assert_int_eq(onshi_card_certificate(d.card, &x), ONSHI_OK);
	ck_assert(is_of(x, second));
	ck_assert_int_eq(m[0].verifies, shown);
	ck_assert_int_eq(m[0].tries, 3);
}
END_TEST

/* The reader hangs before it sends the PIN; the caller gives up; meanwhile
 * another card is put down, and the reader wakes: it has nothing to send. */
START_TEST(t_late)
{
	int left;

	ck_assert_int_eq(onshi_card_open(d.card, "Desk 1"), ONSHI_OK);
	ck_assert_int_eq(onshi_card_pin_tries(d.card, &left), ONSHI_OK);
	ck_assert_int_eq(onshi_card_set_deadline(d.card, 200), ONSHI_OK);
	m[0].fault = MOCK_MUTE_THEN;
	m[0].at = m[0].commands + 1;
	ck_assert_int_eq(onshi_card_sign(d.card, "1234", 0, TEXT, TEXTLEN),
	    ONSHI_E_PIN_UNKNOWN);
	mock_lock(&m[0]);
	m[0].id = second;
	m[0].pin = "5678";
	m[0].fault = MOCK_NONE;
	mock_unlock(&m[0]);
	mock_wake(&m[0]);
	ck_assert_int_eq(onshi_card_set_deadline(d.card, 0), ONSHI_OK);
	ck_assert_int_eq(onshi_card_open(d.card, "Desk 1"), ONSHI_OK);
	ck_assert_int_eq(onshi_card_pin_tries(d.card, &left), ONSHI_OK);
	ck_assert_int_eq(left, 3);
	ck_assert_int_eq(m[0].tries, 3);
}
END_TEST

static void
fill(TCase *c)
{
	tcase_set_timeout(c, 30);
	tcase_add_unchecked_fixture(c, once_setup, once_teardown);
	tcase_add_checked_fixture(c, setup, teardown);
	ADD_ROWS(c, t_open, opens);
	ADD_ROWS(c, t_call, calls);
	tcase_add_loop_test(c, t_meanwhile, 0, 3);
	tcase_add_test(c, t_late);
}

int
main(void)
{
	return run_tests("card/two", fill);
}
