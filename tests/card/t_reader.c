/* Tests of lib/card/reader.c, open.c, worker.c: choosing, waiting, hanging. */
#include "config.h"

#include <sys/wait.h>

#include <check.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/core/run.h"
#include "tests/mock/owner.h"

#define MS	2000
#define SLACK	250		/* P8 */
#define READERS	4

static struct mock m[READERS];
static struct mock_world t;
static struct oki_card *card, *other;
static int64_t began;

static void
once_setup(void)
{
	owner = mock_identity_new("adult", 0);
}

static void
setup(void)
{
	for (size_t i = 0; i < READERS; i++) {
		mock_init(&m[i], owner);
		m[i].present = false;
		m[i].absent = true;
	}
	began = mock_now();
}

static void
teardown(void)
{
	(void)oki_card_close(&card, &t.e);
	(void)oki_card_close(&other, &t.e);
	mock_world_close(&t);
	for (size_t i = 0; i < READERS; i++) {
		ck_assert_int_eq(m[i].unlawful, 0);
		ck_assert_int_eq(m[i].overlaps, 0);
		ck_assert_int_le(m[i].ends, 1);
		mock_free(&m[i]);
	}
}

static int
open_card(const char *part, int32_t ms, struct oki_card **out)
{
	return oki_card_open(t.readers, part, mock_wait(&t, ms), out, &t.e);
}

static int
passed(void)
{
	int64_t now = mock_now(), ms = now - began;

	began = now;

	return (int)ms;
}

/* ---- choosing --------------------------------------------------------- */

static const struct {
	const char	*name;
	const char	*part;
	const char	*cards;		/* "10": on the first of two */
	int		 result;
	int		 held;		/* which one, from 1 */
} choices[] = {
	{ "the only card", NULL, "10", ONSHI_OK, 1 },
	{ "the only card, second", "", "01", ONSHI_OK, 2 },
	{ "by name", "Mock 2", "11", ONSHI_OK, 2 },
	{ "by a part", "2", "11", ONSHI_OK, 2 },
	{ "several", NULL, "11", ONSHI_E_READER_SEVERAL, 0 },
	{ "several by a part", "Mock", "11", ONSHI_E_READER_SEVERAL, 0 },
	{ "the only card by a part", "Mock", "01", ONSHI_OK, 2 },
	{ "by name, the card elsewhere", "Mock 1", "01",
	  ONSHI_E_CARD_NONE, 0 },
	{ "none", NULL, "00", ONSHI_E_CARD_NONE, 0 },
	{ "three, one card", "Mock", "001", ONSHI_OK, 3 },
	{ "by name, another case", "mOCK 2", "11", ONSHI_OK, 2 },
	{ "by a part, another case", "MOCK", "01", ONSHI_OK, 2 },
	{ "by the end of a name", "K 2", "11", ONSHI_OK, 2 },
	{ "longer than a name", "Mock 12", "11", ONSHI_E_CARD_NONE, 0 }
};

START_TEST(t_choose)
{
	size_t n = strlen(choices[_i].cards);

	for (size_t i = 0; i < n; i++)
		m[i].present = choices[_i].cards[i] == '1';
	mock_world_open(&t, m, n);
	ck_assert_int_eq(open_card(choices[_i].part, 150, &card),
	    choices[_i].result);
	ck_assert_int_le(passed(), 150 + SLACK);
	for (size_t i = 0; i < n; i++)
		ck_assert_int_eq(m[i].holds,
		    (int)i + 1 == choices[_i].held ? 1 : 0);
	if (choices[_i].result == ONSHI_OK)
		return;
	ck_assert_int_eq(t.e.code, choices[_i].result);
	ck_assert_int_eq(t.e.phase, ONSHI_PHASE_READER);
	ck_assert_ptr_null(card);
}
END_TEST

/* A whole name is that reader alone, though it is part of another's. */
START_TEST(t_whole)
{
	static const struct onshi_reader_ops *ops = &mock_ops;

	ck_assert_int_eq(onshi_config_new(&t.config), ONSHI_OK);
	ck_assert_int_eq(onshi_config_add_reader(t.config, "Mock 10", ops,
	    &m[1]), ONSHI_OK);
	m[0].present = m[1].present = true;
	mock_world_open(&t, m, 1);
	ck_assert_int_eq(open_card("Mock 1", MS, &card), ONSHI_OK);
	ck_assert_int_eq(m[0].holds, 1);
	ck_assert_int_eq(open_card("Mock 10", MS, &other), ONSHI_OK);
	ck_assert_int_eq(m[1].holds, 1);
}
END_TEST

START_TEST(t_no_reader)
{
	mock_world_open(&t, m, 1);
	ck_assert_int_eq(open_card("Nowhere", 100, &card),
	    ONSHI_E_CARD_NONE);
	ck_assert_int_eq(open_card("Nowhere", 5000, &card),
	    ONSHI_E_READER_NONE);
	ck_assert_int_le(passed(), 3000);
	/* It has been missing for long enough: said at once. */
	ck_assert_int_eq(open_card("Nowhere", 5000, &card),
	    ONSHI_E_READER_NONE);
	ck_assert_int_le(passed(), 500);
}
END_TEST

/* Without a daemon and without readers of the program. */
START_TEST(t_no_service)
{
	struct oki_reader_state states[OKI_READERS];
	size_t n;

	mock_world_open(&t, m, 0);
	ck_assert_int_eq(open_card(NULL, MS, &card), ONSHI_E_READER_SERVICE);
	ck_assert_int_eq(oki_readers_list(t.readers, mock_wait(&t, MS),
	    states, OKI_COUNT(states), &n, &t.e), ONSHI_E_READER_SERVICE);
	ck_assert_int_eq(t.e.system, 0x8010001d);
	ck_assert_uint_eq(n, 0);
	ck_assert_int_le(passed(), 500);
}
END_TEST

/* ---- listing ---------------------------------------------------------- */

START_TEST(t_list)
{
	struct oki_reader_state states[OKI_READERS];
	size_t n;

	m[1].present = true;
	m[2].present = true;
	mock_world_open(&t, m, READERS);
	ck_assert_int_eq(open_card("Mock 3", MS, &card), ONSHI_OK);
	ck_assert_int_eq(oki_readers_list(t.readers, mock_wait(&t, MS),
	    states, OKI_COUNT(states), &n, &t.e), ONSHI_OK);
	ck_assert_uint_eq(n, READERS);
	ck_assert_str_eq(states[0].name, "Mock 1");
	ck_assert_str_eq(states[3].name, "Mock 4");
	ck_assert(!states[0].has_card && states[1].has_card);
	ck_assert(states[2].has_card && !states[3].has_card);
	/* Less room than there are: what fits, and how many there are. */
	memset(states, 0, sizeof(states));
	ck_assert_int_eq(oki_readers_list(t.readers, mock_wait(&t, MS),
	    states, 1, &n, &t.e), ONSHI_OK);
	ck_assert_uint_eq(n, READERS);
	ck_assert_str_eq(states[1].name, "");
}
END_TEST

/* ---- names are bytes (SEC-73, K 53 to 56) ----------------------------- */

static const struct {
	const char	*name;
	const char	*bytes;
	const char	*text;
} names[] = {
	{ "plain", "ACS ACR122U 00 00", "ACS ACR122U 00 00" },
	{ "Japanese", "\xe8\xaa\xad\xe5\x8f\x96", "\xe8\xaa\xad\xe5\x8f\x96" },
	{ "escape sequence", "a\x1b[2Jb", "a\\x1b[2Jb" },
	{ "line feed", "a\nb", "a\\x0ab" },
	{ "not UTF-8", "a\xff" "b", "a\\xff" "b" },
	{ "half a character", "\xe8\xaa", "\\xe8\\xaa" },
	{ "DEL", "a\x7f", "a\\x7f" },
	{ "empty", "", "" }
};

START_TEST(t_name)
{
	char text[OKI_READER_NAME], tiny[4];

	oki_reader_text(text, sizeof(text), names[_i].bytes);
	ck_assert_str_eq(text, names[_i].text);
	oki_reader_text(tiny, sizeof(tiny), names[_i].bytes);
	ck_assert_uint_lt(strlen(tiny), sizeof(tiny));
}
END_TEST

/* ---- one session per reader (ID-3) ------------------------------------ */

START_TEST(t_busy)
{
	m[0].present = true;
	mock_world_open(&t, m, 2);
	ck_assert_int_eq(open_card(NULL, MS, &card), ONSHI_OK);
	passed();
	ck_assert_int_eq(open_card("Mock 1", MS, &other),
	    ONSHI_E_READER_BUSY);
	ck_assert_int_eq(open_card(NULL, MS, &other), ONSHI_E_READER_BUSY);
	ck_assert_int_le(passed(), 500);
	m[1].present = true;
	ck_assert_int_eq(open_card(NULL, MS, &other), ONSHI_OK);
	ck_assert_int_eq(m[1].holds, 1);
	ck_assert_int_eq(oki_card_close(&card, &t.e), ONSHI_OK);
	ck_assert_int_eq(open_card("Mock 1", MS, &card), ONSHI_OK);
}
END_TEST

/* Two who have both seen the reader free: one gets it. */
START_TEST(t_take)
{
	struct oki_reader *first, *second;

	mock_world_open(&t, m, 1);
	oki_error_clear(&t.e);
	ck_assert_int_eq(oki_reader_take(t.readers, "Mock 1", &first, &t.e),
	    ONSHI_OK);
	ck_assert_int_eq(oki_reader_take(t.readers, "Mock 1", &second, &t.e),
	    ONSHI_E_READER_BUSY);
	ck_assert_ptr_null(second);
	oki_reader_give_back(t.readers, first);
	oki_error_clear(&t.e);
	ck_assert_int_eq(oki_reader_take(t.readers, "Mock 1", &second, &t.e),
	    ONSHI_OK);
	ck_assert_ptr_eq(first, second);
}
END_TEST

/* Another program at the reader: asked again for a second, then said. */
START_TEST(t_busy_elsewhere)
{
	m[0].present = true;
	m[0].hold_result = ONSHI_E_READER_BUSY;
	mock_world_open(&t, m, 1);
	ck_assert_int_eq(open_card(NULL, 5000, &card), ONSHI_E_READER_BUSY);
	ck_assert_int_le(passed(), 2000);
	ck_assert_int_ge(m[0].holds, 2);
	m[0].hold_result = ONSHI_OK;
	ck_assert_int_eq(open_card(NULL, MS, &card), ONSHI_OK);
}
END_TEST

static const struct {
	const char	*name;
	int		 result;	/* of the table's hold */
	int		 want;
} holds[] = {
	{ "broken", ONSHI_E_READER, ONSHI_E_READER },
	{ "gone", ONSHI_E_CARD_GONE, ONSHI_E_CARD_NONE },
	{ "mute", ONSHI_E_CARD_TIMEOUT, ONSHI_E_CARD_TIMEOUT },
	{ "not readable", ONSHI_E_CARD_ANSWER, ONSHI_E_CARD_ANSWER },
	{ "foreign", ONSHI_E_CARD_OTHER, ONSHI_E_CARD_OTHER },
	{ "no service", ONSHI_E_READER_SERVICE, ONSHI_E_READER_SERVICE },
	{ "no right", ONSHI_E_READER_DENIED, ONSHI_E_READER_DENIED },
	{ "cancelled, by nobody", ONSHI_E_CANCELLED, ONSHI_E_READER },
	{ "no result of ours", -1, ONSHI_E_READER },
	{ "positive", 1, ONSHI_E_READER },
	{ "not a reader's to say", ONSHI_E_PIN_WRONG, ONSHI_E_READER }
};

START_TEST(t_hold)
{
	m[0].present = true;
	m[0].hold_result = holds[_i].result;
	mock_world_open(&t, m, 1);
	ck_assert_int_eq(open_card(NULL, 300, &card), holds[_i].want);
	ck_assert_int_le(passed(), 300 + SLACK);
	m[0].hold_result = ONSHI_OK;
	ck_assert_int_eq(open_card(NULL, MS, &card), ONSHI_OK);
}
END_TEST

/* ---- waiting ---------------------------------------------------------- */

struct later {
	pthread_t	 thread;
	int		 ms;
	struct mock	*put;
	struct oki_cancel *cancel;
};

static void *
later_run(void *arg)
{
	struct later *l = arg;

	mock_sleep(l->ms);
	if (l->put != NULL)
		mock_put(l->put, true);
	if (l->cancel != NULL)
		oki_cancel_set(l->cancel);

	return NULL;
}

static void
later_start(struct later *l, int ms, struct mock *put,
    struct oki_cancel *cancel)
{
	l->ms = ms;
	l->put = put;
	l->cancel = cancel;
	ck_assert_int_eq(pthread_create(&l->thread, NULL, later_run, l), 0);
}

static void
later_end(struct later *l)
{
	ck_assert_int_eq(pthread_join(l->thread, NULL), 0);
}

START_TEST(t_wait)
{
	struct later l;

	mock_world_open(&t, m, (size_t)_i);
	later_start(&l, 300, &m[_i - 1], NULL);
	ck_assert_int_eq(open_card(NULL, 5000, &card), ONSHI_OK);
	later_end(&l);
	ck_assert_int_le(passed(), 300 + 2 * SLACK);
	ck_assert_int_eq(m[_i - 1].holds, 1);
}
END_TEST

/* With no time left it looks once, and takes what lies there. */
START_TEST(t_no_time)
{
	mock_world_open(&t, m, 2);
	ck_assert_int_eq(open_card(NULL, 0, &card), ONSHI_E_CARD_NONE);
	ck_assert_int_le(passed(), SLACK);
	mock_put(&m[1], true);
	ck_assert_int_eq(open_card(NULL, 0, &card), ONSHI_OK);
	ck_assert_int_le(passed(), SLACK);
}
END_TEST

/* What lies there now, and no waiting for what may come. */
START_TEST(t_now)
{
	int64_t before;

	mock_world_open(&t, m, 2);
	before = mock_now();
	ck_assert_int_eq(oki_card_open_now(t.readers, NULL, mock_wait(&t,
	    10000), &card, &t.e), ONSHI_E_CARD_NONE);
	ck_assert_int_eq(oki_card_open_now(t.readers, "Nowhere", mock_wait(&t,
	    10000), &card, &t.e), ONSHI_E_READER_NONE);
	ck_assert_int_le((int)(mock_now() - before), SLACK);
	mock_put(&m[1], true);
	ck_assert_int_eq(oki_card_open_now(t.readers, NULL, mock_wait(&t,
	    10000), &card, &t.e), ONSHI_OK);
	ck_assert_int_eq(oki_card_open_now(t.readers, NULL, mock_wait(&t,
	    10000), &other, &t.e), ONSHI_E_READER_BUSY);
}
END_TEST

START_TEST(t_cancel_wait)
{
	struct later l;

	mock_world_open(&t, m, 2);
	later_start(&l, 200, NULL, &t.cancel);
	ck_assert_int_eq(open_card(NULL, 10000, &card), ONSHI_E_CANCELLED);
	later_end(&l);
	ck_assert_int_le(passed(), 200 + SLACK);
	/* It stays cancelled until somebody clears it. */
	ck_assert_int_eq(open_card(NULL, 10000, &card), ONSHI_E_CANCELLED);
	oki_cancel_clear(&t.cancel);
	mock_put(&m[0], true);
	ck_assert_int_eq(open_card(NULL, MS, &card), ONSHI_OK);
}
END_TEST

/* Shortly after it a look for what lies there now looks again for a while: a
 * reader may still be at the wait that was given up. */
START_TEST(t_cancel_then_now)
{
	struct later l;

	mock_world_open(&t, m, 1);
	later_start(&l, 50, NULL, &t.cancel);
	ck_assert_int_eq(open_card(NULL, 10000, &card), ONSHI_E_CANCELLED);
	later_end(&l);
	oki_cancel_clear(&t.cancel);
	later_start(&l, 150, &m[0], NULL);
	ck_assert_int_eq(oki_card_open_now(t.readers, NULL, mock_wait(&t,
	    10000), &card, &t.e), ONSHI_OK);
	later_end(&l);
	/* And no longer than a while. */
	ck_assert_int_eq(oki_card_close(&card, &t.e), ONSHI_OK);
	mock_put(&m[0], false);
	passed();
	ck_assert_int_eq(oki_card_open_now(t.readers, NULL, mock_wait(&t,
	    10000), &card, &t.e), ONSHI_E_CARD_NONE);
	ck_assert_int_le(passed(), 500 + 2 * SLACK);
}
END_TEST

/* While a command is under way: with a reader that can be told, and not. */
START_TEST(t_cancel_command)
{
	struct later l;
	int kind;

	m[0].present = true;
	m[0].fault = _i == 0 ? MOCK_MUTE_CANCEL : MOCK_MUTE_HARD;
	m[0].deaf = _i == 2;
	m[0].at = 2;
	mock_world_open(&t, m, 1);
	ck_assert_int_eq(open_card(NULL, MS, &card), ONSHI_OK);
	later_start(&l, 100, NULL, &t.cancel);
	passed();
	ck_assert_int_eq(oki_card_kind(card, mock_wait(&t, 10000), &kind,
	    &t.e), ONSHI_E_CANCELLED);
	(void)oki_card_close(&card, &t.e);
	later_end(&l);
	ck_assert_int_le(passed(), 100 + SLACK);
	oki_cancel_clear(&t.cancel);
	m[0].fault = MOCK_NONE;
	mock_wake(&m[0]);
	/* The next one waits for what still hangs, and then has the reader. */
	ck_assert_int_eq(open_card(NULL, MS, &card), ONSHI_OK);
	ck_assert_int_eq(oki_card_kind(card, mock_wait(&t, MS), &kind, &t.e),
	    ONSHI_OK);
}
END_TEST

/* ---- hanging (SEC-64) ------------------------------------------------- */

static void
hang(size_t i, struct oki_card **c)
{
	char name[32];
	int kind;

	(void)snprintf(name, sizeof(name), "Mock %zu", i + 1);
	m[i].present = true;
	m[i].fault = MOCK_MUTE_HARD;
	m[i].at = 1;
	ck_assert_int_eq(open_card(name, MS, c), ONSHI_OK);
	ck_assert_int_eq(oki_card_kind(*c, mock_wait(&t, 50), &kind, &t.e),
	    ONSHI_E_CARD_TIMEOUT);
	ck_assert_int_eq(oki_card_kind(*c, mock_wait(&t, 50), &kind, &t.e),
	    ONSHI_E_STATE);
	passed();
	ck_assert_int_ne(oki_card_close(c, &t.e), ONSHI_OK);
	ck_assert_int_le(passed(), SLACK);
}

START_TEST(t_hanging)
{
	int kind;

	mock_world_open(&t, m, READERS);
	hang(0, &card);
	ck_assert_int_eq(atomic_load(&t.readers->hanging), 1);
	/* The reader itself is not free, the others are. */
	passed();
	ck_assert_int_eq(open_card("Mock 1", 200, &card),
	    ONSHI_E_CARD_TIMEOUT);
	ck_assert_int_le(passed(), 200 + SLACK);
	m[1].present = true;
	ck_assert_int_eq(open_card("Mock 2", MS, &other), ONSHI_OK);
	ck_assert_int_eq(oki_card_kind(other, mock_wait(&t, MS), &kind,
	    &t.e), ONSHI_OK);
	/* Once it comes back it powers off by itself, and serves again. */
	m[0].fault = MOCK_NONE;
	mock_wake(&m[0]);
	for (int i = 0; i < 200 && atomic_load(&t.readers->hanging) > 0; i++)
		mock_sleep(5);
	mock_lock(&m[0]);
	ck_assert(!m[0].powered);
	mock_unlock(&m[0]);
	ck_assert_int_eq(open_card("Mock 1", MS, &card), ONSHI_OK);
	ck_assert_int_ge(m[0].releases, 1);
	ck_assert_int_eq(oki_card_kind(card, mock_wait(&t, MS), &kind, &t.e),
	    ONSHI_OK);
	ck_assert_int_eq(atomic_load(&t.readers->hanging), 0);
}
END_TEST

START_TEST(t_hanging_limit)
{
	static struct mock fifth;

	mock_init(&fifth, owner);
	ck_assert_int_eq(onshi_config_new(&t.config), ONSHI_OK);
	ck_assert_int_eq(onshi_config_add_reader(t.config, "Fifth",
	    &mock_ops, &fifth), ONSHI_OK);
	fifth.present = true;
	mock_world_open(&t, m, READERS);
	for (size_t i = 0; i < READERS; i++)
		hang(i, &card);
	ck_assert_int_eq(atomic_load(&t.readers->hanging), OKI_HANGING);
	ck_assert_int_eq(open_card("Fifth", 300, &card), ONSHI_E_READER);
	m[2].fault = MOCK_NONE;
	mock_wake(&m[2]);
	mock_sleep(50);
	ck_assert_int_eq(open_card("Fifth", 300, &card), ONSHI_OK);
	ck_assert_int_eq(oki_card_close(&card, &t.e), ONSHI_OK);
	for (size_t i = 0; i < READERS; i++)
		mock_wake(&m[i]);
}
END_TEST

/* The root goes while a reader hangs: not waited for; what hangs ends by
 * itself, powers off, and gives back the program's table last of all. */
START_TEST(t_hanging_end)
{
	bool gone = false;

	mock_world_open(&t, m, 1);
	hang(0, &card);
	passed();
	mock_world_close(&t);
	ck_assert_int_le(passed(), 600);
	mock_lock(&m[0]);
	ck_assert_int_eq(m[0].ends, 0);
	mock_unlock(&m[0]);
	mock_wake(&m[0]);
	for (int i = 0; i < 200 && !gone; i++) {
		mock_sleep(5);
		mock_lock(&m[0]);
		gone = m[0].ends == 1;
		mock_unlock(&m[0]);
	}
	ck_assert(gone);
	ck_assert(!m[0].powered);
	ck_assert_int_eq(m[0].releases, 1);
}
END_TEST

/* ---- many at once ----------------------------------------------------- */

#define ROUNDS	25

struct desk {
	pthread_t	 thread;
	const char	*part;
	struct oki_readers *readers;
	struct oki_env	*env;
	int		 good, busy, bad;
};

static void *
desk_run(void *arg)
{
	struct onshi_error e;
	struct oki_card *c;
	struct desk *d = arg;
	struct oki_wait w;
	int kind, r;

	for (int i = 0; i < ROUNDS; i++) {
		oki_error_clear(&e);
		oki_wait_init(&w, d->env, 5000, NULL);
		r = oki_card_open(d->readers, d->part, &w, &c, &e);
		if (r == ONSHI_OK)
			r = oki_card_kind(c, &w, &kind, &e);
		d->good += r == ONSHI_OK;
		d->busy += r == ONSHI_E_READER_BUSY;
		d->bad += r != ONSHI_OK && r != ONSHI_E_READER_BUSY;
		(void)oki_card_close(&c, &e);
	}

	return NULL;
}

START_TEST(t_desks)
{
	static const char *const parts[] = {
		"Mock 1", "Mock 1", "Mock 2", "Mock 2", "Mock 3", "Mock 4"
	};
	struct oki_reader_state states[OKI_READERS];
	struct desk desks[OKI_COUNT(parts)];
	int good = 0;
	size_t n;

	for (size_t i = 0; i < READERS; i++)
		m[i].present = true;
	mock_world_open(&t, m, READERS);
	memset(desks, 0, sizeof(desks));
	for (size_t i = 0; i < OKI_COUNT(desks); i++) {
		desks[i].part = parts[i];
		desks[i].readers = t.readers;
		desks[i].env = t.env;
		ck_assert_int_eq(pthread_create(&desks[i].thread, NULL,
		    desk_run, &desks[i]), 0);
	}
	for (int i = 0; i < ROUNDS; i++)
		ck_assert_int_eq(oki_readers_list(t.readers, mock_wait(&t,
		    5000), states, OKI_COUNT(states), &n, &t.e), ONSHI_OK);
	for (size_t i = 0; i < OKI_COUNT(desks); i++) {
		ck_assert_int_eq(pthread_join(desks[i].thread, NULL), 0);
		ck_assert_int_eq(desks[i].bad, 0);
		good += desks[i].good;
	}
	ck_assert_int_ge(good, 2 * ROUNDS);
	ck_assert_int_eq(desks[4].good, ROUNDS);
}
END_TEST

/* ---- fork (SEC-116, F26) ---------------------------------------------- */

START_TEST(t_fork)
{
	struct oki_reader_state states[OKI_READERS];
	int kind, status, before;
	size_t n;
	pid_t child;

	m[0].present = true;
	mock_world_open(&t, m, 1);
	ck_assert_int_eq(open_card(NULL, MS, &card), ONSHI_OK);
	before = m[0].commands;
	if ((child = fork()) == 0) {
		int bad = 0;

		bad += open_card(NULL, MS, &other) != ONSHI_E_STATE;
		bad += oki_readers_list(t.readers, mock_wait(&t, MS), states,
		    OKI_COUNT(states), &n, &t.e) != ONSHI_E_STATE;
		bad += oki_card_kind(card, mock_wait(&t, MS), &kind, &t.e) !=
		    ONSHI_E_STATE;
		bad += oki_card_close(&card, &t.e) != ONSHI_OK;
		bad += m[0].commands != before || m[0].releases != 0;
		oki_readers_free(&t.readers);
		_exit(bad);
	}
	ck_assert_int_gt(child, 0);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	ck_assert_int_eq(oki_card_kind(card, mock_wait(&t, MS), &kind, &t.e),
	    ONSHI_OK);
	ck_assert_int_eq(kind, ONSHI_CARD_MY_NUMBER);
}
END_TEST

/* Order of freeing does not matter: the card keeps its readers. */
START_TEST(t_order)
{
	int kind;

	m[0].present = true;
	mock_world_open(&t, m, 1);
	ck_assert_int_eq(open_card(NULL, MS, &card), ONSHI_OK);
	oki_readers_free(&t.readers);
	ck_assert_int_eq(oki_card_kind(card, mock_wait(&t, MS), &kind, &t.e),
	    ONSHI_OK);
	ck_assert_int_eq(oki_card_close(&card, &t.e), ONSHI_OK);
	oki_readers_free(&t.readers);
	oki_readers_free(NULL);
}
END_TEST

static void
fill(TCase *c)
{
	tcase_set_timeout(c, 30);
	tcase_add_unchecked_fixture(c, once_setup, drop_owner);
	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_loop_test(c, t_choose, 0, OKI_COUNT(choices));
	tcase_add_test(c, t_whole);
	tcase_add_test(c, t_no_reader);
	tcase_add_test(c, t_no_service);
	tcase_add_test(c, t_list);
	tcase_add_loop_test(c, t_name, 0, OKI_COUNT(names));
	tcase_add_test(c, t_busy);
	tcase_add_test(c, t_take);
	tcase_add_test(c, t_busy_elsewhere);
	tcase_add_loop_test(c, t_hold, 0, OKI_COUNT(holds));
	tcase_add_loop_test(c, t_wait, 1, 3);
	tcase_add_test(c, t_no_time);
	tcase_add_test(c, t_now);
	tcase_add_test(c, t_cancel_wait);
	tcase_add_test(c, t_cancel_then_now);
	tcase_add_loop_test(c, t_cancel_command, 0, 3);
	tcase_add_test(c, t_hanging);
	tcase_add_test(c, t_hanging_limit);
	tcase_add_test(c, t_hanging_end);
	tcase_add_test(c, t_desks);
	tcase_add_test(c, t_fork);
	tcase_add_test(c, t_order);
}

int
main(void)
{
	return run_tests("card/reader", fill);
}
