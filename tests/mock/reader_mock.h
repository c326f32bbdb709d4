/*
 * A reader with a card in it, played through the public table: a My Number
 * Card in a few hundred lines, or a script of commands and answers. Counts
 * what must be counted, and goes wrong where it is told to.
 */
#ifndef ONSHI_TESTS_READER_MOCK_H
#define ONSHI_TESTS_READER_MOCK_H

#include <pthread.h>
#include <stdbool.h>

#include "card/inside.h"
#include "onshikaku/config.h"

/* ---- who the card belongs to ------------------------------------------ */

struct mock_identity;		/* a certificate and its key */

/* DER of exactly size bytes (0: as it comes). Made once; it takes a while. */
struct mock_identity *mock_identity_new(const char *name, size_t size);
void	mock_identity_free(struct mock_identity *id);
size_t	mock_ca_pem(char *to, size_t room);	/* who issued them all */
void	mock_ca_free(void);
const uint8_t *mock_identity_der(const struct mock_identity *id, size_t *len);

/* What a card does with its key: PKCS#1 padding of the bytes given. */
size_t	mock_identity_sign(const struct mock_identity *id, const uint8_t *p,
	    size_t len, uint8_t *to, size_t room);

/* ---- the face of a card ------------------------------------------------ */

/* Its files as the card has them, to be changed at will, and who signed. */
enum { MOCK_AUTHORITY, MOCK_ISSUER, MOCK_CHIP, MOCK_STRANGER, MOCK_KEYS };

struct mock_face {
	uint8_t	file[2][40000];		/* EF 0002, EF 0004 */
	size_t	len[2];
	size_t	at[16];			/* of DF21 + i in EF 0002 */
	void	*key[MOCK_KEYS];
};

/* What is odd about one that is made: keys that sign, objects. */
struct mock_face_how {
	int	certifies, issues;	/* 0: as it should be; else a key */
	int	without;		/* DF21 + n that is left out, or 0 */
	int	twice;			/* that stands twice, or 0 */
	int	shorter;		/* that is a byte too short, or 0 */
	bool	plain;			/* signed as other records are */
	size_t	photo;			/* bytes; 0: 3000 */
};

void	mock_face_make(struct mock_face *f, const struct mock_face_how *how);
void	mock_face_free(struct mock_face *f);
size_t	mock_face_pem(const struct mock_face *f, int key, char *to,
	    size_t room);
size_t	mock_face_sign(const struct mock_face *f, int key, const uint8_t *p,
	    size_t len, uint8_t *to);

/* ---- what goes wrong -------------------------------------------------- */

enum mock_fault {
	MOCK_NONE,
	MOCK_GONE,		/* taken away before the command arrives */
	MOCK_GONE_AFTER,	/* the command was done, its answer is lost */
	MOCK_RESET,		/* another program reset it: still there */
	MOCK_READER,		/* the reader fails, before */
	MOCK_READER_AFTER,	/* and after the command was done */
	MOCK_NOTHING,		/* success with 0 bytes */
	MOCK_ONE_BYTE,
	MOCK_TOO_LONG,		/* more than there is room for */
	MOCK_300,		/* 300 bytes and a status word */
	MOCK_MUTE,		/* until the time it was given is over */
	MOCK_MUTE_CANCEL,	/* until cancel */
	MOCK_MUTE_HARD,		/* until mock_wake */
	MOCK_MUTE_THEN,		/* and then does the command, as it is then */
	MOCK_SWAP,		/* from here on it is the other card */
	MOCK_SW,		/* done, but answers sw */
	MOCK_FLIP,		/* one bit of the answer, at byte */
	MOCK_CUT,		/* the answer's data ends at byte */
	MOCK_LONGER,		/* one byte more of data */
	MOCK_LATE,		/* byte milliseconds late */
	MOCK_RANDOM		/* anything, by the seed in byte */
};

enum mock_extended {
	MOCK_EXT_GOOD,
	MOCK_EXT_6700,
	MOCK_EXT_6C00,
	MOCK_EXT_CUT,		/* 256 bytes and 9000 */
	MOCK_EXT_READER,	/* the reader fails, the card stays */
	MOCK_EXT_DROP		/* the card is thrown out, and lies there */
};

/* What a reader with a limit does to an answer that is longer. */
enum mock_beyond {
	MOCK_BEYOND_EMPTY,	/* success without data */
	MOCK_BEYOND_SW,		/* sw, and no data */
	MOCK_BEYOND_SHORT,	/* what fits, and success */
	MOCK_BEYOND_CUT,	/* what fits, without a status word */
	MOCK_BEYOND_NOTHING,	/* no bytes at all */
	MOCK_BEYOND_GONE,	/* throws the card out, which lies there yet */
	MOCK_BEYOND_READER,
	MOCK_BEYOND_SERVICE,
	MOCK_BEYOND_TIMEOUT
};

enum mock_kind {
	MOCK_MY_NUMBER,
	MOCK_NO_CERTIFICATE,
	MOCK_ERASED,		/* the file is there, full of FF */
	MOCK_JUKI,
	MOCK_PHONE,
	MOCK_RESIDENCE,
	MOCK_LICENCE,
	MOCK_BOTH,		/* 特定在留カード */
	MOCK_BANK
};

struct mock_step {
	const char	*command;
	const char	*answer;	/* NULL: the card is gone */
};

#define MOCK_STEPS	256

struct mock {
	/* set by the test before use */
	const struct mock_identity *id, *other;
	enum mock_kind		 kind;
	enum mock_extended	 extended;
	size_t			 limit;		/* of an answer's data, or 0 */
	enum mock_beyond	 beyond;
	bool			 no_sfi;
	bool			 no_common;	/* closing SELECT: 6A82 */
	bool			 first_6f00;
	bool			 deaf;		/* to cancel */
	size_t			 filler;	/* bytes of FF in the file */
	const char		*pin;
	int			 tries;
	bool			 pin_survives;	/* SELECT does not clear it */
	const struct mock_face	*face;		/* NULL: no such application */
	const struct mock_face	*chip;		/* whose key it has; NULL: face */
	const struct mock_face	*other_face;	/* once swapped */
	const char		*number;
	int			 number_tries;
	const struct mock_step	*script;	/* in place of the card */
	size_t			 steps;
	enum mock_fault		 fault;
	int			 at;		/* the n-th command, from 1 */
	unsigned int		 sw;
	size_t			 byte;
	int			 hold_result;
	int			 release_result;
	/* Called in the reader's thread at a VERIFY with a PIN. */
	void			(*on_pin)(const uint8_t *command, size_t len);

	/* what happened; read with mock_lock held, or when nothing runs */
	int			 commands;
	int			 verifies;	/* with a PIN */
	int			 asked;		/* without */
	int			 shown_unasked;
	int			 holds, releases, ends;
	int			 unlawful;	/* not in the tests' own list */
	int			 off_script;
	int			 inside;	/* calls under way */
	int			 overlaps;
	int			 extendeds;	/* long reads */
	int			 overruns;	/* answers beyond the limit */
	size_t			 out, in;	/* bytes */
	char			 last[64];	/* last command, hexadecimal */
	bool			 pin_verified;	/* on the card as it is now */
	bool			 powered;
	bool			 present;

	/* its own */
	pthread_mutex_t		 mutex;
	pthread_cond_t		 cond;
	unsigned int		 app, ef;
	bool			 number_verified;
	bool			 swapped, fresh, woken, cancelled, stuck;
	bool			 absent;
};

void	mock_init(struct mock *m, const struct mock_identity *id);
void	mock_free(struct mock *m);
void	mock_lock(struct mock *m);
void	mock_unlock(struct mock *m);
void	mock_put(struct mock *m, bool present);	/* the patient's hand */
void	mock_wake(struct mock *m);
extern const struct onshi_reader_ops mock_ops;

/* ---- a room with readers ---------------------------------------------- */

struct mock_world {
	struct onshi_config	*config;
	struct oki_env		*env;
	struct oki_readers	*readers;
	struct onshi_error	 e;
	struct oki_cancel	 cancel;
	struct oki_wait		 w;
};

/* n readers named "Mock 1" …; PC/SC is where no daemon listens. */
void	mock_world_open(struct mock_world *t, struct mock *m, size_t n);
void	mock_world_close(struct mock_world *t);
void	mock_world_log(struct mock_world *t, const struct onshi_log_ops *ops,
	    void *self);	/* before open; clears t otherwise */
/* A new deadline and a clear error. */
struct oki_wait *mock_wait(struct mock_world *t, int32_t ms);

struct oki_secret *mock_pin(const char *pin);
int64_t	mock_now(void);
void	mock_sleep(int ms);

#endif
