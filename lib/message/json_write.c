/* Writing: a document as JSON (messages.md 1.8), in the order of the tables. */
#include "config.h"

#include "message/inside.h"

struct writer {
	struct oki_buf		*out;
	struct onshi_error	*e;
};

static int put_value(struct writer *w, const struct onshi_record *rec);

static int
put(struct writer *w, const char *s)
{
	return oki_buf_text(w->out, s);
}

static int
put_byte(struct writer *w, char c)
{
	if (c == '"' || c == '\\')
		return oki_buf_format(w->out, "\\%c", c);
	if ((unsigned char)c < 0x20)
		return oki_buf_format(w->out, "\\u%04x", (unsigned int)c);

	return oki_buf_byte(w->out, (unsigned char)c);
}

/* padded: an insurer number has zeros here where XML has spaces. */
static int
put_text(struct writer *w, const char *s, bool padded)
{
	int r;

	r = put(w, "\"");
	for (; r == ONSHI_OK && padded && *s == ' '; s++)
		r = put(w, "0");
	for (; r == ONSHI_OK && *s != '\0'; s++)
		r = put_byte(w, *s);

	return r == ONSHI_OK ? put(w, "\"") : r;
}

static int
put_name(struct writer *w, const struct onshi_record *rec)
{
	int r;

	if ((r = put_text(w, oki_record_name(rec), false)) != ONSHI_OK)
		return r;

	return put(w, ":");
}

/* The children of a list, each an object of its one member. */
static int
put_items(struct writer *w, const struct onshi_record *list, bool *any)
{
	const struct onshi_record *c;
	int r = ONSHI_OK;

	for (c = list->first; c != NULL && r == ONSHI_OK; c = c->next) {
		if ((r = put(w, *any ? ",{" : "{")) == ONSHI_OK &&
		    (r = put_name(w, c)) == ONSHI_OK &&
		    (r = put_value(w, c)) == ONSHI_OK)
			r = put(w, "}");
		*any = true;
	}

	return r;
}

static bool
wraps(const struct onshi_record *rec)
{
	return rec->el < OKI_NAMED && oki_element_wraps(rec->el);
}

static const struct onshi_record *
next_alike(const struct onshi_record *rec)
{
	uint16_t el = rec->el;

	while ((rec = rec->next) != NULL && rec->el != el)
		;

	return rec;
}

/* All of one name: a list or a value, or an array of them. */
static int
put_alike(struct writer *w, const struct onshi_record *first, bool many)
{
	const struct onshi_record *c;
	bool list = wraps(first), any = false;
	int r;

	many |= list || next_alike(first) != NULL;
	if ((r = put_name(w, first)) != ONSHI_OK ||
	    (many && (r = put(w, "[")) != ONSHI_OK))
		return r;
	for (c = first; c != NULL && r == ONSHI_OK; c = next_alike(c)) {
		if (list)
			r = put_items(w, c, &any);
		else if (c == first || (r = put(w, ",")) == ONSHI_OK)
			r = put_value(w, c);
	}

	return r == ONSHI_OK && many ? put(w, "]") : r;
}

static bool
is_first(const struct onshi_record *rec, const struct onshi_record *c)
{
	const struct onshi_record *other = rec->first;

	while (other->el != c->el)
		other = other->next;

	return other == c;
}

/* What row is about; row NULL: what no row is about. */
static int
put_row(struct writer *w, const struct onshi_record *rec,
    const struct oki_row *row, bool *any)
{
	const struct onshi_record *c;
	int r = ONSHI_OK;

	for (c = rec->first; c != NULL && r == ONSHI_OK; c = c->next) {
		if (row != NULL ? c->el != row->el :
		    oki_row_of(rec->group, c->el) != NULL)
			continue;
		if (!is_first(rec, c))
			continue;
		if (!*any || (r = put(w, ",")) == ONSHI_OK)
			r = put_alike(w, c, row != NULL &&
			    oki_row_is_many(row));
		*any = true;
	}

	return r;
}

static int
put_object(struct writer *w, const struct onshi_record *rec)
{
	const struct oki_group *g = &oki_groups[rec->group];
	bool any = false;
	size_t i;
	int r;

	r = put(w, "{");
	for (i = 0; i < g->n && r == ONSHI_OK; i++)
		r = put_row(w, rec, &oki_rows[g->first + i], &any);
	if (r == ONSHI_OK && (r = put_row(w, rec, NULL, &any)) == ONSHI_OK)
		r = put(w, "}");

	return r;
}

/* As deep as the tables go, or as the limit that a document was read by. */
static int
put_value(struct writer *w, const struct onshi_record *rec)
{
	const struct oki_element *el = rec->el < OKI_NAMED ?
	    oki_element(rec->el) : NULL;

	if ((rec->flags & (OKI_REC_MIXED | OKI_REC_MORE)) != 0)
		return oki_record_unwritable(rec, w->e);
	if (rec->first != NULL || (el != NULL && el->type == 'G'))
		return put_object(w, rec);

	return put_text(w, rec->text == NULL ? "" : rec->text,
	    el != NULL && el->type == 'I');
}

int
oki_json_write(const struct oki_doc *doc, struct oki_buf *out,
    struct onshi_error *e)
{
	struct writer w = { out, e };
	int r;

	if ((r = oki_message_lacks(doc, e)) != ONSHI_OK)
		return r;
	if ((r = put(&w, "{")) == ONSHI_OK &&
	    (r = put_alike(&w, doc->root, false)) == ONSHI_OK &&
	    (r = put(&w, "}")) == ONSHI_OK)
		return r;
	oki_buf_reset(out);

	return oki_fail(e, r, "writing a request");
}
