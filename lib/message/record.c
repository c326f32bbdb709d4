/* Records: what a program reads of an answer, and the rooms above unguarded. */
#include "config.h"

#include <string.h>

#include "message/inside.h"

static bool
is_empty(const struct onshi_record *rec)
{
	return rec->text == NULL || rec->text[0] == '\0';
}

/* Of records that stand for values of another, that one. */
static const struct onshi_record *
shared_by(const struct onshi_record *rec)
{
	return rec->first != NULL && (rec->first->flags & OKI_REC_SHARED) !=
	    0 ? rec->first->shared : NULL;
}

static struct onshi_record *
find(const struct onshi_record *rec, int el)
{
	struct onshi_record *c;

	for (c = rec == NULL || el == 0 ? NULL : rec->first; c != NULL;
	    c = c->next)
		if (c->el == el)
			return c;

	return NULL;
}

/* The first child of that element that has a text; absent means the same as
 * empty (messages.md 3), so an alias stands in for an empty one. */
static struct onshi_record *
find_value(const struct onshi_record *rec, int el)
{
	const struct onshi_record *around;
	struct onshi_record *c;
	int alias;

	if (rec == NULL || el == 0)
		return NULL;
	if ((around = shared_by(rec)) != NULL &&
	    (c = find_value(around, el)) != NULL)
		return c;
	for (c = rec->first; c != NULL; c = c->next)
		if (c->el == el && !is_empty(c))
			return c;

	return (alias = oki_element_alias(el)) == 0 ? NULL :
	    find_value(rec, alias);
}

const char *
oki_record_get(const struct onshi_record *rec, int el)
{
	const struct onshi_record *c = find_value(rec, el);

	return c == NULL ? NULL : c->text;
}

struct onshi_record *
oki_record_within(const struct onshi_record *rec, int el)
{
	return find(rec, el);
}

struct onshi_record *
oki_record_next_of(const struct onshi_record *rec, int el,
    const struct onshi_record *prev)
{
	struct onshi_record *c;

	if (rec == NULL || el == 0)
		return NULL;
	for (c = oki_record_walk(prev == NULL ? rec : prev, rec); c != NULL;
	    c = oki_record_walk(c, rec))
		if (c->el == el)
			return c;

	return NULL;
}

const char *
oki_record_search(const struct onshi_record *rec, int el)
{
	const struct onshi_record *c = NULL;

	while ((c = oki_record_next_of(rec, el, c)) != NULL)
		if (!is_empty(c))
			return c->text;

	return NULL;
}

const struct onshi_record *
oki_record_unit(const struct onshi_record *rec)
{
	while (rec->parent != NULL && rec->el != ONSHI_EL_BULK_CONFIRM_UNIT &&
	    rec->el != ONSHI_EL_MESSAGE_BODY)
		rec = rec->parent;

	return rec;
}

const struct onshi_record *
oki_record_header(const struct onshi_record *rec)
{
	return oki_doc_header(oki_record_doc(rec));
}

/* ---- the public getters ------------------------------------------------- */

int
oki_record_readable(const struct onshi_record *rec)
{
	const struct oki_doc *doc = oki_record_doc(rec);
	int r;

	if (doc->readable != NULL &&
	    (r = doc->readable(doc->self, rec)) != ONSHI_OK)
		return r;

	return doc->wiped ? ONSHI_E_EXPIRED : ONSHI_OK;
}

/* A value by its element; what stands in a list of values is its own. */
static int
value(const struct onshi_record *rec, int element, const char **text)
{
	const struct onshi_record *c;
	int r;

	*text = NULL;
	if ((r = oki_record_readable(rec)) != ONSHI_OK)
		return r;
	if (oki_element(element) == NULL)
		return ONSHI_E_ARG;
	if (rec->first == NULL && rec->el == element && !is_empty(rec))
		*text = rec->text;
	else if ((c = find_value(rec, element)) != NULL)
		*text = c->text;

	return *text == NULL ? ONSHI_ABSENT : ONSHI_OK;
}

int
onshi_record_text(const struct onshi_record *rec, int element,
    const char **text)
{
	if (text == NULL)
		return ONSHI_E_ARG;
	*text = NULL;
	if (rec == NULL)
		return ONSHI_E_ARG;

	return value(rec, element, text);
}

static const struct onshi_record *
find_named(const struct onshi_record *rec, const char *name)
{
	const struct onshi_record *around = shared_by(rec), *c;

	if (around != NULL && (c = find_named(around, name)) != NULL)
		return c;
	for (c = rec->first; c != NULL; c = c->next)
		if ((c->flags & OKI_REC_SHARED) == 0 && !is_empty(c) &&
		    strcmp(oki_record_name(c), name) == 0)
			return c;

	return NULL;
}

int
onshi_record_text_named(const struct onshi_record *rec, const char *name,
    const char **text)
{
	const struct onshi_record *c;
	int r;

	if (text == NULL)
		return ONSHI_E_ARG;
	*text = NULL;
	if (rec == NULL || name == NULL)
		return ONSHI_E_ARG;
	if ((r = oki_record_readable(rec)) != ONSHI_OK)
		return r;
	if ((c = find_named(rec, name)) == NULL)
		return ONSHI_ABSENT;
	*text = c->text;

	return ONSHI_OK;
}

int
onshi_record_copy(const struct onshi_record *rec, int element, char *buf,
    size_t len)
{
	const char *text;
	int r;

	if (buf == NULL || len == 0)
		return ONSHI_E_ARG;
	buf[0] = '\0';
	if (rec == NULL)
		return ONSHI_E_ARG;
	if ((r = value(rec, element, &text)) != ONSHI_OK)
		return r;
	if (strlen(text) >= len)
		return ONSHI_E_TOO_BIG;
	memcpy(buf, text, strlen(text) + 1);

	return ONSHI_OK;
}

int
onshi_record_number(const struct onshi_record *rec, int element,
    int64_t *number)
{
	const char *text;
	int r;

	if (number == NULL)
		return ONSHI_E_ARG;
	*number = 0;
	if (rec == NULL)
		return ONSHI_E_ARG;
	if ((r = value(rec, element, &text)) != ONSHI_OK)
		return r;

	return oki_number(text, number) ? ONSHI_OK : ONSHI_E_VALUE;
}

/* Digits with one point at most among them, as "-0.50": 18 at most. */
static bool
decimal(const char *s, int64_t *number, int *scale)
{
	size_t len, whole, part = 0;
	bool minus = *s == '-';

	s += minus;
	whole = strspn(s, "0123456789");
	len = strlen(s);
	if (s[whole] == '.')
		part = strspn(s + whole + 1, "0123456789");
	if (whole == 0 || whole + part > 18 || (s[whole] == '.' ? part == 0 ||
	    len != whole + 1 + part : len != whole))
		return false;
	for (; *s != '\0'; s++)
		if (*s != '.')
			*number = *number * 10 + (*s - '0');
	*number = minus ? -*number : *number;
	*scale = (int)part;

	return true;
}

int
onshi_record_decimal(const struct onshi_record *rec, int element,
    int64_t *number, int *scale)
{
	const char *text;
	int r;

	if (number == NULL || scale == NULL)
		return ONSHI_E_ARG;
	*number = 0;
	*scale = 0;
	if (rec == NULL)
		return ONSHI_E_ARG;
	if ((r = value(rec, element, &text)) != ONSHI_OK)
		return r;

	return decimal(text, number, scale) ? ONSHI_OK : ONSHI_E_VALUE;
}

int
onshi_record_date(const struct onshi_record *rec, int element,
    int32_t *yyyymmdd)
{
	const char *text;
	int r;

	if (yyyymmdd == NULL)
		return ONSHI_E_ARG;
	*yyyymmdd = 0;
	if (rec == NULL)
		return ONSHI_E_ARG;
	if ((r = value(rec, element, &text)) != ONSHI_OK)
		return r;

	return oki_date_parse(text, yyyymmdd) ? ONSHI_OK : ONSHI_E_VALUE;
}

int
onshi_record_time(const struct onshi_record *rec, int element,
    int64_t *seconds)
{
	const char *text;
	int r;

	if (seconds == NULL)
		return ONSHI_E_ARG;
	*seconds = 0;
	if (rec == NULL)
		return ONSHI_E_ARG;
	if ((r = value(rec, element, &text)) != ONSHI_OK)
		return r;

	return oki_time_parse(text, seconds) ? ONSHI_OK : ONSHI_E_VALUE;
}

int
onshi_record_code(const struct onshi_record *rec, int element,
    const char **code, const char **name)
{
	const char *text;
	int r;

	if (code != NULL)
		*code = NULL;
	if (name != NULL)
		*name = "";
	if (rec == NULL)
		return ONSHI_E_ARG;
	if ((r = value(rec, element, &text)) != ONSHI_OK)
		return r;
	if (code != NULL)
		*code = text;
	if (name != NULL)
		*name = oki_code_name(element, text);

	return ONSHI_OK;
}

int
onshi_record_outcome(const struct onshi_record *rec)
{
	return rec != NULL ? oki_record_doc(rec)->outcome :
	    ONSHI_OUTCOME_NONE;
}

int
onshi_record_child(const struct onshi_record *rec, int element,
    const struct onshi_record **child)
{
	int r;

	if (child == NULL)
		return ONSHI_E_ARG;
	*child = NULL;
	if (rec == NULL)
		return ONSHI_E_ARG;
	if ((r = oki_record_readable(rec)) != ONSHI_OK)
		return r;
	if (oki_element(element) == NULL)
		return ONSHI_E_ARG;
	*child = find(rec, element);

	return *child == NULL ? ONSHI_ABSENT : ONSHI_OK;
}

/* A list has one row, and that row may repeat: its element, else 0. */
static int
item_of(const struct onshi_record *rec)
{
	const struct oki_group *g = &oki_groups[rec->group];
	const struct oki_row *row = &oki_rows[g->first];

	return g->n == 1 && oki_row_is_many(row) ? row->el : 0;
}

/* The i-th child of that element. Where all before it are like it, as in a
 * list, the index finds it. */
static const struct onshi_record *
nth_of(const struct onshi_record *rec, int el, size_t i, size_t *seen)
{
	const struct onshi_record *c = oki_record_ith(rec, i);

	*seen = 0;
	if (c != NULL && c->el == el && (c->place == i + 1 ||
	    (c->place == 0 && i == 0)))
		return c;
	for (c = rec->first; c != NULL; c = c->next)
		if (c->el == el && (*seen)++ == i)
			return c;

	return NULL;
}

/* Of items within lists, and of what stands in rec itself. */
static const struct onshi_record *
nth_item(const struct onshi_record *rec, int element, size_t i)
{
	const struct onshi_record *c = oki_record_ith(rec, i), *item;
	size_t seen;
	int el;

	if (c != NULL && c->el == element && item_of(c) == 0 &&
	    c->place == i + 1)
		return c;
	for (c = rec->first; c != NULL; c = c->next) {
		el = item_of(c);
		if (el != 0 && (el == element || c->el == element)) {
			if ((item = nth_of(c, el, i, &seen)) != NULL)
				return item;
			i -= seen;
		} else if (c->el == element && i-- == 0)
			return c;
	}

	return NULL;
}

int
onshi_record_child_at(const struct onshi_record *rec, int element, size_t i,
    const struct onshi_record **child)
{
	int r;

	if (child == NULL)
		return ONSHI_E_ARG;
	*child = NULL;
	if (rec == NULL)
		return ONSHI_E_ARG;
	if ((r = oki_record_readable(rec)) != ONSHI_OK)
		return r;
	if (oki_element(element) == NULL)
		return ONSHI_E_ARG;
	*child = nth_item(rec, element, i);

	return *child == NULL ? ONSHI_END : ONSHI_OK;
}

int
onshi_record_at(const struct onshi_record *rec, size_t i, int *element,
    const char **name, const char **text, const struct onshi_record **child)
{
	const struct onshi_record *c;
	bool is_value;
	int r;

	if (element != NULL)
		*element = 0;
	if (name != NULL)
		*name = NULL;
	if (text != NULL)
		*text = NULL;
	if (child != NULL)
		*child = NULL;
	if (rec == NULL)
		return ONSHI_E_ARG;
	if ((r = oki_record_readable(rec)) != ONSHI_OK)
		return r;
	if ((c = oki_record_ith(rec, i)) == NULL)
		return ONSHI_END;
	is_value = c->first == NULL && c->group == 0;
	if (element != NULL)
		*element = c->el < OKI_NAMED ? c->el : 0;
	if (name != NULL)
		*name = oki_record_name(c);
	if (text != NULL)
		*text = !is_value ? NULL : c->text == NULL ? "" : c->text;
	if (child != NULL)
		*child = is_value ? NULL : c;

	return ONSHI_OK;
}

int
onshi_record_is_list(const struct onshi_record *rec, size_t i)
{
	const struct onshi_record *c;
	const struct oki_row *row;

	if (rec == NULL || oki_record_readable(rec) != ONSHI_OK)
		return 0;
	if ((c = oki_record_ith(rec, i)) == NULL)
		return 0;
	row = oki_row_of(rec->group, c->el);
	if (row != NULL && (c->flags & OKI_REC_UNKNOWN) == 0 &&
	    row->often != 'm')
		return oki_row_is_many(row);

	return c->place != 0;
}
