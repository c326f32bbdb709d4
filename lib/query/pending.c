/*
 * One question, one id. A question whose end is not known (ONSHI_SENT_UNKNOWN)
 * may have been answered: asked again alike, by the same asker, it goes out
 * under the same id, so that it is no second one.
 */
#include <string.h>

#include "query/inside.h"

static const char *
asker_of(const struct oki_question *q)
{
	return q->op != NULL ? q->op->id : "";
}

static void
forget(struct oki_pending *p)
{
	oki_buf_free(&p->body);
	oki_wipe(p, sizeof(*p));
}

void
oki_pending_forget(struct oki_case *k)
{
	size_t i;

	for (i = 0; i < OKI_COUNT(k->pending); i++)
		forget(&k->pending[i]);
}

bool
oki_query_is_pending(const struct oki_case *k, int category)
{
	return category >= 0 && category < OKI_CATEGORIES && !k->anew &&
	    k->pending[category].request_id[0] != '\0';
}

void
oki_question_shorten(const char *id, char to[17])
{
	size_t n = 0;

	for (; n < 16 && *id != '\0'; id++)
		if (*id != '-')
			to[n++] = *id;
	to[n] = '\0';
}

/* The record's own short name, out of the link's. */
static void
shorten(struct oki_question *q)
{
	oki_question_shorten(q->request_id, q->short_id);
}

static int
name_anew(struct oki_question *q)
{
	int r;

	forget(&q->k->pending[q->category]);
	q->again = false;
	if ((r = oki_request_id(q->request_id)) == ONSHI_OK)
		shorten(q);

	return r;
}

int
oki_question_name(struct oki_question *q)
{
	const struct oki_pending *p = &q->k->pending[q->category];
	bool is_new = !oki_query_is_pending(q->k, q->category) ||
	    strcmp(p->asker, asker_of(q)) != 0;

	q->k->anew = false;		/* that was said of one question */
	if (is_new)
		return name_anew(q);
	(void)oki_copy(q->request_id, sizeof(q->request_id), p->request_id);
	q->again = true;
	shorten(q);

	return ONSHI_OK;
}

/* In the form that the link carries it in, and the encoding of the config. */
int
oki_question_bytes(const struct oki_question *q,
    const struct oki_doc *request, struct oki_buf *to, struct onshi_error *e)
{
	if (oki_question_form(q) == ONSHI_FORM_JSON)
		return oki_json_write(request, to, e);

	return oki_message_write(request, oki_config_word(oki_env_config(
	    q->k->env), OKI_LINK_ENCODING) == OKI_SHIFT_JIS ? OKI_SHIFT_JIS :
	    OKI_UTF_8, to, e);
}

static int
write(const struct oki_question *q, struct oki_doc *request,
    struct oki_buf *body, struct onshi_error *e)
{
	int r;

	oki_buf_reset(body);
	if ((r = oki_record_put(oki_doc_header(request),
	    ONSHI_EL_ARBITRARY_FILE_IDENTIFIER, q->short_id, e)) != ONSHI_OK)
		return r;

	return oki_question_bytes(q, request, body, e);
}

int
oki_question_write(struct oki_question *q, struct oki_doc *request,
    struct oki_buf *body, struct onshi_error *e)
{
	const struct oki_pending *p = &q->k->pending[q->category];
	int r;

	if ((r = write(q, request, body, e)) != ONSHI_OK || !q->again ||
	    oki_equal(body->data, body->len, p->body.data, p->body.len))
		return r;
	if ((r = name_anew(q)) != ONSHI_OK)
		return oki_fail(e, r, "request id");

	return write(q, request, body, e);
}

void
oki_question_settle(struct oki_question *q, struct oki_buf *body, int sent)
{
	struct oki_pending *p = &q->k->pending[q->category];

	forget(p);
	if (sent != ONSHI_SENT_UNKNOWN)
		return;
	oki_buf_move(&p->body, body);
	(void)oki_copy(p->request_id, sizeof(p->request_id), q->request_id);
	(void)oki_copy(p->asker, sizeof(p->asker), asker_of(q));
}
