/*
 * One connection, as bytes. libcurl makes it: names, sockets, TLS, all under
 * the profile of security.md 4.2. HTTP itself is ours (http_talk.c): libcurl
 * takes for an answer what is none, and repeats requests (F1 to F5).
 */
#include "config.h"

#include <string.h>

#include "link/http_wire.h"

#define POLL_MAX_MS	1000
#define PASS_OVER	16

static void
start_libcurl(void)
{
	(void)curl_global_init(CURL_GLOBAL_DEFAULT);
}

/* Counted by libcurl, so that once is harmless beside others (SEC-112). */
static bool
is_usable(void)
{
	static struct oki_once once = OKI_ONCE_INIT;
	const curl_version_info_data *v;

	oki_once(&once, start_libcurl);
	v = curl_version_info(CURLVERSION_NOW);

	return v != NULL && v->ssl_version != NULL &&
	    strncmp(v->ssl_version, "OpenSSL/", 8) == 0;
}

const char *
oki_link_version(void)
{
	return is_usable() ? curl_version_info(CURLVERSION_NOW)->version : "-";
}

int
oki_wire_new(const struct oki_wire_config *c, const struct oki_place *to,
    struct oki_wire **out)
{
	struct oki_low_guard low;
	struct oki_wire *w;

	*out = NULL;
	if (!is_usable())
		return ONSHI_E_UNSUPPORTED;
	if ((w = oki_alloc(sizeof(*w))) == NULL)
		return ONSHI_E_NOMEM;
	w->c = c;
	w->to = to;
	w->process = oki_os_process();
	w->socket = CURL_SOCKET_BAD;
	oki_low_guard_take(&low);	/* libcurl makes a pair of sockets */
	w->multi = curl_multi_init();
	oki_low_guard_drop(&low);
	if (w->multi == NULL ||
	    curl_multi_setopt(w->multi, CURLMOPT_MAXCONNECTS, 1L) !=
	    CURLM_OK || (to->resolve.len > 0 && (w->resolve =
	    curl_slist_append(NULL, (const char *)to->resolve.data)) ==
	    NULL)) {
		oki_wire_free(&w);
		return ONSHI_E_NOMEM;
	}
	*out = w;

	return ONSHI_OK;
}

/* A child has a copy of all of it, and the parent's socket: hands off. */
bool
oki_wire_is_ours(const struct oki_wire *w)
{
	return w->process == oki_os_process();
}

void
oki_wire_drop(struct oki_wire *w)
{
	w->up = false;
	w->socket = CURL_SOCKET_BAD;
	if (w->easy == NULL || !oki_wire_is_ours(w))
		return;
	(void)curl_multi_remove_handle(w->multi, w->easy);
	curl_easy_cleanup(w->easy);
	w->easy = NULL;
}

void
oki_wire_free(struct oki_wire **wp)
{
	struct oki_wire *w = *wp;

	if (w == NULL)
		return;
	oki_wire_drop(w);
	if (w->multi != NULL && oki_wire_is_ours(w))
		(void)curl_multi_cleanup(w->multi);
	curl_slist_free_all(w->resolve);
	oki_free(w);
	*wp = NULL;
}

/* A handle under the whole profile, or why there is none. */
static int
prepare(struct oki_wire *w, int32_t ms, struct onshi_error *e)
{
	CURLcode rc;

	oki_tls_notes_init(&w->notes);
	w->confined = w->opened = w->unknown = w->vetted = false;
	w->veto = VETO_NONE;
	w->facts[0] = '\0';
	w->tls = (struct oki_tls){ .host = w->to->host,
	    .tls13_only = w->c->tls13_only, .strict = w->c->strict,
	    .token = w->c->token, .certificate = &w->c->certificate,
	    .now = oki_wall(w->c->env) };
	if ((w->easy = curl_easy_init()) == NULL)
		return oki_fail(e, ONSHI_E_NOMEM, "libcurl: no handle");
	if ((rc = oki_wire_profile(w, ms)) == CURLE_OK)
		return ONSHI_OK;
	curl_easy_cleanup(w->easy);
	w->easy = NULL;
	if (rc == CURLE_OUT_OF_MEMORY)
		return oki_fail(e, ONSHI_E_NOMEM, "libcurl: no memory");

	return oki_fail_system(e, ONSHI_E_UNSUPPORTED, (int64_t)rc,
	    "libcurl refuses an option that the link needs");
}

int
oki_wire_try(const struct oki_wire_config *c, const struct oki_place *to,
    struct onshi_error *e)
{
	struct oki_wire *w = NULL;
	int r;

	if ((r = oki_wire_new(c, to, &w)) != ONSHI_OK)
		return oki_fail(e, r, "libcurl with OpenSSL cannot be used");
	if ((r = prepare(w, c->connect_ms, e)) == ONSHI_OK &&
	    (r = oki_tls_try(&w->tls, &w->notes)) != ONSHI_OK)
		(void)oki_fail(e, r, r == ONSHI_E_ENVIRONMENT ?
		    "OpenSSL cannot be used as its configuration "
		    "(openssl.cnf) is" :
		    "OpenSSL refuses a setting that the link needs");
	oki_wire_free(&w);

	return r;
}

static const struct failure {
	CURLcode	 rc;
	int		 code;
	const char	*reason;
	const char	*text;
} failures[] = {
	{ CURLE_OUT_OF_MEMORY, ONSHI_E_NOMEM, "", "libcurl: no memory" },
	{ CURLE_OPERATION_TIMEDOUT, ONSHI_E_LINK_TIMEOUT, "timeout",
	    "no connection in time" },
	{ CURLE_COULDNT_RESOLVE_HOST, ONSHI_E_NETWORK, "name",
	    "the name of link.base is not known" },
	{ CURLE_COULDNT_CONNECT, ONSHI_E_NETWORK, "connect",
	    "no connection to the service" },
	{ CURLE_INTERFACE_FAILED, ONSHI_E_NETWORK, "interface",
	    "link.interface is not there" },
	{ CURLE_SSL_PINNEDPUBKEYNOTMATCH, ONSHI_E_TLS, "pin",
	    "the service's key is none of link.pins" },
	{ CURLE_SSL_INVALIDCERTSTATUS, ONSHI_E_TLS, "staple",
	    "the service's stapled OCSP answer is not good" }
};

static int
vetoed(const struct oki_wire *w, struct onshi_error *e)
{
	switch (w->veto) {
	case VETO_MUTUAL:
		return oki_link_fail(e, ONSHI_E_TLS, "mutual",
		    "the service did not ask for our certificate");
	case VETO_ADDRESS:
		return oki_link_fail(e, ONSHI_E_CONFINED, "confined",
		    "the service's address is outside link.networks");
	case VETO_LOCAL:
		return oki_link_fail(e, ONSHI_E_CONFINED, "confined",
		    "our own address is outside link.local_networks");
	default:
		return oki_link_fail(e, ONSHI_E_NETWORK, "connect",
		    "libcurl wanted to use a connection twice");
	}
}

static int
confined(const struct oki_wire *w, struct onshi_error *e)
{
	return oki_link_fail(e, ONSHI_E_CONFINED, "confined", w->unknown ?
	    "the name of link.base is not in link.addresses" :
	    "the service's address is outside link.networks");
}

/* What the handshake failed of. */
static int
tls_failed(const struct oki_wire *w, CURLcode rc, struct onshi_error *e)
{
	const char *reason;
	long verify = 0;

	if (w->notes.bad_setup)
		return oki_fail(e, ONSHI_E_INTERNAL, "TLS: the profile "
		    "cannot be set");
	if (curl_easy_getinfo(w->easy, CURLINFO_SSL_VERIFYRESULT, &verify) !=
	    CURLE_OK || rc != CURLE_PEER_FAILED_VERIFICATION)
		verify = 0;
	reason = oki_tls_reason(&w->notes, verify);
	if (rc == CURLE_PEER_FAILED_VERIFICATION && verify == 0)
		reason = "name";
	if (!w->notes.heard && verify == 0 && !w->notes.bad_crl)
		return oki_link_fail(e, ONSHI_E_NETWORK, reason,
		    "the connection ended before TLS began");
	if (oki_error_is_open(e))
		e->system = verify;

	return oki_link_fail(e, ONSHI_E_TLS, reason, w->notes.bad_crl ?
	    "link.crl_file cannot be read" : "TLS with the service failed");
}

static int
failed(const struct oki_wire *w, CURLcode rc, struct onshi_error *e)
{
	long sys = 0;
	size_t i;

	if (w->veto != VETO_NONE)
		return vetoed(w, e);
	if (w->unknown || (w->confined && !w->opened))
		return confined(w, e);
	if (rc == CURLE_COULDNT_CONNECT &&
	    curl_easy_getinfo(w->easy, CURLINFO_OS_ERRNO, &sys) == CURLE_OK &&
	    oki_os_is_no_route(sys))
		return oki_link_fail(e, ONSHI_E_NETWORK, "route",
		    "no route from here to the service");
	for (i = 0; i < OKI_COUNT(failures); i++)
		if (failures[i].rc == rc)
			return oki_link_fail(e, failures[i].code,
			    failures[i].reason, failures[i].text);

	return tls_failed(w, rc, e);
}

/* Drives libcurl until the connection is up or has failed: *rc says which. */
static int
drive(struct oki_wire *w, const struct oki_wait *wait, CURLcode *rc)
{
	const CURLMsg *m;
	int running, r;

	for (;;) {
		if (curl_multi_perform(w->multi, &running) != CURLM_OK)
			return ONSHI_E_INTERNAL;
		m = curl_multi_info_read(w->multi, &running);
		if (m != NULL && m->msg == CURLMSG_DONE) {
			*rc = m->data.result;
			return ONSHI_OK;
		}
		if ((r = oki_wire_poll(w, false, wait, POLL_MAX_MS)) !=
		    ONSHI_OK)
			return r;
	}
}

static int
connect_now(struct oki_wire *w, const struct oki_wait *wait,
    struct onshi_error *e)
{
	CURLcode rc = CURLE_OK;
	int r;

	if (curl_multi_add_handle(w->multi, w->easy) != CURLM_OK)
		return oki_fail(e, ONSHI_E_NOMEM, "libcurl: no memory");
	if ((r = drive(w, wait, &rc)) == ONSHI_E_CANCELLED)
		return oki_link_fail(e, r, "", "cancelled while connecting");
	if (r == ONSHI_E_LINK_TIMEOUT)
		return oki_link_fail(e, r, "timeout", "no connection in time");
	if (r != ONSHI_OK)
		return oki_fail(e, r, "libcurl: cannot be driven");
	if (rc != CURLE_OK)
		return failed(w, rc, e);
	if (!w->vetted || curl_easy_getinfo(w->easy, CURLINFO_ACTIVESOCKET,
	    &w->socket) != CURLE_OK || w->socket == CURL_SOCKET_BAD)
		return oki_fail(e, ONSHI_E_INTERNAL, "libcurl: no socket");
	w->up = true;

	return ONSHI_OK;
}

int
oki_wire_connect(struct oki_wire *w, const struct oki_wait *wait,
    struct onshi_error *e)
{
	const struct onshi_config *c = oki_env_config(w->c->env);
	int32_t ms = oki_wait_left(wait);
	struct oki_buf crl;
	int r;

	oki_wire_drop(w);
	oki_buf_init(&crl, OKI_CRL_MAX);
	if (ms > w->c->connect_ms)
		ms = w->c->connect_ms;
	if (ms == 0)
		return oki_link_fail(e, ONSHI_E_LINK_TIMEOUT, "timeout",
		    "no time left to connect");
	if ((r = prepare(w, ms, e)) != ONSHI_OK)
		goto out;
	if (w->c->has_crl) {
		if ((r = oki_config_content(c, OKI_LINK_CRL_FILE, OKI_CRL_MAX,
		    &crl, e)) != ONSHI_OK)
			goto out;
		w->tls.crl = &crl;
	}
	r = connect_now(w, wait, e);
	w->tls.crl = NULL;
out:
	oki_buf_free(&crl);
	if (r != ONSHI_OK)
		oki_wire_drop(w);

	return r;
}

/* Up, quiet, and not closed: nothing may come that was not asked for. */
bool
oki_wire_is_up(struct oki_wire *w)
{
	uint8_t byte;
	size_t n;

	if (w->up && oki_wire_read(w, &byte, sizeof(byte), &n) !=
	    OKI_FLOW_NONE)
		oki_wire_drop(w);

	return w->up;
}

const char *
oki_wire_facts(const struct oki_wire *w)
{
	return w->facts;
}

static enum oki_flow
flow_of(CURLcode rc, size_t n)
{
	if (rc == CURLE_AGAIN)
		return OKI_FLOW_NONE;
	if (rc != CURLE_OK)
		return OKI_FLOW_BROKEN;

	return n > 0 ? OKI_FLOW_BYTES : OKI_FLOW_END;
}

enum oki_flow
oki_wire_write(struct oki_wire *w, const uint8_t *p, size_t len, size_t *n)
{
	enum oki_flow f;
	CURLcode rc;

	*n = 0;
	if (!w->up)
		return OKI_FLOW_BROKEN;
	rc = curl_easy_send(w->easy, p, len, n);
	f = flow_of(rc, *n);

	return f == OKI_FLOW_END ? OKI_FLOW_NONE : f;
}

static bool
has_more(struct oki_wire *w)
{
	struct curl_waitfd fd = { .fd = w->socket,
	    .events = CURL_WAIT_POLLIN };
	int n = 0;

	return curl_multi_poll(w->multi, &fd, 1, 0, &n) == CURLM_OK && n > 0;
}

/* TLS has messages of its own between the data: a few are passed over. */
enum oki_flow
oki_wire_read(struct oki_wire *w, uint8_t *p, size_t room, size_t *n)
{
	CURLcode rc = CURLE_AGAIN;
	int i;

	*n = 0;
	if (!w->up)
		return OKI_FLOW_BROKEN;
	for (i = 0; i < PASS_OVER; i++)
		if ((rc = curl_easy_recv(w->easy, p, room, n)) !=
		    CURLE_AGAIN || !has_more(w))
			break;

	return flow_of(rc, *n);
}

int
oki_wire_poll(struct oki_wire *w, bool to_write, const struct oki_wait *wait,
    int32_t ms)
{
	struct curl_waitfd fd[2];
	unsigned int n = 0;
	int32_t left;
	int r;

	if ((r = oki_wait_check(wait, ONSHI_E_LINK_TIMEOUT)) != ONSHI_OK)
		return r;
	if ((left = oki_wait_left(wait)) > ms)
		left = ms;
	if (w->up) {
		fd[n].fd = w->socket;
		fd[n++].events = (short)(CURL_WAIT_POLLIN |
		    (to_write ? CURL_WAIT_POLLOUT : 0));
	}
	if (wait->cancel != NULL && wait->cancel->event != NULL) {
		fd[n].fd = (curl_socket_t)oki_event_fd(wait->cancel->event);
		fd[n++].events = CURL_WAIT_POLLIN;
	}
	if (curl_multi_poll(w->multi, fd, n, left, NULL) != CURLM_OK)
		return ONSHI_E_SYSTEM;

	return oki_wait_check(wait, ONSHI_E_LINK_TIMEOUT);
}

int
oki_wire_why(const struct oki_wire *w, struct onshi_error *e)
{
	if (w->notes.alert_in < 0 && w->notes.alert_out < 0)
		return oki_link_fail(e, ONSHI_E_NETWORK, "connect",
		    "the connection was lost");

	return oki_link_fail(e, ONSHI_E_TLS, oki_tls_reason(&w->notes, 0),
	    oki_tls_refused_us(&w->notes) ?
	    "the service refused our certificate" :
	    "TLS with the service broke");
}
