/* After a crash: what it leaves is mended, what it cannot leave is refused. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "audit/inside.h"

/* Bytes beyond the state's length: behind its segment, or, if the crash was in
 * the middle of beginning a new one, in the next. */
struct tail {
	struct oki_file	*file;		/* not to append: to mend in place */
	int64_t		 at;
	bool		 next;
	char		 bytes[OKI_AUDIT_LINE + 1];
	size_t		 len;
};

/* A sector that never reached the disk reads as zeros or as what it was
 * before: bytes that no entry has. */
static bool
is_foreign(const char *bytes, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if ((bytes[i] < 0x20 || bytes[i] > 0x7e) &&
		    bytes[i] != '\t' && bytes[i] != '\n')
			return true;

	return false;
}

static bool
is_next(struct oki_audit_sums *s, const struct oki_audit_mark *m,
    const char *bytes, size_t len)
{
	struct oki_audit_parsed p;
	uint8_t g[OKI_AUDIT_HASH];

	return oki_audit_line_parse(bytes, len, &p) && p.n == m->n &&
	    memcmp(p.h, m->hash, OKI_AUDIT_HASH) == 0 &&
	    oki_audit_key_seal(s, m->key, bytes, p.sealed, g) == ONSHI_OK &&
	    memcmp(p.g, g, OKI_AUDIT_HASH) == 0;
}

enum oki_audit_tail
oki_audit_tail_judge(struct oki_audit_sums *s, const struct oki_audit_mark *m,
    const char *bytes, size_t len)
{
	if (len == 0)
		return OKI_AUDIT_TAIL_NONE;
	if (len > OKI_AUDIT_LINE)
		return OKI_AUDIT_TAIL_BAD;
	if (is_next(s, m, bytes, len))
		return OKI_AUDIT_TAIL_WHOLE;

	return memchr(bytes, '\n', len) == NULL || is_foreign(bytes, len) ?
	    OKI_AUDIT_TAIL_TORN : OKI_AUDIT_TAIL_BAD;
}

/* Opens a segment to mend it: its size, or -1 where there is none. */
static int
open_segment(struct oki_audit_hold *h, uint64_t segment,
    struct oki_file **out, int64_t *size)
{
	struct oki_file_facts facts;
	int64_t sys = 0;
	char name[24];

	*out = NULL;
	*size = -1;
	oki_audit_segment_name(name, segment);
	if (oki_file_open(h->dir, name, OKI_OPEN_WRITE, out, &sys) != ONSHI_OK)
		return oki_os_is_absent(sys) ? ONSHI_OK :
		    oki_audit_fail(h->e, sys, "a segment cannot be opened");
	if (oki_file_facts(*out, &facts, &sys) != ONSHI_OK)
		return oki_audit_fail(h->e, sys, "a segment cannot be read");
	if (!facts.is_ours || facts.others_write)
		return oki_audit_fail(h->e, 0,
		    "others may write a segment: its rights are 0600");
	*size = facts.size;

	return ONSHI_OK;
}

/* tail->len is more than a line can be where there is too much. */
static int
read_tail(struct oki_audit_hold *h, struct tail *t, int64_t size)
{
	int64_t sys = 0;
	size_t want;

	want = size - t->at > OKI_AUDIT_LINE ? OKI_AUDIT_LINE + 1 :
	    (size_t)(size - t->at);
	if (oki_file_read(t->file, t->at, t->bytes, want, &t->len, &sys) !=
	    ONSHI_OK || t->len != want)
		return oki_audit_fail(h->e, sys, "a segment cannot be read");

	return ONSHI_OK;
}

static int
find_tail(struct oki_audit_hold *h, struct tail *t)
{
	struct oki_file *now = NULL, *next = NULL;
	struct oki_file_facts facts;
	int64_t now_size, next_size, sys = 0;
	int r;

	if (oki_file_facts(h->segment, &facts, &sys) != ONSHI_OK)
		return oki_audit_fail(h->e, sys, "a segment cannot be read");
	now_size = facts.size;
	if ((now_size != h->mark.length && (r = open_segment(h,
	    h->mark.segment, &now, &now_size)) != ONSHI_OK) ||
	    (r = open_segment(h, h->mark.segment + 1, &next, &next_size)) !=
	    ONSHI_OK)
		goto out;
	if (now_size < h->mark.length) {
		r = oki_audit_fail(h->e, 0, "the log ends before its state");
		goto out;
	}
	if (now_size > h->mark.length && next_size > 0) {
		r = oki_audit_fail(h->e, 0, "the log is longer than its state");
		goto out;
	}
	t->next = next_size > 0;
	if (now == NULL && !t->next)
		goto out;
	t->at = t->next ? 0 : h->mark.length;
	t->file = t->next ? next : now;
	r = read_tail(h, t, t->next ? next_size : now_size);
	if (t->next)
		next = NULL;
	else
		now = NULL;
out:
	oki_file_close(&now);
	oki_file_close(&next);

	return r;
}

/*
 * A crash between the entry's sync and the state's, or a sync that failed and
 * may have lost what the cache still shows: so the same bytes are written
 * again before they count.
 */
static int
accept_whole(struct oki_audit_hold *h, struct tail *t)
{
	struct oki_audit_entry entry = { .event = OKI_AUDIT_LOG_RECOVERED };
	uint8_t key[OKI_AUDIT_HASH];
	char name[24], result[32];
	int64_t sys = 0;
	int r;

	if (oki_file_write(t->file, t->at, t->bytes, t->len, &sys) != ONSHI_OK)
		return oki_audit_fail(h->e, sys, "the log cannot be written");
	if (oki_file_sync(t->file, &sys) != ONSHI_OK)
		return oki_audit_poison(h, sys, "the log cannot be synced");
	if (t->next) {
		if (oki_dir_sync(h->dir, &sys) != ONSHI_OK)
			return oki_audit_poison(h, sys,
			    "audit.dir cannot be synced");
		oki_file_close(&h->segment);
		oki_audit_segment_name(name, h->mark.segment + 1);
		if (oki_file_open(h->dir, name, OKI_OPEN_APPEND, &h->segment,
		    &sys) != ONSHI_OK)
			return oki_audit_fail(h->e, sys,
			    "a segment cannot be opened");
		h->mark.segment++;
		h->mark.length = 0;
	}
	(void)snprintf(result, sizeof(result), "n=%" PRIu64, h->mark.n);
	entry.result = result;
	memcpy(key, h->mark.key, sizeof(key));
	if (oki_audit_key_next(&h->store->sums, key) != ONSHI_OK)
		r = oki_audit_fail(h->e, 0, "hash");
	else if ((r = oki_audit_hold_advance(h, t->bytes, t->len, key)) ==
	    ONSHI_OK) {
		oki_audit_written(h->store->written, t->bytes, t->len);
		r = oki_audit_hold_write(h, &entry);
	}
	oki_wipe(key, sizeof(key));

	return r;
}

/* A copy of the torn bytes, durable before they are cut off. One from an
 * earlier try at the same is replaced. */
static int
keep_torn(struct oki_audit_hold *h, const struct tail *t, const char *digest)
{
	struct oki_file *f = NULL;
	struct oki_dir *d = NULL;
	int64_t sys = 0;
	char name[48];
	int r;

	(void)snprintf(name, sizeof(name), "%" PRIu64 "-%.8s.torn", h->mark.n,
	    digest);
	if (oki_dir_make_in(h->dir, OKI_AUDIT_TORN_NAME, &sys) != ONSHI_OK ||
	    oki_dir_open_in(h->dir, OKI_AUDIT_TORN_NAME, &d, &sys) != ONSHI_OK)
		return oki_audit_fail(h->e, sys, "torn cannot be opened");
	r = oki_dir_remove(d, name, &sys);
	if ((r != ONSHI_OK && !oki_os_is_absent(sys)) ||
	    oki_file_open(d, name, OKI_OPEN_WRITE | OKI_OPEN_NEW, &f, &sys) !=
	    ONSHI_OK ||
	    oki_file_write(f, 0, t->bytes, t->len, &sys) != ONSHI_OK)
		r = oki_audit_fail(h->e, sys, "torn cannot be written");
	else if (oki_file_sync(f, &sys) != ONSHI_OK ||
	    oki_dir_sync(d, &sys) != ONSHI_OK ||
	    oki_dir_sync(h->dir, &sys) != ONSHI_OK)
		r = oki_audit_poison(h, sys, "torn cannot be synced");
	else
		r = ONSHI_OK;
	oki_file_close(&f);
	oki_dir_close(&d);

	return r;
}

static int
cut_torn(struct oki_audit_hold *h, struct tail *t)
{
	struct oki_audit_entry entry = { .event = OKI_AUDIT_LOG_TORN,
	    .outcome = OKI_AUDIT_MINOR };
	char digest[2 * OKI_AUDIT_HASH + 1], result[128];
	uint8_t sum[OKI_AUDIT_HASH];
	int64_t sys = 0;
	int r;

	if (oki_audit_hash(&h->store->sums, t->bytes, t->len, sum) != ONSHI_OK)
		return oki_audit_fail(h->e, 0, "hash");
	oki_hex(digest, sum, sizeof(sum));
	if ((r = keep_torn(h, t, digest)) != ONSHI_OK)
		return r;
	if (oki_file_truncate(t->file, t->at, &sys) != ONSHI_OK)
		return oki_audit_fail(h->e, sys, "the log cannot be cut");
	if (oki_file_sync(t->file, &sys) != ONSHI_OK)
		return oki_audit_poison(h, sys, "the log cannot be synced");
	(void)snprintf(result, sizeof(result), "bytes=%u:sha256=%s",
	    (unsigned int)t->len, digest);
	entry.result = result;

	return oki_audit_hold_write(h, &entry);
}

int
oki_audit_recover(struct oki_audit_hold *h)
{
	struct tail t;
	int r;

	t.file = NULL;
	t.len = 0;
	if ((r = find_tail(h, &t)) == ONSHI_OK)
		switch (oki_audit_tail_judge(&h->store->sums, &h->mark, t.bytes,
		    t.len)) {
		case OKI_AUDIT_TAIL_NONE:
			break;
		case OKI_AUDIT_TAIL_WHOLE:
			r = accept_whole(h, &t);
			break;
		case OKI_AUDIT_TAIL_TORN:
			r = cut_torn(h, &t);
			break;
		default:
			r = oki_audit_fail(h->e, 0,
			    "the log goes on where its state ends");
		}
	oki_file_close(&t.file);

	return r;
}
