/* A search through memory for what must not be there, for tests that are built
 * with _GNU_SOURCE. */
#ifndef TESTS_SEARCH_H
#define TESTS_SEARCH_H

#include <check.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Sanitizers of addresses and of threads keep memory of their own, copies in it,
 * and let nobody look between what is alive: there is no search then. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED	1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED	1
#endif
#endif

static size_t
count_in(const uint8_t *p, size_t len, const char *word, size_t n)
{
	const uint8_t *end = p + len, *at = p;
	size_t found = 0;

	while (at < end && (at = memmem(at, (size_t)(end - at), word, n)) !=
	    NULL) {
		found++;
		at++;
	}

	return found;
}

/* Whether a line of smaps says that the mapping before it is in no core. */
static bool
is_no_core(const char *line)
{
	return strncmp(line, "VmFlags:", 8) == 0 &&
	    strstr(line, " dd") != NULL;
}

/* What a core file of this process would hold: all that can be written, but
 * for what was taken out of it (MADV_DONTDUMP). */
static inline size_t
count_in_core(const char *word, size_t n)
{
	FILE *maps = fopen("/proc/self/smaps", "re");
	uintptr_t from = 0, to = 0, low, high;
	char *line = NULL, *end;
	size_t found = 0, room = 0;

	ck_assert_ptr_nonnull(maps);
	while (getline(&line, &room, maps) > 0) {
		low = (uintptr_t)strtoull(line, &end, 16);
		if (*end == '-') {
			high = (uintptr_t)strtoull(end + 1, &end, 16);
			from = low;
			to = strncmp(end, " rw", 3) == 0 ? high : low;
		} else if (strncmp(line, "VmFlags:", 8) == 0 &&
		    !is_no_core(line)) {
			found += count_in((const uint8_t *)from, to - from,
			    word, n);
		}
	}
	free(line);
	fclose(maps);

	return found;
}

/* Everywhere that this process can write, but for guard pages. */
static inline size_t
count_in_memory(const char *word, size_t n)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	uintptr_t from, to;
	char *line = NULL, *end;
	size_t found = 0, room = 0;

	ck_assert_ptr_nonnull(maps);
	while (getline(&line, &room, maps) > 0) {
		from = (uintptr_t)strtoull(line, &end, 16);
		to = (uintptr_t)strtoull(end + 1, &end, 16);
		if (strncmp(end, " rw", 3) == 0)
			found += count_in((const uint8_t *)from, to - from,
			    word, n);
	}
	free(line);
	fclose(maps);

	return found;
}

/* The same; unseen where there is no search and all else is tested, too. */
static inline size_t
found(const char *word, size_t n, size_t unseen)
{
#ifdef SANITIZED
	(void)word;
	(void)n;

	return unseen;
#else
	(void)unseen;

	return count_in_memory(word, n);
#endif
}

#endif
