/*
 * emergency.c: XEMGsiquc01 and XEMGsivst01 (messages.md 3.13, proposed): a
 * hospital views by card, by number or by four items; who asks has the right,
 * two factors and a reason, and is given what was wanted.
 */
#include <stdlib.h>
#include <string.h>

#include "sim.h"

static const struct {
	const char *code, *text;
} texts[] = {
	{ "XEMG0001E", "病院として登録されていません。（EM-1）" },
	{ "XEMG0002E", "救急時の閲覧権限がありません。（EM-2）" },
	{ "XEMG0003E", "異なる2つの要素による認証が必要です。（EM-2）" },
	{ "XDIS0003E", "注意事項が確認されていません。（DI-5）" },
	{ "XDIS0004E", "根拠と理由、求める情報が必要です。（EM-4）" },
	{ "XDIS0005E", "操作者の指定が必要です。（EM-2）" },
	{ "XDIS0006E", "氏名、生年月日、性別と、保険者名称又は住所が必要です。（DI-3）" },
	{ "XDIS0007E", "カード又は番号が必要です。（EM-3）" },
	{ "XNDS0001E", "情報を提供できません。" },
};

static void
say(xmlNodePtr body, const char *code)
{
	size_t i;

	xml_add(body, "ProcessingResultStatus", code == NULL ? "1" : "2");
	xml_add(body, "ProcessingResultCode", code);
	for (i = 0; code != NULL && i < sizeof(texts) / sizeof(texts[0]); i++)
		if (strcmp(texts[i].code, code) == 0)
			xml_add(body, "ProcessingResultMessage",
			    texts[i].text);
}

/* hospital CODE on|off: whether an institution is one. */
char *
emergency_control(struct sim *sim, int argc, char **argv)
{
	if (argc != 3 || !text_digits(argv[1], TERMINAL_LEN) ||
	    (strcmp(argv[2], "on") != 0 && strcmp(argv[2], "off") != 0) ||
	    db_run(&sim->db, "INSERT OR REPLACE INTO hospital VALUES(?,?)",
	    "ti", argv[1], (int64_t)(strcmp(argv[2], "on") == 0)) != 0)
		return NULL;
	return text_dup("ok\n");
}

static int
is_hospital(struct sim *sim, const char *terminal)
{
	return db_int(&sim->db, "SELECT yes FROM hospital WHERE terminal=?",
	    "t", terminal) == 1;
}

static int
is(xmlNodePtr info, const char *name, const char *value)
{
	const char *s = xml_text(info, name);

	return s != NULL && strcmp(s, value) == 0;
}

static int
has_two_factors(xmlNodePtr info)
{
	const char *first = NULL, *s;
	xmlNodePtr n;

	for (n = info->children; n != NULL; n = n->next) {
		if (n->type != XML_ELEMENT_NODE || strcmp(
		    (const char *)n->name, "FactorInfo") != 0 ||
		    (s = xml_text(n, "Factor")) == NULL ||
		    xml_text(n, "Means") == NULL)
			continue;
		if (first != NULL && strcmp(first, s) != 0)
			return 1;
		first = s;
	}
	return 0;
}

static const char *
why_not(struct sim *sim, const struct request *req, xmlNodePtr info,
    int *want)
{
	const char *s = xml_text(info, "Want");

	*want = s != NULL && strlen(s) == 1 && *s >= '1' && *s <= '6' ?
	    *s - '0' : 0;
	if (!is_hospital(sim, req->terminal))
		return "XEMG0001E";
	if (!is(info, "ViewRight", "1"))
		return "XEMG0002E";
	if (!has_two_factors(info))
		return "XEMG0003E";
	if (!is(info, "NoticeAcknowledged", "1"))
		return "XDIS0003E";
	if (!is(info, "Basis", "3") || xml_text(info, "Reason") == NULL ||
	    *want == 0)
		return "XDIS0004E";
	return xml_text(info, "OperatorId") == NULL ? "XDIS0005E" : NULL;
}

static const char *
find_by_card(struct sim *sim, const struct request *req, const char *b64,
    struct found *f)
{
	int32_t today = clock_date(req->now);
	struct proof p = { 0 };
	unsigned char *der;
	struct cert cert;
	const char *code;
	size_t len = 0;

	der = text_unbase64(b64, &len);
	if (der == NULL || cert_parse(&cert, der, len) != 0) {
		free(der);
		return "XDIS0007E";
	}
	free(der);
	code = proof_of_reader(sim, req, &cert, &p);
	cert_free(&cert);
	if (code == NULL)
		find_by_person(sim, p.person, today, today, req->terminal, f);
	return code;
}

static const char *
find(struct sim *sim, const struct request *req, xmlNodePtr info,
    struct found *f)
{
	const char *card = xml_text(info, "Certificate"), *code = NULL;
	int32_t birth, today = clock_date(req->now);

	if (card != NULL)
		code = find_by_card(sim, req, card, f);
	else if (xml_text(info, "InsurerNumber") == NULL ||
	    xml_text(info, "InsuredIdentificationNumber") == NULL ||
	    date_read(xml_text(info, "Birthdate"), &birth) != 0)
		code = "XDIS0007E";
	else
		find_by_number(sim, info, today, today, f);
	if (code == NULL && f->n > 0 && db_int(&sim->db,
	    "SELECT hide FROM person WHERE id=?", "i", f->person) == 2)
		code = "XNDS0001E";
	return code;
}

/* What each want (OQSCD040) covers. */
static void
grant(int want, int granted[CATEGORIES])
{
	memset(granted, 0, CATEGORIES * sizeof(*granted));
	granted[CAT_DRUGS] = want != 6;
	granted[CAT_CARE] = want <= 3 || want == 5;
	granted[CAT_SURGERY] = want <= 3;
	granted[CAT_CHECKUPS] = want == 2 || want == 3 || want == 6;
}

static void
begin(struct sim *sim, const struct request *req, xmlNodePtr header,
    const char **code)
{
	eligibility_header(header, req->now, req->terminal,
	    xml_text(req->header, "ArbitraryFileIdentifier"),
	    xml_text(req->header, "QualificationConfirmationDate"), -1);
	*code = service_is_stopped(sim, req) ? SUSPENDED : NULL;
	eligibility_end(header, *code, *code == NULL ? NULL : SUSPENDED_TEXT);
}

int
emergency_search(struct sim *sim, struct request *req, struct reply *rep,
    xmlNodePtr header, xmlNodePtr body)
{
	xmlNodePtr search = xml_child(req->content, "EmergencySearchInfo");
	struct entry e = { .request = req->prefix,
	    .terminal = req->terminal };
	struct found f = { 0 };

	(void)rep;
	if (search == NULL)
		return SAID_ERR;
	begin(sim, req, header, &e.code);
	if (e.code == NULL) {
		if (!is_hospital(sim, req->terminal))
			e.code = "XEMG0001E";
		else if (!urgent_has_items(search))
			e.code = "XDIS0006E";
		else
			urgent_search(sim, req, search, &f);
		if (f.n > 0 && db_int(&sim->db, "SELECT hide FROM person "
		    "WHERE id=?", "i", f.person) == 2)
			e.code = "XNDS0001E";
		say(body, e.code);
		if (e.code == NULL)
			urgent_write(sim, req, body, &f);
	}
	e.person = f.person;
	record_add(sim, req->now, &e);
	return SAID_ANSWER;
}

int
emergency_visit(struct sim *sim, struct request *req, struct reply *rep,
    xmlNodePtr header, xmlNodePtr body)
{
	xmlNodePtr info = xml_child(req->content, "EmergencyVisitInfo");
	struct entry e = { .request = req->prefix,
	    .terminal = req->terminal };
	int granted[CATEGORIES] = { 0 }, want = 0, r = SAID_ANSWER;
	struct found f = { 0 };

	if (info == NULL)
		return SAID_ERR;
	begin(sim, req, header, &e.code);
	if (e.code == NULL) {
		if ((e.code = why_not(sim, req, info, &want)) == NULL)
			e.code = find(sim, req, info, &f);
		say(body, e.code);
		if (e.code == NULL) {
			urgent_write(sim, req, body, &f);
			grant(want, granted);
			r = urgent_open(sim, req, rep, &f, granted,
			    MODE_HOSPITAL, want);
			e.granted = granted;
		}
	}
	e.person = f.person;
	record_add(sim, req->now, &e);
	return r;
}
