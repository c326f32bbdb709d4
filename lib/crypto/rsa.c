/* Signatures by keys that are bare numbers, as cards carry them. */
#include "config.h"

#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "crypto/inside.h"

#define EXPONENT	65537
#define KEYS_MAX	16
#define PADDING_LEAST	11	/* 00 01, eight FF, 00 */

static int
make(OSSL_PARAM_BLD *b, BIGNUM *n, EVP_PKEY **out)
{
	EVP_PKEY_CTX *ctx = NULL;
	OSSL_PARAM *params = NULL;
	int r = ONSHI_E_NOMEM;

	if (OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
	    OSSL_PARAM_BLD_push_ulong(b, OSSL_PKEY_PARAM_RSA_E,
	    EXPONENT) == 1 &&
	    (params = OSSL_PARAM_BLD_to_param(b)) != NULL &&
	    (ctx = EVP_PKEY_CTX_new_from_name(oki_openssl_ctx(), "RSA",
	    NULL)) != NULL && EVP_PKEY_fromdata_init(ctx) == 1 &&
	    EVP_PKEY_fromdata(ctx, out, EVP_PKEY_PUBLIC_KEY, params) == 1)
		r = ONSHI_OK;
	EVP_PKEY_CTX_free(ctx);
	OSSL_PARAM_free(params);

	return r;
}

static int
key_of(const uint8_t *modulus, EVP_PKEY **out)
{
	OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
	BIGNUM *n = BN_bin2bn(modulus, OKI_RSA_BYTES, NULL);
	int r = ONSHI_E_NOMEM;

	*out = NULL;
	if (b != NULL && n != NULL)
		r = make(b, n, out);
	BN_free(n);
	OSSL_PARAM_BLD_free(b);

	return r;
}

/* What the signer has put into the block, padding and all. */
static int
open_block(EVP_PKEY *key, const uint8_t *sig, uint8_t *block)
{
	EVP_PKEY_CTX *ctx;
	size_t n = OKI_RSA_BYTES;
	int r = ONSHI_E_NOMEM;

	if ((ctx = EVP_PKEY_CTX_new_from_pkey(oki_openssl_ctx(), key,
	    NULL)) != NULL && EVP_PKEY_verify_recover_init(ctx) == 1 &&
	    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING) == 1)
		r = EVP_PKEY_verify_recover(ctx, block, &n, sig,
		    OKI_RSA_BYTES) == 1 && n == OKI_RSA_BYTES ? ONSHI_OK :
		    oki_openssl_cause(ONSHI_E_SIGNATURE);
	EVP_PKEY_CTX_free(ctx);

	return r;
}

/* All of the block, from its first byte: nothing is skipped or searched. */
static bool
is_block_of(const uint8_t *block, const void *info, size_t len)
{
	uint8_t want[OKI_RSA_BYTES];
	size_t filler = OKI_RSA_BYTES - 3 - len;

	want[0] = 0x00;
	want[1] = 0x01;
	memset(want + 2, 0xff, filler);
	want[2 + filler] = 0x00;
	memcpy(want + 3 + filler, info, len);

	return memcmp(want, block, sizeof(want)) == 0;
}

int
oki_rsa_check(const uint8_t modulus[OKI_RSA_BYTES], const void *info,
    size_t len, const uint8_t sig[OKI_RSA_BYTES])
{
	uint8_t block[OKI_RSA_BYTES];
	EVP_PKEY *key;
	int r;

	if ((modulus[0] & 0x80) == 0 || (modulus[OKI_RSA_BYTES - 1] & 1) == 0 ||
	    len > OKI_RSA_BYTES - PADDING_LEAST)
		return ONSHI_E_SIGNATURE;
	oki_openssl_enter();
	if ((r = key_of(modulus, &key)) == ONSHI_OK)
		r = open_block(key, sig, block);
	EVP_PKEY_free(key);
	oki_openssl_leave();
	if (r == ONSHI_OK && !is_block_of(block, info, len))
		r = ONSHI_E_SIGNATURE;

	return r;
}

/* A key in pem, as a bare number. ONSHI_END after the last. */
static int
next_key(BIO *pem, uint8_t *modulus)
{
	static char no_password[] = "";	/* none is asked for on a terminal */
	BIGNUM *n = NULL, *e = NULL;
	uint8_t *der = NULL;
	const uint8_t *p;
	EVP_PKEY *key;
	long len = 0;
	bool is_one;

	if (PEM_bytes_read_bio(&der, &len, NULL, PEM_STRING_PUBLIC, pem, NULL,
	    no_password) != 1)
		return ERR_GET_REASON(ERR_peek_last_error()) ==
		    PEM_R_NO_START_LINE ? ONSHI_END :
		    oki_openssl_cause(ONSHI_E_CONFIG);
	p = der;
	key = d2i_PUBKEY_ex(NULL, &p, len, oki_openssl_ctx(), NULL);
	is_one = key != NULL && EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA &&
	    EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &n) == 1 &&
	    EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &e) == 1 &&
	    BN_is_word(e, EXPONENT) == 1 &&
	    BN_num_bits(n) == 8 * OKI_RSA_BYTES &&
	    BN_bn2binpad(n, modulus, OKI_RSA_BYTES) == OKI_RSA_BYTES;
	OPENSSL_free(der);
	BN_free(n);
	BN_free(e);
	EVP_PKEY_free(key);

	return is_one ? ONSHI_OK : oki_openssl_cause(ONSHI_E_CONFIG);
}

static int
read_keys(const void *pem, size_t len, uint8_t (*keys)[OKI_RSA_BYTES],
    size_t *n)
{
	BIO *bio;
	int r;

	*n = 0;
	if ((bio = oki_openssl_bio(pem, len)) == NULL)
		return ONSHI_E_NOMEM;
	while ((r = next_key(bio, keys[*n])) == ONSHI_OK)
		if (++*n == KEYS_MAX)
			break;
	BIO_free(bio);

	return r == ONSHI_END && *n > 0 ? ONSHI_OK :
	    r == ONSHI_E_NOMEM ? r : ONSHI_E_CONFIG;
}

int
oki_rsa_check_any(const void *pem, size_t pemlen, const void *info,
    size_t len, const uint8_t sig[OKI_RSA_BYTES])
{
	uint8_t keys[KEYS_MAX][OKI_RSA_BYTES];
	size_t n;
	int r;

	oki_openssl_enter();
	r = read_keys(pem, pemlen, keys, &n);
	oki_openssl_leave();
	if (r != ONSHI_OK)
		return r;
	r = ONSHI_E_SIGNATURE;
	for (size_t i = 0; i < n && r == ONSHI_E_SIGNATURE; i++)
		r = oki_rsa_check(keys[i], info, len, sig);

	return r;
}
