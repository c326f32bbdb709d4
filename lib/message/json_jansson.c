/*
 * JSON to a document, by jansson: members are elements, an array is its name
 * again and again, or one list whose items hold an element each (messages.md
 * 1.8). The parser has seen the shape alone (json_gate.c).
 */
#include "config.h"

#include <string.h>

#include "message/json.h"

bool
oki_json_is(const uint8_t *bytes, size_t len)
{
	size_t i = len >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

	for (; i < len; i++)
		if (bytes[i] != ' ' && bytes[i] != '\t' && bytes[i] != '\n' &&
		    bytes[i] != '\r')
			return bytes[i] == '{';

	return false;
}

#ifdef HAVE_JANSSON
#include <jansson.h>

int
oki_json_check(struct onshi_error *e)
{
	(void)e;

	return ONSHI_OK;
}

/* One record, and the last of its children so far. */
struct at {
	struct onshi_record	*rec;
	struct onshi_record	*last;
};

static int put(struct oki_json *j, struct oki_doc *doc, struct at *to,
    const char *name, const json_t *v);

static int
refuse(struct oki_json *j, int reason, const char *rule)
{
	j->line = 0;
	oki_json_note(j, reason, rule);

	return ONSHI_E_ANSWER_REFUSED;
}

static int
add(struct oki_json *j, struct oki_doc *doc, struct at *to, const char *name,
    struct at *new)
{
	const struct oki_element *el = oki_element_named(name, strlen(name));

	new->last = NULL;
	new->rec = oki_record_after(doc, to->rec, to->last, el == NULL ? 0 :
	    el->number, name, el == NULL ? strlen(name) : 0);
	if (new->rec == NULL)
		return ONSHI_E_NOMEM;
	to->last = new->rec;

	return doc->names.n > OKI_NAMES_READ ?
	    refuse(j, OKI_TOO_BIG, "different names") : ONSHI_OK;
}

static int
put_members(struct oki_json *j, struct oki_doc *doc, struct at *to,
    const json_t *object)
{
	json_t *o = (json_t *)(uintptr_t)object, *v;
	const char *name;
	int r = ONSHI_OK;

	json_object_foreach(o, name, v)
		if (r == ONSHI_OK)
			r = put(j, doc, to, name, v);

	return r;
}

/* The members of all items are children of one list. */
static int
put_list(struct oki_json *j, struct oki_doc *doc, struct at *to,
    const char *name, const json_t *array)
{
	const json_t *item;
	struct at list;
	size_t i;
	int r;

	r = add(j, doc, to, name, &list);
	for (i = 0; r == ONSHI_OK && i < json_array_size(array); i++) {
		item = json_array_get(array, i);
		r = !json_is_object(item) ? refuse(j, OKI_MALFORMED,
		    "an item of a list that is no object") :
		    put_members(j, doc, &list, item);
	}

	return r;
}

static int
put_array(struct oki_json *j, struct oki_doc *doc, struct at *to,
    const char *name, const json_t *array)
{
	const struct oki_element *el = oki_element_named(name, strlen(name));
	const json_t *item;
	size_t i;
	int r = ONSHI_OK;

	if (el != NULL && oki_element_wraps(el->number))
		return put_list(j, doc, to, name, array);
	for (i = 0; r == ONSHI_OK && i < json_array_size(array); i++) {
		item = json_array_get(array, i);
		r = json_is_array(item) ? refuse(j, OKI_MALFORMED,
		    "an array in an array") : put(j, doc, to, name, item);
	}

	return r;
}

/* As deep as the gate lets it. */
static int
put(struct oki_json *j, struct oki_doc *doc, struct at *to, const char *name,
    const json_t *v)
{
	const char *text;
	struct at new;
	int r;

	if (json_is_array(v))
		return put_array(j, doc, to, name, v);
	if ((r = add(j, doc, to, name, &new)) != ONSHI_OK)
		return r;
	if (json_is_object(v))
		return put_members(j, doc, &new, v);
	if (!json_is_integer(v))
		return ONSHI_OK;	/* null */
	text = (const char *)j->texts.data + json_integer_value(v);

	return text[0] == '\0' ? ONSHI_OK :
	    oki_doc_text(doc, text, strlen(text), &new.rec->text);
}

/* { "XmlMsg": { … } }, and no more. */
static int
make(struct oki_json *j, const json_t *top, struct oki_doc *doc)
{
	struct at none = { NULL, NULL };
	const char *name;
	json_t *o = (json_t *)(uintptr_t)top, *v;

	if (!json_is_object(top) || json_object_size(top) != 1)
		return refuse(j, OKI_MALFORMED, "not one root");
	json_object_foreach(o, name, v)
		if (json_is_object(v))
			return put(j, doc, &none, name, v);

	return refuse(j, OKI_MALFORMED, "the root is no object");
}

static int
load(struct oki_json *j, json_t **out)
{
	json_error_t why = { .line = 0 };
	json_t *top;

	top = *out = json_loadb((const char *)j->shape.data, j->shape.len,
	    JSON_REJECT_DUPLICATES, &why);
	j->line = why.line > 0 ? (unsigned long)why.line : 0;
	if (top == NULL && (json_error_code(&why) == json_error_out_of_memory
	    || why.text[0] == '\0'))
		return ONSHI_E_NOMEM;
	if (top == NULL) {
		oki_json_note(j, OKI_MALFORMED, json_error_code(&why) ==
		    json_error_duplicate_key ? "a member comes twice" :
		    "no JSON");
		return ONSHI_E_ANSWER_REFUSED;
	}

	return ONSHI_OK;
}

/* The weightiest reason first. */
static int
verdict(const struct oki_json *j, struct onshi_error *e)
{
	int i;

	for (i = 0; i < OKI_REASONS; i++) {
		if (j->rule[i] != NULL)
			return oki_refuse(e, oki_reasons[i], "line %lu: %s",
			    j->line_of[i], j->rule[i]);
		if (i == OKI_TRUNCATED && j->is_cut &&
		    j->rule[OKI_MALFORMED] == NULL)
			return oki_refuse(e, oki_reasons[i],
			    "it ends in the middle");
	}

	return ONSHI_OK;
}

/* A refusal says why, and memory's fault is told. */
static int
tell(const struct oki_json *j, int r, struct onshi_error *e)
{
	if (r == ONSHI_E_ANSWER_REFUSED)
		return verdict(j, e);

	return r == ONSHI_OK ? r : oki_fail(e, r, "reading an answer");
}

/* Through the gate and the parser; all of j is the caller's to end. */
static int
parse(struct oki_json *j, const uint8_t *bytes, size_t len, json_t **top,
    struct onshi_error *e)
{
	int r;

	*top = NULL;
	oki_buf_init(&j->shape, 32 * len + 64);
	oki_buf_init(&j->texts, len + 64);
	if ((r = oki_json_scan(j, bytes, len)) == ONSHI_OK &&
	    (r = verdict(j, e)) == ONSHI_OK)
		r = load(j, top);

	return tell(j, r, e);
}

static void
end(struct oki_json *j, json_t *top)
{
	json_decref(top);
	oki_buf_free(&j->shape);
	oki_buf_free(&j->texts);
}

static int
read_all(struct oki_json *j, const char *kind, const json_t *top,
    struct oki_doc *doc, struct onshi_error *e)
{
	int r;

	if ((r = tell(j, make(j, top, doc), e)) != ONSHI_OK)
		return r;
	if (doc->root->el >= OKI_NAMED)
		return oki_refuse(e, oki_reasons[OKI_MALFORMED],
		    "the root is another element");
	if ((r = oki_doc_bind(doc, kind, e)) != ONSHI_OK)
		return r;
	doc->encoding = OKI_UTF_8;

	return (r = oki_doc_index(doc)) == ONSHI_OK ? r :
	    oki_fail(e, r, "reading an answer");
}

int
oki_json_parse(const char *kind, const uint8_t *bytes, size_t len,
    const struct oki_limits *limits, struct oki_doc **out,
    struct onshi_error *e)
{
	struct oki_json j = { .depth = 0 };
	json_t *top;
	int r;

	*out = NULL;
	j.limits = *limits;
	if ((r = parse(&j, bytes, len, &top, e)) == ONSHI_OK &&
	    (r = tell(&j, oki_doc_bare(NULL, out), e)) == ONSHI_OK &&
	    (r = read_all(&j, kind, top, *out, e)) != ONSHI_OK)
		oki_doc_free(out);
	end(&j, top);

	return r;
}

/* The value at the end of the path: a text, or nothing. */
static int
find(const struct oki_json *j, const json_t *v, const char *path,
    struct oki_buf *out)
{
	const char *from, *text;
	char name[32] = "";
	size_t len;

	while (v != NULL && oki_list_next(&path, '/', &from, &len)) {
		memcpy(name, from, len < sizeof(name) ? len : 0);
		name[len < sizeof(name) ? len : 0] = '\0';
		v = json_object_get(v, name);
	}
	if (!json_is_integer(v))
		return ONSHI_ABSENT;
	text = (const char *)j->texts.data + json_integer_value(v);

	return text[0] == '\0' ? ONSHI_ABSENT : oki_buf_text(out, text);
}

int
oki_json_find(const uint8_t *bytes, size_t len, const char *path,
    struct oki_buf *out, struct onshi_error *e)
{
	struct oki_json j = { .takes_numbers = true };
	json_t *top;
	int r;

	oki_limits_init(&j.limits, NULL);
	if ((r = parse(&j, bytes, len, &top, e)) == ONSHI_OK)
		r = find(&j, top, path, out);
	end(&j, top);

	return r;
}

const char *
oki_json_version(void)
{
	return jansson_version_str();
}

#else /* !HAVE_JANSSON */

int
oki_json_check(struct onshi_error *e)
{
	return oki_fail(e, ONSHI_E_UNSUPPORTED,
	    "JSON is not built into this library (--with-jansson)");
}

int
oki_json_parse(const char *kind, const uint8_t *bytes, size_t len,
    const struct oki_limits *limits, struct oki_doc **out,
    struct onshi_error *e)
{
	(void)kind;
	(void)bytes;
	(void)len;
	(void)limits;
	*out = NULL;

	return oki_json_check(e);
}

int
oki_json_find(const uint8_t *bytes, size_t len, const char *path,
    struct oki_buf *out, struct onshi_error *e)
{
	(void)bytes;
	(void)len;
	(void)path;
	(void)out;

	return oki_json_check(e);
}

const char *
oki_json_version(void)
{
	return "-";
}
#endif
