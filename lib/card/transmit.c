/* The one way to a card: what may be sent, the bytes, the answer checked. */
#include "config.h"

#include <string.h>

#include "card/inside.h"

#define ROUNDS	64	/* SEC-69 */

void
oki_apdu_response_init(struct oki_apdu_response *resp)
{
	oki_buf_init(&resp->data, OKI_RESPONSE_BYTES);
	resp->sw = 0;
	resp->begun = false;
}

void
oki_apdu_response_free(struct oki_apdu_response *resp)
{
	oki_buf_free(&resp->data);
}

int
oki_card_refuse(struct onshi_error *e, int code, unsigned int sw,
    const char *what)
{
	if (oki_error_is_open(e)) {
		e->phase = ONSHI_PHASE_CARD;
		e->sw = (int)sw;
	}

	return oki_fail(e, code, "%s: status word %04x", what, sw);
}

/* Header, lengths and status word: never a body (SEC-106). */
static void
log_command(struct oki_card *c, const struct oki_apdu *a, size_t got,
    const struct oki_apdu_response *resp, int r, int64_t started)
{
	const struct oki_env *env = c->readers->env;

	OKI_LOG(env, APDU, OKI_N(CLA, a->cla), OKI_N(INS, a->ins),
	    OKI_N(P1, a->p1), OKI_N(P2, a->p2), OKI_N(LC, a->len),
	    OKI_N(LE, a->le), OKI_N(LEN, got), OKI_N(SW, resp->sw),
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
	if (oki_error_is_open(e))
		e->phase = ONSHI_PHASE_CARD;

	return oki_fail_system(e, r, system, "card: %s",
	    onshi_result_text(r, "en"));
}

/* Splits data and status word; what is longer than asked for is no answer. */
static int
take_response(const struct oki_apdu *a, size_t before,
    struct oki_apdu_response *resp)
{
	struct oki_buf *b = &resp->data;
	size_t got = b->len - before;

	if (got < 2)
		return ONSHI_E_CARD_GONE;
	b->len -= 2;
	resp->sw = (unsigned int)b->data[b->len] << 8 | b->data[b->len + 1];
	b->data[b->len] = b->data[b->len + 1] = 0;
	if (got - 2 > a->le)
		return ONSHI_E_CARD_ANSWER;

	return ONSHI_OK;
}

int
oki_card_over(const struct oki_card *c, struct onshi_error *e)
{
	return oki_fail_at(e, ONSHI_PHASE_CARD, c->lost, "the session at this card is over");
}

static int
prepare(struct oki_card *c, struct oki_wait *w, const struct oki_apdu *a,
    struct onshi_error *e)
{
	struct oki_card_job *job;
	int r;

	c->end_ms = w->end_ms;
	if (c->lost != ONSHI_OK)
		return oki_card_over(c, e);
	if (!oki_apdu_is_allowed(&c->at, a))
		return oki_fail(e, ONSHI_E_INTERNAL, "command %02x %02x %02x "
		    "%02x is not in the table", a->cla, a->ins, a->p1, a->p2);
	if ((r = oki_wait_check(w, ONSHI_E_CARD_TIMEOUT)) != ONSHI_OK ||
	    (r = oki_card_job_ready(&c->job, true, OKI_DO_TRANSMIT,
	    oki_wait_left(w))) != ONSHI_OK)
		return oki_fail(e, r, "before a command");
	job = c->job;
	job->room = a->le > 256 ? OKI_RESPONSE_BYTES : OKI_RESPONSE_SHORT;
	job->len = oki_apdu_build(a, job->command, OKI_COMMAND_BYTES);
	if (job->len == 0)
		return oki_fail(e, ONSHI_E_INTERNAL, "no command");

	return ONSHI_OK;
}

/* A length that came from outside decides nothing before it is checked. */
static int
take_reply(struct oki_card *c, const struct oki_apdu *a,
    struct oki_apdu_response *resp)
{
	size_t before = resp->data.len, got = c->job->replylen;
	int r;

	if (got > c->job->room)
		return ONSHI_E_CARD_ANSWER;
	if ((r = oki_buf_append(&resp->data, c->job->reply, got)) != ONSHI_OK)
		return r == ONSHI_E_TOO_BIG ? ONSHI_E_CARD_ANSWER : r;
	if ((r = take_response(a, before, resp)) == ONSHI_OK)
		oki_place_move(&c->at, a, resp->sw);

	return r;
}

/* A command of the worker's own size, and its response, in the job's memory:
 * nothing of it is left there. */
static int
exchange(struct oki_card *c, struct oki_wait *w, const struct oki_apdu *a,
    struct oki_apdu_response *resp, struct onshi_error *e)
{
	int64_t started = oki_steady_ms(c->readers->env), system = 0;
	size_t sent, got = 0;
	int r;

	if ((r = prepare(c, w, a, e)) != ONSHI_OK)
		return r;
	sent = c->job->len;
	resp->sw = 0;
	r = oki_card_worker_do(c->reader->worker, w, &c->job, &resp->begun);
	if (!resp->begun && r != ONSHI_OK)
		return oki_fail(e, r, "the reader was not free");
	c->apdus++;
	c->traffic += (int32_t)sent;
	if (r == ONSHI_OK) {
		got = c->job->replylen;
		r = take_reply(c, a, resp);
		c->traffic += r == ONSHI_OK ? (int32_t)got : 0;
	}
	if (c->job != NULL) {
		system = c->job->system;
		oki_wipe(c->job->reply, c->job->room);
	}
	log_command(c, a, r == ONSHI_OK ? got : 0, resp, r, started);

	return r == ONSHI_OK ? r : lose(c, w, r, system, e);
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
    const struct oki_apdu *a, struct oki_apdu_response *resp,
    struct onshi_error *e)
{
	struct oki_apdu now = *a, next;
	int r;

	oki_buf_reset(&resp->data);
	r = exchange(c, w, &now, resp, e);
	for (int i = 0; r == ONSHI_OK && next_command(c, &now, resp->sw, &next);
	    i++) {
		if (i == ROUNDS) {
			(void)lose(c, w, ONSHI_E_CARD_ANSWER, 0, NULL);
			return oki_card_refuse(e, ONSHI_E_CARD_ANSWER, resp->sw,
			    "an answer in too many parts");
		}
		c->at.more = next.ins == OKI_INS_GET_RESPONSE;
		now = next;
		r = exchange(c, w, &now, resp, e);
	}
	c->at.more = false;

	return r;
}
