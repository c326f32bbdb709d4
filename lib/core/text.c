/* Text: forms that are checked, and the few that are made. No locale. */
#include "config.h"

#include <string.h>

#include "core/inside.h"

bool
oki_copy(char *to, size_t room, const char *from)
{
	size_t len;
	bool fits;

	if (room == 0)
		return false;
	len = from == NULL ? 0 : strlen(from);
	fits = len < room;
	if (!fits)
		len = room - 1;
	if (len > 0)
		memcpy(to, from, len);
	to[len] = '\0';

	return fits;
}

/* What was cut in the middle of a character loses the whole of it. */
bool
oki_copy_text(char *to, size_t room, const char *from)
{
	size_t n;

	if (oki_copy(to, room, from))
		return true;
	for (n = room == 0 ? 0 : strlen(to); n > 0 &&
	    ((unsigned char)to[n - 1] & 0xc0) == 0x80; n--)
		;
	if (n > 0 && !oki_is_utf8(to + n - 1, strlen(to + n - 1)))
		to[n - 1] = '\0';

	return false;
}

/* Length of the UTF-8 sequence at s and its character; 0 if there is none. */
static size_t
decode(const uint8_t *s, size_t len, uint32_t *c)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t i, n;

	if (s[0] < 0x80) {
		*c = s[0];
		return 1;
	}
	n = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
	if (s[0] < 0xc2 || s[0] > 0xf4 || n > len)
		return 0;
	*c = s[0] & (0x7fu >> n);
	for (i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		*c = *c << 6 | (s[i] & 0x3f);
	}

	return *c < least[n] ? 0 : n;
}

/* Char of XML 1.0: no surrogate, no control character but tab, LF, CR. */
static bool
is_xml_char(uint32_t c)
{
	return c == 0x9 || c == 0xa || c == 0xd || (c >= 0x20 && c <= 0xd7ff) ||
	    (c >= 0xe000 && c <= 0xfffd) || (c >= 0x10000 && c <= 0x10ffff);
}

bool
oki_is_utf8(const char *s, size_t len)
{
	const uint8_t *p = (const uint8_t *)s;
	uint32_t c;
	size_t i, n;

	if (s == NULL)
		return len == 0;
	for (i = 0; i < len; i += n)
		if ((n = decode(p + i, len - i, &c)) == 0 || !is_xml_char(c))
			return false;

	return true;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

bool
oki_is_digits(const char *s, size_t min, size_t max)
{
	size_t n;

	if (s == NULL)
		return false;
	for (n = 0; is_digit(s[n]) && n <= max; n++)
		;

	return s[n] == '\0' && n >= min && n <= max;
}

bool
oki_is_word(const char *s, size_t max)
{
	size_t n;

	if (s == NULL)
		return false;
	for (n = 0; s[n] != '\0'; n++)
		if (n >= max || (!is_digit(s[n]) && !is_upper(s[n]) &&
		    !(s[n] >= 'a' && s[n] <= 'z') &&
		    strchr("._@-", s[n]) == NULL))
			return false;

	return n > 0;
}

bool
oki_text_equal(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return a == b;

	return strcmp(a, b) == 0;
}

bool
oki_number(const char *s, int64_t *n)
{
	bool negative;
	int64_t v = 0;
	int digit;

	if (s == NULL)
		return false;
	if ((negative = *s == '-'))
		s++;
	if (*s == '\0')
		return false;
	/* Downwards, since there is one more negative number. */
	for (; *s != '\0'; s++) {
		if (!is_digit(*s))
			return false;
		digit = *s - '0';
		if (v < (INT64_MIN + digit) / 10)
			return false;
		v = v * 10 - digit;
	}
	if (!negative && v == INT64_MIN)
		return false;
	*n = negative ? v : -v;

	return true;
}

void
oki_hex(char *to, const uint8_t *bytes, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < len; i++) {
		to[2 * i] = digits[bytes[i] >> 4];
		to[2 * i + 1] = digits[bytes[i] & 15];
	}
	to[2 * len] = '\0';
}

static int
nibble(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;

	return -1;
}

bool
oki_unhex(uint8_t *to, size_t *len, const char *hex)
{
	size_t n = 0;
	int high, low;

	if (hex == NULL)
		return false;
	for (; *hex != '\0'; hex += 2) {
		if (n >= *len || (high = nibble(hex[0])) < 0 ||
		    (low = nibble(hex[1])) < 0)
			return false;
		to[n++] = (uint8_t)(high << 4 | low);
	}
	*len = n;

	return true;
}

bool
oki_list_next(const char **rest, char separator, const char **item,
    size_t *len)
{
	const char *end, *s = *rest;

	if (s == NULL)
		return false;
	if ((end = strchr(s, separator)) == NULL)
		end = s + strlen(s);
	*rest = *end == '\0' ? NULL : end + 1;
	while (s < end && (*s == ' ' || *s == '\t'))
		s++;
	while (end > s && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	*item = s;
	*len = (size_t)(end - s);

	return true;
}
