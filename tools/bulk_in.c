/* bulk_in.c: whom a bulk asks for, and what it asks of all. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "bulk.h"

enum need { ABSENT, OPTIONAL, NEEDED, UNSENT };

/* A column of IN: its header has all but those that may lack. */
static const struct {
	const char	*name;
	int		 element;
	enum need	 asked;		/* by eligibility, */
	enum need	 registered;	/* by register */
	bool		 may_lack;	/* of the latter */
} columns[] = {
	{ "id", 0, UNSENT, UNSENT, true },
	{ "insurer", ONSHI_EL_INSURER_NUMBER, NEEDED, NEEDED, false },
	{ "symbol", ONSHI_EL_INSURED_CARD_SYMBOL, OPTIONAL, OPTIONAL, false },
	{ "number", ONSHI_EL_INSURED_IDENTIFICATION_NUMBER, NEEDED, NEEDED,
	  false },
	{ "branch", ONSHI_EL_INSURED_BRANCH_NUMBER, OPTIONAL, OPTIONAL,
	  false },
	{ "birthdate", ONSHI_EL_BIRTHDATE, NEEDED, UNSENT, true },
	{ "reference", ONSHI_EL_REFERENCE_NUMBER, ABSENT, NEEDED, false }
};

static enum need
need_of(size_t column, int kind)
{
	return kind == ONSHI_BULK_ELIGIBILITY ? columns[column].asked :
	    columns[column].registered;
}

/* ---- the header ---------------------------------------------------------- */

static int
wrong_header(struct tool *t, const struct in *in, const char *name,
    const char *en, const char *ja)
{
	return table_wrong(t, &in->table, (size_t)-1, name, en, ja);
}

static int
check_header(struct tool *t, const struct in *in, int kind)
{
	const struct table *table = &in->table;
	size_t i, k;

	for (i = 0; i < table->columns; i++) {
		for (k = 0; k < COUNT(columns); k++)
			if (strcmp(columns[k].name, table->cell[i]) == 0 &&
			    need_of(k, kind) != ABSENT)
				break;
		if (k == COUNT(columns))
			return wrong_header(t, in, NULL, "an unknown column",
			    "使えない列があります");
	}
	for (k = 0; k < COUNT(columns); k++)
		if (need_of(k, kind) != ABSENT &&
		    table_column(table, columns[k].name) == table->columns &&
		    !(columns[k].may_lack && need_of(k, kind) == UNSENT))
			return wrong_header(t, in, columns[k].name,
			    "the column is missing", "列がありません");

	return 0;
}

int
in_read(struct tool *t, int kind, const char *path, struct in *in)
{
	int status;

	memset(in, 0, sizeof(*in));
	if (path == NULL)
		return 0;
	if ((status = table_read(t, path, &in->table)) != 0 ||
	    (status = check_header(t, in, kind)) != 0)
		return status;
	in->id = table_column(&in->table, "id");
	if (in->table.rows == 0)
		return wrong_header(t, in, NULL, "nobody stands in it",
		    "1人も記載がありません");

	return 0;
}

/* ---- persons ------------------------------------------------------------- */

/* A day as it is sent; what is too long is none. */
static bool
day_of(const char *cell, char day[16])
{
	int32_t date;

	return strlen(cell) <= 10 && snprintf(day, 16, "%s", cell) > 0 &&
	    date_read(day, &date);
}

static int
give_cell(struct tool *t, const struct in *in, size_t row, size_t k,
    enum need need, struct onshi_bulk *b)
{
	size_t column = table_column(&in->table, columns[k].name);
	const char *cell;
	char day[16];
	int r;

	if (column == in->table.columns || columns[k].element == 0)
		return 0;
	cell = table_cell(&in->table, row, column);
	if (*cell == '\0')
		return need != NEEDED ? 0 : table_wrong(t, &in->table, row,
		    columns[k].name, "the value is missing", "値がありません");
	if (columns[k].element == ONSHI_EL_BIRTHDATE) {
		if (!day_of(cell, day))
			return table_wrong(t, &in->table, row,
			    columns[k].name, "no date, yyyymmdd",
			    "日付（yyyymmdd）ではありません");
		cell = day;
	}
	if (need == UNSENT)
		return 0;
	r = onshi_bulk_set_text(b, columns[k].element, cell);
	onshi_wipe(day, sizeof(day));
	if (r == ONSHI_E_VALUE)
		return table_wrong(t, &in->table, row, columns[k].name,
		    "wrong value", "値が正しくありません");

	return r == ONSHI_OK ? 0 : fail_result(t, r, onshi_bulk_error(b));
}

static int
give_persons(struct tool *t, int kind, const struct in *in,
    struct onshi_bulk *b)
{
	size_t k, row;
	int r, status = 0;

	for (row = 0; status == 0 && row < in->table.rows; row++) {
		if ((r = onshi_bulk_add(b, NULL)) != ONSHI_OK)
			return fail_result(t, r, onshi_bulk_error(b));
		for (k = 0; status == 0 && k < COUNT(columns); k++)
			status = give_cell(t, in, row, k, need_of(k, kind),
			    b);
	}

	return status;
}

/* ---- of all -------------------------------------------------------------- */

static int
give(struct tool *t, struct onshi_bulk *b, enum option_id id, int element,
    const char *text)
{
	int r = onshi_bulk_set_text(b, element, text);

	if (r == ONSHI_E_VALUE)
		return fail_option(t, "wrong value for option",
		    "の値が正しくありません", option_rows[id].name);

	return r == ONSHI_OK ? 0 : fail_result(t, r, onshi_bulk_error(b));
}

/* D, or D..D. */
static int
give_days(struct tool *t, struct onshi_bulk *b, int from, int to)
{
	const char *text = option_text(t, OPT_DAY), *second;
	char first[16] = "", day[2][16];
	size_t n = strcspn(text, ".");
	int status;

	second = text[n] == '\0' ? text : strncmp(text + n, "..", 2) == 0 ?
	    text + n + 2 : "";
	if (n < sizeof(first))
		memcpy(first, text, n);
	if (!day_of(first, day[0]) || !day_of(second, day[1]))
		return fail_option(t, "wrong value for option",
		    "の値が正しくありません", "day");
	if ((status = give(t, b, OPT_DAY, from, day[0])) != 0)
		return status;

	return give(t, b, OPT_DAY, to, day[1]);
}

static int
give_month(struct tool *t, struct onshi_bulk *b)
{
	char month[16];

	if (strlen(option_text(t, OPT_MONTH)) >= sizeof(month) ||
	    snprintf(month, sizeof(month), "%s", option_text(t,
	    OPT_MONTH)) < 0 || !month_read(month))
		return fail_option(t, "wrong value for option",
		    "の値が正しくありません", "month");

	return give(t, b, OPT_MONTH, ONSHI_EL_MEDICAL_TREATMENT_MONTH, month);
}

int
in_give(struct tool *t, int kind, const struct in *in, struct onshi_bulk *b)
{
	switch (kind) {
	case ONSHI_BULK_ASSISTANCE:
		return give_month(t, b);
	case ONSHI_BULK_HOME:
		return give_days(t, b, ONSHI_EL_CONSENT_DATE_FROM,
		    ONSHI_EL_CONSENT_DATE_TO);
	case ONSHI_BULK_TELEMEDICINE:
		return give_days(t, b, ONSHI_EL_EXAMINATION_DATE_FROM,
		    ONSHI_EL_EXAMINATION_DATE_TO);
	default:
		break;
	}
	if (option_text(t, OPT_DATE) != NULL)
		if (give(t, b, OPT_DATE,
		    ONSHI_EL_QUALIFICATION_CONFIRMATION_DATE,
		    option_text(t, OPT_DATE)) != 0)
			return EXIT_USAGE;

	return give_persons(t, kind, in, b);
}
