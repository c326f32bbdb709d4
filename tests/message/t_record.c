/* Elements and records: values put and checked, got by type, walked, wiped. */
#include "config.h"

#include "help.h"

/* ---- values by type (SEC-51) -------------------------------------------- */

static const struct {
	const char	*name;
	int		 el;
	const char	*text;
	int		 result;
} checks[] = {
	{ "date", ONSHI_EL_BIRTHDATE, "19880229", ONSHI_OK },
	{ "impossible date is kept", ONSHI_EL_BIRTHDATE, "19880000",
	    ONSHI_OK },
	{ "date too short", ONSHI_EL_BIRTHDATE, "1988022", ONSHI_E_VALUE },
	{ "date too long", ONSHI_EL_BIRTHDATE, "198802291", ONSHI_E_VALUE },
	{ "full-width digits", ONSHI_EL_BIRTHDATE, "１９８８０２２９",
	    ONSHI_E_VALUE },
	{ "date with hyphens", ONSHI_EL_BIRTHDATE, "1988-2-9",
	    ONSHI_E_VALUE },
	{ "insurer, 8 digits", ONSHI_EL_INSURER_NUMBER, "06999999", ONSHI_OK },
	{ "insurer, 6 digits", ONSHI_EL_INSURER_NUMBER, "999995", ONSHI_OK },
	{ "insurer, padded", ONSHI_EL_INSURER_NUMBER, "  999995", ONSHI_OK },
	{ "insurer, spaces behind", ONSHI_EL_INSURER_NUMBER, "999995  ",
	    ONSHI_E_VALUE },
	{ "insurer, space within", ONSHI_EL_INSURER_NUMBER, "99 9995",
	    ONSHI_E_VALUE },
	{ "insurer, 9 digits", ONSHI_EL_INSURER_NUMBER, "069999999",
	    ONSHI_E_VALUE },
	{ "insurer, 9 with spaces", ONSHI_EL_INSURER_NUMBER, "   999995",
	    ONSHI_E_VALUE },
	{ "insurer, spaces alone", ONSHI_EL_INSURER_NUMBER, "        ",
	    ONSHI_E_VALUE },
	{ "symbol, 20 full-width", ONSHI_EL_INSURED_CARD_SYMBOL,
	    "あいうえおあいうえおあいうえおあいうえお", ONSHI_OK },
	{ "symbol, 21", ONSHI_EL_INSURED_CARD_SYMBOL,
	    "あいうえおあいうえおあいうえおあいうえおか", ONSHI_E_VALUE },
	{ "symbol with a tab", ONSHI_EL_INSURED_CARD_SYMBOL, "a\tb",
	    ONSHI_OK },
	{ "symbol with a newline", ONSHI_EL_INSURED_CARD_SYMBOL, "a\nb",
	    ONSHI_E_VALUE },
	{ "symbol with a return", ONSHI_EL_INSURED_CARD_SYMBOL, "a\rb",
	    ONSHI_E_VALUE },
	{ "symbol with U+0001", ONSHI_EL_INSURED_CARD_SYMBOL, "a\x01",
	    ONSHI_E_VALUE },
	{ "symbol, broken UTF-8", ONSHI_EL_INSURED_CARD_SYMBOL, "\xe3\x81",
	    ONSHI_E_VALUE },
	{ "symbol, overlong", ONSHI_EL_INSURED_CARD_SYMBOL, "\xc0\xaf",
	    ONSHI_E_VALUE },
	{ "symbol, surrogate", ONSHI_EL_INSURED_CARD_SYMBOL, "\xed\xa0\x80",
	    ONSHI_E_VALUE },
	{ "symbol, U+FFFF", ONSHI_EL_INSURED_CARD_SYMBOL, "\xef\xbf\xbf",
	    ONSHI_E_VALUE },
	{ "markup is text", ONSHI_EL_INSURED_CARD_SYMBOL, "</a>&\"'",
	    ONSHI_OK },
	{ "number, 20", ONSHI_EL_INSURED_IDENTIFICATION_NUMBER,
	    "12345678901234567890", ONSHI_OK },
	{ "number, 21", ONSHI_EL_INSURED_IDENTIFICATION_NUMBER,
	    "123456789012345678901", ONSHI_E_VALUE },
	{ "branch", ONSHI_EL_INSURED_BRANCH_NUMBER, "00", ONSHI_OK },
	{ "branch, one digit", ONSHI_EL_INSURED_BRANCH_NUMBER, "2",
	    ONSHI_E_VALUE },
	{ "identifier, 50", ONSHI_EL_ARBITRARY_FILE_IDENTIFIER,
	    "12345678901234567890123456789012345678901234567890", ONSHI_OK },
	{ "identifier, 51", ONSHI_EL_ARBITRARY_FILE_IDENTIFIER,
	    "123456789012345678901234567890123456789012345678901",
	    ONSHI_E_VALUE },
	{ "identifier, full-width", ONSHI_EL_ARBITRARY_FILE_IDENTIFIER, "Ａ",
	    ONSHI_E_VALUE },
	{ "kana, half-width", ONSHI_EL_NAME_KANA, "ﾐﾎﾝ ｼﾖｳｺ", ONSHI_OK },
	{ "kana, full-width", ONSHI_EL_NAME_KANA, "ミホン", ONSHI_E_VALUE },
	{ "Base64", ONSHI_EL_CERTIFICATE, "MIIB+/==", ONSHI_OK },
	{ "Base64 with a blank", ONSHI_EL_CERTIFICATE, "MIIB =",
	    ONSHI_E_VALUE },
	{ "month", ONSHI_EL_START_DATE, "202604", ONSHI_OK },
	{ "a group", ONSHI_EL_RESULT_LIST, "x", ONSHI_E_ARG },
	{ "no element", 99999, "x", ONSHI_E_ARG },
	{ "nothing", ONSHI_EL_NAME, NULL, ONSHI_E_ARG }
};

START_TEST(check_row)
{
	struct onshi_error e;

	oki_error_clear(&e);
	ck_assert_msg(oki_element_check(checks[_i].el, checks[_i].text, &e) ==
	    checks[_i].result, "%s: %s", checks[_i].name, e.text);
	/* It names the element, and never the value. */
	if (checks[_i].result == ONSHI_E_VALUE) {
		ck_assert_ptr_nonnull(strstr(e.text,
		    onshi_element_name(checks[_i].el)));
		ck_assert_ptr_null(strstr(e.text, checks[_i].text));
	}
}
END_TEST

/* A reason has up to 200 characters, whatever they take (messages.md 3.12). */
START_TEST(reasons)
{
	struct text t = { NULL, 0, 0 };

	text_repeat(&t, "あ", 200);
	ck_assert_int_eq(oki_element_check(ONSHI_EL_REASON, t.s, NULL),
	    ONSHI_OK);
	text_put(&t, "x");
	ck_assert_int_eq(oki_element_check(ONSHI_EL_REASON, t.s, NULL),
	    ONSHI_E_VALUE);
	/* What an answer named goes back in a question as it came (3.8). */
	ck_assert_int_eq(oki_element_check(ONSHI_EL_INSURANCE_CARD_SYMBOL,
	    t.s, NULL), ONSHI_OK);
	ck_assert_int_eq(oki_element_check(
	    ONSHI_EL_INSURED_PERSON_IDENTIFICATION_NUMBER, t.s, NULL),
	    ONSHI_OK);
	free(t.s);
}
END_TEST

/* What people type is looked at more closely than what an answer brings. */
static const struct {
	int		 el;
	const char	*text;
	int		 result;
} typed[] = {
	{ ONSHI_EL_INSURER_NUMBER, "999995", ONSHI_OK },
	{ ONSHI_EL_INSURER_NUMBER, "  999995", ONSHI_OK },
	{ ONSHI_EL_INSURER_NUMBER, "06999999", ONSHI_OK },
	{ ONSHI_EL_INSURER_NUMBER, "6999999", ONSHI_E_VALUE },
	{ ONSHI_EL_INSURER_NUMBER, "99999", ONSHI_E_VALUE },
	{ ONSHI_EL_INSURER_NUMBER, "069999999", ONSHI_E_VALUE },
	{ ONSHI_EL_INSURER_NUMBER, "  06999999", ONSHI_E_VALUE },
	{ ONSHI_EL_INSURER_NUMBER, "９９９９９５", ONSHI_E_VALUE },
	{ ONSHI_EL_INSURER_NUMBER, "999995 ", ONSHI_E_VALUE },
	{ ONSHI_EL_INSURER_NUMBER, "", ONSHI_E_VALUE },
	{ ONSHI_EL_INSURED_CARD_SYMBOL, "架空１－２", ONSHI_OK },
	{ ONSHI_EL_INSURED_CARD_SYMBOL, "12-ｱ", ONSHI_OK },
	{ ONSHI_EL_INSURED_CARD_SYMBOL, "", ONSHI_OK },
	{ ONSHI_EL_INSURED_CARD_SYMBOL, "1\n", ONSHI_E_VALUE },
	{ ONSHI_EL_INSURED_CARD_SYMBOL, "1\x7f", ONSHI_E_VALUE },
	{ ONSHI_EL_INSURED_CARD_SYMBOL, "1\xc2\x85", ONSHI_E_VALUE },
	{ ONSHI_EL_INSURED_IDENTIFICATION_NUMBER, "００１７", ONSHI_OK },
	{ ONSHI_EL_INSURED_IDENTIFICATION_NUMBER, "", ONSHI_E_VALUE },
	{ ONSHI_EL_INSURED_IDENTIFICATION_NUMBER, " \xe3\x80\x80",
	    ONSHI_E_VALUE },
	{ ONSHI_EL_INSURED_BRANCH_NUMBER, "00", ONSHI_OK },
	{ ONSHI_EL_INSURED_BRANCH_NUMBER, "1", ONSHI_E_VALUE },
	{ ONSHI_EL_INSURED_BRANCH_NUMBER, "001", ONSHI_E_VALUE },
	{ ONSHI_EL_INSURED_BRANCH_NUMBER, "０１", ONSHI_E_VALUE },
	/* Days of birth stand as they are registered, 00 too (6.2). */
	{ ONSHI_EL_BIRTHDATE, "19500300", ONSHI_OK },
	{ ONSHI_EL_BIRTHDATE, "1950030", ONSHI_E_VALUE },
	{ ONSHI_EL_BIRTHDATE, "S250301", ONSHI_E_VALUE },
	{ ONSHI_EL_BIRTHDATE, "1950-03-01", ONSHI_E_VALUE },
	{ ONSHI_EL_QUALIFICATION_CONFIRMATION_DATE, "20280229", ONSHI_OK },
	{ ONSHI_EL_QUALIFICATION_CONFIRMATION_DATE, "20260229",
	    ONSHI_E_VALUE },
	{ ONSHI_EL_QUALIFICATION_CONFIRMATION_DATE, "20260200",
	    ONSHI_E_VALUE },
	{ ONSHI_EL_START_DATE, "202612", ONSHI_OK },
	{ ONSHI_EL_START_DATE, "202613", ONSHI_E_VALUE },
	{ ONSHI_EL_END_DATE, "202600", ONSHI_E_VALUE },
	{ ONSHI_EL_END_DATE, "20261001", ONSHI_E_VALUE },
	{ ONSHI_EL_RESULT_LIST, "x", ONSHI_E_ARG },
	{ 60000, "x", ONSHI_E_ARG }
};

START_TEST(typed_row)
{
	struct onshi_error e;

	oki_error_clear(&e);
	ck_assert_int_eq(oki_input_check(typed[_i].el, typed[_i].text, &e),
	    typed[_i].result);
	ck_assert_int_eq(e.code, typed[_i].result);
	if (typed[_i].result == ONSHI_E_VALUE && typed[_i].text[0] != '\0')
		ck_assert_ptr_null(strstr(e.text, typed[_i].text));
}
END_TEST

/* ---- elements ----------------------------------------------------------- */

START_TEST(every_element)
{
	int el, last = 0;
	size_t i;

	for (i = 0; onshi_element_at(i, &el) == ONSHI_OK; i++) {
		ck_assert_int_gt(el, last);
		ck_assert_int_eq(onshi_element_number(
		    onshi_element_name(el)), el);
		last = el;
	}
	ck_assert_uint_eq(i, oki_elements_n);
	ck_assert_int_eq(onshi_element_at(i, &el), ONSHI_END);
	ck_assert_int_eq(onshi_element_at(0, NULL), ONSHI_E_ARG);
	ck_assert_ptr_null(onshi_element_name(0));
	ck_assert_ptr_null(onshi_element_name(-1));
	ck_assert_ptr_null(onshi_element_name(60000));
	ck_assert_int_eq(onshi_element_number(NULL), 0);
	ck_assert_int_eq(onshi_element_number(""), 0);
	ck_assert_int_eq(onshi_element_number("insurerNumber"), 0);
	ck_assert_int_eq(onshi_element_number("InsurerNumberX"), 0);
	ck_assert_int_eq(onshi_element_number("InsurerNumbe"), 0);
	ck_assert_int_eq(onshi_element_number("StatusOfInfecton"),
	    ONSHI_EL_STATUS_OF_INFECTON);
}
END_TEST

/* All of the tables: every row's element is known, every group is reached. */
START_TEST(tables_hold_together)
{
	const struct oki_group *g;
	const struct oki_row *row;
	size_t i, j, k;

	for (i = 0; i < oki_kinds_n; i++) {
		ck_assert_ptr_nonnull(oki_kind(oki_kinds[i].name));
		g = &oki_groups[oki_kinds[i].group];
		ck_assert_uint_gt(g->n, 0);
		for (j = 0; j < g->n; j++) {
			row = &oki_rows[g->first + j];
			ck_assert_ptr_nonnull(oki_element(row->el));
			for (k = 0; k < oki_groups[row->group].n; k++)
				ck_assert_int_eq(oki_element(oki_rows[
				    oki_groups[row->group].first + k].el)->type
				    == 'G', oki_rows[oki_groups[row->group]
				    .first + k].group != 0);
		}
	}
	for (i = 0; i < oki_kinds_n; i++)
		if (oki_kind_is_request(oki_kinds[i].name))
			ck_assert_ptr_nonnull(oki_kind_answer(
			    oki_kinds[i].name));
	ck_assert_str_eq(oki_kind_answer("OQSsiquc01req"), "OQSsiquc01res");
	ck_assert_str_eq(oki_kind_answer("challenge"), "challenge");
	ck_assert_ptr_null(oki_kind_answer("OQSsiquc01res"));
	ck_assert_ptr_null(oki_kind_answer("reqres"));
	ck_assert_ptr_null(oki_kind(NULL));
	ck_assert(oki_kind_is_large("YZKsiquc01res"));
	ck_assert(oki_kind_is_large("TKKsiquc01res"));
	ck_assert(oki_kind_is_large("OQSmuhvq02res"));
	ck_assert(!oki_kind_is_large("OQSsiquc01res"));
	ck_assert(!oki_kind_is_large("YZKsiquc01req"));
}
END_TEST

START_TEST(file_names)
{
	static const struct { const char *name, *kind; } names[] = {
		{ "OQSsiquc01req_202610050001.xml", "OQSsiquc01req" },
		{ "OQSsiquc01res_face_1319999996A0_20261005101530.xml",
		    "OQSsiquc01res" },
		{ "C:\\OQS\\res\\YZKsiquc01res_1.xml", "YZKsiquc01res" },
		{ "/srv/OQSsiimm01res_1/TKKsiquc01res_2.xml",
		    "TKKsiquc01res" },
		{ "08_OQSsiquc01res_face.xml", "OQSsiquc01res" },
		{ "OQSsiquc01res", "OQSsiquc01res" },
		{ "OQSsiquc01res.xml", "OQSsiquc01res" },
		{ "OQSsiquc01resx_1.xml", NULL }, { "xOQSsiquc01res_1.xml",
		    NULL }, { "OQSsihvq01res_1.xml", NULL }, { "", NULL },
		{ "oqssiquc01res_1.xml", NULL }, { NULL, NULL }
	};
	size_t i;

	for (i = 0; i < OKI_COUNT(names); i++)
		ck_assert_pstr_eq(oki_kind_of_name(names[i].name),
		    names[i].kind);
}
END_TEST

/* ---- building ----------------------------------------------------------- */

/* The request of sample 01, built by number: byte for byte the sample. */
START_TEST(built_by_number)
{
	struct text want = sample_numbered("01");
	struct onshi_record *who;
	struct onshi_error e;
	struct oki_doc *doc;
	struct oki_buf buf;

	oki_error_clear(&e);
	oki_buf_init(&buf, 65536);
	ck_assert_int_eq(oki_doc_new("OQSsiquc01req", &doc), ONSHI_OK);
#define PUT(rec, el, text)						\
	ck_assert_int_eq(oki_record_put(rec, ONSHI_EL_##el, text, &e),	\
	    ONSHI_OK)
	/* In no order: the tables have one. */
	PUT(oki_doc_header(doc), ARBITRARY_FILE_IDENTIFIER, "KARTE-000417-01");
	PUT(oki_doc_header(doc), MEDICAL_INSTITUTION_CODE, "1319999996");
	PUT(oki_doc_header(doc), QUALIFICATION_CONFIRMATION_DATE, "20261004");
	PUT(oki_doc_header(doc), QUALIFICATION_CONFIRMATION_DATE, "20261005");
	ck_assert_int_eq(oki_record_open(oki_doc_body(doc),
	    ONSHI_EL_QUALIFICATION_CONFIRM_SEARCH_INFO, &who, &e), ONSHI_OK);
	PUT(who, ARBITRARY_IDENTIFIER, "000417");
	PUT(who, INSURED_IDENTIFICATION_NUMBER, "3456");
	PUT(who, INSURED_CARD_SYMBOL, "架空１２");
	PUT(who, BIRTHDATE, "19880229");
	PUT(who, INSURED_BRANCH_NUMBER, "02");
	PUT(who, INSURER_NUMBER, "999995");
	/* What lacks is named before a byte is written. */
	ck_assert_int_eq(oki_message_write(doc, OKI_UTF_8, &buf, &e),
	    ONSHI_E_VALUE);
	ck_assert_ptr_nonnull(strstr(e.text,
	    "LimitApplicationCertificateRelatedConsFlg"));
	ck_assert_uint_eq(buf.len, 0);
	oki_error_clear(&e);
	PUT(who, LIMIT_APPLICATION_CERTIFICATE_RELATED_CONS_FLG, "1");
	PUT(who, INSURED_BRANCH_NUMBER, NULL);
	ck_assert_int_eq(oki_message_write(doc, OKI_UTF_8, &buf, &e),
	    ONSHI_OK);
	ck_assert_str_eq((char *)buf.data, want.s);
	/* What stands not there cannot be put there. */
	ck_assert_int_eq(oki_record_put(who, ONSHI_EL_SEX1, "1", &e),
	    ONSHI_E_ARG);
	oki_error_clear(&e);
	ck_assert_int_eq(oki_record_open(who, ONSHI_EL_BIRTHDATE, &who, &e),
	    ONSHI_E_ARG);
	oki_doc_free(&doc);
	ck_assert_int_eq(oki_doc_new("nothing", &doc), ONSHI_E_ARG);
	ck_assert_ptr_null(doc);
	oki_buf_free(&buf);
	free(want.s);
}
END_TEST

/* A check-in by card (binding.md): elements and flags in their order. */
START_TEST(card_proof)
{
	static const int order[] = { ONSHI_EL_METHOD, ONSHI_EL_CERTIFICATE,
	    ONSHI_EL_CHALLENGE_ID, ONSHI_EL_SIGNATURE,
	    ONSHI_EL_PINLESS_PROOF, ONSHI_EL_OPERATOR_ID,
	    ONSHI_EL_REGISTER_USE,
	    ONSHI_EL_LIMIT_APPLICATION_CERTIFICATE_RELATED_CONS_FLG,
	    ONSHI_EL_SPECIFIC_DISEASES_CERTIFICATE_RELATED_CONS_FLG,
	    ONSHI_EL_SPECIFIC_HEALTH_CHECKUPS_INFO_CONS_FLG,
	    ONSHI_EL_PHARMACISTS_INFO_CONS_FLG,
	    ONSHI_EL_DIAGNOSIS_INFO_CONS_FLG,
	    ONSHI_EL_OPERATION_INFO_CONS_FLG };
	struct onshi_record *proof;
	struct onshi_error e;
	struct oki_doc *doc;
	struct oki_buf buf;
	const char *at, *next;
	char tag[80];
	size_t i;

	oki_error_clear(&e);
	oki_buf_init(&buf, 65536);
	ck_assert_int_eq(oki_doc_new("OQSsiquc01req", &doc), ONSHI_OK);
	PUT(oki_doc_header(doc), MEDICAL_INSTITUTION_CODE, "1319999996");
	PUT(oki_doc_header(doc), QUALIFICATION_CONFIRMATION_DATE, "20261005");
	ck_assert_int_eq(oki_record_open(oki_doc_body(doc),
	    ONSHI_EL_CARD_PROOF, &proof, &e), ONSHI_OK);
	for (i = OKI_COUNT(order); i-- > 0;)
		ck_assert_int_eq(oki_record_put(proof, order[i], "1", &e),
		    ONSHI_OK);
	ck_assert_int_eq(oki_message_write(doc, OKI_UTF_8, &buf, &e),
	    ONSHI_OK);
	for (at = (char *)buf.data, i = 0; i < OKI_COUNT(order); i++) {
		snprintf(tag, sizeof(tag), "<%s>1</",
		    onshi_element_name(order[i]));
		ck_assert_ptr_nonnull(next = strstr(at, tag));
		at = next;
	}
	oki_buf_free(&buf);
	oki_doc_free(&doc);
}
END_TEST

/* ---- getters ------------------------------------------------------------ */

static const char face[] =
    "<XmlMsg><MessageHeader><SegmentOfResult>1</SegmentOfResult>"
    "<ProcessExecutionTime>20261005101530</ProcessExecutionTime>"
    "</MessageHeader><MessageBody><ResultList>"
    "<ResultOfQualificationConfirmation><Name>一</Name><Sex1>2</Sex1>"
    "<Birthdate>20260230</Birthdate><Sex2/><New>n</New>"
    "<InsurerNumber/><PublicExpenseNumber>12999991</PublicExpenseNumber>"
    "<QualificationDate>20240229</QualificationDate>"
    "<InsuredCardClassification>Z9</InsuredCardClassification>"
    "<SpecificDiseasesCertificateList>"
    "<SpecificDiseasesCertificateInfo><SpecificDiseasesSelfPay>010000"
    "</SpecificDiseasesSelfPay></SpecificDiseasesCertificateInfo>"
    "<SpecificDiseasesCertificateInfo/></SpecificDiseasesCertificateList>"
    "</ResultOfQualificationConfirmation>"
    "<ResultOfQualificationConfirmation><Name>二</Name>"
    "</ResultOfQualificationConfirmation></ResultList><ResultList>"
    "<ResultOfQualificationConfirmation><Name>三</Name>"
    "</ResultOfQualificationConfirmation></ResultList></MessageBody></XmlMsg>";

START_TEST(getters)
{
	struct oki_doc *doc = must_parse("OQSsiquc01res", face,
	    sizeof(face) - 1);
	const struct onshi_record *rec = oki_record_next_of(oki_doc_root(doc),
	    ONSHI_EL_RESULT_OF_QUALIFICATION_CONFIRMATION, NULL), *child;
	const char *text, *name;
	int64_t n;
	int32_t day;

	ck_assert_int_eq(onshi_record_text(rec, ONSHI_EL_NAME, &text),
	    ONSHI_OK);
	ck_assert_str_eq(text, "一");
	/* Absent and empty are alike. */
	ck_assert_int_eq(onshi_record_text(rec, ONSHI_EL_SEX2, &text),
	    ONSHI_ABSENT);
	ck_assert_ptr_null(text);
	ck_assert_int_eq(onshi_record_text(rec, ONSHI_EL_ADDRESS, &text),
	    ONSHI_ABSENT);
	ck_assert_int_eq(onshi_record_text(rec, 9999, &text), ONSHI_E_ARG);
	/* An alias stands in. */
	ck_assert_int_eq(onshi_record_text(rec, ONSHI_EL_INSURER_NUMBER,
	    &text), ONSHI_OK);
	ck_assert_str_eq(text, "12999991");
	/* What the tables do not know is read by its name. */
	ck_assert_int_eq(onshi_record_text_named(rec, "New", &text),
	    ONSHI_OK);
	ck_assert_str_eq(text, "n");
	ck_assert_int_eq(onshi_record_text_named(rec, "Newer", &text),
	    ONSHI_ABSENT);
	ck_assert_int_eq(onshi_record_date(rec, ONSHI_EL_QUALIFICATION_DATE,
	    &day), ONSHI_OK);
	ck_assert_int_eq(day, 20240229);
	ck_assert_int_eq(onshi_record_date(rec, ONSHI_EL_BIRTHDATE, &day),
	    ONSHI_E_VALUE);
	ck_assert_int_eq(onshi_record_number(rec, ONSHI_EL_NAME, &n),
	    ONSHI_E_VALUE);
	ck_assert_int_eq(onshi_record_time(oki_doc_header(doc),
	    ONSHI_EL_PROCESS_EXECUTION_TIME, &n), ONSHI_OK);
	ck_assert_int_eq(n, 1791162930);
	ck_assert_int_eq(onshi_record_time(rec, ONSHI_EL_BIRTHDATE, &n),
	    ONSHI_E_VALUE);
	/* Codes: known, unknown, no table. */
	ck_assert_int_eq(onshi_record_code(rec, ONSHI_EL_SEX1, &text, &name),
	    ONSHI_OK);
	ck_assert_str_eq(text, "2");
	ck_assert_str_eq(name, "女");
	ck_assert_int_eq(onshi_record_code(rec,
	    ONSHI_EL_INSURED_CARD_CLASSIFICATION, &text, &name), ONSHI_OK);
	ck_assert_str_eq(text, "Z9");
	ck_assert_str_eq(name, "");
	ck_assert_int_eq(onshi_record_code(rec, ONSHI_EL_NAME, NULL, &name),
	    ONSHI_OK);
	ck_assert_str_eq(name, "");
	ck_assert_int_eq(onshi_record_child(rec,
	    ONSHI_EL_SPECIFIC_DISEASES_CERTIFICATE_LIST, &child), ONSHI_OK);
	ck_assert_int_eq(onshi_record_child(rec,
	    ONSHI_EL_PUBLIC_EXPENSE_RESULT_LIST, &child), ONSHI_ABSENT);
	ck_assert_ptr_null(child);
	oki_doc_free(&doc);
}
END_TEST

/* F09, F10, F11: a value is kept as it came, whatever it is; by its type it is
 * told or refused, and empty is absent. */
static const struct {
	const char	*name;
	const char	*value;
	int		 date;
	int		 number;
} odd[] = {
	{ "F09 no such day", "20260230", ONSHI_E_VALUE, ONSHI_OK },
	{ "F09 two zeros", "00", ONSHI_E_VALUE, ONSHI_OK },
	{ "F09 nines", "99999999", ONSHI_E_VALUE, ONSHI_OK },
	{ "F09 seven digits", "2026023", ONSHI_E_VALUE, ONSHI_OK },
	{ "F09 full-width digits", "２０２６０２２０", ONSHI_E_VALUE,
	    ONSHI_E_VALUE },
	{ "F10 a sign", "+1", ONSHI_E_VALUE, ONSHI_E_VALUE },
	{ "F10 a blank", " 1", ONSHI_E_VALUE, ONSHI_E_VALUE },
	{ "F10 leading zeros", "0000000000000000000000001", ONSHI_E_VALUE,
	    ONSHI_OK },
	{ "F10 blanks alone", "         ", ONSHI_E_VALUE, ONSHI_E_VALUE },
	{ "F11 empty", "", ONSHI_ABSENT, ONSHI_ABSENT }
};

static void
check_odd(const char *name, const char *value, int date, int number)
{
	struct text t = { NULL, 0, 0 };
	const struct onshi_record *head;
	struct oki_doc *doc;
	const char *text;
	int64_t n;
	int32_t day;

	text_put(&t, "<XmlMsg><MessageHeader>"
	    "<QualificationConfirmationDate>");
	text_put(&t, value);
	text_put(&t, "</QualificationConfirmationDate></MessageHeader>"
	    "</XmlMsg>");
	doc = must_parse("OQSsiquc01res", t.s, t.len);
	head = oki_doc_header(doc);
	ck_assert_msg(onshi_record_text(head,
	    ONSHI_EL_QUALIFICATION_CONFIRMATION_DATE, &text) == (*value ==
	    '\0' ? ONSHI_ABSENT : ONSHI_OK), "%s", name);
	if (*value != '\0')
		ck_assert_str_eq(text, value);
	ck_assert_msg(onshi_record_date(head,
	    ONSHI_EL_QUALIFICATION_CONFIRMATION_DATE, &day) == date, "%s",
	    name);
	ck_assert_msg(onshi_record_number(head,
	    ONSHI_EL_QUALIFICATION_CONFIRMATION_DATE, &n) == number, "%s",
	    name);
	oki_doc_free(&doc);
	free(t.s);
}

START_TEST(odd_value)
{
	check_odd(odd[_i].name, odd[_i].value, odd[_i].date, odd[_i].number);
}
END_TEST

START_TEST(long_number)
{
	char digits[401];

	memset(digits, '9', sizeof(digits) - 1);
	digits[sizeof(digits) - 1] = '\0';
	check_odd("F10 400 digits", digits, ONSHI_E_VALUE, ONSHI_E_VALUE);
}
END_TEST

/* An element of a name space is another than ours of that name. */
START_TEST(foreign_names)
{
	static const char xml[] = "<XmlMsg><MessageHeader><ErrorCode "
	    "xmlns='urn:x'>A</ErrorCode><x:ErrorCode xmlns:x='urn:x'>B"
	    "</x:ErrorCode><ErrorCode>C</ErrorCode></MessageHeader></XmlMsg>";
	struct oki_doc *doc = must_parse("OQSsiquc01res", xml,
	    sizeof(xml) - 1);
	const struct onshi_record *head = oki_doc_header(doc);
	const char *name, *text;

	ck_assert_int_eq(onshi_record_text(head, ONSHI_EL_ERROR_CODE, &text),
	    ONSHI_OK);
	ck_assert_str_eq(text, "C");
	ck_assert_int_eq(onshi_record_text_named(head, "ErrorCode", &text),
	    ONSHI_OK);
	ck_assert_str_eq(text, "C");
	ck_assert_int_eq(onshi_record_text_named(head, "x:ErrorCode", &text),
	    ONSHI_OK);
	ck_assert_str_eq(text, "B");
	ck_assert_int_eq(onshi_record_at(head, 0, NULL, &name, &text, NULL),
	    ONSHI_OK);
	ck_assert_str_eq(name, "*:ErrorCode");
	ck_assert_str_eq(text, "A");
	ck_assert_str_eq(oki_doc_unknown(doc, 0),
	    "/XmlMsg/MessageHeader/*:ErrorCode");
	ck_assert_int_eq(onshi_record_is_list(head, 0), 0);
	ck_assert_int_eq(onshi_record_is_list(head, 2), 0);
	oki_doc_free(&doc);
}
END_TEST

/* What always has to be there is not there if it is empty, but for what may be
 * (messages.md 3.8). */
START_TEST(empty_lacks)
{
	static const struct { int el, result; } rows[] = {
		{ 0, ONSHI_OK },
		{ ONSHI_EL_INSURANCE_CARD_SYMBOL, ONSHI_OK },
		{ ONSHI_EL_BRANCH_NUMBER, ONSHI_OK },
		{ ONSHI_EL_INSURED_PERSON_IDENTIFICATION_NUMBER,
		    ONSHI_E_VALUE },
		{ ONSHI_EL_INSURER_NUMBER, ONSHI_E_VALUE }
	};
	struct text bytes = sample_numbered("25");
	struct oki_doc *doc = must_parse(NULL, bytes.s, bytes.len);
	struct onshi_error e;
	struct oki_buf out;

	oki_error_clear(&e);
	oki_buf_init(&out, 65536);
	if (rows[_i].el != 0)
		ck_assert_int_eq(oki_record_put(oki_doc_header(doc),
		    rows[_i].el, "", &e), ONSHI_OK);
	ck_assert_int_eq(oki_message_write(doc, OKI_UTF_8, &out, &e),
	    rows[_i].result);
	if (rows[_i].result != ONSHI_OK)
		ck_assert_ptr_nonnull(strstr(e.text,
		    onshi_element_name(rows[_i].el)));
	oki_buf_free(&out);
	oki_doc_free(&doc);
	free(bytes.s);
}
END_TEST

/* By the list or by its items, over lists that come repeatedly. */
START_TEST(lists)
{
	static const int elements[] = { ONSHI_EL_RESULT_LIST,
	    ONSHI_EL_RESULT_OF_QUALIFICATION_CONFIRMATION };
	static const char *const names[] = { "一", "二", "三" };
	struct oki_doc *doc = must_parse("OQSsiquc01res", face,
	    sizeof(face) - 1);
	const struct onshi_record *rec = NULL, *item = NULL;
	const char *text;
	int64_t yen;
	int i;

	for (i = 0; i < 3; i++) {
		ck_assert_int_eq(onshi_record_child_at(oki_doc_body(doc),
		    elements[_i], (size_t)i, &rec), ONSHI_OK);
		ck_assert_int_eq(onshi_record_text(rec, ONSHI_EL_NAME, &text),
		    ONSHI_OK);
		ck_assert_str_eq(text, names[i]);
	}
	ck_assert_int_eq(onshi_record_child_at(oki_doc_body(doc),
	    elements[_i], 3, &rec), ONSHI_END);
	ck_assert_ptr_null(rec);
	ck_assert_int_eq(onshi_record_child_at(oki_doc_body(doc),
	    elements[_i], SIZE_MAX, &rec), ONSHI_END);
	ck_assert_int_eq(onshi_record_child_at(oki_doc_body(doc),
	    elements[_i], 0, &rec), ONSHI_OK);
	ck_assert_int_eq(onshi_record_child_at(rec,
	    ONSHI_EL_SPECIFIC_DISEASES_CERTIFICATE_INFO, 0, &item), ONSHI_OK);
	ck_assert_int_eq(onshi_record_number(item,
	    ONSHI_EL_SPECIFIC_DISEASES_SELF_PAY, &yen), ONSHI_OK);
	ck_assert_int_eq(yen, 10000);
	ck_assert_int_eq(onshi_record_child_at(rec,
	    ONSHI_EL_SPECIFIC_DISEASES_CERTIFICATE_INFO, 1, &item), ONSHI_OK);
	ck_assert_int_eq(onshi_record_child_at(rec,
	    ONSHI_EL_SPECIFIC_DISEASES_CERTIFICATE_INFO, 2, &item),
	    ONSHI_END);
	ck_assert_int_eq(onshi_record_child_at(rec,
	    ONSHI_EL_MEDICAL_TICKET_INFO, 0, &item), ONSHI_END);
	oki_doc_free(&doc);
}
END_TEST

/* Values that repeat: the reference numbers of a bulk answer. */
START_TEST(lists_of_values)
{
	static const char xml[] = "<XmlMsg><MessageHeader/><MessageBody>"
	    "<BulkConfirmUnit><ReferenceNumber>1</ReferenceNumber><X/>"
	    "<ReferenceNumber>2</ReferenceNumber></BulkConfirmUnit>"
	    "</MessageBody></XmlMsg>";
	struct oki_doc *doc = must_parse("OQSmuquc02res", xml,
	    sizeof(xml) - 1);
	const struct onshi_record *unit = NULL, *value = NULL;
	const char *text;
	int i;

	ck_assert_int_eq(onshi_record_child_at(oki_doc_body(doc),
	    ONSHI_EL_BULK_CONFIRM_UNIT, 0, &unit), ONSHI_OK);
	for (i = 1; i <= 2; i++) {
		ck_assert_int_eq(onshi_record_child_at(unit,
		    ONSHI_EL_REFERENCE_NUMBER, (size_t)i - 1, &value),
		    ONSHI_OK);
		ck_assert_int_eq(onshi_record_text(value,
		    ONSHI_EL_REFERENCE_NUMBER, &text), ONSHI_OK);
		ck_assert_int_eq(text[0], '0' + i);
	}
	ck_assert_int_eq(onshi_record_child_at(unit,
	    ONSHI_EL_REFERENCE_NUMBER, 2, &value), ONSHI_END);
	oki_doc_free(&doc);
}
END_TEST

START_TEST(one_after_another)
{
	struct oki_doc *doc = must_parse("OQSsiquc01res", face,
	    sizeof(face) - 1);
	const struct onshi_record *body = oki_doc_body(doc), *child;
	const char *name, *text;
	int el;

	ck_assert_int_eq(onshi_record_at(body, 1, &el, &name, &text, &child),
	    ONSHI_OK);
	ck_assert_int_eq(el, ONSHI_EL_RESULT_LIST);
	ck_assert_ptr_null(text);
	ck_assert_ptr_nonnull(child);
	ck_assert_int_eq(onshi_record_is_list(body, 1), 1);
	ck_assert_int_eq(onshi_record_is_list(child, 0), 1);
	ck_assert_int_eq(onshi_record_at(child, 0, NULL, NULL, NULL, &child),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_record_at(child, 0, &el, &name, &text, NULL),
	    ONSHI_OK);
	ck_assert_str_eq(name, "Name");
	ck_assert_str_eq(text, "三");
	ck_assert_int_eq(onshi_record_is_list(child, 0), 0);
	ck_assert_int_eq(onshi_record_is_list(child, 7), 0);
	ck_assert_int_eq(onshi_record_at(body, 2, &el, &name, &text, &child),
	    ONSHI_END);
	child = oki_record_next_of(body,
	    ONSHI_EL_RESULT_OF_QUALIFICATION_CONFIRMATION, NULL);
	ck_assert_int_eq(onshi_record_at(child, 3, &el, &name, &text, NULL),
	    ONSHI_OK);
	ck_assert_str_eq(text, "");	/* <Sex2/> */
	ck_assert_int_eq(onshi_record_at(child, 4, &el, &name, &text, NULL),
	    ONSHI_OK);
	ck_assert_int_eq(el, 0);
	ck_assert_str_eq(name, "New");
	oki_doc_free(&doc);
}
END_TEST

/* The i-th, of few and of many, is the i-th of the answer; and stays so when
 * records are cut out and added. */
START_TEST(by_index)
{
	struct text bytes = sample(_i);
	struct oki_doc *doc = must_parse(NULL, bytes.s, bytes.len);
	struct onshi_record *rec, *c;
	const char *name;
	size_t i;
	int round;

	for (round = 0; round < 3; round++) {
		for (rec = oki_doc_root(doc); rec != NULL;
		    rec = oki_record_walk(rec, oki_doc_root(doc))) {
			for (c = rec->first, i = 0; c != NULL;
			    c = c->next, i++) {
				ck_assert_int_eq(onshi_record_at(rec, i, NULL,
				    &name, NULL, NULL), ONSHI_OK);
				ck_assert_str_eq(name,
				    oki_record_name(c));
				ck_assert_ptr_eq(oki_record_ith(rec, i), c);
			}
			ck_assert_int_eq(onshi_record_at(rec, i, NULL, &name,
			    NULL, NULL), ONSHI_END);
			ck_assert_ptr_null(name);
			if (round == 0 && rec->first != NULL &&
			    rec->first->next != NULL)
				oki_record_cut(rec->first->next);
		}
		if (round == 1)
			ck_assert_int_eq(oki_doc_index(doc), ONSHI_OK);
		ck_assert_ptr_nonnull(oki_record_add(doc, oki_doc_root(doc),
		    0, "New", 3));
	}
	oki_doc_free(&doc);
	free(bytes.s);
}
END_TEST

/* ---- expiry ------------------------------------------------------------- */

static int answer_of_guard;

static int
guard(void *self, const struct onshi_record *rec)
{
	ck_assert_ptr_eq(self, &answer_of_guard);
	ck_assert_ptr_nonnull(rec);

	return answer_of_guard;
}

static void
all_expired(const struct onshi_record *rec)
{
	const struct onshi_record *child = NULL;
	const char *text, *name;
	int32_t day;
	int64_t n;
	char buf[64] = "x";
	int el;

	ck_assert_int_eq(onshi_record_text(rec, ONSHI_EL_NAME, &text),
	    ONSHI_E_EXPIRED);
	ck_assert_ptr_null(text);
	ck_assert_int_eq(onshi_record_text_named(rec, "New", &text),
	    ONSHI_E_EXPIRED);
	ck_assert_int_eq(onshi_record_number(rec, ONSHI_EL_NAME, &n),
	    ONSHI_E_EXPIRED);
	ck_assert_int_eq(onshi_record_date(rec, ONSHI_EL_NAME, &day),
	    ONSHI_E_EXPIRED);
	ck_assert_int_eq(onshi_record_time(rec, ONSHI_EL_NAME, &n),
	    ONSHI_E_EXPIRED);
	ck_assert_int_eq(onshi_record_code(rec, ONSHI_EL_SEX1, &text, &name),
	    ONSHI_E_EXPIRED);
	ck_assert_int_eq(onshi_record_child(rec,
	    ONSHI_EL_SPECIFIC_DISEASES_CERTIFICATE_LIST, &child),
	    ONSHI_E_EXPIRED);
	ck_assert_int_eq(onshi_record_child_at(rec,
	    ONSHI_EL_SPECIFIC_DISEASES_CERTIFICATE_INFO, 0, &child),
	    ONSHI_E_EXPIRED);
	ck_assert_int_eq(onshi_record_decimal(rec, ONSHI_EL_NAME, &n, &el),
	    ONSHI_E_EXPIRED);
	ck_assert_int_eq(onshi_record_copy(rec, ONSHI_EL_NAME, buf,
	    sizeof(buf)), ONSHI_E_EXPIRED);
	ck_assert_str_eq(buf, "");
	ck_assert_ptr_null(child);
	ck_assert_int_eq(onshi_record_at(rec, 0, &el, &name, &text, &child),
	    ONSHI_E_EXPIRED);
	ck_assert_int_eq(onshi_record_is_list(rec, 0), 0);
}

START_TEST(wiped)
{
	struct oki_doc *doc = must_parse("OQSsiquc01res", face,
	    sizeof(face) - 1);
	const struct onshi_record *rec = oki_record_next_of(oki_doc_root(doc),
	    ONSHI_EL_RESULT_OF_QUALIFICATION_CONFIRMATION, NULL), *c;
	const char *text;

	oki_doc_set_guard(doc, guard, &answer_of_guard);
	answer_of_guard = ONSHI_OK;
	ck_assert_int_eq(onshi_record_text(rec, ONSHI_EL_NAME, &text),
	    ONSHI_OK);
	answer_of_guard = ONSHI_E_EXPIRED;
	all_expired(rec);
	ck_assert_str_eq(text, "一");
	answer_of_guard = ONSHI_OK;
	oki_doc_wipe(doc);
	ck_assert_str_eq(text, "");
	all_expired(rec);
	for (c = oki_doc_root(doc); c != NULL;
	    c = oki_record_walk(c, oki_doc_root(doc)))
		if (c->text != NULL)
			ck_assert_int_eq(c->text[0], '\0');
	oki_doc_wipe(doc);
	oki_doc_free(&doc);
	oki_doc_free(&doc);
	oki_doc_wipe(NULL);
}
END_TEST

/* What could not be stored is NULL or 0, whatever stood there. */
static void
at_is_nothing(const struct onshi_record *rec, size_t i, int result)
{
	const struct onshi_record *child = (const void *)"x";
	const char *name = "x", *text = "x";
	int el = 1;

	ck_assert_int_eq(onshi_record_at(rec, i, &el, &name, &text, &child),
	    result);
	ck_assert_int_eq(el, 0);
	ck_assert_ptr_null(name);
	ck_assert_ptr_null(text);
	ck_assert_ptr_null(child);
	ck_assert_int_eq(onshi_record_at(rec, i, NULL, NULL, NULL, NULL),
	    result);
}

START_TEST(nothing_given)
{
	const struct onshi_record *child = (const void *)"x";
	const char *text = "x", *other = "x";
	int64_t n = 1;
	int32_t day = 1;

	ck_assert_int_eq(onshi_record_text(NULL, ONSHI_EL_NAME, &text),
	    ONSHI_E_ARG);
	ck_assert_ptr_null(text);
	ck_assert_int_eq(onshi_record_text_named(NULL, "a", &other),
	    ONSHI_E_ARG);
	ck_assert_ptr_null(other);
	ck_assert_int_eq(onshi_record_number(NULL, 1, &n), ONSHI_E_ARG);
	ck_assert_int_eq(n, 0);
	ck_assert_int_eq(onshi_record_date(NULL, 1, &day), ONSHI_E_ARG);
	ck_assert_int_eq(day, 0);
	n = 1;
	ck_assert_int_eq(onshi_record_time(NULL, 1, &n), ONSHI_E_ARG);
	ck_assert_int_eq(n, 0);
	ck_assert_int_eq(onshi_record_code(NULL, 1, &text, NULL),
	    ONSHI_E_ARG);
	ck_assert_int_eq(onshi_record_child(NULL, 1, &child), ONSHI_E_ARG);
	ck_assert_ptr_null(child);
	child = (const void *)"x";
	ck_assert_int_eq(onshi_record_child_at(NULL, 1, 0, &child), ONSHI_E_ARG);
	ck_assert_ptr_null(child);
	at_is_nothing(NULL, 0, ONSHI_E_ARG);
	ck_assert_int_eq(onshi_record_is_list(NULL, 0), 0);
	ck_assert_ptr_null(onshi_outcome_name(-1));
	ck_assert_ptr_null(onshi_outcome_name(20));
	ck_assert_str_eq(onshi_outcome_name(ONSHI_OUTCOME_LOST_NEWER_EXISTS),
	    "lost_newer_exists");
}
END_TEST

/* ---- any text goes out and comes back the same (SEC-51) ----------------- */

#define ROUNDS	20000

/* Controls of ISO 6429: U+0080 to U+009F. */
static bool
has_c1(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)s[0] == 0xc2 && (unsigned char)s[1] < 0xa0)
			return true;

	return false;
}

START_TEST(any_text)
{
	static const uint32_t ends[] = { 0x80, 0x800, 0x3100, 0xa000, 0xfffe,
	    0x110000 };
	uint64_t state = (uint64_t)_i + 99;
	struct onshi_error e;
	struct oki_doc *doc, *other;
	struct oki_buf buf;
	char text[400];
	const char *back;
	size_t len, n;
	uint32_t c;
	int i, r, good = 0;

	for (i = 0; i < ROUNDS; i++) {
		for (len = 0, n = dice(&state, 60); n > 0; n--) {
			c = dice(&state, ends[dice(&state, 6)]);
			/* What no text may hold, but seldom. */
			if ((c < 0x20 || (c >= 0xd800 && c < 0xe000)) &&
			    dice(&state, 100) > 0)
				c = (uint32_t)"<>&\"' \t]"[c % 8];
			len += oki_utf8_put((uint8_t *)text + len, c == 0 ?
			    '&' : c);
		}
		text[len] = '\0';
		oki_error_clear(&e);
		ck_assert_int_eq(oki_doc_new("OQSsiquc01res", &doc),
		    ONSHI_OK);
		r = oki_record_put(oki_doc_header(doc),
		    ONSHI_EL_ERROR_MESSAGE, text, &e);
		if (r == ONSHI_E_VALUE) {
			ck_assert(strpbrk(text, "\n\r\x7f") != NULL ||
			    has_c1(text) ||
			    !oki_is_utf8(text, len) ||
			    strcspn(text, "\x01\x02\x03\x04\x05\x06\x07\x08"
			    "\x0b\x0c\x0e\x0f\x10\x11\x12\x13\x14\x15\x16"
			    "\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f") < len);
			oki_doc_free(&doc);
			continue;
		}
		ck_assert_int_eq(r, ONSHI_OK);
		oki_buf_init(&buf, 65536);
		ck_assert_int_eq(oki_message_write(doc, OKI_UTF_8, &buf, &e),
		    ONSHI_OK);
		ck_assert(oki_is_utf8((char *)buf.data, buf.len));
		other = must_parse("OQSsiquc01res", (char *)buf.data,
		    buf.len);
		back = oki_record_get(oki_doc_header(other),
		    ONSHI_EL_ERROR_MESSAGE);
		ck_assert_str_eq(back == NULL ? "" : back, text);
		oki_doc_free(&other);
		oki_doc_free(&doc);
		oki_buf_free(&buf);
		good++;
	}
	ck_assert_int_gt(good, ROUNDS / 2);
}
END_TEST

/* Check digits: those of the samples are right, their neighbours are not. */
START_TEST(check_digits)
{
	static const char *const right[] = { "06999999", "999995", "39999990",
	    "12999991", "01234566", "7654320", "9999996" };
	char wrong[16];
	size_t i, j;

	for (i = 0; i < OKI_COUNT(right); i++) {
		ck_assert(oki_check_digit(right[i]));
		for (j = 0; right[i][j] != '\0'; j++) {
			snprintf(wrong, sizeof(wrong), "%s", right[i]);
			wrong[j] = (char)('0' + (wrong[j] - '0' + 1) % 10);
			ck_assert(!oki_check_digit(wrong));
		}
	}
	ck_assert(!oki_check_digit(""));
	ck_assert(!oki_check_digit("0"));
	ck_assert(!oki_check_digit("1234567x"));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("record");
	TCase *c = tcase_create("record");

	tcase_set_timeout(c, 120);
	tcase_add_loop_test(c, check_row, 0, (int)OKI_COUNT(checks));
	tcase_add_test(c, reasons);
	tcase_add_loop_test(c, typed_row, 0, (int)OKI_COUNT(typed));
	tcase_add_test(c, every_element);
	tcase_add_test(c, tables_hold_together);
	tcase_add_test(c, file_names);
	tcase_add_test(c, built_by_number);
	tcase_add_test(c, card_proof);
	tcase_add_test(c, getters);
	tcase_add_loop_test(c, odd_value, 0, (int)OKI_COUNT(odd));
	tcase_add_test(c, long_number);
	tcase_add_loop_test(c, empty_lacks, 0, 5);
	tcase_add_test(c, foreign_names);
	tcase_add_loop_test(c, lists, 0, 2);
	tcase_add_test(c, lists_of_values);
	tcase_add_test(c, one_after_another);
	tcase_add_loop_test(c, by_index, 0, SAMPLES);
	tcase_add_test(c, wiped);
	tcase_add_test(c, nothing_given);
	tcase_add_loop_test(c, any_text, 0, 2);
	tcase_add_test(c, check_digits);
	suite_add_tcase(s, c);

	return run_suite(s);
}
