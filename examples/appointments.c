/*
 * The evening before: all of tomorrow's appointments in one request. A line of
 * standard input is a person: insurer, symbol, number, branch, date of birth.
 * Ended at any moment, it goes on when it is run again: by its ticket.
 *   cc appointments.c -lonshikaku && ./a.out onshikaku.conf <people.csv
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <onshikaku.h>

static int
keep(struct onshi_bulk *b)
{
	const char *ticket;
	FILE *f;
	int r;

	if ((r = onshi_bulk_ticket(b, &ticket)) != ONSHI_OK)
		return r;
	if ((f = fopen("ticket.new", "w")) == NULL)
		return ONSHI_E_DISK;
	if (fputs(ticket, f) < 0 || fflush(f) != 0 || fsync(fileno(f)) != 0)
		r = ONSHI_E_DISK;

	return fclose(f) == 0 && r == ONSHI_OK &&
	    rename("ticket.new", "ticket") == 0 ? ONSHI_OK : ONSHI_E_DISK;
}

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

static int
begin(struct onshi_bulk *b)
{
	char line[1200];
	int r = ONSHI_OK;
	FILE *f;

	while (r == ONSHI_OK && fgets(line, sizeof(line), stdin) != NULL)
		r = add(b, line);
	if (r != ONSHI_OK || (f = fopen("ticket", "r")) == NULL)
		return r != ONSHI_OK ? r : keep(b);
	line[fread(line, 1, sizeof(line) - 1, f)] = '\0';
	(void)fclose(f);

	return onshi_bulk_resume(b, line);
}

int
main(int argc, char **argv)
{
	const struct onshi_record *unit;
	struct onshi_config *c = NULL;
	struct onshi_bulk *b = NULL;
	struct onshi *o = NULL;
	size_t place;
	int r = ONSHI_E_ARG;

	if (argc == 2 && (r = onshi_config_new(&c)) == ONSHI_OK &&
	    (r = onshi_config_load(c, argv[1])) == ONSHI_OK &&
	    (r = onshi_new(ONSHI_ABI, c, &o)) == ONSHI_OK && (r =
	    onshi_bulk_new(o, ONSHI_BULK_ELIGIBILITY, NULL, &b)) == ONSHI_OK)
		r = begin(b);
	while (r == ONSHI_OK && (r = onshi_bulk_advance(b)) ==
	    ONSHI_NEED_LATER && (r = keep(b)) == ONSHI_OK)
		(void)sleep((unsigned int)onshi_bulk_later(b));
	while (r == ONSHI_OK && (r = onshi_bulk_next(b, &unit)) == ONSHI_OK)
		if ((r = onshi_bulk_place(b, &place)) == ONSHI_OK)
			printf("%lu %s\n", (unsigned long)place + 1,
			    onshi_outcome_name(onshi_record_outcome(unit)));
	if (r != ONSHI_END || remove("ticket") != 0)	/* all is void */
		fprintf(stderr, "%s\n", onshi_result_text(r, "ja"));
	onshi_bulk_free(&b);
	onshi_free(&o);
	onshi_config_free(&c);

	return r == ONSHI_END ? 0 : 1;
}
