/* Writing: a document to bytes, in the order of the tables (SEC-51, SEC-52). */
#include "config.h"

#include <string.h>

#include "message/inside.h"

struct writer {
	struct oki_buf	*out;
	int		 encoding;
	struct onshi_error *e;
};

static const struct {
	char		 c;
	const char	*text;
} escapes[] = {
	{ '&', "&amp;" }, { '<', "&lt;" }, { '>', "&gt;" }, { '"', "&quot;" },
	{ '\'', "&apos;" }, { '\r', "&#13;" }
};

static int
put(struct writer *w, const char *s)
{
	return oki_buf_text(w->out, s);
}

static int
put_char(struct writer *w, const char *name, const char **s)
{
	const char *from = *s;
	uint32_t c = oki_utf8_get(s);
	unsigned int code;
	size_t i;
	int r;

	for (i = 0; i < OKI_COUNT(escapes); i++)
		if (c == (uint32_t)(unsigned char)escapes[i].c)
			return put(w, escapes[i].text);
	if (w->encoding == OKI_UTF_8 || c < 0x80)
		return oki_buf_append(w->out, from, (size_t)(*s - from));
	if ((code = oki_cp932_code(c)) == 0)
		return oki_fail(w->e, ONSHI_E_VALUE,
		    "%s: a character that Shift_JIS does not have", name);
	if (code > 0xff && (r = oki_buf_byte(w->out, code >> 8)) != ONSHI_OK)
		return r;

	return oki_buf_byte(w->out, code & 0xff);
}

static int
put_text(struct writer *w, const struct onshi_record *rec)
{
	const char *s = rec->text;
	int r = ONSHI_OK;

	while (s != NULL && *s != '\0' && r == ONSHI_OK)
		r = put_char(w, oki_record_name(rec), &s);

	return r;
}

static int
put_indent(struct writer *w, const struct onshi_record *rec)
{
	int r = ONSHI_OK;

	for (rec = rec->parent; rec != NULL && r == ONSHI_OK;
	    rec = rec->parent)
		r = put(w, "  ");

	return r;
}

/* A name that the tables do not have may be of any letters. */
static int
put_name(struct writer *w, const struct onshi_record *rec)
{
	const char *name = oki_record_name(rec), *s = name;
	int r = ONSHI_OK;

	if (rec->el < OKI_NAMED)
		return put(w, name);
	while (*s != '\0' && r == ONSHI_OK)
		r = put_char(w, name, &s);

	return r;
}

/* "<Name>", or "<Name/>" where nothing follows. */
static int
put_tag(struct writer *w, const char *before, const struct onshi_record *rec,
    const char *after)
{
	int r;

	if ((r = put(w, before)) == ONSHI_OK &&
	    (r = put_name(w, rec)) == ONSHI_OK)
		r = put(w, after);

	return r;
}

static bool
has_row(const struct onshi_record *rec, const struct onshi_record *c)
{
	return oki_row_of(rec->group, c->el) != NULL;
}

static int put_record(struct writer *w, const struct onshi_record *rec);

/* The children that row is about; row NULL: those that no row is about. */
static int
put_row(struct writer *w, const struct onshi_record *rec,
    const struct oki_row *row)
{
	const struct onshi_record *c;
	int r = ONSHI_OK;

	for (c = rec->first; c != NULL && r == ONSHI_OK; c = c->next)
		if (row != NULL ? c->el == row->el : !has_row(rec, c))
			r = put_record(w, c);

	return r;
}

static int
put_children(struct writer *w, const struct onshi_record *rec)
{
	const struct oki_group *g = &oki_groups[rec->group];
	int r = ONSHI_OK;
	size_t i;

	for (i = 0; i < g->n && r == ONSHI_OK; i++)
		r = put_row(w, rec, &oki_rows[g->first + i]);

	return r == ONSHI_OK ? put_row(w, rec, NULL) : r;
}

/* Said, and not left out in silence. */
int
oki_record_unwritable(const struct onshi_record *rec, struct onshi_error *e)
{
	return oki_fail(e, ONSHI_E_VALUE, "%s: it had attributes, "
	    "a name space or text beside elements, which no message "
	    "has", oki_record_name(rec));
}

/* As deep as the tables go, or as the limit that a document was read by. */
static int
put_record(struct writer *w, const struct onshi_record *rec)
{
	int r;

	if ((rec->flags & (OKI_REC_MIXED | OKI_REC_MORE)) != 0)
		return oki_record_unwritable(rec, w->e);
	if ((r = put_indent(w, rec)) != ONSHI_OK)
		return r;
	if (rec->first == NULL && (rec->text == NULL || rec->text[0] == '\0'))
		return put_tag(w, "<", rec, "/>\n");
	if (rec->first == NULL) {
		if ((r = put_tag(w, "<", rec, ">")) != ONSHI_OK ||
		    (r = put_text(w, rec)) != ONSHI_OK)
			return r;
		return put_tag(w, "</", rec, ">\n");
	}
	if ((r = put_tag(w, "<", rec, ">\n")) != ONSHI_OK ||
	    (r = put_children(w, rec)) != ONSHI_OK ||
	    (r = put_indent(w, rec)) != ONSHI_OK)
		return r;

	return put_tag(w, "</", rec, ">\n");
}

const char *
oki_record_lacks(const struct onshi_record *rec)
{
	const struct oki_group *g = &oki_groups[rec->group];
	const struct oki_row *row;
	size_t i;

	for (i = 0; i < g->n; i++) {
		row = &oki_rows[g->first + i];
		if (row->often == '1' && !oki_row_is_filled(rec, row))
			return oki_element(row->el)->name;
	}
	row = oki_row_unchosen(rec);

	return row == NULL ? NULL : oki_element(row->el)->name;
}

static bool
is_request(const struct oki_doc *doc)
{
	return doc->kind != NULL && oki_kind_is_request(doc->kind->name);
}

/* An answer that is written is a test's, and may lack what it likes. */
int
oki_message_lacks(const struct oki_doc *doc, struct onshi_error *e)
{
	const struct onshi_record *rec;
	const char *name;

	for (rec = is_request(doc) ? doc->root : NULL; rec != NULL;
	    rec = oki_record_walk(rec, doc->root))
		if ((name = oki_record_lacks(rec)) != NULL)
			return oki_fail(e, ONSHI_E_VALUE, "%s lacks", name);

	return ONSHI_OK;
}

int
oki_message_write(const struct oki_doc *doc, enum oki_encoding enc,
    struct oki_buf *out, struct onshi_error *e)
{
	struct writer w = { out, (int)enc, e };
	int r;

	if ((r = oki_message_lacks(doc, e)) != ONSHI_OK)
		return r;
	if ((r = put(&w, "<?xml version=\"1.0\" encoding=\"")) != ONSHI_OK ||
	    (r = put(&w, enc == OKI_UTF_8 ? "UTF-8" : "Shift_JIS")) !=
	    ONSHI_OK || (r = put(&w, "\" standalone=\"no\"?>\n")) !=
	    ONSHI_OK || (r = put_record(&w, doc->root)) != ONSHI_OK) {
		oki_buf_reset(out);
		return oki_fail(e, r, "writing a request");
	}

	return ONSHI_OK;
}

/* ---- building ----------------------------------------------------------- */

/* Takes the place of one that is there already, unless there may be many. */
static int
place(struct onshi_record *rec, int el, struct onshi_record **child,
    struct onshi_error *e)
{
	const struct oki_row *row = oki_row_of(rec->group, el);
	struct oki_doc *doc = oki_record_doc(rec);
	struct onshi_record *old;

	*child = NULL;
	if (doc->kind != NULL && (row == NULL || row->often == 'a'))
		return oki_fail(e, ONSHI_E_ARG, "element %d stands not in %s",
		    el, oki_record_name(rec));
	if ((row == NULL || !oki_row_is_many(row)) &&
	    (old = oki_record_within(rec, el)) != NULL)
		oki_record_cut(old);
	if ((*child = oki_record_add(doc, rec, el, NULL, 0)) == NULL)
		return oki_fail(e, ONSHI_E_NOMEM, "a document");
	if (row != NULL)
		(*child)->group = row->group;

	return ONSHI_OK;
}

/* "999995" to "  999995" (messages.md 6.3). */
static void
pad_insurer(char to[9], const char *text)
{
	size_t len = strlen(text);

	memset(to, ' ', 8);
	memcpy(to + 8 - len, text, len);
	to[8] = '\0';
}

int
oki_record_put(struct onshi_record *rec, int el, const char *text,
    struct onshi_error *e)
{
	struct onshi_record *child;
	char padded[9];
	int r;

	if (text == NULL)
		return ONSHI_OK;
	if ((text[0] != '\0' || oki_element(el) == NULL) &&
	    (r = oki_element_check(el, text, e)) != ONSHI_OK)
		return r;
	if ((r = place(rec, el, &child, e)) != ONSHI_OK)
		return r;
	if (oki_element(el)->type == 'I' && text[0] != '\0') {
		pad_insurer(padded, text);
		r = oki_record_set(child, padded, 8);
		oki_wipe(padded, sizeof(padded));
	} else
		r = oki_record_set(child, text, strlen(text));

	return r == ONSHI_OK ? r : oki_fail(e, r, "a document");
}

int
oki_record_open(struct onshi_record *rec, int el, struct onshi_record **child,
    struct onshi_error *e)
{
	const struct oki_element *element = oki_element(el);

	*child = NULL;
	if (element == NULL || element->type != 'G')
		return oki_fail(e, ONSHI_E_ARG, "element %d", el);

	return place(rec, el, child, e);
}
