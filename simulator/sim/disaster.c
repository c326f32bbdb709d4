/*
 * disaster.c: XDISsiquc01 and XDISsivst01 (messages.md 3.12): a number from
 * four items, and a visit by number, while the area is activated. Whoever asks
 * for more than that is refused, by the name of the rule.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"

#define NO_AREA		"XDIS0001E"
#define NO_PERIOD	"XDIS0002E"

/* The notice of 2025-01-07 (rules.md, a worked activation): Aomori's. */
static const char *const aomori[] = {
	"02201", "02202", "02204", "02205", "02210", "02361", "02362",
	"02367", "02381", "02384", NULL
};
#define NOTICE_FROM	20250107
#define NOTICE_TO	20250113

static const struct {
	const char *code, *text;
} texts[] = {
	{ NO_AREA, "この地域では有効になっていません。（DI-1）" },
	{ NO_PERIOD, "有効な期間ではありません。（DI-1）" },
	{ "XDIS0003E", "注意事項が確認されていません。（DI-5）" },
	{ "XDIS0004E", "同意の有無とその理由が必要です。（DI-4）" },
	{ "XDIS0005E", "操作者の指定が必要です。（DI-6）" },
	{ "XDIS0006E", "氏名、生年月日、性別と、保険者名称又は住所が必要です。（DI-3）" },
	{ "XDIS0007E", "被保険者番号（医療扶助は受給者番号）と生年月日が必要です。（DI-2）" },
	{ "XNDS0001E", "情報を提供できません。" },
};

void
urgent_say(xmlNodePtr body, const char *code)
{
	size_t i;

	xml_add(body, "ProcessingResultStatus", code == NULL ? "1" : "2");
	xml_add(body, "ProcessingResultCode", code);
	for (i = 0; code != NULL && i < sizeof(texts) / sizeof(texts[0]); i++)
		if (strcmp(texts[i].code, code) == 0)
			xml_add(body, "ProcessingResultMessage",
			    texts[i].text);
}

/* ---- activation ----------------------------------------------------------- */

/* NULL while it is active where that institution stands. */
const char *
disaster_why_not(struct sim *sim, const char *terminal, int64_t now)
{
	char place[16] = "13101";
	sqlite3_stmt *st;
	int32_t today = clock_date(now);

	st = db_query(&sim->db, "SELECT municipality FROM place WHERE "
	    "terminal=?", "t", terminal);
	if (st != NULL && sqlite3_step(st) == SQLITE_ROW)
		snprintf(place, sizeof(place), "%s", db_text(st,
		    "municipality"));
	sqlite3_finalize(st);
	if (db_int(&sim->db, "SELECT count(*) FROM activation WHERE "
	    "municipality=? AND since<=? AND until>=?", "tii", place,
	    (int64_t)today, (int64_t)today) > 0)
		return NULL;
	return db_int(&sim->db, "SELECT count(*) FROM activation WHERE "
	    "municipality=?", "t", place) > 0 ? NO_PERIOD : NO_AREA;
}

static int
activate(struct sim *sim, const char *place, int32_t from, int32_t to)
{
	return db_run(&sim->db, "INSERT INTO activation VALUES(?,?,?)", "tii",
	    place, (int64_t)from, (int64_t)to);
}

/* Ended early: it was, and is no more. */
static int
deactivate(struct sim *sim, const char *place, int32_t today)
{
	return db_run(&sim->db, "UPDATE activation SET until=? WHERE "
	    "municipality=? AND until>=?", "iti",
	    (int64_t)date_days(today, -1), place, (int64_t)today);
}

/* "aomori" stands for its ten municipalities. */
static int
each_place(struct sim *sim, const char *word, int is_on, int32_t from,
    int32_t to, int32_t today)
{
	const char *one[] = { word, NULL };
	const char *const *p = strcmp(word, "aomori") == 0 ? aomori : one;
	int r = 0;

	if (p == one && !text_digits(word, 5))
		return -1;
	for (; r == 0 && *p != NULL; p++)
		r = is_on ? activate(sim, *p, from, to) :
		    deactivate(sim, *p, today);
	return r;
}

/*
 * disaster on MUNICIPALITY... [from D] [to D]: a week from today unless said;
 * "notice" has the dates of 2025. disaster off MUNICIPALITY...; disaster place
 * CODE MUNICIPALITY says where an institution stands.
 */
char *
disaster_control(struct sim *sim, int argc, char **argv)
{
	int32_t today = clock_date(clock_now(&sim->clock)), from = today;
	int32_t to = date_days(today, 6);
	int i, n = argc, is_on = argc > 2 && strcmp(argv[1], "on") == 0;

	if (argc == 4 && strcmp(argv[1], "place") == 0)
		return text_digits(argv[2], TERMINAL_LEN) &&
		    text_digits(argv[3], 5) && db_run(&sim->db,
		    "INSERT OR REPLACE INTO place VALUES(?,?)", "tt", argv[2],
		    argv[3]) == 0 ? text_dup("ok\n") : NULL;
	if (argc < 3 || (!is_on && strcmp(argv[1], "off") != 0))
		return NULL;
	if (strcmp(argv[n - 1], "notice") == 0) {
		from = NOTICE_FROM;
		to = NOTICE_TO;
		n--;
	}
	for (; n > 3; n -= 2)
		if (strcmp(argv[n - 2], "from") == 0 ?
		    date_read(argv[n - 1], &from) != 0 :
		    strcmp(argv[n - 2], "to") == 0 ?
		    date_read(argv[n - 1], &to) != 0 : 1)
			break;
	for (i = 2; i < n; i++)
		if (each_place(sim, argv[i], is_on, from, to, today) != 0)
			return NULL;
	return text_dup("ok\n");
}

/* ---- four items ------------------------------------------------------------ */

/* Without what parts a name. */
static char *
squeeze(const char *s)
{
	char *half = text_half_kana(s), *to = half;
	const char *from;

	for (from = half; *from != '\0'; from++)
		if (*from != ' ')
			*to++ = *from;
	*to = '\0';
	return half;
}

static int
is_alike(const char *a, const char *b)
{
	char *x, *y;
	int same;

	if (a == NULL)
		return 1;
	x = squeeze(a);
	y = squeeze(b);
	same = strcmp(x, y) == 0;
	free(x);
	free(y);
	return same;
}

static int
is_part(const char *part, const char *whole)
{
	return part == NULL || strstr(whole, part) != NULL;
}

/* 1 the one, with their eligibilities, 4 nobody, 5 several. */
void
urgent_search(struct sim *sim, const struct request *req, xmlNodePtr search,
    struct found *out)
{
	const char *name = xml_text(search, "Name");
	const char *kana = xml_text(search, "NameKana");
	int32_t birth = 0, today = clock_date(req->now);
	int64_t person, found = 0;
	sqlite3_stmt *st;

	date_read(xml_text(search, "Birthdate"), &birth);
	memset(out, 0, sizeof(*out));
	out->validity = 4;
	st = db_query(&sim->db, "SELECT p.*, c.insurer_name FROM person p JOIN "
	    "coverage c ON c.person=p.id WHERE p.birth=? AND (p.sex1=?2 OR "
	    "p.sex2=?2)", "it", (int64_t)birth, xml_text(search, "Sex1"));
	while (st != NULL && sqlite3_step(st) == SQLITE_ROW) {
		person = db_number(st, "id");
		if (person == found || !is_alike(name, db_text(st, "name")) ||
		    !is_alike(kana, db_text(st, "kana")) ||
		    !is_part(xml_text(search, "Address"), db_text(st,
		    "address")) || !is_part(xml_text(search, "InsurerName"),
		    db_text(st, "insurer_name")))
			continue;
		out->validity = found == 0 ? 1 : 5;
		found = person;
	}
	sqlite3_finalize(st);
	if (out->validity == 1)
		find_by_person(sim, found, today, today, req->terminal, out);
}

int
urgent_has_items(xmlNodePtr search)
{
	const char *sex = xml_text(search, "Sex1");
	int32_t birth;

	return (xml_text(search, "Name") != NULL ||
	    xml_text(search, "NameKana") != NULL) &&
	    date_read(xml_text(search, "Birthdate"), &birth) == 0 &&
	    sex != NULL && (strcmp(sex, "1") == 0 || strcmp(sex, "2") == 0) &&
	    (xml_text(search, "InsurerName") != NULL ||
	    xml_text(search, "Address") != NULL);
}

/* ---- what both modes answer ------------------------------------------------- */

/* No consent shows anything beside it; no address is ever told (CO-8). */
void
urgent_write(struct sim *sim, const struct request *req, xmlNodePtr body,
    const struct found *f)
{
	static const char *const hidden[] = { "Address", "PostNumber" };
	char validity[2] = { (char)('0' + f->validity), '\0' };
	struct consents c = { .at = req->now };
	xmlNodePtr list, node, n;
	size_t k;
	int i;

	xml_add(body, "QualificationValidity", validity);
	if (f->n == 0 || f->validity == 4 || f->validity == 5)
		return;
	list = xml_put(body, "ResultList", NULL);
	for (i = 0; i < f->n; i++)
		result_write(sim, list, f->coverage[i], clock_date(req->now),
		    req->terminal, &c);
	for (node = list->children; node != NULL; node = node->next)
		for (k = 0; k < 2; k++)
			if ((n = xml_child(node, hidden[k])) != NULL) {
				xmlUnlinkNode(n);
				xmlFreeNode(n);
			}
}

/* Header, suspension, activation: NULL, or the whole answer is said. */
static int
is_refused(struct sim *sim, const struct request *req, xmlNodePtr header,
    struct entry *e)
{
	size_t i;

	eligibility_header(header, req->now, req->terminal,
	    xml_text(req->header, "ArbitraryFileIdentifier"),
	    xml_text(req->header, "QualificationConfirmationDate"), -1);
	e->code = service_is_stopped(sim, req) ? SUSPENDED :
	    disaster_why_not(sim, req->terminal, req->now);
	if (e->code == NULL) {
		eligibility_end(header, NULL, NULL);
		return 0;
	}
	for (i = 0; strcmp(texts[i].code, e->code) != 0 &&
	    i + 1 < sizeof(texts) / sizeof(texts[0]); i++)
		;
	eligibility_end(header, e->code, strcmp(e->code, SUSPENDED) == 0 ?
	    SUSPENDED_TEXT : texts[i].text);
	record_add(sim, req->now, e);
	return 1;
}

int
disaster_search(struct sim *sim, struct request *req, struct reply *rep,
    xmlNodePtr header, xmlNodePtr body)
{
	xmlNodePtr search = xml_child(req->content, "DisasterSearchInfo");
	struct entry e = { .request = req->prefix,
	    .terminal = req->terminal };
	struct found f = { 0 };

	(void)rep;
	if (search == NULL)
		return SAID_ERR;
	if (is_refused(sim, req, header, &e))
		return SAID_ANSWER;
	if (!urgent_has_items(search))
		e.code = "XDIS0006E";
	else {
		urgent_search(sim, req, search, &f);
		if (f.n > 0 && db_int(&sim->db, "SELECT hide FROM person "
		    "WHERE id=?", "i", f.person) == 2)
			e.code = "XNDS0001E";
	}
	urgent_say(body, e.code);
	if (e.code == NULL)
		urgent_write(sim, req, body, &f);
	e.person = f.person;
	record_add(sim, req->now, &e);
	return SAID_ANSWER;
}

/* ---- by number -------------------------------------------------------------- */

static int
is(xmlNodePtr info, const char *name, const char *value)
{
	const char *s = xml_text(info, name);

	return s != NULL && strcmp(s, value) == 0;
}

static const char *
why_not(xmlNodePtr info)
{
	int32_t birth;

	if (!is(info, "NoticeAcknowledged", "1"))
		return "XDIS0003E";
	if (!is(info, "Basis", "1") && (!is(info, "Basis", "2") ||
	    xml_text(info, "Reason") == NULL))
		return "XDIS0004E";
	if (xml_text(info, "OperatorId") == NULL)
		return "XDIS0005E";
	if (xml_text(info, "InsurerNumber") == NULL ||
	    xml_text(info, "InsuredIdentificationNumber") == NULL ||
	    date_read(xml_text(info, "Birthdate"), &birth) != 0)
		return "XDIS0007E";
	return NULL;
}

/* Whom the numbers mean, with a token where there is one to see. */
int
urgent_open(struct sim *sim, struct request *req, struct reply *rep,
    const struct found *f, const int *granted, int mode, int want)
{
	char token[sizeof(rep->token)];

	if (f->validity != 1 && f->validity != 6)
		return SAID_ANSWER;
	if (visit_open(sim, req, f->person, 0, granted, token) != 0)
		return 500;
	db_run(&sim->db, "UPDATE visit SET mode=?, want=? WHERE "
	    "id=(SELECT max(id) FROM visit)", "ii", (int64_t)mode,
	    (int64_t)want);
	memcpy(rep->token, token, sizeof(token));
	return SAID_ANSWER;
}

int
disaster_visit(struct sim *sim, struct request *req, struct reply *rep,
    xmlNodePtr header, xmlNodePtr body)
{
	static const int granted[CATEGORIES] = { [CAT_CHECKUPS] = 1,
	    [CAT_DRUGS] = 1, [CAT_CARE] = 1 };
	xmlNodePtr info = xml_child(req->content, "DisasterVisitInfo");
	struct entry e = { .request = req->prefix,
	    .terminal = req->terminal };
	int32_t today = clock_date(req->now);
	struct found f = { 0 };
	int r = SAID_ANSWER;

	if (info == NULL)
		return SAID_ERR;
	if (is_refused(sim, req, header, &e))
		return SAID_ANSWER;
	if ((e.code = why_not(info)) == NULL) {
		find_by_number(sim, info, today, today, &f);
		if (f.n > 0 && db_int(&sim->db, "SELECT hide FROM person "
		    "WHERE id=?", "i", f.person) == 2)
			e.code = "XNDS0001E";
	}
	urgent_say(body, e.code);
	if (e.code == NULL) {
		urgent_write(sim, req, body, &f);
		r = urgent_open(sim, req, rep, &f, granted, MODE_DISASTER, 0);
		e.granted = granted;
	}
	e.person = f.person;
	record_add(sim, req->now, &e);
	return r;
}
