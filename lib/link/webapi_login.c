/*
 * The login of the Web API link: by the terminal's certificate and a body that
 * the site was given, once for all visits of a terminal; its token is a secret
 * of this link's own, and goes where the inquiries go and nowhere else.
 */
#include "config.h"

#include <string.h>

#include "link/webapi.h"

#define LOGIN_PATH	"/oqs-api-pro/MSA12020/ILI12020SV01/auth"
#define ANSWER_MAX	65536
#define TURN_MS		50	/* between looks at a cancel */

static int
write_head(const struct oki_place *p, size_t bodylen, struct oki_buf *out)
{
	int r;

	if ((r = oki_buf_format(out, "POST %s" LOGIN_PATH " HTTP/1.1\r\n"
	    "Host: %s\r\n", p->path, p->name)) != ONSHI_OK ||
	    (r = oki_buf_text(out, "User-Agent: libonshikaku\r\n"
	    "Accept: application/json\r\n"
	    "Content-Type: application/json;charset=UTF-8\r\n")) != ONSHI_OK)
		return r;

	return oki_buf_format(out, "Content-Length: %zu\r\n\r\n", bodylen);
}

/* What a header's value may hold without ending it, and no blank. */
static bool
is_token(const struct oki_buf *b)
{
	size_t i;

	for (i = 0; i < b->len; i++)
		if (b->data[i] <= 0x20 || b->data[i] >= 0x7f)
			return false;

	return b->len > 0;
}

/* Why there is no token in it: in the service's words. */
static int
tell_refusal(const struct oki_buf *answer, struct onshi_error *e)
{
	static const char *const names[] = { "status", "msg" };
	char *to[] = { e->service_code, e->service_text };
	size_t room[] = { sizeof(e->service_code), sizeof(e->service_text) };
	struct oki_buf text;
	size_t i;

	oki_buf_init(&text, ANSWER_MAX);
	for (i = 0; i < OKI_COUNT(names); i++) {
		oki_buf_reset(&text);
		if (oki_json_find(answer->data, answer->len, names[i], &text,
		    NULL) == ONSHI_OK)
			oki_message_opaque(text.data, text.len, to[i],
			    room[i]);
	}
	oki_buf_free(&text);

	return oki_link_fail(e, ONSHI_E_SERVICE_REFUSED, "login",
	    "the login's answer has no token");
}

static int
read_token(const struct oki_buf *answer, struct oki_secret **token,
    struct onshi_error *e)
{
	struct oki_buf text;
	int r;

	oki_buf_init(&text, OKI_WEBAPI_TOKEN);
	r = oki_json_find(answer->data, answer->len, "result/idToken", &text,
	    e);
	if (r == ONSHI_ABSENT)
		r = tell_refusal(answer, e);
	else if (r == ONSHI_E_TOO_BIG || (r == ONSHI_OK && !is_token(&text)))
		r = oki_link_fail(e, ONSHI_E_ANSWER_REFUSED, "malformed",
		    "the login's token has no token's form");
	if (r == ONSHI_OK &&
	    (r = oki_secret_new(text.data, text.len, token)) != ONSHI_OK)
		(void)oki_fail(e, r, "no memory for a token");
	oki_buf_free(&text);

	return r;
}

/* Who says no to the login says no to the terminal. */
static int
refused(const struct oki_http_head *said, int32_t *retry_after,
    struct onshi_error *e)
{
	int sent = ONSHI_SENT_ANSWERED;
	int r;

	*retry_after = said->retry_after;
	r = oki_http_refused(said, &sent, e);
	if (r == ONSHI_E_SERVICE_REFUSED && e != NULL && e->code == r)
		(void)oki_copy(e->reason, sizeof(e->reason), "login");

	return r;
}

static int
talk(struct oki_webapi *a, struct oki_channel *c, const struct oki_wait *w,
    struct oki_secret **token, int32_t *retry_after, struct onshi_error *e)
{
	struct oki_talk t = { .media = OKI_MEDIA_JSON };
	struct oki_buf head, answer;
	int r;

	oki_buf_init(&head, OKI_WEBAPI_HEAD);
	oki_buf_init(&answer, ANSWER_MAX);
	t.into = oki_sink_of(&answer);
	t.body = oki_secret_bytes(a->body, &t.bodylen);
	if ((r = write_head(c->place, t.bodylen, &head)) != ONSHI_OK) {
		(void)oki_fail(e, r, "no memory for the login's head");
		goto out;
	}
	t.head = head.data;
	t.headlen = head.len;
	if ((r = oki_channel_talk(c, &t, w, e)) == ONSHI_OK)
		r = t.response.status == 200 ? read_token(&answer, token, e) :
		    refused(&t.response, retry_after, e);
	oki_http_head_free(&t.response);
out:
	oki_buf_free(&head);
	oki_buf_free(&answer);

	return r;
}

/* A connection of its own, for the login has another place and no visit. */
static int
login(struct oki_webapi *a, const struct oki_wait *w,
    struct oki_secret **token, int32_t *retry_after, struct onshi_error *e)
{
	struct oki_channel *c = NULL;
	int r;

	*token = NULL;
	if ((r = oki_channel_new(a->https, &a->places[OKI_AUTH], &c, e)) ==
	    ONSHI_OK && (r = oki_channel_connect(c, w, e)) == ONSHI_OK)
		r = talk(a, c, w, token, retry_after, e);
	oki_channel_free(&c);

	return r;
}

/* With the lock held: until there is a token, or it is ours to log in
 * (ONSHI_NEED_WAIT). */
static int
await(struct oki_webapi *a, const struct oki_wait *w)
{
	int32_t left;
	int r = ONSHI_OK;

	while (a->token == NULL && a->logging_in && r == ONSHI_OK) {
		left = oki_wait_left(w);
		(void)oki_cond_wait(a->changed, a->lock,
		    left < TURN_MS ? left : TURN_MS);
		r = oki_wait_check(w, ONSHI_E_LINK_TIMEOUT);
	}
	if (r == ONSHI_OK && a->token == NULL) {
		a->logging_in = true;
		r = ONSHI_NEED_WAIT;
	}

	return r;
}

static int
copy(const struct oki_webapi *a, struct oki_buf *out, uint64_t *number)
{
	const uint8_t *bytes;
	size_t len;

	bytes = oki_secret_bytes(a->token, &len);
	*number = a->number;

	return bytes == NULL ? ONSHI_E_STATE : oki_buf_append(out, bytes,
	    len);
}

int
oki_webapi_token(struct oki_webapi *a, const struct oki_wait *w,
    struct oki_buf *out, uint64_t *number, int32_t *retry_after,
    struct onshi_error *e)
{
	struct oki_secret *token = NULL;
	int r;

	oki_mutex_lock(a->lock);
	if ((r = await(a, w)) == ONSHI_NEED_WAIT) {
		oki_mutex_unlock(a->lock);
		r = login(a, w, &token, retry_after, e);
		oki_mutex_lock(a->lock);
		a->logging_in = false;
		if (r == ONSHI_OK) {
			a->token = token;
			a->number++;
		}
		oki_cond_broadcast(a->changed);
	} else if (r != ONSHI_OK)
		(void)oki_link_fail(e, r, oki_exchange_reason(r),
		    "another visit's login took too long");
	if (r == ONSHI_OK && (r = copy(a, out, number)) != ONSHI_OK)
		(void)oki_fail(e, r, "the login's token");
	oki_mutex_unlock(a->lock);

	return r;
}

void
oki_webapi_forget(struct oki_webapi *a, uint64_t number)
{
	oki_mutex_lock(a->lock);
	if (a->number == number)
		oki_secret_free(&a->token);
	oki_mutex_unlock(a->lock);
}
