/* Where entries go: a directory that is there or is not, whose rights are right
 * or are not, by a deadline, with copies beside it. */
#include "config.h"

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/audit/trail.h"
#include "tests/core/run.h"

static char top[1100];
static char dir[1200];
static char path[1300];

static const char *
in(const char *name)
{
	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);

	return path;
}

static void
setup(void)
{
	char here[1024];

	ck_assert_ptr_nonnull(getcwd(here, sizeof(here)));
	(void)snprintf(top, sizeof(top), "%s/t_sinks.XXXXXX", here);
	ck_assert_ptr_nonnull(mkdtemp(top));
	(void)snprintf(dir, sizeof(dir), "%s/trail", top);
}

static void
teardown(void)
{
	char command[1400];

	(void)snprintf(command, sizeof(command), "rm -rf '%s'", top);
	ck_assert_int_eq(system(command), 0);
}

static int
begin(char key[OKI_AUDIT_KEY_TEXT])
{
	struct onshi_audit *a;
	int r;

	ck_assert_int_eq(onshi_audit_new(dir, &a), ONSHI_OK);
	r = onshi_audit_init(a, REC_CODE, key, OKI_AUDIT_KEY_TEXT);
	onshi_audit_free(&a);

	return r;
}

static int
verdict_of(const char *key)
{
	struct onshi_audit *a;
	int verdict;

	ck_assert_int_eq(onshi_audit_new(dir, &a), ONSHI_OK);
	ck_assert_int_eq(onshi_audit_verify(a, key, NULL, &verdict), ONSHI_OK);
	onshi_audit_free(&a);

	return verdict;
}

/* ---- copies ---------------------------------------------------------------- */

struct copy {
	int	calls;
	int	fail_from;	/* the calls that fail, from 1 on */
	int	fail_to;
	int	done;
	char	all[65536];	/* the lines that it took */
	char	last[OKI_AUDIT_LINE + 1];
};

static int
copy_entry(void *self, const char *line, size_t len)
{
	struct copy *c = self;

	c->calls++;
	ck_assert_uint_eq(strlen(line), len);
	ck_assert_ptr_null(strchr(line, '\n'));
	if (c->calls >= c->fail_from && c->calls <= c->fail_to)
		return -1;
	ck_assert_uint_lt(strlen(c->all) + len + 2, sizeof(c->all));
	(void)strcat(strcat(c->all, line), "\n");
	(void)snprintf(c->last, sizeof(c->last), "%s", line);

	return 0;
}

static void
copy_done(void *self)
{
	((struct copy *)self)->done++;
}

static const struct onshi_audit_ops copy_ops = { .size = sizeof(copy_ops),
    .entry = copy_entry, .done = copy_done };

static void
note_line(void *self, const char *line)
{
	if (strncmp(line, "audit ", 6) == 0)
		(*(int *)self)++;
}

/* A root's trail, with so many copies; own is the sink, or NULL. */
static struct oki_audit *
open_with(struct copy *own, struct copy *copies, size_t n, int *log)
{
	const struct onshi_log_ops log_ops = { .size = sizeof(log_ops),
	    .line = note_line };
	struct onshi_config *c;
	struct oki_audit *a;
	struct oki_env *env;
	size_t i;

	ck_assert_int_eq(onshi_config_new(&c), ONSHI_OK);
	ck_assert_int_eq(onshi_config_set(c, "audit.dir", dir), ONSHI_OK);
	ck_assert_int_eq(onshi_config_set(c, "facility.institution_code",
	    REC_CODE), ONSHI_OK);
	if (log != NULL)
		ck_assert_int_eq(onshi_config_set_log(c, &log_ops, log),
		    ONSHI_OK);
	if (own != NULL)
		ck_assert_int_eq(onshi_config_set_audit(c, &copy_ops, own),
		    ONSHI_OK);
	for (i = 0; i < n; i++)
		ck_assert_int_eq(onshi_config_add_audit(c, &copy_ops,
		    &copies[i]), ONSHI_OK);
	ck_assert_int_eq(oki_env_new(c, &env), ONSHI_OK);
	ck_assert_int_eq(oki_audit_open(env, &a, NULL), ONSHI_OK);
	oki_env_free(&env);
	onshi_config_free(&c);

	return a;
}

static char *
file_of(const char *name)
{
	static char bytes[65536];
	FILE *f = fopen(in(name), "rb");
	size_t n;

	ck_assert_ptr_nonnull(f);
	n = fread(bytes, 1, sizeof(bytes) - 1, f);
	bytes[n] = '\0';
	(void)fclose(f);

	return bytes;
}

/* Every line of the directory, as it stands there, seal and all. */
START_TEST(copies_are_whole)
{
	static struct copy copies[2];
	char key[OKI_AUDIT_KEY_TEXT], *log;
	struct onshi_error e;
	struct oki_audit *a;
	int i;

	memset(copies, 0, sizeof(copies));
	ck_assert_int_eq(begin(key), ONSHI_OK);
	a = open_with(NULL, copies, 2, NULL);
	for (i = 0; i < 6; i++)
		ck_assert_int_eq(rec_put(a, i, &e), ONSHI_OK);
	log = strchr(file_of("audit-000001.log"), '\n') + 1;
	ck_assert_str_eq(copies[0].all, log);
	ck_assert_str_eq(copies[1].all, log);
	/* With a segment that begins meanwhile. */
	a->store.segment_bytes = OKI_AUDIT_LINE + 1;
	ck_assert_int_eq(rec_put(a, 6, &e), ONSHI_OK);
	ck_assert_ptr_nonnull(strstr(copies[0].all, "\te=log.rotate\t"));
	ck_assert_ptr_nonnull(strstr(copies[0].all, file_of(
	    "audit-000002.log")));
	oki_audit_close(&a);
	ck_assert_int_eq(copies[0].done, 1);
	ck_assert_int_eq(verdict_of(key), ONSHI_AUDIT_INTACT);
}
END_TEST

/* One that fails refuses nothing, and is said: in the log each time, on the
 * trail when it falls behind and when it goes on. */
START_TEST(copies_that_fail)
{
	static struct copy copies[2];
	char key[OKI_AUDIT_KEY_TEXT], *log;
	struct onshi_error e;
	struct oki_audit *a;
	int i, logged = 0;

	memset(copies, 0, sizeof(copies));
	copies[1].fail_from = 2;
	copies[1].fail_to = 4;
	ck_assert_int_eq(begin(key), ONSHI_OK);
	a = open_with(NULL, copies, 2, &logged);
	for (i = 0; i < 5; i++)
		ck_assert_int_eq(rec_put(a, i, &e), ONSHI_OK);
	oki_audit_close(&a);
	/* Lost: an entry, the one that says so, and the next. */
	ck_assert_int_eq(logged, 3);
	log = file_of("audit-000001.log");
	ck_assert_ptr_nonnull(strstr(log, "\te=log.copy\to=serious\t"));
	ck_assert_ptr_nonnull(strstr(log, "\tr=copy=2:missed=1\t"));
	ck_assert_ptr_nonnull(strstr(log, "\te=log.copy\to=ok\t"));
	ck_assert_ptr_nonnull(strstr(log, "\tr=copy=2:missed=3\t"));
	ck_assert_str_eq(copies[0].all, strchr(log, '\n') + 1);
	ck_assert_ptr_nonnull(strstr(copies[1].all, "missed=3"));
	ck_assert_int_eq(verdict_of(key), ONSHI_AUDIT_INTACT);
}
END_TEST

/* Beside a program's own sink: the same lines; what that refuses no copy has. */
START_TEST(copies_of_an_own_sink)
{
	static struct copy own, copies[1];
	struct onshi_error e;
	struct oki_audit *a;

	memset(&own, 0, sizeof(own));
	memset(copies, 0, sizeof(copies));
	own.fail_from = own.fail_to = 2;
	a = open_with(&own, copies, 1, NULL);
	ck_assert_int_eq(rec_put(a, 0, &e), ONSHI_OK);
	ck_assert_int_eq(rec_put(a, 1, &e), ONSHI_E_AUDIT);
	ck_assert_int_eq(rec_put(a, 2, &e), ONSHI_OK);
	oki_audit_close(&a);
	ck_assert_int_eq(copies[0].calls, 2);
	ck_assert_str_eq(copies[0].all, own.all);
	ck_assert_ptr_null(strstr(own.all, "\th="));
	ck_assert_int_ne(access(dir, F_OK), 0);
}
END_TEST

/* A program's own sink hears of what could not be written, too. */
START_TEST(own_sink_and_a_gap)
{
	static struct copy own;
	struct onshi_error e;
	struct oki_audit *a;

	memset(&own, 0, sizeof(own));
	own.fail_from = own.fail_to = 2;
	a = open_with(&own, NULL, 0, NULL);
	ck_assert_int_eq(rec_put(a, 0, &e), ONSHI_OK);
	ck_assert_int_eq(rec_put(a, 1, &e), ONSHI_E_AUDIT);
	oki_audit_miss(a, 1);
	ck_assert_ptr_null(strstr(own.all, "log.gap"));
	ck_assert_int_eq(rec_put(a, 2, &e), ONSHI_OK);
	ck_assert_ptr_nonnull(strstr(own.last, "\te=log.gap\to=serious\t"));
	ck_assert_ptr_nonnull(strstr(own.last, "\tr=missed=1:first="));
	oki_audit_close(&a);
	ck_assert_int_eq(own.calls, 4);
}
END_TEST

/* A file that others may write is nobody's word, nor is what is no file. */
START_TEST(gaps_of_others)
{
	static const mode_t modes[] = { 0620, 0602, 0666 };
	char key[OKI_AUDIT_KEY_TEXT], name[] = "gap-000000000000000x";
	struct onshi_error e;
	struct oki_audit *a;
	size_t i;
	int fd;

	ck_assert_int_eq(begin(key), ONSHI_OK);
	for (i = 0; i < OKI_COUNT(modes); i++) {
		name[19] = (char)('1' + i);
		fd = open(in(name), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		ck_assert_int_ge(fd, 0);
		ck_assert_int_eq(fchmod(fd, modes[i]), 0);
		(void)close(fd);
	}
	name[19] = '4';
	ck_assert_int_eq(symlink("/etc/passwd", in(name)), 0);
	name[19] = '5';
	ck_assert_int_eq(mkdir(in(name), 0700), 0);
	name[19] = '6';
	ck_assert_int_eq(mkfifo(in(name), 0600), 0);
	a = open_with(NULL, NULL, 0, NULL);
	ck_assert_int_eq(rec_put(a, 0, &e), ONSHI_OK);
	oki_audit_close(&a);
	ck_assert_ptr_null(strstr(file_of("audit-000001.log"), "log.gap"));
	ck_assert_int_eq(verdict_of(key), ONSHI_AUDIT_INTACT);
}
END_TEST

START_TEST(no_more_than_eight)
{
	const struct onshi_audit_ops lame = { .size = sizeof(lame) };
	static struct copy copies[9];
	struct onshi_config *c;
	int i;

	memset(copies, 0, sizeof(copies));
	ck_assert_int_eq(onshi_config_add_audit(NULL, &copy_ops, NULL),
	    ONSHI_E_ARG);
	ck_assert_int_eq(onshi_config_new(&c), ONSHI_OK);
	ck_assert_int_eq(onshi_config_add_audit(c, NULL, NULL), ONSHI_E_ARG);
	ck_assert_int_eq(onshi_config_add_audit(c, &lame, NULL), ONSHI_E_ARG);
	for (i = 0; i < 8; i++)
		ck_assert_int_eq(onshi_config_add_audit(c, &copy_ops,
		    &copies[i]), ONSHI_OK);
	ck_assert_int_eq(onshi_config_add_audit(c, &copy_ops, &copies[8]),
	    ONSHI_E_ARG);
	onshi_config_free(&c);
	for (i = 0; i < 9; i++)
		ck_assert_int_eq(copies[i].done, i < 8);
}
END_TEST

/* ---- a directory that is not there ------------------------------------------ */

/* Not mounted, mounted empty, moved away while in use: one result for all, and
 * nothing is made in its place. */
START_TEST(not_there)
{
	struct oki_audit *a = open_with(NULL, NULL, 0, NULL);
	char key[OKI_AUDIT_KEY_TEXT], away[1300];
	struct onshi_error e;

	(void)snprintf(away, sizeof(away), "%s/away", top);
	ck_assert(oki_audit_is_on(a));
	ck_assert_int_eq(rec_put(a, 0, &e), ONSHI_E_AUDIT_GONE);
	ck_assert_int_eq(onshi_result_class(e.code), 7);
	ck_assert_int_eq(e.phase, ONSHI_PHASE_AUDIT);
	ck_assert_int_ne(access(dir, F_OK), 0);
	ck_assert_int_eq(mkdir(dir, 0700), 0);
	ck_assert_int_eq(rec_put(a, 0, &e), ONSHI_E_AUDIT_GONE);
	ck_assert_int_eq(rmdir(dir), 0);
	ck_assert_int_eq(begin(key), ONSHI_OK);
	ck_assert_int_eq(rec_put(a, 0, &e), ONSHI_OK);
	ck_assert_int_eq(rename(dir, away), 0);
	ck_assert_int_eq(rec_put(a, 1, &e), ONSHI_E_AUDIT_GONE);
	ck_assert_int_eq(mkdir(dir, 0700), 0);
	ck_assert_int_eq(rec_put(a, 1, &e), ONSHI_E_AUDIT_GONE);
	ck_assert_int_eq(rmdir(dir), 0);
	ck_assert_int_eq(rename(away, dir), 0);
	ck_assert_int_eq(rec_put(a, 1, &e), ONSHI_OK);
	oki_audit_close(&a);
	ck_assert_int_eq(verdict_of(key), ONSHI_AUDIT_INTACT);
}
END_TEST

/* Another working directory is another place: no such path is taken. */
START_TEST(paths_that_outlive_us)
{
	static const char *const keys[] = { "audit.dir", "link.req_dir",
	    "link.res_dir", "link.face_dir", "link.journal_dir" };
	static const char *const paths[] = { "audit", "./audit", "../audit",
	    "~/audit", "C:audit" };
	struct onshi_config *c;
	size_t i, k;

	ck_assert_int_eq(onshi_config_new(&c), ONSHI_OK);
	for (i = 0; i < OKI_COUNT(keys); i++)
		for (k = 0; k < OKI_COUNT(paths); k++) {
			ck_assert_msg(onshi_config_set(c, keys[i], paths[k]) ==
			    ONSHI_E_CONFIG, "%s = %s", keys[i], paths[k]);
			ck_assert_ptr_nonnull(strstr(onshi_error_text(
			    onshi_config_error(c)), "absolute"));
		}
	ck_assert_int_eq(onshi_config_set(c, "audit.dir", "/a"), ONSHI_OK);
	ck_assert_int_eq(onshi_config_set(c, "audit.dir", ""), ONSHI_OK);
	onshi_config_free(&c);
}
END_TEST

/* ---- rights of the directory ------------------------------------------------- */

static const struct {
	mode_t	mode;
	int	result;
} rights[] = {
	{ 0700, ONSHI_OK }, { 0750, ONSHI_OK }, { 0755, ONSHI_OK },
	{ 0720, ONSHI_E_AUDIT }, { 0770, ONSHI_E_AUDIT },
	{ 0702, ONSHI_E_AUDIT }, { 01777, ONSHI_E_AUDIT },
};

START_TEST(rights_of_the_directory)
{
	struct oki_audit *a = open_with(NULL, NULL, 0, NULL);
	char key[OKI_AUDIT_KEY_TEXT], other[OKI_AUDIT_KEY_TEXT];
	struct onshi_error e;

	ck_assert_int_eq(begin(key), ONSHI_OK);
	ck_assert_int_eq(chmod(dir, rights[_i].mode), 0);
	ck_assert_int_eq(rec_put(a, 0, &e), rights[_i].result);
	if (rights[_i].result != ONSHI_OK)
		ck_assert_ptr_nonnull(strstr(onshi_error_text(&e), "0700"));
	ck_assert_int_eq(chmod(dir, 0700), 0);
	ck_assert_int_eq(rec_put(a, 0, &e), ONSHI_OK);
	oki_audit_close(&a);
	/* Nor is one begun there. */
	(void)snprintf(dir, sizeof(dir), "%s/new", top);
	ck_assert_int_eq(mkdir(dir, 0700), 0);
	ck_assert_int_eq(chmod(dir, rights[_i].mode), 0);
	ck_assert_int_eq(begin(other), rights[_i].result);
}
END_TEST

/* Root may give one away. */
START_TEST(owner_of_the_directory)
{
	struct oki_audit *a = open_with(NULL, NULL, 0, NULL);
	char key[OKI_AUDIT_KEY_TEXT];
	struct onshi_error e;

	ck_assert_int_eq(begin(key), ONSHI_OK);
	if (chown(dir, 65534, (gid_t)-1) == 0 && geteuid() != 65534) {
		ck_assert_int_eq(rec_put(a, 0, &e), ONSHI_E_AUDIT);
		ck_assert_ptr_nonnull(strstr(onshi_error_text(&e), "user"));
	}
	oki_audit_close(&a);
}
END_TEST

/* ---- a deadline --------------------------------------------------------------- */

/* The clock of the wait stands still: only its length counts, and 0 ms is one
 * try. What was not written then is written when it is tried again. */
START_TEST(deadlines)
{
	static const int32_t ms[] = { 0, 50 };
	struct oki_audit *a = open_with(NULL, NULL, 0, NULL);
	char key[OKI_AUDIT_KEY_TEXT];
	struct oki_audit_entry entry;
	struct onshi_error e;
	struct oki_wait w;
	size_t i;
	int fd;

	ck_assert_int_eq(begin(key), ONSHI_OK);
	fd = open(in("audit.lock"), O_RDWR | O_CLOEXEC | O_CREAT, 0600);
	ck_assert_int_ge(fd, 0);
	a->lock_ms = 3600000;		/* a test that hangs has failed */
	for (i = 0; i < OKI_COUNT(ms); i++) {
		ck_assert_int_eq(flock(fd, LOCK_EX), 0);
		rec_entry(&entry, (int)i);
		oki_wait_init(&w, a->env, ms[i], NULL);
		oki_error_clear(&e);
		ck_assert_int_eq(oki_audit_append(a, &entry, &w, &e),
		    ONSHI_E_AUDIT);
		/* The same from a thread that finds another at the sink. */
		a->busy = true;
		oki_wait_init(&w, a->env, ms[i], NULL);
		ck_assert_int_eq(oki_audit_append(a, &entry, &w, NULL),
		    ONSHI_E_AUDIT);
		a->busy = false;
		ck_assert_int_eq(flock(fd, LOCK_UN), 0);
		oki_wait_init(&w, a->env, 0, NULL);
		ck_assert_int_eq(oki_audit_append(a, &entry, &w, &e),
		    ONSHI_OK);
	}
	(void)close(fd);
	oki_audit_close(&a);
	ck_assert_int_eq(verdict_of(key), ONSHI_AUDIT_INTACT);
}
END_TEST

/* A visit that is cancelled still stands on the trail. */
START_TEST(cancelled)
{
	struct oki_audit *a = open_with(NULL, NULL, 0, NULL);
	char key[OKI_AUDIT_KEY_TEXT];
	struct oki_cancel cancel;
	struct oki_audit_entry entry;
	struct oki_wait w;

	ck_assert_int_eq(begin(key), ONSHI_OK);
	ck_assert_int_eq(oki_cancel_init(&cancel), ONSHI_OK);
	oki_cancel_set(&cancel);
	oki_wait_init(&w, a->env, 1000, &cancel);
	rec_entry(&entry, 0);
	ck_assert_int_eq(oki_audit_append(a, &entry, &w, NULL), ONSHI_OK);
	oki_cancel_free(&cancel);
	oki_audit_close(&a);
}
END_TEST

START_TEST(verdicts_have_words)
{
	int i;

	for (i = ONSHI_AUDIT_INTACT; i <= ONSHI_AUDIT_NO_KEY; i++) {
		ck_assert_ptr_nonnull(onshi_audit_verdict_name(i));
		ck_assert_str_ne(onshi_audit_verdict_text(i, "en"), "");
		ck_assert_str_ne(onshi_audit_verdict_text(i, "ja"),
		    onshi_audit_verdict_text(i, NULL));
	}
	ck_assert_str_eq(onshi_audit_verdict_name(ONSHI_AUDIT_NO_KEY),
	    "no_key");
	ck_assert_ptr_null(onshi_audit_verdict_name(-1));
	ck_assert_ptr_null(onshi_audit_verdict_name(i));
	ck_assert_str_eq(onshi_audit_verdict_text(-1, "ja"), "");
	ck_assert_str_eq(onshi_audit_verdict_text(i, "ja"), "");
}
END_TEST

static void
fill(TCase *t)
{
	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, copies_are_whole);
	tcase_add_test(t, copies_that_fail);
	tcase_add_test(t, copies_of_an_own_sink);
	tcase_add_test(t, own_sink_and_a_gap);
	tcase_add_test(t, gaps_of_others);
	tcase_add_test(t, no_more_than_eight);
	tcase_add_test(t, not_there);
	tcase_add_test(t, paths_that_outlive_us);
	tcase_add_loop_test(t, rights_of_the_directory, 0,
	    (int)OKI_COUNT(rights));
	tcase_add_test(t, owner_of_the_directory);
	tcase_add_test(t, deadlines);
	tcase_add_test(t, cancelled);
	tcase_add_test(t, verdicts_have_words);
}

int
main(void)
{
	return run_tests("audit/sinks", fill);
}
