/* Read before each file of tests/coverage.sh's build: a child of a test that
 * ends at once has its counts written, too. */
#ifndef OKI_TESTS_COVERAGE_H
#define OKI_TESTS_COVERAGE_H

extern void _exit(int) __attribute__((__noreturn__));
extern void __gcov_dump(void);
void	 covered_exit(int status) __attribute__((__noreturn__, __weak__));

void
covered_exit(int status)
{
	__gcov_dump();
	_exit(status);
}

#define _exit	covered_exit

#endif
