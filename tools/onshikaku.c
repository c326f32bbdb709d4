/* onshikaku.c: the command; reads what is wanted and runs it. */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "tools.h"

/* A dump of this process would hold a patient's data. */
static void
forbid_dumps(void)
{
	const struct rlimit none = { 0, 0 };

	(void)setrlimit(RLIMIT_CORE, &none);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	(void)umask(077);
}

static void
language_of_locale(struct tool *t)
{
	static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };
	const char *value;
	size_t i;

	t->lang = "en";
	for (i = 0; i < COUNT(names); i++) {
		if ((value = getenv(names[i])) == NULL || *value == '\0')
			continue;
		if (strncmp(value, "ja", 2) == 0)
			t->lang = "ja";
		t->lang_settled = true;
		return;
	}
}

/* Known before the rest is read, so that wrong usage is JSON, too. */
static bool
wants_json(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--json") == 0)
			return true;

	return false;
}

static int
run(struct tool *t, int argc, char **argv)
{
	int status;

	if ((status = options_parse(t, argc, argv)) != 0)
		return status;
	if (option_has(t, OPT_VERSION))
		return command_version(t);
	if (option_has(t, OPT_HELP))
		return command_help(t);
	if ((status = pin_check_fd(t)) != 0)
		return status;
	if (cancel_start() != 0)
		return fail_result(t, ONSHI_E_SYSTEM, NULL);

	return t->command->run(t);
}

/* An answer that nobody can have read is a failure, and the error goes where
 * one can be seen. */
static int
finish(struct tool *t, int status)
{
	int failed;

	out_close(&t->out);
	if (!t->out.failed)
		return status;
	t->is_json = t->has_failed = false;
	failed = fail_file(t, "standard output", t->out.error);

	return status == 0 ? failed : status;
}

int
main(int argc, char **argv)
{
	static struct tool t;
	int status;

	if (out_guard() != 0)
		return EXIT_MACHINE;
	forbid_dumps();
	language_of_locale(&t);
	t.is_json = wants_json(argc, argv);
	t.json.out = &t.out;
	if (t.is_json)
		json_open(&t.json, NULL, '{');
	status = run(&t, argc, argv);
	if (t.is_json) {
		json_close(&t.json, '}');
		out_text(&t.out, "\n");
	}
	setup_free(&t);
	options_free(&t);
	status = finish(&t, status);
	out_free(&t.out);

	return status;
}
