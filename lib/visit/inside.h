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
struct oki_env	*oki_root_env(const struct onshi *o);
struct oki_link	*oki_root_link(struct onshi *o);
struct oki_audit *oki_root_audit(struct onshi *o);
struct onshi	*oki_root_ref(struct onshi *o);
struct oki_codes *oki_root_codes(struct onshi *o);
/* ONSHI_E_STATE in a forked child, ONSHI_E_ARG for NULL. */
int		 oki_root_enter(struct onshi *o);
/* Once in so many ms: old sealed visits are removed now. */
bool	oki_root_sweeps(struct onshi *o, int64_t ms);
/* Notes why a constructor failed, and returns it; text is a constant. */
int		 oki_root_fail(struct onshi *o, int result, const char *text);

/* ---- operator.c, names.c ------------------------------------------------- */

struct onshi_operator *oki_operator_ref(const struct onshi_operator *op);
/* The same person, signed in alike. */
bool	oki_operator_is(const struct onshi_operator *a,
	    const struct onshi_operator *b);

/* public_card.c: lets go of the card, and adds what it has taken. */
int	oki_card_let_go(struct oki_card **cp, int32_t *apdus, int32_t *bytes,
	    struct onshi_error *e);

/* ---- the visit ----------------------------------------------------------- */

enum oki_step {			/* where a visit stands; flow.c's table */
	OKI_STEP_NEW,
	OKI_STEP_FACE,
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
	OKI_JOB_GET,
	OKI_JOB_SEAL,
	OKI_JOB_OPEN,
	OKI_JOB_RECORD,		/* nothing but what is to be recorded */
	OKI_JOB_END
};

struct oki_answer_body;		/* what came back, shared by its handles */
struct oki_prefetch;		/* connection and challenge, made meanwhile */
struct oki_arrival;		/* the face file that it comes from */
struct oki_seal;		/* by which it is opened elsewhere */
struct oki_note;		/* one entry to be written, with an operator */

/* What is to be written to the record, kept until it stands. A withdrawal and a
 * wiped result need no memory of their own, so that they cannot fail. */
struct oki_notes {
	bool			 withdrawn[OKI_CATEGORIES];
	size_t			 wiped[OKI_CATEGORIES];
	struct oki_note		*first;
	bool			 end;
};

enum oki_said { OKI_SAID_NOTHING, OKI_SAID_YES, OKI_SAID_NO };

/* An answer of which it is to be said whose it is (ID-10), by whom, and what
 * was said. */
struct oki_held {
	struct oki_answer_body	*body;		/* NULL: none is held */
	struct onshi_operator	*by;
	int			 category;
	enum oki_said		 said;
};

/* What a visit tells of itself, as it was when the work under way began. */
struct oki_told {
	int32_t			 apdus;
	int32_t			 bytes;
	int32_t			 ms[OKI_PHASES];
	int			 method;
	int			 carrier;
	struct oki_consent	 consent[OKI_CATEGORIES];
};

struct onshi_visit {
	oki_atomic_int		 refs;
	oki_atomic_int		 busy;		/* door.c's */
	oki_atomic_int		 closed;	/* onshi_visit_end, or free */
	oki_atomic_int		 over;		/* and nobody is inside: it may
						   be cleaned */
	int64_t			 process;
	_Atomic int64_t		 prefetching;	/* the thread that does */
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
	struct onshi_operator	*operator;	/* who acts (CO-13) */
	struct onshi_operator	*confirmer;
	enum oki_step		 step;
	int			 asked;		/* need reported for this step */
	struct onshi_error	 refusal;	/* why that need came again */
	oki_atomic_int		 settled;	/* consent */
	bool			 named;		/* patient */
	struct oki_card		*card;
	struct onshi_certificate *certificate;
	int			 tries;
	int32_t			 apdus;
	int32_t			 bytes;
	struct oki_challenge	 challenge;
	struct oki_buf		 signature;
	bool			 at_face;	/* the face reader does it */
	int			 carrier;	/* as it says; 0 */
	bool			 face_registered;	/* it was asked to */
	struct oki_buf		 pinless;	/* what it vouches by */
	struct oki_prefetch	*prefetch;
	struct oki_answer_body	*eligibility;
	struct oki_seal		*opens;		/* what is to be opened */
	struct oki_doc		*whose;		/* of one that was opened */
	struct oki_arrival	*arrival;	/* NULL: not at the reader */
	oki_atomic_int		 unsign;	/* a consent was withdrawn */
	bool			 restart;	/* another method or reader */

	/* thread.c */
	struct oki_mutex	*lock;		/* guards what follows */
	struct oki_seal		*seal;		/* set once; NULL: none */
	struct oki_runner	*runner;
	struct oki_job		*task;		/* the one that it runs */
	bool			 begun;		/* its thread counts us */
	bool			 cleaned;	/* by its thread */
	enum oki_visit_job	 job;		/* what it is, NONE: not started */
	bool			 job_done;
	bool			 job_replaced;	/* another asks the same */
	struct oki_wait		 job_wait;	/* what it has time for */
	int			 job_category;
	struct onshi_operator	*job_operator;
	struct onshi_operator	*next_operator;	/* of who replaces it */
	int			 job_result;
	struct onshi_error	 job_error;
	struct oki_answer_body	*job_body;	/* of a get that is done */
	oki_atomic_int		 cancelled;	/* by the program, not by us */
	struct oki_told		 told;
	struct oki_answer_body	*bodies;	/* all that are alive */
	struct oki_held		 held;
	struct oki_notes	 notes;
};

/* visit.c: mode is set here and never again. */
int	oki_visit_make(struct onshi *o, enum oki_mode mode, int purpose,
	    struct onshi_visit **out) OKI_CHECK;
struct onshi_visit *oki_visit_ref(struct onshi_visit *v);
void	oki_visit_unref(struct onshi_visit *v);

/* door.c: into a call and out of it with its result. The visit lives until it
 * is out; what is over is wiped on the way in. */
int	oki_visit_enter(struct onshi_visit *v) OKI_CHECK;
int	oki_visit_leave(struct onshi_visit *v, int r);
/* No call comes in any more. Whoever is inside, else this one, lets go of the
 * visit when he is out: nobody cleans up beside a call. */
void	oki_visit_shut(struct onshi_visit *v);
void	oki_visit_let_go(struct onshi_visit *v);	/* visit.c */
bool	oki_visit_is_ours(const struct onshi_visit *v);	/* no forked child */
bool	oki_visit_is_inside(struct onshi_visit *v);	/* called by a table */

/* inputs.c: the same of an input: not while a call is under way, nor once it is
 * settled, which over says (NULL: never). */
int	oki_visit_enter_input(struct onshi_visit *v,
	    bool (*over)(const struct onshi_visit *v)) OKI_CHECK;

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

/* A PIN that set_pin refused: it is asked for again, with that error. */
void	oki_flow_refuse_pin(struct onshi_visit *v, const struct onshi_error *e);

/* flow.c for steps.c: one advance on its way. */
struct oki_flow {
	struct onshi_visit	*v;
	struct oki_wait		*w;
	struct onshi_error	*e;
	bool			 is_final;	/* nothing to be mended */
};
extern int	(*const oki_flow_steps[])(struct oki_flow *f);
void	oki_flow_part_wait(const struct oki_flow *f, enum oki_key key,
	    struct oki_wait *out);
void	oki_flow_spent(struct onshi_visit *v, int phase, int64_t since);
int	oki_flow_need(struct oki_flow *f, int what);
int	oki_flow_end(struct oki_flow *f, int r, const char *why);
int	oki_flow_close(struct onshi_visit *v, struct onshi_error *e);
void	oki_flow_let_go(struct onshi_visit *v);
void	oki_flow_forget_pin(struct onshi_visit *v);
void	oki_flow_forget_signature(struct onshi_visit *v);
/* steps.c: what the patient said, and that it begins. */
int	oki_flow_record(struct onshi_visit *v, const struct oki_wait *w,
	    struct onshi_error *e) OKI_CHECK;
/* Only what was said since. */
int	oki_flow_record_consents(struct onshi_visit *v,
	    const struct oki_wait *w, struct onshi_error *e) OKI_CHECK;

/* Signs are fetched anew, unless one is in hand that is good. */
int	oki_flow_challenge(struct oki_flow *f) OKI_CHECK;
/* Whose card it is: the first stays the only one (ID-9). Takes x. */
int	oki_flow_keep(struct oki_flow *f, struct onshi_certificate *x)
	    OKI_CHECK;

/* face_reader.c: the step at the face reader; what it said is forgotten. */
bool	oki_face_is_there(const struct onshi_visit *v);
int	oki_face_step(struct oki_flow *f);
void	oki_face_forget(struct onshi_visit *v);

/* emergency_flow.c: a step in an exceptional mode begins: all that it needs is
 * there, the notice was read, both stand on the record. */
int	oki_flow_begin_mode(struct oki_flow *f) OKI_CHECK;
/* What is set anew makes the notice void, and begins the step again. */
void	oki_flow_void(struct onshi_visit *v);
/* activation.c: disaster.activation, read anew (DI-1). */
int	oki_activation_look(const struct oki_env *env, struct onshi_error *e);

/* prefetch.c: connection and challenge, made meanwhile. Begins unless it is
 * under way, or what it brought is still good. */
int	oki_prefetch_begin(struct onshi_visit *v, bool challenge,
	    struct oki_wait *w) OKI_CHECK;
bool	oki_prefetch_has_failed(struct onshi_visit *v);
/* Waits for the end of it, and takes what it brought, once; where it failed
 * that is nothing. */
int	oki_prefetch_take(struct onshi_visit *v, struct oki_wait *w,
	    struct oki_challenge *out, struct onshi_error *e) OKI_CHECK;
/* Lets go of it; false: it hangs, and ends by itself. */
bool	oki_prefetch_drop(struct oki_prefetch **pp);

/* notes.c. Add and are_due with the lock held; written by the visit's thread,
 * or by a call that may wait where there is none. ONSHI_E_AUDIT: they stay. */
int	oki_note_new(enum oki_audit_event event,
	    const struct onshi_operator *op, int category, int result,
	    struct oki_note **out) OKI_CHECK;
void	oki_note_add(struct onshi_visit *v, struct oki_note **np);
void	oki_note_free(struct oki_note **np);
bool	oki_notes_are_due(const struct onshi_visit *v);
int	oki_notes_write(struct onshi_visit *v, const struct oki_wait *w,
	    struct onshi_error *e);
void	oki_notes_free(struct onshi_visit *v);

/*
 * thread.c: starts the job and waits for its end, or for ONSHI_NEED_WAIT. A get
 * that somebody else asked for is abandoned and asked anew (CO-13): whether he
 * may is to be known before.
 */
int	oki_worker_run(struct onshi_visit *v, enum oki_visit_job job,
	    int category, struct onshi_operator *op);
bool	oki_worker_is_busy(const struct onshi_visit *v);
/* Whether a get of that category is under way for another operator. */
bool	oki_worker_is_anothers(const struct onshi_visit *v, int category,
	    const struct onshi_operator *op);
/* Ends what is under way, and waits until what is to be recorded stands, up to
 * the deadline, else ONSHI_E_AUDIT. */
int	oki_worker_end(struct onshi_visit *v) OKI_CHECK;
/* The thread does the same and goes; one that hangs in a table of the program
 * goes by itself when it comes back. */
void	oki_worker_leave(struct onshi_visit *v);
/* The visit's own runner; with the last reference gone it is stopped. */
int	oki_worker_new(struct onshi_visit *v) OKI_CHECK;
void	oki_worker_free(struct onshi_visit *v);

/* visit.c: once, by the thread: card, line and all that no answer needs go. */
void	oki_visit_clean(struct onshi_visit *v);
/* Waits until what was said before stands on the record, if it does not. */
int	oki_visit_record_first(struct onshi_visit *v) OKI_CHECK;
/* telling.c: what is told while the visit's thread works. */
void	oki_visit_tell(const struct onshi_visit *v, struct oki_told *out);
/* What entries and the gate look at, copied with the lock held, and not while
 * the thread works; its operator is counted. */
void	oki_visit_snapshot(const struct onshi_visit *v, struct oki_case *out,
	    struct onshi_operator **op);

/* held.c: an answer is held until who asked for it has said whose it is. */
int	oki_held_keep(struct onshi_visit *v, int category,
	    const struct onshi_operator *op, struct oki_answer_body **bp);
bool	oki_held_is(const struct onshi_visit *v);
bool	oki_held_is_anothers(const struct onshi_visit *v,
	    const struct onshi_operator *op);
int	oki_held_confirm(struct onshi_visit *v,
	    const struct onshi_operator *op, bool yes) OKI_CHECK;
/* Hands it out, or says why not, for who asked for it. */
int	oki_held_get(struct onshi_visit *v, struct onshi_answer **out)
	    OKI_CHECK;
/* Something else is asked, by who may, or by another (CO-13). */
int	oki_held_abandon(struct onshi_visit *v) OKI_CHECK;
void	oki_held_drop(struct onshi_visit *v);

/* arrive.c: a visit that began at the official reader. It takes what it is
 * given; on the visit's thread it takes the file, and lets it go when all is
 * done with it. */
int	oki_arrival_begin(struct onshi_visit *v, struct oki_faces *faces,
	    struct oki_face **face, struct oki_face_file *file) OKI_CHECK;
int	oki_arrival_take(struct oki_flow *f) OKI_CHECK;
void	oki_arrival_finish(struct onshi_visit *v);
const struct onshi_record *oki_arrival_person(const struct onshi_visit *v);
void	oki_arrival_free(struct oki_arrival **ap);

/* seal.c, seal_open.c, seal_look.c: on the visit's thread. */
#define OKI_SEAL_NAME	26
int	oki_flow_seal(struct onshi_visit *v, const struct oki_wait *w,
	    struct onshi_error *e) OKI_CHECK;
int	oki_flow_open(struct onshi_visit *v, const struct oki_wait *w,
	    struct onshi_error *e) OKI_CHECK;
/* Now and then: whether it was ended or a consent withdrawn elsewhere. */
void	oki_seal_watch(struct onshi_visit *v);
/* Whether it may be opened elsewhere; then it does not end when it is freed. */
bool	oki_seal_stands(const struct onshi_visit *v);
/* What an entry says is told to whoever has it open; ONSHI_OK for the others. */
int	oki_seal_tell(struct onshi_visit *v, enum oki_audit_event event,
	    int category, struct onshi_error *e) OKI_CHECK;
bool	oki_seal_is_untold(const struct onshi_visit *v);
void	oki_seal_free(struct oki_seal **sp);

/* answer.c */
int	oki_answer_body_new(struct onshi_visit *v, int category,
	    struct oki_reply *reply, struct oki_answer_body **out) OKI_CHECK;
/* With the lock held; unref without it. */
struct oki_answer_body *oki_answer_body_ref(struct oki_answer_body *b);
void	oki_answer_body_unref(struct oki_answer_body **bp);
/* ONSHI_E_CONSENT_OVER, ONSHI_E_EXPIRED: not to be handed out any more. */
int	oki_answer_body_check(struct oki_answer_body *b, struct onshi_error *e)
	    OKI_CHECK;
/* Whom it names, where that is to be confirmed (ID-10); else NULL. */
const struct onshi_record *oki_answer_body_person(
	    const struct oki_answer_body *b);
void	oki_answer_body_wipe(struct oki_answer_body *b);
int	oki_answer_new(struct onshi_visit *v, struct oki_answer_body *b,
	    struct onshi_answer **out) OKI_CHECK;
/* Wipes what is past its time or its consent. on_call: in a call on the visit,
 * which ends the life of every text that was handed out before it; on_time: by
 * the visit's thread, which leaves what somebody may be reading; withdrawn:
 * likewise, but for what the calling thread itself has read. */
enum oki_expiry { OKI_EXPIRE_ON_CALL, OKI_EXPIRE_ON_TIME,
    OKI_EXPIRE_WITHDRAWN, OKI_EXPIRE_END };
void	oki_answers_expire(struct onshi_visit *v, enum oki_expiry how);
bool	oki_answers_are_there(const struct onshi_visit *v);	/* lock held */

#endif
