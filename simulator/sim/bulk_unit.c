/* bulk_unit.c: each person's part of an answer, made when it is first asked
 * for; whoever asks again is told the same. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bulk.h"

static const struct field echo[] = {
	{ "InsurerNumber", "insurer", NULL },
	{ "InsuredCardSymbol", "symbol", NULL },
	{ "InsuredIdentificationNumber", "number", NULL },
	{ "InsuredBranchNumber", "branch", NULL },
	{ "Birthdate", "birth", NULL },
	{ "ArbitraryIdentifier", "mark", NULL },
	{ NULL, NULL, NULL }
};

static const struct field registered[] = {
	{ "ReferenceNumber", "reference", NULL },
	{ "InsurerNumber", "insurer", NULL },
	{ "InsuredCardSymbol", "symbol", NULL },
	{ "InsuredIdentificationNumber", "number", NULL },
	{ "InsuredBranchNumber", "branch", NULL },
	{ NULL, NULL, NULL }
};

struct job {
	struct sim	     *sim;
	const struct request *req;
	const struct receipt *r;
	int32_t		      today;
};

static const char *
or_null(const char *s)
{
	return *s == '\0' ? NULL : s;
}

static const char *
bad_person(sqlite3_stmt *row, struct numbers *n)
{
	n->insurer = or_null(db_text(row, "insurer"));
	n->symbol = or_null(db_text(row, "symbol"));
	n->number = or_null(db_text(row, "number"));
	n->branch = or_null(db_text(row, "branch"));
	if (n->insurer == NULL || strlen(n->insurer) != 8 ||
	    n->number == NULL ||
	    date_read(db_text(row, "birth"), &n->birth) != 0 ||
	    (n->branch != NULL && !text_digits(n->branch, 2)))
		return "XSIM0102E";
	return NULL;
}

static void
write_found(const struct job *j, xmlNodePtr unit, xmlNodePtr list,
    const struct found *f, struct consents *c)
{
	char references[FOUND_MAX][sizeof(c->reference)];
	int i;

	c->first = c->bulk = 1;
	for (i = 0; i < f->n; i++) {
		result_write(j->sim, list, f->coverage[i], j->today,
		    j->req->terminal, c);
		memcpy(references[i], c->reference, sizeof(c->reference));
	}
	for (i = 0; i < f->n; i++)
		xml_add(unit, "ReferenceNumber", references[i]);
}

static void
add_validity(xmlNodePtr unit, const struct found *f)
{
	const char validity[2] = { (char)('0' + f->validity), '\0' };

	xml_add(unit, "QualificationValidity", validity);
}

/* CO-8: 2 withholds everything. */
static int
hidden(const struct job *j, int64_t person)
{
	return db_int(&j->sim->db, "SELECT hide FROM person WHERE id=?", "i",
	    person) == 2;
}

/* Each says whether the person's part ended well. */
static int
eligibility(const struct job *j, sqlite3_stmt *row, xmlNodePtr unit)
{
	struct numbers n = { 0 };
	struct consents c = { .at = j->req->now };
	struct found f = { 0 };
	const char *code = bad_person(row, &n);

	answer_row(xml_put(unit, "QualificationConfirmSearchInfo", NULL),
	    echo, row);
	if (code == NULL) {
		find_by_numbers(j->sim, &n, j->r->date, j->today, &f);
		find_assistance(j->sim, j->r->date, j->today, &f);
		if (f.n > 0 && hidden(j, f.person))
			code = "XNDS0001E";
	}
	eligibility_say(unit, code == NULL ? "1" : "2", code);
	if (code != NULL)
		return 0;
	add_validity(unit, &f);
	write_found(j, unit, unit, &f, &c);
	return 1;
}

static int
registration(const struct job *j, sqlite3_stmt *row, xmlNodePtr unit)
{
	const char *code = or_null(db_text(row, "code"));

	(void)j;
	answer_row(xml_put(unit, "ReferenceNumberRegistrationInfo", NULL),
	    registered, row);
	eligibility_say(unit, code == NULL ? "1" : "2", code);
	return code == NULL;
}

static int
assistance(const struct job *j, sqlite3_stmt *row, xmlNodePtr unit)
{
	struct consents c = { .at = j->req->now };
	struct found f = { .person = db_number(row, "person"), .n = 1,
	    .coverage = { db_number(row, "coverage") }, .validity = 1 };
	int32_t end = (int32_t)db_number(row, "end");

	if (hidden(j, f.person)) {
		eligibility_say(unit, "2", "XNDS0001E");
		return 0;
	}
	if (end != 0 && end <= j->today &&
	    db_number(row, "end_notified") <= j->today)
		f.validity = 2;
	eligibility_say(unit, "1", NULL);
	add_validity(unit, &f);
	write_found(j, unit, xml_put(unit, "ResultList", NULL), &f, &c);
	return 1;
}

static int
carried(const struct job *j, sqlite3_stmt *row, xmlNodePtr unit)
{
	int flags[CATEGORIES];
	struct consents c = { .flags = flags, .at = db_number(row, "at"),
	    .until = db_number(row, "until") };
	int64_t person = db_number(row, "person");
	struct found f;

	if (hidden(j, person)) {
		eligibility_say(unit, "2", "XNDS0001E");
		return 0;
	}
	db_run(&j->sim->db, "INSERT OR IGNORE INTO shown VALUES(?,?)", "ii",
	    j->r->id, db_number(row, "id"));
	find_by_person(j->sim, person, j->today, j->today, j->req->terminal,
	    &f);
	carried_flags(row, j->req->now, flags);
	eligibility_say(unit, "1", NULL);
	add_validity(unit, &f);
	if (f.n > 0)
		write_found(j, unit, xml_put(unit, "ResultList", NULL), &f,
		    &c);
	return 1;
}

static int (*const makers[BULKS])(const struct job *, sqlite3_stmt *,
    xmlNodePtr) = {
	[BULK_ELIGIBILITY] = eligibility, [BULK_REGISTER] = registration,
	[BULK_ASSISTANCE] = assistance, [BULK_HOME] = carried,
	[BULK_ONLINE] = carried
};

static sqlite3_stmt *
rows_of(const struct job *j)
{
	struct db *db = &j->sim->db;

	if (bulk_forms[j->r->kind].repeats)
		return db_query(db, "SELECT * FROM asked WHERE receipt=? "
		    "ORDER BY n", "i", j->r->id);
	if (j->r->kind == BULK_ASSISTANCE)
		return db_query(db, "SELECT DISTINCT c.id AS coverage, "
		    "c.person, c.end, c.end_notified FROM ticket t JOIN "
		    "coverage c ON c.id=t.coverage WHERE t.month=? AND "
		    "t.inst_code=? AND c.start_notified<=? ORDER BY c.id",
		    "iti", (int64_t)j->r->first, j->req->terminal,
		    (int64_t)j->today);
	return carried_between(j->sim, j->req->terminal, j->r);
}

/* One unit as it stands in the document, on lines of its own. */
static int
put_unit(const struct job *j, sqlite3_stmt *row, xmlDocPtr doc,
    xmlBufferPtr text, FILE *f)
{
	xmlNodePtr unit = xmlNewNode(NULL, (const xmlChar *)(j->r->kind ==
	    BULK_REGISTER ? "BulkRegistrationUnit" : "BulkConfirmUnit"));
	int ok;

	xmlDocSetRootElement(doc, unit);
	ok = makers[j->r->kind](j, row, unit);
	xmlBufferEmpty(text);
	xmlNodeDump(text, doc, unit, 2, 1);
	fprintf(f, "    %s\n", (const char *)xmlBufferContent(text));
	xmlUnlinkNode(unit);
	xmlFreeNode(unit);
	return ok;
}

static void
put_units(const struct job *j, struct spool *s, FILE *f)
{
	xmlDocPtr doc = xmlNewDoc((const xmlChar *)"1.0");
	xmlBufferPtr text = xmlBufferCreate();
	sqlite3_stmt *row = rows_of(j);

	doc->encoding = xmlStrdup((const xmlChar *)"UTF-8");
	while (row != NULL && sqlite3_step(row) == SQLITE_ROW) {
		s->all++;
		if (!put_unit(j, row, doc, text, f))
			s->errors++;
	}
	sqlite3_finalize(row);
	xmlBufferFree(text);
	xmlFreeDoc(doc);
}

struct spool *
bulk_units(struct sim *sim, const struct request *req,
    const struct receipt *r)
{
	struct job j = { sim, req, r, clock_date(req->now) };
	struct spool *s;
	FILE *f;

	for (s = sim->spools; s != NULL; s = s->next)
		if (s->receipt == r->id)
			return s;
	if ((f = blob_file()) == NULL)
		return NULL;
	if ((s = calloc(1, sizeof(*s))) == NULL) {
		fclose(f);
		return NULL;
	}
	put_units(&j, s, f);
	if ((s->units = blob_from(f)) == NULL) {
		free(s);
		return NULL;
	}
	s->receipt = r->id;
	s->next = sim->spools;
	sim->spools = s;
	return s;
}

/* 照会番号 of a list, once, when it is received: whether anybody asks for the
 * outcome or not. */
void
bulk_register(struct sim *sim, const struct request *req)
{
	sqlite3_stmt *row = db_query(&sim->db, "SELECT * FROM asked WHERE "
	    "receipt=? ORDER BY n", "i", req->receipt);
	struct numbers n = { 0 };
	const char *code;
	int64_t coverage;

	while (row != NULL && sqlite3_step(row) == SQLITE_ROW) {
		n.insurer = or_null(db_text(row, "insurer"));
		n.symbol = or_null(db_text(row, "symbol"));
		n.number = or_null(db_text(row, "number"));
		n.branch = or_null(db_text(row, "branch"));
		code = registration_take(sim, req->terminal, &n,
		    or_null(db_text(row, "reference")), &coverage);
		if (code != NULL)
			db_run(&sim->db, "UPDATE asked SET code=? WHERE "
			    "receipt=? AND n=?", "tii", code, req->receipt,
			    db_number(row, "n"));
	}
	sqlite3_finalize(row);
}
