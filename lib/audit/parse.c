/* Reads an entry, and refuses whatever could have been written otherwise. */
#include "config.h"

#include <string.h>

#include "audit/inside.h"

/* What is still to be read. Every step moves at on, or fails. */
struct cursor {
	const char	*at;
	const char	*end;
};

static bool
take(struct cursor *c, const char *text)
{
	size_t len = strlen(text);

	if ((size_t)(c->end - c->at) < len || memcmp(c->at, text, len) != 0)
		return false;
	c->at += len;

	return true;
}

/* n decimal digits, exactly. */
static bool
take_digits(struct cursor *c, int n, int *out)
{
	*out = 0;
	for (; n > 0; n--, c->at++) {
		if (c->at == c->end || *c->at < '0' || *c->at > '9')
			return false;
		*out = *out * 10 + (*c->at - '0');
	}

	return true;
}

/* A number up to INT64_MAX without leading zeros. */
static bool
take_number(struct cursor *c, uint64_t *out)
{
	const char *from = c->at;
	uint64_t digit;

	*out = 0;
	for (; c->at < c->end && *c->at >= '0' && *c->at <= '9'; c->at++) {
		digit = (uint64_t)(*c->at - '0');
		if (*out > ((uint64_t)INT64_MAX - digit) / 10)
			return false;
		*out = *out * 10 + digit;
	}

	return c->at > from && (*from != '0' || c->at - from == 1);
}

static int
nibble(char c, char ten)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= ten && c <= ten + 5)
		return c - ten + 10;

	return -1;
}

/* len bytes as lower-case hexadecimal. */
static bool
take_hex(struct cursor *c, uint8_t *to, size_t len)
{
	int high, low;

	if ((size_t)(c->end - c->at) < 2 * len)
		return false;
	for (; len > 0; len--, c->at += 2) {
		high = nibble(c->at[0], 'a');
		low = nibble(c->at[1], 'a');
		if (high < 0 || low < 0)
			return false;
		*to++ = (uint8_t)(high << 4 | low);
	}

	return true;
}

static uint64_t
big_endian(const uint8_t *p, size_t len)
{
	uint64_t v = 0;

	while (len-- > 0)
		v = v << 8 | *p++;

	return v;
}

static bool
take_time(struct cursor *c, int64_t *wall_ms)
{
	int year, month, day, hour, min, sec, us;
	struct oki_civil back;
	int64_t s;

	if (!take_digits(c, 4, &year) || !take(c, "-") ||
	    !take_digits(c, 2, &month) || !take(c, "-") ||
	    !take_digits(c, 2, &day) || !take(c, "T") ||
	    !take_digits(c, 2, &hour) || !take(c, ":") ||
	    !take_digits(c, 2, &min) || !take(c, ":") ||
	    !take_digits(c, 2, &sec) || !take(c, ".") ||
	    !take_digits(c, 6, &us) || !take(c, "Z"))
		return false;
	if (year < 1 || month < 1 || month > 12 || hour > 23 || min > 59 ||
	    sec > 59)
		return false;
	s = oki_utc(year, month, day, hour, min, sec);
	oki_civil(s, &back);
	*wall_ms = s * 1000 + us / 1000;

	return back.day == day && back.month == month;
}

/* One of a list, whole. */
static bool
take_word(struct cursor *c, const char *(*name)(int), int *out)
{
	const char *word;
	size_t len;

	for (*out = 0; (word = name(*out)) != NULL; (*out)++) {
		len = strlen(word);
		if ((size_t)(c->end - c->at) > len && c->at[len] == '\t' &&
		    memcmp(c->at, word, len) == 0) {
			c->at += len;
			return true;
		}
	}

	return false;
}

/* Indexed by byte: what stands for itself in a value. */
const uint32_t oki_audit_plain[8] = {
	0x00000000, 0x27ffe800,		/* + - . / 0 to 9 : = */
	0x87ffffff, 0x07fffffe,		/* @ A to Z _ a to z */
};

/* A value in the one form it can have: no byte coded that need not be. */
static bool
take_value(struct cursor *c)
{
	const char *from = c->at;
	int high, low;

	while (c->at < c->end && *c->at != '\t') {
		if (oki_audit_is_plain((unsigned char)*c->at)) {
			c->at++;
			continue;
		}
		if (*c->at != '%' || c->end - c->at < 3)
			return false;
		high = nibble(c->at[1], 'A');
		low = nibble(c->at[2], 'A');
		if (high < 0 || low < 0 || (high | low) == 0 ||
		    oki_audit_is_plain((unsigned char)(high << 4 | low)))
			return false;
		c->at += 3;
	}

	return c->at > from;
}

static bool
take_values(struct cursor *c, const char *keys)
{
	char key[4] = "\t?=";

	for (; *keys != '\0'; keys++) {
		key[1] = *keys;
		if (!take(c, key) || !take_value(c))
			return false;
	}

	return true;
}

/* Ten digits, or none known. */
static bool
take_institution(struct cursor *c, char to[11])
{
	int high, low;

	to[0] = '\0';
	if (take(c, "-"))
		return true;
	if (!take_digits(c, 5, &high) || !take_digits(c, 5, &low))
		return false;
	memcpy(to, c->at - 10, 10);
	to[10] = '\0';

	return true;
}

static bool
take_request(struct cursor *c, struct oki_audit_parsed *out)
{
	uint8_t id[8];

	out->has_request = false;
	if (take(c, "-"))
		return true;
	if (!take_hex(c, id, sizeof(id)))
		return false;
	out->has_request = true;
	out->request = big_endian(id, sizeof(id));

	return true;
}

static bool
take_boot(struct cursor *c, struct oki_audit_parsed *out)
{
	uint64_t ms;
	uint8_t id[4];

	if (!take_hex(c, id, sizeof(id)) || !take(c, ":") ||
	    !take_number(c, &ms))
		return false;
	out->boot = (uint32_t)big_endian(id, sizeof(id));
	out->boot_ms = (int64_t)ms;

	return true;
}

bool
oki_audit_line_parse(const char *line, size_t len,
    struct oki_audit_parsed *out)
{
	struct cursor c = { line, line + len };

	if (len > OKI_AUDIT_LINE)
		return false;
	if (!take(&c, "v=1\tn=") || !take_number(&c, &out->n) ||
	    !take(&c, "\tt=") || !take_time(&c, &out->wall_ms) ||
	    !take(&c, "\tb=") || !take_boot(&c, out) ||
	    !take(&c, "\te=") ||
	    !take_word(&c, oki_audit_event_name, &out->event) ||
	    !take(&c, "\to=") ||
	    !take_word(&c, oki_audit_outcome_name, &out->outcome) ||
	    !take_values(&c, "als") ||
	    !take(&c, "\tm=") || !take_institution(&c, out->institution) ||
	    !take_values(&c, "pkuic") ||
	    !take(&c, "\tq=") || !take_request(&c, out) ||
	    !take_values(&c, "wrz") ||
	    !take(&c, "\th=") || !take_hex(&c, out->h, OKI_AUDIT_HASH) ||
	    !take(&c, "\t"))
		return false;
	out->sealed = (size_t)(c.at - line);

	return take(&c, "g=") && take_hex(&c, out->g, OKI_AUDIT_HASH) &&
	    take(&c, "\n") && c.at == c.end;
}

bool
oki_audit_line_time(const char *line, size_t len, int64_t *wall_ms)
{
	struct cursor c = { line, line + len };
	uint64_t n;

	return take(&c, "v=1\tn=") && take_number(&c, &n) &&
	    take(&c, "\tt=") && take_time(&c, wall_ms) && take(&c, "\t");
}
