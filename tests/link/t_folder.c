/* The folder link: one request, one answer, whatever lies in the folders. */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "link/folder.h"
#include "tests/core/run.h"
#include "tests/link/stand_in.h"

#define PREFIX	"OQSsiquc01req"
#define MARK(text)	"<ArbitraryFileIdentifier>" text "</ArbitraryFileIdentifier>"
#define SHORT_MS	2000	/* for a request to be out, on a slow machine */

struct world {
	char			 top[64];
	struct stand_in		 app;
	struct oki_env		*env;
	struct oki_link		*link;
	struct oki_session	*session;
	struct onshi_error	 e;
};

/* ---- the world --------------------------------------------------------------- */

static void
set(struct onshi_config *c, const char *key, const char *value)
{
	ck_assert_msg(onshi_config_set(c, key, value) == ONSHI_OK, "%s: %s",
	    key, onshi_error_text(onshi_config_error(c)));
}

static struct onshi_config *
config_of(const struct world *w, const char *journal)
{
	struct onshi_config *c;
	char path[128];

	ck_assert_int_eq(onshi_config_new(&c), ONSHI_OK);
	set(c, "link.type", "folder");
	set(c, "link.req_dir", w->app.req);
	set(c, "link.res_dir", w->app.res);
	(void)snprintf(path, sizeof(path), "%s/%s", w->top, journal);
	set(c, "link.journal_dir", path);
	set(c, "link.settle_ms", "5");
	set(c, "facility.desk", "7");

	return c;
}

/* Takes c over. */
static void
link_open(struct world *w, struct onshi_config *c)
{
	struct oki_wait wait;

	oki_error_clear(&w->e);
	ck_assert_int_eq(oki_env_new(c, &w->env), ONSHI_OK);
	onshi_config_free(&c);
	ck_assert_msg(oki_link_new(w->env, &w->link, &w->e) == ONSHI_OK,
	    "%s", w->e.text);
	oki_wait_init(&wait, w->env, 10000, NULL);
	ck_assert_msg(oki_session_open(w->link, &wait, &w->session, &w->e) ==
	    ONSHI_OK, "%s", w->e.text);
}

static void
link_close(struct world *w)
{
	oki_session_close(&w->session);
	oki_link_free(&w->link);
	oki_env_free(&w->env);
}

static void
world_make(struct world *w)
{
	memset(w, 0, sizeof(*w));
	(void)snprintf(w->top, sizeof(w->top), "/tmp/t_folder.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(w->top));
	stand_in_start(&w->app, w->top, 0);
	link_open(w, config_of(w, "journal"));
}

static void
world_end(struct world *w)
{
	link_close(w);
	stand_in_stop(&w->app);
	remove_tree(w->top);
}

/* One exchange on that session: the answer stays in x, for the caller to free. */
static int
ask_for(struct world *w, const char *prefix, struct onshi_exchange *x,
    const char *body, int32_t ms, const char *again)
{
	struct oki_wait wait;
	int r;

	oki_error_clear(&w->e);
	oki_wait_init(&wait, w->env, ms, NULL);
	oki_exchange_init(x, prefix, &wait, 1 << 20);
	x->body = (const uint8_t *)body;
	x->bodylen = strlen(body);
	if (again != NULL)
		(void)oki_copy(x->request_id, sizeof(x->request_id), again);
	else
		ck_assert_int_eq(oki_request_id(x->request_id), ONSHI_OK);
	x->again = again != NULL;
	r = oki_session_exchange(w->session, x, &w->e);
	x->wait = NULL;

	return r;
}

static int
ask(struct world *w, struct onshi_exchange *x, const char *body, int32_t ms,
    const char *again)
{
	return ask_for(w, PREFIX, x, body, ms, again);
}

static void
check_answer(const struct onshi_exchange *x, const char *body)
{
	char want[128];

	(void)snprintf(want, sizeof(want), "<A>%s</A>\n", body);
	ck_assert_str_eq((const char *)x->answer.data, want);
	ck_assert_int_eq(x->sent, ONSHI_SENT_ANSWERED);
	ck_assert(!x->rejected);
}

static void
check_asked(struct world *w, const char *body)
{
	struct onshi_exchange x;
	int r = ask(w, &x, body, 10000, NULL);

	ck_assert_msg(r == ONSHI_OK, "%d %s", r, w->e.text);
	check_answer(&x, body);
	oki_exchange_free(&x);
}

static void
check_empty(const char *dir)
{
	char last[256];
	int n = files_in(dir, last);

	ck_assert_msg(n == 0, "%d files in %s, one is %s", n, dir, last);
}

static int
journal_at(struct world *w, size_t i, struct oki_request *out)
{
	return oki_link_journal_at(w->link, i, out);
}

/* Until the application has done so much, for ten seconds at most. */
static void
until(atomic_int *counter, int n)
{
	int i;

	for (i = 0; i < 10000 && atomic_load(counter) < n; i++)
		(void)usleep(1000);
	ck_assert_int_ge(atomic_load(counter), n);
}

/* ---- one exchange ---------------------------------------------------------------- */

START_TEST(answered)
{
	struct oki_request q;
	struct world w;

	world_make(&w);
	check_asked(&w, "<Q>one</Q>");
	check_asked(&w, "<Q>two</Q>");
	check_empty(w.app.req);
	check_empty(w.app.res);
	ck_assert_int_eq(atomic_load(&w.app.taken), 2);
	ck_assert_int_eq(journal_at(&w, 0, &q), ONSHI_END);
	world_end(&w);
}
END_TEST

/* yyMMdd, desk, four digits; no two alike, also of two programs whose desks
 * have the same number and whose journals do not know each other. */
START_TEST(names)
{
	struct world w, v;
	char today[9];
	int i, k, n;

	world_make(&w);
	v = w;
	link_open(&v, config_of(&w, "other"));
	for (i = 0; i < 20; i++)
		check_asked(i % 2 == 0 ? &w : &v, "<Q>x</Q>");
	link_close(&w);
	link_open(&w, config_of(&w, "journal"));
	check_asked(&w, "<Q>x</Q>");
	oki_date_format(today, oki_date_of(oki_wall(w.env)));
	n = atomic_load(&w.app.taken);
	ck_assert_int_eq(n, 21);
	for (i = 0; i < n; i++) {
		ck_assert_uint_eq(strlen(w.app.names[i]),
		    strlen(PREFIX) + 1 + 12);
		ck_assert(memcmp(w.app.names[i], PREFIX "_",
		    strlen(PREFIX) + 1) == 0);
		ck_assert(memcmp(w.app.names[i] + strlen(PREFIX) + 1,
		    today + 2, 6) == 0);
		ck_assert(memcmp(w.app.names[i] + strlen(PREFIX) + 7, "07",
		    2) == 0);
		for (k = 0; k < i; k++)
			ck_assert_str_ne(w.app.names[i], w.app.names[k]);
	}
	link_close(&v);
	world_end(&w);
}
END_TEST

static void
journal_put(const struct world *w, const char *name, const char *text)
{
	char path[256];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/journal/%s", w->top, name);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs(text, file), 0);
	ck_assert_int_eq(fclose(file), 0);
}

/* The file of numbers as nobody wrote it: names of requests keep their form,
 * and no two are alike. */
static const char *const sequences[] = {
	"", "\n", "0000000000 0000000000 0000000000",
	"0000991231 0000000000 000000000x\n",
	"0000991231 x000000000 0000000001\n",
	"x000991231 0000000000 0000000001\n",
	"0000991231  0000000000 000000001\n",
	"00009912310000000000000000000001\n",
	"0000991231 0000000000000000000001\n",
	"0000991231 000000000000 00000001\n",
	"0000991232 0000000000 0000000001\n",
	"9999999999 0000000000 0000000001\n",
	"-000000001 0000000000 0000000001\n",
	"0000991231 -000000009 0000000001\n",
	"0000991231 0000010000 0000000001\n",
	"0000991231 0000000000 -000000009\n",
	"0000991231 0000000000 0000099999\n",
	"0000991231 0000000000 9999999999\n"
};

START_TEST(numbers_that_nobody_wrote)
{
	char today[9];
	struct world w;
	int i;

	world_make(&w);
	check_asked(&w, "<Q>1</Q>");
	journal_put(&w, "sequence", sequences[_i]);
	check_asked(&w, "<Q>2</Q>");
	check_asked(&w, "<Q>3</Q>");
	oki_date_format(today, oki_date_of(oki_wall(w.env)));
	for (i = 0; i < 3; i++) {
		ck_assert_uint_eq(strlen(w.app.names[i]),
		    strlen(PREFIX) + 1 + 12);
		ck_assert(memcmp(w.app.names[i] + strlen(PREFIX) + 1,
		    today + 2, 6) == 0);
	}
	ck_assert_str_ne(w.app.names[1], w.app.names[2]);
	world_end(&w);
}
END_TEST

/* Entries of the journal: one that is whole is told; others are nobody's, are
 * left where they are, and are in nobody's way. */
#define ENTRY(name, prefix, since, req, res, end)			\
	"format=1\nname=" name "\nprefix=" prefix "\nid=0a\nrun=0a0a0a0a\n" \
	"mark=0a0a0a0a\nzip=no\nsince=" since "\nreq=" req "\nres=" res	\
	"\nlater=1\n" end
#define NAME	PREFIX "_260101070001"
#define LONG	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
static const struct {
	const char	*name;
	const char	*text;
	bool		 told;
} entries[] = {
	{ "whole", ENTRY(NAME, PREFIX, "1", "/a", "/b", "end=yes\n"), true },
	{ "empty", "", false },
	{ "no line", "x", false },
	{ "no value", "name\n", false },
	{ "cut before its end", ENTRY(NAME, PREFIX, "1", "/a", "/b", ""),
	    false },
	{ "cut in its end", ENTRY(NAME, PREFIX, "1", "/a", "/b", "end=yes"),
	    false },
	{ "no name", ENTRY("", PREFIX, "1", "/a", "/b", "end=yes\n"), false },
	{ "a path for a name", ENTRY("../x", PREFIX, "1", "/a", "/b",
	    "end=yes\n"), false },
	{ "an endless name", ENTRY(NAME LONG LONG, PREFIX, "1", "/a", "/b",
	    "end=yes\n"), false },
	{ "no request's name", ENTRY("x" NAME, PREFIX, "1", "/a", "/b",
	    "end=yes\n"), false },
	{ "no prefix", ENTRY(NAME, "", "1", "/a", "/b", "end=yes\n"), false },
	{ "an endless prefix", ENTRY(NAME, LONG LONG, "1", "/a", "/b",
	    "end=yes\n"), false },
	{ "no request folder", ENTRY(NAME, PREFIX, "1", "", "/b",
	    "end=yes\n"), false },
	{ "no answer folder", ENTRY(NAME, PREFIX, "1", "/a", "",
	    "end=yes\n"), false },
	{ "no time", ENTRY(NAME, PREFIX, "x", "/a", "/b", "end=yes\n"),
	    false }
};

START_TEST(entries_that_nobody_wrote)
{
	char path[256];
	struct oki_request q;
	struct world w;

	world_make(&w);
	journal_put(&w, NAME ".left", entries[_i].text);
	ck_assert_int_eq(journal_at(&w, 0, &q), entries[_i].told ? ONSHI_OK :
	    ONSHI_END);
	check_asked(&w, "<Q>1</Q>");
	link_close(&w);
	link_open(&w, config_of(&w, "journal"));
	check_asked(&w, "<Q>2</Q>");
	ck_assert_int_eq(atomic_load(&w.app.taken), 2);
	if (!entries[_i].told) {
		(void)snprintf(path, sizeof(path), "%s/journal/" NAME ".left",
		    w.top);
		ck_assert_int_eq(access(path, F_OK), 0);
	}
	world_end(&w);
}
END_TEST

START_TEST(thrown_back)
{
	struct onshi_exchange x;
	struct world w;
	char last[256];

	world_make(&w);
	atomic_store(&w.app.faults, STAND_REJECT);
	ck_assert_int_eq(ask(&w, &x, "<Q>bad</Q>", 10000, NULL), ONSHI_OK);
	ck_assert(x.rejected);
	ck_assert_int_eq(x.sent, ONSHI_SENT_ANSWERED);
	oki_exchange_free(&x);
	/* What was not there yet when the other came goes with the session. */
	until(&w.app.answered, 1);
	oki_session_close(&w.session);
	ck_assert_msg(files_in(w.app.res, last) == 0, "%s", last);
	check_empty(w.app.req);
	world_end(&w);
}
END_TEST

static const struct {
	const char	*name;
	int		 faults;
} badly[] = {
	{ "half-written", STAND_HALF },
	{ "twice", STAND_TWICE },
	{ "foreign files", STAND_FOREIGN },
	{ "all at once", STAND_HALF | STAND_TWICE | STAND_FOREIGN }
};

START_TEST(badly_answered)
{
	struct world w;
	char body[32], last[256];
	int i, foreign;

	world_make(&w);
	atomic_store(&w.app.faults, badly[_i].faults);
	for (i = 0; i < 5; i++) {
		(void)snprintf(body, sizeof(body), "<Q>%d</Q>", i);
		check_asked(&w, body);
	}
	foreign = (badly[_i].faults & STAND_FOREIGN) != 0 ? 5 : 0;
	until(&w.app.answered, 5);
	ck_assert_int_ge(files_in(w.app.res, last), foreign);
	world_end(&w);
}
END_TEST

/* ---- late, and again --------------------------------------------------------------- */

START_TEST(late_then_again)
{
	struct onshi_exchange x, y;
	struct oki_request q;
	struct world w;

	world_make(&w);
	atomic_store(&w.app.faults, STAND_HOLD);
	ck_assert_int_eq(ask(&w, &x, "<Q>slow</Q>", SHORT_MS, NULL),
	    ONSHI_E_LINK_TIMEOUT);
	ck_assert_int_eq(w.e.sent, ONSHI_SENT_UNKNOWN);
	ck_assert_int_eq(journal_at(&w, 0, &q), ONSHI_OK);
	ck_assert_int_eq(q.state, ONSHI_REQUEST_UNCERTAIN);
	ck_assert_str_eq(q.prefix, PREFIX);
	ck_assert_int_eq(journal_at(&w, 1, &q), ONSHI_END);
	atomic_store(&w.app.faults, 0);
	until(&w.app.answered, 1);
	ck_assert_int_eq(journal_at(&w, 0, &q), ONSHI_OK);
	ck_assert_int_eq(q.state, ONSHI_REQUEST_LATE);
	ck_assert_int_eq(ask(&w, &y, "<Q>slow</Q>", 5000, x.request_id),
	    ONSHI_OK);
	check_answer(&y, "<Q>slow</Q>");
	ck_assert_int_eq(atomic_load(&w.app.taken), 1);
	oki_exchange_free(&x);
	oki_exchange_free(&y);
	check_empty(w.app.res);
	check_empty(w.app.req);
	ck_assert_int_eq(journal_at(&w, 0, &q), ONSHI_END);
	world_end(&w);
}
END_TEST

/* What was answered to somebody who could make nothing of it cannot be had once
 * more, and is not published once more: what became of it is for people. */
START_TEST(answered_then_again)
{
	struct onshi_exchange x, y;
	struct world w;

	world_make(&w);
	ck_assert_int_eq(ask_for(&w, "OQSmuquc01req", &x, "<Q>many</Q>", 5000,
	    NULL), ONSHI_OK);
	ck_assert_int_eq(ask_for(&w, "OQSmuquc01req", &y, "<Q>many</Q>", 5000,
	    x.request_id), ONSHI_E_UNCERTAIN);
	ck_assert_int_eq(w.e.sent, ONSHI_SENT_UNKNOWN);
	ck_assert_int_eq(atomic_load(&w.app.taken), 1);
	oki_exchange_free(&x);
	oki_exchange_free(&y);
	check_empty(w.app.res);
	check_empty(w.app.req);
	world_end(&w);
}
END_TEST

/* Nobody asks again: the next start tells of it and leaves nothing lying. */
START_TEST(late_and_left)
{
	struct onshi_exchange x, y;
	struct oki_request q;
	struct world w;

	world_make(&w);
	atomic_store(&w.app.faults, STAND_HOLD);
	ck_assert_int_eq(ask(&w, &x, "<Q>slow</Q>", SHORT_MS, NULL),
	    ONSHI_E_LINK_TIMEOUT);
	link_close(&w);
	atomic_store(&w.app.faults, 0);
	until(&w.app.answered, 1);
	link_open(&w, config_of(&w, "journal"));
	check_empty(w.app.res);
	check_empty(w.app.req);
	ck_assert_int_eq(journal_at(&w, 0, &q), ONSHI_OK);
	ck_assert_int_eq(q.state, ONSHI_REQUEST_LATE);
	ck_assert_int_eq(ask(&w, &y, "<Q>slow</Q>", 500, x.request_id),
	    ONSHI_E_LINK_TIMEOUT);
	ck_assert_int_eq(atomic_load(&w.app.taken), 1);
	oki_exchange_free(&x);
	oki_exchange_free(&y);
	world_end(&w);
}
END_TEST

/* ---- what another run has left ------------------------------------------------------ */

#define BULK	"OQSmuquc01req"
#define BULK_NO	"_260101070001"
#define MB	1048576u

enum { NOTHING_NEW, NEW_IF_UNKNOWN };
static const struct {
	const char	*name;
	const char	*stand;		/* of its entry; NULL: there is none */
	size_t		 answer;	/* bytes that lie there; 0: no file */
	int		 maybe_new;
	int		 result;
	int		 taken;		/* by the application */
	const char	*after;		/* the entry's stand then; NULL: gone */
} lefts[] = {
	{ "left", ".left", 100, NOTHING_NEW, ONSHI_OK, 0, ".taken" },
	{ "awaited", ".awaited", 100, NOTHING_NEW, ONSHI_OK, 0, ".taken" },
	{ "uncertain", ".uncertain", 100, NOTHING_NEW, ONSHI_OK, 0,
	    ".taken" },
	{ "taken, and not handed over", ".taken", 100, NOTHING_NEW, ONSHI_OK,
	    0, ".taken" },
	{ "left, which is as good as new", ".left", 100, NEW_IF_UNKNOWN,
	    ONSHI_OK, 0, ".taken" },
	{ "a large one", ".left", 3 * MB, NOTHING_NEW, ONSHI_OK, 0,
	    ".taken" },
	{ "just large", ".left", MB + 1, NOTHING_NEW, ONSHI_OK, 0,
	    ".taken" },
	{ "too large a one", ".left", 5 * MB, NOTHING_NEW, ONSHI_E_TOO_BIG, 0,
	    ".taken" },
	{ "not answered", ".left", 0, NOTHING_NEW, ONSHI_E_LINK_TIMEOUT, 0,
	    ".uncertain" },
	{ "late", ".late", 100, NOTHING_NEW, ONSHI_E_LINK_TIMEOUT, 0,
	    ".late" },
	{ "late, not to be asked twice", ".late", 100, NEW_IF_UNKNOWN,
	    ONSHI_E_UNCERTAIN, 0, ".late" },
	{ "spent", ".spent", 0, NEW_IF_UNKNOWN, ONSHI_E_UNCERTAIN, 0,
	    ".spent" },
	{ "prepared", ".prepared", 0, NOTHING_NEW, ONSHI_E_LINK_TIMEOUT, 0,
	    ".prepared" },
	{ "failed", ".failed", 0, NOTHING_NEW, ONSHI_E_LINK_TIMEOUT, 0,
	    ".failed" },
	{ "not known", NULL, 0, NOTHING_NEW, ONSHI_E_LINK_TIMEOUT, 0, NULL },
	{ "not known, and sent as new", NULL, 0, NEW_IF_UNKNOWN, ONSHI_OK, 1,
	    NULL }
};

static void
put_left(struct world *w, const char *stand, size_t answer)
{
	char path[400], text[2048];
	size_t n;
	FILE *f;

	(void)snprintf(text, sizeof(text), "format=1\nname=" BULK BULK_NO
	    "\nprefix=" BULK "\nid=00000000-0000-4000-8000-000000000000\n"
	    "run=0a0a0a0a\nmark=0a0a0a0a\nzip=no\nsince=%lld\nreq=%s\n"
	    "res=%s\nend=yes\n", (long long)oki_wall(w->env), w->app.req,
	    w->app.res);
	(void)snprintf(path, sizeof(path), BULK BULK_NO "%s", stand);
	journal_put(w, path, text);
	if (answer == 0)
		return;
	(void)snprintf(path, sizeof(path), "%s/OQSmuquc01res" BULK_NO ".xml",
	    w->app.res);
	ck_assert_ptr_nonnull(f = fopen(path, "w"));
	(void)fputs("<A>", f);
	for (n = 7; n < answer; n++)
		(void)fputc('a' + (int)(n % 23), f);
	(void)fputs("</A>", f);
	ck_assert_int_eq(fclose(f), 0);
}

static void
check_left(struct world *w, const char *stand)
{
	char path[400];

	(void)snprintf(path, sizeof(path), "%s/journal/" BULK BULK_NO "%s",
	    w->top, stand);
	ck_assert_msg(access(path, F_OK) == 0, "it is not %s", stand);
}

/* By its name a later run asks for a bulk's answer, once it is sure that nobody
 * else waits for it; and sends nothing anew that may have been answered. */
START_TEST(left_by_another_run)
{
	struct onshi_exchange x;
	struct oki_wait wait;
	struct world w;
	int r;

	world_make(&w);
	if (lefts[_i].stand != NULL)
		put_left(&w, lefts[_i].stand, lefts[_i].answer);
	oki_wait_init(&wait, w.env, lefts[_i].result == ONSHI_OK ? 10000 :
	    300, NULL);
	oki_exchange_init(&x, BULK, &wait, 4 * MB);
	x.body = (const uint8_t *)"<Q>x</Q>";
	x.bodylen = 8;
	(void)oki_copy(x.request_id, sizeof(x.request_id),
	    "00000000-0000-4000-8000-000000000000");
	x.again = true;
	x.maybe_new = lefts[_i].maybe_new == NEW_IF_UNKNOWN;
	r = oki_session_exchange(w.session, &x, &w.e);
	ck_assert_msg(r == lefts[_i].result, "%s: %d %s", lefts[_i].name, r,
	    w.e.text);
	if (r == ONSHI_OK && lefts[_i].answer > 0)
		ck_assert_uint_eq(x.answer.len, lefts[_i].answer);
	ck_assert_int_eq(x.sent, r == ONSHI_OK || r == ONSHI_E_TOO_BIG ?
	    ONSHI_SENT_ANSWERED : ONSHI_SENT_UNKNOWN);
	ck_assert_int_eq(atomic_load(&w.app.taken), lefts[_i].taken);
	if (lefts[_i].after != NULL)
		check_left(&w, lefts[_i].after);
	oki_exchange_free(&x);
	world_end(&w);
}
END_TEST

/* Who lives and waits for it is the one that gets it. */
START_TEST(still_anothers)
{
	struct onshi_exchange x, y;
	struct world w, v;

	world_make(&w);
	v = w;
	link_open(&v, config_of(&w, "journal"));
	atomic_store(&w.app.faults, STAND_HOLD);
	ck_assert_int_eq(ask(&v, &x, "<Q>slow</Q>", SHORT_MS, NULL),
	    ONSHI_E_LINK_TIMEOUT);
	ck_assert_int_eq(ask(&w, &y, "<Q>slow</Q>", 300, x.request_id),
	    ONSHI_E_LINK_TIMEOUT);
	oki_exchange_free(&y);
	atomic_store(&w.app.faults, 0);
	ck_assert_int_eq(ask(&v, &y, "<Q>slow</Q>", 10000, x.request_id),
	    ONSHI_OK);
	check_answer(&y, "<Q>slow</Q>");
	oki_exchange_free(&x);
	oki_exchange_free(&y);
	link_close(&v);
	world_end(&w);
}
END_TEST

START_TEST(not_fetched)
{
	struct onshi_exchange x;
	struct oki_request q;
	struct world w;

	world_make(&w);
	atomic_store(&w.app.faults, STAND_BLIND);
	ck_assert_int_eq(ask(&w, &x, "<Q>a</Q>", SHORT_MS, NULL),
	    ONSHI_E_LINK_TIMEOUT);
	oki_exchange_free(&x);
	link_close(&w);
	link_open(&w, config_of(&w, "journal"));
	ck_assert_int_eq(journal_at(&w, 0, &q), ONSHI_OK);
	ck_assert_int_eq(q.state, ONSHI_REQUEST_AWAITED);
	atomic_store(&w.app.faults, STAND_MUTE);
	until(&w.app.taken, 1);
	ck_assert_int_eq(journal_at(&w, 0, &q), ONSHI_OK);
	ck_assert_int_eq(q.state, ONSHI_REQUEST_UNCERTAIN);
	world_end(&w);
}
END_TEST

/* Half an answer is no answer, however long it lies there. */
START_TEST(cut_short)
{
	struct onshi_exchange x;
	struct world w;
	char last[256];

	world_make(&w);
	atomic_store(&w.app.faults, STAND_CUT);
	ck_assert_int_eq(ask(&w, &x, "<Q>a</Q>", SHORT_MS, NULL),
	    ONSHI_E_LINK_TIMEOUT);
	ck_assert_uint_eq(x.answer.len, 0);
	ck_assert_int_eq(files_in(w.app.res, last), 1);
	oki_exchange_free(&x);
	world_end(&w);
}
END_TEST

/* ---- what it says of itself ------------------------------------------------------------ */

static const struct {
	const char	*key;
	const char	*value;
	int		 result;
} configs[] = {
	{ "link.req_dir", NULL, ONSHI_E_CONFIG },
	{ "link.res_dir", NULL, ONSHI_E_CONFIG },
	{ "link.journal_dir", NULL, ONSHI_E_CONFIG },
	{ "link.journal_dir", "/nowhere/at/all", ONSHI_E_DISK },
	{ "link.req_dir", "/tmp/a|/tmp/b", ONSHI_E_CONFIG },
	{ "link.req_dir.OQSsiquc01rex", "/tmp/a", ONSHI_E_CONFIG },
	{ "link.req_dir.YZKsiquc01req", "/tmp/a|/tmp/b", ONSHI_E_CONFIG },
	{ "link.zip", "yes", ONSHI_E_CONFIG },
	{ "link.zip.OQSsiquc01req", "yes", ONSHI_E_CONFIG },
	{ "link.zip.OQSsiquc01req", "no", ONSHI_OK }
};

START_TEST(config_checks)
{
	struct onshi_config *c;
	struct onshi_error e;
	struct oki_link *l;
	struct oki_env *env;
	struct world w;

	world_make(&w);
	c = config_of(&w, "third");
	set(c, configs[_i].key, configs[_i].value);
	oki_error_clear(&e);
	ck_assert_int_eq(oki_env_new(c, &env), ONSHI_OK);
	onshi_config_free(&c);
	ck_assert_int_eq(oki_link_new(env, &l, &e), configs[_i].result);
	ck_assert(configs[_i].result == ONSHI_OK || l == NULL);
	oki_link_free(&l);
	oki_env_free(&env);
	world_end(&w);
}
END_TEST

/* A folder that is away is named, and is there again when it is. */
START_TEST(away)
{
	struct oki_session *session = NULL;
	struct oki_wait wait;
	struct world w;
	char path[300];
	const char *dir;

	world_make(&w);
	dir = _i == 0 ? w.app.req : w.app.res;
	(void)snprintf(path, sizeof(path), "%s.away", dir);
	ck_assert_int_eq(rename(dir, path), 0);
	oki_wait_init(&wait, w.env, 10000, NULL);
	ck_assert_int_eq(oki_session_open(w.link, &wait, &session, &w.e),
	    ONSHI_E_NETWORK);
	ck_assert_msg(strstr(w.e.text, _i == 0 ? "link.req_dir" :
	    "link.res_dir") != NULL, "%s", w.e.text);
	ck_assert_int_eq(rename(path, dir), 0);
	oki_error_clear(&w.e);
	ck_assert_int_eq(oki_session_open(w.link, &wait, &session, &w.e),
	    ONSHI_OK);
	oki_session_close(&session);
	world_end(&w);
}
END_TEST

/* A function with a place of its own, named by both keys, by one, or twice,
 * goes there and nowhere else, and all others to the common one. */
START_TEST(own_place)
{
	struct onshi_exchange x;
	struct onshi_config *c;
	struct stand_in own;
	struct world w;

	world_make(&w);
	link_close(&w);
	stand_in_start(&own, w.top, 1);
	c = config_of(&w, "own");
	set(c, "link.req_dir.YZKsiquc01req", own.req);
	set(c, "link.res_dir.YZKsiquc01req", own.res);
	set(c, "link.res_dir.TKKsiquc01req", own.res);
	link_open(&w, c);
	check_asked(&w, "<Q>a</Q>");
	ck_assert_int_eq(ask_for(&w, "YZKsiquc01req", &x, "<Q>b</Q>", 10000,
	    NULL), ONSHI_OK);
	check_answer(&x, "<Q>b</Q>");
	oki_exchange_free(&x);
	ck_assert_int_eq(atomic_load(&w.app.taken), 1);
	ck_assert_int_eq(atomic_load(&own.taken), 1);
	/* The common application takes it, and answers where nobody looks. */
	ck_assert_int_eq(ask_for(&w, "TKKsiquc01req", &x, "<Q>c</Q>",
	    SHORT_MS, NULL), ONSHI_E_LINK_TIMEOUT);
	oki_exchange_free(&x);
	ck_assert_int_eq(atomic_load(&w.app.taken), 2);
	ck_assert_int_eq(atomic_load(&own.taken), 1);
	stand_in_stop(&own);
	world_end(&w);
}
END_TEST

static const struct {
	const char	*prefix;
	int		 form;
} functions[] = {
	{ "OQSsiquc01req", ONSHI_FORM_XML },
	{ "YZKsiquc01req", ONSHI_FORM_XML },
	{ "OQSsiquc01req+card", ONSHI_FORM_NONE },
	{ "challenge", ONSHI_FORM_NONE },
	{ "OQSsiquc01res", ONSHI_FORM_NONE },
	{ "EPSsiPIR01req", ONSHI_FORM_NONE },
	{ "nothing", ONSHI_FORM_NONE }
};

START_TEST(carries)
{
	struct world w;

	world_make(&w);
	ck_assert_int_eq(oki_link_carries(w.link, functions[_i].prefix),
	    functions[_i].form);
	ck_assert(!oki_link_has_tokens(w.link));
	ck_assert(oki_link_has_request_ids(w.link));
	ck_assert_int_eq(oki_link_days_left(w.link), -1);
	ck_assert_str_eq(oki_link_name(w.link), "folder");
	world_end(&w);
}
END_TEST

static const struct {
	const char	*text;
	bool		 whole;
} documents[] = {
	{ "<A>x</A>", true }, { "<A>x</A>\r\n \n", true },
	{ "<?xml version=\"1.0\"?>\n<A a='1'><B/></A>", true },
	{ "<!-- c --><A/>", true }, { "<A></A >", true },
	{ "<AB>x</AB>", true },
	{ "", false }, { "<", false }, { "<A", false }, { "<A>", false },
	{ "<A>x</A", false }, { "<A><A>x</B>", false },
	{ "<A><B/>", false }, { "<AB>x</B>", false }, { "x", false },
	{ "<?xml version=\"1.0\"?>", false }, { "</A>", false },
	{ "<A>x</A><", false }
};

/* An empty buffer has no bytes to point to. */
static const uint8_t *
bytes_of(const char *text)
{
	return *text == '\0' ? NULL : (const uint8_t *)text;
}

START_TEST(whole)
{
	ck_assert_int_eq(oki_is_whole(bytes_of(documents[_i].text),
	    strlen(documents[_i].text)), documents[_i].whole);
}
END_TEST

static const struct {
	const char	*text;
	const char	*mark;
	bool		 others;
} marked[] = {
	{ "<A>" MARK("ab12") "</A>", "ab12", false },
	{ "<A>" MARK("ab13") "</A>", "ab12", true },
	{ "<A>" MARK("ab1") "</A>", "ab12", true },
	{ "<A>" MARK("ab123") "</A>", "ab12", true },
	{ "<A>" MARK("ab13") "</A>", NULL, false },
	{ "<A>" MARK("ab13") "</A>", "", false },
	{ "<A>" MARK("") "</A>", "ab12", false },
	{ "<A><ArbitraryFileIdentifier/></A>", "ab12", false },
	{ "<A><ArbitraryFileIdentifier>", "ab12", false },
	{ "<A>", "ab12", false }, { "", "ab12", false }
};

START_TEST(others)
{
	ck_assert_int_eq(oki_is_others(bytes_of(marked[_i].text),
	    strlen(marked[_i].text), marked[_i].mark), marked[_i].others);
}
END_TEST

static void
fill(TCase *t)
{
	tcase_set_timeout(t, 60);
	ADD_ROWS(t, others, marked);
	tcase_add_test(t, answered);
	tcase_add_test(t, names);
	tcase_add_loop_test(t, numbers_that_nobody_wrote, 0,
	    (int)OKI_COUNT(sequences));
	ADD_ROWS(t, entries_that_nobody_wrote, entries);
	tcase_add_test(t, thrown_back);
	ADD_ROWS(t, badly_answered, badly);
	tcase_add_test(t, late_then_again);
	tcase_add_test(t, answered_then_again);
	tcase_add_test(t, late_and_left);
	ADD_ROWS(t, left_by_another_run, lefts);
	tcase_add_test(t, still_anothers);
	tcase_add_test(t, not_fetched);
	tcase_add_test(t, cut_short);
	ADD_ROWS(t, config_checks, configs);
	tcase_add_loop_test(t, away, 0, 2);
	tcase_add_test(t, own_place);
	ADD_ROWS(t, carries, functions);
	ADD_ROWS(t, whole, documents);
}

int
main(void)
{
	return run_tests("link/folder", fill);
}
