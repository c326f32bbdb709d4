/* onshikaku.conf(5): the files that are taken, and the lines that are not. */
#include "config.h"

#include <sys/stat.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/core/run.h"

static struct onshi_config *c;
static char path[40];

static void
setup(void)
{
	int fd;

	ck_assert_int_eq(onshi_config_new(&c), ONSHI_OK);
	ck_assert(oki_copy(path, sizeof(path), "/tmp/onshi-conf-XXXXXX"));
	ck_assert_int_ge(fd = mkstemp(path), 0);
	ck_assert_int_eq(close(fd), 0);
}

static void
teardown(void)
{
	onshi_config_free(&c);
	(void)unlink(path);
}

static int
load(const char *text, size_t len)
{
	int fd;

	ck_assert_int_ge(fd = open(path, O_WRONLY | O_TRUNC), 0);
	ck_assert_int_eq(write(fd, text, len), (ssize_t)len);
	ck_assert_int_eq(close(fd), 0);

	return onshi_config_load(c, path);
}

/* What reader.name and link.type are after a file that is taken. */
static const struct {
	const char	*name;
	const char	*text;
	const char	*name_set;
	const char	*type;
} good[] = {
	{ "one key", "[reader]\nname = 7\n", "7", "https" },
	{ "no line end", "[reader]\nname=7", "7", "https" },
	{ "CR LF", "[reader]\r\nname = 7\r\n[link]\r\ntype = folder\r\n",
	  "7", "folder" },
	{ "byte-order mark", "\xef\xbb\xbf[reader]\nname = 7\n", "7",
	  "https" },
	{ "blanks", "\t [ reader ] \n\t name \t=\t 7 8 \t\n", "7 8",
	  "https" },
	{ "comments", "; a\n# b\n[reader] ; c\n  ; d\nname = 7 # e ; f\n",
	  "7", "https" },
	{ "a mark inside is none", "[reader]\nname = a;b#c\n", "a;b#c",
	  "https" },
	{ "tab before a comment", "[reader]\nname = 7\t;x\n", "7", "https" },
	{ "equals inside", "[reader]\nname = a=b\n", "a=b", "https" },
	{ "quotes are quotes", "[reader]\nname = \"7\"\n", "\"7\"",
	  "https" },
	{ "blanks of other keyboards", "[reader]\xe3\x80\x80\n"
	  "\xe3\x80\x80name\xe3\x80\x80=\xc2\xa0 7\xe3\x80\x80\n"
	  "\xc2\xa0[link]\ntype = webapi\xe3\x80\x80\xc2\xa0\n", "7",
	  "webapi" },
	{ "and before a comment", "[reader]\nname = 7\xe3\x80\x80; x\n"
	  "[link]\ntype = webapi\xc2\xa0# x\n", "7", "webapi" },
	{ "but not within", "[reader]\nname = a\xe3\x80\x80" "b\xc2\xa0" "c\n",
	  "a\xe3\x80\x80" "b\xc2\xa0" "c", "https" },
	{ "nor halves of them", "[reader]\nname = \xe3\x80\x81\n",
	  "\xe3\x80\x81", "https" },
	{ "Japanese", "[reader]\nname = 受付\n", "受付", "https" },
	{ "no value, no default", "[reader]\nname =\n[link]\ninterface = ; x\n",
	  NULL, "https" },
	{ "comments alone", "; nothing\n", NULL, "https" },
	{ "blank lines", "\n\n \n\t\n", NULL, "https" },
	{ "other order", "[link]\ntype=webapi\n[reader]\nname=2\n", "2",
	  "webapi" },
	{ "section twice", "[reader]\nname = 2\n[link]\ntls_min = 1.3\n"
	  "[reader]\n[link]\ntype = webapi\n", "2", "webapi" },
	{ "a key with a part", "[link]\nreq_dir.YZKsiquc01req = /r\n", NULL,
	  "https" },
};

START_TEST(taken)
{
	const char *text;

	ck_assert_msg(load(good[_i].text, strlen(good[_i].text)) == ONSHI_OK,
	    "%s: %s", good[_i].name, onshi_error_text(onshi_config_error(c)));
	ck_assert_int_eq(onshi_config_text(c, "reader.name", &text),
	    good[_i].name_set == NULL ? ONSHI_ABSENT : ONSHI_OK);
	ck_assert_pstr_eq(text, good[_i].name_set);
	ck_assert_int_eq(onshi_config_text(c, "link.type", &text), ONSHI_OK);
	ck_assert_str_eq(text, good[_i].type);
}
END_TEST

#define CANARY	"SECRETVALUE"

/* Each begins with a good line of which nothing may be taken; says: what the
 * error has to say. */
static const struct {
	const char	*name;
	const char	*text;
	const char	*says;
} bad[] = {
	{ "unknown key", "[link]\nnosuch = " CANARY "\n",
	  "line 4: link.nosuch: is no key" },
	{ "unknown section", "[nosuch]\nkey = 1\n",
	  "line 3: nosuch: is no section" },
	{ "section of another case", "[Link]\n",
	  "line 3: Link: is no section" },
	{ "empty section", "[]\n", "line 3: an unknown section" },
	{ "half a section", "[link\n", "line 3: a section has no ]" },
	{ "text behind a section", "[link] x\n", "line 3: a section has no ]" },
	{ "key twice, section twice", "[link]\ntype = https\n[reader]\n[link]\n"
	  "type = https\n", "line 7: link.type: stands twice" },
	{ "key twice", "[link]\ntype = https\n\ntype = https\n",
	  "line 6: link.type: stands twice" },
	{ "empty key twice", "[link]\ninterface =\ninterface =\n",
	  "line 5: link.interface: stands twice" },
	{ "part twice", "[link]\nreq_dir.A = /a\nreq_dir.A = /b\n",
	  "line 5: link.req_dir.A: stands twice" },
	{ "no equals", "[link]\n" CANARY "\n",
	  "line 4: neither [section] nor key = value" },
	{ "no key", "[link]\n= " CANARY "\n",
	  "line 4: the key has no form of a key" },
	{ "blank in key", "[link]\nty pe = https\n",
	  "line 4: the key has no form of a key" },
	{ "include", "include " CANARY "\n",
	  "line 3: neither [section] nor key = value" },
	{ "bad value", "[link]\nbase = " CANARY "\n",
	  "line 4: link.base: does not begin with https://" },
	{ "not UTF-8", "[reader]\nname = \x82\xa0\n",
	  "line 4: is no UTF-8 text" },
	{ "control character", "[reader]\nname = a\x1b[1m\n",
	  "line 4: is no UTF-8 text" },
	{ "tab in a value", "[reader]\nname = a\tb\n",
	  "line 4: reader.name: is no line of UTF-8 text" },
	{ "carriage return inside", "[reader]\nname = a\rb\n",
	  "line 4: a carriage return inside the line" },
	{ "empty where there is a default", "[link]\ntype =\n",
	  "line 4: link.type: is none of the words allowed" },
	{ "mark in the middle", "\xef\xbb\xbf[link]\n",
	  "line 3: neither [section] nor key = value" },
};

START_TEST(refused)
{
	const struct onshi_error *e;
	const char *text;
	char file[512];
	int n;

	n = snprintf(file, sizeof(file), "[reader]\nname = 9\n%s",
	    bad[_i].text);
	ck_assert_int_eq(onshi_config_set(c, "reader.name", "5"), ONSHI_OK);
	ck_assert_msg(load(file, (size_t)n) == ONSHI_E_CONFIG, "%s",
	    bad[_i].name);
	e = onshi_config_error(c);
	ck_assert_str_eq(onshi_error_text(e), bad[_i].says);
	ck_assert_int_eq(onshi_config_text(c, "reader.name", &text),
	    ONSHI_OK);
	ck_assert_str_eq(text, "5");
}
END_TEST

START_TEST(before_any_section)
{
	ck_assert_int_eq(load("type = https\n", 13), ONSHI_E_CONFIG);
	ck_assert_str_eq(onshi_error_text(onshi_config_error(c)),
	    "line 1: type: stands before any [section]");
}
END_TEST

START_TEST(utf_16)
{
	ck_assert_int_eq(load("\xff\xfe[\0l\0", 6), ONSHI_E_CONFIG);
	ck_assert_str_eq(onshi_error_text(onshi_config_error(c)),
	    "the configuration: the file is UTF-16: save it as UTF-8");
	ck_assert_int_eq(load("\xfe\xff\0[", 4), ONSHI_E_CONFIG);
	ck_assert_int_eq(load("\xef\xbb\xbf", 3), ONSHI_E_CONFIG);
	ck_assert_int_eq(load("\xff", 1), ONSHI_E_CONFIG);
	ck_assert_int_eq(load("\xef\xbb", 2), ONSHI_E_CONFIG);
}
END_TEST

START_TEST(nul_inside)
{
	ck_assert_int_eq(load("[link]\0\n", 8), ONSHI_E_CONFIG);
	ck_assert_int_eq(load("\0", 1), ONSHI_E_CONFIG);
}
END_TEST

START_TEST(sizes)
{
	static char file[65537];
	const char *text;

	memset(file, '\n', sizeof(file));
	memcpy(file, "[reader]\nname = 3", 17);
	ck_assert_int_eq(load(file, 65537), ONSHI_E_CONFIG);
	ck_assert_int_eq(load(file, 65536), ONSHI_OK);
	ck_assert_int_eq(onshi_config_text(c, "reader.name", &text),
	    ONSHI_OK);
	ck_assert_str_eq(text, "3");
	ck_assert_int_eq(load(file, 0), ONSHI_E_CONFIG);
	/* One line as long as the file. */
	memset(file, 'a', sizeof(file));
	ck_assert_int_eq(load(file, 65536), ONSHI_E_CONFIG);
	memset(file, '=', sizeof(file));
	ck_assert_int_eq(load(file, 65536), ONSHI_E_CONFIG);
	memset(file, '[', sizeof(file));
	ck_assert_int_eq(load(file, 65536), ONSHI_E_CONFIG);
}
END_TEST

/* SEC-102 */
static const struct {
	mode_t	mode;
	int	result;
} rights[] = {
	{ 0600, ONSHI_OK }, { 0644, ONSHI_OK }, { 0664, ONSHI_E_CONFIG },
	{ 0646, ONSHI_E_CONFIG }, { 0620, ONSHI_E_CONFIG },
};

START_TEST(file_rights)
{
	ck_assert_int_eq(chmod(path, rights[_i].mode), 0);
	ck_assert_int_eq(load("[link]\n", 7), rights[_i].result);
}
END_TEST

START_TEST(no_file)
{
	ck_assert_int_eq(onshi_config_load(c, "/nosuch/file"),
	    ONSHI_E_CONFIG);
	ck_assert(oki_os_is_absent(onshi_error_system(
	    onshi_config_error(c))));
	ck_assert_int_eq(onshi_config_load(c, "/"), ONSHI_E_CONFIG);
	ck_assert_int_eq(onshi_config_load(c, ""), ONSHI_E_CONFIG);
}
END_TEST

/* A file replaces what it names, and nothing else. */
START_TEST(over_what_is_set)
{
	const char *text;

	ck_assert_int_eq(onshi_config_set(c, "reader.name", "5"), ONSHI_OK);
	ck_assert_int_eq(onshi_config_set(c, "text.lang", "en"), ONSHI_OK);
	ck_assert_int_eq(onshi_config_set(c, "link.req_dir.A", "/old"),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_config_set_secret(c, "link.key_file",
	    (const uint8_t *)"x", 1), ONSHI_OK);
	text = "[reader]\nname = 6\n[link]\nkey_file = /k\n"
	    "req_dir.A = /new\nreq_dir.B = /b\n";
	ck_assert_int_eq(load(text, strlen(text)), ONSHI_OK);
	ck_assert_str_eq(oki_config_text(c, OKI_READER_NAME), "6");
	ck_assert_str_eq(oki_config_text(c, OKI_TEXT_LANG), "en");
	ck_assert_str_eq(oki_config_text(c, OKI_LINK_KEY_FILE), "/k");
	ck_assert_str_eq(oki_config_text_of(c, "link.req_dir", "A"), "/new");
	ck_assert_str_eq(oki_config_text_of(c, "link.req_dir", "B"), "/b");
}
END_TEST

/* Every beginning of a good file, and every byte of it put to another: either
 * taken or refused with a line, nothing else. */
START_TEST(mangled)
{
	static const char text[] = "\xef\xbb\xbf; 設定\r\n[reader]\r\n"
	    "name = 受付 ; x\r\n[link]\nreq_dir.A = /a\nbase = https://a:1/b\n"
	    "networks = 10.0.0.0/8, ::1/128\n";
	static const char bytes[] = "\0\n\r\t =[];#\x80\xff";
	char copy[sizeof(text)];
	size_t i, j;
	int r;

	for (i = 1; i < sizeof(text) - 1; i++) {
		r = load(text, i);
		ck_assert(r == ONSHI_OK || r == ONSHI_E_CONFIG);
		for (j = 0; j < sizeof(bytes) - 1; j++) {
			memcpy(copy, text, sizeof(text));
			copy[i] = bytes[j];
			r = load(copy, sizeof(text) - 1);
			ck_assert(r == ONSHI_OK || r == ONSHI_E_CONFIG);
		}
	}
}
END_TEST

static void
fill(TCase *t)
{
	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, setup, teardown);
	ADD_ROWS(t, taken, good);
	ADD_ROWS(t, refused, bad);
	tcase_add_test(t, before_any_section);
	tcase_add_test(t, utf_16);
	tcase_add_test(t, nul_inside);
	tcase_add_test(t, sizes);
	ADD_ROWS(t, file_rights, rights);
	tcase_add_test(t, no_file);
	tcase_add_test(t, over_what_is_set);
	tcase_add_test(t, mangled);
}

int
main(void)
{
	return run_tests("core/config_load", fill);
}
