/* Where a trail stands: two slots, written in turn, one of them zeroed. */
#include "config.h"

#include <string.h>

#include "audit/inside.h"

#define FORMAT		1

static const uint8_t magic[8] = "onshiaud";

/* Offsets in a slot; numbers are big-endian. The sum is over all before it,
 * and all behind it is zero. */
enum {
	AT_MAGIC = 0,
	AT_VERSION = 8,
	AT_ID = 16,
	AT_N = 24,
	AT_KEY = 32,
	AT_HASH = 64,
	AT_SEGMENT = 96,
	AT_LENGTH = 104,
	AT_SUM = 112,
	AT_REST = 144
};

static void
put64(uint8_t *p, uint64_t v)
{
	int i;

	for (i = 7; i >= 0; i--, v >>= 8)
		p[i] = (uint8_t)v;
}

static uint64_t
get64(const uint8_t *p)
{
	uint64_t v = 0;
	int i;

	for (i = 0; i < 8; i++)
		v = v << 8 | p[i];

	return v;
}

int
oki_audit_slot_write(struct oki_audit_sums *s, const struct oki_audit_mark *m,
    uint8_t slot[OKI_AUDIT_SLOT])
{
	memset(slot, 0, OKI_AUDIT_SLOT);
	memcpy(slot + AT_MAGIC, magic, sizeof(magic));
	put64(slot + AT_VERSION, FORMAT);
	memcpy(slot + AT_ID, m->id, OKI_AUDIT_ID);
	put64(slot + AT_N, m->n);
	memcpy(slot + AT_KEY, m->key, OKI_AUDIT_HASH);
	memcpy(slot + AT_HASH, m->hash, OKI_AUDIT_HASH);
	put64(slot + AT_SEGMENT, m->segment);
	put64(slot + AT_LENGTH, (uint64_t)m->length);

	return oki_audit_hash(s, slot, AT_SUM, slot + AT_SUM);
}

uint64_t
oki_audit_slot_print(const uint8_t slot[OKI_AUDIT_SLOT])
{
	uint64_t print = 0x6f6e73686961756du, word;
	size_t i;

	for (i = 0; i < AT_REST; i += sizeof(word)) {
		memcpy(&word, slot + i, sizeof(word));
		print = (print ^ word) * 0x9e3779b97f4a7c15u;
		print ^= print >> 29;
	}

	return print == 0 ? 1 : print;
}

/* A hash that fails says nothing about the slot: broken notes it. */
static bool
is_whole(struct oki_audit_sums *s, const uint8_t slot[OKI_AUDIT_SLOT],
    uint64_t own)
{
	static const uint8_t zeros[OKI_AUDIT_SLOT - AT_REST];
	uint8_t sum[OKI_AUDIT_HASH];

	if (memcmp(slot + AT_MAGIC, magic, sizeof(magic)) != 0 ||
	    get64(slot + AT_VERSION) != FORMAT ||
	    memcmp(slot + AT_REST, zeros, sizeof(zeros)) != 0)
		return false;
	if (own != 0 && oki_audit_slot_print(slot) == own)
		return true;

	if (oki_audit_hash(s, slot, AT_SUM, sum) != ONSHI_OK) {
		s->broken = true;
		return false;
	}

	return memcmp(sum, slot + AT_SUM, sizeof(sum)) == 0;
}

/* false too where a sum is right but no state of ours can look so. */
static bool
read_slot(struct oki_audit_sums *s, const uint8_t slot[OKI_AUDIT_SLOT],
    uint64_t own, struct oki_audit_mark *out)
{
	uint64_t length;
	size_t i;

	if (!is_whole(s, slot, own))
		return false;

	memcpy(out->id, slot + AT_ID, OKI_AUDIT_ID);
	out->id[OKI_AUDIT_ID] = '\0';
	for (i = 0; i < OKI_AUDIT_ID; i++)
		if (out->id[i] == '\0' ||
		    strchr("0123456789abcdef", out->id[i]) == NULL)
			return false;
	out->n = get64(slot + AT_N);
	memcpy(out->key, slot + AT_KEY, OKI_AUDIT_HASH);
	memcpy(out->hash, slot + AT_HASH, OKI_AUDIT_HASH);
	out->segment = get64(slot + AT_SEGMENT);
	length = get64(slot + AT_LENGTH);
	out->length = (int64_t)length;

	return out->n >= 1 && out->n <= INT64_MAX && out->segment >= 1 &&
	    out->segment <= OKI_AUDIT_SEGMENTS && length <= INT64_MAX;
}

bool
oki_audit_slot_read(struct oki_audit_sums *s,
    const uint8_t slot[OKI_AUDIT_SLOT], struct oki_audit_mark *out)
{
	return read_slot(s, slot, 0, out);
}

int
oki_audit_state_read(struct oki_audit_sums *s, struct oki_file *f,
    uint64_t own, struct oki_audit_mark *out, int *index, int64_t *sys)
{
	uint8_t slots[2 * OKI_AUDIT_SLOT] = { 0 };
	struct oki_audit_mark m;
	size_t got;
	int i, r;

	*index = -1;
	s->broken = false;
	memset(&m, 0, sizeof(m));
	if ((r = oki_file_read(f, 0, slots, sizeof(slots), &got, sys)) !=
	    ONSHI_OK)
		goto out;
	for (i = 0; i < 2; i++)
		if (read_slot(s, slots + i * OKI_AUDIT_SLOT, own, &m) &&
		    (*index < 0 || m.n > out->n)) {
			*out = m;
			*index = i;
		}
	if (s->broken)
		r = ONSHI_E_INTERNAL;
out:
	oki_wipe(slots, sizeof(slots));
	oki_wipe(&m, sizeof(m));

	return r;
}
