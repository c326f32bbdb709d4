/* What the files of room query share among themselves. */
#ifndef OKI_QUERY_INSIDE_H
#define OKI_QUERY_INSIDE_H

#include "query/query.h"

/* The elements by which a consent is sent and answered. */
struct oki_consent_row {
	int		 category;
	int		 flag;
	int		 time;
	int		 until;		/* 0: the interface has none */
	const char	*signed_name;	/* in the bytes that the card signs */
};
/* In the order of the signed bytes; NULL after the last. */
const struct oki_consent_row *oki_consent_row(size_t i);

/* One question on its way: who asks what, and the names it goes by. */
struct oki_question {
	struct oki_case			*k;
	const struct onshi_operator	*op;
	int				 category;
	const char			*function;	/* prefix and form */
	char				 request_id[OKI_REQUEST_ID];
	char				 short_id[17];	/* for the record */
	const char			*result_text;	/* for the record */
};

/* gate_input.c: what the gate is to decide about, at this moment. */
void	oki_gate_input_fill(const struct oki_case *k, int category,
	    const struct onshi_operator *op, enum oki_moment moment,
	    struct oki_gate_input *in);
/* Asks the gate; a refusal is noted in e with its rule, and logged. */
int	oki_question_gate(struct oki_question *q, enum oki_moment moment,
	    struct onshi_error *e);

/* trail.c: one entry about a question. */
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

/* learn.c: what the answer to a check-in tells about the case. */
int	oki_case_learn(struct oki_case *k, const struct oki_doc *answer,
	    const struct oki_verdict *v, const struct onshi_exchange *x);

#endif
