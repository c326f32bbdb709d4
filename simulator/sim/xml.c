/* xml.c: libxml2's tree: requests read, answers made, bent and written. */
#include <stdlib.h>
#include <string.h>

#include <libxml/parser.h>
#include <libxml/xmlstring.h>

#include "sim.h"

static int
declares_sjis(const char *data, size_t len)
{
	size_t n = len < 200 ? len : 200, i;

	for (i = 0; i + 9 <= n && data[i] != '>'; i++)
		if (strncmp(data + i, "Shift_JIS", 9) == 0)
			return 1;
	return 0;
}

/* In UTF-8 what is declared to be in code page 932, or NULL. */
char *
xml_utf8(const char *data, size_t len, size_t *outlen)
{
	return declares_sjis(data, len) ?
	    text_from_cp932(data, len, outlen) : NULL;
}

/* Well formed, without a document type; UTF-8, or code page 932 if declared. */
xmlDocPtr
xml_read(const char *data, size_t len)
{
	const int options = XML_PARSE_NONET | XML_PARSE_NOERROR |
	    XML_PARSE_NOWARNING | XML_PARSE_NOCDATA;
	char *utf8 = NULL;
	xmlDocPtr doc = NULL;

	if (len == 0 || len > BODY_MAX)
		return NULL;
	if (declares_sjis(data, len)) {
		utf8 = text_from_cp932(data, len, &len);
		if (utf8 == NULL)
			return NULL;
		data = utf8;
	}
	doc = xmlReadMemory(data, (int)len, NULL, "UTF-8", options);
	free(utf8);
	if (doc != NULL && (doc->intSubset != NULL ||
	    xmlDocGetRootElement(doc) == NULL)) {
		xmlFreeDoc(doc);
		doc = NULL;
	}
	return doc;
}

xmlNodePtr
xml_child(xmlNodePtr parent, const char *name)
{
	xmlNodePtr n;

	if (parent == NULL)
		return NULL;
	for (n = parent->children; n != NULL; n = n->next)
		if (n->type == XML_ELEMENT_NODE &&
		    strcmp((const char *)n->name, name) == 0)
			return n;
	return NULL;
}

/* The text of a child; NULL if it is absent or empty. */
const char *
xml_text(xmlNodePtr parent, const char *name)
{
	xmlNodePtr n = xml_child(parent, name);

	if (n == NULL || n->children == NULL ||
	    n->children->type != XML_TEXT_NODE || n->children->next != NULL)
		return NULL;
	return (const char *)n->children->content;
}

/* An element, be there a text or not. */
xmlNodePtr
xml_put(xmlNodePtr parent, const char *name, const char *text)
{
	return xmlNewTextChild(parent, NULL, (const xmlChar *)name,
	    text == NULL || *text == '\0' ? NULL : (const xmlChar *)text);
}

/* An absent value is an absent element. */
xmlNodePtr
xml_add(xmlNodePtr parent, const char *name, const char *text)
{
	if (text == NULL || *text == '\0')
		return NULL;
	return xml_put(parent, name, text);
}

/* Repeats what was asked, value by value. */
void
xml_echo(xmlNodePtr to, xmlNodePtr from, const char *const *names)
{
	for (; *names != NULL; names++)
		xml_add(to, *names, xml_text(from, *names));
}

static int
elements_of(xmlNodePtr node, xmlNodePtr *list)
{
	xmlNodePtr n;
	int count = 0;

	for (n = node->children; n != NULL; n = n->next)
		if (n->type == XML_ELEMENT_NODE) {
			if (list != NULL)
				list[count] = n;
			count++;
		}
	return count;
}

/* The first of that name that has no new place yet. */
static xmlNodePtr
take_namesake(xmlNodePtr *list, int count, xmlNodePtr of)
{
	xmlNodePtr found;
	int i;

	for (i = 0; i < count; i++)
		if (list[i] != NULL && xmlStrEqual(list[i]->name, of->name)) {
			found = list[i];
			list[i] = NULL;
			return found;
		}
	return NULL;
}

/* The order of children means nothing, but that of namesakes does: what is
 * mixed is whose name stands where. */
void
xml_shuffle(xmlNodePtr node, struct prng *p)
{
	int count = elements_of(node, NULL), i, k;
	xmlNodePtr *list = calloc(2 * (size_t)count + 1, sizeof(*list));
	xmlNodePtr *mixed = list + count, n;

	if (list == NULL)
		return;
	elements_of(node, list);
	elements_of(node, mixed);
	for (i = 0; i < count; i++)
		xml_shuffle(list[i], p);
	for (i = count; i > 1; i--) {
		k = prng_below(p, i);
		n = mixed[i - 1];
		mixed[i - 1] = mixed[k];
		mixed[k] = n;
	}
	for (i = 0; i < count; i++) {
		n = take_namesake(list, count, mixed[i]);
		xmlUnlinkNode(n);
		xmlAddChild(node, n);
	}
	free(list);
}

/* Elements that no table knows, as next year's interface will have. */
void
xml_strangers(xmlNodePtr node)
{
	xmlNodePtr n, s;
	int elements = 0;

	for (n = node->children; n != NULL; n = n->next)
		if (n->type == XML_ELEMENT_NODE) {
			xml_strangers(n);
			elements = 1;
		}
	if (!elements)
		return;
	s = xmlNewNode(NULL, (const xmlChar *)"XNextYearInfo");
	xml_put(s, "XNextYearCode", "01");
	xml_put(s, "XNextYearText", "未知の要素");
	xmlAddPrevSibling(node->children, s);
	xml_put(node, "XNextYearFlag", "1");
}

static const char declaration[] =
    "<?xml version=\"1.0\" encoding=\"Shift_JIS\" standalone=\"no\"?>";

static char *
write_sjis(const char *utf8, size_t utf8len, size_t *len)
{
	const char *body = memchr(utf8, '\n', utf8len);
	char *sjis, *out = NULL;
	size_t n, head = strlen(declaration);

	if (body == NULL)
		return NULL;
	sjis = text_to_cp932(body, utf8len - (size_t)(body - utf8), &n);
	if (sjis != NULL && (out = malloc(head + n + 1)) != NULL) {
		memcpy(out, declaration, head);
		memcpy(out + head, sjis, n);
		out[head + n] = '\0';
		*len = head + n;
	}
	free(sjis);
	return out;
}

char *
xml_write(xmlDocPtr doc, int sjis, size_t *len)
{
	xmlChar *text = NULL;
	char *out = NULL;
	int n = 0;

	doc->standalone = 0;
	xmlDocDumpFormatMemoryEnc(doc, &text, &n, "UTF-8", 1);
	if (text == NULL)
		return NULL;
	if (sjis)
		out = write_sjis((const char *)text, (size_t)n, len);
	else if ((out = malloc((size_t)n + 1)) != NULL) {
		memcpy(out, text, (size_t)n + 1);
		*len = (size_t)n;
	}
	xmlFree(text);
	return out;
}
