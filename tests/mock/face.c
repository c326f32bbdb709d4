/* The face of a mock card: its files, made and signed as card.md 5.4 says. */
#include "config.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "tests/mock/reader_mock.h"

enum { PUBLIC = 9 + 256 };

struct part {
	uint8_t	data[36000];
	size_t	len;
};

static void
put(struct part *b, unsigned int tag, const uint8_t *p, size_t len)
{
	uint8_t head[5] = { (uint8_t)(tag >> 8), (uint8_t)tag };
	size_t n = 2;

	if (len > 0x7f) {
		head[n++] = 0x82;
		head[n++] = (uint8_t)(len >> 8);
	}
	head[n++] = (uint8_t)len;
	ck_assert_uint_le(b->len + n + len, sizeof(b->data));
	memcpy(b->data + b->len, head, n);
	memcpy(b->data + b->len + n, p, len);
	b->len += n + len;
}

static void
public_of(EVP_PKEY *key, uint8_t to[PUBLIC])
{
	static const uint8_t head[] = { 0x90, 3, 1, 0, 1, 0x91, 0x82, 1, 0 };
	BIGNUM *n = NULL;

	memcpy(to, head, sizeof(head));
	ck_assert(EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &n) == 1);
	ck_assert(BN_bn2binpad(n, to + sizeof(head), 256) == 256);
	BN_free(n);
}

size_t
mock_face_sign(const struct mock_face *f, int key, const uint8_t *p,
    size_t len, uint8_t *to)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(f->key[key], NULL);
	size_t n = 256;

	ck_assert(ctx != NULL && EVP_PKEY_sign_init(ctx) == 1);
	ck_assert(EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1);
	ck_assert(EVP_PKEY_sign(ctx, to, &n, p, len) == 1);
	EVP_PKEY_CTX_free(ctx);

	return n;
}

static void
hash(const uint8_t *p, size_t len, uint8_t *to)
{
	ck_assert(EVP_Digest(p, len, to, NULL, EVP_sha256(), NULL) == 1);
}

static void
sign_plain(const struct mock_face *f, int key, const uint8_t *p, size_t len,
    uint8_t *to)
{
	uint8_t info[OKI_DIGEST_INFO + 32];

	memcpy(info, oki_digest_info, OKI_DIGEST_INFO);
	hash(p, len, info + OKI_DIGEST_INFO);
	(void)mock_face_sign(f, key, info, sizeof(info), to);
}

static void
make_issuer(struct mock_face *f, const struct mock_face_how *how)
{
	struct part b = { .len = 0 }, cv = { .len = 0 };
	uint8_t content[32 + PUBLIC], sig[256];

	memcpy(content, "6000023\x08\x05" "001\0\0\0\0", 16);
	memcpy(content + 16, "9910121\x08\x05" "000\0\0\0\0", 16);
	public_of(f->key[MOCK_ISSUER], content + 32);
	sign_plain(f, how->certifies, content, sizeof(content), sig);
	put(&b, 0x5f4e, content, sizeof(content));
	put(&b, 0x5f37, sig, sizeof(sig));
	put(&cv, 0x7f21, b.data, b.len);
	memcpy(f->file[1], cv.data, cv.len);
	f->len[1] = cv.len;
}

static void
sign_face(const struct mock_face *f, const struct mock_face_how *how,
    const uint8_t *p, const size_t *at, uint8_t *sig)
{
	static const uint8_t head[] = { 0x30, 0x71, 0x30, 0x0d, 6, 9, 0x60,
	    0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0, 4, 0x60 };
	uint8_t info[sizeof(head) + 96];
	int key = how->issues != 0 ? how->issues : MOCK_ISSUER;

	if (how->plain) {
		sign_plain(f, key, p + at[1], at[7] - at[1], sig);
		return;
	}
	memcpy(info, head, sizeof(head));
	hash(p + at[1], at[4] - at[1], info + sizeof(head));
	hash(p + at[4], at[6] - at[4], info + sizeof(head) + 32);
	hash(p + at[6], at[7] - at[6], info + sizeof(head) + 64);
	(void)mock_face_sign(f, key, info, sizeof(info), sig);
}

static void
make_face(struct mock_face *f, const struct mock_face_how *how)
{
	static uint8_t photo[35000];
	static struct part b, face;
	uint8_t public[PUBLIC], sig[256], offsets[18] = { 0 };
	const struct { const uint8_t *p; size_t len; } o[] = {
		{ offsets, sizeof(offsets) },
		{ (const uint8_t *)"19800217", 8 },
		{ (const uint8_t *)"1", 1 }, { public, sizeof(public) },
		{ (const uint8_t *)"\x89PNG name", 9 },
		{ (const uint8_t *)"\x89PNG address", 12 },
		{ photo, how->photo != 0 ? how->photo : 3000 },
		{ sig, sizeof(sig) }, { (const uint8_t *)"20350217", 8 },
		{ (const uint8_t *)"\x89PNG code", 9 }
	};

	for (size_t i = 0; i < sizeof(photo); i++)
		photo[i] = (uint8_t)(i * 7 + i / 256);
	public_of(f->key[MOCK_CHIP], public);
	b.len = face.len = 0;
	for (int i = 0; i < (int)OKI_COUNT(o); i++) {
		f->at[i] = b.len;
		if (i == 7)
			sign_face(f, how, b.data, f->at, sig);
		if (how->without != 0 && i == how->without)
			continue;
		put(&b, 0xdf21 + (unsigned int)i, o[i].p, o[i].len -
		    (how->shorter != 0 && i == how->shorter));
		if (how->twice != 0 && i == how->twice)
			put(&b, 0xdf21 + (unsigned int)i, o[i].p, o[i].len);
	}
	put(&face, 0xff20, b.data, b.len);
	memset(f->file[0], 0xff, sizeof(f->file[0]));
	memcpy(f->file[0], face.data, face.len);
	f->len[0] = face.len + 64;
	for (int i = 0; i < (int)OKI_COUNT(o); i++)
		f->at[i] += 5;
}

/* Keys take a while, so they are made once. */
void
mock_face_make(struct mock_face *f, const struct mock_face_how *how)
{
	for (size_t i = 0; i < MOCK_KEYS; i++)
		if (f->key[i] == NULL)
			ck_assert((f->key[i] = EVP_RSA_gen(2048)) != NULL);
	make_issuer(f, how);
	make_face(f, how);
}

void
mock_face_free(struct mock_face *f)
{
	for (size_t i = 0; i < MOCK_KEYS; i++)
		EVP_PKEY_free(f->key[i]);
	memset(f, 0, sizeof(*f));
}

size_t
mock_face_pem(const struct mock_face *f, int key, char *to, size_t room)
{
	BIO *b = BIO_new(BIO_s_mem());
	char *p;
	long len;

	ck_assert(b != NULL && PEM_write_bio_PUBKEY(b, f->key[key]) == 1);
	len = BIO_get_mem_data(b, &p);
	ck_assert(len > 0 && (size_t)len < room);
	memcpy(to, p, (size_t)len);
	BIO_free(b);

	return (size_t)len;
}
