/*
 * The gate before the parser: tells the encoding, decodes, and looks at the
 * shape of the text, so that libxml2 sees UTF-8 without declarations, within
 * limits, and nothing else (SEC-41, SEC-42, SEC-47, SEC-48).
 */
#include "config.h"

#include <string.h>

#include "message/scan.h"

#define NO_BYTE		0x100u	/* a character that is not ASCII */
#define PIECE		7936u	/* finds room in the parser's buffer */

/* ---- faults ------------------------------------------------------------- */

void
oki_scan_note(struct oki_scan *s, int reason, const char *rule)
{
	if (s->rule[reason] != NULL)
		return;
	s->rule[reason] = rule;
	s->fault_line[reason] = s->line;
}

int
oki_scan_fault(const struct oki_scan *s, unsigned long *line,
    const char **rule)
{
	int i;

	for (i = 0; i < OKI_REASONS; i++)
		if (s->rule[i] != NULL) {
			*line = s->fault_line[i];
			*rule = s->rule[i];
			return i;
		}

	return -1;
}

static bool
is_clean(const struct oki_scan *s)
{
	int i;

	for (i = 0; i < OKI_REASONS; i++)
		if (s->rule[i] != NULL)
			return false;

	return true;
}

/* ---- going out ---------------------------------------------------------- */

/* The sink's own refusal is kept, and the scan goes on: something of more
 * weight may come (onshi_message(3)). */
static void
pass(struct oki_scan *s, const uint8_t *bytes, size_t len)
{
	if (len > 0 && s->out_result == ONSHI_OK && is_clean(s))
		s->out_result = s->out(s->self, bytes, len);
}

static void
flush(struct oki_scan *s)
{
	pass(s, s->kept.data, s->kept.len);
	s->kept.len = 0;
}

/* What passed, where it is not passed on from where it stands. */
static void
put(struct oki_scan *s, const uint8_t *bytes, size_t len)
{
	int r;

	if (s->is_direct || s->out_result != ONSHI_OK)
		return;
	if (s->kept.len + len > s->kept.max)
		flush(s);
	if ((r = oki_buf_append(&s->kept, bytes, len)) != ONSHI_OK)
		s->out_result = r;
}

static void
put_run(struct oki_scan *s, const uint8_t *bytes, size_t len)
{
	size_t n;

	for (; len > 0 && !s->is_direct; bytes += n, len -= n) {
		n = len < s->kept.max ? len : s->kept.max;
		put(s, bytes, n);
	}
}

/* ---- characters --------------------------------------------------------- */

static void
character(struct oki_scan *s, uint32_t c)
{
	uint8_t bytes[4];
	size_t len;

	len = oki_utf8_put(bytes, c);
	oki_scan_lex(s, NO_BYTE, len);
	put(s, bytes, len);
}

static void
ascii(struct oki_scan *s, uint8_t b)
{
	if (b < 0x20 && b != '\t' && b != '\n' && b != '\r')
		oki_scan_note(s, OKI_WRONG_ENCODING,
		    "a character that XML does not have");
	oki_scan_lex(s, b, 1);
	put(s, &b, 1);
	if (b == '\n')
		s->line++;
}

static void
broken(struct oki_scan *s)
{
	s->left = 0;
	s->sequence = 0;
	s->lead = 0;
	oki_scan_note(s, OKI_WRONG_ENCODING, "bytes wrong in their encoding");
	oki_scan_lex(s, NO_BYTE, 1);
}

/* ---- UTF-8 -------------------------------------------------------------- */

static void
utf8_lead(struct oki_scan *s, uint8_t b)
{
	if (b < 0xc2 || b > 0xf4) {
		broken(s);
		return;
	}
	s->left = b >= 0xf0 ? 3 : b >= 0xe0 ? 2 : 1;
	s->sequence = 1;
	s->least = b >= 0xf0 ? 0x10000 : b >= 0xe0 ? 0x800 : 0x80;
	s->value = b & (0x3fu >> s->left);
}

static void
utf8_end(struct oki_scan *s)
{
	uint32_t c = s->value;

	s->sequence = 0;
	if (c < s->least || (c >= 0xd800 && c <= 0xdfff) || c > 0x10ffff)
		broken(s);
	else if (c == 0xfffe || c == 0xffff) {
		oki_scan_note(s, OKI_WRONG_ENCODING,
		    "a character that XML does not have");
		oki_scan_lex(s, NO_BYTE, 1);
	} else
		character(s, c);
}

static void
utf8_byte(struct oki_scan *s, uint8_t b)
{
	if (s->left > 0) {
		if ((b & 0xc0) == 0x80) {
			s->value = s->value << 6 | (b & 0x3f);
			s->sequence++;
			if (--s->left == 0)
				utf8_end(s);
			return;
		}
		broken(s);
	}
	if (b < 0x80)
		ascii(s, b);
	else
		utf8_lead(s, b);
}

/* ---- code page 932 ------------------------------------------------------ */

/* A lead byte whose trail is none swallows no markup: X-catalogue E13. */
static void
cp932_byte(struct oki_scan *s, uint8_t b)
{
	uint32_t c;

	if (s->lead != 0) {
		c = oki_cp932_char(s->lead, b);
		if (c != 0) {
			s->has_private |= s->lead >= 0xf0 && s->lead <= 0xf9;
			s->lead = 0;
			character(s, c);
			return;
		}
		broken(s);
		if (b >= 0x40 && b != 0x7f)
			return;
	}
	if (b < 0x80)
		ascii(s, b);
	else if (b >= 0xa1 && b <= 0xdf)
		character(s, 0xff61u + b - 0xa1u);
	else if (b == 0x80 || b == 0xa0 || b > 0xfc)
		broken(s);
	else
		s->lead = b;
}

/* ---- the first bytes: mark and declaration ------------------------------ */

static const struct {
	const char	*name;
	int		 encoding;
} encodings[] = {
	{ "utf-8", OKI_UTF_8 },
	{ "utf8", OKI_UTF_8 },
	{ "shift_jis", OKI_SHIFT_JIS },
	{ "shift-jis", OKI_SHIFT_JIS },
	{ "sjis", OKI_SHIFT_JIS },
	{ "windows-31j", OKI_SHIFT_JIS },
	{ "cp932", OKI_SHIFT_JIS },
	{ "ms932", OKI_SHIFT_JIS },
	{ "x-sjis", OKI_SHIFT_JIS },
	{ "ms_kanji", OKI_SHIFT_JIS }
};

static bool
is_space(uint8_t b)
{
	return b == ' ' || b == '\t' || b == '\r' || b == '\n';
}

/* True if a, of len bytes, is b, whatever the case of its letters. */
static bool
is_like(const uint8_t *a, size_t len, const char *b)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (b[i] == '\0' || (a[i] >= 'A' && a[i] <= 'Z' ?
		    a[i] + 'a' - 'A' : a[i]) != (uint8_t)b[i])
			return false;

	return b[len] == '\0';
}

static void
set_encoding(struct oki_scan *s, const uint8_t *name, size_t len)
{
	size_t i;

	if (s->has_mark)
		return;
	for (i = 0; i < OKI_COUNT(encodings); i++)
		if (is_like(name, len, encodings[i].name)) {
			s->encoding = encodings[i].encoding;
			return;
		}
	s->encoding = -1;
	oki_scan_note(s, OKI_WRONG_ENCODING, "an encoding that is not ours");
}

/* One pseudo-attribute at *p: its quoted value, NULL if it is another. */
static const uint8_t *
pseudo(const uint8_t **p, const uint8_t *end, const char *name, size_t *len)
{
	const uint8_t *q = *p, *value;
	size_t n = strlen(name);
	uint8_t quote;

	if (q == end || !is_space(*q))
		return NULL;
	while (q < end && is_space(*q))
		q++;
	if ((size_t)(end - q) < n || memcmp(q, name, n) != 0)
		return NULL;
	for (q += n; q < end && is_space(*q); q++)
		;
	if (q == end || *q++ != '=')
		return NULL;
	while (q < end && is_space(*q))
		q++;
	if (q == end || (*q != '"' && *q != '\''))
		return NULL;
	quote = *q++;
	for (value = q; q < end && *q != quote; q++)
		;
	if (q == end)
		return NULL;
	*len = (size_t)(q - value);
	*p = q + 1;

	return value;
}

/* What stands between "<?xml" and "?>". */
static void
declaration(struct oki_scan *s, const uint8_t *p, const uint8_t *end)
{
	const uint8_t *value;
	size_t len;

	if ((value = pseudo(&p, end, "version", &len)) == NULL ||
	    len != 3 || memcmp(value, "1.0", 3) != 0)
		oki_scan_note(s, OKI_MALFORMED, "version of the declaration");
	if ((value = pseudo(&p, end, "encoding", &len)) != NULL)
		set_encoding(s, value, len);
	if ((value = pseudo(&p, end, "standalone", &len)) != NULL &&
	    !(len == 3 && memcmp(value, "yes", 3) == 0) &&
	    !(len == 2 && memcmp(value, "no", 2) == 0))
		oki_scan_note(s, OKI_MALFORMED, "standalone");
	while (p < end && is_space(*p))
		p++;
	if (p != end)
		oki_scan_note(s, OKI_MALFORMED, "the declaration");
}

/* The declaration is longer than any is: what it says of its encoding counts,
 * since that fault has more weight. */
static void
endless_declaration(struct oki_scan *s)
{
	static const char word[] = "encoding";
	size_t i;

	for (i = 0; i + sizeof(word) <= s->head_len; i++)
		if (memcmp(s->head + i, word, sizeof(word) - 1) == 0)
			oki_scan_note(s, OKI_WRONG_ENCODING,
			    "an encoding that is not ours");
	oki_scan_note(s, OKI_MALFORMED, "the declaration");
}

/* Marks of UTF-16 and UTF-32; that of UTF-8 is taken off. */
static void
take_mark(struct oki_scan *s)
{
	static const uint8_t utf8[] = { 0xef, 0xbb, 0xbf };
	const uint8_t *h = s->head;

	if (s->head_len >= 2 && ((h[0] == 0xfe && h[1] == 0xff) ||
	    (h[0] == 0xff && h[1] == 0xfe))) {
		s->encoding = -1;
		oki_scan_note(s, OKI_WRONG_ENCODING,
		    "the mark of another encoding");
	} else if (s->head_len >= 3 && memcmp(h, utf8, 3) == 0) {
		s->has_mark = true;
		s->head_len -= 3;
		memmove(s->head, s->head + 3, s->head_len);
	}
}

/* Where "?>" ends, if it came last, from the fifth byte on; 0 if it is not
 * there yet. */
static size_t
declaration_end(const struct oki_scan *s)
{
	const uint8_t *end = s->head + s->head_len;

	return s->head_len >= 7 && end[-1] == '>' && end[-2] == '?' ?
	    s->head_len : 0;
}

/* The byte that came last cannot stand in a declaration, which is ASCII and
 * holds no markup: it ends there, and what follows is looked at as ever. */
static bool
is_declaration_broken(struct oki_scan *s)
{
	uint8_t b = s->head[s->head_len - 1];

	if (b >= 0x80 || (b < 0x20 && !is_space(b)))
		oki_scan_note(s, OKI_WRONG_ENCODING,
		    "a byte that no declaration has");

	return b == '<' || b == '>';
}

static void byte(struct oki_scan *s, uint8_t b);

/* The head is known: what is left of it goes the way of all bytes. */
static void
leave_head(struct oki_scan *s, size_t from)
{
	size_t i;

	s->in_head = false;
	for (i = 0; i < from; i++)
		s->line += s->head[i] == '\n';
	s->first_line = s->line;
	for (i = from; i < s->head_len; i++)
		byte(s, s->head[i]);
}

/* Looks at the first bytes; last: there are no more. */
static void
look_at_head(struct oki_scan *s, bool last)
{
	static const char start[] = "<?xml";
	size_t n, end;

	if (!s->mark_seen) {
		if (s->head_len < 3 && !last)
			return;
		s->mark_seen = true;
		take_mark(s);
	}
	n = s->head_len < 5 ? s->head_len : 5;
	if (memcmp(s->head, start, n) != 0 || (s->head_len > 5 &&
	    !is_space(s->head[5]) && s->head[5] != '?')) {
		leave_head(s, 0);
		return;
	}
	if ((end = declaration_end(s)) > 0) {
		declaration(s, s->head + 5, s->head + end - 2);
		leave_head(s, end);
	} else if (!last && s->head_len > 5 && is_declaration_broken(s)) {
		declaration(s, s->head + 5, s->head + s->head_len - 1);
		oki_scan_note(s, OKI_MALFORMED, "the declaration");
		leave_head(s, s->head_len - 1);
	} else if (s->head_len == sizeof(s->head)) {
		endless_declaration(s);
		leave_head(s, s->head_len);
	} else if (last)
		s->is_cut = true;
}

/* After the first few bytes most of a declaration tell nothing yet. */
static bool
is_telling(const struct oki_scan *s)
{
	uint8_t b = s->head[s->head_len - 1];

	return s->head_len < 8 || s->head_len == sizeof(s->head) ||
	    b < 0x20 || b >= 0x80 || b == '<' || b == '>';
}

static void
byte(struct oki_scan *s, uint8_t b)
{
	if (s->encoding == OKI_UTF_8)
		utf8_byte(s, b);
	else if (s->encoding == OKI_SHIFT_JIS)
		cp932_byte(s, b);
	else {
		s->line += b == '\n';
		oki_scan_lex(s, b < 0x80 ? b : NO_BYTE, 1);
	}
}

/* ---- the gate's door ---------------------------------------------------- */

int
oki_scan_new(const struct oki_limits *limits,
    int (*out)(void *self, const uint8_t *utf8, size_t len), void *self,
    struct oki_scan **sp)
{
	struct oki_scan *s;

	if ((s = *sp = oki_alloc(sizeof(*s))) == NULL)
		return ONSHI_E_NOMEM;
	s->limits = *limits;
	s->out = out;
	s->self = self;
	s->line = s->first_line = 1;
	s->in_head = true;
	oki_buf_init(&s->kept, PIECE);

	return ONSHI_OK;
}

void
oki_scan_free(struct oki_scan **sp)
{
	if (*sp == NULL)
		return;
	oki_buf_free(&(*sp)->kept);
	oki_free(*sp);
	*sp = NULL;
}

/* As many runs as follow one another: between characters alone. */
static size_t
runs(struct oki_scan *s, const uint8_t *bytes, size_t len)
{
	size_t all = 0, n;

	if (s->encoding < 0 || s->left > 0 || s->lead != 0)
		return 0;
	while (all < len && (n = oki_scan_run(s, bytes + all, len - all)) > 0)
		all += n;

	return all;
}

/* One byte, or a run of them: how many. */
static size_t
step(struct oki_scan *s, const uint8_t *bytes, size_t len)
{
	size_t n;

	if (s->in_head) {
		s->head[s->head_len++] = *bytes;
		if (is_telling(s))
			look_at_head(s, false);
		return 1;
	}
	if ((n = runs(s, bytes, len)) > 0) {
		put_run(s, bytes, n);
		return n;
	}
	byte(s, *bytes);

	return 1;
}

/* Nothing weighs more than hostile: the rest is not looked at. */
static size_t
steps(struct oki_scan *s, const uint8_t *bytes, size_t len)
{
	size_t i = 0;

	while (i < len && s->rule[OKI_HOSTILE] == NULL)
		i += step(s, bytes + i, len - i);

	return i;
}

/* What passes of UTF-8 is its bytes as they came: looked at in the piece that
 * goes out, but for a sequence that the end cuts. */
static void
direct(struct oki_scan *s, const uint8_t *bytes, size_t len)
{
	size_t n;
	int r;

	flush(s);
	if ((r = oki_buf_append(&s->kept, bytes, len)) != ONSHI_OK) {
		s->out_result = r;
		return;
	}
	s->is_direct = true;
	n = steps(s, s->kept.data, len);
	s->is_direct = false;
	pass(s, s->kept.data, n - s->sequence);
	s->kept.len = 0;
}

int
oki_scan_feed(struct oki_scan *s, const uint8_t *bytes, size_t len)
{
	size_t i, n;

	if (len > s->limits.bytes - s->total) {
		s->total = s->limits.bytes;
		oki_scan_note(s, OKI_TOO_BIG, "more bytes than the limit");
	} else
		s->total += len;
	for (i = 0; i < len; i += n) {
		n = len - i < PIECE ? len - i : PIECE;
		if (s->in_head || s->sequence > 0)
			n = step(s, bytes + i, n);
		else if (s->encoding == OKI_UTF_8)
			direct(s, bytes + i, n);
		else
			(void)steps(s, bytes + i, n);
	}

	return s->out_result;
}

int
oki_scan_finish(struct oki_scan *s)
{
	if (s->in_head)
		look_at_head(s, true);
	if (s->left > 0 || s->lead != 0)
		broken(s);
	flush(s);

	return s->out_result;
}

bool
oki_scan_is_whole(const struct oki_scan *s)
{
	return !s->is_cut && s->state == 0 && s->roots > 0 && s->depth == 0;
}

int
oki_scan_encoding(const struct oki_scan *s)
{
	return s->encoding;
}

bool
oki_scan_has_private(const struct oki_scan *s)
{
	return s->has_private;
}

unsigned long
oki_scan_first_line(const struct oki_scan *s)
{
	return s->first_line;
}
