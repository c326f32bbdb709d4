/* What stands in an .err, for people: whatever it is written in. */
#include "config.h"

#include <string.h>

#include "message/message.h"
#include "tests/core/run.h"

static const struct {
	const char	*bytes;
	const char	*text;
} rows[] = {
	{ "", "" }, { "bad date", "bad date" },
	{ "\xef\xbb\xbfx", "x" },
	{ "\xe5\xbd\xa2\xe5\xbc\x8f", "\xe5\xbd\xa2\xe5\xbc\x8f" },
	{ "\x8c\x60\x8e\xae", "\xe5\xbd\xa2\xe5\xbc\x8f" },
	{ "\xb1\xb2", "\xef\xbd\xb1\xef\xbd\xb2" },
	{ "a\x1b[31m\r\nb\x7f\r\n", "a [31m  b" },
	{ "\xff\xff", "\xef\xbf\xbd" },
	{ "x\x8c", "x" },
	{ "\xe5\xbd\xa2\xe5\xbc", "\xe5\xbd\xa2" }
};

START_TEST(shown)
{
	char to[1024];

	oki_message_opaque((const uint8_t *)rows[_i].bytes,
	    strlen(rows[_i].bytes), to, sizeof(to));
	ck_assert_str_eq(to, rows[_i].text);
}
END_TEST

/* Any bytes, any room: whole characters, and an end. */
START_TEST(any)
{
	uint8_t bytes[64];
	char to[80];
	uint32_t state = 1;
	size_t i, k, room;

	for (i = 0; i < 20000; i++) {
		for (k = 0; k < sizeof(bytes); k++) {
			state = state * 1103515245u + 12345u;
			bytes[k] = (uint8_t)(state >> 16);
		}
		room = 1 + i % sizeof(to);
		memset(to, 'z', sizeof(to));
		oki_message_opaque(bytes, i % (sizeof(bytes) + 1), to, room);
		ck_assert_uint_lt(strlen(to), room);
		ck_assert(oki_is_utf8(to, strlen(to)));
	}
	oki_message_opaque(NULL, 0, to, sizeof(to));
	ck_assert_str_eq(to, "");
}
END_TEST

static void
fill(TCase *t)
{
	ADD_ROWS(t, shown, rows);
	tcase_add_test(t, any);
}

int
main(void)
{
	return run_tests("message/opaque", fill);
}
