/* The https link: our binding, version 1 (binding.md). */
#include "config.h"

#include <string.h>

#include "link/inside.h"

#define HEAD_MAX	4096	/* of a request */
#define SECOND		1000
#define IDLE_MAX_MS	60000	/* a middle box may have forgotten it */

struct session {
	struct oki_https	*https;
	struct oki_wire		*wire;
	int32_t			 connect_ms;	/* not reported yet */
	int64_t			 used;		/* when, steady */
};

/* Around all that talks: no signal, no error of TLS is left behind. */
struct door {
	struct oki_pipe_guard	pipe;
	struct oki_tls_door	tls;
};

static void
enter(struct door *d)
{
	oki_pipe_guard_take(&d->pipe);
	(void)oki_tls_enter(&d->tls);	/* there since the link was made */
}

static void
leave(struct door *d)
{
	oki_tls_leave(&d->tls);
	oki_pipe_guard_drop(&d->pipe);
}

/* When the next connection may begin: so many in a second (SEC-27). */
static int64_t
next_start(struct oki_https *h)
{
	int64_t start = oki_steady_ms(h->env);

	oki_mutex_lock(h->lock);
	if (h->starts[h->next] != 0 && h->starts[h->next] + SECOND > start)
		start = h->starts[h->next] + SECOND;
	h->starts[h->next] = start;
	h->next = (h->next + 1) % h->rate;
	oki_mutex_unlock(h->lock);

	return start;
}

static int
wait_for_turn(struct session *s, const struct oki_wait *w,
    struct onshi_error *e)
{
	int64_t start = next_start(s->https), left;
	int r = ONSHI_OK;

	while (r == ONSHI_OK &&
	    (left = start - oki_steady_ms(s->https->env)) > 0)
		r = oki_wire_poll(s->wire, false, w,
		    left > SECOND ? SECOND : (int32_t)left);

	return r == ONSHI_OK ? r : oki_link_fail(e, r,
	    r == ONSHI_E_LINK_TIMEOUT ? "timeout" : "",
	    "no turn to connect");
}

/*
 * One that the service has closed meanwhile, or that was idle for so long that
 * nobody knows, is made anew: no byte of a request has gone over it.
 */
static int
be_connected(struct session *s, const struct oki_wait *w,
    struct onshi_error *e)
{
	int64_t start = oki_steady_ms(s->https->env);
	int r;

	if (oki_wire_is_up(s->wire) && start - s->used < IDLE_MAX_MS)
		return ONSHI_OK;
	if ((r = wait_for_turn(s, w, e)) == ONSHI_OK)
		r = oki_wire_connect(s->wire, w, e);
	s->used = oki_steady_ms(s->https->env);
	s->connect_ms += (int32_t)(s->used - start);
	OKI_LOG(s->https->env, TLS, OKI_W(RESULT, onshi_result_name(r)),
	    OKI_N(MS, s->connect_ms));

	return r;
}

static void
https_close(void *self, void *session)
{
	struct session *s = session;
	struct door door;

	(void)self;
	enter(&door);
	oki_wire_free(&s->wire);
	leave(&door);
	oki_free(s);
}

static int
https_open(void *self, struct oki_wait *w, void **session,
    struct onshi_error *e)
{
	struct oki_https *h = self;
	struct session *s;
	struct door door;
	int r;

	if ((s = oki_alloc(sizeof(*s))) == NULL)
		return oki_fail(e, ONSHI_E_NOMEM, "no memory for a session");
	s->https = h;
	enter(&door);
	if ((r = oki_wire_new(&h->wire, &s->wire)) != ONSHI_OK)
		(void)oki_fail(e, r, "no memory for a connection");
	else
		r = be_connected(s, w, e);
	leave(&door);
	if (r == ONSHI_OK)
		*session = s;
	else
		https_close(h, s);

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
	const struct oki_https *h = self;

	return h->days_left;
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
write_head(const struct oki_https *h, const struct onshi_exchange *x,
    struct oki_buf *out)
{
	const char *encoding = oki_config_text(oki_env_config(h->env),
	    OKI_LINK_ENCODING);
	int r;

	if ((r = oki_buf_format(out, "POST %s/v1/%.*s HTTP/1.1\r\n"
	    "Host: %s\r\n", h->path, (int)oki_prefix_len(x->prefix), x->prefix,
	    h->name)) != ONSHI_OK ||
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

/* Who said no, and what that is for us (SEC-31, binding.md). */
static int
judge_status(const struct oki_http_head *h, struct onshi_exchange *x,
    struct onshi_error *e)
{
	const char *reason = "status";
	int r;

	x->retry_after = h->retry_after;
	if (h->status == 408 || h->status == 429 || h->status >= 500)
		r = ONSHI_E_SERVICE_BUSY;
	else if (h->status >= 400)
		r = ONSHI_E_SERVICE_REFUSED;
	else {
		r = ONSHI_E_PROTOCOL;
		x->sent = ONSHI_SENT_UNKNOWN;
	}
	if (oki_error_is_open(e))
		(void)oki_copy(e->reason, sizeof(e->reason), reason);

	return oki_fail(e, r, "HTTP status %d", h->status);
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

static void
note_facts(const struct session *s, struct onshi_exchange *x)
{
	const struct oki_wire_config *w = &s->https->wire;
	struct oki_buf b;

	oki_buf_init(&b, sizeof(x->facts) - 1);
	if (oki_buf_format(&b, "%s:%s%s", oki_wire_facts(s->wire),
	    w->has_crl ? "crl" : w->staple ? "staple" : "unchecked",
	    w->strict ? "" : ":lax") == ONSHI_OK)
		(void)oki_copy(x->facts, sizeof(x->facts), (char *)b.data);
	oki_buf_free(&b);
}

static int
take(void *self, const uint8_t *bytes, size_t len)
{
	return oki_exchange_take(self, bytes, len);
}

static int
talk(struct session *s, struct onshi_exchange *x,
    struct onshi_error *e)
{
	const struct onshi_config *c = oki_env_config(s->https->env);
	struct oki_talk t = { .body = x->body, .bodylen = x->bodylen,
	    .media = OKI_MEDIA_XML, .into = { .take = take, .self = x,
	    .max = x->sink.max } };
	struct oki_buf head;
	int64_t start = oki_steady_ms(s->https->env);
	int r;

	oki_buf_init(&head, HEAD_MAX);
	oki_http_head_init(&t.response,
	    (size_t)oki_config_number(c, OKI_LIMITS_HEADER_BYTES),
	    (size_t)oki_config_number(c, OKI_LIMITS_HEADER_LINES),
	    oki_wall(s->https->env));
	if ((r = write_head(s->https, x, &head)) != ONSHI_OK) {
		(void)oki_fail(e, r, "no memory for the request's head");
		goto out;
	}
	t.head = head.data;
	t.headlen = head.len;
	r = oki_talk(s->wire, &t, x->wait, e);
	s->used = oki_steady_ms(s->https->env);
	x->sent = t.sent;
	x->served = t.response.date;
	if (r == ONSHI_OK)
		r = t.response.status == 200 ? judge_answer(&t.response, x, e) :
		    judge_status(&t.response, x, e);
out:
	x->service_ms = (int32_t)(oki_steady_ms(s->https->env) - start);
	oki_buf_free(&head);
	oki_http_head_free(&t.response);

	return r;
}

static int
https_exchange(void *self, void *session, struct onshi_exchange *x,
    struct onshi_error *e)
{
	struct session *s = session;
	struct door door;
	int r;

	(void)self;
	if (!oki_wire_is_ours(s->wire))
		return oki_fail(e, ONSHI_E_STATE, "the process has forked");
	enter(&door);
	r = be_connected(s, x->wait, e);
	x->connect_ms = s->connect_ms;
	s->connect_ms = 0;
	if (r == ONSHI_OK) {
		note_facts(s, x);
		r = talk(s, x, e);
	}
	leave(&door);

	return r;
}

static void
https_free(void *self)
{
	struct oki_https *h = self;
	struct oki_tls_door door;

	(void)oki_tls_enter(&door);
	oki_https_free(&h);
	oki_tls_leave(&door);
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
	struct oki_tls_door door;
	struct oki_https *h;
	int r;

	if (!oki_tls_enter(&door))
		r = oki_fail(e, ONSHI_E_NOMEM, "no memory for TLS");
	else
		r = oki_https_config(env, &h, e);
	oki_tls_leave(&door);
	if (r != ONSHI_OK)
		return r;
	*ops = &https_ops;
	*self = h;

	return r;
}
