/* challenge.c: 32 bytes, for one terminal, once, within a minute. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/rand.h>

#include "sim.h"

#define STR2(x)	#x
#define STR(x)	STR2(x)

int
challenge_new(struct sim *sim, const char *terminal, char **body, size_t *len)
{
	unsigned char value[CHALLENGE_LEN], id[16];
	char hex[2 * sizeof(id) + 1], *b64;
	int64_t now = clock_now(&sim->clock);

	if (RAND_bytes(value, sizeof(value)) != 1 ||
	    RAND_bytes(id, sizeof(id)) != 1)
		return -1;
	text_hex(id, sizeof(id), hex);
	db_run(&sim->db, "DELETE FROM challenge WHERE made<?", "i",
	    now - DAY);
	if (db_run(&sim->db, "INSERT INTO challenge VALUES(?,?,?,?)", "ttbi",
	    hex, terminal, value, sizeof(value), now) != 0)
		return -1;
	b64 = text_base64(value, sizeof(value));
	*body = text_format("<?xml version=\"1.0\" encoding=\"UTF-8\" "
	    "standalone=\"no\"?>\n<Challenge><ChallengeId>%s</ChallengeId>"
	    "<Value>%s</Value><ExpiresIn>" STR(CHALLENGE_LIFE)
	    "</ExpiresIn></Challenge>\n", hex, b64);
	free(b64);
	*len = strlen(*body);
	return 0;
}

/*
 * Whoever shows it, it is gone: a challenge serves once. Another terminal
 * cannot show it at all, and so cannot use it up either.
 */
int
challenge_take(struct sim *sim, const char *terminal, const char *id,
    unsigned char value[CHALLENGE_LEN])
{
	int64_t now = clock_now(&sim->clock), age = CHALLENGE_LIFE + 1;
	sqlite3_stmt *st;
	int r = -1;

	st = db_query(&sim->db, "SELECT value, made FROM challenge WHERE id=? "
	    "AND terminal=?", "tt", id, terminal);
	if (st != NULL && sqlite3_step(st) == SQLITE_ROW &&
	    sqlite3_column_bytes(st, 0) == CHALLENGE_LEN) {
		memcpy(value, sqlite3_column_blob(st, 0), CHALLENGE_LEN);
		age = now - sqlite3_column_int64(st, 1);
		r = 0;
	}
	sqlite3_finalize(st);
	if (r != 0)
		return -1;
	db_run(&sim->db, "DELETE FROM challenge WHERE id=?", "t", id);
	return age < 0 || age >= CHALLENGE_LIFE ? -1 : 0;
}
