/* record.c: the centre's own record: who asked, consented, viewed, where. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "sim.h"

static char *
names_of(const int *flags)
{
	char *list = text_dup(""), *more;
	int i;

	for (i = 0; flags != NULL && i < CATEGORIES; i++) {
		if (!flags[i])
			continue;
		more = text_format("%s%s%s", list, *list == '\0' ? "" : ",",
		    categories[i].name);
		free(list);
		list = more;
	}
	return list;
}

void
record_add(struct sim *sim, int64_t now, const struct entry *e)
{
	char *given = names_of(e->given), *granted = names_of(e->granted);
	char *viewed = names_of(e->viewed);

	db_run(&sim->db, "INSERT INTO record(at,terminal,request,method,"
	    "person,given,granted,viewed,code) VALUES(?,?,?,?,?,?,?,?,?)",
	    "ittiitttt", now, e->terminal, e->request, (int64_t)e->method,
	    e->person, given, granted, viewed, e->code);
	free(given);
	free(granted);
	free(viewed);
}

#define COLUMNS_MAX	10

/* What is printed, of which rows: times in Japan's. */
struct table {
	const char *columns[COLUMNS_MAX];
	const char *sql;
};

static const struct table record = { {
	"at", "institution", "request", "method", "person", "consented",
	"granted", "viewed", "code" },
	"SELECT strftime('%Y-%m-%dT%H:%M:%S+09:00', at, "
	"'unixepoch', '+9 hours') AS at, terminal AS institution, "
	"request, CASE method WHEN 1 THEN 'face' WHEN 2 THEN 'pin' "
	"WHEN 3 THEN 'visual' END AS method, nullif(person,0) AS person, "
	"given AS consented, granted, viewed, code FROM record ORDER BY id"
};

/* What was uploaded of many at once; asked: how often for its answer. */
static const struct table uploads = { {
	"at", "institution", "request", "receipt", "identifier", "persons",
	"asked", "sha256" },
	"SELECT strftime('%Y-%m-%dT%H:%M:%S+09:00', made, "
	"'unixepoch', '+9 hours') AS at, terminal AS institution, "
	"function AS request, number AS receipt, identifier, persons, "
	"asked, digest AS sha256 FROM receipt ORDER BY id"
};

static void
print_json(const struct table *t, sqlite3_stmt *st)
{
	json_t *o = json_object();
	const char *s;
	size_t i;

	for (i = 0; t->columns[i] != NULL; i++)
		if (*(s = db_text(st, t->columns[i])) != '\0')
			json_object_set_new(o, t->columns[i], json_string(s));
	json_dumpf(o, stdout, JSON_COMPACT | JSON_PRESERVE_ORDER);
	putchar('\n');
	json_decref(o);
}

static void
print_tabs(const struct table *t, sqlite3_stmt *st)
{
	const char *s;
	size_t i;

	for (i = 0; t->columns[i] != NULL; i++) {
		s = db_text(st, t->columns[i]);
		printf("%s%s", i == 0 ? "" : "\t", *s == '\0' ? "-" : s);
	}
	putchar('\n');
}

static int
print_table(struct db *db, const struct table *t, int as_json)
{
	sqlite3_stmt *st;
	size_t i;

	if ((st = db_query(db, t->sql, "")) == NULL)
		return 1;
	for (i = 0; !as_json && t->columns[i] != NULL; i++)
		printf("%s%s", i == 0 ? "" : "\t", t->columns[i]);
	if (!as_json)
		putchar('\n');
	while (sqlite3_step(st) == SQLITE_ROW)
		if (as_json)
			print_json(t, st);
		else
			print_tabs(t, st);
	sqlite3_finalize(st);
	return 0;
}

int
record_main(int argc, char **argv)
{
	const struct table *t = &record;
	const char *path = NULL;
	int i, as_json = 0, r;
	struct db db;

	for (i = 1; i < argc; i++)
		if (strcmp(argv[i], "--json") == 0)
			as_json = 1;
		else if (strcmp(argv[i], "--uploads") == 0)
			t = &uploads;
		else if (strcmp(argv[i], "--db") == 0 && i + 1 < argc)
			path = argv[++i];
		else
			path = NULL, i = argc;
	if (path == NULL) {
		fputs("usage: onshikaku-sim log --db FILE [--json] [--uploads]\n",
		    stderr);
		return 2;
	}
	memset(&db, 0, sizeof(db));
	if (sqlite3_open_v2(path, &db.handle, SQLITE_OPEN_READWRITE, NULL) !=
	    SQLITE_OK) {
		fprintf(stderr, "onshikaku-sim: %s: %s\n", path,
		    sqlite3_errmsg(db.handle));
		sqlite3_close(db.handle);
		return 7;
	}
	sqlite3_busy_timeout(db.handle, 5000);
	r = print_table(&db, t, as_json);
	db_close(&db);
	return r;
}
