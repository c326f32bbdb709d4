/* atna.c: entries of the trail as DICOM audit messages (PS3.15 A.5, after
 * RFC 3881), to be handed over (DI-9). */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "tools.h"

#define FIELDS		"vntbeoalsmpkuicqwrzhg"
#define OURS		"onshikaku"	/* the name of our own codes */

/* What each event is there: its code, what was done, and to the patient. */
static const struct {
	const char	*event;
	const char	*code;		/* of DCM */
	const char	*text;
	char		 action;	/* Create Read Update Delete Execute */
} events[] = {
	{ "log.open", "110134", "Audit Recording Started", 'E' },
	{ "log.prune", "110101", "Audit Log Used", 'D' },
	{ "log.", "110101", "Audit Log Used", 'U' },
	{ "identity.", "110114", "User Authentication", 'E' },
	{ "consent.", "110110", "Patient Record", 'U' },
	{ "query.", "110112", "Query", 'E' },
	{ "result.wiped", "110110", "Patient Record", 'D' },
	{ "result.", "110110", "Patient Record", 'R' },
	{ "disaster.", "110113", "Security Alert", 'E' },
	{ "emergency.", "110113", "Security Alert", 'E' },
	{ "config.", "110113", "Security Alert", 'U' },
	{ "clock.", "110113", "Security Alert", 'E' },
	{ "", "110100", "Application Activity", 'E' }
};

/* What became of it is not known where no answer came: a serious failure. */
static const struct {
	const char	*outcome;
	const char	*number;
} outcomes[] = {
	{ "ok", "0" }, { "minor", "4" }, { "serious", "8" }, { "major", "12" },
	{ "", "8" }
};

/* Fields that have no place of their own there, with their names. */
static const struct {
	char		 key;
	const char	*name;
} details[] = {
	{ 'k', "categories" }, { 'i', "identity" }, { 'c', "consent" },
	{ 'q', "request" }, { 'w', "link" }, { 'r', "result" },
	{ 'z', "rules" }, { 'n', "number" }, { 'b', "boot" },
	{ 'h', "hash" }, { 'g', "seal" }
};

/* An entry taken apart: what is absent is NULL. Values are as they stand. */
struct entry {
	const char	*value[sizeof(FIELDS) - 1];
};

static const char *
value_of(const struct entry *e, char key)
{
	return e->value[strchr(FIELDS, key) - FIELDS];
}

static void
take_apart(struct entry *e, char *line)
{
	char *rest = line, *field;
	const char *at;

	memset(e, 0, sizeof(*e));
	while ((field = strsep(&rest, "\t")) != NULL)
		if (field[0] != '\0' && field[1] == '=' &&
		    (at = strchr(FIELDS, field[0])) != NULL &&
		    strcmp(field + 2, "-") != 0)
			e->value[at - FIELDS] = field + 2;
}

/* ---- writing ------------------------------------------------------------------- */

/* Bytes of a character of UTF-8 that XML can hold; 0 of any other. */
static size_t
character(const unsigned char *s)
{
	uint32_t c;
	size_t i, n;

	if (s[0] >= 0x20 && s[0] < 0x7f)
		return 1;
	n = s[0] >= 0xc2 && s[0] < 0xe0 ? 2 : s[0] >= 0xe0 && s[0] < 0xf0 ? 3 :
	    s[0] >= 0xf0 && s[0] < 0xf5 ? 4 : 0;
	if (n == 0)
		return 0;
	c = s[0] & (0x7fu >> n);
	for (i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (s[i] & 0x3fu);
	}

	return (n == 2 && c < 0xa0) || (n == 3 && (c < 0x800 ||
	    (c >= 0xd800 && c < 0xe000) || c >= 0xfffe)) ||
	    (n == 4 && (c < 0x10000 || c > 0x10ffff)) ? 0 : n;
}

static bool
is_text(const char *s)
{
	size_t n;

	for (; *s != '\0'; s += n)
		if ((n = character((const unsigned char *)s)) == 0)
			return false;

	return true;
}

static void
put_escaped(struct out *o, const char *s)
{
	static const char *const names[] = {
		['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;",
		['"'] = "&quot;", ['\''] = "&apos;"
	};
	size_t c;

	for (; *s != '\0'; s++) {
		c = (unsigned char)*s;
		if (c < COUNT(names) && names[c] != NULL)
			out_text(o, names[c]);
		else
			out_bytes(o, s, 1);
	}
}

/* A value as people read it; one that XML cannot hold stays in its code. */
static void
put_attribute(struct out *o, const char *name, const char *value)
{
	char text[2048];

	(void)snprintf(text, sizeof(text), "%s", value == NULL ? "-" : value);
	audit_unescape(text);
	out_format(o, " %s=\"", name);
	put_escaped(o, is_text(text) ? text : value);
	out_text(o, "\"");
	onshi_wipe(text, sizeof(text));
}

static void
put_code(struct out *o, const char *element, const char *code,
    const char *system, const char *text)
{
	out_format(o, "<%s", element);
	put_attribute(o, "csd-code", code);
	put_attribute(o, "codeSystemName", system);
	put_attribute(o, "originalText", text);
	out_text(o, "/>");
}

/* ParticipantObjectDetail has base 64, whatever the bytes. */
static void
put_base64(struct out *o, const char *s)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t i, len = strlen(s), n;
	unsigned int v;
	char four[4];

	for (i = 0; i < len; i += 3) {
		n = len - i < 3 ? len - i : 3;
		v = (unsigned int)(unsigned char)s[i] << 16;
		if (n > 1)
			v |= (unsigned int)(unsigned char)s[i + 1] << 8;
		if (n > 2)
			v |= (unsigned char)s[i + 2];
		four[0] = digits[v >> 18 & 63];
		four[1] = digits[v >> 12 & 63];
		four[2] = n > 1 ? digits[v >> 6 & 63] : '=';
		four[3] = n > 2 ? digits[v & 63] : '=';
		out_bytes(o, four, sizeof(four));
	}
}

/* ---- one message ----------------------------------------------------------------- */

static void
put_event(struct out *o, const struct entry *e)
{
	const char *event = value_of(e, 'e'), *outcome = value_of(e, 'o');
	const char *purpose = value_of(e, 'u');
	size_t i, k;

	for (i = 0; i < COUNT(events) - 1; i++)
		if (strncmp(event, events[i].event, strlen(events[i].event)) ==
		    0)
			break;
	for (k = 0; k < COUNT(outcomes) - 1; k++)
		if (strcmp(outcome, outcomes[k].outcome) == 0)
			break;
	out_format(o, "<EventIdentification EventActionCode=\"%c\"",
	    events[i].action);
	put_attribute(o, "EventDateTime", value_of(e, 't'));
	put_attribute(o, "EventOutcomeIndicator", outcomes[k].number);
	out_text(o, ">");
	put_code(o, "EventID", events[i].code, "DCM", events[i].text);
	put_code(o, "EventTypeCode", event, OURS, event);
	if (k == COUNT(outcomes) - 1) {
		out_text(o, "<EventOutcomeDescription>");
		put_escaped(o, outcome);
		out_text(o, "</EventOutcomeDescription>");
	}
	if (purpose != NULL)
		put_code(o, "PurposeOfUse", purpose, OURS, purpose);
	out_text(o, "</EventIdentification>");
}

/* Where nobody is named the trail itself acted. */
static void
put_participant(struct out *o, const struct entry *e)
{
	const char *user = value_of(e, 'a'), *role = value_of(e, 'l');
	const char *terminal = value_of(e, 's');

	out_text(o, "<ActiveParticipant");
	put_attribute(o, "UserID", user == NULL ? OURS : user);
	put_attribute(o, "UserIsRequestor", user == NULL ? "false" : "true");
	if (terminal != NULL) {
		put_attribute(o, "NetworkAccessPointID", terminal);
		put_attribute(o, "NetworkAccessPointTypeCode", "1");
	}
	out_text(o, ">");
	if (role != NULL)
		put_code(o, "RoleIDCode", role, OURS, role);
	else if (user == NULL)
		put_code(o, "RoleIDCode", "110150", "DCM", "Application");
	out_text(o, "</ActiveParticipant><AuditSourceIdentification");
	put_attribute(o, "AuditSourceID", value_of(e, 'm'));
	out_text(o, "/>");
}

static void
put_details(struct out *o, const struct entry *e)
{
	size_t i;

	for (i = 0; i < COUNT(details); i++) {
		if (value_of(e, details[i].key) == NULL)
			continue;
		out_format(o, "<ParticipantObjectDetail type=\"%s\" value=\"",
		    details[i].name);
		put_base64(o, value_of(e, details[i].key));
		out_text(o, "\"/>");
	}
}

/* The patient, by the institution's own number; and the entry as an object of
 * the system, with what has no place elsewhere. */
static void
put_objects(struct out *o, const struct entry *e)
{
	if (value_of(e, 'p') != NULL) {
		out_text(o, "<ParticipantObjectIdentification");
		put_attribute(o, "ParticipantObjectID", value_of(e, 'p'));
		out_text(o, " ParticipantObjectTypeCode=\"1\""
		    " ParticipantObjectTypeCodeRole=\"1\""
		    " ParticipantObjectDataLifeCycle=\"6\">");
		put_code(o, "ParticipantObjectIDTypeCode", "2", "RFC-3881",
		    "Patient Number");
		out_text(o, "</ParticipantObjectIdentification>");
	}
	out_text(o, "<ParticipantObjectIdentification");
	put_attribute(o, "ParticipantObjectID", value_of(e, 'n'));
	out_text(o, " ParticipantObjectTypeCode=\"2\""
	    " ParticipantObjectTypeCodeRole=\"13\">");
	put_code(o, "ParticipantObjectIDTypeCode", "entry", OURS,
	    "entry of the trail");
	put_details(o, e);
	out_text(o, "</ParticipantObjectIdentification>");
}

void
atna_begin(struct tool *t)
{
	out_text(&t->out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<AuditMessages>\n");
}

/* Entries are not verified where they are read: one that lacks what every entry
 * has is none. */
int
atna_entry(struct tool *t, char *line)
{
	struct entry e;

	take_apart(&e, line);
	if (value_of(&e, 'n') == NULL || value_of(&e, 't') == NULL ||
	    value_of(&e, 'e') == NULL || value_of(&e, 'o') == NULL)
		return ONSHI_E_AUDIT;
	out_text(&t->out, "<AuditMessage>");
	put_event(&t->out, &e);
	put_participant(&t->out, &e);
	put_objects(&t->out, &e);
	out_text(&t->out, "</AuditMessage>\n");

	return ONSHI_OK;
}

void
atna_end(struct tool *t)
{
	out_text(&t->out, "</AuditMessages>\n");
}
