/*
 * Sealed visits (CO-14): a proved visit stands encrypted in visits.dir, which
 * may be on a share, and is opened by its name on any machine of the facility.
 *
 * The name is the key, and stands nowhere. Of a visit there is ID.visit; ID.1
 * to ID.6 where a consent was withdrawn, and ID.end where it was ended. These
 * are made once and never changed, so that no machine can undo another's.
 */
#include "visit/seal.h"

static int
write_file(struct oki_dir *d, const char *name, const struct oki_buf *bytes,
    struct onshi_error *e)
{
	int64_t sys = 0;
	int r;

	r = oki_file_make(d, name, OKI_OPEN_SHARED, bytes->data, bytes->len,
	    true, &sys);

	return r == ONSHI_OK ? r :
	    oki_seal_disk(e, r, sys, "a sealed visit cannot be written");
}

int
oki_seal_note(struct onshi_visit *v, enum oki_audit_event event,
    const struct onshi_operator *op, int result, const struct oki_wait *w,
    struct onshi_error *e)
{
	if (!oki_audit_is_on(v->k.audit))
		return oki_fail(e, ONSHI_E_AUDIT_NONE,
		    "sealed visits need an audit trail");

	return oki_case_note(&v->k, event, op, ONSHI_CATEGORY_ELIGIBILITY,
	    result, w, e);
}

/* Whole under another name, on the record, then in its place. */
static int
publish(struct onshi_visit *v, struct oki_dir *d, const struct oki_seal *s,
    const struct oki_buf *bytes, const struct oki_wait *w,
    struct onshi_error *e)
{
	char temp[OKI_SEAL_FILE], name[OKI_SEAL_FILE];
	int64_t sys = 0;
	int r;

	if ((r = oki_seal_temp(temp)) != ONSHI_OK)
		return oki_fail(e, r, "a name for the sealed visit");
	oki_seal_file(s, "visit", name);
	if ((r = write_file(d, temp, bytes, e)) != ONSHI_OK ||
	    (r = oki_seal_note(v, OKI_AUDIT_VISIT_SEALED, NULL, ONSHI_OK, w,
	    e)) != ONSHI_OK)
		goto out;
	if ((r = oki_dir_rename(d, temp, name, true, &sys)) == ONSHI_OK)
		return oki_dir_sync(d, NULL) == ONSHI_OK ? ONSHI_OK :
		    oki_seal_disk(e, ONSHI_E_DISK, 0,
		    "it cannot be written safely");
	r = oki_seal_disk(e, r, sys, "a sealed visit cannot be put in place");
	(void)oki_seal_note(v, OKI_AUDIT_VISIT_SEALED, NULL, r, w, NULL);
out:
	(void)oki_dir_remove(d, temp, NULL);

	return r;
}

static int
seal_in(struct onshi_visit *v, struct oki_dir *d, const struct oki_wait *w,
    struct onshi_error *e)
{
	struct oki_seal *fresh = NULL;
	struct oki_buf bytes;
	int r;

	oki_buf_init(&bytes, 2 * OKI_CASE_BYTES);
	oki_seal_sweep(v, d);
	if (v->seal != NULL)
		r = oki_seal_look(v, d, v->seal, e);
	else if ((r = oki_seal_first(&fresh)) != ONSHI_OK)
		r = oki_fail(e, r, "a name for the sealed visit");
	if (r == ONSHI_OK && (r = oki_seal_case(v, fresh != NULL ? fresh :
	    v->seal, &bytes, e)) == ONSHI_OK &&
	    (r = publish(v, d, fresh != NULL ? fresh : v->seal, &bytes, w,
	    e)) == ONSHI_OK)
		oki_seal_join(v, &fresh);
	oki_buf_free(&bytes);
	oki_seal_free(&fresh);

	return r;
}

int
oki_flow_seal(struct onshi_visit *v, const struct oki_wait *w,
    struct onshi_error *e)
{
	struct oki_dir *d;
	int r;

	if ((r = oki_seal_dir(v, &d, e)) != ONSHI_OK)
		return r;
	if ((r = seal_in(v, d, w, e)) == ONSHI_OK)
		oki_arrival_finish(v);	/* it goes on without its file */
	oki_dir_close(&d);

	return r;
}

/* ---- the public call ---------------------------------------------------- */

/* What is no use to be sealed. */
static int
may_seal(struct onshi_visit *v)
{
	if (atomic_load(&v->closed) != 0)
		return oki_fail(&v->error, ONSHI_E_STATE,
		    "the visit is over");
	if (oki_worker_is_busy(v))
		return ONSHI_OK;	/* the same call, again */
	if (v->step != OKI_STEP_ANSWERED)
		return oki_fail(&v->error, ONSHI_E_STATE,
		    "the visit is not answered yet");
	if (!v->k.proven)
		return oki_fail_rule(&v->error, "CO-2", ONSHI_E_IDENTITY,
		    "only a visit that a card has proved is sealed");
	if (v->k.bulk != NULL)
		return oki_fail_rule(&v->error, "CO-11", ONSHI_E_STATE,
		    "a consent that the service keeps is asked for there");

	return ONSHI_OK;
}

int
onshi_visit_seal(struct onshi_visit *v, const char **name)
{
	int r;

	if (name == NULL)
		return ONSHI_E_ARG;
	*name = NULL;
	if ((r = oki_visit_enter(v)) != ONSHI_OK)
		return r;
	if ((r = may_seal(v)) == ONSHI_OK &&
	    (r = oki_worker_run(v, OKI_JOB_SEAL, -1, NULL)) == ONSHI_OK)
		*name = oki_seal_name(v->seal);

	return oki_visit_leave(v, r);
}
