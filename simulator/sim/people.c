/* people.c: the people of the cards, and the events that insurers send. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"

static const char *
or_null(const char *s)
{
	return s == NULL || *s == '\0' ? NULL : s;
}

/* 未就学: until the end of March after the sixth birthday. */
static const char *
preschool(int32_t birth, int32_t today)
{
	int32_t school = (birth / 10000 + 6 + (birth % 10000 > 401)) * 10000 +
	    401;

	return today < school ? "1" : NULL;
}

void
people_name(struct sim *sim, int64_t person, char name[64])
{
	sqlite3_stmt *st = db_query(&sim->db, "SELECT name FROM person WHERE "
	    "id=?", "i", person);

	name[0] = '\0';
	if (st != NULL && sqlite3_step(st) == SQLITE_ROW)
		snprintf(name, 64, "%s", db_text(st, "name"));
	sqlite3_finalize(st);
}

/* 70 years: the certificate runs from the month that follows the birthday. */
static int32_t
elderly_from(int32_t birth)
{
	int32_t month = birth / 100 + 7000;

	return (birth % 100 == 1 ? month : month_add(month, 1)) * 100 + 1;
}

/*
 * Towns and the insurance of the elderly give certificates from August to
 * July, societies until somebody leaves.
 */
static void
date_certificates(struct sim *sim, const struct coverage *c, int64_t id,
    int32_t birth, int32_t today)
{
	int32_t august = (today / 10000 - (today % 10000 < 801)) * 10000 + 801;
	int32_t from = august, to = august + 10000 - 70;
	int society = strlen(c->insurer) == 8 &&
	    strncmp(c->insurer, "39", 2) != 0;

	if (c->elderly_ratio != NULL) {
		if (elderly_from(birth) > from)
			from = elderly_from(birth);
		if (birth + 750000 <= to)
			to = date_days(birth / 10000 * 10000 + 750000 +
			    birth % 10000, -1);
		db_run(&sim->db, "UPDATE coverage SET elderly_issued=?1, "
		    "elderly_from=?1, elderly_to=?2 WHERE id=?3", "iii",
		    (int64_t)from, (int64_t)to, id);
	}
	if (strcmp(c->class, "01") != 0)
		return;
	from = society || c->start > august ? c->start : august;
	db_run(&sim->db, "UPDATE coverage SET issued=?1, valid_from=?1, "
	    "valid_to=nullif(?2,0) WHERE id=?3", "iii", (int64_t)from,
	    (int64_t)(society ? 0 : august + 10000 - 70), id);
}

int64_t
people_cover(struct sim *sim, const struct coverage *c)
{
	int32_t today = clock_date(clock_now(&sim->clock));
	int64_t birth = db_int(&sim->db, "SELECT birth FROM person WHERE "
	    "id=?", "i", c->person), id;
	char *key[3], insurer[16], relation[16], own[64];
	const char *head = c->head;

	key[0] = text_key_number(c->insurer);
	key[1] = text_key(c->symbol == NULL ? "" : c->symbol);
	key[2] = text_key_number(c->number);
	snprintf(insurer, sizeof(insurer), "%8s", c->insurer);
	snprintf(relation, sizeof(relation), "%d", c->relation);
	if (c->relation == 1 && head == NULL) {
		people_name(sim, c->person, own);
		head = own;
	}
	db_run(&sim->db, "INSERT INTO coverage(person,class,insurer,"
	    "insurer_key,symbol,symbol_key,number,number_key,branch,relation,"
	    "head,insurer_name,start,start_notified,end,end_notified,reason,"
	    "ratio,elderly_ratio,preschool) "
	    "VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
	    "itttttttttttiiiitttt", c->person, c->class, insurer, key[0],
	    or_null(c->symbol), key[1], c->number, key[2],
	    or_null(c->branch), c->relation == 0 ? NULL : relation,
	    or_null(head), c->insurer_name, (int64_t)c->start,
	    (int64_t)c->start_notified, (int64_t)c->end,
	    (int64_t)c->end_notified, or_null(c->reason), or_null(c->ratio),
	    or_null(c->elderly_ratio), preschool((int32_t)birth, today));
	id = db_last_id(&sim->db);
	free(key[0]);
	free(key[1]);
	free(key[2]);
	date_certificates(sim, c, id, (int32_t)birth, today);
	return id;
}

void
people_limit(struct sim *sim, int64_t coverage, const char *flag,
    int32_t today)
{
	int64_t from = (today / 10000 - (today % 10000 < 801)) * 10000 + 801;
	int low = strcmp(flag, "A05") == 0 || strcmp(flag, "B05") == 0 ||
	    strcmp(flag, "B06") == 0;

	db_run(&sim->db, "INSERT OR REPLACE INTO limits VALUES"
	    "(?,?,?,?,?,?,NULL)", "ittiii", coverage, low ? "02" : "01", flag,
	    from, from, from + 10000 - 70);
}

/*
 * Whether the person stays insured beside: who works does (被用者保険, 併用);
 * who is insured with the town or as one of the elderly loses that on the day
 * the assistance begins (国民健康保険法 6条, 単独).
 */
static int
stays_insured(struct sim *sim, int64_t person, int32_t begins)
{
	static const char running[] = "SELECT count(*) FROM coverage WHERE "
	    "person=? AND end=0 AND class<>'A1' AND length(trim(insurer))=8 "
	    "AND insurer NOT LIKE '39%'";

	db_run(&sim->db, "UPDATE coverage SET end=max(?1,start), "
	    "end_notified=max(?1,start), reason='02' WHERE person=?2 AND "
	    "end=0 AND class<>'A1' AND (length(trim(insurer))<8 OR insurer "
	    "LIKE '39%')", "ii", (int64_t)begins, person);
	return db_int(&sim->db, running, "i", person) > 0;
}

/* What brings somebody of that age to that kind of institution. */
static const char *
injury_of(struct sim *sim, int64_t person, int32_t today, int dental)
{
	int64_t age = (today - db_int(&sim->db, "SELECT birth FROM person "
	    "WHERE id=?", "i", person)) / 10000;

	return dental ? "う蝕症" : age < 15 ? "急性気管支炎" :
	    age < 40 ? "腰痛症" : "高血圧症";
}

/* 医療券 of this month for the institution, 調剤券 for what it prescribes. */
static void
write_tickets(struct sim *sim, int64_t id, int64_t person, int32_t today,
    const char *institution, const char *combined, const char *social)
{
	int dental = institution[2] == '3';
	const char *name = dental ? "試験歯科医院" : "見本内科医院";
	int64_t first = today / 100 * 100 + 1, month = today / 100;
	int64_t last = first - 1 + month_days(today / 100);
	char issue[2][32];

	snprintf(issue[0], sizeof(issue[0]), "%06lld", (long long)id * 2);
	snprintf(issue[1], sizeof(issue[1]), "%06lld", (long long)id * 2 + 1);
	db_run(&sim->db, "INSERT INTO ticket(coverage,type,valid_from,"
	    "valid_to,issue,month,inst_code,inst_name,injury1,treatment,pay,"
	    "combined,social,infection,elderly,prefecture) VALUES(?,'01',?,?,"
	    "?,?,?,?,?,?,'0',?,?,'02','02','02')", "iiititttttt",
	    id, first, last, issue[0], month, institution, name,
	    injury_of(sim, person, today, dental), dental ? "03" : "02",
	    combined, social);
	db_run(&sim->db, "INSERT INTO ticket(coverage,type,valid_from,"
	    "valid_to,issue,month,issuer_code,issuer_name,treatment,pay,"
	    "combined,remarks) VALUES(?,'02',?,?,?,?,?,?,'04','0',?,"
	    "'架空の備考')", "iiitittt", id, first, last, issue[1], month,
	    institution, name, combined);
}

/* 医療扶助: a result of its own, with a ticket of this month. */
void
people_assist(struct sim *sim, int64_t person, int32_t today,
    const char *institution)
{
	const char *office = generate_insurer(INSURER_ASSIST, 0);
	char head[8], number[10];
	struct coverage c = { .person = person, .class = "A1",
	    .insurer = office, .number = number,
	    .insurer_name = generate_insurer_name(office),
	    .start = month_add(today / 100, -6) * 100 + 1 };
	int64_t id;
	const char *combined, *social;

	combined = social = "02";
	if (stays_insured(sim, person, c.start))
		social = "01";
	else
		combined = "01";
	snprintf(head, sizeof(head), "%06lld", (long long)person % 1000000);
	generate_check_digit(head, number);
	c.start_notified = c.start;
	id = people_cover(sim, &c);
	write_tickets(sim, id, person, today, institution, combined, social);
}

/* A person by profile of the card, by serial, or by number in the database. */
int64_t
people_find(struct sim *sim, const char *who)
{
	return db_int(&sim->db, "SELECT person FROM certificate WHERE "
	    "profile=?1 OR serial=?1 UNION ALL SELECT id FROM person WHERE "
	    "CAST(id AS TEXT)=?1 LIMIT 1", "t", who);
}

enum { PROFILE, SERIAL, INSURER, SYMBOL, NUMBER, BRANCH, BIRTHDATE, COLUMNS };
static const char header[] =
    "profile,serial,insurer,symbol,number,branch,birthdate";

static const char *
ratio_for(int32_t birth, int32_t today, const char **elderly)
{
	int age = (today - birth) / 10000;

	*elderly = age >= 70 && age < 75 ? "020" : NULL;
	return age >= 75 ? "010" : NULL;
}

/* Somebody whose numbers are known already: a renewed card's holder. */
static int64_t
find_same(struct sim *sim, char *v[COLUMNS], int32_t birth)
{
	char *insurer = text_key_number(v[INSURER]);
	char *symbol = text_key(v[SYMBOL]);
	char *number = text_key_number(v[NUMBER]);
	int64_t person;

	person = db_int(&sim->db, "SELECT person FROM coverage c JOIN person "
	    "p ON p.id=c.person WHERE insurer_key=? AND symbol_key=? AND "
	    "number_key=? AND coalesce(branch,'')=? AND birth=?", "tttti",
	    insurer, symbol, number, v[BRANCH], (int64_t)birth);
	free(insurer);
	free(symbol);
	free(number);
	return person;
}

/* The household's head: somebody else, where the person is not that. */
static void
find_head(struct sim *sim, char *v[COLUMNS], char head[64])
{
	char *key[3];
	int i;

	key[0] = text_key_number(v[INSURER]);
	key[1] = text_key(v[SYMBOL]);
	key[2] = text_key_number(v[NUMBER]);
	people_name(sim, db_int(&sim->db, "SELECT person FROM coverage WHERE "
	    "insurer_key=? AND symbol_key=? AND number_key=? AND "
	    "relation='1'", "ttt", key[0], key[1], key[2]), head);
	for (i = 0; i < 3; i++)
		free(key[i]);
}

/*
 * Whose name, sex and address stand on the card; whoever has none is named by
 * the profile, so that the person is the same in every run.
 */
static int64_t
card_holder(struct sim *sim, struct prng *p, char *v[COLUMNS], int32_t birth,
    const char *head)
{
	char *ini = card_file(sim, v[PROFILE], "profile.ini", NULL);
	char *name = card_value(ini, "name"), *sex = card_value(ini, "sex");
	char *kana = card_value(ini, "kana"), *half = text_half_kana(kana);
	char *address = card_value(ini, "address");
	char made[64], made_kana[64], town[96], post[16];
	struct who w = { .birth = birth, .has_card = 1, .post = post };
	int64_t person;

	w.sex = *sex == '1' || *sex == '2' ? *sex - '0' :
	    1 + prng_below(p, 2);
	generate_address(p, v[INSURER], town, post);
	do
		generate_name(p, -1, w.sex, birth, made, made_kana);
	while (strcmp(made, head) == 0);
	w.name = *name == '\0' ? made : name;
	w.kana = *name == '\0' ? made_kana : half;
	w.address = *address == '\0' ? town : address;
	person = generate_person(sim, &w);
	free(ini);
	free(name);
	free(sex);
	free(kana);
	free(half);
	free(address);
	return person;
}

static int64_t
new_person(struct sim *sim, char *v[COLUMNS], int32_t birth)
{
	int32_t today = clock_date(clock_now(&sim->clock));
	struct coverage c = { .class = "01", .insurer = v[INSURER],
	    .symbol = v[SYMBOL], .number = v[NUMBER], .branch = v[BRANCH],
	    .relation = 1 };
	struct prng p = { 0 };
	const char *s;
	char head[64];

	for (s = v[PROFILE]; *s != '\0'; s++)
		p.state = p.state * 31 + (unsigned char)*s;
	head[0] = '\0';
	if (v[BRANCH][0] == '\0')	/* 後期高齢者 */
		c.relation = 0;
	else if (strcmp(v[BRANCH], "00") != 0 && strcmp(v[BRANCH], "01") != 0)
		c.relation = 2;
	if (c.relation == 2)
		find_head(sim, v, head);
	if (c.relation == 2 && head[0] == '\0')
		c.relation = 1;		/* nobody else is known there */
	c.person = card_holder(sim, &p, v, birth, head);
	c.head = c.relation == 2 ? head : NULL;
	c.insurer_name = generate_insurer_name(v[INSURER]);
	c.start = month_add(today / 100, -30) * 100 + 1;
	if (c.start < birth)
		c.start = birth;
	c.start_notified = c.start;
	c.ratio = ratio_for(birth, today, &c.elderly_ratio);
	people_cover(sim, &c);
	generate_care(sim, &p, c.person, 1);
	return c.person;
}

/*
 * The card of a person who has one already is a renewal: the centre carries
 * the registration over, and both certificates mean the same person (ID-8).
 */
static void
import_person(struct sim *sim, char *v[COLUMNS], int32_t birth)
{
	const char *serial = v[SERIAL] + strspn(v[SERIAL], "0"), *s;
	int64_t person = find_same(sim, v, birth);
	char *older = NULL;
	sqlite3_stmt *st;

	if (*serial == '\0' ? people_find(sim, v[PROFILE]) != 0 :
	    people_find(sim, serial) != 0)
		return;
	st = db_query(&sim->db, "SELECT serial FROM certificate WHERE "
	    "person=?", "i", person);
	if (st != NULL && sqlite3_step(st) == SQLITE_ROW &&
	    *(s = db_text(st, "serial")) != '\0')
		older = text_dup(s);
	sqlite3_finalize(st);
	if (person == 0)
		person = new_person(sim, v, birth);
	db_run(&sim->db, "INSERT INTO certificate VALUES(?,?,?,?,?)",
	    "titit", or_null(serial), person, v[PROFILE],
	    (int64_t)(strcmp(v[PROFILE], "revoked") == 0), older);
	if (older == NULL && *serial != '\0' &&
	    strcmp(v[PROFILE], "unregistered") != 0)
		db_run(&sim->db, "INSERT INTO registration VALUES(?,?)", "ti",
		    serial, clock_now(&sim->clock));
	free(older);
}

/* A line of plain CSV: no quotes, as onshikaku-pki writes it. */
static int
import_line(struct sim *sim, char *line)
{
	char *v[COLUMNS];
	int32_t birth;
	int i;

	line[strcspn(line, "\r")] = '\0';
	if (*line == '\0')
		return 0;
	for (i = 0; i < COLUMNS; i++) {
		v[i] = line;
		if (line != NULL && (line = strchr(line, ',')) != NULL)
			*line++ = '\0';
		if (v[i] == NULL)
			return -1;
	}
	if (v[INSURER][0] == '\0')
		return 0;	/* a card that no insured person holds */
	if (date_read(v[BIRTHDATE], &birth) != 0 ||
	    strlen(v[INSURER]) > 8 || v[NUMBER][0] == '\0')
		return -1;
	import_person(sim, v, birth);
	return 0;
}

int
people_import(struct sim *sim, const char *csv)
{
	char *text = text_file(csv, NULL), *line, *next;
	int r = 0, n = 1;

	if (text == NULL)
		return -1;
	next = strchr(text, '\n');
	if (next == NULL || strncmp(text, header, strlen(header)) != 0)
		r = -1;
	db_run(&sim->db, "BEGIN", "");
	while (r == 0 && next != NULL) {
		line = next + 1;
		if ((next = strchr(line, '\n')) != NULL)
			*next = '\0';
		n++;
		r = import_line(sim, line);
	}
	db_run(&sim->db, "COMMIT", "");
	if (r != 0)
		fprintf(stderr, "onshikaku-sim: %s: line %d\n", csv, n);
	free(text);
	return r;
}
