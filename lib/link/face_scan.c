/* Looking through the face folders: each file is handed out once. */
#include "config.h"

#include <string.h>

#include "link/face.h"

/* A file that was seen, so that it is handed out once; and as it was. */
struct oki_seen {
	struct oki_seen	*next;
	size_t		 folder;
	char		 name[OKI_FACE_NAME];
	struct oki_sight sight;
	bool		 is_settled;	/* handed out, or none of ours */
	int		 round;		/* it was there then */
};

static void
seen_free(struct oki_seen **link)
{
	struct oki_seen *s = *link;

	*link = s->next;
	oki_free(s);
}

void
oki_faces_forget(struct oki_faces *f)
{
	size_t i;

	for (i = 0; i < OKI_FACE_BUCKETS; i++)
		while (f->seen[i] != NULL)
			seen_free(&f->seen[i]);
}

static struct oki_seen **
bucket_of(struct oki_faces *f, const char *name)
{
	uint32_t sum = 2166136261u;

	for (; *name != '\0'; name++)
		sum = (sum ^ (unsigned char)*name) * 16777619u;

	return &f->seen[sum % OKI_FACE_BUCKETS];
}

static struct oki_seen *
seen_of(struct oki_face_look *l, const char *name)
{
	struct oki_seen **bucket = bucket_of(l->f, name), *s;

	for (s = *bucket; s != NULL; s = s->next)
		if (s->folder == l->folder && strcmp(s->name, name) == 0)
			break;
	if (s == NULL && (s = oki_alloc(sizeof(*s))) != NULL) {
		(void)oki_copy(s->name, sizeof(s->name), name);
		s->folder = l->folder;
		s->next = *bucket;
		*bucket = s;
	}
	if (s != NULL)
		s->round = l->f->round;

	return s;
}

/* What has gone may come again. */
static void
forget_gone(struct oki_faces *f, size_t folder)
{
	struct oki_seen **p;
	size_t i;

	for (i = 0; i < OKI_FACE_BUCKETS; i++)
		for (p = &f->seen[i]; *p != NULL;)
			if ((*p)->folder == folder &&
			    (*p)->round != f->round)
				seen_free(p);
			else
				p = &(*p)->next;
}

static bool
is_changed(struct oki_face_look *l, const struct oki_seen *s)
{
	struct oki_file_facts facts;

	return oki_dir_look(l->dir, s->name, &facts, NULL) == ONSHI_OK &&
	    (facts.size != s->sight.size ||
	    facts.changed_ns != s->sight.changed_ns);
}

static int
make_face(struct oki_face_look *l, const struct oki_seen *s, const char *name,
    struct oki_buf *bytes, struct oki_face **out)
{
	int64_t age = oki_face_now(l) - s->sight.changed_ns / 1000000;
	struct oki_face *face;

	if ((face = *out = oki_alloc(sizeof(*face))) == NULL)
		return ONSHI_E_NOMEM;
	face->folder = l->folder;
	(void)oki_copy(face->name, sizeof(face->name), name);
	(void)oki_copy(face->there, sizeof(face->there), s->name);
	memcpy(face->packed, s->sight.digest, sizeof(face->packed));
	memcpy(face->digest, s->sight.digest, sizeof(face->digest));
	face->size = s->sight.size;
	face->changed_ns = s->sight.changed_ns;
	face->age_ms = age > 0 ? age : 0;
	face->read_ms = oki_boot_ms(l->f->env);
	oki_buf_move(&face->bytes, bytes);
	oki_error_clear(&face->why);

	return ONSHI_OK;
}

/* What was not opened for another reason than what it is comes again. */
static int
unpack(struct oki_face_look *l, struct oki_face *face)
{
	int r;

	if (!oki_is_zip(face->bytes.data, face->bytes.len))
		return ONSHI_OK;
	r = oki_face_unpack(&l->f->reading, face->name, &face->bytes,
	    &face->why);
	if (r == ONSHI_OK)
		return oki_sha256(face->bytes.data, face->bytes.len,
		    face->digest);
	face->unread = r;

	return r == ONSHI_E_NOMEM || r == ONSHI_E_LINK_TIMEOUT ? r : ONSHI_OK;
}

/* Read twice alike; what is not whole yet is looked at again. */
static int
read_face(struct oki_face_look *l, struct oki_seen *s, const char *name,
    struct oki_face **out)
{
	struct oki_buf bytes;
	int r;

	*out = NULL;
	oki_buf_init(&bytes, l->f->max);
	r = oki_folder_read(&l->f->reading, l->dir, s->name, false,
	    &s->sight, &bytes);
	if (r == ONSHI_E_TOO_BIG)
		s->is_settled = true;
	if (r == ONSHI_OK &&
	    (r = make_face(l, s, name, &bytes, out)) == ONSHI_OK &&
	    (r = unpack(l, *out)) != ONSHI_OK)
		oki_face_free(out);
	oki_buf_free(&bytes);

	return r == ONSHI_E_NOMEM ? r : ONSHI_OK;
}

/* One name of a folder. *more: whether whoever asks has room for another. */
static int
look_at(struct oki_face_look *l, const char *file,
    bool (*each)(void *, struct oki_face **), void *self, bool *more)
{
	struct oki_face_parts parts;
	struct oki_face *face;
	struct oki_seen *s;
	int r;

	if (!oki_face_parse(file, &parts) || !oki_face_is_ours(l->f, &parts))
		return ONSHI_OK;
	if ((s = seen_of(l, file)) == NULL)
		return ONSHI_E_NOMEM;
	if (s->is_settled && is_changed(l, s))
		s->is_settled = false;	/* until it is handed out anew */
	if (s->is_settled || !(parts.is_claimed ?
	    oki_face_is_left(l, &parts, file) : oki_face_is_free(l, &parts)))
		return ONSHI_OK;
	if ((r = read_face(l, s, parts.name, &face)) != ONSHI_OK ||
	    face == NULL)
		return r;
	if ((*more = each(self, &face)))
		s->is_settled = true;

	return ONSHI_OK;
}

static int
scan_folder(struct oki_faces *f, size_t folder,
    bool (*each)(void *, struct oki_face **), void *self, bool *more,
    struct onshi_error *e)
{
	struct oki_face_look l = { .f = f, .folder = folder };
	int64_t sys = 0;
	size_t i;
	int r;

	if ((r = oki_face_dir(f, folder, &l.dir, e)) != ONSHI_OK)
		return r;
	if ((r = oki_dir_names(l.dir, &l.names, &l.n, &sys)) != ONSHI_OK)
		r = oki_fail_system(e, r, sys,
		    "link.face_dir cannot be listed");
	for (i = 0; r == ONSHI_OK && *more && i < l.n; i++)
		if ((r = look_at(&l, l.names[i], each, self, more)) !=
		    ONSHI_OK)
			r = oki_fail(e, r, "no memory for arrivals");
	if (r == ONSHI_OK && *more)
		forget_gone(f, folder);
	oki_dir_names_free(&l.names, l.n);
	oki_dir_close(&l.dir);

	return r;
}

int
oki_faces_scan(struct oki_faces *f, bool (*each)(void *, struct oki_face **),
    void *self, struct onshi_error *e)
{
	bool more = true;
	size_t i;
	int r = ONSHI_OK, one;

	f->round++;
	for (i = 0; i < f->nfolders && more; i++)
		if ((one = scan_folder(f, i, each, self, &more, e)) !=
		    ONSHI_OK)
			r = one;

	return r;
}

void
oki_faces_again(struct oki_faces *f, const struct oki_face *face)
{
	struct oki_seen *s;

	for (s = *bucket_of(f, face->there); s != NULL; s = s->next)
		if (s->folder == face->folder &&
		    strcmp(s->name, face->there) == 0)
			s->is_settled = false;
}
