/* Answers: read-only, with a time to live (CO-6), within the consent (CO-10). */
#include <string.h>

#include "visit/inside.h"

enum { NOBODY = 0, SEVERAL = -1 };	/* in place of a thread */

/* What came back, shared by the handles that were given out for it. */
struct oki_answer_body {
	size_t			 refs;		/* under the visit's lock */
	struct oki_answer_body	*next;		/* likewise */
	struct onshi_visit	*visit;		/* lives longer than this */
	int			 category;
	struct oki_reply	 reply;
	struct oki_doc		*head;
	struct oki_doc		*person;	/* to be confirmed; else NULL */
	int64_t			 time;
	int64_t			 expires;	/* seconds, as the service's */
	int64_t			 boot_end_ms;	/* boot clock: the same moment */
	oki_atomic_int		 gone;		/* wiped */
	_Atomic int64_t		 reader;	/* the thread that text was handed
						   to since the last call */
};

/* One handle: what it reads, and how far it has read. */
struct onshi_answer {
	struct onshi_visit	*visit;		/* counted */
	struct oki_answer_body	*body;		/* counted */
	oki_atomic_int		 busy;		/* a call is inside */
	size_t			 at;
	const struct onshi_record *last;
	struct onshi_error	 error;
};

/* Asks clocks, which may be the program's: never under the lock. */
static int
standing(const struct oki_answer_body *b)
{
	int r;

	if ((r = oki_query_readable(&b->visit->k, b->category, NULL)) !=
	    ONSHI_OK)
		return r;
	if (b->gone != 0 || oki_boot_ms(b->visit->k.env) >= b->boot_end_ms)
		return ONSHI_E_EXPIRED;

	return ONSHI_OK;
}

/* From now on somebody may be reading it: it is wiped in a call alone. */
static int
lend(struct oki_answer_body *b)
{
	int64_t me = oki_os_thread(), before;
	int r = ONSHI_OK;

	if (atomic_load(&b->reader) == me)
		return atomic_load(&b->gone) ? ONSHI_E_EXPIRED : ONSHI_OK;
	oki_mutex_lock(b->visit->lock);
	before = atomic_load(&b->reader);
	if (atomic_load(&b->gone))
		r = ONSHI_E_EXPIRED;
	else
		atomic_store(&b->reader, before == NOBODY ? me : SEVERAL);
	oki_mutex_unlock(b->visit->lock);

	return r;
}

/* The guard of every getter of a record; groups of an eligibility rest on
 * consents of their own (CO-3). */
static int
readable(void *self, const struct onshi_record *rec)
{
	struct oki_answer_body *b = self;
	int category, r;

	if (!oki_visit_is_ours(b->visit))
		return ONSHI_E_STATE;
	if ((r = standing(b)) != ONSHI_OK)
		return r;
	category = rec != NULL && b->category == ONSHI_CATEGORY_ELIGIBILITY ?
	    oki_category_of(rec) : ONSHI_CATEGORY_ELIGIBILITY;
	if (category != ONSHI_CATEGORY_ELIGIBILITY &&
	    (r = oki_query_readable(&b->visit->k, category, NULL)) != ONSHI_OK)
		return r;

	return lend(b);
}

int
oki_answer_body_check(struct oki_answer_body *b, struct onshi_error *e)
{
	const char *rule = "CO-6";

	if (standing(b) == ONSHI_OK && !atomic_load(&b->gone))
		return ONSHI_OK;
	if (b->category != ONSHI_CATEGORY_ELIGIBILITY &&
	    (atomic_load(&b->visit->k.ended) != 0 ||
	    oki_query_readable(&b->visit->k, b->category, &rule) != ONSHI_OK))
		return oki_fail_rule(e, rule, ONSHI_E_CONSENT_OVER,
		    "the consent is over");

	return oki_fail_rule(e, rule, ONSHI_E_EXPIRED,
	    "the answer is past its time");
}

/* The service's own time of processing, else ours. */
static int64_t
time_of_answer(const struct oki_answer_body *b)
{
	const char *text = oki_record_search(oki_doc_root(b->head),
	    ONSHI_EL_PROCESS_EXECUTION_TIME);
	int64_t t;

	return text != NULL && oki_time_parse(text, &t) ? t :
	    oki_now(b->visit->k.env);
}

static void
set_times(struct oki_answer_body *b)
{
	const struct oki_env *env = b->visit->k.env;
	int64_t boot = oki_boot_ms(env), live, until = 0;

	live = 1000 * oki_config_number(oki_env_config(env),
	    OKI_LIMITS_ANSWER_SECONDS);
	if (b->category != ONSHI_CATEGORY_ELIGIBILITY)
		until = oki_consent_end_ms(
		    &b->visit->k.consent[b->category]);
	if (until != 0 && until - boot < live)
		live = until - boot;
	b->time = time_of_answer(b);
	b->expires = oki_now(env) + live / 1000;
	b->boot_end_ms = boot + live;
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
	if (oki_message_head(reply->doc, &b->head) != ONSHI_OK ||
	    (reply->whose == OKI_WHOSE_UNSURE &&
	    oki_person_doc(&reply->person, &b->person) != ONSHI_OK)) {
		oki_doc_free(&b->head);
		oki_free(b);
		return ONSHI_E_NOMEM;
	}
	b->refs = 1;
	atomic_init(&b->gone, 0);
	atomic_init(&b->reader, NOBODY);
	b->visit = v;
	b->category = category;
	b->reply = *reply;
	memset(reply, 0, sizeof(*reply));
	set_times(b);
	oki_doc_set_outcome(b->reply.doc, b->reply.outcome);
	oki_doc_set_outcome(b->head, b->reply.outcome);
	if (b->reply.lines != NULL)
		oki_doc_set_outcome(b->reply.lines, b->reply.outcome);
	oki_doc_set_guard(b->reply.doc, readable, b);
	oki_doc_set_guard(b->head, readable, b);
	if (b->reply.lines != NULL)
		oki_doc_set_guard(b->reply.lines, readable, b);
	if (b->person != NULL)
		oki_doc_set_guard(b->person, readable, b);
	oki_mutex_lock(v->lock);
	b->next = v->bodies;
	v->bodies = b;
	oki_mutex_unlock(v->lock);
	*out = b;

	return ONSHI_OK;
}

/* With the lock held. */
struct oki_answer_body *
oki_answer_body_ref(struct oki_answer_body *b)
{
	if (b != NULL)
		b->refs++;

	return b;
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
	oki_doc_free(&b->person);
	oki_free(b);
}

const struct onshi_record *
oki_answer_body_person(const struct oki_answer_body *b)
{
	return b->person != NULL ? oki_doc_root(b->person) : NULL;
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
	atomic_init(&a->busy, 0);
	a->visit = oki_visit_ref(v);
	oki_mutex_lock(v->lock);
	a->body = oki_answer_body_ref(b);
	oki_mutex_unlock(v->lock);
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
	if (!oki_visit_is_ours(v))	/* the parent's locks (SEC-116) */
		return;
	oki_answer_body_unref(&a->body);
	oki_free(a);
	oki_visit_unref(v);
}

/* With the lock held: memory alone, the record is the visit's thread's. */
static void
body_wipe(struct oki_answer_body *b)
{
	struct onshi_visit *v = b->visit;

	if (atomic_exchange(&b->gone, 1))
		return;
	oki_doc_wipe(b->reply.doc);
	oki_doc_wipe(b->head);
	if (b->reply.lines != NULL)
		oki_doc_wipe(b->reply.lines);
	if (b->person != NULL)
		oki_doc_wipe(b->person);
	v->notes.wiped[b->category]++;
	oki_runner_poke(v->runner);
}

void
oki_answer_body_wipe(struct oki_answer_body *b)
{
	oki_mutex_lock(b->visit->lock);
	body_wipe(b);
	oki_mutex_unlock(b->visit->lock);
}

/* With the lock held: whether it goes now. */
static bool
is_to_go(const struct oki_answer_body *b, enum oki_expiry how, bool stands)
{
	int64_t reader = atomic_load(&b->reader);

	switch (how) {
	case OKI_EXPIRE_ON_CALL:
		return !stands;
	case OKI_EXPIRE_ON_TIME:
		return !stands && reader == NOBODY;
	case OKI_EXPIRE_WITHDRAWN:
		return !stands && (reader == NOBODY ||
		    reader == oki_os_thread());
	case OKI_EXPIRE_END:
		return !stands || b->category != ONSHI_CATEGORY_ELIGIBILITY;
	}

	return true;
}

static bool
is_readable(const void *self, int category)
{
	return oki_query_readable(self, category, NULL) == ONSHI_OK;
}

/* With the lock held: what rests on a consent goes out of an eligibility. */
static void
cut_groups(struct oki_answer_body *b, enum oki_expiry how)
{
	int64_t reader = atomic_load(&b->reader);

	if (b->category != ONSHI_CATEGORY_ELIGIBILITY ||
	    (reader != NOBODY && (how == OKI_EXPIRE_ON_TIME ||
	    (how == OKI_EXPIRE_WITHDRAWN && reader != oki_os_thread()))))
		return;
	oki_category_cut(b->reply.doc, is_readable, &b->visit->k);
}

/* Answers are freed by any thread at any time, so each is held while it is
 * looked at. */
void
oki_answers_expire(struct onshi_visit *v, enum oki_expiry how)
{
	struct oki_answer_body *b, *next;
	bool stands;

	if (how == OKI_EXPIRE_ON_TIME)
		oki_seal_watch(v);
	oki_mutex_lock(v->lock);
	b = oki_answer_body_ref(v->bodies);
	oki_mutex_unlock(v->lock);
	for (; b != NULL; b = next) {
		stands = standing(b) == ONSHI_OK;
		oki_mutex_lock(v->lock);
		cut_groups(b, how);
		if (is_to_go(b, how, stands))
			body_wipe(b);
		else if (how == OKI_EXPIRE_ON_CALL)
			atomic_store(&b->reader, NOBODY);
		next = oki_answer_body_ref(b->next);
		oki_mutex_unlock(v->lock);
		oki_answer_body_unref(&b);
	}
}

bool
oki_answers_are_there(const struct onshi_visit *v)
{
	const struct oki_answer_body *b;

	for (b = v->bodies; b != NULL; b = b->next)
		if (!atomic_load(&b->gone))
			return true;

	return false;
}

static bool
is_ours(const struct onshi_answer *a)
{
	return a != NULL && oki_visit_is_ours(a->visit);
}

/* The door of an answer: one thread at a time. */
static int
enter(struct onshi_answer *a)
{
	if (a == NULL)
		return ONSHI_E_ARG;
	if (!is_ours(a) || atomic_exchange(&a->busy, 1) != 0)
		return ONSHI_E_STATE;
	oki_error_clear(&a->error);

	return ONSHI_OK;
}

static int
leave(struct onshi_answer *a, int r)
{
	atomic_store(&a->busy, 0);
	return r;
}

int
onshi_answer_outcome(const struct onshi_answer *a)
{
	return is_ours(a) ? a->body->reply.outcome : ONSHI_OUTCOME_NONE;
}

int64_t
onshi_answer_time(const struct onshi_answer *a)
{
	return is_ours(a) ? a->body->time : 0;
}

int64_t
onshi_answer_expires(const struct onshi_answer *a)
{
	return is_ours(a) ? a->body->expires : 0;
}

int64_t
onshi_answer_clock_apart(const struct onshi_answer *a)
{
	return is_ours(a) ? a->body->reply.clock_apart : 0;
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
	if ((r = readable(a->body, NULL)) != ONSHI_OK)
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

static int
next_line(struct onshi_answer *a, const struct onshi_record **rec)
{
	if (a->body->reply.lines == NULL)
		return ONSHI_END;

	return onshi_record_at(oki_doc_root(a->body->reply.lines), a->at++,
	    NULL, NULL, NULL, rec);
}

int
onshi_answer_next(struct onshi_answer *a, const struct onshi_record **rec)
{
	int r;

	if (rec == NULL)
		return ONSHI_E_ARG;
	*rec = NULL;
	if ((r = enter(a)) != ONSHI_OK)
		return r;
	if ((r = readable(a->body, NULL)) != ONSHI_OK)
		r = oki_fail(&a->error, r, "past its time or its consent");
	else if (a->body->category == ONSHI_CATEGORY_ELIGIBILITY)
		r = next_result(a, rec);
	else
		r = next_line(a, rec);

	return leave(a, r);
}

int
onshi_answer_rewind(struct onshi_answer *a)
{
	int r;

	if ((r = enter(a)) != ONSHI_OK)
		return r;
	a->at = 0;
	a->last = NULL;

	return leave(a, ONSHI_OK);
}
