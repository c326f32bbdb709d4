/* checkin.c: onshikaku checkin and eligibility. */
#include "config.h"

#include <string.h>

#include "tools.h"

/* The order of the option's words. */
#define METHOD_OF(index)	((int)(index) + ONSHI_METHOD_FACE)
#define CATEGORY_OF(index)	((int)(index) + ONSHI_CATEGORY_DRUGS)

static int
purpose_of_facility(const struct tool *t)
{
	const char *kind;

	if (onshi_config_text(t->config, "facility.kind", &kind) == ONSHI_OK &&
	    strcmp(kind, "pharmacy") == 0)
		return ONSHI_PURPOSE_DISPENSING;

	return ONSHI_PURPOSE_CARE;
}

static int
check_pin_source(struct tool *t)
{
	if (option_has(t, OPT_PIN_FD) || prompt_is_possible())
		return 0;

	return fail_usage(t, "there is no terminal to enter the PIN at, and "
	    "no", "暗証番号を入力する端末も次の指定もありません", "--pin-fd");
}

/* Refused before the patient is asked for anything; the library's gate refuses
 * it all the same. */
static int
check_visual(struct tool *t)
{
	struct failure nobody = { .result = ONSHI_E_OPERATOR, .rule = "ID-2",
	    .text = "a visual check is the act of a named operator" };
	struct failure unsaid = { .result = ONSHI_E_NOT_CONFIRMED,
	    .rule = "ID-2", .text = "nobody says that the photograph was "
	    "compared: --confirm-visual" };

	if (option_text(t, OPT_OPERATOR) == NULL)
		return fail(t, &nobody);
	if (!option_has(t, OPT_CONFIRM_VISUAL) && !prompt_is_possible())
		return fail(t, &unsaid);

	return 0;
}

static int
check(struct tool *t, int method)
{
	if (option_text(t, OPT_OPERATOR) == NULL &&
	    (option_has(t, OPT_LICENCE) || option_has(t, OPT_SIGN_IN)))
		return fail_usage(t, "whose licence and sign-in? This "
		    "option is needed", "操作者の指定が必要です",
		    "--operator");
	if (method == ONSHI_METHOD_PIN)
		return check_pin_source(t);
	if (method == ONSHI_METHOD_VISUAL)
		return check_visual(t);

	return 0;
}

/* A face reader asks by itself. */
static int
consent(struct session *s, int category)
{
	bool asks = s->method == ONSHI_METHOD_FACE;

	s->asks[category] = asks;

	return session_input(s, onshi_visit_set_consent(s->visit, category,
	    asks ? ONSHI_CONSENT_ASK : ONSHI_CONSENT_GIVEN));
}

/* By sight at the face reader, who says so is there (ID-2). */
static int
set_operator(struct session *s)
{
	return s->method != ONSHI_METHOD_FACE || s->op == NULL ? 0 :
	    session_input(s, onshi_visit_set_operator(s->visit, s->op));
}

/* CO-1: all that the patient was asked is settled before the card. */
static int
set_inputs(struct session *s)
{
	struct tool *t = s->t;
	int32_t consents = option_number(t, OPT_CONSENT, 0);
	int i, status = set_operator(s);

	if (status == 0 && option_text(t, OPT_PATIENT) != NULL)
		status = session_input(s, onshi_visit_set_patient(s->visit,
		    option_text(t, OPT_PATIENT)));
	if (status == 0 && option_has(t, OPT_REGISTER_USE))
		status = session_input(s, onshi_visit_set_register_use(
		    s->visit, 1));
	for (i = 0; status == 0 && CATEGORY_OF(i) < CATEGORIES; i++)
		if ((consents & (1 << i)) != 0)
			status = consent(s, CATEGORY_OF(i));

	return status;
}

int
command_checkin(struct tool *t)
{
	int method = METHOD_OF(option_number(t, OPT_METHOD, 0));
	struct onfile file = { .match = NULL };
	struct session s;
	int status;

	if ((status = check(t, method)) != 0 ||
	    (status = onfile_read(t, &file)) != 0 ||
	    (status = setup_root(t)) != 0) {
		onfile_free(&file);
		return status;
	}
	if (session_begin(&s, t, purpose_of_facility(t), method, &file) == 0 &&
	    set_inputs(&s) == 0) {
		session_run(&s);
		if (s.answer != NULL && option_has(t, OPT_SEAL))
			session_seal(&s);
		if (s.answer != NULL)
			session_get_all(&s);
	}

	status = session_end(&s);
	onfile_free(&file);

	return status;
}

static const struct {
	enum option_id	option;
	int		element;
} numbers[] = {
	{ OPT_INSURER,	ONSHI_EL_INSURER_NUMBER },
	{ OPT_SYMBOL,	ONSHI_EL_INSURED_CARD_SYMBOL },
	{ OPT_NUMBER,	ONSHI_EL_INSURED_IDENTIFICATION_NUMBER },
	{ OPT_BRANCH,	ONSHI_EL_INSURED_BRANCH_NUMBER },
	{ OPT_BIRTHDATE, ONSHI_EL_BIRTHDATE },
	{ OPT_DATE,	ONSHI_EL_QUALIFICATION_CONFIRMATION_DATE }
};

static int
set_numbers(struct session *s)
{
	struct tool *t = s->t;
	size_t i;
	int status = 0;

	for (i = 0; status == 0 && i < COUNT(numbers); i++)
		if (option_text(t, numbers[i].option) != NULL)
			status = session_input(s, onshi_visit_set_text(
			    s->visit, numbers[i].element,
			    option_text(t, numbers[i].option)));
	if (status == 0 && option_has(t, OPT_LIMIT))
		status = session_input(s, onshi_visit_set_consent(s->visit,
		    ONSHI_CATEGORY_LIMIT, ONSHI_CONSENT_GIVEN));

	return status;
}

/* Said before anything is sent: a hint, and no refusal. */
static void
tell_hints(struct tool *t)
{
	bool open = false;
	size_t i;

	for (i = 0; i < COUNT(numbers); i++)
		if (option_rows[numbers[i].option].kind == KIND_TEXT)
			compare_hint(t, numbers[i].option, numbers[i].element,
			    &open);
	if (open)
		json_close(&t->json, ']');
}

int
command_eligibility(struct tool *t)
{
	struct onfile file = { .match = NULL };
	struct session s;
	int status;

	if ((status = pending_read(t)) != 0 ||
	    (status = onfile_read(t, &file)) != 0 ||
	    (status = setup_root(t)) != 0) {
		onfile_free(&file);
		return status;
	}
	tell_hints(t);
	if (session_begin(&s, t, ONSHI_PURPOSE_INSURANCE,
	    ONSHI_METHOD_NUMBER, &file) == 0 && set_numbers(&s) == 0)
		session_run(&s);

	status = session_end(&s);
	onfile_free(&file);

	return status;
}
