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
	bool			 leave;		/* no job follows */
	bool			 gone;		/* the thread is done with us */
	bool			 detached;	/* the thread frees all */
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
destroy(struct oki_runner *k)
{
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
	if ((r = oki_mutex_new(&k->lock)) != ONSHI_OK ||
	    (r = oki_cond_new(&k->changed)) != ONSHI_OK ||
	    (ops->ready && (r = oki_event_new(&k->ready)) != ONSHI_OK)) {
		destroy(k);
		return r;
	}
	*out = k;

	return ONSHI_OK;
}

/* ---- the thread; what follows is called with the lock held --------------- */

/* The runner's reference goes, and its turn with it. */
static void
let_go(struct oki_runner *k, int state)
{
	k->job->state = state;
	oki_job_unref(&k->job);
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
	oki_cond_broadcast(k->changed);
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
	if (k->ready != NULL)
		oki_event_set(k->ready);
	oki_cond_broadcast(k->changed);
}

static bool
is_queued(const struct oki_runner *k)
{
	return k->job != NULL && k->job->state == STATE_QUEUED;
}

static void
work(void *arg)
{
	struct oki_runner *k = arg;
	bool detached;

	atomic_store(&k->own, oki_os_thread());
	oki_mutex_lock(k->lock);
	for (;;) {
		while (!k->leave && !is_queued(k))
			(void)oki_cond_wait(k->changed, k->lock, IDLE_MS);
		if (k->leave)
			break;
		run_job(k);
	}
	oki_mutex_unlock(k->lock);
	if (k->ops->end != NULL)
		k->ops->end(k->self);
	oki_mutex_lock(k->lock);
	k->gone = true;
	detached = k->detached;
	oki_cond_broadcast(k->changed);
	oki_mutex_unlock(k->lock);
	if (detached)
		destroy(k);
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
	if (r == ONSHI_OK && k->thread == NULL)
		r = oki_thread_start(work, k, &k->thread);
	if (r == ONSHI_OK) {
		(void)atomic_fetch_add(&job->refs, 1);
		job->state = STATE_QUEUED;
		k->job = job;
		oki_cond_broadcast(k->changed);
	}
	oki_mutex_unlock(k->lock);

	return r;
}

/* With the lock held, as are the next two. */
static void
collect(struct oki_runner *k)
{
	if (k->ready != NULL)
		oki_event_clear(k->ready);
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
	while (is_under_way(k, job)) {
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

static void
wait_while_running(struct oki_runner *k, struct oki_job *job, int32_t ms)
{
	int64_t end = oki_os_steady_ms() + ms;

	while (is_under_way(k, job) &&
	    (ms = (int32_t)(end - oki_os_steady_ms())) > 0)
		(void)oki_cond_wait(k->changed, k->lock, ms);
}

static enum oki_job_end
leave_alone(struct oki_runner *k, struct oki_job *job)
{
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
	if (k->job == job && job->state == STATE_RUNNING) {
		tell_to_end(k);
		wait_while_running(k, job, grace_ms);
	}
	if (k->job == job)
		end = job->state == STATE_LEFT ? OKI_JOB_ABANDONED :
		    leave_alone(k, job);
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

bool
oki_runner_is_busy(struct oki_runner *k)
{
	bool busy;

	if (!is_ours(k))
		return false;
	oki_mutex_lock(k->lock);
	busy = k->job != NULL;
	oki_mutex_unlock(k->lock);

	return busy;
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

bool
oki_runner_is_done(struct oki_runner *k, const struct oki_job *job)
{
	bool done;

	if (!is_ours(k))
		return false;
	oki_mutex_lock(k->lock);
	done = is_done(k, job);
	oki_mutex_unlock(k->lock);

	return done;
}

int64_t
oki_runner_fd(const struct oki_runner *k)
{
	return k->ready == NULL ? -1 : oki_event_fd(k->ready);
}

/* ---- its end ------------------------------------------------------------- */

static void
wait_gone(struct oki_runner *k, int32_t ms)
{
	int64_t end = oki_os_steady_ms() + ms;

	while (!k->gone && (ms = (int32_t)(end - oki_os_steady_ms())) > 0)
		(void)oki_cond_wait(k->changed, k->lock, ms);
}

/* With the lock held: whoever gave the job has no more say in it. */
static void
give_job_up(struct oki_runner *k)
{
	if (k->job == NULL)
		return;
	if (k->job->state == STATE_RUNNING) {
		k->job->state = STATE_LEFT;
		if (k->stuck != NULL)
			(void)atomic_fetch_add(k->stuck, 1);
	} else if (k->job->state != STATE_LEFT) {
		collect(k);
	}
}

static bool
leave(struct oki_runner *k, int32_t ms)
{
	bool mine = oki_runner_is_mine(k);

	k->leave = true;
	if (is_queued(k))
		let_go(k, STATE_IDLE);
	oki_cond_broadcast(k->changed);
	if (!mine && k->thread != NULL) {
		if (k->job != NULL && k->job->state != STATE_DONE)
			tell_to_end(k);
		wait_gone(k, ms);
	}
	give_job_up(k);
	if (!k->gone && k->thread != NULL) {
		k->detached = true;
		k->stuck = NULL;
	}

	return !k->detached;
}

bool
oki_runner_stop(struct oki_runner **kp, int32_t ms)
{
	struct oki_thread *thread;
	struct oki_runner *k;
	bool ended;

	if (kp == NULL || (k = *kp) == NULL)
		return true;
	*kp = NULL;
	if (!is_ours(k))
		return false;
	oki_mutex_lock(k->lock);
	thread = k->thread;
	ended = leave(k, ms);
	oki_mutex_unlock(k->lock);
	if (!ended) {
		oki_thread_detach(&thread);
		return false;
	}
	if (thread != NULL)
		oki_thread_join(&thread);
	else if (k->ops->end != NULL)
		k->ops->end(k->self);
	destroy(k);

	return true;
}
