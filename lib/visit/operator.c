/* Who acts, as the host system vouches: immutable and counted. */
#include "visit/inside.h"

#define FACTORS_MOST	3

/* "1:02": OQSCD041, OQSCD042. Reads no further than it fits. */
static bool
is_factor(const char *s)
{
	return s[0] >= '1' && s[0] <= '3' && s[1] == ':' &&
	    s[2] >= '0' && s[2] <= '9' && s[3] >= '0' && s[3] <= '9';
}

/* Between one and three, by commas and nothing else. */
static bool
are_factors(const char *text)
{
	size_t n;

	for (n = 0; n < FACTORS_MOST; n++, text++) {
		if (!is_factor(text))
			return false;
		text += 4;
		if (*text != ',')
			return *text == '\0';
	}

	return false;
}

static int
operator_make(struct onshi *o, const char *id, int licence, int sign_in,
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

int
onshi_operator_new(struct onshi *o, const char *id, int licence, int sign_in,
    struct onshi_operator **out)
{
	return operator_make(o, id, licence, sign_in, out);
}

int
onshi_operator_new_emergency(struct onshi *o, const char *id, int licence,
    int sign_in, int right, const char *factors, struct onshi_operator **out)
{
	int r;

	if ((r = operator_make(o, id, licence, sign_in, out)) != ONSHI_OK)
		return r;
	if ((right != 0 && right != 1) || factors == NULL ||
	    !are_factors(factors)) {
		onshi_operator_free(out);
		return right != 0 && right != 1 ? oki_root_fail(o,
		    ONSHI_E_ARG, "right is 0 or 1") : oki_root_fail(o,
		    ONSHI_E_VALUE, "factors are as \"1:02,3:01\"");
	}
	(*out)->right = right;
	(void)oki_copy((*out)->factors, sizeof((*out)->factors), factors);

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
	    a->licence == b->licence && a->sign_in == b->sign_in &&
	    a->right == b->right && oki_text_equal(a->factors, b->factors));
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
