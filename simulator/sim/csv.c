/* csv.c: what a client leaves in a file: rows with a header, quoted or not. */
#include <stdlib.h>
#include <string.h>

#include "scenario.h"
#include "sim.h"

/* One cell, in place; the rest behind its comma or its line's end. */
static char *
cell(char **rest, int *ends)
{
	char *text = *rest, *to = text, *from = text;
	int quoted = *from == '"';

	for (from += quoted; *from != '\0'; from++) {
		if (quoted && *from == '"') {
			if (from[1] != '"') {
				quoted = 0;
				continue;
			}
			from++;
		} else if (!quoted && (*from == ',' || *from == '\r' ||
		    *from == '\n'))
			break;
		*to++ = *from;
	}
	*ends = *from != ',';
	from += *from == '\r';
	*rest = *from == '\0' ? from : from + 1;
	*to = '\0';
	return text;
}

static json_t *
row(char **rest)
{
	json_t *cells = json_array();
	int ends = 0;

	while (!ends)
		json_array_append_new(cells, json_string(cell(rest, &ends)));
	return cells;
}

/* The rows as objects by the header's names; NULL: a row is too long. */
json_t *
csv_rows(char *text)
{
	char *rest = text;
	json_t *names, *all = json_array(), *cells, *one;
	size_t i;

	if (strncmp(rest, "\xef\xbb\xbf", 3) == 0)
		rest += 3;
	names = row(&rest);
	while (*rest != '\0') {
		cells = row(&rest);
		one = json_object();
		for (i = 0; i < json_array_size(cells); i++)
			json_object_set(one, i < json_array_size(names) ?
			    json_string_value(json_array_get(names, i)) :
			    "?", json_array_get(cells, i));
		json_array_append_new(all, one);
		json_decref(cells);
	}
	json_decref(names);
	return all;
}

static char *
compare_table(const char *path, const json_t *want)
{
	char *text = text_is_file(path) ? text_file(path, NULL) : NULL;
	json_t *rows = text == NULL ? NULL : csv_rows(text);
	char *why = NULL;

	if (json_is_null(want) != (text == NULL))
		why = text_dup(text == NULL ? "is not there" :
		    "must not be there");
	else if (text != NULL)
		why = compare_lines(want, rows);
	json_decref(rows);
	free(text);
	return why;
}

/* expect.tables: { NAME: [ROW…] }, in ${dir}; null where there must be none. */
char *
compare_tables(const struct world *w, const json_t *tables)
{
	const char *name;
	json_t *want;
	char *path, *wrong, *why;

	json_object_foreach((json_t *)(uintptr_t)tables, name, want) {
		path = text_format("%s/%s", w->dir, name);
		wrong = compare_table(path, want);
		free(path);
		if (wrong == NULL)
			continue;
		why = text_format("%s: %s", name, wrong);
		free(wrong);
		return why;
	}
	return NULL;
}
