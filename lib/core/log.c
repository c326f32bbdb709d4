/* The log: lines made of closed lists alone, so that no data can get in. */
#include "config.h"

#include <string.h>

#include "core/inside.h"

#define LINE_MAX_LEN	512

#define EV(id, name)	name,
#define FIELD(id, name)
static const char *const events[] = {
#include "core/log.def"
};
#undef EV
#undef FIELD
#define EV(id, name)
#define FIELD(id, name)	name,
static const char *const fields_of[] = {
#include "core/log.def"
};
#undef EV
#undef FIELD

/* A line under way; what does not fit is left out whole. */
struct line {
	char	text[LINE_MAX_LEN + 1];
	size_t	len;
};

static void
put(struct line *l, const char *s, size_t len)
{
	if (len > LINE_MAX_LEN - l->len)
		return;
	memcpy(l->text + l->len, s, len);
	l->len += len;
	l->text[l->len] = '\0';
}

/* The bytes of a word that stand for themselves; the rest are %XX. */
static void
put_word(struct line *l, const char *s)
{
	static const char digits[] = "0123456789ABCDEF";
	char escaped[3] = { '%' };
	uint8_t c;

	for (; *s != '\0'; s++) {
		c = (uint8_t)*s;
		if (c > 0x20 && c < 0x7f && c != '%' && c != '=') {
			put(l, s, 1);
			continue;
		}
		escaped[1] = digits[c >> 4];
		escaped[2] = digits[c & 15];
		put(l, escaped, sizeof(escaped));
	}
}

static void
put_number(struct line *l, int64_t n)
{
	uint64_t v = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
	char text[21];
	size_t at = sizeof(text);

	do
		text[--at] = (char)('0' + v % 10);
	while ((v /= 10) > 0);
	if (n < 0)
		text[--at] = '-';
	put(l, text + at, sizeof(text) - at);
}

void
oki_log(const struct oki_env *env, enum oki_event_id event,
    const struct oki_field *fields, size_t n)
{
	struct line l = { .len = 0 };
	size_t i;

	if (!oki_log_is_on(env) || (size_t)event >= OKI_EVENTS)
		return;
	put_word(&l, events[event]);
	for (i = 0; i < n; i++) {
		if ((size_t)fields[i].id >= OKI_FIELDS)
			continue;
		put(&l, " ", 1);
		put_word(&l, fields_of[fields[i].id]);
		put(&l, "=", 1);
		if (fields[i].word != NULL)
			put_word(&l, fields[i].word);
		else
			put_number(&l, fields[i].number);
	}
	oki_env_line(env, l.text);
	if (oki_env_says_unlocked(env))		/* SEC-81 */
		oki_env_line(env, events[OKI_EV_UNLOCKED]);
}
