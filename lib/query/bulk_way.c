/*
 * The way of a request for many: handed in, on the record before and after;
 * its answer fetched by the receipt number, as often as the service works on
 * it. What may have been handed in is not handed in again.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "query/inside.h"

#define KEPT_S	86400		/* for which an id brings the same answer */

/* ---- before anything is asked ---------------------------------------------- */

static int
check_carried(const struct oki_case *k, const struct oki_bulk *b,
    struct onshi_error *e)
{
	const char *functions[] = { b->kind->hand_in, b->kind->fetch };
	size_t i;

	for (i = 0; i < OKI_COUNT(functions); i++)
		if (functions[i] != NULL && oki_link_carries(k->link,
		    functions[i]) == ONSHI_FORM_NONE)
			return oki_fail(e, ONSHI_E_UNSUPPORTED,
			    "the %s link does not carry %s",
			    oki_link_name(k->link), functions[i]);

	return ONSHI_OK;
}

static int
check_persons(const struct oki_bulk *b, struct onshi_error *e)
{
	const char *name;
	size_t i;

	if (b->persons == 0)
		return oki_fail(e, ONSHI_E_VALUE, "no person was added");
	for (i = 0; i < b->persons; i++)
		if ((name = oki_record_lacks(b->person[i])) != NULL)
			return oki_fail(e, ONSHI_E_VALUE,
			    "person %zu: %s is missing", i + 1, name);

	return ONSHI_OK;
}

/* Days of consent or of examination, not both, and none that end before they
 * begin (messages.md 3.5). */
static int
check_days(const struct oki_bulk *b, struct onshi_error *e)
{
	static const int days[][2] = {
		{ ONSHI_EL_CONSENT_DATE_FROM, ONSHI_EL_CONSENT_DATE_TO },
		{ ONSHI_EL_EXAMINATION_DATE_FROM,
		    ONSHI_EL_EXAMINATION_DATE_TO }
	};
	const char *from, *to;
	size_t i, given = 0;

	if (b->kind->treatment == NULL)
		return ONSHI_OK;
	for (i = 0; i < OKI_COUNT(days); i++) {
		from = oki_record_get(b->person[0], days[i][0]);
		to = oki_record_get(b->person[0], days[i][1]);
		given += from != NULL || to != NULL;
		if (to != NULL && (from == NULL || strcmp(from, to) > 0))
			return oki_fail(e, ONSHI_E_VALUE,
			    "%s is before its beginning",
			    onshi_element_name(days[i][1]));
	}
	if (given != 1)
		return oki_fail(e, ONSHI_E_VALUE, given == 0 ?
		    "no day is set" :
		    "days of consent and of examination are set");

	return ONSHI_OK;
}

struct named {
	const char	*name;
	size_t		 place;
};

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct named *)a)->name,
	    ((const struct named *)b)->name);
}

/* A name is one person's, so that the answer tells whose it is. What was sorted
 * before stays where this cannot be done once more. */
static int
sort_names(struct oki_bulk *b, struct onshi_error *e)
{
	struct named *all;
	size_t *places, i;
	int r = ONSHI_OK;

	if (b->kind->named_by != ONSHI_EL_REFERENCE_NUMBER)
		return ONSHI_OK;
	places = oki_alloc_array(b->persons, sizeof(*places));
	all = oki_alloc_array(b->persons, sizeof(*all));
	if (all == NULL || places == NULL) {
		oki_free(places);
		oki_free(all);
		return oki_fail(e, ONSHI_E_NOMEM, "no memory for names");
	}
	for (i = 0; i < b->persons; i++)
		all[i] = (struct named){ oki_record_get(b->person[i],
		    b->kind->named_by), i };
	qsort(all, b->persons, sizeof(*all), by_name);
	for (i = 0; i < b->persons; i++) {
		places[i] = all[i].place;
		if (i > 0 && strcmp(all[i - 1].name, all[i].name) == 0)
			r = oki_fail(e, ONSHI_E_VALUE,
			    "persons %zu and %zu have one ReferenceNumber",
			    all[i - 1].place + 1, all[i].place + 1);
	}
	oki_free(all);
	oki_free(b->by_name);
	b->by_name = places;

	return r;
}

int
oki_bulk_check(struct oki_case *k, struct oki_bulk *b, struct onshi_error *e)
{
	int r;

	if ((r = check_carried(k, b, e)) != ONSHI_OK ||
	    (r = oki_query_possible(k, e)) != ONSHI_OK ||
	    (r = check_days(b, e)) != ONSHI_OK ||
	    (r = check_persons(b, e)) != ONSHI_OK ||
	    (r = sort_names(b, e)) != ONSHI_OK)
		return r;

	return oki_bulk_head(k, b, e);
}

/* ---- one question ---------------------------------------------------------- */

static void
name_question(struct oki_question *q, struct oki_case *k,
    const struct oki_bulk *b, const char *function, const struct oki_wait *w)
{
	oki_question_begin(q, k, NULL, ONSHI_CATEGORY_ELIGIBILITY, w);
	q->function = function;
	(void)oki_copy(q->short_id, sizeof(q->short_id), b->short_id);
	oki_case_note_jump(k, w);
}

/* What is known of it: the reasons of our own reading come before the link's,
 * which knows but that it was not taken. */
static int
settle(int r, const struct onshi_error *ours, const struct onshi_error *links,
    struct onshi_error *e)
{
	if (r == ONSHI_OK)
		return r;
	oki_error_copy(e, ours->code != ONSHI_OK ? ours : links);
	if (ours->code != ONSHI_OK) {
		e->sent = ONSHI_SENT_ANSWERED;
		return ours->code;
	}

	return r;
}

/* From leave of the gate to the frame of its answer; what comes of it stands on
 * the record. */
static int
ask(struct oki_question *q, struct oki_bulk *b, const struct oki_doc *request,
    const struct oki_taker *to, struct oki_wait *w, struct oki_doc **frame,
    struct onshi_error *e)
{
	struct onshi_exchange x;
	struct onshi_error links;
	struct oki_reading d;
	struct oki_buf body;
	int r;

	*frame = NULL;
	oki_buf_init(&body, (size_t)oki_config_number(oki_env_config(
	    q->k->env), OKI_LIMITS_REQUEST_BYTES));
	oki_error_clear(&links);
	oki_exchange_init(&x, oki_kind(q->function), w, 4096);
	oki_reading_begin(&d, q, b, &x, to);
	if ((r = oki_question_admit(q, e)) != ONSHI_OK ||
	    (r = oki_question_bytes(q, request, &body, e)) != ONSHI_OK)
		goto out;
	if ((r = oki_question_note(q, OKI_AUDIT_QUERY_INTENT, ONSHI_OK,
	    NULL, NULL, 0, e)) != ONSHI_OK)
		goto out;
	x.maybe_new = b->resumed;
	if ((r = oki_question_gate(q, OKI_BEFORE_SEND, e)) == ONSHI_OK) {
		r = oki_question_carry(q, &body, w, &x, &links);
		r = settle(r, &d.why, &links, e);
	}
	if (r == ONSHI_OK)
		r = oki_reading_end(&d, frame, e);
	else if (e->sent == ONSHI_SENT_NOT)
		e->sent = x.sent;
	if (x.new_token[0] != '\0' && r == ONSHI_OK) {
		oki_secret_free(&q->k->token);
		if ((r = oki_secret_new(x.new_token, strlen(x.new_token),
		    &q->k->token)) != ONSHI_OK)
			(void)oki_fail(e, r, "no memory for a token");
	}
	b->units = d.n;
	if (r != ONSHI_OK) {
		oki_doc_free(frame);
		(void)oki_question_note(q, OKI_AUDIT_QUERY_OUTCOME, r, e, &x,
		    d.n, NULL);
	}
out:
	oki_buf_free(&body);
	oki_reading_free(&d);
	oki_exchange_free(&x);

	return r;
}

/* The service has said so: what comes then is another one. */
static bool
takes_none(const struct onshi_error *e)
{
	return e->outcome != ONSHI_OUTCOME_NONE &&
	    e->outcome != ONSHI_OUTCOME_IN_PROGRESS &&
	    e->outcome != ONSHI_OUTCOME_UNKNOWN_CODE;
}

/* What its end leaves open: whether it was handed in at all. An answer that
 * nobody understands leaves it open, too, and what was not sent leaves it as it
 * was. */
static void
learn_end(struct oki_bulk *b, int r, bool sent, struct onshi_error *e)
{
	if (!sent) {
		if (b->maybe && e->sent == ONSHI_SENT_NOT)
			e->sent = ONSHI_SENT_UNKNOWN;
		return;
	}
	b->resumed = false;
	b->anew = r != ONSHI_OK && takes_none(e);
	b->maybe = r != ONSHI_OK && !b->anew;
	if (r != ONSHI_OK && e->sent == ONSHI_SENT_NOT)
		e->sent = ONSHI_SENT_ANSWERED;
}

/* A name of its own for what is handed in once more. */
static int
name_anew(struct oki_bulk *b, struct onshi_error *e)
{
	int r;

	if ((r = oki_request_id(b->id)) != ONSHI_OK)
		return oki_fail(e, r, "request id");
	oki_question_shorten(b->id, b->short_id);
	b->maybe = b->resumed = b->anew = false;

	return ONSHI_OK;
}

/* By the same id, or its late answer, and never as another one. */
static int
check_again(const struct oki_case *k, const struct oki_bulk *b,
    struct onshi_error *e)
{
	bool late = oki_now(k->env) - b->since > KEPT_S;

	if (!b->maybe || (oki_link_has_request_ids(k->link) && !late))
		return ONSHI_OK;
	e->sent = ONSHI_SENT_UNKNOWN;

	return oki_fail(e, ONSHI_E_UNCERTAIN, late ?
	    "it was handed in more than a day ago" :
	    "the %s link cannot ask for it again", oki_link_name(k->link));
}

static void
expect(const struct oki_case *k, const struct oki_bulk *b,
    const char *function, struct oki_expect *x)
{
	memset(x, 0, sizeof(*x));
	x->kind = oki_kind_answer(function);
	x->institution = oki_config_text(oki_env_config(k->env),
	    OKI_FACILITY_CODE);
	x->file_id = b->short_id;
	x->date = b->kind->dated ? b->day : NULL;
	x->reception = b->receipt[0] != '\0' ? b->receipt : NULL;
}

/* A failure of the answer as it was judged, told and on the record. */
static int
refuse(struct oki_question *q, struct oki_bulk *b,
    const struct oki_verdict *v, int r, struct onshi_error *e)
{
	if (r == ONSHI_OK)
		r = oki_verdict_error(v, e);
	if (r == ONSHI_OK)
		r = oki_refuse(e, "malformed", "another answer than awaited");
	(void)oki_copy(q->service_code, sizeof(q->service_code), v->code);
	(void)oki_question_note(q, OKI_AUDIT_QUERY_OUTCOME, r, e, NULL,
	    b->units, NULL);

	return r;
}

/* The receipt number, or the one answer there is. */
static int
take_first(struct oki_question *q, struct oki_bulk *b,
    struct oki_doc **frame, const struct oki_verdict *v,
    const struct oki_taker *to, struct onshi_error *e)
{
	const char *receipt;
	int r;

	if ((r = oki_question_gate(q, OKI_BEFORE_HANDOVER, e)) != ONSHI_OK ||
	    (r = oki_question_note(q, OKI_AUDIT_QUERY_OUTCOME, ONSHI_OK,
	    NULL, NULL, b->kind->fetch == NULL, e)) != ONSHI_OK)
		return r;
	if (b->kind->fetch == NULL) {
		oki_doc_set_outcome(*frame, v->outcome);
		if ((r = to->take(to->self, frame, 0)) != ONSHI_OK)
			return oki_fail(e, r, "handing on an answer");
		return ONSHI_OK;
	}
	receipt = oki_record_get(oki_doc_body(*frame),
	    ONSHI_EL_RECEPTION_NUMBER);
	if (receipt == NULL || !oki_copy(b->receipt, sizeof(b->receipt),
	    receipt))
		return oki_refuse(e, "malformed", "no receipt number");

	return ONSHI_OK;
}

static int
judge_first(struct oki_question *q, struct oki_bulk *b,
    struct oki_doc **frame, const struct oki_taker *to,
    struct onshi_error *e)
{
	struct oki_verdict v;
	struct oki_expect x;
	int r;

	expect(q->k, b, b->kind->hand_in, &x);
	r = oki_message_judge(*frame, &x, q->k->codes, &v, e);
	if (r == ONSHI_OK)
		r = oki_question_day(q, b->request, *frame, e);
	if (r != ONSHI_OK || v.outcome != (b->kind->fetch != NULL ?
	    ONSHI_OUTCOME_ACCEPTED : ONSHI_OUTCOME_REGISTERED))
		return refuse(q, b, &v, r, e);

	return take_first(q, b, frame, &v, to, e);
}

int
oki_bulk_hand_in(struct oki_case *k, struct oki_bulk *b,
    const struct oki_taker *to, struct oki_wait *w, struct onshi_error *e)
{
	struct oki_doc *frame = NULL;
	struct oki_question q;
	bool sent;
	int r;

	if ((b->anew && (r = name_anew(b, e)) != ONSHI_OK) ||
	    (r = check_again(k, b, e)) != ONSHI_OK)
		return r;
	name_question(&q, k, b, b->kind->hand_in, w);
	(void)oki_copy(q.request_id, sizeof(q.request_id), b->id);
	q.again = b->maybe;
	if ((r = oki_record_put(oki_doc_header(b->request),
	    ONSHI_EL_ARBITRARY_FILE_IDENTIFIER, b->short_id, e)) != ONSHI_OK)
		return r;
	r = ask(&q, b, b->request, to, w, &frame, e);
	sent = r == ONSHI_OK || (e->sent != ONSHI_SENT_NOT &&
	    r != ONSHI_E_SERVICE_BUSY);
	if (r == ONSHI_OK)
		r = judge_first(&q, b, &frame, to, e);
	learn_end(b, r, sent, e);
	oki_doc_free(&frame);

	return r;
}

static int
build_fetch(const struct oki_case *k, const struct oki_bulk *b,
    struct oki_doc **out, struct onshi_error *e)
{
	int r;

	if ((r = oki_doc_new(b->kind->fetch, out)) != ONSHI_OK)
		return oki_fail(e, r, "request");
	if ((r = oki_record_put(oki_doc_header(*out),
	    ONSHI_EL_MEDICAL_INSTITUTION_CODE, oki_config_text(
	    oki_env_config(k->env), OKI_FACILITY_CODE), e)) != ONSHI_OK)
		return r;

	return oki_record_put(oki_doc_body(*out), ONSHI_EL_RECEPTION_NUMBER,
	    b->receipt, e);
}

/* The whole is there, as far as it is: done, or to be asked for later. */
static int
judge_fetch(struct oki_question *q, struct oki_bulk *b,
    const struct oki_doc *frame, struct onshi_error *e)
{
	const char *total = oki_record_get(oki_doc_header(frame),
	    ONSHI_EL_NUMBER_OF_PROCESSING_RESULT);
	struct oki_verdict v;
	struct oki_expect x;
	int64_t n;
	int r;

	expect(q->k, b, b->kind->fetch, &x);
	if ((r = oki_message_judge(frame, &x, q->k->codes, &v, e)) !=
	    ONSHI_OK)
		return refuse(q, b, &v, r, e);
	if (v.outcome == ONSHI_OUTCOME_IN_PROGRESS && b->units == 0) {
		r = oki_question_note(q, OKI_AUDIT_QUERY_OUTCOME, ONSHI_OK,
		    NULL, NULL, 0, e);
		return r == ONSHI_OK ? ONSHI_NEED_LATER : r;
	}
	if (v.outcome != ONSHI_OUTCOME_DONE)
		return refuse(q, b, &v, ONSHI_OK, e);
	if (total != NULL && oki_number(total, &n) && n >= 0)
		b->total = (size_t)n;

	return oki_question_note(q, b->units > 0 ? OKI_AUDIT_RESULT_READ :
	    OKI_AUDIT_QUERY_OUTCOME, ONSHI_OK, NULL, NULL, b->units, e);
}

int
oki_bulk_fetch(struct oki_case *k, struct oki_bulk *b,
    const struct oki_taker *to, struct oki_wait *w, struct onshi_error *e)
{
	struct oki_doc *request = NULL, *frame = NULL;
	struct oki_question q;
	int r;

	name_question(&q, k, b, b->kind->fetch, w);
	q.again = b->fetch_id[0] != '\0';
	if (!q.again && (r = oki_request_id(b->fetch_id)) != ONSHI_OK)
		return oki_fail(e, r, "request id");
	(void)oki_copy(q.request_id, sizeof(q.request_id), b->fetch_id);
	if ((r = build_fetch(k, b, &request, e)) == ONSHI_OK)
		r = ask(&q, b, request, to, w, &frame, e);
	if (r == ONSHI_OK || e->sent != ONSHI_SENT_UNKNOWN)
		b->fetch_id[0] = '\0';
	if (r == ONSHI_OK)
		r = judge_fetch(&q, b, frame, e);
	oki_doc_free(&frame);
	oki_doc_free(&request);

	return r;
}
