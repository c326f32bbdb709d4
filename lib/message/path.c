/* Where a record stands: "/XmlMsg/A/B[2]". */
#include "config.h"

#include <string.h>

#include "message/inside.h"

/* Which of its like-named neighbours it is, from 1; 0 if it is the only one.
 * Looks no farther than it must: there may be very many. */
static unsigned int
place(const struct onshi_record *rec)
{
	const struct onshi_record *c;
	unsigned int mine = 1;

	if (rec->parent == NULL)
		return 0;
	for (c = rec->parent->first; c != rec; c = c->next)
		mine += strcmp(c->name, rec->name) == 0;
	if (mine > 1)
		return mine;
	for (c = rec->next; c != NULL; c = c->next)
		if (strcmp(c->name, rec->name) == 0)
			return 1;

	return 0;
}

int
oki_record_path(const struct onshi_record *rec, struct oki_buf *out)
{
	const struct onshi_record *up[OKI_DEEPEST];
	unsigned int at;
	size_t n = 0;
	int r;

	for (; rec != NULL && n < OKI_DEEPEST; rec = rec->parent)
		up[n++] = rec;
	while (n-- > 0) {
		if ((r = oki_buf_byte(out, '/')) != ONSHI_OK ||
		    (r = oki_buf_text(out, up[n]->name)) != ONSHI_OK)
			return r;
		if ((at = place(up[n])) > 0 &&
		    (r = oki_buf_format(out, "[%u]", at)) != ONSHI_OK)
			return r;
	}

	return ONSHI_OK;
}
