/*
 * The way of a question: gate, intent on the record, gate, send, judge, gate,
 * outcome on the record, hand over. No other path leads to a link.
 */
#include <string.h>

#include "query/inside.h"

#define CHALLENGE_SLACK_MS	10000	/* no signing with one about to end */
#define CHALLENGE_BYTES		32
#define CHALLENGE_MAX_MS	60000	/* SEC-80 */
#define APART_S			600	/* clocks, without a word (TI-4) */

void
oki_reply_free(struct oki_reply *r)
{
	oki_doc_free(&r->lines);
	oki_doc_free(&r->doc);
	oki_wipe(r, sizeof(*r));
}

void
oki_case_end(struct oki_case *k)
{
	oki_session_close(&k->session);
	oki_secret_free(&k->token);
	oki_pending_forget(k);
	oki_doc_free(&k->inputs);
	oki_wipe(&k->insured, sizeof(k->insured));
	oki_wipe(&k->person, sizeof(k->person));
	oki_wipe(&k->ground.hit, sizeof(k->ground.hit));
}

void
oki_case_clear(struct oki_case *k)
{
	oki_case_end(k);
	oki_wipe(&k->ground, sizeof(k->ground));
	oki_wipe(k->patient, sizeof(k->patient));
}

int
oki_query_check_inputs(const struct oki_case *k, struct onshi_error *e)
{
	static const int needed[] = {
		ONSHI_EL_INSURER_NUMBER,
		ONSHI_EL_INSURED_IDENTIFICATION_NUMBER, ONSHI_EL_BIRTHDATE
	};
	const char *function = oki_query_function(k,
	    ONSHI_CATEGORY_ELIGIBILITY);
	size_t i;

	if (oki_link_carries(k->link, function) == ONSHI_FORM_NONE)
		return oki_fail(e, ONSHI_E_UNSUPPORTED,
		    "the %s link does not carry %s", oki_link_name(k->link),
		    function);
	if (k->mode != OKI_MODE_ORDINARY)
		return oki_mode_check(k, e);
	if (k->method != ONSHI_METHOD_NUMBER)
		return ONSHI_OK;
	for (i = 0; i < OKI_COUNT(needed); i++)
		if (k->inputs == NULL || oki_record_get(
		    oki_doc_root(k->inputs), needed[i]) == NULL)
			return oki_fail(e, ONSHI_E_VALUE, "%s is missing",
			    onshi_element_name(needed[i]));

	return ONSHI_OK;
}

int
oki_query_connect(struct oki_case *k, struct oki_wait *w,
    struct onshi_error *e)
{
	return k->session != NULL ? ONSHI_OK :
	    oki_session_open(k->link, w, &k->session, e);
}

void
oki_question_begin(struct oki_question *q, struct oki_case *k,
    const struct onshi_operator *op, int category, const struct oki_wait *w)
{
	memset(q, 0, sizeof(*q));
	q->k = k;
	q->op = op != NULL ? op : k->operator;
	q->wait = w;
	q->category = category;
	q->function = oki_query_function(k, category);
}

static int
question_init(struct oki_question *q, struct oki_case *k,
    const struct onshi_operator *op, int category, const struct oki_wait *w,
    struct onshi_error *e)
{
	int r;

	if (oki_category(category) == NULL)
		return oki_fail(e, ONSHI_E_ARG, "no such category");
	oki_question_begin(q, k, op, category, w);
	oki_case_note_jump(k, w);
	if ((r = oki_question_name(q)) != ONSHI_OK)
		return oki_fail(e, r, "request id");

	return ONSHI_OK;
}

int
oki_question_form(const struct oki_question *q)
{
	return oki_link_carries(q->k->link, q->function);
}

/* "OQSsiquc01req+card" is carried as OQSsiquc01req. */
static const char *
prefix_of(const char *function)
{
	const char *kind = oki_kind(function);

	return kind != NULL ? kind : "OQSsiquc01req";
}

static size_t
answer_limit(const struct oki_question *q)
{
	const struct onshi_config *c = oki_env_config(q->k->env);

	return (size_t)oki_config_number(c, q->category ==
	    ONSHI_CATEGORY_ELIGIBILITY ?
	    OKI_LIMITS_ANSWER_BYTES : OKI_LIMITS_PAYLOAD_BYTES);
}

int
oki_question_carry(struct oki_question *q, const struct oki_buf *body,
    struct oki_wait *w, struct onshi_exchange *x, struct onshi_error *e)
{
	struct oki_case *k = q->k;
	int r;

	if ((r = oki_query_connect(k, w, e)) != ONSHI_OK)
		return r;
	x->body = body->data;
	x->bodylen = body->len;
	x->token = q->category == ONSHI_CATEGORY_ELIGIBILITY ? NULL : k->token;
	(void)oki_copy(x->request_id, sizeof(x->request_id), q->request_id);
	x->again = q->again;
	x->mark = q->short_id;
	if (q->category == ONSHI_CATEGORY_ELIGIBILITY)
		k->asked_ms = oki_boot_ms(k->env);
	r = oki_session_exchange(k->session, x, e);
	k->ms[ONSHI_PHASE_NETWORK] += x->connect_ms;
	k->ms[ONSHI_PHASE_SERVICE] += x->service_ms;
	OKI_LOG(k->env, ANSWER, OKI_W(PREFIX, x->prefix),
	    OKI_W(RESULT, onshi_result_name(r)), OKI_N(LEN, x->answer.len),
	    OKI_N(MS, x->service_ms));

	return r;
}

/*
 * TI-4: the service's day counts. An answer to "today" by a terminal that is
 * on another day is an answer to another question; from then on we know.
 */
int
oki_question_day(const struct oki_question *q, const struct oki_doc *request,
    const struct oki_doc *answer, struct onshi_error *e)
{
	const char *asked = oki_record_get(oki_doc_header(request),
	    ONSHI_EL_QUALIFICATION_CONFIRMATION_DATE);
	struct oki_env *env = q->k->env;
	int64_t theirs = oki_answer_time(q->k, answer);
	int32_t day, known = oki_date_of(oki_now(env));

	if (q->category != ONSHI_CATEGORY_ELIGIBILITY)
		return ONSHI_OK;
	oki_service_learn(env, theirs * 1000, q->k->asked_ms);
	if (asked == NULL || !oki_date_parse(asked, &day) ||
	    (day != known && day != oki_date_of(oki_wall(env))) ||
	    day == oki_date_of(theirs))
		return ONSHI_OK;

	return oki_gate_refuse(q->category, ONSHI_E_CLOCK, "TI-4", e);
}

/* Beside the eligibility: how far the terminal's clock is off. */
static int64_t
clock_apart(const struct oki_question *q)
{
	int64_t apart = oki_wall(q->k->env) - oki_now(q->k->env);

	return apart > APART_S || apart < -APART_S ? apart : 0;
}

/* What a program is handed out, and shown to people. */
static bool
is_told(int outcome)
{
	return outcome == ONSHI_OUTCOME_DATA ||
	    outcome == ONSHI_OUTCOME_NO_DATA;
}

/*
 * ID-10: medical information is the visit's person's, or it is refused; where
 * that cannot be told, who asked has to say. "No information" that names
 * nobody is nobody's.
 */
static int
look_whose(struct oki_question *q, const struct oki_verdict *v,
    const struct oki_doc *doc, struct oki_reply *out, struct onshi_error *e)
{
	enum oki_whose whose;

	if (q->category == ONSHI_CATEGORY_ELIGIBILITY ||
	    (!oki_message_person(doc, &out->person) &&
	    v->outcome != ONSHI_OUTCOME_DATA))
		return ONSHI_OK;
	whose = oki_message_whose(doc, &q->k->person);
	if (whose == OKI_WHOSE_UNSURE && is_told(v->outcome))
		out->whose = whose;
	else
		oki_wipe(&out->person, sizeof(out->person));
	if (whose != OKI_WHOSE_OTHER)
		return ONSHI_OK;
	(void)oki_copy(e->rule, sizeof(e->rule), "ID-10");

	return oki_refuse(e, "not_for_us", "it names another person");
}

int
oki_question_thrown_back(const struct onshi_exchange *x,
    struct onshi_error *e)
{
	e->sent = ONSHI_SENT_ANSWERED;
	e->phase = ONSHI_PHASE_SERVICE;
	e->outcome = ONSHI_OUTCOME_REJECTED;
	oki_message_opaque(x->answer.data, x->answer.len, e->service_text,
	    sizeof(e->service_text));

	return oki_fail(e, ONSHI_E_REJECTED,
	    "the service threw the request back");
}

/* An answer's bytes to a document and what it says. */
static int
judge(struct oki_question *q, const struct oki_doc *request,
    const struct onshi_exchange *x, struct oki_doc **doc,
    struct oki_verdict *v, struct oki_reply *out, struct onshi_error *e)
{
	struct oki_expect expect = { .kind = NULL };
	const struct onshi_config *c = oki_env_config(q->k->env);
	const char *kind = oki_kind_answer(x->prefix);
	struct oki_limits limits;
	int r;

	e->sent = ONSHI_SENT_ANSWERED;
	if (x->rejected)
		return oki_question_thrown_back(x, e);
	oki_expect_request(&expect, request);
	expect.kind = kind;
	oki_limits_config(&limits, kind, c);
	limits.wait = x->wait;
	limits.is_json = oki_question_form(q) == ONSHI_FORM_JSON;
	if ((r = oki_message_parse(kind, x->answer.data, x->answer.len,
	    &limits, doc, e)) != ONSHI_OK ||
	    (r = oki_message_judge(*doc, &expect, q->k->codes, v, e)) !=
	    ONSHI_OK)
		return r;
	OKI_LOG(q->k->env, JUDGE, OKI_W(PREFIX, x->prefix),
	    OKI_W(OUTCOME, onshi_outcome_name(v->outcome)));
	(void)oki_copy(q->service_code, sizeof(q->service_code), v->code);
	if ((r = look_whose(q, v, *doc, out, e)) != ONSHI_OK)
		return r;
	if (q->k->mode != OKI_MODE_ORDINARY &&
	    (r = oki_mode_look(q->k, *doc, e)) != ONSHI_OK)
		return r;
	oki_message_withhold(*doc, v->outcome);
	if ((r = oki_verdict_error(v, e)) != ONSHI_OK)
		return r;

	return oki_question_day(q, request, *doc, e);
}

/* Medical answers are handed out as lines of the one category asked for, an
 * eligibility without what the patient has not consented to. */
static int
make_lines(struct oki_question *q, const struct oki_wait *wait,
    struct oki_reply *out, struct onshi_error *e)
{
	const struct oki_category *row = oki_category(q->category);
	enum oki_lines what = q->k->mode == OKI_MODE_ORDINARY ? row->lines :
	    row->mode_lines;
	struct oki_doc *head = NULL;
	int r;

	if (q->k->mode != OKI_MODE_ORDINARY)
		oki_mode_cut(out->doc);
	if (what == OKI_LINES_NONE) {
		oki_case_cut(q->k, out->doc);
		return ONSHI_OK;
	}
	if ((r = oki_message_lines(out->doc, what, wait, &out->lines)) !=
	    ONSHI_OK ||
	    (r = oki_message_head(out->doc, &head)) != ONSHI_OK)
		return oki_fail(e, r, "lines");
	oki_doc_free(&out->doc);
	out->doc = head;

	return ONSHI_OK;
}

static size_t
count_results(int category, const struct oki_reply *out)
{
	const struct onshi_record *rec = NULL;
	size_t n = 0;

	if (category != ONSHI_CATEGORY_ELIGIBILITY) {
		while (out->lines != NULL && onshi_record_at(
		    oki_doc_root(out->lines), n, NULL, NULL, NULL, NULL) ==
		    ONSHI_OK)
			n++;
		return n;
	}
	while ((rec = oki_record_next_of(oki_doc_root(out->doc),
	    ONSHI_EL_RESULT_OF_QUALIFICATION_CONFIRMATION, rec)) != NULL)
		n++;

	return n;
}

void
oki_reply_judged(struct oki_reply *out, const struct oki_verdict *v)
{
	out->outcome = v->outcome;
	if (!v->is_note)
		return;
	(void)oki_copy(out->note_code, sizeof(out->note_code), v->code);
	(void)oki_copy_text(out->note_text, sizeof(out->note_text), v->text);
}

/* The last part: whole and judged, does it go out? Fills out or wipes all. */
static int
hand_over(struct oki_question *q, struct oki_doc **doc,
    const struct oki_verdict *v, const struct onshi_exchange *x,
    struct oki_reply *out, struct onshi_error *e)
{
	int r;

	out->doc = *doc;
	*doc = NULL;
	oki_reply_judged(out, v);
	if ((q->category == ONSHI_CATEGORY_ELIGIBILITY &&
	    (r = oki_case_learn(q->k, out->doc, v, x)) != ONSHI_OK) ||
	    (r = make_lines(q, x->wait, out, e)) != ONSHI_OK)
		return oki_fail(e, r, "reading the answer");
	if (q->category == ONSHI_CATEGORY_ELIGIBILITY)
		out->clock_apart = clock_apart(q);

	return oki_question_gate(q, OKI_BEFORE_HANDOVER, e);
}

/* Sends it, and remembers it where its end is not known: one that was sent
 * before and could not be now is no less in doubt. */
static int
put_out(struct oki_question *q, struct oki_buf *body, struct oki_wait *w,
    struct onshi_exchange *x, struct onshi_error *e)
{
	int r = oki_question_carry(q, body, w, x, e);

	if (r != ONSHI_OK && q->again && x->sent == ONSHI_SENT_NOT)
		x->sent = e->sent = ONSHI_SENT_UNKNOWN;
	if (r != ONSHI_OK)
		e->asks_twice = !oki_link_has_request_ids(q->k->link);
	oki_question_settle(q, body, r == ONSHI_OK ? ONSHI_SENT_ANSWERED :
	    x->sent);

	return r;
}

/* From the built request on; what comes of it stands on the record. */
static int
put_question(struct oki_question *q, struct oki_doc *request,
    struct oki_wait *w, struct oki_reply *out, struct onshi_error *e)
{
	const struct onshi_config *c = oki_env_config(q->k->env);
	struct oki_verdict v = { .outcome = ONSHI_OUTCOME_NONE };
	struct oki_doc *doc = NULL;
	struct onshi_exchange x;
	struct oki_buf body;
	int64_t start;
	int r;

	oki_buf_init(&body, (size_t)oki_config_number(c,
	    OKI_LIMITS_REQUEST_BYTES));
	oki_exchange_init(&x, prefix_of(q->function), w, answer_limit(q));
	if ((r = oki_question_write(q, request, &body, e)) != ONSHI_OK ||
	    (r = oki_question_note(q, OKI_AUDIT_QUERY_INTENT, ONSHI_OK,
	    NULL, NULL, 0, e)) != ONSHI_OK)
		goto out;
	if ((r = oki_question_gate(q, OKI_BEFORE_SEND, e)) == ONSHI_OK &&
	    (r = put_out(q, &body, w, &x, e)) == ONSHI_OK) {
		start = oki_steady_ms(q->k->env);
		if ((r = judge(q, request, &x, &doc, &v, out, e)) == ONSHI_OK)
			r = hand_over(q, &doc, &v, &x, out, e);
		q->k->ms[ONSHI_PHASE_ANSWER] += (int32_t)(oki_steady_ms(
		    q->k->env) - start);
	}
	/* CO-7: on record before it is handed over, or not handed over. */
	if (r == ONSHI_OK)
		r = oki_question_note(q, OKI_AUDIT_QUERY_OUTCOME, r, NULL,
		    &x, count_results(q->category, out), e);
	else
		(void)oki_question_note(q, OKI_AUDIT_QUERY_OUTCOME, r, e,
		    &x, 0, NULL);
out:
	if (r != ONSHI_OK) {
		oki_reply_free(out);
		if (q->category == ONSHI_CATEGORY_ELIGIBILITY)
			oki_case_forget(q->k);
	}
	oki_doc_free(&doc);
	oki_exchange_free(&x);
	oki_buf_free(&body);

	return r;
}

/* The first question to the gate; a refusal stands on the record, too. */
int
oki_question_admit(struct oki_question *q, struct onshi_error *e)
{
	int r;

	if ((r = oki_question_gate(q, OKI_BEFORE_RECORD, e)) != ONSHI_OK)
		(void)oki_question_note(q, OKI_AUDIT_QUERY_REFUSED, r, e,
		    NULL, 0, NULL);

	return r;
}

int
oki_query_eligibility(struct oki_case *k, const struct onshi_operator *op,
    const struct oki_proof *proof, struct oki_wait *w, struct oki_reply *out,
    struct onshi_error *e)
{
	struct oki_doc *request = NULL;
	struct oki_question q;
	int r;

	memset(out, 0, sizeof(*out));
	if ((r = question_init(&q, k, op, ONSHI_CATEGORY_ELIGIBILITY, w,
	    e)) != ONSHI_OK)
		return r;
	if ((r = oki_question_admit(&q, e)) == ONSHI_OK &&
	    (r = oki_request_eligibility(&q, proof, &request, e)) == ONSHI_OK)
		r = put_question(&q, request, w, out, e);
	oki_doc_free(&request);

	return r;
}

int
oki_query_medical(struct oki_case *k, int category,
    const struct onshi_operator *op, struct oki_wait *w,
    struct oki_reply *out, struct onshi_error *e)
{
	struct oki_permit *permit = NULL;
	struct oki_doc *request = NULL;
	const char *rule = NULL;
	struct oki_gate_input in;
	struct oki_question q;
	int r;

	memset(out, 0, sizeof(*out));
	if ((r = question_init(&q, k, op, category, w, e)) != ONSHI_OK)
		return r;
	if ((r = oki_question_admit(&q, e)) != ONSHI_OK)
		return r;
	if (oki_link_carries(k->link, q.function) == ONSHI_FORM_NONE)
		return oki_fail(e, ONSHI_E_UNSUPPORTED,
		    "the %s link does not carry %s", oki_link_name(k->link),
		    q.function);
	oki_gate_input_fill(k, category, op, OKI_BEFORE_RECORD, &in);
	if ((r = oki_gate_permit(&in, &permit, &rule)) != ONSHI_OK)
		r = oki_fail(e, r, "refused by rule %s",
		    rule != NULL ? rule : "-");
	else if ((r = oki_request_medical(&q, permit, &request, e)) ==
	    ONSHI_OK)
		r = put_question(&q, request, w, out, e);
	oki_doc_free(&request);
	oki_permit_free(&permit);

	return r;
}

/* Base64 of 32 bytes and nothing else: the card signs it among lines. */
static bool
is_value(const char *text)
{
	struct oki_buf bytes;
	bool is;

	oki_buf_init(&bytes, CHALLENGE_BYTES);
	is = strlen(text) == 44 && oki_unbase64(&bytes, text, 44) ==
	    ONSHI_OK && bytes.len == CHALLENGE_BYTES;
	oki_buf_free(&bytes);

	return is;
}

static int
read_challenge(const struct oki_case *k, const struct onshi_exchange *x,
    struct oki_challenge *out, struct onshi_error *e)
{
	struct oki_doc *doc = NULL;
	const char *id, *value, *expires;
	struct oki_limits limits;
	int64_t seconds, ms;
	int r;

	e->sent = ONSHI_SENT_ANSWERED;
	if (x->rejected)
		return oki_fail(e, ONSHI_E_PROTOCOL,
		    "the challenge was thrown back");
	oki_limits_init(&limits, "challenge");
	limits.is_json = oki_link_carries(k->link, "challenge") ==
	    ONSHI_FORM_JSON;
	if ((r = oki_message_parse("challenge", x->answer.data,
	    x->answer.len, &limits, &doc, e)) != ONSHI_OK)
		return r;
	id = oki_record_get(oki_doc_root(doc), ONSHI_EL_CHALLENGE_ID);
	value = oki_record_get(oki_doc_root(doc), ONSHI_EL_VALUE);
	expires = oki_record_get(oki_doc_root(doc), ONSHI_EL_EXPIRES_IN);
	if (id == NULL || value == NULL || !is_value(value) ||
	    !oki_copy(out->id, sizeof(out->id), id) ||
	    !oki_copy(out->value, sizeof(out->value), value) ||
	    expires == NULL || !oki_number(expires, &seconds) || seconds < 1) {
		r = oki_refuse(e, "malformed", "a challenge lacks its parts");
		goto out;
	}
	ms = seconds < CHALLENGE_MAX_MS / 1000 ? seconds * 1000 :
	    CHALLENGE_MAX_MS;
	out->good_until_ms = oki_boot_ms(k->env) + (ms >
	    2 * CHALLENGE_SLACK_MS ? ms - CHALLENGE_SLACK_MS : ms / 2);
out:
	oki_doc_free(&doc);

	return r;
}

bool
oki_challenge_is_good(const struct oki_challenge *c,
    const struct oki_env *env)
{
	return c->good_until_ms > oki_boot_ms(env);
}

int
oki_query_challenge(struct oki_case *k, struct oki_wait *w,
    struct oki_challenge *out, struct onshi_error *e)
{
	struct onshi_exchange x;
	int r;

	memset(out, 0, sizeof(*out));
	if ((r = oki_query_connect(k, w, e)) != ONSHI_OK)
		return r;
	oki_exchange_init(&x, "challenge", w, 4096);
	if ((r = oki_request_id(x.request_id)) != ONSHI_OK)
		r = oki_fail(e, r, "request id");
	else if ((r = oki_session_exchange(k->session, &x, e)) == ONSHI_OK)
		r = read_challenge(k, &x, out, e);
	/* It does nothing that could be in doubt, and is no answer to what
	 * comes after it. */
	if (r == ONSHI_OK || e->sent == ONSHI_SENT_UNKNOWN)
		e->sent = ONSHI_SENT_NOT;
	OKI_LOG(k->env, ANSWER, OKI_W(PREFIX, "challenge"),
	    OKI_W(RESULT, onshi_result_name(r)), OKI_N(MS, x.service_ms));
	oki_exchange_free(&x);

	return r;
}
