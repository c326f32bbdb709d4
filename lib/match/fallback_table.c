/*
 * The dated table of papers (onshikaku.conf(5), fallback.table): lines "key =
 * value", an entry from each "paper" on. Strict, for what is read wrongly here
 * is said to patients.
 */
#include "config.h"

#include <string.h>

#include "match/inside.h"

#define TABLE_FORM	"1"
#define FIELDS_MOST	32

struct reading {
	struct oki_papers	*out;
	struct onshi_error	*e;
	size_t			 line;
	bool			 versioned;
	unsigned int		 seen;		/* keys of the entry */
};

static const struct {
	const char	*word;
	unsigned int	 bit;
} situations[] = {
	{ "no_answer", OKI_SITUATION_NO_ANSWER },
	{ "unusable", OKI_SITUATION_UNUSABLE },
	{ "no_card", OKI_SITUATION_NO_CARD },
	{ "phone", OKI_SITUATION_PHONE },
	{ "lag", OKI_SITUATION_LAG },
	{ "assistance", OKI_SITUATION_ASSISTANCE }
};

static int
wrong(struct reading *rd, const char *what)
{
	return oki_fail(rd->e, ONSHI_E_CONFIG, "fallback.table: line %zu: %s",
	    rd->line, what);
}

/* ---- values ------------------------------------------------------------- */

/* One of a closed list of the header. */
static const char *
take_word(const char *(*name_of)(int), const char *value, int *number)
{
	return (*number = oki_number_of(name_of, value)) != 0 ? NULL :
	    "none of the words allowed";
}

static unsigned int
situation_of(const char *word, size_t len)
{
	size_t i;

	for (i = 0; i < OKI_COUNT(situations); i++)
		if (strlen(situations[i].word) == len &&
		    memcmp(situations[i].word, word, len) == 0)
			return situations[i].bit;

	return 0;
}

static const char *
take_when(struct oki_paper *p, const char *value)
{
	const char *item;
	unsigned int bit;
	size_t len;

	while (oki_list_next(&value, ',', &item, &len)) {
		if ((bit = situation_of(item, len)) == 0)
			return "none of the situations";
		if ((p->when & bit) != 0)
			return "a situation twice";
		p->when |= bit;
	}

	return NULL;
}

static const char *
take_fields(struct oki_paper *p, const char *value)
{
	char name[64];
	const char *item;
	uint32_t bit;
	size_t len;
	int field;

	while (oki_list_next(&value, ',', &item, &len)) {
		if (len >= sizeof(name))
			return "none of the fields";
		memcpy(name, item, len);
		name[len] = '\0';
		if ((field = oki_number_of(onshi_field_name, name)) == 0 ||
		    field >= FIELDS_MOST)
			return "none of the fields";
		bit = UINT32_C(1) << field;
		if ((p->fields & bit) != 0)
			return "a field twice";
		p->fields |= bit;
	}

	return NULL;
}

/* 2026-03-31. */
static const char *
take_day(const char *value, int32_t *day)
{
	char text[9];

	if (strlen(value) != 10 || value[4] != '-' || value[7] != '-')
		return "no day as 2026-03-31";
	memcpy(text, value, 4);
	memcpy(text + 4, value + 5, 2);
	memcpy(text + 6, value + 8, 3);

	return oki_date_parse(text, day) ? NULL : "no such day";
}

static const char *
take_text(const char *value, const char **place)
{
	*place = value;

	return NULL;
}

/* ---- lines -------------------------------------------------------------- */

/* An entry's keys, in the order of take(). */
enum key { PAPER, WHEN, SINCE, UNTIL, STANDING, SHARE, FIELDS, TEXT, TEXT_JA,
    ASK, ASK_JA, KEYS };
static const char *const keys[KEYS] = { "paper", "when", "since", "until",
    "standing", "share", "fields", "text", "text_ja", "ask", "ask_ja" };

static const char *
take(struct oki_paper *p, enum key key, const char *value)
{
	switch (key) {
	case PAPER:	return take_word(onshi_paper_name, value, &p->paper);
	case WHEN:	return take_when(p, value);
	case SINCE:	return take_day(value, &p->since);
	case UNTIL:	return take_day(value, &p->until);
	case STANDING:	return take_word(onshi_standing_name, value,
			    &p->standing);
	case SHARE:	return take_word(onshi_share_name, value, &p->share);
	case FIELDS:	return take_fields(p, value);
	case TEXT:	return take_text(value, &p->text[0]);
	case TEXT_JA:	return take_text(value, &p->text[1]);
	case ASK:	return take_text(value, &p->ask[0]);
	default:	return take_text(value, &p->ask[1]);
	}
}

/* Two entries that say of one paper different things of one day. */
static bool
collide(const struct oki_paper *a, const struct oki_paper *b)
{
	return a->paper == b->paper && (a->when & b->when) != 0 &&
	    (b->until == 0 || a->since <= b->until) &&
	    (a->until == 0 || b->since <= a->until);
}

/* What the entry that ends here lacks, or has too much. */
static const char *
flaw(const struct oki_papers *all, const struct oki_paper *p)
{
	const bool asks = p->ask[0] != NULL && p->ask[1] != NULL;
	size_t i;

	if (p->when == 0 || p->standing == 0 || p->share == 0 ||
	    p->text[0] == NULL || p->text[1] == NULL)
		return "this paper needs when, standing, share, text and "
		    "text_ja";
	if (p->standing == ONSHI_STANDING_UNKNOWN && !asks)
		return "unknown: whom to ask? It needs ask and ask_ja";
	if (p->standing == ONSHI_STANDING_ACCEPTED &&
	    (p->ask[0] != NULL || p->ask[1] != NULL))
		return "accepted: ask and ask_ja are for what is unknown";
	if (p->until != 0 && p->since > p->until)
		return "until lies before since";
	for (i = 0; &all->entry[i] != p; i++)
		if (collide(&all->entry[i], p))
			return "another entry says it of this paper, in these "
			    "situations, for some of these days";

	return NULL;
}

static int
end_entry(struct reading *rd)
{
	struct oki_papers *all = rd->out;
	const char *why;

	if (all->n == 0 ||
	    (why = flaw(all, &all->entry[all->n - 1])) == NULL)
		return ONSHI_OK;
	rd->line = all->entry[all->n - 1].line;

	return wrong(rd, why);
}

static int
begin_entry(struct reading *rd)
{
	int r;

	if ((r = end_entry(rd)) != ONSHI_OK)
		return r;
	if (rd->out->n == OKI_PAPERS_MOST)
		return wrong(rd, "too many papers");
	rd->out->entry[rd->out->n++].line = rd->line;
	rd->seen = 0;

	return ONSHI_OK;
}

static int
take_version(struct reading *rd, const char *key, const char *value)
{
	if (strcmp(key, "fallback") != 0 || strcmp(value, TABLE_FORM) != 0)
		return wrong(rd, "the first is: fallback = " TABLE_FORM);
	rd->versioned = true;

	return ONSHI_OK;
}

static int
take_pair(struct reading *rd, const char *key, const char *value)
{
	const char *why;
	unsigned int i;
	int r;

	if (!rd->versioned)
		return take_version(rd, key, value);
	for (i = 0; i < KEYS && strcmp(keys[i], key) != 0; i++)
		continue;
	if (i == KEYS)
		return wrong(rd, "no such key");
	if (*value == '\0')
		return wrong(rd, "no value");
	if (i == PAPER && (r = begin_entry(rd)) != ONSHI_OK)
		return r;
	if (rd->out->n == 0)
		return wrong(rd, "an entry begins with paper");
	if ((rd->seen & (1U << i)) != 0)
		return wrong(rd, "twice in one entry");
	rd->seen |= 1U << i;
	why = take(&rd->out->entry[rd->out->n - 1], (enum key)i, value);

	return why == NULL ? ONSHI_OK : wrong(rd, why);
}

/* Without the blanks at both ends, in place. */
static char *
trimmed(char *s)
{
	size_t len;

	s += strspn(s, " \t");
	for (len = strlen(s); len > 0 && strchr(" \t\r", s[len - 1]) != NULL;)
		s[--len] = '\0';

	return s;
}

/* What a terminal would obey is no text. */
static bool
is_plain(const char *s)
{
	for (; *s != '\0'; s++)
		if (((unsigned char)*s < ' ' && *s != '\t') || *s == 0x7f)
			return false;

	return true;
}

static int
take_line(struct reading *rd, char *line)
{
	char *equals;

	line = trimmed(line);
	if (*line == '\0' || *line == '#')
		return ONSHI_OK;
	if (!is_plain(line))
		return wrong(rd, "a control character");
	if ((equals = strchr(line, '=')) == NULL)
		return wrong(rd, "no key = value");
	*equals = '\0';

	return take_pair(rd, trimmed(line), trimmed(equals + 1));
}

int
oki_papers_read(char *table, struct oki_papers *out, struct onshi_error *e)
{
	struct reading rd = { .out = out, .e = e };
	char *line = table, *end;
	int r = ONSHI_OK;

	out->n = 0;
	for (; r == ONSHI_OK && line != NULL; line = end) {
		rd.line++;
		if ((end = strchr(line, '\n')) != NULL)
			*end++ = '\0';
		r = take_line(&rd, line);
	}
	if (r == ONSHI_OK && out->n == 0)
		r = wrong(&rd, "no paper in it");

	return r == ONSHI_OK ? end_entry(&rd) : r;
}
