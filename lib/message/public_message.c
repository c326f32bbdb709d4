/* onshi_message: any message file, read and looked at without a root. */
#include "config.h"

#include <string.h>

#include "message/inside.h"

#define LINES_MOST	1000	/* of what is unknown, and of findings */

/* Lines kept: a path, and what is wrong there. */
struct line {
	char	*path;
	char	*text;
};

struct lines {
	struct line	*line;
	size_t		 n;
	size_t		 room;
};

struct onshi_message {
	struct oki_doc		*doc;
	int			 outcome;
	struct lines		 unknown;
	struct lines		 findings;
	struct onshi_error	 error;
};

/* ---- lines -------------------------------------------------------------- */

static int
grow(struct lines *l)
{
	size_t room = l->room == 0 ? 16 : l->room * 2;
	struct line *line;

	if (l->n < l->room)
		return ONSHI_OK;
	if ((line = oki_alloc_array(room, sizeof(*line))) == NULL)
		return ONSHI_E_NOMEM;
	if (l->n > 0)
		memcpy(line, l->line, l->n * sizeof(*line));
	oki_free(l->line);
	l->line = line;
	l->room = room;

	return ONSHI_OK;
}

/* Beyond the most no more are kept: a file as wrong as that needs no more. */
static int
add(struct lines *l, const char *path, const char *text)
{
	struct line new = { NULL, NULL };
	int r;

	if (l->n >= LINES_MOST)
		return ONSHI_OK;
	if ((r = grow(l)) != ONSHI_OK)
		return r;
	if ((new.path = oki_strdup(path)) == NULL ||
	    (new.text = oki_strdup(text)) == NULL) {
		oki_free(new.path);
		return ONSHI_E_NOMEM;
	}
	l->line[l->n++] = new;

	return ONSHI_OK;
}

static void
clear(struct lines *l)
{
	size_t i;

	for (i = 0; i < l->n; i++) {
		oki_free(l->line[i].path);
		oki_free(l->line[i].text);
	}
	oki_free(l->line);
	memset(l, 0, sizeof(*l));
}

/* Ends the looking once no more are kept: each costs a look at all that stand
 * before it. */
static int
on_finding(void *self, const char *path, const char *text)
{
	const struct lines *l = self;

	return l->n >= LINES_MOST ? ONSHI_END : add(self, path, text);
}

/* ---- reading ------------------------------------------------------------ */

static void
forget(struct onshi_message *m)
{
	oki_doc_free(&m->doc);
	clear(&m->unknown);
	clear(&m->findings);
	m->outcome = ONSHI_OUTCOME_NONE;
	oki_error_clear(&m->error);
}

static int
note_all(struct onshi_message *m)
{
	const char *path;
	size_t i;
	int r;

	for (i = 0; i < LINES_MOST &&
	    (path = oki_doc_unknown(m->doc, i)) != NULL; i++)
		if ((r = path[0] == '\0' ? ONSHI_E_NOMEM :
		    add(&m->unknown, path, "")) != ONSHI_OK)
			return r;

	r = oki_message_check(m->doc, on_finding, &m->findings);

	return r == ONSHI_END ? ONSHI_OK : r;
}

/* Persons of a bulk answer are judged each for themselves; one that is broken
 * shows nothing. */
static void
withhold_units(struct oki_doc *doc)
{
	struct onshi_record *unit, *next;
	struct oki_verdict v;

	for (unit = oki_doc_root(doc); unit != NULL; unit = next) {
		next = oki_record_walk(unit, oki_doc_root(doc));
		if (unit->el != ONSHI_EL_BULK_CONFIRM_UNIT)
			continue;
		if (oki_unit_judge(unit, NULL, NULL, &v, NULL) != ONSHI_OK)
			v.outcome = ONSHI_OUTCOME_UNKNOWN_CODE;
		oki_unit_withhold(unit, v.outcome);
		next = oki_record_walk(unit, oki_doc_root(doc));
	}
	oki_wipe(&v, sizeof(v));
}

static int
judge(struct onshi_message *m)
{
	struct oki_verdict v;
	int r;

	r = oki_message_judge(m->doc, NULL, NULL, &v, &m->error);
	if (r == ONSHI_OK) {
		m->outcome = v.outcome;
		oki_message_withhold(m->doc, v.outcome);
		withhold_units(m->doc);
		r = oki_doc_index(m->doc);
	}
	oki_wipe(&v, sizeof(v));

	return r;
}

/* Persons, months, checkups: what large answers are made of. */
static bool
is_large(const struct oki_doc *doc)
{
	const struct onshi_record *rec;

	for (rec = doc->root; rec != NULL;
	    rec = oki_record_walk(rec, doc->root))
		if ((rec->flags & OKI_REC_UNKNOWN) == 0 &&
		    oki_row_streamed(rec->el) != NULL)
			return true;

	return false;
}

/* What only the content tells may be of the larger limits: then it is read once
 * more by these, and kept if it is. */
static int
parse(struct onshi_message *m, const char *kind, const uint8_t *bytes,
    size_t len)
{
	struct onshi_error e;
	struct oki_limits l;
	int r;

	oki_limits_init(&l, kind);
	l.is_json = oki_json_is(bytes, len);
	r = oki_message_parse(kind, bytes, len, &l, &m->doc, &m->error);
	if (kind != NULL || r != ONSHI_E_ANSWER_REFUSED ||
	    strcmp(m->error.reason, oki_reasons[OKI_TOO_BIG]) != 0)
		return r;
	oki_limits_init(&l, "OQSmuquc02res");
	l.is_json = oki_json_is(bytes, len);
	oki_error_clear(&e);
	if (oki_message_parse(NULL, bytes, len, &l, &m->doc, &e) != ONSHI_OK)
		return r;
	if (is_large(m->doc)) {
		oki_error_clear(&m->error);
		return ONSHI_OK;
	}
	oki_doc_free(&m->doc);

	return r;
}

int
onshi_message_read(struct onshi_message *m, const char *filename,
    const uint8_t *bytes, size_t len)
{
	char prefix[16];
	int r;

	if (m == NULL)
		return ONSHI_E_ARG;
	forget(m);
	if (bytes == NULL && len > 0)
		return oki_fail(&m->error, ONSHI_E_ARG, "bytes");
	/* Its content may look like another's, and be judged as that. */
	if (oki_kind_is_foreign(filename, prefix))
		return oki_fail(&m->error, ONSHI_E_UNSUPPORTED,
		    "%s: the form of this message is not public", prefix);
	if ((r = parse(m, oki_kind_of_name(filename), bytes, len)) ==
	    ONSHI_OK && (r = note_all(m)) == ONSHI_OK)
		r = judge(m);
	if (r != ONSHI_OK) {
		m->outcome = ONSHI_OUTCOME_NONE;
		oki_doc_free(&m->doc);
		clear(&m->unknown);
		clear(&m->findings);
		return oki_fail(&m->error, r, "reading a message");
	}

	return ONSHI_OK;
}

int
onshi_message_new(struct onshi_message **out)
{
	if (out == NULL)
		return ONSHI_E_ARG;
	if ((*out = oki_alloc(sizeof(**out))) == NULL)
		return ONSHI_E_NOMEM;
	oki_error_clear(&(*out)->error);

	return ONSHI_OK;
}

void
onshi_message_free(struct onshi_message **mp)
{
	if (mp == NULL || *mp == NULL)
		return;
	forget(*mp);
	oki_free(*mp);
	*mp = NULL;
}

/* ---- what it is --------------------------------------------------------- */

const char *
onshi_message_kind(const struct onshi_message *m)
{
	return m == NULL || m->doc == NULL ? "" : oki_doc_kind(m->doc);
}

int
onshi_message_candidate(const struct onshi_message *m, size_t i,
    const char **kind)
{
	if (kind == NULL)
		return ONSHI_E_ARG;
	*kind = NULL;
	if (m == NULL)
		return ONSHI_E_ARG;
	*kind = m->doc == NULL ? NULL : oki_doc_candidate(m->doc, i);

	return *kind == NULL ? ONSHI_END : ONSHI_OK;
}

int
onshi_message_outcome(const struct onshi_message *m)
{
	return m == NULL ? ONSHI_OUTCOME_NONE : m->outcome;
}

static int
part(const struct onshi_message *m, int el, const struct onshi_record **rec)
{
	if (rec == NULL)
		return ONSHI_E_ARG;
	*rec = NULL;
	if (m == NULL)
		return ONSHI_E_ARG;
	*rec = m->doc == NULL ? NULL :
	    oki_record_within(oki_doc_root(m->doc), el);

	return *rec == NULL ? ONSHI_ABSENT : ONSHI_OK;
}

int
onshi_message_header(const struct onshi_message *m,
    const struct onshi_record **rec)
{
	return part(m, ONSHI_EL_MESSAGE_HEADER, rec);
}

int
onshi_message_body(const struct onshi_message *m,
    const struct onshi_record **rec)
{
	return part(m, ONSHI_EL_MESSAGE_BODY, rec);
}

/* l is NULL where there is no message. */
static int
line_at(const struct lines *l, size_t i, const char **path, const char **text)
{
	bool found = l != NULL && i < l->n;

	if (path != NULL)
		*path = found ? l->line[i].path : NULL;
	if (text != NULL)
		*text = found ? l->line[i].text : NULL;
	if (l == NULL)
		return ONSHI_E_ARG;

	return found ? ONSHI_OK : ONSHI_END;
}

int
onshi_message_unknown(const struct onshi_message *m, size_t i,
    const char **path)
{
	return path == NULL ? ONSHI_E_ARG :
	    line_at(m == NULL ? NULL : &m->unknown, i, path, NULL);
}

int
onshi_message_finding(const struct onshi_message *m, size_t i,
    const char **path, const char **text)
{
	return line_at(m == NULL ? NULL : &m->findings, i, path, text);
}

const struct onshi_error *
onshi_message_error(const struct onshi_message *m)
{
	static const struct onshi_error none = { .code = ONSHI_E_ARG,
	    .tries = -1, .sw = -1 };

	return m == NULL ? &none : &m->error;
}
