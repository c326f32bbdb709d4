/*
 * Files of messages through the public calls: any bytes, and any name (a first
 * line that begins with '#').
 */
#include "config.h"

#include "fuzz.h"
#include "onshikaku/answer.h"
#include "onshikaku/message.h"

#define DEEPEST	40

static void
read_value(const struct onshi_record *rec, int el, const char *text)
{
	const char *code, *name;
	int64_t n;
	int32_t date;
	int r;

	MUST(onshi_record_text(rec, el, &name) == ONSHI_OK);
	r = onshi_record_number(rec, el, &n);
	MUST(r == ONSHI_OK || r == ONSHI_E_VALUE);
	r = onshi_record_date(rec, el, &date);
	MUST(r == ONSHI_OK || r == ONSHI_E_VALUE);
	MUST(r != ONSHI_OK || (date >= 101 && date <= 99991231));
	r = onshi_record_time(rec, el, &n);
	MUST(r == ONSHI_OK || r == ONSHI_E_VALUE);
	MUST(onshi_record_code(rec, el, &code, &name) == ONSHI_OK);
	MUST(name != NULL && code != NULL);
	(void)text;
}

static size_t
walk(const struct onshi_record *rec, int depth)
{
	const struct onshi_record *child, *item;
	const char *name, *text;
	size_t i, n = 0;
	int el, r;

	MUST(depth < DEEPEST);
	for (i = 0; (r = onshi_record_at(rec, i, &el, &name, &text,
	    &child)) == ONSHI_OK; i++) {
		n++;
		MUST(name != NULL && name[0] != '\0');
		MUST(text == NULL || child == NULL);
		MUST(el == 0 || onshi_element_number(name) == el);
		r = onshi_record_is_list(rec, i);
		MUST(r == 0 || r == 1);
		if (text != NULL && text[0] != '\0' && el != 0)
			read_value(rec, el, text);
		if (text != NULL && text[0] != '\0')
			MUST(onshi_record_text_named(rec, name, &text) ==
			    ONSHI_OK);
		if (child != NULL)
			n += walk(child, depth + 1);
		if (child != NULL && el != 0) {
			item = NULL;
			MUST(onshi_record_child_at(rec, el, 0, &item) == ONSHI_OK);
		}
	}
	MUST(r == ONSHI_END);

	return n;
}

static size_t
look(const struct onshi_message *m)
{
	const struct onshi_record *rec;
	const char *kind = onshi_message_kind(m), *path, *text;
	size_t i, n = 0;

	MUST(onshi_outcome_name(onshi_message_outcome(m)) != NULL);
	MUST(onshi_outcome_text(onshi_message_outcome(m), "ja")[0] != '\0');
	for (i = 0; onshi_message_candidate(m, i, &text) == ONSHI_OK; i++)
		MUST(text != NULL && text[0] != '\0');
	MUST(kind[0] == '\0' || oki_is_word(kind, 64));
	for (i = 0; onshi_message_unknown(m, i, &path) == ONSHI_OK; i++)
		MUST(path[0] == '/');
	for (i = 0; onshi_message_finding(m, i, &path, &text) == ONSHI_OK;
	    i++)
		MUST(path != NULL && text[0] != '\0');
	if (onshi_message_header(m, &rec) == ONSHI_OK)
		n += walk(rec, 0);
	if (onshi_message_body(m, &rec) == ONSHI_OK)
		n += walk(rec, 0);

	return n;
}

static void
refused(const struct onshi_message *m, int r)
{
	const struct onshi_error *e = onshi_message_error(m);
	const struct onshi_record *rec;

	MUST(r == ONSHI_E_ANSWER_REFUSED && onshi_error_code(e) == r);
	MUST(onshi_error_reason(e)[0] != '\0');
	MUST(onshi_error_text(e)[0] != '\0');
	MUST(onshi_message_outcome(m) == ONSHI_OUTCOME_NONE);
	MUST(onshi_message_body(m, &rec) == ONSHI_ABSENT);
	MUST(onshi_message_kind(m)[0] == '\0');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const uint8_t *lf = NULL;
	struct onshi_message *m;
	char name[200] = "";
	size_t n;
	int r;

	if (len > 0 && data[0] == '#' &&
	    (lf = memchr(data, '\n', len)) != NULL) {
		n = (size_t)(lf - data) - 1;
		memcpy(name, data + 1, n < sizeof(name) ? n :
		    sizeof(name) - 1);
		len -= (size_t)(lf + 1 - data);
		data = lf + 1;
	}
	MUST(onshi_message_new(&m) == ONSHI_OK);
	r = onshi_message_read(m, lf == NULL ? NULL : name, data, len);
	if (r == ONSHI_OK) {
		n = look(m);
		/* Reading once more changes nothing. */
		r = onshi_message_outcome(m);
		MUST(onshi_message_read(m, lf == NULL ? NULL : name, data,
		    len) == ONSHI_OK);
		MUST(onshi_message_outcome(m) == r && look(m) == n);
	} else
		refused(m, r);
	onshi_message_free(&m);

	return 0;
}
