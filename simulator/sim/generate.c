/* generate.c: families and their insurances, as many people as asked for. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"

int64_t
generate_person(struct sim *sim, const struct who *w)
{
	char sex[2] = { (char)('0' + w->sex), '\0' };
	/* A few cards do not carry the sex on their front. */
	int plain = prng_below(&sim->prng, 20) != 0 || w->has_card;

	db_run(&sim->db, "INSERT INTO person(name,kana,other,other_kana,sex1,"
	    "sex2,birth,address,post,hide) VALUES(?,?,?,?,?,?,?,?,?,?)",
	    "ttttttitti", w->name, w->kana, w->other, w->other_kana,
	    plain ? sex : "3", plain ? NULL : sex, (int64_t)w->birth,
	    w->address, w->post, (int64_t)w->hide);
	return db_last_id(&sim->db);
}

static int32_t
birth_at(struct prng *p, int32_t today, int age)
{
	int32_t month = month_add(today / 100, -12 * age - 1 -
	    prng_below(p, 12));

	return month * 100 + 1 + prng_below(p, month_days(month));
}

/* The traits that a register has, spread evenly so that few people do. */
enum {
	PLAIN, LOST, MOVED, LIMITED, ASSISTED, GAIJI, HIDDEN, HIDDEN_CARE,
	DISEASED, SCHEDULED, TRAITS = 16
};

/* The elderly to another prefecture, others to the society of a new employer,
 * where a child stays a member of the family. */
static void
move_on(struct sim *sim, struct prng *p, struct coverage *next,
    char number[16])
{
	int32_t today = clock_date(clock_now(&sim->clock));
	char head[16];
	int which;

	if (strncmp(next->insurer, "39", 2) == 0) {
		next->insurer = generate_insurer(INSURER_ELDERLY, strcmp(
		    next->insurer, generate_insurer(INSURER_ELDERLY, 0)) == 0);
		snprintf(head, sizeof(head), "%07d", 9000000 +
		    prng_below(p, 999999));
		generate_check_digit(head, number);
	} else {
		which = 1 + prng_below(p, 2);
		if (strcmp(next->insurer, generate_insurer(INSURER_SOCIETY,
		    which)) == 0)
			which = 0;
		next->insurer = generate_insurer(INSURER_SOCIETY, which);
		next->symbol = "３１";
		snprintf(number, 16, "%d", 1000 + prng_below(p, 9000));
	}
	if (next->relation != 0 && today - (int32_t)db_int(&sim->db,
	    "SELECT birth FROM person WHERE id=?", "i", next->person) >
	    180000) {
		next->relation = 1;
		next->head = NULL;
		next->branch = "00";
	}
	next->insurer_name = generate_insurer_name(next->insurer);
	next->number = number;
}

/* 適用区分, as age and income have it. */
static const char *
limit_class(struct prng *p, const struct coverage *c, int age)
{
	const char *ratio = c->ratio != NULL ? c->ratio : c->elderly_ratio;
	int low = prng_below(p, 2);

	if (age < 70 || ratio == NULL)
		return low ? "A05" : "A03";
	if (strcmp(ratio, "030") == 0)
		return low ? "B03" : "B02";
	if (c->ratio != NULL && strcmp(ratio, "020") == 0)
		return "B09";
	return low ? "B06" : "B05";
}

static void
spread(struct sim *sim, struct prng *p, struct coverage *c, int trait,
    int32_t today, int age)
{
	struct coverage next = *c;
	int32_t day = month_add(today / 100, -2) * 100 + 1;
	int64_t id;
	char number[16];

	if (c->start >= day && (trait == LOST || trait == MOVED))
		trait = PLAIN;	/* insured for too short a time */
	if (trait == LOST || trait == MOVED) {
		c->end = c->end_notified = day;
		c->reason = trait == MOVED ? "03" : "99";
	}
	id = people_cover(sim, c);
	if (trait == LIMITED)
		people_limit(sim, id, limit_class(p, c, age), today);
	if (trait == DISEASED && age >= 40)
		db_run(&sim->db, "INSERT INTO disease VALUES(?,'1',?,?,NULL,"
		    "'10000')", "iii", id, (int64_t)20240401,
		    (int64_t)20240401);
	if (trait == ASSISTED)
		people_assist(sim, c->person, today, prng_below(p, 2) ?
		    "1319999996" : "1339999996");
	if (trait == MOVED) {
		move_on(sim, p, &next, number);
		next.start = next.start_notified = day;
		next.end = next.end_notified = 0;
		people_cover(sim, &next);
	}
}

#define FAMILY_MOST	4
#define CARED_FOR	5000	/* the others' care is made when asked for */

struct family {
	int	    kind;
	int	    name;
	int	    members;
	const char *insurer;
	char	    symbol[32], number[16], head[64];
	char	    names[FAMILY_MOST][64];
	char	    address[96], post[16];
	int32_t	    start;
};

/* No two of a household have one name. */
static void
name_member(struct prng *p, struct family *f, int which, const struct who *w,
    char kana[64])
{
	int i;

	do {
		generate_name(p, f->name, w->sex, w->birth, f->names[which],
		    kana);
		for (i = 0; i < which; i++)
			if (strcmp(f->names[i], f->names[which]) == 0)
				break;
	} while (i < which);
}

/* A man and a woman; whoever lives alone is either, the old mostly women. */
static int
sex_of(struct prng *p, const struct family *f, int which)
{
	int women = f->kind == INSURER_ELDERLY ? 60 : 50;

	if (f->members > 1 && which < 2)
		return 1 + which;
	return 1 + (prng_below(p, 100) < women);
}

/* 75 and older: mostly a tenth; 70 to 74: mostly two tenths. */
static void
share_cost(struct prng *p, const struct family *f, int age,
    struct coverage *c)
{
	int n = prng_below(p, 100);

	if (f->kind == INSURER_ELDERLY)
		c->ratio = n < 74 ? "010" : n < 93 ? "020" : "030";
	else if (age >= 70)
		c->elderly_ratio = n < 90 ? "020" : "030";
}

/* 枝番: a town counts from 01, a society has 00 for who works there. */
static void
relate(const struct family *f, int which, char branch[4], struct coverage *c)
{
	snprintf(branch, 4, "%02d", (which + (f->kind == INSURER_CITY)) % 100);
	if (f->kind == INSURER_ELDERLY) {
		branch[0] = '\0';
		c->relation = 0;
		c->head = NULL;
	}
}

/* At seventy-five everybody changes to the insurance of the elderly. */
static int32_t
insured_since(const struct family *f, int32_t birth)
{
	int32_t from = f->kind == INSURER_ELDERLY ? birth + 750000 : birth;

	if (from % 10000 == 229)
		from = from / 10000 * 10000 + 301;
	return f->start > from ? f->start : from;
}

static void
member(struct sim *sim, struct prng *p, struct family *f, int which, int age,
    int trait, int32_t today)
{
	char *name = f->names[which], kana[64], gaiji[80], branch[4];
	struct who w = { .name = name, .kana = kana, .address = f->address,
	    .post = f->post };
	struct coverage c = { .class = "01", .insurer = f->insurer,
	    .symbol = f->symbol, .number = f->number, .branch = branch,
	    .insurer_name = generate_insurer_name(f->insurer),
	    .relation = which == 0 ? 1 : 2, .head = f->head };

	w.sex = sex_of(p, f, which);
	w.birth = birth_at(p, today, age);
	w.hide = trait == HIDDEN ? 2 : trait == HIDDEN_CARE ? 1 : 0;
	name_member(p, f, which, &w, kana);
	if (which == 0)
		memcpy(f->head, name, sizeof(f->head));
	if (trait == GAIJI) {	/* the register could not map the first */
		snprintf(gaiji, sizeof(gaiji), "●%.*s",
		    (int)sizeof(gaiji) - 4, name + 3);
		w.other = name;
		w.other_kana = kana;
		w.name = gaiji;
	}
	relate(f, which, branch, &c);
	share_cost(p, f, age, &c);
	c.person = generate_person(sim, &w);
	c.start = c.start_notified = insured_since(f, w.birth);
	spread(sim, p, &c, trait, today, age);
	if (c.person <= CARED_FOR)
		generate_care(sim, p, c.person, 0);
	else
		db_run(&sim->db, "UPDATE person SET care=0 WHERE id=?", "i",
		    c.person);
}

static void
new_family(struct prng *p, int elderly, int serial, struct family *f,
    int32_t today)
{
	char head[16];

	memset(f, 0, sizeof(*f));
	f->kind = elderly ? INSURER_ELDERLY : prng_below(p, 2) ?
	    INSURER_CITY : INSURER_SOCIETY;
	f->name = generate_family(p);
	f->insurer = generate_insurer(f->kind, elderly ? 0 :
	    prng_below(p, f->kind == INSURER_CITY ? 6 : 3));
	generate_address(p, f->insurer, f->address, f->post);
	f->start = month_add(today / 100, -12 - prng_below(p, 120)) * 100 + 1;
	if (elderly) {
		snprintf(head, sizeof(head), "%07d", serial % 10000000);
		generate_check_digit(head, f->number);
	} else
		snprintf(f->number, sizeof(f->number), "%s%d",
		    serial % 7 == 0 ? "00" : "", 1000 + serial);
	if (f->kind == INSURER_CITY && serial % 3 == 0)
		snprintf(f->symbol, sizeof(f->symbol), "架空１２");
	else if (!elderly)
		snprintf(f->symbol, sizeof(f->symbol), "%d",
		    10 + prng_below(p, 400));
}

/* A couple, and children that are theirs. */
static void
ages_of(struct prng *p, const struct family *f, int old, int ages[FAMILY_MOST])
{
	int i;

	ages[0] = f->kind == INSURER_ELDERLY ? 75 + prng_below(p, 20) :
	    old ? 70 + prng_below(p, 5) : 30 + prng_below(p, 35);
	ages[1] = old ? 70 + prng_below(p, 5) : ages[0] - 4 + prng_below(p, 7);
	ages[2] = ages[0] - 30 + prng_below(p, 4);
	ages[3] = ages[2] - 2 - prng_below(p, 3);
	for (i = 2; i < FAMILY_MOST; i++)
		if (ages[i] < 0)
			ages[i] = 0;
}

void
generate_people(struct sim *sim, int people)
{
	int32_t today = clock_date(clock_now(&sim->clock));
	struct prng *p = &sim->prng;
	struct family f;
	int done = 0, serial, old, i, ages[FAMILY_MOST];

	db_run(&sim->db, "BEGIN", "");
	for (serial = 0; done < people; serial++) {
		new_family(p, serial % 5 == 4, serial, &f, today);
		old = serial % 5 == 3;
		f.members = f.kind == INSURER_ELDERLY ? 1 :
		    1 + prng_below(p, old ? 2 : FAMILY_MOST);
		ages_of(p, &f, old, ages);
		for (i = 0; i < f.members && done < people; i++, done++)
			member(sim, p, &f, i, ages[i], done % TRAITS, today);
	}
	db_run(&sim->db, "COMMIT", "");
}
