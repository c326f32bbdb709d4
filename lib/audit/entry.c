/* Writes an entry as its one line (security.md 13.3). */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "audit/audit.h"

static const char *const events[] = {
	[OKI_AUDIT_LOG_OPEN] = "log.open",
	[OKI_AUDIT_LOG_RECOVERED] = "log.recovered",
	[OKI_AUDIT_LOG_TORN] = "log.torn",
	[OKI_AUDIT_LOG_ROTATE] = "log.rotate",
	[OKI_AUDIT_LOG_PRUNE] = "log.prune",
	[OKI_AUDIT_LOG_ANCHOR] = "log.anchor",
	[OKI_AUDIT_IDENTITY_BEGIN] = "identity.begin",
	[OKI_AUDIT_IDENTITY_END] = "identity.end",
	[OKI_AUDIT_CONSENT_GIVEN] = "consent.given",
	[OKI_AUDIT_CONSENT_REFUSED] = "consent.refused",
	[OKI_AUDIT_CONSENT_WITHDRAWN] = "consent.withdrawn",
	[OKI_AUDIT_QUERY_INTENT] = "query.intent",
	[OKI_AUDIT_QUERY_OUTCOME] = "query.outcome",
	[OKI_AUDIT_QUERY_REFUSED] = "query.refused",
	[OKI_AUDIT_RESULT_READ] = "result.read",
	[OKI_AUDIT_RESULT_WIPED] = "result.wiped",
	[OKI_AUDIT_DISASTER_ON] = "disaster.on",
	[OKI_AUDIT_DISASTER_ACK] = "disaster.ack",
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

/* Adds bytes; false once the line is full. */
static bool
put(struct oki_audit_line *out, const char *bytes, size_t len)
{
	if (len > OKI_AUDIT_LINE - out->len)
		return false;
	memcpy(out->text + out->len, bytes, len);
	out->len += len;
	out->text[out->len] = '\0';

	return true;
}

/* A value from outside cannot end its field or its line: every other byte is
 * %XX. What is absent, and what is empty, is "-". */
static bool
put_value(struct oki_audit_line *out, const char *value)
{
	static const char hex[] = "0123456789ABCDEF";
	char coded[3] = "%";
	unsigned char c;
	bool fits = true;

	if (value == NULL || value[0] == '\0')
		return put(out, "-", 1);
	for (; fits && *value != '\0'; value++) {
		c = (unsigned char)*value;
		coded[1] = hex[c >> 4];
		coded[2] = hex[c & 15];
		fits = oki_audit_is_plain(c) ? put(out, value, 1) : put(out, coded, 3);
	}

	return fits;
}

static bool
put_field(struct oki_audit_line *out, char key, const char *value)
{
	char name[3] = { '\t', key, '=' };

	return put(out, name, sizeof(name)) && put_value(out, value);
}

/* UTC with microseconds, of which the clock knows the first three digits. */
static bool
put_time(struct oki_audit_line *out, int64_t wall_ms)
{
	struct oki_civil c;
	char text[64];
	int64_t s = wall_ms / 1000, ms = wall_ms % 1000;

	if (ms < 0) {
		ms += 1000;
		s--;
	}
	oki_civil(s, &c);
	if (c.year < 1 || c.year > 9999)
		return false;
	(void)snprintf(text, sizeof(text),
	    "%04d-%02d-%02dT%02d:%02d:%02d.%03d000Z", c.year, c.month, c.day,
	    c.hour, c.min, c.sec, (int)ms);

	return put_field(out, 't', text);
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
	char n[24], boot[40];

	out->len = 0;
	out->text[0] = '\0';
	if (event == NULL || outcome == NULL || (entry->request_id != NULL &&
	    !is_request_id(entry->request_id)))
		return ONSHI_E_ARG;

	(void)snprintf(n, sizeof(n), "%" PRIu64, stamp->n);
	(void)snprintf(boot, sizeof(boot), "%.8s:%" PRId64, stamp->boot,
	    stamp->boot_ms < 0 ? 0 : stamp->boot_ms);
	if (!put(out, "v=1", 3) ||
	    !put_field(out, 'n', n) ||
	    !put_time(out, stamp->wall_ms) ||
	    !put_field(out, 'b', boot) ||
	    !put_field(out, 'e', event) ||
	    !put_field(out, 'o', outcome) ||
	    !put_field(out, 'a', entry->operator_id) ||
	    !put_field(out, 'l', entry->licence) ||
	    !put_field(out, 's', entry->terminal) ||
	    !put_field(out, 'm', stamp->institution) ||
	    !put_field(out, 'p', entry->patient) ||
	    !put_field(out, 'k', entry->categories) ||
	    !put_field(out, 'u', entry->purpose) ||
	    !put_field(out, 'i', entry->identity) ||
	    !put_field(out, 'c', entry->consent) ||
	    !put_field(out, 'q', entry->request_id) ||
	    !put_field(out, 'w', entry->link) ||
	    !put_field(out, 'r', entry->result) ||
	    !put_field(out, 'z', entry->rules))
		return ONSHI_E_TOO_BIG;

	return ONSHI_OK;
}

int
oki_audit_line_seal(struct oki_audit_sums *s, struct oki_audit_line *line,
    const uint8_t previous[OKI_AUDIT_HASH], const uint8_t key[OKI_AUDIT_HASH])
{
	char hex[2 * OKI_AUDIT_HASH + 1];
	uint8_t g[OKI_AUDIT_HASH];
	int r;

	oki_hex(hex, previous, OKI_AUDIT_HASH);
	if (!put_field(line, 'h', hex) || !put(line, "\t", 1))
		return ONSHI_E_TOO_BIG;
	if ((r = oki_audit_key_seal(s, key, line->text, line->len, g)) != ONSHI_OK)
		return r;
	oki_hex(hex, g, OKI_AUDIT_HASH);
	if (!put(line, "g=", 2) || !put(line, hex, strlen(hex)) ||
	    !put(line, "\n", 1))
		return ONSHI_E_TOO_BIG;

	return ONSHI_OK;
}
