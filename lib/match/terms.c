/* Names and words of the closed lists: each stands in one table. */
#include "config.h"

#include <string.h>

#include "match/inside.h"

struct words {
	int		 number;
	int		 verdict;
	int		 severity;
	const char	*name;
	const char	*text[2];		/* English, Japanese */
	const char	*step[2];
};

static const struct words differences[] = {
#define D(id, name, verdict, severity, en, ja, step, step_ja)		\
	{ ONSHI_DIFFERENCE_##id, ONSHI_MATCH_##verdict,			\
	    ONSHI_SEVERITY_##severity, name, { en, ja }, { step, step_ja } },
#include "match/differences.def"
#undef D
};
static const struct words hints[] = {
#define H(id, name, en, ja)						\
	{ ONSHI_HINT_##id, 0, 0, name, { en, ja }, { "", "" } },
#include "match/hints.def"
#undef H
};
static const struct words verdicts[] = {
	{ ONSHI_MATCH_SAME, 0, 0, "same", { "the same", "一致" },
	    { "", "" } },
	{ ONSHI_MATCH_COMPATIBLE, 0, 0, "compatible",
	    { "nothing contradicts it", "矛盾なし" }, { "", "" } },
	{ ONSHI_MATCH_DIFFERENT, 0, 0, "different",
	    { "different", "相違あり" }, { "", "" } }
};
static const struct words severities[] = {
	{ ONSHI_SEVERITY_NOTE, 0, 0, "note", { "note", "参考" },
	    { "", "" } },
	{ ONSHI_SEVERITY_CHECK, 0, 0, "check", { "check", "要確認" },
	    { "", "" } },
	{ ONSHI_SEVERITY_STOP, 0, 0, "stop", { "stop", "中止" },
	    { "", "" } }
};

#define T(prefix, id, name, en, ja)					\
	{ ONSHI_##prefix##_##id, 0, 0, name, { en, ja }, { "", "" } },
#define PAPER(id, name, en, ja)		T(PAPER, id, name, en, ja)
static const struct words papers[] = {
#include "match/papers.def"
};
#undef PAPER
#define STANDING(id, name, en, ja)	T(STANDING, id, name, en, ja)
static const struct words standings[] = {
#include "match/papers.def"
};
#undef STANDING
#define SHARE(id, name, en, ja)		T(SHARE, id, name, en, ja)
static const struct words shares[] = {
#include "match/papers.def"
};
#undef SHARE
#define FIELD(id, name, en, ja)		T(FIELD, id, name, en, ja)
static const struct words fields[] = {
#include "match/papers.def"
};
#undef FIELD
#define AGAIN(id, name, en, ja)		T(AGAIN, id, name, en, ja)
static const struct words agains[] = {
#include "match/papers.def"
};
#undef AGAIN

static const struct words *
find(const struct words *list, size_t n, int number)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (list[i].number == number)
			return &list[i];

	return NULL;
}

#define FIND(list, number)	find(list, OKI_COUNT(list), number)

static const char *
name_of(const struct words *w)
{
	return w == NULL ? NULL : w->name;
}

static const char *
text_of(const struct words *w, const char *lang)
{
	return w == NULL ? "" : w->text[oki_text_equal(lang, "ja")];
}

int
onshi_difference_verdict(int difference)
{
	const struct words *w = FIND(differences, difference);

	return w == NULL ? 0 : w->verdict;
}

int
onshi_difference_severity(int difference)
{
	const struct words *w = FIND(differences, difference);

	return w == NULL ? 0 : w->severity;
}

const char *
onshi_difference_name(int difference)
{
	return name_of(FIND(differences, difference));
}

const char *
onshi_difference_text(int difference, const char *lang)
{
	return text_of(FIND(differences, difference), lang);
}

const char *
onshi_difference_step(int difference, const char *lang)
{
	const struct words *w = FIND(differences, difference);

	return w == NULL ? "" : w->step[oki_text_equal(lang, "ja")];
}

const char *
onshi_match_verdict_name(int verdict)
{
	return name_of(FIND(verdicts, verdict));
}

const char *
onshi_match_verdict_text(int verdict, const char *lang)
{
	return text_of(FIND(verdicts, verdict), lang);
}

const char *
onshi_severity_name(int severity)
{
	return name_of(FIND(severities, severity));
}

const char *
onshi_severity_text(int severity, const char *lang)
{
	return text_of(FIND(severities, severity), lang);
}

const char *
onshi_hint_name(int hint)
{
	return name_of(FIND(hints, hint));
}

const char *
onshi_hint_text(int hint, const char *lang)
{
	return text_of(FIND(hints, hint), lang);
}

const char *
onshi_paper_name(int paper)
{
	return name_of(FIND(papers, paper));
}

const char *
onshi_paper_text(int paper, const char *lang)
{
	return text_of(FIND(papers, paper), lang);
}

const char *
onshi_standing_name(int standing)
{
	return name_of(FIND(standings, standing));
}

const char *
onshi_standing_text(int standing, const char *lang)
{
	return text_of(FIND(standings, standing), lang);
}

const char *
onshi_share_name(int share)
{
	return name_of(FIND(shares, share));
}

const char *
onshi_share_text(int share, const char *lang)
{
	return text_of(FIND(shares, share), lang);
}

const char *
onshi_field_name(int field)
{
	return name_of(FIND(fields, field));
}

const char *
onshi_field_text(int field, const char *lang)
{
	return text_of(FIND(fields, field), lang);
}

const char *
onshi_again_name(int again)
{
	return name_of(FIND(agains, again));
}

const char *
onshi_again_text(int again, const char *lang)
{
	return text_of(FIND(agains, again), lang);
}

int
oki_number_of(const char *(*of)(int), const char *name)
{
	int i;

	for (i = 1; of(i) != NULL; i++)
		if (strcmp(of(i), name) == 0)
			return i;

	return 0;
}
