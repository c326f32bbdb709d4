/* emergency.c: onshikaku disaster and emergency: the exceptional modes. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "tools.h"

/* The first failure decides the exit status. */
static int
failed(struct session *s, int r)
{
	const struct onshi_error *e = onshi_emergency_error(s->emergency);
	int status = fail_result(s->t, r, onshi_error_code(e) == r ? e :
	    NULL);

	if (s->status == 0)
		s->status = status;

	return r;
}

static int
input(struct session *s, int r)
{
	return r == ONSHI_OK ? r : failed(s, r);
}

/* ---- what is said beforehand -------------------------------------------------- */

static const struct {
	enum option_id	option;
	int		element;
} texts[] = {
	{ OPT_NAME,	ONSHI_EL_NAME },
	{ OPT_KANA,	ONSHI_EL_NAME_KANA },
	{ OPT_INSURER_NAME, ONSHI_EL_INSURER_NAME },
	{ OPT_ADDRESS,	ONSHI_EL_ADDRESS },
	{ OPT_INSURER,	ONSHI_EL_INSURER_NUMBER },
	{ OPT_SYMBOL,	ONSHI_EL_INSURED_CARD_SYMBOL },
	{ OPT_NUMBER,	ONSHI_EL_INSURED_IDENTIFICATION_NUMBER },
	{ OPT_BRANCH,	ONSHI_EL_INSURED_BRANCH_NUMBER },
	{ OPT_BIRTHDATE, ONSHI_EL_BIRTHDATE }
};

static int
set_texts(struct session *s)
{
	static const char *const sexes[] = { "1", "2" };
	struct tool *t = s->t;
	int r = ONSHI_OK;
	size_t i;

	for (i = 0; r == ONSHI_OK && i < COUNT(texts); i++)
		if (option_text(t, texts[i].option) != NULL)
			r = input(s, onshi_emergency_set_text(s->emergency,
			    texts[i].element, option_text(t,
			    texts[i].option)));
	if (r == ONSHI_OK && option_has(t, OPT_SEX))
		r = input(s, onshi_emergency_set_text(s->emergency,
		    ONSHI_EL_SEX1, sexes[option_number(t, OPT_SEX, 0)]));
	if (r == ONSHI_OK && option_text(t, OPT_PATIENT) != NULL)
		r = input(s, onshi_emergency_set_patient(s->emergency,
		    option_text(t, OPT_PATIENT)));

	return r;
}

static int
set_identified(struct session *s)
{
	return option_has(s->t, OPT_IDENTIFIED_BY) ?
	    input(s, onshi_emergency_set_identified(s->emergency,
	    option_number(s->t, OPT_IDENTIFIED_BY, 0) +
	    ONSHI_IDENTIFIED_PAPERS)) : ONSHI_OK;
}

/* What is missing the library says, by its rule. */
static int
set_ground(struct session *s, int category)
{
	struct tool *t = s->t;
	int basis = option_number(t, OPT_BASIS, 0) + ONSHI_BASIS_ORAL, r;
	const char *reason = option_text(t, OPT_REASON);

	if ((r = set_identified(s)) != ONSHI_OK || !option_has(t, OPT_BASIS))
		return r;
	if ((r = input(s, onshi_emergency_set_basis(s->emergency, basis,
	    reason))) != ONSHI_OK)
		return r;
	if ((category == ONSHI_CATEGORY_PRESCRIPTIONS ||
	    category == ONSHI_CATEGORY_DISPENSING) &&
	    (r = input(s, onshi_emergency_set_basis_of(s->emergency, category,
	    basis, reason))) != ONSHI_OK)
		return r;
	if (basis != ONSHI_BASIS_ORAL && !option_has(t, OPT_CONSENT_BY))
		return ONSHI_OK;

	return input(s, onshi_emergency_set_consenter(s->emergency,
	    option_number(t, OPT_CONSENT_BY, 0) + ONSHI_CONSENTER_SELF));
}

/* ---- the notice ----------------------------------------------------------------- */

static const char *
notice_of(const struct tool *t, int notice, const char *lang)
{
	return onshi_notice_text(t->root, notice, ONSHI_CATEGORY_ELIGIBILITY,
	    lang);
}

static void
json_notice(struct tool *t, int notice)
{
	json_text(&t->json, "notice", notice_of(t, notice, "en"));
	json_text(&t->json, "notice_ja", notice_of(t, notice, "ja"));
}

static int
not_read(struct session *s, int notice)
{
	struct tool *t = s->t;
	struct failure f = { .result = ONSHI_E_NOTICE, .rule = "DI-5",
	    .text = "nobody says that the notice was read: --acknowledge" };

	if (t->is_json)
		json_notice(t, notice);
	else
		out_format(&t->out, "%s\n", notice_of(t, notice, t->lang));
	s->status = fail(t, &f);

	return ONSHI_E_NOTICE;
}

static int
acknowledge(struct session *s, int kind)
{
	struct tool *t = s->t;
	int notice = kind == ONSHI_EMERGENCY_DISASTER ?
	    ONSHI_NOTICE_DISASTER : ONSHI_NOTICE_EMERGENCY, r;
	bool yes = option_has(t, OPT_ACKNOWLEDGE);

	if (!yes && !prompt_is_possible())
		return not_read(s, notice);
	(void)fprintf(stderr, "%s\n", notice_of(t, notice, t->lang));
	if (!yes && (r = prompt_yes(t, say(t, "Go on?",
	    "確認して進みますか。"), &yes)) != ONSHI_OK)
		return r;
	if (!yes)
		return not_read(s, notice);

	return input(s, onshi_emergency_acknowledge(s->emergency));
}

/* ---- work --------------------------------------------------------------------------- */

static int
answer_need(struct session *s, int kind, int need)
{
	switch (need) {
	case ONSHI_NEED_ACKNOWLEDGE:
		return acknowledge(s, kind);
	case ONSHI_NEED_CARD:
		(void)fprintf(stderr, "%s\n", onshi_result_remedy(
		    ONSHI_NEED_CARD, s->t->lang));
		return ONSHI_OK;
	default:
		return ONSHI_E_UNSUPPORTED;
	}
}

static int
advance(struct session *s, int kind)
{
	int need, r;

	while ((r = onshi_emergency_advance(s->emergency)) > 0) {
		need = r;
		if ((r = answer_need(s, kind, need)) != ONSHI_OK)
			break;
	}
	if (r < 0 && s->status == 0) {
		if (s->t->is_json && onshi_error_outcome(
		    onshi_emergency_error(s->emergency)) !=
		    ONSHI_OUTCOME_NONE)
			json_text(&s->t->json, "outcome", onshi_outcome_name(
			    onshi_error_outcome(onshi_emergency_error(
			    s->emergency))));
		(void)failed(s, r);
	}

	return r;
}

/* Several: nothing of them is told, but how one is found (DI-3). */
static void
tell_several(struct session *s)
{
	struct tool *t = s->t;

	if (t->is_json)
		json_notice(t, ONSHI_NOTICE_SEVERAL);
	else
		out_format(&t->out, "  %s %s\n", say(t, "->", "→"),
		    notice_of(t, ONSHI_NOTICE_SEVERAL, t->lang));
}

static int
print_answer(struct session *s, bool is_search)
{
	int outcome, r;

	if ((r = onshi_emergency_get(s->emergency, ONSHI_CATEGORY_ELIGIBILITY,
	    &s->answer)) != ONSHI_OK)
		return failed(s, r);
	outcome = onshi_answer_outcome(s->answer);
	if (is_search && outcome == ONSHI_OUTCOME_SEVERAL && !s->t->is_json)
		out_format(&s->t->out, "%s\n", onshi_outcome_text(outcome,
		    s->t->lang));
	else
		r = s->t->is_json ? json_eligibility(s) :
		    print_eligibility(s->t, s->answer);
	if (r != ONSHI_OK)
		return failed(s, r);
	if (!s->t->is_json)
		tell_clock(s);
	if (is_search && outcome == ONSHI_OUTCOME_SEVERAL)
		tell_several(s);

	return ONSHI_OK;
}

static int
get(struct session *s, int category, struct onshi_answer **a)
{
	struct tool *t = s->t;
	uint64_t mark;
	int r;

	r = onshi_emergency_get(s->emergency, category, a);
	if (r == ONSHI_NEED_CONFIRM &&
	    (r = person_confirm(s, category)) == ONSHI_OK)
		r = onshi_emergency_get(s->emergency, category, a);
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

static void
get_one(struct session *s, int category)
{
	struct onshi_answer *a = NULL;
	int r;

	s->got[category].asked = true;
	r = s->got[category].result = get(s, category, &a);
	if (r != ONSHI_OK && s->status == 0)
		(void)failed(s, r);
	onshi_answer_free(&a);
}

/* All that is within what was wanted; the library knows what is. */
static void
get_wanted(struct session *s)
{
	static const int order[] = { ONSHI_CATEGORY_DRUGS,
	    ONSHI_CATEGORY_CARE, ONSHI_CATEGORY_SURGERY,
	    ONSHI_CATEGORY_CHECKUPS, ONSHI_CATEGORY_PRESCRIPTIONS,
	    ONSHI_CATEGORY_DISPENSING };
	size_t i;

	for (i = 0; i < COUNT(order); i++)
		if (onshi_emergency_may(s->emergency, order[i]) == ONSHI_OK)
			get_one(s, order[i]);
}

/* ---- as JSON, and the frame ----------------------------------------------------------- */

/* The facility's own table: advice, and said (DI-1). */
static void
tell_activation(struct session *s)
{
	int r = onshi_emergency_activation(s->emergency);
	struct tool *t = s->t;

	if (t->is_json)
		json_text(&t->json, "activation", r == ONSHI_OK ? "active" :
		    r == ONSHI_E_DISASTER_AREA ? "other_area" :
		    r == ONSHI_E_DISASTER_PERIOD ? "other_period" :
		    r == ONSHI_ABSENT ? "unknown" : "unreadable");
	if (r < 0)
		(void)fprintf(stderr, "%s%s\n", say(t,
		    "By the facility's own table: ", "自院の一覧（参考）: "),
		    onshi_result_text(r, t->lang));
}

static void
json_said(struct session *s, int kind, int way)
{
	struct json *j = &s->t->json;
	struct tool *t = s->t;
	bool oral = option_has(t, OPT_BASIS) &&
	    option_number(t, OPT_BASIS, 0) == 0;

	json_text(j, "visit", onshi_emergency_id(s->emergency));
	json_text(j, "mode", onshi_emergency_kind_name(kind));
	json_text(j, "way", onshi_way_name(way));
	json_word(j, "basis", kind == ONSHI_EMERGENCY_HOSPITAL ?
	    onshi_basis_name(ONSHI_BASIS_EMERGENCY) :
	    option_has(t, OPT_BASIS) ? onshi_basis_name(option_number(t,
	    OPT_BASIS, 0) + ONSHI_BASIS_ORAL) : NULL);
	json_word(j, "reason", option_text(t, OPT_REASON));
	json_word(j, "consent_by", oral || option_has(t, OPT_CONSENT_BY) ?
	    onshi_consenter_name(option_number(t, OPT_CONSENT_BY, 0) +
	    ONSHI_CONSENTER_SELF) : NULL);
	json_word(j, "identified_by", option_has(t, OPT_IDENTIFIED_BY) ?
	    onshi_identified_name(option_number(t, OPT_IDENTIFIED_BY, 0) +
	    ONSHI_IDENTIFIED_PAPERS) : NULL);
}

static int
begin(struct session *s, struct tool *t, int kind)
{
	const struct onshi_error *e;
	int licence = option_number(t, OPT_LICENCE, ONSHI_LICENCE_RECEPTION);
	int sign_in = option_number(t, OPT_SIGN_IN, ONSHI_SIGNIN_NONE), r;
	struct failure nobody = { .result = ONSHI_E_OPERATOR, .rule =
	    kind == ONSHI_EMERGENCY_DISASTER ? "DI-6" : "EM-2",
	    .text = "a named operator asks in this mode: --operator" };

	memset(s, 0, sizeof(*s));
	s->t = t;
	s->started = now_ms();
	if (option_text(t, OPT_OPERATOR) == NULL)
		return s->status = fail(t, &nobody);
	if (option_has(t, OPT_FACTORS) || option_has(t, OPT_RIGHT))
		r = onshi_operator_new_emergency(t->root, option_text(t,
		    OPT_OPERATOR), licence, sign_in, option_has(t, OPT_RIGHT) ?
		    1 : 0, option_text(t, OPT_FACTORS), &s->op);
	else
		r = onshi_operator_new(t->root, option_text(t, OPT_OPERATOR),
		    licence, sign_in, &s->op);
	if (r == ONSHI_OK)
		r = onshi_emergency_new(t->root, kind, s->op, &s->emergency);
	if (r != ONSHI_OK) {
		e = onshi_last_error(t->root);
		return s->status = fail_result(t, r,
		    onshi_error_code(e) == r ? e : NULL);
	}
	cancel_watch_emergency(s->emergency);

	return 0;
}

static void
json_end(struct session *s)
{
	struct json *j = &s->t->json;
	int i;

	json_open(j, "timing_ms", '{');
	for (i = ONSHI_PHASE_READER; i <= ONSHI_PHASE_AUDIT; i++)
		if (onshi_phase_name(i) != NULL)
			json_number(j, onshi_phase_name(i),
			    onshi_emergency_ms(s->emergency, i));
	json_number(j, "total", now_ms() - s->started);
	json_close(j, '}');
	json_bool(j, "audit", onshi_emergency_is_recorded(s->emergency) != 0);
}

static int
end(struct session *s)
{
	if (s->emergency != NULL && s->t->is_json)
		json_end(s);
	cancel_watch_emergency(NULL);
	onshi_answer_free(&s->answer);
	onshi_emergency_free(&s->emergency);
	onshi_operator_free(&s->op);
	onshi_wipe(s->got, sizeof(s->got));

	return s->status;
}

/* ---- commands ------------------------------------------------------------------------- */

/* Of nobody there is nothing to be had. */
static bool
is_somebody(const struct session *s)
{
	int outcome = onshi_answer_outcome(s->answer);

	return outcome != ONSHI_OUTCOME_NOT_FOUND &&
	    outcome != ONSHI_OUTCOME_SEVERAL;
}

/* The second word of the command. */
static int
category_of(const char *command)
{
	static const int categories[] = { ONSHI_CATEGORY_DRUGS,
	    ONSHI_CATEGORY_CHECKUPS, ONSHI_CATEGORY_CARE,
	    ONSHI_CATEGORY_PRESCRIPTIONS, ONSHI_CATEGORY_DISPENSING };
	const char *word = strchr(command, ' ') + 1;
	size_t i;

	for (i = 0; i < COUNT(categories); i++)
		if (strcmp(onshi_category_name(categories[i]), word) == 0)
			return categories[i];

	return ONSHI_CATEGORY_ELIGIBILITY;
}

int
command_disaster(struct tool *t)
{
	bool is_search = strcmp(t->command->name, "disaster search") == 0;
	int way = is_search ? ONSHI_WAY_SEARCH : ONSHI_WAY_NUMBER;
	int category = category_of(t->command->name), status;
	struct session s;

	if ((status = setup_root(t)) != 0)
		return status;
	if (begin(&s, t, ONSHI_EMERGENCY_DISASTER) != 0)
		return end(&s);
	if (t->is_json)
		json_said(&s, ONSHI_EMERGENCY_DISASTER, way);
	tell_activation(&s);
	if (input(&s, onshi_emergency_set_way(s.emergency, way)) ==
	    ONSHI_OK && set_texts(&s) == ONSHI_OK &&
	    (is_search || set_ground(&s, category) == ONSHI_OK) &&
	    advance(&s, ONSHI_EMERGENCY_DISASTER) == ONSHI_OK &&
	    print_answer(&s, is_search) == ONSHI_OK && is_somebody(&s) &&
	    category != ONSHI_CATEGORY_ELIGIBILITY)
		get_one(&s, category);

	return end(&s);
}

int
command_emergency(struct tool *t)
{
	int way = option_text(t, OPT_NUMBER) != NULL ? ONSHI_WAY_NUMBER :
	    ONSHI_WAY_CARD;
	struct session s;
	int status;

	if ((status = setup_root(t)) != 0)
		return status;
	if (begin(&s, t, ONSHI_EMERGENCY_HOSPITAL) != 0)
		return end(&s);
	if (t->is_json)
		json_said(&s, ONSHI_EMERGENCY_HOSPITAL, way);
	if (input(&s, onshi_emergency_set_way(s.emergency, way)) ==
	    ONSHI_OK && set_texts(&s) == ONSHI_OK &&
	    set_identified(&s) == ONSHI_OK &&
	    input(&s, onshi_emergency_set_want(s.emergency,
	    option_number(t, OPT_WANT, 0) + ONSHI_WANT_SUMMARY)) ==
	    ONSHI_OK && (option_text(t, OPT_REASON) == NULL ||
	    input(&s, onshi_emergency_set_basis(s.emergency,
	    ONSHI_BASIS_EMERGENCY, option_text(t, OPT_REASON))) ==
	    ONSHI_OK) && advance(&s, ONSHI_EMERGENCY_HOSPITAL) == ONSHI_OK &&
	    print_answer(&s, false) == ONSHI_OK && is_somebody(&s))
		get_wanted(&s);

	return end(&s);
}
