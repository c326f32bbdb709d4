/* card.c: what stands on a test card, as onshikaku-pki made it. */
#include <stdlib.h>
#include <string.h>

#include "sim.h"

/* A file of the card's folder; NULL if there is none. */
char *
card_file(const struct sim *sim, const char *who, const char *name,
    size_t *len)
{
	char *path = text_format("%s/cards/%s/%s", sim->pki, who, name);
	char *data = text_is_file(path) ? text_file(path, len) : NULL;

	free(path);
	return data;
}

/* The value of a key of profile.ini; empty if there is none. */
char *
card_value(const char *ini, const char *key)
{
	size_t n = strlen(key);
	const char *line;

	for (line = ini; line != NULL; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, key, n) == 0 &&
		    strncmp(line + n, " = ", 3) == 0)
			return text_format("%.*s", (int)strcspn(line + n + 3,
			    "\r\n"), line + n + 3);
	}
	return text_dup("");
}
