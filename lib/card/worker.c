/*
 * One thread per reader, which alone calls it (core/job.h): a reader may hang
 * for as long as it likes, a caller never does (SEC-64). A call that its
 * caller gave up goes on alone; when it comes back, the reader is put in order
 * and serves again. So a card that hangs costs one thread, not one per try.
 *
 * A command that carries the PIN lies in secret memory on its way, and nowhere
 * else. It is gone when the command is, or when its caller is.
 */
#include "config.h"

#include <stdatomic.h>

#include "card/inside.h"

#define GRACE_MS	100	/* for a call that was told to end */

/*
 * Where a command lies in its secret memory: so that INS, P1, P2, Lc and the
 * four digits are one word, which can be taken away in one stroke.
 */
#define WIRE_AT		7
#define WIRE_WORD	8
#define WIRE_BYTES	(WIRE_AT + OKI_COMMAND_BYTES)

/*
 * A reader that hangs may yet look at its command: after this there is none to
 * be sent, and above all not the PIN, to whatever card lies there by then
 * (ID-9). What is not the PIN goes last: zeros are no command (6D00).
 */
static void
wipe_command(struct oki_card_job *job)
{
	if (job->wire == NULL)
		return;
	atomic_store((_Atomic uint64_t *)(void *)(job->wire + WIRE_WORD), 0);
	oki_wipe(job->wire, WIRE_BYTES);
	job->len = 0;
}

static void
clear(struct oki_job *j)
{
	struct oki_card_job *job = (struct oki_card_job *)j;

	oki_os_guarded_free(job->wire, WIRE_BYTES);
	oki_free(job->reply);
}

static int
job_new(bool transmits, struct oki_card_job **out)
{
	struct oki_card_job *job;
	struct oki_job *j;
	bool locked;
	int r;

	*out = NULL;
	if ((r = oki_job_new(sizeof(*job), clear, &j)) != ONSHI_OK)
		return r;
	job = (struct oki_card_job *)j;
	if (transmits &&
	    ((job->reply = oki_alloc(OKI_RESPONSE_BYTES)) == NULL ||
	    (job->wire = oki_os_guarded(WIRE_BYTES, &locked)) == NULL)) {
		oki_job_unref(&j);
		return ONSHI_E_NOMEM;
	}
	if (transmits)
		job->command = job->wire + WIRE_AT;
	*out = job;

	return ONSHI_OK;
}

int
oki_card_job_ready(struct oki_card_job **jp, bool transmits,
    enum oki_card_verb verb, int32_t ms)
{
	int r;

	if (*jp == NULL && (r = job_new(transmits, jp)) != ONSHI_OK)
		return r;
	(*jp)->verb = verb;
	(*jp)->ms = ms;
	(*jp)->present = 1;
	(*jp)->result = ONSHI_E_READER;
	(*jp)->system = 0;
	(*jp)->largest = -1;
	(*jp)->replylen = 0;
	(*jp)->n = 0;

	return ONSHI_OK;
}

void
oki_card_job_free(struct oki_card_job **jp)
{
	struct oki_job *j = *jp == NULL ? NULL : &(*jp)->job;

	*jp = NULL;
	oki_job_unref(&j);
}

/* What it found counts even if it came back only when told to end. */
static int
outcome(const struct oki_card_job *job, int r)
{
	if (job->result == ONSHI_OK)
		return ONSHI_OK;

	return r != ONSHI_OK ? r : job->result;
}

int
oki_card_worker_do(struct oki_runner *k, const struct oki_wait *w,
    struct oki_card_job **jp, bool *begun)
{
	struct oki_card_job *job = *jp;
	enum oki_job_end end;
	int r;

	r = oki_runner_do(k, &job->job, w, ONSHI_E_CARD_TIMEOUT, GRACE_MS,
	    &end);
	*begun = end != OKI_JOB_NOT_BEGUN;
	wipe_command(job);
	if (end == OKI_JOB_CAME_BACK)
		return outcome(job, r);
	if (end == OKI_JOB_ABANDONED)
		oki_card_job_free(jp);

	return r;
}
