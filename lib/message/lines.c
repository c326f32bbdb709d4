/* Neutral lines: drugs, care, surgery and checkups, flat and under one name. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "message/inside.h"

#define SURGERY	"50"	/* 診療識別 (messages.md 5.2) */
#define TICKS	1024u	/* records between two looks at the clock */

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

static bool
is_of_drugs(enum oki_lines what)
{
	return what == OKI_LINES_DRUGS || what >= OKI_LINES_CLAIMED;
}

static int
new_name(int el, enum oki_lines what)
{
	size_t i, column = is_of_drugs(what) ? 0 : 1;

	for (i = 0; el != 0 && i < OKI_COUNT(renames); i++)
		if (renames[i].el == el && renames[i].to[column] != 0)
			return renames[i].to[column];

	return el;
}

static bool
is_value(const struct onshi_record *rec)
{
	return rec->first == NULL && rec->group == 0 && rec->text != NULL &&
	    rec->text[0] != '\0';
}

/* Lines under way: those of one block share what stands around them, so that
 * memory and work go with the answer and not with its square. */
struct level {
	const struct onshi_record *of;	/* a record around items */
	struct onshi_record	*fields; /* its values and those around it */
	uint32_t		 n;	/* how many these are */
};

struct lines {
	struct oki_doc		*to;
	struct onshi_record	*last;	/* line */
	const struct source	*source;
	const struct oki_wait	*wait;
	struct level		 level[OKI_DEEPEST];
	size_t			 n_levels;
	size_t			 ticks;
};

/* Where fields are added: after last, in rec. */
struct place {
	struct onshi_record	*rec;
	struct onshi_record	*last;
};

static int
add_field(struct place *p, int el, const char *name, char *text)
{
	struct oki_doc *doc = oki_record_doc(p->rec);
	struct onshi_record *field;

	if ((field = oki_record_after(doc, p->rec, p->last, el, name, name ==
	    NULL ? 0 : strlen(name))) == NULL)
		return doc->names.n < OKI_NAMES_MOST ? ONSHI_E_NOMEM :
		    ONSHI_E_TOO_BIG;
	field->text = text;
	p->last = field;

	return ONSHI_OK;
}

/* A value under its neutral name, its text shared. One that the tables do not
 * have there is no such field, even if it is called like one: "Parent.Name". */
static int
add_value(struct place *p, const struct onshi_record *c, enum oki_lines what)
{
	char name[4 * 256 + 4];

	if (c->el >= OKI_NAMED)
		return add_field(p, 0, oki_record_name(c), c->text);
	if ((c->flags & OKI_REC_UNKNOWN) == 0)
		return add_field(p, new_name(c->el, what), NULL, c->text);
	(void)snprintf(name, sizeof(name), "%s.%s",
	    oki_record_name(c->parent), oki_record_name(c));

	return add_field(p, 0, name, c->text);
}

/* The values that stand directly in rec. */
static int
add_values(struct place *p, const struct onshi_record *rec,
    enum oki_lines what)
{
	const struct onshi_record *c;
	int r = ONSHI_OK;

	for (c = rec->first; c != NULL && r == ONSHI_OK; c = c->next)
		if (is_value(c))
			r = add_value(p, c, what);

	return r;
}

/* ---- what stands around items ------------------------------------------- */

static bool
has_values(const struct onshi_record *rec)
{
	const struct onshi_record *c;

	for (c = rec->first; c != NULL; c = c->next)
		if (is_value(c))
			return true;

	return false;
}

/* rec's first child stands for all the fields of a level. */
static int
add_shared(struct place *p, const struct level *level)
{
	struct onshi_record *stands;

	if (level->n == 0)
		return ONSHI_OK;
	if ((stands = oki_record_after(oki_record_doc(p->rec), p->rec, NULL,
	    ONSHI_EL_HEAD, NULL, 0)) == NULL)
		return ONSHI_E_NOMEM;
	stands->el = 0;
	stands->flags = OKI_REC_SHARED;
	stands->shared = level->fields;
	stands->place = level->n;
	p->last = stands;

	return ONSHI_OK;
}

/* Where the lines come from is a field of the block. */
static int
add_source(struct lines *l, struct place *p)
{
	int r;

	if (l->source->name == NULL)
		return ONSHI_OK;
	if ((r = add_field(p, ONSHI_EL_SOURCE, NULL, NULL)) != ONSHI_OK)
		return r;

	return oki_record_set(p->last, l->source->name,
	    strlen(l->source->name));
}

static int
enter_level(struct lines *l, const struct onshi_record *rec)
{
	struct level none = { NULL, NULL, 0 }, *level;
	const struct level *above;
	const struct onshi_record *c;
	struct place p = { NULL, NULL };
	int r;

	above = l->n_levels > 0 ? &l->level[l->n_levels - 1] : &none;
	level = &l->level[l->n_levels];
	*level = (struct level){ rec, above->fields, above->n };
	if ((l->n_levels > 0 || l->source->name == NULL) && !has_values(rec)) {
		l->n_levels++;
		return ONSHI_OK;
	}
	if ((p.rec = oki_record_apart(l->to)) == NULL)
		return ONSHI_E_NOMEM;
	if ((r = add_shared(&p, above)) != ONSHI_OK ||
	    (l->n_levels == 0 && (r = add_source(l, &p)) != ONSHI_OK) ||
	    (r = add_values(&p, rec, l->source->what)) != ONSHI_OK)
		return r;
	level->fields = p.rec;
	for (c = p.rec->first; c != NULL; c = c->next)
		level->n += (c->flags & OKI_REC_SHARED) == 0;
	l->n_levels++;

	return ONSHI_OK;
}

/* The levels around an item, those kept that were around the one before. */
static int
enter_levels(struct lines *l, const struct onshi_record *block,
    const struct onshi_record *item)
{
	const struct onshi_record *around[OKI_DEEPEST], *rec = item;
	size_t i = 0, n = 0;
	int r = ONSHI_OK;

	while (rec != block && n < OKI_DEEPEST)
		around[n++] = rec = rec->parent;
	while (i < n && i < l->n_levels && l->level[i].of == around[n - 1 - i])
		i++;
	for (l->n_levels = i; i < n && r == ONSHI_OK; i++)
		r = enter_level(l, around[n - 1 - i]);

	return r;
}

/* ---- lines -------------------------------------------------------------- */

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

/* What is unknown in an item keeps its values too, by their own names. */
static int
add_item(struct place *p, const struct onshi_record *item, enum oki_lines what)
{
	const struct onshi_record *c;
	int r = ONSHI_OK;

	for (c = oki_record_walk(item, item); c != NULL && r == ONSHI_OK;
	    c = oki_record_walk(c, item))
		if (is_value(c))
			r = add_value(p, c, what);

	return r;
}

static int
add_line(struct lines *l, const struct onshi_record *block,
    const struct onshi_record *item)
{
	static const int names[] = { 0, ONSHI_EL_DRUG_LINE,
	    ONSHI_EL_CARE_LINE, ONSHI_EL_CARE_LINE, ONSHI_EL_CHECKUP_ITEM,
	    ONSHI_EL_DRUG_LINE, ONSHI_EL_DRUG_LINE, ONSHI_EL_DRUG_LINE };
	struct place p = { NULL, NULL };
	int r;

	if ((r = enter_levels(l, block, item)) != ONSHI_OK)
		return r;
	if ((p.rec = oki_record_after(l->to, l->to->root, l->last,
	    names[l->source->what], NULL, 0)) == NULL)
		return ONSHI_E_NOMEM;
	l->last = p.rec;
	if ((r = add_shared(&p, &l->level[l->n_levels - 1])) != ONSHI_OK)
		return r;

	return add_item(&p, item, l->source->what);
}

static int
look_at_clock(struct lines *l)
{
	return l->wait == NULL || ++l->ticks % TICKS != 0 ? ONSHI_OK :
	    oki_wait_check(l->wait, ONSHI_E_LINK_TIMEOUT);
}

/* One month, one checkup: each of its items is a line; one that stands within
 * another is a part of it. */
static int
add_block(struct lines *l, const struct onshi_record *block)
{
	const struct onshi_record *rec = oki_record_walk(block, block);
	int r = ONSHI_OK;

	l->n_levels = 0;
	while (rec != NULL && r == ONSHI_OK &&
	    (r = look_at_clock(l)) == ONSHI_OK) {
		if (rec->el != l->source->item) {
			rec = oki_record_walk(rec, block);
			continue;
		}
		if (is_wanted(rec, l->source->what))
			r = add_line(l, block, rec);
		rec = oki_record_past(rec, block);
	}

	return r;
}

static const struct source *
source_of(const struct onshi_record *rec, enum oki_lines what)
{
	size_t i;

	for (i = 0; i < OKI_COUNT(sources); i++)
		if (sources[i].what == what && sources[i].block == rec->el)
			return &sources[i];

	return NULL;
}

/* All blocks of a document, in the order of the answer. */
static int
add_blocks(struct lines *l, const struct oki_doc *doc, enum oki_lines what)
{
	const struct onshi_record *rec = doc->root;
	int r = ONSHI_OK;

	while (rec != NULL && r == ONSHI_OK &&
	    (r = look_at_clock(l)) == ONSHI_OK) {
		if ((l->source = source_of(rec, what)) == NULL) {
			rec = oki_record_walk(rec, doc->root);
			continue;
		}
		r = add_block(l, rec);
		rec = oki_record_past(rec, doc->root);
	}

	return r;
}

/* An empty document of our own, that may refer to another's texts. */
static int
new_flat(const struct oki_doc *from, struct oki_doc **out)
{
	int r;

	if ((r = oki_doc_bare(oki_record_doc(from->root), out)) != ONSHI_OK)
		return r;
	if (oki_record_add(*out, NULL, ONSHI_EL_HEAD, NULL, 0) == NULL)
		oki_doc_free(out);

	return *out == NULL ? ONSHI_E_NOMEM : ONSHI_OK;
}

int
oki_message_lines(const struct oki_doc *doc, enum oki_lines what,
    const struct oki_wait *wait, struct oki_doc **out)
{
	struct lines l = { .wait = wait };
	int r;

	if ((r = new_flat(doc, out)) != ONSHI_OK)
		return r;
	l.to = *out;
	if ((r = add_blocks(&l, doc, what)) != ONSHI_OK ||
	    (r = oki_doc_index(*out)) != ONSHI_OK)
		oki_doc_free(out);

	return r;
}

/* ---- the head ----------------------------------------------------------- */

/* A value that also occurs elsewhere (messages.md 3.2, 5.1). */
static int
add_from_anywhere(struct place *p, const struct oki_doc *doc, int el)
{
	const struct onshi_record *c = NULL;

	if (oki_record_get(p->rec, el) != NULL)
		return ONSHI_OK;
	while ((c = oki_record_next_of(doc->root, el, c)) != NULL)
		if (is_value(c))
			return add_field(p, el, NULL, c->text);

	return ONSHI_OK;
}

int
oki_message_head(const struct oki_doc *doc, struct oki_doc **out)
{
	const struct onshi_record *header = oki_doc_header(doc);
	const struct onshi_record *body = oki_doc_body(doc);
	struct place p = { NULL, NULL };
	int r;

	if ((r = new_flat(doc, out)) != ONSHI_OK)
		return r;
	p.rec = (*out)->root;
	if (doc->root->el == ONSHI_EL_HEAD)
		header = doc->root;
	if ((header != NULL && (r = add_values(&p, header,
	    OKI_LINES_CHECKUPS)) != ONSHI_OK) ||
	    (body != NULL && (r = add_values(&p, body,
	    OKI_LINES_CHECKUPS)) != ONSHI_OK) ||
	    (r = add_from_anywhere(&p, doc,
	    ONSHI_EL_PRESCRIPTION_ISSUE_SELECT)) != ONSHI_OK ||
	    (r = add_from_anywhere(&p, doc,
	    ONSHI_EL_RESULT_CODE)) != ONSHI_OK ||
	    (r = add_from_anywhere(&p, doc,
	    ONSHI_EL_MESSAGE_CONTENTS)) != ONSHI_OK ||
	    (r = oki_doc_index(*out)) != ONSHI_OK)
		oki_doc_free(out);

	return r;
}
