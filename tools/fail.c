/* fail.c: what went wrong, as the member "error" or for the person there. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tools.h"

bool
is_ja(const struct tool *t)
{
	return strcmp(t->lang, "ja") == 0;
}

const char *
say(const struct tool *t, const char *en, const char *ja)
{
	return is_ja(t) ? ja : en;
}

/* The exact text where there is one, else that of the result. */
static const char *
text_of(const struct failure *f)
{
	if (f->text != NULL)
		return f->text;
	if (f->error != NULL && *onshi_error_text(f->error) != '\0')
		return onshi_error_text(f->error);

	return onshi_result_text(f->result, "en");
}

static const char *
text_ja_of(const struct failure *f)
{
	return f->text_ja != NULL ? f->text_ja :
	    onshi_result_text(f->result, "ja");
}

static const char *
remedy_of(const struct failure *f, const char *lang)
{
	const char *own = strcmp(lang, "ja") == 0 ? f->remedy_ja : f->remedy;

	return own != NULL ? own : onshi_result_remedy(f->result, lang);
}

static const char *
rule_of(const struct failure *f)
{
	if (f->rule != NULL)
		return f->rule;

	return f->error != NULL ? onshi_error_rule(f->error) : "";
}

/* What only the library's own error knows. */
static void
json_known(struct json *j, const struct onshi_error *e)
{
	char word[8];
	int outcome = onshi_error_outcome(e);

	if (onshi_error_tries_left(e) >= 0)
		json_number(j, "tries_left", onshi_error_tries_left(e));
	if (onshi_error_status_word(e) >= 0) {
		(void)snprintf(word, sizeof(word), "%04X",
		    (unsigned int)onshi_error_status_word(e) & 0xffffU);
		json_text(j, "status_word", word);
	}
	json_word(j, "phase", onshi_phase_name(onshi_error_phase(e)));
	json_word(j, "sent", onshi_sent_name(onshi_error_sent(e)));
	json_bool(j, "may_retry", onshi_error_may_retry(e) != 0);
	if (outcome != ONSHI_OUTCOME_NONE)
		json_word(j, "outcome", onshi_outcome_name(outcome));
	if (*onshi_error_reason(e) != '\0')
		json_text(j, "reason", onshi_error_reason(e));
	if (*onshi_error_service_code(e) != '\0')
		json_text(j, "service_code", onshi_error_service_code(e));
	if (*onshi_error_service_text(e) != '\0')
		json_text(j, "service_text", onshi_error_service_text(e));
	if (onshi_error_retry_after(e) > 0)
		json_number(j, "retry_after", onshi_error_retry_after(e));
	if (onshi_error_system(e) != 0)
		json_number(j, "system", onshi_error_system(e));
}

static void
fail_json(struct tool *t, const struct failure *f)
{
	struct json *j = &t->json;

	json_open(j, "error", '{');
	json_number(j, "code", f->result);
	json_text(j, "name", onshi_result_name(f->result));
	json_text(j, "text", text_of(f));
	json_text(j, "text_ja", text_ja_of(f));
	json_text(j, "remedy", remedy_of(f, "en"));
	json_text(j, "remedy_ja", remedy_of(f, "ja"));
	if (*rule_of(f) != '\0')
		json_text(j, "rule", rule_of(f));
	if (f->error != NULL)
		json_known(j, f->error);
	else
		json_text(j, "sent", onshi_sent_name(ONSHI_SENT_NOT));
	json_close(j, '}');
}

static void
line(const struct tool *t, const char *en, const char *ja, const char *text)
{
	size_t n, odd;

	if (text == NULL || *text == '\0')
		return;
	(void)fprintf(stderr, "  %s: ", say(t, en, ja));
	for (; *text != '\0'; text += n + odd) {
		n = plain_run(text, &odd);
		(void)fprintf(stderr, "%.*s%s", (int)n, text, odd > 0 ?
		    UNSEEN : "");
	}
	(void)fprintf(stderr, "\n");
}

static void
fail_people(struct tool *t, const struct failure *f)
{
	const char *remedy = remedy_of(f, t->lang);
	const struct onshi_error *e = f->error;

	out_flush(&t->out);
	(void)fprintf(stderr, "%s", say(t, f->text != NULL ? f->text :
	    onshi_result_text(f->result, "en"), text_ja_of(f)));
	/* The others say it themselves. */
	if (e != NULL && f->result == ONSHI_E_PIN_WRONG &&
	    onshi_error_tries_left(e) >= 0)
		(void)fprintf(stderr, "%s%d%s", say(t, " (tries left: ",
		    "（残り"), onshi_error_tries_left(e), say(t, ")",
		    "回）"));
	(void)fprintf(stderr, "\n");
	if (*remedy != '\0')
		(void)fprintf(stderr, "%s%s\n", say(t, "  -> ", "  → "),
		    remedy);
	if (e != NULL) {
		line(t, "result code", "処理結果コード",
		    onshi_error_service_code(e));
		line(t, "the system's message", "システムからのメッセージ",
		    onshi_error_service_text(e));
		line(t, "reason", "理由", onshi_error_reason(e));
	}
	(void)fprintf(stderr, "  [%s: %s%s%s]\n", onshi_result_name(f->result),
	    text_of(f), *rule_of(f) != '\0' ? "; " : "", rule_of(f));
}

int
fail(struct tool *t, const struct failure *f)
{
	int status = f->status != 0 ? f->status :
	    onshi_result_class(f->result);

	if (status == 0)
		status = 1;
	if (!t->has_failed && t->is_json)
		fail_json(t, f);
	else if (!t->has_failed)
		fail_people(t, f);
	t->has_failed = true;

	return status;
}

int
fail_result(struct tool *t, int result, const struct onshi_error *e)
{
	struct failure f = { .result = result, .error = e };

	return fail(t, &f);
}

static int
usage(struct tool *t, const char *text, const char *text_ja)
{
	struct failure f = { .result = ONSHI_E_ARG, .text = text,
	    .text_ja = text_ja, .remedy = "See onshikaku --help.",
	    .remedy_ja = "onshikaku --help を見てください",
	    .status = EXIT_USAGE };

	if (t->is_json)
		return fail(t, &f);
	if (!t->has_failed)
		(void)fprintf(stderr, "onshikaku: %s\n%s\n", say(t, text,
		    text_ja), say(t, f.remedy, f.remedy_ja));
	t->has_failed = true;

	return EXIT_USAGE;
}

int
fail_usage(struct tool *t, const char *en, const char *ja, const char *word)
{
	char text[160], text_ja[240];

	(void)snprintf(text, sizeof(text), "%s%s%.60s", en, word != NULL ?
	    ": " : "", word != NULL ? word : "");
	(void)snprintf(text_ja, sizeof(text_ja), "%s%s%.60s", ja,
	    word != NULL ? ": " : "", word != NULL ? word : "");

	return usage(t, text, text_ja);
}

int
fail_option(struct tool *t, const char *en, const char *ja, const char *name)
{
	char text[160], text_ja[240];

	(void)snprintf(text, sizeof(text), "%s: %s", en, name);
	(void)snprintf(text_ja, sizeof(text_ja), "--%s %s", name, ja);

	return usage(t, text, text_ja);
}

int
fail_file(struct tool *t, const char *what, int error_number)
{
	char text[200];
	struct failure f = { .result = ONSHI_E_DISK, .text = text };

	if (error_number == ECANCELED)
		return fail_result(t, ONSHI_E_CANCELLED, NULL);
	(void)snprintf(text, sizeof(text), "%s: %s", what,
	    strerror(error_number));

	return fail(t, &f);
}
