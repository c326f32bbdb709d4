/*
 * ID-10: medical information of which it cannot be told whose it is. It is held
 * until the operator who asked for it has said so, once and on the record; then
 * it is handed out, or was wiped. Nobody else is shown it (CO-13).
 */
#include <string.h>

#include "visit/inside.h"

int
oki_held_keep(struct onshi_visit *v, int category,
    const struct onshi_operator *op, struct oki_answer_body **bp)
{
	oki_mutex_lock(v->lock);
	v->held.body = *bp;
	v->held.by = oki_operator_ref(op);
	v->held.category = category;
	v->held.said = OKI_SAID_NOTHING;
	oki_mutex_unlock(v->lock);
	*bp = NULL;

	return ONSHI_NEED_CONFIRM;
}

/* The visit's end takes it away, too, from another thread. */
void
oki_held_drop(struct onshi_visit *v)
{
	struct oki_held held;

	oki_mutex_lock(v->lock);
	held = v->held;
	memset(&v->held, 0, sizeof(v->held));
	oki_mutex_unlock(v->lock);
	oki_answer_body_unref(&held.body);
	onshi_operator_free(&held.by);
}

/* A copy, with references of its own. */
static bool
look(const struct onshi_visit *v, struct oki_held *out)
{
	oki_mutex_lock(v->lock);
	*out = v->held;
	out->body = oki_answer_body_ref(v->held.body);
	out->by = oki_operator_ref(v->held.by);
	oki_mutex_unlock(v->lock);

	return out->body != NULL;
}

static void
let_go(struct oki_held *held)
{
	oki_answer_body_unref(&held->body);
	onshi_operator_free(&held->by);
}

bool
oki_held_is(const struct onshi_visit *v)
{
	bool is;

	oki_mutex_lock(v->lock);
	is = v->held.body != NULL;
	oki_mutex_unlock(v->lock);

	return is;
}

bool
oki_held_is_anothers(const struct onshi_visit *v,
    const struct onshi_operator *op)
{
	bool is;

	oki_mutex_lock(v->lock);
	is = v->held.body != NULL && !oki_operator_is(v->held.by, op);
	oki_mutex_unlock(v->lock);

	return is;
}

static int
refuse(struct onshi_visit *v, int r, const char *text)
{
	return oki_fail_rule(&v->error, "ID-10", r, "%s", text);
}

/* It stands on the record before anything comes of it; a no wipes it now. */
static int
say(struct onshi_visit *v, const struct oki_held *held, bool yes)
{
	struct oki_note *note;
	int r;

	if ((r = oki_note_new(yes ? OKI_AUDIT_PERSON_CONFIRMED :
	    OKI_AUDIT_PERSON_DENIED, held->by, held->category, yes ?
	    ONSHI_OK : ONSHI_E_NOT_CONFIRMED, &note)) != ONSHI_OK)
		return oki_fail(&v->error, r, "no memory for an entry");
	oki_mutex_lock(v->lock);
	v->held.said = yes ? OKI_SAID_YES : OKI_SAID_NO;
	oki_note_add(v, &note);
	oki_mutex_unlock(v->lock);
	if (!yes)
		oki_answer_body_wipe(held->body);

	return ONSHI_OK;
}

int
oki_held_confirm(struct onshi_visit *v, const struct onshi_operator *op,
    bool yes)
{
	struct oki_held held;
	int r;

	if (!look(v, &held))
		return oki_fail(&v->error, ONSHI_E_STATE,
		    "nothing waits for it");
	if (held.said != OKI_SAID_NOTHING)
		r = oki_fail(&v->error, ONSHI_E_STATE,
		    "that has been said already");
	else if ((r = oki_answer_body_check(held.body, &v->error)) ==
	    ONSHI_OK)
		r = oki_operator_is(held.by, op) ? say(v, &held, yes) :
		    refuse(v, ONSHI_E_OPERATOR, "who asked for it says it");
	let_go(&held);

	return r;
}

static int
hand_out(struct onshi_visit *v, const struct oki_held *held,
    struct onshi_answer **out)
{
	int r;

	if ((r = oki_visit_record_first(v)) != ONSHI_OK ||
	    (r = oki_answer_body_check(held->body, &v->error)) != ONSHI_OK)
		return r;
	if ((r = oki_answer_new(v, held->body, out)) == ONSHI_OK)
		oki_held_drop(v);

	return r;
}

int
oki_held_get(struct onshi_visit *v, struct onshi_answer **out)
{
	struct oki_held held;
	int r;

	if (!look(v, &held))
		return oki_fail(&v->error, ONSHI_E_STATE, "nothing is held");
	if (held.said == OKI_SAID_NO) {
		r = refuse(v, ONSHI_E_NOT_CONFIRMED,
		    "the answer is another person's");
		oki_held_drop(v);
	} else if ((r = oki_answer_body_check(held.body, &v->error)) !=
	    ONSHI_OK) {
		oki_held_drop(v);
	} else if (held.said == OKI_SAID_NOTHING) {
		r = oki_fail(&v->error, ONSHI_E_STATE,
		    "nobody has said whose the answer is");
	} else {
		r = hand_out(v, &held, out);
	}
	let_go(&held);

	return r;
}

int
oki_held_abandon(struct onshi_visit *v)
{
	struct oki_note *note = NULL;
	struct oki_held held;
	int r;

	if ((r = oki_visit_record_first(v)) != ONSHI_OK || !look(v, &held))
		return r;
	if ((r = oki_note_new(OKI_AUDIT_QUERY_ABANDONED, held.by,
	    held.category, ONSHI_E_CANCELLED, &note)) == ONSHI_OK) {
		oki_mutex_lock(v->lock);
		oki_note_add(v, &note);
		oki_mutex_unlock(v->lock);
		oki_held_drop(v);
	} else {
		r = oki_fail(&v->error, r, "no memory for an entry");
	}
	let_go(&held);

	return r;
}

/* As one record; nobody named is nobody. */
static int
record_of(const struct onshi_record *person, const struct onshi_record **rec)
{
	int r = onshi_record_at(person, 0, NULL, NULL, NULL, NULL);

	if (r == ONSHI_OK)
		*rec = person;

	return r == ONSHI_END ? ONSHI_ABSENT : r;
}

static int
person_of(struct onshi_visit *v, const struct oki_held *held,
    const struct onshi_record **rec)
{
	int r;

	if (held->said == OKI_SAID_NO)
		return oki_fail(&v->error, ONSHI_E_STATE,
		    "that has been said already");
	if ((r = oki_answer_body_check(held->body, &v->error)) != ONSHI_OK)
		return r;

	return record_of(oki_answer_body_person(held->body), rec);
}

int
onshi_visit_person(struct onshi_visit *v, const struct onshi_record **rec)
{
	const struct onshi_record *person;
	struct oki_held held;
	int r;

	if (rec == NULL)
		return ONSHI_E_ARG;
	*rec = NULL;
	if ((r = oki_visit_enter(v)) != ONSHI_OK)
		return r;
	if (atomic_load(&v->closed) == 0 && look(v, &held)) {
		r = person_of(v, &held, rec);
		let_go(&held);
	} else if (atomic_load(&v->closed) == 0 &&
	    (person = oki_arrival_person(v)) != NULL) {
		r = record_of(person, rec);
	} else if (v->whose != NULL && atomic_load(&v->k.ended) == 0) {
		r = record_of(oki_doc_root(v->whose), rec);
	} else {
		r = oki_fail(&v->error, ONSHI_E_STATE,
		    "no answer waits for its person");
	}

	return oki_visit_leave(v, r);
}
