/* The gate's look at the shape: markup, limits, and what is never allowed. */
#include "config.h"

#include <string.h>

#include "message/scan.h"

enum {
	TEXT,			/* 0: where a whole document ends */
	LESS,			/* "<" */
	BANG,			/* "<!" */
	BANG_DASH,		/* "<!-" */
	COMMENT,
	COMMENT_DASH,
	COMMENT_DASHES,
	CDATA_OPEN,		/* "<![" and what follows of "CDATA[" */
	CDATA,
	CDATA_BRACKET,
	CDATA_BRACKETS,
	START_NAME,
	START,
	QUOTE_1,
	QUOTE_2,
	END_NAME,
	END,
	REFERENCE,		/* "&" */
	NAMED,			/* "&name" */
	HASH,			/* "&#" */
	DECIMAL,
	HEXADECIMAL
};

#define DIGITS_MAX	10	/* of a numeric reference (security.md 18) */

static bool
is_space(unsigned int c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool
is_letter(unsigned int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_digit(unsigned int c)
{
	return c >= '0' && c <= '9';
}

static bool
is_name(unsigned int c)
{
	return is_letter(c) || is_digit(c) || c > 0x7f || c == '_' ||
	    c == ':' || c == '-' || c == '.';
}

static void
count_text(struct oki_scan *s, size_t len)
{
	s->text += len;
	if (s->text > s->limits.text)
		oki_scan_note(s, OKI_TOO_BIG, "text of an element");
}

static void
count_name(struct oki_scan *s, size_t len)
{
	s->name += len;
	if (s->name > s->limits.name)
		oki_scan_note(s, OKI_TOO_BIG, "a name");
}

static void
count_tag(struct oki_scan *s, size_t len)
{
	s->tag += len;
	if (s->tag > s->limits.tag)
		oki_scan_note(s, OKI_TOO_BIG, "a tag");
}

/* A start tag ends, by "/>" where empty. */
static void
end_start(struct oki_scan *s)
{
	s->elements++;
	if (s->depth == 0)
		s->roots++;
	if (s->elements > s->limits.elements)
		oki_scan_note(s, OKI_TOO_BIG, "elements");
	if (s->depth + 1 > s->limits.depth)
		oki_scan_note(s, OKI_TOO_BIG, "depth");
	if (!s->slash)
		s->depth++;
	s->state = TEXT;
	s->text = 0;
}

static void
begin_tag(struct oki_scan *s, int state, size_t len)
{
	s->state = state;
	s->attributes = 0;
	s->slash = false;
	s->name = 0;
	s->tag = 1;
	count_tag(s, len);
}

/* After "<". */
static void
lex_less(struct oki_scan *s, unsigned int c, size_t len)
{
	if (c == '?') {
		oki_scan_note(s, OKI_HOSTILE, "a processing instruction");
	} else if (c == '!') {
		s->state = BANG;
	} else if (c == '/') {
		begin_tag(s, END_NAME, len);
	} else if (is_name(c)) {
		begin_tag(s, START_NAME, len);
		count_name(s, len);
	} else {
		s->state = TEXT;
		oki_scan_note(s, OKI_MALFORMED, "\"<\" before no name");
	}
}

/* After "<!": declarations of a document type, entity, notation … in whatever
 * spelling are not for us (SEC-42). */
static void
lex_bang(struct oki_scan *s, unsigned int c)
{
	if (c == '-') {
		s->state = BANG_DASH;
	} else if (c == '[') {
		s->state = CDATA_OPEN;
		s->matched = 0;
	} else if (is_name(c) || is_space(c)) {
		oki_scan_note(s, OKI_HOSTILE, "a document type or entity");
	} else {
		s->state = TEXT;
		oki_scan_note(s, OKI_MALFORMED, "\"<!\"");
	}
}

static void
lex_bang_dash(struct oki_scan *s, unsigned int c)
{
	s->state = c == '-' ? COMMENT : TEXT;
	s->comment = 0;
	if (c != '-')
		oki_scan_note(s, OKI_MALFORMED, "\"<!-\"");
}

static void
lex_cdata_open(struct oki_scan *s, unsigned int c)
{
	static const char word[] = "CDATA[";

	if (c == (unsigned char)word[s->matched]) {
		if (word[++s->matched] == '\0')
			s->state = CDATA;
	} else if (s->matched == 0 && (is_name(c) || is_space(c) ||
	    c == '%')) {
		oki_scan_note(s, OKI_HOSTILE, "a conditional section");
	} else {
		s->state = TEXT;
		oki_scan_note(s, OKI_MALFORMED, "\"<![\"");
	}
}

static void
lex_comment(struct oki_scan *s, unsigned int c, size_t len)
{
	s->comment += len;
	if (s->comment > s->limits.text)
		oki_scan_note(s, OKI_TOO_BIG, "a comment");
	if (s->state == COMMENT_DASHES) {
		s->state = c == '>' ? TEXT : COMMENT;
		if (c != '>')
			oki_scan_note(s, OKI_MALFORMED,
			    "\"--\" in a comment");
	} else if (c == '-')
		s->state = s->state == COMMENT ? COMMENT_DASH :
		    COMMENT_DASHES;
	else
		s->state = COMMENT;
}

static void
lex_cdata(struct oki_scan *s, unsigned int c, size_t len)
{
	if (c == ']') {
		/* Of three and more brackets the last two count. */
		if (s->state == CDATA_BRACKETS)
			count_text(s, 1);
		else
			s->state = s->state == CDATA ? CDATA_BRACKET :
			    CDATA_BRACKETS;
		return;
	}
	if (s->state == CDATA_BRACKETS && c == '>') {
		s->state = TEXT;
		return;
	}
	if (s->state != CDATA)
		count_text(s, s->state == CDATA_BRACKET ? 1 : 2);
	if (c != '\r')
		count_text(s, len);
	s->state = CDATA;
}

static void
lex_start(struct oki_scan *s, unsigned int c, size_t len)
{
	count_tag(s, len);
	if (c == '>') {
		end_start(s);
		return;
	}
	s->slash = c == '/';
	if (c == '"' || c == '\'') {
		s->state = c == '"' ? QUOTE_2 : QUOTE_1;
	} else if (c == '=') {
		if (++s->attributes > s->limits.attributes)
			oki_scan_note(s, OKI_TOO_BIG, "attributes");
		s->name = 0;
	} else if (c == '<') {
		oki_scan_note(s, OKI_MALFORMED, "\"<\" in a tag");
		s->state = LESS;
	} else if (is_space(c) || c == '/') {
		s->name = 0;
		s->state = START;
	} else
		count_name(s, len);
}

static void
lex_quote(struct oki_scan *s, unsigned int c, size_t len)
{
	count_tag(s, len);
	if (c == (s->state == QUOTE_1 ? '\'' : '"')) {
		s->state = START;
		s->name = 0;
	} else if (c == '&') {
		s->back = s->state;
		s->state = REFERENCE;
	} else if (c == '<') {
		oki_scan_note(s, OKI_MALFORMED, "\"<\" in an attribute");
	}
}

static void
lex_end(struct oki_scan *s, unsigned int c, size_t len)
{
	count_tag(s, len);
	if (c == '>') {
		s->state = TEXT;
		s->text = 0;
		if (s->depth > 0)
			s->depth--;
		else
			oki_scan_note(s, OKI_MALFORMED, "an end too many");
	} else if (is_space(c)) {
		s->state = END;
	} else if (c == '<') {
		oki_scan_note(s, OKI_MALFORMED, "\"<\" in a tag");
		s->state = LESS;
	} else if (s->state == END_NAME)
		count_name(s, len);
}

static void
end_reference(struct oki_scan *s)
{
	s->state = s->back;
	if (s->back == TEXT)
		count_text(s, 1);
}

static void
broken_reference(struct oki_scan *s, unsigned int c, size_t len)
{
	oki_scan_note(s, OKI_MALFORMED, "\"&\" that is no reference");
	s->state = s->back;
	oki_scan_lex(s, c, len);
}

/* The five that XML itself has; any other is somebody's entity. */
static void
lex_named(struct oki_scan *s, unsigned int c, size_t len)
{
	static const char *const known[] = { "lt", "gt", "amp", "apos",
	    "quot" };
	size_t i;

	if (is_name(c)) {
		if (s->matched < sizeof(s->reference) - 1)
			s->reference[s->matched++] = (char)(c & 0x7f);
		return;
	}
	if (c != ';') {
		broken_reference(s, c, len);
		return;
	}
	s->reference[s->matched] = '\0';
	for (i = 0; i < OKI_COUNT(known); i++)
		if (strcmp(s->reference, known[i]) == 0) {
			end_reference(s);
			return;
		}
	oki_scan_note(s, OKI_HOSTILE, "an entity");
}

static void
lex_number(struct oki_scan *s, unsigned int c, size_t len)
{
	if (is_digit(c) || (s->state == HEXADECIMAL && is_letter(c) &&
	    (c | 0x20) <= 'f')) {
		if (++s->matched > DIGITS_MAX)
			oki_scan_note(s, OKI_MALFORMED,
			    "a reference of too many digits");
	} else if (c == ';' && s->matched > 0) {
		end_reference(s);
	} else
		broken_reference(s, c, len);
}

static void
lex_reference(struct oki_scan *s, unsigned int c, size_t len)
{
	if (s->back != TEXT)
		count_tag(s, len);
	switch (s->state) {
	case REFERENCE:
		s->matched = 0;
		s->state = c == '#' ? HASH : NAMED;
		if (c != '#' && (!is_name(c) || is_digit(c) || c == '-' ||
		    c == '.'))
			broken_reference(s, c, len);
		else if (c != '#')
			lex_named(s, c, len);
		break;
	case HASH:
		s->state = c == 'x' ? HEXADECIMAL : DECIMAL;
		if (c != 'x')
			lex_number(s, c, len);
		break;
	case NAMED:
		lex_named(s, c, len);
		break;
	default:
		lex_number(s, c, len);
	}
}

static void
lex_text(struct oki_scan *s, unsigned int c, size_t len)
{
	if (c == '<')
		s->state = LESS;
	else if (c == '&') {
		s->back = TEXT;
		s->state = REFERENCE;
	} else if (c != '\r') {
		count_text(s, len);
		if (s->depth == 0 && !is_space(c))
			oki_scan_note(s, OKI_MALFORMED,
			    "text outside the root");
	}
}

/* What a byte may be part of. */
enum {
	IN_NAME	= 1,		/* a letter or digit */
	IN_TEXT	= 2,		/* changes nothing in a text */
	IN_QUOTE = 4,		/* nor in an attribute, but for the quotes */
	IN_CDATA = 8
};

#define P	(IN_TEXT | IN_QUOTE | IN_CDATA)
#define W	(P | IN_NAME)
static const uint8_t classes[0x80] = {
	0, 0, 0, 0, 0, 0, 0, 0, 0, P, P, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	P, P, P, P, P, P, IN_CDATA, P, P, P, P, P, P, P, P, P,
	W, W, W, W, W, W, W, W, W, W, P, P, IN_CDATA, P, P, P,
	P, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W,
	W, W, W, W, W, W, W, W, W, W, W, P, P, IN_TEXT | IN_QUOTE, P, P,
	P, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W,
	W, W, W, W, W, W, W, W, W, W, W, P, P, P, P, 0
};
#undef P
#undef W

/* Bytes of a character of UTF-8 that stands whole at p and is surely allowed,
 * of kana and kanji among others; 0: look closer. */
static size_t
common(const uint8_t *p, size_t len)
{
	if (len >= 3 && p[0] >= 0xe1 && p[0] <= 0xec &&
	    (p[1] & 0xc0) == 0x80 && (p[2] & 0xc0) == 0x80)
		return 3;

	return len >= 2 && p[0] >= 0xc2 && p[0] <= 0xdf &&
	    (p[1] & 0xc0) == 0x80 ? 2 : 0;
}

/* A run of such bytes, of characters of two and three bytes in UTF-8, too. */
static size_t
run_of(struct oki_scan *s, const uint8_t *p, size_t len, uint8_t class,
    uint8_t but)
{
	size_t n = 0, more;

	while (n < len)
		if (p[n] < 0x80) {
			if ((classes[p[n]] & class) == 0 || p[n] == but)
				break;
			s->line += p[n++] == '\n';
		} else if (s->encoding == OKI_UTF_8 &&
		    (more = common(p + n, len - n)) > 0)
			n += more;
		else
			break;

	return n;
}

static size_t
name_run(const uint8_t *p, size_t len)
{
	size_t n;

	for (n = 0; n < len && p[n] < 0x80 &&
	    (classes[p[n]] & IN_NAME) != 0; n++)
		;

	return n;
}

/* A plain tag that stands whole at p, "<Name>" or "</Name>": its bytes; 0: it
 * is another, or near a limit. */
static size_t
whole_tag(struct oki_scan *s, const uint8_t *p, size_t len)
{
	bool end = len > 2 && p[1] == '/';
	size_t from = end ? 2 : 1, n;

	if (len <= from || !is_letter(p[from]))
		return 0;
	n = name_run(p + from, len - from);
	if (from + n >= len || p[from + n] != '>' || n > s->limits.name ||
	    from + n + 1 > s->limits.tag || (end && s->depth == 0))
		return 0;
	s->name = n;
	s->tag = from + n + 1;
	s->attributes = 0;
	s->slash = false;
	s->text = 0;
	if (end)
		s->depth--;
	else
		end_start(s);

	return from + n + 1;
}

size_t
oki_scan_run(struct oki_scan *s, const uint8_t *p, size_t len)
{
	size_t n = 0;

	switch (s->state) {
	case TEXT:
		if (*p == '<')
			return whole_tag(s, p, len);
		if (s->depth > 0 &&
		    (n = run_of(s, p, len, IN_TEXT, '<')) > 0)
			count_text(s, n);
		break;
	case CDATA:
		if ((n = run_of(s, p, len, IN_CDATA, ']')) > 0)
			count_text(s, n);
		break;
	case START_NAME:
	case END_NAME:
		if ((n = name_run(p, len)) > 0) {
			s->slash = false;
			count_tag(s, n);
			count_name(s, n);
		}
		break;
	case QUOTE_1:
	case QUOTE_2:
		if ((n = run_of(s, p, len, IN_QUOTE, s->state == QUOTE_1 ?
		    '\'' : '"')) > 0)
			count_tag(s, n);
		break;
	default:
		break;
	}

	return n;
}

void
oki_scan_lex(struct oki_scan *s, unsigned int c, size_t len)
{
	switch (s->state) {
	case TEXT:
		lex_text(s, c, len);
		break;
	case LESS:
		lex_less(s, c, len);
		break;
	case BANG:
		lex_bang(s, c);
		break;
	case BANG_DASH:
		lex_bang_dash(s, c);
		break;
	case COMMENT:
	case COMMENT_DASH:
	case COMMENT_DASHES:
		lex_comment(s, c, len);
		break;
	case CDATA_OPEN:
		lex_cdata_open(s, c);
		break;
	case CDATA:
	case CDATA_BRACKET:
	case CDATA_BRACKETS:
		lex_cdata(s, c, len);
		break;
	case START_NAME:
	case START:
		lex_start(s, c, len);
		break;
	case QUOTE_1:
	case QUOTE_2:
		lex_quote(s, c, len);
		break;
	case END_NAME:
	case END:
		lex_end(s, c, len);
		break;
	default:
		lex_reference(s, c, len);
	}
}
