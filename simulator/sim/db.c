/* db.c: the one SQLite database: its tables, and little ceremony. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sim.h"

static const char schema[] =
"CREATE TABLE IF NOT EXISTS person(id INTEGER PRIMARY KEY, name TEXT,"
" kana TEXT, other TEXT, other_kana TEXT, sex1 TEXT, sex2 TEXT, birth INTEGER,"
" address TEXT, post TEXT, hide INTEGER DEFAULT 0,"
" care INTEGER DEFAULT 1);"
"CREATE TABLE IF NOT EXISTS coverage(id INTEGER PRIMARY KEY, person INTEGER,"
" class TEXT, insurer TEXT, insurer_key TEXT, symbol TEXT, symbol_key TEXT,"
" number TEXT, number_key TEXT, branch TEXT, relation TEXT, head TEXT,"
" insurer_name TEXT, start INTEGER, start_notified INTEGER,"
" end INTEGER DEFAULT 0, end_notified INTEGER DEFAULT 0, reason TEXT,"
" issued TEXT, valid_from TEXT, valid_to TEXT, ratio TEXT, preschool TEXT,"
" elderly_issued TEXT, elderly_from TEXT, elderly_to TEXT,"
" elderly_ratio TEXT);"
"CREATE TABLE IF NOT EXISTS reference(coverage INTEGER, terminal TEXT,"
" number TEXT, PRIMARY KEY(coverage, terminal));"
"CREATE INDEX IF NOT EXISTS coverage_key ON coverage(insurer_key,"
" number_key);"
"CREATE INDEX IF NOT EXISTS coverage_person ON coverage(person);"
"CREATE TABLE IF NOT EXISTS limits(coverage INTEGER PRIMARY KEY, class TEXT,"
" flag TEXT, issued TEXT, valid_from TEXT, valid_to TEXT, long_term TEXT);"
"CREATE TABLE IF NOT EXISTS disease(coverage INTEGER, category TEXT,"
" issued TEXT, valid_from TEXT, valid_to TEXT, pay TEXT);"
"CREATE INDEX IF NOT EXISTS disease_coverage ON disease(coverage);"
"CREATE TABLE IF NOT EXISTS ticket(coverage INTEGER, type TEXT,"
" valid_from TEXT, valid_to TEXT, issue TEXT, month TEXT, inst_code TEXT,"
" inst_name TEXT, issuer_code TEXT, issuer_name TEXT, injury1 TEXT,"
" treatment TEXT, pay TEXT, combined TEXT, social TEXT, infection TEXT,"
" elderly TEXT, prefecture TEXT, remarks TEXT);"
"CREATE INDEX IF NOT EXISTS ticket_coverage ON ticket(coverage);"
"CREATE TABLE IF NOT EXISTS certificate(serial TEXT PRIMARY KEY,"
" person INTEGER, profile TEXT, revoked INTEGER DEFAULT 0, follows TEXT);"
"CREATE TABLE IF NOT EXISTS registration(serial TEXT PRIMARY KEY,"
" since INTEGER);"
"CREATE TABLE IF NOT EXISTS drug(id INTEGER PRIMARY KEY, person INTEGER,"
" source INTEGER, month INTEGER, org TEXT, di_code TEXT, di_name TEXT,"
" pr_code TEXT, pr_name TEXT, in_out TEXT, di_date TEXT, pr_date TEXT,"
" class TEXT, usage_class TEXT, code TEXT, name TEXT, ingredient TEXT,"
" quantity TEXT, unit TEXT, times TEXT, usage TEXT, instruction TEXT);"
"CREATE INDEX IF NOT EXISTS drug_person ON drug(person, month);"
"CREATE TABLE IF NOT EXISTS checkup(id INTEGER PRIMARY KEY, person INTEGER,"
" day INTEGER, code TEXT, name TEXT, type TEXT, value TEXT, unit TEXT,"
" oid TEXT, value_name TEXT);"
"CREATE INDEX IF NOT EXISTS checkup_person ON checkup(person, day);"
"CREATE TABLE IF NOT EXISTS challenge(id TEXT PRIMARY KEY, terminal TEXT,"
" value BLOB, made INTEGER);"
"CREATE TABLE IF NOT EXISTS login(token TEXT PRIMARY KEY, terminal TEXT);"
"CREATE TABLE IF NOT EXISTS visit(id INTEGER PRIMARY KEY, token BLOB UNIQUE,"
" terminal TEXT, person INTEGER, method INTEGER, made INTEGER,"
" mode INTEGER DEFAULT 0, want INTEGER DEFAULT 0,"
" receipt INTEGER DEFAULT 0);"
"CREATE TABLE IF NOT EXISTS activation(municipality TEXT, since INTEGER,"
" until INTEGER);"
"CREATE TABLE IF NOT EXISTS place(terminal TEXT PRIMARY KEY,"
" municipality TEXT);"
"CREATE TABLE IF NOT EXISTS hospital(terminal TEXT PRIMARY KEY,"
" yes INTEGER);"
"CREATE TABLE IF NOT EXISTS consent(visit INTEGER, category INTEGER,"
" at INTEGER, until INTEGER, PRIMARY KEY(visit, category));"
"CREATE TABLE IF NOT EXISTS reply(terminal TEXT, id TEXT, made INTEGER,"
" digest BLOB, err INTEGER, token TEXT, body BLOB,"
" PRIMARY KEY(terminal, id));"
"CREATE TABLE IF NOT EXISTS pinless(nonce TEXT PRIMARY KEY);"
"CREATE TABLE IF NOT EXISTS stopped(terminal TEXT, prefix TEXT,"
" PRIMARY KEY(terminal, prefix));"
"CREATE TABLE IF NOT EXISTS record(id INTEGER PRIMARY KEY, at INTEGER,"
" terminal TEXT, request TEXT, method INTEGER, person INTEGER, given TEXT,"
" granted TEXT, viewed TEXT, code TEXT);";

/* Of many at once: uploads and who is in them, consents that are carried. */
static const char bulk_schema[] =
"CREATE TABLE IF NOT EXISTS receipt(id INTEGER PRIMARY KEY,"
" number TEXT UNIQUE, terminal TEXT, function TEXT, identifier TEXT,"
" date INTEGER, made INTEGER, persons INTEGER, digest TEXT, first INTEGER,"
" last INTEGER, by_examination INTEGER, asked INTEGER DEFAULT 0,"
" failed INTEGER DEFAULT 0);"
"CREATE TABLE IF NOT EXISTS asked(receipt INTEGER, n INTEGER, insurer TEXT,"
" symbol TEXT, number TEXT, branch TEXT, birth TEXT, mark TEXT,"
" reference TEXT, code TEXT, PRIMARY KEY(receipt, n)) WITHOUT ROWID;"
"CREATE TABLE IF NOT EXISTS carried(id INTEGER PRIMARY KEY, terminal TEXT,"
" person INTEGER, flag INTEGER, at INTEGER, until INTEGER,"
" examined INTEGER, given TEXT);"
"CREATE INDEX IF NOT EXISTS carried_person ON carried(person, flag);"
"CREATE TABLE IF NOT EXISTS shown(receipt INTEGER, carried INTEGER,"
" PRIMARY KEY(receipt, carried)) WITHOUT ROWID;"
"CREATE TABLE IF NOT EXISTS limit_seen(coverage INTEGER, terminal TEXT,"
" flag TEXT, PRIMARY KEY(coverage, terminal)) WITHOUT ROWID;";

int
db_open(struct db *db, const char *path)
{
	memset(db, 0, sizeof(*db));
	/* whoever uses it holds the lock of struct sim */
	if (sqlite3_open_v2(path, &db->handle, SQLITE_OPEN_READWRITE |
	    SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK ||
	    sqlite3_busy_timeout(db->handle, 5000) != SQLITE_OK ||
	    sqlite3_exec(db->handle, "PRAGMA journal_mode=WAL;"
	    "PRAGMA synchronous=OFF;", NULL, NULL, NULL) != SQLITE_OK ||
	    sqlite3_exec(db->handle, schema, NULL, NULL, NULL) !=
	    SQLITE_OK || sqlite3_exec(db->handle, bulk_schema, NULL, NULL,
	    NULL) != SQLITE_OK) {
		fprintf(stderr, "onshikaku-sim: %s: %s\n", path,
		    sqlite3_errmsg(db->handle));
		db_close(db);
		return -1;
	}
	return 0;
}

void
db_close(struct db *db)
{
	size_t i;

	for (i = 0; i < sizeof(db->cache) / sizeof(db->cache[0]); i++)
		sqlite3_finalize(db->cache[i].stmt);
	for (i = 0; i < sizeof(db->pool) / sizeof(db->pool[0]); i++)
		sqlite3_finalize(db->pool[i].stmt);
	sqlite3_close(db->handle);
	memset(db, 0, sizeof(*db));
}

static int
bind_all(sqlite3_stmt *st, const char *types, va_list ap)
{
	const void *data;
	const char *s;
	int i, r = SQLITE_OK;

	if (strlen(types) != (size_t)sqlite3_bind_parameter_count(st)) {
		fprintf(stderr, "onshikaku-sim: values and marks differ: "
		    "%s\n", sqlite3_sql(st));
		return SQLITE_MISUSE;
	}
	for (i = 1; *types != '\0' && r == SQLITE_OK; types++, i++)
		switch (*types) {
		case 't':
			s = va_arg(ap, const char *);
			r = sqlite3_bind_text(st, i, s, -1,
			    SQLITE_TRANSIENT);
			break;
		case 'i':
			r = sqlite3_bind_int64(st, i, va_arg(ap, int64_t));
			break;
		default:
			data = va_arg(ap, const void *);
			r = sqlite3_bind_blob64(st, i, data,
			    va_arg(ap, size_t), SQLITE_TRANSIENT);
		}
	return r;
}

static void
complain(struct db *db, const char *sql)
{
	fprintf(stderr, "onshikaku-sim: %s: %s\n", sqlite3_errmsg(db->handle),
	    sql);
}

/* A statement to step over and to finalize; NULL if it is no SQL. */
sqlite3_stmt *
db_query(struct db *db, const char *sql, const char *types, ...)
{
	sqlite3_stmt *st;
	va_list ap;

	if (sqlite3_prepare_v2(db->handle, sql, -1, &st, NULL) != SQLITE_OK) {
		complain(db, sql);
		return NULL;
	}
	va_start(ap, types);
	if (bind_all(st, types, ap) != SQLITE_OK) {
		sqlite3_finalize(st);
		st = NULL;
	}
	va_end(ap);
	return st;
}

/* A place of the pool with that statement, or for it; -1: none. */
static int
place_for(struct db *db, const char *sql)
{
	int i, n = (int)(sizeof(db->pool) / sizeof(db->pool[0])), empty = -1;

	for (i = 0; i < n; i++) {
		if (db->pool[i].lent)
			continue;
		if (db->pool[i].sql == sql)
			return i;
		if (db->pool[i].sql == NULL && empty < 0)
			empty = i;
	}
	return empty;
}

sqlite3_stmt *
db_take(struct db *db, const char *sql, const char *types, ...)
{
	int i = place_for(db, sql);
	sqlite3_stmt *st = i < 0 ? NULL : db->pool[i].stmt;
	va_list ap;

	if (st == NULL && sqlite3_prepare_v2(db->handle, sql, -1, &st,
	    NULL) != SQLITE_OK) {
		complain(db, sql);
		return NULL;
	}
	if (i >= 0) {
		db->pool[i].sql = sql;
		db->pool[i].stmt = st;
		db->pool[i].lent = 1;
	}
	va_start(ap, types);
	if (bind_all(st, types, ap) != SQLITE_OK) {
		db_give(db, st);
		st = NULL;
	}
	va_end(ap);
	return st;
}

void
db_give(struct db *db, sqlite3_stmt *st)
{
	size_t i;

	for (i = 0; st != NULL && i < sizeof(db->pool) /
	    sizeof(db->pool[0]); i++)
		if (db->pool[i].stmt == st) {
			sqlite3_reset(st);
			sqlite3_clear_bindings(st);
			db->pool[i].lent = 0;
			return;
		}
	sqlite3_finalize(st);
}

/* Statements that repeat are kept, known by the address of their text. */
static sqlite3_stmt *
cached(struct db *db, const char *sql)
{
	size_t n = sizeof(db->cache) / sizeof(db->cache[0]), i;

	for (i = 0; i < n && db->cache[i].sql != NULL; i++)
		if (db->cache[i].sql == sql)
			return db->cache[i].stmt;
	if (i == n)
		return NULL;
	if (sqlite3_prepare_v2(db->handle, sql, -1, &db->cache[i].stmt,
	    NULL) != SQLITE_OK)
		return NULL;
	db->cache[i].sql = sql;
	return db->cache[i].stmt;
}

static int
step_once(struct db *db, const char *sql, const char *types, va_list ap,
    int64_t *value)
{
	sqlite3_stmt *st = cached(db, sql);
	int r;

	if (st == NULL) {
		complain(db, sql);
		return SQLITE_ERROR;
	}
	if ((r = bind_all(st, types, ap)) == SQLITE_OK)
		r = sqlite3_step(st);
	if (r == SQLITE_ROW && value != NULL)
		*value = sqlite3_column_int64(st, 0);
	else if (r != SQLITE_ROW && r != SQLITE_DONE)
		complain(db, sql);
	sqlite3_reset(st);
	sqlite3_clear_bindings(st);
	return r;
}

int
db_run(struct db *db, const char *sql, const char *types, ...)
{
	va_list ap;
	int r;

	va_start(ap, types);
	r = step_once(db, sql, types, ap, NULL);
	va_end(ap);
	return r == SQLITE_DONE || r == SQLITE_ROW ? 0 : -1;
}

/* The first number of the first row; 0 if there is none. */
int64_t
db_int(struct db *db, const char *sql, const char *types, ...)
{
	int64_t value = 0;
	va_list ap;

	va_start(ap, types);
	step_once(db, sql, types, ap, &value);
	va_end(ap);
	return value;
}

static int
column_of(sqlite3_stmt *st, const char *column)
{
	int i, n = sqlite3_column_count(st);

	for (i = 0; i < n; i++)
		if (strcmp(sqlite3_column_name(st, i), column) == 0)
			return i;
	return -1;
}

/* Never NULL: what is absent is empty. Good until the next step. */
const char *
db_text(sqlite3_stmt *st, const char *column)
{
	int i = column_of(st, column);
	const unsigned char *s;

	if (i < 0 || (s = sqlite3_column_text(st, i)) == NULL)
		return "";
	return (const char *)s;
}

int64_t
db_number(sqlite3_stmt *st, const char *column)
{
	int i = column_of(st, column);

	return i < 0 ? 0 : sqlite3_column_int64(st, i);
}

int64_t
db_last_id(struct db *db)
{
	return sqlite3_last_insert_rowid(db->handle);
}
