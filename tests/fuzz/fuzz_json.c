/*
 * Fuzzes the reading of messages in JSON: no crash, a verdict for everything,
 * whole or in pieces the same; what was read is read again from what is written.
 */
#include "config.h"

#include "fuzz.h"
#include "message/message.h"

static int
read_it(const uint8_t *bytes, size_t len, size_t piece, struct oki_doc **doc,
    struct onshi_error *e)
{
	struct oki_limits limits;
	struct oki_parser *p;
	size_t at, n;
	int r;

	oki_limits_init(&limits, NULL);
	limits.is_json = true;
	oki_error_clear(e);
	*doc = NULL;
	if ((r = oki_parser_new(NULL, &limits, NULL, NULL, &p)) != ONSHI_OK)
		return r;
	for (at = 0; at < len && r == ONSHI_OK; at += n) {
		n = len - at < piece ? len - at : piece;
		r = oki_parser_feed(p, bytes + at, n);
	}
	r = oki_parser_finish(p, doc, e);
	oki_parser_free(&p);

	return r;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct oki_doc *doc, *again;
	struct oki_buf a, b;
	struct onshi_error e, f;
	int r = read_it(bytes, len, SIZE_MAX, &doc, &e);

	if (r == ONSHI_E_UNSUPPORTED)
		return 0;
	MUST(r == ONSHI_OK || r == ONSHI_E_ANSWER_REFUSED);
	MUST((r == ONSHI_OK) == (doc != NULL));
	MUST(r == ONSHI_OK || e.reason[0] != '\0');
	MUST(read_it(bytes, len, 7, &again, &f) == r);
	MUST(strcmp(e.reason, f.reason) == 0);
	oki_doc_free(&again);
	oki_buf_init(&a, 1u << 26);
	oki_buf_init(&b, 1u << 26);
	oki_error_clear(&f);
	if (r == ONSHI_OK && oki_json_write(doc, &a, &f) == ONSHI_OK) {
		MUST(read_it(a.data, a.len, SIZE_MAX, &again, &e) ==
		    ONSHI_OK);
		oki_error_clear(&f);
		MUST(oki_json_write(again, &b, &f) == ONSHI_OK);
		MUST(oki_equal(a.data, a.len, b.data, b.len));
		oki_doc_free(&again);
	}
	oki_buf_free(&a);
	oki_buf_free(&b);
	oki_doc_free(&doc);

	return 0;
}
