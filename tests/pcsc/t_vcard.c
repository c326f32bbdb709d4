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
#include <unistd.h>

#include <check.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

/*
 * A step sends a command (hexadecimal) and expects an answer: status word,
 * number of data bytes (-1: any), and how the data begin. Other steps:
 * "on", "off", "reset", "atr"; "again" ends the card and starts it anew;
 * "@..." is said through the control socket. Expected "mute" is no answer,
 * "gone" a card that leaves.
 */
struct step {
	const char	*send;
	const char	*sw;
	int		 len;
	const char	*begin;
};

struct row {
	const char	*name;
	const char	*card;
	const char	*fault;
	struct step	 step[14];
};

#define JPKI	{ "00a4040c0ad392f000260100000001", "9000", 0, NULL }
#define TEXT	{ "00a4040c0ad3921000310001010408", "9000", 0, NULL }
#define VISUAL	{ "00a4040c0ad3921000310001010402", "9000", 0, NULL }
#define COMMON	{ "00a4040c0ad3921000310001010100", "9000", 0, NULL }
#define PIN	{ "002000980431323334", "9000", 0, NULL }
#define HASH	"0102030405060708090a0b0c0d0e0f10" \
		"1112131415161718191a1b1c1d1e1f20"
#define INFO	"3031300d060960864801650304020105000420" HASH
#define SIGN	"802a009733" INFO "00"

static const struct row rows[] = {
	{ "select: every application of the card", "adult", NULL, {
	    JPKI, TEXT, VISUAL, COMMON,
	    { "00a4040c0ad3921000310001010401", "9000", 0, NULL },
	    { "00a4040c07a0000001510000", "9000", 0, NULL } } },
	{ "select: unknown ones are not found", "adult", NULL, {
	    { "00a4040c0ad392f000260100000002", "6a82", 0, NULL },
	    { "00a4040007a0000002471001", "6a82", 0, NULL },
	    { "00a4040c0bd392f00026010000000100", "6a82", 0, NULL } } },
	{ "select: with and without FCI", "adult", NULL, {
	    { "00a404000ad392f00026010000000100", "9000", 14,
	    "6f0c840ad392f000260100000001" },
	    { "00a404000ad392f000260100000001", "9000", 0, NULL },
	    { "00a404030ad392f000260100000001", "6a86", 0, NULL } } },
	{ "select: the front of a name is enough", "adult", NULL, {
	    { "00a4040c03d392f0", "9000", 0, NULL },
	    { "00b086000f", "9000", 15, "4a504b49" } } },
	{ "select: MF says nothing or does nothing", "adult", NULL, {
	    { "00a40000", "6a86", 0, NULL }, JPKI,
	    { "00a40000", "9000", 0, NULL },
	    { "00b086000f", "9000", 15, "4a504b49" },
	    { "00a4000c023f00", "6a82", 0, NULL },
	    { "00a4090c04d392f000", "6a86", 0, NULL } } },
	{ "select EF: there or not", "adult", NULL, {
	    { "00a4020c02000a", "6a82", 0, NULL }, JPKI,
	    { "00a4020c02000a", "9000", 0, NULL },
	    { "00a4020c02000c", "6a82", 0, NULL },
	    { "00a4020c010a", "6700", 0, NULL } } },
	{ "read: nothing is current", "adult", NULL, {
	    { "00b0000000", "6986", 0, NULL }, JPKI,
	    { "00b0000000", "6986", 0, NULL } } },
	{ "read: certificate in one command", "adult", NULL, {
	    JPKI, { "00b08a00000000", "9000", 1571, "3082061f" },
	    { "00b08a00000800", "9000", 1571, "3082061f" } } },
	{ "read: certificate in short pieces", "adult", NULL, {
	    JPKI, { "00b08a0000", "9000", 256, "3082061f" },
	    { "00b0010000", "9000", 256, NULL },
	    { "00b0060023", "9000", 35, NULL },
	    { "00b0060000", "9000", 35, NULL },
	    { "00b0062200", "9000", 1, NULL },
	    { "00b0062300", "6b00", 0, NULL },
	    { "00b07fff00", "6b00", 0, NULL } } },
	{ "read: after SELECT, as OpenSC does", "adult", NULL, {
	    JPKI, { "00a4020c02000a", "9000", 0, NULL },
	    { "00b0000004", "9000", 4, "3082061f" } } },
	{ "read: filler after the certificate", "renewed", NULL, {
	    JPKI, { "00b08a00000000", "9000", 1583 + 29, "3082062b" },
	    { "00b0062f1d", "9000", 29, "ffffffffffffffffffff" } } },
	{ "read: PIN and key are not for reading", "adult", NULL, {
	    JPKI, { "00b0980000", "6981", 0, NULL },
	    { "00b0970000", "6981", 0, NULL },
	    { "00b09a0000", "6981", 0, NULL } } },
	{ "read: wrong lengths and places", "adult", NULL, {
	    JPKI, { "00b08a00", "6700", 0, NULL },
	    { "00b0800000", "6a86", 0, NULL },
	    { "00b0aa0000", "6a86", 0, NULL },
	    { "00b08c0000", "6a82", 0, NULL } } },
	{ "read: the sign certificate wants the sign PIN", "adult", NULL, {
	    JPKI, PIN, { "00b0810000", "6982", 0, NULL },
	    { "0020009b0741424331323334", "9000", 0, NULL },
	    { "00b0810000", "9000", 256, "3082" } } },
	{ "token information", "adult", NULL, {
	    JPKI, { "00b0860020", "9000", 32,
	    "4a504b49415049434354 4f4b454e3220202020" },
	    { "00b0860000", "9000", 160, NULL },
	    { "00b0880003", "9000", 3, "8f8f00" } } },
	{ "verify: the counter without a try", "adult", NULL, {
	    JPKI, { "00200098", "63c3", 0, NULL },
	    { "0020009b", "63c5", 0, NULL }, PIN,
	    { "00200098", "63c3", 0, NULL },
	    { "0020009800", "6700", 0, NULL } } },
	{ "verify: three wrong ones lock", "adult", NULL, {
	    JPKI, { "002000980430303030", "63c2", 0, NULL },
	    { "002000980430303030", "63c1", 0, NULL },
	    { "00200098", "63c1", 0, NULL },
	    { "002000980430303030", "63c0", 0, NULL },
	    { "002000980431323334", "6984", 0, NULL },
	    { "00200098", "63c0", 0, NULL } } },
	{ "verify: success restores", "adult", NULL, {
	    JPKI, { "002000980430303030", "63c2", 0, NULL }, PIN,
	    { "00200098", "63c3", 0, NULL } } },
	{ "verify: a wrong one undoes a right one", "adult", NULL, {
	    JPKI, PIN, { "002000980430303030", "63c2", 0, NULL },
	    { SIGN, "6982", 0, NULL } } },
	{ "verify: any other length counts", "adult", NULL, {
	    JPKI, { "00200098053132333400", "63c2", 0, NULL },
	    { "0020009803313233", "63c1", 0, NULL } } },
	{ "verify: by SELECT EF", "adult", NULL, {
	    JPKI, { "00a4020c020018", "9000", 0, NULL },
	    { "00200080", "63c3", 0, NULL },
	    { "002000800431323334", "9000", 0, NULL } } },
	{ "verify: what is no PIN", "adult", NULL, {
	    JPKI, { "0020008a0431323334", "6981", 0, NULL },
	    { "0020008c0431323334", "6a82", 0, NULL },
	    { "002000180431323334", "6a86", 0, NULL },
	    { "00200098", "63c3", 0, NULL } } },
	{ "tries outlive power and process", "adult", NULL, {
	    JPKI, { "002000980430303030", "63c2", 0, NULL },
	    { "off", NULL, 0, NULL }, { "on", NULL, 0, NULL }, JPKI,
	    { "002000980430303030", "63c1", 0, NULL },
	    { "again", NULL, 0, NULL }, JPKI,
	    { "00200098", "63c1", 0, NULL },
	    { "002000980430303030", "63c0", 0, NULL },
	    { "again", NULL, 0, NULL }, JPKI,
	    { "002000980431323334", "6984", 0, NULL } } },
	{ "status: warm reset keeps the PIN", "adult", NULL, {
	    JPKI, PIN, { "reset", NULL, 0, NULL },
	    { "00b08a0000", "6a82", 0, NULL },
	    { "00a4020c020017", "6a82", 0, NULL } } },
	{ "status: power-off drops the PIN", "adult", NULL, {
	    JPKI, PIN, { SIGN, "9000", 256, NULL },
	    { "off", NULL, 0, NULL }, { "on", NULL, 0, NULL }, JPKI,
	    { SIGN, "6982", 0, NULL } } },
	{ "status: selecting an AP drops the PIN", "adult", NULL, {
	    JPKI, PIN, JPKI, { SIGN, "6982", 0, NULL } } },
	{ "switch: selecting an AP keeps the PIN", "adult",
	    "ap-select-keeps-pin", {
	    JPKI, PIN, COMMON, JPKI, { SIGN, "9000", 256, NULL } } },
	{ "switch: and so does a warm reset", "adult",
	    "ap-select-keeps-pin", {
	    JPKI, PIN, { "reset", NULL, 0, NULL }, JPKI,
	    { SIGN, "9000", 256, NULL },
	    { "off", NULL, 0, NULL }, { "on", NULL, 0, NULL }, JPKI,
	    { SIGN, "6982", 0, NULL } } },
	{ "sign: not without the PIN, not with the other", "adult", NULL, {
	    JPKI, { SIGN, "6982", 0, NULL },
	    { "0020009b0741424331323334", "9000", 0, NULL },
	    { SIGN, "6982", 0, NULL } } },
	{ "sign: several times after one PIN", "adult", NULL, {
	    JPKI, PIN, { SIGN, "9000", 256, NULL },
	    { "00a4020c020017", "9000", 0, NULL },
	    { "802a008033" INFO "00", "9000", 256, NULL } } },
	{ "sign: forms and lengths", "adult", NULL, {
	    JPKI, PIN, { "802a009700", "6700", 0, NULL },
	    { "802a0197045445535400", "9000", 256, NULL },
	    { "802a029720" HASH "00", "9000", 256, NULL },
	    { "802a0297045445535400", "6700", 0, NULL },
	    { "802a0397045445535400", "9000", 256, NULL },
	    { "802a049720" HASH "00", "9000", 256, NULL },
	    { "802a0597045445535400", "9000", 256, NULL },
	    { "802a069720" HASH "00", "6a86", 0, NULL },
	    { "802a009833" INFO "00", "6981", 0, NULL } } },
	{ "other commands", "adult", NULL, {
	    { "0084000008", "9000", 8, NULL },
	    { "00840000000008", "6985", 0, NULL },
	    { "00ca00f200", "9000", 8, "3230" },
	    { "00ca00f000", "9000", 5, "3939313031" },
	    { "00ca123400", "6a88", 0, NULL },
	    { "00cb3fff035c017e08", "6d00", 0, NULL },
	    { "01a4040c00", "6881", 0, NULL },
	    { "08a4040c00", "6882", 0, NULL },
	    { "40a4040c00", "6e00", 0, NULL },
	    { "00ff000000", "6d00", 0, NULL },
	    { "0000", "6700", 0, NULL },
	    { "00a4040c0ad392f0", "6700", 0, NULL } } },
	{ "commands of the terminal and the phone", "adult", NULL, {
	    JPKI, { "80ae000000", "6982", 0, NULL },
	    { "80a2000001aa", "6a86", 0, NULL },
	    { "80fc0000", "6700", 0, NULL }, VISUAL,
	    { "80ae000000", "66f1", 0, NULL } } },
	{ "common AP: one record", "adult", NULL, {
	    COMMON, { "00b2010c00", "9000", 30, "011c" },
	    { "00b2020c00", "6a83", 0, NULL },
	    { "00b0810000", "6981", 0, NULL },
	    { "00880099045445535400", "9000", 256, NULL } } },
	{ "text AP: number B opens the attributes only", "adult", NULL, {
	    TEXT, { "00b0820000", "6982", 0, NULL },
	    { "00200095", "63ca", 0, NULL },
	    { "002000950e3030303030303030303030303030", "63c9", 0, NULL },
	    { "00b0810000", "6982", 0, NULL } } },
	{ "text AP: a forbidden read would succeed", "adult", NULL, {
	    TEXT, { "002000910431323334", "9000", 0, NULL },
	    { "00b0810000", "9000", 17, "ff100c" } } },
	{ "visual AP: counters", "adult", NULL, {
	    VISUAL, { "00200092", "63ca", 0, NULL },
	    { "00200093", "63ca", 0, NULL },
	    { "00b0850000", "6982", 0, NULL } } },
	{ "child: no certificate, no key", "child", NULL, {
	    JPKI, { "00b08a0000", "6a82", 0, NULL },
	    { "00b0880003", "9000", 3, "000000" },
	    { "00b08b0000", "9000", 256, "3082" }, PIN,
	    { SIGN, "6a88", 0, NULL } } },
	{ "locked", "locked", NULL, {
	    JPKI, { "00200098", "63c0", 0, NULL },
	    { "002000980431323334", "6984", 0, NULL } } },
	{ "last try", "last-try", NULL, {
	    JPKI, { "00200098", "63c1", 0, NULL },
	    { "002000980430303030", "63c0", 0, NULL },
	    { "002000980431323334", "6984", 0, NULL } } },
	{ "a card without PINs", "no-pin", NULL, {
	    JPKI, { "00b08a0000", "9000", 256, "3082061f" },
	    { "00200098", "63c0", 0, NULL },
	    { "002000980431323334", "6984", 0, NULL },
	    { "00b0810000", "6a82", 0, NULL }, TEXT,
	    { "00200095", "63ca", 0, NULL } } },
	{ "phone: shows the certificate after the PIN", "phone", NULL, {
	    JPKI, { "00b086000f", "9000", 15,
	    "4a504b4941504750534554 4f4b454e" },
	    { "00b08a0000", "6982", 0, NULL }, PIN,
	    { "00b08a0000", "9000", 256, "3082061f" },
	    { "80fc0000", "9000", 0, NULL },
	    { "00a4040c0ad3921000310001010408", "6a82", 0, NULL },
	    { "00a4040c07a0000001510000", "6a82", 0, NULL } } },
	{ "old residents' card", "juki", NULL, {
	    JPKI, { "00b0860020", "9000", 32,
	    "4a504b49415049434354 4f4b454e2020" },
	    { "00b08a0010", "9000", 16, "ffffffff" } } },
	{ "residence card", "residence", NULL, {
	    { "00a4040c0ad392f000260100000001", "6a82", 0, NULL },
	    { "00a4040c10d392f0004f0200000000000000000000", "9000", 0,
	    NULL } } },
	{ "driver's licence", "licence", NULL, {
	    { "00a4040c0ad392f000260100000001", "6a82", 0, NULL },
	    { "00a4040c10a0000002310100000000000000000000", "9000", 0,
	    NULL } } },
	{ "fault: short lengths only", "adult", "short-only", {
	    JPKI, { "00b08a00000000", "6700", 0, NULL },
	    { "00b08a0000", "9000", 256, NULL } } },
	{ "fault: no short file identifiers", "adult", "no-sfi", {
	    JPKI, { "00b08a0000", "6a86", 0, NULL },
	    { "00200098", "6a86", 0, NULL },
	    { "00a4020c020018", "9000", 0, NULL },
	    { "00200080", "63c3", 0, NULL } } },
	{ "fault: 6F00 first", "adult", "6f00-first", {
	    { "00a4040c0ad392f000260100000001", "6f00", 0, NULL }, JPKI,
	    { "off", NULL, 0, NULL }, { "on", NULL, 0, NULL },
	    { "00a4040c0ad392f000260100000001", "6f00", 0, NULL } } },
	{ "fault: a status word, once", "adult", "sw=6f01@2", {
	    JPKI, { "00b08a0000", "6f01", 0, NULL },
	    { "off", NULL, 0, NULL }, { "on", NULL, 0, NULL }, JPKI,
	    { "00b08a0000", "9000", 256, NULL } } },
	{ "fault: a status word, every time", "adult", "sw=6f01@2/every", {
	    JPKI, { "00b08a0000", "6f01", 0, NULL },
	    { "off", NULL, 0, NULL }, { "on", NULL, 0, NULL }, JPKI,
	    { "00b08a0000", "6f01", 0, NULL } } },
	{ "fault: a status word spends no try", "adult", "sw=6985@verify", {
	    JPKI, { "002000980430303030", "6985", 0, NULL },
	    { "00200098", "63c3", 0, NULL } } },
	{ "fault: damaged data", "adult", "garble@read", {
	    JPKI, { "00b08a0004", "9000", 4, "6ad95a42" },
	    { "00b08a0004", "9000", 4, "3082061f" } } },
	{ "fault: half of the data", "adult", "cut@2", {
	    JPKI, { "00b08a0000", "9000", 128, "3082061f" } } },
	{ "fault: an answer of one byte", "adult", "stub@2", {
	    JPKI, { "00b08a0000", "stub", 0, NULL } } },
	{ "fault: more than was asked for", "adult", "extra@2", {
	    JPKI, { "00b08a0004", "9000", 304, "3082061feeee" } } },
	{ "fault: starts afresh", "adult", "reset@3", {
	    JPKI, PIN, { SIGN, "6a82", 0, NULL }, JPKI,
	    { SIGN, "6982", 0, NULL } } },
	{ "fault: never answers, and is taken away", "adult", "mute@2", {
	    JPKI, { "00b08a0000", "mute", 0, NULL },
	    { "@remove", NULL, 0, NULL }, { "@insert adult", NULL, 0, NULL },
	    JPKI, { "00b08a0000", "9000", 256, NULL } } },
	{ "fault: gone during VERIFY, the try is spent", "adult",
	    "gone@verify", {
	    JPKI, { "002000980430303030", "gone", 0, NULL },
	    { "@insert adult", NULL, 0, NULL }, JPKI,
	    { "00200098", "63c2", 0, NULL } } },
	{ "fault: lost before VERIFY, the try is not", "adult",
	    "lost@verify", {
	    JPKI, { "002000980430303030", "gone", 0, NULL },
	    { "@insert adult", NULL, 0, NULL }, JPKI,
	    { "00200098", "63c3", 0, NULL } } },
	{ "fault: slow signature", "adult", "sign=300", {
	    JPKI, PIN, { SIGN, "slow", 256, NULL } } },
	{ "fault: set and cleared from outside", "adult", NULL, {
	    JPKI, { "@fault short-only", NULL, 0, NULL },
	    { "00b08a00000000", "6700", 0, NULL },
	    { "@fault clear", NULL, 0, NULL },
	    { "00b08a00000000", "9000", 1571, NULL } } },
	{ "control: another card", "adult", NULL, {
	    JPKI, PIN, { "@insert child", NULL, 0, NULL },
	    { "00b08a0000", "6a82", 0, NULL }, JPKI,
	    { "00b08a0000", "6a82", 0, NULL },
	    { "@insert adult", NULL, 0, NULL }, JPKI,
	    { "00b08a0000", "9000", 256, NULL } } },
	{ "control: what is wrong is refused", "adult", NULL, {
	    { "@!insert nobody", NULL, 0, NULL },
	    { "@!insert ../adult", NULL, 0, NULL },
	    { "@!fault gone", NULL, 0, NULL },
	    { "@!fault sw=9@1", NULL, 0, NULL },
	    { "@!fault delay=x", NULL, 0, NULL },
	    { "@!fault nonsense", NULL, 0, NULL },
	    { "@!dance", NULL, 0, NULL }, JPKI } },
};

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
	ck_assert_ptr_nonnull(strstr(text, "\tpower-on\t"));
	ck_assert_ptr_null(strstr(text, "31323334"));
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
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	(void)nftw(dir, unlink_one, 16, FTW_DEPTH | FTW_PHYS);

	return failed == 0 ? 0 : 1;
}
