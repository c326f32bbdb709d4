/* clock.c: the service's own clock, which scenarios set, in Japan time. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "sim.h"

#define JST	(9 * 3600)

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* Days since 1970-01-01 of a civil date, and back; March begins the year. */
static int64_t
days_of(int64_t y, int m, int d)
{
	int64_t era, yoe, doy;

	y -= m <= 2;
	era = floor_div(y, 400);
	yoe = y - era * 400;
	doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static int32_t
date_of(int64_t days)
{
	int64_t era, doe, yoe, doy, mp, y, m, d;

	days += 719468;
	era = floor_div(days, 146097);
	doe = days - era * 146097;
	yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	mp = (5 * doy + 2) / 153;
	d = doy - (153 * mp + 2) / 5 + 1;
	m = mp + (mp < 10 ? 3 : -9);
	y = yoe + era * 400 + (m <= 2);
	return (int32_t)(y * 10000 + m * 100 + d);
}

int64_t
clock_now(const struct clock *c)
{
	return (int64_t)time(NULL) + c->offset;
}

int64_t
clock_at(int32_t date, int seconds)
{
	return days_of(date / 10000, date / 100 % 100, date % 100) * DAY +
	    seconds - JST;
}

static int
two(const char *s)
{
	return (s[0] - '0') * 10 + s[1] - '0';
}

/* YYYY-MM-DDTHH:MM:SS, or +SECONDS from where the clock stands. */
int
clock_set(struct clock *c, const char *spec)
{
	static const char form[] = "0000-00-00T00:00:00";
	char date[9];
	int32_t day;
	int64_t n;
	size_t i;
	int h, m, s;

	if (spec[0] == '+' || spec[0] == '-') {
		if (text_number(spec, &n) != 0)
			return -1;
		c->offset += n;
		return 0;
	}
	if (strlen(spec) != strlen(form))
		return -1;
	for (i = 0; form[i] != '\0'; i++)
		if (form[i] == '0' ? spec[i] < '0' || spec[i] > '9' :
		    spec[i] != form[i])
			return -1;
	memcpy(date, spec, 4);
	memcpy(date + 4, spec + 5, 2);
	memcpy(date + 6, spec + 8, 2);
	date[8] = '\0';
	h = two(spec + 11);
	m = two(spec + 14);
	s = two(spec + 17);
	if (date_read(date, &day) != 0 || h > 23 || m > 59 || s > 59)
		return -1;
	c->offset = clock_at(day, h * 3600 + m * 60 + s) -
	    (int64_t)time(NULL);
	return 0;
}

int32_t
clock_date(int64_t t)
{
	return date_of(floor_div(t + JST, DAY));
}

void
clock_stamp(int64_t t, char out[15])
{
	int64_t s = (t + JST) - floor_div(t + JST, DAY) * DAY;
	unsigned int hms = (unsigned int)(s / 3600 * 10000 +
	    s / 60 % 60 * 100 + s % 60);

	snprintf(out, 15, "%08u%06u", (unsigned int)clock_date(t) % 100000000u,
	    hms % 1000000u);
}

int32_t
date_days(int32_t date, int days)
{
	return date_of(days_of(date / 10000, date / 100 % 100, date % 100) +
	    days);
}

int32_t
month_add(int32_t month, int months)
{
	int32_t n = month / 100 * 12 + month % 100 - 1 + months;

	return n / 12 * 100 + n % 12 + 1;
}

int
month_days(int32_t month)
{
	int32_t next = month_add(month, 1);

	return date_days(next * 100 + 1, -1) % 100;
}

int
date_read(const char *s, int32_t *out)
{
	int64_t n;
	int32_t date;

	if (s == NULL || !text_digits(s, 8) || text_number(s, &n) != 0)
		return -1;
	date = (int32_t)n;
	if (date < 18000101 || date / 100 % 100 < 1 ||
	    date / 100 % 100 > 12 || date % 100 < 1 ||
	    date % 100 > month_days(date / 100))
		return -1;
	*out = date;
	return 0;
}
