/*
 * One connection after another to one place, within the limits of a link: what
 * every link by HTTPS has in common between its configuration and its words.
 */
#include "config.h"

#include <string.h>

#include "link/inside.h"

#define SECOND		1000
#define IDLE_MAX_MS	60000	/* a middle box may have forgotten it */

void
oki_http_enter(struct oki_http_door *d)
{
	oki_pipe_guard_take(&d->pipe);
	(void)oki_tls_enter(&d->tls);	/* there since the link was made */
}

void
oki_http_leave(struct oki_http_door *d)
{
	oki_tls_leave(&d->tls);
	oki_pipe_guard_drop(&d->pipe);
}

/* When the next connection may begin: so many in a second (SEC-27). */
static int64_t
next_start(struct oki_https *t)
{
	int64_t start = oki_steady_ms(t->env);

	oki_mutex_lock(t->lock);
	if (t->starts[t->next] != 0 && t->starts[t->next] + SECOND > start)
		start = t->starts[t->next] + SECOND;
	t->starts[t->next] = start;
	t->next = (t->next + 1) % t->rate;
	oki_mutex_unlock(t->lock);

	return start;
}

static int
wait_for_turn(struct oki_channel *c, const struct oki_wait *w,
    struct onshi_error *e)
{
	int64_t start = next_start(c->terminal), left;
	int r = ONSHI_OK;

	while (r == ONSHI_OK &&
	    (left = start - oki_steady_ms(c->terminal->env)) > 0)
		r = oki_wire_poll(c->wire, false, w,
		    left > SECOND ? SECOND : (int32_t)left);

	return r == ONSHI_OK ? r : oki_link_fail(e, r,
	    r == ONSHI_E_LINK_TIMEOUT ? "timeout" : "",
	    "no turn to connect");
}

/*
 * One that the service has closed meanwhile, or that was idle for so long that
 * nobody knows, is made anew: no byte of a request has gone over it.
 */
int
oki_channel_connect(struct oki_channel *c, const struct oki_wait *w,
    struct onshi_error *e)
{
	struct oki_env *env = c->terminal->env;
	int64_t start = oki_steady_ms(env);
	int r;

	if (oki_wire_is_up(c->wire) && start - c->used < IDLE_MAX_MS)
		return ONSHI_OK;
	if ((r = wait_for_turn(c, w, e)) == ONSHI_OK)
		r = oki_wire_connect(c->wire, w, e);
	c->used = oki_steady_ms(env);
	c->connect_ms += (int32_t)(c->used - start);
	OKI_LOG(env, TLS, OKI_W(RESULT, onshi_result_name(r)),
	    OKI_N(MS, c->connect_ms));

	return r;
}

int
oki_channel_new(struct oki_https *t, const struct oki_place *place,
    struct oki_channel **out, struct onshi_error *e)
{
	struct oki_channel *c;
	int r;

	if ((c = *out = oki_alloc(sizeof(*c))) == NULL)
		return oki_fail(e, ONSHI_E_NOMEM, "no memory for a session");
	c->terminal = t;
	c->place = place;
	if ((r = oki_wire_new(&t->wire, place, &c->wire)) == ONSHI_OK)
		return r;
	oki_channel_free(out);

	return oki_fail(e, r, "no memory for a connection");
}

void
oki_channel_free(struct oki_channel **cp)
{
	struct oki_channel *c = *cp;

	if (c == NULL)
		return;
	oki_wire_free(&c->wire);
	oki_free(c);
	*cp = NULL;
}

int
oki_channel_talk(struct oki_channel *c, struct oki_talk *t,
    const struct oki_wait *w, struct onshi_error *e)
{
	struct oki_env *env = c->terminal->env;
	const struct onshi_config *config = oki_env_config(env);
	int r;

	oki_http_head_init(&t->response,
	    (size_t)oki_config_number(config, OKI_LIMITS_HEADER_BYTES),
	    (size_t)oki_config_number(config, OKI_LIMITS_HEADER_LINES),
	    oki_wall(env));
	r = oki_talk(c->wire, t, w, e);
	c->used = oki_steady_ms(env);

	return r;
}

static int
take(void *self, const uint8_t *bytes, size_t len)
{
	return oki_exchange_take(self, bytes, len);
}

int
oki_channel_ask(struct oki_channel *c, const struct oki_buf *head, int media,
    struct onshi_exchange *x, struct oki_http_head *said,
    struct onshi_error *e)
{
	struct oki_talk t = { .head = head->data, .headlen = head->len,
	    .body = x->body, .bodylen = x->bodylen, .media = media,
	    .into = { .take = take, .self = x, .max = x->sink.max } };
	int64_t start = oki_steady_ms(c->terminal->env);
	int r;

	r = oki_channel_talk(c, &t, x->wait, e);
	*said = t.response;
	x->sent = t.sent;
	x->served = said->date;
	x->retry_after = said->status == 200 ? 0 : said->retry_after;
	x->service_ms += (int32_t)(oki_steady_ms(c->terminal->env) - start);

	return r;
}

void
oki_channel_facts(const struct oki_channel *c, struct onshi_exchange *x)
{
	const struct oki_wire_config *w = &c->terminal->wire;
	struct oki_buf b;

	oki_buf_init(&b, sizeof(x->facts) - 1);
	if (oki_buf_format(&b, "%s:%s%s", oki_wire_facts(c->wire),
	    w->has_crl ? "crl" : w->staple ? "staple" : "unchecked",
	    w->strict ? "" : ":lax") == ONSHI_OK)
		(void)oki_copy(x->facts, sizeof(x->facts), (char *)b.data);
	oki_buf_free(&b);
}

int
oki_http_refused(const struct oki_http_head *h, int *sent,
    struct onshi_error *e)
{
	int r;

	if (h->status == 408 || h->status == 429 || h->status >= 500)
		r = ONSHI_E_SERVICE_BUSY;
	else if (h->status >= 400)
		r = ONSHI_E_SERVICE_REFUSED;
	else {
		r = ONSHI_E_PROTOCOL;
		*sent = ONSHI_SENT_UNKNOWN;
	}
	if (oki_error_is_open(e))
		(void)oki_copy(e->reason, sizeof(e->reason), "status");

	return oki_fail(e, r, "HTTP status %d", h->status);
}
