/* register.c: OQSsiimm01: 照会番号, an institution's own number for a person. */
#include <stdlib.h>
#include <string.h>

#include "sim.h"

#define REFERENCE_MAX	50

/* The insurance that the numbers name: a branch unless it has none. 0: none. */
static int64_t
find_coverage(struct sim *sim, const struct numbers *n)
{
	char *key[3];
	int64_t id;
	int i;

	key[0] = text_key_number(n->insurer);
	key[1] = text_key(n->symbol == NULL ? "" : n->symbol);
	key[2] = text_key_number(n->number);
	id = db_int(&sim->db, "SELECT id FROM coverage WHERE insurer_key=? "
	    "AND symbol_key=? AND number_key=? AND coalesce(branch,'')=? "
	    "ORDER BY end<>0, start DESC LIMIT 1", "tttt", key[0], key[1],
	    key[2], n->branch == NULL ? "" : n->branch);
	for (i = 0; i < 3; i++)
		free(key[i]);
	return id;
}

/* NULL, or the code that says why the number was not registered. */
const char *
registration_take(struct sim *sim, const char *terminal,
    const struct numbers *n, const char *reference, int64_t *coverage)
{
	*coverage = 0;
	if (reference == NULL || strlen(reference) > REFERENCE_MAX ||
	    n->insurer == NULL || strlen(n->insurer) != 8 ||
	    n->number == NULL ||
	    (n->branch != NULL && !text_digits(n->branch, 2)))
		return "XSIM0102E";
	if ((*coverage = find_coverage(sim, n)) == 0)
		return "XSIM0202E";
	db_run(&sim->db, "INSERT OR REPLACE INTO reference VALUES(?,?,?)",
	    "itt", *coverage, terminal, reference);
	return NULL;
}

static const char *
register_one(struct sim *sim, const struct request *req, xmlNodePtr info,
    int64_t *coverage)
{
	const struct numbers n = {
		.insurer = xml_text(info, "InsurerNumber"),
		.symbol = xml_text(info, "InsuredCardSymbol"),
		.number = xml_text(info, "InsuredIdentificationNumber"),
		.branch = xml_text(info, "InsuredBranchNumber")
	};

	return registration_take(sim, req->terminal, &n,
	    xml_text(info, "ReferenceNumber"), coverage);
}

int
registration_answer(struct sim *sim, struct request *req, struct reply *rep,
    xmlNodePtr header, xmlNodePtr body)
{
	struct entry e = { .request = req->prefix,
	    .terminal = req->terminal };
	xmlNodePtr info, echo;
	int64_t coverage = 0;

	(void)rep;
	info = xml_child(req->content, "ReferenceNumberRegistrationInfo");
	if (info == NULL)
		return SAID_ERR;
	eligibility_header(header, req->now, req->terminal,
	    xml_text(req->header, "ArbitraryFileIdentifier"), NULL, -1);
	if (service_is_stopped(sim, req)) {
		e.code = SUSPENDED;
		record_add(sim, req->now, &e);
		eligibility_end(header, SUSPENDED, SUSPENDED_TEXT);
		return SAID_ANSWER;
	}
	eligibility_end(header, NULL, NULL);
	if ((echo = xmlDocCopyNode(info, body->doc, 1)) != NULL)
		xmlAddChild(body, echo);
	e.code = register_one(sim, req, info, &coverage);
	eligibility_say(body, e.code == NULL ? "1" : "2", e.code);
	e.person = db_int(&sim->db, "SELECT person FROM coverage WHERE id=?",
	    "i", coverage);
	record_add(sim, req->now, &e);
	return SAID_ANSWER;
}
