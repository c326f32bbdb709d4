/* Neutral lines (messages.md 5.5): all of them, in one form, by one name. */
#include "config.h"

#include "help.h"

/* "Name=text;" of each field, in the order that stands. */
static char *
flat(const struct onshi_record *rec)
{
	struct text t = { NULL, 0, 0 };
	const struct onshi_record *child;
	const char *name, *text;
	size_t i;

	text_add(&t, "", 0);
	for (i = 0; onshi_record_at(rec, i, NULL, &name, &text, &child) ==
	    ONSHI_OK; i++) {
		ck_assert_ptr_null(child);
		text_put(&t, name);
		text_put(&t, "=");
		text_put(&t, text);
		text_put(&t, ";");
	}

	return t.s;
}

static const struct {
	const char	*sample;
	enum oki_lines	 what;
	const char	*lines[8];
} rows[] = {
	{ "26", OKI_LINES_DRUGS, {
	    "Source=claim;InstitutionKind=1;InstitutionCode=1349999988;"
	    "InstitutionName=架空薬局;PrescriberCode=1319999996;"
	    "PrescriberName=見本内科医院;Month=202608;PrescribedHere=1;InOut=2;"
	    "DayDispensed=20260812;DayPrescribed=20260812;ClassCode=21;"
	    "DrugCode=699999901;DrugName=架空錠５ｍｇ;"
	    "IngredientName=カクウ成分５ｍｇ錠;Quantity=1;Unit=錠;Times=28;"
	    "Usage=１日１回朝食後服用;",
	    "Source=claim;InstitutionKind=1;InstitutionCode=1349999988;"
	    "InstitutionName=架空薬局;PrescriberCode=1319999996;"
	    "PrescriberName=見本内科医院;Month=202608;PrescribedHere=1;InOut=2;"
	    "DayDispensed=20260812;DayPrescribed=20260812;ClassCode=23;"
	    "DrugCode=699999902;DrugName=見本軟膏０．１％;Quantity=0.5;Unit=ｇ;"
	    "Times=1;Usage=１日２回塗布;Instruction=右肘;",
	    "Source=prescribed;InstitutionKind=1;InstitutionCode=1319999996;"
	    "InstitutionName=見本内科医院;Month=202610;PrescribedHere=1;"
	    "InOut=2;DayPrescribed=20261002;ClassCode=1;DrugCode=699999903;"
	    "DrugName=【般】架空錠５ｍｇ;Quantity=1;Unit=錠;Times=28;"
	    "Usage=１日１回朝食後服用;",
	    "Source=dispensed;InstitutionKind=1;InstitutionCode=1349999988;"
	    "InstitutionName=架空薬局;PrescriberCode=1319999996;"
	    "PrescriberName=見本内科医院;Month=202610;PrescribedHere=1;InOut=2;"
	    "DayDispensed=20261003;DayPrescribed=20261002;ClassCode=1;"
	    "DrugCode=699999901;DrugName=架空錠５ｍｇ;"
	    "IngredientName=カクウ成分５ｍｇ錠;Quantity=1;Unit=錠;Times=28;"
	    "Usage=１日１回朝食後服用;", NULL } },
	{ "26", OKI_LINES_CARE, {
	    "InstitutionCode=1319999996;InstitutionName=見本内科医院;"
	    "Month=202608;Day=20260812;ClassCode=60;CareCode=169999901;"
	    "CareName=架空血液検査;Quantity=1;Unit=回;Times=1;", NULL } },
	{ "26", OKI_LINES_SURGERY, { NULL } },
	{ "29", OKI_LINES_DRUGS, { NULL } },
	{ "29", OKI_LINES_CHECKUPS, {
	    "EffectiveTime=20260610;ItemCode=9N001000000000001;ItemName=身長;"
	    "DataType=PQ;DataValue=148.2;Unit=cm;",
	    "EffectiveTime=20260610;ItemCode=9N006000000000001;ItemName=体重;"
	    "DataType=PQ;DataValue=46.0;Unit=kg;",
	    "EffectiveTime=20260610;ItemCode=9A751000000000001;"
	    "ItemName=収縮期血圧(1回目);DataType=PQ;DataValue=138;Unit=mmHg;",
	    "EffectiveTime=20260610;ItemCode=3D046000001906202;"
	    "ItemName=HbA1c(NGSP値);DataType=PQ;DataValue=5.8;Unit=%;",
	    "EffectiveTime=20260610;ItemCode=1A010000000191111;"
	    "ItemName=尿蛋白;DataType=CO;DataValue=1;DataValueName=－;",
	    "EffectiveTime=20260610;ItemCode=9N501000000000011;"
	    "ItemName=メタボリックシンドローム判定;DataType=CD;DataValue=3;"
	    "DataValueName=非該当;",
	    "EffectiveTime=20260610;ItemCode=9N511000000000049;"
	    "ItemName=医師の診断(判定);DataType=ST;"
	    "DataValue=架空の所見。特記なし。;", NULL } },
	{ "27", OKI_LINES_DRUGS, { NULL } },
	{ "01", OKI_LINES_DRUGS, { NULL } }
};

START_TEST(row)
{
	struct text bytes = sample_numbered(rows[_i].sample);
	struct oki_doc *doc = must_parse(NULL, bytes.s, bytes.len), *lines;
	const struct onshi_record *line;
	char *got;
	size_t i;

	ck_assert_int_eq(oki_message_lines(doc, rows[_i].what, NULL, &lines),
	    ONSHI_OK);
	/* The lines live for themselves. */
	oki_doc_free(&doc);
	line = oki_doc_root(lines)->first;
	for (i = 0; rows[_i].lines[i] != NULL; i++, line = line->next) {
		ck_assert_ptr_nonnull(line);
		got = flat(line);
		ck_assert_str_eq(got, rows[_i].lines[i]);
		free(got);
	}
	ck_assert_ptr_null(line);
	oki_doc_free(&lines);
	free(bytes.s);
}
END_TEST

/* Surgery is apart from care, whose consent is another; what is unknown is
 * kept by its name, at every depth; empty items are no lines. */
static const char mixed[] = "<XmlMsg><MessageHeader/><MessageBody>"
    "<MeTrMonthInf><MeTrMonth>202601</MeTrMonth><New1>a</New1><DiDateInfs>"
    "<DiDateInf><DiDate>20260103</DiDate><New2>b</New2><MeTrInfs>"
    "<MeTrInf><MeTrIdCl>50</MeTrIdCl><SinInfN>s1</SinInfN></MeTrInf>"
    "<MeTrInf><SinInfN>c1</SinInfN><New3><New4>c</New4></New3></MeTrInf>"
    "<MeTrInf/><MeTrInf><MeTrIdCl>5</MeTrIdCl></MeTrInf></MeTrInfs>"
    "<DrugInfs><DrugInf/><DrugInf><Qua1>0.5</Qua1></DrugInf></DrugInfs>"
    "</DiDateInf></DiDateInfs><DiDateInfs><DiDateInf><MeTrInfs><MeTrInf>"
    "<MeTrIdCl>50</MeTrIdCl></MeTrInf></MeTrInfs></DiDateInf></DiDateInfs>"
    "</MeTrMonthInf><MeTrMonthInf/></MessageBody></XmlMsg>";

static const struct {
	enum oki_lines	 what;
	const char	*lines[4];
} mixed_rows[] = {
	{ OKI_LINES_CARE, { "Month=202601;New1=a;Day=20260103;New2=b;"
	    "CareName=c1;New4=c;", "Month=202601;New1=a;Day=20260103;New2=b;"
	    "ClassCode=5;", NULL } },
	{ OKI_LINES_SURGERY, { "Month=202601;New1=a;Day=20260103;"
	    "New2=b;ClassCode=50;CareName=s1;", "Month=202601;New1=a;"
	    "ClassCode=50;", NULL } },
	{ OKI_LINES_DRUGS, { "Source=claim;Month=202601;New1=a;"
	    "DayDispensed=20260103;New2=b;Quantity=0.5;", NULL } }
};

START_TEST(mixed_row)
{
	struct oki_doc *doc = must_parse("YZKsiquc01res", mixed,
	    sizeof(mixed) - 1), *lines;
	const struct onshi_record *line;
	char *got;
	size_t i;

	ck_assert_int_eq(oki_message_lines(doc, mixed_rows[_i].what, NULL,
	    &lines), ONSHI_OK);
	line = oki_doc_root(lines)->first;
	for (i = 0; mixed_rows[_i].lines[i] != NULL; i++, line = line->next) {
		ck_assert_ptr_nonnull(line);
		got = flat(line);
		ck_assert_str_eq(got, mixed_rows[_i].lines[i]);
		free(got);
	}
	ck_assert_ptr_null(line);
	oki_doc_free(&lines);
	oki_doc_free(&doc);
}
END_TEST

/* What stands where the tables do not have it is no field of the line, whatever
 * it is called; an item of empty elements is no line. */
START_TEST(misplaced)
{
	static const char xml[] = "<XmlMsg><MessageHeader/><MessageBody>"
	    "<MeTrMonthInf><Unit>x</Unit><DiDateInfs><DiDateInf><DrugInfs>"
	    "<DrugInf><DrugName>x</DrugName><New><DrugN>x</DrugN><Qua1>9"
	    "</Qua1></New><DrugN>a</DrugN><Unit>mg</Unit></DrugInf><DrugInf>"
	    "<DrugN/><New><a/></New></DrugInf></DrugInfs><MeTrInfs><MeTrInf>"
	    "<SinInfN/></MeTrInf></MeTrInfs></DiDateInf></DiDateInfs>"
	    "</MeTrMonthInf></MessageBody></XmlMsg>";
	struct oki_doc *doc = must_parse("YZKsiquc01res", xml,
	    sizeof(xml) - 1), *lines;
	const struct onshi_record *line;
	const char *text;
	char *got;

	ck_assert_int_eq(oki_message_lines(doc, OKI_LINES_DRUGS, NULL,
	    &lines), ONSHI_OK);
	line = oki_doc_root(lines)->first;
	got = flat(line);
	ck_assert_str_eq(got, "Source=claim;MeTrMonthInf.Unit=x;"
	    "DrugInf.DrugName=x;New.DrugN=x;New.Qua1=9;DrugName=a;Unit=mg;");
	free(got);
	ck_assert_ptr_null(line->next);
	ck_assert_int_eq(onshi_record_text(line, ONSHI_EL_UNIT, &text),
	    ONSHI_OK);
	ck_assert_str_eq(text, "mg");
	ck_assert_int_eq(onshi_record_text(line, ONSHI_EL_QUANTITY, &text),
	    ONSHI_ABSENT);
	oki_doc_free(&lines);
	ck_assert_int_eq(oki_message_lines(doc, OKI_LINES_CARE, NULL,
	    &lines), ONSHI_OK);
	ck_assert_ptr_null(oki_doc_root(lines)->first);
	oki_doc_free(&lines);
	oki_doc_free(&doc);
}
END_TEST

/* By number and by name, as a program reads them. */
START_TEST(read_by_number)
{
	struct text bytes = sample_numbered("26");
	struct oki_doc *doc = must_parse(NULL, bytes.s, bytes.len), *lines;
	const struct onshi_record *line;
	const char *text, *name;
	int32_t day;
	int64_t n;

	ck_assert_int_eq(oki_message_lines(doc, OKI_LINES_DRUGS, NULL,
	    &lines), ONSHI_OK);
	line = oki_doc_root(lines)->first->next;
	ck_assert_int_eq(onshi_record_text(line, ONSHI_EL_DRUG_NAME, &text),
	    ONSHI_OK);
	ck_assert_str_eq(text, "見本軟膏０．１％");
	/* A half stays a half: quantities are text (5.5). */
	ck_assert_int_eq(onshi_record_text(line, ONSHI_EL_QUANTITY, &text),
	    ONSHI_OK);
	ck_assert_str_eq(text, "0.5");
	ck_assert_int_eq(onshi_record_number(line, ONSHI_EL_QUANTITY, &n),
	    ONSHI_E_VALUE);
	ck_assert_int_eq(onshi_record_date(line, ONSHI_EL_DAY_DISPENSED,
	    &day), ONSHI_OK);
	ck_assert_int_eq(day, 20260812);
	ck_assert_int_eq(onshi_record_code(line, ONSHI_EL_CLASS_CODE, &text,
	    &name), ONSHI_OK);
	ck_assert_str_eq(name, "外用");
	ck_assert_int_eq(onshi_record_text_named(line, "SpInst", &text),
	    ONSHI_ABSENT);
	oki_doc_free(&lines);
	oki_doc_free(&doc);
	free(bytes.s);
}
END_TEST

START_TEST(head)
{
	static const char *const samples[] = { "08", "26", "27", "06" };
	static const char *const want[] = {
	    "ProcessExecutionTime=20261005101530;CharacterCodeIdentifier=0;"
	    "SegmentOfResult=1;QualificationConfirmationDate=20261005;"
	    "ReferenceClassification=1;ArbitraryFileIdentifier="
	    "U2FtcGxlMDAwOA==;MedicalInstitutionCode=1319999996;"
	    "PrescriptionIssueSelect=1;ProcessingResultStatus=1;"
	    "ProcessingResultCode=SAMPLE0301W;ProcessingResultMessage="
	    "架空の付帯情報です。電子証明書の有効期限が近づいています。;"
	    "QualificationValidity=1;", "ResultCode=1;",
	    "MedicalInstitutionCode=1319999996;ArbitraryFileIdentifier="
	    "DRUG-000702-02;ResultCode=9;MessageContents="
	    "架空の文言です。閲覧同意の有効期限が切れています。;",
	    "ProcessExecutionTime=20261005100002;QualificationConfirmationDate"
	    "=20261005;MedicalInstitutionCode=1319999996;"
	    "ArbitraryFileIdentifier=KARTE-000611-02;ReferenceClassification="
	    "2;SegmentOfResult=9;ErrorCode=SAMPLE0001E;ErrorMessage="
	    "架空のエラーです。実在のコードではありません。;"
	    "CharacterCodeIdentifier=0;" };
	struct text bytes = sample_numbered(samples[_i]);
	struct oki_doc *doc = must_parse(NULL, bytes.s, bytes.len), *flat_doc;
	char *got;

	ck_assert_int_eq(oki_message_head(doc, &flat_doc), ONSHI_OK);
	got = flat(oki_doc_root(flat_doc));
	ck_assert_str_eq(got, want[_i]);
	free(got);
	oki_doc_free(&flat_doc);
	oki_doc_free(&doc);
	free(bytes.s);
}
END_TEST

/* A value of the body that stands in the header is not the body's; and the
 * head of a head is the same. */
START_TEST(head_again)
{
	static const char xml[] = "<XmlMsg><MessageHeader><Qualification"
	    "Validity>1</QualificationValidity><SegmentOfResult>1"
	    "</SegmentOfResult></MessageHeader><MessageBody>"
	    "<QualificationValidity>2</QualificationValidity></MessageBody>"
	    "</XmlMsg>";
	static const char want[] = "MessageHeader.QualificationValidity=1;"
	    "SegmentOfResult=1;QualificationValidity=2;";
	struct oki_doc *doc = must_parse("OQSsiquc01res", xml,
	    sizeof(xml) - 1), *once, *again;
	char *got;

	ck_assert_int_eq(oki_message_head(doc, &once), ONSHI_OK);
	oki_doc_free(&doc);
	got = flat(oki_doc_root(once));
	ck_assert_str_eq(got, want);
	free(got);
	ck_assert_pstr_eq(oki_record_get(oki_doc_root(once),
	    ONSHI_EL_QUALIFICATION_VALIDITY), "2");
	ck_assert_int_eq(oki_message_head(once, &again), ONSHI_OK);
	got = flat(oki_doc_root(again));
	ck_assert_str_eq(got, want);
	free(got);
	oki_doc_free(&once);
	oki_doc_free(&again);
}
END_TEST

/* An older program's place, and one in the tree where it may stand. */
START_TEST(head_from_anywhere)
{
	static const char xml[] = "<XmlMsg><MessageHeader/><MessageBody>"
	    "<ResultList><ResultOfQualificationConfirmation>"
	    "<PrescriptionIssueSelect>2</PrescriptionIssueSelect>"
	    "</ResultOfQualificationConfirmation></ResultList></MessageBody>"
	    "</XmlMsg>";
	struct oki_doc *doc = must_parse("OQSsiquc01res", xml,
	    sizeof(xml) - 1), *head_doc;

	ck_assert_int_eq(oki_message_head(doc, &head_doc), ONSHI_OK);
	ck_assert_pstr_eq(oki_record_get(oki_doc_root(head_doc),
	    ONSHI_EL_PRESCRIPTION_ISSUE_SELECT), "2");
	oki_doc_free(&head_doc);
	oki_doc_free(&doc);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("lines");
	TCase *c = tcase_create("lines");

	tcase_add_loop_test(c, row, 0, (int)OKI_COUNT(rows));
	tcase_add_loop_test(c, mixed_row, 0, (int)OKI_COUNT(mixed_rows));
	tcase_add_test(c, misplaced);
	tcase_add_test(c, read_by_number);
	tcase_add_loop_test(c, head, 0, 4);
	tcase_add_test(c, head_from_anywhere);
	tcase_add_test(c, head_again);
	suite_add_tcase(s, c);

	return run_suite(s);
}
