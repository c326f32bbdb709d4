/*
 * Every public call (calls.def) with NULL in each place, with numbers that
 * nobody knows, before and after its time: what its page says, never a crash,
 * and what was there goes on as if nothing had been.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <check.h>

#include "fake.h"
#include "tests/core/run.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))
#define ARGS_MAX	7
#define ONSHI_ANY	INT_MAX	/* a result, whichever */

enum gives { RESULT, NUMBER, UNKNOWN, CODE, TEXT, BYTES, NAME, WORDS, SAYS,
    ERROR, VOID };

/*
 * What an argument can be: a handle, the place of one that is freed, of one
 * that is made or lent (NULL where the call fails), what has to be there, what
 * may lack, a length, and numbers of which some are unknown.
 */
enum role { HANDLE, FREED, MADE, LENT, NEEDED, MAY_LACK, LENGTH, ODD };
#define TYPE_P	void *
#define TYPE_I	int
#define TYPE_W	int32_t
#define TYPE_U	uint32_t
#define TYPE_Z	size_t
#define KINDS \
	K(root, P, HANDLE) K(config, P, HANDLE) K(visit, P, HANDLE) \
	K(answer, P, HANDLE) K(record, P, HANDLE) K(error, P, HANDLE) \
	K(certificate, P, HANDLE) K(readers, P, HANDLE) \
	K(card, P, HANDLE) K(message, P, HANDLE) K(audit, P, HANDLE) \
	K(match, P, HANDLE) K(match_p, P, FREED) K(new_match, P, MADE) \
	K(doctor, P, HANDLE) K(doctor_p, P, FREED) K(new_doctor, P, MADE) \
	K(fallback, P, HANDLE) K(fallback_p, P, FREED) \
	K(new_fallback, P, MADE) K(config_or, P, MAY_LACK) \
	K(exchange, P, HANDLE) K(face, P, HANDLE) K(arrivals, P, HANDLE) \
	K(emergency, P, HANDLE) K(emergency_p, P, FREED) \
	K(new_emergency, P, MADE) K(factors, P, NEEDED) \
	K(bulk, P, HANDLE) K(bulk_p, P, FREED) K(new_bulk, P, MADE) \
	K(root_p, P, FREED) K(config_p, P, FREED) K(visit_p, P, FREED) \
	K(operator_p, P, FREED) K(answer_p, P, FREED) \
	K(readers_p, P, FREED) K(card_p, P, FREED) \
	K(message_p, P, FREED) K(audit_p, P, FREED) \
	K(arrivals_p, P, FREED) K(new_arrivals, P, MADE) \
	K(new_root, P, MADE) K(new_config, P, MADE) \
	K(new_visit, P, MADE) K(new_operator, P, MADE) \
	K(new_answer, P, MADE) K(new_readers, P, MADE) \
	K(new_card, P, MADE) K(new_message, P, MADE) \
	K(new_audit, P, MADE) K(lent, P, LENT) \
	K(whole, P, NEEDED) K(number, P, NEEDED) K(size, P, NEEDED) \
	K(operator, P, NEEDED) K(id, P, NEEDED) K(pin, P, NEEDED) \
	K(name, P, NEEDED) K(dir, P, NEEDED) K(path, P, NEEDED) \
	K(key, P, NEEDED) K(file_key, P, NEEDED) \
	K(institution, P, NEEDED) K(room, P, NEEDED) K(bytes, P, NEEDED) \
	K(reader_ops, P, NEEDED) K(face_ops, P, NEEDED) \
	K(audit_ops, P, NEEDED) \
	K(lent_or, P, MAY_LACK) K(whole_or, P, MAY_LACK) \
	K(number_or, P, MAY_LACK) K(size_or, P, MAY_LACK) \
	K(operator_or, P, MAY_LACK) K(name_or, P, MAY_LACK) \
	K(text_or, P, MAY_LACK) K(lang_or, P, MAY_LACK) \
	K(key_or, P, MAY_LACK) K(head_or, P, MAY_LACK) \
	K(link_ops_or, P, MAY_LACK) K(clock_ops_or, P, MAY_LACK) \
	K(audit_ops_or, P, MAY_LACK) K(log_ops_or, P, MAY_LACK) \
	K(self_or, P, MAY_LACK) \
	K(len, Z, LENGTH) \
	K(known, I, ODD) K(yes, I, ODD) K(element, I, ODD) \
	K(phase, I, ODD) K(purpose, I, ODD) K(method, I, ODD) \
	K(notice, I, ODD) K(result, I, ODD) \
	K(years, I, ODD) K(ms, W, ODD) K(seconds, W, ODD) K(day, W, ODD) \
	K(day_or, W, ODD) K(abi, U, ODD) K(last, U, ODD) K(loss, U, ODD) \
	K(index, Z, ODD) K(item, Z, ODD)

enum kind {
#define K(name, type, role)	k_##name,
	KINDS
#undef K
	KINDS_END
};

union arg {
#define K(name, type, role)	TYPE_##type name;
	KINDS
#undef K
};

static const struct {
	char		type;
	enum role	role;
} kinds[] = {
#define K(name, type, role)	{ #type[0], role },
	KINDS
#undef K
};

union back {
	int64_t		n;
	const void	*p;
};

struct row {
	const char	*name;
	enum gives	gives;
	void		(*call)(const union arg *a, union back *back);
	size_t		n;
	enum kind	args[ARGS_MAX];
	int		odd, early, late;	/* ONSHI_ANY or a result */
};

/* Each call behind one prototype. */
#define GIVE_RESULT	back->n = (int64_t)
#define GIVE_NUMBER	back->n = (int64_t)
#define GIVE_UNKNOWN	back->n = (int64_t)
#define GIVE_CODE	back->n = (int64_t)
#define GIVE_TEXT	back->p =
#define GIVE_BYTES	back->p =
#define GIVE_NAME	back->p =
#define GIVE_WORDS	back->p =
#define GIVE_SAYS	back->p =
#define GIVE_ERROR	back->p =
#define GIVE_VOID
#define CALL(f, g, args) \
	static void \
	call_##f(const union arg *a, union back *back) \
	{ \
		(void)a; \
		(void)back; \
		GIVE_##g f args; \
	}
#define C0(f, g)	CALL(f, g, ())
#define C1(f, g, p)	CALL(f, g, (a[0].p))
#define C2(f, g, p, q)	CALL(f, g, (a[0].p, a[1].q))
#define C3(f, g, p, q, r) CALL(f, g, (a[0].p, a[1].q, a[2].r))
#define C4(f, g, p, q, r, s) \
	CALL(f, g, (a[0].p, a[1].q, a[2].r, a[3].s))
#define C5(f, g, p, q, r, s, t) \
	CALL(f, g, (a[0].p, a[1].q, a[2].r, a[3].s, a[4].t))
#define C6(f, g, p, q, r, s, t, u) \
	CALL(f, g, (a[0].p, a[1].q, a[2].r, a[3].s, a[4].t, a[5].u))
#define C7(f, g, p, q, r, s, t, u, v) \
	CALL(f, g, (a[0].p, a[1].q, a[2].r, a[3].s, a[4].t, a[5].u, a[6].v))
#define T1(f, g, p, ...)	C1(f, g, p)
#define T2(f, g, p, q, ...)	C2(f, g, p, q)
#define T3(f, g, p, q, r, ...)	C3(f, g, p, q, r)
#define T4(f, g, p, q, r, s, ...)	C4(f, g, p, q, r, s)
#define T5(f, g, p, q, r, s, t, ...)	C5(f, g, p, q, r, s, t)
#define T6(f, g, p, q, r, s, t, u, ...)	C6(f, g, p, q, r, s, t, u)
#define T7(f, g, p, q, r, s, t, u, v, ...) \
	C7(f, g, p, q, r, s, t, u, v)
#include "calls.def"
#undef C0
#undef C1
#undef C2
#undef C3
#undef C4
#undef C5
#undef C6
#undef C7
#undef T1
#undef T2
#undef T3
#undef T4
#undef T5
#undef T6
#undef T7

#define ROW(f, g, n, ...) \
	{ #f, g, call_##f, n, { __VA_ARGS__ }, ONSHI_ANY, ONSHI_ANY, ONSHI_ANY },
#define TIMES(f, g, n, o, e, l, ...) \
	{ #f, g, call_##f, n, { __VA_ARGS__ }, \
	    ONSHI_##o, ONSHI_##e, ONSHI_##l },
#define C0(f, g)	ROW(f, g, 0, k_root)
#define C1(f, g, p)	ROW(f, g, 1, k_##p)
#define C2(f, g, p, q)	ROW(f, g, 2, k_##p, k_##q)
#define C3(f, g, p, q, r)	ROW(f, g, 3, k_##p, k_##q, k_##r)
#define C4(f, g, p, q, r, s)	ROW(f, g, 4, k_##p, k_##q, k_##r, k_##s)
#define C5(f, g, p, q, r, s, t) \
	ROW(f, g, 5, k_##p, k_##q, k_##r, k_##s, k_##t)
#define C6(f, g, p, q, r, s, t, u) \
	ROW(f, g, 6, k_##p, k_##q, k_##r, k_##s, k_##t, k_##u)
#define T1(f, g, p, o, e, l)	TIMES(f, g, 1, o, e, l, k_##p)
#define T2(f, g, p, q, o, e, l)	TIMES(f, g, 2, o, e, l, k_##p, k_##q)
#define T3(f, g, p, q, r, o, e, l) \
	TIMES(f, g, 3, o, e, l, k_##p, k_##q, k_##r)
#define T4(f, g, p, q, r, s, o, e, l) \
	TIMES(f, g, 4, o, e, l, k_##p, k_##q, k_##r, k_##s)
#define T5(f, g, p, q, r, s, t, o, e, l) \
	TIMES(f, g, 5, o, e, l, k_##p, k_##q, k_##r, k_##s, k_##t)
#define T6(f, g, p, q, r, s, t, u, o, e, l) \
	TIMES(f, g, 6, o, e, l, k_##p, k_##q, k_##r, k_##s, k_##t, k_##u)
#define T7(f, g, p, q, r, s, t, u, v, o, e, l) \
	TIMES(f, g, 7, o, e, l, k_##p, k_##q, k_##r, k_##s, k_##t, k_##u, \
	    k_##v)
static const struct row rows[] = {
#include "calls.def"
};

static const struct {
	enum kind	kind;
	size_t		count;
	int64_t		values[6];
} odd[] = {
	{ k_known, 4, { -1, 1000, INT_MIN, INT_MAX } },
	{ k_yes, 4, { -1, 2, INT_MIN, INT_MAX } },
	{ k_element, 4, { -1, 1000000, INT_MIN, INT_MAX } },
	{ k_phase, 4, { -1, 1000, INT_MIN, INT_MAX } },
	{ k_purpose, 5, { 0, -1, 1000, INT_MIN, INT_MAX } },
	{ k_method, 5, { 0, -1, 1000, INT_MIN, INT_MAX } },
	{ k_notice, 5, { 0, -1, 1000, INT_MIN, INT_MAX } },
	{ k_result, 4, { -1, -1999, INT_MIN, INT_MAX } },
	{ k_years, 5, { 0, -1, 101, INT_MIN, INT_MAX } },
	{ k_ms, 5, { -1, 99, 3600001, INT32_MIN, INT32_MAX } },
	{ k_seconds, 3, { -1, INT32_MIN, INT32_MAX } },
	{ k_day, 6, { 0, -1, 1, 20260229, INT32_MIN, INT32_MAX } },
	{ k_day_or, 6, { -1, 1, 20260229, 99999999, INT32_MIN, INT32_MAX } },
	{ k_abi, 3, { 0, 1000, UINT32_MAX } },
	{ k_last, 3, { 2, 0x80000000, UINT32_MAX } },
	{ k_loss, 5, { 0, 2, 3, 0x80000000, UINT32_MAX } },
	{ k_item, 4, { 16, INT32_MAX, (int64_t)(SIZE_MAX / 2), -1 } },
	{ k_index, 3, { INT32_MAX, (int64_t)(SIZE_MAX / 2), -1 } },
};

enum time { EARLY, RIGHT, LATE };

/* Handles of two roots, so that card and visit do not wait for each other. */
struct world {
	struct fake		f, g;
	struct onshi		*o, *cards;
	struct onshi_config	*c;
	struct onshi_operator	*op;
	struct onshi_visit	*v;
	struct onshi_answer	*a;
	struct onshi_readers	*l;
	struct onshi_card	*card;
	struct onshi_message	*m;
	struct onshi_match	*match;
	struct onshi_doctor	*doctor;
	struct onshi_fallback	*fallback;
	struct onshi_audit	*audit;
	struct onshi_arrivals	*arrivals;
	struct onshi_emergency	*emergency;
	struct onshi_bulk	*bulk;
	char			dir[64], key[256], room[256];
	void			*p[KINDS_END];
	int64_t			n[KINDS_END];
};

static struct world world;
static struct onshi_exchange *exchange;		/* while one is under way */
static struct onshi_face_exchange *face;
static int exchanged;

static void *
plain(const void *p)
{
	union { const void *in; void *out; } u = { p };

	return u.out;
}

static const char file[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    "<XmlMsg><MessageHeader><MedicalInstitutionCode>1319999996"
    "</MedicalInstitutionCode></MessageHeader><MessageBody>"
    "<InsurerNumber>06123453</InsurerNumber></MessageBody></XmlMsg>\n";

static void
never_line(void *self, const char *line)
{
	(void)self;
	(void)line;
}

static int
never_entry(void *self, const char *line, size_t len)
{
	(void)self;
	(void)line;
	(void)len;

	return 0;
}

static int64_t
never_clock(void *self)
{
	(void)self;

	return 1790000000000;
}

static int
never_wait(void *self, int present, int32_t ms)
{
	(void)self;
	(void)present;
	(void)ms;

	return ONSHI_E_CARD_TIMEOUT;
}

static int
never_hold(void *self, int32_t ms)
{
	(void)self;
	(void)ms;

	return ONSHI_E_CARD_GONE;
}

static int
never_transmit(void *self, const uint8_t *c, size_t len, uint8_t *reply,
    size_t *replylen, int32_t ms)
{
	(void)self;
	(void)c;
	(void)len;
	(void)reply;
	(void)replylen;
	(void)ms;

	return ONSHI_E_CARD_GONE;
}

static int
form_xml(void *self, const char *prefix)
{
	(void)self;
	(void)prefix;

	return ONSHI_FORM_XML;
}

static int
link_open(void *self, int32_t ms, void **session)
{
	(void)ms;
	*session = self;

	return ONSHI_OK;
}

static void	inside_exchange(enum kind k);

static int
link_exchange(void *self, void *session, struct onshi_exchange *x)
{
	(void)self;
	(void)session;
	exchange = x;
	exchanged++;
	inside_exchange(k_exchange);
	exchange = NULL;

	return ONSHI_E_LINK_TIMEOUT;
}

static void
link_close(void *self, void *session)
{
	(void)self;
	(void)session;
}

static int
face_check(void *self, struct onshi_face_exchange *x)
{
	(void)self;
	face = x;
	exchanged++;
	inside_exchange(k_face);
	face = NULL;

	return ONSHI_E_READER_BUSY;
}

static struct onshi_face_ops face_ops = { sizeof(face_ops), face_check, NULL,
    NULL };
static struct onshi_log_ops log_ops = { sizeof(log_ops), never_line, NULL };
static struct onshi_audit_ops audit_ops = { sizeof(audit_ops), never_entry,
    NULL };
static struct onshi_clock_ops clock_ops = { sizeof(clock_ops), never_clock,
    never_clock, never_clock, NULL };
static struct onshi_reader_ops reader_ops = { sizeof(reader_ops), never_wait,
    never_hold, never_hold, never_transmit, NULL, NULL };
static struct onshi_link_ops link_ops = { sizeof(link_ops), form_xml,
    link_open, link_exchange, NULL, link_close, NULL };

static void
fill_texts(struct world *w)
{
	static uint8_t bytes[] = "-----BEGIN CERTIFICATE-----";

	w->p[k_id] = plain("reception-1");
	w->p[k_pin] = plain("1234");
	w->p[k_factors] = plain("1:02,3:01");
	w->p[k_name] = w->p[k_name_or] = plain("fake");
	w->p[k_text_or] = plain("1319999996");
	w->p[k_lang_or] = plain("ja");
	w->p[k_dir] = w->dir;
	w->p[k_path] = plain("/nowhere/onshikaku.conf");
	w->p[k_key] = plain("facility.institution_code");
	w->p[k_file_key] = plain("link.ca_file");
	w->p[k_institution] = plain("1319999996");
	w->p[k_bytes] = bytes;
	w->p[k_room] = w->room;
	w->p[k_reader_ops] = &reader_ops;
	w->p[k_face_ops] = &face_ops;
	w->p[k_link_ops_or] = &link_ops;
	w->p[k_clock_ops_or] = &clock_ops;
	w->p[k_audit_ops] = w->p[k_audit_ops_or] = &audit_ops;
	w->p[k_log_ops_or] = &log_ops;
	w->p[k_self_or] = w;
	w->n[k_known] = 1;
	w->n[k_yes] = 1;
	w->n[k_element] = ONSHI_EL_INSURER_NUMBER;
	w->n[k_phase] = ONSHI_PHASE_CARD;
	w->n[k_purpose] = ONSHI_PURPOSE_CARE;
	w->n[k_method] = ONSHI_METHOD_PIN;
	w->n[k_notice] = ONSHI_NOTICE_CONSENT;
	w->n[k_result] = ONSHI_E_STATE;
	w->n[k_years] = 5;
	w->n[k_ms] = 2000;
	w->n[k_seconds] = 1;
	w->n[k_day] = 20100101;
	w->n[k_abi] = ONSHI_ABI;
	w->n[k_loss] = ONSHI_AUDIT_ACCEPT_LOSS;
}

/* The handles as they are now; what is borrowed is asked for anew. */
static void
fill(struct world *w)
{
	const struct onshi_certificate *x = NULL;
	const struct onshi_record *rec = NULL;

	fill_texts(w);
	w->p[k_root] = w->o;
	w->p[k_config] = w->c;
	w->p[k_visit] = w->v;
	w->p[k_answer] = w->a;
	w->p[k_error] = plain(onshi_visit_error(w->v));
	w->p[k_readers] = w->l;
	w->p[k_card] = w->card;
	w->p[k_message] = w->m;
	w->p[k_match] = w->match;
	w->p[k_doctor] = w->doctor;
	w->p[k_fallback] = w->fallback;
	w->p[k_audit] = w->audit;
	w->p[k_arrivals] = w->arrivals;
	w->p[k_emergency] = w->emergency;
	w->p[k_bulk] = w->bulk;
	w->p[k_operator] = w->p[k_operator_or] = w->op;
	w->p[k_exchange] = exchange;
	w->p[k_face] = face;
	if (w->card != NULL && onshi_card_certificate(w->card, &x) == ONSHI_OK)
		w->p[k_certificate] = plain(x);
	if (w->a != NULL && onshi_answer_rewind(w->a) == ONSHI_OK &&
	    onshi_answer_next(w->a, &rec) == ONSHI_OK)
		w->p[k_record] = plain(rec);
	w->p[k_root_p] = &w->o;
	w->p[k_config_p] = &w->c;
	w->p[k_visit_p] = &w->v;
	w->p[k_operator_p] = &w->op;
	w->p[k_answer_p] = &w->a;
	w->p[k_readers_p] = &w->l;
	w->p[k_card_p] = &w->card;
	w->p[k_message_p] = &w->m;
	w->p[k_match_p] = &w->match;
	w->p[k_doctor_p] = &w->doctor;
	w->p[k_fallback_p] = &w->fallback;
	w->p[k_audit_p] = &w->audit;
	w->p[k_arrivals_p] = &w->arrivals;
	w->p[k_emergency_p] = &w->emergency;
	w->p[k_bulk_p] = &w->bulk;
}

/* At a root of its own, with folders of its own. */
static void
look_out(struct world *w)
{
	struct onshi_config *c = fake_config(&w->g);
	char path[128];
	struct onshi *o;

	(void)snprintf(path, sizeof(path), "%s/journal", w->dir);
	ck_assert_int_eq(onshi_config_set(c, "link.face_dir", w->dir),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_config_set(c, "link.journal_dir", path),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_new(ONSHI_ABI, c, &o), ONSHI_OK);
	onshi_config_free(&c);
	ck_assert_int_eq(onshi_arrivals_new(o, ONSHI_PURPOSE_CARE,
	    &w->arrivals), ONSHI_OK);
	onshi_free(&o);
	ck_assert_int_eq(onshi_arrivals_set_deadline(w->arrivals, 100),
	    ONSHI_OK);
}

/* Nothing but what constructors give. */
static void
begin(struct world *w)
{
	struct onshi_config *own;
	struct onshi_config *c;

	memset(w, 0, sizeof(*w));
	fake_init(&w->f);
	fake_init(&w->g);
	w->o = fake_root_with(&w->f, "disaster.enabled", "yes");
	w->cards = fake_root(&w->g);
	w->c = c = fake_config(&w->f);
	(void)snprintf(w->dir, sizeof(w->dir), "%s/calls.XXXXXX",
	    getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp");
	ck_assert_ptr_nonnull(mkdtemp(w->dir));
	w->op = fake_doctor(w->o, "dr-1");
	ck_assert_int_eq(onshi_visit_new(w->o, ONSHI_PURPOSE_CARE, &w->v),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_emergency_new(w->o, ONSHI_EMERGENCY_DISASTER,
	    w->op, &w->emergency), ONSHI_OK);
	ck_assert_int_eq(onshi_bulk_new(w->o, ONSHI_BULK_ELIGIBILITY, w->op,
	    &w->bulk), ONSHI_OK);
	ck_assert_int_eq(onshi_readers_new(w->cards, &w->l), ONSHI_OK);
	ck_assert_int_eq(onshi_card_new(w->cards, &w->card), ONSHI_OK);
	ck_assert_int_eq(onshi_message_new(&w->m), ONSHI_OK);
	ck_assert_int_eq(onshi_match_new(&w->match), ONSHI_OK);
	ck_assert_int_eq(onshi_config_new(&own), ONSHI_OK);
	ck_assert_int_eq(onshi_doctor_new(own, &w->doctor), ONSHI_OK);
	onshi_config_free(&own);
	ck_assert_int_eq(onshi_fallback_new(NULL, &w->fallback), ONSHI_OK);
	ck_assert_int_eq(onshi_fallback_for(w->fallback, ONSHI_E_NETWORK, 0),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_audit_new(w->dir, &w->audit), ONSHI_OK);
	look_out(w);
}

static void
go_on_emergency(struct onshi_emergency *e)
{
	static const struct { int el; const char *text; } numbers[] = {
		{ ONSHI_EL_INSURER_NUMBER, "06123453" },
		{ ONSHI_EL_INSURED_IDENTIFICATION_NUMBER, "1001" },
		{ ONSHI_EL_BIRTHDATE, "19800512" }
	};
	size_t i;

	ck_assert_int_eq(onshi_emergency_set_way(e, ONSHI_WAY_NUMBER),
	    ONSHI_OK);
	for (i = 0; i < COUNT(numbers); i++)
		ck_assert_int_eq(onshi_emergency_set_text(e, numbers[i].el,
		    numbers[i].text), ONSHI_OK);
	ck_assert_int_eq(onshi_emergency_set_basis(e, ONSHI_BASIS_ORAL, NULL),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_emergency_set_consenter(e,
	    ONSHI_CONSENTER_SELF), ONSHI_OK);
	ck_assert_int_eq(onshi_emergency_set_identified(e,
	    ONSHI_IDENTIFIED_PAPERS), ONSHI_OK);
	ck_assert_int_eq(onshi_emergency_advance(e),
	    ONSHI_NEED_ACKNOWLEDGE);
	ck_assert_int_eq(onshi_emergency_acknowledge(e), ONSHI_OK);
	ck_assert_int_eq(onshi_emergency_advance(e), ONSHI_OK);
}

/* And all of it in use. */
static void
go_on(struct world *w)
{
	go_on_emergency(w->emergency);
	ck_assert_int_eq(onshi_bulk_add(w->bulk, NULL), ONSHI_OK);
	onshi_visit_free(&w->v);
	ck_assert_int_eq(fake_checkin(w->o, 0x7e, &w->v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_get(w->v, ONSHI_CATEGORY_ELIGIBILITY,
	    NULL, &w->a), ONSHI_OK);
	ck_assert_int_eq(onshi_readers_list(w->l), ONSHI_OK);
	ck_assert_int_eq(onshi_card_open(w->card, "fake"), ONSHI_OK);
	ck_assert_int_eq(onshi_message_read(w->m, "OQSsiquc01req_1.xml",
	    (const uint8_t *)file, strlen(file)), ONSHI_OK);
	ck_assert_int_eq(onshi_audit_init(w->audit, "1319999996", w->key,
	    sizeof(w->key)), ONSHI_OK);
}

/* And over: the visit ended, the answer past its time, the card taken away,
 * the config frozen; the record is begun and read. */
static void
end(struct world *w)
{
	const struct onshi_record *rec = NULL;
	struct onshi *o;

	ck_assert_int_eq(onshi_answer_next(w->a, &rec), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_end(w->v), ONSHI_OK);
	ck_assert_int_eq(onshi_emergency_end(w->emergency), ONSHI_OK);
	ck_assert_int_eq(onshi_bulk_end(w->bulk), ONSHI_OK);
	fill(w);
	w->p[k_record] = plain(rec);
	atomic_fetch_add(&w->f.wall, (int64_t)400 * 86400 * 1000);
	atomic_fetch_add(&w->f.steady, (int64_t)400 * 86400 * 1000);
	atomic_fetch_add(&w->f.boot, (int64_t)400 * 86400 * 1000);
	atomic_store(&w->g.present, 0);
	ck_assert_int_eq(onshi_new(ONSHI_ABI, w->c, &o), ONSHI_OK);
	onshi_free(&o);
	ck_assert_int_eq(onshi_audit_select(w->audit, 0, 0), ONSHI_OK);
}

static void
leave(struct world *w)
{
	char command[128];

	onshi_emergency_free(&w->emergency);
	onshi_bulk_free(&w->bulk);
	onshi_arrivals_free(&w->arrivals);
	onshi_audit_free(&w->audit);
	onshi_message_free(&w->m);
	onshi_match_free(&w->match);
	onshi_doctor_free(&w->doctor);
	onshi_fallback_free(&w->fallback);
	onshi_card_free(&w->card);
	onshi_readers_free(&w->l);
	onshi_answer_free(&w->a);
	onshi_visit_free(&w->v);
	onshi_operator_free(&w->op);
	onshi_config_free(&w->c);
	onshi_free(&w->o);
	onshi_free(&w->cards);
	fake_done(&w->f);
	fake_done(&w->g);
	(void)snprintf(command, sizeof(command), "rm -rf '%s'", w->dir);
	ck_assert_int_eq(system(command), 0);
}

/* One call: its arguments, where what it hands out goes, what came back. */
struct trial {
	const struct row	*row;
	const char		*what;		/* for a failure's text */
	union arg		a[ARGS_MAX];
	void			*outs[ARGS_MAX];
	int64_t			places[ARGS_MAX];
	union back		back;
};

static void
put(union arg *a, enum kind k, int64_t n)
{
	switch (kinds[k].type) {
	case 'I':
		a->known = (int)n;
		break;
	case 'W':
		a->ms = (int32_t)n;
		break;
	case 'U':
		a->abi = (uint32_t)n;
		break;
	case 'Z':
		a->index = (size_t)n;
		break;
	default:
		a->root = NULL;
	}
}

/* All arguments as they should be. */
static void
ready(struct trial *t, const struct row *row, const struct world *w)
{
	enum kind k;
	size_t i;

	memset(t, 0, sizeof(*t));
	t->row = row;
	for (i = 0; i < row->n; i++) {
		k = row->args[i];
		t->outs[i] = t;			/* not NULL before */
		if (kinds[k].role == MADE || kinds[k].role == LENT ||
		    k == k_lent_or)
			t->a[i].root = &t->outs[i];
		else if (k == k_whole || k == k_number || k == k_size ||
		    k == k_whole_or || k == k_number_or || k == k_size_or)
			t->a[i].root = &t->places[i];
		else if (kinds[k].role == LENGTH)
			t->a[i].len = row->args[i - 1] == k_room ?
			    sizeof(w->room) : 16;
		else if (kinds[k].type == 'P')
			t->a[i].root = w->p[k];
		else
			put(&t->a[i], k, w->n[k]);
	}
}

#define HOLD(t, yes) \
	ck_assert_msg(yes, "%s, %s: %lld", (t)->row->name, (t)->what, \
	    (long long)(t)->back.n)

static bool
is_result(int64_t r)
{
	return r >= INT_MIN && r <= INT_MAX &&
	    strcmp(onshi_result_name((int)r), "unknown") != 0;
}

/* What was made is ours; where the call failed nothing was. */
static void
take(struct trial *t)
{
	size_t i;
	bool failed = t->row->gives == RESULT && t->back.n != ONSHI_OK;

	for (i = 0; i < t->row->n; i++) {
		if (t->a[i].root == NULL ||
		    (kinds[t->row->args[i]].role != MADE &&
		    kinds[t->row->args[i]].role != LENT))
			continue;
		HOLD(t, t->outs[i] != t);
		HOLD(t, failed == (t->outs[i] == NULL));
		if (failed)
			continue;
		switch (t->row->args[i]) {
		case k_new_root:
			onshi_free((struct onshi **)&t->outs[i]);
			break;
		case k_new_config:
			onshi_config_free((struct onshi_config **)&t->outs[i]);
			break;
		case k_new_visit:
			onshi_visit_free((struct onshi_visit **)&t->outs[i]);
			break;
		case k_new_operator:
			onshi_operator_free(
			    (struct onshi_operator **)&t->outs[i]);
			break;
		case k_new_answer:
			onshi_answer_free((struct onshi_answer **)&t->outs[i]);
			break;
		case k_new_readers:
			onshi_readers_free(
			    (struct onshi_readers **)&t->outs[i]);
			break;
		case k_new_card:
			onshi_card_free((struct onshi_card **)&t->outs[i]);
			break;
		case k_new_message:
			onshi_message_free(
			    (struct onshi_message **)&t->outs[i]);
			break;
		case k_new_match:
			onshi_match_free((struct onshi_match **)&t->outs[i]);
			break;
		case k_new_fallback:
			onshi_fallback_free(
			    (struct onshi_fallback **)&t->outs[i]);
			break;
		case k_new_doctor:
			onshi_doctor_free(
			    (struct onshi_doctor **)&t->outs[i]);
			break;
		case k_new_emergency:
			onshi_emergency_free(
			    (struct onshi_emergency **)&t->outs[i]);
			break;
		case k_new_bulk:
			onshi_bulk_free((struct onshi_bulk **)&t->outs[i]);
			break;
		case k_new_arrivals:
			onshi_arrivals_free(
			    (struct onshi_arrivals **)&t->outs[i]);
			break;
		case k_new_audit:
			onshi_audit_free((struct onshi_audit **)&t->outs[i]);
			break;
		default:
			break;
		}
	}
}

/* Whatever it was, what comes back is of its kind. */
static void
call(struct trial *t, const char *what)
{
	t->what = what;
	t->row->call(t->a, &t->back);
	switch (t->row->gives) {
	case RESULT:
		HOLD(t, is_result(t->back.n));
		break;
	case TEXT:
	case WORDS:
	case ERROR:
		HOLD(t, t->back.p != NULL);
		break;
	case SAYS:
		HOLD(t, t->back.p != NULL && *(const char *)t->back.p != 0);
		break;
	default:
		break;
	}
	take(t);
}

/* Of no handle there is nothing to be had. */
static void
says_nothing(struct trial *t)
{
	switch (t->row->gives) {
	case RESULT:
	case CODE:
		HOLD(t, t->back.n == ONSHI_E_ARG);
		break;
	case NUMBER:
		HOLD(t, t->back.n == 0);
		break;
	case UNKNOWN:
		HOLD(t, t->back.n == -1);
		break;
	case TEXT:
		HOLD(t, *(const char *)t->back.p == 0);
		break;
	case BYTES:
		HOLD(t, t->back.p == NULL);
		break;
	case ERROR:
		HOLD(t, onshi_error_code(t->back.p) == ONSHI_E_ARG);
		break;
	default:
		break;
	}
}

static void
try_null(const struct row *row, size_t i)
{
	struct trial t;
	char what[32];

	fill(&world);
	ready(&t, row, &world);
	(void)snprintf(what, sizeof(what), "NULL for argument %zu", i + 1);
	t.a[i].root = NULL;
	call(&t, what);
	switch (kinds[row->args[i]].role) {
	case HANDLE:
		says_nothing(&t);
		break;
	case MADE:
	case LENT:
		HOLD(&t, t.back.n == ONSHI_E_ARG);
		break;
	case NEEDED:
		HOLD(&t, row->gives != RESULT || t.back.n < 0);
		break;
	default:
		break;
	}
}

static void
try_odd(const struct row *row, size_t i, int64_t n)
{
	enum kind k = row->args[i];
	struct trial t;
	char what[64];

	fill(&world);
	ready(&t, row, &world);
	(void)snprintf(what, sizeof(what), "%lld for argument %zu",
	    (long long)n, i + 1);
	put(&t.a[i], k, n);
	call(&t, what);
	if (k == k_index && row->gives == RESULT)
		HOLD(&t, t.back.n == ONSHI_END);
	else if (row->gives == RESULT && row->odd != ONSHI_ANY)
		HOLD(&t, t.back.n == row->odd || (t.back.n == ONSHI_E_STATE &&
		    ONSHI_E_STATE == (world.a == NULL ? row->early :
		    row->late)));
	else if (row->gives == NAME)
		HOLD(&t, t.back.p == NULL);
	else if (row->gives == WORDS)
		HOLD(&t, *(const char *)t.back.p == 0);
}

/* All at once: no pointer, no number that is known. */
static void
try_nothing(const struct row *row)
{
	struct trial t;
	size_t i;

	fill(&world);
	ready(&t, row, &world);
	for (i = 0; i < row->n; i++)
		put(&t.a[i], row->args[i],
		    kinds[row->args[i]].role == LENGTH ? 16 : -1);
	call(&t, "nothing at all");
}

static bool
is_of(const struct row *row, enum kind k)
{
	return row->n > 0 && row->args[0] == k;
}

static void
try_wrong(const struct row *row)
{
	size_t i, j, n;

	for (i = 0; i < row->n; i++) {
		if (kinds[row->args[i]].type == 'P')
			try_null(row, i);
		for (j = 0; j < COUNT(odd); j++)
			for (n = 0; odd[j].kind == row->args[i] &&
			    n < odd[j].count; n++)
				try_odd(row, i, odd[j].values[n]);
	}
	try_nothing(row);
}

/* Nothing of all that has changed anything. */
static void
goes_on(struct world *w)
{
	const struct onshi_record *rec;
	struct onshi_answer *a;
	int64_t n;
	int left, verdict;

	ck_assert_int_eq(onshi_visit_advance(w->v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_get(w->v, ONSHI_CATEGORY_DRUGS, w->op,
	    &a), ONSHI_OK);
	onshi_answer_free(&a);
	ck_assert_int_eq(onshi_emergency_get(w->emergency,
	    ONSHI_CATEGORY_DRUGS, &a), ONSHI_OK);
	onshi_answer_free(&a);
	ck_assert_int_eq(onshi_bulk_set_anew(w->bulk, 0), ONSHI_OK);
	ck_assert_int_eq(onshi_answer_rewind(w->a), ONSHI_OK);
	ck_assert_int_eq(onshi_answer_next(w->a, &rec), ONSHI_OK);
	ck_assert_int_eq(onshi_card_pin_tries(w->card, &left), ONSHI_OK);
	ck_assert_int_eq(left, 3);
	ck_assert_int_eq(onshi_message_read(w->m, "OQSsiquc01req_1.xml",
	    (const uint8_t *)file, strlen(file)), ONSHI_OK);
	ck_assert_int_eq(onshi_message_header(w->m, &rec), ONSHI_OK);
	ck_assert_int_eq(onshi_audit_verify(w->audit, w->key, NULL, &verdict),
	    ONSHI_OK);
	ck_assert_int_eq(verdict, ONSHI_AUDIT_INTACT);
	ck_assert_int_eq(onshi_audit_prune(w->audit, NULL, 20100101, &n),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_config_set(w->c, "facility.kind", "dental"),
	    ONSHI_OK);
}

START_TEST(wrong_arguments)
{
	size_t i;

	begin(&world);
	go_on(&world);
	for (i = 0; i < COUNT(rows); i++)
		if (!is_of(&rows[i], k_exchange) &&
		    !is_of(&rows[i], k_face))
			try_wrong(&rows[i]);
	goes_on(&world);
	leave(&world);
}
END_TEST

START_TEST(wrong_from_the_start)
{
	size_t i;

	begin(&world);
	for (i = 0; i < COUNT(rows); i++)
		if (rows[i].n > 0 && kinds[rows[i].args[0]].role == HANDLE) {
			fill(&world);
			if (world.p[rows[i].args[0]] != NULL)
				try_wrong(&rows[i]);
		}
	go_on(&world);
	goes_on(&world);
	leave(&world);
}
END_TEST

/* Good arguments, at a time when it may be too early or too late. */
static void
try_time(const struct row *row, enum time time)
{
	int want = time == EARLY ? row->early : row->late;
	struct trial t;

	ready(&t, row, &world);
	if (row->n > 0 && kinds[row->args[0]].role == HANDLE &&
	    t.a[0].root == NULL)
		return;		/* there is none yet */
	call(&t, time == EARLY ? "early" : "late");
	if (row->gives == RESULT && want != ONSHI_ANY)
		HOLD(&t, t.back.n == want);
	if (row->n > 0 && kinds[row->args[0]].role == FREED) {
		HOLD(&t, *(void **)t.a[0].root == NULL);
		call(&t, "freed twice");
	}
}

START_TEST(too_early)
{
	size_t i;

	for (i = 0; i < COUNT(rows); i++) {
		begin(&world);
		fill(&world);
		try_time(&rows[i], EARLY);
		leave(&world);
	}
}
END_TEST

START_TEST(too_late)
{
	size_t i;
	int freed;

	begin(&world);
	go_on(&world);
	end(&world);
	world.p[k_certificate] = NULL;	/* lent: gone with the card's */
	for (freed = 0; freed < 2; freed++)
		for (i = 0; i < COUNT(rows); i++)
			if ((rows[i].n > 0 && kinds[rows[i].args[0]].role ==
			    FREED) == freed)
				try_time(&rows[i], LATE);
	leave(&world);
}
END_TEST

/* What a table is handed lives as long as its exchange: these calls are made
 * from inside, wrong first, then right. */
static void
inside_exchange(enum kind k)
{
	size_t i;

	for (i = 0; i < COUNT(rows); i++)
		if (is_of(&rows[i], k))
			try_wrong(&rows[i]);
	fill(&world);
	for (i = 0; i < COUNT(rows); i++)
		if (is_of(&rows[i], k))
			try_time(&rows[i], RIGHT);
}

START_TEST(faces)
{
	struct onshi_visit *v;
	struct onshi *o;

	begin(&world);
	go_on(&world);
	ck_assert_int_eq(onshi_config_add_face(world.c, &face_ops, &world),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_new(ONSHI_ABI, world.c, &o), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_new(o, ONSHI_PURPOSE_CARE, &v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_method(v, ONSHI_METHOD_FACE),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_consent(v, ONSHI_CATEGORY_DRUGS,
	    ONSHI_CONSENT_ASK), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_advance(v), ONSHI_NEED_FACE);
	ck_assert_int_lt(onshi_visit_advance(v), 0);
	ck_assert_int_gt(exchanged, 0);
	onshi_visit_free(&v);
	onshi_free(&o);
	leave(&world);
}
END_TEST

START_TEST(exchanges)
{
	struct onshi_visit *v;
	struct onshi *o;

	begin(&world);
	go_on(&world);
	ck_assert_int_eq(onshi_config_set_link(world.c, &link_ops, &world),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_new(ONSHI_ABI, world.c, &o), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_new(o, ONSHI_PURPOSE_CARE, &v), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_method(v, ONSHI_METHOD_NUMBER),
	    ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_text(v, ONSHI_EL_INSURER_NUMBER,
	    "06123453"), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_text(v,
	    ONSHI_EL_INSURED_IDENTIFICATION_NUMBER, "123"), ONSHI_OK);
	ck_assert_int_eq(onshi_visit_set_text(v, ONSHI_EL_BIRTHDATE,
	    "19800512"), ONSHI_OK);
	ck_assert_int_lt(onshi_visit_advance(v), 0);
	ck_assert_int_gt(exchanged, 0);
	onshi_visit_free(&v);
	onshi_free(&o);
	leave(&world);
}
END_TEST

static void
add_tests(TCase *c)
{
	tcase_set_timeout(c, 60);
	tcase_add_test(c, wrong_arguments);
	tcase_add_test(c, wrong_from_the_start);
	tcase_add_test(c, too_early);
	tcase_add_test(c, too_late);
	tcase_add_test(c, exchanges);
	tcase_add_test(c, faces);
}

int
main(void)
{
	fake_prepare();

	return run_tests("visit/calls", add_tests);
}
