/* Directories and files: rights, links, names, and calls that fail. */
#include "config.h"

#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/core/run.h"

/* Calls that ld takes from the room to these: failing as a test says. */
int	__real_renameat2(int a, const char *from, int b, const char *to,
	    unsigned int flags);
int	__wrap_renameat2(int a, const char *from, int b, const char *to,
	    unsigned int flags);
int	__real_linkat(int a, const char *from, int b, const char *to,
	    int flags);
int	__wrap_linkat(int a, const char *from, int b, const char *to,
	    int flags);
ssize_t	__real_write(int fd, const void *p, size_t len);
ssize_t	__wrap_write(int fd, const void *p, size_t len);
ssize_t	__real_pwrite(int fd, const void *p, size_t len, off_t at);
ssize_t	__wrap_pwrite(int fd, const void *p, size_t len, off_t at);
int	__real_fdatasync(int fd);
int	__wrap_fdatasync(int fd);
int	__real_fsync(int fd);
int	__wrap_fsync(int fd);

static int rename_error, link_error, sync_error, write_error;
static size_t write_most = SIZE_MAX;

int
__wrap_renameat2(int a, const char *from, int b, const char *to,
    unsigned int flags)
{
	if (rename_error != 0) {
		errno = rename_error;
		return -1;
	}

	return __real_renameat2(a, from, b, to, flags);
}

int
__wrap_linkat(int a, const char *from, int b, const char *to, int flags)
{
	if (link_error != 0) {
		errno = link_error;
		return -1;
	}

	return __real_linkat(a, from, b, to, flags);
}

/* EINTR comes once, others stay. */
static bool
write_fails(void)
{
	if (write_error == 0)
		return false;
	errno = write_error;
	if (write_error == EINTR)
		write_error = 0;

	return true;
}

ssize_t
__wrap_write(int fd, const void *p, size_t len)
{
	return write_fails() ? -1 :
	    __real_write(fd, p, len > write_most ? write_most : len);
}

ssize_t
__wrap_pwrite(int fd, const void *p, size_t len, off_t at)
{
	return write_fails() ? -1 :
	    __real_pwrite(fd, p, len > write_most ? write_most : len, at);
}

int
__wrap_fdatasync(int fd)
{
	if (sync_error != 0) {
		errno = sync_error;
		return -1;
	}

	return __real_fdatasync(fd);
}

int
__wrap_fsync(int fd)
{
	if (sync_error != 0) {
		errno = sync_error;
		return -1;
	}

	return __real_fsync(fd);
}

static char path[40];
static struct oki_dir *d;
static int64_t sys;

static void
setup(void)
{
	ck_assert(oki_copy(path, sizeof(path), "/tmp/onshi-files-XXXXXX"));
	ck_assert_ptr_nonnull(mkdtemp(path));
	ck_assert_int_eq(oki_dir_open(path, &d, &sys), ONSHI_OK);
	rename_error = link_error = sync_error = write_error = 0;
	write_most = SIZE_MAX;
}

static void
teardown(void)
{
	char **names;
	size_t i, n;
	int fd = open(path, O_RDONLY | O_DIRECTORY);

	if (oki_dir_names(d, &names, &n, &sys) == ONSHI_OK) {
		for (i = 0; i < n; i++)
			if (unlinkat(fd, names[i], 0) != 0)
				(void)unlinkat(fd, names[i], AT_REMOVEDIR);
		oki_dir_names_free(&names, n);
	}
	(void)close(fd);
	oki_dir_close(&d);
	oki_dir_close(&d);
	(void)rmdir(path);
}

static struct oki_file *
make(const char *name, const char *text)
{
	struct oki_file *f;

	ck_assert_int_eq(oki_file_open(d, name, OKI_OPEN_WRITE | OKI_OPEN_NEW,
	    &f, &sys), ONSHI_OK);
	ck_assert_int_eq(oki_file_write(f, 0, text, strlen(text), &sys),
	    ONSHI_OK);

	return f;
}

static void
expect(const char *name, const char *text)
{
	struct oki_file *f;
	char got[100] = "";
	size_t n;

	ck_assert_int_eq(oki_file_open(d, name, OKI_OPEN_READ, &f, &sys),
	    ONSHI_OK);
	ck_assert_int_eq(oki_file_read(f, 0, got, sizeof(got) - 1, &n, &sys),
	    ONSHI_OK);
	ck_assert_str_eq(got, text);
	ck_assert_uint_eq(n, strlen(text));
	oki_file_close(&f);
	oki_file_close(&f);
}

START_TEST(written_and_read)
{
	struct oki_file_facts facts;
	struct oki_file *f = make("a", "hello");
	char got[10] = "";
	size_t n;

	ck_assert_int_eq(oki_file_write(f, 3, "LO!", 3, &sys), ONSHI_OK);
	ck_assert_int_eq(oki_file_read(f, 2, got, 3, &n, &sys), ONSHI_OK);
	ck_assert_str_eq(got, "lLO");
	ck_assert_int_eq(oki_file_read(f, 99, got, 3, &n, &sys), ONSHI_OK);
	ck_assert_uint_eq(n, 0);
	ck_assert_int_eq(oki_file_sync(f, &sys), ONSHI_OK);
	ck_assert_int_eq(oki_file_facts(f, &facts, &sys), ONSHI_OK);
	ck_assert_int_eq(facts.size, 6);
	ck_assert(facts.is_ours && !facts.others_read && !facts.others_write);
	ck_assert_int_eq(oki_file_truncate(f, 2, &sys), ONSHI_OK);
	oki_file_close(&f);
	expect("a", "he");
	ck_assert_int_eq(oki_dir_sync(d, &sys), ONSHI_OK);
	ck_assert_int_eq(oki_dir_remove(d, "a", &sys), ONSHI_OK);
	ck_assert_int_eq(oki_dir_remove(d, "a", &sys), ONSHI_E_DISK);
	ck_assert(oki_os_is_absent(sys));
}
END_TEST

START_TEST(modes)
{
	struct oki_file *f;

	ck_assert_int_eq(oki_file_open(d, "a", OKI_OPEN_READ, &f, &sys),
	    ONSHI_E_DISK);
	ck_assert(oki_os_is_absent(sys));
	ck_assert_int_eq(oki_file_open(d, "a", OKI_OPEN_WRITE, &f, &sys),
	    ONSHI_E_DISK);
	ck_assert_int_eq(oki_file_open(d, "a", OKI_OPEN_APPEND, &f, &sys),
	    ONSHI_E_DISK);
	ck_assert_ptr_null(f);
	f = make("a", "1");
	oki_file_close(&f);
	ck_assert_int_eq(oki_file_open(d, "a", OKI_OPEN_WRITE | OKI_OPEN_NEW,
	    &f, &sys), ONSHI_E_DISK);
	ck_assert_int_eq(sys, EEXIST);
	ck_assert_int_eq(oki_file_open(d, "a", OKI_OPEN_APPEND, &f, &sys),
	    ONSHI_OK);
	ck_assert_int_eq(oki_file_append(f, "2\n", 2, &sys), ONSHI_OK);
	oki_file_close(&f);
	expect("a", "12\n");
	ck_assert_int_eq(oki_file_open(d, "a", OKI_OPEN_READ, &f, &sys),
	    ONSHI_OK);
	ck_assert_int_eq(oki_file_write(f, 0, "x", 1, &sys), ONSHI_E_DISK);
	oki_file_close(&f);
}
END_TEST

/* SEC-101: whatever the umask. */
static const mode_t masks[] = { 0, 0777, 022, 0600 };

START_TEST(rights)
{
	struct oki_dir *sub;
	struct oki_file *f;
	struct stat st;
	char inner[64];

	(void)umask(masks[_i]);
	f = make("a", "x");
	oki_file_close(&f);
	ck_assert_int_eq(oki_dir_make_in(d, "sub", &sys), ONSHI_OK);
	ck_assert_int_eq(oki_dir_make_in(d, "sub", &sys), ONSHI_OK);
	ck_assert_int_eq(oki_dir_open_in(d, "sub", &sub, &sys), ONSHI_OK);
	oki_dir_close(&sub);
	(void)snprintf(inner, sizeof(inner), "%s/made", path);
	ck_assert_int_eq(oki_dir_make(inner, &sys), ONSHI_OK);
	ck_assert_int_eq(stat(inner, &st), 0);
	ck_assert_int_eq(st.st_mode & 07777, 0700);
	(void)snprintf(inner, sizeof(inner), "%s/a", path);
	ck_assert_int_eq(stat(inner, &st), 0);
	ck_assert_int_eq(st.st_mode & 07777, 0600);
	ck_assert_int_eq(oki_dir_make(inner, &sys), ONSHI_E_DISK);
	ck_assert_int_eq(oki_dir_make_in(d, "a", &sys), ONSHI_E_DISK);
	(void)umask(022);
}
END_TEST

/* SEC-55: what is no plain file of one name is not opened. */
START_TEST(strange_files)
{
	struct oki_dir *sub;
	struct oki_file *f = make("plain", "x");
	char from[64], to[64];

	oki_file_close(&f);
	(void)snprintf(from, sizeof(from), "%s/plain", path);
	(void)snprintf(to, sizeof(to), "%s/soft", path);
	ck_assert_int_eq(symlink("plain", to), 0);
	ck_assert_int_eq(oki_file_open(d, "soft", OKI_OPEN_READ, &f, &sys),
	    ONSHI_E_DISK);
	/* The administrator may name one. */
	ck_assert_int_eq(oki_file_open_path(to, &f, &sys), ONSHI_OK);
	oki_file_close(&f);
	(void)snprintf(to, sizeof(to), "%s/hard", path);
	ck_assert_int_eq(link(from, to), 0);
	ck_assert_int_eq(oki_file_open(d, "hard", OKI_OPEN_READ, &f, &sys),
	    ONSHI_E_DISK);
	ck_assert_int_eq(oki_file_open(d, "plain", OKI_OPEN_READ, &f, &sys),
	    ONSHI_E_DISK);
	(void)snprintf(to, sizeof(to), "%s/fifo", path);
	ck_assert_int_eq(mkfifo(to, 0600), 0);
	ck_assert_int_eq(oki_file_open(d, "fifo", OKI_OPEN_READ, &f, &sys),
	    ONSHI_E_DISK);
	ck_assert_int_eq(oki_file_open(d, "fifo", OKI_OPEN_WRITE, &f, &sys),
	    ONSHI_E_DISK);
	ck_assert_int_eq(oki_file_open_path(to, &f, &sys), ONSHI_E_DISK);
	ck_assert_int_eq(oki_file_open_path("/dev/null", &f, &sys),
	    ONSHI_E_DISK);
	ck_assert_int_eq(oki_file_open_path(path, &f, &sys), ONSHI_E_DISK);
	ck_assert_ptr_null(f);
	(void)snprintf(to, sizeof(to), "%s/dirlink", path);
	ck_assert_int_eq(symlink(".", to), 0);
	ck_assert_int_eq(oki_dir_open(to, &sub, &sys), ONSHI_E_DISK);
	ck_assert_int_eq(oki_dir_open_in(d, "dirlink", &sub, &sys),
	    ONSHI_E_DISK);
	ck_assert_int_eq(oki_dir_open_in(d, "plain", &sub, &sys),
	    ONSHI_E_DISK);
	ck_assert_ptr_null(sub);
}
END_TEST

static const char *const not_names[] = {
	NULL, "", ".", "..", "/", "a/b", "../a", "/etc/passwd", "a/",
};

START_TEST(names_that_lead_out)
{
	struct oki_dir *sub;
	struct oki_file *f;
	const char *name = not_names[_i];

	ck_assert_int_eq(oki_file_open(d, name, OKI_OPEN_READ, &f, &sys),
	    ONSHI_E_DISK);
	ck_assert_int_eq(oki_file_open(d, name, OKI_OPEN_WRITE | OKI_OPEN_NEW,
	    &f, &sys), ONSHI_E_DISK);
	ck_assert_int_eq(oki_dir_open_in(d, name, &sub, &sys), ONSHI_E_DISK);
	ck_assert_int_eq(oki_dir_make_in(d, name, &sys), ONSHI_E_DISK);
	ck_assert_int_eq(oki_dir_remove(d, name, &sys), ONSHI_E_DISK);
	ck_assert_int_eq(oki_dir_rename(d, name, "x", true, &sys),
	    ONSHI_E_DISK);
	ck_assert_int_eq(oki_dir_rename(d, "x", name, false, &sys),
	    ONSHI_E_DISK);
}
END_TEST

START_TEST(listing)
{
	struct oki_file *f;
	char **names, name[32];
	size_t i, n;

	ck_assert_int_eq(oki_dir_names(d, &names, &n, &sys), ONSHI_OK);
	ck_assert_uint_eq(n, 0);
	oki_dir_names_free(&names, n);
	for (i = 0; i < 150; i++) {
		(void)snprintf(name, sizeof(name), "f%03zu", 149 - i);
		f = make(name, "");
		oki_file_close(&f);
	}
	ck_assert_int_eq(oki_dir_names(d, &names, &n, &sys), ONSHI_OK);
	ck_assert_uint_eq(n, 150);
	for (i = 0; i < n; i++) {
		(void)snprintf(name, sizeof(name), "f%03zu", i);
		ck_assert_str_eq(names[i], name);
	}
	oki_dir_names_free(&names, n);
	ck_assert_ptr_null(names);
	oki_dir_names_free(&names, 0);
	oki_dir_names_free(NULL, 0);
}
END_TEST

/* The second row of errors has no such call: links do it. */
/* What a file system lacks: neither of the two, one, or both. */
static const struct lack { int rename_error, link_error; } lacks[] = {
	{ 0, 0 }, { EINVAL, 0 }, { ENOSYS, 0 }, { ENOTSUP, 0 },
	{ EINVAL, EPERM }, { ENOSYS, ENOSYS }, { EINVAL, ENOTSUP }
};

START_TEST(renaming)
{
	struct oki_file *f = make("tmp", "new");

	oki_file_close(&f);
	f = make("there", "old");
	oki_file_close(&f);
	rename_error = lacks[_i].rename_error;
	link_error = lacks[_i].link_error;
	ck_assert_int_eq(oki_dir_rename(d, "tmp", "there", false, &sys),
	    ONSHI_E_DISK);
	ck_assert_int_eq(sys, EEXIST);
	expect("there", "old");
	expect("tmp", "new");
	ck_assert_int_eq(oki_dir_rename(d, "tmp", "free", false, &sys),
	    ONSHI_OK);
	expect("free", "new");
	ck_assert_int_eq(oki_dir_rename(d, "free", "there", true, &sys),
	    ONSHI_OK);
	expect("there", "new");
	ck_assert_int_eq(oki_dir_rename(d, "free", "x", true, &sys),
	    ONSHI_E_DISK);
	ck_assert(oki_os_is_absent(sys));
	rename_error = EACCES;
	ck_assert_int_eq(oki_dir_rename(d, "there", "x", false, &sys),
	    ONSHI_E_DISK);
	ck_assert_int_eq(sys, EACCES);
	rename_error = EINVAL;
	link_error = EACCES;
	ck_assert_int_eq(oki_dir_rename(d, "there", "x", false, &sys),
	    ONSHI_E_DISK);
	ck_assert_int_eq(sys, EACCES);
}
END_TEST

START_TEST(calls_that_fail)
{
	struct oki_file *f = make("a", ""), *g;

	write_error = EINTR;
	ck_assert_int_eq(oki_file_write(f, 0, "abc", 3, &sys), ONSHI_OK);
	write_most = 2;		/* short writes go on */
	ck_assert_int_eq(oki_file_write(f, 0, "defgh", 5, &sys), ONSHI_OK);
	write_most = SIZE_MAX;
	expect("a", "defgh");
	write_error = ENOSPC;
	ck_assert_int_eq(oki_file_write(f, 0, "x", 1, &sys), ONSHI_E_DISK);
	ck_assert_int_eq(sys, ENOSPC);
	write_error = ENOMEM;
	ck_assert_int_eq(oki_file_write(f, 0, "x", 1, &sys), ONSHI_E_NOMEM);
	write_error = 0;
	write_most = 0;
	ck_assert_int_eq(oki_file_write(f, 0, "x", 1, &sys), ONSHI_E_DISK);

	/* An entry is written by one call or not at all (SEC-93). */
	ck_assert_int_eq(oki_file_open(d, "a", OKI_OPEN_APPEND, &g, &sys),
	    ONSHI_OK);
	write_most = 2;
	ck_assert_int_eq(oki_file_append(g, "line\n", 5, &sys), ONSHI_E_DISK);
	write_most = SIZE_MAX;
	write_error = EINTR;
	ck_assert_int_eq(oki_file_append(g, "line\n", 5, &sys), ONSHI_OK);
	write_error = EIO;
	ck_assert_int_eq(oki_file_append(g, "line\n", 5, &sys), ONSHI_E_DISK);
	ck_assert_int_eq(sys, EIO);
	write_error = 0;

	sync_error = EIO;
	ck_assert_int_eq(oki_file_sync(f, &sys), ONSHI_E_DISK);
	ck_assert_int_eq(oki_dir_sync(d, &sys), ONSHI_E_DISK);
	sync_error = EINVAL;	/* a share that has no such thing */
	ck_assert_int_eq(oki_dir_sync(d, &sys), ONSHI_OK);
	ck_assert_int_eq(oki_file_sync(f, &sys), ONSHI_E_DISK);
	ck_assert_int_eq(oki_file_sync(f, NULL), ONSHI_E_DISK);
	oki_file_close(&f);
	oki_file_close(&g);
}
END_TEST

START_TEST(locking)
{
	struct oki_file *f = make("lock", ""), *g;
	int64_t before, took;
	pid_t child;
	int status;

	ck_assert_int_eq(oki_file_lock(f, 0, &sys), ONSHI_OK);
	ck_assert_int_eq(oki_file_open(d, "lock", OKI_OPEN_WRITE, &g, &sys),
	    ONSHI_OK);
	before = oki_os_steady_ms();
	ck_assert_int_eq(oki_file_lock(g, 60, &sys), ONSHI_E_DISK);
	took = oki_os_steady_ms() - before;
	ck_assert_int_ge(took, 59);
	ck_assert_int_lt(took, 2000);
	oki_file_unlock(f);
	ck_assert_int_eq(oki_file_lock(g, 0, &sys), ONSHI_OK);
	/* Closing gives it back, another process gets it meanwhile. */
	ck_assert_int_ge(child = fork(), 0);
	if (child == 0) {
		oki_file_close(&g);
		_exit(oki_file_lock(f, 5000, &sys) == ONSHI_OK ? 0 : 1);
	}
	oki_file_close(&g);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	oki_file_close(&f);
}
END_TEST

START_TEST(nowhere)
{
	struct oki_dir *sub;
	struct oki_file *f;

	ck_assert_int_eq(oki_dir_open("/nosuch/dir", &sub, &sys),
	    ONSHI_E_DISK);
	ck_assert_ptr_null(sub);
	ck_assert(oki_os_is_absent(sys));
	ck_assert(!oki_os_is_absent(0));
	ck_assert_int_eq(oki_dir_make("/nosuch/dir", &sys), ONSHI_E_DISK);
	ck_assert_int_eq(oki_file_open_path("", &f, &sys), ONSHI_E_DISK);
	ck_assert_int_eq(oki_dir_open("/dev/null", &sub, &sys), ONSHI_E_DISK);
}
END_TEST

static void
fill(TCase *t)
{
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, written_and_read);
	tcase_add_test(t, modes);
	ADD_ROWS(t, rights, masks);
	tcase_add_test(t, strange_files);
	ADD_ROWS(t, names_that_lead_out, not_names);
	tcase_add_test(t, listing);
	ADD_ROWS(t, renaming, lacks);
	tcase_add_test(t, calls_that_fail);
	tcase_add_test(t, locking);
	tcase_add_test(t, nowhere);
}

int
main(void)
{
	return run_tests("core/os_file", fill);
}
