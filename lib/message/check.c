/* Checking: what is wrong with a message beyond what reading refuses. */
#include "config.h"

#include <string.h>

#include "message/inside.h"

struct check {
	int		(*finding)(void *self, const char *path,
			    const char *text);
	void		*self;
	struct oki_buf	 path;
};

/* rec NULL: about the file; el: an element that lacks in rec. */
static int
report(struct check *c, const struct onshi_record *rec, int el,
    const char *text)
{
	int r = ONSHI_OK;

	oki_buf_reset(&c->path);
	if (rec != NULL)
		r = oki_record_path(rec, &c->path);
	if (r == ONSHI_OK && el != 0 &&
	    (r = oki_buf_byte(&c->path, '/')) == ONSHI_OK)
		r = oki_buf_text(&c->path, oki_element(el)->name);
	if (r == ONSHI_OK && c->path.data == NULL)
		r = oki_buf_text(&c->path, "");
	if (r != ONSHI_OK)
		return r;

	return c->finding(c->self, (const char *)c->path.data, text);
}

/* ---- what has to be there ----------------------------------------------- */

static int
check_missing(struct check *c, const struct onshi_record *rec)
{
	const struct oki_group *g = &oki_groups[rec->group];
	const struct oki_row *row;
	int r = ONSHI_OK;
	size_t i;

	for (i = 0; i < g->n && r == ONSHI_OK; i++) {
		row = &oki_rows[g->first + i];
		if (row->often == '1' && !oki_row_is_filled(rec, row))
			r = report(c, rec, row->el, "missing");
	}
	if (r == ONSHI_OK && (row = oki_row_unchosen(rec)) != NULL)
		r = report(c, rec, row->el,
		    "missing, and so is what may stand in its place");

	return r;
}

/* ---- values ------------------------------------------------------------- */

/* Digits of a fixed number are a date, a month or a time. */
static bool
is_real(const struct oki_element *el, const char *text)
{
	int32_t day;
	int64_t t;

	if (el->type != 'N' || el->least != el->most)
		return true;
	switch (el->most) {
	case 6:
		return oki_month_parse(text, &day);
	case 8:
		return oki_date_parse(text, &day);
	case 14:
		return oki_time_parse(text, &t);
	default:
		return true;
	}
}

/* Tables of items and classes are longer than what we know of them. */
static bool
is_closed(const struct oki_element *el)
{
	return el->codes > 0 && el->codes != 903 && el->codes != 904;
}

bool
oki_check_digit(const char *digits)
{
	size_t i, len = strlen(digits);
	unsigned int sum = 0, product;

	if (!oki_is_digits(digits, 2, 32))
		return false;
	for (i = 1; i < len; i++) {
		product = (unsigned int)(digits[len - 1 - i] - '0') *
		    (i % 2 == 1 ? 2 : 1);
		sum += product / 10 + product % 10;
	}

	return (10 - sum % 10) % 10 == (unsigned int)(digits[len - 1] - '0');
}

/* Numbers of 後期高齢者医療 and of medical assistance (受給者番号). */
static bool
has_digit(const struct onshi_record *number)
{
	const struct onshi_record *rec = number->parent;
	const char *insurer = oki_record_get(rec, ONSHI_EL_INSURER_NUMBER);
	const char *class = oki_record_get(rec,
	    ONSHI_EL_INSURED_CARD_CLASSIFICATION);

	if (class != NULL && strcmp(class, "A1") == 0)
		return oki_is_digits(number->text, 7, 7);

	return insurer != NULL && strncmp(insurer, "39", 2) == 0 &&
	    oki_is_digits(number->text, 8, 8);
}

static bool
is_digit_wrong(const struct onshi_record *rec)
{
	const char *s = rec->text;

	switch (rec->el) {
	case ONSHI_EL_INSURER_NUMBER:
	case ONSHI_EL_PUBLIC_EXPENSE_NUMBER:
		s += strspn(s, " ");
		return (oki_is_digits(s, 6, 6) || oki_is_digits(s, 8, 8)) &&
		    !oki_check_digit(s);
	case ONSHI_EL_MEDICAL_INSTITUTION_CODE:
		return oki_is_digits(s, 10, 10) && !oki_check_digit(s + 3);
	case ONSHI_EL_INSURED_IDENTIFICATION_NUMBER:
	case ONSHI_EL_INSURED_PERSON_IDENTIFICATION_NUMBER:
		return has_digit(rec) && !oki_check_digit(s);
	default:
		return false;
	}
}

static int
check_value(struct check *c, const struct onshi_record *rec,
    const struct oki_element *el)
{
	const char *fault;

	if ((fault = oki_element_fault(el, rec->text)) != NULL)
		return report(c, rec, 0, fault);
	if (!is_real(el, rec->text))
		return report(c, rec, 0, "no such date or time");
	if (is_closed(el) && oki_code_name(rec->el, rec->text)[0] == '\0')
		return report(c, rec, 0,
		    "note: a code that its table does not have");
	if (is_digit_wrong(rec))
		return report(c, rec, 0, "warning: check digit");

	return ONSHI_OK;
}

/* ---- what contradicts itself -------------------------------------------- */

static int
check_encoding(struct check *c, const struct oki_doc *doc)
{
	const struct onshi_record *header = oki_doc_header(doc);
	const char *said = oki_record_get(header,
	    ONSHI_EL_CHARACTER_CODE_IDENTIFIER);
	int r = ONSHI_OK;

	if (said != NULL && (strcmp(said, "0") == 0 ||
	    strcmp(said, "1") == 0) &&
	    (said[0] == '1') != (doc->encoding == OKI_SHIFT_JIS))
		r = report(c, header, ONSHI_EL_CHARACTER_CODE_IDENTIFIER,
		    "note: the file is in the other encoding");
	if (r == ONSHI_OK && doc->has_private)
		r = report(c, doc->root, 0,
		    "note: private characters (外字) of code page 932");

	return r;
}

static int
check_layers(struct check *c, const struct oki_doc *doc)
{
	const struct onshi_record *header = oki_doc_header(doc);
	const struct onshi_record *body = oki_doc_body(doc);
	const char *segment = oki_record_get(header,
	    ONSHI_EL_SEGMENT_OF_RESULT);
	const char *validity = oki_record_get(body,
	    ONSHI_EL_QUALIFICATION_VALIDITY);
	int r = ONSHI_OK;

	if (segment != NULL && strcmp(segment, "1") == 0 &&
	    oki_record_get(header, ONSHI_EL_ERROR_CODE) != NULL)
		r = report(c, header, ONSHI_EL_ERROR_CODE,
		    "an error beside success");
	if (r == ONSHI_OK && validity != NULL && (strcmp(validity, "4") == 0 ||
	    strcmp(validity, "5") == 0) && oki_record_next_of(body,
	    ONSHI_EL_RESULT_OF_QUALIFICATION_CONFIRMATION, NULL) != NULL)
		r = report(c, body, ONSHI_EL_RESULT_LIST,
		    "results where there can be none");

	return r;
}

static bool
says(const struct onshi_record *rec, int el, const char *value)
{
	const char *text = oki_record_get(rec, el);

	return text != NULL && strcmp(text, value) == 0;
}

/* What an outcome cannot be told without, though a failure has none of it: of
 * a person who was found the validity, of medical information the code. */
static int
check_told(struct check *c, const struct onshi_record *rec)
{
	const struct onshi_record *root = rec;

	if (oki_row_of(rec->group, ONSHI_EL_QUALIFICATION_VALIDITY) != NULL &&
	    says(rec, ONSHI_EL_PROCESSING_RESULT_STATUS, "1") &&
	    oki_record_get(rec, ONSHI_EL_QUALIFICATION_VALIDITY) == NULL)
		return report(c, rec, ONSHI_EL_QUALIFICATION_VALIDITY,
		    "missing: nothing says whether it is valid");
	while (root->parent != NULL)
		root = root->parent;
	if (rec->el == ONSHI_EL_MESSAGE_BODY && oki_row_of(root->group,
	    ONSHI_EL_RESULT_CODE) != NULL && oki_record_search(root,
	    ONSHI_EL_RESULT_CODE) == NULL)
		return report(c, rec, ONSHI_EL_RESULT_CODE,
		    "missing: nothing says whether there is data");

	return ONSHI_OK;
}

/* A file that failed, or is not done yet, has nothing in its body. */
static bool
is_file_over(const struct oki_doc *doc)
{
	const char *segment = oki_record_get(oki_doc_header(doc),
	    ONSHI_EL_SEGMENT_OF_RESULT);

	return segment != NULL && strcmp(segment, "1") != 0;
}

int
oki_message_check(const struct oki_doc *doc,
    int (*finding)(void *self, const char *path, const char *text),
    void *self)
{
	struct check c = { finding, self, { NULL, 0, 0, 0 } };
	const struct onshi_record *rec;
	const struct oki_element *el;
	bool is_over = is_file_over(doc);
	int r;

	oki_buf_init(&c.path, 64 * 1024);
	r = check_encoding(&c, doc);
	if (r == ONSHI_OK)
		r = check_layers(&c, doc);
	for (rec = doc->root; rec != NULL && r == ONSHI_OK;
	    rec = oki_record_walk(rec, doc->root)) {
		if (rec->group != 0) {
			if (!is_over || rec->el != ONSHI_EL_MESSAGE_BODY)
				r = check_missing(&c, rec);
			if (r == ONSHI_OK && !is_over)
				r = check_told(&c, rec);
		} else if ((rec->flags & OKI_REC_UNKNOWN) == 0 &&
		    rec->text != NULL && rec->text[0] != '\0' &&
		    (el = oki_element(rec->el)) != NULL)
			r = check_value(&c, rec, el);
	}
	oki_buf_free(&c.path);

	return r;
}
