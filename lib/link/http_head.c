/* The head of a response, read strictly: what is doubtful is refused. */
#include "config.h"

#include <string.h>

#include "link/inside.h"

#define CR		'\r'
#define LF		'\n'
#define RETRY_MIN	1
#define RETRY_MAX	3600	/* SEC-32 */
#define DIGITS_MAX	18	/* what an int64_t surely holds */

static const char version[] = "HTTP/1.1 ";

static int
refuse(struct oki_http_head *h, const char *why)
{
	h->why = why;

	return ONSHI_E_PROTOCOL;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool
is_alnum(char c)
{
	return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z');
}

/* name is in lower case. */
static bool
same(const char *s, size_t len, const char *name)
{
	size_t i;

	for (i = 0; i < len && name[i] != '\0'; i++)
		if (lower(s[i]) != name[i])
			return false;

	return i == len && name[i] == '\0';
}

static void
trim(const char **s, size_t *len)
{
	while (*len > 0 && (**s == ' ' || **s == '\t')) {
		(*s)++;
		(*len)--;
	}
	while (*len > 0 && ((*s)[*len - 1] == ' ' || (*s)[*len - 1] == '\t'))
		(*len)--;
}

bool
oki_is_token(const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (!is_alnum(s[i]) && s[i] != '-' && s[i] != '_')
			return false;

	return len > 0 && len < OKI_TOKEN;
}

/* Digits and nothing else; too many of them are more than any limit. */
static bool
number(const char *s, size_t len, int64_t *n)
{
	size_t i;

	*n = 0;
	for (i = 0; i < len; i++) {
		if (!is_digit(s[i]))
			return false;
		if (i < DIGITS_MAX)
			*n = *n * 10 + (s[i] - '0');
	}

	return len > 0;
}

static int
take_length(struct oki_http_head *h, const char *s, size_t len)
{
	if (len > DIGITS_MAX || !number(s, len, &h->length))
		return refuse(h, "Content-Length is no number");

	return ONSHI_OK;
}

static int
take_transfer(struct oki_http_head *h, const char *s, size_t len)
{
	if (!same(s, len, "chunked"))
		return refuse(h, "a transfer coding other than chunked");
	h->chunked = true;

	return ONSHI_OK;
}

static int
take_encoding(struct oki_http_head *h, const char *s, size_t len)
{
	(void)s;
	(void)len;
	h->encoded = true;

	return ONSHI_OK;
}

static int
take_type(struct oki_http_head *h, const char *s, size_t len)
{
	const char *semicolon = memchr(s, ';', len);

	if (semicolon != NULL)
		len = (size_t)(semicolon - s);
	trim(&s, &len);
	h->media = same(s, len, "application/xml") ? OKI_MEDIA_XML :
	    same(s, len, "application/json") ? OKI_MEDIA_JSON :
	    OKI_MEDIA_OTHER;

	return ONSHI_OK;
}

static int
take_connection(struct oki_http_head *h, const char *s, size_t len)
{
	const char *comma;
	size_t n;

	for (;;) {
		comma = memchr(s, ',', len);
		n = comma == NULL ? len : (size_t)(comma - s);
		len -= n;
		trim(&s, &n);
		if (same(s, n, "close"))
			h->close = true;
		if (comma == NULL)
			return ONSHI_OK;
		s = comma + 1;
		len--;
	}
}

static int
take_answer(struct oki_http_head *h, const char *s, size_t len)
{
	if (same(s, len, "res"))
		h->answer = OKI_ANSWER_RES;
	else if (same(s, len, "err"))
		h->answer = OKI_ANSWER_ERR;
	else
		return refuse(h, "Onshi-Answer is neither res nor err");

	return ONSHI_OK;
}

/* What has no token's form is kept nowhere, and spoils the whole answer. */
static int
take_token(struct oki_http_head *h, const char *s, size_t len)
{
	if (!oki_is_token(s, len)) {
		h->bad_token = true;
		return ONSHI_OK;
	}
	memcpy(h->token, s, len);
	h->token[len] = '\0';

	return ONSHI_OK;
}

static int
two_digits(const char *s)
{
	return is_digit(s[0]) && is_digit(s[1]) ?
	    (s[0] - '0') * 10 + (s[1] - '0') : -1;
}

/* "Sun, 06 Nov 1994 08:49:37 GMT", the one form of today; -1: not that. */
static int64_t
http_date(const char *s, size_t len)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	int day, month, year, hour, min, sec;

	if (len != 29 || s[3] != ',' || s[4] != ' ' || s[7] != ' ' ||
	    s[11] != ' ' || s[16] != ' ' || s[19] != ':' || s[22] != ':' ||
	    memcmp(s + 25, " GMT", 4) != 0)
		return -1;
	for (month = 0; month < 12; month++)
		if (memcmp(months + 3 * month, s + 8, 3) == 0)
			break;
	day = two_digits(s + 5);
	year = two_digits(s + 12);
	if (year < 0 || two_digits(s + 14) < 0)
		return -1;
	year = year * 100 + two_digits(s + 14);
	hour = two_digits(s + 17);
	min = two_digits(s + 20);
	sec = two_digits(s + 23);
	if (month == 12 || day < 1 || day > 31 || year < 1970 || hour < 0 ||
	    hour > 23 || min < 0 || min > 59 || sec < 0 || sec > 60)
		return -1;

	return oki_utc(year, month + 1, day, hour, min, sec);
}

/* Seconds or a date; advice without sense is no advice (SEC-32). */
static int
take_retry(struct oki_http_head *h, const char *s, size_t len)
{
	int64_t n, date;

	if (!number(s, len, &n)) {
		if ((date = http_date(s, len)) < 0)
			return ONSHI_OK;
		n = date - h->now;
	}
	h->retry_after = n < RETRY_MIN ? RETRY_MIN : n > RETRY_MAX ?
	    RETRY_MAX : (int32_t)n;

	return ONSHI_OK;
}

/* The server's clock: of two, the last; without sense, none. */
static int
take_date(struct oki_http_head *h, const char *s, size_t len)
{
	int64_t date = http_date(s, len);

	h->date = date < 0 ? 0 : date;

	return ONSHI_OK;
}

static const struct field {
	const char	*name;
	int		(*take)(struct oki_http_head *, const char *, size_t);
	bool		 often;		/* may come more than once */
} fields[] = {
	{ "content-length",	take_length,	false },
	{ "transfer-encoding",	take_transfer,	false },
	{ "content-encoding",	take_encoding,	true },
	{ "content-type",	take_type,	false },
	{ "connection",		take_connection, true },
	{ "onshi-answer",	take_answer,	false },
	{ "onshi-visit",	take_token,	false },
	{ "retry-after",	take_retry,	false },
	{ "date",		take_date,	true }
};

/* RFC 9110's token characters. */
static bool
is_name(const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (!is_alnum(s[i]) && (s[i] == '\0' ||
		    strchr("!#$%&'*+-.^_`|~", s[i]) == NULL))
			return false;

	return len > 0;
}

static int
take_field(struct oki_http_head *h, const char *s, size_t len)
{
	const char *colon = memchr(s, ':', len), *value;
	size_t i, n, valuelen;

	if (*s == ' ' || *s == '\t')
		return refuse(h, "a folded header line");
	if (colon == NULL || !is_name(s, n = (size_t)(colon - s)))
		return refuse(h, "a header line without a name");
	value = colon + 1;
	valuelen = len - n - 1;
	trim(&value, &valuelen);
	for (i = 0; i < OKI_COUNT(fields); i++) {
		if (!same(s, n, fields[i].name))
			continue;
		if ((h->seen & 1u << i) != 0 && !fields[i].often)
			return refuse(h, "a header that may come once came "
			    "twice");
		h->seen |= 1u << i;
		return fields[i].take(h, value, valuelen);
	}

	return ONSHI_OK;
}

/* "HTTP/1.1 200 OK": its beginning was checked as it came. */
static int
take_status(struct oki_http_head *h, const char *s, size_t len)
{
	const size_t at = sizeof(version) - 1;

	if (len < at + 3 || !is_digit(s[at]) || !is_digit(s[at + 1]) ||
	    !is_digit(s[at + 2]) || (len > at + 3 && s[at + 3] != ' '))
		return refuse(h, "no status line of HTTP/1.1");
	h->status = (s[at] - '0') * 100 + (s[at + 1] - '0') * 10 +
	    (s[at + 2] - '0');
	if (h->status < 100 || h->status > 599)
		return refuse(h, "a status that does not exist");
	if (h->status < 200 && (h->status != 100 || h->went_on))
		return refuse(h, "an interim answer that was not asked for");

	return ONSHI_OK;
}

/* One 100 may come before; what it said is forgotten. */
static int
end_block(struct oki_http_head *h)
{
	if (h->status != 100) {
		h->done = true;
		return ONSHI_OK;
	}
	h->went_on = true;
	h->status = 0;
	h->seen = 0;
	h->length = -1;
	h->chunked = h->encoded = h->close = false;
	h->media = OKI_MEDIA_OTHER;
	h->answer = OKI_ANSWER_NONE;
	h->bad_token = false;
	h->retry_after = 0;
	h->date = 0;
	oki_wipe(h->token, sizeof(h->token));

	return ONSHI_OK;
}

static int
take_line(struct oki_http_head *h)
{
	const char *s = (const char *)h->line.data;
	size_t len = h->line.len - 1;		/* without its CR */
	int r;

	if (len > 0 && ++h->lines > h->max_lines) {
		h->why = "more header lines than the limit allows";
		return ONSHI_E_TOO_BIG;
	}
	if (h->status == 0)
		r = take_status(h, s, len);
	else
		r = len == 0 ? end_block(h) : take_field(h, s, len);
	oki_buf_reset(&h->line);

	return r;
}

/* Whether c may follow what is there of the line. */
static int
check_byte(struct oki_http_head *h, uint8_t c)
{
	size_t at = h->line.len;

	if (at > 0 && h->line.data[at - 1] == CR)
		return c == LF ? ONSHI_OK :
		    refuse(h, "a carriage return inside a header line");
	if (c == LF)
		return refuse(h, "a header line that ends in LF alone");
	if ((c < 0x20 && c != '\t' && c != CR) || c == 0x7f)
		return refuse(h, "a control character in a header line");
	if (h->status == 0 && at < sizeof(version) - 1 &&
	    c != (uint8_t)version[at])
		return refuse(h, "no status line of HTTP/1.1");

	return ONSHI_OK;
}

void
oki_http_head_init(struct oki_http_head *h, size_t max_bytes, size_t max_lines,
    int64_t now)
{
	*h = (struct oki_http_head){ .max_bytes = max_bytes,
	    .max_lines = max_lines, .now = now, .length = -1 };
	oki_buf_init(&h->line, max_bytes);
}

int
oki_http_head_feed(struct oki_http_head *h, const uint8_t *p, size_t len,
    size_t *used)
{
	size_t i;
	int r;

	for (i = 0; i < len && !h->done; i++) {
		*used = i + 1;
		if (++h->bytes > h->max_bytes) {
			h->why = "a header block over the limit";
			return ONSHI_E_TOO_BIG;
		}
		if ((r = check_byte(h, p[i])) != ONSHI_OK)
			return r;
		if (p[i] == LF)
			r = take_line(h);
		else
			r = oki_buf_byte(&h->line, p[i]);
		if (r != ONSHI_OK)
			return r;
	}
	*used = i;

	return ONSHI_OK;
}

void
oki_http_head_free(struct oki_http_head *h)
{
	oki_buf_free(&h->line);
	oki_wipe(h, sizeof(*h));
	h->length = -1;
}
