/*
 * The reception desk: each patient who checks in at the official face reader is
 * shown, found by the reference number, and taken once staff say whose it is.
 */
#include <stdio.h>
#include <stdlib.h>

#include <onshikaku.h>

static const char *
text_of(const struct onshi_record *rec, int element)
{
	const char *text;

	return onshi_record_text(rec, element, &text) == ONSHI_OK ? text : "";
}

/* By the host's own number first, if it was registered as reference number; else
 * by name and birth date; last of all staff look. */
static int
is_found(const struct onshi_record *rec)
{
	char said[8];

	printf("照会番号: %s　氏名: %s　生年月日: %s\n",
	    text_of(rec, ONSHI_EL_REFERENCE_NUMBER),
	    text_of(rec, ONSHI_EL_NAME), text_of(rec, ONSHI_EL_BIRTHDATE));
	puts("この患者さんを受け付けますか（y/n）");

	return fgets(said, sizeof(said), stdin) != NULL && said[0] == 'y';
}

static int
print_eligibility(struct onshi_visit *v)
{
	const struct onshi_record *rec;
	struct onshi_answer *a;
	int r;

	if ((r = onshi_visit_get(v, ONSHI_CATEGORY_ELIGIBILITY, NULL, &a)) !=
	    ONSHI_OK)
		return r;
	puts(onshi_outcome_text(onshi_answer_outcome(a), "ja"));
	while ((r = onshi_answer_next(a, &rec)) == ONSHI_OK)
		printf("保険者番号: %s\n",
		    text_of(rec, ONSHI_EL_INSURER_NUMBER));
	onshi_answer_free(&a);

	return r == ONSHI_END ? ONSHI_OK : r;
}

/* Who is not ours is left to the other desks. */
static int
receive(struct onshi_visit *v, const struct onshi_operator *op)
{
	const struct onshi_record *rec;
	int r;

	if ((r = onshi_visit_person(v, &rec)) != ONSHI_OK || !is_found(rec))
		return r < 0 ? r : ONSHI_OK;
	if ((r = onshi_visit_confirm(v, op, 1)) == ONSHI_OK &&
	    (r = onshi_visit_advance(v)) == ONSHI_OK)
		return print_eligibility(v);
	puts(onshi_result_text(r, "ja"));

	return r == ONSHI_E_ARRIVAL_TAKEN ? ONSHI_OK : r;
}

int
main(void)
{
	struct onshi_config *c = NULL;
	struct onshi *o = NULL;
	struct onshi_operator *op = NULL;
	struct onshi_arrivals *w = NULL;
	struct onshi_visit *v;
	int r;

	if ((r = onshi_config_new(&c)) != ONSHI_OK ||
	    (r = onshi_config_load(c, getenv("ONSHIKAKU_CONF"))) != ONSHI_OK ||
	    (r = onshi_new(ONSHI_ABI, c, &o)) != ONSHI_OK ||
	    (r = onshi_operator_new(o, "U0001", ONSHI_LICENCE_RECEPTION,
	    ONSHI_SIGNIN_PASSWORD, &op)) != ONSHI_OK)
		goto out;
	r = onshi_arrivals_new(o, ONSHI_PURPOSE_CARE, &w);
	for (; r == ONSHI_OK && (r = onshi_arrivals_next(w, &v)) == ONSHI_OK;
	    onshi_visit_free(&v))	/* seal it first to go on elsewhere */
		r = receive(v, op);
out:
	if (r != ONSHI_OK)
		fprintf(stderr, "%s\n", onshi_result_text(r, "ja"));
	onshi_arrivals_free(&w);
	onshi_operator_free(&op);
	onshi_free(&o);
	onshi_config_free(&c);

	return onshi_result_class(r);
}
