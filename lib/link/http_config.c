/* What the configuration says of links by HTTPS, checked before all else. */
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
write_names(struct oki_place *p, struct oki_buf *b)
{
	int r;

	if ((r = oki_buf_format(b, p->port == 443 ? "%s" : "%s:%u", p->host,
	    (unsigned int)p->port)) != ONSHI_OK)
		return r;
	(void)oki_copy(p->name, sizeof(p->name), (char *)b->data);
	oki_buf_reset(b);
	if ((r = oki_buf_format(b, "https://%s:%u/", p->host,
	    (unsigned int)p->port)) != ONSHI_OK)
		return r;
	(void)oki_copy(p->url, sizeof(p->url), (char *)b->data);

	return ONSHI_OK;
}

static int
read_base(const struct onshi_config *c, enum oki_key key, struct oki_place *p,
    struct onshi_error *e)
{
	const char *why, *base = oki_config_text(c, key);
	const char *named = oki_config_key_name(key);
	struct oki_address ip;
	struct oki_url url;
	struct oki_buf b;
	int r;

	if (base == NULL)
		return missing(e, key);
	if ((why = oki_url_parse(base, &url)) != NULL)
		return oki_fail(e, ONSHI_E_CONFIG, "%s %s", named, why);
	if (url.hostlen >= sizeof(p->host) ||
	    oki_address_parse(url.host, url.hostlen, &ip))
		return oki_fail(e, ONSHI_E_CONFIG, "%s needs a name, "
		    "which the service's certificate has, not an address",
		    named);
	memcpy(p->host, url.host, url.hostlen);
	p->port = url.port;
	oki_buf_init(&b, sizeof(p->url) - 1);
	r = write_names(p, &b);
	oki_buf_free(&b);
	if (r == ONSHI_OK && (p->path = oki_strdup(url.path)) == NULL)
		r = ONSHI_E_NOMEM;

	return r == ONSHI_OK ? r : oki_fail(e, r, "%s", named);
}

static int
read_place(const struct onshi_config *c, enum oki_key key,
    struct oki_place *p, struct onshi_error *e)
{
	int r;

	oki_buf_init(&p->resolve, FILE_MAX_LEN);
	if ((r = read_base(c, key, p, e)) != ONSHI_OK)
		return r;
	r = oki_addresses_find(oki_config_text(c, OKI_LINK_ADDRESSES),
	    p->host, p->port, &p->resolve);
	if (r == ONSHI_ABSENT && oki_config_word(c, OKI_LINK_DNS) == 0)
		return oki_fail(e, ONSHI_E_CONFIG, "link.addresses has no "
		    "address for the name and port of %s, and "
		    "link.dns is no", oki_config_key_name(key));
	if (r != ONSHI_OK && r != ONSHI_ABSENT)
		return oki_fail(e, r, "link.addresses");

	return ONSHI_OK;
}

static int
read_networks(struct oki_https *t, struct onshi_error *e)
{
	const struct onshi_config *c = oki_env_config(t->env);
	struct oki_wire_config *w = &t->wire;
	int r;

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
read_pins(struct oki_https *t, struct onshi_error *e)
{
	const char *item, *rest = oki_config_text(oki_env_config(t->env),
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
	if (r == ONSHI_OK && (t->wire.pins = oki_strdup((char *)b.data)) ==
	    NULL)
		r = ONSHI_E_NOMEM;
	oki_buf_free(&b);

	return r == ONSHI_OK ? r : oki_fail(e, r, "link.pins");
}

static int
read_settings(struct oki_https *t, struct onshi_error *e)
{
	const struct onshi_config *c = oki_env_config(t->env);
	struct oki_wire_config *w = &t->wire;
	const char *interface = oki_config_text(c, OKI_LINK_INTERFACE);

	if (interface != NULL && *interface != '\0') {
		memcpy(w->interface, "if!", 4);
		if (!oki_copy(w->interface + 3, sizeof(w->interface) - 3,
		    interface))
			return oki_fail(e, ONSHI_E_CONFIG,
			    "link.interface is too long");
	}
	w->dns = oki_config_word(c, OKI_LINK_DNS) == 1;
	w->tls13_only = oki_config_word(c, OKI_LINK_TLS_MIN) == 1;
	w->strict = oki_config_word(c, OKI_LINK_STRICT_X509) == 1;
	w->staple = oki_config_word(c, OKI_LINK_STAPLE) == 1;
	w->has_crl = oki_config_has(c, OKI_LINK_CRL_FILE);
	w->connect_ms = (int32_t)oki_config_number(c, OKI_LIMITS_CONNECT_MS);
	t->rate = (size_t)oki_config_number(c, OKI_LIMITS_CONNECTS);
	if ((t->starts = oki_alloc_array(t->rate, sizeof(*t->starts))) ==
	    NULL || oki_mutex_new(&t->lock) != ONSHI_OK)
		return oki_fail(e, ONSHI_E_NOMEM, "no memory for the link");

	return ONSHI_OK;
}

/* A list that cannot be had now would refuse every connection later. */
static int
check_crl(const struct oki_https *t, struct onshi_error *e)
{
	struct oki_buf crl;
	int r;

	if (!t->wire.has_crl)
		return ONSHI_OK;
	oki_buf_init(&crl, OKI_CRL_MAX);
	r = oki_config_content(oki_env_config(t->env), OKI_LINK_CRL_FILE,
	    OKI_CRL_MAX, &crl, e);
	if (r == ONSHI_OK && !oki_tls_is_crl(&crl))
		r = oki_fail(e, ONSHI_E_CONFIG, "link.crl_file: no "
		    "revocation list (PEM) to be read");
	oki_buf_free(&crl);

	return r;
}

static int
content(const struct oki_https *t, enum oki_key key, struct oki_buf *out,
    struct onshi_error *e)
{
	const struct onshi_config *c = oki_env_config(t->env);

	if (!oki_config_has(c, key))
		return missing(e, key);

	return oki_config_content(c, key, out->max, out, e);
}

/* The service knows us by the name in our certificate (binding.md). */
static int
take_identity(struct oki_https *t, const struct oki_identity *who,
    struct onshi_error *e)
{
	t->days_left = who->days_left;
	if (strcmp(who->cn, oki_config_text(oki_env_config(t->env),
	    OKI_FACILITY_CODE)) != 0)
		return oki_fail(e, ONSHI_E_CONFIG, "facility.institution_code"
		    " is not the name (CN) in link.cert_file");

	return ONSHI_OK;
}

/* Who we are, checked before anything is sent (SEC-09). */
static int
check_identity(struct oki_https *t, const struct oki_buf *key,
    const struct oki_buf *pass, struct onshi_error *e)
{
	const struct oki_buf *cert = &t->wire.certificate;
	size_t passlen = oki_line_len(pass->data, pass->len);
	struct oki_identity who;
	int r;

	if ((r = oki_identity_check(cert->data, cert->len, key->data,
	    key->len, pass->data, passlen, oki_wall(t->env), &who, e)) !=
	    ONSHI_OK || (r = take_identity(t, &who, e)) != ONSHI_OK)
		return r;
	if ((r = oki_identity_key(key->data, key->len, pass->data, passlen,
	    &t->wire.key)) != ONSHI_OK)
		return oki_fail(e, r, "link.key_file");

	return ONSHI_OK;
}

static int
read_passphrase(const struct oki_https *t, struct oki_buf *pass,
    struct onshi_error *e)
{
	const struct onshi_config *c = oki_env_config(t->env);

	return oki_config_has(c, OKI_LINK_KEY_PASSPHRASE) ?
	    oki_config_content(c, OKI_LINK_KEY_PASSPHRASE,
	    OKI_PASSPHRASE_MAX, pass, e) : ONSHI_OK;
}

static int
read_pem(struct oki_https *t, struct oki_buf *key, struct oki_buf *pass,
    struct onshi_error *e)
{
	int r;

	if ((r = content(t, OKI_LINK_KEY_FILE, key, e)) != ONSHI_OK)
		return r;
	if (oki_container_is(key->data, key->len))
		return oki_fail(e, ONSHI_E_CONFIG, "link.key_file: a PKCS#12 "
		    "container has its place in link.cert_file");

	return read_passphrase(t, pass, e);
}

/* There is a key in it: its file has to be as a key's is (SEC-102), and what
 * was looked at so is what counts. */
static int
read_again(struct oki_https *t, struct onshi_error *e)
{
	const struct onshi_config *c = oki_env_config(t->env);
	struct oki_buf *cert = &t->wire.certificate;
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
read_container(struct oki_https *t, struct oki_buf *key,
    struct oki_buf *pass, struct onshi_error *e)
{
	const struct onshi_config *c = oki_env_config(t->env);
	struct oki_buf certs, *cert = &t->wire.certificate;
	int r;

	oki_buf_init(&certs, CHAIN_MAX_LEN);
	if ((r = read_again(t, e)) != ONSHI_OK)
		goto out;
	if (oki_config_has(c, OKI_LINK_KEY_FILE)) {
		if ((r = content(t, OKI_LINK_KEY_FILE, key, e)) != ONSHI_OK)
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
	if ((r = read_passphrase(t, pass, e)) == ONSHI_OK &&
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
read_token(struct oki_https *t, const char *uri, struct oki_buf *pass,
    struct onshi_error *e)
{
	const struct oki_buf *cert = &t->wire.certificate;
	struct oki_identity who;
	int r;

	if (oki_container_is(cert->data, cert->len))
		return oki_fail(e, ONSHI_E_CONFIG, "link.cert_file: beside a "
		    "key in a token it is PEM, and no PKCS#12 container");
	if ((r = read_passphrase(t, pass, e)) != ONSHI_OK ||
	    (r = oki_token_open(uri, pass->data, oki_line_len(pass->data,
	    pass->len), &t->wire.token, e)) != ONSHI_OK ||
	    (r = oki_token_check(t->wire.token, cert->data, cert->len,
	    oki_wall(t->env), &who, e)) != ONSHI_OK)
		return r;

	return take_identity(t, &who, e);
}

static int
read_file(struct oki_https *t, struct oki_buf *pass, struct onshi_error *e)
{
	const struct oki_buf *cert = &t->wire.certificate;
	struct oki_buf key;
	int r;

	oki_buf_init(&key, FILE_MAX_LEN);
	if ((r = oki_container_is(cert->data, cert->len) ?
	    read_container(t, &key, pass, e) :
	    read_pem(t, &key, pass, e)) == ONSHI_OK)
		r = check_identity(t, &key, pass, e);
	oki_buf_free(&key);

	return r;
}

static int
read_identity(struct oki_https *t, struct onshi_error *e)
{
	const struct onshi_config *c = oki_env_config(t->env);
	const char *where = oki_config_text(c, OKI_LINK_KEY_FILE);
	struct oki_buf pass;
	int r;

	oki_buf_init(&pass, OKI_PASSPHRASE_MAX);
	oki_buf_init(&t->wire.certificate, FILE_MAX_LEN);
	if ((r = content(t, OKI_LINK_CERT_FILE, &t->wire.certificate, e)) ==
	    ONSHI_OK && oki_config_text(c, OKI_FACILITY_CODE) == NULL)
		r = missing(e, OKI_FACILITY_CODE);
	if (r == ONSHI_OK)
		r = oki_token_is_uri(where) ? read_token(t, where, &pass, e) :
		    read_file(t, &pass, e);
	oki_buf_free(&pass);

	return r;
}

static int
read_authorities(struct oki_https *t, struct onshi_error *e)
{
	struct oki_buf *ca = &t->wire.ca;
	size_t n;
	int r;

	oki_buf_init(ca, CA_MAX);
	if ((r = content(t, OKI_LINK_CA_FILE, ca, e)) != ONSHI_OK)
		return r;

	return oki_authorities_check("link.ca_file", ca->data, ca->len, &n,
	    e);
}

/* The whole profile once against each place, without sending (SEC-15). */
static int
try_all(const struct oki_https *t, const struct oki_place places[],
    size_t n, struct onshi_error *e)
{
	int r = ONSHI_OK;
	size_t i;

	for (i = 0; r == ONSHI_OK && i < n; i++)
		r = oki_wire_try(&t->wire, &places[i], e);

	return r;
}

int
oki_https_config(struct oki_env *env, const enum oki_key keys[],
    struct oki_place places[], size_t n, struct oki_https **out,
    struct onshi_error *e)
{
	const struct onshi_config *c = oki_env_config(env);
	struct oki_https *t;
	size_t i;
	int r;

	if ((t = *out = oki_alloc(sizeof(*t))) == NULL)
		return oki_fail(e, ONSHI_E_NOMEM, "no memory for the link");
	t->env = t->wire.env = env;
	r = oki_crypto_check(e);
	for (i = 0; r == ONSHI_OK && i < n; i++)
		r = read_place(c, keys[i], &places[i], e);
	if (r != ONSHI_OK ||
	    (r = read_networks(t, e)) != ONSHI_OK ||
	    (r = read_pins(t, e)) != ONSHI_OK ||
	    (r = read_settings(t, e)) != ONSHI_OK ||
	    (r = read_authorities(t, e)) != ONSHI_OK ||
	    (r = read_identity(t, e)) != ONSHI_OK ||
	    (r = check_crl(t, e)) != ONSHI_OK)
		return r;

	return try_all(t, places, n, e);
}

void
oki_place_free(struct oki_place *p)
{
	oki_buf_free(&p->resolve);
	oki_free(p->path);
	p->path = NULL;
}

void
oki_https_free(struct oki_https **tp)
{
	struct oki_https *t = *tp;

	if (t == NULL)
		return;
	oki_buf_free(&t->wire.ca);
	oki_buf_free(&t->wire.certificate);
	oki_networks_free(&t->wire.networks);
	oki_networks_free(&t->wire.local);
	oki_secret_free(&t->wire.key);
	oki_token_free(&t->wire.token);
	oki_free(t->wire.pins);
	oki_free(t->starts);
	oki_mutex_free(&t->lock);
	oki_free(t);
	*tp = NULL;
}
