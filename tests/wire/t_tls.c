/*
 * Servers that must not be believed, and some that must: testing.md 6. What
 * OpenSSL 3.0 cannot be as a server (RC4, 3DES, Camellia-GCM, no secure
 * renegotiation) is the bytes of its first words. Of 61, empty records and
 * warnings come before the keys: OpenSSL seals none of them later.
 */
#include "config.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "wire.h"
#include "tests/core/run.h"

#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define WITH_SANITIZERS
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define WITH_SANITIZERS
#endif

#define DEADLINE_MS	5000
#define GOOD	"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\n" \
		"Onshi-Answer: res\r\nContent-Length: 4\r\n\r\nBODY"
#define R	ONSHI_E_TLS
#define NOT	ONSHI_SENT_NOT
#define SRV(...) { __VA_ARGS__ }

/* A ServerHello of TLS 1.2 or below, without a session id. */
#define HELLO(ver, tail, suite) "\x16\x03\x03\x00\x2a\x02\x00\x00\x26" ver \
	"0123456789abcdef01234567" tail "\x00" suite "\x00"

static const struct row {
	const char		*name;
	struct hostile_spec	 server;
	const char		*keys;
	int			 r;
	const char		*reason;	/* words by blanks */
	int			 sent;		/* -1: a matter of moments */
} rows[] = {
	{ "good", SRV(.text = GOOD), NULL, ONSHI_OK, "", 1 },
	{ "good, RSA", SRV(.cert = "good-rsa"), NULL, ONSHI_OK, "", 1 },
	{ "good, P-384", SRV(.cert = "good-384", .groups = "P-384"), NULL,
	    ONSHI_OK, "", 1 },
	{ "good, our key RSA", SRV(.cert = "good"),
	    "@cert=terminal-rsa\n@key=terminal-rsa", ONSHI_OK, "", 1 },
	{ "good, a key with a passphrase", SRV(.cert = "good"),
	    "@key=terminal:opensesame\n@pass=opensesame\n", ONSHI_OK, "", 1 },
	{ "good, PKCS#12", SRV(.cert = "good"),
	    "link.key_file=\n@p12=terminal:opensesame\n@pass=opensesame\n",
	    ONSHI_OK, "", 1 },
	{ "good, PKCS#12 with an intermediate", SRV(.cert = "good"),
	    "link.key_file=\n@p12=terminal-inter:sesame\n@pass=sesame",
	    ONSHI_OK, "", 1 },
	{ "our intermediate not sent", SRV(.version = TLS1_2_VERSION),
	    "@cert=terminal-inter\n@key=terminal-inter", R, "refused_us",
	    NOT },
	{ "1 expired", SRV(.cert = "expired"), NULL, R, "expired", NOT },
	{ "2 not yet valid", SRV(.cert = "not-yet"), NULL, R, "not_yet",
	    NOT },
	{ "3 self-signed", SRV(.cert = "self"), NULL, R, "untrusted", NOT },
	{ "4 other name", SRV(.cert = "other-name"), NULL, R, "name", NOT },
	{ "5 name only in CN", SRV(.cert = "cn-only"), NULL, R, "name", NOT },
	{ "6 wildcard", SRV(.cert = "wildcard"), NULL, R, "name", NOT },
	{ "7 RSA 1024", SRV(.cert = "rsa1024"), NULL, R, "weak", NOT },
	{ "7 RSA 1024, TLS 1.2", SRV(.cert = "rsa1024",
	    .version = TLS1_2_VERSION), NULL, R, "weak", NOT },
	{ "8 for clients only", SRV(.cert = "client-usage"), NULL, R,
	    "usage", NOT },
	{ "9 leaf signed with SHA-1", SRV(.cert = "sha1"), NULL, R, "weak",
	    NOT },
	{ "10 intermediate signed with SHA-1", SRV(.cert = "of-sha1-inter"),
	    NULL, R, "weak", NOT },
	{ "11 P-192", SRV(.cert = "p192", .version = TLS1_2_VERSION), NULL,
	    R, "weak handshake", NOT },
	{ "12 ServerHello of SSL 3.0", SRV(.plan = "hello; raw; wait 300",
	    .text = HELLO("\x03\x00", "01234567", "\xc0\x2c"),
	    .textlen = 47), NULL, R, "version", NOT },
	{ "13 TLS 1.0 only", SRV(.version = TLS1_VERSION), NULL, R,
	    "version", NOT },
	{ "14 TLS 1.1 only", SRV(.version = TLS1_1_VERSION), NULL, R,
	    "version", NOT },
	{ "15 TLS 1.2 only", SRV(.version = TLS1_2_VERSION), NULL, ONSHI_OK,
	    "", 1 },
	{ "15 TLS 1.2 only, RSA", SRV(.version = TLS1_2_VERSION,
	    .cert = "good-rsa"), NULL, ONSHI_OK, "", 1 },
	{ "15 TLS 1.2 only, 1.3 wanted", SRV(.version = TLS1_2_VERSION),
	    "link.tls_min=1.3", R, "version", NOT },
	{ "16 TLS 1.3 only", SRV(.version = TLS1_3_VERSION), NULL, ONSHI_OK,
	    "", 1 },
	{ "16 TLS 1.3 only, 1.3 wanted", SRV(.version = TLS1_3_VERSION),
	    "link.tls_min=1.3", ONSHI_OK, "", 1 },
	{ "revocation checked, all well", SRV(.cert = "good"), "@crl=clean",
	    ONSHI_OK, "", 1 },
	{ "17 revoked", SRV(.cert = "good"), "@crl=revoked", R, "revoked",
	    NOT },
	{ "18 stale list", SRV(.cert = "good"), "@crl=stale", R, "crl", NOT },
	{ "19 no list for the intermediate", SRV(.cert = "good"),
	    "@crl=leaf-only", R, "crl", NOT },
	{ "20 only the intermediate configured", SRV(.cert = "good"),
	    "@ca=inter", R, "untrusted", NOT },
	{ "21 other authority of the same name", SRV(.cert = "of-root2"),
	    NULL, R, "untrusted", NOT },
	{ "22 signs with SHA-1", SRV(.version = TLS1_2_VERSION,
	    .sigalgs = "ECDSA+SHA1"), NULL, R, "weak handshake", NOT },
	{ "23 wrong signature, 1.3", SRV(.cert = "forged",
	    .version = TLS1_3_VERSION), NULL, R, "handshake", NOT },
	{ "23 wrong signature, 1.2", SRV(.cert = "forged",
	    .version = TLS1_2_VERSION), NULL, R, "handshake", NOT },
	{ "24 chain of 90", SRV(.cert = "long-chain"), NULL, R, "size",
	    NOT },
	{ "24 chain of 90, TLS 1.2", SRV(.cert = "long-chain",
	    .version = TLS1_2_VERSION), NULL, R, "size", NOT },
	{ "26 asks for no certificate, 1.2", SRV(.ask_nobody = true,
	    .version = TLS1_2_VERSION), NULL, R, "mutual", NOT },
	{ "27 asks for no certificate, 1.3", SRV(.ask_nobody = true,
	    .version = TLS1_3_VERSION), NULL, R, "mutual", NOT },
	{ "28 staple demanded, none sent", SRV(.cert = "good"),
	    "link.staple=yes", R, "staple", NOT },
	{ "28 staple demanded and sent", SRV(.staple = "good"),
	    "link.staple=yes", ONSHI_OK, "", 1 },
	{ "29 staple says revoked", SRV(.staple = "revoked"),
	    "link.staple=yes", R, "staple revoked", NOT },
	{ "30 staple out of date", SRV(.staple = "stale"),
	    "link.staple=yes", R, "staple", NOT },
	{ "30 staple for another", SRV(.staple = "other"),
	    "link.staple=yes", R, "staple", NOT },
	{ "30 staple of a stranger", SRV(.staple = "stranger"),
	    "link.staple=yes", R, "staple", NOT },
	{ "31 pins without the key", SRV(.cert = "good"), "PINS expired self",
	    R, "pin", NOT },
	{ "31 pins with the key", SRV(.cert = "good"), "PINS expired good",
	    ONSHI_OK, "", 1 },
	{ "32 refuses us, 1.2", SRV(.clients = "root2",
	    .version = TLS1_2_VERSION), NULL, R, "refused_us", NOT },
	{ "33 refuses us, 1.3", SRV(.clients = "root2",
	    .version = TLS1_3_VERSION), NULL, R, "refused_us", -1 },
	{ "39 intermediate not sent", SRV(.no_chain = true), NULL, R,
	    "untrusted", NOT },
	{ "42 NULL-SHA256 only", SRV(.cert = "good-rsa",
	    .version = TLS1_2_VERSION, .suites12 = "NULL-SHA256"), NULL, R,
	    "handshake", NOT },
	{ "43 anonymous only", SRV(.version = TLS1_2_VERSION,
	    .suites12 = "ADH-AES128-GCM-SHA256"), NULL, R, "handshake", NOT },
	{ "44 RSA key exchange only", SRV(.cert = "good-rsa",
	    .version = TLS1_2_VERSION, .suites12 = "AES128-GCM-SHA256"),
	    NULL, R, "handshake", NOT },
	{ "45 CBC only", SRV(.version = TLS1_2_VERSION,
	    .suites12 = "ECDHE-ECDSA-AES128-SHA256"), NULL, R, "handshake",
	    NOT },
	{ "46 export suite", SRV(.plan = "hello; raw; wait 300",
	    .text = HELLO("\x03\x03", "01234567", "\x00\x03"),
	    .textlen = 47), NULL, R, "handshake", NOT },
	{ "47 a suite not offered", SRV(.plan = "hello; raw; wait 300",
	    .text = HELLO("\x03\x03", "01234567", "\x00\x9c"),
	    .textlen = 47), NULL, R, "handshake", NOT },
	{ "48 downgrade mark", SRV(.plan = "hello; raw; wait 300",
	    .text = HELLO("\x03\x03", "DOWNGRD\x01", "\xc0\x2c"),
	    .textlen = 47), NULL, R, "handshake version", NOT },
	{ "49 finite field only", SRV(.version = TLS1_3_VERSION,
	    .groups = "ffdhe2048"), NULL, R, "handshake", NOT },
	{ "51 longer than pathlen", SRV(.cert = "too-deep"), NULL, R,
	    "untrusted", NOT },
	{ "52 outside name constraints", SRV(.cert = "outside"), NULL, R,
	    "untrusted", NOT },
	{ "53 a leaf signed a leaf", SRV(.cert = "of-leaf"), NULL, R,
	    "untrusted usage", NOT },
	{ "54 unknown critical extension", SRV(.cert = "critical"), NULL, R,
	    "untrusted", NOT },
	{ "55 IP address only", SRV(.cert = "ip-only"), NULL, R, "name",
	    NOT },
	{ "56 NUL inside a name", SRV(.cert = "nul-name"), NULL, R, "name",
	    NOT },
	{ "56 non-ASCII name", SRV(.cert = "latin-name"), NULL, R, "name",
	    NOT },
	{ "56 name of 300 bytes", SRV(.cert = "long-name"), NULL, R, "name",
	    NOT },
	{ "56 name of 300 bytes, ours last",
	    SRV(.cert = "long-name-ours-last"), NULL, R, "name", NOT },
	{ "57 DHE only", SRV(.cert = "good-rsa", .version = TLS1_2_VERSION,
	    .suites12 = "DHE-RSA-AES128-GCM-SHA256"), NULL, R, "handshake",
	    NOT },
	{ "58 plain HTTP", SRV(.plan = "hello; raw; wait 300", .text = GOOD),
	    NULL, 0, "handshake", NOT },
	{ "58 bytes without sense", SRV(.plan = "raw; wait 300",
	    .text = "\x15\x03\x01\xff\xff" "abcdefghijkl", .textlen = 17),
	    NULL, 0, "handshake", NOT },
	{ "58 nothing", SRV(.plan = "hello; fin"), NULL, ONSHI_E_NETWORK,
	    "handshake", NOT },
	{ "58 a reset", SRV(.plan = "hello; rst"), NULL, ONSHI_E_NETWORK,
	    "handshake connect", NOT },
	{ "60 slow handshake", SRV(.plan = "hello; slow 100",
	    .text = HELLO("\x03\x03", "01234567", "\xc0\x2c"),
	    .textlen = 47), "limits.connect_ms=500", ONSHI_E_LINK_TIMEOUT,
	    "timeout", NOT },
	{ "60 silence", SRV(.plan = "wait 3000"), "limits.connect_ms=300",
	    ONSHI_E_LINK_TIMEOUT, "timeout", NOT },
	{ "25 renegotiation asked for", SRV(.version = TLS1_2_VERSION,
	    .plan = "tls; renegotiate; read; send; wait 500"), NULL, -1,
	    NULL, -1 }
};

static bool
has_word(const char *list, const char *word)
{
	size_t len, n = strlen(word);

	for (; *list != '\0'; list += len + strspn(list + len, " ")) {
		len = strcspn(list, " ");
		if (len == n && memcmp(list, word, n) == 0)
			return true;
	}

	return n == 0 && *list == '\0';
}

/* "PINS a b" stands for the digests of their keys. */
static const char *
keys_of(const char *keys, char *to, size_t room)
{
	char first[45], second[45], a[32], b[32];
	const char *blank;

	if (keys == NULL || strncmp(keys, "PINS ", 5) != 0)
		return keys;
	blank = strchr(keys + 5, ' ');
	(void)snprintf(a, sizeof(a), "%.*s", (int)(blank - keys - 5),
	    keys + 5);
	(void)snprintf(b, sizeof(b), "%s", blank + 1);
	certs_pin(a, first);
	certs_pin(b, second);
	(void)snprintf(to, room, "link.pins=%s,%s", first, second);

	return to;
}

START_TEST(servers)
{
	const struct row *row = &rows[_i];
	struct hostile_spec spec = row->server;
	int fds = open_descriptors();
	struct hostile *h;
	struct client c;
	char keys[256];

	if (spec.text == NULL)
		spec.text = GOOD;
	h = hostile_start(&spec);
	(void)client_once(&c, hostile_port(h), keys_of(row->keys, keys,
	    sizeof(keys)), DEADLINE_MS);
	if (row->reason != NULL) {
		ck_assert_msg(c.r == row->r || (row->r == 0 && *row->reason !=
		    '\0' && (c.r == ONSHI_E_TLS || c.r == ONSHI_E_NETWORK)),
		    "%s: %s (%s)", row->name, onshi_result_name(c.r),
		    onshi_error_text(&c.error));
		ck_assert_msg(has_word(row->reason,
		    onshi_error_reason(&c.error)), "%s: %s", row->name,
		    onshi_error_reason(&c.error));
		if (row->sent >= 0)
			ck_assert_int_eq(c.r == ONSHI_OK ? c.x.sent :
			    onshi_error_sent(&c.error), row->sent);
	}
	if (row->sent == NOT)
		ck_assert_int_eq(hostile_begun(h), 0);
	ck_assert_int_le(hostile_requests(h), 1);
	ck_assert_int_le(hostile_connections(h), row->sent == -1 ? 2 : 1);
	ck_assert_int_le(c.took_ms, DEADLINE_MS + 250);
	client_free(&c);
	hostile_stop(&h);
	ck_assert_int_eq(open_descriptors(), fds);
}
END_TEST

/* SEC-07: names with a star that OpenSSL and libcurl would take. */
static const struct star {
	const char	*cert;
	int		 r;
	const char	*reason;
} stars[] = {
	{ "www", ONSHI_OK, "" }, { "star", R, "name" },
	{ "half-star", R, "name" }
};

START_TEST(wildcards)
{
	struct hostile_spec spec = { .text = GOOD, .cert = stars[_i].cert };
	struct hostile *h = hostile_start(&spec);
	unsigned int port = hostile_port(h);
	struct client c;
	char keys[256];

	(void)snprintf(keys, sizeof(keys), "link.base=https://www." NAME
	    ":%u\nlink.addresses=www." NAME ":%u:127.0.0.1", port, port);
	(void)client_once(&c, (uint16_t)port, keys, DEADLINE_MS);
	ck_assert_msg(c.r == stars[_i].r, "%s: %s", stars[_i].cert,
	    onshi_result_name(c.r));
	ck_assert_str_eq(onshi_error_reason(&c.error), stars[_i].reason);
	ck_assert_int_eq(hostile_begun(h), c.r == ONSHI_OK);
	client_free(&c);
	hostile_stop(&h);
}
END_TEST

/* First words of servers, and the alert that they are answered with. */
#define SAYS(hello)	hello, sizeof(hello) - 1
#define HELLO_SECURE	"\x16\x03\x03\x00\x31\x02\x00\x00\x2d\x03\x03" \
	"0123456789abcdef0123456701234567\x00\xc0\x2c\x00" \
	"\x00\x05\xff\x01\x00\x01\x00"

static const struct crafted {
	const char	*name;
	const char	*plan;
	const char	*text;
	size_t		 textlen;
	int		 alert;		/* -1: none */
	int		 r;
} crafted[] = {
	{ "40 RC4, ECDHE", "hello; raw; alert",
	    SAYS(HELLO("\x03\x03", "01234567", "\xc0\x07")),
	    SSL_AD_ILLEGAL_PARAMETER, R },
	{ "40 RC4", "hello; raw; alert",
	    SAYS(HELLO("\x03\x03", "01234567", "\x00\x05")),
	    SSL_AD_ILLEGAL_PARAMETER, R },
	{ "41 3DES, ECDHE", "hello; raw; alert",
	    SAYS(HELLO("\x03\x03", "01234567", "\xc0\x08")),
	    SSL_AD_ILLEGAL_PARAMETER, R },
	{ "41 3DES", "hello; raw; alert",
	    SAYS(HELLO("\x03\x03", "01234567", "\x00\x0a")),
	    SSL_AD_ILLEGAL_PARAMETER, R },
	{ "50 Camellia-256-GCM", "hello; raw; alert",
	    SAYS(HELLO("\x03\x03", "01234567", "\xc0\x87")),
	    SSL_AD_ILLEGAL_PARAMETER, R },
	{ "50 Camellia-128-GCM, RSA", "hello; raw; alert",
	    SAYS(HELLO("\x03\x03", "01234567", "\xc0\x8a")),
	    SSL_AD_ILLEGAL_PARAMETER, R },
	{ "25 no secure renegotiation", "hello; raw; alert",
	    SAYS(HELLO("\x03\x03", "01234567", "\xc0\x2c")),
	    SSL_AD_HANDSHAKE_FAILURE, R },
	{ "25 the same with it: no refusal yet", "hello; raw; alert 300",
	    SAYS(HELLO_SECURE), -1, R },
	{ "61 one HelloRetryRequest: no refusal yet",
	    "hello; retry; hello; alert 300", SAYS("x"), -1, R },
	{ "61 two HelloRetryRequests", "hello; retry; hello; retry; alert",
	    SAYS("x"), SSL_AD_UNEXPECTED_MESSAGE, R },
	{ "61 endless empty records", "hello; flood 1000000; alert",
	    SAYS("\x16\x03\x03\x00\x00"), SSL_AD_UNEXPECTED_MESSAGE,
	    ONSHI_E_NETWORK },
	{ "61 warning alerts", "hello; flood 1000000; alert",
	    SAYS("\x15\x03\x03\x00\x02\x01\x5a"),
	    SSL_AD_UNEXPECTED_MESSAGE, R }
};

START_TEST(first_words)
{
	const struct crafted *row = &crafted[_i];
	struct hostile_spec spec = { .plan = row->plan, .text = row->text,
	    .textlen = row->textlen };
	struct hostile *h = hostile_start(&spec);
	struct client c;
	int i;

	(void)client_once(&c, hostile_port(h), NULL, DEADLINE_MS);
	for (i = 0; i < 200 && hostile_alert(h) != row->alert; i++)
		(void)usleep(10000);
	ck_assert_msg(hostile_alert(h) == row->alert, "%s: alert %d",
	    row->name, hostile_alert(h));
	ck_assert_msg(c.r == row->r, "%s: %s", row->name,
	    onshi_result_name(c.r));
	ck_assert_str_eq(onshi_error_reason(&c.error), "handshake");
	ck_assert_int_eq(onshi_error_sent(&c.error), NOT);
	ck_assert_int_le(c.took_ms, 2000);
	ck_assert_int_eq(hostile_connections(h), 1);
	client_free(&c);
	hostile_stop(&h);
}
END_TEST

/* Refused at configuration: nothing is sent (SEC-04, -09, binding.md). */
static const struct setup {
	const char	*name;
	const char	*keys;
	int		 r;
	const char	*says;		/* the error names this */
} setups[] = {
	{ "34 wrong passphrase", "@key=terminal:opensesame\n@pass=sesame",
	    ONSHI_E_CONFIG, "link.key_file" },
	{ "34 no passphrase", "@key=terminal:opensesame", ONSHI_E_CONFIG,
	    "link.key_file" },
	{ "34 PKCS#12, wrong passphrase",
	    "link.key_file=\n@p12=terminal:opensesame\n@pass=sesame",
	    ONSHI_E_CONFIG, "link.key_passphrase_file: the passphrase" },
	{ "34 PKCS#12, no passphrase",
	    "link.key_file=\n@p12=terminal:opensesame",
	    ONSHI_E_CONFIG, "link.key_passphrase_file" },
	{ "35 PKCS#12, expired",
	    "link.key_file=\n@p12=terminal-expired:a\n@pass=a",
	    ONSHI_E_CONFIG, "has expired" },
	{ "35 PKCS#12, without clientAuth",
	    "link.key_file=\n@p12=terminal-server:a\n@pass=a",
	    ONSHI_E_CONFIG, "not for a TLS client" },
	{ "PKCS#12 and a key beside it", "@p12=terminal:a\n@pass=a",
	    ONSHI_E_CONFIG, "link.key_file: the key is in" },
	{ "PKCS#12 of another institution",
	    "link.key_file=\n@p12=terminal-other:a\n@pass=a",
	    ONSHI_E_CONFIG, "facility.institution_code" },
	{ "no key at all", "link.key_file=", ONSHI_E_CONFIG,
	    "link.key_file is not set" },
	{ "35 key does not fit", "@key=terminal-other", ONSHI_E_CONFIG,
	    "link.key_file" },
	{ "35 expired", "@cert=terminal-expired\n@key=terminal-expired",
	    ONSHI_E_CONFIG, "link.cert_file" },
	{ "35 without clientAuth",
	    "@cert=terminal-server\n@key=terminal-server", ONSHI_E_CONFIG,
	    "link.cert_file" },
	{ "of another institution",
	    "@cert=terminal-other\n@key=terminal-other", ONSHI_E_CONFIG,
	    "facility.institution_code" },
	{ "no institution code", "facility.institution_code=",
	    ONSHI_E_CONFIG, "facility.institution_code" },
	{ "36 anchor file missing", "link.ca_file=/nowhere/ca.pem",
	    ONSHI_E_CONFIG, "link.ca_file" },
	{ "37 anchor file empty", "link.ca_file=/dev/null", ONSHI_E_CONFIG,
	    "link.ca_file" },
	{ "no certificate file", "link.cert_file=/nowhere/x.pem",
	    ONSHI_E_CONFIG, "link.cert_file" },
	{ "no key file", "link.key_file=/nowhere/x.key", ONSHI_E_CONFIG,
	    "link.key_file" },
	{ "list that is none", "@crl=garbage", ONSHI_E_CONFIG,
	    "link.crl_file" },
	{ "list missing", "link.crl_file=/nowhere/x.crl", ONSHI_E_CONFIG,
	    "link.crl_file" },
	{ "no base", "link.base=", ONSHI_E_CONFIG, "link.base" },
	{ "base is an address", "link.base=https://127.0.0.1:443",
	    ONSHI_E_CONFIG, "link.base" },
	{ "no address for the name", "link.base=https://other.example:443",
	    ONSHI_E_CONFIG, "link.addresses" },
	{ "no address at all", "link.addresses=", ONSHI_E_CONFIG,
	    "link.addresses" },
	{ "folder without folders", "link.type=folder", ONSHI_E_CONFIG,
	    "link." }
};

START_TEST(refused_setups)
{
	const struct setup *s = &setups[_i];
	struct client c;

	client_config(&c, 9, s->keys);
	ck_assert_msg(client_new(&c) == s->r, "%s: %s", s->name,
	    onshi_result_name(c.r));
	ck_assert_msg(strstr(onshi_error_text(&c.error), s->says) != NULL,
	    "%s: %s", s->name, onshi_error_text(&c.error));
	ck_assert_ptr_null(c.link);
	client_free(&c);
}
END_TEST

/* A container as a file: it has the key in it, and its rights are a key's. */
static const struct place {
	const char	*name;
	mode_t		 mode;
	bool		 key_too;	/* link.key_file names it as well */
	bool		 key_alone;	/* and link.cert_file does not */
	const char	*says;		/* NULL: taken */
} places[] = {
	{ "for us alone", 0600, false, false, NULL },
	{ "the same file twice", 0600, true, false, NULL },
	{ "for the group", 0640, false, false, "may be read by others" },
	{ "for all", 0604, true, false, "may be read by others" },
	{ "in the key's place", 0600, true, true,
	    "has its place in link.cert_file" }
};

START_TEST(container_file)
{
	const struct place *at = &places[_i];
	char path[] = "/tmp/t_tls.XXXXXX";
	int fd = mkstemp(path);
	struct oki_buf p12;
	struct client c;

	oki_buf_init(&p12, 65536);
	certs_p12("terminal", "sesame", &p12);
	ck_assert_int_eq(write(fd, p12.data, p12.len), (ssize_t)p12.len);
	ck_assert_int_eq(fchmod(fd, at->mode), 0);
	close(fd);
	client_config(&c, 9, "@pass=sesame\nlink.key_file=");
	if (!at->key_alone)
		ck_assert_int_eq(onshi_config_set(c.config, "link.cert_file",
		    path), ONSHI_OK);
	if (at->key_too)
		ck_assert_int_eq(onshi_config_set(c.config, "link.key_file",
		    path), ONSHI_OK);
	ck_assert_msg(client_new(&c) == (at->says == NULL ? ONSHI_OK :
	    ONSHI_E_CONFIG), "%s: %s", at->name, onshi_error_text(&c.error));
	ck_assert_msg(at->says == NULL || strstr(onshi_error_text(&c.error),
	    at->says) != NULL, "%s: %s", at->name,
	    onshi_error_text(&c.error));
	client_free(&c);
	oki_buf_free(&p12);
	unlink(path);
}
END_TEST

START_TEST(plain_http_base)
{
	struct onshi_config *c;

	ck_assert_int_eq(onshi_config_new(&c), ONSHI_OK);
	ck_assert_int_eq(onshi_config_set(c, "link.base",
	    "http://onshi.example"), ONSHI_E_CONFIG);
	onshi_config_free(&c);
}
END_TEST

/*
 * The world may say what it likes (SEC-25): the answer is the same, nobody
 * else is asked, and no secret is written down (F6, SEC-13).
 */
START_TEST(environment)
{
	struct hostile_spec spec = { .text = GOOD }, trap_spec = {
	    .plan = "wait 100" };
	struct hostile *h = hostile_start(&spec);
	struct hostile *trap = hostile_start(&trap_spec);
	char dir[] = "/tmp/t_tls.XXXXXX", path[64], url[64];
	struct stat st = { 0 };
	struct client c;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/keys", dir);
	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%u",
	    hostile_port(trap));
	setenv("SSLKEYLOGFILE", path, 1);
	setenv("https_proxy", url, 1);
	setenv("HTTPS_PROXY", url, 1);
	setenv("ALL_PROXY", url, 1);
	setenv("all_proxy", url, 1);
	setenv("NO_PROXY", "", 1);
	setenv("CURL_CA_BUNDLE", "/nowhere", 1);
	setenv("HOME", dir, 1);
	setenv("RES_OPTIONS", "debug", 1);
	setenv("HOSTALIASES", "/etc/passwd", 1);
	ck_assert_int_eq(client_once(&c, hostile_port(h), NULL, DEADLINE_MS),
	    ONSHI_OK);
	ck_assert_int_eq(hostile_requests(h), 1);
	ck_assert_int_eq(hostile_connections(trap), 0);
	client_free(&c);
	hostile_stop(&h);
	hostile_stop(&trap);
	/* libcurl may make the file, but nothing is ever in it. */
	ck_assert(stat(path, &st) != 0 || st.st_size == 0);
	(void)unlink(path);
	ck_assert_int_eq(rmdir(dir), 0);
}
END_TEST

/* 38: the issuer is known to the system, as far as a variable can say so. */
START_TEST(system_store)
{
	struct hostile_spec spec = { .text = GOOD };
	struct hostile *h = hostile_start(&spec);
	char path[] = "/tmp/t_tls.XXXXXX";
	int fd = mkstemp(path);
	struct oki_buf pem;
	struct client c;

	oki_buf_init(&pem, 65536);
	certs_pem("root", &pem);
	ck_assert_int_eq(write(fd, pem.data, pem.len), (ssize_t)pem.len);
	close(fd);
	setenv("SSL_CERT_FILE", path, 1);
	setenv("SSL_CERT_DIR", "/tmp", 1);
	ck_assert_int_eq(client_once(&c, hostile_port(h), "@ca=root2",
	    DEADLINE_MS), ONSHI_E_TLS);
	ck_assert_str_eq(onshi_error_reason(&c.error), "untrusted");
	client_free(&c);
	hostile_stop(&h);
	oki_buf_free(&pem);
	unlink(path);
}
END_TEST

struct reader {
	const uint8_t	*p;
	size_t		 left;
};

static unsigned int
take(struct reader *r, size_t n)
{
	unsigned int v = 0;

	ck_assert_uint_ge(r->left, n);
	for (; n > 0; n--, r->left--)
		v = v << 8 | *r->p++;

	return v;
}

static void
skip(struct reader *r, size_t n)
{
	ck_assert_uint_ge(r->left, n);
	r->p += n;
	r->left -= n;
}

static void
check_list(struct reader r, size_t length_bytes, const unsigned int *want,
    size_t n)
{
	size_t i;

	ck_assert_uint_eq(take(&r, length_bytes), n * 2);
	for (i = 0; i < n; i++)
		ck_assert_uint_eq(take(&r, 2), want[i]);
}

static const unsigned int suites[] = { 0x1302, 0x1303, 0x1301, 0xc02c, 0xc030,
	0xcca9, 0xcca8, 0xc02b, 0xc02f, 0x00ff };
static const unsigned int suites_of_13[] = { 0x1302, 0x1303, 0x1301,
	0x00ff };
static const unsigned int groups[] = { 0x001d, 0x0017, 0x0018 };
static const unsigned int algorithms[] = { 0x0403, 0x0503, 0x0804, 0x0805,
	0x0401, 0x0501 };
static const unsigned int versions[] = { 0x0304, 0x0303 };

/* No ticket (35), no early data (42), no key of before (41). */
static void
check_extension(unsigned int type, struct reader ext, bool only_13,
    unsigned int *seen)
{
	ck_assert_msg(type != 35 && type != 41 && type != 42,
	    "extension %u", type);
	if (type == 10) {
		check_list(ext, 2, groups, OKI_COUNT(groups));
		*seen |= 1;
	} else if (type == 13) {
		check_list(ext, 2, algorithms, OKI_COUNT(algorithms));
		*seen |= 2;
	} else if (type == 43) {
		check_list(ext, 1, versions, only_13 ? 1 : 2);
		*seen |= 4;
	} else if (type == 0) {
		skip(&ext, 5);
		ck_assert_uint_eq(ext.left, strlen(NAME));
		ck_assert_mem_eq(ext.p, NAME, ext.left);
		*seen |= 8;
	}
}

START_TEST(client_hello)
{
	struct hostile_spec spec = { .text = GOOD };
	struct hostile *h = hostile_start(&spec);
	struct reader r = { NULL, 0 }, ext;
	unsigned int type, seen = 0;
	struct client c;
	size_t len;

	ck_assert_int_eq(client_once(&c, hostile_port(h), _i == 0 ? NULL :
	    "link.tls_min=1.3", DEADLINE_MS), ONSHI_OK);
	client_free(&c);
	r.p = hostile_hello(h, &r.left);
	skip(&r, 4);
	ck_assert_uint_eq(take(&r, 2), 0x0303);
	skip(&r, 32);
	skip(&r, take(&r, 1));
	if (_i == 0)
		check_list(r, 2, suites, OKI_COUNT(suites));
	else
		check_list(r, 2, suites_of_13, OKI_COUNT(suites_of_13));
	skip(&r, take(&r, 2));
	ck_assert_uint_eq(take(&r, 2), 0x0100);	/* no compression */
	ck_assert_uint_eq(take(&r, 2), r.left);
	while (r.left > 0) {
		type = take(&r, 2);
		len = take(&r, 2);
		ext = (struct reader){ r.p, len };
		skip(&r, len);
		check_extension(type, ext, _i == 1, &seen);
	}
	ck_assert_uint_eq(seen, 15);
	hostile_stop(&h);
}
END_TEST

/* What goes to the record (SEC-16, SEC-11). */
static const struct fact {
	int		 version;
	const char	*keys;
	const char	*begins;
	const char	*ends;
} facts[] = {
	{ TLS1_3_VERSION, NULL, "TLSv1.3:TLS_AES_256_GCM_SHA384:",
	    ":unchecked" },
	{ TLS1_2_VERSION, NULL, "TLSv1.2:ECDHE-ECDSA-AES256-GCM-SHA384:",
	    ":unchecked" },
	{ TLS1_3_VERSION, "@crl=clean", "TLSv1.3:", ":crl" },
	{ TLS1_3_VERSION, "link.strict_x509=no", "TLSv1.3:",
	    ":unchecked:lax" }
};

START_TEST(recorded_facts)
{
	const struct fact *f = &facts[_i];
	struct hostile_spec spec = { .text = GOOD, .version = f->version };
	struct hostile *h = hostile_start(&spec);
	uint8_t *der = NULL, digest[32];
	struct client c;
	char hex[18] = ":";
	size_t len;
	int n;

	ck_assert_int_eq(client_once(&c, hostile_port(h), f->keys,
	    DEADLINE_MS), ONSHI_OK);
	n = i2d_PUBKEY(certs_get("good")->key, &der);
	ck_assert_int_gt(n, 0);
	ck_assert_int_eq(oki_sha256(der, (size_t)n, digest), ONSHI_OK);
	OPENSSL_free(der);
	oki_hex(hex + 1, digest, 8);
	len = strlen(c.x.facts);
	ck_assert_int_eq(strncmp(c.x.facts, f->begins, strlen(f->begins)),
	    0);
	ck_assert_ptr_nonnull(strstr(c.x.facts, hex));
	ck_assert_str_eq(c.x.facts + len - strlen(f->ends), f->ends);
	client_free(&c);
	hostile_stop(&h);
}
END_TEST

/* 61: what a server can say for ever, and that none of it is kept. */
static const struct flood {
	const char	*plan;
	const char	*text;
	size_t		 textlen;
} floods[] = {
	{ "tls; tickets 10000; wait 3000", SAYS(GOOD) },
	{ "tls; updates 100000; wait 3000", SAYS(GOOD) },
	{ "hello; flood 1000000; wait 3000",
	    SAYS("\x16\x03\x03\x00\x00") },
	{ "hello; flood 1000000; wait 3000",
	    SAYS("\x15\x03\x03\x00\x02\x01\x5a") }
};

/* The most that was ever in use, in KiB; with sanitizers, which keep what was
 * freed, nothing is to be learnt from it. */
static long
most_memory(void)
{
	struct rusage use = { 0 };

#ifndef WITH_SANITIZERS
	ck_assert_int_eq(getrusage(RUSAGE_SELF, &use), 0);
#endif

	return use.ru_maxrss;
}

START_TEST(flood)
{
	struct hostile_spec spec = { .plan = floods[_i].plan,
	    .text = floods[_i].text, .textlen = floods[_i].textlen,
	    .version = TLS1_3_VERSION };
	struct hostile_spec calm = { .text = GOOD };
	uint16_t port, calm_port;
	pid_t server = hostile_apart(&spec, &port);
	pid_t other = hostile_apart(&calm, &calm_port);
	struct client c;
	long before;

	ck_assert_int_eq(client_once(&c, calm_port, NULL, DEADLINE_MS),
	    ONSHI_OK);
	client_free(&c);
	before = most_memory();
	(void)client_once(&c, port, NULL, 1000);
	ck_assert_msg(c.r == ONSHI_E_LINK_TIMEOUT || c.r == ONSHI_E_TLS ||
	    c.r == ONSHI_E_NETWORK, "%s", onshi_result_name(c.r));
	ck_assert_int_le(c.took_ms, 1250);
	client_free(&c);
	ck_assert_int_lt(most_memory() - before, 1024);
	hostile_apart_stop(server);
	hostile_apart_stop(other);
}
END_TEST

static void
fill(TCase *t)
{
	tcase_set_timeout(t, 15);
	tcase_add_loop_test(t, servers, 0, (int)OKI_COUNT(rows));
	tcase_add_loop_test(t, wildcards, 0, (int)OKI_COUNT(stars));
	tcase_add_loop_test(t, first_words, 0, (int)OKI_COUNT(crafted));
	tcase_add_loop_test(t, refused_setups, 0, (int)OKI_COUNT(setups));
	tcase_add_loop_test(t, container_file, 0, (int)OKI_COUNT(places));
	tcase_add_test(t, plain_http_base);
	tcase_add_test(t, environment);
	tcase_add_test(t, system_store);
	tcase_add_loop_test(t, client_hello, 0, 2);
	tcase_add_loop_test(t, recorded_facts, 0, (int)OKI_COUNT(facts));
	tcase_add_loop_test(t, flood, 0, (int)OKI_COUNT(floods));
}

int
main(void)
{
	int failed;

	certs_make();
	failed = run_tests("wire/tls", fill);
	certs_free();

	return failed;
}
