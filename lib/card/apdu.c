/* Commands as bytes: ISO 7816-4, short data, short or extended Le. */
#include "config.h"

#include <string.h>

#include "card/inside.h"

#define LE_SHORT	256u
#define LE_EXTENDED	65536u

/* Only a command without data has an extended Le: we need no other. */
static size_t
le_bytes(const struct oki_apdu *a)
{
	if (a->le == 0)
		return 0;
	if (a->le <= LE_SHORT)
		return 1;

	return 3;
}

size_t
oki_apdu_build(const struct oki_apdu *a, uint8_t *to, size_t room)
{
	size_t n = 0, le = le_bytes(a);

	if (a->len > 255 || (a->len > 0 && a->data == NULL) ||
	    a->le > LE_EXTENDED || (le == 3 && a->len > 0) ||
	    4 + (a->len > 0 ? 1 + a->len : 0) + le > room)
		return 0;
	to[n++] = a->cla;
	to[n++] = a->ins;
	to[n++] = a->p1;
	to[n++] = a->p2;
	if (a->len > 0) {
		to[n++] = (uint8_t)a->len;
		memcpy(to + n, a->data, a->len);
		n += a->len;
	}
	if (le == 3) {
		to[n++] = 0;
		to[n++] = (uint8_t)(a->le >> 8 & 0xff);
	}
	if (le > 0)
		to[n++] = (uint8_t)(a->le & 0xff);

	return n;
}
