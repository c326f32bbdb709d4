/* onfile.c: what the host has on file (--compare), a JSON object with the keys
 * of a result, into a match. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "tools.h"

#define FILE_MOST	(1024 * 1024)
#define DEPTH_MOST	8
#define TEXT_ROOM	4100

/* A reading of the file: of what is wrong the first is kept. */
struct reading {
	struct onfile	*file;
	const char	*at;
	const char	*end;
	int		 depth;
	const char	*wrong;		/* NULL: nothing so far */
};

static bool
wrong(struct reading *rd, const char *what)
{
	if (rd->wrong == NULL)
		rd->wrong = what;

	return false;
}

static void
skip(struct reading *rd)
{
	while (rd->at < rd->end && strchr(" \t\r\n", *rd->at) != NULL &&
	    *rd->at != '\0')
		rd->at++;
}

/* The next character that counts, if it is that one. */
static bool
next_is(struct reading *rd, char c)
{
	skip(rd);
	if (rd->at == rd->end || *rd->at != c)
		return false;
	rd->at++;

	return true;
}

/* ---- texts -------------------------------------------------------------- */

struct text {
	char	bytes[TEXT_ROOM];
	size_t	len;
};

static bool
put(struct reading *rd, struct text *t, unsigned int byte)
{
	if (t->len + 1 >= sizeof(t->bytes))
		return wrong(rd, "a text is too long");
	t->bytes[t->len++] = (char)byte;
	t->bytes[t->len] = '\0';

	return true;
}

static bool
put_character(struct reading *rd, struct text *t, unsigned long c)
{
	if (c == 0 || (c >= 0xd800 && c <= 0xdfff) || c > 0x10ffff)
		return wrong(rd, "a character that is none");
	if (c < 0x80)
		return put(rd, t, (unsigned int)c);
	if (c < 0x800)
		return put(rd, t, 0xc0 | (unsigned int)(c >> 6)) &&
		    put(rd, t, 0x80 | (c & 0x3f));
	if (c < 0x10000)
		return put(rd, t, 0xe0 | (unsigned int)(c >> 12)) &&
		    put(rd, t, 0x80 | (c >> 6 & 0x3f)) &&
		    put(rd, t, 0x80 | (c & 0x3f));

	return put(rd, t, 0xf0 | (unsigned int)(c >> 18)) &&
	    put(rd, t, 0x80 | (c >> 12 & 0x3f)) &&
	    put(rd, t, 0x80 | (c >> 6 & 0x3f)) &&
	    put(rd, t, 0x80 | (c & 0x3f));
}

static bool
four_digits(struct reading *rd, unsigned long *c)
{
	static const char digits[] = "0123456789abcdefABCDEF";
	const char *digit;
	int i;

	for (i = 0, *c = 0; i < 4; i++, rd->at++) {
		if (rd->at == rd->end || *rd->at == '\0' ||
		    (digit = strchr(digits, *rd->at)) == NULL)
			return wrong(rd, "\\u without four digits");
		*c = *c * 16 + (unsigned long)(digit - digits < 16 ?
		    digit - digits : digit - digits - 6);
	}

	return true;
}

/* Behind the backslash. */
static bool
escape(struct reading *rd, struct text *t)
{
	static const char names[] = "\"\\/bfnrt", bytes[] = "\"\\/\b\f\n\r\t";
	unsigned long c, low;
	const char *name;

	if (rd->at == rd->end || *rd->at == '\0')
		return wrong(rd, "a text without an end");
	if (*rd->at != 'u') {
		if ((name = strchr(names, *rd->at++)) == NULL)
			return wrong(rd, "an escape that is none");
		return put(rd, t, (unsigned char)bytes[name - names]);
	}
	rd->at++;
	if (!four_digits(rd, &c))
		return false;
	if (c >= 0xd800 && c <= 0xdbff && rd->end - rd->at > 6 &&
	    rd->at[0] == '\\' && rd->at[1] == 'u') {
		rd->at += 2;
		if (!four_digits(rd, &low))
			return false;
		if (low >= 0xdc00 && low <= 0xdfff)
			c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
	}

	return put_character(rd, t, c);
}

/* Behind the first quote. */
static bool
string(struct reading *rd, struct text *t)
{
	t->len = 0;
	t->bytes[0] = '\0';
	while (rd->at < rd->end) {
		if (*rd->at == '"') {
			rd->at++;
			return true;
		}
		if ((unsigned char)*rd->at < ' ')
			return wrong(rd, "a control character in a text");
		if (*rd->at == '\\') {
			rd->at++;
			if (!escape(rd, t))
				return false;
		} else if (!put(rd, t, (unsigned char)*rd->at++))
			return false;
	}

	return wrong(rd, "a text without an end");
}

/* ---- values ------------------------------------------------------------- */

static void
keep_unknown(struct onfile *file, const char *key)
{
	char *copy;

	if (file->nunknown < COUNT(file->unknown) &&
	    (copy = strdup(key)) != NULL)
		file->unknown[file->nunknown++] = copy;
}

/* Of a list the i-th; keys of elements that are not compared are passed by. */
static bool
leaf(struct reading *rd, const char *key, size_t i, const char *text)
{
	struct onfile *file = rd->file;
	int element, r;

	if (strcmp(key, "last_confirmed") == 0) {
		free(file->last_confirmed);
		file->last_confirmed = strdup(text);
		return true;
	}
	if ((element = element_of_key(key)) == 0) {
		keep_unknown(file, key);
		return true;
	}
	if ((r = onshi_match_set_item(file->match, i, element, text)) ==
	    ONSHI_ABSENT)
		r = onshi_match_set_text(file->match, element, text);

	return r >= 0 || wrong(rd, r == ONSHI_E_NOMEM ? "out of memory" :
	    onshi_error_text(onshi_match_error(file->match)));
}

static bool	value(struct reading *rd, const char *key, size_t i);

static bool
object(struct reading *rd, size_t i)
{
	struct text *key = malloc(sizeof(*key));
	bool more = true, good = key != NULL;

	if (next_is(rd, '}'))
		more = false;
	while (good && more) {
		good = next_is(rd, '"') ? string(rd, key) :
		    wrong(rd, "no key");
		good = good && (next_is(rd, ':') || wrong(rd, "no colon")) &&
		    value(rd, key->bytes, i);
		more = good && next_is(rd, ',');
		if (good && !more)
			good = next_is(rd, '}') || wrong(rd, "no }");
	}
	free(key);

	return good || wrong(rd, "out of memory");
}

static bool
array(struct reading *rd, const char *key)
{
	size_t i = 0;

	if (next_is(rd, ']'))
		return true;
	do
		if (!value(rd, key, i++))
			return false;
	while (next_is(rd, ','));

	return next_is(rd, ']') || wrong(rd, "no ]");
}

/* null, true, false: nothing on file. A number is text, as it stands. */
static bool
word(struct reading *rd, const char *key, size_t i)
{
	static const char *const nothing[] = { "null", "true", "false" };
	static const char number[] = "0123456789+-.eE";
	struct text t = { "", 0 };
	size_t k, len;

	for (k = 0; k < COUNT(nothing); k++) {
		len = strlen(nothing[k]);
		if ((size_t)(rd->end - rd->at) >= len &&
		    memcmp(rd->at, nothing[k], len) == 0) {
			rd->at += len;
			return true;
		}
	}
	while (rd->at < rd->end && *rd->at != '\0' &&
	    strchr(number, *rd->at) != NULL)
		if (!put(rd, &t, (unsigned char)*rd->at++))
			return false;

	return t.len > 0 ? leaf(rd, key, i, t.bytes) :
	    wrong(rd, "no value");
}

static bool
text_value(struct reading *rd, const char *key, size_t i)
{
	struct text *t = malloc(sizeof(*t));
	bool good;

	good = t != NULL && string(rd, t) && leaf(rd, key, i, t->bytes);
	if (t != NULL)
		onshi_wipe(t, sizeof(*t));
	free(t);

	return good || wrong(rd, "out of memory");
}

static bool
value(struct reading *rd, const char *key, size_t i)
{
	bool good;

	if (++rd->depth > DEPTH_MOST)
		return wrong(rd, "too deep");
	if (next_is(rd, '{'))
		good = object(rd, i);
	else if (next_is(rd, '['))
		good = array(rd, key);
	else if (next_is(rd, '"'))
		good = text_value(rd, key, i);
	else
		good = word(rd, key, i);
	rd->depth--;

	return good;
}

/* ---- the file ----------------------------------------------------------- */

static bool
read_object(struct reading *rd)
{
	if (rd->end - rd->at >= 3 && memcmp(rd->at, "\xef\xbb\xbf", 3) == 0)
		rd->at += 3;
	if (!next_is(rd, '{'))
		return wrong(rd, "no object");
	if (!object(rd, 0))
		return false;
	skip(rd);

	return rd->at == rd->end || wrong(rd, "more than one object");
}

int
onfile_read(struct tool *t, struct onfile *file)
{
	struct reading rd = { .file = file };
	struct bytes b;
	int error, r;

	memset(file, 0, sizeof(*file));
	if (option_text(t, OPT_COMPARE) == NULL)
		return 0;
	if ((r = onshi_match_new(&file->match)) != ONSHI_OK)
		return fail_result(t, r, NULL);
	if ((error = bytes_read(option_text(t, OPT_COMPARE), FILE_MOST,
	    &b)) != 0)
		return fail_file(t, option_text(t, OPT_COMPARE), error);
	rd.at = (const char *)b.data;
	rd.end = rd.at + b.len;
	(void)read_object(&rd);
	bytes_free(&b);
	if (rd.wrong == NULL)
		return 0;

	return fail_usage(t, "the file of --compare is no JSON object with "
	    "texts", "--compare のファイルが読めません（JSONのオブジェクトにしてください）",
	    rd.wrong);
}

void
onfile_free(struct onfile *file)
{
	size_t i;

	onshi_match_free(&file->match);
	free(file->last_confirmed);
	for (i = 0; i < file->nunknown; i++)
		free(file->unknown[i]);
	memset(file, 0, sizeof(*file));
}
