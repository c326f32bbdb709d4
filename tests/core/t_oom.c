/* Every allocation of the core room fails once, and nothing is left behind. */
#include "config.h"

#include <stdlib.h>

#include <check.h>

#include "core/core.h"
#include "tests/oom/oom.h"

static int
life_of_config(void *arg)
{
	static const uint8_t bytes[] = "bytes";
	struct onshi_config *c = NULL;
	struct oki_env *env = NULL;
	struct oki_buf buf;
	int r;

	(void)arg;
	oki_buf_init(&buf, 100000);
	if ((r = onshi_config_new(&c)) != ONSHI_OK)
		goto out;
	if ((r = onshi_config_set(c, "link.base", "https://a.example")) !=
	    ONSHI_OK ||
	    (r = onshi_config_set(c, "link.req_dir.YZKsiquc01req", "/r")) !=
	    ONSHI_OK ||
	    (r = onshi_config_set_bytes(c, "link.ca_file", bytes, 5)) !=
	    ONSHI_OK ||
	    (r = onshi_config_set_secret(c, "link.key_file", bytes, 5)) !=
	    ONSHI_OK ||
	    (r = oki_config_content(c, OKI_LINK_KEY_FILE, 5, &buf,
	    oki_config_error_of(c))) != ONSHI_OK ||
	    (r = oki_env_new(c, &env)) != ONSHI_OK)
		goto out;
	r = oki_base64(&buf, bytes, 5);
out:
	if (r == ONSHI_E_NOMEM && c != NULL && onshi_error_code(
	    onshi_config_error(c)) == ONSHI_E_INTERNAL)
		r = ONSHI_E_INTERNAL;
	oki_buf_free(&buf);
	onshi_config_free(&c);
	oki_env_free(&env);

	return r;
}

START_TEST(config)
{
	ck_assert_uint_ge(oom_run("config", life_of_config, NULL, ONSHI_OK),
	    8);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("core/oom");
	TCase *t = tcase_create("oom");
	SRunner *run;
	int bad;

	tcase_add_test(t, config);
	suite_add_tcase(s, t);
	run = srunner_create(s);
	srunner_run_all(run, CK_ENV);
	bad = srunner_ntests_failed(run);
	srunner_free(run);

	return bad == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
