/* generate.c: invented people, as many as asked for, all by the seed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"

struct word {
	const char *kanji, *kana;
};

static const struct word families[] = {
	{ "見本", "ﾐﾎﾝ" }, { "架空", "ｶｸｳ" }, { "試験", "ｼｹﾝ" },
	{ "仮名", "ｶﾒｲ" }, { "空想", "ｸｳｿｳ" }, { "例題", "ﾚｲﾀﾞｲ" },
	{ "模擬", "ﾓｷﾞ" }, { "想定", "ｿｳﾃｲ" }, { "仮野", "ｶﾘﾉ" },
	{ "見崎", "ﾐｻｷ" }, { "試山", "ﾀﾒｼﾔﾏ" }, { "髙例", "ﾀｶﾚｲ" },
	{ "模田", "ﾓﾀﾞ" }, { "空木", "ｳﾂｷﾞ" }, { "仮屋﨑", "ｶﾘﾔｻﾞｷ" },
	{ "例沢", "ﾚｲｻﾞﾜ" },
};
static const struct word men[] = {
	{ "一郎", "ｲﾁﾛｳ" }, { "次郎", "ｼﾞﾛｳ" }, { "大介", "ﾀﾞｲｽｹ" },
	{ "健太", "ｹﾝﾀ" }, { "翔", "ｼﾖｳ" }, { "源蔵", "ｹﾞﾝｿﾞｳ" },
	{ "正", "ﾀﾀﾞｼ" }, { "隆", "ﾀｶｼ" }, { "悠真", "ﾕｳﾏ" }, { "蓮", "ﾚﾝ" },
};
static const struct word women[] = {
	{ "花子", "ﾊﾅｺ" }, { "翔子", "ｼﾖｳｺ" }, { "めぐみ", "ﾒｸﾞﾐ" },
	{ "みどり", "ﾐﾄﾞﾘ" }, { "トメ", "ﾄﾒ" }, { "由美", "ﾕﾐ" },
	{ "陽菜", "ﾋﾅ" }, { "さくら", "ｻｸﾗ" }, { "美咲", "ﾐｻｷ" },
	{ "和子", "ｶｽﾞｺ" },
};
#define COUNT(a)	((int)(sizeof(a) / sizeof((a)[0])))

/* Prefecture 99 does not exist; the check digits are made to be right. */
static const struct {
	int	    kind;
	const char *head, *name;
} insurers[] = {
	{ INSURER_CITY,	   "99999",   "見本市" },
	{ INSURER_CITY,	   "99001",   "架空市" },
	{ INSURER_CITY,	   "99002",   "試験町" },
	{ INSURER_CITY,	   "99101",   "架空中央市" },
	{ INSURER_CITY,	   "99102",   "見本北市" },
	{ INSURER_CITY,	   "99103",   "試験南町" },
	{ INSURER_SOCIETY, "0699999", "試験健康保険組合" },
	{ INSURER_SOCIETY, "0699001", "見本製作所健康保険組合" },
	{ INSURER_SOCIETY, "0199001", "全国健康保険協会架空支部" },
	{ INSURER_ELDERLY, "3999999", "架空県後期高齢者医療広域連合" },
	{ INSURER_ELDERLY, "3999102", "見本県後期高齢者医療広域連合" },
	{ INSURER_ASSIST,  "1299999", "見本市福祉事務所" },
};
static char numbers[COUNT(insurers)][10];
static pthread_once_t numbers_once = PTHREAD_ONCE_INIT;

/* Weights 2, 1, 2 … from the right, digits of the products added. */
void
generate_check_digit(const char *head, char out[10])
{
	size_t n = strlen(head), i;
	int sum = 0, v;

	for (i = 0; i < n; i++) {
		v = (head[n - 1 - i] - '0') * (i % 2 == 0 ? 2 : 1);
		sum += v / 10 + v % 10;
	}
	snprintf(out, 10, "%.8s%d", head, (10 - sum % 10) % 10);
}

static void
make_numbers(void)
{
	int i;

	for (i = 0; i < COUNT(insurers); i++)
		generate_check_digit(insurers[i].head, numbers[i]);
}

const char *
generate_insurer(int kind, int which)
{
	int i, n = 0, first = 0;

	pthread_once(&numbers_once, make_numbers);
	for (i = COUNT(insurers) - 1; i >= 0; i--)
		if (insurers[i].kind == kind) {
			first = i;
			n++;
		}
	return numbers[first + which % n];
}

const char *
generate_insurer_name(const char *insurer)
{
	int i;

	pthread_once(&numbers_once, make_numbers);
	insurer += strspn(insurer, " 0");
	for (i = 0; i < COUNT(insurers); i++)
		if (strcmp(numbers[i] + strspn(numbers[i], "0"),
		    insurer) == 0)
			return insurers[i].name;
	return "想定保険者";
}

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
	    "架空県見本市試験町１－２－３", "999-9901", (int64_t)w->hide);
	return db_last_id(&sim->db);
}

static void
name_of(struct prng *p, int family, int sex, char name[64], char kana[64])
{
	const struct word *given = sex == 1 ? &men[prng_below(p, COUNT(men))] :
	    &women[prng_below(p, COUNT(women))];

	snprintf(name, 64, "%s　%s", families[family].kanji, given->kanji);
	snprintf(kana, 64, "%s %s", families[family].kana, given->kana);
}

static int
family_of(const char *name)
{
	size_t n;
	int i;

	for (i = 0; i < COUNT(families); i++) {
		n = strlen(families[i].kanji);
		if (strncmp(name, families[i].kanji, n) == 0 &&
		    strncmp(name + n, "　", strlen("　")) == 0)
			return i;
	}
	return -1;
}

static int
is_taken(struct sim *sim, const char *head, const char *name)
{
	return strcmp(name, head) == 0 || db_int(&sim->db, "SELECT count(*) "
	    "FROM coverage c JOIN person p ON p.id=c.person WHERE c.head=? "
	    "AND p.name=?", "tt", head, name) > 0;
}

/*
 * A person of that birth date. Kin share the name of the household's head, who
 * is somebody else: head has that name, or gets one where there is none yet.
 */
int64_t
generate_named(struct sim *sim, struct prng *p, int32_t birth, int is_kin,
    char head[64])
{
	char name[64], kana[64], other[64];
	struct who w = { .name = name, .kana = kana, .birth = birth,
	    .has_card = 1 };
	int family = prng_below(p, COUNT(families));

	if (is_kin && family_of(head) >= 0)
		family = family_of(head);
	w.sex = 1 + prng_below(p, 2);
	do
		name_of(p, family, w.sex, name, kana);
	while (is_kin && is_taken(sim, head, name));
	while (is_kin && (*head == '\0' || strcmp(name, head) == 0))
		name_of(p, family, 1, head, other);
	return generate_person(sim, &w);
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

	if (strncmp(next->insurer, "39", 2) == 0) {
		next->insurer = generate_insurer(INSURER_ELDERLY, strcmp(
		    next->insurer, generate_insurer(INSURER_ELDERLY, 0)) == 0);
		snprintf(head, sizeof(head), "%07d", 9000000 +
		    prng_below(p, 999999));
		generate_check_digit(head, number);
	} else {
		next->insurer = generate_insurer(INSURER_SOCIETY,
		    1 + prng_below(p, 2));
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

static void
spread(struct sim *sim, struct prng *p, struct coverage *c, int trait,
    int32_t today)
{
	struct coverage next = *c;
	int32_t day = month_add(today / 100, -2) * 100 + 1;
	int64_t id;
	char number[16];

	if (trait == LOST || trait == MOVED) {
		c->end = c->end_notified = day;
		c->reason = trait == MOVED ? "03" : "99";
	}
	id = people_cover(sim, c);
	if (trait == LIMITED)
		people_limit(sim, id, prng_below(p, 2) ? "A05" : "A03",
		    today);
	if (trait == DISEASED)
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

struct family {
	int	    kind;
	int	    name;
	const char *insurer;
	char	    symbol[32], number[16], head[64];
	char	    names[FAMILY_MOST][64];
	int32_t	    start;
};

/* No two of a household have one name. */
static void
name_member(struct prng *p, struct family *f, int which, int sex,
    char kana[64])
{
	int i;

	do {
		name_of(p, f->name, sex, f->names[which], kana);
		for (i = 0; i < which; i++)
			if (strcmp(f->names[i], f->names[which]) == 0)
				break;
	} while (i < which);
}

static void
member(struct sim *sim, struct prng *p, struct family *f, int which, int age,
    int trait, int32_t today)
{
	char *name = f->names[which], kana[64], gaiji[80], branch[4];
	struct who w = { .name = name, .kana = kana };
	struct coverage c = { .class = "01", .insurer = f->insurer,
	    .symbol = f->symbol, .number = f->number, .branch = branch,
	    .insurer_name = generate_insurer_name(f->insurer),
	    .relation = which == 0 ? 1 : 2, .head = f->head };

	w.sex = which < 2 ? 1 + which : 1 + prng_below(p, 2);
	w.birth = birth_at(p, today, age);
	w.hide = trait == HIDDEN ? 2 : trait == HIDDEN_CARE ? 1 : 0;
	name_member(p, f, which, w.sex, kana);
	if (which == 0)
		memcpy(f->head, name, sizeof(f->head));
	if (trait == GAIJI) {	/* the register could not map the first */
		snprintf(gaiji, sizeof(gaiji), "●%.*s",
		    (int)sizeof(gaiji) - 4, name + 3);
		w.other = name;
		w.other_kana = kana;
		w.name = gaiji;
	}
	snprintf(branch, sizeof(branch), "%02d", which % 100);
	if (f->kind == INSURER_ELDERLY) {
		branch[0] = '\0';
		c.relation = 0;
		c.head = NULL;
		c.ratio = trait % 3 == 0 ? "010" : trait % 3 == 1 ? "020" :
		    "030";
	} else if (age >= 70)
		c.elderly_ratio = prng_below(p, 3) == 0 ? "030" : "020";
	c.person = generate_person(sim, &w);
	c.start = f->start > w.birth ? f->start : w.birth;
	c.start_notified = c.start;
	spread(sim, p, &c, trait, today);
	generate_care(sim, p, c.person, 0);
}

static void
new_family(struct prng *p, int elderly, int serial, struct family *f,
    int32_t today)
{
	char head[16];

	memset(f, 0, sizeof(*f));
	f->kind = elderly ? INSURER_ELDERLY : prng_below(p, 2) ?
	    INSURER_CITY : INSURER_SOCIETY;
	f->name = prng_below(p, COUNT(families));
	f->insurer = generate_insurer(f->kind, prng_below(p, 3));
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
	int done = 0, serial, members, old, i, ages[FAMILY_MOST];

	db_run(&sim->db, "BEGIN", "");
	for (serial = 0; done < people; serial++) {
		new_family(p, serial % 5 == 4, serial, &f, today);
		old = serial % 5 == 3;
		members = f.kind == INSURER_ELDERLY ? 1 :
		    1 + prng_below(p, old ? 2 : FAMILY_MOST);
		ages_of(p, &f, old, ages);
		for (i = 0; i < members && done < people; i++, done++)
			member(sim, p, &f, i, ages[i], done % TRAITS, today);
	}
	db_run(&sim->db, "COMMIT", "");
}
