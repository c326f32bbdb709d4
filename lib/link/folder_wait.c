/* The folder link: an answer, from its folder to who asked. */
#include "config.h"

#include <string.h>

#include "link/folder.h"

#define SCAN_FIRST_MS	50	/* then twice as long each time, to scan_ms */
#define ERR_MAX		65536
#define CHUNK		65536

/* One answer that is waited for. */
struct awaited {
	struct oki_folder	*f;
	struct onshi_exchange	*x;
	struct oki_entry	*k;
	struct onshi_error	*e;
	struct oki_sight	 sights[OKI_NAMES_IN_RES];
	bool			 growing;	/* a file is there, not whole */
};

/* ---- handing on --------------------------------------------------------------- */

static int
hand_on_bytes(struct onshi_exchange *x, const struct oki_buf *b)
{
	size_t at, len;
	int r = x->refused;	/* for its size, unread */

	for (at = 0; r == ONSHI_OK && at < b->len; at += len) {
		len = b->len - at < CHUNK ? b->len - at : CHUNK;
		r = oki_exchange_take(x, b->data + at, len);
	}

	return r;
}

/* A program used the name before, or a share shows an old file: ours may still
 * come, and takes its place. */
static bool
is_others(const struct awaited *a, const struct oki_buf *b)
{
	return oki_is_others(b->data, b->len, a->x->mark);
}

static int
pass_over(struct awaited *a)
{
	oki_exchange_drop(a->x);
	a->x->taken = 0;

	return ONSHI_NEED_WAIT;
}

static int
hand_on(struct awaited *a, struct oki_dir *d, size_t i, bool large,
    const struct oki_buf *b)
{
	char name[OKI_NAME + 8];
	struct oki_entry *k = a->k;
	int r;

	a->x->rejected = oki_answer_is_err(i) || oki_answer_is_own(i);
	if (!a->x->rejected && oki_is_zip(b->data, b->len)) {
		(void)oki_answer_name(k, 0, name);
		r = oki_zip_read(b->data, b->len, name, a->f->password, a->x,
		    a->e);
		return r == ONSHI_OK && is_others(a, &a->x->answer) ?
		    pass_over(a) : r;
	}
	if (!a->x->rejected && is_others(a, b))
		return pass_over(a);
	/* The request that comes back is the caller's own. */
	if (oki_answer_is_own(i))
		return ONSHI_OK;
	(void)oki_answer_name(k, i, name);
	r = large ? oki_folder_hand_on(d, name, &a->sights[i], a->x) :
	    hand_on_bytes(a->x, b);
	if (r == ONSHI_NEED_WAIT || r == ONSHI_ABSENT)
		return ONSHI_NEED_WAIT;

	return r == ONSHI_OK ? r : oki_link_fail(a->e, r,
	    oki_exchange_reason(r), "the answer was not taken");
}

/*
 * What was handed on, or refused for what it is, has been answered and goes;
 * what nobody had time or memory for stays for the next call.
 */
static int
take(struct awaited *a, struct oki_dir *d, size_t i, bool large,
    const struct oki_buf *b)
{
	int r = hand_on(a, d, i, large, b);

	if (r == ONSHI_E_CONFIG || r == ONSHI_E_UNSUPPORTED)
		a->x->sent = ONSHI_SENT_ANSWERED;
	if (r != ONSHI_OK && r != ONSHI_E_TOO_BIG &&
	    r != ONSHI_E_ANSWER_REFUSED)
		return r;
	a->x->sent = ONSHI_SENT_ANSWERED;
	(void)oki_journal_move(a->f->journal, a->k, OKI_TAKEN, false);
	/* A bulk's stays until its caller is done with it. */
	a->k->cleared = !oki_is_bulk(a->k) && oki_folder_finish(a->k, i);

	return r;
}

/* ---- looking -------------------------------------------------------------------- */

/* A file that is there, is whole, and stands still: its result; else
 * ONSHI_NEED_WAIT. */
static int
look_at(struct awaited *a, struct oki_dir *d, size_t i, struct oki_buf *b)
{
	bool opaque = oki_answer_is_err(i) || oki_answer_is_own(i);
	char name[OKI_NAME + 8];
	bool large;
	int r;

	(void)oki_answer_name(a->k, i, name);
	b->max = oki_answer_is_err(i) ? ERR_MAX : a->x->sink.max;
	large = !opaque && oki_folder_is_large(d, name);
	if (large && (r = oki_folder_weigh(a->f, d, name, &a->sights[i], b)) ==
	    ONSHI_OK)
		large = !oki_is_zip(b->data, b->len);	/* unpacked as a whole */
	if (!large)
		r = oki_folder_read(a->f, d, name, opaque, &a->sights[i], b);
	if (r == ONSHI_OK)
		return take(a, d, i, large, b);
	if (r == ONSHI_NEED_WAIT)
		a->growing = true;
	if (r == ONSHI_E_TOO_BIG) {
		oki_buf_reset(b);
		if (!opaque)	/* else that it came says it */
			a->x->refused = r;
		return take(a, d, i, false, b);
	}

	return r == ONSHI_ABSENT ? ONSHI_NEED_WAIT : r;
}

/* The directory is opened each time: it may be another one since a share went
 * and came back. */
static int
look(struct awaited *a)
{
	struct oki_dir *d;
	struct oki_buf b;
	size_t i;
	int r = ONSHI_NEED_WAIT;

	a->growing = false;
	if (oki_dir_open(a->k->res, &d, NULL) != ONSHI_OK)
		return r;
	oki_buf_init(&b, 0);
	for (i = 0; r == ONSHI_NEED_WAIT && i < OKI_NAMES_IN_RES; i++)
		r = look_at(a, d, i, &b);
	oki_buf_free(&b);
	oki_dir_close(&d);

	return r;
}

/* ---- waiting --------------------------------------------------------------------- */

static void
pause(struct awaited *a, struct oki_dir_watch *watch,
    const struct oki_event *idle, int32_t *ms)
{
	const struct oki_event *stop = a->x->wait->cancel == NULL ? NULL :
	    a->x->wait->cancel->event;
	int32_t left = oki_wait_left(a->x->wait), now = *ms;
	bool woken = false;

	if (a->growing && now > a->f->settle_ms)
		now = a->f->settle_ms > 0 ? a->f->settle_ms : 1;
	if (now > left)
		now = left;
	if (watch != NULL)
		woken = oki_dir_watch_wait(watch, NULL, stop, now);
	else
		(void)oki_event_wait(idle, stop, now);
	if (!woken)
		*ms = *ms > a->f->scan_ms / 2 ? a->f->scan_ms : *ms * 2;
}

static int
wait_for(struct awaited *a, struct oki_dir_watch *watch,
    const struct oki_event *idle)
{
	int32_t ms = SCAN_FIRST_MS < a->f->scan_ms ? SCAN_FIRST_MS :
	    a->f->scan_ms;
	int r;

	while ((r = look(a)) == ONSHI_NEED_WAIT) {
		if ((r = oki_wait_check(a->x->wait, ONSHI_E_LINK_TIMEOUT)) !=
		    ONSHI_OK)
			return oki_link_fail(a->e, r, oki_exchange_reason(r),
			    r == ONSHI_E_CANCELLED ? "cancelled" :
			    "no answer in time");
		pause(a, watch, idle, &ms);
	}

	return r;
}

int
oki_folder_await(struct oki_folder *f, struct onshi_exchange *x,
    struct oki_entry *k, struct onshi_error *e)
{
	struct awaited a = { .f = f, .x = x, .k = k, .e = e };
	struct oki_dir_watch *watch;
	struct oki_event *idle;
	int r;

	if ((r = oki_event_new(&idle)) != ONSHI_OK)
		return oki_fail(e, r, "no event");
	/* Before the first look, so that nothing comes in between. */
	(void)oki_dir_watch_new(k->res, &watch, NULL);
	r = wait_for(&a, watch, idle);
	oki_dir_watch_free(&watch);
	oki_event_free(&idle);
	if (r < 0 && k->stand == OKI_AWAITED)
		(void)oki_journal_move(f->journal, k, OKI_UNCERTAIN, false);

	return r;
}
