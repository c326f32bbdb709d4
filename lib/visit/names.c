/* Names for numbers of the public interface. */
#include "visit/inside.h"

static const char *const kinds[] = {
	[ONSHI_CARD_OTHER] = "other", [ONSHI_CARD_MY_NUMBER] = "my_number",
	[ONSHI_CARD_NO_CERTIFICATE] = "no_certificate",
	[ONSHI_CARD_PHONE] = "phone", [ONSHI_CARD_JUKI] = "juki",
	[ONSHI_CARD_RESIDENCE] = "residence", [ONSHI_CARD_DRIVERS_LICENCE] =
	    "licence"
};

const char *
onshi_card_kind_name(int kind)
{
	return kind >= 0 && (size_t)kind < OKI_COUNT(kinds) ? kinds[kind] :
	    NULL;
}
