/* Version of the library, for programs and bindings that ask what they have. */
#include "config.h"

#include "core/inside.h"

uint32_t
onshi_abi(void)
{
	return ONSHI_ABI;
}

const char *
onshi_version(void)
{
	return ONSHI_VERSION;
}

uint32_t
onshi_version_number(void)
{
	return ONSHI_VERSION_NUMBER;
}
