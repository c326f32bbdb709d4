/* One request and its answer, as a link sees them. */
#include "config.h"

#include <string.h>

#include "link/inside.h"

#define RETRY_MAX	3600

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
	oki_error_clear(&x->error);
}

void
oki_exchange_free(struct onshi_exchange *x)
{
	oki_buf_free(&x->answer);
	oki_wipe(x, sizeof(*x));
}

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

int32_t
onshi_exchange_timeout_ms(const struct onshi_exchange *x)
{
	return x == NULL || x->wait == NULL ? 0 : oki_wait_left(x->wait);
}

int
onshi_exchange_write(struct onshi_exchange *x, const uint8_t *bytes,
    size_t len)
{
	int r;

	if (x == NULL || (bytes == NULL && len > 0))
		return ONSHI_E_ARG;
	if (x->refused != ONSHI_OK)
		return x->refused;
	if ((r = oki_buf_append(&x->answer, bytes, len)) != ONSHI_OK) {
		x->refused = r;
		oki_buf_reset(&x->answer);
	}

	return r;
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
