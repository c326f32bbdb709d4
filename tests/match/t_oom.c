/* Each allocation of a comparison fails once: nothing is left behind, and no
 * half of what was found is told. */
#include "config.h"

#include "answer.h"
#include "tests/core/run.h"
#include "tests/oom/oom.h"

static const char answered[] = "Name=見本　花子;NameKana=ﾐﾎﾝ ﾊﾅｺ;"
    "Birthdate=19800513;Sex1=2;InsurerNumber=06999999;"
    "InsuredCardSymbol=12;InsuredIdentificationNumber=34;"
    "InsuredBranchNumber=01;ReferenceNumber=P-17;IssueNumber=A002";

static int
put_all(struct onshi_match *m)
{
	static const struct { int element; const char *text; } file[] = {
	    { ONSHI_EL_NAME, "架空　太郎" },
	    { ONSHI_EL_NAME_KANA, "カクウ　タロウ" },
	    { ONSHI_EL_BIRTHDATE, "19800512" }, { ONSHI_EL_SEX1, "1" },
	    { ONSHI_EL_INSURER_NUMBER, "999995" },
	    { ONSHI_EL_ISSUE_NUMBER, "A001" },
	    { ONSHI_EL_PERSONAL_FAMILY_CLASSIFICATION, "1" } };
	size_t i;
	int r = ONSHI_OK;

	for (i = 0; i < sizeof(file) / sizeof(file[0]) && r == ONSHI_OK; i++)
		r = onshi_match_set_text(m, file[i].element, file[i].text);

	return r;
}

/* Check's own assertions take memory, too. */
static int
life(void *arg)
{
	const struct onshi_record *rec = arg;
	struct onshi_match *m;
	int verdict = ONSHI_MATCH_DIFFERENT, r, code;
	bool some;

	if ((r = onshi_match_new(&m)) != ONSHI_OK)
		return r;
	if ((r = put_all(m)) == ONSHI_OK)
		r = onshi_match_compare(m, rec, &verdict);
	some = onshi_match_at(m, r == ONSHI_OK ? 8 : 0, NULL, NULL, NULL,
	    NULL) == ONSHI_OK;
	code = onshi_error_code(onshi_match_error(m));
	onshi_match_free(&m);
	if (code != r || some != (r == ONSHI_OK) ||
	    (r == ONSHI_OK && verdict != ONSHI_MATCH_DIFFERENT))
		return ONSHI_E_INTERNAL;

	return r;
}

START_TEST(each)
{
	struct onshi_message *answer = NULL;
	union { const struct onshi_record *rec; void *arg; } u;

	u.rec = answer_make(&answer, answered);
	ck_assert_uint_gt(oom_run("match", life, u.arg, ONSHI_OK), 20);
	onshi_message_free(&answer);
}
END_TEST

/* A table, a look-up and what it says. */
static int
look_up(void *arg)
{
	struct onshi_fallback *f;
	bool some;
	int r;

	(void)arg;
	if ((r = onshi_fallback_new(NULL, &f)) != ONSHI_OK)
		return f == NULL ? r : ONSHI_E_INTERNAL;
	r = onshi_fallback_for(f, ONSHI_E_NETWORK, 20261130);
	some = onshi_fallback_at(f, 0, NULL, NULL, NULL, NULL) == ONSHI_OK;
	onshi_fallback_free(&f);

	return some == (r == ONSHI_OK) ? r : ONSHI_E_INTERNAL;
}

START_TEST(fallback)
{
	ck_assert_int_eq(look_up(NULL), ONSHI_OK);
	ck_assert_uint_gt(oom_run("fallback", look_up, NULL, ONSHI_OK), 4);
}
END_TEST

static void
fill(TCase *c)
{
	tcase_add_test(c, each);
	tcase_add_test(c, fallback);
}

int
main(void)
{
	return run_tests("match/oom", fill);
}
