/*
 * What has to stand on the record and comes of a call that must not wait: it is
 * kept here, and written by the visit's own thread until it stands, before the
 * next answer is handed out, and at the latest when the visit ends.
 */
#include "visit/inside.h"

struct oki_note {
	struct oki_note		*next;
	enum oki_audit_event	 event;
	struct onshi_operator	*op;
	int			 category;
	int			 result;
};

/* The one that is to be written next. */
struct pick {
	const struct oki_note	*note;		/* NULL: one that is counted */
	enum oki_audit_event	 event;
	struct onshi_operator	*op;		/* counted */
	int			 category;
	int			 result;
};

int
oki_note_new(enum oki_audit_event event, const struct onshi_operator *op,
    int category, int result, struct oki_note **out)
{
	struct oki_note *n;

	if ((n = *out = oki_alloc(sizeof(*n))) == NULL)
		return ONSHI_E_NOMEM;
	n->event = event;
	n->op = oki_operator_ref(op);
	n->category = category;
	n->result = result;

	return ONSHI_OK;
}

void
oki_note_free(struct oki_note **np)
{
	if (*np == NULL)
		return;
	onshi_operator_free(&(*np)->op);
	oki_free(*np);
	*np = NULL;
}

/* With the lock held, as the next two. */
void
oki_note_add(struct onshi_visit *v, struct oki_note **np)
{
	struct oki_note **last = &v->notes.first;

	while (*last != NULL)
		last = &(*last)->next;
	*last = *np;
	*np = NULL;
	oki_runner_poke(v->runner);
}

bool
oki_notes_are_due(const struct onshi_visit *v)
{
	const struct oki_notes *n = &v->notes;
	size_t i;

	for (i = 0; i < OKI_CATEGORIES; i++)
		if (n->withdrawn[i] || n->wiped[i] != 0)
			return true;

	return n->first != NULL || n->end;
}

/* First what people said, then what came of it; the end is the last. */
static bool
pick_note(struct onshi_visit *v, struct pick *p)
{
	const struct oki_notes *n = &v->notes;
	int i;

	p->note = NULL;
	p->op = NULL;
	p->result = ONSHI_OK;
	for (i = 0; i < OKI_CATEGORIES; i++)
		if (n->withdrawn[i]) {
			p->event = OKI_AUDIT_CONSENT_WITHDRAWN;
			p->category = i;
			return true;
		}
	if (n->first != NULL) {
		p->note = n->first;
		p->event = n->first->event;
		p->op = oki_operator_ref(n->first->op);
		p->category = n->first->category;
		p->result = n->first->result;
		return true;
	}
	for (i = 0; i < OKI_CATEGORIES; i++)
		if (n->wiped[i] != 0) {
			p->event = OKI_AUDIT_RESULT_WIPED;
			p->category = i;
			return true;
		}
	p->event = OKI_AUDIT_VISIT_END;
	p->category = ONSHI_CATEGORY_ELIGIBILITY;

	return n->end;
}

/* It stands: one less to be written. With the lock held. */
static void
settle(struct onshi_visit *v, const struct pick *p)
{
	struct oki_notes *n = &v->notes;
	struct oki_note *first = n->first;

	if (p->event == OKI_AUDIT_CONSENT_WITHDRAWN) {
		n->withdrawn[p->category] = false;
	} else if (p->event == OKI_AUDIT_VISIT_END) {
		n->end = false;
	} else if (p->note != NULL) {
		n->first = first->next;
		oki_note_free(&first);
	} else {
		n->wiped[p->category]--;
	}
}

static int
write_note(struct onshi_visit *v, struct oki_case *k, const struct pick *p,
    const struct oki_wait *w, struct onshi_error *e)
{
	int r;

	if ((r = oki_seal_tell(v, p->event, p->category, e)) != ONSHI_OK)
		return r;
	r = oki_case_note(k, p->event, p->op, p->category, p->result, w, e);
	atomic_store(&v->k.recorded, atomic_load(&k->recorded));
	if (r == ONSHI_OK && p->event == OKI_AUDIT_VISIT_END)
		oki_arrival_finish(v);

	return r;
}

int
oki_notes_write(struct onshi_visit *v, const struct oki_wait *w,
    struct onshi_error *e)
{
	struct onshi_operator *op;
	struct oki_case k;
	struct pick p;
	int r = ONSHI_OK;

	oki_mutex_lock(v->lock);
	while (r == ONSHI_OK && pick_note(v, &p)) {
		oki_visit_snapshot(v, &k, &op);
		oki_mutex_unlock(v->lock);
		r = write_note(v, &k, &p, w, e);
		oki_mutex_lock(v->lock);
		if (r == ONSHI_OK)
			settle(v, &p);
		onshi_operator_free(&p.op);
		onshi_operator_free(&op);
	}
	oki_mutex_unlock(v->lock);
	oki_wipe(&k, sizeof(k));

	return r;
}

/* What does not stand by now is owed to the record. */
void
oki_notes_free(struct onshi_visit *v)
{
	size_t owed = v->notes.end ? 1 : 0;
	struct oki_note *n;
	int i;

	for (i = 0; i < OKI_CATEGORIES; i++)
		owed += (v->notes.withdrawn[i] ? 1u : 0u) +
		    (size_t)v->notes.wiped[i];
	while ((n = v->notes.first) != NULL) {
		v->notes.first = n->next;
		oki_note_free(&n);
		owed++;
	}
	oki_audit_miss(v->k.audit, owed);
	if (owed != 0)
		OKI_LOG(v->k.env, VISIT,
		    OKI_W(RESULT, onshi_result_name(ONSHI_E_AUDIT)));
}
