/*
 * onshi_visit_cancel and a program's own link: whatever it waits for ends, told
 * by cancel from another thread. By public calls only.
 */
#include <check.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <onshikaku.h>

#include "tests/core/run.h"

#define FOREVER_MS	600000	/* the test's own limit is far shorter */

/* A gateway that answers nobody: an exchange ends when it is told to. */
struct gate {
	pthread_mutex_t	 lock;
	pthread_cond_t	 changed;
	int		 asked, told, opened, closed;
	bool		 let_go;	/* ends without being told */
	int		 result;	/* what a cancelled exchange returns */
	void		*inside;	/* the session of the exchange */
	void		*cancelled;	/* and of the cancel */
	bool		 after;		/* a cancel while nothing was asked */
};

static int
carries(void *self, const char *prefix)
{
	(void)self;
	(void)prefix;

	return ONSHI_FORM_XML;
}

static int
opens(void *self, int32_t timeout_ms, void **session)
{
	struct gate *g = self;

	(void)timeout_ms;
	pthread_mutex_lock(&g->lock);
	*session = &((char *)self)[++g->opened];
	pthread_mutex_unlock(&g->lock);

	return ONSHI_OK;
}

static int
exchange(void *self, void *session, struct onshi_exchange *x)
{
	struct gate *g = self;
	int told, r;

	(void)x;
	pthread_mutex_lock(&g->lock);
	g->inside = session;
	g->asked++;
	told = g->told;
	pthread_cond_broadcast(&g->changed);
	while (g->told == told && !g->let_go)
		pthread_cond_wait(&g->changed, &g->lock);
	g->inside = NULL;
	r = g->told == told ? ONSHI_E_NETWORK : g->result;
	pthread_mutex_unlock(&g->lock);

	return r;
}

static void
cancels(void *self, void *session)
{
	struct gate *g = self;

	pthread_mutex_lock(&g->lock);
	g->told++;
	g->cancelled = session;
	g->after = g->after || g->inside != session;
	pthread_cond_broadcast(&g->changed);
	pthread_mutex_unlock(&g->lock);
}

static void
closes(void *self, void *session)
{
	struct gate *g = self;

	(void)session;
	pthread_mutex_lock(&g->lock);
	g->closed++;
	pthread_mutex_unlock(&g->lock);
}

static void
let_go(struct gate *g)
{
	pthread_mutex_lock(&g->lock);
	g->let_go = true;
	pthread_cond_broadcast(&g->changed);
	pthread_mutex_unlock(&g->lock);
}

static void
wait_asked(struct gate *g, int n)
{
	pthread_mutex_lock(&g->lock);
	while (g->asked < n)
		pthread_cond_wait(&g->changed, &g->lock);
	pthread_mutex_unlock(&g->lock);
}

static struct onshi *
root(struct gate *g, bool with_cancel)
{
	struct onshi_link_ops ops = { .size = sizeof(ops), .carries = carries,
	    .open = opens, .exchange = exchange, .cancel = cancels,
	    .close = closes };
	struct onshi_config *c;
	struct onshi *o;

	memset(g, 0, sizeof(*g));
	pthread_mutex_init(&g->lock, NULL);
	pthread_cond_init(&g->changed, NULL);
	g->result = ONSHI_E_CANCELLED;
	if (!with_cancel)
		ops.cancel = NULL;
	ck_assert_int_eq(onshi_config_new(&c), ONSHI_OK);
	ck_assert_int_eq(onshi_config_set(c, "facility.institution_code",
	    "1319999996"), ONSHI_OK);
	ck_assert_int_eq(onshi_config_set(c, "facility.kind", "medical"),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_config_set_link(c, &ops, g), ONSHI_OK);
	ck_assert_int_eq(onshi_new(ONSHI_ABI, c, &o), ONSHI_OK);
	onshi_config_free(&c);

	return o;
}

/* A visit on its thread, and how it ended. */
struct visitor {
	struct onshi_visit	*v;
	pthread_t		 thread;
	int			 r;
};

static struct onshi_visit *
by_number(struct onshi *o, int32_t deadline_ms)
{
	struct onshi_visit *v;

	ck_assert_int_eq(onshi_visit_new(o, ONSHI_PURPOSE_INSURANCE, &v),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_method(v, ONSHI_METHOD_NUMBER),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_text(v, ONSHI_EL_INSURER_NUMBER,
	    "06132013"), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_text(v,
	    ONSHI_EL_INSURED_IDENTIFICATION_NUMBER, "12"), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_text(v, ONSHI_EL_BIRTHDATE,
	    "19800101"), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_deadline(v, deadline_ms), ONSHI_OK);

	return v;
}

static void *
advance(void *arg)
{
	struct visitor *me = arg;

	me->r = onshi_visit_advance(me->v);

	return NULL;
}

static void
begin(struct visitor *me, struct onshi *o, int32_t deadline_ms)
{
	me->v = by_number(o, deadline_ms);
	ck_assert_int_eq(pthread_create(&me->thread, NULL, advance, me), 0);
}

static void
end(struct visitor *me, int r, int sent)
{
	pthread_join(me->thread, NULL);
	ck_assert_msg(me->r == r, "%s", onshi_result_name(me->r));
	ck_assert_int_eq(onshi_error_sent(onshi_visit_error(me->v)), sent);
	onshi_visit_free(&me->v);
}

static void
end_all(struct onshi **op, struct gate *g, int asked, int told)
{
	onshi_free(op);
	ck_assert_int_eq(g->asked, asked);
	ck_assert_int_eq(g->told, told);
	ck_assert_int_eq(g->closed, g->opened);
	ck_assert(!g->after);
	pthread_cond_destroy(&g->changed);
	pthread_mutex_destroy(&g->lock);
}

/* Whatever the link calls it then, the caller has cancelled. */
static const int words[] = { ONSHI_E_CANCELLED, ONSHI_E_LINK_TIMEOUT,
	ONSHI_E_NETWORK };

START_TEST(while_it_waits)
{
	struct gate g;
	struct onshi *o = root(&g, true);
	struct visitor a;

	g.result = words[_i];
	begin(&a, o, FOREVER_MS);
	wait_asked(&g, 1);
	onshi_visit_cancel(a.v);
	end(&a, ONSHI_E_CANCELLED, ONSHI_SENT_UNKNOWN);
	ck_assert_ptr_eq(g.cancelled, (char *)&g + 1);
	end_all(&o, &g, 1, 1);
}
END_TEST

/* Its time is over: told as well. */
START_TEST(out_of_time)
{
	struct gate g;
	struct onshi *o = root(&g, true);
	struct visitor a;

	g.result = words[_i];
	begin(&a, o, 300);
	end(&a, ONSHI_E_LINK_TIMEOUT, ONSHI_SENT_UNKNOWN);
	end_all(&o, &g, 1, 1);
}
END_TEST

/* Often is once. */
START_TEST(several_times)
{
	struct gate g;
	struct onshi *o = root(&g, true);
	struct visitor a;

	begin(&a, o, FOREVER_MS);
	wait_asked(&g, 1);
	onshi_visit_cancel(a.v);
	onshi_visit_cancel(a.v);
	onshi_visit_cancel(a.v);
	end(&a, ONSHI_E_CANCELLED, ONSHI_SENT_UNKNOWN);
	end_all(&o, &g, 1, 1);
}
END_TEST

/* Another visit has the link: who waits for it is cancelled, nobody is told. */
START_TEST(before_its_turn)
{
	struct gate g;
	struct onshi *o = root(&g, true);
	struct visitor a, b;

	begin(&a, o, FOREVER_MS);
	wait_asked(&g, 1);
	begin(&b, o, FOREVER_MS);
	onshi_visit_cancel(b.v);
	end(&b, ONSHI_E_CANCELLED, ONSHI_SENT_NOT);
	ck_assert_int_eq(g.told, 0);
	onshi_visit_cancel(a.v);
	end(&a, ONSHI_E_CANCELLED, ONSHI_SENT_UNKNOWN);
	end_all(&o, &g, 1, 1);
}
END_TEST

START_TEST(before_the_call)
{
	struct gate g;
	struct onshi *o = root(&g, true);
	struct visitor a;

	a.v = by_number(o, FOREVER_MS);
	onshi_visit_cancel(a.v);
	ck_assert_int_eq(onshi_visit_advance(a.v), ONSHI_E_CANCELLED);
	ck_assert_int_eq(onshi_error_sent(onshi_visit_error(a.v)),
	    ONSHI_SENT_NOT);
	onshi_visit_free(&a.v);
	end_all(&o, &g, 0, 0);
}
END_TEST

START_TEST(after_the_call)
{
	struct gate g;
	struct onshi *o = root(&g, true);
	struct onshi_visit *v = by_number(o, FOREVER_MS);

	g.let_go = true;
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_NETWORK);
	onshi_visit_cancel(v);
	onshi_visit_free(&v);
	end_all(&o, &g, 1, 0);
}
END_TEST

/* Of two visits the one that is cancelled is told, in its own session. */
START_TEST(the_other_stays)
{
	struct gate g;
	struct onshi *o = root(&g, true);
	struct visitor a, b;

	begin(&a, o, FOREVER_MS);
	wait_asked(&g, 1);
	begin(&b, o, FOREVER_MS);
	onshi_visit_cancel(a.v);
	end(&a, ONSHI_E_CANCELLED, ONSHI_SENT_UNKNOWN);
	wait_asked(&g, 2);
	ck_assert_int_eq(g.told, 1);
	let_go(&g);
	end(&b, ONSHI_E_NETWORK, ONSHI_SENT_UNKNOWN);
	end_all(&o, &g, 2, 1);
}
END_TEST

/* A visit that is freed while its link waits needs nobody to cancel it. */
START_TEST(freed)
{
	struct gate g;
	struct onshi *o = root(&g, true);
	struct onshi_visit *v = by_number(o, FOREVER_MS);

	ck_assert_int_eq(onshi_visit_set_blocking(v, 0), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_WAIT);
	wait_asked(&g, 1);
	onshi_visit_free(&v);
	end_all(&o, &g, 1, 1);
}
END_TEST

/* A table without cancel: the visit's call ends by its deadline all the same,
 * or when the link comes back. */
START_TEST(cannot_be_told)
{
	struct gate g;
	struct onshi *o = root(&g, false);
	struct visitor a;

	begin(&a, o, FOREVER_MS);
	wait_asked(&g, 1);
	onshi_visit_cancel(a.v);
	let_go(&g);
	end(&a, ONSHI_E_NETWORK, ONSHI_SENT_UNKNOWN);
	end_all(&o, &g, 1, 0);
}
END_TEST

static void
fill(TCase *t)
{
	tcase_set_timeout(t, 10);
	tcase_add_loop_test(t, while_it_waits, 0,
	    (int)(sizeof(words) / sizeof(words[0])));
	tcase_add_loop_test(t, out_of_time, 0,
	    (int)(sizeof(words) / sizeof(words[0])));
	tcase_add_test(t, several_times);
	tcase_add_test(t, before_its_turn);
	tcase_add_test(t, before_the_call);
	tcase_add_test(t, after_the_call);
	tcase_add_test(t, the_other_stays);
	tcase_add_test(t, freed);
	tcase_add_test(t, cannot_be_told);
}

int
main(void)
{
	return run_tests("link/cancel", fill);
}
