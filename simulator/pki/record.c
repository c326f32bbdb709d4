/* The records of a card's text and visual applications, card.md 5. */
#include "pki.h"

#include <stdio.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/bn.h>
#include <openssl/rsa.h>

enum { MODULUS = 256, PUBLIC = 265, HASH = 32 };

/* Big ones, so not on the stack of every function. */
struct work {
	const struct pki_records *keys;
	const struct pki_holder *h;
	const char	*dir;
	struct pki_buf	 body;
	struct pki_buf	 part;
	struct pki_buf	 file;
	uint8_t		 card_public[PUBLIC];
	uint8_t		 number_hash[HASH];
	uint8_t		 attribute_hash[HASH];
	char		 birth[16];
	char		 expiry[16];
};

/* A tag of one or two bytes and the shortest length. */
static void
put_tlv(struct pki_buf *b, unsigned int tag, const void *data, size_t len)
{
	uint8_t head[5];
	size_t n = 0;

	if (tag > 0xff)
		head[n++] = (uint8_t)(tag >> 8);
	head[n++] = (uint8_t)tag;
	if (len > 0xff)
		head[n++] = 0x82;
	else if (len > 0x7f)
		head[n++] = 0x81;
	if (len > 0xff)
		head[n++] = (uint8_t)(len >> 8);
	head[n++] = (uint8_t)len;
	pki_put(b, head, n);
	pki_put(b, data, len);
}

static int
write_buf(const struct work *w, const char *name, const struct pki_buf *b)
{
	if (b->full) {
		pki_complain("record too long", name);
		return -1;
	}

	return pki_write(w->dir, name, b->data, b->len, true);
}

static int
write_record(struct work *w, unsigned int tag, const char *name)
{
	w->file.len = 0;
	put_tlv(&w->file, tag, w->body.data, w->body.len);
	w->file.full |= w->body.full;
	w->body = (struct pki_buf){ .len = 0 };

	return write_buf(w, name, &w->file);
}

/* 90 exponent, 91 modulus: the form in which the card carries keys. */
static int
public_of(EVP_PKEY *key, uint8_t *out)
{
	static const uint8_t head[] = { 0x90, 0x03, 0x01, 0x00, 0x01, 0x91,
	    0x82, 0x01, 0x00 };
	BIGNUM *n = NULL;
	int ok;

	memcpy(out, head, sizeof(head));
	ok = EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &n) == 1 &&
	    BN_bn2binpad(n, out + sizeof(head), MODULUS) == MODULUS;
	BN_free(n);

	return ok ? 0 : -1;
}

/* PKCS #1 v1.5, of data as they are or of their SHA-256. */
static int
sign(EVP_PKEY *key, bool hash, const uint8_t *data, size_t len, uint8_t *out)
{
	EVP_PKEY_CTX *ctx;
	uint8_t digest[HASH];
	size_t n = MODULUS;
	int ok;

	if (hash) {
		if (EVP_Digest(data, len, digest, NULL, EVP_sha256(),
		    NULL) != 1)
			return -1;
		data = digest;
		len = sizeof(digest);
	}
	ctx = EVP_PKEY_CTX_new(key, NULL);
	ok = ctx != NULL && EVP_PKEY_sign_init(ctx) == 1 &&
	    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1 &&
	    (!hash ||
	    EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()) == 1) &&
	    EVP_PKEY_sign(ctx, out, &n, data, len) == 1 && n == MODULUS;
	EVP_PKEY_CTX_free(ctx);

	return ok ? 0 : -1;
}

/* Signs what the body holds from an offset on, and adds that to it. */
static int
put_signature(struct work *w, EVP_PKEY *key, size_t from, unsigned int tag)
{
	uint8_t signature[MODULUS];

	if (sign(key, true, w->body.data + from, w->body.len - from,
	    signature) != 0)
		return -1;
	put_tlv(&w->body, tag, signature, sizeof(signature));

	return 0;
}

/* 7F21: the issuer's key, certified by the authority. */
static int
make_cv(struct work *w, EVP_PKEY *issuer, const char *id, const char *name)
{
	uint8_t content[32 + PUBLIC], signature[MODULUS];

	memcpy(content, "6000020ONSHI0001", 16);
	memcpy(content + 16, id, 16);
	if (public_of(issuer, content + 32) != 0 ||
	    sign(w->keys->authority, true, content, sizeof(content),
	    signature) != 0)
		return -1;
	put_tlv(&w->body, 0x5f4e, content, sizeof(content));
	put_tlv(&w->body, 0x5f37, signature, sizeof(signature));

	return write_record(w, 0x7f21, name);
}

/*
 * The offsets of the objects that follow, from the start of the file. They
 * depend on how long the outer length is, which is known by then.
 */
static void
put_with_offsets(struct work *w, unsigned int tag, const struct pki_buf *rest,
    const size_t *at, size_t n)
{
	uint8_t table[32];
	size_t inner = 3 + 2 * n, total = inner + rest->len, head, i;

	head = 2 + (total > 0xff ? 3u : total > 0x7f ? 2u : 1u) + inner;
	for (i = 0; i < n; i++) {
		table[2 * i] = (uint8_t)((at[i] + head) >> 8);
		table[2 * i + 1] = (uint8_t)(at[i] + head);
	}
	put_tlv(&w->body, tag, table, 2 * n);
	pki_put(&w->body, rest->data, rest->len);
	w->body.full |= rest->full;
}

/* Name, address, birth date, sex (基本4情報). */
static int
make_attributes(struct work *w)
{
	const struct pki_person *p = w->h->person;
	const char sex = (char)('0' + p->sex);
	const struct { unsigned int tag; const char *data; size_t len; } o[] = {
		{ 0xdf22, p->name, strlen(p->name) },
		{ 0xdf23, p->address, strlen(p->address) },
		{ 0xdf24, w->birth, 8 },
		{ 0xdf25, &sex, 1 },
	};
	size_t at[4], i;

	w->part = (struct pki_buf){ .len = 0 };
	for (i = 0; i < 4; i++) {
		at[i] = w->part.len;
		put_tlv(&w->part, o[i].tag, o[i].data, o[i].len);
	}
	if (EVP_Digest(w->part.data, w->part.len, w->attribute_hash, NULL,
	    EVP_sha256(), NULL) != 1)
		return -1;
	put_with_offsets(w, 0xdf21, &w->part, at, 4);

	return write_record(w, 0xff20, "text-0002.bin");
}

/* What no medical institution reads; here so that a test can prove it. */
static int
make_number(struct work *w)
{
	uint8_t physical[17];

	memset(physical, 0xff, sizeof(physical));
	physical[1] = 0x10;
	physical[2] = 12;
	memcpy(physical + 3, w->h->number_a, 12);
	if (EVP_Digest(physical, sizeof(physical), w->number_hash, NULL,
	    EVP_sha256(), NULL) != 1)
		return -1;

	return pki_write(w->dir, "text-0001.bin", physical, 15, true);
}

static int
make_text(struct work *w)
{
	static const uint8_t basic[] = { 0x01, 0x03, 0x0e, 0x01 };

	if (make_number(w) != 0 || make_attributes(w) != 0)
		return -1;
	put_tlv(&w->body, 0xdf31, w->number_hash, HASH);
	put_tlv(&w->body, 0xdf32, w->attribute_hash, HASH);
	if (put_signature(w, w->keys->text_issuer, 0, 0xdf33) != 0 ||
	    write_record(w, 0xff30, "text-0003.bin") != 0 ||
	    make_cv(w, w->keys->text_issuer, "6000033ONSHI0001",
	    "text-0004.bin") != 0)
		return -1;
	put_tlv(&w->body, 0xdf41, basic, sizeof(basic));
	if (write_record(w, 0xff40, "text-0005.bin") != 0)
		return -1;
	pki_put(&w->body, w->card_public, PUBLIC);
	if (write_record(w, 0xa1, "text-0006.bin") != 0)
		return -1;
	put_tlv(&w->body, 0xdf51, w->card_public, PUBLIC);
	if (put_signature(w, w->keys->text_issuer, 0, 0xdf52) != 0)
		return -1;

	return write_record(w, 0xff50, "text-0007.bin");
}

/*
 * The face's signature is of a DigestInfo whose octet string is three hashes:
 * birth date to key, both images, photograph.
 */
static int
sign_face(struct work *w, const size_t *at, uint8_t *signature)
{
	static const uint8_t head[] = { 0x30, 0x71, 0x30, 0x0d, 0x06, 0x09,
	    0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00,
	    0x04, 0x60 };
	const size_t from[] = { at[0], at[3], at[5] };
	const size_t to[] = { at[3], at[5], w->part.len };
	uint8_t info[sizeof(head) + 3 * HASH];
	size_t i;

	memcpy(info, head, sizeof(head));
	for (i = 0; i < 3; i++)
		if (EVP_Digest(w->part.data + from[i], to[i] - from[i],
		    info + sizeof(head) + i * HASH, NULL, EVP_sha256(),
		    NULL) != 1)
			return -1;

	return sign(w->keys->visual_issuer, false, info, sizeof(info),
	    signature);
}

static void
put_object(struct work *w, size_t *at, unsigned int tag, const void *data,
    size_t len)
{
	*at = w->part.len;
	put_tlv(&w->part, tag, data, len);
}

static void
put_picture(struct work *w, size_t *at, unsigned int tag, const char *text,
    size_t width, size_t height)
{
	struct pki_buf *b = &w->file;

	b->len = 0;
	pki_png(b, text, width, height);
	w->part.full |= b->full;
	put_object(w, at, tag, b->data, b->len);
}

/* The face of the card, opened by 照合番号B. */
static int
make_face(struct work *w)
{
	const char sex = (char)('0' + w->h->person->sex);
	uint8_t signature[MODULUS];
	size_t at[9];

	w->part = (struct pki_buf){ .len = 0 };
	put_object(w, &at[0], 0xdf22, w->birth, 8);
	put_object(w, &at[1], 0xdf23, &sex, 1);
	put_object(w, &at[2], 0xdf24, w->card_public, PUBLIC);
	put_picture(w, &at[3], 0xdf25, "----------", 240, 24);
	put_picture(w, &at[4], 0xdf26, "------------------------", 336, 32);
	w->file.len = 0;
	pki_photo(&w->file, 240, 300, 3600);
	put_object(w, &at[5], 0xdf27, w->file.data, w->file.len);
	if (sign_face(w, at, signature) != 0)
		return -1;
	put_object(w, &at[6], 0xdf28, signature, sizeof(signature));
	put_object(w, &at[7], 0xdf29, w->expiry, 8);
	put_picture(w, &at[8], 0xdf2a, w->h->number_b + 10, 24, 12);
	put_with_offsets(w, 0xdf21, &w->part, at, 9);

	return write_record(w, 0xff20, "visual-0002.bin");
}

static int
make_visual(struct work *w)
{
	static const uint8_t basic[] = { 0x06, 0x03, 0x0e, 0x01 };
	size_t at;

	put_tlv(&w->body, 0xdf11, w->birth, 8);
	put_tlv(&w->body, 0xdf12, w->card_public, PUBLIC);
	if (put_signature(w, w->keys->visual_issuer, 0, 0xdf13) != 0 ||
	    write_record(w, 0xff10, "visual-0001.bin") != 0 ||
	    make_face(w) != 0)
		return -1;
	put_tlv(&w->body, 0xdf31, basic, sizeof(basic));
	put_tlv(&w->body, 0xdf32, "ONSHIKAKU0000001", 16);
	put_tlv(&w->body, 0xdf33, "\x01", 1);
	put_tlv(&w->body, 0xdf34, "99101", 5);
	if (write_record(w, 0xff30, "visual-0003.bin") != 0 ||
	    make_cv(w, w->keys->visual_issuer, "6000023ONSHI0001",
	    "visual-0004.bin") != 0)
		return -1;
	w->part = (struct pki_buf){ .len = 0 };
	put_picture(w, &at, 0xdf41, w->h->number_a, 72, 12);
	pki_put(&w->body, w->part.data, w->part.len);
	put_tlv(&w->body, 0xdf42, w->card_public, PUBLIC);
	if (put_signature(w, w->keys->visual_issuer, 0, 0xdf43) != 0)
		return -1;

	return write_record(w, 0xff40, "visual-0005.bin");
}

int
pki_records_make(const struct pki_records *keys, const struct pki_holder *h,
    const char *dir)
{
	struct work w = { .keys = keys, .h = h, .dir = dir };

	pki_day_write(h->birth, w.birth, sizeof(w.birth));
	pki_day_write(h->card_until, w.expiry, sizeof(w.expiry));
	if (public_of(keys->card, w.card_public) != 0 ||
	    make_text(&w) != 0 || make_visual(&w) != 0) {
		pki_complain("cannot make the records", dir);
		return -1;
	}

	return 0;
}
