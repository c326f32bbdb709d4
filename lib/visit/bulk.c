/* Many persons in one go: the handle, and what moves it on. */
#include "visit/bulk.h"

#define PAUSE_FIRST_S	5	/* messages.md 1.7 */
#define PAUSE_MOST_S	300

/* ---- its life -------------------------------------------------------------- */

void
oki_units_free(struct oki_unit **first)
{
	struct oki_unit *unit;

	while ((unit = *first) != NULL) {
		*first = unit->next;
		oki_doc_free(&unit->doc);
		oki_free(unit);
	}
}

void
oki_bulk_ref(struct onshi_bulk *b)
{
	atomic_fetch_add(&b->refs, 1);
}

void
oki_bulk_unref(struct onshi_bulk *b)
{
	struct onshi *root;

	if (atomic_fetch_sub(&b->refs, 1) != 1)
		return;
	(void)oki_runner_stop(&b->runner, 0);
	oki_job_unref(&b->task);
	oki_units_free(&b->batch);	/* nobody else has them, or their lock */
	oki_units_free(&b->first);
	oki_units_free(&b->spent);
	oki_case_clear(&b->k);
	oki_bulk_clear(&b->b);
	onshi_operator_free(&b->operator);
	oki_cancel_free(&b->cancel);
	oki_event_free(&b->there);
	oki_cond_free(&b->changed);
	oki_mutex_free(&b->lock);
	root = b->root;
	oki_free(b);
	onshi_free(&root);
}

/* A question by number, for the insurance alone (PU-1). */
static int
fill_case(struct onshi_bulk *b, int kind)
{
	struct oki_case *k = &b->k;
	uint8_t id[8];
	int r;

	k->env = oki_root_env(b->root);
	k->link = oki_root_link(b->root);
	k->audit = oki_root_audit(b->root);
	k->codes = oki_root_codes(b->root);
	k->purpose = ONSHI_PURPOSE_INSURANCE;
	k->method = ONSHI_METHOD_NUMBER;
	k->operator = b->operator;
	k->bulk = oki_bulk_kind(kind);
	k->wall0_ms = oki_wall_ms(k->env);
	k->boot0_ms = oki_boot_ms(k->env);
	if ((r = oki_os_random(id, sizeof(id))) != ONSHI_OK)
		return r;
	oki_hex(k->id, id, sizeof(id));

	return oki_bulk_begin(k, &b->b, kind);
}

static int
make(struct onshi *o, int kind, const struct onshi_operator *op,
    struct onshi_bulk **out)
{
	struct onshi_bulk *b;
	int r;

	if ((b = oki_alloc(sizeof(*b))) == NULL)
		return ONSHI_E_NOMEM;
	atomic_init(&b->refs, 1);
	atomic_init(&b->busy, 0);
	atomic_init(&b->closed, 0);
	atomic_init(&b->k.recorded, 0);
	atomic_init(&b->k.ended, 0);
	b->process = oki_os_process();
	b->root = oki_root_ref(o);
	b->operator = op != NULL ? oki_operator_ref(op) : NULL;
	b->blocking = 1;
	oki_error_clear(&b->error);
	if ((r = oki_bulk_thread_new(b)) != ONSHI_OK ||
	    (r = fill_case(b, kind)) != ONSHI_OK) {
		oki_bulk_unref(b);
		return r;
	}
	*out = b;

	return ONSHI_OK;
}

int
onshi_bulk_new(struct onshi *o, int kind, const struct onshi_operator *op,
    struct onshi_bulk **out)
{
	const struct oki_bulk_kind *row;
	int r;

	if (out == NULL)
		return ONSHI_E_ARG;
	*out = NULL;
	if ((r = oki_root_enter(o)) != ONSHI_OK)
		return r;
	if ((row = oki_bulk_kind(kind)) == NULL)
		return oki_root_fail(o, ONSHI_E_ARG, "no such kind of bulk");
	if (oki_link_carries(oki_root_link(o), row->hand_in) ==
	    ONSHI_FORM_NONE)
		return oki_root_fail(o, ONSHI_E_UNSUPPORTED,
		    "the link does not carry it");
	if ((r = make(o, kind, op, out)) != ONSHI_OK)
		return oki_root_fail(o, r, "bulk");

	return ONSHI_OK;
}

static bool
is_ours(const struct onshi_bulk *b)
{
	return b->process == oki_os_process();
}

void
onshi_bulk_free(struct onshi_bulk **bp)
{
	struct onshi_bulk *b;

	if (bp == NULL || (b = *bp) == NULL)
		return;
	*bp = NULL;
	if (!is_ours(b))
		return;
	oki_carried_settle(b, false);
	oki_bulk_leave(b);
	oki_bulk_unref(b);
}

/* ---- into a call and out of it --------------------------------------------- */

static int
enter(struct onshi_bulk *b)
{
	if (b == NULL)
		return ONSHI_E_ARG;
	if (!is_ours(b) || atomic_exchange(&b->busy, 1) != 0)
		return ONSHI_E_STATE;
	oki_bulk_ref(b);
	oki_error_clear(&b->error);

	return ONSHI_OK;
}

static int
leave(struct onshi_bulk *b, int r)
{
	atomic_store(&b->busy, 0);
	oki_bulk_unref(b);

	return r;
}

/* An input: nothing was asked yet. */
static int
enter_input(struct onshi_bulk *b)
{
	int r;

	if ((r = enter(b)) != ONSHI_OK)
		return r;
	if (b->stage != OKI_BULK_MADE || b->working)
		return leave(b, oki_fail(&b->error, ONSHI_E_STATE,
		    "it is under way"));

	return ONSHI_OK;
}

int32_t
oki_bulk_budget(const struct onshi_bulk *b)
{
	return b->deadline_ms != 0 ? b->deadline_ms :
	    (int32_t)oki_config_number(oki_env_config(b->k.env),
	    OKI_LINK_DEADLINE_MS);
}

/* ---- inputs ---------------------------------------------------------------- */

int
onshi_bulk_add(struct onshi_bulk *b, size_t *index)
{
	int r;

	if ((r = enter_input(b)) != ONSHI_OK)
		return r;
	if (b->b.kind->one == 0)
		r = oki_fail(&b->error, ONSHI_E_STATE,
		    "nobody is named in what is asked");
	else if ((r = oki_bulk_add(&b->b, &b->error)) == ONSHI_OK &&
	    index != NULL)
		*index = b->b.persons - 1;

	return leave(b, r);
}

int
onshi_bulk_set_text(struct onshi_bulk *b, int element, const char *text)
{
	int r;

	if ((r = enter_input(b)) != ONSHI_OK)
		return r;

	return leave(b, oki_bulk_put(&b->b, element, text, &b->error));
}

int
onshi_bulk_set_anew(struct onshi_bulk *b, int yes)
{
	int r;

	if ((r = enter_input(b)) != ONSHI_OK)
		return r;
	if (yes != 0 && yes != 1)
		return leave(b, oki_fail(&b->error, ONSHI_E_ARG,
		    "yes or no"));
	b->b.anew = yes != 0;

	return leave(b, ONSHI_OK);
}

int
onshi_bulk_set_deadline(struct onshi_bulk *b, int32_t ms)
{
	int r;

	if ((r = enter(b)) != ONSHI_OK)
		return r;
	if ((r = oki_deadline_check(ms, &b->error)) == ONSHI_OK)
		b->deadline_ms = ms;

	return leave(b, r);
}

int
onshi_bulk_set_blocking(struct onshi_bulk *b, int yes)
{
	int r;

	if ((r = enter(b)) != ONSHI_OK)
		return r;
	if (yes != 0 && yes != 1)
		return leave(b, oki_fail(&b->error, ONSHI_E_ARG,
		    "yes or no"));
	b->blocking = yes;

	return leave(b, ONSHI_OK);
}

static const char *
asker(const struct onshi_bulk *b)
{
	return b->operator != NULL ? b->operator->id : "system";
}

int
onshi_bulk_ticket(struct onshi_bulk *b, const char **text)
{
	int r;

	if (text == NULL)
		return ONSHI_E_ARG;
	*text = NULL;
	if ((r = enter(b)) != ONSHI_OK)
		return r;
	if (b->working || b->stage > OKI_BULK_READING)
		return leave(b, oki_fail(&b->error, ONSHI_E_STATE,
		    "it is under way, or over"));
	if ((r = oki_bulk_check(&b->k, &b->b, &b->error)) == ONSHI_OK &&
	    (r = oki_bulk_write(&b->k, &b->b, asker(b), b->ticket,
	    &b->error)) == ONSHI_OK)
		*text = b->ticket;

	return leave(b, r);
}

int
onshi_bulk_resume(struct onshi_bulk *b, const char *ticket)
{
	int r;

	if (ticket == NULL)
		return ONSHI_E_ARG;
	if ((r = enter_input(b)) != ONSHI_OK)
		return r;
	if ((r = oki_bulk_check(&b->k, &b->b, &b->error)) == ONSHI_OK &&
	    (r = oki_bulk_read(&b->k, &b->b, asker(b), ticket, &b->error)) ==
	    ONSHI_OK && b->b.receipt[0] != '\0')
		b->stage = OKI_BULK_ACCEPTED;

	return leave(b, r);
}

/* ---- what moves it on ------------------------------------------------------ */

static int
later(struct onshi_bulk *b, int32_t seconds)
{
	b->pause_s = seconds;
	b->next_ms = oki_steady_ms(b->k.env) + (int64_t)seconds * 1000;

	return ONSHI_NEED_LATER;
}

/* A receipt number is to be kept before it is used. */
static int
handed_in(struct onshi_bulk *b)
{
	if (b->b.receipt[0] == '\0') {
		b->stage = OKI_BULK_WHOLE;
		return ONSHI_OK;
	}
	b->stage = OKI_BULK_ACCEPTED;

	return later(b, 0);
}

static int
fail(struct onshi_bulk *b, int r)
{
	if (b->taken == 0)
		return r;
	b->stage = OKI_BULK_VOID;
	b->result = r;
	oki_carried_settle(b, false);

	return r;
}

/* What a job has come to. */
static int
come_to(struct onshi_bulk *b, int r)
{
	if (r == ONSHI_NEED_LATER)
		return later(b, b->pause_s == 0 ? PAUSE_FIRST_S :
		    b->pause_s * 2 > PAUSE_MOST_S ? PAUSE_MOST_S :
		    b->pause_s * 2);
	if (r != ONSHI_OK)
		return fail(b, r);
	if (b->stage == OKI_BULK_MADE)
		return handed_in(b);
	b->stage = OKI_BULK_WHOLE;
	oki_carried_settle(b, true);

	return ONSHI_OK;
}

static bool
has_units(struct onshi_bulk *b)
{
	bool has;

	oki_mutex_lock(b->lock);
	has = b->ours != NULL || b->first != NULL;
	oki_mutex_unlock(b->lock);

	return has;
}

static int
advance(struct onshi_bulk *b)
{
	int r, result;

	if (b->stage == OKI_BULK_WHOLE || b->stage == OKI_BULK_READING)
		return ONSHI_OK;
	if (b->stage == OKI_BULK_VOID || b->stage == OKI_BULK_OVER)
		return oki_fail(&b->error, ONSHI_E_STATE, "it is over");
	if (!b->working) {
		if (oki_steady_ms(b->k.env) < b->next_ms)
			return ONSHI_NEED_LATER;
		if ((b->stage == OKI_BULK_MADE && (r = oki_bulk_check(&b->k,
		    &b->b, &b->error)) != ONSHI_OK) ||
		    (r = oki_bulk_start(b)) != ONSHI_OK)
			return r;
	}
	if ((r = oki_bulk_await(b)) != ONSHI_OK)
		return r;
	if (has_units(b)) {
		b->stage = OKI_BULK_READING;
		return ONSHI_OK;
	}

	return oki_bulk_collect(b, &result) ? come_to(b, result) :
	    ONSHI_NEED_WAIT;
}

int
onshi_bulk_advance(struct onshi_bulk *b)
{
	int r;

	if ((r = enter(b)) != ONSHI_OK)
		return r;

	return leave(b, advance(b));
}

/* The next that is there, or what the whole has come to. */
static int
next(struct onshi_bulk *b)
{
	int r, result;

	if (b->stage == OKI_BULK_VOID)
		return oki_fail(&b->error, b->result, "all of it is void");
	if (b->stage != OKI_BULK_READING && b->stage != OKI_BULK_WHOLE)
		return oki_fail(&b->error, ONSHI_E_STATE,
		    "there is no answer yet");
	if (b->working && (r = oki_bulk_await(b)) != ONSHI_OK)
		return r < 0 ? fail(b, r) : r;
	if (oki_bulk_pop(b)) {
		b->taken++;
		return ONSHI_OK;
	}
	if (!b->working)
		return ONSHI_END;
	if (!oki_bulk_collect(b, &result))
		return ONSHI_NEED_WAIT;

	return (r = come_to(b, result)) == ONSHI_OK ? ONSHI_END : r;
}

/* Of one that was answered at once its body is what says so. */
static const struct onshi_record *
record_of(const struct oki_unit *unit)
{
	const struct onshi_record *body = oki_doc_body(unit->doc);

	return body != NULL ? body : oki_doc_root(unit->doc);
}

/* Most are there already, and cost no look at process, thread or error. */
static bool
next_of_ours(struct onshi_bulk *b, const struct onshi_record **rec)
{
	bool is;

	if (b == NULL || atomic_exchange(&b->busy, 1) != 0)
		return false;
	oki_bulk_ref(b);
	if ((is = b->ours != NULL && atomic_load(&b->closed) == 0 &&
	    oki_bulk_pop(b))) {
		b->taken++;
		*rec = record_of(b->unit);
	}

	return leave(b, is);
}

int
onshi_bulk_next(struct onshi_bulk *b, const struct onshi_record **rec)
{
	int r;

	if (rec == NULL)
		return ONSHI_E_ARG;
	*rec = NULL;
	if (next_of_ours(b, rec))
		return ONSHI_OK;
	if ((r = enter(b)) != ONSHI_OK)
		return r;
	b->unit = NULL;
	if ((r = next(b)) == ONSHI_OK)
		*rec = record_of(b->unit);

	return leave(b, r);
}

int
onshi_bulk_visit(struct onshi_bulk *b, int purpose, struct onshi_visit **out)
{
	int r;

	if (out == NULL)
		return ONSHI_E_ARG;
	*out = NULL;
	if ((r = enter(b)) != ONSHI_OK)
		return r;

	return leave(b, oki_carried_make(b, purpose, out));
}

/* Waits for nothing but a thread that is told to go. */
int
onshi_bulk_end(struct onshi_bulk *b)
{
	if (b == NULL)
		return ONSHI_E_ARG;
	if (!is_ours(b))
		return ONSHI_E_STATE;
	oki_bulk_leave(b);
	if (enter(b) != ONSHI_OK)
		return ONSHI_OK;	/* the call that is inside sees it */
	oki_carried_settle(b, false);
	b->stage = OKI_BULK_OVER;
	oki_bulk_drop(b);

	return leave(b, ONSHI_OK);
}

/* ---- what it says of itself ------------------------------------------------ */

int
onshi_bulk_place(const struct onshi_bulk *b, size_t *index)
{
	if (b == NULL || index == NULL)
		return ONSHI_E_ARG;
	if (b->unit == NULL)
		return ONSHI_E_STATE;
	if (b->unit->place == OKI_BULK_NOBODY)
		return ONSHI_ABSENT;
	*index = b->unit->place;

	return ONSHI_OK;
}

int
onshi_bulk_result_at(const struct onshi_bulk *b, size_t i,
    const struct onshi_record **rec)
{
	const struct onshi_record *at = NULL;

	if (rec == NULL)
		return ONSHI_E_ARG;
	*rec = NULL;
	if (b == NULL)
		return ONSHI_E_ARG;
	if (b->unit == NULL)
		return ONSHI_E_STATE;
	do
		at = oki_record_next_of(oki_doc_root(b->unit->doc),
		    ONSHI_EL_RESULT_OF_QUALIFICATION_CONFIRMATION, at);
	while (at != NULL && i-- > 0);
	*rec = at;

	return at != NULL ? ONSHI_OK : ONSHI_END;
}

int32_t
onshi_bulk_later(const struct onshi_bulk *b)
{
	int64_t left = b == NULL ? 0 : b->next_ms -
	    oki_steady_ms(oki_root_env(b->root));

	return left <= 0 ? 0 : (int32_t)((left + 999) / 1000);
}

const char *
onshi_bulk_receipt(const struct onshi_bulk *b)
{
	return b != NULL && b->stage != OKI_BULK_MADE &&
	    b->b.receipt[0] != '\0' ? b->b.receipt : NULL;
}

size_t
onshi_bulk_taken(const struct onshi_bulk *b)
{
	return b != NULL ? b->taken : 0;
}

size_t
onshi_bulk_count(const struct onshi_bulk *b)
{
	if (b == NULL)
		return 0;
	if (b->stage == OKI_BULK_WHOLE && b->b.total > 0)
		return b->b.total;

	return b->b.kind->one != 0 ? b->b.persons : 0;
}

/* Async-signal-safe: stores and one write. */
void
onshi_bulk_cancel(struct onshi_bulk *b)
{
	if (b != NULL && is_ours(b))
		oki_cancel_set(&b->cancel);
}

int64_t
onshi_bulk_fd(struct onshi_bulk *b)
{
	return b != NULL && is_ours(b) ? oki_event_fd(b->there) : -1;
}

const struct onshi_error *
onshi_bulk_error(const struct onshi_bulk *b)
{
	return b != NULL ? &b->error : oki_no_handle();
}

const char *
onshi_bulk_id(const struct onshi_bulk *b)
{
	return b != NULL ? b->k.id : "";
}

int
onshi_bulk_is_recorded(const struct onshi_bulk *b)
{
	return b != NULL && atomic_load(&b->k.recorded) != 0;
}

const char *
onshi_bulk_kind_name(int kind)
{
	const struct oki_bulk_kind *row = oki_bulk_kind(kind);

	return row != NULL ? row->name : NULL;
}

const char *
onshi_bulk_kind_text(int kind, const char *lang)
{
	const struct oki_bulk_kind *row = oki_bulk_kind(kind);

	return row != NULL ? row->text[oki_text_equal(lang, "ja") ? 1 : 0] :
	    "";
}
