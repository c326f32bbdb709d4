/*
 * The door of every call on a visit: who may come in, and what is put right
 * before anything else happens.
 */
#include "visit/inside.h"

/* From a table that serves this visit: it would wait for itself. */
static bool
is_own_thread(struct onshi_visit *v)
{
	int64_t me = oki_os_thread();

	return atomic_load(&v->own[0]) == me || atomic_load(&v->own[1]) == me;
}

int
oki_visit_enter(struct onshi_visit *v)
{
	if (v == NULL)
		return ONSHI_E_ARG;
	if (is_own_thread(v))
		return ONSHI_E_REENTRANT;
	if (v->process != oki_os_process() ||
	    atomic_exchange(&v->busy, 1) != 0)
		return ONSHI_E_STATE;
	oki_error_clear(&v->error);
	oki_worker_forgive(v);

	return ONSHI_OK;
}

int
oki_visit_leave(struct onshi_visit *v, int r)
{
	atomic_store(&v->busy, 0);
	return r;
}

/* Work: begun here, or under way and asked for its end. What is over is wiped
 * before it begins; while it runs, the answers are the worker's, too. */
int
oki_visit_enter_work(struct onshi_visit *v)
{
	int r;

	if ((r = oki_visit_enter(v)) == ONSHI_OK && !oki_worker_is_busy(v))
		oki_answers_expire(v);

	return r;
}
