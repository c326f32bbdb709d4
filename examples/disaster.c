/*
 * A relief station: somebody without card and papers, found by four items, and
 * then the drugs: disaster NAME BIRTHDATE SEX ADDRESS, SEX 1 (male) or 2. Needs
 * disaster.enabled in the config. Who asks is fixed here, for brevity.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <onshikaku.h>

/* One step; the notice is shown, and the operator types "yes" (DI-5). */
static int
step(struct onshi *o, struct onshi_emergency *e)
{
	char line[16];
	int r;

	while ((r = onshi_emergency_advance(e)) == ONSHI_NEED_ACKNOWLEDGE) {
		printf("%s\nyes?\n", onshi_notice_text(o,
		    ONSHI_NOTICE_DISASTER, 0, "ja"));
		if (fgets(line, sizeof(line), stdin) == NULL ||
		    strcmp(line, "yes\n") != 0 ||
		    onshi_emergency_acknowledge(e) != ONSHI_OK)
			return ONSHI_E_NOTICE;
	}
	return r;
}

/* What a search of several, of none, of one withheld answers: its outcome. */
static int
search(struct onshi *o, struct onshi_emergency *e, char **item)
{
	static const int element[] = { ONSHI_EL_NAME, ONSHI_EL_BIRTHDATE,
		ONSHI_EL_SEX1, ONSHI_EL_ADDRESS };
	struct onshi_answer *a;
	int i, r = onshi_emergency_set_way(e, ONSHI_WAY_SEARCH);

	for (i = 0; i < 4 && r == ONSHI_OK; i++)
		r = onshi_emergency_set_text(e, element[i], item[i]);
	if (r != ONSHI_OK || (r = step(o, e)) != ONSHI_OK ||
	    (r = onshi_emergency_get(e, ONSHI_CATEGORY_ELIGIBILITY, &a)) !=
	    ONSHI_OK)
		return r;
	puts(onshi_outcome_text(onshi_answer_outcome(a), "ja"));
	onshi_answer_free(&a);
	return ONSHI_OK;
}

/* By the number found; the person has said yes, the staff knows them. */
static int
drugs(struct onshi *o, struct onshi_emergency *e)
{
	struct onshi_answer *a;
	const struct onshi_record *rec;
	const char *text;
	int r;

	if ((r = onshi_emergency_set_way(e, ONSHI_WAY_NUMBER)) != ONSHI_OK ||
	    (r = onshi_emergency_set_basis(e, ONSHI_BASIS_ORAL, NULL)) !=
	    ONSHI_OK || (r = onshi_emergency_set_consenter(e,
	    ONSHI_CONSENTER_SELF)) != ONSHI_OK ||
	    (r = onshi_emergency_set_identified(e,
	    ONSHI_IDENTIFIED_KNOWN)) != ONSHI_OK ||
	    (r = step(o, e)) != ONSHI_OK ||
	    (r = onshi_emergency_get(e, ONSHI_CATEGORY_DRUGS, &a)) != ONSHI_OK)
		return r > 0 ? ONSHI_E_NOT_CONFIRMED : r;	/* whose is it? */
	while ((r = onshi_answer_next(a, &rec)) == ONSHI_OK)
		if (onshi_record_text(rec, ONSHI_EL_DRUG_NAME, &text) == 0)
			puts(text);
	onshi_answer_free(&a);
	return r == ONSHI_END ? ONSHI_OK : r;
}

int
main(int argc, char **argv)
{
	struct onshi_config *c = NULL;
	struct onshi *o = NULL;
	struct onshi_operator *op = NULL;
	struct onshi_emergency *e = NULL;
	int r = ONSHI_E_ARG;

	if (argc == 5 && (r = onshi_config_new(&c)) == ONSHI_OK &&
	    (r = onshi_config_load(c, getenv("ONSHIKAKU_CONF"))) == ONSHI_OK &&
	    (r = onshi_new(ONSHI_ABI, c, &o)) == ONSHI_OK &&
	    (r = onshi_operator_new(o, "D0001", ONSHI_LICENCE_DOCTOR,
	    ONSHI_SIGNIN_TWO_FACTOR, &op)) == ONSHI_OK && (r =
	    onshi_emergency_new(o, ONSHI_EMERGENCY_DISASTER, op, &e)) ==
	    ONSHI_OK && (r = search(o, e, argv + 1)) == ONSHI_OK)
		r = drugs(o, e);
	if (r < 0)
		fprintf(stderr, "%s\n", onshi_result_text(r, "ja"));
	onshi_emergency_free(&e);
	onshi_operator_free(&op);
	onshi_free(&o);
	onshi_config_free(&c);
	return onshi_result_class(r);
}
