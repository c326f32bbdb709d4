/*
 * An entry of the trail: any line. One that is read can be written again from
 * what it says, byte by byte the same: there is one way to write an entry.
 */
#include "config.h"

#include "audit/inside.h"
#include "fuzz.h"

/* The values of a line by their keys, decoded. */
struct values {
	char	text[128][OKI_AUDIT_LINE + 1];
};

static unsigned int
hex(char c)
{
	return c <= '9' ? (unsigned int)(c - '0') :
	    (unsigned int)(c - 'A') + 10;
}

static void
decode(char *to, const char *from, const char *end)
{
	for (; from < end; from++)
		if (*from == '%') {
			*to++ = (char)(hex(from[1]) << 4 | hex(from[2]));
			from += 2;
		} else
			*to++ = *from;
	*to = '\0';
}

static void
take_apart(const char *line, size_t len, struct values *v)
{
	const char *p = line, *end = line + len - 1, *tab;

	for (; p < end; p = tab + 1) {
		if ((tab = memchr(p, '\t', (size_t)(end - p))) == NULL)
			tab = end;
		MUST(tab - p >= 3 && p[1] == '=' && p[0] > 0);
		decode(v->text[(size_t)p[0]], p + 2, tab);
	}
}

static const char *
value(const struct values *v, char key)
{
	const char *s = v->text[(size_t)key];

	return strcmp(s, "-") == 0 ? NULL : s;
}

static void
fill(const struct values *v, const struct oki_audit_parsed *p,
    struct oki_audit_entry *e, struct oki_audit_stamp *stamp)
{
	*e = (struct oki_audit_entry){
	    .event = (enum oki_audit_event)p->event,
	    .outcome = (enum oki_audit_outcome)p->outcome,
	    .operator_id = value(v, 'a'), .licence = value(v, 'l'),
	    .terminal = value(v, 's'), .patient = value(v, 'p'),
	    .categories = value(v, 'k'), .purpose = value(v, 'u'),
	    .identity = value(v, 'i'), .consent = value(v, 'c'),
	    .request_id = value(v, 'q'), .link = value(v, 'w'),
	    .result = value(v, 'r'), .rules = value(v, 'z') };
	*stamp = (struct oki_audit_stamp){ .n = p->n,
	    .wall_ms = p->wall_ms, .boot_ms = p->boot_ms };
	(void)snprintf(stamp->boot, sizeof(stamp->boot), "%08x",
	    (unsigned int)p->boot);
	memcpy(stamp->institution, p->institution,
	    sizeof(stamp->institution));
}

/* The clock knows milliseconds; the form has room for three digits more. */
static bool
has_microseconds(const struct values *v)
{
	const char *t = v->text['t'];

	return strlen(t) == 27 && memcmp(t + 23, "000", 3) != 0;
}

static void
write_again(const char *line, size_t len, const struct oki_audit_parsed *p)
{
	static struct oki_audit_line out;
	static struct values v;
	struct oki_audit_stamp stamp;
	struct oki_audit_entry e;
	char hash[2 * OKI_AUDIT_HASH + 1];

	take_apart(line, len, &v);
	if (has_microseconds(&v))
		return;
	fill(&v, p, &e, &stamp);
	MUST((e.request_id != NULL) == p->has_request);
	MUST(oki_audit_line_make(&e, &stamp, &out) == ONSHI_OK);
	MUST(out.len + 3 + 2 * OKI_AUDIT_HASH + 1 == p->sealed);
	MUST(memcmp(out.text, line, out.len) == 0);
	oki_hex(hash, p->h, sizeof(p->h));
	MUST(memcmp(hash, line + p->sealed - 1 - 2 * OKI_AUDIT_HASH,
	    2 * OKI_AUDIT_HASH) == 0);
	oki_hex(hash, p->g, sizeof(p->g));
	MUST(memcmp(hash, line + p->sealed + 2, 2 * OKI_AUDIT_HASH) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const char *line = (const char *)data;
	struct oki_audit_parsed p, q;
	struct oki_audit_vouch v;
	int64_t wall;
	size_t i;

	memset(&p, 0, sizeof(p));
	if (oki_audit_vouch_parse(line, len, &v))
		MUST(len > 2 * OKI_AUDIT_HASH && v.last < 1000000000000000000);
	if (!oki_audit_line_parse(line, len, &p)) {
		(void)oki_audit_line_time(line, len, &wall);
		return 0;
	}
	MUST(len <= OKI_AUDIT_LINE && line[len - 1] == '\n');
	for (i = 0; i + 1 < len; i++)
		MUST(line[i] == '\t' || (line[i] > 0x20 && line[i] < 0x7f));
	MUST(p.boot_ms >= 0 && p.n <= INT64_MAX);
	MUST(oki_audit_event_name(p.event) != NULL);
	MUST(oki_audit_outcome_name(p.outcome) != NULL);
	MUST(oki_audit_line_time(line, len, &wall) && wall == p.wall_ms);
	write_again(line, len, &p);
	/* None of its beginnings is an entry. */
	MUST(!oki_audit_line_parse(line, len - 1, &q));

	return 0;
}
