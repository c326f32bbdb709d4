/*
 * Forms of text: any bytes, as bytes and as a string. What is read is written
 * again as it was, and the system's own functions agree where there are any.
 */
#include "config.h"

#include <arpa/inet.h>
#include <iconv.h>

#include "fuzz.h"
#include "message/inside.h"

#define MAX	4096

static void
base64(const uint8_t *p, size_t len, const char *text)
{
	struct oki_buf a, b;

	oki_buf_init(&a, 2 * MAX);
	oki_buf_init(&b, 2 * MAX);
	MUST(oki_base64(&a, p, len) == ONSHI_OK && a.len == (len + 2) / 3 * 4);
	MUST(oki_unbase64(&b, (const char *)a.data, a.len) == ONSHI_OK);
	MUST(oki_equal(b.data, b.len, p, len));
	oki_buf_reset(&a);
	oki_buf_reset(&b);
	/* One spelling for each content. */
	if (oki_unbase64(&a, text, strlen(text)) == ONSHI_OK) {
		MUST(oki_base64(&b, a.data, a.len) == ONSHI_OK);
		MUST(oki_equal(b.data, b.len, text, strlen(text)));
	}
	oki_buf_free(&a);
	oki_buf_free(&b);
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'F' ? (char)(c - 'A' + 'a') : c;
}

static void
hex(const uint8_t *p, size_t len, const char *text)
{
	static char coded[2 * MAX + 1];
	static uint8_t bytes[MAX];
	size_t n = sizeof(bytes), i;

	oki_hex(coded, p, len);
	MUST(oki_unhex(bytes, &n, coded) && oki_equal(bytes, n, p, len));
	n = sizeof(bytes);
	if (!oki_unhex(bytes, &n, text))
		return;
	oki_hex(coded, bytes, n);
	MUST(strlen(text) == 2 * n);
	for (i = 0; i < 2 * n; i++)
		MUST(coded[i] == lower(text[i]));
	if (n > 0) {
		n--;
		MUST(!oki_unhex(bytes, &n, text));	/* no room */
	}
}

static void
dates(const char *text)
{
	char back[15];
	int32_t date = 0, month = 0;
	int64_t t = 0;

	if (oki_date_parse(text, &date)) {
		oki_date_format(back, date);
		MUST(strcmp(back, text) == 0);
		MUST(oki_date_add_months(date, 0) == date);
		MUST(oki_date_add_months(date, 1) > date);
	}
	if (oki_month_parse(text, &month))
		MUST(month >= 101 && month % 100 >= 1 && month % 100 <= 12);
	if (oki_time_parse(text, &t)) {
		date = oki_date_of(t);
		oki_date_format(back, date);
		MUST(memcmp(back, text, 8) == 0);
		MUST(oki_month_end_after(t, 3) >= t);
	}
}

static void
numbers(const uint8_t *p, size_t len, const char *text)
{
	struct fuzz_input in = { p, len };
	int64_t v = (int64_t)fuzz_number(&in, 8), n = 0;
	struct oki_civil c;
	char back[32];

	(void)snprintf(back, sizeof(back), "%lld", (long long)v);
	MUST(oki_number(back, &n) && n == v);
	if (oki_number(text, &n))
		MUST(strtoll(text, NULL, 10) == n);
	v %= INT64_C(60000000000);
	oki_civil(v, &c);
	MUST(c.month >= 1 && c.month <= 12 && c.day >= 1 && c.day <= 31);
	MUST(oki_utc(c.year, c.month, c.day, c.hour, c.min, c.sec) == v);
}

static bool
is_xml(uint32_t c)
{
	return c == 9 || c == 10 || c == 13 || (c >= 0x20 && c < 0xfffe) ||
	    (c > 0xffff && c <= 0x10ffff);
}

/* UTF-8 as iconv sees it, and only characters of XML. */
static bool
is_good(const uint8_t *p, size_t len)
{
	static char from[MAX], to[4 * MAX];
	char *f = from, *t = to;
	size_t left = sizeof(to), i;
	iconv_t cd = iconv_open("UTF-32LE", "UTF-8");
	uint32_t c;
	bool good;

	MUST(cd != (iconv_t)-1);
	memcpy(from, p, len);
	good = iconv(cd, &f, &len, &t, &left) != (size_t)-1 && len == 0;
	iconv_close(cd);
	for (i = 0; good && i < sizeof(to) - left; i += 4) {
		memcpy(&c, to + i, 4);
		good = is_xml(c);
	}

	return good;
}

static void
utf8(const uint8_t *p, size_t len, const char *text)
{
	const char *s, *from;
	uint8_t back[4];
	unsigned int code;
	uint32_t c;
	size_t n;

	if (len > 0)
		MUST(oki_is_utf8((const char *)p, len) == is_good(p, len));
	for (s = text; *s != '\0';) {
		from = s;
		c = oki_utf8_get(&s);
		MUST(s > from && s <= text + strlen(text));
		if (!oki_is_utf8(from, (size_t)(s - from)))
			continue;
		n = oki_utf8_put(back, c);
		MUST(oki_equal(back, n, from, (size_t)(s - from)));
		/* Doubles of the code page come back as the first of them. */
		if ((code = oki_cp932_code(c)) > 0xff)
			MUST(oki_cp932_char(code >> 8, code & 0xff) == c);
	}
}

static void
addresses(const char *text)
{
	struct oki_address a;
	struct oki_network net;
	uint8_t bytes[16];
	size_t len = strlen(text);
	uint16_t port;

	if (oki_address_parse(text, len, &a)) {
		MUST(a.len == 4 || a.len == 16);
		MUST(inet_pton(a.len == 4 ? AF_INET : AF_INET6, text,
		    bytes) == 1);
		MUST(memcmp(bytes, a.bytes, a.len) == 0);
	}
	if (oki_network_parse(text, len, &net)) {
		MUST(net.bits <= 8 * net.address.len);
		MUST(oki_network_has(&net, &net.address));
	}
	if (oki_port_parse(text, len, &port))
		MUST(port > 0 && strtol(text, NULL, 10) == port);
	if (oki_is_host(text, len))
		MUST(len > 0 && len < 256 && strchr(text, '/') == NULL);
}

static void
words(const char *text)
{
	char small[17];
	const char *item, *rest = text;
	size_t len, n;

	MUST(oki_copy(small, sizeof(small), text) == (strlen(text) < 17));
	MUST(strlen(small) < sizeof(small));
	if (oki_is_word(text, 64))
		MUST(strlen(text) >= 1 && strlen(text) <= 64);
	for (n = 0; oki_list_next(&rest, ',', &item, &len); n++) {
		MUST(item >= text && item + len <= text + strlen(text));
		MUST(memchr(item, ',', len) == NULL);
		MUST(len == 0 || (item[0] != ' ' && item[len - 1] != ' '));
	}
	MUST(n >= 1 && n <= strlen(text) + 1);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char text[MAX + 1];

	if (len > MAX)
		return 0;
	if (len > 0)
		memcpy(text, data, len);
	text[len] = '\0';
	base64(data, len, text);
	hex(data, len, text);
	dates(text);
	numbers(data, len, text);
	utf8(data, len, text);
	addresses(text);
	words(text);

	return 0;
}
