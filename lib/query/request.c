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
put_base64(struct onshi_record *rec, int el, const uint8_t *bytes, size_t len,
    struct onshi_error *e)
{
	struct oki_buf text;
	int r;

	oki_buf_init(&text, 65536);
	if ((r = oki_base64(&text, bytes, len)) == ONSHI_OK)
		r = oki_record_put(rec, el, (const char *)text.data, e);
	oki_buf_free(&text);

	return r;
}

/* A text, or bytes as base64; with neither it is not written. */
struct field {
	int		 el;
	const char	*text;
	const uint8_t	*bytes;
	size_t		 len;
};

#define TEXT(el, text)	{ (el), (text), NULL, 0 }

static int
put_all(struct onshi_record *to, const struct field *f, size_t n,
    struct onshi_error *e)
{
	int r = ONSHI_OK;
	size_t i;

	for (i = 0; r == ONSHI_OK && i < n; i++)
		r = f[i].bytes != NULL ?
		    put_base64(to, f[i].el, f[i].bytes, f[i].len, e) :
		    oki_record_put(to, f[i].el, f[i].text, e);

	return r;
}

static const char *
flag(const struct oki_case *k, int category)
{
	return oki_consent_is_given(&k->consent[category]) ? "1" : "0";
}

static int
put_search(const struct oki_case *k, struct onshi_record *body,
    struct onshi_error *e)
{
	const struct field fields[] = {
		TEXT(ONSHI_EL_INSURER_NUMBER,
		    input(k, ONSHI_EL_INSURER_NUMBER)),
		TEXT(ONSHI_EL_INSURED_CARD_SYMBOL,
		    input(k, ONSHI_EL_INSURED_CARD_SYMBOL)),
		TEXT(ONSHI_EL_INSURED_IDENTIFICATION_NUMBER,
		    input(k, ONSHI_EL_INSURED_IDENTIFICATION_NUMBER)),
		TEXT(ONSHI_EL_INSURED_BRANCH_NUMBER,
		    input(k, ONSHI_EL_INSURED_BRANCH_NUMBER)),
		TEXT(ONSHI_EL_BIRTHDATE, input(k, ONSHI_EL_BIRTHDATE)),
		TEXT(ONSHI_EL_LIMIT_APPLICATION_CERTIFICATE_RELATED_CONS_FLG,
		    flag(k, ONSHI_CATEGORY_LIMIT)),
		TEXT(ONSHI_EL_ARBITRARY_IDENTIFIER,
		    input(k, ONSHI_EL_ARBITRARY_IDENTIFIER))
	};
	struct onshi_record *search;
	int r;

	if ((r = oki_record_open(body,
	    ONSHI_EL_QUALIFICATION_CONFIRM_SEARCH_INFO, &search, e)) !=
	    ONSHI_OK)
		return r;

	return put_all(search, fields, OKI_COUNT(fields), e);
}

/* Elements in the order of the binding; absent ones are not written. */
static int
put_proof(const struct oki_case *k, const struct oki_proof *p,
    struct onshi_record *body, struct onshi_error *e)
{
	static const char *const methods[] = { NULL, "1", "2", "3" };
	const struct field fields[] = {
		TEXT(ONSHI_EL_METHOD, methods[p->method]),
		{ ONSHI_EL_CERTIFICATE, NULL, p->certificate,
		    p->certificate_len },
		TEXT(ONSHI_EL_CHALLENGE_ID, p->challenge_id),
		{ ONSHI_EL_SIGNATURE, NULL, p->signature, p->signature_len },
		{ ONSHI_EL_PINLESS_PROOF, NULL, p->pinless, p->pinless_len },
		TEXT(ONSHI_EL_OPERATOR_ID, p->operator_id),
		TEXT(ONSHI_EL_REGISTER_USE, k->register_use ? "1" : NULL)
	};
	struct onshi_record *proof;
	int category, r, turn;

	if ((r = oki_record_open(body, ONSHI_EL_CARD_PROOF, &proof, e)) !=
	    ONSHI_OK)
		return r;
	r = put_all(proof, fields, OKI_COUNT(fields), e);
	for (turn = 1; r == ONSHI_OK &&
	    (category = oki_category_in_turn(turn)) >= 0; turn++)
		r = oki_record_put(proof, oki_category(category)->consent.flag,
		    flag(k, category), e);

	return r;
}

int
oki_request_eligibility(const struct oki_question *q,
    const struct oki_proof *proof, struct oki_doc **out,
    struct onshi_error *e)
{
	char date[9];
	const struct field head[] = {
		TEXT(ONSHI_EL_QUALIFICATION_CONFIRMATION_DATE, date),
		TEXT(ONSHI_EL_MEDICAL_INSTITUTION_CODE, institution(q->k))
	};
	struct oki_doc *doc = NULL;
	int r;

	*out = NULL;
	confirmation_date(q->k, date);
	if ((r = oki_doc_new(q->k->mode == OKI_MODE_ORDINARY ?
	    "OQSsiquc01req" : q->function, &doc)) != ONSHI_OK)
		return oki_fail(e, r, "request");
	if ((r = put_all(oki_doc_header(doc), head, OKI_COUNT(head), e)) !=
	    ONSHI_OK)
		goto out;
	if (q->k->mode != OKI_MODE_ORDINARY)
		r = oki_mode_request(q, proof, oki_doc_body(doc), e);
	else
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
	const struct field fields[] = {
		TEXT(ONSHI_EL_START_DATE, start != NULL ? start : from),
		TEXT(ONSHI_EL_END_DATE, end != NULL ? end : to)
	};

	oki_date_format(to, today);
	oki_date_format(from, oki_date_add_months(today, -MONTHS_BACK));
	from[6] = to[6] = '\0';
	if (strcmp(fields[0].text, fields[1].text) > 0)
		return oki_fail(e, ONSHI_E_VALUE,
		    "StartDate is after EndDate");

	return put_all(body, fields, OKI_COUNT(fields), e);
}

static int
put_insured(const struct oki_question *q, struct onshi_record *head,
    struct onshi_error *e)
{
	const struct oki_insured *who = &q->k->insured;
	const struct field fields[] = {
		TEXT(ONSHI_EL_MEDICAL_INSTITUTION_CODE, institution(q->k)),
		TEXT(ONSHI_EL_INSURER_NUMBER, who->insurer),
		TEXT(ONSHI_EL_INSURANCE_CARD_SYMBOL, who->symbol),
		TEXT(ONSHI_EL_INSURED_PERSON_IDENTIFICATION_NUMBER,
		    who->number),
		TEXT(ONSHI_EL_BRANCH_NUMBER, who->branch)
	};

	return put_all(head, fields, OKI_COUNT(fields), e);
}

static int
put_wish(const struct oki_question *q, const struct oki_category *row,
    struct onshi_record *body, struct onshi_error *e)
{
	bool electronic = oki_config_word(oki_env_config(q->k->env),
	    OKI_FACILITY_EPRESCRIPTION) == 1;
	static const char *const treatments[OKI_MODES] = { "1", "1", "4" };
	/* In an exceptional mode each rests on its own ground (DI-8). */
	bool with = q->k->mode == OKI_MODE_ORDINARY ? electronic :
	    row->electronic;
	const struct field fields[] = {
		TEXT(ONSHI_EL_FILE_CATEGORY, row->file_category),
		TEXT(ONSHI_EL_PR_DI_INF_CLASSIFICATION, with ? "1" : "0"),
		TEXT(ONSHI_EL_MEDICAL_TREATMENT_FLAG, q->k->bulk != NULL ?
		    q->k->bulk->treatment : treatments[q->k->mode])
	};
	int r;

	if (row->months && (r = put_months(q->k, body, e)) != ONSHI_OK)
		return r;

	return put_all(body, fields, OKI_COUNT(fields), e);
}

/*
 * SEC-86: the one builder of medical requests. What it builds follows from the
 * permit, which the gate made for one category and one use.
 */
int
oki_request_medical(const struct oki_question *q, struct oki_permit *permit,
    struct oki_doc **out, struct onshi_error *e)
{
	const struct oki_category *row;
	struct oki_doc *doc = NULL;
	int r;

	*out = NULL;
	row = oki_category(oki_permit_use(permit));
	if (row == NULL || row->function == NULL)
		return oki_fail(e, ONSHI_E_INTERNAL, "no permit");
	if ((r = oki_doc_new(row->function, &doc)) != ONSHI_OK)
		return oki_fail(e, r, "request");
	if ((r = put_insured(q, oki_doc_header(doc), e)) == ONSHI_OK &&
	    (r = put_wish(q, row, oki_doc_body(doc), e)) == ONSHI_OK) {
		*out = doc;
		doc = NULL;
	}
	oki_doc_free(&doc);

	return r;
}
