/* time.c: times and dates as text; Japan has one zone and no summer time. */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "tools.h"

#define JAPAN	(9 * 3600)

int64_t
now_ms(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);

	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

struct moment {
	int	year, month, day, hour, minute, second;
};

/* Days since 1970 to a date of the Gregorian calendar, counted from March. */
static struct moment
moment_of(int64_t seconds)
{
	int64_t t = seconds + JAPAN, days = t / 86400, rest = t % 86400;
	int64_t z, era, of_era, year, of_year, month;
	struct moment m;

	if (rest < 0) {
		rest += 86400;
		days--;
	}
	z = days + 719468;
	era = (z >= 0 ? z : z - 146096) / 146097;
	of_era = z - era * 146097;
	year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) /
	    365;
	of_year = of_era - (365 * year + year / 4 - year / 100);
	month = (5 * of_year + 2) / 153;
	m.day = (int)(of_year - (153 * month + 2) / 5 + 1);
	m.month = (int)(month < 10 ? month + 3 : month - 9);
	m.year = (int)(year + era * 400 + (m.month <= 2 ? 1 : 0));
	m.hour = (int)(rest / 3600);
	m.minute = (int)(rest / 60 % 60);
	m.second = (int)(rest % 60);

	return m;
}

void
time_iso(int64_t seconds, char out[TIME_TEXT])
{
	struct moment m = moment_of(seconds);

	(void)snprintf(out, TIME_TEXT, "%04d-%02d-%02dT%02d:%02d:%02d+09:00",
	    m.year % 10000, m.month, m.day, m.hour, m.minute, m.second);
}

void
time_plain(int64_t seconds, char out[TIME_TEXT])
{
	struct moment m = moment_of(seconds);

	(void)snprintf(out, TIME_TEXT, "%04d-%02d-%02d %02d:%02d",
	    m.year % 10000, m.month, m.day, m.hour, m.minute);
}

bool
date_is_real(int32_t yyyymmdd)
{
	static const int32_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30,
	    31, 30, 31 };
	int32_t y = yyyymmdd / 10000, m = yyyymmdd / 100 % 100;
	int32_t d = yyyymmdd % 100, most;

	if (y < 1868 || y > 9999 || m < 1 || m > 12)
		return false;
	most = days[m - 1];
	if (m == 2 && y % 4 == 0 && (y % 100 != 0 || y % 400 == 0))
		most++;

	return d >= 1 && d <= most;
}

void
date_plain(const char *text, char out[TIME_TEXT])
{
	size_t len = strlen(text);

	if (strspn(text, "0123456789") == len && len == 8)
		(void)snprintf(out, TIME_TEXT, "%.4s-%.2s-%.2s", text,
		    text + 4, text + 6);
	else if (strspn(text, "0123456789") == len && len == 6)
		(void)snprintf(out, TIME_TEXT, "%.4s-%.2s", text, text + 4);
	else
		(void)snprintf(out, TIME_TEXT, "%s", text);
}

/* Digits alone, so many. */
static bool
is_digits(const char *text, size_t n)
{
	return strlen(text) == n && strspn(text, "0123456789") == n;
}

bool
date_read(char *text, int32_t *date)
{
	size_t i;

	if (strlen(text) == 10 && text[4] == '-' && text[7] == '-') {
		memmove(text + 4, text + 5, 2);
		memmove(text + 6, text + 8, 3);
	}
	if (!is_digits(text, 8))
		return false;
	for (i = 0, *date = 0; i < 8; i++)
		*date = *date * 10 + (text[i] - '0');

	return date_is_real(*date);
}

bool
month_read(char *text)
{
	if (strlen(text) == 7 && text[4] == '-')
		memmove(text + 4, text + 5, 3);

	return is_digits(text, 6) && strncmp(text, "1868", 4) >= 0 &&
	    strcmp(text + 4, "01") >= 0 && strcmp(text + 4, "12") <= 0;
}
