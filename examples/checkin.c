/* Checks a patient in by PIN and prints eligibility and drugs: a first program. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <onshikaku.h>

static void
say_error(const struct onshi_error *e)
{
	int code = onshi_error_code(e);

	fprintf(stderr, "%s\n%s\n(%s: %s)\n", onshi_result_text(code, "ja"),
	    onshi_result_remedy(code, "ja"), onshi_result_name(code),
	    onshi_error_text(e));
}

/* For brevity the PIN is read as it stands; a real program hides it. */
static int
give_pin(struct onshi_visit *v)
{
	char line[16] = "", *volatile wipe = line;
	const struct onshi_error *e = onshi_visit_error(v);
	int r = ONSHI_E_CANCELLED;

	if (onshi_error_code(e) != ONSHI_OK)
		printf("%s（残り%d回）\n", onshi_result_text(onshi_error_code(e),
		    "ja"), onshi_error_tries_left(e));
	printf("暗証番号（4桁）: ");
	fflush(stdout);
	if (fgets(line, sizeof(line), stdin) != NULL) {
		line[strcspn(line, "\r\n")] = '\0';
		r = onshi_visit_set_pin(v, line, 0);
	}
	for (size_t i = 0; i < sizeof(line); i++)
		wipe[i] = 0;

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
	    ONSHI_EL_INSURED_CARD_SYMBOL,
	    ONSHI_EL_INSURED_IDENTIFICATION_NUMBER, 0 };
	static const int drug[] = { ONSHI_EL_DRUG_NAME, ONSHI_EL_QUANTITY,
	    ONSHI_EL_UNIT, 0 };
	struct onshi_config *c = NULL;
	struct onshi *o = NULL;
	struct onshi_operator *op = NULL;
	struct onshi_visit *v = NULL;
	struct onshi_answer *a = NULL, *drugs = NULL;
	const char *conf = getenv("ONSHIKAKU_CONF");
	int r;

	if ((r = onshi_config_new(&c)) != ONSHI_OK ||
	    (r = onshi_config_load(c, conf != NULL ? conf :
	    "onshikaku.conf")) != ONSHI_OK ||
	    (r = onshi_new(ONSHI_ABI, c, &o)) != ONSHI_OK ||
	    (r = onshi_operator_new(o, "D0001", ONSHI_LICENCE_DOCTOR,
	    ONSHI_SIGNIN_TWO_FACTOR, &op)) != ONSHI_OK ||
	    (r = onshi_visit_new(o, ONSHI_PURPOSE_CARE, &v)) != ONSHI_OK ||
	    (r = onshi_visit_set_method(v, ONSHI_METHOD_PIN)) != ONSHI_OK ||
	    (r = onshi_visit_set_consent(v, ONSHI_DRUGS, ONSHI_GIVEN)) !=
	    ONSHI_OK)
		goto out;

	while ((r = onshi_visit_advance(v)) > 0)
		if (r == ONSHI_NEED_CARD)
			puts("マイナンバーカードを置いてください");
		else if (r != ONSHI_NEED_PIN || (r = give_pin(v)) != ONSHI_OK)
			break;
	if (r != ONSHI_OK ||
	    (r = onshi_visit_get(v, ONSHI_ELIGIBILITY, NULL, &a)) != ONSHI_OK)
		goto out;
	printf("資格: %s\n", onshi_outcome_name(onshi_answer_outcome(a)));
	print(a, who);
	if ((r = onshi_visit_get(v, ONSHI_DRUGS, op, &drugs)) == ONSHI_OK)
		print(drugs, drug);
out:
	if (r != ONSHI_OK)
		say_error(v != NULL ? onshi_visit_error(v) :
		    o != NULL ? onshi_last_error(o) : onshi_config_error(c));
	onshi_answer_free(&drugs);
	onshi_answer_free(&a);
	onshi_visit_free(&v);
	onshi_operator_free(&op);
	onshi_free(&o);
	onshi_config_free(&c);

	return r == ONSHI_OK ? 0 : onshi_result_class(r);
}
