/* The folder link: requests and answers as files (messages.md 1). */
#include "config.h"

#include <string.h>

#include "link/folder.h"
#include "message/message.h"

/* Entries that may still be asked for, or whose answer was not handed over. */
struct session {
	struct oki_entry	*entries;
};

/* ---- entries of a session -------------------------------------------------------- */

static void
keep(struct session *s, struct oki_entry *k)
{
	k->next = s->entries;
	s->entries = k;
}

static struct oki_entry *
take_kept(struct session *s, const char *request_id)
{
	struct oki_entry **p, *k;

	for (p = &s->entries; (k = *p) != NULL; p = &k->next)
		if (strcmp(k->request_id, request_id) == 0) {
			*p = k->next;
			return k;
		}

	return NULL;
}

/* What was handed over is finished; what was never answered has nobody left
 * that asks. all: the session ends. */
static void
release(struct oki_folder *f, struct session *s, bool all)
{
	struct oki_entry **p = &s->entries, *k;

	while ((k = *p) != NULL) {
		if (k->stand != OKI_TAKEN && !all) {
			p = &k->next;
			continue;
		}
		*p = k->next;
		if (k->stand == OKI_TAKEN && !k->cleared)
			(void)oki_folder_clear(k, true);
		(void)oki_journal_move(f->journal, k, k->stand == OKI_TAKEN ?
		    OKI_SPENT : OKI_LEFT, false);
		oki_free(k);
	}
}

/* ---- the table -------------------------------------------------------------------- */

static bool
folder_has_tokens(const void *self)
{
	(void)self;

	return false;
}

/* No check-in by card: the official reader makes those, and what it proves
 * comes as a face file. What is ours alone (X...) the application has not. */
static int
folder_carries(const void *self, const char *prefix)
{
	(void)self;

	return oki_kind(prefix) != NULL && oki_kind_is_request(prefix) &&
	    prefix[0] != 'X' && strchr(prefix, '+') == NULL ?
	    ONSHI_FORM_XML : ONSHI_FORM_NONE;
}

static int32_t
folder_days_left(const void *self)
{
	(void)self;

	return -1;
}

static int
can_open(const char *path, const char *what, struct onshi_error *e)
{
	struct oki_dir *d;
	int64_t sys = 0;

	if (oki_dir_open(path, &d, &sys) != ONSHI_OK)
		return oki_fail_system(e, ONSHI_E_NETWORK, sys,
		    "%s cannot be opened", what);
	oki_dir_close(&d);

	return ONSHI_OK;
}

/* One terminal that can be reached is enough to begin with. */
static int
folder_open(void *self, struct oki_wait *w, void **session,
    struct onshi_error *e)
{
	struct oki_folder *f = self;
	const struct oki_route *all = &f->routes[0];
	struct session *s;
	size_t i;
	int r = ONSHI_E_NETWORK;

	(void)w;
	for (i = 0; r != ONSHI_OK && i < all->n; i++)
		if ((r = can_open(all->terminals[i].req, "link.req_dir",
		    i + 1 < all->n ? NULL : e)) == ONSHI_OK)
			r = can_open(all->terminals[i].res, "link.res_dir",
			    i + 1 < all->n ? NULL : e);
	if (r != ONSHI_OK)
		return r;
	if ((s = oki_alloc(sizeof(*s))) == NULL)
		return oki_fail(e, ONSHI_E_NOMEM, "no memory for a session");
	oki_folder_sweep(f, false);
	*session = s;

	return ONSHI_OK;
}

/* What the journal knows of a request that cannot be asked for again. */
enum known { NOTHING, SOMETHING, ANSWERED };

/* The entry of a request that was sent before: this session's, or that of a
 * run that has ended. */
static int
find_again(struct oki_folder *f, struct session *s,
    const struct onshi_exchange *x, enum known *known,
    struct oki_entry **out)
{
	struct oki_entry *k;
	int r;

	*known = SOMETHING;
	if ((*out = take_kept(s, x->request_id)) != NULL) {
		(void)oki_journal_move(f->journal, *out, OKI_AWAITED, false);
		return ONSHI_OK;
	}
	if ((k = oki_alloc(sizeof(*k))) == NULL)
		return ONSHI_E_NOMEM;
	if (!oki_journal_sweep_lock(f->journal, oki_wait_left(x->wait)))
		r = ONSHI_E_LINK_TIMEOUT;
	else {
		r = oki_journal_find(f->journal, x->request_id, k);
		if (r == ONSHI_ABSENT)
			*known = NOTHING;
		else if (r == ONSHI_OK && k->stand == OKI_SPENT)
			*known = ANSWERED;
		if (r == ONSHI_OK && (k->stand == OKI_LATE ||
		    k->stand == OKI_SPENT || k->stand == OKI_PREPARED ||
		    k->stand == OKI_FAILED || (k->stand != OKI_LEFT &&
		    oki_journal_is_alive(f->journal, k->run))))
			r = ONSHI_ABSENT;
		if (r == ONSHI_OK &&
		    (r = oki_journal_adopt(f->journal, k)) == ONSHI_OK)
			r = oki_journal_move(f->journal, k, OKI_AWAITED,
			    false);
		oki_journal_sweep_unlock(f->journal);
	}
	if (r == ONSHI_OK)
		*out = k;
	else
		oki_free(k);

	return r;
}

static int
ask(struct oki_folder *f, struct onshi_exchange *x, struct oki_entry **out,
    struct onshi_error *e)
{
	int64_t start = oki_steady_ms(f->env);
	struct oki_entry *k;
	int r;

	if ((k = oki_alloc(sizeof(*k))) == NULL)
		return oki_fail(e, ONSHI_E_NOMEM, "no memory for a request");
	r = oki_folder_send(f, x, k, e);
	x->connect_ms = (int32_t)(oki_steady_ms(f->env) - start);
	if (r == ONSHI_OK)
		*out = k;
	else
		oki_free(k);

	return r;
}

/* What is in the journal and cannot be asked for again is gone; what is not
 * was never published. */
static int
ask_again(struct oki_folder *f, struct session *s, struct onshi_exchange *x,
    struct oki_entry **out, struct onshi_error *e)
{
	enum known known;
	int r;

	x->sent = ONSHI_SENT_UNKNOWN;
	if ((r = find_again(f, s, x, &known, out)) == ONSHI_OK)
		return r;
	if (r == ONSHI_ABSENT && x->maybe_new && known == NOTHING)
		return ask(f, x, out, e);
	if (r == ONSHI_ABSENT && (x->maybe_new || known == ANSWERED))
		return oki_link_fail(e, ONSHI_E_UNCERTAIN, "",
		    "the journal's request was answered, to nobody");

	return oki_link_fail(e, r == ONSHI_ABSENT ? ONSHI_E_LINK_TIMEOUT : r,
	    "timeout", "the journal has no such request any more");
}

static void
note_facts(const struct oki_entry *k, struct onshi_exchange *x)
{
	static const char folder[] = "folder:";

	memcpy(x->facts, folder, sizeof(folder));
	(void)oki_copy(x->facts + sizeof(folder) - 1, sizeof(x->facts) -
	    sizeof(folder) + 1, k->name);
}

static int
folder_exchange(void *self, void *session, struct onshi_exchange *x,
    struct onshi_error *e)
{
	struct oki_folder *f = self;
	struct session *s = session;
	struct oki_entry *k = NULL;
	int64_t start;
	int r;

	release(f, s, false);
	if (folder_carries(f, x->prefix) == ONSHI_FORM_NONE)
		return oki_fail(e, ONSHI_E_UNSUPPORTED,
		    "the folder link does not carry this function");
	r = x->again ? ask_again(f, s, x, &k, e) : ask(f, x, &k, e);
	if (r != ONSHI_OK || k == NULL)
		return r;
	note_facts(k, x);
	start = oki_steady_ms(f->env);
	r = oki_folder_await(f, x, k, e);
	x->service_ms = (int32_t)(oki_steady_ms(f->env) - start);
	keep(s, k);

	return r;
}

static void
folder_close(void *self, void *session)
{
	struct oki_folder *f = self;

	release(f, session, true);
	oki_free(session);
	oki_folder_sweep(f, false);
}

static void
folder_free(void *self)
{
	struct oki_folder *f = self;

	oki_folder_free(&f);
}

static int
folder_journal_at(void *self, size_t i, struct oki_request *out)
{
	return oki_folder_journal_at(self, i, out);
}

static const struct oki_link_ops folder_ops = {
	.name = "folder",
	.has_request_ids = true,
	.has_tokens = folder_has_tokens,
	.carries = folder_carries,
	.days_left = folder_days_left,
	.open = folder_open,
	.exchange = folder_exchange,
	.close = folder_close,
	.free = folder_free,
	.journal_at = folder_journal_at
};

int
oki_folder_new(struct oki_env *env, const struct oki_link_ops **ops,
    void **self, struct onshi_error *e)
{
	struct oki_folder *f;
	int r;

	if ((r = oki_folder_config(env, &f, e)) != ONSHI_OK)
		return r;
	*ops = &folder_ops;
	*self = f;

	return ONSHI_OK;
}
