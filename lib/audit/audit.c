/* The trail of a root: one sink that counts, and copies beside it. */
#include "config.h"

#include <string.h>

#include "audit/inside.h"

/* What the config has: a program's own sink goes before a directory. */
static void
choose(struct oki_audit *a)
{
	const struct onshi_config *c = oki_env_config(a->env);
	const char *dir = oki_config_text(c, OKI_AUDIT_DIR);
	struct oki_audit_copy *p = a->copies;

	a->own = oki_config_audit(c, &a->self);
	if (a->own != NULL)
		a->sink = &oki_audit_sink_own;
	else if (dir != NULL && dir[0] != '\0')
		a->sink = &oki_audit_sink_dir;
	while (a->ncopies < OKI_COUNT(a->copies) && (p->ops =
	    oki_config_audit_copy(c, a->ncopies, &p->self)) != NULL) {
		a->ncopies++;
		p++;
	}
}

static int
init(struct oki_audit *a)
{
	const struct onshi_config *c = oki_env_config(a->env);
	int r;

	a->n = 1;
	a->lock_ms = OKI_AUDIT_LOCK_MS;
	oki_buf_init(&a->written, OKI_AUDIT_WRITTEN);
	choose(a);
	if ((r = oki_mutex_new(&a->mutex)) == ONSHI_OK &&
	    (r = oki_cond_new(&a->idle)) == ONSHI_OK &&
	    (r = oki_audit_gaps_open(&a->gaps)) == ONSHI_OK)
		r = oki_audit_store_init(&a->store,
		    a->sink == &oki_audit_sink_dir ?
		    oki_config_text(c, OKI_AUDIT_DIR) : "",
		    oki_config_text(c, OKI_FACILITY_CODE), a->env);
	if (a->ncopies > 0)
		a->store.written = &a->written;

	return r;
}

int
oki_audit_open(struct oki_env *env, struct oki_audit **out,
    struct onshi_error *e)
{
	struct oki_audit *a;
	int r;

	*out = NULL;
	if (env == NULL)
		return oki_fail(e, ONSHI_E_ARG, "no environment");
	if ((a = oki_alloc(sizeof(*a))) == NULL)
		return oki_fail(e, ONSHI_E_NOMEM, "audit");
	a->env = oki_env_ref(env);
	if ((r = init(a)) != ONSHI_OK) {
		oki_audit_close(&a);
		return oki_fail(e, r, "audit");
	}
	*out = a;

	return ONSHI_OK;
}

bool
oki_audit_is_on(const struct oki_audit *a)
{
	return a != NULL && a->sink != NULL;
}

/* Waits until no other thread is at the sink. */
static int
enter(struct oki_audit *a, int64_t end, struct onshi_error *e)
{
	int64_t left;
	int r = ONSHI_OK;

	oki_mutex_lock(a->mutex);
	while (r == ONSHI_OK && a->busy) {
		if ((left = end - oki_os_steady_ms()) <= 0)
			r = oki_audit_fail(e, 0,
			    "another thread is at the trail");
		else
			(void)oki_cond_wait(a->idle, a->mutex, (int32_t)left);
	}
	if (r == ONSHI_OK)
		a->busy = true;
	oki_mutex_unlock(a->mutex);

	return r;
}

static void
leave(struct oki_audit *a)
{
	oki_mutex_lock(a->mutex);
	a->busy = false;
	oki_cond_signal(a->idle);
	oki_mutex_unlock(a->mutex);
}

/* By the system's clock, since threads and processes wait by it. */
static int64_t
end_of(const struct oki_audit *a, const struct oki_wait *w)
{
	int32_t ms = w != NULL ? oki_wait_left(w) : a->lock_ms;

	return oki_os_steady_ms() + (ms < a->lock_ms ? ms : a->lock_ms);
}

static int
append(struct oki_audit *a, const struct oki_audit_entry *entry, int64_t end,
    struct onshi_error *e)
{
	int64_t left = end - oki_os_steady_ms();
	int r;

	oki_buf_reset(&a->written);
	r = a->sink->append(a, entry, left > 0 ? (int32_t)left : 0, e);
	/* Also those that came before one that failed: they are there. */
	oki_audit_copy_all(a);

	return r;
}

/* What a copy missed stands on the trail itself, from when to when. */
static void
say_copies(struct oki_audit *a, int64_t end)
{
	struct oki_audit_entry entry = { .event = OKI_AUDIT_LOG_COPY };
	char result[64];
	size_t i;

	for (i = 0; i < a->ncopies; i++) {
		if (a->copies[i].said == a->copies[i].behind)
			continue;
		entry.outcome = a->copies[i].behind ? OKI_AUDIT_SERIOUS :
		    OKI_AUDIT_OK;
		entry.result = oki_audit_copy_text(a, i, result);
		a->copies[i].said = a->copies[i].behind;
		if (append(a, &entry, end, NULL) != ONSHI_OK)
			a->copies[i].said = !a->copies[i].said;
	}
}

/* What could not be written, now that something can be. */
static void
say_gaps(struct oki_audit *a, int64_t end)
{
	struct oki_audit_entry entry;
	char id[17], result[96];
	size_t i;

	for (i = 0; i < OKI_COUNT(a->gaps.of); i++)
		if (oki_audit_gap_next(&a->gaps, i, &entry, id, result))
			oki_audit_gap_told(&a->gaps, i, append(a, &entry, end,
			    NULL) == ONSHI_OK);
}

int
oki_audit_append(struct oki_audit *a, const struct oki_audit_entry *entry,
    const struct oki_wait *w, struct onshi_error *e)
{
	int64_t end;
	int r;

	if (a == NULL || entry == NULL)
		return oki_fail(e, ONSHI_E_ARG, "no trail, or no entry");
	if (a->sink == NULL)
		return oki_fail_at(e, ONSHI_PHASE_AUDIT, ONSHI_E_AUDIT_NONE,
		    "audit.dir is not set");
	end = end_of(a, w);
	if ((r = enter(a, end, e)) != ONSHI_OK)
		return r;
	if ((r = append(a, entry, end, e)) == ONSHI_OK) {
		say_gaps(a, end);
		say_copies(a, end);
	}
	leave(a);

	return r;
}

void
oki_audit_close(struct oki_audit **ap)
{
	struct oki_audit *a;

	if ((a = *ap) == NULL)
		return;
	*ap = NULL;
	if (a->gaps.mutex != NULL)
		say_gaps(a, oki_os_steady_ms());	/* the last chance */
	oki_audit_gaps_close(&a->gaps);
	oki_audit_store_free(&a->store);
	oki_buf_free(&a->written);
	oki_cond_free(&a->idle);
	oki_mutex_free(&a->mutex);
	oki_env_free(&a->env);
	oki_free(a);
}
