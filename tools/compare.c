/* compare.c: what differs from the host's own file, for the reception. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "tools.h"

/* ---- which result ------------------------------------------------------- */

/* Insurance and medical assistance have a result each: the one of the file's
 * kind, else the first. */
static bool
is_of_other_kind(const struct onshi_match *m)
{
	int why;
	size_t i;

	for (i = 0; onshi_match_at(m, i, NULL, &why, NULL, NULL) == ONSHI_OK;
	    i++)
		if (why == ONSHI_DIFFERENCE_OTHER_KIND)
			return true;

	return false;
}

/* With the n-th result; ONSHI_END where there are not so many. */
static int
compare_nth(struct session *s, size_t n, const struct onshi_record **rec,
    int *verdict)
{
	int r;

	if (s->answer == NULL) {	/* an arrival that was only looked at */
		if (n > 0 || (r = onshi_visit_person(s->visit, rec)) > 0)
			return ONSHI_END;
		return r != ONSHI_OK ? r : onshi_match_compare(s->file->match,
		    *rec, verdict);
	}
	r = onshi_answer_rewind(s->answer);
	for (*rec = NULL; r == ONSHI_OK; n--) {
		r = onshi_answer_next(s->answer, rec);
		if (n == 0)
			break;
	}

	return r != ONSHI_OK ? r : onshi_match_compare(s->file->match, *rec,
	    verdict);
}

static int
compare(struct session *s, const struct onshi_record **rec, int *verdict)
{
	size_t n;
	int r;

	for (n = 0; (r = compare_nth(s, n, rec, verdict)) == ONSHI_OK; n++)
		if (!is_of_other_kind(s->file->match))
			return ONSHI_OK;
	if (r == ONSHI_END && n > 0)
		r = compare_nth(s, 0, rec, verdict);

	return r;
}

/* ---- as JSON ------------------------------------------------------------ */

static void
json_key(struct json *j, const char *key, int element)
{
	char name[SNAKE_ROOM];

	snake_name(onshi_element_name(element), name);
	json_text(j, key, name);
}

static void
json_differences(struct json *j, const struct onshi_match *m)
{
	const char *mine, *theirs;
	int element, why;
	size_t i;

	json_open(j, "differences", '[');
	for (i = 0; onshi_match_at(m, i, &element, &why, &mine, &theirs) ==
	    ONSHI_OK; i++) {
		json_open(j, NULL, '{');
		json_key(j, "element", element);
		json_text(j, "verdict", onshi_match_verdict_name(
		    onshi_difference_verdict(why)));
		json_text(j, "severity", onshi_severity_name(
		    onshi_difference_severity(why)));
		json_text(j, "reason", onshi_difference_name(why));
		json_text(j, "on_file", mine);
		json_text(j, "answered", theirs);
		json_text(j, "text", onshi_difference_text(why, "en"));
		json_text(j, "text_ja", onshi_difference_text(why, "ja"));
		json_text(j, "step", onshi_difference_step(why, "en"));
		json_text(j, "step_ja", onshi_difference_step(why, "ja"));
		json_close(j, '}');
	}
	json_close(j, ']');
}

/* What to keep, by the result's keys; the day is ours to name (TI-2). */
static void
json_keep(struct json *j, const struct onshi_match *m)
{
	char name[SNAKE_ROOM];
	const char *text;
	int element;
	size_t i;

	json_open(j, "keep", '{');
	for (i = 0; onshi_match_keep_at(m, i, &element, &text) == ONSHI_OK;
	    i++) {
		snake_name(onshi_element_name(element), name);
		json_text(j, element ==
		    ONSHI_EL_QUALIFICATION_CONFIRMATION_DATE ?
		    "last_confirmed" : name, text);
	}
	json_close(j, '}');
}

/* The name as a claim holds it, beside the raw one. */
static void
json_claim(struct json *j, const struct onshi_record *rec)
{
	char form[1024], odd[1024];
	const char *name;

	if (rec == NULL || onshi_record_text(rec, ONSHI_EL_NAME, &name) !=
	    ONSHI_OK || onshi_match_claim_name(name, form, sizeof(form), odd,
	    sizeof(odd)) != ONSHI_OK)
		return;
	json_open(j, "claim_name", '{');
	json_text(j, "text", form);
	json_text(j, "replaced", odd);
	json_close(j, '}');
	onshi_wipe(form, sizeof(form));
	onshi_wipe(odd, sizeof(odd));
}

static void
json_compared(struct session *s, const struct onshi_record *rec, int verdict)
{
	struct json *j = &s->t->json;
	size_t i;

	json_differences(j, s->file->match);
	json_open(j, "compare", '{');
	json_word(j, "verdict", rec == NULL ? NULL :
	    onshi_match_verdict_name(verdict));
	json_word(j, "last_confirmed", s->file->last_confirmed);
	json_keep(j, s->file->match);
	json_claim(j, rec);
	json_open(j, "unknown_keys", '[');
	for (i = 0; i < s->file->nunknown; i++)
		json_text(j, NULL, s->file->unknown[i]);
	json_close(j, ']');
	json_close(j, '}');
}

/* ---- for people --------------------------------------------------------- */

static void
print_value(struct tool *t, const char *en, const char *ja, const char *text)
{
	out_text(&t->out, "      ");
	out_column(&t->out, say(t, en, ja), 10);
	if (*text != '\0')
		out_value(&t->out, text + strspn(text, " "));
	else
		out_text(&t->out, say(t, "(nothing)", "（なし）"));
	out_text(&t->out, "\n");
}

static void
print_difference(struct tool *t, const struct onshi_match *m, size_t i)
{
	const char *mine, *theirs;
	int element, why;

	if (onshi_match_at(m, i, &element, &why, &mine, &theirs) != ONSHI_OK)
		return;
	out_format(&t->out, "  %s%s%s ", say(t, "[", "【"),
	    onshi_severity_text(onshi_difference_severity(why), t->lang),
	    say(t, "]", "】"));
	out_format(&t->out, "%s: ", onshi_element_text(element, t->lang));
	out_text(&t->out, onshi_difference_text(why, t->lang));
	out_text(&t->out, "\n");
	print_value(t, "on file", "登録", mine);
	print_value(t, "answered", "回答", theirs);
	out_text(&t->out, say(t, "      -> ", "      → "));
	out_text(&t->out, onshi_difference_step(why, t->lang));
	out_text(&t->out, "\n");
}

/* A day as people read it; what is longer than any stands as it is. */
static void
print_kept(struct tool *t, int element, const char *text)
{
	char plain[TIME_TEXT];

	if (element == ONSHI_EL_QUALIFICATION_CONFIRMATION_DATE &&
	    strlen(text) == 8) {
		date_plain(text, plain);
		text = plain;
	}
	out_value(&t->out, text);
	out_text(&t->out, "\n");
}

static void
print_compared(struct session *s, int verdict)
{
	struct tool *t = s->t;
	const char *text;
	int element;
	size_t i;

	out_format(&t->out, "%s: %s\n", say(t, "Compared with the own file",
	    "登録との照合"), onshi_match_verdict_text(verdict, t->lang));
	for (i = 0; onshi_match_at(s->file->match, i, NULL, NULL, NULL,
	    NULL) == ONSHI_OK; i++)
		print_difference(t, s->file->match, i);
	for (i = 0; onshi_match_keep_at(s->file->match, i, &element, &text) ==
	    ONSHI_OK; i++) {
		out_format(&t->out, "  %s%s: ", say(t, "keep for next time: ",
		    "次回のために控える "), onshi_element_text(element,
		    t->lang));
		print_kept(t, element, text);
	}
}

int
compare_print(struct session *s)
{
	const struct onshi_record *rec = NULL;
	int verdict = ONSHI_MATCH_COMPATIBLE, r;

	if (s->file == NULL || s->file->match == NULL)
		return ONSHI_OK;
	r = compare(s, &rec, &verdict);
	if (r < 0)
		return r;
	if (r == ONSHI_END)		/* no result: nothing to compare with */
		rec = NULL;
	if (s->t->is_json)
		json_compared(s, rec, verdict);
	else if (rec != NULL)
		print_compared(s, verdict);

	return ONSHI_OK;
}

/* ---- odd characters, before a question is sent ------------------------------ */

static void
tell_hint(const struct tool *t, const char *option, int hint, size_t at)
{
	(void)fprintf(stderr, "--%s: %s%s%lu%s\n", option,
	    onshi_hint_text(hint, t->lang), say(t, " (character ", "（"),
	    (unsigned long)at + 1, say(t, ")", "文字目）"));
}

void
compare_hint(struct tool *t, enum option_id option, int element, bool *open)
{
	const char *text = option_text(t, option);
	struct json *j = &t->json;
	size_t i, at;
	int hint;

	for (i = 0; text != NULL && onshi_match_hint_at(element, text, i,
	    &hint, &at) == ONSHI_OK; i++) {
		tell_hint(t, option_rows[option].name, hint, at);
		if (!t->is_json)
			continue;
		if (!*open)
			json_open(j, "hints", '[');
		*open = true;
		json_open(j, NULL, '{');
		json_key(j, "element", element);
		json_text(j, "hint", onshi_hint_name(hint));
		json_number(j, "at", (int64_t)at);
		json_text(j, "text", onshi_hint_text(hint, "en"));
		json_text(j, "text_ja", onshi_hint_text(hint, "ja"));
		json_close(j, '}');
	}
}
