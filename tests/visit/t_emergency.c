/*
 * The exceptional modes (DI, EM) through the public calls: what each needs is
 * refused where it lacks, by its rule and before anything is sent; nothing of
 * them reaches a visit, another person or another operator. The service gives
 * all that it is asked for, so that nothing but the library stands between.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <check.h>

#include "fake.h"
#include "tests/core/run.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))
#define OK		ONSHI_OK
#define DISASTER	ONSHI_EMERGENCY_DISASTER
#define HOSPITAL	ONSHI_EMERGENCY_HOSPITAL
#define ARE(a, b)	ck_assert_int_eq(a, b)

static struct fake f;
static struct onshi *o;
static struct onshi_operator *op;
static struct onshi_emergency *em;

static void
open_root(const char *key, const char *value)
{
	struct onshi_config *c;

	fake_init(&f);
	f.electronic = true;
	c = fake_config(&f);
	ARE(onshi_config_set(c, "disaster.enabled", "yes"), OK);
	ARE(onshi_config_set(c, "emergency.enabled", "yes"), OK);
	ARE(onshi_config_set(c, "emergency.ways", "search"), OK);
	ARE(onshi_config_set(c, "facility.hospital", "yes"), OK);
	ARE(onshi_config_set(c, "facility.eprescription", "yes"), OK);
	if (key != NULL)
		ARE(onshi_config_set(c, key, value), OK);
	ARE(onshi_new(ONSHI_ABI, c, &o), OK);
	onshi_config_free(&c);
}

static void
begin(int kind)
{
	open_root(NULL, NULL);
	ARE(onshi_operator_new_emergency(o, "D0001", ONSHI_LICENCE_DOCTOR,
	    ONSHI_SIGNIN_TWO_FACTOR, 1, "1:02,3:01", &op), OK);
	ARE(onshi_emergency_new(o, kind, op, &em), OK);
}

static void
finish(void)
{
	onshi_emergency_free(&em);
	onshi_operator_free(&op);
	onshi_free(&o);
	ARE(atomic_load(&f.held), 0);
	fake_done(&f);
}

static void
numbers(struct onshi_emergency *e, int person)
{
	ARE(onshi_emergency_set_way(e, ONSHI_WAY_NUMBER), OK);
	ARE(onshi_emergency_set_text(e, ONSHI_EL_INSURER_NUMBER, "  991018"),
	    OK);
	ARE(onshi_emergency_set_text(e,
	    ONSHI_EL_INSURED_IDENTIFICATION_NUMBER, person == 0 ? "1001" :
	    "2002"), OK);
	ARE(onshi_emergency_set_text(e, ONSHI_EL_BIRTHDATE, person == 0 ?
	    "19800512" : "19911224"), OK);
}

static void
items(struct onshi_emergency *e)
{
	ARE(onshi_emergency_set_way(e, ONSHI_WAY_SEARCH), OK);
	ARE(onshi_emergency_set_text(e, ONSHI_EL_NAME, "CANARYNAME"), OK);
	ARE(onshi_emergency_set_text(e, ONSHI_EL_BIRTHDATE, "19800512"), OK);
	ARE(onshi_emergency_set_text(e, ONSHI_EL_SEX1, "1"), OK);
	ARE(onshi_emergency_set_text(e, ONSHI_EL_ADDRESS, "中野"), OK);
}

static void
ground(struct onshi_emergency *e, int kind)
{
	if (kind == DISASTER) {
		ARE(onshi_emergency_set_basis(e, ONSHI_BASIS_ORAL, NULL), OK);
		ARE(onshi_emergency_set_consenter(e, ONSHI_CONSENTER_SELF),
		    OK);
		ARE(onshi_emergency_set_identified(e,
		    ONSHI_IDENTIFIED_PAPERS), OK);
		return;
	}
	ARE(onshi_emergency_set_basis(e, ONSHI_BASIS_EMERGENCY, "意識なし"),
	    OK);
	ARE(onshi_emergency_set_identified(e, ONSHI_IDENTIFIED_PHOTOGRAPH),
	    OK);
	ARE(onshi_emergency_set_want(e, ONSHI_WANT_BOTH), OK);
}

/* The notice, and the step. */
static int
step(struct onshi_emergency *e)
{
	int r;

	while ((r = onshi_emergency_advance(e)) == ONSHI_NEED_ACKNOWLEDGE)
		ARE(onshi_emergency_acknowledge(e), OK);

	return r;
}

/* Whether the field is in any record of what comes for that category. */
static bool
tells(int category, int element, const char *text)
{
	const struct onshi_record *rec;
	struct onshi_answer *a;
	const char *got;
	bool found = false;

	ARE(onshi_emergency_get(em, category, &a), OK);
	while (onshi_answer_next(a, &rec) == OK)
		if (onshi_record_text(rec, element, &got) == OK &&
		    (text == NULL || strcmp(got, text) == 0))
			found = true;
	onshi_answer_free(&a);

	return found;
}

static bool
was_sent(const char *text)
{
	return strstr(f.last_body, text) != NULL;
}

/* ---- whole --------------------------------------------------------------- */

START_TEST(by_number)
{
	begin(DISASTER);
	numbers(em, 0);
	ground(em, DISASTER);
	ARE(onshi_emergency_advance(em), ONSHI_NEED_ACKNOWLEDGE);
	ARE(atomic_load(&f.sent), 0);
	ARE(onshi_emergency_advance(em), ONSHI_E_STATE);
	ARE(atomic_load(&f.sent), 0);
	ARE(onshi_emergency_acknowledge(em), OK);
	ARE(onshi_emergency_acknowledge(em), ONSHI_E_STATE);
	ARE(onshi_emergency_advance(em), OK);
	ck_assert_str_eq(f.last_prefix, "XDISsivst01req");
	ck_assert(was_sent("<Basis>1</Basis>"));
	ck_assert(was_sent("<OperatorId>D0001</OperatorId>"));
	ck_assert(was_sent("<NoticeAcknowledged>1</NoticeAcknowledged>"));
	ck_assert(!was_sent("<Reason>"));
	ck_assert(tells(ONSHI_CATEGORY_ELIGIBILITY, ONSHI_EL_INSURER_NAME,
	    "CANARYINSURER"));
	ARE(onshi_emergency_may(em, ONSHI_CATEGORY_DRUGS), OK);
	ck_assert(tells(ONSHI_CATEGORY_DRUGS, ONSHI_EL_DRUG_NAME,
	    "CANARYDRUG"));
	ck_assert(f.last_urgent);
	ck_assert(was_sent("<MedicalTreatmentFlag>1<"));
	ck_assert(was_sent("<PrDiInfClassification>0<"));
	ck_assert(tells(ONSHI_CATEGORY_CHECKUPS, ONSHI_EL_ITEM_NAME, NULL));
	ARE(atomic_load(&f.urgent), 1);
	ARE(onshi_emergency_is_recorded(em), 1);
	finish();
}
END_TEST

/* DI-3: a number from the four items, and nothing else of it. */
START_TEST(by_four_items)
{
	struct onshi_answer *a;

	begin(DISASTER);
	f.more = "<Address>CANARYADDRESS</Address><PostNumber>999-9901"
	    "</PostNumber>";
	items(em);
	ARE(onshi_emergency_advance(em), ONSHI_NEED_ACKNOWLEDGE);
	ARE(atomic_load(&f.sent), 0);
	ARE(onshi_emergency_acknowledge(em), OK);
	ARE(onshi_emergency_advance(em), OK);
	ck_assert_str_eq(f.last_prefix, "XDISsiquc01req");
	ck_assert(was_sent("<Address>中野</Address>"));
	ck_assert(tells(ONSHI_CATEGORY_ELIGIBILITY,
	    ONSHI_EL_INSURED_IDENTIFICATION_NUMBER, "1001"));
	ck_assert(!tells(ONSHI_CATEGORY_ELIGIBILITY, ONSHI_EL_ADDRESS, NULL));
	ck_assert(!tells(ONSHI_CATEGORY_ELIGIBILITY, ONSHI_EL_POST_NUMBER,
	    NULL));
	ARE(onshi_emergency_may(em, ONSHI_CATEGORY_DRUGS),
	    ONSHI_E_IDENTITY);
	ARE(onshi_emergency_get(em, ONSHI_CATEGORY_DRUGS, &a),
	    ONSHI_E_IDENTITY);
	ck_assert_str_eq(onshi_error_rule(onshi_emergency_error(em)), "DI-3");
	ARE(atomic_load(&f.sent), 1);
	/* Nobody else is put in the place of who was found. */
	ARE(onshi_emergency_set_text(em,
	    ONSHI_EL_INSURED_IDENTIFICATION_NUMBER, "2002"), ONSHI_E_STATE);
	ARE(onshi_emergency_set_way(em, ONSHI_WAY_NUMBER), OK);
	ARE(onshi_emergency_set_text(em,
	    ONSHI_EL_INSURED_IDENTIFICATION_NUMBER, "2002"), ONSHI_E_STATE);
	ARE(onshi_emergency_set_way(em, ONSHI_WAY_SEARCH), ONSHI_E_STATE);
	ARE(onshi_emergency_get(em, ONSHI_CATEGORY_ELIGIBILITY, &a),
	    ONSHI_E_STATE);
	/* The second step needs its ground, and its own notice. */
	ARE(onshi_emergency_advance(em), ONSHI_E_BASIS);
	ground(em, DISASTER);
	ARE(onshi_emergency_advance(em), ONSHI_NEED_ACKNOWLEDGE);
	ARE(atomic_load(&f.sent), 1);
	ARE(onshi_emergency_acknowledge(em), OK);
	ARE(onshi_emergency_advance(em), OK);
	ck_assert_str_eq(f.last_prefix, "XDISsivst01req");
	ck_assert(was_sent(">1001<"));
	ck_assert(!tells(ONSHI_CATEGORY_ELIGIBILITY, ONSHI_EL_ADDRESS, NULL));
	ck_assert(tells(ONSHI_CATEGORY_DRUGS, ONSHI_EL_DRUG_NAME,
	    "CANARYDRUG"));
	finish();
}
END_TEST

/* Several, or nobody: nothing is told, nothing follows; the clerk asks again
 * with more, and the notice comes again. */
START_TEST(several)
{
	static const int validities[] = { 5, 4 };
	static const int outcomes[] = { ONSHI_OUTCOME_SEVERAL,
	    ONSHI_OUTCOME_NOT_FOUND };
	const struct onshi_record *rec;
	struct onshi_answer *a;

	begin(DISASTER);
	f.validity = validities[_i];
	items(em);
	ARE(step(em), OK);
	ARE(onshi_emergency_get(em, ONSHI_CATEGORY_ELIGIBILITY, &a), OK);
	ARE(onshi_answer_outcome(a), outcomes[_i]);
	ARE(onshi_answer_next(a, &rec), ONSHI_END);
	onshi_answer_free(&a);
	ARE(onshi_emergency_get(em, ONSHI_CATEGORY_DRUGS, &a),
	    ONSHI_E_IDENTITY);
	ck_assert_str_ne(onshi_notice_text(o, ONSHI_NOTICE_SEVERAL, 0, "ja"),
	    "");
	/* No number was found: it would have to be typed. */
	ground(em, DISASTER);
	ARE(onshi_emergency_set_way(em, ONSHI_WAY_NUMBER), OK);
	ARE(onshi_emergency_advance(em), ONSHI_E_VALUE);
	f.validity = 1;
	ARE(onshi_emergency_set_way(em, ONSHI_WAY_SEARCH), OK);
	ARE(onshi_emergency_set_text(em, ONSHI_EL_ADDRESS, "中野区鷺宮"), OK);
	ARE(atomic_load(&f.sent), 1);
	ARE(onshi_emergency_advance(em), ONSHI_NEED_ACKNOWLEDGE);
	ARE(onshi_emergency_acknowledge(em), OK);
	ARE(onshi_emergency_advance(em), OK);
	ck_assert(tells(ONSHI_CATEGORY_ELIGIBILITY,
	    ONSHI_EL_INSURED_IDENTIFICATION_NUMBER, "1001"));
	finish();
}
END_TEST

/* DI-8: each rests on its own ground, and what does not is cut. */
START_TEST(prescriptions)
{
	struct onshi_answer *a;

	begin(DISASTER);
	numbers(em, 0);
	ground(em, DISASTER);
	ARE(step(em), OK);
	ARE(onshi_emergency_get(em, ONSHI_CATEGORY_PRESCRIPTIONS, &a),
	    ONSHI_E_BASIS);
	ck_assert_str_eq(onshi_error_rule(onshi_emergency_error(em)), "DI-8");
	ARE(onshi_emergency_set_basis_of(em, ONSHI_CATEGORY_PRESCRIPTIONS,
	    ONSHI_BASIS_UNOBTAINABLE, NULL), OK);
	ARE(onshi_emergency_get(em, ONSHI_CATEGORY_PRESCRIPTIONS, &a),
	    ONSHI_E_BASIS);
	ARE(atomic_load(&f.medical), 0);
	ARE(onshi_emergency_set_basis_of(em, ONSHI_CATEGORY_PRESCRIPTIONS,
	    ONSHI_BASIS_ORAL, NULL), OK);
	ck_assert(tells(ONSHI_CATEGORY_PRESCRIPTIONS, ONSHI_EL_DRUG_NAME,
	    "CANARYRECIPE"));
	ck_assert(was_sent("<PrDiInfClassification>1<"));
	ck_assert(!tells(ONSHI_CATEGORY_PRESCRIPTIONS, ONSHI_EL_DRUG_NAME,
	    "CANARYPILLS"));
	ck_assert(!tells(ONSHI_CATEGORY_PRESCRIPTIONS, ONSHI_EL_DRUG_NAME,
	    "CANARYDRUG"));
	ARE(onshi_emergency_get(em, ONSHI_CATEGORY_DISPENSING, &a),
	    ONSHI_E_BASIS);
	ARE(onshi_emergency_set_basis_of(em, ONSHI_CATEGORY_DISPENSING,
	    ONSHI_BASIS_UNOBTAINABLE, "返答なし"), OK);
	ck_assert(tells(ONSHI_CATEGORY_DISPENSING, ONSHI_EL_DRUG_NAME,
	    "CANARYPILLS"));
	ck_assert(!tells(ONSHI_CATEGORY_DISPENSING, ONSHI_EL_DRUG_NAME,
	    "CANARYRECIPE"));
	ck_assert(!tells(ONSHI_CATEGORY_DRUGS, ONSHI_EL_DRUG_NAME,
	    "CANARYRECIPE"));
	ck_assert(!tells(ONSHI_CATEGORY_DRUGS, ONSHI_EL_DRUG_NAME,
	    "CANARYPILLS"));
	ck_assert(fake_said(&f, "query.outcome"));
	ck_assert_ptr_nonnull(strstr(f.record,
	    "u=care:oral:disaster:eprescription"));
	ck_assert_ptr_nonnull(strstr(f.record,
	    "u=care:unobtainable:disaster:eprescription"));
	finish();
}
END_TEST

/* ---- what lacks ---------------------------------------------------------- */

enum lack {
	NOTHING, OPERATOR_PLAIN, OPERATOR_RECEPTION, OPERATOR_DISASTER,
	OPERATOR_WEAK, OPERATOR_ONE_FACTOR, OPERATOR_SAME_FACTORS,
	OPERATOR_NO_RIGHT, OPERATOR_NURSE, BASIS, REASON, CONSENTER,
	CONSENTER_TOO_MANY, IDENTIFIED, WANT, NUMBER, BIRTHDATE, WAY, NAME,
	SEX, FOURTH
};

static const struct {
	const char	*name;
	int		 kind;
	int		 way;
	enum lack	 lack;
	int		 result;
	const char	*rule;
	const char	*key, *value;	/* a setting */
} lacks[] = {
	{ "nothing", DISASTER, 2, NOTHING, OK, "", NULL, NULL },
	{ "nothing of a search", DISASTER, 1, NOTHING, OK, "",
	  NULL, NULL },
	{ "an operator for disasters", DISASTER, 2, OPERATOR_DISASTER, OK, "",
	  NULL, NULL },
	{ "a plain operator", DISASTER, 2, OPERATOR_PLAIN, OK, "",
	  NULL, NULL },
	{ "reception", DISASTER, 2, OPERATOR_RECEPTION, ONSHI_E_LICENCE,
	  "DI-6", NULL, NULL },
	{ "reception searches", DISASTER, 1, OPERATOR_RECEPTION,
	  ONSHI_E_LICENCE, "DI-6", NULL, NULL },
	{ "a weak sign-in", DISASTER, 2, OPERATOR_WEAK, ONSHI_E_SIGN_IN,
	  "CO-4", NULL, NULL },
	{ "no basis", DISASTER, 2, BASIS, ONSHI_E_BASIS, "DI-4",
	  NULL, NULL },
	{ "a search without basis", DISASTER, 1, BASIS, OK, "",
	  NULL, NULL },
	{ "no reason", DISASTER, 2, REASON, ONSHI_E_BASIS, "DI-4",
	  NULL, NULL },
	{ "nobody consented", DISASTER, 2, CONSENTER, ONSHI_E_BASIS, "DI-2",
	  NULL, NULL },
	{ "consented, and not", DISASTER, 2, CONSENTER_TOO_MANY,
	  ONSHI_E_BASIS, "DI-2", NULL, NULL },
	{ "not identified", DISASTER, 2, IDENTIFIED, ONSHI_E_NOT_CONFIRMED,
	  "DI-4", NULL, NULL },
	{ "no number", DISASTER, 2, NUMBER, ONSHI_E_VALUE, "",
	  NULL, NULL },
	{ "no birth date", DISASTER, 2, BIRTHDATE, ONSHI_E_VALUE, "",
	  NULL, NULL },
	{ "no way", DISASTER, 0, WAY, ONSHI_E_STATE, "", NULL, NULL },
	{ "no name", DISASTER, 1, NAME, ONSHI_E_VALUE, "DI-3",
	  NULL, NULL },
	{ "no birth date to search by", DISASTER, 1, BIRTHDATE, ONSHI_E_VALUE,
	  "DI-3", NULL, NULL },
	{ "no sex", DISASTER, 1, SEX, ONSHI_E_VALUE, "DI-3",
	  NULL, NULL },
	{ "no fourth item", DISASTER, 1, FOURTH, ONSHI_E_VALUE, "DI-3",
	  NULL, NULL },
	{ "a pharmacy", DISASTER, 2, NOTHING, OK, "",
	  "facility.kind", "pharmacy" },
	{ "nothing, in a hospital", HOSPITAL, 3, NOTHING, OK, "",
	  NULL, NULL },
	{ "by number", HOSPITAL, 2, NOTHING, OK, "", NULL, NULL },
	{ "by four items", HOSPITAL, 1, NOTHING, OK, "", NULL, NULL },
	{ "no hospital", HOSPITAL, 3, NOTHING, ONSHI_E_FACILITY, "EM-1",
	  "facility.hospital", "no" },
	{ "a hospital's pharmacy", HOSPITAL, 3, NOTHING, ONSHI_E_FACILITY,
	  "EM-1", "facility.kind", "pharmacy" },
	{ "a dental hospital", HOSPITAL, 3, NOTHING, ONSHI_E_FACILITY,
	  "EM-1", "facility.kind", "dental" },
	{ "no right", HOSPITAL, 3, OPERATOR_NO_RIGHT, ONSHI_E_LICENCE, "EM-2",
	  NULL, NULL },
	{ "no right at all", HOSPITAL, 3, OPERATOR_PLAIN, ONSHI_E_LICENCE,
	  "EM-2", NULL, NULL },
	{ "reception with a right", HOSPITAL, 3, OPERATOR_RECEPTION,
	  ONSHI_E_LICENCE, "EM-2", NULL, NULL },
	{ "the right for disasters", HOSPITAL, 3, OPERATOR_DISASTER,
	  ONSHI_E_LICENCE, "DI-6", NULL, NULL },
	{ "one factor", HOSPITAL, 3, OPERATOR_ONE_FACTOR, ONSHI_E_SIGN_IN,
	  "EM-2", NULL, NULL },
	{ "the same factor twice", HOSPITAL, 3, OPERATOR_SAME_FACTORS,
	  ONSHI_E_SIGN_IN, "EM-2", NULL, NULL },
	{ "factors, and a password alone", HOSPITAL, 3, OPERATOR_WEAK,
	  ONSHI_E_SIGN_IN, "EM-2", NULL, NULL },
	{ "no reason in a hospital", HOSPITAL, 3, REASON, ONSHI_E_BASIS,
	  "EM-4", NULL, NULL },
	{ "nothing is wanted", HOSPITAL, 3, WANT, ONSHI_E_BASIS, "EM-4",
	  NULL, NULL },
	{ "nothing ties card and person", HOSPITAL, 3, IDENTIFIED,
	  ONSHI_E_NOT_CONFIRMED, "EM-3", NULL, NULL },
	{ "numbers are closed", HOSPITAL, 2, NOTHING, ONSHI_E_IDENTITY,
	  "EM-3", "emergency.ways", "card" },
	{ "four items are closed", HOSPITAL, 1, NOTHING, ONSHI_E_IDENTITY,
	  "EM-3", "emergency.ways", "number" },
	{ "numbers are open", HOSPITAL, 2, NOTHING, OK, "",
	  "emergency.ways", "number" },
	{ "the card is always", HOSPITAL, 3, NOTHING, OK, "",
	  "emergency.ways", "card" },
};

static void
make_operator(int kind, enum lack lack)
{
	int licence = lack == OPERATOR_RECEPTION ? ONSHI_LICENCE_RECEPTION :
	    lack == OPERATOR_DISASTER ? ONSHI_LICENCE_DISASTER :
	    ONSHI_LICENCE_DOCTOR;
	int sign_in = lack != OPERATOR_WEAK ? ONSHI_SIGNIN_TWO_FACTOR :
	    kind == DISASTER ? ONSHI_SIGNIN_NONE : ONSHI_SIGNIN_PASSWORD;

	if (lack == OPERATOR_PLAIN)
		ARE(onshi_operator_new(o, "D0002", licence, sign_in, &op),
		    OK);
	else
		ARE(onshi_operator_new_emergency(o, "D0001", licence,
		    sign_in, lack != OPERATOR_NO_RIGHT,
		    lack == OPERATOR_ONE_FACTOR ? "1:02" :
		    lack == OPERATOR_SAME_FACTORS ? "1:02,1:01" :
		    "1:02,3:01", &op), OK);
}

/* All but what lacks. */
static void
fill(int kind, int way, enum lack lack)
{
	static const int elements[][2] = { { NAME, ONSHI_EL_NAME },
	    { BIRTHDATE, ONSHI_EL_BIRTHDATE }, { SEX, ONSHI_EL_SEX1 },
	    { FOURTH, ONSHI_EL_ADDRESS },
	    { NUMBER, ONSHI_EL_INSURED_IDENTIFICATION_NUMBER } };
	size_t i;

	if (way == ONSHI_WAY_SEARCH)
		items(em);
	if (way == ONSHI_WAY_NUMBER)
		numbers(em, 0);
	if (way == ONSHI_WAY_CARD)
		ARE(onshi_emergency_set_way(em, way), OK);
	for (i = 0; i < COUNT(elements); i++)
		if (elements[i][0] == (int)lack)
			ARE(onshi_emergency_set_text(em, elements[i][1],
			    NULL), OK);
	if (kind == DISASTER && lack != BASIS)
		ARE(onshi_emergency_set_basis(em, lack == REASON ||
		    lack == CONSENTER_TOO_MANY ? ONSHI_BASIS_UNOBTAINABLE :
		    ONSHI_BASIS_ORAL, lack == CONSENTER_TOO_MANY ? "why" :
		    NULL), OK);
	if (kind == DISASTER && lack != CONSENTER && lack != REASON)
		ARE(onshi_emergency_set_consenter(em,
		    ONSHI_CONSENTER_GUARDIAN), OK);
	if (kind == HOSPITAL && lack != REASON)
		ARE(onshi_emergency_set_basis(em, ONSHI_BASIS_EMERGENCY,
		    "意識なし"), OK);
	if (kind == HOSPITAL && lack != WANT)
		ARE(onshi_emergency_set_want(em, ONSHI_WANT_ALL), OK);
	if (lack != IDENTIFIED)
		ARE(onshi_emergency_set_identified(em,
		    ONSHI_IDENTIFIED_FAMILY), OK);
}

/* Before any need, and before anything is sent. */
START_TEST(refused_first)
{
	int kind = lacks[_i].kind;
	enum lack lack = lacks[_i].lack;
	int r;

	open_root(lacks[_i].key, lacks[_i].value);
	make_operator(kind, lack);
	ARE(onshi_emergency_new(o, kind, op, &em), OK);
	fill(kind, lacks[_i].way, lack);
	r = onshi_emergency_advance(em);
	ck_assert_msg(r == (lacks[_i].result == OK ? ONSHI_NEED_ACKNOWLEDGE :
	    lacks[_i].result), "%s: %d", lacks[_i].name, r);
	ck_assert_msg(strcmp(onshi_error_rule(onshi_emergency_error(em)),
	    lacks[_i].rule) == 0, "%s: %s", lacks[_i].name,
	    onshi_error_rule(onshi_emergency_error(em)));
	ARE(atomic_load(&f.sent) + atomic_load(&f.opens), 0);
	ARE(onshi_emergency_acknowledge(em), r > 0 ? OK : ONSHI_E_STATE);
	ARE(onshi_emergency_advance(em), lacks[_i].result);
	ARE(atomic_load(&f.urgent), lacks[_i].result == OK ? 1 : 0);
	finish();
}
END_TEST

/* ---- what the modes do not mix with --------------------------------------- */

/* A visit beside one has nothing of it, and it has nothing of the visit. */
START_TEST(beside_a_visit)
{
	struct onshi_operator *plain;
	struct onshi_visit *v;
	struct onshi_answer *a;

	begin(DISASTER);
	plain = fake_doctor(o, "D0001");
	ARE(fake_checkin(o, 0, &v), OK);
	numbers(em, 0);
	ground(em, DISASTER);
	ARE(step(em), OK);
	ck_assert(tells(ONSHI_CATEGORY_DRUGS, ONSHI_EL_DRUG_NAME, NULL));
	ARE(onshi_visit_get(v, ONSHI_CATEGORY_DRUGS, plain, &a),
	    ONSHI_E_CONSENT);
	ARE(onshi_visit_get(v, ONSHI_CATEGORY_PRESCRIPTIONS, plain, &a),
	    ONSHI_E_ARG);
	ARE(onshi_visit_may(v, ONSHI_CATEGORY_DISPENSING, plain),
	    ONSHI_E_ARG);
	ARE(onshi_visit_set_consent(v, ONSHI_CATEGORY_DISPENSING, 1),
	    ONSHI_E_ARG);
	ARE(onshi_visit_withdraw(v, ONSHI_CATEGORY_PRESCRIPTIONS),
	    ONSHI_E_ARG);
	onshi_visit_free(&v);
	/* And one with all consents opens nothing in the other. */
	ARE(fake_checkin(o, 0x7e, &v), OK);
	onshi_emergency_free(&em);
	ARE(onshi_emergency_new(o, DISASTER, op, &em), OK);
	ARE(onshi_emergency_get(em, ONSHI_CATEGORY_DRUGS, &a),
	    ONSHI_E_STATE);
	numbers(em, 0);
	ARE(onshi_emergency_advance(em), ONSHI_E_BASIS);
	onshi_visit_free(&v);
	onshi_operator_free(&plain);
	finish();
}
END_TEST

/* Off unless configured, and no failure of a visit leads there. */
START_TEST(off)
{
	fake_init(&f);
	o = fake_root_with(&f, _i == 1 ? "disaster.enabled" : NULL, "yes");
	op = fake_doctor(o, "D0001");
	ARE(onshi_emergency_new(o, DISASTER, op, &em), _i == 1 ? OK :
	    ONSHI_E_MODE_OFF);
	onshi_emergency_free(&em);
	ARE(onshi_emergency_new(o, HOSPITAL, op, &em), ONSHI_E_MODE_OFF);
	ck_assert_ptr_null(em);
	ARE(onshi_emergency_new(o, DISASTER, NULL, &em), ONSHI_E_OPERATOR);
	ARE(onshi_emergency_new(o, 0, op, &em), ONSHI_E_ARG);
	ARE(onshi_emergency_new(o, 3, op, &em), ONSHI_E_ARG);
	finish();
}
END_TEST

/* Two people, two handles, two operators: each has its own. */
START_TEST(two_people)
{
	struct onshi_emergency *other, *mine;
	struct onshi_operator *nobody;
	struct onshi_answer *a;

	begin(DISASTER);
	ARE(onshi_operator_new(o, "A0001", ONSHI_LICENCE_DISASTER,
	    ONSHI_SIGNIN_PASSWORD, &nobody), OK);
	ARE(onshi_emergency_new(o, DISASTER, nobody, &other), OK);
	numbers(em, 0);
	numbers(other, 1);
	ground(em, DISASTER);
	ARE(onshi_emergency_advance(em), ONSHI_NEED_ACKNOWLEDGE);
	ARE(onshi_emergency_acknowledge(em), OK);
	/* The notice of the one is none for the other. */
	ARE(onshi_emergency_acknowledge(other), ONSHI_E_STATE);
	ARE(onshi_emergency_advance(other), ONSHI_E_BASIS);
	ARE(onshi_emergency_advance(em), OK);
	ground(other, DISASTER);
	ARE(step(other), OK);
	ck_assert(was_sent("<OperatorId>A0001<") && was_sent(">2002<"));
	mine = em;
	em = other;
	ck_assert(tells(ONSHI_CATEGORY_DRUGS, ONSHI_EL_DRUG_NAME,
	    "SECONDDRUG"));
	em = mine;
	ck_assert(tells(ONSHI_CATEGORY_DRUGS, ONSHI_EL_DRUG_NAME,
	    "CANARYDRUG"));
	ARE(onshi_emergency_end(other), OK);
	ARE(onshi_emergency_get(other, ONSHI_CATEGORY_DRUGS, &a),
	    ONSHI_E_STATE);
	ck_assert(tells(ONSHI_CATEGORY_DRUGS, ONSHI_EL_DRUG_NAME,
	    "CANARYDRUG"));
	onshi_emergency_free(&other);
	onshi_operator_free(&nobody);
	finish();
}
END_TEST

/* What is set anew makes the notice void; so does nothing else. */
START_TEST(notice_is_void)
{
	begin(DISASTER);
	numbers(em, 0);
	ground(em, DISASTER);
	f.exchange_result = ONSHI_E_NETWORK;
	f.fails_for = 'X';
	ARE(step(em), ONSHI_E_NETWORK);
	ARE(onshi_emergency_advance(em), ONSHI_E_NETWORK);
	f.exchange_result = OK;
	if (_i == 0) {			/* the same again */
		ARE(onshi_emergency_advance(em), OK);
		finish();
		return;
	}
	if (_i == 1)
		numbers(em, 1);
	if (_i == 2)
		ARE(onshi_emergency_set_basis(em, ONSHI_BASIS_ORAL, NULL),
		    OK);
	if (_i == 3)
		ARE(onshi_emergency_set_identified(em,
		    ONSHI_IDENTIFIED_FAMILY), OK);
	if (_i == 4)
		ARE(onshi_emergency_set_consenter(em,
		    ONSHI_CONSENTER_GUARDIAN), OK);
	if (_i == 5)
		ARE(onshi_emergency_set_reader(em, "fak"), OK);
	ARE(onshi_emergency_advance(em), ONSHI_NEED_ACKNOWLEDGE);
	ARE(atomic_load(&f.urgent), 0);
	ARE(onshi_emergency_acknowledge(em), OK);
	ARE(onshi_emergency_advance(em), OK);
	finish();
}
END_TEST

/* CO-8, CO-12: withheld looks like any other that was not provided. */
START_TEST(withheld)
{
	static const char *const codes[] = { "XNDS0001E", "" };
	const struct onshi_error *e;
	int kind = _i < 2 ? ONSHI_WAY_SEARCH : ONSHI_WAY_NUMBER;

	begin(DISASTER);
	f.code = codes[_i % 2];
	if (kind == ONSHI_WAY_SEARCH) {
		items(em);
	} else {
		numbers(em, 0);
		ground(em, DISASTER);
	}
	ARE(step(em), ONSHI_E_NOT_PROVIDED);
	e = onshi_emergency_error(em);
	ck_assert_str_eq(onshi_error_service_code(e), "");
	ck_assert_str_eq(onshi_error_service_text(e), "");
	ARE(onshi_error_outcome(e), ONSHI_OUTCOME_NOT_PROVIDED);
	ARE(onshi_emergency_set_way(em, ONSHI_WAY_NUMBER), OK);
	finish();
}
END_TEST

/* Of another person than was looked for: refused (ID-10). */
START_TEST(another_found)
{
	begin(DISASTER);
	items(em);
	ARE(onshi_emergency_set_text(em, ONSHI_EL_NAME, "SOMEBODY"), OK);
	ARE(onshi_emergency_set_text(em, ONSHI_EL_NAME_KANA, "ﾀﾞﾚｶ"), OK);
	f.more = "<NameKana>ｶﾅﾘｱ</NameKana>";
	ARE(step(em), ONSHI_E_ANSWER_REFUSED);
	ck_assert_str_eq(onshi_error_rule(onshi_emergency_error(em)),
	    "ID-10");
	finish();
}
END_TEST

/* ID-10 of medical information: by the handle's operator, once. */
START_TEST(unsure_whose)
{
	const struct onshi_record *rec;
	struct onshi_answer *a;

	begin(DISASTER);
	numbers(em, 0);
	ground(em, DISASTER);
	ARE(step(em), OK);
	f.named = "SOMEBODY";
	ARE(onshi_emergency_get(em, ONSHI_CATEGORY_DRUGS, &a),
	    ONSHI_NEED_CONFIRM);
	ck_assert_ptr_null(a);
	ARE(onshi_emergency_person(em, &rec), OK);
	ARE(onshi_emergency_confirm(em, _i), OK);
	ARE(onshi_emergency_confirm(em, 1), ONSHI_E_STATE);
	ARE(onshi_emergency_get(em, ONSHI_CATEGORY_DRUGS, &a), _i == 1 ? OK :
	    ONSHI_E_NOT_CONFIRMED);
	onshi_answer_free(&a);
	finish();
}
END_TEST

/* It ends: at its end, and after a day by the clock that nobody sets. */
START_TEST(over)
{
	const struct onshi_record *rec;
	struct onshi_answer *a, *more;

	begin(DISASTER);
	numbers(em, 0);
	ground(em, DISASTER);
	ARE(step(em), OK);
	ARE(onshi_emergency_get(em, ONSHI_CATEGORY_DRUGS, &a), OK);
	ARE(onshi_answer_next(a, &rec), OK);
	if (_i == 0) {
		ARE(onshi_emergency_end(em), OK);
		ARE(onshi_emergency_end(em), OK);
	} else {
		atomic_fetch_add(&f.boot, (int64_t)86400 * 1000);
		ARE(onshi_emergency_get(em, ONSHI_CATEGORY_DRUGS, &more),
		    ONSHI_E_CONSENT_OVER);
		ARE(onshi_emergency_may(em, ONSHI_CATEGORY_DRUGS),
		    ONSHI_E_CONSENT_OVER);
	}
	ARE(onshi_answer_rewind(a), OK);
	ARE(onshi_answer_next(a, &rec), ONSHI_E_EXPIRED);
	onshi_answer_free(&a);
	ARE(atomic_load(&f.medical), 1);
	finish();
}
END_TEST

/* ---- what stands on the record --------------------------------------------- */

static const char *
line_of(const char *event)
{
	static char line[8192];
	char text[64];
	const char *at;

	(void)snprintf(text, sizeof(text), "\te=%s\t", event);
	ck_assert_msg((at = strstr(f.record, text)) != NULL, "no %s", event);
	while (at > f.record && at[-1] != '\n')
		at--;
	(void)snprintf(line, sizeof(line), "%.*s", (int)strcspn(at, "\n"),
	    at);

	return line;
}

static void
says(const char *event, const char *field)
{
	ck_assert_msg(strstr(line_of(event), field) != NULL, "%s: %s lacks",
	    event, field);
}

START_TEST(disaster_on_record)
{
	static const char *const events[] = { "disaster.on", "disaster.ack",
	    "query.intent", "query.outcome", "visit.end" };
	size_t i;

	begin(DISASTER);
	numbers(em, 0);
	ARE(onshi_emergency_set_basis(em, ONSHI_BASIS_UNOBTAINABLE,
	    "no answer"), OK);
	ARE(onshi_emergency_set_identified(em, ONSHI_IDENTIFIED_FAMILY), OK);
	ARE(onshi_emergency_set_patient(em, "P-7"), OK);
	ARE(step(em), OK);
	ck_assert(tells(ONSHI_CATEGORY_DRUGS, ONSHI_EL_DRUG_NAME, NULL));
	ARE(onshi_emergency_end(em), OK);
	for (i = 0; i < COUNT(events); i++) {
		says(events[i], "\ta=D0001\t");
		says(events[i], "\tl=doctor:two-factor:right:1:02%2C3:01\t");
		says(events[i], "\tp=P-7\t");
		says(events[i], "\tu=care:unobtainable:disaster\t");
		says(events[i], ":family\t");
		says(events[i], "\tc=-:acknowledged:-:no%20answer\t");
	}
	/* Before anything is sent, and nothing of the person. */
	ck_assert(strstr(f.events, "disaster.ack;") <
	    strstr(f.events, "query.intent;"));
	ck_assert_ptr_null(strstr(f.record, "1001"));
	ck_assert_ptr_null(strstr(f.record, "19800512"));
	ck_assert_ptr_null(strstr(f.record, "CANARY"));
	finish();
}
END_TEST

/* Nothing is sent, and nothing handed over, where it cannot be written. */
START_TEST(record_fails)
{
	struct onshi_answer *a;

	begin(DISASTER);
	numbers(em, 0);
	ground(em, DISASTER);
	f.audit_fails_at = _i + 1;
	ARE(step(em), ONSHI_E_AUDIT);
	ARE(atomic_load(&f.urgent), _i < 3 ? 0 : 1);
	ARE(onshi_emergency_get(em, ONSHI_CATEGORY_ELIGIBILITY, &a),
	    ONSHI_E_STATE);
	finish();
}
END_TEST

/* The longest reason of the widest characters fits, in whole. */
START_TEST(long_reason)
{
	char reason[1024] = "";
	int i;

	begin(DISASTER);
	for (i = 0; i < 200; i++)
		(void)snprintf(reason + 3 * i, 4, "理");
	numbers(em, 0);
	ARE(onshi_emergency_set_basis(em, ONSHI_BASIS_UNOBTAINABLE, reason),
	    OK);
	ARE(onshi_emergency_set_identified(em, ONSHI_IDENTIFIED_KNOWN), OK);
	ARE(step(em), OK);
	ck_assert(was_sent(reason));
	ck_assert_uint_gt(strlen(line_of("disaster.on")), 1800);
	(void)snprintf(reason + 600, 4, "由");
	onshi_emergency_free(&em);
	ARE(onshi_emergency_new(o, DISASTER, op, &em), OK);
	ARE(onshi_emergency_set_basis(em, ONSHI_BASIS_UNOBTAINABLE, reason),
	    ONSHI_E_VALUE);
	finish();
}
END_TEST

/* ---- in a hospital --------------------------------------------------------- */

static const int asked[] = { ONSHI_CATEGORY_DRUGS, ONSHI_CATEGORY_CARE,
    ONSHI_CATEGORY_SURGERY, ONSHI_CATEGORY_CHECKUPS,
    ONSHI_CATEGORY_PRESCRIPTIONS, ONSHI_CATEGORY_DISPENSING };
static const struct { int want; const char *gives; } wants[] = {
	{ ONSHI_WANT_SUMMARY, "111000" }, { ONSHI_WANT_ALL, "111100" },
	{ ONSHI_WANT_BOTH, "111111" }, { ONSHI_WANT_DRUGS, "100000" },
	{ ONSHI_WANT_CARE, "110000" }, { ONSHI_WANT_CHECKUPS, "000100" }
};

/* EM-4: what was wanted, by a card without its PIN. */
START_TEST(wanted)
{
	struct onshi_answer *a;
	size_t i;
	int r;

	begin(HOSPITAL);
	ARE(onshi_emergency_set_way(em, ONSHI_WAY_CARD), OK);
	ground(em, HOSPITAL);
	ARE(onshi_emergency_set_want(em, wants[_i].want), OK);
	ARE(step(em), OK);
	ck_assert_str_eq(f.last_prefix, "XEMGsivst01req");
	ck_assert(was_sent("<Certificate>") && was_sent("<Basis>3<"));
	ck_assert(was_sent("<Reason>意識なし<"));
	ck_assert(was_sent("<ViewRight>1<"));
	ck_assert(was_sent("<Factor>1<") && was_sent("<Means>02<"));
	ck_assert(was_sent("<Factor>3<") && was_sent("<Means>01<"));
	ARE(atomic_load(&f.verifies), 0);
	for (i = 0; i < COUNT(asked); i++) {
		r = onshi_emergency_get(em, asked[i], &a);
		ck_assert_msg(r == (wants[_i].gives[i] == '1' ? OK :
		    ONSHI_E_BASIS), "%d: %d", asked[i], r);
		if (r == OK)
			ck_assert(was_sent("<MedicalTreatmentFlag>4<"));
		else
			ck_assert_str_eq(onshi_error_rule(
			    onshi_emergency_error(em)), "EM-4");
		onshi_answer_free(&a);
	}
	says("emergency.on", "\tu=care:emergency:hospital\t");
	says("emergency.ack", ":photograph\t");
	finish();
}
END_TEST

/* Another card is another person (ID-9). */
START_TEST(another_card)
{
	begin(HOSPITAL);
	ARE(onshi_emergency_set_way(em, ONSHI_WAY_CARD), OK);
	ground(em, HOSPITAL);
	f.exchange_result = ONSHI_E_NETWORK;
	f.fails_for = 'X';
	ARE(step(em), ONSHI_E_NETWORK);
	f.exchange_result = OK;
	ARE(onshi_emergency_set_want(em, ONSHI_WANT_ALL), OK);
	fake_lay(&f, 1);
	ARE(step(em), ONSHI_E_CARD_CHANGED);
	ARE(atomic_load(&f.urgent), 0);
	ARE(onshi_emergency_advance(em), ONSHI_E_STATE);
	finish();
}
END_TEST

/* What belongs to the one mode is none of the other's. */
START_TEST(of_the_other_mode)
{
	begin(_i == 0 ? DISASTER : HOSPITAL);
	if (_i == 0) {
		ARE(onshi_emergency_set_way(em, ONSHI_WAY_CARD), ONSHI_E_ARG);
		ARE(onshi_emergency_set_basis(em, ONSHI_BASIS_EMERGENCY,
		    "x"), ONSHI_E_ARG);
		ARE(onshi_emergency_set_want(em, ONSHI_WANT_ALL),
		    ONSHI_E_ARG);
		ARE(onshi_emergency_set_identified(em,
		    ONSHI_IDENTIFIED_PHOTOGRAPH), ONSHI_E_ARG);
		ARE(onshi_emergency_set_basis_of(em, ONSHI_CATEGORY_DRUGS,
		    ONSHI_BASIS_ORAL, NULL), ONSHI_E_ARG);
		ARE(onshi_emergency_may(em, ONSHI_CATEGORY_SURGERY),
		    ONSHI_E_ARG);
	} else {
		ARE(onshi_emergency_set_basis(em, ONSHI_BASIS_ORAL, NULL),
		    ONSHI_E_ARG);
		ARE(onshi_emergency_set_consenter(em, ONSHI_CONSENTER_SELF),
		    ONSHI_E_ARG);
		ARE(onshi_emergency_set_basis_of(em,
		    ONSHI_CATEGORY_DISPENSING, ONSHI_BASIS_EMERGENCY, "x"),
		    ONSHI_E_ARG);
		ARE(onshi_emergency_activation(em), ONSHI_ABSENT);
	}
	ARE(onshi_emergency_may(em, ONSHI_CATEGORY_LIMIT), ONSHI_E_ARG);
	ARE(onshi_emergency_set_text(em, ONSHI_EL_SEX1, "3"), ONSHI_E_VALUE);
	finish();
}
END_TEST

/* Forms of factors: what is none makes no operator. */
START_TEST(factors)
{
	static const char *const bad[] = { "", "1", "1:2", "4:01", "0:01",
	    "1:02,", ",1:02", "1:02;3:01", "1:023:01", "1:02,3:01,2:01,1:01",
	    "1:ab", "1:02, 3:01" };
	struct onshi_operator *x;
	size_t i;

	begin(HOSPITAL);
	for (i = 0; i < COUNT(bad); i++)
		ARE(onshi_operator_new_emergency(o, "D0001",
		    ONSHI_LICENCE_DOCTOR, ONSHI_SIGNIN_TWO_FACTOR, 1, bad[i],
		    &x), ONSHI_E_VALUE);
	ARE(onshi_operator_new_emergency(o, "D0001", ONSHI_LICENCE_DOCTOR,
	    ONSHI_SIGNIN_TWO_FACTOR, 2, "1:02,3:01", &x), ONSHI_E_ARG);
	ck_assert_ptr_null(x);
	ARE(onshi_operator_new_emergency(o, "D0001", ONSHI_LICENCE_DOCTOR,
	    ONSHI_SIGNIN_TWO_FACTOR, 1, "1:02,2:04,3:03", &x), OK);
	onshi_operator_free(&x);
	finish();
}
END_TEST

/* ---- the facility's own table: advice -------------------------------------- */

static const struct { const char *text; int result; } tables[] = {
	{ "municipality,from,to\n13101,20261020,20261101\n", OK },
	{ "13101,2026-10-26,2026-10-26", OK },
	{ "\xef\xbb\xbf" "13101,20261026,20261026\r\n", OK },
	{ "# a remark\n\n13101,20261001,20261002\n"
	  "13101,20261020,20261101\n", OK },
	{ "13101,20261001,20261025\n", ONSHI_E_DISASTER_PERIOD },
	{ "13101,20261027,20261101\n", ONSHI_E_DISASTER_PERIOD },
	{ "02201,20261020,20261101\n", ONSHI_E_DISASTER_AREA },
	{ "municipality,from,to\n", ONSHI_E_DISASTER_AREA },
	{ "", ONSHI_E_DISK },
	{ "13101,20261020\n", ONSHI_E_VALUE },
	{ "13101,20261020,20261101,x\n", ONSHI_E_VALUE },
	{ "1310,20261020,20261101\n", ONSHI_E_VALUE },
	{ "13101,20261101,20261020\n", ONSHI_E_VALUE },
	{ "13101,20260229,20261020\n", ONSHI_E_VALUE },
	{ NULL, ONSHI_E_DISK }
};

START_TEST(activation)
{
	char path[64] = "/tmp/activation.XXXXXX";
	struct onshi_config *c;
	FILE *file;
	int fd;

	fake_init(&f);
	ck_assert_int_ge(fd = mkstemp(path), 0);
	ck_assert_ptr_nonnull(file = fdopen(fd, "w"));
	(void)fputs(tables[_i].text != NULL ? tables[_i].text : "", file);
	(void)fclose(file);
	c = fake_config(&f);
	ARE(onshi_config_set(c, "disaster.enabled", "yes"), OK);
	ARE(onshi_config_set(c, "disaster.activation", path), OK);
	ARE(onshi_config_set(c, "facility.municipality", "13101"), OK);
	ARE(onshi_new(ONSHI_ABI, c, &o), OK);
	onshi_config_free(&c);
	op = fake_doctor(o, "D0001");
	ARE(onshi_emergency_new(o, DISASTER, op, &em), OK);
	if (tables[_i].text == NULL)
		ARE(unlink(path), 0);
	ARE(onshi_emergency_activation(em), tables[_i].result);
	/* Whatever it says, it is asked. */
	numbers(em, 0);
	ground(em, DISASTER);
	ARE(step(em), OK);
	if (tables[_i].result == ONSHI_E_DISASTER_AREA)
		says("disaster.on", "\tr=ONSHI_E_DISASTER_AREA\t");
	/* It is read anew. */
	ck_assert_ptr_nonnull(file = fopen(path, "w"));
	(void)fputs("13101,20261020,20261101\n", file);
	(void)fclose(file);
	ARE(onshi_emergency_activation(em), OK);
	(void)unlink(path);
	finish();
}
END_TEST

/* What the service refuses has its own result and words (DI-1, EM-1, EM-2). */
static const struct { const char *code; int result; } codes[] = {
	{ "XDIS0001E", ONSHI_E_DISASTER_AREA },
	{ "XDIS0002E", ONSHI_E_DISASTER_PERIOD },
	{ "XDIS0003E", ONSHI_E_NOTICE }, { "XDIS0004E", ONSHI_E_BASIS },
	{ "XEMG0001E", ONSHI_E_FACILITY }, { "XEMG0002E", ONSHI_E_LICENCE },
	{ "XEMG0003E", ONSHI_E_SIGN_IN }
};

START_TEST(refused_there)
{
	struct onshi_answer *a;

	begin(DISASTER);
	numbers(em, 0);
	ground(em, DISASTER);
	f.code = codes[_i].code;
	ARE(step(em), codes[_i].result);
	ARE(onshi_emergency_get(em, ONSHI_CATEGORY_DRUGS, &a),
	    ONSHI_E_STATE);
	finish();
}
END_TEST

/* DI-7: each text says it of medical assistance, too. */
START_TEST(medical_assistance_in_words)
{
	begin(DISASTER);
	ck_assert_ptr_nonnull(strstr(onshi_notice_text(o,
	    ONSHI_NOTICE_DISASTER, 0, "ja"), "医療扶助"));
	ck_assert_ptr_nonnull(strstr(onshi_notice_text(o,
	    ONSHI_NOTICE_EMERGENCY, 0, "ja"), "医療扶助"));
	ck_assert_ptr_nonnull(strstr(onshi_notice_text(o,
	    ONSHI_NOTICE_SEVERAL, 0, "ja"), "福祉事務所名称"));
	ck_assert_ptr_nonnull(strstr(onshi_way_text(ONSHI_WAY_NUMBER, "ja"),
	    "受給者番号"));
	ck_assert_ptr_nonnull(strstr(onshi_notice_text(o,
	    ONSHI_NOTICE_DISASTER, 0, "ja"), "閲覧ログ"));
	/* Medical assistance alone: found, and asked for by its numbers. */
	f.aid_first = true;
	items(em);
	ARE(step(em), OK);
	ck_assert(tells(ONSHI_CATEGORY_ELIGIBILITY,
	    ONSHI_EL_INSURED_CARD_CLASSIFICATION, "A1"));
	finish();
}
END_TEST

/* A call that does not wait, and one that is cancelled. */
START_TEST(does_not_wait)
{
	int r;

	begin(DISASTER);
	numbers(em, 0);
	ground(em, DISASTER);
	ARE(onshi_emergency_set_blocking(em, 0), OK);
	while ((r = onshi_emergency_advance(em)) == ONSHI_NEED_WAIT)
		ck_assert(onshi_emergency_fd(em) >= 0);
	ARE(r, ONSHI_NEED_ACKNOWLEDGE);
	ARE(onshi_emergency_acknowledge(em), OK);
	while ((r = onshi_emergency_advance(em)) == ONSHI_NEED_WAIT)
		;
	ARE(r, OK);
	ck_assert_str_ne(onshi_emergency_id(em), "");
	ck_assert_int_ge(onshi_emergency_ms(em, ONSHI_PHASE_SERVICE), 0);
	finish();
	begin(DISASTER);
	numbers(em, 0);
	ground(em, DISASTER);
	ARE(onshi_emergency_advance(em), ONSHI_NEED_ACKNOWLEDGE);
	ARE(onshi_emergency_acknowledge(em), OK);
	onshi_emergency_cancel(em);
	ARE(onshi_emergency_advance(em), ONSHI_E_CANCELLED);
	ARE(onshi_emergency_advance(em), OK);
	finish();
}
END_TEST

static void
add_tests(TCase *t)
{
	tcase_set_timeout(t, 60);
	tcase_add_test(t, by_number);
	tcase_add_test(t, by_four_items);
	tcase_add_loop_test(t, several, 0, 2);
	tcase_add_test(t, prescriptions);
	tcase_add_loop_test(t, refused_first, 0, (int)COUNT(lacks));
	tcase_add_test(t, beside_a_visit);
	tcase_add_loop_test(t, off, 0, 2);
	tcase_add_test(t, two_people);
	tcase_add_loop_test(t, notice_is_void, 0, 6);
	tcase_add_loop_test(t, withheld, 0, 4);
	tcase_add_test(t, another_found);
	tcase_add_loop_test(t, unsure_whose, 0, 2);
	tcase_add_loop_test(t, over, 0, 2);
	tcase_add_test(t, disaster_on_record);
	tcase_add_loop_test(t, record_fails, 0, 5);
	tcase_add_test(t, long_reason);
	tcase_add_loop_test(t, wanted, 0, (int)COUNT(wants));
	tcase_add_test(t, another_card);
	tcase_add_loop_test(t, of_the_other_mode, 0, 2);
	tcase_add_test(t, factors);
	tcase_add_loop_test(t, activation, 0, (int)COUNT(tables));
	tcase_add_loop_test(t, refused_there, 0, (int)COUNT(codes));
	tcase_add_test(t, medical_assistance_in_words);
	tcase_add_test(t, does_not_wait);
}

int
main(void)
{
	fake_prepare();

	return run_tests("visit/emergency", add_tests);
}
