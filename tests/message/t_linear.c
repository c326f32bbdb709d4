/*
 * What an answer costs, from its bytes to what is handed out: at most twelve
 * times its bytes in memory, and work that goes with it and not with its
 * square. With arguments, KIND QUARTERS: one of the answers, once, for counting
 * instructions (linear.sh).
 */
#include "config.h"

#include <malloc.h>

#include <libxml/xmlmemory.h>

#include "help.h"

#define SLACK	(160u * 1024u)	/* parser, gate, first blocks */

static size_t now, most;
static bool counting;

void *__real_malloc(size_t len);
void __real_free(void *p);
void *__wrap_malloc(size_t len);
void __wrap_free(void *p);

static void
count_in(const void *p)
{
	if (counting && p != NULL)
		now += malloc_usable_size((void *)(uintptr_t)p);
	if (now > most)
		most = now;
}

static void
count_out(const void *p)
{
	size_t len = p == NULL ? 0 : malloc_usable_size((void *)(uintptr_t)p);

	now -= counting ? len < now ? len : now : 0;
}

void *
__wrap_malloc(size_t len)
{
	void *p = __real_malloc(len);

	count_in(p);

	return p;
}

void
__wrap_free(void *p)
{
	count_out(p);
	__real_free(p);
}

static void *
xml_realloc(void *p, size_t len)
{
	void *q;

	count_out(p);
	q = realloc(p, len);
	count_in(q);

	return q;
}

static char *
xml_strdup(const char *s)
{
	size_t len = strlen(s) + 1;
	char *copy = __wrap_malloc(len);

	return copy == NULL ? NULL : memcpy(copy, s, len);
}

/* ---- answers ------------------------------------------------------------ */

#define MONTH	"<MeTrMonthInf><MeTrMonth>202609</MeTrMonth><DiDateInfs>" \
	"<DiDateInf><DiDate>20260901</DiDate>"
#define MONTH_END "</DiDateInf></DiDateInfs></MeTrMonthInf>"
#define ITEM	"<DrugInf><b>1</b></DrugInf>"

/* A header, then a body: before, so many of each, between, after. */
static const struct {
	const char	*name;
	const char	*header[2];	/* each so many times */
	const char	*code;
	const char	*before, *first, *between, *second, *after;
	size_t		 n;
} answers[] = {
	{ "values around items", { "", "" }, "1", MONTH, "<a>1</a>",
	    "<DrugInfs>", ITEM, "</DrugInfs>" MONTH_END, 1500 },
	{ "groups cut from a header", { "<x>1</x>", "<y><z>1</z></y>" }, "9",
	    "", "", "", "", "", 1500 },
	{ "months cut from a body", { "", "" }, "9", "",
	    MONTH MONTH_END, "", "", "", 800 },
	{ "unknown values", { "", "" }, "1", "", "<u>1</u>", "", "", "",
	    8000 },
	{ "unknown, and nothing in it", { "", "" }, "1", "", "<a/>", "", "",
	    "", 30000 },
	{ "unknown in a group", { "", "" }, "1", "<g>", "<a/>", "", "",
	    "</g>", 30000 },
	{ "values of a header", { "<x>1</x>", "" }, "1", "", "", "", "", "",
	    8000 },
	{ "names of another name space", { "", "" }, "1", "",
	    "<p:u xmlns:p=\"q\">1</p:u>", "", "", "", 3000 },
	{ "months", { "", "" }, "1", "", MONTH "<DrugInfs><DrugInf><DrugN>A"
	    "</DrugN></DrugInf></DrugInfs>" MONTH_END, "", "", "", 500 },
	{ "values of one item", { "", "" }, "1", MONTH "<DrugInfs><DrugInf>",
	    "<b>1</b>", "", "", "</DrugInf></DrugInfs>" MONTH_END, 8000 },
	{ "items within items", { "", "" }, "1", MONTH "<DrugInfs><DrugInf>"
	    "<DrugInf><DrugInf><DrugInf><DrugInf><DrugInf><DrugInf><DrugInf>"
	    "<DrugInf><DrugInf><DrugInf><DrugInf>", "<b>1</b>", "", "",
	    "</DrugInf></DrugInf></DrugInf></DrugInf></DrugInf></DrugInf>"
	    "</DrugInf></DrugInf></DrugInf></DrugInf></DrugInf></DrugInf>"
	    "</DrugInfs>" MONTH_END, 8000 },
	{ "months within months", { "", "" }, "1", "<MeTrMonthInf><a>"
	    "<MeTrMonthInf><a><MeTrMonthInf><a><MeTrMonthInf><a><MeTrMonthInf>"
	    "<a><MeTrMonthInf><a>", ITEM, "", "", "</a></MeTrMonthInf></a>"
	    "</MeTrMonthInf></a></MeTrMonthInf></a></MeTrMonthInf></a>"
	    "</MeTrMonthInf></a></MeTrMonthInf>", 3000 },
	{ "known names where they do not belong", { "", "" }, "1",
	    MONTH "<DrugInfs><DrugInf>", "<Qua2>1</Qua2>", "", "",
	    "</DrugInf></DrugInfs>" MONTH_END, 5000 },
	{ "one long text", { "", "" }, "1", "<u>", "0123456789abcdef", "", "",
	    "</u>", 8000 },
	{ "comments in a text", { "", "" }, "1", "<u>", "a<!---->", "", "",
	    "</u>", 8000 },
	{ "references", { "", "" }, "1", "<u>", "&#65;", "", "", "</u>",
	    8000 }
};

static struct text
make(size_t i, size_t n)
{
	struct text t = { NULL, 0, 0 };

	text_put(&t, "<XmlMsg><MessageHeader><MedicalInstitutionCode>"
	    "1319999996</MedicalInstitutionCode>");
	text_repeat(&t, answers[i].header[0], n);
	text_repeat(&t, answers[i].header[1], n);
	text_put(&t, "</MessageHeader><MessageBody><ResultCode>");
	text_put(&t, answers[i].code);
	text_put(&t, "</ResultCode>");
	text_put(&t, answers[i].before);
	text_repeat(&t, answers[i].first, n);
	text_put(&t, answers[i].between);
	text_repeat(&t, answers[i].second, n);
	text_put(&t, answers[i].after);
	text_put(&t, "</MessageBody></XmlMsg>");

	return t;
}

/* Outside of Check, too, which ends a program that asserts without a test. */
static void
must(int r)
{
	if (r != ONSHI_OK)
		abort();
}

/* As a question is answered: read, judge, withhold, lines, head. */
static void
answer(const struct text *t)
{
	struct oki_doc *doc = NULL, *lines = NULL, *head = NULL, *second;
	struct oki_verdict v;
	struct onshi_error e;

	oki_error_clear(&e);
	must(oki_message_parse("YZKsiquc01res", (uint8_t *)t->s, t->len, NULL,
	    &doc, &e));
	must(oki_message_judge(doc, NULL, NULL, &v, &e));
	oki_message_withhold(doc, v.outcome);
	must(oki_message_lines(doc, OKI_LINES_DRUGS, NULL, &lines));
	must(oki_message_head(doc, &head));
	oki_doc_free(&doc);
	must(oki_message_head(head, &second));
	oki_doc_free(&head);
	oki_doc_free(&lines);
	oki_doc_free(&second);
}

/* All fields of what any file shows, as a program walks them. */
static void
walk(const struct onshi_record *rec)
{
	const struct onshi_record *child;
	const char *name, *text;
	size_t i;
	int el;

	for (i = 0; onshi_record_at(rec, i, &el, &name, &text, &child) ==
	    ONSHI_OK; i++) {
		(void)onshi_record_is_list(rec, i);
		if (child != NULL)
			walk(child);
	}
}

static void
show(const struct text *t)
{
	const struct onshi_record *rec;
	struct onshi_message *m;

	must(onshi_message_new(&m));
	must(onshi_message_read(m, "YZKsiquc01res.xml", (uint8_t *)t->s,
	    t->len));
	must(onshi_message_header(m, &rec));
	walk(rec);
	must(onshi_message_body(m, &rec));
	walk(rec);
	onshi_message_free(&m);
}

START_TEST(memory)
{
	static const size_t times[] = { 1, 2, 4 };
	struct text t;
	size_t i;

	for (i = 0; i < OKI_COUNT(times); i++) {
		t = make((size_t)_i, answers[_i].n * times[i]);
		now = most = 0;
		counting = true;
		answer(&t);
		counting = false;
		ck_assert_msg(most <= 12 * t.len + SLACK,
		    "%s, %zu bytes: %zu of memory", answers[_i].name, t.len,
		    most);
		free(t.s);
	}
}
END_TEST

/* Different names than a document may have: refused, and in memory as said. */
START_TEST(names)
{
	struct text t = { NULL, 0, 0 };
	struct oki_doc *doc;
	struct onshi_error e;
	char name[32];
	int i, r;

	text_put(&t, "<XmlMsg><MessageHeader/><MessageBody>");
	for (i = 0; i < _i; i++) {
		snprintf(name, sizeof(name), "<n%x/>", i);
		text_put(&t, name);
	}
	text_put(&t, "</MessageBody></XmlMsg>");
	oki_error_clear(&e);
	now = most = 0;
	counting = true;
	r = oki_message_parse("YZKsiquc01res", (uint8_t *)t.s, t.len, NULL,
	    &doc, &e);
	oki_doc_free(&doc);
	counting = false;
	ck_assert_int_eq(r, _i > 20000 ? ONSHI_E_ANSWER_REFUSED : ONSHI_OK);
	if (_i > 20000)
		ck_assert_str_eq(e.reason, "too_big");
	ck_assert_uint_le(most, 12 * t.len + 8 * SLACK);
	free(t.s);
}
END_TEST

/* A deadline holds while an answer is read, and while lines are made. */
START_TEST(deadline)
{
	struct text t = make((size_t)_i, answers[_i].n);
	struct oki_wait over;
	struct oki_limits limits;
	struct oki_doc *doc, *lines;
	struct onshi_error e;

	oki_wait_init(&over, NULL, 0, NULL);
	oki_limits_init(&limits, "YZKsiquc01res");
	oki_error_clear(&e);
	ck_assert_int_eq(oki_message_parse("YZKsiquc01res", (uint8_t *)t.s,
	    t.len, &limits, &doc, &e), ONSHI_OK);
	ck_assert_int_eq(oki_message_lines(doc, OKI_LINES_DRUGS, &over,
	    &lines), ONSHI_E_LINK_TIMEOUT);
	ck_assert_ptr_null(lines);
	oki_doc_free(&doc);
	limits.wait = &over;
	ck_assert_int_eq(oki_message_parse("YZKsiquc01res", (uint8_t *)t.s,
	    t.len, &limits, &doc, &e), ONSHI_E_LINK_TIMEOUT);
	ck_assert_ptr_null(doc);
	free(t.s);
}
END_TEST

/* What linear.sh counts the instructions of, by this name. */
void	linear_case(const struct text *t);

__attribute__((noinline)) void
linear_case(const struct text *t)
{
	answer(t);
	show(t);
}

/* Each answer, then four times as much of it. */
static int
cases(void)
{
	struct text t;
	size_t i, times;

	for (i = 0; i < OKI_COUNT(answers); i++) {
		for (times = 1; times <= 4; times += 3) {
			t = make(i, answers[i].n / 4 * times);
			linear_case(&t);
			free(t.s);
		}
		if (printf("%s\n", answers[i].name) < 0)
			return 1;
	}
	return 0;
}

int
main(int argc, char **argv)
{
	Suite *s = suite_create("linear");
	TCase *c = tcase_create("linear");

	if (argc == 2 && strcmp(argv[1], "cases") == 0)
		return cases();
	xmlMemSetup(__wrap_free, __wrap_malloc, xml_realloc, xml_strdup);
	tcase_set_timeout(c, 60);
	tcase_add_loop_test(c, memory, 0, (int)OKI_COUNT(answers));
	tcase_add_loop_test(c, names, 19999, 20002);
	tcase_add_loop_test(c, deadline, 0, 1);
	suite_add_tcase(s, c);

	return run_suite(s);
}
