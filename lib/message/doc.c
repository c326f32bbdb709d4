/* Documents: trees of records in memory that wipes when it is given back. */
#include "config.h"

#include <string.h>

#include "message/inside.h"

#define BLOCK_FIRST	4096u
#define BLOCK_MOST	65536u
#define INDEX_LEAST	16u	/* children that are worth an index */
#define ALIGNMENT	sizeof(void *)

/* ---- arenas ------------------------------------------------------------- */

static void *
arena_take(struct oki_arena *a, size_t len)
{
	struct oki_block *b = a->last;
	size_t room;

	len = (len + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	if (b == NULL || len > b->room - b->used) {
		if (a->want == 0)
			a->want = BLOCK_FIRST;
		room = len > a->want ? len : a->want;
		if ((b = oki_alloc(sizeof(*b) + room)) == NULL)
			return NULL;
		b->next = a->last;
		b->room = room;
		a->last = b;
		if (a->want < BLOCK_MOST)
			a->want *= 2;
	}
	b->used += len;

	return (uint8_t *)(b + 1) + b->used - len;
}

/* Back to where the arena stood: what came after is wiped. */
static void
arena_drop(struct oki_arena *a, const struct oki_mark *m)
{
	struct oki_block *b;

	while ((b = a->last) != m->last) {
		a->last = b->next;
		oki_free(b);
	}
	if (b != NULL && b->used > m->used) {
		oki_wipe((uint8_t *)(b + 1) + m->used, b->used - m->used);
		b->used = m->used;
	}
}

static void
arena_wipe(struct oki_arena *a)
{
	struct oki_block *b;

	for (b = a->last; b != NULL; b = b->next)
		oki_wipe(b + 1, b->room);
}

void
oki_doc_mark(const struct oki_doc *doc, struct oki_mark m[2])
{
	const struct oki_arena *a[2] = { &doc->records, &doc->texts };
	size_t i;

	for (i = 0; i < 2; i++) {
		m[i].last = a[i]->last;
		m[i].used = a[i]->last == NULL ? 0 : a[i]->last->used;
	}
}

void
oki_doc_drop(struct oki_doc *doc, const struct oki_mark m[2])
{
	arena_drop(&doc->records, &m[0]);
	arena_drop(&doc->texts, &m[1]);
}

/* ---- the tree ----------------------------------------------------------- */

int
oki_doc_bare(struct oki_doc **out)
{
	struct oki_doc *doc;

	*out = NULL;
	if ((doc = oki_alloc(sizeof(*doc))) == NULL)
		return ONSHI_E_NOMEM;
	oki_buf_init(&doc->path, 64 * 1024);
	*out = doc;

	return ONSHI_OK;
}

/* Names from outside are copied; those of the tables stand for ever. */
struct onshi_record *
oki_record_add(struct oki_doc *doc, struct onshi_record *parent, int el,
    const char *name, size_t len)
{
	const struct oki_element *known = oki_element(el);
	struct onshi_record *rec;
	char *copy;

	if ((rec = arena_take(&doc->records, sizeof(*rec))) == NULL)
		return NULL;
	if (known != NULL)
		rec->name = known->name;
	else {
		if ((copy = arena_take(&doc->texts, len + 1)) == NULL)
			return NULL;
		memcpy(copy, name, len);
		rec->name = copy;
	}
	rec->doc = doc;
	rec->el = (uint16_t)(known != NULL ? el : 0);
	rec->parent = parent;
	if (parent != NULL)
		parent->index = NULL;
	if (parent == NULL)
		doc->root = rec;
	else if (parent->last == NULL)
		parent->first = parent->last = rec;
	else
		parent->last = parent->last->next = rec;

	return rec;
}

int
oki_record_set(struct onshi_record *rec, const char *text, size_t len)
{
	char *copy;

	if (len > UINT32_MAX - 1)
		return ONSHI_E_TOO_BIG;
	if ((copy = arena_take(&rec->doc->texts, len + 1)) == NULL)
		return ONSHI_E_NOMEM;
	if (len > 0)
		memcpy(copy, text, len);
	if (rec->text != NULL)
		oki_wipe(rec->text, rec->len);
	rec->text = copy;
	rec->len = (uint32_t)len;

	return ONSHI_OK;
}

struct onshi_record *
oki_record_walk(const struct onshi_record *rec, const struct onshi_record *top)
{
	if (rec->first != NULL)
		return rec->first;
	while (rec != top && rec->next == NULL)
		rec = rec->parent;

	return rec == top ? NULL : rec->next;
}

struct onshi_record *
oki_record_ith(const struct onshi_record *rec, size_t i)
{
	struct onshi_record *c;

	if (rec->index != NULL)
		return i < rec->index->n ? rec->index->at[i] : NULL;
	for (c = rec->first; c != NULL && i > 0; c = c->next)
		i--;

	return c;
}

static int
index_record(struct onshi_record *rec)
{
	struct oki_index *index;
	struct onshi_record *c;
	size_t n = 0;

	for (c = rec->first; c != NULL; c = c->next)
		n++;
	if (n < INDEX_LEAST)
		return ONSHI_OK;
	if ((index = arena_take(&rec->doc->records, sizeof(*index) +
	    n * sizeof(index->at[0]))) == NULL)
		return ONSHI_E_NOMEM;
	for (c = rec->first; c != NULL; c = c->next)
		index->at[index->n++] = c;
	rec->index = index;

	return ONSHI_OK;
}

int
oki_doc_index(struct oki_doc *doc)
{
	struct onshi_record *rec;
	int r = ONSHI_OK;

	for (rec = doc->root; rec != NULL && r == ONSHI_OK;
	    rec = oki_record_walk(rec, doc->root))
		if (rec->index == NULL)
			r = index_record(rec);

	return r;
}

static void
unlink_record(struct onshi_record *rec)
{
	struct onshi_record *parent = rec->parent, *prev = NULL, *c;

	if (parent == NULL)
		return;
	parent->index = NULL;
	for (c = parent->first; c != NULL && c != rec; c = c->next)
		prev = c;
	if (prev == NULL)
		parent->first = rec->next;
	else
		prev->next = rec->next;
	if (parent->last == rec)
		parent->last = prev;
}

void
oki_record_cut(struct onshi_record *rec)
{
	struct onshi_record *c;

	for (c = rec; c != NULL; c = oki_record_walk(c, rec))
		if (c->text != NULL)
			oki_wipe(c->text, c->len);
	unlink_record(rec);
}

/* ---- what the rooms above use ------------------------------------------- */

/* A message of the tables: its root, and MessageHeader and MessageBody. */
static int
make_frame(struct oki_doc *doc, const struct oki_kind *kind)
{
	const struct oki_group *g = &oki_groups[kind->group];
	struct onshi_record *root, *child;
	const struct oki_row *row;
	size_t i;

	doc->kind = doc->candidates[0] = kind;
	doc->n_candidates = 1;
	if ((root = oki_record_add(doc, NULL, kind->root, NULL, 0)) == NULL)
		return ONSHI_E_NOMEM;
	root->group = kind->group;
	for (i = 0; i < g->n; i++) {
		row = &oki_rows[g->first + i];
		if (row->group == 0)
			continue;
		if ((child = oki_record_add(doc, root, row->el, NULL, 0)) ==
		    NULL)
			return ONSHI_E_NOMEM;
		child->group = row->group;
	}

	return ONSHI_OK;
}

int
oki_doc_new(const char *kind, struct oki_doc **out)
{
	const struct oki_kind *k = NULL;
	struct oki_doc *doc;
	int r;

	*out = NULL;
	if (kind != NULL && (k = oki_kind_find(kind)) == NULL)
		return ONSHI_E_ARG;
	if ((r = oki_doc_bare(&doc)) != ONSHI_OK)
		return r;
	if (k != NULL)
		r = make_frame(doc, k);
	else if (oki_record_add(doc, NULL, ONSHI_EL_HEAD, NULL, 0) == NULL)
		r = ONSHI_E_NOMEM;
	if (r != ONSHI_OK)
		oki_doc_free(&doc);
	*out = doc;

	return r;
}

void
oki_doc_free(struct oki_doc **dp)
{
	static const struct oki_mark none[2];
	struct oki_doc *doc;

	if (dp == NULL || (doc = *dp) == NULL)
		return;
	oki_doc_drop(doc, none);
	oki_free(doc->unknown);
	oki_buf_free(&doc->path);
	oki_free(doc);
	*dp = NULL;
}

void
oki_doc_wipe(struct oki_doc *doc)
{
	if (doc == NULL)
		return;
	doc->wiped = true;
	arena_wipe(&doc->texts);
	oki_buf_reset(&doc->path);
}

void
oki_doc_cut(struct oki_doc *doc, int el)
{
	struct onshi_record *rec, *next;

	if (doc == NULL || doc->root == NULL)
		return;
	for (rec = oki_record_walk(doc->root, doc->root); rec != NULL;
	    rec = next) {
		if (rec->el != el) {
			next = oki_record_walk(rec, doc->root);
			continue;
		}
		for (next = rec; next != doc->root && next->next == NULL;
		    next = next->parent)
			;
		next = next == doc->root ? NULL : next->next;
		oki_record_cut(rec);
	}
}

bool
oki_record_is_within(const struct onshi_record *rec, int el)
{
	for (; rec != NULL; rec = rec->parent)
		if (rec->el == el)
			return true;

	return false;
}

void
oki_doc_set_guard(struct oki_doc *doc, int (*readable)(void *self,
    const struct onshi_record *rec), void *self)
{
	doc->readable = readable;
	doc->self = self;
}

const char *
oki_doc_kind(const struct oki_doc *doc)
{
	return doc->n_candidates == 1 ? doc->candidates[0]->name : "";
}

const char *
oki_doc_candidate(const struct oki_doc *doc, size_t i)
{
	return i < doc->n_candidates ? doc->candidates[i]->name : NULL;
}

struct onshi_record *
oki_doc_root(const struct oki_doc *doc)
{
	return doc->root;
}

struct onshi_record *
oki_doc_header(const struct oki_doc *doc)
{
	return oki_record_within(doc->root, ONSHI_EL_MESSAGE_HEADER);
}

struct onshi_record *
oki_doc_body(const struct oki_doc *doc)
{
	return oki_record_within(doc->root, ONSHI_EL_MESSAGE_BODY);
}

const char *
oki_doc_unknown(const struct oki_doc *doc, size_t i)
{
	struct oki_buf *path;

	if (i >= doc->n_unknown)
		return NULL;
	/* The buffer is a scratch pad of the document, not a part of it. */
	path = &doc->unknown[i]->doc->path;
	oki_buf_reset(path);
	if (oki_record_path(doc->unknown[i], path) != ONSHI_OK)
		return "";

	return (const char *)path->data;
}
