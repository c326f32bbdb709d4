/* Elements: found by number and by name, and their texts checked by type. */
#include "config.h"

#include <string.h>

#include "message/inside.h"

/* Read for another element, never written (messages.md 3.3). */
static const struct {
	int	alias;
	int	of;
} aliases[] = {
	{ ONSHI_EL_PUBLIC_EXPENSE_NUMBER, ONSHI_EL_INSURER_NUMBER },
	{ ONSHI_EL_BENEFICIARY_NUMBER, ONSHI_EL_INSURED_IDENTIFICATION_NUMBER },
	{ ONSHI_EL_WELFARE_OFFICE_NAME, ONSHI_EL_INSURER_NAME }
};

const struct oki_element *
oki_element(int number)
{
	size_t low = 0, high = oki_elements_n, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (oki_elements[mid].number == number)
			return &oki_elements[mid];
		if (oki_elements[mid].number < number)
			low = mid + 1;
		else
			high = mid;
	}

	return NULL;
}

/* gen-tables.awk has chosen factor and shifts so that no two names meet. */
const struct oki_element *
oki_element_named(const char *name, size_t len)
{
	uint32_t h = (uint32_t)len;
	const struct oki_element *el;
	size_t i, slot;

	for (i = 0; i < len; i++)
		h = (h * oki_hash_factor + (uint8_t)name[i]) & 0xffffff;
	slot = (h / 256 + oki_hash_shift[h % OKI_HASH_BUCKETS]) %
	    OKI_HASH_SLOTS;
	if (oki_hash_slots[slot] == 0)
		return NULL;
	el = &oki_elements[oki_hash_slots[slot] - 1];

	return strncmp(el->name, name, len) == 0 && el->name[len] == '\0' ?
	    el : NULL;
}

const struct oki_row *
oki_row_of(uint8_t group, int el)
{
	const struct oki_group *g = &oki_groups[group];
	const struct oki_row *row = &oki_rows[g->first];
	size_t i;

	if (el != 0)
		for (i = 0; i < g->n; i++)
			if (row[i].el == el)
				return &row[i];

	return NULL;
}

bool
oki_row_is_many(const struct oki_row *row)
{
	return row->often == '*' || row->often == '=';
}

/* Absent and empty mean the same, and an alias will do (messages.md 3, 3.3). */
bool
oki_row_is_filled(const struct onshi_record *rec, const struct oki_row *row)
{
	const struct onshi_record *c = oki_record_within(rec, row->el);
	const struct oki_element *el = oki_element(row->el);

	return oki_record_get(rec, row->el) != NULL || (c != NULL &&
	    (row->group != 0 || (el->least == 0 && el->most > 0)));
}

const struct oki_row *
oki_row_unchosen(const struct onshi_record *rec)
{
	const struct oki_group *g = &oki_groups[rec->group];
	const struct oki_row *row, *first = NULL;
	size_t i;

	for (i = 0; i < g->n; i++) {
		row = &oki_rows[g->first + i];
		if (row->often != 'A')
			continue;
		if (oki_row_is_filled(rec, row))
			return NULL;
		if (first == NULL)
			first = row;
	}

	return first;
}

int
onshi_element_is_list(int element)
{
	size_t i;

	for (i = 0; i < oki_rows_n; i++)
		if (oki_rows[i].el == element && oki_row_is_many(&oki_rows[i]))
			return 1;

	return 0;
}

bool
oki_element_wraps(int el)
{
	const struct oki_group *g;
	bool found = false;
	size_t i;

	for (i = 0; i < oki_rows_n; i++) {
		if (oki_rows[i].el != el)
			continue;
		g = &oki_groups[oki_rows[i].group];
		if (oki_rows[i].group == 0 || g->n != 1 ||
		    !oki_row_is_many(&oki_rows[g->first]))
			return false;
		found = true;
	}

	return found;
}

/* The row of an element that large answers hand out one by one. */
const struct oki_row *
oki_row_streamed(int el)
{
	size_t i;

	for (i = 0; i < oki_streamed_n; i++)
		if (oki_streamed[i].el == el)
			return &oki_streamed[i];

	return NULL;
}

int
oki_element_alias(int el)
{
	size_t i;

	for (i = 0; i < OKI_COUNT(aliases); i++)
		if (aliases[i].of == el)
			return aliases[i].alias;

	return 0;
}

const char *
oki_code_name(int el, const char *code)
{
	const struct oki_element *element = oki_element(el);
	size_t i;

	if (element == NULL || element->codes == 0 || code == NULL)
		return "";
	for (i = 0; i < oki_code_rows_n; i++)
		if (oki_code_rows[i].table == element->codes &&
		    strcmp(oki_code_rows[i].code, code) == 0)
			return oki_code_rows[i].name;

	return "";
}

const char *
oki_code_of(int el, const char *name)
{
	const struct oki_element *element = oki_element(el);
	size_t i;

	for (i = 0; element != NULL && element->codes != 0 &&
	    i < oki_code_rows_n; i++)
		if (oki_code_rows[i].table == element->codes &&
		    strcmp(oki_code_rows[i].name, name) == 0)
			return oki_code_rows[i].code;

	return NULL;
}

/* Half-width: ASCII, and kana of JIS X 0201. */
static bool
is_half(uint32_t c)
{
	return (c >= 0x20 && c < 0x7f) || (c >= 0xff61 && c <= 0xff9f);
}

static bool
is_base64(uint32_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	    (c >= 'a' && c <= 'z') || c == '+' || c == '/' || c == '=';
}

static bool
suits(char type, uint32_t c)
{
	switch (type) {
	case 'N':
		return c >= '0' && c <= '9';
	case 'D':
		return (c >= '0' && c <= '9') || c == '.' || c == '-';
	case 'I':
		return (c >= '0' && c <= '9') || c == ' ';
	case 'B':
		return is_base64(c);
	case 'X':
		return is_half(c);
	default:
		return c == '\t' || (c >= 0x20 && c != 0x7f &&
		    (c < 0x80 || c > 0x9f));
	}
}

/* An insurer number: spaces, then digits, and at least one. */
static bool
is_insurer(const char *s)
{
	while (*s == ' ')
		s++;

	return oki_is_digits(s, 1, 8);
}

const char *
oki_element_fault(const struct oki_element *el, const char *text)
{
	const char *s = text;
	size_t n;

	for (n = 0; *s != '\0'; n++)
		if (!suits(el->type, oki_utf8_get(&s)))
			return "a character that its type does not have";
	if (el->type == 'I' && !is_insurer(text))
		return "no digits";
	if (el->most > 0 && (n < el->least || n > el->most))
		return "wrong length";

	return NULL;
}

int
oki_element_check(int el, const char *text, struct onshi_error *e)
{
	const struct oki_element *element = oki_element(el);
	const char *fault;

	if (element == NULL || text == NULL)
		return oki_fail(e, ONSHI_E_ARG, "element %d", el);
	if (element->type == 'G')
		return oki_fail(e, ONSHI_E_ARG, "%s is no value",
		    element->name);
	if (!oki_is_utf8(text, strlen(text)))
		return oki_fail(e, ONSHI_E_VALUE, "%s: no UTF-8 of XML",
		    element->name);
	/* An insurer number is padded where it is put. */
	if (element->type == 'I' && is_insurer(text) && strlen(text) <= 8)
		return ONSHI_OK;
	if ((fault = oki_element_fault(element, text)) != NULL)
		return oki_fail(e, ONSHI_E_VALUE, "%s: %s", element->name,
		    fault);

	return ONSHI_OK;
}

bool
oki_is_blank(const char *s)
{
	uint32_t c = ' ';

	while (*s != '\0' && (c == ' ' || c == 0x3000))
		c = oki_utf8_get(&s);

	return c == ' ' || c == 0x3000;
}

int
oki_input_check(int el, const char *text, struct onshi_error *e)
{
	const struct oki_element *element = oki_element(el);
	const char *fault = NULL;
	int32_t day;
	int r;

	if ((r = oki_element_check(el, text, e)) != ONSHI_OK ||
	    element == NULL || text == NULL)
		return r;
	switch (el) {
	case ONSHI_EL_INSURER_NUMBER:
		text += strspn(text, " ");
		if (!oki_is_digits(text, 6, 6) && !oki_is_digits(text, 8, 8))
			fault = "6 or 8 digits";
		break;
	case ONSHI_EL_INSURED_IDENTIFICATION_NUMBER:
		if (oki_is_blank(text))
			fault = "nothing but spaces";
		break;
	case ONSHI_EL_QUALIFICATION_CONFIRMATION_DATE:
		if (!oki_date_parse(text, &day))
			fault = "no such day";
		break;
	case ONSHI_EL_START_DATE:
	case ONSHI_EL_END_DATE:
		if (!oki_month_parse(text, &day))
			fault = "no such month";
		break;
	default:
		break;
	}

	return fault == NULL ? ONSHI_OK : oki_fail(e, ONSHI_E_VALUE,
	    "%s: %s", element->name, fault);
}

const char *
onshi_element_name(int element)
{
	const struct oki_element *el = oki_element(element);

	return el == NULL ? NULL : el->name;
}

const char *
onshi_element_text(int element, const char *lang)
{
	const struct oki_element *el = oki_element(element);

	if (el == NULL)
		return NULL;

	return oki_text_equal(lang, "ja") ? el->title : el->name;
}

int
onshi_element_number(const char *name)
{
	const struct oki_element *el;

	if (name == NULL ||
	    (el = oki_element_named(name, strlen(name))) == NULL)
		return 0;

	return el->number;
}

int
onshi_element_at(size_t i, int *element)
{
	if (element == NULL)
		return ONSHI_E_ARG;
	if (i >= oki_elements_n)
		return ONSHI_END;
	*element = oki_elements[i].number;

	return ONSHI_OK;
}
