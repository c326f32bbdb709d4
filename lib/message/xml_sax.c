/*
 * libxml2 behind three calls: its SAX2 push parser, one context per document,
 * fed with UTF-8 that the gate has passed. No tree, no file, no network
 * (SEC-44); any word from the parser is a failure (SEC-46).
 */
#include "config.h"

#include <limits.h>
#include <string.h>

#include <libxml/parser.h>
#include <libxml/xmlerror.h>

#include "message/inside.h"

#define OPTIONS	(XML_PARSE_NONET | XML_PARSE_IGNORE_ENC | \
	XML_PARSE_NOERROR | XML_PARSE_NOWARNING)

#define ROOM	8190u	/* of the parser's buffer, before it moves */
#define KNOWN	256u
#define TRIES	8u	/* places for one that find others there */

/* A name of the parser's dictionary, where each stands once and stays, and the
 * element that is called so. */
struct known {
	const xmlChar	*name;
	const struct oki_element *el;
};

struct oki_xml {
	const struct oki_xml_calls *calls;
	void		*self;
	xmlParserCtxtPtr context;
	int		 result;
	int		 code;
	unsigned long	 line;
	unsigned int	 ids;		/* attributes xml:id seen */
	struct known	 known[KNOWN];	/* by address */
	size_t		 most;		/* bytes that its buffer has held */
	bool		 ended;
	/* the thread's own handler, while ours stands in its place */
	xmlStructuredErrorFunc kept;
	void		*kept_self;
};

static struct oki_once once = OKI_ONCE_INIT;

/* The answer's bytes, as the parser still holds them, go before it gives them
 * back (SEC-83). */
static void
wipe_input(struct oki_xml *x)
{
	const xmlParserInput *in = x->context->input;

	if (in != NULL && in->buf != NULL)
		oki_wipe(xmlBufContent(in->buf->buffer), x->most);
}

/* Where it stands. The gate has put the blanks after an end tag into it: of one
 * that ends another element the line is that of its name. */
static unsigned long
line_now(const xmlParserInput *in, int code)
{
	const xmlChar *p = in->cur;
	int line = in->line;

	if (code == XML_ERR_TAG_NAME_MISMATCH && p > in->base && *--p == '>')
		while (p > in->base && (*--p == ' ' || *p == '\n' ||
		    *p == '\t'))
			line -= *p == '\n';

	return line > 0 ? (unsigned long)line : 0;
}

static void
fail(struct oki_xml *x, int result, int code)
{
	if (x->result != ONSHI_OK)
		return;
	x->result = result;
	x->code = code;
	if (x->context != NULL && x->context->input != NULL)
		x->line = line_now(x->context->input, code);
	if (x->context != NULL) {
		wipe_input(x);
		xmlStopParser(x->context);
	}
}

/* ---- what the parser calls ---------------------------------------------- */

static void
on_error(void *self, xmlErrorPtr error)
{
	fail(self, error != NULL && error->code == XML_ERR_NO_MEMORY ?
	    ONSHI_E_NOMEM : ONSHI_E_ANSWER_REFUSED,
	    error == NULL ? 0 : error->code);
}

static void
on_call(struct oki_xml *x, int r)
{
	if (r != ONSHI_OK)
		fail(x, r, 0);
}

/* Attributes mean nothing to us, but a second xml:id is an error that only a
 * tree would notice (X-catalogue N05). */
static void
look_at_attributes(struct oki_xml *x, int n, const xmlChar **attributes)
{
	int i;

	for (i = 0; i < n; i++, attributes += 5)
		if (attributes[1] != NULL &&
		    strcmp((const char *)attributes[1], "xml") == 0 &&
		    strcmp((const char *)attributes[0], "id") == 0 &&
		    ++x->ids > 1)
			fail(x, ONSHI_E_ANSWER_REFUSED, XML_DTD_ID_REDEFINED);
}

/* Its element, looked up once: afterwards it is known by where it stands. */
static const struct oki_element *
element_of(struct oki_xml *x, const xmlChar *name)
{
	size_t i, at = (uintptr_t)name * 2654435761u >> 16;
	struct known *k = &x->known[at % KNOWN];
	const struct oki_element *el;

	for (i = 1; i < TRIES && k->name != NULL && k->name != name; i++)
		k = &x->known[(at + i) % KNOWN];
	if (k->name == name)
		return k->el;
	el = oki_element_named((const char *)name,
	    strlen((const char *)name));
	if (xmlDictOwns(x->context->dict, name) == 1)
		*k = (struct known){ name, el };

	return el;
}

static void
on_start(void *self, const xmlChar *name, const xmlChar *prefix,
    const xmlChar *uri, int n_spaces, const xmlChar **spaces, int n, int n_def,
    const xmlChar **attributes)
{
	struct oki_xml *x = self;

	(void)n_spaces;
	(void)spaces;
	(void)n_def;
	if (x->result != ONSHI_OK)
		return;
	look_at_attributes(x, n, attributes);
	on_call(x, x->calls->start(x->self, prefix != NULL || uri != NULL ?
	    NULL : element_of(x, name), (const char *)prefix,
	    (const char *)name, uri != NULL, n > 0));
}

static void
on_end(void *self, const xmlChar *name, const xmlChar *prefix,
    const xmlChar *uri)
{
	struct oki_xml *x = self;

	(void)name;
	(void)prefix;
	(void)uri;
	if (x->result == ONSHI_OK)
		on_call(x, x->calls->end(x->self));
}

static void
on_text(void *self, const xmlChar *s, int len)
{
	struct oki_xml *x = self;

	if (x->result == ONSHI_OK && len > 0)
		on_call(x, x->calls->text(x->self, (const char *)s,
		    (size_t)len));
}

static void
on_document_end(void *self)
{
	((struct oki_xml *)self)->ended = true;
}

/* What the gate has refused already does not get by the parser either. */
static void
on_subset(void *self, const xmlChar *name, const xmlChar *id,
    const xmlChar *system)
{
	(void)name;
	(void)id;
	(void)system;
	fail(self, ONSHI_E_ANSWER_REFUSED, XML_ERR_DOCUMENT_START);
}

static void
on_entity(void *self, const xmlChar *name, int type, const xmlChar *id,
    const xmlChar *system, xmlChar *content)
{
	(void)name;
	(void)type;
	(void)id;
	(void)system;
	(void)content;
	fail(self, ONSHI_E_ANSWER_REFUSED, XML_ERR_ENTITY_IS_EXTERNAL);
}

static void
on_instruction(void *self, const xmlChar *target, const xmlChar *data)
{
	(void)target;
	(void)data;
	fail(self, ONSHI_E_ANSWER_REFUSED, XML_ERR_PI_NOT_STARTED);
}

static void
on_reference(void *self, const xmlChar *name)
{
	(void)name;
	fail(self, ONSHI_E_ANSWER_REFUSED, XML_ERR_UNDECLARED_ENTITY);
}

static const xmlSAXHandler handler = {
	.internalSubset = on_subset,
	.externalSubset = on_subset,
	.entityDecl = on_entity,
	.reference = on_reference,
	.characters = on_text,
	.ignorableWhitespace = on_text,
	.cdataBlock = on_text,
	.processingInstruction = on_instruction,
	.endDocument = on_document_end,
	.startElementNs = on_start,
	.endElementNs = on_end,
	.serror = on_error,
	.initialized = XML_SAX2_MAGIC
};

/* ---- the door ----------------------------------------------------------- */

/* Errors that have no context go to the thread's handler: ours for the time of
 * a call (SEC-54). */
static void
take_thread(struct oki_xml *x)
{
	x->kept = xmlStructuredError;
	x->kept_self = xmlStructuredErrorContext;
	xmlSetStructuredErrorFunc(x, on_error);
}

/* An error without context stays with the thread: no word of ours may. */
static void
give_thread(struct oki_xml *x)
{
	if (x->result != ONSHI_OK)
		xmlResetLastError();
	xmlSetStructuredErrorFunc(x->kept_self, x->kept);
}

static void
start_libxml2(void)
{
	xmlInitParser();
}

int
oki_xml_new(const struct oki_xml_calls *calls, void *self,
    struct oki_xml **out)
{
	xmlSAXHandler sax = handler;
	struct oki_xml *x;

	if ((x = *out = oki_alloc(sizeof(*x))) == NULL)
		return ONSHI_E_NOMEM;
	oki_once(&once, start_libxml2);
	x->calls = calls;
	x->self = self;
	take_thread(x);
	x->context = xmlCreatePushParserCtxt(&sax, x, NULL, 0, NULL);
	if (x->context == NULL || x->result != ONSHI_OK ||
	    xmlCtxtUseOptions(x->context, OPTIONS) != 0)
		x->result = ONSHI_E_NOMEM;
	give_thread(x);
	if (x->result != ONSHI_OK)
		oki_xml_free(out);

	return *out == NULL ? ONSHI_E_NOMEM : ONSHI_OK;
}

void
oki_xml_free(struct oki_xml **xp)
{
	struct oki_xml *x;

	if ((x = *xp) == NULL)
		return;
	if (x->context != NULL) {
		if (x->context->myDoc != NULL)
			xmlFreeDoc(x->context->myDoc);
		x->context->myDoc = NULL;
		wipe_input(x);
		xmlFreeParserCtxt(x->context);
	}
	oki_free(x);
	*xp = NULL;
}

static void
parse(struct oki_xml *x, const char *bytes, size_t len, int last)
{
	int code;

	take_thread(x);
	code = xmlParseChunk(x->context, bytes, (int)len, last);
	give_thread(x);
	if (code == XML_ERR_NO_MEMORY || x->context->errNo ==
	    XML_ERR_NO_MEMORY)
		fail(x, ONSHI_E_NOMEM, XML_ERR_NO_MEMORY);
	else if (code != XML_ERR_OK || x->context->errNo != XML_ERR_OK)
		fail(x, ONSHI_E_ANSWER_REFUSED, code);
}

/* How many bytes go in beside those that wait there: as many as find room, for
 * a buffer that moves leaves a copy behind. */
static size_t
fitting(struct oki_xml *x, size_t len)
{
	size_t held = xmlBufUse(x->context->input->buf->buffer);
	size_t n = held < ROOM ? ROOM - held : ROOM;

	n = n < len ? n : len;
	if (held + n > x->most)
		x->most = held + n;

	return n;
}

int
oki_xml_feed(struct oki_xml *x, const uint8_t *utf8, size_t len)
{
	size_t n;

	for (; len > 0 && x->result == ONSHI_OK; utf8 += n, len -= n) {
		n = fitting(x, len);
		parse(x, (const char *)utf8, n, 0);
	}

	return x->result;
}

/* SEC-46: all of these, or it was no success. */
int
oki_xml_finish(struct oki_xml *x)
{
	if (x->result == ONSHI_OK)
		parse(x, "", 0, 1);
	if (x->result == ONSHI_OK && (!x->ended || !x->context->wellFormed ||
	    !x->context->nsWellFormed || x->context->disableSAX != 0))
		fail(x, ONSHI_E_ANSWER_REFUSED, x->context->errNo);

	return x->result;
}

unsigned long
oki_xml_line(const struct oki_xml *x)
{
	return x->line;
}

int
oki_xml_code(const struct oki_xml *x)
{
	return x->code;
}

/* As it is loaded: "20914" is 2.9.14. */
const char *
oki_xml_version(void)
{
	return xmlParserVersion;
}
