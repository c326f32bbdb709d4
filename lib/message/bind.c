/* Lays the tables over a tree: what each element is here, and which kind. */
#include "config.h"

#include <string.h>

#include "message/inside.h"

/* How well a tree and a table go together. */
struct tally {
	unsigned int	 unknown;
	unsigned int	 missing;
	unsigned int	 accepted;	/* of what is not expected */
	unsigned int	 twice;
	unsigned int	 wrong;		/* what reading refuses, twice too */
	bool		 counts_missing; /* which telling the kind alone asks */
	bool		 again;		/* a name that may have come before */
	const char	*rule;		/* of the first of these */
	const char	*name;
};

/* A kind is out where this element has another value (messages.md 3.5). */
static const struct {
	const char	*kind;
	int		 el;
	const char	*value;
} hints[] = {
	{ "OQSmuhvq01req", ONSHI_EL_MEDICAL_TREATMENT_FLAG, "2" },
	{ "OQSmuonq01req", ONSHI_EL_MEDICAL_TREATMENT_FLAG, "3" }
};

static void
wrong(struct tally *t, const struct onshi_record *rec, const char *rule)
{
	if (t->wrong++ == 0) {
		t->rule = rule;
		t->name = oki_record_name(rec);
	}
}

static bool
is_blank(const struct onshi_record *rec)
{
	return rec->text == NULL ||
	    rec->text[strspn(rec->text, " \t\r\n")] == '\0';
}

/* A value holds no element, and a group no text (SEC-49). */
static void
lay_content(struct onshi_record *rec, const struct oki_row *row,
    struct tally *t)
{
	rec->group = row->group;
	if (row->group == 0 && rec->first != NULL)
		wrong(t, rec, "an element inside a value");
	else if (row->group != 0 && ((rec->flags & OKI_REC_MIXED) != 0 ||
	    (rec->first == NULL && !is_blank(rec))))
		wrong(t, rec, "text beside elements");
}

static void
count_missing(const struct oki_group *g, const uint64_t seen[2],
    struct tally *t)
{
	size_t i;

	for (i = 0; i < g->n; i++)
		t->missing += oki_rows[g->first + i].often == '1' &&
		    (seen[i / 64] >> i % 64 & 1) == 0;
}

/* The row of an element, looked for from behind the last one on: most answers
 * keep the order of the book. */
static const struct oki_row *
next_row(const struct oki_group *g, const struct oki_row *last, int el)
{
	const struct oki_row *first = &oki_rows[g->first], *end = first + g->n;
	const struct oki_row *row, *from = last == NULL ? first : last;

	for (row = from; row < end; row++)
		if (row->el == el)
			return row;
	for (row = first; row < from; row++)
		if (row->el == el)
			return row;

	return NULL;
}

/* The children of one record, whose group is known. */
static void
lay_children(struct onshi_record *rec, struct tally *t)
{
	const struct oki_group *g = &oki_groups[rec->group];
	uint64_t seen[OKI_GROUP_MAX / 64] = { 0 }, bit;
	const struct oki_row *row = NULL;
	struct onshi_record *c;
	size_t i;

	for (c = rec->first; c != NULL; c = c->next) {
		c->flags &= (uint8_t)~OKI_REC_UNKNOWN;
		if ((row = next_row(g, row, c->el)) == NULL) {
			c->flags |= OKI_REC_UNKNOWN;
			c->group = 0;
			t->unknown++;
			t->again = true;
			continue;
		}
		i = (size_t)(row - &oki_rows[g->first]);
		bit = UINT64_C(1) << i % 64;
		if ((seen[i / 64] & bit) != 0) {
			t->again = true;
			if (!oki_row_is_many(row) && row->often != 'm') {
				t->twice++;
				wrong(t, c, "comes twice");
			}
		}
		seen[i / 64] |= bit;
		t->accepted += row->often == 'a';
		lay_content(c, row, t);
	}
	if (t->counts_missing)
		count_missing(g, seen, t);
}

/* rec->group is set: everything below it. */
static void
lay(struct onshi_record *top, struct tally *t)
{
	struct onshi_record *rec;

	for (rec = top; rec != NULL; rec = oki_record_walk(rec, top))
		if (rec->first != NULL || rec->group != 0)
			lay_children(rec, t);
}

/* Where each name comes once, none has a place to be told, and the few rows of a
 * group need no index. */
int
oki_one_bind(struct oki_doc *one, uint8_t group, struct onshi_error *e)
{
	struct onshi_record *rec = one->root;
	const struct oki_row row = { rec->el, '1', group };
	struct tally t = { 0 };

	lay_content(rec, &row, &t);
	lay(rec, &t);
	if (t.wrong > 0)
		return oki_refuse(e, oki_reasons[OKI_MALFORMED], "%s: %s",
		    t.name, t.rule);

	return t.again ? oki_doc_index(one) : ONSHI_OK;
}

static bool
is_hinted_out(const struct oki_doc *doc, const struct oki_kind *kind)
{
	const char *text;
	size_t i;

	for (i = 0; i < OKI_COUNT(hints); i++)
		if (strcmp(hints[i].kind, kind->name) == 0 &&
		    (text = oki_record_search(doc->root, hints[i].el)) !=
		    NULL && strcmp(text, hints[i].value) != 0)
			return true;

	return false;
}

/* The kinds whose tables fit best; several where nothing tells them apart. By
 * what stands where alone: text that stands where none may tells of no kind. */
static void
tell_kind(struct oki_doc *doc)
{
	unsigned int least = UINT32_MAX, score;
	struct tally t;
	size_t i;

	for (i = 0; i < oki_kinds_n; i++) {
		if (oki_kinds[i].root != doc->root->el)
			continue;
		t = (struct tally){ .counts_missing = true };
		doc->root->group = oki_kinds[i].group;
		lay(doc->root, &t);
		score = 8 * t.twice + 4 * t.unknown + 2 * t.missing +
		    t.accepted + 8 * is_hinted_out(doc, &oki_kinds[i]);
		if (score < least) {
			least = score;
			doc->n_candidates = 0;
		}
		if (score == least && doc->n_candidates < OKI_CANDIDATES)
			doc->candidates[doc->n_candidates++] = &oki_kinds[i];
	}
}

int
oki_doc_bind(struct oki_doc *doc, const char *kind, struct onshi_error *e)
{
	struct tally t = { 0 };

	doc->kind = oki_kind_find(kind);
	if (doc->kind != NULL) {
		doc->candidates[0] = doc->kind;
		doc->n_candidates = 1;
	} else {
		tell_kind(doc);
		doc->kind = doc->n_candidates > 0 ? doc->candidates[0] : NULL;
	}
	if (doc->kind == NULL || doc->kind->root != doc->root->el)
		return oki_refuse(e, oki_reasons[OKI_MALFORMED],
		    "the root is another element");
	doc->root->group = doc->kind->group;
	if ((doc->root->flags & OKI_REC_MIXED) != 0 ||
	    (doc->root->first == NULL && !is_blank(doc->root)))
		wrong(&t, doc->root, "text beside elements");
	lay(doc->root, &t);
	if (t.wrong > 0)
		return oki_refuse(e, oki_reasons[OKI_MALFORMED], "%s: %s",
		    t.name, t.rule);
	doc->n_unknown = t.unknown;
	doc->seen = NULL;

	return ONSHI_OK;
}
