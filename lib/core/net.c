/* Addresses and networks as numbers; no look-up, no system call. */
#include "config.h"

#include <string.h>

#include "core/inside.h"

#define HOST_MAX	253
#define LABEL_MAX	63

/* A decimal number without leading zeros: they mean octal to some. */
static bool
small(const char *s, size_t len, unsigned int max, unsigned int *out)
{
	unsigned int v = 0;
	size_t i;

	if (len == 0 || len > 5 || (len > 1 && s[0] == '0'))
		return false;
	for (i = 0; i < len; i++) {
		if (s[i] < '0' || s[i] > '9')
			return false;
		v = v * 10 + (unsigned int)(s[i] - '0');
	}
	*out = v;

	return v <= max;
}

static bool
parse_4(const char *s, size_t len, uint8_t to[4])
{
	const char *end = s + len, *dot;
	unsigned int v;
	size_t i;

	for (i = 0; i < 4; i++) {
		dot = i == 3 ? end : memchr(s, '.', (size_t)(end - s));
		if (dot == NULL || !small(s, (size_t)(dot - s), 255, &v))
			return false;
		to[i] = (uint8_t)v;
		s = dot + (i == 3 ? 0 : 1);
	}

	return true;
}

/* One to four hexadecimal digits at *s as two bytes. */
static bool
group(const char **s, const char *end, uint8_t to[2])
{
	unsigned int v = 0, digit;
	size_t n;
	char c;

	for (n = 0; *s < end && **s != ':'; n++, (*s)++) {
		c = **s;
		if (c >= '0' && c <= '9')
			digit = (unsigned int)(c - '0');
		else if (c >= 'a' && c <= 'f')
			digit = (unsigned int)(c - 'a') + 10;
		else if (c >= 'A' && c <= 'F')
			digit = (unsigned int)(c - 'A') + 10;
		else
			return false;
		v = v << 4 | digit;
		if (n == 4)
			return false;
	}
	to[0] = (uint8_t)(v >> 8);
	to[1] = (uint8_t)v;

	return n > 0;
}

/* The groups from s on, up to a "::" or the end; the last may be IPv4. */
static bool
groups(const char **s, const char *end, uint8_t *to, size_t *n)
{
	const char *colon;

	for (*n = 0; *s < end && **s != ':'; ) {
		colon = memchr(*s, ':', (size_t)(end - *s));
		if (colon == NULL && *n <= 12 &&
		    memchr(*s, '.', (size_t)(end - *s)) != NULL) {
			if (!parse_4(*s, (size_t)(end - *s), to + *n))
				return false;
			*n += 4;
			*s = end;
			return true;
		}
		if (*n > 14 || !group(s, end, to + *n))
			return false;
		*n += 2;
		if (*s == end)
			return true;
		if (++*s == end)
			return false;	/* a single colon at the end */
	}

	return true;
}

static bool
parse_6(const char *s, size_t len, uint8_t to[16])
{
	uint8_t tail[16] = { 0 };
	const char *end = s + len;
	size_t head = 0, n = 0;

	memset(to, 0, 16);
	if (len >= 2 && s[0] == ':' && s[1] == ':')
		s++;
	else if (!groups(&s, end, to, &head) || head == 0)
		return false;
	if (s == end)
		return head == 16;
	/* Here s is at the second colon of a "::". */
	s++;
	if (!groups(&s, end, tail, &n) || s != end || head + n > 14)
		return false;
	memcpy(to + 16 - n, tail, n);

	return true;
}

bool
oki_address_parse(const char *s, size_t len, struct oki_address *out)
{
	memset(out, 0, sizeof(*out));
	if (s == NULL || len > 45)
		return false;
	if (memchr(s, ':', len) == NULL) {
		out->len = 4;
		return parse_4(s, len, out->bytes);
	}
	out->len = 16;

	return parse_6(s, len, out->bytes);
}

/* Bit i of an address, from the left. */
static unsigned int
bit(const struct oki_address *a, unsigned int i)
{
	return (unsigned int)a->bytes[i / 8] >> (7 - i % 8) & 1u;
}

bool
oki_network_parse(const char *s, size_t len, struct oki_network *out)
{
	const char *slash;
	unsigned int i, all;

	if (s == NULL || (slash = memchr(s, '/', len)) == NULL ||
	    !oki_address_parse(s, (size_t)(slash - s), &out->address))
		return false;
	all = (unsigned int)out->address.len * 8;
	if (!small(slash + 1, len - (size_t)(slash - s) - 1, all, &out->bits))
		return false;
	for (i = out->bits; i < all; i++)
		if (bit(&out->address, i) != 0)
			return false;

	return true;
}

bool
oki_network_has(const struct oki_network *n, const struct oki_address *a)
{
	unsigned int i;

	if (n->address.len != a->len)
		return false;
	for (i = 0; i < n->bits; i++)
		if (bit(&n->address, i) != bit(a, i))
			return false;

	return true;
}

static bool
is_label_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '-';
}

/* Labels of letters, digits and inner hyphens (SEC-07). */
bool
oki_is_host(const char *s, size_t len)
{
	size_t i, label = 0;

	if (s == NULL || len == 0 || len > HOST_MAX)
		return false;
	for (i = 0; i < len; i++) {
		if (s[i] == '.') {
			if (label == 0 || s[i - 1] == '-')
				return false;
			label = 0;
			continue;
		}
		if (!is_label_char(s[i]) || ++label > LABEL_MAX ||
		    (label == 1 && s[i] == '-'))
			return false;
	}

	return label > 0 && s[len - 1] != '-';
}

bool
oki_port_parse(const char *s, size_t len, uint16_t *port)
{
	unsigned int v;

	if (s == NULL || !small(s, len, 65535, &v) || v == 0)
		return false;
	*port = (uint16_t)v;

	return true;
}

/* What may stand in the path of an address: nothing that is escaped, leads
 * upwards or begins a query. */
static bool
is_url_path(const char *s)
{
	const char *p;

	for (p = s; *p != '\0'; p++) {
		if (!(*p >= 'a' && *p <= 'z') && !(*p >= 'A' && *p <= 'Z') &&
		    !(*p >= '0' && *p <= '9') && strchr("-._~/", *p) == NULL)
			return false;
		if (*p == '/' && (p[1] == '/' || p[1] == '.' || p[1] == '\0'))
			return false;
	}

	return *s == '\0' || *s == '/';
}

const char *
oki_url_parse(const char *s, struct oki_url *out)
{
	static const char scheme[] = "https://";
	const char *colon;

	if (strncmp(s, scheme, sizeof(scheme) - 1) != 0)
		return "does not begin with https://";
	out->host = s + sizeof(scheme) - 1;
	out->hostlen = strcspn(out->host, "/");
	out->path = out->host + out->hostlen;
	out->port = 443;
	if ((colon = memchr(out->host, ':', out->hostlen)) != NULL) {
		if (!oki_port_parse(colon + 1, (size_t)(out->path - colon) - 1,
		    &out->port))
			return "has no port after the colon";
		out->hostlen = (size_t)(colon - out->host);
	}
	if (!oki_is_host(out->host, out->hostlen))
		return "has a host that is no name of letters, digits, hyphens";

	return is_url_path(out->path) ? NULL :
	    "has a path that is not plain, or a slash at its end";
}
