/* The readers of one root: who they are, whether a card lies there, who has
 * taken them, what was learned about them. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "card/inside.h"

#define DAEMON_MS	4000	/* for PC/SC's daemon to start and answer */
#define TURN_MS		400	/* for a look by another caller to end */
#define LEAVE_MS	400	/* for the last call, when the root goes */

/* ---- the set ---------------------------------------------------------- */

/* With rs->lock held, or before anybody else knows rs. ops NULL: PC/SC's. */
static int
reader_add(struct oki_readers *rs, const char *name,
    const struct onshi_reader_ops *ops, void *self, struct oki_reader **out)
{
	struct oki_reader *rd;
	int r = ONSHI_OK;

	*out = NULL;
	if ((rd = oki_alloc(sizeof(*rd))) == NULL)
		return ONSHI_E_NOMEM;
	rd->pcsc = ops == NULL;
	rd->block = OKI_READ_BYTES;
	if (!oki_copy(rd->name, sizeof(rd->name), name))
		r = ONSHI_E_READER_NONE;
	else if (rd->pcsc)
		r = oki_pcsc_reader_new(name, &rd->ops, &self);
	else
		rd->ops = *ops;
	if (r == ONSHI_OK && (r = oki_engine_new(rs, rd, self)) != ONSHI_OK &&
	    rd->pcsc)
		oki_pcsc_reader_free(self);
	if (r != ONSHI_OK) {
		oki_free(rd);
		return r;
	}
	rd->self = self;
	*out = rs->reader[rs->n++] = rd;

	return ONSHI_OK;
}

static int
add_configured(struct oki_readers *rs)
{
	const struct onshi_reader_ops *ops;
	struct oki_reader *rd;
	const char *name;
	void *self;
	int r;

	for (size_t i = 0; i < OKI_READERS; i++) {
		ops = oki_config_reader(oki_env_config(rs->env), i, &name,
		    &self);
		if (ops == NULL)
			break;
		if ((r = reader_add(rs, name, ops, self, &rd)) != ONSHI_OK)
			return r;
	}

	return ONSHI_OK;
}

int
oki_readers_new(struct oki_env *env, struct oki_readers **out,
    struct onshi_error *e)
{
	struct oki_readers *rs;
	int r;

	*out = NULL;
	if ((rs = oki_alloc(sizeof(*rs))) == NULL)
		return oki_fail(e, ONSHI_E_NOMEM, "readers");
	atomic_init(&rs->refs, 1);
	atomic_init(&rs->hanging, 0);
	rs->process = oki_os_process();
	rs->env = oki_env_ref(env);
	if ((r = oki_mutex_new(&rs->lock)) != ONSHI_OK ||
	    (r = oki_watcher_new(rs)) != ONSHI_OK ||
	    (r = add_configured(rs)) != ONSHI_OK) {
		oki_readers_free(&rs);
		return oki_fail(e, r, "readers");
	}
	*out = rs;

	return ONSHI_OK;
}

struct oki_readers *
oki_readers_ref(struct oki_readers *rs)
{
	if (rs != NULL)
		(void)atomic_fetch_add(&rs->refs, 1);

	return rs;
}

static void
reader_free(struct oki_reader *rd)
{
	(void)oki_runner_stop(&rd->worker, LEAVE_MS);
	oki_free(rd);
}

/* In a forked child there are no threads to end, and the parent's locks and
 * sockets are not ours to touch (SEC-116): what there is stays. */
void
oki_readers_free(struct oki_readers **rp)
{
	struct oki_readers *rs;

	if (rp == NULL || (rs = *rp) == NULL)
		return;
	*rp = NULL;
	if (atomic_fetch_sub(&rs->refs, 1) != 1 ||
	    rs->process != oki_os_process())
		return;
	for (size_t i = 0; i < rs->n; i++)
		reader_free(rs->reader[i]);
	(void)oki_runner_stop(&rs->watcher, LEAVE_MS);
	oki_mutex_free(&rs->lock);
	oki_env_free(&rs->env);
	oki_free(rs);
}

/* ---- taking one ------------------------------------------------------- */

/* With the lock held. */
static struct oki_reader *
find(struct oki_readers *rs, const char *name)
{
	for (size_t i = 0; i < rs->n; i++)
		if (strcmp(rs->reader[i]->name, name) == 0)
			return rs->reader[i];

	return NULL;
}

/* Makes room by forgetting a reader of PC/SC that nobody has taken: names
 * change when readers are plugged in anew. Returns it, to be freed. */
static struct oki_reader *
forget_one(struct oki_readers *rs)
{
	struct oki_reader *rd;

	for (size_t i = 0; i < rs->n; i++) {
		rd = rs->reader[i];
		if (!rd->pcsc || rd->taken)
			continue;
		memmove(&rs->reader[i], &rs->reader[i + 1],
		    (rs->n - i - 1) * sizeof(rs->reader[0]));
		rs->n--;
		return rd;
	}

	return NULL;
}

int
oki_reader_take(struct oki_readers *rs, const char *name,
    struct oki_reader **out, struct onshi_error *e)
{
	struct oki_reader *rd, *old = NULL;
	int r = ONSHI_OK;

	*out = NULL;
	oki_mutex_lock(rs->lock);
	if ((rd = find(rs, name)) == NULL) {
		if (rs->n == OKI_COUNT(rs->reader))
			old = forget_one(rs);
		r = rs->n == OKI_COUNT(rs->reader) ? ONSHI_E_READER_BUSY :
		    reader_add(rs, name, NULL, NULL, &rd);
	}
	if (r == ONSHI_OK && rd->taken)
		r = ONSHI_E_READER_BUSY;
	if (r == ONSHI_OK) {
		rd->taken = true;
		*out = rd;
	}
	oki_mutex_unlock(rs->lock);
	if (old != NULL)
		reader_free(old);
	if (r != ONSHI_OK)
		return oki_fail(e, r, "reader taken");

	return ONSHI_OK;
}

void
oki_reader_give_back(struct oki_readers *rs, struct oki_reader *rd)
{
	oki_mutex_lock(rs->lock);
	rd->taken = false;
	oki_mutex_unlock(rs->lock);
}

bool
oki_reader_is_taken(struct oki_readers *rs, const char *name)
{
	struct oki_reader *rd;
	bool taken;

	oki_mutex_lock(rs->lock);
	rd = find(rs, name);
	taken = rd != NULL && rd->taken;
	oki_mutex_unlock(rs->lock);

	return taken;
}

int64_t
oki_readers_missing_ms(struct oki_readers *rs, bool missing)
{
	int64_t now = oki_steady_ms(rs->env), passed;

	oki_mutex_lock(rs->lock);
	if (!missing)
		rs->missing_ms = 0;
	else if (rs->missing_ms == 0)
		rs->missing_ms = now;
	passed = missing ? now - rs->missing_ms : 0;
	oki_mutex_unlock(rs->lock);

	return passed;
}

int64_t
oki_readers_cancelled_ms(struct oki_readers *rs, bool now)
{
	int64_t ms = oki_steady_ms(rs->env), passed;

	oki_mutex_lock(rs->lock);
	if (now)
		rs->cancelled_ms = ms;
	passed = rs->cancelled_ms == 0 ? INT64_MAX : ms - rs->cancelled_ms;
	oki_mutex_unlock(rs->lock);

	return passed;
}

uint32_t
oki_reader_block(struct oki_readers *rs, struct oki_reader *rd, bool *proven)
{
	uint32_t block;

	oki_mutex_lock(rs->lock);
	block = rd->block;
	*proven = rd->proven;
	oki_mutex_unlock(rs->lock);

	return block;
}

void
oki_reader_learn(struct oki_readers *rs, struct oki_reader *rd,
    uint32_t block, bool proven)
{
	oki_mutex_lock(rs->lock);
	rd->block = block;
	rd->proven = proven;
	oki_mutex_unlock(rs->lock);
}

/* ---- looking ---------------------------------------------------------- */

/* Text of PC/SC and of programs is bytes: what is no plain UTF-8 is escaped. */
void
oki_reader_text(char *to, size_t room, const char *name)
{
	bool plain = oki_is_utf8(name, strlen(name));
	char c[5];
	size_t n = 0, size;

	if (room == 0)
		return;
	for (; *name != '\0'; name++) {
		if ((unsigned char)*name >= 0x20 && *name != 0x7f &&
		    (plain || (unsigned char)*name < 0x80))
			size = (size_t)snprintf(c, sizeof(c), "%c", *name);
		else
			size = (size_t)snprintf(c, sizeof(c), "\\x%02x",
			    (unsigned int)(unsigned char)*name);
		if (size >= room - n)
			break;
		memcpy(to + n, c, size);
		n += size;
	}
	to[n] = '\0';
}

static bool
is_hanging(struct oki_readers *rs, const char *name)
{
	struct oki_reader *rd;
	bool hanging;

	oki_mutex_lock(rs->lock);
	rd = find(rs, name);
	hanging = rd != NULL && oki_runner_is_stuck(rd->worker);
	oki_mutex_unlock(rs->lock);

	return hanging;
}

/*
 * A card that is held lies there. A reader in a call given up is waited for no
 * longer than for a card: it does not keep us from the others.
 */
static int
look_at(struct oki_readers *rs, struct oki_reader *rd,
    const struct oki_wait *w, int32_t ms, struct oki_card_job **jp,
    struct oki_reader_state *out)
{
	int64_t end = oki_steady_ms(rs->env) + ms;
	struct oki_wait limited = *w;
	bool begun, stuck;
	int r;

	memset(out, 0, sizeof(*out));
	(void)oki_copy(out->name, sizeof(out->name), rd->name);
	if ((out->has_card = oki_reader_is_taken(rs, rd->name)))
		return ONSHI_OK;
	stuck = oki_runner_is_stuck(rd->worker);
	r = oki_card_job_ready(jp, false, OKI_DO_WAIT, stuck ? 0 : ms);
	if (r != ONSHI_OK)
		return r;
	if (!stuck)
		end += TURN_MS;
	if (limited.end_ms > end)
		limited.end_ms = end;
	out->has_card = oki_card_worker_do(rd->worker, &limited, jp,
	    &begun) == ONSHI_OK;
	out->hanging = !begun || oki_runner_is_stuck(rd->worker);

	return ONSHI_OK;
}

/* The config's readers come first in the table and never leave it. */
static int
look_configured(struct oki_readers *rs, const struct oki_wait *w, int32_t ms,
    struct oki_card_job **jp, struct oki_reader_state *out, size_t *n)
{
	struct oki_reader *rd[OKI_READERS];
	int r = ONSHI_OK;

	*n = 0;
	oki_mutex_lock(rs->lock);
	while (*n < OKI_READERS && *n < rs->n && !rs->reader[*n]->pcsc) {
		rd[*n] = rs->reader[*n];
		(*n)++;
	}
	oki_mutex_unlock(rs->lock);
	for (size_t i = 0; i < *n && r == ONSHI_OK; i++)
		r = look_at(rs, rd[i], w, ms / (int32_t)*n, jp, &out[i]);

	return r;
}

/* A daemon that says nothing at all for so long is as good as none. */
static int
look_pcsc(struct oki_readers *rs, const struct oki_wait *w, int32_t ms,
    struct oki_card_job **jp)
{
	int64_t end = oki_steady_ms(rs->env) + ms + DAEMON_MS;
	struct oki_wait limited = *w;
	bool begun;
	int r;

	if (limited.end_ms > end)
		limited.end_ms = end;
	r = oki_card_job_ready(jp, false, ms > 0 ? OKI_DO_WATCH : OKI_DO_LIST,
	    ms);
	if (r != ONSHI_OK)
		return r;
	r = oki_card_worker_do(rs->watcher, &limited, jp, &begun);
	if (r == ONSHI_E_CARD_TIMEOUT && limited.end_ms == end)
		return ONSHI_E_READER_SERVICE;

	return r;
}

static void
add_pcsc(struct oki_readers *rs, const struct oki_card_job *job,
    struct oki_reader_state *out, size_t *n)
{
	for (size_t i = 0; i < job->n && *n < OKI_READERS; i++, (*n)++) {
		out[*n] = job->states[i];
		out[*n].hanging = is_hanging(rs, out[*n].name);
	}
}

/*
 * The wait is at one place: at PC/SC's readers where it runs, else at the
 * config's. That PC/SC does not run matters only where it has to.
 */
int
oki_readers_look(struct oki_readers *rs, struct oki_wait *w, int32_t ms,
    struct oki_reader_state *out, size_t *n, struct onshi_error *e)
{
	struct oki_card_job *job = NULL;
	int64_t system = 0;
	int r;

	if ((r = look_configured(rs, w, 0, &job, out, n)) != ONSHI_OK ||
	    (r = oki_wait_check(w, ONSHI_OK)) != ONSHI_OK)
		goto out;
	r = look_pcsc(rs, w, ms, &job);
	if (job != NULL)
		system = job->system;
	if (r == ONSHI_OK)
		add_pcsc(rs, job, out, n);
	else if (r != ONSHI_E_CANCELLED && r != ONSHI_E_NOMEM && *n > 0)
		r = ms > 0 ? look_configured(rs, w, ms, &job, out, n) :
		    ONSHI_OK;
out:
	oki_card_job_free(&job);
	if (r != ONSHI_OK)
		return oki_fail_system(e, r, system, "looking for readers: "
		    "PC/SC %08llx", (unsigned long long)system);

	return ONSHI_OK;
}

int
oki_readers_list(struct oki_readers *rs, struct oki_wait *w,
    struct oki_reader_state *out, size_t room, size_t *n,
    struct onshi_error *e)
{
	struct oki_reader_state states[OKI_READERS];
	int r;

	*n = 0;
	if (rs->process != oki_os_process())
		return oki_fail(e, ONSHI_E_STATE, "after fork");
	if ((r = oki_readers_look(rs, w, 0, states, n, e)) != ONSHI_OK) {
		e->phase = ONSHI_PHASE_READER;
		if (r == ONSHI_E_CARD_TIMEOUT)
			r = e->code = ONSHI_E_READER_SERVICE;
		return r;
	}
	for (size_t i = 0; i < *n && i < room; i++) {
		oki_reader_text(out[i].name, sizeof(out[i].name),
		    states[i].name);
		out[i].has_card = states[i].has_card;
		out[i].hanging = states[i].hanging;
		out[i].second = states[i].second;
	}

	return ONSHI_OK;
}
