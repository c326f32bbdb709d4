/* print_medical.c: drugs, care and checkups, for a licensed person. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "tools.h"

/* One line: the first is a day, what follows stands as it is. behind: what is
 * put between it and what came before. */
struct part {
	int		 element;
	const char	*before;
	const char	*after;
};

static const struct part drug[] = {
	{ ONSHI_EL_DAY_DISPENSED, "", "" },
	{ ONSHI_EL_DRUG_NAME, "  ", "" },
	{ ONSHI_EL_QUANTITY, "  ", "" },
	{ ONSHI_EL_UNIT, "", "" },
	{ ONSHI_EL_TIMES, " × ", "" },
	{ ONSHI_EL_USAGE, "  ", "" },
	{ ONSHI_EL_INSTRUCTION, "  ", "" },
	{ ONSHI_EL_INSTITUTION_NAME, "  [", "]" },
	{ ONSHI_EL_SOURCE, "  (", ")" }
};
static const struct part care[] = {
	{ ONSHI_EL_DAY, "", "" },
	{ ONSHI_EL_CARE_NAME, "  ", "" },
	{ ONSHI_EL_QUANTITY, "  ", "" },
	{ ONSHI_EL_UNIT, "", "" },
	{ ONSHI_EL_TIMES, " × ", "" },
	{ ONSHI_EL_INSTITUTION_NAME, "  [", "]" }
};
static const struct part checkup[] = {
	{ ONSHI_EL_DAY, "", "" },
	{ ONSHI_EL_ITEM_NAME, "  ", "" },
	{ ONSHI_EL_DATA_VALUE, "  ", "" },
	{ ONSHI_EL_UNIT, " ", "" },
	{ ONSHI_EL_DATA_VALUE_NAME, "  ", "" }
};

static const struct {
	int			 category;
	const struct part	*parts;
	size_t			 n;
} lines[] = {
	{ ONSHI_DRUGS, drug, COUNT(drug) },
	{ ONSHI_CHECKUPS, checkup, COUNT(checkup) },
	{ ONSHI_CARE, care, COUNT(care) },
	{ ONSHI_SURGERY, care, COUNT(care) }
};

/* A drug that was prescribed and not yet dispensed has that day alone. */
static int
day_of(const struct onshi_record *rec, int element, const char **text)
{
	int r = onshi_record_text(rec, element, text);

	if (r == ONSHI_ABSENT && element == ONSHI_EL_DAY_DISPENSED)
		r = onshi_record_text(rec, ONSHI_EL_DAY_PRESCRIBED, text);
	if (r == ONSHI_ABSENT && element == ONSHI_EL_DAY_DISPENSED)
		r = onshi_record_text(rec, ONSHI_EL_MONTH, text);

	return r;
}

static int
print_line(struct tool *t, const struct part *parts, size_t n,
    const struct onshi_record *rec)
{
	const char *text;
	char plain[TIME_TEXT];
	size_t i;
	int r;

	for (i = 0; i < n; i++) {
		r = i == 0 ? day_of(rec, parts[i].element, &text) :
		    onshi_record_text(rec, parts[i].element, &text);
		if (r == ONSHI_ABSENT)
			continue;
		if (r != ONSHI_OK)
			return r;
		out_text(&t->out, i == 0 ? "  " : parts[i].before);
		if (i == 0)
			date_plain(text, plain);
		out_text(&t->out, i == 0 ? plain : text);
		out_text(&t->out, parts[i].after);
	}
	out_text(&t->out, "\n");

	return ONSHI_OK;
}

int
print_medical(struct tool *t, int category, struct onshi_answer *a)
{
	const struct onshi_record *rec;
	size_t i;
	int r;

	for (i = 0; i < COUNT(lines); i++)
		if (lines[i].category == category)
			break;
	if (i == COUNT(lines))
		return ONSHI_E_UNSUPPORTED;
	out_format(&t->out, "\n%s: %s\n", category_title(t, category),
	    onshi_outcome_text(onshi_answer_outcome(a), t->lang));
	while ((r = onshi_answer_next(a, &rec)) == ONSHI_OK)
		if ((r = print_line(t, lines[i].parts, lines[i].n, rec)) !=
		    ONSHI_OK)
			return r;

	return r == ONSHI_END ? ONSHI_OK : r;
}
