/* Proves a trail from end to end, or names the first entry that is wrong. */
#include "config.h"

#include <string.h>

#include "audit/inside.h"

#define HEAD_LEAST	24	/* digits of a hash that are taken as a head */
#define PRUNED_MOST	100000000	/* entries whose keys are walked through
					   before the first that is there */

struct walk {
	const struct oki_audit_view	*view;
	const struct oki_audit_proof	*proof;
	struct oki_audit_sums		 sums;
	bool				 keyed;
	uint8_t				 key[OKI_AUDIT_HASH];	/* of entry n */
	char				 id[OKI_AUDIT_ID + 1];
	bool				 begun;		/* at least one was read */
	struct oki_audit_past		 past;
	uint64_t			 n;		/* the next one */
	uint8_t				 hash[OKI_AUDIT_HASH];
	struct oki_audit_parsed		 last;
	struct oki_audit_intents	 intents;
	struct oki_audit_intents	 gaps;		/* that were counted */
	struct oki_audit_report		*report;
	struct oki_audit_survey		*survey;	/* may be NULL */
	struct oki_hash			*digest;	/* of its segment */
};

int
oki_audit_head_parse(const char *text, struct oki_audit_head *out)
{
	size_t i, digits;

	out->n = 0;
	for (i = 0; text[i] >= '0' && text[i] <= '9' && i < 18; i++)
		out->n = out->n * 10 + (uint64_t)(text[i] - '0');
	if (out->n == 0 || text[0] == '0' || text[i] != ':')
		return ONSHI_E_VALUE;
	text += i + 1;
	digits = strlen(text);
	if (digits < HEAD_LEAST || digits > 2 * OKI_AUDIT_HASH)
		return ONSHI_E_VALUE;
	for (i = 0; i < digits; i++)
		if (strchr("0123456789abcdef", text[i]) == NULL)
			return ONSHI_E_VALUE;
	(void)oki_copy(out->hash, sizeof(out->hash), text);

	return ONSHI_OK;
}

static void
verdict(struct walk *w, int what, uint64_t first_bad)
{
	w->report->verdict = what;
	w->report->first_bad = (int64_t)first_bad;
}

/* A clock that goes back, or that moved otherwise than the boot clock, is no
 * change of the trail: it is counted. */
static bool
clock_jumped(const struct oki_audit_parsed *a, const struct oki_audit_parsed *b)
{
	int64_t boot = b->boot_ms - a->boot_ms, wall = b->wall_ms - a->wall_ms;

	return wall < 0 || (a->boot == b->boot &&
	    (boot < 0 || wall - boot > OKI_CLOCK_JUMP_MS ||
	    boot - wall > OKI_CLOCK_JUMP_MS));
}

/* One for a segment that is still there was interrupted. */
static void
hear(struct walk *w, const char *line, size_t len,
    const struct oki_audit_parsed *p)
{
	struct oki_audit_segment *g;
	struct oki_audit_vouch v;
	size_t i;

	if (!oki_audit_vouch_parse(line, len, &v))
		return;
	oki_audit_past_vouch(&w->past, &v, p, w->proof);
	for (i = 0; w->survey != NULL && i < w->survey->n; i++) {
		g = &w->survey->segments[i];
		if (i + 1 < w->survey->n && g->last == v.last &&
		    memcmp(g->hash, v.hash, OKI_AUDIT_HASH) == 0 &&
		    oki_audit_is_old(g[1].first_ms, p->wall_ms,
		    w->proof->years))
			g->vouched = true;
	}
}

/* One that is told twice, for a crash came in between, counts once. */
static int
hear_gap(struct walk *w, const char *line, size_t len,
    const struct oki_audit_parsed *p)
{
	size_t known = w->gaps.count;
	uint64_t missed;
	int r;

	if (!oki_audit_gap_parse(line, len, &missed))
		return ONSHI_OK;
	if (p->has_request && (r = oki_audit_intents_add(&w->gaps,
	    p->request)) != ONSHI_OK)
		return r;
	if (!p->has_request || w->gaps.count > known)
		w->report->missed += (int64_t)missed;

	return ONSHI_OK;
}

static int
count(struct walk *w, const struct oki_audit_parsed *p)
{
	int r = ONSHI_OK;

	if (w->n > w->past.first && clock_jumped(&w->last, p))
		w->report->clock_jumps++;
	w->last = *p;
	if (p->event == OKI_AUDIT_QUERY_INTENT && !p->has_request)
		w->intents.nameless++;
	else if (p->event == OKI_AUDIT_QUERY_INTENT)
		r = oki_audit_intents_add(&w->intents, p->request);
	else if (p->has_request && (p->event == OKI_AUDIT_QUERY_OUTCOME ||
	    p->event == OKI_AUDIT_QUERY_REFUSED ||
	    p->event == OKI_AUDIT_QUERY_ABANDONED))
		oki_audit_intents_remove(&w->intents, p->request);

	return r;
}

static int
check_seal(struct walk *w, const char *line, const struct oki_audit_parsed *p,
    bool *good)
{
	uint8_t g[OKI_AUDIT_HASH];
	int r;

	if (!w->keyed)
		return ONSHI_OK;
	if ((r = oki_audit_key_step(&w->sums, w->key, line, p->sealed, g)) ==
	    ONSHI_OK)
		*good = oki_equal(g, sizeof(g), p->g, sizeof(p->g));

	return r;
}

/* Without state and key nobody knows what the first entry goes back to. */
static int
genesis(struct walk *w, const struct oki_audit_parsed *p)
{
	if (w->id[0] != '\0')
		return oki_audit_genesis(&w->sums, w->id, p->institution,
		    w->hash);
	memcpy(w->hash, p->h, OKI_AUDIT_HASH);

	return ONSHI_OK;
}

/* The first entry that is there, whatever its number: the key goes on to it.
 * Only the first segment begins with entry 1, and each other one as rotating
 * begins it. */
static int
find_first(struct walk *w, uint64_t segment, const char *line, size_t len,
    bool *good)
{
	struct oki_audit_parsed p;
	uint64_t i;
	int r;

	w->begun = true;
	*good = oki_audit_line_parse(line, len, &p) && p.n <= PRUNED_MOST &&
	    (p.n == 1) == (segment == 1) &&
	    (p.n == 1 || p.event == OKI_AUDIT_LOG_ROTATE);
	if (!*good)
		return ONSHI_OK;
	oki_audit_past_first(&w->past, line, len, &p);
	w->n = p.n;
	memcpy(w->hash, p.h, OKI_AUDIT_HASH);
	for (i = 1; w->keyed && i < p.n; i++)
		if ((r = oki_audit_key_next(&w->sums, w->key)) != ONSHI_OK)
			return r;

	return ONSHI_OK;
}

/* The head that was noted of this entry, if any was. */
static bool
head_fits(const struct walk *w)
{
	const struct oki_audit_head *head = w->proof->head;
	char hex[2 * OKI_AUDIT_HASH + 1];

	if (head == NULL || head->n != w->n)
		return true;
	oki_hex(hex, w->hash, OKI_AUDIT_HASH);

	return strncmp(hex, head->hash, strlen(head->hash)) == 0;
}

/* An entry is bound to its number, to the line before it and, with the key, to
 * the key of its number and no other. */
static int
walk_line(struct walk *w, uint64_t segment, const char *line, size_t len,
    bool *good)
{
	struct oki_audit_parsed p;
	int r;

	if (!w->begun && ((r = find_first(w, segment, line, len, good)) !=
	    ONSHI_OK || !*good))
		return r;
	*good = oki_audit_line_parse(line, len, &p) && p.n == w->n;
	if (*good && w->n == 1 && (r = genesis(w, &p)) != ONSHI_OK)
		return r;
	*good = *good && memcmp(p.h, w->hash, OKI_AUDIT_HASH) == 0;
	if (!*good)
		return ONSHI_OK;
	if ((r = check_seal(w, line, &p, good)) != ONSHI_OK || !*good ||
	    (r = oki_audit_hash(&w->sums, line, len, w->hash)) != ONSHI_OK)
		return r;
	*good = head_fits(w);
	if (*good && p.event == OKI_AUDIT_LOG_PRUNE)
		hear(w, line, len, &p);
	if (*good && p.event == OKI_AUDIT_LOG_GAP &&
	    (r = hear_gap(w, line, len, &p)) != ONSHI_OK)
		return r;
	if (*good && (r = count(w, &p)) == ONSHI_OK)
		w->n++;

	return r;
}

/* The log is right in itself: is it all that the state knows of, and all that
 * the head knew of? */
static void
judge_end(struct walk *w)
{
	const struct oki_audit_mark *m = &w->view->mark;
	enum oki_audit_tail tail;

	if (!w->view->has_state || w->view->extra || m->n != w->n ||
	    (w->keyed && memcmp(m->key, w->key, OKI_AUDIT_HASH) != 0)) {
		verdict(w, ONSHI_AUDIT_CHANGED, w->n);
		return;
	}
	if (memcmp(m->hash, w->hash, OKI_AUDIT_HASH) != 0) {
		verdict(w, ONSHI_AUDIT_CHANGED, w->n - 1);
		return;
	}
	tail = oki_audit_tail_judge(&w->sums, m, w->view->tail,
	    w->view->tail_len);
	if (tail == OKI_AUDIT_TAIL_BAD)
		verdict(w, ONSHI_AUDIT_CHANGED, w->n);
	else if (w->proof->head != NULL && w->proof->head->n >= w->n)
		verdict(w, ONSHI_AUDIT_SHORTER, w->n);
	else if (tail != OKI_AUDIT_TAIL_NONE)
		verdict(w, ONSHI_AUDIT_TORN, 0);
	else
		verdict(w, w->keyed ? ONSHI_AUDIT_INTACT : ONSHI_AUDIT_NO_KEY,
		    0);
}

/* Is all that lies before it gone for a reason? */
static int
judge(struct walk *w, struct onshi_error *e)
{
	bool right = true;
	int r;

	if (w->begun && (r = oki_audit_past_judge(&w->past, w->view->dir,
	    w->proof, &right, e)) != ONSHI_OK)
		return r;
	if (right)
		judge_end(w);
	else
		verdict(w, ONSHI_AUDIT_CHANGED, 1);

	return ONSHI_OK;
}

/* For prune: what each segment holds, and a digest of it. */
static int
survey_line(struct walk *w, uint64_t segment, const char *line, size_t len)
{
	struct oki_audit_survey *s = w->survey;
	struct oki_audit_segment *at;
	int r;

	if (s == NULL)
		return ONSHI_OK;
	if (s->n == 0 || s->segments[s->n - 1].number != segment) {
		if (s->n > 0 && (r = oki_hash_final(w->digest,
		    s->segments[s->n - 1].digest)) != ONSHI_OK)
			return r;
		s->segments[s->n].number = segment;
		s->segments[s->n].first_ms = w->last.wall_ms;
		s->segments[s->n++].first = w->n - 1;
	}
	at = &s->segments[s->n - 1];
	at->last = w->n - 1;
	at->bytes += (int64_t)len;
	if (at->newest_ms < w->last.wall_ms)
		at->newest_ms = w->last.wall_ms;
	memcpy(at->hash, w->hash, OKI_AUDIT_HASH);
	memcpy(s->institution, w->last.institution, sizeof(s->institution));

	return oki_hash_update(w->digest, line, len);
}

static int
walk_all(struct walk *w, struct oki_audit_reader *reader,
    struct onshi_error *e)
{
	enum oki_audit_piece piece;
	uint64_t segment;
	const char *bytes;
	size_t len;
	bool good;
	int r;

	for (;;) {
		if ((r = oki_audit_reader_next(reader, &piece, &bytes, &len,
		    e)) != ONSHI_OK)
			return r;
		if (piece == OKI_AUDIT_PIECE_END)
			return judge(w, e);
		good = false;
		segment = w->view->segments[reader->i];
		if (piece == OKI_AUDIT_PIECE_LINE && (r = walk_line(w, segment,
		    bytes, len, &good)) != ONSHI_OK)
			return oki_audit_fail(e, 0, "hash, or memory");
		if (good) {
			if (survey_line(w, segment, bytes, len) != ONSHI_OK)
				return oki_audit_fail(e, 0, "hash");
			continue;
		}
		verdict(w, piece == OKI_AUDIT_PIECE_SHORT && !w->view->extra ?
		    ONSHI_AUDIT_SHORTER : ONSHI_AUDIT_CHANGED, w->n);
		return ONSHI_OK;
	}
}

static int
begin(struct walk *w, struct onshi_error *e)
{
	w->past.first = w->n = 1;
	memcpy(w->id, w->view->mark.id, sizeof(w->id));
	if (oki_audit_sums_open(&w->sums) != ONSHI_OK)
		return oki_audit_fail(e, 0, "no memory for a hash");
	if (w->survey != NULL) {
		w->survey->segments = oki_alloc_array(w->view->nsegments + 1,
		    sizeof(*w->survey->segments));
		if (w->survey->segments == NULL ||
		    oki_hash_new(&w->digest) != ONSHI_OK)
			return oki_audit_fail(e, 0, "no memory");
		if (w->view->has_state) {
			w->survey->current = w->view->mark.segment;
			w->survey->next = w->view->mark.n;
			memcpy(w->survey->id, w->id, sizeof(w->id));
		}
	}
	if (w->proof->k0 == NULL)
		return ONSHI_OK;
	w->keyed = true;
	memcpy(w->key, w->proof->k0, OKI_AUDIT_HASH);
	if (oki_audit_key_id(&w->sums, w->key, w->id) != ONSHI_OK)
		return oki_audit_fail(e, 0, "hash");

	return ONSHI_OK;
}

int
oki_audit_survey(const char *path, int32_t lock_ms,
    const struct oki_audit_proof *proof, struct oki_audit_report *out,
    struct oki_audit_survey *survey, struct onshi_error *e)
{
	struct oki_audit_reader reader = { .buf = NULL };
	struct oki_audit_view view;
	struct walk w;
	int r;

	memset(out, 0, sizeof(*out));
	out->verdict = ONSHI_AUDIT_UNREADABLE;
	if ((r = oki_audit_view_open(path, lock_ms, &view, e)) != ONSHI_OK)
		return ONSHI_OK;
	memset(&w, 0, sizeof(w));
	w.view = &view;
	w.proof = proof;
	w.report = out;
	w.survey = survey;
	if ((r = begin(&w, e)) == ONSHI_OK &&
	    (r = oki_audit_reader_open(&reader, &view, e)) == ONSHI_OK)
		r = walk_all(&w, &reader, e);
	if (r != ONSHI_OK)
		out->verdict = ONSHI_AUDIT_UNREADABLE;
	out->entries = (int64_t)(w.n - w.past.first);
	out->pruned = w.past.vouched ? (int64_t)w.past.first - 1 : 0;
	out->unmatched = (int64_t)w.intents.count + w.intents.nameless;
	oki_audit_intents_free(&w.intents);
	oki_audit_intents_free(&w.gaps);
	oki_audit_reader_close(&reader);
	oki_hash_free(&w.digest);
	oki_audit_sums_close(&w.sums);
	oki_audit_view_close(&view);
	oki_wipe(&w, sizeof(w));

	return ONSHI_OK;
}

void
oki_audit_survey_free(struct oki_audit_survey *s)
{
	oki_free(s->segments);
	memset(s, 0, sizeof(*s));
}

int
oki_audit_verify(const char *path, int32_t lock_ms,
    const struct oki_audit_proof *proof, struct oki_audit_report *out,
    struct onshi_error *e)
{
	return oki_audit_survey(path, lock_ms, proof, out, NULL, e);
}
