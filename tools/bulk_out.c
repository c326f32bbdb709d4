/*
 * bulk_out.c: the rows of OUT: IN's columns, what each answer says, a row per
 * result. They wait in a file that has no name until the answer is whole: what
 * is provisional is nobody's to find.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bulk.h"

#define NOBODY	SIZE_MAX

/* ---- columns ------------------------------------------------------------- */

/* messages.md 3.3, in its order. within: the record that it stands in, 0: the
 * result itself; of a list each item is a line of the cell. */
static const struct {
	int	element;
	int	within;
} columns[] = {
#define R(el)	{ ONSHI_EL_##el, 0 }
#define E(el)	{ ONSHI_EL_##el, ONSHI_EL_ELDERLY_RECIPIENT_CERTIFICATE_INFO }
#define L(el)								\
	{ ONSHI_EL_##el, ONSHI_EL_LIMIT_APPLICATION_CERTIFICATE_RELATED_INFO }
#define D(el)	{ ONSHI_EL_##el, ONSHI_EL_SPECIFIC_DISEASES_CERTIFICATE_LIST }
#define P(el)	{ ONSHI_EL_##el, ONSHI_EL_PUBLIC_EXPENSE_RESULT_LIST }
#define CONSENT(el)							\
	R(el##_CONS_FLG), R(el##_CONS_TIME), R(el##_AVAILABLE_TIME)
	R(INSURED_CARD_CLASSIFICATION), R(INSURER_NUMBER),
	R(INSURED_CARD_SYMBOL), R(INSURED_IDENTIFICATION_NUMBER),
	R(INSURED_BRANCH_NUMBER), R(PERSONAL_FAMILY_CLASSIFICATION),
	R(INSURED_NAME), R(NAME), R(NAME_OF_OTHER), R(NAME_KANA),
	R(NAME_OF_OTHER_KANA), R(SEX1), R(SEX2), R(BIRTHDATE), R(ADDRESS),
	R(POST_NUMBER), R(QUALIFICATION_DATE), R(DISQUALIFICATION_DATE),
	R(INSURED_CERTIFICATE_ISSUANCE_DATE), R(INSURED_CARD_VALID_DATE),
	R(INSURED_CARD_EXPIRATION_DATE),
	R(INSURED_PARTIAL_CONTRIBUTION_RATIO), R(PRESCHOOL_CLASSIFICATION),
	R(REASON_OF_LOSS), R(INSURER_NAME),
	E(ELDERLY_RECIPIENT_CERTIFICATE_DATE),
	E(ELDERLY_RECIPIENT_VALID_START_DATE),
	E(ELDERLY_RECIPIENT_VALID_END_DATE),
	E(ELDERLY_RECIPIENT_CONTRIBUTION_RATIO),
	R(LIMIT_APPLICATION_CERTIFICATE_RELATED_CONS_FLG),
	R(LIMIT_APPLICATION_CERTIFICATE_RELATED_CONS_TIME),
	L(LIMIT_APPLICATION_CERTIFICATE_CLASSIFICATION),
	L(LIMIT_APPLICATION_CERTIFICATE_CLASSIFICATION_FLAG),
	L(LIMIT_APPLICATION_CERTIFICATE_DATE),
	L(LIMIT_APPLICATION_CERTIFICATE_VALID_START_DATE),
	L(LIMIT_APPLICATION_CERTIFICATE_VALID_END_DATE),
	L(LIMIT_APPLICATION_CERTIFICATE_LONG_TERM_DATE),
	R(LIMIT_APPLICATION_CERTIFICATE_CHANGED),
	R(SPECIFIC_DISEASES_CERTIFICATE_RELATED_CONS_FLG),
	R(SPECIFIC_DISEASES_CERTIFICATE_RELATED_CONS_TIME),
	D(SPECIFIC_DISEASES_DISEASE_CATEGORY),
	D(SPECIFIC_DISEASES_CERTIFICATE_DATE),
	D(SPECIFIC_DISEASES_VALID_START_DATE),
	D(SPECIFIC_DISEASES_VALID_END_DATE), D(SPECIFIC_DISEASES_SELF_PAY),
	P(TICKET_TYPE), P(MEDICAL_TICKET_VALID_DATE),
	P(MEDICAL_TICKET_EXPIRATION_DATE), P(ISSUE_NUMBER),
	P(MEDICAL_TREATMENT_MONTH), P(DESIGNATED_MEDICAL_INSTITUTION_CODE),
	P(DESIGNATED_MEDICAL_INSTITUTION_NAME),
	P(DESIGNATED_MEDICAL_INSTITUTION_FLAG),
	P(PRESCRIPTION_ISSUER_MEDICAL_INSTITUTION_CODE),
	P(PRESCRIPTION_ISSUER_MEDICAL_INSTITUTION_NAME), P(INJURY_NAME1),
	P(INJURY_NAME2), P(INJURY_NAME3), P(MEDICAL_TREATMENT_TYPE),
	P(SELF_PAY_AMOUNT), P(DISTRICT_CONTACT_NAME),
	P(HANDLING_CONTACT_NAME), P(SINGLE_OR_COMBINED_USE),
	P(STATUS_OF_SOCIAL_INSURANCE), P(CONSISTENCY_FLAG),
	P(STATUS_OF_INFECTON), P(STATUS_OF_ELDERLY_MEDICAL_CARE),
	P(STATUS_OF_PREFECTURAL_EXPENSES), P(REMARKS1), P(REMARKS2),
	P(REMARKS3), CONSENT(SPECIFIC_HEALTH_CHECKUPS_INFO),
	CONSENT(PHARMACISTS_INFO), CONSENT(DIAGNOSIS_INFO),
	CONSENT(OPERATION_INFO), CONSENT(DIAGNOSIS_NAME),
	CONSENT(INFECTIOUS_INFO), CONSENT(ALLERGY_INFO),
	CONSENT(CONTRAINDICATION_INFO), CONSENT(TEST_INFO),
	CONSENT(PRESCRIPTION_INFO), R(REFERENCE_NUMBER)
};

static bool
is_list(int element)
{
	return element == ONSHI_EL_SPECIFIC_DISEASES_CERTIFICATE_LIST ||
	    element == ONSHI_EL_PUBLIC_EXPENSE_RESULT_LIST;
}

/* Registration has no results. */
static size_t
ncolumns(const struct rows *r)
{
	return r->kind == ONSHI_BULK_REGISTER ? 0 : COUNT(columns);
}

static bool
is_compared(const struct rows *r)
{
	return r->compare->table.columns > 0;
}

/* What IN has, too, is told apart. */
static void
put_name(struct rows *r, struct pen *p, int element)
{
	const struct table *in = &r->in->table;
	char name[SNAKE_ROOM];

	snake_name(onshi_element_name(element), name);
	pen_text(p, ",");
	if (in->columns > 0 && table_column(in, name) < in->columns)
		pen_text(p, "result_");
	pen_text(p, name);
}

static void
put_header(struct rows *r, struct pen *p)
{
	const struct table *in = &r->in->table;
	size_t i;

	if (in->has_bom)
		pen_text(p, "\xef\xbb\xbf");
	for (i = 0; i < in->columns; i++) {
		pen_cell(p, in->cell[i]);
		pen_text(p, ",");
	}
	pen_text(p, "outcome,code,processing_result_message");
	if (ncolumns(r) > 0)
		pen_text(p, ",qualification_validity");
	for (i = 0; i < ncolumns(r); i++)
		put_name(r, p, columns[i].element);
	if (is_compared(r))
		pen_text(p, ",verdict,severity,differences");
	pen_text(p, "\r\n");
}

/* ---- cells --------------------------------------------------------------- */

static int
put_field(struct pen *p, const struct onshi_record *rec, int element)
{
	const char *text;
	int r = rec == NULL ? ONSHI_ABSENT :
	    onshi_record_text(rec, element, &text);

	pen_text(p, ",");
	if (r == ONSHI_OK)
		pen_cell(p, text);

	return r < 0 ? r : ONSHI_OK;
}

/* More of a cell that is put together. */
static int
add(struct rows *r, size_t *n, const char *text)
{
	size_t len = strlen(text) + 1, room;
	char *more;

	if (*n + len > r->cell_room) {
		room = 2 * (*n + len);
		if ((more = malloc(room)) == NULL)
			return ONSHI_E_NOMEM;
		if (*n > 0)
			memcpy(more, r->cell, *n);
		if (r->cell != NULL)
			onshi_wipe(r->cell, r->cell_room);
		free(r->cell);
		r->cell = more;
		r->cell_room = room;
	}
	memcpy(r->cell + *n, text, len);
	*n += len - 1;

	return ONSHI_OK;
}

/* Of a list: a line for each item, so that the n-th lines of its columns belong
 * together. */
static int
put_items(struct rows *r, const struct onshi_record *rec, int list,
    int element)
{
	const struct onshi_record *item;
	size_t i, n = 0;
	const char *text;
	bool some = false;
	int e;

	for (i = 0; (e = onshi_record_child_at(rec, list, i, &item)) ==
	    ONSHI_OK; i++) {
		if (i > 0 && (e = add(r, &n, "\n")) != ONSHI_OK)
			return e;
		if ((e = onshi_record_text(item, element, &text)) == ONSHI_OK) {
			some = true;
			e = add(r, &n, text);
		}
		if (e < 0)
			return e;
	}
	pen_text(&r->spool, ",");
	if (some)
		pen_cell(&r->spool, r->cell);

	return e < 0 ? e : ONSHI_OK;
}

static int
put_column(struct rows *r, const struct onshi_record *rec, size_t i)
{
	const struct onshi_record *within = rec;
	int e;

	if (rec != NULL && columns[i].within != 0) {
		if (is_list(columns[i].within))
			return put_items(r, rec, columns[i].within,
			    columns[i].element);
		if ((e = onshi_record_child(rec, columns[i].within,
		    &within)) < 0)
			return e;
		if (e != ONSHI_OK)
			within = NULL;
	}

	return put_field(&r->spool, within, columns[i].element);
}

/* The n-th belongs to the n-th result, or one to all (messages.md 3.4). */
static const char *
reference_of(const struct onshi_record *unit, size_t nth)
{
	const char *name, *text, *found = NULL;
	size_t i, n = 0;
	int el;

	for (i = 0; onshi_record_at(unit, i, &el, &name, &text, NULL) ==
	    ONSHI_OK; i++)
		if (el == ONSHI_EL_REFERENCE_NUMBER && text != NULL &&
		    n++ <= nth)
			found = text;

	return n > nth || n == 1 ? found : NULL;
}

static int
put_result(struct rows *r, const struct onshi_record *unit,
    const struct onshi_record *rec, size_t nth)
{
	const char *own, *text;
	size_t i;
	int e = ONSHI_OK;

	for (i = 0; e == ONSHI_OK && i < ncolumns(r); i++) {
		if (columns[i].element == ONSHI_EL_REFERENCE_NUMBER &&
		    rec != NULL && onshi_record_text(rec,
		    ONSHI_EL_REFERENCE_NUMBER, &own) == ONSHI_ABSENT) {
			pen_text(&r->spool, ",");
			text = reference_of(unit, nth);
			pen_cell(&r->spool, text != NULL ? text : "");
		} else {
			e = put_column(r, rec, i);
		}
	}

	return e;
}

/* IN's columns, outcome and code. CO-8: which code it was is for the sealed
 * record alone where nothing is provided. */
static int
put_person(struct rows *r, struct pen *p, size_t place, int outcome,
    const struct onshi_record *unit)
{
	const struct table *in = &r->in->table;
	size_t i;
	int e;

	for (i = 0; i < in->columns; i++) {
		if (place != NOBODY)
			pen_cell(p, table_cell(in, place, i));
		pen_text(p, ",");
	}
	pen_text(p, onshi_outcome_name(outcome));
	if ((e = put_field(p, outcome == ONSHI_OUTCOME_NOT_PROVIDED ? NULL :
	    unit, ONSHI_EL_PROCESSING_RESULT_CODE)) != ONSHI_OK ||
	    (e = put_field(p, unit, ONSHI_EL_PROCESSING_RESULT_MESSAGE)) !=
	    ONSHI_OK)
		return e;

	return ncolumns(r) == 0 ? ONSHI_OK : put_field(p, unit,
	    ONSHI_EL_QUALIFICATION_VALIDITY);
}

/* ---- compared ------------------------------------------------------------ */

static void
add_difference(struct compared *c, int element, int why)
{
	size_t n = strlen(c->differences);
	char name[SNAKE_ROOM];

	snake_name(onshi_element_name(element), name);
	(void)snprintf(c->differences + n, sizeof(c->differences) - n,
	    "%s%s:%s", n > 0 ? ";" : "", name, onshi_difference_name(why));
	if (onshi_difference_severity(why) > c->severity)
		c->severity = onshi_difference_severity(why);
}

/* Insurance and medical assistance have a result each; a file is of one. */
static int
look(struct rows *r, size_t place, const struct onshi_record *rec,
    bool is_only, struct compared *c)
{
	int element, verdict, why, e;
	size_t i;

	memset(c, 0, sizeof(*c));
	c->verdict = "";
	if (!is_compared(r) || rec == NULL || place == NOBODY)
		return ONSHI_OK;
	if ((e = compare_fill(r->compare, table_cell(&r->in->table, place,
	    r->in->id), r->match)) == ONSHI_ABSENT)
		return ONSHI_OK;
	if (e != ONSHI_OK || (e = onshi_match_compare(r->match, rec,
	    &verdict)) != ONSHI_OK)
		return e;
	for (i = 0; onshi_match_at(r->match, i, &element, &why, NULL, NULL) ==
	    ONSHI_OK; i++) {
		if (why == ONSHI_DIFFERENCE_OTHER_KIND && !is_only) {
			memset(c, 0, sizeof(*c));
			c->verdict = "";
			return ONSHI_OK;
		}
		add_difference(c, element, why);
	}
	c->verdict = onshi_match_verdict_name(verdict);

	return ONSHI_OK;
}

static void
put_compared(struct rows *r, const struct compared *c)
{
	if (!is_compared(r))
		return;
	pen_text(&r->spool, ",");
	pen_text(&r->spool, c->verdict);
	pen_text(&r->spool, ",");
	pen_text(&r->spool, c->severity > 0 ?
	    onshi_severity_name(c->severity) : "");
	pen_text(&r->spool, ",");
	pen_cell(&r->spool, c->differences);
}

/* ---- rows ---------------------------------------------------------------- */

static struct entry *
next_entry(struct rows *r, size_t place)
{
	size_t room = r->room == 0 ? 64 : 2 * r->room;
	struct entry *more;

	if (r->n == r->room) {
		more = realloc(r->entry, room * sizeof(*more));
		if (more == NULL)
			return NULL;
		r->entry = more;
		r->room = room;
	}
	r->entry[r->n].place = place;
	r->entry[r->n].at = r->spool.at;

	return &r->entry[r->n];
}

static int
put_row(struct rows *r, size_t place, const struct onshi_record *unit,
    const struct onshi_record *rec, size_t nth, bool is_only)
{
	int outcome = unit != NULL ? onshi_record_outcome(unit) :
	    ONSHI_OUTCOME_NOT_PROVIDED, e;
	struct entry *entry = next_entry(r, place);
	struct compared c;

	if (entry == NULL)
		return ONSHI_E_NOMEM;
	if ((e = put_person(r, &r->spool, place, outcome, unit)) !=
	    ONSHI_OK || (e = put_result(r, unit, rec, nth)) != ONSHI_OK ||
	    (e = look(r, place, rec, is_only, &c)) != ONSHI_OK)
		return e;
	put_compared(r, &c);
	pen_text(&r->spool, "\r\n");
	entry->len = (size_t)(r->spool.at - entry->at);
	r->n++;
	if (r->report != NULL)
		task_take(r->report, r->in, place, outcome, rec, r->match,
		    &c);
	onshi_wipe(&c, sizeof(c));

	return r->spool.error == 0 ? ONSHI_OK : ONSHI_E_DISK;
}

static void
count(struct rows *r, int outcome)
{
	if (outcome >= 0 && outcome < OUTCOMES)
		r->count[outcome]++;
}

int
rows_take(struct rows *r, struct onshi_bulk *b,
    const struct onshi_record *unit)
{
	const struct onshi_record *rec, *second;
	size_t nth, place = NOBODY;
	bool is_only;
	int e;

	if ((e = onshi_bulk_place(b, &place)) < 0)
		return e;
	if (place != NOBODY && place < r->in->table.rows)
		r->seen[place] = true;
	count(r, onshi_record_outcome(unit));
	is_only = onshi_bulk_result_at(b, 1, &second) != ONSHI_OK;
	for (nth = 0; (e = onshi_bulk_result_at(b, nth, &rec)) == ONSHI_OK;
	    nth++)
		if ((e = put_row(r, place, unit, rec, nth, is_only)) !=
		    ONSHI_OK)
			return e;
	if (e < 0)
		return e;

	return nth > 0 ? ONSHI_OK : put_row(r, place, unit, NULL, 0, true);
}

/* A file without a name, in OUT's folder: what is in it never left there. */
static int
open_unnamed(const char *out, int *fd)
{
	const char *slash = strrchr(out, '/');
	size_t n = slash != NULL ? (size_t)(slash - out) + 1 : 0;
	static const char last[] = ".onshikaku-XXXXXX";
	char *name = malloc(n + sizeof(last));
	int error = 0;

	if (name == NULL)
		return ENOMEM;
	memcpy(name, out, n);
	name[n] = '\0';
	*fd = open(n > 0 ? name : ".", O_RDWR | O_TMPFILE | O_EXCL |
	    O_CLOEXEC, 0600);
	if (*fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR ||
	    errno == EINVAL)) {
		memcpy(name + n, last, sizeof(last));
		if ((*fd = mkostemp(name, O_CLOEXEC)) >= 0)
			(void)unlink(name);
	}
	if (*fd < 0)
		error = errno;
	free(name);

	return error;
}

int
rows_begin(struct rows *r, struct tool *t, const char *out)
{
	int error, fd;

	if ((error = open_unnamed(out, &fd)) != 0 ||
	    (error = pen_begin(&r->spool, fd)) != 0)
		return fail_file(t, out, error);
	r->seen = calloc(r->in->table.rows + 1, sizeof(*r->seen));
	if (r->seen == NULL || onshi_match_new(&r->match) != ONSHI_OK)
		return fail_result(t, ONSHI_E_NOMEM, NULL);

	return 0;
}

/* Back to its beginning; the bytes are overwritten by what comes next, and the
 * file has no name. */
void
rows_void(struct rows *r)
{
	r->spool.n = 0;
	r->spool.at = 0;
	r->n = 0;
	memset(r->count, 0, sizeof(r->count));
	memset(r->seen, 0, r->in->table.rows + 1);
	if (ftruncate(r->spool.fd, 0) != 0 ||
	    lseek(r->spool.fd, 0, SEEK_SET) != 0)
		r->spool.error = errno;
	if (r->report != NULL)
		task_void(r->report);
}

/* ---- to OUT -------------------------------------------------------------- */

static int
copy(const struct rows *r, const struct entry *entry, struct pen *to)
{
	char bytes[8192];
	size_t done, n;
	ssize_t got = 0;

	for (done = 0; done < entry->len; done += (size_t)got) {
		n = entry->len - done < sizeof(bytes) ? entry->len - done :
		    sizeof(bytes);
		got = pread(r->spool.fd, bytes, n, entry->at + (int64_t)done);
		if (got <= 0)
			break;
		pen_put(to, bytes, (size_t)got);
	}
	onshi_wipe(bytes, sizeof(bytes));

	return done == entry->len ? 0 : got < 0 ? errno : EIO;
}

static const struct entry *sorting;

/* In the order of IN; of one person as they came. */
static int
by_place(const void *a, const void *b)
{
	size_t i = *(const size_t *)a, k = *(const size_t *)b;

	if (sorting[i].place != sorting[k].place)
		return sorting[i].place < sorting[k].place ? -1 : 1;

	return i < k ? -1 : i > k;
}

static int
copy_all(const struct rows *r, struct pen *to)
{
	size_t *order = calloc(r->n + 1, sizeof(*order)), i;
	int error = 0;

	if (order == NULL)
		return ENOMEM;
	for (i = 0; i < r->n; i++)
		order[i] = i;
	sorting = r->entry;
	qsort(order, r->n, sizeof(*order), by_place);
	for (i = 0; error == 0 && i < r->n; i++)
		error = copy(r, &r->entry[order[i]], to);
	free(order);

	return error;
}

int
rows_write(struct rows *r, int fd)
{
	struct pen to;
	size_t i;
	int error;

	for (i = 0; i < r->in->table.rows; i++)
		if (!r->seen[i]) {
			count(r, ONSHI_OUTCOME_NOT_PROVIDED);
			if (put_row(r, i, NULL, NULL, 0, true) != ONSHI_OK)
				return r->spool.error != 0 ? r->spool.error :
				    ENOMEM;
		}
	if ((error = pen_flush(&r->spool)) != 0)
		return error;
	if ((error = pen_begin(&to, fd)) != 0)
		return error;
	put_header(r, &to);
	if ((error = copy_all(r, &to)) == 0)
		error = pen_flush(&to);
	pen_end(&to);

	return error;
}

void
rows_end(struct rows *r)
{
	if (r->spool.bytes != NULL) {
		(void)close(r->spool.fd);
		pen_end(&r->spool);
	}
	onshi_match_free(&r->match);
	if (r->cell != NULL)
		onshi_wipe(r->cell, r->cell_room);
	free(r->cell);
	free(r->entry);
	free(r->seen);
}
