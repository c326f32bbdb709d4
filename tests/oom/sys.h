/*
 * Makes a call to the operating system fail: each in turn, as oom.h does with
 * allocations. The seam is ld's --wrap (SYS_LINK, SYS_LIBS of oom.am).
 */
#ifndef OKI_TESTS_SYS_H
#define OKI_TESTS_SYS_H

#include <stdbool.h>

/* What can fail, and the values that it fails with. */
#define SYS_CALLS \
	C(openat) C(open) C(fstat) C(fstatat) C(fchmod) C(mkdirat) \
	C(fdopendir) C(fsync) C(fdatasync) C(ftruncate) C(flock) C(read) \
	C(write) C(pread) C(pwrite) C(getrandom) C(mmap) C(mprotect) \
	C(eventfd) C(sigtimedwait) C(pthread_create) C(pthread_mutex_init) \
	C(renameat) C(unlinkat) C(pthread_cond_init) C(pthread_condattr_init) C(pthread_sigmask)

enum sys_call {
#define C(name)	SYS_##name,
	SYS_CALLS
#undef C
	SYS_END
};

const char *sys_name(enum sys_call call);

/* After so many that get through, as many fail with error; times -1: all. */
void	sys_fail(enum sys_call call, int error, int after, int times);
/* Kills this process there, before the call is done. */
#define SYS_KILL	(-1)
/* From here to there none fails: what a test does in between. */
void	sys_pause(void);
void	sys_resume(void);
/* No more of them; whether one has failed. */
bool	sys_stop(void);
/*
 * fn, which has got through once, again and again, its n-th call of that kind
 * failing, until there is none left, which has to be before most: it says OK or
 * an error each time, and leaves no descriptor open. step: from the sixth on.
 */
void	sys_run(enum sys_call call, int error, int most, int step,
	    int (*fn)(void *arg), void *arg);
/* How many descriptors are open, by one and the same measure each time. */
int	sys_descriptors(void);

#endif
