/* bulk_write.c: header and units become the bytes of an answer, unit by unit,
 * bent as its faults want them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bulk.h"

#define MARK		"XUnitsStandHere"
#define SHORT		((size_t)1024 * 1024)	/* as other answers are kept */

struct out {
	struct sim	*sim;
	const struct fault_set *f;
	FILE		*file;
	const char	**units;	/* each, and where the last one ends */
	size_t		 count;
	int		 stale;		/* under each mark somebody else */
};

/* Where each unit begins: what is in them cannot look like an end. */
static int
find_units(struct out *o, const struct spool *s)
{
	static const char end[] = "Unit>\n";
	const char *at = s->units->data, *stop = at + s->units->len;
	size_t n = (size_t)s->all;

	o->units = calloc(n + 1, sizeof(*o->units));
	if (o->units == NULL)
		return -1;
	for (; at != NULL && at < stop && o->count < n;) {
		o->units[o->count++] = at;
		at = memmem(at, (size_t)(stop - at), "    </Bulk", 10);
		if (at != NULL)
			at = memmem(at, (size_t)(stop - at), end,
			    sizeof(end) - 1);
		if (at != NULL)
			at += sizeof(end) - 1;
	}
	o->units[o->count] = stop;
	return o->count == n ? 0 : -1;
}

static void
put_text(struct out *o, const char *text, size_t len)
{
	char *sjis;
	size_t n;

	if (!o->f->has[FAULT_SJIS]) {
		fwrite(text, 1, len, o->file);
		return;
	}
	if ((sjis = text_to_cp932(text, len, &n)) != NULL)
		fwrite(sjis, 1, n, o->file);
	free(sjis);
}

/* What a unit is about, and for whom: it gets the mark of another. */
static void
take_mark(struct out *o, xmlNodePtr unit, size_t other)
{
	const char *from, *to, *name = "<ArbitraryIdentifier>";
	xmlNodePtr echo = xml_child(unit, "QualificationConfirmSearchInfo");
	xmlNodePtr mark = echo == NULL ? NULL : xml_child(echo,
	    "ArbitraryIdentifier");
	char *text;

	if (mark == NULL || other >= o->count ||
	    (from = memmem(o->units[other], (size_t)(o->units[other + 1] -
	    o->units[other]), name, strlen(name))) == NULL)
		return;
	from += strlen(name);
	to = strchr(from, '<');
	text = text_format("%.*s", (int)(to - from), from);
	xmlNodeSetContent(mark, (const xmlChar *)text);
	free(text);
}

static void
put_bent(struct out *o, size_t i)
{
	size_t len = (size_t)(o->units[i + 1] - o->units[i]);
	xmlDocPtr doc = xmlReadMemory(o->units[i], (int)len, NULL, "UTF-8",
	    XML_PARSE_NONET | XML_PARSE_NOBLANKS);
	xmlBufferPtr text = xmlBufferCreate();
	xmlNodePtr unit;

	if (doc != NULL && text != NULL) {
		unit = xmlDocGetRootElement(doc);
		if (o->stale)
			take_mark(o, unit, (i + 1) % o->count);
		else if (o->f->has[FAULT_SWAPPED] && i < 2)
			take_mark(o, unit, i ^ 1);
		bend_tree(o->sim, unit, o->f);
		xmlNodeDump(text, doc, unit, 2, 1);
		put_text(o, "    ", 4);
		put_text(o, (const char *)xmlBufferContent(text),
		    (size_t)xmlBufferLength(text));
		put_text(o, "\n", 1);
	}
	xmlBufferFree(text);
	xmlFreeDoc(doc);
}

/* With shuffle the units themselves come in any order. */
static size_t *
order_of(struct out *o)
{
	size_t *order = calloc(o->count + 1, sizeof(*order)), i, k, t;

	for (i = 0; order != NULL && i < o->count; i++)
		order[i] = i;
	for (i = o->count; order != NULL && o->f->has[FAULT_SHUFFLE] && i > 1;
	    i--) {
		k = (size_t)prng_below(&o->sim->prng, (int)i);
		t = order[i - 1];
		order[i - 1] = order[k];
		order[k] = t;
	}
	return order;
}

static int
put_all_bent(struct out *o, const struct spool *s)
{
	size_t *order = NULL, i;
	int r = -1;

	if (find_units(o, s) == 0 && (order = order_of(o)) != NULL) {
		for (i = 0; i < o->count; i++)
			if (!o->f->has[FAULT_OMIT] || order[i] + 1 !=
			    (size_t)o->f->v[FAULT_OMIT])
				put_bent(o, order[i]);
		r = 0;
	}
	free(order);
	free(o->units);
	return r;
}

static int
is_bent(const struct fault_set *f)
{
	return f->has[FAULT_SJIS] || f->has[FAULT_SHUFFLE] ||
	    f->has[FAULT_UNKNOWN] || f->has[FAULT_OMIT] ||
	    f->has[FAULT_SWAPPED];
}

/* Before the mark, the units, behind the mark. */
static int
put_answer(struct out *o, const char *frame, size_t len,
    const struct spool *s)
{
	static const char tag[] = "<" MARK "/>";
	const char *at = memmem(frame, len, tag, strlen(tag));
	const char *before = at;
	int r = 0;

	if (at == NULL)
		return -1;
	while (before > frame && before[-1] == ' ')
		before--;
	at += strlen(tag);
	at += *at == '\n';
	fwrite(frame, 1, (size_t)(before - frame), o->file);
	if (o->stale || is_bent(o->f))
		r = put_all_bent(o, s);
	else if (fwrite(s->units->data, 1, s->units->len, o->file) !=
	    s->units->len)
		r = -1;
	fwrite(at, 1, len - (size_t)(at - frame), o->file);
	return r;
}

/* Short ones are like any answer; of long ones the file is the body. */
static int
take_body(struct reply *rep, FILE *file)
{
	struct blob *b = blob_from(file);

	if (b == NULL)
		return 500;
	rep->len = b->len;
	rep->status = 200;
	if (b->len > SHORT) {
		rep->blob = b;
		rep->body = b->data;
		return SAID_ANSWER;
	}
	if ((rep->body = malloc(b->len + 1)) != NULL)
		memcpy(rep->body, b->data, b->len);
	blob_drop(b);
	return rep->body == NULL ? 500 : SAID_ANSWER;
}

/* An older answer: its frame, and units of others under the marks of ours. */
static int
put_stale(struct sim *sim, struct reply *rep, const struct spool *s)
{
	struct out o = { .sim = sim, .f = &rep->faults, .stale = 1 };
	char *text = NULL;
	size_t len = 0;
	int r;

	if (rep->stale == NULL)
		return 0;
	if ((o.file = open_memstream(&text, &len)) == NULL)
		return -1;
	r = put_answer(&o, rep->stale, rep->stale_len, s);
	if (fclose(o.file) != 0)
		r = -1;
	free(rep->stale);
	rep->stale = text;
	rep->stale_len = len;
	return r;
}

int
bulk_write(struct sim *sim, struct request *req, struct reply *rep,
    xmlDocPtr doc, const struct spool *s)
{
	struct out o = { .sim = sim, .f = &rep->faults };
	xmlNodePtr root = xmlDocGetRootElement(doc);
	char *frame;
	size_t len;
	int r;

	if (s->all == 0)
		return SAID_ANSWER;	/* a tree like any other */
	xml_put(xml_child(root, "MessageBody"), MARK, NULL);
	bend_write(sim, doc, req->now, rep);
	frame = rep->body;
	len = rep->len;
	rep->body = NULL;
	if (frame == NULL || (o.file = blob_file()) == NULL) {
		free(frame);
		return 500;
	}
	r = put_answer(&o, frame, len, s);
	if (r == 0)
		r = put_stale(sim, rep, s);
	free(frame);
	if (r != 0) {
		fclose(o.file);
		return 500;
	}
	return take_body(rep, o.file);
}
