/* Codes of the service, and the outcomes and results that they mean. */
#include "config.h"

#include <string.h>

#include "message/inside.h"
#include "message/codes.h"

/* Of our own binding (binding.md), XDIS… by DI-1; XSUS0001E (PU-4) is
 * proposed by us and in no book. Codes that do not stand here mean no more than
 * that the service said no. */
static const struct {
	const char	*code;
	int		 outcome;
	int		 result;
} ours[] = {
	{ "XNDS0001E", ONSHI_OUTCOME_NOT_PROVIDED, ONSHI_E_NOT_PROVIDED },
	{ "XCNS0001E", ONSHI_OUTCOME_NO_CONSENT, ONSHI_E_CONSENT },
	{ "XCRD0001E", ONSHI_OUTCOME_ERROR_PERSON, ONSHI_E_SIGNATURE_REFUSED },
	{ "XCRD0002E", ONSHI_OUTCOME_ERROR_PERSON, ONSHI_E_CHALLENGE },
	{ "XCRD0003E", ONSHI_OUTCOME_ERROR_PERSON, ONSHI_E_CARD_EXPIRED },
	{ "XCRD0004E", ONSHI_OUTCOME_ERROR_PERSON, ONSHI_E_CARD_REVOKED },
	{ "XCRD0005E", ONSHI_OUTCOME_ERROR_PERSON, ONSHI_E_CARD_AUTHORITY },
	{ "XCRD0006E", ONSHI_OUTCOME_ERROR_PERSON,
	    ONSHI_E_CARD_NOT_REGISTERED },
	{ "XSUS0001E", ONSHI_OUTCOME_SUSPENDED, ONSHI_E_SUSPENDED },
	{ "XDIS0001E", ONSHI_OUTCOME_ERROR_FILE, ONSHI_E_DISASTER_AREA },
	{ "XDIS0002E", ONSHI_OUTCOME_ERROR_FILE, ONSHI_E_DISASTER_PERIOD },
	{ "XDIS0003E", ONSHI_OUTCOME_ERROR_PERSON, ONSHI_E_NOTICE },
	{ "XDIS0004E", ONSHI_OUTCOME_ERROR_PERSON, ONSHI_E_BASIS },
	{ "XEMG0001E", ONSHI_OUTCOME_ERROR_PERSON, ONSHI_E_FACILITY },
	{ "XEMG0002E", ONSHI_OUTCOME_ERROR_PERSON, ONSHI_E_LICENCE },
	{ "XEMG0003E", ONSHI_OUTCOME_ERROR_PERSON, ONSHI_E_SIGN_IN }
};

/* What an outcome is called, what result goes with it, whether its records
 * are handed out, and whether a deployment may map a code to it: never to one
 * that would make an eligibility or data out of a refusal. */
static const struct {
	const char	*name;
	int		 result;
	bool		 gives;
	bool		 mappable;
} outcomes[] = {
	[ONSHI_OUTCOME_NONE] = { "none", ONSHI_OK, true, false },
	[ONSHI_OUTCOME_VALID] = { "valid", ONSHI_OK, true, false },
	[ONSHI_OUTCOME_VALID_UNREGISTERED] = { "valid_unregistered",
	    ONSHI_OK, true, false },
	[ONSHI_OUTCOME_LOST] = { "lost", ONSHI_OK, true, false },
	[ONSHI_OUTCOME_LOST_NEWER_EXISTS] = { "lost_newer_exists", ONSHI_OK,
	    true, false },
	[ONSHI_OUTCOME_NOT_FOUND] = { "not_found", ONSHI_OK, false, true },
	[ONSHI_OUTCOME_SEVERAL] = { "several", ONSHI_OK, false, true },
	[ONSHI_OUTCOME_DATA] = { "data", ONSHI_OK, true, false },
	[ONSHI_OUTCOME_NO_DATA] = { "no_data", ONSHI_OK, false, true },
	[ONSHI_OUTCOME_ACCEPTED] = { "accepted", ONSHI_OK, true, false },
	[ONSHI_OUTCOME_DONE] = { "done", ONSHI_OK, true, false },
	[ONSHI_OUTCOME_REGISTERED] = { "registered", ONSHI_OK, true, false },
	[ONSHI_OUTCOME_IN_PROGRESS] = { "in_progress", ONSHI_E_IN_PROGRESS,
	    false, true },
	[ONSHI_OUTCOME_NO_CONSENT] = { "no_consent", ONSHI_E_CONSENT, false,
	    true },
	[ONSHI_OUTCOME_NOT_PROVIDED] = { "not_provided",
	    ONSHI_E_NOT_PROVIDED, false, true },
	[ONSHI_OUTCOME_ERROR_PERSON] = { "error_person",
	    ONSHI_E_PERSON_ERROR, false, true },
	[ONSHI_OUTCOME_ERROR_FILE] = { "error_file", ONSHI_E_SERVICE_ERROR,
	    false, true },
	[ONSHI_OUTCOME_REJECTED] = { "thrown_back", ONSHI_E_REJECTED,
	    false, false },
	[ONSHI_OUTCOME_UNKNOWN_CODE] = { "unknown_code",
	    ONSHI_E_UNKNOWN_CODE, false, true },
	[ONSHI_OUTCOME_SUSPENDED] = { "suspended", ONSHI_E_SUSPENDED, false,
	    true }
};

struct row {
	const char	*code;		/* within text */
	size_t		 len;
	int		 outcome;
};

struct oki_codes {
	char		*text;
	struct row	*rows;
	size_t		 n;
};

const char *
onshi_outcome_name(int outcome)
{
	return outcome < 0 || (size_t)outcome >= OKI_COUNT(outcomes) ? NULL :
	    outcomes[outcome].name;
}

int
oki_outcome_result(int outcome)
{
	return onshi_outcome_name(outcome) == NULL ? ONSHI_E_INTERNAL :
	    outcomes[outcome].result;
}

int
onshi_outcome_class(int outcome)
{
	if (onshi_outcome_name(outcome) == NULL)
		outcome = ONSHI_OUTCOME_UNKNOWN_CODE;

	return onshi_result_class(outcomes[outcome].result);
}

bool
oki_outcome_gives(int outcome)
{
	return onshi_outcome_name(outcome) != NULL && outcomes[outcome].gives;
}

/* One row "CODE=outcome" of len bytes. */
static bool
read_row(struct row *row, const char *s, size_t len)
{
	size_t i, name;

	for (i = 0; i < len && s[i] != '='; i++)
		if (s[i] <= ' ' || s[i] > '~')
			return false;
	if (i == 0 || i > 63 || i == len)
		return false;
	row->code = s;
	row->len = i++;
	for (row->outcome = 0; (size_t)row->outcome < OKI_COUNT(outcomes);
	    row->outcome++) {
		name = strlen(outcomes[row->outcome].name);
		if (outcomes[row->outcome].mappable && name == len - i &&
		    memcmp(outcomes[row->outcome].name, s + i, name) == 0)
			return true;
	}

	return false;
}

static int
read_rows(struct oki_codes *c, struct onshi_error *e)
{
	const char *s = c->text;
	size_t len, lead;

	while (*s != '\0') {
		lead = strspn(s, " \t");
		s += lead;
		len = strcspn(s, ",");
		for (lead = len; len > 0 && (s[len - 1] == ' ' ||
		    s[len - 1] == '\t'); len--)
			;
		if (len > 0 && !read_row(&c->rows[c->n++], s, len))
			return oki_fail(e, ONSHI_E_CONFIG,
			    "rules.codes: entry %zu is no CODE=outcome of a "
			    "refusal", c->n);
		s += lead;
		s += *s == ',';
	}

	return ONSHI_OK;
}

int
oki_codes_new(const char *text, struct oki_codes **out,
    struct onshi_error *e)
{
	struct oki_codes *c;
	size_t n = 1;
	const char *s;
	int r;

	*out = NULL;
	if (text == NULL)
		text = "";
	for (s = text; *s != '\0'; s++)
		n += *s == ',';
	if ((c = oki_alloc(sizeof(*c))) == NULL ||
	    (c->text = oki_strdup(text)) == NULL ||
	    (c->rows = oki_alloc_array(n, sizeof(*c->rows))) == NULL)
		r = oki_fail(e, ONSHI_E_NOMEM, "rules.codes");
	else
		r = read_rows(c, e);
	if (r != ONSHI_OK)
		oki_codes_free(&c);
	*out = c;

	return r;
}

void
oki_codes_free(struct oki_codes **cp)
{
	if (*cp == NULL)
		return;
	oki_free((*cp)->rows);
	oki_free((*cp)->text);
	oki_free(*cp);
	*cp = NULL;
}

/* The code that must not be told from others (CO-8). */
bool
oki_codes_is_label(const char *code)
{
	return code != NULL && strcmp(code, "XNDS0001E") == 0;
}

/* The deployment's rows come first. */
bool
oki_codes_find(const struct oki_codes *c, const char *code, int *outcome,
    int *result)
{
	size_t i;

	if (code == NULL)
		return false;
	for (i = 0; c != NULL && i < c->n; i++)
		if (strncmp(c->rows[i].code, code, c->rows[i].len) == 0 &&
		    code[c->rows[i].len] == '\0') {
			*outcome = c->rows[i].outcome;
			*result = outcomes[*outcome].result;
			return true;
		}
	for (i = 0; i < OKI_COUNT(ours); i++)
		if (strcmp(ours[i].code, code) == 0) {
			*outcome = ours[i].outcome;
			*result = ours[i].result;
			return true;
		}

	return false;
}
