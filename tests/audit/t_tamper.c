/* The catalogue of tampering (testing.md 12): a trail of 1,000 entries in
 * three segments; every change is found, and named by its entry. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/audit/disk.h"
#include "tests/core/run.h"
#include "tests/sample.h"

#define ENTRIES	1000
#define SEGMENT	160000
#define ROOM	(ENTRIES + 8)

/* The lines of a trail, and which segment each is in. */
struct image {
	char	*line[ROOM];
	size_t	 len[ROOM];
	int	 segment[ROOM];
	int	 n;
	int	 segments;
};

static struct image img;
static struct oki_audit_sums sums;

static void
image_free(void)
{
	while (img.n > 0)
		free(img.line[--img.n]);
	img.segments = 0;
}

static void
image_load(void)
{
	uint8_t *bytes;
	char *lf, *at;
	size_t len;

	image_free();
	while ((bytes = memfs_read(path_of(img.segments + 1), &len)) != NULL) {
		img.segments++;
		for (at = (char *)bytes; at < (char *)bytes + len; at = lf) {
			lf = strchr(at, '\n') + 1;
			img.len[img.n] = (size_t)(lf - at);
			img.line[img.n] = calloc(1, 2 * OKI_AUDIT_LINE);
			ck_assert_ptr_nonnull(img.line[img.n]);
			memcpy(img.line[img.n], at, img.len[img.n]);
			img.segment[img.n++] = img.segments;
		}
		free(bytes);
	}
}

static void
image_store(void)
{
	size_t len;
	char *all;
	int i, s;

	for (s = 1; s <= img.segments; s++) {
		all = calloc(ROOM, 2 * OKI_AUDIT_LINE);
		ck_assert_ptr_nonnull(all);
		len = 0;
		for (i = 0; i < img.n; i++)
			if (img.segment[i] == s) {
				memcpy(all + len, img.line[i], img.len[i]);
				len += img.len[i];
			}
		memfs_write(path_of(s), all, len);
		free(all);
	}
}

/* Entry n has index n - 1, until entries are removed. */
static void
drop(int i)
{
	free(img.line[i]);
	img.n--;
	memmove(img.line + i, img.line + i + 1,
	    (size_t)(img.n - i) * sizeof(img.line[0]));
	memmove(img.len + i, img.len + i + 1,
	    (size_t)(img.n - i) * sizeof(img.len[0]));
	memmove(img.segment + i, img.segment + i + 1,
	    (size_t)(img.n - i) * sizeof(img.segment[0]));
}

static void
insert(int i, const char *line, size_t len)
{
	memmove(img.line + i + 1, img.line + i,
	    (size_t)(img.n - i) * sizeof(img.line[0]));
	memmove(img.len + i + 1, img.len + i,
	    (size_t)(img.n - i) * sizeof(img.len[0]));
	memmove(img.segment + i + 1, img.segment + i,
	    (size_t)(img.n - i) * sizeof(img.segment[0]));
	img.line[i] = calloc(1, 2 * OKI_AUDIT_LINE);
	ck_assert_ptr_nonnull(img.line[i]);
	memcpy(img.line[i], line, len);
	img.len[i] = len;
	img.segment[i] = i == 0 ? 1 : img.segment[i - 1];
	img.n++;
}

/* The key of entry n. */
static void
key_at(int n, uint8_t key[OKI_AUDIT_HASH])
{
	memcpy(key, k0, OKI_AUDIT_HASH);
	for (; n > 1; n--)
		ck_assert_int_eq(oki_audit_key_next(&sums, key), ONSHI_OK);
}

/* Makes h of all entries from index i on right again, with g as it was or, if
 * a key is given, sealed with it. */
static void
rechain(int i, const uint8_t *key)
{
	uint8_t hash[OKI_AUDIT_HASH], g[OKI_AUDIT_HASH];
	char hex[2 * OKI_AUDIT_HASH + 1], *at;

	for (; i < img.n; i++) {
		ck_assert_int_eq(oki_sha256(img.line[i - 1], img.len[i - 1],
		    hash), ONSHI_OK);
		oki_hex(hex, hash, sizeof(hash));
		at = strstr(img.line[i], "\th=");
		ck_assert_ptr_nonnull(at);
		memcpy(at + 3, hex, 64);
		if (key == NULL)
			continue;
		at = strstr(img.line[i], "\tg=") + 1;
		ck_assert_int_eq(oki_audit_key_seal(&sums, key, img.line[i],
		    (size_t)(at - img.line[i]), g), ONSHI_OK);
		oki_hex(hex, g, sizeof(g));
		memcpy(at + 2, hex, 64);
	}
}

/* A state that says that the image is all, with the key that is at hand. */
static void
forge_state(const uint8_t *key)
{
	uint8_t slots[2 * OKI_AUDIT_SLOT] = { 0 }, *old;
	struct oki_audit_mark m;
	size_t len;
	int i;

	old = memfs_read(STATE, &len);
	memset(&m, 0, sizeof(m));
	ck_assert(oki_audit_slot_read(&sums, old, &m) ||
	    oki_audit_slot_read(&sums, old + OKI_AUDIT_SLOT, &m));
	free(old);
	m.n = (uint64_t)img.n + 1;
	ck_assert_int_eq(oki_sha256(img.line[img.n - 1], img.len[img.n - 1],
	    m.hash), ONSHI_OK);
	m.segment = (uint64_t)img.segment[img.n - 1];
	m.length = 0;
	for (i = 0; i < img.n; i++)
		if (img.segment[i] == img.segment[img.n - 1])
			m.length += (int64_t)img.len[i];
	if (key != NULL)
		memcpy(m.key, key, OKI_AUDIT_HASH);
	ck_assert_int_eq(oki_audit_slot_write(&sums, &m, slots), ONSHI_OK);
	memfs_write(STATE, slots, sizeof(slots));
}

/* The state as it is, but for its number. */
static void
forged_n(uint64_t n)
{
	uint8_t slots[2 * OKI_AUDIT_SLOT] = { 0 }, *old;
	struct oki_audit_mark m;
	size_t len;

	old = memfs_read(STATE, &len);
	ck_assert(oki_audit_slot_read(&sums, old, &m) ||
	    oki_audit_slot_read(&sums, old + OKI_AUDIT_SLOT, &m));
	free(old);
	m.n = n;
	ck_assert_int_eq(oki_audit_slot_write(&sums, &m, slots), ONSHI_OK);
	memfs_write(STATE, slots, sizeof(slots));
}

static void
expect(const char *what, const uint8_t *key, const char *head, int verdict,
    int64_t first_bad)
{
	struct oki_audit_report r = rec_verify(DIR, key, head);

	ck_assert_msg(r.verdict == verdict, "%s, %s key: verdict %d, not %d",
	    what, key == NULL ? "no" : "with", r.verdict, verdict);
	ck_assert_msg(first_bad < 0 || r.first_bad == first_bad,
	    "%s, %s key: entry %d, not %d", what, key == NULL ? "no" : "with",
	    (int)r.first_bad, (int)first_bad);
}

/* Without the key a change of n shows where the chain goes on: at n + 1. */
static void
expect_at(const char *what, int64_t n)
{
	struct oki_audit_report r;

	expect(what, k0, NULL, ONSHI_AUDIT_CHANGED, n);
	r = rec_verify(DIR, NULL, NULL);
	ck_assert_msg(r.verdict == ONSHI_AUDIT_CHANGED, "%s, no key: %d", what,
	    r.verdict);
	ck_assert_msg(r.first_bad == n || r.first_bad == n + 1,
	    "%s, no key: entry %d, not %d", what, (int)r.first_bad, (int)n);
}

static void
make_record(void)
{
	ck_assert_int_eq(oki_audit_sums_open(&sums), ONSHI_OK);
	begin_trail();
	append_all(ENTRIES - 3, SEGMENT);
	base = memfs_save();
}

static void
drop_record(void)
{
	image_free();
	oki_audit_sums_close(&sums);
	drop_trail();
}

static void
setup(void)
{
	memfs_load(base);
	image_load();
	ck_assert_int_eq(img.n, ENTRIES);
	ck_assert_int_eq(img.segments, 3);
}

START_TEST(untouched)
{
	struct oki_audit_report r = rec_verify(DIR, k0, NULL);
	char head[96];

	ck_assert_int_eq(r.verdict, ONSHI_AUDIT_INTACT);
	ck_assert_int_eq(r.entries, ENTRIES);
	ck_assert_int_eq(r.first_bad, 0);
	ck_assert_int_eq(r.unmatched, 1);	/* the last intent */
	ck_assert_int_eq(r.clock_jumps, 0);
	expect("no key", NULL, NULL, ONSHI_AUDIT_NO_KEY, 0);
	rec_head(DIR, head);
	expect("own head", k0, head, ONSHI_AUDIT_INTACT, 0);
	head[strlen(head) - 30] = '\0';
	expect("short head", k0, head, ONSHI_AUDIT_INTACT, 0);
	expect("head, no key", NULL, head, ONSHI_AUDIT_NO_KEY, 0);
	/* Loading and storing is no change. */
	image_store();
	expect("stored again", k0, NULL, ONSHI_AUDIT_INTACT, 0);
}
END_TEST

/* A1 to A10: the bits of a line (in check-full all of them), at both ends of
 * the trail and within. */
START_TEST(a01_each_bit)
{
	static const int at[] = { 1, 2, 333, 500, ENTRIES - 1, ENTRIES };
	int n = at[_i];
	char *line = img.line[n - 1], what[48];
	size_t bit, step = sample_step(61);

	for (bit = (size_t)_i; bit < 8 * img.len[n - 1]; bit += step) {
		line[bit / 8] ^= (char)(1u << bit % 8);
		image_store();
		(void)snprintf(what, sizeof(what), "bit %u of entry %d",
		    (unsigned int)bit, n);
		expect_at(what, n);
		line[bit / 8] ^= (char)(1u << bit % 8);
	}
}
END_TEST

/* The same for each field by name, one whole value for another. */
START_TEST(a01_each_field)
{
	static const char keys[] = "vntbeoalsmpkuicqwrzhg";
	const int n = 500;
	char *line = img.line[n - 1], *at, kept, name[4] = "\t?=", what[16];
	size_t i;

	for (i = 0; keys[i] != '\0'; i++) {
		name[1] = keys[i];
		at = i == 0 ? line + 2 : strstr(line, name) + 3;
		kept = *at;
		*at = kept == '1' ? '2' : '1';
		image_store();
		(void)snprintf(what, sizeof(what), "field %c", keys[i]);
		expect_at(what, n);
		*at = kept;
	}
}
END_TEST

static int
last_of(int segment)
{
	int i;

	for (i = 0; i + 1 < img.n && img.segment[i + 1] <= segment; i++)
		;

	return i;
}

START_TEST(a11_removed)
{
	int i = last_of(1);

	drop(0);
	image_store();
	expect_at("first", 1);
	memfs_load(base);
	image_load();
	drop(499);
	image_store();
	expect_at("in the middle", 500);
	memfs_load(base);
	image_load();
	drop(i);
	image_store();
	expect_at("last of a segment", i + 1);
	memfs_load(base);
	image_load();
	drop(i + 1);
	image_store();
	expect_at("first of a segment", i + 2);
	memfs_load(base);
	image_load();
	drop(ENTRIES - 1);
	image_store();
	expect("last", k0, NULL, ONSHI_AUDIT_SHORTER, ENTRIES);
	expect("last", NULL, NULL, ONSHI_AUDIT_SHORTER, ENTRIES);
}
END_TEST

START_TEST(a12_inserted_doubled_swapped)
{
	struct oki_audit_store s;
	char *line;
	size_t len;

	insert(500, img.line[41], img.len[41]);
	image_store();
	expect_at("inserted", 501);
	memfs_load(base);
	image_load();
	insert(500, img.line[499], img.len[499]);
	image_store();
	expect_at("doubled", 501);
	memfs_load(base);
	image_load();
	line = img.line[499];
	img.line[499] = img.line[500];
	img.line[500] = line;
	len = img.len[499];
	img.len[499] = img.len[500];
	img.len[500] = len;
	image_store();
	expect_at("swapped", 500);
	memfs_load(base);
	image_load();
	insert(ENTRIES, img.line[ENTRIES - 1], img.len[ENTRIES - 1]);
	image_store();
	expect_at("last doubled", ENTRIES + 1);
	/* Nobody adds to such a trail. */
	rec_open(&s, DIR, env, SEGMENT);
	ck_assert_int_eq(rec_append(&s, 0), ONSHI_E_AUDIT);
	oki_audit_store_free(&s);
	expect_at("last doubled", ENTRIES + 1);
	memfs_load(base);
	image_load();
	insert(ENTRIES, "nonsense\n", 9);
	image_store();
	expect_at("nonsense added", ENTRIES + 1);
}
END_TEST

static const int cuts[] = { 1, 2, 500, 999, 1000 };

START_TEST(a13_cut)
{
	struct oki_audit_store s;
	int i;

	for (i = 0; i < cuts[_i]; i++)
		drop(img.n - 1);
	image_store();
	expect("cut", k0, NULL, ONSHI_AUDIT_SHORTER, img.n + 1);
	expect("cut", NULL, NULL, ONSHI_AUDIT_SHORTER, img.n + 1);
	rec_open(&s, DIR, env, SEGMENT);
	ck_assert_int_eq(rec_append(&s, 0), ONSHI_E_AUDIT);
	oki_audit_store_free(&s);
}
END_TEST

START_TEST(a13_cut_with_its_files)
{
	int last = last_of(2) + 1;

	memfs_remove(path_of(3));
	expect("third segment away", k0, NULL, ONSHI_AUDIT_SHORTER, last + 1);
	memfs_remove(path_of(2));
	expect("second too", k0, NULL, ONSHI_AUDIT_SHORTER, last_of(1) + 2);
	memfs_remove(path_of(1));
	expect("all", k0, NULL, ONSHI_AUDIT_SHORTER, 1);
	expect("all", NULL, NULL, ONSHI_AUDIT_SHORTER, 1);
}
END_TEST

/* In the middle of a line. */
START_TEST(a13_cut_within_a_line)
{
	size_t len = img.len[ENTRIES - 1], cut;

	for (cut = 1; cut < len; cut += 31) {
		img.len[ENTRIES - 1] = len - cut;
		image_store();
		expect("cut", k0, NULL, ONSHI_AUDIT_SHORTER, ENTRIES);
		expect("cut", NULL, NULL, ONSHI_AUDIT_SHORTER, ENTRIES);
	}
}
END_TEST

START_TEST(a14_cut_and_state_set_back)
{
	int i;

	for (i = 0; i < 100; i++)
		drop(img.n - 1);
	image_store();
	forge_state(NULL);
	expect("the key does not fit its number", k0, NULL,
	    ONSHI_AUDIT_CHANGED, ENTRIES - 99);
	/* Said plainly in security.md 13.3: it takes the key, or a head. */
	expect("without key", NULL, NULL, ONSHI_AUDIT_NO_KEY, 0);
}
END_TEST

START_TEST(a15_state_removed)
{
	struct oki_audit_store s;

	memfs_remove(STATE);
	expect("state away", k0, NULL, ONSHI_AUDIT_CHANGED, ENTRIES + 1);
	expect("state away", NULL, NULL, ONSHI_AUDIT_CHANGED, ENTRIES + 1);
	drop(ENTRIES - 1);
	image_store();
	expect("and cut", k0, NULL, ONSHI_AUDIT_CHANGED, ENTRIES);
	rec_open(&s, DIR, env, SEGMENT);
	ck_assert_int_eq(rec_append(&s, 0), ONSHI_E_AUDIT);
	oki_audit_store_free(&s);
}
END_TEST

START_TEST(a16_rewritten_without_key)
{
	char *at = strstr(img.line[599], "a=D0001");

	memcpy(at, "a=D0002", 7);
	rechain(600, NULL);
	image_store();
	expect("by the key", k0, NULL, ONSHI_AUDIT_CHANGED, 600);
	expect("by the state", NULL, NULL, ONSHI_AUDIT_CHANGED, ENTRIES);
	forge_state(NULL);
	expect("state too", k0, NULL, ONSHI_AUDIT_CHANGED, 600);
	expect("only with the key", NULL, NULL, ONSHI_AUDIT_NO_KEY, 0);
}
END_TEST

/* A17: who has the whole disk has the key of entry 1,001, and nothing before
 * (SEC-95). */
START_TEST(a17_thief_changes_the_past)
{
	uint8_t key[OKI_AUDIT_HASH];
	char *at = strstr(img.line[599], "a=D0001");
	int n;

	key_at(ENTRIES + 1, key);
	memcpy(at, "a=D0002", 7);
	rechain(600, key);
	image_store();
	forge_state(key);
	expect("sealed with what the thief has", k0, NULL,
	    ONSHI_AUDIT_CHANGED, 600);

	/* Nor is any older key in the files. */
	for (n = 1; n <= ENTRIES; n += 111) {
		uint8_t *state;
		size_t i, len;

		key_at(n, key);
		state = memfs_read(STATE, &len);
		ck_assert_uint_eq(len, 2 * OKI_AUDIT_SLOT);
		for (i = 0; i + sizeof(key) <= len; i++)
			ck_assert_int_ne(memcmp(state + i, key, sizeof(key)),
			    0);
		free(state);
	}
}
END_TEST

START_TEST(a17_no_key_of_before)
{
	uint8_t key[OKI_AUDIT_HASH], *state;
	size_t i, len;

	memfs_load(base);
	state = memfs_read(STATE, &len);
	key_at(ENTRIES, key);
	for (i = 0; i + sizeof(key) <= len; i++)
		ck_assert_int_ne(memcmp(state + i, key, sizeof(key)), 0);
	key_at(ENTRIES + 1, key);
	for (i = 0; i + sizeof(key) <= len &&
	    memcmp(state + i, key, sizeof(key)) != 0; i++)
		;
	ck_assert_uint_lt(i + sizeof(key), len + 1);
	free(state);
}
END_TEST

/* A18: from the theft on the thief can write what he likes. Documented. */
START_TEST(a18_thief_writes_the_future)
{
	uint8_t key[OKI_AUDIT_HASH];

	insert(ENTRIES, img.line[ENTRIES - 1], img.len[ENTRIES - 1]);
	memcpy(strstr(img.line[ENTRIES], "n=1000"), "n=1001", 6);
	key_at(ENTRIES + 1, key);
	rechain(ENTRIES, key);
	image_store();
	ck_assert_int_eq(oki_audit_key_next(&sums, key), ONSHI_OK);
	forge_state(key);
	expect("not found", k0, NULL, ONSHI_AUDIT_INTACT, 0);
}
END_TEST

START_TEST(a19_newer_key)
{
	uint8_t key[OKI_AUDIT_HASH], g[OKI_AUDIT_HASH];
	char hex[2 * OKI_AUDIT_HASH + 1], *at;

	key_at(700, key);
	at = strstr(img.line[499], "\tg=") + 1;
	ck_assert_int_eq(oki_audit_key_seal(&sums, key, img.line[499],
	    (size_t)(at - img.line[499]), g), ONSHI_OK);
	oki_hex(hex, g, sizeof(g));
	memcpy(at + 2, hex, 64);
	rechain(500, NULL);
	image_store();
	forge_state(NULL);
	expect("a key is bound to its number", k0, NULL, ONSHI_AUDIT_CHANGED,
	    500);
}
END_TEST

START_TEST(a20_segments)
{
	int first = 1, second = last_of(1) + 2;

	memfs_remove(path_of(1));
	expect_at("first away", first);
	memfs_load(base);
	memfs_remove(path_of(2));
	expect_at("second away", second);
	memfs_load(base);
	memfs_rename(path_of(2), "/rec/keep");
	memfs_rename("/rec/audit-000003.log", path_of(2));
	memfs_rename("/rec/keep", path_of(3));
	expect_at("swapped", second);
	memfs_load(base);
	memfs_rename("/rec/audit-000003.log", "/rec/audit-000007.log");
	expect("renamed", k0, NULL, ONSHI_AUDIT_CHANGED, -1);
	expect("renamed", NULL, NULL, ONSHI_AUDIT_CHANGED, -1);
	memfs_load(base);
	memfs_write("/rec/audit-000005.log", "", 0);
	expect_at("one too many", ENTRIES + 1);
	memfs_load(base);
	memfs_write("/rec/audit-000004.log", img.line[9], img.len[9]);
	expect_at("a next one with an old entry", ENTRIES + 1);
	memfs_load(base);
	memfs_write("/rec/audit-000004.log", "", 0);
	expect("a next one, empty: begun, not yet used", k0, NULL,
	    ONSHI_AUDIT_INTACT, 0);
}
END_TEST

/* Another institution's first segment under our state; its whole trail. */
START_TEST(a20_another_record)
{
	uint8_t other[OKI_AUDIT_HASH], *bytes;
	struct oki_audit_store s;
	struct memfs *theirs;
	char head[96];
	size_t len;
	int i;

	rec_head(DIR, head);
	memfs_reset();
	rec_begin(DIR, env, other);
	rec_open(&s, DIR, env, SEGMENT);
	for (i = 0; i < ENTRIES - 3; i++)
		ck_assert_int_eq(rec_append(&s, i), ONSHI_OK);
	oki_audit_store_free(&s);
	expect("its own key", other, NULL, ONSHI_AUDIT_INTACT, 0);
	expect("our key", k0, NULL, ONSHI_AUDIT_CHANGED, 1);
	expect("our head", NULL, head, ONSHI_AUDIT_CHANGED, ENTRIES);
	bytes = memfs_read(path_of(1), &len);
	theirs = memfs_save();
	memfs_load(base);
	memfs_write(path_of(1), bytes, len);
	expect_at("their first segment", 1);
	free(bytes);
	memfs_free(theirs);
}
END_TEST

START_TEST(a20_institution_in_the_first_entry)
{
	char *at = strstr(img.line[0], "m=1319999996");

	memcpy(at, "m=1319999997", 12);
	rechain(1, NULL);
	image_store();
	forge_state(NULL);
	expect_at("another code", 1);
}
END_TEST

START_TEST(a21_set_back_to_yesterday)
{
	struct oki_audit_store s;
	char head[96];
	int i;

	rec_open(&s, DIR, env, SEGMENT);
	for (i = 0; i < 10; i++)
		ck_assert_int_eq(rec_append(&s, i), ONSHI_OK);
	rec_head(DIR, head);
	expect("today", k0, head, ONSHI_AUDIT_INTACT, 0);
	memfs_load(base);
	expect("yesterday, no head", k0, NULL, ONSHI_AUDIT_INTACT, 0);
	expect("yesterday", k0, head, ONSHI_AUDIT_SHORTER, ENTRIES + 1);
	expect("yesterday", NULL, head, ONSHI_AUDIT_SHORTER, ENTRIES + 1);
	/* A handle that has seen more notices by itself. */
	ck_assert_int_eq(rec_append(&s, 0), ONSHI_E_AUDIT);
	oki_audit_store_free(&s);
}
END_TEST

/* A22: the chain right again after it, so that the form alone tells. */
static const struct {
	const char	*name;
	const char	*from;
	const char	*to;
} forms[] = {
	{ "CR LF", "\n", "\r\n" },
	{ "trailing blank", "\n", " \n" },
	{ "upper-case hexadecimal", "TLSv1.3", "TLSv1.3%2c" },
	{ "%41 for A", "a=D0001", "a=%44%30%30%30%31" },
	{ "order of fields", "\to=ok\ta=D0001", "\ta=D0001\to=ok" },
	{ "a field twice", "\to=ok", "\to=ok\to=ok" },
	{ "a field less", "\tz=-", "" },
	{ "zero before the number", "\tn=500", "\tn=0500" },
	{ "an empty line before", "v=1", "\nv=1" },
};

START_TEST(a22_other_forms)
{
	char *line = img.line[499], *at = strstr(line, forms[_i].from);
	size_t from = strlen(forms[_i].from), to = strlen(forms[_i].to);

	ck_assert_msg(at != NULL, "%s", forms[_i].name);
	memmove(at + to, at + from,
	    img.len[499] - (size_t)(at - line) - from);
	memcpy(at, forms[_i].to, to);
	img.len[499] = img.len[499] + to - from;
	rechain(500, NULL);
	image_store();
	forge_state(NULL);
	expect(forms[_i].name, k0, NULL, ONSHI_AUDIT_CHANGED, 500);
	expect(forms[_i].name, NULL, NULL, ONSHI_AUDIT_CHANGED, 500);
}
END_TEST

START_TEST(a22_nul_and_length)
{
	char *line = img.line[499], *at = strstr(line, "\tz=-");
	size_t more;

	at[3] = '\0';
	image_store();
	expect("NUL", NULL, NULL, ONSHI_AUDIT_CHANGED, 500);
	expect("NUL", k0, NULL, ONSHI_AUDIT_CHANGED, 500);
	at[3] = '-';
	for (more = OKI_AUDIT_LINE - img.len[499]; more < 5000; more += 1) {
		memmove(at + 3 + more, at + 3,
		    img.len[499] - (size_t)(at - line) - 3);
		memset(at + 3, 'x', more);
		img.len[499] += more;
		rechain(500, NULL);
		image_store();
		forge_state(NULL);
		if (img.len[499] > OKI_AUDIT_LINE)
			break;
		/* As long as it may be: only its seal is wrong. */
		expect("4,096 bytes", NULL, NULL, ONSHI_AUDIT_NO_KEY, 0);
		expect("4,096 bytes", k0, NULL, ONSHI_AUDIT_CHANGED, 500);
		memmove(at + 3, at + 3 + more,
		    img.len[499] - (size_t)(at - line) - 3 - more);
		img.len[499] -= more;
	}
	ck_assert_uint_eq(img.len[499], OKI_AUDIT_LINE + 1);
	expect("4,097 bytes", k0, NULL, ONSHI_AUDIT_CHANGED, 500);
	expect("4,097 bytes", NULL, NULL, ONSHI_AUDIT_CHANGED, 500);
}
END_TEST

START_TEST(a23_clock_goes_back)
{
	struct oki_audit_report r;
	struct oki_audit_store s;

	rec_open(&s, DIR, env, SEGMENT);
	rec_clock(rec_now() - 3600000);
	ck_assert_int_eq(rec_append(&s, 0), ONSHI_OK);
	r = rec_verify(DIR, k0, NULL);
	ck_assert_int_eq(r.verdict, ONSHI_AUDIT_INTACT);
	ck_assert_int_eq(r.clock_jumps, 1);
	ck_assert_int_eq(rec_append(&s, 1), ONSHI_OK);
	ck_assert_int_eq(rec_verify(DIR, k0, NULL).clock_jumps, 1);
	/* Wall and boot clock apart by 59, then by 61 s. */
	rec_clock_split(rec_now() + 100000, 2000000);
	ck_assert_int_eq(rec_append(&s, 2), ONSHI_OK);
	ck_assert_int_eq(rec_verify(DIR, k0, NULL).clock_jumps, 2);
	rec_clock_split(rec_now() + 159000, 2100000);
	ck_assert_int_eq(rec_append(&s, 3), ONSHI_OK);
	ck_assert_int_eq(rec_verify(DIR, k0, NULL).clock_jumps, 2);
	rec_clock_split(rec_now() + 161100, 2200000);
	ck_assert_int_eq(rec_append(&s, 4), ONSHI_OK);
	ck_assert_int_eq(rec_verify(DIR, k0, NULL).clock_jumps, 3);
	/* One second back, with the boot clock going on. */
	rec_clock_split(rec_now() - 1000, 2200100);
	ck_assert_int_eq(rec_append(&s, 5), ONSHI_OK);
	ck_assert_int_eq(rec_verify(DIR, k0, NULL).clock_jumps, 4);
	oki_audit_store_free(&s);
}
END_TEST

/* Numbers and chain are two things: a wrong number in a right chain. */
START_TEST(a22_wrong_number)
{
	memcpy(strstr(img.line[499], "n=500"), "n=501", 5);
	rechain(500, NULL);
	image_store();
	forge_state(NULL);
	expect("wrong number", k0, NULL, ONSHI_AUDIT_CHANGED, 500);
	expect("wrong number", NULL, NULL, ONSHI_AUDIT_CHANGED, 500);
}
END_TEST

/* The log untouched, and a state that counts otherwise. */
START_TEST(a25_state_counts_otherwise)
{
	img.n--;
	forge_state(NULL);		/* of all but the last */
	expect("as after a crash, but for the key", k0, NULL,
	    ONSHI_AUDIT_CHANGED, ENTRIES);
	img.n++;
	forge_state(NULL);
	expect("right again", k0, NULL, ONSHI_AUDIT_INTACT, 0);
	memfs_load(base);
	forged_n(ENTRIES);
	expect("one less", k0, NULL, ONSHI_AUDIT_CHANGED, ENTRIES + 1);
	expect("one less", NULL, NULL, ONSHI_AUDIT_CHANGED, ENTRIES + 1);
	forged_n(ENTRIES + 2);
	expect("one more", k0, NULL, ONSHI_AUDIT_CHANGED, ENTRIES + 1);
	expect("one more", NULL, NULL, ONSHI_AUDIT_CHANGED, ENTRIES + 1);
}
END_TEST

START_TEST(a25_slots)
{
	uint8_t *before, *after;
	struct oki_audit_store s;
	size_t len, live;

	before = memfs_read(STATE, &len);
	live = memcmp(before, "onshiaud", 8) == 0 ? 0 : OKI_AUDIT_SLOT;

	/* The zeroed one broken: of no account. */
	before[OKI_AUDIT_SLOT - live + 100] = 1;
	memfs_write(STATE, before, len);
	expect("the other one", k0, NULL, ONSHI_AUDIT_INTACT, 0);
	rec_open(&s, DIR, env, SEGMENT);
	ck_assert_int_eq(rec_append(&s, 0), ONSHI_OK);
	expect("after it", k0, NULL, ONSHI_AUDIT_INTACT, 0);

	/* The older one only: as after a crash before the state's write. */
	after = memfs_read(STATE, &len);
	before[OKI_AUDIT_SLOT - live + 100] = 0;
	memfs_write(STATE, before, len);
	oki_audit_store_free(&s);
	rec_open(&s, DIR, env, SEGMENT);
	expect("older", k0, NULL, ONSHI_AUDIT_TORN, 0);
	ck_assert_int_eq(rec_append(&s, 1), ONSHI_OK);
	expect("recovered", k0, NULL, ONSHI_AUDIT_INTACT, 0);
	ck_assert_int_eq(rec_verify(DIR, k0, NULL).entries, ENTRIES + 3);

	/* Both broken. */
	after[20] ^= 1;
	after[OKI_AUDIT_SLOT + 20] ^= 1;
	memfs_write(STATE, after, len);
	expect("both", k0, NULL, ONSHI_AUDIT_CHANGED, ENTRIES + 4);
	ck_assert_int_eq(rec_append(&s, 1), ONSHI_E_AUDIT);
	memfs_write(STATE, "", 0);
	expect("empty", k0, NULL, ONSHI_AUDIT_CHANGED, ENTRIES + 4);
	ck_assert_int_eq(rec_append(&s, 1), ONSHI_E_AUDIT);
	oki_audit_store_free(&s);
	free(before);
	free(after);
}
END_TEST

/* Two states at once, as a crash before the old one's erasure leaves them. */
START_TEST(a25_two_valid_slots)
{
	uint8_t *old, *new;
	struct oki_audit_store s;
	size_t i, len;

	old = memfs_read(STATE, &len);
	rec_open(&s, DIR, env, SEGMENT);
	ck_assert_int_eq(rec_append(&s, 0), ONSHI_OK);
	new = memfs_read(STATE, &len);
	for (i = 0; i < len; i++)
		new[i] |= old[i];
	memfs_write(STATE, new, len);
	expect("the higher counts", k0, NULL, ONSHI_AUDIT_INTACT, 0);
	ck_assert_int_eq(rec_append(&s, 1), ONSHI_OK);
	expect("and goes on", k0, NULL, ONSHI_AUDIT_INTACT, 0);
	oki_audit_store_free(&s);
	free(old);
	free(new);
}
END_TEST

START_TEST(unreadable)
{
	struct oki_audit_report r;

	memfs_fault_at(MEMFS_FAIL, "file_read", 4, 5);
	r = rec_verify(DIR, k0, NULL);
	ck_assert(memfs_fault_met());
	ck_assert_int_eq(r.verdict, ONSHI_AUDIT_UNREADABLE);
	memfs_fault(MEMFS_NONE, 0, 0);
	ck_assert_int_eq(rec_verify("/nowhere", k0, NULL).verdict,
	    ONSHI_AUDIT_UNREADABLE);
}
END_TEST

/* Any other change: random bytes over random places of all files. */
START_TEST(anything_else)
{
	const char *seed = getenv("SEED");
	uint64_t state = seed == NULL ? 1 : strtoull(seed, NULL, 10);
	struct oki_audit_report r;
	uint8_t *bytes;
	size_t at, len, many;
	int i, segment;

	for (i = 0; i < 100; i++) {
		memfs_load(base);
		state = state * 6364136223846793005u + 1442695040888963407u;
		segment = (int)(state >> 40) % 3 + 1;
		bytes = memfs_read(path_of(segment), &len);
		at = (size_t)(state >> 20) % len;
		many = (size_t)(state >> 50) % 3 == 0 ? 1 :
		    (size_t)(state >> 45) % 700 + 1;
		for (; many > 0 && at < len; many--, at++)
			bytes[at] ^= (uint8_t)((state >> many % 56) % 255 + 1);
		memfs_write(path_of(segment), bytes, len);
		free(bytes);
		r = rec_verify(DIR, i % 2 == 0 ? k0 : NULL, NULL);
		ck_assert_int_eq(r.verdict, ONSHI_AUDIT_CHANGED);
	}
}
END_TEST

static void
fill(TCase *t)
{
	tcase_set_timeout(t, 120);
	tcase_add_unchecked_fixture(t, make_record, drop_record);
	tcase_add_checked_fixture(t, setup, all_is_closed);
	tcase_add_test(t, untouched);
	tcase_add_loop_test(t, a01_each_bit, 0, 6);
	tcase_add_test(t, a01_each_field);
	tcase_add_test(t, a11_removed);
	tcase_add_test(t, a12_inserted_doubled_swapped);
	tcase_add_loop_test(t, a13_cut, 0, (int)OKI_COUNT(cuts));
	tcase_add_test(t, a13_cut_with_its_files);
	tcase_add_test(t, a13_cut_within_a_line);
	tcase_add_test(t, a14_cut_and_state_set_back);
	tcase_add_test(t, a15_state_removed);
	tcase_add_test(t, a16_rewritten_without_key);
	tcase_add_test(t, a17_thief_changes_the_past);
	tcase_add_test(t, a17_no_key_of_before);
	tcase_add_test(t, a18_thief_writes_the_future);
	tcase_add_test(t, a19_newer_key);
	tcase_add_test(t, a20_segments);
	tcase_add_test(t, a20_another_record);
	tcase_add_test(t, a20_institution_in_the_first_entry);
	tcase_add_test(t, a21_set_back_to_yesterday);
	tcase_add_loop_test(t, a22_other_forms, 0, (int)OKI_COUNT(forms));
	tcase_add_test(t, a22_nul_and_length);
	tcase_add_test(t, a23_clock_goes_back);
	tcase_add_test(t, a22_wrong_number);
	tcase_add_test(t, a25_state_counts_otherwise);
	tcase_add_test(t, a25_slots);
	tcase_add_test(t, a25_two_valid_slots);
	tcase_add_test(t, unreadable);
	tcase_add_test(t, anything_else);
}

int
main(void)
{
	return run_tests("audit/tamper", fill);
}
