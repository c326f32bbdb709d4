/* The record of a root: a directory, a program's own table, or none. */
#include "config.h"

#include <string.h>

#include "audit/audit.h"

struct oki_audit {
	oki_atomic_int		 holders;
	oki_atomic_int		 on;		/* once seen, for good */
	struct oki_env		*env;
	struct oki_mutex	*mutex;		/* over what follows */
	struct oki_cond		*idle;
	bool			 busy;		/* a thread is at the sink */
	const struct onshi_audit_ops *ops;	/* in place of store */
	void			*self;
	uint64_t		 n;		/* of the table's next line */
	bool			 has_dir;
	struct oki_audit_store	 store;
	int32_t			 lock_ms;
};

int
oki_audit_open(struct oki_env *env, struct oki_audit **out,
    struct onshi_error *e)
{
	const struct onshi_config *c;
	const char *dir, *code;
	struct oki_audit *a;
	int r;

	*out = NULL;
	if (env == NULL)
		return oki_fail(e, ONSHI_E_ARG, "no environment");
	c = oki_env_config(env);
	if ((a = oki_alloc(sizeof(*a))) == NULL)
		return oki_fail(e, ONSHI_E_NOMEM, "record");
	atomic_init(&a->holders, 1);
	atomic_init(&a->on, 0);
	a->env = oki_env_ref(env);
	a->n = 1;
	a->lock_ms = OKI_AUDIT_LOCK_MS;
	a->ops = oki_config_audit(c, &a->self);
	dir = oki_config_text(c, OKI_AUDIT_DIR);
	code = oki_config_text(c, OKI_FACILITY_CODE);
	a->has_dir = dir != NULL && dir[0] != '\0';
	if ((r = oki_mutex_new(&a->mutex)) == ONSHI_OK &&
	    (r = oki_cond_new(&a->idle)) == ONSHI_OK)
		r = oki_audit_store_init(&a->store, a->has_dir ? dir : "",
		    code, a->env);
	if (r != ONSHI_OK) {
		oki_audit_close(&a);
		return oki_fail(e, r, "record");
	}
	*out = a;

	return ONSHI_OK;
}

struct oki_audit *
oki_audit_ref(struct oki_audit *a)
{
	if (a != NULL)
		atomic_fetch_add(&a->holders, 1);

	return a;
}

void
oki_audit_close(struct oki_audit **ap)
{
	struct oki_audit *a;

	if (ap == NULL || (a = *ap) == NULL)
		return;
	*ap = NULL;
	if (atomic_fetch_sub(&a->holders, 1) != 1)
		return;
	oki_audit_store_free(&a->store);
	oki_cond_free(&a->idle);
	oki_mutex_free(&a->mutex);
	oki_env_free(&a->env);
	oki_free(a);
}

/* A record that was there stays: to take it away turns nothing off. */
bool
oki_audit_is_on(struct oki_audit *a)
{
	if (a == NULL)
		return false;
	if (a->ops != NULL || atomic_load(&a->on) != 0)
		return true;
	if (!a->has_dir || !oki_audit_store_is_on(&a->store))
		return false;
	atomic_store(&a->on, 1);

	return true;
}

/* Waits until no other thread is at the sink, for what is left of the time
 * that the lock between processes may take (SEC-98). */
static int
enter(struct oki_audit *a, int64_t end, struct onshi_error *e)
{
	int64_t left;
	int r = ONSHI_OK;

	oki_mutex_lock(a->mutex);
	while (r == ONSHI_OK && a->busy) {
		if ((left = end - oki_os_steady_ms()) <= 0)
			r = oki_audit_fail(e, 0,
			    "another thread holds the record");
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

/* The line as it is, but for the chain, which a table has or has not. */
static int
hand_over(struct oki_audit *a, const struct oki_audit_entry *entry,
    struct onshi_error *e)
{
	struct oki_audit_line line;
	struct oki_audit_stamp st;

	st.n = a->n;
	st.wall_ms = oki_wall_ms(a->env);
	st.boot_ms = oki_boot_ms(a->env);
	memcpy(st.boot, a->store.boot, sizeof(st.boot));
	memcpy(st.institution, a->store.institution, sizeof(st.institution));
	if (oki_audit_line_make(entry, &st, &line) != ONSHI_OK)
		return oki_audit_fail(e, 0, "an entry that cannot be");
	if (a->ops->entry(a->self, line.text, line.len) != 0)
		return oki_audit_fail(e, 0, "the record's table failed");
	a->n++;

	return ONSHI_OK;
}

int
oki_audit_append(struct oki_audit *a, const struct oki_audit_entry *entry,
    struct onshi_error *e)
{
	int64_t end, left;
	int r;

	if (a == NULL || entry == NULL)
		return oki_fail(e, ONSHI_E_ARG, "no record, or no entry");
	if (!oki_audit_is_on(a)) {
		r = oki_fail(e, ONSHI_E_AUDIT_NONE, "no record is set up");
		if (e != NULL)
			e->phase = ONSHI_PHASE_AUDIT;
		return r;
	}
	end = oki_os_steady_ms() + a->lock_ms;
	if ((r = enter(a, end, e)) != ONSHI_OK)
		return r;
	left = end - oki_os_steady_ms();
	if (a->ops != NULL)
		r = hand_over(a, entry, e);
	else
		r = oki_audit_store_append(&a->store, entry,
		    left > 0 ? (int32_t)left : 0, e);
	leave(a);

	return r;
}

void
oki_audit_tune(struct oki_audit *a, int64_t segment_bytes, int32_t lock_ms)
{
	a->store.segment_bytes = segment_bytes;
	a->lock_ms = lock_ms;
}
