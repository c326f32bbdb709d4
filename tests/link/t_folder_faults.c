/*
 * Memory and system calls that fail, each in turn, while a request goes out by
 * a folder and its answer comes back: never a wrong answer, never sent twice,
 * nothing kept, and it works once the system does.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "link/folder.h"
#include "tests/core/run.h"
#include "tests/link/stand_in.h"
#include "tests/oom/oom.h"
#include "tests/oom/sys.h"

#define WRONG	77		/* an answer that is none */
#define STEP_MS	400

struct world {
	char	top[64];
	char	log[80];
	pid_t	app;
	int	asked;
};

static char log_path[80];

/* By the application: what it was asked, a line each. */
static size_t
noted(const char *name, const char *body, size_t len, char *to, size_t room)
{
	int fd = open(log_path, O_WRONLY | O_CREAT | O_APPEND, 0600);

	(void)name;
	if (fd < 0 || write(fd, body, len) != (ssize_t)len ||
	    write(fd, "\n", 1) != 1)
		abort();
	(void)close(fd);

	return (size_t)snprintf(to, room, "<A>%.*s</A>\n", (int)len, body);
}

/* A process of its own, for which nothing fails. */
static void
world_make(struct world *w)
{
	static struct stand_in app;

	memset(w, 0, sizeof(*w));
	(void)snprintf(w->top, sizeof(w->top), "/tmp/t_faults.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(w->top));
	(void)snprintf(w->log, sizeof(w->log), "%s/log", w->top);
	memcpy(log_path, w->log, sizeof(log_path));
	if ((w->app = fork()) == 0) {
		stand_in_start(&app, w->top, 0);
		app.make = noted;
		for (;;)
			(void)pause();
	}
	(void)usleep(100000);
}

static void
world_end(struct world *w)
{
	(void)kill(w->app, SIGKILL);
	(void)waitpid(w->app, NULL, 0);
	remove_tree(w->top);
}

/* ---- a program's life ------------------------------------------------------------ */

static int
configure(const struct world *w, struct oki_env **env)
{
	static const struct { const char *key, *name; } keys[] = {
		{ "link.req_dir", "req0" }, { "link.res_dir", "res0" },
		{ "link.journal_dir", "journal" }
	};
	struct onshi_config *c;
	char path[128];
	size_t i;
	int r;

	if ((r = onshi_config_new(&c)) != ONSHI_OK)
		return r;
	r = onshi_config_set(c, "link.type", "folder");
	for (i = 0; r == ONSHI_OK && i < OKI_COUNT(keys); i++) {
		/* One of its own: what is finished stays there for a while. */
		(void)snprintf(path, sizeof(path), "%s/%s%.0d", w->top,
		    keys[i].name, i == 2 ? w->asked : 0);
		r = onshi_config_set(c, keys[i].key, path);
	}
	if (r == ONSHI_OK)
		r = onshi_config_set(c, "link.scan_ms", "100");
	if (r == ONSHI_OK)
		r = oki_env_new(c, env);
	onshi_config_free(&c);

	return r;
}

static int
ask(struct world *w, struct oki_env *env, struct oki_session *s)
{
	struct onshi_exchange x;
	struct onshi_error e;
	struct oki_wait wait;
	char body[32], want[64];
	int r;

	oki_error_clear(&e);
	(void)snprintf(body, sizeof(body), "<Q>%d</Q>", w->asked);
	(void)snprintf(want, sizeof(want), "<A>%s</A>\n", body);
	oki_wait_init(&wait, env, 20 * STEP_MS, NULL);
	oki_exchange_init(&x, "OQSsiquc01req", &wait, 4096);
	x.body = (const uint8_t *)body;
	x.bodylen = strlen(body);
	if ((r = oki_request_id(x.request_id)) == ONSHI_OK)
		r = oki_session_exchange(s, &x, &e);
	if (r == ONSHI_OK && (x.answer.data == NULL ||
	    strcmp((const char *)x.answer.data, want) != 0))
		r = WRONG;
	oki_exchange_free(&x);

	return r;
}

static int
life(void *arg)
{
	struct oki_session *s = NULL;
	struct oki_link *l = NULL;
	struct world *w = arg;
	struct oki_env *env = NULL;
	struct onshi_error e;
	struct oki_wait wait;
	int r;

	oki_error_clear(&e);
	if ((r = configure(w, &env)) == ONSHI_OK &&
	    (r = oki_link_new(env, &l, &e)) == ONSHI_OK) {
		oki_wait_init(&wait, env, 20 * STEP_MS, NULL);
		if ((r = oki_session_open(l, &wait, &s, &e)) == ONSHI_OK)
			r = ask(w, env, s);
		oki_session_close(&s);
	}
	oki_link_free(&l);
	oki_env_free(&env);
	w->asked++;

	return r;
}

/* What was asked reached the application once at most, the last one surely. */
static void
check_log(const struct world *w)
{
	char line[64], last[64] = "";
	int *times = calloc((size_t)w->asked, sizeof(*times)), n;
	FILE *f = fopen(w->log, "r");

	ck_assert_ptr_nonnull(times);
	ck_assert_ptr_nonnull(f);
	while (fgets(line, sizeof(line), f) != NULL) {
		ck_assert_int_eq(sscanf(line, "<Q>%d</Q>", &n), 1);
		ck_assert_int_lt(n, w->asked);
		ck_assert_msg(++times[n] == 1, "%d was sent twice", n);
		memcpy(last, line, sizeof(last));
	}
	ck_assert_int_eq(times[w->asked - 1], 1);
	(void)fclose(f);
	free(times);
}

/* ---- memory ------------------------------------------------------------------------ */

static bool
is_fine(int r)
{
	return r < 0;
}

START_TEST(memory)
{
	struct world w;

	world_make(&w);
	ck_assert_int_eq(life(&w), ONSHI_OK);
	ck_assert_uint_gt(oom_run_if("folder", life, &w, ONSHI_OK, is_fine),
	    10);
	oom_pause();
	check_log(&w);
	world_end(&w);
	oom_resume();
}
END_TEST

/* ---- system calls -------------------------------------------------------------------- */

static const struct {
	enum sys_call	call;
	int		error;
} faults[] = {
	{ SYS_openat, EMFILE }, { SYS_openat, EIO }, { SYS_fstat, EIO },
	{ SYS_fstatat, EIO }, { SYS_mkdirat, ENOSPC },
	{ SYS_fdopendir, ENOMEM }, { SYS_fsync, EIO }, { SYS_fdatasync, EIO },
	{ SYS_fdatasync, ENOSPC }, { SYS_flock, EINTR },
	{ SYS_pread, EIO }, { SYS_pwrite, ENOSPC }, { SYS_pwrite, EINTR },
	{ SYS_getrandom, EIO }, { SYS_eventfd, EMFILE },
	{ SYS_pthread_mutex_init, ENOMEM }, { SYS_pthread_cond_init, ENOMEM }
};

START_TEST(calls)
{
	struct world w;

	world_make(&w);
	ck_assert_int_eq(life(&w), ONSHI_OK);
	sys_run(faults[_i].call, faults[_i].error, 400, 1, life, &w);
	ck_assert_int_eq(life(&w), ONSHI_OK);
	check_log(&w);
	world_end(&w);
}
END_TEST

static void
fill(TCase *t)
{
	tcase_set_timeout(t, 120);
	tcase_add_test(t, memory);
	ADD_ROWS(t, calls, faults);
}

int
main(void)
{
	return run_tests("link/folder_faults", fill);
}
