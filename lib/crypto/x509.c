/* A card's certificate (利用者証明用電子証明書): read with suspicion, then asked. */
#include "config.h"

#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "crypto/inside.h"

#define SERIAL_MAX	20		/* bytes; RFC 5280, 4.1.2.2 */
#define YEARS_MAX	20		/* cards have 5, the next ones 10 */
#define SOON_MONTHS	3
#define GRACE_MONTHS	3

/* Length of the DER at p by its own header; 0 if it is no sequence, not all
 * there, or too long. */
static size_t
der_len(const uint8_t *p, size_t len)
{
	size_t n, total;

	if (len < 2 || p[0] != 0x30)
		return 0;
	if (p[1] < 0x80) {
		total = 2u + p[1];
	} else if (p[1] == 0x81 && len >= 3 && p[2] >= 0x80) {
		total = 3u + p[2];
	} else if (p[1] == 0x82 && len >= 4 && p[2] != 0) {
		n = (size_t)p[2] << 8 | p[3];
		total = 4 + n;
	} else
		return 0;

	return total > len || total > OKI_CERTIFICATE_MAX ? 0 : total;
}

static const char *
check_rsa(const EVP_PKEY *key)
{
	BIGNUM *e = NULL;
	const char *why = NULL;
	int bits = EVP_PKEY_get_bits(key);

	if (bits < 2048 || bits > 4096)
		return "an RSA key of another size";
	if (EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &e) != 1)
		return "an RSA key without exponent";
	/* A long exponent makes us work long for whoever chose it. */
	if (!BN_is_odd(e) || BN_num_bits(e) < 17 || BN_num_bits(e) > 64)
		why = "an RSA exponent that must not be";
	BN_free(e);

	return why;
}

static const char *
check_ec(const EVP_PKEY *key)
{
	char group[32] = "";
	int explicit_curve = 0;

	if (EVP_PKEY_get_int_param(key,
	    OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS,
	    &explicit_curve) == 1 && explicit_curve != 0)
		return "an EC key with a curve of its own";
	if (EVP_PKEY_get_group_name(key, group, sizeof(group), NULL) != 1)
		return "an EC key without a curve";
	if (strcmp(group, "prime256v1") != 0 &&
	    strcmp(group, "secp384r1") != 0)
		return "an EC key of another curve";

	return NULL;
}

static const char *
check_key(const EVP_PKEY *key)
{
	switch (key == NULL ? EVP_PKEY_NONE : EVP_PKEY_get_base_id(key)) {
	case EVP_PKEY_RSA:
		return check_rsa(key);
	case EVP_PKEY_EC:
		return check_ec(key);
	default:
		return "a key of another kind";
	}
}

/* Lower-case hexadecimal, whole bytes, without the byte that DER puts before
 * a high bit. */
static const char *
take_serial(struct onshi_certificate *c)
{
	const ASN1_INTEGER *serial = X509_get0_serialNumber(c->x);
	const uint8_t *bytes = ASN1_STRING_get0_data(serial);
	int len = ASN1_STRING_length(serial);

	if (ASN1_STRING_type(serial) != V_ASN1_INTEGER || len < 1 ||
	    len > SERIAL_MAX || (len == 1 && bytes[0] == 0))
		return "a serial number that must not be";
	oki_hex(c->serial, bytes, (size_t)len);

	return NULL;
}

static const char *
take_dates(struct onshi_certificate *c)
{
	const int64_t longest = (int64_t)YEARS_MAX * 366 * 86400;

	if (!oki_openssl_time(X509_get0_notBefore(c->x), &c->not_before) ||
	    !oki_openssl_time(X509_get0_notAfter(c->x), &c->not_after))
		return "a date that is not one";
	if (c->not_after <= c->not_before ||
	    c->not_after - c->not_before > longest)
		return "dates that do not fit together";

	return NULL;
}

/* NULL, or what makes it no certificate for a card (SEC-76). */
static const char *
examine(struct onshi_certificate *c)
{
	const X509_ALGOR *outside;
	const char *why;

	if (X509_get_version(c->x) != X509_VERSION_3)
		return "not version 3";
	X509_get0_signature(NULL, &outside, c->x);
	if (X509_ALGOR_cmp(outside, X509_get0_tbs_sigalg(c->x)) != 0)
		return "two signature algorithms";
	if ((X509_get_extension_flags(c->x) & EXFLAG_INVALID) != 0)
		return "an extension that is malformed or stands twice";
	c->key = X509_get0_pubkey(c->x);
	if ((why = check_key(c->key)) != NULL ||
	    (why = take_serial(c)) != NULL)
		return why;

	return take_dates(c);
}

static int
parse(struct onshi_certificate *c, const uint8_t *der, size_t len,
    const char **why)
{
	const uint8_t *p;

	*why = "no DER, not all of it, or too long";
	if (der == NULL || (c->len = der_len(der, len)) == 0)
		return ONSHI_E_CERTIFICATE;
	if ((c->der = oki_alloc(c->len)) == NULL)
		return ONSHI_E_NOMEM;
	memcpy(c->der, der, c->len);
	p = c->der;
	if ((c->x = oki_openssl_x509(&p, (long)c->len)) == NULL)
		return oki_openssl_cause(ONSHI_E_CERTIFICATE);
	if (p != c->der + c->len) {
		*why = "bytes behind its parts";
		return ONSHI_E_CERTIFICATE;
	}
	if ((*why = examine(c)) != NULL)
		return ONSHI_E_CERTIFICATE;

	return ONSHI_OK;
}

int
oki_certificate_parse(struct oki_env *env, const uint8_t *der, size_t len,
    struct onshi_certificate **out, struct onshi_error *e)
{
	struct onshi_certificate *c;
	const char *why;
	int r;

	*out = NULL;
	if ((c = oki_alloc(sizeof(*c))) == NULL)
		return oki_fail(e, ONSHI_E_NOMEM, "certificate");
	atomic_init(&c->holders, 1);
	c->env = oki_env_ref(env);
	c->trust = ONSHI_TRUST_UNCHECKED;
	oki_openssl_enter();
	r = parse(c, der, len, &why);
	oki_openssl_leave();
	if (r != ONSHI_OK) {
		oki_certificate_free(&c);
		return oki_fail(e, r, "certificate: %s",
		    r == ONSHI_E_NOMEM ? "no memory" : why);
	}
	*out = c;

	return ONSHI_OK;
}

struct onshi_certificate *
oki_certificate_ref(const struct onshi_certificate *x)
{
	/* Who may look at it may keep it: only the count is changed. */
	union {
		const struct onshi_certificate *given;
		struct onshi_certificate *kept;
	} u = { .given = x };

	if (x != NULL)
		atomic_fetch_add(&u.kept->holders, 1);

	return u.kept;
}

void
oki_certificate_free(struct onshi_certificate **xp)
{
	struct onshi_certificate *c;

	if (xp == NULL || (c = *xp) == NULL)
		return;
	*xp = NULL;
	if (atomic_fetch_sub(&c->holders, 1) != 1)
		return;
	X509_free(c->x);
	oki_free(c->der);
	oki_env_free(&c->env);
	oki_free(c);
}

int
oki_certificate_verify_signature(const struct onshi_certificate *x,
    const void *data, size_t len, const uint8_t *sig, size_t siglen)
{
	EVP_PKEY_CTX *how;
	EVP_MD_CTX *ctx;
	int r = ONSHI_E_SIGNATURE;

	if (x == NULL || sig == NULL || (data == NULL && len > 0))
		return ONSHI_E_ARG;
	oki_openssl_enter();
	if ((ctx = EVP_MD_CTX_new()) == NULL) {
		r = ONSHI_E_NOMEM;
		goto out;
	}
	if (EVP_DigestVerifyInit_ex(ctx, &how, "SHA2-256", oki_openssl_ctx(),
	    NULL, x->key, NULL) != 1 ||
	    (EVP_PKEY_get_base_id(x->key) == EVP_PKEY_RSA &&
	    EVP_PKEY_CTX_set_rsa_padding(how, RSA_PKCS1_PADDING) <= 0)) {
		r = oki_openssl_cause(ONSHI_E_INTERNAL);
		goto out;
	}
	if (EVP_DigestVerify(ctx, sig, siglen, data == NULL ?
	    (const void *)"" : data, len) == 1)
		r = ONSHI_OK;
	else
		r = ONSHI_E_SIGNATURE;
out:
	EVP_MD_CTX_free(ctx);
	oki_openssl_leave();

	return r;
}

/* An expired certificate still shows eligibility, until three months after
 * the month of its end are over in Japan. */
int
oki_certificate_state_at(int64_t not_before, int64_t not_after, int64_t now)
{
	int32_t end, soon;

	if (now < not_before)
		return ONSHI_CERTIFICATE_NOT_YET;
	if (now > not_after)
		return now <= oki_month_end_after(not_after, GRACE_MONTHS) ?
		    ONSHI_CERTIFICATE_GRACE : ONSHI_CERTIFICATE_LAPSED;
	end = oki_date_of(not_after);
	soon = oki_date_add_months(oki_date_of(now), SOON_MONTHS);

	return end <= soon ? ONSHI_CERTIFICATE_SOON : ONSHI_CERTIFICATE_VALID;
}

int
onshi_certificate_state(const struct onshi_certificate *x)
{
	return x == NULL ? 0 : oki_certificate_state_at(x->not_before,
	    x->not_after, oki_now(x->env));
}

int
onshi_certificate_trust(const struct onshi_certificate *x)
{
	return x == NULL ? ONSHI_TRUST_UNCHECKED : x->trust;
}

const char *
onshi_certificate_serial(const struct onshi_certificate *x)
{
	return x == NULL ? "" : x->serial;
}

int64_t
onshi_certificate_not_before(const struct onshi_certificate *x)
{
	return x == NULL ? 0 : x->not_before;
}

int64_t
onshi_certificate_not_after(const struct onshi_certificate *x)
{
	return x == NULL ? 0 : x->not_after;
}

int64_t
onshi_certificate_grace_end(const struct onshi_certificate *x)
{
	return x == NULL ? 0 : oki_month_end_after(x->not_after, GRACE_MONTHS);
}

const uint8_t *
onshi_certificate_bytes(const struct onshi_certificate *x, size_t *len)
{
	if (len != NULL)
		*len = x == NULL ? 0 : x->len;

	return x == NULL ? NULL : x->der;
}

static const struct {
	const char	*name;
	const char	*text[2];	/* English, Japanese */
} states[] = {
	[ONSHI_CERTIFICATE_VALID] = { "valid", { "", "" } },
	[ONSHI_CERTIFICATE_SOON] = { "soon", {
	    "The card's certificate ends within three months; the municipal "
	    "office renews it.",
	    "電子証明書の有効期限が3か月以内となっています。"
	    "市区町村の窓口で更新手続きをお願いします" } },
	[ONSHI_CERTIFICATE_GRACE] = { "grace", {
	    "The card's certificate has ended; in its grace it shows "
	    "eligibility alone, no medical information. The municipal office "
	    "renews it.",
	    "電子証明書の有効期限が切れています。猶予期間中は資格確認のみ利用できます"
	    "（薬剤情報などは閲覧できません）。"
	    "市区町村の窓口で更新手続きをお願いします" } },
	[ONSHI_CERTIFICATE_LAPSED] = { "lapsed", {
	    "The card's certificate has ended and can no longer be used. The "
	    "municipal office renews it.",
	    "電子証明書の有効期限が切れているため使えません。"
	    "電子証明書の更新は、お住まいの市区町村の窓口で手続きできます" } },
	[ONSHI_CERTIFICATE_NOT_YET] = { "not_yet", {
	    "The card's certificate is not valid yet; check this machine's "
	    "clock.",
	    "電子証明書の有効期間がまだ始まっていません。"
	    "パソコンの時計を確かめてください" } }
};

const char *
onshi_certificate_state_name(int state)
{
	return state < 0 || state >= (int)OKI_COUNT(states) ? NULL :
	    states[state].name;
}

const char *
onshi_certificate_state_text(int state, const char *lang)
{
	if (onshi_certificate_state_name(state) == NULL)
		return "";

	return states[state].text[oki_text_equal(lang, "ja") ? 1 : 0];
}
