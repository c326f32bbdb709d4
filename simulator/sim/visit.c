/* visit.c: the token that a card check-in opens, and what it may ask for. */
#include <string.h>

#include <openssl/evp.h>
#include <openssl/rand.h>

#include "sim.h"

#define TOKEN_LEN	32

static void
digest(const char *token, unsigned char out[32])
{
	unsigned int n = 32;

	EVP_Digest(token, strlen(token), out, &n, EVP_sha256(), NULL);
}

/* The token is random; the database knows its digest only. */
int
visit_open(struct sim *sim, const struct request *req, int64_t person,
    int method, const int *granted, char token[65])
{
	unsigned char raw[TOKEN_LEN], hash[32];
	int64_t id;
	int i;

	if (RAND_bytes(raw, sizeof(raw)) != 1)
		return -1;
	text_hex(raw, sizeof(raw), token);
	digest(token, hash);
	db_run(&sim->db, "INSERT INTO visit(token,terminal,person,method,made)"
	    " VALUES(?,?,?,?,?)", "btiii", hash, sizeof(hash), req->terminal,
	    person, (int64_t)method, req->now);
	id = db_last_id(&sim->db);
	for (i = 0; i < CATEGORIES; i++)
		if (granted[i])
			db_run(&sim->db, "INSERT INTO consent VALUES(?,?,?,?)",
			    "iiii", id, (int64_t)i, req->now,
			    req->now + sim->consent_seconds);
	return 0;
}

/* 0, or the HTTP status that refuses: 401 no live token, 403 not yours. */
int
visit_find(struct sim *sim, const struct request *req, int64_t *visit,
    int64_t *person)
{
	unsigned char hash[32];
	sqlite3_stmt *st;
	int r = 401;

	if (req->token == NULL)
		return 401;
	digest(req->token, hash);
	st = db_query(&sim->db, "SELECT id, person, terminal, made, mode FROM "
	    "visit WHERE token=?", "b", hash, sizeof(hash));
	if (st != NULL && sqlite3_step(st) == SQLITE_ROW) {
		*visit = db_number(st, "id");
		*person = db_number(st, "person");
		if (strcmp(db_text(st, "terminal"), req->terminal) != 0)
			r = 403;
		else if (req->now - db_number(st, "made") <
		    (db_number(st, "mode") == MODE_ORDINARY ? 2 * DAY : DAY))
			r = 0;
	}
	sqlite3_finalize(st);
	return r;
}

/*
 * By folder there is no token: what the person's last card check at this
 * institution allows holds until its time. 0: there was none.
 */
int64_t
visit_last(struct sim *sim, const char *terminal, int64_t person)
{
	return db_int(&sim->db, "SELECT id FROM visit WHERE terminal=? AND "
	    "person=? AND mode=0 ORDER BY id DESC LIMIT 1", "ti", terminal, person);
}

/* How it was opened, and in a hospital what for. */
int
visit_mode(struct sim *sim, int64_t visit, int *want)
{
	*want = (int)db_int(&sim->db, "SELECT want FROM visit WHERE id=?",
	    "i", visit);
	return (int)db_int(&sim->db, "SELECT mode FROM visit WHERE id=?", "i",
	    visit);
}

/* CO-10: granted in this visit, and still running. */
int
visit_may(struct sim *sim, int64_t visit, int category, int64_t now)
{
	return db_int(&sim->db, "SELECT count(*) FROM consent WHERE visit=? "
	    "AND category=? AND at<=? AND until>?", "iiii", visit,
	    (int64_t)category, now, now) > 0;
}
