/*
 * Several desks on one face folder, killed again and again: exactly one gets
 * each file. Who has it says so, and says when all is done with it; nobody else
 * may have it in between, unless the one who had it is dead, and nobody once all
 * is done. In the end none is left, and none was lost.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <check.h>

#include "faces.h"
#include "fake.h"
#include "tests/core/run.h"
#include "tests/sample.h"

#define FILES_MOST	10000
#define DESKS_MOST	8

/* What a desk says; one write, so that none is torn. */
struct said {
	int	pid;
	int	n;
	int	done;
};

static char top[FACE_TOP], dir[FACE_DIR];
static int files, desks, out[2];
static int holder[FILES_MOST];		/* process; 0: nobody yet */
static bool done[FILES_MOST];
static int n_done;
static int pids[DESKS_MOST];

static void
say(int n, int is_done)
{
	struct said said = { (int)getpid(), n, is_done };

	if (write(out[1], &said, sizeof(said)) != (ssize_t)sizeof(said))
		_exit(3);
}

static struct onshi *
root(struct fake *f, int desk)
{
	char journal[128], number[16];
	struct onshi_config *c;
	struct timespec now;
	struct onshi *o;

	fake_init(f);
	f->no_token = true;
	(void)clock_gettime(CLOCK_REALTIME, &now);
	atomic_store(&f->wall, ((int64_t)now.tv_sec / 86400 * 86400 +
	    3 * 3600) * 1000);
	atomic_store(&f->boot, 86400000);
	c = fake_config(f);
	(void)snprintf(journal, sizeof(journal), "%s/journal", top);
	(void)snprintf(number, sizeof(number), "%d", desk);
	if (onshi_config_set(c, "link.face_dir", dir) != ONSHI_OK ||
	    onshi_config_set(c, "link.journal_dir", journal) != ONSHI_OK ||
	    onshi_config_set(c, "link.scan_ms", "100") != ONSHI_OK ||
	    onshi_config_set(c, "facility.desk", number) != ONSHI_OK ||
	    onshi_new(ONSHI_ABI, c, &o) != ONSHI_OK)
		_exit(4);
	onshi_config_free(&c);

	return o;
}

/* One desk, until it is killed, or nobody comes any more. */
static void
desk(int number)
{
	struct onshi_operator *op;
	struct onshi_arrivals *w;
	struct onshi_visit *v;
	struct fake f;
	struct onshi *o = root(&f, number);
	int n, r;

	if (onshi_operator_new(o, "U0001", ONSHI_LICENCE_RECEPTION,
	    ONSHI_SIGNIN_PASSWORD, &op) != ONSHI_OK ||
	    onshi_arrivals_new(o, ONSHI_PURPOSE_CARE, &w) != ONSHI_OK)
		_exit(5);
	for (;;) {
		if ((r = onshi_arrivals_next(w, &v)) != ONSHI_OK)
			continue;
		n = atoi(onshi_visit_file(v) + 37);
		if (onshi_visit_confirm(v, op, 1) == ONSHI_OK &&
		    onshi_visit_advance(v) == ONSHI_OK) {
			say(n, 0);
			if (onshi_visit_end(v) == ONSHI_OK)
				say(n, 1);
		}
		onshi_visit_free(&v);
	}
}

static void
start(int number)
{
	if ((pids[number] = (int)fork()) == 0)
		desk(number);
	ck_assert_int_gt(pids[number], 0);
}

static bool
is_alive(int pid)
{
	int i;

	for (i = 0; i < desks; i++)
		if (pids[i] == pid)
			return true;

	return false;
}

static void
hear(const struct said *said)
{
	int n = said->n;

	ck_assert_int_ge(n, 0);
	ck_assert_int_lt(n, files);
	ck_assert_msg(!done[n], "file %d again, after all was done", n);
	if (said->done) {
		ck_assert_int_eq(holder[n], said->pid);
		done[n] = true;
		n_done++;
		return;
	}
	ck_assert_msg(holder[n] == 0 || !is_alive(holder[n]),
	    "file %d twice at once", n);
	holder[n] = said->pid;
}

/* All that was said by now, or within ms. */
static void
hear_all(int ms)
{
	struct pollfd p = { .fd = out[0], .events = POLLIN };
	struct said said;

	while (poll(&p, 1, ms) == 1) {
		ck_assert_int_eq(read(out[0], &said, sizeof(said)),
		    sizeof(said));
		hear(&said);
		ms = 0;
	}
}

static void
kill_one(int number)
{
	int status, pid = pids[number];

	hear_all(0);
	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSIGNALED(status));
	pids[number] = 0;
	hear_all(0);
}

/* One who was killed between the end of a visit and its word is done, too. */
static int
count_over(void)
{
	char last[256];

	return face_files(dir, last) == 0 ? files : n_done;
}

START_TEST(exactly_one)
{
	struct face_text t = { .dir = dir };
	struct timespec now;
	char name[128], last[256];
	int i, kills = 0;

	files = (int)sample_times(500, FILES_MOST);
	desks = sample_is_full() ? 8 : 4;
	(void)clock_gettime(CLOCK_REALTIME, &now);
	t.made = (int64_t)now.tv_sec / 86400 * 86400 + 3 * 3600;
	ck_assert_int_eq(pipe(out), 0);
	for (i = 0; i < desks; i++)
		start(i);
	for (i = 0; i < files; i++) {
		t.n = i;
		face_write(&t, name);
		if (i % 20 == 0)
			hear_all(1);
	}
	srand(1);
	while (count_over() < files) {
		hear_all(20 + rand() % 100);
		if (kills < files / 20) {
			kill_one(i = rand() % desks);
			start(i);
			kills++;
		}
	}
	for (i = 0; i < desks; i++)
		kill_one(i);
	ck_assert_int_eq(face_files(dir, last), 0);
	for (i = 0; i < files; i++)
		ck_assert_msg(holder[i] != 0, "file %d was lost", i);
}
END_TEST

static void
fill(TCase *c)
{
	tcase_set_timeout(c, sample_is_full() ? 3600 : 120);
	tcase_add_test(c, exactly_one);
}

int
main(void)
{
	int failed;

	fake_prepare();
	face_make_tree(top, dir);
	failed = run_tests("visit/arrivals_many", fill);
	face_remove_tree(top);

	return failed;
}
