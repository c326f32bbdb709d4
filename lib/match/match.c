/* onshi_match: what is on file, and what a comparison found. */
#include "config.h"

#include <string.h>

#include "match/inside.h"

#define TEXT_MOST	4096

/* ---- the handle --------------------------------------------------------- */

void
oki_match_forget(struct onshi_match *m)
{
	size_t i;

	for (i = 0; i < m->n; i++) {
		oki_free(m->found[i].on_file);
		oki_free(m->found[i].answered);
	}
	oki_free(m->found);
	m->found = NULL;
	m->n = m->room = 0;
	for (i = 0; i < OKI_COUNT(m->keep); i++) {
		oki_free(m->keep[i]);
		m->keep[i] = NULL;
	}
	oki_error_clear(&m->error);
}

int
onshi_match_new(struct onshi_match **out)
{
	if (out == NULL)
		return ONSHI_E_ARG;
	if ((*out = oki_alloc(sizeof(**out))) == NULL)
		return ONSHI_E_NOMEM;
	oki_error_clear(&(*out)->error);

	return ONSHI_OK;
}

void
onshi_match_free(struct onshi_match **mp)
{
	struct onshi_match *m;
	size_t i, k;

	if (mp == NULL || (m = *mp) == NULL)
		return;
	*mp = NULL;
	oki_match_forget(m);
	for (i = 0; i < OKI_MATCH_ROWS; i++)
		oki_free(m->file[i]);
	for (i = 0; i < OKI_ITEMS_MOST; i++)
		for (k = 0; k < OKI_MATCH_ITEMS; k++)
			oki_free(m->items[i][k]);
	oki_free(m);
}

const struct onshi_error *
onshi_match_error(const struct onshi_match *m)
{
	return m == NULL ? oki_no_handle() : &m->error;
}

/* ---- what is on file ---------------------------------------------------- */

bool
oki_says_nothing(const char *text)
{
	while (*text != '\0')
		if (!oki_is_nothing(oki_utf8_get(&text)))
			return false;

	return true;
}

/* Text of nothing but spaces is none. */
static int
put(struct onshi_match *m, int element, char **place, const char *text)
{
	char *copy = NULL;

	oki_error_clear(&m->error);
	if (text != NULL && strlen(text) > TEXT_MOST)
		return oki_fail(&m->error, ONSHI_E_TOO_BIG,
		    "%s: more than %d bytes", onshi_element_name(element),
		    TEXT_MOST);
	if (text != NULL && !oki_is_utf8(text, strlen(text)))
		return oki_fail(&m->error, ONSHI_E_VALUE, "%s: no UTF-8",
		    onshi_element_name(element));
	if (text != NULL && !oki_says_nothing(text) &&
	    (copy = oki_strdup(text)) == NULL)
		return oki_fail(&m->error, ONSHI_E_NOMEM, "out of memory");
	oki_free(*place);
	*place = copy;

	return ONSHI_OK;
}

int
onshi_match_set_text(struct onshi_match *m, int element, const char *text)
{
	size_t i;

	if (m == NULL)
		return ONSHI_E_ARG;
	for (i = 0; i < OKI_MATCH_ROWS; i++)
		if (oki_match_rows[i].element == element)
			return put(m, element, &m->file[i], text);

	return onshi_match_set_item(m, 0, element, text);
}

int
onshi_match_set_item(struct onshi_match *m, size_t i, int element,
    const char *text)
{
	size_t k;

	if (m == NULL)
		return ONSHI_E_ARG;
	oki_error_clear(&m->error);
	if (onshi_element_name(element) == NULL)
		return oki_fail(&m->error, ONSHI_E_ARG, "no such element");
	if (i >= OKI_ITEMS_MOST)
		return oki_fail(&m->error, ONSHI_E_ARG, "more than %d of %s",
		    OKI_ITEMS_MOST, onshi_element_name(element));
	for (k = 0; k < OKI_MATCH_ITEMS; k++)
		if (oki_match_items[k].element == element)
			return put(m, element, &m->items[i][k], text);

	return ONSHI_ABSENT;
}

/* ---- what was found ----------------------------------------------------- */

int
onshi_match_at(const struct onshi_match *m, size_t i, int *element,
    int *difference, const char **on_file, const char **answered)
{
	bool has = m != NULL && i < m->n;

	if (element != NULL)
		*element = has ? m->found[i].element : 0;
	if (difference != NULL)
		*difference = has ? m->found[i].why : 0;
	if (on_file != NULL)
		*on_file = has ? m->found[i].on_file : NULL;
	if (answered != NULL)
		*answered = has ? m->found[i].answered : NULL;

	return m == NULL ? ONSHI_E_ARG : has ? ONSHI_OK : ONSHI_END;
}

int
onshi_match_keep_at(const struct onshi_match *m, size_t i, int *element,
    const char **text)
{
	size_t k;

	if (element != NULL)
		*element = 0;
	if (text != NULL)
		*text = NULL;
	if (m == NULL || element == NULL || text == NULL)
		return ONSHI_E_ARG;
	for (k = 0; k < OKI_COUNT(oki_match_kept); k++)
		if (m->keep[k] != NULL && i-- == 0) {
			*element = oki_match_kept[k];
			*text = m->keep[k];
			return ONSHI_OK;
		}

	return ONSHI_END;
}
