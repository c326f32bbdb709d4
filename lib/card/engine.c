/* What the workers do: a reader's table, and the watcher of PC/SC's. */
#include "config.h"

#include "card/inside.h"

/* What a worker has in hand. Its own reference on the environment keeps the
 * config, and so a program's table, until its thread has ended. */
struct engine {
	struct oki_env		*env;
	bool			 pcsc;
	struct onshi_reader_ops	 ops;
	void			*self;
	bool			 held;
};

struct watcher {
	struct oki_pcsc		*pcsc;
};

/* ---- what runs on a reader's thread ----------------------------------- */

static int
known_result(int r)
{
	switch (r) {
	case ONSHI_OK:
	case ONSHI_E_CARD_GONE:
	case ONSHI_E_CARD_ANSWER:
	case ONSHI_E_CARD_TIMEOUT:
	case ONSHI_E_CARD_OTHER:
	case ONSHI_E_READER_BUSY:
	case ONSHI_E_READER_SERVICE:
	case ONSHI_E_READER_DENIED:
	case ONSHI_E_CANCELLED:
		return r;
	default:
		return ONSHI_E_READER;
	}
}

static int
engine_release(struct engine *g, int32_t ms)
{
	if (!g->held)
		return ONSHI_OK;
	g->held = false;

	return g->ops.release(g->self, ms);
}

static int
engine_hold(struct engine *g, int32_t ms)
{
	int r;

	(void)engine_release(g, ms);
	r = g->ops.hold(g->self, ms);
	g->held = r == ONSHI_OK;

	return r;
}

static int
engine_do(struct engine *g, struct oki_card_job *job)
{
	switch (job->verb) {
	case OKI_DO_WAIT:
		return g->ops.wait(g->self, job->present, job->ms);
	case OKI_DO_HOLD:
		return engine_hold(g, job->ms);
	case OKI_DO_TRANSMIT:
		if (!g->held)
			return ONSHI_E_CARD_GONE;
		job->replylen = job->room;
		return g->ops.transmit(g->self, job->command, job->len,
		    job->reply, &job->replylen, job->ms);
	case OKI_DO_RELEASE:
		return engine_release(g, job->ms);
	case OKI_DO_LIST:
	case OKI_DO_WATCH:
		break;
	}

	return ONSHI_E_READER;
}

static void
engine_run(void *self, struct oki_job *j)
{
	struct oki_card_job *job = (struct oki_card_job *)j;
	struct engine *g = self;

	job->result = known_result(engine_do(g, job));
	if (!g->pcsc)
		return;
	job->largest = oki_pcsc_reader_largest(g->self);
	if (job->result != ONSHI_OK)
		job->system = oki_pcsc_reader_system(g->self);
}

/* Whoever wanted it has gone: a PIN that it may have verified must not stay. */
static void
engine_late(void *self, struct oki_job *j)
{
	const struct oki_card_job *job = (const struct oki_card_job *)j;
	struct engine *g = self;

	if (job->verb == OKI_DO_HOLD || job->verb == OKI_DO_TRANSMIT)
		(void)engine_release(g, 0);
}

static void
engine_cancel(void *self, struct oki_job *j)
{
	struct engine *g = self;

	(void)j;
	if (g->ops.cancel != NULL)
		g->ops.cancel(g->self);
}

static void
engine_end(void *self)
{
	struct engine *g = self;

	(void)engine_release(g, 0);
	if (g->pcsc)
		oki_pcsc_reader_free(g->self);
	oki_env_free(&g->env);
	oki_free(g);
}

static const struct oki_runner_ops engine_ops = {
	.run = engine_run,
	.cancel = engine_cancel,
	.late = engine_late,
	.end = engine_end
};

static void
watcher_run(void *self, struct oki_job *j)
{
	struct oki_card_job *job = (struct oki_card_job *)j;
	struct watcher *t = self;

	job->result = oki_pcsc_watch(t->pcsc,
	    job->verb == OKI_DO_WATCH ? job->ms : 0, job->states, &job->n,
	    &job->system);
}

static void
watcher_end(void *self)
{
	struct watcher *t = self;

	oki_pcsc_free(&t->pcsc);
	oki_free(t);
}

static const struct oki_runner_ops watcher_ops = {
	.run = watcher_run,
	.end = watcher_end
};

/* ---- making them -------------------------------------------------- */

int
oki_watcher_new(struct oki_readers *rs)
{
	struct watcher *t;
	int r;

	if ((t = oki_alloc(sizeof(*t))) == NULL)
		return ONSHI_E_NOMEM;
	if ((r = oki_pcsc_new(&t->pcsc)) != ONSHI_OK ||
	    (r = oki_runner_new(&watcher_ops, t, &rs->hanging,
	    &rs->watcher)) != ONSHI_OK)
		watcher_end(t);

	return r;
}

int
oki_engine_new(struct oki_readers *rs, struct oki_reader *rd, void *self)
{
	struct engine *g;
	int r;

	if ((g = oki_alloc(sizeof(*g))) == NULL)
		return ONSHI_E_NOMEM;
	g->ops = rd->ops;
	g->self = self;
	g->env = oki_env_ref(rs->env);
	r = oki_runner_new(&engine_ops, g, &rs->hanging, &rd->worker);
	if (r != ONSHI_OK) {
		oki_env_free(&g->env);
		oki_free(g);
		return r;
	}
	g->pcsc = rd->pcsc;		/* only now is self the worker's */

	return ONSHI_OK;
}
