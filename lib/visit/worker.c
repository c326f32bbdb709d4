/*
 * The visit's own thread: slow work is straight code there, and tables of the
 * program are called from it. Calls wait for it, or come back for the result.
 */
#include "visit/inside.h"

/* What a call may take beyond its deadline before it is abandoned (P8). */
#define SLACK_MS	200

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

static void
run_job(struct onshi_visit *v)
{
	struct oki_wait wait;
	struct onshi_error e;
	int r;

	oki_error_clear(&e);
	oki_wait_init(&wait, v->k.env, budget(v, v->job), &v->cancel);
	r = v->job == OKI_JOB_ADVANCE ? oki_flow_advance(v, &wait, &e) :
	    oki_flow_get(v, v->job_category, v->job_operator, &wait,
	    &v->job_body, &e);
	oki_mutex_lock(v->lock);
	v->job_result = r;
	oki_error_copy(&v->job_error, &e);
	v->job_done = true;
	oki_event_set(v->ready);
	oki_cond_broadcast(v->changed);
	oki_mutex_unlock(v->lock);
	oki_wipe(&e, sizeof(e));
}

static void
work(void *arg)
{
	struct onshi_visit *v = arg;
	bool leave;

	atomic_store(&v->own[0], oki_os_thread());
	for (;;) {
		oki_mutex_lock(v->lock);
		while (!v->leave && (v->job == OKI_JOB_NONE || v->job_done))
			(void)oki_cond_wait(v->changed, v->lock, 60000);
		leave = v->leave;
		oki_mutex_unlock(v->lock);
		if (leave)
			break;
		run_job(v);
	}
	oki_mutex_lock(v->lock);
	v->worker_left = true;
	oki_cond_broadcast(v->changed);
	oki_mutex_unlock(v->lock);
	oki_visit_unref(v);
}

/* Under the lock. */
static int
start_job(struct onshi_visit *v, enum oki_visit_job job, int category,
    struct onshi_operator *op)
{
	int r;

	if (v->worker == NULL) {
		(void)oki_visit_ref(v);
		if ((r = oki_thread_start(work, v, &v->worker)) != ONSHI_OK) {
			oki_visit_unref(v);
			return r;
		}
	}
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

	while (!v->job_done) {
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

	return ONSHI_OK;
}

static void
end_job(struct onshi_visit *v)
{
	onshi_operator_free(&v->job_operator);
	v->job = OKI_JOB_NONE;
	v->job_done = false;
	oki_event_clear(v->ready);
	oki_cancel_clear(&v->cancel);
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

int
oki_worker_run(struct onshi_visit *v, enum oki_visit_job job, int category,
    struct onshi_operator *op)
{
	int r = ONSHI_OK;

	oki_mutex_lock(v->lock);
	if (v->job_stuck)
		r = oki_fail(&v->error, ONSHI_E_STATE,
		    "an earlier call is not back yet");
	else if (v->job == OKI_JOB_NONE)
		r = start_job(v, job, category, op);
	else if (v->job != job || v->job_category != category)
		r = oki_fail(&v->error, ONSHI_E_STATE,
		    "another call is under way");
	if (r == ONSHI_OK && (r = wait_for_job(v)) == ONSHI_OK)
		r = collect(v);
	oki_mutex_unlock(v->lock);

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

/* Ends the thread; one that hangs in a table of the program is left to itself
 * and frees the visit when it comes back. */
bool
oki_worker_stop(struct onshi_visit *v)
{
	int64_t until = oki_steady_ms(v->k.env) + 1000, left;
	bool left_by_itself;

	if (v->worker == NULL)
		return true;
	oki_mutex_lock(v->lock);
	v->leave = true;
	oki_cond_broadcast(v->changed);
	while (!v->worker_left &&
	    (left = until - oki_steady_ms(v->k.env)) > 0)
		(void)oki_cond_wait(v->changed, v->lock, (int32_t)left);
	left_by_itself = v->worker_left;
	oki_mutex_unlock(v->lock);
	if (left_by_itself)
		oki_thread_join(&v->worker);
	else
		oki_thread_detach(&v->worker);

	return left_by_itself;
}
