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
	IN_QUOTE = 4,		/* nor in an attribute */
	IN_CDATA = 8,
	NEW_LINE = 16,		/* in all three, and counts a line */
	OF_TWO	= 32,		/* begins a character of two bytes, */
	OF_THREE = 64		/* of three, that is surely allowed */
};

#define P	(IN_TEXT | IN_QUOTE | IN_CDATA)
#define W	(P | IN_NAME)
#define Q	(IN_TEXT | IN_CDATA)
#define T	OF_TWO
#define H	OF_THREE
static const uint8_t classes[0x100] = {
	0, 0, 0, 0, 0, 0, 0, 0, 0, P, NEW_LINE, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	P, P, Q, P, P, P, IN_CDATA, Q, P, P, P, P, P, P, P, P,
	W, W, W, W, W, W, W, W, W, W, P, P, IN_CDATA, P, P, P,
	P, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W,
	W, W, W, W, W, W, W, W, W, W, W, P, P, IN_TEXT | IN_QUOTE, P, P,
	P, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W,
	W, W, W, W, W, W, W, W, W, W, W, P, P, P, P, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, T, T, T, T, T, T, T, T, T, T, T, T, T, T,
	T, T, T, T, T, T, T, T, T, T, T, T, T, T, T, T,
	0, H, H, H, H, H, H, H, H, H, H, H, H, 0, H, H
};
#undef P
#undef W
#undef Q
#undef T
#undef H

/* Eight at a time: the bytes from p on that are of the class. */
static inline const uint8_t *
skip(const uint8_t *p, const uint8_t *end, unsigned int class)
{
#define IS(i)	if ((classes[p[i]] & class) == 0) return p + (i)
	for (; end - p >= 8; p += 8) {
		IS(0); IS(1); IS(2); IS(3); IS(4); IS(5); IS(6); IS(7);
	}
#undef IS
	while (p < end && (classes[*p] & class) != 0)
		p++;

	return p;
}

static inline bool
is_trail(uint8_t b)
{
	return (b & 0xc0) == 0x80;
}

/* Past the characters of more bytes in UTF-8 that stand whole at p and are
 * surely allowed, kana and kanji among others. The last of three bytes, U+FFC0
 * on, are looked at closer. */
static inline const uint8_t *
skip_wide(const uint8_t *p, const uint8_t *end)
{
	for (;;)
		if (end - p >= 3 && (classes[*p] & OF_THREE) != 0 &&
		    is_trail(p[1]) && is_trail(p[2]) &&
		    (p[0] != 0xef || p[1] != 0xbf))
			p += 3;
		else if (end - p >= 2 && (classes[*p] & OF_TWO) != 0 &&
		    is_trail(p[1]))
			p += 2;
		else
			return p;
}

/* A run of a class, lines counted: where it ends. */
static inline const uint8_t *
run_of(struct oki_scan *s, const uint8_t *p, const uint8_t *end,
    unsigned int class)
{
	const uint8_t *from;

	while ((p = skip(p, end, class)) < end)
		if (*p == '\n') {
			s->line++;
			for (p++; end - p >= 8 && memcmp(p, "        ", 8) ==
			    0; p += 8)
				;	/* an indent */
		} else if (*p >= 0x80 && s->encoding == OKI_UTF_8) {
			from = p;
			if ((p = skip_wide(p, end)) == from)
				break;
		} else
			break;

	return p;
}

/* A name that stands in the bytes of a run. */
struct name {
	const uint8_t	*at;
	size_t		 len;
};

/* Where the name of a tag ends. That of an end tag is mostly the one that came
 * before it, and need not be looked at letter by letter again. */
static inline const uint8_t *
past_name(const uint8_t *p, const uint8_t *end, bool is_end,
    struct name *last)
{
	if (is_end && last->len > 0 && (size_t)(end - p) > last->len &&
	    p[last->len] == '>' && memcmp(p, last->at, last->len) == 0)
		return p + last->len;
	*last = (struct name){ p, (size_t)(skip(p, end, IN_NAME) - p) };

	return p + last->len;
}

/* A plain tag that stands whole at p, "<Name>", "</Name>" or "<Name/>": where
 * it ends; p: it is another, or near a limit. */
static inline const uint8_t *
plain_tag(struct oki_scan *s, const uint8_t *p, const uint8_t *end,
    struct name *last)
{
	bool is_end = end - p > 2 && p[1] == '/', is_empty;
	const uint8_t *name = p + 1 + is_end, *q;

	if (name >= end || !is_letter(*name))
		return p;
	q = past_name(name, end, is_end, last);
	is_empty = !is_end && end - q > 1 && *q == '/';
	if (end - q <= is_empty || q[is_empty] != '>' ||
	    (size_t)(q - name) > s->limits.name ||
	    (size_t)(q + 1 + is_empty - p) > s->limits.tag ||
	    (is_end ? s->depth == 0 : s->depth >= s->limits.depth ||
	    s->elements >= s->limits.elements))
		return p;
	s->text = 0;
	if (is_end)
		s->depth--;
	else {
		s->roots += s->depth == 0;
		s->elements++;
		s->depth += !is_empty;
	}

	return q + 1 + is_empty;
}

/* The blanks from p on, between an end tag and the next tag, are no text of
 * anything, and would be a third of what the parser has to say: they go into the
 * end tag, before its ">", where they mean as little and count the same lines.
 * Where they end; p: others stand there. */
static const uint8_t *
move_blanks(struct oki_scan *s, const uint8_t *p, const uint8_t *end)
{
	uint8_t *bytes = s->kept.data;
	unsigned long lines = 0;
	const uint8_t *q;

	for (q = p; q < end && (*q == '\n' || *q == ' ' || *q == '\t'); q++)
		lines += *q == '\n';
	if (q == p || q == end || *q != '<')
		return p;
	s->line += lines;
	count_text(s, (size_t)(q - p));
	bytes[p - bytes - 1] = q[-1];
	bytes[q - bytes - 1] = '>';

	return q;
}

/* Plain tags and texts, as they follow one another; outside the root there is
 * no plain text. */
static const uint8_t *
plain(struct oki_scan *s, const uint8_t *p, const uint8_t *end)
{
	struct name last = { NULL, 0 };
	const uint8_t *from;

	do {
		from = p;
		if (p < end && *p == '<') {
			p = plain_tag(s, p, end, &last);
			if (p != from && from[1] == '/' && s->is_direct &&
			    s->depth > 0)
				p = move_blanks(s, p, end);
		} else if (s->depth > 0) {
			p = run_of(s, p, end, IN_TEXT);
			count_text(s, (size_t)(p - from));
		}
	} while (p != from);

	return p;
}

size_t
oki_scan_run(struct oki_scan *s, const uint8_t *p, size_t len)
{
	const uint8_t *end = p + len, *to = p;

	switch (s->state) {
	case TEXT:
		to = plain(s, p, end);
		break;
	case CDATA:
		to = run_of(s, p, end, IN_CDATA);
		count_text(s, (size_t)(to - p));
		break;
	case START_NAME:
	case END_NAME:
		if ((to = skip(p, end, IN_NAME)) != p) {
			s->slash = false;
			count_tag(s, (size_t)(to - p));
			count_name(s, (size_t)(to - p));
		}
		break;
	case QUOTE_1:
	case QUOTE_2:
		to = run_of(s, p, end, IN_QUOTE);
		count_tag(s, (size_t)(to - p));
		break;
	default:
		break;
	}

	return (size_t)(to - p);
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
