/* setup.c: configuration, and the root object made from it. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "tools.h"

/* Where neither option nor locale say it, the facility's own language. */
static void
settle_language(struct tool *t)
{
	const char *lang;

	if (t->lang_settled)
		return;
	if (onshi_config_text(t->config, "text.lang", &lang) == ONSHI_OK)
		t->lang = strcmp(lang, "en") == 0 ? "en" : "ja";
	t->lang_settled = true;
}

int
setup_config(struct tool *t)
{
	const char *path = option_text(t, OPT_CONFIG);
	struct failure f = { .result = ONSHI_E_CONFIG,
	    .text = "no configuration: give -c FILE or set ONSHIKAKU_CONF",
	    .text_ja = "設定がありません。-c FILE か ONSHIKAKU_CONF で指定してください" };
	int r;

	if (t->config != NULL)
		return 0;
	if (path == NULL)
		path = getenv("ONSHIKAKU_CONF");
	if (path == NULL || *path == '\0')
		return fail(t, &f);
	if ((r = onshi_config_new(&t->config)) != ONSHI_OK)
		return fail_result(t, r, NULL);
	if ((r = onshi_config_load(t->config, path)) != ONSHI_OK)
		return fail_result(t, r, onshi_config_error(t->config));
	settle_language(t);

	return 0;
}

int
setup_root(struct tool *t)
{
	int r, status;

	if ((status = setup_config(t)) != 0)
		return status;
	if (option_has(t, OPT_EXPLAIN) &&
	    (r = explain_start(t->config)) != ONSHI_OK)
		return fail_result(t, r, onshi_config_error(t->config));
	if ((r = face_plug(t->config)) != ONSHI_OK ||
	    (r = onshi_new(ONSHI_ABI, t->config, &t->root)) != ONSHI_OK)
		return fail_result(t, r, onshi_config_error(t->config));

	return 0;
}

void
setup_free(struct tool *t)
{
	onshi_free(&t->root);
	onshi_config_free(&t->config);
}
