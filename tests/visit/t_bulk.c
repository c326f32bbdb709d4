/*
 * Many persons in one go, through the public calls: handed in once, fetched by
 * the receipt number, each unit the person's who it says, all of it void where
 * the end is. The service is a link of the program, played here.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <poll.h>

#include <check.h>
#include <onshikaku.h>

#include "bulk_service.h"
#include "tests/core/run.h"
#include "tests/search.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))
#define OK		ONSHI_OK
#define ARE(a, b)	ck_assert_int_eq(a, b)

/* ---- the service ---------------------------------------------------------- */

static struct service {
	int	uploads;		/* taken */
	int	fetches;
	int	busy;			/* fetches that are answered 処理中 */
	int	lost;			/* answers to the next exchanges */
	int	people;
	char	ids[IDS][40];		/* of uploads */
	char	file_id[24];
	char	date[16];
	char	last_id[40];
	char	last[524288];
	char	prefix[24];
	bool	again;
	bool	refuses;		/* .err */
	const char *receipt;
	const char *unit;		/* in place of the i-th one */
	int	unit_at;
	int	cut_at;			/* bytes; 0 whole */
	int	order;			/* units backwards */
	const char *segment;		/* of the answer */
	const char *consents;		/* in each result */
	const char *number;		/* another receipt in it */
	const char *taken;		/* in place of the receipt number */
	atomic_int held;		/* waits in the middle of the answer */
	bool	drips;			/* blanks, in place of a second unit */
	atomic_int stuck;		/* in an upload, whatever the deadline */
	const char *token;
	const char *name;		/* of everybody */
} s;
static char record[262144];
static size_t record_len;
static int audit_fails;

static struct onshi *o;
static struct onshi_bulk *b;
static struct onshi_operator *op;

static int
receive(struct onshi_exchange *x)
{
	char text[2048];
	bool one = strstr(s.prefix, "siimm") != NULL;
	int r;

	while (atomic_load(&s.stuck) != 0)
		(void)poll(NULL, 0, 1);
	note_id(s.ids, &s.uploads, s.last_id);
	value_in(s.last, "ArbitraryFileIdentifier", s.file_id,
	    sizeof(s.file_id));
	value_in(s.last, "QualificationConfirmationDate", s.date,
	    sizeof(s.date));
	if (s.taken != NULL)
		return say(x, s.taken);
	make_head(text, sizeof(text), &(struct head){ .file_id = s.file_id,
	    .segment = one ? "1" : NULL });
	add(text, sizeof(text), one ? "ProcessingResultStatus" :
	    "ReceptionNumber", !one ? s.receipt : s.segment != NULL ? "2" :
	    "1");

	return (r = say(x, text)) == OK ? say(x, END) : r;
}

static int
say_unit(struct onshi_exchange *x, int i)
{
	char text[2048];
	int r;

	if (s.unit != NULL && i == s.unit_at)
		return say(x, s.unit);
	make_unit(text, sizeof(text), s.prefix, i, s.name != NULL ? s.name :
	    "見本　", s.consents != NULL ? s.consents : "");
	r = say(x, text);
	onshi_wipe(text, sizeof(text));

	return r;
}

/* Bytes that bring nothing, for ten seconds. */
static int
drip(struct onshi_exchange *x)
{
	int i, r = OK;

	for (i = 0; i < 1000 && r == OK; i++) {
		(void)poll(NULL, 0, 10);
		r = say(x, " ");
	}

	return r;
}

static int
answer(struct onshi_exchange *x)
{
	char text[2048], results[16];
	int i, r;

	s.fetches++;
	(void)snprintf(results, sizeof(results), "%d", s.people);
	make_head(text, sizeof(text), &(struct head){ .date = s.date,
	    .file_id = s.file_id,
	    .receipt = s.number != NULL ? s.number : s.receipt,
	    .segment = s.busy > 0 ? "2" : s.segment != NULL ? s.segment : "1",
	    .results = results });
	if ((r = say(x, text)) != OK)
		return r;
	for (i = 0; s.busy == 0 && i < s.people; i++) {
		while (i == 2 && atomic_load(&s.held) != 0)
			(void)poll(NULL, 0, 1);
		if (s.cut_at != 0 && i == s.cut_at)
			return OK;
		if (s.drips && i == 1)
			return drip(x);
		if ((r = say_unit(x, s.order ? s.people - 1 - i : i)) != OK)
			return r;
	}
	s.busy -= s.busy > 0;

	return say(x, END);
}

static int
exchange(void *self, void *session, struct onshi_exchange *x)
{
	const uint8_t *body;
	size_t len;
	int r;

	(void)self;
	(void)session;
	body = onshi_exchange_body(x, &len);
	ck_assert_uint_lt(len, sizeof(s.last));
	memcpy(s.last, body, len);
	s.last[len] = '\0';
	(void)snprintf(s.last_id, sizeof(s.last_id), "%s",
	    onshi_exchange_request_id(x));
	(void)snprintf(s.prefix, sizeof(s.prefix), "%s",
	    onshi_exchange_prefix(x));
	s.again = onshi_exchange_is_again(x);
	onshi_exchange_set_sent(x, ONSHI_SENT_UNKNOWN);
	if (s.refuses) {
		onshi_exchange_set_rejected(x, 1);
		onshi_exchange_set_sent(x, ONSHI_SENT_ANSWERED);
		return say(x, "E0001 thrown back");
	}
	if (s.token != NULL)
		ARE(onshi_exchange_set_token(x, s.token), OK);
	r = strstr(s.prefix, "02req") != NULL ? answer(x) : receive(x);
	if (s.lost > 0) {
		s.lost--;
		return ONSHI_E_LINK_TIMEOUT;
	}
	onshi_exchange_set_sent(x, ONSHI_SENT_ANSWERED);

	return r;
}

static int
carries(void *self, const char *prefix)
{
	(void)self;

	return strncmp(prefix, "OQSmuonq", 8) == 0 ? ONSHI_FORM_NONE :
	    ONSHI_FORM_XML;
}

static int
entry(void *self, const char *line, size_t len)
{
	(void)self;
	if (audit_fails)
		return 1;
	ck_assert_uint_lt(record_len + len, sizeof(record));
	memcpy(record + record_len, line, len);
	record_len += len;
	record[record_len] = '\0';

	return 0;
}

/* How often that stands in the record. */
static int
recorded(const char *word)
{
	const char *at = record;
	int n = 0;

	while ((at = strstr(at, word)) != NULL) {
		at += strlen(word);
		n++;
	}

	return n;
}

static void
open_root(void)
{
	static const struct onshi_link_ops link = { .size = sizeof(link),
	    .carries = carries, .open = open_session, .exchange = exchange,
	    .close = close_session };
	static const struct onshi_audit_ops audit = { .size = sizeof(audit),
	    .entry = entry };
	struct onshi_config *c;

	ARE(onshi_config_new(&c), OK);
	ARE(onshi_config_set(c, "facility.institution_code", INST), OK);
	ARE(onshi_config_set(c, "facility.kind", "medical"), OK);
	ARE(onshi_config_set(c, "link.deadline_ms", "5000"), OK);
	ARE(onshi_config_set_link(c, &link, &s), OK);
	ARE(onshi_config_set_audit(c, &audit, NULL), OK);
	ARE(onshi_new(ONSHI_ABI, c, &o), OK);
	onshi_config_free(&c);
}

static void
begin(void)
{
	memset(&s, 0, sizeof(s));
	s.receipt = "UKE 2026/11-0001";
	s.people = 5;
	record_len = 0;
	audit_fails = 0;
	open_root();
	ARE(onshi_operator_new(o, "U0001", ONSHI_LICENCE_RECEPTION,
	    ONSHI_SIGNIN_PASSWORD, &op), OK);
}

static void
finish(void)
{
	onshi_bulk_free(&b);
	onshi_operator_free(&op);
	onshi_free(&o);
}

static void
set(int element, const char *text)
{
	ARE(onshi_bulk_set_text(b, element, text), OK);
}

/* So many persons, each with numbers of their own. */
static void
fill(int kind, int n, const struct onshi_operator *by)
{
	size_t place;
	int i;

	ARE(onshi_bulk_new(o, kind, by, &b), OK);
	for (i = 0; i < n; i++) {
		ARE(onshi_bulk_add(b, &place), OK);
		ck_assert_uint_eq(place, (size_t)i);
		ARE(set_person(b, kind, i), OK);
	}
}

/* All units: how many; -1 where they came to nothing. */
static int
take_all(int *result)
{
	const struct onshi_record *rec, *one;
	const char *number;
	char want[16];
	size_t place;
	int n = 0;

	while ((*result = onshi_bulk_next(b, &rec)) == OK) {
		n++;
		if (onshi_bulk_place(b, &place) == OK &&
		    onshi_bulk_result_at(b, 0, &one) == OK &&
		    onshi_record_text(one,
		    ONSHI_EL_INSURED_IDENTIFICATION_NUMBER, &number) == OK) {
			(void)snprintf(want, sizeof(want), "%zu", 77001000 + place);
			ck_assert_str_eq(number, want);
		}
	}

	return n;
}

/* To the answer, whatever there is to wait for. */
static int
reach(void)
{
	int r;

	while ((r = onshi_bulk_advance(b)) == ONSHI_NEED_LATER &&
	    onshi_bulk_later(b) == 0)
		;

	return r;
}

/* ---- a good day ------------------------------------------------------------- */

/* Handed in once, the receipt kept, each unit its person's, in any order; the
 * record says by whom. */
START_TEST(whole)
{
	static const int kinds[] = { ONSHI_BULK_ELIGIBILITY,
	    ONSHI_BULK_REGISTER };
	const struct onshi_record *rec;
	int r;

	begin();
	s.order = _i & 1;
	fill(kinds[_i / 2], 5, _i & 1 ? op : NULL);
	ck_assert_ptr_null(onshi_bulk_receipt(b));
	ARE(onshi_bulk_next(b, &rec), ONSHI_E_STATE);
	ARE(onshi_bulk_advance(b), ONSHI_NEED_LATER);
	ARE(onshi_bulk_later(b), 0);
	ck_assert_str_eq(onshi_bulk_receipt(b), s.receipt);
	ARE(s.fetches, 0);
	ARE(onshi_bulk_advance(b), OK);
	ARE(take_all(&r), 5);
	ARE(r, ONSHI_END);
	ARE(onshi_bulk_next(b, &rec), ONSHI_END);
	ck_assert_uint_eq(onshi_bulk_taken(b), 5);
	ck_assert_uint_eq(onshi_bulk_count(b), 5);
	ARE(s.uploads, 1);
	ARE(s.fetches, 1);
	ck_assert(recorded(_i & 1 ? "U0001" : "system") >= 4);
	ARE(recorded("query.intent"), 2);
	ARE(recorded("query.outcome"), 2);
	ARE(recorded("result.read"), 1);
	ARE(recorded("77001003"), 0);	/* nobody's number */
	finish();
}
END_TEST

/* 処理中: never an error, and nothing is asked before its time. */
START_TEST(works_on_it)
{
	int r;

	begin();
	s.busy = 1;
	fill(ONSHI_BULK_ELIGIBILITY, 5, NULL);
	ARE(onshi_bulk_advance(b), ONSHI_NEED_LATER);
	ARE(onshi_bulk_advance(b), ONSHI_NEED_LATER);
	ARE(s.fetches, 1);
	ck_assert_int_gt(onshi_bulk_later(b), 3);
	ARE(onshi_bulk_advance(b), ONSHI_NEED_LATER);
	ARE(s.fetches, 1);
	(void)r;
	finish();
}
END_TEST

/* One person's registration is answered at once, and never asked twice by
 * itself. */
START_TEST(one)
{
	const struct onshi_record *rec;

	begin();
	fill(ONSHI_BULK_REGISTER_ONE, 1, op);
	ARE(onshi_bulk_add(b, NULL), ONSHI_E_STATE);
	s.lost = _i;
	if (_i == 1) {
		ARE(onshi_bulk_advance(b), ONSHI_E_LINK_TIMEOUT);
		ARE(onshi_error_sent(onshi_bulk_error(b)), ONSHI_SENT_UNKNOWN);
	}
	ARE(onshi_bulk_advance(b), OK);
	ARE(s.again, _i == 1);
	ARE(onshi_bulk_next(b, &rec), OK);
	ARE(onshi_record_outcome(rec), ONSHI_OUTCOME_REGISTERED);
	ARE(onshi_bulk_next(b, &rec), ONSHI_END);
	ARE(s.uploads, 1);
	finish();
}
END_TEST

/* ---- bad input: early, and nothing is sent ----------------------------------- */

START_TEST(bad_input)
{
	const struct onshi_record *rec;
	const char *ticket;
	size_t at;

	begin();
	ARE(onshi_bulk_new(o, 0, NULL, &b), ONSHI_E_ARG);
	ARE(onshi_bulk_new(o, 7, NULL, &b), ONSHI_E_ARG);
	ARE(onshi_bulk_new(o, ONSHI_BULK_TELEMEDICINE, NULL, &b),
	    ONSHI_E_UNSUPPORTED);
	ARE(onshi_bulk_new(o, ONSHI_BULK_ELIGIBILITY, NULL, &b), OK);
	ARE(onshi_bulk_set_text(b, ONSHI_EL_BIRTHDATE, "19800512"),
	    ONSHI_E_STATE);
	ARE(onshi_bulk_advance(b), ONSHI_E_VALUE);	/* nobody */
	ARE(onshi_bulk_add(b, NULL), OK);
	ARE(onshi_bulk_set_text(b, ONSHI_EL_REFERENCE_NUMBER, "1"),
	    ONSHI_E_ARG);
	ARE(onshi_bulk_set_text(b, ONSHI_EL_BIRTHDATE, "1980051"),
	    ONSHI_E_VALUE);
	set(ONSHI_EL_INSURER_NUMBER, "06139999");
	set(ONSHI_EL_INSURED_IDENTIFICATION_NUMBER, "CANARY1");
	ARE(onshi_bulk_ticket(b, &ticket), ONSHI_E_VALUE);
	ARE(onshi_bulk_advance(b), ONSHI_E_VALUE);
	ck_assert_ptr_nonnull(strstr(onshi_error_text(onshi_bulk_error(b)),
	    "person 1: Birthdate"));
	ck_assert_ptr_null(strstr(onshi_error_text(onshi_bulk_error(b)),
	    "CANARY"));
	ARE(onshi_bulk_place(b, &at), ONSHI_E_STATE);
	ARE(onshi_bulk_result_at(b, 0, &rec), ONSHI_E_STATE);
	ARE(onshi_bulk_resume(b, "onshikaku-bulk-1 nonsense"), ONSHI_E_VALUE);
	onshi_bulk_free(&b);
	fill(ONSHI_BULK_REGISTER, 2, NULL);
	set(ONSHI_EL_REFERENCE_NUMBER, "R0");		/* twice */
	ARE(onshi_bulk_advance(b), ONSHI_E_VALUE);
	onshi_bulk_free(&b);
	ARE(onshi_bulk_new(o, ONSHI_BULK_HOME, NULL, &b), OK);
	ARE(onshi_bulk_add(b, NULL), ONSHI_E_STATE);
	ARE(onshi_bulk_advance(b), ONSHI_E_VALUE);	/* no day */
	set(ONSHI_EL_CONSENT_DATE_FROM, "20261102");
	set(ONSHI_EL_CONSENT_DATE_TO, "20261101");
	ARE(onshi_bulk_advance(b), ONSHI_E_VALUE);
	ARE(s.uploads, 0);
	ck_assert_uint_eq(record_len, 0);
	finish();
}
END_TEST

/* ---- what is not ours, or not whole ------------------------------------------ */

#define ECHO(id, number)						\
	"<BulkConfirmUnit><QualificationConfirmSearchInfo>"		\
	"<InsuredIdentificationNumber>" number				\
	"</InsuredIdentificationNumber><ArbitraryIdentifier>" id	\
	"</ArbitraryIdentifier></QualificationConfirmSearchInfo>"	\
	"<ProcessingResultStatus>1</ProcessingResultStatus>"		\
	"<QualificationValidity>4</QualificationValidity></BulkConfirmUnit>"

/* Somebody else's unit, one of nobody, another birth date, half an answer: all
 * that came before is void, and stays so. */
START_TEST(not_ours)
{
	static const struct {
		const char	*unit;
		const char	*reason;
	} rows[] = {
		{ ECHO("6", "1005"), "not_for_us" },
		{ ECHO("0", "1000"), "not_for_us" },
		{ ECHO("-1", "1000"), "not_for_us" },
		{ ECHO("1 OR 1", "1000"), "not_for_us" },
		{ ECHO("4", "1002"), "not_for_us" },
		{ "<BulkConfirmUnit><ProcessingResultStatus>1"
		    "</ProcessingResultStatus><QualificationValidity>4"
		    "</QualificationValidity></BulkConfirmUnit>", "malformed" },
		{ "<BulkConfirmUnit><QualificationConfirmSearchInfo>"
		    "<ArbitraryIdentifier>4</ArbitraryIdentifier>"
		    "</QualificationConfirmSearchInfo>"
		    "<ProcessingResultStatus>1</ProcessingResultStatus>"
		    "<QualificationValidity>1</QualificationValidity>"
		    "<ResultOfQualificationConfirmation><Birthdate>19991231"
		    "</Birthdate></ResultOfQualificationConfirmation>"
		    "</BulkConfirmUnit>", "not_for_us" },
		{ "<BulkRegistrationUnit></BulkRegistrationUnit>",
		    "malformed" },
		{ "<!DOCTYPE a>", "hostile" },
		{ "</MessageBody>", "malformed" }
	};
	const struct onshi_record *rec;
	int n, r;

	begin();
	s.unit = rows[_i].unit;
	s.unit_at = 3;
	fill(ONSHI_BULK_ELIGIBILITY, 5, NULL);
	r = reach();
	n = 0;
	if (r == OK)
		n = take_all(&r);
	ck_assert_int_lt(n, 5);
	ARE(r, ONSHI_E_ANSWER_REFUSED);
	ck_assert_str_eq(onshi_error_reason(onshi_bulk_error(b)),
	    rows[_i].reason);
	if (n > 0) {
		ARE(onshi_bulk_next(b, &rec), ONSHI_E_ANSWER_REFUSED);
		ARE(onshi_bulk_advance(b), ONSHI_E_STATE);
	}
	ARE(s.uploads, 1);
	finish();
}
END_TEST

/* Nor one whose reference number stands before, between or behind ours. */
START_TEST(another_reference)
{
	static const char *const names[] = { "A9", "R1X", "Z0" };
	char unit[600];
	int n, r;

	begin();
	(void)snprintf(unit, sizeof(unit), "<BulkRegistrationUnit>"
	    "<ReferenceNumberRegistrationInfo><ReferenceNumber>%s"
	    "</ReferenceNumber></ReferenceNumberRegistrationInfo>"
	    "<ProcessingResultStatus>1</ProcessingResultStatus>"
	    "</BulkRegistrationUnit>", names[_i]);
	s.unit = unit;
	s.unit_at = 3;
	fill(ONSHI_BULK_REGISTER, 5, NULL);
	if ((r = reach()) == OK) {
		n = take_all(&r);
		ck_assert_int_lt(n, 5);
	}
	ARE(r, ONSHI_E_ANSWER_REFUSED);
	ck_assert_str_eq(onshi_error_reason(onshi_bulk_error(b)),
	    "not_for_us");
	finish();
}
END_TEST

/* Refused as a whole: another receipt, cut off, thrown back, failed. */
START_TEST(no_answer)
{
	int r, n = 0;

	begin();
	fill(ONSHI_BULK_ELIGIBILITY, 5, NULL);
	ARE(onshi_bulk_advance(b), _i == 0 ? ONSHI_NEED_LATER :
	    ONSHI_NEED_LATER);
	switch (_i) {
	case 0:	s.number = "ANOTHER";	break;
	case 1:	s.cut_at = 4;		break;
	case 2:	s.refuses = true;	break;
	default: s.segment = "9";	break;
	}
	if ((r = onshi_bulk_advance(b)) == OK)
		n = take_all(&r);
	ck_assert_int_lt(r, 0);
	ARE(r, _i < 2 ? ONSHI_E_ANSWER_REFUSED : _i == 2 ? ONSHI_E_REJECTED :
	    ONSHI_E_SERVICE_ERROR);
	/* The receipt holds: where nothing was handed out it is asked anew. */
	s.number = s.segment = NULL;
	s.cut_at = 0;
	s.refuses = false;
	if (n == 0) {
		ARE(reach(), OK);
		ARE(take_all(&r), 5);
		ARE(r, ONSHI_END);
	}
	ARE(s.uploads, 1);
	finish();
}
END_TEST

/* ---- once -------------------------------------------------------------------- */

/* An upload of unknown end goes out under the same id; by a ticket, too, in
 * another handle; never as a second one. */
START_TEST(once)
{
	char ticket[1024];
	const char *text;
	int r;

	begin();
	fill(ONSHI_BULK_ELIGIBILITY, 5, op);
	ARE(onshi_bulk_ticket(b, &text), OK);
	(void)snprintf(ticket, sizeof(ticket), "%s", text);
	ck_assert_ptr_null(strstr(ticket, "77001003"));
	s.lost = 1;
	ARE(onshi_bulk_advance(b), ONSHI_E_LINK_TIMEOUT);
	ARE(s.uploads, 1);
	if (_i == 1) {			/* the run ends, another one begins */
		onshi_bulk_free(&b);
		fill(ONSHI_BULK_ELIGIBILITY, 5, op);
		ARE(onshi_bulk_resume(b, ticket), OK);
	}
	if (_i == 2) {			/* with the receipt */
		ARE(onshi_bulk_advance(b), ONSHI_NEED_LATER);
		ARE(onshi_bulk_ticket(b, &text), OK);
		(void)snprintf(ticket, sizeof(ticket), "%s", text);
		onshi_bulk_free(&b);
		fill(ONSHI_BULK_ELIGIBILITY, 5, op);
		ARE(onshi_bulk_resume(b, ticket), OK);
		ck_assert_str_eq(onshi_bulk_receipt(b), s.receipt);
	}
	ARE(reach(), OK);
	ARE(take_all(&r), 5);
	ARE(r, ONSHI_END);
	ARE(s.uploads, 1);
	finish();
}
END_TEST

/* What cannot be read of the answer to an upload leaves open whether it was
 * handed in: it is asked for again, and never handed in as another one. */
START_TEST(unread)
{
	static const char head[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
	    "<XmlMsg><MessageHeader>";
	static const struct {
		const char	*code;		/* of the institution */
		const char	*rest;
		int		 result;
	} rows[] = {
		{ "1319999988", "</MessageHeader><MessageBody><ReceptionNumber>"
		    "1</ReceptionNumber></MessageBody></XmlMsg>",
		    ONSHI_E_ANSWER_REFUSED },
		{ INST, "</MessageHeader><MessageBody><Recep",
		    ONSHI_E_ANSWER_REFUSED },
		{ INST, "</MessageHeader><MessageBody></MessageBody></XmlMsg>",
		    ONSHI_E_UNKNOWN_CODE },
		{ INST, "</MessageHeader><!DOCTYPE a></XmlMsg>",
		    ONSHI_E_ANSWER_REFUSED },
		{ INST, "<SegmentOfResult>2</SegmentOfResult></MessageHeader>"
		    "<MessageBody></MessageBody></XmlMsg>",
		    ONSHI_E_IN_PROGRESS }
	};
	char text[1024];
	int r;

	begin();
	(void)snprintf(text, sizeof(text), "%s<ProcessExecutionTime>%s"
	    "</ProcessExecutionTime><MedicalInstitutionCode>%s"
	    "</MedicalInstitutionCode><CharacterCodeIdentifier>0"
	    "</CharacterCodeIdentifier>%s", head, now(),
	    rows[_i].code, rows[_i].rest);
	fill(ONSHI_BULK_ELIGIBILITY, 5, NULL);
	s.taken = text;
	ARE(onshi_bulk_advance(b), rows[_i].result);
	ARE(s.again, false);
	s.taken = NULL;
	ARE(onshi_bulk_advance(b), ONSHI_NEED_LATER);
	ARE(s.again, true);
	ARE(s.uploads, 1);
	ARE(reach(), OK);
	ARE(take_all(&r), 5);
	ARE(r, ONSHI_END);
	finish();
}
END_TEST

/* What could not even be sent leaves open what was open before. */
START_TEST(open_still)
{
	begin();
	fill(ONSHI_BULK_ELIGIBILITY, 5, NULL);
	s.lost = 1;
	ARE(onshi_bulk_advance(b), ONSHI_E_LINK_TIMEOUT);
	audit_fails = 1;
	ARE(onshi_bulk_advance(b), ONSHI_E_AUDIT);
	ARE(onshi_error_sent(onshi_bulk_error(b)), ONSHI_SENT_UNKNOWN);
	audit_fails = 0;
	ARE(onshi_bulk_advance(b), ONSHI_NEED_LATER);
	ARE(s.again, true);
	ARE(s.uploads, 1);
	finish();
}
END_TEST

/* What the service takes none of is another one afterwards. */
START_TEST(taken_none_of)
{
	begin();
	fill(ONSHI_BULK_ELIGIBILITY, 5, NULL);
	s.refuses = true;
	ARE(onshi_bulk_advance(b), ONSHI_E_REJECTED);
	s.refuses = false;
	ARE(onshi_bulk_advance(b), ONSHI_NEED_LATER);
	ARE(s.again, false);
	ARE(s.uploads, 1);
	finish();
}
END_TEST

/* A ticket is of those persons, that kind, that asker; another one's is none. */
START_TEST(tickets)
{
	struct onshi_operator *other;
	char ticket[1024], bad[1024];
	const char *text;
	size_t i;

	begin();
	fill(ONSHI_BULK_ELIGIBILITY, 5, op);
	ARE(onshi_bulk_ticket(b, &text), OK);
	(void)snprintf(ticket, sizeof(ticket), "%s", text);
	onshi_bulk_free(&b);
	fill(ONSHI_BULK_ELIGIBILITY, 4, op);
	ARE(onshi_bulk_resume(b, ticket), ONSHI_E_VALUE);
	onshi_bulk_free(&b);
	fill(ONSHI_BULK_ELIGIBILITY, 5, op);
	set(ONSHI_EL_INSURED_BRANCH_NUMBER, "02");
	ARE(onshi_bulk_resume(b, ticket), ONSHI_E_VALUE);
	set(ONSHI_EL_INSURED_BRANCH_NUMBER, NULL);
	ARE(onshi_operator_new(o, "U0002", ONSHI_LICENCE_RECEPTION,
	    ONSHI_SIGNIN_PASSWORD, &other), OK);
	for (i = 0; i < strlen(ticket); i++) {	/* cut anywhere */
		(void)snprintf(bad, sizeof(bad), "%.*s", (int)i, ticket);
		ARE(onshi_bulk_resume(b, bad), ONSHI_E_VALUE);
	}
	onshi_bulk_free(&b);
	fill(ONSHI_BULK_ELIGIBILITY, 5, other);
	ARE(onshi_bulk_resume(b, ticket), ONSHI_E_OPERATOR);
	ck_assert_str_eq(onshi_error_rule(onshi_bulk_error(b)), "CO-13");
	onshi_operator_free(&other);
	ARE(s.uploads, 0);
	finish();
}
END_TEST

/* Each word of a ticket, changed: none is taken for another. */
START_TEST(forged)
{
	static const struct { int word; const char *text; } rows[] = {
		{ 0, "onshikaku-bulk-2" }, { 1, "register" }, { 2, "x" },
		{ 2, "00000000-0000-4000-8000-00000000000/" }, { 3, "x" },
		{ 3, "99999999999999999999" }, { 4, "20260230" },
		{ 4, "20200101" }, { 5, "00000000" }, { 5, "x" },
		{ 6, "!!!!" }, { 6, "AGEA" }, { 6, "YWI" }, { 7, "!!!!" },
		{ 7, "YQBi" }, { 7, "" }, { 0, " " }, { 7, "- -" }
	};
	char bad[1100];
	const char *text, *at;
	size_t i, len = 0;
	int n;

	begin();
	fill(ONSHI_BULK_ELIGIBILITY, 2, NULL);
	ARE(onshi_bulk_ticket(b, &text), OK);
	for (i = 0; i < COUNT(rows); i++) {
		for (at = text, n = 0; n < rows[i].word; n++)
			at = strchr(at, ' ') + 1;
		len = strcspn(at, " ");
		(void)snprintf(bad, sizeof(bad), "%.*s%s%s", (int)(at - text),
		    text, rows[i].text, at + len);
		ck_assert_msg(onshi_bulk_resume(b, bad) == ONSHI_E_VALUE ||
		    rows[i].word == 6, "%s", bad);
		ck_assert_int_lt(onshi_bulk_resume(b, bad), 0);
		ck_assert_ptr_null(onshi_bulk_receipt(b));
	}
	ARE(onshi_bulk_resume(b, text), OK);
	ARE(s.uploads, 0);
	finish();
}
END_TEST

/* Which days may be asked for (messages.md 3.5). */
START_TEST(days)
{
	static const struct { const char *from, *to; int r; } rows[] = {
		{ NULL, NULL, ONSHI_E_VALUE }, { "20261102", NULL,
		    ONSHI_E_VALUE }, { NULL, "20261102", ONSHI_E_VALUE },
		{ "20261102", "20261101", ONSHI_E_VALUE },
		{ "20261102", "20261102", ONSHI_NEED_LATER }
	};
	size_t i;

	for (i = 0; i < COUNT(rows); i++) {
		begin();
		ARE(onshi_bulk_new(o, ONSHI_BULK_HOME, NULL, &b), OK);
		set(ONSHI_EL_CONSENT_DATE_FROM, rows[i].from);
		set(ONSHI_EL_CONSENT_DATE_TO, rows[i].to);
		ARE(onshi_bulk_advance(b), rows[i].r);
		ARE(s.uploads, rows[i].r > 0);
		finish();
	}
}
END_TEST

/* What each kind needs of a person, or of all: one that lacks is told by name
 * before anything is sent, and what may lack may (messages.md 3.4 to 3.7). */
START_TEST(needed)
{
#define ALL_OF_ONE ONSHI_EL_INSURER_NUMBER, ONSHI_EL_INSURED_CARD_SYMBOL, \
	ONSHI_EL_INSURED_IDENTIFICATION_NUMBER, ONSHI_EL_INSURED_BRANCH_NUMBER
	static const struct { int kind, els[6]; const char *needed; } rows[] = {
		{ ONSHI_BULK_ELIGIBILITY, { ALL_OF_ONE, ONSHI_EL_BIRTHDATE },
		    "10101" },
		{ ONSHI_BULK_REGISTER, { ALL_OF_ONE,
		    ONSHI_EL_REFERENCE_NUMBER }, "10101" },
		{ ONSHI_BULK_REGISTER_ONE, { ALL_OF_ONE,
		    ONSHI_EL_REFERENCE_NUMBER }, "10101" },
		{ ONSHI_BULK_ASSISTANCE, { ONSHI_EL_MEDICAL_TREATMENT_MONTH },
		    "1" }
	};
#undef ALL_OF_ONE
	static const char *const values[] = { "06139999", "12", "1", "01",
	    "R1" };
	const char *text;
	size_t i, lacks;
	int el;

	for (lacks = 0; lacks < strlen(rows[_i].needed); lacks++) {
		begin();
		ARE(onshi_bulk_new(o, rows[_i].kind, NULL, &b), OK);
		if (rows[_i].kind != ONSHI_BULK_ASSISTANCE)
			ARE(onshi_bulk_add(b, NULL), OK);
		for (i = 0; (el = rows[_i].els[i]) != 0; i++) {
			text = el == ONSHI_EL_BIRTHDATE ? "19800512" :
			    el == ONSHI_EL_MEDICAL_TREATMENT_MONTH ? "202611" :
			    values[i];
			if (i != lacks)
				set(el, text);
		}
		if (rows[_i].needed[lacks] == '1') {
			ARE(onshi_bulk_advance(b), ONSHI_E_VALUE);
			text = onshi_error_text(onshi_bulk_error(b));
			ck_assert_msg(strncmp(text, "person 1: ", 10) == 0 &&
			    strstr(text, onshi_element_name(
			    rows[_i].els[lacks])) != NULL, "%s", text);
			ARE(s.uploads, 0);
		} else {
			ck_assert_int_ge(onshi_bulk_advance(b), OK);
			ARE(s.uploads, 1);
		}
		finish();
	}
}
END_TEST

/* CO-7: what cannot be recorded is not asked, and not handed out. */
START_TEST(no_record)
{
	int r = OK;

	begin();
	fill(ONSHI_BULK_ELIGIBILITY, 5, NULL);
	audit_fails = _i == 0;
	if (_i == 0) {
		ARE(onshi_bulk_advance(b), ONSHI_E_AUDIT);
		ARE(s.uploads, 0);
		finish();
		return;
	}
	ARE(onshi_bulk_advance(b), ONSHI_NEED_LATER);
	atomic_store(&s.held, 0);
	audit_fails = 1;
	r = onshi_bulk_advance(b);
	ARE(r, ONSHI_E_AUDIT);
	ck_assert_uint_eq(onshi_bulk_taken(b), 0);
	finish();
}
END_TEST

/* ---- consent ------------------------------------------------------------------ */

/* CO-3: what rests on consent is not in an answer to numbers, whatever the
 * answer says; in one of carried consents it is where the patient said so. */
START_TEST(cut_to_what_is_given)
{
#define FLAG(n)	"<LimitApplicationCertificateRelatedConsFlg>" n		\
	"</LimitApplicationCertificateRelatedConsFlg>"
	static const struct { int kind; const char *flag; int there; } of[] = {
		{ ONSHI_BULK_ELIGIBILITY, "", ONSHI_ABSENT },
		{ ONSHI_BULK_ELIGIBILITY, FLAG("0"), ONSHI_ABSENT },
		{ ONSHI_BULK_ELIGIBILITY, FLAG("1"), ONSHI_ABSENT },
		{ ONSHI_BULK_HOME, "", ONSHI_ABSENT },
		{ ONSHI_BULK_HOME, FLAG("0"), ONSHI_ABSENT },
		{ ONSHI_BULK_HOME, FLAG("1"), OK } };
#undef FLAG
	const struct onshi_record *rec, *result, *limit;

	begin();
	s.consents = of[_i].flag;
	if (of[_i].kind == ONSHI_BULK_ELIGIBILITY)
		fill(of[_i].kind, 5, NULL);
	else {
		ARE(onshi_bulk_new(o, of[_i].kind, NULL, &b), OK);
		set(ONSHI_EL_CONSENT_DATE_FROM, "20261101");
		set(ONSHI_EL_CONSENT_DATE_TO, "20261130");
	}
	ARE(reach(), OK);
	ARE(onshi_bulk_next(b, &rec), OK);
	ARE(onshi_record_outcome(rec), ONSHI_OUTCOME_VALID);
	ARE(onshi_bulk_result_at(b, 0, &result), OK);
	ARE(onshi_bulk_result_at(b, 1, &limit), ONSHI_END);
	ARE(onshi_record_child(result,
	    ONSHI_EL_LIMIT_APPLICATION_CERTIFICATE_RELATED_INFO, &limit),
	    of[_i].there);
	finish();
}
END_TEST

/* A consent of which nobody knows since when is none (TI-4). */
START_TEST(carried_since)
{
	static const char *const times[] = { "", "<PharmacistsInfoConsTime>"
	    "19700101090000</PharmacistsInfoConsTime>",
	    "<PharmacistsInfoConsTime>20991231235959"
	    "</PharmacistsInfoConsTime>" };
	const struct onshi_record *rec;
	struct onshi_operator *doctor;
	struct onshi_visit *v = NULL;
	char consents[400];
	int r;

	begin();
	s.token = "carried-token";
	ARE(onshi_operator_new(o, "D0001", ONSHI_LICENCE_DOCTOR,
	    ONSHI_SIGNIN_TWO_FACTOR, &doctor), OK);
	(void)snprintf(consents, sizeof(consents), "<PharmacistsInfoConsFlg>1"
	    "</PharmacistsInfoConsFlg>%s<PharmacistsInfoAvailableTime>"
	    "20991231235959</PharmacistsInfoAvailableTime>", times[_i]);
	s.consents = consents;
	ARE(onshi_bulk_new(o, ONSHI_BULK_HOME, NULL, &b), OK);
	set(ONSHI_EL_CONSENT_DATE_FROM, "20261101");
	set(ONSHI_EL_CONSENT_DATE_TO, "20261130");
	ARE(reach(), OK);
	ARE(onshi_bulk_next(b, &rec), OK);
	ARE(onshi_bulk_visit(b, ONSHI_PURPOSE_CARE, &v), OK);
	while ((r = onshi_bulk_next(b, &rec)) == OK)
		;
	ARE(r, ONSHI_END);
	ck_assert_int_lt(onshi_visit_may(v, ONSHI_CATEGORY_DRUGS, doctor), 0);
	onshi_visit_free(&v);
	onshi_operator_free(&doctor);
	finish();
}
END_TEST

/* CO-11: a person whose consent the service has kept becomes a visit, which may
 * ask once the whole answer counts; without one there is none; of a void answer
 * nothing may be asked. */
START_TEST(carried)
{
	const struct onshi_record *rec;
	struct onshi_operator *doctor;
	struct onshi_visit *v = NULL;
	int n = 0, r;

	begin();
	s.consents = _i == 1 ? CONSENT("0") : CONSENT("1");
	s.cut_at = _i == 2 ? 4 : 0;
	s.token = "carried-token";
	ARE(onshi_operator_new(o, "D0001", ONSHI_LICENCE_DOCTOR,
	    ONSHI_SIGNIN_TWO_FACTOR, &doctor), OK);
	ARE(onshi_bulk_new(o, ONSHI_BULK_HOME, NULL, &b), OK);
	set(ONSHI_EL_CONSENT_DATE_FROM, "20261101");
	set(ONSHI_EL_CONSENT_DATE_TO, "20261130");
	ARE(reach(), OK);
	ck_assert_ptr_nonnull(strstr(s.last, "<ReceptionNumber>"));
	ARE(onshi_bulk_next(b, &rec), OK);
	r = onshi_bulk_visit(b, ONSHI_PURPOSE_CARE, &v);
	if (_i == 1) {
		ARE(r, ONSHI_E_CONSENT);
		ck_assert_str_eq(onshi_error_rule(onshi_bulk_error(b)),
		    "CO-11");
		ck_assert_ptr_null(v);
	} else {
		ARE(r, OK);
		ck_assert_int_lt(onshi_visit_may(v, ONSHI_CATEGORY_DRUGS,
		    doctor), 0);
	}
	while ((r = onshi_bulk_next(b, &rec)) == OK)
		n++;
	ARE(r, _i == 2 ? ONSHI_E_ANSWER_REFUSED : ONSHI_END);
	if (_i != 1)
		ARE(onshi_visit_may(v, ONSHI_CATEGORY_DRUGS, doctor) == OK,
		    _i == 0);
	if (_i == 0) {
		ck_assert_int_lt(onshi_visit_may(v, ONSHI_CATEGORY_CHECKUPS,
		    doctor), 0);
		onshi_bulk_free(&b);
		ARE(onshi_visit_may(v, ONSHI_CATEGORY_DRUGS, doctor), OK);
		ARE(onshi_visit_withdraw(v, ONSHI_CATEGORY_DRUGS), OK);
		ck_assert_int_lt(onshi_visit_may(v, ONSHI_CATEGORY_DRUGS,
		    doctor), 0);
	}
	onshi_visit_free(&v);
	onshi_operator_free(&doctor);
	finish();
}
END_TEST

/* ---- at any time --------------------------------------------------------------- */

static void *
end_it(void *self)
{
	(void)poll(NULL, 0, 30);
	if (self != NULL)
		onshi_bulk_cancel(b);
	else
		ARE(onshi_bulk_end(b), OK);

	return NULL;
}

/* Cancelled or ended while the service answers; and while nobody takes what is
 * there. It comes back at once, and nothing is left behind. */
START_TEST(ended_meanwhile)
{
	const struct onshi_record *rec;
	pthread_t thread;
	int r;

	begin();
	s.people = _i < 2 ? 5 : 1000;
	fill(ONSHI_BULK_ELIGIBILITY, s.people, NULL);
	ARE(onshi_bulk_advance(b), ONSHI_NEED_LATER);
	atomic_store(&s.held, _i < 2);
	ARE(onshi_bulk_advance(b), OK);
	if (_i < 2) {
		ARE(pthread_create(&thread, NULL, end_it, _i == 0 ? b : NULL),
		    0);
		while ((r = onshi_bulk_next(b, &rec)) == OK)
			if (onshi_bulk_taken(b) == 2) {
				(void)poll(NULL, 0, 60);
				atomic_store(&s.held, 0);
			}
		ck_assert(r == ONSHI_E_CANCELLED || r == ONSHI_E_STATE);
		(void)pthread_join(thread, NULL);
	}
	finish();
}
END_TEST

/* Nobody's name is left of what was taken, of what was not, and of what went
 * round: once all is taken, and once it is ended. */
START_TEST(nothing_stays)
{
	static const char name[] = "金糸雀　";
	const struct onshi_record *rec;
	int n = 0;

	begin();
	s.people = 50;
	s.name = name;
	fill(ONSHI_BULK_ELIGIBILITY, s.people, NULL);
	ARE(onshi_bulk_advance(b), ONSHI_NEED_LATER);
	ARE(onshi_bulk_advance(b), OK);
	while (n < (_i == 0 ? 50 : 20)) {
		ARE(onshi_bulk_next(b, &rec), OK);
		n++;
	}
	ck_assert_uint_gt(found(name, sizeof(name) - 1, 1), 0);
	ARE(_i == 0 ? onshi_bulk_next(b, &rec) : onshi_bulk_end(b),
	    _i == 0 ? ONSHI_END : OK);
	ck_assert_uint_eq(found(name, sizeof(name) - 1, 0), 0);
	finish();
}
END_TEST

/* Bytes alone, of which no unit comes, do not keep it going. */
START_TEST(drips)
{
	const struct onshi_record *rec;
	int i, r = OK;

	begin();
	s.people = 5;
	s.drips = true;
	fill(ONSHI_BULK_ELIGIBILITY, s.people, NULL);
	ARE(onshi_bulk_advance(b), ONSHI_NEED_LATER);
	ARE(onshi_bulk_set_deadline(b, 200), OK);
	ARE(onshi_bulk_set_blocking(b, _i), OK);
	while ((r = onshi_bulk_advance(b)) == ONSHI_NEED_WAIT)
		(void)poll(NULL, 0, 1);
	ARE(r, OK);
	for (i = 0; i < 3000 && ((r = onshi_bulk_next(b, &rec)) == OK ||
	    r == ONSHI_NEED_WAIT); i++)
		(void)poll(NULL, 0, 1);
	ARE(r, ONSHI_E_LINK_TIMEOUT);
	ck_assert_uint_eq(onshi_bulk_taken(b), 1);
	finish();
}
END_TEST

/* A link that does not come back in time costs the call its time, and no more:
 * when it is back what it has brought is there. */
START_TEST(back_late)
{
	int r;

	begin();
	fill(ONSHI_BULK_ELIGIBILITY, 5, NULL);
	ARE(onshi_bulk_set_deadline(b, 100), OK);
	atomic_store(&s.stuck, 1);
	ARE(onshi_bulk_advance(b), ONSHI_E_LINK_TIMEOUT);
	ARE(onshi_error_sent(onshi_bulk_error(b)), ONSHI_SENT_UNKNOWN);
	atomic_store(&s.stuck, 0);
	ARE(onshi_bulk_set_deadline(b, 5000), OK);
	while ((r = onshi_bulk_advance(b)) == ONSHI_E_STATE ||
	    (r == ONSHI_NEED_LATER && onshi_bulk_later(b) == 0) || r < 0)
		(void)poll(NULL, 0, 5);
	ARE(r, OK);
	ARE(take_all(&r), 5);
	ARE(r, ONSHI_END);
	ARE(s.uploads, 1);
	finish();
}
END_TEST

/* Not blocking: the descriptor tells when there is something. */
START_TEST(by_descriptor)
{
	const struct onshi_record *rec;
	struct pollfd p = { .events = POLLIN };
	int n = 0, r;

	begin();
	s.people = 300;
	fill(ONSHI_BULK_ELIGIBILITY, 300, NULL);
	ARE(onshi_bulk_set_blocking(b, 0), OK);
	p.fd = (int)onshi_bulk_fd(b);
	while ((r = onshi_bulk_advance(b)) == ONSHI_NEED_WAIT ||
	    r == ONSHI_NEED_LATER)
		if (r == ONSHI_NEED_WAIT)
			ARE(poll(&p, 1, 10000), 1);
	ARE(r, OK);
	while ((r = onshi_bulk_next(b, &rec)) == OK ||
	    r == ONSHI_NEED_WAIT)
		if (r == OK)
			n++;
		else
			ARE(poll(&p, 1, 10000), 1);
	ARE(r, ONSHI_END);
	ARE(n, 300);
	finish();
}
END_TEST

static void
add_tests(TCase *c)
{
	tcase_set_timeout(c, 60);
	tcase_add_loop_test(c, whole, 0, 4);
	tcase_add_test(c, works_on_it);
	tcase_add_loop_test(c, one, 0, 2);
	tcase_add_test(c, bad_input);
	tcase_add_loop_test(c, not_ours, 0, 10);
	tcase_add_loop_test(c, another_reference, 0, 3);
	tcase_add_loop_test(c, no_answer, 0, 4);
	tcase_add_loop_test(c, once, 0, 3);
	tcase_add_loop_test(c, unread, 0, 5);
	tcase_add_test(c, open_still);
	tcase_add_test(c, taken_none_of);
	tcase_add_test(c, tickets);
	tcase_add_test(c, forged);
	tcase_add_test(c, days);
	tcase_add_loop_test(c, needed, 0, 4);
	tcase_add_loop_test(c, no_record, 0, 2);
	tcase_add_loop_test(c, cut_to_what_is_given, 0, 6);
	tcase_add_loop_test(c, carried, 0, 3);
	tcase_add_loop_test(c, carried_since, 0, 3);
	tcase_add_loop_test(c, ended_meanwhile, 0, 3);
	tcase_add_loop_test(c, nothing_stays, 0, 2);
	tcase_add_loop_test(c, drips, 0, 2);
	tcase_add_test(c, back_late);
	tcase_add_test(c, by_descriptor);
}

int
main(void)
{
	return run_tests("visit/bulk", add_tests);
}
