/* journal.c: onshikaku journal: requests that went out by folders and are not
 * finished. */
#include "config.h"

#include "tools.h"

#define NAME_ROOM	160

struct request {
	char		 name[NAME_ROOM];
	const char	*prefix;
	int		 state;
	int64_t		 since;
};

static void
put_json(struct tool *t, const struct request *q)
{
	json_open(&t->json, NULL, '{');
	json_text(&t->json, "name", q->name);
	json_text(&t->json, "prefix", q->prefix);
	json_word(&t->json, "state", onshi_request_name(q->state));
	json_time(&t->json, "since", q->since);
	json_close(&t->json, '}');
}

static void
put_plain(struct tool *t, const struct request *q)
{
	char time[TIME_TEXT];

	time_plain(q->since, time);
	out_format(&t->out, "%s  %s  %s\n", time, q->name,
	    onshi_request_text(q->state, t->lang));
}

int
command_journal(struct tool *t)
{
	struct request q;
	int r, status;
	size_t i;

	if ((status = setup_root(t)) != 0)
		return status;
	if (t->is_json)
		json_open(&t->json, "requests", '[');
	for (i = 0; (r = onshi_journal_at(t->root, i, q.name, sizeof(q.name),
	    &q.prefix, &q.state, &q.since)) == ONSHI_OK; i++)
		if (t->is_json)
			put_json(t, &q);
		else
			put_plain(t, &q);
	if (t->is_json)
		json_close(&t->json, ']');
	else if (i == 0 && r == ONSHI_END)
		out_text(&t->out, say(t, "No request is open.\n",
		    "完了していない要求はありません。\n"));

	return r == ONSHI_END ? 0 : fail_result(t, r,
	    onshi_last_error(t->root));
}
