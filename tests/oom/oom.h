/*
 * Makes the first, second, third … allocation of the code under test fail,
 * until it gets through, and counts what it did not give back (P9, P10).
 *
 * In the room's fragment:
 *
 *	check_PROGRAMS += tests/card/t_oom
 *	tests_card_t_oom_CFLAGS = $(TEST_CFLAGS)
 *	tests_card_t_oom_LDFLAGS = $(OOM_LINK)
 *	tests_card_t_oom_LDADD = $(OOM_LIBS)
 *
 * In the test:
 *
 *	#include "tests/oom/oom.h"
 *
 *	static int
 *	whole_life(void *arg)		make, use, free; give the result back
 *
 *	oom_run("card", whole_life, arg, ONSHI_OK);
 *
 * The seam is ld's --wrap: calls of malloc and free in objects that are linked
 * statically (the library's and the test's own), and the guarded pages of
 * secrets. Shared libraries keep their memory; where they take hooks
 * (CRYPTO_set_mem_functions, xmlMemSetup), hand them oom_malloc and oom_free,
 * or, where they keep caches of their own, oom_foreign_malloc and the like.
 * Run fn once before, so that what is made once for all has been made.
 */
#ifndef OKI_TESTS_OOM_H
#define OKI_TESTS_OOM_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Runs fn again and again, its n-th allocation failing at the n-th run. Each
 * run has to return ONSHI_E_NOMEM, or expected if it can do without; the last,
 * in which nothing fails, expected. Nothing that was allocated in a run may be
 * left after it. Fails the test (Check) else; returns the number of points.
 */
size_t	oom_run(const char *name, int (*fn)(void *arg), void *arg,
	    int expected);

/* As oom_run, but a failing run may return anything that ok says yes to. */
size_t	oom_run_if(const char *name, int (*fn)(void *arg), void *arg,
	    int expected, bool (*ok)(int result));

/* Only every step-th point is made to fail from here on, for what has
 * thousands of them; 1, as at the start, if ONSHIKAKU_CHECK_FULL is set. */
void	oom_set_step(size_t step);

/* For hooks: counted and made to fail like all others. */
void	*oom_malloc(size_t len);
void	*oom_realloc(void *p, size_t len);
void	oom_free(void *p);

/* For hooks of libraries that keep some memory for later: made to fail, but
 * what they have left after a run is theirs. */
void	*oom_foreign_malloc(size_t len);
void	*oom_foreign_realloc(void *p, size_t len);
void	oom_foreign_free(void *p);

/* From here to there allocations are neither counted nor made to fail: for
 * what a test does in between. They nest. */
void	oom_pause(void);
void	oom_resume(void);

#endif
