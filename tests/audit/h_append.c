/* For kill.sh: begins a trail and gives its key, adds to it and says how many
 * were acknowledged, prunes one that is old, proves it, or does these in turn
 * on one that was killed. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/inside.h"

static int
begin(const char *dir)
{
	char key[OKI_AUDIT_KEY_TEXT];
	struct onshi_audit *a;
	int r;

	if ((r = onshi_audit_new(dir, &a)) != ONSHI_OK)
		return r;
	if ((r = onshi_audit_init(a, "1319999996", key, sizeof(key))) ==
	    ONSHI_OK)
		puts(key);
	onshi_audit_free(&a);

	return r;
}

static int64_t
long_ago(void *self)
{
	static int64_t ms = 1546300800000;	/* 1 January 2019 */

	(void)self;

	return ms++;
}

static int64_t
at_once(void *self)
{
	(void)self;

	return 0;
}

/* A trail that begins long ago, in several segments; its key. */
static int
begin_old(const char *dir)
{
	const struct onshi_clock_ops ops = { .size = sizeof(ops),
	    .wall = long_ago, .steady = at_once, .boot = at_once };
	struct oki_audit_entry entry = { .event = OKI_AUDIT_RESULT_READ };
	uint8_t k0[OKI_AUDIT_HASH];
	char key[OKI_AUDIT_KEY_TEXT];
	struct oki_audit_store s = { .path = NULL };
	struct onshi_config *c;
	struct oki_env *env = NULL;
	int i, r;

	if ((r = onshi_config_new(&c)) != ONSHI_OK ||
	    (r = onshi_config_set_clock(c, &ops, NULL)) != ONSHI_OK ||
	    (r = oki_env_new(c, &env)) != ONSHI_OK ||
	    (r = oki_audit_store_init(&s, dir, "1319999996", env)) !=
	    ONSHI_OK || (r = oki_audit_store_begin(&s, 1000, k0, NULL)) !=
	    ONSHI_OK || (r = oki_audit_key_text(&s.sums, k0, key)) !=
	    ONSHI_OK)
		goto out;
	puts(key);
	s.segment_bytes = 3200;
	for (i = 0; r == ONSHI_OK && i < 16; i++)
		r = oki_audit_store_append(&s, &entry, 1000, NULL);
out:
	oki_audit_store_free(&s);
	oki_env_free(&env);
	onshi_config_free(&c);

	return r;
}

/* Whole segments of before 2020, with the real clock. */
static int
prune(const char *dir, const char *key)
{
	struct onshi_audit *a;
	int64_t removed;
	int r;

	if ((r = onshi_audit_new(dir, &a)) != ONSHI_OK)
		return r;
	r = onshi_audit_prune(a, key, 20200101, &removed);
	onshi_audit_free(&a);

	return r;
}

/* Each line of output is one entry that was acknowledged. */
static int
add(const char *dir, int n, int64_t segment_bytes)
{
	struct oki_audit_entry entry = { .event = OKI_AUDIT_RESULT_READ,
	    .operator_id = "D0001", .link = "TLSv1.3:0123456789abcdef" };
	struct onshi_config *c;
	struct oki_env *env = NULL;
	struct oki_audit *a = NULL;
	int i, r;

	if ((r = onshi_config_new(&c)) != ONSHI_OK ||
	    (r = onshi_config_set(c, "audit.dir", dir)) != ONSHI_OK ||
	    (r = onshi_config_set(c, "facility.institution_code",
	    "1319999996")) != ONSHI_OK ||
	    (r = oki_env_new(c, &env)) != ONSHI_OK ||
	    (r = oki_audit_open(env, &a, NULL)) != ONSHI_OK)
		goto out;
	a->store.segment_bytes = segment_bytes;
	a->lock_ms = 1000;
	for (i = 0; r == ONSHI_OK && i < n; i++)
		if ((r = oki_audit_append(a, &entry, NULL, NULL)) == ONSHI_OK) {
			puts("acknowledged");
			(void)fflush(stdout);
		}
out:
	oki_audit_close(&a);
	oki_env_free(&env);
	onshi_config_free(&c);

	return r;
}

/* The verdict, and the entries with those that were pruned. */
static int
prove(const char *dir, const char *key, long *entries)
{
	struct onshi_audit *a;
	int r, verdict;

	*entries = -1;
	if ((r = onshi_audit_new(dir, &a)) != ONSHI_OK)
		return 99;
	if ((r = onshi_audit_verify(a, key, NULL, &verdict)) != ONSHI_OK)
		verdict = 99;
	*entries = (long)(onshi_audit_entries(a) + onshi_audit_pruned(a));
	onshi_audit_free(&a);

	return verdict;
}

/* After a kill: all that was acknowledged is there, intact or to be mended;
 * and the next one, an entry or, without a size of segments, a prune, makes it
 * whole. */
static int
mend(const char *dir, const char *key, int64_t segment_bytes, long least)
{
	long entries;
	int r, verdict;

	verdict = prove(dir, key, &entries);
	if ((verdict != 0 && verdict != 3) || entries < least) {
		printf("verdict %d, %ld of %ld entries\n", verdict, entries,
		    least);
		return 1;
	}
	r = segment_bytes == 0 ? prune(dir, key) : add(dir, 1, segment_bytes);
	verdict = prove(dir, key, &entries);
	if (r != ONSHI_OK || verdict != 0 || entries <= least) {
		printf("not whole after it: result %d, verdict %d, %ld of "
		    "more than %ld entries\n", r, verdict, entries, least);
		return 1;
	}

	return 0;
}

int
main(int argc, char **argv)
{
	long entries;
	int verdict;

	if (argc == 3 && strcmp(argv[1], "begin") == 0)
		return begin(argv[2]) == ONSHI_OK ? 0 : 1;
	if (argc == 3 && strcmp(argv[1], "begin-old") == 0)
		return begin_old(argv[2]) == ONSHI_OK ? 0 : 1;
	if (argc == 4 && strcmp(argv[1], "prune") == 0)
		return prune(argv[2], argv[3]) == ONSHI_OK ? 0 : 1;
	if (argc == 5 && strcmp(argv[1], "add") == 0)
		return add(argv[2], (int)strtol(argv[3], NULL, 10),
		    strtol(argv[4], NULL, 10)) == ONSHI_OK ? 0 : 1;
	if (argc == 6 && strcmp(argv[1], "mend") == 0)
		return mend(argv[2], argv[3], strtol(argv[4], NULL, 10),
		    strtol(argv[5], NULL, 10));
	if (argc == 4 && strcmp(argv[1], "prove") == 0) {
		verdict = prove(argv[2], argv[3], &entries);
		printf("%ld\n", entries);
		return verdict;
	}

	return 98;
}
