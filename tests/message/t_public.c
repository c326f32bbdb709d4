/* onshi_message: any file, what it is, what it says, and what is wrong. */
#include "config.h"

#include <limits.h>

#include "help.h"

static struct onshi_message *
read_file(const char *name, const char *s, size_t len, int result)
{
	struct onshi_message *m;
	int r;

	ck_assert_int_eq(onshi_message_new(&m), ONSHI_OK);
	r = onshi_message_read(m, name, (const uint8_t *)s, len);
	ck_assert_msg(r == result, "%d %s", r,
	    onshi_error_text(onshi_message_error(m)));

	return m;
}

/* All findings as "path: text\n". */
static char *
findings(const struct onshi_message *m)
{
	struct text t = { NULL, 0, 0 };
	const char *path, *text;
	size_t i;

	text_add(&t, "", 0);
	for (i = 0; onshi_message_finding(m, i, &path, &text) == ONSHI_OK;
	    i++) {
		text_put(&t, path);
		text_put(&t, ": ");
		text_put(&t, text);
		text_put(&t, "\n");
	}

	return t.s;
}

/* The samples have nothing wrong, but for the day that 07 is about. */
START_TEST(samples_are_right)
{
	struct text bytes = sample(_i);
	struct onshi_message *m = read_file(sample_name(_i), bytes.s,
	    bytes.len, ONSHI_OK);
	char *found = findings(m);
	const char *path;

	ck_assert_str_eq(found, strncmp(sample_name(_i), "07", 2) == 0 ?
	    "/XmlMsg/MessageBody/QualificationConfirmSearchInfo/Birthdate: "
	    "no such date or time\n" : "");
	ck_assert_int_eq(onshi_message_unknown(m, 0, &path), ONSHI_END);
	free(found);
	onshi_message_free(&m);
	ck_assert_ptr_null(m);
	free(bytes.s);
}
END_TEST

#define HEADER	"<ProcessExecutionTime>20261005091203</ProcessExecutionTime>" \
	"<QualificationConfirmationDate>20261005"			\
	"</QualificationConfirmationDate><MedicalInstitutionCode>"	\
	"1319999996</MedicalInstitutionCode><ReferenceClassification>2"	\
	"</ReferenceClassification><CharacterCodeIdentifier>0"		\
	"</CharacterCodeIdentifier>"
#define BODY	"<ProcessingResultStatus>1</ProcessingResultStatus>"	\
	"<QualificationValidity>4</QualificationValidity>"
#define DOC(header, body) "<XmlMsg><MessageHeader>" header		\
	"</MessageHeader><MessageBody>" body "</MessageBody></XmlMsg>"
#define SEG	"<SegmentOfResult>1</SegmentOfResult>"
#define B	"/XmlMsg/MessageBody/"
#define H	"/XmlMsg/MessageHeader/"
#define R	B "ResultList/ResultOfQualificationConfirmation/"
#define LIST(s)	"<ResultList><ResultOfQualificationConfirmation>"	\
	"<InsuredCardClassification>01</InsuredCardClassification>"	\
	"<Name>x</Name><Sex1>1</Sex1><Birthdate>20000101</Birthdate>"	\
	"<InsurerName>x</InsurerName>" s				\
	"</ResultOfQualificationConfirmation></ResultList>"
#define VALID	"<ProcessingResultStatus>1</ProcessingResultStatus>"	\
	"<QualificationValidity>1</QualificationValidity>"

static const struct {
	const char	*name;
	const char	*xml;
	const char	*found;
} wrongs[] = {
	{ "nothing", DOC(HEADER SEG, BODY), "" },
	{ "missing in the header", DOC(SEG, BODY), H
	    "ProcessExecutionTime: missing\n" H
	    "QualificationConfirmationDate: missing\n" H
	    "MedicalInstitutionCode: missing\n" H
	    "ReferenceClassification: missing\n" H
	    "CharacterCodeIdentifier: missing\n" },
	{ "missing at all", "<XmlMsg/>", "/XmlMsg/MessageHeader: missing\n"
	    "/XmlMsg/MessageBody: missing\n" },
	{ "empty is missing", DOC(HEADER SEG, VALID "<ResultList>"
	    "<ResultOfQualificationConfirmation><InsuredCardClassification/>"
	    "<Name></Name><Sex1>1</Sex1><Birthdate>20000101</Birthdate>"
	    "<WelfareOfficeName>x</WelfareOfficeName>"
	    "</ResultOfQualificationConfirmation></ResultList>"),
	    R "InsuredCardClassification: missing\n" R "Name: missing\n" },
	{ "missing in a result", DOC(HEADER SEG, VALID "<ResultList>"
	    "<ResultOfQualificationConfirmation><New>1</New>"
	    "</ResultOfQualificationConfirmation></ResultList>"),
	    R "InsuredCardClassification: missing\n" R "Name: missing\n" R
	    "Sex1: missing\n" R "Birthdate: missing\n" R
	    "InsurerName: missing\n" },
	{ "type", DOC(HEADER SEG, VALID LIST("<InsuredBranchNumber>0A"
	    "</InsuredBranchNumber>")), R "InsuredBranchNumber: a character "
	    "that its type does not have\n" },
	{ "length", DOC(HEADER SEG, VALID LIST("<InsuredBranchNumber>1"
	    "</InsuredBranchNumber>")), R
	    "InsuredBranchNumber: wrong length\n" },
	{ "insurer not padded", DOC(HEADER SEG, VALID LIST("<InsurerNumber>"
	    "999995</InsurerNumber>")), R "InsurerNumber: wrong length\n" },
	{ "date", DOC(HEADER SEG, VALID LIST("<QualificationDate>20260230"
	    "</QualificationDate>")), R
	    "QualificationDate: no such date or time\n" },
	{ "time", DOC(HEADER SEG, VALID LIST("<PharmacistsInfoConsTime>"
	    "20261005250000</PharmacistsInfoConsTime>")), R
	    "PharmacistsInfoConsTime: no such date or time\n" },
	{ "unknown code", DOC(HEADER SEG, VALID LIST("<ReasonOfLoss>98"
	    "</ReasonOfLoss>")), R
	    "ReasonOfLoss: note: a code that its table does not have\n" },
	{ "check digit of the insurer", DOC(HEADER SEG, VALID LIST(
	    "<InsurerNumber>06999998</InsurerNumber>")), R
	    "InsurerNumber: warning: check digit\n" },
	{ "of 6 digits", DOC(HEADER SEG, VALID LIST("<InsurerNumber>  999996"
	    "</InsurerNumber>")), R
	    "InsurerNumber: warning: check digit\n" },
	{ "of the institution", "<XmlMsg><MessageHeader>"
	    "<MedicalInstitutionCode>1319999997</MedicalInstitutionCode>"
	    "</MessageHeader><MessageBody><ReceptionNumber>1</ReceptionNumber>"
	    "</MessageBody></XmlMsg>", H
	    "MedicalInstitutionCode: warning: check digit\n" },
	{ "of the elderly", DOC(HEADER SEG, VALID LIST("<InsurerNumber>"
	    "39999990</InsurerNumber><InsuredIdentificationNumber>01234567"
	    "</InsuredIdentificationNumber>")), R
	    "InsuredIdentificationNumber: warning: check digit\n" },
	{ "an insured number has none", DOC(HEADER SEG, VALID LIST(
	    "<InsurerNumber>06999999</InsurerNumber>"
	    "<InsuredIdentificationNumber>01234567"
	    "</InsuredIdentificationNumber>")), "" },
	{ "an error beside success", DOC(HEADER SEG "<ErrorCode>X1E"
	    "</ErrorCode>", BODY), H "ErrorCode: an error beside success\n" },
	{ "results where there are none", DOC(HEADER SEG, BODY
	    LIST("")), B "ResultList: results where there can be none\n" },
	{ "nothing for what failed", DOC(HEADER
	    "<SegmentOfResult>9</SegmentOfResult>", ""), "" },
	{ "an institution's code that is longer", "<XmlMsg><MessageHeader>"
	    "<MedicalInstitutionCode>13199999971</MedicalInstitutionCode>"
	    "</MessageHeader><MessageBody><ReceptionNumber>1</ReceptionNumber>"
	    "</MessageBody></XmlMsg>", H
	    "MedicalInstitutionCode: wrong length\n" },
	{ "an insurer of 7 digits", DOC(HEADER SEG, VALID LIST(
	    "<InsurerNumber> 9999995</InsurerNumber>")), "" },
	{ "the elderly's number of 7 digits", DOC(HEADER SEG, VALID LIST(
	    "<InsurerNumber>39999997</InsurerNumber>"
	    "<InsuredIdentificationNumber>0123456"
	    "</InsuredIdentificationNumber>")), R
	    "InsurerNumber: warning: check digit\n" },
	{ "a number by no insurer", DOC(HEADER SEG, VALID LIST(
	    "<InsuredIdentificationNumber>01234567"
	    "</InsuredIdentificationNumber>")), "" },
	{ "an encoding that nobody has", "<XmlMsg><MessageHeader>"
	    "<MedicalInstitutionCode>1319999996</MedicalInstitutionCode>"
	    "<CharacterCodeIdentifier>7</CharacterCodeIdentifier>"
	    "</MessageHeader><MessageBody><ReceptionNumber>1</ReceptionNumber>"
	    "</MessageBody></XmlMsg>", "" },
	{ "no validity of nobody", DOC(HEADER SEG,
	    "<ProcessingResultStatus>2</ProcessingResultStatus>"), "" },
	{ "other encoding", DOC(SEG "<ProcessExecutionTime>20261005091203"
	    "</ProcessExecutionTime><QualificationConfirmationDate>20261005"
	    "</QualificationConfirmationDate><MedicalInstitutionCode>"
	    "1319999996</MedicalInstitutionCode><ReferenceClassification>2"
	    "</ReferenceClassification><CharacterCodeIdentifier>1"
	    "</CharacterCodeIdentifier>", BODY), H "CharacterCodeIdentifier: "
	    "note: the file is in the other encoding\n" }
};

START_TEST(wrong_row)
{
	bool fetch = strstr(wrongs[_i].xml, "ReceptionNumber") != NULL;
	struct onshi_message *m = read_file(fetch ? "OQSmuquc02req_1.xml" :
	    "OQSsiquc01res_1.xml", wrongs[_i].xml, strlen(wrongs[_i].xml),
	    ONSHI_OK);
	char *found = findings(m);

	ck_assert_str_eq(found, wrongs[_i].found);
	free(found);
	onshi_message_free(&m);
}
END_TEST

/* Who asks by nothing is told the first of what he could have asked by; by a
 * person's numbers or by a card, nothing is wrong. */
START_TEST(asks_by_nothing)
{
#define ASKS(body) "<XmlMsg><MessageHeader><QualificationConfirmationDate>" \
	"20261005</QualificationConfirmationDate><MedicalInstitutionCode>" \
	"1319999996</MedicalInstitutionCode></MessageHeader><MessageBody>" \
	body "</MessageBody></XmlMsg>"
	static const struct { const char *xml, *found; } of[] = {
		{ ASKS(""), B "QualificationConfirmSearchInfo: missing, and so "
		    "is what may stand in its place\n" },
		{ ASKS("<CardProof/>"), B "CardProof/Method: missing\n" B
		    "CardProof/Certificate: missing\n" },
		{ ASKS("<QualificationConfirmSearchInfo><InsurerNumber>  999995"
		    "</InsurerNumber><InsuredIdentificationNumber>3456"
		    "</InsuredIdentificationNumber><Birthdate>19880229"
		    "</Birthdate><LimitApplicationCertificateRelatedConsFlg>0"
		    "</LimitApplicationCertificateRelatedConsFlg>"
		    "</QualificationConfirmSearchInfo>"), "" }
	};
	struct onshi_message *m = read_file("OQSsiquc01req_1.xml", of[_i].xml,
	    strlen(of[_i].xml), ONSHI_OK);
	char *found = findings(m);

	ck_assert_str_eq(found, of[_i].found);
	free(found);
	onshi_message_free(&m);
}
END_TEST

/* A kind that only the content tells has the limits of that kind, too. */
START_TEST(large_without_a_name)
{
	static const struct { const char *frame, *name; int result; } of[] = {
		{ "BulkConfirmUnit", NULL, ONSHI_OK },
		{ "BulkConfirmUnit", "OQSmuquc02res_1.xml", ONSHI_OK },
		{ "QualificationConfirmSearchInfo", NULL,
		    ONSHI_E_ANSWER_REFUSED },
		{ "New", NULL, ONSHI_E_ANSWER_REFUSED },
		{ "New", "OQSsiquc01res_1.xml", ONSHI_E_ANSWER_REFUSED }
	};
	struct text t = { NULL, 0, 0 }, one = { NULL, 0, 0 };
	struct onshi_message *m;

	text_put(&one, "<");
	text_put(&one, of[_i].frame);
	text_put(&one, "><ProcessingResultStatus>2</ProcessingResultStatus>"
	    "</");
	text_put(&one, of[_i].frame);
	text_put(&one, ">");
	text_put(&t, "<XmlMsg><MessageHeader>" SEG "</MessageHeader>"
	    "<MessageBody>");
	text_repeat(&t, one.s, 15000);
	text_put(&t, "</MessageBody></XmlMsg>");
	m = read_file(of[_i].name, t.s, t.len, of[_i].result);
	if (of[_i].result == ONSHI_OK)
		ck_assert_int_eq(onshi_message_outcome(m),
		    ONSHI_OUTCOME_DONE);
	else
		ck_assert_str_eq(onshi_error_reason(onshi_message_error(m)),
		    "too_big");
	onshi_message_free(&m);
	free(one.s);
	free(t.s);
}
END_TEST

/* Faults and new elements in each of very many persons: the first thousand are
 * told, and the time stays that of the reading. */
START_TEST(very_many_findings)
{
	struct text t = { NULL, 0, 0 };
	struct onshi_message *m;
	const char *path, *text;

	text_put(&t, "<XmlMsg><MessageHeader>" HEADER SEG "</MessageHeader>"
	    "<MessageBody>");
	text_repeat(&t, "<BulkConfirmUnit/><New1/><New2/>", 60000);
	text_put(&t, "</MessageBody></XmlMsg>");
	m = read_file("OQSmuquc02res_1.xml", t.s, t.len, ONSHI_OK);
	ck_assert_int_eq(onshi_message_finding(m, 999, &path, &text),
	    ONSHI_OK);
	ck_assert_ptr_nonnull(strstr(path, "/BulkConfirmUnit["));
	ck_assert_int_eq(onshi_message_finding(m, 1000, &path, &text),
	    ONSHI_END);
	ck_assert_int_eq(onshi_message_unknown(m, 999, &path), ONSHI_OK);
	ck_assert_str_eq(path, "/XmlMsg/MessageBody/New1[500]");
	ck_assert_int_eq(onshi_message_unknown(m, 1000, &path), ONSHI_END);
	onshi_message_free(&m);
	free(t.s);
}
END_TEST

/* 外字 of code page 932's own area are kept, and said. */
START_TEST(private_characters)
{
	static const char xml[] = "<?xml version=\"1.0\" encoding="
	    "\"Shift_JIS\"?>" "<XmlMsg><MessageHeader><MedicalInstitutionCode>"
	    "1319999996</MedicalInstitutionCode></MessageHeader><MessageBody>"
	    "<ReceptionNumber>\xf0\x40</ReceptionNumber></MessageBody>"
	    "</XmlMsg>";
	struct onshi_message *m = read_file("OQSmuquc02req_1.xml", xml,
	    sizeof(xml) - 1, ONSHI_OK);
	char *found = findings(m);

	ck_assert_ptr_nonnull(strstr(found, "private"));
	free(found);
	onshi_message_free(&m);
}
END_TEST

START_TEST(unknown_paths)
{
	static const char xml[] = DOC(HEADER SEG "<A/><A><B/><C/><B/></A>",
	    BODY "<Name>x</Name>" LIST("<New>1</New>")
	    "<QualificationConfirmSearchInfo><InsurerNumber>06999999"
	    "</InsurerNumber><InsuredIdentificationNumber>1"
	    "</InsuredIdentificationNumber><x:y xmlns:x=\"u\"/>"
	    "</QualificationConfirmSearchInfo>");
	static const char *const want[] = { H "A[1]", H "A[2]", H "A[2]/B[1]",
	    H "A[2]/C", H "A[2]/B[2]", B "Name", R "New",
	    B "QualificationConfirmSearchInfo/x:y" };
	struct onshi_message *m = read_file("OQSsiquc01res_1.xml", xml,
	    sizeof(xml) - 1, ONSHI_OK);
	const char *path;
	size_t i;

	for (i = 0; i < OKI_COUNT(want); i++) {
		ck_assert_int_eq(onshi_message_unknown(m, i, &path),
		    ONSHI_OK);
		ck_assert_str_eq(path, want[i]);
	}
	ck_assert_int_eq(onshi_message_unknown(m, i, &path), ONSHI_END);
	ck_assert_ptr_null(path);
	onshi_message_free(&m);
}
END_TEST

/* What an outcome withholds is not there to be printed (onshi_message(3)). */
static bool
holds(const struct onshi_message *m, int el)
{
	const struct onshi_record *body;

	return onshi_message_body(m, &body) == ONSHI_OK &&
	    oki_record_search(body, el) != NULL;
}

START_TEST(withheld)
{
	static const char several[] = DOC(HEADER SEG,
	    "<ProcessingResultStatus>1</ProcessingResultStatus>"
	    "<QualificationValidity>5</QualificationValidity>" LIST("")
	    "<Extra>y</Extra>");
	static const char bulk[] = "<XmlMsg><MessageHeader>" SEG
	    "</MessageHeader><MessageBody><BulkConfirmUnit>"
	    "<ProcessingResultStatus>2</ProcessingResultStatus>"
	    "<ResultOfQualificationConfirmation><Name>SECRET</Name>"
	    "</ResultOfQualificationConfirmation></BulkConfirmUnit>"
	    "<BulkConfirmUnit>" BODY "<ResultOfQualificationConfirmation>"
	    "<Name>SECRET</Name></ResultOfQualificationConfirmation>"
	    "</BulkConfirmUnit><BulkConfirmUnit>" VALID
	    "<ResultOfQualificationConfirmation><Name>shown</Name>"
	    "</ResultOfQualificationConfirmation></BulkConfirmUnit>"
	    "<BulkConfirmUnit>" VALID "</BulkConfirmUnit>"
	    "</MessageBody></XmlMsg>";
	struct onshi_message *m = read_file("OQSsiquc01res_1.xml", several,
	    sizeof(several) - 1, ONSHI_OK);
	const struct onshi_record *body;

	ck_assert_int_eq(onshi_message_outcome(m), ONSHI_OUTCOME_SEVERAL);
	ck_assert(!holds(m, ONSHI_EL_NAME));
	ck_assert(holds(m, ONSHI_EL_QUALIFICATION_VALIDITY));
	onshi_message_free(&m);
	m = read_file("OQSmuquc02res_1.xml", bulk, sizeof(bulk) - 1,
	    ONSHI_OK);
	ck_assert_int_eq(onshi_message_outcome(m), ONSHI_OUTCOME_DONE);
	ck_assert_int_eq(onshi_message_body(m, &body), ONSHI_OK);
	ck_assert_pstr_eq(oki_record_search(body, ONSHI_EL_NAME), "shown");
	ck_assert_ptr_null(oki_record_next_of(body, ONSHI_EL_NAME,
	    oki_record_next_of(body, ONSHI_EL_NAME, NULL)));
	onshi_message_free(&m);
}
END_TEST

START_TEST(refused)
{
	static const struct { const char *xml, *reason; } rows[] = {
		{ "<!DOCTYPE x><XmlMsg/>", "hostile" }, { "\xff",
		    "wrong_encoding" }, { "<XmlMsg>", "truncated" },
		{ "<Other/>", "malformed" }, { DOC(HEADER SEG, VALID),
		    "malformed" }, { "", "truncated" }
	};
	struct onshi_message *m = read_file("OQSsiquc01res_1.xml",
	    DOC(HEADER SEG, BODY), strlen(DOC(HEADER SEG, BODY)), ONSHI_OK);
	const struct onshi_record *rec;
	const char *text;

	ck_assert_int_eq(onshi_message_read(m, "OQSsiquc01res_1.xml",
	    (const uint8_t *)rows[_i].xml, strlen(rows[_i].xml)),
	    ONSHI_E_ANSWER_REFUSED);
	ck_assert_str_eq(onshi_error_reason(onshi_message_error(m)),
	    rows[_i].reason);
	ck_assert_int_eq(onshi_error_code(onshi_message_error(m)),
	    ONSHI_E_ANSWER_REFUSED);
	/* Nothing is left of what it held before. */
	ck_assert_int_eq(onshi_message_header(m, &rec), ONSHI_ABSENT);
	ck_assert_ptr_null(rec);
	ck_assert_int_eq(onshi_message_outcome(m), ONSHI_OUTCOME_NONE);
	ck_assert_str_eq(onshi_message_kind(m), "");
	ck_assert_int_eq(onshi_message_candidate(m, 0, &text), ONSHI_END);
	/* And it can be used again. */
	ck_assert_int_eq(onshi_message_read(m, NULL, (const uint8_t *)
	    DOC(HEADER SEG, BODY), strlen(DOC(HEADER SEG, BODY))), ONSHI_OK);
	ck_assert_str_eq(onshi_message_kind(m), "OQSsiquc01res");
	ck_assert_int_eq(onshi_message_outcome(m), ONSHI_OUTCOME_NOT_FOUND);
	onshi_message_free(&m);
}
END_TEST

/* An outcome does not know where it is read: hospital, pharmacy or station. */
START_TEST(right_everywhere)
{
	static const char *const kinds[] = { "当医療機関は", "当薬局",
	    "当訪問看護", "当施設", "当院" };
	const char *text = onshi_outcome_text(_i, "ja");
	const char *remedy = onshi_outcome_remedy(_i, "ja");
	size_t i;

	ck_assert_str_ne(text, "");
	for (i = 0; i < OKI_COUNT(kinds); i++)
		ck_assert_msg(strstr(text, kinds[i]) == NULL &&
		    strstr(remedy, kinds[i]) == NULL, "%d: %s", _i, kinds[i]);
}
END_TEST

/* A number that is no outcome is one that nobody knows. */
START_TEST(no_outcome)
{
	static const int numbers[] = { -1, INT_MIN, ONSHI_OUTCOME_SUSPENDED + 1,
	    1000, INT_MAX };
	int n = numbers[_i], unknown = ONSHI_OUTCOME_UNKNOWN_CODE;

	ck_assert_str_eq(onshi_outcome_text(n, "ja"),
	    onshi_outcome_text(unknown, "ja"));
	ck_assert_str_eq(onshi_outcome_remedy(n, "en"),
	    onshi_outcome_remedy(unknown, "en"));
}
END_TEST

START_TEST(nothing_given)
{
	const struct onshi_record *rec = (const void *)"x";
	struct onshi_message *m = NULL;
	const char *text = "x", *path = "x";

	ck_assert_int_eq(onshi_message_new(NULL), ONSHI_E_ARG);
	onshi_message_free(NULL);
	onshi_message_free(&m);
	ck_assert_int_eq(onshi_message_read(NULL, NULL, NULL, 0),
	    ONSHI_E_ARG);
	ck_assert_str_eq(onshi_message_kind(NULL), "");
	ck_assert_int_eq(onshi_message_candidate(NULL, 0, &text),
	    ONSHI_E_ARG);
	ck_assert_ptr_null(text);
	ck_assert_int_eq(onshi_message_outcome(NULL), ONSHI_OUTCOME_NONE);
	ck_assert_int_eq(onshi_message_header(NULL, &rec), ONSHI_E_ARG);
	ck_assert_ptr_null(rec);
	ck_assert_int_eq(onshi_message_unknown(NULL, 0, &path), ONSHI_E_ARG);
	ck_assert_ptr_null(path);
	text = path = "x";
	ck_assert_int_eq(onshi_message_finding(NULL, 0, &path, &text),
	    ONSHI_E_ARG);
	ck_assert_ptr_null(path);
	ck_assert_ptr_null(text);
	ck_assert_int_eq(onshi_error_code(onshi_message_error(NULL)),
	    ONSHI_E_ARG);
	ck_assert_int_eq(onshi_message_new(&m), ONSHI_OK);
	ck_assert_int_eq(onshi_error_code(onshi_message_error(m)), ONSHI_OK);
	ck_assert_int_eq(onshi_message_body(m, &rec), ONSHI_ABSENT);
	ck_assert_int_eq(onshi_message_finding(m, 0, &text, &text),
	    ONSHI_END);
	ck_assert_int_eq(onshi_message_read(m, NULL, NULL, 1), ONSHI_E_ARG);
	ck_assert_int_eq(onshi_message_read(m, NULL, NULL, 0),
	    ONSHI_E_ANSWER_REFUSED);
	onshi_message_free(&m);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("public");
	TCase *c = tcase_create("public");

	tcase_add_loop_test(c, samples_are_right, 0, SAMPLES);
	tcase_add_loop_test(c, wrong_row, 0, (int)OKI_COUNT(wrongs));
	tcase_add_loop_test(c, asks_by_nothing, 0, 3);
	tcase_add_loop_test(c, large_without_a_name, 0, 5);
	tcase_add_test(c, very_many_findings);
	tcase_add_test(c, private_characters);
	tcase_add_test(c, unknown_paths);
	tcase_add_test(c, withheld);
	tcase_add_loop_test(c, refused, 0, 6);
	tcase_add_loop_test(c, right_everywhere, 0, ONSHI_OUTCOME_SUSPENDED + 1);
	tcase_add_loop_test(c, no_outcome, 0, 5);
	tcase_add_test(c, nothing_given);
	suite_add_tcase(s, c);

	return run_suite(s);
}
