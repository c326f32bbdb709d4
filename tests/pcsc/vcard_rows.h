/* What the virtual card is told and what it answers: card.md 8.9 as a table. */
#ifndef TESTS_PCSC_VCARD_ROWS_H
#define TESTS_PCSC_VCARD_ROWS_H

#include <stddef.h>

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
	{ "control: the office restores the tries", "adult", NULL, {
	    JPKI, { "002000980430303030", "63c2", 0, NULL },
	    { "@restore", NULL, 0, NULL }, { "00200098", "63c3", 0, NULL },
	    { "again", NULL, 0, NULL }, JPKI,
	    { "00200098", "63c3", 0, NULL } } },
	{ "more applications than usual", "extra-aps", NULL, {
	    JPKI, { "00b08a0000", "9000", 256, "3082061f" },
	    { "00a4040c10d392f0004f0200000000000000000000", "9000", 0,
	    NULL },
	    { "00a4040c10a0000002310100000000000000000000", "9000", 0,
	    NULL } } },
	{ "switch: lengths longer than they need be", "adult",
	    "non-minimal-ber", {
	    TEXT, { "002000910431323334", "9000", 0, NULL },
	    { "00b082000d", "9000", 13, "ff2082005cdf2108001000" },
	    { "00b0820b02", "9000", 2, NULL }, JPKI,
	    { "00b08a0004", "9000", 4, "3082061f" } } },
	{ "switch: and as short as they can be", "adult", NULL, {
	    TEXT, { "002000910431323334", "9000", 0, NULL },
	    { "00b082000b", "9000", 11, "ff205cdf2108000e00" } } },
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

#endif
