/*
 * A hospital's emergency: whoever lies there cannot consent, the card is on the
 * reader, no PIN is asked for. emergency REASON: why, for the trail. Needs
 * emergency.enabled in the config. Who asks is fixed here, for brevity: their
 * right and the two factors of their sign-in are what your system knows.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <onshikaku.h>

/* The notice is shown, and the operator types "yes". */
static int
find(struct onshi *o, struct onshi_emergency *e)
{
	char line[16];
	int r;

	while ((r = onshi_emergency_advance(e)) > ONSHI_OK)
		if (r == ONSHI_NEED_CARD) {
			puts(onshi_result_text(r, "ja"));
		} else {
			printf("%s\nyes?\n", onshi_notice_text(o,
			    ONSHI_NOTICE_EMERGENCY, 0, "ja"));
			if (fgets(line, sizeof(line), stdin) == NULL ||
			    strcmp(line, "yes\n") != 0 ||
			    onshi_emergency_acknowledge(e) != ONSHI_OK)
				return ONSHI_E_NOTICE;
		}
	return r;
}

/* The photograph was compared; the summary is what is wanted. */
static int
prepare(struct onshi_emergency *e, const char *reason)
{
	int r;

	if ((r = onshi_emergency_set_way(e, ONSHI_WAY_CARD)) == ONSHI_OK &&
	    (r = onshi_emergency_set_basis(e, ONSHI_BASIS_EMERGENCY,
	    reason)) == ONSHI_OK &&
	    (r = onshi_emergency_set_identified(e,
	    ONSHI_IDENTIFIED_PHOTOGRAPH)) == ONSHI_OK)
		r = onshi_emergency_set_want(e, ONSHI_WANT_SUMMARY);
	return r;
}

static int
drugs(struct onshi_emergency *e)
{
	struct onshi_answer *a;
	const struct onshi_record *rec;
	const char *text;
	int r;

	if ((r = onshi_emergency_get(e, ONSHI_CATEGORY_DRUGS, &a)) != ONSHI_OK)
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

	if (argc == 2 && (r = onshi_config_new(&c)) == ONSHI_OK &&
	    (r = onshi_config_load(c, getenv("ONSHIKAKU_CONF"))) == ONSHI_OK &&
	    (r = onshi_new(ONSHI_ABI, c, &o)) == ONSHI_OK &&
	    (r = onshi_operator_new_emergency(o, "D0001",
	    ONSHI_LICENCE_DOCTOR, ONSHI_SIGNIN_TWO_FACTOR, 1, "1:02,3:01",
	    &op)) == ONSHI_OK &&
	    (r = onshi_emergency_new(o, ONSHI_EMERGENCY_HOSPITAL, op, &e)) ==
	    ONSHI_OK && (r = prepare(e, argv[1])) == ONSHI_OK &&
	    (r = find(o, e)) == ONSHI_OK)
		r = drugs(e);
	if (r < 0)
		fprintf(stderr, "%s\n", onshi_result_text(r, "ja"));
	onshi_emergency_free(&e);
	onshi_operator_free(&op);
	onshi_free(&o);
	onshi_config_free(&c);
	return onshi_result_class(r);
}
