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

static const char *
last_part(const char *filename)
{
	const char *s, *base = filename;

	for (s = filename; *s != '\0'; s++)
		if (*s == '/' || *s == '\\')
			base = s + 1;

	return base;
}

static const char *
kind_at(const char *s)
{
	size_t i, len;

	for (i = 0; i < oki_kinds_n; i++) {
		len = strlen(oki_kinds[i].name);
		if (strncmp(s, oki_kinds[i].name, len) == 0 && is_end(s[len]))
			return oki_kinds[i].name;
	}

	return NULL;
}

/*
 * How long the prefix of a function is that stands there, as "OQSsihvq01res" or
 * short "OQSsihvq"; 0: none. All of the catalogue's are built so, be their body
 * public or not (messages.md 2).
 */
static size_t
function_at(const char *s)
{
	static const char *const systems[] = { "OQS", "YZK", "TKK", "PMH",
	    "EPS", "CIS" };
	size_t i;

	for (i = 0; i < OKI_COUNT(systems) &&
	    strncmp(s, systems[i], 3) != 0; i++)
		;
	if (i == OKI_COUNT(systems) || (strncmp(s + 3, "si", 2) != 0 &&
	    strncmp(s + 3, "mu", 2) != 0))
		return 0;
	for (i = 5; i < 8; i++)
		if (!((s[i] >= 'a' && s[i] <= 'z') ||
		    (s[i] >= 'A' && s[i] <= 'Z')))
			return 0;
	if (is_end(s[8]))
		return 8;
	for (i = 8; i < 10; i++)
		if (s[i] < '0' || s[i] > '9')
			return 0;

	return (strncmp(s + 10, "req", 3) == 0 ||
	    strncmp(s + 10, "res", 3) == 0) && is_end(s[13]) ? 13 : 0;
}

/*
 * The prefix that stands first in the name, else between underlines: people
 * put numbers before the names of files that they keep. *kind NULL: there is
 * none, or it is that of a function which is not carried. Its length.
 */
static size_t
prefix_of(const char *filename, const char **at, const char **kind)
{
	const char *s, *base;
	size_t len;

	*at = *kind = NULL;
	if (filename == NULL)
		return 0;
	for (s = base = last_part(filename); *s != '\0'; s++) {
		if (s != base && s[-1] != '_')
			continue;
		*at = s;
		if ((*kind = kind_at(s)) != NULL)
			return strlen(*kind);
		if ((len = function_at(s)) > 0)
			return len;
	}

	return 0;
}

const char *
oki_kind_of_name(const char *filename)
{
	const char *at, *kind;

	(void)prefix_of(filename, &at, &kind);

	return kind;
}

bool
oki_kind_is_foreign(const char *filename, char to[16])
{
	const char *at, *kind;
	size_t len = prefix_of(filename, &at, &kind);

	to[0] = '\0';
	if (len == 0 || kind != NULL)
		return false;
	memcpy(to, at, len);
	to[len] = '\0';

	return true;
}
