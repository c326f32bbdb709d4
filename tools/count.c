/* count.c: onshikaku audit count: how often eligibility was checked, by card and
 * by number, month by month of Japan time. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools.h"

#define MONTHS	(12 * 200)

struct month {
	char	name[8];	/* "2026-10" */
	int64_t	card;
	int64_t	number;
};

struct months {
	struct month	*at;
	size_t		 n;
};

/* Where a field of a line begins; "" where it is not there. */
static const char *
field_of(const char *line, const char *key)
{
	const char *at = strstr(line, key);

	return at == NULL ? "" : at + strlen(key);
}

static bool
begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* Entries stand in order of time, but for a clock that was set back. */
static struct month *
month_of(struct months *m, const char *name)
{
	struct month *grown;
	size_t i;

	for (i = m->n; i > 0; i--)
		if (strcmp(m->at[i - 1].name, name) == 0)
			return &m->at[i - 1];
	if (m->n == MONTHS)
		return NULL;
	grown = realloc(m->at, (m->n + 1) * sizeof(*grown));
	if (grown == NULL)
		return NULL;
	m->at = grown;
	grown += m->n++;
	memset(grown, 0, sizeof(*grown));
	(void)snprintf(grown->name, sizeof(grown->name), "%.7s", name);

	return grown;
}

/* The exceptional modes are no checks of eligibility. */
static bool
is_exceptional(const char *line)
{
	const char *u = field_of(line, "\tu=");
	size_t len = strcspn(u, "\t"), i, colons = 0;

	for (i = 0; i < len; i++)
		colons += u[i] == ':';

	return colons > 1;
}

/* An answer to a question of eligibility counts; one that failed does not. */
static int
count_line(struct months *m, const char *line)
{
	char name[TIME_TEXT];
	struct month *at;
	int64_t seconds;

	if (is_exceptional(line) ||
	    !begins(field_of(line, "\te="), "query.outcome\t") ||
	    !begins(field_of(line, "\tk="), "eligibility\t") ||
	    !begins(field_of(line, "\tr="), "ONSHI_OK:") ||
	    !entry_seconds(field_of(line, "\tt="), &seconds))
		return ONSHI_OK;
	time_plain(seconds, name);
	name[7] = '\0';
	if ((at = month_of(m, name)) == NULL)
		return ONSHI_E_NOMEM;
	if (begins(field_of(line, "\ti="), "number:"))
		at->number++;
	else
		at->card++;

	return ONSHI_OK;
}

static int
count_all(struct onshi_audit *a, struct months *m)
{
	const char *line;
	size_t len;
	int r;

	while ((r = onshi_audit_next(a, &line, &len)) == ONSHI_OK) {
		if (cancel_is_asked())
			return ONSHI_E_CANCELLED;
		if ((r = count_line(m, line)) != ONSHI_OK)
			return r;
	}

	return r == ONSHI_END ? ONSHI_OK : r;
}

static void
say_month(struct tool *t, const struct month *m)
{
	if (t->is_json) {
		json_open(&t->json, NULL, '{');
		json_text(&t->json, "month", m->name);
		json_number(&t->json, "card", m->card);
		json_number(&t->json, "number", m->number);
		json_close(&t->json, '}');
		return;
	}
	out_format(&t->out, "%s  %s%" PRId64 "  %s%" PRId64 "\n", m->name,
	    say(t, "by card ", "カード "), m->card,
	    say(t, "by number ", "番号入力 "), m->number);
}

int
command_audit_count(struct tool *t)
{
	struct months m = { .at = NULL };
	struct onshi_audit *a = NULL;
	size_t i;
	int r, status;

	if ((status = audit_open(t, &a)) != 0)
		return status;
	if ((r = onshi_audit_select(a, option_number(t, OPT_FROM, 0),
	    option_number(t, OPT_TO, 0))) == ONSHI_OK)
		r = count_all(a, &m);
	if (t->is_json)
		json_open(&t->json, "months", '[');
	for (i = 0; r == ONSHI_OK && i < m.n; i++)
		say_month(t, &m.at[i]);
	if (t->is_json)
		json_close(&t->json, ']');
	if (r != ONSHI_OK)
		status = fail_result(t, r, r == ONSHI_E_CANCELLED ? NULL :
		    onshi_audit_error(a));
	free(m.at);
	onshi_audit_free(&a);

	return status;
}
