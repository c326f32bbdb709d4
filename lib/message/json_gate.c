/*
 * The gate before jansson: every text is decoded and kept here, in memory that
 * wipes, and what goes on is the shape alone: names, brackets, and for each
 * text the number of its place. So the parser, whose memory nobody wipes, sees
 * nobody's data (SEC-83), nothing deeper or more than the limits allow, and no
 * number that a locale could change (SEC-115, -118).
 */
#include "config.h"

#include <string.h>

#include "message/json.h"

#define LOOK_BYTES	65536u	/* between two looks at the clock */
#define NO_CHAR		UINT32_MAX

void
oki_json_note(struct oki_json *j, int reason, const char *rule)
{
	if (j->rule[reason] != NULL)
		return;
	j->rule[reason] = rule;
	j->line_of[reason] = j->line;
}

static void
malformed(struct oki_json *j, const char *rule)
{
	oki_json_note(j, OKI_MALFORMED, rule);
}

/* What goes on to the parser; after a fault nothing has to. */
static void
pass(struct oki_json *j, const void *p, size_t len)
{
	int r;

	if (j->result == ONSHI_OK &&
	    (r = oki_buf_append(&j->shape, p, len)) != ONSHI_OK)
		j->result = r;
}

static bool
is_space(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* ---- texts --------------------------------------------------------------- */

static void
keep(struct oki_json *j, const void *p, size_t len)
{
	int r;

	if (j->result == ONSHI_OK &&
	    (r = oki_buf_append(&j->texts, p, len)) != ONSHI_OK)
		j->result = r;
}

static uint32_t
hex4(const uint8_t *p, const uint8_t *end)
{
	uint32_t c = 0;
	int i;

	if (end - p < 4)
		return NO_CHAR;
	for (i = 0; i < 4; i++) {
		c <<= 4;
		if (p[i] >= '0' && p[i] <= '9')
			c |= p[i] - (uint32_t)'0';
		else if ((p[i] | 0x20) >= 'a' && (p[i] | 0x20) <= 'f')
			c |= (p[i] | 0x20) - (uint32_t)'a' + 10;
		else
			return NO_CHAR;
	}

	return c;
}

/* Four digits behind \u, and its other half where it is one; p is behind the u. */
static const uint8_t *
unicode(const uint8_t *p, const uint8_t *end, uint32_t *c)
{
	uint32_t low;

	*c = hex4(p, end);
	p = *c == NO_CHAR ? p : p + 4;
	if (*c == NO_CHAR || *c < 0xd800 || *c > 0xdbff)
		return p;
	low = end - p >= 2 && p[0] == '\\' && p[1] == 'u' ?
	    hex4(p + 2, end) : NO_CHAR;
	if (low < 0xdc00 || low > 0xdfff)
		return p;		/* half a pair is no character */
	*c = 0x10000 + ((*c - 0xd800) << 10) + (low - 0xdc00);

	return p + 6;
}

/* Whether more of an escape would have to come; p is behind its backslash. */
static bool
is_cut_escape(const uint8_t *p, const uint8_t *end)
{
	uint32_t c;

	if (p == end)
		return true;
	if (*p++ != 'u')
		return false;
	if (end - p < 4)
		return memchr(p, '"', (size_t)(end - p)) == NULL;
	c = hex4(p, end);
	p += 4;

	return c >= 0xd800 && c <= 0xdbff && end - p < 6 &&
	    (p == end || *p == '\\') && (end - p < 2 || p[1] == 'u');
}

/* The character of an escape; p is behind its backslash. */
static const uint8_t *
escape(struct oki_json *j, const uint8_t *p, const uint8_t *end)
{
	static const char from[] = "\"\\/nrt", to[] = "\"\\/\n\r\t";
	const char *at;
	uint8_t bytes[4];
	uint32_t c = NO_CHAR;
	size_t n;

	if (is_cut_escape(p, end))
		return end;
	if (*p == 'u')
		p = unicode(p + 1, end, &c);
	else if (*p != '\0' && (at = strchr(from, *p++)) != NULL)
		c = (uint8_t)to[at - from];
	n = c > 0 && c <= 0x10ffff ? oki_utf8_put(bytes, c) : 0;
	if (n == 0 || !oki_is_utf8((const char *)bytes, n))
		malformed(j, "an escape that stands for no character of ours");
	else
		keep(j, bytes, n);

	return p;
}

/* Decodes a text into j->texts; p is behind its first quote. NULL: cut off. */
static const uint8_t *
text(struct oki_json *j, const uint8_t *p, const uint8_t *end)
{
	const uint8_t *from;

	for (;;) {
		for (from = p; p < end && *p != '"' && *p != '\\' &&
		    *p >= 0x20; p++)
			;
		keep(j, from, (size_t)(p - from));
		if (p == end)
			return NULL;
		if (*p == '"')
			return p + 1;
		if (*p++ == '\\') {
			p = escape(j, p, end);
			continue;
		}
		malformed(j, "a text over several lines");
		keep(j, " ", 1);
	}
}

/* As an element may be called: it becomes part of a path, and of XML. */
static bool
is_name(const uint8_t *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (!(s[i] >= 0x80 || s[i] == '_' || (s[i] >= 'a' &&
		    s[i] <= 'z') || (s[i] >= 'A' && s[i] <= 'Z') ||
		    (i > 0 && ((s[i] >= '0' && s[i] <= '9') || s[i] == '-' ||
		    s[i] == '.'))))
			return false;

	return len > 0;
}

static void
name(struct oki_json *j, size_t from)
{
	size_t len = j->texts.len - from;
	const uint8_t *p = len > 0 ? j->texts.data + from : NULL;

	if (len > j->limits.name)
		oki_json_note(j, OKI_TOO_BIG, "name of a member");
	else if (j->result == ONSHI_OK && !is_name(p, len))
		malformed(j, "a member that no element is called as");
	pass(j, "\"", 1);
	pass(j, p, len);
	pass(j, "\"", 1);
	if (len > 0)
		oki_wipe(j->texts.data + from, len);
	j->texts.len = from;
}

static void
count_value(struct oki_json *j)
{
	if (++j->values > j->limits.elements || j->values > OKI_JSON_VALUES)
		oki_json_note(j, OKI_TOO_BIG, "elements");
}

/* The blank keeps two texts without a comma two numbers: as one they would be
 * the place of another text, or of none. */
static void
value(struct oki_json *j, size_t from)
{
	int r;

	count_value(j);
	if (j->texts.len - from > j->limits.text)
		oki_json_note(j, OKI_TOO_BIG, "text of an element");
	keep(j, "", 1);
	if (j->result == ONSHI_OK &&
	    (r = oki_buf_format(&j->shape, "%zu ", from)) != ONSHI_OK)
		j->result = r;
}

/* A text before a colon is a name. */
static const uint8_t *
quoted(struct oki_json *j, const uint8_t *p, const uint8_t *end)
{
	size_t from = j->texts.len;
	const uint8_t *after;

	if ((p = text(j, p, end)) == NULL) {
		j->is_cut = true;
		return end;
	}
	for (after = p; after < end && is_space(*after); after++)
		;
	if (after < end && *after == ':')
		name(j, from);
	else
		value(j, from);

	return p;
}

/* ---- all else ------------------------------------------------------------ */

/* null is an element without a text. A number is none: who wrote it has lost
 * its leading zeros, or worse; what is no message may have some. */
static const uint8_t *
word(struct oki_json *j, const uint8_t *p, const uint8_t *end)
{
	const uint8_t *from = p;
	size_t at;

	while (p < end && ((*p >= '0' && *p <= '9') || (*p >= 'a' &&
	    *p <= 'z') || (*p >= 'A' && *p <= 'Z') || *p == '+' ||
	    *p == '-' || *p == '.'))
		p++;
	if (p - from == 4 && memcmp(from, "null", 4) == 0) {
		count_value(j);
		pass(j, from, 4);
	} else if (j->takes_numbers && p > from && p < end) {
		at = j->texts.len;
		keep(j, from, (size_t)(p - from));
		value(j, at);
	} else if (p == end)
		j->is_cut = true;
	else
		malformed(j, p == from ? "a character outside a text" :
		    "a value that is no text");

	return p == from ? p + 1 : p;
}

static void
bracket(struct oki_json *j, uint8_t c)
{
	if (c == '{' || c == '[') {
		count_value(j);
		if (++j->depth > j->limits.depth || j->depth >= OKI_DEEPEST)
			oki_json_note(j, OKI_TOO_BIG, "depth");
	} else if (j->depth == 0)
		malformed(j, "a bracket that closes nothing");
	else
		j->depth--;
	if (j->rule[OKI_TOO_BIG] == NULL)
		pass(j, &c, 1);
}

static const uint8_t *
step(struct oki_json *j, const uint8_t *p, const uint8_t *end)
{
	switch (*p) {
	case '\n':
		j->line++;
		break;
	case ' ':
	case '\t':
	case '\r':
		return p + 1;
	case '{':
	case '}':
	case '[':
	case ']':
		bracket(j, *p);
		return p + 1;
	case '"':
		return quoted(j, p + 1, end);
	case ':':
	case ',':
		break;
	default:
		return word(j, p, end);
	}
	pass(j, p, 1);

	return p + 1;
}

/* UTF-8, a mark before it or not; else it is another encoding, or damaged. A
 * character that is cut off at the end is left to be found cut off. */
static const uint8_t *
check_encoding(struct oki_json *j, const uint8_t *p, const uint8_t **end)
{
	const uint8_t *last = *end;

	while (last > p && *end - last < 3 && (last[-1] & 0xc0) == 0x80)
		last--;
	if (last > p && last[-1] >= 0xc0 &&
	    !oki_is_utf8((const char *)last - 1, (size_t)(*end - last) + 1) &&
	    oki_is_utf8((const char *)p, (size_t)(last - p) - 1)) {
		*end = last - 1;
		j->is_cut = true;
	}
	if (!oki_is_utf8((const char *)p, (size_t)(*end - p)))
		oki_json_note(j, OKI_WRONG_ENCODING,
		    "bytes or characters wrong in UTF-8");

	return *end - p >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0 ? p + 3 : p;
}

int
oki_json_scan(struct oki_json *j, const uint8_t *bytes, size_t len)
{
	const uint8_t *p = bytes, *look = bytes;
	const uint8_t *end = len > 0 ? bytes + len : bytes;
	int r;

	j->line = 1;
	if (len > j->limits.bytes) {
		oki_json_note(j, OKI_TOO_BIG, "bytes");
		return ONSHI_OK;
	}
	if (len > 0)
		p = check_encoding(j, p, &end);
	while (p < end && j->result == ONSHI_OK) {
		p = step(j, p, end);
		if ((size_t)(p - look) < LOOK_BYTES || j->limits.wait == NULL)
			continue;
		look = p;
		if ((r = oki_wait_check(j->limits.wait,
		    ONSHI_E_LINK_TIMEOUT)) != ONSHI_OK)
			j->result = r;
	}
	if (j->depth > 0 || j->values == 0)
		j->is_cut = true;

	return j->result;
}
