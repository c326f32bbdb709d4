/* The closed table of commands: what is not in it never reaches a card. */
#include "config.h"

#include <string.h>

#include "card/inside.h"

static const struct {
	size_t	len;
	uint8_t	name[16];
} apps[OKI_APPS] = {
	[OKI_APP_JPKI] = { 10,
	    { 0xd3, 0x92, 0xf0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01 } },
	[OKI_APP_COMMON] = { 10,
	    { 0xd3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x01, 0x00 } },
	[OKI_APP_VISUAL] = { 10,
	    { 0xd3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x02 } },
	[OKI_APP_RESIDENCE] = { 16,
	    { 0xd3, 0x92, 0xf0, 0x00, 0x4f, 0x02 } },
	[OKI_APP_LICENCE] = { 16,
	    { 0xa0, 0x00, 0x00, 0x02, 0x31, 0x01 } }
};

/* What the data of a command must be, to the last byte. */
enum data {
	DATA_NONE,
	DATA_APP,		/* the whole name of one of apps */
	DATA_EF,		/* one of files */
	DATA_PIN,		/* four digits */
	DATA_NUMBER,		/* fourteen: 照合番号B, never twelve */
	DATA_SHA256		/* DigestInfo of a SHA-256 */
};

static const struct {
	enum oki_app	app;
	unsigned int	ef;
} files[] = {
	{ OKI_APP_JPKI, OKI_EF_TOKEN }, { OKI_APP_JPKI, OKI_EF_CERTIFICATE },
	{ OKI_APP_JPKI, OKI_EF_KEY }, { OKI_APP_JPKI, OKI_EF_PIN },
	{ OKI_APP_VISUAL, OKI_EF_FACE }, { OKI_APP_VISUAL, OKI_EF_ISSUER },
	{ OKI_APP_VISUAL, OKI_EF_NUMBER }
};

const uint8_t oki_digest_info[OKI_DIGEST_INFO] = {
	0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
	0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20
};

/*
 * card.md 5.6: no My Number (text application; EF 0005 and 照合番号A of the
 * visual one), no 住基AP, no signature certificate, key or PIN (署名用), no
 * reading by path, no command that changes a card. app NONE is any; ef 0 is
 * any; a read by offset stays within the largest file of its kind. The visual
 * application is there for whom the configuration opens it.
 */
static const struct rule {
	enum oki_app	app;
	unsigned int	ef;
	uint8_t		cla, ins, p1, p1_last, p2, p2_last;
	enum data	data;
	uint32_t	le, le_last;
} rules[] = {
	{ OKI_APP_NONE, 0, 0x00, OKI_INS_SELECT, 0x04, 0x04, 0x0c, 0x0c,
	  DATA_APP, 0, 0 },
	{ OKI_APP_JPKI, 0, 0x00, OKI_INS_SELECT, 0x02, 0x02, 0x0c, 0x0c,
	  DATA_EF, 0, 0 },

	{ OKI_APP_JPKI, 0, 0x00, OKI_INS_READ, 0x8a, 0x8a, 0x00, 0x00,
	  DATA_NONE, 1, OKI_READ_BYTES },
	{ OKI_APP_JPKI, OKI_EF_CERTIFICATE, 0x00, OKI_INS_READ, 0x00, 0x1f,
	  0x00, 0xff, DATA_NONE, 1, OKI_READ_BYTES },
	{ OKI_APP_JPKI, 0, 0x00, OKI_INS_READ, 0x86, 0x86, 0x00, 0x00,
	  DATA_NONE, 1, 256 },
	{ OKI_APP_JPKI, OKI_EF_TOKEN, 0x00, OKI_INS_READ, 0x00, 0x00, 0x00,
	  0x00, DATA_NONE, 1, 256 },

	{ OKI_APP_JPKI, 0, 0x00, OKI_INS_VERIFY, 0x00, 0x00, 0x98, 0x98,
	  DATA_NONE, 0, 0 },
	{ OKI_APP_JPKI, OKI_EF_PIN, 0x00, OKI_INS_VERIFY, 0x00, 0x00, 0x80,
	  0x80, DATA_NONE, 0, 0 },
	{ OKI_APP_JPKI, 0, 0x00, OKI_INS_VERIFY, 0x00, 0x00, 0x98, 0x98,
	  DATA_PIN, 0, 0 },
	{ OKI_APP_JPKI, OKI_EF_PIN, 0x00, OKI_INS_VERIFY, 0x00, 0x00, 0x80,
	  0x80, DATA_PIN, 0, 0 },

	{ OKI_APP_JPKI, 0, 0x80, OKI_INS_SIGN, 0x00, 0x00, 0x97, 0x97,
	  DATA_SHA256, 1, 256 },
	{ OKI_APP_JPKI, OKI_EF_KEY, 0x80, OKI_INS_SIGN, 0x00, 0x00, 0x80,
	  0x80, DATA_SHA256, 1, 256 },

	{ OKI_APP_VISUAL, 0, 0x00, OKI_INS_SELECT, 0x02, 0x02, 0x0c, 0x0c,
	  DATA_EF, 0, 0 },
	{ OKI_APP_VISUAL, 0, 0x00, OKI_INS_READ, 0x82, 0x82, 0x00, 0x00,
	  DATA_NONE, 1, OKI_READ_BYTES },
	{ OKI_APP_VISUAL, OKI_EF_FACE, 0x00, OKI_INS_READ, 0x00, 0x7f,
	  0x00, 0xff, DATA_NONE, 1, OKI_READ_BYTES },
	{ OKI_APP_VISUAL, 0, 0x00, OKI_INS_READ, 0x84, 0x84, 0x00, 0x00,
	  DATA_NONE, 1, OKI_READ_BYTES },
	{ OKI_APP_VISUAL, OKI_EF_ISSUER, 0x00, OKI_INS_READ, 0x00, 0x03,
	  0x00, 0xff, DATA_NONE, 1, OKI_READ_BYTES },
	{ OKI_APP_VISUAL, 0, 0x00, OKI_INS_VERIFY, 0x00, 0x00, 0x92, 0x92,
	  DATA_NONE, 0, 0 },
	{ OKI_APP_VISUAL, OKI_EF_NUMBER, 0x00, OKI_INS_VERIFY, 0x00, 0x00,
	  0x80, 0x80, DATA_NONE, 0, 0 },
	{ OKI_APP_VISUAL, 0, 0x00, OKI_INS_VERIFY, 0x00, 0x00, 0x92, 0x92,
	  DATA_NUMBER, 0, 0 },
	{ OKI_APP_VISUAL, OKI_EF_NUMBER, 0x00, OKI_INS_VERIFY, 0x00, 0x00,
	  0x80, 0x80, DATA_NUMBER, 0, 0 },
	{ OKI_APP_VISUAL, 0, 0x80, OKI_INS_SIGN, 0x00, 0x00, 0x00, 0x00,
	  DATA_SHA256, 1, 256 }
};

const uint8_t *
oki_app_name(enum oki_app app, size_t *len)
{
	*len = apps[app].len;

	return apps[app].name;
}

static enum oki_app
app_named(const uint8_t *name, size_t len)
{
	for (size_t i = 0; i < OKI_APPS; i++)
		if (apps[i].len > 0 && apps[i].len == len &&
		    memcmp(apps[i].name, name, len) == 0)
			return (enum oki_app)i;

	return OKI_APP_NONE;
}

static bool
is_open(const struct oki_place *at, enum oki_app app)
{
	return app != OKI_APP_VISUAL || at->visual;
}

static bool
may_select(const struct oki_place *at, const uint8_t *name, size_t len)
{
	enum oki_app app = len > 0 ? app_named(name, len) : OKI_APP_NONE;

	return app != OKI_APP_NONE && is_open(at, app);
}

static bool
file_is_known(enum oki_app app, const uint8_t *id, size_t len)
{
	for (size_t i = 0; len == 2 && i < OKI_COUNT(files); i++)
		if (files[i].app == app &&
		    files[i].ef == ((unsigned int)id[0] << 8 | id[1]))
			return true;

	return false;
}

static bool
are_digits(const uint8_t *p, size_t len, size_t want)
{
	for (size_t i = 0; i < len; i++)
		if (p[i] < '0' || p[i] > '9')
			return false;

	return len == want;
}

static bool
data_fits(const struct oki_place *at, enum data want, const uint8_t *p,
    size_t len)
{
	if (len > 0 && p == NULL)
		return false;
	switch (want) {
	case DATA_NONE:
		return len == 0;
	case DATA_APP:
		return may_select(at, p, len);
	case DATA_EF:
		return file_is_known(at->app, p, len);
	case DATA_PIN:
		return are_digits(p, len, 4);
	case DATA_NUMBER:
		return are_digits(p, len, 14);
	case DATA_SHA256:
		return len == OKI_DIGEST_INFO + OKI_SHA256 &&
		    memcmp(p, oki_digest_info, OKI_DIGEST_INFO) == 0;
	}

	return false;
}

static bool
rule_fits(const struct rule *r, const struct oki_place *at,
    const struct oki_apdu *a)
{
	return (r->app == OKI_APP_NONE || r->app == at->app) &&
	    is_open(at, r->app) &&
	    (r->ef == 0 || r->ef == at->ef) &&
	    a->cla == r->cla && a->ins == r->ins &&
	    a->p1 >= r->p1 && a->p1 <= r->p1_last &&
	    a->p2 >= r->p2 && a->p2 <= r->p2_last &&
	    a->le >= r->le && a->le <= r->le_last &&
	    data_fits(at, r->data, a->data, a->len);
}

/* The rest of an answer is part of a command that was allowed. */
static bool
is_more(const struct oki_place *at, const struct oki_apdu *a)
{
	return (at->app == OKI_APP_JPKI || (at->app == OKI_APP_VISUAL &&
	    at->visual)) && at->more && a->cla == 0x00 &&
	    a->ins == OKI_INS_GET_RESPONSE && a->p1 == 0 && a->p2 == 0 &&
	    a->len == 0 && a->le >= 1 && a->le <= 256;
}

bool
oki_apdu_is_allowed(const struct oki_place *at, const struct oki_apdu *a)
{
	for (size_t i = 0; i < OKI_COUNT(rules); i++)
		if (rule_fits(&rules[i], at, a))
			return true;

	return is_more(at, a);
}

static bool
sw_has_data(unsigned int sw)
{
	return sw == OKI_SW_OK || sw == OKI_SW_END_OF_FILE || sw >> 8 == 0x61;
}

/* What is not certain is taken as unknown: then only SELECT is allowed. */
void
oki_place_move(struct oki_place *at, const struct oki_apdu *a, unsigned int sw)
{
	at->more = sw >> 8 == 0x61 && a->ins != OKI_INS_VERIFY &&
	    a->ins != OKI_INS_SELECT;
	if (a->ins == OKI_INS_SELECT && a->p1 == 0x04) {
		at->app = sw == OKI_SW_OK ? app_named(a->data, a->len) :
		    OKI_APP_NONE;
		at->ef = 0;
	} else if (a->ins == OKI_INS_SELECT) {
		at->ef = sw == OKI_SW_OK ?
		    (unsigned int)a->data[0] << 8 | a->data[1] : 0;
	} else if (a->ins == OKI_INS_READ && (a->p1 & 0x80) != 0) {
		at->ef = sw_has_data(sw) ? a->p1 & 0x1fu : 0;
	} else if ((a->ins == OKI_INS_VERIFY || a->ins == OKI_INS_SIGN) &&
	    a->p2 != OKI_BY_CURRENT) {
		at->ef = 0;
	}
}
