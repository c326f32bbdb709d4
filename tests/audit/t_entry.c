/* Entries are written in one way, and read in no other. Keys as text. */
#include "tests/core/run.h"
#include "tests/crypto/mac.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/audit/trail.h"
#include "tests/sample.h"

static struct oki_audit_sums sums;
static const uint8_t key[OKI_AUDIT_HASH] = "0123456789abcdefghijklmnopqrstu";
static const uint8_t before[OKI_AUDIT_HASH] = { 1, 2, 3 };

static void
setup(void)
{
	ck_assert_int_eq(oki_audit_sums_open(&sums), ONSHI_OK);
}

static void
teardown(void)
{
	oki_audit_sums_close(&sums);
}

static int
make(const struct oki_audit_entry *e, struct oki_audit_line *line)
{
	struct oki_audit_stamp st = { .n = 41, .wall_ms = 1791162930123,
	    .boot_ms = 98765, .boot = "00c0ffee", .institution = REC_CODE };

	return oki_audit_line_make(e, &st, line);
}

static int
seal(struct oki_audit_line *line)
{
	uint8_t next[OKI_AUDIT_HASH], other[OKI_AUDIT_HASH];
	int r;

	memcpy(next, key, sizeof(next));
	memcpy(other, key, sizeof(other));
	r = oki_audit_line_seal(&sums, line, before, next);
	/* The key after it is the same, whoever asks for it. */
	ck_assert_int_eq(oki_audit_key_next(&sums, other), ONSHI_OK);
	if (r == ONSHI_OK)
		ck_assert_mem_eq(next, other, sizeof(next));

	return r;
}

START_TEST(known_answer)
{
	struct oki_audit_line line;
	struct oki_audit_parsed p;
	struct oki_audit_entry e;
	uint8_t g[OKI_AUDIT_HASH], a[OKI_AUDIT_HASH];

	rec_entry(&e, 6);
	ck_assert_int_eq(make(&e, &line), ONSHI_OK);
	ck_assert_str_eq(line.text,
	    "v=1\tn=41\tt=2026-10-05T01:15:30.123000Z\tb=00c0ffee:98765\t"
	    "e=query.intent\to=ok\ta=D0001\tl=doctor:two-factor\ts=desk-1\t"
	    "m=1319999996\tp=P-000123\tk=drugs%2Ccare\tu=care:consent\t"
	    "i=pin:12\tc=granted:20261005101500:20261006101500\t"
	    "q=0000000000000004\tw=TLSv1.3:0123456789abcdef\t"
	    "r=ONSHI_OK:records=12:bytes=34567\tz=-");
	ck_assert_int_eq(seal(&line), ONSHI_OK);
	ck_assert(oki_audit_line_parse(line.text, line.len, &p));
	ck_assert_uint_eq(p.n, 41);
	ck_assert_int_eq(p.wall_ms, 1791162930123);
	ck_assert_uint_eq(p.boot, 0x00c0ffee);
	ck_assert_int_eq(p.boot_ms, 98765);
	ck_assert_int_eq(p.event, OKI_AUDIT_QUERY_INTENT);
	ck_assert_str_eq(p.institution, REC_CODE);
	ck_assert(p.has_request);
	ck_assert_uint_eq(p.request, 4);
	ck_assert_mem_eq(p.h, before, OKI_AUDIT_HASH);
	ck_assert_int_eq(memcmp(line.text + p.sealed, "g=", 2), 0);

	/* g by the words of security.md 13.3. */
	ck_assert_int_eq(mac_of(key, sizeof(key),
	    "onshi-audit-mac-1", 17, a), ONSHI_OK);
	ck_assert_int_eq(mac_of(a, sizeof(a), line.text, p.sealed,
	    g), ONSHI_OK);
	ck_assert_mem_eq(p.g, g, OKI_AUDIT_HASH);
}
END_TEST

/* No value ends its field or its line, whatever bytes it has. */
START_TEST(values_cannot_break_out)
{
	struct oki_audit_line line;
	struct oki_audit_parsed p;
	struct oki_audit_entry e;
	char value[256], *at;
	size_t i, tabs = 0;

	for (i = 1; i < 256; i++)
		value[i - 1] = (char)i;
	value[255] = '\0';
	rec_entry(&e, 0);
	e.patient = value;
	ck_assert_int_eq(make(&e, &line), ONSHI_OK);
	ck_assert_int_eq(seal(&line), ONSHI_OK);
	ck_assert(oki_audit_line_parse(line.text, line.len, &p));
	for (at = line.text; *at != '\0'; at++) {
		tabs += *at == '\t';
		ck_assert(*at == '\t' || *at == '\n' ||
		    (*at > 0x20 && *at < 0x7f));
	}
	ck_assert_uint_eq(tabs, 20);
	ck_assert_ptr_eq(strchr(line.text, '\n'), line.text + line.len - 1);
	ck_assert_ptr_nonnull(strstr(line.text, "%09%0A"));
	ck_assert_ptr_nonnull(strstr(line.text, "%0D"));
}
END_TEST

START_TEST(what_is_absent)
{
	struct oki_audit_line line;
	struct oki_audit_entry e = { .event = OKI_AUDIT_LOG_OPEN };

	e.patient = "";
	e.link = "-";
	ck_assert_int_eq(make(&e, &line), ONSHI_OK);
	ck_assert_ptr_nonnull(strstr(line.text, "\ta=-\tl=-\ts=-\tm=1319999996"
	    "\tp=-\tk=-\tu=-\ti=-\tc=-\tq=-\tw=-\tr=-\tz=-"));
}
END_TEST

START_TEST(what_is_refused)
{
	struct oki_audit_line line;
	struct oki_audit_entry e;
	char longest[OKI_AUDIT_LINE + 1];

	rec_entry(&e, 0);
	e.event = (enum oki_audit_event)(OKI_AUDIT_CLOCK_JUMP + 1);
	ck_assert_int_eq(make(&e, &line), ONSHI_E_ARG);
	rec_entry(&e, 0);
	e.outcome = (enum oki_audit_outcome)(OKI_AUDIT_UNKNOWN + 1);
	ck_assert_int_eq(make(&e, &line), ONSHI_E_ARG);
	rec_entry(&e, 0);
	e.request_id = "0123456789ABCDEF";
	ck_assert_int_eq(make(&e, &line), ONSHI_E_ARG);
	e.request_id = "0123456789abcde";
	ck_assert_int_eq(make(&e, &line), ONSHI_E_ARG);
	e.request_id = "0123456789abcdef0";
	ck_assert_int_eq(make(&e, &line), ONSHI_E_ARG);
	e.request_id = "";
	ck_assert_int_eq(make(&e, &line), ONSHI_E_ARG);
	rec_entry(&e, 0);
	memset(longest, 'x', sizeof(longest));
	longest[OKI_AUDIT_LINE] = '\0';
	e.result = longest;
	ck_assert_int_eq(make(&e, &line), ONSHI_E_TOO_BIG);
}
END_TEST

/* 2,048 bytes with the LF and not one more. */
START_TEST(longest_line)
{
	struct oki_audit_line line;
	struct oki_audit_parsed p;
	struct oki_audit_entry e;
	char value[OKI_AUDIT_LINE];
	size_t rest;
	int r;

	rec_entry(&e, 0);
	e.result = NULL;
	ck_assert_int_eq(make(&e, &line), ONSHI_OK);
	rest = OKI_AUDIT_LINE - (line.len - 1) - 2 * 67 - 1;
	memset(value, 'x', sizeof(value));
	value[rest] = '\0';
	e.result = value;
	ck_assert_int_eq(make(&e, &line), ONSHI_OK);
	ck_assert_int_eq(seal(&line), ONSHI_OK);
	ck_assert_uint_eq(line.len, OKI_AUDIT_LINE);
	ck_assert(oki_audit_line_parse(line.text, line.len, &p));
	value[rest] = 'x';
	value[rest + 1] = '\0';
	if ((r = make(&e, &line)) == ONSHI_OK)
		r = seal(&line);
	ck_assert_int_eq(r, ONSHI_E_TOO_BIG);
}
END_TEST

static const struct {
	int64_t		 wall_ms;
	const char	*text;		/* NULL: refused */
} clocks[] = {
	{ 0, "1970-01-01T00:00:00.000000Z" },
	{ -1, "1969-12-31T23:59:59.999000Z" },
	{ 951782399999, "2000-02-28T23:59:59.999000Z" },
	{ 951782400000, "2000-02-29T00:00:00.000000Z" },
	{ 253402300799999, "9999-12-31T23:59:59.999000Z" },
	{ 253402300800000, NULL },
	{ -62135596800000, "0001-01-01T00:00:00.000000Z" },
	{ -62135596800001, NULL },
	{ INT64_MAX, NULL },
	{ INT64_MIN, NULL },
};

START_TEST(times)
{
	struct oki_audit_stamp st = { .n = 1, .boot = "00000000" };
	struct oki_audit_entry e = { .event = OKI_AUDIT_LOG_OPEN };
	struct oki_audit_line line;
	int64_t back;

	st.wall_ms = clocks[_i].wall_ms;
	if (clocks[_i].text == NULL) {
		ck_assert_int_ne(oki_audit_line_make(&e, &st, &line),
		    ONSHI_OK);
		return;
	}
	ck_assert_int_eq(oki_audit_line_make(&e, &st, &line), ONSHI_OK);
	ck_assert_int_eq(strncmp(line.text + 10, clocks[_i].text, 27), 0);
	ck_assert(oki_audit_line_time(line.text, line.len, &back));
	ck_assert_int_eq(back, clocks[_i].wall_ms);
}
END_TEST

/* Other ways to write what a line says, and lines that say nothing. */
static const struct {
	const char	*name;
	const char	*from;
	const char	*to;
} forms[] = {
	{ "version", "v=1", "v=2" },
	{ "leading zero", "n=41", "n=041" },
	{ "sign", "n=41", "n=+41" },
	{ "no number", "n=41", "n=" },
	{ "number too large", "n=41", "n=9223372036854775808" },
	{ "number beyond 64 bits", "n=41", "n=18446744073709551657" },
	{ "month 13", "2026-10-05", "2026-13-05" },
	{ "day 31 of November", "2026-10-05", "2026-11-31" },
	{ "29 February 2026", "2026-10-05", "2026-02-29" },
	{ "hour 24", "T01:15", "T24:15" },
	{ "second 60", ":30.1", ":60.1" },
	{ "lower-case t", "05T01", "05t01" },
	{ "no zone", "000Z", "000" },
	{ "offset for zone", "000Z", "000+00:00" },
	{ "upper-case boot id", "00c0ffee", "00C0FFEE" },
	{ "negative boot time", ":98765", ":-98765" },
	{ "unknown event", "query.intent", "query.intend" },
	{ "event cut short", "query.intent", "query.int" },
	{ "event too long", "query.intent", "query.intents" },
	{ "unknown outcome", "o=ok", "o=fine" },
	{ "empty value", "a=D0001", "a=" },
	{ "%41 for A", "a=D0001", "a=%44%30001" },
	{ "lower-case escape", "drugs%2Ccare", "drugs%2ccare" },
	{ "bare comma", "drugs%2Ccare", "drugs,care" },
	{ "escaped NUL", "a=D0001", "a=D%00001" },
	{ "half an escape", "a=D0001", "a=D%2" },
	{ "escape of a letter", "a=D0001", "a=D%ZZ" },
	{ "blank in a value", "a=D0001", "a=D 001" },
	{ "code of 9 digits", "m=1319999996", "m=131999999" },
	{ "code of 11 digits", "m=1319999996", "m=13199999960" },
	{ "letters in the code", "m=1319999996", "m=131999999X" },
	{ "short request id", "q=0000000000000004", "q=000000000000004" },
	{ "upper-case request id", "q=0000000000000004",
	  "q=000000000000000A" },
	{ "order of fields", "e=query.intent\to=ok", "o=ok\te=query.intent" },
	{ "a field twice", "\to=ok", "\to=ok\to=ok" },
	{ "a field missing", "\ts=desk-1", "" },
	{ "an unknown field", "\ts=desk-1", "\tS=desk-1" },
	{ "two tabs", "\to=ok", "\t\to=ok" },
	{ "blank for tab", "\to=ok", " o=ok" },
	{ "blank before the end", "\n", " \n" },
	{ "tab before the end", "\n", "\t\n" },
	{ "CR LF", "\n", "\r\n" },
	{ "two LF", "\n", "\n\n" },
	{ "no LF", "\n", "" },
	{ "upper-case h", "h=0102030", "h=010203A" },
	{ "h cut", "h=01", "h=" },
	{ "g cut", "g=", "g=0" },
	{ "byte-order mark", "v=1", "\357\273\277v=1" },
	{ "8-bit byte", "a=D0001", "a=D\303\251" },
};

START_TEST(other_forms)
{
	struct oki_audit_line line;
	struct oki_audit_parsed p;
	struct oki_audit_entry e;
	char changed[2 * OKI_AUDIT_LINE], *at;
	size_t head;
	int n;

	rec_entry(&e, 6);
	ck_assert_int_eq(make(&e, &line), ONSHI_OK);
	ck_assert_int_eq(seal(&line), ONSHI_OK);
	at = strstr(line.text, forms[_i].from);
	ck_assert_msg(at != NULL, "%s", forms[_i].name);
	head = (size_t)(at - line.text);
	n = snprintf(changed, sizeof(changed), "%.*s%s%s", (int)head,
	    line.text, forms[_i].to, at + strlen(forms[_i].from));
	ck_assert_msg(!oki_audit_line_parse(changed, (size_t)n, &p), "%s",
	    forms[_i].name);
}
END_TEST

/* Each cut of a line is none, and so is each with a NUL in it. */
START_TEST(cuts_and_nuls)
{
	struct oki_audit_line line;
	struct oki_audit_parsed p;
	struct oki_audit_entry e;
	size_t i;
	char *copy, kept;

	rec_entry(&e, 6);
	ck_assert_int_eq(make(&e, &line), ONSHI_OK);
	ck_assert_int_eq(seal(&line), ONSHI_OK);
	for (i = 0; i < line.len; i++) {
		/* Memory of that size and no more, for the sanitizer. */
		copy = malloc(i + 1);
		ck_assert_ptr_nonnull(copy);
		memcpy(copy, line.text, i);
		ck_assert(!oki_audit_line_parse(copy, i, &p));
		free(copy);
		kept = line.text[i];
		line.text[i] = '\0';
		ck_assert(!oki_audit_line_parse(line.text, line.len, &p));
		line.text[i] = kept;
	}
	ck_assert(oki_audit_line_parse(line.text, line.len, &p));
}
END_TEST

/* What the parser takes, the writer writes: random changes of a byte that it
 * still takes leave only values changed, never the form. */
START_TEST(one_form_only)
{
	struct oki_audit_line line;
	struct oki_audit_parsed p;
	struct oki_audit_entry e;
	size_t i;
	int c, taken = 0;
	char kept;

	rec_entry(&e, 6);
	ck_assert_int_eq(make(&e, &line), ONSHI_OK);
	ck_assert_int_eq(seal(&line), ONSHI_OK);
	for (i = 0; i < line.len; i++)
		for (c = 0; c < 256; c++) {
			kept = line.text[i];
			line.text[i] = (char)c;
			if (oki_audit_line_parse(line.text, line.len, &p)) {
				taken++;
				ck_assert_int_ne(c, '\r');
				ck_assert_int_ne(c, ' ');
				ck_assert(c == kept || (c != '\t' &&
				    c != '\n'));
			}
			line.text[i] = kept;
		}
	ck_assert_int_gt(taken, (int)line.len);
}
END_TEST

static int
nibble_of(char c)
{
	return c <= '9' ? c - '0' : c - 'A' + 10;
}

/* The value of a field with its escapes undone, NULL for what is absent. */
static const char *
value_of(const char *line, char field, char *to)
{
	char name[4] = { '\t', field, '=' };
	const char *at = strstr(line, name) + 3;
	size_t n = 0;

	if (at[0] == '-' && at[1] == '\t')
		return NULL;
	for (; *at != '\t'; at++)
		if (*at == '%') {
			to[n++] = (char)(nibble_of(at[1]) << 4 |
			    nibble_of(at[2]));
			at += 2;
		} else
			to[n++] = *at;
	to[n] = '\0';

	return to;
}

/* Writes again what was read from a line, but for h and g. */
static void
write_again(const char *line, const struct oki_audit_parsed *p,
    struct oki_audit_line *out)
{
	static char v[12][OKI_AUDIT_LINE];
	struct oki_audit_stamp st = { .n = p->n, .wall_ms = p->wall_ms,
	    .boot_ms = p->boot_ms };
	struct oki_audit_entry e = {
		.event = (enum oki_audit_event)p->event,
		.outcome = (enum oki_audit_outcome)p->outcome,
		.operator_id = value_of(line, 'a', v[0]),
		.licence = value_of(line, 'l', v[1]),
		.terminal = value_of(line, 's', v[2]),
		.patient = value_of(line, 'p', v[3]),
		.categories = value_of(line, 'k', v[4]),
		.purpose = value_of(line, 'u', v[5]),
		.identity = value_of(line, 'i', v[6]),
		.consent = value_of(line, 'c', v[7]),
		.request_id = value_of(line, 'q', v[8]),
		.link = value_of(line, 'w', v[9]),
		.result = value_of(line, 'r', v[10]),
		.rules = value_of(line, 'z', v[11])
	};

	(void)snprintf(st.boot, sizeof(st.boot), "%08x",
	    (unsigned int)p->boot);
	(void)snprintf(st.institution, sizeof(st.institution), "%s",
	    p->institution);
	ck_assert_int_eq(oki_audit_line_make(&e, &st, out), ONSHI_OK);
}

/* Whatever is read would have been written so, byte by byte. */
START_TEST(written_again)
{
	static const char letters[] = "%0129ABFabf-\t\n=:.,xZ\200";
	const char *seed = getenv("SEED");
	uint64_t state = seed == NULL ? 1 : strtoull(seed, NULL, 10);
	struct oki_audit_line good, line, again;
	struct oki_audit_parsed p;
	struct oki_audit_entry e;
	int edits, i, taken = 0, rounds = (int)sample_times(300000, 300000);
	size_t at;

	rec_entry(&e, 6);
	e.patient = "tab\tand\302\240more";
	ck_assert_int_eq(make(&e, &good), ONSHI_OK);
	ck_assert_int_eq(seal(&good), ONSHI_OK);
	for (i = 0; i < rounds; i++) {
		line = good;
		for (edits = i % 3; edits >= 0; edits--) {
			state = state * 6364136223846793005u +
			    1442695040888963407u;
			at = (size_t)(state >> 33) % line.len;
			line.text[at] = letters[(state >> 20) %
			    (sizeof(letters) - 1)];
		}
		if (!oki_audit_line_parse(line.text, line.len, &p))
			continue;
		/* Finer than our clock, but a time. */
		if (memcmp(strchr(line.text, 'Z') - 3, "000", 3) != 0)
			continue;
		taken++;
		write_again(line.text, &p, &again);
		ck_assert_int_eq(memcmp(again.text, line.text, again.len), 0);
		ck_assert_int_eq(memcmp(line.text + again.len, "\th=", 3), 0);
	}
	ck_assert_int_gt(taken, 1000);
}
END_TEST

/* ---- keys ------------------------------------------------------------------- */

START_TEST(key_by_hand)
{
	uint8_t k[OKI_AUDIT_HASH], next[OKI_AUDIT_HASH], id[OKI_AUDIT_HASH];
	char text[OKI_AUDIT_ID + 1], hex[2 * OKI_AUDIT_HASH + 1];
	char both[80];

	memcpy(k, key, sizeof(k));
	ck_assert_int_eq(oki_audit_key_next(&sums, k), ONSHI_OK);
	ck_assert_int_eq(mac_of(key, sizeof(key),
	    "onshi-audit-next-1", 18, next), ONSHI_OK);
	ck_assert_mem_eq(k, next, sizeof(k));

	memcpy(both, "onshi-audit-id", 14);
	memcpy(both + 14, key, sizeof(key));
	ck_assert_int_eq(oki_sha256(both, 14 + sizeof(key), id), ONSHI_OK);
	oki_hex(hex, id, sizeof(id));
	hex[OKI_AUDIT_ID] = '\0';
	ck_assert_int_eq(oki_audit_key_id(&sums, key, text), ONSHI_OK);
	ck_assert_str_eq(text, hex);

	ck_assert_int_eq(oki_sha256("onshi-audit-1" "00c0ffee" REC_CODE, 31,
	    id), ONSHI_OK);
	ck_assert_int_eq(oki_audit_genesis(&sums, "00c0ffee", REC_CODE, next),
	    ONSHI_OK);
	ck_assert_mem_eq(id, next, sizeof(id));
}
END_TEST

START_TEST(key_text_and_back)
{
	char text[OKI_AUDIT_KEY_TEXT], other[2 * OKI_AUDIT_KEY_TEXT];
	uint8_t k[OKI_AUDIT_HASH], back[OKI_AUDIT_HASH];
	size_t i, n, round;

	for (round = 0; round < 200; round++) {
		ck_assert_int_eq(oki_random(k, sizeof(k)), ONSHI_OK);
		ck_assert_int_eq(oki_audit_key_text(&sums, k, text), ONSHI_OK);
		ck_assert_uint_eq(strlen(text), OKI_AUDIT_KEY_TEXT - 1);
		memset(back, 0, sizeof(back));
		ck_assert_int_eq(oki_audit_key_parse(&sums, text, back),
		    ONSHI_OK);
		ck_assert_mem_eq(k, back, sizeof(k));
	}
	/* As a hand writes it: lower case, blanks, no dashes, no id, O and I
	 * as digits. */
	for (i = n = 0; text[i] != ':'; i++) {
		if (text[i] == '-')
			continue;
		other[n++] = text[i] == 'O' ? '0' : text[i] == 'I' ? '1' :
		    text[i] >= 'A' && text[i] <= 'Z' ?
		    (char)(text[i] - 'A' + 'a') : text[i];
		if (n % 7 == 0)
			other[n++] = ' ';
	}
	other[n++] = '\n';
	other[n] = '\0';
	ck_assert_int_eq(oki_audit_key_parse(&sums, other, back), ONSHI_OK);
	ck_assert_mem_eq(k, back, sizeof(k));
	(void)snprintf(other, sizeof(other), "  %s \r\n", text);
	ck_assert_int_eq(oki_audit_key_parse(&sums, other, back), ONSHI_OK);
}
END_TEST

/* Each wrong letter, each two swapped, each lost or doubled. */
START_TEST(key_mistyped)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	char text[OKI_AUDIT_KEY_TEXT], wrong[OKI_AUDIT_KEY_TEXT + 1];
	uint8_t back[OKI_AUDIT_HASH];
	size_t i, j, end;

	ck_assert_int_eq(oki_audit_key_text(&sums, key, text), ONSHI_OK);
	end = (size_t)(strchr(text, ':') - text);
	for (i = 0; i < end; i++) {
		if (text[i] == '-')
			continue;
		for (j = 0; j < 32; j++) {
			memcpy(wrong, text, sizeof(text));
			wrong[i] = digits[j];
			if (wrong[i] != text[i])
				ck_assert_int_eq(oki_audit_key_parse(&sums,
				    wrong, back), ONSHI_E_VALUE);
		}
		for (j = i + 1; j < end; j++) {
			memcpy(wrong, text, sizeof(text));
			wrong[i] = text[j];
			wrong[j] = text[i];
			if (wrong[i] != wrong[j] && wrong[i] != '-')
				ck_assert_int_eq(oki_audit_key_parse(&sums,
				    wrong, back), ONSHI_E_VALUE);
		}
		memcpy(wrong, text, i);
		memcpy(wrong + i, text + i + 1, sizeof(text) - i - 1);
		ck_assert_int_eq(oki_audit_key_parse(&sums, wrong, back),
		    ONSHI_E_VALUE);
		memcpy(wrong, text, i + 1);
		memcpy(wrong + i + 1, text + i, sizeof(text) - i);
		ck_assert_int_eq(oki_audit_key_parse(&sums, wrong, back),
		    ONSHI_E_VALUE);
	}
	memcpy(wrong, text, sizeof(text));
	wrong[end + 3] ^= 1;
	ck_assert_int_eq(oki_audit_key_parse(&sums, wrong, back),
	    ONSHI_E_VALUE);
	wrong[end] = '\0';
	ck_assert_int_eq(oki_audit_key_parse(&sums, wrong, back), ONSHI_OK);
	ck_assert_int_eq(oki_audit_key_parse(&sums, "", back), ONSHI_E_VALUE);
	ck_assert_int_eq(oki_audit_key_parse(&sums, ":00000000", back),
	    ONSHI_E_VALUE);
}
END_TEST

/* ---- heads, segments, slots ---------------------------------------------------- */

#define HASH24	"0123456789abcdef01234567"
#define HASH64	HASH24 "89abcdef0123456789abcdef0123456789abcdef"

static const struct {
	const char	*text;
	int		 result;
} heads[] = {
	{ "1:" HASH24, ONSHI_OK },
	{ "1:" HASH64, ONSHI_OK },
	{ "1:" HASH64 "0", ONSHI_E_VALUE },
	{ "1:0123456789abcdef0123456", ONSHI_E_VALUE },
	{ "0:" HASH24, ONSHI_E_VALUE },
	{ "01:" HASH24, ONSHI_E_VALUE },
	{ "-1:" HASH24, ONSHI_E_VALUE },
	{ "1" HASH24, ONSHI_E_VALUE },
	{ ":" HASH24, ONSHI_E_VALUE },
	{ "", ONSHI_E_VALUE },
	{ "1:0123456789ABCDEF01234567", ONSHI_E_VALUE },
	{ "9999999999999999999:" HASH24, ONSHI_E_VALUE },
};

START_TEST(head_forms)
{
	struct oki_audit_head h;

	ck_assert_int_eq(oki_audit_head_parse(heads[_i].text, &h),
	    heads[_i].result);
}
END_TEST

START_TEST(segment_names)
{
	char name[24];

	oki_audit_segment_name(name, 1);
	ck_assert_str_eq(name, "audit-000001.log");
	ck_assert_uint_eq(oki_audit_segment_of(name), 1);
	oki_audit_segment_name(name, 999999);
	ck_assert_uint_eq(oki_audit_segment_of(name), 999999);
	ck_assert_uint_eq(oki_audit_segment_of("audit-000000.log"), 0);
	ck_assert_uint_eq(oki_audit_segment_of("audit-00001.log"), 0);
	ck_assert_uint_eq(oki_audit_segment_of("audit-0000001.log"), 0);
	ck_assert_uint_eq(oki_audit_segment_of("audit-00000a.log"), 0);
	ck_assert_uint_eq(oki_audit_segment_of("audit-000001.bak"), 0);
	ck_assert_uint_eq(oki_audit_segment_of("Audit-000001.log"), 0);
	ck_assert_uint_eq(oki_audit_segment_of(""), 0);
}
END_TEST

/* A slot comes back as it went, and none with a bit changed does. */
START_TEST(slots)
{
	struct oki_audit_mark m, back;
	uint8_t slot[OKI_AUDIT_SLOT];
	size_t bit;

	memset(&m, 0, sizeof(m));
	memcpy(m.id, "00c0ffee", 9);
	m.n = 12345678901234;
	memcpy(m.key, key, sizeof(key));
	memcpy(m.hash, before, sizeof(before));
	m.segment = 17;
	m.length = 67108000;
	ck_assert_int_eq(oki_audit_slot_write(&sums, &m, slot), ONSHI_OK);
	memset(&back, 0, sizeof(back));
	ck_assert(oki_audit_slot_read(&sums, slot, &back));
	ck_assert_str_eq(back.id, m.id);
	ck_assert_uint_eq(back.n, m.n);
	ck_assert_mem_eq(back.key, m.key, sizeof(m.key));
	ck_assert_mem_eq(back.hash, m.hash, sizeof(m.hash));
	ck_assert_uint_eq(back.segment, m.segment);
	ck_assert_int_eq(back.length, m.length);
	for (bit = 0; bit < 8 * sizeof(slot); bit++) {
		slot[bit / 8] ^= (uint8_t)(1u << bit % 8);
		ck_assert(!oki_audit_slot_read(&sums, slot, &back));
		slot[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	memset(slot, 0, sizeof(slot));
	ck_assert(!oki_audit_slot_read(&sums, slot, &back));
}
END_TEST

/* Whole, but no state that we ever write: somebody else's sum is right, too. */
static const struct {
	const char	*name;
	const char	*id;
	uint64_t	 n, segment;
	int64_t		 length;
	bool		 good;
} marks[] = {
	{ "the first", "00c0ffee", 1, 1, 0, true },
	{ "the last", "00c0ffee", INT64_MAX, OKI_AUDIT_SEGMENTS, INT64_MAX,
	    true },
	{ "no entry", "00c0ffee", 0, 1, 0, false },
	{ "too many entries", "00c0ffee", (uint64_t)INT64_MAX + 1, 1, 0,
	    false },
	{ "no file", "00c0ffee", 1, 0, 0, false },
	{ "too many files", "00c0ffee", 1, OKI_AUDIT_SEGMENTS + 1, 0, false },
	{ "a length below nought", "00c0ffee", 1, 1, -1, false },
	{ "another digit", "00C0ffee", 1, 1, 0, false },
	{ "a shorter id", "00c0ffe", 1, 1, 0, false }
};

START_TEST(states_that_cannot_be)
{
	struct oki_audit_mark m, back;
	uint8_t slot[OKI_AUDIT_SLOT];

	memset(&m, 0, sizeof(m));
	(void)snprintf(m.id, sizeof(m.id), "%s", marks[_i].id);
	m.n = marks[_i].n;
	m.segment = marks[_i].segment;
	m.length = marks[_i].length;
	ck_assert_int_eq(oki_audit_slot_write(&sums, &m, slot), ONSHI_OK);
	ck_assert_msg(oki_audit_slot_read(&sums, slot, &back) ==
	    marks[_i].good, "%s", marks[_i].name);
}
END_TEST

/* ---- intents: the set against a plain list -------------------------------------- */

START_TEST(intents)
{
	struct oki_audit_intents t = { .room = 0 };
	bool there[500] = { false };
	uint64_t state = 7, id;
	size_t count = 0;
	int i, rounds = (int)sample_times(200000, 200000);

	oki_audit_intents_remove(&t, 5);
	for (i = 0; i < rounds; i++) {
		state = state * 6364136223846793005u + 1442695040888963407u;
		id = (state >> 33) % 500;
		/* Ids that fall on each other's places, too. */
		if ((state >> 20 & 1) != 0) {
			ck_assert_int_eq(oki_audit_intents_add(&t, id << 32),
			    ONSHI_OK);
			count += there[id] ? 0 : 1;
			there[id] = true;
		} else {
			oki_audit_intents_remove(&t, id << 32);
			count -= there[id] ? 1 : 0;
			there[id] = false;
		}
		ck_assert_uint_eq(t.count, count);
	}
	oki_audit_intents_free(&t);
}
END_TEST

static void
fill(TCase *t)
{
	tcase_set_timeout(t, 30);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, known_answer);
	tcase_add_test(t, values_cannot_break_out);
	tcase_add_test(t, what_is_absent);
	tcase_add_test(t, what_is_refused);
	tcase_add_test(t, longest_line);
	tcase_add_loop_test(t, times, 0, (int)OKI_COUNT(clocks));
	tcase_add_loop_test(t, other_forms, 0, (int)OKI_COUNT(forms));
	tcase_add_test(t, cuts_and_nuls);
	tcase_add_test(t, one_form_only);
	tcase_add_test(t, written_again);
	tcase_add_test(t, key_by_hand);
	tcase_add_test(t, key_text_and_back);
	tcase_add_test(t, key_mistyped);
	tcase_add_loop_test(t, head_forms, 0, (int)OKI_COUNT(heads));
	tcase_add_test(t, segment_names);
	tcase_add_test(t, slots);
	tcase_add_loop_test(t, states_that_cannot_be, 0,
	    (int)OKI_COUNT(marks));
	tcase_add_test(t, intents);
}

int
main(void)
{
	return run_tests("audit/entry", fill);
}
