/* Keys that are erased as they are used, and the one that is kept on paper. */
#include "config.h"

#include <string.h>

#include "audit/inside.h"

#define BLOCK		64	/* of SHA-256 */
#define CHECK_BYTES	3
#define GROUP		4
#define DIGITS		56	/* of base 32, for the key and its check */

int
oki_audit_sums_open(struct oki_audit_sums *s)
{
	int r;

	memset(s, 0, sizeof(*s));
	if ((r = oki_hash_new_bare(&s->hash)) == ONSHI_OK &&
	    (r = oki_hash_new_bare(&s->inner)) == ONSHI_OK)
		r = oki_hash_new_bare(&s->outer);
	if (r != ONSHI_OK)
		oki_audit_sums_close(s);

	return r;
}

void
oki_audit_sums_close(struct oki_audit_sums *s)
{
	oki_hash_free(&s->hash);
	oki_hash_free(&s->inner);
	oki_hash_free(&s->outer);
}

/* What is within one bracket of the error queue ends with sum. */
static int
sum(struct oki_audit_sums *s, const void *p, size_t len,
    uint8_t out[OKI_AUDIT_HASH])
{
	int r;

	if ((r = oki_hash_update(s->hash, p, len)) == ONSHI_OK)
		r = oki_hash_final(s->hash, out);

	return r;
}

int
oki_audit_hash(struct oki_audit_sums *s, const void *p, size_t len,
    uint8_t out[OKI_AUDIT_HASH])
{
	int r;

	oki_crypto_enter();
	r = sum(s, p, len, out);
	oki_crypto_leave();

	return r;
}

/*
 * HMAC (RFC 2104) on hashes that are there: a MAC of OpenSSL's would be looked
 * up and keyed anew for each run, and would keep its last key. A key is read
 * once into inner and outer, for all that it is used for.
 */
static int
read_pad(struct oki_hash *h, const uint8_t key[OKI_AUDIT_HASH], uint8_t pad)
{
	uint8_t block[BLOCK];
	size_t i;
	int r;

	memset(block, pad, sizeof(block));
	for (i = 0; i < OKI_AUDIT_HASH; i++)
		block[i] ^= key[i];
	r = oki_hash_update(h, block, sizeof(block));
	oki_wipe(block, sizeof(block));

	return r;
}

static int
read_key(struct oki_audit_sums *s, const uint8_t key[OKI_AUDIT_HASH])
{
	int r;

	if ((r = read_pad(s->inner, key, 0x36)) == ONSHI_OK)
		r = read_pad(s->outer, key, 0x5c);

	return r;
}

/* Another use follows: the key stays where it was read. */
static int
mac(struct oki_audit_sums *s, const void *p, size_t len,
    uint8_t out[OKI_AUDIT_HASH])
{
	uint8_t part[OKI_AUDIT_HASH];
	int r;

	if ((r = oki_hash_copy(s->inner, s->hash)) == ONSHI_OK &&
	    (r = sum(s, p, len, part)) == ONSHI_OK &&
	    (r = oki_hash_copy(s->outer, s->hash)) == ONSHI_OK)
		r = sum(s, part, sizeof(part), out);
	oki_wipe(part, sizeof(part));

	return r;
}

static int
mac_last(struct oki_audit_sums *s, const void *p, size_t len,
    uint8_t out[OKI_AUDIT_HASH])
{
	uint8_t part[OKI_AUDIT_HASH];
	int r;

	if ((r = oki_hash_update(s->inner, p, len)) == ONSHI_OK &&
	    (r = oki_hash_final(s->inner, part)) == ONSHI_OK &&
	    (r = oki_hash_update(s->outer, part, sizeof(part))) == ONSHI_OK)
		r = oki_hash_final(s->outer, out);
	oki_wipe(part, sizeof(part));

	return r;
}

/* Nothing of a key stays, whatever became of it: what cannot be begun anew is
 * given up. */
static int
forget_key(struct oki_audit_sums *s, int r)
{
	int inner = oki_hash_reset(s->inner), outer = oki_hash_reset(s->outer);

	return r != ONSHI_OK ? r : inner != ONSHI_OK ? inner : outer;
}

static const char next_label[] = "onshi-audit-next-1";
static const char mac_label[] = "onshi-audit-mac-1";

int
oki_audit_key_next(struct oki_audit_sums *s, uint8_t key[OKI_AUDIT_HASH])
{
	int r;

	oki_crypto_enter();
	if ((r = read_key(s, key)) == ONSHI_OK)
		r = mac_last(s, next_label, sizeof(next_label) - 1, key);
	r = forget_key(s, r);
	oki_crypto_leave();

	return r;
}

int
oki_audit_key_step(struct oki_audit_sums *s, uint8_t key[OKI_AUDIT_HASH],
    const void *line, size_t len, uint8_t g[OKI_AUDIT_HASH])
{
	uint8_t a[OKI_AUDIT_HASH];
	int r;

	oki_crypto_enter();
	if ((r = read_key(s, key)) == ONSHI_OK &&
	    (r = mac(s, mac_label, sizeof(mac_label) - 1, a)) == ONSHI_OK &&
	    (r = mac_last(s, next_label, sizeof(next_label) - 1, key)) ==
	    ONSHI_OK && (r = read_key(s, a)) == ONSHI_OK)
		r = mac_last(s, line, len, g);
	r = forget_key(s, r);
	oki_crypto_leave();
	oki_wipe(a, sizeof(a));

	return r;
}

int
oki_audit_key_seal(struct oki_audit_sums *s, const uint8_t key[OKI_AUDIT_HASH],
    const void *line, size_t len, uint8_t g[OKI_AUDIT_HASH])
{
	uint8_t next[OKI_AUDIT_HASH];
	int r;

	memcpy(next, key, sizeof(next));
	r = oki_audit_key_step(s, next, line, len, g);
	oki_wipe(next, sizeof(next));

	return r;
}

static int
hash_with(struct oki_audit_sums *s, const char *label, const void *p,
    size_t len, uint8_t out[OKI_AUDIT_HASH])
{
	int r;

	oki_crypto_enter();
	if ((r = oki_hash_update(s->hash, label, strlen(label))) == ONSHI_OK)
		r = sum(s, p, len, out);
	oki_crypto_leave();

	return r;
}

int
oki_audit_key_id(struct oki_audit_sums *s, const uint8_t k0[OKI_AUDIT_HASH],
    char id[OKI_AUDIT_ID + 1])
{
	uint8_t h[OKI_AUDIT_HASH];
	int r;

	if ((r = hash_with(s, "onshi-audit-id", k0, OKI_AUDIT_HASH, h)) ==
	    ONSHI_OK)
		oki_hex(id, h, OKI_AUDIT_ID / 2);

	return r;
}

int
oki_audit_genesis(struct oki_audit_sums *s, const char *id,
    const char *institution, uint8_t h[OKI_AUDIT_HASH])
{
	int r;

	oki_crypto_enter();
	if ((r = oki_hash_update(s->hash, "onshi-audit-1", 13)) == ONSHI_OK)
		r = hash_with(s, id, institution, strlen(institution), h);
	oki_crypto_leave();

	return r;
}

/* Three bytes tell a key from what a hand makes of it: one wrong key in
 * sixteen million passes, and then its id does not fit. */
static int
check_of(struct oki_audit_sums *s, const uint8_t k0[OKI_AUDIT_HASH],
    uint8_t check[CHECK_BYTES])
{
	uint8_t h[OKI_AUDIT_HASH];
	int r;

	if ((r = hash_with(s, "onshi-audit-check", k0, OKI_AUDIT_HASH, h)) ==
	    ONSHI_OK)
		memcpy(check, h, CHECK_BYTES);

	return r;
}

int
oki_audit_key_text(struct oki_audit_sums *s, const uint8_t k0[OKI_AUDIT_HASH],
    char text[OKI_AUDIT_KEY_TEXT])
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	uint8_t all[OKI_AUDIT_HASH + CHECK_BYTES];
	size_t bit, i, n = 0;
	unsigned int pair;
	int r;

	memcpy(all, k0, OKI_AUDIT_HASH);
	if ((r = check_of(s, k0, all + OKI_AUDIT_HASH)) != ONSHI_OK ||
	    (r = oki_audit_key_id(s, k0, text + OKI_AUDIT_KEY_TEXT - 9)) !=
	    ONSHI_OK)
		goto out;
	for (i = 0; i < DIGITS; i++) {
		if (i > 0 && i % GROUP == 0)
			text[n++] = '-';
		bit = i * 5;
		pair = (unsigned int)all[bit / 8] << 8;
		if (bit / 8 + 1 < sizeof(all))
			pair |= all[bit / 8 + 1];
		text[n++] = digits[pair >> (11 - bit % 8) & 31];
	}
	text[n] = ':';
out:
	oki_wipe(all, sizeof(all));

	return r;
}

/* 0 and 1 are no digits of base 32; who writes them means O and I. */
static int
digit_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a';
	if (c >= '2' && c <= '7')
		return c - '2' + 26;
	if (c == '0')
		return 'O' - 'A';

	return c == '1' ? 'I' - 'A' : -1;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* What stands after the digits: nothing, or the key's own id. */
static bool
id_fits(const char *s, const char *id)
{
	size_t i = 0;

	if (*s == ':') {
		for (s++; i < OKI_AUDIT_ID && s[i] == id[i]; i++)
			;
		if (i < OKI_AUDIT_ID)
			return false;
		s += i;
	}
	while (is_blank(*s))
		s++;

	return *s == '\0';
}

int
oki_audit_key_parse(struct oki_audit_sums *s, const char *text,
    uint8_t k0[OKI_AUDIT_HASH])
{
	uint8_t all[OKI_AUDIT_HASH + CHECK_BYTES] = { 0 };
	uint8_t check[CHECK_BYTES];
	char id[OKI_AUDIT_ID + 1];
	size_t bit, n = 0;
	int digit, r;

	for (; n < DIGITS && *text != '\0'; text++) {
		if (*text == '-' || is_blank(*text))
			continue;
		r = ONSHI_E_VALUE;
		if ((digit = digit_of(*text)) < 0)
			goto out;
		for (bit = 0; bit < 5; bit++)
			if ((digit >> (4 - bit) & 1) != 0)
				all[(n * 5 + bit) / 8] |= (uint8_t)(0x80 >>
				    (n * 5 + bit) % 8);
		n++;
	}
	while (is_blank(*text))
		text++;
	if ((r = check_of(s, all, check)) != ONSHI_OK ||
	    (r = oki_audit_key_id(s, all, id)) != ONSHI_OK)
		goto out;
	if (n < DIGITS || memcmp(all + OKI_AUDIT_HASH, check, sizeof(check)) !=
	    0 || !id_fits(text, id))
		r = ONSHI_E_VALUE;
	else
		memcpy(k0, all, OKI_AUDIT_HASH);
out:
	oki_wipe(all, sizeof(all));

	return r;
}
