/*
 * A visit that began at the official reader, which wrote a face file of it
 * (CO-2): it waits for an operator who says whose it is, takes the file, so that
 * no other desk has it, and is answered. The file goes when the visit is over or
 * sealed; until then it brings the visit back after a crash.
 */
#include "visit/inside.h"

struct oki_arrival {
	struct oki_faces	*faces;		/* counted */
	struct oki_face		*face;
	struct oki_face_file	 file;
};

int
oki_arrival_begin(struct onshi_visit *v, struct oki_faces *faces,
    struct oki_face **face, struct oki_face_file *file)
{
	struct oki_arrival *a;

	if ((a = oki_alloc(sizeof(*a))) == NULL)
		return ONSHI_E_NOMEM;
	a->faces = oki_faces_ref(faces);
	a->face = *face;
	*face = NULL;
	a->file = *file;
	oki_wipe(file, sizeof(*file));
	oki_case_face(&v->k, &a->file);
	v->step = OKI_STEP_CONFIRM;
	v->arrival = a;

	return ONSHI_OK;
}

void
oki_arrival_free(struct oki_arrival **ap)
{
	struct oki_arrival *a = *ap;

	*ap = NULL;
	if (a == NULL)
		return;
	oki_face_file_free(&a->file);
	oki_face_free(&a->face);
	oki_faces_free(&a->faces);
	oki_free(a);
}

/* Until it is answered; then there is the answer. */
const struct onshi_record *
oki_arrival_person(const struct onshi_visit *v)
{
	return v->arrival == NULL || v->arrival->file.shown == NULL ? NULL :
	    oki_face_file_person(&v->arrival->file);
}

const char *
onshi_visit_file(const struct onshi_visit *v)
{
	return v == NULL || v->arrival == NULL ? "" : v->arrival->face->name;
}

void
oki_arrival_finish(struct onshi_visit *v)
{
	if (v->arrival != NULL && v->step == OKI_STEP_ANSWERED)
		oki_face_done(v->arrival->faces, v->arrival->face);
}

/* The service did not know them: nobody gets more of it. */
static int
was_in_vain(struct oki_flow *f)
{
	struct onshi_visit *v = f->v;
	struct oki_arrival *a = v->arrival;
	int r = oki_verdict_error(&a->file.verdict, f->e);

	if (oki_case_note(&v->k, OKI_AUDIT_ARRIVAL_TAKEN, v->confirmer,
	    ONSHI_CATEGORY_ELIGIBILITY, r, f->w, NULL) != ONSHI_OK)
		oki_audit_miss(v->k.audit, 1);
	oki_face_done(a->faces, a->face);

	return oki_flow_end(f, r, "the reader's check-in failed");
}

static int
answer(struct oki_flow *f)
{
	struct oki_reply reply = { .doc = NULL };
	struct onshi_visit *v = f->v;
	int r;

	if ((r = oki_flow_record(v, f->w, f->e)) != ONSHI_OK ||
	    (r = oki_query_face(&v->k, v->confirmer, &v->arrival->file, f->w,
	    &reply, f->e)) != ONSHI_OK)
		return r;
	if ((r = oki_case_note(&v->k, OKI_AUDIT_IDENTITY_END, v->confirmer,
	    ONSHI_CATEGORY_ELIGIBILITY, ONSHI_OK, f->w, f->e)) != ONSHI_OK ||
	    (r = oki_answer_body_new(v, ONSHI_CATEGORY_ELIGIBILITY, &reply,
	    &v->eligibility)) != ONSHI_OK) {
		v->arrival->file.doc = reply.doc;
		reply.doc = NULL;
		oki_reply_free(&reply);
		oki_case_forget(&v->k);
		return oki_fail(f->e, r, "the answer");
	}
	oki_doc_free(&v->arrival->file.shown);
	v->step = OKI_STEP_ANSWERED;

	return ONSHI_OK;
}

/* It is over for this desk, and for nobody else. */
static int
lose(struct oki_flow *f, int r)
{
	f->is_final = true;
	atomic_store(&f->v->k.ended, 1);

	return r;
}

int
oki_arrival_take(struct oki_flow *f)
{
	struct onshi_visit *v = f->v;
	struct oki_arrival *a = v->arrival;
	int r;

	if (a->file.doc == NULL)
		return lose(f, oki_fail(f->e, ONSHI_E_STATE,
		    "the check-in is used up"));
	if ((r = oki_face_file_check(v->k.env, &a->file, f->e)) != ONSHI_OK)
		return lose(f, r);
	if ((r = oki_query_face_may(&v->k, v->confirmer, f->w, f->e)) !=
	    ONSHI_OK)
		return r;
	if ((r = oki_face_claim(a->faces, a->face, f->w, f->e)) !=
	    ONSHI_OK)
		return r == ONSHI_E_ARRIVAL_TAKEN ? lose(f, r) : r;
	v->settled = true;
	if (a->file.verdict.result != ONSHI_OK)
		return was_in_vain(f);
	if ((r = answer(f)) != ONSHI_OK)
		oki_face_release(a->faces, a->face);

	return r;
}
