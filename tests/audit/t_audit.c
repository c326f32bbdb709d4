/* The trail on a real disk: processes, threads, rights, a program's own
 * table, and the public handle. */
#include "config.h"

#include <check.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/audit/trail.h"
#include "tests/core/run.h"
#include "tests/oom/oom.h"
#include "tests/sample.h"

static char top[1100];		/* a directory of this test's own */
static char dir[1200];		/* the trail in it */

static void
setup(void)
{
	char here[1024];

	ck_assert_ptr_nonnull(getcwd(here, sizeof(here)));
	(void)snprintf(top, sizeof(top), "%s/t_audit.XXXXXX", here);
	ck_assert_ptr_nonnull(mkdtemp(top));
	(void)snprintf(dir, sizeof(dir), "%s/record", top);
}

static void
remove_all(const char *path)
{
	struct oki_dir *d;
	char **names, inner[1500];
	size_t i, n;

	if (oki_dir_open(path, &d, NULL) != ONSHI_OK)
		return;
	if (oki_dir_names(d, &names, &n, NULL) == ONSHI_OK) {
		for (i = 0; i < n; i++) {
			(void)snprintf(inner, sizeof(inner), "%s/%s", path,
			    names[i]);
			if (unlink(inner) != 0)
				remove_all(inner);
		}
		oki_dir_names_free(&names, n);
	}
	oki_dir_close(&d);
	(void)rmdir(path);
}

static void
teardown(void)
{
	remove_all(top);
}

static char *
inside(const char *name)
{
	static char path[1300];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);

	return path;
}

/* The root's record, from a config as a program makes it. */
static struct oki_env *
env_of(const char *audit_dir, const struct onshi_audit_ops *ops, void *self)
{
	struct onshi_config *c;
	struct oki_env *env;

	ck_assert_int_eq(onshi_config_new(&c), ONSHI_OK);
	if (audit_dir != NULL)
		ck_assert_int_eq(onshi_config_set(c, "audit.dir", audit_dir),
		    ONSHI_OK);
	ck_assert_int_eq(onshi_config_set(c, "facility.institution_code",
	    REC_CODE), ONSHI_OK);
	if (ops != NULL)
		ck_assert_int_eq(onshi_config_set_audit(c, ops, self),
		    ONSHI_OK);
	ck_assert_int_eq(oki_env_new(c, &env), ONSHI_OK);
	onshi_config_free(&c);

	return env;
}

static struct oki_audit *
open_record(const char *audit_dir, const struct onshi_audit_ops *ops,
    void *self)
{
	struct oki_env *env = env_of(audit_dir, ops, self);
	struct oki_audit *a;

	ck_assert_int_eq(oki_audit_open(env, &a, NULL), ONSHI_OK);
	oki_env_free(&env);

	return a;
}

static void
begin(char key[OKI_AUDIT_KEY_TEXT])
{
	struct onshi_audit *a;

	ck_assert_int_eq(onshi_audit_new(dir, &a), ONSHI_OK);
	ck_assert_int_eq(onshi_audit_init(a, REC_CODE, key,
	    onshi_audit_key_size()), ONSHI_OK);
	onshi_audit_free(&a);
}

static int
verdict_of(const char *key, int64_t *entries)
{
	struct onshi_audit *a;
	int verdict;

	ck_assert_int_eq(onshi_audit_new(dir, &a), ONSHI_OK);
	ck_assert_int_eq(onshi_audit_verify(a, key, NULL, &verdict),
	    ONSHI_OK);
	if (entries != NULL)
		*entries = onshi_audit_entries(a);
	onshi_audit_free(&a);

	return verdict;
}

/* ---- no trail, and one that comes later ------------------------------------------ */

START_TEST(none)
{
	struct oki_audit *a = open_record(NULL, NULL, NULL);
	struct onshi_error e;

	ck_assert(!oki_audit_is_on(a));
	ck_assert_int_eq(rec_put(a, 0, &e), ONSHI_E_AUDIT_NONE);
	ck_assert_int_eq(onshi_error_code(&e), ONSHI_E_AUDIT_NONE);
	ck_assert_int_eq(onshi_error_phase(&e), ONSHI_PHASE_AUDIT);
	oki_audit_close(&a);
	ck_assert_ptr_null(a);
	oki_audit_close(&a);
	ck_assert(!oki_audit_is_on(NULL));
	ck_assert_int_eq(oki_audit_append(NULL, NULL, NULL, NULL),
	    ONSHI_E_ARG);
}
END_TEST

START_TEST(begun_while_running)
{
	struct oki_audit *a = open_record(dir, NULL, NULL);
	char key[OKI_AUDIT_KEY_TEXT];
	struct onshi_error e;
	struct stat st;
	int64_t n;

	ck_assert(oki_audit_is_on(a));
	ck_assert_int_eq(rec_put(a, 0, &e), ONSHI_E_AUDIT_GONE);
	ck_assert_int_ne(stat(dir, &st), 0);		/* nothing is made */
	ck_assert_int_eq(mkdir(dir, 0700), 0);
	ck_assert_int_eq(rec_put(a, 0, &e), ONSHI_E_AUDIT_GONE);
	ck_assert_int_ne(stat(inside("audit.lock"), &st), 0);

	begin(key);
	ck_assert_int_eq(rec_put(a, 0, &e), ONSHI_OK);
	ck_assert_int_eq(rec_put(a, 1, &e), ONSHI_OK);
	ck_assert_int_eq(verdict_of(key, &n), ONSHI_AUDIT_INTACT);
	ck_assert_int_eq(n, 3);

	/* Taken away, it does not turn the rule off. */
	remove_all(dir);
	ck_assert_int_eq(rec_put(a, 0, &e), ONSHI_E_AUDIT_GONE);
	oki_audit_close(&a);
}
END_TEST

START_TEST(another_institution)
{
	struct onshi_audit *h;
	struct oki_audit *a;
	struct onshi_error e;
	char key[OKI_AUDIT_KEY_TEXT];

	ck_assert_int_eq(onshi_audit_new(dir, &h), ONSHI_OK);
	ck_assert_int_eq(onshi_audit_init(h, "1349999988", key, sizeof(key)),
	    ONSHI_OK);
	onshi_audit_free(&h);
	a = open_record(dir, NULL, NULL);
	ck_assert_int_eq(rec_put(a, 0, &e), ONSHI_E_AUDIT);
	ck_assert_ptr_nonnull(strstr(onshi_error_text(&e), "institution"));
	oki_audit_close(&a);
	ck_assert_int_eq(verdict_of(key, NULL), ONSHI_AUDIT_INTACT);
}
END_TEST

/* Directory replaced, state replaced by an older one, while in use (FM-25). */
START_TEST(replaced_in_use)
{
	char key[OKI_AUDIT_KEY_TEXT], other[OKI_AUDIT_KEY_TEXT], away[1300];
	uint8_t old[2 * OKI_AUDIT_SLOT];
	struct oki_audit *a;
	struct onshi_error e;
	FILE *f;

	begin(key);
	a = open_record(dir, NULL, NULL);
	ck_assert_int_eq(rec_put(a, 0, &e), ONSHI_OK);
	f = fopen(inside("audit.state"), "rb");
	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fread(old, 1, sizeof(old), f), sizeof(old));
	(void)fclose(f);
	ck_assert_int_eq(rec_put(a, 1, &e), ONSHI_OK);
	ck_assert_int_eq(rec_put(a, 2, &e), ONSHI_OK);

	(void)snprintf(away, sizeof(away), "%s/away", top);
	ck_assert_int_eq(rename(dir, away), 0);
	begin(other);
	ck_assert_int_eq(rec_put(a, 3, &e), ONSHI_E_AUDIT);
	ck_assert_int_eq(verdict_of(other, NULL), ONSHI_AUDIT_INTACT);
	remove_all(dir);
	ck_assert_int_eq(rename(away, dir), 0);
	ck_assert_int_eq(rec_put(a, 3, &e), ONSHI_OK);

	f = fopen(inside("audit.state"), "wb");
	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(old, 1, sizeof(old), f), sizeof(old));
	(void)fclose(f);
	ck_assert_int_eq(rec_put(a, 4, &e), ONSHI_E_AUDIT);
	ck_assert_int_eq(verdict_of(key, NULL), ONSHI_AUDIT_CHANGED);
	oki_audit_close(&a);
}
END_TEST

/* ---- processes and threads ------------------------------------------------------------ */

#define EACH	500

static void
write_many(int who)
{
	struct oki_audit *a = open_record(dir, NULL, NULL);
	struct oki_audit_entry entry;
	struct onshi_error e;
	char patient[32];
	int i;

	a->store.segment_bytes = 100000;
	a->lock_ms = 60000;
	for (i = 0; i < EACH; i++) {
		oki_error_clear(&e);
		rec_entry(&entry, i);
		(void)snprintf(patient, sizeof(patient), "%d-%d", who, i);
		entry.patient = patient;
		ck_assert_int_eq(oki_audit_append(a, &entry, NULL, &e),
		    ONSHI_OK);
	}
	oki_audit_close(&a);
}

/* Every entry of every writer is there once, each writer's own in order. */
static void
check_all_there(int writers)
{
	int next[8] = { 0 }, who, i, r;
	struct onshi_audit *a;
	const char *line, *at;
	size_t len;

	ck_assert_int_eq(onshi_audit_new(dir, &a), ONSHI_OK);
	ck_assert_int_eq(onshi_audit_select(a, 0, 0), ONSHI_OK);
	while ((r = onshi_audit_next(a, &line, &len)) == ONSHI_OK) {
		at = strstr(line, "\tp=");
		if (at[3] == '-' && at[4] == '\t')
			continue;
		who = at[3] - '0';
		ck_assert_int_lt(who, writers);
		i = (int)strtol(at + 5, NULL, 10);
		ck_assert_int_eq(i, next[who]);
		next[who]++;
	}
	ck_assert_int_eq(r, ONSHI_END);
	for (i = 0; i < writers; i++)
		ck_assert_int_eq(next[i], EACH);
	onshi_audit_free(&a);
}

START_TEST(four_processes)
{
	char key[OKI_AUDIT_KEY_TEXT];
	pid_t child[4];
	int64_t n;
	int i, status;

	begin(key);
	for (i = 0; i < 4; i++) {
		child[i] = fork();
		ck_assert_int_ge(child[i], 0);
		if (child[i] == 0) {
			write_many(i);
			_exit(0);
		}
	}
	/* Read while they write. */
	for (i = 0; i < 5; i++)
		ck_assert_int_eq(verdict_of(key, NULL), ONSHI_AUDIT_INTACT);
	for (i = 0; i < 4; i++) {
		ck_assert_int_eq(waitpid(child[i], &status, 0), child[i]);
		ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	}
	ck_assert_int_eq(verdict_of(key, &n), ONSHI_AUDIT_INTACT);
	ck_assert_int_ge(n, 4 * EACH + 1);
	check_all_there(4);
}
END_TEST

/* SIGKILL at any time under four writers (testing.md 16). */
START_TEST(killed_at_random)
{
	char key[OKI_AUDIT_KEY_TEXT];
	int rounds = (int)sample_times(8, 250);
	struct oki_audit *a;
	struct onshi_error e;
	pid_t child[4];
	int i, round, verdict;

	begin(key);
	for (round = 0; round < rounds; round++) {
		for (i = 0; i < 4; i++) {
			child[i] = fork();
			ck_assert_int_ge(child[i], 0);
			if (child[i] == 0) {
				write_many(i);
				_exit(0);
			}
		}
		(void)usleep((useconds_t)(3000 + 1700 * (round % 9)));
		for (i = 0; i < 4; i++) {
			(void)kill(child[i], SIGKILL);
			(void)waitpid(child[i], NULL, 0);
		}
		verdict = verdict_of(key, NULL);
		ck_assert(verdict == ONSHI_AUDIT_INTACT ||
		    verdict == ONSHI_AUDIT_TORN);
		a = open_record(dir, NULL, NULL);
		a->store.segment_bytes = 100000;
		a->lock_ms = 5000;
		ck_assert_int_eq(rec_put(a, 0, &e), ONSHI_OK);
		oki_audit_close(&a);
		ck_assert_int_eq(verdict_of(key, NULL), ONSHI_AUDIT_INTACT);
	}
}
END_TEST

struct worker {
	struct oki_audit *a;
	int		  who;
};

static void *
work(void *arg)
{
	struct worker *w = arg;
	struct oki_audit_entry entry = { .event = OKI_AUDIT_RESULT_READ };
	char patient[32];
	int i;

	for (i = 0; i < EACH; i++) {
		(void)snprintf(patient, sizeof(patient), "%d-%d", w->who, i);
		entry.patient = patient;
		if (oki_audit_append(w->a, &entry, NULL, NULL) != ONSHI_OK)
			return w;
	}

	return NULL;
}

static void
four_at_once(struct oki_audit *a)
{
	struct worker w[4];
	pthread_t t[4];
	void *failed;
	int i;

	for (i = 0; i < 4; i++) {
		w[i].a = a;
		w[i].who = i;
		ck_assert_int_eq(pthread_create(&t[i], NULL, work, &w[i]), 0);
	}
	for (i = 0; i < 4; i++) {
		ck_assert_int_eq(pthread_join(t[i], &failed), 0);
		ck_assert_ptr_null(failed);
	}
}

START_TEST(four_threads)
{
	struct oki_audit *a;
	char key[OKI_AUDIT_KEY_TEXT];

	begin(key);
	a = open_record(dir, NULL, NULL);
	a->store.segment_bytes = 100000;
	a->lock_ms = 60000;
	four_at_once(a);
	oki_audit_close(&a);
	ck_assert_int_eq(verdict_of(key, NULL), ONSHI_AUDIT_INTACT);
	check_all_there(4);
}
END_TEST

static int64_t
now_ms(void)
{
	return oki_os_steady_ms();
}

/* SEC-98: another that keeps the lock is a failure, not a hang. */
START_TEST(lock_held)
{
	char key[OKI_AUDIT_KEY_TEXT];
	struct oki_audit *a;
	struct onshi_error e;
	int64_t from;
	int fd;

	begin(key);
	a = open_record(dir, NULL, NULL);
	fd = open(inside("audit.lock"), O_RDWR | O_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(flock(fd, LOCK_EX), 0);
	a->store.segment_bytes = 100000;
	a->lock_ms = 200;
	from = now_ms();
	ck_assert_int_eq(rec_put(a, 0, &e), ONSHI_E_AUDIT);
	ck_assert_int_ge(now_ms() - from, 200);
	ck_assert_int_lt(now_ms() - from, 2000);
	ck_assert_int_eq(flock(fd, LOCK_UN), 0);
	ck_assert_int_eq(rec_put(a, 0, &e), ONSHI_OK);
	(void)close(fd);
	oki_audit_close(&a);
	ck_assert_int_eq(verdict_of(key, NULL), ONSHI_AUDIT_INTACT);
}
END_TEST

/* Several threads behind one lock wait no longer than one does. */
static void *
try_once(void *arg)
{
	struct oki_audit_entry entry = { .event = OKI_AUDIT_RESULT_READ };

	return oki_audit_append(arg, &entry, NULL, NULL) == ONSHI_E_AUDIT ?
	    NULL : arg;
}

START_TEST(lock_held_for_many)
{
	char key[OKI_AUDIT_KEY_TEXT];
	struct oki_audit *a;
	pthread_t t[6];
	void *failed;
	int64_t from;
	int fd, i;

	begin(key);
	a = open_record(dir, NULL, NULL);
	a->store.segment_bytes = 100000;
	a->lock_ms = 400;
	fd = open(inside("audit.lock"), O_RDWR | O_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(flock(fd, LOCK_EX), 0);
	from = now_ms();
	for (i = 0; i < 6; i++)
		ck_assert_int_eq(pthread_create(&t[i], NULL, try_once, a), 0);
	for (i = 0; i < 6; i++) {
		ck_assert_int_eq(pthread_join(t[i], &failed), 0);
		ck_assert_ptr_null(failed);
	}
	ck_assert_int_lt(now_ms() - from, 2000);
	(void)close(fd);
	oki_audit_close(&a);
}
END_TEST

/* ---- rights (SEC-101, SEC-102) ----------------------------------------------------------- */

static const mode_t umasks[] = { 0, 022, 077, 0777 };

static mode_t
mode_of(const char *path)
{
	struct stat st;

	ck_assert_int_eq(stat(path, &st), 0);

	return st.st_mode & 07777;
}

START_TEST(whatever_the_umask)
{
	char key[OKI_AUDIT_KEY_TEXT];
	struct oki_audit *a;
	struct onshi_error e;
	mode_t before = umask(umasks[_i]);
	int i;

	begin(key);
	a = open_record(dir, NULL, NULL);
	a->store.segment_bytes = 4000;
	a->lock_ms = 5000;
	for (i = 0; i < 20; i++)
		ck_assert_int_eq(rec_put(a, i, &e), ONSHI_OK);
	(void)umask(before);
	oki_audit_close(&a);
	ck_assert_int_eq(mode_of(dir), 0700);
	ck_assert_int_eq(mode_of(inside("torn")), 0700);
	ck_assert_int_eq(mode_of(inside("audit.state")), 0600);
	ck_assert_int_eq(mode_of(inside("audit.lock")), 0600);
	ck_assert_int_eq(mode_of(inside("audit-000001.log")), 0600);
	ck_assert_int_eq(mode_of(inside("audit-000002.log")), 0600);
	ck_assert_int_eq(verdict_of(key, NULL), ONSHI_AUDIT_INTACT);
}
END_TEST

static const struct {
	const char	*file;
	mode_t		 mode;
	int		 result;
} rights[] = {
	{ "audit.state", 0600, ONSHI_OK },
	{ "audit.state", 0640, ONSHI_E_AUDIT },
	{ "audit.state", 0604, ONSHI_E_AUDIT },
	{ "audit.state", 0620, ONSHI_E_AUDIT },
	{ "audit.state", 0602, ONSHI_E_AUDIT },
	{ "audit-000001.log", 0600, ONSHI_OK },
	{ "audit-000001.log", 0640, ONSHI_OK },
	{ "audit-000001.log", 0620, ONSHI_E_AUDIT },
	{ "audit-000001.log", 0602, ONSHI_E_AUDIT },
};

START_TEST(rights_of_files)
{
	char key[OKI_AUDIT_KEY_TEXT];
	struct oki_audit *a;
	struct onshi_error e;

	begin(key);
	ck_assert_int_eq(chmod(inside(rights[_i].file), rights[_i].mode), 0);
	a = open_record(dir, NULL, NULL);
	ck_assert_int_eq(rec_put(a, 0, &e), rights[_i].result);
	oki_audit_close(&a);
}
END_TEST

/* Links in the files' places are not followed. */
START_TEST(links)
{
	static const char *const names[] = { "audit.state", "audit.lock",
	    "audit-000001.log" };
	char key[OKI_AUDIT_KEY_TEXT], elsewhere[1300], path[1300];
	struct oki_audit *a;
	struct onshi_error e;
	size_t i;

	for (i = 0; i < OKI_COUNT(names); i++) {
		remove_all(dir);
		begin(key);
		(void)snprintf(elsewhere, sizeof(elsewhere), "%s/else", top);
		(void)snprintf(path, sizeof(path), "%s", inside(names[i]));
		(void)unlink(elsewhere);
		ck_assert_int_eq(rename(path, elsewhere), 0);
		ck_assert_int_eq(symlink("../else", path), 0);
		a = open_record(dir, NULL, NULL);
		ck_assert_int_eq(rec_put(a, 0, &e), ONSHI_E_AUDIT);
		oki_audit_close(&a);
		/* Nor a second name for the same file. */
		ck_assert_int_eq(unlink(path), 0);
		ck_assert_int_eq(link(elsewhere, path), 0);
		a = open_record(dir, NULL, NULL);
		ck_assert_int_eq(rec_put(a, 0, &e), ONSHI_E_AUDIT);
		oki_audit_close(&a);
	}
}
END_TEST

/* ---- a program's own table ------------------------------------------------------------- */

struct sink {
	int	calls;
	int	inside;
	int	fail_at;
	char	last[OKI_AUDIT_LINE + 1];
	size_t	len;
	struct oki_audit *again;
};

static int
sink_entry(void *self, const char *line, size_t len)
{
	struct sink *k = self;
	struct oki_audit_entry entry = { .event = OKI_AUDIT_RESULT_READ };

	ck_assert_int_eq(k->inside++, 0);	/* one at a time */
	k->calls++;
	ck_assert_uint_eq(strlen(line), len);
	memcpy(k->last, line, len + 1);
	k->len = len;
	if (k->again != NULL)
		ck_assert_int_eq(oki_audit_append(k->again, &entry, NULL,
		    NULL), ONSHI_E_AUDIT);
	k->inside--;

	return k->calls == k->fail_at;
}

START_TEST(own_table)
{
	const struct onshi_audit_ops ops = { .size = sizeof(ops),
	    .entry = sink_entry };
	struct sink k = { .fail_at = 3 };
	struct oki_audit *a = open_record(dir, &ops, &k);
	struct oki_audit_entry entry;
	struct onshi_error e;

	ck_assert(oki_audit_is_on(a));
	rec_entry(&entry, 0);
	entry.patient = "tab\there\nand\rthere";
	oki_error_clear(&e);
	ck_assert_int_eq(oki_audit_append(a, &entry, NULL, &e), ONSHI_OK);
	ck_assert_ptr_nonnull(strstr(k.last, "v=1\tn=1\tt="));
	ck_assert_ptr_nonnull(strstr(k.last,
	    "\tp=tab%09here%0Aand%0Dthere\t"));
	ck_assert_ptr_null(strchr(k.last, '\n'));
	ck_assert_ptr_null(strstr(k.last, "\th="));
	ck_assert_ptr_null(strstr(k.last, "\tg="));
	ck_assert_str_eq(k.last + k.len - 4, "\tz=-");
	ck_assert_int_eq(rec_put(a, 1, &e), ONSHI_OK);
	ck_assert_ptr_nonnull(strstr(k.last, "v=1\tn=2\tt="));
	/* What it does not keep is not kept, and its number goes to the next. */
	ck_assert_int_eq(rec_put(a, 2, &e), ONSHI_E_AUDIT);
	ck_assert_int_eq(rec_put(a, 3, &e), ONSHI_OK);
	ck_assert_ptr_nonnull(strstr(k.last, "v=1\tn=3\tt="));
	/* One that calls us back is refused, not stuck. */
	a->store.segment_bytes = 4000;
	a->lock_ms = 50;
	k.again = a;
	ck_assert_int_eq(rec_put(a, 4, &e), ONSHI_OK);
	oki_audit_close(&a);
	/* The directory was not touched. */
	ck_assert_int_ne(access(dir, F_OK), 0);
}
END_TEST

START_TEST(own_table_many_threads)
{
	const struct onshi_audit_ops ops = { .size = sizeof(ops),
	    .entry = sink_entry };
	struct sink k = { .fail_at = -1 };
	struct oki_audit *a = open_record(NULL, &ops, &k);

	a->store.segment_bytes = 0;
	a->lock_ms = 60000;
	four_at_once(a);
	oki_audit_close(&a);
	ck_assert_int_eq(k.calls, 4 * EACH);
}
END_TEST

/* ---- the public handle ------------------------------------------------------------------ */

/* What may be removed, and what is begun anew: only by the right words. */
static void
every_upkeep(struct onshi_audit *a, const char *key)
{
	char fresh[OKI_AUDIT_KEY_TEXT];
	int64_t n = -1;

	ck_assert_int_eq(onshi_audit_prune(NULL, NULL, 20200101, &n),
	    ONSHI_E_ARG);
	ck_assert_int_eq(onshi_audit_prune(a, NULL, 20200101, NULL),
	    ONSHI_E_ARG);
	ck_assert_int_eq(onshi_audit_prune(a, NULL, 0, &n), ONSHI_E_VALUE);
	ck_assert_int_eq(n, 0);
	ck_assert_int_eq(onshi_audit_prune(a, NULL, 20201301, &n),
	    ONSHI_E_VALUE);
	ck_assert_int_eq(onshi_audit_prune(a, "typo", 20200101, &n),
	    ONSHI_E_VALUE);
	ck_assert_int_eq(onshi_audit_prune(a, NULL, 99991231, &n),
	    ONSHI_E_VALUE);
	ck_assert_int_eq(onshi_audit_prune(a, key, 20200101, &n), ONSHI_OK);
	ck_assert_int_eq(onshi_audit_set_retention(NULL, 5), ONSHI_E_ARG);
	ck_assert_int_eq(onshi_audit_set_retention(a, 0), ONSHI_E_VALUE);
	ck_assert_int_eq(onshi_audit_set_retention(a, -1), ONSHI_E_VALUE);
	ck_assert_int_eq(onshi_audit_set_retention(a, 101), ONSHI_E_VALUE);
	ck_assert_int_eq(onshi_audit_set_retention(a, 100), ONSHI_OK);
	ck_assert_int_eq(onshi_audit_prune(a, NULL, 20200101, &n),
	    ONSHI_E_VALUE);
	ck_assert_int_eq(onshi_audit_set_retention(a, 1), ONSHI_OK);
	ck_assert_int_eq(onshi_audit_prune(a, NULL, 20200101, &n), ONSHI_OK);
	ck_assert_int_eq(onshi_audit_pruned(a), 0);
	ck_assert_int_eq(onshi_audit_pruned(NULL), 0);

	ck_assert_int_eq(onshi_audit_reseal(NULL, REC_CODE, NULL,
	    ONSHI_AUDIT_ACCEPT_LOSS, fresh, sizeof(fresh)), ONSHI_E_ARG);
	ck_assert_int_eq(onshi_audit_reseal(a, REC_CODE, NULL, 0, fresh,
	    sizeof(fresh)), ONSHI_E_ARG);
	ck_assert_int_eq(onshi_audit_reseal(a, REC_CODE, NULL, 3, fresh,
	    sizeof(fresh)), ONSHI_E_ARG);
	ck_assert_int_eq(onshi_audit_reseal(a, REC_CODE, NULL,
	    ONSHI_AUDIT_ACCEPT_LOSS, fresh, sizeof(fresh) - 1), ONSHI_E_ARG);
	ck_assert_int_eq(onshi_audit_reseal(a, "13", NULL,
	    ONSHI_AUDIT_ACCEPT_LOSS, fresh, sizeof(fresh)), ONSHI_E_VALUE);
	ck_assert_int_eq(onshi_audit_reseal(a, REC_CODE, "typo",
	    ONSHI_AUDIT_ACCEPT_LOSS, fresh, sizeof(fresh)), ONSHI_E_VALUE);
	ck_assert_int_eq(onshi_audit_reseal(a, REC_CODE, key,
	    ONSHI_AUDIT_ACCEPT_LOSS, fresh, sizeof(fresh)), ONSHI_E_STATE);
	ck_assert_str_eq(fresh, "");
}

START_TEST(every_door)
{
	struct onshi_audit *a;
	const char *text = "";
	int64_t n;
	char key[OKI_AUDIT_KEY_TEXT];
	size_t len = 1;
	int verdict;

	ck_assert_int_eq(onshi_audit_new(NULL, &a), ONSHI_E_ARG);
	ck_assert_int_eq(onshi_audit_new("", &a), ONSHI_E_ARG);
	ck_assert_int_eq(onshi_audit_new(dir, NULL), ONSHI_E_ARG);
	ck_assert_int_eq(onshi_audit_new(dir, &a), ONSHI_OK);
	ck_assert_int_ne(access(dir, F_OK), 0);		/* touches nothing */

	ck_assert_int_eq(onshi_audit_init(NULL, REC_CODE, key, sizeof(key)),
	    ONSHI_E_ARG);
	ck_assert_int_eq(onshi_audit_init(a, REC_CODE, NULL, sizeof(key)),
	    ONSHI_E_ARG);
	ck_assert_int_eq(onshi_audit_init(a, REC_CODE, key, sizeof(key) - 1),
	    ONSHI_E_ARG);
	ck_assert_int_eq(onshi_audit_init(a, NULL, key, sizeof(key)),
	    ONSHI_E_VALUE);
	ck_assert_int_eq(onshi_audit_init(a, "131999999", key, sizeof(key)),
	    ONSHI_E_VALUE);
	ck_assert_int_eq(onshi_audit_init(a, "131999999X", key, sizeof(key)),
	    ONSHI_E_VALUE);
	ck_assert_int_ne(access(dir, F_OK), 0);

	ck_assert_int_eq(onshi_audit_verify(a, NULL, NULL, &verdict),
	    ONSHI_OK);
	ck_assert_int_eq(verdict, ONSHI_AUDIT_UNREADABLE);
	ck_assert_int_eq(onshi_audit_head(a, &text), ONSHI_E_AUDIT_GONE);
	ck_assert_ptr_null(text);
	ck_assert_int_eq(onshi_audit_select(a, 0, 0), ONSHI_E_AUDIT_GONE);
	ck_assert_int_eq(onshi_audit_next(a, &text, &len), ONSHI_E_STATE);
	ck_assert_uint_eq(len, 0);

	ck_assert_int_eq(onshi_audit_prune(a, NULL, 20200101, &n),
	    ONSHI_E_AUDIT_GONE);
	ck_assert_int_eq(onshi_audit_reseal(a, REC_CODE, NULL,
	    ONSHI_AUDIT_ACCEPT_LOSS, key, sizeof(key)), ONSHI_E_AUDIT_GONE);
	ck_assert_int_ne(access(dir, F_OK), 0);
	ck_assert_int_eq(onshi_audit_init(a, REC_CODE, key, sizeof(key)),
	    ONSHI_OK);
	every_upkeep(a, key);
	ck_assert_int_eq(onshi_audit_init(a, REC_CODE, key, sizeof(key)),
	    ONSHI_E_STATE);
	ck_assert_str_eq(key, "");
	ck_assert_int_eq(onshi_error_code(onshi_audit_error(a)),
	    ONSHI_E_STATE);
	ck_assert_int_eq(onshi_audit_verify(a, "typo", NULL, &verdict),
	    ONSHI_E_VALUE);
	ck_assert_int_eq(onshi_audit_verify(a, NULL, "typo", &verdict),
	    ONSHI_E_VALUE);
	ck_assert_int_eq(verdict, ONSHI_AUDIT_UNREADABLE);
	ck_assert_int_eq(onshi_audit_verify(a, NULL, NULL, NULL),
	    ONSHI_E_ARG);
	ck_assert_int_eq(onshi_audit_verify(NULL, NULL, NULL, &verdict),
	    ONSHI_E_ARG);
	ck_assert_int_eq(onshi_audit_select(a, 20261301, 0), ONSHI_E_VALUE);
	ck_assert_int_eq(onshi_audit_select(a, 0, -1), ONSHI_E_VALUE);
	ck_assert_int_eq(onshi_audit_select(a, 1, 0), ONSHI_E_VALUE);
	ck_assert_int_eq(onshi_audit_select(NULL, 0, 0), ONSHI_E_ARG);
	ck_assert_int_eq(onshi_audit_next(a, NULL, &len), ONSHI_E_ARG);
	ck_assert_int_eq(onshi_audit_head(a, NULL), ONSHI_E_ARG);
	ck_assert_int_eq(onshi_audit_head(NULL, &text), ONSHI_E_ARG);
	ck_assert_int_eq(onshi_error_code(onshi_audit_error(NULL)),
	    ONSHI_E_ARG);
	ck_assert_int_eq(onshi_audit_entries(NULL), 0);
	ck_assert_int_eq(onshi_audit_first_bad(NULL), 0);
	ck_assert_int_eq(onshi_audit_unmatched(NULL), 0);
	ck_assert_int_eq(onshi_audit_clock_jumps(NULL), 0);
	ck_assert_int_eq(onshi_audit_select(a, 0, 0), ONSHI_OK);
	onshi_audit_free(&a);			/* in the middle of it */
	ck_assert_ptr_null(a);
	onshi_audit_free(&a);
	onshi_audit_free(NULL);
}
END_TEST

/* Entries at both sides of midnight in Japan, which is 15:00 UTC. */
static const struct {
	int32_t	from, to;
	int	entries;
} periods[] = {
	{ 0, 0, 7 },
	{ 20261005, 20261005, 3 },
	{ 20261006, 20261006, 3 },
	{ 20261005, 20261006, 6 },
	{ 20261007, 0, 1 },
	{ 0, 20261005, 3 },
	{ 20261006, 0, 4 },
	{ 20261008, 0, 0 },
	{ 0, 20261004, 0 },
	{ 20261006, 20261005, 0 },
};

START_TEST(selected_by_day)
{
	static const int64_t at[] = { 1791212398000, 1791212399999,
	    1791212400000, 1791212400001, 1791298799999, 1791298800000 };
	struct oki_env *env = rec_env(dir);
	struct oki_audit_store s;
	struct onshi_audit *a;
	uint8_t k0[OKI_AUDIT_HASH];
	const char *line;
	size_t i, len;
	int n = 0, r;

	rec_begin(dir, env, k0);
	rec_open(&s, dir, env, 0);
	for (i = 0; i < OKI_COUNT(at); i++) {
		struct oki_audit_entry entry = { .event =
		    OKI_AUDIT_RESULT_READ };

		rec_clock(at[i] - 1);		/* asked for once before */
		ck_assert_int_eq(oki_audit_store_append(&s, &entry, 1000,
		    NULL), ONSHI_OK);
	}
	oki_audit_store_free(&s);
	oki_env_free(&env);
	ck_assert_int_eq(onshi_audit_new(dir, &a), ONSHI_OK);
	ck_assert_int_eq(onshi_audit_select(a, periods[_i].from,
	    periods[_i].to), ONSHI_OK);
	while ((r = onshi_audit_next(a, &line, &len)) == ONSHI_OK) {
		ck_assert_uint_eq(strlen(line), len);
		n++;
	}
	ck_assert_int_eq(r, ONSHI_END);
	ck_assert_int_eq(onshi_audit_next(a, &line, &len), ONSHI_END);
	ck_assert_int_eq(n, periods[_i].entries);
	onshi_audit_free(&a);
}
END_TEST

/* A copy on another machine: no lock, read only. */
START_TEST(copy_without_lock)
{
	char key[OKI_AUDIT_KEY_TEXT];
	struct oki_audit *a;
	struct onshi_error e;

	begin(key);
	a = open_record(dir, NULL, NULL);
	ck_assert_int_eq(rec_put(a, 0, &e), ONSHI_OK);
	oki_audit_close(&a);
	ck_assert_int_eq(unlink(inside("audit.lock")), 0);
	ck_assert_int_eq(chmod(inside("audit-000001.log"), 0400), 0);
	ck_assert_int_eq(chmod(inside("audit.state"), 0400), 0);
	ck_assert_int_eq(verdict_of(key, NULL), ONSHI_AUDIT_INTACT);
	ck_assert_int_ne(access(inside("audit.lock"), F_OK), 0);
}
END_TEST

/* ---- memory that runs out ----------------------------------------------------------------- */

static int
life(void *arg)
{
	struct oki_audit_entry entry = { .event = OKI_AUDIT_QUERY_INTENT,
	    .request_id = "0123456789abcdef" };
	struct oki_env *env = arg;
	struct oki_audit *a = NULL;
	struct onshi_audit *h = NULL;
	const char *line;
	int64_t removed;
	size_t len;
	int r, verdict;

	if ((r = oki_audit_open(env, &a, NULL)) != ONSHI_OK ||
	    (r = oki_audit_append(a, &entry, NULL, NULL)) != ONSHI_OK ||
	    (r = onshi_audit_new(dir, &h)) != ONSHI_OK ||
	    (r = onshi_audit_prune(h, NULL, 20200101, &removed)) !=
	    ONSHI_OK || (r = onshi_audit_verify(h, NULL, NULL, &verdict)) != ONSHI_OK)
		goto out;
	if (verdict == ONSHI_AUDIT_UNREADABLE)
		r = ONSHI_E_NOMEM;
	else if (verdict != ONSHI_AUDIT_NO_KEY && verdict != ONSHI_AUDIT_TORN)
		r = ONSHI_E_INTERNAL;
	else if ((r = onshi_audit_head(h, &line)) == ONSHI_OK &&
	    (r = onshi_audit_select(h, 0, 0)) == ONSHI_OK &&
	    (r = onshi_audit_next(h, &line, &len)) == ONSHI_OK)
		r = ONSHI_OK;
out:
	onshi_audit_free(&h);
	oki_audit_close(&a);

	return r;
}

static bool
is_refusal(int r)
{
	return r == ONSHI_E_NOMEM || r == ONSHI_E_AUDIT || r == ONSHI_E_SYSTEM;
}

START_TEST(memory_runs_out)
{
	char key[OKI_AUDIT_KEY_TEXT];
	struct oki_env *env = env_of(dir, NULL, NULL);

	begin(key);
	ck_assert_int_eq(life(env), ONSHI_OK);
	ck_assert_uint_gt(oom_run_if("record", life, env, ONSHI_OK,
	    is_refusal), 10);
	oki_env_free(&env);
	ck_assert_int_eq(verdict_of(key, NULL), ONSHI_AUDIT_INTACT);
}
END_TEST

static void
fill(TCase *t)
{
	tcase_set_timeout(t, 120);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, none);
	tcase_add_test(t, begun_while_running);
	tcase_add_test(t, another_institution);
	tcase_add_test(t, replaced_in_use);
	tcase_add_test(t, four_processes);
	tcase_add_test(t, killed_at_random);
	tcase_add_test(t, four_threads);
	tcase_add_test(t, lock_held);
	tcase_add_test(t, lock_held_for_many);
	tcase_add_loop_test(t, whatever_the_umask, 0, (int)OKI_COUNT(umasks));
	tcase_add_loop_test(t, rights_of_files, 0, (int)OKI_COUNT(rights));
	tcase_add_test(t, links);
	tcase_add_test(t, own_table);
	tcase_add_test(t, own_table_many_threads);
	tcase_add_test(t, every_door);
	tcase_add_loop_test(t, selected_by_day, 0, (int)OKI_COUNT(periods));
	tcase_add_test(t, copy_without_lock);
	tcase_add_test(t, memory_runs_out);
}

int
main(void)
{
	return run_tests("audit/audit", fill);
}
