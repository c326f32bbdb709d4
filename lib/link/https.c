/* The https link: our binding, version 1 (binding.md). */
#include "config.h"

#include <string.h>

#include "link/inside.h"

#define HEAD_MAX	4096	/* of a request */

struct https {
	struct oki_https	*terminal;
	struct oki_place	 place;
};

static void
https_close(void *self, void *session)
{
	struct oki_channel *c = session;
	struct oki_http_door door;

	(void)self;
	oki_http_enter(&door);
	oki_channel_free(&c);
	oki_http_leave(&door);
}

static int
https_open(void *self, struct oki_wait *w, void **session,
    struct onshi_error *e)
{
	struct https *h = self;
	struct oki_channel *c;
	struct oki_http_door door;
	int r;

	oki_http_enter(&door);
	if ((r = oki_channel_new(h->terminal, &h->place, &c, e)) == ONSHI_OK)
		r = oki_channel_connect(c, w, e);
	if (r == ONSHI_OK)
		*session = c;
	else
		oki_channel_free(&c);
	oki_http_leave(&door);

	return r;
}

/* The message set is the same as the folder's: all of it. */
static int
https_carries(const void *self, const char *prefix)
{
	(void)self;

	return oki_prefix_len(prefix) > 0 ? ONSHI_FORM_XML : ONSHI_FORM_NONE;
}

static bool
https_has_tokens(const void *self)
{
	(void)self;

	return true;
}

static int32_t
https_days_left(const void *self)
{
	const struct https *h = self;

	return h->terminal->days_left;
}

static int
write_token(const struct onshi_exchange *x, struct oki_buf *out)
{
	const uint8_t *token;
	size_t len;
	int r;

	if ((token = oki_secret_bytes(x->token, &len)) == NULL)
		return ONSHI_OK;
	if ((r = oki_buf_text(out, "Onshi-Visit: ")) != ONSHI_OK ||
	    (r = oki_buf_append(out, token, len)) != ONSHI_OK)
		return r;

	return oki_buf_text(out, "\r\n");
}

static int
write_head(const struct https *h, const struct onshi_exchange *x,
    struct oki_buf *out)
{
	const char *encoding = oki_config_text(oki_env_config(
	    h->terminal->env), OKI_LINK_ENCODING);
	int r;

	if ((r = oki_buf_format(out, "POST %s/v1/%.*s HTTP/1.1\r\n"
	    "Host: %s\r\n", h->place.path, (int)oki_prefix_len(x->prefix),
	    x->prefix, h->place.name)) != ONSHI_OK ||
	    (r = oki_buf_text(out, "User-Agent: libonshikaku\r\n"
	    "Accept: application/xml\r\n")) != ONSHI_OK ||
	    (x->bodylen > 0 && (r = oki_buf_format(out,
	    "Content-Type: application/xml; charset=%s\r\n", encoding)) !=
	    ONSHI_OK) ||
	    (r = oki_buf_format(out, "Onshi-Request-Id: %s\r\n",
	    x->request_id)) != ONSHI_OK ||
	    (r = write_token(x, out)) != ONSHI_OK)
		return r;

	return oki_buf_format(out, "Content-Length: %zu\r\n\r\n",
	    x->bodylen);
}

/* A whole answer of status 200: what its head says about it. */
static int
judge_answer(const struct oki_http_head *h, struct onshi_exchange *x,
    struct onshi_error *e)
{
	if (h->bad_token)
		return oki_link_fail(e, ONSHI_E_ANSWER_REFUSED, "malformed",
		    "the answer's visit token has no token's form");
	if (h->answer == OKI_ANSWER_NONE &&
	    strcmp(x->prefix, "challenge") != 0)
		return oki_link_fail(e, ONSHI_E_PROTOCOL, "malformed",
		    "the answer does not say whether it is one");
	x->rejected = h->answer == OKI_ANSWER_ERR;
	(void)oki_copy(x->new_token, sizeof(x->new_token), h->token);

	return ONSHI_OK;
}

static int
talk(const struct https *h, struct oki_channel *c, struct onshi_exchange *x,
    struct onshi_error *e)
{
	struct oki_http_head said;
	struct oki_buf head;
	int r;

	oki_buf_init(&head, HEAD_MAX);
	if ((r = write_head(h, x, &head)) != ONSHI_OK) {
		oki_buf_free(&head);
		return oki_fail(e, r, "no memory for the request's head");
	}
	if ((r = oki_channel_ask(c, &head, OKI_MEDIA_XML, x, &said, e)) ==
	    ONSHI_OK)
		r = said.status == 200 ? judge_answer(&said, x, e) :
		    oki_http_refused(&said, &x->sent, e);
	oki_buf_free(&head);
	oki_http_head_free(&said);

	return r;
}

static int
https_exchange(void *self, void *session, struct onshi_exchange *x,
    struct onshi_error *e)
{
	struct oki_channel *c = session;
	struct oki_http_door door;
	int r;

	if (!oki_wire_is_ours(c->wire))
		return oki_fail(e, ONSHI_E_STATE, "the process has forked");
	oki_http_enter(&door);
	r = oki_channel_connect(c, x->wait, e);
	x->connect_ms = c->connect_ms;
	c->connect_ms = 0;
	if (r == ONSHI_OK) {
		oki_channel_facts(c, x);
		r = talk(self, c, x, e);
	}
	oki_http_leave(&door);

	return r;
}

static void
https_free(void *self)
{
	struct https *h = self;
	struct oki_tls_door door;

	(void)oki_tls_enter(&door);
	oki_https_free(&h->terminal);
	oki_place_free(&h->place);
	oki_tls_leave(&door);
	oki_free(h);
}

static const struct oki_link_ops https_ops = {
	.name = "https",
	.has_request_ids = true,
	.has_tokens = https_has_tokens,
	.carries = https_carries,
	.days_left = https_days_left,
	.open = https_open,
	.exchange = https_exchange,
	.close = https_close,
	.free = https_free
};

int
oki_https_new(struct oki_env *env, const struct oki_link_ops **ops,
    void **self, struct onshi_error *e)
{
	const enum oki_key base = OKI_LINK_BASE;
	struct oki_tls_door door;
	struct https *h;
	int r;

	if ((h = oki_alloc(sizeof(*h))) == NULL)
		return oki_fail(e, ONSHI_E_NOMEM, "no memory for the link");
	if (!oki_tls_enter(&door))
		r = oki_fail(e, ONSHI_E_NOMEM, "no memory for TLS");
	else
		r = oki_https_config(env, &base, &h->place, 1,
		    &h->terminal, e);
	oki_tls_leave(&door);
	if (r != ONSHI_OK) {
		https_free(h);
		return r;
	}
	*ops = &https_ops;
	*self = h;

	return ONSHI_OK;
}
