/*
 * A case as lines of bytes, for who opens it elsewhere or after a restart
 * (CO-14). All lines are there, in one order; whatever is not as it was written
 * is refused.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "query/inside.h"

#define FIRST		"onshikaku-visit=1\n"
#define TOKEN_MAX	4096
#define LINE_MAX_LEN	(3 * TOKEN_MAX)
/* Clocks of two machines may be so far apart without a word (TI-4). */
#define APART_MS	600000

#define TEXT(key, field)						\
	{ key, offsetof(struct oki_case, field),			\
	    sizeof(((struct oki_case *)NULL)->field) }
static const struct {
	const char	*key;
	size_t		 at;
	size_t		 room;
} texts[] = {
	TEXT("visit", id), TEXT("patient", patient),
	TEXT("insurer", insured.insurer), TEXT("symbol", insured.symbol),
	TEXT("number", insured.number), TEXT("branch", insured.branch),
	TEXT("birthdate", insured.birthdate), TEXT("name", person.name),
	TEXT("other-name", person.other_name), TEXT("kana", person.kana),
	TEXT("other-kana", person.other_kana),
	TEXT("born", person.birthdate), TEXT("sex1", person.sex[0]),
	TEXT("sex2", person.sex[1])
};

/* One of the flags of a consent. */
enum { ASKED = 1, GIVEN = 2, GRANTED = 4, WITHDRAWN = 8, FLAGS = 15 };

/* How long ago it was written, by the clocks that tell. */
struct ages {
	int64_t	most;
	int64_t	least;
};

/* ---- writing ------------------------------------------------------------- */

/* What would end a line, and what escapes it, is %XX. */
static int
put_text(struct oki_buf *out, const char *key, const char *text)
{
	const char *from;
	int r;

	if ((r = oki_buf_format(out, "%s=", key)) != ONSHI_OK)
		return r;
	for (; *text != '\0' && r == ONSHI_OK; text = from) {
		for (from = text; (unsigned char)*from >= 0x20 &&
		    *from != '%'; from++)
			;
		if ((r = oki_buf_append(out, text, (size_t)(from - text))) ==
		    ONSHI_OK && *from != '\0')
			r = oki_buf_format(out, "%%%02X",
			    (unsigned int)(unsigned char)*from++);
	}

	return r != ONSHI_OK ? r : oki_buf_byte(out, '\n');
}

static int
put_number(struct oki_buf *out, const char *key, int64_t n)
{
	return oki_buf_format(out, "%s=%" PRId64 "\n", key, n);
}

static int
put_consent(struct oki_buf *out, const struct oki_consent *c, int64_t now)
{
	int64_t end = oki_consent_end_ms(c);
	int flags = (c->asked ? ASKED : 0) | (c->given ? GIVEN : 0) |
	    (c->granted ? GRANTED : 0) |
	    (atomic_load(&c->withdrawn) != 0 ? WITHDRAWN : 0), r;

	if ((r = put_number(out, "flags", flags)) != ONSHI_OK ||
	    (r = put_number(out, "since", c->since)) != ONSHI_OK ||
	    (r = put_number(out, "until", c->until)) != ONSHI_OK)
		return r;

	return put_number(out, "left", end > now ? end - now : 0);
}

static int
put_token(struct oki_buf *out, const struct oki_secret *token)
{
	size_t len = 0;
	const uint8_t *bytes = token != NULL ?
	    oki_secret_bytes(token, &len) : NULL;

	return len > TOKEN_MAX ? ONSHI_E_TOO_BIG :
	    put_text(out, "token", bytes != NULL ? (const char *)bytes : "");
}

/* By all the clocks there are, so that whoever reads it believes none. */
static int
put_moment(const struct oki_case *k, struct oki_buf *out, int64_t now)
{
	char boot[9];
	int r;

	oki_boot_id(k->env, boot);
	if ((r = put_number(out, "sealed", oki_service_ms(k->env))) !=
	    ONSHI_OK ||
	    (r = put_text(out, "boot", boot)) != ONSHI_OK ||
	    (r = put_number(out, "boot-ms", now)) != ONSHI_OK ||
	    (r = put_number(out, "proved", now - k->proved_ms)) != ONSHI_OK)
		return r;

	return put_number(out, "left", k->carried_end_ms - now);
}

int
oki_case_write(struct oki_case *k, struct oki_buf *out)
{
	int64_t now = oki_boot_ms(k->env);
	size_t i;
	int c, r;

	if (k->carried_end_ms == 0)
		k->carried_end_ms = now + OKI_CONSENT_LONGEST_MS;
	if ((r = oki_buf_text(out, FIRST)) != ONSHI_OK ||
	    (r = put_moment(k, out, now)) != ONSHI_OK)
		return r;
	for (i = 0; i < OKI_COUNT(texts) && r == ONSHI_OK; i++)
		r = put_text(out, texts[i].key,
		    (const char *)k + texts[i].at);
	for (c = 1; c < OKI_CATEGORIES && r == ONSHI_OK; c++)
		if (oki_category_is_visits(c))
			r = put_consent(out, &k->consent[c], now);
	if (r != ONSHI_OK ||
	    (r = put_number(out, "purpose", k->purpose)) != ONSHI_OK ||
	    (r = put_number(out, "method", k->method)) != ONSHI_OK ||
	    (r = put_number(out, "confirmed", k->confirmed)) != ONSHI_OK ||
	    (r = put_number(out, "certificate", k->certificate)) != ONSHI_OK ||
	    (r = put_number(out, "grace", k->grace)) != ONSHI_OK)
		return r;

	return put_token(out, k->token);
}

/* ---- reading ------------------------------------------------------------- */

struct reading {
	const char	*at;		/* ends with a NUL */
	bool		 bad;
};

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';

	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The value of the next line, which is that key's; false: it is none, or has
 * no room. */
static bool
take(struct reading *rd, const char *key, char *to, size_t room)
{
	size_t n = strlen(key);
	int high, low;

	if (rd->bad || strncmp(rd->at, key, n) != 0 || rd->at[n] != '=')
		return false;
	for (rd->at += n + 1; *rd->at != '\n'; rd->at++) {
		if (*rd->at == '\0' || room < 2)
			return false;
		*to = *rd->at;
		if (*rd->at == '%') {
			if ((high = hex_digit(rd->at[1])) < 0 ||
			    (low = hex_digit(rd->at[2])) < 0 ||
			    (high | low) == 0)
				return false;
			*to = (char)(high << 4 | low);
			rd->at += 2;
		}
		to++;
		room--;
	}
	*to = '\0';
	rd->at++;

	return true;
}

static void
take_text(struct reading *rd, const char *key, char *to, size_t room)
{
	rd->bad = !take(rd, key, to, room) || !oki_is_utf8(to, strlen(to));
}

static int64_t
take_number(struct reading *rd, const char *key, int64_t low, int64_t high)
{
	char text[24];
	int64_t n = 0;

	rd->bad = !take(rd, key, text, sizeof(text)) ||
	    !oki_number(text, &n) || n < low || n > high;

	return rd->bad ? 0 : n;
}

static void
take_token(struct reading *rd, struct oki_case *k, int *r)
{
	char *text;

	*r = ONSHI_OK;
	if ((text = oki_alloc(TOKEN_MAX + 1)) == NULL) {
		*r = ONSHI_E_NOMEM;
		return;
	}
	take_text(rd, "token", text, TOKEN_MAX + 1);
	if (!rd->bad && text[0] != '\0')
		*r = oki_secret_new(text, strlen(text), &k->token);
	oki_free(text);
}

static void
look_at(struct ages *a, int64_t ago)
{
	if (ago > a->most)
		a->most = ago;
	if (ago < a->least)
		a->least = ago;
}

/* On the machine that wrote it, and not booted since, there is no doubt: other
 * clocks may have been mended meanwhile (TI-4). */
static void
take_ages(struct reading *rd, const struct oki_case *k, struct ages *a,
    int64_t now)
{
	char boot[9], then[9] = "";
	int64_t sealed, ms;

	sealed = take_number(rd, "sealed", 0, INT64_MAX);
	take_text(rd, "boot", then, sizeof(then));
	ms = take_number(rd, "boot-ms", 0, INT64_MAX);
	look_at(a, oki_service_ms(k->env) - sealed);
	oki_boot_id(k->env, boot);
	if (boot[0] != '\0' && strcmp(boot, then) == 0 && now >= ms)
		a->most = a->least = now - ms;
}

static void
take_moment(struct reading *rd, struct oki_case *k, struct ages *a,
    int64_t now)
{
	int64_t proved;

	take_ages(rd, k, a, now);
	proved = take_number(rd, "proved", 0, 2 * OKI_CONSENT_LONGEST_MS);
	k->proved_ms = now - a->most - proved;
	if (k->proved_ms == 0)
		k->proved_ms = -1;
	k->carried_end_ms = now - a->most + take_number(rd, "left",
	    -OKI_CONSENT_LONGEST_MS, OKI_CONSENT_LONGEST_MS);
}

static int64_t
take_consent(struct reading *rd, struct oki_consent *c)
{
	int64_t flags = take_number(rd, "flags", 0, FLAGS);

	c->asked = (flags & ASKED) != 0;
	c->given = (flags & GIVEN) != 0;
	c->granted = (flags & GRANTED) != 0;
	atomic_init(&c->withdrawn, (flags & WITHDRAWN) != 0);
	c->since = take_number(rd, "since", 0, INT64_MAX / 1000);
	c->until = take_number(rd, "until", 0, INT64_MAX / 1000);

	return take_number(rd, "left", 0, OKI_CONSENT_LONGEST_MS);
}

/* What is left of each runs on by this machine's clock. *until: the last end
 * of those that were running; 0: none was. */
static void
take_consents(struct reading *rd, struct oki_case *k, int64_t now,
    int64_t ago, int64_t *until)
{
	struct oki_consent *c;
	int64_t left;
	int i;

	*until = 0;
	for (i = 1; i < OKI_CATEGORIES; i++) {
		if (!oki_category_is_visits(i))
			continue;
		c = &k->consent[i];
		if ((left = take_consent(rd, c)) == 0)
			continue;
		c->from_ms = now;
		c->until_ms = now + left - ago;
		if (c->until_ms > *until || *until == 0)
			*until = c->until_ms;
		if (left <= ago)
			c->from_ms = c->until_ms = 0;
	}
}

static void
take_rest(struct reading *rd, struct oki_case *k)
{
	k->purpose = (int)take_number(rd, "purpose",
	    ONSHI_PURPOSE_INSURANCE, ONSHI_PURPOSE_DISPENSING);
	k->method = (int)take_number(rd, "method", 1, 99);
	k->confirmed = take_number(rd, "confirmed", 0, 1) != 0;
	k->certificate = (int)take_number(rd, "certificate", 0, 99);
	k->grace = take_number(rd, "grace", 0, 1) != 0;
	k->proven = true;
}

/* Over by the strictest clock; where another one says otherwise by more than
 * clocks differ, that is what is wrong. */
static int
judge(const struct ages *a, int64_t end, int64_t now)
{
	if (a->least < -APART_MS)
		return ONSHI_E_CLOCK;
	if (now < end)
		return ONSHI_OK;

	return a->most - a->least > APART_MS && now - a->most + a->least <
	    end ? ONSHI_E_CLOCK : ONSHI_E_VISIT_GONE;
}

int
oki_case_read(struct oki_case *k, const struct oki_buf *in, int64_t ago_ms)
{
	struct ages ages = { .most = 0, .least = INT64_MAX };
	struct reading rd = { .at = (const char *)in->data };
	int64_t now = oki_boot_ms(k->env), until;
	size_t i;
	int r;

	if (in->len < strlen(FIRST) || strlen(rd.at) != in->len ||
	    strncmp(rd.at, FIRST, strlen(FIRST)) != 0)
		return ONSHI_E_VALUE;
	rd.at += strlen(FIRST);
	look_at(&ages, ago_ms);
	take_moment(&rd, k, &ages, now);
	for (i = 0; i < OKI_COUNT(texts); i++)
		take_text(&rd, texts[i].key, (char *)k + texts[i].at,
		    texts[i].room);
	take_consents(&rd, k, now, ages.most, &until);
	take_rest(&rd, k);
	take_token(&rd, k, &r);
	if (r != ONSHI_OK || rd.bad || *rd.at != '\0')
		return r != ONSHI_OK ? r : ONSHI_E_VALUE;
	if (until == 0 || until > k->carried_end_ms)
		until = k->carried_end_ms;

	return judge(&ages, until, now);
}
