/* Visits: their life, and the two calls that work. */
#include "visit/inside.h"

struct onshi_visit *
oki_visit_ref(struct onshi_visit *v)
{
	atomic_fetch_add(&v->refs, 1);
	return v;
}

/* Nothing that could name the patient outlives the visit, but for an answer
 * that a program still keeps. */
static void
forget(struct onshi_visit *v)
{
	oki_flow_close_card(v);
	if (v->held.body != NULL)
		oki_held_drop(v);
	oki_arrival_finish(v);
	oki_case_end(&v->k);
	oki_secret_free(&v->pin);
	oki_buf_free(&v->signature);
	oki_buf_free(&v->pinless);
	oki_certificate_free(&v->certificate);
	onshi_operator_free(&v->confirmer);
}

void
oki_visit_clean(struct onshi_visit *v)
{
	if (v->cleaned)
		return;
	v->cleaned = true;
	if (oki_prefetch_drop(&v->prefetch))	/* else it holds the visit */
		forget(v);
}

static void
visit_destroy(struct onshi_visit *v)
{
	struct onshi *root = v->root;

	oki_worker_free(v);
	forget(v);
	oki_answer_body_unref(&v->eligibility);
	oki_doc_free(&v->whose);
	oki_arrival_free(&v->arrival);
	oki_seal_free(&v->opens);
	oki_seal_free(&v->seal);
	oki_notes_free(v);
	v->k.operator = NULL;
	onshi_operator_free(&v->operator);
	oki_case_clear(&v->k);
	oki_cancel_free(&v->cancel);
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
	    (r = oki_worker_new(v)) != ONSHI_OK ||
	    (r = oki_cancel_init(&v->cancel)) != ONSHI_OK ||
	    (r = oki_doc_new(NULL, &v->k.inputs)) != ONSHI_OK ||
	    (r = oki_os_random(id, sizeof(id))) != ONSHI_OK)
		return r;
	oki_hex(v->k.id, id, sizeof(id));

	return ONSHI_OK;
}

int
oki_visit_make(struct onshi *o, enum oki_mode mode, int purpose,
    struct onshi_visit **out)
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
	atomic_init(&v->k.ended, 0);
	atomic_init(&v->closed, 0);
	atomic_init(&v->over, 0);
	atomic_init(&v->cancelled, 0);
	atomic_init(&v->unsign, 0);
	atomic_init(&v->settled, 0);
	v->process = oki_os_process();
	v->root = oki_root_ref(o);
	v->blocking = 1;
	v->tries = -1;
	v->k.env = oki_root_env(o);
	v->k.link = oki_root_link(o);
	v->k.audit = oki_root_audit(o);
	v->k.codes = oki_root_codes(o);
	v->k.mode = (int)mode;
	v->k.purpose = purpose;
	v->k.wall0_ms = oki_wall_ms(v->k.env);
	v->k.boot0_ms = oki_boot_ms(v->k.env);
	oki_error_clear(&v->error);
	oki_error_clear(&v->refusal);
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

int
onshi_visit_new(struct onshi *o, int purpose, struct onshi_visit **out)
{
	return oki_visit_make(o, OKI_MODE_ORDINARY, purpose, out);
}

/* CO-10: from here on nothing that rests on consent is readable; what of it is
 * there is wiped. The eligibility stays until its own time. */
static void
end_consent(struct onshi_visit *v, bool everywhere)
{
	bool is_first = atomic_exchange(&v->closed, 1) == 0;

	atomic_store(&v->k.ended, 1);
	oki_mutex_lock(v->lock);
	if (is_first && everywhere && v->settled)
		v->notes.end = true;
	oki_mutex_unlock(v->lock);
	oki_answers_expire(v, OKI_EXPIRE_END);
}

int
onshi_visit_end(struct onshi_visit *v)
{
	int r;

	if ((r = oki_visit_enter(v)) != ONSHI_OK)
		return r;
	end_consent(v, true);
	atomic_store(&v->over, 1);
	if ((r = oki_worker_end(v)) != ONSHI_OK) {
		v->error.phase = ONSHI_PHASE_AUDIT;
		r = oki_seal_is_untold(v) ? oki_fail(&v->error, ONSHI_E_DISK,
		    "visits.dir: the end could not be told to others") :
		    oki_fail(&v->error, r,
		    "the visit's end could not be put on record");
	}

	return oki_visit_leave(v, r);
}

void
oki_visit_let_go(struct onshi_visit *v)
{
	atomic_store(&v->over, 1);
	oki_worker_leave(v);
	oki_visit_unref(v);
}

/* From any thread at any moment: a call of another one comes back by itself,
 * and the visit's own thread never waits for itself. */
void
onshi_visit_free(struct onshi_visit **vp)
{
	struct onshi_visit *v;

	if (vp == NULL || (v = *vp) == NULL)
		return;
	*vp = NULL;
	if (!oki_visit_is_ours(v))
		return;
	oki_cancel_set(&v->cancel);
	end_consent(v, !oki_seal_stands(v));	/* CO-14 */
	oki_visit_shut(v);
}

/* ---- work ---------------------------------------------------------------- */

static bool
is_over(const struct onshi_visit *v)
{
	return atomic_load(&v->closed) != 0;
}

int
onshi_visit_advance(struct onshi_visit *v)
{
	int r;

	if ((r = oki_visit_enter(v)) != ONSHI_OK)
		return r;
	if (is_over(v))
		r = oki_fail(&v->error, ONSHI_E_STATE, "the visit is over");
	else if (!oki_worker_is_busy(v) && v->step == OKI_STEP_ANSWERED)
		r = ONSHI_OK;
	else
		r = oki_worker_run(v, OKI_JOB_ADVANCE, -1, NULL);

	return oki_visit_leave(v, r);
}

static int
not_answered(struct onshi_visit *v)
{
	return oki_fail(&v->error, ONSHI_E_STATE,
	    "the visit is not answered yet");
}

static bool
is_recorded_first(struct onshi_visit *v)
{
	bool is;

	oki_mutex_lock(v->lock);
	is = v->job == OKI_JOB_RECORD ||
	    (v->job == OKI_JOB_NONE && !is_over(v) && oki_notes_are_due(v));
	oki_mutex_unlock(v->lock);

	return is;
}

int
oki_visit_record_first(struct onshi_visit *v)
{
	return is_recorded_first(v) ?
	    oki_worker_run(v, OKI_JOB_RECORD, -1, NULL) : ONSHI_OK;
}

static int
get_eligibility(struct onshi_visit *v, struct onshi_answer **out)
{
	int r;

	if (v->step == OKI_STEP_ANSWERED &&
	    (r = oki_visit_record_first(v)) != ONSHI_OK)
		return r;
	if (oki_worker_is_busy(v) || v->step != OKI_STEP_ANSWERED)
		return not_answered(v);
	if (v->eligibility == NULL)
		return oki_fail(&v->error, ONSHI_E_STATE,
		    "a visit that was opened, or came of a bulk, has no "
		    "eligibility");
	if ((r = oki_answer_body_check(v->eligibility, &v->error)) != ONSHI_OK)
		return r;

	return oki_answer_new(v, v->eligibility, out);
}

/* Whoever may not ask does not disturb who did (CO-13). */
static int
may_take_over(struct onshi_visit *v, int category,
    const struct onshi_operator *op)
{
	const char *rule = NULL;
	struct oki_note *note;
	int r;

	if ((r = oki_query_may(&v->k, category, op, &rule)) == ONSHI_OK)
		return ONSHI_OK;
	(void)oki_fail_rule(&v->error, rule, r,
	    "it may not do away with the question before it");
	if (oki_note_new(OKI_AUDIT_QUERY_REFUSED, op, category, r, &note) !=
	    ONSHI_OK)
		return r;
	oki_mutex_lock(v->lock);
	oki_note_add(v, &note);
	oki_mutex_unlock(v->lock);

	return r;
}

/* Whether what is asked now does away with what was asked before. */
static bool
is_another_question(struct onshi_visit *v, int category,
    const struct onshi_operator *op)
{
	if (!oki_held_is(v))
		return oki_worker_is_anothers(v, category, op);

	return v->held.category != category || oki_held_is_anothers(v, op);
}

static int
admit(struct onshi_visit *v, int category, const struct onshi_operator *op)
{
	int r;

	if (is_over(v))
		return oki_fail(&v->error, ONSHI_E_STATE, "the visit is over");
	if (!oki_worker_is_busy(v) && v->step != OKI_STEP_ANSWERED)
		return not_answered(v);
	if (!is_another_question(v, category, op))
		return ONSHI_OK;
	if ((r = may_take_over(v, category, op)) != ONSHI_OK ||
	    !oki_held_is(v))
		return r;

	return oki_held_abandon(v);
}

/* What a get has brought: handed out, or held until it is said whose it is. */
static int
collect(struct onshi_visit *v, int category, const struct onshi_operator *op,
    struct onshi_answer **out)
{
	struct oki_answer_body *body;
	int r;

	oki_mutex_lock(v->lock);
	body = v->job_body;
	v->job_body = NULL;
	oki_mutex_unlock(v->lock);
	if (body == NULL)
		return ONSHI_E_STATE;
	if ((r = oki_answer_body_check(body, &v->error)) == ONSHI_OK)
		r = oki_answer_body_person(body) != NULL ?
		    oki_held_keep(v, category, op, &body) :
		    oki_answer_new(v, body, out);
	oki_answer_body_unref(&body);

	return r;
}

static int
get_medical(struct onshi_visit *v, int category,
    const struct onshi_operator *op, struct onshi_answer **out)
{
	struct onshi_operator *shared;
	int r;

	if (op == NULL)
		op = v->operator;
	if ((r = admit(v, category, op)) != ONSHI_OK)
		return r;
	if (oki_held_is(v))
		return oki_held_get(v, out);
	v->named = true;
	shared = oki_operator_ref(op);
	if ((r = oki_worker_run(v, OKI_JOB_GET, category, shared)) == ONSHI_OK)
		r = collect(v, category, shared, out);
	onshi_operator_free(&shared);

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
	if ((r = oki_visit_enter(v)) != ONSHI_OK)
		return r;
	if (category == ONSHI_CATEGORY_ELIGIBILITY)
		r = get_eligibility(v, out);
	else if (!oki_query_is_question(v->k.mode, category))
		r = oki_fail(&v->error, ONSHI_E_ARG, "no such question");
	else
		r = get_medical(v, category, op, out);

	return oki_visit_leave(v, r < 0 ? oki_fail(&v->error, r, "get") : r);
}

/* Async-signal-safe: stores and one write. In a forked child the descriptor is
 * the parent's, too. */
void
onshi_visit_cancel(struct onshi_visit *v)
{
	if (v == NULL || !oki_visit_is_ours(v))
		return;
	atomic_store(&v->cancelled, 1);
	oki_cancel_set(&v->cancel);
}
