/*
 * Makes a call of OpenSSL or libcurl fail, each in turn, as oom.h does with
 * allocations: it returns what it returns when it cannot, or says that it kept
 * something else than it was told. The seam is ld's --wrap (THEIRS_WRAP,
 * THEIRS_LIBS of oom.am); what these libraries call among themselves does not
 * go through it.
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
