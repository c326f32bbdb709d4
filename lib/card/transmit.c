/* The one way to a card: what may be sent, the bytes, the answer checked. */
#include "config.h"

#include <string.h>

#include "card/inside.h"

#define ROUNDS	64	/* SEC-69 */

void
oki_apdu_answer_init(struct oki_apdu_answer *an)
{
	oki_buf_init(&an->data, OKI_ANSWER_BYTES);
	an->sw = 0;
	an->begun = false;
}

void
oki_apdu_answer_free(struct oki_apdu_answer *an)
{
	oki_buf_free(&an->data);
}

int
oki_card_refuse(struct onshi_error *e, int code, unsigned int sw,
    const char *what)
{
	if (e != NULL && e->code >= 0) {
		e->phase = ONSHI_PHASE_CARD;
		e->sw = (int)sw;
	}

	return oki_fail(e, code, "%s: status word %04x", what, sw);
}

/* Header, lengths and status word: never a body (SEC-106). */
static void
log_command(struct oki_card *c, const struct oki_apdu *a, size_t got,
    const struct oki_apdu_answer *an, int r, int64_t started)
{
	const struct oki_env *env = c->readers->env;

	OKI_LOG(env, APDU, OKI_N(CLA, a->cla), OKI_N(INS, a->ins),
	    OKI_N(P1, a->p1), OKI_N(P2, a->p2), OKI_N(LC, a->len),
	    OKI_N(LE, a->le), OKI_N(LEN, got), OKI_N(SW, an->sw),
	    OKI_W(RESULT, onshi_result_name(r)),
	    OKI_N(MS, oki_steady_ms(env) - started));
}

/*
 * The session is over: nothing is said to this card any more but goodbye, and
 * no answer that is still under way can be taken for another's.
 */
static int
lose(struct oki_card *c, struct oki_wait *w, int r, int64_t system,
    struct onshi_error *e)
{
	if (r == ONSHI_E_CANCELLED && !oki_cancel_is_set(w->cancel))
		r = oki_wait_left(w) == 0 ? ONSHI_E_CARD_TIMEOUT :
		    ONSHI_E_READER;
	c->lost = r == ONSHI_E_CARD_GONE ? r : ONSHI_E_STATE;
	c->at.app = OKI_APP_NONE;
	c->at.ef = 0;
	if (e != NULL && e->code >= 0)
		e->phase = ONSHI_PHASE_CARD;

	return oki_fail_system(e, r, system, "card: %s",
	    onshi_result_text(r, "en"));
}

/* Splits data and status word; what is longer than asked for is no answer. */
static int
take_answer(const struct oki_apdu *a, size_t before, struct oki_apdu_answer *an)
{
	struct oki_buf *b = &an->data;
	size_t got = b->len - before;

	if (got < 2)
		return ONSHI_E_CARD_GONE;
	b->len -= 2;
	an->sw = (unsigned int)b->data[b->len] << 8 | b->data[b->len + 1];
	b->data[b->len] = b->data[b->len + 1] = 0;
	if (got - 2 > a->le)
		return ONSHI_E_CARD_ANSWER;

	return ONSHI_OK;
}

int
oki_card_over(const struct oki_card *c, struct onshi_error *e)
{
	if (e != NULL && e->code >= 0)
		e->phase = ONSHI_PHASE_CARD;

	return oki_fail(e, c->lost, "the session at this card is over");
}

static int
prepare(struct oki_card *c, struct oki_wait *w, const struct oki_apdu *a,
    struct oki_card_job *job, struct onshi_error *e)
{
	int r;

	c->end_ms = w->end_ms;
	if (c->lost != ONSHI_OK)
		return oki_card_over(c, e);
	if (!oki_apdu_is_allowed(&c->at, a))
		return oki_fail(e, ONSHI_E_INTERNAL, "command %02x %02x %02x "
		    "%02x is not in the table", a->cla, a->ins, a->p1, a->p2);
	job->len = oki_apdu_build(a, job->command, sizeof(job->command));
	if (job->len == 0)
		return oki_fail(e, ONSHI_E_INTERNAL, "no command");
	if ((r = oki_wait_check(w, ONSHI_E_CARD_TIMEOUT)) != ONSHI_OK)
		return oki_fail(e, r, "before a command");
	job->room = a->le > 256 ? OKI_ANSWER_BYTES : OKI_ANSWER_SHORT;
	job->ms = oki_wait_left(w);

	return ONSHI_OK;
}

static int
exchange(struct oki_card *c, struct oki_wait *w, const struct oki_apdu *a,
    struct oki_apdu_answer *an, struct onshi_error *e)
{
	struct oki_card_job job = { .verb = OKI_DO_TRANSMIT };
	int64_t started = oki_steady_ms(c->readers->env);
	size_t before = an->data.len;
	int r;

	if ((r = prepare(c, w, a, &job, e)) != ONSHI_OK)
		goto out;
	an->sw = 0;
	r = oki_card_worker_do(c->reader->worker, w, &job, &an->data,
	    &an->begun);
	if (!an->begun && r != ONSHI_OK) {
		r = oki_fail(e, r, "the reader was not free");
		goto out;
	}
	c->apdus++;
	c->traffic += (int32_t)job.len;
	if (r == ONSHI_E_TOO_BIG || (r == ONSHI_OK && job.replylen > job.room))
		r = ONSHI_E_CARD_ANSWER;
	if (r == ONSHI_OK) {
		c->traffic += (int32_t)job.replylen;
		r = take_answer(a, before, an);
	}
	log_command(c, a, r == ONSHI_OK ? job.replylen : 0, an, r, started);
	if (r != ONSHI_OK)
		r = lose(c, w, r, job.system, e);
	else
		oki_place_move(&c->at, a, an->sw);
out:
	oki_wipe(&job, sizeof(job));

	return r;
}

/*
 * The command that fetches what the answer still lacks: more data (61xx), or
 * the same read with the smaller length that fits (6Cxx). Nothing else is ever
 * sent twice, and a VERIFY never.
 */
static bool
next_command(const struct oki_card *c, const struct oki_apdu *last,
    unsigned int sw, struct oki_apdu *next)
{
	uint32_t le = (sw & 0xff) != 0 ? sw & 0xff : 256;

	if (sw >> 8 == 0x61 && c->at.more) {
		*next = (struct oki_apdu){ .ins = OKI_INS_GET_RESPONSE,
		    .le = le };
		return true;
	}
	if (sw >> 8 == 0x6c && last->le <= 256 && le < last->le &&
	    (last->ins == OKI_INS_READ || last->ins == OKI_INS_GET_RESPONSE)) {
		*next = *last;
		next->le = le;
		return true;
	}

	return false;
}

int
oki_card_transmit(struct oki_card *c, struct oki_wait *w,
    const struct oki_apdu *a, struct oki_apdu_answer *an,
    struct onshi_error *e)
{
	struct oki_apdu now = *a, next;
	int r;

	oki_buf_reset(&an->data);
	r = exchange(c, w, &now, an, e);
	for (int i = 0; r == ONSHI_OK && next_command(c, &now, an->sw, &next);
	    i++) {
		if (i == ROUNDS) {
			(void)lose(c, w, ONSHI_E_CARD_ANSWER, 0, NULL);
			return oki_card_refuse(e, ONSHI_E_CARD_ANSWER, an->sw,
			    "an answer in too many parts");
		}
		c->at.more = next.ins == OKI_INS_GET_RESPONSE;
		now = next;
		r = exchange(c, w, &now, an, e);
	}
	c->at.more = false;

	return r;
}
