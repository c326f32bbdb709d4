/* json.c: one JSON object, written as it becomes known. */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tools.h"

static const struct {
	unsigned char	first;		/* least and most lead byte */
	unsigned char	last;
	unsigned char	least;		/* of the byte after it */
	unsigned char	most;
	size_t		len;
} forms[] = {
	{ 0xc2, 0xdf, 0x80, 0xbf, 2 }, { 0xe0, 0xe0, 0xa0, 0xbf, 3 },
	{ 0xe1, 0xec, 0x80, 0xbf, 3 }, { 0xed, 0xed, 0x80, 0x9f, 3 },
	{ 0xee, 0xef, 0x80, 0xbf, 3 }, { 0xf0, 0xf0, 0x90, 0xbf, 4 },
	{ 0xf1, 0xf3, 0x80, 0xbf, 4 }, { 0xf4, 0xf4, 0x80, 0x8f, 4 }
};

size_t
utf8_bytes(const char *text)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t i, k;

	if (*p < 0x80)
		return 1;
	for (i = 0; i < COUNT(forms); i++) {
		if (*p < forms[i].first || *p > forms[i].last)
			continue;
		if (p[1] < forms[i].least || p[1] > forms[i].most)
			return 0;
		for (k = 2; k < forms[i].len; k++)
			if ((p[k] & 0xc0) != 0x80)
				return 0;
		return forms[i].len;
	}

	return 0;
}

static void
quote(struct out *o, const char *text)
{
	const unsigned char *p = (const unsigned char *)text;
	char escaped[8];
	size_t n;

	out_text(o, "\"");
	for (; *p != '\0'; p += n) {
		if ((n = utf8_bytes((const char *)p)) == 0) {
			out_text(o, "\xef\xbf\xbd");	/* U+FFFD */
			n = 1;
		} else if (*p == '"' || *p == '\\') {
			out_text(o, "\\");
			out_bytes(o, (const char *)p, 1);
		} else if (*p < 0x20 || *p == 0x7f) {
			(void)snprintf(escaped, sizeof(escaped), "\\u%04x",
			    (unsigned int)*p);
			out_text(o, escaped);
		} else {
			out_bytes(o, (const char *)p, n);
		}
	}
	out_text(o, "\"");
}

static void
begin(struct json *j, const char *key)
{
	if (j->depth > 0 && j->some[j->depth - 1])
		out_text(j->out, ",");
	if (j->depth > 0)
		j->some[j->depth - 1] = true;
	if (key != NULL) {
		quote(j->out, key);
		out_text(j->out, ":");
	}
}

void
json_open(struct json *j, const char *key, char bracket)
{
	begin(j, key);
	out_bytes(j->out, &bracket, 1);
	if (j->depth < JSON_DEPTH)
		j->some[j->depth++] = false;
	else
		out_fail(j->out, EOVERFLOW);
}

void
json_close(struct json *j, char bracket)
{
	if (j->depth > 0)
		j->depth--;
	out_bytes(j->out, &bracket, 1);
}

void
json_text(struct json *j, const char *key, const char *text)
{
	begin(j, key);
	quote(j->out, text);
}

void
json_word(struct json *j, const char *key, const char *text)
{
	begin(j, key);
	if (text != NULL && *text != '\0')
		quote(j->out, text);
	else
		out_text(j->out, "null");
}

void
json_number(struct json *j, const char *key, int64_t n)
{
	begin(j, key);
	out_format(j->out, "%" PRId64, n);
}

void
json_bool(struct json *j, const char *key, bool yes)
{
	begin(j, key);
	out_text(j->out, yes ? "true" : "false");
}

void
json_time(struct json *j, const char *key, int64_t seconds)
{
	char text[TIME_TEXT];

	text[0] = '\0';
	if (seconds != 0)
		time_iso(seconds, text);
	json_word(j, key, text);
}

struct json_mark
json_mark(const struct json *j)
{
	struct json_mark m = { .at = out_mark(j->out), .depth = j->depth };

	m.some = j->depth > 0 && j->some[j->depth - 1];

	return m;
}

/* Closes what was opened since, where it cannot be taken back any more. */
bool
json_rewind(struct json *j, const struct json_mark *m)
{
	if (!out_rewind(j->out, m->at))
		return false;
	j->depth = m->depth;
	if (j->depth > 0)
		j->some[j->depth - 1] = m->some;

	return true;
}
