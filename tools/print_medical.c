/* print_medical.c: drugs, care and checkups, for a licensed person. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools.h"

/*
 * A field of a line, with what is put before it. An amount goes by the name of
 * its field and no other, as it stands: what it counts no public source says,
 * and it differs between claims and electronic prescriptions (quantities.md 5).
 */
struct part {
	int		 element;
	const char	*before;	/* blanks alone, or as en and ja */
	const char	*en;		/* "": nothing is put before it */
	const char	*ja;
	const char	*ja_ep;		/* of an electronic prescription */
	bool		 is_told;	/* that it is missing, too */
};

/* Lines of one day and one place stand under one heading. */
struct shape {
	int			 category;
	int			 day[3];	/* the first that is there */
	const struct part	*parts;
	size_t			 n;
};

static const struct part drug[] = {
	{ ONSHI_EL_DRUG_NAME, "", "", "", "", false },
	{ ONSHI_EL_QUANTITY, "  ", "amount ", "使用量 ", "分量 ", true },
	{ ONSHI_EL_UNIT, "", "", "", "", false },
	{ ONSHI_EL_ON_DOSE, "  ", "one dose ", "1回用量 ", "1回用量 ", false },
	{ ONSHI_EL_TIMES, "  ", "times ", "回数 ", "調剤数量 ", true },
	{ ONSHI_EL_USAGE, "  ", "usage ", "用法 ", "用法 ", false },
	{ ONSHI_EL_INSTRUCTION, "  ", "instruction ", "特別指示 ",
	    "特別指示 ", false }
};
static const struct part care[] = {
	{ ONSHI_EL_CARE_NAME, "", "", "", "", false },
	{ ONSHI_EL_QUANTITY, "  ", "amount ", "使用量 ", "使用量 ", false },
	{ ONSHI_EL_UNIT, "", "", "", "", false },
	{ ONSHI_EL_TIMES, "  ", "times ", "回数 ", "回数 ", false }
};
static const struct part checkup[] = {
	{ ONSHI_EL_ITEM_NAME, "", "", "", "", false },
	{ ONSHI_EL_DATA_VALUE_NAME, "  ", "", "", "", false },
	{ ONSHI_EL_DATA_VALUE, "  ", "", "", "", false },
	{ ONSHI_EL_UNIT, " ", "", "", "", false }
};
static const struct shape shapes[] = {
	{ ONSHI_CATEGORY_DRUGS, { ONSHI_EL_DAY_DISPENSED,
	    ONSHI_EL_DAY_PRESCRIBED,
	    ONSHI_EL_MONTH }, drug, COUNT(drug) },
	{ ONSHI_CATEGORY_PRESCRIPTIONS, { ONSHI_EL_DAY_PRESCRIBED,
	    ONSHI_EL_MONTH, ONSHI_EL_MONTH }, drug, COUNT(drug) },
	{ ONSHI_CATEGORY_DISPENSING, { ONSHI_EL_DAY_DISPENSED,
	    ONSHI_EL_DAY_PRESCRIBED, ONSHI_EL_MONTH }, drug, COUNT(drug) },
	{ ONSHI_CATEGORY_CHECKUPS, { ONSHI_EL_EFFECTIVE_TIME, ONSHI_EL_DAY,
	    ONSHI_EL_MONTH }, checkup, COUNT(checkup) },
	{ ONSHI_CATEGORY_CARE, { ONSHI_EL_DAY, ONSHI_EL_DAY_PRESCRIBED,
	    ONSHI_EL_MONTH }, care, COUNT(care) },
	{ ONSHI_CATEGORY_SURGERY, { ONSHI_EL_DAY, ONSHI_EL_DAY_PRESCRIBED,
	    ONSHI_EL_MONTH }, care, COUNT(care) }
};

static const struct {
	const char	*source;
	const char	*en;
	const char	*ja;
} sources[] = {
	{ "claim", "  (from claims)", "  （レセプト）" },
	{ "prescribed", "  (prescribed)", "  （電子処方箋 処方）" },
	{ "dispensed", "  (dispensed)", "  （電子処方箋 調剤）" }
};

static const char *
source_title(const struct tool *t, const char *source)
{
	size_t i;

	for (i = 0; i < COUNT(sources); i++)
		if (strcmp(sources[i].source, source) == 0)
			return say(t, sources[i].en, sources[i].ja);

	return "";
}

/* Day, place and source, as one line. */
static int
heading(const struct tool *t, const struct shape *s,
    const struct onshi_record *rec, struct out *line)
{
	const char *text;
	char plain[TIME_TEXT];
	size_t i;
	int r = ONSHI_ABSENT;

	for (i = 0; i < COUNT(s->day) && r == ONSHI_ABSENT; i++)
		r = onshi_record_text(rec, s->day[i], &text);
	if (r == ONSHI_OK) {
		date_plain(text, plain);
		out_value(line, plain);
	} else if (r != ONSHI_ABSENT) {
		return r;
	}
	if (onshi_record_text(rec, ONSHI_EL_INSTITUTION_NAME, &text) ==
	    ONSHI_OK) {
		out_text(line, "  ");
		out_value(line, text);
	}
	if (onshi_record_text(rec, ONSHI_EL_PRESCRIBER_NAME, &text) ==
	    ONSHI_OK) {
		out_text(line, say(t, "  prescribed by ", "  処方 "));
		out_value(line, text);
	}
	if (onshi_record_text(rec, ONSHI_EL_SOURCE, &text) == ONSHI_OK)
		out_text(line, source_title(t, text));
	out_bytes(line, "", 1);

	return line->data != NULL ? ONSHI_OK : ONSHI_E_NOMEM;
}

/* A dose of 0 says nothing: it was so in all data seen (quantities.md 2). */
static bool
is_no_dose(const struct part *p, const char *text)
{
	return p->element == ONSHI_EL_ON_DOSE &&
	    strspn(text, "0.") == strlen(text);
}

/* What is missing is never a 0. */
static int
print_part(struct tool *t, const struct part *p,
    const struct onshi_record *rec, bool is_claim)
{
	const char *text;
	int r;

	r = onshi_record_text(rec, p->element, &text);
	if (r == ONSHI_ABSENT && p->is_told)
		text = say(t, "not stated", "記載なし");
	else if (r != ONSHI_OK)
		return r == ONSHI_ABSENT ? ONSHI_OK : r;
	if (is_no_dose(p, text))
		return ONSHI_OK;
	out_text(&t->out, p->before);
	out_text(&t->out, say(t, p->en, is_claim ? p->ja : p->ja_ep));
	out_value(&t->out, text);
	if (p->element == ONSHI_EL_ON_DOSE &&
	    onshi_record_text(rec, ONSHI_EL_UNIT, &text) == ONSHI_OK)
		out_value(&t->out, text);

	return ONSHI_OK;
}

/* Codes are for JSON: people read the name of a value, where it has one. */
static bool
is_code(const struct part *p, const struct onshi_record *rec)
{
	const char *name;

	return p->element == ONSHI_EL_DATA_VALUE && onshi_record_text(rec,
	    ONSHI_EL_DATA_VALUE_NAME, &name) == ONSHI_OK;
}

static int
print_line(struct tool *t, const struct shape *s,
    const struct onshi_record *rec)
{
	const char *source;
	bool is_claim;
	size_t i;
	int r;

	is_claim = onshi_record_text(rec, ONSHI_EL_SOURCE, &source) !=
	    ONSHI_OK || strcmp(source, "claim") == 0;
	out_text(&t->out, "    ");
	for (i = 0; i < s->n; i++)
		if (!is_code(&s->parts[i], rec) && (r = print_part(t, &s->parts[i], rec, is_claim)) !=
		    ONSHI_OK)
			return r;
	out_text(&t->out, "\n");

	return ONSHI_OK;
}

/* The heading when it is another than before; last keeps it. */
static int
print_heading(struct tool *t, const struct shape *s,
    const struct onshi_record *rec, struct out *last)
{
	struct out line = { .data = NULL };
	int r;

	if ((r = heading(t, s, rec, &line)) != ONSHI_OK) {
		out_free(&line);
		return r;
	}
	if (last->data != NULL && strcmp(last->data, line.data) == 0) {
		out_free(&line);
		return ONSHI_OK;
	}
	out_text(&t->out, "  ");
	out_text(&t->out, line.data);
	out_text(&t->out, "\n");
	out_free(last);
	*last = line;

	return ONSHI_OK;
}

int
print_medical(struct tool *t, int category, struct onshi_answer *a)
{
	const struct shape *s = shapes;
	const struct onshi_record *rec;
	struct out last = { .data = NULL };
	int r;

	while (s < shapes + COUNT(shapes) && s->category != category)
		s++;
	if (s == shapes + COUNT(shapes))
		return ONSHI_E_UNSUPPORTED;
	out_format(&t->out, "\n%s: %s\n", category_title(t, category),
	    onshi_outcome_text(onshi_answer_outcome(a), t->lang));
	/* What comes from claims comes late; checkups do not. */
	if (onshi_answer_outcome(a) == ONSHI_OUTCOME_NO_DATA &&
	    category != ONSHI_CATEGORY_CHECKUPS)
		out_format(&t->out, "  %s\n", onshi_outcome_remedy(
		    ONSHI_OUTCOME_NO_DATA, t->lang));
	while ((r = onshi_answer_next(a, &rec)) == ONSHI_OK)
		if ((r = print_heading(t, s, rec, &last)) != ONSHI_OK ||
		    (r = print_line(t, s, rec)) != ONSHI_OK)
			break;
	out_free(&last);

	return r == ONSHI_END ? ONSHI_OK : r;
}
