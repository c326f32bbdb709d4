/* A thread, one job: deadline, cancel, abandonment, once. See job.h. */
#include "config.h"

#include "core/inside.h"

#define SLICE_MS	50	/* a cancel is seen within it */
#define IDLE_MS		60000

enum {			/* of a job, under its runner's lock */
	STATE_IDLE,	/* its maker's */
	STATE_QUEUED,
	STATE_RUNNING,
	STATE_DONE,
	STATE_LEFT	/* abandoned, not yet back */
};

struct oki_runner {
	const struct oki_runner_ops *ops;
	void			*self;
	int64_t			 process;
	_Atomic int64_t		 own;		/* the thread, 0: none */
	struct oki_event	*ready;

	struct oki_mutex	*lock;		/* guards what follows */
	struct oki_cond		*changed;
	struct oki_thread	*thread;
	oki_atomic_int		*stuck;		/* NULL once given up */
	struct oki_job		*job;		/* counted */
	bool			 poked;		/* there is something for idle */
	bool			 leave;		/* no job follows */
	bool			 gone;		/* the thread has left */
	oki_atomic_int		 refs;		/* whoever made it, the thread */
};

int
oki_job_new(size_t size, void (*clear)(struct oki_job *),
    struct oki_job **out)
{
	struct oki_job *job;

	*out = NULL;
	if (size < sizeof(*job))
		return ONSHI_E_ARG;
	if ((job = oki_alloc(size)) == NULL)
		return ONSHI_E_NOMEM;
	atomic_init(&job->refs, 1);
	job->clear = clear;
	*out = job;

	return ONSHI_OK;
}

void
oki_job_unref(struct oki_job **jp)
{
	struct oki_job *job;

	if (jp == NULL || (job = *jp) == NULL)
		return;
	*jp = NULL;
	if (atomic_fetch_sub(&job->refs, 1) != 1)
		return;
	if (job->clear != NULL)
		job->clear(job);
	oki_free(job);
}

static void
runner_unref(struct oki_runner *k)
{
	if (atomic_fetch_sub(&k->refs, 1) != 1)
		return;
	oki_event_free(&k->ready);
	oki_cond_free(&k->changed);
	oki_mutex_free(&k->lock);
	oki_free(k);
}

int
oki_runner_new(const struct oki_runner_ops *ops, void *self,
    oki_atomic_int *stuck, struct oki_runner **out)
{
	struct oki_runner *k;
	int r;

	*out = NULL;
	if ((k = oki_alloc(sizeof(*k))) == NULL)
		return ONSHI_E_NOMEM;
	k->ops = ops;
	k->self = self;
	k->stuck = stuck;
	k->process = oki_os_process();
	atomic_init(&k->own, 0);
	atomic_init(&k->refs, 1);
	if ((r = oki_mutex_new(&k->lock)) != ONSHI_OK ||
	    (r = oki_cond_new(&k->changed)) != ONSHI_OK ||
	    (ops->ready && (r = oki_event_new(&k->ready)) != ONSHI_OK)) {
		runner_unref(k);
		return r;
	}
	*out = k;

	return ONSHI_OK;
}

/* ---- the thread; what follows is called with the lock held --------------- */

static bool
is_queued(const struct oki_runner *k)
{
	return k->job != NULL && k->job->state == STATE_QUEUED;
}

static bool
is_wanted(const struct oki_runner *k)
{
	return k->leave || k->poked || is_queued(k);
}

static bool
is_at_rest(const struct oki_runner *k)
{
	return k->job == NULL || k->job->state != STATE_RUNNING;
}

static bool
is_gone(const struct oki_runner *k)
{
	return k->gone;
}

static void
wait_until(struct oki_runner *k, bool (*is)(const struct oki_runner *),
    int32_t ms)
{
	int64_t end = oki_os_steady_ms() + ms;

	while (!is(k) && (ms = (int32_t)(end - oki_os_steady_ms())) > 0)
		(void)oki_cond_wait(k->changed, k->lock, ms);
}

/* The runner's reference goes, and its turn with it. */
static void
let_go(struct oki_runner *k, int state)
{
	k->job->state = state;
	oki_job_unref(&k->job);
	oki_cond_broadcast(k->changed);
}

static void
tell_ready(struct oki_runner *k)
{
	if (k->ready != NULL)
		oki_event_set(k->ready);
	oki_cond_broadcast(k->changed);
}

/* An abandoned job is back: nobody waits for it, late() sees it off. */
static void
come_back(struct oki_runner *k)
{
	struct oki_job *job = k->job;

	oki_mutex_unlock(k->lock);
	if (k->ops->late != NULL)
		k->ops->late(k->self, job);
	oki_mutex_lock(k->lock);
	if (k->stuck != NULL)
		(void)atomic_fetch_sub(k->stuck, 1);
	k->job = NULL;
	tell_ready(k);
	oki_mutex_unlock(k->lock);
	oki_job_unref(&job);
	oki_mutex_lock(k->lock);
}

static void
run_job(struct oki_runner *k)
{
	struct oki_job *job = k->job;

	job->state = STATE_RUNNING;
	oki_mutex_unlock(k->lock);
	k->ops->run(k->self, job);
	oki_mutex_lock(k->lock);
	if (job->state == STATE_LEFT) {
		come_back(k);
		return;
	}
	job->state = STATE_DONE;
	tell_ready(k);
}

/* Nothing to do but what idle does, for as long as it says. */
static void
rest(struct oki_runner *k)
{
	int32_t ms = IDLE_MS;

	k->poked = false;
	if (k->ops->idle != NULL) {
		oki_mutex_unlock(k->lock);
		ms = k->ops->idle(k->self);
		oki_mutex_lock(k->lock);
	}
	wait_until(k, is_wanted, ms);
}

static void
work(void *arg)
{
	struct oki_runner *k = arg;

	atomic_store(&k->own, oki_os_thread());
	oki_mutex_lock(k->lock);
	while (!k->leave)
		if (is_queued(k))
			run_job(k);
		else
			rest(k);
	oki_mutex_unlock(k->lock);
	if (k->ops->end != NULL)
		k->ops->end(k->self);
	atomic_store(&k->own, 0);
	oki_mutex_lock(k->lock);
	k->gone = true;
	oki_cond_broadcast(k->changed);
	oki_mutex_unlock(k->lock);
	runner_unref(k);
}

/* ---- its callers --------------------------------------------------------- */

/* In a forked child the thread is not there, and the lock may be held by one
 * that is not either. */
static bool
is_ours(const struct oki_runner *k)
{
	return k->process == oki_os_process();
}

bool
oki_runner_is_mine(const struct oki_runner *k)
{
	return k != NULL && atomic_load(&k->own) == oki_os_thread();
}

static int32_t
slice(const struct oki_wait *w)
{
	int32_t left = oki_wait_left(w);

	return left < SLICE_MS ? left : SLICE_MS;
}

static int
wait_turn(struct oki_runner *k, const struct oki_wait *turn, int late)
{
	int r;

	while (k->job != NULL && !k->leave) {
		if (turn == NULL)
			return ONSHI_E_STATE;
		if ((r = oki_wait_check(turn, late)) != ONSHI_OK)
			return r;
		(void)oki_cond_wait(k->changed, k->lock, slice(turn));
	}

	return k->leave ? ONSHI_E_STATE : ONSHI_OK;
}

static void
clear_ready(struct oki_runner *k)
{
	if (k->ready != NULL)
		oki_event_clear(k->ready);
}

int
oki_runner_start(struct oki_runner *k, struct oki_job *job,
    const struct oki_wait *turn, int late)
{
	int r;

	if (!is_ours(k))
		return ONSHI_E_STATE;
	if (oki_runner_is_mine(k))
		return ONSHI_E_REENTRANT;
	oki_mutex_lock(k->lock);
	r = wait_turn(k, turn, late);
	if (r == ONSHI_OK && k->thread == NULL &&
	    (r = oki_thread_start(work, k, &k->thread)) == ONSHI_OK)
		(void)atomic_fetch_add(&k->refs, 1);
	if (r == ONSHI_OK) {
		(void)atomic_fetch_add(&job->refs, 1);
		job->state = STATE_QUEUED;
		k->job = job;
		clear_ready(k);
		oki_cond_broadcast(k->changed);
	}
	oki_mutex_unlock(k->lock);

	return r;
}

/* With the lock held, as are the next two. */
static void
collect(struct oki_runner *k)
{
	clear_ready(k);
	let_go(k, STATE_IDLE);
}

static bool
is_under_way(const struct oki_runner *k, const struct oki_job *job)
{
	return k->job == job && (job->state == STATE_QUEUED ||
	    job->state == STATE_RUNNING);
}

static bool
is_done(const struct oki_runner *k, const struct oki_job *job)
{
	return k->job == job && job->state == STATE_DONE;
}

int
oki_runner_wait(struct oki_runner *k, struct oki_job *job,
    const struct oki_wait *w, int late)
{
	int r = ONSHI_OK;

	if (!is_ours(k))
		return ONSHI_E_STATE;
	if (oki_runner_is_mine(k))
		return ONSHI_E_REENTRANT;
	oki_mutex_lock(k->lock);
	while (is_under_way(k, job) && !k->leave) {
		r = w == NULL ? ONSHI_NEED_WAIT : oki_wait_check(w, late);
		if (r != ONSHI_OK)
			break;
		(void)oki_cond_wait(k->changed, k->lock, slice(w));
	}
	if (is_done(k, job))
		collect(k);
	else if (r == ONSHI_OK)
		r = ONSHI_E_STATE;
	oki_mutex_unlock(k->lock);

	return r;
}

/* With the lock held; lets go of it meanwhile. The job stays where it is: only
 * its caller collects it, and an abandoned one is held here. */
static void
tell_to_end(struct oki_runner *k)
{
	struct oki_job *job = k->job;

	if (k->ops->cancel == NULL)
		return;
	(void)atomic_fetch_add(&job->refs, 1);
	oki_mutex_unlock(k->lock);
	k->ops->cancel(k->self, job);
	oki_job_unref(&job);
	oki_mutex_lock(k->lock);
}

static enum oki_job_end
leave_alone(struct oki_runner *k, struct oki_job *job)
{
	if (job->state == STATE_LEFT)
		return OKI_JOB_ABANDONED;
	if (is_done(k, job)) {
		collect(k);
		return OKI_JOB_CAME_BACK;
	}
	if (is_queued(k)) {
		let_go(k, STATE_IDLE);
		return OKI_JOB_NOT_BEGUN;
	}
	job->state = STATE_LEFT;
	if (k->stuck != NULL)
		(void)atomic_fetch_add(k->stuck, 1);

	return OKI_JOB_ABANDONED;
}

enum oki_job_end
oki_runner_give_up(struct oki_runner *k, struct oki_job *job,
    int32_t grace_ms)
{
	enum oki_job_end end = OKI_JOB_CAME_BACK;

	if (!is_ours(k))
		return OKI_JOB_ABANDONED;
	oki_mutex_lock(k->lock);
	if (k->job == job && !is_at_rest(k)) {
		tell_to_end(k);
		wait_until(k, is_at_rest, grace_ms);
	}
	if (k->job == job)
		end = leave_alone(k, job);
	oki_mutex_unlock(k->lock);

	return end;
}

int
oki_runner_do(struct oki_runner *k, struct oki_job *job,
    const struct oki_wait *w, int late, int32_t grace_ms,
    enum oki_job_end *end)
{
	int r;

	*end = OKI_JOB_NOT_BEGUN;
	if ((r = oki_runner_start(k, job, w, late)) != ONSHI_OK)
		return r;
	if ((r = oki_runner_wait(k, job, w, late)) == ONSHI_OK)
		*end = OKI_JOB_CAME_BACK;
	else
		*end = oki_runner_give_up(k, job, grace_ms);

	return r;
}

void
oki_runner_poke(struct oki_runner *k)
{
	if (k == NULL || !is_ours(k))
		return;
	oki_mutex_lock(k->lock);
	k->poked = true;
	oki_cond_broadcast(k->changed);
	oki_mutex_unlock(k->lock);
}

bool
oki_runner_is_stuck(struct oki_runner *k)
{
	bool left;

	if (!is_ours(k))
		return false;
	oki_mutex_lock(k->lock);
	left = k->job != NULL && k->job->state == STATE_LEFT;
	oki_mutex_unlock(k->lock);

	return left;
}

int64_t
oki_runner_fd(const struct oki_runner *k)
{
	return k->ready == NULL ? -1 : oki_event_fd(k->ready);
}

/* ---- its end ------------------------------------------------------------- */

bool
oki_runner_leave(struct oki_runner *k, int32_t ms)
{
	struct oki_thread *thread = NULL;
	bool left;

	if (!is_ours(k))
		return false;
	oki_mutex_lock(k->lock);
	k->leave = true;
	if (is_queued(k))
		let_go(k, STATE_IDLE);
	oki_cond_broadcast(k->changed);
	if (k->thread != NULL && !oki_runner_is_mine(k)) {
		if (k->job != NULL && k->job->state != STATE_DONE)
			tell_to_end(k);
		wait_until(k, is_gone, ms);
	}
	if ((left = k->thread == NULL || k->gone)) {
		thread = k->thread;
		k->thread = NULL;
	}
	oki_mutex_unlock(k->lock);
	oki_thread_join(&thread);

	return left;
}

bool
oki_runner_stop(struct oki_runner **kp, int32_t ms)
{
	struct oki_runner *k;
	bool left;

	if (kp == NULL || (k = *kp) == NULL)
		return true;
	*kp = NULL;
	if (!is_ours(k))
		return false;
	left = oki_runner_leave(k, ms);
	oki_mutex_lock(k->lock);
	if (k->job != NULL)
		(void)leave_alone(k, k->job);
	if (!left)
		k->stuck = NULL;
	oki_thread_detach(&k->thread);
	oki_mutex_unlock(k->lock);
	if (left && !k->gone && k->ops->end != NULL)
		k->ops->end(k->self);
	runner_unref(k);

	return left;
}
