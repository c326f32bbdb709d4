/* What an answer says, layer by layer (messages.md 7.1, binding.md). */
#include "config.h"

#include "help.h"

#define HEAD	"<QualificationConfirmationDate>20261005"		\
	"</QualificationConfirmationDate><MedicalInstitutionCode>"	\
	"1319999996</MedicalInstitutionCode><ArbitraryFileIdentifier>ID-1" \
	"</ArbitraryFileIdentifier>"
#define SEG(n)	"<SegmentOfResult>" n "</SegmentOfResult>"
#define STATUS(n) "<ProcessingResultStatus>" n "</ProcessingResultStatus>"
#define VALID(n) "<QualificationValidity>" n "</QualificationValidity>"
#define CODE(c)	"<ProcessingResultCode>" c "</ProcessingResultCode>"
#define TEXT(c)	"<ProcessingResultMessage>" c "</ProcessingResultMessage>"
#define ERR(c)	"<ErrorCode>" c "</ErrorCode><ErrorMessage>text</ErrorMessage>"
#define RESULT(more) "<ResultList><ResultOfQualificationConfirmation>"	\
	"<Name>見本　翔子</Name><Birthdate>19880229</Birthdate>" more	\
	"</ResultOfQualificationConfirmation></ResultList>"
#define RC(c)	"<ResultCode>" c "</ResultCode><MessageContents>text"	\
	"</MessageContents>"
#define DRUGS	"<MeTrMonthInf><MeTrMonth>202608</MeTrMonth></MeTrMonthInf>"

#define SI	"OQSsiquc01res"
#define YZK	"YZKsiquc01res"
#define TKK	"TKKsiquc01res"

/* Codes of a deployment, beside ours. */
#define RULES	"SAMPLE0777E=no_consent, 9=no_consent ,SAMPLE0778E=" \
	"not_provided,XCRD0001E=error_file,8=no_data"

static const struct {
	const char	*name;
	const char	*kind;
	const char	*header;	/* after HEAD */
	const char	*body;
	int		 outcome;	/* NONE: refused as malformed */
	int		 result;
	const char	*code;
	bool		 is_note;
} rows[] = {
	{ "valid", SI, SEG("1"), STATUS("1") VALID("1") RESULT(""),
	    ONSHI_OUTCOME_VALID, ONSHI_OK, "", false },
	{ "valid, with a note", SI, SEG("1"), STATUS("1") CODE("SAMPLE0301W")
	    TEXT("text") VALID("1") RESULT(""), ONSHI_OUTCOME_VALID, ONSHI_OK,
	    "SAMPLE0301W", true },
	{ "in grace", SI, SEG("1"), STATUS("1") CODE("XCRD0101W") VALID("1")
	    RESULT(""), ONSHI_OUTCOME_VALID, ONSHI_OK, "XCRD0101W", true },
	{ "a note that reads like an error", SI, SEG("1"), STATUS("1")
	    CODE("XCRD0004E") VALID("1") RESULT(""), ONSHI_OUTCOME_VALID,
	    ONSHI_OK, "XCRD0004E", true },
	{ "non-disclosure beside success", SI, SEG("1"), STATUS("1")
	    CODE("XNDS0001E") VALID("1") RESULT(""),
	    ONSHI_OUTCOME_NOT_PROVIDED, ONSHI_E_NOT_PROVIDED,
	    "XNDS0001E", false },
	{ "valid without a list", SI, SEG("1"), STATUS("1") VALID("1"),
	    ONSHI_OUTCOME_NONE, 0, "", false },
	{ "valid with an empty list", SI, SEG("1"), STATUS("1") VALID("1")
	    "<ResultList/>", ONSHI_OUTCOME_NONE, 0, "", false },
	{ "valid with a result of nothing", SI, SEG("1"), STATUS("1")
	    VALID("1") "<ResultList><ResultOfQualificationConfirmation>"
	    "<Sex2/><ElderlyRecipientCertificateInfo/>"
	    "</ResultOfQualificationConfirmation></ResultList>",
	    ONSHI_OUTCOME_NONE, 0, "", false },
	{ "lost", SI, SEG("1"), STATUS("1") VALID("2") RESULT(""),
	    ONSHI_OUTCOME_LOST, ONSHI_OK, "", false },
	{ "lost, without a result", SI, SEG("1"), STATUS("1") VALID("2"),
	    ONSHI_OUTCOME_LOST, ONSHI_OK, "", false },
	{ "a newer one exists", SI, SEG("1"), STATUS("1") VALID("3"),
	    ONSHI_OUTCOME_LOST_NEWER_EXISTS, ONSHI_OK, "", false },
	{ "not found", SI, SEG("1"), STATUS("1") VALID("4"),
	    ONSHI_OUTCOME_NOT_FOUND, ONSHI_OK, "", false },
	{ "several", SI, SEG("1"), STATUS("1") VALID("5") RESULT(""),
	    ONSHI_OUTCOME_SEVERAL, ONSHI_OK, "", false },
	{ "valid, unregistered", SI, SEG("1"), STATUS("1") VALID("6")
	    RESULT(""), ONSHI_OUTCOME_VALID_UNREGISTERED, ONSHI_OK, "",
	    false },
	{ "validity 0", SI, SEG("1"), STATUS("1") VALID("0") RESULT(""),
	    ONSHI_OUTCOME_UNKNOWN_CODE, ONSHI_E_UNKNOWN_CODE, "", false },
	{ "validity 7", SI, SEG("1"), STATUS("1") VALID("7") RESULT(""),
	    ONSHI_OUTCOME_UNKNOWN_CODE, ONSHI_E_UNKNOWN_CODE, "", false },
	{ "validity 11", SI, SEG("1"), STATUS("1") VALID("11") RESULT(""),
	    ONSHI_OUTCOME_UNKNOWN_CODE, ONSHI_E_UNKNOWN_CODE, "", false },
	{ "no validity, but a result", SI, SEG("1"), STATUS("1") RESULT(""),
	    ONSHI_OUTCOME_UNKNOWN_CODE, ONSHI_E_UNKNOWN_CODE, "", false },
	{ "no status, but a result", SI, SEG("1"), VALID("1") RESULT(""),
	    ONSHI_OUTCOME_UNKNOWN_CODE, ONSHI_E_UNKNOWN_CODE, "", false },
	{ "status 3", SI, SEG("1"), STATUS("3") VALID("1") RESULT(""),
	    ONSHI_OUTCOME_UNKNOWN_CODE, ONSHI_E_UNKNOWN_CODE, "", false },
	{ "no segment, but a result", SI, "", STATUS("1") VALID("1")
	    RESULT(""), ONSHI_OUTCOME_UNKNOWN_CODE, ONSHI_E_UNKNOWN_CODE, "",
	    false },
	{ "segment in another case", SI, "<segmentofresult>1"
	    "</segmentofresult>", STATUS("1") VALID("1") RESULT(""),
	    ONSHI_OUTCOME_UNKNOWN_CODE, ONSHI_E_UNKNOWN_CODE, "", false },
	{ "segment 5", SI, SEG("5"), STATUS("1") VALID("1") RESULT(""),
	    ONSHI_OUTCOME_UNKNOWN_CODE, ONSHI_E_UNKNOWN_CODE, "", false },
	{ "the file failed", SI, SEG("9") ERR("SAMPLE0001E"), "",
	    ONSHI_OUTCOME_ERROR_FILE, ONSHI_E_SERVICE_ERROR, "SAMPLE0001E",
	    false },
	{ "the file failed, with a result", SI, SEG("9"), STATUS("1")
	    VALID("1") RESULT(""), ONSHI_OUTCOME_ERROR_FILE,
	    ONSHI_E_SERVICE_ERROR, "", false },
	{ "success with an error code", SI, SEG("1") ERR("SAMPLE0001E"),
	    STATUS("1") VALID("4"), ONSHI_OUTCOME_NOT_FOUND, ONSHI_OK, "",
	    false },
	{ "in progress", SI, SEG("2"), STATUS("1") VALID("1") RESULT(""),
	    ONSHI_OUTCOME_IN_PROGRESS, ONSHI_E_IN_PROGRESS, "", false },
	{ "error of the person", SI, SEG("1"), STATUS("2")
	    CODE("SAMPLE0102E") TEXT("text") VALID("1") RESULT(""),
	    ONSHI_OUTCOME_ERROR_PERSON, ONSHI_E_PERSON_ERROR, "SAMPLE0102E",
	    false },
	{ "error without a code", SI, SEG("1"), STATUS("2"),
	    ONSHI_OUTCOME_NOT_PROVIDED, ONSHI_E_NOT_PROVIDED, "", false },
	{ "error of a text alone", SI, SEG("1"), STATUS("2") TEXT("text")
	    RESULT(""), ONSHI_OUTCOME_NOT_PROVIDED, ONSHI_E_NOT_PROVIDED, "",
	    false },
	{ "suspended", SI, SEG("9") ERR("XSUS0001E"), "",
	    ONSHI_OUTCOME_SUSPENDED, ONSHI_E_SUSPENDED, "XSUS0001E", false },
	{ "suspended, told of the person", SI, SEG("1"), STATUS("2")
	    CODE("XSUS0001E"), ONSHI_OUTCOME_SUSPENDED, ONSHI_E_SUSPENDED,
	    "XSUS0001E", false },
	{ "non-disclosure", SI, SEG("1"), STATUS("2") CODE("XNDS0001E"),
	    ONSHI_OUTCOME_NOT_PROVIDED, ONSHI_E_NOT_PROVIDED,
	    "XNDS0001E", false },
	{ "no consent", SI, SEG("1"), STATUS("2") CODE("XCNS0001E"),
	    ONSHI_OUTCOME_NO_CONSENT, ONSHI_E_CONSENT, "XCNS0001E", false },
	{ "challenge used up", SI, SEG("1"), STATUS("2") CODE("XCRD0002E"),
	    ONSHI_OUTCOME_ERROR_PERSON, ONSHI_E_CHALLENGE, "XCRD0002E",
	    false },
	{ "certificate expired", SI, SEG("1"), STATUS("2") CODE("XCRD0003E"),
	    ONSHI_OUTCOME_ERROR_PERSON, ONSHI_E_CARD_EXPIRED, "XCRD0003E",
	    false },
	{ "certificate revoked", SI, SEG("1"), STATUS("2") CODE("XCRD0004E"),
	    ONSHI_OUTCOME_ERROR_PERSON, ONSHI_E_CARD_REVOKED, "XCRD0004E",
	    false },
	{ "unknown authority", SI, SEG("1"), STATUS("2") CODE("XCRD0005E"),
	    ONSHI_OUTCOME_ERROR_PERSON, ONSHI_E_CARD_AUTHORITY, "XCRD0005E",
	    false },
	{ "not registered", SI, SEG("1"), STATUS("2") CODE("XCRD0006E"),
	    ONSHI_OUTCOME_ERROR_PERSON, ONSHI_E_CARD_NOT_REGISTERED,
	    "XCRD0006E", false },
	{ "ours, mapped anew", SI, SEG("1"), STATUS("2") CODE("XCRD0001E"),
	    ONSHI_OUTCOME_ERROR_FILE, ONSHI_E_SERVICE_ERROR, "XCRD0001E",
	    false },
	{ "theirs, mapped", SI, SEG("1"), STATUS("2") CODE("SAMPLE0777E"),
	    ONSHI_OUTCOME_NO_CONSENT, ONSHI_E_CONSENT, "SAMPLE0777E",
	    false },
	{ "theirs, beside success", SI, SEG("1"), STATUS("1")
	    CODE("SAMPLE0778E") VALID("1") RESULT(""),
	    ONSHI_OUTCOME_NOT_PROVIDED, ONSHI_E_NOT_PROVIDED,
	    "SAMPLE0778E", false },
	{ "a code that another begins with", SI, SEG("1"), STATUS("2")
	    CODE("SAMPLE0777E2"), ONSHI_OUTCOME_ERROR_PERSON,
	    ONSHI_E_PERSON_ERROR, "SAMPLE0777E2", false },
	{ "no body", SI, SEG("1"), NULL, ONSHI_OUTCOME_UNKNOWN_CODE,
	    ONSHI_E_UNKNOWN_CODE, "", false },
	{ "empty elements are absent", SI, SEG("1") "<ErrorCode/>",
	    STATUS("1") "<ProcessingResultCode/>" VALID("4"),
	    ONSHI_OUTCOME_NOT_FOUND, ONSHI_OK, "", false },
	{ "drugs", YZK, RC("1"), DRUGS, ONSHI_OUTCOME_DATA, ONSHI_OK, "",
	    false },
	{ "drugs, code in the body", YZK, "", RC("1") DRUGS,
	    ONSHI_OUTCOME_DATA, ONSHI_OK, "", false },
	{ "drugs, nothing there", YZK, RC("1"), "", ONSHI_OUTCOME_NO_DATA,
	    ONSHI_OK, "", false },
	{ "drugs, no code", YZK, "", "", ONSHI_OUTCOME_NOT_PROVIDED,
	    ONSHI_E_NOT_PROVIDED, "", false },
	{ "drugs, no code but data", YZK, "", DRUGS,
	    ONSHI_OUTCOME_NOT_PROVIDED, ONSHI_E_NOT_PROVIDED, "", false },
	{ "drugs, a group of another name", YZK, RC("1"), "<MeTrMonthInfV2>"
	    "<MeTrMonth>202601</MeTrMonth></MeTrMonthInfV2>",
	    ONSHI_OUTCOME_NOT_PROVIDED, ONSHI_E_NOT_PROVIDED, "1", false },
	{ "drugs, a group of another name space", YZK, RC("1"),
	    "<p:MeTrMonthInf xmlns:p=\"q\"><MeTrMonth>202601</MeTrMonth>"
	    "</p:MeTrMonthInf>", ONSHI_OUTCOME_NOT_PROVIDED,
	    ONSHI_E_NOT_PROVIDED, "1", false },
	{ "drugs, an element that nobody knows", YZK, RC("1"), "<New>1</New>",
	    ONSHI_OUTCOME_NO_DATA, ONSHI_OK, "", false },
	{ "drugs, a group that nobody knows in the header", YZK, RC("1")
	    "<New><A>1</A></New>", "", ONSHI_OUTCOME_NO_DATA, ONSHI_OK, "",
	    false },
	{ "drugs, one that nobody knows beside lines", YZK, RC("1"), DRUGS
	    "<New><A>1</A></New>", ONSHI_OUTCOME_DATA, ONSHI_OK, "", false },
	{ "drugs, a number", YZK, RC("7"), "", ONSHI_OUTCOME_NOT_PROVIDED,
	    ONSHI_E_NOT_PROVIDED, "7", false },
	{ "drugs, a number and data", YZK, RC("7"), DRUGS,
	    ONSHI_OUTCOME_NOT_PROVIDED, ONSHI_E_NOT_PROVIDED, "7", false },
	{ "drugs, a number that is mapped to nothing", YZK, RC("8"), DRUGS,
	    ONSHI_OUTCOME_NO_DATA, ONSHI_OK, "8", false },
	{ "drugs, 11", YZK, RC("11"), DRUGS, ONSHI_OUTCOME_NOT_PROVIDED,
	    ONSHI_E_NOT_PROVIDED, "11", false },
	{ "drugs, suspended", YZK, RC("XSUS0001E"), "",
	    ONSHI_OUTCOME_SUSPENDED, ONSHI_E_SUSPENDED, "XSUS0001E", false },
	{ "drugs, a number mapped", YZK, RC("9"), "",
	    ONSHI_OUTCOME_NO_CONSENT, ONSHI_E_CONSENT, "9", false },
	{ "drugs, yes and no", YZK, RC("1"), RC("9") DRUGS,
	    ONSHI_OUTCOME_NO_CONSENT, ONSHI_E_CONSENT, "9", false },
	{ "drugs, no and yes", YZK, RC("XNDS0001E"), RC("1") DRUGS,
	    ONSHI_OUTCOME_NOT_PROVIDED, ONSHI_E_NOT_PROVIDED,
	    "XNDS0001E", false },
	{ "drugs, nothing and yes", YZK, "<ResultCode/>", RC("1") DRUGS,
	    ONSHI_OUTCOME_DATA, ONSHI_OK, "", false },
	{ "drugs, no consent", YZK, RC("XCNS0001E"), "",
	    ONSHI_OUTCOME_NO_CONSENT, ONSHI_E_CONSENT, "XCNS0001E", false },
	{ "drugs, not disclosed", YZK, RC("XNDS0001E"), DRUGS,
	    ONSHI_OUTCOME_NOT_PROVIDED, ONSHI_E_NOT_PROVIDED,
	    "XNDS0001E", false },
	{ "drugs, another code", YZK, RC("SAMPLE0103E"), "",
	    ONSHI_OUTCOME_NOT_PROVIDED, ONSHI_E_NOT_PROVIDED, "SAMPLE0103E",
	    false },
	{ "drugs, the file failed", YZK, SEG("9") ERR("SAMPLE0001E"), "",
	    ONSHI_OUTCOME_ERROR_FILE, ONSHI_E_SERVICE_ERROR, "SAMPLE0001E",
	    false },
	{ "checkups", TKK, RC("1"), "<SpecificHealthCheckupInfo/>",
	    ONSHI_OUTCOME_DATA, ONSHI_OK, "", false },
	{ "checkups, none", TKK, RC("1"), "", ONSHI_OUTCOME_NO_DATA,
	    ONSHI_OK, "", false },
	{ "receipt number", "OQSmuquc01res", "", "<ReceptionNumber>99"
	    "</ReceptionNumber>", ONSHI_OUTCOME_ACCEPTED, ONSHI_OK, "",
	    false },
	{ "no receipt number", "OQSmuquc01res", "", "",
	    ONSHI_OUTCOME_UNKNOWN_CODE, ONSHI_E_UNKNOWN_CODE, "", false },
	{ "receipt refused", "OQSmuhvq01res", "", STATUS("2")
	    CODE("SAMPLE0102E"), ONSHI_OUTCOME_ERROR_PERSON,
	    ONSHI_E_PERSON_ERROR, "SAMPLE0102E", false },
	{ "receipt, failed", "OQSmuimm01res", SEG("9"), "<ReceptionNumber>99"
	    "</ReceptionNumber>", ONSHI_OUTCOME_ERROR_FILE,
	    ONSHI_E_SERVICE_ERROR, "", false },
	{ "bulk done", "OQSmuquc02res", SEG("1"), "", ONSHI_OUTCOME_DONE,
	    ONSHI_OK, "", false },
	{ "bulk under way", "OQSmuonq02res", SEG("2"), "",
	    ONSHI_OUTCOME_IN_PROGRESS, ONSHI_E_IN_PROGRESS, "", false },
	{ "registered", "OQSsiimm01res", SEG("1"), STATUS("1"),
	    ONSHI_OUTCOME_REGISTERED, ONSHI_OK, "", false },
	{ "not registered", "OQSsiimm01res", SEG("1"), STATUS("2")
	    CODE("SAMPLE0102E"), ONSHI_OUTCOME_ERROR_PERSON,
	    ONSHI_E_PERSON_ERROR, "SAMPLE0102E", false },
	{ "bulk registration", "OQSmuimm02res", SEG("1"), "",
	    ONSHI_OUTCOME_DONE, ONSHI_OK, "", false },
	{ "disaster, found", "XDISsiquc01res", SEG("1"), STATUS("1")
	    VALID("1") RESULT(""), ONSHI_OUTCOME_VALID, ONSHI_OK, "",
	    false },
	{ "disaster, another area", "XDISsivst01res", SEG("1"), STATUS("2")
	    CODE("XDIS0001E"), ONSHI_OUTCOME_ERROR_FILE,
	    ONSHI_E_DISASTER_AREA, "XDIS0001E", false },
	{ "disaster, not now", "XDISsiquc01res", SEG("9")
	    "<ErrorCode>XDIS0002E</ErrorCode>", "",
	    ONSHI_OUTCOME_ERROR_FILE, ONSHI_E_DISASTER_PERIOD, "XDIS0002E",
	    false },
	{ "disaster, several", "XDISsivst01res", SEG("1"), STATUS("1")
	    VALID("5"), ONSHI_OUTCOME_SEVERAL, ONSHI_OK, "", false }
};

static struct oki_doc *
make(const char *kind, const char *header, const char *body)
{
	struct text t = { NULL, 0, 0 };
	struct oki_doc *doc;

	text_put(&t, "<XmlMsg><MessageHeader>" HEAD);
	text_put(&t, header);
	text_put(&t, "</MessageHeader>");
	if (body != NULL) {
		text_put(&t, "<MessageBody>");
		text_put(&t, body);
		text_put(&t, "</MessageBody>");
	}
	text_put(&t, "</XmlMsg>");
	doc = must_parse(kind, t.s, t.len);
	free(t.s);

	return doc;
}

START_TEST(row)
{
	struct oki_doc *doc = make(rows[_i].kind, rows[_i].header,
	    rows[_i].body);
	struct onshi_error e;
	struct oki_codes *codes;
	struct oki_verdict v;
	int r;

	oki_error_clear(&e);
	ck_assert_int_eq(oki_codes_new(RULES, &codes, NULL), ONSHI_OK);
	r = oki_message_judge(doc, NULL, codes, &v, &e);
	if (rows[_i].outcome == ONSHI_OUTCOME_NONE) {
		ck_assert_int_eq(r, ONSHI_E_ANSWER_REFUSED);
		ck_assert_str_eq(e.reason, "malformed");
	} else {
		ck_assert_int_eq(r, ONSHI_OK);
		ck_assert_msg(v.outcome == rows[_i].outcome &&
		    v.result == rows[_i].result, "%s: %s %d", rows[_i].name,
		    onshi_outcome_name(v.outcome), v.result);
		ck_assert_str_eq(v.code, rows[_i].code);
		ck_assert_int_eq(v.is_note, rows[_i].is_note);
		ck_assert_int_eq(oki_verdict_error(&v, &e), v.result);
		ck_assert_int_eq(e.code, v.result);
		if (v.result != ONSHI_OK) {
			ck_assert_int_eq(e.outcome, v.outcome);
			ck_assert_int_eq(e.sent, ONSHI_SENT_ANSWERED);
			ck_assert_str_eq(e.service_code, v.outcome ==
			    ONSHI_OUTCOME_NOT_PROVIDED ? "" : v.code);
			ck_assert_str_eq(e.service_text, v.text);
		}
	}
	oki_codes_free(&codes);
	oki_doc_free(&doc);
}
END_TEST

/* CO-8: by nothing that leaves the room, but for the code that is for the
 * sealed record, can what may not be told be told from what was not. */
static const struct {
	const char	*kind;
	const char	*hidden;
	const char	*other;
} alike[] = {
	{ SI, STATUS("2") CODE("XNDS0001E") TEXT("why"), STATUS("2") },
	{ SI, STATUS("1") CODE("XNDS0001E") TEXT("why") VALID("1") RESULT(""),
	    STATUS("2") VALID("1") },
	{ YZK, RC("XNDS0001E") DRUGS, "<ResultCode>9</ResultCode>" },
	{ YZK, "<ResultCode>XNDS0001E</ResultCode>", "" },
	{ TKK, RC("XNDS0001E"), "<ResultCode>SAMPLE0103E</ResultCode>"
	    "<SpecificHealthCheckupInfo/>" }
};

START_TEST(told_by_nothing)
{
	const char *bodies[2] = { alike[_i].hidden, alike[_i].other };
	const char *head = strcmp(alike[_i].kind, SI) == 0 ? SEG("1") : "";
	struct onshi_error e[2];
	struct oki_verdict v;
	struct oki_doc *doc;
	size_t i;

	memset(e, 0, sizeof(e));
	for (i = 0; i < 2; i++) {
		doc = make(alike[_i].kind, head, bodies[i]);
		oki_error_clear(&e[i]);
		ck_assert_int_eq(oki_message_judge(doc, NULL, NULL, &v,
		    &e[i]), ONSHI_OK);
		ck_assert_int_eq(oki_verdict_error(&v, &e[i]),
		    ONSHI_E_NOT_PROVIDED);
		ck_assert_str_eq(v.text, "");
		if (i == 0)
			ck_assert_str_eq(v.code, "XNDS0001E");
		oki_doc_free(&doc);
	}
	ck_assert_int_eq(memcmp(&e[0], &e[1], sizeof(e[0])), 0);
}
END_TEST

/* The service's own words are kept for all else that is not provided. */
START_TEST(words_are_kept)
{
	struct oki_doc *doc = make(YZK, "", RC("9"));
	struct onshi_error e;
	struct oki_verdict v;

	oki_error_clear(&e);
	ck_assert_int_eq(oki_message_judge(doc, NULL, NULL, &v, &e),
	    ONSHI_OK);
	ck_assert_int_eq(oki_verdict_error(&v, &e), ONSHI_E_NOT_PROVIDED);
	ck_assert_str_eq(onshi_error_service_text(&e), "text");
	ck_assert_str_eq(onshi_error_service_code(&e), "");
	ck_assert_str_eq(v.code, "9");
	oki_doc_free(&doc);
}
END_TEST

/* The exit status by outcome, as onshikaku(1) has it. */
START_TEST(classes)
{
	static const int want[] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 6,
	    5, 5, 5, 5, 5, 5 };
	size_t i;

	for (i = 0; i < OKI_COUNT(want); i++) {
		ck_assert_ptr_nonnull(onshi_outcome_name((int)i));
		ck_assert_msg(onshi_outcome_class((int)i) == want[i], "%s",
		    onshi_outcome_name((int)i));
	}
	ck_assert_ptr_null(onshi_outcome_name((int)i));
	ck_assert_int_eq(onshi_outcome_class((int)i), 5);
	ck_assert_int_eq(onshi_outcome_class(-1), 5);
	ck_assert_str_eq(onshi_outcome_name(ONSHI_OUTCOME_NOT_PROVIDED),
	    "not_provided");
	ck_assert_str_eq(onshi_outcome_name(ONSHI_OUTCOME_SUSPENDED),
	    "suspended");
}
END_TEST

/* What the outcome does not give is gone, and its memory with it. */
START_TEST(withheld)
{
	struct oki_doc *doc = make(rows[_i].kind, rows[_i].header,
	    rows[_i].body);
	bool gives[32] = { [ONSHI_OUTCOME_VALID] = true,
	    [ONSHI_OUTCOME_VALID_UNREGISTERED] = true,
	    [ONSHI_OUTCOME_LOST] = true,
	    [ONSHI_OUTCOME_LOST_NEWER_EXISTS] = true,
	    [ONSHI_OUTCOME_DATA] = true };
	const char *name = oki_record_search(oki_doc_root(doc), ONSHI_EL_NAME);
	const char *month = oki_record_search(oki_doc_root(doc),
	    ONSHI_EL_ME_TR_MONTH);
	bool given = gives[rows[_i].outcome];

	oki_message_withhold(doc, rows[_i].outcome);
	if (rows[_i].outcome == ONSHI_OUTCOME_NONE)
		given = true;
	if (name != NULL)
		ck_assert_int_eq(name[0] != '\0', given);
	if (month != NULL)
		ck_assert_int_eq(month[0] != '\0', given);
	ck_assert_int_eq(oki_record_search(oki_doc_root(doc), ONSHI_EL_NAME)
	    != NULL, given && name != NULL);
	ck_assert_int_eq(oki_record_search(oki_doc_root(doc),
	    ONSHI_EL_ME_TR_MONTH) != NULL, given && month != NULL);
	/* The header stays, and so does what is wrong. */
	ck_assert_pstr_eq(oki_record_get(oki_doc_header(doc),
	    ONSHI_EL_MEDICAL_INSTITUTION_CODE), "1319999996");
	oki_doc_free(&doc);
}
END_TEST

/* Results and persons are withheld wherever they stand. A new value of the
 * header stays; a new block in it may be anything, a person too. */
START_TEST(withheld_anywhere)
{
	static const char *const headers[] = { RESULT(""),
	    "<QuaInf><Name>見本　翔子</Name></QuaInf>",
	    "<New><Newer>見本　翔子</Newer></New>",
	    "<Name>見本　翔子</Name>" };
	struct text t = { NULL, 0, 0 };
	struct oki_doc *doc;

	text_put(&t, SEG("1"));
	text_put(&t, headers[_i]);
	text_put(&t, "<Newest>7</Newest>");
	doc = make(SI, t.s, STATUS("2"));
	free(t.s);
	oki_message_withhold(doc, ONSHI_OUTCOME_ERROR_PERSON);
	t = (struct text){ NULL, 0, 0 };
	dump(oki_doc_root(doc), &t);
	ck_assert_ptr_null(strstr(t.s, "見本"));
	ck_assert_ptr_nonnull(strstr(t.s, "1319999996"));
	ck_assert_ptr_nonnull(strstr(t.s, "Newest\t7"));
	free(t.s);
	oki_doc_free(&doc);
}
END_TEST

/* ---- whose answer it is ------------------------------------------------- */

#define ECHO(more) "<QualificationConfirmSearchInfo><InsurerNumber>  999995" \
	"</InsurerNumber><InsuredCardSymbol>架空１－２</InsuredCardSymbol>" \
	"<InsuredIdentificationNumber>3456</InsuredIdentificationNumber>" \
	"<InsuredBranchNumber>02</InsuredBranchNumber>" more		\
	"</QualificationConfirmSearchInfo>"
#define GOOD	STATUS("1") VALID("1") RESULT("")

static const struct {
	const char	*name;
	const char	*kind;
	const char	*body;
	struct oki_expect expect;
	const char	*element;	/* that is another's; NULL: ours */
} whose[] = {
	{ "all as asked", SI, GOOD ECHO("<Birthdate>19880229</Birthdate>"
	    "<ArbitraryIdentifier>417</ArbitraryIdentifier>"), { SI,
	    "1319999996", "20261005", "ID-1", NULL, "417", "19880229",
	    "00999995", "架空1-2", "３４５６", "02" }, NULL },
	{ "zeros before a number", SI, GOOD ECHO(""), { .number = "００3456" },
	    NULL },
	{ "zeros before, the other way", SI, GOOD "<QualificationConfirm"
	    "SearchInfo><InsuredIdentificationNumber>００１７"
	    "</InsuredIdentificationNumber></QualificationConfirmSearchInfo>",
	    { .number = "17" }, NULL },
	{ "zeros within a number", SI, GOOD ECHO(""), { .number = "34056" },
	    "InsuredIdentificationNumber" },
	{ "kana of either width", SI, GOOD "<QualificationConfirmSearchInfo>"
	    "<InsuredCardSymbol>ｶﾞﾊﾟｳﾞｱｯ・〜ー1</InsuredCardSymbol>"
	    "</QualificationConfirmSearchInfo>", { .symbol =
	    "ガパヴアッ･～-１" }, NULL },
	{ "kana with another mark", SI, GOOD "<QualificationConfirmSearchInfo>"
	    "<InsuredCardSymbol>ﾊﾟ1</InsuredCardSymbol>"
	    "</QualificationConfirmSearchInfo>", { .symbol = "バ1" },
	    "InsuredCardSymbol" },
	{ "kana without its mark", SI, GOOD "<QualificationConfirmSearchInfo>"
	    "<InsuredCardSymbol>ﾊ</InsuredCardSymbol>"
	    "</QualificationConfirmSearchInfo>", { .symbol = "バ" },
	    "InsuredCardSymbol" },
	{ "nothing known", SI, GOOD, { .kind = NULL }, NULL },
	{ "what is absent is not wrong", SI, STATUS("1") VALID("4"), { SI,
	    "1319999996", "20261005", "ID-1", "7", "417", "19880229",
	    "999995", "x", "1", "02" }, NULL },
	{ "what is empty is not wrong", SI, STATUS("1") VALID("4")
	    "<QualificationConfirmSearchInfo><InsurerNumber/><Birthdate/>"
	    "</QualificationConfirmSearchInfo>", { .birthdate = "19880229",
	    .insurer_number = "999995" }, NULL },
	{ "institution", SI, GOOD, { .institution = "1319999999" },
	    "MedicalInstitutionCode" },
	{ "date", SI, GOOD, { .date = "20261006" },
	    "QualificationConfirmationDate" },
	{ "file identifier", SI, GOOD, { .file_id = "ID-2" },
	    "ArbitraryFileIdentifier" },
	{ "person identifier in the echo", SI, GOOD ECHO(
	    "<ArbitraryIdentifier>418</ArbitraryIdentifier>"),
	    { .person_id = "417" }, "ArbitraryIdentifier" },
	{ "person identifier in a result", SI, STATUS("1") VALID("1") RESULT(
	    "<ArbitraryIdentifier>418</ArbitraryIdentifier>"),
	    { .person_id = "417" }, "ArbitraryIdentifier" },
	{ "birth date in a result", SI, GOOD, { .birthdate = "19880228" },
	    "Birthdate" },
	{ "birth date in the echo", SI, STATUS("1") VALID("4") ECHO(
	    "<Birthdate>19880229</Birthdate>"), { .birthdate = "19880228" },
	    "Birthdate" },
	{ "birth date in a lost one", SI, STATUS("1") VALID("2") RESULT(""),
	    { .birthdate = "19880228" }, "Birthdate" },
	{ "insurer of the echo", SI, GOOD ECHO(""), { .insurer_number =
	    "999996" }, "InsurerNumber" },
	{ "symbol of the echo", SI, GOOD ECHO(""), { .symbol = "架空1-3" },
	    "InsuredCardSymbol" },
	{ "number of the echo", SI, GOOD ECHO(""), { .number = "34567" },
	    "InsuredIdentificationNumber" },
	{ "branch of the echo", SI, GOOD ECHO(""), { .branch = "2" },
	    "InsuredBranchNumber" },
	{ "digits of another width where the same are asked", SI, GOOD ECHO(
	    ""), { .branch = "０２" }, "InsuredBranchNumber" },
	{ "nor for an insurer", SI, GOOD ECHO(""), { .insurer_number =
	    "９９９９９５" }, "InsurerNumber" },
	{ "another kind", SI, GOOD, { .kind = YZK }, "kind" },
	{ "drugs of another", YZK, RC("1") DRUGS, { .birthdate = "1",
	    .institution = "x" }, "MedicalInstitutionCode" },
	{ "receipt number", "OQSmuquc02res", "", { .reception = "98" },
	    "ReceptionNumber" }
};

START_TEST(ours)
{
	struct oki_doc *doc = make(whose[_i].kind, strcmp(whose[_i].kind,
	    "OQSmuquc02res") == 0 ? SEG("1")
	    "<ReceptionNumber>99</ReceptionNumber>" : SEG("1"),
	    whose[_i].body);
	struct oki_verdict v;
	struct onshi_error e;
	int r;

	oki_error_clear(&e);
	r = oki_message_judge(doc, &whose[_i].expect, NULL, &v, &e);
	if (whose[_i].element == NULL)
		ck_assert_msg(r == ONSHI_OK, "%s", e.text);
	else {
		ck_assert_int_eq(r, ONSHI_E_ANSWER_REFUSED);
		ck_assert_str_eq(e.reason, "not_for_us");
		ck_assert_msg(strstr(e.text, whose[_i].element) != NULL,
		    "%s", e.text);
	}
	oki_doc_free(&doc);
}
END_TEST

/* Persons of medical answers: QuaInf and QualificationsInfo. */
START_TEST(persons_of_medical_answers)
{
	static const char *const numbers[] = { "26", "29" };
	static const char *const births[] = { "19921130", "19430315" };
	struct text bytes = sample_numbered(numbers[_i]);
	struct oki_doc *doc = must_parse(NULL, bytes.s, bytes.len);
	struct oki_expect x = { .birthdate = births[_i] };
	struct oki_verdict v;
	struct onshi_error e;

	oki_error_clear(&e);
	ck_assert_int_eq(oki_message_judge(doc, &x, NULL, &v, &e), ONSHI_OK);
	x.birthdate = "20010101";
	ck_assert_int_eq(oki_message_judge(doc, &x, NULL, &v, &e),
	    ONSHI_E_ANSWER_REFUSED);
	ck_assert_str_eq(e.reason, "not_for_us");
	ck_assert_int_eq(onshi_error_phase(&e), ONSHI_PHASE_ANSWER);
	oki_doc_free(&doc);
	free(bytes.s);
}
END_TEST

/* Malformed weighs more than not for us (onshi_message(3)). */
START_TEST(malformed_first)
{
	struct oki_doc *doc = make(SI, SEG("1"), STATUS("1") VALID("1"));
	struct oki_expect x = { .institution = "x" };
	struct oki_verdict v;
	struct onshi_error e;

	oki_error_clear(&e);
	ck_assert_int_eq(oki_message_judge(doc, &x, NULL, &v, &e),
	    ONSHI_E_ANSWER_REFUSED);
	ck_assert_str_eq(e.reason, "malformed");
	oki_doc_free(&doc);
}
END_TEST

/* A request says what is expected back: each sample answers its own. */
START_TEST(expected_by_a_request)
{
	static const char *const pairs[][3] = { { "01", "02", "" },
	    { "01", "03", "not_for_us" }, { "25", "26", "" },
	    { "30", "31", "" }, { "17", "18", "" }, { "28", "29", "" },
	    { "25", "27", "not_for_us" } };
	struct text a = sample_numbered(pairs[_i][0]);
	struct text b = sample_numbered(pairs[_i][1]);
	struct oki_doc *request = must_parse(NULL, a.s, a.len), *answer;
	struct oki_expect x;
	struct oki_verdict v;
	struct onshi_error e;

	oki_error_clear(&e);
	oki_expect_request(&x, request);
	answer = must_parse(x.kind, b.s, b.len);
	(void)!oki_message_judge(answer, &x, NULL, &v, &e);
	ck_assert_str_eq(e.reason, pairs[_i][2]);
	oki_doc_free(&answer);
	oki_doc_free(&request);
	free(a.s);
	free(b.s);
}
END_TEST

/* ---- bulk, and the deployment's codes ----------------------------------- */

START_TEST(units)
{
	static const struct { const char *number, *id; int outcome; } want[] =
	    { { "16", "000417", ONSHI_OUTCOME_VALID },
	    { "16", "000033", ONSHI_OUTCOME_LOST },
	    { "16", "000611", ONSHI_OUTCOME_ERROR_PERSON },
	    { "24", NULL, ONSHI_OUTCOME_VALID },
	    { "20", NULL, ONSHI_OUTCOME_REGISTERED },
	    { "20", NULL, ONSHI_OUTCOME_ERROR_PERSON } };
	const struct onshi_record *unit = NULL;
	struct oki_expect x = { .person_id = want[_i].id };
	struct text bytes = sample_numbered(want[_i].number);
	struct oki_doc *doc = must_parse(NULL, bytes.s, bytes.len);
	struct oki_verdict v;
	struct onshi_error e;
	int i, el = _i < 4 ? ONSHI_EL_BULK_CONFIRM_UNIT :
	    ONSHI_EL_BULK_REGISTRATION_UNIT;

	for (i = _i < 3 ? 0 : _i < 4 ? 3 : 4; i <= _i; i++)
		unit = oki_record_next_of(oki_doc_root(doc), el, unit);
	oki_error_clear(&e);
	ck_assert_int_eq(oki_unit_judge(unit, &x, NULL, &v, &e), ONSHI_OK);
	ck_assert_str_eq(onshi_outcome_name(v.outcome),
	    onshi_outcome_name(want[_i].outcome));
	/* Nothing of a person whose outcome gives it is withheld. */
	oki_unit_withhold((struct onshi_record *)(uintptr_t)unit,
	    ONSHI_OUTCOME_VALID);
	if (want[_i].outcome == ONSHI_OUTCOME_VALID)
		ck_assert_ptr_nonnull(oki_record_search(unit,
		    ONSHI_EL_NAME));
	if (want[_i].id != NULL) {
		x.person_id = "000418";
		ck_assert_int_eq(oki_unit_judge(unit, &x, NULL, &v, &e),
		    ONSHI_E_ANSWER_REFUSED);
		ck_assert_str_eq(e.reason, "not_for_us");
	}
	oki_doc_free(&doc);
	free(bytes.s);
}
END_TEST

static const struct {
	const char	*text;
	int		 result;
} rules[] = {
	{ NULL, ONSHI_OK }, { "", ONSHI_OK }, { ",", ONSHI_OK },
	{ "A1E=no_data", ONSHI_OK }, { " A=several , B=not_found ", ONSHI_OK },
	{ "A=valid", ONSHI_E_CONFIG }, { "A=data", ONSHI_E_CONFIG },
	{ "A=lost", ONSHI_E_CONFIG }, { "A=accepted", ONSHI_E_CONFIG },
	{ "A=registered", ONSHI_E_CONFIG }, { "A=none", ONSHI_E_CONFIG },
	{ "A=", ONSHI_E_CONFIG }, { "A", ONSHI_E_CONFIG },
	{ "=no_data", ONSHI_E_CONFIG }, { "A B=no_data", ONSHI_E_CONFIG },
	{ "A=no_data B=no_data", ONSHI_E_CONFIG },
	{ "A=no_data,B=NO_DATA", ONSHI_E_CONFIG },
	{ "A=no_dat", ONSHI_E_CONFIG }, { "\xe3\x81\x82=no_data",
	    ONSHI_E_CONFIG },
	{ "A23456789012345678901234567890123456789012345678901234567890123="
	    "no_data", ONSHI_OK },
	{ "A234567890123456789012345678901234567890123456789012345678901234="
	    "no_data", ONSHI_E_CONFIG }
};

START_TEST(rules_are_read)
{
	struct onshi_error e;
	struct oki_codes *c;

	oki_error_clear(&e);
	ck_assert_int_eq(oki_codes_new(rules[_i].text, &c, &e),
	    rules[_i].result);
	ck_assert_int_eq(c != NULL, rules[_i].result == ONSHI_OK);
	oki_codes_free(&c);
	ck_assert_ptr_null(c);
}
END_TEST

/* Long texts of the service are cut between characters. */
START_TEST(long_texts)
{
	struct text t = { NULL, 0, 0 };
	struct oki_verdict v;
	struct oki_doc *doc;

	text_put(&t, STATUS("2") CODE("SAMPLE0102E")
	    "<ProcessingResultMessage>");
	text_repeat(&t, "x", (size_t)_i);
	text_repeat(&t, "あ", 1000);
	text_put(&t, "</ProcessingResultMessage>");
	doc = make(SI, SEG("1"), t.s);
	ck_assert_int_eq(oki_message_judge(doc, NULL, NULL, &v, NULL),
	    ONSHI_OK);
	ck_assert(oki_is_utf8(v.text, strlen(v.text)));
	ck_assert_uint_ge(strlen(v.text), 1021);
	oki_doc_free(&doc);
	free(t.s);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("judge");
	TCase *c = tcase_create("judge");

	tcase_add_loop_test(c, row, 0, (int)OKI_COUNT(rows));
	tcase_add_loop_test(c, told_by_nothing, 0, (int)OKI_COUNT(alike));
	tcase_add_test(c, words_are_kept);
	tcase_add_test(c, classes);
	tcase_add_loop_test(c, withheld, 0, (int)OKI_COUNT(rows));
	tcase_add_loop_test(c, withheld_anywhere, 0, 4);
	tcase_add_loop_test(c, ours, 0, (int)OKI_COUNT(whose));
	tcase_add_loop_test(c, persons_of_medical_answers, 0, 2);
	tcase_add_test(c, malformed_first);
	tcase_add_loop_test(c, expected_by_a_request, 0, 7);
	tcase_add_loop_test(c, units, 0, 6);
	tcase_add_loop_test(c, rules_are_read, 0, (int)OKI_COUNT(rules));
	tcase_add_loop_test(c, long_texts, 0, 3);
	suite_add_tcase(s, c);

	return run_suite(s);
}
