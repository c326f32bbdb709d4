/*
 * The gate of identity and consent: any input, against what rules.md says
 * in one expression; and what makes a question worse never opens the gate.
 */
#include "config.h"

#include "fuzz.h"
#include "gate/gate.h"
#include "onshikaku/card.h"

/* Numbers near where the rules change. */
static int64_t
moment(struct fuzz_input *in)
{
	static const int64_t base[] = { 0, 1, 1760000000, 1760086400,
	    INT64_MAX, INT64_MIN, 86400, 1759913600 };
	int64_t v = base[fuzz_byte(in) & 7];
	int64_t d = (int64_t)fuzz_byte(in) - 128;

	if (v == INT64_MAX)
		return d < 0 ? v + d : v;
	if (v == INT64_MIN)
		return d > 0 ? v + d : v;

	return v + d;
}

/* Mostly what there is, at times what there is not. */
static int
word(struct fuzz_input *in)
{
	unsigned int v = fuzz_byte(in);

	return v < 0xf0 ? (int)(v & 7) : v < 0xf8 ? (int)v - 0xf8 :
	    v < 0xfc ? INT32_MAX : INT32_MIN;
}

static void
fill(struct fuzz_input *in, struct oki_gate_input *g)
{
	unsigned int bits = (unsigned int)fuzz_number(in, 2);
	size_t i;

	memset(g, 0, sizeof(*g));
	g->category = word(in);
	g->moment = word(in);
	g->purpose = word(in);
	g->method = word(in);
	g->facility = word(in);
	g->licence = word(in);
	g->sign_in = word(in);
	g->sign_in_least = word(in);
	g->certificate = word(in);
	g->consent = word(in);
	g->consent_since = moment(in);
	g->consent_until = moment(in);
	for (i = 0; i < OKI_GATE_WITH; i++) {
		g->with[i].state = word(in);
		g->with[i].since = moment(in);
		g->with[i].until = moment(in);
	}
	g->now = moment(in);
	g->proven = bits & 1;
	g->ended = bits >> 1 & 1;
	g->pharmacy_checkups = bits >> 2 & 1;
	g->has_operator = bits >> 3 & 1;
	g->confirmed = bits >> 4 & 1;
	g->register_use = bits >> 5 & 1;
	g->clock_agrees = bits >> 6 & 1;
	g->grace_by_service = bits >> 7 & 1;
	g->recorded = bits >> 8 & 1;
}

static bool
in_range(const struct oki_gate_input *g)
{
	return g->category >= 0 && g->category <= 6 && g->moment >= 0 &&
	    g->moment <= 2 && g->purpose >= 1 && g->purpose <= 3 &&
	    g->facility >= 0 && g->facility <= 3 && g->method >= 1 &&
	    g->method <= 4 && g->licence >= 0 && g->licence <= 4 &&
	    g->sign_in >= 0 && g->sign_in <= 2 && g->sign_in_least >= 0 &&
	    g->sign_in_least <= 2 && g->certificate >= 0 &&
	    g->certificate <= 5 && g->consent >= 0 && g->consent <= 3 &&
	    g->with[0].state >= 0 && g->with[0].state <= 3 &&
	    g->with[1].state >= 0 && g->with[1].state <= 3;
}

/* Given, granted, begun (clocks may differ by a minute), not over by the word
 * of the service, and not by 24 hours (CO-3, CO-10, SEC-88). */
static bool
consent_holds(int state, int64_t since, int64_t until, int64_t now)
{
	if (state != OKI_CONSENT_GRANTED || since <= 0 || until <= since ||
	    now <= 0 || now >= until)
		return false;
	if (since > INT64_MAX - 86400)	/* its end is no time any more */
		return false;

	return now >= since - 60 && now - since < 86400;
}

static bool
consents_hold(const struct oki_gate_input *g)
{
	size_t i, n = g->category == ONSHI_CATEGORY_SURGERY ? 2 :
	    g->category == ONSHI_CATEGORY_CARE ? 1 : 0;

	for (i = 0; i < n; i++)
		if (!consent_holds(g->with[i].state, g->with[i].since,
		    g->with[i].until, g->now))
			return false;

	return consent_holds(g->consent, g->consent_since, g->consent_until,
	    g->now);
}

static bool
medical(const struct oki_gate_input *g)
{
	bool pharmacy = g->facility == OKI_FACILITY_PHARMACY;

	return g->purpose == (pharmacy ? ONSHI_PURPOSE_DISPENSING :
	    ONSHI_PURPOSE_CARE) &&
	    (!pharmacy || g->category != ONSHI_CATEGORY_CHECKUPS ||
	    g->pharmacy_checkups) &&
	    g->method != ONSHI_METHOD_NUMBER && g->proven &&
	    !g->grace_by_service && (g->certificate == 0 ||
	    g->certificate == ONSHI_CERTIFICATE_VALID ||
	    g->certificate == ONSHI_CERTIFICATE_SOON) &&
	    consents_hold(g) && g->clock_agrees && g->has_operator &&
	    g->licence >= ONSHI_LICENCE_DOCTOR &&
	    g->licence <= ONSHI_LICENCE_PHARMACIST &&
	    g->sign_in >= g->sign_in_least && g->recorded;
}

static bool
allowed(const struct oki_gate_input *g)
{
	if (!in_range(g) || g->ended || g->category > ONSHI_CATEGORY_SURGERY)
		return false;
	if (g->register_use && g->method > ONSHI_METHOD_PIN)
		return false;
	if (g->method == ONSHI_METHOD_VISUAL &&
	    (!g->has_operator || !g->confirmed))
		return false;

	return g->category == ONSHI_CATEGORY_ELIGIBILITY || medical(g);
}

static void
permit(const struct oki_gate_input *g, bool yes)
{
	struct oki_permit *p;
	const char *rule;
	int r = oki_gate_permit(g, &p, &rule);

	MUST((r == ONSHI_OK) == (p != NULL));
	MUST((r == ONSHI_OK) == (yes && g->category !=
	    ONSHI_CATEGORY_ELIGIBILITY &&
	    g->moment != OKI_BEFORE_HANDOVER));
	MUST(r != ONSHI_OK || oki_permit_use(p) == g->category);
	MUST(oki_permit_use(p) == -1);
	oki_permit_free(&p);
}

/* What was refused stays refused when something is taken away. */
static void
worse(const struct oki_gate_input *g)
{
	struct oki_gate_input w[7];
	size_t i;

	if (!in_range(g))
		return;
	for (i = 0; i < OKI_COUNT(w); i++)
		w[i] = *g;
	w[0].proven = false;
	w[1].consent = OKI_CONSENT_WITHDRAWN;
	w[2].clock_agrees = false;
	w[3].recorded = false;
	w[4].ended = true;
	w[5].has_operator = false;
	w[6].licence = ONSHI_LICENCE_RECEPTION;
	for (i = 0; i < OKI_COUNT(w); i++)
		MUST(oki_gate_decide(&w[i], NULL) != ONSHI_OK ||
		    oki_gate_decide(g, NULL) == ONSHI_OK);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct fuzz_input in = { data, len };
	struct oki_gate_input g;
	const char *rule = "?";
	bool yes;
	int r;

	fill(&in, &g);
	yes = allowed(&g);
	r = oki_gate_decide(&g, &rule);
	MUST((r == ONSHI_OK) == yes);
	MUST((r == ONSHI_OK) == (rule == NULL));
	MUST(r <= 0);
	permit(&g, yes);
	worse(&g);

	return 0;
}
