/* Where a record stands: "/XmlMsg/A/B[2]". */
#include "config.h"

#include <string.h>

#include "message/inside.h"

/* Which of its like-named neighbours it is, from 1; 0 if it is the only one. */
static unsigned int
place(const struct onshi_record *rec)
{
	const struct onshi_record *c;
	unsigned int n = 0, mine = 0;

	if (rec->parent == NULL)
		return 0;
	for (c = rec->parent->first; c != NULL; c = c->next)
		if (strcmp(c->name, rec->name) == 0) {
			n++;
			if (c == rec)
				mine = n;
		}

	return n > 1 ? mine : 0;
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
