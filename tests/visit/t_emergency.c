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
	ck_assert(f.last_token);
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

int
main(void)
{
	Suite *s = suite_create("exceptional modes");
	TCase *t = tcase_create("emergency");
	SRunner *sr;
	int failed;

	fake_prepare();
	tcase_set_timeout(t, 60);
	tcase_add_test(t, by_number);
	tcase_add_test(t, by_four_items);
	tcase_add_loop_test(t, several, 0, 2);
	tcase_add_test(t, prescriptions);
	tcase_add_loop_test(t, refused_first, 0, (int)COUNT(lacks));
	suite_add_tcase(s, t);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);

	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
