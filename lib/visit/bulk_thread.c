/*
 * A bulk's own thread: one request and its answer are one job there. Units of
 * the answer wait in a short queue for who takes them, and the thread with
 * them, so that memory stays flat.
 */
#include "visit/bulk.h"

#define SLACK_MS	200	/* beyond its deadline, then abandoned (P8) */
#define LEAVE_MS	1000
#define LOOK_MS		50	/* for a cancel, while the queue is full */
#define READY_MOST	(2048u * 1024u)	/* bytes of units that wait */
#define LINGER_MS	1		/* who waits for them looks so often, */
#define LOOKS		50		/* and so many times, unasked */
#define NOBODY_MS	600000	/* nobody takes one for so long: given up */

/* ---- on the thread --------------------------------------------------------- */

/* With the lock held. Time that the program takes is not the service's. */
static int
wait_for_room(struct onshi_bulk *b)
{
	int64_t until = oki_steady_ms(b->k.env) + NOBODY_MS;

	while (b->size >= READY_MOST) {
		if (oki_cancel_is_set(&b->cancel) ||
		    atomic_load(&b->closed) != 0)
			return ONSHI_E_CANCELLED;
		if (oki_steady_ms(b->k.env) >= until)
			return ONSHI_E_LINK_TIMEOUT;
		(void)oki_cond_wait(b->changed, b->lock, LOOK_MS);
	}

	return ONSHI_OK;
}

/* As long as units come it goes on; bytes alone are none. */
static void
go_on(struct onshi_bulk *b)
{
	if (b->came)
		oki_wait_init(&b->wait, b->k.env, oki_bulk_budget(b),
		    &b->cancel);
	b->came = false;
}

/* Whoever polls looks again, once, until what was there is gone. With the lock
 * held, as what follows. */
static void
tell(struct onshi_bulk *b)
{
	if (!b->told)
		oki_event_set(b->there);
	b->told = true;
}

static void
untell(struct onshi_bulk *b)
{
	if (b->told)
		oki_event_clear(b->there);
	b->told = false;
}

/* Between two pieces of the answer what came back is wiped, here: two threads
 * at one allocator wait for each other more than they work. */
static int
reuse(void *self)
{
	struct onshi_bulk *b = self;
	struct oki_unit *unit, *spent;

	oki_mutex_lock(b->lock);
	spent = b->spent;
	b->spent = NULL;
	oki_mutex_unlock(b->lock);
	while ((unit = spent) != NULL) {
		spent = unit->next;
		oki_doc_reset(&unit->doc);
		unit->next = b->spare;
		b->spare = unit;
	}
	go_on(b);

	return ONSHI_OK;
}

/* With the lock held; wakes: the caller sleeps until it is woken. */
static int
put(struct onshi_bulk *b, struct oki_unit *unit, bool *wakes)
{
	int r;

	*wakes = false;
	b->came = true;
	if (b->size >= READY_MOST) {
		r = wait_for_room(b);
		go_on(b);
		if (r != ONSHI_OK)
			return r;
	}
	*b->last = unit;
	b->last = &unit->next;
	b->size += sizeof(*unit) + oki_doc_size(unit->doc);
	tell(b);
	*wakes = b->waits;
	b->waits = false;

	return ONSHI_OK;
}

/* An empty one goes back in its place. */
static int
take(void *self, struct oki_doc **one, size_t place)
{
	struct onshi_bulk *b = self;
	struct oki_unit *unit = b->spare;
	struct oki_doc *empty = NULL;
	bool wakes;
	int r;

	if (unit != NULL) {
		b->spare = unit->next;
		empty = unit->doc;
	} else if ((unit = oki_alloc(sizeof(*unit))) == NULL)
		return ONSHI_E_NOMEM;
	*unit = (struct oki_unit){ .doc = *one, .place = place };
	*one = empty;
	oki_mutex_lock(b->lock);
	r = put(b, unit, &wakes);
	oki_mutex_unlock(b->lock);
	if (wakes)
		oki_cond_broadcast(b->changed);
	if (r != ONSHI_OK)
		oki_units_free(&unit);

	return r;
}

static void
run(void *self, struct oki_job *task)
{
	struct onshi_bulk *b = self;
	const struct oki_taker to = { take, reuse, b };

	(void)task;
	oki_error_clear(&b->why);
	b->job_result = b->stage == OKI_BULK_MADE ?
	    oki_bulk_hand_in(&b->k, &b->b, &to, &b->wait, &b->why) :
	    oki_bulk_fetch(&b->k, &b->b, &to, &b->wait, &b->why);
	oki_units_free(&b->spare);
	oki_mutex_lock(b->lock);
	b->done = true;
	tell(b);
	oki_cond_broadcast(b->changed);
	oki_mutex_unlock(b->lock);
}

static void
cancel(void *self, struct oki_job *task)
{
	struct onshi_bulk *b = self;

	(void)task;
	oki_cancel_set(&b->cancel);
}

static void
end(void *self)
{
	struct onshi_bulk *b = self;

	oki_case_end(&b->k);
	if (b->begun)
		oki_bulk_unref(b);
}

/* ---- its callers ----------------------------------------------------------- */

int
oki_bulk_thread_new(struct onshi_bulk *b)
{
	static const struct oki_runner_ops ops = { .run = run,
	    .cancel = cancel, .end = end };
	int r;

	b->last = &b->first;
	if ((r = oki_mutex_new(&b->lock)) != ONSHI_OK ||
	    (r = oki_cond_new(&b->changed)) != ONSHI_OK ||
	    (r = oki_cancel_init(&b->cancel)) != ONSHI_OK ||
	    (r = oki_event_new(&b->there)) != ONSHI_OK ||
	    (r = oki_job_new(sizeof(*b->task), NULL, &b->task)) != ONSHI_OK)
		return r;

	return oki_runner_new(&ops, b, NULL, &b->runner);
}

int
oki_bulk_start(struct onshi_bulk *b)
{
	int r;

	oki_wait_init(&b->wait, b->k.env, oki_bulk_budget(b), &b->cancel);
	b->done = false;
	if (!b->begun)
		oki_bulk_ref(b);
	r = oki_runner_start(b->runner, b->task, NULL, ONSHI_E_STATE);
	if (r != ONSHI_OK) {
		if (!b->begun)
			oki_bulk_unref(b);
		return oki_fail(&b->error, r, "an earlier call is not back "
		    "yet");
	}
	b->begun = b->working = true;

	return ONSHI_OK;
}

/* Told to end; one that does not is abandoned, and what it does nobody knows. */
static int
too_late(struct onshi_bulk *b)
{
	if (oki_runner_give_up(b->runner, b->task, LEAVE_MS) !=
	    OKI_JOB_ABANDONED)
		return ONSHI_OK;
	b->error.phase = ONSHI_PHASE_SERVICE;
	b->error.sent = ONSHI_SENT_UNKNOWN;

	return oki_fail(&b->error, ONSHI_E_LINK_TIMEOUT,
	    "the link did not come back in time");
}

static bool
is_there(const struct onshi_bulk *b)
{
	return b->ours != NULL || b->first != NULL || b->done ||
	    atomic_load(&b->closed) != 0;
}

/* While units flow it looks by its own clock, which brings it many at once and
 * costs the thread nothing: to be woken for each would cost both. */
int
oki_bulk_await(struct onshi_bulk *b)
{
	int64_t until = oki_steady_ms(b->k.env) + oki_bulk_budget(b) +
	    SLACK_MS, left;
	bool there;
	int n;

	oki_mutex_lock(b->lock);
	for (n = 0; !(there = is_there(b)) && b->blocking &&
	    (left = until - oki_steady_ms(b->k.env)) > 0; n++) {
		b->waits = n >= LOOKS || left <= LINGER_MS;
		(void)oki_cond_wait(b->changed, b->lock, b->waits ?
		    (int32_t)left : LINGER_MS);
	}
	b->waits = false;
	if (!there)
		untell(b);
	oki_mutex_unlock(b->lock);
	if (atomic_load(&b->closed) != 0)
		return oki_fail(&b->error, ONSHI_E_CANCELLED,
		    "it was ended");	/* by another thread */
	if (there)
		return ONSHI_OK;

	return b->blocking ? too_late(b) : ONSHI_NEED_WAIT;
}

/* It has told us that it is done, and is on its way out. */
bool
oki_bulk_collect(struct onshi_bulk *b, int *result)
{
	struct oki_wait out;
	bool is;
	int r;

	oki_mutex_lock(b->lock);
	is = b->working && b->done && b->ours == NULL && b->first == NULL;
	oki_mutex_unlock(b->lock);
	oki_wait_init(&out, b->k.env, LEAVE_MS, NULL);
	if (!is)
		return false;
	/* ONSHI_E_STATE: it was abandoned, and has come back since. */
	r = oki_runner_wait(b->runner, b->task, &out, ONSHI_E_LINK_TIMEOUT);
	if (r != ONSHI_OK && r != ONSHI_E_STATE)
		return false;
	b->working = b->done = false;
	if (b->unit == NULL)
		oki_units_free(&b->batch);
	oki_units_free(&b->spent);
	oki_mutex_lock(b->lock);
	untell(b);
	oki_mutex_unlock(b->lock);
	oki_cancel_clear(&b->cancel);
	*result = b->job_result;
	oki_error_copy(&b->error, &b->why);

	return true;
}

/* All that wait, at once; they are the caller's then, who writes nothing into
 * them: the thread's processor has them still. The last ones go back for them. */
static void
fetch_all(struct onshi_bulk *b)
{
	oki_mutex_lock(b->lock);
	if (b->batch != NULL) {
		*b->batch_last = b->spent;
		b->spent = b->batch;
	}
	b->batch = b->ours = b->first;
	b->batch_last = b->last;
	b->first = NULL;
	b->last = &b->first;
	if (b->size >= READY_MOST)
		oki_cond_broadcast(b->changed);
	b->size = 0;
	oki_mutex_unlock(b->lock);
}

bool
oki_bulk_pop(struct onshi_bulk *b)
{
	if (b->ours == NULL)
		fetch_all(b);
	if ((b->unit = b->ours) == NULL)
		return false;
	b->ours = b->unit->next;

	return true;
}

void
oki_bulk_drop(struct onshi_bulk *b)
{
	struct oki_unit *spent;

	b->unit = NULL;
	fetch_all(b);
	fetch_all(b);		/* these go back, too */
	oki_mutex_lock(b->lock);
	spent = b->spent;
	b->spent = NULL;
	oki_mutex_unlock(b->lock);
	oki_units_free(&spent);
}

void
oki_bulk_leave(struct onshi_bulk *b)
{
	atomic_store(&b->closed, 1);
	oki_cancel_set(&b->cancel);
	oki_mutex_lock(b->lock);
	oki_cond_broadcast(b->changed);
	oki_mutex_unlock(b->lock);
	(void)oki_runner_leave(b->runner, LEAVE_MS);
}
