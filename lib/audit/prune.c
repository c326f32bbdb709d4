/* Takes away whole segments that are older than they have to be kept, and
 * leaves an entry in their place that says what they were (SEC-100). */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "audit/inside.h"

/* ---- the entry that stands for a segment --------------------------------- */

static bool
take(const char **at, const char *end, const char *text)
{
	size_t len = strlen(text);

	if ((size_t)(end - *at) < len || memcmp(*at, text, len) != 0)
		return false;
	*at += len;

	return true;
}

static bool
take_number(const char **at, const char *end, uint64_t *out)
{
	const char *from = *at;

	for (*out = 0; *at < end && **at >= '0' && **at <= '9' &&
	    *at - from < 18; (*at)++)
		*out = *out * 10 + (uint64_t)(**at - '0');

	return *at > from;
}

static bool
take_hash(const char **at, const char *end, uint8_t out[OKI_AUDIT_HASH])
{
	static const char digits[] = "0123456789abcdef";
	const char *digit;
	size_t i;

	if (end - *at < 2 * OKI_AUDIT_HASH)
		return false;
	for (i = 0; i < 2 * OKI_AUDIT_HASH; i++, (*at)++) {
		if (**at == '\0' || (digit = strchr(digits, **at)) == NULL)
			return false;
		out[i / 2] = (uint8_t)(out[i / 2] << 4 | (digit - digits));
	}

	return true;
}

bool
oki_audit_vouch_parse(const char *line, size_t len,
    struct oki_audit_vouch *out)
{
	const char *at = line, *end = line + len;
	uint64_t entries;

	memset(out, 0, sizeof(*out));
	for (; at < end && !take(&at, end, "\tr="); at++)
		;

	return take(&at, end, "segment=") &&
	    take_number(&at, end, &out->segment) &&
	    take(&at, end, ":entries=") && take_number(&at, end, &entries) &&
	    take(&at, end, ":last=") && take_number(&at, end, &out->last) &&
	    take(&at, end, ":hash=") && take_hash(&at, end, out->hash) &&
	    take(&at, end, ":sha256=");
}

static int
write_vouch(struct oki_audit_hold *h, const struct oki_audit_segment *g,
    bool keyed)
{
	struct oki_audit_entry entry = { .event = OKI_AUDIT_LOG_PRUNE };
	char hash[2 * OKI_AUDIT_HASH + 1], digest[2 * OKI_AUDIT_HASH + 1];
	char result[320];

	oki_hex(hash, g->hash, OKI_AUDIT_HASH);
	oki_hex(digest, g->digest, OKI_AUDIT_HASH);
	(void)snprintf(result, sizeof(result), "segment=%" PRIu64
	    ":entries=%" PRIu64 ":last=%" PRIu64 ":hash=%s:sha256=%s"
	    ":until=%08d:proof=%s", g->number, g->last - g->first + 1, g->last,
	    hash, digest, (int)oki_date_of(g->newest_ms / 1000),
	    keyed ? "key" : "chain");
	entry.result = result;

	return oki_audit_hold_write(h, &entry);
}

/* ---- taking away --------------------------------------------------------- */

/*
 * The entry is durable before the segment goes, and each goes before the next
 * one does, so that a crash leaves no gap but at the beginning, and none
 * without an entry for it.
 */
static int
prune_segment(struct oki_audit_store *s, const struct oki_audit_segment *g,
    bool keyed, int32_t lock_ms, struct onshi_error *e)
{
	struct oki_audit_hold h;
	int64_t size = 0, sys = 0;
	char name[24];
	int r;

	oki_audit_segment_name(name, g->number);
	if ((r = oki_audit_hold_ready(&h, s, lock_ms, e)) != ONSHI_OK)
		goto out;
	if (oki_audit_log_size(h.dir, name, &size, &sys) != ONSHI_OK) {
		/* Another prune was quicker. */
		r = oki_os_is_absent(sys) ? ONSHI_OK :
		    oki_audit_fail(e, sys, "a segment cannot be read");
		goto out;
	}
	if (size != g->bytes) {
		r = oki_audit_fail(e, 0, "a segment changes as it is pruned");
		goto out;
	}
	if (!g->vouched && (r = write_vouch(&h, g, keyed)) != ONSHI_OK)
		goto out;
	if (oki_dir_remove(h.dir, name, &sys) != ONSHI_OK)
		r = oki_audit_fail(e, sys, "a segment cannot be removed");
	else if (oki_dir_sync(h.dir, &sys) != ONSHI_OK)
		r = oki_audit_poison(&h, sys, "audit.dir cannot be synced");
out:
	oki_audit_hold_drop(&h);

	return r;
}

static bool
may_go(const struct oki_audit_survey *v, size_t i, int32_t before)
{
	const struct oki_audit_segment *g = &v->segments[i];

	return g->number < v->current && i + 1 < v->n && (g->vouched ||
	    oki_date_of(g->newest_ms / 1000) < before);
}

static int
prune_all(struct oki_audit_store *s, const struct oki_audit_prune *what,
    const struct oki_audit_survey *v, int32_t lock_ms, int64_t *removed,
    struct onshi_error *e)
{
	size_t i;
	int r;

	if (!oki_copy(s->institution, sizeof(s->institution), v->institution))
		return oki_fail(e, ONSHI_E_INTERNAL, "institution");
	for (i = 0; i < v->n && may_go(v, i, what->before); i++) {
		if ((r = prune_segment(s, &v->segments[i], what->k0 != NULL,
		    lock_ms, e)) != ONSHI_OK)
			return r;
		*removed += (int64_t)(v->segments[i].last -
		    v->segments[i].first + 1);
	}

	return ONSHI_OK;
}

/* Proved as far as can be: with a torn tail, too, which the first entry of ours
 * mends. What is gone can be proved no more. */
static int
prove(struct oki_audit_store *s, const uint8_t *k0, int32_t lock_ms,
    struct oki_audit_survey *v, struct onshi_error *e)
{
	struct oki_audit_report report;
	int r;

	if ((r = oki_audit_survey(s->path, lock_ms, k0, NULL, &report, v, e)) !=
	    ONSHI_OK)
		return r;
	switch (report.verdict) {
	case ONSHI_AUDIT_INTACT:
	case ONSHI_AUDIT_NO_KEY:
	case ONSHI_AUDIT_TORN:
		return ONSHI_OK;
	case ONSHI_AUDIT_UNREADABLE:
		return e != NULL && e->code != ONSHI_OK ? e->code :
		    oki_audit_fail(e, 0, "the record cannot be read");
	default:
		return oki_audit_fail(e, 0, "the record is not intact: nothing "
		    "of it is removed");
	}
}

int
oki_audit_prune(struct oki_audit_store *s, const struct oki_audit_prune *what,
    int32_t lock_ms, int64_t *removed, struct onshi_error *e)
{
	struct oki_audit_survey v = { .segments = NULL };
	int32_t today = oki_date_of(oki_wall_ms(s->env) / 1000);
	int r;

	*removed = 0;
	if (what->before > today - what->years * 10000)
		return oki_fail(e, ONSHI_E_VALUE, "these entries have to be "
		    "kept: audit.retention_years is %d", what->years);
	if ((r = prove(s, what->k0, lock_ms, &v, e)) == ONSHI_OK)
		r = prune_all(s, what, &v, lock_ms, removed, e);
	oki_audit_survey_free(&v);

	return r;
}
