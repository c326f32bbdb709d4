/* Builds the requests: eligibility by number or card, and medical ones. */
#include <string.h>

#include "query/inside.h"

static const char *
input(const struct oki_case *k, int el)
{
	return k->inputs != NULL ?
	    oki_record_get(oki_doc_root(k->inputs), el) : NULL;
}

static const char *
institution(const struct oki_case *k)
{
	return oki_config_text(oki_env_config(k->env), OKI_FACILITY_CODE);
}

/* The day asked for: today in Japan, unless the caller said another. */
static void
confirmation_date(const struct oki_case *k, char to[9])
{
	const char *given = input(k, ONSHI_EL_QUALIFICATION_CONFIRMATION_DATE);

	if (given != NULL)
		(void)oki_copy(to, 9, given);
	else
		oki_date_format(to, oki_date_of(oki_now(k->env)));
}

static int
put_search(const struct oki_case *k, struct onshi_record *body,
    struct onshi_error *e)
{
	static const int elements[] = {
		ONSHI_EL_INSURER_NUMBER, ONSHI_EL_INSURED_CARD_SYMBOL,
		ONSHI_EL_INSURED_IDENTIFICATION_NUMBER,
		ONSHI_EL_INSURED_BRANCH_NUMBER, ONSHI_EL_BIRTHDATE
	};
	struct onshi_record *search;
	size_t i;
	int r;

	if ((r = oki_record_open(body,
	    ONSHI_EL_QUALIFICATION_CONFIRM_SEARCH_INFO, &search, e)) !=
	    ONSHI_OK)
		return r;
	for (i = 0; i < OKI_COUNT(elements); i++)
		if ((r = oki_record_put(search, elements[i],
		    input(k, elements[i]), e)) != ONSHI_OK)
			return r;
	if ((r = oki_record_put(search,
	    ONSHI_EL_LIMIT_APPLICATION_CERTIFICATE_RELATED_CONS_FLG,
	    oki_consent_is_given(&k->consent[ONSHI_CATEGORY_LIMIT]) ? "1" : "0",
	    e)) != ONSHI_OK)
		return r;

	return oki_record_put(search, ONSHI_EL_ARBITRARY_IDENTIFIER,
	    input(k, ONSHI_EL_ARBITRARY_IDENTIFIER), e);
}

static int
put_base64(struct onshi_record *rec, int el, const uint8_t *bytes, size_t len,
    struct onshi_error *e)
{
	struct oki_buf text;
	int r;

	if (bytes == NULL)
		return ONSHI_OK;
	oki_buf_init(&text, 65536);
	if ((r = oki_base64(&text, bytes, len)) == ONSHI_OK)
		r = oki_record_put(rec, el, (const char *)text.data, e);
	oki_buf_free(&text);

	return r;
}

/* Elements in the order of the binding; absent ones are not written. */
static int
put_proof(const struct oki_case *k, const struct oki_proof *p,
    struct onshi_record *body, struct onshi_error *e)
{
	static const char *const methods[] = { NULL, "1", "2", "3" };
	struct onshi_record *proof;
	int category, r, turn;

	if (p->method < ONSHI_METHOD_FACE || p->method > ONSHI_METHOD_VISUAL)
		return oki_fail(e, ONSHI_E_INTERNAL, "method of the proof");
	if ((r = oki_record_open(body, ONSHI_EL_CARD_PROOF, &proof, e)) !=
	    ONSHI_OK ||
	    (r = oki_record_put(proof, ONSHI_EL_METHOD, methods[p->method],
	    e)) != ONSHI_OK ||
	    (r = put_base64(proof, ONSHI_EL_CERTIFICATE, p->certificate,
	    p->certificate_len, e)) != ONSHI_OK ||
	    (r = oki_record_put(proof, ONSHI_EL_CHALLENGE_ID,
	    p->challenge_id, e)) != ONSHI_OK ||
	    (r = put_base64(proof, ONSHI_EL_SIGNATURE, p->signature,
	    p->signature_len, e)) != ONSHI_OK ||
	    (r = oki_record_put(proof, ONSHI_EL_OPERATOR_ID, p->operator_id,
	    e)) != ONSHI_OK ||
	    (r = oki_record_put(proof, ONSHI_EL_REGISTER_USE,
	    k->register_use ? "1" : NULL, e)) != ONSHI_OK)
		return r;
	for (turn = 1; (category = oki_category_in_turn(turn)) >= 0; turn++)
		if ((r = oki_record_put(proof,
		    oki_category(category)->consent.flag,
		    oki_consent_is_given(&k->consent[category]) ? "1" : "0",
		    e)) != ONSHI_OK)
			return r;

	return ONSHI_OK;
}

int
oki_request_eligibility(const struct oki_question *q,
    const struct oki_proof *proof, struct oki_doc **out,
    struct onshi_error *e)
{
	struct onshi_record *head;
	struct oki_doc *doc = NULL;
	char date[9];
	int r;

	*out = NULL;
	confirmation_date(q->k, date);
	if ((r = oki_doc_new("OQSsiquc01req", &doc)) != ONSHI_OK)
		return oki_fail(e, r, "request");
	head = oki_doc_header(doc);
	if ((r = oki_record_put(head, ONSHI_EL_QUALIFICATION_CONFIRMATION_DATE,
	    date, e)) != ONSHI_OK ||
	    (r = oki_record_put(head, ONSHI_EL_MEDICAL_INSTITUTION_CODE,
	    institution(q->k), e)) != ONSHI_OK)
		goto out;
	r = proof != NULL ? put_proof(q->k, proof, oki_doc_body(doc), e) :
	    put_search(q->k, oki_doc_body(doc), e);
	if (r == ONSHI_OK) {
		*out = doc;
		doc = NULL;
	}
out:
	oki_doc_free(&doc);

	return r;
}

/* Without other wishes: the last three years, this month included. */
#define MONTHS_BACK	36

static int
put_months(const struct oki_case *k, struct onshi_record *body,
    struct onshi_error *e)
{
	const char *start = input(k, ONSHI_EL_START_DATE);
	const char *end = input(k, ONSHI_EL_END_DATE);
	int32_t today = oki_date_of(oki_now(k->env));
	char from[9], to[9];
	int r;

	oki_date_format(to, today);
	oki_date_format(from, oki_date_add_months(today, -MONTHS_BACK));
	from[6] = to[6] = '\0';
	if (start == NULL)
		start = from;
	if (end == NULL)
		end = to;
	if (strcmp(start, end) > 0)
		return oki_fail(e, ONSHI_E_VALUE,
		    "StartDate is after EndDate");
	if ((r = oki_record_put(body, ONSHI_EL_START_DATE, start, e)) !=
	    ONSHI_OK)
		return r;

	return oki_record_put(body, ONSHI_EL_END_DATE, end, e);
}

static int
put_insured(const struct oki_question *q, struct onshi_record *head,
    struct onshi_error *e)
{
	const struct oki_insured *who = &q->k->insured;
	int r;

	if ((r = oki_record_put(head, ONSHI_EL_MEDICAL_INSTITUTION_CODE,
	    institution(q->k), e)) != ONSHI_OK ||
	    (r = oki_record_put(head, ONSHI_EL_INSURER_NUMBER, who->insurer,
	    e)) != ONSHI_OK ||
	    (r = oki_record_put(head, ONSHI_EL_INSURANCE_CARD_SYMBOL,
	    who->symbol, e)) != ONSHI_OK ||
	    (r = oki_record_put(head,
	    ONSHI_EL_INSURED_PERSON_IDENTIFICATION_NUMBER, who->number,
	    e)) != ONSHI_OK)
		return r;

	return oki_record_put(head, ONSHI_EL_BRANCH_NUMBER, who->branch, e);
}

/*
 * SEC-86: the one builder of medical requests. What it builds follows from the
 * permit, which the gate made for one category and one use.
 */
int
oki_request_medical(const struct oki_question *q, struct oki_permit *permit,
    struct oki_doc **out, struct onshi_error *e)
{
	const struct onshi_config *c = oki_env_config(q->k->env);
	const struct oki_category *row;
	struct onshi_record *body;
	struct oki_doc *doc = NULL;
	int r;

	*out = NULL;
	row = oki_category(oki_permit_use(permit));
	if (row == NULL || row->function == NULL)
		return oki_fail(e, ONSHI_E_INTERNAL, "no permit");
	if ((r = oki_doc_new(row->function, &doc)) != ONSHI_OK)
		return oki_fail(e, r, "request");
	body = oki_doc_body(doc);
	if ((r = put_insured(q, oki_doc_header(doc), e)) != ONSHI_OK ||
	    (row->months && (r = put_months(q->k, body, e)) != ONSHI_OK) ||
	    (r = oki_record_put(body, ONSHI_EL_FILE_CATEGORY,
	    row->file_category, e)) != ONSHI_OK ||
	    (r = oki_record_put(body, ONSHI_EL_PR_DI_INF_CLASSIFICATION,
	    oki_config_word(c, OKI_FACILITY_EPRESCRIPTION) == 1 ? "1" : "0",
	    e)) != ONSHI_OK ||
	    (r = oki_record_put(body, ONSHI_EL_MEDICAL_TREATMENT_FLAG, "1",
	    e)) != ONSHI_OK)
		goto out;
	*out = doc;
	doc = NULL;
out:
	oki_doc_free(&doc);

	return r;
}
