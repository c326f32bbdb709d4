/*
 * What this machine remembers of the face files it has taken, so that no copy
 * is taken again (CO-2) and none is lost: two marks in the journal's directory,
 * by keyed hashes of name and content. The name's says who takes it, and, at
 * the end, that all is done; the content's says which name it is known by.
 */
#include "config.h"

#include <string.h>

#include "link/face.h"

#define FOLDER		"face"
#define KEY		"key"
#define KEY_LEN		32
#define DONE		"done "		/* and by which run */
#define KEPT_MS		259200000	/* 3 days: all is old by then (CO-2) */

struct oki_marks {
	struct oki_env		*env;
	struct oki_journal	*journal;	/* for its lock and its run */
	struct oki_dir		*dir;
	struct oki_secret	*key;
};

/* ---- small files --------------------------------------------------------- */

static int
read_small(struct oki_dir *d, const char *name, uint8_t *to, size_t room,
    size_t *len)
{
	struct oki_file *f;
	int64_t sys = 0;
	int r;

	*len = 0;
	if ((r = oki_file_open(d, name, OKI_OPEN_READ, &f, &sys)) != ONSHI_OK)
		return oki_os_is_absent(sys) ? ONSHI_ABSENT : r;
	r = oki_file_read(f, 0, to, room, len, NULL);
	oki_file_close(&f);

	return r;
}

static int
temp_name(char to[OKI_FACE_NAME])
{
	(void)oki_copy(to, OKI_FACE_NAME, "new-");

	return oki_random_hex(to + 4, 8);
}

/* Whole or not at all; *sys tells who was first where it may not replace. */
static int
write_small(struct oki_dir *d, const char *name, const void *p, size_t len,
    bool replace, int64_t *sys)
{
	char temp[OKI_FACE_NAME];
	int r;

	if ((r = temp_name(temp)) != ONSHI_OK ||
	    (r = oki_file_make(d, temp, 0, p, len, true, sys)) != ONSHI_OK)
		return r;
	if ((r = oki_dir_rename(d, temp, name, replace, sys)) == ONSHI_OK)
		return oki_dir_sync(d, sys);
	(void)oki_dir_remove(d, temp, NULL);

	return r;
}

/* ---- opening ------------------------------------------------------------- */

/* Made once per journal; whoever comes second takes what is there. */
static int
read_key(struct oki_marks *m)
{
	uint8_t key[KEY_LEN + 1];
	int64_t sys = 0;
	size_t len;
	int r;

	if ((r = read_small(m->dir, KEY, key, sizeof(key), &len)) ==
	    ONSHI_ABSENT && (r = oki_random(key, KEY_LEN)) == ONSHI_OK) {
		r = write_small(m->dir, KEY, key, KEY_LEN, false, &sys);
		if (r == ONSHI_OK || oki_os_is_there(sys))
			r = read_small(m->dir, KEY, key, sizeof(key), &len);
	}
	if (r == ONSHI_OK && len != KEY_LEN)
		r = ONSHI_E_DISK;
	if (r == ONSHI_OK)
		r = oki_secret_new(key, KEY_LEN, &m->key);
	oki_wipe(key, sizeof(key));

	return r;
}

/* Nothing so old is taken, whether it is marked or not. */
static void
forget_old(struct oki_marks *m)
{
	struct oki_file_facts facts;
	int64_t now = oki_os_wall_ms();
	char **names;
	size_t i, n;

	if (oki_dir_names(m->dir, &names, &n, NULL) != ONSHI_OK)
		return;
	for (i = 0; i < n; i++)
		if (strcmp(names[i], KEY) != 0 &&
		    oki_dir_look(m->dir, names[i], &facts, NULL) ==
		    ONSHI_OK && now - facts.changed_ms > KEPT_MS)
			(void)oki_dir_remove(m->dir, names[i], NULL);
	oki_dir_names_free(&names, n);
}

int
oki_marks_open(struct oki_env *env, struct oki_marks **out,
    struct onshi_error *e)
{
	struct oki_dir *d;
	struct oki_marks *m;
	int64_t sys = 0;
	int r;

	*out = NULL;
	if ((m = oki_alloc(sizeof(*m))) == NULL)
		return oki_fail(e, ONSHI_E_NOMEM, "no memory for arrivals");
	m->env = env;
	if ((r = oki_journal_open(env, &m->journal, e)) == ONSHI_OK) {
		d = oki_journal_dir(m->journal);
		if ((r = oki_dir_make_in(d, FOLDER, &sys)) != ONSHI_OK ||
		    (r = oki_dir_open_in(d, FOLDER, &m->dir, &sys)) !=
		    ONSHI_OK || (r = read_key(m)) != ONSHI_OK)
			r = oki_fail_system(e, r, sys, "link.journal_dir: "
			    "what was taken cannot be remembered");
	}
	if (r != ONSHI_OK) {
		oki_marks_close(&m);
		return r;
	}
	forget_old(m);
	*out = m;

	return ONSHI_OK;
}

void
oki_marks_close(struct oki_marks **mp)
{
	struct oki_marks *m = *mp;

	*mp = NULL;
	if (m == NULL)
		return;
	oki_secret_free(&m->key);
	oki_dir_close(&m->dir);
	oki_journal_close(&m->journal);
	oki_free(m);
}

const char *
oki_marks_run(const struct oki_marks *m)
{
	return oki_journal_run(m->journal);
}

bool
oki_marks_is_alive(struct oki_marks *m, const char *run)
{
	return oki_journal_is_alive(m->journal, run);
}

bool
oki_marks_has_ended(struct oki_marks *m, const char *run)
{
	return oki_journal_has_ended(m->journal, run);
}

int
oki_marks_lock(struct oki_marks *m, const struct oki_wait *w,
    struct onshi_error *e)
{
	return oki_journal_lock(m->journal, w, e);
}

void
oki_marks_unlock(struct oki_marks *m)
{
	oki_journal_unlock(m->journal);
}

/* ---- marks --------------------------------------------------------------- */

/* The key has a length of its own, and so has what is hashed with it. */
static int
mark_name(const struct oki_marks *m, char kind, const uint8_t *digest,
    char to[OKI_MARK])
{
	uint8_t all[KEY_LEN + 1 + OKI_SHA256], hash[OKI_SHA256];
	const uint8_t *key;
	size_t len;
	int r;

	key = oki_secret_bytes(m->key, &len);
	memcpy(all, key, KEY_LEN);
	all[KEY_LEN] = (uint8_t)kind;
	memcpy(all + KEY_LEN + 1, digest, OKI_SHA256);
	if ((r = oki_sha256(all, sizeof(all), hash)) == ONSHI_OK) {
		to[0] = kind;
		to[1] = '-';
		oki_hex(to + 2, hash, 16);
	}
	oki_wipe(all, sizeof(all));

	return r;
}

static int
name_mark(const struct oki_marks *m, const char *name, char to[OKI_MARK])
{
	uint8_t digest[OKI_SHA256];
	char known[OKI_FACE_NAME];
	int r;

	oki_face_known_by(name, known);
	if ((r = oki_sha256(known, strlen(known), digest)) == ONSHI_OK)
		r = mark_name(m, 'n', digest, to);

	return r;
}

int
oki_mark_read(struct oki_marks *m, const char *name, struct oki_mark *out)
{
	char mark[OKI_MARK], text[32] = "";
	size_t len;
	int r;

	memset(out, 0, sizeof(*out));
	if ((r = name_mark(m, name, mark)) != ONSHI_OK)
		return r;
	r = read_small(m->dir, mark, (uint8_t *)text, sizeof(text) - 1, &len);
	if (r == ONSHI_ABSENT)
		return ONSHI_OK;
	if (r != ONSHI_OK)
		return r;
	out->is_there = true;
	out->is_done = strncmp(text, DONE, strlen(DONE)) == 0;
	(void)oki_copy(out->run, sizeof(out->run), out->is_done ?
	    text + strlen(DONE) : text);

	return ONSHI_OK;
}

/* Whether that content is known by another name. */
static int
mark_content(struct oki_marks *m, const uint8_t *digest, const char *mark)
{
	char content[OKI_MARK], known[OKI_MARK] = "";
	int64_t sys = 0;
	size_t len;
	int r;

	if ((r = mark_name(m, 'c', digest, content)) != ONSHI_OK ||
	    (r = write_small(m->dir, content, mark, OKI_MARK - 1, false,
	    &sys)) == ONSHI_OK || !oki_os_is_there(sys))
		return r;
	if ((r = read_small(m->dir, content, (uint8_t *)known,
	    OKI_MARK - 1, &len)) != ONSHI_OK)
		return r;

	return strcmp(known, mark) == 0 ? ONSHI_OK : ONSHI_E_ARRIVAL_TAKEN;
}

bool
oki_mark_is_copy(struct oki_marks *m, const char *name, const uint8_t *digest)
{
	char content[OKI_MARK], mark[OKI_MARK], known[OKI_MARK] = "";
	size_t len;

	return mark_name(m, 'c', digest, content) == ONSHI_OK &&
	    name_mark(m, name, mark) == ONSHI_OK &&
	    read_small(m->dir, content, (uint8_t *)known, OKI_MARK - 1,
	    &len) == ONSHI_OK && strcmp(known, mark) != 0;
}

int
oki_mark_take(struct oki_marks *m, const char *name, const uint8_t *digest)
{
	const char *run = oki_marks_run(m);
	char mark[OKI_MARK];
	int r;

	if ((r = name_mark(m, name, mark)) != ONSHI_OK ||
	    (r = mark_content(m, digest, mark)) != ONSHI_OK)
		return r;

	return write_small(m->dir, mark, run, strlen(run), true, NULL);
}

int
oki_mark_done(struct oki_marks *m, const char *name)
{
	char mark[OKI_MARK], text[32] = DONE;
	int r;

	if ((r = name_mark(m, name, mark)) != ONSHI_OK)
		return r;
	(void)oki_copy(text + strlen(DONE), sizeof(text) - strlen(DONE),
	    oki_marks_run(m));

	return write_small(m->dir, mark, text, strlen(text), true, NULL);
}

void
oki_mark_remove(struct oki_marks *m, const char *name, const uint8_t *digest)
{
	char mark[OKI_MARK];

	if (name_mark(m, name, mark) == ONSHI_OK)
		(void)oki_dir_remove(m->dir, mark, NULL);
	if (mark_name(m, 'c', digest, mark) == ONSHI_OK)
		(void)oki_dir_remove(m->dir, mark, NULL);
}
