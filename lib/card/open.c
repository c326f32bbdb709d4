/* Finding the card that is meant, holding it, and letting it go for certain. */
#include "config.h"

#include <string.h>

#include "card/inside.h"

#define SLICE_MS	250	/* of one look at the readers */
#define LEAST_MS	200	/* to look and hold with no time left */
#define PLUG_MS		2000	/* for a reader that is not there yet */
#define BUSY_MS		1000	/* for a program that looks at a new card */
#define SETTLE_MS	500	/* for a card just put down, a wait given up */
#define CLOSE_MS	2000

struct search {
	struct oki_readers	*rs;
	const char		*part;
	struct oki_wait		*w;
	int64_t			 started;
	bool			 once;		/* what lies there now */
	int			 late;		/* result at the end */
	struct oki_reader_state	 states[OKI_READERS];
	size_t			 n;
};

/* ---- which one -------------------------------------------------------- */

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Without regard to case in ASCII: whole, or anywhere within. */
static bool
begins(const char *text, const char *part, bool whole)
{
	size_t i;

	for (i = 0; part[i] != '\0'; i++)
		if (lower(text[i]) != lower(part[i]))
			return false;

	return !whole || text[i] == '\0';
}

static bool
fits(const char *text, const char *part, bool whole)
{
	if (begins(text, part, whole))
		return true;
	while (!whole && *text++ != '\0')
		if (begins(text, part, false))
			return true;

	return false;
}

static bool
is_named(const struct oki_reader_state *s, const char *part, bool whole)
{
	char text[OKI_READER_ROOM];

	oki_reader_text(text, sizeof(text), s->name);

	return fits(s->name, part, whole) || fits(text, part, whole);
}

/* A whole name means that reader alone, even if it is part of another's. */
static bool
has_whole(const struct oki_reader_state *list, size_t n, const char *part)
{
	for (size_t i = 0; i < n; i++)
		if (is_named(&list[i], part, true))
			return true;

	return false;
}

bool
oki_reader_is_meant(const struct oki_reader_state *list, size_t n,
    const char *part, size_t i)
{
	if (part == NULL)
		part = "";

	return is_named(&list[i], part, has_whole(list, n, part));
}

/* What the readers that are meant have to offer. */
struct offer {
	size_t		 meant, cards;
	const char	*name;		/* of one with a card */
	const char	*second;	/* of one with a card to choose last */
	bool		 busy, hanging;
};

static void
count(const struct search *s, struct offer *o)
{
	const struct oki_reader_state *rd;

	memset(o, 0, sizeof(*o));
	for (size_t i = 0; i < s->n; i++) {
		rd = &s->states[i];
		if (!oki_reader_is_meant(s->states, s->n, s->part, i))
			continue;
		o->meant++;
		if (oki_reader_is_taken(s->rs, rd->name)) {
			o->busy = true;
		} else if (rd->has_card && rd->second) {
			o->second = rd->name;
		} else if (rd->has_card) {
			o->cards++;
			o->name = rd->name;
		} else if (rd->hanging) {
			o->hanging = true;
		}
	}
}

/*
 * The one free reader that is meant and has a card. A card that is mute, or
 * another program's, is taken only where there is no other: then the reader
 * says what is wrong. ONSHI_E_CARD_NONE: none has one yet; _TIMEOUT: nor can a
 * reader say, which still waits for a card.
 */
static int
choose(const struct search *s, const char **name)
{
	struct offer o;

	count(s, &o);
	*name = o.cards == 1 ? o.name : o.cards == 0 ? o.second : NULL;
	if (o.meant == 0)
		return ONSHI_E_READER_NONE;
	(void)oki_readers_missing_ms(s->rs, false);
	if (o.cards > 1)
		return ONSHI_E_READER_SEVERAL;
	if (*name != NULL)
		return ONSHI_OK;
	if (o.busy)
		return ONSHI_E_READER_BUSY;

	return o.hanging ? ONSHI_E_CARD_TIMEOUT : ONSHI_E_CARD_NONE;
}

/* ---- holding it ------------------------------------------------------- */

static void
card_free(struct oki_card *c)
{
	oki_card_job_free(&c->job);
	oki_certificate_free(&c->certificate);
	oki_buf_free(&c->bytes);
	oki_readers_free(&c->readers);
	oki_free(c);
}

static struct oki_card *
card_new(struct oki_readers *rs, struct oki_reader *rd)
{
	struct oki_card *c;

	if ((c = oki_alloc(sizeof(*c))) == NULL)
		return NULL;
	c->readers = oki_readers_ref(rs);
	c->reader = rd;
	c->by_sfi = true;
	for (size_t i = 0; i < OKI_LOCKS; i++)
		c->tries[i] = OKI_TRIES_UNKNOWN;
	c->at.visual = oki_config_word(oki_env_config(rs->env),
	    OKI_CARD_FACE) == 1;
	c->kind = -1;
	oki_buf_init(&c->bytes, OKI_CERTIFICATE_BYTES);
	if (oki_card_job_ready(&c->job, true, OKI_DO_HOLD, 0) != ONSHI_OK) {
		card_free(c);
		return NULL;
	}

	return c;
}

/* Time for one step that is done even if there is none left. */
static void
wait_least(struct oki_wait *to, const struct oki_wait *w, int32_t ms)
{
	int64_t least = oki_steady_ms(w->env) + ms;

	*to = *w;
	if (to->end_ms < least)
		to->end_ms = least;
}

/* What the reader says it carries; 0 means short commands alone. */
static void
learn_limit(struct oki_readers *rs, struct oki_reader *rd, int32_t largest)
{
	uint32_t block;
	bool proven;

	if (largest < 0)
		return;
	block = oki_block_within(largest == 0 ? OKI_READ_SHORT :
	    (uint32_t)largest);
	if (block < oki_reader_block(rs, rd, &proven))
		oki_reader_learn(rs, rd, block, false);
}

/* More readers hang than are worth a thread each (SEC-64). */
static bool
is_enough(struct oki_readers *rs)
{
	return atomic_load(&rs->hanging) >= OKI_HANGING;
}

static int
hold(struct search *s, struct oki_card *c, struct onshi_error *e)
{
	struct oki_reader *rd = c->reader;
	struct oki_wait w;
	int64_t system = 0;
	bool begun;
	int r;

	wait_least(&w, s->w, LEAST_MS);
	r = is_enough(s->rs) ? ONSHI_E_READER : oki_card_job_ready(&c->job,
	    true, OKI_DO_HOLD, oki_wait_left(&w));
	if (r == ONSHI_OK)
		r = oki_card_worker_do(rd->worker, &w, &c->job, &begun);
	if (c->job != NULL)
		system = c->job->system;
	if (r == ONSHI_OK)
		learn_limit(s->rs, rd, c->job->largest);
	if (r == ONSHI_E_CARD_TIMEOUT && rd->pcsc &&
	    oki_pcsc_reader_waits(rd->self))
		r = ONSHI_E_READER_BUSY;
	if (r == ONSHI_E_CANCELLED && !oki_cancel_is_set(w.cancel))
		r = ONSHI_E_READER;
	if (r != ONSHI_OK)
		return oki_fail_system(e, r, system, "reader: %s",
		    onshi_result_text(r, "en"));

	return ONSHI_OK;
}

static int
take(struct search *s, const char *name, struct oki_card **out,
    struct onshi_error *e)
{
	struct oki_reader *rd;
	int r;

	if ((r = oki_reader_take(s->rs, name, &rd, e)) != ONSHI_OK)
		return r;
	if ((*out = card_new(s->rs, rd)) == NULL)
		r = oki_fail(e, ONSHI_E_NOMEM, "card");
	else
		r = hold(s, *out, e);
	if (r != ONSHI_OK) {
		oki_reader_give_back(s->rs, rd);
		if (*out != NULL)
			card_free(*out);
		*out = NULL;
	}

	return r;
}

/* Whether it is worth looking again after this. */
static bool
may_change(struct search *s, int r)
{
	switch (r) {
	case ONSHI_E_CARD_NONE:
	case ONSHI_E_CARD_GONE:
		s->late = ONSHI_E_CARD_NONE;
		return true;
	case ONSHI_E_CARD_TIMEOUT:	/* there, but it does not answer */
		s->late = ONSHI_E_CARD_TIMEOUT;
		return true;
	case ONSHI_E_READER_NONE:	/* the daemon may just have started */
		s->late = ONSHI_E_CARD_NONE;
		return oki_readers_missing_ms(s->rs, true) < PLUG_MS;
	default:
		return false;
	}
}

static int
look(struct search *s, int32_t ms, struct onshi_error *e)
{
	struct oki_wait w;
	int r;

	if (ms > oki_wait_left(s->w))
		ms = oki_wait_left(s->w);
	wait_least(&w, s->w, ms + LEAST_MS);
	r = oki_readers_look(s->rs, &w, ms, s->states, &s->n, e);
	if (r == ONSHI_E_CARD_TIMEOUT) {	/* nothing to be seen yet */
		oki_error_clear(e);
		s->n = 0;
		return ONSHI_OK;
	}

	return r;
}

/*
 * What passes by itself, and soon: another program that looks at a card just
 * put down; a reader that ends a wait given up, and cannot tell yet of a card
 * put down meanwhile; a card that is not yet awake.
 */
static bool
is_passing(const struct search *s, int r, const char *name)
{
	int64_t passed = oki_steady_ms(s->w->env) - s->started;

	if (oki_wait_left(s->w) == 0)
		return false;
	switch (r) {
	case ONSHI_E_READER_BUSY:
		return name != NULL && passed < BUSY_MS;
	case ONSHI_E_CARD_GONE:
	case ONSHI_E_CARD_ANSWER:
	case ONSHI_E_CARD_TIMEOUT:
		return passed < SETTLE_MS;
	case ONSHI_E_CARD_NONE:
		return s->once && oki_readers_cancelled_ms(s->rs, false) <
		    SETTLE_MS;
	default:
		return false;
	}
}

/* ONSHI_OK: look again; else what the search ends with. */
static int
next(struct search *s, int r, const char *name)
{
	bool again = may_change(s, r);

	if (is_passing(s, r, name))
		return oki_wait_check(s->w, r);
	if (!again || (s->once && r == ONSHI_E_READER_NONE))
		return r;

	return s->once ? ONSHI_E_CARD_NONE : oki_wait_check(s->w, s->late);
}

static int
search(struct search *s, struct oki_card **out, struct onshi_error *e)
{
	struct onshi_error last;
	const char *name;
	int32_t ms = 0;
	int r;

	for (;; ms = SLICE_MS) {
		oki_error_clear(&last);
		if ((r = look(s, ms, &last)) != ONSHI_OK)
			break;
		if ((r = choose(s, &name)) == ONSHI_OK &&
		    (r = take(s, name, out, &last)) == ONSHI_OK)
			return ONSHI_OK;
		if ((r = next(s, r, name)) != ONSHI_OK)
			break;
	}
	if (last.code == r)
		oki_error_copy(e, &last);

	return oki_fail(e, r, "%s", onshi_result_text(r, "en"));
}

static int
open_card(struct oki_readers *rs, const char *part, bool once,
    struct oki_wait *w, struct oki_card **out, struct onshi_error *e)
{
	struct search s = { .rs = rs, .part = part != NULL ? part : "",
	    .w = w, .once = once, .late = ONSHI_E_CARD_NONE };
	int r;

	*out = NULL;
	if (rs->process != oki_os_process())
		return oki_fail(e, ONSHI_E_STATE, "after fork");
	s.started = oki_steady_ms(rs->env);
	r = search(&s, out, e);
	if (r == ONSHI_E_CANCELLED)
		(void)oki_readers_cancelled_ms(rs, true);
	if (r != ONSHI_OK)
		e->phase = ONSHI_PHASE_READER;
	OKI_LOG(rs->env, READER, OKI_N(COUNT, s.n),
	    OKI_W(RESULT, onshi_result_name(r)),
	    OKI_N(MS, oki_steady_ms(rs->env) - s.started));

	return r;
}

int
oki_card_open(struct oki_readers *rs, const char *part, struct oki_wait *w,
    struct oki_card **out, struct onshi_error *e)
{
	return open_card(rs, part, false, w, out, e);
}

int
oki_card_open_now(struct oki_readers *rs, const char *part,
    struct oki_wait *w, struct oki_card **out, struct onshi_error *e)
{
	return open_card(rs, part, true, w, out, e);
}

/* ---- letting it go ---------------------------------------------------- */

/*
 * Another application, so that a PIN does not stay verified even where power
 * stays on (SEC-68, card.md 3.6); tried even where the session is over. Where
 * none was shown it does not matter whether it succeeds.
 */
static int
leave(struct oki_card *c, struct oki_wait *w)
{
	struct onshi_error ignored;
	unsigned int sw;
	int r;

	if (!c->selected)
		return ONSHI_OK;
	c->lost = ONSHI_OK;
	oki_error_clear(&ignored);
	r = oki_card_select(c, w, OKI_APP_COMMON, &sw, &ignored);
	if (r == ONSHI_OK && sw != OKI_SW_OK)
		r = ONSHI_E_CARD_ANSWER;

	return c->pin_shown ? r : ONSHI_OK;
}

/* A reader that hangs powers off by itself once it comes back: not worth the
 * caller's time. */
static int
let_go(struct oki_card *c, struct oki_wait *w)
{
	struct oki_runner *k = c->reader->worker;
	int r, off;
	bool begun;

	if (oki_runner_is_stuck(k))
		return ONSHI_E_CARD_TIMEOUT;
	r = leave(c, w);
	if (oki_runner_is_stuck(k))
		return ONSHI_E_CARD_TIMEOUT;
	wait_least(w, w, LEAST_MS);
	off = oki_card_job_ready(&c->job, true, OKI_DO_RELEASE,
	    oki_wait_left(w));
	if (off == ONSHI_OK)
		off = oki_card_worker_do(k, w, &c->job, &begun);

	return off != ONSHI_OK ? off : r;
}

int
oki_card_finish(struct oki_card *c, struct onshi_error *e)
{
	struct oki_wait w;
	int64_t left;
	int r;

	if (c->finished || c->readers->process != oki_os_process())
		return ONSHI_OK;	/* after fork it is the parent's */
	left = c->end_ms - oki_steady_ms(c->readers->env);
	oki_wait_init(&w, c->readers->env, left < LEAST_MS ? LEAST_MS :
	    left > CLOSE_MS ? CLOSE_MS : (int32_t)left, NULL);
	r = let_go(c, &w);
	c->finished = true;
	c->lost = ONSHI_E_STATE;
	oki_reader_give_back(c->readers, c->reader);
	if (r != ONSHI_OK)
		return oki_fail(e, r, "closing: the card has to be taken out");

	return ONSHI_OK;
}

int
oki_card_close(struct oki_card **cp, struct onshi_error *e)
{
	int r;

	if (cp == NULL || *cp == NULL)
		return ONSHI_OK;
	r = oki_card_finish(*cp, e);
	card_free(*cp);
	*cp = NULL;

	return r;
}

void
oki_card_counts(const struct oki_card *c, int32_t *apdus, int32_t *bytes)
{
	*apdus = c->apdus;
	*bytes = c->traffic;
}
