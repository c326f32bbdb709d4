/* Checks a patient in by PIN, prints eligibility and drugs: a first program. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <onshikaku.h>

/* The PIN is read as it stands, for brevity; a real program hides it. */
static int
give_pin(struct onshi_visit *v, const struct onshi_error *e)
{
	char pin[64];
	int r;

	if (onshi_error_code(e) == ONSHI_E_PIN_LAST_TRY)
		return ONSHI_E_PIN_LAST_TRY;	/* not without being asked */
	printf("暗証番号（数字4桁、残り%d回）: ", onshi_error_tries_left(e));
	fflush(stdout);
	if (fgets(pin, sizeof(pin), stdin) == NULL)
		return ONSHI_E_CANCELLED;
	pin[strcspn(pin, "\r\n")] = '\0';
	r = onshi_visit_set_pin(v, pin, 0);
	onshi_wipe(pin, sizeof(pin));
	return r == ONSHI_E_PIN_SHAPE ? ONSHI_OK : r;	/* asked for again */
}

/* The error beside a need says why it comes again. */
static int
answer(struct onshi_visit *v, int need, const struct onshi_error *e)
{
	if (onshi_error_code(e) != ONSHI_OK)
		puts(onshi_result_text(onshi_error_code(e), "ja"));
	switch (need) {
	case ONSHI_NEED_CARD:
		puts(onshi_result_text(need, "ja"));
		return ONSHI_OK;
	case ONSHI_NEED_PIN:
		return give_pin(v, e);
	default:
		return ONSHI_E_UNSUPPORTED;	/* of a later version */
	}
}

/* ONSHI_END after the last: whatever else the loop ends with is a failure. */
static int
print(struct onshi_visit *v, int category, const struct onshi_operator *op,
    int element)
{
	struct onshi_answer *a;
	const struct onshi_record *rec;
	const char *text;
	int r;

	if ((r = onshi_visit_get(v, category, op, &a)) != ONSHI_OK)
		return r > 0 ? ONSHI_E_NOT_CONFIRMED : r;	/* whose is it? */
	puts(onshi_outcome_text(onshi_answer_outcome(a), "ja"));
	while ((r = onshi_answer_next(a, &rec)) == ONSHI_OK)
		if (onshi_record_text(rec, element, &text) == ONSHI_OK)
			puts(text);
	onshi_answer_free(&a);
	return r == ONSHI_END ? ONSHI_OK : r;
}

int
main(void)
{
	struct onshi_config *c = NULL;
	struct onshi *o = NULL;
	struct onshi_operator *op = NULL;
	struct onshi_visit *v = NULL;
	int r;

	if ((r = onshi_config_new(&c)) != 0 ||
	    (r = onshi_config_load(c, getenv("ONSHIKAKU_CONF"))) != 0 ||
	    (r = onshi_new(ONSHI_ABI, c, &o)) != 0 ||
	    (r = onshi_operator_new(o, "D0001", ONSHI_LICENCE_DOCTOR,
	    ONSHI_SIGNIN_TWO_FACTOR, &op)) != 0 ||
	    (r = onshi_visit_new(o, ONSHI_PURPOSE_CARE, &v)) != 0 ||
	    (r = onshi_visit_set_method(v, ONSHI_METHOD_PIN)) != 0 ||
	    (r = onshi_visit_set_consent(v, ONSHI_CATEGORY_DRUGS, 1)) != 0)
		goto out;
	while ((r = onshi_visit_advance(v)) > 0)
		if ((r = answer(v, r, onshi_visit_error(v))) < 0)
			break;
	if (r == ONSHI_OK && (r = print(v, ONSHI_CATEGORY_ELIGIBILITY, NULL,
	    ONSHI_EL_INSURER_NUMBER)) == ONSHI_OK)
		r = print(v, ONSHI_CATEGORY_DRUGS, op,
		    ONSHI_EL_DRUG_NAME);
out:
	if (r != ONSHI_OK)
		fprintf(stderr, "%s\n%s\n(%s)\n", onshi_result_text(r, "ja"),
		    onshi_result_remedy(r, "ja"), onshi_error_text(v != NULL ?
		    onshi_visit_error(v) : onshi_config_error(c)));
	onshi_visit_free(&v);
	onshi_operator_free(&op);
	onshi_free(&o);
	onshi_config_free(&c);
	return onshi_result_class(r);
}
