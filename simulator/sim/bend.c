/* bend.c: answers as they must not be, or as nobody expects them. */
#include <stdlib.h>
#include <string.h>

#include "sim.h"

#define OTHER_INSTITUTION	"1319999988"

/* Every element of that name below a node. */
static void
set_all(xmlNodePtr node, const char *name, const char *text)
{
	xmlNodePtr n;

	for (n = node->children; n != NULL; n = n->next)
		if (n->type == XML_ELEMENT_NODE) {
			if (strcmp((const char *)n->name, name) == 0)
				xmlNodeSetContent(n, (const xmlChar *)text);
			set_all(n, name, text);
		}
}

/* Medical information under another name, as after a marriage; kana and birth
 * date stay: whose it is cannot be told (ID-10). */
static void
rename_person(xmlNodePtr header)
{
	xmlNodePtr person = xml_child(header, "QuaInf"), name;

	if (person == NULL)
		person = xml_child(header, "QualificationsInfo");
	name = person == NULL ? NULL : xml_child(person, "Name");
	if (name != NULL)
		xmlNodeSetContent(name, (const xmlChar *)"架空　旧姓");
}

static void
put_identifier(xmlNodePtr header, const char *text)
{
	xmlNodePtr n = xml_child(header, "ArbitraryFileIdentifier");

	if (n == NULL)
		xml_put(header, "ArbitraryFileIdentifier", text);
	else
		xmlNodeSetContent(n, (const xmlChar *)text);
}

const char *
bend_other_institution(const char *terminal)
{
	return strcmp(terminal, OTHER_INSTITUTION) == 0 ? "1319999996" :
	    OTHER_INSTITUTION;
}

/* The answer of another institution: to nothing that was asked here. */
static void
make_foreign(xmlNodePtr header)
{
	const char *code = xml_text(header, "MedicalInstitutionCode");

	if (code != NULL)
		xmlNodeSetContent(xml_child(header, "MedicalInstitutionCode"),
		    (const xmlChar *)bend_other_institution(code));
	put_identifier(header, "OTHER-INSTITUTION");
}

void
bend_tree(struct sim *sim, xmlNodePtr root, const struct fault_set *f)
{
	if (f->has[FAULT_UNKNOWN])
		xml_strangers(root);
	if (f->has[FAULT_SHUFFLE])
		xml_shuffle(root, &sim->prng);
}

/* Still being worked on (処理中): a header that says so, and nothing else. */
static void
make_undone(xmlNodePtr header, xmlNodePtr body)
{
	xmlNodePtr segment = xml_child(header, "SegmentOfResult"), n;

	if (segment == NULL)
		return;
	xmlNodeSetContent(segment, (const xmlChar *)"2");
	while (body != NULL && (n = body->children) != NULL) {
		xmlUnlinkNode(n);
		xmlFreeNode(n);
	}
}

static void
bend_answer(struct sim *sim, xmlNodePtr root, const struct fault_set *f)
{
	xmlNodePtr header = xml_child(root, "MessageHeader");
	xmlNodePtr code = xml_child(header, "CharacterCodeIdentifier");

	if (f->has[FAULT_SJIS] && code != NULL)
		xmlNodeSetContent(code, (const xmlChar *)"1");
	if (f->has[FAULT_RENAMED])
		rename_person(header);
	if (f->has[FAULT_FOREIGN])
		make_foreign(header);
	if (f->has[FAULT_UNDONE])
		make_undone(header, xml_child(root, "MessageBody"));
	bend_tree(sim, root, f);
}

/* An answer of yesterday, about somebody else, that lies under this name. */
static void
make_stale(xmlNodePtr root, int64_t now)
{
	xmlNodePtr header = xml_child(root, "MessageHeader");
	char stamp[15];

	clock_stamp(now - DAY, stamp);
	set_all(header, "ProcessExecutionTime", stamp);
	stamp[8] = '\0';
	set_all(header, "QualificationConfirmationDate", stamp);
	put_identifier(header, "YESTERDAY");
	set_all(root, "Name", "架空　別人");
	set_all(root, "NameKana", "ｶｸｳ ﾍﾞﾂｼﾞﾝ");
	set_all(root, "InsuredIdentificationNumber", "999001");
	set_all(root, "InsuredPersonIdentificationNumber", "999001");
	set_all(root, "ArbitraryIdentifier", "YESTERDAY");
}

void
bend_stale(xmlDocPtr doc, int64_t now, struct reply *rep)
{
	xmlDocPtr copy = xmlCopyDoc(doc, 1);

	if (copy == NULL)
		return;
	make_stale(xmlDocGetRootElement(copy), now);
	rep->stale = xml_write(copy, rep->faults.has[FAULT_SJIS],
	    &rep->stale_len);
	xmlFreeDoc(copy);
}

static void
add_mark(struct reply *rep)
{
	char *more = malloc(rep->len + 4);

	if (more == NULL)
		return;
	memcpy(more, "\xef\xbb\xbf", 3);
	memcpy(more + 3, rep->body, rep->len);
	more[rep->len + 3] = '\0';
	free(rep->body);
	rep->body = more;
	rep->len += 3;
}

/* The document's bytes, bent as the faults of the answer want them. */
void
bend_write(struct sim *sim, xmlDocPtr doc, int64_t now, struct reply *rep)
{
	const struct fault_set *f = &rep->faults;

	bend_answer(sim, xmlDocGetRootElement(doc), f);
	rep->body = rep->is_json ? webapi_write(doc, f, &rep->len) :
	    xml_write(doc, f->has[FAULT_SJIS], &rep->len);
	rep->status = rep->body == NULL ? 500 : 200;
	if (rep->body == NULL)
		return;
	if (f->has[FAULT_STALE])
		bend_stale(doc, now, rep);
	if (f->has[FAULT_BOM] && !f->has[FAULT_SJIS])
		add_mark(rep);
}
