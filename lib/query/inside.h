/* What the files of room query share among themselves. */
#ifndef OKI_QUERY_INSIDE_H
#define OKI_QUERY_INSIDE_H

#include "query/query.h"

/* The category whose consent has that turn in proof and signed bytes, from 1;
 * -1 after the last. */
int	oki_category_in_turn(int turn);
unsigned int oki_category_open_to(const struct oki_category *row,
	    int facility, int32_t day);

/* One question on its way: who asks what, and the names it goes by. */
struct oki_question {
	struct oki_case			*k;
	const struct onshi_operator	*op;
	const struct oki_wait		*wait;
	int				 category;
	const char			*function;	/* prefix and form */
	char				 request_id[OKI_REQUEST_ID];
	char				 short_id[17];	/* for the record */
	bool				 again;	/* it was sent before */
	char				 service_code[64]; /* for the record */
};

/* may.c: "YZKsiquc01req"; for a check-in, as its method is. */
const char *oki_query_function(const struct oki_case *k, int category);

/* mode.c: what is true of the exceptional modes alone. "XDISsivst01req". */
const char *oki_mode_function(const struct oki_case *k);
/* Whether what it has brought may still be read. */
bool	oki_mode_holds(const struct oki_case *k);
/* What it lacks of what its way needs: ONSHI_E_VALUE. */
int	oki_mode_check(const struct oki_case *k, struct onshi_error *e);
void	oki_mode_gate(const struct oki_case *k, const struct oki_category *row,
	    const struct onshi_operator *op, struct oki_gate_input *in);
/* The body of its search, and of what opens it. */
int	oki_mode_request(const struct oki_question *q,
	    const struct oki_proof *proof, struct onshi_record *body,
	    struct onshi_error *e);
/* Whether who was found is who was looked for (ID-10). */
int	oki_mode_look(const struct oki_case *k, const struct oki_doc *doc,
	    struct onshi_error *e);
/* A search has found one: what the case keeps of it is the number alone. */
void	oki_mode_found(struct oki_case *k);
/* What no answer in it hands out: addresses (CO-8). */
void	oki_mode_cut(struct oki_doc *doc);

/* An entry's fields as text; they point here until it is written. */
struct oki_field_texts {
	char	licence[64];
	char	terminal[48];
	char	identity[64];
	char	consent[OKI_REASON + 64];
	char	purpose[64];
	char	link[200];
	char	result[160];
};
/* Basis, identification, consent and reason as the record has them. */
void	oki_mode_describe(const struct oki_case *k, int category,
	    struct oki_field_texts *t);

/* query.c: ONSHI_FORM_…, in which the link carries it. */
int	oki_question_form(const struct oki_question *q);

/* pending.c: ids for a question, those of the one before where it may be the
 * same; its name into the request. */
int	oki_question_name(struct oki_question *q) OKI_CHECK;
/* The request's bytes; a question that is another one gets a new name. */
int	oki_question_write(struct oki_question *q, struct oki_doc *request,
	    struct oki_buf *body, struct onshi_error *e) OKI_CHECK;
int	oki_question_bytes(const struct oki_question *q,
	    const struct oki_doc *request, struct oki_buf *to,
	    struct onshi_error *e) OKI_CHECK;
/* How it ended: kept where that is not known, else forgotten. */
void	oki_question_settle(struct oki_question *q, struct oki_buf *body,
	    int sent);
void	oki_pending_forget(struct oki_case *k);
/* An id, as the trail has it. */
void	oki_question_shorten(const char *id, char to[17]);

/* query.c: who asks what, in whose name. */
void	oki_question_begin(struct oki_question *q, struct oki_case *k,
	    const struct onshi_operator *op, int category,
	    const struct oki_wait *w);
/* Sends it, once; what its answer says about the day it is of (TI-4). */
int	oki_question_carry(struct oki_question *q, const struct oki_buf *body,
	    struct oki_wait *w, struct onshi_exchange *x,
	    struct onshi_error *e) OKI_CHECK;
int	oki_question_day(const struct oki_question *q,
	    const struct oki_doc *request, const struct oki_doc *answer,
	    struct onshi_error *e) OKI_CHECK;
/* What the service threw back, of unknown form, is told as it is. */
int	oki_question_thrown_back(const struct onshi_exchange *x,
	    struct onshi_error *e);
/* What it says as a whole, and what is told beside. */
void	oki_reply_judged(struct oki_reply *out, const struct oki_verdict *v);
/* The first question to the gate; a refusal stands on the record. */
int	oki_question_admit(struct oki_question *q, struct onshi_error *e)
	    OKI_CHECK;

/* bulk_request.c: whose it is, and of which day. */
int	oki_bulk_head(const struct oki_case *k, struct oki_bulk *b,
	    struct onshi_error *e) OKI_CHECK;

/* bulk_take.c: one answer of a bulk request, read as it comes. */
struct oki_reading {
	struct oki_question	*q;
	struct oki_bulk		*b;
	struct onshi_exchange	*x;
	const struct oki_taker	*to;
	struct oki_limits	 limits;
	struct oki_parser	*parser;
	struct onshi_error	 why;		/* a refusal of ours */
	struct oki_verdict	 verdict;	/* on the last unit */
	size_t			 n;		/* units that were taken */
	bool			 dropped;	/* since then */
};
void	oki_reading_begin(struct oki_reading *d, struct oki_question *q,
	    struct oki_bulk *b, struct onshi_exchange *x,
	    const struct oki_taker *to);
/* The exchange has come back: what stands around the units. */
int	oki_reading_end(struct oki_reading *d, struct oki_doc **frame,
	    struct onshi_error *e) OKI_CHECK;
void	oki_reading_free(struct oki_reading *d);

/* gate_input.c: what the gate is to decide about, at this moment. */
void	oki_gate_input_fill(const struct oki_case *k, int category,
	    const struct onshi_operator *op, enum oki_moment moment,
	    struct oki_gate_input *in);
/* A refusal, with its rule. Returns what stands. */
int	oki_gate_refuse(int category, int result, const char *rule,
	    struct onshi_error *e);
/* Asks the gate; a refusal is noted in e with its rule, and logged. */
int	oki_question_gate(struct oki_question *q, enum oki_moment moment,
	    struct onshi_error *e);

/* trail.c: an entry where the wall clock was set meanwhile. */
void	oki_case_note_jump(struct oki_case *k, const struct oki_wait *w);
/* One entry about a question. */
int	oki_question_note(struct oki_question *q,
	    enum oki_audit_event event, int result,
	    const struct onshi_error *why, const struct onshi_exchange *x,
	    size_t count, struct onshi_error *e);

/* request.c: builders. The medical one takes leave of the gate (SEC-86). */
int	oki_request_eligibility(const struct oki_question *q,
	    const struct oki_proof *proof, struct oki_doc **out,
	    struct onshi_error *e);
int	oki_request_medical(const struct oki_question *q,
	    struct oki_permit *permit, struct oki_doc **out,
	    struct onshi_error *e);

/* learn.c: when an answer was made, by the service's clock. */
int64_t	oki_answer_time(const struct oki_case *k,
	    const struct oki_doc *answer);
/* What the answer to a check-in tells about the case. */
int	oki_case_learn(struct oki_case *k, const struct oki_doc *answer,
	    const struct oki_verdict *v, const struct onshi_exchange *x);
/* The result that medical questions name; NULL where there is none. */
const struct onshi_record *oki_insured_of(const struct onshi_record *root);
/* Takes the groups out that rest on a consent which is not there (CO-3). */
void	oki_case_cut(const struct oki_case *k, struct oki_doc *answer);

#endif
