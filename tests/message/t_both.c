/*
 * Every condition of judge.c both ways (MC/DC): two answers of which one thing
 * is another, named by the condition, and two verdicts.
 */
#include "config.h"

#include "help.h"

#define SEG(n)	"<SegmentOfResult>" n "</SegmentOfResult>"
#define STATUS(n) "<ProcessingResultStatus>" n "</ProcessingResultStatus>"
#define VALID(n) "<QualificationValidity>" n "</QualificationValidity>"
#define CODE(c)	"<ProcessingResultCode>" c "</ProcessingResultCode>"
#define SAID	"<ProcessingResultMessage>text</ProcessingResultMessage>"
#define LIST(x)	"<ResultList><ResultOfQualificationConfirmation>" x	\
	"</ResultOfQualificationConfirmation></ResultList>"
#define RESULT	LIST("<Birthdate>19880229</Birthdate>")
#define RC(c)	"<ResultCode>" c "</ResultCode>"
#define DRUGS	"<MeTrMonthInf><MeTrMonth>202608</MeTrMonth></MeTrMonthInf>"
#define GOOD	STATUS("1") VALID("1") RESULT
#define NUMBER	"<ReceptionNumber>99</ReceptionNumber>"

#define SI	"OQSsiquc01res"
#define YZK	"YZKsiquc01res"
#define RECEIPT	"OQSmuquc01res"

/* Verdicts in short: an outcome, with a note, or one of these. */
#define NOTE		100
#define MALFORMED	200
#define NOT_FOR_US	201

struct answer {
	const char	*kind;
	const char	*header;	/* NULL: none */
	const char	*body;		/* NULL: none */
	int		 verdict;
};

static const struct {
	const char	*condition;
	struct answer	 ways[2];
} pairs[] = {
	{ "file: segment is 1", {
	    { SI, SEG("1"), GOOD, ONSHI_OUTCOME_VALID },
	    { SI, SEG("2"), GOOD, ONSHI_OUTCOME_IN_PROGRESS } } },
	{ "file: segment is 9", {
	    { SI, SEG("9"), GOOD, ONSHI_OUTCOME_ERROR_FILE },
	    { SI, SEG("8"), GOOD, ONSHI_OUTCOME_UNKNOWN_CODE } } },
	{ "file: segment is 2", {
	    { SI, SEG("2"), GOOD, ONSHI_OUTCOME_IN_PROGRESS },
	    { SI, SEG("8"), GOOD, ONSHI_OUTCOME_UNKNOWN_CODE } } },
	{ "file: there is a segment", {
	    { YZK, RC("1"), DRUGS, ONSHI_OUTCOME_DATA },
	    { YZK, RC("1") SEG("8"), DRUGS, ONSHI_OUTCOME_UNKNOWN_CODE } } },
	{ "file: there is a header", {
	    { YZK, "", RC("1") DRUGS, ONSHI_OUTCOME_DATA },
	    { YZK, NULL, RC("1") DRUGS, ONSHI_OUTCOME_UNKNOWN_CODE } } },
	{ "file: the segment always stands", {
	    { RECEIPT, "", NUMBER, ONSHI_OUTCOME_ACCEPTED },
	    { SI, "", GOOD, ONSHI_OUTCOME_UNKNOWN_CODE } } },
	{ "person: status is 2", {
	    { SI, SEG("1"), STATUS("1") CODE("X") VALID("4"),
	      ONSHI_OUTCOME_NOT_FOUND + NOTE },
	    { SI, SEG("1"), STATUS("2") CODE("X") VALID("4"),
	      ONSHI_OUTCOME_ERROR_PERSON } } },
	{ "person: a code says why", {
	    { SI, SEG("1"), STATUS("2") CODE("X"),
	      ONSHI_OUTCOME_ERROR_PERSON },
	    { SI, SEG("1"), STATUS("2"), ONSHI_OUTCOME_NOT_PROVIDED } } },
	{ "person: the status always stands", {
	    { RECEIPT, "", NUMBER, ONSHI_OUTCOME_ACCEPTED },
	    { SI, SEG("1"), VALID("1") RESULT, ONSHI_OUTCOME_UNKNOWN_CODE } } },
	{ "person: status is 1", {
	    { SI, SEG("1"), GOOD, ONSHI_OUTCOME_VALID },
	    { SI, SEG("1"), STATUS("3") VALID("1") RESULT,
	      ONSHI_OUTCOME_UNKNOWN_CODE } } },
	{ "person: the code is known", {
	    { SI, SEG("1"), GOOD CODE("XNDS0001E"),
	      ONSHI_OUTCOME_NOT_PROVIDED },
	    { SI, SEG("1"), GOOD CODE("XNDS0009E"),
	      ONSHI_OUTCOME_VALID + NOTE } } },
	{ "person: the known code forbids", {
	    { SI, SEG("1"), GOOD CODE("XNDS0001E"),
	      ONSHI_OUTCOME_NOT_PROVIDED },
	    { SI, SEG("1"), GOOD CODE("XCRD0004E"),
	      ONSHI_OUTCOME_VALID + NOTE } } },
	{ "person: a code is a note", {
	    { SI, SEG("1"), GOOD, ONSHI_OUTCOME_VALID },
	    { SI, SEG("1"), GOOD CODE("X"), ONSHI_OUTCOME_VALID + NOTE } } },
	{ "person: a text is a note", {
	    { SI, SEG("1"), GOOD, ONSHI_OUTCOME_VALID },
	    { SI, SEG("1"), GOOD SAID, ONSHI_OUTCOME_VALID + NOTE } } },
	{ "validity: it is there", {
	    { SI, SEG("1"), STATUS("1") VALID("4"), ONSHI_OUTCOME_NOT_FOUND },
	    { SI, SEG("1"), STATUS("1"), ONSHI_OUTCOME_UNKNOWN_CODE } } },
	{ "validity: from 1", {
	    { SI, SEG("1"), GOOD, ONSHI_OUTCOME_VALID },
	    { SI, SEG("1"), STATUS("1") VALID("0") RESULT,
	      ONSHI_OUTCOME_UNKNOWN_CODE } } },
	{ "validity: to 6", {
	    { SI, SEG("1"), STATUS("1") VALID("6") RESULT,
	      ONSHI_OUTCOME_VALID_UNREGISTERED },
	    { SI, SEG("1"), STATUS("1") VALID("7") RESULT,
	      ONSHI_OUTCOME_UNKNOWN_CODE } } },
	{ "validity: one digit", {
	    { SI, SEG("1"), STATUS("1") VALID("4"), ONSHI_OUTCOME_NOT_FOUND },
	    { SI, SEG("1"), STATUS("1") VALID("41"),
	      ONSHI_OUTCOME_UNKNOWN_CODE } } },
	{ "validity: valid needs a result", {
	    { SI, SEG("1"), STATUS("1") VALID("2"), ONSHI_OUTCOME_LOST },
	    { SI, SEG("1"), STATUS("1") VALID("1"), MALFORMED } } },
	{ "validity: there is a result", {
	    { SI, SEG("1"), GOOD, ONSHI_OUTCOME_VALID },
	    { SI, SEG("1"), STATUS("1") VALID("1"), MALFORMED } } },
	{ "result: a value in it", {
	    { SI, SEG("1"), STATUS("1") VALID("1") LIST("<Sex1>1</Sex1>"),
	      ONSHI_OUTCOME_VALID },
	    { SI, SEG("1"), STATUS("1") VALID("1") LIST("<Sex1></Sex1>"),
	      MALFORMED } } },
	{ "result: the second has one", {
	    { SI, SEG("1"), STATUS("1") VALID("1") LIST("") LIST(
	      "<Sex1>1</Sex1>"), ONSHI_OUTCOME_VALID },
	    { SI, SEG("1"), STATUS("1") VALID("1") LIST("") LIST(""),
	      MALFORMED } } },
	{ "medical: the root has a code", {
	    { YZK, RC("1"), "", ONSHI_OUTCOME_NO_DATA },
	    { SI, SEG("1") RC("1"), STATUS("1") VALID("4"),
	      ONSHI_OUTCOME_NOT_FOUND } } },
	{ "medical: the file failed before", {
	    { YZK, RC("1"), DRUGS, ONSHI_OUTCOME_DATA },
	    { YZK, RC("1") SEG("9"), DRUGS, ONSHI_OUTCOME_ERROR_FILE } } },
	{ "medical: the code is 1", {
	    { YZK, RC("1"), DRUGS, ONSHI_OUTCOME_DATA },
	    { YZK, RC("2"), DRUGS, ONSHI_OUTCOME_NOT_PROVIDED } } },
	{ "medical: the code has a value", {
	    { YZK, RC(""), RC("1") DRUGS, ONSHI_OUTCOME_DATA },
	    { YZK, RC("0"), RC("1") DRUGS, ONSHI_OUTCOME_NOT_PROVIDED } } },
	{ "medical: a code came before", {
	    { YZK, RC("1"), RC("1") DRUGS, ONSHI_OUTCOME_DATA },
	    { YZK, RC("2"), RC("1") DRUGS, ONSHI_OUTCOME_NOT_PROVIDED } } },
	{ "medical: the code before was a yes", {
	    { YZK, RC("1"), RC("XCNS0001E") DRUGS,
	      ONSHI_OUTCOME_NO_CONSENT },
	    { YZK, RC("2"), RC("XCNS0001E") DRUGS,
	      ONSHI_OUTCOME_NOT_PROVIDED } } },
	{ "medical: there is a line", {
	    { YZK, RC("1"), DRUGS, ONSHI_OUTCOME_DATA },
	    { YZK, RC("1"), "", ONSHI_OUTCOME_NO_DATA } } },
	{ "body: it is there", {
	    { "OQSmuquc02res", SEG("1"), "", ONSHI_OUTCOME_DONE },
	    { "OQSmuquc02res", SEG("1"), NULL,
	      ONSHI_OUTCOME_UNKNOWN_CODE } } },
	{ "body: the file failed before", {
	    { SI, SEG("1"), NULL, ONSHI_OUTCOME_UNKNOWN_CODE },
	    { SI, SEG("9"), NULL, ONSHI_OUTCOME_ERROR_FILE } } },
	{ "body: it tells of a validity", {
	    { SI, SEG("1"), STATUS("1") VALID("4"), ONSHI_OUTCOME_NOT_FOUND },
	    { "OQSsiimm01res", SEG("1"), STATUS("1") VALID("4"),
	      ONSHI_OUTCOME_REGISTERED } } },
	{ "body: it tells of a receipt", {
	    { RECEIPT, "", NUMBER, ONSHI_OUTCOME_ACCEPTED },
	    { "OQSmuquc02res", SEG("1"), NUMBER, ONSHI_OUTCOME_DONE } } },
	{ "body: the receipt has a number", {
	    { RECEIPT, "", NUMBER, ONSHI_OUTCOME_ACCEPTED },
	    { RECEIPT, "", "<ReceptionNumber/>",
	      ONSHI_OUTCOME_UNKNOWN_CODE } } },
	{ "body: units of persons", {
	    { "OQSmuquc02res", SEG("1"), "", ONSHI_OUTCOME_DONE },
	    { "OQSsiimm01res", SEG("1"), STATUS("1"),
	      ONSHI_OUTCOME_REGISTERED } } },
	{ "body: units of registrations", {
	    { "OQSmuimm02res", SEG("1"), "", ONSHI_OUTCOME_DONE },
	    { "OQSsiimm01res", SEG("1"), STATUS("1"),
	      ONSHI_OUTCOME_REGISTERED } } },
	{ "door: a request says nothing", {
	    { SI, SEG("9"), "", ONSHI_OUTCOME_ERROR_FILE },
	    { "OQSsiquc01req", SEG("9"), "", ONSHI_OUTCOME_NONE } } }
};

static struct oki_doc *
make(const struct answer *a)
{
	struct text t = { NULL, 0, 0 };
	struct oki_doc *doc;

	text_put(&t, "<XmlMsg>");
	if (a->header != NULL) {
		text_put(&t, "<MessageHeader>");
		text_put(&t, a->header);
		text_put(&t, "</MessageHeader>");
	}
	if (a->body != NULL) {
		text_put(&t, "<MessageBody>");
		text_put(&t, a->body);
		text_put(&t, "</MessageBody>");
	}
	text_put(&t, "</XmlMsg>");
	doc = must_parse(a->kind, t.s, t.len);
	free(t.s);

	return doc;
}

static int
judge(const struct answer *a, const struct oki_expect *expect)
{
	struct oki_doc *doc = make(a);
	struct onshi_error e;
	struct oki_verdict v;
	int r;

	oki_error_clear(&e);
	r = oki_message_judge(doc, expect, NULL, &v, &e);
	oki_doc_free(&doc);
	if (r == ONSHI_OK)
		return v.outcome + (v.is_note ? NOTE : 0);
	ck_assert_int_eq(r, ONSHI_E_ANSWER_REFUSED);

	return strcmp(e.reason, "malformed") == 0 ? MALFORMED : NOT_FOR_US;
}

START_TEST(both_ways)
{
	const struct answer *a = pairs[_i].ways;
	int i;

	ck_assert_int_ne(a[0].verdict, a[1].verdict);
	for (i = 0; i < 2; i++)
		ck_assert_msg(judge(&a[i], NULL) == a[i].verdict,
		    "%s, %d: %d", pairs[_i].condition, i,
		    judge(&a[i], NULL));
}
END_TEST

/* What is expected: nothing at all, no kind, another kind, this kind. */
START_TEST(expected)
{
	const struct answer a = { SI, SEG("1"), GOOD, ONSHI_OUTCOME_VALID };
	struct oki_expect x = { .kind = NULL };

	ck_assert_int_eq(judge(&a, NULL), ONSHI_OUTCOME_VALID);
	ck_assert_int_eq(judge(&a, &x), ONSHI_OUTCOME_VALID);
	x.kind = SI;
	ck_assert_int_eq(judge(&a, &x), ONSHI_OUTCOME_VALID);
	x.kind = "OQSsiimm01res";
	ck_assert_int_eq(judge(&a, &x), NOT_FOR_US);
}
END_TEST

/* A person of many: refused, registered, judged, or malformed. */
START_TEST(a_person_of_many)
{
	static const struct {
		const char	*kind, *body;
		int		 el, verdict;
	} want[] = {
		{ "OQSmuquc02res", GOOD,
		  ONSHI_EL_BULK_CONFIRM_UNIT, ONSHI_OUTCOME_VALID },
		{ "OQSmuquc02res", STATUS("2"), ONSHI_EL_BULK_CONFIRM_UNIT,
		  ONSHI_OUTCOME_NOT_PROVIDED },
		{ "OQSmuquc02res", STATUS("1") VALID("1"),
		  ONSHI_EL_BULK_CONFIRM_UNIT, MALFORMED },
		{ "OQSmuimm02res", STATUS("1"),
		  ONSHI_EL_BULK_REGISTRATION_UNIT, ONSHI_OUTCOME_REGISTERED },
		{ "OQSmuimm02res", STATUS("2") CODE("X"),
		  ONSHI_EL_BULK_REGISTRATION_UNIT, ONSHI_OUTCOME_ERROR_PERSON }
	};
	const char *name = onshi_element_name(want[_i].el);
	struct text t = { NULL, 0, 0 };
	const struct onshi_record *unit;
	struct onshi_error e;
	struct oki_verdict v;
	struct oki_doc *doc;
	int r;

	text_put(&t, "<XmlMsg><MessageHeader>" SEG("1") "</MessageHeader>"
	    "<MessageBody><");
	text_put(&t, name);
	text_put(&t, ">");
	text_put(&t, want[_i].body);
	text_put(&t, "</");
	text_put(&t, name);
	text_put(&t, "></MessageBody></XmlMsg>");
	doc = must_parse(want[_i].kind, t.s, t.len);
	unit = oki_record_next_of(oki_doc_root(doc), want[_i].el, NULL);
	ck_assert_ptr_nonnull(unit);
	oki_error_clear(&e);
	r = oki_unit_judge(unit, NULL, NULL, &v, &e);
	ck_assert_int_eq(r == ONSHI_OK ? v.outcome : MALFORMED,
	    want[_i].verdict);
	oki_doc_free(&doc);
	free(t.s);
}
END_TEST

/* What a verdict leaves in an error. */
START_TEST(errors)
{
	struct oki_verdict v = { .outcome = ONSHI_OUTCOME_ERROR_PERSON,
	    .result = ONSHI_E_PERSON_ERROR, .code = "X", .text = "text" };
	struct onshi_error e;

	ck_assert_int_eq(oki_verdict_error(&v, NULL), ONSHI_E_PERSON_ERROR);
	oki_error_clear(&e);
	ck_assert_int_eq(oki_verdict_error(&v, &e), ONSHI_E_PERSON_ERROR);
	ck_assert_str_eq(e.service_code, "X");
	ck_assert_str_eq(e.service_text, "text");
	/* What was said before stays. */
	v.result = ONSHI_E_CHALLENGE;
	(void)oki_copy(v.code, sizeof(v.code), "Y");
	ck_assert_int_eq(oki_verdict_error(&v, &e), ONSHI_E_CHALLENGE);
	ck_assert_int_eq(e.code, ONSHI_E_PERSON_ERROR);
	ck_assert_str_eq(e.service_code, "X");
	oki_error_clear(&e);
	v.outcome = ONSHI_OUTCOME_NOT_PROVIDED;
	ck_assert_int_eq(oki_verdict_error(&v, &e), ONSHI_E_CHALLENGE);
	ck_assert_str_eq(e.service_code, "");
	oki_error_clear(&e);
	v.result = ONSHI_OK;
	ck_assert_int_eq(oki_verdict_error(&v, &e), ONSHI_OK);
	ck_assert_int_eq(e.code, 0);
}
END_TEST

/* Of what is not given: each condition by what is left of a message. */
static const struct {
	const char	*condition;
	struct answer	 a;		/* verdict: that to withhold by */
	const char	*mark;		/* a text in it */
	bool		 stays;
} left[] = {
	{ "the outcome gives", { SI, SEG("1"), GOOD, ONSHI_OUTCOME_VALID },
	  "19880229", true },
	{ "the outcome does not", { SI, SEG("1"), GOOD,
	  ONSHI_OUTCOME_ERROR_PERSON }, "19880229", false },
	{ "known, and no person's", { SI, SEG("1"), STATUS("1"),
	  ONSHI_OUTCOME_ERROR_PERSON }, "ProcessingResultStatus", true },
	{ "unknown, a value in the header", { SI, SEG("1") "<New>n1</New>",
	  "", ONSHI_OUTCOME_ERROR_PERSON }, "n1", true },
	{ "unknown, a value in the body", { SI, SEG("1"), "<New>n1</New>",
	  ONSHI_OUTCOME_ERROR_PERSON }, "n1", false },
	{ "unknown, a block in the header", { SI, SEG("1")
	  "<New><A>n1</A></New>", "", ONSHI_OUTCOME_ERROR_PERSON }, "n1",
	  false },
	{ "an element that stands elsewhere", { SI, SEG("1")
	  "<Birthdate>n1</Birthdate>", "", ONSHI_OUTCOME_ERROR_PERSON }, "n1",
	  false },
	{ "a reference number", { SI, SEG("1"),
	  "<ReferenceNumber>n1</ReferenceNumber>",
	  ONSHI_OUTCOME_ERROR_PERSON }, "n1", false },
	{ "one that is to be registered", { "OQSsiimm01res", SEG("1"),
	  "<ReferenceNumberRegistrationInfo><ReferenceNumber>n1"
	  "</ReferenceNumber></ReferenceNumberRegistrationInfo>",
	  ONSHI_OUTCOME_ERROR_PERSON }, "n1", true }
};

START_TEST(what_is_left)
{
	struct oki_doc *doc = make(&left[_i].a);
	struct text t = { NULL, 0, 0 };

	oki_message_withhold(doc, left[_i].a.verdict);
	dump(oki_doc_root(doc), &t);
	ck_assert_msg((strstr(t.s, left[_i].mark) != NULL) == left[_i].stays,
	    "%s\n%s", left[_i].condition, t.s);
	oki_doc_free(&doc);
	free(t.s);
}
END_TEST

/* One that is not judged says nothing. */
START_TEST(challenge)
{
	static const char text[] = "<Challenge><Value>n1</Value></Challenge>";
	struct oki_doc *doc = must_parse("challenge", text, strlen(text));
	struct onshi_error e;
	struct oki_verdict v;

	oki_error_clear(&e);
	ck_assert_int_eq(oki_message_judge(doc, NULL, NULL, &v, &e),
	    ONSHI_OK);
	ck_assert_int_eq(v.outcome, ONSHI_OUTCOME_NONE);
	oki_doc_free(&doc);
}
END_TEST

START_TEST(of_nothing)
{
	oki_message_withhold(NULL, ONSHI_OUTCOME_ERROR_PERSON);
	oki_unit_withhold(NULL, ONSHI_OUTCOME_ERROR_PERSON);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("judge, both ways");
	TCase *c = tcase_create("judge");

	tcase_add_loop_test(c, both_ways, 0, (int)OKI_COUNT(pairs));
	tcase_add_test(c, expected);
	tcase_add_loop_test(c, a_person_of_many, 0, 5);
	tcase_add_test(c, errors);
	tcase_add_loop_test(c, what_is_left, 0, (int)OKI_COUNT(left));
	tcase_add_test(c, challenge);
	tcase_add_test(c, of_nothing);
	suite_add_tcase(s, c);

	return run_suite(s);
}
