/* Dates as days since 1970-01-01, and the Japanese eras. */
#include "pki.h"

#include <stdio.h>
#include <string.h>

/* The civil calendar in 400-year cycles that begin on 1 March. */
int32_t
pki_day(int year, int month, int day)
{
	int cycle, in_cycle, in_year;

	if (month <= 2)
		year--;
	cycle = (year >= 0 ? year : year - 399) / 400;
	in_cycle = year - cycle * 400;
	in_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return cycle * 146097 + in_cycle * 365 + in_cycle / 4 -
	    in_cycle / 100 + in_year - 719468;
}

struct pki_date
pki_date(int32_t day)
{
	struct pki_date d;
	int cycle, in_cycle, year, in_year, month;

	day += 719468;
	cycle = (day >= 0 ? day : day - 146096) / 146097;
	in_cycle = day - cycle * 146097;
	year = (in_cycle - in_cycle / 1460 + in_cycle / 36524 -
	    in_cycle / 146096) / 365;
	in_year = in_cycle - (365 * year + year / 4 - year / 100);
	month = (5 * in_year + 2) / 153;
	d.day = in_year - (153 * month + 2) / 5 + 1;
	d.month = month < 10 ? month + 3 : month - 9;
	d.year = year + cycle * 400 + (d.month <= 2);

	return d;
}

/* YYYY-MM-DD and nothing else. */
bool
pki_day_parse(const char *text, int32_t *day)
{
	static const char shape[] = "dddd-dd-dd";
	struct pki_date back;
	int part[3] = { 0, 0, 0 };
	size_t i, n = 0;

	if (strlen(text) != sizeof(shape) - 1)
		return false;
	for (i = 0; i < sizeof(shape) - 1; i++) {
		if (shape[i] == '-') {
			if (text[i] != '-')
				return false;
			n++;
			continue;
		}
		if (text[i] < '0' || text[i] > '9')
			return false;
		part[n] = part[n] * 10 + (text[i] - '0');
	}
	*day = pki_day(part[0], part[1], part[2]);
	back = pki_date(*day);

	return back.year == part[0] && back.month == part[1] &&
	    back.day == part[2];
}

/* YYYYMMDD, as the card and the messages write it. */
void
pki_day_write(int32_t day, char *out, size_t outlen)
{
	struct pki_date d = pki_date(day);

	snprintf(out, outlen, "%04d%02d%02d", d.year, d.month, d.day);
}

/* The year within its era, and the era: 1 Meiji ... 5 Reiwa. */
int
pki_era(int32_t day, int *year)
{
	static const struct { int year, month, day; } first[] = {
		{ 1868, 1, 25 }, { 1912, 7, 30 }, { 1926, 12, 25 },
		{ 1989, 1, 8 }, { 2019, 5, 1 },
	};
	int era = 5;

	while (era > 1 && day < pki_day(first[era - 1].year,
	    first[era - 1].month, first[era - 1].day))
		era--;
	*year = pki_date(day).year - first[era - 1].year + 1;

	return era;
}
