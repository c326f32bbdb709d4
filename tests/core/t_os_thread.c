/* Threads, signals, events, secrets and what else the system lends us. */
#include "config.h"

#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/inside.h"
#include "tests/core/run.h"

#define THREADS	8
#define ROUNDS	2000

static struct oki_mutex *mutex;
static struct oki_cond *cond;
static int counter;
static oki_atomic_int runs;
static struct oki_once once = OKI_ONCE_INIT;

static void
count_up(void *arg)
{
	int i;

	(void)arg;
	for (i = 0; i < ROUNDS; i++) {
		oki_mutex_lock(mutex);
		counter++;
		oki_mutex_unlock(mutex);
	}
}

START_TEST(mutual_exclusion)
{
	struct oki_thread *t[THREADS];
	int i;

	ck_assert_int_eq(oki_mutex_new(&mutex), ONSHI_OK);
	for (i = 0; i < THREADS; i++)
		ck_assert_int_eq(oki_thread_start(count_up, NULL, &t[i]),
		    ONSHI_OK);
	for (i = 0; i < THREADS; i++) {
		oki_thread_join(&t[i]);
		ck_assert_ptr_null(t[i]);
	}
	ck_assert_int_eq(counter, THREADS * ROUNDS);
	oki_mutex_free(&mutex);
	oki_mutex_free(&mutex);
	oki_mutex_free(NULL);
	oki_thread_join(&t[0]);
	oki_thread_detach(NULL);
}
END_TEST

static void
run_slowly(void)
{
	const struct timespec nap = { .tv_nsec = 20000000 };

	(void)nanosleep(&nap, NULL);
	atomic_fetch_add(&runs, 1);
}

/* Nobody goes on before the one run is over. */
static void
through_once(void *arg)
{
	(void)arg;
	oki_once(&once, run_slowly);
	ck_assert_int_eq(atomic_load(&runs), 1);
}

START_TEST(once_for_all)
{
	struct oki_thread *t[THREADS];
	int i;

	for (i = 0; i < THREADS; i++)
		ck_assert_int_eq(oki_thread_start(through_once, NULL, &t[i]),
		    ONSHI_OK);
	through_once(NULL);
	for (i = 0; i < THREADS; i++)
		oki_thread_join(&t[i]);
	ck_assert_int_eq(atomic_load(&runs), 1);
}
END_TEST

static void
set_and_signal(void *arg)
{
	oki_mutex_lock(mutex);
	*(bool *)arg = true;
	oki_cond_broadcast(cond);
	oki_mutex_unlock(mutex);
}

START_TEST(conditions)
{
	struct oki_thread *t;
	int64_t before, took;
	bool woken = false;

	ck_assert_int_eq(oki_mutex_new(&mutex), ONSHI_OK);
	ck_assert_int_eq(oki_cond_new(&cond), ONSHI_OK);
	oki_mutex_lock(mutex);
	before = oki_os_steady_ms();
	while (oki_cond_wait(cond, mutex, 50))
		;
	took = oki_os_steady_ms() - before;
	ck_assert_int_ge(took, 49);
	ck_assert_int_lt(took, 2000);
	ck_assert(!oki_cond_wait(cond, mutex, 0));
	ck_assert(!oki_cond_wait(cond, mutex, -1));
	ck_assert_int_eq(oki_thread_start(set_and_signal, &woken, &t),
	    ONSHI_OK);
	while (!woken)
		ck_assert(oki_cond_wait(cond, mutex, 10000));
	oki_mutex_unlock(mutex);
	oki_cond_signal(cond);
	oki_thread_detach(&t);
	ck_assert_ptr_null(t);
	oki_cond_free(&cond);
	oki_cond_free(&cond);
	oki_mutex_free(&mutex);
}
END_TEST

static void
look_at_mask(void *arg)
{
	sigset_t mask;

	ck_assert_int_eq(pthread_sigmask(SIG_BLOCK, NULL, &mask), 0);
	*(bool *)arg = sigismember(&mask, SIGTERM) == 1 &&
	    sigismember(&mask, SIGUSR1) == 1;
}

START_TEST(threads_take_no_signals)
{
	struct oki_thread *t;
	sigset_t after, before;
	bool blocked = false;
	int i;

	ck_assert_int_eq(pthread_sigmask(SIG_BLOCK, NULL, &before), 0);
	ck_assert_int_eq(oki_thread_start(look_at_mask, &blocked, &t),
	    ONSHI_OK);
	oki_thread_join(&t);
	ck_assert(blocked);
	ck_assert_int_eq(pthread_sigmask(SIG_BLOCK, NULL, &after), 0);
	for (i = 1; i < 32; i++)
		ck_assert_int_eq(sigismember(&after, i),
		    sigismember(&before, i));
}
END_TEST

/* SEC-113: a broken pipe under the guard is nobody's signal; one that was
 * there before still comes. */
START_TEST(pipe_guard)
{
	struct oki_pipe_guard g;
	sigset_t mask, pending, pipe_only;
	int fds[2];

	ck_assert_int_eq(pipe(fds), 0);
	ck_assert_int_eq(close(fds[0]), 0);
	oki_pipe_guard_take(&g);
	ck_assert_int_eq(write(fds[1], "x", 1), -1);
	ck_assert_int_eq(errno, EPIPE);
	oki_pipe_guard_drop(&g);
	oki_pipe_guard_drop(&g);
	ck_assert_int_eq(pthread_sigmask(SIG_BLOCK, NULL, &mask), 0);
	ck_assert_int_eq(sigismember(&mask, SIGPIPE), 0);

	(void)sigemptyset(&pipe_only);
	(void)sigaddset(&pipe_only, SIGPIPE);
	ck_assert_int_eq(pthread_sigmask(SIG_BLOCK, &pipe_only, NULL), 0);
	ck_assert_int_eq(pthread_kill(pthread_self(), SIGPIPE), 0);
	oki_pipe_guard_take(&g);
	ck_assert_int_eq(write(fds[1], "x", 1), -1);
	oki_pipe_guard_drop(&g);
	ck_assert_int_eq(sigpending(&pending), 0);
	ck_assert_int_eq(sigismember(&pending, SIGPIPE), 1);
}
END_TEST

START_TEST(events)
{
	struct oki_event *e;
	struct pollfd p = { .events = POLLIN };
	int i;

	ck_assert_int_eq(oki_event_new(&e), ONSHI_OK);
	p.fd = (int)oki_event_fd(e);
	oki_event_clear(e);
	ck_assert_int_eq(poll(&p, 1, 0), 0);
	for (i = 0; i < 1000; i++)
		oki_event_set(e);
	ck_assert_int_eq(poll(&p, 1, 0), 1);
	oki_event_clear(e);
	ck_assert_int_eq(poll(&p, 1, 0), 0);
	errno = 77;
	oki_event_set(e);
	ck_assert_int_eq(errno, 77);
	oki_event_free(&e);
	oki_event_free(&e);
}
END_TEST

/* No descriptor left: a result, and nothing is lost. */
START_TEST(no_descriptor)
{
	struct rlimit before, few;
	struct oki_event *e;
	int r;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
	few = before;
	few.rlim_cur = 0;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
	r = oki_event_new(&e);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &before), 0);
	ck_assert_int_eq(r, ONSHI_E_SYSTEM);
	ck_assert_ptr_null(e);
}
END_TEST

/* A program that has closed its input and outputs: what it prints then must not
 * go to a file or an event of ours. */
START_TEST(standard_descriptors)
{
	struct oki_event *e;
	struct oki_file *f;
	int64_t sys;
	int before = open("/dev/null", O_RDONLY), status;
	pid_t child;

	ck_assert_int_ge(before, 3);
	(void)close(before);
	ck_assert_int_ge(child = fork(), 0);
	if (child == 0) {
		for (int fd = 0; fd < 3; fd++)
			(void)close(fd);
		if (oki_event_new(&e) != ONSHI_OK || oki_event_fd(e) < 3 ||
		    (fcntl((int)oki_event_fd(e), F_GETFD) & FD_CLOEXEC) == 0)
			_exit(1);
		if (oki_file_open_path("/etc/passwd", &f, &sys) != ONSHI_OK)
			_exit(3);
		for (int fd = 0; fd < 3; fd++)
			if (fcntl(fd, F_GETFD) != -1)
				_exit(4);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
}
END_TEST

START_TEST(clocks_and_numbers)
{
	char id[9], again[9];
	uint8_t a[33] = { 0 }, b[33] = { 0 };

	ck_assert_int_ge(oki_os_boot_ms(), 0);
	oki_os_boot_id(id);
	oki_os_boot_id(again);
	ck_assert_uint_eq(strlen(id), 8);
	ck_assert_str_eq(id, again);
	ck_assert_int_eq(oki_os_random(a, 32), ONSHI_OK);
	ck_assert_int_eq(oki_os_random(b, 32), ONSHI_OK);
	ck_assert_mem_ne(a, b, 32);
	ck_assert_uint_eq(a[32], 0);
	ck_assert_int_eq(oki_os_random(NULL, 0), ONSHI_OK);
	ck_assert_int_eq(oki_os_process(), getpid());
	ck_assert(!oki_os_is_privileged());
	ck_assert_int_eq(setenv("ONSHI_TEST", "", 1), 0);
	ck_assert(oki_os_env_is_set("ONSHI_TEST"));
	ck_assert(!oki_os_env_is_set("ONSHI_TEST_NOT"));
}
END_TEST

/* ---- secrets ---------------------------------------------------------------- */

static const size_t lengths[] = { 0, 1, 4, 15, 16, 17, 4095, 4096, 4097,
    100000 };

START_TEST(secret)
{
	struct oki_secret *s;
	const uint8_t *bytes;
	uint8_t *copy;
	size_t len = lengths[_i], got, i;

	ck_assert_ptr_nonnull(copy = oki_alloc(len + 1));
	memset(copy, 0x5a, len);
	ck_assert_int_eq(oki_secret_new(copy, len, &s), ONSHI_OK);
	bytes = oki_secret_bytes(s, &got);
	ck_assert_uint_eq(got, len);
	for (i = 0; i < len; i++)
		ck_assert_uint_eq(bytes[i], 0x5a);
	ck_assert_uint_eq(bytes[len], 0);
	oki_secret_free(&s);
	ck_assert_ptr_null(s);
	oki_secret_free(&s);
	oki_free(copy);
}
END_TEST

START_TEST(no_secret)
{
	struct oki_secret *s;
	size_t len = 9;

	ck_assert_ptr_null(oki_secret_bytes(NULL, &len));
	ck_assert_uint_eq(len, 0);
	ck_assert_int_eq(oki_secret_new(NULL, 1, &s), ONSHI_E_ARG);
	ck_assert_int_eq(oki_secret_new("x", SIZE_MAX, &s), ONSHI_E_NOMEM);
	ck_assert_int_eq(oki_secret_new("x", SIZE_MAX / 8, &s),
	    ONSHI_E_NOMEM);
	ck_assert_ptr_null(s);
	oki_secret_free(NULL);
}
END_TEST

static void
on_fault(int number)
{
	(void)number;
	_exit(42);
}

/* Reads a byte in a child: 42 if that was a fault. */
static int
touch_in_child(const volatile uint8_t *p)
{
	struct sigaction sa = { .sa_handler = on_fault };
	int status;
	pid_t child;

	ck_assert_int_ge(child = fork(), 0);
	if (child == 0) {
		(void)sigaction(SIGSEGV, &sa, NULL);
		_exit(*p == 0x5a ? 1 : 0);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFEXITED(status));

	return WEXITSTATUS(status);
}

/* What lies before and behind is a fault, and so is what was freed (SEC-81);
 * 4 bytes and a NUL take 16. */
START_TEST(guarded)
{
	struct oki_secret *s;
	const uint8_t *bytes;
	size_t len;

	ck_assert_int_eq(oki_secret_new("1234", 4, &s), ONSHI_OK);
	bytes = oki_secret_bytes(s, &len);
	ck_assert_int_eq(touch_in_child(bytes), 0);
	ck_assert_int_eq(touch_in_child(bytes + 15), 0);
	ck_assert_int_eq(touch_in_child(bytes + 16), 42);
	ck_assert_int_eq(touch_in_child(bytes - sysconf(_SC_PAGESIZE)), 42);
	oki_secret_free(&s);
	ck_assert_int_eq(touch_in_child(bytes), 42);
}
END_TEST

START_TEST(wiped_in_a_child)
{
	struct oki_secret *s;
	const uint8_t *bytes;
	size_t len;
	pid_t child;
	int status;

	ck_assert_int_eq(oki_secret_new("1234", 4, &s), ONSHI_OK);
	bytes = oki_secret_bytes(s, &len);
	ck_assert_int_ge(child = fork(), 0);
	if (child == 0)
		_exit(memcmp(bytes, "\0\0\0\0", 4) == 0 ? 0 : 1);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	ck_assert_mem_eq(bytes, "1234", 4);
	oki_secret_free(&s);
}
END_TEST

/* Without the right to lock it works all the same, and says so. */
START_TEST(limit_of_locking)
{
	struct rlimit before, none;
	struct oki_secret *s;
	static char probe;
	bool may;
	int r;

	ck_assert_int_eq(getrlimit(RLIMIT_MEMLOCK, &before), 0);
	none = before;
	none.rlim_cur = 0;
	ck_assert_int_eq(setrlimit(RLIMIT_MEMLOCK, &none), 0);
	r = oki_secret_new("1234", 4, &s);
	/* The administrator is above the limit, a sanitizer locks nothing. */
	may = mlock(&probe, 1) == 0;
	ck_assert_int_eq(setrlimit(RLIMIT_MEMLOCK, &before), 0);
	ck_assert_int_eq(r, ONSHI_OK);
	ck_assert(oki_secrets_are_locked() == may);
	(void)munlock(&probe, 1);
	oki_secret_free(&s);
}
END_TEST

/* The mapping's flags, as the kernel tells them: not in core dumps (dd),
 * wiped on fork (wf). */
START_TEST(not_in_core_dumps)
{
	struct oki_secret *s;
	unsigned long at, from, to;
	char line[512];
	bool inside = false, flags = false;
	size_t len;
	FILE *f;

	ck_assert_int_eq(oki_secret_new("1234", 4, &s), ONSHI_OK);
	at = (unsigned long)(uintptr_t)oki_secret_bytes(s, &len);
	if ((f = fopen("/proc/self/smaps", "r")) == NULL) {
		oki_secret_free(&s);
		return;
	}
	while (fgets(line, sizeof(line), f) != NULL) {
		char *end;

		from = strtoul(line, &end, 16);
		if (end > line + 4 && *end == '-') {
			to = strtoul(end + 1, NULL, 16);
			inside = from <= at && at < to;
		}
		if (inside && strncmp(line, "VmFlags:", 8) == 0)
			flags = strstr(line, " dd") != NULL &&
			    strstr(line, " wf") != NULL;
	}
	(void)fclose(f);
	ck_assert(flags);
	oki_secret_free(&s);
}
END_TEST

static void
fill(TCase *t)
{
	tcase_add_test(t, mutual_exclusion);
	tcase_add_test(t, once_for_all);
	tcase_add_test(t, conditions);
	tcase_add_test(t, threads_take_no_signals);
	tcase_add_test(t, pipe_guard);
	tcase_add_test(t, events);
	tcase_add_test(t, standard_descriptors);
	tcase_add_test(t, clocks_and_numbers);
	ADD_ROWS(t, secret, lengths);
	tcase_add_test(t, no_secret);
	tcase_add_test(t, guarded);
	tcase_add_test(t, wiped_in_a_child);
	tcase_add_test(t, not_in_core_dumps);
	tcase_add_test(t, no_descriptor);
	tcase_add_test(t, limit_of_locking);
}

int
main(void)
{
	return run_tests("core/os_thread", fill);
}
