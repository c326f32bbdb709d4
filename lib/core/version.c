/* Version of the library, for programs and bindings that ask what they have. */
#include <stdint.h>
uint32_t onshi_abi(void);
uint32_t
onshi_abi(void)
{
	return 1;
}
