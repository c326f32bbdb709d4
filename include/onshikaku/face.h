/*
 * A face reader: a table by which a vendor's adapter
 * has a patient check in at it, ONSHI_METHOD_FACE. Certified readers come with
 * closed software; the adapter says here what that software has done.
 *
 * One reader, one desk (ID-3): one for each config, one patient at a time. It
 * is called from the visit's own thread, never under a lock; rules for tables
 * in tables.h hold.
 */
#ifndef ONSHIKAKU_FACE_H
#define ONSHIKAKU_FACE_H

#include "onshikaku/base.h"

#ifdef __cplusplus
extern "C" {
#endif

struct onshi_config;
struct onshi_face_exchange;	/* one patient at the reader, under way */

/* What the patient brought. */
enum {
	ONSHI_CARRIER_CARD	= 1,
	ONSHI_CARRIER_PHONE	= 2	/* no grace, no visual check */
};

struct onshi_face_ops {
	size_t	  size;

	/*
	 * Has one patient check in: asks for each consent, lets them choose
	 * among the methods allowed, says by onshi_face_set_... what came of it.
	 * ONSHI_OK when all was said; else nothing counts: ONSHI_E_FACE,
	 * ONSHI_E_READER_BUSY, ONSHI_E_CANCELLED or another 3xx.
	 */
	int	(*check)(void *self, struct onshi_face_exchange *x);

	/* Ends a check that waits, from another thread. Optional. */
	void	(*cancel)(void *self);

	void	(*done)(void *self);		/* optional */
};

/* The one reader of this config; a second is ONSHI_E_STATE (ID-3). */
ONSHI_API ONSHI_CHECK int onshi_config_add_face(struct onshi_config *c,
    const struct onshi_face_ops *ops, void *self);

/*
 * What is to be done. x and all that it lends live until check returns, and
 * are for its thread alone. id: a name of this exchange, random, for the
 * adapter to have its software say back (no answer of another patient's).
 */
ONSHI_API const char *onshi_face_id(const struct onshi_face_exchange *x);
ONSHI_API int onshi_face_purpose(const struct onshi_face_exchange *x);

/* 1 if that ONSHI_CATEGORY_... is to be asked, that ONSHI_METHOD_... may be
 * used, and if the card is to be registered for use (first use, ID-7). */
ONSHI_API int onshi_face_asks(const struct onshi_face_exchange *x,
    int category);
ONSHI_API int onshi_face_allows(const struct onshi_face_exchange *x,
    int method);
ONSHI_API int onshi_face_registers(const struct onshi_face_exchange *x);

/* Texts to show there, as onshi_notice_text. */
ONSHI_API const char *onshi_face_text(const struct onshi_face_exchange *x,
    int notice, int category, const char *lang);

/* What time is left, and whether to come back at once. */
ONSHI_API int32_t onshi_face_timeout_ms(const struct onshi_face_exchange *x);
ONSHI_API int onshi_face_is_cancelled(const struct onshi_face_exchange *x);

/*
 * What the patient did; copied and checked at once, each said once. A refused
 * one ends the exchange: give that result back. method: face, pin or visual;
 * an answer for each category that was asked; tries: the PIN's that are left;
 * proof: opaque bytes of the reader's software, for face.
 */
ONSHI_API ONSHI_CHECK int onshi_face_set_carrier(
    struct onshi_face_exchange *x, int carrier);
ONSHI_API ONSHI_CHECK int onshi_face_set_method(
    struct onshi_face_exchange *x, int method);
ONSHI_API ONSHI_CHECK int onshi_face_set_consent(
    struct onshi_face_exchange *x, int category, int given);
ONSHI_API ONSHI_CHECK int onshi_face_set_tries(
    struct onshi_face_exchange *x, int left);
ONSHI_API ONSHI_CHECK int onshi_face_set_certificate(
    struct onshi_face_exchange *x, const uint8_t *der, size_t len);
ONSHI_API ONSHI_CHECK int onshi_face_set_proof(
    struct onshi_face_exchange *x, const uint8_t *bytes, size_t len);

/*
 * For the PIN, once all else is said: what the card is to sign, a fresh
 * challenge and the consents (may wait for the service), and its signature.
 * *bytes is borrowed until check returns.
 */
ONSHI_API ONSHI_CHECK int onshi_face_to_sign(struct onshi_face_exchange *x,
    const uint8_t **bytes, size_t *len);
ONSHI_API ONSHI_CHECK int onshi_face_set_signature(
    struct onshi_face_exchange *x, const uint8_t *bytes, size_t len);

/* "card", "phone"; NULL for a number that is none. And words for people. */
ONSHI_API const char *onshi_carrier_name(int carrier);
ONSHI_API const char *onshi_carrier_text(int carrier, const char *lang);

#ifdef __cplusplus
}
#endif

#endif
