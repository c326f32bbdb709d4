/* Dates and times: own arithmetic, so that no locale or zone data counts. */
#include "config.h"

#include <string.h>

#include "core/inside.h"

#define DAY	86400
#define JAPAN	(9 * 3600)	/* Japan has one zone and no summer time */

static bool
is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int
days_in(int year, int month)
{
	static const int days[] = {
		31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31
	};

	return days[month - 1] + (month == 2 && is_leap(year) ? 1 : 0);
}

/* Days since 1970-01-01, counted in years that begin in March. */
static int64_t
days_of(int year, int month, int day)
{
	int64_t y = year, m = month, era, in_era, in_year;

	if (m <= 2) {
		y--;
		m += 12;
	}
	era = (y >= 0 ? y : y - 399) / 400;
	in_era = y - era * 400;
	in_year = (153 * (m - 3) + 2) / 5 + day - 1;

	return era * 146097 + in_era * 365 + in_era / 4 - in_era / 100 +
	    in_year - 719468;
}

int64_t
oki_utc(int year, int month, int day, int hour, int min, int sec)
{
	return days_of(year, month, day) * DAY + (int64_t)hour * 3600 +
	    (int64_t)min * 60 + sec;
}

void
oki_civil(int64_t utc_seconds, struct oki_civil *out)
{
	int64_t days, era, in_era, in_year, m, rest, year_in_era;

	days = utc_seconds / DAY;
	rest = utc_seconds % DAY;
	if (rest < 0) {
		rest += DAY;
		days--;
	}
	days += 719468;
	era = (days >= 0 ? days : days - 146096) / 146097;
	in_era = days - era * 146097;
	year_in_era = (in_era - in_era / 1460 + in_era / 36524 -
	    in_era / 146096) / 365;
	in_year = in_era - (365 * year_in_era + year_in_era / 4 -
	    year_in_era / 100);
	m = (5 * in_year + 2) / 153;
	out->day = (int)(in_year - (153 * m + 2) / 5 + 1);
	out->month = (int)(m < 10 ? m + 3 : m - 9);
	out->year = (int)(year_in_era + era * 400 + (m < 10 ? 0 : 1));
	out->hour = (int)(rest / 3600);
	out->min = (int)(rest / 60 % 60);
	out->sec = (int)(rest % 60);
}

/* n digits at s as a number; the caller has checked that they are digits. */
static int
digits(const char *s, int n)
{
	int v = 0;

	while (n-- > 0)
		v = v * 10 + (*s++ - '0');

	return v;
}

bool
oki_month_parse(const char *s, int32_t *yyyymm)
{
	int32_t v;

	if (!oki_is_digits(s, 6, 6))
		return false;
	v = digits(s, 6);
	if (v / 100 < 1 || v % 100 < 1 || v % 100 > 12)
		return false;
	*yyyymm = v;

	return true;
}

static bool
date_of_digits(const char *s, int32_t *yyyymmdd)
{
	int year = digits(s, 4), month = digits(s + 4, 2);
	int day = digits(s + 6, 2);

	if (year < 1 || month < 1 || month > 12 || day < 1 ||
	    day > days_in(year, month))
		return false;
	*yyyymmdd = year * 10000 + month * 100 + day;

	return true;
}

bool
oki_date_parse(const char *s, int32_t *yyyymmdd)
{
	return oki_is_digits(s, 8, 8) && date_of_digits(s, yyyymmdd);
}

bool
oki_time_parse(const char *s, int64_t *utc_seconds)
{
	int32_t date;
	int hour, min, sec;

	if (!oki_is_digits(s, 14, 14) || !date_of_digits(s, &date))
		return false;
	hour = digits(s + 8, 2);
	min = digits(s + 10, 2);
	sec = digits(s + 12, 2);
	if (hour > 23 || min > 59 || sec > 59)
		return false;
	*utc_seconds = oki_utc(date / 10000, date / 100 % 100, date % 100,
	    hour, min, sec) - JAPAN;

	return true;
}

/* v as n digits, with leading zeros; what does not fit shows as zeros. */
static void
put(char *to, int n, int64_t v)
{
	if (v < 0)
		v = 0;
	while (n-- > 0) {
		to[n] = (char)('0' + v % 10);
		v /= 10;
	}
}

void
oki_date_format(char to[9], int32_t yyyymmdd)
{
	put(to, 8, yyyymmdd);
	to[8] = '\0';
}

int32_t
oki_date_of(int64_t utc_seconds)
{
	struct oki_civil c;

	oki_civil(utc_seconds + JAPAN, &c);

	return c.year * 10000 + c.month * 100 + c.day;
}

/* The month that lies n months after a month, both as year * 12 + month - 1
 * taken apart; works for negative n too. */
static void
add_months(int *year, int *month, int n)
{
	int all = *year * 12 + *month - 1 + n;

	*year = all / 12;
	*month = all % 12 + 1;
}

int32_t
oki_date_add_months(int32_t yyyymmdd, int months)
{
	int year = yyyymmdd / 10000, month = yyyymmdd / 100 % 100;
	int day = yyyymmdd % 100;

	add_months(&year, &month, months);
	if (day > days_in(year, month))
		day = days_in(year, month);

	return year * 10000 + month * 100 + day;
}

int64_t
oki_month_end_after(int64_t t, int months)
{
	struct oki_civil c;

	oki_civil(t + JAPAN, &c);
	add_months(&c.year, &c.month, months + 1);

	return oki_utc(c.year, c.month, 1, 0, 0, 0) - JAPAN - 1;
}
