/*
 * What lies before the first entry that is there: taken away by prune, once it
 * was old enough (SEC-100), or set aside by a reseal. Who holds the state seals
 * a log.prune of their own, so it is believed only as far as sealed times allow
 * that they could not choose.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "audit/inside.h"

#define DAY_MS		86400000	/* as far as two clocks may differ */

/* ---- what entries say of it ---------------------------------------------- */

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

/* Moves at behind a text, wherever in a line it comes. */
static bool
find(const char **at, const char *end, const char *text)
{
	for (; *at < end; (*at)++)
		if (take(at, end, text))
			return true;

	return false;
}

void
oki_audit_past_first(struct oki_audit_past *t, const char *line, size_t len,
    const struct oki_audit_parsed *p)
{
	const char *at = line, *end = line + len;
	uint64_t number;

	t->first = p->n;
	t->first_ms = p->wall_ms;
	memcpy(t->before, p->h, OKI_AUDIT_HASH);
	if (p->n != 1 || p->event != OKI_AUDIT_LOG_OPEN ||
	    !find(&at, end, "\tr=reseal=lost-") ||
	    !take_number(&at, end, &number) ||
	    !find(&at, end, ":sha256=") || !take_hash(&at, end, t->digest))
		return;
	(void)snprintf(t->lost, sizeof(t->lost), "lost-%06u",
	    (unsigned int)(number % 1000000));
	t->has_lost = true;
}

bool
oki_audit_is_old(int64_t entry_ms, int64_t at_ms, int years)
{
	return oki_date_of(entry_ms / 1000) <=
	    oki_date_of(at_ms / 1000) - years * 10000;
}

/*
 * The entry that is first now was sealed before anybody had today's state: what
 * came before it is no younger, so it is by that entry's time that a prune is
 * judged, and by the prune's own, which cannot lie ahead.
 */
void
oki_audit_past_vouch(struct oki_audit_past *t,
    const struct oki_audit_vouch *v, const struct oki_audit_parsed *p,
    const struct oki_audit_proof *proof)
{
	if (v->last + 1 == t->first &&
	    memcmp(v->hash, t->before, OKI_AUDIT_HASH) == 0 &&
	    p->wall_ms <= oki_wall_ms(proof->env) + DAY_MS &&
	    oki_audit_is_old(t->first_ms, p->wall_ms, proof->years))
		t->vouched = true;
}

/* ---- whether it may be missing ------------------------------------------- */

/* What a reseal set aside is a part of the past, and kept as long. */
static int
judge_lost(const struct oki_audit_past *t, struct oki_dir *d, bool *right,
    struct onshi_error *e)
{
	uint8_t digest[OKI_AUDIT_HASH];
	struct oki_dir *lost = NULL;
	int64_t sys = 0;
	int r;

	*right = false;
	if (oki_dir_open_in(d, t->lost, &lost, &sys) != ONSHI_OK)
		return oki_os_is_absent(sys) ? ONSHI_OK :
		    oki_audit_fail(e, sys, "lost cannot be opened");
	if ((r = oki_audit_digest(lost, digest, e)) == ONSHI_OK)
		*right = memcmp(digest, t->digest, sizeof(digest)) == 0;
	oki_dir_close(&lost);

	return r;
}

int
oki_audit_past_judge(const struct oki_audit_past *t, struct oki_dir *d,
    const struct oki_audit_proof *proof, bool *right, struct onshi_error *e)
{
	*right = t->first == 1 || t->vouched;
	/* A head of what is gone proves nothing of what is there. */
	if (proof->head != NULL && proof->head->n < t->first)
		*right = false;
	if (!*right || !t->has_lost || oki_audit_is_old(t->first_ms,
	    oki_wall_ms(proof->env), proof->years))
		return ONSHI_OK;

	return judge_lost(t, d, right, e);
}
