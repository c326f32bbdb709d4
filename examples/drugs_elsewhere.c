/*
 * The consulting room: drugs of a patient whom another machine has checked in,
 * and whose visit it has sealed (onshikaku checkin --seal). The name comes from
 * the host system's own entry of the reception, here from standard input.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <onshikaku.h>

static int
name_of_visit(char *name, size_t room)
{
	if (fgets(name, (int)room, stdin) == NULL)
		return ONSHI_E_CANCELLED;
	name[strcspn(name, "\r\n")] = '\0';

	return ONSHI_OK;
}

static void
print_person(const struct onshi_record *rec)
{
	const char *name, *born;

	if (onshi_record_text(rec, ONSHI_EL_NAME, &name) == ONSHI_OK &&
	    onshi_record_text(rec, ONSHI_EL_BIRTHDATE, &born) == ONSHI_OK)
		printf("%s（%s）\n", name, born);
}

/* ONSHI_END after the last: whatever else the loop ends with is a failure. */
static int
print_drugs(struct onshi_visit *v)
{
	struct onshi_answer *a;
	const struct onshi_record *rec;
	const char *text;
	int r;

	if ((r = onshi_visit_get(v, ONSHI_CATEGORY_DRUGS, NULL, &a)) !=
	    ONSHI_OK)
		return r > 0 ? ONSHI_E_NOT_CONFIRMED : r;	/* whose is it? */
	puts(onshi_outcome_text(onshi_answer_outcome(a), "ja"));
	while ((r = onshi_answer_next(a, &rec)) == ONSHI_OK)
		if (onshi_record_text(rec, ONSHI_EL_DRUG_NAME, &text) ==
		    ONSHI_OK)
			puts(text);
	onshi_answer_free(&a);

	return r == ONSHI_END ? ONSHI_OK : r;
}

static int
look(struct onshi *o, const char *name)
{
	struct onshi_operator *doctor = NULL;
	struct onshi_visit *v = NULL;
	const struct onshi_record *rec;
	int r;

	if ((r = onshi_operator_new(o, "D0001", ONSHI_LICENCE_DOCTOR,
	    ONSHI_SIGNIN_TWO_FACTOR, &doctor)) == ONSHI_OK)
		r = onshi_visit_open(o, name, doctor, &v);
	if (r == ONSHI_OK && (r = onshi_visit_person(v, &rec)) == ONSHI_OK)
		print_person(rec);
	if (r >= 0)
		r = print_drugs(v);
	if (r < 0)
		fprintf(stderr, "%s\n%s\n(%s)\n", onshi_result_text(r, "ja"),
		    onshi_result_remedy(r, "ja"), onshi_error_text(v != NULL ?
		    onshi_visit_error(v) : onshi_last_error(o)));
	onshi_visit_free(&v);		/* ends nothing but its use here */
	onshi_operator_free(&doctor);

	return r;
}

int
main(void)
{
	struct onshi_config *c = NULL;
	struct onshi *o = NULL;
	char name[64];
	int r;

	if ((r = onshi_config_new(&c)) == ONSHI_OK &&
	    (r = onshi_config_load(c, getenv("ONSHIKAKU_CONF"))) == ONSHI_OK &&
	    (r = onshi_new(ONSHI_ABI, c, &o)) == ONSHI_OK &&
	    (r = name_of_visit(name, sizeof(name))) == ONSHI_OK)
		r = look(o, name);
	onshi_wipe(name, sizeof(name));
	onshi_free(&o);
	onshi_config_free(&c);

	return onshi_result_class(r);
}
