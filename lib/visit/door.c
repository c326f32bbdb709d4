/*
 * The door of every call on a visit: who may come in, and what is put right
 * before anything else happens.
 */
#include "visit/inside.h"

/* In a forked child the parent's threads, card, sockets and locks are not ours:
 * nothing is touched, nothing is told (SEC-116). */
bool
oki_visit_is_ours(const struct onshi_visit *v)
{
	return v->process == oki_os_process();
}

/* From a table that serves this visit: it would wait for itself. */
bool
oki_visit_is_inside(struct onshi_visit *v)
{
	return oki_runner_is_mine(v->runner) ||
	    atomic_load(&v->prefetching) == oki_os_thread();
}

enum { INSIDE = 1, SHUT = 2 };	/* bits of busy */

int
oki_visit_enter(struct onshi_visit *v)
{
	int nobody = 0;

	if (v == NULL)
		return ONSHI_E_ARG;
	if (!oki_visit_is_ours(v))
		return ONSHI_E_STATE;
	if (oki_visit_is_inside(v))
		return ONSHI_E_REENTRANT;
	if (!atomic_compare_exchange_strong(&v->busy, &nobody, INSIDE))
		return ONSHI_E_STATE;
	/* Another thread may free the visit meanwhile. */
	(void)oki_visit_ref(v);
	oki_error_clear(&v->error);
	oki_answers_expire(v, OKI_EXPIRE_ON_CALL);

	return ONSHI_OK;
}

int
oki_visit_leave(struct onshi_visit *v, int r)
{
	if ((atomic_fetch_and(&v->busy, ~INSIDE) & SHUT) != 0)
		oki_visit_let_go(v);
	oki_visit_unref(v);

	return r;
}

void
oki_visit_shut(struct onshi_visit *v)
{
	if ((atomic_fetch_or(&v->busy, SHUT) & INSIDE) == 0)
		oki_visit_let_go(v);
}
