/*
 * Consent cannot be bypassed, and nobody is taken for another: public calls at
 * two desks in any order, with a model of the rules beside them (desk.h). The
 * service gives all that it is asked for, so every answer that comes out and
 * that the model does not allow is a hole in the library.
 * CALLS=1000000 for the long run, SEED=n to repeat one.
 */
#include <stdio.h>
#include <stdlib.h>

#include <check.h>

#include "desk.h"
#include "tests/core/run.h"
#include "tests/sample.h"

static struct desk desks[2];
static uint64_t seed;

/* splitmix64: the same sequence for the same seed, everywhere. */
static uint32_t
pick(uint32_t n)
{
	uint64_t z = seed += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;

	return (uint32_t)((z ^ z >> 31) % n);
}

/* What follows each other at a counter, so that answers come of it at all, and
 * then anything; op and x as desk_call takes them. */
static const struct { unsigned int op, x; } usual[] = {
	{ 13, 0x001 }, { 0, 0 }, { 1, 0x81 }, { 1, 0x82 }, { 2, 0 }, { 4, 0 },
	{ 2, 1 }, { 4, 0 }, { 2, 0 }, { 4, 0 }, { 9, 0x0a }, { 9, 0x0a },
	{ 11, 0 }, { 8, 0x80 }, { 9, 0x0a }, { 10, 0x01 }, { 8, 0x81 },
	{ 10, 0x01 }, { 11, 0 },
	/* the exceptional modes: new, all that it needs, step by step */
	{ 0x0d, 0x1f0 }, { 0x4d, 0x10 }, { 0x5d, 0x10 }, { 0x4d, 0x10 },
	{ 0x6d, 0x110 }, { 0x6d, 0x112 }, { 0x7d, 0x10 }, { 0x0d, 0x1f1 },
	{ 0x4d, 0x10 }, { 0x5d, 0x10 }, { 0x4d, 0x10 }, { 0x0d, 0x3f1 },
	{ 0x4d, 0x10 }, { 0x5d, 0x10 }, { 0x4d, 0x10 }, { 0x6d, 0x110 },
	{ 0x0d, 0x1fd }, { 0x4d, 0x10 }, { 0x5d, 0x10 }, { 0x4d, 0x10 },
	{ 0x6d, 0x111 }, { 0x6d, 0x115 }
};

static unsigned long
total(int what)
{
	return desks[0].counts[what] + desks[1].counts[what];
}

START_TEST(test_any_order)
{
	const char *want = getenv("CALLS"), *from = getenv("SEED");
	long n = want != NULL ? strtol(want, NULL, 10) :
	    sample_times(24000, 1000000);
	size_t at[2] = { 0, 0 };
	uint64_t first;
	int i;

	seed = first = from != NULL ? strtoull(from, NULL, 10) : 20261121u;
	for (i = 0; i < 2; i++)
		desk_open(&desks[i], i + 1);
	for (; n > 0; n--) {
		i = (int)pick(2);
		if (pick(3) != 0) {
			desk_call(&desks[i], &desks[1 - i],
			    usual[at[i]].op, usual[at[i]].x);
			at[i] = (at[i] + 1) % (sizeof(usual) /
			    sizeof(usual[0]));
		} else {
			desk_call(&desks[i], &desks[1 - i], pick(128),
			    pick(65536));
		}
	}
	printf("seed %llu: %lu check-ins, %lu given out, %lu refused, "
	    "%lu read; in exceptional modes %lu steps, %lu given out, "
	    "%lu refused\n", (unsigned long long)first,
	    total(DESK_ANSWERED), total(DESK_GIVEN_OUT),
	    total(DESK_REFUSED), total(DESK_READ), total(DESK_URGENT_STEPS),
	    total(DESK_URGENT_GIVEN), total(DESK_URGENT_REFUSED));
	/* It would prove nothing if nothing ever came out; the rarest comes once
	 * in some hundred calls. */
	ck_assert_uint_gt(total(DESK_GIVEN_OUT), (unsigned long)n / 100);
	ck_assert_uint_gt(total(DESK_REFUSED), (unsigned long)n / 100);
	ck_assert_uint_gt(total(DESK_READ), (unsigned long)n / 100);
	ck_assert_uint_gt(total(DESK_URGENT_STEPS), (unsigned long)n / 100);
	ck_assert_uint_gt(total(DESK_URGENT_GIVEN), (unsigned long)n / 200);
	ck_assert_uint_gt(total(DESK_URGENT_REFUSED), (unsigned long)n / 100);
	for (i = 0; i < 2; i++)
		desk_close(&desks[i]);
}
END_TEST

static void
fill(TCase *t)
{
	tcase_set_timeout(t, 0);
	tcase_add_test(t, test_any_order);
}

int
main(void)
{
	fake_prepare();

	return run_tests("visit/model", fill);
}
