/*
 * The doctor on a machine that itself runs out of something: memory and calls
 * to the system fail, each in turn, while it looks. It says so, or finds what it
 * can; it leaves out nothing in silence, says everything whole, and leaves
 * nothing behind.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <check.h>
#include <onshikaku.h>

#include "tests/core/run.h"
#include "tests/oom/oom.h"
#include "tests/oom/sys.h"
#include "tests/sample.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))
#define MOST		400		/* of one call in a look */
#define SILENT		77		/* something was left out */
#define HALF		78		/* a finding without its text */
#define INST		"1319999996"
#define DAY		86400

static char top[64];

/* ---- a site ---------------------------------------------------------------- */

/* By folders, with all that is looked at. */
static const struct {
	const char	*key, *name;
} places[] = {
	{ "link.req_dir", "req" }, { "link.res_dir", "res" },
	{ "link.face_dir", "face" }, { "visits.dir", "visits" },
	{ "link.journal_dir", "journal" }, { "audit.dir", "audit" }
};

static void
path_of(const char *name, char to[128])
{
	(void)snprintf(to, 128, "%s/%s", top, name);
}

static void
put_file(const char *name, long age)
{
	char path[128], command[200];
	FILE *f;

	path_of(name, path);
	ck_assert_ptr_nonnull(f = fopen(path, "w"));
	(void)fputs("<XmlMsg/>\n", f);
	(void)fclose(f);
	(void)snprintf(command, sizeof(command), "touch -d '%ld seconds ago' "
	    "'%s'", age, path);
	ck_assert_int_eq(system(command), 0);
}

static void
make_trail(void)
{
	struct onshi_audit *a;
	char key[256], path[128];

	path_of("audit", path);
	ck_assert_int_eq(onshi_audit_new(path, &a), ONSHI_OK);
	ck_assert_int_eq(onshi_audit_init(a, INST, key, sizeof(key)),
	    ONSHI_OK);
	onshi_audit_free(&a);
}

static void
begin(void)
{
	char path[128];
	size_t i;

	(void)snprintf(top, sizeof(top), "%s/doctor.XXXXXX",
	    getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp");
	ck_assert_ptr_nonnull(mkdtemp(top));
	for (i = 0; i < 4; i++) {
		path_of(places[i].name, path);
		ck_assert_int_eq(mkdir(path, 0700), 0);
	}
	make_trail();
}

static void
end(void)
{
	char command[96];

	(void)snprintf(command, sizeof(command), "rm -rf '%s'", top);
	ck_assert_int_eq(system(command), 0);
}

static struct onshi_config *
make_config(void)
{
	struct onshi_config *c;
	char path[128];
	size_t i;

	if (onshi_config_new(&c) != ONSHI_OK || onshi_config_set(c,
	    "facility.institution_code", INST) != ONSHI_OK ||
	    onshi_config_set(c, "facility.kind", "medical") != ONSHI_OK ||
	    onshi_config_set(c, "link.type", "folder") != ONSHI_OK)
		abort();
	for (i = 0; i < COUNT(places); i++) {
		path_of(places[i].name, path);
		if (onshi_config_set(c, places[i].key, path) != ONSHI_OK)
			abort();
	}

	return c;
}

/* ---- what it finds ----------------------------------------------------------- */

/* The worst that is said of it; -1: nothing. */
static int
worst(const struct onshi_doctor *d, const char *of)
{
	const char *check;
	int result, owner, most = -1;
	size_t i;

	for (i = 0; onshi_doctor_at(d, i, &check, &result, &owner) ==
	    ONSHI_OK; i++)
		if (strcmp(check, of) == 0 && result > most)
			most = result;

	return most;
}

/* Each in both languages, and, unless it is well, with what to do and who. */
static bool
is_whole(const struct onshi_doctor *d, size_t i, int result, int owner)
{
	return *onshi_doctor_text(d, i, "ja") != '\0' &&
	    *onshi_doctor_text(d, i, "en") != '\0' &&
	    onshi_owner_name(owner) != NULL && (result == ONSHI_HEALTH_OK ||
	    (*onshi_doctor_remedy(d, i, "ja") != '\0' &&
	    *onshi_doctor_remedy(d, i, "en") != '\0'));
}

static int
check_findings(const struct onshi_doctor *d)
{
	static const char *const all[] = { "config", "versions", "reader",
	    "folder", "journal", "audit", "visits" };
	const char *check;
	int result, owner;
	size_t i;

	for (i = 0; onshi_doctor_at(d, i, &check, &result, &owner) ==
	    ONSHI_OK; i++)
		if (!is_whole(d, i, result, owner))
			return HALF;
	for (i = 0; i < COUNT(all); i++)
		if (worst(d, all[i]) < 0)
			return worst(d, "config") == ONSHI_HEALTH_WRONG ?
			    ONSHI_OK : SILENT;

	return ONSHI_OK;
}

static int
look(void *arg)
{
	struct onshi_doctor *d = NULL;
	struct onshi_config *c;
	int r;

	(void)arg;
	oom_pause();
	sys_pause();
	c = make_config();
	sys_resume();
	oom_resume();
	if ((r = onshi_doctor_new(c, &d)) == ONSHI_OK) {
		r = onshi_doctor_run(d);
		if (r == ONSHI_OK)
			r = check_findings(d);
		else if (onshi_error_code(onshi_doctor_error(d)) != r)
			r = SILENT;
	}
	onshi_doctor_free(&d);
	oom_pause();
	onshi_config_free(&c);
	oom_resume();

	return r;
}

static bool
is_nomem(int r)
{
	return r == ONSHI_E_NOMEM;
}

START_TEST(memory)
{
	ck_assert_int_eq(look(NULL), ONSHI_OK);
	ck_assert_uint_gt(oom_run_if("doctor", look, NULL, ONSHI_OK,
	    is_nomem), 50);
}
END_TEST

static const struct {
	enum sys_call	call;
	int		error;
} faults[] = {
	{ SYS_openat, EMFILE }, { SYS_openat, EACCES }, { SYS_fstat, EIO },
	{ SYS_fstatat, EIO }, { SYS_mkdirat, ENOSPC },
	{ SYS_fdopendir, ENOMEM }, { SYS_fsync, EIO }, { SYS_fdatasync, EIO },
	{ SYS_flock, ENOLCK }, { SYS_pread, EIO }, { SYS_pwrite, ENOSPC },
	{ SYS_renameat, EACCES }, { SYS_unlinkat, EBUSY },
	{ SYS_getrandom, EIO }, { SYS_pthread_mutex_init, EAGAIN },
	{ SYS_pthread_cond_init, EAGAIN }
};

START_TEST(calls)
{
	ck_assert_int_eq(look(NULL), ONSHI_OK);
	sys_run(faults[_i].call, faults[_i].error, MOST,
	    (int)sample_step(3), look, NULL);
}
END_TEST

/* ---- what lies there ---------------------------------------------------------- */

/* A file, its age, and how what it lies in is then. */
static const struct {
	const char	*name;
	long		 age;
	const char	*check;
	int		 result;
} files[] = {
	{ "req/OQSsiquc01req_2611300100001.xml", 10, "folder",
	    ONSHI_HEALTH_OK },
	{ "req/OQSsiquc01req_2611300100001.xml", 600, "folder",
	    ONSHI_HEALTH_WRONG },
	{ "req/OQSsiquc01req_2611300100001.zip", 600, "folder",
	    ONSHI_HEALTH_WRONG },
	{ "req/notes.txt", 600, "folder", ONSHI_HEALTH_OK },
	{ "req/.hidden.xml", 600, "folder", ONSHI_HEALTH_OK },
	{ "req/x.tmp", 600, "folder", ONSHI_HEALTH_OK },
	{ "res/OQSsiquc01req_2611300100001.err", 10, "folder",
	    ONSHI_HEALTH_NOTE },
	{ "res/OQSsiquc01res_2611300100001.xml", 10, "folder",
	    ONSHI_HEALTH_OK },
	{ "res/OQSsiquc01res_2611300100001.xml", 2 * DAY, "folder",
	    ONSHI_HEALTH_NOTE },
	{ "face/OQSsiquc01res_face_1319999996AAAAAAAAAAAAAAAA_20261130120000"
	    ".xml", 10, "folder", ONSHI_HEALTH_OK },
	{ "face/OQSsiquc01res_face_1319999996AAAAAAAAAAAAAAAA_20261130120000"
	    ".xml", 2 * DAY, "folder", ONSHI_HEALTH_NOTE },
	{ "face/OQSsiquc01res_face_1339999996AAAAAAAAAAAAAAAA_20261130120000"
	    ".xml", 10, "folder", ONSHI_HEALTH_NOTE },
	{ "face/OQSsiquc01res_face_", 10, "folder", ONSHI_HEALTH_OK },
	{ "face/notes.txt", 2 * DAY, "folder", ONSHI_HEALTH_OK },
	{ "visits/0123456789abcdef.visit", 10, "visits", ONSHI_HEALTH_OK },
	{ "visits/0123456789abcdef.visit", 3 * DAY, "visits",
	    ONSHI_HEALTH_NOTE },
	{ "visits/x", 3 * DAY, "visits", ONSHI_HEALTH_NOTE }
};

START_TEST(lies_there)
{
	struct onshi_config *c = make_config();
	struct onshi_doctor *d;
	int result;

	put_file(files[_i].name, files[_i].age);
	ck_assert_int_eq(onshi_doctor_new(c, &d), ONSHI_OK);
	ck_assert_int_eq(onshi_doctor_run(d), ONSHI_OK);
	result = worst(d, files[_i].check);
	ck_assert_msg(result == files[_i].result, "%s, %ld seconds old: %s",
	    files[_i].name, files[_i].age, onshi_health_name(result));
	onshi_doctor_free(&d);
	onshi_config_free(&c);
}
END_TEST

static void
fill(TCase *c)
{
	tcase_add_checked_fixture(c, begin, end);
	tcase_set_timeout(c, 120);
	tcase_add_test(c, memory);
	tcase_add_loop_test(c, calls, 0, (int)COUNT(faults));
	tcase_add_loop_test(c, lies_there, 0, (int)COUNT(files));
}

int
main(void)
{
	return run_tests("visit/doctor", fill);
}
