/* Checks a patient in by PIN, prints eligibility and drugs: a first program. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <onshikaku.h>

static void
complain(int r, const struct onshi_error *e)
{
	fprintf(stderr, "%s\n%s\n(%s: %s)\n", onshi_result_text(r, "ja"),
	    onshi_result_remedy(r, "ja"), onshi_result_name(r),
	    onshi_error_text(e));
}

/* The PIN is read as it stands, for brevity; a real program hides it. */
static int
give_pin(struct onshi_visit *v)
{
	const struct onshi_error *e = onshi_visit_error(v);
	char pin[16];
	int r;

	if (onshi_error_code(e) == ONSHI_E_PIN_LAST_TRY)
		return ONSHI_E_PIN_LAST_TRY;	/* not without being asked */
	if (onshi_error_code(e) == ONSHI_E_PIN_WRONG)
		printf("違います。残り%d回です。\n", onshi_error_tries_left(e));
	printf("暗証番号（数字4桁）: ");
	fflush(stdout);
	if (fgets(pin, sizeof(pin), stdin) == NULL)
		return ONSHI_E_CANCELLED;
	pin[strcspn(pin, "\r\n")] = '\0';
	r = onshi_visit_set_pin(v, pin, 0);
	onshi_wipe(pin, sizeof(pin));
	return r;
}

static void
print(struct onshi_answer *a, const int *elements)
{
	const struct onshi_record *rec;
	const char *text;

	while (onshi_answer_next(a, &rec) == ONSHI_OK) {
		for (const int *el = elements; *el != 0; el++)
			if (onshi_record_text(rec, *el, &text) == ONSHI_OK)
				printf("%s  ", text);
		putchar('\n');
	}
}

int
main(void)
{
	static const int who[] = { ONSHI_EL_NAME, ONSHI_EL_INSURER_NUMBER,
	    ONSHI_EL_INSURED_IDENTIFICATION_NUMBER, 0 };
	static const int drug[] = { ONSHI_EL_DRUG_NAME, ONSHI_EL_QUANTITY,
	    ONSHI_EL_UNIT, 0 };
	struct onshi_config *c = NULL;
	struct onshi *o = NULL;
	struct onshi_operator *op = NULL;
	struct onshi_visit *v = NULL;
	struct onshi_answer *a = NULL, *drugs = NULL;
	int r;

	if ((r = onshi_config_new(&c)) != ONSHI_OK ||
	    (r = onshi_config_load(c, getenv("ONSHIKAKU_CONF"))) != ONSHI_OK ||
	    (r = onshi_new(ONSHI_ABI, c, &o)) != ONSHI_OK ||
	    (r = onshi_operator_new(o, "D0001", ONSHI_LICENCE_DOCTOR,
	    ONSHI_SIGNIN_TWO_FACTOR, &op)) != ONSHI_OK ||
	    (r = onshi_visit_new(o, ONSHI_PURPOSE_CARE, &v)) != ONSHI_OK ||
	    (r = onshi_visit_set_method(v, ONSHI_METHOD_PIN)) != ONSHI_OK ||
	    (r = onshi_visit_set_consent(v, ONSHI_CATEGORY_DRUGS,
	    ONSHI_CONSENT_GIVEN)) != ONSHI_OK)
		goto out;
	while ((r = onshi_visit_advance(v)) > 0)
		if (r == ONSHI_NEED_CARD)
			puts("マイナンバーカードを置いてください");
		else if ((r = give_pin(v)) != ONSHI_OK)
			goto out;
	if (r != ONSHI_OK || (r = onshi_visit_get(v,
	    ONSHI_CATEGORY_ELIGIBILITY, NULL, &a)) != ONSHI_OK)
		goto out;
	puts(onshi_outcome_text(onshi_answer_outcome(a), "ja"));
	print(a, who);
	r = onshi_visit_get(v, ONSHI_CATEGORY_DRUGS, op, &drugs);
	if (r == ONSHI_OK)
		print(drugs, drug);
out:
	if (r != ONSHI_OK)
		complain(r, v ? onshi_visit_error(v) : onshi_config_error(c));
	onshi_answer_free(&drugs);
	onshi_answer_free(&a);
	onshi_visit_free(&v);
	onshi_operator_free(&op);
	onshi_free(&o);
	onshi_config_free(&c);
	return onshi_result_class(r);
}
