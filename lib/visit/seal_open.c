/* Sealed visits: opening one, in whose name. */
#include "visit/seal.h"

static int
read_file(struct oki_dir *d, const struct oki_seal *s, struct oki_buf *out,
    int64_t *changed_ms, struct onshi_error *e)
{
	struct oki_file_facts facts;
	char name[OKI_SEAL_FILE];
	struct oki_file *f;
	int64_t sys = 0;
	size_t got = 0;
	int r;

	oki_seal_file(s, "visit", name);
	if ((r = oki_file_open(d, name, OKI_OPEN_READ, &f, &sys)) != ONSHI_OK)
		return oki_os_is_absent(sys) ? oki_seal_gone(e) :
		    oki_seal_disk(e, r, sys,
		    "a sealed visit cannot be opened");
	if ((r = oki_file_facts(f, &facts, &sys)) == ONSHI_OK &&
	    (r = oki_buf_reserve(out, out->max)) == ONSHI_OK)
		r = oki_file_read(f, 0, out->data, out->max, &got, &sys);
	oki_file_close(&f);
	if (r != ONSHI_OK)
		return oki_seal_disk(e, r, sys,
		    "a sealed visit cannot be read");
	out->len = got;
	*changed_ms = facts.changed_ms;

	return ONSHI_OK;
}

static int
open_in(struct onshi_visit *v, struct oki_dir *d, const struct oki_seal *s,
    struct onshi_error *e)
{
	struct oki_buf bytes;
	int64_t now, then;
	int r;

	oki_buf_init(&bytes, 2 * OKI_CASE_BYTES);
	if ((r = oki_seal_clock(d, &now, e)) == ONSHI_OK &&
	    (r = read_file(d, s, &bytes, &then, e)) == ONSHI_OK &&
	    (r = oki_unseal_case(v, s, &bytes, now - then, e)) == ONSHI_OK)
		r = oki_seal_look(v, d, s, e);
	oki_buf_free(&bytes);

	return r;
}

static int
show_whose(struct onshi_visit *v, struct onshi_error *e)
{
	int r;

	if ((r = oki_person_doc(&v->k.person, &v->whose)) != ONSHI_OK)
		return oki_fail(e, r, "whose visit it is");

	return ONSHI_OK;
}

/* An attempt that fails stands on the record, too. */
int
oki_flow_open(struct onshi_visit *v, const struct oki_wait *w,
    struct onshi_error *e)
{
	struct oki_seal *s = v->opens;
	struct oki_dir *d;
	int r;

	v->opens = NULL;
	if ((r = oki_seal_dir(v, &d, e)) == ONSHI_OK) {
		oki_seal_sweep(v, d);
		r = open_in(v, d, s, e);
		oki_dir_close(&d);
	}
	if (r == ONSHI_OK)
		r = show_whose(v, e);
	if (r == ONSHI_OK)
		r = oki_seal_note(v, OKI_AUDIT_VISIT_OPENED, v->operator, r,
		    w, e);
	else
		(void)oki_seal_note(v, OKI_AUDIT_VISIT_OPENED, v->operator, r,
		    w, NULL);
	if (r == ONSHI_OK) {
		oki_seal_join(v, &s);
		v->named = v->k.patient[0] != '\0';
		v->step = OKI_STEP_ANSWERED;
		atomic_store(&v->settled, 1);
	}
	oki_seal_free(&s);

	return r;
}

/* Its error goes to the root, by a text that names nobody. */
static int
open_visit(struct onshi_visit *v, const char *name,
    const struct onshi_operator *op)
{
	int r;

	if ((r = oki_seal_new(name, &v->opens)) != ONSHI_OK)
		return r;
	v->operator = oki_operator_ref(op);
	v->k.operator = v->operator;
	if ((r = oki_visit_enter(v)) != ONSHI_OK)
		return r;

	return oki_visit_leave(v, oki_worker_run(v, OKI_JOB_OPEN, -1, NULL));
}

int
onshi_visit_open(struct onshi *o, const char *name,
    const struct onshi_operator *op, struct onshi_visit **out)
{
	struct onshi_visit *v;
	int r;

	if (out == NULL)
		return ONSHI_E_ARG;
	*out = NULL;
	if ((r = oki_root_enter(o)) != ONSHI_OK)
		return r;
	if (name == NULL)
		return oki_root_fail(o, ONSHI_E_ARG, "no name");
	if (op == NULL)
		return oki_root_fail(o, ONSHI_E_OPERATOR,
		    "a sealed visit is opened by a named operator");
	if (!oki_is_seal_name(name))
		return oki_root_fail(o, ONSHI_E_VISIT_GONE,
		    "that is no name of a sealed visit");
	if ((r = onshi_visit_new(o, ONSHI_PURPOSE_CARE, &v)) != ONSHI_OK)
		return r;
	if ((r = open_visit(v, name, op)) == ONSHI_OK) {
		*out = v;
		return ONSHI_OK;
	}
	r = oki_root_fail(o, r, onshi_error_code(&v->error) == r ?
	    v->error.text : "opening a sealed visit");
	onshi_visit_free(&v);

	return r;
}
