/* Names as a claim can hold them: beside the raw one, never in its place. */
#include "config.h"

#include <string.h>

#include "match/inside.h"

#define UNREADABLE	0x25cfu		/* ●, which claims accept */

struct pen {
	char	*at;
	size_t	 room;
	bool	 over;
};

static void
put(struct pen *p, uint32_t c)
{
	uint8_t bytes[4];
	size_t n = oki_utf8_put(bytes, c);

	if ((p->over = p->over || p->room <= n))
		return;
	memcpy(p->at, bytes, n);
	p->at += n;
	p->room -= n;
	*p->at = '\0';
}

/* ASCII and half-width kana have full-width forms; a claim's name is of
 * these. */
static uint32_t
widen(uint32_t c)
{
	if (c == ' ' || c == 0xa0 || (c >= 0x2000 && c <= 0x200a))
		return 0x3000;

	return c > ' ' && c <= '~' ? c - '!' + 0xff01 : c;
}

/* What every claim can hold for it; *other: it had to be another. */
static uint32_t
claim_char(uint32_t c, bool *other)
{
	uint32_t plain = widen(c);

	*other = false;
	if (plain == 0x301c || oki_is_jis(plain))
		return plain;
	*other = true;
	if (oki_is_hyphen(plain))
		return 0x2010;

	return (plain = oki_variant_jis(c)) != 0 ? plain : UNREADABLE;
}

int
onshi_match_claim_name(const char *name, char *buf, size_t len, char *odd,
    size_t oddlen)
{
	struct pen to = { buf, len, false }, strange = { odd, oddlen, false };
	uint32_t c, plain;
	bool other;

	if (buf != NULL && len > 0)
		buf[0] = '\0';
	if (odd != NULL && oddlen > 0)
		odd[0] = '\0';
	if (name == NULL || buf == NULL || odd == NULL || len == 0 ||
	    oddlen == 0)
		return ONSHI_E_ARG;
	if (!oki_is_utf8(name, strlen(name)))
		return ONSHI_E_VALUE;
	while (*name != '\0') {
		c = oki_wide_get(&name);
		plain = claim_char(c, &other);
		if (other)
			put(&strange, c);
		if (!oki_is_unseen(c))
			put(&to, plain);
	}
	if (!to.over && !strange.over)
		return ONSHI_OK;
	buf[0] = odd[0] = '\0';

	return ONSHI_E_TOO_BIG;
}
