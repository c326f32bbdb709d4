/* message.c: onshikaku message: reads any file of the interface. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tools.h"

#define FILE_MOST	((size_t)1024 * 1024 * 1024)
#define INDENT		2

/* Reads the operand: 0, or the exit status. A refused FILE is no failure of
 * the line. */
static int
read_message(struct tool *t, struct onshi_message **out)
{
	struct failure f = { .result = ONSHI_OK };
	struct bytes b = { .data = NULL };
	struct onshi_message *m = NULL;
	const char *name = strcmp(t->operand, "-") == 0 ? NULL : t->operand;
	int error, r, status = 0;

	*out = NULL;
	if ((error = bytes_read(t->operand, FILE_MOST, &b)) != 0)
		return fail_file(t, "FILE", error);
	if ((r = onshi_message_new(&m)) != ONSHI_OK) {
		status = fail_result(t, r, NULL);
	} else if ((f.result = onshi_message_read(m, name, b.data, b.len)) !=
	    ONSHI_OK) {
		f.error = onshi_message_error(m);
		if (f.result == ONSHI_E_ANSWER_REFUSED)
			f.status = EXIT_SERVICE;
		status = fail(t, &f);
	}
	bytes_free(&b);
	if (status != 0)
		onshi_message_free(&m);
	*out = m;

	return status;
}

static void
json_strings(struct json *j, const char *key, const struct onshi_message *m,
    int (*at)(const struct onshi_message *, size_t, const char **))
{
	const char *text;
	size_t i;

	json_open(j, key, '[');
	for (i = 0; at(m, i, &text) == ONSHI_OK; i++)
		json_text(j, NULL, text);
	json_close(j, ']');
}

static void
json_part(struct json *j, const char *key, const struct onshi_message *m,
    int (*part)(const struct onshi_message *, const struct onshi_record **))
{
	const struct onshi_record *rec;

	json_open(j, key, '{');
	if (part(m, &rec) == ONSHI_OK)
		(void)json_record(j, rec, NAMES_AS_THEY_STAND, NULL);
	json_close(j, '}');
}

static void
json_kind(struct json *j, const struct onshi_message *m)
{
	int outcome = onshi_message_outcome(m);

	json_word(j, "kind", onshi_message_kind(m));
	if (*onshi_message_kind(m) == '\0')
		json_strings(j, "kind_candidates", m,
		    onshi_message_candidate);
	json_word(j, "outcome", outcome != ONSHI_OUTCOME_NONE ?
	    onshi_outcome_name(outcome) : NULL);
}

static void
print_kind(struct tool *t, const struct onshi_message *m)
{
	const char *kind = onshi_message_kind(m), *candidate;
	int outcome = onshi_message_outcome(m);
	size_t i;

	if (*kind != '\0')
		print_row(t, say(t, "Kind", "種類"), kind);
	for (i = 0; *kind == '\0' && onshi_message_candidate(m, i,
	    &candidate) == ONSHI_OK; i++)
		print_row(t, say(t, "Kind, perhaps", "種類（候補）"),
		    candidate);
	if (outcome != ONSHI_OUTCOME_NONE)
		print_row(t, say(t, "Outcome", "結果"),
		    onshi_outcome_text(outcome, t->lang));
}

/* The tree, with the Japanese names of codes. */
static void
print_record(struct tool *t, const struct onshi_record *rec, size_t depth)
{
	const struct onshi_record *child;
	const char *name, *text, *code_name;
	size_t i, k;
	int el;

	for (i = 0; onshi_record_at(rec, i, &el, &name, &text, &child) ==
	    ONSHI_OK; i++) {
		for (k = 0; k < depth * INDENT; k++)
			out_text(&t->out, " ");
		out_text(&t->out, name);
		if (child != NULL) {
			out_text(&t->out, "\n");
			print_record(t, child, depth + 1);
			continue;
		}
		out_text(&t->out, ": ");
		out_value(&t->out, text != NULL ? text : "");
		if (el != 0 && onshi_record_code(rec, el, NULL,
		    &code_name) == ONSHI_OK && *code_name != '\0' &&
		    onshi_record_is_list(rec, i) == 0) {
			out_text(&t->out, "  ");
			out_text(&t->out, code_name);
		}
		out_text(&t->out, "\n");
	}
}

static void
print_part(struct tool *t, const char *title, const struct onshi_message *m,
    int (*part)(const struct onshi_message *, const struct onshi_record **))
{
	const struct onshi_record *rec;

	if (part(m, &rec) != ONSHI_OK)
		return;
	out_format(&t->out, "%s\n", title);
	print_record(t, rec, 1);
}

static void
print_unknown(struct tool *t, const struct onshi_message *m)
{
	const char *path;
	size_t i;

	for (i = 0; onshi_message_unknown(m, i, &path) == ONSHI_OK; i++)
		print_row(t, say(t, "Unknown element", "未知の要素"), path);
}

int
command_message_show(struct tool *t)
{
	struct onshi_message *m;
	struct json *j = &t->json;
	int status;

	if ((status = read_message(t, &m)) != 0)
		return status;
	if (t->is_json) {
		json_kind(j, m);
		json_part(j, "header", m, onshi_message_header);
		json_part(j, "body", m, onshi_message_body);
		json_strings(j, "unknown", m, onshi_message_unknown);
	} else {
		print_kind(t, m);
		print_part(t, "MessageHeader", m, onshi_message_header);
		print_part(t, "MessageBody", m, onshi_message_body);
		print_unknown(t, m);
	}
	onshi_message_free(&m);

	return 0;
}

/* Worth knowing, but nothing is wrong: tables of codes grow, and old numbers
 * have no check digit. */
static bool
is_note(const char *text)
{
	return strncmp(text, "note: ", 6) == 0 ||
	    strncmp(text, "warning: ", 9) == 0;
}

/* Each thing that is worth saying; returns how many are wrong. */
static size_t
say_findings(struct tool *t, const struct onshi_message *m)
{
	const char *path, *text;
	size_t i, n = 0;

	if (t->is_json)
		json_open(&t->json, "findings", '[');
	for (i = 0; onshi_message_finding(m, i, &path, &text) == ONSHI_OK;
	    i++) {
		n += !is_note(text);
		if (t->is_json) {
			json_open(&t->json, NULL, '{');
			json_text(&t->json, "path", path);
			json_text(&t->json, "text", text);
			json_close(&t->json, '}');
		} else {
			out_format(&t->out, "%s: %s\n", path, text);
		}
	}
	if (t->is_json)
		json_close(&t->json, ']');

	return n;
}

int
command_message_check(struct tool *t)
{
	struct onshi_message *m;
	size_t n;
	int status;

	if ((status = read_message(t, &m)) != 0)
		return status;
	if (t->is_json)
		json_kind(&t->json, m);
	else
		print_kind(t, m);
	n = say_findings(t, m);
	if (t->is_json)
		json_strings(&t->json, "unknown", m, onshi_message_unknown);
	else
		print_unknown(t, m);
	if (n == 0 && !t->is_json)
		out_format(&t->out, "%s\n", say(t, "Nothing is wrong with it.",
		    "誤りはありません"));
	onshi_message_free(&m);

	return n == 0 ? 0 : EXIT_SERVICE;
}
