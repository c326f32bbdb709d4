/* doctor.c: onshikaku doctor: what is wrong with this set-up, and whose it
 * is. */
#include "config.h"

#include <string.h>

#include "tools.h"

#define MARK	7		/* columns */

struct finding {
	const char	*check;
	int		 result;
	int		 owner;
};

static void
put_json(struct tool *t, const struct onshi_doctor *d, size_t i,
    const struct finding *f)
{
	json_open(&t->json, NULL, '{');
	json_text(&t->json, "check", f->check);
	json_text(&t->json, "result", onshi_health_name(f->result));
	json_text(&t->json, "owner", onshi_owner_name(f->owner));
	json_text(&t->json, "text", onshi_doctor_text(d, i, "en"));
	json_text(&t->json, "text_ja", onshi_doctor_text(d, i, "ja"));
	json_text(&t->json, "remedy", onshi_doctor_remedy(d, i, "en"));
	json_text(&t->json, "remedy_ja", onshi_doctor_remedy(d, i, "ja"));
	json_close(&t->json, '}');
}

static const char *
mark(const struct tool *t, int result)
{
	return result == ONSHI_HEALTH_OK ? say(t, "ok", "正常") :
	    result == ONSHI_HEALTH_NOTE ? say(t, "note", "注意") :
	    say(t, "WRONG", "異常");
}

static void
put_plain(struct tool *t, const struct onshi_doctor *d, size_t i,
    const struct finding *f)
{
	out_column(&t->out, mark(t, f->result), MARK);
	out_value(&t->out, onshi_doctor_text(d, i, t->lang));
	out_text(&t->out, "\n");
	if (f->result == ONSHI_HEALTH_OK)
		return;
	out_column(&t->out, "", MARK);
	out_text(&t->out, say(t, "-> ", "→ "));
	out_text(&t->out, onshi_doctor_remedy(d, i, t->lang));
	out_text(&t->out, say(t, " (", "（担当: "));
	out_text(&t->out, onshi_owner_text(f->owner, t->lang));
	out_text(&t->out, say(t, ")\n", "）\n"));
}

/* As that of a command that fails of it. */
static int
status_of(const char *check)
{
	static const struct {
		const char	*check;
		int		 status;
	} known[] = {
		{ "reader", 3 }, { "network", 4 }, { "link", 4 },
		{ "link.tls", 4 }, { "service", 5 }
	};
	size_t i;

	for (i = 0; i < COUNT(known); i++)
		if (strcmp(known[i].check, check) == 0)
			return known[i].status;

	return EXIT_MACHINE;
}

static int
tell(struct tool *t, const struct onshi_doctor *d)
{
	struct finding f;
	int status = 0;
	size_t i;

	if (t->is_json)
		json_open(&t->json, "findings", '[');
	for (i = 0; onshi_doctor_at(d, i, &f.check, &f.result, &f.owner) ==
	    ONSHI_OK; i++) {
		if (t->is_json)
			put_json(t, d, i, &f);
		else
			put_plain(t, d, i, &f);
		if (f.result == ONSHI_HEALTH_WRONG && status == 0)
			status = status_of(f.check);
	}
	if (t->is_json)
		json_close(&t->json, ']');

	return status;
}

int
command_doctor(struct tool *t)
{
	struct onshi_doctor *d = NULL;
	int r, status;

	if ((status = setup_config(t)) != 0)
		return status;
	if ((r = onshi_doctor_new(t->config, &d)) == ONSHI_OK &&
	    (r = onshi_doctor_run(d)) == ONSHI_OK)
		status = tell(t, d);
	else
		status = fail_result(t, r, onshi_doctor_error(d));
	onshi_doctor_free(&d);

	return status;
}
