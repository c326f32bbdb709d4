/* What the configuration says of the https link, checked before all else. */
#include "config.h"

#include <string.h>

#include "link/inside.h"

#define CA_MAX		1048576
#define FILE_MAX_LEN	65536
#define CHAIN_MAX_LEN	131072	/* of a container, as PEM */

static int
missing(struct onshi_error *e, enum oki_key key)
{
	return oki_fail(e, ONSHI_E_CONFIG, "%s is not set",
	    oki_config_key_name(key));
}

/* "name" or "name:port", for Host; and the whole of it, for libcurl. */
static int
write_names(struct oki_https *h, struct oki_buf *b)
{
	struct oki_wire_config *w = &h->wire;
	int r;

	if ((r = oki_buf_format(b, w->port == 443 ? "%s" : "%s:%u", w->host,
	    (unsigned int)w->port)) != ONSHI_OK)
		return r;
	(void)oki_copy(h->name, sizeof(h->name), (char *)b->data);
	oki_buf_reset(b);
	if ((r = oki_buf_format(b, "https://%s:%u/", w->host,
	    (unsigned int)w->port)) != ONSHI_OK)
		return r;
	(void)oki_copy(w->url, sizeof(w->url), (char *)b->data);

	return ONSHI_OK;
}

static int
read_base(struct oki_https *h, struct onshi_error *e)
{
	struct oki_wire_config *w = &h->wire;
	const char *why, *base = oki_config_text(oki_env_config(h->env),
	    OKI_LINK_BASE);
	struct oki_address ip;
	struct oki_url url;
	struct oki_buf b;
	int r;

	if (base == NULL)
		return missing(e, OKI_LINK_BASE);
	if ((why = oki_url_parse(base, &url)) != NULL)
		return oki_fail(e, ONSHI_E_CONFIG, "link.base %s", why);
	if (url.hostlen >= sizeof(w->host) ||
	    oki_address_parse(url.host, url.hostlen, &ip))
		return oki_fail(e, ONSHI_E_CONFIG, "link.base needs a name, "
		    "which the service's certificate has, not an address");
	memcpy(w->host, url.host, url.hostlen);
	w->port = url.port;
	oki_buf_init(&b, sizeof(w->url) - 1);
	r = write_names(h, &b);
	oki_buf_free(&b);
	if (r == ONSHI_OK && (h->path = oki_strdup(url.path)) == NULL)
		r = ONSHI_E_NOMEM;

	return r == ONSHI_OK ? r : oki_fail(e, r, "link.base");
}

static int
read_addresses(struct oki_https *h, struct onshi_error *e)
{
	const struct onshi_config *c = oki_env_config(h->env);
	struct oki_wire_config *w = &h->wire;
	int r;

	w->dns = oki_config_word(c, OKI_LINK_DNS) == 1;
	r = oki_addresses_find(oki_config_text(c, OKI_LINK_ADDRESSES),
	    w->host, w->port, &w->resolve);
	if (r == ONSHI_ABSENT && !w->dns)
		return oki_fail(e, ONSHI_E_CONFIG, "link.addresses has no "
		    "address for the name and port of link.base, and "
		    "link.dns is no");
	if (r != ONSHI_OK && r != ONSHI_ABSENT)
		return oki_fail(e, r, "link.addresses");
	if ((r = oki_networks_read(oki_config_text(c, OKI_LINK_NETWORKS),
	    &w->networks)) != ONSHI_OK)
		return oki_fail(e, r, "link.networks");
	if ((r = oki_networks_read(oki_config_text(c,
	    OKI_LINK_LOCAL_NETWORKS), &w->local)) != ONSHI_OK)
		return oki_fail(e, r, "link.local_networks");

	return ONSHI_OK;
}

/* "a,b" becomes "sha256//a;sha256//b". */
static int
read_pins(struct oki_https *h, struct onshi_error *e)
{
	const char *item, *rest = oki_config_text(oki_env_config(h->env),
	    OKI_LINK_PINS);
	struct oki_buf b;
	size_t len;
	int r = ONSHI_OK;

	if (rest == NULL)
		return ONSHI_OK;
	oki_buf_init(&b, FILE_MAX_LEN);
	while (r == ONSHI_OK && oki_list_next(&rest, ',', &item, &len))
		if ((r = oki_buf_text(&b, b.len == 0 ? "sha256//" :
		    ";sha256//")) == ONSHI_OK)
			r = oki_buf_append(&b, item, len);
	if (r == ONSHI_OK && (h->wire.pins = oki_strdup((char *)b.data)) ==
	    NULL)
		r = ONSHI_E_NOMEM;
	oki_buf_free(&b);

	return r == ONSHI_OK ? r : oki_fail(e, r, "link.pins");
}

static int
read_settings(struct oki_https *h, struct onshi_error *e)
{
	const struct onshi_config *c = oki_env_config(h->env);
	struct oki_wire_config *w = &h->wire;
	const char *interface = oki_config_text(c, OKI_LINK_INTERFACE);

	if (interface != NULL && *interface != '\0') {
		memcpy(w->interface, "if!", 4);
		if (!oki_copy(w->interface + 3, sizeof(w->interface) - 3,
		    interface))
			return oki_fail(e, ONSHI_E_CONFIG,
			    "link.interface is too long");
	}
	w->tls13_only = oki_config_word(c, OKI_LINK_TLS_MIN) == 1;
	w->strict = oki_config_word(c, OKI_LINK_STRICT_X509) == 1;
	w->staple = oki_config_word(c, OKI_LINK_STAPLE) == 1;
	w->has_crl = oki_config_has(c, OKI_LINK_CRL_FILE);
	w->connect_ms = (int32_t)oki_config_number(c, OKI_LIMITS_CONNECT_MS);
	h->rate = (size_t)oki_config_number(c, OKI_LIMITS_CONNECTS);
	if ((h->starts = oki_alloc_array(h->rate, sizeof(*h->starts))) ==
	    NULL || oki_mutex_new(&h->lock) != ONSHI_OK)
		return oki_fail(e, ONSHI_E_NOMEM, "no memory for the link");

	return ONSHI_OK;
}

/* A list that cannot be had now would refuse every connection later. */
static int
check_crl(const struct oki_https *h, struct onshi_error *e)
{
	struct oki_buf crl;
	int r;

	if (!h->wire.has_crl)
		return ONSHI_OK;
	oki_buf_init(&crl, OKI_CRL_MAX);
	r = oki_config_content(oki_env_config(h->env), OKI_LINK_CRL_FILE,
	    OKI_CRL_MAX, &crl, e);
	if (r == ONSHI_OK && !oki_tls_is_crl(&crl))
		r = oki_fail(e, ONSHI_E_CONFIG, "link.crl_file: no "
		    "revocation list (PEM) to be read");
	oki_buf_free(&crl);

	return r;
}

static int
content(const struct oki_https *h, enum oki_key key, struct oki_buf *out,
    struct onshi_error *e)
{
	const struct onshi_config *c = oki_env_config(h->env);

	if (!oki_config_has(c, key))
		return missing(e, key);

	return oki_config_content(c, key, out->max, out, e);
}

/* The service knows us by the name in our certificate (binding.md). */
static int
take_identity(struct oki_https *h, const struct oki_identity *who,
    struct onshi_error *e)
{
	h->days_left = who->days_left;
	if (strcmp(who->cn, oki_config_text(oki_env_config(h->env),
	    OKI_FACILITY_CODE)) != 0)
		return oki_fail(e, ONSHI_E_CONFIG, "facility.institution_code"
		    " is not the name (CN) in link.cert_file");

	return ONSHI_OK;
}

/* Who we are, checked before anything is sent (SEC-09). */
static int
check_identity(struct oki_https *h, const struct oki_buf *key,
    const struct oki_buf *pass, struct onshi_error *e)
{
	const struct oki_buf *cert = &h->wire.certificate;
	size_t passlen = oki_line_len(pass->data, pass->len);
	struct oki_identity who;
	int r;

	if ((r = oki_identity_check(cert->data, cert->len, key->data,
	    key->len, pass->data, passlen, oki_wall(h->env), &who, e)) !=
	    ONSHI_OK || (r = take_identity(h, &who, e)) != ONSHI_OK)
		return r;
	if ((r = oki_identity_key(key->data, key->len, pass->data, passlen,
	    &h->wire.key)) != ONSHI_OK)
		return oki_fail(e, r, "link.key_file");

	return ONSHI_OK;
}

static int
read_passphrase(const struct oki_https *h, struct oki_buf *pass,
    struct onshi_error *e)
{
	const struct onshi_config *c = oki_env_config(h->env);

	return oki_config_has(c, OKI_LINK_KEY_PASSPHRASE) ?
	    oki_config_content(c, OKI_LINK_KEY_PASSPHRASE,
	    OKI_PASSPHRASE_MAX, pass, e) : ONSHI_OK;
}

static int
read_pem(struct oki_https *h, struct oki_buf *key, struct oki_buf *pass,
    struct onshi_error *e)
{
	int r;

	if ((r = content(h, OKI_LINK_KEY_FILE, key, e)) != ONSHI_OK)
		return r;
	if (oki_container_is(key->data, key->len))
		return oki_fail(e, ONSHI_E_CONFIG, "link.key_file: a PKCS#12 "
		    "container has its place in link.cert_file");

	return read_passphrase(h, pass, e);
}

/* There is a key in it: its file has to be as a key's is (SEC-102), and what
 * was looked at so is what counts. */
static int
read_again(struct oki_https *h, struct onshi_error *e)
{
	const struct onshi_config *c = oki_env_config(h->env);
	struct oki_buf *cert = &h->wire.certificate;
	size_t len;

	if (oki_config_bytes(c, OKI_LINK_CERT_FILE, &len) != NULL)
		return ONSHI_OK;
	oki_buf_reset(cert);

	return oki_config_read(oki_config_key_name(OKI_LINK_CERT_FILE),
	    oki_config_text(c, OKI_LINK_CERT_FILE), true, FILE_MAX_LEN, cert,
	    e);
}

/* link.key_file may lack, or be the same container once more. */
static int
read_container(struct oki_https *h, struct oki_buf *key, struct oki_buf *pass,
    struct onshi_error *e)
{
	const struct onshi_config *c = oki_env_config(h->env);
	struct oki_buf certs, *cert = &h->wire.certificate;
	int r;

	oki_buf_init(&certs, CHAIN_MAX_LEN);
	if ((r = read_again(h, e)) != ONSHI_OK)
		goto out;
	if (oki_config_has(c, OKI_LINK_KEY_FILE)) {
		if ((r = content(h, OKI_LINK_KEY_FILE, key, e)) != ONSHI_OK)
			goto out;
		if (key->len != cert->len ||
		    memcmp(key->data, cert->data, key->len) != 0) {
			r = oki_fail(e, ONSHI_E_CONFIG, "link.key_file: the "
			    "key is in link.cert_file, a PKCS#12 container: "
			    "leave this one out");
			goto out;
		}
		oki_buf_reset(key);
	}
	if ((r = read_passphrase(h, pass, e)) == ONSHI_OK &&
	    (r = oki_container_open(cert->data, cert->len, pass->data,
	    oki_line_len(pass->data, pass->len), &certs, key, e)) == ONSHI_OK)
		oki_buf_move(cert, &certs);
	oki_buf_reset(pass);	/* it was the container's */
out:
	oki_buf_free(&certs);

	return r;
}

/* The key stays in its token, whose PIN is in the passphrase's file. */
static int
read_token(struct oki_https *h, const char *uri, struct oki_buf *pass,
    struct onshi_error *e)
{
	const struct oki_buf *cert = &h->wire.certificate;
	struct oki_identity who;
	int r;

	if (oki_container_is(cert->data, cert->len))
		return oki_fail(e, ONSHI_E_CONFIG, "link.cert_file: beside a "
		    "key in a token it is PEM, and no PKCS#12 container");
	if ((r = read_passphrase(h, pass, e)) != ONSHI_OK ||
	    (r = oki_token_open(uri, pass->data, oki_line_len(pass->data,
	    pass->len), &h->wire.token, e)) != ONSHI_OK ||
	    (r = oki_token_check(h->wire.token, cert->data, cert->len,
	    oki_wall(h->env), &who, e)) != ONSHI_OK)
		return r;

	return take_identity(h, &who, e);
}

static int
read_file(struct oki_https *h, struct oki_buf *pass, struct onshi_error *e)
{
	const struct oki_buf *cert = &h->wire.certificate;
	struct oki_buf key;
	int r;

	oki_buf_init(&key, FILE_MAX_LEN);
	if ((r = oki_container_is(cert->data, cert->len) ?
	    read_container(h, &key, pass, e) :
	    read_pem(h, &key, pass, e)) == ONSHI_OK)
		r = check_identity(h, &key, pass, e);
	oki_buf_free(&key);

	return r;
}

static int
read_identity(struct oki_https *h, struct onshi_error *e)
{
	const struct onshi_config *c = oki_env_config(h->env);
	const char *where = oki_config_text(c, OKI_LINK_KEY_FILE);
	struct oki_buf pass;
	int r;

	oki_buf_init(&pass, OKI_PASSPHRASE_MAX);
	oki_buf_init(&h->wire.certificate, FILE_MAX_LEN);
	if ((r = content(h, OKI_LINK_CERT_FILE, &h->wire.certificate, e)) ==
	    ONSHI_OK && oki_config_text(c, OKI_FACILITY_CODE) == NULL)
		r = missing(e, OKI_FACILITY_CODE);
	if (r == ONSHI_OK)
		r = oki_token_is_uri(where) ? read_token(h, where, &pass, e) :
		    read_file(h, &pass, e);
	oki_buf_free(&pass);

	return r;
}

static int
read_authorities(struct oki_https *h, struct onshi_error *e)
{
	struct oki_buf *ca = &h->wire.ca;
	size_t n;
	int r;

	oki_buf_init(ca, CA_MAX);
	if ((r = content(h, OKI_LINK_CA_FILE, ca, e)) != ONSHI_OK)
		return r;

	return oki_authorities_check("link.ca_file", ca->data, ca->len, &n,
	    e);
}

int
oki_https_config(struct oki_env *env, struct oki_https **out,
    struct onshi_error *e)
{
	struct oki_https *h;
	int r;

	*out = NULL;
	if ((h = oki_alloc(sizeof(*h))) == NULL)
		return oki_fail(e, ONSHI_E_NOMEM, "no memory for the link");
	h->env = h->wire.env = env;
	oki_buf_init(&h->wire.resolve, FILE_MAX_LEN);
	if ((r = oki_crypto_check(e)) == ONSHI_OK &&
	    (r = read_base(h, e)) == ONSHI_OK &&
	    (r = read_addresses(h, e)) == ONSHI_OK &&
	    (r = read_pins(h, e)) == ONSHI_OK &&
	    (r = read_settings(h, e)) == ONSHI_OK &&
	    (r = read_authorities(h, e)) == ONSHI_OK &&
	    (r = read_identity(h, e)) == ONSHI_OK &&
	    (r = check_crl(h, e)) == ONSHI_OK)
		r = oki_wire_try(&h->wire, e);
	if (r == ONSHI_OK)
		*out = h;
	else
		oki_https_free(&h);

	return r;
}

void
oki_https_free(struct oki_https **hp)
{
	struct oki_https *h = *hp;

	if (h == NULL)
		return;
	oki_buf_free(&h->wire.resolve);
	oki_buf_free(&h->wire.ca);
	oki_buf_free(&h->wire.certificate);
	oki_networks_free(&h->wire.networks);
	oki_networks_free(&h->wire.local);
	oki_secret_free(&h->wire.key);
	oki_token_free(&h->wire.token);
	oki_free(h->wire.pins);
	oki_free(h->path);
	oki_free(h->starts);
	oki_mutex_free(&h->lock);
	oki_free(h);
	*hp = NULL;
}
