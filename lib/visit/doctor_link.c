/* The doctor: the configuration as a whole, the service, its clock. */
#include "config.h"

#include <string.h>

#include "visit/doctor.h"
#include "onshikaku/fallback.h"

#define APART_S		600
#define CHALLENGE_MAX	4096
#define WAIT_MS		12000

bool
oki_doctor_has_link(const struct onshi_doctor *d, const char *type)
{
	void *self;

	return oki_config_link(d->config, &self) == NULL && oki_text_equal(
	    oki_config_text(d->config, OKI_LINK_TYPE), type);
}

/* ---- the configuration ---------------------------------------------------- */

/* What onshi_new asks before it makes anything. */
static int
look_keys(struct onshi_doctor *d, struct onshi_error *e)
{
	static const enum oki_key needed[] = {
		OKI_FACILITY_CODE, OKI_FACILITY_KIND
	};
	struct oki_codes *codes = NULL;
	size_t i;
	int r;

	for (i = 0; i < OKI_COUNT(needed); i++)
		if (!oki_config_has(d->config, needed[i]))
			return oki_fail(e, ONSHI_E_CONFIG, "%s is not set",
			    oki_config_key_name(needed[i]));
	r = oki_codes_new(oki_config_text(d->config, OKI_RULES_CODES), &codes,
	    e);
	oki_codes_free(&codes);

	return r;
}

/* A table of papers is wanted on a bad day, and found wrong on a good one. */
static int
look_papers(struct onshi_doctor *d, struct onshi_error *e)
{
	struct onshi_fallback *f = NULL;
	int r;

	if (!oki_config_has(d->config, OKI_FALLBACK_TABLE))
		return ONSHI_OK;
	if ((r = onshi_fallback_new(d->config, &f)) != ONSHI_OK)
		oki_error_copy(e, onshi_config_error(d->config));
	onshi_fallback_free(&f);

	return r;
}

void
oki_doctor_config(struct onshi_doctor *d)
{
	struct onshi_error e;
	int r;

	oki_error_clear(&e);
	if (oki_crypto_check(&e) != ONSHI_OK) {
		oki_doctor_found(d, OKI_FOUND_ENVIRONMENT, NULL,
		    onshi_error_text(&e));
		oki_error_clear(&e);
	}
	if ((r = look_keys(d, &e)) == ONSHI_OK &&
	    (r = look_papers(d, &e)) == ONSHI_OK)
		oki_doctor_found(d, OKI_FOUND_CONFIG_OK, NULL, NULL);
	else
		oki_doctor_found(d, r == ONSHI_E_UNSUPPORTED ?
		    OKI_FOUND_CONFIG_UNBUILT : OKI_FOUND_CONFIG_WRONG, NULL,
		    onshi_error_text(&e));
}

/* By the key that the error names first; what certificates or the journal have
 * said already is not said twice. */
static const struct {
	const char	*key;
	const char	*check;
	enum oki_found	 what;
} keys[] = {
	{ "link.cert_file", "certificate.terminal", OKI_FOUND_TERMINAL_BAD },
	{ "link.key_", "certificate.terminal", OKI_FOUND_TERMINAL_BAD },
	{ "link.ca_file", "certificate.ca", OKI_FOUND_AUTHORITY_BAD },
	{ "link.login_file", "config", OKI_FOUND_CONFIG_WRONG },
	{ "link.crl_file", "certificate.crl", OKI_FOUND_CRL_BAD },
	{ "link.journal_dir", "journal", OKI_FOUND_JOURNAL_BAD },
	{ "facility.institution_code is not the name", "certificate.terminal",
	    OKI_FOUND_TERMINAL_BAD }
};

void
oki_doctor_unmade(struct onshi_doctor *d, int r, const struct onshi_error *e)
{
	const char *text = onshi_error_text(e);
	size_t i;

	for (i = 0; i < OKI_COUNT(keys); i++) {
		if (strncmp(text, keys[i].key, strlen(keys[i].key)) != 0)
			continue;
		if (oki_doctor_bad(d, keys[i].check) == 0)
			oki_doctor_found(d, keys[i].what, keys[i].check,
			    text);
		return;
	}
	if (r != ONSHI_E_ENVIRONMENT && oki_doctor_bad(d, "config") == 0)
		oki_doctor_found(d, r == ONSHI_E_UNSUPPORTED ?
		    OKI_FOUND_CONFIG_UNBUILT : OKI_FOUND_CONFIG_WRONG, NULL,
		    text);
}

/* ---- the service ----------------------------------------------------------- */

static const struct {
	int		 code;
	const char	*reason;	/* NULL: any other of this code */
	enum oki_found	 what;
} causes[] = {
	{ ONSHI_E_NETWORK, "name", OKI_FOUND_LINK_NAME },
	{ ONSHI_E_NETWORK, "interface", OKI_FOUND_LINK_INTERFACE },
	{ ONSHI_E_NETWORK, "route", OKI_FOUND_LINK_ROUTE },
	{ ONSHI_E_NETWORK, NULL, OKI_FOUND_LINK_CONNECT },
	{ ONSHI_E_LINK_TIMEOUT, NULL, OKI_FOUND_LINK_SLOW },
	{ ONSHI_E_CONFINED, NULL, OKI_FOUND_LINK_CONFINED },
	{ ONSHI_E_TLS, "refused_us", OKI_FOUND_TLS_REFUSED },
	{ ONSHI_E_TLS, "not_yet", OKI_FOUND_TLS_CLOCK },
	{ ONSHI_E_TLS, "name", OKI_FOUND_TLS_TRUST },
	{ ONSHI_E_TLS, "untrusted", OKI_FOUND_TLS_TRUST },
	{ ONSHI_E_TLS, "pin", OKI_FOUND_TLS_TRUST },
	{ ONSHI_E_TLS, "crl", OKI_FOUND_TLS_TRUST },
	{ ONSHI_E_TLS, "mutual", OKI_FOUND_TLS_TRUST },
	{ ONSHI_E_TLS, NULL, OKI_FOUND_TLS_SERVER },
	{ ONSHI_E_SERVICE_BUSY, NULL, OKI_FOUND_SERVICE_BUSY },
	{ ONSHI_E_SERVICE_REFUSED, NULL, OKI_FOUND_SERVICE_REFUSED },
	{ ONSHI_E_PROTOCOL, NULL, OKI_FOUND_SERVICE_ODD },
	{ ONSHI_E_ANSWER_REFUSED, NULL, OKI_FOUND_SERVICE_ODD },
	{ ONSHI_E_TOO_BIG, NULL, OKI_FOUND_SERVICE_ODD }
};

static void
tell_failed(struct onshi_doctor *d, int r, const struct onshi_error *e)
{
	enum oki_found what = OKI_FOUND_LINK_OTHER;
	const char *text = onshi_error_text(e);
	size_t i;

	for (i = 0; i < OKI_COUNT(causes); i++)
		if (causes[i].code == r && (causes[i].reason == NULL ||
		    strcmp(causes[i].reason, e->reason) == 0)) {
			what = causes[i].what;
			break;
		}
	/* A list of another authority ends the handshake without a word. */
	if (what == OKI_FOUND_TLS_SERVER && strcmp(e->reason, "handshake") ==
	    0 && oki_config_has(d->config, OKI_LINK_CRL_FILE))
		what = OKI_FOUND_TLS_TRUST;
	if (r == ONSHI_E_TLS && e->reason[0] != '\0')
		oki_doctor_found(d, what, "link", e->reason);
	else
		oki_doctor_found(d, what, "link", text);
}

static void
tell_clock(struct onshi_doctor *d, int64_t served)
{
	int64_t apart = oki_wall(d->env) - served;

	if (served == 0)
		oki_doctor_found(d, OKI_FOUND_CLOCK_UNKNOWN, NULL, NULL);
	else
		oki_doctor_counted(d, apart > APART_S || apart < -APART_S ?
		    OKI_FOUND_CLOCK_WRONG : OKI_FOUND_CLOCK_OK, NULL, NULL,
		    apart);
}

/* A handshake, and a challenge or a login, which names nobody and is not
 * used. */
static int
ask(struct onshi_doctor *d, struct onshi_exchange *x, struct oki_wait *w,
    struct onshi_error *e)
{
	struct oki_session *s = NULL;
	int r;

	if ((r = oki_session_open(d->link, w, &s, e)) == ONSHI_OK &&
	    (r = oki_request_id(x->request_id)) == ONSHI_OK)
		r = oki_session_exchange(s, x, e);
	oki_session_close(&s);

	return r;
}

static void
look_service(struct onshi_doctor *d, const char *what)
{
	struct onshi_exchange x;
	struct onshi_error e;
	struct oki_wait w;
	int r;

	oki_error_clear(&e);
	oki_wait_init(&w, d->env, WAIT_MS, NULL);
	oki_exchange_init(&x, what, &w, CHALLENGE_MAX);
	r = ask(d, &x, &w, &e);
	if (r != ONSHI_E_NETWORK && r != ONSHI_E_LINK_TIMEOUT &&
	    r != ONSHI_E_CONFINED)
		oki_doctor_found(d, OKI_FOUND_NETWORK_OK, NULL, NULL);
	if (r == ONSHI_OK) {
		oki_doctor_found(d, OKI_FOUND_LINK_OK, NULL, x.facts);
		tell_clock(d, x.served);
	} else {
		tell_failed(d, r, &e);
		if (x.served != 0)
			tell_clock(d, x.served);
	}
	oki_exchange_free(&x);
}

void
oki_doctor_link(struct onshi_doctor *d)
{
	struct onshi_error e;
	void *self;
	int r;

	if (oki_config_link(d->config, &self) != NULL) {
		oki_doctor_found(d, OKI_FOUND_LINK_OWN, NULL, NULL);
		return;
	}
	oki_error_clear(&e);
	if ((r = oki_link_new(d->env, &d->link, &e)) != ONSHI_OK)
		oki_doctor_unmade(d, r, &e);
	else if (oki_doctor_has_link(d, "https"))
		look_service(d, "challenge");
	else if (oki_doctor_has_link(d, "webapi"))
		look_service(d, "login");
}
