/* Where a socket may go (SEC-20): one list, forty addresses and spellings. */
#include "config.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "link/inside.h"
#include "tests/core/run.h"

#define LIST	"10.1.0.0/16,192.0.2.7/32,127.0.0.0/8,2001:db8:1::/48," \
		"::1/128,fe80::/10,::/1,224.0.0.0/4,0.0.0.0/8"

static const struct row {
	const char	*address;
	bool		 allowed;
} rows[] = {
	{ "10.1.0.0", true },		{ "10.1.255.255", true },
	{ "10.0.255.255", false },	{ "10.2.0.0", false },
	{ "192.0.2.7", true },		{ "192.0.2.6", false },
	{ "192.0.2.8", false },		{ "127.0.0.1", true },
	{ "127.255.255.254", true },	{ "126.255.255.255", false },
	{ "128.0.0.1", false },		{ "8.8.8.8", false },
	/* never, though the list has them */
	{ "0.0.0.0", false },		{ "0.0.0.1", false },
	{ "224.0.0.1", false },		{ "239.255.255.255", false },
	{ "240.0.0.1", false },		{ "255.255.255.255", false },
	{ "::", false },		{ "::ffff:10.1.0.1", false },
	{ "::ffff:127.0.0.1", false },	{ "::ffff:a01:1", false },
	{ "ff02::1", false },		{ "ff0e::1", false },
	{ "::1", true },		{ "2001:db8:1::", true },
	{ "2001:db8:1:ffff:ffff:ffff:ffff:ffff", true },
	{ "2001:DB8:1::A", true },	{ "8001:db8:2::", false },
	{ "fe80::1", true },		{ "febf::1", true },
	{ "fec0::1", false },
	/* spellings that are riddles */
	{ "fe80::1%lo", false },	{ "010.1.0.1", false },
	{ "10.01.0.1", false },		{ "0x0a.1.0.1", false },
	{ "167837697", false },		{ "10.1", false },
	{ "10.1.0", false },		{ "10.1.0.256", false },
	{ "10.1.0.1 ", false },		{ "10.1.0.1.", false },
	{ "[::1]", false },		{ "::1::", false },
	{ "1:2:3:4:5:6:7:8:9", false },	{ "", false },
	{ "localhost", false },		{ "127.0.0.1:80", false }
};

START_TEST(addresses)
{
	const struct row *row = &rows[_i];
	struct oki_networks n;
	struct oki_address a;
	bool allowed;

	ck_assert_int_eq(oki_networks_read(LIST, &n), ONSHI_OK);
	allowed = oki_address_parse(row->address, strlen(row->address), &a) &&
	    oki_networks_have(&n, &a);
	ck_assert_msg(allowed == row->allowed, "%s", row->address);
	oki_networks_free(&n);
}
END_TEST

/* There is no default: an empty list refuses all. */
START_TEST(empty_list)
{
	const char *const lists[] = { NULL, "" };
	struct oki_networks n;
	struct oki_address a;

	ck_assert_int_eq(oki_networks_read(lists[_i], &n), ONSHI_OK);
	ck_assert(oki_address_parse("127.0.0.1", 9, &a));
	ck_assert(!oki_networks_have(&n, &a));
	ck_assert(oki_address_parse("::1", 3, &a));
	ck_assert(!oki_networks_have(&n, &a));
	oki_networks_free(&n);
}
END_TEST

static const char *const wrong_lists[] = {
	"0.0.0.0/0", "::/0", "10.0.0.0/8,0.0.0.0/0", "10.0.0.1/8",
	"10.0.0.0/33", "::/129", "10.0.0.0/-1", "10.0.0.0/08", "10.0.0.0",
	"10.0.0.0/8,", "any", "10.0.0.0/8;11.0.0.0/8"
};

START_TEST(refused_lists)
{
	struct oki_networks n;

	ck_assert_msg(oki_networks_read(wrong_lists[_i], &n) ==
	    ONSHI_E_CONFIG, "%s", wrong_lists[_i]);
	ck_assert_ptr_null(n.list);
	oki_networks_free(&n);
}
END_TEST

static const struct found {
	const char	*text;
	const char	*name;
	uint16_t	 port;
	const char	*found;		/* NULL: none */
} founds[] = {
	{ "a.example:443:10.0.0.1", "a.example", 443,
	    "a.example:443:10.0.0.1" },
	{ "A.Example:443:10.0.0.1", "a.eXample", 443,
	    "a.eXample:443:10.0.0.1" },
	{ "a.example:443:10.0.0.1", "a.example", 444, NULL },
	{ "a.example:443:10.0.0.1", "a.exampl", 443, NULL },
	{ "a.example:443:10.0.0.1", "b.example", 443, NULL },
	{ "a.example:443:10.0.0.1", "a.example.com", 443, NULL },
	{ "b:1:10.0.0.2 a:443:10.0.0.1,::1", "a", 443,
	    "a:443:10.0.0.1,::1" },
	{ "a:443:10.0.0.1 a:443:10.0.0.2", "a", 443,
	    "a:443:10.0.0.1,10.0.0.2" },
	{ "a:443:10.0.0.1 a:80:10.0.0.2", "a", 80, "a:80:10.0.0.2" },
	{ "", "a", 80, NULL }, { NULL, "a", 80, NULL }
};

START_TEST(known_addresses)
{
	const struct found *f = &founds[_i];
	struct oki_buf out;

	oki_buf_init(&out, 1024);
	ck_assert_int_eq(oki_addresses_find(f->text, f->name, f->port, &out),
	    f->found == NULL ? ONSHI_ABSENT : ONSHI_OK);
	if (f->found != NULL)
		ck_assert_str_eq((const char *)out.data, f->found);
	oki_buf_free(&out);
}
END_TEST

static void
fill(TCase *t)
{
	tcase_add_loop_test(t, addresses, 0, (int)OKI_COUNT(rows));
	tcase_add_loop_test(t, empty_list, 0, 2);
	tcase_add_loop_test(t, refused_lists, 0,
	    (int)OKI_COUNT(wrong_lists));
	tcase_add_loop_test(t, known_addresses, 0, (int)OKI_COUNT(founds));
}

int
main(void)
{
	return run_tests("link/confine", fill);
}
