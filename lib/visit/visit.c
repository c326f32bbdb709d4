/* Visits: their life, and the two calls that work. */
#include "visit/inside.h"

struct onshi_visit *
oki_visit_ref(struct onshi_visit *v)
{
	atomic_fetch_add(&v->refs, 1);
	return v;
}

/* With no thread left in it: card, line and all that no answer needs. */
static void
visit_end(struct onshi_visit *v)
{
	oki_flow_close_card(v);
	oki_answer_body_unref(&v->job_body);
	oki_answer_body_unref(&v->eligibility);
	oki_case_end(&v->k);
	oki_secret_free(&v->pin);
	oki_buf_free(&v->signature);
	oki_certificate_free(&v->certificate);
	onshi_operator_free(&v->confirmer);
	onshi_operator_free(&v->job_operator);
}

static void
visit_destroy(struct onshi_visit *v)
{
	struct onshi *root = v->root;

	visit_end(v);
	oki_case_clear(&v->k);
	oki_cancel_free(&v->cancel);
	oki_event_free(&v->ready);
	oki_cond_free(&v->changed);
	oki_mutex_free(&v->lock);
	oki_free(v);
	onshi_free(&root);
}

void
oki_visit_unref(struct onshi_visit *v)
{
	if (v != NULL && atomic_fetch_sub(&v->refs, 1) == 1)
		visit_destroy(v);
}

static int
visit_parts(struct onshi_visit *v)
{
	uint8_t id[8];
	int r;

	if ((r = oki_mutex_new(&v->lock)) != ONSHI_OK ||
	    (r = oki_cond_new(&v->changed)) != ONSHI_OK ||
	    (r = oki_event_new(&v->ready)) != ONSHI_OK ||
	    (r = oki_cancel_init(&v->cancel)) != ONSHI_OK ||
	    (r = oki_doc_new(NULL, &v->k.inputs)) != ONSHI_OK ||
	    (r = oki_os_random(id, sizeof(id))) != ONSHI_OK)
		return r;
	oki_hex(v->k.id, id, sizeof(id));

	return ONSHI_OK;
}

int
onshi_visit_new(struct onshi *o, int purpose, struct onshi_visit **out)
{
	const char *reader;
	struct onshi_visit *v;
	int r;

	if (out == NULL)
		return ONSHI_E_ARG;
	*out = NULL;
	if ((r = oki_root_enter(o)) != ONSHI_OK)
		return r;
	if (purpose < ONSHI_PURPOSE_INSURANCE ||
	    purpose > ONSHI_PURPOSE_DISPENSING)
		return oki_root_fail(o, ONSHI_E_ARG, "no such purpose");
	if ((v = oki_alloc(sizeof(*v))) == NULL)
		return oki_root_fail(o, ONSHI_E_NOMEM, "visit");
	atomic_init(&v->refs, 1);
	atomic_init(&v->busy, 0);
	atomic_init(&v->k.recorded, 0);
	v->process = oki_os_process();
	v->root = oki_root_ref(o);
	v->blocking = 1;
	v->tries = -1;
	v->k.env = oki_root_env(o);
	v->k.link = oki_root_link(o);
	v->k.audit = oki_root_audit(o);
	v->k.codes = oki_root_codes(o);
	v->k.purpose = purpose;
	v->k.wall0_ms = oki_wall_ms(v->k.env);
	v->k.boot0_ms = oki_boot_ms(v->k.env);
	oki_error_clear(&v->error);
	oki_error_clear(&v->refusal);
	oki_error_clear(&v->job_error);
	oki_buf_init(&v->signature, 1024);
	reader = oki_config_text(oki_env_config(v->k.env), OKI_READER_NAME);
	(void)oki_copy(v->reader, sizeof(v->reader),
	    reader != NULL ? reader : "");
	if ((r = visit_parts(v)) != ONSHI_OK) {
		oki_visit_unref(v);
		return oki_root_fail(o, r, "visit");
	}
	*out = v;

	return ONSHI_OK;
}

void
onshi_visit_free(struct onshi_visit **vp)
{
	struct onshi_visit *v;
	bool alone;

	if (vp == NULL || (v = *vp) == NULL)
		return;
	*vp = NULL;
	/* In a forked child the parent's threads, card and sockets are not
	 * ours: nothing is touched (SEC-116). */
	if (v->process != oki_os_process())
		return;
	oki_cancel_set(&v->cancel);
	alone = oki_worker_stop(v);
	if (oki_prefetch_drop(&v->prefetch) && alone)	/* it holds the visit */
		visit_end(v);
	oki_visit_unref(v);
}

/* ---- work ---------------------------------------------------------------- */

int
onshi_visit_advance(struct onshi_visit *v)
{
	int r;

	if ((r = oki_visit_enter_work(v)) != ONSHI_OK)
		return r;
	if (!oki_worker_is_busy(v) && v->step == OKI_STEP_ANSWERED)
		return oki_visit_leave(v, ONSHI_OK);

	return oki_visit_leave(v, oki_worker_run(v, OKI_JOB_ADVANCE, -1, NULL));
}

static int
get_medical(struct onshi_visit *v, int category,
    const struct onshi_operator *op, struct onshi_answer **out)
{
	struct oki_answer_body *body;
	struct onshi_operator *shared = oki_operator_ref(op);
	int r;

	r = oki_worker_run(v, OKI_JOB_GET, category, shared);
	onshi_operator_free(&shared);
	if (r != ONSHI_OK)
		return r;
	body = v->job_body;
	v->job_body = NULL;
	r = oki_answer_new(v, body, out);
	oki_answer_body_unref(&body);

	return r;
}

int
onshi_visit_get(struct onshi_visit *v, int category,
    const struct onshi_operator *op, struct onshi_answer **out)
{
	int r;

	if (out == NULL)
		return ONSHI_E_ARG;
	*out = NULL;
	if ((r = oki_visit_enter_work(v)) != ONSHI_OK)
		return r;
	if (category < ONSHI_CATEGORY_ELIGIBILITY || category >=
	    OKI_CATEGORIES ||
	    category == ONSHI_CATEGORY_LIMIT || category ==
	    ONSHI_CATEGORY_DISEASES)
		r = oki_fail(&v->error, ONSHI_E_ARG, "no such question");
	else if (category != ONSHI_CATEGORY_ELIGIBILITY &&
	    !oki_worker_is_busy(v) &&
	    v->step != OKI_STEP_ANSWERED)
		r = oki_fail(&v->error, ONSHI_E_STATE,
		    "the visit is not answered yet");
	else if (category != ONSHI_CATEGORY_ELIGIBILITY)
		r = get_medical(v, category, op, out);
	else if (oki_worker_is_busy(v) || v->step != OKI_STEP_ANSWERED)
		r = oki_fail(&v->error, ONSHI_E_STATE,
		    "the visit is not answered yet");
	else
		r = oki_answer_new(v, v->eligibility, out);

	return oki_visit_leave(v, r < 0 ? oki_fail(&v->error, r, "get") : r);
}

/* Async-signal-safe: one atomic store and one write. */
void
onshi_visit_cancel(struct onshi_visit *v)
{
	if (v != NULL)
		oki_cancel_set(&v->cancel);
}
