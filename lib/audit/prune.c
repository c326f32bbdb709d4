/* Takes away whole segments that are older than they have to be kept, and
 * leaves an entry in their place that says what they were (SEC-100). */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "audit/inside.h"

/* ---- the entry that stands for a segment --------------------------------- */

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

/*
 * What is left has to begin with an entry that needs not be kept either: its
 * sealed time is all that a verifier has to judge by (past.c). So a log.prune
 * that somebody else put there opens no way for younger ones.
 */
static bool
may_go(const struct oki_audit_survey *v, size_t i, int32_t before, int years,
    int64_t now)
{
	const struct oki_audit_segment *g = &v->segments[i];

	return g->number < v->current && i + 1 < v->n &&
	    oki_audit_is_old(v->segments[i + 1].first_ms, now, years) &&
	    (g->vouched || oki_date_of(g->newest_ms / 1000) < before);
}

static int
prune_all(struct oki_audit_store *s, const struct oki_audit_prune *what,
    const struct oki_audit_survey *v, int32_t lock_ms, int64_t *removed,
    struct onshi_error *e)
{
	int64_t now = oki_wall_ms(s->env);
	size_t i;
	int r;

	if (!oki_copy(s->institution, sizeof(s->institution), v->institution))
		return oki_fail(e, ONSHI_E_INTERNAL, "institution");
	for (i = 0; i < v->n && may_go(v, i, what->before, what->years, now);
	    i++) {
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
prove(struct oki_audit_store *s, const struct oki_audit_prune *what,
    int32_t lock_ms, struct oki_audit_survey *v, struct onshi_error *e)
{
	const struct oki_audit_proof proof = { .k0 = what->k0,
	    .years = what->years, .env = s->env };
	struct oki_audit_report report;
	int r;

	if ((r = oki_audit_survey(s->path, lock_ms, &proof, &report, v, e)) !=
	    ONSHI_OK)
		return r;
	switch (report.verdict) {
	case ONSHI_AUDIT_INTACT:
	case ONSHI_AUDIT_NO_KEY:
	case ONSHI_AUDIT_TORN:
		return ONSHI_OK;
	case ONSHI_AUDIT_UNREADABLE:
		return e != NULL && e->code != ONSHI_OK ? e->code :
		    oki_audit_fail(e, 0, "the trail cannot be read");
	default:
		return oki_audit_fail(e, 0, "the trail is not intact: nothing "
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
	if ((r = prove(s, what, lock_ms, &v, e)) == ONSHI_OK)
		r = prune_all(s, what, &v, lock_ms, removed, e);
	oki_audit_survey_free(&v);

	return r;
}
