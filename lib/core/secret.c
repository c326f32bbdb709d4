/* Secrets: bytes that go in, are lent to what must have them, and are gone. */
#include "config.h"

#include <string.h>

#include "core/inside.h"

struct oki_secret {
	uint8_t	*bytes;
	size_t	 len;
};

static oki_atomic_int unlocked;		/* one could not be locked */

int
oki_secret_new(const void *bytes, size_t len, struct oki_secret **out)
{
	struct oki_secret *s;
	bool locked;

	*out = NULL;
	if (bytes == NULL && len > 0)
		return ONSHI_E_ARG;
	if ((s = oki_alloc(sizeof(*s))) == NULL)
		return ONSHI_E_NOMEM;
	/* One more than asked for: a NUL, for those who want a string. */
	if (len == SIZE_MAX ||
	    (s->bytes = oki_os_guarded(len + 1, &locked)) == NULL) {
		oki_free(s);
		return ONSHI_E_NOMEM;
	}
	if (!locked)
		atomic_store(&unlocked, 1);
	if (len > 0)
		memcpy(s->bytes, bytes, len);
	s->len = len;
	*out = s;

	return ONSHI_OK;
}

const uint8_t *
oki_secret_bytes(const struct oki_secret *s, size_t *len)
{
	*len = s == NULL ? 0 : s->len;

	return s == NULL ? NULL : s->bytes;
}

void
oki_secret_free(struct oki_secret **sp)
{
	if (sp == NULL || *sp == NULL)
		return;
	oki_os_guarded_free((*sp)->bytes, (*sp)->len + 1);
	oki_free(*sp);
	*sp = NULL;
}

bool
oki_secrets_are_locked(void)
{
	return atomic_load(&unlocked) == 0;
}
