/* Dates and times: against the C library's calendar, and at every edge. */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/core/run.h"

static const struct {
	const char	*s;
	int32_t		 date;		/* 0: none */
} dates[] = {
	{ NULL, 0 }, { "", 0 }, { "2026010", 0 }, { "202601011", 0 },
	{ "20260101", 20260101 }, { "20261231", 20261231 },
	{ "20260100", 0 }, { "20260132", 0 }, { "20260001", 0 },
	{ "20261301", 0 }, { "20260431", 0 }, { "20260430", 20260430 },
	{ "20240229", 20240229 }, { "20230229", 0 }, { "20000229", 20000229 },
	{ "19000229", 0 }, { "21000229", 0 }, { "00000101", 0 },
	{ "00010101", 10101 }, { "99991231", 99991231 }, { "99999999", 0 },
	{ "2026-1-1", 0 }, { "2026 101", 0 }, { "+2026101", 0 },
};

START_TEST(date)
{
	int32_t v = 0;
	char text[9];

	ck_assert_int_eq(oki_date_parse(dates[_i].s, &v), dates[_i].date != 0);
	ck_assert_int_eq(v, dates[_i].date);
	if (v != 0) {
		oki_date_format(text, v);
		ck_assert_str_eq(text, dates[_i].s);
	}
}
END_TEST

static const struct {
	const char	*s;
	int32_t		 month;
} months[] = {
	{ NULL, 0 }, { "202601", 202601 }, { "202612", 202612 },
	{ "202600", 0 }, { "202613", 0 }, { "000001", 0 }, { "20261", 0 },
	{ "2026010", 0 }, { "2026a1", 0 },
};

START_TEST(month)
{
	int32_t v = 0;

	ck_assert_int_eq(oki_month_parse(months[_i].s, &v),
	    months[_i].month != 0);
	ck_assert_int_eq(v, months[_i].month);
}
END_TEST

static const struct {
	const char	*s;
	int64_t		 utc;		/* -1: none */
} times[] = {
	{ "19700101090000", 0 },
	{ "20260101000000", 1767193200 },
	{ "20260101085959", 1767225599 },
	{ "20240229235959", 1709218799 },
	{ "20380119121407", 2147483647 },
	{ "20380119121408", 2147483648 },
	{ "20260101240000", -1 }, { "20260101006000", -1 },
	{ "20260101000060", -1 }, { "20260230000000", -1 },
	{ "2026010100000", -1 }, { "202601010000000", -1 },
	{ "2026010100000a", -1 }, { NULL, -1 },
};

START_TEST(time_of_japan)
{
	int64_t v = -1;

	ck_assert_int_eq(oki_time_parse(times[_i].s, &v), times[_i].utc >= 0);
	ck_assert_int_eq(v, times[_i].utc);
}
END_TEST

/* Each day from 1600 to 2500, twice a day, as gmtime sees it. */
START_TEST(civil_as_libc)
{
	struct oki_civil c;
	struct tm tm;
	int64_t t;
	time_t tt;

	for (t = oki_utc(1600, 1, 1, 0, 0, 0);
	    t < oki_utc(2500, 1, 1, 0, 0, 0); t += 43201) {
		tt = (time_t)t;
		ck_assert_ptr_nonnull(gmtime_r(&tt, &tm));
		oki_civil(t, &c);
		if (c.year != tm.tm_year + 1900 || c.month != tm.tm_mon + 1 ||
		    c.day != tm.tm_mday || c.hour != tm.tm_hour ||
		    c.min != tm.tm_min || c.sec != tm.tm_sec)
			ck_abort_msg("%lld", (long long)t);
		if (oki_utc(c.year, c.month, c.day, c.hour, c.min, c.sec) != t)
			ck_abort_msg("%lld back", (long long)t);
	}
}
END_TEST

/* SEC-115 */
START_TEST(no_time_zone)
{
	static const char *const zones[] = {
		"Pacific/Kiritimati", "America/New_York", "Asia/Tokyo", "UTC",
		"XXX-14:30"
	};
	int64_t v;

	ck_assert_int_eq(setenv("TZ", zones[_i], 1), 0);
	tzset();
	ck_assert(oki_time_parse("20260101000000", &v));
	ck_assert_int_eq(v, 1767193200);
	ck_assert_int_eq(oki_date_of(v - 1), 20251231);
	ck_assert_int_eq(oki_date_of(v), 20260101);
}
END_TEST

static const struct {
	int32_t	date;
	int	months;
	int32_t	sum;
} sums[] = {
	{ 20260115, 0, 20260115 }, { 20260115, 1, 20260215 },
	{ 20260131, 1, 20260228 }, { 20240131, 1, 20240229 },
	{ 20260131, 3, 20260430 }, { 20261130, 3, 20270228 },
	{ 20261231, 1, 20270131 }, { 20261201, 12, 20271201 },
	{ 20260331, -1, 20260228 }, { 20260115, -1, 20251215 },
	{ 20260115, -13, 20241215 }, { 20240229, 12, 20250228 },
};

START_TEST(add_months)
{
	ck_assert_int_eq(oki_date_add_months(sums[_i].date, sums[_i].months),
	    sums[_i].sum);
}
END_TEST

static const struct {
	const char	*from;
	int		 months;
	const char	*end;
} ends[] = {
	{ "20260115120000", 0, "20260131235959" },
	{ "20260115120000", 3, "20260430235959" },
	{ "20260101000000", 3, "20260430235959" },
	{ "20260131235959", 3, "20260430235959" },
	{ "20251130235959", 3, "20260228235959" },
	{ "20231130000000", 3, "20240229235959" },
	{ "20260930000000", 3, "20261231235959" },
	{ "20261231235959", 3, "20270331235959" },
	{ "20260401000000", -1, "20260331235959" },
};

START_TEST(month_end)
{
	int64_t end, from;

	ck_assert(oki_time_parse(ends[_i].from, &from));
	ck_assert(oki_time_parse(ends[_i].end, &end));
	ck_assert_int_eq(oki_month_end_after(from, ends[_i].months), end);
}
END_TEST

START_TEST(formats_never_overflow)
{
	char text[15];

	oki_date_format(text, -1);
	ck_assert_str_eq(text, "00000000");
	oki_date_format(text, INT32_MAX);
	ck_assert_uint_eq(strlen(text), 8);
}
END_TEST

static void
fill(TCase *t)
{
	ADD_ROWS(t, date, dates);
	ADD_ROWS(t, month, months);
	ADD_ROWS(t, time_of_japan, times);
	tcase_add_test(t, civil_as_libc);
	tcase_add_loop_test(t, no_time_zone, 0, 5);
	ADD_ROWS(t, add_months, sums);
	ADD_ROWS(t, month_end, ends);
	tcase_add_test(t, formats_never_overflow);
}

int
main(void)
{
	return run_tests("core/time", fill);
}
