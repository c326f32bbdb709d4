/* Memory: every allocation of the library, zeroed, wiped when given back. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "core/inside.h"

/* What stands before each piece, so that freeing knows how much to wipe. */
union head {
	size_t		len;
	max_align_t	align;
};

/* The compiler cannot know what it calls, so it cannot leave the call out. */
static void *(*const volatile wipe)(void *, int, size_t) = memset;

void
oki_wipe(void *p, size_t len)
{
	if (p != NULL && len > 0)
		wipe(p, 0, len);
}

void
onshi_wipe(void *p, size_t len)
{
	oki_wipe(p, len);
}

/* The one place where memory comes from: tests make its n-th call fail. */
void *
oki_alloc(size_t len)
{
	union head *h;

	if (len > PTRDIFF_MAX - sizeof(*h) ||
	    (h = malloc(sizeof(*h) + len)) == NULL)
		return NULL;
	memset(h, 0, sizeof(*h) + len);
	h->len = len;

	return h + 1;
}

void *
oki_alloc_array(size_t n, size_t size)
{
	if (size != 0 && n > SIZE_MAX / size)
		return NULL;

	return oki_alloc(n * size);
}

void
oki_free(void *p)
{
	union head *h;

	if (p == NULL)
		return;
	h = (union head *)p - 1;
	oki_wipe(h, sizeof(*h) + h->len);
	free(h);
}

char *
oki_strndup(const char *s, size_t len)
{
	char *copy;

	if (s == NULL || len == SIZE_MAX || (copy = oki_alloc(len + 1)) == NULL)
		return NULL;
	if (len > 0)
		memcpy(copy, s, len);

	return copy;
}

char *
oki_strdup(const char *s)
{
	return s == NULL ? NULL : oki_strndup(s, strlen(s));
}

/* Takes as long for the first byte that differs as for the last (SEC-79). */
bool
oki_equal(const void *a, size_t alen, const void *b, size_t blen)
{
	const volatile uint8_t *x = a, *y = b;
	unsigned int differ = 0;
	size_t i;

	if (alen != blen)
		return false;
	for (i = 0; i < alen; i++)
		differ |= (unsigned int)(x[i] ^ y[i]);

	return differ == 0;
}
