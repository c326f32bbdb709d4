/* Where a record stands: "/XmlMsg/A/B[2]". */
#include "config.h"

#include <string.h>

#include "message/inside.h"

int
oki_record_path(const struct onshi_record *rec, struct oki_buf *out)
{
	const struct onshi_record *up[OKI_DEEPEST];
	size_t n = 0;
	int r;

	for (; rec != NULL && n < OKI_DEEPEST; rec = rec->parent)
		up[n++] = rec;
	while (n-- > 0) {
		if ((r = oki_buf_byte(out, '/')) != ONSHI_OK ||
		    (r = oki_buf_text(out, oki_record_name(up[n]))) != ONSHI_OK)
			return r;
		if (up[n]->place > 0 && (r = oki_buf_format(out, "[%lu]",
		    (unsigned long)up[n]->place)) != ONSHI_OK)
			return r;
	}

	return ONSHI_OK;
}
