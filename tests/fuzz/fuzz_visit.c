/* Calls at two desks in any order, by bytes: tests/visit/desk.h says what must
 * hold. */
#include "config.h"

#include "fuzz.h"
#include "../visit/desk.h"

#define STEPS	60

static struct desk desks[2];

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct fuzz_input in = { .p = data, .left = len };
	unsigned int op, x;
	int i;

	fake_prepare();
	memset(desks, 0, sizeof(desks));
	for (i = 0; i < 2; i++)
		desk_open(&desks[i], i + 1);
	for (i = 0; i < STEPS && in.left > 0; i++) {
		op = fuzz_byte(&in);
		x = fuzz_byte(&in);
		desk_call(&desks[op >> 7], &desks[1 - (op >> 7)], op & 0x7f, x);
	}
	for (i = 0; i < 2; i++)
		desk_close(&desks[i]);

	return 0;
}
