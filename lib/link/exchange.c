/* One request and its answer, as a link sees them. */
#include "config.h"

#include <string.h>

#include "link/inside.h"

#define RETRY_MAX	3600
#define PREFIX_MAX	64

/* ---- the sink ------------------------------------------------------------ */

static int
buf_take(void *self, const uint8_t *bytes, size_t len)
{
	return oki_buf_append(self, bytes, len);
}

static void
buf_drop(void *self)
{
	oki_buf_reset(self);
}

struct oki_sink
oki_sink_of(struct oki_buf *b)
{
	return (struct oki_sink){ .take = buf_take, .drop = buf_drop,
	    .self = b, .max = b->max };
}

void
oki_exchange_drop(struct onshi_exchange *x)
{
	x->sink.drop(x->sink.self);
	oki_wipe(x->new_token, sizeof(x->new_token));
}

int
oki_exchange_take(struct onshi_exchange *x, const uint8_t *p, size_t len)
{
	int r;

	if (x->refused != ONSHI_OK)
		return x->refused;
	if ((r = oki_wait_check(x->wait, ONSHI_E_LINK_TIMEOUT)) == ONSHI_OK)
		r = len > x->sink.max - x->taken ? ONSHI_E_TOO_BIG :
		    x->sink.take(x->sink.self, p, len);
	if (r == ONSHI_OK) {
		x->taken += len;
		return r;
	}
	oki_exchange_drop(x);

	return x->refused = r;
}

const char *
oki_exchange_reason(int result)
{
	switch (result) {
	case ONSHI_E_TOO_BIG:
		return "too_big";
	case ONSHI_E_LINK_TIMEOUT:
		return "timeout";
	case ONSHI_E_ANSWER_REFUSED:
	case ONSHI_E_PROTOCOL:
		return "malformed";
	default:
		return "";
	}
}

/* ---- the request --------------------------------------------------------- */

size_t
oki_prefix_len(const char *prefix)
{
	size_t n = strspn(prefix, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789");

	return n <= PREFIX_MAX && (prefix[n] == '\0' ||
	    strcmp(prefix + n, "+card") == 0) ? n : 0;
}

int
oki_exchange_check(const struct onshi_exchange *x, size_t max,
    struct onshi_error *e)
{
	const uint8_t *token;
	size_t len;

	token = oki_secret_bytes(x->token, &len);
	if (oki_prefix_len(x->prefix) == 0 || x->wait == NULL ||
	    (x->body == NULL && x->bodylen > 0))
		return oki_fail(e, ONSHI_E_ARG, "no exchange");
	if (token != NULL && !oki_is_token((const char *)token, len))
		return oki_fail(e, ONSHI_E_ARG, "no visit token");
	if (!oki_is_word(x->request_id, OKI_REQUEST_ID - 1))
		return oki_fail(e, ONSHI_E_ARG, "no request id");
	if (x->bodylen > max)
		return oki_link_fail(e, ONSHI_E_TOO_BIG, "too_big",
		    "the request is longer than the limit");

	return ONSHI_OK;
}

int
oki_request_id(char to[OKI_REQUEST_ID])
{
	return oki_uuid(to);
}

void
oki_exchange_init(struct onshi_exchange *x, const char *prefix,
    struct oki_wait *w, size_t max_answer)
{
	*x = (struct onshi_exchange){ .prefix = prefix, .wait = w,
	    .sent = ONSHI_SENT_NOT };
	oki_buf_init(&x->answer, max_answer);
	x->sink = oki_sink_of(&x->answer);
	oki_error_clear(&x->error);
}

void
oki_exchange_free(struct onshi_exchange *x)
{
	oki_buf_free(&x->answer);
	oki_wipe(x, sizeof(*x));
}

/* ---- what a program's own link sees of it -------------------------------- */

const char *
onshi_exchange_prefix(const struct onshi_exchange *x)
{
	return x == NULL || x->prefix == NULL ? "" : x->prefix;
}

const uint8_t *
onshi_exchange_body(const struct onshi_exchange *x, size_t *len)
{
	if (len != NULL)
		*len = x == NULL ? 0 : x->bodylen;

	return x == NULL ? NULL : x->body;
}

const char *
onshi_exchange_request_id(const struct onshi_exchange *x)
{
	return x == NULL ? "" : x->request_id;
}

/* A secret ends with a NUL that is not part of it. */
const char *
onshi_exchange_token(const struct onshi_exchange *x)
{
	const uint8_t *token = NULL;
	size_t len;

	if (x != NULL)
		token = oki_secret_bytes(x->token, &len);

	return token == NULL ? "" : (const char *)token;
}

int
onshi_exchange_is_again(const struct onshi_exchange *x)
{
	return x != NULL && x->again;
}

int32_t
onshi_exchange_timeout_ms(const struct onshi_exchange *x)
{
	return x == NULL || x->wait == NULL ? 0 : oki_wait_left(x->wait);
}

int
onshi_exchange_write(struct onshi_exchange *x, const uint8_t *bytes,
    size_t len)
{
	if (x == NULL || (bytes == NULL && len > 0))
		return ONSHI_E_ARG;

	return oki_exchange_take(x, bytes, len);
}

void
onshi_exchange_set_rejected(struct onshi_exchange *x, int yes)
{
	if (x != NULL)
		x->rejected = yes != 0;
}

int
onshi_exchange_set_token(struct onshi_exchange *x, const char *token)
{
	if (x == NULL || token == NULL)
		return ONSHI_E_ARG;
	if (*token != '\0' && !oki_is_token(token, strlen(token)))
		return x->refused = ONSHI_E_ANSWER_REFUSED;
	(void)oki_copy(x->new_token, sizeof(x->new_token), token);

	return ONSHI_OK;
}

void
onshi_exchange_set_sent(struct onshi_exchange *x, int sent)
{
	if (x != NULL && sent >= ONSHI_SENT_NOT && sent <= ONSHI_SENT_UNKNOWN)
		x->sent = sent;
}

void
onshi_exchange_set_retry_after(struct onshi_exchange *x, int32_t seconds)
{
	if (x != NULL && seconds >= 0)
		x->retry_after = seconds > RETRY_MAX ? RETRY_MAX : seconds;
}

const char *
onshi_form_name(int form)
{
	static const char *const names[] = {
		[ONSHI_FORM_NONE] = "none",
		[ONSHI_FORM_XML] = "xml",
		[ONSHI_FORM_JSON] = "json"
	};

	return form >= 0 && (size_t)form < OKI_COUNT(names) ? names[form] :
	    "unknown";
}
