/*
 * What stays of a patient: after the visit's end no name, drug, PIN or token is
 * found in the memory of the process, in its log, in its record or in error
 * texts (SEC-82, SEC-107). The words are in constants of this program alone,
 * and those are not looked at: only memory that can be written.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <check.h>

#include "fake.h"
#include "tests/core/run.h"
#include "tests/search.h"

#define PIN	"8357"

static struct fake f;
static char said[1 << 16];		/* log lines, error texts */
static size_t said_len;

static void
note(const char *text)
{
	size_t n = strlen(text);

	if (said_len + n + 2 < sizeof(said)) {
		memcpy(said + said_len, text, n);
		said_len += n;
		said[said_len++] = '\n';
	}
}

static void
log_line(void *self, const char *line)
{
	(void)self;
	note(line);
}

/* ---- a whole visit ------------------------------------------------------------ */

static void
read_all(struct onshi_answer *a)
{
	const struct onshi_record *rec;
	const char *name, *text;
	size_t i;

	while (onshi_answer_next(a, &rec) == ONSHI_OK)
		for (i = 0; onshi_record_at(rec, i, NULL, &name, &text, NULL)
		    == ONSHI_OK; i++)
			ck_assert_ptr_nonnull(name);
}

static void
whole_visit(struct onshi *o)
{
	struct onshi_operator *doctor;
	struct onshi_answer *a;
	struct onshi_visit *v;
	int i, r;

	doctor = fake_doctor(o, "D0001");
	ck_assert_int_eq(onshi_visit_new(o, ONSHI_PURPOSE_CARE, &v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_method(v, ONSHI_METHOD_PIN),
	    ONSHI_OK);
	for (i = 1; i <= 6; i++)
		ck_assert_int_eq(onshi_visit_set_consent(v, i,
		    ONSHI_CONSENT_GIVEN),
		    ONSHI_OK);
	while ((r = onshi_visit_advance(v)) == ONSHI_NEED_PIN) {
		note(onshi_error_text(onshi_visit_error(v)));
		ck_assert_int_eq(onshi_visit_set_pin(v, atomic_load(
		    &f.verifies) == 0 ? "9999" : PIN, 0), ONSHI_OK);
	}
	ck_assert_int_eq(r, ONSHI_OK);
	for (i = ONSHI_CATEGORY_ELIGIBILITY; i <= ONSHI_CATEGORY_SURGERY; i++) {
		r = onshi_visit_get(v, i, doctor, &a);
		note(onshi_error_text(onshi_visit_error(v)));
		ck_assert_int_eq(r, ONSHI_OK);
		read_all(a);
		onshi_answer_free(&a);
	}
	onshi_visit_free(&v);
	onshi_operator_free(&doctor);
}

/* What may not be found, and how much of the drug's name makes a find. */
static const struct {
	const char	*what;
	const char	*bytes;
	size_t		 len;
} secrets[] = {
	{ "VERIFY with the PIN", "\x00\x20\x00\x98\x04" PIN, 9 },
	{ "PIN as text", PIN, 5 },
	{ "patient's name", "CANARYNAME", 10 },
	{ "drug", "CANARYDRUG", 10 },
	{ "checkup item", "CANARYITEM", 10 },
	{ "visit token", "TOKENCANARY", 11 }
};

START_TEST(test_nothing_stays)
{
	static const struct onshi_log_ops log = {
		.size = sizeof(log), .line = log_line
	};
	struct onshi_config *c;
	struct onshi *o;
	size_t i;

	fake_init(&f);
	f.pin = PIN;
	c = fake_config(&f);
	ck_assert_int_eq(onshi_config_set_log(c, &log, NULL), ONSHI_OK);
	ck_assert_int_eq(onshi_new(ONSHI_ABI, c, &o), ONSHI_OK);
	onshi_config_free(&c);
	whole_visit(o);
	ck_assert_uint_gt(said_len, 500);
	ck_assert_uint_gt(strlen(f.events), 50);
	for (i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++) {
		ck_assert_msg(count_in((const uint8_t *)said, said_len,
		    secrets[i].bytes, secrets[i].len) == 0,
		    "the log tells: %s", secrets[i].what);
		ck_assert_msg(count_in((const uint8_t *)f.record, f.record_len,
		    secrets[i].bytes, secrets[i].len) == 0,
		    "the record tells: %s", secrets[i].what);
		ck_assert_msg(count_in_memory(secrets[i].bytes,
		    secrets[i].len) == 0, "memory still holds: %s",
		    secrets[i].what);
	}
	onshi_free(&o);
	fake_done(&f);
}
END_TEST

/* The search finds what is there: else the test above would prove nothing. */
START_TEST(test_search_finds)
{
	char *heap = malloc(64), stack[64];

	ck_assert_uint_eq(count_in_memory(secrets[3].bytes, 10), 0);
	memcpy(heap + 7, secrets[3].bytes, 10);
	memcpy(stack + 3, secrets[3].bytes, 10);
	ck_assert_uint_ge(count_in_memory(secrets[3].bytes, 10), 2);
	onshi_wipe(heap, 64);
	onshi_wipe(stack, sizeof(stack));
	ck_assert_uint_eq(count_in_memory(secrets[3].bytes, 10), 0);
	free(heap);
}
END_TEST

static void
fill(TCase *t)
{
	tcase_set_timeout(t, 60);
	tcase_add_test(t, test_search_finds);
	tcase_add_test(t, test_nothing_stays);
}

int
main(void)
{
#ifdef SANITIZED
	puts("skip: the sanitizer keeps memory of its own, and copies in it");
	return 77;
#endif
	fake_prepare();

	return run_tests("visit/memory", fill);
}
