/*
 * Folders on a share that lies, terminals that answer badly, two programs and
 * two desks at once: each question gets its own answer, nothing foreign is
 * touched, nothing of ours is left.
 */
#include "config.h"

#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "link/folder.h"
#include "tests/core/run.h"
#include "tests/link/share.h"
#include "tests/link/stand_in.h"
#include "tests/sample.h"

#define PREFIX	"OQSsiquc01req"
#define HOUR_MS	3600000

static atomic_llong later_ms;	/* than the real clock */

struct world {
	char			 top[64];
	struct stand_in		 app[2];
	struct oki_env		*env[2];
	struct oki_link		*link[2];
};

static int64_t
clock_wall(void *self)
{
	(void)self;

	return oki_os_wall_ms() + atomic_load(&later_ms);
}

static int64_t
clock_steady(void *self)
{
	(void)self;

	return oki_os_steady_ms();
}

static int64_t
clock_boot(void *self)
{
	(void)self;

	return oki_os_boot_ms();
}

static const struct onshi_clock_ops clock_ops = { .size = sizeof(clock_ops),
	.wall = clock_wall, .steady = clock_steady,
	.boot = clock_boot };

static void
set(struct onshi_config *c, const char *key, const char *value)
{
	ck_assert_msg(onshi_config_set(c, key, value) == ONSHI_OK, "%s: %s",
	    key, onshi_error_text(onshi_config_error(c)));
}

/* Desk i; its number and its journal are what is given. */
static void
link_open(struct world *w, int i, const char *desk, const char *journal,
    bool both)
{
	struct onshi_error e;
	struct onshi_config *c;
	char text[700];

	oki_error_clear(&e);
	ck_assert_int_eq(onshi_config_new(&c), ONSHI_OK);
	ck_assert_int_eq(onshi_config_set_clock(c, &clock_ops, NULL),
	    ONSHI_OK);
	set(c, "link.type", "folder");
	(void)snprintf(text, sizeof(text), "%s%s%s", w->app[0].req,
	    both ? " | " : "", both ? w->app[1].req : "");
	set(c, "link.req_dir", text);
	(void)snprintf(text, sizeof(text), "%s%s%s", w->app[0].res,
	    both ? " | " : "", both ? w->app[1].res : "");
	set(c, "link.res_dir", text);
	(void)snprintf(text, sizeof(text), "%s/%s", w->top, journal);
	set(c, "link.journal_dir", text);
	set(c, "link.settle_ms", "5");
	set(c, "link.scan_ms", "100");
	set(c, "facility.desk", desk);
	ck_assert_int_eq(oki_env_new(c, &w->env[i]), ONSHI_OK);
	onshi_config_free(&c);
	ck_assert_msg(oki_link_new(w->env[i], &w->link[i], &e) == ONSHI_OK,
	    "%s", e.text);
}

static void
link_close(struct world *w, int i)
{
	oki_link_free(&w->link[i]);
	oki_env_free(&w->env[i]);
}

static void
world_make(struct world *w)
{
	memset(w, 0, sizeof(*w));
	atomic_store(&later_ms, 0);
	(void)snprintf(w->top, sizeof(w->top), "/tmp/t_share.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(w->top));
	stand_in_start(&w->app[0], w->top, 0);
	stand_in_start(&w->app[1], w->top, 1);
}

static void
world_end(struct world *w)
{
	link_close(w, 0);
	link_close(w, 1);
	stand_in_stop(&w->app[0]);
	stand_in_stop(&w->app[1]);
	remove_tree(w->top);
}

/* But for those that an application has open for a moment. */
static int
descriptors(void)
{
	int i, n, least = INT32_MAX;
	char last[256];

	for (i = 0; i < 200; i++) {
		if ((n = files_in("/proc/self/fd", last)) < least)
			least = n;
		(void)usleep(100);
	}

	return least;
}

/* ---- desks, as threads ------------------------------------------------------- */

struct desk {
	pthread_t	 thread;
	struct oki_env	*env;
	struct oki_link	*link;
	struct oki_folder *folder;	/* in place of the link */
	const struct oki_link_ops *ops;
	int		 number;
	int		 questions;
	int32_t		 ms;
	/* what came of it */
	int		 answered, wrong, failed;
	char		 why[200];
};

static bool
is_own(const struct onshi_exchange *x, const char *body)
{
	char want[64];

	(void)snprintf(want, sizeof(want), "<A>%s</A>\n", body);

	return x->answer.data != NULL &&
	    strcmp((const char *)x->answer.data, want) == 0;
}

static void
desk_ask(struct desk *d, void *s, int i)
{
	struct onshi_exchange x;
	struct onshi_error e;
	struct oki_wait wait;
	char body[32];

	oki_error_clear(&e);
	(void)snprintf(body, sizeof(body), "<Q>%d.%d</Q>", d->number, i);
	oki_wait_init(&wait, d->env, d->ms, NULL);
	oki_exchange_init(&x, PREFIX, &wait, 1 << 20);
	x.body = (const uint8_t *)body;
	x.bodylen = strlen(body);
	if (oki_request_id(x.request_id) != ONSHI_OK ||
	    (d->folder != NULL ? d->ops->exchange(d->folder, s, &x, &e) :
	    oki_session_exchange(s, &x, &e)) != ONSHI_OK) {
		d->failed++;
		(void)snprintf(d->why, sizeof(d->why), "%s: %s",
		    onshi_result_name(e.code), e.text);
	} else if (is_own(&x, body))
		d->answered++;
	else
		d->wrong++;
	oki_exchange_free(&x);
}

static void *
desk_run(void *arg)
{
	struct desk *d = arg;
	struct oki_session *s;
	struct oki_wait wait;
	int i;

	oki_wait_init(&wait, d->env, d->ms, NULL);
	if (d->folder != NULL) {
		void *theirs;

		if (d->ops->open(d->folder, &wait, &theirs, NULL) ==
		    ONSHI_OK) {
			desk_ask(d, theirs, 0);
			d->ops->close(d->folder, theirs);
		}
		return NULL;
	}
	for (i = 0; i < d->questions; i++) {
		if (oki_session_open(d->link, &wait, &s, NULL) != ONSHI_OK) {
			d->failed++;
			continue;
		}
		desk_ask(d, s, i);
		oki_session_close(&s);
	}

	return NULL;
}

static void
desk_start(struct desk *d, struct world *w, int link, int number,
    int questions, int32_t ms)
{
	d->env = w->env[link];
	d->link = w->link[link];
	d->number = number;
	d->questions = questions;
	d->ms = ms;
	ck_assert_int_eq(pthread_create(&d->thread, NULL, desk_run, d), 0);
}

static void
desk_end(struct desk *d)
{
	ck_assert_int_eq(pthread_join(d->thread, NULL), 0);
	ck_assert_int_eq(d->wrong, 0);
	ck_assert_msg(d->failed == 0, "%d failed, %s", d->failed, d->why);
	ck_assert_int_eq(d->answered, d->questions);
}

static void
until_visible(const char *dir, int n)
{
	int i;

	for (i = 0; i < 20000 && files_seen(dir) < n; i++)
		(void)usleep(1000);
	ck_assert_int_eq(files_seen(dir), n);
}

/* What a program does when it starts: clears up. */
static void
link_use(struct world *w, int i)
{
	struct oki_session *s;
	struct oki_wait wait;

	oki_wait_init(&wait, w->env[i], 10000, NULL);
	ck_assert_int_eq(oki_session_open(w->link[i], &wait, &s, NULL),
	    ONSHI_OK);
	oki_session_close(&s);
}

/* ---- everything at once ---------------------------------------------------------- */

static void
desks_play(struct world *w, int times)
{
	struct desk d[4] = { 0 };
	int i;

	for (i = 0; i < 4; i++)
		desk_start(&d[i], w, i % 2, i, times, 120000);
	for (i = 0; i < 4; i++)
		desk_end(&d[i]);
}

/* What nobody gave back, at rest: the least of some looks, for the stand-in may
 * be reading a directory. */
static size_t
bytes_held(void)
{
	size_t least = SIZE_MAX, now;
	int i;

	for (i = 0; i < 100; i++) {
		now = mallinfo2().uordblks;
		least = now < least ? now : least;
		(void)usleep(1000);
	}

	return least;
}

START_TEST(all_faults)
{
	int first = 5, times = first + (int)sample_times(20, 245);
	struct world w;
	size_t held;
	int i, before;
	char share[80];

	world_make(&w);
	before = descriptors();
	(void)snprintf(share, sizeof(share), "%s/re", w.top);
	share_lie(share, SHARE_ALL, 5);
	for (i = 0; i < 2; i++)
		atomic_store(&w.app[i].faults,
		    STAND_HALF | STAND_TWICE | STAND_FOREIGN);
	/* Two programs that do not know each other, with one desk number. */
	link_open(&w, 0, "3", "journal0", true);
	link_open(&w, 1, "3", "journal1", true);
	desks_play(&w, first);
	held = bytes_held();
	desks_play(&w, times - first);
	ck_assert_uint_le(bytes_held(), held + 1024);
	ck_assert_int_gt(share_lied(), 0);
	share_lie("", 0, 0);
	for (i = 0; i < 2; i++)
		link_close(&w, i);
	ck_assert_int_eq(atomic_load(&w.app[0].taken) +
	    atomic_load(&w.app[1].taken), 4 * times);
	ck_assert_int_eq(descriptors(), before);
	/* The second answers that came when the first was handed over. */
	(void)usleep(50000);
	atomic_store(&later_ms, HOUR_MS);
	link_open(&w, 0, "3", "journal0", true);
	link_open(&w, 1, "3", "journal1", true);
	for (i = 0; i < 2; i++)
		link_use(&w, i);
	ck_assert_int_eq(files_seen(w.app[0].res) +
	    files_seen(w.app[1].res), 4 * times);
	for (i = 0; i < 2; i++) {
		char last[256];

		ck_assert_msg(files_in(w.app[i].req, last) == 0, "%s", last);
	}
	world_end(&w);
}
END_TEST

/* ---- terminals and turns ------------------------------------------------------------ */

START_TEST(fewest_under_way)
{
	struct desk d[6] = { 0 };
	struct world w;
	int i;

	world_make(&w);
	link_open(&w, 0, "1", "journal", true);
	for (i = 0; i < 2; i++)
		atomic_store(&w.app[i].faults, STAND_BLIND);
	for (i = 0; i < 6; i++) {
		desk_start(&d[i], &w, 0, i, 1, 60000);
		until_visible(w.app[i % 2].req, i / 2 + 1);
	}
	for (i = 0; i < 2; i++)
		atomic_store(&w.app[i].faults, 0);
	for (i = 0; i < 6; i++)
		desk_end(&d[i]);
	ck_assert_int_eq(atomic_load(&w.app[0].taken), 3);
	ck_assert_int_eq(atomic_load(&w.app[1].taken), 3);
	world_end(&w);
}
END_TEST

/* In which turn each question was put: by the numbers that their names got. */
static char order[32][32];
static int number[32];
static atomic_int ordered;

static size_t
note_order(const char *name, const char *body, size_t len, char *to,
    size_t room)
{
	int n = atomic_fetch_add(&ordered, 1);

	number[n % 32] = atoi(name + strlen(name) - 4);
	(void)snprintf(order[n % 32], sizeof(order[0]), "%.*s", (int)len,
	    body);

	return (size_t)snprintf(to, room, "<A>%.*s</A>\n", (int)len, body);
}

static void
until_waiting(struct oki_folder *f, int n)
{
	const struct oki_waiter *p;
	int i, found = 0;

	for (i = 0; i < 20000 && found < n; i++) {
		found = 0;
		oki_mutex_lock(f->lock);
		for (p = f->waiters; p != NULL; p = p->next)
			found++;
		oki_mutex_unlock(f->lock);
		(void)usleep(1000);
	}
	ck_assert_int_eq(found, n);
}

/* Of programs with one journal 20 requests are under way, no more; of
 * those that wait, the one whose time ends first is next. */
START_TEST(twenty_at_most)
{
	const struct oki_link_ops *ops;
	int i, first = -1, second = -1;
	struct desk d[23] = { 0 };
	struct world w;
	void *folder;

	world_make(&w);
	atomic_store(&ordered, 0);
	w.app[0].make = note_order;
	link_open(&w, 0, "1", "journal", false);
	link_open(&w, 1, "2", "journal", false);
	atomic_store(&w.app[0].faults, STAND_BLIND);
	for (i = 0; i < 20; i++)
		desk_start(&d[i], &w, i % 2, i, 1, 60000);
	until_visible(w.app[0].req, 20);
	/* A third program, into which the test can see. */
	ck_assert_int_eq(oki_folder_new(w.env[0], &ops, &folder, NULL),
	    ONSHI_OK);
	for (i = 20; i < 23; i++) {
		d[i].ops = ops;
		d[i].folder = folder;
		desk_start(&d[i], &w, 0, i, 1, i == 22 ? 60000 : 120000);
		until_waiting(folder, i - 19);
	}
	ck_assert_int_eq(files_seen(w.app[0].req), 20);
	atomic_store(&w.app[0].faults, 0);
	for (i = 0; i < 23; i++)
		desk_end(&d[i]);
	for (i = 0; i < 23; i++) {
		if (strcmp(order[i], "<Q>20.0</Q>") == 0)
			second = number[i];
		if (strcmp(order[i], "<Q>22.0</Q>") == 0)
			first = number[i];
	}
	ck_assert_int_ge(first, 0);
	ck_assert_int_ge(second, 0);
	/* Numbers go round. */
	ck_assert_int_gt((second - first + 10000) % 10000, 0);
	ck_assert_int_lt((second - first + 10000) % 10000, 5000);
	ops->free(folder);
	world_end(&w);
}
END_TEST

static void
fill(TCase *t)
{
	tcase_set_timeout(t, 120);
	tcase_add_test(t, all_faults);
	tcase_add_test(t, fewest_under_way);
	tcase_add_test(t, twenty_at_most);
}

int
main(void)
{
	return run_tests("link/folder_share", fill);
}
