/* Who acts, as the host system vouches: immutable and counted. */
#include "visit/inside.h"

int
onshi_operator_new(struct onshi *o, const char *id, int licence, int sign_in,
    struct onshi_operator **out)
{
	struct onshi_operator *op;
	int r;

	if (out == NULL)
		return ONSHI_E_ARG;
	*out = NULL;
	if ((r = oki_root_enter(o)) != ONSHI_OK)
		return r;
	if (id == NULL || !oki_is_word(id, OKI_ID - 1))
		return oki_root_fail(o, ONSHI_E_VALUE, "an operator's id is "
		    "1 to 64 of A-Z a-z 0-9 . _ - @");
	if (onshi_licence_name(licence) == NULL ||
	    onshi_sign_in_name(sign_in) == NULL)
		return oki_root_fail(o, ONSHI_E_ARG,
		    "no such licence or sign-in");
	if ((op = oki_alloc(sizeof(*op))) == NULL)
		return oki_root_fail(o, ONSHI_E_NOMEM, "operator");
	atomic_init(&op->refs, 1);
	(void)oki_copy(op->id, sizeof(op->id), id);
	op->licence = licence;
	op->sign_in = sign_in;
	*out = op;

	return ONSHI_OK;
}

struct onshi_operator *
oki_operator_ref(const struct onshi_operator *op)
{
	union { const struct onshi_operator *in; struct onshi_operator *out; }
	    shared = { op };

	if (op != NULL)
		atomic_fetch_add(&shared.out->refs, 1);

	return shared.out;
}

bool
oki_operator_is(const struct onshi_operator *a, const struct onshi_operator *b)
{
	if (a == NULL || b == NULL)
		return a == b;

	return a == b || (oki_text_equal(a->id, b->id) &&
	    a->licence == b->licence && a->sign_in == b->sign_in);
}

void
onshi_operator_free(struct onshi_operator **op)
{
	if (op == NULL || *op == NULL)
		return;
	if (atomic_fetch_sub(&(*op)->refs, 1) == 1)
		oki_free(*op);
	*op = NULL;
}
