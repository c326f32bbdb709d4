/* What the files of room link share with one another, and with nobody else. */
#ifndef OKI_LINK_INSIDE_H
#define OKI_LINK_INSIDE_H

#include "link/link.h"

/* ---- the table that every link fills; link.c knows nothing else of it --- */

/*
 * self is what the link's maker gave, session what its open gave. Several
 * sessions are used at once, each by one thread. open and exchange keep to the
 * deadline and the cancel of their wait, fill e, and have x->sent say what is
 * known of the request: ONSHI_SENT_NOT until a byte of it may have gone. The
 * answer goes to oki_exchange_take. A link whose answers may come late knows
 * its requests by x->request_id, and by x->again that one may be there.
 */
struct oki_link_ops {
	const char	*name;
	bool		 has_request_ids;
	bool		(*has_tokens)(const void *self);
	int		(*carries)(const void *self, const char *prefix);
	int32_t		(*days_left)(const void *self);
	int		(*open)(void *self, struct oki_wait *w,
			    void **session, struct onshi_error *e);
	int		(*exchange)(void *self, void *session,
			    struct onshi_exchange *x, struct onshi_error *e);
	void		(*close)(void *self, void *session);
	void		(*free)(void *self);
	/* The i-th request in the link's journal; NULL: it has none. */
	int		(*journal_at)(void *self, size_t i,
			    struct oki_request *out);
};

/* The makers: env is borrowed, it outlives the link. */
int	oki_https_new(struct oki_env *env, const struct oki_link_ops **ops,
	    void **self, struct onshi_error *e) OKI_CHECK;	/* https.c */
int	oki_webapi_new(struct oki_env *env, const struct oki_link_ops **ops,
	    void **self, struct onshi_error *e) OKI_CHECK;	/* webapi.c */
int	oki_folder_new(struct oki_env *env, const struct oki_link_ops **ops,
	    void **self, struct onshi_error *e) OKI_CHECK;	/* folder.c */
int	oki_own_new(struct oki_env *env, const struct oki_link_ops **ops,
	    void **self, struct onshi_error *e) OKI_CHECK;	/* own.c */

/* ---- exchange.c --------------------------------------------------------- */

/* Bytes of the answer, to the sink: its result stands, as do the limit's, the
 * deadline's and the cancel's; after one of them all was dropped. */
int	oki_exchange_take(struct onshi_exchange *x, const uint8_t *p,
	    size_t len) OKI_CHECK;
/* An answer that is none after all. */
void	oki_exchange_drop(struct onshi_exchange *x);
/* What makes x a request; max is that of its body. */
int	oki_exchange_check(const struct onshi_exchange *x, size_t max,
	    struct onshi_error *e) OKI_CHECK;
/* One word for a result that ended an answer: "too_big", "timeout" … */
const char *oki_exchange_reason(int result);
struct oki_sink oki_sink_of(struct oki_buf *b);
/* "OQSsiquc01req+card" goes to where OQSsiquc01req goes; 0: no prefix. */
size_t	oki_prefix_len(const char *prefix);

/* ---- confine.c: where a socket may go (SEC-20, -23) ------------------- */

struct oki_networks {
	struct oki_network	*list;
	size_t			 n;
};

/* text as link.networks has it; NULL is the empty list, which has nothing. */
int	oki_networks_read(const char *text, struct oki_networks *out)
	    OKI_CHECK;
void	oki_networks_free(struct oki_networks *n);
/* What stands for no single host, or for an IPv4 host in IPv6 dress, is in no
 * list whatever the list says. */
bool	oki_networks_have(const struct oki_networks *n,
	    const struct oki_address *a);
/* Appends "name:port:address[,address]", all that link.addresses has for the
 * name and port; ONSHI_ABSENT if it has none. */
int	oki_addresses_find(const char *text, const char *name, uint16_t port,
	    struct oki_buf *out) OKI_CHECK;

/* ---- http_head.c: the head of a response (SEC-31 to 35); pure --------- */

enum { OKI_ANSWER_NONE, OKI_ANSWER_RES, OKI_ANSWER_ERR };
enum { OKI_MEDIA_OTHER, OKI_MEDIA_XML, OKI_MEDIA_JSON };

struct oki_http_head {
	size_t		 max_bytes;
	size_t		 max_lines;
	int64_t		 now;		/* seconds UTC, for Retry-After */
	size_t		 bytes;
	size_t		 lines;
	struct oki_buf	 line;		/* the one under way */
	unsigned int	 seen;		/* fields met, a bit each */
	bool		 went_on;	/* a 100 came before */
	bool		 done;
	/* what it says */
	int		 status;
	int64_t		 length;	/* -1: not said */
	bool		 chunked;
	bool		 encoded;
	bool		 close;
	int		 media;		/* OKI_MEDIA_… */
	int		 answer;	/* OKI_ANSWER_… */
	bool		 bad_token;
	char		 token[OKI_TOKEN];
	int32_t		 retry_after;	/* 0: not said, or no sense */
	int64_t		 date;		/* likewise */
	const char	*why;		/* what was wrong, in English */
};

void	oki_http_head_init(struct oki_http_head *h, size_t max_bytes,
	    size_t max_lines, int64_t now);
/* Takes bytes in any pieces, up to the blank line that ends the last block;
 * then h->done. ONSHI_E_PROTOCOL, ONSHI_E_TOO_BIG, ONSHI_E_NOMEM. */
int	oki_http_head_feed(struct oki_http_head *h, const uint8_t *p, size_t len,
	    size_t *used) OKI_CHECK;
void	oki_http_head_free(struct oki_http_head *h);		/* wipes */
/* A visit token has 1 to 128 of A-Z a-z 0-9 - and _. */
bool	oki_is_token(const char *s, size_t len);

/* ---- http_body.c: where a body ends (SEC-33, -34, -36); pure ---------- */

struct oki_http_body {
	bool		 chunked;
	int		 at;		/* within a chunk */
	size_t		 digits;
	uint64_t	 left;		/* bytes of the body or the chunk */
	bool		 done;
	const char	*why;
};

/* From a head that is done; one of length 0 is done at once. */
void	oki_http_body_init(struct oki_http_body *b, const struct oki_http_head *h);
/* The body's own bytes go to out, whose result stands. Else as the head's. */
int	oki_http_body_feed(struct oki_http_body *b, const uint8_t *p,
	    size_t len, const struct oki_sink *out, size_t *used) OKI_CHECK;

/* ---- tls_profile.c: what an SSL_CTX is given (security.md 4.4) -------- */

/* Of one connection's handshake; filled as it goes. */
struct oki_tls_notes {
	bool	asked_us;	/* for our certificate (F8) */
	bool	heard;		/* at least one message of TLS came */
	int	alert_in;	/* fatal alerts, -1: none */
	int	alert_out;
	int	reason;		/* why we gave up, OpenSSL's number */
	bool	bad_crl;
	bool	bad_setup;
};

struct oki_tls {
	const char		*host;		/* as in subjectAltName */
	bool			 tls13_only;
	bool			 strict;
	const struct oki_buf	*crl;		/* PEM; NULL: unchecked */
	const struct oki_token	*token;		/* NULL: libcurl has the key */
	const struct oki_buf	*certificate;	/* PEM, for the token's key */
	int64_t			 now;		/* seconds UTC */
};

/*
 * Around what calls TLS or a key: this thread works in a library context of
 * ours, which the process's openssl.cnf does not reach (SEC-26), and its queue
 * of errors holds nothing of ours afterwards (SEC-109; libcurl itself empties
 * it before). False: no memory for the context, the thread keeps its own.
 */
struct oki_tls_door { void *before; bool inside; };
bool	oki_tls_enter(struct oki_tls_door *d);
void	oki_tls_leave(struct oki_tls_door *d);
void	oki_tls_notes_init(struct oki_tls_notes *n);
/* ctx is an SSL_CTX; every result is checked (SEC-15). notes has to live as
 * long as ctx. */
int	oki_tls_apply(void *ctx, const struct oki_tls *p,
	    struct oki_tls_notes *notes) OKI_CHECK;
/* The whole of it on a context of its own: that this OpenSSL can do it.
 * ONSHI_E_ENVIRONMENT: not as the process has configured it. */
int	oki_tls_try(const struct oki_tls *p, struct oki_tls_notes *notes)
	    OKI_CHECK;
/* Whether there are lists in pem, and nothing that is none. */
bool	oki_tls_is_crl(const struct oki_buf *pem);
/* "version:suite:first 16 hexadecimal digits of the key's digest" */
void	oki_tls_facts(void *ssl, char *to, size_t room);
/* One word of testing.md 6. verify: X509_V_ERR_…, or 0. */
const char *oki_tls_reason(const struct oki_tls_notes *n, long verify);
/* Whether the other side has refused our certificate (F9). */
bool	oki_tls_refused_us(const struct oki_tls_notes *n);

/* ---- http_curl.c: one connection, as bytes ---------------------------- */

/* Where a connection goes: what a key as link.base says. */
struct oki_place {
	char			 name[262];	/* for Host: with the port */
	char			*path;		/* of the base, "" mostly */
	char			 url[600];	/* of its root, for libcurl */
	char			 host[254];
	uint16_t		 port;
	struct oki_buf		 resolve;	/* "": none known */
};

/* What all connections of a link have in common; unchanged once made. */
struct oki_wire_config {
	struct oki_env		*env;		/* borrowed */
	bool			 dns;
	struct oki_networks	 networks;
	struct oki_networks	 local;
	char			 interface[24];
	bool			 tls13_only;
	bool			 strict;
	bool			 staple;	/* OCSP is demanded */
	struct oki_buf		 ca;		/* PEM */
	struct oki_buf		 certificate;	/* PEM */
	struct oki_secret	*key;		/* DER, in the clear; or */
	struct oki_token	*token;		/* where it stays */
	char			*pins;		/* curl's form; NULL: none */
	bool			 has_crl;
	int32_t			 connect_ms;
};

#define OKI_CRL_MAX	67108864

struct oki_wire;

/* Sets the whole profile once, sends nothing (SEC-15). */
int	oki_wire_try(const struct oki_wire_config *c,
	    const struct oki_place *to, struct onshi_error *e) OKI_CHECK;
int	oki_wire_new(const struct oki_wire_config *c,
	    const struct oki_place *to, struct oki_wire **out) OKI_CHECK;
void	oki_wire_free(struct oki_wire **wp);
bool	oki_wire_is_ours(const struct oki_wire *w);	/* no fork since */
/* A new connection, in place of any old one. Sends no byte of HTTP. */
int	oki_wire_connect(struct oki_wire *w, const struct oki_wait *wait,
	    struct onshi_error *e) OKI_CHECK;
void	oki_wire_drop(struct oki_wire *w);
/* Whether one is up and quiet, so that it can be used again. */
bool	oki_wire_is_up(struct oki_wire *w);
const char *oki_wire_facts(const struct oki_wire *w);

enum oki_flow { OKI_FLOW_BYTES, OKI_FLOW_NONE, OKI_FLOW_END, OKI_FLOW_BROKEN };

/* What goes at once: OKI_FLOW_NONE if nothing does. */
enum oki_flow	oki_wire_write(struct oki_wire *w, const uint8_t *p,
	    size_t len, size_t *n);
enum oki_flow	oki_wire_read(struct oki_wire *w, uint8_t *p, size_t room,
	    size_t *n);
/* Until something can be read (or written), for ms at most, or the wait is
 * cancelled. */
int	oki_wire_poll(struct oki_wire *w, bool to_write,
	    const struct oki_wait *wait, int32_t ms) OKI_CHECK;
/* Why a connection broke while in use: a result, with e->reason. */
int	oki_wire_why(const struct oki_wire *w, struct onshi_error *e);

/* ---- http_talk.c: one request out, one response in -------------------- */

struct oki_talk {
	const uint8_t	*head;		/* of the request */
	size_t		 headlen;
	const uint8_t	*body;
	size_t		 bodylen;
	struct oki_http_head	 response;	/* initialised by the caller */
	int		 media;		/* OKI_MEDIA_…, that its body must have */
	struct oki_sink	 into;
	int		 sent;		/* ONSHI_SENT_… */
};

/* Over a wire that is connected; drops it unless it can be used again. */
int	oki_talk(struct oki_wire *w, struct oki_talk *t,
	    const struct oki_wait *wait, struct onshi_error *e) OKI_CHECK;

/* ---- http_config.c: what link.* says -------------------------------- */

/* A terminal: who it is, whom it trusts. Unchanged once made, but for the
 * starts. */
struct oki_https {
	struct oki_env		*env;		/* borrowed from the link */
	struct oki_wire_config	 wire;
	int32_t			 days_left;	/* of our certificate */
	struct oki_mutex	*lock;		/* guards what follows */
	int64_t			*starts;	/* of the last connections */
	size_t			 rate;
	size_t			 next;
};

/* Checks all of it against each of the n places that the keys name, filled
 * with it. Both are freed by the caller, on failure too. */
int	oki_https_config(struct oki_env *env, const enum oki_key keys[],
	    struct oki_place places[], size_t n, struct oki_https **out,
	    struct onshi_error *e) OKI_CHECK;
void	oki_https_free(struct oki_https **tp);
void	oki_place_free(struct oki_place *p);

/* ---- http_channel.c: one connection after another to one place -------- */

/* Around all that talks: no signal, no error of TLS is left behind. */
struct oki_http_door {
	struct oki_pipe_guard	pipe;
	struct oki_tls_door	tls;
};
void	oki_http_enter(struct oki_http_door *d);
void	oki_http_leave(struct oki_http_door *d);

struct oki_channel {
	struct oki_https	*terminal;
	const struct oki_place	*place;
	struct oki_wire		*wire;
	int32_t			 connect_ms;	/* not reported yet */
	int64_t			 used;		/* when, steady */
};
int	oki_channel_new(struct oki_https *t, const struct oki_place *place,
	    struct oki_channel **out, struct onshi_error *e) OKI_CHECK;
void	oki_channel_free(struct oki_channel **cp);
/* Unless it is connected, and was used a short while ago. */
int	oki_channel_connect(struct oki_channel *c, const struct oki_wait *w,
	    struct onshi_error *e) OKI_CHECK;
/* Over the connection that is up. The caller frees t->response, be the result
 * as it may, after it has looked at it. */
int	oki_channel_talk(struct oki_channel *c, struct oki_talk *t,
	    const struct oki_wait *w, struct onshi_error *e) OKI_CHECK;
/* The same for an exchange: its answer and what is known of it into x, whose
 * service_ms grows by its time. */
int	oki_channel_ask(struct oki_channel *c, const struct oki_buf *head,
	    int media, struct onshi_exchange *x, struct oki_http_head *said,
	    struct onshi_error *e) OKI_CHECK;
/* What the trail is told of it (SEC-16). */
void	oki_channel_facts(const struct oki_channel *c,
	    struct onshi_exchange *x);
/* A status other than 200: who said no, and what that is for us (SEC-31). */
int	oki_http_refused(const struct oki_http_head *h, int *sent,
	    struct onshi_error *e) OKI_CHECK;

/* A failure of this room: code, one word, one line. Returns what stands. */
int	oki_link_fail(struct onshi_error *e, int code, const char *reason,
	    const char *text);

#endif
