/* Waiting: descriptors, deadlines, cancel, threads, fork. */
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <check.h>

#include "fake.h"
#include "tests/core/run.h"

static struct fake f;
static struct onshi *o;
static struct onshi_visit *v;

static void
begin(void)
{
	fake_init(&f);
	o = fake_root(&f);
}

static void
end(void)
{
	onshi_visit_free(&v);
	onshi_free(&o);
	fake_done(&f);
}

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);

	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void
new_visit(int blocking)
{
	ck_assert_int_eq(onshi_visit_new(o, ONSHI_PURPOSE_CARE, &v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_method(v, ONSHI_METHOD_PIN),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_consent(v, ONSHI_CATEGORY_DRUGS,
	    ONSHI_CONSENT_GIVEN),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_pin(v, "1234", 0), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_blocking(v, blocking), ONSHI_OK);
}

static void
wait_ready(void)
{
	struct pollfd p = { .fd = (int)onshi_visit_fd(v), .events = POLLIN };

	ck_assert_int_ge(p.fd, 0);
	ck_assert_int_eq(poll(&p, 1, 5000), 1);
}

/* No call waits: each comes back at once, and the descriptor tells when. */
START_TEST(test_non_blocking)
{
	struct onshi_operator *doctor;
	struct onshi_answer *a;
	int64_t before, longest = 0;
	int r;

	f.sign_sleep_ms = 200;
	f.sleep_ms = 100;
	new_visit(0);
	for (;;) {
		before = now_ms();
		r = onshi_visit_advance(v);
		if (now_ms() - before > longest)
			longest = now_ms() - before;
		if (r != ONSHI_NEED_WAIT)
			break;
		/* Inputs have to wait, too. */
		ck_assert_int_eq(onshi_visit_set_pin(v, "1234", 0),
		    ONSHI_E_STATE);
		wait_ready();
		/* Nothing is lent that the work under way may free. */
		ck_assert_ptr_null(onshi_visit_certificate(v));
	}
	ck_assert_int_eq(r, ONSHI_OK);
	ck_assert_ptr_nonnull(onshi_visit_certificate(v));
	ck_assert_int_lt(longest, 100);
	/* It is answered, and stays so: there is nothing to wait for. */
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
	doctor = fake_doctor(o, "D");
	ck_assert_int_eq(onshi_visit_get(v, ONSHI_CATEGORY_DRUGS, doctor, &a),
	    ONSHI_NEED_WAIT);
	ck_assert_ptr_null(a);
	ck_assert_int_eq(onshi_visit_get(v, ONSHI_CATEGORY_CHECKUPS, doctor,
	    &a),
	    ONSHI_E_STATE);
	wait_ready();
	ck_assert_int_eq(onshi_visit_get(v, ONSHI_CATEGORY_DRUGS, doctor, &a),
	    ONSHI_OK);
	ck_assert_int_eq(atomic_load(&f.medical), 1);
	onshi_answer_free(&a);
	onshi_operator_free(&doctor);
}
END_TEST

static void *
cancel_soon(void *arg)
{
	usleep(100000);
	onshi_visit_cancel(arg);

	return NULL;
}

/* P8: within 250 ms, whatever it waits for. */
START_TEST(test_cancel)
{
	pthread_t t;
	int64_t start;
	int r;

	atomic_store(&f.present, 0);
	new_visit(1);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_CARD);
	pthread_create(&t, NULL, cancel_soon, v);
	start = now_ms();
	r = onshi_visit_advance(v);
	pthread_join(t, NULL);
	ck_assert_int_eq(r, ONSHI_E_CANCELLED);
	ck_assert_int_lt(now_ms() - start, 100 + 250 + 100);
	atomic_store(&f.present, 1);
	/* Seen at once, though the reader may be busy with the old wait. */
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_PIN);
	ck_assert_int_eq(onshi_visit_set_pin(v, "1234", 0), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
}
END_TEST

START_TEST(test_cancel_before)
{
	new_visit(1);
	onshi_visit_cancel(v);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_CANCELLED);
	ck_assert_int_eq(atomic_load(&f.verifies), 0);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_PIN);
	ck_assert_int_eq(onshi_visit_set_pin(v, "1234", 0), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
}
END_TEST

/* A link of the program's that hangs costs the visit, not the caller. */
START_TEST(test_hanging_link)
{
	int64_t start = now_ms();

	f.sleep_ms = 3000;
	new_visit(1);
	ck_assert_int_eq(onshi_visit_set_deadline(v, 500), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_LINK_TIMEOUT);
	ck_assert_int_lt(now_ms() - start, 500 + 250 + 150);
	onshi_visit_free(&v);
	ck_assert_int_lt(now_ms() - start, 3000);
	sleep(3);		/* it comes back, and frees by itself */
	f.sleep_ms = 0;
	new_visit(1);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
}
END_TEST

/* While it hangs nobody knows what was done; once it is back, however late, the
 * same visit goes on. */
START_TEST(test_late_link)
{
	int r;

	ck_assert_int_eq(onshi_visit_new(o, ONSHI_PURPOSE_CARE, &v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_method(v, ONSHI_METHOD_PIN),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_PIN);
	usleep(200000);			/* the challenge is there */
	f.sleep_ms = 1500;
	ck_assert_int_eq(onshi_visit_set_pin(v, "1234", 0), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_deadline(v, 400), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_LINK_TIMEOUT);
	ck_assert_int_eq(onshi_error_sent(onshi_visit_error(v)),
	    ONSHI_SENT_UNKNOWN);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_E_STATE);
	ck_assert_int_eq(onshi_visit_set_deadline(v, 0), ONSHI_E_STATE);
	wait_ready();			/* it is back */
	f.sleep_ms = 0;
	ck_assert_int_eq(onshi_visit_set_deadline(v, 0), ONSHI_OK);
	while ((r = onshi_visit_advance(v)) == ONSHI_NEED_PIN)
		ck_assert_int_eq(onshi_visit_set_pin(v, "1234", 0), ONSHI_OK);
	ck_assert_int_eq(r, ONSHI_OK);
}
END_TEST

static atomic_int inside;

static void *
advance_in_thread(void *arg)
{
	int r;

	atomic_store(&inside, 1);
	r = onshi_visit_advance(arg);
	atomic_store(&inside, 2);

	return r == ONSHI_OK ? arg : NULL;
}

/* SEC-110: a second thread on one visit gets an answer, not damage. */
START_TEST(test_two_threads)
{
	pthread_t t;
	void *done;
	int r = ONSHI_OK;

	f.sign_sleep_ms = 300;
	new_visit(1);
	atomic_store(&inside, 0);
	pthread_create(&t, NULL, advance_in_thread, v);
	while (atomic_load(&inside) == 0)
		usleep(1000);
	usleep(50000);
	r = onshi_visit_advance(v);
	pthread_join(t, &done);
	ck_assert_int_eq(r, ONSHI_E_STATE);
	ck_assert_ptr_eq(done, v);
	ck_assert_int_eq(atomic_load(&f.verifies), 1);
}
END_TEST

static void *
many_visits(void *arg)
{
	struct onshi *root = arg;
	struct onshi_visit *mine;
	struct onshi_answer *a;
	int i, ok = 0, r;

	for (i = 0; i < 40; i++) {
		if (onshi_visit_new(root, ONSHI_PURPOSE_CARE, &mine) != 0)
			continue;
		/* One reader: the others get ONSHI_E_READER_BUSY, by number all
		 * get through. */
		(void)!onshi_visit_set_method(mine, i % 2 == 0 ?
		    ONSHI_METHOD_NUMBER : ONSHI_METHOD_VISUAL);
		(void)!onshi_visit_set_text(mine, ONSHI_EL_INSURER_NUMBER,
		    "991018");
		(void)!onshi_visit_set_text(mine,
		    ONSHI_EL_INSURED_IDENTIFICATION_NUMBER, "1001");
		(void)!onshi_visit_set_text(mine, ONSHI_EL_BIRTHDATE,
		    "19800512");
		r = onshi_visit_advance(mine);
		if (i % 2 == 0 && r == ONSHI_OK && onshi_visit_get(mine,
		    ONSHI_CATEGORY_ELIGIBILITY, NULL, &a) == ONSHI_OK) {
			ok++;
			onshi_answer_free(&a);
		}
		onshi_visit_free(&mine);
	}

	return ok == 20 ? arg : NULL;
}

START_TEST(test_many_threads)
{
	pthread_t t[8];
	void *done;
	int i;

	for (i = 0; i < 8; i++)
		pthread_create(&t[i], NULL, many_visits, o);
	for (i = 0; i < 8; i++) {
		pthread_join(t[i], &done);
		ck_assert_ptr_eq(done, o);
	}
}
END_TEST

/* A table that calls the visit it serves is told so, and nothing hangs. */
START_TEST(test_reentrant)
{
	new_visit(1);
	f.reenter = v;
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
	ck_assert_int_eq(atomic_load(&f.reentered), ONSHI_E_REENTRANT);
}
END_TEST

/* SEC-116: the child may free and nothing else; the parent goes on. */
START_TEST(test_fork)
{
	struct onshi_visit *other;
	int status;
	pid_t pid;

	new_visit(1);
	ck_assert_int_eq(onshi_visit_set_pin(v, "1234", 0), ONSHI_OK);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		if (onshi_visit_advance(v) != ONSHI_E_STATE ||
		    onshi_visit_new(o, ONSHI_PURPOSE_CARE, &other) !=
		    ONSHI_E_STATE)
			_exit(1);
		onshi_visit_free(&v);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
}
END_TEST

/* P10: nothing is left behind, whatever happened. */
static int
open_files(void)
{
	int fd, n = 0;

	for (fd = 0; fd < 512; fd++)
		n += fcntl(fd, F_GETFD) != -1;

	return n;
}

static int
threads(void)
{
	DIR *d = opendir("/proc/self/task");
	int n = 0;

	while (d != NULL && readdir(d) != NULL)
		n++;
	if (d != NULL)
		closedir(d);

	return n;
}

static void *
idle(void *arg)
{
	return arg;
}

/* Freed in the middle of a call, wherever that is: no card held, no line open,
 * no thread of ours that stays. A sanitizer adds its own beside the first. */
START_TEST(test_free_under_way)
{
	pthread_t first;
	int before;

	onshi_free(&o);
	ck_assert_int_eq(pthread_create(&first, NULL, idle, NULL), 0);
	ck_assert_int_eq(pthread_join(first, NULL), 0);
	before = threads();
	o = fake_root(&f);
	f.sleep_ms = 20;
	f.sign_sleep_ms = 20;
	new_visit(0);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_WAIT);
	usleep((useconds_t)_i * 8000);
	onshi_visit_free(&v);
	ck_assert_int_eq(atomic_load(&f.held), 0);
	ck_assert_int_eq(atomic_load(&f.closes), atomic_load(&f.opens));
	onshi_free(&o);
	ck_assert_int_eq(threads(), before);
	o = fake_root(&f);
}
END_TEST

START_TEST(test_balance)
{
	int before, i;

	new_visit(1);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_OK);
	onshi_visit_free(&v);
	before = open_files();
	for (i = 0; i < 50; i++) {
		f.exchange_result = i % 3 == 0 ? ONSHI_E_NETWORK : ONSHI_OK;
		f.gone_at = i % 5 == 0 ? atomic_load(&f.apdus) + 3 : 0;
		atomic_store(&f.present, 1);
		new_visit(1);
		(void)!onshi_visit_advance(v);
		onshi_visit_free(&v);
	}
	ck_assert_int_eq(open_files(), before);
}
END_TEST

static void
fill(TCase *t)
{
	tcase_add_checked_fixture(t, begin, end);
	tcase_set_timeout(t, 30);
	tcase_add_test(t, test_non_blocking);
	tcase_add_test(t, test_cancel);
	tcase_add_test(t, test_cancel_before);
	tcase_add_test(t, test_hanging_link);
	tcase_add_test(t, test_late_link);
	tcase_add_test(t, test_two_threads);
	tcase_add_test(t, test_many_threads);
	tcase_add_test(t, test_reentrant);
	tcase_add_test(t, test_fork);
	tcase_add_loop_test(t, test_free_under_way, 0, 12);
	tcase_add_test(t, test_balance);
}

int
main(void)
{
	fake_prepare();

	return run_tests("visit/loop", fill);
}
