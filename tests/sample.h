/*
 * How much of what is too much for each day a test plays: all of it with
 * ONSHIKAKU_CHECK_FULL, else what the test has chosen; and of that the n-th
 * part with ONSHIKAKU_SAMPLE=n, where a sanitizer makes each step ten times as
 * dear and the same is played without it.
 */
#ifndef TESTS_SAMPLE_H
#define TESTS_SAMPLE_H

#include <stdbool.h>
#include <stdlib.h>

static inline bool
sample_is_full(void)
{
	return getenv("ONSHIKAKU_CHECK_FULL") != NULL;
}

static inline size_t
sample_part(void)
{
	const char *text = getenv("ONSHIKAKU_SAMPLE");
	unsigned long n = text != NULL ? strtoul(text, NULL, 10) : 1;

	return n > 0 ? (size_t)n : 1;
}

/* From one point to the next, 1 where all are played. */
static inline size_t
sample_step(size_t usual)
{
	return sample_is_full() ? 1 : usual * sample_part();
}

/* How often, at least once. */
static inline long
sample_times(long usual, long full)
{
	long n = usual / (long)sample_part();

	return sample_is_full() ? full : n > 0 ? n : 1;
}

#endif
