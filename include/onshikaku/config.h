/*
 * Configuration: a table of keys, filled by hand or from a file, then
 * handed to onshi_new and frozen. onshikaku.conf(5) lists the keys.
 */
#ifndef ONSHIKAKU_CONFIG_H
#define ONSHIKAKU_CONFIG_H

#include "onshikaku/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A config with the lawful defaults. Yours: free with onshi_config_free. */
ONSHI_API ONSHI_CHECK int onshi_config_new(struct onshi_config **out);
ONSHI_API void onshi_config_free(struct onshi_config **cp);

/*
 * Reads an INI file of onshikaku.conf(5), strictly: a key that is unknown or
 * stands twice is ONSHI_E_CONFIG, and the error names line and key. A key that
 * is set already is replaced. Nothing is taken from a file that is refused.
 */
ONSHI_API ONSHI_CHECK int onshi_config_load(struct onshi_config *c,
    const char *path);

/*
 * Sets one key, as "link.base". The value is checked at once and copied:
 * ONSHI_E_CONFIG says what is wrong with it, ONSHI_E_STATE that the config is
 * frozen. NULL goes back to the default. A number is given as its digits.
 */
ONSHI_API ONSHI_CHECK int onshi_config_set(struct onshi_config *c,
    const char *key, const char *value);

/* The content itself for a key that names a file ("link.ca_file"). */
ONSHI_API ONSHI_CHECK int onshi_config_set_bytes(struct onshi_config *c,
    const char *key, const uint8_t *bytes, size_t len);

/* The same for content that is secret (a key, a passphrase): it is kept in
 * locked memory, can never be read back, and your copy is yours to wipe. */
ONSHI_API ONSHI_CHECK int onshi_config_set_secret(struct onshi_config *c,
    const char *key, const uint8_t *bytes, size_t len);

/*
 * The value that a key has, set or default; ONSHI_ABSENT where it has none,
 * was given as bytes, or is secret. Borrowed from c until it changes.
 */
ONSHI_API ONSHI_CHECK int onshi_config_text(const struct onshi_config *c,
    const char *key, const char **text);

/* The i-th key of the table and what it is for (lang "en" or "ja"): ONSHI_OK,
 * or ONSHI_END after the last. Static strings. */
ONSHI_API ONSHI_CHECK int onshi_config_key_at(size_t i, const char *lang,
    const char **key, const char **text);

/* Why the last call on c, or onshi_new or onshi_fallback_new with it, failed,
 * or the last that failed on a root made from it (onshi_operator_new ...).
 * Never NULL. */
ONSHI_API const struct onshi_error *onshi_config_error(
    const struct onshi_config *c);

#ifdef __cplusplus
}
#endif

#endif
