/*
 * The gate in the exceptional modes (DI, EM): every condition both ways, by its
 * rule and from its moment on; all of it against a model written from rules.md;
 * and nothing of a mode in a visit, nor of a visit in a mode.
 */
#include <check.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gate/gate.h"
#include "onshikaku/card.h"
#include "tests/core/run.h"
#include "tests/sample.h"

#define NOW	1760000000
#define DAY_MS	INT64_C(86400000)
#define LICENSED	0x2eu		/* doctor, dentist, pharmacist, nurse */

/* A doctor asks for drugs, of a person found by number. */
static struct oki_gate_input
disaster(void)
{
	struct oki_gate_input in;

	memset(&in, 0, sizeof(in));
	in.mode = OKI_MODE_DISASTER;
	in.category = ONSHI_CATEGORY_DRUGS;
	in.about = OKI_ABOUT_MEDICAL;
	in.moment = OKI_BEFORE_SEND;
	in.purpose = ONSHI_PURPOSE_CARE;
	in.method = ONSHI_METHOD_NUMBER;
	in.proven = in.token = in.recorded = in.enabled = true;
	in.facility = OKI_FACILITY_MEDICAL;
	in.open_to = LICENSED | 1u << ONSHI_LICENCE_DISASTER;
	in.has_operator = true;
	in.licence = ONSHI_LICENCE_DOCTOR;
	in.sign_in = ONSHI_SIGNIN_TWO_FACTOR;
	in.sign_in_least = ONSHI_SIGNIN_PASSWORD;
	in.way = ONSHI_WAY_NUMBER;
	in.widest = ONSHI_WAY_SEARCH;
	in.basis = ONSHI_BASIS_ORAL;
	in.consenter = ONSHI_CONSENTER_SELF;
	in.identified = ONSHI_IDENTIFIED_PAPERS;
	in.acknowledged = true;
	in.now_ms = NOW;
	in.since_ms = NOW - 60000;

	return in;
}

/* The same of a card on a hospital's reader. */
static struct oki_gate_input
hospital(void)
{
	struct oki_gate_input in = disaster();

	in.mode = OKI_MODE_HOSPITAL;
	in.method = ONSHI_METHOD_VISUAL;
	in.hospital = in.right = in.factors = in.reason = in.wanted = true;
	in.open_to = LICENSED;
	in.way = ONSHI_WAY_CARD;
	in.basis = ONSHI_BASIS_EMERGENCY;
	in.consenter = 0;
	in.identified = ONSHI_IDENTIFIED_PHOTOGRAPH;
	in.want = ONSHI_WANT_ALL;
	in.certificate = ONSHI_CERTIFICATE_VALID;

	return in;
}

/* ---- each condition ------------------------------------------------------ */

#define AT(f)		offsetof(struct oki_gate_input, f)
#define SET(f, v)	AT(f), (v), sizeof(((struct oki_gate_input *)0)->f)
#define NONE		0, 0, 0
#define FIRST		OKI_AT_FIRST
#define ASKED		OKI_IF_ASKED
#define RECORD		OKI_BEFORE_RECORD
#define ALL		true
#define MEDICAL		false

static const struct condition {
	const char	*name;
	size_t		 at;
	int		 value;
	size_t		 len;
	size_t		 at2;
	int		 value2;
	size_t		 len2;
	int		 from;		/* the first moment that refuses; 0 */
	int		 result;
	const char	*rule;
	bool		 all;		/* of the eligibility, too */
} in_disaster[] = {
	{ "a doctor asks", NONE, NONE, 0, 0, NULL, ALL },
	{ "it is over", SET(ended, 1), NONE, FIRST, ONSHI_E_STATE, "CO-10",
	  ALL },
	{ "switched off", SET(enabled, 0), NONE, FIRST, ONSHI_E_MODE_OFF,
	  "DI-1", ALL },
	{ "no way", SET(way, 0), NONE, FIRST, ONSHI_E_IDENTITY, "DI-3", ALL },
	{ "by card", SET(way, ONSHI_WAY_CARD), NONE, FIRST, ONSHI_E_INTERNAL,
	  "CO-9", ALL },
	{ "straight from a name", SET(way, ONSHI_WAY_SEARCH), NONE, FIRST,
	  ONSHI_E_IDENTITY, "DI-3", MEDICAL },
	{ "nobody was found", SET(proven, 0), NONE, RECORD, ONSHI_E_IDENTITY,
	  "DI-3", MEDICAL },
	{ "no token", SET(token, 0), NONE, RECORD, ONSHI_E_IDENTITY, "DI-3",
	  MEDICAL },
	{ "no basis", SET(basis, 0), NONE, FIRST, ONSHI_E_BASIS, "DI-4",
	  ALL },
	{ "the hospital's basis", SET(basis, ONSHI_BASIS_EMERGENCY), NONE,
	  FIRST, ONSHI_E_INTERNAL, "CO-9", ALL },
	{ "nobody consented", SET(consenter, 0), NONE, FIRST, ONSHI_E_BASIS,
	  "DI-2", ALL },
	{ "unobtainable, and consented", SET(basis,
	  ONSHI_BASIS_UNOBTAINABLE), SET(reason, 1), FIRST, ONSHI_E_BASIS,
	  "DI-2", ALL },
	{ "unobtainable, no reason", SET(basis, ONSHI_BASIS_UNOBTAINABLE),
	  SET(consenter, 0), FIRST, ONSHI_E_BASIS, "DI-4", ALL },
	{ "a reason for what was consented to", SET(reason, 1), NONE, 0, 0,
	  NULL, ALL },
	{ "not identified", SET(identified, 0), NONE, FIRST,
	  ONSHI_E_NOT_CONFIRMED, "DI-4", ALL },
	{ "by family", SET(identified, ONSHI_IDENTIFIED_FAMILY), NONE, 0, 0,
	  NULL, ALL },
	{ "a want", SET(want, ONSHI_WANT_ALL), NONE, FIRST, ONSHI_E_INTERNAL,
	  "CO-9", ALL },
	{ "a consent", SET(consents, 1), NONE, FIRST, ONSHI_E_INTERNAL,
	  "CO-9", ALL },
	{ "registers", SET(register_use, 1), NONE, FIRST, ONSHI_E_INTERNAL,
	  "CO-9", ALL },
	{ "rests on its own", SET(own_needed, 1), SET(eprescription, 1),
	  FIRST, ONSHI_E_BASIS, "DI-8", MEDICAL },
	{ "which is not used here", SET(own_needed, 1), SET(own_basis, 1),
	  FIRST, ONSHI_E_FACILITY, "DI-8", MEDICAL },
	{ "nobody", SET(has_operator, 0), NONE, FIRST, ONSHI_E_OPERATOR,
	  "DI-6", ALL },
	{ "reception", SET(licence, ONSHI_LICENCE_RECEPTION), NONE, FIRST,
	  ONSHI_E_LICENCE, "DI-6", ALL },
	{ "the right for it", SET(licence, ONSHI_LICENCE_DISASTER), NONE, 0,
	  0, NULL, ALL },
	{ "not open to them", SET(open_to, 1 << ONSHI_LICENCE_DENTIST), NONE,
	  ASKED, ONSHI_E_LICENCE, "CO-5", MEDICAL },
	{ "not given here", SET(open_to, 0), NONE, FIRST, ONSHI_E_FACILITY,
	  "CO-5", MEDICAL },
	{ "a weak sign-in", SET(sign_in, ONSHI_SIGNIN_NONE), NONE, FIRST,
	  ONSHI_E_SIGN_IN, "CO-4", ALL },
	{ "another purpose", SET(purpose, ONSHI_PURPOSE_DISPENSING), NONE,
	  FIRST, ONSHI_E_PURPOSE, "PU-3", MEDICAL },
	{ "insurance", SET(purpose, ONSHI_PURPOSE_INSURANCE), NONE, FIRST,
	  ONSHI_E_PURPOSE, "PU-1", MEDICAL },
	{ "a pharmacy", SET(purpose, ONSHI_PURPOSE_DISPENSING),
	  SET(facility, OKI_FACILITY_PHARMACY), 0, 0, NULL, ALL },
	{ "no record", SET(recorded, 0), NONE, FIRST, ONSHI_E_AUDIT_NONE,
	  "CO-7", ALL },
	{ "the notice not read", SET(acknowledged, 0), NONE, RECORD,
	  ONSHI_E_NOTICE, "DI-5", ALL },
	{ "a certificate is not looked at", SET(certificate,
	  ONSHI_CERTIFICATE_LAPSED), NONE, 0, 0, NULL, ALL },
	{ "no right is needed", SET(right, 0), SET(factors, 0), 0, 0, NULL,
	  ALL },
	{ "needs no hospital", SET(hospital, 0), NONE, 0, 0, NULL, ALL },
	{ "only a number in a hospital", SET(widest, ONSHI_WAY_CARD), NONE, 0,
	  0, NULL, ALL }
};

static const struct condition in_hospital[] = {
	{ "a doctor asks", NONE, NONE, 0, 0, NULL, ALL },
	{ "it is over", SET(ended, 1), NONE, FIRST, ONSHI_E_STATE, "CO-10",
	  ALL },
	{ "switched off", SET(enabled, 0), NONE, FIRST, ONSHI_E_MODE_OFF,
	  "EM-5", ALL },
	{ "no hospital", SET(hospital, 0), NONE, FIRST, ONSHI_E_FACILITY,
	  "EM-1", ALL },
	{ "its dentists", SET(facility, OKI_FACILITY_DENTAL), NONE, FIRST,
	  ONSHI_E_FACILITY, "EM-1", ALL },
	{ "its pharmacy", SET(facility, OKI_FACILITY_PHARMACY),
	  SET(purpose, ONSHI_PURPOSE_DISPENSING), FIRST, ONSHI_E_FACILITY,
	  "EM-1", ALL },
	{ "no way", SET(way, 0), NONE, FIRST, ONSHI_E_IDENTITY, "DI-3", ALL },
	{ "by number, closed", SET(way, ONSHI_WAY_NUMBER), SET(widest,
	  ONSHI_WAY_CARD), FIRST, ONSHI_E_IDENTITY, "EM-3", ALL },
	{ "by number, open", SET(way, ONSHI_WAY_NUMBER), SET(widest,
	  ONSHI_WAY_NUMBER), 0, 0, NULL, ALL },
	{ "by name, closed", SET(way, ONSHI_WAY_SEARCH), SET(widest,
	  ONSHI_WAY_NUMBER), FIRST, ONSHI_E_IDENTITY, "EM-3", ALL },
	{ "straight from a name", SET(way, ONSHI_WAY_SEARCH), NONE, FIRST,
	  ONSHI_E_IDENTITY, "DI-3", MEDICAL },
	{ "nothing is open", SET(widest, 0), NONE, FIRST, ONSHI_E_IDENTITY,
	  "EM-3", ALL },
	{ "by card, where that is all", SET(widest, ONSHI_WAY_CARD), NONE, 0,
	  0, NULL, ALL },
	{ "nobody was found", SET(proven, 0), NONE, RECORD, ONSHI_E_IDENTITY,
	  "DI-3", MEDICAL },
	{ "no token", SET(token, 0), NONE, RECORD, ONSHI_E_IDENTITY, "DI-3",
	  MEDICAL },
	{ "no basis", SET(basis, 0), NONE, FIRST, ONSHI_E_BASIS, "EM-4",
	  ALL },
	{ "the disaster's basis", SET(basis, ONSHI_BASIS_ORAL), NONE, FIRST,
	  ONSHI_E_INTERNAL, "CO-9", ALL },
	{ "no reason", SET(reason, 0), NONE, FIRST, ONSHI_E_BASIS, "EM-4",
	  ALL },
	{ "somebody consented", SET(consenter, 1), NONE, FIRST,
	  ONSHI_E_INTERNAL, "CO-9", ALL },
	{ "a basis of its own", SET(own_basis, 1), NONE, FIRST,
	  ONSHI_E_INTERNAL, "CO-9", ALL },
	{ "nothing wanted", SET(want, 0), NONE, FIRST, ONSHI_E_BASIS, "EM-4",
	  ALL },
	{ "not what was wanted", SET(wanted, 0), NONE, FIRST, ONSHI_E_BASIS,
	  "EM-4", MEDICAL },
	{ "not identified", SET(identified, 0), NONE, FIRST,
	  ONSHI_E_NOT_CONFIRMED, "EM-3", ALL },
	{ "electronic prescriptions not used", SET(own_needed, 1), NONE,
	  FIRST, ONSHI_E_FACILITY, "DI-8", MEDICAL },
	{ "and used", SET(own_needed, 1), SET(eprescription, 1), 0, 0, NULL,
	  ALL },
	{ "nobody", SET(has_operator, 0), NONE, FIRST, ONSHI_E_OPERATOR,
	  "EM-2", ALL },
	{ "reception", SET(licence, ONSHI_LICENCE_RECEPTION), NONE, FIRST,
	  ONSHI_E_LICENCE, "EM-2", ALL },
	{ "the right for disasters", SET(licence, ONSHI_LICENCE_DISASTER),
	  NONE, FIRST, ONSHI_E_LICENCE, "DI-6", ALL },
	{ "no right", SET(right, 0), NONE, FIRST, ONSHI_E_LICENCE, "EM-2",
	  ALL },
	{ "one factor", SET(factors, 0), NONE, FIRST, ONSHI_E_SIGN_IN, "EM-2",
	  ALL },
	{ "a password", SET(sign_in, ONSHI_SIGNIN_PASSWORD), NONE, FIRST,
	  ONSHI_E_SIGN_IN, "EM-2", ALL },
	{ "a grace", SET(certificate, ONSHI_CERTIFICATE_GRACE), NONE, ASKED,
	  ONSHI_E_GRACE, "ID-8", MEDICAL },
	{ "a grace, the service says", SET(grace_by_service, 1), NONE, ASKED,
	  ONSHI_E_GRACE, "ID-8", MEDICAL },
	{ "no record", SET(recorded, 0), NONE, FIRST, ONSHI_E_AUDIT_NONE,
	  "CO-7", ALL },
	{ "the notice not read", SET(acknowledged, 0), NONE, RECORD,
	  ONSHI_E_NOTICE, "DI-5", ALL },
	{ "not compared by eye", SET(confirmed, 0), NONE, 0, 0, NULL, ALL }
};

static void
put(struct oki_gate_input *in, size_t at, int value, size_t len)
{
	char *field = (char *)in + at;
	bool yes = value != 0;

	if (len == sizeof(yes))
		memcpy(field, &yes, sizeof(yes));
	else if (len == sizeof(value))
		memcpy(field, &value, sizeof(value));
}

static void
try(const struct condition *c, struct oki_gate_input in)
{
	const char *rule;
	int about, moment, r, want;

	put(&in, c->at, c->value, c->len);
	put(&in, c->at2, c->value2, c->len2);
	for (about = OKI_ABOUT_ELIGIBILITY; about <= OKI_ABOUT_MEDICAL; about++)
		for (moment = OKI_AT_FIRST; moment <= OKI_BEFORE_HANDOVER;
		    moment++) {
			in.about = about;
			in.moment = moment;
			rule = "?";
			r = oki_gate_decide(&in, &rule);
			want = c->from != 0 && moment >= c->from &&
			    (c->all || about == OKI_ABOUT_MEDICAL) ?
			    c->result : ONSHI_OK;
			ck_assert_msg(r == want, "%s, about %d at %d: %d",
			    c->name, about, moment, r);
			ck_assert_pstr_eq(rule, r == ONSHI_OK ? NULL :
			    c->rule);
		}
}

START_TEST(each_in_disaster)
{
	try(&in_disaster[_i], disaster());
}
END_TEST

START_TEST(each_in_hospital)
{
	try(&in_hospital[_i], hospital());
}
END_TEST

/* DI-8: by word of mouth, or with its reason. */
START_TEST(own_bases)
{
	struct oki_gate_input in = disaster();

	in.own_needed = in.eprescription = true;
	for (in.own_basis = 0; in.own_basis <= ONSHI_BASIS_UNOBTAINABLE;
	    in.own_basis++)
		for (in.own_reason = false; ; in.own_reason = true) {
			ck_assert_int_eq(oki_gate_decide(&in, NULL),
			    in.own_basis == ONSHI_BASIS_ORAL ||
			    (in.own_basis != 0 && in.own_reason) ? ONSHI_OK :
			    ONSHI_E_BASIS);
			if (in.own_reason)
				break;
		}
}
END_TEST

/* It is over after a day, by the clock that nobody sets. */
START_TEST(times)
{
	static const struct { int64_t since, now; int result; } rows[] = {
		{ NOW, NOW, ONSHI_OK }, { NOW, NOW + DAY_MS - 1, ONSHI_OK },
		{ NOW, NOW + DAY_MS, ONSHI_E_CONSENT_OVER },
		{ 1, NOW + DAY_MS, ONSHI_E_CONSENT_OVER },
		{ 0, NOW, ONSHI_E_CONSENT_OVER },
		{ 0, DAY_MS - 1, ONSHI_E_CONSENT_OVER },	/* just booted */
		{ -1, NOW, ONSHI_E_CONSENT_OVER },
		{ INT64_MIN, NOW, ONSHI_E_CONSENT_OVER },
		{ NOW + 1, NOW, ONSHI_E_CLOCK }, { 0, 0, ONSHI_E_CLOCK },
		{ NOW, -1, ONSHI_E_CLOCK }, { 1, 1, ONSHI_OK },
		{ INT64_MAX, INT64_MAX, ONSHI_OK } };
	struct oki_gate_input in;
	size_t i;
	int mode;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (mode = 0; mode < 2; mode++) {
			in = mode == 0 ? disaster() : hospital();
			in.since_ms = rows[i].since;
			in.now_ms = rows[i].now;
			ck_assert_int_eq(oki_gate_decide(&in, NULL),
			    rows[i].result);
			in.about = OKI_ABOUT_ELIGIBILITY;
			ck_assert_int_eq(oki_gate_decide(&in, NULL),
			    ONSHI_OK);
		}
}
END_TEST

/* CO-9: a visit, and one thing of a mode in it. */
START_TEST(nothing_strays_into_a_visit)
{
	static const struct { size_t at; int value; size_t len; } strays[] = {
		{ SET(way, ONSHI_WAY_NUMBER) }, { SET(basis, 1) },
		{ SET(own_basis, 1) }, { SET(consenter, 1) },
		{ SET(identified, 1) }, { SET(want, 1) },
		{ SET(acknowledged, 1) }, { SET(reason, 1) } };
	struct oki_gate_input in = disaster();
	const char *rule = NULL;

	in.mode = OKI_MODE_ORDINARY;
	in.method = ONSHI_METHOD_PIN;
	in.open_to = LICENSED;
	in.way = in.basis = in.consenter = in.identified = 0;
	in.acknowledged = false;
	in.since_ms = 0;
	in.consents = 1;
	in.consent[0] = (struct oki_gate_consent){ OKI_CONSENT_GRANTED,
	    NOW - 60, NOW + 60 };
	ck_assert_int_eq(oki_gate_decide(&in, NULL), ONSHI_OK);
	put(&in, strays[_i].at, strays[_i].value, strays[_i].len);
	ck_assert_int_eq(oki_gate_decide(&in, &rule), ONSHI_E_INTERNAL);
	ck_assert_str_eq(rule, "CO-9");
}
END_TEST

/* What is right in one mode is not in another, nor in a visit. */
START_TEST(modes_do_not_mix)
{
	struct oki_gate_input in;
	int from, to;

	for (from = OKI_MODE_DISASTER; from <= OKI_MODE_HOSPITAL; from++)
		for (to = -1; to <= OKI_MODE_HOSPITAL + 1; to++) {
			in = from == OKI_MODE_DISASTER ? disaster() :
			    hospital();
			in.mode = to;
			ck_assert_int_eq(oki_gate_decide(&in, NULL) ==
			    ONSHI_OK, from == to);
		}
	memset(&in, 0, sizeof(in));
	for (in.mode = 0; in.mode < OKI_MODES; in.mode++)
		ck_assert_int_ne(oki_gate_decide(&in, NULL), ONSHI_OK);
}
END_TEST

/* ---- the model ----------------------------------------------------------- */

static bool
may_ask(const struct oki_gate_input *in)
{
	if (in->ended || !in->enabled || !in->recorded || !in->has_operator ||
	    in->consents != 0 || in->register_use ||
	    in->licence == ONSHI_LICENCE_RECEPTION || in->way == 0 ||
	    (in->moment >= OKI_BEFORE_RECORD && !in->acknowledged))
		return false;
	if (in->mode == OKI_MODE_DISASTER)
		return in->way != ONSHI_WAY_CARD && in->want == 0 &&
		    in->basis <= ONSHI_BASIS_UNOBTAINABLE &&
		    in->own_basis <= ONSHI_BASIS_UNOBTAINABLE &&
		    in->sign_in >= in->sign_in_least;

	return in->hospital && in->facility == OKI_FACILITY_MEDICAL &&
	    in->widest != 0 && in->way >= in->widest && in->right &&
	    in->factors && in->sign_in == ONSHI_SIGNIN_TWO_FACTOR &&
	    in->licence != ONSHI_LICENCE_DISASTER && in->consenter == 0 &&
	    in->own_basis == 0 && (in->basis == 0 ||
	    in->basis == ONSHI_BASIS_EMERGENCY);
}

/* What stands behind a question by number or card. */
static bool
has_ground(const struct oki_gate_input *in)
{
	if (in->way == ONSHI_WAY_SEARCH)
		return true;
	if (in->identified == 0)
		return false;
	if (in->mode == OKI_MODE_HOSPITAL)
		return in->basis == ONSHI_BASIS_EMERGENCY && in->reason &&
		    in->want != 0;

	return in->basis == ONSHI_BASIS_ORAL ? in->consenter != 0 :
	    in->basis == ONSHI_BASIS_UNOBTAINABLE && in->reason &&
	    in->consenter == 0;
}

static bool
may_see(const struct oki_gate_input *in)
{
	bool pharmacy = in->facility == OKI_FACILITY_PHARMACY;
	bool hospital = in->mode == OKI_MODE_HOSPITAL;

	if (in->way == ONSHI_WAY_SEARCH || in->open_to == 0 ||
	    in->purpose != (pharmacy ? ONSHI_PURPOSE_DISPENSING :
	    ONSHI_PURPOSE_CARE) || (hospital && !in->wanted) ||
	    (in->own_needed && !in->eprescription) ||
	    (in->own_needed && !hospital && in->own_basis !=
	    ONSHI_BASIS_ORAL && (in->own_basis == 0 || !in->own_reason)))
		return false;
	if (in->moment >= OKI_IF_ASKED && ((in->open_to & 1u <<
	    in->licence) == 0 || (hospital && (in->grace_by_service ||
	    in->certificate > ONSHI_CERTIFICATE_SOON))))
		return false;

	return in->moment < OKI_BEFORE_RECORD || (in->proven && in->token);
}

static uint32_t
next_random(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;

	return (uint32_t)(*state >> 33);
}

struct axis { size_t at; int low, count; bool is_bool; };
#define I(f, low, n)	{ AT(f), low, n, false }
#define B(f)		{ AT(f), 0, 2, true }
static const struct axis axes[] = {
	I(about, 1, 2), I(moment, 1, 5), I(purpose, 1, 3), I(method, 1, 5),
	I(facility, 0, 4), I(licence, 0, 6), I(sign_in, 0, 3),
	I(sign_in_least, 0, 3), I(consents, 0, 2), I(certificate, 0, 6),
	I(mode, 1, 2), I(way, 0, 4), I(widest, 0, 4), I(basis, 0, 4),
	I(own_basis, 0, 4), I(consenter, 0, 4), I(identified, 0, 6),
	I(want, 0, 7), I(open_to, 0, 64), B(proven), B(token), B(ended),
	B(has_operator), B(operator_required), B(confirmed),
	B(register_use), B(grace_by_service), B(recorded), B(enabled),
	B(hospital), B(eprescription), B(reason), B(wanted), B(own_needed),
	B(own_reason), B(right), B(factors), B(acknowledged)
};

/* From what is right, a few fields at a time: else nearly all is refused. */
START_TEST(against_the_model)
{
	struct oki_gate_input in;
	uint64_t state = 20261130;
	unsigned int allowed = 0, i, k, n;
	unsigned int most = (unsigned int)sample_times(2000000, 20000000);
	const struct axis *a;
	bool yes;

	for (n = 0; n < most; n++) {
		in = (n & 1) != 0 ? disaster() : hospital();
		for (k = next_random(&state) % 5; k > 0; k--) {
			i = next_random(&state) % (sizeof(axes) /
			    sizeof(axes[0]));
			a = &axes[i];
			put(&in, a->at, a->low + (int)(next_random(&state) %
			    (uint32_t)a->count), a->is_bool ? sizeof(bool) :
			    sizeof(int));
		}
		yes = may_ask(&in) && has_ground(&in) &&
		    (in.about == OKI_ABOUT_ELIGIBILITY || may_see(&in));
		ck_assert_msg((oki_gate_decide(&in, NULL) == ONSHI_OK) == yes,
		    "%u: mode %d about %d moment %d way %d", n, in.mode,
		    in.about, in.moment, in.way);
		allowed += yes;
	}
	ck_assert_uint_gt(allowed, most / 200);
	ck_assert_uint_lt(allowed, most / 20 * 19);
}
END_TEST

static void
fill(TCase *t)
{
	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, each_in_disaster, 0,
	    (int)(sizeof(in_disaster) / sizeof(in_disaster[0])));
	tcase_add_loop_test(t, each_in_hospital, 0,
	    (int)(sizeof(in_hospital) / sizeof(in_hospital[0])));
	tcase_add_test(t, own_bases);
	tcase_add_test(t, times);
	tcase_add_loop_test(t, nothing_strays_into_a_visit, 0, 8);
	tcase_add_test(t, modes_do_not_mix);
	tcase_add_test(t, against_the_model);
}

int
main(void)
{
	return run_tests("gate/modes", fill);
}
