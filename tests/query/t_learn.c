/* What the answer to a check-in tells about the case: consents, insurance. */
#include "config.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "query/inside.h"
#include "tests/core/run.h"

#define FLAG(name, value) "<" name "ConsFlg>" value "</" name "ConsFlg>"
#define TIME(name, value) "<" name "ConsTime>" value "</" name "ConsTime>"
#define UNTIL(name, value) "<" name "AvailableTime>" value "</" name	\
	"AvailableTime>"
#define DRUGS	"PharmacistsInfo"
#define LIMIT	"LimitApplicationCertificateRelated"
#define ONE(s)	"<ResultOfQualificationConfirmation>" s			\
	"</ResultOfQualificationConfirmation>"
#define T1	"20261005110520"
#define T2	"20261005110530"
#define U1	"20261006110520"
#define U2	"20261006110500"
#define ASKED	5000000
#define NOW	"20261005110540"
#define FULL(t, u) FLAG(DRUGS, "1") TIME(DRUGS, t) UNTIL(DRUGS, u)
#define AID	"<InsuredCardClassification>A1</InsuredCardClassification>"

static struct onshi_config *config;
static struct oki_case k;

static void
start(void)
{
	memset(&k, 0, sizeof(k));
	ck_assert_int_eq(onshi_config_new(&config), ONSHI_OK);
	ck_assert_int_eq(oki_env_new(config, &k.env), ONSHI_OK);
	k.method = ONSHI_METHOD_PIN;
	k.asked_ms = ASKED;
	k.consent[ONSHI_CATEGORY_DRUGS].given = true;
	k.consent[ONSHI_CATEGORY_LIMIT].given = true;
}

static void
stop(void)
{
	oki_case_clear(&k);
	oki_env_free(&k.env);
	onshi_config_free(&config);
}

/* Learns from an answer with this in its header, before and in its list. */
static void
learn(const char *header, const char *before, const char *results)
{
	struct oki_verdict v = { .outcome = ONSHI_OUTCOME_VALID };
	struct onshi_exchange x;
	struct oki_doc *doc;
	struct oki_buf xml;

	memset(&x, 0, sizeof(x));
	oki_buf_init(&xml, 65536);
	ck_assert_int_eq(oki_buf_format(&xml, "<XmlMsg><MessageHeader>"
	    "<ProcessExecutionTime>" NOW "</ProcessExecutionTime>%s"
	    "</MessageHeader><MessageBody>%s<ResultList>%s</ResultList>"
	    "</MessageBody></XmlMsg>", header, before, results), ONSHI_OK);
	ck_assert_int_eq(oki_message_parse("OQSsiquc01res", xml.data, xml.len,
	    NULL, &doc, NULL), ONSHI_OK);
	ck_assert_int_eq(oki_case_learn(&k, doc, &v, &x), ONSHI_OK);
	ck_assert_int_eq(k.proven, k.method != ONSHI_METHOD_NUMBER);
	oki_doc_free(&doc);
	oki_buf_free(&xml);
}

static int64_t
seconds(const char *text)
{
	int64_t t = 0;

	ck_assert(text == NULL || oki_time_parse(text, &t));

	return t;
}

static const struct {
	const char	*name;
	const char	*header;
	const char	*before;	/* the list */
	const char	*results;
	bool		 granted;
	const char	*since;		/* NULL: unknown */
	const char	*until;
} rows[] = {
	{ "granted", "", "", ONE(FULL(T1, U1)), true, T1, U1 },
	{ "refused", "", "", ONE(FLAG(DRUGS, "0")), false, NULL, NULL },
	{ "run out", "", "", ONE(FLAG(DRUGS, "2") TIME(DRUGS, T1)), false,
	    NULL, NULL },
	{ "not spoken of", "", "", ONE(TIME(DRUGS, T1) UNTIL(DRUGS, U1)),
	    false, NULL, NULL },
	{ "the second says nothing", "", "", ONE(FULL(T1, U1)) ONE(AID),
	    true, T1, U1 },
	{ "the first says nothing", "", "", ONE(AID) ONE(FULL(T1, U1)), true,
	    T1, U1 },
	{ "the second refuses", "", "", ONE(FULL(T1, U1))
	    ONE(AID FLAG(DRUGS, "0")), false, NULL, NULL },
	{ "the first refuses", "", "", ONE(AID FLAG(DRUGS, "0"))
	    ONE(FULL(T1, U1)), false, NULL, NULL },
	{ "the narrower of two", "", "", ONE(FULL(T1, U1)) ONE(FULL(T2, U2)),
	    true, T2, U2 },
	{ "the narrower, the other way", "", "", ONE(FULL(T2, U2))
	    ONE(FULL(T1, U1)), true, T2, U2 },
	{ "one without its end", "", "", ONE(FULL(T1, U1))
	    ONE(FLAG(DRUGS, "1") TIME(DRUGS, T1)), true, T1, U1 },
	{ "no times of another", "", "", ONE(FLAG(DRUGS, "1"))
	    ONE(TIME(DRUGS, T1) UNTIL(DRUGS, U1)), true, NULL, NULL },
	{ "in the header", FULL(T1, U1), "", ONE(""), false, NULL, NULL },
	{ "in the body", "", FULL(T1, U1), ONE(""), false, NULL, NULL },
	{ "in something new", "", "<New>" FULL(T1, U1) "</New>", ONE(""),
	    false, NULL, NULL }
};

START_TEST(consents)
{
	const struct oki_consent *c = &k.consent[ONSHI_CATEGORY_DRUGS];

	learn(rows[_i].header, rows[_i].before, rows[_i].results);
	ck_assert_msg(c->granted == rows[_i].granted, "%s", rows[_i].name);
	ck_assert_int_eq(c->since, seconds(rows[_i].since));
	ck_assert_int_eq(c->until, seconds(rows[_i].until));
	ck_assert(!k.consent[ONSHI_CATEGORY_CARE].granted);
}
END_TEST

/* TI-4: how long it runs from when it was asked, by the service's own times. */
static const struct {
	const char	*name;
	const char	*since;
	const char	*until;
	int64_t		 runs_ms;	/* 0: not at all */
} spans[] = {
	{ "a day after its registration", T1, U1, (86400 - 20) * 1000 },
	{ "an hour is left", T1, "20261005120540", 3600000 },
	{ "a second is left", T1, "20261005110541", 1000 },
	{ "at its end", T1, NOW, 0 },
	{ "over", T1, "20261005110539", 0 },
	{ "never longer than a day", T1, "20261031110520",
	  (86400 - 20) * 1000 },
	{ "registered a day ago", "20261004110541", "20261031110520", 1000 },
	{ "registered longer ago", "20261004110540", "20261031110520", 0 },
	{ "registered right now", NOW, U1, (86400 - 20) * 1000 },
	{ "the service's clocks differ a little", "20261005110640",
	  "20261005120540", 3600000 },
	{ "and too much", "20261005110641", "20261005120540", 0 },
	{ "ends when it begins", T1, T1, 0 },
	{ "ends before it begins", NOW, T1, 0 },
	{ "no end", T1, NULL, 0 },
	{ "no beginning", NULL, U1, 0 },
	{ "no times", NULL, NULL, 0 },
	{ "no time of day", "2026100511052", U1, 0 }
};

START_TEST(runs)
{
	const struct oki_consent *c = &k.consent[ONSHI_CATEGORY_DRUGS];
	char xml[1024];

	snprintf(xml, sizeof(xml), ONE(FLAG(DRUGS, "1") TIME(DRUGS, "%s")
	    UNTIL(DRUGS, "%s")), spans[_i].since != NULL ? spans[_i].since :
	    "", spans[_i].until != NULL ? spans[_i].until : "");
	learn("", "", xml);
	ck_assert(c->granted);
	ck_assert_msg(oki_consent_end_ms(c) == (spans[_i].runs_ms == 0 ? 0 :
	    ASKED + spans[_i].runs_ms), "%s", spans[_i].name);
	if (spans[_i].runs_ms != 0)
		ck_assert_int_eq(c->from_ms, ASKED);
}
END_TEST

/* By typed numbers, the co-payment limit alone can be granted (CO-2, CO-3). */
START_TEST(by_number)
{
	k.method = ONSHI_METHOD_NUMBER;
	k.consent[ONSHI_CATEGORY_DISEASES].given = true;
	learn("", "", ONE(FULL(T1, U1) FLAG(LIMIT, "1") TIME(LIMIT, T1)));
	ck_assert(k.consent[ONSHI_CATEGORY_LIMIT].granted);
	ck_assert(!k.consent[ONSHI_CATEGORY_DISEASES].granted);
	ck_assert(!k.consent[ONSHI_CATEGORY_DRUGS].granted);
	ck_assert_str_eq(k.insured.insurer, "");
	ck_assert(k.token == NULL);
}
END_TEST

/* CO-3: what rests on a consent goes, wherever it stands, but with it. */
START_TEST(cut)
{
	static const char xml[] = "<XmlMsg><MessageHeader></MessageHeader>"
	    "<MessageBody><ResultList><ResultOfQualificationConfirmation>"
	    "<Name>N</Name><LimitApplicationCertificateRelatedInfo>"
	    "<LimitApplicationCertificateClassificationFlag>B09"
	    "</LimitApplicationCertificateClassificationFlag>"
	    "</LimitApplicationCertificateRelatedInfo>"
	    "<SpecificDiseasesCertificateList><SpecificDiseasesCertificateInfo>"
	    "<SpecificDiseasesDiseaseCategory>3"
	    "</SpecificDiseasesDiseaseCategory>"
	    "</SpecificDiseasesCertificateInfo>"
	    "</SpecificDiseasesCertificateList>"
	    "</ResultOfQualificationConfirmation></ResultList></MessageBody>"
	    "</XmlMsg>";
	struct oki_consent *limit = &k.consent[ONSHI_CATEGORY_LIMIT];
	struct oki_consent *diseases = &k.consent[ONSHI_CATEGORY_DISEASES];
	const struct onshi_record *root;
	struct oki_doc *doc;
	int i;

	for (i = 0; i < 16; i++) {
		limit->given = (i & 1) != 0;
		limit->granted = (i & 2) != 0;
		limit->withdrawn = (i & 4) != 0;
		diseases->given = diseases->granted = (i & 8) != 0;
		ck_assert_int_eq(oki_message_parse("OQSsiquc01res",
		    (const uint8_t *)xml, sizeof(xml) - 1, NULL, &doc, NULL),
		    ONSHI_OK);
		root = oki_doc_root(doc);
		oki_case_cut(&k, doc);
		ck_assert_int_eq(oki_record_search(root,
		    ONSHI_EL_LIMIT_APPLICATION_CERTIFICATE_CLASSIFICATION_FLAG)
		    != NULL, (i & 7) == 3);
		ck_assert_int_eq(oki_record_search(root,
		    ONSHI_EL_SPECIFIC_DISEASES_DISEASE_CATEGORY) != NULL,
		    (i & 8) != 0);
		ck_assert_str_eq(oki_record_search(root, ONSHI_EL_NAME), "N");
		oki_doc_free(&doc);
	}
}
END_TEST

/* What was asked, echoed, is not what was granted. */
START_TEST(echo)
{
	learn("", "<QualificationConfirmSearchInfo>" FLAG(LIMIT, "1")
	    "</QualificationConfirmSearchInfo>", ONE(FLAG(LIMIT, "0")));
	ck_assert(!k.consent[ONSHI_CATEGORY_LIMIT].granted);
}
END_TEST

/* Never what the patient did not give. */
START_TEST(not_given)
{
	k.consent[ONSHI_CATEGORY_DRUGS].given = false;
	learn("", "", ONE(FULL(T1, U1)));
	ck_assert(!k.consent[ONSHI_CATEGORY_DRUGS].granted);
}
END_TEST

/* The insurance that medical questions name: no medical aid beside another. */
START_TEST(insured)
{
	learn("", "", ONE(AID "<InsurerNumber>12999991</InsurerNumber>"
	    "<InsuredIdentificationNumber>7654320"
	    "</InsuredIdentificationNumber>")
	    ONE("<InsurerNumber>  999995</InsurerNumber><InsuredCardSymbol>"
	    "１２３４５６７８９０１２３４５６７８９０１２３"
	    "</InsuredCardSymbol><InsuredIdentificationNumber>００１７"
	    "</InsuredIdentificationNumber><InsuredBranchNumber>00"
	    "</InsuredBranchNumber><Birthdate>19500200</Birthdate>"));
	ck_assert_str_eq(k.insured.insurer, "  999995");
	ck_assert_str_eq(k.insured.symbol,
	    "１２３４５６７８９０１２３４５６７８９０１２３");
	ck_assert_str_eq(k.insured.number, "００１７");
	ck_assert_str_eq(k.insured.branch, "00");
	ck_assert_str_eq(k.insured.birthdate, "19500200");
}
END_TEST

static void
fill(TCase *c)
{
	tcase_add_checked_fixture(c, start, stop);
	tcase_add_loop_test(c, consents, 0, (int)OKI_COUNT(rows));
	tcase_add_loop_test(c, runs, 0, (int)OKI_COUNT(spans));
	tcase_add_test(c, by_number);
	tcase_add_test(c, cut);
	tcase_add_test(c, echo);
	tcase_add_test(c, not_given);
	tcase_add_test(c, insured);
}

int
main(void)
{
	return run_tests("query/learn", fill);
}
