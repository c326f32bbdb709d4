/*
 * Before claiming: asks again, for a past day, for those who were seen on it,
 * and lists whose insurance was not in force. A line of standard input is a
 * person: insurer, symbol, number, branch, date of birth, by commas.
 *   cc month_end.c -lonshikaku && ./a.out onshikaku.conf 20261130 <people.csv
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <onshikaku.h>

static int
add(struct onshi_bulk *b, char *line)
{
	static const int elements[] = { ONSHI_EL_INSURER_NUMBER,
	    ONSHI_EL_INSURED_CARD_SYMBOL,
	    ONSHI_EL_INSURED_IDENTIFICATION_NUMBER,
	    ONSHI_EL_INSURED_BRANCH_NUMBER, ONSHI_EL_BIRTHDATE };
	int r = onshi_bulk_add(b, NULL), i;
	size_t n = 0;

	for (i = 0; r == ONSHI_OK && i < 5; i++, line += n + 1) {
		n = strcspn(line, ",\r\n");
		if ((line[n] == ',') != (i < 4))
			return ONSHI_E_VALUE;
		line[n] = '\0';
		if (n > 0)
			r = onshi_bulk_set_text(b, elements[i], line);
	}

	return r;
}

/* Until when, as far as it is told. */
static void
list(size_t place, const struct onshi_record *unit, struct onshi_bulk *b)
{
	const struct onshi_record *rec;
	const char *lost = "", *text;
	int outcome = onshi_record_outcome(unit);

	if (outcome == ONSHI_OUTCOME_VALID ||
	    outcome == ONSHI_OUTCOME_VALID_UNREGISTERED)
		return;
	if (onshi_bulk_result_at(b, 0, &rec) == ONSHI_OK &&
	    onshi_record_text(rec, ONSHI_EL_DISQUALIFICATION_DATE, &text) ==
	    ONSHI_OK)
		lost = text;
	printf("%lu %s %s\n", (unsigned long)place + 1,
	    onshi_outcome_text(outcome, "ja"), lost);
}

int
main(int argc, char **argv)
{
	const struct onshi_record *unit;
	struct onshi_config *c = NULL;
	struct onshi_bulk *b = NULL;
	struct onshi *o = NULL;
	int r = ONSHI_E_ARG;
	char line[1200];
	size_t place;

	if (argc == 3 && (r = onshi_config_new(&c)) == ONSHI_OK &&
	    (r = onshi_config_load(c, argv[1])) == ONSHI_OK &&
	    (r = onshi_new(ONSHI_ABI, c, &o)) == ONSHI_OK &&
	    (r = onshi_bulk_new(o, ONSHI_BULK_ELIGIBILITY, NULL, &b)) ==
	    ONSHI_OK)
		r = onshi_bulk_set_text(b,
		    ONSHI_EL_QUALIFICATION_CONFIRMATION_DATE, argv[2]);
	while (r == ONSHI_OK && fgets(line, sizeof(line), stdin) != NULL)
		r = add(b, line);
	while (r == ONSHI_OK &&
	    (r = onshi_bulk_advance(b)) == ONSHI_NEED_LATER) {
		(void)sleep((unsigned int)onshi_bulk_later(b));
		r = ONSHI_OK;
	}
	while (r == ONSHI_OK && (r = onshi_bulk_next(b, &unit)) == ONSHI_OK)
		if ((r = onshi_bulk_place(b, &place)) == ONSHI_OK)
			list(place, unit, b);
	if (r != ONSHI_END)		/* all that was listed is void */
		fprintf(stderr, "%s\n", onshi_result_text(r, "ja"));
	onshi_bulk_free(&b);
	onshi_free(&o);
	onshi_config_free(&c);

	return r == ONSHI_END ? 0 : 1;
}
