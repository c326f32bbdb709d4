/* events.c: what insurers, J-LIS and patients do while the service runs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bulk.h"
#include "sim.h"

struct event {
	struct sim *sim;
	int64_t	    person;
	int64_t	    coverage;		/* the one that runs */
	int32_t	    today;
	char	  **argv;		/* after WHO */
	int	    argc;
};

/* yyyymmdd, today, or days from today with a sign. */
static int
day_at(const struct event *e, int i, int32_t *out)
{
	const char *s = i < e->argc ? e->argv[i] : "today";
	int64_t n;

	if (strcmp(s, "today") == 0) {
		*out = e->today;
		return 0;
	}
	if ((*s == '+' || *s == '-') && text_number(s, &n) == 0 &&
	    n > -40000 && n < 40000) {
		*out = date_days(e->today, (int)n);
		return 0;
	}
	return date_read(s, out);
}

static int
end_coverage(struct event *e, int32_t day, int32_t notified,
    const char *reason)
{
	return db_run(&e->sim->db, "UPDATE coverage SET end=?, end_notified=?,"
	    " reason=? WHERE person=? AND end=0 AND class<>'A1'", "iiti",
	    (int64_t)day, (int64_t)notified, reason, e->person);
}

static int
do_lose(struct event *e)
{
	int32_t day, notified;

	if (day_at(e, 0, &day) != 0)
		return -1;
	notified = day;
	if (e->argc > 2 && day_at(e, 2, &notified) != 0)
		return -1;
	return end_coverage(e, day, notified, e->argc > 1 ? e->argv[1] :
	    "99");
}

/* join WHO INSURER SYMBOL|- NUMBER BRANCH|- [FROM [NOTIFIED]] */
static int
do_join(struct event *e)
{
	struct coverage c = { .person = e->person, .class = "01",
	    .relation = 1 };

	if (e->argc < 4 || strlen(e->argv[0]) > 8 ||
	    day_at(e, 4, &c.start) != 0)
		return -1;
	c.insurer = e->argv[0];
	c.insurer_name = generate_insurer_name(c.insurer);
	c.symbol = strcmp(e->argv[1], "-") == 0 ? NULL : e->argv[1];
	c.number = e->argv[2];
	c.branch = strcmp(e->argv[3], "-") == 0 ? NULL : e->argv[3];
	c.start_notified = c.start;
	if (e->argc > 5 && day_at(e, 5, &c.start_notified) != 0)
		return -1;
	people_cover(e->sim, &c);
	return 0;
}

/* move WHO [DAY [NOTIFIED]]: the old ends, one at another society begins. */
static int
do_move(struct event *e)
{
	const char *insurer = generate_insurer(INSURER_SOCIETY, 1);
	char number[32];
	struct coverage c = { .person = e->person, .class = "01",
	    .insurer = insurer, .symbol = "３１", .number = number,
	    .branch = "00", .relation = 1,
	    .insurer_name = generate_insurer_name(insurer) };

	if (day_at(e, 0, &c.start) != 0)
		return -1;
	c.start_notified = c.start;
	if (e->argc > 1 && day_at(e, 1, &c.start_notified) != 0)
		return -1;
	snprintf(number, sizeof(number), "%lld",
	    700000 + (long long)e->person);
	if (end_coverage(e, c.start, c.start_notified, "03") != 0)
		return -1;
	people_cover(e->sim, &c);
	return 0;
}

static int
do_hide(struct event *e)
{
	static const char *const how[] = { "none", "care", "all" };
	int64_t i;

	for (i = 0; i < 3; i++)
		if (e->argc > 0 && strcmp(how[i], e->argv[0]) == 0)
			return db_run(&e->sim->db, "UPDATE person SET hide=? "
			    "WHERE id=?", "ii", i, e->person);
	return -1;
}

static int
do_limit(struct event *e)
{
	if (e->argc < 1 || e->coverage == 0)
		return -1;
	people_limit(e->sim, e->coverage, e->argv[0], e->today);
	return 0;
}

static int
do_disease(struct event *e)
{
	if (e->argc < 1 || e->coverage == 0)
		return -1;
	return db_run(&e->sim->db, "INSERT INTO disease VALUES(?,?,20240401,"
	    "20240401,NULL,'10000')", "it", e->coverage, e->argv[0]);
}

static int
do_assist(struct event *e)
{
	people_assist(e->sim, e->person, e->today, e->argc > 0 ?
	    e->argv[0] : "1319999996");
	return 0;
}

static int
do_name(struct event *e)
{
	if (e->argc < 1)
		return -1;
	return db_run(&e->sim->db, "UPDATE person SET other=name, name=? "
	    "WHERE id=?", "ti", e->argv[0], e->person);
}

/* A twin of the same household: without a branch number both match. */
static int
do_twin(struct event *e)
{
	int64_t twin;

	if (db_run(&e->sim->db, "INSERT INTO person(name,kana,sex1,birth,"
	    "address,post) SELECT replace(name,'　','　双'), kana, sex1, birth,"
	    " address, post FROM person WHERE id=?", "i", e->person) != 0)
		return -1;
	twin = db_last_id(&e->sim->db);
	return db_run(&e->sim->db, "INSERT INTO coverage(person,class,insurer,"
	    "insurer_key,symbol,symbol_key,number,number_key,branch,relation,"
	    "head,insurer_name,start,start_notified) SELECT ?,class,insurer,"
	    "insurer_key,symbol,symbol_key,number,number_key,"
	    "printf('%02d',branch+1),2,head,insurer_name,start,start_notified "
	    "FROM coverage WHERE id=?", "ii", twin, e->coverage);
}

static int
do_withdraw(struct event *e)
{
	return db_run(&e->sim->db, "UPDATE consent SET until=? WHERE visit IN "
	    "(SELECT id FROM visit WHERE person=?)", "ii",
	    clock_now(&e->sim->clock), e->person) != 0 ? -1 :
	    carried_withdraw(e->sim, e->person);
}

/* For home visits or telemedicine, on a device of the patient's own. */
static int
do_consent(struct event *e)
{
	return carried_give(e->sim, e->person, e->today, e->argc, e->argv);
}

static int
do_revoke(struct event *e)
{
	return db_run(&e->sim->db, "UPDATE certificate SET revoked=1 WHERE "
	    "person=?", "i", e->person);
}

static int
do_unregister(struct event *e)
{
	return db_run(&e->sim->db, "DELETE FROM registration WHERE serial IN "
	    "(SELECT serial FROM certificate WHERE person=?)", "i",
	    e->person);
}

/*
 * The certificate in hand becomes the renewal of an older one: that is the
 * one that was registered, and now it is revoked (ID-8).
 */
static int
do_renew(struct event *e)
{
	char *old = text_format("%016llx",
	    (unsigned long long)prng_next(&e->sim->prng));
	int r;

	r = db_run(&e->sim->db, "UPDATE registration SET serial=? WHERE "
	    "serial IN (SELECT serial FROM certificate WHERE person=?)", "ti",
	    old, e->person) == 0 &&
	    db_run(&e->sim->db, "UPDATE certificate SET follows=? WHERE "
	    "person=? AND revoked=0", "ti", old, e->person) == 0 &&
	    db_run(&e->sim->db, "INSERT INTO certificate VALUES"
	    "(?,?,'old',1,NULL)", "ti", old, e->person) == 0 ? 0 : -1;
	free(old);
	return r;
}

/* reference WHO INSTITUTION NUMBER: 照会番号, bound to the insurance. */
static int
do_reference(struct event *e)
{
	if (e->argc < 2 || e->coverage == 0 ||
	    !text_digits(e->argv[0], TERMINAL_LEN))
		return -1;
	return db_run(&e->sim->db, "INSERT OR REPLACE INTO reference "
	    "VALUES(?,?,?)", "itt", e->coverage, e->argv[0], e->argv[1]);
}

static int
do_nothing(struct event *e)
{
	(void)e;
	return 0;
}

static const struct {
	const char *name;
	int	  (*act)(struct event *);
} events[] = {
	{ "assist",	do_assist },
	{ "consent",	do_consent },
	{ "disease",	do_disease },
	{ "hide",	do_hide },
	{ "join",	do_join },
	{ "limit",	do_limit },
	{ "lose",	do_lose },
	{ "move",	do_move },
	{ "name",	do_name },
	{ "reference",	do_reference },
	{ "renew",	do_renew },
	{ "revoke",	do_revoke },
	{ "show",	do_nothing },
	{ "twin",	do_twin },
	{ "unregister",	do_unregister },
	{ "withdraw",	do_withdraw },
};

/* A ward's worth, and more. */
static int
everybody_consents(struct event *e)
{
	sqlite3_stmt *st = db_query(&e->sim->db, "SELECT id FROM person", "");
	int r = 0;

	db_run(&e->sim->db, "BEGIN", "");
	while (r == 0 && st != NULL && sqlite3_step(st) == SQLITE_ROW) {
		e->person = db_number(st, "id");
		r = do_consent(e);
	}
	sqlite3_finalize(st);
	db_run(&e->sim->db, "COMMIT", "");
	return r;
}

/* EVENT WHO [...]: 0, or -1 if there is no such event or person. */
int
people_event(struct sim *sim, int argc, char **argv)
{
	struct event e = { .sim = sim };
	size_t i;

	if (argc < 2)
		return -1;
	e.today = clock_date(clock_now(&sim->clock));
	e.argc = argc - 2;
	e.argv = argv + 2;
	if (strcmp(argv[0], "consent") == 0 && strcmp(argv[1], "all") == 0)
		return everybody_consents(&e);
	if ((e.person = people_find(sim, argv[1])) == 0)
		return -1;
	e.coverage = db_int(&sim->db, "SELECT id FROM coverage WHERE person=? "
	    "AND class<>'A1' ORDER BY end<>0, start DESC LIMIT 1", "i",
	    e.person);
	for (i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		if (strcmp(events[i].name, argv[0]) == 0)
			return events[i].act(&e);
	return -1;
}
