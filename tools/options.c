/* options.c: reads the command line, strictly, from one table. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools.h"

/* Those that stand before and after any command. */
static bool
is_global(enum option_id id)
{
	return id <= OPT_VERSION;
}

/* One reading of the command line. */
struct reading {
	struct tool	*t;
	char		**argv;
	int		 argc;
	int		 at;
	const char	*word;		/* first word of the command */
	size_t		 operands;
};

/* Whether one word is the command itself. */
static const struct command *
command_of_word(const char *word)
{
	size_t i;

	for (i = 0; i < ncommands; i++)
		if (strcmp(commands[i].name, word) == 0)
			return &commands[i];

	return NULL;
}

/* The command of two words, or whether some command begins with the first. */
static const struct command *
command_of_words(const char *first, const char *second)
{
	size_t i, n = strlen(first);

	for (i = 0; i < ncommands; i++)
		if (strncmp(commands[i].name, first, n) == 0 &&
		    commands[i].name[n] == ' ' && (second == NULL ||
		    strcmp(commands[i].name + n + 1, second) == 0))
			return &commands[i];

	return NULL;
}

static bool
command_takes(const struct command *c, enum option_id id)
{
	size_t i;

	for (i = 0; c != NULL && c->options[i] != OPT_COUNT; i++)
		if (c->options[i] == id)
			return true;

	return false;
}

/* One name may have a row of its own for some commands: the command's. */
static int
find_option(const struct command *c, const char *name, size_t len)
{
	int i, found = -1;

	for (i = 0; i < OPT_COUNT; i++)
		if (strlen(option_rows[i].name) == len &&
		    strncmp(option_rows[i].name, name, len) == 0) {
			if (command_takes(c, (enum option_id)i))
				return i;
			if (found < 0)
				found = i;
		}

	return found;
}

/* Index of a word of "a|b|c", -1 if it is none. */
static int
word_index(const char *words, const char *text, size_t len)
{
	size_t n;
	int i;

	for (i = 0;; i++, words += n + 1) {
		n = strcspn(words, "|");
		if (n == len && strncmp(words, text, len) == 0)
			return i;
		if (words[n] == '\0')
			return -1;
	}
}

static bool
parse_words(const char *words, const char *text, int32_t *mask)
{
	size_t n;
	int i;

	*mask = 0;
	for (;; text += n + 1) {
		n = strcspn(text, ",");
		if ((i = word_index(words, text, n)) < 0 ||
		    (*mask & (1 << i)) != 0)
			return false;
		*mask |= 1 << i;
		if (text[n] == '\0')
			return true;
	}
}

static bool
parse_number(const char *text, int32_t *number)
{
	int64_t n = 0;

	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9')
			return false;
		if ((n = n * 10 + (*text - '0')) > INT32_MAX)
			return false;
	}
	*number = (int32_t)n;

	return true;
}

static bool
parse_value(const struct option_row *row, struct option *o)
{
	switch (row->kind) {
	case KIND_WORD:
		return (o->number = word_index(row->words, o->text,
		    strlen(o->text))) >= 0;
	case KIND_WORDS:
		return parse_words(row->words, o->text, &o->number);
	case KIND_DATE:
		return date_read(o->text, &o->number);
	case KIND_NUMBER:
		return parse_number(o->text, &o->number);
	default:
		return true;
	}
}

/* value is argv's own: what is personal is taken out of it (ps would show it
 * to anybody). */
static int
take(struct reading *rd, int id, char *value)
{
	const struct option_row *row = &option_rows[id];
	struct option *o = &rd->t->option[id];

	if (o->given)
		return fail_option(rd->t, "given twice",
		    "が2回指定されています", row->name);
	o->given = true;
	if (value == NULL)
		return 0;
	if ((o->text = strdup(value)) == NULL)
		return fail_result(rd->t, ONSHI_E_NOMEM, NULL);
	if (row->personal)
		memset(value, 'x', strlen(value));
	if (!parse_value(row, o))
		return fail_option(rd->t, "wrong value for option",
		    "の値が正しくありません", row->name);
	if (id == OPT_LANG) {
		rd->t->lang = o->number == 0 ? "ja" : "en";
		rd->t->lang_settled = true;
	}

	return 0;
}

/* Its number; *value: what stands behind =, or NULL. */
static int
option_of(const struct command *c, char *arg, char **value)
{
	size_t len = strcspn(arg, "=");

	if (strcmp(arg, "-c") == 0)
		return OPT_CONFIG;
	if (arg[1] != '-')
		return -1;
	if (arg[len] == '=')
		*value = arg + len + 1;

	return find_option(c, arg + 2, len - 2);
}

/* What stands behind = may be a person's, and is not said. */
static int
unknown_option(struct tool *t, const char *arg)
{
	char name[40];

	(void)snprintf(name, sizeof(name), "%.*s",
	    (int)(arg[1] != '-' ? 2 : strcspn(arg, "=")), arg);

	return fail_usage(t, "unknown option", "オプションが正しくありません",
	    name);
}

/* "--name", "--name=value", "--name value", "-c value". */
static int
read_option(struct reading *rd)
{
	struct tool *t = rd->t;
	char *arg = rd->argv[rd->at], *value = NULL;
	int id;

	if ((id = option_of(t->command, arg, &value)) < 0)
		return unknown_option(t, arg);
	if (!is_global((enum option_id)id) &&
	    !command_takes(t->command, (enum option_id)id))
		return fail_usage(t, "not an option of this command",
		    "このコマンドにないオプションです",
		    option_rows[id].name);
	if (option_rows[id].kind == KIND_FLAG) {
		if (value != NULL)
			return fail_usage(t, "this option takes no value",
			    "値を取らないオプションです",
			    option_rows[id].name);
		return take(rd, id, NULL);
	}
	if (value == NULL) {
		if (rd->at + 1 >= rd->argc ||
		    strncmp(rd->argv[rd->at + 1], "--", 2) == 0)
			return fail_usage(t, "this option needs a value",
			    "値が必要なオプションです", option_rows[id].name);
		value = rd->argv[++rd->at];
	}

	return take(rd, id, value);
}

int
unknown_command(struct tool *t, const char *word)
{
	return fail_usage(t, "unknown command",
	    "コマンドが正しくありません", word);
}

/* As many as help names. */
static size_t
operands_most(const struct command *c)
{
	const char *text = c->operand;
	size_t n = 0;

	for (; text != NULL; text = strchr(text + 1, ' '))
		n++;

	return n;
}

static int
read_word(struct reading *rd, const char *word)
{
	struct tool *t = rd->t;

	if (t->command == NULL && rd->word == NULL &&
	    option_has(t, OPT_HELP) && strcmp(word, "config") == 0) {
		t->command = command_of_word("help");
		t->operand = word;
		return 0;
	}
	if (t->command == NULL && rd->word != NULL) {
		if ((t->command = command_of_words(rd->word, word)) == NULL)
			return fail_usage(t, "unknown command",
			    "コマンドが正しくありません", word);
		return 0;
	}
	if (t->command == NULL) {
		if ((t->command = command_of_word(word)) != NULL)
			return 0;
		rd->word = word;
		if (command_of_words(word, NULL) == NULL)
			return unknown_command(t, word);
		return 0;
	}
	if (rd->operands++ >= operands_most(t->command))
		return fail_usage(t, "too many arguments",
		    "引数が多すぎます", t->command->name);
	t->operand_before = t->operand;
	t->operand = word;

	return 0;
}

int
options_check_needed(struct tool *t)
{
	const struct command *c = t->command;
	size_t i;

	for (i = 0; c->needed[i] != OPT_COUNT; i++)
		if (option_rows[c->needed[i]].kind == KIND_FLAG ?
		    !option_has(t, c->needed[i]) :
		    option_text(t, c->needed[i]) == NULL)
			return fail_usage(t, "this option is needed",
			    "必要なオプションがありません",
			    option_rows[c->needed[i]].name);

	return 0;
}

int
option_give(struct tool *t, enum option_id id, const char *value)
{
	struct option *o = &t->option[id];

	if ((o->text = strdup(value)) == NULL)
		return fail_result(t, ONSHI_E_NOMEM, NULL);
	o->given = true;

	return parse_value(&option_rows[id], o) ? 0 : fail_option(t,
	    "wrong value for option", "の値が正しくありません",
	    option_rows[id].name);
}

/* What a command cannot do without, but for what a file brings. */
static int
check_needed(struct tool *t, const struct reading *rd)
{
	const struct command *c = t->command;
	int status;

	if (option_has(t, OPT_HELP) || option_has(t, OPT_VERSION))
		return 0;
	if (c == NULL)
		return fail_usage(t, rd->word == NULL ? "no command given" :
		    "the second word of the command is missing",
		    "コマンドがありません", rd->word);
	if (!option_has(t, OPT_CASE) && (status = options_check_needed(t)) != 0)
		return status;
	if (c->operand_needed && t->operand == NULL)
		return fail_usage(t, "an argument is needed",
		    "引数が必要です", c->operand);

	return 0;
}

int
options_parse(struct tool *t, int argc, char **argv)
{
	struct reading rd = { .t = t, .argv = argv, .argc = argc };
	bool words_only = false;
	char *arg;
	int status;

	for (rd.at = 1; rd.at < argc; rd.at++) {
		arg = argv[rd.at];
		if (!words_only && strcmp(arg, "--") == 0) {
			words_only = true;
			continue;
		}
		if (!words_only && arg[0] == '-' && arg[1] != '\0')
			status = read_option(&rd);
		else
			status = read_word(&rd, arg);
		if (status != 0)
			return status;
	}

	return check_needed(t, &rd);
}

void
options_free(struct tool *t)
{
	size_t i;

	for (i = 0; i < OPT_COUNT; i++) {
		if (t->option[i].text != NULL)
			onshi_wipe(t->option[i].text,
			    strlen(t->option[i].text));
		free(t->option[i].text);
		t->option[i].text = NULL;
	}
}

bool
option_has(const struct tool *t, enum option_id id)
{
	return t->option[id].given;
}

const char *
option_text(const struct tool *t, enum option_id id)
{
	const char *text = t->option[id].text;

	return text != NULL && *text != '\0' ? text : NULL;
}

int32_t
option_number(const struct tool *t, enum option_id id, int32_t otherwise)
{
	return t->option[id].given ? t->option[id].number : otherwise;
}
