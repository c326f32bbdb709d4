/* What libcurl is told for every connection, and what it has to ask us. */
#include "config.h"

#include <string.h>

#include <netinet/in.h>

#include "link/http_wire.h"

static bool
address_of(const struct sockaddr *sa, struct oki_address *a, uint16_t *port)
{
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	memset(a, 0, sizeof(*a));
	if (sa->sa_family == AF_INET) {
		memcpy(&in, sa, sizeof(in));
		memcpy(a->bytes, &in.sin_addr, a->len = 4);
		*port = ntohs(in.sin_port);
		return true;
	}
	if (sa->sa_family != AF_INET6)
		return false;
	memcpy(&in6, sa, sizeof(in6));
	memcpy(a->bytes, &in6.sin6_addr, a->len = 16);
	*port = ntohs(in6.sin6_port);

	/* A zone names an interface, which no list of networks can. */
	return in6.sin6_scope_id == 0;
}

/* The gate that every socket goes through, whoever named its address. */
static curl_socket_t
on_socket(void *self, curlsocktype purpose, struct curl_sockaddr *to)
{
	struct oki_wire *w = self;
	struct oki_address a;
	uint16_t port;

	if (purpose != CURLSOCKTYPE_IPCXN ||
	    !address_of(&to->addr, &a, &port) || port != w->to->port ||
	    !oki_networks_have(&w->c->networks, &a)) {
		w->confined = true;
		return CURL_SOCKET_BAD;
	}
	w->opened = true;

	return (curl_socket_t)oki_os_socket(to->family, to->socktype,
	    to->protocol);
}

/* Runs only for names that link.addresses does not have (F30). */
static int
on_resolve(void *resolver, void *reserved, void *self)
{
	struct oki_wire *w = self;

	(void)resolver;
	(void)reserved;
	w->unknown = !w->c->dns;

	return w->unknown ? 1 : 0;
}

static bool
is_allowed(const struct oki_networks *n, const char *ip)
{
	struct oki_address a;

	return ip != NULL && oki_address_parse(ip, strlen(ip), &a) &&
	    oki_networks_have(n, &a);
}

static void
note_facts(struct oki_wire *w)
{
	struct curl_tlssessioninfo *tls = NULL;

	w->facts[0] = '\0';
	if (curl_easy_getinfo(w->easy, CURLINFO_TLS_SSL_PTR, &tls) ==
	    CURLE_OK && tls != NULL && tls->internals != NULL &&
	    tls->backend == CURLSSLBACKEND_OPENSSL)
		oki_tls_facts(tls->internals, w->facts, sizeof(w->facts));
}

/* After TLS, before a byte of the request (SEC-10, -23, -38). */
static int
on_ready(void *self, char *peer, char *local, int peer_port, int local_port)
{
	struct oki_wire *w = self;

	(void)local_port;
	if (w->vetted)
		w->veto = VETO_AGAIN;
	else if (peer_port != w->to->port ||
	    !is_allowed(&w->c->networks, peer))
		w->veto = VETO_ADDRESS;
	else if (w->c->local.n > 0 && !is_allowed(&w->c->local, local))
		w->veto = VETO_LOCAL;
	else if (!w->notes.asked_us)
		w->veto = VETO_MUTUAL;
	w->vetted = true;
	note_facts(w);

	return w->veto == VETO_NONE ? CURL_PREREQFUNC_OK :
	    CURL_PREREQFUNC_ABORT;
}

static CURLcode
on_context(CURL *easy, void *ctx, void *self)
{
	struct oki_wire *w = self;

	(void)easy;

	return oki_tls_apply(ctx, &w->tls, &w->notes) == ONSHI_OK ?
	    CURLE_OK : CURLE_ABORTED_BY_CALLBACK;
}

struct option {
	CURLoption	 id;
	enum { NUMBER, BIG, TEXT } type;
	long		 number;
	const char	*text;
};

/* The same for every connection, defaults too: what is here is tested to be
 * refused by no libcurl that we run with (SEC-15, SEC-128). */
static const struct option fixed[] = {
	{ CURLOPT_CONNECT_ONLY,		NUMBER, 1, NULL },
	{ CURLOPT_PROTOCOLS_STR,	TEXT, 0, "https" },
	{ CURLOPT_REDIR_PROTOCOLS_STR,	TEXT, 0, "https" },
	{ CURLOPT_FOLLOWLOCATION,	NUMBER, 0, NULL },
	{ CURLOPT_MAXREDIRS,		NUMBER, 0, NULL },
	{ CURLOPT_PROXY,		TEXT, 0, "" },
	{ CURLOPT_PRE_PROXY,		TEXT, 0, NULL },
	{ CURLOPT_NOPROXY,		TEXT, 0, "*" },
	{ CURLOPT_CAINFO,		TEXT, 0, NULL },
	{ CURLOPT_CAPATH,		TEXT, 0, NULL },
#if LIBCURL_VERSION_NUM >= 0x075700
	{ CURLOPT_CA_CACHE_TIMEOUT,	NUMBER, 0, NULL },
#endif
	{ CURLOPT_SSL_VERIFYPEER,	NUMBER, 1, NULL },
	{ CURLOPT_SSL_VERIFYHOST,	NUMBER, 2, NULL },
	{ CURLOPT_SSL_OPTIONS,		NUMBER, CURLSSLOPT_NO_PARTIALCHAIN,
	    NULL },
	{ CURLOPT_SSLCERTTYPE,		TEXT, 0, "PEM" },
	{ CURLOPT_SSLKEYTYPE,		TEXT, 0, "DER" },
	{ CURLOPT_SSL_SESSIONID_CACHE,	NUMBER, 0, NULL },
	{ CURLOPT_TCP_FASTOPEN,		NUMBER, 0, NULL },
	{ CURLOPT_LOW_SPEED_LIMIT,	NUMBER, 100, NULL },
	{ CURLOPT_LOW_SPEED_TIME,	NUMBER, 10, NULL },
	{ CURLOPT_MAXFILESIZE_LARGE,	BIG, 1L << 30, NULL },
	{ CURLOPT_HTTP_VERSION,		NUMBER, CURL_HTTP_VERSION_1_1, NULL },
	{ CURLOPT_HTTP09_ALLOWED,	NUMBER, 0, NULL },
	{ CURLOPT_ACCEPT_ENCODING,	TEXT, 0, NULL },
	{ CURLOPT_HTTP_CONTENT_DECODING, NUMBER, 0, NULL },
	{ CURLOPT_TRANSFER_ENCODING,	NUMBER, 0, NULL },
	{ CURLOPT_NETRC,		NUMBER, CURL_NETRC_IGNORED, NULL },
	{ CURLOPT_USERPWD,		TEXT, 0, NULL },
	{ CURLOPT_COOKIEFILE,		TEXT, 0, NULL },
	{ CURLOPT_DOH_URL,		TEXT, 0, NULL },
	{ CURLOPT_UNIX_SOCKET_PATH,	TEXT, 0, NULL },
	{ CURLOPT_DISALLOW_USERNAME_IN_URL, NUMBER, 1, NULL },
	{ CURLOPT_FRESH_CONNECT,	NUMBER, 1, NULL },
	{ CURLOPT_NOSIGNAL,		NUMBER, 1, NULL },
	{ CURLOPT_TCP_KEEPALIVE,	NUMBER, 1, NULL },
	{ CURLOPT_VERBOSE,		NUMBER, 0, NULL },
	{ CURLOPT_NOPROGRESS,		NUMBER, 1, NULL },
	{ CURLOPT_TLS13_CIPHERS,	TEXT, 0, "TLS_AES_256_GCM_SHA384:"
	    "TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256" },
	{ CURLOPT_SSL_CIPHER_LIST,	TEXT, 0,
	    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
	    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"
	    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256" },
	{ CURLOPT_SSL_EC_CURVES,	TEXT, 0, "X25519:P-256:P-384" }
};

static CURLcode
set_option(CURL *easy, const struct option *o)
{
	if (o->type == NUMBER)
		return curl_easy_setopt(easy, o->id, o->number);
	if (o->type == BIG)
		return curl_easy_setopt(easy, o->id, (curl_off_t)o->number);

	return curl_easy_setopt(easy, o->id, o->text);
}

static CURLcode
set_options(CURL *easy, const struct option *list, size_t n)
{
	CURLcode rc;
	size_t i;

	for (i = 0; i < n; i++)
		if ((rc = set_option(easy, &list[i])) != CURLE_OK)
			return rc;

	return CURLE_OK;
}

/* What the config says. A NULL pins or interface sets the default: none. */
static CURLcode
set_config(CURL *easy, const struct oki_wire_config *c,
    const struct oki_place *to)
{
	const struct option list[] = {
		{ CURLOPT_URL, TEXT, 0, to->url },
		{ CURLOPT_SSLVERSION, NUMBER, c->tls13_only ?
		    CURL_SSLVERSION_TLSv1_3 : CURL_SSLVERSION_TLSv1_2, NULL },
		{ CURLOPT_PINNEDPUBLICKEY, TEXT, 0, c->pins },
		{ CURLOPT_SSL_VERIFYSTATUS, NUMBER, c->staple ? 1 : 0, NULL },
		{ CURLOPT_INTERFACE, TEXT, 0,
		    c->interface[0] == '\0' ? NULL : c->interface }
	};

	return set_options(easy, list, OKI_COUNT(list));
}

/* Lent, not copied: the key stays in its own locked memory (SEC-81, -83). */
static CURLcode
set_blob(CURL *easy, CURLoption id, const uint8_t *bytes, size_t len)
{
	struct curl_blob blob = { .len = len, .flags = CURL_BLOB_NOCOPY };

	memcpy(&blob.data, &bytes, sizeof(blob.data));

	return curl_easy_setopt(easy, id, &blob);
}

static CURLcode
set_blobs(CURL *easy, const struct oki_wire_config *c)
{
	const uint8_t *key;
	CURLcode rc;
	size_t len;

	key = oki_secret_bytes(c->key, &len);
	if ((rc = set_blob(easy, CURLOPT_CAINFO_BLOB, c->ca.data,
	    c->ca.len)) != CURLE_OK)
		return rc;
	if (c->token != NULL)	/* tls_profile.c sets both */
		return CURLE_OK;
	if ((rc = set_blob(easy, CURLOPT_SSLCERT_BLOB, c->certificate.data,
	    c->certificate.len)) != CURLE_OK)
		return rc;

	return set_blob(easy, CURLOPT_SSLKEY_BLOB, key, len);
}

static CURLcode
set_functions(CURL *easy, struct oki_wire *w)
{
	CURLcode rc;

	if ((rc = curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION,
	    on_context)) != CURLE_OK ||
	    (rc = curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, w)) !=
	    CURLE_OK ||
	    (rc = curl_easy_setopt(easy, CURLOPT_RESOLVER_START_FUNCTION,
	    on_resolve)) != CURLE_OK ||
	    (rc = curl_easy_setopt(easy, CURLOPT_RESOLVER_START_DATA, w)) !=
	    CURLE_OK ||
	    (rc = curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION,
	    on_socket)) != CURLE_OK ||
	    (rc = curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, w)) !=
	    CURLE_OK ||
	    (rc = curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION,
	    on_ready)) != CURLE_OK)
		return rc;

	return curl_easy_setopt(easy, CURLOPT_PREREQDATA, w);
}

CURLcode
oki_wire_profile(struct oki_wire *w, int32_t ms)
{
	const struct option times[] = {
		{ CURLOPT_CONNECTTIMEOUT_MS, NUMBER, ms, NULL },
		{ CURLOPT_TIMEOUT_MS, NUMBER, ms, NULL }
	};
	CURLcode rc;

	if ((rc = set_options(w->easy, fixed, OKI_COUNT(fixed))) !=
	    CURLE_OK ||
	    (rc = set_config(w->easy, w->c, w->to)) != CURLE_OK ||
	    (rc = set_options(w->easy, times, OKI_COUNT(times))) !=
	    CURLE_OK ||
	    (rc = set_blobs(w->easy, w->c)) != CURLE_OK ||
	    (rc = set_functions(w->easy, w)) != CURLE_OK)
		return rc;

	return curl_easy_setopt(w->easy, CURLOPT_RESOLVE, w->resolve);
}
