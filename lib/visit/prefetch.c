/*
 * Connection and challenge, made by a thread of its own while the card is being
 * read: a check-in costs the slower of the two. Room query's session belongs to
 * this thread until it is finished.
 */
#include "visit/inside.h"

#define DROP_MS	1000

struct oki_prefetch {
	int			 refs;		/* under lock */
	struct onshi_visit	*visit;		/* counted */
	struct oki_thread	*thread;
	struct oki_mutex	*lock;
	struct oki_cond		*changed;
	bool			 challenge;
	bool			 done;
	int			 result;
	struct oki_challenge	 got;
	struct onshi_error	 error;
};

static void
unref(struct oki_prefetch *p)
{
	struct onshi_visit *v = p->visit;
	int left;

	oki_mutex_lock(p->lock);
	left = --p->refs;
	oki_mutex_unlock(p->lock);
	if (left != 0)
		return;
	oki_cond_free(&p->changed);
	oki_mutex_free(&p->lock);
	oki_free(p);
	oki_visit_unref(v);
}

static void
run(void *arg)
{
	struct oki_prefetch *p = arg;
	struct oki_case *k = &p->visit->k;
	struct oki_challenge got = { .good_until_ms = 0 };
	struct onshi_error e;
	struct oki_wait wait;
	int r;

	atomic_store(&p->visit->own[1], oki_os_thread());
	oki_error_clear(&e);
	oki_wait_init(&wait, k->env, (int32_t)oki_config_number(
	    oki_env_config(k->env), OKI_LINK_DEADLINE_MS), &p->visit->cancel);
	r = p->challenge ? oki_query_challenge(k, &wait, &got, &e) :
	    oki_query_connect(k, &wait, &e);
	atomic_store(&p->visit->own[1], 0);
	oki_mutex_lock(p->lock);
	p->done = true;
	p->result = r;
	p->got = got;
	oki_error_copy(&p->error, &e);
	oki_cond_broadcast(p->changed);
	oki_mutex_unlock(p->lock);
	unref(p);
}

int
oki_prefetch_start(struct onshi_visit *v, bool challenge,
    struct oki_prefetch **out)
{
	struct oki_prefetch *p;
	int r;

	*out = NULL;
	if ((p = oki_alloc(sizeof(*p))) == NULL)
		return ONSHI_E_NOMEM;
	oki_error_clear(&p->error);
	p->visit = oki_visit_ref(v);
	p->challenge = challenge;
	p->refs = 2;
	if ((r = oki_mutex_new(&p->lock)) != ONSHI_OK ||
	    (r = oki_cond_new(&p->changed)) != ONSHI_OK ||
	    (r = oki_thread_start(run, p, &p->thread)) != ONSHI_OK)
		goto out;
	*out = p;

	return ONSHI_OK;
out:
	oki_cond_free(&p->changed);
	oki_mutex_free(&p->lock);
	oki_free(p);
	oki_visit_unref(v);

	return r;
}

int
oki_prefetch_peek(struct oki_prefetch *p, struct onshi_error *e)
{
	int r;

	if (p == NULL)
		return ONSHI_OK;
	oki_mutex_lock(p->lock);
	r = p->done ? p->result : ONSHI_OK;
	if (r != ONSHI_OK)
		oki_error_copy(e, &p->error);
	oki_mutex_unlock(p->lock);

	return r;
}

/* Waits for it a little: a program may end right after its last visit, and no
 * thread of ours should be in TLS by then. One that hangs is left to itself. */
bool
oki_prefetch_drop(struct oki_prefetch **pp)
{
	struct oki_prefetch *p = *pp;
	int64_t until;
	bool done;

	*pp = NULL;
	if (p == NULL)
		return true;
	until = oki_os_steady_ms() + DROP_MS;
	oki_mutex_lock(p->lock);
	while (!p->done && oki_os_steady_ms() < until)
		(void)oki_cond_wait(p->changed, p->lock, 50);
	done = p->done;
	oki_mutex_unlock(p->lock);
	if (done)
		oki_thread_join(&p->thread);
	else
		oki_thread_detach(&p->thread);
	unref(p);

	return done;
}

/* Not finished in time: it stays the visit's, and can be waited for again. */
int
oki_prefetch_finish(struct oki_prefetch **pp, struct oki_wait *w,
    struct oki_challenge *out, struct onshi_error *e)
{
	struct oki_prefetch *p = *pp;
	int r = ONSHI_OK;
	bool done;

	oki_mutex_lock(p->lock);
	while (!p->done && (r = oki_wait_check(w, ONSHI_E_LINK_TIMEOUT)) ==
	    ONSHI_OK)
		(void)oki_cond_wait(p->changed, p->lock, oki_wait_left(w) <
		    50 ? oki_wait_left(w) : 50);
	if (p->done) {
		r = p->result;
		if (r != ONSHI_OK)
			oki_error_copy(e, &p->error);
		else if (p->challenge)
			*out = p->got;
		oki_wipe(&p->got, sizeof(p->got));
	} else {
		e->phase = ONSHI_PHASE_NETWORK;
		(void)oki_fail(e, r, "no challenge in time");
	}
	done = p->done;
	oki_mutex_unlock(p->lock);
	if (done)
		(void)oki_prefetch_drop(pp);

	return r;
}
