/* Looks a patient up by number and says what differs from the own file, which
 * stands in the arguments: InsurerNumber=… Birthdate=… Name=… and the like. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <onshikaku.h>

/* What is asked by; odd characters are said before the question is sent. */
static int
ask(struct onshi_visit *v, int element, const char *text)
{
	size_t i, at;
	int hint;

	if (element != ONSHI_EL_BIRTHDATE &&
	    (element < ONSHI_EL_INSURER_NUMBER ||
	    element > ONSHI_EL_INSURED_BRANCH_NUMBER))
		return ONSHI_OK;
	for (i = 0; onshi_match_hint_at(element, text, i, &hint, &at) ==
	    ONSHI_OK; i++)
		printf("%s %lu文字目: %s\n", onshi_element_text(element, "ja"),
		    (unsigned long)at + 1, onshi_hint_text(hint, "ja"));
	return onshi_visit_set_text(v, element, text);
}

static int
take(struct onshi_visit *v, struct onshi_match *m, char *field)
{
	char *text = strchr(field, '=');
	int element, r;

	if (text == NULL)
		return ONSHI_E_ARG;
	*text++ = '\0';
	element = onshi_element_number(field);
	if ((r = onshi_match_set_text(m, element, text)) < 0)
		return r;
	return ask(v, element, text);
}

static int
compare(struct onshi_match *m, const struct onshi_record *rec)
{
	const char *mine, *theirs, *text;
	int verdict, el, d, r;
	size_t i;

	if ((r = onshi_match_compare(m, rec, &verdict)) != ONSHI_OK)
		return r;
	printf("照合: %s\n", onshi_match_verdict_text(verdict, "ja"));
	for (i = 0; onshi_match_at(m, i, &el, &d, &mine, &theirs) == 0; i++)
		printf("%s %s: %s → %s %s\n  → %s\n",
		    onshi_severity_text(onshi_difference_severity(d), "ja"),
		    onshi_element_text(el, "ja"), mine, theirs,
		    onshi_difference_text(d, "ja"),
		    onshi_difference_step(d, "ja"));
	for (i = 0; onshi_match_keep_at(m, i, &el, &text) == 0; i++)
		printf("次回のために保存: %s %s\n",
		    onshi_element_text(el, "ja"), text);
	return ONSHI_OK;
}

int
main(int argc, char **argv)
{
	struct onshi_config *c = NULL;
	struct onshi *o = NULL;
	struct onshi_visit *v = NULL;
	struct onshi_answer *a = NULL;
	struct onshi_match *m = NULL;
	const struct onshi_record *rec;
	int i, r;

	if ((r = onshi_config_new(&c)) == 0 &&
	    (r = onshi_config_load(c, getenv("ONSHIKAKU_CONF"))) == 0 &&
	    (r = onshi_new(ONSHI_ABI, c, &o)) == 0 &&
	    (r = onshi_match_new(&m)) == 0 &&
	    (r = onshi_visit_new(o, ONSHI_PURPOSE_INSURANCE, &v)) == 0)
		r = onshi_visit_set_method(v, ONSHI_METHOD_NUMBER);
	for (i = 1; i < argc && r == 0; i++)
		r = take(v, m, argv[i]);
	if (r == 0 && (r = onshi_visit_advance(v)) == 0 && (r = onshi_visit_get(
	    v, ONSHI_CATEGORY_ELIGIBILITY, NULL, &a)) == 0) {
		puts(onshi_outcome_text(onshi_answer_outcome(a), "ja"));
		while (r == 0 && (r = onshi_answer_next(a, &rec)) == 0)
			r = compare(m, rec);
	}
	if (r != ONSHI_OK && r != ONSHI_END)
		fprintf(stderr, "%s\n%s\n", onshi_result_text(r, "ja"),
		    onshi_result_remedy(r, "ja"));
	onshi_answer_free(&a);
	onshi_match_free(&m);
	onshi_visit_free(&v);
	onshi_free(&o);
	onshi_config_free(&c);
	return r == ONSHI_END ? 0 : onshi_result_class(r);
}
