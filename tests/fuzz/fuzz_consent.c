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

/* Behind all else, so that what ends before is a visit. */
static void
fill_mode(struct fuzz_input *in, struct oki_gate_input *g)
{
	unsigned int bits = (unsigned int)fuzz_number(in, 2);

	g->mode = word(in);
	g->way = word(in);
	g->widest = word(in);
	g->basis = word(in);
	g->own_basis = word(in);
	g->consenter = word(in);
	g->identified = word(in);
	g->want = word(in);
	g->since_ms = g->mode != 0 ? moment(in) : 0;
	g->enabled = bits & 1;
	g->hospital = bits >> 1 & 1;
	g->eprescription = bits >> 2 & 1;
	g->reason = bits >> 3 & 1;
	g->wanted = bits >> 4 & 1;
	g->own_needed = bits >> 5 & 1;
	g->own_reason = bits >> 6 & 1;
	g->right = bits >> 7 & 1;
	g->factors = bits >> 8 & 1;
	g->acknowledged = bits >> 9 & 1;
}

static void
fill(struct fuzz_input *in, struct oki_gate_input *g)
{
	unsigned int bits = (unsigned int)fuzz_number(in, 2);
	size_t i;

	memset(g, 0, sizeof(*g));
	g->category = word(in);
	g->about = word(in);
	g->moment = word(in);
	g->purpose = word(in);
	g->method = word(in);
	g->facility = word(in);
	g->licence = word(in);
	g->sign_in = word(in);
	g->sign_in_least = word(in);
	g->certificate = word(in);
	g->tries = word(in);
	g->open_to = fuzz_byte(in);
	g->consents = word(in);
	for (i = 0; i < OKI_GATE_CONSENTS; i++) {
		g->consent[i].state = word(in);
		g->consent[i].from_ms = moment(in);
		g->consent[i].until_ms = moment(in);
	}
	g->now_ms = moment(in);
	g->proven = bits & 1;
	g->ended = bits >> 1 & 1;
	g->token = bits >> 2 & 1;
	g->has_operator = bits >> 3 & 1;
	g->confirmed = bits >> 4 & 1;
	g->register_use = bits >> 5 & 1;
	g->operator_required = bits >> 6 & 1;
	g->grace_by_service = bits >> 7 & 1;
	g->recorded = bits >> 8 & 1;
	fill_mode(in, g);
}

static bool
in_range(const struct oki_gate_input *g)
{
	size_t i;

	for (i = 0; i < OKI_GATE_CONSENTS; i++)
		if (g->consent[i].state < 0 || g->consent[i].state > 3)
			return false;

	return g->category >= 0 && g->category <= 63 && g->about >= 0 &&
	    g->about <= 2 && g->moment >= 1 && g->moment <= 5 &&
	    g->purpose >= 1 && g->purpose <= 3 && g->facility >= 0 &&
	    g->facility <= 3 && g->method >= 1 && g->method <= 5 &&
	    g->licence >= 0 && g->licence <= 5 && g->sign_in >= 0 &&
	    g->sign_in <= 2 && g->sign_in_least >= 0 &&
	    g->sign_in_least <= 2 && g->certificate >= 0 &&
	    g->certificate <= 5 && g->consents >= 0 && g->consents <= 3 &&
	    g->mode >= 0 && g->mode <= 2 && g->way >= 0 && g->way <= 3 &&
	    g->widest >= 0 && g->widest <= 3 && g->basis >= 0 &&
	    g->basis <= 3 && g->own_basis >= 0 && g->own_basis <= 3 &&
	    g->consenter >= 0 && g->consenter <= 3 && g->identified >= 0 &&
	    g->identified <= 5 && g->want >= 0 && g->want <= 6;
}

/* Granted, begun, not over by the word of the service, and not by 24 hours
 * (CO-3, CO-10, TI-4). */
static bool
consent_holds(const struct oki_gate_consent *c, int64_t now)
{
	if (c->state != OKI_CONSENT_GRANTED || c->from_ms <= 0 ||
	    c->until_ms <= c->from_ms || now <= 0 || now >= c->until_ms)
		return false;
	if (c->from_ms > INT64_MAX - 86400000)	/* its end is no time more */
		return false;

	return now >= c->from_ms && now - c->from_ms < 86400000;
}

/* As it will be asked later, or as it is now. */
static bool
consents_hold(const struct oki_gate_input *g)
{
	int i;

	for (i = 0; i < g->consents; i++)
		if (g->moment < OKI_BEFORE_RECORD ? g->consent[i].state ==
		    OKI_CONSENT_NONE || g->consent[i].state ==
		    OKI_CONSENT_WITHDRAWN :
		    !consent_holds(&g->consent[i], g->now_ms))
			return false;

	return g->consents > 0;
}

static bool
asker_may(const struct oki_gate_input *g)
{
	return !g->grace_by_service && (g->certificate == 0 ||
	    g->certificate == ONSHI_CERTIFICATE_VALID ||
	    g->certificate == ONSHI_CERTIFICATE_SOON) && g->has_operator &&
	    g->licence != ONSHI_LICENCE_RECEPTION &&
	    g->licence != ONSHI_LICENCE_DISASTER &&
	    (g->open_to & 1u << g->licence) != 0 &&
	    g->sign_in >= g->sign_in_least;
}

static bool
medical(const struct oki_gate_input *g)
{
	bool pharmacy = g->facility == OKI_FACILITY_PHARMACY;

	return g->purpose == (pharmacy ? ONSHI_PURPOSE_DISPENSING :
	    ONSHI_PURPOSE_CARE) && g->open_to != 0 &&
	    g->method != ONSHI_METHOD_NUMBER && consents_hold(g) &&
	    g->recorded &&
	    (g->moment < OKI_IF_ASKED || asker_may(g)) &&
	    (g->moment < OKI_BEFORE_RECORD ||
	    (g->proven && g->token && g->now_ms > 0));
}

/* The exceptional modes: DI-1 to DI-8, EM-1 to EM-4. */
static bool
urgent_asker(const struct oki_gate_input *g)
{
	if (!g->enabled || !g->recorded || !g->has_operator ||
	    g->consents != 0 || g->register_use || g->way == 0 ||
	    g->licence == ONSHI_LICENCE_RECEPTION ||
	    (g->moment >= OKI_BEFORE_RECORD && !g->acknowledged))
		return false;
	if (g->mode == OKI_MODE_DISASTER)
		return g->way != ONSHI_WAY_CARD && g->want == 0 &&
		    g->basis != ONSHI_BASIS_EMERGENCY &&
		    g->own_basis != ONSHI_BASIS_EMERGENCY &&
		    g->sign_in >= g->sign_in_least;

	return g->hospital && g->facility == OKI_FACILITY_MEDICAL &&
	    g->widest != 0 && g->way >= g->widest && g->right &&
	    g->factors && g->sign_in == ONSHI_SIGNIN_TWO_FACTOR &&
	    g->licence != ONSHI_LICENCE_DISASTER && g->consenter == 0 &&
	    g->own_basis == 0 && (g->basis == 0 ||
	    g->basis == ONSHI_BASIS_EMERGENCY);
}

static bool
urgent_ground(const struct oki_gate_input *g)
{
	if (g->way == ONSHI_WAY_SEARCH)
		return true;
	if (g->identified == 0)
		return false;
	if (g->mode == OKI_MODE_HOSPITAL)
		return g->basis != 0 && g->reason && g->want != 0;

	return g->basis == ONSHI_BASIS_ORAL ? g->consenter != 0 :
	    g->basis != 0 && g->reason && g->consenter == 0;
}

static bool
urgent_medical(const struct oki_gate_input *g)
{
	bool pharmacy = g->facility == OKI_FACILITY_PHARMACY;
	bool hospital = g->mode == OKI_MODE_HOSPITAL;

	if (g->way == ONSHI_WAY_SEARCH || g->open_to == 0 ||
	    g->purpose != (pharmacy ? ONSHI_PURPOSE_DISPENSING :
	    ONSHI_PURPOSE_CARE) || (hospital && !g->wanted) ||
	    (g->own_needed && (!g->eprescription || (!hospital &&
	    g->own_basis != ONSHI_BASIS_ORAL && (g->own_basis == 0 ||
	    !g->own_reason)))))
		return false;
	if (g->moment >= OKI_IF_ASKED && ((g->open_to & 1u << g->licence) ==
	    0 || (hospital && (g->grace_by_service ||
	    g->certificate > ONSHI_CERTIFICATE_SOON))))
		return false;

	return g->moment < OKI_BEFORE_RECORD || (g->proven && g->token &&
	    g->since_ms > 0 && g->since_ms <= g->now_ms &&
	    g->now_ms - g->since_ms < 86400000);
}

static bool
strays(const struct oki_gate_input *g)
{
	return g->way != 0 || g->basis != 0 || g->own_basis != 0 ||
	    g->consenter != 0 || g->identified != 0 || g->want != 0 ||
	    g->acknowledged || g->reason || g->since_ms != 0;
}

static bool
allowed(const struct oki_gate_input *g)
{
	if (!in_range(g) || g->ended || g->about == OKI_ABOUT_NOTHING)
		return false;
	if (g->mode != OKI_MODE_ORDINARY)
		return urgent_asker(g) && urgent_ground(g) &&
		    (g->about == OKI_ABOUT_ELIGIBILITY || urgent_medical(g));
	if (strays(g))
		return false;
	if (g->operator_required && !g->has_operator)
		return false;
	if (g->register_use && (g->method == ONSHI_METHOD_NUMBER ||
	    (g->method == ONSHI_METHOD_VISUAL && g->tries > 0)))
		return false;
	if ((g->method == ONSHI_METHOD_VISUAL ||
	    g->method == ONSHI_METHOD_READER) &&
	    g->moment >= OKI_BEFORE_RECORD &&
	    (!g->has_operator || !g->confirmed))
		return false;

	return g->about == OKI_ABOUT_ELIGIBILITY || medical(g);
}

static void
permit(const struct oki_gate_input *g, bool yes)
{
	struct oki_permit *p;
	const char *rule;
	int r = oki_gate_permit(g, &p, &rule);

	MUST((r == ONSHI_OK) == (p != NULL));
	MUST((r == ONSHI_OK) == (yes && g->about == OKI_ABOUT_MEDICAL &&
	    (g->moment == OKI_BEFORE_RECORD ||
	    g->moment == OKI_BEFORE_SEND)));
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
	w[1].consent[0].state = OKI_CONSENT_WITHDRAWN;
	w[2].token = false;
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
