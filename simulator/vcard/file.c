/* The applications of each kind of card, and the files in them. */
#include "vcard.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DATA(id, source, access, filler)				\
	{ id, EF_DATA, source, access, filler, -1, false }
#define CERT(id, source, access)					\
	{ id, EF_DATA, source, access, 0, -1, true }
#define RECORD(id, source)	{ id, EF_RECORD, source, 0, 0, -1, false }
#define PIN(id, pin)		{ id, EF_PIN, NULL, 0, 0, pin, false }
#define KEY(id, key)		{ id, EF_KEY, NULL, 0, 0, key, false }
#define INTERNAL(id)		{ id, EF_KEY, NULL, 0, 0, -1, false }

/*
 * A source that begins with * is made here. One that is no file of the
 * profile is an EF that this card does not have: 6A82.
 */
static const struct vc_ef jpki[] = {
	CERT(0x0001, "sign.der", VC_BY(PIN_SIGN)),
	CERT(0x0002, "sign-ca.der", 0),
	DATA(0x0005, "*filler", 0, 16),
	DATA(0x0006, "*token", 0, 0),
	DATA(0x0008, "*flags", 0, 0),
	DATA(0x0009, "*filler", VC_NEVER, 16),
	CERT(0x000a, "auth.der", 0),
	CERT(0x000b, "ca.der", 0),
	INTERNAL(0x0010), INTERNAL(0x0016),
	KEY(0x0017, KEY_AUTH), PIN(0x0018, PIN_AUTH),
	INTERNAL(0x0019),
	KEY(0x001a, KEY_SIGN), PIN(0x001b, PIN_SIGN),
	INTERNAL(0x001c), INTERNAL(0x001e),
};

/* A phone asks for the PIN before it shows the certificate, card.md 9. */
static const struct vc_ef jpki_phone[] = {
	CERT(0x0001, "sign.der", VC_BY(PIN_SIGN)),
	CERT(0x0002, "sign-ca.der", 0),
	DATA(0x0006, "*token", 0, 0),
	CERT(0x000a, "auth.der", VC_BY(PIN_AUTH)),
	CERT(0x000b, "ca.der", 0),
	KEY(0x0017, KEY_AUTH), PIN(0x0018, PIN_AUTH),
	KEY(0x001a, KEY_SIGN), PIN(0x001b, PIN_SIGN),
};

/* The card before the My Number Card had no certificate of this sort. */
static const struct vc_ef jpki_juki[] = {
	DATA(0x0006, "*token", 0, 0),
	DATA(0x000a, "*filler", 0, 64),
	CERT(0x000b, "ca.der", 0),
	PIN(0x0018, PIN_AUTH), PIN(0x001b, PIN_SIGN),
};

#define TEXT_ANY							\
	(VC_BY(PIN_TEXT) | VC_BY(PIN_TEXT_A) | VC_BY(PIN_TEXT_B))

static const struct vc_ef text[] = {
	DATA(0x0001, "text-0001.bin", VC_BY(PIN_TEXT) | VC_BY(PIN_TEXT_A), 2),
	DATA(0x0002, "text-0002.bin", VC_BY(PIN_TEXT) | VC_BY(PIN_TEXT_B),
	    32),
	DATA(0x0003, "text-0003.bin", TEXT_ANY, 0),
	DATA(0x0004, "text-0004.bin", 0, 0),
	DATA(0x0005, "text-0005.bin", 0, 4),
	DATA(0x0006, "text-0006.bin", TEXT_ANY, 8),
	DATA(0x0007, "text-0007.bin", TEXT_ANY, 0),
	DATA(0x0008, "*filler", 0, 16),
	PIN(0x0011, PIN_TEXT), PIN(0x0012, PIN_UNSET), KEY(0x0013, KEY_CARD),
	PIN(0x0014, PIN_TEXT_A), PIN(0x0015, PIN_TEXT_B),
};

#define VISUAL_ANY	(VC_BY(PIN_VISUAL_A) | VC_BY(PIN_VISUAL_B))

static const struct vc_ef visual[] = {
	DATA(0x0001, "visual-0001.bin", VC_BY(PIN_BIRTH), 0),
	DATA(0x0002, "visual-0002.bin", VISUAL_ANY, 64),
	DATA(0x0003, "visual-0003.bin", 0, 4),
	DATA(0x0004, "visual-0004.bin", 0, 0),
	DATA(0x0005, "visual-0005.bin", VC_BY(PIN_VISUAL_A), 0),
	DATA(0x0006, "*filler", 0, 16),
	PIN(0x0011, PIN_BIRTH), PIN(0x0012, PIN_VISUAL_B),
	PIN(0x0013, PIN_VISUAL_A), INTERNAL(0x0014), INTERNAL(0x0015),
	KEY(0x001a, KEY_CARD),
};

static const struct vc_ef common[] = {
	RECORD(0x0001, "*common"),
	INTERNAL(0x0002), KEY(0x0019, KEY_CARD), PIN(0x001c, PIN_COMMON),
};

/* 住民票コード: eleven digits that cannot be one. */
static const struct vc_ef juki[] = {
	DATA(0x0002, "*juki", VC_BY(PIN_JUKI), 0), PIN(0x001c, PIN_JUKI),
};

#define EFS(table)	table, sizeof(table) / sizeof(table[0])
#define NO_EFS		NULL, 0

static const struct vc_app apps[] = {
	{ "issuer", { 0xa0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00 }, 7,
	    VC_MYNUMBER, NO_EFS, SW_INS },
	{ "jpki", { 0xd3, 0x92, 0xf0, 0x00, 0x26, 0x01, 0, 0, 0, 1 }, 10,
	    VC_MYNUMBER, EFS(jpki), SW_SECURITY },
	{ "jpki", { 0xd3, 0x92, 0xf0, 0x00, 0x26, 0x01, 0, 0, 0, 1 }, 10,
	    VC_PHONE, EFS(jpki_phone), SW_INS },
	{ "jpki", { 0xd3, 0x92, 0xf0, 0x00, 0x26, 0x01, 0, 0, 0, 1 }, 10,
	    VC_JUKI, EFS(jpki_juki), SW_INS },
	{ "text", { 0xd3, 0x92, 0x10, 0x00, 0x31, 0, 1, 1, 4, 8 }, 10,
	    VC_MYNUMBER, EFS(text), SW_SECURITY },
	{ "visual", { 0xd3, 0x92, 0x10, 0x00, 0x31, 0, 1, 1, 4, 2 }, 10,
	    VC_MYNUMBER, EFS(visual), SW_NO_KEY_DELIVERY },
	{ "juki", { 0xd3, 0x92, 0x10, 0x00, 0x31, 0, 1, 1, 4, 1 }, 10,
	    VC_MYNUMBER | VC_JUKI, EFS(juki), SW_SECURITY },
	{ "common", { 0xd3, 0x92, 0x10, 0x00, 0x31, 0, 1, 1, 1, 0 }, 10,
	    VC_MYNUMBER | VC_JUKI, EFS(common), SW_NO_KEY_DELIVERY },
	{ "residence", { 0xd3, 0x92, 0xf0, 0x00, 0x4f, 0x02 }, 16,
	    VC_RESIDENCE, NO_EFS, SW_INS },
	{ "residence", { 0xd3, 0x92, 0xf0, 0x00, 0x4f, 0x03 }, 16,
	    VC_RESIDENCE, NO_EFS, SW_INS },
	{ "residence", { 0xd3, 0x92, 0xf0, 0x00, 0x4f, 0x04 }, 16,
	    VC_RESIDENCE, NO_EFS, SW_INS },
	{ "licence", { 0xa0, 0x00, 0x00, 0x02, 0x31, 0x01 }, 16,
	    VC_LICENCE, NO_EFS, SW_INS },
	{ "licence", { 0xa0, 0x00, 0x00, 0x02, 0x31, 0x02 }, 16,
	    VC_LICENCE, NO_EFS, SW_INS },
};

enum { APPS = sizeof(apps) / sizeof(apps[0]) };

/* What is current after power-on: the issuer security domain. */
const struct vc_app *
vc_app_boot(void)
{
	return &apps[0];
}

/* The front of a name is enough, as on the card: the first that fits. */
const struct vc_app *
vc_app_find(unsigned int kind, const uint8_t *aid, size_t len)
{
	size_t i;

	for (i = 0; i < APPS; i++)
		if ((apps[i].kinds & kind) != 0 && len <= apps[i].aid_len &&
		    (len == 0 || memcmp(aid, apps[i].aid, len) == 0))
			return &apps[i];

	return NULL;
}

int
vc_read_file(const char *path, uint8_t **data, size_t *len)
{
	struct stat st;
	uint8_t *buf = NULL;
	size_t have = 0, size;
	ssize_t n;
	int fd, r = -1;

	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
		return -1;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) ||
	    st.st_size > 32767)
		goto out;
	size = (size_t)st.st_size;
	if ((buf = calloc(1, size + 1)) == NULL)
		goto out;
	while (have < size && (n = read(fd, buf + have, size - have)) != 0)
		if (n > 0)
			have += (size_t)n;
		else if (errno != EINTR)
			goto out;
	*data = buf;
	*len = have;
	buf = NULL;
	r = 0;
out:
	free(buf);
	(void)close(fd);

	return r;
}

static void
put(uint8_t *out, const char *what)
{
	memcpy(out, what, strlen(what));
}

/* 160 bytes in the layout of CK_TOKEN_INFO, card.md 3.1.1. */
static size_t
make_token(const struct vc_profile *p, uint8_t *out)
{
	static const uint8_t numbers[] = {
		0x00, 0x00, 0x04, 0x0d,			/* flags */
		0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00,
		0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00,
		0x00, 0x00, 0x00, 0x10, 0x00, 0x00, 0x00, 0x06,
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0x03, 0x00, 0x01, 0x00,			/* versions */
	};

	memset(out, ' ', 96);
	put(out, (p->kind & VC_PHONE) != 0 ? "JPKIAPGPSETOKEN" :
	    (p->kind & VC_JUKI) != 0 ? "JPKIAPICCTOKEN" : "JPKIAPICCTOKEN2");
	put(out + 32, "libonshikaku simulator");
	put(out + 64, "E00R00SIM");
	put(out + 80, "0");
	memcpy(out + 96, numbers, sizeof(numbers));
	memset(out + 96 + sizeof(numbers), '9', 64 - sizeof(numbers));

	return 160;
}

/* Which certificates were issued: signature, authentication. */
static size_t
make_flags(const struct vc_files *f, uint8_t *out)
{
	size_t i;

	memset(out, 0, 3);
	for (i = 0; i < f->n; i++) {
		if (f->ef[i]->source == NULL)
			continue;
		if (strcmp(f->ef[i]->source, "sign.der") == 0)
			out[0] = 0x8f;
		if (strcmp(f->ef[i]->source, "auth.der") == 0)
			out[1] = 0x8f;
	}

	return 3;
}

/* 01 1C: card serial 15, municipality 5, expiry 8. */
static size_t
make_common(const struct vc_profile *p, uint8_t *out)
{
	int n = snprintf((char *)out, 64, "\x01\x1cTEST%011u%.5s%.8s",
	    99000000u + (unsigned int)p->name[0], p->municipality,
	    p->card_expiry);

	return n < 0 ? 0 : (size_t)n;
}

static size_t
make_juki(uint8_t *out)
{
	memset(out, '0', 11);

	return 11;
}

static int
make(const struct vc_files *f, const struct vc_profile *p,
    const struct vc_ef *ef, struct vc_bytes *b)
{
	if ((b->data = calloc(1, 256)) == NULL)
		return -1;
	if (strcmp(ef->source, "*token") == 0)
		b->len = make_token(p, b->data);
	else if (strcmp(ef->source, "*flags") == 0)
		b->len = make_flags(f, b->data);
	else if (strcmp(ef->source, "*common") == 0)
		b->len = make_common(p, b->data);
	else if (strcmp(ef->source, "*juki") == 0)
		b->len = make_juki(b->data);

	return 0;
}

/*
 * The same record with its outer length written in three bytes, as cards of
 * about 2023 do (82 00 68 for 104). The offsets in its DFx1 move with it.
 */
static int
widen(struct vc_bytes *b)
{
	static const size_t forms[] = { 1, 2 };
	uint8_t *w;
	size_t head, i, content, delta, offset;

	if (b->len < 6 || b->data[0] != 0xff || b->data[2] > 0x81)
		return 0;
	head = 2 + forms[b->data[2] == 0x81];
	delta = 5 - head;
	content = b->data[head - 1];
	if ((w = calloc(1, b->len + delta)) == NULL)
		return -1;
	w[0] = b->data[0];
	w[1] = b->data[1];
	w[2] = 0x82;
	w[4] = (uint8_t)content;
	memcpy(w + 5, b->data + head, b->len - head);
	b->wide = w;
	b->wide_len = b->len + delta;
	if (b->data[1] != 0x20 || w[5] != 0xdf || w[6] != 0x21)
		return 0;
	for (i = 0; i + 1 < w[7] && 8 + i + 1 < b->wide_len; i += 2) {
		offset = (size_t)(w[8 + i] << 8 | w[9 + i]) + delta;
		w[8 + i] = (uint8_t)(offset >> 8);
		w[9 + i] = (uint8_t)offset;
	}

	return 0;
}

static int
add_filler(struct vc_bytes *b, size_t n)
{
	uint8_t *longer;

	if (n == 0)
		return 0;
	if ((longer = malloc(b->len + n)) == NULL)
		return -1;
	if (b->len > 0)
		memcpy(longer, b->data, b->len);
	memset(longer + b->len, 0xff, n);
	free(b->data);
	b->data = longer;
	b->len += n;

	return 0;
}

static int
load_one(struct vc_files *f, const struct vc_profile *p,
    const struct vc_ef *ef, const char *dir)
{
	struct vc_bytes b = { .data = NULL };
	char path[VC_PATH_MAX];

	if (ef->source != NULL && ef->source[0] == '*') {
		if (make(f, p, ef, &b) != 0)
			return -1;
	} else if (ef->source != NULL) {
		snprintf(path, sizeof(path), "%s/%s", dir, ef->source);
		if (vc_read_file(path, &b.data, &b.len) != 0)
			return errno == ENOENT ? 0 : -1;
	}
	if (add_filler(&b, ef->alone ? p->filler : ef->filler) != 0 ||
	    widen(&b) != 0 || f->n == VC_EFS_MAX) {
		free(b.data);
		free(b.wide);
		return -1;
	}
	f->ef[f->n] = ef;
	f->bytes[f->n++] = b;

	return 0;
}

/* The flags are made from what the rest turned out to be: they come last. */
int
vc_files_load(struct vc_files *f, const struct vc_profile *p,
    const char *dir)
{
	size_t i, j;
	bool flags, last;

	*f = (struct vc_files){ .kind = p->kind };
	for (last = false;; last = true) {
		for (i = 0; i < APPS; i++)
			for (j = 0; (apps[i].kinds & p->kind) != 0 &&
			    j < apps[i].n; j++) {
				flags = apps[i].efs[j].source != NULL &&
				    strcmp(apps[i].efs[j].source,
				    "*flags") == 0;
				if (flags == last && load_one(f, p,
				    &apps[i].efs[j], dir) != 0)
					return -1;
			}
		if (last)
			return 0;
	}
}

void
vc_files_free(struct vc_files *f)
{
	size_t i;

	for (i = 0; i < f->n; i++) {
		free(f->bytes[i].data);
		free(f->bytes[i].wide);
	}
	*f = (struct vc_files){ .n = 0 };
}

static const struct vc_bytes *
content(const struct vc_files *f, const struct vc_ef *ef)
{
	size_t i;

	for (i = 0; i < f->n; i++)
		if (f->ef[i] == ef)
			return &f->bytes[i];

	return NULL;
}

/* An EF of the table that this card really has. */
const struct vc_ef *
vc_ef_find(const struct vc_files *f, const struct vc_app *app,
    unsigned int id)
{
	size_t i;

	for (i = 0; i < app->n; i++)
		if (app->efs[i].id == id)
			return content(f, &app->efs[i]) == NULL ? NULL :
			    &app->efs[i];

	return NULL;
}

const uint8_t *
vc_ef_bytes(const struct vc_files *f, const struct vc_ef *ef, bool wide,
    size_t *len)
{
	const struct vc_bytes *b = content(f, ef);

	*len = 0;
	if (b == NULL)
		return NULL;
	if (wide && b->wide != NULL) {
		*len = b->wide_len;
		return b->wide;
	}
	*len = b->len;

	return b->data;
}
