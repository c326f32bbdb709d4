/*
 * A desk that dies in the middle: whenever that is, its request went out once
 * at most and whole, its answer is told of, and the next start leaves nothing
 * lying.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "link/folder.h"
#include "tests/core/run.h"
#include "tests/link/share.h"
#include "tests/link/stand_in.h"
#include "tests/sample.h"

#define PREFIX	"OQSsiquc01req"
#define STEPS	400		/* more than an exchange has */

static atomic_int broken;	/* requests that were not whole */

struct world {
	char		 top[64];
	struct stand_in	 app;
	int		 told[2];	/* a pipe: what the desk says */
};

static size_t
echo(const char *name, const char *body, size_t len, char *to, size_t room)
{
	if (!oki_is_whole((const uint8_t *)body, len))
		atomic_fetch_add(&broken, 1);

	return (size_t)snprintf(to, room, "<A>%s %.*s</A>", name, (int)len,
	    body);
}

static void
world_make(struct world *w)
{
	memset(w, 0, sizeof(*w));
	atomic_store(&broken, 0);
	(void)snprintf(w->top, sizeof(w->top), "/tmp/t_kill.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(w->top));
	stand_in_start(&w->app, w->top, 0);
	w->app.make = echo;
	ck_assert_int_eq(pipe(w->told), 0);
}

static void
world_end(struct world *w)
{
	stand_in_stop(&w->app);
	(void)close(w->told[0]);
	(void)close(w->told[1]);
	remove_tree(w->top);
}

/* ---- the desk ----------------------------------------------------------------- */

struct desk {
	struct oki_env		*env;
	struct oki_link		*link;
	struct oki_session	*session;
};

static bool
desk_open(struct desk *d, const struct world *w)
{
	struct onshi_config *c;
	struct oki_wait wait;
	char path[128];
	bool ok;

	memset(d, 0, sizeof(*d));
	(void)snprintf(path, sizeof(path), "%s/journal", w->top);
	ok = onshi_config_new(&c) == ONSHI_OK &&
	    onshi_config_set(c, "link.type", "folder") == ONSHI_OK &&
	    onshi_config_set(c, "link.req_dir", w->app.req) == ONSHI_OK &&
	    onshi_config_set(c, "link.res_dir", w->app.res) == ONSHI_OK &&
	    onshi_config_set(c, "link.journal_dir", path) == ONSHI_OK &&
	    oki_env_new(c, &d->env) == ONSHI_OK;
	onshi_config_free(&c);
	if (!ok || oki_link_new(d->env, &d->link, NULL) != ONSHI_OK)
		return false;
	oki_wait_init(&wait, d->env, 60000, NULL);

	return oki_session_open(d->link, &wait, &d->session, NULL) ==
	    ONSHI_OK;
}

static void
desk_close(struct desk *d)
{
	oki_session_close(&d->session);
	oki_link_free(&d->link);
	oki_env_free(&d->env);
}

/* One question, and the name that its answer has in it. */
static bool
desk_ask(struct desk *d, const char *body, char name[64])
{
	struct onshi_exchange x;
	struct onshi_error e;
	struct oki_wait wait;
	bool ok;

	oki_error_clear(&e);
	oki_wait_init(&wait, d->env, 60000, NULL);
	oki_exchange_init(&x, PREFIX, &wait, 1 << 20);
	x.body = (const uint8_t *)body;
	x.bodylen = strlen(body);
	ok = oki_request_id(x.request_id) == ONSHI_OK &&
	    oki_session_exchange(d->session, &x, &e) == ONSHI_OK &&
	    sscanf((const char *)x.answer.data, "<A>%63s", name) == 1 &&
	    strstr((const char *)x.answer.data, body) != NULL;
	oki_exchange_free(&x);

	return ok;
}

/* A process of its own: asks and says what it was answered, until it ends or
 * is ended. It is begun with no other thread here, for a lock that one holds
 * would be held in it for ever. */
static pid_t
desk_start(struct world *w, int kill_at, int questions)
{
	char name[64], body[64];
	struct desk d;
	pid_t pid;
	int i;

	stand_in_stop(&w->app);
	if ((pid = fork()) != 0) {
		stand_in_go(&w->app);
		return pid;
	}
	share_kill_at(kill_at);
	if (!desk_open(&d, w))
		_exit(2);
	for (i = 0; i < questions; i++) {
		(void)snprintf(body, sizeof(body), "<Q>%d %d</Q>",
		    (int)getpid(), i);
		memset(name, 0, sizeof(name));
		if (!desk_ask(&d, body, name))
			_exit(3);
		if (write(w->told[1], name, sizeof(name)) !=
		    (ssize_t)sizeof(name))
			_exit(4);
	}
	desk_close(&d);
	_exit(0);
}

/* True if it came to its end. */
static bool
desk_wait(pid_t pid)
{
	int status;

	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	if (WIFSIGNALED(status)) {
		ck_assert_int_eq(WTERMSIG(status), SIGKILL);
		return false;
	}
	ck_assert_int_eq(WEXITSTATUS(status), 0);

	return true;
}

/* ---- afterwards ------------------------------------------------------------------ */

static void
settle(struct world *w)
{
	int i, scans;

	for (i = 0; i < 20000 && files_seen(w->app.req) > 0; i++)
		(void)usleep(1000);
	scans = atomic_load(&w->app.scans);
	for (i = 0; i < 20000 && atomic_load(&w->app.scans) < scans + 2; i++)
		(void)usleep(1000);
	ck_assert_int_eq(files_seen(w->app.req), 0);
	ck_assert_int_eq(atomic_load(&w->app.taken),
	    atomic_load(&w->app.answered));
}

static bool
is_told(const struct world *w, const char *name)
{
	static char told[4096][64];
	static int n;
	int i;

	(void)w;
	if (name == NULL) {
		n = 0;
		return false;
	}
	while (n < 4096) {
		struct timeval none = { 0 };
		fd_set set;

		FD_ZERO(&set);
		FD_SET(w->told[0], &set);
		if (select(w->told[0] + 1, &set, NULL, NULL, &none) <= 0 ||
		    read(w->told[0], told[n], 64) != 64)
			break;
		n++;
	}
	for (i = 0; i < n; i++)
		if (strcmp(told[i], name) == 0)
			return true;

	return false;
}

static bool
is_in_journal(struct desk *d, const char *name, int state)
{
	struct oki_request q;
	size_t i;

	for (i = 0; oki_link_journal_at(d->link, i, &q) == ONSHI_OK; i++)
		if (strcmp(q.name, name) == 0)
			return q.state == state;

	return false;
}

/* Since the application had taken so many. */
static void
check(struct world *w, int from, const char *what)
{
	char last[256];
	struct desk d;
	int i, k, n;

	settle(w);
	ck_assert(desk_open(&d, w));
	n = atomic_load(&w->app.taken);
	for (i = from; i < n; i++) {
		for (k = 0; k < i; k++)
			ck_assert_msg(strcmp(w->app.names[i],
			    w->app.names[k]) != 0, "%s: %s went out twice",
			    what, w->app.names[i]);
		ck_assert_msg(is_told(w, w->app.names[i]) ||
		    is_in_journal(&d, w->app.names[i], ONSHI_REQUEST_LATE),
		    "%s: the answer to %s is lost", what, w->app.names[i]);
	}
	ck_assert_int_eq(atomic_load(&broken), 0);
	ck_assert_msg(files_in(w->app.req, last) == 0, "%s: %s is left", what,
	    last);
	ck_assert_msg(files_in(w->app.res, last) == 0, "%s: %s is left", what,
	    last);
	desk_close(&d);
}

/* ---- at every change ---------------------------------------------------------------- */

START_TEST(at_each_step)
{
	struct world w;
	bool ended = false;
	char what[32];
	int before, n;

	world_make(&w);
	(void)is_told(&w, NULL);
	for (n = 1; !ended && n < STEPS; n++) {
		(void)snprintf(what, sizeof(what), "killed at %d", n);
		before = atomic_load(&w.app.taken);
		ended = desk_wait(desk_start(&w, n, 1));
		check(&w, before, what);
		ck_assert_msg(atomic_load(&w.app.taken) - before <= 1,
		    "%s: sent twice", what);
	}
	ck_assert(ended);
	ck_assert_int_gt(n, 10);
	world_end(&w);
}
END_TEST

/* ---- at any moment ------------------------------------------------------------------- */

START_TEST(at_random)
{
	int times = (int)sample_times(20, 200);
	unsigned int seed = 20261130;
	struct world w;
	char what[32];
	int before, i;
	pid_t pid;

	world_make(&w);
	(void)is_told(&w, NULL);
	for (i = 0; i < times; i++) {
		(void)snprintf(what, sizeof(what), "time %d", i);
		before = atomic_load(&w.app.taken);
		pid = desk_start(&w, 0, 1000);
		(void)usleep((useconds_t)(rand_r(&seed) % 40000));
		(void)kill(pid, SIGKILL);
		ck_assert(!desk_wait(pid));
		check(&w, before, what);
	}
	world_end(&w);
}
END_TEST

static void
fill(TCase *t)
{
	tcase_set_timeout(t, 120);
	tcase_add_test(t, at_each_step);
	tcase_add_test(t, at_random);
}

int
main(void)
{
	return run_tests("link/folder_kill", fill);
}
