/* session.c: one visit, from its first input to its last line. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "tools.h"

/* The first failure decides the exit status. */
static int
session_fail(struct session *s, int r)
{
	const struct onshi_error *e = onshi_visit_error(s->visit);
	int status;

	if (onshi_error_code(e) != r)
		e = NULL;
	status = fail_result(s->t, r, e);
	if (s->status == 0)
		s->status = status;

	return status;
}

int
operator_make(struct tool *t, struct onshi_operator **op)
{
	struct failure f = { .result = ONSHI_E_VALUE,
	    .text = "an operator's id is 1 to 64 of A-Z a-z 0-9 . _ - @",
	    .text_ja = "操作者は英数字と . _ - @ の64文字までです" };
	int r;

	if (option_text(t, OPT_OPERATOR) == NULL)
		return 0;
	r = onshi_operator_new(t->root, option_text(t, OPT_OPERATOR),
	    option_number(t, OPT_LICENCE, ONSHI_LICENCE_RECEPTION),
	    option_number(t, OPT_SIGN_IN, ONSHI_SIGNIN_NONE), op);
	if (r == ONSHI_E_VALUE)
		return fail(t, &f);

	return r == ONSHI_OK ? 0 : fail_result(t, r, NULL);
}

int
session_begin(struct session *s, struct tool *t, int purpose, int method,
    struct onfile *file)
{
	int r;

	memset(s, 0, sizeof(*s));
	s->t = t;
	s->file = file;
	s->method = method;
	s->started = now_ms();
	if ((s->status = operator_make(t, &s->op)) != 0)
		return s->status;
	if ((r = onshi_visit_new(t->root, purpose, &s->visit)) != ONSHI_OK)
		return s->status = fail_result(t, r, NULL);
	cancel_watch_visit(s->visit);
	if (t->is_json) {
		json_text(&t->json, "visit", onshi_visit_id(s->visit));
		/* what a face reader has done, it is to say first (ID-1) */
		if (method != ONSHI_METHOD_FACE)
			json_text(&t->json, "method",
			    onshi_method_name(method));
	}

	return session_input(s, onshi_visit_set_method(s->visit, method));
}

/* Whose visit it is: the operator looks at it before all else. */
static int
tell_person(struct session *s)
{
	const struct onshi_record *rec;
	struct tool *t = s->t;
	const char *name;
	int r;

	if ((r = onshi_visit_person(s->visit, &rec)) != ONSHI_OK)
		return r == ONSHI_ABSENT ? ONSHI_OK : r;
	if (t->is_json) {
		json_open(&t->json, "person", '{');
		r = json_record(&t->json, rec, NAMES_SNAKE, NULL);
		json_close(&t->json, '}');
		return r;
	}
	if (onshi_record_text(rec, ONSHI_EL_NAME, &name) == ONSHI_OK)
		print_row(t, onshi_element_text(ONSHI_EL_NAME, t->lang), name);
	if (onshi_record_text(rec, ONSHI_EL_BIRTHDATE, &name) == ONSHI_OK)
		print_row(t, onshi_element_text(ONSHI_EL_BIRTHDATE, t->lang),
		    name);

	return ONSHI_OK;
}

static void	json_consents(struct session *s);

int
session_open(struct session *s, struct tool *t, const char *name)
{
	const struct onshi_error *e;
	int r;

	memset(s, 0, sizeof(*s));
	s->t = t;
	s->started = now_ms();
	if ((s->status = operator_make(t, &s->op)) != 0)
		return s->status;
	if ((r = onshi_visit_open(t->root, name, s->op, &s->visit)) !=
	    ONSHI_OK) {
		e = onshi_last_error(t->root);
		return s->status = fail_result(t, r,
		    onshi_error_code(e) == r ? e : NULL);
	}
	cancel_watch_visit(s->visit);
	if (t->is_json)
		json_text(&t->json, "visit", onshi_visit_id(s->visit));
	if ((r = tell_person(s)) != ONSHI_OK)
		return session_fail(s, r);
	if (t->is_json)
		json_consents(s);
	else
		print_visit(t, s->visit);

	return 0;
}

int
session_arrive(struct session *s, struct tool *t, struct onshi_visit **visit,
    struct onfile *file)
{
	memset(s, 0, sizeof(*s));
	s->t = t;
	s->file = file;
	s->method = ONSHI_METHOD_READER;
	s->started = now_ms();
	s->visit = *visit;
	*visit = NULL;
	cancel_watch_visit(s->visit);
	json_text(&t->json, "visit", onshi_visit_id(s->visit));
	json_text(&t->json, "method", onshi_method_name(s->method));
	json_text(&t->json, "file", onshi_visit_file(s->visit));

	return s->status = operator_make(t, &s->op);
}

/* Nothing that rests on a consent. */
void
session_look(struct session *s)
{
	struct json *j = &s->t->json;
	const struct onshi_record *rec;
	int r;

	json_consents(s);
	json_open(j, "results", '[');
	if ((r = onshi_visit_person(s->visit, &rec)) == ONSHI_OK) {
		json_open(j, NULL, '{');
		r = json_record(j, rec, NAMES_SNAKE, NULL);
		json_close(j, '}');
	}
	json_close(j, ']');
	if (r >= 0)
		r = compare_print(s);
	if (r < 0)
		(void)session_fail(s, r);
}

int
session_input(struct session *s, int r)
{
	return r == ONSHI_OK ? 0 : session_fail(s, r);
}

/* ---- what the visit needs ---------------------------------------------------- */

/* Why a need came again, to the person there. */
static void
tell_refusal(const struct tool *t, const struct onshi_error *e)
{
	int code = onshi_error_code(e);

	if (code < 0)
		(void)fprintf(stderr, "%s\n", onshi_result_text(code,
		    t->lang));
}

/* A refused PIN that came from a descriptor is not asked for again. */
static int
need_pin(struct session *s)
{
	const struct onshi_error *e = onshi_visit_error(s->visit);
	bool from_fd = option_has(s->t, OPT_PIN_FD);
	int code = onshi_error_code(e);

	if (from_fd && !s->has_pin) {
		s->has_pin = true;
		return pin_from_fd(s->t, s->visit);
	}
	if (from_fd || !prompt_is_possible())
		return code < 0 ? code : ONSHI_E_STATE;
	tell_refusal(s->t, e);

	return pin_from_terminal(s->t, s->visit);
}

static int
need_card(struct session *s)
{
	const struct onshi_error *e = onshi_visit_error(s->visit);
	int code = onshi_error_code(e);

	if (code < 0 && (option_has(s->t, OPT_PIN_FD) ||
	    !prompt_is_possible()))
		return code;
	tell_refusal(s->t, e);
	(void)fprintf(stderr, "%s\n", onshi_result_remedy(ONSHI_NEED_CARD,
	    s->t->lang));

	return ONSHI_OK;
}

/* Whoever is to be helped at the reader is there; a program is told why. */
static int
need_face(struct session *s)
{
	const struct onshi_error *e = onshi_visit_error(s->visit);
	int code = onshi_error_code(e);

	if (code < 0 && !prompt_is_possible())
		return code;
	tell_refusal(s->t, e);
	(void)fprintf(stderr, "%s\n", onshi_result_remedy(ONSHI_NEED_FACE,
	    s->t->lang));

	return ONSHI_OK;
}

/* ID-2: an explicit act of a named operator. */
static int
need_confirm(struct session *s)
{
	const char *notice = onshi_notice_text(s->t->root,
	    ONSHI_NOTICE_VISUAL, ONSHI_CATEGORY_ELIGIBILITY, s->t->lang);
	bool yes = option_has(s->t, OPT_CONFIRM_VISUAL);
	int r;

	if (!yes && (r = prompt_yes(s->t, notice, &yes)) != ONSHI_OK)
		return r;

	return onshi_visit_confirm(s->visit, s->op, yes ? 1 : 0);
}

static int
answer_need(struct session *s, int need)
{
	switch (need) {
	case ONSHI_NEED_PIN:
		return need_pin(s);
	case ONSHI_NEED_CARD:
		return need_card(s);
	case ONSHI_NEED_CONFIRM:
		return need_confirm(s);
	case ONSHI_NEED_FACE:
		return need_face(s);
	default:
		return ONSHI_E_UNSUPPORTED;
	}
}

static int
advance(struct session *s)
{
	int r;

	while ((r = onshi_visit_advance(s->visit)) > 0)
		if ((r = answer_need(s, r)) != ONSHI_OK)
			break;

	return r;
}

/* ---- as JSON ------------------------------------------------------------------- */

/* Members of ours: no element of an answer takes their place. */
static const char *const ours[] = {
	"visit", "method", "consents", "outcome", "results", "drugs",
	"checkups", "care", "surgery", "get", "card", "timing_ms", "audit",
	"note", "error", "sealed", "person", "file", "differences", "compare",
	"hints", "answer_time", "answer_expires", "clock_apart_s", "basis",
	"reason", "prescriptions", "dispensing", "carrier", NULL
};

static void
json_consents(struct session *s)
{
	struct json *j = &s->t->json;
	int64_t since, until;
	int i, given, granted;

	json_open(j, "consents", '{');
	for (i = ONSHI_CATEGORY_DRUGS; onshi_category_name(i) != NULL; i++) {
		if (onshi_visit_consent(s->visit, i, &given, &granted, &since,
		    &until) != ONSHI_OK)
			continue;
		json_open(j, onshi_category_name(i), '{');
		json_bool(j, "given", given != 0);
		json_bool(j, "granted", granted != 0);
		json_time(j, "time", since);
		json_time(j, "until", until);
		json_close(j, '}');
	}
	json_close(j, '}');
}

/* What was told beside a success, as that the certificate runs out. */
static void
json_note(struct json *j, const struct onshi_record *head)
{
	const char *code, *text;

	if (onshi_record_text(head, ONSHI_EL_PROCESSING_RESULT_CODE, &code) !=
	    ONSHI_OK)
		return;
	json_open(j, "note", '{');
	json_text(j, "code", code);
	if (onshi_record_text(head, ONSHI_EL_PROCESSING_RESULT_MESSAGE,
	    &text) == ONSHI_OK)
		json_text(j, "text", text);
	json_close(j, '}');
}

/* All records of an answer as an array, or nothing of it. */
int
json_records(struct json *j, const char *key, struct onshi_answer *a)
{
	struct json_mark mark = json_mark(j);
	const struct onshi_record *rec;
	int r;

	json_open(j, key, '[');
	while ((r = onshi_answer_next(a, &rec)) == ONSHI_OK) {
		json_open(j, NULL, '{');
		r = json_record(j, rec, NAMES_SNAKE, NULL);
		json_close(j, '}');
		if (r != ONSHI_OK)
			break;
	}
	json_close(j, ']');
	if (r == ONSHI_END)
		return ONSHI_OK;
	(void)json_rewind(j, &mark);

	return r;
}

int
json_eligibility(struct session *s)
{
	struct json *j = &s->t->json;
	const struct onshi_record *head;
	int r;

	json_text(j, "outcome", onshi_outcome_name(onshi_answer_outcome(
	    s->answer)));
	json_time(j, "answer_time", onshi_answer_time(s->answer));
	json_time(j, "answer_expires", onshi_answer_expires(s->answer));
	if (onshi_answer_clock_apart(s->answer) != 0)
		json_number(j, "clock_apart_s",
		    onshi_answer_clock_apart(s->answer));
	if ((r = onshi_answer_head(s->answer, &head)) != ONSHI_OK ||
	    (r = json_record(j, head, NAMES_SNAKE, ours)) != ONSHI_OK)
		return r;
	json_note(j, head);

	return json_records(j, "results", s->answer);
}

void
json_certificate(struct json *j, const struct onshi_certificate *x)
{
	static const char *const trusts[] = {
		[ONSHI_TRUST_UNCHECKED] = "unchecked",
		[ONSHI_TRUST_GOOD] = "good",
		[ONSHI_TRUST_UNTRUSTED] = "untrusted",
		[ONSHI_TRUST_BAD_SIGNATURE] = "bad_signature"
	};
	int state = onshi_certificate_state(x);
	int trust = onshi_certificate_trust(x);
	char room[CERTIFICATE_TELL];

	json_text(j, "serial", onshi_certificate_serial(x));
	json_time(j, "not_before", onshi_certificate_not_before(x));
	json_time(j, "not_after", onshi_certificate_not_after(x));
	json_time(j, "grace_end", onshi_certificate_grace_end(x));
	json_word(j, "state", onshi_certificate_state_name(state));
	json_word(j, "state_text", certificate_tell(x, "en", room));
	json_word(j, "state_text_ja", certificate_tell(x, "ja", room));
	json_word(j, "trust", trust >= 0 && (size_t)trust < COUNT(trusts) ?
	    trusts[trust] : NULL);
}

static void
json_card(struct session *s)
{
	const struct onshi_certificate *x = onshi_visit_certificate(s->visit);
	struct json *j = &s->t->json;

	if (x == NULL && onshi_visit_apdus(s->visit) == 0)
		return;
	json_open(j, "card", '{');
	if (x != NULL)
		json_certificate(j, x);
	json_number(j, "apdus", onshi_visit_apdus(s->visit));
	json_number(j, "bytes", onshi_visit_apdu_bytes(s->visit));
	json_close(j, '}');
}

static void
json_timing(struct session *s)
{
	struct json *j = &s->t->json;
	int i;

	json_open(j, "timing_ms", '{');
	for (i = ONSHI_PHASE_READER; i <= ONSHI_PHASE_AUDIT; i++)
		if (onshi_phase_name(i) != NULL)
			json_number(j, onshi_phase_name(i),
			    onshi_visit_ms(s->visit, i));
	json_number(j, "total", now_ms() - s->started);
	json_close(j, '}');
}

static void
json_got(struct session *s)
{
	struct json *j = &s->t->json;
	bool open = false;
	int i;

	for (i = ONSHI_CATEGORY_DRUGS; i < CATEGORIES; i++) {
		if (!s->got[i].asked)
			continue;
		if (!open)
			json_open(j, "get", '{');
		open = true;
		json_open(j, onshi_category_name(i), '{');
		json_text(j, "result", onshi_result_name(s->got[i].result));
		json_word(j, "outcome", s->got[i].outcome !=
		    ONSHI_OUTCOME_NONE ? onshi_outcome_name(
		    s->got[i].outcome) : NULL);
		person_json(j, &s->got[i].person);
		json_close(j, '}');
	}
	if (open)
		json_close(j, '}');
}

/* ---- the parts of a session ------------------------------------------------------ */

/* What the service said of the person stays known when it is a failure. */
static void
print_failed(struct session *s, int r)
{
	const struct onshi_error *e = onshi_visit_error(s->visit);
	int outcome = onshi_error_code(e) == r ? onshi_error_outcome(e) :
	    ONSHI_OUTCOME_NONE;

	if (s->t->is_json && outcome != ONSHI_OUTCOME_NONE)
		json_text(&s->t->json, "outcome",
		    onshi_outcome_name(outcome));
	(void)session_fail(s, r);
}

/* TI-4: a notice beside the eligibility. */
void
tell_clock(struct session *s)
{
	if (onshi_answer_clock_apart(s->answer) != 0)
		out_format(&s->t->out, "%s\n", onshi_notice_text(s->t->root,
		    ONSHI_NOTICE_CLOCK, ONSHI_CATEGORY_ELIGIBILITY,
		    s->t->lang));
}

/* The consents for which the gate says that, or any refusal (r ONSHI_OK), are
 * taken back. False: there is none, or they are settled. */
static bool
take_back(struct session *s, int r)
{
	bool taken = false;
	int i, given, no;

	for (i = ONSHI_CATEGORY_DRUGS; i < CATEGORIES; i++) {
		if ((onshi_visit_consent(s->visit, i, &given, NULL, NULL,
		    NULL) != ONSHI_OK || !given) && !s->asks[i])
			continue;
		no = onshi_visit_may(s->visit, i, s->op);
		if (no == ONSHI_OK || no == ONSHI_E_ARG ||
		    (r != ONSHI_OK && no != r))
			continue;
		if (onshi_visit_set_consent(s->visit, i,
		    ONSHI_CONSENT_REFUSED) != ONSHI_OK)
			return false;
		s->got[i].result = no;
		s->asks[i] = false;
		taken = true;
	}

	return taken;
}

/* Refused before the card, for what was consented to: without it there is an
 * eligibility, and the exit status stays that of the refusal. */
static bool
goes_on_without(struct session *s, int r)
{
	int class = onshi_result_class(r);

	if (onshi_visit_apdus(s->visit) != 0 || onshi_error_outcome(
	    onshi_visit_error(s->visit)) != ONSHI_OUTCOME_NONE ||
	    (class != 2 && class != 6 && class != 7))
		return false;
	(void)session_fail(s, r);

	return take_back(s, r) || take_back(s, ONSHI_OK);
}

/* ID-1: what was used at the face reader, and what the patient brought. */
static void
tell_face(struct session *s)
{
	int carrier = onshi_visit_carrier(s->visit);

	if (!s->t->is_json)
		return;
	json_text(&s->t->json, "method", onshi_method_name(
	    onshi_visit_method(s->visit)));
	json_word(&s->t->json, "carrier", carrier != 0 ?
	    onshi_carrier_name(carrier) : NULL);
}

void
session_run(struct session *s)
{
	struct tool *t = s->t;
	int r;

	while ((r = advance(s)) < 0 && goes_on_without(s, r))
		continue;
	if (s->method == ONSHI_METHOD_FACE)
		tell_face(s);
	if (r != ONSHI_OK) {
		print_failed(s, r);
		if (t->is_json)
			json_consents(s);
		return;
	}
	if ((r = onshi_visit_get(s->visit, ONSHI_CATEGORY_ELIGIBILITY, NULL,
	    &s->answer)) == ONSHI_OK) {
		if (t->is_json) {
			json_consents(s);
			r = json_eligibility(s);
		} else {
			r = print_eligibility(t, s->answer);
			print_visit(t, s->visit);
			tell_clock(s);
		}
		if (r == ONSHI_OK)
			r = compare_print(s);
	}
	if (r != ONSHI_OK)
		(void)session_fail(s, r);
}

/* CO-4: what follows is not the reception's to see. */
void
tell_whose(struct session *s)
{
	struct tool *t = s->t;

	if (s->is_divided)
		return;
	s->is_divided = true;
	out_format(&t->out, "\n---- %s %s ----\n", say(t,
	    "for the licensed operator alone:", "有資格者だけに表示: 操作者"),
	    option_text(t, OPT_OPERATOR) != NULL ?
	    option_text(t, OPT_OPERATOR) : "");
}

static int
get(struct session *s, int category, struct onshi_answer **a)
{
	struct tool *t = s->t;
	uint64_t mark;
	int r;

	r = onshi_visit_get(s->visit, category, s->op, a);
	if (r == ONSHI_NEED_CONFIRM &&
	    (r = person_confirm(s, category)) == ONSHI_OK)
		r = onshi_visit_get(s->visit, category, s->op, a);
	if (r != ONSHI_OK)
		return r;
	s->got[category].outcome = onshi_answer_outcome(*a);
	if (t->is_json)
		return json_records(&t->json, onshi_category_name(category),
		    *a);
	tell_whose(s);
	mark = out_mark(&t->out);
	if ((r = print_medical(t, category, *a)) != ONSHI_OK)
		(void)out_rewind(&t->out, mark);

	return r;
}

void
session_get(struct session *s, int category)
{
	const struct onshi_error *e;
	struct onshi_answer *a = NULL;
	int r;

	s->got[category].asked = true;
	if (s->got[category].result != ONSHI_OK)	/* known by now */
		return;
	r = s->got[category].result = get(s, category, &a);
	if (r != ONSHI_OK && a != NULL) {
		e = onshi_answer_error(a);
		r = fail_result(s->t, r, onshi_error_code(e) == r ? e : NULL);
		if (s->status == 0)
			s->status = r;
	} else if (r != ONSHI_OK) {
		s->got[category].outcome = onshi_error_outcome(
		    onshi_visit_error(s->visit));
		(void)session_fail(s, r);
	}
	onshi_answer_free(&a);
}

/* What the line or this machine cannot do now it cannot do for the next
 * category, either; what the service or a rule refuses is for one alone. */
static bool
may_go_on(const struct session *s, int category)
{
	int class = onshi_result_class(s->got[category].result);

	return class == 0 || class == 5 || class == 6;
}

/* The words of --get are in the order of the categories. */
void
session_get_all(struct session *s)
{
	int32_t wanted = option_number(s->t, OPT_GET, 0);
	int category;

	for (category = ONSHI_CATEGORY_DRUGS; category < CATEGORIES;
	    category++) {
		if ((wanted & (1 << (category - ONSHI_CATEGORY_DRUGS))) == 0)
			continue;
		session_get(s, category);
		if (!may_go_on(s, category))
			return;
	}
}

void
session_seal(struct session *s)
{
	struct tool *t = s->t;
	const char *name;
	int r;

	if ((r = onshi_visit_seal(s->visit, &name)) != ONSHI_OK)
		(void)session_fail(s, r);
	else if (t->is_json)
		json_text(&t->json, "sealed", name);
	else
		print_row(t, say(t, "sealed, opened by", "他の端末で開く名前"),
		    name);
}

static void
tell_end(struct session *s)
{
	struct tool *t = s->t;

	if (!t->is_json)
		return;
	json_got(s);
	json_card(s);
	json_timing(s);
	json_bool(&t->json, "audit", onshi_visit_is_recorded(s->visit) != 0);
}

int
session_end(struct session *s)
{
	if (s->visit != NULL)
		tell_end(s);
	cancel_watch_visit(NULL);
	onshi_answer_free(&s->answer);
	onshi_visit_free(&s->visit);
	onshi_operator_free(&s->op);
	onshi_wipe(s->got, sizeof(s->got));

	return s->status;
}
