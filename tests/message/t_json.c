/*
 * JSON: the same trees as XML, both ways; every row of what is wrong refused
 * for its reason; cut anywhere it is truncated; one failed allocation at any
 * point gives no wrong tree; and nothing of an answer stays in memory that was
 * given back.
 */
#include "config.h"

#include "help.h"
#include "tests/core/run.h"

#define HOST	"hostile"
#define ENC	"wrong_encoding"
#define BIG	"too_big"
#define CUT	"truncated"
#define BAD	"malformed"
#define FOR	"OQSsiquc01res"

static int
read_json(const char *kind, const char *s, size_t len, struct oki_doc **doc,
    struct onshi_error *e)
{
	struct oki_limits limits;

	oki_limits_init(&limits, kind);
	limits.is_json = true;
	oki_error_clear(e);

	return oki_message_parse(kind, (const uint8_t *)s, len, &limits, doc,
	    e);
}

static void
write_json(const struct oki_doc *doc, struct text *t)
{
	struct onshi_error e;
	struct oki_buf b;

	oki_error_clear(&e);
	oki_buf_init(&b, 1u << 26);
	ck_assert_msg(oki_json_write(doc, &b, &e) == ONSHI_OK, "%s", e.text);
	t->len = 0;
	text_add(t, (char *)b.data, b.len);
	oki_buf_free(&b);
}

/* ---- both ways ---------------------------------------------------- */

/* Each sample of XML, written as JSON and read again, is the same document. */
START_TEST(both_ways)
{
	struct text xml = sample(_i), json = { NULL, 0, 0 };
	struct text again = { NULL, 0, 0 }, before, after;
	struct oki_doc *doc = must_parse(NULL, xml.s, xml.len), *back;
	const char *kind = oki_doc_candidate(doc, 0);
	struct onshi_error e;

	write_json(doc, &json);
	ck_assert_msg(read_json(kind, json.s, json.len, &back, &e) ==
	    ONSHI_OK, "%s: %s", sample_name(_i), e.text);
	before = canonical(doc);
	after = canonical(back);
	/* An insurer number has its zeros now. */
	if (strstr(before.s, ">  ") == NULL)
		ck_assert_str_eq(before.s, after.s);
	write_json(back, &again);
	ck_assert_str_eq(json.s, again.s);
	free(xml.s);
	free(json.s);
	free(again.s);
	free(before.s);
	free(after.s);
	oki_doc_free(&doc);
	oki_doc_free(&back);
}
END_TEST

static const struct form {
	const char	*json;
	const char	*dumped;	/* what of the tree */
} forms[] = {
	/* an array of a list is one list */
	{ "{\"XmlMsg\":{\"MessageBody\":{\"ResultList\":["
	  "{\"ResultOfQualificationConfirmation\":{\"Name\":\"a\"}},"
	  "{\"ResultOfQualificationConfirmation\":{\"Name\":\"b\"}}]}}}",
	  "/XmlMsg/MessageBody/ResultList/ResultOfQualificationConfirmation/"
	  "Name\ta\n/XmlMsg/MessageBody/ResultList/"
	  "ResultOfQualificationConfirmation/Name\tb\n" },
	{ "{\"XmlMsg\":{\"MessageBody\":{\"ResultList\":[]}}}",
	  "/XmlMsg/MessageBody/ResultList\t\n" },
	/* a list that is an object with an array, or one object */
	{ "{\"XmlMsg\":{\"MessageBody\":{\"ResultList\":"
	  "{\"ResultOfQualificationConfirmation\":[{\"Name\":\"a\"},"
	  "{\"Name\":\"b\"}]}}}}",
	  "/XmlMsg/MessageBody/ResultList/ResultOfQualificationConfirmation/"
	  "Name\ta\n/XmlMsg/MessageBody/ResultList/"
	  "ResultOfQualificationConfirmation/Name\tb\n" },
	/* null and "" are an element without a text */
	{ "{\"XmlMsg\":{\"MessageBody\":{\"ProcessingResultCode\":null,"
	  "\"QualificationValidity\":\"\"}}}",
	  "/XmlMsg/MessageBody/ProcessingResultCode\t\n"
	  "/XmlMsg/MessageBody/QualificationValidity\t\n" },
	/* what nobody knows is kept, be it a text, an object or an array */
	{ "{\"XmlMsg\":{\"MessageBody\":{\"X\":\"1\",\"Y\":{\"Z\":[\"2\","
	  "\"3\"]}}}}",
	  "/XmlMsg/MessageBody/X\t1\n/XmlMsg/MessageBody/Y/Z\t2\n"
	  "/XmlMsg/MessageBody/Y/Z\t3\n" },
	/* escapes, and a mark before it all */
	{ "\xef\xbb\xbf {\"XmlMsg\":{\"MessageBody\":{\"Xml\\u004d\":"
	  "\"\\u3042\\ud842\\udfb7\\\"\\\\\\/\\t\"}}}",
	  "/XmlMsg/MessageBody/XmlM\t\xe3\x81\x82\xf0\xa0\xae\xb7\"\\/\t\n" },
	/* blanks of each kind, and names of each */
	{ "{\"XmlMsg\"\t:\r\n{ \"MessageBody\" :{\"_aZ9-.\xe3\x81\x82\"\t: "
	  "\"1\"}}}", "/XmlMsg/MessageBody/_aZ9-.\xe3\x81\x82\t1\n" },
	/* an insurer number as it came */
	{ "{\"XmlMsg\":{\"MessageBody\":{\"QualificationConfirmSearchInfo\":"
	  "{\"InsurerNumber\":\"00138057\"}}}}",
	  "/XmlMsg/MessageBody/QualificationConfirmSearchInfo/InsurerNumber"
	  "\t00138057\n" }
};

START_TEST(read_as)
{
	struct text t = { NULL, 0, 0 };
	struct onshi_error e;
	struct oki_doc *doc;

	ck_assert_msg(read_json(FOR, forms[_i].json, strlen(forms[_i].json),
	    &doc, &e) == ONSHI_OK, "%s: %s", forms[_i].json, e.text);
	dump(oki_doc_root(doc), &t);
	ck_assert_str_eq(t.s, forms[_i].dumped);
	free(t.s);
	oki_doc_free(&doc);
}
END_TEST

/* The request of messages.md 1.8, byte for byte. */
START_TEST(written_as)
{
	static const char wanted[] = "{\"XmlMsg\":{\"MessageHeader\":"
	    "{\"QualificationConfirmationDate\":\"20261130\","
	    "\"MedicalInstitutionCode\":\"1319999996\"},\"MessageBody\":"
	    "{\"QualificationConfirmSearchInfo\":{\"InsurerNumber\":"
	    "\"00138057\",\"InsuredIdentificationNumber\":\"1\\\"\\\\2\","
	    "\"Birthdate\":\"19800101\","
	    "\"LimitApplicationCertificateRelatedConsFlg\":\"0\"}}}}";
	struct text t = { NULL, 0, 0 };
	struct onshi_record *search;
	struct onshi_error e;
	struct oki_doc *doc;
	struct oki_buf b;

	oki_error_clear(&e);
	ck_assert_int_eq(oki_doc_new("OQSsiquc01req", &doc), ONSHI_OK);
	ck_assert_int_eq(oki_record_open(oki_doc_body(doc),
	    ONSHI_EL_QUALIFICATION_CONFIRM_SEARCH_INFO, &search, &e),
	    ONSHI_OK);
	oki_buf_init(&b, 4096);
	ck_assert_int_eq(oki_json_write(doc, &b, &e), ONSHI_E_VALUE);
	ck_assert_uint_eq(b.len, 0);
	oki_error_clear(&e);
	ck_assert(oki_record_put(oki_doc_header(doc),
	    ONSHI_EL_QUALIFICATION_CONFIRMATION_DATE, "20261130", &e) ==
	    ONSHI_OK && oki_record_put(oki_doc_header(doc),
	    ONSHI_EL_MEDICAL_INSTITUTION_CODE, "1319999996", &e) == ONSHI_OK &&
	    oki_record_put(search, ONSHI_EL_BIRTHDATE, "19800101", &e) ==
	    ONSHI_OK && oki_record_put(search, ONSHI_EL_INSURER_NUMBER,
	    "138057", &e) == ONSHI_OK && oki_record_put(search,
	    ONSHI_EL_INSURED_IDENTIFICATION_NUMBER, "1\"\\2", &e) ==
	    ONSHI_OK && oki_record_put(search,
	    ONSHI_EL_LIMIT_APPLICATION_CERTIFICATE_RELATED_CONS_FLG, "0",
	    &e) == ONSHI_OK);
	write_json(doc, &t);
	ck_assert_str_eq(t.s, wanted);
	free(t.s);
	oki_doc_free(&doc);
}
END_TEST

/* ---- what is refused ----------------------------------------------- */

#define BODY(x)	"{\"XmlMsg\":{\"MessageBody\":{" x "}}}"

static const struct refused {
	const char	*name;
	const char	*json;
	const char	*reason;
	size_t		 len;		/* 0: strlen */
} refused[] = {
	{ "nothing", "", CUT, 0 },
	{ "blanks", " \n\t ", CUT, 0 },
	{ "a member twice", BODY("\"X\":\"1\",\"X\":\"2\""), BAD, 0 },
	{ "the same by another escape", BODY("\"X\":\"1\",\"\\u0058\":\"2\""),
	  BAD, 0 },
	{ "a root twice", "{\"XmlMsg\":{},\"XmlMsg\":{}}", BAD, 0 },
	{ "two roots", "{\"XmlMsg\":{},\"Y\":{}}", BAD, 0 },
	{ "two documents", BODY("") BODY(""), BAD, 0 },
	{ "another root", "{\"XmlMessage\":{}}", BAD, 0 },
	{ "a root that is a text", "{\"XmlMsg\":\"x\"}", BAD, 0 },
	{ "a root that is null", "{\"XmlMsg\":null}", BAD, 0 },
	{ "an array of roots", "{\"XmlMsg\":[{}]}", BAD, 0 },
	{ "an array", "[]", BAD, 0 },
	{ "a text", "\"XmlMsg\"", BAD, 0 },
	{ "XML", "<?xml version=\"1.0\"?><XmlMsg/>", BAD, 0 },
	{ "a number", BODY("\"QualificationValidity\":1"), BAD, 0 },
	{ "a huge number", BODY("\"X\":1e999999"), BAD, 0 },
	{ "true", BODY("\"X\":true"), BAD, 0 },
	{ "NaN", BODY("\"X\":NaN"), BAD, 0 },
	{ "nulls", BODY("\"X\":nullnull"), BAD, 0 },
	{ "a single one twice, by an array",
	  BODY("\"QualificationValidity\":[\"1\",\"2\"]"), BAD, 0 },
	{ "an array in an array", BODY("\"X\":[[\"1\"]]"), BAD, 0 },
	{ "a text in a list", BODY("\"ResultList\":[\"1\"]"), BAD, 0 },
	{ "a list in a list", BODY("\"ResultList\":[[]]"), BAD, 0 },
	{ "a text for a group", BODY("\"ResultList\":\"x\""), BAD, 0 },
	{ "an element inside a value",
	  BODY("\"QualificationValidity\":{\"X\":\"1\"}"), BAD, 0 },
	{ "an empty name", BODY("\"\":\"1\""), BAD, 0 },
	{ "a name with a blank", BODY("\"a b\":\"1\""), BAD, 0 },
	{ "a name that is markup", BODY("\"a><b\":\"1\""), BAD, 0 },
	{ "a name that is a path", BODY("\"a/b[1]\":\"1\""), BAD, 0 },
	{ "a name with a quote", BODY("\"a\\\"\":\"1\""), BAD, 0 },
	{ "a number for a name", BODY("1:\"1\""), BAD, 0 },
	{ "single quotes", "{'XmlMsg':{}}", BAD, 0 },
	{ "a remark", "{/**/\"XmlMsg\":{}}", BAD, 0 },
	{ "a comma too many", BODY("\"X\":\"1\","), BAD, 0 },
	{ "a comma too few", BODY("\"X\":\"1\" \"Y\":\"1\""), BAD, 0 },
	{ "no colon", BODY("\"X\" \"1\""), BAD, 0 },
	{ "a bracket for another", "{\"XmlMsg\":{]}", BAD, 0 },
	{ "a bracket too many", BODY("") "}", BAD, 0 },
	{ "a NUL by escape", BODY("\"X\":\"a\\u0000b\""), BAD, 0 },
	{ "a control by escape", BODY("\"X\":\"\\u0001\""), BAD, 0 },
	{ "a form feed", BODY("\"X\":\"\\f\""), BAD, 0 },
	{ "half a pair", BODY("\"X\":\"\\ud842\""), BAD, 0 },
	{ "the other half", BODY("\"X\":\"\\udfb7\""), BAD, 0 },
	{ "two first halves", BODY("\"X\":\"\\ud842\\ud842\""), BAD, 0 },
	{ "a short escape", BODY("\"X\":\"\\u12\""), BAD, 0 },
	{ "an unknown escape", BODY("\"X\":\"\\x41\""), BAD, 0 },
	{ "U+FFFE by escape", BODY("\"X\":\"\\ufffe\""), BAD, 0 },
	{ "a line's end in a text", BODY("\"X\":\"a\nb\""), BAD, 0 },
	{ "a control character", BODY("\"X\":\"a\001b\""), ENC, 0 },
	{ "Latin-1", BODY("\"X\":\"\xe9\""), ENC, 0 },
	{ "cp932", BODY("\"X\":\"\x82\xa0\""), ENC, 0 },
	{ "overlong", BODY("\"X\":\"\xc0\xaf\""), ENC, 0 },
	{ "a surrogate in UTF-8", BODY("\"X\":\"\xed\xa1\x82\""), ENC, 0 },
	{ "UTF-16", "{\0\"\0X\0m\0l\0", ENC, 10 },
	{ "UTF-16 with its mark", "\xff\xfe{\0\"\0X\0", ENC, 8 },
	{ "a NUL", "{\"XmlMsg\":\0{}}", ENC, 14 },
	{ "cut off, and damaged before", BODY("\"X\":\"\xe9\"") "{", ENC, 0 },
	{ "half a pair, and another escape", BODY("\"X\":\"\\ud842\\n\""),
	  BAD, 0 },
	{ "half a pair, and a character", BODY("\"X\":\"\\ud842a\""), BAD,
	  0 },
	{ "half a pair, and no half", BODY("\"X\":\"\\ud842\\ue000\""), BAD,
	  0 },
	{ "half a pair, and no digits", BODY("\"X\":\"\\ud842\\uzzzz\""),
	  BAD, 0 },
	{ "an escape of other letters", BODY("\"X\":\"\\u00G0\""), BAD, 0 },
	{ "a name that is a number", BODY("\"1\":\"1\""), BAD, 0 },
	{ "a name that begins with a dash", BODY("\"-a\":\"1\""), BAD, 0 },
	{ "a character behind it", BODY("") "あ", BAD, 0 },
	{ "a letter beside a text", BODY("\"X\":\"1\"_"), BAD, 0 },
	{ "a character beside a text", BODY("\"X\":\"1\"~"), BAD, 0 },
	{ "two texts for one", BODY("\"X\":\"1\",\"Y\":\"2\"\"3\""), BAD,
	  0 },
	{ "many", BODY("\"X\":[\"1\",\"2\"\"3\"\"4\"\"5\"\"6\"]"), BAD, 0 },
	{ "a text beside null", BODY("\"X\":\"1\",\"Y\":null\"2\""), BAD, 0 },
	{ "null beside a text", BODY("\"X\":\"1\",\"Y\":\"2\"null"), BAD, 0 },
	{ "a text beside a group", BODY("\"X\":\"1\",\"Y\":\"2\"{}"), BAD, 0 },
	{ "wrong, and cut off", "{\"XmlMsg\":{\"X\":1,", BAD, 0 }
};

START_TEST(refused_as)
{
	const struct refused *w = &refused[_i];
	struct onshi_error e;
	struct oki_doc *doc;
	int r = read_json(FOR, w->json, w->len > 0 ? w->len : strlen(w->json),
	    &doc, &e);

	ck_assert_msg(r == ONSHI_E_ANSWER_REFUSED, "%s: %d", w->name, r);
	ck_assert_ptr_null(doc);
	ck_assert_msg(strcmp(e.reason, w->reason) == 0, "%s: %s", w->name,
	    e.text);
}
END_TEST

/* A reading that is cancelled, or has no time left, ends in the middle. */
START_TEST(in_time)
{
	struct text t = { NULL, 0, 0 };
	struct oki_cancel cancel;
	struct oki_limits limits;
	struct onshi_error e;
	struct oki_doc *doc;
	struct oki_wait w;
	int r;

	text_put(&t, "{\"XmlMsg\":{\"MessageBody\":{\"X\":\"");
	text_repeat(&t, "a", 200000);
	text_put(&t, "\"}}}");
	ck_assert_int_eq(oki_cancel_init(&cancel), ONSHI_OK);
	oki_wait_init(&w, NULL, _i == 0 ? 0 : 10000, &cancel);
	if (_i == 1)
		oki_cancel_set(&cancel);
	oki_limits_init(&limits, FOR);
	limits.is_json = true;
	limits.wait = &w;
	oki_error_clear(&e);
	r = oki_message_parse(FOR, (const uint8_t *)t.s, t.len, &limits,
	    &doc, &e);
	ck_assert_int_eq(r, _i == 0 ? ONSHI_E_LINK_TIMEOUT :
	    ONSHI_E_CANCELLED);
	ck_assert_ptr_null(doc);
	oki_cancel_free(&cancel);
	free(t.s);
}
END_TEST

/* Elements that nobody knows: so many different ones, and no more. */
START_TEST(names_that_nobody_knows)
{
	struct text t = { NULL, 0, 0 };
	struct onshi_error e;
	struct oki_doc *doc;
	char one[32];
	int i, r;

	text_put(&t, "{\"XmlMsg\":{\"MessageBody\":{\"X\":\"\"");
	for (i = 0; i < 20000; i++) {
		(void)snprintf(one, sizeof(one), ",\"A%d\":\"\"", i);
		text_put(&t, one);
	}
	text_put(&t, "}}}");
	r = read_json(FOR, t.s, t.len, &doc, &e);
	ck_assert_int_eq(r, ONSHI_E_ANSWER_REFUSED);
	ck_assert_str_eq(e.reason, BIG);
	ck_assert_ptr_null(doc);
	free(t.s);
}
END_TEST

/* One of a kind, so often, between a beginning and an end. */
static const struct big {
	const char	*name;
	const char	*before, *again, *after;
	size_t		 fits, breaks;	/* how often */
	const char	*reason;	/* of what fits; NULL: it is read */
} bigs[] = {
	{ "arrays in arrays", BODY(""), "[", "", 0, 200000, BAD },
	{ "objects in objects", "{\"XmlMsg\":{\"MessageBody\":", "{\"X\":",
	  "", 30, 31, CUT },
	{ "objects", "{\"XmlMsg\":{\"MessageBody\":{\"X\":[\"\"", ",{}",
	  "]}}}", 19995, 19996, NULL },
	{ "a text", "{\"XmlMsg\":{\"MessageBody\":{\"X\":\"", "a", "\"}}}",
	  1048576, 1048577, NULL },
	{ "a name", "{\"XmlMsg\":{\"MessageBody\":{\"", "a", "\":\"\"}}}", 128,
	  129, NULL },
	{ "blanks", "{\"XmlMsg\":{}", " ", "}", 4194304 - 13, 4194304 - 12,
	  NULL },
	/* what comes later weighs more */
	{ "deep behind a fault", "{1", "[", "", 1, 100, BAD }
};

START_TEST(within_limits)
{
	const struct big *b = &bigs[_i];
	struct onshi_error e;
	struct oki_doc *doc;
	struct text t;
	int i, r;

	for (i = 0; i < 2; i++) {
		t = (struct text){ NULL, 0, 0 };
		text_put(&t, b->before);
		text_repeat(&t, b->again, i == 0 ? b->fits : b->breaks);
		text_put(&t, b->after);
		if (i == 0 && b->reason != NULL && b->fits == 0) {
			free(t.s);
			continue;
		}
		r = read_json(FOR, t.s, t.len, &doc, &e);
		if (i == 0 && b->reason == NULL)
			ck_assert_msg(r == ONSHI_OK, "%s: %s", b->name,
			    e.text);
		else
			ck_assert_msg(r == ONSHI_E_ANSWER_REFUSED &&
			    strcmp(e.reason, i == 0 ? b->reason : BIG) == 0,
			    "%s, %d: %s", b->name, i, e.text);
		oki_doc_free(&doc);
		free(t.s);
	}
}
END_TEST

/* Cut at every byte it is cut off, and nothing else, also within an escape. */
START_TEST(cut_anywhere)
{
	static const char escapes[] = BODY("\"X\":\"\\u3042\\ud842\\udfb7"
	    "\\\"\\n\xf0\xa0\xae\xb7\",\"Y\":null,\"Z\":[\"1\"]");
	struct text xml = sample_numbered("01"), t = { NULL, 0, 0 };
	struct oki_doc *doc = must_parse(NULL, xml.s, xml.len), *cut;
	struct onshi_error e;
	size_t i;

	if (_i == 0)
		write_json(doc, &t);
	else
		text_put(&t, escapes);
	for (i = 0; i < t.len; i++) {
		ck_assert_int_eq(read_json(NULL, t.s, i, &cut, &e),
		    ONSHI_E_ANSWER_REFUSED);
		ck_assert_msg(strcmp(e.reason, CUT) == 0, "at %zu: %s", i,
		    e.text);
	}
	oki_doc_free(&doc);
	free(xml.s);
	free(t.s);
}
END_TEST

/* ---- one by one, and the login's answer ---------------------------- */

static int
count(void *self, struct oki_doc **one)
{
	const char *id = oki_record_search(oki_doc_root(*one),
	    ONSHI_EL_ARBITRARY_IDENTIFIER);

	text_put(self, id == NULL ? "-" : id);

	return ONSHI_OK;
}

/* A bulk answer's persons are handed out, in order, and are then gone. */
START_TEST(handed_out)
{
	static const char json[] = "{\"XmlMsg\":{\"MessageBody\":"
	    "{\"BulkConfirmUnit\":[{\"QualificationConfirmSearchInfo\":"
	    "{\"ArbitraryIdentifier\":\"a\"}},"
	    "{\"QualificationConfirmSearchInfo\":"
	    "{\"ArbitraryIdentifier\":\"b\"}}]}}}";
	struct text t = { NULL, 0, 0 };
	struct oki_limits limits;
	struct onshi_error e;
	struct oki_parser *p;
	struct oki_doc *doc;
	size_t i;

	oki_limits_init(&limits, "OQSmuquc02res");
	limits.is_json = true;
	oki_error_clear(&e);
	ck_assert_int_eq(oki_parser_new("OQSmuquc02res", &limits, count, &t,
	    &p), ONSHI_OK);
	for (i = 0; i < sizeof(json) - 1; i++)
		ck_assert_int_eq(oki_parser_feed(p,
		    (const uint8_t *)json + i, 1), ONSHI_OK);
	ck_assert_msg(oki_parser_finish(p, &doc, &e) == ONSHI_OK, "%s",
	    e.text);
	ck_assert_str_eq(t.s, "ab");
	ck_assert_ptr_null(oki_record_search(oki_doc_root(doc),
	    ONSHI_EL_ARBITRARY_IDENTIFIER));
	oki_doc_free(&doc);
	oki_parser_free(&p);
	free(t.s);
}
END_TEST

static const struct find {
	const char	*json, *path, *found;	/* NULL: absent */
	int		 result;
} finds[] = {
	{ "{\"a\":{\"b\":\"c\"}}", "a/b", "c", ONSHI_OK },
	{ "{\"a\":{\"b\":200}}", "a/b", "200", ONSHI_OK },
	{ "{\"a\":{\"b\":-1.50e3}}", "a/b", "-1.50e3", ONSHI_OK },
	{ "{\"a\":{\"b\":true}}", "a/b", "true", ONSHI_OK },
	{ "{\"a\":{\"b\":null}}", "a/b", NULL, ONSHI_ABSENT },
	{ "{\"a\":{\"b\":\"\"}}", "a/b", NULL, ONSHI_ABSENT },
	{ "{\"a\":{\"b\":{}}}", "a/b", NULL, ONSHI_ABSENT },
	{ "{\"a\":[\"b\"]}", "a/b", NULL, ONSHI_ABSENT },
	{ "{\"a\":\"b\"}", "a/b", NULL, ONSHI_ABSENT },
	{ "[]", "a", NULL, ONSHI_ABSENT },
	{ "{\"a\":{\"b\":\"c\"", "a/b", NULL, ONSHI_E_ANSWER_REFUSED },
	{ "{\"a\":\"1\",\"a\":\"2\"}", "a", NULL, ONSHI_E_ANSWER_REFUSED }
};

START_TEST(found_as)
{
	const struct find *f = &finds[_i];
	struct oki_buf b;

	oki_buf_init(&b, 64);
	ck_assert_msg(oki_json_find((const uint8_t *)f->json,
	    strlen(f->json), f->path, &b, NULL) == f->result, "%s", f->json);
	if (f->found != NULL)
		ck_assert_str_eq((char *)b.data, f->found);
	oki_buf_free(&b);
}
END_TEST

/* By what it begins with, for whoever has a file. */
START_TEST(shown)
{
	static const char json[] = BODY("\"QualificationValidity\":\"1\"");
	struct onshi_message *m;
	const struct onshi_record *body;
	const char *text;

	ck_assert_int_eq(onshi_message_new(&m), ONSHI_OK);
	ck_assert_int_eq(onshi_message_read(m, "OQSsiquc01res_1.json",
	    (const uint8_t *)json, sizeof(json) - 1), ONSHI_OK);
	ck_assert_int_eq(onshi_message_body(m, &body), ONSHI_OK);
	ck_assert_int_eq(onshi_record_text(body,
	    ONSHI_EL_QUALIFICATION_VALIDITY, &text), ONSHI_OK);
	ck_assert_str_eq(text, "1");
	onshi_message_free(&m);
}
END_TEST

static void
fill(TCase *t)
{
	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, both_ways, 0, SAMPLES);
	tcase_add_loop_test(t, read_as, 0, (int)OKI_COUNT(forms));
	tcase_add_test(t, written_as);
	tcase_add_loop_test(t, refused_as, 0, (int)OKI_COUNT(refused));
	tcase_add_loop_test(t, in_time, 0, 2);
	tcase_add_test(t, names_that_nobody_knows);
	tcase_add_loop_test(t, within_limits, 0, (int)OKI_COUNT(bigs));
	tcase_add_loop_test(t, cut_anywhere, 0, 2);
	tcase_add_test(t, handed_out);
	tcase_add_loop_test(t, found_as, 0, (int)OKI_COUNT(finds));
	tcase_add_test(t, shown);
}

int
main(void)
{
	if (oki_json_check(NULL) != ONSHI_OK) {
		puts("skip: built without jansson");
		return 77;
	}

	return run_tests("message/json", fill);
}
