/* Commands: taken apart, and one handler for each instruction. */
#include "vcard.h"

#include <string.h>

/*
 * ISO 7816-4, the seven cases. An Le of 00 (or 0000) means the most.
 * Returns false for bytes that are no command.
 */
bool
vc_apdu_parse(struct vc_apdu *a, const uint8_t *wire, size_t len)
{
	size_t rest, lc;

	*a = (struct vc_apdu){ .cla = 0 };
	if (len < 4)
		return false;
	a->cla = wire[0];
	a->ins = wire[1];
	a->p1 = wire[2];
	a->p2 = wire[3];
	wire += 4;
	if ((rest = len - 4) == 0)
		return true;
	if (rest == 1) {
		a->le = wire[0] == 0 ? 256 : wire[0];
		return true;
	}
	if (wire[0] != 0) {
		a->lc = wire[0];
		a->data = wire + 1;
		if (rest == 1 + a->lc)
			return true;
		if (rest != 2 + a->lc)
			return false;
		a->le = wire[rest - 1] == 0 ? 256 : wire[rest - 1];
		return true;
	}
	a->extended = true;
	if (rest < 3)
		return false;
	lc = (size_t)(wire[1] << 8 | wire[2]);
	if (rest == 3) {
		a->le = lc == 0 ? 65536 : lc;
		return true;
	}
	a->lc = lc;
	a->data = wire + 3;
	if (rest == 3 + lc)
		return true;
	if (rest != 5 + lc)
		return false;
	a->le = (size_t)(wire[rest - 2] << 8 | wire[rest - 1]);
	if (a->le == 0)
		a->le = 65536;

	return true;
}

/* Told from the bytes alone: logs and faults ask before anything is parsed. */
bool
vc_apdu_is_verify(const uint8_t *wire, size_t len)
{
	return len > 5 && wire[1] == 0x20;
}

bool
vc_apdu_is_sign(const uint8_t *wire, size_t len)
{
	return len > 5 && wire[0] == 0x80 && wire[1] == 0x2a;
}

static void
answer(struct vc_reply *r, const struct vc_apdu *a, const uint8_t *data,
    size_t len)
{
	r->len = len < a->le ? len : a->le;
	if (r->len > 0)
		memcpy(r->data, data, r->len);
}

/* 6F: 84 name of the application, or 83 identifier of the file. */
static void
answer_fci(struct vc_reply *r, const struct vc_apdu *a, uint8_t tag,
    const uint8_t *value, size_t len)
{
	uint8_t fci[32] = { 0x6f, 0, tag };

	if (a->p2 != 0x00 || a->le == 0 || len > sizeof(fci) - 4)
		return;
	fci[1] = (uint8_t)(len + 2);
	fci[3] = (uint8_t)len;
	memcpy(fci + 4, value, len);
	answer(r, a, fci, len + 4);
}

static unsigned int
select_app(struct vc_card *c, const struct vc_apdu *a, struct vc_reply *r)
{
	const struct vc_app *app;

	if ((app = vc_app_find(c->profile.kind, a->data, a->lc)) == NULL)
		return SW_NOT_FOUND;
	c->app = app;
	c->ef = NULL;
	c->chosen = app != vc_app_boot();
	if (!c->on.keeps_pin)
		c->verified = 0;
	answer_fci(r, a, 0x84, app->aid, app->aid_len);

	return SW_OK;
}

static unsigned int
select_ef(struct vc_card *c, const struct vc_apdu *a, struct vc_reply *r)
{
	const struct vc_ef *ef;

	if (a->lc != 2)
		return SW_LENGTH;
	if ((ef = vc_ef_find(&c->files, c->app,
	    (unsigned int)(a->data[0] << 8 | a->data[1]))) == NULL)
		return SW_NOT_FOUND;
	c->ef = ef;
	answer_fci(r, a, 0x83, a->data, 2);

	return SW_OK;
}

/* There is no usable MF: selecting it says yes at most, and does nothing. */
static unsigned int
select_mf(const struct vc_card *c, const struct vc_apdu *a)
{
	if (a->lc != 0)
		return SW_NOT_FOUND;

	return c->chosen ? SW_OK : SW_P1P2;
}

static unsigned int
do_select(struct vc_card *c, const struct vc_apdu *a, struct vc_reply *r)
{
	if (a->p2 != 0x00 && a->p2 != 0x0c)
		return SW_P1P2;
	switch (a->p1) {
	case 0x00:
		return select_mf(c, a);
	case 0x02:
		return select_ef(c, a, r);
	case 0x04:
		return a->lc > 16 ? (unsigned int)SW_LENGTH :
		    select_app(c, a, r);
	default:
		return SW_P1P2;
	}
}

/* The EF that a short identifier names, or the current one for 0. */
static unsigned int
choose_ef(struct vc_card *c, unsigned int sfi, const struct vc_ef **out)
{
	if (sfi == 0) {
		*out = c->ef;
		return c->ef == NULL ? SW_NO_EF : SW_OK;
	}
	if (c->on.no_sfi)
		return SW_P1P2;
	*out = vc_ef_find(&c->files, c->app, sfi);

	return *out == NULL ? SW_NOT_FOUND : SW_OK;
}

/* For VERIFY and signatures: P2 is 80, or 80 and the short identifier. */
static unsigned int
choose_ref(struct vc_card *c, const struct vc_apdu *a, enum vc_type type,
    const struct vc_ef **out)
{
	unsigned int sw;

	if ((a->p2 & 0xe0) != 0x80)
		return SW_P1P2;
	if ((sw = choose_ef(c, a->p2 & 0x1f, out)) != SW_OK)
		return sw;

	return (*out)->type == type && (*out)->ref >= 0 ? SW_OK :
	    SW_NOT_FOR_FILE;
}

/* What an attacker has made of the files of the visual application. */
static void
forge(const struct vc_card *c, const struct vc_ef *ef, size_t offset,
    size_t len, struct vc_reply *r)
{
	size_t at = ef->id == 0x0002 ? len / 2 : len - 1;

	if (strcmp(c->app->name, "visual") != 0 || at < offset ||
	    at - offset >= r->len || !((ef->id == 0x0002 &&
	    c->on.face_forged) || (ef->id == 0x0004 && c->on.face_issuer)))
		return;
	r->data[at - offset] ^= 0x01;
}

static unsigned int
do_read(struct vc_card *c, const struct vc_apdu *a, struct vc_reply *r)
{
	const struct vc_ef *ef = NULL;
	const uint8_t *data;
	unsigned int sw, sfi = 0;
	size_t len, offset = (size_t)(a->p1 << 8 | a->p2);

	if (a->lc != 0 || a->le == 0)
		return SW_LENGTH;
	if ((a->p1 & 0x80) != 0) {
		sfi = a->p1 & 0x1f;
		offset = a->p2;
		if ((a->p1 & 0x60) != 0 || sfi == 0)
			return SW_P1P2;
	}
	if ((sw = choose_ef(c, sfi, &ef)) != SW_OK)
		return sw;
	c->ef = ef;
	if (ef->type != EF_DATA)
		return SW_NOT_FOR_FILE;
	if (!vc_may(c, ef->access))
		return SW_SECURITY;
	data = vc_ef_bytes(&c->files, ef, c->on.wide_ber, &len);
	if (c->on.face_cut && ef->id == 0x0002 &&
	    strcmp(c->app->name, "visual") == 0)
		len /= 2;
	if (data == NULL || offset >= len)
		return SW_OFFSET;
	answer(r, a, data + offset, len - offset);
	forge(c, ef, offset, len, r);

	return SW_OK;
}

static unsigned int
do_read_record(struct vc_card *c, const struct vc_apdu *a,
    struct vc_reply *r)
{
	const struct vc_ef *ef = NULL;
	const uint8_t *data;
	unsigned int sw;
	size_t len;

	if (a->lc != 0 || a->le == 0)
		return SW_LENGTH;
	if ((a->p2 & 0x07) != 0x04)
		return SW_P1P2;
	if ((sw = choose_ef(c, a->p2 >> 3, &ef)) != SW_OK)
		return sw;
	if (ef->type != EF_RECORD)
		return SW_NOT_FOR_FILE;
	if (a->p1 != 1)
		return SW_NO_RECORD;
	c->ef = ef;
	data = vc_ef_bytes(&c->files, ef, false, &len);
	answer(r, a, data, len);

	return SW_OK;
}

static unsigned int
do_verify(struct vc_card *c, const struct vc_apdu *a, struct vc_reply *r)
{
	const struct vc_ef *ef = NULL;
	unsigned int sw;

	(void)r;
	if (a->p1 != 0)
		return SW_P1P2;
	if ((sw = choose_ref(c, a, EF_PIN, &ef)) != SW_OK)
		return sw;
	c->ef = ef;

	return vc_verify(c, (enum vc_pin)ef->ref, a);
}

/*
 * The holder's keys want their PIN. The card's own key, of the text and the
 * visual application, proves that the chip is there and wants nothing.
 */
static unsigned int
do_sign(struct vc_card *c, const struct vc_apdu *a, struct vc_reply *r)
{
	const struct vc_ef *ef = NULL;
	unsigned int sw;

	if (a->p1 == 0 && a->p2 == 0 && (strcmp(c->app->name, "text") == 0 ||
	    strcmp(c->app->name, "visual") == 0))
		return c->keys[KEY_CARD] == NULL ? (unsigned int)SW_NO_DATA :
		    vc_sign(c->keys[c->on.face_copied ? KEY_AUTH : KEY_CARD],
		    0, a, r);
	if ((sw = choose_ref(c, a, EF_KEY, &ef)) != SW_OK)
		return sw;
	if (ef->ref == KEY_CARD)
		return SW_P1P2;
	if (c->keys[ef->ref] == NULL)
		return SW_NO_DATA;
	if (!vc_may(c, VC_BY(ef->ref == KEY_SIGN ? PIN_SIGN : PIN_AUTH)))
		return SW_SECURITY;
	c->ef = ef;
	c->signs++;

	return vc_sign(c->keys[ef->ref], a->p1, a, r);
}

/* Internal authentication, in the common application alone. */
static unsigned int
do_internal(struct vc_card *c, const struct vc_apdu *a, struct vc_reply *r)
{
	const struct vc_ef *ef = NULL;
	unsigned int sw;

	if (a->p1 != 0 || strcmp(c->app->name, "common") != 0)
		return SW_P1P2;
	if ((sw = choose_ref(c, a, EF_KEY, &ef)) != SW_OK)
		return sw;
	if (a->lc > 255)
		return SW_LENGTH;

	return c->keys[ef->ref] == NULL ? (unsigned int)SW_NO_DATA :
	    vc_sign(c->keys[ef->ref], 3, a, r);
}

static unsigned int
do_challenge(struct vc_card *c, const struct vc_apdu *a, struct vc_reply *r)
{
	(void)c;
	if (a->p1 != 0 || a->p2 != 0)
		return SW_P1P2;
	if (a->extended)
		return SW_CONDITIONS;
	if (a->lc != 0 || a->le == 0)
		return SW_LENGTH;
	if (vc_random(r->data, a->le) != 0)
		return SW_UNKNOWN;
	r->len = a->le;

	return SW_OK;
}

/* What the card tells of itself while the issuer's domain is current. */
static unsigned int
do_get_data(struct vc_card *c, const struct vc_apdu *a, struct vc_reply *r)
{
	static const uint8_t contact[] = { 0xe0, 0x00, 0xff, 0x81, 0x31, 0xfe,
	    0x45, 0x14 };
	static const uint8_t id[] = { 0x45, 0x08, 'T', 'E', 'S', 'T', 0x99,
	    0x00, 0x00, 0x01 };
	unsigned int tag = (unsigned int)(a->p1 << 8 | a->p2);

	if (a->lc != 0)
		return SW_LENGTH;
	if (tag == 0x5f51 && c->chosen) {
		answer(r, a, contact, sizeof(contact));
		return SW_OK;
	}
	if (c->app != vc_app_boot() || (c->profile.kind & VC_MYNUMBER) == 0)
		return SW_NO_DATA;
	switch (tag) {
	case 0x0045:
		answer(r, a, id, sizeof(id));
		return SW_OK;
	case 0x00f0:
		answer(r, a, (const uint8_t *)c->profile.municipality, 5);
		return SW_OK;
	case 0x00f2:
		answer(r, a, (const uint8_t *)c->profile.card_expiry, 8);
		return SW_OK;
	default:
		return SW_NO_DATA;
	}
}

static unsigned int
do_session_key(struct vc_card *c, const struct vc_apdu *a,
    struct vc_reply *r)
{
	(void)a;
	(void)r;

	return c->app->key_delivery;
}

/* 特定機関認証, whose keys are not public. */
static unsigned int
do_terminal_key(struct vc_card *c, const struct vc_apdu *a,
    struct vc_reply *r)
{
	(void)c;
	(void)r;

	return a->lc == 0 ? SW_LENGTH : SW_P1P2;
}

/* The phone is told which command is the last; a card knows no such thing. */
static unsigned int
do_last(struct vc_card *c, const struct vc_apdu *a, struct vc_reply *r)
{
	(void)a;
	(void)r;

	return (c->profile.kind & VC_PHONE) != 0 ? SW_OK : SW_LENGTH;
}

struct instruction {
	uint8_t	cla;
	uint8_t	ins;
	unsigned int (*run)(struct vc_card *, const struct vc_apdu *,
	    struct vc_reply *);
};

static const struct instruction instructions[] = {
	{ 0x00, 0xa4, do_select },
	{ 0x00, 0xb0, do_read },
	{ 0x00, 0xb2, do_read_record },
	{ 0x00, 0x20, do_verify },
	{ 0x80, 0x2a, do_sign },
	{ 0x00, 0x88, do_internal },
	{ 0x00, 0x84, do_challenge },
	{ 0x00, 0xca, do_get_data },
	{ 0x80, 0xca, do_get_data },
	{ 0x80, 0xae, do_session_key },
	{ 0x80, 0xa2, do_terminal_key },
	{ 0x80, 0xfc, do_last },
};

static unsigned int
run(struct vc_card *c, const struct vc_apdu *a, struct vc_reply *r)
{
	size_t i, n = sizeof(instructions) / sizeof(instructions[0]);

	if ((a->cla & 0x60) != 0)
		return SW_CLA;
	if ((a->cla & 0x03) != 0)
		return SW_CHANNEL;
	if ((a->cla & 0x0c) != 0)
		return SW_SECURE;
	if (a->cla != 0x00 && a->cla != 0x80)
		return SW_CLA;
	for (i = 0; i < n; i++)
		if (instructions[i].cla == a->cla &&
		    instructions[i].ins == a->ins)
			return instructions[i].run(c, a, r);

	return SW_INS;
}

unsigned int
vc_card_command(struct vc_card *c, const uint8_t *wire, size_t len,
    struct vc_reply *r)
{
	struct vc_apdu a;
	bool fresh = c->fresh;
	unsigned int sw;

	r->len = 0;
	c->fresh = false;
	c->apdus++;
	c->apdus_all++;
	if (vc_apdu_is_verify(wire, len))
		c->verifies++;
	if (fresh && c->on.first_6f00)
		return SW_UNKNOWN;
	if (!vc_apdu_parse(&a, wire, len) ||
	    (a.extended && c->on.short_only))
		return SW_LENGTH;
	sw = run(c, &a, r);
	if (sw != SW_OK)
		r->len = 0;

	return sw;
}
