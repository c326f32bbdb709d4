/*
 * The conversations with a card, through the public table of readers: its
 * answers are the input. Whatever a card says, the PIN is shown to it at most
 * once, and only after it was asked how many tries are left (SEC-71).
 *
 * An input is one byte of options, then answers: two bytes of length (high
 * first) and so many bytes; a length of ff00 and more is no answer but a
 * failure of the reader. Where the input ends the card is gone.
 */
#include "config.h"

#include "card/inside.h"
#include "fuzz.h"
#include "onshikaku/visit.h"

#define COMMANDS_MAX	600
#define HOLDS_MAX	9
#define PIN		"1234"

struct card {
	struct fuzz_input in;
	int		 commands;
	int		 holds;
	int		 releases;
	int		 held_at;	/* which of them had the PIN */
	int		 asked;		/* VERIFY without a PIN */
	int		 shown;		/* and with one */
	bool		 gone;
};

static int
on_wait(void *self, int present, int32_t timeout_ms)
{
	const struct card *c = self;

	(void)timeout_ms;

	return present != 0 && c->gone ? ONSHI_E_CARD_TIMEOUT : ONSHI_OK;
}

static int
on_hold(void *self, int32_t timeout_ms)
{
	struct card *c = self;

	(void)timeout_ms;
	c->holds++;

	return ONSHI_OK;
}

static int
on_release(void *self, int32_t timeout_ms)
{
	struct card *c = self;

	(void)timeout_ms;
	c->releases++;

	return ONSHI_OK;
}

/* What may be said to a card at all, from card.md 5.6. */
static void
check_command(struct card *c, const uint8_t *p, size_t len)
{
	MUST(len >= 4 && len <= OKI_COMMAND_BYTES);
	MUST(++c->commands <= COMMANDS_MAX);
	/* Held anew only to read the certificate in smaller pieces. */
	MUST(c->holds == c->releases + 1 && c->holds <= HOLDS_MAX);
	MUST(c->shown == 0 || c->holds == c->held_at);
	switch (p[1]) {
	case OKI_INS_VERIFY:
		if (len == 4 || p[4] == 0) {
			c->asked++;
			break;
		}
		MUST(len == 5 + 4 && p[4] == 4 && c->asked > 0);
		MUST(memcmp(p + 5, PIN, 4) == 0 && ++c->shown == 1);
		c->held_at = c->holds;
		break;
	case OKI_INS_SIGN:
		MUST(p[0] == 0x80 && c->shown == 1);
		break;
	case OKI_INS_SELECT:
	case OKI_INS_READ:
	case OKI_INS_GET_RESPONSE:
		MUST(p[0] == 0x00);
		break;
	default:
		MUST(p[1] == OKI_INS_SELECT);
	}
	/* The PIN is nowhere else. */
	if (p[1] != OKI_INS_VERIFY)
		MUST(memmem(p, len, PIN, 4) == NULL);
}

static int
failure(struct card *c, unsigned int what)
{
	static const int results[] = { ONSHI_E_CARD_GONE, ONSHI_E_READER,
	    ONSHI_E_CARD_TIMEOUT, ONSHI_E_READER_BUSY, ONSHI_E_INTERNAL,
	    ONSHI_E_CANCELLED, 7 };
	int r = results[what % OKI_COUNT(results)];

	if (r == ONSHI_E_CARD_GONE)
		c->gone = true;

	return r;
}

static int
on_transmit(void *self, const uint8_t *command, size_t len, uint8_t *reply,
    size_t *replylen, int32_t timeout_ms)
{
	struct card *c = self;
	size_t n;

	(void)timeout_ms;
	check_command(c, command, len);
	MUST(*replylen >= 258);
	if (c->gone || c->in.left < 2)
		return failure(c, 0);
	if ((n = (size_t)fuzz_number(&c->in, 2)) >= 0xff00)
		return failure(c, (unsigned int)n & 0xff);
	if (n > c->in.left)
		n = c->in.left;
	/* A table that fills more than there is room for lies about it. */
	if (n <= *replylen)
		memcpy(reply, c->in.p, n);
	*replylen = n;
	c->in.p += n;
	c->in.left -= n;

	return ONSHI_OK;
}

static const struct onshi_reader_ops ops = {
	.size = sizeof(ops), .wait = on_wait, .hold = on_hold,
	.release = on_release, .transmit = on_transmit
};

struct world {
	struct oki_env		*env;
	struct oki_readers	*readers;
	struct oki_cancel	 cancel;
	struct oki_wait		 w;
	struct onshi_error	 e;
};

static struct oki_wait *
soon(struct world *t)
{
	oki_error_clear(&t->e);
	oki_wait_init(&t->w, t->env, 20000, &t->cancel);

	return &t->w;
}

static void
open_world(struct world *t, struct card *c)
{
	struct onshi_config *config;

	/* Never the readers of the machine that this runs on. */
	MUST(setenv("PCSCLITE_CSOCK_NAME", "/nonexistent/pcscd", 1) == 0);
	MUST(onshi_config_new(&config) == ONSHI_OK);
	MUST(onshi_config_add_reader(config, "fuzz", &ops, c) == ONSHI_OK);
	MUST(oki_env_new(config, &t->env) == ONSHI_OK);
	onshi_config_free(&config);
	oki_error_clear(&t->e);
	MUST(oki_readers_new(t->env, &t->readers, &t->e) == ONSHI_OK);
	MUST(oki_cancel_init(&t->cancel) == ONSHI_OK);
}

static void
close_world(struct world *t)
{
	oki_readers_free(&t->readers);
	oki_env_free(&t->env);
	oki_cancel_free(&t->cancel);
}

/* r and the error that stands agree; a failure is one of card or reader. */
static void
agree(const struct world *t, int r)
{
	MUST(r <= 0 && (r == ONSHI_OK || t->e.code == r));
	MUST(t->e.tries >= -1 && t->e.tries <= 15);
	MUST(r == ONSHI_OK || onshi_result_class(r) == 3 ||
	    r == ONSHI_E_STATE || r == ONSHI_E_CERTIFICATE ||
	    r == ONSHI_E_SIGNATURE);
}

static void
sign(struct world *t, struct oki_card *card,
    const struct onshi_certificate *x)
{
	static const uint8_t data[] = { 'f', 'u', 'z', 'z' };
	struct oki_buf sig;
	int r;

	oki_buf_init(&sig, 1024);
	r = oki_card_sign(card, soon(t), x, data, sizeof(data), &sig, &t->e);
	agree(t, r);
	MUST((r == ONSHI_OK) == (sig.len > 0));
	MUST(r != ONSHI_OK || oki_certificate_verify_signature(x, data, 4,
	    sig.data, sig.len) == ONSHI_OK);
	oki_buf_free(&sig);
}

static void
converse(struct world *t, struct oki_card *card, const struct card *c,
    unsigned int options)
{
	struct onshi_certificate *x = NULL;
	struct oki_secret *pin;
	int32_t apdus, bytes;
	int kind, left = -2, r;

	if ((options & 1) != 0) {
		r = oki_card_kind(card, soon(t), &kind, &t->e);
		agree(t, r);
		MUST(onshi_card_kind_name(kind) != NULL);
	}
	if ((options & 2) != 0) {
		r = oki_card_tries(card, soon(t), &left, &t->e);
		agree(t, r);
		MUST(r != ONSHI_OK || (left >= 0 && left <= 15));
	}
	r = oki_card_certificate(card, soon(t), &x, &t->e);
	agree(t, r);
	MUST((r == ONSHI_OK) == (x != NULL));
	MUST(oki_secret_new(PIN, 4, &pin) == ONSHI_OK);
	r = oki_card_verify_pin(card, soon(t), pin, (options & 4) != 0 ?
	    ONSHI_PIN_SPEND_LAST : 0, &t->e);
	agree(t, r);
	MUST(r != ONSHI_OK || c->shown == 1);
	MUST(c->shown <= 1);
	oki_secret_free(&pin);
	if (x != NULL)
		sign(t, card, x);
	oki_card_counts(card, &apdus, &bytes);
	MUST(apdus == c->commands && bytes >= 4 * apdus);
	oki_certificate_free(&x);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct card c = { .in = { data, len } };
	unsigned int options = fuzz_byte(&c.in);
	struct oki_card *card;
	struct world t;
	int r;

	open_world(&t, &c);
	if (oki_card_open(t.readers, "", soon(&t), &card, &t.e) == ONSHI_OK) {
		converse(&t, card, &c, options);
		oki_error_clear(&t.e);
		r = oki_card_close(&card, &t.e);
		agree(&t, r);
	}
	close_world(&t);
	MUST(c.holds >= 1 && c.releases == c.holds);

	return 0;
}
