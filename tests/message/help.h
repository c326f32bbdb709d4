/* What the tests of room message share: files, texts that grow, documents. */
#ifndef TESTS_MESSAGE_HELP_H
#define TESTS_MESSAGE_HELP_H

#include <check.h>
#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message/inside.h"

/* A text that grows; free with free(t.s). */
struct text {
	char	*s;
	size_t	 len;
	size_t	 room;
};

static inline void
text_add(struct text *t, const char *s, size_t len)
{
	/* No assertion on this path: Check would write a byte each time. */
	if (len > PTRDIFF_MAX / 4)
		abort();
	if (t->len + len + 1 > t->room) {
		t->room = (t->len + len + 1) * 2;
		if ((t->s = realloc(t->s, t->room)) == NULL)
			abort();
	}
	if (len > 0)
		memcpy(t->s + t->len, s, len);
	t->len += len;
	t->s[t->len] = '\0';
}

static inline void
text_put(struct text *t, const char *s)
{
	text_add(t, s, strlen(s));
}

static inline void
text_repeat(struct text *t, const char *s, size_t n)
{
	size_t len = strlen(s);

	while (n-- > 0)
		text_add(t, s, len);
}

/* A small generator of our own: the same numbers on every machine. */
static inline unsigned int
dice(uint64_t *state, unsigned int n)
{
	*state = *state * UINT64_C(6364136223846793005) +
	    UINT64_C(1442695040888963407);

	return (unsigned int)(*state >> 33) % n;
}

static inline struct text
slurp(const char *path)
{
	struct text t = { NULL, 0, 0 };
	char buf[4096];
	size_t n;
	FILE *f;

	ck_assert_msg((f = fopen(path, "rb")) != NULL, "%s", path);
	text_add(&t, "", 0);
	while ((n = fread(buf, 1, sizeof(buf), f)) > 0)
		text_add(&t, buf, n);
	fclose(f);

	return t;
}

static inline struct text
slurp_source(const char *name)
{
	const char *dir = getenv("top_srcdir");
	char path[1024];

	snprintf(path, sizeof(path), "%s/%s", dir == NULL ? "." : dir, name);

	return slurp(path);
}

/* The samples' names, sorted; they are few. */
#define SAMPLES	31

static inline const char *
sample_name(int i)
{
	static char names[SAMPLES + 1][256];
	static int n;
	char path[1024];
	struct dirent *d;
	const char *top = getenv("top_srcdir");
	DIR *dir;

	if (n == 0) {
		snprintf(path, sizeof(path), "%s/tests/message/samples",
		    top == NULL ? "." : top);
		ck_assert_ptr_nonnull(dir = opendir(path));
		while ((d = readdir(dir)) != NULL)
			if (strstr(d->d_name, ".xml") != NULL && n < SAMPLES)
				snprintf(names[n++], sizeof(names[0]), "%s",
				    d->d_name);
		closedir(dir);
		ck_assert_int_eq(n, SAMPLES);
		qsort(names, (size_t)n, sizeof(names[0]),
		    (int (*)(const void *, const void *))strcmp);
	}

	return names[i];
}

static inline struct text
sample(int i)
{
	char name[400];

	snprintf(name, sizeof(name), "tests/message/samples/%.255s",
	    sample_name(i));

	return slurp_source(name);
}

/* The sample whose name begins with this number. */
static inline struct text
sample_numbered(const char *number)
{
	int i;

	for (i = 0; i < SAMPLES; i++)
		if (strncmp(sample_name(i), number, strlen(number)) == 0)
			return sample(i);
	ck_abort_msg("no sample %s", number);
}

static inline struct oki_doc *
must_parse(const char *kind, const char *s, size_t len)
{
	struct onshi_error e;
	struct oki_doc *doc;
	int r;

	oki_error_clear(&e);
	r = oki_message_parse(kind, (const uint8_t *)s, len, NULL, &doc, &e);
	ck_assert_msg(r == ONSHI_OK, "%d %s\n%.300s", r, e.text, s);

	return doc;
}

/* All of a tree, as lines: names from top on, texts, in the order that stands. */
static inline void
dump_from(const struct onshi_record *top, const struct onshi_record *rec,
    struct text *t)
{
	const struct onshi_record *up[OKI_DEEPEST], *c;
	size_t n;

	for (c = rec; c != NULL; c = oki_record_walk(c, rec)) {
		const struct onshi_record *p = c;

		if (c->first != NULL || (c->flags & OKI_REC_SHARED) != 0)
			continue;
		for (n = 0; p != NULL; p = p == top ? NULL : p->parent)
			up[n++] = p;
		while (n-- > 0) {
			text_put(t, "/");
			text_put(t, oki_record_name(up[n]));
		}
		text_put(t, "\t");
		text_put(t, c->text == NULL ? "" : c->text);
		text_put(t, "\n");
	}
}

static inline void
dump(const struct onshi_record *rec, struct text *t)
{
	dump_from(NULL, rec, t);
}

/* A document's own bytes: the same for whatever order it was read in. */
static inline struct text
canonical(const struct oki_doc *doc)
{
	struct text t = { NULL, 0, 0 };
	struct onshi_error e;
	struct oki_buf buf;
	int r;

	oki_error_clear(&e);
	oki_buf_init(&buf, 1u << 28);
	r = oki_message_write(doc, OKI_UTF_8, &buf, &e);
	ck_assert_msg(r == ONSHI_OK, "%d %s", r, e.text);
	text_add(&t, (char *)buf.data, buf.len);
	oki_buf_free(&buf);

	return t;
}

static inline int
run_suite(Suite *s)
{
	SRunner *runner = srunner_create(s);
	int failed;

	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);

	return failed == 0 ? 0 : 1;
}

#endif
