/* What rooms are handed: the clock, the log and its closed lists; waiting. */
#include "config.h"

#include <sys/time.h>

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "tests/core/run.h"

/* A clock and a log as a vendor plugs them in. */
struct vendor {
	int64_t	wall, steady, boot;
	char	line[1000];
	int	lines;
};

static int64_t
v_wall(void *self)
{
	return ((struct vendor *)self)->wall;
}

static int64_t
v_steady(void *self)
{
	return ((struct vendor *)self)->steady;
}

static int64_t
v_boot(void *self)
{
	return ((struct vendor *)self)->boot;
}

static void
v_line(void *self, const char *line)
{
	struct vendor *v = self;

	v->lines++;
	ck_assert(oki_copy(v->line, sizeof(v->line), line));
}

static const struct onshi_clock_ops clock_ops = {
	sizeof(clock_ops), v_wall, v_steady, v_boot, NULL
};
static const struct onshi_log_ops log_ops = {
	sizeof(log_ops), v_line, NULL
};

static struct vendor vendor;
static bool may_lock = true;

int	__real_mlock(const void *p, size_t len);
int	__wrap_mlock(const void *p, size_t len);

int
__wrap_mlock(const void *p, size_t len)
{
	return may_lock ? __real_mlock(p, len) : -1;
}


static struct oki_env *
make_env(bool with_clock, bool with_log)
{
	struct onshi_config *c;
	struct oki_env *env;

	memset(&vendor, 0, sizeof(vendor));
	ck_assert_int_eq(onshi_config_new(&c), ONSHI_OK);
	if (with_clock)
		ck_assert_int_eq(onshi_config_set_clock(c, &clock_ops,
		    &vendor), ONSHI_OK);
	if (with_log)
		ck_assert_int_eq(onshi_config_set_log(c, &log_ops, &vendor),
		    ONSHI_OK);
	ck_assert_int_eq(oki_env_new(c, &env), ONSHI_OK);
	onshi_config_free(&c);

	return env;
}

static const struct {
	int64_t	ms, seconds;
} walls[] = {
	{ 0, 0 }, { 999, 0 }, { 1000, 1 }, { -1, -1 }, { -999, -1 },
	{ -1000, -1 }, { -1001, -2 }, { 1767193200123, 1767193200 },
};

START_TEST(vendors_clock)
{
	struct oki_env *env = make_env(true, false);

	vendor.wall = walls[_i].ms;
	vendor.steady = 5;
	vendor.boot = 6;
	ck_assert_int_eq(oki_wall_ms(env), walls[_i].ms);
	ck_assert_int_eq(oki_wall(env), walls[_i].seconds);
	ck_assert_int_eq(oki_steady_ms(env), 5);
	ck_assert_int_eq(oki_boot_ms(env), 6);
	oki_env_free(&env);
}
END_TEST

START_TEST(own_clock)
{
	struct oki_env *env = make_env(false, false);
	int64_t a = oki_steady_ms(env), w = oki_os_wall_ms();

	ck_assert_int_ge(oki_steady_ms(env), a);
	ck_assert_int_ge(oki_boot_ms(env), a);
	ck_assert_int_ge(oki_wall_ms(env), w);
	ck_assert_int_gt(oki_wall(NULL), 1700000000);
	oki_env_free(&env);
	oki_env_free(&env);
	oki_env_free(NULL);
	ck_assert_int_eq(oki_env_new(NULL, &env), ONSHI_E_ARG);
	ck_assert_ptr_null(oki_env_ref(NULL));
}
END_TEST

START_TEST(counted)
{
	struct oki_env *env = make_env(true, true), *again;

	again = oki_env_ref(env);
	oki_env_free(&env);
	ck_assert_ptr_null(env);
	vendor.wall = 77;
	ck_assert_int_eq(oki_wall_ms(again), 77);
	oki_env_free(&again);
}
END_TEST

START_TEST(lines)
{
	struct oki_env *env = make_env(false, true);

	ck_assert(oki_log_is_on(env));
	ck_assert_str_eq(vendor.line, "start");
	OKI_LOG(env, APDU, OKI_N(INS, 0xa4), OKI_N(LEN, -3),
	    OKI_N(MS, INT64_MIN), OKI_W(RESULT, "ONSHI_OK"));
	ck_assert_str_eq(vendor.line, "card.apdu ins=164 len=-3 "
	    "ms=-9223372036854775808 result=ONSHI_OK");
	OKI_LOG(env, GATE, OKI_W(RULE, ""));
	ck_assert_str_eq(vendor.line, "gate rule=");
	oki_env_free(&env);
}
END_TEST

/* SEC-108: one line of ASCII, at most 512 bytes, whatever a word holds. */
START_TEST(injection)
{
	struct oki_env *env = make_env(false, true);
	char word[600];
	const char *p;

	OKI_LOG(env, GATE, OKI_W(RULE, "a b\n=%\x1b\x7f\xe3\x81\x82"));
	ck_assert_str_eq(vendor.line,
	    "gate rule=a%20b%0A%3D%25%1B%7F%E3%81%82");
	memset(word, '\n', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	OKI_LOG(env, GATE, OKI_W(RULE, word), OKI_N(MS, 1));
	ck_assert_uint_le(strlen(vendor.line), 512);
	for (p = vendor.line; *p != '\0'; p++)
		ck_assert(*p >= 0x20 && *p <= 0x7e);
	oki_env_free(&env);
}
END_TEST

/* SEC-81: it works all the same, and says so once per root. */
START_TEST(unlocked_memory)
{
	struct oki_env *env;

	may_lock = false;
	for (int i = 0; i < 2; i++) {
		vendor.lines = 0;
		env = make_env(false, true);
		ck_assert_int_eq(vendor.lines, 2);
		ck_assert_str_eq(vendor.line, "memory.unlocked");
		oki_log(env, OKI_EV_START, NULL, 0);
		ck_assert_int_eq(vendor.lines, 3);
		ck_assert_str_eq(vendor.line, "start");
		oki_env_free(&env);
	}
}
END_TEST

START_TEST(no_log)
{
	struct oki_env *env = make_env(true, false);

	ck_assert(!oki_log_is_on(env));
	ck_assert(!oki_log_is_on(NULL));
	OKI_LOG(env, GATE, OKI_N(MS, 1));
	OKI_LOG(NULL, GATE, OKI_N(MS, 1));
	ck_assert_int_eq(vendor.lines, 0);
	oki_env_free(&env);
}
END_TEST

START_TEST(outside_the_lists)
{
	struct oki_env *env = make_env(false, true);
	struct oki_field f = { OKI_FIELDS, 1, NULL };

	oki_log(env, OKI_EVENTS, NULL, 0);
	ck_assert_int_eq(vendor.lines, 1);
	oki_log(env, OKI_EV_GATE, &f, 1);
	ck_assert_str_eq(vendor.line, "gate");
	oki_env_free(&env);
}
END_TEST

static const struct {
	int32_t	ms;
	int64_t	passed;
	int32_t	left;
} waits[] = {
	{ 1000, 0, 1000 }, { 1000, 999, 1 }, { 1000, 1000, 0 },
	{ 1000, 5000, 0 }, { 0, 0, 0 }, { -5, 0, 0 },
	{ INT32_MAX, 0, INT32_MAX }, { 10, -((int64_t)1 << 40), INT32_MAX },
};

START_TEST(what_is_left)
{
	struct oki_env *env = make_env(true, false);
	struct oki_wait w;

	vendor.steady = 1000;
	oki_wait_init(&w, env, waits[_i].ms, NULL);
	vendor.steady += waits[_i].passed;
	ck_assert_int_eq(oki_wait_left(&w), waits[_i].left);
	ck_assert_int_eq(oki_wait_check(&w, ONSHI_E_LINK_TIMEOUT),
	    waits[_i].left == 0 ? ONSHI_E_LINK_TIMEOUT : ONSHI_OK);
	oki_env_free(&env);
}
END_TEST

static struct oki_cancel cancel;

static void
on_alarm(int number)
{
	(void)number;
	oki_cancel_set(&cancel);
}

START_TEST(cancelled)
{
	struct oki_wait w;
	struct pollfd p = { .events = POLLIN };

	ck_assert_int_eq(oki_cancel_init(&cancel), ONSHI_OK);
	ck_assert(!oki_cancel_is_set(&cancel));
	ck_assert(!oki_cancel_is_set(NULL));
	oki_wait_init(&w, NULL, 60000, &cancel);
	ck_assert_int_eq(oki_wait_check(&w, ONSHI_E_LINK_TIMEOUT), ONSHI_OK);
	p.fd = (int)oki_event_fd(cancel.event);
	ck_assert_int_eq(poll(&p, 1, 0), 0);
	oki_cancel_set(&cancel);
	oki_cancel_set(&cancel);
	ck_assert_int_eq(poll(&p, 1, 0), 1);
	ck_assert_int_eq(oki_wait_check(&w, ONSHI_E_LINK_TIMEOUT),
	    ONSHI_E_CANCELLED);
	/* Cancelled wins over late. */
	w.end_ms = 0;
	ck_assert_int_eq(oki_wait_check(&w, ONSHI_E_LINK_TIMEOUT),
	    ONSHI_E_CANCELLED);
	oki_cancel_clear(&cancel);
	ck_assert_int_eq(poll(&p, 1, 0), 0);
	ck_assert(!oki_cancel_is_set(&cancel));
	oki_cancel_free(&cancel);
	oki_cancel_set(&cancel);
}
END_TEST

/* SEC-111: from a signal handler, a thousand times a second. */
START_TEST(cancelled_by_signals)
{
	struct itimerval every = { { 0, 1000 }, { 0, 1000 } };
	struct itimerval never = { { 0, 0 }, { 0, 0 } };
	struct sigaction sa = { .sa_handler = on_alarm };
	int64_t end;
	int seen = 0;

	ck_assert_int_eq(oki_cancel_init(&cancel), ONSHI_OK);
	ck_assert_int_eq(sigaction(SIGALRM, &sa, NULL), 0);
	ck_assert_int_eq(setitimer(ITIMER_REAL, &every, NULL), 0);
	end = oki_os_steady_ms() + 200;
	while (oki_os_steady_ms() < end)
		if (oki_cancel_is_set(&cancel)) {
			seen++;
			oki_cancel_clear(&cancel);
		}
	ck_assert_int_eq(setitimer(ITIMER_REAL, &never, NULL), 0);
	ck_assert_int_gt(seen, 0);
	oki_cancel_free(&cancel);
}
END_TEST

static void
fill(TCase *t)
{
	ADD_ROWS(t, vendors_clock, walls);
	tcase_add_test(t, own_clock);
	tcase_add_test(t, counted);
	tcase_add_test(t, lines);
	tcase_add_test(t, injection);
	tcase_add_test(t, no_log);
	tcase_add_test(t, outside_the_lists);
	ADD_ROWS(t, what_is_left, waits);
	tcase_add_test(t, cancelled);
	tcase_add_test(t, cancelled_by_signals);
	/* Last: the process remembers that it may not lock. */
	tcase_add_test(t, unlocked_memory);
}

int
main(void)
{
	return run_tests("core/env", fill);
}
