/*
 * A face file: what the official reader's application wrote of a check-in,
 * unasked and unsigned (messages.md 3.2, 9). It counts as proved by card only
 * if it says so, on its own day, until its times, once, and when an operator
 * has said whose it is (CO-2).
 */
#include <string.h>

#include "query/inside.h"

#define KIND		"OQSsiquc01res"
#define BY_CARD		"1"		/* ReferenceClassification */
#define AHEAD_S		600		/* of our clock, without a word */

/* ---- reading ------------------------------------------------------------- */

static int
old(struct onshi_error *e, const char *why)
{
	return oki_fail(e, ONSHI_E_EXPIRED, "a face file is %s", why);
}

/* TI-4: its own time is the service's. */
static int
look_at_day(const struct oki_env *env, const struct oki_face_file *f,
    struct onshi_error *e)
{
	int64_t now = oki_now(env);

	if (oki_date_of(f->time) != oki_date_of(now))
		return old(e, "of another day");

	return f->time - now > AHEAD_S ? old(e, "of the time to come") :
	    ONSHI_OK;
}

static bool
is_given(const struct onshi_record *rec, const struct oki_consent_row *row)
{
	const char *flag = row->flag == 0 ? NULL :
	    oki_record_get(rec, row->flag);

	return flag != NULL && strcmp(flag, "1") == 0;
}

/* Over are all that the patient consented to, and there was something. */
static bool
is_past_its_time(const struct oki_face_file *f, int64_t now)
{
	const struct onshi_record *rec = NULL;
	const struct oki_consent_row *row;
	const char *text;
	bool past = false;
	int64_t until;
	int i;

	while ((rec = oki_record_next_of(oki_doc_root(f->doc),
	    ONSHI_EL_RESULT_OF_QUALIFICATION_CONFIRMATION, rec)) != NULL)
		for (i = 1; i < OKI_CATEGORIES; i++) {
			row = &oki_category(i)->consent;
			if (row->until == 0 || !is_given(rec, row) ||
			    (text = oki_record_get(rec, row->until)) ==
			    NULL || !oki_time_parse(text, &until))
				continue;
			if (until > now)
				return false;
			past = true;
		}

	return past;
}

int
oki_face_file_check(const struct oki_env *env, const struct oki_face_file *f,
    struct onshi_error *e)
{
	int64_t age = oki_boot_ms(env) - f->made_ms;
	int r;

	if ((r = look_at_day(env, f, e)) != ONSHI_OK)
		return r;
	if (age > 1000 * oki_config_number(oki_env_config(env),
	    OKI_LINK_FACE_AGE_S))
		return old(e, "older than link.face_age_s");

	return is_past_its_time(f, f->time + age / 1000) ?
	    old(e, "past its time") : ONSHI_OK;
}

/* How long ago it was made, by the stricter of two clocks (CO-2). */
static int
look_at_time(const struct oki_env *env, struct oki_face_file *f,
    int64_t age_ms, struct onshi_error *e)
{
	const char *text = oki_record_get(oki_doc_header(f->doc),
	    ONSHI_EL_PROCESS_EXECUTION_TIME);
	int64_t age;

	if (text == NULL || !oki_time_parse(text, &f->time))
		return oki_refuse(e, "malformed",
		    "a face file lacks its time");
	age = oki_service_ms(env) - f->time * 1000;
	if (age < age_ms)
		age = age_ms;
	f->made_ms = oki_boot_ms(env) - (age > 0 ? age : 0);

	return oki_face_file_check(env, f, e);
}

static int
read_doc(const struct oki_env *env, const struct oki_codes *codes,
    const struct oki_buf *bytes, struct oki_doc **doc,
    struct oki_verdict *v, struct onshi_error *e)
{
	const struct onshi_config *c = oki_env_config(env);
	struct oki_expect expect = { .kind = KIND };
	struct oki_limits limits;
	int r;

	expect.institution = oki_config_text(c, OKI_FACILITY_CODE);
	oki_limits_config(&limits, KIND, c);
	if ((r = oki_message_parse(KIND, bytes->data, bytes->len, &limits,
	    doc, e)) == ONSHI_OK &&
	    (r = oki_message_judge(*doc, &expect, codes, v, e)) == ONSHI_OK)
		oki_message_withhold(*doc, v->outcome);

	return r;
}

/* Before it is taken: all of it but what rests on a consent. */
static int
read_shown(const struct oki_env *env, const struct oki_codes *codes,
    const struct oki_buf *bytes, struct oki_face_file *f,
    struct onshi_error *e)
{
	int r;

	if ((r = read_doc(env, codes, bytes, &f->shown, &f->verdict, e)) !=
	    ONSHI_OK)
		return r;
	oki_category_cut(f->shown, NULL, NULL);

	return ONSHI_OK;
}

int
oki_face_file_read(const struct oki_env *env, const struct oki_codes *codes,
    const struct oki_buf *bytes, int64_t age_ms, struct oki_face_file *out,
    struct onshi_error *e)
{
	int r;

	memset(out, 0, sizeof(*out));
	if ((r = read_doc(env, codes, bytes, &out->doc, &out->verdict, e)) ==
	    ONSHI_OK && (r = look_at_time(env, out, age_ms, e)) == ONSHI_OK)
		r = read_shown(env, codes, bytes, out, e);

	return r;
}

void
oki_face_file_free(struct oki_face_file *f)
{
	oki_doc_free(&f->doc);
	oki_doc_free(&f->shown);
	oki_wipe(f, sizeof(*f));
}

/* ---- whose it is --------------------------------------------------------- */

/* Asked, and given, as the reader wrote it; one result that says no outweighs
 * the others. */
static void
take_consent(struct oki_consent *c, const struct oki_consent_row *row,
    const struct onshi_record *root)
{
	const struct onshi_record *rec = NULL;

	while ((rec = oki_record_next_of(root,
	    ONSHI_EL_RESULT_OF_QUALIFICATION_CONFIRMATION, rec)) != NULL) {
		if (row->flag == 0 || oki_record_get(rec, row->flag) == NULL)
			continue;
		c->given = is_given(rec, row) && (!c->asked || c->given);
		c->asked = true;
	}
}

void
oki_case_face(struct oki_case *k, const struct oki_face_file *f)
{
	const struct oki_category *row;
	int i;

	k->method = ONSHI_METHOD_READER;
	for (i = 1; i < OKI_CATEGORIES; i++) {
		if (!oki_category_is_visits(i))
			continue;
		row = oki_category(i);
		take_consent(&k->consent[i], &row->consent,
		    oki_doc_root(f->doc));
	}
}

const struct onshi_record *
oki_face_file_person(const struct oki_face_file *f)
{
	return oki_insured_of(oki_doc_root(f->shown));
}

/* ---- taking it ----------------------------------------------------------- */

int
oki_query_face_may(struct oki_case *k, const struct onshi_operator *op,
    const struct oki_wait *w, struct onshi_error *e)
{
	struct oki_question q;

	oki_question_begin(&q, k, op, ONSHI_CATEGORY_ELIGIBILITY, w);

	return oki_question_admit(&q, e);
}

/* The reader does not say how, but by what: a card, or typed numbers. */
static bool
is_by_card(const struct oki_doc *doc)
{
	const char *by = oki_record_get(oki_doc_header(doc),
	    ONSHI_EL_REFERENCE_CLASSIFICATION);

	return by != NULL && strcmp(by, BY_CARD) == 0;
}

static int
learn(struct oki_case *k, struct oki_face_file *f, struct oki_reply *out,
    struct onshi_error *e)
{
	struct onshi_exchange none;
	int r;

	memset(&none, 0, sizeof(none));
	k->asked_ms = f->made_ms;
	if ((r = oki_verdict_error(&f->verdict, e)) != ONSHI_OK ||
	    (r = oki_case_learn(k, f->doc, &f->verdict, &none)) != ONSHI_OK)
		return oki_fail(e, r, "reading the face file");
	if (!is_by_card(f->doc))
		k->proven = false;
	out->doc = f->doc;
	f->doc = NULL;
	oki_reply_judged(out, &f->verdict);
	oki_case_cut(k, out->doc);

	return ONSHI_OK;
}

int
oki_query_face(struct oki_case *k, const struct onshi_operator *op,
    struct oki_face_file *f, const struct oki_wait *w, struct oki_reply *out,
    struct onshi_error *e)
{
	struct oki_question q;
	int r;

	memset(out, 0, sizeof(*out));
	oki_question_begin(&q, k, op, ONSHI_CATEGORY_ELIGIBILITY, w);
	if ((r = learn(k, f, out, e)) == ONSHI_OK &&
	    (r = oki_question_gate(&q, OKI_BEFORE_HANDOVER, e)) == ONSHI_OK)
		r = oki_case_note(k, OKI_AUDIT_ARRIVAL_TAKEN, op,
		    ONSHI_CATEGORY_ELIGIBILITY, r, w, e);
	if (r != ONSHI_OK) {
		if (out->doc != NULL) {		/* it may be tried again */
			f->doc = out->doc;
			out->doc = NULL;
		}
		oki_reply_free(out);
		oki_case_forget(k);
	}

	return r;
}
