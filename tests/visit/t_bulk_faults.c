/*
 * Memory and system calls that fail, each in turn, while many are asked for:
 * what fails says so on its handle, no unit is another person's, nothing is
 * handed in twice, nothing is kept; and once the system works again the same
 * ticket brings the whole.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>
#include <onshikaku.h>

#include "bulk_service.h"
#include "tests/core/run.h"
#include "tests/oom/oom.h"
#include "tests/oom/sys.h"
#include "tests/sample.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))
#define RECEIPT		"UKE-1"
#define PEOPLE		3
#define MOST		200		/* of one system call in a run */
#define WRONG		77		/* somebody else's unit, or a part for all */
#define SILENT		78		/* a failure that the handle does not know */

/* ---- the service --------------------------------------------------------- */

static struct {
	char	ids[IDS][40];		/* under which was handed in */
	int	handed_in;
	char	file_id[24], date[16];
	char	body[65536];
	char	answer[16384];
} s;

static void
answer_hand_in(const char *prefix, const char *id)
{
	bool one = strstr(prefix, "siimm") != NULL;

	note_id(s.ids, &s.handed_in, id);
	value_in(s.body, "ArbitraryFileIdentifier", s.file_id,
	    sizeof(s.file_id));
	value_in(s.body, "QualificationConfirmationDate", s.date,
	    sizeof(s.date));
	make_head(s.answer, sizeof(s.answer), &(struct head){
	    .file_id = s.file_id, .segment = one ? "1" : NULL });
	add(s.answer, sizeof(s.answer), one ? "ProcessingResultStatus" :
	    "ReceptionNumber", one ? "1" : RECEIPT);
}

static void
answer_fetch(const char *prefix)
{
	size_t len;
	int i;

	make_head(s.answer, sizeof(s.answer), &(struct head){ .date = s.date,
	    .file_id = s.file_id, .receipt = RECEIPT, .segment = "1",
	    .results = "3" });
	for (i = 0; i < PEOPLE; i++) {
		len = strlen(s.answer);
		make_unit(s.answer + len, sizeof(s.answer) - len, prefix, i,
		    "見本　", CONSENT("1"));
	}
}

static int
exchange(void *self, void *session, struct onshi_exchange *x)
{
	const char *prefix = onshi_exchange_prefix(x);
	const uint8_t *body;
	size_t len;
	int r;

	(void)self;
	(void)session;
	body = onshi_exchange_body(x, &len);
	if (len >= sizeof(s.body))
		abort();
	memcpy(s.body, body, len);
	s.body[len] = '\0';
	onshi_exchange_set_sent(x, ONSHI_SENT_UNKNOWN);
	if (strstr(prefix, "02req") != NULL)
		answer_fetch(prefix);
	else
		answer_hand_in(prefix, onshi_exchange_request_id(x));
	if ((r = onshi_exchange_set_token(x, "carried")) == ONSHI_OK &&
	    (r = say(x, s.answer)) == ONSHI_OK && (r = say(x, END)) == ONSHI_OK)
		onshi_exchange_set_sent(x, ONSHI_SENT_ANSWERED);

	return r;
}

static int
entry(void *self, const char *line, size_t len)
{
	(void)self;
	(void)line;
	(void)len;

	return 0;
}

/* ---- a program ----------------------------------------------------------- */

struct day {
	struct onshi	*o;
	int		 kind;
	bool		 again;		/* in the same handle */
	char		 ticket[1024];
	int		 first;		/* failure; ONSHI_OK none */
};

static void
stop_faults(void)
{
	oom_pause();
	sys_pause();
}

static void
go_on(void)
{
	sys_resume();
	oom_resume();
}

static struct onshi *
make_root(void)
{
	static const struct onshi_link_ops link = { .size = sizeof(link),
	    .carries = carries_xml, .open = open_session, .exchange = exchange,
	    .close = close_session };
	static const struct onshi_audit_ops audit = { .size = sizeof(audit),
	    .entry = entry };
	struct onshi_config *c;
	struct onshi *o;

	if (onshi_config_new(&c) != ONSHI_OK || onshi_config_set(c,
	    "facility.institution_code", INST) != ONSHI_OK ||
	    onshi_config_set(c, "facility.kind", "medical") != ONSHI_OK ||
	    onshi_config_set_link(c, &link, &s) != ONSHI_OK ||
	    onshi_config_set_audit(c, &audit, NULL) != ONSHI_OK ||
	    onshi_new(ONSHI_ABI, c, &o) != ONSHI_OK)
		abort();
	onshi_config_free(&c);

	return o;
}

static int
set_all(struct onshi_bulk *b, int kind)
{
	int i, r = ONSHI_OK;

	if (kind == ONSHI_BULK_HOME)
		return (r = onshi_bulk_set_text(b,
		    ONSHI_EL_CONSENT_DATE_FROM, "20261101")) != ONSHI_OK ? r :
		    onshi_bulk_set_text(b, ONSHI_EL_CONSENT_DATE_TO,
		    "20261130");
	for (i = 0; r == ONSHI_OK && i < (kind == ONSHI_BULK_REGISTER_ONE ?
	    1 : PEOPLE); i++)
		if ((r = onshi_bulk_add(b, NULL)) == ONSHI_OK)
			r = set_person(b, kind, i);

	return r;
}

static int
keep_ticket(struct day *d, struct onshi_bulk *b)
{
	const char *text;
	int r;

	if ((r = onshi_bulk_ticket(b, &text)) == ONSHI_OK)
		(void)snprintf(d->ticket, sizeof(d->ticket), "%s", text);

	return r;
}

/* Each unit is its person's, by the place that it says. */
static bool
is_right(const struct onshi_bulk *b, int kind)
{
	const struct onshi_record *one;
	const char *number;
	size_t place;

	if (onshi_bulk_place(b, &place) == ONSHI_ABSENT)
		return kind == ONSHI_BULK_HOME;
	if (place >= PEOPLE)
		return false;
	if (kind != ONSHI_BULK_ELIGIBILITY)
		return true;

	return onshi_bulk_result_at(b, 0, &one) == ONSHI_OK &&
	    onshi_record_text(one, ONSHI_EL_INSURED_IDENTIFICATION_NUMBER,
	    &number) == ONSHI_OK && (size_t)atoi(number) == 77001000 + place;
}

/* Whom the first of a home visit's answer names becomes a visit. */
static int
make_visit(struct onshi_bulk *b, int kind)
{
	struct onshi_visit *v;
	int r;

	if (kind != ONSHI_BULK_HOME || onshi_bulk_taken(b) != 1)
		return ONSHI_OK;
	r = onshi_bulk_visit(b, ONSHI_PURPOSE_CARE, &v);
	onshi_visit_free(&v);

	return r;
}

/* All of it, or a failure. */
static int
take_all(struct onshi_bulk *b, int kind)
{
	const struct onshi_record *rec;
	size_t want = kind == ONSHI_BULK_REGISTER_ONE ? 1 : PEOPLE;
	int r;

	while ((r = onshi_bulk_next(b, &rec)) == ONSHI_OK)
		if (!is_right(b, kind))
			return WRONG;
		else if ((r = make_visit(b, kind)) != ONSHI_OK)
			return r;
	if (r == ONSHI_END)
		r = onshi_bulk_taken(b) == want ? ONSHI_OK : WRONG;

	return r;
}

static int
work(struct onshi_bulk *b, struct day *d)
{
	int r;

	while ((r = onshi_bulk_advance(b)) == ONSHI_NEED_LATER &&
	    onshi_bulk_later(b) == 0)
		if ((r = keep_ticket(d, b)) != ONSHI_OK)
			break;

	return r == ONSHI_OK ? take_all(b, d->kind) : r;
}

/* A failure is known to the handle; and its work goes on once there is none. */
static int
work_and_again(struct onshi_bulk *b, struct day *d)
{
	int r = work(b, d);

	if (r < 0 && onshi_error_code(onshi_bulk_error(b)) != r)
		return SILENT;
	if (r >= 0 || !d->again || onshi_bulk_taken(b) > 0)
		return r;
	d->first = r;
	stop_faults();
	r = work(b, d);
	go_on();

	return r == ONSHI_OK ? r : WRONG;
}

static int
ask(struct day *d)
{
	struct onshi_bulk *b = NULL;
	int r;

	if ((r = onshi_bulk_new(d->o, d->kind, NULL, &b)) == ONSHI_OK &&
	    (r = set_all(b, d->kind)) == ONSHI_OK &&
	    (r = d->ticket[0] == '\0' ? keep_ticket(d, b) :
	    onshi_bulk_resume(b, d->ticket)) == ONSHI_OK)
		r = work_and_again(b, d);
	onshi_bulk_free(&b);

	return r;
}

/* A run in which something fails, and the next, in which nothing does. */
static int
life(void *arg)
{
	struct day d = *(const struct day *)arg;
	int r, next;

	stop_faults();
	memset(&s, 0, sizeof(s));
	d.o = make_root();
	go_on();
	r = ask(&d);
	stop_faults();
	next = r == ONSHI_OK ? r : ask(&d);
	onshi_free(&d.o);
	go_on();
	if (r == ONSHI_OK && d.first != ONSHI_OK)
		r = d.first;
	if (r == WRONG || r == SILENT)
		return r;

	return next == ONSHI_OK && s.handed_in == 1 ? r : WRONG;
}

static const struct day days[] = {
	{ .kind = ONSHI_BULK_ELIGIBILITY },
	{ .kind = ONSHI_BULK_ELIGIBILITY, .again = true },
	{ .kind = ONSHI_BULK_REGISTER, .again = true },
	{ .kind = ONSHI_BULK_REGISTER_ONE },
	{ .kind = ONSHI_BULK_HOME }
};

static bool
says_so(int r)
{
	return r < 0;
}

START_TEST(memory)
{
	struct day d = days[_i];

	ck_assert_int_eq(life(&d), ONSHI_OK);
	oom_set_step(_i == 1 ? 1 : 2);
	ck_assert_uint_gt(oom_run_if("bulk", life, &d, ONSHI_OK, says_so),
	    20);
}
END_TEST

static const struct {
	enum sys_call	call;
	int		error;
} faults[] = {
	{ SYS_getrandom, EIO }, { SYS_eventfd, EMFILE },
	{ SYS_pthread_create, EAGAIN }, { SYS_pthread_mutex_init, EAGAIN },
	{ SYS_pthread_cond_init, EAGAIN }, { SYS_pthread_condattr_init, ENOMEM }
};

START_TEST(calls)
{
	struct day d = { .kind = ONSHI_BULK_HOME };

	ck_assert_int_eq(life(&d), ONSHI_OK);
	sys_run(faults[_i].call, faults[_i].error, MOST, (int)sample_step(2),
	    life, &d);
}
END_TEST

static void
fill(TCase *c)
{
	tcase_set_timeout(c, 120);
	tcase_add_loop_test(c, memory, 0, (int)COUNT(days));
	tcase_add_loop_test(c, calls, 0, (int)COUNT(faults));
}

int
main(void)
{
	return run_tests("visit/bulk_faults", fill);
}
