/*
 * Message files alone: read any message of the interface and see what is
 * wrong with it. No root, no I/O, no wait.
 */
#ifndef ONSHIKAKU_MESSAGE_H
#define ONSHIKAKU_MESSAGE_H

#include "onshikaku/base.h"

#ifdef __cplusplus
extern "C" {
#endif

struct onshi_message;

ONSHI_API ONSHI_CHECK int onshi_message_new(struct onshi_message **out);
ONSHI_API void onshi_message_free(struct onshi_message **mp);

/*
 * Reads the bytes of a file. The kind is told by the file's name (NULL if
 * there is none), else by the content. ONSHI_E_ANSWER_REFUSED for bytes that
 * are no acceptable message: onshi_error_reason has one of hostile,
 * wrong_encoding, too_big, truncated, malformed, not_for_us. Replaces what m
 * held before.
 */
ONSHI_API ONSHI_CHECK int onshi_message_read(struct onshi_message *m,
    const char *filename, const uint8_t *bytes, size_t len);

/* The prefix, as "OQSsiquc01res"; "" if it cannot be told, and then each of
 * those it can be: ONSHI_OK or ONSHI_END. Static strings. */
ONSHI_API const char *onshi_message_kind(const struct onshi_message *m);
ONSHI_API ONSHI_CHECK int onshi_message_candidate(
    const struct onshi_message *m, size_t i, const char **kind);

/* One of ONSHI_OUTCOME_...; NONE for a request. */
ONSHI_API int onshi_message_outcome(const struct onshi_message *m);

/* MessageHeader and MessageBody, borrowed from m; ONSHI_ABSENT. */
ONSHI_API ONSHI_CHECK int onshi_message_header(const struct onshi_message *m,
    const struct onshi_record **rec);
ONSHI_API ONSHI_CHECK int onshi_message_body(const struct onshi_message *m,
    const struct onshi_record **rec);

/* Paths of elements that the tables do not know, "/XmlMsg/A/B[2]"; and what
 * reading found wrong with it: one line of English each. ONSHI_OK or ONSHI_END. */
ONSHI_API ONSHI_CHECK int onshi_message_unknown(const struct onshi_message *m,
    size_t i, const char **path);
ONSHI_API ONSHI_CHECK int onshi_message_finding(const struct onshi_message *m,
    size_t i, const char **path, const char **text);

ONSHI_API const struct onshi_error *onshi_message_error(
    const struct onshi_message *m);

#ifdef __cplusplus
}
#endif

#endif
