/* A program's own link: its table, called as tables.h promises. */
#include "config.h"

#include "link/inside.h"
#include "message/message.h"

#define TURN_MS		50	/* between looks at a cancel */

/*
 * The table is called by one thread at a time, and never under a lock: who has
 * the turn calls. Sessions that end meanwhile wait in a list, for closing must
 * not wait for another visit's answer. Whoever has the turn has a session, too,
 * so that the link lives until the list is empty.
 */
struct own {
	struct oki_env		*env;		/* borrowed from the link */
	struct onshi_link_ops	 ops;
	void			*self;
	oki_atomic_int		 has_tokens;	/* it brought one once */
	struct oki_watch	*watch;		/* NULL: nobody to be told */
	struct oki_mutex	*lock;		/* guards what follows */
	struct oki_cond		*changed;
	bool			 taken;
	struct session		*to_close;
};

struct session {
	struct own		*o;
	void			*theirs;
	oki_atomic_int		 told;		/* in this exchange, to end */
	bool			 hangs;		/* its cancel does not return */
	struct session		*next;
};

/* With the turn in hand: closes what waits for it, then gives it on. */
static void
give_turn(struct own *o)
{
	struct session *s;

	for (;;) {
		oki_mutex_lock(o->lock);
		if ((s = o->to_close) == NULL)
			break;
		o->to_close = s->next;
		oki_mutex_unlock(o->lock);
		if (s->hangs)
			continue;	/* somebody is still in it */
		o->ops.close(o->self, s->theirs);
		oki_free(s);
	}
	o->taken = false;
	oki_cond_broadcast(o->changed);
	oki_mutex_unlock(o->lock);
}

static int
take_turn(struct own *o, const struct oki_wait *w, struct onshi_error *e)
{
	int32_t left;
	int r;

	oki_mutex_lock(o->lock);
	while ((r = oki_wait_check(w, ONSHI_E_LINK_TIMEOUT)) == ONSHI_OK &&
	    o->taken) {
		left = oki_wait_left(w);
		(void)oki_cond_wait(o->changed, o->lock,
		    left < TURN_MS ? left : TURN_MS);
	}
	if (r == ONSHI_OK)
		o->taken = true;
	oki_mutex_unlock(o->lock);

	return r == ONSHI_OK ? r : oki_link_fail(e, r, oki_exchange_reason(r),
	    r == ONSHI_E_CANCELLED ? "cancelled before the link's turn" :
	    "the link was busy with another visit");
}

/* What a program's call may come back with; all else is its fault. */
static int
result_of(int r, struct onshi_error *e)
{
	int class = onshi_result_class(r);

	if (r == ONSHI_OK)
		return r;
	if (r < 0 && (class == 4 || class == 5 || r == ONSHI_E_CANCELLED ||
	    r == ONSHI_E_NOMEM))
		return oki_fail(e, r, "the program's link failed");

	return oki_fail(e, ONSHI_E_CALLBACK, "the program's link came back "
	    "with a result that it cannot have");
}

static bool
own_has_tokens(const void *self)
{
	const struct own *o = self;

	return atomic_load(&o->has_tokens) != 0;
}

static int
own_carries(const void *self, const char *prefix)
{
	const struct own *o = self;
	int form = o->ops.carries(o->self, prefix);

	return form == ONSHI_FORM_XML || (form == ONSHI_FORM_JSON &&
	    oki_json_check(NULL) == ONSHI_OK) ? form : ONSHI_FORM_NONE;
}

static int32_t
own_days_left(const void *self)
{
	(void)self;

	return -1;
}

static int
own_open(void *self, struct oki_wait *w, void **session,
    struct onshi_error *e)
{
	struct own *o = self;
	struct session *s;
	int r;

	if ((s = oki_alloc(sizeof(*s))) == NULL)
		return oki_fail(e, ONSHI_E_NOMEM, "no memory for a session");
	s->o = o;
	atomic_init(&s->told, 0);
	if ((r = take_turn(o, w, e)) == ONSHI_OK) {
		r = result_of(o->ops.open(o->self, oki_wait_left(w),
		    &s->theirs), e);
		give_turn(o);
	}
	if (r == ONSHI_OK)
		*session = s;
	else
		oki_free(s);

	return r;
}

/* By the watch, on its own thread, when the wait is over. */
static void
tell(void *arg)
{
	struct session *s = arg;

	atomic_store(&s->told, 1);
	s->o->ops.cancel(s->o->self, s->theirs);
}

/*
 * What it handed on and was refused stays refused, whatever it comes back with;
 * told to end it may call that what it likes.
 */
static int
judge(const struct session *s, const struct onshi_exchange *x, int r,
    struct onshi_error *e)
{
	int over = oki_wait_check(x->wait, ONSHI_E_LINK_TIMEOUT);

	if (x->refused != ONSHI_OK)
		return oki_link_fail(e, x->refused,
		    oki_exchange_reason(x->refused),
		    "what the program's link handed on was refused");
	if (atomic_load(&s->told) != 0 && over != ONSHI_OK &&
	    (r == ONSHI_E_CANCELLED || onshi_result_class(r) == 4))
		return oki_link_fail(e, over, oki_exchange_reason(over),
		    "the program's link was told to end");

	return result_of(r, e);
}

/* One that cannot be watched goes on all the same: its visit ends in time. */
static int
call(struct session *s, struct onshi_exchange *x)
{
	struct own *o = s->o;
	bool watched;
	int r;

	atomic_store(&s->told, 0);
	watched = o->watch != NULL && oki_watch_begin(o->watch, x->wait,
	    tell, s) == ONSHI_OK;
	r = o->ops.exchange(o->self, s->theirs, x);
	if (watched && !oki_watch_end(o->watch))
		s->hangs = true;

	return r;
}

/* Until it says otherwise the request may have been done. */
static int
ask(struct session *s, struct onshi_exchange *x, struct onshi_error *e)
{
	int64_t start = oki_steady_ms(s->o->env);
	int r;

	x->sent = ONSHI_SENT_UNKNOWN;
	r = call(s, x);
	x->service_ms = (int32_t)(oki_steady_ms(s->o->env) - start);
	if ((r = judge(s, x, r, e)) != ONSHI_OK)
		return r;
	x->sent = ONSHI_SENT_ANSWERED;
	if (x->new_token[0] != '\0')
		atomic_store(&s->o->has_tokens, 1);

	return r;
}

static int
own_exchange(void *self, void *session, struct onshi_exchange *x,
    struct onshi_error *e)
{
	struct own *o = self;
	int r;

	if ((r = take_turn(o, x->wait, e)) != ONSHI_OK)
		return r;
	r = ask(session, x, e);
	give_turn(o);

	return r;
}

static void
own_close(void *self, void *session)
{
	struct session *s = session;
	struct own *o = self;
	bool mine;

	oki_mutex_lock(o->lock);
	s->next = o->to_close;
	o->to_close = s;
	mine = !o->taken;
	o->taken = true;
	oki_mutex_unlock(o->lock);
	if (mine)
		give_turn(o);
}

static void
own_free(void *self)
{
	struct own *o = self;

	oki_watch_free(&o->watch);
	oki_cond_free(&o->changed);
	oki_mutex_free(&o->lock);
	oki_free(o);
}

static const struct oki_link_ops own_ops = {
	.name = "vendor",
	.has_request_ids = true,
	.has_tokens = own_has_tokens,
	.carries = own_carries,
	.days_left = own_days_left,
	.open = own_open,
	.exchange = own_exchange,
	.close = own_close,
	.free = own_free
};

int
oki_own_new(struct oki_env *env, const struct oki_link_ops **ops,
    void **self, struct onshi_error *e)
{
	struct own *o;
	int r;

	if ((o = oki_alloc(sizeof(*o))) == NULL)
		return oki_fail(e, ONSHI_E_NOMEM, "no memory for the link");
	o->env = env;
	o->ops = *oki_config_link(oki_env_config(env), &o->self);
	atomic_init(&o->has_tokens, 0);
	if ((r = oki_mutex_new(&o->lock)) != ONSHI_OK ||
	    (r = oki_cond_new(&o->changed)) != ONSHI_OK ||
	    (o->ops.cancel != NULL &&
	    (r = oki_watch_new(&o->watch)) != ONSHI_OK)) {
		own_free(o);
		return oki_fail(e, r, "no lock for the link");
	}
	*ops = &own_ops;
	*self = o;

	return ONSHI_OK;
}
