/* The card alone: public handles over room card, for programs that want no
 * visit. Calls wait in the caller's own thread, never beyond their deadline. */
#include <string.h>

#include "visit/inside.h"

#define LIST_MS		5000	/* for a list of readers */
#define SIGNATURE_MAX	1024
#define NUMBER_MAX	32

struct onshi_readers {
	struct onshi		*root;
	struct onshi_error	 error;
	size_t			 n;
	struct oki_reader_state	 states[OKI_READERS];
};

struct onshi_card {
	oki_atomic_int		 busy;
	struct onshi		*root;
	struct onshi_error	 error;
	struct oki_cancel	 cancel;
	int32_t			 deadline_ms;	/* 0: the config's */
	struct oki_card		*card;
	int			 kind;
	struct onshi_certificate *certificate;
	struct oki_buf		 signature;
	struct oki_visual		 face;
	int32_t			 apdus;		/* of cards closed before */
	int32_t			 bytes;
};

/* ---- readers ------------------------------------------------------------- */

int
onshi_readers_new(struct onshi *o, struct onshi_readers **out)
{
	struct onshi_readers *l;
	int r;

	if (out == NULL)
		return ONSHI_E_ARG;
	*out = NULL;
	if ((r = oki_root_enter(o)) != ONSHI_OK)
		return r;
	if ((l = oki_alloc(sizeof(*l))) == NULL)
		return oki_root_fail(o, ONSHI_E_NOMEM, "list of readers");
	oki_error_clear(&l->error);
	l->root = oki_root_ref(o);
	*out = l;

	return ONSHI_OK;
}

void
onshi_readers_free(struct onshi_readers **lp)
{
	if (lp == NULL || *lp == NULL)
		return;
	onshi_free(&(*lp)->root);
	oki_free(*lp);
	*lp = NULL;
}

int
onshi_readers_list(struct onshi_readers *l)
{
	struct oki_wait wait;
	int r;

	if (l == NULL)
		return ONSHI_E_ARG;
	oki_error_clear(&l->error);
	l->n = 0;
	if ((r = oki_root_enter(l->root)) != ONSHI_OK)
		return oki_fail(&l->error, r, "after fork");
	oki_wait_init(&wait, oki_root_env(l->root), LIST_MS, NULL);
	r = oki_readers_list(oki_root_readers(l->root), &wait, l->states,
	    OKI_READERS, &l->n, &l->error);
	if (l->n > OKI_READERS)
		l->n = OKI_READERS;

	return r;
}

int
onshi_readers_at(const struct onshi_readers *l, size_t i, const char **name,
    int *has_card)
{
	if (name != NULL)
		*name = NULL;
	if (has_card != NULL)
		*has_card = 0;
	if (l == NULL)
		return ONSHI_E_ARG;
	if (i >= l->n)
		return ONSHI_END;
	if (name != NULL)
		*name = l->states[i].name;
	if (has_card != NULL)
		*has_card = l->states[i].has_card ? 1 : 0;

	return ONSHI_OK;
}

const struct onshi_error *
onshi_readers_error(const struct onshi_readers *l)
{
	return l != NULL ? &l->error : oki_no_handle();
}

/* ---- card ---------------------------------------------------------------- */

int
onshi_card_new(struct onshi *o, struct onshi_card **out)
{
	struct onshi_card *c;
	int r;

	if (out == NULL)
		return ONSHI_E_ARG;
	*out = NULL;
	if ((r = oki_root_enter(o)) != ONSHI_OK)
		return r;
	if ((c = oki_alloc(sizeof(*c))) == NULL)
		return oki_root_fail(o, ONSHI_E_NOMEM, "card");
	atomic_init(&c->busy, 0);
	oki_error_clear(&c->error);
	oki_buf_init(&c->signature, SIGNATURE_MAX);
	oki_visual_init(&c->face);
	if ((r = oki_cancel_init(&c->cancel)) != ONSHI_OK) {
		oki_free(c);
		return oki_root_fail(o, r, "card");
	}
	c->root = oki_root_ref(o);
	*out = c;

	return ONSHI_OK;
}

int
oki_card_let_go(struct oki_card **cp, int32_t *apdus, int32_t *bytes,
    struct onshi_error *e)
{
	int32_t more = 0, longer = 0;
	int r;

	if (*cp == NULL)
		return ONSHI_OK;
	r = oki_card_finish(*cp, e);
	oki_card_counts(*cp, &more, &longer);
	*apdus += more;
	*bytes += longer;
	(void)oki_card_close(cp, NULL);

	return r;
}

static void
let_go(struct onshi_card *c)
{
	struct onshi_error ignored;

	oki_certificate_free(&c->certificate);
	oki_buf_free(&c->signature);
	oki_buf_init(&c->signature, SIGNATURE_MAX);
	oki_visual_free(&c->face);
	c->kind = ONSHI_CARD_OTHER;
	oki_error_clear(&ignored);
	(void)oki_card_let_go(&c->card, &c->apdus, &c->bytes, &ignored);
}

void
onshi_card_free(struct onshi_card **cp)
{
	struct onshi_card *c;

	if (cp == NULL || (c = *cp) == NULL)
		return;
	*cp = NULL;
	if (oki_root_enter(c->root) != ONSHI_OK)
		return;			/* in a forked child: not ours */
	let_go(c);
	oki_buf_free(&c->signature);
	oki_cancel_free(&c->cancel);
	onshi_free(&c->root);
	oki_free(c);
}

static int
enter(struct onshi_card *c, struct oki_wait *wait)
{
	const struct oki_env *env;
	int r;

	if (c == NULL)
		return ONSHI_E_ARG;
	if ((r = oki_root_enter(c->root)) != ONSHI_OK)
		return r;
	if (atomic_exchange(&c->busy, 1) != 0)
		return ONSHI_E_STATE;
	oki_error_clear(&c->error);
	env = oki_root_env(c->root);
	oki_wait_init(wait, env, c->deadline_ms != 0 ? c->deadline_ms :
	    (int32_t)oki_config_number(oki_env_config(env),
	    OKI_READER_DEADLINE_MS), &c->cancel);

	return ONSHI_OK;
}

static int
leave(struct onshi_card *c, int r)
{
	oki_cancel_clear(&c->cancel);
	atomic_store(&c->busy, 0);

	return r;
}

/* The same, for what needs an open card. */
static int
enter_open(struct onshi_card *c, struct oki_wait *wait)
{
	int r;

	if ((r = enter(c, wait)) != ONSHI_OK)
		return r;
	if (c->card == NULL)
		return leave(c, oki_fail(&c->error, ONSHI_E_STATE,
		    "no card is open"));

	return ONSHI_OK;
}

int
onshi_card_set_deadline(struct onshi_card *c, int32_t ms)
{
	struct oki_wait wait;
	int r;

	if ((r = enter(c, &wait)) != ONSHI_OK)
		return r;
	if ((r = oki_deadline_check(ms, &c->error)) == ONSHI_OK)
		c->deadline_ms = ms;

	return leave(c, r);
}

int
onshi_card_open(struct onshi_card *c, const char *reader)
{
	struct oki_wait wait;
	int r;

	if ((r = enter(c, &wait)) != ONSHI_OK)
		return r;
	let_go(c);
	if (reader == NULL || reader[0] == '\0')
		reader = oki_config_text(oki_env_config(oki_root_env(
		    c->root)), OKI_READER_NAME);
	if ((r = oki_card_open(oki_root_readers(c->root), reader, &wait,
	    &c->card, &c->error)) == ONSHI_OK &&
	    (r = oki_card_kind(c->card, &wait, &c->kind, &c->error)) !=
	    ONSHI_OK)
		let_go(c);

	return leave(c, r);
}

int
onshi_card_kind(const struct onshi_card *c)
{
	return c != NULL ? c->kind : ONSHI_CARD_OTHER;
}

const char *
onshi_card_kind_text(int kind, const char *lang)
{
	static const char *const texts[][2] = {
		[ONSHI_CARD_OTHER] = { "not a My Number Card",
		    "マイナンバーカードではないカード" },
		[ONSHI_CARD_MY_NUMBER] = { "My Number Card",
		    "マイナンバーカード" },
		[ONSHI_CARD_NO_CERTIFICATE] = {
		    "My Number Card without a user-authentication certificate",
		    "利用者証明用電子証明書のないマイナンバーカード" },
		[ONSHI_CARD_PHONE] = { "phone", "スマートフォン" },
		[ONSHI_CARD_JUKI] = { "Juki card, no longer usable",
		    "住民基本台帳カード（使用できません）" },
		[ONSHI_CARD_RESIDENCE] = { "residence card", "在留カード" },
		[ONSHI_CARD_DRIVERS_LICENCE] = { "driver's licence",
		    "運転免許証" }
	};

	return kind < 0 || (size_t)kind >= OKI_COUNT(texts) ? "" :
	    texts[kind][oki_text_equal(lang, "ja") ? 1 : 0];
}

/* ---- what is known of a certificate's issuer ----------------------------- */

static const struct {
	const char	*name;
	const char	*text[2];
} trusts[] = {
	[ONSHI_TRUST_UNCHECKED] = { "unchecked", {
	    "the issuer was not checked", "発行元は未確認です" } },
	[ONSHI_TRUST_GOOD] = { "good", {
	    "of a known issuer", "発行元を確認しました" } },
	[ONSHI_TRUST_UNTRUSTED] = { "untrusted", {
	    "of an unknown issuer", "発行元を確認できません" } },
	[ONSHI_TRUST_BAD_SIGNATURE] = { "bad_signature", {
	    "the issuer's signature does not fit",
	    "発行元の署名が正しくありません" } }
};

const char *
onshi_trust_name(int trust)
{
	return trust < 0 || (size_t)trust >= OKI_COUNT(trusts) ? NULL :
	    trusts[trust].name;
}

const char *
onshi_trust_text(int trust, const char *lang)
{
	return onshi_trust_name(trust) == NULL ? "" :
	    trusts[trust].text[oki_text_equal(lang, "ja") ? 1 : 0];
}

/* ---- what it is asked ---------------------------------------------------- */

int
onshi_card_pin_tries(struct onshi_card *c, int *left)
{
	struct oki_wait wait;
	int r;

	if (left == NULL)
		return ONSHI_E_ARG;
	*left = -1;
	if ((r = enter_open(c, &wait)) != ONSHI_OK)
		return r;

	return leave(c, oki_card_tries(c->card, &wait, left, &c->error));
}

/* Read once. */
static int
read_certificate(struct onshi_card *c, struct oki_wait *wait)
{
	return c->certificate != NULL ? ONSHI_OK : oki_card_certificate(
	    c->card, wait, &c->certificate, &c->error);
}

int
onshi_card_certificate(struct onshi_card *c,
    const struct onshi_certificate **out)
{
	struct oki_wait wait;
	int r;

	if (out == NULL)
		return ONSHI_E_ARG;
	*out = NULL;
	if ((r = enter_open(c, &wait)) != ONSHI_OK)
		return r;
	if ((r = read_certificate(c, &wait)) == ONSHI_OK)
		*out = c->certificate;

	return leave(c, r);
}

static int
sign(struct onshi_card *c, const char *pin, uint32_t flags,
    const uint8_t *data, size_t len, struct oki_wait *wait)
{
	struct oki_secret *s;
	int r;

	if ((r = oki_secret_new(pin, 4, &s)) != ONSHI_OK)
		return oki_fail(&c->error, r, "PIN");
	if ((r = read_certificate(c, wait)) == ONSHI_OK &&
	    (r = oki_card_verify_pin(c->card, wait, s, flags, &c->error)) ==
	    ONSHI_OK)
		r = oki_card_sign(c->card, wait, c->certificate, data, len,
		    &c->signature, &c->error);
	oki_secret_free(&s);

	return r;
}

int
onshi_card_sign(struct onshi_card *c, const char *pin, uint32_t flags,
    const uint8_t *data, size_t len)
{
	struct oki_wait wait;
	int r;

	if ((r = enter_open(c, &wait)) != ONSHI_OK)
		return r;
	oki_buf_free(&c->signature);	/* of other data: not for these */
	oki_buf_init(&c->signature, SIGNATURE_MAX);
	if (pin == NULL || (data == NULL && len != 0) ||
	    (flags & ~ONSHI_PIN_SPEND_LAST) != 0)
		return leave(c, oki_fail(&c->error, ONSHI_E_ARG,
		    "PIN, data or flags"));
	if (!oki_is_digits(pin, 4, 4))
		return leave(c, oki_fail(&c->error, ONSHI_E_PIN_SHAPE,
		    "the PIN is not four digits"));

	return leave(c, sign(c, pin, flags, data, len, &wait));
}

const uint8_t *
onshi_card_signature(const struct onshi_card *c, size_t *len)
{
	if (len != NULL)
		*len = c != NULL ? c->signature.len : 0;

	return c != NULL ? c->signature.data : NULL;
}

static int
check_face(struct onshi_card *c, const char *number, uint32_t flags,
    struct oki_wait *wait)
{
	struct oki_secret *s;
	size_t len = strlen(number);
	int r;

	/* What is longer than any number stays too long: its shape. */
	if ((r = oki_secret_new(number, len < NUMBER_MAX ? len : NUMBER_MAX,
	    &s)) != ONSHI_OK)
		return oki_fail(&c->error, r, "verification number");
	r = oki_card_visual(c->card, wait, s, flags, &c->face, &c->error);
	oki_secret_free(&s);

	return r;
}

int
onshi_card_check_face(struct onshi_card *c, const char *number,
    uint32_t flags)
{
	struct oki_wait wait;
	int r;

	if ((r = enter_open(c, &wait)) != ONSHI_OK)
		return r;
	oki_visual_free(&c->face);	/* not what this call is about */
	if (number == NULL || (flags & ~ONSHI_PIN_SPEND_LAST) != 0)
		return leave(c, oki_fail(&c->error, ONSHI_E_ARG,
		    "number or flags"));

	return leave(c, check_face(c, number, flags, &wait));
}

const uint8_t *
onshi_card_face(const struct onshi_card *c, int part, size_t *len)
{
	bool is_one = c != NULL && onshi_part_name(part) != NULL &&
	    c->face.part[part].len > 0;

	if (len != NULL)
		*len = is_one ? c->face.part[part].len : 0;

	return is_one ? c->face.bytes.data + c->face.part[part].at : NULL;
}

void
onshi_card_cancel(struct onshi_card *c)
{
	if (c != NULL)
		oki_cancel_set(&c->cancel);
}

static void
counts(const struct onshi_card *c, int32_t *apdus, int32_t *bytes)
{
	*apdus = *bytes = 0;
	if (c == NULL)
		return;
	if (c->card != NULL)
		oki_card_counts(c->card, apdus, bytes);
	*apdus += c->apdus;
	*bytes += c->bytes;
}

int32_t
onshi_card_apdus(const struct onshi_card *c)
{
	int32_t apdus, bytes;

	counts(c, &apdus, &bytes);

	return apdus;
}

int32_t
onshi_card_apdu_bytes(const struct onshi_card *c)
{
	int32_t apdus, bytes;

	counts(c, &apdus, &bytes);

	return bytes;
}

const struct onshi_error *
onshi_card_error(const struct onshi_card *c)
{
	return c != NULL ? &c->error : oki_no_handle();
}
