/* What each type of key takes, and what it refuses. */
#include "config.h"

#include <string.h>

#include "tests/core/run.h"

#define PIN_A	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define PIN_B	"////////////////////////////////////////////8="
#define PIN_C	"//////////////////////////////////////////8="

/* then: what the key has afterwards; NULL: refused. */
static const struct {
	const char	*key;
	const char	*value;
	const char	*then;
} values[] = {
	{ "facility.institution_code", "9919999996", "9919999996" },
	{ "facility.institution_code", "991999999", NULL },
	{ "facility.institution_code", "99199999961", NULL },
	{ "facility.institution_code", "991999999a", NULL },
	{ "facility.kind", "medical", "medical" },
	{ "facility.kind", "visiting", "visiting" },
	{ "facility.kind", "Medical", NULL },
	{ "facility.kind", "medical|dental", NULL },
	{ "facility.kind", "|", NULL },
	{ "facility.kind", "med", NULL },
	{ "facility.eprescription", "true", NULL },
	{ "facility.operator_sign_in", "two-factor", "two-factor" },
	{ "facility.municipality", "13101", "13101" },
	{ "facility.desk", "0", "0" }, { "facility.desk", "99", "99" },
	{ "facility.desk", "100", NULL }, { "facility.desk", "受付1", NULL },
	{ "facility.hospital", "yes", "yes" },
	{ "link.interface", "受付1", "受付1" },
	{ "link.interface", "a\tb", NULL },
	{ "link.interface", "a\x7f", NULL },
	{ "link.interface", "\xff", NULL },
	{ "link.interface", "123456789012345", "123456789012345" },
	{ "link.interface", "1234567890123456", NULL },
	{ "link.base", "https://onshi.example", "https://onshi.example" },
	{ "link.base", "https://onshi.example:8443/a/b-c_d~e.f",
	  "https://onshi.example:8443/a/b-c_d~e.f" },
	{ "link.base", "https://127.0.0.1:1", "https://127.0.0.1:1" },
	{ "link.base", "http://onshi.example", NULL },
	{ "link.base", "HTTPS://onshi.example", NULL },
	{ "link.base", "https://", NULL },
	{ "link.base", "https:///a", NULL },
	{ "link.base", "https://u@onshi.example", NULL },
	{ "link.base", "https://u:p@onshi.example", NULL },
	{ "link.base", "https://onshi.example?q", NULL },
	{ "link.base", "https://onshi.example/?q", NULL },
	{ "link.base", "https://onshi.example#f", NULL },
	{ "link.base", "https://onshi.example/", NULL },
	{ "link.base", "https://onshi.example//a", NULL },
	{ "link.base", "https://onshi.example/../a", NULL },
	{ "link.base", "https://onshi.example/a/.", NULL },
	{ "link.base", "https://onshi.example/%2e", NULL },
	{ "link.base", "https://onshi.example/a b", NULL },
	{ "link.base", "https://onshi.example:", NULL },
	{ "link.base", "https://onshi.example:0", NULL },
	{ "link.base", "https://onshi.example:65536", NULL },
	{ "link.base", "https://onshi.example:08", NULL },
	{ "link.base", "https://onshi.example:1:2", NULL },
	{ "link.base", "https://on_shi.example", NULL },
	{ "link.base", "https://*.example", NULL },
	{ "link.base", "https://おんし.example", NULL },
	{ "link.base", "https://[::1]", NULL },
	{ "link.base", "https://a.example\\b", NULL },
	{ "link.ca_file", "/etc/x/ca.pem", "/etc/x/ca.pem" },
	{ "link.ca_file", "C:\\医院\\ca.pem", "C:\\医院\\ca.pem" },
	{ "link.ca_file", "/a\nb", NULL },
	{ "link.key_file", "k", "k" },
	{ "link.tls_min", "1.2", "1.2" }, { "link.tls_min", "1.1", NULL },
	{ "link.tls_min", "1.20", NULL }, { "link.tls_min", "", NULL },
	{ "link.networks", "127.0.0.0/8", "127.0.0.0/8" },
	{ "link.networks", " 10.0.0.0/8 , 2001:db8::/32 ",
	  "10.0.0.0/8,2001:db8::/32" },
	{ "link.networks", "0.0.0.0/0", NULL },
	{ "link.networks", "10.0.0.0/8,::/0", NULL },
	{ "link.networks", "10.0.0.1/8", NULL },
	{ "link.networks", "10.0.0.0", NULL },
	{ "link.networks", "10.0.0.0/8,", NULL },
	{ "link.networks", "10.0.0.0/8 11.0.0.0/8", NULL },
	{ "link.addresses", "a.example:8443:127.0.0.1",
	  "a.example:8443:127.0.0.1" },
	{ "link.addresses", "\ta:1:1.2.3.4,::1   b:2:fe80::1 ",
	  "a:1:1.2.3.4,::1 b:2:fe80::1" },
	{ "link.addresses", " ", NULL },
	{ "link.addresses", "a:1", NULL }, { "link.addresses", "a:1:", NULL },
	{ "link.addresses", "a:1:b", NULL },
	{ "link.addresses", "a:0:1.2.3.4", NULL },
	{ "link.addresses", "a:1:1.2.3.4,", NULL },
	{ "link.addresses", "a:1:1.2.3.4, 5.6.7.8", NULL },
	{ "link.addresses", "a_b:1:1.2.3.4", NULL },
	{ "link.addresses", ":1:1.2.3.4", NULL },
	{ "link.pins", PIN_A "," PIN_C, PIN_A "," PIN_C },
	{ "link.pins", PIN_A " ,\t" PIN_C, PIN_A "," PIN_C },
	{ "link.pins", PIN_A, NULL },
	{ "link.pins", PIN_A "," PIN_B, NULL },
	{ "link.pins", PIN_A ",", NULL },
	{ "link.pins", PIN_A ",AAAA", NULL },
	{ "link.pins", PIN_A ",sha256//" PIN_C, NULL },
	{ "link.scan_ms", "100", "100" }, { "link.scan_ms", "99", NULL },
	{ "link.scan_ms", "60000", "60000" }, { "link.scan_ms", "60001", NULL },
	{ "link.scan_ms", "-100", NULL }, { "link.scan_ms", "1e3", NULL },
	{ "link.scan_ms", "1 000", NULL }, { "link.scan_ms", "", NULL },
	{ "link.scan_ms", "99999999999999999999", NULL },
	{ "link.settle_ms", "0", "0" },
	{ "limits.answer_bytes", "1073741824", "1073741824" },
	{ "limits.answer_bytes", "1073741825", NULL },
	{ "limits.xml_depth", "64", "64" }, { "limits.xml_depth", "65", NULL },
	{ "limits.header_lines", "256", "256" },
	{ "limits.header_lines", "257", NULL },
	{ "link.deadline_ms", "3600000", "3600000" },
	{ "link.deadline_ms", "3600001", NULL },
	{ "link.req_dir.YZKsiquc01req", "/req", "/req" },
	{ "link.function.OQSmuquc01req", "/path", "/path" },
	{ "link.function.", "/path", NULL },
	{ "link.function.a/b", "/path", NULL },
	{ "link.function.a b", "/path", NULL },
	{ "link.nosuch", "1", NULL },
	{ "link.", "1", NULL }, { "link", "1", NULL }, { "", "1", NULL },
	{ "LINK.BASE", "https://a", NULL },
	{ "text.lang", "en", "en" }, { "text.lang", "fr", NULL },
};

START_TEST(value)
{
	const struct onshi_error *e;
	struct onshi_config *c;
	const char *text;
	int r;

	ck_assert_int_eq(onshi_config_new(&c), ONSHI_OK);
	r = onshi_config_set(c, values[_i].key, values[_i].value);
	e = onshi_config_error(c);
	if (values[_i].then != NULL) {
		ck_assert_msg(r == ONSHI_OK, "%s = %s: %s", values[_i].key,
		    values[_i].value, onshi_error_text(e));
		ck_assert_int_eq(onshi_config_text(c, values[_i].key, &text),
		    ONSHI_OK);
		ck_assert_str_eq(text, values[_i].then);
	} else {
		ck_assert_msg(r == ONSHI_E_CONFIG, "%s = %s", values[_i].key,
		    values[_i].value);
		ck_assert_str_ne(onshi_error_text(e), "");
		/* The key may be named, the value may not. */
		ck_assert(strlen(values[_i].value) < 6 ||
		    strstr(onshi_error_text(e), values[_i].value) == NULL);
	}
	onshi_config_free(&c);
}
END_TEST

/* Longer than any value may be, for each key there is. */
START_TEST(too_long)
{
	struct onshi_config *c;
	const char *key, *text;
	static char longest[70001];
	size_t i;

	memset(longest, 'a', sizeof(longest) - 1);
	ck_assert_int_eq(onshi_config_new(&c), ONSHI_OK);
	for (i = 0; onshi_config_key_at(i, "en", &key, &text) == ONSHI_OK;
	    i++)
		ck_assert_int_eq(onshi_config_set(c, key, longest),
		    ONSHI_E_CONFIG);
	onshi_config_free(&c);
}
END_TEST

/* Each default has to pass its own check. */
START_TEST(defaults)
{
	struct onshi_config *c;
	const char *key, *text, *what;
	size_t i, n = 0;

	ck_assert_int_eq(onshi_config_new(&c), ONSHI_OK);
	for (i = 0; onshi_config_key_at(i, "ja", &key, &what) == ONSHI_OK;
	    i++) {
		ck_assert_str_ne(what, "");
		if (onshi_config_text(c, key, &text) != ONSHI_OK)
			continue;
		n++;
		ck_assert_msg(onshi_config_set(c, key, text) == ONSHI_OK, "%s",
		    key);
	}
	ck_assert_uint_gt(n, 20);
	onshi_config_free(&c);
}
END_TEST

static void
fill(TCase *t)
{
	ADD_ROWS(t, value, values);
	tcase_add_test(t, too_long);
	tcase_add_test(t, defaults);
}

int
main(void)
{
	return run_tests("core/config_check", fill);
}
