/*
 * The step at a face reader: its table is called on the visit's own thread, one
 * patient at a time, with the visit's deadline and cancel, and all that it has
 * said is looked at before any of it counts.
 */
#include "visit/face.h"

/* The table, copied: one whose cancel never comes back keeps its own. */
struct reader {
	struct onshi_face_ops	 ops;
	void			*self;
};

bool
oki_face_is_there(const struct onshi_visit *v)
{
	oki_atomic_int *taken;
	void *self;

	return oki_config_face(oki_env_config(v->k.env), &self, &taken) !=
	    NULL;
}

/* What it said was for the one patient who was there (ID-9). */
void
oki_face_forget(struct onshi_visit *v)
{
	oki_buf_free(&v->pinless);
	oki_mutex_lock(v->lock);
	if (v->at_face)
		v->k.method = ONSHI_METHOD_FACE;
	v->k.phone = false;
	v->carrier = 0;
	oki_mutex_unlock(v->lock);
}

static void
tell_to_end(void *arg)
{
	struct reader *rd = arg;

	rd->ops.cancel(rd->self);
}

/* What a program's call may come back with; of what would end a visit, or is
 * no reader's to say, it says nothing. */
static int
result_of(int r, struct onshi_error *e)
{
	bool may = r < 0 && onshi_result_class(r) == 3 &&
	    r != ONSHI_E_CARD_CHANGED && r != ONSHI_E_ARRIVAL_NONE &&
	    r != ONSHI_E_ARRIVAL_TAKEN;

	if (r == ONSHI_OK || r == ONSHI_E_CANCELLED || r == ONSHI_E_NOMEM ||
	    may)
		return r == ONSHI_OK ? r : oki_fail(e, r,
		    "the face reader came back without a patient");

	return oki_fail(e, ONSHI_E_READER, "the face reader's adapter came "
	    "back with a result that it cannot have");
}

/* Only what came in time is this patient's: who comes later is another. */
static int
judge(struct onshi_face_exchange *x, int r)
{
	struct onshi_error *e = x->f->e;
	int over = oki_wait_check(&x->wait, ONSHI_E_CARD_NONE);

	if (x->refused != ONSHI_OK)
		return x->refused;
	if (over == ONSHI_E_CANCELLED || (over != ONSHI_OK && (r == ONSHI_OK ||
	    r == ONSHI_E_CANCELLED)))
		return oki_fail(e, over, over == ONSHI_E_CANCELLED ?
		    "cancelled at the face reader" :
		    "nobody has checked in at the face reader in time");
	if ((r = result_of(r, e)) != ONSHI_OK) {
		x->f->v->tries = e->tries = x->tries;
		return r;
	}

	return oki_face_check(x);
}

/* Watched where it can be told to end; else its visit ends in time alone. */
static int
call(struct reader *rd, struct onshi_face_exchange *x, bool *hangs)
{
	struct oki_watch *watch = NULL;
	bool watched;
	int r;

	watched = rd->ops.cancel != NULL &&
	    oki_watch_new(&watch) == ONSHI_OK && oki_watch_begin(watch,
	    &x->wait, tell_to_end, rd) == ONSHI_OK;
	r = rd->ops.check(rd->self, x);
	*hangs = watched && !oki_watch_end(watch);
	oki_watch_free(&watch);

	return r;
}

static int
at_reader(struct onshi_face_exchange *x)
{
	const struct onshi_face_ops *ops;
	oki_atomic_int *taken;
	struct reader *rd;
	bool hangs;
	int nobody = 0, r;

	if ((rd = oki_alloc(sizeof(*rd))) == NULL)
		return oki_fail(x->f->e, ONSHI_E_NOMEM, "face reader");
	ops = oki_config_face(oki_env_config(x->f->v->k.env), &rd->self,
	    &taken);
	rd->ops = *ops;
	if (!atomic_compare_exchange_strong(taken, &nobody, 1)) {
		oki_free(rd);
		return oki_fail_rule(x->f->e, "ID-3", ONSHI_E_READER_BUSY,
		    "another patient is at the face reader");
	}
	r = judge(x, call(rd, x, &hangs));
	if (hangs)			/* it is nobody's any more */
		return r;
	atomic_store(taken, 0);
	oki_free(rd);

	return r;
}

/* CO-1, CO-3: what was said there stands on the record before the question;
 * what was asked and not answered, was not given. */
static int
take_consents(struct onshi_face_exchange *x)
{
	struct onshi_visit *v = x->f->v;
	struct oki_consent *c;
	int i;

	oki_mutex_lock(v->lock);
	for (i = 1; i < OKI_CATEGORIES; i++) {
		c = &v->k.consent[i];
		if (!c->to_ask)
			continue;
		c->to_ask = false;
		c->asked = x->said[i];
		c->given = x->said[i] && x->given[i];
	}
	oki_mutex_unlock(v->lock);

	return oki_flow_record_consents(v, x->f->w, x->f->e);
}

/* Its person's, in order; the consent of another is not taken (ID-9). */
static int
take(struct onshi_face_exchange *x)
{
	struct onshi_visit *v = x->f->v;
	struct onshi_certificate *whose = x->certificate;
	int r;

	x->certificate = NULL;
	if ((r = oki_flow_keep(x->f, whose)) != ONSHI_OK)
		return r;
	oki_mutex_lock(v->lock);
	v->k.method = x->method;
	v->k.phone = x->carrier == ONSHI_CARRIER_PHONE;
	v->k.tries = v->tries = x->tries;
	v->carrier = x->carrier;
	oki_mutex_unlock(v->lock);
	v->face_registered = v->k.register_use;
	v->challenge = x->challenge;
	oki_buf_free(&v->signature);
	v->signature = x->signature;
	oki_buf_init(&x->signature, OKI_FACE_SIGNATURE);
	oki_buf_free(&v->pinless);
	v->pinless = x->proof;
	oki_buf_init(&x->proof, OKI_FACE_PROOF);

	return take_consents(x);
}

static void
exchange_free(struct onshi_face_exchange **xp)
{
	struct onshi_face_exchange *x = *xp;

	*xp = NULL;
	oki_certificate_free(&x->certificate);
	oki_buf_free(&x->proof);
	oki_buf_free(&x->text);
	oki_buf_free(&x->signature);
	oki_free(x);
}

static int
exchange_new(struct oki_flow *f, struct onshi_face_exchange **out)
{
	struct onshi_face_exchange *x;
	int r;

	*out = NULL;
	if ((x = oki_alloc(sizeof(*x))) == NULL)
		return oki_fail(f->e, ONSHI_E_NOMEM, "face reader");
	x->f = f;
	x->thread = oki_os_thread();
	x->tries = -1;
	oki_buf_init(&x->proof, OKI_FACE_PROOF);
	oki_buf_init(&x->text, 4096);
	oki_buf_init(&x->signature, OKI_FACE_SIGNATURE);
	/* A time that the caller set is for the patient, all of it. */
	if (f->v->deadline_ms == 0)
		oki_flow_part_wait(f, OKI_READER_DEADLINE_MS, &x->wait);
	else
		x->wait = *f->w;
	if ((r = oki_request_id(x->id)) != ONSHI_OK) {
		exchange_free(&x);
		return oki_fail(f->e, r, "name of the exchange");
	}
	*out = x;

	return ONSHI_OK;
}

/* What was said is whose it was said for: by sight, an operator has to have
 * compared (ID-2). */
static void
next_step(struct onshi_visit *v)
{
	v->asked = ONSHI_OK;
	oki_error_clear(&v->refusal);
	v->step = v->k.method == ONSHI_METHOD_VISUAL ? OKI_STEP_CONFIRM :
	    OKI_STEP_ASK;
}

int
oki_face_step(struct oki_flow *f)
{
	struct onshi_face_exchange *x = NULL;
	struct onshi_visit *v = f->v;
	int64_t start;
	int r;

	if (v->asked != ONSHI_NEED_FACE)
		return oki_flow_need(f, ONSHI_NEED_FACE);
	if ((r = oki_flow_record_consents(v, f->w, f->e)) != ONSHI_OK ||
	    (r = exchange_new(f, &x)) != ONSHI_OK)
		return r;
	start = oki_steady_ms(v->k.env);
	r = at_reader(x);
	oki_flow_spent(v, ONSHI_PHASE_READER, start);
	if (r == ONSHI_OK)
		r = take(x);
	else if (f->e->phase == ONSHI_PHASE_NONE)
		f->e->phase = ONSHI_PHASE_READER;
	exchange_free(&x);
	if (r == ONSHI_OK)
		next_step(v);

	return r;
}
