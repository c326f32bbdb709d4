/* Deadlines and cancelling: one end for all layers of a call. */
#include "config.h"

#include "core/inside.h"

int
oki_cancel_init(struct oki_cancel *c)
{
	atomic_init(&c->set, 0);

	return oki_event_new(&c->event);
}

/* One store and one write: a signal handler may call it (SEC-111). */
void
oki_cancel_set(struct oki_cancel *c)
{
	atomic_store(&c->set, 1);
	if (c->event != NULL)
		oki_event_set(c->event);
}

bool
oki_cancel_is_set(const struct oki_cancel *c)
{
	return c != NULL && atomic_load(&c->set) != 0;
}

void
oki_cancel_clear(struct oki_cancel *c)
{
	atomic_store(&c->set, 0);
	if (c->event != NULL)
		oki_event_clear(c->event);
}

void
oki_cancel_free(struct oki_cancel *c)
{
	oki_event_free(&c->event);
}

int
oki_deadline_check(int32_t ms, struct onshi_error *e)
{
	return ms == 0 || (ms >= 100 && ms <= 3600000) ? ONSHI_OK :
	    oki_fail(e, ONSHI_E_ARG, "a deadline is 100 to 3600000 ms");
}

void
oki_wait_init(struct oki_wait *w, const struct oki_env *env, int32_t ms,
    struct oki_cancel *cancel)
{
	w->env = env;
	w->end_ms = oki_steady_ms(env) + (ms > 0 ? ms : 0);
	w->cancel = cancel;
}

int32_t
oki_wait_left(const struct oki_wait *w)
{
	int64_t left = w->end_ms - oki_steady_ms(w->env);

	return left <= 0 ? 0 : left > INT32_MAX ? INT32_MAX : (int32_t)left;
}

int
oki_wait_check(const struct oki_wait *w, int late_result)
{
	if (oki_cancel_is_set(w->cancel))
		return ONSHI_E_CANCELLED;

	return oki_wait_left(w) == 0 ? late_result : ONSHI_OK;
}
