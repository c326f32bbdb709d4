/* scenario.c: named scenarios, run against any client: pass or fail. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scenario.h"
#include "sim.h"

enum { PASS, FAIL, SKIP };

static const char usage[] =
    "usage: onshikaku-sim scenario list\n"
    "       onshikaku-sim scenario show NAME\n"
    "       onshikaku-sim scenario run [--pki DIR] [--keep] NAME...|all "
    "[-- CLIENT...]\n"
    "A client finds ONSHIKAKU_CONF, ONSHIKAKU_SCENARIO, ONSHIKAKU_ARGS,\n"
    "ONSHIKAKU_STEP, PCSCLITE_CSOCK_NAME and the PIN on descriptor 3.\n"
    "Exit: 0 pass, 1 fail, 77 skipped.\n";

static int
is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* ONSHIKAKU_SCENARIOS, beside the program, or where they were installed. */
static char *
catalogue(void)
{
	static const char *const near[] = { "/simulator/scenarios",
	    "/../simulator/scenarios", "/../share/" PACKAGE_DIR "/scenarios" };
	const char *env = getenv("ONSHIKAKU_SCENARIOS");
	char exe[4096], *path, *slash;
	ssize_t n;
	size_t i;

	if (env != NULL)
		return text_dup(env);
	n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	exe[n < 0 ? 0 : n] = '\0';
	if ((slash = strrchr(exe, '/')) != NULL)
		*slash = '\0';
	for (i = 0; i < sizeof(near) / sizeof(near[0]); i++) {
		path = text_format("%s%s", exe, near[i]);
		if (is_folder(path))
			return path;
		free(path);
	}
	return text_dup(SCENARIO_DIR);
}

static int
is_scenario(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return n > 5 && strcmp(d->d_name + n - 5, ".json") == 0;
}

static json_t *
load(const char *dir, const char *name)
{
	char *path = text_format("%s/%s.json", dir, name);
	json_error_t error;
	json_t *s = json_load_file(path, JSON_REJECT_DUPLICATES, &error);

	if (s == NULL)
		fprintf(stderr, "onshikaku-sim: %s:%d: %s\n", path,
		    error.line, error.text);
	free(path);
	return s;
}

json_t *
scenario_data(const char *folder, const char *name)
{
	char *scenarios = catalogue();
	char *dir = text_format("%s/../%s", scenarios, folder);
	json_t *data = load(dir, name);

	free(dir);
	free(scenarios);
	return data;
}

/* All names, sorted; the caller frees each and the list. */
static char **
names_in(const char *dir, int *count)
{
	struct dirent **found;
	int n = scandir(dir, &found, is_scenario, alphasort), i;
	char **names = calloc((size_t)(n < 0 ? 0 : n) + 1, sizeof(*names));

	if (n < 0)
		fprintf(stderr, "onshikaku-sim: %s: %s\n", dir,
		    strerror(errno));
	*count = names == NULL || n < 0 ? 0 : n;
	for (i = 0; i < n; i++) {
		if (names != NULL)
			names[i] = text_format("%.*s",
			    (int)strlen(found[i]->d_name) - 5,
			    found[i]->d_name);
		free(found[i]);
	}
	if (n >= 0)
		free(found);
	return names;
}

static int
list(const char *dir)
{
	const char *lang = getenv("LC_ALL"), *title;
	int n, i, bad = 0;
	char **names = names_in(dir, &n);
	json_t *s;

	if (lang == NULL || *lang == '\0')
		lang = getenv("LANG");
	title = lang != NULL && strncmp(lang, "ja", 2) == 0 ? "title_ja" :
	    "title";
	for (i = 0; i < n; i++) {
		s = load(dir, names[i]);
		bad |= s == NULL;
		printf("%-27s %s\n", names[i], s == NULL ? "?" :
		    json_string_value(json_object_get(s, title)));
		json_decref(s);
		free(names[i]);
	}
	free(names);
	return bad || n == 0;
}

static int
show(const char *dir, const char *name)
{
	char *path = text_format("%s/%s.json", dir, name);
	char *text = text_file(path, NULL);

	if (text != NULL)
		fputs(text, stdout);
	free(path);
	free(text);
	return text == NULL ? 2 : 0;
}

/* At every desk. */
static char *
compare_exit(const json_t *want, const json_t *statuses)
{
	json_t *expected, *found;
	char *why = NULL;
	size_t i;

	for (i = 0; i < json_array_size(statuses) && why == NULL; i++) {
		expected = json_pack("{s:O}", "exit", want);
		found = json_pack("{s:O}", "exit", json_array_get(statuses,
		    i));
		why = compare_subset(expected, found);
		json_decref(expected);
		json_decref(found);
	}
	return why;
}

static char *
compare_asked(const struct world *w, const json_t *asked)
{
	const char *prefix;
	json_t *want;
	int64_t n;

	json_object_foreach((json_t *)(uintptr_t)asked, prefix, want) {
		n = world_asked(w, prefix);
		if (n != json_integer_value(want))
			return text_format("the service was asked %lld times "
			    "for %s, not %lld", (long long)n, prefix,
			    (long long)json_integer_value(want));
	}
	return NULL;
}

static char *
compare_nowhere(const struct world *w, const json_t *texts, const char *out)
{
	char *filled, *why = NULL;
	size_t i;

	for (i = 0; i < json_array_size(texts) && why == NULL; i++) {
		filled = world_fill(w, json_string_value(json_array_get(texts,
		    i)));
		if (strstr(out, filled) != NULL)
			why = text_format("%s: must be nowhere in the output",
			    filled);
		free(filled);
	}
	return why;
}

static char *
compare_card(const struct world *w, const json_t *want)
{
	json_t *got;
	char *why;

	if (want == NULL)
		return NULL;
	got = world_card_status(w);
	why = compare_subset(want, got);
	json_decref(got);
	return why;
}

/* What is expected, with the numbers of this world's people in it. */
json_t *
scenario_expectation(const struct world *w, const json_t *s)
{
	char *text = json_dumps(json_object_get(s, "expect"), 0);
	char *filled = text == NULL ? NULL : world_fill(w, text);
	json_t *want = filled == NULL ? NULL : json_loads(filled, 0, NULL);

	free(text);
	free(filled);
	return want;
}

/* The first thing in which the client is not as a correct one must be. */
char *
scenario_judge(const struct world *w, const json_t *want,
    const struct ending *e)
{
	const json_t *output = json_object_get(want, "output");
	char *why;

	if ((why = compare_exit(json_object_get(want, "exit"),
	    e->statuses)) != NULL)
		return why;
	if (output != NULL && e->output == NULL)
		return text_dup("the output is no JSON object");
	if ((output != NULL &&
	    (why = compare_subset(output, e->output)) != NULL) ||
	    (why = compare_paths(json_object_get(want, "present"), e->output,
	    1)) != NULL ||
	    (why = compare_paths(json_object_get(want, "absent"), e->output,
	    0)) != NULL ||
	    (why = compare_lines(json_object_get(want, "lines"),
	    e->lines)) != NULL ||
	    (why = world_folder_judge(w, json_object_get(want, "folder"))) !=
	    NULL || (why = compare_nowhere(w, json_object_get(want, "nowhere"),
	    e->text)) != NULL ||
	    (why = compare_card(w, json_object_get(want, "card"))) != NULL ||
	    (why = compare_tables(w, json_object_get(want, "tables"))) !=
	    NULL)
		return why;
	return compare_asked(w, json_object_get(want, "asked"));
}

static int
run_in(struct world *w, const char *name, const json_t *s, char **client,
    char **why)
{
	struct ending e = { 0 };
	json_t *want = NULL;
	int r;

	r = world_card(w, json_object_get(s, "card"));
	if (r == 1) {
		*why = text_dup("no virtual reader here");
		return SKIP;
	}
	if (r != 0)
		*why = text_dup("the card could not be put on the reader");
	else if (world_serve(w, name, s) != 0)
		*why = text_dup("the service did not start");
	else if (world_face(w, json_object_get(s, "face")) != 0)
		*why = text_dup("the face reader did not start");
	else if (world_configure(w, s, client == NULL) != 0)
		*why = text_dup("the client could not be configured");
	else if (client_run(w, name, s, client, &e, why) != 0)
		*why = text_dup(spawn_stopping ? "stopped" :
		    "the client did not end");
	else if (*why == NULL)
		*why = scenario_judge(w, want = scenario_expectation(w, s), &e);
	if (*why != NULL && w->keep && e.text != NULL)
		fprintf(stderr, "%s\n", e.text);
	json_decref(want);
	client_free(&e);
	return *why == NULL ? PASS : FAIL;
}

static int
run_one(struct world *w, const char *dir, const char *name, char **client)
{
	static const char *const words[] = { "pass", "fail", "skip" };
	json_t *s = load(dir, name);
	char *why = NULL;
	int r = FAIL;

	if (s != NULL) {
		r = run_in(w, name, s, client, &why);
		if (world_leave(w) != 0 && r == PASS) {
			r = FAIL;
			why = text_dup("the service itself ended badly");
		}
	}
	printf("%s %s%s%s\n", words[r], name, why == NULL ? "" : ": ",
	    why == NULL ? "" : why);
	fflush(stdout);
	free(why);
	json_decref(s);
	return r;
}

static int
run_names(const char *dir, char **names, int n, const char *pki, int keep,
    char **client)
{
	int counts[3] = { 0, 0, 0 }, i;
	struct world w;
	char *program;

	spawn_catch();
	if (world_make(&w, pki) != 0) {
		world_end(&w);
		return 1;
	}
	w.keep = keep;
	program = world_program("onshikaku");
	if (client == NULL && program == NULL) {
		puts("skip all: the command onshikaku is not here");
		counts[SKIP] = n;
	} else
		for (i = 0; i < n && !spawn_stopping; i++)
			counts[run_one(&w, dir, names[i], client)]++;
	free(program);
	world_end(&w);
	printf("%d passed, %d failed, %d skipped\n", counts[PASS],
	    counts[FAIL], counts[SKIP]);
	if (counts[FAIL] > 0 || spawn_stopping)
		return 1;
	return counts[PASS] == 0 ? 77 : 0;
}

static int
run(const char *dir, int argc, char **argv)
{
	char **names = NULL, **client = NULL, **wanted;
	const char *pki = NULL;
	int i, n = 0, keep = 0, all = 0, count = 0, r = 2;

	wanted = calloc((size_t)argc + 1, sizeof(*wanted));
	if (wanted == NULL)
		return 1;
	for (i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--pki") == 0 && i + 1 < argc)
			pki = argv[++i];
		else if (strcmp(argv[i], "--keep") == 0)
			keep = 1;
		else if (strcmp(argv[i], "all") == 0)
			all = 1;
		else
			wanted[n++] = argv[i];
	if (i + 1 < argc)
		client = argv + i + 1;
	names = names_in(dir, &count);
	if (all)
		r = run_names(dir, names, count, pki, keep, client);
	else if (n > 0)
		r = run_names(dir, wanted, n, pki, keep, client);
	else
		fputs(usage, stderr);
	while (count > 0)
		free(names[--count]);
	free(names);
	free(wanted);
	return r;
}

int
scenario_main(int argc, char **argv)
{
	char *dir = catalogue();
	int r = 2;

	if (argc == 2 && strcmp(argv[1], "list") == 0)
		r = list(dir);
	else if (argc == 3 && strcmp(argv[1], "show") == 0)
		r = show(dir, argv[2]);
	else if (argc >= 3 && strcmp(argv[1], "run") == 0)
		r = run(dir, argc - 2, argv + 2);
	else
		fputs(usage, stderr);
	free(dir);
	return r;
}
