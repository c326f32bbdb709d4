/* The virtual card without a daemon: this program plays the reader. */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <check.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "vcard_rows.h"

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static char	 dir[64];
static char	 pki[80];
static char	 vcard[1024];
static char	 control[96];
static int	 listener = -1;
static int	 wire = -1;
static pid_t	 card = -1;
static uint8_t	 reply[70000];

static pid_t
spawn(const char *const *argv)
{
	pid_t pid;

	if ((pid = fork()) == 0) {
		if (wire >= 0)
			(void)close(wire);
		if (listener >= 0)
			(void)close(listener);
		(void)dup2(open("/dev/null", O_WRONLY), 1);
		execv(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}

	return pid;
}

static int
status_of(pid_t pid)
{
	int status;

	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return 128;

	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static void
put_frame(const uint8_t *data, size_t len)
{
	const uint8_t head[2] = { (uint8_t)(len >> 8), (uint8_t)len };

	/* in two writes, as the driver does */
	ck_assert_int_eq(send(wire, head, 2, MSG_NOSIGNAL), 2);
	ck_assert_int_eq(send(wire, data, len, MSG_NOSIGNAL), (ssize_t)len);
}

static bool
get_bytes(uint8_t *out, size_t len)
{
	ssize_t n;

	for (; len > 0; out += n, len -= (size_t)n)
		if ((n = recv(wire, out, len, 0)) <= 0)
			return false;

	return true;
}

/* The answer's length, or -1 when the card has left. */
static int
get_frame(void)
{
	uint8_t head[2];
	size_t len;

	if (!get_bytes(head, 2))
		return -1;
	len = (size_t)(head[0] << 8 | head[1]);
	ck_assert_uint_gt(len, 0);
	if (!get_bytes(reply, len))
		return -1;

	return (int)len;
}

static void
say(uint8_t code)
{
	put_frame(&code, 1);
}

static void
check_atr(void)
{
	uint8_t sum = 0;
	int i, n;

	say(4);
	ck_assert_int_eq(n = get_frame(), 13);
	ck_assert_uint_eq(reply[0], 0x3b);
	for (i = 1; i < n; i++)
		sum ^= reply[i];
	ck_assert_uint_eq(sum, 0);
}

/* The card comes to the reader and is powered as the daemon would do it. */
static void
welcome(void)
{
	struct timeval limit = { .tv_sec = 5 };
	int one = 1;

	ck_assert_int_ge(wire = accept(listener, NULL, NULL), 0);
	(void)setsockopt(wire, SOL_SOCKET, SO_RCVTIMEO, &limit,
	    sizeof(limit));
	(void)setsockopt(wire, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	check_atr();
	say(1);
	check_atr();
}

static void
good_bye(void)
{
	ck_assert_int_eq(get_frame(), -1);
	(void)close(wire);
	wire = -1;
}

static void
card_start(const char *profile, const char *fault)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t len = sizeof(a);
	char address[32], state[96], log[96];
	const char *argv[16] = { vcard, "--pki", pki, "--card", profile,
	    "--vpcd", address, "--control", control, "--state", state,
	    "--apdu-log", log, fault == NULL ? NULL : "--fault", fault };

	if (listener < 0) {
		a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		listener = socket(AF_INET, SOCK_STREAM, 0);
		ck_assert_int_eq(bind(listener, (struct sockaddr *)&a,
		    sizeof(a)), 0);
		ck_assert_int_eq(listen(listener, 4), 0);
	}
	ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&a, &len),
	    0);
	snprintf(address, sizeof(address), "127.0.0.1:%u",
	    (unsigned int)ntohs(a.sin_port));
	snprintf(state, sizeof(state), "%s/state", dir);
	snprintf(log, sizeof(log), "%s/log", dir);
	card = spawn(argv);
	welcome();
}

static void
card_stop(void)
{
	ck_assert_int_eq(kill(card, SIGTERM), 0);
	good_bye();
	ck_assert_int_eq(status_of(card), 0);
	card = -1;
}

static pid_t
tell(const char *text)
{
	const char *argv[8] = { vcard, "--control", control };
	char *copy = strdup(text), *rest = copy;
	size_t n = 3;
	pid_t pid;

	while (rest != NULL && n < 7) {
		argv[n++] = rest;
		if ((rest = strchr(rest, ' ')) != NULL)
			*rest++ = '\0';
	}
	pid = spawn(argv);
	free(copy);

	return pid;
}

/* What the holder does; the reader plays its part. */
static void
do_control(const char *text)
{
	pid_t pid;

	if (text[0] == '!') {
		ck_assert_int_eq(status_of(tell(text + 1)), 1);
		return;
	}
	pid = tell(text);
	if (strncmp(text, "insert", 6) == 0) {
		if (wire >= 0)
			good_bye();
		welcome();
	} else if (strcmp(text, "remove") == 0) {
		good_bye();
	}
	ck_assert_int_eq(status_of(pid), 0);
}

static size_t
from_hex(const char *text, uint8_t *out)
{
	static const char digits[] = "0123456789abcdef";
	size_t n = 0;

	for (; *text != '\0'; text++)
		if (*text != ' ') {
			out[n / 2] = (uint8_t)(out[n / 2] << 4 |
			    (strchr(digits, *text) - digits));
			n++;
		}

	return n / 2;
}

static void
expect(const struct step *s, const char *name)
{
	uint8_t begin[64] = { 0 };
	char sw[8];
	size_t n;
	int len;

	len = get_frame();
	if (strcmp(s->sw, "gone") == 0) {
		ck_assert_msg(len == -1, "%s: still there", name);
		(void)close(wire);
		wire = -1;
		return;
	}
	if (strcmp(s->sw, "stub") == 0) {
		ck_assert_int_eq(len, 1);
		return;
	}
	ck_assert_msg(len >= 2, "%s: %s: answer of %d", name, s->send, len);
	snprintf(sw, sizeof(sw), "%02x%02x", reply[len - 2], reply[len - 1]);
	ck_assert_msg(strcmp(sw, strcmp(s->sw, "slow") == 0 ? "9000" :
	    s->sw) == 0, "%s: %s: %s instead of %s", name, s->send, sw,
	    s->sw);
	ck_assert_msg(s->len == -1 || s->len == len - 2,
	    "%s: %s: %d bytes instead of %d", name, s->send, len - 2, s->len);
	if (s->begin == NULL)
		return;
	n = from_hex(s->begin, begin);
	ck_assert_msg(n <= (size_t)len && memcmp(reply, begin, n) == 0,
	    "%s: %s: other data", name, s->send);
}

static void
do_command(const struct step *s, const char *name)
{
	uint8_t command[300] = { 0 };
	struct pollfd p;
	int ms = strcmp(s->sw, "mute") == 0 ? 400 : 0;

	if (strcmp(s->sw, "slow") == 0)
		ms = 200;
	put_frame(command, from_hex(s->send, command));
	p = (struct pollfd){ .fd = wire, .events = POLLIN };
	if (ms > 0)
		ck_assert_msg(poll(&p, 1, ms) == 0, "%s: too early", name);
	if (strcmp(s->sw, "mute") != 0)
		expect(s, name);
}

static void
do_step(const struct row *row, const struct step *s)
{
	if (strcmp(s->send, "on") == 0) {
		say(1);
	} else if (strcmp(s->send, "off") == 0) {
		say(0);
	} else if (strcmp(s->send, "reset") == 0) {
		say(2);
	} else if (strcmp(s->send, "again") == 0) {
		card_stop();
		card_start(row->card, row->fault);
	} else if (s->send[0] == '@') {
		do_control(s->send + 1);
	} else {
		do_command(s, row->name);
	}
}

static void
forget(void)
{
	char path[96];

	snprintf(path, sizeof(path), "%s/state", dir);
	(void)unlink(path);
	snprintf(path, sizeof(path), "%s/log", dir);
	(void)unlink(path);
}

START_TEST(conversation)
{
	const struct row *row = &rows[_i];
	const struct step *s;

	forget();
	card_start(row->card, row->fault);
	for (s = row->step; s->send != NULL; s++)
		do_step(row, s);
	if (wire >= 0)
		card_stop();
	else
		ck_assert_int_eq(kill(card, SIGTERM), 0);
}
END_TEST

static EVP_PKEY *
public_key(const char *profile)
{
	char path[160];
	EVP_PKEY *key;
	X509 *cert;
	FILE *f;

	snprintf(path, sizeof(path), "%s/cards/%s/auth.pem", pki, profile);
	ck_assert_ptr_nonnull(f = fopen(path, "r"));
	ck_assert_ptr_nonnull(cert = PEM_read_X509(f, NULL, NULL, NULL));
	(void)fclose(f);
	key = X509_get_pubkey(cert);
	X509_free(cert);

	return key;
}

/* What the card signs is what a verifier recovers, byte for byte. */
START_TEST(signature)
{
	static const struct step begin[] = { JPKI, PIN };
	static const struct step sign = { SIGN, "9000", 256, NULL };
	uint8_t info[64] = { 0 }, back[256];
	size_t n = sizeof(back), want = from_hex(INFO, info);
	EVP_PKEY_CTX *ctx;
	EVP_PKEY *key = public_key("adult");

	forget();
	card_start("adult", NULL);
	do_command(&begin[0], "signature");
	do_command(&begin[1], "signature");
	do_command(&sign, "signature");
	ctx = EVP_PKEY_CTX_new(key, NULL);
	ck_assert_int_eq(EVP_PKEY_verify_recover_init(ctx), 1);
	ck_assert_int_eq(EVP_PKEY_CTX_set_rsa_padding(ctx,
	    RSA_PKCS1_PADDING), 1);
	ck_assert_int_eq(EVP_PKEY_verify_recover(ctx, back, &n, reply, 256),
	    1);
	ck_assert_uint_eq(n, want);
	ck_assert_mem_eq(back, info, want);
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(key);
	card_stop();
}
END_TEST

/* The log shows what was done and never what was typed. */
START_TEST(log_hides_the_pin)
{
	static const struct step steps[] = { JPKI, PIN };
	char path[96], text[4096];
	size_t n;
	FILE *f;

	forget();
	card_start("adult", NULL);
	do_command(&steps[0], "log");
	do_command(&steps[1], "log");
	card_stop();
	snprintf(path, sizeof(path), "%s/log", dir);
	ck_assert_ptr_nonnull(f = fopen(path, "r"));
	n = fread(text, 1, sizeof(text) - 1, f);
	(void)fclose(f);
	text[n] = '\0';
	ck_assert_ptr_nonnull(strstr(text, "\t0020009804********\t2\t9000"));
	ck_assert_ptr_nonnull(strstr(text,
	    "\t00a4040c0ad392f000260100000001\t2\t9000"));
	ck_assert_ptr_null(strchr(text, '#'));
	ck_assert_ptr_null(strstr(text, "31323334"));
}
END_TEST

/* A signal that comes while the answer is being sent is not slept over. */
START_TEST(ends_while_it_answers)
{
	static const struct step steps[] = { JPKI };
	struct timespec nap = { .tv_nsec = 2000000 };
	int i, round, status;

	for (round = 0; round < 40; round++) {
		forget();
		card_start("adult", "delay=1");
		do_command(&steps[0], "end");
		ck_assert_int_eq(kill(card, SIGTERM), 0);
		for (i = 0; i < 1000 && waitpid(card, &status, WNOHANG) == 0;
		    i++)
			(void)nanosleep(&nap, NULL);
		ck_assert_msg(i < 1000, "round %d: it goes on", round);
		ck_assert_int_eq(status, 0);
		good_bye();
		card = -1;
	}
}
END_TEST

/* A reader that waits for the card before it asks anything is not waited
 * for; a second card goes on without the control socket of the first. */
START_TEST(ready_without_being_asked)
{
	char address[32], line[16] = "";
	const char *argv[] = { vcard, "--pki", pki, "--card", "child",
	    "--vpcd", address, NULL };
	struct sockaddr_in a;
	socklen_t len = sizeof(a);
	int first, second, out[2];
	struct pollfd p;
	pid_t other;

	forget();
	card_start("adult", NULL);
	first = wire;
	ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&a, &len),
	    0);
	snprintf(address, sizeof(address), "127.0.0.1:%u",
	    (unsigned int)ntohs(a.sin_port));
	ck_assert_int_eq(setenv("ONSHIKAKU_VCARD", control, 1), 0);
	ck_assert_int_eq(pipe(out), 0);
	if ((other = fork()) == 0) {
		(void)dup2(out[1], 1);
		(void)signal(SIGHUP, SIG_DFL);	/* as under nohup it is not */
		execv(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	(void)close(out[1]);
	ck_assert_int_ge(second = accept(listener, NULL, NULL), 0);
	p = (struct pollfd){ .fd = out[0], .events = POLLIN };
	ck_assert_int_eq(poll(&p, 1, 8000), 1);
	ck_assert_int_eq(read(out[0], line, sizeof(line) - 1), 6);
	ck_assert_str_eq(line, "ready\n");
	ck_assert_int_eq(kill(other, SIGHUP), 0);
	ck_assert_int_eq(status_of(other), 0);
	(void)close(second);
	(void)close(out[0]);
	ck_assert_int_eq(unsetenv("ONSHIKAKU_VCARD"), 0);
	wire = first;
	do_control("status");
	card_stop();
}
END_TEST

static int
unlink_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st;
	(void)kind;
	(void)ftw;

	return remove(path);
}

static int
make_pki(const char *build)
{
	char program[1024];
	const char *argv[] = { program, pki, NULL };

	snprintf(program, sizeof(program), "%s/onshikaku-pki", build);

	return status_of(spawn(argv));
}

int
main(void)
{
	const char *build = getenv("top_builddir");
	Suite *s = suite_create("vcard");
	TCase *t = tcase_create("card");
	SRunner *r;
	int failed;

	if (build == NULL)
		build = ".";
	snprintf(dir, sizeof(dir), "/tmp/onshi-vcard-XXXXXX");
	if (mkdtemp(dir) == NULL)
		return 1;
	snprintf(pki, sizeof(pki), "%s/pki", dir);
	snprintf(control, sizeof(control), "%s/control", dir);
	snprintf(vcard, sizeof(vcard), "%s/onshikaku-vcard", build);
	if (make_pki(build) != 0)
		return 1;
	tcase_set_timeout(t, 30);
	tcase_add_loop_test(t, conversation, 0, ROWS);
	tcase_add_test(t, signature);
	tcase_add_test(t, log_hides_the_pin);
	tcase_add_test(t, ends_while_it_answers);
	tcase_add_test(t, ready_without_being_asked);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	(void)nftw(dir, unlink_one, 16, FTW_DEPTH | FTW_PHYS);

	return failed == 0 ? 0 : 1;
}
