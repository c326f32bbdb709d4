/* help.c: --help and --version, made from the tables. */
#include "config.h"

#include <string.h>

#include "tools.h"

#define INDENT	26

static void
row(struct out *o, const char *left, const char *text)
{
	out_text(o, "  ");
	out_column(o, left, INDENT);
	out_text(o, text);
	out_text(o, "\n");
}

static void
option_row(const struct tool *t, struct out *o, enum option_id id)
{
	const struct option_row *r = &option_rows[id];
	struct out left = { .data = NULL };

	out_format(&left, "--%s%s%s", r->name, r->argument != NULL ? " " : "",
	    r->argument != NULL ? r->argument : "");
	out_bytes(&left, "", 1);
	row(o, left.data != NULL ? left.data : r->name, say(t, r->en, r->ja));
	out_free(&left);
	if (r->words != NULL) {
		out_column(o, "", INDENT + 2);
		out_text(o, r->words);
		out_text(o, r->kind == KIND_WORDS ?
		    say(t, "  (several: by commas)",
		    "  （複数はカンマ区切り）") : "");
		out_text(o, "\n");
	}
}

static void
global_options(const struct tool *t, struct out *o)
{
	int id;

	out_text(o, say(t, "\nfor every command:\n", "\n共通のオプション:\n"));
	for (id = OPT_CONFIG; id <= OPT_VERSION; id++)
		option_row(t, o, (enum option_id)id);
}

static void
help_all(const struct tool *t, struct out *o)
{
	size_t i;

	out_text(o, say(t, "usage: onshikaku COMMAND [OPTION...]\n\n",
	    "使い方: onshikaku コマンド [オプション...]\n\n"));
	for (i = 0; i < ncommands; i++)
		row(o, commands[i].name, say(t, commands[i].en,
		    commands[i].ja));
	global_options(t, o);
	out_text(o, say(t, "\nExit status: 0 answered, 1 internal, 2 usage, "
	    "3 card or reader, 4 network,\n5 the service said no, 6 a rule or "
	    "consent, 7 this machine, 8 cancelled.\n",
	    "\n終了ステータス: 0 応答あり、1 内部エラー、2 使い方、3 カード・リーダー、"
	    "4 回線、\n5 サービスの拒否、6 規則・同意、7 この端末、8 中止\n"));
}

static bool
is_needed(const struct command *c, enum option_id id)
{
	size_t i;

	for (i = 0; c->needed[i] != OPT_COUNT; i++)
		if (c->needed[i] == id)
			return true;

	return false;
}

static void
usage_line(const struct tool *t, struct out *o, const struct command *c)
{
	size_t i;
	bool need;

	out_format(o, "%s onshikaku %s", say(t, "usage:", "使い方:"), c->name);
	for (i = 0; c->options[i] != OPT_COUNT; i++) {
		const struct option_row *r = &option_rows[c->options[i]];

		need = is_needed(c, c->options[i]);
		out_format(o, " %s--%s%s%s%s", need ? "" : "[", r->name,
		    r->argument != NULL ? " " : "",
		    r->argument != NULL ? r->argument : "", need ? "" : "]");
	}
	if (c->operand != NULL)
		out_format(o, c->operand_needed ? " %s" : " [%s]",
		    c->operand);
	out_text(o, "\n");
}

static void
help_command(const struct tool *t, struct out *o, const struct command *c)
{
	size_t i;

	usage_line(t, o, c);
	out_format(o, "%s\n", say(t, c->en, c->ja));
	if (c->options[0] != OPT_COUNT)
		out_text(o, "\n");
	for (i = 0; c->options[i] != OPT_COUNT; i++)
		option_row(t, o, c->options[i]);
}

static void
help_config(const struct tool *t, struct out *o)
{
	const char *key, *text;
	size_t i;

	for (i = 0; onshi_config_key_at(i, t->lang, &key, &text) == ONSHI_OK;
	    i++)
		row(o, key, text);
}

/* Every command that begins with that word. */
static bool
help_word(const struct tool *t, struct out *o, const char *word)
{
	size_t i, n = strlen(word);
	bool found = false;

	for (i = 0; i < ncommands; i++) {
		if (strncmp(commands[i].name, word, n) != 0 ||
		    (commands[i].name[n] != '\0' &&
		    commands[i].name[n] != ' '))
			continue;
		if (found)
			out_text(o, "\n");
		help_command(t, o, &commands[i]);
		found = true;
	}
	if (found)
		global_options(t, o);

	return found;
}

int
command_help(struct tool *t)
{
	struct out text = { .data = NULL };
	const char *word = t->operand;
	int status = 0;

	if (t->command != NULL && t->command->run != command_help)
		word = t->command->name;
	if (word == NULL)
		help_all(t, &text);
	else if (strcmp(word, "config") == 0)
		help_config(t, &text);
	else if (!help_word(t, &text, word))
		status = unknown_command(t, word);
	out_bytes(&text, "", 1);
	if (text.data == NULL)
		status = fail_result(t, ONSHI_E_NOMEM, NULL);
	else if (t->is_json && status == 0)
		json_text(&t->json, "help", text.data);
	else if (status == 0)
		out_text(&t->out, text.data);
	out_free(&text);

	return status;
}

int
command_version(struct tool *t)
{
	if (t->is_json) {
		json_text(&t->json, "version", onshi_version());
		json_number(&t->json, "abi", (int64_t)onshi_abi());
	} else {
		out_format(&t->out, "onshikaku %s (ABI %u)\n",
		    onshi_version(), (unsigned int)onshi_abi());
	}

	return 0;
}
