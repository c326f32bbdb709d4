/* One form for what is the same: numbers of insurances. What was given is never
 * changed. */
#include "config.h"

#include <string.h>

#include "match/inside.h"

/* Characters into a buffer, all or nothing. */
struct into {
	char	*buf;
	size_t	 len;
	size_t	 n;
	bool	 over;
};

static void
put(struct into *to, uint32_t c)
{
	uint8_t bytes[4];
	size_t n = oki_utf8_put(bytes, c);

	if (to->over || to->len - to->n <= n) {
		to->over = true;
		return;
	}
	memcpy(to->buf + to->n, bytes, n);
	to->n += n;
	to->buf[to->n] = '\0';
}

/* Six digits or eight: what padding was there is put right. */
static void
pad_insurer(struct into *to, size_t digits)
{
	size_t want = digits <= 6 ? 6 : 8, more = want - digits;

	if (digits == 0 || digits > 8)
		return;
	if (to->len - to->n <= more) {
		to->over = true;
		return;
	}
	memmove(to->buf + more, to->buf, to->n + 1);
	memset(to->buf, '0', more);
	to->n += more;
}

bool
oki_canonical(enum oki_how how, const char *text, char *buf, size_t len)
{
	struct into to = { buf, len, 0, false };
	struct oki_fold f = { text, 0 };
	bool front = how == OKI_HOW_INSURER || how == OKI_HOW_NUMBER;
	bool zero = false;
	uint32_t c;

	buf[0] = '\0';
	while ((c = oki_symbol_next(&f)) != 0) {
		zero = zero || c == '0';
		front = front && c == '0';
		if (!front)
			put(&to, c);
	}
	if (front && zero)
		put(&to, '0');
	if (how == OKI_HOW_INSURER && to.n == strspn(buf, "0123456789"))
		pad_insurer(&to, to.n);
	if (how == OKI_HOW_BRANCH && oki_is_digits(buf, 1, 1)) {
		put(&to, (uint32_t)buf[0]);
		buf[0] = '0';
	}
	if (to.over)
		buf[0] = '\0';

	return !to.over;
}

static bool
is_number(enum oki_how how)
{
	return how == OKI_HOW_INSURER || how == OKI_HOW_SYMBOL ||
	    how == OKI_HOW_NUMBER || how == OKI_HOW_BRANCH ||
	    how == OKI_HOW_REFERENCE;
}

int
onshi_match_canonical(int element, const char *text, char *buf, size_t len)
{
	enum oki_how how = oki_how_of(element);

	if (buf == NULL || len == 0)
		return ONSHI_E_ARG;
	buf[0] = '\0';
	if (text == NULL || !is_number(how))
		return ONSHI_E_ARG;
	if (!oki_is_utf8(text, strlen(text)))
		return ONSHI_E_VALUE;
	if (!oki_canonical(how, text, buf, len))
		return ONSHI_E_TOO_BIG;

	return buf[0] == '\0' ? ONSHI_ABSENT : ONSHI_OK;
}
