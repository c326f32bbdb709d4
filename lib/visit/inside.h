/*
 * visit: the root object, visits and their flow over all rooms below: card,
 * query and what they use. Public handles live here. No room stands above it,
 * so this is its only header.
 */
#ifndef OKI_VISIT_INSIDE_H
#define OKI_VISIT_INSIDE_H

#include "core/core.h"
#include "crypto/crypto.h"
#include "card/card.h"
#include "query/query.h"
#include "onshikaku/answer.h"
#include "onshikaku/visit.h"

/* ---- root.c -------------------------------------------------------------- */

struct oki_readers *oki_root_readers(struct onshi *o);
struct oki_env	*oki_root_env(struct onshi *o);
struct oki_link	*oki_root_link(struct onshi *o);
struct oki_audit *oki_root_audit(struct onshi *o);
struct onshi	*oki_root_ref(struct onshi *o);
struct oki_codes *oki_root_codes(struct onshi *o);
/* ONSHI_E_STATE in a forked child, ONSHI_E_ARG for NULL. */
int		 oki_root_enter(struct onshi *o);
/* Notes a failure of the root itself, and returns it. */
int		 oki_root_fail(struct onshi *o, int result, const char *text);

/* ---- operator.c, names.c ------------------------------------------------- */

struct onshi_operator *oki_operator_ref(const struct onshi_operator *op);

/* The error of a handle that is NULL. */
const struct onshi_error *oki_no_handle(void);

/* public_card.c: lets go of the card, and adds what it has taken. */
int	oki_card_let_go(struct oki_card **cp, int32_t *apdus, int32_t *bytes,
	    struct onshi_error *e);

/* ---- the visit ----------------------------------------------------------- */

enum oki_step {			/* where a visit stands; flow.c's table */
	OKI_STEP_NEW,
	OKI_STEP_CARD,
	OKI_STEP_READ,
	OKI_STEP_PIN,
	OKI_STEP_CONFIRM,
	OKI_STEP_SIGN,
	OKI_STEP_ASK,
	OKI_STEP_ANSWERED
};

enum oki_visit_job {
	OKI_JOB_NONE,
	OKI_JOB_ADVANCE,
	OKI_JOB_GET
};

struct oki_answer_body;		/* what came back, shared by its handles */
struct oki_prefetch;		/* connection and challenge, made meanwhile */

struct onshi_visit {
	oki_atomic_int		 refs;
	oki_atomic_int		 busy;		/* a public call is inside */
	int64_t			 process;
	_Atomic int64_t		 own[2];	/* threads: worker, prefetch */
	struct onshi		*root;
	struct onshi_error	 error;		/* of the public calls alone */
	struct oki_cancel	 cancel;
	int			 blocking;
	int32_t			 deadline_ms;	/* 0: the config's */

	/* inputs and state: the public side's, or the worker's while a job is
	 * under way */
	struct oki_case		 k;
	char			 reader[OKI_READER_ROOM];
	struct oki_secret	*pin;
	uint32_t		 pin_flags;
	struct onshi_operator	*confirmer;
	enum oki_step		 step;
	int			 asked;		/* need reported for this step */
	struct onshi_error	 refusal;	/* why that need came again */
	bool			 settled;	/* consent and patient */
	bool			 verified;	/* a PIN was right in this visit */
	struct oki_card		*card;
	struct onshi_certificate *certificate;
	int			 tries;
	int32_t			 apdus;
	int32_t			 bytes;
	struct oki_challenge	 challenge;
	struct oki_buf		 signature;
	struct oki_prefetch	*prefetch;
	struct oki_answer_body	*eligibility;

	/* worker.c */
	struct oki_mutex	*lock;		/* guards what follows */
	struct oki_cond		*changed;
	struct oki_event	*ready;		/* onshi_visit_fd */
	struct oki_thread	*worker;
	enum oki_visit_job		 job;
	bool			 job_done;
	bool			 job_stuck;	/* abandoned at its deadline */
	int64_t			 job_until_ms;
	bool			 leave;
	bool			 worker_left;
	int			 job_category;
	struct onshi_operator	*job_operator;
	int			 job_result;
	struct onshi_error	 job_error;
	struct oki_answer_body	*job_body;	/* of a get that is done */
	struct oki_answer_body	*bodies;	/* all that are alive */
};

struct onshi_visit *oki_visit_ref(struct onshi_visit *v);
void	oki_visit_unref(struct onshi_visit *v);

/* door.c: into a call and out of it with its result. Work: what is over is
 * wiped before it begins. */
int	oki_visit_enter(struct onshi_visit *v) OKI_CHECK;
int	oki_visit_enter_work(struct onshi_visit *v) OKI_CHECK;
int	oki_visit_leave(struct onshi_visit *v, int r);

/* flow.c, on the worker: OK, a need, or a failure noted in e. */
int	oki_flow_advance(struct onshi_visit *v, struct oki_wait *w,
	    struct onshi_error *e);
int	oki_flow_get(struct onshi_visit *v, int category,
	    const struct onshi_operator *op, struct oki_wait *w,
	    struct oki_answer_body **out, struct onshi_error *e);
/* Another method or reader: back to the card, under the same consent. */
void	oki_flow_restart(struct onshi_visit *v);
/* What the card has signed is true no more: it signs anew. */
void	oki_flow_unsign(struct onshi_visit *v);
void	oki_flow_close_card(struct onshi_visit *v);

/* prefetch.c: connection and challenge while the card is being read. */
int	oki_prefetch_start(struct onshi_visit *v, bool challenge,
	    struct oki_prefetch **out) OKI_CHECK;
/* A failure that is known already; ONSHI_OK while under way or done. */
int	oki_prefetch_peek(struct oki_prefetch *p, struct onshi_error *e);
/* Lets go of it; false: it hangs, and ends by itself. */
bool	oki_prefetch_drop(struct oki_prefetch **pp);
/* Waits for the end of it. */
int	oki_prefetch_finish(struct oki_prefetch **pp, struct oki_wait *w,
	    struct oki_challenge *out, struct onshi_error *e) OKI_CHECK;

/* worker.c: starts the job and waits for its end, or for ONSHI_NEED_WAIT. */
int	oki_worker_run(struct onshi_visit *v, enum oki_visit_job job, int category,
	    struct onshi_operator *op);
bool	oki_worker_is_busy(const struct onshi_visit *v);
/* Lets a job go that came back too late for its call; the next may begin. */
void	oki_worker_forgive(struct onshi_visit *v);
/* False: it hangs in a table of the program, and ends by itself. */
bool	oki_worker_stop(struct onshi_visit *v);

/* answer.c */
int	oki_answer_body_new(struct onshi_visit *v, int category,
	    struct oki_reply *reply, struct oki_answer_body **out) OKI_CHECK;
void	oki_answer_body_unref(struct oki_answer_body **bp);
int	oki_answer_new(struct onshi_visit *v, struct oki_answer_body *b,
	    struct onshi_answer **out) OKI_CHECK;
/* Wipes what is past its time or its consent; all of one category. */
void	oki_answers_expire(struct onshi_visit *v);
void	oki_answers_wipe(struct onshi_visit *v, int category);

#endif
