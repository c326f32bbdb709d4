/*
 * A card and a service behind the public tables, for tests of visits: the card
 * signs for real, the service believes everybody and gives all it is asked
 * for, so that nothing but the library itself stands between a caller and
 * medical information.
 */
#ifndef TESTS_VISIT_FAKE_H
#define TESTS_VISIT_FAKE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <onshikaku.h>

struct fake_key;		/* an RSA key and its certificate */

struct fake {
	/* clock: milliseconds; starts at a moment of 2026 */
	atomic_llong	wall, steady, boot;
	bool		real_steady;

	/* card */
	struct fake_key	*key;
	struct fake_key	*people[2];	/* whom the service knows by them */
	atomic_int	present;
	atomic_int	tries;
	const char	*pin;		/* "1234" */
	atomic_int	verifies;	/* VERIFY commands with data */
	atomic_int	apdus;
	/* in place of the card's answers, and the card's own */
	int		(*transmit)(void *, const uint8_t *, size_t,
			    uint8_t *, size_t *, int32_t);
	int		(*real)(void *, const uint8_t *, size_t,
			    uint8_t *, size_t *, int32_t);
	int		gone_at;	/* removed at that APDU; 0 never */
	atomic_int	held;		/* as often as it was not released */
	int		sign_sleep_ms;

	/* service: what it grants and says */
	unsigned int	grants;		/* bit per category */
	int		consent_seconds;
	int		consent_age;	/* seconds since it was registered */
	const char	*code;		/* ProcessingResultCode, status 2 */
	const char	*note;		/* code with status 1 */
	const char	*message;	/* beside either */
	int		validity;
	int		exchange_result;
	const char	*carries_not;	/* a function */
	char		fails_for;	/* that alone, by its prefix's letter */
	int		fails_sent;	/* ONSHI_SENT_… beside that result */
	atomic_int	sleep_ms;
	bool		no_token;
	int64_t		challenge_seconds;
	struct onshi_visit *reenter;	/* called from inside an exchange */
	_Atomic(struct onshi_visit *) cancels;	/* cancelled there */
	void		(*inside)(const char *prefix);	/* in an exchange */
	char		cancels_for;	/* in that alone */
	atomic_int	reentered;	/* with this result */
	bool		cut;		/* the answer lacks its end */
	const char	*challenge;	/* in place of the value, */
	const char	*challenge_xml;	/* of the whole answer */
	/* whom medical answers name: birth date, name (NULL: the check-in's),
	 * kana and sex (NULL: not told), or nobody */
	const char	*birth;
	const char	*named;
	const char	*kana;
	const char	*sex;
	bool		nameless;
	const char	*result_code;	/* there; and whether lines follow */
	bool		no_lines;
	void		*watcher;	/* sees each request, before its answer */
	void		(*watch)(void *, const char *prefix, const char *body);
	bool		aid_first;	/* medical aid before the insurance */
	bool		electronic;	/* prescriptions and dispensing, too */
	int		exchange_passes; /* seconds, in a medical exchange */
	const char	*more;		/* within the result of a check-in */
	int		ahead;		/* seconds: its clock before ours */

	/* what it saw */
	atomic_int	releases;
	atomic_int	challenges, checkins, medical, opens, closes, sent;
	atomic_int	urgent;		/* questions of the exceptional modes */
	char		last_prefix[16];
	atomic_int	last_category;	/* of the medical requests: 1 or 2 */
	char		last_consents[7];	/* flags of the last proof */
	char		last_body[65536];
	char		last_id[40];	/* of the last request, sent or not */
	bool		no_last_token;	/* with that request there came none, */
	bool		last_token;	/* or the right one (no copy: t_memory) */
	bool		last_urgent;	/* that of an exceptional mode */

	/* record */
	bool		audit;
	int		audit_fails_at;	/* the n-th entry fails; 0 never */
	atomic_int	audit_held;	/* entries wait while it is set, */
	atomic_int	audit_waits;	/* so many do, */
	atomic_int	audit_fails;	/* or fail */
	const char	*passes_at;	/* seconds pass at that event */
	int		passes;
	atomic_int	entries;
	char		record[65536];	/* the lines themselves */
	size_t		record_len;
	char		events[65536];	/* "consent.given;query.intent;…" */
	pthread_mutex_t	writing;	/* of these three */
};

void	fake_prepare(void);	/* in main, before tests fork */
void	fake_init(struct fake *f);
void	fake_done(struct fake *f);
void	fake_new_key(struct fake *f, int days_from, int days_to);
/* Lays down the card of person 0, PIN 1234, or of person 1, PIN 9999. */
void	fake_lay(struct fake *f, int person);
/* Whose certificate that request holds, -1 nobody's. */
int	fake_whose(const struct fake *f, const char *body);

/* What a face reader has of the card that lies there: its certificate, and its
 * signature of the text; false where there is no room. */
const uint8_t *fake_der(const struct fake *f, size_t *len);
bool	fake_sign(const struct fake *f, const uint8_t *text, size_t len,
	    uint8_t *sig, size_t *siglen);

/* A config with facility, reader "fake", link, clock and record plugged in. */
struct onshi_config *fake_config(struct fake *f);
struct onshi *fake_root(struct fake *f);
/* Whose config says otherwise in one key, if any. */
struct onshi *fake_root_with(struct fake *f, const char *key,
	    const char *value);
/* With a real trail, begun in top/trail. */
struct onshi *fake_root_trail(struct fake *f, const char *top);

/* Who is signed in: by two factors, by a password. */
struct onshi_operator *fake_doctor(struct onshi *o, const char *id);
struct onshi_operator *fake_clerk(struct onshi *o, const char *id);

/* Whether the signature in the last body is the card's, over that text. */
bool	fake_has_signed(const struct fake *f, const char *text);

/* Whether that is among the events, while others may be written. */
bool	fake_said(struct fake *f, const char *event);
/* Until it is, as the visit's own thread writes it. */
void	fake_await(struct fake *f, const char *event);
/* Non-blocking: until the call is through, and nobody has collected it. */
bool	fake_finishes(struct onshi_visit *v);
/* Time goes by for all who ask the clock, but for the steady one. */
void	fake_pass(struct fake *f, int64_t ms);

/* A whole check-in by PIN 1234 with these consents (bit per category). */
int	fake_checkin(struct onshi *o, unsigned int consents,
	    struct onshi_visit **out);

#endif
