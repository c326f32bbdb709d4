/*
 * What the files of the card room share, and no other room sees.
 */
#ifndef OKI_CARD_INSIDE_H
#define OKI_CARD_INSIDE_H

#include "core/core.h"
#include "crypto/crypto.h"
#include "card/card.h"

/* ---- commands: apdu.c, allow.c ---------------------------------------- */

#define OKI_COMMAND_BYTES	(4 + 1 + 255 + 1)	/* largest we build */
#define OKI_RESPONSE_BYTES	65538			/* SEC-69, extended */
#define OKI_RESPONSE_SHORT	258			/* SEC-69, short */
#define OKI_READ_BYTES		2048		/* most certificates, whole */
#define OKI_READ_SHORT		256		/* without extended length */
#define OKI_CERTIFICATE_BYTES	8192			/* SEC-76 */
#define OKI_FACE_PINS		65536	/* card.face_ca_file */
#define OKI_ISSUER_BYTES	1024	/* a CV certificate has 568 */
#define OKI_FACE_BYTES		32767	/* as far as a READ's offset goes */

enum {
	OKI_INS_VERIFY		= 0x20,
	OKI_INS_SIGN		= 0x2a,
	OKI_INS_SELECT		= 0xa4,
	OKI_INS_READ		= 0xb0,
	OKI_INS_GET_RESPONSE	= 0xc0
};

enum {
	OKI_SW_OK		= 0x9000,
	OKI_SW_END_OF_FILE	= 0x6282,
	OKI_SW_LENGTH		= 0x6700,
	OKI_SW_SECURITY		= 0x6982,
	OKI_SW_BLOCKED		= 0x6983,
	OKI_SW_BLOCKED_TOO	= 0x6984,
	OKI_SW_NO_FUNCTION	= 0x6a81,
	OKI_SW_NOT_FOUND	= 0x6a82,
	OKI_SW_P1P2		= 0x6a86,
	OKI_SW_NO_DATA		= 0x6a88,
	OKI_SW_NO_INS		= 0x6d00,
	OKI_SW_NO_CLA		= 0x6e00,
	OKI_SW_NO_DIAGNOSIS	= 0x6f00
};

struct oki_apdu {
	uint8_t		 cla, ins, p1, p2;
	const uint8_t	*data;		/* borrowed; NULL with len 0 */
	size_t		 len;
	uint32_t	 le;		/* bytes asked for; 0: none */
};

/* The bytes on the wire; 0 if they are more than room, or no command. */
size_t	oki_apdu_build(const struct oki_apdu *a, uint8_t *to, size_t room);

/* The applications that we select, and where in them a card stands. */
enum oki_app {
	OKI_APP_NONE,		/* not known: only SELECT is allowed */
	OKI_APP_JPKI,		/* 公的個人認証AP */
	OKI_APP_COMMON,		/* 共通カードAP, to leave the other */
	OKI_APP_VISUAL,		/* 券面事項確認AP, where configured */
	OKI_APP_RESIDENCE,	/* 在留カード, to name it */
	OKI_APP_LICENCE,	/* 運転免許証, to name it */
	OKI_APPS
};
enum {				/* elementary files of the JPKI application */
	OKI_EF_TOKEN		= 0x0006,
	OKI_EF_CERTIFICATE	= 0x000a,
	OKI_EF_KEY		= 0x0017,
	OKI_EF_PIN		= 0x0018
};
enum {				/* and of the visual one: card.md 3.3 */
	OKI_EF_FACE		= 0x0002,
	OKI_EF_ISSUER		= 0x0004,
	OKI_EF_NUMBER		= 0x0012	/* 照合番号B; A is never named */
};
#define OKI_BY_SFI(ef)	((uint8_t)(0x80 | (ef)))
#define OKI_BY_CURRENT	((uint8_t)0x80)

struct oki_place {
	enum oki_app	app;
	unsigned int	ef;	/* current file; 0: none, or not known */
	bool		more;	/* an answer has more to fetch (61xx) */
	bool		visual;	/* the config opens the visual application */
};

/*
 * The closed table of card.md 5.6 (SEC-74, ID-4): what is not in it does not
 * leave, whoever asks.
 */
bool	oki_apdu_is_allowed(const struct oki_place *at,
	    const struct oki_apdu *a);
/* What stands before a SHA-256 to be signed (card.md 4.1): the one DigestInfo
 * that every card takes. */
#define OKI_DIGEST_INFO	19
extern const uint8_t oki_digest_info[OKI_DIGEST_INFO];
/* The name of an application, whole. */
const uint8_t *oki_app_name(enum oki_app app, size_t *len);
/* Where the card stands after the command was answered with sw. */
void	oki_place_move(struct oki_place *at, const struct oki_apdu *a,
	    unsigned int sw);

/* ---- TLV: tlv.c ------------------------------------------------------- */

/*
 * Head of a TLV (SEC-70): tag of at most 3 bytes, definite length of at most 3
 * in any form, minimal or not. ONSHI_E_CARD_ANSWER if it is none, or if len
 * bytes are too few to tell.
 */
struct oki_tlv {
	uint32_t tag;
	size_t	 head;		/* bytes of tag and length */
	size_t	 body;
};
int	oki_tlv_head(const uint8_t *p, size_t len, struct oki_tlv *out)
	    OKI_CHECK;

/* ---- one thread per reader: worker.c ---------------------------------- */

enum oki_card_verb {
	OKI_DO_LIST,		/* PC/SC's readers as they are */
	OKI_DO_WATCH,		/* the same, after a change or ms */
	OKI_DO_WAIT,
	OKI_DO_HOLD,
	OKI_DO_TRANSMIT,
	OKI_DO_RELEASE
};

struct oki_card_job {
	struct oki_job		 job;		/* first: see core/job.h */
	enum oki_card_verb	 verb;
	int32_t			 ms;
	int			 present;	/* of WAIT */
	uint8_t			*wire;		/* secret memory; NULL: none */
	uint8_t			*command;	/* within it */
	size_t			 len;
	size_t			 room;		/* at reply */
	uint8_t			*reply;

	int			 result;
	int64_t			 system;	/* what PC/SC said */
	int32_t			 largest;	/* of HOLD: bytes of an APDU, */
						/* -1 not known */
	size_t			 replylen;	/* of TRANSMIT */
	size_t			 n;		/* of LIST and WATCH */
	struct oki_reader_state	 states[OKI_READERS];
};

/* A job to be filled: the one that is there, or a new one. transmits: with
 * room for a command and its response. */
int	oki_card_job_ready(struct oki_card_job **jp, bool transmits,
	    enum oki_card_verb verb, int32_t ms) OKI_CHECK;
void	oki_card_job_free(struct oki_card_job **jp);

/*
 * Has the thread do the job, and waits for it as long as w lets us: the job's
 * result, or ONSHI_E_CANCELLED or ONSHI_E_CARD_TIMEOUT. *begun: the reader may
 * have seen it. If it hangs, *jp is NULL: the job goes on without us. Its
 * command is wiped, whatever happens.
 */
int	oki_card_worker_do(struct oki_runner *k, const struct oki_wait *w,
	    struct oki_card_job **jp, bool *begun) OKI_CHECK;

/* ---- PC/SC: reader_pcsc.c --------------------------------------------- */

/* The watcher of all readers; its calls block for ms and a little. */
struct oki_pcsc;
int	oki_pcsc_new(struct oki_pcsc **out) OKI_CHECK;
void	oki_pcsc_free(struct oki_pcsc **pp);
int	oki_pcsc_watch(struct oki_pcsc *p, int32_t ms,
	    struct oki_reader_state *out, size_t *n, int64_t *system)
	    OKI_CHECK;

/* One reader by its name in bytes, as a table like any other. */
int	oki_pcsc_reader_new(const char *name, struct onshi_reader_ops *ops,
	    void **self) OKI_CHECK;
void	oki_pcsc_reader_free(void *self);
int64_t	oki_pcsc_reader_system(const void *self);
/* Largest APDU of the reader, 0: short ones alone, -1: it does not say. */
int32_t	oki_pcsc_reader_largest(const void *self);
/* Whether its hold waits for another program's transaction. Any thread. */
bool	oki_pcsc_reader_waits(const void *self);

/* ---- readers: reader.c ------------------------------------------------ */

struct oki_reader {
	char			 name[OKI_READER_ROOM];	/* its own bytes */
	bool			 pcsc;
	struct onshi_reader_ops	 ops;
	void			*self;
	struct oki_runner	*worker;
	bool			 taken;		/* by an open card */
	uint32_t		 block;		/* bytes one READ asks for */
	bool			 proven;	/* so many came through */
};

struct oki_readers {
	oki_atomic_int		 refs;
	oki_atomic_int		 hanging;	/* threads that nobody awaits */
	int64_t			 process;
	struct oki_env		*env;
	struct oki_mutex	*lock;		/* guards what follows */
	struct oki_runner	*watcher;	/* PC/SC's list */
	struct oki_reader	*reader[2 * OKI_READERS];
	size_t			 n;
	int64_t			 missing_ms;	/* since when; 0: it is there */
	int64_t			 cancelled_ms;	/* when a wait for a card was */
};

#define OKI_HANGING	4	/* SEC-64 */

/* Their workers: engine.c. self goes with the engine if it is ONSHI_OK. */
int	oki_watcher_new(struct oki_readers *rs) OKI_CHECK;
int	oki_engine_new(struct oki_readers *rs, struct oki_reader *rd,
	    void *self) OKI_CHECK;

/* Bytes of a reader's name as text that may be shown (SEC-73). */
void	oki_reader_text(char *to, size_t room, const char *name);

/* Readers as they are after at most ms; names in their own bytes.
 * ONSHI_E_CARD_TIMEOUT: PC/SC has not answered in the time there was. */
int	oki_readers_look(struct oki_readers *rs, struct oki_wait *w,
	    int32_t ms, struct oki_reader_state *out, size_t *n,
	    struct onshi_error *e) OKI_CHECK;

/* The reader for one card alone: ONSHI_E_READER_BUSY if it is taken. */
int	oki_reader_take(struct oki_readers *rs, const char *name,
	    struct oki_reader **out, struct onshi_error *e) OKI_CHECK;
void	oki_reader_give_back(struct oki_readers *rs, struct oki_reader *rd);
bool	oki_reader_is_taken(struct oki_readers *rs, const char *name);

/* For how long no reader that is meant has been seen. */
int64_t	oki_readers_missing_ms(struct oki_readers *rs, bool missing);
/* And for how long no wait for a card was cancelled: now sets it to 0. */
int64_t	oki_readers_cancelled_ms(struct oki_readers *rs, bool now);

/* How much one READ may ask of it, and whether that is known to come through;
 * what was learned of it stays until the root goes. */
uint32_t oki_reader_block(struct oki_readers *rs, struct oki_reader *rd,
	    bool *proven);
void	oki_reader_learn(struct oki_readers *rs, struct oki_reader *rd,
	    uint32_t block, bool proven);

/* ---- a card: open.c, transmit.c --------------------------------------- */

#define OKI_TRIES_UNKNOWN	(-1)

/* What is shown to a card and counted by it: pin.c. */
enum oki_lock {
	OKI_LOCK_PIN,		/* 利用者証明用暗証番号 */
	OKI_LOCK_NUMBER,	/* 照合番号B */
	OKI_LOCKS
};

struct oki_card {
	struct oki_readers	*readers;
	struct oki_reader	*reader;
	struct oki_card_job	*job;		/* NULL: the last one hangs */
	int64_t			 end_ms;	/* of the last call's wait */
	struct oki_place	 at;
	int			 lost;		/* result: it is over */
	bool			 finished;	/* reader given back */
	bool			 by_sfi;	/* files are addressed so */
	bool			 selected;	/* JPKI was, in this session */
	bool			 pin_shown;	/* may be verified there */
	bool			 pin_good;
	int			 tries[OKI_LOCKS];
	int			 kind;		/* -1: not yet asked */
	struct oki_buf		 bytes;		/* of the certificate */
	struct onshi_certificate *certificate;
	int32_t			 apdus;
	int32_t			 traffic;
};

struct oki_apdu_response {
	struct oki_buf	data;		/* without the status word */
	unsigned int	sw;
	bool		begun;		/* the command may have reached it */
};

void	oki_apdu_response_init(struct oki_apdu_response *resp);
void	oki_apdu_response_free(struct oki_apdu_response *resp);	/* wipes */

/*
 * The one way to a card: the closed table, the bytes, the answer checked, its
 * parts gathered. ONSHI_OK with the status word, whatever that is; else the
 * transport failed and the session is over.
 */
int	oki_card_transmit(struct oki_card *c, struct oki_wait *w,
	    const struct oki_apdu *a, struct oki_apdu_response *resp,
	    struct onshi_error *e) OKI_CHECK;

/* A failure at the card, with its status word; returns what stands in e. */
int	oki_card_refuse(struct onshi_error *e, int code, unsigned int sw,
	    const char *what);

/* The failure that ended the session, for whoever asks it again. */
int	oki_card_over(const struct oki_card *c, struct onshi_error *e);

/* ---- applications: jpki.c, certificate.c, identify.c ------------------- */

int	oki_card_select(struct oki_card *c, struct oki_wait *w,
	    enum oki_app app, unsigned int *sw, struct onshi_error *e)
	    OKI_CHECK;
int	oki_card_select_jpki(struct oki_card *c, struct oki_wait *w,
	    unsigned int *sw, struct onshi_error *e) OKI_CHECK;
int	oki_card_select_ef(struct oki_card *c, struct oki_wait *w,
	    unsigned int ef, unsigned int *sw, struct onshi_error *e)
	    OKI_CHECK;
/* P2 that addresses a key or PIN: by its short name, or as the current file,
 * which is selected first. */
int	oki_card_address(struct oki_card *c, struct oki_wait *w,
	    unsigned int ef, uint8_t *p2, struct onshi_error *e) OKI_CHECK;
/* Whether sw means that the card does not know the way a file was named, and
 * did nothing else. */
bool	oki_sw_is_address(unsigned int sw);

/*
 * Reads the certificate's file into c->bytes, cut at its own length. *sw is
 * what the card said to the first read. Nothing read: still ONSHI_OK. What a
 * reader does not carry is asked for in shorter pieces, in a session begun
 * anew where the old one broke: nothing has been shown to the card yet.
 */
int	oki_card_read_certificate(struct oki_card *c, struct oki_wait *w,
	    unsigned int *sw, struct onshi_error *e) OKI_CHECK;

/* The longest READ in use that asks for at most n bytes. */
uint32_t oki_block_within(uint32_t n);

/* Shows the number of a lock of the application that is selected, as
 * oki_card_verify_pin does, whose results it has in its own words. */
int	oki_card_show(struct oki_card *c, struct oki_wait *w,
	    enum oki_lock lock, const struct oki_secret *number,
	    uint32_t flags, struct onshi_error *e) OKI_CHECK;

/* The shape of 照合番号B, and flags: before any command. */
int	oki_card_check_number(const struct oki_secret *number, uint32_t flags,
	    struct onshi_error *e) OKI_CHECK;

/* ---- the card's face: visual_check.c ----------------------------------- */

/* The key that EF 0004 certifies, if one of the authorities in pem says so:
 * else ONSHI_E_CARD_FORGED, ONSHI_E_CARD_ANSWER or ONSHI_E_CONFIG. */
int	oki_visual_issuer(const struct oki_buf *file, const struct oki_buf *pem,
	    uint8_t issuer[OKI_RSA_BYTES]) OKI_CHECK;
/* Finds the parts of EF 0002 and checks its signature by hand (card.md 5.4);
 * chip is the key with which the card itself signs. */
int	oki_visual_check(struct oki_visual *f, const uint8_t issuer[OKI_RSA_BYTES],
	    uint8_t chip[OKI_RSA_BYTES]) OKI_CHECK;

/* Identified, and a My Number Card with a certificate: else its own result. */
int	oki_card_need_my_number(struct oki_card *c, struct oki_wait *w,
	    struct onshi_error *e) OKI_CHECK;

#endif
