/* Bytes sealed for whoever has the key: AES-256-GCM, by OpenSSL. */
#include "config.h"

#include <limits.h>

#include <openssl/evp.h>

#include "crypto/inside.h"

#define NONCE	12
#define TAG	16

/* One sealing or opening on its way. */
struct work {
	EVP_CIPHER	*cipher;
	EVP_CIPHER_CTX	*ctx;
	const uint8_t	*key;
	const void	*with;		/* sealed along, but not kept */
	int		 withlen;
};

static int
begin(struct work *w, const uint8_t nonce[NONCE], int is_sealing)
{
	int none;

	if ((w->cipher = EVP_CIPHER_fetch(oki_openssl_ctx(), "AES-256-GCM",
	    NULL)) == NULL ||
	    (w->ctx = EVP_CIPHER_CTX_new()) == NULL ||
	    EVP_CipherInit_ex2(w->ctx, w->cipher, w->key, nonce, is_sealing,
	    NULL) != 1 ||
	    EVP_CipherUpdate(w->ctx, NULL, &none, w->with, w->withlen) != 1)
		return oki_openssl_cause(ONSHI_E_INTERNAL);

	return ONSHI_OK;
}

static void
end(struct work *w)
{
	EVP_CIPHER_CTX_free(w->ctx);
	EVP_CIPHER_free(w->cipher);
	oki_openssl_leave();
}

static int
seal(struct work *w, const void *p, int len, uint8_t *to)
{
	uint8_t *nonce = to, *body = to + NONCE;
	int n, rest, r;

	if ((r = oki_random(nonce, NONCE)) != ONSHI_OK ||
	    (r = begin(w, nonce, 1)) != ONSHI_OK)
		return r;
	if (EVP_CipherUpdate(w->ctx, body, &n, p, len) != 1 ||
	    EVP_CipherFinal_ex(w->ctx, body + n, &rest) != 1 ||
	    EVP_CIPHER_CTX_ctrl(w->ctx, EVP_CTRL_AEAD_GET_TAG, TAG,
	    body + len) != 1)
		return oki_openssl_cause(ONSHI_E_INTERNAL);

	return ONSHI_OK;
}

int
oki_seal(const uint8_t key[OKI_SEAL_KEY], const void *with, size_t withlen,
    const void *p, size_t len, struct oki_buf *out)
{
	struct work w = { .key = key, .with = with };
	int r;

	if (withlen > INT_MAX || len > INT_MAX - OKI_SEAL_MORE)
		return ONSHI_E_TOO_BIG;
	if ((r = oki_buf_reserve(out, len + OKI_SEAL_MORE)) != ONSHI_OK)
		return r;
	w.withlen = (int)withlen;
	oki_openssl_enter();
	if ((r = seal(&w, p, (int)len, out->data + out->len)) == ONSHI_OK)
		out->len += len + OKI_SEAL_MORE;
	out->data[out->len] = 0;
	end(&w);

	return r;
}

static int
unseal(struct work *w, const uint8_t *p, int len, uint8_t *to)
{
	uint8_t tag[TAG];
	int i, n, rest, r;

	for (i = 0; i < TAG; i++)
		tag[i] = p[NONCE + len + i];
	if ((r = begin(w, p, 0)) != ONSHI_OK)
		return r;
	if (EVP_CipherUpdate(w->ctx, to, &n, p + NONCE, len) != 1 ||
	    EVP_CIPHER_CTX_ctrl(w->ctx, EVP_CTRL_AEAD_SET_TAG, TAG, tag) != 1)
		return oki_openssl_cause(ONSHI_E_INTERNAL);

	return EVP_CipherFinal_ex(w->ctx, to + n, &rest) == 1 ? ONSHI_OK :
	    oki_openssl_cause(ONSHI_E_VALUE);
}

/* What was read stays in out only if all of it is true. */
int
oki_unseal(const uint8_t key[OKI_SEAL_KEY], const void *with, size_t withlen,
    const void *p, size_t len, struct oki_buf *out)
{
	struct work w = { .key = key, .with = with };
	size_t plain = len - OKI_SEAL_MORE;
	int r;

	if (len < OKI_SEAL_MORE || len > INT_MAX || withlen > INT_MAX)
		return ONSHI_E_VALUE;
	if ((r = oki_buf_reserve(out, plain)) != ONSHI_OK)
		return r;
	w.withlen = (int)withlen;
	oki_openssl_enter();
	if ((r = unseal(&w, p, (int)plain, out->data + out->len)) == ONSHI_OK)
		out->len += plain;
	else
		oki_wipe(out->data + out->len, plain);
	out->data[out->len] = 0;
	end(&w);

	return r;
}
