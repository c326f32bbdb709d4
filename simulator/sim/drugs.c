/* drugs.c: 薬剤情報, 診療情報: month, day and line blocks of three kinds. */
#include <stdio.h>
#include <string.h>

#include "sim.h"

/* Sources, as in the column of that name. */
enum { CLAIM, PRESCRIBED, DISPENSED, CARE, SOURCES };

struct blocks {
	const char	   *list;	/* around all month blocks, or NULL */
	const char	   *month;
	const struct field *month_fields;
	const char	   *days, *day;
	const struct field *day_fields;
	const char	   *lines, *line;
	const struct field *line_fields;
};

#define MONTH(p, org, hcd, pr, month, own, io) {			\
	{ org, "org", NULL }, { hcd "Cd", "di_code", NULL },		\
	{ hcd "Nm", "di_name", NULL }, { pr "Cd", "pr_code", NULL },	\
	{ pr "Nm", "pr_name", NULL }, { month, "month", NULL },		\
	{ own, "own", NULL }, { io, "in_out", NULL },			\
	{ NULL, NULL, NULL } }

#define LINE(p, class, column) {					\
	{ class, column, NULL }, { p "DrugC", "code", NULL },		\
	{ p "DrugN", "name", NULL }, { p "IngreN", "ingredient", NULL },\
	{ p "Qua1", "quantity", NULL }, { p "Unit", "unit", NULL },	\
	{ p "Times", "times", NULL }, { p "UsageN", "usage", NULL },	\
	{ p "SpInst", "instruction", NULL }, { NULL, NULL, NULL } }

static const struct field claim_month[] =
    MONTH("", "DiOrg", "MeTrDiH", "PrlsH", "MeTrMonth", "PrIsOrg", "InOut");
static const struct field prescribed_month[] =
    MONTH("Sh", "ShPrOrg", "ShMeTrDiH", "ShPrH", "ShPrMonth", "ShPrIsOrg",
    "ShPrCl");
static const struct field dispensed_month[] =
    MONTH("Cz", "CzDiOrg", "CzMeTrDiH", "CzPrlsH", "CzDiMonth", "CzPrIsOrg",
    "CzPrCl");

static const struct field claim_day[] = {
	{ "DiDate", "di_date", NULL }, { "PrDate", "pr_date", NULL },
	{ NULL, NULL, NULL }
};
static const struct field prescribed_day[] = {
	{ "ShPrDate", "pr_date", NULL }, { NULL, NULL, NULL }
};
static const struct field dispensed_day[] = {
	{ "CzDiDate", "di_date", NULL }, { "CzPrDate", "pr_date", NULL },
	{ NULL, NULL, NULL }
};

static const struct field claim_line[] = LINE("", "MeTrIdCl", "class");
static const struct field prescribed_line[] =
    LINE("Sh", "ShUsageCl", "usage_class");
static const struct field dispensed_line[] =
    LINE("Cz", "CzUsageCl", "usage_class");
static const struct field care_line[] = {
	{ "MeTrIdCl", "class", NULL }, { "SinInfCd", "code", NULL },
	{ "SinInfN", "name", NULL }, { "Qua1", "quantity", NULL },
	{ "Unit", "unit", NULL }, { "Times", "times", NULL },
	{ NULL, NULL, NULL }
};

static const struct blocks blocks[SOURCES] = {
	{ NULL, "MeTrMonthInf", claim_month, "DiDateInfs", "DiDateInf",
	    claim_day, "DrugInfs", "DrugInf", claim_line },
	{ "ShPrInf", "ShPrMonthInf", prescribed_month, "ShPrDateInfs",
	    "ShPrDateInf", prescribed_day, "ShDrugInfs", "ShDrugInf",
	    prescribed_line },
	{ "CzDiInf", "CzDiMonthInf", dispensed_month, "CzDiDateInfs",
	    "CzDiDateInf", dispensed_day, "CzDrugInfs", "CzDrugInf",
	    dispensed_line },
	{ NULL, "MeTrMonthInf", claim_month, "DiDateInfs", "DiDateInf",
	    claim_day, "MeTrInfs", "MeTrInf", care_line },
};

/* Where the last row went; the next goes there too while its keys agree. */
struct place {
	int	   source;
	char	   month[160], day[32];
	xmlNodePtr list, days, lines;
};

static void
open_month(xmlNodePtr body, const struct blocks *b, sqlite3_stmt *st,
    struct place *at)
{
	xmlNodePtr node;

	if (at->list == NULL)
		at->list = b->list == NULL ? body :
		    xml_put(body, b->list, NULL);
	node = xml_put(at->list, b->month, NULL);
	answer_row(node, b->month_fields, st);
	at->days = xml_put(node, b->days, NULL);
	at->day[0] = '\0';
}

static void
write_line(xmlNodePtr body, sqlite3_stmt *st, struct place *at)
{
	const struct blocks *b;
	char month[160], day[32];
	int source = (int)db_number(st, "source");
	xmlNodePtr node;

	b = &blocks[source];
	if (source != at->source)
		*at = (struct place){ .source = source };
	snprintf(month, sizeof(month), "%s %s %s %s", db_text(st, "month"),
	    db_text(st, "di_code"), db_text(st, "pr_code"),
	    db_text(st, "in_out"));
	snprintf(day, sizeof(day), "%s %s", db_text(st, "di_date"),
	    db_text(st, "pr_date"));
	if (at->days == NULL || strcmp(month, at->month) != 0)
		open_month(body, b, st, at);
	memcpy(at->month, month, sizeof(month));
	if (strcmp(day, at->day) != 0) {
		node = xml_put(at->days, b->day, NULL);
		answer_row(node, b->day_fields, st);
		at->lines = xml_put(node, b->lines, NULL);
	}
	memcpy(at->day, day, sizeof(day));
	answer_row(xml_put(at->lines, b->line, NULL), b->line_fields, st);
}

/* Lines of the months asked for; how many were written. */
int
drugs_write(struct sim *sim, xmlNodePtr body, const struct drug_query *q)
{
	struct place at = { .source = -1 };
	sqlite3_stmt *st;
	int n = 0;

	generate_care_of(sim, q->person);
	st = db_query(&sim->db, "SELECT *, CASE WHEN source=3 OR pr_code IS "
	    "NULL THEN NULL WHEN pr_code=?1 THEN 1 ELSE 2 END AS own "
	    "FROM drug WHERE person=?2 AND month BETWEEN ?3 AND ?4 AND "
	    "(source=0 OR (source IN (1,2) AND ?5) OR (source=3 AND ?6 AND "
	    "(class<>'50' OR ?7))) "
	    "ORDER BY source=2, source=1, source, month, di_code, pr_code, "
	    "in_out, di_date, pr_date, id", "tiiiiii", q->terminal, q->person,
	    (int64_t)q->from, (int64_t)q->to, (int64_t)q->eprescription,
	    (int64_t)q->care, (int64_t)q->surgery);
	for (; st != NULL && sqlite3_step(st) == SQLITE_ROW; n++)
		write_line(body, st, &at);
	sqlite3_finalize(st);
	return n;
}
