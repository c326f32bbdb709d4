/*
 * Registers your own numbers for patients, so that a face file says whose it
 * is. A line of standard input is a person: insurer, symbol, number, branch and
 * your number, by commas. What may have been handed in is not sent again.
 *   cc register_numbers.c -lonshikaku && ./a.out onshikaku.conf R0001 <numbers
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
	    ONSHI_EL_INSURED_BRANCH_NUMBER, ONSHI_EL_REFERENCE_NUMBER };
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

/* Those of which the service has not said that they are. */
static void
list(const struct onshi_bulk *b, const struct onshi_record *unit)
{
	int outcome = onshi_record_outcome(unit);
	size_t place = 0;

	if (outcome != ONSHI_OUTCOME_REGISTERED &&
	    onshi_bulk_place(b, &place) == ONSHI_OK)
		printf("%lu %s\n", (unsigned long)place + 1,
		    onshi_outcome_text(outcome, "ja"));
}

static void
complain(const struct onshi_bulk *b, int r)
{
	fprintf(stderr, "%s\n%s\n", onshi_result_text(r, "ja"),
	    onshi_result_remedy(r, "ja"));
	if (onshi_error_sent(onshi_bulk_error(b)) == ONSHI_SENT_UNKNOWN)
		fprintf(stderr, "%s\n", onshi_result_remedy(
		    ONSHI_E_UNCERTAIN, "ja"));
}

int
main(int argc, char **argv)
{
	const struct onshi_record *unit;
	struct onshi_operator *op = NULL;
	struct onshi_config *c = NULL;
	struct onshi_bulk *b = NULL;
	struct onshi *o = NULL;
	int r = ONSHI_E_ARG;
	char line[1200];

	if (argc == 3 && (r = onshi_config_new(&c)) == ONSHI_OK &&
	    (r = onshi_config_load(c, argv[1])) == ONSHI_OK &&
	    (r = onshi_new(ONSHI_ABI, c, &o)) == ONSHI_OK &&
	    (r = onshi_operator_new(o, argv[2], ONSHI_LICENCE_RECEPTION,
	    ONSHI_SIGNIN_PASSWORD, &op)) == ONSHI_OK)
		r = onshi_bulk_new(o, ONSHI_BULK_REGISTER, op, &b);
	while (r == ONSHI_OK && fgets(line, sizeof(line), stdin) != NULL)
		r = add(b, line);
	while (r == ONSHI_OK &&
	    (r = onshi_bulk_advance(b)) == ONSHI_NEED_LATER) {
		(void)sleep((unsigned int)onshi_bulk_later(b));
		r = ONSHI_OK;
	}
	while (r == ONSHI_OK && (r = onshi_bulk_next(b, &unit)) == ONSHI_OK)
		list(b, unit);
	if (r != ONSHI_END)
		complain(b, r);
	onshi_bulk_free(&b);
	onshi_operator_free(&op);
	onshi_free(&o);
	onshi_config_free(&c);

	return r == ONSHI_END ? 0 : 1;
}
