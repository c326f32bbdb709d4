/* Documents: trees of records in memory that wipes when it is given back. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "message/inside.h"

#define RECORDS_FIRST	1280u	/* bytes, of a person of a bulk */
#define TEXTS_FIRST	512u
#define BLOCK_MOST	16384u
#define BLOCK_KEPT	2560u	/* of a document that is used again, at most */
#define WIDE		64u	/* children that are worth an index */
#define STRIDE		8u	/* of them, one is kept */
#define FEW		32u	/* are looked through for each other */

/* ---- arenas ------------------------------------------------------------- */

static struct oki_block *
arena_grow(struct oki_arena *a, size_t len)
{
	struct oki_block *b;
	size_t room;

	if (a->want == 0)
		a->want = RECORDS_FIRST;
	room = len > a->want ? len : a->want;
	if ((b = oki_alloc(sizeof(*b) + room)) == NULL)
		return NULL;
	b->next = a->last;
	b->room = room;
	a->last = b;
	if (a->want < BLOCK_MOST)
		a->want *= 2;

	return b;
}

static inline void *
arena_take(struct oki_arena *a, size_t len)
{
	struct oki_block *b = a->last;

	if ((b == NULL || len > b->room - b->used) &&
	    (b = arena_grow(a, len)) == NULL)
		return NULL;
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

/* Empty, with one block of no more than a few records' size, so that the next
 * finds it as clean as if it were new. */
static void
arena_reset(struct oki_arena *a, size_t first)
{
	static const struct oki_mark none;
	struct oki_block *b = a->last;

	if (b == NULL || b->room > BLOCK_KEPT) {
		arena_drop(a, &none);
		a->want = first;
		return;
	}
	a->last = b->next;
	arena_drop(a, &none);
	oki_wipe(b + 1, b->used);
	b->used = 0;
	b->next = NULL;
	a->last = b;
}

static size_t
arena_size(const struct oki_arena *a)
{
	const struct oki_block *b;
	size_t n = 0;

	for (b = a->last; b != NULL; b = b->next)
		n += sizeof(*b) + b->room;

	return n;
}

static void
arena_wipe(struct oki_arena *a)
{
	struct oki_block *b;

	for (b = a->last; b != NULL; b = b->next)
		oki_wipe(b + 1, b->room);
}

/* ---- names -------------------------------------------------------------- */

static size_t
hash(const char *name, size_t len)
{
	uint32_t h = 2166136261u;
	size_t i;

	for (i = 0; i < len; i++)
		h = (h ^ (uint8_t)name[i]) * 16777619u;

	return h;
}

static int
names_grow(struct oki_names *n)
{
	size_t i, at, room = n->room == 0 ? 16 : n->room * 2;
	uint16_t *slots = oki_alloc_array(2 * room, sizeof(*slots));
	char **names = oki_alloc_array(room, sizeof(*names));

	if (slots == NULL || names == NULL) {
		oki_free(slots);
		oki_free(names);
		return ONSHI_E_NOMEM;
	}
	for (i = 0; i < n->n; i++) {
		names[i] = n->at[i];
		for (at = hash(names[i], strlen(names[i])) % (2 * room);
		    slots[at] != 0; at = (at + 1) % (2 * room))
			;
		slots[at] = (uint16_t)(i + 1);
	}
	oki_free(n->at);
	oki_free(n->slots);
	n->at = names;
	n->slots = slots;
	n->room = room;
	n->n_slots = 2 * room;

	return ONSHI_OK;
}

/* Its number from OKI_NAMED on; 0: no memory, or no room for one more. */
static uint16_t
name_number(struct oki_doc *doc, const char *name, size_t len)
{
	struct oki_names *n = &doc->names;
	size_t at;
	char *copy;

	if (n->n == n->room && (n->n >= OKI_NAMES_MOST || names_grow(n) !=
	    ONSHI_OK))
		return 0;
	for (at = hash(name, len) % n->n_slots; n->slots[at] != 0;
	    at = (at + 1) % n->n_slots)
		if (strncmp(n->at[n->slots[at] - 1], name, len) == 0 &&
		    n->at[n->slots[at] - 1][len] == '\0')
			return (uint16_t)(OKI_NAMED + n->slots[at] - 1);
	if (n->n >= OKI_NAMES_MOST || (copy = arena_take(&n->arena,
	    len + 1)) == NULL)
		return 0;
	memcpy(copy, name, len);
	n->at[n->n++] = copy;
	n->slots[at] = (uint16_t)n->n;

	return (uint16_t)(OKI_NAMED + n->n - 1);
}

static void
names_free(struct oki_names *n)
{
	static const struct oki_mark none;

	arena_drop(&n->arena, &none);
	oki_free(n->at);
	oki_free(n->slots);
}

/* ---- the tree ----------------------------------------------------------- */

int
oki_doc_bare(struct oki_doc *from, struct oki_doc **out)
{
	struct oki_doc *doc;

	*out = NULL;
	if ((doc = oki_alloc(sizeof(*doc))) == NULL)
		return ONSHI_E_NOMEM;
	oki_buf_init(&doc->path, 64 * 1024);
	doc->texts = from != NULL ? from->texts :
	    oki_alloc(sizeof(*doc->texts));
	if (doc->texts == NULL) {
		oki_free(doc);
		return ONSHI_E_NOMEM;
	}
	if (doc->texts->refs++ == 0)
		doc->texts->arena.want = TEXTS_FIRST;
	*out = doc;

	return ONSHI_OK;
}

/* A root stands in its document, and nothing else is without a parent. */
struct oki_doc *
oki_record_doc(const struct onshi_record *rec)
{
	while (rec->parent != NULL)
		rec = rec->parent;

	return (struct oki_doc *)((uintptr_t)rec -
	    offsetof(struct oki_doc, top));
}

const char *
oki_record_name(const struct onshi_record *rec)
{
	if ((rec->flags & OKI_REC_SHARED) != 0)
		return "";
	if (rec->el < OKI_NAMED)
		return oki_element(rec->el)->name;

	return oki_record_doc(rec)->names.at[rec->el - OKI_NAMED];
}

struct onshi_record *
oki_record_after(struct oki_doc *doc, struct onshi_record *parent,
    struct onshi_record *prev, int el, const char *name, size_t len)
{
	struct onshi_record *rec;
	uint16_t number = (uint16_t)el;

	if (el == 0 && (number = name_number(doc, name, len)) == 0)
		return NULL;
	if (parent == NULL)
		rec = doc->root = &doc->top;
	else if ((rec = arena_take(&doc->records, sizeof(*rec))) == NULL)
		return NULL;
	rec->el = number;
	rec->parent = parent;
	if (parent == NULL)
		return rec;
	parent->flags &= (uint8_t)~OKI_REC_WIDE;
	if (prev != NULL)
		prev->next = rec;
	else
		parent->first = rec;
	doc->added = rec;

	return rec;
}

/* The last child: where what was added last is of it, at once. */
static struct onshi_record *
last_of(const struct oki_doc *doc, const struct onshi_record *parent)
{
	struct onshi_record *c = doc->added;

	while (c != NULL && c->parent != parent)
		c = c->parent;
	if (c == NULL)
		c = parent->first;
	while (c != NULL && c->next != NULL)
		c = c->next;

	return c;
}

struct onshi_record *
oki_record_add(struct oki_doc *doc, struct onshi_record *parent, int el,
    const char *name, size_t len)
{
	return oki_record_after(doc, parent, parent == NULL ? NULL :
	    last_of(doc, parent), el, name, len);
}

struct onshi_record *
oki_record_apart(struct oki_doc *doc)
{
	struct onshi_record *rec = arena_take(&doc->records, sizeof(*rec));

	if (rec != NULL) {
		rec->el = ONSHI_EL_HEAD;
		rec->parent = doc->root;
		rec->next = doc->apart;
		doc->apart = rec;
	}

	return rec;
}

int
oki_doc_text(struct oki_doc *doc, const char *text, size_t len, char **out)
{
	if ((*out = arena_take(&doc->texts->arena, len + 1)) == NULL)
		return ONSHI_E_NOMEM;
	if (len > 0)
		memcpy(*out, text, len);

	return ONSHI_OK;
}

int
oki_record_set(struct onshi_record *rec, const char *text, size_t len)
{
	char *copy;
	int r;

	if ((r = oki_doc_text(oki_record_doc(rec), text, len, &copy)) !=
	    ONSHI_OK)
		return r;
	if (rec->text != NULL)
		oki_wipe(rec->text, strlen(rec->text));
	rec->text = copy;

	return ONSHI_OK;
}

static struct onshi_record *
copy_one(struct oki_doc *doc, struct onshi_record *parent,
    const struct onshi_record *rec)
{
	const char *name = rec->el < OKI_NAMED ? "" : oki_record_name(rec);
	struct onshi_record *to;

	to = oki_record_add(doc, parent, rec->el < OKI_NAMED ? rec->el : 0,
	    name, strlen(name));
	if (to == NULL)
		return NULL;
	to->flags = rec->flags & (OKI_REC_MIXED | OKI_REC_MORE);
	if (rec->text != NULL && oki_doc_text(doc, rec->text,
	    strlen(rec->text), &to->text) != ONSHI_OK)
		return NULL;

	return to;
}

int
oki_doc_copy(const struct onshi_record *top, struct oki_doc **out)
{
	struct onshi_record *to, *parent = NULL;
	const struct onshi_record *rec = top;
	struct oki_doc *doc;
	int r;

	*out = NULL;
	if ((r = oki_doc_bare(NULL, &doc)) != ONSHI_OK)
		return r;
	do {
		if ((to = copy_one(doc, parent, rec)) == NULL) {
			oki_doc_free(&doc);
			return ONSHI_E_NOMEM;
		}
		if (rec->first != NULL) {
			rec = rec->first;
			parent = to;
			continue;
		}
		for (; rec != top && rec->next == NULL; rec = rec->parent)
			parent = parent->parent;
		rec = rec == top ? NULL : rec->next;
	} while (rec != NULL);
	*out = doc;

	return ONSHI_OK;
}

/* ---- the i-th, and the n-th of a name ----------------------------------- */

static int
by_address(const void *a, const void *b)
{
	uintptr_t x = (uintptr_t)((const struct oki_index *)a)->rec;
	uintptr_t y = (uintptr_t)((const struct oki_index *)b)->rec;

	return (x > y) - (x < y);
}

struct onshi_record *
oki_record_ith(const struct onshi_record *rec, size_t i)
{
	const struct oki_doc *doc = oki_record_doc(rec);
	const struct oki_index want = { rec, 0, NULL }, *index;
	struct onshi_record *c = rec->first;

	if (c != NULL && (c->flags & OKI_REC_SHARED) != 0) {
		if (i < c->place)
			return oki_record_ith(c->shared, i);
		i -= c->place;
		c = c->next;
	}
	if ((rec->flags & OKI_REC_WIDE) != 0 && (index = bsearch(&want,
	    doc->wide, doc->n_wide, sizeof(want), by_address)) != NULL) {
		if (i >= index->n)
			return NULL;
		c = index->at[i / STRIDE];
		i %= STRIDE;
	}
	for (; c != NULL && i > 0; c = c->next)
		i--;

	return c;
}

/* The first child that stands for itself. */
static struct onshi_record *
own_first(const struct onshi_record *rec)
{
	return rec->first != NULL && (rec->first->flags & OKI_REC_SHARED) !=
	    0 ? rec->first->next : rec->first;
}

static int
index_record(struct oki_doc *doc, struct onshi_record *rec)
{
	struct oki_index *index = &doc->wide[doc->n_wide];
	struct onshi_record *c;
	size_t i = 0, n = 0;

	for (c = own_first(rec); c != NULL; c = c->next)
		n++;
	if ((index->at = arena_take(&doc->records, (n + STRIDE - 1) / STRIDE *
	    sizeof(index->at[0]))) == NULL)
		return ONSHI_E_NOMEM;
	for (c = own_first(rec); c != NULL; c = c->next, i++)
		if (i % STRIDE == 0)
			index->at[i / STRIDE] = c;
	index->rec = rec;
	index->n = n;
	doc->n_wide++;

	return ONSHI_OK;
}

/* The numbering of a whole tree: how many of each name came, 0 between two
 * records; made once names come again. */
struct numbers {
	uint32_t	*counts;
	size_t		 n_names;
	size_t		 wide;		/* records worth an index */
};

/* Where the count of those of a record's name stands. */
static uint32_t *
count_of(uint32_t *counts, const struct onshi_record *c)
{
	return &counts[c->el < OKI_NAMED ? c->el :
	    OKI_EL_MAX + 1 + c->el - OKI_NAMED];
}

static int
number_again(struct onshi_record *first, struct numbers *n)
{
	struct onshi_record *c;

	if (n->counts == NULL && (n->counts = oki_alloc_array(OKI_EL_MAX + 1 +
	    n->n_names, sizeof(*n->counts))) == NULL)
		return ONSHI_E_NOMEM;
	for (c = first; c != NULL; c = c->next)
		c->place = ++*count_of(n->counts, c);
	for (c = first; c != NULL; c = c->next)
		if (*count_of(n->counts, c) == 1)
			c->place = 0;
	for (c = first; c != NULL; c = c->next)
		*count_of(n->counts, c) = 0;

	return ONSHI_OK;
}

/* Without a table, which costs more than to compare so few. */
static void
number_few(struct onshi_record *first)
{
	struct onshi_record *c, *same;
	uint32_t n;

	for (c = first; c != NULL; c = c->next) {
		if (c->place != 0)
			continue;
		for (n = 1, same = c->next; same != NULL; same = same->next)
			if (same->el == c->el) {
				c->place = 1;
				same->place = ++n;
			}
	}
}

/* Numbers the children: most records have none of one name. */
static int
number_children(struct onshi_record *rec, struct numbers *n)
{
	struct onshi_record *c, *first = own_first(rec);
	uint64_t seen = 0, again = 0, bit;
	size_t count = 0;

	for (c = first; c != NULL; c = c->next, count++) {
		bit = UINT64_C(1) << c->el % 64;
		again |= seen & bit;
		seen |= bit;
		c->place = 0;
	}
	rec->flags &= (uint8_t)~OKI_REC_WIDE;
	if (count >= WIDE) {
		rec->flags |= OKI_REC_WIDE;
		n->wide++;
	}

	if (again != 0 && count > FEW)
		return number_again(first, n);
	if (again != 0)
		number_few(first);

	return ONSHI_OK;
}

static int
index_all(struct oki_doc *doc)
{
	struct onshi_record *rec;
	int r = ONSHI_OK;

	for (rec = doc->root; rec != NULL && r == ONSHI_OK;
	    rec = oki_record_walk(rec, doc->root))
		if ((rec->flags & OKI_REC_WIDE) != 0)
			r = index_record(doc, rec);
	for (rec = doc->apart; rec != NULL && r == ONSHI_OK; rec = rec->next)
		if ((rec->flags & OKI_REC_WIDE) != 0)
			r = index_record(doc, rec);
	if (doc->n_wide > 0)
		qsort(doc->wide, doc->n_wide, sizeof(*doc->wide), by_address);

	return r;
}

static int
number_all(struct oki_doc *doc, struct numbers *n)
{
	struct onshi_record *rec;
	int r = ONSHI_OK;

	for (rec = doc->root; rec != NULL && r == ONSHI_OK;
	    rec = oki_record_walk(rec, doc->root))
		if (rec->first != NULL)
			r = number_children(rec, n);
	for (rec = doc->apart; rec != NULL && r == ONSHI_OK; rec = rec->next)
		r = number_children(rec, n);

	return r;
}

int
oki_doc_index(struct oki_doc *doc)
{
	struct numbers n = { NULL, doc->names.n, 0 };
	int r;

	if (doc->root == NULL)
		return ONSHI_OK;
	r = number_all(doc, &n);
	oki_free(n.counts);
	if (r != ONSHI_OK)
		return r;
	oki_free(doc->wide);
	doc->wide = NULL;
	doc->n_wide = 0;
	if (n.wide == 0)
		return ONSHI_OK;
	if ((doc->wide = oki_alloc_array(n.wide, sizeof(*doc->wide))) == NULL)
		return ONSHI_E_NOMEM;

	return index_all(doc);
}

/* ---- cutting ------------------------------------------------------------ */

static void
wipe_below(struct onshi_record *rec)
{
	struct onshi_record *c;

	for (c = rec; c != NULL; c = oki_record_walk(c, rec))
		if (c->text != NULL && (c->flags & OKI_REC_SHARED) == 0)
			oki_wipe(c->text, strlen(c->text));
}

void
oki_record_cut(struct onshi_record *rec)
{
	struct onshi_record **link;

	wipe_below(rec);
	oki_record_doc(rec)->added = NULL;
	if (rec->parent == NULL)
		return;
	rec->parent->flags &= (uint8_t)~OKI_REC_WIDE;
	for (link = &rec->parent->first; *link != NULL; link = &(*link)->next)
		if (*link == rec) {
			*link = rec->next;
			return;
		}
}

static void
filter(struct onshi_record *rec,
    bool (*goes)(const struct onshi_record *rec, const int *els),
    const int *els)
{
	struct onshi_record **link = &rec->first;

	while (*link != NULL)
		if (goes(*link, els)) {
			wipe_below(*link);
			*link = (*link)->next;
			rec->flags &= (uint8_t)~OKI_REC_WIDE;
		} else
			link = &(*link)->next;
}

void
oki_record_filter(struct onshi_record *rec,
    bool (*goes)(const struct onshi_record *rec, const int *els),
    const int *els)
{
	oki_record_doc(rec)->added = NULL;
	filter(rec, goes, els);
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
	if ((r = oki_doc_bare(NULL, &doc)) != ONSHI_OK)
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
	static const struct oki_mark none;
	struct oki_doc *doc;

	if ((doc = *dp) == NULL)
		return;
	arena_drop(&doc->records, &none);
	if (--doc->texts->refs == 0) {
		arena_drop(&doc->texts->arena, &none);
		oki_free(doc->texts);
	}
	names_free(&doc->names);
	oki_free(doc->wide);
	oki_buf_free(&doc->path);
	oki_free(doc);
	*dp = NULL;
}

/* Texts that another document shares stay with that one. */
void
oki_doc_reset(struct oki_doc **dp)
{
	struct oki_doc *doc = *dp;

	if (doc == NULL || doc->root == NULL)
		return;		/* empty as it is */
	if (doc->texts->refs > 1) {
		oki_doc_free(dp);
		return;
	}
	arena_reset(&doc->records, RECORDS_FIRST);
	arena_reset(&doc->texts->arena, TEXTS_FIRST);
	names_free(&doc->names);
	oki_free(doc->wide);
	oki_buf_reset(&doc->path);
	*doc = (struct oki_doc){ .records = doc->records, .texts = doc->texts,
	    .path = doc->path };
}

size_t
oki_doc_size(const struct oki_doc *doc)
{
	return sizeof(*doc) + arena_size(&doc->records) +
	    arena_size(&doc->texts->arena);
}

void
oki_doc_wipe(struct oki_doc *doc)
{
	if (doc == NULL)
		return;
	doc->wiped = true;
	arena_wipe(&doc->texts->arena);
	oki_buf_reset(&doc->path);
}

static bool
is_one_of(const struct onshi_record *rec, const int *els)
{
	while (*els != 0)
		if (rec->el == *els++)
			return true;

	return false;
}

/* Most have none of what is cut: by the elements' numbers as bits, that is seen
 * at little cost. */
static bool
may_have(const struct onshi_record *rec, uint64_t bits)
{
	const struct onshi_record *c;

	for (c = rec->first; c != NULL; c = c->next)
		if ((bits >> c->el % 64 & 1) != 0)
			return true;

	return false;
}

void
oki_doc_cut(struct oki_doc *doc, const int *els)
{
	struct onshi_record *rec;
	uint64_t bits = 0;
	const int *el;

	if (doc == NULL)
		return;
	doc->seen = NULL;
	doc->added = NULL;
	for (el = els; *el != 0; el++)
		bits |= UINT64_C(1) << *el % 64;
	for (rec = doc->root; rec != NULL;
	    rec = oki_record_walk(rec, doc->root))
		if (may_have(rec, bits))
			filter(rec, is_one_of, els);
}

void
oki_record_drop(struct onshi_record *rec, int el)
{
	const int els[] = { el, 0 };

	oki_record_filter(rec, is_one_of, els);
}

void
oki_doc_set_outcome(struct oki_doc *doc, int outcome)
{
	doc->outcome = outcome;
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

const struct onshi_record *
oki_doc_next_unknown(const struct oki_doc *doc,
    const struct onshi_record *prev)
{
	const struct onshi_record *rec;

	rec = prev == NULL ? doc->root : oki_record_walk(prev, doc->root);
	while (rec != NULL && (rec->flags & OKI_REC_UNKNOWN) == 0)
		rec = oki_record_walk(rec, doc->root);

	return rec;
}

/* Asked for in order: it goes on where it was. */
static const struct onshi_record *
ith_unknown(struct oki_doc *doc, size_t i)
{
	if (doc->seen == NULL || i < doc->n_seen) {
		doc->seen = oki_doc_next_unknown(doc, NULL);
		doc->n_seen = 0;
	}
	for (; doc->seen != NULL && doc->n_seen < i; doc->n_seen++)
		doc->seen = oki_doc_next_unknown(doc, doc->seen);

	return doc->seen;
}

const char *
oki_doc_unknown(const struct oki_doc *doc, size_t i)
{
	struct oki_doc *d;
	const struct onshi_record *rec;

	if (i >= doc->n_unknown)
		return NULL;
	/* Where it was and the path are a scratch pad, not the document. */
	d = oki_record_doc(doc->root);
	if ((rec = ith_unknown(d, i)) == NULL)
		return NULL;
	oki_buf_reset(&d->path);
	if (oki_record_path(rec, &d->path) != ONSHI_OK)
		return "";

	return (const char *)d->path.data;
}
