/* get.c: onshikaku get: a visit that was sealed goes on here. */
#include "config.h"

#include "tools.h"

/* What the patient says comes first. */
static int
withdraw(struct session *s)
{
	int32_t list = option_number(s->t, OPT_WITHDRAW, 0);
	int category, status = 0;

	for (category = ONSHI_CATEGORY_DRUGS; status == 0 &&
	    category < CATEGORIES; category++)
		if ((list & (1 << (category - ONSHI_CATEGORY_DRUGS))) != 0)
			status = session_input(s, onshi_visit_withdraw(
			    s->visit, category));

	return status;
}

int
command_get(struct tool *t)
{
	struct session s;
	int status;

	if ((status = setup_root(t)) != 0)
		return status;
	if (session_open(&s, t, option_text(t, OPT_VISIT)) == 0 &&
	    withdraw(&s) == 0) {
		session_get_all(&s);
		if (option_has(t, OPT_END))
			(void)session_input(&s, onshi_visit_end(s.visit));
	}

	return session_end(&s);
}
