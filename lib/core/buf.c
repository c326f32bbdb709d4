/* Bytes that grow up to a maximum, and leave no copy behind as they do. */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/inside.h"

#define ROOM_FIRST	64
#define FORMAT_MAX	1024

void
oki_buf_init(struct oki_buf *b, size_t max)
{
	*b = (struct oki_buf){ .max = max };
}

/* A new place of at least need bytes and a NUL; the old one is wiped. */
static int
grow(struct oki_buf *b, size_t need)
{
	size_t room = b->room < ROOM_FIRST ? ROOM_FIRST : b->room;
	uint8_t *data;

	while (room < need)
		room = room > SIZE_MAX / 2 ? need : room * 2;
	if (room > b->max)
		room = b->max;
	if (room == SIZE_MAX || (data = oki_alloc(room + 1)) == NULL)
		return ONSHI_E_NOMEM;
	if (b->data != NULL)
		memcpy(data, b->data, b->len);
	oki_free(b->data);
	b->data = data;
	b->room = room;

	return ONSHI_OK;
}

int
oki_buf_reserve(struct oki_buf *b, size_t more)
{
	if (b->len > b->max || more > b->max - b->len)
		return ONSHI_E_TOO_BIG;
	if (b->data != NULL && more <= b->room - b->len)
		return ONSHI_OK;

	return grow(b, b->len + more);
}

int
oki_buf_append(struct oki_buf *b, const void *p, size_t len)
{
	int r;

	if (p == NULL && len > 0)
		return ONSHI_E_INTERNAL;
	if ((r = oki_buf_reserve(b, len)) != ONSHI_OK)
		return r;
	if (len > 0)
		memcpy(b->data + b->len, p, len);
	b->len += len;
	b->data[b->len] = 0;

	return ONSHI_OK;
}

int
oki_buf_text(struct oki_buf *b, const char *s)
{
	return oki_buf_append(b, s, s == NULL ? 0 : strlen(s));
}

int
oki_buf_byte(struct oki_buf *b, unsigned int c)
{
	uint8_t byte = (uint8_t)c;

	return oki_buf_append(b, &byte, 1);
}

int
oki_buf_format(struct oki_buf *b, const char *fmt, ...)
{
	char text[FORMAT_MAX + 1];
	va_list ap;
	int n, r;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof(text))
		r = ONSHI_E_TOO_BIG;
	else
		r = oki_buf_append(b, text, (size_t)n);
	oki_wipe(text, sizeof(text));

	return r;
}

void
oki_buf_reset(struct oki_buf *b)
{
	if (b->data != NULL)
		oki_wipe(b->data, b->room + 1);
	b->len = 0;
}

void
oki_buf_free(struct oki_buf *b)
{
	oki_free(b->data);
	*b = (struct oki_buf){ .max = b->max };
}

/* to takes over what from holds, its maximum too; from is empty afterwards. */
void
oki_buf_move(struct oki_buf *to, struct oki_buf *from)
{
	if (to == from)
		return;
	oki_free(to->data);
	*to = *from;
	*from = (struct oki_buf){ .max = to->max };
}
