/* The Web API link: JSON by HTTPS, as far as it is public (messages.md 1.8). */
#include "config.h"

#include <string.h>

#include "link/webapi.h"

#define SEARCH		"OQSsiquc01req"
#define SEARCH_PATH	"/oqs-api-pro/MSA01030/ILI01030SV01/search"
#define PATHS		"link.function"
#define LOGIN		"login"		/* no function: the doctor's */
#define BODY_MAX	65536

/* Where a function lies; NULL: nobody has said. */
static const char *
path_of(const struct oki_webapi *a, const char *prefix)
{
	const char *path = oki_config_text_of(oki_env_config(a->https->env),
	    PATHS, prefix);

	return path != NULL ? path : strcmp(prefix, SEARCH) == 0 ?
	    SEARCH_PATH : NULL;
}

/* No check-in by card; and what is ours alone (X...) nobody has there. */
static int
webapi_carries(const void *self, const char *prefix)
{
	return oki_kind_is_request(oki_kind(prefix)) && prefix[0] != 'X' &&
	    path_of(self, prefix) != NULL ? ONSHI_FORM_JSON : ONSHI_FORM_NONE;
}

static bool
webapi_has_tokens(const void *self)
{
	(void)self;

	return false;		/* of visits */
}

static int32_t
webapi_days_left(const void *self)
{
	const struct oki_webapi *a = self;

	return a->https->days_left;
}

static void
webapi_close(void *self, void *session)
{
	struct oki_channel *c = session;
	struct oki_http_door door;

	(void)self;
	oki_http_enter(&door);
	oki_channel_free(&c);
	oki_http_leave(&door);
}

static int
webapi_open(void *self, struct oki_wait *w, void **session,
    struct onshi_error *e)
{
	struct oki_webapi *a = self;
	struct oki_channel *c;
	struct oki_http_door door;
	int r;

	oki_http_enter(&door);
	if ((r = oki_channel_new(a->https, &a->places[OKI_SEARCH], &c, e)) ==
	    ONSHI_OK)
		r = oki_channel_connect(c, w, e);
	if (r == ONSHI_OK)
		*session = c;
	else
		oki_channel_free(&c);
	oki_http_leave(&door);

	return r;
}

static int
write_head(struct oki_webapi *a, const struct onshi_exchange *x,
    struct oki_buf *out, uint64_t *number, int32_t *retry_after,
    struct onshi_error *e)
{
	const struct oki_place *p = &a->places[OKI_SEARCH];
	int r;

	if ((r = oki_buf_format(out, "POST %s%s HTTP/1.1\r\nHost: %s\r\n",
	    p->path, path_of(a, x->prefix), p->name)) != ONSHI_OK ||
	    (r = oki_buf_text(out, "User-Agent: libonshikaku\r\n"
	    "Accept: application/json\r\n"
	    "Content-Type: application/json;charset=UTF-8\r\n"
	    "Authorization: ")) != ONSHI_OK ||
	    (r = oki_webapi_token(a, x->wait, out, number, retry_after,
	    e)) != ONSHI_OK ||
	    (r = oki_buf_format(out, "\r\nContent-Length: %zu\r\n\r\n",
	    x->bodylen)) != ONSHI_OK)
		return oki_fail(e, r, "the request's head");

	return ONSHI_OK;
}

/* One request with one token; *refused: the token was, and nothing is done. */
static int
ask_once(struct oki_webapi *a, struct oki_channel *c,
    struct onshi_exchange *x, bool *refused, struct onshi_error *e)
{
	struct oki_http_head said = { .status = 0 };
	struct oki_buf head;
	int64_t start = oki_steady_ms(a->https->env);
	uint64_t number = 0;
	int r;

	*refused = false;
	x->sent = ONSHI_SENT_NOT;
	oki_buf_init(&head, OKI_WEBAPI_HEAD);
	r = write_head(a, x, &head, &number, &x->retry_after, e);
	x->connect_ms += (int32_t)(oki_steady_ms(a->https->env) - start);
	if (r != ONSHI_OK ||
	    (r = oki_channel_connect(c, x->wait, e)) != ONSHI_OK)
		goto out;
	oki_channel_facts(c, x);
	if ((r = oki_channel_ask(c, &head, OKI_MEDIA_JSON, x, &said, e)) ==
	    ONSHI_OK && said.status != 200) {
		*refused = said.status == 401 || said.status == 403;
		r = oki_http_refused(&said, &x->sent, e);
	}
	if (*refused)
		oki_webapi_forget(a, number);
	oki_http_head_free(&said);
out:
	oki_buf_free(&head);

	return r;
}

/* A token that is refused may have grown old: one more login tells. */
static int
ask(struct oki_webapi *a, struct oki_channel *c, struct onshi_exchange *x,
    struct onshi_error *e)
{
	struct onshi_error first;
	bool refused;
	int r;

	oki_error_clear(&first);
	if ((r = ask_once(a, c, x, &refused, &first)) == ONSHI_OK)
		return r;
	if (refused)
		return ask_once(a, c, x, &refused, e);
	oki_error_copy(e, &first);

	return r;
}

/* Both hosts can be reached, and know the terminal: nobody is asked about. */
static int
try_login(struct oki_webapi *a, const struct oki_channel *c,
    struct onshi_exchange *x, struct onshi_error *e)
{
	struct oki_http_door door;
	struct oki_buf token;
	uint64_t number;
	int r;

	oki_buf_init(&token, OKI_WEBAPI_TOKEN);
	oki_http_enter(&door);
	oki_channel_facts(c, x);
	r = oki_webapi_token(a, x->wait, &token, &number, &x->retry_after,
	    e);
	oki_http_leave(&door);
	oki_buf_free(&token);

	return r;
}

/*
 * There is no request id here: what was sent before may have been done, and no
 * asking tells. Only the caller can make it a new question.
 */
static int
webapi_exchange(void *self, void *session, struct onshi_exchange *x,
    struct onshi_error *e)
{
	struct oki_channel *c = session;
	struct oki_http_door door;
	int r;

	if (!oki_wire_is_ours(c->wire))
		return oki_fail(e, ONSHI_E_STATE, "the process has forked");
	if (strcmp(x->prefix, LOGIN) == 0)
		return try_login(self, c, x, e);
	if (webapi_carries(self, x->prefix) == ONSHI_FORM_NONE)
		return oki_fail(e, ONSHI_E_UNSUPPORTED,
		    "the webapi link does not carry this function");
	if (x->again) {
		x->sent = ONSHI_SENT_UNKNOWN;
		return oki_link_fail(e, ONSHI_E_LINK_TIMEOUT, "uncertain",
		    "sent before, and no answer can be fetched here: ask "
		    "anew (onshi_visit_set_anew)");
	}
	oki_http_enter(&door);
	r = ask(self, c, x, e);
	oki_http_leave(&door);
	x->connect_ms += c->connect_ms;
	c->connect_ms = 0;

	return r;
}

/* ---- what link.* says ---------------------------------------------------- */

static bool
is_path(const char *s)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789/._~-";

	return s[0] == '/' && s[strspn(s, allowed)] == '\0';
}

static int
check_paths(const struct onshi_config *c, struct onshi_error *e)
{
	const char *prefix;
	size_t i;

	for (i = 0; (prefix = oki_config_part_at(c, PATHS, i)) != NULL; i++) {
		if (!oki_kind_is_request(oki_kind(prefix)))
			return oki_fail(e, ONSHI_E_CONFIG, PATHS
			    ".%s: no such function", prefix);
		if (!is_path(oki_config_text_of(c, PATHS, prefix)))
			return oki_fail(e, ONSHI_E_CONFIG, PATHS
			    ".%s is no path, as /a/b", prefix);
	}

	return ONSHI_OK;
}

static int
read_login(struct oki_webapi *a, const struct onshi_config *c,
    struct onshi_error *e)
{
	struct oki_buf body;
	int r;

	if (!oki_config_has(c, OKI_LINK_LOGIN_FILE))
		return oki_fail(e, ONSHI_E_CONFIG,
		    "link.login_file is not set");
	oki_buf_init(&body, BODY_MAX);
	if ((r = oki_config_content(c, OKI_LINK_LOGIN_FILE, BODY_MAX, &body,
	    e)) == ONSHI_OK && body.len == 0)
		r = oki_fail(e, ONSHI_E_CONFIG, "link.login_file is empty");
	if (r == ONSHI_OK &&
	    (r = oki_secret_new(body.data, body.len, &a->body)) != ONSHI_OK)
		(void)oki_fail(e, r, "link.login_file");
	oki_buf_free(&body);

	return r;
}

static int
configure(struct oki_webapi *a, struct oki_env *env, struct onshi_error *e)
{
	static const enum oki_key bases[OKI_WEBAPI_PLACES] = {
		[OKI_AUTH] = OKI_LINK_AUTH_BASE,
		[OKI_SEARCH] = OKI_LINK_SEARCH_BASE
	};
	const struct onshi_config *c = oki_env_config(env);
	int r;

	if ((r = oki_json_check(e)) != ONSHI_OK ||
	    (r = check_paths(c, e)) != ONSHI_OK ||
	    (r = read_login(a, c, e)) != ONSHI_OK)
		return r;
	if ((r = oki_mutex_new(&a->lock)) != ONSHI_OK ||
	    (r = oki_cond_new(&a->changed)) != ONSHI_OK)
		return oki_fail(e, r, "no lock for the link");

	return oki_https_config(env, bases, a->places, OKI_WEBAPI_PLACES,
	    &a->https, e);
}

static void
webapi_free(void *self)
{
	struct oki_webapi *a = self;
	struct oki_tls_door door;
	size_t i;

	(void)oki_tls_enter(&door);
	oki_https_free(&a->https);
	for (i = 0; i < OKI_COUNT(a->places); i++)
		oki_place_free(&a->places[i]);
	oki_tls_leave(&door);
	oki_secret_free(&a->token);
	oki_secret_free(&a->body);
	oki_cond_free(&a->changed);
	oki_mutex_free(&a->lock);
	oki_free(a);
}

static const struct oki_link_ops webapi_ops = {
	.name = "webapi",
	.has_request_ids = false,
	.has_tokens = webapi_has_tokens,
	.carries = webapi_carries,
	.days_left = webapi_days_left,
	.open = webapi_open,
	.exchange = webapi_exchange,
	.close = webapi_close,
	.free = webapi_free
};

int
oki_webapi_new(struct oki_env *env, const struct oki_link_ops **ops,
    void **self, struct onshi_error *e)
{
	struct oki_tls_door door;
	struct oki_webapi *a;
	int r;

	if ((a = oki_alloc(sizeof(*a))) == NULL)
		return oki_fail(e, ONSHI_E_NOMEM, "no memory for the link");
	if (!oki_tls_enter(&door))
		r = oki_fail(e, ONSHI_E_NOMEM, "no memory for TLS");
	else
		r = configure(a, env, e);
	oki_tls_leave(&door);
	if (r != ONSHI_OK) {
		webapi_free(a);
		return r;
	}
	*ops = &webapi_ops;
	*self = a;

	return ONSHI_OK;
}
