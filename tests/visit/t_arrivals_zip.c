/*
 * Face files that travel as ZIP (messages.md 1.5): the same check-in as in the
 * open, in whichever form, once; what cannot be opened is said or passed over,
 * and never touched.
 */
#include "config.h"

#include <fcntl.h>
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

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))
#define PASSWORD	"open sesame"
#define XML		".xml"
#define ZIP		".zip"

static struct fake f;
static struct onshi *o;
static struct onshi_arrivals *w;
static struct onshi_visit *v, *u;
static struct onshi_operator *clerk;
static char top[FACE_TOP], dir[FACE_DIR], last[256];

static struct onshi_config *
config(const char *password)
{
	struct onshi_config *c = fake_config(&f);
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/journal", top);
	if (onshi_config_set(c, "link.face_dir", dir) != ONSHI_OK ||
	    onshi_config_set(c, "link.journal_dir", path) != ONSHI_OK ||
	    onshi_config_set(c, "link.scan_ms", "100") != ONSHI_OK ||
	    (password != NULL && onshi_config_set_secret(c,
	    "link.zip_password_file", (const uint8_t *)password,
	    strlen(password)) != ONSHI_OK))
		abort();

	return c;
}

static void
look_out(const char *password, const char *owner)
{
	struct onshi_config *c = config(password);

	onshi_arrivals_free(&w);
	onshi_operator_free(&clerk);
	onshi_free(&o);
	ck_assert_int_eq(onshi_config_set(c, "link.face_owner", owner),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_new(ONSHI_ABI, c, &o), ONSHI_OK);
	onshi_config_free(&c);
	clerk = fake_clerk(o, "U0001");
	ck_assert_int_eq(onshi_arrivals_new(o, ONSHI_PURPOSE_CARE, &w),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_arrivals_set_deadline(w, 20000), ONSHI_OK);
}

static void
begin(void)
{
	struct timespec now;

	face_make_tree(top, dir);
	fake_init(&f);
	f.no_token = true;
	ck_assert_int_eq(clock_gettime(CLOCK_REALTIME, &now), 0);
	atomic_store(&f.wall, ((int64_t)now.tv_sec / 86400 * 86400 +
	    3 * 3600) * 1000);
	atomic_store(&f.boot, 86400000LL);
}

static void
end(void)
{
	onshi_visit_free(&v);
	onshi_visit_free(&u);
	onshi_arrivals_free(&w);
	onshi_operator_free(&clerk);
	onshi_free(&o);
	fake_done(&f);
	face_remove_tree(top);
}

static void
write_file(const char *name, const void *p, size_t len)
{
	char path[400], temp[200];
	FILE *file;

	(void)snprintf(temp, sizeof(temp), "%s/.new.tmp", dir);
	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	if ((file = fopen(temp, "w")) == NULL ||
	    fwrite(p, 1, len, file) != len || fclose(file) != 0 ||
	    rename(temp, path) != 0)
		abort();
}

static void
name_of(int n, const char *ending, char to[128])
{
	(void)snprintf(to, 128, "OQSsiquc01res_face_1319999996%016d_"
	    "20261130120000%s", n, ending);
}

static void
nobody(void)
{
	struct onshi_visit *none = (struct onshi_visit *)&f;
	int r;

	ck_assert_int_eq(onshi_arrivals_set_deadline(w, 500), ONSHI_OK);
	r = onshi_arrivals_next(w, &none);
	ck_assert_msg(r == ONSHI_E_ARRIVAL_NONE, "%s",
	    onshi_result_name(r));
	ck_assert_ptr_null(none);
	ck_assert_int_eq(onshi_arrivals_set_deadline(w, 20000), ONSHI_OK);
}

static void
comes(struct onshi_visit **of)
{
	int r = onshi_arrivals_next(w, of);

	ck_assert_msg(r == ONSHI_OK, "%s: %s", onshi_result_name(r),
	    onshi_error_text(onshi_arrivals_error(w)));
}

#ifdef HAVE_LIBZIP
#include <zip.h>

static int
take(struct onshi_visit *of)
{
	ck_assert_int_eq(onshi_visit_confirm(of, clerk, 1), ONSHI_OK);

	return onshi_visit_advance(of);
}

enum how { OPEN, LOCKED, WEAK, BOMB, TWO_OTHERS, CUT, NO_XML };

static void
add(zip_t *z, const char *name, const void *p, size_t len, int method)
{
	zip_source_t *source = zip_source_buffer(z, p, len, 0);
	zip_int64_t i;

	if (source == NULL || (i = zip_file_add(z, name, source, 0)) < 0 ||
	    (method != ZIP_EM_NONE && zip_file_set_encryption(z,
	    (zip_uint64_t)i, (zip_uint16_t)method, PASSWORD) != 0))
		abort();
}

static void
fill(zip_t *z, enum how how, const char *inside, const char *xml, size_t len)
{
	static char zeros[4 << 20];

	if (how == BOMB)
		add(z, inside, zeros, sizeof(zeros), ZIP_EM_NONE);
	else if (how == TWO_OTHERS) {
		add(z, "a.xml", xml, len, ZIP_EM_NONE);
		add(z, "../../b.xml", xml, len, ZIP_EM_NONE);
	} else if (how == NO_XML)
		add(z, inside, "PK\3\4", 4, ZIP_EM_NONE);
	else
		add(z, inside, xml, len, how == LOCKED ? ZIP_EM_AES_256 :
		    how == WEAK ? ZIP_EM_TRAD_PKWARE : ZIP_EM_NONE);
}

/* The n-th patient, under a name that may be another's. */
static void
arrives_as(int n, enum how how, const char *name)
{
	static char bytes[1 << 20];
	struct face_text t = { .n = n,
	    .made = atomic_load(&f.wall) / 1000 };
	char xml[8192], inside[128];
	zip_source_t *whole;
	zip_int64_t len;
	zip_t *z;

	len = face_content(&t, xml, sizeof(xml));
	(void)snprintf(inside, sizeof(inside), "%.*s.xml",
	    (int)strlen(name) - 4, name);
	if ((whole = zip_source_buffer_create(NULL, 0, 0, NULL)) == NULL)
		abort();
	zip_source_keep(whole);
	if ((z = zip_open_from_source(whole, ZIP_TRUNCATE, NULL)) == NULL)
		abort();
	fill(z, how, inside, xml, (size_t)len);
	if (zip_close(z) != 0 || zip_source_open(whole) != 0 ||
	    (len = zip_source_read(whole, bytes, sizeof(bytes))) <= 0)
		abort();
	(void)zip_source_close(whole);
	zip_source_free(whole);
	if (how == CUT) {
		memmove(bytes + len / 2, bytes + len - 22, 22);
		len = len / 2 + 22;
	}
	write_file(name, bytes, (size_t)len);
}

static void
arrives(int n, enum how how, const char *ending)
{
	char name[128];

	name_of(n, ending, name);
	arrives_as(n, how, name);
}

static void
arrives_open_as(int n, const char *name)
{
	struct face_text t = { .n = n,
	    .made = atomic_load(&f.wall) / 1000 };
	char xml[8192];
	int len = face_content(&t, xml, sizeof(xml));

	write_file(name, xml, (size_t)len);
}

/* ---- one who arrives ------------------------------------------------------- */

static const struct {
	const char	*what;
	enum how	 how;
	const char	*ending;
	const char	*password;
	const char	*owner;
} forms[] = {
	{ "encrypted", LOCKED, ZIP, PASSWORD, "yes" },
	{ "encrypted, another's", LOCKED, ZIP, PASSWORD, "no" },
	{ "in the open", OPEN, ZIP, PASSWORD, "yes" },
	{ "in the open, no password", OPEN, ZIP, NULL, "yes" },
	{ "by its bytes alone", LOCKED, XML, PASSWORD, "yes" },
};

START_TEST(one_arrives)
{
	const struct onshi_record *rec;
	const char *text;
	char name[128];

	name_of(7, forms[_i].ending, name);
	look_out(forms[_i].password, forms[_i].owner);
	arrives(7, forms[_i].how, forms[_i].ending);
	comes(&v);
	ck_assert_str_eq(onshi_visit_file(v), name);
	ck_assert_int_eq(onshi_visit_person(v, &rec), ONSHI_OK);
	ck_assert_int_eq(onshi_record_text(rec, ONSHI_EL_REFERENCE_NUMBER,
	    &text), ONSHI_OK);
	ck_assert_str_eq(text, "P7");
	ck_assert_int_eq(take(v), ONSHI_OK);
	ck_assert_int_eq(face_files(dir, last), 1);
	ck_assert_int_eq(strncmp(last, name, strlen(name)), 0);
	ck_assert_int_eq(strlen(last) > strlen(name),
	    strcmp(forms[_i].owner, "yes") == 0);
	ck_assert_int_eq(onshi_visit_end(v), ONSHI_OK);
	ck_assert_int_eq(face_files(dir, last),
	    strcmp(forms[_i].owner, "yes") != 0);
	nobody();
	/* Nor after a restart. */
	look_out(forms[_i].password, forms[_i].owner);
	nobody();
}
END_TEST

/* XML that is called .zip. */
START_TEST(no_zip_at_all)
{
	char name[128];

	name_of(1, ZIP, name);
	look_out(NULL, "yes");
	arrives_open_as(1, name);
	comes(&v);
	ck_assert_int_eq(take(v), ONSHI_OK);
}
END_TEST

/* ---- both forms of one check-in -------------------------------------------- */

static void
put(int n, bool zipped, int number)
{
	char name[128];

	name_of(number, zipped ? ZIP : XML, name);
	if (zipped)
		arrives_as(n, LOCKED, name);
	else
		arrives_open_as(n, name);
}

/* Under one name: the first is taken, the other is a copy; both orders. */
START_TEST(both_at_once)
{
	look_out(PASSWORD, "yes");
	put(1, false, 1);
	put(1, true, 1);
	comes(&v);
	comes(&u);
	ck_assert_int_eq(take(_i == 0 ? v : u), ONSHI_OK);
	ck_assert_int_eq(take(_i == 0 ? u : v), ONSHI_E_ARRIVAL_TAKEN);
	ck_assert_int_eq(onshi_visit_end(_i == 0 ? v : u), ONSHI_OK);
	ck_assert_int_eq(face_files(dir, last), 1);
	look_out(PASSWORD, "yes");
	nobody();
}
END_TEST

/* The other form comes later: under that name it is not shown, under another
 * not taken. */
START_TEST(the_other_form_later)
{
	bool first = _i % 2 == 0;

	look_out(PASSWORD, "yes");
	put(1, first, 1);
	comes(&v);
	ck_assert_int_eq(take(v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_end(v), ONSHI_OK);
	put(1, !first, _i / 2 == 0 ? 1 : 2);
	if (_i / 2 == 0)
		nobody();
	else {
		comes(&u);
		ck_assert_int_eq(take(u), ONSHI_E_ARRIVAL_TAKEN);
	}
	ck_assert_int_eq(face_files(dir, last), 1);
}
END_TEST

/* The same, packed anew: other bytes, the same check-in. */
START_TEST(packed_anew)
{
	look_out(PASSWORD, "yes");
	put(1, true, 1);
	comes(&v);
	ck_assert_int_eq(take(v), ONSHI_OK);
	put(1, true, 2);
	comes(&u);
	ck_assert_int_eq(take(u), ONSHI_E_ARRIVAL_TAKEN);
}
END_TEST

/* A desk dies with one form claimed: its next start has it once. */
START_TEST(desk_dies)
{
	int status;
	pid_t pid;

	put(1, true, 1);
	if ((pid = fork()) == 0) {
		look_out(PASSWORD, "yes");
		comes(&v);
		if (take(v) == ONSHI_OK)
			(void)raise(SIGKILL);
		_exit(1);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSIGNALED(status));
	put(1, false, 1);
	look_out(PASSWORD, "yes");
	comes(&v);
	ck_assert_ptr_nonnull(strstr(onshi_visit_file(v), ZIP));
	nobody();
	ck_assert_int_eq(take(v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_end(v), ONSHI_OK);
	ck_assert_int_eq(face_files(dir, last), 1);
	nobody();
}
END_TEST

/* ---- what cannot be opened --------------------------------------------------- */

static const struct {
	const char	*what;
	enum how	 how;
	const char	*password;
	int		 result;	/* said once; OK: passed over */
	const char	*text;
} shut[] = {
	{ "no password", LOCKED, NULL, ONSHI_E_CONFIG,
	  "link.zip_password_file is not set" },
	{ "another password", LOCKED, "guess", ONSHI_E_CONFIG,
	  "does not open" },
	{ "weak", WEAK, PASSWORD, ONSHI_OK, NULL },
	{ "a bomb", BOMB, PASSWORD, ONSHI_OK, NULL },
	{ "two, none called so", TWO_OTHERS, PASSWORD, ONSHI_OK, NULL },
	{ "half of it", CUT, PASSWORD, ONSHI_OK, NULL },
	{ "no document", NO_XML, PASSWORD, ONSHI_OK, NULL }
};

/* Said once, in the way of nobody, as it was; and not lost. */
START_TEST(not_opened)
{
	struct stat before, after;
	char path[400], name[128];

	name_of(1, ZIP, name);
	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	arrives(1, shut[_i].how, ZIP);
	ck_assert_int_eq(stat(path, &before), 0);
	look_out(shut[_i].password, "yes");
	if (shut[_i].result != ONSHI_OK) {
		ck_assert_int_eq(onshi_arrivals_next(w, &v),
		    shut[_i].result);
		ck_assert_ptr_null(v);
		ck_assert_ptr_nonnull(strstr(onshi_error_text(
		    onshi_arrivals_error(w)), shut[_i].text));
	}
	nobody();
	put(2, false, 2);
	comes(&v);
	ck_assert_int_eq(take(v), ONSHI_OK);
	ck_assert_int_eq(stat(path, &after), 0);
	ck_assert(before.st_ino == after.st_ino &&
	    before.st_mtim.tv_nsec == after.st_mtim.tv_nsec);
	if (shut[_i].how != LOCKED)
		return;
	look_out(PASSWORD, "yes");
	comes(&u);
	ck_assert_int_eq(take(u), ONSHI_OK);
}
END_TEST

/* What is old is nobody's who waits now. */
START_TEST(old_and_shut)
{
	struct timespec t[2];
	char path[400], name[128];

	name_of(1, ZIP, name);
	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	arrives(1, LOCKED, ZIP);
	ck_assert_int_eq(clock_gettime(CLOCK_REALTIME, &t[0]), 0);
	t[0].tv_sec -= 86400 + 60;
	t[1] = t[0];
	ck_assert_int_eq(utimensat(AT_FDCWD, path, t, 0), 0);
	look_out(NULL, "yes");
	nobody();
}
END_TEST

static void
add_forms(TCase *c)
{
	tcase_add_loop_test(c, one_arrives, 0, (int)COUNT(forms));
	tcase_add_test(c, no_zip_at_all);
	tcase_add_loop_test(c, both_at_once, 0, 2);
	tcase_add_loop_test(c, the_other_form_later, 0, 4);
	tcase_add_test(c, packed_anew);
	tcase_add_test(c, desk_dies);
	tcase_add_loop_test(c, not_opened, 0, (int)COUNT(shut));
	tcase_add_test(c, old_and_shut);
}

#else
/* Without libzip it is said once, and those in the open come all the same. */
START_TEST(lacks)
{
	static const uint8_t zip[26] = "PK\3\4PK\5\6";
	struct face_text t = { .dir = dir, .n = 2 };
	char name[128];

	name_of(1, ZIP, name);
	write_file(name, zip, sizeof(zip));
	look_out(NULL, "yes");
	ck_assert_int_eq(onshi_arrivals_next(w, &v), ONSHI_E_UNSUPPORTED);
	ck_assert_ptr_nonnull(strstr(onshi_error_text(
	    onshi_arrivals_error(w)), "--with-libzip"));
	nobody();
	t.made = atomic_load(&f.wall) / 1000;
	face_write(&t, name);
	comes(&v);
	ck_assert_int_eq(face_files(dir, last), 2);
}
END_TEST

/* And a password that nothing can be done with is refused. */
START_TEST(no_use_for_a_password)
{
	struct onshi_config *c = config(PASSWORD);

	ck_assert_int_eq(onshi_new(ONSHI_ABI, c, &o), ONSHI_OK);
	onshi_config_free(&c);
	ck_assert_int_eq(onshi_arrivals_new(o, ONSHI_PURPOSE_CARE, &w),
	    ONSHI_E_UNSUPPORTED);
	(void)u;
}
END_TEST

static void
add_forms(TCase *c)
{
	tcase_add_test(c, lacks);
	tcase_add_test(c, no_use_for_a_password);
}
#endif

static void
add_tests(TCase *c)
{
	tcase_add_checked_fixture(c, begin, end);
	tcase_set_timeout(c, 60);
	add_forms(c);
}

int
main(void)
{
	fake_prepare();

	return run_tests("visit/arrivals_zip", add_tests);
}
