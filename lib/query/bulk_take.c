/*
 * The answer to a request for many, read as it comes, in memory that does not
 * grow with it: each person's unit is judged, cut to what may be known, and
 * handed on. All of it is provisional until its end.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "query/inside.h"

#define OPAQUE_MOST	1024u		/* of what was thrown back */

/* ---- whose a unit is ------------------------------------------------------ */

/* A number of ours, as it was written; false: no place of a person. */
static bool
place_numbered(const struct oki_bulk *b, const char *text, size_t *place)
{
	int64_t n;

	if (!oki_number(text, &n) || n < 1 || (uint64_t)n > b->persons)
		return false;
	*place = (size_t)n - 1;

	return true;
}

/* By binary search; check.c has sorted the names. */
static bool
place_named(const struct oki_bulk *b, const char *name, size_t *place)
{
	size_t low = 0, high = b->persons, middle;
	int order;

	while (low < high) {
		middle = low + (high - low) / 2;
		order = strcmp(name, oki_record_get(
		    b->person[b->by_name[middle]], b->kind->named_by));
		if (order == 0) {
			*place = b->by_name[middle];
			return true;
		}
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}

	return false;
}

/* Whom it names; where we have asked for somebody, somebody else is not ours. */
static int
place_of(const struct oki_bulk *b, const struct onshi_record *unit,
    size_t *place, struct onshi_error *e)
{
	const struct onshi_record *echo;
	const char *name;

	*place = OKI_BULK_NOBODY;
	if (b->kind->one == 0)
		return ONSHI_OK;
	echo = oki_record_within(unit, b->kind->one);
	name = echo != NULL ? oki_record_get(echo, b->kind->named_by) : NULL;
	if (name == NULL)
		return oki_refuse(e, "malformed", "a unit does not say whose");
	if (b->kind->named_by == ONSHI_EL_ARBITRARY_IDENTIFIER ?
	    place_numbered(b, name, place) : place_named(b, name, place))
		return ONSHI_OK;

	return oki_refuse(e, "not_for_us", "it names somebody not asked for");
}

static void
expect_person(const struct oki_bulk *b, size_t place, struct oki_expect *x)
{
	const struct onshi_record *p;

	memset(x, 0, sizeof(*x));
	if (place == OKI_BULK_NOBODY)
		return;		/* nobody is expected */
	p = b->person[place];
	x->insurer_number = oki_record_get(p, ONSHI_EL_INSURER_NUMBER);
	x->symbol = oki_record_get(p, ONSHI_EL_INSURED_CARD_SYMBOL);
	x->number = oki_record_get(p, ONSHI_EL_INSURED_IDENTIFICATION_NUMBER);
	x->branch = oki_record_get(p, ONSHI_EL_INSURED_BRANCH_NUMBER);
	x->birthdate = oki_record_get(p, ONSHI_EL_BIRTHDATE);
}

/* ---- one unit ------------------------------------------------------------- */

/* Where the consent was given before, and is said to be there, what rides on it
 * stays (CO-3). */
static bool
is_carried(const void *self, int category)
{
	const char *flag = oki_record_search(self,
	    oki_category(category)->consent.flag);

	return flag != NULL && strcmp(flag, "1") == 0;
}

/* CO-7: on record before the first of them is handed on. */
static int
note_first(struct oki_reading *d)
{
	int r;

	if (d->n > 0)
		return ONSHI_OK;
	if ((r = oki_question_gate(d->q, OKI_BEFORE_HANDOVER, &d->why)) !=
	    ONSHI_OK)
		return r;

	return oki_question_note(d->q, OKI_AUDIT_QUERY_OUTCOME, ONSHI_OK,
	    NULL, d->x, 0, &d->why);
}

static int
on_unit(void *self, struct oki_doc **one)
{
	struct oki_reading *d = self;
	struct onshi_record *unit = oki_doc_root(*one);
	struct oki_expect x;
	size_t place;
	int r;

	if (!oki_record_is_within(unit, ONSHI_EL_BULK_CONFIRM_UNIT) &&
	    !oki_record_is_within(unit, ONSHI_EL_BULK_REGISTRATION_UNIT))
		return oki_refuse(&d->why, "malformed", "no unit of this kind");
	if ((r = place_of(d->b, unit, &place, &d->why)) != ONSHI_OK)
		return r;
	expect_person(d->b, place, &x);
	if ((r = oki_unit_judge(unit, place != OKI_BULK_NOBODY ? &x : NULL,
	    d->q->k->codes, &d->verdict, &d->why)) != ONSHI_OK ||
	    (r = note_first(d)) != ONSHI_OK)
		return r;
	oki_unit_withhold(unit, d->verdict.outcome);
	oki_category_cut(*one, d->b->kind->treatment != NULL ? is_carried :
	    NULL, unit);
	oki_doc_set_outcome(*one, d->verdict.outcome);
	d->n++;

	return d->to->take(d->to->self, one, place);
}

/* ---- its bytes ------------------------------------------------------------ */

static int
keep_opaque(struct oki_reading *d, const uint8_t *bytes, size_t len)
{
	size_t room = OPAQUE_MOST - d->x->answer.len;

	return oki_buf_append(&d->x->answer, bytes, len < room ? len : room);
}

/* A refusal is told at once, with its reason. */
static int
refused(struct oki_reading *d)
{
	struct oki_doc *none = NULL;
	int r = oki_parser_finish(d->parser, &none, &d->why);

	oki_doc_free(&none);

	return r == ONSHI_OK ? ONSHI_E_ANSWER_REFUSED : r;
}

static int
take(void *self, const uint8_t *bytes, size_t len)
{
	struct oki_reading *d = self;
	int r;

	if (d->x->rejected)
		return keep_opaque(d, bytes, len);
	/* What was handed on cannot be taken back, and is not handed on twice. */
	if (d->dropped && d->n > 0)
		return oki_refuse(&d->why, "malformed",
		    "it changed while it was read");
	if (d->parser == NULL && (r = oki_parser_new(oki_kind_answer(
	    d->x->prefix), &d->limits, on_unit, d, &d->parser)) != ONSHI_OK)
		return r;
	r = oki_parser_feed(d->parser, bytes, len);
	if (r == ONSHI_E_ANSWER_REFUSED && d->why.code == ONSHI_OK)
		return refused(d);

	return r == ONSHI_OK ? d->to->pause(d->to->self) : r;
}

static void
drop(void *self)
{
	struct oki_reading *d = self;

	oki_parser_free(&d->parser);
	oki_buf_reset(&d->x->answer);
	d->dropped = true;
}

void
oki_reading_begin(struct oki_reading *d, struct oki_question *q,
    struct oki_bulk *b, struct onshi_exchange *x, const struct oki_taker *to)
{
	const struct onshi_config *c = oki_env_config(q->k->env);

	memset(d, 0, sizeof(*d));
	d->q = q;
	d->b = b;
	d->x = x;
	d->to = to;
	oki_error_clear(&d->why);
	oki_limits_config(&d->limits, oki_kind_answer(x->prefix), c);
	d->limits.elements = (size_t)oki_config_number(c,
	    OKI_LIMITS_XML_ELEMENTS);
	d->limits.wait = x->wait;
	d->limits.is_json = oki_question_form(q) == ONSHI_FORM_JSON;
	x->sink = (struct oki_sink){ .take = take, .drop = drop, .self = d,
	    .max = d->limits.bytes };
}

int
oki_reading_end(struct oki_reading *d, struct oki_doc **frame,
    struct onshi_error *e)
{
	*frame = NULL;
	e->sent = ONSHI_SENT_ANSWERED;
	if (d->x->rejected)
		return oki_question_thrown_back(d->x, e);
	if (d->parser == NULL)
		return oki_refuse(e, "truncated", "it is empty");

	return oki_parser_finish(d->parser, frame, e);
}

void
oki_reading_free(struct oki_reading *d)
{
	oki_parser_free(&d->parser);
	oki_wipe(d, sizeof(*d));
}
