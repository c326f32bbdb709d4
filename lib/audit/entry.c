/* Writes an entry as its one line (security.md 13.3). */
#include "config.h"

#include <string.h>

#include "audit/inside.h"

static const char *const events[] = {
	[OKI_AUDIT_LOG_OPEN] = "log.open",
	[OKI_AUDIT_LOG_RECOVERED] = "log.recovered",
	[OKI_AUDIT_LOG_TORN] = "log.torn",
	[OKI_AUDIT_LOG_ROTATE] = "log.rotate",
	[OKI_AUDIT_LOG_PRUNE] = "log.prune",
	[OKI_AUDIT_LOG_ANCHOR] = "log.anchor",
	[OKI_AUDIT_LOG_COPY] = "log.copy",
	[OKI_AUDIT_LOG_GAP] = "log.gap",
	[OKI_AUDIT_IDENTITY_BEGIN] = "identity.begin",
	[OKI_AUDIT_IDENTITY_END] = "identity.end",
	[OKI_AUDIT_CONSENT_GIVEN] = "consent.given",
	[OKI_AUDIT_CONSENT_REFUSED] = "consent.refused",
	[OKI_AUDIT_CONSENT_WITHDRAWN] = "consent.withdrawn",
	[OKI_AUDIT_QUERY_INTENT] = "query.intent",
	[OKI_AUDIT_QUERY_OUTCOME] = "query.outcome",
	[OKI_AUDIT_QUERY_REFUSED] = "query.refused",
	[OKI_AUDIT_QUERY_ABANDONED] = "query.abandoned",
	[OKI_AUDIT_RESULT_READ] = "result.read",
	[OKI_AUDIT_RESULT_WIPED] = "result.wiped",
	[OKI_AUDIT_PERSON_CONFIRMED] = "person.confirmed",
	[OKI_AUDIT_PERSON_DENIED] = "person.denied",
	[OKI_AUDIT_CARD_CHANGED] = "card.changed",
	[OKI_AUDIT_OPERATOR_SET] = "operator.set",
	[OKI_AUDIT_ARRIVAL_TAKEN] = "arrival.taken",
	[OKI_AUDIT_VISIT_END] = "visit.end",
	[OKI_AUDIT_VISIT_SEALED] = "visit.sealed",
	[OKI_AUDIT_VISIT_OPENED] = "visit.opened",
	[OKI_AUDIT_DISASTER_ON] = "disaster.on",
	[OKI_AUDIT_DISASTER_ACK] = "disaster.ack",
	[OKI_AUDIT_EMERGENCY_ON] = "emergency.on",
	[OKI_AUDIT_EMERGENCY_ACK] = "emergency.ack",
	[OKI_AUDIT_CONFIG_CHANGE] = "config.change",
	[OKI_AUDIT_CLOCK_JUMP] = "clock.jump",
};

static const char *const outcomes[] = {
	[OKI_AUDIT_OK] = "ok",
	[OKI_AUDIT_MINOR] = "minor",
	[OKI_AUDIT_SERIOUS] = "serious",
	[OKI_AUDIT_MAJOR] = "major",
	[OKI_AUDIT_UNKNOWN] = "unknown",
};

const char *
oki_audit_event_name(int event)
{
	return event < 0 || (size_t)event >= OKI_COUNT(events) ? NULL :
	    events[event];
}

const char *
oki_audit_outcome_name(int outcome)
{
	return outcome < 0 || (size_t)outcome >= OKI_COUNT(outcomes) ? NULL :
	    outcomes[outcome];
}

/* Adds bytes; once they do not fit, nothing is added any more. */
static void
put(struct oki_audit_line *out, const char *bytes, size_t len)
{
	out->full = out->full || len > OKI_AUDIT_LINE - out->len;
	if (out->full)
		return;
	memcpy(out->text + out->len, bytes, len);
	out->len += len;
	out->text[out->len] = '\0';
}

/* A value from outside cannot end its field or its line: every other byte is
 * %XX. What is absent, and what is empty, is "-". */
static void
put_value(struct oki_audit_line *out, const char *value)
{
	static const char hex[] = "0123456789ABCDEF";
	char *to = out->text + out->len, *end = out->text + OKI_AUDIT_LINE;
	unsigned char c;

	if (value == NULL || value[0] == '\0') {
		put(out, "-", 1);
		return;
	}
	while ((c = (unsigned char)*value++) != '\0') {
		if (oki_audit_is_plain(c) && to < end) {
			*to++ = (char)c;
			continue;
		}
		if (end - to < 3) {
			out->full = true;
			break;
		}
		*to++ = '%';
		*to++ = hex[c >> 4];
		*to++ = hex[c & 15];
	}
	*to = '\0';
	out->len = (size_t)(to - out->text);
}

static void
put_field(struct oki_audit_line *out, char key, const char *value)
{
	char name[3] = { '\t', key, '=' };

	put(out, name, sizeof(name));
	put_value(out, value);
}

/* v as decimal digits, at least so many, at the end of a text. */
static char *
digits(char *end, uint64_t v, int least)
{
	for (; v > 0 || least > 0; v /= 10, least--)
		*--end = (char)('0' + v % 10);

	return end;
}

/* UTC with microseconds, of which the clock knows the first three digits.
 * There is no room for a year of five. */
static void
put_time(struct oki_audit_line *out, int64_t wall_ms)
{
	char text[] = "yyyy-mm-ddThh:mm:ss.mmm000Z";
	struct oki_civil c;
	int64_t s = wall_ms / 1000, ms = wall_ms % 1000;

	if (ms < 0) {
		ms += 1000;
		s--;
	}
	oki_civil(s, &c);
	if (c.year < 1 || c.year > 9999) {
		out->full = true;
		return;
	}
	(void)digits(text + 4, (uint64_t)c.year, 4);
	(void)digits(text + 7, (uint64_t)c.month, 2);
	(void)digits(text + 10, (uint64_t)c.day, 2);
	(void)digits(text + 13, (uint64_t)c.hour, 2);
	(void)digits(text + 16, (uint64_t)c.min, 2);
	(void)digits(text + 19, (uint64_t)c.sec, 2);
	(void)digits(text + 23, (uint64_t)ms, 3);
	put(out, "\tt=", 3);
	put(out, text, sizeof(text) - 1);
}

static void
put_boot(struct oki_audit_line *out, const struct oki_audit_stamp *stamp)
{
	char text[24], *end = text + sizeof(text), *from;

	from = digits(end, stamp->boot_ms < 0 ? 0 : (uint64_t)stamp->boot_ms,
	    1);
	put(out, "\tb=", 3);
	put(out, stamp->boot, 8);
	put(out, ":", 1);
	put(out, from, (size_t)(end - from));
}

static void
put_number(struct oki_audit_line *out, uint64_t n)
{
	char text[24], *end = text + sizeof(text), *from = digits(end, n, 1);

	put(out, "v=1\tn=", 6);
	put(out, from, (size_t)(end - from));
}

static bool
is_request_id(const char *s)
{
	size_t i;

	for (i = 0; i < 16; i++)
		if (s[i] == '\0' || strchr("0123456789abcdef", s[i]) == NULL)
			return false;

	return s[16] == '\0';
}

int
oki_audit_line_make(const struct oki_audit_entry *entry,
    const struct oki_audit_stamp *stamp, struct oki_audit_line *out)
{
	const char *event = oki_audit_event_name((int)entry->event);
	const char *outcome = oki_audit_outcome_name((int)entry->outcome);

	out->len = 0;
	out->full = false;
	out->text[0] = '\0';
	if (event == NULL || outcome == NULL || (entry->request_id != NULL &&
	    !is_request_id(entry->request_id)))
		return ONSHI_E_ARG;

	put_number(out, stamp->n);
	put_time(out, stamp->wall_ms);
	put_boot(out, stamp);
	put_field(out, 'e', event);
	put_field(out, 'o', outcome);
	put_field(out, 'a', entry->operator_id);
	put_field(out, 'l', entry->licence);
	put_field(out, 's', entry->terminal);
	put_field(out, 'm', stamp->institution);
	put_field(out, 'p', entry->patient);
	put_field(out, 'k', entry->categories);
	put_field(out, 'u', entry->purpose);
	put_field(out, 'i', entry->identity);
	put_field(out, 'c', entry->consent);
	put_field(out, 'q', entry->request_id);
	put_field(out, 'w', entry->link);
	put_field(out, 'r', entry->result);
	put_field(out, 'z', entry->rules);

	return out->full ? ONSHI_E_TOO_BIG : ONSHI_OK;
}

static void
put_hash(struct oki_audit_line *line, const char *name,
    const uint8_t hash[OKI_AUDIT_HASH], const char *end)
{
	char hex[2 * OKI_AUDIT_HASH + 1];

	oki_hex(hex, hash, OKI_AUDIT_HASH);
	put(line, name, strlen(name));
	put(line, hex, sizeof(hex) - 1);
	put(line, end, 1);
}

int
oki_audit_line_seal(struct oki_audit_sums *s, struct oki_audit_line *line,
    const uint8_t previous[OKI_AUDIT_HASH], uint8_t key[OKI_AUDIT_HASH])
{
	uint8_t g[OKI_AUDIT_HASH];
	int r;

	put_hash(line, "\th=", previous, "\t");
	if ((r = oki_audit_key_step(s, key, line->text, line->len, g)) !=
	    ONSHI_OK)
		return r;
	put_hash(line, "g=", g, "\n");

	return line->full ? ONSHI_E_TOO_BIG : ONSHI_OK;
}
