/* Reading: bytes through the gate and the parser into a document. */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "message/inside.h"

#define MIB		(1024u * 1024u)
#define TICKS		1024u		/* elements between two looks */
#define PIECE		65536u		/* bytes between two looks */

const char *const oki_reasons[OKI_REASONS] = { "hostile", "wrong_encoding",
    "too_big", "truncated", "malformed", "not_for_us" };

struct oki_parser {
	struct oki_limits limits;
	const char	*kind;
	int		(*each)(void *self, struct oki_doc **one);
	void		*self;
	struct oki_scan	*scan;
	struct oki_xml	*xml;
	struct oki_doc	*doc;
	struct onshi_record *at;	/* the element that is open */
	struct oki_buf	 text;		/* of it, so far; of JSON, all */
	struct onshi_record *closed;	/* the element that ended last */
	size_t		 depth;
	size_t		 ticks;		/* elements since the last look, and */
	size_t		 elements;	/* since a record was handed out */
	struct oki_doc	*spare;		/* for a record to be handed out, */
	struct oki_doc	*one;		/* of the one that is read, */
	const struct oki_row *row;	/* which is this; around it */
	struct onshi_record *around;	/* was open, and before it */
	struct onshi_record *before;	/* ended last */
	const char	*rule;		/* why a call of ours refused */
	int		 reason;
	int		 result;	/* what ended it, but for a refusal */
	struct onshi_error error;	/* a refusal by the tables */
};

int
oki_refuse(struct onshi_error *e, const char *reason, const char *fmt, ...)
{
	char text[128];
	va_list ap;

	if (oki_error_is_open(e)) {
		va_start(ap, fmt);
		if (vsnprintf(text, sizeof(text), fmt, ap) < 0)
			text[0] = '\0';
		va_end(ap);
		(void)oki_copy(e->reason, sizeof(e->reason), reason);
		e->phase = ONSHI_PHASE_ANSWER;
		return oki_fail(e, ONSHI_E_ANSWER_REFUSED, "%s: %s", reason,
		    text);
	}

	return ONSHI_E_ANSWER_REFUSED;
}

/* ---- limits ------------------------------------------------------------- */

void
oki_limits_init(struct oki_limits *l, const char *kind)
{
	bool large = oki_kind_is_large(kind);

	l->bytes = large ? 256 * MIB : 4 * MIB;
	l->depth = 32;
	l->elements = large ? 4000000 : 20000;
	l->tag = 16 * 1024;
	l->attributes = 16;
	l->name = 128;
	l->text = MIB;
	l->wait = NULL;
	l->is_json = false;
}

void
oki_limits_config(struct oki_limits *l, const char *kind,
    const struct onshi_config *c)
{
	bool large = oki_kind_is_large(kind);

	oki_limits_init(l, kind);
	l->bytes = (size_t)oki_config_number(c, large ?
	    OKI_LIMITS_PAYLOAD_BYTES : OKI_LIMITS_ANSWER_BYTES);
	l->depth = (size_t)oki_config_number(c, OKI_LIMITS_XML_DEPTH);
	if (!large)
		l->elements = (size_t)oki_config_number(c,
		    OKI_LIMITS_XML_ELEMENTS);
}

/* ---- what libxml2 calls ------------------------------------------------- */

static int
refuse(struct oki_parser *p, int reason, const char *rule)
{
	if (p->rule == NULL) {
		p->reason = reason;
		p->rule = rule;
	}

	return ONSHI_E_ANSWER_REFUSED;
}

/* From its end, for that tells of most; of indents eight bytes at a time. */
static bool
is_blank(const char *s, size_t len)
{
	while (len >= 8 && memcmp(s + len - 8, "        ", 8) == 0)
		len -= 8;
	while (len > 0 && (s[len - 1] == ' ' || s[len - 1] == '\n' ||
	    s[len - 1] == '\t' || s[len - 1] == '\r'))
		len--;

	return len == 0;
}

/* The last child so far of the one that is open: what ended last. */
static struct onshi_record *
last_child(const struct oki_parser *p)
{
	return p->at == NULL || p->at->first == NULL ? NULL : p->closed;
}

/* Where what is read now goes. */
static struct oki_doc *
doc_of(const struct oki_parser *p)
{
	return p->one != NULL ? p->one : p->doc;
}

/* An element of another name space is unknown by whatever name, and is called
 * by one that none of ours can have: "prefix:Name", "*:Name". */
static struct onshi_record *
add_foreign(struct oki_parser *p, const char *prefix, const char *name)
{
	struct onshi_record *rec = NULL;
	struct oki_buf full;

	oki_buf_init(&full, 2 * p->limits.name + 2);
	if (oki_buf_text(&full, prefix != NULL ? prefix : "*") == ONSHI_OK &&
	    oki_buf_byte(&full, ':') == ONSHI_OK &&
	    oki_buf_text(&full, name) == ONSHI_OK)
		rec = oki_record_after(doc_of(p), p->at, last_child(p), 0,
		    (char *)full.data, full.len);
	oki_buf_free(&full);

	return rec;
}

static int
look_at_clock(const struct oki_parser *p)
{
	return p->limits.wait == NULL ? ONSHI_OK :
	    oki_wait_check(p->limits.wait, ONSHI_E_LINK_TIMEOUT);
}

/* A record that is handed out is a document of its own. */
static int
begin_one(struct oki_parser *p, const struct oki_row *row)
{
	int r;

	if (p->spare == NULL && (r = oki_doc_bare(NULL, &p->spare)) !=
	    ONSHI_OK)
		return r;
	p->one = p->spare;
	p->spare = NULL;
	p->row = row;
	p->before = last_child(p);
	p->around = p->at;
	p->at = NULL;

	return ONSHI_OK;
}

static int
on_start(void *self, const struct oki_element *el, const char *prefix,
    const char *name, bool in_namespace, bool has_attributes)
{
	struct oki_parser *p = self;
	struct onshi_record *rec;
	const struct oki_row *row;
	int r;

	if (++p->depth > p->limits.depth || p->depth >= OKI_DEEPEST)
		return refuse(p, OKI_TOO_BIG, "depth");
	if (++p->ticks % TICKS == 0 && (r = look_at_clock(p)) != ONSHI_OK)
		return r;
	if (++p->elements > p->limits.elements)
		return refuse(p, OKI_TOO_BIG, "elements");
	/* What stands before its first child is no value. */
	if (p->text.len > 0) {
		if (!is_blank((char *)p->text.data, p->text.len))
			p->at->flags |= OKI_REC_MIXED;
		p->text.len = 0;
	}
	if (el != NULL && p->each != NULL && p->one == NULL &&
	    p->at != NULL && (row = oki_row_streamed(el->number)) != NULL &&
	    !in_namespace && prefix == NULL &&
	    (r = begin_one(p, row)) != ONSHI_OK)
		return r;
	if (in_namespace || prefix != NULL)
		rec = add_foreign(p, prefix, name);
	else
		rec = oki_record_after(doc_of(p), p->at, last_child(p), el ==
		    NULL ? 0 : el->number, name, el == NULL ? strlen(name) :
		    0);
	if (rec == NULL)
		return ONSHI_E_NOMEM;
	if (has_attributes || in_namespace || prefix != NULL)
		rec->flags |= OKI_REC_MORE;
	if (doc_of(p)->names.n > OKI_NAMES_READ)
		return refuse(p, OKI_TOO_BIG, "different names");
	p->at = rec;

	return ONSHI_OK;
}

static int
on_text(void *self, const char *s, size_t len)
{
	struct oki_parser *p = self;
	int r;

	if (p->at == NULL)
		return ONSHI_OK;
	/* Beside elements it is not kept. */
	if (p->at->first != NULL) {
		if (!is_blank(s, len))
			p->at->flags |= OKI_REC_MIXED;
		return ONSHI_OK;
	}
	if (len <= p->text.room - p->text.len) {
		memcpy(p->text.data + p->text.len, s, len);
		p->text.len += len;
		return ONSHI_OK;
	}
	if ((r = oki_buf_append(&p->text, s, len)) == ONSHI_E_TOO_BIG)
		return refuse(p, OKI_TOO_BIG, "text of an element");

	return r;
}

/* A record of a large answer is whole: checked, and handed out. */
static int
hand_out(struct oki_parser *p)
{
	int r;

	p->at = p->around;
	p->closed = p->before;
	p->elements = 0;
	if ((r = oki_one_bind(p->one, p->row->group, &p->error)) == ONSHI_OK) {
		p->doc->n_handed++;
		/* What each returns is its own, even if it looks like a
		 * refusal. */
		if ((r = p->each(p->self, &p->one)) != ONSHI_OK)
			p->result = r;
	}
	oki_doc_reset(&p->one);
	p->spare = p->one;
	p->one = NULL;

	return r;
}

static bool
is_group(const struct onshi_record *rec)
{
	const struct oki_element *el = oki_element(rec->el);

	return el != NULL && el->type == 'G';
}

static int
on_end(void *self)
{
	struct oki_parser *p = self;
	struct onshi_record *rec = p->at;
	int r = ONSHI_OK;

	p->depth--;
	p->at = rec->parent;
	p->closed = rec;
	if (p->text.len > 0 && !(is_blank((char *)p->text.data,
	    p->text.len) && is_group(rec)))
		r = oki_doc_text(doc_of(p), (char *)p->text.data, p->text.len,
		    &rec->text);
	p->text.len = 0;
	if (r == ONSHI_OK && p->one != NULL && rec == oki_doc_root(p->one))
		r = hand_out(p);

	return r;
}

static const struct oki_xml_calls calls = { on_start, on_end, on_text };

/* What passed the gate goes on to the parser. */
static int
on_passed(void *self, const uint8_t *utf8, size_t len)
{
	struct oki_parser *p = self;

	return oki_xml_feed(p->xml, utf8, len);
}

/* ---- the door ----------------------------------------------------------- */

int
oki_parser_new(const char *kind, const struct oki_limits *limits,
    int (*each)(void *self, struct oki_doc **one), void *self,
    struct oki_parser **out)
{
	struct oki_limits all;
	struct oki_parser *p;
	int r;

	*out = NULL;
	if (kind != NULL && (kind = oki_kind(kind)) == NULL)
		return ONSHI_E_ARG;
	if ((p = oki_alloc(sizeof(*p))) == NULL)
		return ONSHI_E_NOMEM;
	if (limits != NULL)
		p->limits = *limits;
	else
		oki_limits_init(&p->limits, kind);
	p->kind = kind;
	p->each = each;
	p->self = self;
	oki_error_clear(&p->error);
	oki_buf_init(&p->text, p->limits.is_json ? p->limits.bytes :
	    p->limits.text);
	*out = p;
	if (p->limits.is_json) {
		if ((r = oki_json_check(&p->error)) != ONSHI_OK)
			oki_parser_free(out);
		return r;
	}
	/* The gate stands a piece ahead: it cannot count them by record. */
	all = p->limits;
	if (each != NULL)
		all.elements = SIZE_MAX;
	if ((r = oki_doc_bare(NULL, &p->doc)) != ONSHI_OK ||
	    (r = oki_scan_new(&all, on_passed, p, &p->scan)) !=
	    ONSHI_OK || (r = oki_xml_new(&calls, p, &p->xml)) != ONSHI_OK)
		oki_parser_free(out);

	return r;
}

void
oki_parser_free(struct oki_parser **pp)
{
	struct oki_parser *p;

	if ((p = *pp) == NULL)
		return;
	oki_xml_free(&p->xml);
	oki_scan_free(&p->scan);
	oki_doc_free(&p->one);
	oki_doc_free(&p->spare);
	oki_doc_free(&p->doc);
	oki_buf_free(&p->text);
	oki_free(p);
	*pp = NULL;
}

/* Results that are no refusal end the reading at once: out of memory, or what
 * each returned. */
static int
settle(struct oki_parser *p, int r)
{
	if (r != ONSHI_OK && r != ONSHI_E_ANSWER_REFUSED &&
	    p->result == ONSHI_OK)
		p->result = r;

	return p->result;
}

/* JSON means nothing before it is whole. */
static int
keep(struct oki_parser *p, const uint8_t *bytes, size_t len)
{
	int r;

	if ((r = oki_buf_append(&p->text, bytes, len)) == ONSHI_E_TOO_BIG)
		return refuse(p, OKI_TOO_BIG, "bytes");

	return settle(p, r);
}

int
oki_parser_feed(struct oki_parser *p, const uint8_t *bytes, size_t len)
{
	const char *rule;
	unsigned long line;
	int r;

	if (p->result != ONSHI_OK)
		return p->result;
	if (p->limits.is_json)
		return keep(p, bytes, len);
	if ((r = settle(p, oki_scan_feed(p->scan, bytes, len))) != ONSHI_OK)
		return r;

	return oki_scan_fault(p->scan, &line, &rule) == OKI_HOSTILE ?
	    ONSHI_E_ANSWER_REFUSED : ONSHI_OK;
}

/* Why it is refused, the weightiest reason first. r: what the parser said. */
static int
verdict(struct oki_parser *p, int before, int r, struct onshi_error *e)
{
	const char *rule;
	unsigned long line, scan_line;
	int reason = oki_scan_fault(p->scan, &scan_line, &rule);

	if (reason >= 0 && reason <= OKI_TOO_BIG)
		return oki_refuse(e, oki_reasons[reason], "line %lu: %s",
		    scan_line, rule);
	line = oki_xml_line(p->xml) + oki_scan_first_line(p->scan) - 1;
	if (p->rule != NULL)
		return oki_refuse(e, oki_reasons[p->reason], "line %lu: %s",
		    line, p->rule);
	if (p->error.code < 0) {
		if (oki_error_is_open(e))
			oki_error_copy(e, &p->error);
		return p->error.code;
	}
	if (reason < 0 && before == ONSHI_OK &&
	    !oki_scan_is_whole(p->scan))
		return oki_refuse(e, oki_reasons[OKI_TRUNCATED],
		    "it ends in the middle");
	if (reason >= 0)
		return oki_refuse(e, oki_reasons[reason], "line %lu: %s",
		    scan_line, rule);
	if (r != ONSHI_OK)
		return oki_refuse(e, oki_reasons[OKI_MALFORMED],
		    "line %lu: XML error %d", line, oki_xml_code(p->xml));

	return ONSHI_OK;
}

/* One of them, as a document of its own. */
static int
hand_out_copy(struct oki_parser *p, const struct onshi_record *rec)
{
	uint8_t group = oki_row_streamed(rec->el)->group;
	struct oki_doc *one = NULL;
	int r;

	if ((r = oki_doc_copy(rec, &one)) == ONSHI_OK &&
	    (r = oki_one_bind(one, group, &p->error)) == ONSHI_OK)
		r = p->each(p->self, &one);
	oki_doc_free(&one);

	return r;
}

/* The records of a large answer, out of the document, outermost first. */
static int
hand_out_all(struct oki_parser *p, struct oki_doc *doc)
{
	struct onshi_record *rec, *next;
	int r = ONSHI_OK;

	for (rec = doc->root; rec != NULL && r == ONSHI_OK; rec = next) {
		if ((rec->flags & OKI_REC_UNKNOWN) != 0 ||
		    oki_row_streamed(rec->el) == NULL) {
			next = oki_record_walk(rec, doc->root);
			continue;
		}
		next = oki_record_past(rec, doc->root);
		r = hand_out_copy(p, rec);
		doc->n_handed++;
		oki_record_cut(rec);
	}

	return r == ONSHI_OK ? oki_doc_index(doc) : r;
}

static int
finish_json(struct oki_parser *p, struct oki_doc **out,
    struct onshi_error *e)
{
	int r;

	if (p->rule != NULL)
		return oki_refuse(e, oki_reasons[p->reason], "%s", p->rule);
	if ((r = oki_json_parse(p->kind, p->text.data, p->text.len,
	    &p->limits, out, e)) == ONSHI_OK && p->each != NULL &&
	    (r = hand_out_all(p, *out)) != ONSHI_OK) {
		oki_doc_free(out);
		return oki_fail(e, r, "reading an answer");
	}

	return r;
}

/* The root: an element of our own, in no name space. */
static int
look_at_root(const struct oki_doc *doc, struct onshi_error *e)
{
	if (doc->root == NULL || doc->root->el == 0)
		return oki_refuse(e, oki_reasons[OKI_MALFORMED],
		    "the root is another element");

	return ONSHI_OK;
}

int
oki_parser_finish(struct oki_parser *p, struct oki_doc **out,
    struct onshi_error *e)
{
	int before = ONSHI_OK, r = ONSHI_OK;

	*out = NULL;
	if (p->limits.is_json && p->result == ONSHI_OK)
		return finish_json(p, out, e);
	if (p->result == ONSHI_OK) {
		r = before = oki_scan_finish(p->scan);
		if (r == ONSHI_OK && oki_scan_is_whole(p->scan))
			r = oki_xml_finish(p->xml);
		(void)settle(p, r);
	}
	if (p->result != ONSHI_OK)
		return oki_fail(e, p->result, "reading an answer");
	if ((r = verdict(p, before, r, e)) != ONSHI_OK ||
	    (r = look_at_root(p->doc, e)) != ONSHI_OK ||
	    (r = oki_doc_bind(p->doc, p->kind, e)) != ONSHI_OK)
		return r;
	if ((r = oki_doc_index(p->doc)) != ONSHI_OK)
		return oki_fail(e, r, "reading an answer");
	p->doc->encoding = oki_scan_encoding(p->scan);
	p->doc->has_private = oki_scan_has_private(p->scan);
	*out = p->doc;
	p->doc = NULL;

	return ONSHI_OK;
}

int
oki_message_parse(const char *kind, const uint8_t *bytes, size_t len,
    const struct oki_limits *limits, struct oki_doc **out,
    struct onshi_error *e)
{
	struct oki_parser *p;
	size_t at, n;
	int r;

	*out = NULL;
	if ((r = oki_parser_new(kind, limits, NULL, NULL, &p)) != ONSHI_OK)
		return oki_fail(e, r, "reading an answer");
	/* A refusal is told by finish, which has the reason. */
	r = ONSHI_OK;
	for (at = 0; at < len && r == ONSHI_OK; at += n) {
		n = len - at < PIECE ? len - at : PIECE;
		if ((r = look_at_clock(p)) == ONSHI_OK)
			r = oki_parser_feed(p, bytes + at, n);
	}
	if (r == ONSHI_OK || r == ONSHI_E_ANSWER_REFUSED)
		r = oki_parser_finish(p, out, e);
	else
		r = oki_fail(e, r, "reading an answer");
	oki_parser_free(&p);

	return r;
}
