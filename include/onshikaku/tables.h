/*
 * Tables for plugging in: reader, link, clock, log, audit trail. These are
 * the only structs with visible members. Set size to sizeof the struct; the
 * table is copied at the call, members are only ever added at the end. A NULL
 * member means that it cannot be done; done(self) is the last call of all.
 *
 * Calls come from threads of the library, never under a lock: one at a time
 * per table, cancel beside it; only clock and log at any time, from several at
 * once. They may not call the handle that they serve (ONSHI_E_REENTRANT from a
 * link, ONSHI_E_STATE from a reader), no exception may leave them.
 */
#ifndef ONSHIKAKU_TABLES_H
#define ONSHIKAKU_TABLES_H

#include "onshikaku/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A reader. Each returns ONSHI_OK, or ONSHI_E_CARD_GONE (removed or reset),
 * ONSHI_E_CARD_TIMEOUT, ONSHI_E_READER_BUSY, ONSHI_E_CANCELLED; anything else
 * is taken as ONSHI_E_READER.
 */
struct onshi_reader_ops {
	size_t	  size;

	/* Waits until a card is there (present 1) or gone (0). */
	int	(*wait)(void *self, int present, int32_t timeout_ms);

	/* Powers the card on and keeps it for us alone, until release, which
	 * powers it off; that must work whatever happened before. */
	int	(*hold)(void *self, int32_t timeout_ms);
	int	(*release)(void *self, int32_t timeout_ms);

	/* One command, one answer with its status word. On entry *replylen is
	 * the room at reply. Never repeat a command on your own. */
	int	(*transmit)(void *self, const uint8_t *command, size_t len,
		    uint8_t *reply, size_t *replylen, int32_t timeout_ms);

	/* Ends whatever waits, from another thread. Optional. */
	void	(*cancel)(void *self);

	void	(*done)(void *self);		/* optional */
};

/* Adds a reader under a name of 1 to 128 bytes, beside PC/SC's. */
ONSHI_API ONSHI_CHECK int onshi_config_add_reader(struct onshi_config *c,
    const char *name, const struct onshi_reader_ops *ops, void *self);

/*
 * A link: carries one request to one answer. Set by a program it takes
 * the place of link.type. A session serves one visit (or other handle).
 */
struct onshi_exchange;		/* one request and its answer, under way */

enum {
	ONSHI_FORM_NONE		= 0,	/* this link cannot carry it */
	ONSHI_FORM_XML		= 1,
	ONSHI_FORM_JSON		= 2
};

struct onshi_link_ops {
	size_t	  size;

	/* In which form this link carries a function, named by its prefix as
	 * "YZKsiquc01req", by "challenge", or, for a check-in by card,
	 * "OQSsiquc01req+card": one of ONSHI_FORM_.... No I/O: it may be asked
	 * from any thread, at any time. */
	int	(*carries)(void *self, const char *prefix);

	/* Opens a session; *session is handed to the others. */
	int	(*open)(void *self, int32_t timeout_ms, void **session);

	/*
	 * Sends the request once, never again, and hands on the answer's bytes
	 * by onshi_exchange_write. ONSHI_OK means a whole answer; else a result
	 * of 4xx or 5xx, with onshi_exchange_set_sent.
	 */
	int	(*exchange)(void *self, void *session,
		    struct onshi_exchange *x);

	/*
	 * Ends the exchange that is under way in that session, cancelled or
	 * out of time: from another thread, at most once for an exchange, and
	 * maybe just when it has come to its end. Returns at once. Optional:
	 * without it a cancelled visit waits for the exchange.
	 */
	void	(*cancel)(void *self, void *session);

	void	(*close)(void *self, void *session);

	void	(*done)(void *self);		/* optional */
};

ONSHI_API ONSHI_CHECK int onshi_config_set_link(struct onshi_config *c,
    const struct onshi_link_ops *ops, void *self);

/* "none", "xml"; "unknown" for any other number. */
ONSHI_API const char *onshi_form_name(int form);

/* What is to be sent: borrowed until exchange returns. token is "" where the
 * function has none. */
ONSHI_API const char *onshi_exchange_prefix(const struct onshi_exchange *x);
ONSHI_API const uint8_t *onshi_exchange_body(const struct onshi_exchange *x,
    size_t *len);
ONSHI_API const char *onshi_exchange_request_id(
    const struct onshi_exchange *x);
ONSHI_API const char *onshi_exchange_token(const struct onshi_exchange *x);
ONSHI_API int32_t onshi_exchange_timeout_ms(const struct onshi_exchange *x);

/* 1: this very request, by its id, was sent before, and what became of it is
 * not known. Its answer may be there already; it is no new question. */
ONSHI_API int onshi_exchange_is_again(const struct onshi_exchange *x);

/*
 * What came back: bytes of the answer, in pieces (ONSHI_E_TOO_BIG ends it: give
 * that back); 1 if the request was thrown back (.err); the visit's token; one
 * of ONSHI_SENT_...; seconds after which to try again.
 */
ONSHI_API ONSHI_CHECK int onshi_exchange_write(struct onshi_exchange *x,
    const uint8_t *bytes, size_t len);
ONSHI_API void onshi_exchange_set_rejected(struct onshi_exchange *x,
    int yes);
ONSHI_API ONSHI_CHECK int onshi_exchange_set_token(struct onshi_exchange *x,
    const char *token);
ONSHI_API void onshi_exchange_set_sent(struct onshi_exchange *x, int sent);
ONSHI_API void onshi_exchange_set_retry_after(struct onshi_exchange *x,
    int32_t seconds);

/* A clock, all in milliseconds: wall since 1970 UTC; steady, never set back;
 * boot, as steady but counting sleep. All three are needed. */
struct onshi_clock_ops {
	size_t	  size;
	int64_t	(*wall)(void *self);
	int64_t	(*steady)(void *self);
	int64_t	(*boot)(void *self);
	void	(*done)(void *self);		/* optional */
};

ONSHI_API ONSHI_CHECK int onshi_config_set_clock(struct onshi_config *c,
    const struct onshi_clock_ops *ops, void *self);

/* A log (no audit trail). line is one line of ASCII without its end, made
 * from a closed list of fields: no PIN, no patient's data. NULL ops: none. */
struct onshi_log_ops {
	size_t	  size;
	void	(*line)(void *self, const char *line);
	void	(*done)(void *self);		/* optional */
};

ONSHI_API ONSHI_CHECK int onshi_config_set_log(struct onshi_config *c,
    const struct onshi_log_ops *ops, void *self);

/*
 * A trail of your own in place of audit.dir: 0 only when the line is durable.
 * A line is onshi_audit(3)'s, without the chain's h and g. If it cannot be
 * kept, nothing is handed over (CO-7).
 */
struct onshi_audit_ops {
	size_t	  size;
	int	(*entry)(void *self, const char *line, size_t len);
	void	(*done)(void *self);		/* optional */
};

ONSHI_API ONSHI_CHECK int onshi_config_set_audit(struct onshi_config *c,
    const struct onshi_audit_ops *ops, void *self);
/* A copy beside that one or beside audit.dir, up to 8; from the directory lines
 * come with h and g. One that fails refuses nothing: log and trail say so. */
ONSHI_API ONSHI_CHECK int onshi_config_add_audit(struct onshi_config *c,
    const struct onshi_audit_ops *ops, void *self);

#ifdef __cplusplus
}
#endif

#endif
