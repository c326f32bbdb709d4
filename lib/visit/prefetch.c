/*
 * Connection and challenge, made by a thread of its own from the first advance
 * on, while the holder still looks for the card (design 4.4). Nothing of a
 * patient is sent by it. Room query's session belongs to this thread until what
 * it does is taken.
 */
#include "visit/inside.h"

#define DROP_MS	1000

struct fetch {
	struct oki_job		 job;
	bool			 challenge;	/* asked for, too */
	int			 result;
	struct oki_challenge	 got;
};

struct oki_prefetch {
	struct onshi_visit	*visit;		/* the runner counts it */
	struct oki_runner	*runner;
	struct fetch		*fetch;		/* the last one begun */
	bool			 under_way;	/* not collected yet */
	bool			 taken;		/* what it brought is used */
};

static void
fetch_clear(struct oki_job *job)
{
	struct fetch *x = (struct fetch *)job;

	oki_wipe(&x->got, sizeof(x->got));
}

static void
run(void *self, struct oki_job *job)
{
	struct fetch *x = (struct fetch *)job;
	struct onshi_visit *v = self;
	struct onshi_error e;
	struct oki_wait wait;

	atomic_store(&v->prefetching, oki_os_thread());
	oki_error_clear(&e);
	oki_wait_init(&wait, v->k.env, (int32_t)oki_config_number(
	    oki_env_config(v->k.env), OKI_LINK_DEADLINE_MS), &v->cancel);
	x->result = x->challenge ?
	    oki_query_challenge(&v->k, &wait, &x->got, &e) :
	    oki_query_connect(&v->k, &wait, &e);
	atomic_store(&v->prefetching, 0);
}

static void
ended(void *self)
{
	oki_visit_unref(self);
}

static int
prefetch_new(struct onshi_visit *v, struct oki_prefetch **out)
{
	static const struct oki_runner_ops ops = { .run = run, .end = ended };
	struct oki_prefetch *p;
	int r;

	if ((p = oki_alloc(sizeof(*p))) == NULL)
		return ONSHI_E_NOMEM;
	if ((r = oki_runner_new(&ops, v, NULL, &p->runner)) != ONSHI_OK) {
		oki_free(p);
		return r;
	}
	p->visit = oki_visit_ref(v);
	*out = p;

	return ONSHI_OK;
}

static int
begin(struct oki_prefetch *p, bool challenge, struct oki_wait *w)
{
	struct oki_job *job;
	int r;

	if (p->fetch != NULL) {
		job = &p->fetch->job;
		p->fetch = NULL;
		oki_job_unref(&job);
	}
	if ((r = oki_job_new(sizeof(*p->fetch), fetch_clear, &job)) !=
	    ONSHI_OK)
		return r;
	p->fetch = (struct fetch *)job;
	p->fetch->challenge = challenge;
	p->taken = false;
	if ((r = oki_runner_start(p->runner, job, w,
	    ONSHI_E_LINK_TIMEOUT)) != ONSHI_OK) {
		p->fetch = NULL;
		oki_job_unref(&job);
		return r;
	}
	p->under_way = true;

	return ONSHI_OK;
}

/* Takes it back when it is done, without waiting. */
static bool
is_under_way(struct oki_prefetch *p)
{
	if (p->under_way && oki_runner_wait(p->runner, &p->fetch->job, NULL,
	    ONSHI_E_LINK_TIMEOUT) == ONSHI_OK)
		p->under_way = false;

	return p->under_way;
}

/* Whether what it brought serves a check-in that begins now. */
static bool
is_good(const struct oki_prefetch *p, bool challenge)
{
	const struct fetch *x = p->fetch;

	if (x == NULL || p->taken || x->result != ONSHI_OK)
		return false;

	return !challenge || (x->challenge &&
	    oki_challenge_is_good(&x->got, p->visit->k.env));
}

int
oki_prefetch_begin(struct onshi_visit *v, bool challenge, struct oki_wait *w)
{
	struct oki_prefetch *p;
	int r;

	if (v->prefetch == NULL &&
	    (r = prefetch_new(v, &v->prefetch)) != ONSHI_OK)
		return r;
	p = v->prefetch;
	if (is_under_way(p) || is_good(p, challenge))
		return ONSHI_OK;

	return begin(p, challenge, w);
}

bool
oki_prefetch_has_failed(struct onshi_visit *v)
{
	struct oki_prefetch *p = v->prefetch;

	return p != NULL && !is_under_way(p) && p->fetch != NULL &&
	    !p->taken && p->fetch->result != ONSHI_OK;
}

/* Not finished in time: it goes on, and can be waited for again. */
int
oki_prefetch_take(struct onshi_visit *v, struct oki_wait *w,
    struct oki_challenge *out, struct onshi_error *e)
{
	struct oki_prefetch *p = v->prefetch;
	struct fetch *x;
	int r;

	if (p == NULL || p->fetch == NULL || p->taken)
		return ONSHI_OK;
	x = p->fetch;
	if (is_under_way(p) && (r = oki_runner_wait(p->runner, &x->job, w,
	    ONSHI_E_LINK_TIMEOUT)) != ONSHI_OK) {
		e->phase = ONSHI_PHASE_NETWORK;
		return oki_fail(e, r, "no connection in time");
	}
	p->under_way = false;
	p->taken = true;
	if (x->result == ONSHI_OK && x->challenge)
		*out = x->got;
	oki_wipe(&x->got, sizeof(x->got));

	return ONSHI_OK;
}

/* Waits for it a little: a program may end right after its last visit, and no
 * thread of ours should be in TLS by then. One that hangs is left to itself. */
bool
oki_prefetch_drop(struct oki_prefetch **pp)
{
	struct oki_prefetch *p = *pp;
	struct oki_job *job;
	bool done;

	*pp = NULL;
	if (p == NULL)
		return true;
	done = oki_runner_stop(&p->runner, DROP_MS);
	if (p->fetch != NULL) {
		job = &p->fetch->job;
		oki_job_unref(&job);
	}
	oki_free(p);

	return done;
}
