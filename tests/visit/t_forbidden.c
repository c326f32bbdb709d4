/*
 * No way to the My Number (ID-4, card.md 5.6): a reader of the program's own
 * answers anything at all, the public calls come in any order, and each command
 * that reaches the reader is looked at. RUNS=n for more.
 */
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "fake.h"
#include "tests/core/run.h"
#include "tests/sample.h"

static struct fake f;
static uint64_t seed = 4711;
static unsigned long seen, selects;
static uint8_t app[10];			/* selected now, as the card sees it */
static int ef;

static uint32_t
pick(uint32_t n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;

	return (uint32_t)(seed >> 33) % n;
}

static const uint8_t jpki[] = { 0xd3, 0x92, 0xf0, 0, 0x26, 1, 0, 0, 0, 1 };
static const uint8_t common[] = { 0xd3, 0x92, 0x10, 0, 0x31, 0, 1, 1, 1, 0 };

/* What a medical client may say, told from card.md and not from the library:
 * the two applications it needs, a SELECT that names a foreign card, four files
 * of JPKI and the auth PIN and key. */
static bool
may_select(const uint8_t *aid, size_t len)
{
	static const uint8_t foreign[][5] = {
		{ 0xd3, 0x92, 0xf0, 0x00, 0x4f },	/* residence card */
		{ 0xa0, 0x00, 0x00, 0x02, 0x31 }	/* licence */
	};
	size_t i;

	if (len == 10 && (memcmp(aid, jpki, 10) == 0 ||
	    memcmp(aid, common, 10) == 0))
		return true;
	for (i = 0; i < 2; i++)
		if (len >= 5 && memcmp(aid, foreign[i], 5) == 0)
			return true;

	return false;
}

static bool
may_touch(int file, uint8_t ins)
{
	if (memcmp(app, jpki, 10) != 0)
		return false;
	switch (ins) {
	case 0xb0:
		return file == 0x0a || file == 0x06 || file == 0x08 ||
		    file == 0x0b;
	case 0x20:
		return file == 0x18;
	case 0x2a:
		return file == 0x17;
	default:
		return file == 0x0a || file == 0x06 || file == 0x18 ||
		    file == 0x17 || file == 0x08 || file == 0x0b;
	}
}

static bool
is_allowed(const uint8_t *c, size_t n)
{
	if (c[1] == 0xa4 && c[2] == 0x04)
		return n >= 10 && may_select(c + 5, c[4]);
	if (c[1] == 0xa4)
		return n >= 7 && may_touch(c[5] << 8 | c[6], 0xa4);
	if (c[1] == 0xb0)
		return may_touch((c[2] & 0x80) != 0 ? c[2] & 0x1f : ef, 0xb0);
	if (c[1] == 0x20 || c[1] == 0x2a)
		return may_touch((c[3] & 0x1f) != 0 ? c[3] & 0x1f : ef, c[1]);

	return c[1] == 0xc0 && c[0] == 0x00;	/* GET RESPONSE */
}

static void
follow(const uint8_t *c, size_t n)
{
	if (c[1] == 0xa4 && c[2] == 0x04 && n >= 15) {
		memcpy(app, c + 5, 10);
		selects++;
	} else if (c[1] == 0xa4 && n >= 7) {
		ef = c[5] << 8 | c[6];
	} else if (c[1] == 0xb0 && (c[2] & 0x80) != 0) {
		ef = c[2] & 0x1f;
	}
}

/* The status words that make a client try something else. */
static const unsigned int words[] = { 0x9000, 0x9000, 0x9000, 0x6a82, 0x6a86,
    0x6700, 0x6982, 0x6986, 0x6b00, 0x6d00, 0x6f00, 0x6100, 0x6110, 0x6c00,
    0x6c20, 0x63c3, 0x63c0, 0x6984, 0x6282, 0x6881 };

static int
odd_transmit(void *self, const uint8_t *c, size_t n, uint8_t *reply,
    size_t *len, int32_t ms)
{
	static const uint8_t head[] = { 0x30, 0x82, 0x06, 0x1f };
	unsigned int sw = words[pick(sizeof(words) / sizeof(words[0]))];
	size_t size = 0, i;

	(void)ms;
	seen++;
	ck_assert_uint_ge(n, 4);
	ck_assert_msg(is_allowed(c, n),
	    "forbidden: %02x %02x %02x %02x, file %02x", c[0], c[1], c[2],
	    c[3], (unsigned int)ef);
	follow(c, n);
	if (pick(40) == 0)
		return (int[]){ ONSHI_E_CARD_GONE, ONSHI_E_CARD_TIMEOUT,
		    ONSHI_E_READER_BUSY, 7 }[pick(4)];
	if (pick(3) != 0 && f.real != NULL)
		return f.real(self, c, n, reply, len, ms);
	if (sw == 0x9000 || pick(4) == 0)
		size = pick(3) == 0 ? 256 : pick(3) == 0 ? pick(2048) :
		    pick(8);
	if (size + 2 > *len)
		size = *len - 2;
	for (i = 0; i < size; i++)
		reply[i] = i < sizeof(head) && pick(2) == 0 ? head[i] :
		    (uint8_t)pick(256);
	reply[size] = (uint8_t)(sw >> 8);
	reply[size + 1] = (uint8_t)sw;
	*len = size + 2;

	return ONSHI_OK;
}

static void
use_card(struct onshi *o)
{
	const struct onshi_certificate *x;
	struct onshi_card *c;
	int left, i;

	ck_assert_int_eq(onshi_card_new(o, &c), ONSHI_OK);
	for (i = 0; i < 6; i++)
		switch (pick(4)) {
		case 0:
			(void)!onshi_card_open(c, "fake");
			break;
		case 1:
			(void)!onshi_card_certificate(c, &x);
			break;
		case 2:
			(void)!onshi_card_pin_tries(c, &left);
			break;
		default:
			(void)!onshi_card_sign(c, "1234", pick(2),
			    (const uint8_t *)"x", 1);
		}
	onshi_card_free(&c);
}

static void
use_visit(struct onshi *o)
{
	struct onshi_operator *op;
	struct onshi_visit *v;
	int i;

	ck_assert_int_eq(onshi_operator_new(o, "U", 0, 1, &op), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_new(o, ONSHI_PURPOSE_CARE, &v), ONSHI_OK);
	(void)!onshi_visit_set_method(v, pick(2) == 0 ? ONSHI_METHOD_PIN :
	    ONSHI_METHOD_VISUAL);
	for (i = 0; i < 5; i++) {
		(void)!onshi_visit_set_pin(v, "1234", pick(2));
		(void)!onshi_visit_confirm(v, op, 1);
		(void)!onshi_visit_advance(v);
	}
	onshi_visit_free(&v);
	onshi_operator_free(&op);
}

START_TEST(test_any_answer)
{
	const char *want = getenv("RUNS");
	long n = want != NULL ? strtol(want, NULL, 10) :
	    sample_times(1500, 30000);
	struct onshi *o;

	fake_init(&f);
	f.transmit = odd_transmit;
	o = fake_root(&f);
	for (; n > 0; n--) {
		atomic_store(&f.tries, 3);
		if (pick(2) == 0)
			use_card(o);
		else
			use_visit(o);
	}
	ck_assert_uint_gt(seen, 5000 / sample_part());
	ck_assert_uint_gt(selects, 500 / sample_part());
	onshi_free(&o);
	fake_done(&f);
}
END_TEST

static void
fill(TCase *t)
{
	tcase_set_timeout(t, 1200);
	tcase_add_test(t, test_any_answer);
}

int
main(void)
{
	fake_prepare();

	return run_tests("visit/forbidden", fill);
}
