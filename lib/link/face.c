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

#define TRIES		5		/* somebody may have it open */
#define TRY_MS		60
#define CLOCK		".onshi-"	/* a file to read the folder's clock by */
#define CLOCK_MS	60000

/* A file that was seen, so that it is handed out once; and as it was. */
struct oki_seen {
	struct oki_seen	*next;
	size_t		 folder;
	char		 name[OKI_FACE_NAME];
	struct oki_sight sight;
	bool		 is_settled;	/* handed out, or none of ours */
	int		 round;		/* it was there then */
};

/* One folder as it is looked at now. */
struct look {
	struct oki_faces	*f;
	size_t			 folder;
	struct oki_dir		*dir;
	char			**names;
	size_t			 n;
	int64_t			 now_ms;	/* its clock; 0: not asked yet */
};

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

static void
seen_free(struct oki_seen **link)
{
	struct oki_seen *s = *link;

	*link = s->next;
	oki_free(s);
}

void
oki_faces_free(struct oki_faces **fp)
{
	struct oki_faces *f = *fp;
	size_t i;

	*fp = NULL;
	if (f == NULL || atomic_fetch_sub(&f->refs, 1) != 1)
		return;
	for (i = 0; i < OKI_FACE_BUCKETS; i++)
		while (f->seen[i] != NULL)
			seen_free(&f->seen[i]);
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

/* What a desk that died meanwhile has left of reading the clock. */
static void
sweep_clocks(struct look *l)
{
	struct oki_file_facts facts;
	size_t i;

	for (i = 0; i < l->n; i++)
		if (strncmp(l->names[i], CLOCK, strlen(CLOCK)) == 0 &&
		    strlen(l->names[i]) == strlen(CLOCK) + 16 &&
		    oki_dir_look(l->dir, l->names[i], &facts, NULL) ==
		    ONSHI_OK && l->now_ms - facts.changed_ms > CLOCK_MS)
			(void)oki_dir_remove(l->dir, l->names[i], NULL);
}

/* Asked where there is something to be judged by it, for a file of ours is made
 * for a moment; where that may not be, the wall has to do. */
static int64_t
folder_now(struct look *l)
{
	char name[OKI_FACE_NAME] = CLOCK;

	if (l->now_ms != 0)
		return l->now_ms;
	l->now_ms = oki_wall_ms(l->f->env);
	if (!l->f->is_owner || oki_random_hex(name + strlen(name), 8) !=
	    ONSHI_OK)
		return l->now_ms;
	if (oki_dir_clock_ms(l->dir, name, &l->now_ms, NULL) == ONSHI_OK)
		sweep_clocks(l);

	return l->now_ms;
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
seen_of(struct look *l, const char *name)
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
is_changed(struct look *l, const struct oki_seen *s)
{
	struct oki_file_facts facts;

	return oki_dir_look(l->dir, s->name, &facts, NULL) == ONSHI_OK &&
	    (facts.size != s->sight.size ||
	    facts.changed_ms != s->sight.changed_ms);
}

/* ---- whose it is --------------------------------------------------------- */

static bool
is_claimed_there(const struct look *l, const char *name, const char *run)
{
	char known[OKI_FACE_NAME], other[OKI_FACE_NAME];
	struct oki_face_parts parts;
	size_t i;

	oki_face_known_by(name, known);
	for (i = 0; i < l->n; i++) {
		if (!oki_face_parse(l->names[i], &parts) ||
		    !parts.is_claimed || strcmp(parts.run, run) != 0)
			continue;
		oki_face_known_by(parts.name, other);
		if (strcmp(other, known) == 0)
			return true;
	}

	return false;
}

/* One that nobody has claimed, or a copy of one that somebody had. A run that
 * ended before its rename has taken nothing. */
static bool
is_free(struct look *l, const struct oki_face_parts *parts)
{
	struct oki_marks *m = l->f->marks;
	struct oki_mark mark;

	if (oki_mark_read(m, parts->name, &mark) != ONSHI_OK || mark.is_done)
		return false;

	return !mark.is_there || (!oki_marks_is_alive(m, mark.run) &&
	    !is_claimed_there(l, parts->name, mark.run));
}

/* One that a run which has ended had claimed; what it was done with goes. */
static bool
is_left(struct look *l, const struct oki_face_parts *parts, const char *file)
{
	struct oki_marks *m = l->f->marks;
	struct oki_mark mark;

	if (oki_mark_read(m, parts->name, &mark) != ONSHI_OK)
		return false;
	if (mark.is_done) {	/* another machine's claim is its own */
		if (l->f->is_owner && strcmp(mark.run, parts->run) == 0)
			(void)oki_dir_remove(l->dir, file, NULL);
		return false;
	}
	if (mark.is_there && strcmp(mark.run, parts->run) == 0)
		return !oki_marks_is_alive(m, mark.run);

	return folder_now(l) - parts->since_ms > l->f->claim_ms;
}

/* ---- scanning ------------------------------------------------------------ */

bool
oki_face_is_ours(const struct oki_faces *f, const struct oki_face_parts *parts)
{
	return strcmp(parts->institution, oki_config_text(
	    oki_env_config(f->env), OKI_FACILITY_CODE)) == 0;
}

static int
make_face(struct look *l, const struct oki_seen *s, const char *name,
    struct oki_buf *bytes, struct oki_face **out)
{
	int64_t age = folder_now(l) - s->sight.changed_ms;
	struct oki_face *face;

	if ((face = *out = oki_alloc(sizeof(*face))) == NULL)
		return ONSHI_E_NOMEM;
	face->folder = l->folder;
	(void)oki_copy(face->name, sizeof(face->name), name);
	(void)oki_copy(face->there, sizeof(face->there), s->name);
	memcpy(face->packed, s->sight.digest, sizeof(face->packed));
	memcpy(face->digest, s->sight.digest, sizeof(face->digest));
	face->size = s->sight.size;
	face->changed_ms = s->sight.changed_ms;
	face->age_ms = age > 0 ? age : 0;
	face->read_ms = oki_boot_ms(l->f->env);
	oki_buf_move(&face->bytes, bytes);
	oki_error_clear(&face->why);

	return ONSHI_OK;
}

/* What was not opened for another reason than what it is comes again. */
static int
unpack(struct look *l, struct oki_face *face)
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
read_face(struct look *l, struct oki_seen *s, const char *name,
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
look_at(struct look *l, const char *file,
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
	if ((s->is_settled && !is_changed(l, s)) || !(parts.is_claimed ?
	    is_left(l, &parts, file) : is_free(l, &parts)))
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
	struct look l = { .f = f, .folder = folder };
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

/* A share tells nothing; one folder is listened to, all are looked at. */
void
oki_faces_wait(struct oki_faces *f, const struct oki_event *stop)
{
	struct oki_face_folder *first = &f->folder[0];

	if (first->watch == NULL)
		(void)oki_dir_watch_new(first->path, &first->watch, NULL);
	if (first->watch != NULL)
		(void)oki_dir_watch_wait(first->watch, stop, f->scan_ms);
	else if (stop != NULL)
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
	    facts.changed_ms == face->changed_ms &&
	    facts.size == face->size;
	oki_dir_close(&d);

	return stands;
}

/* ---- claiming ------------------------------------------------------------ */

static int
taken(struct onshi_error *e)
{
	return oki_fail(e, ONSHI_E_ARRIVAL_TAKEN,
	    "another desk has taken it, or it is a copy");
}

/* With the lock held: whether it is still to be had, by the marks. */
static bool
is_to_be_had(struct look *l, const struct oki_face *face)
{
	struct oki_face_parts parts;

	if (!oki_face_parse(face->there, &parts))
		return false;

	return parts.is_claimed ? is_left(l, &parts, face->there) :
	    is_free(l, &parts);
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
is_listed(const struct look *l, const char *name)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		if (strcmp(l->names[i], name) == 0)
			return true;

	return false;
}

/* What was shown is what is taken. ONSHI_E_ARRIVAL_TAKEN: it is another, or
 * gone; ONSHI_E_DISK: it cannot be told now. */
static int
check_same(struct look *l, const struct oki_face *face, const char *name)
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
	if (r == ONSHI_NEED_WAIT || (r == ONSHI_ABSENT && is_listed(l,
	    face->there)))
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

/* *ours: it is called ours, whatever came of it. */
static int
rename_to_us(struct look *l, struct oki_face *face, bool *ours,
    struct onshi_error *e)
{
	struct oki_faces *f = l->f;
	char name[OKI_FACE_NAME];
	int64_t sys = 0;
	int r;

	if (!oki_face_claim_name(face->name, f->desk,
	    oki_marks_run(f->marks), folder_now(l), name))
		return oki_fail(e, ONSHI_E_INTERNAL, "a name is too long");
	if ((r = rename_patiently(l->dir, face->there, name, &sys)) !=
	    ONSHI_OK)
		return oki_os_is_absent(sys) ? taken(e) : oki_fail_system(e,
		    r, sys, "link.face_dir: a file cannot be renamed");
	*ours = true;
	if ((r = check_same(l, face, name)) != ONSHI_OK) {
		*ours = rename_patiently(l->dir, name, face->there, &sys) !=
		    ONSHI_OK;
		return not_the_same(r, e);
	}
	(void)oki_copy(face->there, sizeof(face->there), name);

	return ONSHI_OK;
}

static int
claim_in(struct look *l, struct oki_face *face, struct onshi_error *e)
{
	struct oki_marks *m = l->f->marks;
	bool ours = false;
	int r;

	if (!is_to_be_had(l, face))
		return taken(e);
	if ((r = oki_mark_take(m, face->name, face->digest)) != ONSHI_OK)
		return r == ONSHI_E_ARRIVAL_TAKEN ? taken(e) : oki_fail(e, r,
		    "link.journal_dir: what is taken cannot be remembered");
	if (l->f->is_owner)
		r = rename_to_us(l, face, &ours, e);
	else if ((r = check_same(l, face, face->there)) != ONSHI_OK)
		r = not_the_same(r, e);
	if (r == ONSHI_OK)
		face->is_claimed = true;
	else if (!ours)		/* else our next start finds it by its mark */
		oki_mark_remove(m, face->name, face->digest);

	return r;
}

int
oki_face_claim(struct oki_faces *f, struct oki_face *face,
    const struct oki_wait *w, struct onshi_error *e)
{
	struct look l = { .f = f, .folder = face->folder };
	int64_t sys = 0;
	int r;

	if ((r = oki_face_dir(f, face->folder, &l.dir, e)) != ONSHI_OK)
		return r;
	if ((r = oki_marks_lock(f->marks, w, e)) == ONSHI_OK) {
		if ((r = oki_dir_names(l.dir, &l.names, &l.n, &sys)) ==
		    ONSHI_OK)
			r = claim_in(&l, face, e);
		else
			r = oki_fail_system(e, r, sys,
			    "link.face_dir cannot be listed");
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
	    &sys) == ONSHI_OK) {
		(void)oki_copy(face->there, sizeof(face->there), face->name);
		oki_mark_remove(f->marks, face->name, face->digest);
		face->is_claimed = false;
	}
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
