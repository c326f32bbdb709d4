/* Claiming a face file by a rename, giving it back, and being done with it. */
#include "config.h"

#include <string.h>

#include "link/face.h"

#define TRIES		5		/* somebody may have it open */
#define TRY_MS		60

static int
taken(struct onshi_error *e)
{
	return oki_fail(e, ONSHI_E_ARRIVAL_TAKEN,
	    "another desk has taken it, or it is a copy");
}

/* With the lock held: whether it is still to be had, by the marks. */
static bool
is_to_be_had(struct oki_face_look *l, const struct oki_face *face)
{
	struct oki_face_parts parts;

	if (!oki_face_parse(face->there, &parts))
		return false;

	return parts.is_claimed ? oki_face_is_left(l, &parts, face->there) :
	    oki_face_is_free(l, &parts);
}

/* False where nothing is left to be waited for. */
static bool
wait_a_little(int *tries)
{
	struct oki_event *never;

	if (++*tries >= TRIES || oki_event_new(&never) != ONSHI_OK)
		return false;
	(void)oki_event_wait(never, NULL, TRY_MS);
	oki_event_free(&never);

	return true;
}

/* Windows lets nobody rename what somebody has open; and what a share has done
 * may come back as failed, so that from is absent when it is tried again. */
static int
rename_patiently(struct oki_dir *d, const char *from, const char *to,
    int64_t *sys)
{
	struct oki_file_facts facts;
	int tries = 0, r;

	do {
		*sys = 0;
		if ((r = oki_dir_rename(d, from, to, false, sys)) == ONSHI_OK)
			break;
		if (!oki_os_is_absent(*sys))
			continue;
		if (tries == 0)
			break;
		if (oki_dir_look(d, to, &facts, NULL) == ONSHI_OK)
			return ONSHI_OK;
	} while (wait_a_little(&tries));

	return r;
}

static bool
is_listed(struct oki_face_look *l, const char *name)
{
	size_t i;

	if (!oki_face_list(l))
		return true;
	for (i = 0; i < l->n; i++)
		if (strcmp(l->names[i], name) == 0)
			return true;

	return false;
}

/* What was shown is what is taken. ONSHI_E_ARRIVAL_TAKEN: it is another, or
 * gone; ONSHI_E_DISK: it cannot be told now. */
static int
check_same(struct oki_face_look *l, const struct oki_face *face,
    const char *name)
{
	struct oki_sight s = { .seen = false };
	struct oki_buf bytes;
	int tries = 0, r;

	oki_buf_init(&bytes, l->f->max);
	do
		r = oki_folder_read(&l->f->reading, l->dir, name, false, &s,
		    &bytes);
	while ((r == ONSHI_ABSENT || r == ONSHI_NEED_WAIT) &&
	    wait_a_little(&tries));
	oki_buf_free(&bytes);
	if (r == ONSHI_E_NOMEM)
		return r;
	if (r == ONSHI_NEED_WAIT || (r == ONSHI_ABSENT &&
	    (is_listed(l, name) || is_listed(l, face->there))))
		return ONSHI_E_DISK;

	return r == ONSHI_OK && memcmp(s.digest, face->packed,
	    sizeof(s.digest)) == 0 ? r : ONSHI_E_ARRIVAL_TAKEN;
}

static int
not_the_same(int r, struct onshi_error *e)
{
	return r == ONSHI_E_ARRIVAL_TAKEN ? taken(e) : oki_fail(e, r,
	    "link.face_dir: a file cannot be read");
}

/* Where that fails, it may be called ours all the same: then it has no mark, by
 * which our next look finds it. */
static int
rename_to_us(struct oki_face_look *l, struct oki_face *face,
    struct onshi_error *e)
{
	struct oki_faces *f = l->f;
	char name[OKI_FACE_NAME];
	int64_t sys = 0;
	int r;

	if (!oki_face_claim_name(face->name, f->desk,
	    oki_marks_run(f->marks), oki_face_now(l), name))
		return oki_fail(e, ONSHI_E_INTERNAL, "a name is too long");
	if ((r = rename_patiently(l->dir, face->there, name, &sys)) !=
	    ONSHI_OK)
		return oki_os_is_absent(sys) ? taken(e) : oki_fail_system(e,
		    r, sys, "link.face_dir: a file cannot be renamed");
	if ((r = check_same(l, face, name)) != ONSHI_OK) {
		(void)rename_patiently(l->dir, name, face->there, &sys);
		return not_the_same(r, e);
	}
	(void)oki_copy(face->there, sizeof(face->there), name);

	return ONSHI_OK;
}

static int
claim_in(struct oki_face_look *l, struct oki_face *face, struct onshi_error *e)
{
	struct oki_marks *m = l->f->marks;
	int r;

	if (!is_to_be_had(l, face))
		return taken(e);
	if ((r = oki_mark_take(m, face->name, face->digest)) != ONSHI_OK)
		return r == ONSHI_E_ARRIVAL_TAKEN ? taken(e) : oki_fail(e, r,
		    "link.journal_dir: what is taken cannot be remembered");
	if (l->f->is_owner)
		r = rename_to_us(l, face, e);
	else if ((r = check_same(l, face, face->there)) != ONSHI_OK)
		r = not_the_same(r, e);
	if (r == ONSHI_OK)
		face->is_claimed = true;
	else
		oki_mark_remove(m, face->name, face->digest);

	return r;
}

int
oki_face_claim(struct oki_faces *f, struct oki_face *face,
    const struct oki_wait *w, struct onshi_error *e)
{
	struct oki_face_look l = { .f = f, .folder = face->folder };
	int r;

	if ((r = oki_face_dir(f, face->folder, &l.dir, e)) != ONSHI_OK)
		return r;
	if ((r = oki_marks_lock(f->marks, w, e)) == ONSHI_OK) {
		r = claim_in(&l, face, e);
		oki_marks_unlock(f->marks);
	}
	oki_dir_names_free(&l.names, l.n);
	oki_dir_close(&l.dir);

	return r;
}

void
oki_face_release(struct oki_faces *f, struct oki_face *face)
{
	struct oki_dir *d;
	int64_t sys;

	if (!face->is_claimed || oki_face_dir(f, face->folder, &d, NULL) !=
	    ONSHI_OK)
		return;
	if (!f->is_owner || rename_patiently(d, face->there, face->name,
	    &sys) == ONSHI_OK)
		(void)oki_copy(face->there, sizeof(face->there), face->name);
	oki_mark_remove(f->marks, face->name, face->digest);
	face->is_claimed = false;
	oki_dir_close(&d);
}

/* The mark first: whoever finds the file after it knows that it may go. */
void
oki_face_done(struct oki_faces *f, struct oki_face *face)
{
	struct oki_dir *d;

	if (!face->is_claimed)
		return;
	face->is_claimed = false;
	if (oki_mark_done(f->marks, face->name) != ONSHI_OK || !f->is_owner ||
	    oki_face_dir(f, face->folder, &d, NULL) != ONSHI_OK)
		return;
	(void)oki_dir_remove(d, face->there, NULL);
	oki_dir_close(&d);
}
