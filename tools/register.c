/* register.c: onshikaku register: one person's reference number (照会番号). It
 * changes what the service knows, and is never repeated by itself. */
#include "config.h"

#include <string.h>

#include "tools.h"

static const struct {
	enum option_id	option;
	int		element;
} numbers[] = {
	{ OPT_INSURER,	ONSHI_EL_INSURER_NUMBER },
	{ OPT_SYMBOL,	ONSHI_EL_INSURED_CARD_SYMBOL },
	{ OPT_NUMBER,	ONSHI_EL_INSURED_IDENTIFICATION_NUMBER },
	{ OPT_BRANCH,	ONSHI_EL_INSURED_BRANCH_NUMBER },
	{ OPT_REFERENCE, ONSHI_EL_REFERENCE_NUMBER }
};

static int
failed(struct tool *t, int r, const struct onshi_error *e)
{
	int outcome = onshi_error_code(e) == r ? onshi_error_outcome(e) :
	    ONSHI_OUTCOME_NONE;

	if (t->is_json && outcome != ONSHI_OUTCOME_NONE)
		json_text(&t->json, "outcome", onshi_outcome_name(outcome));

	return fail_result(t, r, onshi_error_code(e) == r ? e : NULL);
}

static int
set_numbers(struct tool *t, struct onshi_bulk *b)
{
	size_t i;
	int r;

	r = onshi_bulk_add(b, NULL);
	for (i = 0; r == ONSHI_OK && i < COUNT(numbers); i++)
		if (option_text(t, numbers[i].option) != NULL)
			r = onshi_bulk_set_text(b, numbers[i].element,
			    option_text(t, numbers[i].option));

	return r;
}

static int
ask(struct onshi_bulk *b, const struct onshi_record **rec)
{
	int r;

	if ((r = onshi_bulk_advance(b)) == ONSHI_OK)
		r = onshi_bulk_next(b, rec);

	return r;
}

static int
show(struct tool *t, const struct onshi_record *rec)
{
	static const char *const ours[] = { "visit", "outcome", "audit",
	    "error", NULL };
	int outcome = onshi_record_outcome(rec);

	if (!t->is_json) {
		out_format(&t->out, "%s\n", onshi_outcome_text(outcome,
		    t->lang));
		print_row(t, onshi_element_text(ONSHI_EL_REFERENCE_NUMBER,
		    t->lang), option_text(t, OPT_REFERENCE));
		return ONSHI_OK;
	}
	json_text(&t->json, "outcome", onshi_outcome_name(outcome));

	return json_record(&t->json, rec, NAMES_SNAKE, ours);
}

static int
run(struct tool *t, struct onshi_bulk *b)
{
	const struct onshi_record *rec = NULL;
	int r, status = 0;

	if (t->is_json)
		json_text(&t->json, "visit", onshi_bulk_id(b));
	if ((r = set_numbers(t, b)) != ONSHI_OK ||
	    (r = ask(b, &rec)) != ONSHI_OK || (r = show(t, rec)) != ONSHI_OK)
		status = failed(t, r, onshi_bulk_error(b));
	if (t->is_json)
		json_bool(&t->json, "audit", onshi_bulk_is_recorded(b) != 0);

	return status;
}

int
command_register(struct tool *t)
{
	struct onshi_operator *op = NULL;
	struct onshi_bulk *b = NULL;
	int r, status;

	if (option_text(t, OPT_OPERATOR) == NULL &&
	    (option_has(t, OPT_LICENCE) || option_has(t, OPT_SIGN_IN)))
		return fail_usage(t, "whose licence and sign-in? This option "
		    "is needed", "操作者の指定が必要です", "--operator");
	if ((status = setup_root(t)) != 0 ||
	    (status = operator_make(t, &op)) != 0)
		return status;
	if ((r = onshi_bulk_new(t->root, ONSHI_BULK_REGISTER_ONE, op, &b)) !=
	    ONSHI_OK) {
		status = failed(t, r, onshi_last_error(t->root));
	} else {
		cancel_watch_bulk(b);
		status = run(t, b);
	}
	cancel_watch_bulk(NULL);
	onshi_bulk_free(&b);
	onshi_operator_free(&op);

	return status;
}
