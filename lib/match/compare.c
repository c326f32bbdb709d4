/* The comparison: what is on file with what is answered, element by element. */
#include "config.h"

#include <string.h>

#include "match/inside.h"

/* One comparison under way. */
struct look {
	struct onshi_match		*m;
	const struct onshi_record	*rec;
	const struct onshi_record	*aid;	/* 医療扶助, else rec */
	const char			*file[OKI_MATCH_ROWS];	/* or "" */
	const char			*answer[OKI_MATCH_ROWS];
	int				 r;
};

/* ---- what is found ----------------------------------------------------- */

static int
grow(struct onshi_match *m)
{
	size_t room = m->room == 0 ? 16 : m->room * 2;
	struct oki_difference *found;

	if (m->n < m->room)
		return ONSHI_OK;
	if ((found = oki_alloc_array(room, sizeof(*found))) == NULL)
		return ONSHI_E_NOMEM;
	if (m->n > 0)
		memcpy(found, m->found, m->n * sizeof(*found));
	oki_free(m->found);
	m->found = found;
	m->room = room;

	return ONSHI_OK;
}

/* Behind those that are as severe. */
static void
sort_in(struct onshi_match *m, const struct oki_difference *d)
{
	size_t at = m->n++;

	for (; at > 0 && onshi_difference_severity(m->found[at - 1].why) <
	    onshi_difference_severity(d->why); at--)
		m->found[at] = m->found[at - 1];
	m->found[at] = *d;
}

static void
tell(struct look *l, int element, int why, const char *on_file,
    const char *answered)
{
	struct oki_difference d = { element, why, NULL, NULL };

	if (why == OKI_DIFFERENCE_NONE || l->r != ONSHI_OK)
		return;
	if ((d.on_file = oki_strdup(on_file)) == NULL ||
	    (d.answered = oki_strdup(answered)) == NULL ||
	    grow(l->m) != ONSHI_OK) {
		oki_free(d.on_file);
		oki_free(d.answered);
		l->r = ONSHI_E_NOMEM;
		return;
	}
	sort_in(l->m, &d);
}

/* ---- the person --------------------------------------------------------- */

static size_t
row_of(int element)
{
	size_t i;

	for (i = 0; i + 1 < OKI_MATCH_ROWS &&
	    oki_match_rows[i].element != element; i++)
		;

	return i;
}

/* Either name may stand in the other's place (通称). */
static int
names_why(const struct look *l, int main, int other, int differs,
    int (*why)(const char *on_file, const char *answered))
{
	const char *file[2] = { l->file[row_of(main)], l->file[row_of(other)] };
	const char *answer[2] = { l->answer[row_of(main)],
	    l->answer[row_of(other)] };
	int first = OKI_DIFFERENCE_NONE;
	size_t i;

	if (file[0][0] != '\0' && answer[0][0] != '\0' &&
	    (first = why(file[0], answer[0])) != differs)
		return first;
	for (i = 1; i < (first == differs ? 4 : 3); i++)
		if (file[i / 2][0] != '\0' && answer[i % 2][0] != '\0' &&
		    why(file[i / 2], answer[i % 2]) != differs)
			return ONSHI_DIFFERENCE_OTHER_NAME;

	return first;
}

static bool
has_both(const struct look *l, int element)
{
	size_t i = row_of(element);

	return l->file[i][0] != '\0' && l->answer[i][0] != '\0';
}

static void
tell_row(struct look *l, int element, int why)
{
	size_t i = row_of(element);

	tell(l, element, why, l->file[i], l->answer[i]);
}

static int
birth_why(const struct look *l)
{
	size_t i = row_of(ONSHI_EL_BIRTHDATE);

	return !has_both(l, ONSHI_EL_BIRTHDATE) ? ONSHI_DIFFERENCE_UNCLEAR :
	    oki_value_why(ONSHI_EL_BIRTHDATE, OKI_HOW_BIRTH, l->file[i],
	    l->answer[i], ONSHI_DIFFERENCE_BIRTHDATE);
}

/* Name and kana both differ: another person, but for a family name that has
 * changed. */
static int
person_why(const struct look *l)
{
	size_t name = row_of(ONSHI_EL_NAME), kana = row_of(ONSHI_EL_NAME_KANA);

	if (birth_why(l) == OKI_DIFFERENCE_NONE &&
	    (oki_given_agrees(l->file[name], l->answer[name], false) ||
	    oki_given_agrees(l->file[kana], l->answer[kana], true)))
		return ONSHI_DIFFERENCE_SURNAME;

	return ONSHI_DIFFERENCE_PERSON;
}

/* ID-10, with the file in the visit's place. True: the name is the same. */
static bool
look_at_names(struct look *l)
{
	int name, kana;

	name = names_why(l, ONSHI_EL_NAME, ONSHI_EL_NAME_OF_OTHER,
	    ONSHI_DIFFERENCE_NAME, oki_name_why);
	kana = names_why(l, ONSHI_EL_NAME_KANA, ONSHI_EL_NAME_OF_OTHER_KANA,
	    ONSHI_DIFFERENCE_KANA, oki_kana_why);
	if (name == ONSHI_DIFFERENCE_NAME && (kana == ONSHI_DIFFERENCE_KANA ||
	    kana == ONSHI_DIFFERENCE_VOICED))
		name = kana = person_why(l);
	else if (kana == ONSHI_DIFFERENCE_VOICED &&
	    !has_both(l, ONSHI_EL_NAME))
		kana = ONSHI_DIFFERENCE_KANA;
	tell_row(l, ONSHI_EL_NAME, name);
	tell_row(l, ONSHI_EL_NAME_KANA, kana);

	return name == OKI_DIFFERENCE_NONE && has_both(l, ONSHI_EL_NAME);
}

/* ---- what stands once --------------------------------------------------- */

static void
look_at_row(struct look *l, size_t i)
{
	const struct oki_match_row *row = &oki_match_rows[i];
	bool file = l->file[i][0] != '\0', answer = l->answer[i][0] != '\0';

	if (row->how == OKI_HOW_NOT || (!file && !answer))
		return;
	if (!file)
		tell(l, row->element, row->not_on_file, "", l->answer[i]);
	else if (!answer)
		tell(l, row->element, row->not_answered, l->file[i], "");
	else if (row->how != OKI_HOW_NAME && row->how != OKI_HOW_KANA)
		tell(l, row->element, oki_value_why(row->element, row->how,
		    l->file[i], l->answer[i], row->differs), l->file[i],
		    l->answer[i]);
}

/* From 70 to 74 the share stands in one place, from 75 on in another, and a
 * host may have but one: what is told counts, wherever it stands. */
static void
look_at_ratios(struct look *l)
{
	size_t i = row_of(ONSHI_EL_INSURED_PARTIAL_CONTRIBUTION_RATIO);
	size_t k = row_of(ONSHI_EL_ELDERLY_RECIPIENT_CONTRIBUTION_RATIO), t;

	if (l->file[i][0] == '\0' && l->answer[i][0] != '\0') {
		t = i;
		i = k;
		k = t;
	}
	if (l->file[i][0] != '\0' && l->answer[i][0] == '\0' &&
	    l->file[k][0] == '\0' && l->answer[k][0] != '\0') {
		tell(l, oki_match_rows[k].element, oki_value_why(
		    oki_match_rows[k].element, OKI_HOW_RATIO, l->file[i],
		    l->answer[k], oki_match_rows[k].differs), l->file[i],
		    l->answer[k]);
		return;
	}
	look_at_row(l, i);
	look_at_row(l, k);
}

/* An insurance beside medical assistance: only the person is the same. */
static bool
is_of_a_kind(const struct look *l)
{
	size_t kind = row_of(ONSHI_EL_INSURED_CARD_CLASSIFICATION);
	size_t insurer = row_of(ONSHI_EL_INSURER_NUMBER);

	if (l->file[kind][0] == '\0' && l->file[insurer][0] == '\0')
		return true;

	return oki_is_assistance(l->file[kind], l->file[insurer]) ==
	    oki_is_assistance(l->answer[kind], l->answer[insurer]);
}

static void
look_at_rows(struct look *l)
{
	size_t kind = row_of(ONSHI_EL_INSURED_CARD_CLASSIFICATION), i;
	bool all = is_of_a_kind(l);

	for (i = 0; i < (all ? OKI_MATCH_ROWS : kind); i++)
		if (oki_match_rows[i].how != OKI_HOW_RATIO)
			look_at_row(l, i);
	if (all)
		look_at_ratios(l);
	else
		tell_row(l, ONSHI_EL_INSURED_CARD_CLASSIFICATION,
		    ONSHI_DIFFERENCE_OTHER_KIND);
}

/* ---- what repeats ------------------------------------------------------- */

static const char *
text_of(const struct onshi_record *rec, int element)
{
	const char *text;

	return onshi_record_text(rec, element, &text) == ONSHI_OK &&
	    !oki_says_nothing(text) ? text : "";
}

static const char *
or_nothing(const char *text)
{
	return text == NULL ? "" : text;
}

/* Tickets come with the assistance, whichever result is compared. */
static const struct onshi_record *
with_list(const struct look *l, int list)
{
	return list == ONSHI_EL_PUBLIC_EXPENSE_RESULT_LIST ? l->aid : l->rec;
}

/* Rows of one list: from its key on. */
static size_t
end_of_list(size_t from)
{
	size_t k = from;

	while (k < OKI_MATCH_ITEMS &&
	    oki_match_items[k].list == oki_match_items[from].list)
		k++;

	return k;
}

static bool
has_item(const struct onshi_match *m, size_t i, size_t from, size_t end)
{
	for (; from < end; from++)
		if (m->items[i][from] != NULL)
			return true;

	return false;
}

static bool
is_like(int why)
{
	return why == OKI_DIFFERENCE_NONE || why == ONSHI_DIFFERENCE_SPELLING
	    || why == ONSHI_DIFFERENCE_CODE_UNKNOWN;
}

/* The answered item that an item on file is, by its key; one without a key is
 * the first that is left. NULL: none. */
static const struct onshi_record *
find_item(const struct look *l, size_t i, size_t key, bool *taken)
{
	const struct oki_match_item *row = &oki_match_items[key];
	const char *mine = or_nothing(l->m->items[i][key]), *theirs;
	const struct onshi_record *item;
	size_t k;

	for (k = 0; k < OKI_ITEMS_MOST && onshi_record_child_at(with_list(l,
	    row->list), row->item, k, &item) == ONSHI_OK; k++) {
		theirs = text_of(item, row->element);
		if (taken[k] || (mine[0] != '\0' && (theirs[0] == '\0' ||
		    !is_like(oki_value_why(row->element, row->how, mine,
		    theirs, row->differs)))))
			continue;
		taken[k] = true;
		return item;
	}

	return NULL;
}

static void
look_at_item(struct look *l, size_t i, size_t from, size_t end,
    const struct onshi_record *item)
{
	const struct oki_match_item *row;
	const char *mine, *theirs;
	size_t k;

	for (k = from; k < end; k++) {
		row = &oki_match_items[k];
		mine = or_nothing(l->m->items[i][k]);
		theirs = text_of(item, row->element);
		if (mine[0] != '\0' && theirs[0] != '\0')
			tell(l, row->element, oki_value_why(row->element,
			    row->how, mine, theirs, row->differs), mine,
			    theirs);
	}
}

/* What is not told never ends a public expense. */
static void
look_at_list(struct look *l, size_t from, size_t end)
{
	const struct oki_match_item *key = &oki_match_items[from];
	const struct onshi_record *item;
	bool taken[OKI_ITEMS_MOST] = { false };
	size_t i;

	for (i = 0; i < OKI_ITEMS_MOST; i++) {
		if (!has_item(l->m, i, from, end))
			continue;
		if ((item = find_item(l, i, from, taken)) != NULL)
			look_at_item(l, i, from, end, item);
		else
			tell(l, key->element, key->list ==
			    ONSHI_EL_PUBLIC_EXPENSE_RESULT_LIST ?
			    ONSHI_DIFFERENCE_EXPENSE_GONE :
			    ONSHI_DIFFERENCE_NOT_ANSWERED,
			    or_nothing(l->m->items[i][from]), "");
	}
	for (i = 0; i < OKI_ITEMS_MOST && onshi_record_child_at(with_list(l,
	    key->list), key->item, i, &item) == ONSHI_OK; i++)
		if (!taken[i])
			tell(l, key->element, ONSHI_DIFFERENCE_NOT_ON_FILE,
			    "", text_of(item, key->element));
}

static void
look_at_lists(struct look *l)
{
	size_t from, end;

	for (from = 0; from < OKI_MATCH_ITEMS; from = end) {
		end = end_of_list(from);
		look_at_list(l, from, end);
	}
}

/* ---- the comparison ----------------------------------------------------- */

static bool
is_aid(const struct onshi_record *rec)
{
	return oki_is_assistance(text_of(rec,
	    ONSHI_EL_INSURED_CARD_CLASSIFICATION), text_of(rec,
	    ONSHI_EL_INSURER_NUMBER));
}

/* The result of medical assistance that was answered beside, else rec. */
static const struct onshi_record *
find_aid(const struct onshi_record *rec)
{
	const struct onshi_record *unit = oki_record_unit(rec), *other = NULL;

	if (is_aid(rec))
		return rec;
	while ((other = oki_record_next_of(unit,
	    ONSHI_EL_RESULT_OF_QUALIFICATION_CONFIRMATION, other)) != NULL)
		if (is_aid(other))
			return other;

	return rec;
}

/* A host may keep them beside an insurance; the answer has them where an
 * insurance has its own numbers. */
static void
take_expense(struct look *l)
{
	static const struct { int on_file, answered; } numbers[] = {
	    { ONSHI_EL_PUBLIC_EXPENSE_NUMBER, ONSHI_EL_INSURER_NUMBER },
	    { ONSHI_EL_BENEFICIARY_NUMBER,
	      ONSHI_EL_INSURED_IDENTIFICATION_NUMBER } };
	bool aid = is_aid(l->aid);
	size_t i;

	for (i = 0; i < OKI_COUNT(numbers); i++)
		l->answer[row_of(numbers[i].on_file)] = aid ?
		    text_of(l->aid, numbers[i].answered) : "";
}

static void
begin(struct look *l, struct onshi_match *m, const struct onshi_record *rec)
{
	const struct oki_match_row *row = oki_match_rows;
	const struct onshi_record *group;
	size_t i;

	memset(l, 0, sizeof(*l));
	l->m = m;
	l->rec = rec;
	l->aid = find_aid(rec);
	for (i = 0; i < OKI_MATCH_ROWS; i++, row++) {
		l->file[i] = or_nothing(m->file[i]);
		l->answer[i] = text_of(rec, row->element);
		if (row->group != 0 && onshi_record_child(rec, row->group,
		    &group) == ONSHI_OK)
			l->answer[i] = text_of(group, row->element);
	}
	take_expense(l);
}

/* TI-2: until when it was confirmed is the answer's own day. */
static void
keep(struct look *l)
{
	const struct onshi_record *header = oki_record_header(l->rec);
	const char *text;
	size_t i;
	int el;

	for (i = 0; i < OKI_COUNT(oki_match_kept) && l->r == ONSHI_OK; i++) {
		el = oki_match_kept[i];
		text = text_of(l->rec, el);
		if (text[0] == '\0' && header != NULL &&
		    el == ONSHI_EL_QUALIFICATION_CONFIRMATION_DATE)
			text = text_of(header, el);
		if (text[0] != '\0' &&
		    (l->m->keep[i] = oki_strdup(text)) == NULL)
			l->r = ONSHI_E_NOMEM;
	}
}

static int
verdict_of(const struct onshi_match *m, bool is_proven)
{
	int verdict = is_proven ? ONSHI_MATCH_SAME : ONSHI_MATCH_COMPATIBLE;
	size_t i;

	for (i = 0; i < m->n; i++)
		if (onshi_difference_verdict(m->found[i].why) > verdict)
			verdict = onshi_difference_verdict(m->found[i].why);

	return verdict;
}

int
onshi_match_compare(struct onshi_match *m, const struct onshi_record *rec,
    int *verdict)
{
	const char *text;
	struct look l;
	bool same;
	int r;

	if (verdict != NULL)
		*verdict = ONSHI_MATCH_COMPATIBLE;
	if (m == NULL)
		return ONSHI_E_ARG;
	oki_match_forget(m);
	if (rec == NULL || verdict == NULL)
		return oki_fail(&m->error, ONSHI_E_ARG,
		    "no record, or no place for the verdict");
	if ((r = onshi_record_text(rec, ONSHI_EL_NAME, &text)) < 0)
		return oki_fail(&m->error, r, "the record cannot be read");
	begin(&l, m, rec);
	same = look_at_names(&l);
	look_at_rows(&l);
	if (is_of_a_kind(&l))
		look_at_lists(&l);
	keep(&l);
	if (l.r != ONSHI_OK) {
		oki_match_forget(m);
		return oki_fail(&m->error, l.r, "out of memory");
	}
	*verdict = verdict_of(m, same && birth_why(&l) ==
	    OKI_DIFFERENCE_NONE);

	return ONSHI_OK;
}
