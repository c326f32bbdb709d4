/* SHA-256 and random numbers, by OpenSSL. */
#include "config.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include "crypto/inside.h"

struct oki_hash {
	EVP_MD		*md;
	EVP_MD_CTX	*ctx;
	bool		 begun;
	bool		 bare;
};

int
oki_hash_new(struct oki_hash **out)
{
	struct oki_hash *h;
	int r = ONSHI_OK;

	*out = NULL;
	if ((h = oki_alloc(sizeof(*h))) == NULL)
		return ONSHI_E_NOMEM;
	oki_openssl_enter();
	if ((h->md = EVP_MD_fetch(oki_openssl_ctx(), "SHA2-256",
	    NULL)) == NULL)
		r = oki_openssl_cause(ONSHI_E_INTERNAL);
	else if ((h->ctx = EVP_MD_CTX_new()) == NULL)
		r = ONSHI_E_NOMEM;
	oki_openssl_leave();
	if (r != ONSHI_OK) {
		oki_hash_free(&h);
		return r;
	}
	*out = h;

	return ONSHI_OK;
}

int
oki_hash_new_bare(struct oki_hash **out)
{
	int r = oki_hash_new(out);

	if (r == ONSHI_OK)
		(*out)->bare = true;

	return r;
}

void
oki_crypto_enter(void)
{
	oki_openssl_enter();
}

void
oki_crypto_leave(void)
{
	oki_openssl_leave();
}

static void
enter(const struct oki_hash *h)
{
	if (!h->bare)
		oki_openssl_enter();
}

static void
leave(const struct oki_hash *h)
{
	if (!h->bare)
		oki_openssl_leave();
}

static int
begin(struct oki_hash *h)
{
	if (h->begun)
		return ONSHI_OK;
	if (EVP_DigestInit_ex2(h->ctx, h->md, NULL) != 1)
		return oki_openssl_cause(ONSHI_E_INTERNAL);
	h->begun = true;

	return ONSHI_OK;
}

int
oki_hash_update(struct oki_hash *h, const void *p, size_t len)
{
	int r;

	enter(h);
	if ((r = begin(h)) == ONSHI_OK && len > 0 &&
	    EVP_DigestUpdate(h->ctx, p, len) != 1)
		r = oki_openssl_cause(ONSHI_E_INTERNAL);
	leave(h);

	return r;
}

int
oki_hash_final(struct oki_hash *h, uint8_t out[OKI_SHA256])
{
	int r;

	enter(h);
	if ((r = begin(h)) == ONSHI_OK &&
	    EVP_DigestFinal_ex(h->ctx, out, NULL) != 1)
		r = oki_openssl_cause(ONSHI_E_INTERNAL);
	h->begun = false;
	leave(h);

	return r;
}

int
oki_hash_copy(const struct oki_hash *from, struct oki_hash *to)
{
	int r = ONSHI_OK;

	enter(to);
	if (!from->begun)
		to->begun = false;
	else if (EVP_MD_CTX_copy_ex(to->ctx, from->ctx) != 1)
		r = oki_openssl_cause(ONSHI_E_INTERNAL);
	else
		to->begun = true;
	leave(to);

	return r;
}

int
oki_hash_reset(struct oki_hash *h)
{
	int r;

	enter(h);
	h->begun = false;
	r = begin(h);
	leave(h);

	return r;
}

void
oki_hash_free(struct oki_hash **hp)
{
	if (hp == NULL || *hp == NULL)
		return;
	EVP_MD_CTX_free((*hp)->ctx);
	EVP_MD_free((*hp)->md);
	oki_free(*hp);
	*hp = NULL;
}

int
oki_sha256(const void *p, size_t len, uint8_t out[OKI_SHA256])
{
	struct oki_hash *h;
	int r;

	if ((r = oki_hash_new(&h)) != ONSHI_OK)
		return r;
	if ((r = oki_hash_update(h, p, len)) == ONSHI_OK)
		r = oki_hash_final(h, out);
	oki_hash_free(&h);

	return r;
}

int
oki_random(void *to, size_t len)
{
	int r = ONSHI_OK;

	oki_openssl_enter();
	if (RAND_bytes_ex(oki_openssl_ctx(), to, len, 0) != 1)
		r = ONSHI_E_SYSTEM;
	oki_openssl_leave();

	return r;
}

/* RFC 9562, 5.4: random but for version and variant. */
int
oki_random_hex(char *to, size_t n)
{
	uint8_t bytes[32];
	int r;

	to[0] = '\0';
	if (n > sizeof(bytes))
		return ONSHI_E_ARG;
	if ((r = oki_random(bytes, n)) == ONSHI_OK)
		oki_hex(to, bytes, n);
	oki_wipe(bytes, sizeof(bytes));

	return r;
}

int
oki_uuid(char to[OKI_UUID])
{
	static const size_t lengths[] = { 4, 2, 2, 2, 6 };
	uint8_t bytes[16];
	size_t at = 0, i;
	int r;

	to[0] = '\0';
	if ((r = oki_random(bytes, sizeof(bytes))) != ONSHI_OK)
		return r;
	bytes[6] = (uint8_t)((bytes[6] & 0x0f) | 0x40);
	bytes[8] = (uint8_t)((bytes[8] & 0x3f) | 0x80);
	for (i = 0; i < OKI_COUNT(lengths); i++) {
		if (i > 0)
			*to++ = '-';
		oki_hex(to, bytes + at, lengths[i]);
		to += 2 * lengths[i];
		at += lengths[i];
	}
	oki_wipe(bytes, sizeof(bytes));

	return ONSHI_OK;
}
