/* Whether an authority that is configured stands behind a certificate. */
#include "config.h"

#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "crypto/inside.h"

#define AUTHORITIES_MAX	64
#define DEPTH_MAX	3
#define LEVEL		2	/* RSA 2048 and SHA-256 at least */

/* What could not be read whole, also for want of memory, would show as a chain
 * that fails. */
static bool
is_whole(X509 *x)
{
	const EVP_PKEY *key = X509_get0_pubkey(x);
	uint32_t flags = X509_get_extension_flags(x);

	return key != NULL && EVP_PKEY_get_security_bits(key) > 0 &&
	    (flags & EXFLAG_INVALID) == 0 && ((flags & EXFLAG_SS) != 0 ||
	    X509_check_issued(x, x) != X509_V_OK);
}

/* A store with the authorities of pem, and nothing of the system's. */
static int
load(const void *pem, size_t len, X509_STORE **out)
{
	BIO *bio;
	X509 *ca;
	size_t n = 0;
	int r;

	if ((bio = oki_openssl_bio(pem, len)) == NULL)
		return ONSHI_E_NOMEM;
	if ((*out = X509_STORE_new()) == NULL) {
		BIO_free(bio);
		return ONSHI_E_NOMEM;
	}
	while ((r = oki_openssl_next(bio, &ca)) == ONSHI_OK) {
		if (n++ == AUTHORITIES_MAX)
			r = ONSHI_E_CONFIG;
		else if (!is_whole(ca) || X509_STORE_add_cert(*out, ca) != 1)
			r = oki_openssl_cause(ONSHI_E_CONFIG);
		X509_free(ca);
		if (r != ONSHI_OK)
			break;
	}
	BIO_free(bio);
	if (r == ONSHI_END)
		r = n > 0 ? ONSHI_OK : ONSHI_E_CONFIG;
	else if (r == ONSHI_E_CERTIFICATE)
		r = ONSHI_E_CONFIG;

	return r;
}

/*
 * The moment at which the chain is judged: now, but never outside the dates
 * of the certificate itself. Those are its state; a card in grace is still
 * its holder's. (OpenSSL takes the last second for one too late.)
 */
static int64_t
moment(const struct onshi_certificate *x)
{
	int64_t now = oki_now(x->env);

	if (now < x->not_before)
		return x->not_before;

	return now >= x->not_after ? x->not_after - 1 : now;
}

static int
verdict(int error)
{
	switch (error) {
	case X509_V_OK:
		return ONSHI_TRUST_GOOD;
	case X509_V_ERR_CERT_SIGNATURE_FAILURE:
	case X509_V_ERR_UNABLE_TO_DECRYPT_CERT_SIGNATURE:
		return ONSHI_TRUST_BAD_SIGNATURE;
	default:
		return ONSHI_TRUST_UNTRUSTED;
	}
}

/* What OpenSSL says of the chain: X509_V_OK, or what is wrong with it. */
static int
verify(struct onshi_certificate *x, X509_STORE *store, int *error)
{
	X509_VERIFY_PARAM *how;
	X509_STORE_CTX *ctx;
	int r = ONSHI_E_NOMEM;

	if ((ctx = X509_STORE_CTX_new_ex(oki_openssl_ctx(), NULL)) == NULL ||
	    X509_STORE_CTX_init(ctx, store, x->x, NULL) != 1)
		goto out;
	how = X509_STORE_CTX_get0_param(ctx);
	X509_VERIFY_PARAM_set_time(how, (time_t)moment(x));
	X509_VERIFY_PARAM_set_depth(how, DEPTH_MAX);
	X509_VERIFY_PARAM_set_auth_level(how, LEVEL);
	if (X509_VERIFY_PARAM_set_flags(how, X509_V_FLAG_X509_STRICT |
	    X509_V_FLAG_TRUSTED_FIRST) != 1 ||
	    X509_VERIFY_PARAM_clear_flags(how, X509_V_FLAG_PARTIAL_CHAIN |
	    X509_V_FLAG_POLICY_CHECK) != 1)
		goto out;
	*error = X509_V_OK;
	if (X509_verify_cert(ctx) != 1 ||
	    X509_STORE_CTX_get_error(ctx) != X509_V_OK) {
		*error = X509_STORE_CTX_get_error(ctx);
		if (*error == X509_V_OK)
			*error = X509_V_ERR_UNSPECIFIED;
	}
	r = *error == X509_V_ERR_OUT_OF_MEM ? ONSHI_E_NOMEM : ONSHI_OK;
out:
	X509_STORE_CTX_free(ctx);

	return r;
}

/*
 * Short of memory, OpenSSL may blame the chain, even its signature. What is
 * really wrong is wrong twice.
 */
static int
judge(struct onshi_certificate *x, X509_STORE *store)
{
	int error, r, twice;

	if ((r = verify(x, store, &error)) != ONSHI_OK)
		return r;
	if (error != X509_V_OK) {
		if ((r = verify(x, store, &twice)) != ONSHI_OK)
			return r;
		if (twice != error)
			return ONSHI_E_NOMEM;
	}
	x->trust = verdict(error);
	/* A key that is not for signatures proves nobody. */
	if (x->trust == ONSHI_TRUST_GOOD &&
	    (X509_get_key_usage(x->x) & KU_DIGITAL_SIGNATURE) == 0)
		x->trust = ONSHI_TRUST_UNTRUSTED;

	return ONSHI_OK;
}

int
oki_certificate_check(struct onshi_certificate *x, const void *ca_pem,
    size_t len, struct onshi_error *e)
{
	X509_STORE *store = NULL;
	int r;

	if (x == NULL || (ca_pem == NULL && len > 0))
		return oki_fail(e, ONSHI_E_ARG, "certificate or authorities");
	x->trust = ONSHI_TRUST_UNTRUSTED;
	oki_openssl_enter();
	if ((r = load(ca_pem == NULL ? "" : ca_pem, len, &store)) == ONSHI_OK)
		r = judge(x, store);
	X509_STORE_free(store);
	oki_openssl_leave();
	if (r != ONSHI_OK)
		return oki_fail(e, r, "%s: %s", oki_config_key_name(
		    OKI_CARD_CA_FILE), r == ONSHI_E_CONFIG ?
		    "no list of certificates" : "no memory");

	return ONSHI_OK;
}
