/*
 * Whether the files of 券面事項確認AP are as they were signed (card.md 5.3, 5.4).
 * EF 0004 certifies the issuer's key, which signs EF 0002 in a way that no
 * ordinary check knows; within that stands the key of the chip itself.
 */
#include "config.h"

#include <string.h>

#include "card/inside.h"

#define TAG_CV		0x7f21u
#define TAG_CONTENT	0x5f4eu
#define TAG_SIGNATURE	0x5f37u
#define TAG_FACE	0xff20u

#define KEY_IDS		32	/* of who certifies, and of who is certified */
#define KEY_BYTES	(9 + OKI_RSA_BYTES)
#define HASHES		3

/* A key: exponent 65537, modulus of 2048 bits, and nothing else. */
static const uint8_t key_head[] = { 0x90, 0x03, 0x01, 0x00, 0x01, 0x91, 0x82,
    0x01, 0x00 };

/* Of three SHA-256 in one, as only this record has it. */
static const uint8_t face_info[] = { 0x30, 0x71, 0x30, 0x0d, 0x06, 0x09, 0x60,
    0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x60 };

struct object {
	uint32_t	 tag;
	const uint8_t	*whole;		/* with its head */
	size_t		 size;
	const uint8_t	*body;
	size_t		 len;
};

/* The object at *at, which goes past it. */
static int
next_object(const uint8_t *p, size_t len, size_t *at, struct object *o)
{
	struct oki_tlv t;

	if (oki_tlv_head(p + *at, len - *at, &t) != ONSHI_OK ||
	    t.body > len - *at - t.head)
		return ONSHI_E_CARD_ANSWER;
	o->tag = t.tag;
	o->whole = p + *at;
	o->size = t.head + t.body;
	o->body = o->whole + t.head;
	o->len = t.body;
	*at += o->size;

	return ONSHI_OK;
}

static const uint8_t *
modulus_of(const uint8_t *key)
{
	return memcmp(key, key_head, sizeof(key_head)) == 0 ?
	    key + sizeof(key_head) : NULL;
}

static int
digest(const uint8_t *p, size_t len, uint8_t info[OKI_DIGEST_INFO + OKI_SHA256])
{
	memcpy(info, oki_digest_info, OKI_DIGEST_INFO);

	return oki_sha256(p, len, info + OKI_DIGEST_INFO);
}

static int
forged(int r)
{
	return r == ONSHI_E_SIGNATURE ? ONSHI_E_CARD_FORGED : r;
}

int
oki_visual_issuer(const struct oki_buf *file, const struct oki_buf *pem,
    uint8_t issuer[OKI_RSA_BYTES])
{
	uint8_t info[OKI_DIGEST_INFO + OKI_SHA256];
	struct object cv, content, sig;
	const uint8_t *modulus;
	size_t at = 0, in = 0;
	int r;

	if ((r = next_object(file->data, file->len, &at, &cv)) != ONSHI_OK ||
	    (r = next_object(cv.body, cv.len, &in, &content)) != ONSHI_OK ||
	    (r = next_object(cv.body, cv.len, &in, &sig)) != ONSHI_OK)
		return r;
	if (cv.tag != TAG_CV || content.tag != TAG_CONTENT ||
	    content.len != KEY_IDS + KEY_BYTES || sig.tag != TAG_SIGNATURE ||
	    sig.len != OKI_RSA_BYTES || in != cv.len ||
	    (modulus = modulus_of(content.body + KEY_IDS)) == NULL)
		return ONSHI_E_CARD_ANSWER;
	if ((r = digest(content.body, content.len, info)) == ONSHI_OK)
		r = oki_rsa_check_any(pem->data, pem->len, info, sizeof(info),
		    sig.body);
	if (r == ONSHI_OK)
		memcpy(issuer, modulus, OKI_RSA_BYTES);

	return forged(r);
}

/* What stands in EF 0002 and is signed, in the order of its hashes. */
enum { BIRTHDATE, SEX, KEY, NAME, ADDRESS, PHOTO, SIGNATURE, OBJECTS };

static const struct {
	uint32_t	tag;
	size_t		least, most;
	int		part;		/* 0: none is handed out */
} wanted[OBJECTS] = {
	[BIRTHDATE] = { 0xdf22, 8, 8, ONSHI_PART_BIRTHDATE },
	[SEX] = { 0xdf23, 1, 1, ONSHI_PART_SEX },
	[KEY] = { 0xdf24, KEY_BYTES, KEY_BYTES, 0 },
	[NAME] = { 0xdf25, 1, OKI_FACE_BYTES, ONSHI_PART_NAME },
	[ADDRESS] = { 0xdf26, 1, OKI_FACE_BYTES, ONSHI_PART_ADDRESS },
	[PHOTO] = { 0xdf27, 1, OKI_FACE_BYTES, ONSHI_PART_PHOTO },
	[SIGNATURE] = { 0xdf28, OKI_RSA_BYTES, OKI_RSA_BYTES, 0 }
};

/* Which objects each of the hashes is of. */
static const struct {
	int	from, to;
} hashes[HASHES] = {
	{ BIRTHDATE, KEY }, { NAME, ADDRESS }, { PHOTO, PHOTO }
};

/* An object that stands twice could be shown in one place and signed in
 * another; those that we do not know are passed over. */
static int
take(struct object *all, const struct object *o)
{
	for (size_t i = 0; i < OBJECTS; i++) {
		if (wanted[i].tag != o->tag)
			continue;
		if (all[i].whole != NULL || o->len < wanted[i].least ||
		    o->len > wanted[i].most)
			return ONSHI_E_CARD_ANSWER;
		all[i] = *o;
	}

	return ONSHI_OK;
}

static int
find(const struct oki_buf *file, struct object *all)
{
	struct object face, o;
	size_t at = 0, in = 0;
	int r;

	if ((r = next_object(file->data, file->len, &at, &face)) != ONSHI_OK)
		return r;
	if (face.tag != TAG_FACE)
		return ONSHI_E_CARD_ANSWER;
	while (in < face.len)
		if ((r = next_object(face.body, face.len, &in, &o)) !=
		    ONSHI_OK || (r = take(all, &o)) != ONSHI_OK)
			return r;
	for (size_t i = 0; i < OBJECTS; i++)
		if (all[i].whole == NULL)
			return ONSHI_E_CARD_ANSWER;

	return ONSHI_OK;
}

static int
hash(const struct object *all, int from, int to, uint8_t out[OKI_SHA256])
{
	struct oki_hash *h;
	int r;

	if ((r = oki_hash_new(&h)) != ONSHI_OK)
		return r;
	for (int i = from; r == ONSHI_OK && i <= to; i++)
		r = oki_hash_update(h, all[i].whole, all[i].size);
	if (r == ONSHI_OK)
		r = oki_hash_final(h, out);
	oki_hash_free(&h);

	return r;
}

static int
check_signature(const struct object *all, const uint8_t *issuer)
{
	uint8_t info[sizeof(face_info) + HASHES * OKI_SHA256];
	int r;

	memcpy(info, face_info, sizeof(face_info));
	for (size_t i = 0; i < HASHES; i++)
		if ((r = hash(all, hashes[i].from, hashes[i].to, info +
		    sizeof(face_info) + i * OKI_SHA256)) != ONSHI_OK)
			return r;

	return forged(oki_rsa_check(issuer, info, sizeof(info),
	    all[SIGNATURE].body));
}

int
oki_visual_check(struct oki_visual *f, const uint8_t issuer[OKI_RSA_BYTES],
    uint8_t chip[OKI_RSA_BYTES])
{
	struct object all[OBJECTS] = { { 0 } };
	const uint8_t *modulus;
	int r;

	if ((r = find(&f->bytes, all)) != ONSHI_OK ||
	    (r = check_signature(all, issuer)) != ONSHI_OK)
		return r;
	if ((modulus = modulus_of(all[KEY].body)) == NULL)
		return ONSHI_E_CARD_ANSWER;
	memcpy(chip, modulus, OKI_RSA_BYTES);
	for (size_t i = 0; i < OBJECTS; i++) {
		f->part[wanted[i].part].at =
		    (size_t)(all[i].body - f->bytes.data);
		f->part[wanted[i].part].len = all[i].len;
	}
	f->part[0].len = 0;

	return ONSHI_OK;
}
