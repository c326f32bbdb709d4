/* world_folder.c: the folders of a scenario, and what must be left in them. */
#include <dirent.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "scenario.h"
#include "sim.h"

#define PASSWORD	"test-password 1\n"

/* The n-th terminal's folder, from 0. */
char *
world_share(const struct world *w, int n)
{
	return text_format("%s/oqs%d", w->dir, n + 1);
}

static int
write_password(const struct world *w)
{
	char *path = text_format("%s/zip.password", w->dir);
	FILE *f = fopen(path, "w");
	int r = f == NULL || fputs(PASSWORD, f) < 0 ? -1 : 0;

	if (f != NULL && fclose(f) != 0)
		r = -1;
	if (r == 0)
		r = chmod(path, 0600);
	free(path);
	return r;
}

static int
add(struct arguments *a, const char *option, char *value)
{
	if (a->count + 3 > ARGUMENTS_MAX) {
		free(value);
		return -1;
	}
	a->v[a->count++] = text_dup(option);
	a->v[a->count++] = value;
	return 0;
}

/* Options of serve for "folder": { terminals, encoding, zip }. */
int
world_folder_options(struct world *w, const json_t *s, struct arguments *a)
{
	const json_t *f = json_object_get(s, "folder");
	const char *encoding = json_string_value(json_object_get(f,
	    "encoding"));
	int i, bad = 0;

	w->terminals = f == NULL ? 0 : 1;
	if (json_is_integer(json_object_get(f, "terminals")))
		w->terminals = (int)json_integer_value(json_object_get(f,
		    "terminals"));
	w->zipped = json_is_true(json_object_get(f, "zip"));
	for (i = 0; i < w->terminals; i++) {
		char *path = world_share(w, i);

		bad |= add(a, "--folder", text_format("%s:%s",
		    world_institution(s), path));
		free(path);
	}
	if (encoding != NULL)
		bad |= add(a, "--encoding", text_dup(encoding));
	if (w->zipped)
		bad |= write_password(w) | add(a, "--zip-password-file",
		    text_format("%s/zip.password", w->dir));
	return bad;
}

/* The same folder of all terminals, as the client's configuration has them. */
char *
world_folder_list(const struct world *w, const char *name)
{
	char *list = text_dup(""), *share, *more;
	int i;

	for (i = 0; i < w->terminals; i++) {
		share = world_share(w, i);
		more = text_format("%s%s%s/%s", list, i == 0 ? "" : "|", share,
		    name);
		free(share);
		free(list);
		list = more;
	}
	return list;
}

/* The application may be writing still; what it writes shows by its name. */
static int
is_under_way(const char *name)
{
	return strncmp(name, SHARE_TEMP, strlen(SHARE_TEMP)) == 0;
}

static void
add_names(const char *dir, json_t *names)
{
	DIR *d = opendir(dir);
	struct dirent *e;

	while (d != NULL && (e = readdir(d)) != NULL)
		if (e->d_type == DT_REG && !is_under_way(e->d_name))
			json_array_append_new(names, json_string(e->d_name));
	if (d != NULL)
		closedir(d);
}

/* Every file fits a pattern, and every pattern but those with ? before it
 * fits a file. */
static char *
compare_names(const char *dir, const json_t *patterns, const json_t *names)
{
	size_t i, k;
	const char *p, *n;
	int found;

	for (i = 0; i < json_array_size(names); i++) {
		n = json_string_value(json_array_get(names, i));
		found = 0;
		for (k = 0; k < json_array_size(patterns); k++) {
			p = json_string_value(json_array_get(patterns, k));
			found |= fnmatch(p + (*p == '?'), n, 0) == 0;
		}
		if (!found)
			return text_format("%s: is left in %s", n, dir);
	}
	for (k = 0; k < json_array_size(patterns); k++) {
		p = json_string_value(json_array_get(patterns, k));
		found = 0;
		for (i = 0; i < json_array_size(names); i++)
			found |= fnmatch(p, json_string_value(
			    json_array_get(names, i)), 0) == 0;
		if (!found && *p != '?')
			return text_format("%s: is not in %s any more", p,
			    dir);
	}
	return NULL;
}

/* expect.folder: { "req": [PATTERN…], "res": …, "face": … } */
char *
world_folder_judge(const struct world *w, const json_t *want)
{
	const char *dir;
	json_t *patterns, *names;
	char *share, *path, *why = NULL;
	int i;

	json_object_foreach((json_t *)(uintptr_t)want, dir, patterns) {
		names = json_array();
		for (i = 0; i < w->terminals; i++) {
			share = world_share(w, i);
			path = text_format("%s/%s", share, dir);
			add_names(path, names);
			free(path);
			free(share);
		}
		why = compare_names(dir, patterns, names);
		json_decref(names);
		if (why != NULL)
			break;
	}
	return why;
}
