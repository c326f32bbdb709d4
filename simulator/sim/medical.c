/* medical.c: YZK and TKK: what stands before any medical information. */
#include <stdlib.h>
#include <string.h>

#include "bulk.h"
#include "sim.h"

#define CARRIED_MORE	"XCNS0002E"

static const char *const echoed[] = {
	"MedicalInstitutionCode", "InsurerNumber", "InsuranceCardSymbol",
	"InsuredPersonIdentificationNumber", "BranchNumber",
	"ArbitraryFileIdentifier", NULL
};

static const struct {
	const char *code, *text;
} texts[] = {
	{ "XNDS0001E", "情報を提供できません。" },
	{ SUSPENDED, SUSPENDED_TEXT },
	{ "XCNS0001E", "閲覧の同意がないか、同意の有効期限が切れています。" },
	{ CARRIED_MORE, "同意された範囲を超えています。（CO-11）" },
	{ "XSIM0202E", "該当する資格がありません。" },
	{ "XSIM0201E", "要求の形式を取り扱えません。" },
	{ "XDIS0001E", "この地域では有効になっていません。（DI-1）" },
	{ "XDIS0002E", "有効な期間ではありません。（DI-1）" },
	{ "XEMG0004E", "求める情報に含まれていません。（EM-4）" },
	{ "", "該当する情報がありません。" },
};

/* Whether the header's identifiers are the person's; 0 for person: anybody's.
 * The person, or 0. */
static int64_t
find_named(struct sim *sim, xmlNodePtr header, int64_t person)
{
	const char *insurer = xml_text(header, "InsurerNumber");
	const char *symbol = xml_text(header, "InsuranceCardSymbol");
	const char *number, *branch = xml_text(header, "BranchNumber");
	char *key[3];
	int64_t who;

	number = xml_text(header, "InsuredPersonIdentificationNumber");
	key[0] = text_key_number(insurer == NULL ? "" : insurer);
	key[1] = text_key(symbol == NULL ? "" : symbol);
	key[2] = text_key_number(number == NULL ? "" : number);
	who = db_int(&sim->db, "SELECT person FROM coverage WHERE (?1=0 OR "
	    "person=?1) AND insurer_key=?2 AND symbol_key=?3 AND "
	    "number_key=?4 AND coalesce(branch,'')=?5 ORDER BY start DESC "
	    "LIMIT 1", "itttt", person, key[0], key[1], key[2],
	    branch == NULL ? "" : branch);
	free(key[0]);
	free(key[1]);
	free(key[2]);
	return who;
}

/* What a question rests on: a visit, or a consent that was given before. */
struct basis {
	int64_t	person, visit, carried;
	int	mode, want;
};

/* 訪問診療等 (2) and オンライン診療等 (3) need no card check. */
static void
basis_by_folder(struct sim *sim, const struct request *req, struct basis *b)
{
	const char *flag = xml_text(req->content, "MedicalTreatmentFlag");

	b->person = find_named(sim, req->header, 0);
	if (flag != NULL && (strcmp(flag, "2") == 0 ||
	    strcmp(flag, "3") == 0)) {
		b->mode = MODE_CARRIED;
		b->want = flag[0] - '0';
		b->carried = carried_find(sim, req->terminal, b->person,
		    b->want, 0);
		return;
	}
	b->visit = visit_last(sim, req->terminal, b->person);
	b->mode = visit_mode(sim, b->visit, &b->want);
}

/* By the token, or by the last card check here. */
static int
find_basis(struct sim *sim, const struct request *req, struct basis *b)
{
	int64_t receipt, who;
	int r;

	memset(b, 0, sizeof(*b));
	if (req->by_folder) {
		basis_by_folder(sim, req, b);
		return 0;
	}
	if ((r = visit_find(sim, req, &b->visit, &b->person)) != 0)
		return r;
	b->mode = visit_mode(sim, b->visit, &b->want);
	if ((who = find_named(sim, req->header, b->person)) == 0)
		return 403;
	b->person = who;
	if (b->mode != MODE_CARRIED)
		return 0;
	receipt = db_int(&sim->db, "SELECT receipt FROM visit WHERE id=?",
	    "i", b->visit);
	b->carried = carried_find(sim, req->terminal, who, b->want, receipt);
	return b->carried == 0 ? 403 : 0;
}

static int
may(struct sim *sim, const struct basis *b, int category, int64_t now)
{
	return b->mode == MODE_CARRIED ?
	    carried_may(sim, b->carried, category, now) :
	    visit_may(sim, b->visit, category, now);
}

static void
say(xmlNodePtr header, const char *code)
{
	size_t i;

	xml_add(header, "ResultCode", code);
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (strcmp(texts[i].code, code) == 0)
			xml_add(header, "MessageContents", texts[i].text);
}

struct asked {
	const char *category;		/* FileCategory */
	int32_t	    from, to;
	int	    eprescription;
	int	    wants[CATEGORIES];
};

static int
one_of(xmlNodePtr body, const char *name, const char *allowed)
{
	const char *s = xml_text(body, name);

	return s != NULL && strlen(s) == 1 && strchr(allowed, *s) != NULL;
}

static int
month_read(const char *s, int32_t *out)
{
	int64_t n;

	if (s == NULL || !text_digits(s, 6) || text_number(s, &n) != 0 ||
	    n % 100 < 1 || n % 100 > 12)
		return -1;
	*out = (int32_t)n;
	return 0;
}

/* Visits by card are 外来診療等 (1), a hospital's emergencies 救急時 (4); PDF is
 * not what this service makes. */
static int
read_asked(xmlNodePtr body, int drugs, const struct basis *b,
    struct asked *a)
{
	const char flag[2] = { b->mode == MODE_HOSPITAL ? '4' :
	    b->mode == MODE_CARRIED ? (char)('0' + b->want) : '1', '\0' };

	memset(a, 0, sizeof(*a));
	if (!one_of(body, "FileCategory", drugs ? "24" : "2") ||
	    !one_of(body, "PrDiInfClassification", "01") ||
	    !one_of(body, "MedicalTreatmentFlag", flag))
		return -1;
	a->category = xml_text(body, "FileCategory");
	a->eprescription = one_of(body, "PrDiInfClassification", "1");
	a->wants[drugs ? CAT_DRUGS : CAT_CHECKUPS] = 1;
	a->wants[CAT_CARE] = a->category[0] == '4';
	if (!drugs)
		return 0;
	if (month_read(xml_text(body, "StartDate"), &a->from) != 0 ||
	    month_read(xml_text(body, "EndDate"), &a->to) != 0 ||
	    a->from > a->to)
		return -1;
	return 0;
}

/* What was opened in an exceptional mode: while that lasts (DI-1), and no more
 * than was wanted (EM-4). */
static const char *
why_not_urgent(struct sim *sim, const struct request *req,
    const struct basis *b, struct asked *a)
{
	int32_t from = month_add(clock_date(req->now) / 100, -3);
	int mode = b->mode, want = b->want;

	if (mode == MODE_DISASTER)
		return disaster_why_not(sim, req->terminal, req->now);
	if (mode == MODE_HOSPITAL && a->eprescription && want != 3)
		return "XEMG0004E";
	if (mode == MODE_HOSPITAL && want == 1 && a->from < from)
		a->from = from;		/* the summary */
	return NULL;
}

static const char *
why_not(struct sim *sim, const struct request *req, const struct basis *b,
    const struct asked *a)
{
	int i;

	if (service_is_stopped(sim, req))
		return SUSPENDED;
	if (b->person == 0)
		return "XSIM0202E";
	if (db_int(&sim->db, "SELECT hide FROM person WHERE id=?", "i",
	    b->person) != 0)
		return "XNDS0001E";
	if (a->category == NULL)
		return b->mode == MODE_CARRIED ? CARRIED_MORE : "XSIM0201E";
	for (i = 0; i < CATEGORIES; i++)
		if (a->wants[i] && !may(sim, b, i, req->now))
			return "XCNS0001E";
	return NULL;
}

static const struct field drug_person[] = {
	{ "Name", "name", NULL }, { "KanaName", "kana", NULL },
	{ "Birth", "birth", NULL }, { "AdmGendCode", "sex", NULL },
	{ NULL, NULL, NULL }
};
static const struct field drug_head[] = {
	{ "QuaInf", NULL, drug_person }, { NULL, NULL, NULL }
};
static const struct field checkup_person[] = {
	{ "Name", "name", NULL }, { "KanasName", "kana", NULL },
	{ "Birthday", "birth", NULL },
	{ "AdministrativeGenderCode", "sex", NULL },
	{ NULL, NULL, NULL }
};
static const struct field checkup_head[] = {
	{ "QualificationsInfo", NULL, checkup_person }, { NULL, NULL, NULL }
};

static void
write_person(struct sim *sim, xmlNodePtr header, int64_t person, int drugs)
{
	sqlite3_stmt *st = db_query(&sim->db, "SELECT *, CASE WHEN sex1='3' "
	    "THEN sex2 ELSE sex1 END AS sex FROM person WHERE id=?", "i",
	    person);

	if (st != NULL && sqlite3_step(st) == SQLITE_ROW)
		answer_row(header, drugs ? drug_head : checkup_head, st);
	sqlite3_finalize(st);
}

static int
write_data(struct sim *sim, const struct request *req, xmlNodePtr body,
    const struct basis *b, int drugs, struct asked *a)
{
	struct drug_query q = { b->person, a->from, a->to, a->eprescription,
	    a->wants[CAT_CARE], 0, req->terminal };

	if (!drugs)
		return checkups_write(sim, body, b->person);
	q.surgery = a->wants[CAT_SURGERY] = q.care &&
	    may(sim, b, CAT_SURGERY, req->now);
	return drugs_write(sim, body, &q);
}

static int
answer(struct sim *sim, struct request *req, xmlNodePtr header,
    xmlNodePtr body, int drugs)
{
	struct entry e = { .request = req->prefix,
	    .terminal = req->terminal };
	struct basis b;
	struct asked a;
	int r;

	if ((r = find_basis(sim, req, &b)) != 0) {
		e.code = r == 401 ? "401" : "403";
		record_add(sim, req->now, &e);
		return r;
	}
	xml_echo(header, req->header, echoed);
	e.person = b.person;
	if (read_asked(req->content, drugs, &b, &a) != 0)
		a.category = NULL;
	if ((e.code = why_not_urgent(sim, req, &b, &a)) == NULL)
		e.code = why_not(sim, req, &b, &a);
	if (e.code == NULL && !write_data(sim, req, body, &b, drugs, &a))
		e.code = "";
	if (e.code == NULL) {
		e.code = "1";
		e.viewed = a.wants;
		write_person(sim, header, b.person, drugs);
	}
	say(header, e.code);
	record_add(sim, req->now, &e);
	return SAID_ANSWER;
}

int
medical_drugs(struct sim *sim, struct request *req, struct reply *rep,
    xmlNodePtr header, xmlNodePtr body)
{
	(void)rep;
	return answer(sim, req, header, body, 1);
}

int
medical_checkups(struct sim *sim, struct request *req, struct reply *rep,
    xmlNodePtr header, xmlNodePtr body)
{
	(void)rep;
	return answer(sim, req, header, body, 0);
}
