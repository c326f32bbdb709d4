/*
 * core: results and errors, memory that wipes, text, time, configuration, the
 * log, threads. Every room stands on it; it includes no other room.
 */
#ifndef OKI_CORE_H
#define OKI_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "onshikaku/base.h"
#include "onshikaku/config.h"
#include "onshikaku/tables.h"
#include "onshikaku/face.h"
#include "core/os.h"

#define OKI_COUNT(a)	(sizeof(a) / sizeof((a)[0]))
#define OKI_PHASES	9

#if defined(__GNUC__)
#define OKI_PRINTF(f, a)	__attribute__((format(printf, f, a)))
#define OKI_CHECK		__attribute__((warn_unused_result))
#else
#define OKI_PRINTF(f, a)
#define OKI_CHECK
#endif

/* ---- errors: error.c -------------------------------------------------- */

struct onshi_error {
	int	code;
	int	phase;
	int	tries;			/* -1 unknown */
	int	sw;			/* -1 unknown */
	int	sent;
	int	outcome;
	bool	asks_twice;		/* a repeat is a second question: there
					   is no request id to take it by */
	int32_t	retry_after;
	int64_t	system;
	int32_t	ms[OKI_PHASES];
	char	rule[16];
	char	reason[16];
	char	service_code[64];
	char	service_text[1024];
	char	text[161];
};

void	oki_error_clear(struct onshi_error *e);
/* The error of a handle that is NULL. */
const struct onshi_error *oki_no_handle(void);

/*
 * Notes a failure where it is known best and returns the code that stands: a
 * later, vaguer one does not replace it. Never a name, a number of a person, a
 * PIN, a token or a body in the text. e may be NULL.
 */
int	oki_fail(struct onshi_error *e, int code, const char *fmt, ...)
	    OKI_PRINTF(3, 4);
int	oki_fail_system(struct onshi_error *e, int code, int64_t system,
	    const char *fmt, ...) OKI_PRINTF(4, 5);

/* Whether a failure that is noted now is the first: what stands beside its
 * code is set then alone. */
static inline bool
oki_error_is_open(const struct onshi_error *e)
{
	return e != NULL && e->code >= 0;
}

/* The same at one of ONSHI_PHASE_…, which stands with the code; and by a rule
 * (rules.md), which may be NULL, at ONSHI_PHASE_RULES. */
int	oki_fail_at(struct onshi_error *e, int phase, int code,
	    const char *fmt, ...) OKI_PRINTF(4, 5);
int	oki_fail_rule(struct onshi_error *e, const char *rule, int code,
	    const char *fmt, ...) OKI_PRINTF(4, 5);

/* Copies one error over another, all of it. */
void	oki_error_copy(struct onshi_error *to, const struct onshi_error *from);

/* ---- memory: alloc.c, buf.c, secret.c ---------------------------------- */

void	oki_wipe(void *p, size_t len);

/* Zeroed; freeing wipes. oki_free(NULL) is nothing. Never aborts. */
void	*oki_alloc(size_t len);
void	*oki_alloc_array(size_t n, size_t size);	/* checks n * size */
char	*oki_strdup(const char *s);
char	*oki_strndup(const char *s, size_t len);	/* adds a NUL */
void	oki_free(void *p);

/* Compares in constant time; lengths first. */
bool	oki_equal(const void *a, size_t alen, const void *b, size_t blen);

/*
 * Bytes that grow up to a maximum given at birth: ONSHI_E_TOO_BIG beyond,
 * ONSHI_E_NOMEM. Growing copies and wipes the old; always NUL after the last
 * byte, so that data can be read as a string when it is not NULL.
 */
struct oki_buf {
	uint8_t	*data;
	size_t	 len;
	size_t	 room;
	size_t	 max;
};

void	oki_buf_init(struct oki_buf *b, size_t max);
int	oki_buf_append(struct oki_buf *b, const void *p, size_t len) OKI_CHECK;
int	oki_buf_text(struct oki_buf *b, const char *s) OKI_CHECK;
int	oki_buf_format(struct oki_buf *b, const char *fmt, ...) OKI_PRINTF(2, 3)
	    OKI_CHECK;			/* for short ASCII, at most 1 KiB a call */
int	oki_buf_byte(struct oki_buf *b, unsigned int c) OKI_CHECK;
int	oki_buf_reserve(struct oki_buf *b, size_t more) OKI_CHECK;
void	oki_buf_reset(struct oki_buf *b);		/* wipes, keeps the room */
void	oki_buf_free(struct oki_buf *b);		/* wipes, frees, len 0 */
void	oki_buf_move(struct oki_buf *to, struct oki_buf *from);

/* Secrets: own mapping with guard pages, locked if the system lets us, not in
 * core dumps, wiped in a forked child and when freed (SEC-81). */
struct oki_secret;
int	oki_secret_new(const void *bytes, size_t len, struct oki_secret **out)
	    OKI_CHECK;
const uint8_t *oki_secret_bytes(const struct oki_secret *s, size_t *len);
void	oki_secret_free(struct oki_secret **sp);

/* ---- text: text.c, base64.c -------------------------------------------- */

/* Copies what fits with its NUL; true if all did. */
bool	oki_copy(char *to, size_t room, const char *from);
/* The same for UTF-8 from outside: whole characters only. */
bool	oki_copy_text(char *to, size_t room, const char *from);
bool	oki_is_utf8(const char *s, size_t len);	/* shortest form, no NUL,
						   only characters of XML 1.0 */
bool	oki_is_digits(const char *s, size_t min, size_t max);
bool	oki_is_word(const char *s, size_t max);	/* [A-Za-z0-9._@-]{1,max} */
bool	oki_text_equal(const char *a, const char *b);	/* NULL equals NULL */
/* Decimal, all of s, no sign but '-': true and *n. */
bool	oki_number(const char *s, int64_t *n);
void	oki_hex(char *to, const uint8_t *bytes, size_t len);	/* 2*len + 1 */
bool	oki_unhex(uint8_t *to, size_t *len, const char *hex);	/* *len room in */
int	oki_base64(struct oki_buf *out, const uint8_t *bytes, size_t len)
	    OKI_CHECK;
/* Strict: no white space, right padding. ONSHI_E_VALUE. */
int	oki_unbase64(struct oki_buf *out, const char *text, size_t len)
	    OKI_CHECK;

/*
 * The items of a list: true, and the next item without blanks at its ends
 * (maybe of length 0), until all are taken. *rest starts at the list.
 */
bool	oki_list_next(const char **rest, char separator, const char **item,
	    size_t *len);

/* ---- addresses: net.c ---------------------------------------------------- */

/* IPv4 (4 bytes) or IPv6 (16), in the one spelling that is no riddle: no
 * octal, no hexadecimal IPv4, no zone. */
struct oki_address {
	uint8_t	bytes[16];
	size_t	len;
};
struct oki_network {
	struct oki_address address;
	unsigned int	   bits;
};

bool	oki_address_parse(const char *s, size_t len, struct oki_address *out);
/* CIDR; the bits behind the prefix must be zero. */
bool	oki_network_parse(const char *s, size_t len, struct oki_network *out);
bool	oki_network_has(const struct oki_network *n,
	    const struct oki_address *a);
bool	oki_is_host(const char *s, size_t len);	/* letters, digits, hyphens */
bool	oki_port_parse(const char *s, size_t len, uint16_t *port);
/* "https://name[:port][/path]": parts of s, port 443 where it has none. NULL,
 * or what is wrong with it. */
struct oki_url {
	const char	*host;
	size_t		 hostlen;
	uint16_t	 port;
	const char	*path;		/* "" where there is none */
};
const char *oki_url_parse(const char *s, struct oki_url *out);

/* ---- time: time.c ------------------------------------------------------- */

/* A date yyyymmdd that exists; a month yyyymm; Japan time yyyymmddhhmmss. */
bool	oki_date_parse(const char *s, int32_t *yyyymmdd);
bool	oki_month_parse(const char *s, int32_t *yyyymm);
bool	oki_time_parse(const char *s, int64_t *utc_seconds);
void	oki_date_format(char to[9], int32_t yyyymmdd);
/* Seconds UTC of civil time, and back; no locale, no time zone data. */
int64_t	oki_utc(int year, int month, int day, int hour, int min, int sec);
struct oki_civil { int year, month, day, hour, min, sec; };
void	oki_civil(int64_t utc_seconds, struct oki_civil *out);
int32_t	oki_date_of(int64_t utc_seconds);	/* yyyymmdd, Japan time */
int32_t	oki_date_add_months(int32_t yyyymmdd, int months);	/* clamps day */
/* The last second (UTC) of the month that lies n months after the month of t,
 * by Japan time: "until three months after the month of expiry". */
int64_t	oki_month_end_after(int64_t t, int months);

/* ---- what every room is handed: env.c ----------------------------------- */

/* Clock, log and config, shared and counted; made by onshi_new. */
struct oki_env;

int	oki_env_new(struct onshi_config *frozen, struct oki_env **out)
	    OKI_CHECK;
struct oki_env *oki_env_ref(struct oki_env *env);
void	oki_env_free(struct oki_env **ep);
const struct onshi_config *oki_env_config(const struct oki_env *env);

int64_t	oki_wall_ms(const struct oki_env *env);		/* since 1970 UTC */
int64_t	oki_wall(const struct oki_env *env);		/* seconds */
int64_t	oki_steady_ms(const struct oki_env *env);
int64_t	oki_boot_ms(const struct oki_env *env);
/* Which run of this machine that clock belongs to; "" for a program's own. */
void	oki_boot_id(const struct oki_env *env, char to[9]);
/* Wall and boot clock that go apart by more: one was set (TI-4). */
#define OKI_CLOCK_JUMP_MS	60000

/*
 * The time that counts (TI-4): the service's, once an answer has told it, kept
 * as an offset to the boot clock, which nobody sets; until then the wall's.
 */
int64_t	oki_service_ms(const struct oki_env *env);
int64_t	oki_now(const struct oki_env *env);		/* seconds */
/* What the service's clock showed when the boot clock showed that. */
void	oki_service_learn(struct oki_env *env, int64_t service_ms,
	    int64_t boot_ms);

/* ---- deadlines and cancel: wait.c ---------------------------------------- */

/*
 * One per waiting call: an end on the steady clock and a cancel that any
 * thread, or a signal handler, may set. Every layer waits for what is left.
 */
struct oki_cancel {
	oki_atomic_int	 set;
	struct oki_event *event;	/* wakes whoever waits; may be NULL */
};
struct oki_wait {
	const struct oki_env	*env;
	int64_t			 end_ms;	/* steady */
	struct oki_cancel	*cancel;	/* may be NULL */
};

int	oki_cancel_init(struct oki_cancel *c) OKI_CHECK;
void	oki_cancel_set(struct oki_cancel *c);	/* async-signal-safe */
bool	oki_cancel_is_set(const struct oki_cancel *c);
void	oki_cancel_clear(struct oki_cancel *c);
void	oki_cancel_free(struct oki_cancel *c);
/* A deadline as a program sets it, ms; 0: the config's. ONSHI_E_ARG in e. */
int	oki_deadline_check(int32_t ms, struct onshi_error *e) OKI_CHECK;
void	oki_wait_init(struct oki_wait *w, const struct oki_env *env,
	    int32_t ms, struct oki_cancel *cancel);
int32_t	oki_wait_left(const struct oki_wait *w);	/* ms, 0 when over */
/* ONSHI_OK, ONSHI_E_CANCELLED, or late_result once the time is over. */
int	oki_wait_check(const struct oki_wait *w, int late_result);

#include "core/job.h"	/* threads that do one job: job.c, watch.c */

/* ---- configuration: config.c, config_load.c, config_keys.def ------------- */

#define K(id, key, ...)	OKI_##id,
#define KSTEM(id, key, ...)
enum oki_key {
#include "core/config_keys.def"
	OKI_KEYS
};
#undef K
#undef KSTEM

/* The value set or the default; NULL where there is none. */
const char *oki_config_text(const struct onshi_config *c, enum oki_key key);
int64_t	oki_config_number(const struct onshi_config *c, enum oki_key key);
/* For a key of words: the index of the value in the key's list of words. */
int	oki_config_word(const struct onshi_config *c, enum oki_key key);
bool	oki_config_has(const struct onshi_config *c, enum oki_key key);
/*
 * The content of a key that names a file, or was given as bytes: whole, up to
 * max. Files of keys marked secret must be ours and unreadable for others
 * (SEC-102): ONSHI_E_CONFIG names the key.
 */
int	oki_config_content(const struct onshi_config *c, enum oki_key key,
	    size_t max, struct oki_buf *out, struct onshi_error *e) OKI_CHECK;
const char *oki_config_key_name(enum oki_key key);
/* The content that was given itself, NULL if none was: config.c. */
const uint8_t *oki_config_bytes(const struct onshi_config *c,
	    enum oki_key key, size_t *len);
/* A whole file, looked at as SEC-102 says; name stands in the error, the
 * path does not: config_file.c. */
int	oki_config_read(const char *name, const char *path, bool is_secret,
	    size_t max, struct oki_buf *out, struct onshi_error *e) OKI_CHECK;

/* Keys with a variable part ("function.OQSmuquc01req"): NULL where unset. */
const char *oki_config_text_of(const struct onshi_config *c, const char *stem,
    const char *part);
/* The i-th part that a stem was given a value for, NULL after the last. */
const char *oki_config_part_at(const struct onshi_config *c, const char *stem,
    size_t i);

/* Marks it frozen: true if it was not yet, for one config may make several
 * roots. Where nothing came of it, whoever froze it takes that back. */
bool	oki_config_freeze(struct onshi_config *c);
void	oki_config_thaw(struct onshi_config *c);
/* The same by who looks at it and lets go of it now: not where others do. */
void	oki_config_thaw_last(struct onshi_config *c);
struct onshi_error *oki_config_error_of(struct onshi_config *c);

/* Tables that a program plugged in; NULL where it did not: config_ops.c. */
const struct onshi_link_ops *oki_config_link(const struct onshi_config *c,
    void **self);
const struct onshi_audit_ops *oki_config_audit(const struct onshi_config *c,
    void **self);
/* The i-th copy added, NULL after the last. */
const struct onshi_audit_ops *oki_config_audit_copy(
    const struct onshi_config *c, size_t i, void **self);
/* The i-th reader added, NULL after the last. */
/* The face reader, and whether somebody is at it: one at a time (ID-3). */
const struct onshi_face_ops *oki_config_face(const struct onshi_config *c,
    void **self, oki_atomic_int **taken);
const struct onshi_reader_ops *oki_config_reader(const struct onshi_config *c,
    size_t i, const char **name, void **self);

/* ---- log: log.c ---------------------------------------------------------- */

/*
 * The allowed list (SEC-106): a line is an event and fields, both from closed
 * lists; a word is a constant of ours (the name of a result, a prefix, a
 * rule), never text from outside. There is no way to log anything else.
 * log.def has the events and the fields.
 */
#define EV(id, name)	OKI_EV_##id,
#define FIELD(id, name)
enum oki_event_id {
#include "core/log.def"
	OKI_EVENTS
};
#undef EV
#undef FIELD
#define EV(id, name)
#define FIELD(id, name)	OKI_F_##id,
enum oki_field_id {
#include "core/log.def"
	OKI_FIELDS
};
#undef EV
#undef FIELD

struct oki_field {
	enum oki_field_id id;
	int64_t		  number;
	const char	 *word;		/* in place of the number, a constant */
};
#define OKI_N(id, n)	{ OKI_F_##id, (int64_t)(n), NULL }
#define OKI_W(id, w)	{ OKI_F_##id, 0, (w) }

void	oki_log(const struct oki_env *env, enum oki_event_id event,
	    const struct oki_field *fields, size_t n);
bool	oki_log_is_on(const struct oki_env *env);
#define OKI_LOG(env, ev, ...) do {					\
	const struct oki_field fields_[] = { __VA_ARGS__ };		\
	oki_log((env), OKI_EV_##ev, fields_, OKI_COUNT(fields_));	\
} while (0)

/* Copies a vendor's table: what is there, NULL for the rest. size is that of
 * our struct; the members in its first needed bytes have to be there, else, or
 * if the vendor's size is no size, ONSHI_E_ARG. */
int	oki_table_copy(void *to, size_t size, const void *from, size_t needed)
	    OKI_CHECK;

#endif
