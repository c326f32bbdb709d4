/* find.c: whom numbers or a card mean, and how the person stands on a day. */
#include <stdlib.h>
#include <string.h>

#include "sim.h"

/*
 * An insurer's events count from the day on which they are notified (TI-1):
 * what has not reached the centre has not happened.
 */
#define KNOWN	" c.start_notified<=?1 AND c.start<=?2 "
#define ENDED	" (c.end<>0 AND c.end_notified<=?1 AND c.end<=?2) "

static int64_t
covered(struct sim *sim, int64_t person, int32_t date, int32_t today,
    int assistance)
{
	return db_int(&sim->db, "SELECT id FROM coverage c WHERE" KNOWN
	    "AND NOT" ENDED "AND c.person=?3 AND (c.class='A1')=?4 "
	    "ORDER BY c.start DESC LIMIT 1", "iiii", (int64_t)today,
	    (int64_t)date, person, (int64_t)assistance);
}

static void
add(struct found *f, int64_t coverage)
{
	if (coverage != 0 && f->n < FOUND_MAX)
		f->coverage[f->n++] = coverage;
}

/* 6: medical assistance alone, and its ticket names another institution. */
static int
assisted_elsewhere(struct sim *sim, int64_t coverage, const char *terminal)
{
	return db_int(&sim->db, "SELECT count(*) FROM ticket WHERE coverage=?"
	    " AND inst_code<>?", "it", coverage, terminal) > 0 &&
	    db_int(&sim->db, "SELECT count(*) FROM ticket WHERE coverage=? "
	    "AND inst_code=?", "it", coverage, terminal) == 0;
}

void
find_by_person(struct sim *sim, int64_t person, int32_t date, int32_t today,
    const char *terminal, struct found *out)
{
	int64_t assist = covered(sim, person, date, today, 1);

	memset(out, 0, sizeof(*out));
	out->person = person;
	add(out, covered(sim, person, date, today, 0));
	out->validity = out->n == 0 && assist != 0 &&
	    assisted_elsewhere(sim, assist, terminal) ? 6 : 1;
	add(out, assist);
	if (out->n > 0)
		return;
	add(out, db_int(&sim->db, "SELECT id FROM coverage c WHERE" KNOWN
	    "AND c.person=?3 ORDER BY c.end DESC LIMIT 1", "iii",
	    (int64_t)today, (int64_t)date, person));
	out->validity = out->n > 0 ? 2 : 4;
}

static int
judge(struct sim *sim, int64_t coverage, int64_t person, int32_t date,
    int32_t today)
{
	if (db_int(&sim->db, "SELECT count(*) FROM coverage c WHERE" ENDED
	    "AND c.id=?3", "iii", (int64_t)today, (int64_t)date,
	    coverage) == 0)
		return 1;
	return covered(sim, person, date, today, 0) != 0 ? 3 : 2;
}

static sqlite3_stmt *
matches(struct sim *sim, const struct numbers *n, int32_t date, int32_t today)
{
	char *key[3];
	sqlite3_stmt *st;
	int i;

	key[0] = text_key_number(n->insurer == NULL ? "" : n->insurer);
	key[1] = text_key(n->symbol == NULL ? "" : n->symbol);
	key[2] = text_key_number(n->number == NULL ? "" : n->number);
	st = db_take(&sim->db, "SELECT c.id, c.person FROM coverage c "
	    "JOIN person p ON p.id=c.person WHERE" KNOWN "AND "
	    "c.insurer_key=?3 AND c.symbol_key=?4 AND c.number_key=?5 AND "
	    "p.birth=?6 AND (?7='' OR c.branch=?7) "
	    "ORDER BY" ENDED ", c.start DESC", "iitttit", (int64_t)today,
	    (int64_t)date, key[0], key[1], key[2], (int64_t)n->birth,
	    n->branch == NULL ? "" : n->branch);
	for (i = 0; i < 3; i++)
		free(key[i]);
	return st;
}

/* 1, 2, 3 with what was found; 4 nobody; 5 several, and nothing is told. */
void
find_by_numbers(struct sim *sim, const struct numbers *n, int32_t date,
    int32_t today, struct found *out)
{
	sqlite3_stmt *st = matches(sim, n, date, today);

	memset(out, 0, sizeof(*out));
	out->validity = 4;
	while (st != NULL && sqlite3_step(st) == SQLITE_ROW) {
		if (out->n > 0 && out->person != db_number(st, "person")) {
			out->n = 0;
			out->validity = 5;
			break;
		}
		out->person = db_number(st, "person");
		if (out->n == 0)
			add(out, db_number(st, "id"));
	}
	db_give(&sim->db, st);
	if (out->n > 0)
		out->validity = judge(sim, out->coverage[0], out->person,
		    date, today);
}

void
find_by_number(struct sim *sim, xmlNodePtr search, int32_t date,
    int32_t today, struct found *out)
{
	struct numbers n = {
		.insurer = xml_text(search, "InsurerNumber"),
		.symbol = xml_text(search, "InsuredCardSymbol"),
		.number = xml_text(search, "InsuredIdentificationNumber"),
		.branch = xml_text(search, "InsuredBranchNumber")
	};

	date_read(xml_text(search, "Birthdate"), &n.birth);
	find_by_numbers(sim, &n, date, today, out);
}

/* Beside somebody's insurance: the medical assistance, if there is one. */
void
find_assistance(struct sim *sim, int32_t date, int32_t today,
    struct found *out)
{
	int64_t assist = covered(sim, out->person, date, today, 1);

	if (out->validity == 1 && (out->n == 0 || out->coverage[0] != assist))
		add(out, assist);
}
