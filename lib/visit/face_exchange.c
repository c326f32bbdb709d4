/*
 * What an adapter of a face reader asks and says while a patient is there.
 * Each thing is said once, and looked at as it comes; what was refused stays
 * refused, whatever the adapter comes back with.
 */
#include "visit/face.h"

/* ---- what is to be done --------------------------------------------------- */

static const struct oki_case *
case_of(const struct onshi_face_exchange *x)
{
	return &x->f->v->k;
}

const char *
onshi_face_id(const struct onshi_face_exchange *x)
{
	return x == NULL ? "" : x->id;
}

int
onshi_face_purpose(const struct onshi_face_exchange *x)
{
	return x == NULL ? 0 : case_of(x)->purpose;
}

static bool
is_asked(const struct onshi_face_exchange *x, int category)
{
	return oki_category_is_visits(category) &&
	    case_of(x)->consent[category].to_ask;
}

int
onshi_face_asks(const struct onshi_face_exchange *x, int category)
{
	return x != NULL && is_asked(x, category);
}

/* By sight it is the act of a named operator (ID-2), who is there already. */
static bool
is_allowed(const struct onshi_face_exchange *x, int method)
{
	const struct oki_case *k = case_of(x);

	if (method == ONSHI_METHOD_FACE)
		return true;
	if (method == ONSHI_METHOD_PIN)
		return oki_link_carries(k->link, "challenge") !=
		    ONSHI_FORM_NONE;

	return method == ONSHI_METHOD_VISUAL && k->operator != NULL &&
	    x->carrier != ONSHI_CARRIER_PHONE;
}

int
onshi_face_allows(const struct onshi_face_exchange *x, int method)
{
	return x != NULL && is_allowed(x, method);
}

int
onshi_face_registers(const struct onshi_face_exchange *x)
{
	return x != NULL && case_of(x)->register_use;
}

const char *
onshi_face_text(const struct onshi_face_exchange *x, int notice, int category,
    const char *lang)
{
	return x == NULL ? "" : onshi_notice_text(x->f->v->root, notice,
	    category, lang);
}

int32_t
onshi_face_timeout_ms(const struct onshi_face_exchange *x)
{
	return x == NULL ? 0 : oki_wait_left(&x->wait);
}

int
onshi_face_is_cancelled(const struct onshi_face_exchange *x)
{
	return x != NULL && oki_wait_check(&x->wait, ONSHI_E_CARD_NONE) !=
	    ONSHI_OK;
}

/* ---- what it says ---------------------------------------------------------- */

/* The first reason is the one that is told. */
static int
refuse(struct onshi_face_exchange *x, int result, const char *rule,
    const char *why)
{
	x->refused = result;

	return rule == NULL ? oki_fail(x->f->e, result, "%s", why) :
	    oki_fail_rule(x->f->e, rule, result, "%s", why);
}

/* Nothing more is heard once it was refused, once the card is to sign what was
 * said, or from another thread: that may be another patient's answer. */
static int
hear(struct onshi_face_exchange *x, bool again)
{
	if (x == NULL)
		return ONSHI_E_ARG;
	if (x->thread != oki_os_thread())
		return ONSHI_E_STATE;
	if (x->refused != ONSHI_OK)
		return x->refused;
	if (again || x->text.len > 0)
		return refuse(x, ONSHI_E_CALLBACK, NULL,
		    "the face reader says a thing twice, or too late");

	return ONSHI_OK;
}

/* An adapter's slip, and the end of the exchange. */
static int
no_bytes(struct onshi_face_exchange *x)
{
	if (x != NULL && x->thread == oki_os_thread() &&
	    x->refused == ONSHI_OK)
		(void)refuse(x, ONSHI_E_ARG, NULL, "no bytes");

	return ONSHI_E_ARG;
}

int
onshi_face_set_carrier(struct onshi_face_exchange *x, int carrier)
{
	int r;

	if ((r = hear(x, x != NULL && x->carrier != 0)) != ONSHI_OK)
		return r;
	if (onshi_carrier_name(carrier) == NULL)
		return refuse(x, ONSHI_E_CALLBACK, NULL, "no such carrier");
	x->carrier = carrier;

	return ONSHI_OK;
}

int
onshi_face_set_method(struct onshi_face_exchange *x, int method)
{
	int r;

	if ((r = hear(x, x != NULL && x->method != 0)) != ONSHI_OK)
		return r;
	if (!is_allowed(x, method))
		return refuse(x, ONSHI_E_METHOD, method == ONSHI_METHOD_VISUAL
		    ? "ID-2" : "ID-1", "the face reader has used a method "
		    "that is not allowed");
	x->method = method;

	return ONSHI_OK;
}

int
onshi_face_set_consent(struct onshi_face_exchange *x, int category, int given)
{
	int r;

	if ((r = hear(x, x != NULL && oki_category_is_visits(category) &&
	    x->said[category])) != ONSHI_OK)
		return r;
	if (!is_asked(x, category))
		return refuse(x, ONSHI_E_CALLBACK, "CO-3",
		    "the face reader answers what was not asked");
	if (given != ONSHI_CONSENT_REFUSED && given != ONSHI_CONSENT_GIVEN)
		return refuse(x, ONSHI_E_CALLBACK, "CO-3", "no consent");
	x->said[category] = true;
	x->given[category] = given == ONSHI_CONSENT_GIVEN;

	return ONSHI_OK;
}

int
onshi_face_set_tries(struct onshi_face_exchange *x, int left)
{
	int r;

	if ((r = hear(x, false)) != ONSHI_OK)
		return r;
	if (left < 0 || left > 15)
		return refuse(x, ONSHI_E_CALLBACK, NULL, "no number of tries");
	x->tries = left;

	return ONSHI_OK;
}

/* The same check as of a card that we read ourselves (SEC-77). */
static int
check_authority(struct onshi_face_exchange *x)
{
	const struct onshi_config *c = oki_env_config(case_of(x)->env);
	struct oki_buf ca;
	int r;

	if (!oki_config_has(c, OKI_CARD_CA_FILE))
		return ONSHI_OK;
	oki_buf_init(&ca, 1048576);
	if ((r = oki_config_content(c, OKI_CARD_CA_FILE, 1048576, &ca,
	    x->f->e)) == ONSHI_OK)
		r = oki_certificate_check(x->certificate, ca.data, ca.len,
		    x->f->e);
	oki_buf_free(&ca);

	return r;
}

int
onshi_face_set_certificate(struct onshi_face_exchange *x, const uint8_t *der,
    size_t len)
{
	int r;

	if (der == NULL)
		return no_bytes(x);
	if ((r = hear(x, x != NULL && x->certificate != NULL)) != ONSHI_OK)
		return r;
	if (len == 0 || len > OKI_CERTIFICATE_MAX)
		return refuse(x, ONSHI_E_CERTIFICATE, NULL,
		    "the face reader's certificate has no length of one");
	if ((r = oki_certificate_parse(case_of(x)->env, der, len,
	    &x->certificate, x->f->e)) != ONSHI_OK ||
	    (r = check_authority(x)) != ONSHI_OK)
		return refuse(x, r, NULL, "the face reader's certificate");

	return ONSHI_OK;
}

static int
take_bytes(struct onshi_face_exchange *x, struct oki_buf *to,
    const uint8_t *bytes, size_t len)
{
	int r;

	if (len == 0 || len > to->max)
		return refuse(x, ONSHI_E_CALLBACK, NULL,
		    "bytes of the face reader have an impossible length");
	if ((r = oki_buf_append(to, bytes, len)) != ONSHI_OK)
		return refuse(x, r, NULL, "bytes of the face reader");

	return ONSHI_OK;
}

int
onshi_face_set_proof(struct onshi_face_exchange *x, const uint8_t *bytes,
    size_t len)
{
	int r;

	if (bytes == NULL)
		return no_bytes(x);
	if ((r = hear(x, x != NULL && x->proof.len > 0)) != ONSHI_OK)
		return r;

	return take_bytes(x, &x->proof, bytes, len);
}

/* ---- the PIN: the card signs the consent ------------------------------------ */

/* The case as it will be, with what was said there. */
static int
text_to_sign(struct onshi_face_exchange *x)
{
	struct onshi_operator *op;
	struct oki_case k;
	int i, r;

	oki_visit_snapshot(x->f->v, &k, &op);
	for (i = 1; i < OKI_CATEGORIES; i++)
		if (x->said[i])
			k.consent[i].given = x->given[i];
	oki_buf_reset(&x->text);
	r = oki_query_to_sign(&k, &x->challenge, &x->text);
	oki_wipe(&k, sizeof(k));
	onshi_operator_free(&op);

	return r;
}

/* What the visit has in hand is for one signature: it is taken out of it. */
static int
fresh_challenge(struct onshi_face_exchange *x)
{
	struct onshi_visit *v = x->f->v;
	int r;

	if ((r = oki_flow_challenge(x->f)) != ONSHI_OK)
		return x->refused = r;
	x->challenge = v->challenge;
	oki_wipe(&v->challenge, sizeof(v->challenge));

	return ONSHI_OK;
}

int
onshi_face_to_sign(struct onshi_face_exchange *x, const uint8_t **bytes,
    size_t *len)
{
	int r;

	if (bytes != NULL)
		*bytes = NULL;
	if (len != NULL)
		*len = 0;
	if (bytes == NULL || len == NULL)
		return no_bytes(x);
	if ((r = hear(x, false)) != ONSHI_OK)
		return r;
	if (x->method != ONSHI_METHOD_PIN || x->certificate == NULL ||
	    x->carrier == 0)
		return refuse(x, ONSHI_E_CALLBACK, NULL, "the face reader "
		    "wants to sign before all else is said");
	if ((r = fresh_challenge(x)) != ONSHI_OK)
		return r;
	if ((r = text_to_sign(x)) != ONSHI_OK)
		return refuse(x, r, NULL, "bytes to sign");
	*bytes = x->text.data;
	*len = x->text.len;

	return ONSHI_OK;
}

int
onshi_face_set_signature(struct onshi_face_exchange *x, const uint8_t *bytes,
    size_t len)
{
	if (x == NULL || bytes == NULL)
		return no_bytes(x);
	if (x->thread != oki_os_thread())
		return ONSHI_E_STATE;
	if (x->refused != ONSHI_OK)
		return x->refused;
	if (x->text.len == 0 || x->signature.len > 0)
		return refuse(x, ONSHI_E_CALLBACK, NULL,
		    "the face reader signs what it was not given to sign");

	return take_bytes(x, &x->signature, bytes, len);
}

/* ---- whether that is all ---------------------------------------------------- */

/* What each method has to show, and must not. */
static bool
is_whole(const struct onshi_face_exchange *x)
{
	if (x->carrier == 0 || x->certificate == NULL)
		return false;
	if (x->method == ONSHI_METHOD_PIN)
		return x->signature.len > 0 && x->proof.len == 0;
	if (x->method == ONSHI_METHOD_FACE)
		return x->proof.len > 0;

	return x->method == ONSHI_METHOD_VISUAL;
}

int
oki_face_check(struct onshi_face_exchange *x)
{
	if (x->refused != ONSHI_OK)
		return x->refused;
	if (!is_whole(x))
		return refuse(x, ONSHI_E_CALLBACK, NULL,
		    "the face reader did not say all that it had to");
	if (!is_allowed(x, x->method))
		return refuse(x, ONSHI_E_METHOD, "ID-1",
		    "a phone shows no photograph to be compared");
	if (x->method == ONSHI_METHOD_PIN &&
	    oki_certificate_verify_signature(x->certificate, x->text.data,
	    x->text.len, x->signature.data, x->signature.len) != ONSHI_OK)
		return refuse(x, ONSHI_E_SIGNATURE, NULL, "the face reader's "
		    "signature does not fit its certificate");

	return ONSHI_OK;
}
