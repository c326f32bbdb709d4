/* One request out, one response in: sent once, taken whole or not at all. */
#include "config.h"

#include "link/inside.h"

#define PIECE		8192
#define TICK_MS		1000
#define SLOW_MS		10000	/* SEC-37: 100 bytes a second over 10 s */
#define SLOW_BYTES	1000

/* Where an exchange stands. */
struct state {
	struct oki_wire		*w;
	struct oki_talk		*t;
	const struct oki_wait	*wait;
	struct onshi_error	*e;
	struct oki_http_body		 body;
	bool			 in_body;
	bool			 all_sent;
	bool			 ended;		/* nothing more is to be read */
	int64_t			 since;		/* of this stretch; 0: none */
	size_t			 moved;		/* bytes in it */
	uint8_t			 piece[PIECE];
};

static int
protocol(struct state *s, const char *reason, const char *why)
{
	return oki_link_fail(s->e, ONSHI_E_PROTOCOL, reason, why);
}

static void
moved(struct state *s, size_t n)
{
	if (s->since == 0)
		s->since = oki_steady_ms(s->wait->env);
	s->moved += n;
}

/* Ends what only drips; begins a new stretch when one was good. */
static int
check_pace(struct state *s)
{
	int64_t now = oki_steady_ms(s->wait->env);

	if (s->since == 0 || now - s->since < SLOW_MS)
		return ONSHI_OK;
	if (s->moved < SLOW_BYTES)
		return oki_link_fail(s->e, ONSHI_E_LINK_TIMEOUT, "timeout",
		    "the connection is too slow");
	s->since = now;
	s->moved = 0;

	return ONSHI_OK;
}

static int
pause_for(struct state *s, bool to_write)
{
	int r;

	if ((r = oki_wire_poll(s->w, to_write, s->wait, TICK_MS)) ==
	    ONSHI_E_CANCELLED)
		return oki_link_fail(s->e, r, "", "cancelled");
	if (r == ONSHI_E_LINK_TIMEOUT)
		return oki_link_fail(s->e, r, "timeout",
		    "no whole answer in time");
	if (r != ONSHI_OK)
		return oki_fail(s->e, r, "the connection cannot be waited "
		    "for");

	return check_pace(s);
}

/* What makes a head the head of an answer (SEC-31, -33, -34). */
static int
judge_head(struct state *s)
{
	const struct oki_http_head *h = &s->t->response;

	if (!s->all_sent && h->status == 200)
		return protocol(s, "early", "an answer before the request "
		    "was sent");
	if (h->status != 200) {
		s->ended = true;
		return ONSHI_OK;
	}
	if (h->chunked && h->length >= 0)
		return protocol(s, "length", "a length and chunks");
	if (!h->chunked && h->length < 0)
		return protocol(s, "length", "neither a length nor chunks");
	if (h->encoded)
		return protocol(s, "encoding", "a content encoding");
	if (h->media != s->t->media)
		return protocol(s, "type", "the answer is of another type");
	if (h->length >= 0 && (uint64_t)h->length > s->t->into.max)
		return oki_link_fail(s->e, ONSHI_E_TOO_BIG, "too_big",
		    "the answer is longer than the limit");
	oki_http_body_init(&s->body, h);
	s->in_body = true;

	return ONSHI_OK;
}

static int
refused(struct state *s, int r, const char *why)
{
	if (r == ONSHI_E_NOMEM)
		return oki_fail(s->e, r, "no memory for the answer");

	return oki_link_fail(s->e, r, oki_exchange_reason(r), why);
}

static int
take_head(struct state *s, const uint8_t *p, size_t n, size_t *used)
{
	int r;

	if ((r = oki_http_head_feed(&s->t->response, p, n, used)) != ONSHI_OK)
		return refused(s, r, s->t->response.why);

	return s->t->response.done ? judge_head(s) : ONSHI_OK;
}

static int
take_body(struct state *s, const uint8_t *p, size_t n, size_t *used)
{
	int r;

	if ((r = oki_http_body_feed(&s->body, p, n, &s->t->into, used)) != ONSHI_OK)
		return refused(s, r, s->body.why);

	return ONSHI_OK;
}

static int
take(struct state *s, size_t n)
{
	size_t at = 0, used = 0;
	int r = ONSHI_OK;

	moved(s, n);
	while (r == ONSHI_OK && at < n && !s->ended) {
		if (s->in_body)
			r = take_body(s, s->piece + at, n - at, &used);
		else
			r = take_head(s, s->piece + at, n - at, &used);
		at += used;
		if (s->in_body && s->body.done)
			s->ended = true;
	}
	if (r == ONSHI_OK && at < n && s->in_body)
		return protocol(s, "malformed", "bytes after the answer");

	return r;
}

/* The other side went away before the answer was whole. */
static int
lost(struct state *s)
{
	struct onshi_error why;

	oki_error_clear(&why);
	if (oki_wire_why(s->w, &why) == ONSHI_E_NETWORK &&
	    s->t->response.bytes > 0)
		return protocol(s, "truncated", "the answer was cut off");
	oki_error_copy(s->e, &why);

	return why.code;
}

static int
read_answer(struct state *s)
{
	size_t n = 0;
	int r = ONSHI_OK;

	while (r == ONSHI_OK && !s->ended)
		switch (oki_wire_read(s->w, s->piece, PIECE, &n)) {
		case OKI_FLOW_BYTES:
			r = take(s, n);
			break;
		case OKI_FLOW_NONE:
			r = pause_for(s, false);
			break;
		default:
			return lost(s);
		}

	return r;
}

/*
 * A whole answer: what still comes is more than was announced (SEC-34). The
 * connection serves again if it stays open and all of it was read.
 */
static int
settle(struct state *s)
{
	const struct oki_http_head *h = &s->t->response;
	size_t n = 0;

	s->t->sent = ONSHI_SENT_ANSWERED;
	if (h->status == 200)
		switch (oki_wire_read(s->w, s->piece, PIECE, &n)) {
		case OKI_FLOW_BYTES:
			s->t->sent = ONSHI_SENT_UNKNOWN;
			return protocol(s, "malformed",
			    "bytes after the answer");
		case OKI_FLOW_NONE:
			if (!h->close)
				return ONSHI_OK;
			break;
		default:
			break;
		}
	oki_wire_drop(s->w);

	return ONSHI_OK;
}

/* While the request waits to go out, the service may have refused it. */
static int
look_for_refusal(struct state *s)
{
	size_t n = 0;

	switch (oki_wire_read(s->w, s->piece, PIECE, &n)) {
	case OKI_FLOW_BYTES:
		return take(s, n);
	case OKI_FLOW_NONE:
		return ONSHI_OK;
	default:
		return lost(s);
	}
}

/*
 * Each byte is handed to TLS once. From the first on, who knows (SEC-39). Who
 * goes away while we write may have said why before (F9).
 */
static int
send_part(struct state *s, const uint8_t *p, size_t len)
{
	size_t at = 0, n = 0;
	int r = ONSHI_OK;

	while (r == ONSHI_OK && at < len && !s->ended) {
		s->t->sent = ONSHI_SENT_UNKNOWN;
		switch (oki_wire_write(s->w, p + at, len - at, &n)) {
		case OKI_FLOW_BYTES:
			at += n;
			moved(s, n);
			break;
		case OKI_FLOW_NONE:
			if ((r = look_for_refusal(s)) == ONSHI_OK &&
			    !s->ended)
				r = pause_for(s, true);
			break;
		default:
			return read_answer(s);
		}
	}

	return r;
}

static int
run(struct state *s)
{
	int r;

	if ((r = look_for_refusal(s)) != ONSHI_OK)
		return r;
	if (s->t->response.bytes > 0)
		return protocol(s, "early", "an answer before the request "
		    "was sent");
	if ((r = send_part(s, s->t->head, s->t->headlen)) != ONSHI_OK ||
	    (r = send_part(s, s->t->body, s->t->bodylen)) != ONSHI_OK)
		return r;
	if (!s->ended) {
		s->all_sent = true;
		s->since = 0;
		s->moved = 0;
		r = read_answer(s);
	}

	return r == ONSHI_OK ? settle(s) : r;
}

int
oki_talk(struct oki_wire *w, struct oki_talk *t, const struct oki_wait *wait,
    struct onshi_error *e)
{
	struct state *s;
	int r;

	t->sent = ONSHI_SENT_NOT;
	if ((s = oki_alloc(sizeof(*s))) == NULL)
		return oki_fail(e, ONSHI_E_NOMEM, "no memory for an exchange");
	s->w = w;
	s->t = t;
	s->wait = wait;
	s->e = e;
	if ((r = run(s)) != ONSHI_OK)
		oki_wire_drop(w);
	oki_free(s);

	return r;
}
