/* carried.c: consents that were given once, on the patient's own device, and
 * live here until their time or until they are taken back (CO-11). */
#include <stdlib.h>
#include <string.h>

#include "bulk.h"

#define HOME_DAYS	180

/* given: a digit per category, in the order of categories. */
static int
read_list(const char *list, char given[CATEGORIES + 1])
{
	char *copy = text_dup(list), *rest = copy, *word, *how;
	int i, r = 0;

	memset(given, '0', CATEGORIES);
	given[CATEGORIES] = '\0';
	if (strcmp(list, "all") == 0)
		memset(given, '1', CATEGORIES);
	else if (strcmp(list, "none") != 0)
		while (r == 0 && (word = strsep(&rest, ",")) != NULL) {
			if ((how = strchr(word, '=')) != NULL)
				*how++ = '\0';
			for (i = 0; i < CATEGORIES && strcmp(word,
			    categories[i].name) != 0; i++)
				;
			if (i == CATEGORIES || (how != NULL &&
			    strcmp(how, "hard") != 0))
				r = -1;
			else
				given[i] = how == NULL ? '1' : '3';
		}
	free(copy);
	return r;
}

static int
read_day(const char *s, int32_t today, int32_t *out)
{
	int64_t n;

	if (strcmp(s, "today") == 0) {
		*out = today;
		return 0;
	}
	if ((*s == '+' || *s == '-') && text_number(s, &n) == 0 &&
	    n > -40000 && n < 40000) {
		*out = date_days(today, (int)n);
		return 0;
	}
	return date_read(s, out);
}

/*
 * consent WHO INSTITUTION home|online LIST [DAY [UNTIL|- [EXAMINED]]]; LIST
 * as of touch, with =hard for what could not be asked for. argv: from
 * INSTITUTION on.
 */
int
carried_give(struct sim *sim, int64_t person, int32_t today, int argc,
    char **argv)
{
	int online = argc > 1 && strcmp(argv[1], "online") == 0;
	int32_t day = today, until, examined;
	char given[CATEGORIES + 1];
	int64_t now = clock_now(&sim->clock);

	if (argc < 3 || argc > 6 || !text_digits(argv[0], TERMINAL_LEN) ||
	    (!online && strcmp(argv[1], "home") != 0) ||
	    read_list(argv[2], given) != 0 ||
	    (argc > 3 && read_day(argv[3], today, &day) != 0))
		return -1;
	examined = day;
	if (argc > 5 && (!online || read_day(argv[5], today, &examined) != 0))
		return -1;
	until = online ? examined : date_days(day, HOME_DAYS);
	if (argc > 4 && strcmp(argv[4], "-") != 0 &&
	    read_day(argv[4], today, &until) != 0)
		return -1;
	return db_run(&sim->db, "INSERT INTO carried(terminal,person,flag,at,"
	    "until,examined,given) VALUES(?,?,?,?,?,?,?)", "tiiiiit", argv[0],
	    person, (int64_t)(online ? 3 : 2), day == today ? now :
	    clock_at(day, 14 * 3600), clock_at(until, DAY - 1),
	    (int64_t)(online ? examined : 0), given);
}

/* Of every institution, at once. */
int
carried_withdraw(struct sim *sim, int64_t person)
{
	return db_run(&sim->db, "UPDATE carried SET until=min(until, ?) WHERE "
	    "person=?", "ii", clock_now(&sim->clock), person);
}

/* What was given on those days, or for examinations on them. */
sqlite3_stmt *
carried_between(struct sim *sim, const char *terminal,
    const struct receipt *r)
{
	if (r->by_examination)
		return db_query(&sim->db, "SELECT * FROM carried WHERE "
		    "terminal=? AND flag=3 AND at<=? AND examined BETWEEN ? "
		    "AND ? ORDER BY id", "tiii", terminal, r->made,
		    (int64_t)r->first, (int64_t)r->last);
	return db_query(&sim->db, "SELECT * FROM carried WHERE terminal=? AND "
	    "flag=? AND at<=? AND at>=? AND at<? ORDER BY id", "tiiii",
	    terminal, (int64_t)(r->kind == BULK_ONLINE ? 3 : 2), r->made,
	    clock_at(r->first, 0), clock_at(r->last, 0) + DAY);
}

/* As it stands now: what has run out or was taken back is over. */
void
carried_flags(sqlite3_stmt *row, int64_t now, int flags[CATEGORIES])
{
	const char *given = db_text(row, "given");
	int i;

	for (i = 0; i < CATEGORIES; i++) {
		flags[i] = given[i] - '0';
		if (flags[i] == CONSENT_GIVEN &&
		    db_number(row, "until") <= now)
			flags[i] = CONSENT_OVER;
	}
}

/* By HTTPS: a token for the persons and consents of that answer, no others. */
int
carried_open(struct sim *sim, const struct request *req,
    const struct receipt *r, struct reply *rep)
{
	static const int none[CATEGORIES];
	int64_t visit;

	if (visit_open(sim, req, 0, 0, none, rep->token) != 0)
		return -1;
	visit = db_last_id(&sim->db);
	return db_run(&sim->db, "UPDATE visit SET mode=?, want=?, receipt=? "
	    "WHERE id=?", "iiii", (int64_t)MODE_CARRIED,
	    (int64_t)(r->kind == BULK_ONLINE ? 3 : 2), r->id, visit);
}

/* The latest consent of that person here; of that answer, unless 0. */
int64_t
carried_find(struct sim *sim, const char *terminal, int64_t person, int flag,
    int64_t receipt)
{
	return db_int(&sim->db, "SELECT id FROM carried WHERE terminal=?1 AND "
	    "person=?2 AND flag=?3 AND (?4=0 OR id IN (SELECT carried FROM "
	    "shown WHERE receipt=?4)) ORDER BY at DESC, id DESC LIMIT 1",
	    "tiii", terminal, person, (int64_t)flag, receipt);
}

int
carried_may(struct sim *sim, int64_t carried, int category, int64_t now)
{
	return db_int(&sim->db, "SELECT count(*) FROM carried WHERE id=? AND "
	    "substr(given,?,1)='1' AND at<=? AND until>?", "iiii", carried,
	    (int64_t)category + 1, now, now) > 0;
}
