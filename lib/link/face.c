/*
 * Face files: what the official reader writes unasked (messages.md 1.1), for
 * whoever takes it first. A file is taken by a rename to its name, desk, run and
 * time, which of several who try one can do; it is gone when all is done with
 * it. What a run that has ended left claimed is handed out again: to its own
 * machine at once, to others after link.claim_s.
 *
 * Where another program is to have the files (link.face_owner = no) nothing is
 * renamed, written or removed there, and the marks alone say who has what.
 */
#include "config.h"

#include <string.h>

#include "link/face.h"

void
oki_face_free(struct oki_face **fp)
{
	if (*fp == NULL)
		return;
	oki_buf_free(&(*fp)->bytes);
	oki_free(*fp);
	*fp = NULL;
}

/* ---- opening ------------------------------------------------------------- */

static int
add_folders(struct oki_faces *f, const char *list, struct onshi_error *e)
{
	const char *item;
	size_t len;

	while (oki_list_next(&list, '|', &item, &len)) {
		if (f->nfolders == OKI_FACE_FOLDERS)
			return oki_fail(e, ONSHI_E_CONFIG,
			    "link.face_dir names too many places");
		if ((f->folder[f->nfolders].path = oki_strndup(item, len)) ==
		    NULL)
			return oki_fail(e, ONSHI_E_NOMEM,
			    "no memory for arrivals");
		f->nfolders++;
	}

	return ONSHI_OK;
}

int
oki_faces_open(struct oki_env *env, struct oki_faces **out,
    struct onshi_error *e)
{
	const struct onshi_config *c = oki_env_config(env);
	struct oki_faces *f;
	int64_t desk = 0;
	int r;

	*out = NULL;
	if (!oki_config_has(c, OKI_LINK_FACE_DIR))
		return oki_fail(e, ONSHI_E_UNSUPPORTED,
		    "link.face_dir is not set: nobody arrives");
	if ((f = oki_alloc(sizeof(*f))) == NULL)
		return oki_fail(e, ONSHI_E_NOMEM, "no memory for arrivals");
	atomic_init(&f->refs, 1);
	f->env = oki_env_ref(env);
	f->is_owner = oki_config_word(c, OKI_LINK_FACE_OWNER) == 1;
	f->claim_ms = oki_config_number(c, OKI_LINK_CLAIM_S) * 1000;
	f->max = (size_t)oki_config_number(c, OKI_LIMITS_ANSWER_BYTES);
	f->scan_ms = (int32_t)oki_config_number(c, OKI_LINK_SCAN_MS);
	(void)oki_number(oki_config_text(c, OKI_FACILITY_DESK), &desk);
	f->desk = (int)desk;
	f->reading.env = env;
	f->reading.settle_ms = (int32_t)oki_config_number(c,
	    OKI_LINK_SETTLE_MS);
	if ((r = add_folders(f, oki_config_text(c, OKI_LINK_FACE_DIR), e)) !=
	    ONSHI_OK || (r = oki_zip_password(env, &f->reading.password,
	    e)) != ONSHI_OK ||
	    (r = oki_marks_open(env, &f->marks, e)) != ONSHI_OK)
		oki_faces_free(&f);
	*out = f;

	return r;
}

struct oki_faces *
oki_faces_ref(struct oki_faces *f)
{
	atomic_fetch_add(&f->refs, 1);

	return f;
}

void
oki_faces_free(struct oki_faces **fp)
{
	struct oki_faces *f = *fp;
	size_t i;

	*fp = NULL;
	if (f == NULL || atomic_fetch_sub(&f->refs, 1) != 1)
		return;
	oki_faces_forget(f);
	for (i = 0; i < f->nfolders; i++) {
		oki_dir_watch_free(&f->folder[i].watch);
		oki_free(f->folder[i].path);
	}
	oki_marks_close(&f->marks);
	oki_secret_free(&f->reading.password);
	oki_env_free(&f->env);
	oki_free(f);
}

/* ---- one folder ---------------------------------------------------------- */

int
oki_face_dir(const struct oki_faces *f, size_t folder, struct oki_dir **d,
    struct onshi_error *e)
{
	int64_t sys = 0;
	int r;

	if ((r = oki_dir_open(f->folder[folder].path, d, &sys)) != ONSHI_OK)
		return oki_fail_system(e, r, sys,
		    "link.face_dir cannot be opened");

	return ONSHI_OK;
}

bool
oki_face_is_ours(const struct oki_faces *f, const struct oki_face_parts *parts)
{
	return strcmp(parts->institution, oki_config_text(
	    oki_env_config(f->env), OKI_FACILITY_CODE)) == 0;
}

/* What other desks claim and let go is seen when it is looked at next. */
static bool
is_new(const char *name)
{
	struct oki_face_parts parts;

	return oki_face_parse(name, &parts) && !parts.is_claimed;
}

/* A share tells nothing; one folder is listened to, all are looked at. */
void
oki_faces_wait(struct oki_faces *f, const struct oki_event *stop)
{
	struct oki_face_folder *first = &f->folder[0];

	if (first->watch == NULL)
		(void)oki_dir_watch_new(first->path, &first->watch, NULL);
	if (first->watch != NULL)
		(void)oki_dir_watch_wait(first->watch, is_new, stop,
		    f->scan_ms);
	else
		(void)oki_event_wait(stop, NULL, f->scan_ms);
}

bool
oki_face_stands(struct oki_faces *f, const struct oki_face *face)
{
	struct oki_file_facts facts;
	struct oki_dir *d;
	bool stands;

	if (oki_face_dir(f, face->folder, &d, NULL) != ONSHI_OK)
		return false;
	stands = oki_dir_look(d, face->there, &facts, NULL) == ONSHI_OK &&
	    facts.changed_ns == face->changed_ns &&
	    facts.size == face->size;
	oki_dir_close(&d);

	return stands;
}
