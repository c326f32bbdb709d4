/* Neutral lines: drugs, care, surgery and checkups, flat and under one name. */
#include "config.h"

#include <string.h>

#include "message/inside.h"

#define SURGERY	"50"	/* 診療識別 (messages.md 5.2) */

#define SOURCE(what, block, item, name)	{ what, block, item, name },
#define MAP(el, drug, care)
static const struct source {
	enum oki_lines	 what;
	int		 block;		/* a month, a checkup */
	int		 item;
	const char	*name;
} sources[] = {
#include "message/lines.def"
};
#undef SOURCE
#undef MAP
#define SOURCE(what, block, item, name)
#define MAP(el, drug, care)	{ el, { drug, care } },
static const struct {
	int	el;
	int	to[2];
} renames[] = {
#include "message/lines.def"
};
#undef SOURCE
#undef MAP

static int
new_name(int el, enum oki_lines what)
{
	size_t i, column = what == OKI_LINES_DRUGS ? 0 : 1;

	for (i = 0; el != 0 && i < OKI_COUNT(renames); i++)
		if (renames[i].el == el && renames[i].to[column] != 0)
			return renames[i].to[column];

	return el;
}

static bool
is_value(const struct onshi_record *rec)
{
	return rec->first == NULL && rec->group == 0 && rec->text != NULL &&
	    rec->len > 0;
}

static int
add_value(struct onshi_record *line, int el, const char *name,
    const char *text, size_t len)
{
	struct onshi_record *field;

	if ((field = oki_record_add(line->doc, line, el, name,
	    strlen(name))) == NULL)
		return ONSHI_E_NOMEM;

	return oki_record_set(field, text, len);
}

/* A value under its neutral name. One that the tables do not have there is no
 * such field, even if it is called like one: "Parent.Name". */
static int
copy_value(struct onshi_record *line, const struct onshi_record *c,
    enum oki_lines what)
{
	struct oki_buf name;
	int r;

	if ((c->flags & OKI_REC_UNKNOWN) == 0 || c->el == 0)
		return add_value(line, new_name(c->el, what), c->name,
		    c->text, c->len);
	oki_buf_init(&name, 4096);
	if ((r = oki_buf_text(&name, c->parent->name)) == ONSHI_OK &&
	    (r = oki_buf_byte(&name, '.')) == ONSHI_OK &&
	    (r = oki_buf_text(&name, c->name)) == ONSHI_OK)
		r = add_value(line, 0, (char *)name.data, c->text, c->len);
	oki_buf_free(&name);

	return r;
}

/* The values that stand directly in rec. */
static int
copy_values(struct onshi_record *line, const struct onshi_record *rec,
    enum oki_lines what)
{
	const struct onshi_record *c;
	int r = ONSHI_OK;

	for (c = rec->first; c != NULL && r == ONSHI_OK; c = c->next)
		if (is_value(c))
			r = copy_value(line, c, what);

	return r;
}

/* Those of the blocks around an item, from the outermost in. */
static int
copy_around(struct onshi_record *line, const struct onshi_record *block,
    const struct onshi_record *item, enum oki_lines what)
{
	const struct onshi_record *around[OKI_DEEPEST], *rec = item;
	int r = ONSHI_OK;
	size_t n = 0;

	while (rec != block && n < OKI_DEEPEST)
		around[n++] = rec = rec->parent;
	while (n > 0 && r == ONSHI_OK)
		r = copy_values(line, around[--n], what);

	return r;
}

/* What is unknown in an item keeps its values too, by their own names. */
static int
copy_item(struct onshi_record *line, const struct onshi_record *item,
    enum oki_lines what)
{
	const struct onshi_record *c;
	int r = ONSHI_OK;

	for (c = oki_record_walk(item, item); c != NULL && r == ONSHI_OK;
	    c = oki_record_walk(c, item))
		if (is_value(c))
			r = copy_value(line, c, what);

	return r;
}

static bool
has_value(const struct onshi_record *item)
{
	const struct onshi_record *c;

	for (c = oki_record_walk(item, item); c != NULL;
	    c = oki_record_walk(c, item))
		if (is_value(c))
			return true;

	return false;
}

static bool
is_wanted(const struct onshi_record *item, enum oki_lines what)
{
	const char *class = oki_record_get(item, ONSHI_EL_ME_TR_ID_CL);
	bool surgery = class != NULL && strcmp(class, SURGERY) == 0;

	if (!has_value(item))
		return false;
	if (what == OKI_LINES_CARE)
		return !surgery;

	return what != OKI_LINES_SURGERY || surgery;
}

static int
add_line(struct oki_doc *lines, const struct source *source,
    const struct onshi_record *block, const struct onshi_record *item)
{
	static const int names[] = { ONSHI_EL_DRUG_LINE, ONSHI_EL_CARE_LINE,
	    ONSHI_EL_CARE_LINE, ONSHI_EL_CHECKUP_ITEM };
	struct onshi_record *line;
	int r = ONSHI_OK;

	if ((line = oki_record_add(lines, lines->root, names[source->what],
	    "", 0)) == NULL)
		return ONSHI_E_NOMEM;
	if (source->name != NULL)
		r = add_value(line, ONSHI_EL_SOURCE, "", source->name,
		    strlen(source->name));
	if (r == ONSHI_OK)
		r = copy_around(line, block, item, source->what);

	return r == ONSHI_OK ? copy_item(line, item, source->what) : r;
}

/* One month, one checkup: each of its items is a line. */
static int
add_block(struct oki_doc *lines, const struct source *source,
    const struct onshi_record *block)
{
	const struct onshi_record *item = NULL;
	int r = ONSHI_OK;

	while (r == ONSHI_OK && (item = oki_record_next_of(block,
	    source->item, item)) != NULL)
		if (is_wanted(item, source->what))
			r = add_line(lines, source, block, item);

	return r;
}

int
oki_record_lines(const struct onshi_record *rec, enum oki_lines what,
    struct oki_doc *lines)
{
	size_t i;
	int r = ONSHI_OK;

	for (i = 0; i < OKI_COUNT(sources) && r == ONSHI_OK; i++)
		if (sources[i].what == what && sources[i].block == rec->el)
			r = add_block(lines, &sources[i], rec);

	return r;
}

/* All blocks of a document, in the order of the answer. */
static int
make_lines(const struct oki_doc *doc, enum oki_lines what,
    struct oki_doc **out)
{
	const struct onshi_record *rec;
	int r;

	if ((r = oki_doc_new(NULL, out)) != ONSHI_OK)
		return r;
	for (rec = doc->root; rec != NULL && r == ONSHI_OK;
	    rec = oki_record_walk(rec, doc->root))
		r = oki_record_lines(rec, what, *out);
	if (r == ONSHI_OK)
		r = oki_doc_index(*out);
	if (r != ONSHI_OK)
		oki_doc_free(out);

	return r;
}

int
oki_message_drug_lines(const struct oki_doc *doc, struct oki_doc **out)
{
	return make_lines(doc, OKI_LINES_DRUGS, out);
}

int
oki_message_care_lines(const struct oki_doc *doc, struct oki_doc **out)
{
	return make_lines(doc, OKI_LINES_CARE, out);
}

int
oki_message_surgery_lines(const struct oki_doc *doc, struct oki_doc **out)
{
	return make_lines(doc, OKI_LINES_SURGERY, out);
}

int
oki_message_checkup_items(const struct oki_doc *doc, struct oki_doc **out)
{
	return make_lines(doc, OKI_LINES_CHECKUPS, out);
}

/* A value that also occurs elsewhere (messages.md 3.2, 5.1). */
static int
add_from_anywhere(struct onshi_record *head, const struct oki_doc *doc,
    int el)
{
	const char *text;

	if (oki_record_get(head, el) != NULL ||
	    (text = oki_record_search(doc->root, el)) == NULL)
		return ONSHI_OK;

	return add_value(head, el, "", text, strlen(text));
}

int
oki_message_head(const struct oki_doc *doc, struct oki_doc **out)
{
	const struct onshi_record *header = oki_doc_header(doc);
	const struct onshi_record *body = oki_doc_body(doc);
	int r;

	if ((r = oki_doc_new(NULL, out)) != ONSHI_OK)
		return r;
	if (doc->root->el == ONSHI_EL_HEAD)
		header = doc->root;
	if ((header != NULL && (r = copy_values((*out)->root, header,
	    OKI_LINES_CHECKUPS)) != ONSHI_OK) ||
	    (body != NULL && (r = copy_values((*out)->root, body,
	    OKI_LINES_CHECKUPS)) != ONSHI_OK) ||
	    (r = add_from_anywhere((*out)->root, doc,
	    ONSHI_EL_PRESCRIPTION_ISSUE_SELECT)) != ONSHI_OK ||
	    (r = add_from_anywhere((*out)->root, doc,
	    ONSHI_EL_RESULT_CODE)) != ONSHI_OK ||
	    (r = add_from_anywhere((*out)->root, doc,
	    ONSHI_EL_MESSAGE_CONTENTS)) != ONSHI_OK)
		oki_doc_free(out);

	return r;
}
