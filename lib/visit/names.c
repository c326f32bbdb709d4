/* Names for numbers of the public interface. */
#include "visit/inside.h"

static const char *const kinds[] = {
	[ONSHI_CARD_OTHER] = "other", [ONSHI_CARD_MY_NUMBER] = "my_number",
	[ONSHI_CARD_NO_CERTIFICATE] = "no_certificate",
	[ONSHI_CARD_PHONE] = "phone", [ONSHI_CARD_JUKI] = "juki",
	[ONSHI_CARD_RESIDENCE] = "residence", [ONSHI_CARD_DRIVERS_LICENCE] =
	    "licence"
};

static const char *const parts[] = {
	[ONSHI_PART_PHOTO] = "photo", [ONSHI_PART_NAME] = "name",
	[ONSHI_PART_ADDRESS] = "address",
	[ONSHI_PART_BIRTHDATE] = "birthdate", [ONSHI_PART_SEX] = "sex"
};

const char *
onshi_part_name(int part)
{
	return part >= 0 && (size_t)part < OKI_COUNT(parts) ? parts[part] :
	    NULL;
}

const char *
onshi_card_kind_name(int kind)
{
	return kind >= 0 && (size_t)kind < OKI_COUNT(kinds) ? kinds[kind] :
	    NULL;
}
