/* The journal of requests, as programs see it. */
#include "visit/inside.h"

static const struct {
	const char	*name;
	const char	*text[2];
} states[] = {
	[ONSHI_REQUEST_AWAITED] = { "awaited", {
	    "The request is under way, or still lies in its folder",
	    "照会中、または要求フォルダに残っています" } },
	[ONSHI_REQUEST_UNCERTAIN] = { "uncertain", {
	    "The request was fetched and not answered; it may have been done",
	    "端末に取り込まれましたが、結果が届いていません（処理された可能性があります）" } },
	[ONSHI_REQUEST_LATE] = { "late", {
	    "The request was answered, and nobody was there to take the answer",
	    "結果は届きましたが、受け取られていません" } }
};

const char *
onshi_request_name(int state)
{
	return state > 0 && (size_t)state < OKI_COUNT(states) ?
	    states[state].name : NULL;
}

const char *
onshi_request_text(int state, const char *lang)
{
	return onshi_request_name(state) == NULL ? "" :
	    states[state].text[oki_text_equal(lang, "ja") ? 1 : 0];
}

int
onshi_journal_at(struct onshi *o, size_t i, char *name, size_t len,
    const char **prefix, int *state, int64_t *since)
{
	struct oki_request request;
	int r;

	if (name != NULL && len > 0)
		*name = '\0';
	if (prefix != NULL)
		*prefix = NULL;
	if (state != NULL)
		*state = 0;
	if (since != NULL)
		*since = 0;
	if (name == NULL || len == 0 || prefix == NULL || state == NULL ||
	    since == NULL)
		return ONSHI_E_ARG;
	if ((r = oki_root_enter(o)) != ONSHI_OK)
		return r;
	r = oki_link_journal_at(oki_root_link(o), i, &request);
	if (r < 0)
		return oki_root_fail(o, r, "the journal cannot be read");
	if (r != ONSHI_OK)
		return r;
	if (!oki_copy(name, len, request.name))
		return oki_root_fail(o, ONSHI_E_TOO_BIG,
		    "a name of the journal is longer than the room for it");
	*prefix = request.prefix == NULL ? "" : request.prefix;
	*state = request.state;
	*since = request.since;

	return ONSHI_OK;
}
