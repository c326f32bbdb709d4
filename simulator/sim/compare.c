/* compare.c: is this JSON at least that JSON, and what must not be in it. */
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "scenario.h"
#include "sim.h"

static char *
words(const char *path, const char *what, const json_t *want,
    const json_t *got)
{
	char *w = json_dumps(want, JSON_ENCODE_ANY | JSON_COMPACT);
	char *g = got == NULL ? NULL : json_dumps(got, JSON_ENCODE_ANY |
	    JSON_COMPACT);
	char *s = text_format("%s: %s %s, is %.300s", *path == '\0' ?
	    "output" : path, what, w == NULL ? "?" : w, g == NULL ?
	    "absent" : g);

	free(w);
	free(g);
	return s;
}

static char *compare_at(const char *path, const json_t *want,
    const json_t *got);

static char *
compare_object(const char *path, const json_t *want, const json_t *got)
{
	const char *key;
	json_t *value;
	char *sub, *why;

	json_object_foreach((json_t *)(uintptr_t)want, key, value) {
		sub = text_format("%s%s%s", path, *path == '\0' ? "" : ".",
		    key);
		why = compare_at(sub, value, json_object_get(got, key));
		free(sub);
		if (why != NULL)
			return why;
	}
	return NULL;
}

/* Each item that is wanted matches some item that is there. */
static char *
compare_array(const char *path, const json_t *want, const json_t *got)
{
	size_t i, k;
	char *why;

	for (i = 0; i < json_array_size(want); i++) {
		for (k = 0; k < json_array_size(got); k++) {
			why = compare_at(path, json_array_get(want, i),
			    json_array_get(got, k));
			if (why == NULL)
				break;
			free(why);
		}
		if (k == json_array_size(got))
			return words(path, "no item like",
			    json_array_get(want, i), got);
	}
	return NULL;
}

/*
 * Values are equal; a text that begins with ~ is a pattern of the shell, and
 * an object with the one member "any" wants one of several.
 */
static char *
compare_at(const char *path, const json_t *want, const json_t *got)
{
	const json_t *any = json_object_get(want, "any");
	const char *s = json_string_value(want);
	size_t i;
	char *why;

	for (i = 0; i < json_array_size(any); i++) {
		why = compare_at(path, json_array_get(any, i), got);
		if (why == NULL)
			return NULL;
		free(why);
	}
	if (any != NULL || json_is_object(want) != json_is_object(got) ||
	    json_is_array(want) != json_is_array(got))
		return words(path, "wanted", want, got);
	if (json_is_object(want))
		return compare_object(path, want, got);
	if (json_is_array(want))
		return compare_array(path, want, got);
	if (s != NULL && s[0] == '~' && json_is_string(got) &&
	    fnmatch(s + 1, json_string_value(got), 0) == 0)
		return NULL;
	return json_equal(want, got) ? NULL : words(path, "wanted", want,
	    got);
}

char *
compare_subset(const json_t *want, const json_t *got)
{
	return compare_at("", want, got);
}

/* There: a member that is not null, not "", not [] and not {}. */
static int
is_there(const json_t *v)
{
	if (v == NULL || json_is_null(v) || json_is_false(v))
		return 0;
	if (json_is_string(v))
		return json_string_length(v) > 0;
	if (json_is_array(v))
		return json_array_size(v) > 0;
	return !json_is_object(v) || json_object_size(v) > 0;
}

const json_t *
compare_at_path(const char *path, const json_t *v)
{
	char *copy = text_dup(path), *rest = copy, *key;
	int64_t i;

	while (v != NULL && (key = strsep(&rest, ".")) != NULL)
		if (json_is_array(v))
			v = text_number(key, &i) == 0 ?
			    json_array_get(v, (size_t)i) : NULL;
		else
			v = json_object_get(v, key);
	free(copy);
	return v;
}

/* Paths a.b.0.c that must be there, or must not. */
char *
compare_paths(const json_t *paths, const json_t *got, int present)
{
	const char *path;
	size_t i;

	for (i = 0; i < json_array_size(paths); i++) {
		path = json_string_value(json_array_get(paths, i));
		if (path != NULL && is_there(compare_at_path(path, got)) != present)
			return text_format("%s: %s", path, present ?
			    "is absent" : "must not be there");
	}
	return NULL;
}

/* As many lines as are wanted, and each of those is like one of them. */
char *
compare_lines(const json_t *want, const json_t *got)
{
	size_t n = json_array_size(got), i, k;
	json_t *left;
	char *why = NULL;

	if (want == NULL)
		return NULL;
	if (n != json_array_size(want))
		return text_format("lines: wanted %zu, are %zu",
		    json_array_size(want), n);
	left = json_copy((json_t *)(uintptr_t)got);
	for (i = 0; i < json_array_size(want) && why == NULL; i++) {
		for (k = 0; k < json_array_size(left); k++) {
			free(why);
			why = compare_at("line", json_array_get(want, i),
			    json_array_get(left, k));
			if (why == NULL)
				break;
		}
		json_array_remove(left, k);
	}
	json_decref(left);
	return why;
}
