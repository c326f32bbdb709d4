/*
 * query: the only way out of the house. Every question goes through the gate,
 * stands on the record before it is sent and again before its answer is handed
 * over. May include gate, audit, message and link; only this room speaks to
 * links.
 */
#ifndef OKI_QUERY_H
#define OKI_QUERY_H

#include "core/core.h"
#include "gate/gate.h"
#include "audit/audit.h"
#include "link/link.h"
#include "message/message.h"

#define OKI_CATEGORIES	9
#define OKI_ID		65	/* an operator's or patient's id with its NUL */

/* Who acts; immutable and counted. */
struct onshi_operator {
	oki_atomic_int	refs;
	char		id[OKI_ID];
	int		licence;
	int		sign_in;
	int		right;		/* EM-2, OQSCD043; 0 none */
	char		factors[24];	/* "1:02,3:01"; "" not said */
};
/* The i-th factor, OQSCD041:042; false after the last. */
bool	oki_operator_factor(const struct onshi_operator *op, size_t i,
	    char factor[2], char means[3]);

struct oki_consent {
	bool		asked;
	bool		to_ask;		/* at the face reader; not said yet */
	bool		noted;		/* on the record, as it was said */
	bool		given;
	bool		granted;
	oki_atomic_int	withdrawn;	/* from any thread, at any time */
	int64_t		since;		/* as the service said: seconds UTC */
	int64_t		until;		/* 0: not known */
	int64_t		from_ms;	/* as it runs, by the boot clock (TI-4) */
	int64_t		until_ms;
};
/* The patient's word as it stands: given, and not taken back (CO-10). */
bool	oki_consent_is_given(const struct oki_consent *c);
/* The moment of the boot clock at which it is over; 0 where not known. */
int64_t	oki_consent_end_ms(const struct oki_consent *c);

/* ---- categories: category.c ---------------------------------------------- */

#define OKI_GROUPS	2

struct oki_category {
	const char	*name;		/* for machines */
	const char	*text[2];	/* English, Japanese */
	int		 about;		/* enum oki_about */
	/* what asks for it; NULL: no question of its own */
	const char	*function;
	const char	*file_category;
	bool		 months;
	enum oki_lines	 lines;
	/* other categories whose consent it needs, too; 0 after the last */
	int		 needs[OKI_GATE_CONSENTS - 1];
	struct oki_consent_row {
		int		 turn;	/* in the proof, from 1; 0: none */
		int		 flag;	/* elements */
		int		 time;
		int		 until;	/* 0: the interface has none */
		const char	*signed_name;
	}		 consent;
	/* elements of the eligibility that rest on it; 0 after the last */
	int		 groups[OKI_GROUPS];
	struct oki_access {
		int32_t		 since;		/* a day */
		unsigned int	 licences[OKI_FACILITIES];
	}		 access[2];
	bool		 pharmacy_switch;	/* rules.pharmacy_checkups */
	/* The exceptional modes: where it can be asked for at all, 0 in visits
	 * alone; the wants that it is within; with what lines; and whether it
	 * rests on a basis of its own (DI-8). */
	unsigned int	 modes;		/* bits by enum oki_mode */
	unsigned int	 wants;		/* bits by ONSHI_WANT_… */
	enum oki_lines	 mode_lines;
	bool		 electronic;
};
/* NULL: there is no such category. */
const struct oki_category *oki_category(int category);
/* Whether it is one of visits: to be asked for, or consented to. */
bool	oki_category_is_visits(int category);
/* Whether it rides in the eligibility, as the co-payment limit (CO-3). */
bool	oki_category_rides(int category);
/* Whose consent a record within an eligibility rests on; else ELIGIBILITY. */
int	oki_category_of(const struct onshi_record *rec);
/* Wipes and takes out of an eligibility what rests on consents that do not
 * hold (CO-3); NULL: none does. */
void	oki_category_cut(struct oki_doc *doc,
	    bool (*holds)(const void *self, int category), const void *self);

/* ---- the case ------------------------------------------------------------ */

/* The insurance that the check-in answered with; wiped with the case. */
struct oki_insured {
	char		insurer[16];
	char		symbol[128];
	char		number[128];
	char		branch[8];
	char		birthdate[9];
};

/* A challenge of the service, for one signature. */
struct oki_challenge {
	char		id[129];
	char		value[64];	/* base64 as it came */
	int64_t		good_until_ms;	/* boot clock; 0: none in hand */
};
/* Goes by the clock that goes on while the machine sleeps. */
bool	oki_challenge_is_good(const struct oki_challenge *c,
	    const struct oki_env *env);

/* What proves a card check-in (CardProof of the https binding). */
struct oki_proof {
	int			 method;	/* ONSHI_METHOD_… */
	const uint8_t		*certificate;	/* DER */
	size_t			 certificate_len;
	const char		*challenge_id;	/* PIN */
	const uint8_t		*signature;	/* PIN */
	size_t			 signature_len;
	const uint8_t		*pinless;	/* face, and visual at its reader */
	size_t			 pinless_len;
	const char		*operator_id;	/* visual */
};

/* A question whose end is not known: asked again alike, it is the same one. */
struct oki_pending {
	char		 request_id[OKI_REQUEST_ID];	/* "": none */
	struct oki_buf	 body;
	char		 asker[OKI_ID];
};

/*
 * How it is asked in an exceptional mode, and on what ground: all of it zero in
 * a visit. By category: [0] holds for the whole, the others are DI-8's.
 */
#define OKI_REASON	801	/* 200 characters with their NUL */
#define OKI_BASES	3
struct oki_ground {
	int		way;		/* ONSHI_WAY_… */
	struct oki_basis {
		int	basis;		/* ONSHI_BASIS_… */
		char	reason[OKI_REASON];
	}		basis[OKI_BASES];
	int		consenter;
	int		identified;
	int		want;
	bool		acknowledged;	/* for the step at hand (DI-5) */
	bool		found;		/* by a search: exactly one, */
	struct oki_insured hit;		/* by this number */
};
/* The basis that a category rests on; NULL where it can have none there. */
struct oki_basis *oki_ground_of(struct oki_ground *g, int category);

/*
 * The case: who asks, about whom, on what basis. A visit fills it; this room
 * reads it, and notes what the service answers.
 */
struct oki_case {
	struct oki_env		*env;		/* borrowed from the visit */
	struct oki_audit	*audit;
	struct oki_link		*link;
	struct oki_session	*session;	/* this room's */
	struct oki_codes	*codes;		/* borrowed from the root */
	struct oki_secret	*token;		/* this room's */
	char			 id[17];
	char			 patient[OKI_ID];
	int			 mode;		/* enum oki_mode, from birth */
	struct oki_ground	 ground;
	int			 purpose;
	int			 method;
	bool			 proven;
	oki_atomic_int		 ended;		/* likewise */
	bool			 confirmed;
	bool			 register_use;
	bool			 phone;		/* the holder's, no card */
	struct oki_consent	 consent[OKI_CATEGORIES];
	struct oki_insured	 insured;
	struct oki_person	 person;	/* whom the check-in named */
	struct oki_doc		*inputs;	/* elements set by the caller */
	int			 certificate;	/* ONSHI_CERTIFICATE_…, 0 none */
	int			 tries;		/* PIN's, known to be left; 0 */
	bool			 grace;		/* said by the service */
	bool			 anew;		/* the next one is a new question */
	const struct onshi_operator *operator;	/* who acts (CO-13), or NULL */
	const struct oki_bulk_kind *bulk;	/* of onshi_bulk, and of what
						   came of it (CO-11) */
	int64_t			 proved_ms;	/* boot clock; 0 not yet */
	int64_t			 asked_ms;	/* the check-in, boot clock */
	int64_t			 wall0_ms;	/* both clocks, at one moment */
	int64_t			 boot0_ms;
	struct oki_pending	 pending[OKI_CATEGORIES]; /* this room's */
	int32_t			 ms[OKI_PHASES];
	oki_atomic_int		 recorded;	/* last entry was durable */
	int64_t			 carried_end_ms; /* boot clock: one that was
						   sealed is over then; or 0 */
	/* Looked at with the gate, each time: whether elsewhere it was ended,
	 * or a consent withdrawn (CO-14). NULL: it is nowhere else. */
	int			(*look)(void *self, struct onshi_error *e);
	void			*look_self;
};

/* What a question brought: the document is the caller's. */
struct oki_reply {
	struct oki_doc		*doc;		/* whole answer */
	struct oki_doc		*lines;		/* neutral lines; medical only */
	int			 outcome;
	char			 note_code[64];	/* told on success */
	char			 note_text[512];
	/* ID-10: SAME, or UNSURE: to be handed out only once who asked has
	 * said that person is the visit's. Another's is refused. */
	enum oki_whose	 whose;
	struct oki_person person;	/* whom it names; UNSURE alone */
	int64_t		 clock_apart;	/* s: the terminal's before (+) the
					   service's; 0: within 10 minutes */
};
void	oki_reply_free(struct oki_reply *r);

/* Lets the link go, and with it what only more questions would need. */
void	oki_case_end(struct oki_case *k);
/* Ends and wipes all of it. */
void	oki_case_clear(struct oki_case *k);
/* Undoes what a check-in told, where its answer is not handed over after all. */
void	oki_case_forget(struct oki_case *k);

/*
 * A check-in that the official reader wrote unasked (CO-2): judged as an answer
 * to one. ONSHI_E_ANSWER_REFUSED where it is none, or another institution's;
 * ONSHI_E_EXPIRED where it is not of today, or past its time or link.face_age_s.
 * age_ms: of the file, by the clock of its folder. What is in *out is the
 * caller's to free, whatever comes back.
 */
struct oki_face_file {
	struct oki_doc		*doc;
	struct oki_doc		*shown;		/* without what rests on
						   consent */
	struct oki_verdict	 verdict;
	int64_t			 time;		/* as it says: seconds UTC */
	int64_t			 made_ms;	/* boot clock; may be < 0 */
};
int	oki_face_file_read(const struct oki_env *env,
	    const struct oki_codes *codes, const struct oki_buf *bytes,
	    int64_t age_ms, struct oki_face_file *out, struct onshi_error *e)
	    OKI_CHECK;
void	oki_face_file_free(struct oki_face_file *f);
/* Whether it is still as good as when it was read. */
int	oki_face_file_check(const struct oki_env *env,
	    const struct oki_face_file *f, struct onshi_error *e) OKI_CHECK;
/* What it says that the patient was asked, into the case. */
void	oki_case_face(struct oki_case *k, const struct oki_face_file *f);
/* Of what it shows the result to look at: the insurance, else the first; NULL
 * where it has none. */
const struct onshi_record *oki_face_file_person(
	    const struct oki_face_file *f);
/* Whether op may take it: by the gate, before it is taken. */
int	oki_query_face_may(struct oki_case *k,
	    const struct onshi_operator *op, const struct oki_wait *w,
	    struct onshi_error *e) OKI_CHECK;
/* It is taken: as oki_query_eligibility, with its document for the answer. */
int	oki_query_face(struct oki_case *k, const struct onshi_operator *op,
	    struct oki_face_file *f, const struct oki_wait *w,
	    struct oki_reply *out, struct onshi_error *e) OKI_CHECK;

/*
 * A proved case as bytes, to be opened elsewhere or later (CO-14): who, what
 * was consented to and for how long, never medical information. read fills an
 * empty case. ago_ms: how long ago it was written by another clock than this
 * machine's; the strictest of all counts. ONSHI_E_VISIT_GONE: its time is over;
 * ONSHI_E_CLOCK: that cannot be told; ONSHI_E_VALUE: no such bytes.
 */
#define OKI_CASE_BYTES	8192
int	oki_case_write(struct oki_case *k, struct oki_buf *out) OKI_CHECK;
int	oki_case_read(struct oki_case *k, const struct oki_buf *in,
	    int64_t ago_ms) OKI_CHECK;

/* A whole entry of the record about this case; nothing where there is no
 * record. Waits for the record until w ends; NULL: as long as its lock may
 * take (SEC-98). */
int	oki_case_note(struct oki_case *k, enum oki_audit_event event,
	    const struct onshi_operator *op, int category, int result,
	    const struct oki_wait *w, struct onshi_error *e) OKI_CHECK;

/* Connects, once per case; harmless when connected. Cancel from any thread. */
int	oki_query_connect(struct oki_case *k, struct oki_wait *w,
	    struct onshi_error *e) OKI_CHECK;
int	oki_query_challenge(struct oki_case *k, struct oki_wait *w,
	    struct oki_challenge *out, struct onshi_error *e) OKI_CHECK;

/* The bytes that the card signs for this case (the card signs the consent). */
int	oki_query_to_sign(const struct oki_case *k,
	    const struct oki_challenge *c, struct oki_buf *out) OKI_CHECK;

/* Refuses early, without a request: what this link does not carry, what method
 * or way need and lack. */
int	oki_query_check_inputs(const struct oki_case *k,
	    struct onshi_error *e) OKI_CHECK;

/*
 * Eligibility (資格確認): by typed numbers (proof NULL) or by card. On success
 * consents granted, insured and token stand in the case, which is proven. An
 * answer that is a failure (error_person …) is a result with e->outcome.
 */
int	oki_query_eligibility(struct oki_case *k,
	    const struct onshi_operator *op, const struct oki_proof *proof,
	    struct oki_wait *w, struct oki_reply *out, struct onshi_error *e)
	    OKI_CHECK;

/* Drugs, care, surgery, checkups: refused by rule before anything is sent. */
int	oki_query_medical(struct oki_case *k, int category,
	    const struct onshi_operator *op, struct oki_wait *w,
	    struct oki_reply *out, struct onshi_error *e) OKI_CHECK;

/*
 * Refuses what can never come to an answer in this visit, before card and PIN
 * (first advance): the check-in itself, and each category that the patient
 * has consented to, by purpose, facility, link, record and missing consents.
 */
int	oki_query_possible(const struct oki_case *k, struct onshi_error *e)
	    OKI_CHECK;

/* Whether that category can be asked for in that mode (enum oki_mode) at all. */
bool	oki_query_is_question(int mode, int category);

/* Whether a question would be refused by what is known now: ONSHI_OK or the
 * result; op NULL: the case's. Asks and records nothing. rule may be NULL. */
int	oki_query_may(const struct oki_case *k, int category,
	    const struct onshi_operator *op, const char **rule);

/* ---- many at once: bulk_kind.c, bulk_request.c, bulk_way.c -------------------- */

/* What is true of a kind of onshi_bulk: a new one is a row. */
#define OKI_BULK_VALUES	6
struct oki_bulk_kind {
	const char	*name;
	const char	*text[2];	/* English, Japanese */
	const char	*hand_in;	/* "OQSmuquc01req" */
	const char	*fetch;		/* NULL: it is answered at once */
	int		 one;		/* element of one person; 0: none asked */
	size_t		 most;		/* persons; 0: as many as fit */
	int		 all;		/* element of what is asked of all; 0 */
	bool		 dated;		/* of a day of confirmation */
	int		 named_by;	/* by what an answer names one */
	const char	*treatment;	/* OQSCD028, where consent is carried */
	int		 value[OKI_BULK_VALUES]; /* of one, else of all */
};
const struct oki_bulk_kind *oki_bulk_kind(int kind);	/* NULL: none */

/* One request for many, and how far it has come. Zeroed memory is none. */
struct oki_bulk {
	const struct oki_bulk_kind *kind;
	struct oki_doc		*request;
	struct onshi_record	**person;	/* of the request, as added */
	size_t			 persons;
	size_t			 room;
	size_t			*by_name;	/* places, by reference number */
	char			 day[9];	/* asked for; "" not yet */
	char			 id[OKI_REQUEST_ID];	/* of handing in */
	char			 short_id[17];
	int64_t			 since;		/* seconds UTC: it was named */
	bool			 maybe;		/* it may be handed in already, */
	bool			 resumed;	/* by a run that has ended */
	bool			 anew;		/* and is, once more */
	char			 receipt[256];	/* "" none */
	char			 fetch_id[OKI_REQUEST_ID]; /* of unknown end */
	size_t			 units;		/* of the answer read last */
	size_t			 total;		/* of them, as the service said */
};
int	oki_bulk_begin(const struct oki_case *k, struct oki_bulk *b, int kind)
	    OKI_CHECK;
int	oki_bulk_add(struct oki_bulk *b, struct onshi_error *e) OKI_CHECK;
int	oki_bulk_put(struct oki_bulk *b, int el, const char *text,
	    struct onshi_error *e) OKI_CHECK;
void	oki_bulk_clear(struct oki_bulk *b);	/* wipes */

/* By what it is found again; reading fills what of it is known, of one that has
 * the same persons and values: else ONSHI_E_VALUE. asker: an operator's id or
 * "system". */
#define OKI_BULK_TICKET	1024
int	oki_bulk_write(const struct oki_case *k, struct oki_bulk *b,
	    const char *asker, char to[OKI_BULK_TICKET],
	    struct onshi_error *e) OKI_CHECK;
int	oki_bulk_read(const struct oki_case *k, struct oki_bulk *b,
	    const char *asker, const char *ticket, struct onshi_error *e)
	    OKI_CHECK;

/* Before anything is asked: carried, all there, allowed. */
int	oki_bulk_check(struct oki_case *k, struct oki_bulk *b,
	    struct onshi_error *e) OKI_CHECK;

/* Who takes an answer's units as they come: it owns what it takes out of *one;
 * place is OKI_BULK_NOBODY where none was added. What it returns ends it. */
#define OKI_BULK_NOBODY	SIZE_MAX
struct oki_taker {
	int	(*take)(void *self, struct oki_doc **one, size_t place);
	int	(*pause)(void *self);	/* more may be long in coming */
	void	*self;
};
/* ONSHI_OK: b->receipt is there, or the one answer was taken. */
int	oki_bulk_hand_in(struct oki_case *k, struct oki_bulk *b,
	    const struct oki_taker *to, struct oki_wait *w,
	    struct onshi_error *e) OKI_CHECK;
/* ONSHI_OK: all of it was taken, and counts; ONSHI_NEED_LATER. */
int	oki_bulk_fetch(struct oki_case *k, struct oki_bulk *b,
	    const struct oki_taker *to, struct oki_wait *w,
	    struct onshi_error *e) OKI_CHECK;

/* CO-11: what a unit says of who has consented before, into an empty case, whose
 * kind of bulk is set; ONSHI_E_CONSENT: nothing. And once its answer counts. */
int	oki_case_carried(struct oki_case *k, const struct oki_doc *unit,
	    struct onshi_error *e) OKI_CHECK;
int	oki_case_carry_on(struct oki_case *k, const struct oki_case *bulk)
	    OKI_CHECK;

/* Whether a question of that category has an end that is not known: asked
 * again alike, it goes out as the same one. */
bool	oki_query_is_pending(const struct oki_case *k, int category);

/* Whether an answer of that category may still be read now (CO-10). */
int	oki_query_readable(const struct oki_case *k, int category,
	    const char **rule);

#endif
