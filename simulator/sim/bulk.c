/* bulk.c: many at once, in two steps: a receipt for a request, and later the
 * answer for the receipt (messages.md 3.4 to 3.7). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/rand.h>

#include "bulk.h"

#define RECEIPT_LIFE	(3 * DAY)	/* of the real one nothing is known */
#define KEPT_MAX	64
#define KEPT_BYTES	((size_t)1024 * 1024 * 1024)

static const char *const head_dated[] = { "QualificationConfirmationDate",
	"MedicalInstitutionCode", "ArbitraryFileIdentifier", NULL };
static const char *const head_plain[] = { "MedicalInstitutionCode",
	"ArbitraryFileIdentifier", NULL };
static const char *const head_fetch[] = { "MedicalInstitutionCode", NULL };
static const char *const body_fetch[] = { "ReceptionNumber", NULL };
static const char *const search[] = { "InsurerNumber", "InsuredCardSymbol",
	"InsuredIdentificationNumber", "InsuredBranchNumber", "Birthdate",
	"ArbitraryIdentifier", NULL };
static const char *const numbers[] = { "ReferenceNumber", "InsurerNumber",
	"InsuredCardSymbol", "InsuredIdentificationNumber",
	"InsuredBranchNumber", NULL };
static const char *const month[] = { "MedicalTreatmentMonth", NULL };
static const char *const consent_days[] = { "ConsentDateFrom",
	"ConsentDateTo", "MedicalTreatmentFlag", NULL };
static const char *const all_days[] = { "ConsentDateFrom", "ConsentDateTo",
	"ExaminationDateFrom", "ExaminationDateTo", "MedicalTreatmentFlag",
	NULL };

const struct bulk_form bulk_forms[BULKS] = {
	[BULK_ELIGIBILITY] = { "OQSmuquc", "QualificationConfirmSearchInfo",
	    1, head_dated, search, NULL },
	[BULK_REGISTER] = { "OQSmuimm", "ReferenceNumberRegistrationInfo",
	    1, head_plain, numbers, NULL },
	[BULK_ASSISTANCE] = { "OQSmutic", "QualificationConfirmSearchInfo",
	    0, head_plain, month, NULL },
	[BULK_HOME] = { "OQSmuhvq", "QualificationConfirmSearchInfo",
	    0, head_plain, consent_days, "2" },
	[BULK_ONLINE] = { "OQSmuonq", "QualificationConfirmSearchInfo",
	    0, head_plain, all_days, "3" },
};

static const struct {
	const char *code, *text;
} texts[] = {
	{ BULK_UNKNOWN, "受付番号に該当する処理がありません。" },
	{ BULK_FORM, "要求に指定できない項目があります。" },
	{ BULK_NOBODY, "照会の対象がありません。" },
	{ BULK_RANGE, "期間、診療年月または診療区分に誤りがあります。" },
	{ BULK_FAILED, "一括処理が異常終了しました。" },
	{ SUSPENDED, SUSPENDED_TEXT },
	{ "XSIM0001E", "資格確認日に誤りがあります。" },
};

int
bulk_kind(const char *prefix)
{
	int i;

	for (i = 0; i < BULKS; i++)
		if (strncmp(bulk_forms[i].function, prefix, 8) == 0)
			return i;
	return -1;
}

const char *
bulk_text(const char *code)
{
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (strcmp(texts[i].code, code) == 0)
			return texts[i].text;
	return NULL;
}

/* Whether there is a child that none of these names, or one that comes twice. */
int
bulk_strange(xmlNodePtr node, const char *const *allowed)
{
	xmlNodePtr n;
	int i;

	for (n = node->children; n != NULL; n = n->next) {
		if (n->type != XML_ELEMENT_NODE)
			continue;
		for (i = 0; allowed[i] != NULL && strcmp(allowed[i],
		    (const char *)n->name) != 0; i++)
			;
		if (allowed[i] == NULL ||
		    xml_child(node, allowed[i]) != n)
			return 1;
	}
	return 0;
}

static int
month_read(const char *s, int32_t *out)
{
	char *day = text_format("%s01", s == NULL ? "" : s);
	int r = date_read(day, out);

	*out /= 100;
	free(day);
	return r;
}

/* Days of consent or of the examination, both ends, or a month. */
static const char *
read_range(xmlNodePtr info, int kind, struct receipt *r)
{
	const char *flag = xml_text(info, "MedicalTreatmentFlag");
	const char *from = xml_text(info, "ConsentDateFrom");
	const char *to = xml_text(info, "ConsentDateTo");

	if (kind == BULK_ASSISTANCE)
		return month_read(xml_text(info, "MedicalTreatmentMonth"),
		    &r->first) == 0 ? NULL : BULK_RANGE;
	if (flag == NULL || strcmp(flag, bulk_forms[kind].flag) != 0)
		return BULK_RANGE;
	if (xml_child(info, "ExaminationDateFrom") != NULL ||
	    xml_child(info, "ExaminationDateTo") != NULL) {
		if (from != NULL || to != NULL)
			return BULK_RANGE;	/* one of both */
		r->by_examination = 1;
		from = xml_text(info, "ExaminationDateFrom");
		to = xml_text(info, "ExaminationDateTo");
	}
	if (date_read(from, &r->first) != 0 || date_read(to, &r->last) != 0 ||
	    r->first > r->last)
		return BULK_RANGE;
	return NULL;
}

/* What is wrong with the whole request; NULL: nothing. */
static const char *
why_not(struct sim *sim, struct request *req, const struct reply *rep,
    struct receipt *r)
{
	const struct bulk_form *f = &bulk_forms[r->kind];
	const char *const items[] = { f->item, NULL };
	xmlNodePtr info = xml_child(req->content, f->item);

	if (service_is_stopped(sim, req))
		return SUSPENDED;
	if (rep->faults.has[FAULT_FAILED])
		return BULK_FAILED;
	if (req->refused != NULL || bulk_strange(req->header, f->header))
		return BULK_FORM;
	if (r->kind == BULK_ELIGIBILITY && date_read(xml_text(req->header,
	    "QualificationConfirmationDate"), &r->date) != 0)
		return "XSIM0001E";
	if (f->repeats)
		return req->persons == 0 ? BULK_NOBODY : NULL;
	if (info == NULL)
		return BULK_NOBODY;
	if (bulk_strange(info, f->fields) ||
	    bulk_strange(req->content, items))
		return BULK_FORM;
	return read_range(info, r->kind, r);
}

/* Nobody can guess it: what another was given is nobody else's. */
static int
new_number(char number[32])
{
	unsigned char raw[8];
	uint64_t n = 0;
	size_t i;

	if (RAND_bytes(raw, sizeof(raw)) != 1)
		return -1;
	for (i = 0; i < sizeof(raw); i++)
		n = n << 8 | raw[i];
	snprintf(number, 32, "99%018llu", (unsigned long long)(n %
	    1000000000000000000u));
	return 0;
}

static int
add_receipt(struct sim *sim, const struct request *req, struct receipt *r)
{
	unsigned char hash[32];
	unsigned int n = sizeof(hash);
	char hex[65];

	if (new_number(r->number) != 0 || EVP_Digest(req->body, req->len,
	    hash, &n, EVP_sha256(), NULL) != 1)
		return -1;
	text_hex(hash, sizeof(hash), hex);
	return db_run(&sim->db, "INSERT INTO receipt(id,number,terminal,"
	    "function,identifier,date,made,persons,digest,first,last,"
	    "by_examination) VALUES(nullif(?,0),?,?,?,?,?,?,?,?,?,?,?)",
	    "itttt" "iiitiii", req->receipt, r->number, req->terminal,
	    bulk_forms[r->kind].function, xml_text(req->header,
	    "ArbitraryFileIdentifier"), (int64_t)r->date, req->now,
	    req->persons, hex, (int64_t)r->first, (int64_t)r->last,
	    (int64_t)r->by_examination);
}

static void
note(struct sim *sim, const struct request *req, const char *code)
{
	const struct entry e = { .request = req->prefix,
	    .terminal = req->terminal, .code = code };

	record_add(sim, req->now, &e);
}

/* 01: what is asked, and the number by which the answer is fetched. */
int
bulk_upload(struct sim *sim, struct request *req, struct reply *rep,
    xmlNodePtr header, xmlNodePtr body)
{
	struct receipt r = { .kind = bulk_kind(req->prefix) };
	const char *code = why_not(sim, req, rep, &r);
	char now[15];

	eligibility_header(header, req->now, req->terminal,
	    xml_text(req->header, "ArbitraryFileIdentifier"), NULL, -1);
	note(sim, req, code);
	if (code != NULL) {
		req->refused = code;
		eligibility_end(header, code, bulk_text(code));
		return SAID_ANSWER;
	}
	if (add_receipt(sim, req, &r) != 0)
		return 500;
	if (r.kind == BULK_REGISTER)
		bulk_register(sim, req);
	xml_add(header, "CharacterCodeIdentifier", "0");
	xml_add(body, "ReceptionNumber", r.number);
	clock_stamp(req->now, now);
	xml_add(body, "ReceptionDateTime", now);
	return SAID_ANSWER;
}

/* The receipt of that number: this institution's, for this function. */
static int
find_receipt(struct sim *sim, const struct request *req, const char *number,
    struct receipt *r)
{
	sqlite3_stmt *st;
	int found = 0;

	memset(r, 0, sizeof(*r));
	r->kind = bulk_kind(req->prefix);
	st = db_query(&sim->db, "SELECT * FROM receipt WHERE number=? AND "
	    "terminal=? AND function=? AND made>?", "ttti", number,
	    req->terminal, bulk_forms[r->kind].function, req->now -
	    RECEIPT_LIFE);
	if (st != NULL && sqlite3_step(st) == SQLITE_ROW) {
		found = 1;
		r->id = db_number(st, "id");
		r->made = db_number(st, "made");
		r->persons = db_number(st, "persons");
		r->asked = db_number(st, "asked");
		r->failed = db_number(st, "failed");
		r->date = (int32_t)db_number(st, "date");
		r->first = (int32_t)db_number(st, "first");
		r->last = (int32_t)db_number(st, "last");
		r->by_examination = (int)db_number(st, "by_examination");
		snprintf(r->identifier, sizeof(r->identifier), "%s",
		    db_text(st, "identifier"));
		snprintf(r->number, sizeof(r->number), "%s", number);
	}
	sqlite3_finalize(st);
	return found;
}

static void
add_count(xmlNodePtr header, const char *name, int64_t n)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", (long long)n);
	xml_add(header, name, text);
}

/* How far it is: NULL when done, "2", or the code of a failure. */
static const char *
how_far(struct sim *sim, const struct reply *rep, struct receipt *r)
{
	if (rep->faults.has[FAULT_FAILED])
		r->failed = 1;
	db_run(&sim->db, "UPDATE receipt SET asked=asked+1, failed=? WHERE "
	    "id=?", "ii", r->failed, r->id);
	if (rep->faults.has[FAULT_UNDONE] ||
	    (rep->faults.has[FAULT_PROCESSING] &&
	    r->asked < rep->faults.v[FAULT_PROCESSING]))
		return "2";
	return r->failed ? BULK_FAILED : NULL;
}

static int
say_done(struct sim *sim, struct request *req, struct reply *rep,
    const struct receipt *r, xmlNodePtr header)
{
	const struct spool *s = bulk_units(sim, req, r);

	if (s == NULL)
		return 500;
	xml_add(header, "SegmentOfResult", "1");
	add_count(header, "NumberOfProcessingResult", s->all);
	add_count(header, "NumberOfNormalProcessing", s->all - s->errors);
	add_count(header, "NumberOfError", s->errors);
	xml_add(header, "CharacterCodeIdentifier", "0");
	if (bulk_forms[r->kind].flag != NULL && !req->by_folder &&
	    carried_open(sim, req, r, rep) != 0)
		return 500;
	return bulk_write(sim, req, rep, header->doc, s);
}

/* Whose receipt it is is not told to anybody else: there is none. */
static const char *
why_no_receipt(struct sim *sim, const struct request *req,
    struct receipt *r)
{
	const char *number = xml_text(req->content, "ReceptionNumber");

	if (service_is_stopped(sim, req))
		return SUSPENDED;
	if (bulk_strange(req->header, head_fetch) ||
	    bulk_strange(req->content, body_fetch))
		return BULK_FORM;
	return number != NULL && find_receipt(sim, req, number, r) ? NULL :
	    BULK_UNKNOWN;
}

/* 02: the answer, or that it is not there yet (処理中). */
int
bulk_fetch(struct sim *sim, struct request *req, struct reply *rep,
    xmlNodePtr header, xmlNodePtr body)
{
	struct receipt r = { 0 };
	char date[16] = "";
	const char *code = why_no_receipt(sim, req, &r);

	(void)body;
	if (r.date != 0)
		snprintf(date, sizeof(date), "%d", (int)r.date);
	eligibility_header(header, req->now, req->terminal, r.identifier,
	    date, -1);
	xml_add(header, "ReceptionNumber", r.number);
	if (code == NULL)
		code = how_far(sim, rep, &r);
	note(sim, req, code == NULL ? "1" : code);
	if (code == NULL)
		return say_done(sim, req, rep, &r, header);
	if (strcmp(code, "2") == 0) {
		xml_add(header, "SegmentOfResult", code);
		xml_add(header, "CharacterCodeIdentifier", "0");
	} else
		eligibility_end(header, code, bulk_text(code));
	return SAID_ANSWER;
}

static struct kept {
	char	    *key;
	struct blob *blob;
} kept[KEPT_MAX];
static unsigned int next_kept;

static void
forget(struct kept *k)
{
	free(k->key);
	blob_drop(k->blob);
	memset(k, 0, sizeof(*k));
}

/* The oldest go first; what is forgotten is made again. */
static void
make_room(size_t len)
{
	size_t sum = len;
	unsigned int i;

	for (i = 0; i < KEPT_MAX; i++)
		sum += kept[i].blob == NULL ? 0 : kept[i].blob->len;
	for (i = 0; i < KEPT_MAX && sum > KEPT_BYTES; i++) {
		struct kept *k = &kept[(next_kept + i) % KEPT_MAX];

		sum -= k->blob == NULL ? 0 : k->blob->len;
		forget(k);
	}
}

int
bulk_keep(struct sim *sim, const struct request *req, const struct reply *rep)
{
	struct kept *k = &kept[next_kept % KEPT_MAX];

	(void)sim;
	if (rep->blob == NULL)
		return 0;
	forget(k);
	make_room(rep->blob->len);
	k->key = text_format("%s/%s", req->terminal, req->id);
	k->blob = blob_hold(rep->blob);
	next_kept++;
	return 1;
}

int
bulk_again(struct sim *sim, const struct request *req, struct reply *rep)
{
	char *key = text_format("%s/%s", req->terminal, req->id);
	int i;

	(void)sim;
	for (i = 0; i < KEPT_MAX; i++)
		if (kept[i].key != NULL && strcmp(kept[i].key, key) == 0) {
			rep->blob = blob_hold(kept[i].blob);
			rep->body = rep->blob->data;
			rep->len = rep->blob->len;
			break;
		}
	free(key);
	return i < KEPT_MAX;
}

void
bulk_stop(struct sim *sim)
{
	struct spool *s;
	int i;

	while ((s = sim->spools) != NULL) {
		sim->spools = s->next;
		blob_drop(s->units);
		free(s);
	}
	for (i = 0; i < KEPT_MAX; i++)
		forget(&kept[i]);
}
