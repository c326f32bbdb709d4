/* One value alone: forms of numbers, names for claims, hints; and the handle. */
#include "config.h"

#include "answer.h"
#include "tests/core/run.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))
#define JIS_WAVE	"\xe3\x80\x9c"

/* ---- the form of a number ----------------------------------------------- */

static const struct {
	int		 element;
	const char	*text;
	const char	*form;
} forms[] = {
	{ ONSHI_EL_INSURER_NUMBER, "  999995", "999995" },
	{ ONSHI_EL_INSURER_NUMBER, "00999995", "999995" },
	{ ONSHI_EL_INSURER_NUMBER, "９９９９９５", "999995" },
	{ ONSHI_EL_INSURER_NUMBER, "10017", "010017" },
	{ ONSHI_EL_INSURER_NUMBER, "6999994", "06999994" },
	{ ONSHI_EL_INSURER_NUMBER, "06999994", "06999994" },
	{ ONSHI_EL_INSURER_NUMBER, "39999998", "39999998" },
	{ ONSHI_EL_INSURER_NUMBER, "00000000", "000000" },
	{ ONSHI_EL_INSURER_NUMBER, "123456789", "123456789" },
	{ ONSHI_EL_INSURER_NUMBER, "ABC", "ABC" },
	{ ONSHI_EL_INSURED_CARD_SYMBOL, "１２−３４", "12-34" },
	{ ONSHI_EL_INSURED_CARD_SYMBOL, "12 〜 34", "12-34" },
	{ ONSHI_EL_INSURED_CARD_SYMBOL, "0012", "0012" },
	{ ONSHI_EL_INSURED_CARD_SYMBOL, "ｶﾞｸ", "ガク" },
	{ ONSHI_EL_INSURED_CARD_SYMBOL, "カ゛ク", "ガク" },
	{ ONSHI_EL_INSURED_IDENTIFICATION_NUMBER, "0017", "17" },
	{ ONSHI_EL_INSURED_IDENTIFICATION_NUMBER, "０００", "0" },
	{ ONSHI_EL_INSURED_IDENTIFICATION_NUMBER, "1\u200b7", "17" },
	{ ONSHI_EL_INSURED_BRANCH_NUMBER, "0", "00" },
	{ ONSHI_EL_INSURED_BRANCH_NUMBER, "１", "01" },
	{ ONSHI_EL_INSURED_BRANCH_NUMBER, "00", "00" },
	{ ONSHI_EL_REFERENCE_NUMBER, "００12", "0012" },
	{ ONSHI_EL_ISSUE_NUMBER, "A001", "A001" }
};

START_TEST(form)
{
	char buf[64], again[64];
	size_t len = strlen(forms[_i].form);

	ck_assert_int_eq(onshi_match_canonical(forms[_i].element,
	    forms[_i].text, buf, sizeof(buf)), ONSHI_OK);
	ck_assert_str_eq(buf, forms[_i].form);
	/* A form is its own form, needs its room, and no byte more. */
	ck_assert_int_eq(onshi_match_canonical(forms[_i].element, buf, again,
	    sizeof(again)), ONSHI_OK);
	ck_assert_str_eq(again, buf);
	ck_assert_int_eq(onshi_match_canonical(forms[_i].element,
	    forms[_i].text, buf, len + 1), ONSHI_OK);
	ck_assert_int_eq(onshi_match_canonical(forms[_i].element,
	    forms[_i].text, buf, len), ONSHI_E_TOO_BIG);
	ck_assert_str_eq(buf, "");
}
END_TEST

START_TEST(form_of_nothing)
{
	char buf[8] = "before";

	ck_assert_int_eq(onshi_match_canonical(ONSHI_EL_INSURED_CARD_SYMBOL,
	    "　 ", buf, sizeof(buf)), ONSHI_ABSENT);
	ck_assert_str_eq(buf, "");
	ck_assert_int_eq(onshi_match_canonical(ONSHI_EL_INSURED_CARD_SYMBOL,
	    "\xff", buf, sizeof(buf)), ONSHI_E_VALUE);
	ck_assert_int_eq(onshi_match_canonical(ONSHI_EL_NAME, "架空", buf,
	    sizeof(buf)), ONSHI_E_ARG);
	ck_assert_int_eq(onshi_match_canonical(ONSHI_EL_ADDRESS, "架空", buf,
	    sizeof(buf)), ONSHI_E_ARG);
}
END_TEST

/* ---- names for claims --------------------------------------------------- */

static const struct {
	const char	*name;
	const char	*form;
	const char	*odd;
} claims[] = {
	{ "高橋　一郎", "高橋　一郎", "" },
	{ "髙橋　一郎", "高橋　一郎", "髙" },
	{ "山﨑　翔", "山崎　翔", "﨑" },
	{ "𠮷田　翔", "吉田　翔", "𠮷" },
	{ "濵田　翔", "浜田　翔", "濵" },
	{ "渡邊　翔", "渡邊　翔", "" },		/* is in JIS X 0208 */
	{ "齋藤　翔", "齋藤　翔", "" },
	{ "渊上　瀧", "渊上　瀧", "" },		/* first and last leads of a level */
	{ "澤田　珎", "澤田　珎", "" },
	{ "弌　瑤", "弌　瑤", "" },
	{ "\ufa19谷　翔", "神谷　翔", "\ufa19" },
	{ "髙﨑　翔", "高崎　翔", "髙﨑" },
	{ "田中　櫂\U00020000", "田中　櫂●", "\U00020000" },
	{ "●橋　一郎", "●橋　一郎", "" },
	{ "葛\U000e0100城　翔", "葛城　翔", "\U000e0100" },
	{ "架空\u200b太郎", "架空太郎", "\u200b" },
	{ "SMITH JOHN", "ＳＭＩＴＨ　ＪＯＨＮ", "" },
	{ "ﾄﾒ ｶﾞｸ", "トメ　ガク", "" },
	{ "マリー", "マリー", "" },
	{ "Ⅲ世", "●世", "Ⅲ" },		/* row 13 is NEC's */
	{ "A~B", "Ａ～Ｂ", "" },
	{ "A" JIS_WAVE "B", "Ａ" JIS_WAVE "Ｂ", "" },
	{ "A–B", "Ａ‐Ｂ", "–" },
	{ "é", "●", "é" },
	{ "", "", "" }
};

START_TEST(claim)
{
	size_t len = strlen(claims[_i].form);
	char buf[128], odd[64];

	ck_assert_int_eq(onshi_match_claim_name(claims[_i].name, buf,
	    sizeof(buf), odd, sizeof(odd)), ONSHI_OK);
	ck_assert_str_eq(buf, claims[_i].form);
	ck_assert_str_eq(odd, claims[_i].odd);
	ck_assert_int_eq(onshi_match_claim_name(claims[_i].name, buf,
	    len + 1, odd, sizeof(odd)), ONSHI_OK);
	if (len > 0)
		ck_assert_int_eq(onshi_match_claim_name(claims[_i].name, buf,
		    len, odd, sizeof(odd)), ONSHI_E_TOO_BIG);
	/* What a claim holds once it holds for good. */
	ck_assert_int_eq(onshi_match_claim_name(claims[_i].form, buf,
	    sizeof(buf), odd, sizeof(odd)), ONSHI_OK);
	ck_assert_str_eq(buf, claims[_i].form);
	ck_assert_str_eq(odd, "");
}
END_TEST

/* ---- hints -------------------------------------------------------------- */

static const struct {
	int		 element;
	const char	*text;
	const char	*hints;		/* name@place, … */
} typed[] = {
	{ ONSHI_EL_INSURER_NUMBER, "06999999", "" },
	{ ONSHI_EL_INSURER_NUMBER, "  999995", "" },
	{ ONSHI_EL_INSURER_NUMBER, "06999994", "check_digit@7" },
	{ ONSHI_EL_INSURER_NUMBER, "0699999", "length@0" },
	{ ONSHI_EL_INSURER_NUMBER, "O6999999", "letter@0" },
	{ ONSHI_EL_INSURER_NUMBER, "0699999l", "letter@7" },
	{ ONSHI_EL_INSURER_NUMBER, "06999999 ", "space@8" },
	{ ONSHI_EL_INSURER_NUMBER, "06-999999", "no_digit@2" },
	{ ONSHI_EL_INSURER_NUMBER, "０６", "width@0,width@1" },
	{ ONSHI_EL_INSURER_NUMBER, "\ufeff06999999", "unseen@0" },
	{ ONSHI_EL_INSURED_CARD_SYMBOL, "12-34", "" },
	{ ONSHI_EL_INSURED_CARD_SYMBOL, "１２－３４", "" },
	{ ONSHI_EL_INSURED_CARD_SYMBOL, "12−34", "hyphen@2" },
	{ ONSHI_EL_INSURED_CARD_SYMBOL, "12‐34", "hyphen@2" },
	{ ONSHI_EL_INSURED_CARD_SYMBOL, "１２ー３４", "hyphen@2" },
	{ ONSHI_EL_INSURED_CARD_SYMBOL, "カード", "" },
	{ ONSHI_EL_INSURED_CARD_SYMBOL, "１２〜３４", "wave@2" },
	{ ONSHI_EL_INSURED_CARD_SYMBOL, "12~34", "wave@2" },
	{ ONSHI_EL_INSURED_CARD_SYMBOL, "12 34", "space@2" },
	{ ONSHI_EL_INSURED_CARD_SYMBOL, "１２　３４", "space@2" },
	{ ONSHI_EL_INSURED_CARD_SYMBOL, "12\u200b34", "unseen@2" },
	{ ONSHI_EL_INSURED_CARD_SYMBOL, "12\u00ad34", "unseen@2" },
	{ ONSHI_EL_INSURED_CARD_SYMBOL, "カ\u3099", "split_mark@1" },
	{ ONSHI_EL_INSURED_CARD_SYMBOL, "カ゛", "split_mark@1" },
	{ ONSHI_EL_INSURED_CARD_SYMBOL, "カﾞ", "split_mark@1,mixed_width@1" },
	{ ONSHI_EL_INSURED_CARD_SYMBOL, "ｶﾞ", "" },
	{ ONSHI_EL_INSURED_CARD_SYMBOL, "12３４", "mixed_width@2" },
	{ ONSHI_EL_INSURED_CARD_SYMBOL, "公立12", "mixed_width@2" },
	{ ONSHI_EL_INSURED_CARD_SYMBOL, "123456789012345678901",
	  "length@0" },
	{ ONSHI_EL_INSURED_IDENTIFICATION_NUMBER, "5678", "" },
	{ ONSHI_EL_INSURED_IDENTIFICATION_NUMBER, "56\t78", "unseen@2" },
	{ ONSHI_EL_INSURED_BRANCH_NUMBER, "01", "" },
	{ ONSHI_EL_INSURED_BRANCH_NUMBER, "00", "" },
	{ ONSHI_EL_INSURED_BRANCH_NUMBER, "1", "length@0" },
	{ ONSHI_EL_INSURED_BRANCH_NUMBER, "０１", "width@0,width@1" },
	{ ONSHI_EL_INSURED_BRANCH_NUMBER, "", "" },
	{ ONSHI_EL_INSURED_BRANCH_NUMBER, "O1", "letter@0" },
	{ ONSHI_EL_INSURED_BRANCH_NUMBER, "0I", "letter@1" },
	{ ONSHI_EL_INSURED_BRANCH_NUMBER, "0|", "letter@1" },
	{ ONSHI_EL_INSURED_BRANCH_NUMBER, "o1", "letter@0" },
	{ ONSHI_EL_INSURED_CARD_SYMBOL, "ｶｰ12", "" },
	{ ONSHI_EL_INSURED_CARD_SYMBOL, "あー１２", "" },
	{ ONSHI_EL_INSURED_CARD_SYMBOL, "12ｰ34", "hyphen@2" },
	{ ONSHI_EL_INSURED_CARD_SYMBOL, "公ー１２", "hyphen@1" },
	{ ONSHI_EL_INSURED_CARD_SYMBOL, "ー１２", "hyphen@0" },
	{ ONSHI_EL_INSURED_IDENTIFICATION_NUMBER, "12ー34",
	  "hyphen@2,mixed_width@2" },
	{ ONSHI_EL_NAME, "髙橋\u200b", "" }
};

START_TEST(hint)
{
	char said[256] = "";
	size_t i, at, n = 0;
	int number;

	for (i = 0; onshi_match_hint_at(typed[_i].element, typed[_i].text, i,
	    &number, &at) == ONSHI_OK; i++) {
		n += (size_t)snprintf(said + n, sizeof(said) - n, "%s%s@%zu",
		    i > 0 ? "," : "", onshi_hint_name(number), at);
		ck_assert_str_ne(onshi_hint_text(number, "ja"), "");
		ck_assert_str_ne(onshi_hint_text(number, "en"),
		    onshi_hint_text(number, "ja"));
	}
	ck_assert_msg(strcmp(said, typed[_i].hints) == 0, "%s: %s",
	    typed[_i].text, said);
	ck_assert_int_eq(number, 0);
}
END_TEST

/* ---- the lists ---------------------------------------------------------- */

/* Each reason has all its words; no step is without a word of what to do. */
START_TEST(reasons)
{
	int i, n = 0, severity;

	for (i = -1; i < 100; i++) {
		severity = onshi_difference_severity(i);
		if (onshi_difference_name(i) == NULL) {
			ck_assert_int_eq(severity, 0);
			ck_assert_int_eq(onshi_difference_verdict(i), 0);
			ck_assert_str_eq(onshi_difference_step(i, "ja"), "");
			ck_assert_str_eq(onshi_difference_text(i, "en"), "");
			continue;
		}
		n++;
		ck_assert_ptr_nonnull(onshi_severity_name(severity));
		ck_assert_ptr_nonnull(onshi_match_verdict_name(
		    onshi_difference_verdict(i)));
		ck_assert_str_ne(onshi_difference_step(i, "ja"), "");
		ck_assert_str_ne(onshi_difference_step(i, "en"), "");
		ck_assert_str_eq(onshi_difference_step(i, NULL),
		    onshi_difference_step(i, "en"));
		ck_assert_ptr_null(strstr(onshi_difference_text(i, "ja"),
		    "サービス"));
		/* Only what is different stops. */
		if (severity == ONSHI_SEVERITY_STOP)
			ck_assert_int_eq(onshi_difference_verdict(i),
			    ONSHI_MATCH_DIFFERENT);
	}
	ck_assert_int_eq(n, ONSHI_DIFFERENCE_UNCLEAR);
}
END_TEST

/* ---- the handle --------------------------------------------------------- */

static const struct onshi_record *
compared(struct onshi_match *m, struct onshi_message **answer,
    const char *on_file, const char *fields)
{
	const struct onshi_record *rec = answer_make(answer, fields);
	int verdict;

	file_put(m, on_file);
	ck_assert_int_eq(onshi_match_compare(m, rec, &verdict), ONSHI_OK);

	return rec;
}

/* What was found goes with the next comparison, what is on file stays. */
START_TEST(again)
{
	struct onshi_message *first = NULL, *second = NULL;
	const char *mine, *theirs;
	struct onshi_match *m;
	int element, verdict;

	ck_assert_int_eq(onshi_match_new(&m), ONSHI_OK);
	(void)compared(m, &first, "Name=架空　太郎;Birthdate=19800512",
	    "Name=見本　花子;Birthdate=19800512;InsuredBranchNumber=02");
	ck_assert_int_eq(onshi_match_at(m, 0, &element, NULL, &mine,
	    &theirs), ONSHI_OK);
	ck_assert_int_eq(element, ONSHI_EL_NAME);
	ck_assert_str_eq(mine, "架空　太郎");
	ck_assert_str_eq(theirs, "見本　花子");
	ck_assert_int_eq(onshi_match_compare(m, answer_make(&second,
	    "Name=架空　太郎;Birthdate=19800512"), &verdict), ONSHI_OK);
	ck_assert_int_eq(verdict, ONSHI_MATCH_SAME);
	ck_assert_int_eq(onshi_match_at(m, 0, &element, NULL, &mine, NULL),
	    ONSHI_END);
	ck_assert_int_eq(element, 0);
	ck_assert_ptr_null(mine);
	ck_assert_int_eq(onshi_match_keep_at(m, 0, &element, &mine),
	    ONSHI_OK);
	ck_assert_int_eq(element, ONSHI_EL_QUALIFICATION_CONFIRMATION_DATE);
	ck_assert_str_eq(mine, "20261005");
	ck_assert_int_eq(onshi_match_keep_at(m, 1, &element, &mine),
	    ONSHI_END);
	onshi_match_free(&m);
	ck_assert_ptr_null(m);
	onshi_match_free(&m);
	onshi_message_free(&first);
	onshi_message_free(&second);
}
END_TEST

/* The answer may go before the match; what is kept is a copy. */
START_TEST(kept)
{
	struct onshi_message *answer = NULL;
	const char *text;
	struct onshi_match *m;
	int element;
	size_t i;
	static const struct { int el; const char *text; } want[] = {
	    { ONSHI_EL_INSURED_BRANCH_NUMBER, "00" },
	    { ONSHI_EL_REFERENCE_NUMBER, "P-17" },
	    { ONSHI_EL_QUALIFICATION_CONFIRMATION_DATE, "20261005" } };

	ck_assert_int_eq(onshi_match_new(&m), ONSHI_OK);
	(void)compared(m, &answer, "", "Name=架空　太郎;"
	    "InsuredBranchNumber=00;ReferenceNumber=P-17");
	onshi_message_free(&answer);
	for (i = 0; i < COUNT(want); i++) {
		ck_assert_int_eq(onshi_match_keep_at(m, i, &element, &text),
		    ONSHI_OK);
		ck_assert_int_eq(element, want[i].el);
		ck_assert_str_eq(text, want[i].text);
	}
	onshi_match_free(&m);
}
END_TEST

/* An insurance and medical assistance in one answer: the expense on file is
 * looked for in both. */
START_TEST(beside)
{
	static const char file[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
	    "<XmlMsg><MessageHeader><SegmentOfResult>1</SegmentOfResult>"
	    "</MessageHeader><MessageBody><ProcessingResultStatus>1"
	    "</ProcessingResultStatus><QualificationValidity>1"
	    "</QualificationValidity><ResultList>"
	    "<ResultOfQualificationConfirmation>"
	    "<InsuredCardClassification>01</InsuredCardClassification>"
	    "<InsurerNumber>06999999</InsurerNumber>"
	    "</ResultOfQualificationConfirmation></ResultList><ResultList>"
	    "<ResultOfQualificationConfirmation>"
	    "<InsuredCardClassification>A1</InsuredCardClassification>"
	    "<InsurerNumber>12999990</InsurerNumber>"
	    "<InsuredIdentificationNumber>1234567"
	    "</InsuredIdentificationNumber><PublicExpenseResultList>"
	    "<MedicalTicketInfo><IssueNumber>A1</IssueNumber>"
	    "</MedicalTicketInfo></PublicExpenseResultList>"
	    "</ResultOfQualificationConfirmation></ResultList>"
	    "</MessageBody></XmlMsg>";
	const struct onshi_record *body, *rec;
	struct onshi_message *answer = NULL;
	struct onshi_match *m;
	int verdict;

	ck_assert_int_eq(onshi_message_new(&answer), ONSHI_OK);
	ck_assert_int_eq(onshi_message_read(answer, "OQSsiquc01res_1.xml",
	    (const uint8_t *)file, strlen(file)), ONSHI_OK);
	ck_assert_int_eq(onshi_message_body(answer, &body), ONSHI_OK);
	ck_assert_int_eq(onshi_record_child_at(body,
	    ONSHI_EL_RESULT_OF_QUALIFICATION_CONFIRMATION, 0, &rec),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_match_new(&m), ONSHI_OK);
	file_put(m, "InsurerNumber=06999999;PublicExpenseNumber=12999990;"
	    "BeneficiaryNumber=1234567;IssueNumber=A1");
	ck_assert_int_eq(onshi_match_compare(m, rec, &verdict), ONSHI_OK);
	ck_assert_int_eq(onshi_match_at(m, 0, NULL, NULL, NULL, NULL),
	    ONSHI_END);
	onshi_match_free(&m);
	onshi_message_free(&answer);
}
END_TEST

START_TEST(refused)
{
	static char long_text[4098];
	struct onshi_match *m;

	memset(long_text, 'A', sizeof(long_text) - 1);
	ck_assert_int_eq(onshi_match_new(&m), ONSHI_OK);
	ck_assert_int_eq(onshi_match_set_text(m, ONSHI_EL_NAME, "\xc0\x80"),
	    ONSHI_E_VALUE);
	ck_assert_int_eq(onshi_error_code(onshi_match_error(m)),
	    ONSHI_E_VALUE);
	ck_assert_int_eq(onshi_match_set_text(m, ONSHI_EL_NAME, long_text),
	    ONSHI_E_TOO_BIG);
	ck_assert_int_eq(onshi_match_set_text(m, ONSHI_EL_NAME,
	    long_text + 1), ONSHI_OK);
	ck_assert_int_eq(onshi_match_set_text(m, ONSHI_EL_ADDRESS, "架空県"),
	    ONSHI_ABSENT);
	ck_assert_int_eq(onshi_match_set_text(m, ONSHI_EL_SEX2, "1"),
	    ONSHI_ABSENT);
	ck_assert_int_eq(onshi_match_set_text(m, ONSHI_EL_DRUG_NAME, "1"),
	    ONSHI_ABSENT);
	ck_assert_int_eq(onshi_match_set_item(m, 16, ONSHI_EL_ISSUE_NUMBER,
	    "A"), ONSHI_E_ARG);
	ck_assert_int_eq(onshi_match_set_item(m, 15, ONSHI_EL_ISSUE_NUMBER,
	    "A"), ONSHI_OK);
	ck_assert_int_eq(onshi_match_set_item(m, 0, ONSHI_EL_NAME, "A"),
	    ONSHI_ABSENT);
	onshi_match_free(&m);
}
END_TEST

/* A name longer than any is compared, and never by its beginning alone. */
START_TEST(endless)
{
	struct onshi_message *answer = NULL;
	char fields[FIELDS], file[FIELDS - 8];
	struct onshi_match *m;
	int why, verdict;
	size_t i;

	(void)snprintf(file, sizeof(file), "Name=");
	for (i = 0; i < 220; i++)
		(void)strcat(file, "架");
	(void)snprintf(fields, sizeof(fields), "%s空", file);
	ck_assert_int_eq(onshi_match_new(&m), ONSHI_OK);
	file_put(m, file);
	ck_assert_int_eq(onshi_match_compare(m, answer_make(&answer, fields),
	    &verdict), ONSHI_OK);
	ck_assert_int_eq(verdict, ONSHI_MATCH_DIFFERENT);
	ck_assert_int_eq(onshi_match_at(m, 0, NULL, &why, NULL, NULL),
	    ONSHI_OK);
	ck_assert_int_eq(why, ONSHI_DIFFERENCE_NAME);
	onshi_match_free(&m);
	onshi_message_free(&answer);
}
END_TEST

static void
fill(TCase *c)
{
	tcase_add_loop_test(c, form, 0, (int)COUNT(forms));
	tcase_add_test(c, form_of_nothing);
	tcase_add_loop_test(c, claim, 0, (int)COUNT(claims));
	tcase_add_loop_test(c, hint, 0, (int)COUNT(typed));
	tcase_add_test(c, reasons);
	tcase_add_test(c, again);
	tcase_add_test(c, kept);
	tcase_add_test(c, beside);
	tcase_add_test(c, refused);
	tcase_add_test(c, endless);
}

int
main(void)
{
	return run_tests("match/value", fill);
}
