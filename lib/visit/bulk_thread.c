/*
 * A bulk's own thread: one request and its answer are one job there. Units of
 * the answer wait in a short queue for who takes them, and the thread with
 * them, so that memory stays flat.
 */
#include "visit/bulk.h"

#define SLACK_MS	200	/* beyond its deadline, then abandoned (P8) */
#define LEAVE_MS	1000
#define LOOK_MS		50	/* for a cancel, while the queue is full */
#define READY_MOST	64	/* units that wait, and some more */
#define AT_ONCE		32	/* of them */
#define NOBODY_MS	600000	/* nobody takes one for so long: given up */

/* ---- on the thread --------------------------------------------------------- */

static bool
is_room(const struct onshi_bulk *b)
{
	return b->n < READY_MOST;
}

/* With the lock held. Time that the program takes is not the service's. */
static int
wait_for_room(struct onshi_bulk *b)
{
	int64_t until = oki_steady_ms(b->k.env) + NOBODY_MS;

	while (!is_room(b)) {
		if (oki_cancel_is_set(&b->cancel) ||
		    atomic_load(&b->closed) != 0)
			return ONSHI_E_CANCELLED;
		if (oki_steady_ms(b->k.env) >= until)
			return ONSHI_E_LINK_TIMEOUT;
		(void)oki_cond_wait(b->changed, b->lock, LOOK_MS);
	}

	return ONSHI_OK;
}

/* What came back: the thread that made it frees it, or who ends it all. */
static void
free_spent(struct onshi_bulk *b)
{
	struct oki_unit *spent;

	oki_mutex_lock(b->lock);
	spent = b->spent;
	b->spent = NULL;
	oki_mutex_unlock(b->lock);
	oki_units_free(&spent);
}

/* Several at once: each for itself would wake the other side each time. */
static int
put_out(void *self)
{
	struct onshi_bulk *b = self;
	int r;

	if (b->made == NULL)
		return ONSHI_OK;
	free_spent(b);
	oki_mutex_lock(b->lock);
	if ((r = wait_for_room(b)) == ONSHI_OK) {
		if (b->n == 0) {
			oki_event_set(b->there);
			oki_cond_broadcast(b->changed);
		}
		*b->last = b->made;
		b->last = b->made_last;
		b->n += b->made_n;
		b->made = NULL;
		b->made_last = &b->made;
		b->made_n = 0;
	}
	oki_mutex_unlock(b->lock);
	/* As long as units come it goes on. */
	oki_wait_init(&b->wait, b->k.env, oki_bulk_budget(b), &b->cancel);

	return r;
}

static int
take(void *self, struct oki_doc **one, size_t place)
{
	struct onshi_bulk *b = self;
	struct oki_unit *unit;

	if ((unit = oki_alloc(sizeof(*unit))) == NULL)
		return ONSHI_E_NOMEM;
	unit->doc = *one;
	unit->place = place;
	*one = NULL;
	*b->made_last = unit;
	b->made_last = &unit->next;

	return ++b->made_n < AT_ONCE ? ONSHI_OK : put_out(b);
}

static void
run(void *self, struct oki_job *task)
{
	struct onshi_bulk *b = self;
	const struct oki_taker to = { take, put_out, b };

	(void)task;
	oki_error_clear(&b->why);
	b->made_last = &b->made;
	b->job_result = b->stage == OKI_BULK_MADE ?
	    oki_bulk_hand_in(&b->k, &b->b, &to, &b->wait, &b->why) :
	    oki_bulk_fetch(&b->k, &b->b, &to, &b->wait, &b->why);
	if (b->job_result == ONSHI_OK)
		b->job_result = put_out(b);
	oki_units_free(&b->made);
	b->made_n = 0;
	oki_mutex_lock(b->lock);
	b->done = true;
	oki_event_set(b->there);
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

int
oki_bulk_await(struct onshi_bulk *b)
{
	int64_t until = oki_steady_ms(b->k.env) + oki_bulk_budget(b) +
	    SLACK_MS, left;
	bool there;

	oki_mutex_lock(b->lock);
	while (!(there = is_there(b)) && b->blocking &&
	    (left = until - oki_steady_ms(b->k.env)) > 0)
		(void)oki_cond_wait(b->changed, b->lock, (int32_t)left);
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
	oki_units_free(&b->used);
	free_spent(b);
	oki_event_clear(b->there);
	oki_cancel_clear(&b->cancel);
	*result = b->job_result;
	oki_error_copy(&b->error, &b->why);

	return true;
}

void
oki_bulk_spend(struct onshi_bulk *b)
{
	if (b->unit == NULL)
		return;
	b->unit->next = b->used;
	b->used = b->unit;
	b->unit = NULL;
}

/* All that wait, at once; they are the caller's then. What was used goes back
 * for them. */
static void
fetch_all(struct onshi_bulk *b)
{
	struct oki_unit **last;

	for (last = &b->used; *last != NULL; last = &(*last)->next)
		;
	oki_mutex_lock(b->lock);
	*last = b->spent;
	b->spent = b->used;
	b->used = NULL;
	b->ours = b->first;
	b->first = NULL;
	b->last = &b->first;
	if (b->n >= READY_MOST)
		oki_cond_broadcast(b->changed);
	b->n = 0;
	if (b->ours == NULL && !b->done)
		oki_event_clear(b->there);
	oki_mutex_unlock(b->lock);
}

struct oki_unit *
oki_bulk_pop(struct onshi_bulk *b)
{
	struct oki_unit *unit;

	if (b->ours == NULL)
		fetch_all(b);
	if ((unit = b->ours) != NULL) {
		b->ours = unit->next;
		unit->next = NULL;
	}

	return unit;
}

void
oki_bulk_drop(struct onshi_bulk *b)
{
	struct oki_unit *unit;

	oki_unit_free(&b->unit);
	while ((unit = oki_bulk_pop(b)) != NULL)
		oki_unit_free(&unit);
	free_spent(b);
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
