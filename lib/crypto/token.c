/* A key that stays in its token (SEC-09): PKCS#11, by libp11 and p11-kit. */
#define OPENSSL_SUPPRESS_DEPRECATED	/* libp11.h speaks of engines */
#include "config.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/ui.h>
#ifdef HAVE_LIBP11
#include <libp11.h>
#endif

#include "crypto/inside.h"

#define KEY	"link.key_file: "
#define PASS	"link.key_passphrase_file: "
#define SCHEME	"pkcs11:"

/*
 * OpenSSL's engine of the same people is not used: a process can load it but
 * once, so that we would take it from the host, or the host from us. Every
 * token is reached through p11-kit, which counts who uses a module: we alone
 * with the module would end it for the host, too.
 */
#define MODULE	"libp11-kit.so.0"

/* PKCS#11's own numbers, in OpenSSL's queue. */
#define CKR_PIN_INCORRECT	0xa0
#define CKR_PIN_LEN_RANGE	0xa2
#define CKR_PIN_LOCKED		0xa4

bool
oki_token_is_uri(const char *text)
{
	return text != NULL && strncmp(text, SCHEME, strlen(SCHEME)) == 0;
}

/* One "name=value" of a URI (RFC 7512). */
struct attribute {
	const char	*name;
	size_t		 namelen;
	const char	*value;
	size_t		 len;
};

static bool
next_attribute(const char **uri, struct attribute *a)
{
	size_t len;

	*uri += strspn(*uri, ";?&");
	if ((len = strcspn(*uri, ";?&")) == 0)
		return false;
	a->name = *uri;
	*uri += len;
	a->namelen = strcspn(a->name, ";?&=");
	a->value = a->name + a->namelen;
	a->len = len - a->namelen;
	if (a->len > 0) {
		a->value++;
		a->len--;
	}

	return true;
}

static bool
is_named(const struct attribute *a, const char *name)
{
	return strlen(name) == a->namelen &&
	    memcmp(a->name, name, a->namelen) == 0;
}

static const struct name {
	const char	*name;
	bool		 says_token;	/* of itself */
	bool		 says_key;
	const char	*why;		/* NULL: may be there */
} names[] = {
	{ "token", true, false, NULL },
	{ "serial", true, false, NULL },
	{ "manufacturer", false, false, NULL },
	{ "model", false, false, NULL },
	{ "object", false, true, NULL },
	{ "id", false, true, NULL },
	{ "type", false, false, NULL },
	{ "pin-value", false, false, KEY "a PIN has no place in a PKCS#11 "
	    "URI, but in the file of link.key_passphrase_file" },
	{ "pin-source", false, false, KEY "a PIN has no place in a PKCS#11 "
	    "URI, but in the file of link.key_passphrase_file" },
	{ "module-path", false, false, KEY "a PKCS#11 module has no place in "
	    "the URI: it is made known to p11-kit" },
	{ "module-name", false, false, KEY "a PKCS#11 module has no place in "
	    "the URI: it is made known to p11-kit" }
};

static const struct name *
find_name(const struct attribute *a)
{
	size_t i;

	for (i = 0; i < OKI_COUNT(names); i++)
		if (is_named(a, names[i].name))
			return &names[i];

	return NULL;
}

/* Less than the RFC allows: no secret is in it; it names one token, for the
 * PIN is tried there and nowhere else; and one key. */
static const char *
check_uri(const char *uri)
{
	bool token = false, key = false;
	const struct name *n;
	struct attribute a;

	for (uri += strlen(SCHEME); next_attribute(&uri, &a); ) {
		if ((n = find_name(&a)) == NULL)
			return KEY "the PKCS#11 URI has an attribute that is "
			    "not known";
		if (n->why != NULL)
			return n->why;
		token = token || (n->says_token && a.len > 0);
		key = key || (n->says_key && a.len > 0);
	}
	if (!token)
		return KEY "the PKCS#11 URI names no token (token=, serial=)";

	return key ? NULL : KEY "the PKCS#11 URI names no key (object=, id=)";
}

static const char *
check_use(const char *uri, size_t pinlen)
{
	if (pinlen == 0)
		return PASS "the token's PIN is missing";
	if (pinlen > OKI_PASSPHRASE_MAX)
		return PASS "it is too long";

	return check_uri(uri);
}

#ifndef HAVE_LIBP11

struct oki_token {
	EVP_PKEY	*key;
};

int
oki_token_open(const char *uri, const void *pin, size_t pinlen,
    struct oki_token **out, struct onshi_error *e)
{
	const char *why = check_use(uri, pinlen);

	(void)pin;
	*out = NULL;
	if (why != NULL)
		return oki_fail(e, ONSHI_E_CONFIG, "%s", why);

	return oki_fail(e, ONSHI_E_UNSUPPORTED, KEY "this libonshikaku was "
	    "the library was configured without --with-libp11");
}

void
oki_token_free(struct oki_token **tp)
{
	*tp = NULL;	/* there are none */
}

#else

struct oki_token {
	int64_t		 process;	/* whose it is (SEC-116) */
	UI_METHOD	*ui;
	PKCS11_CTX	*ctx;
	bool		 loaded;
	PKCS11_SLOT	*slots;
	unsigned int	 nslots;
	EVP_PKEY	*key;
};

/* What is done on a thread of its own: what libp11 does to the thread's queue
 * of errors is not done to the host's (SEC-109). */
struct opening {
	const char		*uri;
	const char		*pin;
	struct oki_token	*t;
	const char		*why;
	int			 r;
};

/* Nobody is asked for a PIN, on no terminal. */
static int
ask_nobody(UI *ui, UI_STRING *s)
{
	(void)ui, (void)s;

	return 0;
}

static unsigned int
digit(char c)
{
	return c >= '0' && c <= '9' ? (unsigned int)(c - '0') :
	    c >= 'a' && c <= 'f' ? (unsigned int)(c - 'a') + 10 :
	    c >= 'A' && c <= 'F' ? (unsigned int)(c - 'A') + 10 : 16;
}

/* Whether the value, with its %XX, is these bytes. */
static bool
is_value(const struct attribute *a, const void *bytes, size_t n)
{
	const uint8_t *b = bytes;
	unsigned int c;
	size_t i, at = 0;

	for (i = 0; i < a->len; i++) {
		c = (uint8_t)a->value[i];
		if (c == '%') {
			if (a->len - i < 3 || digit(a->value[i + 1]) > 15 ||
			    digit(a->value[i + 2]) > 15)
				return false;
			c = digit(a->value[i + 1]) << 4 |
			    digit(a->value[i + 2]);
			i += 2;
		}
		if (at == n || b[at++] != c)
			return false;
	}

	return at == n;
}

static bool
is_text(const struct attribute *a, const char *text)
{
	return text != NULL && is_value(a, text, strlen(text));
}

static bool
is_token(const char *uri, const PKCS11_TOKEN *t)
{
	struct attribute a;

	for (uri += strlen(SCHEME); next_attribute(&uri, &a); )
		if ((is_named(&a, "token") && !is_text(&a, t->label)) ||
		    (is_named(&a, "serial") && !is_text(&a, t->serialnr)) ||
		    (is_named(&a, "manufacturer") &&
		    !is_text(&a, t->manufacturer)) ||
		    (is_named(&a, "model") && !is_text(&a, t->model)))
			return false;

	return true;
}

static bool
is_key(const char *uri, const PKCS11_KEY *k)
{
	struct attribute a;

	for (uri += strlen(SCHEME); next_attribute(&uri, &a); )
		if ((is_named(&a, "object") && !is_text(&a, k->label)) ||
		    (is_named(&a, "id") && !is_value(&a, k->id, k->id_len)) ||
		    (is_named(&a, "type") && !is_text(&a, "private")))
			return false;

	return true;
}

static int
refuse(struct opening *o, const char *why)
{
	int r = oki_openssl_cause(ONSHI_E_CONFIG);

	o->why = r == ONSHI_E_CONFIG ? why : KEY "no memory";

	return r;
}

static int
load(struct opening *o)
{
	struct oki_token *t = o->t;

	o->why = KEY "no memory";
	if ((t->ui = UI_create_method("none")) == NULL ||
	    UI_method_set_reader(t->ui, ask_nobody) != 0 ||
	    (t->ctx = PKCS11_CTX_new()) == NULL)
		return ONSHI_E_NOMEM;
	(void)PKCS11_set_ui_method(t->ctx, t->ui, NULL);
	if (PKCS11_CTX_load(t->ctx, MODULE) != 0)
		return refuse(o, KEY "p11-kit (" MODULE "), which knows the "
		    "tokens, is not there");
	t->loaded = true;
	if (PKCS11_enumerate_slots(t->ctx, &t->slots, &t->nslots) != 0)
		return refuse(o, KEY "the tokens cannot be listed");

	return ONSHI_OK;
}

static int
find_token(struct opening *o, PKCS11_SLOT **out)
{
	PKCS11_SLOT *slot;
	unsigned int i;

	*out = NULL;
	for (i = 0; i < o->t->nslots; i++) {
		slot = &o->t->slots[i];
		if (slot->token == NULL || !slot->token->initialized ||
		    !is_token(o->uri, slot->token))
			continue;
		if (*out != NULL)
			return refuse(o, KEY "several tokens are as the "
			    "PKCS#11 URI says");
		*out = slot;
	}

	return *out != NULL ? ONSHI_OK :
	    refuse(o, KEY "the token is not there");
}

/* Why the token took no PIN, from the errors of this thread. */
static const char *
token_says(void)
{
	unsigned long code;

	while ((code = ERR_get_error()) != 0) {
		if (ERR_GET_LIB(code) < ERR_LIB_USER)
			continue;
		switch (ERR_GET_REASON(code)) {
		case CKR_PIN_INCORRECT:
		case CKR_PIN_LEN_RANGE:
			return PASS "the token's PIN is wrong, and a try of "
			    "it is spent";
		case CKR_PIN_LOCKED:
			return KEY "the token's PIN is locked";
		default:
			break;
		}
	}

	return KEY "the token does not let us in";
}

/* Once, and never the last try: a program that is started again and again
 * must not lock a token. */
static int
log_in(struct opening *o, PKCS11_SLOT *slot)
{
	const PKCS11_TOKEN *t = slot->token;

	if (t->userPinLocked)
		return refuse(o, KEY "the token's PIN is locked");
	if (t->userPinFinalTry)
		return refuse(o, KEY "the token's PIN has one try left: give "
		    "it to the token by the token's own tool first");
	if (!t->loginRequired || PKCS11_login(slot, 0, o->pin) == 0)
		return ONSHI_OK;

	return refuse(o, token_says());
}

static int
find_key(struct opening *o, PKCS11_SLOT *slot)
{
	PKCS11_KEY *keys, *found = NULL;
	unsigned int i, n;

	if (PKCS11_enumerate_keys(slot->token, &keys, &n) != 0)
		return refuse(o, KEY "the token's keys cannot be listed");
	for (i = 0; i < n; i++) {
		if (!is_key(o->uri, &keys[i]))
			continue;
		if (found != NULL)
			return refuse(o, KEY "several keys in the token are "
			    "as the PKCS#11 URI says");
		found = &keys[i];
	}
	if (found == NULL)
		return refuse(o, KEY "the key is not in the token");
	if ((o->t->key = PKCS11_get_private_key(found)) == NULL)
		return refuse(o, KEY "the token's key is of a kind that is "
		    "not known, or its public half is not in the token");

	return ONSHI_OK;
}

static void
open_token(void *arg)
{
	struct opening *o = arg;
	struct oki_low_guard low;
	PKCS11_SLOT *slot;

	oki_low_guard_take(&low);	/* a module keeps what it opens */
	if ((o->r = load(o)) == ONSHI_OK &&
	    (o->r = find_token(o, &slot)) == ONSHI_OK &&
	    (o->r = log_in(o, slot)) == ONSHI_OK)
		o->r = find_key(o, slot);
	oki_low_guard_drop(&low);
	ERR_clear_error();
}

static void
close_token(void *arg)
{
	struct oki_token *t = arg;

	EVP_PKEY_free(t->key);
	if (t->slots != NULL)
		PKCS11_release_all_slots(t->ctx, t->slots, t->nslots);
	if (t->loaded)
		PKCS11_CTX_unload(t->ctx);
	if (t->ctx != NULL)
		PKCS11_CTX_free(t->ctx);
	if (t->ui != NULL)
		UI_destroy_method(t->ui);
	ERR_clear_error();
}

static int
on_own_thread(void (*run)(void *), void *arg)
{
	struct oki_thread *thread;
	int r;

	if ((r = oki_thread_start(run, arg, &thread)) == ONSHI_OK)
		oki_thread_join(&thread);

	return r;
}

int
oki_token_open(const char *uri, const void *pin, size_t pinlen,
    struct oki_token **out, struct onshi_error *e)
{
	struct opening o = { .uri = uri };
	struct oki_buf text;
	int r;

	*out = NULL;
	if ((o.why = check_use(uri, pinlen)) != NULL)
		return oki_fail(e, ONSHI_E_CONFIG, "%s", o.why);
	if (oki_os_is_privileged())
		return oki_fail(e, ONSHI_E_ENVIRONMENT, KEY "a token loads "
		    "code, and the process has raised rights");
	oki_buf_init(&text, OKI_PASSPHRASE_MAX + 1);
	if ((o.t = oki_alloc(sizeof(*o.t))) == NULL ||
	    oki_buf_append(&text, pin, pinlen) != ONSHI_OK ||
	    oki_buf_byte(&text, 0) != ONSHI_OK) {
		r = oki_fail(e, ONSHI_E_NOMEM, KEY "no memory");
		goto out;
	}
	o.t->process = oki_os_process();
	o.pin = (const char *)text.data;
	if ((r = on_own_thread(open_token, &o)) != ONSHI_OK)
		r = oki_fail(e, r, KEY "no thread");
	else if ((r = o.r) != ONSHI_OK)
		r = oki_fail(e, r, "%s", o.why);
out:
	oki_buf_free(&text);
	if (r == ONSHI_OK)
		*out = o.t;
	else
		oki_token_free(&o.t);

	return r;
}

/* A child of the host's leaves all of it to the parent. */
void
oki_token_free(struct oki_token **tp)
{
	struct oki_token *t = *tp;

	if (t == NULL)
		return;
	*tp = NULL;
	if (t->ui != NULL && t->process == oki_os_process())
		(void)on_own_thread(close_token, t);
	oki_free(t);
}

#endif

void *
oki_token_key(const struct oki_token *t)
{
	return t->key;
}
