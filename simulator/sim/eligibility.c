/* eligibility.c: OQSsiquc01: one person, by number or by card. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"

/* Texts of the codes of the binding; what they mean stands in the code. */
static const struct {
	const char *code, *text;
} texts[] = {
	{ "XCRD0001E", "署名を検証できません。" },
	{ "XCRD0002E", "チャレンジが無効です。もう一度署名してください。" },
	{ "XCRD0003E", "電子証明書の有効期間外です。" },
	{ "XCRD0004E", "電子証明書が失効しています。" },
	{ "XCRD0005E", "電子証明書の発行者が不明です。" },
	{ "XCRD0006E", "健康保険証としての利用登録がありません。" },
	{ "XCRD0101W", "電子証明書の有効期限が切れています。"
	    "資格情報のみ提供します。" },
	{ "XCRD0102W", "電子証明書の有効期限が近づいています。" },
	{ "XNDS0001E", "情報を提供できません。" },
	{ "XSIM0102E", "照会内容に誤りがあります。" },
	{ "XSIM0202E", "該当する資格がありません。" },
};

void
eligibility_say(xmlNodePtr body, const char *status, const char *code)
{
	size_t i;

	xml_add(body, "ProcessingResultStatus", status);
	xml_add(body, "ProcessingResultCode", code);
	for (i = 0; code != NULL && i < sizeof(texts) / sizeof(texts[0]); i++)
		if (strcmp(texts[i].code, code) == 0)
			xml_add(body, "ProcessingResultMessage",
			    texts[i].text);
}

/* by_card: below 0 where the answer does not say by what was asked. */
void
eligibility_header(xmlNodePtr header, int64_t at, const char *terminal,
    const char *identifier, const char *date, int by_card)
{
	char now[15];

	clock_stamp(at, now);
	xml_add(header, "ProcessExecutionTime", now);
	xml_add(header, "QualificationConfirmationDate", date);
	xml_add(header, "MedicalInstitutionCode", terminal);
	xml_add(header, "ArbitraryFileIdentifier", identifier);
	if (by_card >= 0)
		xml_add(header, "ReferenceClassification", by_card ? "1" :
		    "2");
}

void
eligibility_end(xmlNodePtr header, const char *code, const char *text)
{
	xml_add(header, "SegmentOfResult", code == NULL ? "1" : "9");
	xml_add(header, "ErrorCode", code);
	xml_add(header, "ErrorMessage", text);
	xml_add(header, "CharacterCodeIdentifier", "0");
}

static void
write_found(struct sim *sim, const struct request *req, xmlNodePtr body,
    const struct found *f, struct consents *c)
{
	char validity[2] = { (char)('0' + f->validity), '\0' };
	xmlNodePtr list;
	int i;

	xml_add(body, "QualificationValidity", validity);
	if (f->n == 0)
		return;
	list = xml_put(body, "ResultList", NULL);
	c->first = 1;
	for (i = 0; i < f->n; i++)
		result_write(sim, list, f->coverage[i], clock_date(req->now),
		    req->terminal, c);
}

/* CO-8: 2 withholds everything, 1 the medical information only. */
static int
hidden(struct sim *sim, int64_t person)
{
	return (int)db_int(&sim->db, "SELECT hide FROM person WHERE id=?",
	    "i", person);
}

static const char *
bad_search(xmlNodePtr search, int *limit)
{
	const char *flag, *branch, *insurer;
	int32_t birth;

	flag = xml_text(search, "LimitApplicationCertificateRelatedConsFlg");
	branch = xml_text(search, "InsuredBranchNumber");
	insurer = xml_text(search, "InsurerNumber");
	*limit = flag != NULL && strcmp(flag, "1") == 0;
	if (insurer == NULL || strlen(insurer) != 8 ||
	    xml_text(search, "InsuredIdentificationNumber") == NULL ||
	    date_read(xml_text(search, "Birthdate"), &birth) != 0 ||
	    (branch != NULL && !text_digits(branch, 2)) || flag == NULL ||
	    (!*limit && strcmp(flag, "0") != 0))
		return "XSIM0102E";
	return NULL;
}

static void
by_number(struct sim *sim, struct request *req, xmlNodePtr search,
    int32_t date, xmlNodePtr body)
{
	struct consents c = { .at = req->now };
	int given[CATEGORIES] = { 0 };
	struct entry e = { "OQSsiquc01req", req->terminal, 0, 0, given,
	    given, NULL, NULL };
	struct found f = { 0 };
	xmlNodePtr echo;
	char validity[16];

	e.code = bad_search(search, &c.limit);
	if (e.code == NULL) {
		given[CAT_LIMIT] = c.limit;
		find_by_number(sim, search, date, clock_date(req->now), &f);
		if (f.n > 0 && hidden(sim, f.person) == 2)
			e.code = "XNDS0001E";
	}
	eligibility_say(body, e.code == NULL ? "1" : "2", e.code);
	if (e.code == NULL) {
		write_found(sim, req, body, &f, &c);
		e.person = f.person;
		snprintf(validity, sizeof(validity), "%d", f.validity);
		e.code = validity;
	}
	echo = xmlDocCopyNode(search, body->doc, 1);
	if (echo != NULL)
		xmlAddChild(body, echo);
	record_add(sim, req->now, &e);
}

/*
 * What of the consents is granted: medical information neither in the grace
 * of an expired certificate nor without valid eligibility. Pharmacies are
 * given checkups, too (CO-5).
 */
static void
grant(const struct proof *p, const struct found *f, int granted[CATEGORIES])
{
	int i, medical;

	medical = p->state != CERT_GRACE &&
	    (f->validity == 1 || f->validity == 6);
	for (i = 0; i < CATEGORIES; i++)
		granted[i] = p->flags[i] &&
		    (!categories[i].medical || medical);
}

static const char *
note_of(enum cert_state s)
{
	return s == CERT_GRACE ? "XCRD0101W" :
	    s == CERT_SOON ? "XCRD0102W" : NULL;
}

/*
 * Whose card it is has been seen: how the person stands, and what of the
 * consents is granted. Every card check is a visit, the last one counting by
 * folder; a token is given only where it opens something.
 */
int
eligibility_by_card(struct sim *sim, const struct request *req,
    struct proof *p, int32_t date, struct reply *rep, xmlNodePtr body)
{
	int granted[CATEGORIES] = { 0 };
	struct consents c = { .flags = granted, .at = req->now,
	    .until = req->now + sim->consent_seconds };
	struct entry e = { req->prefix, req->terminal, p->method, p->person,
	    p->flags, granted, NULL, NULL };
	struct found f = { 0 };
	char token[sizeof(rep->token)];

	if (p->code == NULL && hidden(sim, p->person) == 2)
		p->code = "XNDS0001E";
	if (p->code != NULL) {
		eligibility_say(body, "2", p->code);
		e.code = p->code;
		record_add(sim, req->now, &e);
		return SAID_ANSWER;
	}
	find_by_person(sim, p->person, date, clock_date(req->now),
	    req->terminal, &f);
	grant(p, &f, granted);
	eligibility_say(body, "1", note_of(p->state));
	write_found(sim, req, body, &f, &c);
	e.code = note_of(p->state);
	if (visit_open(sim, req, p->person, p->method, granted, token) != 0)
		return 500;
	if (p->state != CERT_GRACE && (f.validity == 1 || f.validity == 6))
		memcpy(rep->token, token, sizeof(token));
	record_add(sim, req->now, &e);
	return SAID_ANSWER;
}

int
eligibility_answer(struct sim *sim, struct request *req, struct reply *rep,
    xmlNodePtr header, xmlNodePtr body)
{
	struct entry e = { .request = req->prefix,
	    .terminal = req->terminal };
	xmlNodePtr search, proof;
	struct proof p;
	int32_t date;
	int r = SAID_ANSWER;

	search = xml_child(req->content, "QualificationConfirmSearchInfo");
	proof = xml_child(req->content, "CardProof");
	if ((search == NULL) == (proof == NULL) ||
	    (proof != NULL && req->by_folder))
		return SAID_ERR;
	eligibility_header(header, req->now, req->terminal,
	    xml_text(req->header, "ArbitraryFileIdentifier"),
	    xml_text(req->header, "QualificationConfirmationDate"),
	    proof != NULL);
	if (service_is_stopped(sim, req)) {
		e.code = SUSPENDED;
		record_add(sim, req->now, &e);
		eligibility_end(header, SUSPENDED, SUSPENDED_TEXT);
		return SAID_ANSWER;
	}
	if (date_read(xml_text(req->header, "QualificationConfirmationDate"),
	    &date) != 0) {
		eligibility_end(header, "XSIM0001E",
		    "資格確認日に誤りがあります。");
		return SAID_ANSWER;
	}
	eligibility_end(header, NULL, NULL);
	if (proof != NULL) {
		if ((r = proof_check(sim, req, proof, &p)) == SAID_ANSWER)
			r = eligibility_by_card(sim, req, &p, date, rep, body);
	} else
		by_number(sim, req, search, date, body);
	return r;
}
