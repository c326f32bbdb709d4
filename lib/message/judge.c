/* Judging: what a document says, layer by layer (messages.md 7.1). */
#include "config.h"

#include <string.h>

#include "message/codes.h"
#include "message/inside.h"

/* One judgement under way. */
struct judge {
	const struct oki_codes	*codes;
	struct oki_verdict	*v;
	struct onshi_error	*e;
	bool			 settled;
};

static void
settle(struct judge *j, int outcome)
{
	j->v->outcome = outcome;
	j->v->result = oki_outcome_result(outcome);
	j->settled = true;
}

static void
say(struct judge *j, const char *code, const char *text)
{
	(void)oki_copy_text(j->v->code, sizeof(j->v->code), code);
	(void)oki_copy_text(j->v->text, sizeof(j->v->text), text);
}

/* The service said no: its code tells more, if it is one of the table. */
static void
refuse(struct judge *j, int outcome, const char *code, const char *text)
{
	settle(j, outcome);
	say(j, code, text);
	(void)oki_codes_find(j->codes, code, &j->v->outcome, &j->v->result);
	/* CO-8: what the service says beside it could tell it from others. */
	if (oki_codes_is_label(code))
		j->v->text[0] = '\0';
}

static bool
is(const char *text, const char *value)
{
	return text != NULL && strcmp(text, value) == 0;
}

static bool
has_row(const struct onshi_record *rec, int el, char often)
{
	const struct oki_row *row = rec == NULL ? NULL :
	    oki_row_of(rec->group, el);

	return row != NULL && (often == '\0' || row->often == often);
}

/* Layer 2: the whole file. Absent is no "go on" where it always stands. */
static void
judge_file(struct judge *j, const struct onshi_record *header)
{
	const char *s = oki_record_get(header, ONSHI_EL_SEGMENT_OF_RESULT);

	if (is(s, "1"))
		return;
	if (s == NULL) {
		if (header == NULL ||
		    has_row(header, ONSHI_EL_SEGMENT_OF_RESULT, '1'))
			settle(j, ONSHI_OUTCOME_UNKNOWN_CODE);
	} else if (is(s, "9"))
		refuse(j, ONSHI_OUTCOME_ERROR_FILE,
		    oki_record_get(header, ONSHI_EL_ERROR_CODE),
		    oki_record_get(header, ONSHI_EL_ERROR_MESSAGE));
	else
		settle(j, is(s, "2") ? ONSHI_OUTCOME_IN_PROGRESS :
		    ONSHI_OUTCOME_UNKNOWN_CODE);
}

/*
 * Layers 3 and 5: the person. A code beside success is a note, but for one:
 * what must not be disclosed is not, whatever the status says (CO-8).
 */
static void
judge_person(struct judge *j, const struct onshi_record *body)
{
	const char *status, *code, *text;
	int outcome, result;

	status = oki_record_get(body, ONSHI_EL_PROCESSING_RESULT_STATUS);
	code = oki_record_get(body, ONSHI_EL_PROCESSING_RESULT_CODE);
	text = oki_record_get(body, ONSHI_EL_PROCESSING_RESULT_MESSAGE);
	if (is(status, "2")) {
		refuse(j, code == NULL ? ONSHI_OUTCOME_NOT_PROVIDED :
		    ONSHI_OUTCOME_ERROR_PERSON, code, text);
	} else if (status == NULL ? has_row(body,
	    ONSHI_EL_PROCESSING_RESULT_STATUS, '1') : !is(status, "1")) {
		settle(j, ONSHI_OUTCOME_UNKNOWN_CODE);
	} else if (oki_codes_find(j->codes, code, &outcome, &result) &&
	    outcome == ONSHI_OUTCOME_NOT_PROVIDED) {
		refuse(j, outcome, code, text);
	} else if (code != NULL || text != NULL) {
		say(j, code, text);
		j->v->is_note = true;
	}
}

/* A result that says something: of empty elements alone it is none. */
static bool
has_result(const struct onshi_record *body)
{
	const struct onshi_record *rec = NULL, *c;

	while ((rec = oki_record_next_of(body,
	    ONSHI_EL_RESULT_OF_QUALIFICATION_CONFIRMATION, rec)) != NULL)
		for (c = rec; c != NULL; c = oki_record_walk(c, rec))
			if (c->text != NULL && c->text[0] != '\0')
				return true;

	return false;
}

/* Layer 4, and only now the results. */
static int
judge_validity(struct judge *j, const struct onshi_record *body)
{
	static const int outcomes[] = { ONSHI_OUTCOME_VALID,
	    ONSHI_OUTCOME_LOST, ONSHI_OUTCOME_LOST_NEWER_EXISTS,
	    ONSHI_OUTCOME_NOT_FOUND, ONSHI_OUTCOME_SEVERAL,
	    ONSHI_OUTCOME_VALID_UNREGISTERED };
	const char *s = oki_record_get(body, ONSHI_EL_QUALIFICATION_VALIDITY);

	if (s == NULL || s[0] < '1' || s[0] > '6' || s[1] != '\0')
		settle(j, ONSHI_OUTCOME_UNKNOWN_CODE);
	else
		settle(j, outcomes[s[0] - '1']);
	if (j->v->outcome == ONSHI_OUTCOME_VALID && !has_result(body))
		return oki_refuse(j->e, oki_reasons[OKI_MALFORMED],
		    "eligible, but no result");

	return ONSHI_OK;
}

static bool
has_data(const struct oki_doc *doc)
{
	size_t i;

	if (doc->n_handed > 0)
		return true;
	for (i = 0; i < oki_streamed_n; i++)
		if (oki_record_next_of(doc->root, oki_streamed[i].el, NULL) !=
		    NULL)
			return true;

	return false;
}

/* What came has another name than its tables say: nobody may read of it that
 * there is nothing (CO-12). */
static bool
has_unknown_group(const struct oki_doc *doc)
{
	const struct onshi_record *rec = NULL;

	while ((rec = oki_doc_next_unknown(doc, rec)) != NULL)
		if (rec->first != NULL && !oki_record_is_within(rec,
		    ONSHI_EL_MESSAGE_HEADER))
			return true;

	return false;
}

/* It stands anywhere (messages.md 5.1); where there are several, one that says
 * no outweighs those that say yes, in whatever order they come. */
static const char *
result_code(const struct oki_doc *doc)
{
	const struct onshi_record *rec = NULL;
	const char *code = NULL;

	while ((rec = oki_record_next_of(doc->root, ONSHI_EL_RESULT_CODE,
	    rec)) != NULL)
		if (rec->text != NULL && rec->text[0] != '\0' &&
		    (code == NULL || is(code, "1")))
			code = rec->text;

	return code;
}

/*
 * Drugs and checkups have a frame of their own (messages.md 5.1). Nothing is
 * there only where the service says so by 1, no line, and no group that nobody
 * knows (CO-12): by any other code, and by none, it has told nothing.
 */
static void
judge_medical(struct judge *j, const struct oki_doc *doc)
{
	const char *code = result_code(doc);
	bool there = has_data(doc);

	if (!is(code, "1") || (!there && has_unknown_group(doc)))
		refuse(j, ONSHI_OUTCOME_NOT_PROVIDED, code,
		    oki_record_search(doc->root, ONSHI_EL_MESSAGE_CONTENTS));
	else
		settle(j, there ? ONSHI_OUTCOME_DATA : ONSHI_OUTCOME_NO_DATA);
}

/* What is left once nothing was refused: told by what the body is made of. */
static int
judge_body(struct judge *j, const struct oki_doc *doc,
    const struct onshi_record *body)
{
	if (has_row(body, ONSHI_EL_QUALIFICATION_VALIDITY, '\0'))
		return judge_validity(j, body);
	if (has_row(body, ONSHI_EL_RECEPTION_NUMBER, '\0'))
		settle(j, oki_record_get(body, ONSHI_EL_RECEPTION_NUMBER) !=
		    NULL ? ONSHI_OUTCOME_ACCEPTED : ONSHI_OUTCOME_UNKNOWN_CODE);
	else if (has_row(body, ONSHI_EL_BULK_CONFIRM_UNIT, '\0') ||
	    has_row(body, ONSHI_EL_BULK_REGISTRATION_UNIT, '\0'))
		settle(j, ONSHI_OUTCOME_DONE);
	else if (doc->root->el == ONSHI_EL_XML_MSG)
		settle(j, ONSHI_OUTCOME_REGISTERED);

	return ONSHI_OK;
}

/* ---- the door ----------------------------------------------------------- */

static void
start(struct judge *j, const struct oki_codes *codes, struct oki_verdict *v,
    struct onshi_error *e)
{
	v->outcome = v->result = 0;
	v->is_note = false;
	v->code[0] = v->text[0] = '\0';
	*j = (struct judge){ codes, v, e, false };
}

int
oki_message_judge(const struct oki_doc *doc, const struct oki_expect *expect,
    const struct oki_codes *codes, struct oki_verdict *v,
    struct onshi_error *e)
{
	const struct onshi_record *body = oki_doc_body(doc);
	struct judge j;
	int r;

	start(&j, codes, v, e);
	if (doc->kind == NULL || doc->root->el != ONSHI_EL_XML_MSG ||
	    oki_kind_is_request(doc->kind->name))
		return oki_look_whose(doc->root, expect, e);
	if (expect != NULL && expect->kind != NULL &&
	    strcmp(expect->kind, doc->kind->name) != 0)
		return oki_refuse(e, oki_reasons[OKI_NOT_FOR_US],
		    "another kind of answer");
	judge_file(&j, oki_doc_header(doc));
	if (!j.settled && has_row(doc->root, ONSHI_EL_RESULT_CODE, '\0'))
		judge_medical(&j, doc);
	if (!j.settled)
		judge_person(&j, body);
	if (!j.settled && body == NULL)
		settle(&j, ONSHI_OUTCOME_UNKNOWN_CODE);
	if (!j.settled && (r = judge_body(&j, doc, body)) != ONSHI_OK)
		return r;

	return oki_look_whose(doc->root, expect, e);
}

int
oki_unit_judge(const struct onshi_record *unit,
    const struct oki_expect *expect, const struct oki_codes *codes,
    struct oki_verdict *v, struct onshi_error *e)
{
	struct judge j;
	int r;

	start(&j, codes, v, e);
	judge_person(&j, unit);
	if (!j.settled && unit->el == ONSHI_EL_BULK_REGISTRATION_UNIT)
		settle(&j, ONSHI_OUTCOME_REGISTERED);
	else if (!j.settled && (r = judge_validity(&j, unit)) != ONSHI_OK)
		return r;

	return oki_look_whose(unit, expect, e);
}

int
oki_verdict_error(const struct oki_verdict *v, struct onshi_error *e)
{
	if (v->result == ONSHI_OK || e == NULL || e->code < 0)
		return v->result;
	e->outcome = v->outcome;
	e->phase = ONSHI_PHASE_SERVICE;
	e->sent = ONSHI_SENT_ANSWERED;
	/* CO-8: which code it was is for the sealed record alone, whatever the
	 * code: only so what may not be told looks like all that is not. */
	if (v->outcome != ONSHI_OUTCOME_NOT_PROVIDED)
		(void)oki_copy_text(e->service_code, sizeof(e->service_code),
		    v->code);
	(void)oki_copy_text(e->service_text, sizeof(e->service_text), v->text);

	return oki_fail(e, v->result, "the service's answer: %s",
	    onshi_outcome_name(v->outcome));
}

/* ---- what is not given -------------------------------------------------- */

/* Results, persons, medical information, and what we cannot tell of these. */
static bool
is_withheld(const struct onshi_record *rec, const int *none)
{
	static const int elements[] = { ONSHI_EL_RESULT_LIST,
	    ONSHI_EL_RESULT_OF_QUALIFICATION_CONFIRMATION, ONSHI_EL_QUA_INF,
	    ONSHI_EL_QUALIFICATIONS_INFO, ONSHI_EL_ME_TR_MONTH_INF,
	    ONSHI_EL_SH_PR_INF, ONSHI_EL_SH_PR_MONTH_INF, ONSHI_EL_CZ_DI_INF,
	    ONSHI_EL_CZ_DI_MONTH_INF, ONSHI_EL_SPECIFIC_HEALTH_CHECKUP_INFO,
	    ONSHI_EL_BULK_CONFIRM_UNIT, ONSHI_EL_REFERENCE_NUMBER,
	    ONSHI_EL_PRESCRIPTION_ISSUE_SELECT };
	size_t i;

	(void)none;
	for (i = 0; i < OKI_COUNT(elements); i++)
		if (rec->el == elements[i] && (rec->parent == NULL ||
		    rec->parent->el !=
		    ONSHI_EL_REFERENCE_NUMBER_REGISTRATION_INFO))
			return true;
	if ((rec->flags & OKI_REC_UNKNOWN) == 0)
		return false;

	/* A new value of the header is no person's. */
	return rec->el < OKI_NAMED || rec->first != NULL ||
	    !oki_record_is_within(rec, ONSHI_EL_MESSAGE_HEADER);
}

/* In one go over each record's children, however many go. */
static void
withhold(struct onshi_record *top, int outcome)
{
	struct onshi_record *rec;

	if (top == NULL || oki_outcome_gives(outcome))
		return;
	for (rec = top; rec != NULL; rec = oki_record_walk(rec, top))
		oki_record_filter(rec, is_withheld, NULL);
}

void
oki_message_withhold(struct oki_doc *doc, int outcome)
{
	if (doc != NULL && doc->kind != NULL && !oki_outcome_gives(outcome)) {
		withhold(doc->root, outcome);
		doc->n_unknown = 0;
	}
}

void
oki_unit_withhold(struct onshi_record *unit, int outcome)
{
	withhold(unit, outcome);
}
