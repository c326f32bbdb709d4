/*
 * disaster.activation: for which municipalities the disaster mode is said to be
 * activated, and from when to when (DI-1): lines "municipality,from,to" of a
 * file that is read anew each time. Advice: the service knows.
 */
#include <string.h>

#include "visit/inside.h"

#define FILE_MOST	1048576
#define HEADER		"municipality,from,to"
#define COLUMNS		3

struct row {
	char	municipality[6];
	int32_t	from;
	int32_t	to;
};

/* "2025-01-07" is 20250107. */
static bool
read_day(const char *s, size_t len, int32_t *day)
{
	char text[9];

	if (len == 10 && s[4] == '-' && s[7] == '-') {
		memcpy(text, s, 4);
		memcpy(text + 4, s + 5, 2);
		memcpy(text + 6, s + 8, 2);
	} else if (len == 8) {
		memcpy(text, s, 8);
	} else {
		return false;
	}
	text[8] = '\0';

	return oki_date_parse(text, day);
}

static bool
read_row(const char *line, struct row *row)
{
	const char *part[COLUMNS], *rest = line, *more;
	size_t len[COLUMNS], n;

	for (n = 0; n < COLUMNS; n++)
		if (!oki_list_next(&rest, ',', &part[n], &len[n]))
			return false;
	if (oki_list_next(&rest, ',', &more, &n) || len[0] != 5)
		return false;
	memcpy(row->municipality, part[0], 5);
	row->municipality[5] = '\0';

	return oki_is_digits(row->municipality, 5, 5) &&
	    read_day(part[1], len[1], &row->from) &&
	    read_day(part[2], len[2], &row->to) && row->from <= row->to;
}

/* The best that any line says: within, else in another period, else nothing. */
static int
weigh(const struct row *row, const char *here, int32_t today, int before)
{
	if (strcmp(row->municipality, here) != 0 || before == ONSHI_OK)
		return before;

	return row->from <= today && today <= row->to ? ONSHI_OK :
	    ONSHI_E_DISASTER_PERIOD;
}

static int
look(char *text, const char *here, int32_t today, struct onshi_error *e)
{
	int r = ONSHI_E_DISASTER_AREA;
	char *line = text, *end;
	struct row row;
	size_t n = 0;

	if (strncmp(line, "\xef\xbb\xbf", 3) == 0)
		line += 3;
	for (; line != NULL; line = end) {
		n++;
		if ((end = strchr(line, '\n')) != NULL)
			*end++ = '\0';
		line[strcspn(line, "\r#")] = '\0';
		if (line[strspn(line, " \t")] == '\0' ||
		    strcmp(line, HEADER) == 0)
			continue;
		if (!read_row(line, &row))
			return oki_fail(e, ONSHI_E_VALUE,
			    "disaster.activation: line %zu is none", n);
		r = weigh(&row, here, today, r);
	}

	return r;
}

int
oki_activation_look(const struct oki_env *env, struct onshi_error *e)
{
	const struct onshi_config *c = oki_env_config(env);
	struct oki_buf text;
	int r;

	if (!oki_config_has(c, OKI_DISASTER_ACTIVATION) ||
	    !oki_config_has(c, OKI_FACILITY_MUNICIPALITY))
		return ONSHI_ABSENT;
	oki_buf_init(&text, FILE_MOST);
	if ((r = oki_config_read(oki_config_key_name(OKI_DISASTER_ACTIVATION),
	    oki_config_text(c, OKI_DISASTER_ACTIVATION), false, FILE_MOST,
	    &text, e)) != ONSHI_OK)
		r = ONSHI_E_DISK;
	else if (text.data == NULL)
		r = ONSHI_E_DISASTER_AREA;
	else
		r = strlen((const char *)text.data) != text.len ?
		    oki_fail(e, ONSHI_E_VALUE, "disaster.activation: no text") :
		    look((char *)text.data, oki_config_text(c,
		    OKI_FACILITY_MUNICIPALITY), oki_date_of(oki_now(env)), e);
	oki_buf_free(&text);

	return r;
}
