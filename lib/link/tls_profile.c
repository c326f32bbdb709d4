/* What an SSL_CTX is given before it shakes hands (security.md 4.4). */
#include "config.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "link/inside.h"

#define LEVEL		2
#define DEPTH		4
#define CERTS_MAX	65536	/* F12 */
/* These and no others, whatever openssl.cnf has added or taken away. */
#define OPTIONS		(SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | \
			    SSL_OP_NO_TICKET | SSL_OP_CLEANSE_PLAINTEXT | \
			    SSL_OP_TLSEXT_PADDING | \
			    SSL_OP_ENABLE_MIDDLEBOX_COMPAT)
#define NAME_FLAGS	(X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | \
			    X509_CHECK_FLAG_NO_WILDCARDS)

bool
oki_tls_enter(struct oki_tls_door *d)
{
	OSSL_LIB_CTX *context = oki_crypto_context();

	d->inside = context != NULL;
	d->before = d->inside ? OSSL_LIB_CTX_set0_default(context) : NULL;
	ERR_set_mark();

	return d->inside;
}

void
oki_tls_leave(struct oki_tls_door *d)
{
	ERR_pop_to_mark();
	if (d->inside)
		(void)OSSL_LIB_CTX_set0_default(d->before);
	d->inside = false;
}

void
oki_tls_notes_init(struct oki_tls_notes *n)
{
	*n = (struct oki_tls_notes){ .alert_in = -1, .alert_out = -1 };
}

/* The server asks for our certificate, which the context has: go on (F8). */
static int
on_asked(SSL *ssl, void *arg)
{
	struct oki_tls_notes *n = arg;

	(void)ssl;
	n->asked_us = true;

	return 1;
}

/* Fatal alerts are noted, for they alone say who refused whom (F9). */
static void
on_message(int out, int version, int type, const void *p, size_t len,
    SSL *ssl, void *arg)
{
	struct oki_tls_notes *n = arg;
	const uint8_t *alert = p;

	(void)version;
	(void)ssl;
	if (!out && type != SSL3_RT_HEADER)
		n->heard = true;
	if (type != SSL3_RT_ALERT || len < 2 || alert[0] != SSL3_AL_FATAL)
		return;
	if (!out)
		n->alert_in = alert[1];
	else if (n->alert_out < 0) {
		n->alert_out = alert[1];
		n->reason = ERR_GET_REASON(ERR_peek_last_error());
	}
}

/*
 * No ticket, no cache, no key log, no renegotiation (SEC-13, -14, F6). What
 * is no data comes back to us one by one, so that a server that talks to
 * itself for ever does not keep us beyond the deadline.
 */
static bool
set_state(SSL_CTX *ctx)
{
	SSL_CTX_set_security_level(ctx, LEVEL);
	SSL_CTX_clear_options(ctx, SSL_CTX_get_options(ctx));
	SSL_CTX_set_options(ctx, OPTIONS);
	SSL_CTX_clear_mode(ctx, SSL_MODE_AUTO_RETRY);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_sess_set_new_cb(ctx, NULL);
	SSL_CTX_set_keylog_callback(ctx, NULL);
	SSL_CTX_set_max_cert_list(ctx, CERTS_MAX);
	SSL_CTX_set_post_handshake_auth(ctx, 0);

	return SSL_CTX_get_security_level(ctx) == LEVEL &&
	    SSL_CTX_get_options(ctx) == OPTIONS &&
	    SSL_CTX_get_session_cache_mode(ctx) == SSL_SESS_CACHE_OFF &&
	    SSL_CTX_get_keylog_callback(ctx) == NULL &&
	    SSL_CTX_get_max_cert_list(ctx) == CERTS_MAX;
}

/* Suites and groups are options of libcurl; this is what it has none for. */
static bool
set_algorithms(SSL_CTX *ctx, const struct oki_tls *p)
{
	char sigalgs[] = "ECDSA+SHA256:ECDSA+SHA384:RSA-PSS+SHA256:"
	    "RSA-PSS+SHA384:RSA+SHA256:RSA+SHA384";

	return SSL_CTX_set_min_proto_version(ctx, p->tls13_only ?
	    TLS1_3_VERSION : TLS1_2_VERSION) == 1 &&
	    SSL_CTX_set_max_proto_version(ctx, TLS1_3_VERSION) == 1 &&
	    SSL_CTX_set1_sigalgs_list(ctx, sigalgs) == 1 &&
	    SSL_CTX_set1_client_sigalgs_list(ctx, sigalgs) == 1;
}

/* Both the store's flags and the context's are in force: clear both. */
static bool
set_verification(SSL_CTX *ctx, const struct oki_tls *p)
{
	X509_VERIFY_PARAM *store, *param = SSL_CTX_get0_param(ctx);
	X509_STORE *anchors = SSL_CTX_get_cert_store(ctx);
	unsigned long flags = X509_V_FLAG_TRUSTED_FIRST;

	if (anchors == NULL || param == NULL)
		return false;
	if (p->strict)
		flags |= X509_V_FLAG_X509_STRICT;
	if (p->crl != NULL)
		flags |= X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL;
	store = X509_STORE_get0_param(anchors);
	X509_VERIFY_PARAM_set_hostflags(param, NAME_FLAGS);
	X509_VERIFY_PARAM_set_auth_level(param, LEVEL);
	X509_VERIFY_PARAM_set_depth(param, DEPTH);
	X509_VERIFY_PARAM_set_time(param, (time_t)p->now);

	return X509_VERIFY_PARAM_clear_flags(store,
	    X509_V_FLAG_PARTIAL_CHAIN) == 1 &&
	    X509_VERIFY_PARAM_clear_flags(param,
	    X509_V_FLAG_PARTIAL_CHAIN) == 1 &&
	    X509_VERIFY_PARAM_set_flags(param, flags) == 1 &&
	    X509_VERIFY_PARAM_set_purpose(param,
	    X509_PURPOSE_SSL_SERVER) == 1 &&
	    X509_VERIFY_PARAM_set1_host(param, p->host, 0) == 1 &&
	    X509_VERIFY_PARAM_get_auth_level(param) == LEVEL &&
	    X509_VERIFY_PARAM_get_depth(param) == DEPTH &&
	    X509_VERIFY_PARAM_get_hostflags(param) == NAME_FLAGS;
}

/* What libcurl does with a key in a file: ours, those above it, the key. */
static bool
set_identity(SSL_CTX *ctx, const struct oki_tls *p)
{
	BIO *bio;
	X509 *x;
	bool ok = true;
	int n;

	if (p->token == NULL)
		return true;
	if ((bio = BIO_new_mem_buf(p->certificate->data,
	    (int)p->certificate->len)) == NULL)
		return false;
	for (n = 0; ok && (x = PEM_read_bio_X509(bio, NULL, NULL,
	    NULL)) != NULL; n++) {
		ok = n == 0 ? SSL_CTX_use_certificate(ctx, x) == 1 :
		    SSL_CTX_add1_chain_cert(ctx, x) == 1;
		X509_free(x);
	}
	BIO_free(bio);

	return ok && n > 0 &&
	    SSL_CTX_use_PrivateKey(ctx, oki_token_key(p->token)) == 1 &&
	    SSL_CTX_check_private_key(ctx) == 1;
}

/* Every list of the file; one that cannot be read spoils all (SEC-11). A store
 * of NULL takes none. */
static bool
read_crls(const struct oki_buf *pem, X509_STORE *store)
{
	unsigned long why = 0;
	X509_CRL *crl;
	BIO *bio;
	size_t n = 0;
	bool ok = true;

	if (pem->len == 0 || pem->len > INT32_MAX ||
	    (bio = BIO_new_mem_buf(pem->data, (int)pem->len)) == NULL)
		return false;
	while (ok && (crl = PEM_read_bio_X509_CRL(bio, NULL, NULL,
	    NULL)) != NULL) {
		ok = store == NULL || X509_STORE_add_crl(store, crl) == 1;
		X509_CRL_free(crl);
		n++;
	}
	why = ERR_peek_last_error();
	BIO_free(bio);

	return ok && n > 0 && ERR_GET_LIB(why) == ERR_LIB_PEM &&
	    ERR_GET_REASON(why) == PEM_R_NO_START_LINE;
}

bool
oki_tls_is_crl(const struct oki_buf *pem)
{
	bool ok;

	ERR_set_mark();
	ok = read_crls(pem, NULL);
	ERR_pop_to_mark();

	return ok;
}

int
oki_tls_apply(void *ctx, const struct oki_tls *p, struct oki_tls_notes *notes)
{
	int r = ONSHI_E_INTERNAL;

	ERR_set_mark();
	notes->bad_setup = true;
	if (!set_state(ctx) || !set_algorithms(ctx, p) ||
	    !set_verification(ctx, p) || !set_identity(ctx, p))
		goto out;
	SSL_CTX_set_cert_cb(ctx, on_asked, notes);
	SSL_CTX_set_msg_callback(ctx, on_message);
	SSL_CTX_set_msg_callback_arg(ctx, notes);
	notes->bad_setup = false;
	notes->bad_crl = p->crl != NULL &&
	    !read_crls(p->crl, SSL_CTX_get_cert_store(ctx));
	r = notes->bad_crl ? ONSHI_E_TLS : ONSHI_OK;
out:
	ERR_pop_to_mark();

	return r;
}

int
oki_tls_try(const struct oki_tls *p, struct oki_tls_notes *notes)
{
	SSL_CTX *ctx;
	int r;

	if ((ctx = SSL_CTX_new(TLS_client_method())) == NULL)
		return ERR_GET_REASON(ERR_peek_last_error()) ==
		    ERR_R_MALLOC_FAILURE ? ONSHI_E_NOMEM :
		    ONSHI_E_ENVIRONMENT;
	r = oki_tls_apply(ctx, p, notes);
	SSL_CTX_free(ctx);

	return r;
}

/* SHA-256 over the SubjectPublicKeyInfo, as link.pins has it. */
static bool
peer_digest(SSL *ssl, uint8_t to[32])
{
	X509 *peer = SSL_get1_peer_certificate(ssl);
	uint8_t *der = NULL;
	int len = -1;
	bool ok;

	if (peer != NULL)
		len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(peer), &der);
	ok = len > 0 && oki_sha256(der, (size_t)len, to) == ONSHI_OK;
	OPENSSL_free(der);
	X509_free(peer);

	return ok;
}

void
oki_tls_facts(void *ssl, char *to, size_t room)
{
	char hex[17] = "-";
	uint8_t digest[32];
	struct oki_buf b;

	if (peer_digest(ssl, digest))
		oki_hex(hex, digest, 8);
	oki_buf_init(&b, room - 1);
	if (oki_buf_format(&b, "%s:%s:%s", SSL_get_version(ssl),
	    SSL_CIPHER_get_name(SSL_get_current_cipher(ssl)),
	    hex) != ONSHI_OK)
		oki_buf_reset(&b);
	oki_copy(to, room, b.len == 0 ? "" : (const char *)b.data);
	oki_buf_free(&b);
}

struct word {
	long		 number;
	const char	*word;
};

static const struct word verify_words[] = {
	{ X509_V_ERR_CERT_HAS_EXPIRED,			"expired" },
	{ X509_V_ERR_CERT_NOT_YET_VALID,		"not_yet" },
	{ X509_V_ERR_HOSTNAME_MISMATCH,			"name" },
	{ X509_V_ERR_EE_KEY_TOO_SMALL,			"weak" },
	{ X509_V_ERR_CA_KEY_TOO_SMALL,			"weak" },
	{ X509_V_ERR_CA_MD_TOO_WEAK,			"weak" },
	{ X509_V_ERR_INVALID_PURPOSE,			"usage" },
	{ X509_V_ERR_CERT_REVOKED,			"revoked" },
	{ X509_V_ERR_UNABLE_TO_GET_CRL,			"crl" },
	{ X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER,		"crl" },
	{ X509_V_ERR_UNABLE_TO_DECRYPT_CRL_SIGNATURE,	"crl" },
	{ X509_V_ERR_CRL_SIGNATURE_FAILURE,		"crl" },
	{ X509_V_ERR_CRL_NOT_YET_VALID,			"crl" },
	{ X509_V_ERR_CRL_HAS_EXPIRED,			"crl" },
	{ X509_V_ERR_ERROR_IN_CRL_LAST_UPDATE_FIELD,	"crl" },
	{ X509_V_ERR_ERROR_IN_CRL_NEXT_UPDATE_FIELD,	"crl" },
	{ X509_V_ERR_KEYUSAGE_NO_CRL_SIGN,		"crl" },
	{ X509_V_ERR_UNHANDLED_CRITICAL_CRL_EXTENSION,	"crl" },
	{ X509_V_ERR_DIFFERENT_CRL_SCOPE,		"crl" },
	{ X509_V_ERR_CRL_PATH_VALIDATION_ERROR,		"crl" }
};

/* Why we gave up, other than for the chain. */
static const struct word reason_words[] = {
	{ SSL_R_EXCESSIVE_MESSAGE_SIZE,		"size" },
	{ SSL_R_LENGTH_TOO_LONG,		"size" },
	{ SSL_R_EE_KEY_TOO_SMALL,		"weak" },
	{ SSL_R_CA_KEY_TOO_SMALL,		"weak" },
	{ SSL_R_CA_MD_TOO_WEAK,			"weak" },
	{ SSL_R_DH_KEY_TOO_SMALL,		"weak" },
	{ SSL_R_WRONG_CURVE,			"weak" },
	{ SSL_R_WRONG_SIGNATURE_TYPE,		"weak" },
	{ SSL_R_UNSUPPORTED_PROTOCOL,		"version" },
	{ SSL_R_WRONG_SSL_VERSION,		"version" }
};

static const char *
find(const struct word *table, size_t n, long number)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (table[i].number == number)
			return table[i].word;

	return NULL;
}

/* handshake_failure counts only once it was our turn to show who we are. */
bool
oki_tls_refused_us(const struct oki_tls_notes *n)
{
	switch (n->alert_in) {
	case SSL_AD_BAD_CERTIFICATE:
	case SSL_AD_UNSUPPORTED_CERTIFICATE:
	case SSL_AD_CERTIFICATE_REVOKED:
	case SSL_AD_CERTIFICATE_EXPIRED:
	case SSL_AD_CERTIFICATE_UNKNOWN:
	case SSL_AD_UNKNOWN_CA:
	case SSL_AD_ACCESS_DENIED:
	case SSL_AD_CERTIFICATE_REQUIRED:
	case SSL_AD_HANDSHAKE_FAILURE:
		return n->asked_us;
	default:
		return false;
	}
}

const char *
oki_tls_reason(const struct oki_tls_notes *n, long verify)
{
	const char *word;

	if (n->bad_crl)
		return "crl";
	if (verify != X509_V_OK) {
		word = find(verify_words, OKI_COUNT(verify_words), verify);
		return word == NULL ? "untrusted" : word;
	}
	if (oki_tls_refused_us(n))
		return "refused_us";
	if (n->alert_in == SSL_AD_PROTOCOL_VERSION)
		return "version";
	word = find(reason_words, OKI_COUNT(reason_words), n->reason);
	if (word == NULL && n->alert_out == SSL_AD_PROTOCOL_VERSION)
		word = "version";

	return word == NULL ? "handshake" : word;
}
