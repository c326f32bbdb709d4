/* Links and their sessions: which one it is, and handing on to it. */
#include "config.h"

#include <string.h>

#include "link/folder.h"

struct oki_link {
	oki_atomic_int			 refs;
	struct oki_env			*env;
	const struct oki_link_ops	*ops;	/* NULL: not made */
	void				*self;
};

struct oki_session {
	struct oki_link	*link;
	void		*theirs;
};

/* By the words of link.type. */
static int (*const types[])(struct oki_env *env,
    const struct oki_link_ops **ops, void **self, struct onshi_error *e) = {
	oki_https_new,
	oki_webapi_new,
	oki_folder_new
};

int
oki_link_fail(struct onshi_error *e, int code, const char *reason,
    const char *text)
{
	if (oki_error_is_open(e))
		(void)oki_copy(e->reason, sizeof(e->reason), reason);

	return oki_fail(e, code, "%s", text == NULL ? "" : text);
}

/* A program's own link takes the place of link.type. */
static int
choose(struct oki_link *l, struct onshi_error *e)
{
	const struct onshi_config *c = oki_env_config(l->env);
	size_t type = (size_t)oki_config_word(c, OKI_LINK_TYPE);
	void *self;

	if (oki_config_link(c, &self) != NULL)
		return oki_own_new(l->env, &l->ops, &l->self, e);
	if (type >= OKI_COUNT(types))
		return oki_fail(e, ONSHI_E_CONFIG, "link.type");

	return types[type](l->env, &l->ops, &l->self, e);
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
	if ((r = choose(l, e)) == ONSHI_OK)
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

	if ((l = *lp) == NULL)
		return;
	*lp = NULL;
	if (atomic_fetch_sub(&l->refs, 1) != 1)
		return;
	if (l->ops != NULL)
		l->ops->free(l->self);
	oki_env_free(&l->env);
	oki_free(l);
}

const char *
oki_link_name(const struct oki_link *l)
{
	return l->ops->name;
}

int32_t
oki_link_days_left(const struct oki_link *l)
{
	return l->ops->days_left(l->self);
}

int
oki_link_carries(const struct oki_link *l, const char *prefix)
{
	return l->ops->carries(l->self, prefix);
}

int
oki_link_journal_at(struct oki_link *l, size_t i, struct oki_request *out)
{
	memset(out, 0, sizeof(*out));

	return l->ops->journal_at == NULL ? ONSHI_END :
	    l->ops->journal_at(l->self, i, out);
}

bool
oki_link_has_zip(void)
{
	return oki_zip_check(NULL) == ONSHI_OK;
}

bool
oki_link_has_tokens(const struct oki_link *l)
{
	return l->ops->has_tokens(l->self);
}

bool
oki_link_has_request_ids(const struct oki_link *l)
{
	return l->ops->has_request_ids;
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
	if ((r = l->ops->open(l->self, w, &s->theirs, e)) == ONSHI_OK) {
		s->link = oki_link_ref(l);
		*out = s;
		return r;
	}
	if (e != NULL) {
		e->phase = ONSHI_PHASE_NETWORK;
		e->sent = ONSHI_SENT_NOT;
		e->ms[ONSHI_PHASE_NETWORK] =
		    (int32_t)(oki_steady_ms(l->env) - start);
	}
	oki_free(s);

	return r;
}

/* Nothing of an answer that is none stays, its token neither. */
static void
finish_error(struct onshi_exchange *x, struct onshi_error *e)
{
	oki_exchange_drop(x);
	if (e == NULL)
		return;
	e->sent = x->sent;
	e->retry_after = x->retry_after;
	e->ms[ONSHI_PHASE_NETWORK] = x->connect_ms;
	e->ms[ONSHI_PHASE_SERVICE] = x->service_ms;
	/* A login is refused by the service, too, before anything is sent. */
	e->phase = x->sent == ONSHI_SENT_NOT &&
	    onshi_result_class(e->code) != 5 ? ONSHI_PHASE_NETWORK :
	    ONSHI_PHASE_SERVICE;
}

int
oki_session_exchange(struct oki_session *s, struct onshi_exchange *x,
    struct onshi_error *e)
{
	const struct oki_link *l = s->link;
	int r;

	x->sent = ONSHI_SENT_NOT;
	if ((r = oki_exchange_check(x, (size_t)oki_config_number(
	    oki_env_config(l->env), OKI_LIMITS_REQUEST_BYTES), e)) ==
	    ONSHI_OK)
		r = l->ops->exchange(l->self, s->theirs, x, e);
	if (r != ONSHI_OK)
		finish_error(x, e);

	return r;
}

void
oki_session_close(struct oki_session **sp)
{
	struct oki_session *s;

	if ((s = *sp) == NULL)
		return;
	*sp = NULL;
	s->link->ops->close(s->link->self, s->theirs);
	oki_link_free(&s->link);
	oki_free(s);
}
