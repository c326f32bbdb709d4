/*
 * The card room over a real pcscd and a virtual reader: costs, kinds, cards
 * that go, are reset or fall silent, and a daemon that is killed, stopped and
 * started anew (FM-1, FM-3, FM-4, FM-8; S3).
 */
#include "config.h"

#include <sys/wait.h>

#include <check.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <winscard.h>

#include "card/card.h"
#include "onshikaku/config.h"
#include "onshikaku/visit.h"

#define MS	5000
#define STOP_MS	3000
#define SLACK	250
#define TEXT	((const uint8_t *)"bytes to sign")
#define TEXTLEN	13
#define SKIPPED	77

extern char **environ;

static char dir[64];
static pid_t vreader;

static struct onshi_config *config;
static struct oki_env *env;
static struct oki_readers *readers;
static struct onshi_error e;
static struct oki_wait w;
static struct oki_card *card;
static struct onshi_certificate *x;
static struct oki_secret *pin;
static struct oki_buf sig;
static int shown_before;	/* what the card has counted, in all its life */

/* ---- the world outside ------------------------------------------------ */

static pid_t
start(const char *command)
{
	char *argv[] = { NULL, NULL, NULL, NULL };
	pid_t pid = -1;

	argv[0] = strdup("sh");
	argv[1] = strdup("-c");
	argv[2] = strdup(command);
	if (posix_spawnp(&pid, "sh", NULL, NULL, argv, environ) != 0)
		pid = -1;
	for (size_t i = 0; i < 3; i++)
		free(argv[i]);

	return pid;
}

static int
wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) != pid)
		;

	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static int	run(const char *fmt, ...) OKI_PRINTF(1, 2);

static int
run(const char *fmt, ...)
{
	char command[1024];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(command, sizeof(command), fmt, ap);
	va_end(ap);

	return wait_for(start(command));
}

/* A word to the virtual card. */
static void
vcard(const char *words)
{
	ck_assert_int_eq(run("exec >/dev/null; \"$top_builddir\"/onshikaku-"
	    "vcard --control %s/vcard.sock %s", dir, words), 0);
}

static void
status(char *to, size_t room)
{
	char path[128];
	size_t n;
	FILE *f;

	ck_assert_int_eq(run("\"$top_builddir\"/onshikaku-vcard --control "
	    "%s/vcard.sock status >%s/status", dir, dir), 0);
	(void)snprintf(path, sizeof(path), "%s/status", dir);
	f = fopen(path, "r");
	ck_assert_ptr_nonnull(f);
	n = fread(to, 1, room - 1, f);
	to[n] = '\0';
	(void)fclose(f);
}

/* The number behind "name": in the card's status. */
static int
fact(const char *name)
{
	char text[1024], key[64], *p;

	status(text, sizeof(text));
	(void)snprintf(key, sizeof(key), "\"%s\":", name);
	p = strstr(text, key);
	ck_assert_msg(p != NULL, "%s in %s", key, text);
	p += strlen(key);
	if (strncmp(p, "true", 4) == 0)
		return 1;

	return strncmp(p, "false", 5) == 0 ? 0 : (int)strtol(p, NULL, 10);
}

static pid_t
daemon_pid(void)
{
	char path[128], line[32] = "";
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/pcscd.pid", dir);
	f = fopen(path, "r");
	ck_assert_ptr_nonnull(f);
	ck_assert_ptr_nonnull(fgets(line, sizeof(line), f));
	(void)fclose(f);

	return (pid_t)strtol(line, NULL, 10);
}

static void
vreader_word(const char *word)
{
	ck_assert_int_eq(run("exec sh \"$top_srcdir\"/simulator/vcard/"
	    "onshikaku-vreader --dir %s %s", dir, word), 0);
}

/* As new, on the reader, and seen there. */
static void
insert(const char *profile)
{
	char words[64], text[1024], key[64];

	(void)snprintf(words, sizeof(words), "insert %s", profile);
	(void)snprintf(key, sizeof(key), "\"profile\":\"%s\"", profile);
	vcard("fault clear");
	status(text, sizeof(text));
	if (strstr(text, key) == NULL)
		vcard(words);
	vcard("restore");
	ck_assert_int_eq(run("exec \"$top_builddir\"/onshikaku-vcard wait 1 "
	    "5"), 0);
}

/* ---- our side --------------------------------------------------------- */

static struct oki_wait *
ms(int32_t deadline)
{
	oki_error_clear(&e);
	oki_wait_init(&w, env, deadline, NULL);

	return &w;
}

static void
setup(void)
{
	ck_assert_int_eq(onshi_config_new(&config), ONSHI_OK);
	ck_assert_int_eq(oki_env_new(config, &env), ONSHI_OK);
	onshi_config_free(&config);
	oki_error_clear(&e);
	ck_assert_int_eq(oki_readers_new(env, &readers, &e), ONSHI_OK);
	ck_assert_int_eq(oki_secret_new("1234", 4, &pin), ONSHI_OK);
	oki_buf_init(&sig, 512);
	insert("adult");
	shown_before = fact("verify");
}

static int
shown(void)
{
	return fact("verify") - shown_before;
}

static void
teardown(void)
{
	(void)oki_card_close(&card, &e);
	oki_certificate_free(&x);
	oki_secret_free(&pin);
	oki_buf_free(&sig);
	oki_readers_free(&readers);
	oki_env_free(&env);
}

static int
open_card(int32_t deadline)
{
	return oki_card_open(readers, NULL, ms(deadline), &card, &e);
}

/* The steps of a check-in; before step k something happens. */
struct accident {
	int	 k;
	void	(*happen)(void);
};

static int
step(int k, const struct accident *a, int32_t deadline)
{
	int left;

	if (a != NULL && a->k == k)
		a->happen();
	switch (k) {
	case 0:
		return open_card(deadline);
	case 1:
		return oki_card_certificate(card, ms(deadline), &x, &e);
	case 2:
		return oki_card_tries(card, ms(deadline), &left, &e);
	case 3:
		return oki_card_verify_pin(card, ms(deadline), pin, 0, &e);
	case 4:
		return oki_card_sign(card, ms(deadline), x, TEXT, TEXTLEN,
		    &sig, &e);
	default:
		return oki_card_close(&card, &e);
	}
}

static int
check_in(const struct accident *a, int32_t deadline)
{
	int r = ONSHI_OK;

	oki_certificate_free(&x);
	sig.len = 0;
	for (int k = 0; k < 6 && r == ONSHI_OK; k++)
		r = step(k, a, deadline);
	(void)oki_card_close(&card, &e);

	return r;
}

static void
good(int apdus)
{
	int before = fact("apdus");

	ck_assert_int_eq(check_in(NULL, MS), ONSHI_OK);
	ck_assert_uint_eq(sig.len, 256);
	ck_assert_int_eq(fact("apdus") - before, apdus);
	ck_assert_int_eq(fact("verified"), 0);
	ck_assert_int_eq(fact("powered"), 0);
}

/* ---- costs ------------------------------------------------------------ */

START_TEST(t_cost)
{
	good(6);
	good(6);
	vcard("fault short-only");
	good(13);	/* it was a good reader: asked each time */
	oki_readers_free(&readers);
	ck_assert_int_eq(oki_readers_new(env, &readers, &e), ONSHI_OK);
	good(13);
	good(12);	/* now it is known */
	vcard("fault clear");
	vcard("fault no-sfi");
	vcard("fault 6f00-first");
	ck_assert_int_eq(check_in(NULL, MS), ONSHI_OK);
}
END_TEST

/* ---- kinds ------------------------------------------------------------ */

static const struct {
	const char	*profile;
	int		 kind;
	int		 tries;		/* -1: not to be asked */
} kinds[] = {
	{ "adult",	 ONSHI_CARD_MY_NUMBER, 3 },
	{ "child",	 ONSHI_CARD_NO_CERTIFICATE, -1 },
	{ "locked",	 ONSHI_CARD_MY_NUMBER, 0 },
	{ "last-try",	 ONSHI_CARD_MY_NUMBER, 1 },
	{ "no-pin",	 ONSHI_CARD_MY_NUMBER, 0 },
	{ "phone",	 ONSHI_CARD_PHONE, -1 },
	{ "residence",	 ONSHI_CARD_RESIDENCE, -1 },
	{ "licence",	 ONSHI_CARD_DRIVERS_LICENCE, -1 },
	{ "juki",	 ONSHI_CARD_JUKI, -1 }
};

START_TEST(t_kind)
{
	int kind, left;

	insert(kinds[_i].profile);
	ck_assert_int_eq(open_card(MS), ONSHI_OK);
	ck_assert_int_eq(oki_card_kind(card, ms(MS), &kind, &e), ONSHI_OK);
	ck_assert_msg(kind == kinds[_i].kind, "%s: %d", kinds[_i].profile,
	    kind);
	if (kinds[_i].tries >= 0) {
		ck_assert_int_eq(oki_card_tries(card, ms(MS), &left, &e),
		    ONSHI_OK);
		ck_assert_int_eq(left, kinds[_i].tries);
	}
	if (kinds[_i].tries >= 0 && kinds[_i].tries < 2)
		ck_assert_int_lt(oki_card_verify_pin(card, ms(MS), pin, 0,
		    &e), 0);
	ck_assert_int_eq(shown(), 0);
}
END_TEST

START_TEST(t_wrong)
{
	oki_secret_free(&pin);
	ck_assert_int_eq(oki_secret_new("9999", 4, &pin), ONSHI_OK);
	ck_assert_int_eq(check_in(NULL, MS), ONSHI_E_PIN_WRONG);
	ck_assert_int_eq(e.tries, 2);
	ck_assert_int_eq(shown(), 1);
	ck_assert_int_eq(check_in(NULL, MS), ONSHI_E_PIN_WRONG);
	ck_assert_int_eq(check_in(NULL, MS), ONSHI_E_PIN_LAST_TRY);
	ck_assert_int_eq(shown(), 2);
	ck_assert_int_eq(fact("verified"), 0);
}
END_TEST

/* ---- FM-1, FM-3: gone, lost, reset, at each command ------------------- */

/* What happens at the long read while the card lies there is taken for the
 * reader's limit: from then on it is asked in pieces (12 commands). */
static const struct {
	const char	*fault;
	bool		 in_pieces;
} losses[] = {
	{ "gone", false }, { "lost", true }, { "reset", true },
	{ "stub", true }
};

static void
lose_at(const char *fault, int n)
{
	int before = fact("verify"), r;
	char words[64];

	(void)snprintf(words, sizeof(words), "fault %s@%d", fault, n);
	vcard(words);
	r = check_in(NULL, MS);
	if (n == 1 && strcmp(fault, "reset") == 0)
		ck_assert_int_eq(r, ONSHI_OK);	/* nothing was there yet */
	else if (r == ONSHI_OK)			/* read anew, in pieces */
		ck_assert_msg(n == 2 || n >= 6, "%s", words);
	else if (n < 6)
		ck_assert_msg(r == ONSHI_E_CARD_GONE ||
		    r == ONSHI_E_CARD_ANSWER || r == ONSHI_E_STATE ||
		    (n == 4 && r == ONSHI_E_PIN_UNKNOWN), "%s: %d", words, r);
	ck_assert_int_le(fact("verify") - before, 1);
}

START_TEST(t_loss)
{
	for (int n = 1 + _i % 2; n <= 6; n += 2) {
		lose_at(losses[_i].fault, n);
		insert("adult");
		good(fact("apdus") >= 0 && n == 2 && losses[_i].in_pieces ? 12 :
		    6);
		oki_readers_free(&readers);
		ck_assert_int_eq(oki_readers_new(env, &readers, &e),
		    ONSHI_OK);
	}
}
END_TEST

/* ---- FM-4: mute ------------------------------------------------------- */

START_TEST(t_mute)
{
	char words[64];
	int64_t before;
	int r;

	(void)snprintf(words, sizeof(words), "fault mute@%d", _i);
	vcard(words);
	ck_assert_int_eq(open_card(MS), ONSHI_OK);
	for (int k = 1; k < 6; k++) {
		before = oki_os_steady_ms();
		if ((r = step(k, NULL, 600)) != ONSHI_OK)
			break;
	}
	ck_assert_int_le((int)(oki_os_steady_ms() - before), 600 + SLACK);
	if (_i < 6)
		ck_assert_int_eq(r, _i == 4 ? ONSHI_E_PIN_UNKNOWN :
		    ONSHI_E_CARD_TIMEOUT);
	else
		ck_assert_int_eq(r, ONSHI_E_CARD_TIMEOUT);
	before = oki_os_steady_ms();
	(void)oki_card_close(&card, &e);
	ck_assert_int_le((int)(oki_os_steady_ms() - before), SLACK);
	/* The reader is free once the holder has taken the card away. */
	vcard("remove");
	insert("adult");
	good(6);
}
END_TEST

/* ---- FM-8: the daemon ------------------------------------------------- */

static void
restart(void)
{
	vreader_word("stop-pcscd");
	vreader_word("start-pcscd");
}

static void
kill_daemon(void)
{
	ck_assert_int_eq(kill(daemon_pid(), SIGKILL), 0);
	while (kill(daemon_pid(), 0) == 0)
		(void)usleep(10000);
}

static void
stop_daemon(void)
{
	ck_assert_int_eq(kill(daemon_pid(), SIGSTOP), 0);
}

START_TEST(t_restart)
{
	const struct accident a = { _i, restart };
	int r;

	good(6);
	r = check_in(&a, MS);
	if (_i == 0)		/* nothing was going on: not seen */
		ck_assert_int_eq(r, ONSHI_OK);
	else if (_i == 3)
		ck_assert_int_eq(r, ONSHI_E_PIN_UNKNOWN);
	else if (_i < 5)
		ck_assert_int_eq(r, ONSHI_E_READER_SERVICE);
	else
		ck_assert_int_ne(r, ONSHI_OK);
	ck_assert_int_le(shown(), 2);
	ck_assert_int_eq(check_in(NULL, MS), ONSHI_OK);
}
END_TEST

START_TEST(t_kill)
{
	const struct accident a = { _i, kill_daemon };
	int64_t before = oki_os_steady_ms();
	int r;

	r = check_in(&a, MS);
	if (_i == 0)
		ck_assert_int_eq(r, ONSHI_E_READER_SERVICE);
	else if (_i == 3)
		ck_assert_int_eq(r, ONSHI_E_PIN_UNKNOWN);
	else if (_i < 5)
		ck_assert_int_eq(r, ONSHI_E_READER_SERVICE);
	else
		ck_assert_int_ne(r, ONSHI_OK);
	ck_assert_int_le((int)(oki_os_steady_ms() - before), 3000);
	ck_assert_int_eq(open_card(MS), ONSHI_E_READER_SERVICE);
	vreader_word("start-pcscd");
	good(6);
}
END_TEST

/* A daemon that stands still: nobody waits longer than asked. */
START_TEST(t_stop)
{
	const struct accident a = { _i, stop_daemon };
	int64_t before = oki_os_steady_ms();
	int r;

	/* enough for a busy machine to come to where it stops */
	r = check_in(&a, STOP_MS);
	ck_assert_int_le((int)(oki_os_steady_ms() - before), STOP_MS + 1500);
	ck_assert_int_eq(kill(daemon_pid(), SIGCONT), 0);
	if (_i == 3)
		ck_assert_int_eq(r, ONSHI_E_PIN_UNKNOWN);
	else
		ck_assert_msg(r == ONSHI_E_CARD_TIMEOUT ||
		    r == ONSHI_E_CARD_NONE, "%s", onshi_result_name(r));
	ck_assert_int_eq(check_in(NULL, MS), ONSHI_OK);
}
END_TEST

/* ---- another program -------------------------------------------------- */

/* It has the card open, in one way or the other, and perhaps a transaction:
 * said as such (SEC-68), and whoever may be served is. */
START_TEST(t_other)
{
	static const struct { DWORD share; bool transaction; int result; } of[] =
	    { { SCARD_SHARE_SHARED, false, ONSHI_OK },
	    { SCARD_SHARE_SHARED, true, ONSHI_E_READER_BUSY },
	    { SCARD_SHARE_EXCLUSIVE, false, ONSHI_E_READER_BUSY },
	    { SCARD_SHARE_EXCLUSIVE, true, ONSHI_E_READER_BUSY } };
	char names[512];
	SCARDCONTEXT context;
	SCARDHANDLE handle;
	DWORD len = sizeof(names), protocol;

	ck_assert_int_eq(SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL,
	    &context), SCARD_S_SUCCESS);
	ck_assert_int_eq(SCardListReaders(context, NULL, names, &len),
	    SCARD_S_SUCCESS);
	ck_assert_int_eq(SCardConnect(context, names, of[_i].share,
	    SCARD_PROTOCOL_T1, &handle, &protocol), SCARD_S_SUCCESS);
	if (of[_i].transaction)
		ck_assert_int_eq(SCardBeginTransaction(handle),
		    SCARD_S_SUCCESS);
	ck_assert_int_eq(check_in(NULL, of[_i].result == ONSHI_OK ? MS : 1000),
	    of[_i].result);
	if (of[_i].transaction)
		ck_assert_int_eq(SCardEndTransaction(handle,
		    SCARD_LEAVE_CARD), SCARD_S_SUCCESS);
	ck_assert_int_eq(SCardDisconnect(handle, SCARD_LEAVE_CARD),
	    SCARD_S_SUCCESS);
	ck_assert_int_eq(check_in(NULL, MS), ONSHI_OK);
	(void)SCardReleaseContext(context);
}
END_TEST

/* ---- waiting ---------------------------------------------------------- */

static void *
put_later(void *arg)
{
	(void)arg;
	(void)usleep(500000);
	(void)run("exec >/dev/null; \"$top_builddir\"/onshikaku-vcard "
	    "--control %s/vcard.sock insert adult", dir);

	return NULL;
}

START_TEST(t_wait)
{
	pthread_t thread;

	vcard("remove");
	ck_assert_int_eq(run("exec \"$top_builddir\"/onshikaku-vcard wait 0 "
	    "5"), 0);
	ck_assert_int_eq(open_card(300), ONSHI_E_CARD_NONE);
	ck_assert_int_eq(pthread_create(&thread, NULL, put_later, NULL), 0);
	ck_assert_int_eq(open_card(MS), ONSHI_OK);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	ck_assert_int_eq(oki_card_close(&card, &e), ONSHI_OK);
	good(6);
}
END_TEST

START_TEST(t_list)
{
	struct oki_reader_state states[OKI_READERS];
	struct oki_card *other;
	size_t n;

	ck_assert_int_eq(oki_readers_list(readers, ms(MS), states,
	    OKI_READERS, &n, &e), ONSHI_OK);
	ck_assert_uint_eq(n, 2);
	ck_assert(states[0].has_card != states[1].has_card);
	ck_assert_int_eq(open_card(MS), ONSHI_OK);
	ck_assert_int_eq(oki_card_open(readers, NULL, ms(MS), &other, &e),
	    ONSHI_E_READER_BUSY);
}
END_TEST

/* ---- main ------------------------------------------------------------- */

static bool
is_ready(void)
{
	return run("grep -q ready %s/out 2>/dev/null", dir) == 0;
}

/* 0, or what this program exits with. */
static int
world_open(void)
{
	char command[512], comm[128];
	int code;

	(void)snprintf(dir, sizeof(dir), "/tmp/onshi-real-XXXXXX");
	if (mkdtemp(dir) == NULL)
		return 1;
	(void)snprintf(comm, sizeof(comm), "%s/run/pcscd/pcscd.comm", dir);
	if (run("ONSHIKAKU_BINDIR=\"$top_builddir\"; export "
	    "ONSHIKAKU_BINDIR; \"$top_builddir\"/onshikaku-pki %s/pki "
	    ">/dev/null", dir) != 0)
		return 1;
	(void)snprintf(command, sizeof(command), "ONSHIKAKU_BINDIR="
	    "\"$top_builddir\" exec sh \"$top_srcdir\"/simulator/vcard/"
	    "onshikaku-vreader --dir %s --pki %s/pki --card adult >%s/out "
	    "2>%s/err </dev/null", dir, dir, dir, dir);
	if (setenv("ONSHIKAKU_BINDIR", getenv("top_builddir"), 1) != 0 ||
	    setenv("PCSCLITE_CSOCK_NAME", comm, 1) != 0)
		return 1;
	vreader = start(command);
	while (!is_ready()) {
		if (waitpid(vreader, &code, WNOHANG) == vreader) {
			(void)run("cat %s/err", dir);
			return WIFEXITED(code) &&
			    WEXITSTATUS(code) == SKIPPED ? SKIPPED : 1;
		}
		(void)usleep(100000);
	}

	return 0;
}

static void
world_close(void)
{
	if (vreader > 0 && kill(vreader, SIGTERM) == 0)
		(void)wait_for(vreader);
	(void)run("rm -rf %s", dir);
}

int
main(void)
{
	Suite *s = suite_create("card/real");
	TCase *c = tcase_create("real");
	SRunner *sr;
	int failed;

	if (getenv("top_builddir") == NULL || getenv("top_srcdir") == NULL) {
		puts("skipped: top_srcdir and top_builddir are not set");
		return SKIPPED;
	}
	if ((failed = world_open()) != 0) {
		(void)run("rm -rf %s", dir);
		return failed;
	}
	tcase_set_timeout(c, 60);
	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, t_cost);
	tcase_add_loop_test(c, t_kind, 0, OKI_COUNT(kinds));
	tcase_add_test(c, t_wrong);
	tcase_add_loop_test(c, t_loss, 0, OKI_COUNT(losses));
	tcase_add_loop_test(c, t_mute, 3, 7);
	tcase_add_loop_test(c, t_restart, 0, 6);
	tcase_add_loop_test(c, t_kill, 0, 6);
	tcase_add_loop_test(c, t_stop, 0, 5);
	tcase_add_loop_test(c, t_other, 0, 4);
	tcase_add_test(c, t_wait);
	tcase_add_test(c, t_list);
	suite_add_tcase(s, c);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	world_close();

	return failed == 0 ? 0 : 1;
}
