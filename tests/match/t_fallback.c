/*
 * onshi_fallback: which papers count on which day, and why; tables that are
 * wrong; the border of a day in Japan; what nobody knows.
 */
#include "config.h"
#include "tests/core/run.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <check.h>

#include <onshikaku.h>

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))
#define AND		" "

/* ---- the built-in table -------------------------------------------------- */

/* All that is found, names by blanks; what is unknown with a "?". */
static const char *
papers_of(const struct onshi_fallback *f)
{
	static char all[512];
	int paper, standing;
	size_t i, n = 0;

	all[0] = '\0';
	for (i = 0; onshi_fallback_at(f, i, &paper, &standing, NULL, NULL) ==
	    ONSHI_OK; i++)
		n += (size_t)snprintf(all + n, sizeof(all) - n, "%s%s%s",
		    i > 0 ? AND : "", onshi_paper_name(paper),
		    standing == ONSHI_STANDING_ACCEPTED ? "" : "?");

	return all;
}

#define HELD	"certificate notice_with_card portal_with_card "
static const struct {
	const char	*name;
	int		 why;
	int32_t		 day;
	const char	*papers;
	const char	*again;
} looks[] = {
	{ "line down, cards still count", ONSHI_E_NETWORK, 20251201,
	  HELD "insurance_card past_visit declaration medical_ticket",
	  "restored" },
	{ "line down, the day after", ONSHI_E_NETWORK, 20251202,
	  HELD "past_visit declaration medical_ticket insurance_card?",
	  "restored" },
	{ "line down, last day of March", ONSHI_E_NETWORK, 20260331,
	  HELD "past_visit declaration medical_ticket insurance_card?",
	  "restored" },
	{ "line down, first day of April", ONSHI_E_NETWORK, 20260401,
	  HELD "past_visit declaration medical_ticket insurance_card?",
	  "restored" },
	{ "no card, last day of March", ONSHI_E_CARD_NONE, 20260331,
	  "certificate insurance_card notice medical_ticket portal? "
	  "declaration?", "next_visit" },
	{ "no card, first day of April", ONSHI_E_CARD_NONE, 20260401,
	  "certificate medical_ticket portal? insurance_card? notice? "
	  "declaration?", "next_visit" },
	{ "certificate lapsed", ONSHI_E_CARD_EXPIRED, 20261130,
	  "certificate notice_with_card medical_ticket portal? "
	  "insurance_card? declaration?", "next_visit" },
	{ "a phone, before the screen was told", ONSHI_E_CARD_PHONE, 20250921,
	  "certificate insurance_card medical_ticket declaration?",
	  "next_visit" },
	{ "a phone", ONSHI_E_CARD_PHONE, 20261130,
	  "certificate portal medical_ticket insurance_card? notice? "
	  "declaration?", "next_visit" },
	{ "insurer is late", ONSHI_OUTCOME_NOT_FOUND, 20261130,
	  HELD "past_visit declaration medical_ticket insurance_card?",
	  "days" },
	{ "lost", ONSHI_OUTCOME_LOST, 20261130,
	  HELD "past_visit declaration medical_ticket insurance_card?",
	  "days" },
	{ "lost, a newer one exists", ONSHI_OUTCOME_LOST_NEWER_EXISTS,
	  20261130,
	  HELD "past_visit declaration medical_ticket insurance_card?", "now" },
	{ "assistance elsewhere", ONSHI_OUTCOME_VALID_UNREGISTERED, 20261130,
	  "medical_ticket", "next_visit" },
	{ "withheld is as not provided", ONSHI_OUTCOME_NOT_PROVIDED, 20261130,
	  HELD "past_visit declaration medical_ticket insurance_card?",
	  "next_visit" },
	{ "and so is its result", ONSHI_E_NOT_PROVIDED, 20261130,
	  HELD "past_visit declaration medical_ticket insurance_card?",
	  "next_visit" },
	{ "busy", ONSHI_E_SERVICE_BUSY, 20261130,
	  HELD "past_visit declaration medical_ticket insurance_card?",
	  "soon" },
	{ "valid", ONSHI_OUTCOME_VALID, 20261130, "", "never" },
	{ "no consent is about other things", ONSHI_E_CONSENT, 20261130, "",
	  "next_visit" },
	{ "before there was anything", ONSHI_E_NETWORK, 20000101,
	  "insurance_card", "restored" },
	{ "a result of a later library", -499, 20261130,
	  HELD "past_visit declaration medical_ticket insurance_card?",
	  "restored" },
	{ "an outcome of a later library", 999, 20261130,
	  HELD "past_visit declaration medical_ticket insurance_card?",
	  "restored" },
	{ "least number", INT_MIN, 20261130,
	  HELD "past_visit declaration medical_ticket insurance_card?",
	  "restored" },
	{ "nothing could be asked", ONSHI_OUTCOME_NONE, 20261130,
	  HELD "past_visit declaration medical_ticket insurance_card?",
	  "restored" }
};

START_TEST(look)
{
	struct onshi_fallback *f;

	ck_assert_int_eq(onshi_fallback_new(NULL, &f), ONSHI_OK);
	ck_assert_int_eq(onshi_fallback_for(f, looks[_i].why, looks[_i].day),
	    ONSHI_OK);
	ck_assert_msg(strcmp(papers_of(f), looks[_i].papers) == 0, "%s: %s",
	    looks[_i].name, papers_of(f));
	ck_assert_msg(strcmp(onshi_again_name(onshi_fallback_again(f)),
	    looks[_i].again) == 0, "%s: %s", looks[_i].name,
	    onshi_again_name(onshi_fallback_again(f)));
	ck_assert_int_eq(onshi_fallback_day(f), looks[_i].day);
	onshi_fallback_free(&f);
	ck_assert_ptr_null(f);
}
END_TEST

/* What is said of a paper is whole, and what is not accepted says whom to
 * ask; what is, does not. */
static void
check_paper(const struct onshi_fallback *f, size_t i, int32_t day)
{
	static const char *const langs[] = { "en", "ja", NULL };
	int field, paper, standing;
	int32_t since, until;
	size_t k, n;

	ck_assert_int_eq(onshi_fallback_at(f, i, &paper, &standing, &since,
	    &until), ONSHI_OK);
	ck_assert(since <= day && (until == 0 || day <= until));
	for (k = 0; k < COUNT(langs); k++) {
		ck_assert_str_ne(onshi_fallback_text(f, i, langs[k]), "");
		ck_assert_int_eq(*onshi_fallback_ask(f, i, langs[k]) == '\0',
		    standing == ONSHI_STANDING_ACCEPTED);
	}
	ck_assert_ptr_nonnull(onshi_share_name(onshi_fallback_share(f, i)));
	for (n = 0; onshi_fallback_field_at(f, i, n, &field) == ONSHI_OK; n++)
		ck_assert_ptr_nonnull(onshi_field_name(field));
	ck_assert(n > 0 || standing == ONSHI_STANDING_UNKNOWN);
}

static void
check_look(struct onshi_fallback *f, int why)
{
	static const int32_t days[] = { 19260101, 20230709, 20230710,
	    20241201, 20241202, 20251201, 20251202, 20260331, 20260401,
	    20261130, 99991231 };
	size_t d, i;

	for (d = 0; d < COUNT(days); d++) {
		ck_assert_int_eq(onshi_fallback_for(f, why, days[d]),
		    ONSHI_OK);
		ck_assert_ptr_nonnull(onshi_again_name(
		    onshi_fallback_again(f)));
		for (i = 0; onshi_fallback_at(f, i, NULL, NULL, NULL, NULL) ==
		    ONSHI_OK; i++)
			check_paper(f, i, days[d]);
	}
}

/* Each result of the catalogue, each outcome. */
START_TEST(all)
{
	struct onshi_fallback *f;
	int result;
	size_t i;

	ck_assert_int_eq(onshi_fallback_new(NULL, &f), ONSHI_OK);
	for (i = 0; onshi_result_at(i, &result) == ONSHI_OK; i++)
		if (result < 0)
			check_look(f, result);
	for (result = 0; onshi_outcome_name(result) != NULL; result++)
		check_look(f, result);
	onshi_fallback_free(&f);
}
END_TEST

START_TEST(no_day)
{
	static const int32_t days[] = { -1, 1, 20260229, 20261301, 20260100,
	    99999999, INT32_MIN, INT32_MAX };
	struct onshi_fallback *f;
	int field = 7;

	ck_assert_int_eq(onshi_fallback_new(NULL, &f), ONSHI_OK);
	ck_assert_int_eq(onshi_fallback_again(f), 0);
	ck_assert_int_eq(onshi_fallback_for(f, ONSHI_E_NETWORK, 20261130),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_fallback_for(f, ONSHI_E_NETWORK, days[_i]),
	    ONSHI_E_VALUE);
	/* And nothing of what was found before. */
	ck_assert_int_eq(onshi_error_code(onshi_fallback_error(f)),
	    ONSHI_E_VALUE);
	ck_assert_int_eq(onshi_fallback_at(f, 0, NULL, NULL, NULL, NULL),
	    ONSHI_END);
	ck_assert_int_eq(onshi_fallback_field_at(f, 0, 0, &field), ONSHI_END);
	ck_assert_int_eq(field, 0);
	ck_assert_int_eq(onshi_fallback_day(f), 0);
	ck_assert_int_eq(onshi_fallback_again(f), 0);
	ck_assert_str_eq(onshi_fallback_text(f, 0, "ja"), "");
	onshi_fallback_free(&f);
}
END_TEST

/* ---- today, in Japan ------------------------------------------------------ */

static int64_t
wall(void *self)
{
	return *(int64_t *)self;
}

static const struct {
	int64_t	utc_ms;
	int32_t	day;
} borders[] = {
	{ INT64_C(1774969199999), 20260331 },	/* 14:59:59.999 UTC */
	{ INT64_C(1774969200000), 20260401 },
	{ INT64_C(1764601199999), 20251201 },
	{ INT64_C(1764601200000), 20251202 }
};

START_TEST(today)
{
	const struct onshi_clock_ops ops = { .size = sizeof(ops),
	    .wall = wall, .steady = wall, .boot = wall };
	int64_t now = borders[_i].utc_ms - 86400000;
	struct onshi_fallback *f;
	struct onshi_config *c;

	ck_assert_int_eq(onshi_config_new(&c), ONSHI_OK);
	ck_assert_int_eq(onshi_config_set_clock(c, &ops, &now), ONSHI_OK);
	ck_assert_int_eq(onshi_fallback_new(c, &f), ONSHI_OK);
	onshi_config_free(&c);
	/* The day of the look-up, not that of the handle. */
	now = borders[_i].utc_ms;
	ck_assert_int_eq(onshi_fallback_for(f, ONSHI_E_CARD_NONE, 0),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_fallback_day(f), borders[_i].day);
	onshi_fallback_free(&f);
}
END_TEST

/* ---- tables of a deployment ------------------------------------------------- */

#define FIRST	"fallback = 1\n"
#define WORDS	"text = a\ntext_ja = あ\n"
#define GOOD	"paper = notice\nwhen = no_card\nstanding = accepted\n"	\
	"share = own\n" WORDS
#define UNSURE	"paper = notice\nwhen = no_card\nstanding = unknown\n"	\
	"share = ask\n" WORDS

static char path[64];

static int
read_table(const char *text, size_t len, struct onshi_config **c,
    struct onshi_fallback **f)
{
	FILE *file = fopen(path, "wb");

	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(text, 1, len, file), len);
	ck_assert_int_eq(fclose(file), 0);
	ck_assert_int_eq(chmod(path, 0600), 0);
	ck_assert_int_eq(onshi_config_new(c), ONSHI_OK);
	ck_assert_int_eq(onshi_config_set(*c, "fallback.table", path),
	    ONSHI_OK);

	return onshi_fallback_new(*c, f);
}

static void
make_path(void)
{
	const char *tmp = getenv("TMPDIR");
	int fd;

	(void)snprintf(path, sizeof(path), "%s/onshi-fallback.XXXXXX",
	    tmp != NULL && strlen(tmp) < 40 ? tmp : "/tmp");
	ck_assert_int_ge(fd = mkstemp(path), 0);
	(void)close(fd);
}

static void
remove_path(void)
{
	(void)unlink(path);
}

static const struct {
	const char	*name;
	const char	*text;
	const char	*says;		/* NULL: it is good */
} tables[] = {
	{ "good", FIRST GOOD, NULL },
	{ "good, no last newline", FIRST "paper=notice\nwhen=no_card\n"
	  "standing=accepted\nshare=own\ntext=a\ntext_ja=b", NULL },
	{ "good, of Windows", "\xef\xbb\xbf" "fallback = 1\r\n\r\n"
	  "# x = y\r\npaper = notice\r\nwhen = no_card\r\n"
	  "standing = accepted\r\nshare = own\r\ntext = a\r\n"
	  "text_ja = b\r\n", NULL },
	{ "good, one after the other", FIRST GOOD "until = 2026-03-31\n"
	  GOOD "since = 2026-04-01\n", NULL },
	{ "good, a text with =", FIRST "paper = notice\nwhen = no_card\n"
	  "standing = accepted\nshare = own\ntext = a = b\ntext_ja = c\n",
	  NULL },
	{ "no paper", FIRST "# none\n", "no paper" },
	{ "no form", GOOD, "line 1: the first is" },
	{ "a later form", "fallback = 2\n" GOOD, "line 1" },
	{ "no pair", FIRST "paper\n", "line 2: no key" },
	{ "key before a paper", FIRST "when = lag\n", "line 2: an entry" },
	{ "unknown key", FIRST GOOD "untill = 2026-03-31\n",
	  "line 8: no such key" },
	{ "unknown paper", FIRST "paper = passport\n", "line 2: none" },
	{ "unknown situation", FIRST "paper = notice\nwhen = no_card, x\n",
	  "line 3: none" },
	{ "empty situation", FIRST "paper = notice\nwhen = no_card,\n",
	  "line 3: none" },
	{ "a situation twice", FIRST "paper = notice\nwhen = lag, lag\n",
	  "line 3: a situation twice" },
	{ "unknown standing", FIRST "paper = notice\nstanding = perhaps\n",
	  "line 3: none" },
	{ "unknown share", FIRST "paper = notice\nshare = 30\n",
	  "line 3: none" },
	{ "unknown field", FIRST "paper = notice\nfields = my_number\n",
	  "line 3: none" },
	{ "a field twice", FIRST "paper = notice\nfields = name, name\n",
	  "line 3: a field twice" },
	{ "a long field", FIRST "paper = notice\nfields = aaaaaaaaaaaaaaaaaaaa"
	  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n",
	  "line 3: none" },
	{ "no such day", FIRST GOOD "since = 2026-02-29\n", "line 8: no such" },
	{ "a day of other form", FIRST GOOD "since = 20260228\n",
	  "line 8: no day" },
	{ "a day with more", FIRST GOOD "until = 2026-02-28 \xe2\x80\x95\n",
	  "line 8: no day" },
	{ "until before since", FIRST GOOD "since = 2026-04-01\n"
	  "until = 2026-03-31\n", "line 2: until" },
	{ "a key twice", FIRST GOOD "share = own\n", "line 8: twice" },
	{ "no value", FIRST "paper =\n", "line 2: no value" },
	{ "lacks the words", FIRST "paper = notice\nwhen = lag\n"
	  "standing = accepted\nshare = own\n", "line 2: this paper needs" },
	{ "lacks Japanese", FIRST "paper = notice\nwhen = lag\n"
	  "standing = accepted\nshare = own\ntext = a\n",
	  "line 2: this paper needs" },
	{ "lacks a standing", FIRST "paper = notice\nwhen = lag\n"
	  "share = own\n" WORDS, "line 2: this paper needs" },
	{ "unknown, nobody to ask", FIRST UNSURE, "line 2: unknown" },
	{ "unknown, asks in one language", FIRST UNSURE "ask = us\n",
	  "line 2: unknown" },
	{ "unknown, asks", FIRST UNSURE "ask = us\nask_ja = 私\n", NULL },
	{ "accepted, asks", FIRST GOOD "ask = us\nask_ja = 私\n",
	  "line 2: accepted" },
	{ "two for a day", FIRST GOOD "until = 2026-04-01\n" GOOD
	  "since = 2026-04-01\n", "line 9: another entry" },
	{ "two for ever", FIRST GOOD UNSURE "ask = us\nask_ja = 私\n",
	  "line 8: another entry" },
	{ "what a terminal obeys", FIRST GOOD "since = \033[2J\n",
	  "no UTF-8" },
	{ "what is not seen", FIRST GOOD "since = \x7f\n",
	  "line 8: a control" },
	{ "a line within a line", FIRST GOOD "since = 2026-04-01\rx\n",
	  "line 8: a control" },
	{ "no UTF-8", FIRST "paper = notice\ntext = \xff\n", "no UTF-8" },
	{ "Shift_JIS", FIRST "paper = notice\ntext_ja = \x82\xa0\n",
	  "no UTF-8" }
};

START_TEST(table)
{
	struct onshi_fallback *f;
	struct onshi_config *c;
	const char *text;
	int r;

	r = read_table(tables[_i].text, strlen(tables[_i].text), &c, &f);
	text = onshi_error_text(onshi_config_error(c));
	if (tables[_i].says == NULL) {
		ck_assert_msg(r == ONSHI_OK, "%s: %s", tables[_i].name, text);
		ck_assert_int_eq(onshi_fallback_for(f, ONSHI_E_CARD_NONE,
		    20260401), ONSHI_OK);
		ck_assert_int_eq(onshi_fallback_at(f, 0, NULL, NULL, NULL,
		    NULL), ONSHI_OK);
		ck_assert_int_eq(onshi_fallback_at(f, 1, NULL, NULL, NULL,
		    NULL), ONSHI_END);
	} else {
		ck_assert_msg(r == ONSHI_E_CONFIG &&
		    strstr(text, tables[_i].says) != NULL, "%s: %d %s",
		    tables[_i].name, r, text);
		ck_assert_ptr_null(f);
		/* It can be corrected. */
		ck_assert_int_eq(onshi_config_set(c, "fallback.table", NULL),
		    ONSHI_OK);
		ck_assert_int_eq(onshi_fallback_new(c, &f), ONSHI_OK);
	}
	onshi_fallback_free(&f);
	ck_assert_int_eq(onshi_config_set(c, "fallback.table", NULL),
	    ONSHI_OK);
	onshi_config_free(&c);
}
END_TEST

/* A NUL cuts nothing off; too many; none; one that others may write. */
START_TEST(file)
{
	static const char cut[] = FIRST GOOD "\0since = x\n";
	struct onshi_fallback *f;
	struct onshi_config *c;
	size_t i, n = strlen(FIRST);
	char *many = malloc(n + 101 * strlen(GOOD) + 1);

	ck_assert_ptr_nonnull(many);
	ck_assert_int_eq(read_table(cut, sizeof(cut) - 1, &c, &f),
	    ONSHI_E_CONFIG);
	onshi_config_free(&c);
	memcpy(many, FIRST, n);
	for (i = 0; i < 101; i++, n += strlen(GOOD))
		memcpy(many + n, GOOD, strlen(GOOD));
	ck_assert_int_eq(read_table(many, n, &c, &f), ONSHI_E_CONFIG);
	ck_assert_int_eq(chmod(path, 0666), 0);
	ck_assert_int_eq(onshi_fallback_new(c, &f), ONSHI_E_CONFIG);
	remove_path();
	ck_assert_int_eq(onshi_fallback_new(c, &f), ONSHI_E_CONFIG);
	ck_assert_ptr_nonnull(strstr(onshi_error_text(onshi_config_error(c)),
	    "fallback.table"));
	onshi_config_free(&c);
	free(many);
}
END_TEST

/* ---- the closed lists --------------------------------------------------------- */

static const struct {
	const char	*(*name)(int);
	const char	*(*text)(int, const char *);
	int		 last;
} lists[] = {
	{ onshi_paper_name, onshi_paper_text, ONSHI_PAPER_TICKET },
	{ onshi_standing_name, onshi_standing_text, ONSHI_STANDING_UNKNOWN },
	{ onshi_share_name, onshi_share_text, ONSHI_SHARE_ASK },
	{ onshi_field_name, onshi_field_text, ONSHI_FIELD_SIGNATURE },
	{ onshi_again_name, onshi_again_text, ONSHI_AGAIN_VISIT }
};

START_TEST(list)
{
	int i;

	for (i = 1; i <= lists[_i].last; i++) {
		ck_assert_ptr_nonnull(lists[_i].name(i));
		ck_assert_str_ne(lists[_i].text(i, "en"), "");
		ck_assert_str_ne(lists[_i].text(i, "ja"),
		    lists[_i].text(i, "en"));
	}
	ck_assert_ptr_null(lists[_i].name(i));
	ck_assert_ptr_null(lists[_i].name(0));
	ck_assert_str_eq(lists[_i].text(i, "ja"), "");
}
END_TEST

static void
fill(TCase *t)
{
	tcase_add_checked_fixture(t, make_path, remove_path);
	tcase_add_loop_test(t, look, 0, (int)COUNT(looks));
	tcase_add_test(t, all);
	tcase_add_loop_test(t, no_day, 0, 8);
	tcase_add_loop_test(t, today, 0, (int)COUNT(borders));
	tcase_add_loop_test(t, table, 0, (int)COUNT(tables));
	tcase_add_test(t, file);
	tcase_add_loop_test(t, list, 0, (int)COUNT(lists));
}

int
main(void)
{
	return run_tests("match/fallback", fill);
}
