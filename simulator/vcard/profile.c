/* Reads profile.ini: who holds the card and what it is like. */
#include "vcard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum type { TEXT, COUNT };

struct key {
	const char	*name;
	enum type	 type;
	size_t		 offset;
	size_t		 size;
};

#define TEXT_AT(key, member)						\
	{ key, TEXT, offsetof(struct vc_profile, member),		\
	    sizeof(((struct vc_profile *)NULL)->member) }
#define COUNT_AT(key, member)						\
	{ key, COUNT, offsetof(struct vc_profile, member), 0 }

/* Other keys are about the person and concern the service, not the card. */
static const struct key keys[] = {
	TEXT_AT("birthdate", birthdate),
	TEXT_AT("card_expiry", card_expiry),
	TEXT_AT("municipality", municipality),
	TEXT_AT("pin", secret[PIN_AUTH]),
	TEXT_AT("sign_pin", secret[PIN_SIGN]),
	TEXT_AT("text_pin", secret[PIN_TEXT]),
	TEXT_AT("number_a", secret[PIN_TEXT_A]),
	TEXT_AT("number_b", secret[PIN_TEXT_B]),
	COUNT_AT("pin_tries", tries[PIN_AUTH]),
	COUNT_AT("pin_max", max[PIN_AUTH]),
	COUNT_AT("sign_tries", tries[PIN_SIGN]),
	COUNT_AT("sign_max", max[PIN_SIGN]),
	COUNT_AT("text_tries", tries[PIN_TEXT]),
	COUNT_AT("text_max", max[PIN_TEXT]),
	COUNT_AT("filler", filler),
};

static const struct { const char *name; unsigned int kind; } kinds[] = {
	{ "mynumber", VC_MYNUMBER }, { "phone", VC_PHONE },
	{ "juki", VC_JUKI }, { "residence", VC_RESIDENCE },
	{ "licence", VC_LICENCE },
};

static bool
count_parse(const char *text, unsigned int *out)
{
	unsigned int n = 0;

	if (*text == '\0' || strlen(text) > 4)
		return false;
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9')
			return false;
		n = n * 10 + (unsigned int)(*text - '0');
	}
	*out = n;

	return true;
}

/* Several kinds may be joined by +: a card with the residence AP as well. */
static bool
kind_parse(char *text, unsigned int *out)
{
	char *next;
	size_t i;

	for (*out = 0; text != NULL; text = next) {
		if ((next = strchr(text, '+')) != NULL)
			*next++ = '\0';
		for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
			if (strcmp(text, kinds[i].name) == 0)
				break;
		if (i == sizeof(kinds) / sizeof(kinds[0]))
			return false;
		*out |= kinds[i].kind;
	}

	return true;
}

static bool
key_set(struct vc_profile *p, const char *name, char *value)
{
	const struct key *k = keys;
	size_t i, n = sizeof(keys) / sizeof(keys[0]);
	unsigned int count = 0;
	char *base = (char *)p;

	if (strcmp(name, "kind") == 0)
		return kind_parse(value, &p->kind);
	for (i = 0; i < n && strcmp(k->name, name) != 0; i++)
		k++;
	if (i == n)
		return true;
	if (k->type == COUNT) {
		if (!count_parse(value, &count))
			return false;
		memcpy(base + k->offset, &count, sizeof(count));
		return true;
	}
	if (strlen(value) >= k->size)
		return false;
	memcpy(base + k->offset, value, strlen(value) + 1);

	return true;
}

static char *
trim(char *text)
{
	size_t n;

	while (*text == ' ' || *text == '\t')
		text++;
	for (n = strlen(text); n > 0 && (text[n - 1] == ' ' ||
	    text[n - 1] == '\t' || text[n - 1] == '\r'); n--)
		text[n - 1] = '\0';

	return text;
}

static bool
parse(struct vc_profile *p, char *text)
{
	char *line, *next, *equals;

	for (line = text; line != NULL; line = next) {
		if ((next = strchr(line, '\n')) != NULL)
			*next++ = '\0';
		line = trim(line);
		if (*line == '#' || *line == '\0')
			continue;
		if ((equals = strchr(line, '=')) == NULL)
			return false;
		*equals = '\0';
		if (!key_set(p, trim(line), trim(equals + 1)))
			return false;
	}

	return p->kind != 0;
}

/* What follows from the rest, and the counters that nobody configures. */
static void
derive(struct vc_profile *p)
{
	static const enum vc_pin tens[] = {
		PIN_TEXT_A, PIN_TEXT_B, PIN_VISUAL_A, PIN_VISUAL_B, PIN_BIRTH,
	};
	size_t i;

	memcpy(p->secret[PIN_VISUAL_A], p->secret[PIN_TEXT_A],
	    sizeof(p->secret[0]));
	memcpy(p->secret[PIN_VISUAL_B], p->secret[PIN_TEXT_B],
	    sizeof(p->secret[0]));
	memcpy(p->secret[PIN_BIRTH], p->secret[PIN_TEXT_B], 6);
	memcpy(p->secret[PIN_COMMON], p->secret[PIN_TEXT], 5);
	memcpy(p->secret[PIN_JUKI], p->secret[PIN_TEXT], 5);
	for (i = 0; i < sizeof(tens) / sizeof(tens[0]); i++)
		p->max[tens[i]] = 10;
	p->max[PIN_COMMON] = p->max[PIN_JUKI] = 3;
	for (i = PIN_TEXT_A; i < PIN_COUNT; i++)
		p->tries[i] = p->max[i];
}

int
vc_profile_load(struct vc_profile *p, const char *dir, const char *name)
{
	char path[VC_PATH_MAX];
	uint8_t *data = NULL;
	size_t len = 0;
	int r = -1;

	*p = (struct vc_profile){ .kind = 0 };
	if (strlen(name) >= sizeof(p->name) || strchr(name, '/') != NULL ||
	    name[0] == '.')
		return -1;
	memcpy(p->name, name, strlen(name) + 1);
	snprintf(path, sizeof(path), "%s/profile.ini", dir);
	if (vc_read_file(path, &data, &len) != 0 ||
	    memchr(data, '\0', len) != NULL)
		goto out;
	if (!parse(p, (char *)data))
		goto out;
	derive(p);
	r = 0;
out:
	free(data);

	return r;
}
