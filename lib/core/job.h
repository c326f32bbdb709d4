/*
 * A thread, one job: deadline, cancel, abandonment, once.
 *
 * A runner has a thread of its own, started by its first job, and does one job
 * at a time. What may hang for as long as it likes (a reader, a program's
 * table, a server) is done there, and whoever waits for it goes in time.
 *
 * A job is the caller's own struct, whose first member is struct oki_job; it
 * is handed over as a pointer, nothing is copied. It is counted: its maker
 * holds it, and so does a runner from start until it is collected, taken back
 * or, once abandoned, has come back. While a runner holds it nobody else may
 * look into it, so an abandoned one is simply let go (oki_job_unref) and a new
 * one made; one that came back, even late, may be started again.
 *
 *	struct apdu { struct oki_job job; uint8_t command[261]; ... };
 *
 *	oki_job_new(sizeof(*a), clear, &job); a = (struct apdu *)job;
 *	... fill a ...
 *	r = oki_runner_do(k, &a->job, w, ONSHI_E_CARD_TIMEOUT, 100, &end);
 *	if (end == OKI_JOB_ABANDONED)
 *		oki_job_unref(&job);	hangs: not ours to look at any more
 *	else if (end == OKI_JOB_CAME_BACK)
 *		... a's results, even if r is not ONSHI_OK ...
 *
 * How the rooms use it:
 *  card	a runner per reader, oki_runner_do per APDU with one job kept and
 *		started again; late() puts the reader in order; stuck counts.
 *  visit	one runner with ready; _start, then _wait with a wait that has the
 *		slack (blocking) or with NULL (ONSHI_NEED_WAIT); at its end
 *		_give_up, and the call is a time-out. late() runs before the
 *		runner is free, so it owns the visit's state as run() did.
 *		idle() writes and wipes between jobs; _leave when it is freed.
 *  prefetch	one more runner: _start, _wait with NULL to peek and with time
 *		to have it (again, if it was late), _stop to drop.
 */
#ifndef OKI_JOB_H
#define OKI_JOB_H

struct oki_job {			/* job.c's own */
	oki_atomic_int	 refs;
	int		 state;
	void		(*clear)(struct oki_job *);
};

/* size of the caller's struct, zeroed; clear (may be NULL) frees what it holds
 * when the last reference goes, on whatever thread that is. */
int	oki_job_new(size_t size, void (*clear)(struct oki_job *job),
	    struct oki_job **out) OKI_CHECK;
void	oki_job_unref(struct oki_job **jp);	/* the last one wipes */

enum oki_job_end {
	OKI_JOB_NOT_BEGUN,	/* taken back: run never saw it */
	OKI_JOB_CAME_BACK,	/* the caller's again, with its results */
	OKI_JOB_ABANDONED	/* runs on alone: not to be looked at */
};

/* NULL where there is nothing to do, but for run. Never under a lock. */
struct oki_runner_ops {
	void	(*run)(void *self, struct oki_job *job);
	/* Any thread: makes run return soon. May come when run is over. */
	void	(*cancel)(void *self, struct oki_job *job);
	/* On the thread: an abandoned job is back; the runner is not free
	 * before this returns. After it the job is let go. */
	void	(*late)(void *self, struct oki_job *job);
	/* Once, the last call: on the thread, or in _stop if none was. */
	void	(*end)(void *self);
	bool	ready;		/* have an event for oki_runner_fd */
	/* On the thread, while no job waits for it: after each, when poked,
	 * and when the ms are over that it returned. */
	int32_t	(*idle)(void *self);
};

/*
 * stuck, if not NULL, counts abandoned jobs of all who share it: up when one
 * is abandoned, down when it is back; it is left alone after _stop has given
 * a hanging thread up.
 */
struct oki_runner;
int	oki_runner_new(const struct oki_runner_ops *ops, void *self,
	    oki_atomic_int *stuck, struct oki_runner **out) OKI_CHECK;

/*
 * Hands the job over. If another is under way: waits for its turn, or with
 * turn NULL is ONSHI_E_STATE at once. ONSHI_E_REENTRANT on the runner's own
 * thread, ONSHI_E_STATE in a forked child, ONSHI_E_SYSTEM or _NOMEM without a
 * thread, ONSHI_E_CANCELLED, late. If not ONSHI_OK the job is the caller's.
 */
int	oki_runner_start(struct oki_runner *k, struct oki_job *job,
	    const struct oki_wait *turn, int late) OKI_CHECK;

/*
 * ONSHI_OK: done, and collected: the caller's again. ONSHI_NEED_WAIT: not yet,
 * with w NULL. ONSHI_E_CANCELLED, late: w is over, the job goes on and can be
 * waited for again. ONSHI_E_STATE: it is not this runner's.
 */
int	oki_runner_wait(struct oki_runner *k, struct oki_job *job,
	    const struct oki_wait *w, int late) OKI_CHECK;

/* The caller has to go: a job under way is told to end, has grace_ms for it,
 * and is abandoned if it does not. The runner serves nobody until it is back. */
enum oki_job_end oki_runner_give_up(struct oki_runner *k, struct oki_job *job,
	    int32_t grace_ms) OKI_CHECK;

/* All of that: ONSHI_OK only if the job was done within w. */
int	oki_runner_do(struct oki_runner *k, struct oki_job *job,
	    const struct oki_wait *w, int late, int32_t grace_ms,
	    enum oki_job_end *end) OKI_CHECK;

/* There is something for idle. May be called under a lock that idle takes. */
void	oki_runner_poke(struct oki_runner *k);

bool	oki_runner_is_stuck(struct oki_runner *k);	/* one is abandoned */
bool	oki_runner_is_mine(const struct oki_runner *k);	/* I am its thread */
/* Readable while a job is done and not collected, and from the return of an
 * abandoned one until the next is started; -1 without ops->ready. */
int64_t	oki_runner_fd(const struct oki_runner *k);

/*
 * No job follows; what is queued is taken back, what runs is told to end, and
 * whoever waits for it comes back with ONSHI_E_STATE at once. The thread has ms
 * to end; false: it has not, or is the caller's. May be called again. Nothing
 * is done in a forked child, nor by _stop.
 */
bool	oki_runner_leave(struct oki_runner *k, int32_t ms);

/*
 * That, and frees it; nobody may be in it. False: the thread goes on alone and
 * frees the runner when it comes back. The caller's own references on jobs
 * stay.
 */
bool	oki_runner_stop(struct oki_runner **kp, int32_t ms);

/*
 * A watch calls once, from a thread of its own, when a wait is over (cancelled,
 * or its time), while another thread is inside something that does not look
 * at the wait: a program's own link. oki_cancel_set itself may be called in a
 * signal handler and can call nothing.
 *
 *	watched = oki_watch_begin(l->watch, x->wait, call_cancel, s) ==
 *	    ONSHI_OK;		no thread: the exchange goes on unwatched
 *	r = l->ops.exchange(l->self, s->theirs, x);
 *	if (watched)
 *		(void)oki_watch_end(l->watch);
 */
struct oki_watch;
int	oki_watch_new(struct oki_watch **out) OKI_CHECK;
/* One at a time: ONSHI_E_STATE else, as while a call of it hangs. */
int	oki_watch_begin(struct oki_watch *k, const struct oki_wait *w,
	    void (*call)(void *arg), void *arg) OKI_CHECK;
/* After it call does not run, nor will. False: it does not come back from it,
 * and what arg points to must stay. */
bool	oki_watch_end(struct oki_watch *k);
void	oki_watch_free(struct oki_watch **kp);

#endif
