/* One card: put together from a profile, powered on and off. */
#include "vcard.h"

#include <stdio.h>
#include <string.h>

/* A phone and the other cards have no domain of the issuer to wake up in. */
static const struct vc_app nothing = { .name = "nothing", .key_delivery =
    SW_INS };

int
vc_card_load(struct vc_card *c, const char *pki, const char *profile,
    struct vc_tries *tries)
{
	char dir[VC_PATH_MAX];

	*c = (struct vc_card){ .tries_all = tries, .app = &nothing };
	snprintf(dir, sizeof(dir), "%s/cards/%s", pki, profile);
	if (vc_profile_load(&c->profile, dir, profile) != 0 ||
	    vc_files_load(&c->files, &c->profile, dir) != 0 ||
	    vc_keys_load(c->keys, dir) != 0 ||
	    (c->tries = vc_tries_of(tries, &c->profile)) == NULL ||
	    vc_tries_save(tries) != 0) {
		vc_card_unload(c);
		return -1;
	}

	return 0;
}

void
vc_card_unload(struct vc_card *c)
{
	size_t i;

	for (i = 0; i < KEY_COUNT; i++)
		EVP_PKEY_free(c->keys[i]);
	vc_files_free(&c->files);
	*c = (struct vc_card){ .app = &nothing };
}

/* Power-off forgets everything but the tries; power-on counts anew. */
void
vc_card_power(struct vc_card *c, bool on)
{
	c->verified = 0;
	c->ef = NULL;
	c->chosen = false;
	c->app = (c->profile.kind & VC_MYNUMBER) != 0 ? vc_app_boot() :
	    &nothing;
	c->fresh = on;
	if (on)
		c->apdus = 0;
}

/* A warm reset does not drop a verified PIN, card.md 3.6. */
void
vc_card_reset(struct vc_card *c)
{
	unsigned int verified = c->verified;
	unsigned long apdus = c->apdus;

	vc_card_power(c, true);
	c->verified = verified;
	c->apdus = apdus;
}

/* The reader makes it up of the card's answers; the check byte comes last. */
size_t
vc_card_atr(const struct vc_card *c, bool contact, uint8_t *out)
{
	static const struct {
		unsigned int	kind;
		uint8_t		atr[12];
	} field[] = {
		{ VC_JUKI, { 0x3b, 0x88, 0x80, 0x01, 0x00, 0x00, 0x14, 0xe0,
		    0xb3, 0x81, 0x91, 0x00 } },
		{ VC_LICENCE, { 0x3b, 0x88, 0x80, 0x01, 0x00, 0x00, 0x00,
		    0x00, 0x91, 0x81, 0xc1, 0x00 } },
		{ VC_RESIDENCE, { 0x3b, 0x88, 0x80, 0x01, 0x00, 0x00, 0x00,
		    0x00, 0xb3, 0x81, 0x91, 0x00 } },
		{ VC_PHONE, { 0x3b, 0x88, 0x80, 0x01, 0x00, 0x00, 0x00, 0x00,
		    0x77, 0x81, 0xa1, 0x00 } },
		{ VC_MYNUMBER, { 0x3b, 0x88, 0x80, 0x01, 0x00, 0x00, 0x05,
		    0xe0, 0xb3, 0x81, 0xa1, 0x00 } },
	};
	static const uint8_t plugged[] = { 0x3b, 0xe0, 0x00, 0xff, 0x81, 0x31,
	    0xfe, 0x45, 0x14 };
	size_t i, last = sizeof(field) / sizeof(field[0]) - 1;

	if (contact) {
		memcpy(out, plugged, sizeof(plugged));
		return sizeof(plugged);
	}
	for (i = 0; i < last && (field[i].kind & c->profile.kind) == 0; i++)
		;
	if ((c->profile.kind & VC_MYNUMBER) != 0)
		i = last;
	memcpy(out, field[i].atr, sizeof(field[i].atr));
	for (out[12] = 0, i = 1; i < 12; i++)
		out[12] ^= out[i];

	return 13;
}
