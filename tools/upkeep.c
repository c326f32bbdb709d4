/* upkeep.c: onshikaku audit prune, reseal: what need not be kept, and what
 * cannot be mended. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools.h"

/* The configuration's retention, wherever there is a configuration: a directory
 * can be named without one, and then the library's own holds. */
int
audit_set_retention(struct tool *t, struct onshi_audit *a)
{
	const char *text, *path = getenv("ONSHIKAKU_CONF");
	int r, status;

	if (t->config == NULL && !option_has(t, OPT_CONFIG) &&
	    (path == NULL || *path == '\0'))
		return 0;
	if ((status = setup_config(t)) != 0)
		return status;
	if ((r = onshi_config_text(t->config, "audit.retention_years",
	    &text)) != ONSHI_OK)
		return fail_result(t, r, onshi_config_error(t->config));
	if ((r = onshi_audit_set_retention(a, (int)strtol(text, NULL, 10))) !=
	    ONSHI_OK)
		return fail_result(t, r, onshi_audit_error(a));

	return 0;
}

static void
say_removed(struct tool *t, int64_t removed)
{
	char text[24];

	if (t->is_json) {
		json_number(&t->json, "removed", removed);
		return;
	}
	(void)snprintf(text, sizeof(text), "%" PRId64, removed);
	print_row(t, say(t, "Entries removed", "削除した件数"), text);
}

int
command_audit_prune(struct tool *t)
{
	struct bytes key = { .data = NULL };
	struct onshi_audit *a = NULL;
	int64_t removed = 0;
	int r, status;

	if ((status = audit_open(t, &a)) != 0)
		return status;
	if ((status = audit_set_retention(t, a)) == 0 &&
	    (status = audit_read_key(t, &key)) == 0) {
		r = onshi_audit_prune(a, (const char *)key.data,
		    option_number(t, OPT_BEFORE, 0), &removed);
		if (r != ONSHI_OK)
			status = fail_result(t, r, onshi_audit_error(a));
		else
			say_removed(t, removed);
	}
	bytes_free(&key);
	onshi_audit_free(&a);

	return status;
}

int
command_audit_reseal(struct tool *t)
{
	return audit_begin(t, true);
}
