/*
 * bulk_report.c: what the clerk has to do after the night (bulk --report), the
 * urgent first: as CSV, or as one HTML page that can be printed.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "bulk.h"

#define SOON_DAYS	31

static const struct {
	const char	*name;
	const char	*title[2];	/* en, ja */
	const char	*step[2];
} tasks[TASK_COUNT] = {
	[TASK_LOST] = { "lost", { "No longer in force", "資格喪失" },
	    { "Ask the patient which insurance there is now, and ask again "
	    "by its number.", "現在の保険を患者さんに確認し、新しい番号で照会してください" } },
	[TASK_NEWER] = { "newer_exists", { "Lost, and a newer one exists",
	    "資格喪失（新しい資格あり）" },
	    { "Have the card or the new number shown, and ask again.",
	    "カードか新しい資格情報を確認し、照会し直してください" } },
	[TASK_DIFFERS] = { "differs", { "Differs from your file",
	    "登録内容と相違" }, { "Compare, and mend your file.",
	    "内容を確かめ、登録を直してください" } },
	[TASK_NOT_FOUND] = { "not_found", { "Not found", "該当なし" },
	    { "Look at the typed numbers; a new insurance can take days "
	    "until it is known.",
	    "記号・番号の入力を確かめてください。加入直後は反映まで日数がかかります" } },
	[TASK_EXPIRING] = { "expiring", { "Soon out of its time",
	    "まもなく期限切れ" }, { "Tell the patient, and look at the new "
	    "one next time.", "患者さんに伝え、次回新しい証を確認してください" } },
	[TASK_UNANSWERED] = { "unanswered", { "Without an answer",
	    "回答なし・エラー" }, { "Ask for this person again, one by one.",
	    "この方を個別に照会し直してください" } }
};

/* Fields of a note, in the order of its text. */
enum field {
	FIELD_ID, FIELD_NAME, FIELD_BIRTHDATE, FIELD_INSURER, FIELD_SYMBOL,
	FIELD_NUMBER, FIELD_BRANCH, FIELD_OUTCOME, FIELD_SEVERITY, FIELD_WHAT,
	FIELD_STEP, FIELD_COUNT
};

static const struct {
	const char	*key;
	const char	*title[2];
} fields[FIELD_COUNT] = {
	[FIELD_ID] = { "id", { "id", "患者番号" } },
	[FIELD_NAME] = { "name", { "name", "氏名" } },
	[FIELD_BIRTHDATE] = { "birthdate", { "date of birth", "生年月日" } },
	[FIELD_INSURER] = { "insurer", { "insurer", "保険者番号" } },
	[FIELD_SYMBOL] = { "symbol", { "symbol", "記号" } },
	[FIELD_NUMBER] = { "number", { "number", "番号" } },
	[FIELD_BRANCH] = { "branch", { "branch", "枝番" } },
	[FIELD_OUTCOME] = { "outcome", { "outcome", "判定" } },
	[FIELD_SEVERITY] = { "severity", { "severity", "重要度" } },
	[FIELD_WHAT] = { "what", { "what", "内容" } },
	[FIELD_STEP] = { "step", { "what to do", "対応" } }
};

static int
lang_of(const struct task_list *r)
{
	return is_ja(r->t) ? 1 : 0;
}

/* ---- which --------------------------------------------------------------- */

/* Days since a day long ago, by civil reckoning. */
static int64_t
days_of(int32_t date)
{
	int64_t y = date / 10000, m = date / 100 % 100, d = date % 100;

	y -= m <= 2;
	m += m <= 2 ? 9 : -3;

	return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + d;
}

/* The first day that comes soon, 0. */
static int32_t
expires(const struct task_list *r, const struct onshi_record *rec)
{
	static const int days[][2] = {
		{ 0, ONSHI_EL_INSURED_CARD_EXPIRATION_DATE },
		{ ONSHI_EL_ELDERLY_RECIPIENT_CERTIFICATE_INFO,
		  ONSHI_EL_ELDERLY_RECIPIENT_VALID_END_DATE },
		{ ONSHI_EL_LIMIT_APPLICATION_CERTIFICATE_RELATED_INFO,
		  ONSHI_EL_LIMIT_APPLICATION_CERTIFICATE_VALID_END_DATE }
	};
	const struct onshi_record *within;
	int32_t day, found = 0;
	int64_t left;
	size_t i;

	for (i = 0; rec != NULL && i < COUNT(days); i++) {
		within = rec;
		if (days[i][0] != 0 && onshi_record_child(rec, days[i][0],
		    &within) != ONSHI_OK)
			continue;
		if (onshi_record_date(within, days[i][1], &day) != ONSHI_OK)
			continue;
		left = days_of(day) - days_of(r->day);
		if (left >= 0 && left <= SOON_DAYS && (found == 0 ||
		    day < found))
			found = day;
	}

	return found;
}

/* TASK_COUNT: nothing is to be done. */
static enum task
task_of(const struct task_list *r, int outcome, const struct onshi_record *rec,
    const struct compared *c)
{
	switch (outcome) {
	case ONSHI_OUTCOME_LOST:
		return TASK_LOST;
	case ONSHI_OUTCOME_LOST_NEWER_EXISTS:
		return TASK_NEWER;
	case ONSHI_OUTCOME_NOT_FOUND:
	case ONSHI_OUTCOME_SEVERAL:
		return TASK_NOT_FOUND;
	case ONSHI_OUTCOME_REGISTERED:
		return TASK_COUNT;
	case ONSHI_OUTCOME_VALID:
	case ONSHI_OUTCOME_VALID_UNREGISTERED:
		if (c->severity >= ONSHI_SEVERITY_CHECK)
			return TASK_DIFFERS;
		return expires(r, rec) != 0 ? TASK_EXPIRING : TASK_COUNT;
	default:
		return TASK_UNANSWERED;
	}
}

/* ---- noted --------------------------------------------------------------- */

/* Fields that are put together, in memory that is wiped. */
struct making {
	char	 text[8192];
	size_t	 n;
	bool	 is_full;
};

static void
put(struct making *m, const char *text)
{
	size_t len = strlen(text);

	if (m->n + len + 2 > sizeof(m->text)) {
		m->is_full = true;
		return;
	}
	memcpy(m->text + m->n, text, len);
	m->n += len;
}

static void
next(struct making *m)
{
	if (m->n + 1 < sizeof(m->text))
		m->text[m->n++] = '\0';
}

static const char *
cell_of(const struct in *in, size_t place, const char *name)
{
	size_t column = in->table.columns == 0 ? 0 :
	    table_column(&in->table, name);

	return place == SIZE_MAX || column == in->table.columns ? "" :
	    table_cell(&in->table, place, column);
}

static void
put_answered(struct making *m, const struct onshi_record *rec, int element,
    const char *otherwise)
{
	const char *text;

	if (*otherwise == '\0' && rec != NULL &&
	    onshi_record_text(rec, element, &text) == ONSHI_OK)
		otherwise = text;
	put(m, otherwise);
	next(m);
}

static void
put_differences(struct making *to, const struct task_list *r,
    const struct onshi_match *m)
{
	const char *mine, *theirs;
	int element, why;
	size_t i;
	bool some = false;

	for (i = 0; onshi_match_at(m, i, &element, &why, &mine, &theirs) ==
	    ONSHI_OK; i++) {
		if (onshi_difference_severity(why) < ONSHI_SEVERITY_CHECK)
			continue;
		put(to, some ? "\n" : "");
		put(to, onshi_element_text(element, r->t->lang));
		put(to, ": ");
		put(to, onshi_difference_text(why, r->t->lang));
		put(to, say(r->t, " (", "（"));
		put(to, mine + strspn(mine, " "));
		put(to, say(r->t, " -> ", " → "));
		put(to, theirs + strspn(theirs, " "));
		put(to, say(r->t, ")", "）"));
		some = true;
	}
}

static void
put_what(struct making *to, const struct task_list *r, enum task task,
    int outcome, const struct onshi_record *rec, const struct onshi_match *m)
{
	char digits[16], day[TIME_TEXT];

	if (task == TASK_DIFFERS) {
		put_differences(to, r, m);
	} else if (task == TASK_EXPIRING) {
		(void)snprintf(digits, sizeof(digits), "%08d",
		    (int)expires(r, rec));
		date_plain(digits, day);
		put(to, day);
	} else {
		put(to, onshi_outcome_text(outcome, r->t->lang));
	}
	next(to);
}

static const char *
step_of(const struct task_list *r, enum task task, const struct onshi_match *m)
{
	int why;

	if (task == TASK_DIFFERS && onshi_match_at(m, 0, NULL, &why, NULL,
	    NULL) == ONSHI_OK)
		return onshi_difference_step(why, r->t->lang);

	return tasks[task].step[lang_of(r)];
}

static bool
make_room(struct task_list *r)
{
	size_t room = r->room == 0 ? 64 : 2 * r->room;
	struct note *more;

	if (r->n < r->room)
		return true;
	if ((more = realloc(r->note, room * sizeof(*more))) == NULL)
		return false;
	r->note = more;
	r->room = room;

	return true;
}

static void
keep(struct task_list *r, enum task task, size_t place, const struct making *m)
{
	struct note *note;

	if (!make_room(r)) {
		r->failed = true;
		return;
	}
	note = &r->note[r->n];
	if ((note->text = malloc(m->n)) == NULL) {
		r->failed = true;
		return;
	}
	memcpy(note->text, m->text, m->n);
	note->len = m->n;
	note->task = task;
	note->place = place;
	note->n = r->n++;
}

void
task_take(struct task_list *r, const struct in *in, size_t place, int outcome,
    const struct onshi_record *rec, const struct onshi_match *m,
    const struct compared *c)
{
	enum task task = task_of(r, outcome, rec, c);
	struct making to = { .n = 0 };

	if (task == TASK_COUNT)
		return;
	put(&to, cell_of(in, place, "id"));
	next(&to);
	put_answered(&to, rec, ONSHI_EL_NAME, "");
	put_answered(&to, rec, ONSHI_EL_BIRTHDATE, cell_of(in, place,
	    "birthdate"));
	put_answered(&to, rec, ONSHI_EL_INSURER_NUMBER, cell_of(in, place,
	    "insurer"));
	put_answered(&to, rec, ONSHI_EL_INSURED_CARD_SYMBOL, cell_of(in,
	    place, "symbol"));
	put_answered(&to, rec, ONSHI_EL_INSURED_IDENTIFICATION_NUMBER,
	    cell_of(in, place, "number"));
	put_answered(&to, rec, ONSHI_EL_INSURED_BRANCH_NUMBER, cell_of(in,
	    place, "branch"));
	put(&to, onshi_outcome_name(outcome));
	next(&to);
	put(&to, c->severity > 0 ? onshi_severity_name(c->severity) : "");
	next(&to);
	put_what(&to, r, task, outcome, rec, m);
	put(&to, step_of(r, task, m));
	next(&to);
	keep(r, task, place, &to);
	onshi_wipe(&to, sizeof(to));
}

/* ---- written ------------------------------------------------------------- */

static int
by_task(const void *a, const void *b)
{
	const struct note *x = a, *y = b;

	if (x->task != y->task)
		return x->task < y->task ? -1 : 1;
	if (x->place != y->place)
		return x->place < y->place ? -1 : 1;

	return x->n < y->n ? -1 : x->n > y->n;
}

static void
csv(const struct task_list *r, struct pen *p)
{
	const char *text;
	size_t i, k;

	pen_text(p, "\xef\xbb\xbftodo");
	for (k = 0; k < FIELD_COUNT; k++) {
		pen_text(p, ",");
		pen_text(p, fields[k].key);
	}
	pen_text(p, "\r\n");
	for (i = 0; i < r->n; i++) {
		pen_text(p, tasks[r->note[i].task].name);
		text = r->note[i].text;
		for (k = 0; k < FIELD_COUNT; k++) {
			pen_text(p, ",");
			pen_cell(p, text);
			text += strlen(text) + 1;
		}
		pen_text(p, "\r\n");
	}
}

/* What others wrote is text, whatever it is; a line of it a line there. */
static void
html_text(struct pen *p, const char *text)
{
	for (; *text != '\0'; text++)
		switch (*text) {
		case '&':
			pen_text(p, "&amp;");
			break;
		case '<':
			pen_text(p, "&lt;");
			break;
		case '>':
			pen_text(p, "&gt;");
			break;
		case '"':
			pen_text(p, "&quot;");
			break;
		case '\n':
			pen_text(p, "<br>");
			break;
		default:
			pen_put(p, text, 1);
			break;
		}
}

static void
html_row(struct pen *p, const struct note *note)
{
	const char *text = note->text;
	size_t k;

	pen_text(p, "<tr>");
	for (k = 0; k < FIELD_COUNT; k++) {
		if (k != FIELD_OUTCOME && k != FIELD_SEVERITY) {
			pen_text(p, "<td>");
			html_text(p, text);
			pen_text(p, "</td>");
		}
		text += strlen(text) + 1;
	}
	pen_text(p, "</tr>\n");
}

static size_t
html_group(const struct task_list *r, struct pen *p, size_t i)
{
	enum task task = r->note[i].task;
	char count[32];
	size_t end, k;

	for (end = i; end < r->n && r->note[end].task == task; end++)
		continue;
	(void)snprintf(count, sizeof(count), " (%lu)",
	    (unsigned long)(end - i));
	pen_text(p, "<h2>");
	pen_text(p, tasks[task].title[lang_of(r)]);
	pen_text(p, count);
	pen_text(p, "</h2>\n<table>\n<thead><tr>");
	for (k = 0; k < FIELD_COUNT; k++) {
		if (k == FIELD_OUTCOME || k == FIELD_SEVERITY)
			continue;
		pen_text(p, "<th>");
		pen_text(p, fields[k].title[lang_of(r)]);
		pen_text(p, "</th>");
	}
	pen_text(p, "</tr></thead>\n<tbody>\n");
	for (; i < end; i++)
		html_row(p, &r->note[i]);
	pen_text(p, "</tbody>\n</table>\n");

	return end;
}

static void
html(const struct task_list *r, struct pen *p)
{
	char digits[16], day[TIME_TEXT];
	size_t i = 0;

	(void)snprintf(digits, sizeof(digits), "%08d", (int)r->day);
	date_plain(digits, day);
	pen_text(p, say(r->t, "<!DOCTYPE html>\n<html lang=\"en\">\n",
	    "<!DOCTYPE html>\n<html lang=\"ja\">\n"));
	pen_text(p, "<head>\n<meta charset=\"utf-8\">\n<title>");
	pen_text(p, say(r->t, "Eligibility: what to do",
	    "資格確認（一括照会）要対応一覧"));
	pen_text(p, "</title>\n<style>\nbody { font-family: sans-serif; "
	    "font-size: 10pt; }\ntable { border-collapse: collapse; width: "
	    "100%; }\nth, td { border: 1px solid #888; padding: 2px 6px; "
	    "text-align: left; vertical-align: top; }\nthead { display: "
	    "table-header-group; }\ntr { break-inside: avoid; }\nh2 { "
	    "break-after: avoid; font-size: 12pt; }\n@page { size: A4 "
	    "landscape; margin: 12mm; }\n</style>\n</head>\n<body>\n<h1>");
	pen_text(p, say(r->t, "Eligibility: what to do",
	    "資格確認（一括照会）要対応一覧"));
	pen_text(p, "</h1>\n<p>");
	pen_text(p, say(r->t, "As of ", "資格確認日 "));
	pen_text(p, day);
	pen_text(p, "</p>\n");
	while (i < r->n)
		i = html_group(r, p, i);
	if (r->n == 0)
		pen_text(p, say(r->t, "<p>Nothing is to be done.</p>\n",
		    "<p>対応が必要な方はいません。</p>\n"));
	pen_text(p, "</body>\n</html>\n");
}

static void
write_all(void *self, struct pen *pen)
{
	struct task_list *r = self;

	qsort(r->note, r->n, sizeof(*r->note), by_task);
	if (r->is_html)
		html(r, pen);
	else
		csv(r, pen);
}

/* A run that is taken up again writes it again, the same. */
int
task_write(struct task_list *r)
{
	size_t n = strlen(r->path);
	char *part = malloc(n + sizeof(".part"));
	int error;

	if (part == NULL || r->failed) {
		free(part);
		return ENOMEM;
	}
	memcpy(part, r->path, n);
	memcpy(part + n, ".part", sizeof(".part"));
	error = pen_replace(r->path, part, write_all, r);
	free(part);

	return error;
}

/* ---- its life ------------------------------------------------------------ */

int
task_begin(struct task_list *r, struct tool *t)
{
	char now[TIME_TEXT];
	size_t n;

	memset(r, 0, sizeof(*r));
	r->t = t;
	if ((r->path = option_text(t, OPT_WORK)) == NULL)
		return 0;
	n = strlen(r->path);
	r->is_html = n > 5 && strcmp(r->path + n - 5, ".html") == 0;
	if (!r->is_html && (n <= 4 || strcmp(r->path + n - 4, ".csv") != 0))
		return fail_usage(t, "a name that ends with .html or .csv is "
		    "needed for", "名前を .html か .csv で終わらせてください",
		    "--report");
	time_iso((int64_t)time(NULL), now);
	now[10] = '\0';
	(void)date_read(now, &r->day);
	r->day = option_number(t, OPT_DATE, r->day);

	return 0;
}

void
task_void(struct task_list *r)
{
	while (r->n > 0) {
		r->n--;
		onshi_wipe(r->note[r->n].text, r->note[r->n].len);
		free(r->note[r->n].text);
	}
	r->failed = false;
}

void
task_end(struct task_list *r)
{
	task_void(r);
	free(r->note);
}
