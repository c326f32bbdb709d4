/* The card's keys and what it signs with them. */
#include "vcard.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>

int
vc_random(uint8_t *out, size_t len)
{
	return RAND_bytes(out, (int)len) == 1 ? 0 : -1;
}

int
vc_keys_load(EVP_PKEY *keys[KEY_COUNT], const char *dir)
{
	static const char *const files[KEY_COUNT] = {
		[KEY_AUTH] = "auth.key", [KEY_SIGN] = "sign.key",
		[KEY_CARD] = "card.key",
	};
	char path[VC_PATH_MAX];
	size_t i;
	FILE *f;

	for (i = 0; i < KEY_COUNT; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, files[i]);
		if ((f = fopen(path, "re")) == NULL) {
			if (errno == ENOENT)
				continue;
			return -1;
		}
		keys[i] = PEM_read_PrivateKey(f, NULL, NULL, NULL);
		(void)fclose(f);
		if (keys[i] == NULL)
			return -1;
	}

	return 0;
}

/*
 * The forms that P1 chooses, card.md 4.1: does the card hash, does it put a
 * DigestInfo around the hash, is the padding PSS.
 */
struct form {
	bool	hashes;
	bool	digest_info;
	bool	pss;
};

static const struct form forms[] = {
	{ false, false, false }, { true, false, false },
	{ false, true, false }, { true, true, false },
	{ false, true, true }, { true, true, true },
};

static int
set_up(EVP_PKEY_CTX *ctx, const struct form *form)
{
	if (EVP_PKEY_sign_init(ctx) != 1)
		return 0;
	if (form->pss)
		return EVP_PKEY_CTX_set_rsa_padding(ctx,
		    RSA_PKCS1_PSS_PADDING) == 1 &&
		    EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()) == 1 &&
		    EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx,
		    RSA_PSS_SALTLEN_DIGEST) == 1;
	if (EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) != 1)
		return 0;

	return !form->digest_info ||
	    EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()) == 1;
}

unsigned int
vc_sign(EVP_PKEY *key, unsigned int p1, const struct vc_apdu *a,
    struct vc_reply *r)
{
	const struct form *form;
	const uint8_t *data = a->data;
	uint8_t hash[32];
	EVP_PKEY_CTX *ctx;
	size_t len = a->lc, outlen = VC_DATA_MAX;
	unsigned int sw = SW_UNKNOWN;

	if (p1 >= sizeof(forms) / sizeof(forms[0]))
		return SW_P1P2;
	form = &forms[p1];
	if (len == 0 || a->le == 0 || (p1 == 0 && len > 245) ||
	    (!form->hashes && form->digest_info && len != sizeof(hash)))
		return SW_LENGTH;
	if (form->hashes) {
		if (EVP_Digest(data, len, hash, NULL, EVP_sha256(),
		    NULL) != 1)
			return SW_UNKNOWN;
		data = hash;
		len = sizeof(hash);
	}
	if ((ctx = EVP_PKEY_CTX_new(key, NULL)) != NULL &&
	    set_up(ctx, form) == 1 &&
	    EVP_PKEY_sign(ctx, r->data, &outlen, data, len) == 1) {
		r->len = outlen;
		sw = SW_OK;
	}
	EVP_PKEY_CTX_free(ctx);

	return sw;
}
