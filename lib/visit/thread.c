/*
 * The visit's own thread: slow work is straight code there, and tables of the
 * program are called from it. Calls wait for it, or come back for the result.
 * Between jobs it writes what is to be recorded, wipes what is past its time,
 * and ends the visit.
 */
#include "visit/inside.h"

#define SLACK_MS	200	/* beyond its deadline, then abandoned (P8) */
#define TICK_MS		1000	/* answers are wiped within it */
#define IDLE_MS		60000
#define AGAIN_MS	200	/* for an attempt to write the record, between two */
#define ATTEMPTS	3	/* of them, when the visit ends */
#define LEAVE_MS	1000

static int32_t
budget(const struct onshi_visit *v, enum oki_visit_job job)
{
	const struct onshi_config *c = oki_env_config(v->k.env);
	int64_t ms = oki_config_number(c, OKI_LINK_DEADLINE_MS);

	if (v->deadline_ms != 0)
		return v->deadline_ms;
	if (job == OKI_JOB_ADVANCE)
		ms += oki_config_number(c, OKI_READER_DEADLINE_MS);

	return (int32_t)ms;
}

/* ---- the thread ---------------------------------------------------------- */

/* What inputs have left to be done, because it may wait. A PIN given since
 * then is for the card to come, and stays. */
static void
catch_up(struct onshi_visit *v)
{
	struct oki_secret *pin = v->pin;
	uint32_t flags = v->pin_flags;

	if (v->restart) {
		v->restart = false;
		v->pin = NULL;
		oki_flow_restart(v);
		v->pin = pin;
		v->pin_flags = flags;
	}
	if (atomic_exchange(&v->unsign, 0) != 0)
		oki_flow_unsign(v);
}

/* At the end, so that a few failures are not the last word. */
static int
record_all(struct onshi_visit *v)
{
	struct oki_wait wait;
	int i = 1, r;

	oki_wait_init(&wait, v->k.env, budget(v, OKI_JOB_END), NULL);
	while ((r = oki_notes_write(v, &wait, NULL)) != ONSHI_OK &&
	    i++ < ATTEMPTS)
		(void)oki_event_wait(v->cancel.event, NULL, AGAIN_MS);

	return r;
}

static int
do_job(struct onshi_visit *v, struct oki_wait *w,
    struct oki_answer_body **body, struct onshi_error *e)
{
	int r;

	if (v->job == OKI_JOB_END)
		return record_all(v);
	/* Where the record has taken all the time, that is why. */
	if ((r = oki_notes_write(v, w, e)) != ONSHI_OK &&
	    oki_wait_left(w) <= 0)
		return r;
	oki_error_clear(e);
	catch_up(v);
	if (v->job == OKI_JOB_ADVANCE)
		return oki_flow_advance(v, w, e);
	if (v->job == OKI_JOB_GET)
		return oki_flow_get(v, v->job_category, v->job_operator, w,
		    body, e);
	if (v->job == OKI_JOB_SEAL)
		return oki_flow_seal(v, w, e);
	if (v->job == OKI_JOB_OPEN)
		return oki_flow_open(v, w, e);

	return ONSHI_OK;
}

/*
 * Whatever was said before, or while the service answered, counts: a consent
 * that is over by now, and what could not be recorded (CO-7, CO-10).
 */
static int
allow(struct onshi_visit *v, const struct oki_wait *w, int r,
    struct oki_answer_body **body, struct onshi_error *e)
{
	struct onshi_error why;
	int written;

	if (r != ONSHI_OK)
		return r;
	if (*body != NULL)
		r = oki_answer_body_check(*body, e);
	oki_error_clear(&why);
	if (r != ONSHI_OK)
		oki_answers_expire(v, OKI_EXPIRE_ON_TIME);
	written = oki_notes_write(v, w, &why);
	if (r == ONSHI_OK && (r = written) != ONSHI_OK)
		oki_error_copy(e, &why);
	oki_wipe(&why, sizeof(why));

	return r;
}

/* With the lock held. */
static void
end_job(struct onshi_visit *v)
{
	onshi_operator_free(&v->job_operator);
	onshi_operator_free(&v->next_operator);
	v->job = OKI_JOB_NONE;
	v->job_done = v->job_replaced = false;
	atomic_store(&v->cancelled, 0);
	oki_cancel_clear(&v->cancel);
}

/* With the lock held: somebody else asks the same, in his own name. It was
 * cancelled for him, which says nothing about what the program cancels. */
static void
replace(struct onshi_visit *v)
{
	v->job_replaced = false;
	onshi_operator_free(&v->job_operator);
	v->job_operator = v->next_operator;
	v->next_operator = NULL;
	oki_cancel_clear(&v->cancel);
	if (atomic_load(&v->cancelled) != 0)
		oki_cancel_set(&v->cancel);
}

/* False: it is asked once more. */
static bool
run_once(struct onshi_visit *v)
{
	struct oki_answer_body *body = NULL;
	struct onshi_error e;
	struct oki_wait wait;
	bool done;
	int r;

	oki_error_clear(&e);
	oki_mutex_lock(v->lock);
	wait = v->job_wait;
	oki_mutex_unlock(v->lock);
	r = do_job(v, &wait, &body, &e);
	r = allow(v, &wait, r, &body, &e);
	oki_mutex_lock(v->lock);
	done = !v->job_replaced || atomic_load(&v->closed) != 0;
	if (done) {
		v->job_result = r;
		oki_error_copy(&v->job_error, &e);
		if (r == ONSHI_OK) {
			v->job_body = body;
			body = NULL;
		}
		v->job_done = true;
	} else {
		replace(v);
	}
	oki_mutex_unlock(v->lock);
	oki_answer_body_unref(&body);
	oki_wipe(&e, sizeof(e));

	return done;
}

static void
run(void *self, struct oki_job *task)
{
	(void)task;
	while (!run_once(self))
		;
}

static void
cancel(void *self, struct oki_job *task)
{
	struct onshi_visit *v = self;

	(void)task;
	oki_cancel_set(&v->cancel);
}

/* What was under way is for nobody any more, and a need that it found was not
 * reported. */
static void
drop(struct onshi_visit *v)
{
	struct oki_answer_body *body;

	oki_mutex_lock(v->lock);
	body = v->job_body;
	v->job_body = NULL;
	if (v->job_done && v->job_result > 0)
		v->asked = ONSHI_OK;
	end_job(v);
	oki_mutex_unlock(v->lock);
	oki_answer_body_unref(&body);
}

/* For nobody: it is told to end, or waited for where it is just ending. */
static void
give_up(struct onshi_visit *v)
{
	if (oki_runner_give_up(v->runner, v->task, LEAVE_MS) !=
	    OKI_JOB_ABANDONED)
		drop(v);
}

static void
late(void *self, struct oki_job *task)
{
	(void)task;
	drop(self);
}

/* A job that comes waits for it, so it gives up soon and tries again. What an
 * ended visit lets go of may hang, so that nobody waits for it. */
static int32_t
idle(void *self)
{
	struct onshi_visit *v = self;
	struct oki_wait wait;
	bool more;

	oki_answers_expire(v, OKI_EXPIRE_ON_TIME);
	oki_wait_init(&wait, v->k.env, AGAIN_MS, NULL);
	(void)oki_notes_write(v, &wait, NULL);
	if (atomic_load(&v->over) != 0)
		oki_visit_clean(v);
	oki_mutex_lock(v->lock);
	more = oki_answers_are_there(v) || oki_notes_are_due(v);
	oki_mutex_unlock(v->lock);

	return more ? TICK_MS : IDLE_MS;
}

static void
end(void *self)
{
	struct onshi_visit *v = self;

	(void)record_all(v);
	drop(v);
	oki_visit_clean(v);
	if (v->begun)
		oki_visit_unref(v);
}

/* ---- its callers --------------------------------------------------------- */

int
oki_worker_new(struct onshi_visit *v)
{
	static const struct oki_runner_ops ops = { .run = run,
	    .cancel = cancel, .late = late, .end = end, .ready = true,
	    .idle = idle };
	int r;

	if ((r = oki_job_new(sizeof(*v->task), NULL, &v->task)) != ONSHI_OK)
		return r;

	return oki_runner_new(&ops, v, NULL, &v->runner);
}

void
oki_worker_free(struct onshi_visit *v)
{
	(void)oki_runner_stop(&v->runner, LEAVE_MS);
	oki_job_unref(&v->task);
}

/* Under the lock. One that is late may be on its way out. Who does not block
 * comes back for it, and never has it at once. */
static int
start(struct onshi_visit *v, enum oki_visit_job job, int category,
    struct onshi_operator *op)
{
	int r;

	if (atomic_load(&v->closed) != 0 && job != OKI_JOB_END)
		return ONSHI_E_STATE;
	if (!v->begun)
		(void)oki_visit_ref(v);
	oki_wait_init(&v->job_wait, v->k.env, budget(v, job), &v->cancel);
	r = oki_runner_start(v->runner, v->task, &v->job_wait, ONSHI_E_STATE);
	if (r != ONSHI_OK) {
		if (!v->begun)
			oki_visit_unref(v);
		return r;
	}
	v->begun = true;
	oki_visit_tell(v, &v->told);
	v->job = job;
	v->job_category = category;
	v->job_operator = oki_operator_ref(op);

	return v->blocking || job == OKI_JOB_END ? ONSHI_OK : ONSHI_NEED_WAIT;
}

static int
begin(struct onshi_visit *v, enum oki_visit_job job, int category,
    struct onshi_operator *op)
{
	int r = ONSHI_OK;

	oki_mutex_lock(v->lock);
	if (v->job == OKI_JOB_NONE)
		r = start(v, job, category, op);
	else if (oki_runner_is_stuck(v->runner))
		r = oki_fail(&v->error, ONSHI_E_STATE,
		    "an earlier call is not back yet");
	else if (v->job != job || v->job_category != category)
		r = oki_fail(&v->error, ONSHI_E_STATE,
		    "another call is under way");
	oki_mutex_unlock(v->lock);

	return r;
}

/* A table of the program that does not return costs the visit, not the
 * caller's time; what it has done by then nobody knows. */
static int
too_late(struct onshi_visit *v)
{
	enum oki_job_end how = oki_runner_give_up(v->runner, v->task, 0);

	if (how == OKI_JOB_CAME_BACK)
		return ONSHI_OK;
	if (how == OKI_JOB_NOT_BEGUN)
		drop(v);
	v->error.phase = ONSHI_PHASE_SERVICE;
	v->error.sent = how == OKI_JOB_NOT_BEGUN ? ONSHI_SENT_NOT :
	    ONSHI_SENT_UNKNOWN;

	return oki_fail(&v->error, ONSHI_E_LINK_TIMEOUT,
	    "reader or link did not come back in time");
}

static int
collect(struct onshi_visit *v)
{
	int r;

	oki_mutex_lock(v->lock);
	r = v->job_result;
	oki_error_copy(&v->error, &v->job_error);
	end_job(v);
	oki_mutex_unlock(v->lock);

	return r;
}

static int
wait_for_job(struct onshi_visit *v, enum oki_visit_job job)
{
	bool blocking = v->blocking || job == OKI_JOB_END;
	struct oki_wait wait = v->job_wait;
	int r;

	wait.end_ms += SLACK_MS;
	wait.cancel = NULL;
	r = oki_runner_wait(v->runner, v->task, blocking ||
	    oki_wait_left(&wait) == 0 ? &wait : NULL, ONSHI_E_LINK_TIMEOUT);
	if (atomic_load(&v->closed) != 0 && job != OKI_JOB_END)
		return oki_fail(&v->error, ONSHI_E_CANCELLED,
		    "the visit was ended");	/* by another thread */
	if (r == ONSHI_E_LINK_TIMEOUT)
		r = too_late(v);

	return r == ONSHI_OK ? collect(v) : r;
}

bool
oki_worker_is_anothers(const struct onshi_visit *v, int category,
    const struct onshi_operator *op)
{
	bool is;

	oki_mutex_lock(v->lock);
	is = v->job == OKI_JOB_GET && v->job_category == category &&
	    !oki_operator_is(v->job_replaced ? v->next_operator :
	    v->job_operator, op);
	oki_mutex_unlock(v->lock);

	return is;
}

/* With the lock held. What was under way is cancelled, what is there already is
 * wiped; both stand on the record under its asker's name (CO-13). */
static void
take_over(struct onshi_visit *v, struct onshi_operator *op,
    struct oki_note **note)
{
	if (!v->job_done || v->job_body != NULL)
		oki_note_add(v, note);
	if (v->job_done)
		return;
	onshi_operator_free(&v->next_operator);
	v->next_operator = oki_operator_ref(op);
	v->job_replaced = true;
	oki_wait_init(&v->job_wait, v->k.env, budget(v, OKI_JOB_GET),
	    &v->cancel);
	oki_cancel_set(&v->cancel);
}

/* The memory of its entry is had before anything is done that it tells of. */
static int
ask_instead(struct onshi_visit *v, int category, struct onshi_operator *op)
{
	struct oki_note *note;
	bool done = false;
	int r;

	oki_mutex_lock(v->lock);
	if ((r = oki_note_new(OKI_AUDIT_QUERY_ABANDONED, v->job_operator,
	    category, ONSHI_E_CANCELLED, &note)) == ONSHI_OK) {
		done = v->job_done;
		take_over(v, op, &note);
	}
	oki_mutex_unlock(v->lock);
	oki_note_free(&note);
	if (done)
		give_up(v);

	return r == ONSHI_OK ? r :
	    oki_fail(&v->error, r, "no memory for an entry");
}

int
oki_worker_run(struct onshi_visit *v, enum oki_visit_job job, int category,
    struct onshi_operator *op)
{
	int r;

	if (job == OKI_JOB_GET && oki_worker_is_anothers(v, category, op) &&
	    !oki_runner_is_stuck(v->runner) &&
	    (r = ask_instead(v, category, op)) != ONSHI_OK)
		return r;
	if ((r = begin(v, job, category, op)) != ONSHI_OK)
		return r;

	return wait_for_job(v, job);
}

bool
oki_worker_is_busy(const struct onshi_visit *v)
{
	bool busy;

	oki_mutex_lock(v->lock);
	busy = v->job != OKI_JOB_NONE;
	oki_mutex_unlock(v->lock);

	return busy;
}

/* ---- the end ------------------------------------------------------------- */

static bool
is_due(struct onshi_visit *v)
{
	bool due;

	oki_mutex_lock(v->lock);
	due = oki_notes_are_due(v);
	oki_mutex_unlock(v->lock);

	return due;
}

int
oki_worker_end(struct onshi_visit *v)
{
	if (oki_worker_is_busy(v))
		give_up(v);
	(void)oki_worker_run(v, OKI_JOB_END, -1, NULL);
	oki_error_clear(&v->error);

	return is_due(v) ? ONSHI_E_AUDIT : ONSHI_OK;
}

/*
 * A program may end right after its last visit, and no thread of ours should be
 * in TLS by then. A job that does not end although it is told to has the time
 * that a thread has to leave, and no more; what is to be recorded has its own.
 */
void
oki_worker_leave(struct onshi_visit *v)
{
	bool inside = oki_visit_is_inside(v), at_work;

	if (oki_runner_leave(v->runner, inside ? 0 : LEAVE_MS) || inside)
		return;
	oki_mutex_lock(v->lock);
	at_work = v->job != OKI_JOB_NONE && !v->job_done;
	oki_mutex_unlock(v->lock);
	if (!at_work && is_due(v))
		(void)oki_runner_leave(v->runner, budget(v, OKI_JOB_END));
}
