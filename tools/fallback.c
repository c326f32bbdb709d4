/* fallback.c: onshikaku fallback: what to go by when no answer is to be had. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools.h"

/* ---- why ------------------------------------------------------------------- */

/* The operand, as its number: a result's name, or an outcome's. */
static bool
read_why(const char *word, int *why)
{
	int result;
	size_t i;

	*why = ONSHI_OUTCOME_NONE;
	if (word == NULL)
		return true;
	for (i = 0; onshi_result_at(i, &result) == ONSHI_OK; i++)
		if (result < 0 &&
		    strcmp(onshi_result_name(result), word) == 0) {
			*why = result;
			return true;
		}
	for (; onshi_outcome_name(*why) != NULL; (*why)++)
		if (strcmp(onshi_outcome_name(*why), word) == 0)
			return true;

	return false;
}

/* A table of the facility's, where there is a configuration at all. */
static int
open_table(struct tool *t, struct onshi_fallback **f)
{
	const char *path = getenv("ONSHIKAKU_CONF");
	int r, status;

	if ((option_text(t, OPT_CONFIG) != NULL ||
	    (path != NULL && *path != '\0')) && (status = setup_config(t)) != 0)
		return status;
	if ((r = onshi_fallback_new(t->config, f)) != ONSHI_OK)
		return fail_result(t, r, t->config == NULL ? NULL :
		    onshi_config_error(t->config));

	return 0;
}

/* ---- as JSON ------------------------------------------------------------------ */

static void
json_day(struct json *j, const char *key, int32_t day)
{
	char digits[12], text[TIME_TEXT];

	(void)snprintf(digits, sizeof(digits), "%08d", (int)day);
	date_plain(digits, text);
	json_word(j, key, day == 0 ? NULL : text);
}

static void
json_paper(struct tool *t, const struct onshi_fallback *f, size_t i)
{
	int field, paper = 0, share = onshi_fallback_share(f, i);
	int32_t since = 0, until = 0;
	struct json *j = &t->json;
	size_t k;

	(void)!onshi_fallback_at(f, i, &paper, NULL, &since, &until);
	json_open(j, NULL, '{');
	json_text(j, "paper", onshi_paper_name(paper));
	json_text(j, "title_ja", onshi_paper_text(paper, "ja"));
	json_day(j, "since", since);
	json_day(j, "until", until);
	json_text(j, "share", onshi_share_name(share));
	json_text(j, "share_ja", onshi_share_text(share, "ja"));
	json_open(j, "fields", '[');
	for (k = 0; onshi_fallback_field_at(f, i, k, &field) == ONSHI_OK; k++)
		json_text(j, NULL, onshi_field_name(field));
	json_close(j, ']');
	json_text(j, "text", onshi_fallback_text(f, i, "en"));
	json_text(j, "text_ja", onshi_fallback_text(f, i, "ja"));
	if (*onshi_fallback_ask(f, i, "en") != '\0') {
		json_text(j, "ask", onshi_fallback_ask(f, i, "en"));
		json_text(j, "ask_ja", onshi_fallback_ask(f, i, "ja"));
	}
	json_close(j, '}');
}

/* Those that count apart from those that nobody vouches for, so that who takes
 * the list for what it says takes none too many. */
static void
json_papers(struct tool *t, const struct onshi_fallback *f, const char *key,
    int wanted)
{
	int standing;
	size_t i;

	json_open(&t->json, key, '[');
	for (i = 0; onshi_fallback_at(f, i, NULL, &standing, NULL, NULL) ==
	    ONSHI_OK; i++)
		if (standing == wanted)
			json_paper(t, f, i);
	json_close(&t->json, ']');
}

static void
say_json(struct tool *t, const struct onshi_fallback *f)
{
	int again = onshi_fallback_again(f);
	struct json *j = &t->json;

	json_day(j, "day", onshi_fallback_day(f));
	json_papers(t, f, "papers", ONSHI_STANDING_ACCEPTED);
	json_papers(t, f, "unclear", ONSHI_STANDING_UNKNOWN);
	json_open(j, "ask_again", '{');
	json_text(j, "when", onshi_again_name(again));
	json_text(j, "text", onshi_again_text(again, "en"));
	json_text(j, "text_ja", onshi_again_text(again, "ja"));
	json_close(j, '}');
}

/* ---- for people --------------------------------------------------------------- */

static void
say_fields(struct tool *t, const struct onshi_fallback *f, size_t i)
{
	int field;
	size_t k;

	for (k = 0; onshi_fallback_field_at(f, i, k, &field) == ONSHI_OK; k++) {
		out_text(&t->out, k == 0 ? say(t, "  write down: ",
		    "  控える項目: ") : say(t, ", ", "、"));
		out_text(&t->out, onshi_field_text(field, t->lang));
	}
	if (k > 0)
		out_text(&t->out, "\n");
}

static void
say_paper(struct tool *t, const struct onshi_fallback *f, size_t i, int paper,
    bool counts)
{
	out_format(&t->out, "%s %s\n  ", counts ? "■" : "□",
	    onshi_paper_text(paper, t->lang));
	out_value(&t->out, onshi_fallback_text(f, i, t->lang));
	out_text(&t->out, "\n");
	if (!counts) {
		out_text(&t->out, say(t, "  ask: ", "  問い合わせ先: "));
		out_value(&t->out, onshi_fallback_ask(f, i, t->lang));
		out_text(&t->out, "\n");
		return;
	}
	out_text(&t->out, say(t, "  the patient pays: ", "  窓口負担: "));
	out_text(&t->out, onshi_share_text(onshi_fallback_share(f, i),
	    t->lang));
	out_text(&t->out, "\n");
	say_fields(t, f, i);
}

static void
say_plain(struct tool *t, const struct onshi_fallback *f)
{
	int paper, standing;
	size_t i;

	for (i = 0; onshi_fallback_at(f, i, &paper, &standing, NULL, NULL) ==
	    ONSHI_OK; i++)
		say_paper(t, f, i, paper,
		    standing == ONSHI_STANDING_ACCEPTED);
	if (i == 0)
		out_text(&t->out, say(t, "No paper is needed for this.\n",
		    "代わりの書類は必要ありません\n"));
	out_text(&t->out, onshi_again_text(onshi_fallback_again(f), t->lang));
	out_text(&t->out, "\n");
}

/* ---- the command -------------------------------------------------------------- */

static int
answer(struct tool *t, struct onshi_fallback *f, int why)
{
	int r, status;

	if ((r = onshi_fallback_for(f, why, option_number(t, OPT_ON, 0))) !=
	    ONSHI_OK)
		return fail_result(t, r, onshi_fallback_error(f));
	if ((status = pending_save(t, t->operand, onshi_fallback_day(f),
	    onshi_again_name(onshi_fallback_again(f)))) != 0)
		return status;
	if (t->is_json)
		say_json(t, f);
	else
		say_plain(t, f);

	return 0;
}

int
command_fallback(struct tool *t)
{
	struct onshi_fallback *f = NULL;
	int status, why;

	if (!read_why(t->operand, &why))
		return fail_usage(t, "neither a result nor an outcome",
		    "結果（ONSHI_E_…）でも判定でもありません", t->operand);
	if ((status = open_table(t, &f)) == 0)
		status = answer(t, f, why);
	onshi_fallback_free(&f);

	return status;
}
