/* Sealed visits: what is said elsewhere is seen, what is said here is told. */
#include "visit/seal.h"

#define LOOK_MS		2000		/* between looks of a visit's thread */

int
oki_seal_gone(struct onshi_error *e)
{
	return oki_fail_rule(e, "CO-14", ONSHI_E_VISIT_GONE,
	    "there is no such sealed visit, or it is over");
}

static int
look_ended(struct oki_dir *d, const struct oki_seal *s,
    struct onshi_error *e)
{
	bool ended = false, there = false;
	int r;

	if ((r = oki_seal_is_there(d, s, "end", &ended, e)) != ONSHI_OK ||
	    (!ended && (r = oki_seal_is_there(d, s, "visit", &there, e)) !=
	    ONSHI_OK))
		return r;

	return there ? ONSHI_OK : oki_seal_gone(e);
}

/* What was withdrawn elsewhere is on record there. */
static int
look_withdrawn(struct onshi_visit *v, struct oki_dir *d,
    const struct oki_seal *s, struct onshi_error *e)
{
	char ending[2] = "0";
	bool there;
	int i, r;

	for (i = 1; i < OKI_CATEGORIES; i++) {
		if (!oki_category_is_visits(i) ||
		    atomic_load(&v->k.consent[i].withdrawn) != 0)
			continue;
		ending[0] = (char)('0' + i);
		if ((r = oki_seal_is_there(d, s, ending, &there, e)) !=
		    ONSHI_OK)
			return r;
		if (there)
			atomic_store(&v->k.consent[i].withdrawn, 1);
	}

	return ONSHI_OK;
}

int
oki_seal_look(struct onshi_visit *v, struct oki_dir *d,
    const struct oki_seal *s, struct onshi_error *e)
{
	int r;

	if ((r = look_ended(d, s, e)) == ONSHI_OK)
		r = look_withdrawn(v, d, s, e);
	if (r == ONSHI_E_VISIT_GONE)
		atomic_store(&v->k.ended, 1);

	return r;
}

static int
look(void *self, struct onshi_error *e)
{
	struct onshi_visit *v = self;
	struct oki_dir *d;
	int r;

	if ((r = oki_seal_dir(v, &d, e)) != ONSHI_OK)
		return r;
	r = oki_seal_look(v, d, v->seal, e);
	oki_dir_close(&d);

	return r;
}

void
oki_seal_watch(struct onshi_visit *v)
{
	int64_t now = oki_steady_ms(v->k.env);

	if (!oki_seal_stands(v) || now - v->seal->looked_ms < LOOK_MS ||
	    atomic_load(&v->k.ended) != 0)
		return;
	v->seal->looked_ms = now;
	(void)look(v, NULL);
}

bool
oki_seal_stands(const struct onshi_visit *v)
{
	bool is;

	oki_mutex_lock(v->lock);
	is = v->seal != NULL && atomic_load(&v->seal->stands) != 0;
	oki_mutex_unlock(v->lock);

	return is;
}

static int
tell_end(struct oki_dir *d, const struct oki_seal *s)
{
	char name[OKI_SEAL_FILE];
	int64_t sys = 0;
	int r;

	if ((r = oki_seal_mark(d, s, "end")) != ONSHI_OK)
		return r;
	/* Somebody may have it open; the mark outweighs it. */
	oki_seal_file(s, "visit", name);
	(void)oki_dir_remove(d, name, &sys);

	return ONSHI_OK;
}

/* Of that visit's end, and of each consent withdrawn, before it stands on the
 * record here: whoever has opened it elsewhere sees that mark. */
int
oki_seal_tell(struct onshi_visit *v, enum oki_audit_event event,
    int category, struct onshi_error *e)
{
	char ending[2] = "0";
	struct oki_dir *d;
	int r;

	if ((event != OKI_AUDIT_CONSENT_WITHDRAWN &&
	    event != OKI_AUDIT_VISIT_END) || !oki_seal_stands(v))
		return ONSHI_OK;
	atomic_store(&v->seal->untold, 1);
	if ((r = oki_seal_dir(v, &d, e)) != ONSHI_OK)
		return r;
	ending[0] = (char)('0' + category);
	r = event == OKI_AUDIT_VISIT_END ? tell_end(d, v->seal) :
	    oki_seal_mark(d, v->seal, ending);
	oki_dir_close(&d);
	atomic_store(&v->seal->untold, r != ONSHI_OK);

	return r == ONSHI_OK ? r : oki_seal_disk(e, r, 0,
	    "others cannot be told");
}

bool
oki_seal_is_untold(const struct onshi_visit *v)
{
	return oki_seal_stands(v) && atomic_load(&v->seal->untold) != 0;
}

/* From here on what is said here is told there, and what is said there is
 * looked at. */
void
oki_seal_join(struct onshi_visit *v, struct oki_seal **sp)
{
	oki_mutex_lock(v->lock);
	if (*sp != NULL) {
		v->seal = *sp;
		*sp = NULL;
	}
	atomic_store(&v->seal->stands, 1);
	oki_mutex_unlock(v->lock);
	v->k.look_self = v;
	v->k.look = look;
}
