/* A thread with one job: what hangs, comes late, never begins, or is stopped
 * in the middle. Every wait is for an event of the other side. */
#include "config.h"

#include <sys/wait.h>

#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "tests/core/run.h"

#define SOON	30000		/* a wait that the other side ends */
#define ROUNDS	200

/* ---- a job that does what the test says ---------------------------------- */

struct task {
	struct oki_job		 job;
	bool			 hang;		/* until it is opened */
	bool			 obey;		/* cancel opens it */
	int			 result;
	struct oki_event	*begun;		/* the test's */
	struct oki_event	*open;		/* the test's */
};

static struct onshi_config *config;
static struct oki_env *env;
static struct oki_event *begun, *gate, *ended;
static oki_atomic_int runs, lates, ends, cancels, clears, stuck;
static oki_atomic_int calls;
static int served;		/* by the runner's thread alone */
static bool no_thread;

int __real_pthread_create(pthread_t *, const pthread_attr_t *,
    void *(*)(void *), void *);
int __wrap_pthread_create(pthread_t *, const pthread_attr_t *,
    void *(*)(void *), void *);

int
__wrap_pthread_create(pthread_t *t, const pthread_attr_t *a,
    void *(*run)(void *), void *arg)
{
	return no_thread ? 11 : __real_pthread_create(t, a, run, arg);
}

/* Seen and taken: what the other side did before it is seen, too. */
static void
await(struct oki_event *e)
{
	ck_assert(oki_event_wait(e, NULL, SOON));
	oki_event_clear(e);
}

static void
run(void *self, struct oki_job *job)
{
	struct task *t = (struct task *)job;

	(void)self;
	(void)atomic_fetch_add(&runs, 1);
	oki_event_set(t->begun);
	if (t->hang)
		ck_assert(oki_event_wait(t->open, NULL, SOON));
	t->result = 7;
}

static void
cancel(void *self, struct oki_job *job)
{
	struct task *t = (struct task *)job;

	(void)self;
	(void)atomic_fetch_add(&cancels, 1);
	if (t->obey)
		oki_event_set(t->open);
}

static void
late(void *self, struct oki_job *job)
{
	(void)self;
	ck_assert_int_eq(((struct task *)job)->result, 7);
	(void)atomic_fetch_add(&lates, 1);
}

static void
end(void *self)
{
	(void)self;
	(void)atomic_fetch_add(&ends, 1);
	oki_event_set(ended);
}

static void
clear(struct oki_job *job)
{
	(void)job;
	(void)atomic_fetch_add(&clears, 1);
}

static const struct oki_runner_ops ops = { .run = run, .cancel = cancel,
    .late = late, .end = end, .ready = true };
static const struct oki_runner_ops bare = { .run = run };

static void
setup(void)
{
	ck_assert_int_eq(onshi_config_new(&config), ONSHI_OK);
	ck_assert_int_eq(oki_env_new(config, &env), ONSHI_OK);
	ck_assert_int_eq(oki_event_new(&begun), ONSHI_OK);
	ck_assert_int_eq(oki_event_new(&gate), ONSHI_OK);
	ck_assert_int_eq(oki_event_new(&ended), ONSHI_OK);
	no_thread = false;
	runs = lates = ends = cancels = clears = stuck = calls = served = 0;
}

static void
teardown(void)
{
	oki_event_free(&begun);
	oki_event_free(&gate);
	oki_event_free(&ended);
	oki_env_free(&env);
	onshi_config_free(&config);
}

static struct task *
task_new(bool hang, bool obey)
{
	struct oki_job *job;
	struct task *t;

	ck_assert_int_eq(oki_job_new(sizeof(*t), clear, &job), ONSHI_OK);
	t = (struct task *)job;
	t->hang = hang;
	t->obey = obey;
	t->begun = begun;
	t->open = gate;

	return t;
}

static void
task_free(struct task *t)
{
	struct oki_job *job = &t->job;

	oki_job_unref(&job);
}

static struct oki_runner *
runner_new(const struct oki_runner_ops *o)
{
	struct oki_runner *k;

	ck_assert_int_eq(oki_runner_new(o, NULL, &stuck, &k), ONSHI_OK);

	return k;
}

static const struct oki_wait *
wait_of(int32_t ms)
{
	static struct oki_wait w;

	oki_wait_init(&w, env, ms, NULL);

	return &w;
}

static bool
is_readable(int64_t fd)
{
	struct pollfd p = { .fd = (int)fd, .events = POLLIN };

	return poll(&p, 1, 0) == 1;
}

static void
wait_readable(int64_t fd)
{
	struct pollfd p = { .fd = (int)fd, .events = POLLIN };

	ck_assert_int_eq(poll(&p, 1, SOON), 1);
}

/* Until the runner has seen off what it was abandoned with. */
static void
wait_free(struct oki_runner *k)
{
	struct task *t = task_new(false, false);
	enum oki_job_end how;

	ck_assert_int_eq(oki_runner_do(k, &t->job, wait_of(SOON), -1, 0,
	    &how), ONSHI_OK);
	task_free(t);
}

/* ---- the tests ------------------------------------------------------------ */

START_TEST(done_in_time)
{
	struct oki_runner *k = runner_new(&ops);
	struct task *t = task_new(false, false);
	enum oki_job_end how;

	for (int i = 0; i < 100; i++) {
		t->result = 0;
		ck_assert_int_eq(oki_runner_do(k, &t->job, wait_of(SOON), -1,
		    0, &how), ONSHI_OK);
		ck_assert_int_eq(how, OKI_JOB_CAME_BACK);
		ck_assert_int_eq(t->result, 7);
	}
	ck_assert_int_eq(atomic_load(&runs), 100);
	ck_assert_int_eq(atomic_load(&clears), 0);
	task_free(t);
	ck_assert_int_eq(atomic_load(&clears), 1);
	ck_assert(oki_runner_stop(&k, SOON));
	ck_assert_ptr_null(k);
	ck_assert(oki_runner_stop(&k, SOON));
	ck_assert(oki_runner_stop(NULL, SOON));
	ck_assert_int_eq(atomic_load(&ends), 1);
	ck_assert_int_eq(atomic_load(&lates), 0);
}
END_TEST

/* Not blocking: ONSHI_NEED_WAIT and a descriptor; taken once. */
START_TEST(come_back_for_it)
{
	struct oki_runner *k = runner_new(&ops);
	struct task *t = task_new(true, false);
	struct task *other = task_new(false, false);

	ck_assert_int_eq(oki_runner_start(k, &t->job, NULL, -1), ONSHI_OK);
	ck_assert_int_eq(oki_runner_wait(k, &t->job, NULL, -1),
	    ONSHI_NEED_WAIT);
	ck_assert(!is_readable(oki_runner_fd(k)));
	ck_assert_int_eq(oki_runner_start(k, &other->job, NULL, -1),
	    ONSHI_E_STATE);
	ck_assert_int_eq(oki_runner_start(k, &other->job, wait_of(0), -5),
	    -5);
	ck_assert_int_eq(oki_runner_wait(k, &other->job, wait_of(SOON), -5),
	    ONSHI_E_STATE);
	ck_assert_int_eq(oki_runner_give_up(k, &other->job, 0),
	    OKI_JOB_CAME_BACK);
	ck_assert_int_eq(oki_runner_wait(k, &t->job, wait_of(0), -5), -5);
	oki_event_set(gate);
	wait_readable(oki_runner_fd(k));
	ck_assert(is_readable(oki_runner_fd(k)));
	ck_assert_int_eq(oki_runner_start(k, &other->job, NULL, -1),
	    ONSHI_E_STATE);
	ck_assert_int_eq(oki_runner_wait(k, &t->job, NULL, -1), ONSHI_OK);
	ck_assert(!is_readable(oki_runner_fd(k)));
	ck_assert_int_eq(t->result, 7);
	ck_assert_int_eq(oki_runner_wait(k, &t->job, NULL, -1),
	    ONSHI_E_STATE);
	task_free(t);
	task_free(other);
	ck_assert(oki_runner_stop(&k, SOON));
}
END_TEST

/* Without an event there is none to poll. */
START_TEST(no_event)
{
	struct oki_runner *k = runner_new(&bare);

	ck_assert_int_eq(oki_runner_fd(k), -1);
	wait_free(k);
	ck_assert(oki_runner_stop(&k, SOON));
}
END_TEST

/* It hangs: its caller goes, it is held by the runner alone, and when it is
 * back the runner serves again. */
START_TEST(hangs_and_comes_late)
{
	struct oki_runner *k = runner_new(&ops);
	struct task *t = task_new(true, false);
	struct task *other = task_new(false, false);
	enum oki_job_end how;

	ck_assert_int_eq(oki_runner_start(k, &t->job, NULL, -1), ONSHI_OK);
	await(begun);
	ck_assert_int_eq(oki_runner_wait(k, &t->job, wait_of(0),
	    ONSHI_E_CARD_TIMEOUT), ONSHI_E_CARD_TIMEOUT);
	ck_assert_int_eq(oki_runner_give_up(k, &t->job, 0),
	    OKI_JOB_ABANDONED);
	ck_assert_int_eq(oki_runner_give_up(k, &t->job, 0),
	    OKI_JOB_ABANDONED);
	ck_assert_int_eq(atomic_load(&cancels), 1);
	ck_assert_int_eq(atomic_load(&stuck), 1);
	ck_assert(oki_runner_is_stuck(k));
	task_free(t);
	ck_assert_int_eq(atomic_load(&clears), 0);

	ck_assert_int_eq(oki_runner_start(k, &other->job, NULL, -1),
	    ONSHI_E_STATE);
	ck_assert_int_eq(oki_runner_do(k, &other->job, wait_of(0), -5, 0,
	    &how), -5);
	ck_assert_int_eq(how, OKI_JOB_NOT_BEGUN);
	oki_event_set(gate);
	ck_assert_int_eq(oki_runner_do(k, &other->job, wait_of(SOON), -5, 0,
	    &how), ONSHI_OK);
	ck_assert_int_eq(atomic_load(&lates), 1);
	ck_assert_int_eq(atomic_load(&stuck), 0);
	ck_assert(!oki_runner_is_stuck(k));
	task_free(other);
	ck_assert(oki_runner_stop(&k, SOON));
	ck_assert_int_eq(atomic_load(&clears), 2);
}
END_TEST

/* Told to end it ends: the caller is late all the same, and has the results. */
START_TEST(ends_when_told)
{
	struct oki_runner *k = runner_new(&ops);
	struct task *t = task_new(true, true);

	ck_assert_int_eq(oki_runner_start(k, &t->job, NULL, -1), ONSHI_OK);
	await(begun);
	ck_assert_int_eq(oki_runner_give_up(k, &t->job, SOON),
	    OKI_JOB_CAME_BACK);
	ck_assert_int_eq(t->result, 7);
	ck_assert_int_eq(atomic_load(&stuck), 0);
	ck_assert_int_eq(atomic_load(&lates), 0);
	task_free(t);
	wait_free(k);
	ck_assert(oki_runner_stop(&k, SOON));
}
END_TEST

/* Cancelled: before its turn, and while it runs; done counts for more. */
START_TEST(cancelled)
{
	struct oki_runner *k = runner_new(&ops);
	struct task *t = task_new(true, true);
	struct oki_cancel stop;
	struct oki_wait w;
	enum oki_job_end how;

	ck_assert_int_eq(oki_cancel_init(&stop), ONSHI_OK);
	oki_wait_init(&w, env, SOON, &stop);
	oki_cancel_set(&stop);
	ck_assert_int_eq(oki_runner_do(k, &t->job, &w, -1, SOON, &how),
	    ONSHI_E_CANCELLED);
	ck_assert_int_ne(how, OKI_JOB_ABANDONED);

	/* one in front of it */
	t->hang = true;
	t->obey = false;
	oki_event_clear(gate);
	ck_assert_int_eq(oki_runner_start(k, &t->job, NULL, -1), ONSHI_OK);
	await(begun);
	{
		struct task *next = task_new(false, false);

		ck_assert_int_eq(oki_runner_do(k, &next->job, &w, -1, 0,
		    &how), ONSHI_E_CANCELLED);
		ck_assert_int_eq(how, OKI_JOB_NOT_BEGUN);
		task_free(next);
	}
	ck_assert_int_eq(oki_runner_wait(k, &t->job, &w, -1),
	    ONSHI_E_CANCELLED);
	oki_event_set(gate);
	wait_readable(oki_runner_fd(k));
	ck_assert_int_eq(oki_runner_wait(k, &t->job, &w, -1), ONSHI_OK);
	task_free(t);
	oki_cancel_free(&stop);
	ck_assert(oki_runner_stop(&k, SOON));
}
END_TEST

/* A queued one is taken back and never runs: the thread is kept from it. */
static pthread_mutex_t door = PTHREAD_MUTEX_INITIALIZER;

static void
through_door(void *self, struct oki_job *job)
{
	(void)pthread_mutex_lock(&door);
	(void)pthread_mutex_unlock(&door);
	run(self, job);
}

START_TEST(no_thread_no_job)
{
	struct oki_runner *k = runner_new(&ops);
	struct task *t = task_new(false, false);
	enum oki_job_end how;

	no_thread = true;
	ck_assert_int_eq(oki_runner_do(k, &t->job, wait_of(SOON), -1, 0,
	    &how), ONSHI_E_SYSTEM);
	ck_assert_int_eq(how, OKI_JOB_NOT_BEGUN);
	no_thread = false;
	ck_assert_int_eq(oki_runner_do(k, &t->job, wait_of(SOON), -1, 0,
	    &how), ONSHI_OK);
	task_free(t);
	ck_assert(oki_runner_stop(&k, SOON));
	no_thread = true;
	k = runner_new(&ops);
	t = task_new(false, false);
	ck_assert_int_eq(oki_runner_start(k, &t->job, NULL, -1),
	    ONSHI_E_SYSTEM);
	ck_assert(oki_runner_stop(&k, 0));
	ck_assert_int_eq(atomic_load(&ends), 2);
	task_free(t);
	ck_assert_int_eq(atomic_load(&clears), 2);
	ck_assert_int_eq(atomic_load(&stuck), 0);
}
END_TEST

/* Stopped while it hangs: in bounded time, and the thread frees what there is
 * when it comes back. With an abandoned job, and with one that was not. */
START_TEST(stopped_while_stuck)
{
	struct oki_runner *k = runner_new(&ops);
	struct task *t = task_new(true, false);

	ck_assert_int_eq(oki_runner_start(k, &t->job, NULL, -1), ONSHI_OK);
	await(begun);
	if (_i == 1)
		ck_assert_int_eq(oki_runner_give_up(k, &t->job, 0),
		    OKI_JOB_ABANDONED);
	task_free(t);
	ck_assert(!oki_runner_stop(&k, 0));
	ck_assert_ptr_null(k);
	ck_assert_int_eq(atomic_load(&ends), 0);
	oki_event_set(gate);
	await(ended);
	ck_assert_int_eq(atomic_load(&lates), 1);
	ck_assert_int_eq(atomic_load(&clears), 1);
	ck_assert_int_eq(atomic_load(&ends), 1);
	ck_assert_int_eq(atomic_load(&stuck), 1);
}
END_TEST

/* Stopped with one that obeys, one that is done and one that is queued. */
START_TEST(stopped_in_the_middle)
{
	struct oki_runner *k = runner_new(&ops);
	struct task *t = task_new(_i == 0, true);

	ck_assert_int_eq(oki_runner_start(k, &t->job, NULL, -1), ONSHI_OK);
	if (_i < 2)
		await(begun);
	ck_assert(oki_runner_stop(&k, SOON));
	ck_assert_int_eq(atomic_load(&ends), 1);
	task_free(t);
	ck_assert_int_eq(atomic_load(&clears), 1);
}
END_TEST

/* The descriptor tells that it is back, until the next one is started, which
 * may be the same. */
START_TEST(told_that_it_is_back)
{
	struct oki_runner *k = runner_new(&ops);
	struct task *t = task_new(true, false);

	ck_assert_int_eq(oki_runner_start(k, &t->job, NULL, -1), ONSHI_OK);
	await(begun);
	ck_assert_int_eq(oki_runner_give_up(k, &t->job, 0),
	    OKI_JOB_ABANDONED);
	ck_assert(!is_readable(oki_runner_fd(k)));
	oki_event_set(gate);
	wait_readable(oki_runner_fd(k));
	ck_assert_int_eq(oki_runner_wait(k, &t->job, NULL, -1),
	    ONSHI_E_STATE);
	oki_event_clear(gate);
	ck_assert_int_eq(oki_runner_start(k, &t->job, wait_of(SOON), -1),
	    ONSHI_OK);
	ck_assert(!is_readable(oki_runner_fd(k)));
	oki_event_set(gate);
	ck_assert_int_eq(oki_runner_wait(k, &t->job, wait_of(SOON), -1),
	    ONSHI_OK);
	ck_assert_int_eq(atomic_load(&runs), 2);
	ck_assert_int_eq(atomic_load(&lates), 1);
	task_free(t);
	ck_assert(oki_runner_stop(&k, SOON));
	ck_assert_int_eq(atomic_load(&clears), 1);
}
END_TEST

/* ---- between jobs ---------------------------------------------------------- */

static struct oki_event *idled;
static struct oki_runner *lazy;
static oki_atomic_int idles, nap, pokes;

/* Pokes itself so often as it is told to, which must not be lost. */
static int32_t
idle(void *self)
{
	(void)self;
	(void)atomic_fetch_add(&idles, 1);
	if (atomic_load(&pokes) > 0) {
		(void)atomic_fetch_sub(&pokes, 1);
		oki_runner_poke(lazy);
	}
	oki_event_set(idled);

	return atomic_load(&nap);
}

static const struct oki_runner_ops idler = { .run = run, .cancel = cancel,
    .late = late, .end = end, .ready = true, .idle = idle };

static void
lazy_new(int32_t ms)
{
	ck_assert_int_eq(oki_event_new(&idled), ONSHI_OK);
	atomic_store(&idles, 0);
	atomic_store(&pokes, 0);
	atomic_store(&nap, ms);
	lazy = runner_new(&idler);
}

static void
lazy_free(void)
{
	ck_assert(oki_runner_stop(&lazy, SOON));
	oki_event_free(&idled);
}

static const struct {
	const char	*name;
	int32_t		 nap;
	int		 pokes;		/* by itself */
	int		 idles;		/* that follow */
} between[] = {
	{ "once after a job", SOON, 0, 1 },
	{ "again when its time is over", 1, 0, 5 },
	{ "at once with no time", 0, 0, 5 },
	{ "poked from inside", SOON, 3, 4 }
};

/* With a job that is done and not collected. */
START_TEST(idle_between)
{
	struct task *t;

	lazy_new(between[_i].nap);
	atomic_store(&pokes, between[_i].pokes);
	t = task_new(false, false);
	oki_runner_poke(lazy);
	oki_runner_poke(NULL);
	ck_assert_int_eq(atomic_load(&idles), 0);	/* no thread yet */
	ck_assert_int_eq(oki_runner_start(lazy, &t->job, NULL, -1), ONSHI_OK);
	while (atomic_load(&idles) < between[_i].idles)
		await(idled);
	ck_assert_msg(is_readable(oki_runner_fd(lazy)), "%s",
	    between[_i].name);
	ck_assert_int_eq(oki_runner_wait(lazy, &t->job, NULL, -1), ONSHI_OK);
	task_free(t);
	lazy_free();
}
END_TEST

/* Each poke is answered; a wake of another kind is not one. */
START_TEST(poked)
{
	struct task *t;
	int before;

	lazy_new(SOON);
	wait_free(lazy);
	await(idled);
	for (int i = 0; i < ROUNDS; i++) {
		before = atomic_load(&idles);
		oki_runner_poke(lazy);
		while (atomic_load(&idles) == before)
			await(idled);
	}
	/* Not while a job runs: it comes after it. */
	oki_event_clear(begun);
	t = task_new(true, false);
	ck_assert_int_eq(oki_runner_start(lazy, &t->job, wait_of(SOON), -1),
	    ONSHI_OK);
	await(begun);
	before = atomic_load(&idles);
	oki_runner_poke(lazy);
	ck_assert_int_eq(oki_runner_give_up(lazy, &t->job, 0),
	    OKI_JOB_ABANDONED);
	ck_assert_int_eq(atomic_load(&idles), before);
	oki_event_clear(idled);
	oki_event_set(gate);
	await(idled);
	ck_assert_int_eq(atomic_load(&lates), 1);
	task_free(t);
	lazy_free();
}
END_TEST

/* ---- leaving, while others are in it ----------------------------------------- */

static struct oki_runner *left;
static struct oki_event *waiting;
static int waited;

static void
wait_on_it(void *arg)
{
	struct task *t = arg;
	struct oki_wait w;

	oki_wait_init(&w, env, SOON, NULL);
	oki_event_set(waiting);
	waited = oki_runner_wait(left, &t->job, &w, -1);
}

/* Whoever waits comes back though the job hangs, or with what it brought if it
 * obeys; nothing follows; the runner is there until it is stopped. */
START_TEST(left_while_waited_for)
{
	struct oki_thread *thread;
	struct task *t = task_new(true, _i == 1);

	left = runner_new(&ops);
	ck_assert_int_eq(oki_event_new(&waiting), ONSHI_OK);
	ck_assert_int_eq(oki_runner_start(left, &t->job, NULL, -1), ONSHI_OK);
	await(begun);
	ck_assert_int_eq(oki_thread_start(wait_on_it, t, &thread), ONSHI_OK);
	await(waiting);
	ck_assert(oki_runner_leave(left, _i == 1 ? SOON : 0) == (_i == 1));
	oki_thread_join(&thread);
	ck_assert(waited == ONSHI_E_STATE || (waited == ONSHI_OK && _i == 1));
	ck_assert_int_eq(atomic_load(&ends), _i);
	ck_assert_int_eq(atomic_load(&cancels), 1);
	ck_assert_int_eq(oki_runner_start(left, &t->job, NULL, -1),
	    ONSHI_E_STATE);
	oki_runner_poke(left);
	oki_event_set(gate);
	ck_assert(oki_runner_leave(left, SOON));
	ck_assert(oki_runner_leave(left, 0));
	ck_assert_int_eq(atomic_load(&ends), 1);
	ck_assert_int_eq(atomic_load(&lates), 0);
	ck_assert(oki_runner_stop(&left, 0));
	ck_assert_int_eq(atomic_load(&ends), 1);
	ck_assert_int_eq(atomic_load(&clears), 0);
	task_free(t);
	ck_assert_int_eq(atomic_load(&clears), 1);
	oki_event_free(&waiting);
}
END_TEST

/* One that never had a thread has left, and ends when it is stopped. */
START_TEST(left_unbegun)
{
	struct oki_runner *k = runner_new(&ops);
	struct task *t = task_new(false, false);

	ck_assert(oki_runner_leave(k, 0));
	ck_assert_int_eq(atomic_load(&ends), 0);
	ck_assert_int_eq(oki_runner_start(k, &t->job, NULL, -1),
	    ONSHI_E_STATE);
	ck_assert(oki_runner_stop(&k, 0));
	ck_assert_int_eq(atomic_load(&ends), 1);
	ck_assert_int_eq(atomic_load(&runs), 0);
	task_free(t);
}
END_TEST

/* ---- its own thread -------------------------------------------------------- */

static struct oki_runner *own;

static void
call_itself(void *self, struct oki_job *job)
{
	enum oki_job_end how;

	ck_assert(oki_runner_is_mine(own));
	ck_assert_int_eq(oki_runner_do(own, job, wait_of(SOON), -1, 0, &how),
	    ONSHI_E_REENTRANT);
	ck_assert_int_eq(oki_runner_wait(own, job, NULL, -1),
	    ONSHI_E_REENTRANT);
	run(self, job);
	ck_assert(!oki_runner_stop(&own, SOON));
}

static const struct oki_runner_ops selfish = { .run = call_itself,
    .late = late, .end = end };

/* Called from inside it refuses; stopped from inside it ends after it. */
START_TEST(from_inside)
{
	struct oki_runner *k = runner_new(&selfish);
	struct task *t = task_new(false, false);

	own = k;
	ck_assert(!oki_runner_is_mine(k));
	ck_assert(!oki_runner_is_mine(NULL));
	ck_assert_int_eq(oki_runner_start(k, &t->job, NULL, -1), ONSHI_OK);
	task_free(t);
	await(ended);
	ck_assert_int_eq(atomic_load(&lates), 1);
	ck_assert_int_eq(atomic_load(&clears), 1);
}
END_TEST

/* ---- many callers ---------------------------------------------------------- */

#define CALLERS	6

static struct oki_runner *shared;

static void
serve(void *self, struct oki_job *job)
{
	(void)self;
	served++;
	((struct task *)job)->result = 7;
}

static const struct oki_runner_ops server = { .run = serve };

static void
call_often(void *arg)
{
	struct task *t = task_new(false, false);
	enum oki_job_end how;
	struct oki_wait w;

	(void)arg;
	oki_wait_init(&w, env, SOON, NULL);
	for (int i = 0; i < ROUNDS; i++) {
		t->result = 0;
		ck_assert_int_eq(oki_runner_do(shared, &t->job, &w, -1, 0,
		    &how), ONSHI_OK);
		ck_assert_int_eq(t->result, 7);
	}
	task_free(t);
}

START_TEST(one_at_a_time)
{
	struct oki_thread *t[CALLERS];

	shared = runner_new(&server);
	for (int i = 0; i < CALLERS; i++)
		ck_assert_int_eq(oki_thread_start(call_often, NULL, &t[i]),
		    ONSHI_OK);
	for (int i = 0; i < CALLERS; i++)
		oki_thread_join(&t[i]);
	ck_assert(oki_runner_stop(&shared, SOON));
	ck_assert_int_eq(served, CALLERS * ROUNDS);
}
END_TEST

/* Taken back, or begun just then: never lost, never both. */
static const struct oki_runner_ops slow = { .run = through_door };

START_TEST(taken_back)
{
	struct oki_runner *k = runner_new(&slow);
	struct task *t = task_new(false, false);
	int before;

	for (int i = 0; i < ROUNDS; i++) {
		before = atomic_load(&runs);
		(void)pthread_mutex_lock(&door);
		ck_assert_int_eq(oki_runner_start(k, &t->job, NULL, -1),
		    ONSHI_OK);
		switch (oki_runner_give_up(k, &t->job, 0)) {
		case OKI_JOB_NOT_BEGUN:
			(void)pthread_mutex_unlock(&door);
			ck_assert_int_eq(atomic_load(&runs), before);
			break;
		default:
			(void)pthread_mutex_unlock(&door);
			task_free(t);
			t = task_new(false, false);
			wait_free(k);
			ck_assert_int_eq(atomic_load(&runs), before + 2);
		}
	}
	ck_assert_int_eq(atomic_load(&stuck), 0);
	task_free(t);
	ck_assert(oki_runner_stop(&k, SOON));
}
END_TEST

/* SEC-116: in a forked child there is no thread, and the lock may be held for
 * ever. */
START_TEST(forked)
{
	struct oki_runner *k = runner_new(&ops);
	struct task *t = task_new(true, false);
	struct oki_runner *copy = k;
	int status;
	pid_t child;

	ck_assert_int_eq(oki_runner_start(k, &t->job, NULL, -1), ONSHI_OK);
	await(begun);
	ck_assert_int_ge(child = fork(), 0);
	if (child == 0)
		_exit(oki_runner_start(copy, &t->job, NULL, -1) ==
		    ONSHI_E_STATE && oki_runner_wait(copy, &t->job, NULL,
		    -1) == ONSHI_E_STATE &&
		    !oki_runner_is_stuck(copy) &&
		    oki_runner_give_up(copy, &t->job, 0) ==
		    OKI_JOB_ABANDONED && !oki_runner_leave(copy, 0) &&
		    !oki_runner_stop(&copy, 0) ? 0 : 1);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	oki_event_set(gate);
	ck_assert_int_eq(oki_runner_wait(k, &t->job, wait_of(SOON), -1),
	    ONSHI_OK);
	task_free(t);
	ck_assert(oki_runner_stop(&k, SOON));
}
END_TEST

START_TEST(job_of_no_size)
{
	struct oki_job *job;

	ck_assert_int_eq(oki_job_new(1, NULL, &job), ONSHI_E_ARG);
	ck_assert_ptr_null(job);
	oki_job_unref(&job);
	oki_job_unref(NULL);
	ck_assert_int_eq(oki_job_new(sizeof(*job), NULL, &job), ONSHI_OK);
	oki_job_unref(&job);
}
END_TEST

/* ---- watches ---------------------------------------------------------------- */

static struct oki_event *called;

static void
call(void *arg)
{
	(void)atomic_fetch_add(&calls, 1);
	oki_event_set(called);
	if (arg != NULL)
		(void)oki_event_wait(arg, NULL, SOON);
}

/* Cancelled by another thread or a signal handler: the call is made, once. */
START_TEST(watch_of_a_cancel)
{
	struct oki_watch *k;
	struct oki_cancel stop;
	struct oki_wait w;

	ck_assert_int_eq(oki_event_new(&called), ONSHI_OK);
	ck_assert_int_eq(oki_cancel_init(&stop), ONSHI_OK);
	ck_assert_int_eq(oki_watch_new(&k), ONSHI_OK);
	for (int i = 0; i < 20; i++) {
		oki_wait_init(&w, env, SOON, &stop);
		ck_assert_int_eq(oki_watch_begin(k, &w, call, NULL),
		    ONSHI_OK);
		ck_assert_int_eq(oki_watch_begin(k, &w, call, NULL),
		    ONSHI_E_STATE);
		if (i % 2 == 0) {
			oki_cancel_set(&stop);
			await(called);
		}
		ck_assert(oki_watch_end(k));
		ck_assert(oki_watch_end(k));
		ck_assert_int_eq(atomic_load(&calls), i / 2 + 1);
		oki_cancel_clear(&stop);
		oki_event_clear(called);
	}
	oki_watch_free(&k);
	oki_watch_free(&k);
	oki_watch_free(NULL);
	oki_cancel_free(&stop);
	oki_event_free(&called);
}
END_TEST

/* The time is over, and nobody can cancel. */
START_TEST(watch_of_a_deadline)
{
	struct oki_watch *k;

	ck_assert_int_eq(oki_event_new(&called), ONSHI_OK);
	ck_assert_int_eq(oki_watch_new(&k), ONSHI_OK);
	ck_assert_int_eq(oki_watch_begin(k, wait_of(1), call, NULL),
	    ONSHI_OK);
	await(called);
	oki_watch_free(&k);
	ck_assert_int_eq(atomic_load(&calls), 1);
	oki_event_free(&called);
}
END_TEST

/* A call that does not come back costs a bounded wait, and the watch. */
START_TEST(watch_that_hangs)
{
	struct oki_watch *k;

	ck_assert_int_eq(oki_event_new(&called), ONSHI_OK);
	ck_assert_int_eq(oki_watch_new(&k), ONSHI_OK);
	ck_assert_int_eq(oki_watch_begin(k, wait_of(0), call, gate),
	    ONSHI_OK);
	await(called);
	ck_assert(!oki_watch_end(k));
	ck_assert_int_eq(oki_watch_begin(k, wait_of(0), call, NULL),
	    ONSHI_E_STATE);
	oki_event_set(gate);
	oki_watch_free(&k);
	oki_event_free(&called);
}
END_TEST

START_TEST(watch_without_a_thread)
{
	struct oki_watch *k;

	ck_assert_int_eq(oki_watch_new(&k), ONSHI_OK);
	no_thread = true;
	ck_assert_int_eq(oki_watch_begin(k, wait_of(0), call, NULL),
	    ONSHI_E_SYSTEM);
	ck_assert(oki_watch_end(k));
	oki_watch_free(&k);
}
END_TEST

static void
fill(TCase *t)
{
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, done_in_time);
	tcase_add_test(t, come_back_for_it);
	tcase_add_test(t, no_event);
	tcase_add_test(t, hangs_and_comes_late);
	tcase_add_test(t, ends_when_told);
	tcase_add_test(t, cancelled);
	tcase_add_test(t, no_thread_no_job);
	tcase_add_loop_test(t, stopped_while_stuck, 0, 2);
	tcase_add_loop_test(t, stopped_in_the_middle, 0, 3);
	tcase_add_test(t, told_that_it_is_back);
	ADD_ROWS(t, idle_between, between);
	tcase_add_test(t, poked);
	tcase_add_loop_test(t, left_while_waited_for, 0, 2);
	tcase_add_test(t, left_unbegun);
	tcase_add_test(t, from_inside);
	tcase_add_test(t, one_at_a_time);
	tcase_add_test(t, taken_back);
	tcase_add_test(t, forked);
	tcase_add_test(t, job_of_no_size);
	tcase_add_test(t, watch_of_a_cancel);
	tcase_add_test(t, watch_of_a_deadline);
	tcase_add_test(t, watch_that_hangs);
	tcase_add_test(t, watch_without_a_thread);
}

int
main(void)
{
	return run_tests("core/job", fill);
}
