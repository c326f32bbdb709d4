/*
 * What the fuzz targets share. A target is one function over bytes; libFuzzer
 * calls it (run.sh), and so does replay.c for every file of the corpora.
 */
#ifndef ONSHI_TESTS_FUZZ_H
#define ONSHI_TESTS_FUZZ_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/core.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* What must hold for every input; the file's name says which target it was. */
#define MUST(cond)							\
	((cond) ? (void)0 : fuzz_fail(__FILE__, __LINE__, #cond))

_Noreturn static inline void
fuzz_fail(const char *file, int line, const char *what)
{
	fprintf(stderr, "%s:%d: not so: %s\n", file, line, what);
	abort();
}

/* Where an input is taken apart; what it lacks is 0. */
struct fuzz_input {
	const uint8_t	*p;
	size_t		 left;
};

static inline unsigned int
fuzz_byte(struct fuzz_input *in)
{
	if (in->left == 0)
		return 0;
	in->left--;

	return *in->p++;
}

static inline uint64_t
fuzz_number(struct fuzz_input *in, size_t bytes)
{
	uint64_t v = 0;

	while (bytes-- > 0)
		v = v << 8 | fuzz_byte(in);

	return v;
}

/* The size of the next piece when len bytes are cut up: the same for the same
 * seed, and mostly small. */
static inline size_t
fuzz_piece(uint32_t *seed, size_t left)
{
	size_t n;

	*seed = *seed * 1664525u + 1013904223u;
	n = 1 + (*seed >> 24) % ((*seed >> 16 & 7) == 0 ? 200 : 7);

	return n < left ? n : left;
}

#endif
