/* What every test program of these rooms does in main. */
#ifndef OKI_TESTS_RUN_H
#define OKI_TESTS_RUN_H

#include <stdlib.h>

#include <check.h>

#include "core/core.h"

/* One loop test over a table of named rows. */
#define ADD_ROWS(t, test, rows)						\
	tcase_add_loop_test((t), (test), 0, (int)OKI_COUNT(rows))

static inline int
run_tests(const char *name, void (*fill)(TCase *))
{
	Suite *s = suite_create(name);
	TCase *t = tcase_create(name);
	SRunner *run;
	int bad;

	fill(t);
	suite_add_tcase(s, t);
	run = srunner_create(s);
	srunner_run_all(run, CK_ENV);
	bad = srunner_ntests_failed(run);
	srunner_free(run);

	return bad == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
