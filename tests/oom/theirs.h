/*
 * Makes a call of OpenSSL fail, each in turn, as oom.h does with
 * allocations: it returns what it returns when it cannot. The seam is ld's
 * --wrap (THEIRS_WRAP, THEIRS_LIBS of oom.am); what OpenSSL calls by itself
 * does not go through it.
 */
#ifndef OKI_TESTS_THEIRS_H
#define OKI_TESTS_THEIRS_H

#include <stdbool.h>
#include <stddef.h>

/* The n-th call from now on, from 1, fails. */
void	theirs_fail(size_t n);
/* No more of them; whether one has failed. */
bool	theirs_stop(void);
/* The name of what failed last. */
const char *theirs_name(void);

#endif
