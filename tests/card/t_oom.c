/* Memory that runs out in room card: at each point of a check-in (FM-13). */
#include "config.h"

#include <check.h>
#include <stdlib.h>

#include "onshikaku/visit.h"
#include "tests/core/run.h"
#include "tests/mock/owner.h"
#include "tests/oom/oom.h"

#define MS	3000
#define TEXT	((const uint8_t *)"bytes to sign")
#define TEXTLEN	13

static struct mock m;
static struct mock_face face;
static char pem[1024];		/* whose faces are believed */
static size_t pemlen;
static int strange;	/* asserted afterwards: Check itself allocates */

/* The mock's memory is not the library's. */
static int
calm_wait(void *self, int present, int32_t ms)
{
	int r;

	oom_pause();
	r = mock_ops.wait(self, present, ms);
	oom_resume();

	return r;
}

static int
calm_hold(void *self, int32_t ms)
{
	int r;

	oom_pause();
	r = mock_ops.hold(self, ms);
	oom_resume();

	return r;
}

static int
calm_release(void *self, int32_t ms)
{
	int r;

	oom_pause();
	r = mock_ops.release(self, ms);
	oom_resume();

	return r;
}

static int
calm_transmit(void *self, const uint8_t *command, size_t len, uint8_t *reply,
    size_t *replylen, int32_t ms)
{
	int r;

	oom_pause();
	r = mock_ops.transmit(self, command, len, reply, replylen, ms);
	oom_resume();

	return r;
}

static const struct onshi_reader_ops calm_ops = {
	.size = sizeof(calm_ops),
	.wait = calm_wait,
	.hold = calm_hold,
	.release = calm_release,
	.transmit = calm_transmit
};

static int
converse(struct oki_card *c, struct oki_wait *w, struct onshi_error *e)
{
	struct onshi_certificate *x = NULL;
	struct oki_secret *pin = NULL;
	struct oki_buf sig;
	int left, r;

	oki_buf_init(&sig, 512);
	if ((r = oki_secret_new("1234", 4, &pin)) != ONSHI_OK)
		return oki_fail(e, r, "PIN");
	if ((r = oki_card_certificate(c, w, &x, e)) == ONSHI_OK &&
	    (r = oki_card_tries(c, w, &left, e)) == ONSHI_OK &&
	    (r = oki_card_verify_pin(c, w, pin, 0, e)) == ONSHI_OK)
		r = oki_card_sign(c, w, x, TEXT, TEXTLEN, &sig, e);
	oki_buf_free(&sig);
	oki_secret_free(&pin);
	oki_certificate_free(&x);

	return r;
}

static int
look(struct oki_card *c, struct oki_wait *w, struct onshi_error *e)
{
	struct oki_secret *number = NULL;
	struct oki_visual f;
	int r;

	if ((r = oki_secret_new(m.number, 14, &number)) != ONSHI_OK)
		return oki_fail(e, r, "number");
	oki_visual_init(&f);
	r = oki_card_visual(c, w, number, 0, &f, e);
	strange += (r == ONSHI_OK) != (f.part[ONSHI_PART_PHOTO].len > 0);
	oki_visual_free(&f);
	oki_secret_free(&number);

	return r;
}

static int
check_in(struct oki_env *env)
{
	struct oki_readers *rs = NULL;
	struct oki_card *c = NULL;
	struct onshi_error e;
	struct oki_wait w;
	int r;

	oki_error_clear(&e);
	oki_wait_init(&w, env, MS, NULL);
	if ((r = oki_readers_new(env, &rs, &e)) == ONSHI_OK &&
	    (r = oki_card_open(rs, "Mock", &w, &c, &e)) == ONSHI_OK)
		r = m.face != NULL ? look(c, &w, &e) : converse(c, &w, &e);
	strange += r != ONSHI_OK && e.code != r;
	(void)oki_card_close(&c, &e);
	oki_readers_free(&rs);

	return r;
}

static int
whole_life(void *arg)
{
	struct onshi_config *config = NULL;
	struct oki_env *env = NULL;
	int r;

	(void)arg;
	m.verifies = m.commands = 0;
	m.tries = 3;
	m.number_tries = 10;
	if ((r = onshi_config_new(&config)) == ONSHI_OK &&
	    (r = onshi_config_add_reader(config, "Mock", &calm_ops, &m)) ==
	    ONSHI_OK && (m.face == NULL || ((r = onshi_config_set(config,
	    "card.face", "yes")) == ONSHI_OK && (r = onshi_config_set_bytes(
	    config, "card.face_ca_file", (const uint8_t *)pem, pemlen)) ==
	    ONSHI_OK)) && (r = oki_env_new(config, &env)) == ONSHI_OK)
		r = check_in(env);
	onshi_config_free(&config);
	oki_env_free(&env);
	strange += m.verifies > 1 || m.powered || m.pin_verified;

	return r;
}

/* The PIN had been shown when memory ran out: that is said, too. */
static bool
is_expected(int r)
{
	return r == ONSHI_OK || r == ONSHI_E_NOMEM ||
	    r == ONSHI_E_CARD_FORGED ||
	    r == ONSHI_E_SIGNATURE || r == ONSHI_E_CERTIFICATE;
}

START_TEST(t_card)
{
	ck_assert_int_eq(setenv("PCSCLITE_CSOCK_NAME", "/nonexistent/pcscd",
	    1), 0);
	mock_init(&m, owner);
	ck_assert_uint_gt(oom_run_if("card", whole_life, NULL, ONSHI_OK,
	    is_expected), 20);
	ck_assert_int_eq(strange, 0);
	mock_free(&m);
}
END_TEST

START_TEST(t_face)
{
	const struct mock_face_how as_it_should = { 0 };

	ck_assert_int_eq(setenv("PCSCLITE_CSOCK_NAME", "/nonexistent/pcscd",
	    1), 0);
	mock_init(&m, owner);
	mock_face_make(&face, &as_it_should);
	pemlen = mock_face_pem(&face, MOCK_AUTHORITY, pem, sizeof(pem));
	m.face = &face;
	ck_assert_uint_gt(oom_run_if("face", whole_life, NULL, ONSHI_OK,
	    is_expected), 40);
	ck_assert_int_eq(strange, 0);
	mock_face_free(&face);
	mock_free(&m);
}
END_TEST

static void
fill(TCase *c)
{
	tcase_set_timeout(c, 60);
	tcase_add_unchecked_fixture(c, make_owner, drop_owner);
	tcase_add_test(c, t_card);
	tcase_add_test(c, t_face);
}

int
main(void)
{
	return run_tests("card/oom", fill);
}
