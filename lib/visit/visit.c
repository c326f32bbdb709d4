/* Visits: the public calls; inputs are checked here, work is done in flow.c. */
#include <stdio.h>
#include <string.h>

#include "visit/visit.h"

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

/* ---- the door of every call on a visit ----------------------------------- */

/* From a table that serves this visit: it would wait for itself. */
static bool
is_own_thread(struct onshi_visit *v)
{
	int64_t me = oki_os_thread();

	return atomic_load(&v->own[0]) == me || atomic_load(&v->own[1]) == me;
}

static int
enter(struct onshi_visit *v)
{
	if (v == NULL)
		return ONSHI_E_ARG;
	if (is_own_thread(v))
		return ONSHI_E_REENTRANT;
	if (v->process != oki_os_process() ||
	    atomic_exchange(&v->busy, 1) != 0)
		return ONSHI_E_STATE;
	oki_error_clear(&v->error);
	oki_worker_forgive(v);

	return ONSHI_OK;
}

static int
leave(struct onshi_visit *v, int r)
{
	atomic_store(&v->busy, 0);
	return r;
}

/* Until when an input may be given; asked once nothing runs any more. */
static bool
is_settled(const struct onshi_visit *v)
{
	return v->settled;
}

static bool
is_proved(const struct onshi_visit *v)
{
	return v->step == OKI_STEP_ANSWERED || v->k.ended;
}

static bool
is_not_asked(const struct onshi_visit *v)
{
	return v->step != OKI_STEP_CONFIRM;
}

/* An input: not while a call is under way, nor when it is settled. */
static int
enter_input(struct onshi_visit *v, bool (*over)(const struct onshi_visit *))
{
	int r;

	if ((r = enter(v)) != ONSHI_OK)
		return r;
	if (oki_worker_is_busy(v))
		return leave(v, oki_fail(&v->error, ONSHI_E_STATE,
		    "a call is under way"));
	oki_answers_expire(v);
	if (over != NULL && over(v))
		return leave(v, oki_fail(&v->error, ONSHI_E_STATE,
		    "that is settled in this visit"));

	return ONSHI_OK;
}

/* Work: begun here, or under way and asked for its end. What is over is wiped
 * before it begins; while it runs, the answers are the worker's, too. */
static int
enter_work(struct onshi_visit *v)
{
	int r;

	if ((r = enter(v)) == ONSHI_OK && !oki_worker_is_busy(v))
		oki_answers_expire(v);

	return r;
}

int
onshi_visit_set_method(struct onshi_visit *v, int method)
{
	int r;

	if ((r = enter_input(v, is_proved)) != ONSHI_OK)
		return r;
	if (method == ONSHI_METHOD_FACE)
		return leave(v, oki_fail(&v->error, ONSHI_E_UNSUPPORTED,
		    "no face reader is configured"));
	if (onshi_method_name(method) == NULL)
		return leave(v, oki_fail(&v->error, ONSHI_E_ARG,
		    "no such method"));
	if (method != v->k.method) {
		oki_flow_restart(v);
		v->k.method = method;
	}

	return leave(v, ONSHI_OK);
}

int
onshi_visit_set_consent(struct onshi_visit *v, int category, int given)
{
	struct oki_consent *c;
	int r;

	if ((r = enter_input(v, is_settled)) != ONSHI_OK)
		return r;
	if (category <= ONSHI_CATEGORY_ELIGIBILITY || category >=
	    OKI_CATEGORIES ||
	    (given != ONSHI_CONSENT_REFUSED && given != ONSHI_CONSENT_GIVEN))
		return leave(v, oki_fail(&v->error, ONSHI_E_ARG,
		    "category or answer"));
	c = &v->k.consent[category];
	c->asked = true;
	c->given = given == ONSHI_CONSENT_GIVEN;

	return leave(v, ONSHI_OK);
}

int
onshi_visit_set_patient(struct onshi_visit *v, const char *id)
{
	int r;

	if ((r = enter_input(v, is_settled)) != ONSHI_OK)
		return r;
	if (id == NULL || !oki_is_word(id, OKI_ID - 1))
		return leave(v, oki_fail(&v->error, ONSHI_E_VALUE,
		    "a patient's id is 1 to 64 of A-Z a-z 0-9 . _ - @"));
	(void)oki_copy(v->k.patient, sizeof(v->k.patient), id);

	return leave(v, ONSHI_OK);
}

int
onshi_visit_set_reader(struct onshi_visit *v, const char *name)
{
	int r;

	if ((r = enter_input(v, is_proved)) != ONSHI_OK)
		return r;
	if (name == NULL || !oki_is_utf8(name, strlen(name)) ||
	    strlen(name) >= sizeof(v->reader))
		return leave(v, oki_fail(&v->error, ONSHI_E_ARG,
		    "a reader's name is at most %d bytes",
		    OKI_READER_ROOM - 1));
	if (strcmp(name, v->reader) != 0) {
		oki_flow_restart(v);
		(void)oki_copy(v->reader, sizeof(v->reader), name);
	}

	return leave(v, ONSHI_OK);
}

int
onshi_visit_set_register_use(struct onshi_visit *v, int yes)
{
	int r;

	if ((r = enter_input(v, is_proved)) != ONSHI_OK)
		return r;
	if (yes != 0 && yes != 1)
		return leave(v, oki_fail(&v->error, ONSHI_E_ARG, "yes or no"));
	if (v->k.register_use != (yes == 1))
		oki_flow_unsign(v);
	v->k.register_use = yes == 1;

	return leave(v, ONSHI_OK);
}

/* Which elements may be set, and until when. */
static const struct {
	int	element;
	bool	always;		/* before each get, too */
} inputs[] = {
	{ ONSHI_EL_QUALIFICATION_CONFIRMATION_DATE, false },
	{ ONSHI_EL_INSURER_NUMBER,		false },
	{ ONSHI_EL_INSURED_CARD_SYMBOL,		false },
	{ ONSHI_EL_INSURED_IDENTIFICATION_NUMBER, false },
	{ ONSHI_EL_INSURED_BRANCH_NUMBER,	false },
	{ ONSHI_EL_BIRTHDATE,			false },
	{ ONSHI_EL_ARBITRARY_IDENTIFIER,	false },
	{ ONSHI_EL_START_DATE,			true },
	{ ONSHI_EL_END_DATE,			true }
};

int
onshi_visit_set_text(struct onshi_visit *v, int element, const char *text)
{
	size_t i;
	int r;

	for (i = 0; i < OKI_COUNT(inputs); i++)
		if (inputs[i].element == element)
			break;
	if ((r = enter_input(v, i < OKI_COUNT(inputs) &&
	    !inputs[i].always ? is_proved : NULL)) != ONSHI_OK)
		return r;
	if (i == OKI_COUNT(inputs))
		return leave(v, oki_fail(&v->error, ONSHI_E_ARG,
		    "no element that can be set here"));
	if (text != NULL && (r = oki_input_check(element, text,
	    &v->error)) != ONSHI_OK)
		return leave(v, r);

	return leave(v, oki_record_put(oki_doc_root(v->k.inputs), element,
	    text != NULL ? text : "", &v->error));
}

int
onshi_visit_set_pin(struct onshi_visit *v, const char *pin, uint32_t flags)
{
	struct oki_secret *s;
	int r;

	if ((r = enter_input(v, is_proved)) != ONSHI_OK)
		return r;
	if (pin == NULL || (flags & ~ONSHI_PIN_SPEND_LAST) != 0)
		return leave(v, oki_fail(&v->error, ONSHI_E_ARG,
		    "PIN or flags"));
	if (!oki_is_digits(pin, 4, 4))
		return leave(v, oki_fail(&v->error, ONSHI_E_PIN_SHAPE,
		    "the PIN is not four digits"));
	if ((r = oki_secret_new(pin, 4, &s)) != ONSHI_OK)
		return leave(v, oki_fail(&v->error, r, "PIN"));
	oki_secret_free(&v->pin);
	v->pin = s;
	v->pin_flags = flags;

	return leave(v, ONSHI_OK);
}

int
onshi_visit_confirm(struct onshi_visit *v, const struct onshi_operator *op,
    int yes)
{
	int r;

	if ((r = enter_input(v, is_not_asked)) != ONSHI_OK)
		return r;
	if (op == NULL || (yes != 0 && yes != 1))
		return leave(v, oki_fail(&v->error, op == NULL ?
		    ONSHI_E_OPERATOR : ONSHI_E_ARG,
		    "a named operator says yes or no"));
	onshi_operator_free(&v->confirmer);
	v->confirmer = oki_operator_ref(op);
	v->k.confirmed = yes == 1;

	return leave(v, ONSHI_OK);
}

int
onshi_visit_set_deadline(struct onshi_visit *v, int32_t ms)
{
	int r;

	if ((r = enter_input(v, NULL)) != ONSHI_OK)
		return r;
	if (ms != 0 && (ms < 100 || ms > 3600000))
		return leave(v, oki_fail(&v->error, ONSHI_E_ARG,
		    "a deadline is 100 to 3600000 ms"));
	v->deadline_ms = ms;

	return leave(v, ONSHI_OK);
}

int
onshi_visit_set_blocking(struct onshi_visit *v, int yes)
{
	int r;

	if ((r = enter_input(v, NULL)) != ONSHI_OK)
		return r;
	if (yes != 0 && yes != 1)
		return leave(v, oki_fail(&v->error, ONSHI_E_ARG, "yes or no"));
	v->blocking = yes;

	return leave(v, ONSHI_OK);
}

/* ---- work ---------------------------------------------------------------- */

int
onshi_visit_advance(struct onshi_visit *v)
{
	int r;

	if ((r = enter_work(v)) != ONSHI_OK)
		return r;
	if (!oki_worker_is_busy(v) && v->step == OKI_STEP_ANSWERED)
		return leave(v, ONSHI_OK);

	return leave(v, oki_worker_run(v, OKI_JOB_ADVANCE, -1, NULL));
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
	if ((r = enter_work(v)) != ONSHI_OK)
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

	return leave(v, r < 0 ? oki_fail(&v->error, r, "get") : r);
}

/* CO-10: what was not yet given cannot be given afterwards, either. */
int
onshi_visit_withdraw(struct onshi_visit *v, int category)
{
	struct oki_consent *c;
	int r;

	if ((r = enter_input(v, NULL)) != ONSHI_OK)
		return r;
	if (category <= ONSHI_CATEGORY_ELIGIBILITY || category >=
	    OKI_CATEGORIES)
		return leave(v, oki_fail(&v->error, ONSHI_E_ARG,
		    "no category of consent"));
	c = &v->k.consent[category];
	if (c->withdrawal_recorded)
		return leave(v, ONSHI_OK);
	if (oki_consent_is_given(c))
		oki_flow_unsign(v);
	c->withdrawn = true;
	oki_answers_wipe(v, category);
	r = oki_case_note(&v->k, OKI_AUDIT_CONSENT_WITHDRAWN, NULL,
	    category, ONSHI_OK, &v->error);
	c->withdrawal_recorded = r == ONSHI_OK;

	return leave(v, r);
}

/* Async-signal-safe: one atomic store and one write. */
void
onshi_visit_cancel(struct onshi_visit *v)
{
	if (v != NULL)
		oki_cancel_set(&v->cancel);
}

/* ---- what it says of itself ---------------------------------------------- */

int64_t
onshi_visit_fd(struct onshi_visit *v)
{
	return v != NULL ? oki_event_fd(v->ready) : -1;
}

const struct onshi_error *
onshi_visit_error(const struct onshi_visit *v)
{
	return v != NULL ? &v->error : oki_no_handle();
}

const char *
onshi_visit_id(const struct onshi_visit *v)
{
	return v != NULL ? v->k.id : "";
}

int
onshi_visit_consent(const struct onshi_visit *v, int category, int *given,
    int *granted, int64_t *since, int64_t *until)
{
	static const struct oki_consent none;
	const struct oki_consent *c = &none;
	bool is_one = v != NULL && category > ONSHI_CATEGORY_ELIGIBILITY &&
	    category < OKI_CATEGORIES;

	if (is_one)
		c = &v->k.consent[category];
	if (given != NULL)
		*given = oki_consent_is_given(c);
	if (granted != NULL)
		*granted = c->given && c->granted && !c->withdrawn;
	if (since != NULL)
		*since = c->since;
	if (until != NULL)
		*until = c->until;
	if (!is_one)
		return ONSHI_E_ARG;

	return c->asked ? ONSHI_OK : ONSHI_ABSENT;
}

const struct onshi_certificate *
onshi_visit_certificate(const struct onshi_visit *v)
{
	/* The work under way may free it. */
	return v != NULL && !oki_worker_is_busy(v) ? v->certificate : NULL;
}

int32_t
onshi_visit_apdus(const struct onshi_visit *v)
{
	return v != NULL ? v->apdus : 0;
}

int32_t
onshi_visit_apdu_bytes(const struct onshi_visit *v)
{
	return v != NULL ? v->bytes : 0;
}

int32_t
onshi_visit_ms(const struct onshi_visit *v, int phase)
{
	return v != NULL && phase >= 0 && phase < OKI_PHASES ?
	    v->k.ms[phase] : 0;
}

int
onshi_visit_is_recorded(const struct onshi_visit *v)
{
	union { const struct onshi_visit *in; struct onshi_visit *out; }
	    u = { v };

	return v != NULL && atomic_load(&u.out->k.recorded) ? 1 : 0;
}
