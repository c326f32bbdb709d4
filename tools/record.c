/* record.c: records of the library as JSON. */
#include "config.h"

#include <string.h>

#include "tools.h"

void
snake_name(const char *name, char out[SNAKE_ROOM])
{
	size_t n = 0;
	char c;

	for (; *name != '\0' && n + 2 < SNAKE_ROOM; name++) {
		c = *name;
		if (c >= 'A' && c <= 'Z') {
			if (n > 0)
				out[n++] = '_';
			c = (char)(c - 'A' + 'a');
		}
		out[n++] = c;
	}
	out[n] = '\0';
}

int
element_of_key(const char *key)
{
	char name[SNAKE_ROOM];
	int element;
	size_t i;

	for (i = 0; onshi_element_at(i, &element) == ONSHI_OK; i++) {
		snake_name(onshi_element_name(element), name);
		if (strcmp(name, key) == 0)
			return element;
	}

	return 0;
}

static bool
is_taken(const char *const *skip, const char *key)
{
	if (skip != NULL)
		for (; *skip != NULL; skip++)
			if (strcmp(*skip, key) == 0)
				return true;

	return false;
}

/* A list is written where its first item stands. */
static bool
is_written(const struct onshi_record *rec, size_t i, const char *name)
{
	const char *other;

	while (i-- > 0)
		if (onshi_record_at(rec, i, NULL, &other, NULL, NULL) ==
		    ONSHI_OK && strcmp(other, name) == 0)
			return true;

	return false;
}

static int
value(struct json *j, const char *key, const char *text,
    const struct onshi_record *child, enum naming naming)
{
	int r;

	if (child == NULL) {
		json_text(j, key, text != NULL ? text : "");
		return ONSHI_OK;
	}
	json_open(j, key, '{');
	r = json_record(j, child, naming, NULL);
	json_close(j, '}');

	return r;
}

static int
list(struct json *j, const struct onshi_record *rec, size_t i,
    const char *name, const char *key, enum naming naming)
{
	const struct onshi_record *child;
	const char *other, *text;
	int r;

	json_open(j, key, '[');
	while ((r = onshi_record_at(rec, i++, NULL, &other, &text, &child)) ==
	    ONSHI_OK)
		if (strcmp(other, name) == 0 &&
		    (r = value(j, NULL, text, child, naming)) != ONSHI_OK)
			break;
	json_close(j, ']');

	return r == ONSHI_END ? ONSHI_OK : r;
}

/* Items of one list mostly stand together: where they end. */
static size_t
skip_items(const struct onshi_record *rec, size_t i, const char *name)
{
	const char *other;

	while (onshi_record_at(rec, i, NULL, &other, NULL, NULL) ==
	    ONSHI_OK && strcmp(other, name) == 0)
		i++;

	return i;
}

int
json_record(struct json *j, const struct onshi_record *rec,
    enum naming naming, const char *const *skip)
{
	const struct onshi_record *child;
	const char *name, *text;
	char key[SNAKE_ROOM];
	size_t i;
	int el, r;

	for (i = 0; (r = onshi_record_at(rec, i, &el, &name, &text,
	    &child)) == ONSHI_OK; i++) {
		snake_name(name, key);
		if (naming == NAMES_SNAKE && is_taken(skip, key))
			continue;
		if (onshi_record_is_list(rec, i)) {
			r = is_written(rec, i, name) ? ONSHI_OK :
			    list(j, rec, i, name, naming == NAMES_SNAKE ?
			    key : name, naming);
			i = skip_items(rec, i + 1, name) - 1;
		} else {
			r = value(j, naming == NAMES_SNAKE ? key : name, text,
			    child, naming);
		}
		if (r != ONSHI_OK)
			return r;
	}

	return r == ONSHI_END ? ONSHI_OK : r;
}
