/*
 * A person of a bulk's answer as a visit, by a consent that was given before
 * and is kept at the service (CO-11). It counts once the whole answer does.
 */
#include "visit/bulk.h"

static void
settle_one(struct onshi_bulk *b, struct onshi_visit *v, bool counts)
{
	oki_mutex_lock(v->lock);
	if (!counts || oki_case_carry_on(&v->k, &b->k) != ONSHI_OK)
		atomic_store(&v->k.ended, 1);
	oki_mutex_unlock(v->lock);
	oki_visit_unref(v);
}

void
oki_carried_settle(struct onshi_bulk *b, bool counts)
{
	struct oki_carried *one;

	while ((one = b->carried) != NULL) {
		b->carried = one->next;
		settle_one(b, one->visit, counts);
		oki_free(one);
	}
}

static int
fill(struct onshi_bulk *b, struct onshi_visit *v)
{
	int r;

	v->k.bulk = b->b.kind;
	v->k.method = ONSHI_METHOD_CARRIED;
	if (b->operator != NULL) {
		v->operator = oki_operator_ref(b->operator);
		v->k.operator = v->operator;
	}
	if ((r = oki_case_carried(&v->k, b->unit->doc, &b->error)) !=
	    ONSHI_OK)
		return r;
	v->settled = true;
	v->step = OKI_STEP_ANSWERED;

	return ONSHI_OK;
}

int
oki_carried_make(struct onshi_bulk *b, int purpose, struct onshi_visit **out)
{
	struct oki_carried *one;
	int r;

	if (b->b.kind->treatment == NULL || b->unit == NULL)
		return oki_fail(&b->error, ONSHI_E_STATE,
		    "no unit in hand that consent is carried with");
	if ((one = oki_alloc(sizeof(*one))) == NULL)
		return oki_fail(&b->error, ONSHI_E_NOMEM, "a visit");
	if ((r = oki_visit_make(b->root, OKI_MODE_ORDINARY, purpose, out)) ==
	    ONSHI_OK && (r = fill(b, *out)) != ONSHI_OK)
		onshi_visit_free(out);
	if (r != ONSHI_OK) {
		oki_free(one);
		return oki_fail(&b->error, r, "a visit");
	}
	one->visit = oki_visit_ref(*out);
	one->next = b->carried;
	b->carried = one;
	if (b->stage == OKI_BULK_WHOLE && !b->working)
		oki_carried_settle(b, true);

	return ONSHI_OK;
}
