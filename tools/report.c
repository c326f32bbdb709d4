/*
 * report.c: onshikaku audit export --report: what was seen in an exceptional
 * mode in a period, as a report that a facility completes and hands over (規約
 * 26条, DI-9). To be read by people who do not have this program.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "tools.h"

#define PARTS	4

/* The event names that say what was done; what else stands there is not told. */
static const struct {
	const char	*event;
	const char	*en;
	const char	*ja;
	bool		 whole;		/* with its ground */
} told[] = {
	{ "disaster.on", "begun (disaster)", "開始（災害時）",
	  true },
	{ "disaster.ack", "notice acknowledged", "注意事項の確認",
	  false },
	{ "emergency.on", "begun (hospital's emergency)", "開始（救急時）",
	  true },
	{ "emergency.ack", "notice acknowledged", "注意事項の確認",
	  false },
	{ "query.outcome", "viewed", "閲覧",
	  true },
	{ "query.refused", "refused by rule", "規則により拒否",
	  true },
	{ "query.abandoned", "abandoned", "照会の中止",
	  false },
	{ "person.confirmed", "the person confirmed", "本人の情報と確認",
	  false },
	{ "person.denied", "another person's", "別の方の情報",
	  false },
	{ "visit.end", "ended", "終了",
	  false }
};

/* Fields of one line, taken apart in place. */
struct entry {
	const char	*time, *event, *operator_, *licence, *patient;
	const char	*categories, *purpose, *identity, *consent, *result;
	const char	*rule, *number;
};

static void
read_entry(char *line, struct entry *e)
{
	const struct { char key; const char **to; } fields[] = {
		{ 'n', &e->number }, { 't', &e->time }, { 'e', &e->event },
		{ 'a', &e->operator_ }, { 'l', &e->licence },
		{ 'p', &e->patient }, { 'k', &e->categories },
		{ 'u', &e->purpose }, { 'i', &e->identity },
		{ 'c', &e->consent }, { 'r', &e->result }, { 'z', &e->rule } };
	char *rest = line, *field;
	size_t i;

	for (i = 0; i < COUNT(fields); i++)
		*fields[i].to = "";
	while ((field = strsep(&rest, "\t")) != NULL)
		for (i = 0; i < COUNT(fields); i++)
			if (field[0] == fields[i].key && field[1] == '=' &&
			    strcmp(field + 2, "-") != 0) {
				audit_unescape(field + 2);
				*fields[i].to = field + 2;
			}
}

/* The n-th of "a:b:c", the last one with all that follows; "" for "-". */
static const char *
part(const char *value, int n, char *to, size_t room)
{
	size_t len;
	int i;

	for (i = 0; i < n; i++) {
		value += strcspn(value, ":");
		value += *value == ':';
	}
	len = n == PARTS - 1 ? strlen(value) : strcspn(value, ":");
	(void)snprintf(to, room, "%.*s", (int)len, value);

	return strcmp(to, "-") == 0 ? "" : to;
}

/* Words for people of a closed list, by the names of its numbers. */
static const char *
words(const struct tool *t, const char *name,
    const char *(*name_of)(int number),
    const char *(*text_of)(int number, const char *lang), int first)
{
	const char *known;
	int i;

	for (i = first; (known = name_of(i)) != NULL; i++)
		if (strcmp(known, name) == 0)
			return text_of(i, t->lang);

	return name;
}

static void
row(struct tool *t, const char *en, const char *ja, const char *value)
{
	if (*value == '\0')
		return;
	out_format(&t->out, "     %s: ", say(t, en, ja));
	out_value(&t->out, value);
	out_text(&t->out, "\n");
}

static void
row_result(struct tool *t, const char *value)
{
	size_t i, len = strcspn(value, ":");
	int result;

	for (i = 0; onshi_result_at(i, &result) == ONSHI_OK; i++)
		if (strlen(onshi_result_name(result)) == len && strncmp(
		    onshi_result_name(result), value, len) == 0)
			row(t, "result", "結果", onshi_result_text(result,
			    t->lang));
}

static void
print_ground(struct tool *t, const struct entry *e)
{
	char text[1024];

	row(t, "found by", "検索方法", words(t, part(e->identity, 0, text,
	    sizeof(text)), onshi_way_name, onshi_way_text, 1));
	row(t, "identified by", "本人の特定", words(t, part(e->identity, 3,
	    text, sizeof(text)), onshi_identified_name,
	    onshi_identified_text, 1));
	row(t, "basis", "根拠", words(t, part(e->purpose, 1, text,
	    sizeof(text)), onshi_basis_name, onshi_basis_text, 1));
	row(t, "consent given by", "同意した人", words(t, part(e->consent, 0,
	    text, sizeof(text)), onshi_consenter_name, onshi_consenter_text,
	    1));
	row(t, "wanted", "求めた情報", words(t, part(e->consent, 2, text,
	    sizeof(text)), onshi_want_name, onshi_want_text, 1));
	row(t, "reason", "理由", part(e->consent, 3, text, sizeof(text)));
	onshi_wipe(text, sizeof(text));
}

static void
print_entry(struct tool *t, size_t i, const struct entry *e)
{
	char text[1024], time[TIME_TEXT];

	(void)snprintf(time, sizeof(time), "%s", e->time);
	entry_time(t, time);
	out_format(&t->out, "  %s  %s  [%s %s]\n", time, say(t, told[i].en,
	    told[i].ja), say(t, "entry", "記録番号"), e->number);
	row(t, "operator", "操作者", e->operator_);
	row(t, "licence", "資格", words(t, part(e->licence, 0, text,
	    sizeof(text)), onshi_licence_name, onshi_licence_text, 0));
	row(t, "signed in", "認証", words(t, part(e->licence, 1, text,
	    sizeof(text)), onshi_sign_in_name, onshi_sign_in_text, 0));
	row(t, "patient (own number)", "患者番号（自院）", e->patient);
	row(t, "information", "情報", words(t, e->categories,
	    onshi_category_name, onshi_category_text, 0));
	if (told[i].whole)
		print_ground(t, e);
	row_result(t, e->result);
	row(t, "rule", "規則", e->rule);
	out_text(&t->out, "\n");
}

/* Of an exceptional mode: its basis names it. */
static bool
is_exceptional(const struct entry *e)
{
	char mode[32];
	const char *name = part(e->purpose, 2, mode, sizeof(mode));

	return strcmp(name, onshi_emergency_kind_name(
	    ONSHI_EMERGENCY_DISASTER)) == 0 || strcmp(name,
	    onshi_emergency_kind_name(ONSHI_EMERGENCY_HOSPITAL)) == 0;
}

int
report_entry(struct tool *t, char *line)
{
	struct entry e;
	size_t i;

	read_entry(line, &e);
	for (i = 0; is_exceptional(&e) && i < COUNT(told); i++)
		if (strcmp(told[i].event, e.event) == 0)
			print_entry(t, i, &e);

	return ONSHI_OK;
}

static void
blank(struct tool *t, const char *en, const char *ja)
{
	out_format(&t->out, "%s\n     ______________________________________\n",
	    say(t, en, ja));
}

void
report_begin(struct tool *t)
{
	const char *code;
	char from[TIME_TEXT], to[TIME_TEXT];

	if (t->config == NULL || onshi_config_text(t->config,
	    "facility.institution_code", &code) != ONSHI_OK)
		code = "";
	date_plain(option_text(t, OPT_FROM), from);
	date_plain(option_text(t, OPT_TO), to);
	out_format(&t->out, "%s\n\n", say(t,
	    "Report on viewing in an exceptional mode (disaster, emergency; "
	    "terms of use, article 26)",
	    "特例的な閲覧（災害時・救急時）に関する報告書（利用規約第26条）"));
	out_format(&t->out, "%s\n     %s: %s\n", say(t, "1 Facility",
	    "1 施設"), say(t, "institution code", "医療機関等コード"), code);
	blank(t, "     name, person in charge, day", "     名称・責任者・作成日");
	out_format(&t->out, "%s\n     %s - %s\n", say(t, "2 Period",
	    "2 対象期間"), from, to);
	blank(t, "3 What happened", "3 経緯（何があったか）");
	out_format(&t->out, "%s\n\n", say(t,
	    "4 Viewings, as they stand on the audit trail (medical assistance "
	    "included; no names, no insured numbers)",
	    "4 閲覧の記録（監査記録による。医療扶助を含む。氏名・被保険者番号・受給者番号は含まない）"));
}

void
report_end(struct tool *t)
{
	blank(t, "5 Cause", "5 原因");
	blank(t, "6 What was done, and so that it does not happen again",
	    "6 対応と再発防止");
	out_format(&t->out, "%s\n", say(t,
	    "The whole entries are those of `onshikaku audit export`; that "
	    "nobody has changed them is proved by `onshikaku audit verify`.",
	    "記録の全文は onshikaku audit export で書き出せます。改変がないことは "
	    "onshikaku audit verify で確かめられます。"));
}
