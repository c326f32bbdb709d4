/* Addresses, networks, hosts, ports: one spelling each, no riddles. */
#include "config.h"

#include <string.h>

#include "tests/core/run.h"

static const struct {
	const char	*s;
	const char	*hex;		/* NULL: refused */
} addresses[] = {
	{ "", NULL },
	{ "127.0.0.1", "7f000001" },
	{ "0.0.0.0", "00000000" },
	{ "255.255.255.255", "ffffffff" },
	{ "256.0.0.1", NULL }, { "1.2.3", NULL }, { "1.2.3.4.5", NULL },
	{ "1.2.3.", NULL }, { ".1.2.3", NULL }, { "1..2.3", NULL },
	{ "01.2.3.4", NULL }, { "0x7f.0.0.1", NULL }, { "0177.0.0.1", NULL },
	{ "2130706433", NULL }, { "127.1", NULL }, { "1.2.3.4 ", NULL },
	{ "1.2.3.-4", NULL }, { "1.2.3.99999", NULL },
	{ "::", "00000000000000000000000000000000" },
	{ "::1", "00000000000000000000000000000001" },
	{ "1::", "00010000000000000000000000000000" },
	{ "2001:db8::ff00:42:8329", "20010db8000000000000ff0000428329" },
	{ "2001:DB8:0:0:0:FF00:42:8329", "20010db8000000000000ff0000428329" },
	{ "1:2:3:4:5:6:7:8", "00010002000300040005000600070008" },
	{ "1:2:3:4:5:6:7::", "00010002000300040005000600070000" },
	{ "::2:3:4:5:6:7:8", "00000002000300040005000600070008" },
	{ "::ffff:1.2.3.4", "00000000000000000000ffff01020304" },
	{ "1:2:3:4:5:6:1.2.3.4", "00010002000300040005000601020304" },
	{ "1:2:3:4:5:6:7:1.2.3.4", NULL }, { "::1.2.3", NULL },
	{ "1.2.3.4::", NULL }, { "::1.2.3.4:5", NULL },
	{ ":", NULL }, { ":::", NULL }, { "1:::2", NULL }, { "1::2::3", NULL },
	{ "::1::", NULL }, { ":1", NULL }, { "1:", NULL }, { "::1:", NULL },
	{ ":1::2", NULL }, { "1:2:3:4:5:6:7:8:9", NULL },
	{ "1:2:3:4:5:6:7", NULL }, { "1:2:3:4::5:6:7:8", NULL },
	{ "::1:2:3:4:5:6:7:8", NULL },
	{ "12345::", NULL }, { "g::", NULL }, { "::%eth0", NULL },
	{ "fe80::1%1", NULL }, { "[::1]", NULL }, { "::1/128", NULL },
	{ "00001::", NULL }, { "::-1", NULL },
	{ "1111:1111:1111:1111:1111:1111:1111:1111:1111:11", NULL },
};

START_TEST(address)
{
	struct oki_address a;
	char hex[33];
	const char *s = addresses[_i].s;
	bool good = oki_address_parse(s, strlen(s), &a);

	ck_assert_msg(good == (addresses[_i].hex != NULL), "%s", s);
	if (good) {
		oki_hex(hex, a.bytes, a.len);
		ck_assert_str_eq(hex, addresses[_i].hex);
	}
	ck_assert(!oki_address_parse(NULL, 0, &a));
}
END_TEST

static const struct {
	const char	*network;	/* without the address: refused */
	const char	*address;
	bool		 inside;
} networks[] = {
	{ "10.0.0.0/8", "10.255.255.255", true },
	{ "10.0.0.0/8", "11.0.0.0", false },
	{ "10.0.0.0/8", "9.255.255.255", false },
	{ "192.0.2.0/25", "192.0.2.127", true },
	{ "192.0.2.0/25", "192.0.2.128", false },
	{ "192.0.2.7/32", "192.0.2.7", true },
	{ "192.0.2.7/32", "192.0.2.6", false },
	{ "0.0.0.0/0", "1.2.3.4", true },
	{ "2001:db8::/32", "2001:db8:ffff::1", true },
	{ "2001:db8::/32", "2001:db9::", false },
	{ "::1/128", "::1", true },
	{ "10.0.0.0/8", "::ffff:10.0.0.1", false },
	{ "10.0.0.0/8", "::a00:1", false },
	{ "::ffff:0:0/96", "10.0.0.1", false },
	{ "10.0.0.0", NULL, false }, { "10.0.0.0/", NULL, false },
	{ "10.0.0.0/33", NULL, false }, { "10.0.0.0/08", NULL, false },
	{ "10.0.0.0/-1", NULL, false }, { "10.0.0.0/8/8", NULL, false },
	{ "10.0.0.1/8", NULL, false }, { "10.128.0.0/8", NULL, false },
	{ "::1/127", NULL, false }, { "::/129", NULL, false },
	{ "10.0.0.0/255.0.0.0", NULL, false }, { "/8", NULL, false },
	{ "", NULL, false },
};

START_TEST(network)
{
	struct oki_network n;
	struct oki_address a;
	const char *s = networks[_i].network, *in = networks[_i].address;
	bool good = oki_network_parse(s, strlen(s), &n);

	ck_assert_msg(good == (in != NULL), "%s", s);
	if (in != NULL) {
		ck_assert(oki_address_parse(in, strlen(in), &a));
		ck_assert_msg(oki_network_has(&n, &a) == networks[_i].inside,
		    "%s in %s", in, s);
	}
}
END_TEST

#define L63 "abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabc"

static const struct {
	const char	*s;
	bool		 good;
} hosts[] = {
	{ "a", true }, { "onshi.example", true }, { "a-b.c9", true },
	{ "127.0.0.1", true }, { "A.B", true }, { L63 ".x", true },
	{ L63 "x", false }, { L63 "." L63 "." L63 "." L63, false },
	{ "", false }, { ".", false }, { "a.", false }, { ".a", false },
	{ "a..b", false }, { "-a", false }, { "a-", false }, { "a-.b", false },
	{ "a.-b", false }, { "a_b", false }, { "*.a", false }, { "a b", false },
	{ "a:1", false }, { "a%2e", false }, { "\xe3\x81\x82", false },
	{ "a@b", false }, { "[::1]", false },
};

START_TEST(host)
{
	ck_assert_msg(oki_is_host(hosts[_i].s, strlen(hosts[_i].s)) ==
	    hosts[_i].good, "%s", hosts[_i].s);
}
END_TEST

static const struct {
	const char	*s;
	uint16_t	 port;
} ports[] = {
	{ "1", 1 }, { "8443", 8443 }, { "65535", 65535 }, { "65536", 0 },
	{ "0", 0 }, { "", 0 }, { "080", 0 }, { "99999", 0 }, { "100000", 0 },
	{ "-1", 0 }, { "1 ", 0 }, { "x", 0 },
};

static const struct url {
	const char	*s;
	const char	*why;		/* a word of it; NULL: none */
	const char	*host;
	uint16_t	 port;
	const char	*path;
} urls[] = {
	{ "https://a.example", NULL, "a.example", 443, "" },
	{ "https://a.example:8443", NULL, "a.example", 8443, "" },
	{ "https://a.example/gate/1", NULL, "a.example", 443, "/gate/1" },
	{ "https://a.example:1/x", NULL, "a.example", 1, "/x" },
	{ "http://a.example", "https", NULL, 0, NULL },
	{ "HTTPS://a.example", "https", NULL, 0, NULL },
	{ "", "https", NULL, 0, NULL },
	{ "https://", "host", NULL, 0, NULL },
	{ "https://:1", "host", NULL, 0, NULL },
	{ "https://me@a.example", "host", NULL, 0, NULL },
	{ "https://a.example:", "port", NULL, 0, NULL },
	{ "https://a.example:0", "port", NULL, 0, NULL },
	{ "https://a.example:65536", "port", NULL, 0, NULL },
	{ "https://a.example:1:2", "port", NULL, 0, NULL },
	{ "https://a.example/", "path", NULL, 0, NULL },
	{ "https://a.example/x?y", "path", NULL, 0, NULL }
};

START_TEST(url)
{
	const struct url *row = &urls[_i];
	struct oki_url u;
	const char *why = oki_url_parse(row->s, &u);

	ck_assert_msg((why == NULL) == (row->why == NULL), "%s: %s", row->s,
	    why == NULL ? "taken" : why);
	if (why != NULL) {
		ck_assert_msg(strstr(why, row->why) != NULL, "%s: %s",
		    row->s, why);
		return;
	}
	ck_assert_uint_eq(u.hostlen, strlen(row->host));
	ck_assert_mem_eq(u.host, row->host, u.hostlen);
	ck_assert_uint_eq(u.port, row->port);
	ck_assert_str_eq(u.path, row->path);
}
END_TEST

START_TEST(port)
{
	uint16_t v = 0;

	ck_assert_int_eq(oki_port_parse(ports[_i].s, strlen(ports[_i].s), &v),
	    ports[_i].port != 0);
	ck_assert_uint_eq(v, ports[_i].port);
}
END_TEST

static void
fill(TCase *t)
{
	ADD_ROWS(t, address, addresses);
	ADD_ROWS(t, network, networks);
	ADD_ROWS(t, host, hosts);
	ADD_ROWS(t, url, urls);
	ADD_ROWS(t, port, ports);
}

int
main(void)
{
	return run_tests("core/net", fill);
}
