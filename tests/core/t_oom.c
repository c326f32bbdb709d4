/* Every allocation of the core room fails once, and nothing is left behind. */
#include "config.h"

#include <stdlib.h>
#include <unistd.h>

#include "tests/core/run.h"
#include "tests/oom/oom.h"

static int
life_of_config(void *arg)
{
	static const uint8_t bytes[] = "bytes";
	struct onshi_config *c = NULL;
	struct oki_env *env = NULL;
	struct oki_buf buf;
	int r;

	(void)arg;
	oki_buf_init(&buf, 100000);
	if ((r = onshi_config_new(&c)) != ONSHI_OK)
		goto out;
	if ((r = onshi_config_set(c, "link.base", "https://a.example")) !=
	    ONSHI_OK ||
	    (r = onshi_config_set(c, "link.req_dir.YZKsiquc01req", "/r")) !=
	    ONSHI_OK ||
	    (r = onshi_config_set_bytes(c, "link.ca_file", bytes, 5)) !=
	    ONSHI_OK ||
	    (r = onshi_config_set_secret(c, "link.key_file", bytes, 5)) !=
	    ONSHI_OK ||
	    (r = oki_config_content(c, OKI_LINK_KEY_FILE, 5, &buf,
	    oki_config_error_of(c))) != ONSHI_OK ||
	    (r = oki_env_new(c, &env)) != ONSHI_OK)
		goto out;
	r = oki_base64(&buf, bytes, 5);
out:
	if (r == ONSHI_E_NOMEM && c != NULL && onshi_error_code(
	    onshi_config_error(c)) == ONSHI_E_INTERNAL)
		r = ONSHI_E_INTERNAL;
	oki_buf_free(&buf);
	onshi_config_free(&c);
	oki_env_free(&env);

	return r;
}

static char path[40];

static int
life_of_load(void *arg)
{
	struct onshi_config *c;
	int r;

	(void)arg;
	if ((r = onshi_config_new(&c)) != ONSHI_OK)
		return r;
	r = onshi_config_set(c, "link.req_dir.A", "/old");
	if (r == ONSHI_OK)
		r = onshi_config_load(c, path);
	/* Nothing is taken from a file that was not read to its end. */
	if (r != ONSHI_OK && oki_config_has(c, OKI_LINK_BASE))
		r = ONSHI_E_INTERNAL;
	if (r == ONSHI_E_NOMEM && onshi_error_code(onshi_config_error(c)) !=
	    ONSHI_E_NOMEM)
		r = ONSHI_E_INTERNAL;
	onshi_config_free(&c);

	return r;
}

static int
hold(void *self, int32_t ms)
{
	(void)self, (void)ms;
	return ONSHI_OK;
}

static int
look(void *self, int present, int32_t ms)
{
	(void)self, (void)present, (void)ms;
	return ONSHI_OK;
}

static int
transmit(void *self, const uint8_t *command, size_t len, uint8_t *reply,
    size_t *replylen, int32_t ms)
{
	(void)self, (void)command, (void)len, (void)reply, (void)ms;
	*replylen = 0;
	return ONSHI_OK;
}

/* done is called once if the reader was taken, and never else. */
static int dones;

static void
done(void *self)
{
	(void)self;
	dones++;
}

static int
life_of_reader(void *arg)
{
	const struct onshi_reader_ops ops = {
		sizeof(ops), look, hold, hold, transmit, NULL, done
	};
	struct onshi_config *c;
	int added, r;

	(void)arg;
	dones = 0;
	if ((r = onshi_config_new(&c)) != ONSHI_OK)
		return r;
	added = r = onshi_config_add_reader(c, "reader", &ops, NULL);
	onshi_config_free(&c);
	if (dones != (added == ONSHI_OK ? 1 : 0))
		r = ONSHI_E_INTERNAL;

	return r;
}

static void
nothing(void *arg)
{
	(void)arg;
}

static int
life_of_system(void *arg)
{
	struct oki_thread *thread = NULL;
	struct oki_cancel cancel = { .event = NULL };
	struct oki_secret *secret = NULL;
	struct oki_mutex *mutex = NULL;
	struct oki_cond *cond = NULL;
	int r;

	(void)arg;
	if ((r = oki_mutex_new(&mutex)) == ONSHI_OK &&
	    (r = oki_cond_new(&cond)) == ONSHI_OK &&
	    (r = oki_cancel_init(&cancel)) == ONSHI_OK &&
	    (r = oki_secret_new("1234", 4, &secret)) == ONSHI_OK)
		r = oki_thread_start(nothing, NULL, &thread);
	oki_thread_join(&thread);
	oki_secret_free(&secret);
	oki_cancel_free(&cancel);
	oki_cond_free(&cond);
	oki_mutex_free(&mutex);

	return r;
}

static int
life_of_files(void *arg)
{
	struct oki_dir *d;
	struct oki_file *f;
	char **names;
	int64_t sys;
	size_t n;
	int r;

	(void)arg;
	if ((r = oki_dir_open("/dev", &d, &sys)) != ONSHI_OK)
		return r;
	if ((r = oki_file_open_path(path, &f, &sys)) == ONSHI_OK)
		oki_file_close(&f);
	if (r == ONSHI_OK &&
	    (r = oki_dir_names(d, &names, &n, &sys)) == ONSHI_OK)
		oki_dir_names_free(&names, n);
	oki_dir_close(&d);

	return r;
}

static const struct {
	const char	*name;
	int		(*life)(void *arg);
	size_t		 points;	/* at least */
} lives[] = {
	{ "config", life_of_config, 8 },
	{ "load", life_of_load, 8 },
	{ "reader", life_of_reader, 2 },
	{ "system", life_of_system, 5 },
	{ "files", life_of_files, 5 },
};

START_TEST(each_fails)
{
	ck_assert_uint_ge(oom_run(lives[_i].name, lives[_i].life, NULL,
	    ONSHI_OK), lives[_i].points);
}
END_TEST

static void
setup(void)
{
	static const char text[] = "[link]\nbase = https://a.example\n"
	    "req_dir.A = /a\nreq_dir.B = /b\nca_file = /ca\n";
	int fd;

	ck_assert(oki_copy(path, sizeof(path), "/tmp/onshi-oom-XXXXXX"));
	ck_assert_int_ge(fd = mkstemp(path), 0);
	ck_assert_int_eq(write(fd, text, sizeof(text) - 1),
	    (ssize_t)sizeof(text) - 1);
	ck_assert_int_eq(close(fd), 0);
}

static void
teardown(void)
{
	(void)unlink(path);
}

static void
fill(TCase *t)
{
	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, setup, teardown);
	ADD_ROWS(t, each_fails, lives);
}

int
main(void)
{
	return run_tests("core/oom", fill);
}
