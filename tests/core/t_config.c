/* The configuration as a program fills it: keys, content, tables, freezing. */
#include "config.h"

#include <sys/stat.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/inside.h"
#include "tests/core/run.h"

static struct onshi_config *c;
static char dir[40];

static void
setup(void)
{
	ck_assert_int_eq(onshi_config_new(&c), ONSHI_OK);
	ck_assert(oki_copy(dir, sizeof(dir), "/tmp/onshi-config-XXXXXX"));
	ck_assert_ptr_nonnull(mkdtemp(dir));
}

static void
teardown(void)
{
	char path[64];

	onshi_config_free(&c);
	onshi_config_free(&c);
	(void)snprintf(path, sizeof(path), "%s/f", dir);
	(void)unlink(path);
	(void)rmdir(dir);
}

START_TEST(nothing_given)
{
	static const uint8_t b[1] = { 0 };
	const char *text = "x", *key;

	ck_assert_int_eq(onshi_config_new(NULL), ONSHI_E_ARG);
	onshi_config_free(NULL);
	ck_assert_int_eq(onshi_config_set(NULL, "link.base", "x"), ONSHI_E_ARG);
	ck_assert_int_eq(onshi_config_set(c, NULL, "x"), ONSHI_E_ARG);
	ck_assert_int_eq(onshi_config_load(NULL, "x"), ONSHI_E_ARG);
	ck_assert_int_eq(onshi_config_load(c, NULL), ONSHI_E_ARG);
	ck_assert_int_eq(onshi_config_set_bytes(NULL, "link.ca_file", b, 1),
	    ONSHI_E_ARG);
	ck_assert_int_eq(onshi_config_set_bytes(c, NULL, b, 1), ONSHI_E_ARG);
	ck_assert_int_eq(onshi_config_set_bytes(c, "link.ca_file", NULL, 1),
	    ONSHI_E_ARG);
	ck_assert_int_eq(onshi_config_set_secret(NULL, "link.key_file", b, 1),
	    ONSHI_E_ARG);
	ck_assert_int_eq(onshi_config_set_secret(c, NULL, b, 1), ONSHI_E_ARG);
	ck_assert_int_eq(onshi_config_set_secret(c, "link.key_file", NULL, 1),
	    ONSHI_E_ARG);
	ck_assert_int_eq(onshi_config_text(NULL, "link.base", &text),
	    ONSHI_E_ARG);
	ck_assert_ptr_null(text);
	ck_assert_int_eq(onshi_config_text(c, NULL, &text), ONSHI_E_ARG);
	ck_assert_int_eq(onshi_config_text(c, "link.base", NULL), ONSHI_E_ARG);
	ck_assert_int_eq(onshi_config_key_at(0, "en", NULL, &text),
	    ONSHI_E_ARG);
	ck_assert_int_eq(onshi_config_key_at(0, "en", &key, NULL), ONSHI_E_ARG);
	ck_assert_int_eq(onshi_config_add_reader(NULL, "a", NULL, NULL),
	    ONSHI_E_ARG);
	ck_assert_int_eq(onshi_config_set_link(NULL, NULL, NULL), ONSHI_E_ARG);
	ck_assert_int_eq(onshi_config_set_clock(NULL, NULL, NULL), ONSHI_E_ARG);
	ck_assert_int_eq(onshi_config_set_log(NULL, NULL, NULL), ONSHI_E_ARG);
	ck_assert_int_eq(onshi_config_set_audit(NULL, NULL, NULL), ONSHI_E_ARG);
}
END_TEST

START_TEST(defaults_and_back)
{
	const char *text;

	ck_assert_int_eq(onshi_config_text(c, "link.type", &text), ONSHI_OK);
	ck_assert_str_eq(text, "https");
	ck_assert_int_eq(oki_config_word(c, OKI_LINK_TYPE), 0);
	ck_assert_int_eq(onshi_config_set(c, "link.type", "folder"), ONSHI_OK);
	ck_assert_int_eq(oki_config_word(c, OKI_LINK_TYPE), 2);
	ck_assert_int_eq(onshi_config_set(c, "link.type", NULL), ONSHI_OK);
	ck_assert_int_eq(oki_config_word(c, OKI_LINK_TYPE), 0);
	ck_assert_int_eq(oki_config_number(c, OKI_LINK_DEADLINE_MS), 30000);
	ck_assert_int_eq(onshi_config_set(c, "link.deadline_ms", "5000"),
	    ONSHI_OK);
	ck_assert_int_eq(oki_config_number(c, OKI_LINK_DEADLINE_MS), 5000);
	/* A value that is refused leaves the one before. */
	ck_assert_int_eq(onshi_config_set(c, "link.deadline_ms", "x"),
	    ONSHI_E_CONFIG);
	ck_assert_int_eq(oki_config_number(c, OKI_LINK_DEADLINE_MS), 5000);
	ck_assert(!oki_config_has(c, OKI_LINK_BASE));
	ck_assert_int_eq(onshi_config_text(c, "link.base", &text),
	    ONSHI_ABSENT);
	ck_assert_ptr_null(text);
	ck_assert_int_eq(onshi_config_text(c, "no.key", &text),
	    ONSHI_E_CONFIG);
	ck_assert_int_eq(oki_config_word(c, OKI_LINK_BASE), -1);
	ck_assert_int_eq(oki_config_number(c, OKI_LINK_BASE), 0);
}
END_TEST

START_TEST(empty_is_none)
{
	const char *text;

	ck_assert_int_eq(onshi_config_set(c, "reader.name", "ACR"), ONSHI_OK);
	ck_assert_int_eq(onshi_config_set(c, "reader.name", ""), ONSHI_OK);
	ck_assert_int_eq(onshi_config_text(c, "reader.name", &text),
	    ONSHI_ABSENT);
	ck_assert(!oki_config_has(c, OKI_READER_NAME));
	ck_assert_int_eq(onshi_config_set(c, "link.type", ""), ONSHI_E_CONFIG);
}
END_TEST

START_TEST(parts)
{
	const char *text;
	char key[64];
	int i;

	ck_assert_int_eq(onshi_config_set(c, "link.req_dir.A", "/a"),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_config_set(c, "link.res_dir.A", "/b"),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_config_set(c, "link.req_dir.A", "/c"),
	    ONSHI_OK);
	ck_assert_str_eq(oki_config_text_of(c, "link.req_dir", "A"), "/c");
	ck_assert_str_eq(oki_config_text_of(c, "link.res_dir.", "A"), "/b");
	ck_assert_ptr_null(oki_config_text_of(c, "link.req_dir", "B"));
	ck_assert_ptr_null(oki_config_text_of(c, "link.req", "A"));
	ck_assert_int_eq(onshi_config_set(c, "link.req_dir.A", NULL),
	    ONSHI_OK);
	ck_assert_ptr_null(oki_config_text_of(c, "link.req_dir", "A"));
	ck_assert_int_eq(onshi_config_set(c, "link.req_dir.Z", NULL),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_config_text(c, "link.req_dir.Z", &text),
	    ONSHI_ABSENT);
	for (i = 2; i < 64; i++) {
		(void)snprintf(key, sizeof(key), "link.function.F%d", i);
		ck_assert_int_eq(onshi_config_set(c, key, "/p"), ONSHI_OK);
	}
	ck_assert_int_eq(onshi_config_set(c, "link.function.last", "/p"),
	    ONSHI_E_CONFIG);
}
END_TEST

START_TEST(content)
{
	static const uint8_t pem[] = "-----BEGIN", big[1025] = { 1 };
	struct onshi_error e;
	struct oki_buf b;
	const char *text;

	oki_error_clear(&e);
	oki_buf_init(&b, 100);
	ck_assert_int_eq(onshi_config_set(c, "link.ca_file", "/x"), ONSHI_OK);
	ck_assert_int_eq(onshi_config_set_bytes(c, "link.ca_file", pem, 10),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_config_text(c, "link.ca_file", &text),
	    ONSHI_ABSENT);
	ck_assert(oki_config_has(c, OKI_LINK_CA_FILE));
	ck_assert_int_eq(oki_config_content(c, OKI_LINK_CA_FILE, 10, &b, &e),
	    ONSHI_OK);
	ck_assert_str_eq((char *)b.data, "-----BEGIN");
	ck_assert_int_eq(oki_config_content(c, OKI_LINK_CA_FILE, 9, &b, &e),
	    ONSHI_E_CONFIG);
	oki_error_clear(&e);
	ck_assert_int_eq(onshi_config_set(c, "link.ca_file", "/y"), ONSHI_OK);
	ck_assert_int_eq(onshi_config_text(c, "link.ca_file", &text),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_config_set_bytes(c, "link.base", pem, 10),
	    ONSHI_E_CONFIG);
	ck_assert_int_eq(onshi_config_set_bytes(c, "no.key", pem, 10),
	    ONSHI_E_CONFIG);
	ck_assert_int_eq(onshi_config_set_bytes(c, "link.ca_file", pem, 0),
	    ONSHI_E_CONFIG);
	ck_assert_int_eq(onshi_config_set_bytes(c, "link.ca_file", pem,
	    SIZE_MAX), ONSHI_E_CONFIG);
	ck_assert_int_eq(onshi_config_set_secret(c, "link.key_passphrase_file",
	    big, 1024), ONSHI_OK);
	ck_assert_int_eq(onshi_config_set_secret(c, "link.key_passphrase_file",
	    big, 1025), ONSHI_E_CONFIG);
	/* Not set at all. */
	ck_assert_int_eq(oki_config_content(c, OKI_LINK_CRL_FILE, 9, &b, &e),
	    ONSHI_E_CONFIG);
	ck_assert_str_eq(e.text, "link.crl_file: is not set");
	oki_buf_free(&b);
}
END_TEST

/* A secret goes in and is never given back by a public function. */
START_TEST(secrets_stay)
{
	static const uint8_t key[] = "PRIVATE-KEY-CANARY";
	struct oki_buf b;
	const char *text;

	ck_assert_int_eq(onshi_config_set_bytes(c, "link.key_file", key,
	    sizeof(key) - 1), ONSHI_OK);
	ck_assert_int_eq(onshi_config_text(c, "link.key_file", &text),
	    ONSHI_ABSENT);
	oki_buf_init(&b, 100);
	ck_assert_int_eq(oki_config_content(c, OKI_LINK_KEY_FILE, 100, &b,
	    NULL), ONSHI_OK);
	ck_assert_str_eq((char *)b.data, (const char *)key);
	oki_buf_free(&b);
	ck_assert_int_eq(onshi_config_set(c, "link.key_file", NULL), ONSHI_OK);
	ck_assert(!oki_config_has(c, OKI_LINK_KEY_FILE));
}
END_TEST

START_TEST(frozen)
{
	static const struct onshi_log_ops none = { .size = sizeof(none) };
	struct oki_env *env;
	const char *text;

	ck_assert_int_eq(onshi_config_set(c, "text.lang", "en"), ONSHI_OK);
	ck_assert_int_eq(oki_env_new(c, &env), ONSHI_OK);
	ck_assert_int_eq(onshi_config_set(c, "text.lang", "ja"),
	    ONSHI_E_STATE);
	ck_assert_int_eq(onshi_error_code(onshi_config_error(c)),
	    ONSHI_E_STATE);
	ck_assert_int_eq(onshi_config_load(c, "/x"), ONSHI_E_STATE);
	ck_assert_int_eq(onshi_config_set_bytes(c, "link.ca_file",
	    (const uint8_t *)"x", 1), ONSHI_E_STATE);
	ck_assert_int_eq(onshi_config_set_secret(c, "link.key_file",
	    (const uint8_t *)"x", 1), ONSHI_E_STATE);
	ck_assert_int_eq(onshi_config_set_log(c, &none, NULL), ONSHI_E_STATE);
	ck_assert_int_eq(onshi_config_add_reader(c, "a", NULL, NULL),
	    ONSHI_E_STATE);
	ck_assert_int_eq(onshi_config_text(c, "text.lang", &text), ONSHI_OK);
	ck_assert_str_eq(text, "en");
	/* The config may go before what was made from it. */
	onshi_config_free(&c);
	ck_assert_str_eq(oki_config_text(oki_env_config(env), OKI_TEXT_LANG),
	    "en");
	oki_env_free(&env);
	ck_assert_ptr_null(env);
}
END_TEST

/* SEC-102: rights of a file; secret: whether its key is. */
static const struct {
	const char	*name;
	mode_t		 mode;
	bool		 secret;
	bool		 good;
} rights[] = {
	{ "ours alone", 0600, true, true },
	{ "read only", 0400, true, true },
	{ "group reads a key", 0640, true, false },
	{ "others read a key", 0604, true, false },
	{ "group writes a key", 0620, true, false },
	{ "others write a key", 0602, true, false },
	{ "everybody", 0666, true, false },
	{ "ours alone", 0600, false, true },
	{ "others read", 0644, false, true },
	{ "group reads", 0640, false, true },
	{ "group writes", 0664, false, false },
	{ "others write", 0646, false, false },
	{ "others only write", 0602, false, false },
};

START_TEST(file_rights)
{
	enum oki_key key = rights[_i].secret ? OKI_LINK_KEY_FILE :
	    OKI_LINK_CA_FILE;
	struct onshi_error e;
	struct oki_buf b;
	char path[64];
	int fd, r;

	oki_error_clear(&e);
	(void)snprintf(path, sizeof(path), "%s/f", dir);
	ck_assert_int_ge(fd = open(path, O_CREAT | O_WRONLY, 0600), 0);
	ck_assert_int_eq(write(fd, "content", 7), 7);
	ck_assert_int_eq(fchmod(fd, rights[_i].mode), 0);
	ck_assert_int_eq(close(fd), 0);
	ck_assert_int_eq(onshi_config_set(c, oki_config_key_name(key), path),
	    ONSHI_OK);
	oki_buf_init(&b, 100);
	r = oki_config_content(c, key, 7, &b, &e);
	ck_assert_msg(r == (rights[_i].good ? ONSHI_OK : ONSHI_E_CONFIG), "%s",
	    rights[_i].name);
	if (rights[_i].good)
		ck_assert_str_eq((char *)b.data, "content");
	else {
		ck_assert_ptr_eq(strstr(e.text, oki_config_key_name(key)),
		    e.text);
		ck_assert_ptr_null(strstr(e.text, dir));
		ck_assert_uint_eq(b.len, 0);
	}
	oki_buf_free(&b);
}
END_TEST

/* Only the administrator can give a file away. */
START_TEST(somebody_elses)
{
	struct onshi_error e;
	struct oki_buf b;
	char path[64];
	int fd;

	if (geteuid() != 0)
		return;
	(void)snprintf(path, sizeof(path), "%s/f", dir);
	ck_assert_int_ge(fd = open(path, O_CREAT | O_WRONLY, 0600), 0);
	ck_assert_int_eq(write(fd, "content", 7), 7);
	if (fchown(fd, 12345, 12345) != 0) {
		ck_assert_int_eq(close(fd), 0);
		return;			/* a namespace without that user */
	}
	ck_assert_int_eq(close(fd), 0);
	oki_buf_init(&b, 100);
	ck_assert_int_eq(onshi_config_set(c, "link.ca_file", path), ONSHI_OK);
	oki_error_clear(&e);
	ck_assert_int_eq(oki_config_content(c, OKI_LINK_CA_FILE, 7, &b, &e),
	    ONSHI_E_CONFIG);
	ck_assert_ptr_nonnull(strstr(e.text, "neither ours nor root's"));
	oki_buf_free(&b);
}
END_TEST

START_TEST(file_sizes)
{
	struct onshi_error e;
	struct oki_buf b;
	char path[64];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/f", dir);
	oki_buf_init(&b, 6);
	ck_assert_int_eq(onshi_config_set(c, "link.ca_file", path), ONSHI_OK);
	oki_error_clear(&e);
	ck_assert_int_eq(oki_config_content(c, OKI_LINK_CA_FILE, 9, &b, &e),
	    ONSHI_E_CONFIG);
	ck_assert(oki_os_is_absent(e.system));
	ck_assert_int_ge(fd = open(path, O_CREAT | O_WRONLY, 0600), 0);
	oki_error_clear(&e);
	ck_assert_int_eq(oki_config_content(c, OKI_LINK_CA_FILE, 9, &b, &e),
	    ONSHI_E_CONFIG);
	ck_assert_ptr_nonnull(strstr(e.text, "empty"));
	ck_assert_int_eq(write(fd, "content", 7), 7);
	oki_error_clear(&e);
	ck_assert_int_eq(oki_config_content(c, OKI_LINK_CA_FILE, 6, &b, &e),
	    ONSHI_E_CONFIG);
	ck_assert_ptr_nonnull(strstr(e.text, "too long"));
	oki_error_clear(&e);
	ck_assert_int_eq(oki_config_content(c, OKI_LINK_CA_FILE, 7, &b, &e),
	    ONSHI_E_TOO_BIG);
	oki_buf_free(&b);
	oki_error_clear(&e);
	ck_assert_int_eq(onshi_config_set(c, "link.ca_file", dir), ONSHI_OK);
	ck_assert_int_eq(oki_config_content(c, OKI_LINK_CA_FILE, 7, &b, &e),
	    ONSHI_E_CONFIG);
	ck_assert_int_eq(close(fd), 0);
	oki_buf_free(&b);
}
END_TEST

/* ---- tables ------------------------------------------------------------- */

static int dones;

static int
op_wait(void *self, int present, int32_t ms)
{
	(void)self, (void)present, (void)ms;
	return ONSHI_OK;
}

static int
op_hold(void *self, int32_t ms)
{
	(void)self, (void)ms;
	return ONSHI_OK;
}

static int
op_transmit(void *self, const uint8_t *command, size_t len, uint8_t *reply,
    size_t *replylen, int32_t ms)
{
	(void)self, (void)command, (void)len, (void)reply, (void)ms;
	*replylen = 0;
	return ONSHI_OK;
}

static void
op_done(void *self)
{
	dones += self == &dones ? 1 : 100;
}

static const struct onshi_reader_ops reader = {
	sizeof(reader), op_wait, op_hold, op_hold, op_transmit, NULL, op_done
};

START_TEST(readers)
{
	struct onshi_reader_ops lame = reader;
	const struct onshi_reader_ops *got;
	const char *name;
	char text[200];
	void *self;
	int i;

	dones = 0;
	ck_assert_int_eq(onshi_config_add_reader(c, "一番", &reader, &dones),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_config_add_reader(c, "一番", &reader, NULL),
	    ONSHI_E_ARG);
	ck_assert_int_eq(onshi_config_add_reader(c, "", &reader, NULL),
	    ONSHI_E_ARG);
	ck_assert_int_eq(onshi_config_add_reader(c, "a\n", &reader, NULL),
	    ONSHI_E_ARG);
	ck_assert_int_eq(onshi_config_add_reader(c, "\xff", &reader, NULL),
	    ONSHI_E_ARG);
	memset(text, 'r', 129);
	text[129] = '\0';
	ck_assert_int_eq(onshi_config_add_reader(c, text, &reader, NULL),
	    ONSHI_E_ARG);
	text[128] = '\0';
	ck_assert_int_eq(onshi_config_add_reader(c, text, &reader, &dones),
	    ONSHI_OK);
	lame.transmit = NULL;
	ck_assert_int_eq(onshi_config_add_reader(c, "b", &lame, NULL),
	    ONSHI_E_ARG);
	for (i = 2; i < 16; i++) {
		(void)snprintf(text, sizeof(text), "r%d", i);
		ck_assert_int_eq(onshi_config_add_reader(c, text, &reader,
		    &dones), ONSHI_OK);
	}
	ck_assert_int_eq(onshi_config_add_reader(c, "more", &reader, NULL),
	    ONSHI_E_ARG);
	ck_assert_ptr_nonnull(got = oki_config_reader(c, 0, &name, &self));
	ck_assert_str_eq(name, "一番");
	ck_assert_ptr_eq(self, &dones);
	ck_assert(got->transmit == op_transmit);
	ck_assert_ptr_null(oki_config_reader(c, 16, &name, &self));
	ck_assert_int_eq(dones, 0);
	onshi_config_free(&c);
	ck_assert_int_eq(dones, 16);
}
END_TEST

/* An older program's table ends earlier, a newer one's later. */
static const struct {
	const char	*name;
	size_t		 size;
	int		 result;
	bool		 has_done;
} sizes[] = {
	{ "ours", sizeof(struct onshi_reader_ops), ONSHI_OK, true },
	{ "newer", sizeof(struct onshi_reader_ops) + sizeof(void *), ONSHI_OK,
	  true },
	{ "older, before done", offsetof(struct onshi_reader_ops, done),
	  ONSHI_OK, false },
	{ "just what is needed", offsetof(struct onshi_reader_ops, cancel),
	  ONSHI_OK, false },
	{ "one needed lacks", offsetof(struct onshi_reader_ops, transmit),
	  ONSHI_E_ARG, false },
	{ "zero", 0, ONSHI_E_ARG, false },
	{ "one", 1, ONSHI_E_ARG, false },
	{ "odd", sizeof(struct onshi_reader_ops) - 1, ONSHI_E_ARG, false },
	{ "garbage", (size_t)-1, ONSHI_E_ARG, false },
	{ "huge", 1 << 20, ONSHI_E_ARG, false },
};

START_TEST(table_sizes)
{
	struct { struct onshi_reader_ops ops; void *more; } theirs =
	    { reader, &theirs };
	struct onshi_reader_ops got;

	theirs.ops.size = sizes[_i].size;
	ck_assert_msg(oki_table_copy(&got, sizeof(got), &theirs,
	    offsetof(struct onshi_reader_ops, cancel)) == sizes[_i].result,
	    "%s", sizes[_i].name);
	if (sizes[_i].result == ONSHI_OK) {
		ck_assert_uint_eq(got.size, sizeof(got));
		ck_assert((got.done != NULL) == sizes[_i].has_done);
	} else
		ck_assert(got.transmit == NULL);
	ck_assert_int_eq(oki_table_copy(&got, sizeof(got), NULL, 0),
	    ONSHI_E_ARG);
}
END_TEST

static int64_t
op_clock(void *self)
{
	(void)self;
	return 1;
}

static void
op_line(void *self, const char *line)
{
	(void)self, (void)line;
}

static int
op_entry(void *self, const char *line, size_t len)
{
	(void)self, (void)line, (void)len;
	return 0;
}

static int
op_carries(void *self, const char *prefix)
{
	(void)self, (void)prefix;
	return ONSHI_FORM_XML;
}

static int
op_open(void *self, int32_t ms, void **session)
{
	(void)self, (void)ms;
	*session = NULL;
	return ONSHI_OK;
}

static int
op_exchange(void *self, void *session, struct onshi_exchange *x)
{
	(void)self, (void)session, (void)x;
	return ONSHI_OK;
}

static void
op_close(void *self, void *session)
{
	(void)self, (void)session;
}

START_TEST(other_tables)
{
	struct onshi_clock_ops clock = {
		sizeof(clock), op_clock, op_clock, op_clock, op_done
	};
	struct onshi_log_ops log = { sizeof(log), op_line, op_done };
	struct onshi_audit_ops audit = { sizeof(audit), op_entry, op_done };
	struct onshi_link_ops link = {
		sizeof(link), op_carries, op_open, op_exchange, NULL, op_close,
		op_done
	};
	void *self;

	dones = 0;
	ck_assert_int_eq(onshi_config_set_clock(c, &clock, &dones), ONSHI_OK);
	ck_assert_int_eq(onshi_config_set_log(c, &log, &dones), ONSHI_OK);
	ck_assert_int_eq(onshi_config_set_audit(c, &audit, &dones), ONSHI_OK);
	ck_assert_int_eq(onshi_config_set_link(c, &link, &dones), ONSHI_OK);
	ck_assert(oki_config_clock(c, &self)->boot == op_clock);
	ck_assert(oki_config_log(c, &self)->line == op_line);
	ck_assert(oki_config_audit(c, &self)->entry == op_entry);
	ck_assert(oki_config_link(c, &self)->close == op_close);
	ck_assert_ptr_eq(self, &dones);
	/* One that is refused leaves what is there. */
	clock.boot = NULL;
	log.line = NULL;
	audit.entry = NULL;
	link.close = NULL;
	ck_assert_int_eq(onshi_config_set_clock(c, &clock, NULL), ONSHI_E_ARG);
	ck_assert_int_eq(onshi_config_set_log(c, &log, NULL), ONSHI_E_ARG);
	ck_assert_int_eq(onshi_config_set_audit(c, &audit, NULL), ONSHI_E_ARG);
	ck_assert_int_eq(onshi_config_set_link(c, &link, NULL), ONSHI_E_ARG);
	ck_assert_ptr_nonnull(oki_config_link(c, &self));
	ck_assert_ptr_eq(self, &dones);
	ck_assert_int_eq(dones, 0);
	/* Taken away: its last call. */
	ck_assert_int_eq(onshi_config_set_log(c, NULL, NULL), ONSHI_OK);
	ck_assert_int_eq(dones, 1);
	ck_assert_ptr_null(oki_config_log(c, &self));
	onshi_config_free(&c);
	ck_assert_int_eq(dones, 4);
}
END_TEST

static void
fill(TCase *t)
{
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, nothing_given);
	tcase_add_test(t, defaults_and_back);
	tcase_add_test(t, empty_is_none);
	tcase_add_test(t, parts);
	tcase_add_test(t, content);
	tcase_add_test(t, secrets_stay);
	tcase_add_test(t, frozen);
	ADD_ROWS(t, file_rights, rights);
	tcase_add_test(t, somebody_elses);
	tcase_add_test(t, file_sizes);
	tcase_add_test(t, readers);
	ADD_ROWS(t, table_sizes, sizes);
	tcase_add_test(t, other_tables);
}

int
main(void)
{
	return run_tests("core/config", fill);
}
