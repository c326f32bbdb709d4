/*
 * The card alone, for programs that want no visit: which readers there are,
 * what lies on them, tries left, certificate, signature. A visit needs none
 * of this.
 */
#ifndef ONSHIKAKU_CARD_H
#define ONSHIKAKU_CARD_H

#include "onshikaku/base.h"

#ifdef __cplusplus
extern "C" {
#endif

struct onshi_readers;		/* a list of readers, as it was when taken */
struct onshi_card;		/* a card, while it lies on its reader */

/* An empty list. Yours: free with onshi_readers_free. */
ONSHI_API ONSHI_CHECK int onshi_readers_new(struct onshi *o,
    struct onshi_readers **out);
ONSHI_API void onshi_readers_free(struct onshi_readers **lp);

/* Takes all readers as they are now, those of the config first, then PC/SC's.
 * May wait, 5 s at most. */
ONSHI_API ONSHI_CHECK int onshi_readers_list(struct onshi_readers *l);
ONSHI_API const struct onshi_error *onshi_readers_error(
    const struct onshi_readers *l);

/* The i-th: its name and whether a card lies on it; either may be NULL.
 * ONSHI_OK or ONSHI_END. */
ONSHI_API ONSHI_CHECK int onshi_readers_at(const struct onshi_readers *l,
    size_t i, const char **name, int *has_card);

/* What kind of card it is, by applications and content, never by ATR. */
enum {
	ONSHI_CARD_OTHER	= 0,
	ONSHI_CARD_MY_NUMBER	= 1,
	ONSHI_CARD_NO_CERTIFICATE = 2,	/* none to sign in with */
	ONSHI_CARD_PHONE	= 3,	/* its certificates */
	ONSHI_CARD_JUKI		= 4,	/* the old resident card */
	ONSHI_CARD_RESIDENCE	= 5,
	ONSHI_CARD_DRIVERS_LICENCE	= 6
};
ONSHI_API const char *onshi_card_kind_name(int kind);
ONSHI_API const char *onshi_card_kind_text(int kind, const char *lang);

/* A handle for a card; and how long one call on it may take, 0: the config's
 * reader.deadline_ms. Yours: onshi_card_free closes and powers off the card. */
ONSHI_API ONSHI_CHECK int onshi_card_new(struct onshi *o,
    struct onshi_card **out);
ONSHI_API void onshi_card_free(struct onshi_card **cp);
ONSHI_API ONSHI_CHECK int onshi_card_set_deadline(struct onshi_card *c,
    int32_t ms);

/*
 * Opens the card that lies on the reader (its name, or part of it; NULL or "":
 * the only one with a card), or waits for one. It is held for you alone until
 * it is opened again or freed; a visit at the same reader meanwhile gets
 * ONSHI_E_READER_BUSY. A foreign card is opened, too: ask for its kind.
 */
ONSHI_API ONSHI_CHECK int onshi_card_open(struct onshi_card *c,
    const char *reader);

/* One of ONSHI_CARD_...; found when the card was opened. */
ONSHI_API int onshi_card_kind(const struct onshi_card *c);

/* Asks how many PIN tries are left; asking costs none. May wait. */
ONSHI_API ONSHI_CHECK int onshi_card_pin_tries(struct onshi_card *c,
    int *left);

/* Reads the certificate, once; needs no PIN. Borrowed from c until it is opened
 * again or freed, whatever other calls bring. May wait. */
ONSHI_API ONSHI_CHECK int onshi_card_certificate(struct onshi_card *c,
    const struct onshi_certificate **out);

/*
 * Signs the SHA-256 of data with the PIN (RSASSA-PKCS1-v1_5): as
 * onshi_visit_set_pin for shape, tries and flags. The signature is checked
 * against the certificate before onshi_card_signature gives it, borrowed from
 * c until the next call. May wait.
 */
ONSHI_API ONSHI_CHECK int onshi_card_sign(struct onshi_card *c,
    const char *pin, uint32_t flags, const uint8_t *data, size_t len);
ONSHI_API const uint8_t *onshi_card_signature(const struct onshi_card *c,
    size_t *len);

/*
 * Reads the card's face (photograph and more) with the verification number B
 * of its front, 14 digits; tries and flags as for a PIN. Checked: who signed
 * it, and that it is of this very chip. ONSHI_E_CARD_FACE_OFF unless configured
 * (card.face); the 12-digit My Number is never read or taken. May wait.
 */
ONSHI_API ONSHI_CHECK int onshi_card_check_face(struct onshi_card *c,
    const char *number, uint32_t flags);

/* What a checked face holds; borrowed from c until it is checked or opened
 * again or freed, NULL before. Images are as the card has them. */
enum {
	ONSHI_PART_PHOTO	= 1,	/* JPEG 2000 */
	ONSHI_PART_NAME	= 2,		/* PNG, as printed */
	ONSHI_PART_ADDRESS	= 3,	/* PNG, as printed */
	ONSHI_PART_BIRTHDATE	= 4,	/* YYYYMMDD, no NUL behind */
	ONSHI_PART_SEX		= 5	/* one digit, no NUL behind */
};
ONSHI_API const uint8_t *onshi_card_face(const struct onshi_card *c,
    int part, size_t *len);
ONSHI_API const char *onshi_part_name(int part);

/* Ends a call on this card that waits. From any thread. */
ONSHI_API void onshi_card_cancel(struct onshi_card *c);

/* Commands and bytes exchanged so far; why the last call failed. */
ONSHI_API int32_t onshi_card_apdus(const struct onshi_card *c);
ONSHI_API int32_t onshi_card_apdu_bytes(const struct onshi_card *c);
ONSHI_API const struct onshi_error *onshi_card_error(
    const struct onshi_card *c);

/* How a certificate stands at this moment, by the root's clock. */
enum {
	ONSHI_CERTIFICATE_VALID	= 1,
	ONSHI_CERTIFICATE_SOON		= 2,	/* valid,
	    ends within three months */
	ONSHI_CERTIFICATE_GRACE	= 3,	/* ended; eligibility only, until three
					   months after the month of its end */
	ONSHI_CERTIFICATE_LAPSED	= 4,
	ONSHI_CERTIFICATE_NOT_YET	= 5
};
ONSHI_API int onshi_certificate_state(const struct onshi_certificate *x);

/* Its name, as "grace"; and what to tell the holder, "" if nothing. */
ONSHI_API const char *onshi_certificate_state_name(int state);
ONSHI_API const char *onshi_certificate_state_text(int state,
    const char *lang);

/* Whether it was checked against card.ca_file, and with what result. Whether
 * it was revoked only the service knows. */
enum {
	ONSHI_TRUST_UNCHECKED	= 0,	/* no card.ca_file is configured */
	ONSHI_TRUST_GOOD	= 1,
	ONSHI_TRUST_UNTRUSTED	= 2,	/* of another authority */
	ONSHI_TRUST_BAD_SIGNATURE = 3
};
ONSHI_API int onshi_certificate_trust(const struct onshi_certificate *x);
ONSHI_API const char *onshi_trust_name(int trust);
ONSHI_API const char *onshi_trust_text(int trust, const char *lang);

/* The last second in which a certificate that has ended still shows
 * eligibility, in seconds since 1970 UTC. */
ONSHI_API int64_t onshi_certificate_grace_end(
    const struct onshi_certificate *x);

/* Serial number as lower-case hexadecimal (it names one person),
 * first and last second of validity, the DER. Borrowed from x. */
ONSHI_API const char *onshi_certificate_serial(
    const struct onshi_certificate *x);
ONSHI_API int64_t onshi_certificate_not_before(
    const struct onshi_certificate *x);
ONSHI_API int64_t onshi_certificate_not_after(
    const struct onshi_certificate *x);
ONSHI_API const uint8_t *onshi_certificate_bytes(
    const struct onshi_certificate *x, size_t *len);

#ifdef __cplusplus
}
#endif

#endif
