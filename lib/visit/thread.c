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
#define AGAIN_MS	200	/* between attempts to write the record */
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

/* What its call has time for. */
static void
job_wait(struct onshi_visit *v, struct oki_wait *w)
{
	int64_t left;

	oki_mutex_lock(v->lock);
	left = v->job_until_ms - SLACK_MS - oki_steady_ms(v->k.env);
	oki_mutex_unlock(v->lock);
	oki_wait_init(w, v->k.env, left > 0 ? (int32_t)left : 0, &v->cancel);
}

static int
do_job(struct onshi_visit *v, struct oki_wait *w,
    struct oki_answer_body **body, struct onshi_error *e)
{
	int r;

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

static void
end_job(struct onshi_visit *v)
{
	onshi_operator_free(&v->job_operator);
	v->job = OKI_JOB_NONE;
	v->job_done = false;
	oki_event_clear(v->ready);
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

static void
run_job(struct onshi_visit *v)
{
	struct oki_answer_body *body = NULL;
	struct onshi_error e;
	struct oki_wait wait;
	int r;

	oki_error_clear(&e);
	job_wait(v, &wait);
	r = do_job(v, &wait, &body, &e);
	r = allow(v, &wait, r, &body, &e);
	oki_mutex_lock(v->lock);
	if (v->job_replaced) {
		replace(v);
	} else {
		v->job_result = r;
		oki_error_copy(&v->job_error, &e);
		if (r == ONSHI_OK) {
			v->job_body = body;
			body = NULL;
		}
		v->job_done = true;
		oki_event_set(v->ready);
		oki_cond_broadcast(v->changed);
	}
	oki_mutex_unlock(v->lock);
	oki_answer_body_unref(&body);
	oki_wipe(&e, sizeof(e));
}

enum thing { RUN, WRITE, END, LEAVE };

static bool
is_to_run(const struct onshi_visit *v)
{
	return v->job != OKI_JOB_NONE && !v->job_done && !v->ending;
}

/* With the lock held: one that failed is tried again when there is work, or
 * when the visit ends. */
static bool
is_to_write(const struct onshi_visit *v)
{
	return oki_notes_are_due(v) && (v->notes.failed == 0 ||
	    (v->ending && v->notes.failed < ATTEMPTS));
}

static bool
is_to_end(const struct onshi_visit *v)
{
	return v->ending && !v->ended;
}

static int32_t
nap(const struct onshi_visit *v)
{
	return oki_answers_are_there(v) || oki_notes_are_due(v) ? TICK_MS :
	    IDLE_MS;
}

/* With the lock held, until there is something to do. */
static bool
find_thing(struct onshi_visit *v, enum thing *what)
{
	if (is_to_run(v))
		*what = RUN;
	else if (is_to_write(v))
		*what = WRITE;
	else if (is_to_end(v))
		*what = END;
	else if (v->leave)
		*what = LEAVE;
	else
		return false;
	/* Whoever holds the record may let go of it meanwhile. */
	if (*what == WRITE && v->notes.failed != 0)
		(void)oki_cond_wait(v->changed, v->lock, AGAIN_MS);

	return true;
}

static enum thing
next_thing(struct onshi_visit *v)
{
	enum thing what = LEAVE;
	bool found;

	for (;;) {
		oki_mutex_lock(v->lock);
		if (!(found = find_thing(v, &what))) {
			(void)oki_cond_wait(v->changed, v->lock, nap(v));
			found = find_thing(v, &what);
		}
		if (!found)
			v->notes.failed = 0;	/* tried again */
		oki_mutex_unlock(v->lock);
		if (found)
			return what;
		oki_answers_expire(v, OKI_EXPIRE_ON_TIME);
	}
}

/* A job that comes waits for it, so it gives up soon and tries again; at the
 * end none comes. */
static void
write_between(struct onshi_visit *v)
{
	struct oki_wait wait;
	bool is_last;

	oki_mutex_lock(v->lock);
	is_last = v->ending;
	oki_mutex_unlock(v->lock);
	oki_wait_init(&wait, v->k.env, AGAIN_MS, NULL);
	(void)oki_notes_write(v, is_last ? NULL : &wait, NULL);
}

/* What was under way is for nobody any more. */
static void
end_visit(struct onshi_visit *v)
{
	struct oki_answer_body *late;

	oki_mutex_lock(v->lock);
	late = v->job_body;
	v->job_body = NULL;
	v->ended = true;
	oki_cond_broadcast(v->changed);
	oki_mutex_unlock(v->lock);
	oki_answer_body_unref(&late);
	oki_visit_clean(v);
}

static void
work(void *arg)
{
	struct onshi_visit *v = arg;
	enum thing what;

	atomic_store(&v->own[0], oki_os_thread());
	while ((what = next_thing(v)) != LEAVE)
		if (what == RUN)
			run_job(v);
		else if (what == WRITE)
			write_between(v);
		else
			end_visit(v);
	oki_mutex_lock(v->lock);
	v->worker_left = true;
	oki_cond_broadcast(v->changed);
	oki_mutex_unlock(v->lock);
	oki_visit_unref(v);
}

/* ---- its callers --------------------------------------------------------- */

static int
start_thread(struct onshi_visit *v)
{
	int r;

	if (v->ending)
		return ONSHI_E_STATE;
	if (v->worker != NULL)
		return ONSHI_OK;
	(void)oki_visit_ref(v);
	if ((r = oki_thread_start(work, v, &v->worker)) != ONSHI_OK)
		oki_visit_unref(v);

	return r;
}

/* Under the lock. */
static int
start_job(struct onshi_visit *v, enum oki_visit_job job, int category,
    struct onshi_operator *op)
{
	int r;

	if ((r = start_thread(v)) != ONSHI_OK)
		return r;
	oki_visit_tell(v, &v->told);
	v->job = job;
	v->job_category = category;
	v->job_operator = oki_operator_ref(op);
	v->job_done = false;
	v->job_until_ms = oki_steady_ms(v->k.env) + budget(v, job) + SLACK_MS;
	oki_error_clear(&v->job_error);
	oki_event_clear(v->ready);
	oki_cond_broadcast(v->changed);

	return ONSHI_OK;
}

/* Under the lock: a table of the program that does not return costs the visit,
 * not the caller's time; what it has done by then nobody knows. */
static int
wait_for_job(struct onshi_visit *v)
{
	int64_t left;

	while (!v->job_done && !v->ending) {
		left = v->job_until_ms - oki_steady_ms(v->k.env);
		if (left <= 0) {
			v->job_stuck = true;
			v->error.phase = ONSHI_PHASE_SERVICE;
			v->error.sent = ONSHI_SENT_UNKNOWN;
			return oki_fail(&v->error, ONSHI_E_LINK_TIMEOUT,
			    "reader or link did not come back in time");
		}
		if (!v->blocking)
			return ONSHI_NEED_WAIT;
		(void)oki_cond_wait(v->changed, v->lock, left > 1000 ? 1000 :
		    (int32_t)left);
	}
	if (v->ending)		/* freed by another thread */
		return oki_fail(&v->error, ONSHI_E_CANCELLED,
		    "the visit was ended");

	return ONSHI_OK;
}

static int
collect(struct onshi_visit *v)
{
	int r = v->job_result;

	oki_error_copy(&v->error, &v->job_error);
	end_job(v);

	return r;
}

/* Under the lock: one that came back too late for its call. */
static bool
is_late(const struct onshi_visit *v)
{
	return v->job_stuck && v->job_done;
}

/* Its answer is for nobody, and the need that it found was not reported. */
void
oki_worker_forgive(struct onshi_visit *v)
{
	struct oki_answer_body *late = NULL;

	oki_mutex_lock(v->lock);
	if (is_late(v)) {
		late = v->job_body;
		v->job_body = NULL;
		v->job_stuck = false;
		if (v->job_result > 0)
			v->asked = ONSHI_OK;
		end_job(v);
	}
	oki_mutex_unlock(v->lock);
	oki_answer_body_unref(&late);
}

static bool
is_anothers(const struct onshi_visit *v, int category,
    const struct onshi_operator *op)
{
	const struct onshi_operator *asker = v->job_replaced ?
	    v->next_operator : v->job_operator;

	return v->job == OKI_JOB_GET && v->job_category == category &&
	    !oki_operator_is(asker, op);
}

bool
oki_worker_is_anothers(const struct onshi_visit *v, int category,
    const struct onshi_operator *op)
{
	bool is;

	oki_mutex_lock(v->lock);
	is = is_anothers(v, category, op);
	oki_mutex_unlock(v->lock);

	return is;
}

/* Under the lock. What was under way is cancelled, what is there already is
 * wiped; both stand on the record under its asker's name (CO-13). */
static int
take_over(struct onshi_visit *v, int category, struct onshi_operator *op,
    struct oki_answer_body **late, struct oki_note **note)
{
	if (!v->job_done || v->job_body != NULL)
		oki_note_add(v, note);
	if (!v->job_done) {
		onshi_operator_free(&v->next_operator);
		v->next_operator = oki_operator_ref(op);
		v->job_replaced = true;
		v->job_until_ms = oki_steady_ms(v->k.env) +
		    budget(v, OKI_JOB_GET) + SLACK_MS;
		oki_cancel_set(&v->cancel);
		return ONSHI_OK;
	}
	*late = v->job_body;
	v->job_body = NULL;
	end_job(v);

	return start_job(v, OKI_JOB_GET, category, op);
}

static int
begin(struct onshi_visit *v, enum oki_visit_job job, int category,
    struct onshi_operator *op, struct oki_answer_body **late,
    struct oki_note **note)
{
	if (v->job_stuck)
		return oki_fail(&v->error, ONSHI_E_STATE,
		    "an earlier call is not back yet");
	if (v->job == OKI_JOB_NONE)
		return start_job(v, job, category, op);
	if (job == OKI_JOB_GET && is_anothers(v, category, op))
		return take_over(v, category, op, late, note);
	if (v->job != job || v->job_category != category)
		return oki_fail(&v->error, ONSHI_E_STATE,
		    "another call is under way");

	return ONSHI_OK;
}

int
oki_worker_run(struct onshi_visit *v, enum oki_visit_job job, int category,
    struct onshi_operator *op)
{
	struct oki_answer_body *late = NULL;
	struct onshi_operator *asker;
	struct oki_note *note;
	int r;

	/* Its memory is had before anything is done that it tells of. */
	oki_mutex_lock(v->lock);
	asker = oki_operator_ref(v->job_operator);
	oki_mutex_unlock(v->lock);
	r = oki_note_new(OKI_AUDIT_QUERY_ABANDONED, asker, category,
	    ONSHI_E_CANCELLED, &note);
	onshi_operator_free(&asker);
	if (r != ONSHI_OK)
		return oki_fail(&v->error, r, "no memory for an entry");
	oki_mutex_lock(v->lock);
	if ((r = begin(v, job, category, op, &late, &note)) == ONSHI_OK &&
	    (r = wait_for_job(v)) == ONSHI_OK)
		r = collect(v);
	oki_mutex_unlock(v->lock);
	oki_answer_body_unref(&late);
	oki_note_free(&note);

	return r;
}

bool
oki_worker_is_busy(const struct onshi_visit *v)
{
	bool busy;

	oki_mutex_lock(v->lock);
	busy = v->job != OKI_JOB_NONE && !is_late(v);
	oki_mutex_unlock(v->lock);

	return busy;
}

/* ---- the end ------------------------------------------------------------- */

/* Under the lock: a job that does not end although it is told to has the time
 * that a thread has to leave, and no more. */
static bool
is_worth_waiting(const struct onshi_visit *v, int64_t since)
{
	int64_t gone = oki_steady_ms(v->k.env) - since;
	bool at_work = v->job != OKI_JOB_NONE && !v->job_done;

	return oki_notes_are_due(v) && !v->job_stuck &&
	    v->notes.failed < ATTEMPTS && !v->worker_left && gone < (at_work ? LEAVE_MS : budget(v, OKI_JOB_GET));
}

static void
wait_for_record(struct onshi_visit *v)
{
	int64_t since = oki_steady_ms(v->k.env);

	while (is_worth_waiting(v, since))
		(void)oki_cond_wait(v->changed, v->lock, AGAIN_MS);
}

/* Without a thread nothing was begun that could hang. */
static void
end_here(struct onshi_visit *v)
{
	struct oki_wait wait;
	int i;

	oki_wait_init(&wait, v->k.env, budget(v, OKI_JOB_GET), NULL);
	for (i = 0; i < ATTEMPTS; i++)
		if (oki_notes_write(v, &wait, NULL) == ONSHI_OK)
			break;
	oki_mutex_lock(v->lock);
	v->ended = true;
	oki_mutex_unlock(v->lock);
	oki_visit_clean(v);
}

int
oki_worker_end(struct onshi_visit *v, bool is_alone)
{
	bool here, due;

	oki_mutex_lock(v->lock);
	here = v->worker == NULL && !v->ended && is_alone;
	if (!v->ending && v->job != OKI_JOB_NONE && !v->job_done)
		oki_cancel_set(&v->cancel);
	v->ending = true;
	v->notes.failed = 0;
	oki_cond_broadcast(v->changed);
	if (v->worker != NULL)
		wait_for_record(v);
	oki_mutex_unlock(v->lock);
	if (here)
		end_here(v);
	oki_mutex_lock(v->lock);
	due = oki_notes_are_due(v);
	oki_mutex_unlock(v->lock);

	return due ? ONSHI_E_AUDIT : ONSHI_OK;
}

/* A program may end right after its last visit, and no thread of ours should be
 * in TLS by then. */
void
oki_worker_stop(struct onshi_visit *v)
{
	int64_t until = oki_steady_ms(v->k.env) + LEAVE_MS, left;
	bool left_by_itself;

	oki_mutex_lock(v->lock);
	v->ending = v->leave = true;
	oki_cond_broadcast(v->changed);
	if (v->worker == NULL) {
		oki_mutex_unlock(v->lock);
		return;
	}
	while (!v->worker_left && !oki_visit_is_inside(v) &&
	    (left = until - oki_steady_ms(v->k.env)) > 0)
		(void)oki_cond_wait(v->changed, v->lock, (int32_t)left);
	left_by_itself = v->worker_left;
	oki_mutex_unlock(v->lock);
	if (left_by_itself)
		oki_thread_join(&v->worker);
	else
		oki_thread_detach(&v->worker);
}
