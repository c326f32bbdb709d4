/*
 * link: an exchange out, an answer in. May include core, crypto, message. Only
 * room query speaks to it. Each link fills one table (inside.h); which of them
 * it is nobody asks, but what it can.
 */
#ifndef OKI_LINK_H
#define OKI_LINK_H

#include "core/core.h"
#include "crypto/crypto.h"
#include "onshikaku/journal.h"

#define OKI_TOKEN	129	/* a visit token with its NUL */
#define OKI_REQUEST_ID	37	/* UUID with its NUL */

/*
 * Where the bytes of an answer go as they come, so that limit and deadline hold
 * while it is read. take may end it with a result of its own. What was taken
 * counts once the exchange has come back with ONSHI_OK; drop forgets all of it.
 */
struct oki_sink {
	int	(*take)(void *self, const uint8_t *bytes, size_t len);
	void	(*drop)(void *self);
	void	*self;
	size_t	 max;
};

/* One request and its answer. Made by room query, filled by the link. */
struct onshi_exchange {
	const char	*prefix;
	const uint8_t	*body;
	size_t		 bodylen;
	char		 request_id[OKI_REQUEST_ID];
	const struct oki_secret *token;		/* NULL: none */
	bool		 again;		/* this id was sent before, */
	bool		 maybe_new;	/* or never was: a run ended before */
	const char	*mark;		/* ArbitraryFileIdentifier; NULL: none */
	struct oki_wait	*wait;
	/* the answer */
	struct oki_sink	 sink;		/* answer, unless the maker has other */
	struct oki_buf	 answer;	/* wishes before it is sent */
	size_t		 taken;		/* bytes, so far */
	bool		 rejected;
	char		 new_token[OKI_TOKEN];	/* "": none; maker wipes */
	int		 sent;			/* ONSHI_SENT_… */
	int32_t		 retry_after;
	int32_t		 connect_ms;		/* connection and TLS */
	int32_t		 service_ms;		/* from the request on */
	int64_t		 served;	/* the service's clock then, seconds
					   UTC; 0: it did not say */
	/* what goes to the record (SEC-16), ASCII; "" where not known */
	char		 facts[160];	/* "TLSv1.3:suite:spki16:unchecked" */
	struct onshi_error error;	/* by our own links; code 0: none */
	int		 refused;	/* what a vendor's bytes failed of */
};

/* What the config says: a vendor's table, else link.type. Checks all that can
 * be checked without sending (SEC-04, -09, -15). Counted. */
struct oki_link;
int	oki_link_new(struct oki_env *env, struct oki_link **out,
	    struct onshi_error *e) OKI_CHECK;
struct oki_link *oki_link_ref(struct oki_link *l);
void	oki_link_free(struct oki_link **lp);

/* ONSHI_FORM_…; prefix as in tables.h ("OQSsiquc01req+card"). */
int	oki_link_carries(const struct oki_link *l, const char *prefix);
/* Whether a check-in's answer brings a token that medical requests go out
 * with. A program's own link is known by having brought one once. */
bool	oki_link_has_tokens(const struct oki_link *l);
/* Whether the same request id brings the same answer. */
bool	oki_link_has_request_ids(const struct oki_link *l);
/* Until the terminal's certificate ends (SEC-09); -1 where there is none. */
int32_t	oki_link_days_left(const struct oki_link *l);
/* A request that the link knows and that is not finished. */
struct oki_request {
	char		 name[129];	/* of its file, without extension */
	const char	*prefix;	/* constant; NULL: of no kind we know */
	int		 state;		/* ONSHI_REQUEST_… */
	int64_t		 since;		/* seconds UTC */
};
/* The i-th of them: ONSHI_END after the last. Looks where they stand now. */
int	oki_link_journal_at(struct oki_link *l, size_t i,
	    struct oki_request *out) OKI_CHECK;
/* "https", "webapi", "folder", "vendor". */
const char *oki_link_name(const struct oki_link *l);

/* Version of what carries https; whether ZIP is built. */
const char *oki_link_version(void);
bool	oki_link_has_zip(void);

/* A session serves one visit: one connection, used by one thread at a time.
 * The cancel of the wait that a call is given ends it, from any thread. */
struct oki_session;
int	oki_session_open(struct oki_link *l, struct oki_wait *w,
	    struct oki_session **out, struct onshi_error *e) OKI_CHECK;
/* Once per exchange, at most one request on the wire (SEC-38). Fills x and e
 * (e->sent, e->retry_after, phase NETWORK or SERVICE). */
int	oki_session_exchange(struct oki_session *s, struct onshi_exchange *x,
	    struct onshi_error *e) OKI_CHECK;
void	oki_session_close(struct oki_session **sp);

int	oki_request_id(char to[OKI_REQUEST_ID]) OKI_CHECK;	/* a new UUID */
/* The answer goes into x->answer, whose max is max_answer. x stays where it
 * is until it is freed. */
void	oki_exchange_init(struct onshi_exchange *x, const char *prefix,
	    struct oki_wait *w, size_t max_answer);
void	oki_exchange_free(struct onshi_exchange *x);	/* wipes */

/* ---- face files (messages.md 1.2): face.c, face_marks.c ------------------- */

#define OKI_FACE_NAME	129

/* One file of the face folders, as it was read: whole, and twice alike. */
struct oki_face {
	struct oki_face	*next;		/* whoever has it may chain it */
	size_t		 folder;
	char		 name[OKI_FACE_NAME];	/* as the reader wrote it */
	char		 there[OKI_FACE_NAME];	/* as it is called now */
	bool		 is_claimed;	/* by us */
	uint8_t		 digest[32];	/* of its content, out of its ZIP */
	uint8_t		 packed[32];	/* of the file */
	int64_t		 size;		/* of the file */
	int64_t		 changed_ns;	/* by the clock of the folder */
	int64_t		 age_ms;	/* when it was read; likewise */
	int64_t		 read_ms;	/* boot clock: when that was */
	struct oki_buf	 bytes;		/* the content */
	int		 unread;	/* a result: its ZIP was not opened */
	struct onshi_error why;
};
void	oki_face_free(struct oki_face **fp);

/*
 * The face folders of a config, and what is remembered in link.journal_dir of
 * the files that were taken. Counted; threads may share it, but for scans.
 */
struct oki_faces;
int	oki_faces_open(struct oki_env *env, struct oki_faces **out,
	    struct onshi_error *e) OKI_CHECK;
struct oki_faces *oki_faces_ref(struct oki_faces *f);
void	oki_faces_free(struct oki_faces **fp);
/*
 * Hands out each file that nobody has taken and that was not handed out before,
 * as long as each says yes. each has the file then, or frees it. ONSHI_OK, or
 * why the folders cannot be looked at.
 */
int	oki_faces_scan(struct oki_faces *f,
	    bool (*each)(void *self, struct oki_face **fp), void *self,
	    struct onshi_error *e) OKI_CHECK;
/* By whoever scans: one that did not stand when it was looked at is handed out
 * again, if it is there after all. */
void	oki_faces_again(struct oki_faces *f, const struct oki_face *face);
/* What lies in the i-th folder of link.face_dir, has come since then by its own
 * clock, and is not handed out; nothing is touched. */
struct oki_face_counts {
	int64_t	twice;			/* it was taken already, or its like */
	int64_t	shut;			/* its ZIP is not to be opened here */
};
void	oki_faces_count(struct oki_faces *f, size_t i, int64_t since_ms,
	    struct oki_face_counts *out);
/* Waits until something may have come, stop is set, or it is time to look. */
void	oki_faces_wait(struct oki_faces *f, const struct oki_event *stop);
/* Whether it lies there as it was read. */
bool	oki_face_stands(struct oki_faces *f, const struct oki_face *face);
/* Of several who claim one file one gets it; ONSHI_E_ARRIVAL_TAKEN. */
int	oki_face_claim(struct oki_faces *f, struct oki_face *face,
	    const struct oki_wait *w, struct onshi_error *e) OKI_CHECK;
/* Nothing came of it: it is everybody's again. */
void	oki_face_release(struct oki_faces *f, struct oki_face *face);
/* All is done with it: it goes, and no copy of it is taken any more. */
void	oki_face_done(struct oki_faces *f, struct oki_face *face);

#endif
