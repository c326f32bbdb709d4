/* bulk_read.c: a list as it came, person by person into the database: so many
 * are never in memory as a tree. */
#include <stdlib.h>
#include <string.h>

#include <libxml/xmlreader.h>

#include "bulk.h"

int
bulk_is_list(const char *prefix)
{
	int kind = bulk_kind(prefix);

	return kind >= 0 && bulk_forms[kind].repeats &&
	    strcmp(prefix + 8, "01req") == 0;
}

struct list {
	struct sim		*sim;
	struct request		*req;
	const struct bulk_form	*form;
	xmlTextReaderPtr	 reader;
	xmlNodePtr		 root;
};

static void
store(struct list *l, xmlNodePtr info)
{
	if (bulk_strange(info, l->form->fields))
		l->req->refused = BULK_FORM;
	if (l->req->refused != NULL)
		return;
	db_run(&l->sim->db, "INSERT INTO asked(receipt,n,insurer,symbol,"
	    "number,branch,birth,mark,reference) VALUES(?,?,?,?,?,?,?,?,?)",
	    "iittttttt", l->req->receipt, l->req->persons,
	    xml_text(info, "InsurerNumber"),
	    xml_text(info, "InsuredCardSymbol"),
	    xml_text(info, "InsuredIdentificationNumber"),
	    xml_text(info, "InsuredBranchNumber"),
	    xml_text(info, "Birthdate"),
	    xml_text(info, "ArbitraryIdentifier"),
	    xml_text(info, "ReferenceNumber"));
	l->req->persons++;
}

static int
read_header(struct list *l)
{
	xmlNodePtr node = xmlTextReaderExpand(l->reader), copy;

	if (node == NULL || l->req->header != NULL ||
	    (copy = xmlDocCopyNode(node, l->req->doc, 1)) == NULL)
		return -1;
	l->req->header = xmlAddChild(l->root, copy);
	return 0;
}

/* An element: 1 its children come next, 0 it is done, -1 it has no place. */
static int
enter(struct list *l)
{
	const char *name = (const char *)xmlTextReaderConstName(l->reader);
	int depth = xmlTextReaderDepth(l->reader);
	xmlNodePtr node;

	if (depth == 0)
		return strcmp(name, "XmlMsg") == 0 ? 1 : -1;
	if (depth == 1 && strcmp(name, "MessageHeader") == 0)
		return read_header(l);
	if (depth == 1 && strcmp(name, "MessageBody") == 0) {
		if (l->req->content != NULL)
			return -1;
		l->req->content = xml_put(l->root, name, NULL);
		return 1;
	}
	if (depth == 1)
		return 0;
	if (strcmp(name, l->form->item) != 0)
		l->req->refused = BULK_FORM;
	else if ((node = xmlTextReaderExpand(l->reader)) == NULL)
		return -1;
	else
		store(l, node);
	return 0;
}

static int
read_all(struct list *l)
{
	int r = xmlTextReaderRead(l->reader), type, inside;

	while (r == 1) {
		type = xmlTextReaderNodeType(l->reader);
		inside = 1;
		if (type == XML_READER_TYPE_DOCUMENT_TYPE || (type ==
		    XML_READER_TYPE_ELEMENT && (inside = enter(l)) < 0))
			return -1;
		r = inside ? xmlTextReaderRead(l->reader) :
		    xmlTextReaderNext(l->reader);
	}
	return r;
}

static void
be_silent(void *arg, const char *msg, xmlParserSeverities severity,
    xmlTextReaderLocatorPtr at)
{
	(void)arg;
	(void)msg;
	(void)severity;
	(void)at;
}

/* Header and body, with the persons under the receipt that will be theirs. */
int
bulk_read(struct sim *sim, struct request *req)
{
	struct list l = { .sim = sim, .req = req,
	    .form = &bulk_forms[bulk_kind(req->prefix)] };
	size_t len = req->len;
	char *utf8;
	int r = -1;

	if (len == 0 || len > BULK_MAX)
		return -1;
	req->receipt = 1 + db_int(&sim->db, "SELECT max(id) FROM receipt",
	    "");
	req->persons = 0;
	utf8 = xml_utf8(req->body, req->len, &len);
	req->doc = xmlNewDoc((const xmlChar *)"1.0");
	l.root = xmlNewNode(NULL, (const xmlChar *)"XmlMsg");
	xmlDocSetRootElement(req->doc, l.root);
	l.reader = xmlReaderForMemory(utf8 == NULL ? req->body : utf8,
	    (int)len, NULL, "UTF-8", XML_PARSE_NONET | XML_PARSE_NOERROR |
	    XML_PARSE_NOWARNING | XML_PARSE_NOCDATA | XML_PARSE_HUGE |
	    XML_PARSE_IGNORE_ENC);
	if (l.reader != NULL) {
		xmlTextReaderSetErrorHandler(l.reader, be_silent, NULL);
		r = read_all(&l);
		xmlFreeTextReader(l.reader);
	}
	free(utf8);
	return r != 0 || req->header == NULL || req->content == NULL ? -1 : 0;
}

/* What was refused leaves nothing behind. */
void
bulk_read_end(struct sim *sim, struct request *req, int answered)
{
	if (req->receipt != 0 && (!answered || req->refused != NULL))
		db_run(&sim->db, "DELETE FROM asked WHERE receipt=?", "i",
		    req->receipt);
}
