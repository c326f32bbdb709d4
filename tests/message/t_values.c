/* Values of a record as numbers: nothing is rounded, nothing guessed. */
#include <stdio.h>
#include <string.h>

#include <check.h>
#include <onshikaku.h>

#include "tests/core/run.h"

static const struct {
	const char	*text;
	int		 result;
	int64_t		 number;
	int		 scale;
} rows[] = {
	{ "0", ONSHI_OK, 0, 0 }, { "7", ONSHI_OK, 7, 0 },
	{ "0.50", ONSHI_OK, 50, 2 }, { "-0.5", ONSHI_OK, -5, 1 },
	{ "12.345", ONSHI_OK, 12345, 3 }, { "007.0", ONSHI_OK, 70, 1 },
	{ "-3", ONSHI_OK, -3, 0 },
	{ "123456789012345678", ONSHI_OK, INT64_C(123456789012345678), 0 },
	{ "1234567890.12345678", ONSHI_OK, INT64_C(123456789012345678), 8 },
	{ "1234567890123456789", ONSHI_E_VALUE, 0, 0 },
	{ "1234567890.123456789", ONSHI_E_VALUE, 0, 0 },
	{ "1.", ONSHI_E_VALUE, 0, 0 }, { ".5", ONSHI_E_VALUE, 0, 0 },
	{ "-", ONSHI_E_VALUE, 0, 0 }, { "--1", ONSHI_E_VALUE, 0, 0 },
	{ "+1", ONSHI_E_VALUE, 0, 0 }, { "1.2.3", ONSHI_E_VALUE, 0, 0 },
	{ "1,5", ONSHI_E_VALUE, 0, 0 }, { "1e3", ONSHI_E_VALUE, 0, 0 },
	{ "0x1", ONSHI_E_VALUE, 0, 0 }, { "1.5x", ONSHI_E_VALUE, 0, 0 },
	{ "15錠", ONSHI_E_VALUE, 0, 0 }, { "１", ONSHI_E_VALUE, 0, 0 }
};

static struct onshi_message *m;

/* A message whose record has that name. */
static const struct onshi_record *
record(const char *text)
{
	const struct onshi_record *body = NULL, *rec = NULL;
	char file[512];

	(void)snprintf(file, sizeof(file), "<?xml version=\"1.0\" "
	    "encoding=\"UTF-8\"?><XmlMsg><MessageHeader><SegmentOfResult>1"
	    "</SegmentOfResult></MessageHeader><MessageBody>"
	    "<ProcessingResultStatus>1</ProcessingResultStatus>"
	    "<QualificationValidity>1</QualificationValidity><ResultList><ResultOfQualificationConfirmation><Name>%s</Name>"
	    "</ResultOfQualificationConfirmation></ResultList></MessageBody>"
	    "</XmlMsg>", text);
	ck_assert_int_eq(onshi_message_new(&m), ONSHI_OK);
	ck_assert_int_eq(onshi_message_read(m, "OQSsiquc01res_1.xml",
	    (const uint8_t *)file, strlen(file)), ONSHI_OK);
	ck_assert_int_eq(onshi_message_body(m, &body), ONSHI_OK);
	ck_assert_int_eq(onshi_record_child_at(body, ONSHI_EL_RESULT_LIST, 0,
	    &rec), ONSHI_OK);

	return rec;
}

START_TEST(decimals)
{
	const struct onshi_record *rec = record(rows[_i].text);
	int64_t n = 4711;
	int scale = 4711;

	ck_assert_msg(onshi_record_decimal(rec, ONSHI_EL_NAME, &n, &scale) ==
	    rows[_i].result, "%s", rows[_i].text);
	ck_assert_int_eq(n, rows[_i].number);
	ck_assert_int_eq(scale, rows[_i].scale);
	onshi_message_free(&m);
}
END_TEST

START_TEST(copies)
{
	const struct onshi_record *rec = record("見本");
	char buf[8] = "x";

	ck_assert_int_eq(onshi_record_copy(rec, ONSHI_EL_NAME, buf,
	    sizeof(buf)), ONSHI_OK);
	ck_assert_str_eq(buf, "見本");
	ck_assert_int_eq(onshi_record_copy(rec, ONSHI_EL_NAME, buf, 7),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_record_copy(rec, ONSHI_EL_NAME, buf, 6),
	    ONSHI_E_TOO_BIG);
	ck_assert_str_eq(buf, "");
	buf[0] = 'x';
	ck_assert_int_eq(onshi_record_copy(rec, ONSHI_EL_BIRTHDATE, buf, 7),
	    ONSHI_ABSENT);
	ck_assert_str_eq(buf, "");
	ck_assert_int_eq(onshi_record_copy(rec, ONSHI_EL_NAME, buf, 0),
	    ONSHI_E_ARG);
	ck_assert_int_eq(onshi_record_copy(rec, ONSHI_EL_NAME, NULL, 7),
	    ONSHI_E_ARG);
	onshi_message_free(&m);
}
END_TEST

static void
fill(TCase *c)
{
	tcase_add_loop_test(c, decimals, 0,
	    (int)(sizeof(rows) / sizeof(rows[0])));
	tcase_add_test(c, copies);
}

int
main(void)
{
	return run_tests("message/values", fill);
}
