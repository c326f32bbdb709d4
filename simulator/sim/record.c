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

static const char *const columns[] = {
	"at", "institution", "request", "method", "person", "consented",
	"granted", "viewed", "code",
};
#define COLUMNS	(sizeof(columns) / sizeof(columns[0]))

static void
print_json(sqlite3_stmt *st)
{
	json_t *o = json_object();
	const char *s;
	size_t i;

	for (i = 0; i < COLUMNS; i++)
		if (*(s = db_text(st, columns[i])) != '\0')
			json_object_set_new(o, columns[i], json_string(s));
	json_dumpf(o, stdout, JSON_COMPACT | JSON_PRESERVE_ORDER);
	putchar('\n');
	json_decref(o);
}

static void
print_tabs(sqlite3_stmt *st)
{
	const char *s;
	size_t i;

	for (i = 0; i < COLUMNS; i++) {
		s = db_text(st, columns[i]);
		printf("%s%c", *s == '\0' ? "-" : s,
		    i + 1 < COLUMNS ? '\t' : '\n');
	}
}

static int
print_record(struct db *db, int as_json)
{
	sqlite3_stmt *st;
	size_t i;

	for (i = 0; !as_json && i < COLUMNS; i++)
		printf("%s%c", columns[i], i + 1 < COLUMNS ? '\t' : '\n');
	st = db_query(db, "SELECT strftime('%Y-%m-%dT%H:%M:%S+09:00', at, "
	    "'unixepoch', '+9 hours') AS at, terminal AS institution, "
	    "request, CASE method WHEN 1 THEN 'face' WHEN 2 THEN 'pin' "
	    "WHEN 3 THEN 'visual' END AS method, nullif(person,0) AS person, "
	    "given AS consented, granted, viewed, code FROM record "
	    "ORDER BY id", "");
	if (st == NULL)
		return 1;
	while (sqlite3_step(st) == SQLITE_ROW)
		if (as_json)
			print_json(st);
		else
			print_tabs(st);
	sqlite3_finalize(st);
	return 0;
}

int
record_main(int argc, char **argv)
{
	const char *path = NULL;
	int i, as_json = 0, r;
	struct db db;

	for (i = 1; i < argc; i++)
		if (strcmp(argv[i], "--json") == 0)
			as_json = 1;
		else if (strcmp(argv[i], "--db") == 0 && i + 1 < argc)
			path = argv[++i];
		else
			path = NULL, i = argc;
	if (path == NULL) {
		fputs("usage: onshikaku-sim log --db FILE [--json]\n",
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
	r = print_record(&db, as_json);
	db_close(&db);
	return r;
}
