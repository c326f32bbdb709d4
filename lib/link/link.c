/* Links and their sessions: our own, or the table that a program plugged in. */
#include "config.h"

#include <string.h>

#include "link/inside.h"

#define TURN_MS		50	/* between looks at a cancel */

enum { LINK_HTTPS, LINK_WEBAPI, LINK_FOLDER };	/* the words of link.type */

/*
 * A vendor's table is called by one thread at a time (tables.h), and never
 * under a lock: who has the turn calls. Sessions that end meanwhile wait in
 * a list, for closing must not wait for another visit's answer.
 */
struct oki_link {
	oki_atomic_int		 refs;
	struct oki_env		*env;
	struct oki_https	*https;		/* NULL: a vendor's */
	struct onshi_link_ops	 ops;
	void			*self;
	struct oki_mutex	*lock;		/* guards what follows */
	struct oki_cond		*changed;
	bool			 taken;
	struct oki_session	*to_close;
};

struct oki_session {
	struct oki_link		*link;
	struct oki_https_session *https;
	void			*theirs;
	oki_atomic_int		 cancelled;
	struct oki_session	*next;
};

int
oki_link_fail(struct onshi_error *e, int code, const char *reason,
    const char *text)
{
	if (e != NULL && e->code >= 0)
		(void)oki_copy(e->reason, sizeof(e->reason), reason);

	return oki_fail(e, code, "%s", text == NULL ? "" : text);
}

static int
choose(struct oki_link *l, struct onshi_error *e)
{
	const struct onshi_config *c = oki_env_config(l->env);
	const struct onshi_link_ops *ops = oki_config_link(c, &l->self);

	if (ops != NULL) {
		l->ops = *ops;
		return ONSHI_OK;
	}
	switch (oki_config_word(c, OKI_LINK_TYPE)) {
	case LINK_HTTPS:
		return oki_https_new(l->env, &l->https, e);
	case LINK_WEBAPI:
		return oki_fail(e, ONSHI_E_UNSUPPORTED,
		    "link.type: webapi is not built into this library");
	default:
		return oki_fail(e, ONSHI_E_UNSUPPORTED,
		    "link.type: folder is not built into this library");
	}
}

int
oki_link_new(struct oki_env *env, struct oki_link **out,
    struct onshi_error *e)
{
	struct oki_link *l;
	int r;

	*out = NULL;
	if ((l = oki_alloc(sizeof(*l))) == NULL)
		return oki_fail(e, ONSHI_E_NOMEM, "no memory for the link");
	atomic_init(&l->refs, 1);
	l->env = oki_env_ref(env);
	if ((r = oki_mutex_new(&l->lock)) != ONSHI_OK ||
	    (r = oki_cond_new(&l->changed)) != ONSHI_OK)
		(void)oki_fail(e, r, "no lock for the link");
	else
		r = choose(l, e);
	if (r == ONSHI_OK)
		*out = l;
	else
		oki_link_free(&l);

	return r;
}

struct oki_link *
oki_link_ref(struct oki_link *l)
{
	if (l != NULL)
		atomic_fetch_add(&l->refs, 1);

	return l;
}

void
oki_link_free(struct oki_link **lp)
{
	struct oki_link *l;

	if (lp == NULL || (l = *lp) == NULL)
		return;
	*lp = NULL;
	if (atomic_fetch_sub(&l->refs, 1) != 1)
		return;
	oki_https_free(&l->https);
	oki_cond_free(&l->changed);
	oki_mutex_free(&l->lock);
	oki_env_free(&l->env);
	oki_free(l);
}

const char *
oki_link_name(const struct oki_link *l)
{
	return l->https != NULL ? "https" : "vendor";
}

int32_t
oki_link_days_left(const struct oki_link *l)
{
	return l->https != NULL ? l->https->days_left : -1;
}

int
oki_link_carries(const struct oki_link *l, const char *prefix)
{
	if (l->https != NULL)
		return oki_https_carries(prefix);

	return l->ops.carries != NULL &&
	    l->ops.carries(l->self, prefix) == ONSHI_FORM_XML ?
	    ONSHI_FORM_XML : ONSHI_FORM_NONE;
}

/* With the turn in hand: closes what waits for it, then gives it on. */
static void
give_turn(struct oki_link *l)
{
	struct oki_session *s;

	for (;;) {
		oki_mutex_lock(l->lock);
		if ((s = l->to_close) == NULL)
			break;
		l->to_close = s->next;
		oki_mutex_unlock(l->lock);
		if (l->ops.close != NULL)
			l->ops.close(l->self, s->theirs);
		oki_free(s);
		atomic_fetch_sub(&l->refs, 1);	/* never the last: ours */
	}
	l->taken = false;
	oki_cond_broadcast(l->changed);
	oki_mutex_unlock(l->lock);
}

static int
take_turn(struct oki_link *l, const struct oki_wait *w,
    const oki_atomic_int *cancelled, struct onshi_error *e)
{
	int32_t left;
	int r = ONSHI_OK;

	oki_mutex_lock(l->lock);
	while (l->taken && r == ONSHI_OK) {
		left = oki_wait_left(w);
		(void)oki_cond_wait(l->changed, l->lock,
		    left < TURN_MS ? left : TURN_MS);
		r = oki_wait_check(w, ONSHI_E_LINK_TIMEOUT);
		if (r == ONSHI_OK && cancelled != NULL &&
		    atomic_load(cancelled) != 0)
			r = ONSHI_E_CANCELLED;
	}
	if (r == ONSHI_OK)
		l->taken = true;
	oki_mutex_unlock(l->lock);

	return r == ONSHI_OK ? r : oki_link_fail(e, r,
	    r == ONSHI_E_LINK_TIMEOUT ? "timeout" : "",
	    "the link was busy with another visit");
}

/* What a vendor's call may come back with; all else is its fault. */
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

static int
vendor_open(struct oki_session *s, struct oki_wait *w, struct onshi_error *e)
{
	struct oki_link *l = s->link;
	int r;

	if (l->ops.open == NULL)
		return ONSHI_OK;
	if ((r = take_turn(l, w, NULL, e)) != ONSHI_OK)
		return r;
	r = result_of(l->ops.open(l->self, oki_wait_left(w), &s->theirs), e);
	give_turn(l);

	return r;
}

/*
 * Until it says otherwise the request may have been done. What it handed on
 * and was refused stays refused, whatever it comes back with.
 */
static int
vendor_exchange(struct oki_session *s, struct onshi_exchange *x,
    struct onshi_error *e)
{
	struct oki_link *l = s->link;
	int64_t start;
	int r;

	if ((r = take_turn(l, x->wait, &s->cancelled, e)) != ONSHI_OK)
		return r;
	start = oki_steady_ms(l->env);
	x->sent = ONSHI_SENT_UNKNOWN;
	r = l->ops.exchange(l->self, s->theirs, x);
	give_turn(l);
	x->service_ms = (int32_t)(oki_steady_ms(l->env) - start);
	if (x->refused != ONSHI_OK)
		r = oki_link_fail(e, x->refused, x->refused ==
		    ONSHI_E_TOO_BIG ? "too_big" : x->refused ==
		    ONSHI_E_ANSWER_REFUSED ? "malformed" : "",
		    "what the program's link handed on was refused");
	else
		r = result_of(r, e);
	if (r == ONSHI_OK)
		x->sent = ONSHI_SENT_ANSWERED;

	return r;
}

static void
vendor_close(struct oki_session *s)
{
	struct oki_link *l = s->link;
	bool mine;

	oki_mutex_lock(l->lock);
	s->next = l->to_close;
	l->to_close = s;
	mine = !l->taken;
	l->taken = true;
	oki_link_ref(l);	/* the session's own, until it is closed */
	oki_mutex_unlock(l->lock);
	if (mine)
		give_turn(l);
}

static void
finish_error(const struct onshi_exchange *x, struct onshi_error *e)
{
	if (e == NULL)
		return;
	e->sent = x->sent;
	e->retry_after = x->retry_after;
	e->ms[ONSHI_PHASE_NETWORK] = x->connect_ms;
	e->ms[ONSHI_PHASE_SERVICE] = x->service_ms;
	e->phase = x->sent == ONSHI_SENT_NOT ? ONSHI_PHASE_NETWORK :
	    ONSHI_PHASE_SERVICE;
}

int
oki_session_open(struct oki_link *l, struct oki_wait *w,
    struct oki_session **out, struct onshi_error *e)
{
	struct oki_session *s;
	int64_t start = oki_steady_ms(l->env);
	int r;

	*out = NULL;
	if ((s = oki_alloc(sizeof(*s))) == NULL)
		return oki_fail(e, ONSHI_E_NOMEM, "no memory for a session");
	s->link = oki_link_ref(l);
	r = l->https != NULL ? oki_https_open(l->https, w, &s->https, e) :
	    vendor_open(s, w, e);
	if (r == ONSHI_OK) {
		*out = s;
		return r;
	}
	if (e != NULL) {
		e->phase = ONSHI_PHASE_NETWORK;
		e->sent = ONSHI_SENT_NOT;
		e->ms[ONSHI_PHASE_NETWORK] =
		    (int32_t)(oki_steady_ms(l->env) - start);
	}
	oki_link_free(&s->link);
	oki_free(s);

	return r;
}

int
oki_session_exchange(struct oki_session *s, struct onshi_exchange *x,
    struct onshi_error *e)
{
	struct oki_pipe_guard guard;
	int r;

	atomic_store(&s->cancelled, 0);
	x->sent = ONSHI_SENT_NOT;
	if (s->https != NULL) {
		oki_pipe_guard_take(&guard);
		r = oki_https_exchange(s->https, x, e);
		oki_pipe_guard_drop(&guard);
	} else {
		r = vendor_exchange(s, x, e);
	}
	if (r != ONSHI_OK)
		finish_error(x, e);

	return r;
}

void
oki_session_cancel(struct oki_session *s)
{
	struct oki_link *l = s->link;

	atomic_store(&s->cancelled, 1);
	if (s->https != NULL)
		oki_https_cancel(s->https);
	else if (l->ops.cancel != NULL)
		l->ops.cancel(l->self, s->theirs);
}

void
oki_session_close(struct oki_session **sp)
{
	struct oki_session *s;
	struct oki_link *l;

	if (sp == NULL || (s = *sp) == NULL)
		return;
	*sp = NULL;
	l = s->link;
	if (s->https != NULL) {
		oki_https_close(&s->https);
		oki_free(s);
	} else {
		vendor_close(s);
	}
	oki_link_free(&l);
}
