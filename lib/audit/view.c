/* Reads a trail, line after line, as it stood when it was opened. */
#include "config.h"

#include <string.h>

#include "audit/inside.h"

#define CHUNK	((size_t)64 << 10)

/* ---- a view: what there is, taken under the lock ------------------------- */

/* A copy on other media may lack the lock: then nobody writes to it. */
static int
lock_if_any(struct oki_dir *d, int32_t lock_ms, struct oki_file **out,
    struct onshi_error *e)
{
	int64_t sys = 0;

	if (lock_ms == OKI_AUDIT_LOCK_HELD)
		return ONSHI_OK;
	if (oki_file_open(d, OKI_AUDIT_LOCK_NAME, OKI_OPEN_READ, out, &sys) !=
	    ONSHI_OK)
		return oki_os_is_absent(sys) ? ONSHI_OK :
		    oki_audit_fail(e, sys, "audit.lock cannot be opened");
	if (oki_file_lock(*out, lock_ms, &sys) == ONSHI_OK)
		return ONSHI_OK;
	oki_file_close(out);

	return oki_audit_fail(e, sys,
	    "another program holds the trail's lock");
}

static int
view_state(struct oki_audit_view *v, struct onshi_error *e)
{
	struct oki_audit_sums sums;
	struct oki_file *f = NULL;
	int64_t sys = 0;
	int r, slot = -1;

	if (oki_file_open(v->dir, OKI_AUDIT_STATE_NAME, OKI_OPEN_READ, &f,
	    &sys) != ONSHI_OK)
		return oki_os_is_absent(sys) ? ONSHI_OK :
		    oki_audit_fail(e, sys, "audit.state cannot be opened");
	if ((r = oki_audit_sums_open(&sums)) != ONSHI_OK)
		r = oki_audit_fail(e, 0, "no memory for a hash");
	else if (oki_audit_state_read(&sums, f, 0, &v->mark, &slot, &sys) !=
	    ONSHI_OK)
		r = oki_audit_fail(e, sys, "audit.state cannot be read");
	oki_audit_sums_close(&sums);
	oki_file_close(&f);
	v->has_state = r == ONSHI_OK && slot >= 0;

	return r;
}

static int
view_segments(struct oki_audit_view *v, struct onshi_error *e)
{
	int64_t sys = 0;
	char **names;
	uint64_t segment;
	size_t i, n;

	if (oki_dir_names(v->dir, &names, &n, &sys) != ONSHI_OK)
		return oki_audit_fail(e, sys, "audit.dir cannot be read");
	v->segments = oki_alloc_array(n + 1, sizeof(*v->segments));
	for (i = 0; v->segments != NULL && i < n; i++)
		if ((segment = oki_audit_segment_of(names[i])) > 0)
			v->segments[v->nsegments++] = segment;
	oki_dir_names_free(&names, n);

	return v->segments == NULL ? oki_audit_fail(e, 0, "no memory") :
	    ONSHI_OK;
}

/* The size of a segment, and what of it lies from at on. */
static int
view_tail(struct oki_audit_view *v, uint64_t segment, int64_t at,
    struct onshi_error *e)
{
	struct oki_file_facts facts;
	struct oki_file *f = NULL;
	int64_t sys = 0;
	char name[24];
	size_t want;
	int r = ONSHI_OK;

	oki_audit_segment_name(name, segment);
	if (oki_file_open(v->dir, name, OKI_OPEN_READ, &f, &sys) != ONSHI_OK)
		return oki_os_is_absent(sys) ? ONSHI_OK :
		    oki_audit_fail(e, sys, "a segment cannot be opened");
	if (oki_file_facts(f, &facts, &sys) != ONSHI_OK)
		r = oki_audit_fail(e, sys, "a segment cannot be read");
	else if (facts.size > at) {
		v->extra = v->extra || v->tail_len > 0;
		v->tail_next = segment != v->mark.segment;
		want = facts.size - at > OKI_AUDIT_LINE ? OKI_AUDIT_LINE + 1 :
		    (size_t)(facts.size - at);
		if (oki_file_read(f, at, v->tail, want, &v->tail_len, &sys) !=
		    ONSHI_OK)
			r = oki_audit_fail(e, sys, "a segment cannot be read");
	}
	oki_file_close(&f);

	return r;
}

static int
view_beyond(struct oki_audit_view *v, struct onshi_error *e)
{
	size_t i;
	int r;

	if (!v->has_state)
		return ONSHI_OK;
	for (i = 0; i < v->nsegments; i++)
		v->extra = v->extra || v->segments[i] > v->mark.segment + 1;
	if ((r = view_tail(v, v->mark.segment, v->mark.length, e)) ==
	    ONSHI_OK)
		r = view_tail(v, v->mark.segment + 1, 0, e);

	return r;
}

int
oki_audit_view_open(const char *path, int32_t lock_ms,
    struct oki_audit_view *v, struct onshi_error *e)
{
	struct oki_file *lock = NULL;
	int64_t sys = 0;
	int r;

	memset(v, 0, sizeof(*v));
	if (oki_dir_open(path, &v->dir, &sys) != ONSHI_OK) {
		if (!oki_os_is_absent(sys))
			return oki_audit_fail(e, sys,
			    "audit.dir cannot be opened");
		return oki_fail(e, ONSHI_E_AUDIT_GONE,
		    "audit.dir is not there");
	}
	if ((r = lock_if_any(v->dir, lock_ms, &lock, e)) == ONSHI_OK &&
	    (r = view_state(v, e)) == ONSHI_OK &&
	    (r = view_segments(v, e)) == ONSHI_OK &&
	    (r = view_beyond(v, e)) == ONSHI_OK &&
	    !v->has_state && v->nsegments == 0)
		r = oki_fail(e, ONSHI_E_AUDIT_GONE, "audit.dir is empty");
	if (lock != NULL)
		oki_file_unlock(lock);
	oki_file_close(&lock);
	if (r != ONSHI_OK)
		oki_audit_view_close(v);

	return r;
}

void
oki_audit_view_close(struct oki_audit_view *v)
{
	oki_free(v->segments);
	oki_dir_close(&v->dir);
	oki_wipe(v, sizeof(*v));
}

/* ---- a reader: line after line ------------------------------------------- */

int
oki_audit_reader_open(struct oki_audit_reader *r,
    const struct oki_audit_view *v, struct onshi_error *e)
{
	memset(r, 0, sizeof(*r));
	r->view = v;
	if ((r->buf = oki_alloc(CHUNK)) == NULL)
		return oki_audit_fail(e, 0, "no memory");

	return ONSHI_OK;
}

void
oki_audit_reader_close(struct oki_audit_reader *r)
{
	oki_file_close(&r->file);
	oki_free(r->buf);
	r->buf = NULL;
}

/* The segment that the state ends in ends where the state says, whatever has
 * been added since; what comes after it is no part of the view. */
static int
open_next(struct oki_audit_reader *r, bool *found, struct onshi_error *e)
{
	const struct oki_audit_view *v = r->view;
	struct oki_file_facts facts;
	int64_t sys = 0;
	char name[24];

	*found = r->i < v->nsegments &&
	    (!v->has_state || v->segments[r->i] <= v->mark.segment);
	if (!*found)
		return ONSHI_OK;
	oki_audit_segment_name(name, v->segments[r->i]);
	if (oki_file_open(v->dir, name, OKI_OPEN_READ, &r->file, &sys) !=
	    ONSHI_OK || oki_file_facts(r->file, &facts, &sys) != ONSHI_OK)
		return oki_audit_fail(e, sys, "a segment cannot be opened");
	r->at = 0;
	r->end = v->has_state && v->segments[r->i] == v->mark.segment ?
	    v->mark.length : facts.size;
	r->last = v->has_state && v->segments[r->i] == v->mark.segment;

	return ONSHI_OK;
}

/* Fills the buffer behind what is left in it. */
static int
fill(struct oki_audit_reader *r, struct onshi_error *e)
{
	int64_t sys = 0;
	size_t got, want;

	if (r->have >= OKI_AUDIT_LINE || r->at >= r->end)
		return ONSHI_OK;
	memmove(r->buf, r->buf + r->first, r->have);
	r->first = 0;
	want = CHUNK - r->have;
	if ((int64_t)want > r->end - r->at)
		want = (size_t)(r->end - r->at);
	if (oki_file_read(r->file, r->at, r->buf + r->have, want, &got,
	    &sys) != ONSHI_OK)
		return oki_audit_fail(e, sys, "a segment cannot be read");
	if (got < want) {
		r->end = r->at + (int64_t)got;
		r->cut = true;
	}
	r->have += got;
	r->at += (int64_t)got;

	return ONSHI_OK;
}

int
oki_audit_reader_next(struct oki_audit_reader *r, enum oki_audit_piece *piece,
    const char **bytes, size_t *len, struct onshi_error *e)
{
	const char *lf;
	bool found;
	int ret;

	for (;;) {
		if (r->file == NULL) {
			if ((ret = open_next(r, &found, e)) != ONSHI_OK)
				return ret;
			if (!found) {
				*piece = r->view->has_state && !r->last ?
				    OKI_AUDIT_PIECE_SHORT :
				    OKI_AUDIT_PIECE_END;
				return ONSHI_OK;
			}
		}
		if ((ret = fill(r, e)) != ONSHI_OK)
			return ret;
		*bytes = r->buf + r->first;
		*len = r->have < OKI_AUDIT_LINE ? r->have : OKI_AUDIT_LINE;
		if ((lf = memchr(*bytes, '\n', *len)) != NULL) {
			*len = (size_t)(lf - *bytes) + 1;
			r->first += *len;
			r->have -= *len;
			*piece = OKI_AUDIT_PIECE_LINE;
			return ONSHI_OK;
		}
		if (r->cut || *len > 0) {
			*piece = r->cut ? OKI_AUDIT_PIECE_SHORT :
			    OKI_AUDIT_PIECE_REST;
			return ONSHI_OK;
		}
		oki_file_close(&r->file);
		r->i++;
	}
}
