/* Sealed visits: what is in their files. */
#include <stdio.h>
#include <string.h>

#include "visit/seal.h"

#define MAGIC		"onshikaku-visit-1\n"

/* What is sealed along: it opens nowhere else and under no other name. */
static int
seal_with(const struct onshi_visit *v, const struct oki_seal *s, char *to,
    size_t room, size_t *len)
{
	int n = snprintf(to, room, MAGIC "%s\n%s\n", oki_config_text(
	    oki_env_config(v->k.env), OKI_FACILITY_CODE), s->id);

	*len = (size_t)n;

	return n < 0 || *len >= room ? ONSHI_E_INTERNAL : ONSHI_OK;
}

int
oki_seal_case(struct onshi_visit *v, const struct oki_seal *s,
    struct oki_buf *out, struct onshi_error *e)
{
	uint8_t key[OKI_SHA256];
	struct oki_buf plain;
	char with[128];
	size_t len;
	int r;

	oki_buf_init(&plain, OKI_CASE_BYTES);
	if ((r = seal_with(v, s, with, sizeof(with), &len)) != ONSHI_OK ||
	    (r = oki_seal_derive("key", oki_seal_name(s), key)) != ONSHI_OK ||
	    (r = oki_case_write(&v->k, &plain)) != ONSHI_OK ||
	    (r = oki_buf_text(out, MAGIC)) != ONSHI_OK ||
	    (r = oki_seal(key, with, len, plain.data, plain.len, out)) !=
	    ONSHI_OK)
		r = oki_fail(e, r, "sealing the visit");
	oki_buf_free(&plain);
	oki_wipe(key, sizeof(key));

	return r;
}

int
oki_unseal_case(struct onshi_visit *v, const struct oki_seal *s,
    const struct oki_buf *bytes, int64_t ago_ms, struct onshi_error *e)
{
	size_t len, head = strlen(MAGIC);
	uint8_t key[OKI_SHA256];
	struct oki_buf plain;
	char with[128];
	int r;

	oki_buf_init(&plain, OKI_CASE_BYTES);
	if (bytes->len < head || memcmp(bytes->data, MAGIC, head) != 0)
		r = ONSHI_E_VALUE;
	else if ((r = seal_with(v, s, with, sizeof(with), &len)) ==
	    ONSHI_OK &&
	    (r = oki_seal_derive("key", oki_seal_name(s), key)) == ONSHI_OK &&
	    (r = oki_unseal(key, with, len, bytes->data + head,
	    bytes->len - head, &plain)) == ONSHI_OK)
		r = oki_case_read(&v->k, &plain, ago_ms);
	oki_buf_free(&plain);
	oki_wipe(key, sizeof(key));
	if (r == ONSHI_E_CLOCK)
		return oki_fail(e, r, "this machine's clock and that of "
		    "visits.dir are too far apart to tell whether it is over");

	if (r == ONSHI_E_VALUE || r == ONSHI_E_VISIT_GONE)
		return oki_seal_gone(e);

	return r == ONSHI_OK ? r : oki_fail(e, r, "opening the visit");
}
