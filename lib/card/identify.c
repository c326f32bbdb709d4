/* What card it is, by what it answers and never by its ATR (card.md 10.3). */
#include "config.h"

#include <string.h>

#include "card/inside.h"

#define LABEL_BYTES	32
#define CA_BYTES	1048576

/* What a card says to an application that it does not have. */
static const unsigned int absent[] = {
	OKI_SW_NOT_FOUND, OKI_SW_NO_FUNCTION, OKI_SW_P1P2, OKI_SW_NO_DATA,
	OKI_SW_NO_INS, OKI_SW_NO_CLA, 0x6a80, 0x6a87, 0x6881, 0x6882
};

/* And to a file that was never written, or was erased. */
static const unsigned int empty[] = {
	OKI_SW_OK, OKI_SW_END_OF_FILE, OKI_SW_NOT_FOUND, OKI_SW_NO_DATA,
	OKI_SW_P1P2, 0x6a83, 0x6b00
};

static const struct {
	int		kind;
	int		result;
	const char	*what;
} refusals[] = {
	{ ONSHI_CARD_MY_NUMBER,	     ONSHI_OK,			"" },
	{ ONSHI_CARD_OTHER,	     ONSHI_E_CARD_OTHER,	"other" },
	{ ONSHI_CARD_NO_CERTIFICATE, ONSHI_E_CARD_NO_CERTIFICATE,
	  "no certificate" },
	{ ONSHI_CARD_PHONE,	     ONSHI_E_CARD_PHONE,	"phone" },
	{ ONSHI_CARD_JUKI,	     ONSHI_E_CARD_JUKI,		"juki" },
	{ ONSHI_CARD_RESIDENCE,	     ONSHI_E_CARD_RESIDENCE,	"residence" },
	{ ONSHI_CARD_DRIVERS_LICENCE, ONSHI_E_CARD_DRIVERS_LICENCE,
	  "licence" }
};

/* The label in EF 0006; the longer ones first, then what may come one day
 * (card.md 3.1.1). */
static const struct {
	const char	*label;
	int		 kind;
} labels[] = {
	{ "JPKIAPICCTOKEN2",	ONSHI_CARD_NO_CERTIFICATE },
	{ "JPKIAPICCTOKEN",	ONSHI_CARD_JUKI },
	{ "JPKIAPGPSETOKEN",	ONSHI_CARD_PHONE },
	{ "JPKIAPIOSTOKEN",	ONSHI_CARD_PHONE },
	{ "JPKI",		ONSHI_CARD_NO_CERTIFICATE }
};

static bool
is_in(const unsigned int *list, size_t n, unsigned int sw)
{
	for (size_t i = 0; i < n; i++)
		if (list[i] == sw)
			return true;

	return false;
}

/* Each is asked once, by SELECT and nothing else. */
static int
name_foreign(struct oki_card *c, struct oki_wait *w, int *kind,
    struct onshi_error *e)
{
	static const struct {
		enum oki_app	app;
		int		kind;
	} known[] = {
		{ OKI_APP_RESIDENCE, ONSHI_CARD_RESIDENCE },
		{ OKI_APP_LICENCE, ONSHI_CARD_DRIVERS_LICENCE }
	};
	unsigned int sw;
	int r;

	*kind = ONSHI_CARD_OTHER;
	for (size_t i = 0; i < OKI_COUNT(known); i++) {
		r = oki_card_select(c, w, known[i].app, &sw, e);
		if (r != ONSHI_OK)
			return r;
		if (sw == OKI_SW_OK) {
			*kind = known[i].kind;
			break;
		}
	}

	return ONSHI_OK;
}

/* Every card with the application has a label: one without has lost its
 * senses, not its certificate. */
static int
name_without(struct oki_card *c, struct oki_wait *w, int *kind,
    struct onshi_error *e)
{
	struct oki_apdu a = { .ins = OKI_INS_READ, .le = LABEL_BYTES,
	    .p1 = OKI_BY_SFI(OKI_EF_TOKEN) };
	struct oki_apdu_response resp;
	size_t len;
	int r;

	oki_apdu_response_init(&resp);
	if ((r = oki_card_transmit(c, w, &a, &resp, e)) != ONSHI_OK)
		goto out;
	for (size_t i = 0; resp.sw == OKI_SW_OK && i < OKI_COUNT(labels); i++) {
		len = strlen(labels[i].label);
		if (resp.data.len >= len &&
		    memcmp(resp.data.data, labels[i].label, len) == 0) {
			*kind = labels[i].kind;
			goto out;
		}
	}
	r = oki_card_refuse(e, ONSHI_E_CARD_ANSWER, resp.sw,
	    "READ of the label");
out:
	oki_apdu_response_free(&resp);

	return r;
}

static int
name_jpki(struct oki_card *c, struct oki_wait *w, int *kind,
    struct onshi_error *e)
{
	unsigned int sw;
	int r;

	*kind = ONSHI_CARD_MY_NUMBER;
	if ((r = oki_card_read_certificate(c, w, &sw, e)) != ONSHI_OK)
		return r;
	if (c->bytes.len > 0)
		return ONSHI_OK;
	if (sw == OKI_SW_SECURITY) {	/* a phone wants the PIN first */
		*kind = ONSHI_CARD_PHONE;
		return ONSHI_OK;
	}
	if (is_in(empty, OKI_COUNT(empty), sw))
		return name_without(c, w, kind, e);

	return oki_card_refuse(e, ONSHI_E_CARD_ANSWER, sw,
	    "READ of the certificate");
}

static int
name(struct oki_card *c, struct oki_wait *w, int *kind, struct onshi_error *e)
{
	unsigned int sw;
	int r;

	if ((r = oki_card_select_jpki(c, w, &sw, e)) != ONSHI_OK)
		return r;
	if (sw == OKI_SW_OK)
		return name_jpki(c, w, kind, e);
	if (is_in(absent, OKI_COUNT(absent), sw))
		return name_foreign(c, w, kind, e);

	return oki_card_refuse(e, ONSHI_E_CARD_ANSWER, sw, "SELECT of JPKI");
}

int
oki_card_kind(struct oki_card *c, struct oki_wait *w, int *kind,
    struct onshi_error *e)
{
	int found, r = ONSHI_OK;

	if (c->readers->process != oki_os_process())
		r = oki_fail(e, ONSHI_E_STATE, "after fork");
	else if (c->lost != ONSHI_OK)
		r = oki_card_over(c, e);
	else if (c->kind < 0 && (r = name(c, w, &found, e)) == ONSHI_OK)
		c->kind = found;
	*kind = r == ONSHI_OK ? c->kind : ONSHI_CARD_OTHER;

	return r;
}

int
oki_card_need_my_number(struct oki_card *c, struct oki_wait *w,
    struct onshi_error *e)
{
	int kind, r;

	if ((r = oki_card_kind(c, w, &kind, e)) != ONSHI_OK)
		return r;
	for (size_t i = 0; i < OKI_COUNT(refusals); i++)
		if (refusals[i].kind == kind &&
		    refusals[i].result != ONSHI_OK)
			return oki_fail_at(e, ONSHI_PHASE_CARD,
			    refusals[i].result, "kind: %s", refusals[i].what);

	return ONSHI_OK;
}

static int
check(const struct oki_card *c, struct onshi_certificate *x,
    struct onshi_error *e)
{
	const struct onshi_config *conf = oki_env_config(c->readers->env);
	struct oki_buf ca;
	int r;

	if (!oki_config_has(conf, OKI_CARD_CA_FILE))
		return ONSHI_OK;
	oki_buf_init(&ca, CA_BYTES);
	if ((r = oki_config_content(conf, OKI_CARD_CA_FILE, CA_BYTES, &ca,
	    e)) == ONSHI_OK)
		r = oki_certificate_check(x, ca.data, ca.len, e);
	oki_buf_free(&ca);

	return r;
}

int
oki_card_certificate(struct oki_card *c, struct oki_wait *w,
    struct onshi_certificate **out, struct onshi_error *e)
{
	struct onshi_certificate *x = NULL;
	int r;

	*out = NULL;
	if ((r = oki_card_need_my_number(c, w, e)) != ONSHI_OK)
		return r;
	if (c->certificate == NULL) {
		if ((r = oki_certificate_parse(c->readers->env,
		    c->bytes.data, c->bytes.len, &x, e)) != ONSHI_OK ||
		    (r = check(c, x, e)) != ONSHI_OK) {
			oki_certificate_free(&x);
			return r;
		}
		c->certificate = x;
	}
	*out = oki_certificate_ref(c->certificate);

	return ONSHI_OK;
}
