/* Variants of one character (異体字): which are the same in a name, and which
 * of them every claim can hold. */
#include "config.h"

#include "message/inside.h"

/* The first of each row stands for all of it. */
#define V(row)	row,
static const char *const rows[] = {
#include "message/variants.def"
};
#undef V

static const char *
row_of(uint32_t c)
{
	const char *s;
	size_t i;

	for (i = 0; i < OKI_COUNT(rows); i++)
		for (s = rows[i]; *s != '\0';)
			if (oki_utf8_get(&s) == c)
				return rows[i];

	return NULL;
}

uint32_t
oki_variant(uint32_t c)
{
	const char *row = row_of(c);

	return row == NULL ? c : oki_utf8_get(&row);
}

/* What code page 932 has but for the rows of NEC and IBM. */
bool
oki_is_jis(uint32_t c)
{
	unsigned int lead = oki_cp932_code(c) >> 8;

	return (lead >= 0x81 && lead <= 0x84) ||
	    (lead >= 0x88 && lead <= 0x9f) || (lead >= 0xe0 && lead <= 0xea);
}

uint32_t
oki_variant_jis(uint32_t c)
{
	const char *row = row_of(c);
	uint32_t other;

	while (row != NULL && *row != '\0')
		if (oki_is_jis(other = oki_utf8_get(&row)))
			return other;

	return 0;
}
