/* Kinds of messages: by prefix, by a file's name. */
#include "config.h"

#include <string.h>

#include "message/inside.h"

const struct oki_kind *
oki_kind_find(const char *name)
{
	size_t i;

	for (i = 0; name != NULL && i < oki_kinds_n; i++)
		if (strcmp(oki_kinds[i].name, name) == 0)
			return &oki_kinds[i];

	return NULL;
}

const char *
oki_kind(const char *name)
{
	const struct oki_kind *kind = oki_kind_find(name);

	return kind == NULL ? NULL : kind->name;
}

bool
oki_kind_is_request(const char *kind)
{
	size_t len = kind == NULL ? 0 : strlen(kind);

	return len > 3 && strcmp(kind + len - 3, "req") == 0;
}

/* "req" at the end becomes "res", nothing else changes (messages.md 1.2). */
const char *
oki_kind_answer(const char *kind)
{
	size_t i, len;

	if (oki_kind(kind) == NULL)
		return NULL;
	if (!oki_kind_is_request(kind))
		return strcmp(kind, "challenge") == 0 ? "challenge" : NULL;
	len = strlen(kind) - 1;
	for (i = 0; i < oki_kinds_n; i++)
		if (strncmp(oki_kinds[i].name, kind, len) == 0 &&
		    strcmp(oki_kinds[i].name + len, "s") == 0)
			return oki_kinds[i].name;

	return NULL;
}

/* A kind that somewhere holds what may be many. */
bool
oki_kind_is_large(const char *kind)
{
	const struct oki_kind *k = oki_kind_find(kind);
	const struct oki_group *root, *body;
	const struct oki_row *row;
	size_t i, j;

	if (k == NULL || oki_kind_is_request(kind))
		return false;
	root = &oki_groups[k->group];
	for (i = 0; i < root->n; i++) {
		row = &oki_rows[root->first + i];
		body = &oki_groups[row->group];
		for (j = 0; row->group != 0 && j < body->n; j++)
			if (oki_rows[body->first + j].often == '=')
				return true;
	}

	return false;
}

static bool
is_end(char c)
{
	return c == '\0' || c == '_' || c == '.';
}

/*
 * The prefix that stands first in the name, else between underlines: people
 * put numbers before the names of files that they keep.
 */
const char *
oki_kind_of_name(const char *filename)
{
	const char *s, *base = filename;
	size_t i, len;

	if (filename == NULL)
		return NULL;
	for (s = filename; *s != '\0'; s++)
		if (*s == '/' || *s == '\\')
			base = s + 1;
	for (s = base; *s != '\0'; s++)
		for (i = 0; i < oki_kinds_n &&
		    (s == base || s[-1] == '_'); i++) {
			len = strlen(oki_kinds[i].name);
			if (strncmp(s, oki_kinds[i].name, len) == 0 &&
			    is_end(s[len]))
				return oki_kinds[i].name;
		}

	return NULL;
}
