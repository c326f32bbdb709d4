/* The table of pairs (pairs.def): what is on file, what is answered, and all
 * that is said of it. */
#include "config.h"

#include "answer.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

struct pair {
	const char	*why;
	const char	*on_file;
	const char	*answered;
	const char	*said;		/* "Element:reason,…" in order */
	const char	*verdict;
};

/* The person is the same but for what a row is about. */
#define BORN	"Birthdate=19800512;"
#define WHO	"Name=架空　太郎;NameKana=ｶｸｳ ﾀﾛｳ;" BORN
#define N(why, file, answer, said, verdict)				\
	{ why, "Name=" file ";" BORN, "Name=" answer ";" BORN,		\
	    said, verdict },
#define K(why, file, answer, said, verdict)				\
	{ why, "Name=架空　太郎;NameKana=" file ";" BORN,		\
	    "Name=架空　太郎;NameKana=" answer ";" BORN, said, verdict },
#define E(why, element, file, answer, said, verdict)			\
	{ why, WHO #element "=" file, WHO #element "=" answer, said,	\
	    verdict },
#define W(why, file, answer, said, verdict)				\
	{ why, file, answer, said, verdict },
static const struct pair pairs[] = {
#include "pairs.def"
};

static void
say(const struct onshi_match *m, char *to, size_t room)
{
	int element, why;
	size_t i, n = 0;

	to[0] = '\0';
	for (i = 0; onshi_match_at(m, i, &element, &why, NULL, NULL) ==
	    ONSHI_OK; i++) {
		n += (size_t)snprintf(to + n, room - n, "%s%s:%s", i > 0 ?
		    "," : "", onshi_element_name(element),
		    onshi_difference_name(why));
		ck_assert_uint_lt(n, room);
		ck_assert_str_ne(onshi_difference_step(why, "ja"), "");
		ck_assert_str_ne(onshi_difference_step(why, "en"), "");
		ck_assert_str_ne(onshi_difference_text(why, "ja"), "");
	}
}

START_TEST(pair)
{
	const struct pair *p = &pairs[_i];
	struct onshi_message *answer = NULL;
	const struct onshi_record *rec = answer_make(&answer, p->answered);
	struct onshi_match *m = NULL;
	char said[1024];
	int verdict;

	ck_assert_int_eq(onshi_match_new(&m), ONSHI_OK);
	file_put(m, p->on_file);
	ck_assert_int_eq(onshi_match_compare(m, rec, &verdict), ONSHI_OK);
	say(m, said, sizeof(said));
	ck_assert_msg(strcmp(said, p->said) == 0 &&
	    strcmp(onshi_match_verdict_name(verdict), p->verdict) == 0,
	    "%s: %s|%s: %s, %s", p->why, p->on_file, p->answered, said,
	    onshi_match_verdict_name(verdict));
	onshi_match_free(&m);
	onshi_message_free(&answer);
}
END_TEST

/* What the table promises of itself. */
START_TEST(table)
{
	ck_assert_uint_ge(COUNT(pairs), 300);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("pairs");
	TCase *c = tcase_create("pairs");
	SRunner *r;
	int failed;

	tcase_add_test(c, table);
	tcase_add_loop_test(c, pair, 0, (int)COUNT(pairs));
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_set_fork_status(r, CK_NOFORK);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);

	return failed == 0 ? 0 : 1;
}
