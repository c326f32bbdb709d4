/*
 * One thread per reader, which alone calls it: a reader may hang for as long
 * as it likes, a caller never does (SEC-64).
 *
 * A call that its caller gave up goes on alone, with buffers that are the
 * worker's own, and is counted; when it comes back, the reader is put in order
 * and serves again. So a card that hangs costs one thread, not one per try.
 */
#include "config.h"

#include <string.h>

#include "card/inside.h"

#define SLICE_MS	50	/* a cancel is seen within it */
#define GRACE_MS	100	/* for a call that was told to end */
#define LEAVE_MS	400	/* for the last call, when the root goes */
#define IDLE_MS		60000

enum state {
	STATE_IDLE,
	STATE_QUEUED,
	STATE_RUNNING,
	STATE_DONE
};

struct oki_card_worker {
	const struct oki_card_worker_ops *ops;
	void			*self;
	oki_atomic_int		*hanging;	/* the root's, while it is */
	struct oki_thread	*thread;
	uint8_t			*reply;

	struct oki_mutex	*lock;		/* guards what follows */
	struct oki_cond		*changed;
	enum state		 state;
	bool			 left;		/* nobody waits for this job */
	bool			 leave;		/* no job follows */
	bool			 detached;	/* the thread frees all */
	struct oki_card_job	 job;		/* the thread's while RUNNING */
};

static void
destroy(struct oki_card_worker *k)
{
	oki_cond_free(&k->changed);
	oki_mutex_free(&k->lock);
	oki_free(k->reply);
	oki_free(k);
}

int
oki_card_worker_new(const struct oki_card_worker_ops *ops, void *self,
    oki_atomic_int *hanging, struct oki_card_worker **out)
{
	struct oki_card_worker *k;
	int r = ONSHI_E_NOMEM;

	*out = NULL;
	if ((k = oki_alloc(sizeof(*k))) == NULL)
		return ONSHI_E_NOMEM;
	k->ops = ops;
	k->self = self;
	k->hanging = hanging;
	if ((k->reply = oki_alloc(OKI_ANSWER_BYTES)) == NULL ||
	    (r = oki_mutex_new(&k->lock)) != ONSHI_OK ||
	    (r = oki_cond_new(&k->changed)) != ONSHI_OK) {
		destroy(k);
		return r;
	}
	*out = k;

	return ONSHI_OK;
}

/* Called with the lock held, as are the other static functions here. */
static void
wait_while(struct oki_card_worker *k, enum state s, int32_t ms)
{
	int64_t end = oki_os_steady_ms() + ms;

	while (k->state == s && (ms = (int32_t)(end - oki_os_steady_ms())) > 0)
		(void)oki_cond_wait(k->changed, k->lock, ms);
}

static void
tell_to_end(struct oki_card_worker *k)
{
	if (k->ops->cancel == NULL)
		return;
	oki_mutex_unlock(k->lock);
	k->ops->cancel(k->self);
	oki_mutex_lock(k->lock);
}

static void
run_job(struct oki_card_worker *k)
{
	k->state = STATE_RUNNING;
	oki_mutex_unlock(k->lock);
	k->ops->run(k->self, &k->job, k->reply);
	oki_wipe(k->job.command, sizeof(k->job.command));
	oki_mutex_lock(k->lock);
	if (!k->left) {
		k->state = STATE_DONE;
		return;
	}
	oki_mutex_unlock(k->lock);
	k->ops->late(k->self, &k->job);
	oki_wipe(k->reply, OKI_ANSWER_BYTES);
	oki_mutex_lock(k->lock);
	k->left = false;
	if (!k->detached)
		(void)atomic_fetch_sub(k->hanging, 1);
	k->state = STATE_IDLE;
}

static void
thread_run(void *arg)
{
	struct oki_card_worker *k = arg;
	bool detached;

	oki_mutex_lock(k->lock);
	for (;;) {
		while (k->state != STATE_QUEUED && !k->leave)
			(void)oki_cond_wait(k->changed, k->lock, IDLE_MS);
		if (k->state != STATE_QUEUED)
			break;
		run_job(k);
		oki_cond_broadcast(k->changed);
	}
	detached = k->detached;
	oki_mutex_unlock(k->lock);
	k->ops->end(k->self);
	if (detached)
		destroy(k);
}

static int
slice(const struct oki_wait *w)
{
	int32_t left = oki_wait_left(w);

	return left < SLICE_MS ? left : SLICE_MS;
}

/* Its turn: one call at a time per table. */
static int
wait_turn(struct oki_card_worker *k, struct oki_wait *w,
    const struct oki_card_job *job)
{
	int r;

	while (k->state != STATE_IDLE) {
		if ((r = oki_wait_check(w, ONSHI_E_CARD_TIMEOUT)) != ONSHI_OK)
			return r;
		(void)oki_cond_wait(k->changed, k->lock, slice(w));
	}
	if (job->verb == OKI_DO_HOLD &&
	    atomic_load(k->hanging) >= OKI_HANGING)
		return ONSHI_E_READER;
	if (k->thread == NULL)
		return oki_thread_start(thread_run, k, &k->thread);

	return ONSHI_OK;
}

/* The caller has to go: whatever runs is told to end, else left alone. */
static int
give_up(struct oki_card_worker *k, int r, bool *begun)
{
	if (k->state == STATE_RUNNING) {
		*begun = true;
		tell_to_end(k);
		wait_while(k, STATE_RUNNING, GRACE_MS);
	}
	if (k->state == STATE_DONE)
		return k->job.result == ONSHI_OK ? ONSHI_OK : r;
	if (k->state == STATE_QUEUED) {
		oki_wipe(k->job.command, sizeof(k->job.command));
		k->state = STATE_IDLE;
	} else {
		k->left = true;
		(void)atomic_fetch_add(k->hanging, 1);
	}

	return r;
}

static int
wait_done(struct oki_card_worker *k, struct oki_wait *w, bool *begun)
{
	int r;

	while (k->state != STATE_DONE) {
		r = oki_wait_check(w, ONSHI_E_CARD_TIMEOUT);
		if (r != ONSHI_OK)
			return give_up(k, r, begun);
		(void)oki_cond_wait(k->changed, k->lock, slice(w));
	}
	*begun = true;

	return k->job.result;
}

/* A length that came from outside decides nothing before it is checked. */
static int
take_reply(struct oki_card_worker *k, struct oki_card_job *job,
    struct oki_buf *reply)
{
	*job = k->job;
	if (job->verb != OKI_DO_TRANSMIT || reply == NULL ||
	    job->result != ONSHI_OK || job->replylen > job->room)
		return ONSHI_OK;

	return oki_buf_append(reply, k->reply, job->replylen);
}

int
oki_card_worker_do(struct oki_card_worker *k, struct oki_wait *w,
    struct oki_card_job *job, struct oki_buf *reply, bool *begun)
{
	int r, stored;

	*begun = false;
	oki_mutex_lock(k->lock);
	if ((r = wait_turn(k, w, job)) != ONSHI_OK)
		goto out;
	k->job = *job;
	k->job.result = ONSHI_E_READER;
	k->job.system = 0;
	k->job.replylen = 0;
	k->job.n = 0;
	k->state = STATE_QUEUED;
	oki_cond_broadcast(k->changed);
	r = wait_done(k, w, begun);
	if (k->state == STATE_DONE) {
		stored = take_reply(k, job, reply);
		if (r == ONSHI_OK)
			r = stored;
		oki_wipe(k->reply, OKI_ANSWER_BYTES);
		k->state = STATE_IDLE;
		oki_cond_broadcast(k->changed);
	}
out:
	oki_mutex_unlock(k->lock);

	return r;
}

bool
oki_card_worker_is_hanging(struct oki_card_worker *k)
{
	bool left;

	oki_mutex_lock(k->lock);
	left = k->left;
	oki_mutex_unlock(k->lock);

	return left;
}

void
oki_card_worker_free(struct oki_card_worker **kp)
{
	struct oki_card_worker *k;
	struct oki_thread *thread;
	bool detached;

	if (kp == NULL || (k = *kp) == NULL)
		return;
	*kp = NULL;
	oki_mutex_lock(k->lock);
	thread = k->thread;
	k->leave = true;
	oki_cond_broadcast(k->changed);
	if (k->state == STATE_RUNNING) {
		tell_to_end(k);
		wait_while(k, STATE_RUNNING, LEAVE_MS);
	}
	detached = k->detached = k->state == STATE_RUNNING;
	oki_mutex_unlock(k->lock);
	if (detached) {
		oki_thread_detach(&thread);
		return;
	}
	if (thread != NULL)
		oki_thread_join(&thread);
	else
		k->ops->end(k->self);
	destroy(k);
}
