/* Calls once when a wait is over, from a thread of its own. See job.h. */
#include "config.h"

#include "core/inside.h"

#define SLICE_MS	250	/* a program's clock may go at its own pace */
#define CALL_MS		1000	/* for a call to come back */

struct watch_job {
	struct oki_job		 job;
	struct oki_wait		 wait;
	struct oki_event	*enough;
	void			(*call)(void *);
	void			*arg;
};

struct oki_watch {
	struct oki_runner	*runner;
	struct watch_job	*now;		/* NULL: nothing is watched */
};

static void
job_clear(struct oki_job *job)
{
	struct watch_job *j = (struct watch_job *)job;

	oki_event_free(&j->enough);
}

static void
run(void *self, struct oki_job *job)
{
	struct watch_job *j = (struct watch_job *)job;
	int32_t left;

	(void)self;
	while (oki_wait_check(&j->wait, ONSHI_E_LINK_TIMEOUT) == ONSHI_OK) {
		left = oki_wait_left(&j->wait);
		if (oki_event_wait(j->enough, j->wait.cancel == NULL ? NULL :
		    j->wait.cancel->event, left < SLICE_MS ? left : SLICE_MS))
			return;
	}
	j->call(j->arg);
}

static void
cancel(void *self, struct oki_job *job)
{
	(void)self;
	oki_event_set(((struct watch_job *)job)->enough);
}

static const struct oki_runner_ops ops = { .run = run, .cancel = cancel };

int
oki_watch_new(struct oki_watch **out)
{
	struct oki_watch *k;
	int r;

	*out = NULL;
	if ((k = oki_alloc(sizeof(*k))) == NULL)
		return ONSHI_E_NOMEM;
	if ((r = oki_runner_new(&ops, k, NULL, &k->runner)) != ONSHI_OK) {
		oki_free(k);
		return r;
	}
	*out = k;

	return ONSHI_OK;
}

int
oki_watch_begin(struct oki_watch *k, const struct oki_wait *w,
    void (*call)(void *), void *arg)
{
	struct watch_job *j;
	struct oki_job *job;
	int r;

	if (k->now != NULL)
		return ONSHI_E_STATE;
	if ((r = oki_job_new(sizeof(*j), job_clear, &job)) != ONSHI_OK)
		return r;
	j = (struct watch_job *)job;
	j->wait = *w;
	j->call = call;
	j->arg = arg;
	if ((r = oki_event_new(&j->enough)) != ONSHI_OK ||
	    (r = oki_runner_start(k->runner, job, NULL, r)) != ONSHI_OK) {
		oki_job_unref(&job);
		return r;
	}
	k->now = j;

	return ONSHI_OK;
}

bool
oki_watch_end(struct oki_watch *k)
{
	enum oki_job_end end;
	struct oki_job *job;

	if (k->now == NULL)
		return true;
	job = &k->now->job;
	k->now = NULL;
	oki_event_set(((struct watch_job *)job)->enough);
	end = oki_runner_give_up(k->runner, job, CALL_MS);
	oki_job_unref(&job);

	return end != OKI_JOB_ABANDONED;
}

void
oki_watch_free(struct oki_watch **kp)
{
	struct oki_watch *k;

	if (kp == NULL || (k = *kp) == NULL)
		return;
	*kp = NULL;
	(void)oki_watch_end(k);
	(void)oki_runner_stop(&k->runner, CALL_MS);
	oki_free(k);
}
