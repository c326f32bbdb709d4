/*
 * card: readers, commands, the applications on the card (公的個人認証AP).
 * May include core and crypto. PC/SC is known in reader_pcsc.c alone.
 *
 * All calls take the wait (deadline and cancel) of the public call that they
 * serve and note failures in e. No call outlives its deadline, whatever the
 * reader does (SEC-64).
 */
#ifndef OKI_CARD_H
#define OKI_CARD_H

#include "core/core.h"
#include "crypto/crypto.h"
#include "onshikaku/card.h"

/* All readers of one root: PC/SC's and those added to the config. Counted. */
struct oki_readers;
struct oki_card;	/* one card held on one reader, by one caller */

int	oki_readers_new(struct oki_env *env, struct oki_readers **out,
	    struct onshi_error *e) OKI_CHECK;
struct oki_readers *oki_readers_ref(struct oki_readers *rs);
void	oki_readers_free(struct oki_readers **rp);

/* Names and whether a card lies there, as of now: in order, the config's
 * readers first. Fills at most room; *n is how many there are. */
#define OKI_READER_ROOM	129
#define OKI_READERS	16
struct oki_reader_state {
	char	name[OKI_READER_ROOM];
	bool	has_card;
	bool	hanging;	/* in a call given up: it cannot say */
	bool	second;		/* mute, or another program's: only if no
				   other reader has a card */
};
int	oki_readers_list(struct oki_readers *rs, struct oki_wait *w,
	    struct oki_reader_state *out, size_t room, size_t *n,
	    struct onshi_error *e) OKI_CHECK;
/* Whether the i-th of that list is one that a name or a part of one means, by
 * the rule of oki_card_open. */
bool	oki_reader_is_meant(const struct oki_reader_state *list, size_t n,
	    const char *part, size_t i);

/*
 * Takes the card that lies on the reader (its name or part of it, without
 * regard to case; NULL or "": the only one with a card), or waits for one.
 * When the time is over without one it is ONSHI_E_CARD_NONE (it looks at least
 * once, also with no time left); ONSHI_E_CARD_TIMEOUT where one lies there but
 * stays mute; ONSHI_E_READER_BUSY where another visit or program holds it. A
 * reader that is not there is ONSHI_E_READER_NONE once it has been missing for
 * 2 s: PC/SC may just be starting. Holds the card for us alone until close.
 */
int	oki_card_open(struct oki_readers *rs, const char *part,
	    struct oki_wait *w, struct oki_card **out, struct onshi_error *e)
	    OKI_CHECK;

/*
 * The same without waiting for a card: ONSHI_E_CARD_NONE if none is there now,
 * ONSHI_E_READER_NONE if no reader fits part, or there is none at all: for the
 * visit to say beside its ONSHI_NEED_CARD, for the reader may be plugged in
 * while it waits. The time is for PC/SC to answer and for the card to be
 * powered on; shortly after a cancelled wait it looks again.
 */
int	oki_card_open_now(struct oki_readers *rs, const char *part,
	    struct oki_wait *w, struct oki_card **out, struct onshi_error *e)
	    OKI_CHECK;

/* The first half of close, for those that count: the same SELECT and power
 * off; afterwards only counts and close are left to call. */
int	oki_card_finish(struct oki_card *c, struct onshi_error *e);

/*
 * Ends with it, on every path: SELECT of another application once that of
 * 公的個人認証 was selected, then power off (card.md 3.6), within a short time
 * of its own. Not ONSHI_OK: the card has to be taken out. NULL is fine.
 */
int	oki_card_close(struct oki_card **cp, struct onshi_error *e);

/* One of ONSHI_CARD_…, by card.md 10.3: SELECT JPKI, then the certificate's
 * file; at most one SELECT each to name a foreign card. Remembered. */
int	oki_card_kind(struct oki_card *c, struct oki_wait *w, int *kind,
	    struct onshi_error *e) OKI_CHECK;

/*
 * The user-authentication certificate (利用者証明用電子証明書), counted: yours to
 * free. A card of another kind is its own result (ONSHI_E_CARD_RESIDENCE …,
 * ONSHI_E_CARD_NO_CERTIFICATE). What the authorities of card.ca_file say of it
 * is a fact for caller and record, never a bar: the service decides (SEC-77).
 */
int	oki_card_certificate(struct oki_card *c, struct oki_wait *w,
	    struct onshi_certificate **out, struct onshi_error *e) OKI_CHECK;

/* PIN tries left; costs none (SEC-71). */
int	oki_card_tries(struct oki_card *c, struct oki_wait *w, int *left,
	    struct onshi_error *e) OKI_CHECK;

/*
 * Shows the PIN, at most once per call, after asking for the tries unless they
 * are known from this session. Flags: ONSHI_PIN_SPEND_LAST. Results:
 * ONSHI_E_PIN_SHAPE, _LAST_TRY (nothing spent), _WRONG (one spent, e->tries
 * left), _BLOCKED (before, or by this one), _UNKNOWN (the card was lost
 * meanwhile).
 */
int	oki_card_verify_pin(struct oki_card *c, struct oki_wait *w,
	    const struct oki_secret *pin, uint32_t flags,
	    struct onshi_error *e) OKI_CHECK;

/*
 * Signature of the card's key over data (SHA-256, RSASSA-PKCS1-v1_5), checked
 * with x before it is given (SEC-72): ONSHI_E_SIGNATURE otherwise.
 */
int	oki_card_sign(struct oki_card *c, struct oki_wait *w,
	    const struct onshi_certificate *x, const uint8_t *data, size_t len,
	    struct oki_buf *sig, struct onshi_error *e) OKI_CHECK;

/*
 * The card's face (券面事項確認AP), where card.face lets it be shown: number is
 * 照合番号B, flags as for a PIN. What f then holds was signed by an authority of
 * card.face_ca_file and lies on the chip that it was written for. Leaves the
 * card in 公的個人認証AP, with no PIN shown.
 */
struct oki_visual {
	struct oki_buf	bytes;		/* EF 0002, cut at its own length */
	struct {
		size_t	at, len;	/* a part's content in bytes */
	} part[ONSHI_PART_SEX + 1];
};
void	oki_visual_init(struct oki_visual *f);
void	oki_visual_free(struct oki_visual *f);	/* wipes; good as new */
int	oki_card_visual(struct oki_card *c, struct oki_wait *w,
	    const struct oki_secret *number, uint32_t flags,
	    struct oki_visual *f, struct onshi_error *e) OKI_CHECK;

/* Commands sent and bytes exchanged in this session, both ways. */
void	oki_card_counts(const struct oki_card *c, int32_t *apdus,
	    int32_t *bytes);

#endif
