/* Sealed visits: names, and what is made of them. */
#include <stdio.h>
#include <string.h>

#include "visit/seal.h"

int
oki_seal_derive(const char *what, const char *name, uint8_t out[OKI_SHA256])
{
	char text[64];
	int n, r;

	n = snprintf(text, sizeof(text), "onshikaku-visit-%s%s", what, name);
	r = n < 0 || (size_t)n >= sizeof(text) ? ONSHI_E_INTERNAL :
	    oki_sha256(text, (size_t)n, out);
	oki_wipe(text, sizeof(text));

	return r;
}

bool
oki_is_seal_name(const char *name)
{
	size_t i;

	for (i = 0; i < OKI_SEAL_NAME; i++)
		if (!((name[i] >= 'a' && name[i] <= 'z') ||
		    (name[i] >= '2' && name[i] <= '7')))
			return false;

	return name[i] == '\0';
}

/* 130 random bits. */
static int
make_name(char name[OKI_SEAL_NAME + 1])
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";
	uint8_t bytes[OKI_SEAL_NAME];
	size_t i;
	int r;

	if ((r = oki_random(bytes, sizeof(bytes))) != ONSHI_OK)
		return r;
	for (i = 0; i < sizeof(bytes); i++)
		name[i] = letters[bytes[i] & 31];
	name[i] = '\0';
	oki_wipe(bytes, sizeof(bytes));

	return ONSHI_OK;
}

int
oki_seal_new(const char *name, struct oki_seal **out)
{
	uint8_t digest[OKI_SHA256];
	struct oki_seal *s;
	int r;

	*out = NULL;
	if ((s = oki_alloc(sizeof(*s))) == NULL)
		return ONSHI_E_NOMEM;
	atomic_init(&s->stands, 0);
	atomic_init(&s->untold, 0);
	if ((r = oki_seal_derive("file", name, digest)) != ONSHI_OK ||
	    (r = oki_secret_new(name, OKI_SEAL_NAME, &s->name)) !=
	    ONSHI_OK) {
		oki_free(s);
		return r;
	}
	oki_hex(s->id, digest, OKI_SEAL_ID / 2);
	*out = s;

	return ONSHI_OK;
}

void
oki_seal_free(struct oki_seal **sp)
{
	if (*sp == NULL)
		return;
	oki_secret_free(&(*sp)->name);
	oki_free(*sp);
	*sp = NULL;
}

const char *
oki_seal_name(const struct oki_seal *s)
{
	size_t len;

	return (const char *)oki_secret_bytes(s->name, &len);
}

int
oki_seal_first(struct oki_seal **out)
{
	char name[OKI_SEAL_NAME + 1];
	int r;

	if ((r = make_name(name)) == ONSHI_OK)
		r = oki_seal_new(name, out);
	oki_wipe(name, sizeof(name));

	return r;
}
