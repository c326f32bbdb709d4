/* Names for numbers of the public interface. */
#include "visit/inside.h"

static const char *const methods[] = {
	[ONSHI_METHOD_FACE] = "face", [ONSHI_METHOD_PIN] = "pin",
	[ONSHI_METHOD_VISUAL] = "visual", [ONSHI_METHOD_NUMBER] = "number"
};

const struct onshi_error *
oki_no_handle(void)
{
	static const struct onshi_error none = {
		.code = ONSHI_E_ARG, .tries = -1, .sw = -1,
		.text = "the handle is NULL"
	};

	return &none;
}

const char *
onshi_method_name(int method)
{
	return method > 0 && (size_t)method < OKI_COUNT(methods) ?
	    methods[method] : NULL;
}

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
