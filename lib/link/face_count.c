/* What lies in the face folders and will not be handed out: for the doctor. */
#include "config.h"

#include <string.h>

#include "link/face.h"

/* Whether it was taken by that name. Where another program is to have the files,
 * it lies there until that program takes it. */
static bool
is_done(const struct oki_faces *f, const char *name)
{
	struct oki_mark mark;

	return f->is_owner && oki_mark_read(f->marks, name, &mark) ==
	    ONSHI_OK && mark.is_done;
}

static void
count_content(struct oki_faces *f, const char *name, struct oki_buf *bytes,
    struct oki_face_counts *out)
{
	uint8_t digest[OKI_SHA256];
	int r = ONSHI_OK;

	if (oki_is_zip(bytes->data, bytes->len))
		r = oki_face_unpack(&f->reading, name, bytes, NULL);
	if (r == ONSHI_E_CONFIG || r == ONSHI_E_UNSUPPORTED)
		out->shut++;
	if (r == ONSHI_OK &&
	    oki_sha256(bytes->data, bytes->len, digest) == ONSHI_OK &&
	    oki_mark_is_copy(f->marks, name, digest))
		out->twice++;
}

static void
count_one(struct oki_faces *f, struct oki_dir *d, const char *file,
    int64_t since_ms, struct oki_face_counts *out)
{
	struct oki_sight sight = { .seen = false };
	struct oki_face_parts parts;
	struct oki_file_facts facts;
	struct oki_buf bytes;

	if (!oki_face_parse(file, &parts) || parts.is_claimed ||
	    !oki_face_is_ours(f, &parts) ||
	    oki_dir_look(d, file, &facts, NULL) != ONSHI_OK ||
	    facts.changed_ms < since_ms)
		return;
	if (is_done(f, parts.name)) {
		out->twice++;
		return;
	}
	oki_buf_init(&bytes, f->max);
	if (oki_folder_read(&f->reading, d, file, false, &sight, &bytes) ==
	    ONSHI_OK)
		count_content(f, parts.name, &bytes, out);
	oki_buf_free(&bytes);
}

void
oki_faces_count(struct oki_faces *f, size_t i, int64_t since_ms,
    struct oki_face_counts *out)
{
	struct oki_dir *d;
	char **names;
	size_t k, n;

	memset(out, 0, sizeof(*out));
	if (i >= f->nfolders || oki_face_dir(f, i, &d, NULL) != ONSHI_OK)
		return;
	if (oki_dir_names(d, &names, &n, NULL) == ONSHI_OK) {
		for (k = 0; k < n; k++)
			count_one(f, d, names[k], since_ms, out);
		oki_dir_names_free(&names, n);
	}
	oki_dir_close(&d);
}
