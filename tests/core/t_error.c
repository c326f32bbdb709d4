/* Errors and the catalogue of results. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "tests/core/run.h"

START_TEST(the_first_stands)
{
	struct onshi_error e;

	oki_error_clear(&e);
	ck_assert_int_eq(onshi_error_code(&e), ONSHI_OK);
	ck_assert_int_eq(onshi_error_tries_left(&e), -1);
	ck_assert_int_eq(onshi_error_status_word(&e), -1);
	ck_assert_int_eq(oki_fail_system(&e, ONSHI_E_DISK, 28, "%s: full",
	    "x"), ONSHI_E_DISK);
	ck_assert_int_eq(oki_fail(&e, ONSHI_E_INTERNAL, "vaguer"),
	    ONSHI_E_DISK);
	ck_assert_int_eq(onshi_error_code(&e), ONSHI_E_DISK);
	ck_assert_int_eq(onshi_error_system(&e), 28);
	ck_assert_str_eq(onshi_error_text(&e), "x: full");
	oki_error_clear(&e);
	ck_assert_int_eq(oki_fail(&e, ONSHI_E_ARG, "b"), ONSHI_E_ARG);
	ck_assert_str_eq(onshi_error_text(&e), "b");
	ck_assert_int_eq(oki_fail(NULL, ONSHI_E_ARG, "c"), ONSHI_E_ARG);
	oki_error_clear(NULL);
}
END_TEST

START_TEST(one_plain_line)
{
	struct onshi_error e;
	char text[400];

	memset(text, 'y', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	memcpy(text, "a\nb\x1b[2J\xe3\x81\x82\x7f", 11);
	oki_error_clear(&e);
	ck_assert_int_eq(oki_fail(&e, ONSHI_E_ARG, "%s", text), ONSHI_E_ARG);
	ck_assert_uint_eq(strlen(onshi_error_text(&e)), 160);
	ck_assert_int_eq(strncmp(onshi_error_text(&e), "a?b?[2J????y", 12), 0);
}
END_TEST

START_TEST(copying)
{
	struct onshi_error a, b;

	oki_error_clear(&a);
	oki_error_clear(&b);
	ck_assert_int_eq(oki_fail(&a, ONSHI_E_PIN_WRONG, "t"),
	    ONSHI_E_PIN_WRONG);
	a.tries = 2;
	a.ms[ONSHI_PHASE_CARD] = 7;
	(void)oki_copy(a.rule, sizeof(a.rule), "CO-2");
	oki_error_copy(&b, &a);
	oki_error_copy(&b, NULL);
	oki_error_copy(NULL, &a);
	oki_error_copy(&b, &b);
	ck_assert_int_eq(onshi_error_code(&b), ONSHI_E_PIN_WRONG);
	ck_assert_int_eq(onshi_error_tries_left(&b), 2);
	ck_assert_int_eq(onshi_error_ms(&b, ONSHI_PHASE_CARD), 7);
	ck_assert_int_eq(onshi_error_ms(&b, -1), 0);
	ck_assert_int_eq(onshi_error_ms(&b, OKI_PHASES), 0);
	ck_assert_str_eq(onshi_error_rule(&b), "CO-2");
}
END_TEST

START_TEST(nobodys_error)
{
	ck_assert_int_eq(onshi_error_code(NULL), ONSHI_E_ARG);
	ck_assert_str_eq(onshi_error_text(NULL), "");
	ck_assert_int_eq(onshi_error_phase(NULL), ONSHI_PHASE_NONE);
	ck_assert_int_eq(onshi_error_ms(NULL, 1), 0);
	ck_assert_int_eq(onshi_error_tries_left(NULL), -1);
	ck_assert_int_eq(onshi_error_status_word(NULL), -1);
	ck_assert_str_eq(onshi_error_rule(NULL), "");
	ck_assert_str_eq(onshi_error_reason(NULL), "");
	ck_assert_int_eq(onshi_error_sent(NULL), ONSHI_SENT_NOT);
	ck_assert_int_eq(onshi_error_outcome(NULL), 0);
	ck_assert_int_eq(onshi_error_retry_after(NULL), 0);
	ck_assert_str_eq(onshi_error_service_code(NULL), "");
	ck_assert_str_eq(onshi_error_service_text(NULL), "");
	ck_assert_int_eq(onshi_error_system(NULL), 0);
	ck_assert_int_eq(onshi_error_may_retry(NULL), 0);
	ck_assert_int_eq(onshi_error_code(onshi_config_error(NULL)),
	    ONSHI_E_ARG);
}
END_TEST

static const struct {
	int	code;
	int	may;
} retries[] = {
	{ ONSHI_OK, 0 }, { ONSHI_E_CARD_GONE, 1 }, { ONSHI_E_PIN_WRONG, 0 },
	{ ONSHI_E_PIN_UNKNOWN, 0 }, { ONSHI_E_PIN_BLOCKED, 0 },
	{ ONSHI_E_LINK_TIMEOUT, 1 }, { ONSHI_E_SERVICE_BUSY, 1 },
	{ ONSHI_E_TLS, 0 }, { ONSHI_E_REJECTED, 0 },
	{ ONSHI_E_CONSENT, 0 }, { ONSHI_E_CONFIG, 0 }, { ONSHI_E_AUDIT, 0 },
	{ ONSHI_E_CANCELLED, 0 },
};

START_TEST(may_retry)
{
	struct onshi_error e;

	oki_error_clear(&e);
	e.code = retries[_i].code;
	ck_assert_int_eq(onshi_error_may_retry(&e), retries[_i].may);
}
END_TEST

/* A question that may have been asked is not asked again as another one. */
START_TEST(no_second_question)
{
	struct onshi_error e;

	oki_error_clear(&e);
	ck_assert_int_eq(oki_fail_at(&e, ONSHI_PHASE_SERVICE,
	    ONSHI_E_LINK_TIMEOUT, "no %s", "answer"), ONSHI_E_LINK_TIMEOUT);
	ck_assert_int_eq(onshi_error_phase(&e), ONSHI_PHASE_SERVICE);
	ck_assert_str_eq(onshi_error_text(&e), "no answer");
	e.sent = ONSHI_SENT_UNKNOWN;
	ck_assert_int_eq(onshi_error_may_retry(&e), 1);
	e.asks_twice = true;
	ck_assert_int_eq(onshi_error_may_retry(&e), 0);
	e.sent = ONSHI_SENT_NOT;
	ck_assert_int_eq(onshi_error_may_retry(&e), 1);
	/* The first failure keeps its place. */
	ck_assert_int_eq(oki_fail_at(&e, ONSHI_PHASE_AUDIT, ONSHI_E_AUDIT,
	    "later"), ONSHI_E_LINK_TIMEOUT);
	ck_assert_int_eq(onshi_error_phase(&e), ONSHI_PHASE_SERVICE);
	ck_assert_int_eq(oki_fail_at(NULL, 1, ONSHI_E_ARG, "x"),
	    ONSHI_E_ARG);
}
END_TEST

/* Each result has words in both languages, each failure says what to do, and
 * the hundreds digit is its class. */
START_TEST(the_catalogue)
{
	const char *en, *ja;
	int r, result, seen[200];
	size_t i, j;

	for (i = 0; (r = onshi_result_at(i, &result)) == ONSHI_OK; i++) {
		ck_assert_uint_lt(i, OKI_COUNT(seen));
		for (j = 0; j < i; j++)
			ck_assert_int_ne(seen[j], result);
		seen[i] = result;
		ck_assert_int_eq(strncmp(onshi_result_name(result), "ONSHI_",
		    6), 0);
		en = onshi_result_text(result, "en");
		ja = onshi_result_text(result, "ja");
		ck_assert_str_ne(en, "");
		ck_assert_str_ne(ja, "");
		ck_assert_str_ne(en, ja);
		ck_assert(oki_is_utf8(ja, strlen(ja)));
		ck_assert_str_eq(onshi_result_text(result, "fr"), en);
		ck_assert_str_eq(onshi_result_text(result, NULL), en);
		ck_assert_int_eq(onshi_result_class(result),
		    result < 0 ? -result / 100 : 0);
		if (result < 0) {
			ck_assert_str_ne(onshi_result_remedy(result, "en"), "");
			ck_assert_str_ne(onshi_result_remedy(result, "ja"), "");
			ck_assert_int_ge(onshi_result_class(result), 1);
			ck_assert_int_le(onshi_result_class(result), 8);
		}
	}
	ck_assert_int_eq(r, ONSHI_END);
	ck_assert_uint_gt(i, 60);
	ck_assert_int_eq(onshi_result_at(0, NULL), ONSHI_E_ARG);
}
END_TEST

/* No answer came and the patient stands there: the remedy names what the law
 * provides, the notice (資格情報のお知らせ) with the card. */
START_TEST(lawful_ways)
{
	static const int results[] = { ONSHI_E_LINK_TIMEOUT, ONSHI_E_NETWORK,
	    ONSHI_E_TLS, ONSHI_E_PROTOCOL, ONSHI_E_SERVICE_BUSY,
	    ONSHI_E_ANSWER_REFUSED, ONSHI_E_SERVICE_REFUSED,
	    ONSHI_E_SERVICE_ERROR, ONSHI_E_IN_PROGRESS };
	int r = results[_i];

	ck_assert_ptr_nonnull(strstr(onshi_result_remedy(r, "ja"),
	    "資格情報のお知らせ"));
	ck_assert_ptr_nonnull(strstr(onshi_result_remedy(r, "en"),
	    "notice of eligibility"));
	/* The notice and the portal's screen hold only beside the card. */
	if (r == ONSHI_E_LINK_TIMEOUT || r == ONSHI_E_NETWORK) {
		ck_assert_ptr_nonnull(strstr(onshi_result_remedy(r, "ja"),
		    "マイナンバーカードと"));
		ck_assert_ptr_nonnull(strstr(onshi_result_remedy(r, "ja"),
		    "被保険者資格申立書"));
	}
}
END_TEST

START_TEST(strangers)
{
	static const int results[] = { -1, -99, -999, 99, INT32_MIN, INT32_MAX };
	size_t i;

	for (i = 0; i < OKI_COUNT(results); i++) {
		ck_assert_str_eq(onshi_result_name(results[i]), "unknown");
		ck_assert_str_ne(onshi_result_text(results[i], "ja"), "");
		ck_assert_int_eq(onshi_result_class(results[i]),
		    results[i] < 0 ? 1 : 0);
	}
}
END_TEST

START_TEST(numbers_have_names)
{
	int i;

	for (i = 0; i < OKI_PHASES; i++)
		ck_assert_ptr_nonnull(onshi_phase_name(i));
	ck_assert_str_eq(onshi_phase_name(ONSHI_PHASE_NETWORK), "network");
	ck_assert_ptr_null(onshi_phase_name(-1));
	ck_assert_ptr_null(onshi_phase_name(OKI_PHASES));
	ck_assert_str_eq(onshi_sent_name(ONSHI_SENT_NOT), "not_sent");
	ck_assert_str_eq(onshi_sent_name(ONSHI_SENT_UNKNOWN), "unknown");
	ck_assert_ptr_null(onshi_sent_name(-1));
	ck_assert_ptr_null(onshi_sent_name(3));
	ck_assert_uint_eq(onshi_abi(), ONSHI_ABI);
	ck_assert_str_eq(onshi_version(), PACKAGE_VERSION);
	ck_assert_str_eq(onshi_version(), ONSHI_VERSION);
	ck_assert_uint_eq(onshi_version_number(), ONSHI_VERSION_NUMBER);
	{
		char text[32];

		(void)snprintf(text, sizeof(text), "%u.%u.%u",
		    ONSHI_VERSION_NUMBER >> 16 & 0xff,
		    ONSHI_VERSION_NUMBER >> 8 & 0xff,
		    ONSHI_VERSION_NUMBER & 0xff);
		ck_assert_str_eq(text, ONSHI_VERSION);
	}
}
END_TEST

static void
fill(TCase *t)
{
	tcase_add_test(t, the_first_stands);
	tcase_add_test(t, one_plain_line);
	tcase_add_test(t, copying);
	tcase_add_test(t, nobodys_error);
	ADD_ROWS(t, may_retry, retries);
	tcase_add_test(t, no_second_question);
	tcase_add_test(t, the_catalogue);
	tcase_add_loop_test(t, lawful_ways, 0, 9);
	tcase_add_test(t, strangers);
	tcase_add_test(t, numbers_have_names);
}

int
main(void)
{
	return run_tests("core/error", fill);
}
