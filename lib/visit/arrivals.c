/*
 * Those who arrive at the official reader: a thread looks at the face folders
 * and keeps a few files ready, calls take them out as visits.
 */
#include "onshikaku/arrivals.h"
#include "visit/inside.h"

#define READY_MOST	8		/* more wait in their folder */
#define LEAVE_MS	1000

/* A file that is ready to become a visit, or of which is to be said that it
 * cannot be opened here. */
struct ready {
	struct ready		*next;
	struct oki_face		*face;
	struct oki_face_file	 file;
	bool			 is_shut;
};

struct onshi_arrivals {
	oki_atomic_int		 refs;		/* the handle, the thread */
	oki_atomic_int		 busy;
	oki_atomic_int		 leave;
	int64_t			 process;
	struct onshi		*root;		/* counted */
	struct oki_env		*env;		/* the root's */
	struct oki_faces	*faces;
	int			 purpose;
	int			 blocking;
	int32_t			 deadline_ms;
	struct onshi_error	 error;
	struct oki_cancel	 cancel;
	struct oki_event	*there;		/* something to be said */
	struct oki_event	*wake;		/* of the thread */
	struct oki_thread	*thread;
	struct oki_mutex	*lock;		/* guards what follows */
	struct oki_cond		*changed;
	struct ready		*first;
	size_t			 n;
	struct ready		*again;		/* that did not stand then */
	int			 failed;	/* of the last scan, unsaid */
	struct onshi_error	 why;
	bool			 left;
};

static void
ready_free(struct ready **rp)
{
	if (*rp == NULL)
		return;
	oki_face_free(&(*rp)->face);
	oki_face_file_free(&(*rp)->file);
	oki_free(*rp);
	*rp = NULL;
}

static void
ready_free_all(struct ready **first)
{
	struct ready *r;

	while ((r = *first) != NULL) {
		*first = r->next;
		ready_free(&r);
	}
}

static void
arrivals_unref(struct onshi_arrivals *w)
{
	struct onshi *root;

	if (atomic_fetch_sub(&w->refs, 1) != 1)
		return;
	ready_free_all(&w->first);
	ready_free_all(&w->again);
	oki_faces_free(&w->faces);
	oki_cancel_free(&w->cancel);
	oki_event_free(&w->there);
	oki_event_free(&w->wake);
	oki_cond_free(&w->changed);
	oki_mutex_free(&w->lock);
	root = w->root;
	oki_free(w);
	onshi_free(&root);
}

/* ---- the thread ---------------------------------------------------------- */

static void
put(struct onshi_arrivals *w, struct ready *one)
{
	struct ready **last;

	oki_mutex_lock(w->lock);
	for (last = &w->first; *last != NULL; last = &(*last)->next)
		;
	*last = one;
	w->n++;
	oki_event_set(w->there);
	oki_mutex_unlock(w->lock);
}

static bool
has_room(struct onshi_arrivals *w)
{
	bool has;

	oki_mutex_lock(w->lock);
	has = w->n < READY_MOST && atomic_load(&w->leave) == 0;
	oki_mutex_unlock(w->lock);

	return has;
}

/* Of who has arrived lately; what is old, or no ZIP that we could have read, is
 * no more to us than what else lies there. */
static bool
is_to_be_told(const struct onshi_arrivals *w, const struct oki_face *face)
{
	return (face->unread == ONSHI_E_CONFIG ||
	    face->unread == ONSHI_E_UNSUPPORTED) && face->age_ms <=
	    1000 * oki_config_number(oki_env_config(w->env),
	    OKI_LINK_FACE_AGE_S);
}

/* What is none of ours, or old, is passed over and stays where it is. */
static bool
offer(void *self, struct oki_face **face)
{
	struct onshi_arrivals *w = self;
	struct onshi_error e;
	struct ready *one;
	int r;

	if (!has_room(w) || (one = oki_alloc(sizeof(*one))) == NULL) {
		oki_face_free(face);
		return false;
	}
	oki_error_clear(&e);
	one->face = *face;
	*face = NULL;
	if ((r = one->face->unread) == ONSHI_OK)
		r = oki_face_file_read(w->env, oki_root_codes(w->root),
		    &one->face->bytes, one->face->age_ms, &one->file, &e);
	oki_wipe(&e, sizeof(e));
	OKI_LOG(w->env, ARRIVAL, OKI_W(RESULT, onshi_result_name(r)));
	one->is_shut = is_to_be_told(w, one->face);
	if (r == ONSHI_OK || one->is_shut)
		put(w, one);
	else
		ready_free(&one);

	return r != ONSHI_E_NOMEM;
}

/* A share may have shown a state of before: they are looked at once more. */
static void
show_again(struct onshi_arrivals *w)
{
	struct ready *first, *one;

	oki_mutex_lock(w->lock);
	first = w->again;
	w->again = NULL;
	oki_mutex_unlock(w->lock);
	for (one = first; one != NULL; one = one->next)
		oki_faces_again(w->faces, one->face);
	ready_free_all(&first);
}

static void
look(struct onshi_arrivals *w)
{
	struct onshi_error e;
	int r;

	show_again(w);
	oki_error_clear(&e);
	r = oki_faces_scan(w->faces, offer, w, &e);
	oki_mutex_lock(w->lock);
	w->failed = r;
	oki_error_copy(&w->why, &e);
	if (r != ONSHI_OK)
		oki_event_set(w->there);
	oki_mutex_unlock(w->lock);
}

static void
work(void *arg)
{
	struct onshi_arrivals *w = arg;

	while (atomic_load(&w->leave) == 0) {
		oki_event_clear(w->wake);
		look(w);
		oki_faces_wait(w->faces, w->wake);
	}
	oki_mutex_lock(w->lock);
	w->left = true;
	oki_cond_broadcast(w->changed);
	oki_mutex_unlock(w->lock);
	arrivals_unref(w);
}

static int
start_thread(struct onshi_arrivals *w)
{
	int r;

	if (w->thread != NULL)
		return ONSHI_OK;
	atomic_fetch_add(&w->refs, 1);
	if ((r = oki_thread_start(work, w, &w->thread)) != ONSHI_OK)
		arrivals_unref(w);

	return r;
}

/* A share that hangs is not waited for. */
static void
stop_thread(struct onshi_arrivals *w)
{
	int64_t until = oki_steady_ms(w->env) + LEAVE_MS, left;
	bool gone;

	atomic_store(&w->leave, 1);
	oki_event_set(w->wake);
	if (w->thread == NULL)
		return;
	oki_mutex_lock(w->lock);
	while (!w->left && (left = until - oki_steady_ms(w->env)) > 0)
		(void)oki_cond_wait(w->changed, w->lock, (int32_t)left);
	gone = w->left;
	oki_mutex_unlock(w->lock);
	if (gone)
		oki_thread_join(&w->thread);
	else
		oki_thread_detach(&w->thread);
}

/* ---- its life ------------------------------------------------------------ */

static int
make_parts(struct onshi_arrivals *w, struct onshi_error *e)
{
	int r;

	if ((r = oki_mutex_new(&w->lock)) != ONSHI_OK ||
	    (r = oki_cond_new(&w->changed)) != ONSHI_OK ||
	    (r = oki_cancel_init(&w->cancel)) != ONSHI_OK ||
	    (r = oki_event_new(&w->there)) != ONSHI_OK ||
	    (r = oki_event_new(&w->wake)) != ONSHI_OK)
		return oki_fail(e, r, "arrivals");

	return oki_faces_open(w->env, &w->faces, e);
}

int
onshi_arrivals_new(struct onshi *o, int purpose, struct onshi_arrivals **out)
{
	struct onshi_arrivals *w;
	struct onshi_error e;
	int r;

	if (out == NULL)
		return ONSHI_E_ARG;
	*out = NULL;
	if ((r = oki_root_enter(o)) != ONSHI_OK)
		return r;
	if (onshi_purpose_name(purpose) == NULL)
		return oki_root_fail(o, ONSHI_E_ARG, "no such purpose");
	if ((w = oki_alloc(sizeof(*w))) == NULL)
		return oki_root_fail(o, ONSHI_E_NOMEM, "arrivals");
	atomic_init(&w->refs, 1);
	atomic_init(&w->busy, 0);
	atomic_init(&w->leave, 0);
	w->process = oki_os_process();
	w->root = oki_root_ref(o);
	w->env = oki_root_env(o);
	w->purpose = purpose;
	w->blocking = 1;
	oki_error_clear(&w->error);
	oki_error_clear(&w->why);
	oki_error_clear(&e);
	if ((r = make_parts(w, &e)) != ONSHI_OK) {
		arrivals_unref(w);
		return oki_root_fail(o, r, e.text);
	}
	*out = w;

	return ONSHI_OK;
}

static bool
is_ours(const struct onshi_arrivals *w)
{
	return w->process == oki_os_process();
}

void
onshi_arrivals_free(struct onshi_arrivals **wp)
{
	struct onshi_arrivals *w;

	if (wp == NULL || (w = *wp) == NULL)
		return;
	*wp = NULL;
	if (!is_ours(w))
		return;
	oki_cancel_set(&w->cancel);
	stop_thread(w);
	arrivals_unref(w);
}

/* ---- calls --------------------------------------------------------------- */

static int
enter(struct onshi_arrivals *w)
{
	if (w == NULL)
		return ONSHI_E_ARG;
	if (!is_ours(w) || atomic_exchange(&w->busy, 1) != 0)
		return ONSHI_E_STATE;
	atomic_fetch_add(&w->refs, 1);
	oki_error_clear(&w->error);

	return ONSHI_OK;
}

static int
leave(struct onshi_arrivals *w, int r)
{
	atomic_store(&w->busy, 0);
	arrivals_unref(w);

	return r;
}

int
onshi_arrivals_set_deadline(struct onshi_arrivals *w, int32_t ms)
{
	int r;

	if ((r = enter(w)) != ONSHI_OK)
		return r;
	if ((r = oki_deadline_check(ms, &w->error)) == ONSHI_OK)
		w->deadline_ms = ms;

	return leave(w, r);
}

int
onshi_arrivals_set_blocking(struct onshi_arrivals *w, int yes)
{
	int r;

	if ((r = enter(w)) != ONSHI_OK)
		return r;
	if (yes != 0 && yes != 1)
		return leave(w, oki_fail(&w->error, ONSHI_E_ARG,
		    "yes or no"));
	w->blocking = yes;

	return leave(w, ONSHI_OK);
}

/* The first that is ready, or why there is none; neither: NULL and OK. */
static int
take(struct onshi_arrivals *w, struct ready **one)
{
	int r = ONSHI_OK;

	oki_mutex_lock(w->lock);
	if ((*one = w->first) != NULL) {
		w->first = (*one)->next;
		w->n--;
	} else if ((r = w->failed) != ONSHI_OK) {
		oki_error_copy(&w->error, &w->why);
		w->failed = ONSHI_OK;
	}
	if (w->first == NULL && w->failed == ONSHI_OK)
		oki_event_clear(w->there);
	oki_mutex_unlock(w->lock);
	if (*one != NULL)
		oki_event_set(w->wake);		/* there is room again */

	return r;
}

/* One whose file is gone meanwhile was taken by another desk. */
static bool
is_good(struct onshi_arrivals *w, const struct ready *one)
{
	return oki_face_stands(w->faces, one->face) &&
	    oki_face_file_check(w->env, &one->file, NULL) == ONSHI_OK;
}

static void
put_back(struct onshi_arrivals *w, struct ready **one)
{
	oki_mutex_lock(w->lock);
	(*one)->next = w->again;
	w->again = *one;
	oki_mutex_unlock(w->lock);
	*one = NULL;
}

static int
next_ready(struct onshi_arrivals *w, struct ready **one)
{
	int r;

	while ((r = take(w, one)) == ONSHI_OK && *one != NULL &&
	    !(*one)->is_shut && !is_good(w, *one))
		put_back(w, one);
	if (r == ONSHI_OK && *one != NULL && (*one)->is_shut) {
		oki_error_copy(&w->error, &(*one)->face->why);
		r = (*one)->face->unread;
		ready_free(one);
	}

	return r;
}

static int
wait_for_one(struct onshi_arrivals *w, struct ready **one)
{
	struct oki_wait wait;
	int r;

	oki_wait_init(&wait, w->env, w->deadline_ms != 0 ? w->deadline_ms :
	    (int32_t)oki_config_number(oki_env_config(w->env),
	    OKI_LINK_DEADLINE_MS), &w->cancel);
	while ((r = oki_wait_check(&wait, ONSHI_OK)) == ONSHI_OK &&
	    (r = next_ready(w, one)) == ONSHI_OK && *one == NULL) {
		if (!w->blocking)
			return ONSHI_NEED_WAIT;
		if (oki_wait_left(&wait) <= 0)
			return oki_fail(&w->error, ONSHI_E_ARRIVAL_NONE,
			    "nobody has arrived");
		(void)oki_event_wait(w->there, w->cancel.event,
		    oki_wait_left(&wait));
	}
	if (r == ONSHI_E_CANCELLED) {
		oki_cancel_clear(&w->cancel);
		return oki_fail(&w->error, r, "cancelled");
	}

	return r;
}

static int
make_visit(struct onshi_arrivals *w, struct ready *one,
    struct onshi_visit **out)
{
	int r;

	if ((r = onshi_visit_new(w->root, w->purpose, out)) == ONSHI_OK &&
	    (r = oki_arrival_begin(*out, w->faces, &one->face,
	    &one->file)) != ONSHI_OK)
		onshi_visit_free(out);

	return r == ONSHI_OK ? r : oki_fail(&w->error, r, "a visit");
}

int
onshi_arrivals_next(struct onshi_arrivals *w, struct onshi_visit **out)
{
	struct ready *one = NULL;
	int r;

	if (out == NULL)
		return ONSHI_E_ARG;
	*out = NULL;
	if ((r = enter(w)) != ONSHI_OK)
		return r;
	if ((r = start_thread(w)) != ONSHI_OK)
		r = oki_fail(&w->error, r, "no thread looks out");
	else if ((r = wait_for_one(w, &one)) == ONSHI_OK)
		r = make_visit(w, one, out);
	ready_free(&one);

	return leave(w, r);
}

int64_t
onshi_arrivals_fd(struct onshi_arrivals *w)
{
	return w != NULL && is_ours(w) ? oki_event_fd(w->there) : -1;
}

void
onshi_arrivals_cancel(struct onshi_arrivals *w)
{
	if (w != NULL && is_ours(w))
		oki_cancel_set(&w->cancel);
}

const struct onshi_error *
onshi_arrivals_error(const struct onshi_arrivals *w)
{
	return w != NULL ? &w->error : oki_no_handle();
}
