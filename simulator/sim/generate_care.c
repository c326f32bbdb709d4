/* generate_care.c: what the invented people were given, and their checkups. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"

#define COUNT(a)	((int)(sizeof(a) / sizeof((a)[0])))

static const struct place {
	const char *code, *name;
} clinics[] = {
	{ "1319999996", "見本内科医院" },
	{ "1319999988", "架空総合病院" },
	{ "1339999996", "試験歯科医院" },
}, pharmacies[] = {
	{ "1349999988", "架空薬局" },
	{ "1349999970", "見本調剤薬局" },
};

static const struct drug {
	const char *class, *usage_class, *code, *name, *ingredient, *quantity,
	    *unit, *times, *usage, *instruction;
} drugs[] = {
	{ "21", "1", "699999901", "架空錠５ｍｇ", "カクウ成分５ｍｇ錠", "1",
	    "錠", "28", "１日１回朝食後服用", NULL },
	{ "21", "1", "699999904", "試験カプセル２０ｍｇ",
	    "シケン成分２０ｍｇカプセル", "2", "カプセル", "14",
	    "１日２回朝夕食後服用", NULL },
	{ "23", "3", "699999902", "見本軟膏０．１％", NULL, "5", "ｇ", "1",
	    "１日２回塗布", "右肘" },
	{ "21", "1", "699999905", "想定錠１０ｍｇ", "ソウテイ成分１０ｍｇ錠",
	    "0.5", "錠", "30", "１日１回就寝前服用", "半錠" },
	{ "22", "2", "699999906", "模擬頓服錠６０ｍｇ", NULL, "1", "錠", "10",
	    "疼痛時服用", NULL },
	{ "21", "1", "699999907", "仮名細粒１０％", "カメイ成分１０％細粒",
	    "1.25", "ｇ", "7", "１日３回毎食後服用", "一包化" },
	{ "23", "3", "699999908", "例題点眼液０．３％", NULL, "5", "ｍＬ", "1",
	    "１日４回点眼", "両眼" },
	{ "21", "1", "699999909", "空想錠２．５ｍｇ", NULL, "1", "錠", "28",
	    "１日１回朝食後服用", NULL },
};

static const struct care {
	const char *class, *code, *name, *unit;
} cares[] = {
	{ "60", "169999901", "架空血液検査", "回" },
	{ "40", "149999901", "見本処置", "回" },
	{ "70", "179999901", "試験画像診断", "回" },
	{ "60", "169999902", "想定心電図検査", "回" },
};
static const struct care surgery =
	{ "50", "159999901", "模擬手術", "回" };

enum { CLAIM, PRESCRIBED, DISPENSED, CARE };

struct day {
	int64_t		    person;
	int32_t		    month, prescribed, dispensed;
	const struct place *clinic, *pharmacy;
};

static void
add_drug(struct sim *sim, const struct day *d, int source,
    const struct drug *g)
{
	const struct place *at = source == PRESCRIBED ? d->clinic :
	    d->pharmacy;
	char *general = source == PRESCRIBED && g->ingredient != NULL ?
	    text_format("【般】%s", g->name) : NULL;

	db_run(&sim->db, "INSERT INTO drug(person,source,month,org,di_code,"
	    "di_name,pr_code,pr_name,in_out,di_date,pr_date,class,"
	    "usage_class,code,name,ingredient,quantity,unit,times,usage,"
	    "instruction) VALUES(?,?,?,?,?,?,?,?,'2',?,?,?,?,?,?,?,?,?,?,?,?)",
	    "iiittttttttttttttttt", d->person, (int64_t)source,
	    (int64_t)d->month, "1", at->code, at->name, d->clinic->code,
	    d->clinic->name, NULL, NULL, g->class, g->usage_class, g->code,
	    general == NULL ? g->name : general, g->ingredient, g->quantity,
	    g->unit, g->times, g->usage, g->instruction);
	db_run(&sim->db, "UPDATE drug SET pr_date=?1, di_date=nullif(?2,0) "
	    "WHERE id=?3", "iii", (int64_t)d->prescribed,
	    (int64_t)(source == PRESCRIBED ? 0 : d->dispensed),
	    db_last_id(&sim->db));
	free(general);
}

static void
add_care(struct sim *sim, const struct day *d, const struct care *c)
{
	db_run(&sim->db, "INSERT INTO drug(person,source,month,di_code,"
	    "di_name,di_date,class,code,name,quantity,unit,times) "
	    "VALUES(?,3,?,?,?,?,?,?,?,'1',?,'1')", "iittitttt", d->person,
	    (int64_t)d->month, d->clinic->code, d->clinic->name,
	    (int64_t)d->prescribed, c->class, c->code, c->name, c->unit);
}

/* What somebody is given each time; one drug, now and then, comes beside. */
struct habit {
	const struct place *clinic, *pharmacy;
	int		    drug, lines;
	int		    small;	/* a child that swallows no tablets */
};

/* Powder, ointment, drops. */
static const int for_the_small[] = { 5, 2, 6 };

static const struct drug *
drug_at(const struct habit *h, int i)
{
	return h->small ? &drugs[for_the_small[i % COUNT(for_the_small)]] :
	    &drugs[i % COUNT(drugs)];
}

/* The half quantity is always among the rich person's. */
static struct habit
habit_of(struct prng *p, int rich)
{
	struct habit h = {
		.clinic = &clinics[prng_below(p, 2)],
		.pharmacy = &pharmacies[prng_below(p, COUNT(pharmacies))],
		.drug = rich ? 3 : prng_below(p, COUNT(drugs)),
		.lines = rich ? 2 : 1 + prng_below(p, 2)
	};

	return h;
}

/*
 * Claims are two months behind; what came by electronic prescription is
 * there at once, and so the same drug is in two or three of the blocks, and in
 * each of them once.
 */
static void
visit(struct sim *sim, struct prng *p, const struct habit *h, struct day *d,
    int back, int rich)
{
	int lines = h->lines, besides, i;
	const struct drug *g;

	d->clinic = h->clinic;
	d->pharmacy = h->pharmacy;
	besides = h->lines + prng_below(p, (h->small ?
	    COUNT(for_the_small) : COUNT(drugs)) - h->lines);
	if (rich || prng_below(p, 3) == 0)
		lines++;
	for (i = 0; i < lines; i++) {
		g = drug_at(h, h->drug + (i < h->lines ? i : besides));
		if (back >= 2)
			add_drug(sim, d, CLAIM, g);
		if (back <= 4) {
			add_drug(sim, d, PRESCRIBED, g);
			add_drug(sim, d, DISPENSED, g);
		}
	}
	if (back < 2)
		return;
	for (i = 0; i < 1 + rich; i++)
		add_care(sim, d, &cares[prng_below(p, COUNT(cares))]);
	if (back == 6)
		add_care(sim, d, &surgery);
}

static const struct item {
	const char *code, *name, *type, *unit, *oid, *value_name;
	int	    base, spread, decimals;
} items[] = {
	{ "9N001000000000001", "身長", "PQ", "cm", NULL, NULL, 1520, 250, 1 },
	{ "9N006000000000001", "体重", "PQ", "kg", NULL, NULL, 480, 300, 1 },
	{ "9N011000000000001", "BMI", "PQ", "kg/m2", NULL, NULL, 190, 90, 1 },
	{ "9N016160100000001", "腹囲(実測)", "PQ", "cm", NULL, NULL, 720, 120,
	    1 },
	{ "9A751000000000001", "収縮期血圧(1回目)", "PQ", "mmHg", NULL, NULL,
	    105, 25, 0 },
	{ "9A761000000000001", "拡張期血圧(1回目)", "PQ", "mmHg", NULL, NULL,
	    62, 22, 0 },
	{ "3F015000002327101", "中性脂肪", "PQ", "mg/dl", NULL, NULL, 60, 85,
	    0 },
	{ "3F070000002327101", "HDLコレステロール", "PQ", "mg/dl", NULL, NULL,
	    42, 40, 0 },
	{ "3F077000002327101", "LDLコレステロール", "PQ", "mg/dl", NULL, NULL,
	    80, 38, 0 },
	{ "3B035000002327201", "AST(GOT)", "PQ", "U/l", NULL, NULL, 14, 16,
	    0 },
	{ "3B045000002327201", "ALT(GPT)", "PQ", "U/l", NULL, NULL, 10, 20,
	    0 },
	{ "3C015000002327101", "血清クレアチニン", "PQ", "mg/dl", NULL, NULL,
	    55, 50, 2 },
	{ "3D046000001906202", "HbA1c(NGSP値)", "PQ", "%", NULL, NULL, 50, 6,
	    1 },
	{ "1A020000000191111", "尿糖", "CO", NULL, "1.2.392.200119.6.2100",
	    "－", 1, 1, 0 },
	{ "1A010000000191111", "尿蛋白", "CO", NULL, "1.2.392.200119.6.2101",
	    "－", 1, 1, 0 },
	{ "9N501000000000011", "メタボリックシンドローム判定", "CD", NULL,
	    "1.2.392.200119.6.1008", "非該当", 3, 1, 0 },
	{ "9N736000000000011", "喫煙", "CD", NULL, "1.2.392.200119.6.2003",
	    "いいえ", 2, 1, 0 },
};

enum { HEIGHT, WEIGHT, BMI };	/* of items: the first three */

static void
add_item(struct sim *sim, int64_t person, int32_t day, const struct item *it,
    const char *value)
{
	db_run(&sim->db, "INSERT INTO checkup(person,day,code,name,type,"
	    "value,unit,oid,value_name) VALUES(?,?,?,?,?,?,?,?,?)",
	    "iittttttt", person, (int64_t)day, it->code, it->name, it->type,
	    value, it->unit, it->oid, it->value_name);
}

/* A body, and how it was measured first: from year to year little changes. */
struct body {
	int	height, weight;			/* in mm, in 100 g */
	int	values[COUNT(items)];
};

static struct body
body_of(struct prng *p, int sex)
{
	struct body b;
	int i;

	for (i = 0; i < COUNT(items); i++)
		b.values[i] = items[i].base + prng_below(p, items[i].spread);
	b.height = (sex == 1 ? 1620 : 1500) + prng_below(p, 140);
	/* A BMI from 19 to 24, as the judgement of all of them says. */
	b.weight = (190 + prng_below(p, 50)) * b.height / 1000 * b.height /
	    1000;
	return b;
}

/* A year later: never another height, and the rest not far from before. */
static void
age_a_year(struct prng *p, struct body *b)
{
	int i, far, v;

	for (i = 0; i < COUNT(items); i++) {
		far = items[i].spread / 8;
		v = b->values[i] + prng_below(p, 2 * far + 1) - far;
		if (v >= items[i].base && v < items[i].base + items[i].spread)
			b->values[i] = v;
	}
	b->weight += prng_below(p, 31) - 15;
}

static int
value_of(const struct body *b, int i)
{
	if (i == HEIGHT)
		return b->height;
	if (i == WEIGHT)
		return b->weight;
	if (i == BMI)
		return (b->weight * 1000000 + b->height * b->height / 2) /
		    (b->height * b->height);
	return b->values[i];
}

static void
checkup(struct sim *sim, int64_t person, int32_t day, const struct body *b)
{
	static const struct item doctor = { "9N511000000000049",
	    "医師の診断(判定)", "ST", NULL, NULL, NULL, 0, 0, 0 };
	static const int tens[] = { 1, 10, 100 };
	char value[32];
	int i, v, ten;

	for (i = 0; i < COUNT(items); i++) {
		v = value_of(b, i);
		ten = tens[items[i].decimals];
		if (ten == 1)
			snprintf(value, sizeof(value), "%d", v);
		else
			snprintf(value, sizeof(value), "%d.%0*d", v / ten,
			    items[i].decimals, v % ten);
		add_item(sim, person, day, &items[i], value);
	}
	add_item(sim, person, day, &doctor, "架空の所見。特記なし。");
}

static int32_t
day_in(struct prng *p, int32_t month, int32_t today)
{
	int last = month == today / 100 ? today % 100 : month_days(month);

	return month * 100 + 1 + prng_below(p, last);
}

/* Fifteen months of drugs and care; checkups from the age of forty. */
void
generate_care(struct sim *sim, struct prng *p, int64_t person, int rich)
{
	int32_t today = clock_date(clock_now(&sim->clock));
	int32_t birth = (int32_t)db_int(&sim->db, "SELECT birth FROM person "
	    "WHERE id=?", "i", person);
	struct habit h = habit_of(p, rich);
	struct day d = { .person = person };
	int back, every = rich ? 1 : 1 + prng_below(p, 4);
	struct body b;

	h.small = today - birth < 60000;
	for (back = 14; back >= 0; back--) {
		d.month = month_add(today / 100, -back);
		if (back % every != 0 || d.month < birth / 100)
			continue;
		d.prescribed = day_in(p, d.month, today);
		d.dispensed = d.prescribed;
		visit(sim, p, &h, &d, back, rich);
	}
	if (today - birth < 400000)
		return;
	b = body_of(p, (int)db_int(&sim->db, "SELECT CASE WHEN sex1='3' THEN "
	    "sex2 ELSE sex1 END FROM person WHERE id=?", "i", person));
	for (back = 27; back > 0; back -= 12, age_a_year(p, &b))
		checkup(sim, person, day_in(p, month_add(today / 100, -back),
		    today), &b);
}

/* Of whom there are too many, it is made when it is first looked at. */
void
generate_care_of(struct sim *sim, int64_t person)
{
	struct prng p = { (uint64_t)person };

	if (db_int(&sim->db, "SELECT care FROM person WHERE id=?", "i",
	    person) != 0)
		return;
	db_run(&sim->db, "UPDATE person SET care=1 WHERE id=?", "i", person);
	generate_care(sim, &p, person, 0);
}
