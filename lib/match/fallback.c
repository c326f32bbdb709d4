/* onshi_fallback: what to go by where no answer is to be had. */
#include "config.h"

#include <string.h>

#include "match/inside.h"

#define TABLE_MOST	262144

struct onshi_fallback {
	struct oki_env		*env;
	struct onshi_config	*config;	/* env has it */
	char			*table;		/* what the texts stand in */
	struct oki_papers	 papers;
	size_t			 found[OKI_PAPERS_MOST];
	size_t			 n;
	int32_t			 day;
	int			 again;
	struct onshi_error	 error;
};

static const struct {
	int		why;
	unsigned int	situation;
	int		again;
} whys[] = {
#define W(why, situation, again)					\
	{ why, OKI_SITUATION_##situation, ONSHI_AGAIN_##again },
#include "match/fallback.def"
#undef W
};

/* ---- the handle --------------------------------------------------------- */

static int
put_builtin(struct oki_buf *b)
{
	size_t i;
	int r = ONSHI_OK;

	for (i = 0; r == ONSHI_OK && oki_papers_builtin[i] != NULL; i++)
		r = oki_buf_text(b, oki_papers_builtin[i]);

	return r;
}

/* What the config names, or the built-in one. */
static int
read_table(struct onshi_fallback *f, struct onshi_error *e)
{
	const char *key = oki_config_key_name(OKI_FALLBACK_TABLE);
	struct oki_buf b;
	int r;

	oki_buf_init(&b, TABLE_MOST);
	if (oki_config_has(f->config, OKI_FALLBACK_TABLE))
		r = oki_config_read(key, oki_config_text(f->config,
		    OKI_FALLBACK_TABLE), false, TABLE_MOST, &b, e);
	else
		r = put_builtin(&b);
	if (r == ONSHI_OK && !oki_is_utf8((const char *)b.data, b.len))
		r = oki_fail(e, ONSHI_E_CONFIG, "%s: no UTF-8 text", key);
	if (r == ONSHI_OK &&
	    (f->table = oki_strdup((const char *)b.data)) == NULL)
		r = ONSHI_E_NOMEM;
	oki_buf_free(&b);
	if (r == ONSHI_OK)
		r = oki_papers_read(f->table, &f->papers, e);
	else if (r == ONSHI_E_NOMEM)
		r = oki_fail(e, r, "%s: no memory for the table", key);

	return r;
}

/* Counted and frozen; no value of it is changed. */
static int
hold_config(struct onshi_fallback *f, struct onshi_config *c)
{
	bool froze = oki_config_freeze(c);
	int r;

	if ((r = oki_env_new(c, &f->env)) == ONSHI_OK)
		f->config = c;
	else if (froze)
		oki_config_thaw(c);

	return r;
}

int
onshi_fallback_new(const struct onshi_config *c, struct onshi_fallback **out)
{
	union {
		const struct onshi_config *given;
		struct onshi_config *kept;
	} u = { .given = c };
	struct onshi_config *none = NULL;
	struct onshi_fallback *f;
	int r;

	if (out == NULL)
		return ONSHI_E_ARG;
	*out = NULL;
	if ((f = oki_alloc(sizeof(*f))) == NULL)
		return ONSHI_E_NOMEM;
	oki_error_clear(&f->error);
	if (c == NULL)
		r = onshi_config_new(&none);
	else
		r = ONSHI_OK;
	if (r == ONSHI_OK)
		r = hold_config(f, c == NULL ? none : u.kept);
	if (r == ONSHI_OK) {
		oki_error_clear(oki_config_error_of(f->config));
		r = read_table(f, oki_config_error_of(f->config));
	}
	onshi_config_free(&none);
	if (r == ONSHI_OK)
		*out = f;
	else
		onshi_fallback_free(&f);

	return r;
}

void
onshi_fallback_free(struct onshi_fallback **fp)
{
	struct onshi_fallback *f;

	if (fp == NULL || (f = *fp) == NULL)
		return;
	*fp = NULL;
	if (f->config != NULL)
		oki_config_thaw_last(f->config);
	oki_env_free(&f->env);
	oki_free(f->table);
	oki_free(f);
}

const struct onshi_error *
onshi_fallback_error(const struct onshi_fallback *f)
{
	return f == NULL ? oki_no_handle() : &f->error;
}

/* ---- a look-up ---------------------------------------------------------- */

static bool
is_day(int32_t day)
{
	char text[9];
	int32_t same;

	if (day < 10000101 || day > 99991231)
		return false;
	oki_date_format(text, day);

	return oki_date_parse(text, &same);
}

/* A number of a later library leaves the desk without an answer, too. */
static unsigned int
situation_of(int why, int *again)
{
	size_t i;

	for (i = 0; i < OKI_COUNT(whys); i++)
		if (whys[i].why == why) {
			*again = whys[i].again;
			return whys[i].situation;
		}
	*again = ONSHI_AGAIN_RESTORED;

	return OKI_SITUATION_NO_ANSWER;
}

static void
collect(struct onshi_fallback *f, unsigned int situation, int standing)
{
	const struct oki_paper *p;
	size_t i;

	for (i = 0; i < f->papers.n; i++) {
		p = &f->papers.entry[i];
		if ((p->when & situation) != 0 && p->standing == standing &&
		    p->since <= f->day && (p->until == 0 || f->day <= p->until))
			f->found[f->n++] = i;
	}
}

int
onshi_fallback_for(struct onshi_fallback *f, int why, int32_t day)
{
	unsigned int situation;

	if (f == NULL)
		return ONSHI_E_ARG;
	oki_error_clear(&f->error);
	f->n = 0;
	f->day = 0;
	f->again = 0;
	if (day != 0 && !is_day(day))
		return oki_fail(&f->error, ONSHI_E_VALUE, "no such day");
	f->day = day != 0 ? day : oki_date_of(oki_now(f->env));
	situation = situation_of(why, &f->again);
	collect(f, situation, ONSHI_STANDING_ACCEPTED);
	collect(f, situation, ONSHI_STANDING_UNKNOWN);

	return ONSHI_OK;
}

/* ---- what was found ----------------------------------------------------- */

static const struct oki_paper *
nth(const struct onshi_fallback *f, size_t i)
{
	return f == NULL || i >= f->n ? NULL : &f->papers.entry[f->found[i]];
}

int32_t
onshi_fallback_day(const struct onshi_fallback *f)
{
	return f == NULL ? 0 : f->day;
}

int
onshi_fallback_again(const struct onshi_fallback *f)
{
	return f == NULL ? 0 : f->again;
}

int
onshi_fallback_at(const struct onshi_fallback *f, size_t i, int *paper,
    int *standing, int32_t *since, int32_t *until)
{
	const struct oki_paper *p = nth(f, i);

	if (paper != NULL)
		*paper = p == NULL ? 0 : p->paper;
	if (standing != NULL)
		*standing = p == NULL ? 0 : p->standing;
	if (since != NULL)
		*since = p == NULL ? 0 : p->since;
	if (until != NULL)
		*until = p == NULL ? 0 : p->until;

	return f == NULL ? ONSHI_E_ARG : p == NULL ? ONSHI_END : ONSHI_OK;
}

const char *
onshi_fallback_text(const struct onshi_fallback *f, size_t i, const char *lang)
{
	const struct oki_paper *p = nth(f, i);

	return p == NULL ? "" : p->text[oki_text_equal(lang, "ja")];
}

const char *
onshi_fallback_ask(const struct onshi_fallback *f, size_t i, const char *lang)
{
	const struct oki_paper *p = nth(f, i);

	return p == NULL || p->ask[0] == NULL ? "" :
	    p->ask[oki_text_equal(lang, "ja")];
}

int
onshi_fallback_share(const struct onshi_fallback *f, size_t i)
{
	const struct oki_paper *p = nth(f, i);

	return p == NULL ? 0 : p->share;
}

int
onshi_fallback_field_at(const struct onshi_fallback *f, size_t i, size_t k,
    int *field)
{
	const struct oki_paper *p = nth(f, i);
	int n;

	if (field != NULL)
		*field = 0;
	if (f == NULL || field == NULL)
		return ONSHI_E_ARG;
	for (n = 1; p != NULL && onshi_field_name(n) != NULL; n++)
		if ((p->fields & (UINT32_C(1) << n)) != 0 && k-- == 0) {
			*field = n;
			return ONSHI_OK;
		}

	return ONSHI_END;
}
