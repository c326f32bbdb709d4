/* A trail on the disk in memory; where it is made once for all tests, each
 * changes a copy. */
#ifndef OKI_TESTS_DISK_H
#define OKI_TESTS_DISK_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/audit/memfs.h"
#include "tests/audit/trail.h"

#define DIR	"/rec"
#define STATE	"/rec/audit.state"

static struct memfs *base;
static struct oki_env *env;
static uint8_t k0[OKI_AUDIT_HASH];

static inline char *
path_of(int segment)
{
	static char path[64];
	char name[24];

	oki_audit_segment_name(name, (uint64_t)segment);
	(void)snprintf(path, sizeof(path), "%s/%s", DIR, name);

	return path;
}

static inline void
begin_trail(void)
{
	memfs_reset();
	env = rec_env(DIR);
	rec_begin(DIR, env, k0);
}

/* The i-th entry, by a handle of its own. */
static inline int
append_one(int i, int64_t segment_bytes)
{
	struct oki_audit_store s;
	int r;

	rec_open(&s, DIR, env, segment_bytes);
	r = rec_append(&s, i);
	oki_audit_store_free(&s);

	return r;
}

static inline void
append_all(int n, int64_t segment_bytes)
{
	struct oki_audit_store s;
	int i;

	rec_open(&s, DIR, env, segment_bytes);
	for (i = 0; i < n; i++)
		ck_assert_int_eq(rec_append(&s, i), ONSHI_OK);
	oki_audit_store_free(&s);
}

/* Before each test: the copy, and a process that nothing has happened to. */
static inline void
load_trail(void)
{
	memfs_load(base);
	memfs_revive();
	memfs_fault(MEMFS_NONE, 0, 0);
}

static inline void
all_is_closed(void)
{
	ck_assert_int_eq(memfs_open_files(), 0);
}

static inline void
drop_trail(void)
{
	memfs_free(base);
	memfs_reset();
	oki_env_free(&env);
}

/* One bit of the byte there, or of the last one. */
static inline void
flip(const char *path, size_t at)
{
	uint8_t *bytes;
	size_t len;

	bytes = memfs_read(path, &len);
	ck_assert_ptr_nonnull(bytes);
	bytes[at < len ? at : len - 1] ^= 1;
	memfs_write(path, bytes, len);
	free(bytes);
}

#endif
