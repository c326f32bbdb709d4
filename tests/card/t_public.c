/* Tests of the public handles for readers and cards (lib/visit/public_card.c),
 * by the public headers alone. */
#include "config.h"

#include <sys/wait.h>

#include <check.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <onshikaku.h>

#include "tests/card/desk.h"
#include "tests/core/run.h"
#include "tests/mock/owner.h"

#define TEXT	((const uint8_t *)"bytes to sign")
#define TEXTLEN	13
#define SLACK	250

static struct mock m;
static struct desk d;

static void
setup(void)
{
	mock_init(&m, owner);
	desk_open(&d, &m, 1);
}

static void
teardown(void)
{
	desk_close(&d);
	ck_assert(!m.powered && !m.pin_verified);
	ck_assert_int_eq(m.ends, 1);
	ck_assert_int_eq(m.unlawful, 0);
	mock_free(&m);
}

static int
error_code(void)
{
	return onshi_error_code(onshi_card_error(d.card));
}

START_TEST(t_readers)
{
	struct onshi_readers *l;
	const char *name;
	int has_card;

	ck_assert_int_eq(onshi_readers_new(d.root, &l), ONSHI_OK);
	ck_assert_int_eq(onshi_readers_at(l, 0, &name, &has_card), ONSHI_END);
	ck_assert_int_eq(onshi_readers_list(l), ONSHI_OK);
	ck_assert_int_eq(onshi_readers_at(l, 0, &name, &has_card), ONSHI_OK);
	ck_assert_str_eq(name, "Desk 1");
	ck_assert_int_eq(has_card, 1);
	ck_assert_int_eq(onshi_readers_at(l, 1, &name, &has_card), ONSHI_END);
	ck_assert_ptr_null(name);
	ck_assert_int_eq(has_card, 0);
	ck_assert_int_eq(onshi_readers_at(l, 0, NULL, NULL), ONSHI_OK);
	mock_put(&m, false);
	ck_assert_int_eq(onshi_readers_list(l), ONSHI_OK);
	ck_assert_int_eq(onshi_readers_at(l, 0, &name, &has_card), ONSHI_OK);
	ck_assert_int_eq(has_card, 0);
	onshi_readers_free(&l);
	ck_assert_ptr_null(l);
	onshi_readers_free(&l);
	onshi_readers_free(NULL);
	ck_assert_int_eq(onshi_readers_list(NULL), ONSHI_E_ARG);
	ck_assert_int_eq(onshi_readers_new(NULL, &l), ONSHI_E_ARG);
	ck_assert_int_eq(onshi_readers_new(d.root, NULL), ONSHI_E_ARG);
}
END_TEST

START_TEST(t_whole)
{
	const struct onshi_certificate *x;
	const uint8_t *sig, *der, *want;
	size_t len, derlen, wantlen;
	int left;

	ck_assert_int_eq(onshi_card_open(d.card, "Desk 1"), ONSHI_OK);
	ck_assert_int_eq(onshi_card_kind(d.card), ONSHI_CARD_MY_NUMBER);
	ck_assert_int_eq(onshi_card_pin_tries(d.card, &left), ONSHI_OK);
	ck_assert_int_eq(left, 3);
	ck_assert_int_eq(onshi_card_certificate(d.card, &x), ONSHI_OK);
	der = onshi_certificate_bytes(x, &derlen);
	want = mock_identity_der(owner, &wantlen);
	ck_assert_uint_eq(derlen, wantlen);
	ck_assert(memcmp(der, want, derlen) == 0);
	ck_assert_int_eq(onshi_certificate_trust(x), ONSHI_TRUST_GOOD);
	ck_assert_int_eq(onshi_card_sign(d.card, "1234", 0, TEXT, TEXTLEN),
	    ONSHI_OK);
	sig = onshi_card_signature(d.card, &len);
	ck_assert_uint_eq(len, 256);
	ck_assert_int_eq(oki_certificate_verify_signature(x, TEXT, TEXTLEN,
	    sig, len), ONSHI_OK);
	ck_assert_int_eq(onshi_card_apdus(d.card), 5);
	ck_assert_int_eq(onshi_card_apdu_bytes(d.card), (int)(m.in + m.out));
	ck_assert_int_eq(m.verifies, 1);
	/* Opened again: the one before is closed first, and counted. */
	ck_assert_int_eq(onshi_card_open(d.card, NULL), ONSHI_OK);
	ck_assert(!m.pin_verified);
	ck_assert_int_eq(m.releases, 1);
	ck_assert_int_eq(onshi_card_apdus(d.card), 8);
	(void)onshi_card_signature(d.card, &len);
	ck_assert_uint_eq(len, 0);
}
END_TEST

static const struct {
	const char	*name;
	const char	*pin;
	uint32_t	 flags;
	int		 tries;
	int		 result;
	int		 left;
} pins[] = {
	{ "wrong", "9999", 0, 3, ONSHI_E_PIN_WRONG, 2 },
	{ "last kept", "1234", 0, 1, ONSHI_E_PIN_LAST_TRY, 1 },
	{ "last spent", "1234", ONSHI_PIN_SPEND_LAST, 1, ONSHI_OK, -1 },
	{ "blocked", "1234", 0, 0, ONSHI_E_PIN_BLOCKED, 0 },
	{ "shape", "12345", 0, 3, ONSHI_E_PIN_SHAPE, -1 },
	{ "empty", "", 0, 3, ONSHI_E_PIN_SHAPE, -1 },
	{ "none", NULL, 0, 3, ONSHI_E_ARG, -1 },
	{ "flags", "1234", 0x80, 3, ONSHI_E_ARG, -1 }
};

START_TEST(t_pin)
{
	size_t len;

	m.tries = pins[_i].tries;
	ck_assert_int_eq(onshi_card_open(d.card, NULL), ONSHI_OK);
	ck_assert_int_eq(onshi_card_sign(d.card, pins[_i].pin, pins[_i].flags,
	    TEXT, TEXTLEN), pins[_i].result);
	ck_assert_int_eq(error_code(), pins[_i].result);
	ck_assert_int_eq(onshi_error_tries_left(onshi_card_error(d.card)),
	    pins[_i].left);
	(void)onshi_card_signature(d.card, &len);
	ck_assert_uint_eq(len, pins[_i].result == ONSHI_OK ? 256 : 0);
}
END_TEST

START_TEST(t_doors)
{
	const struct onshi_certificate *x;
	struct onshi_card *none = NULL;
	size_t len;
	int left;

	ck_assert_int_eq(onshi_card_pin_tries(d.card, &left), ONSHI_E_STATE);
	ck_assert_int_eq(onshi_card_certificate(d.card, &x), ONSHI_E_STATE);
	ck_assert_ptr_null(x);
	ck_assert_int_eq(onshi_card_sign(d.card, "1234", 0, TEXT, TEXTLEN),
	    ONSHI_E_STATE);
	ck_assert_int_eq(onshi_card_kind(d.card), ONSHI_CARD_OTHER);
	ck_assert_int_eq(onshi_card_apdus(d.card), 0);
	ck_assert_int_eq(onshi_card_set_deadline(d.card, 99), ONSHI_E_ARG);
	ck_assert_int_eq(onshi_card_set_deadline(d.card, -1), ONSHI_E_ARG);
	ck_assert_int_eq(onshi_card_set_deadline(d.card, 3600001),
	    ONSHI_E_ARG);
	ck_assert_int_eq(onshi_card_set_deadline(d.card, 100), ONSHI_OK);
	ck_assert_int_eq(onshi_card_set_deadline(d.card, 0), ONSHI_OK);
	ck_assert_int_eq(onshi_card_pin_tries(d.card, NULL), ONSHI_E_ARG);
	ck_assert_int_eq(onshi_card_certificate(d.card, NULL), ONSHI_E_ARG);
	ck_assert_int_eq(onshi_card_open(NULL, NULL), ONSHI_E_ARG);
	ck_assert_int_eq(onshi_card_new(d.root, NULL), ONSHI_E_ARG);
	ck_assert_int_eq(onshi_card_new(NULL, &none), ONSHI_E_ARG);
	ck_assert_ptr_null(none);
	ck_assert_int_eq(onshi_card_kind(NULL), ONSHI_CARD_OTHER);
	ck_assert_int_eq(onshi_card_apdus(NULL), 0);
	ck_assert_ptr_nonnull(onshi_card_error(NULL));
	ck_assert_ptr_null(onshi_card_signature(NULL, &len));
	onshi_card_cancel(NULL);
	onshi_card_free(&none);
	onshi_card_free(NULL);
	ck_assert_int_eq(m.commands, 0);
}
END_TEST

/* A session that is over stays so, and says each time that it is the card. */
START_TEST(t_over)
{
	int i, left;

	m.fault = MOCK_GONE;
	m.at = 3;
	ck_assert_int_eq(onshi_card_open(d.card, NULL), ONSHI_OK);
	for (i = 0; i < 6 && onshi_card_pin_tries(d.card, &left) == ONSHI_OK;
	    i++)
		;
	for (i = 0; i < 3; i++) {
		ck_assert_int_eq(onshi_card_pin_tries(d.card, &left),
		    ONSHI_E_CARD_GONE);
		ck_assert_int_eq(left, -1);
		ck_assert_int_eq(onshi_error_phase(onshi_card_error(d.card)),
		    ONSHI_PHASE_CARD);
	}
	m.fault = MOCK_NONE;
	mock_put(&m, true);
	ck_assert_int_eq(onshi_card_open(d.card, NULL), ONSHI_OK);
	ck_assert_int_eq(onshi_card_pin_tries(d.card, &left), ONSHI_OK);
}
END_TEST

/* What was borrowed stays while calls fail and when the card is taken away. */
START_TEST(t_certificate_stays)
{
	const struct onshi_certificate *x, *again;
	const uint8_t *der, *want;
	size_t derlen, wantlen;
	int left;

	ck_assert_int_eq(onshi_card_open(d.card, NULL), ONSHI_OK);
	ck_assert_int_eq(onshi_card_certificate(d.card, &x), ONSHI_OK);
	ck_assert_int_eq(onshi_card_sign(d.card, "9999", 0, TEXT, TEXTLEN),
	    ONSHI_E_PIN_WRONG);
	mock_put(&m, false);
	ck_assert_int_lt(onshi_card_pin_tries(d.card, &left), 0);
	ck_assert_int_eq(onshi_card_certificate(d.card, &again), ONSHI_OK);
	ck_assert_ptr_eq(again, x);
	der = onshi_certificate_bytes(x, &derlen);
	want = mock_identity_der(owner, &wantlen);
	ck_assert_uint_eq(derlen, wantlen);
	ck_assert(memcmp(der, want, derlen) == 0);
}
END_TEST

/* A foreign card is opened, and asked for nothing but its name. */
START_TEST(t_foreign)
{
	const struct onshi_certificate *x;

	m.kind = MOCK_LICENCE;
	ck_assert_int_eq(onshi_card_open(d.card, NULL), ONSHI_OK);
	ck_assert_int_eq(onshi_card_kind(d.card), ONSHI_CARD_DRIVERS_LICENCE);
	ck_assert_int_eq(onshi_card_certificate(d.card, &x),
	    ONSHI_E_CARD_DRIVERS_LICENCE);
	ck_assert_int_eq(onshi_card_sign(d.card, "1234", 0, TEXT, TEXTLEN),
	    ONSHI_E_CARD_DRIVERS_LICENCE);
	ck_assert_int_eq(m.asked + m.verifies, 0);
}
END_TEST

START_TEST(t_deadline)
{
	int64_t before = mock_now();

	mock_put(&m, false);
	ck_assert_int_eq(onshi_card_set_deadline(d.card, 300), ONSHI_OK);
	ck_assert_int_eq(onshi_card_open(d.card, NULL), ONSHI_E_CARD_NONE);
	ck_assert_int_ge((int)(mock_now() - before), 290);
	ck_assert_int_le((int)(mock_now() - before), 300 + SLACK);
	ck_assert_int_eq(onshi_error_phase(onshi_card_error(d.card)),
	    ONSHI_PHASE_READER);
}
END_TEST

struct waiter {
	pthread_t	 thread;
	int		 result;
};

static void *
wait_for_card(void *arg)
{
	struct waiter *w = arg;

	w->result = onshi_card_open(d.card, NULL);

	return NULL;
}

/* One thread at a time per handle; cancel is for any. */
START_TEST(t_threads)
{
	struct waiter w;
	int64_t before;
	int left;

	mock_put(&m, false);
	ck_assert_int_eq(onshi_card_set_deadline(d.card, 20000), ONSHI_OK);
	ck_assert_int_eq(pthread_create(&w.thread, NULL, wait_for_card, &w),
	    0);
	mock_sleep(100);
	ck_assert_int_eq(onshi_card_pin_tries(d.card, &left), ONSHI_E_STATE);
	ck_assert_int_eq(onshi_card_open(d.card, NULL), ONSHI_E_STATE);
	before = mock_now();
	onshi_card_cancel(d.card);
	ck_assert_int_eq(pthread_join(w.thread, NULL), 0);
	ck_assert_int_le((int)(mock_now() - before), SLACK);
	ck_assert_int_eq(w.result, ONSHI_E_CANCELLED);
	/* It was for that call alone. */
	mock_put(&m, true);
	ck_assert_int_eq(onshi_card_open(d.card, NULL), ONSHI_OK);
}
END_TEST

START_TEST(t_busy)
{
	struct onshi_card *other;

	ck_assert_int_eq(onshi_card_new(d.root, &other), ONSHI_OK);
	ck_assert_int_eq(onshi_card_open(d.card, NULL), ONSHI_OK);
	ck_assert_int_eq(onshi_card_open(other, NULL), ONSHI_E_READER_BUSY);
	onshi_card_free(&d.card);
	ck_assert_int_eq(onshi_card_open(other, NULL), ONSHI_OK);
	onshi_card_free(&other);
}
END_TEST

START_TEST(t_order)
{
	ck_assert_int_eq(onshi_card_open(d.card, NULL), ONSHI_OK);
	onshi_free(&d.root);
	ck_assert_int_eq(onshi_card_sign(d.card, "1234", 0, TEXT, TEXTLEN),
	    ONSHI_OK);
}
END_TEST

START_TEST(t_fork)
{
	int status, left, before;
	pid_t child;

	ck_assert_int_eq(onshi_card_open(d.card, NULL), ONSHI_OK);
	before = m.commands;
	if ((child = fork()) == 0) {
		int bad = 0;

		bad += onshi_card_pin_tries(d.card, &left) != ONSHI_E_STATE;
		bad += onshi_card_open(d.card, NULL) != ONSHI_E_STATE;
		desk_close(&d);
		bad += m.commands != before || m.releases != 0;
		_exit(bad);
	}
	ck_assert_int_gt(child, 0);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	ck_assert_int_eq(onshi_card_pin_tries(d.card, &left), ONSHI_OK);
}
END_TEST

START_TEST(t_kind_names)
{
	static const char *const names[] = { "other", "my_number",
	    "no_certificate", "phone", "juki", "residence", "licence" };

	for (int i = 0; i < (int)OKI_COUNT(names); i++)
		ck_assert_str_eq(onshi_card_kind_name(i), names[i]);
	ck_assert_ptr_null(onshi_card_kind_name(-1));
	ck_assert_ptr_null(onshi_card_kind_name(99));
	for (int i = -1; i <= (int)OKI_COUNT(names); i++) {
		bool is_one = onshi_card_kind_name(i) != NULL;

		ck_assert_int_eq(onshi_card_kind_text(i, "ja")[0] != '\0',
		    is_one);
		ck_assert_int_eq(onshi_card_kind_text(i, NULL)[0] != '\0',
		    is_one);
		ck_assert(!is_one || strcmp(onshi_card_kind_text(i, "ja"),
		    onshi_card_kind_text(i, "en")) != 0);
	}
}
END_TEST

START_TEST(t_trust_names)
{
	static const char *const names[] = { "unchecked", "good", "untrusted",
	    "bad_signature" };

	for (int i = 0; i < (int)OKI_COUNT(names); i++) {
		ck_assert_str_eq(onshi_trust_name(i), names[i]);
		ck_assert_str_ne(onshi_trust_text(i, "ja"), "");
		ck_assert_str_ne(onshi_trust_text(i, NULL), "");
	}
	ck_assert_ptr_null(onshi_trust_name(-1));
	ck_assert_ptr_null(onshi_trust_name((int)OKI_COUNT(names)));
	ck_assert_str_eq(onshi_trust_text(-1, "en"), "");
	ck_assert_str_eq(onshi_trust_text(99, "ja"), "");
}
END_TEST

static void
fill(TCase *c)
{
	tcase_set_timeout(c, 10);
	tcase_add_unchecked_fixture(c, make_owner, drop_owner);
	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, t_readers);
	tcase_add_test(c, t_whole);
	tcase_add_loop_test(c, t_pin, 0, OKI_COUNT(pins));
	tcase_add_test(c, t_doors);
	tcase_add_test(c, t_over);
	tcase_add_test(c, t_certificate_stays);
	tcase_add_test(c, t_foreign);
	tcase_add_test(c, t_deadline);
	tcase_add_test(c, t_threads);
	tcase_add_test(c, t_busy);
	tcase_add_test(c, t_order);
	tcase_add_test(c, t_fork);
	tcase_add_test(c, t_kind_names);
	tcase_add_test(c, t_trust_names);
}

int
main(void)
{
	return run_tests("card/public", fill);
}
