/* The folder link: a request, from the queue to its final name. */
#include "config.h"

#include <string.h>

#include "link/folder.h"

#define QUEUE_MS	20	/* between looks for a free place */
#define AGAIN_MS	50	/* a file that somebody has open */
#define NAMES_TRIED	1000
#define FAILS_MAX	20	/* of a folder, AGAIN_MS apart */

/* ---- the queue --------------------------------------------------------------- */

static void
queue_enter(struct oki_folder *f, struct oki_waiter *w)
{
	oki_mutex_lock(f->lock);
	w->next = f->waiters;
	f->waiters = w;
	oki_mutex_unlock(f->lock);
}

static void
queue_leave(struct oki_folder *f, struct oki_waiter *w)
{
	struct oki_waiter **p;

	oki_mutex_lock(f->lock);
	for (p = &f->waiters; *p != w; p = &(*p)->next)
		;
	*p = w->next;
	oki_mutex_unlock(f->lock);
}

static bool
queue_is_first(struct oki_folder *f, const struct oki_waiter *w)
{
	const struct oki_waiter *p;
	bool first = true;

	oki_mutex_lock(f->lock);
	for (p = f->waiters; p != NULL; p = p->next)
		if (p->route == w->route && p->end_ms < w->end_ms)
			first = false;
	oki_mutex_unlock(f->lock);

	return first;
}

static void
nap(const struct oki_wait *w, int32_t ms)
{
	int32_t left = oki_wait_left(w);
	struct oki_event *stop = w->cancel == NULL ? NULL : w->cancel->event;
	struct oki_event *none;

	if (left < ms)
		ms = left;
	if (stop != NULL)
		(void)oki_event_wait(stop, NULL, ms);
	else if (oki_event_new(&none) == ONSHI_OK) {
		(void)oki_event_wait(none, NULL, ms);
		oki_event_free(&none);
	}
}

/* ---- a place and a name --------------------------------------------------------- */

/* One request's way out. */
struct sending {
	struct oki_folder	*f;
	struct onshi_exchange	*x;
	struct oki_entry	*k;
	size_t			 terminal;
	unsigned int		 skip;	/* terminals whose folders failed */
	int			 fails;
	int64_t			 sys;
};

/* With the journal's lock held: the terminal with the fewest under way;
 * ONSHI_NEED_WAIT: all have their hands full. */
static int
choose_terminal(struct sending *g, const struct oki_route *route)
{
	struct oki_folder *f = g->f;
	struct oki_entry *k = g->k;
	const struct oki_terminal *best = NULL;
	size_t i, n, least = OKI_UNDER_WAY;
	int r;

	for (i = 0; i < route->n; i++) {
		if ((g->skip & 1u << i) != 0)
			continue;
		if ((r = oki_journal_count(f->journal,
		    route->terminals[i].req, &n)) != ONSHI_OK)
			return r;
		if (n < least) {
			least = n;
			best = &route->terminals[i];
			g->terminal = i;
		}
	}
	if (best == NULL)
		return ONSHI_NEED_WAIT;
	(void)oki_copy(k->req, sizeof(k->req), best->req);
	(void)oki_copy(k->res, sizeof(k->res), best->res);

	return ONSHI_OK;
}

static int
reserve(struct sending *g, const struct oki_route *route,
    struct onshi_error *e)
{
	struct oki_folder *f = g->f;
	struct oki_entry *k = g->k;
	int r;

	if ((r = oki_journal_lock(f->journal, g->x->wait, e)) != ONSHI_OK)
		return r;
	if ((r = choose_terminal(g, route)) == ONSHI_OK &&
	    (r = oki_journal_name(f->journal, k)) == ONSHI_OK) {
		k->stand = OKI_PREPARED;
		k->marked = false;
		r = oki_journal_add(f->journal, k);
	}
	oki_journal_unlock(f->journal);

	return r >= 0 ? r : oki_fail(e, r, "the journal cannot be written");
}

static int
take_turn(struct sending *g, struct onshi_error *e)
{
	const struct oki_wait *w = g->x->wait;
	struct oki_folder *f = g->f;
	struct oki_waiter me = { .route = oki_folder_route(f, g->k->prefix),
	    .end_ms = w->end_ms };
	int r;

	queue_enter(f, &me);
	while ((r = oki_wait_check(w, ONSHI_E_LINK_TIMEOUT)) == ONSHI_OK) {
		r = !queue_is_first(f, &me) ? ONSHI_NEED_WAIT :
		    reserve(g, me.route, e);
		if (r != ONSHI_NEED_WAIT)
			break;
		nap(w, QUEUE_MS);
	}
	queue_leave(f, &me);
	if (r == ONSHI_E_LINK_TIMEOUT || r == ONSHI_E_CANCELLED)
		return oki_link_fail(e, r, oki_exchange_reason(r),
		    "all terminals were busy with other requests");

	return r;
}

/* ---- into the folder -------------------------------------------------------------- */

/* A file whose name nobody has: ONSHI_END where somebody does. */
static int
make_file(struct oki_dir *d, const char *name, const void *p, size_t len,
    bool flush, int64_t *sys)
{
	int r;

	*sys = 0;
	r = oki_file_make(d, name, OKI_OPEN_SHARED, p, len, flush, sys);

	return r != ONSHI_OK && oki_os_is_there(*sys) ? ONSHI_END : r;
}

/* Whether anything under that name, or that could answer it, is there. */
static int
is_free(struct oki_dir *req, const struct oki_entry *k, int64_t *sys)
{
	struct oki_file_facts facts;
	char name[OKI_NAME + 8];
	struct oki_dir *res;
	size_t i;
	int r;

	if ((r = oki_dir_open(k->res, &res, sys)) != ONSHI_OK)
		return r;
	for (i = 0; r == ONSHI_OK && oki_answer_name(k, i, name); i++) {
		if (oki_dir_look(res, name, &facts, sys) == ONSHI_OK ||
		    !oki_os_is_absent(*sys))
			r = ONSHI_END;
		if (oki_answer_is_own(i) && (oki_dir_look(req, name, &facts,
		    sys) == ONSHI_OK || !oki_os_is_absent(*sys)))
			r = ONSHI_END;
	}
	oki_dir_close(&res);

	return r;
}

/* Whether the temporary name is still there after a rename that failed: then
 * nothing was published. */
static bool
is_unpublished(struct oki_dir *req, const char *temp)
{
	struct oki_file_facts facts;

	return oki_dir_look(req, temp, &facts, NULL) == ONSHI_OK;
}

/* From here on it may have been sent, unless the temporary file shows that
 * it was not. A file that a scanner has open cannot be renamed for a while. */
static int
give_name(struct oki_dir *req, const struct oki_entry *k,
    struct onshi_exchange *x, int64_t *sys)
{
	char temp[OKI_NAME + 8], name[OKI_NAME + 8];
	int r;

	oki_request_temp(k, temp);
	oki_request_name(k, name);
	for (;;) {
		x->sent = ONSHI_SENT_UNKNOWN;
		if (oki_dir_rename(req, temp, name, false, sys) == ONSHI_OK ||
		    !is_unpublished(req, temp))
			return ONSHI_OK;
		x->sent = ONSHI_SENT_NOT;
		if (oki_os_is_there(*sys))
			return ONSHI_END;
		if ((r = oki_wait_check(x->wait, ONSHI_E_NETWORK)) !=
		    ONSHI_OK)
			return r;
		nap(x->wait, AGAIN_MS);
	}
}

/* ONSHI_END: somebody has that name. ONSHI_E_NETWORK: the folder fails. */
static int
publish(struct sending *g, const struct oki_buf *body, struct onshi_error *e)
{
	char name[OKI_NAME + 8];
	struct oki_entry *k = g->k;
	struct oki_dir *req;
	int r;

	if (oki_dir_open(k->req, &req, &g->sys) != ONSHI_OK)
		return ONSHI_E_NETWORK;
	oki_request_mark(k, name);
	if ((r = make_file(req, name, k->mark, strlen(k->mark), false,
	    &g->sys)) != ONSHI_OK)
		goto out;
	k->marked = true;
	if ((r = is_free(req, k, &g->sys)) != ONSHI_OK)
		goto out;
	oki_request_temp(k, name);
	if ((r = make_file(req, name, body->data, body->len, true,
	    &g->sys)) != ONSHI_OK)
		goto out;
	if ((r = oki_journal_move(g->f->journal, k, OKI_AWAITED, true)) !=
	    ONSHI_OK) {
		oki_dir_close(&req);
		return oki_fail(e, r, "the journal cannot be written");
	}
	r = give_name(req, k, g->x, &g->sys);
out:
	oki_dir_close(&req);

	return r == ONSHI_E_DISK ? ONSHI_E_NETWORK : r;
}

static void
take_back(struct oki_folder *f, struct oki_entry *k)
{
	if (oki_folder_clear(k, false))
		oki_journal_remove(f->journal, k);
	else
		(void)oki_journal_move(f->journal, k, OKI_FAILED, false);
}

/* ---- the whole ----------------------------------------------------------------------- */

static int
wrap(struct oki_folder *f, const struct onshi_exchange *x,
    const struct oki_entry *k, struct oki_buf *body, struct onshi_error *e)
{
	char name[OKI_NAME + 8];
	size_t len = strlen(k->name);
	int r;

	oki_buf_reset(body);
	if (!k->zip) {
		r = oki_buf_append(body, x->body, x->bodylen);
		return r == ONSHI_OK ? r : oki_fail(e, r, "the request");
	}
	memcpy(name, k->name, len);
	(void)oki_copy(name + len, 8, ".xml");

	return oki_zip_write(name, x->body, x->bodylen, f->password, body, e);
}

static void
entry_begin(struct oki_folder *f, const struct onshi_exchange *x,
    struct oki_entry *k)
{
	memset(k, 0, sizeof(*k));
	(void)oki_copy(k->prefix, sizeof(k->prefix), x->prefix);
	(void)oki_copy(k->request_id, sizeof(k->request_id), x->request_id);
	(void)oki_copy(k->run, sizeof(k->run), oki_journal_run(f->journal));
	(void)oki_copy(k->mark, sizeof(k->mark), k->run);
	k->zip = oki_folder_zips(f, x->prefix);
	k->since = oki_wall(f->env);
}

/* One name, at one terminal. */
static int
try_once(struct sending *g, struct oki_buf *body, struct onshi_error *e)
{
	int r;

	if ((r = take_turn(g, e)) != ONSHI_OK)
		return r;
	if ((r = wrap(g->f, g->x, g->k, body, e)) == ONSHI_OK)
		r = publish(g, body, e);
	if (r != ONSHI_OK && g->x->sent == ONSHI_SENT_NOT)
		take_back(g->f, g->k);

	return r;
}

/* A folder that fails is tried again, but another terminal's first; rights that
 * lack are known in a second. */
static bool
may_try_again(struct sending *g)
{
	const struct oki_route *route = oki_folder_route(g->f, g->k->prefix);

	if (++g->fails > FAILS_MAX ||
	    oki_wait_check(g->x->wait, ONSHI_E_LINK_TIMEOUT) != ONSHI_OK)
		return false;
	g->skip |= 1u << g->terminal;
	if (g->skip == (1u << route->n) - 1) {
		g->skip = 0;
		nap(g->x->wait, AGAIN_MS);
	}

	return true;
}

int
oki_folder_send(struct oki_folder *f, struct onshi_exchange *x,
    struct oki_entry *k, struct onshi_error *e)
{
	struct sending g = { .f = f, .x = x, .k = k };
	struct oki_buf body;
	size_t tries = 0;
	int r;

	entry_begin(f, x, k);
	oki_buf_init(&body, x->bodylen + 65536);
	do
		r = try_once(&g, &body, e);
	while ((r == ONSHI_END && ++tries < NAMES_TRIED) ||
	    (r == ONSHI_E_NETWORK && x->sent == ONSHI_SENT_NOT &&
	    may_try_again(&g)));
	oki_buf_free(&body);
	if (r == ONSHI_END)
		return oki_fail(e, ONSHI_E_NETWORK,
		    "the folder has a file under every name tried");

	return r == ONSHI_OK ? r : oki_fail_system(e, r, g.sys,
	    "the request cannot be written into its folder");
}
