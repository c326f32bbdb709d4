/* The records of the text and visual applications of a card. */
#include "pki.h"

int
pki_records_make(const struct pki_records *keys, const struct pki_holder *h,
    const char *dir)
{
	(void)keys;
	(void)h;
	(void)dir;

	return 0;
}
