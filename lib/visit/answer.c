/* Answers: read-only, with a time to live (CO-6), within the consent (CO-10). */
#include <string.h>

#include "visit/inside.h"

/* What came back, shared by the handles that were given out for it. */
struct oki_answer_body {
	size_t			 refs;		/* under the visit's lock */
	struct oki_answer_body	*next;		/* of the visit's */
	struct onshi_visit	*visit;		/* lives longer than this */
	int			 category;
	struct oki_reply	 reply;
	struct oki_doc		*head;
	int64_t			 time;
	int64_t			 expires;	/* wall clock, seconds */
	int64_t			 boot_end_ms;	/* boot clock: the same moment */
	oki_atomic_int		 gone;		/* wiped */
};

/* One handle: what it reads, and how far it has read. */
struct onshi_answer {
	struct onshi_visit	*visit;		/* counted */
	struct oki_answer_body	*body;		/* counted */
	size_t			 at;
	const struct onshi_record *last;
	struct onshi_error	 error;
};

static int
readable(void *self)
{
	const struct oki_answer_body *b = self;
	const struct oki_env *env = b->visit->k.env;
	const char *rule;
	int r;

	if ((r = oki_query_readable(&b->visit->k, b->category, &rule)) !=
	    ONSHI_OK)
		return r;
	if (atomic_load(&b->gone) || oki_wall(env) >= b->expires ||
	    oki_boot_ms(env) >= b->boot_end_ms)
		return ONSHI_E_EXPIRED;

	return ONSHI_OK;
}

/* The service's own time of processing, else ours. */
static int64_t
time_of_answer(const struct oki_answer_body *b)
{
	const char *text = oki_record_search(oki_doc_root(b->head),
	    ONSHI_EL_PROCESS_EXECUTION_TIME);
	int64_t t;

	return text != NULL && oki_time_parse(text, &t) ? t :
	    oki_wall(b->visit->k.env);
}

static void
set_times(struct oki_answer_body *b)
{
	const struct oki_env *env = b->visit->k.env;
	int64_t now = oki_wall(env), live, until = 0;

	live = oki_config_number(oki_env_config(env),
	    OKI_LIMITS_ANSWER_SECONDS);
	if (b->category > 0 && b->category < OKI_CATEGORIES)
		until = oki_consent_end(&b->visit->k.consent[b->category]);
	if (until != 0 && until - now < live)
		live = until - now;
	b->time = time_of_answer(b);
	b->expires = now + live;
	b->boot_end_ms = oki_boot_ms(env) + live * 1000;
}

/* Takes what the reply holds; the visit is the first to refer to it. */
int
oki_answer_body_new(struct onshi_visit *v, int category,
    struct oki_reply *reply, struct oki_answer_body **out)
{
	struct oki_answer_body *b;

	*out = NULL;
	if ((b = oki_alloc(sizeof(*b))) == NULL)
		return ONSHI_E_NOMEM;
	if (oki_message_head(reply->doc, &b->head) != ONSHI_OK) {
		oki_free(b);
		return ONSHI_E_NOMEM;
	}
	b->refs = 1;
	b->visit = v;
	b->category = category;
	b->reply = *reply;
	memset(reply, 0, sizeof(*reply));
	set_times(b);
	oki_doc_set_guard(b->reply.doc, readable, b);
	oki_doc_set_guard(b->head, readable, b);
	if (b->reply.lines != NULL)
		oki_doc_set_guard(b->reply.lines, readable, b);
	oki_mutex_lock(v->lock);
	b->next = v->bodies;
	v->bodies = b;
	oki_mutex_unlock(v->lock);
	*out = b;

	return ONSHI_OK;
}

void
oki_answer_body_unref(struct oki_answer_body **bp)
{
	struct oki_answer_body *b = *bp, **link;
	struct onshi_visit *v;
	size_t left;

	*bp = NULL;
	if (b == NULL)
		return;
	v = b->visit;
	oki_mutex_lock(v->lock);
	if ((left = --b->refs) == 0)
		for (link = &v->bodies; *link != NULL; link = &(*link)->next)
			if (*link == b) {
				*link = b->next;
				break;
			}
	oki_mutex_unlock(v->lock);
	if (left != 0)
		return;
	oki_reply_free(&b->reply);
	oki_doc_free(&b->head);
	oki_free(b);
}

int
oki_answer_new(struct onshi_visit *v, struct oki_answer_body *b,
    struct onshi_answer **out)
{
	struct onshi_answer *a;

	*out = NULL;
	if ((a = oki_alloc(sizeof(*a))) == NULL)
		return ONSHI_E_NOMEM;
	oki_error_clear(&a->error);
	a->visit = oki_visit_ref(v);
	oki_mutex_lock(v->lock);
	b->refs++;
	oki_mutex_unlock(v->lock);
	a->body = b;
	*out = a;

	return ONSHI_OK;
}

void
onshi_answer_free(struct onshi_answer **ap)
{
	struct onshi_answer *a;
	struct onshi_visit *v;

	if (ap == NULL || (a = *ap) == NULL)
		return;
	*ap = NULL;
	v = a->visit;
	oki_answer_body_unref(&a->body);
	oki_free(a);
	oki_visit_unref(v);
}

static void
body_wipe(struct oki_answer_body *b)
{
	struct onshi_error e;

	if (atomic_exchange(&b->gone, 1))
		return;
	oki_doc_wipe(b->reply.doc);
	oki_doc_wipe(b->head);
	if (b->reply.lines != NULL)
		oki_doc_wipe(b->reply.lines);
	oki_error_clear(&e);
	if (oki_case_note(&b->visit->k, OKI_AUDIT_RESULT_WIPED, NULL,
	    b->category, ONSHI_OK, &e) != ONSHI_OK)
		atomic_store(&b->visit->k.recorded, 0);
}

/*
 * Called on entry to a call on the visit, and nowhere else: so a borrowed text
 * never changes under another call. Not while the visit's thread works: what
 * runs out meanwhile is refused, and wiped by a later call.
 */
void
oki_answers_expire(struct onshi_visit *v)
{
	struct oki_answer_body *b;

	for (b = v->bodies; b != NULL; b = b->next)
		if (!atomic_load(&b->gone) && readable(b) != ONSHI_OK)
			body_wipe(b);
}

void
oki_answers_wipe(struct onshi_visit *v, int category)
{
	struct oki_answer_body *b;

	for (b = v->bodies; b != NULL; b = b->next)
		if (b->category == category)
			body_wipe(b);
}

int
onshi_answer_outcome(const struct onshi_answer *a)
{
	return a != NULL ? a->body->reply.outcome : ONSHI_OUTCOME_NONE;
}

int64_t
onshi_answer_time(const struct onshi_answer *a)
{
	return a != NULL ? a->body->time : 0;
}

int64_t
onshi_answer_expires(const struct onshi_answer *a)
{
	return a != NULL ? a->body->expires : 0;
}

const struct onshi_error *
onshi_answer_error(const struct onshi_answer *a)
{
	return a != NULL ? &a->error : oki_no_handle();
}

int
onshi_answer_head(const struct onshi_answer *a,
    const struct onshi_record **rec)
{
	int r;

	if (rec == NULL)
		return ONSHI_E_ARG;
	*rec = NULL;
	if (a == NULL)
		return ONSHI_E_ARG;
	if ((r = readable(a->body)) != ONSHI_OK)
		return r;
	*rec = oki_doc_root(a->body->head);

	return ONSHI_OK;
}

static int
next_result(struct onshi_answer *a, const struct onshi_record **rec)
{
	const struct onshi_record *found;

	if (a->at != 0 && a->last == NULL)
		return ONSHI_END;
	found = oki_record_next_of(oki_doc_root(a->body->reply.doc),
	    ONSHI_EL_RESULT_OF_QUALIFICATION_CONFIRMATION, a->last);
	a->at++;
	a->last = found;
	*rec = found;

	return found != NULL ? ONSHI_OK : ONSHI_END;
}

int
onshi_answer_next(struct onshi_answer *a, const struct onshi_record **rec)
{
	int r;

	if (rec == NULL)
		return ONSHI_E_ARG;
	*rec = NULL;
	if (a == NULL)
		return ONSHI_E_ARG;
	oki_error_clear(&a->error);
	if ((r = readable(a->body)) != ONSHI_OK)
		return oki_fail(&a->error, r, "past its time or its consent");
	if (a->body->category == ONSHI_CATEGORY_ELIGIBILITY)
		return next_result(a, rec);
	if (a->body->reply.lines == NULL)
		return ONSHI_END;

	return onshi_record_at(oki_doc_root(a->body->reply.lines), a->at++, NULL,
	    NULL, NULL, rec);
}

int
onshi_answer_rewind(struct onshi_answer *a)
{
	if (a == NULL)
		return ONSHI_E_ARG;
	oki_error_clear(&a->error);
	a->at = 0;
	a->last = NULL;

	return ONSHI_OK;
}
