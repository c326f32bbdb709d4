/* A disk in memory that fails, dies and loses power. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/core.h"
#include "tests/audit/memfs.h"
#include "tests/sample.h"

enum {
	INODES = 4096,
	ENTRIES = 4096,
	PATH = 96,
	PENDING = 8,
	SECTOR = 512,
	VARIANTS = 4096
};

/* One write or cut that no sync has made sure. */
struct pending {
	bool	 cut;
	size_t	 at;
	size_t	 len;
	uint8_t	*bytes;
};

struct inode {
	uint8_t		*data;		/* as programs see it */
	size_t		 len;
	uint8_t		*safe;		/* as it lies on the disk */
	size_t		 safe_len;
	struct pending	 pending[PENDING];
	int		 npending;
	const void	*locker;
};

struct entry {
	char	path[PATH];
	int	inode;			/* -1: a directory */
	bool	live;
	bool	safe;
};

struct memfs {
	struct inode	inodes[INODES];
	struct entry	entries[ENTRIES];
	int		ninodes;
	int		nentries;
};

struct oki_dir {
	char	path[PATH];
};

struct oki_file {
	int	inode;
	bool	append;
};

static struct memfs disk;
static struct {
	enum memfs_fault what;
	char		 call[32];	/* "": any */
	int		 left;
	int		 number;
	bool		 met;
	bool		 dead;
	bool		 lies;
	int		 calls;
	int		 syncs;
	int		 open;
	void		(*step)(void *arg);
	void		*arg;
} play;

static void *
blank(size_t len)
{
	void *p = calloc(1, len);

	if (p == NULL)
		exit(99);

	return p;
}

static void *
copy_of(const void *p, size_t len)
{
	void *to = blank(len + 1);

	if (len > 0)
		memcpy(to, p, len);

	return to;
}

/* ---- whole disks --------------------------------------------------------------- */

static void
clear(struct memfs *m)
{
	int i, j;

	for (i = 0; i < m->ninodes; i++) {
		free(m->inodes[i].data);
		free(m->inodes[i].safe);
		for (j = 0; j < m->inodes[i].npending; j++)
			free(m->inodes[i].pending[j].bytes);
	}
	m->ninodes = m->nentries = 0;
}

static void
copy_disk(struct memfs *to, const struct memfs *from)
{
	struct inode *n;
	int i, j;

	/* A disk has room for much, and little in it. */
	to->ninodes = from->ninodes;
	to->nentries = from->nentries;
	memcpy(to->entries, from->entries,
	    (size_t)from->nentries * sizeof(from->entries[0]));
	for (i = 0; i < to->ninodes; i++) {
		n = &to->inodes[i];
		*n = from->inodes[i];
		n->data = copy_of(n->data, n->len);
		n->safe = copy_of(n->safe, n->safe_len);
		n->locker = NULL;
		for (j = 0; j < n->npending; j++)
			n->pending[j].bytes = copy_of(n->pending[j].bytes,
			    n->pending[j].len);
	}
}

struct memfs *
memfs_save(void)
{
	struct memfs *m = blank(sizeof(*m));

	copy_disk(m, &disk);

	return m;
}

void
memfs_load(const struct memfs *from)
{
	clear(&disk);
	copy_disk(&disk, from);
}

void
memfs_free(struct memfs *m)
{
	clear(m);
	free(m);
}

void
memfs_reset(void)
{
	clear(&disk);
	memset(&play, 0, sizeof(play));
}

/* ---- names ---------------------------------------------------------------------- */

static struct entry *
find(const char *path)
{
	int i;

	for (i = 0; i < disk.nentries; i++)
		if (disk.entries[i].live &&
		    strcmp(disk.entries[i].path, path) == 0)
			return &disk.entries[i];

	return NULL;
}

static struct entry *
add(const char *path, bool is_dir)
{
	struct entry *e;

	if (disk.nentries == ENTRIES || disk.ninodes == INODES)
		exit(98);
	e = &disk.entries[disk.nentries++];
	memset(e, 0, sizeof(*e));
	(void)snprintf(e->path, sizeof(e->path), "%s", path);
	e->live = true;
	e->inode = is_dir ? -1 : disk.ninodes;
	if (!is_dir) {
		memset(&disk.inodes[disk.ninodes], 0, sizeof(disk.inodes[0]));
		disk.inodes[disk.ninodes].data = copy_of("", 0);
		disk.inodes[disk.ninodes].safe = copy_of("", 0);
		disk.ninodes++;
	}

	return e;
}

static void
set_bytes(uint8_t **to, size_t *tolen, const void *bytes, size_t len)
{
	uint8_t *fresh = copy_of(bytes, len);

	free(*to);
	*to = fresh;
	*tolen = len;
}

/* Lays bytes over what is there; a gap is filled with zeros. */
static void
lay(uint8_t **data, size_t *have, size_t at, const uint8_t *bytes, size_t len)
{
	size_t want = at + len > *have ? at + len : *have;
	uint8_t *fresh = blank(want + 1);

	memcpy(fresh, *data, *have);
	if (len > 0)
		memcpy(fresh + at, bytes, len);
	free(*data);
	*data = fresh;
	*have = want;
}

static void
forget(struct inode *n)
{
	int j;

	for (j = 0; j < n->npending; j++)
		free(n->pending[j].bytes);
	n->npending = 0;
}

/* What was written since the last sync reaches the disk; what a sync that
 * failed has given up does not, unless it is written again. */
static void
settle(struct inode *n)
{
	const struct pending *p;
	int j;

	for (j = 0; j < n->npending; j++) {
		p = &n->pending[j];
		if (!p->cut)
			lay(&n->safe, &n->safe_len, p->at, p->bytes, p->len);
		else if (p->at < n->safe_len)
			n->safe_len = p->at;
	}
	forget(n);
}

uint8_t *
memfs_read(const char *path, size_t *len)
{
	struct entry *e = find(path);

	if (e == NULL || e->inode < 0)
		return NULL;
	*len = disk.inodes[e->inode].len;

	return copy_of(disk.inodes[e->inode].data, *len);
}

void
memfs_write(const char *path, const void *bytes, size_t len)
{
	struct entry *e = find(path);

	if (e == NULL)
		e = add(path, false);
	e->safe = true;
	forget(&disk.inodes[e->inode]);
	set_bytes(&disk.inodes[e->inode].data, &disk.inodes[e->inode].len,
	    bytes, len);
	set_bytes(&disk.inodes[e->inode].safe,
	    &disk.inodes[e->inode].safe_len, bytes, len);
}

void
memfs_remove(const char *path)
{
	struct entry *e = find(path);

	if (e != NULL)
		e->live = e->safe = false;
}

void
memfs_rename(const char *from, const char *to)
{
	struct entry *e = find(from);

	memfs_remove(to);
	if (e != NULL)
		(void)snprintf(e->path, sizeof(e->path), "%s", to);
}

size_t
memfs_count(const char *prefix)
{
	size_t n = 0;
	int i;

	for (i = 0; i < disk.nentries; i++)
		if (disk.entries[i].live && disk.entries[i].inode >= 0 &&
		    strncmp(disk.entries[i].path, prefix, strlen(prefix)) == 0)
			n++;

	return n;
}

/* ---- faults ---------------------------------------------------------------------- */

void
memfs_fault_at(enum memfs_fault what, const char *call, int n, int number)
{
	play.what = what;
	(void)snprintf(play.call, sizeof(play.call), "%s", call);
	play.left = n;
	play.number = number;
	play.met = false;
	play.calls = 0;
	play.syncs = 0;
}

void
memfs_fault(enum memfs_fault what, int n, int number)
{
	memfs_fault_at(what, "", n, number);
}

bool
memfs_fault_met(void)
{
	return play.met;
}

int
memfs_calls(void)
{
	return play.calls;
}

int
memfs_syncs(void)
{
	return play.syncs;
}

bool
memfs_is_dead(void)
{
	return play.dead;
}

int
memfs_open_files(void)
{
	return play.open;
}

void
memfs_lie(bool yes)
{
	play.lies = yes;
}

void
memfs_revive(void)
{
	int i;

	for (i = 0; i < disk.ninodes; i++)
		disk.inodes[i].locker = NULL;
	play.dead = false;
	play.what = MEMFS_NONE;
}

static int
failed(int64_t *sys, int number)
{
	if (sys != NULL)
		*sys = number;

	return ONSHI_E_DISK;
}

/* Whether this call goes on, and how: MEMFS_NONE, or what befalls it. */
static enum memfs_fault
fate(const char *call)
{
	if (play.dead)
		return MEMFS_DIE_BEFORE;
	play.calls++;
	if (play.what == MEMFS_NONE || play.met ||
	    (play.call[0] != '\0' && strcmp(play.call, call) != 0) ||
	    --play.left > 0)
		return MEMFS_NONE;
	play.met = true;
	play.dead = play.what >= MEMFS_DIE_BEFORE;

	return play.what;
}

static bool
is_stopped(enum memfs_fault f)
{
	return f == MEMFS_FAIL || f == MEMFS_DIE_BEFORE;
}

static int
number_of(enum memfs_fault f)
{
	return f >= MEMFS_DIE_BEFORE ? EINTR : play.number;
}

/* What a program sees of a call that it outlived. */
static int
ended(enum memfs_fault f, int64_t *sys)
{
	if (f != MEMFS_NONE)
		return failed(sys, number_of(f));
	if (play.step != NULL)
		play.step(play.arg);

	return ONSHI_OK;
}

/* ---- directories ------------------------------------------------------------------ */

int	__wrap_oki_dir_open(const char *, struct oki_dir **, int64_t *);
int	__wrap_oki_dir_make(const char *, int64_t *);
int	__wrap_oki_dir_make_in(struct oki_dir *, const char *, int64_t *);
int	__wrap_oki_dir_open_in(struct oki_dir *, const char *,
	    struct oki_dir **, int64_t *);
void	__wrap_oki_dir_close(struct oki_dir **);
int	__wrap_oki_dir_sync(struct oki_dir *, int64_t *);
int	__wrap_oki_dir_names(struct oki_dir *, char ***, size_t *, int64_t *);
int	__wrap_oki_dir_remove(struct oki_dir *, const char *, int64_t *);
int	__wrap_oki_dir_move(struct oki_dir *, const char *, struct oki_dir *,
	    int64_t *);

static void
join(char to[PATH], const char *dir, const char *name)
{
	(void)snprintf(to, PATH, "%.40s/%.50s", dir, name);
}

int
__wrap_oki_dir_open(const char *path, struct oki_dir **out, int64_t *sys)
{
	struct entry *e = find(path);
	enum memfs_fault f = fate("dir_open");

	*out = NULL;
	if (f != MEMFS_NONE)
		return failed(sys, number_of(f));
	if (e == NULL || e->inode >= 0)
		return failed(sys, e == NULL ? ENOENT : ENOTDIR);
	*out = blank(sizeof(**out));
	(void)snprintf((*out)->path, PATH, "%s", path);
	play.open++;

	return ONSHI_OK;
}

int
__wrap_oki_dir_open_in(struct oki_dir *d, const char *name,
    struct oki_dir **out, int64_t *sys)
{
	char path[PATH];

	join(path, d->path, name);

	return __wrap_oki_dir_open(path, out, sys);
}

int
__wrap_oki_dir_make(const char *path, int64_t *sys)
{
	enum memfs_fault f = fate("dir_make");

	if (is_stopped(f))
		return failed(sys, number_of(f));
	if (find(path) == NULL)
		add(path, true)->safe = true;

	return ended(f, sys);
}

int
__wrap_oki_dir_make_in(struct oki_dir *d, const char *name, int64_t *sys)
{
	char path[PATH];

	join(path, d->path, name);

	return __wrap_oki_dir_make(path, sys);
}

void
__wrap_oki_dir_close(struct oki_dir **dp)
{
	if (*dp == NULL)
		return;
	free(*dp);
	*dp = NULL;
	play.open--;
}

int
__wrap_oki_dir_sync(struct oki_dir *d, int64_t *sys)
{
	enum memfs_fault f = fate("dir_sync");
	size_t len = strlen(d->path);
	int i;

	if (is_stopped(f) || f == MEMFS_HALF)
		return failed(sys, number_of(f));
	for (i = 0; i < disk.nentries; i++)
		if (!play.lies &&
		    strncmp(disk.entries[i].path, d->path, len) == 0 &&
		    disk.entries[i].path[len] == '/' &&
		    strchr(disk.entries[i].path + len + 1, '/') == NULL)
			disk.entries[i].safe = disk.entries[i].live;

	return ended(f, sys);
}

static int
by_name(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

int
__wrap_oki_dir_names(struct oki_dir *d, char ***names, size_t *n,
    int64_t *sys)
{
	enum memfs_fault f = fate("dir_names");
	size_t len = strlen(d->path);
	int i;

	*names = NULL;
	*n = 0;
	if (f != MEMFS_NONE)
		return failed(sys, number_of(f));
	if ((*names = oki_alloc_array(ENTRIES, sizeof(**names))) == NULL)
		return ONSHI_E_NOMEM;
	for (i = 0; i < disk.nentries; i++)
		if (disk.entries[i].live &&
		    strncmp(disk.entries[i].path, d->path, len) == 0 &&
		    disk.entries[i].path[len] == '/' &&
		    strchr(disk.entries[i].path + len + 1, '/') == NULL)
			(*names)[(*n)++] =
			    oki_strdup(disk.entries[i].path + len + 1);
	qsort(*names, *n, sizeof(**names), by_name);

	return ONSHI_OK;
}

int
__wrap_oki_dir_remove(struct oki_dir *d, const char *name, int64_t *sys)
{
	enum memfs_fault f = fate("dir_remove");
	struct entry *e;
	char path[PATH];

	if (is_stopped(f))
		return failed(sys, number_of(f));
	join(path, d->path, name);
	if ((e = find(path)) == NULL)
		return failed(sys, ENOENT);
	e->live = false;

	return ended(f, sys);
}

/* In one piece, as journals do it: under the one name or under the other. */
int
__wrap_oki_dir_move(struct oki_dir *from, const char *name,
    struct oki_dir *to, int64_t *sys)
{
	enum memfs_fault f = fate("dir_move");
	char old[PATH], new[PATH];

	if (is_stopped(f))
		return failed(sys, number_of(f));
	join(old, from->path, name);
	join(new, to->path, name);
	if (find(old) == NULL || find(new) != NULL)
		return failed(sys, find(old) == NULL ? ENOENT : EEXIST);
	memfs_rename(old, new);

	return ended(f, sys);
}

/* ---- files -------------------------------------------------------------------------- */

int	__wrap_oki_file_open(struct oki_dir *, const char *, int,
	    struct oki_file **, int64_t *);
void	__wrap_oki_file_close(struct oki_file **);
int	__wrap_oki_dir_facts(struct oki_dir *, struct oki_file_facts *,
	    int64_t *);
int	__wrap_oki_file_facts(struct oki_file *, struct oki_file_facts *,
	    int64_t *);
int	__wrap_oki_file_read(struct oki_file *, int64_t, void *, size_t,
	    size_t *, int64_t *);
int	__wrap_oki_file_write(struct oki_file *, int64_t, const void *, size_t,
	    int64_t *);
int	__wrap_oki_file_append(struct oki_file *, const void *, size_t,
	    int64_t *);
int	__wrap_oki_file_sync(struct oki_file *, int64_t *);
int	__wrap_oki_file_truncate(struct oki_file *, int64_t, int64_t *);
int	__wrap_oki_file_lock(struct oki_file *, int32_t, int64_t *);
void	__wrap_oki_file_unlock(struct oki_file *);

int
__wrap_oki_file_open(struct oki_dir *d, const char *name, int mode,
    struct oki_file **out, int64_t *sys)
{
	enum memfs_fault f = fate("file_open");
	struct entry *e;
	char path[PATH];
	bool fresh = false;

	*out = NULL;
	if (is_stopped(f))
		return failed(sys, number_of(f));
	join(path, d->path, name);
	e = find(path);
	if ((mode & OKI_OPEN_NEW) != 0) {
		if (e != NULL)
			return failed(sys, EEXIST);
		e = add(path, false);
		fresh = true;
	} else if (e == NULL || e->inode < 0)
		return failed(sys, e == NULL ? ENOENT : EINVAL);
	if (f != MEMFS_NONE)
		return failed(sys, number_of(f));
	*out = blank(sizeof(**out));
	(*out)->inode = e->inode;
	(*out)->append = (mode & OKI_OPEN_APPEND) != 0;
	play.open++;

	return fresh ? ended(f, sys) : ONSHI_OK;
}

void
__wrap_oki_file_close(struct oki_file **fp)
{
	if (*fp == NULL)
		return;
	if (disk.inodes[(*fp)->inode].locker == *fp)
		disk.inodes[(*fp)->inode].locker = NULL;
	free(*fp);
	*fp = NULL;
	play.open--;
}

int
__wrap_oki_file_facts(struct oki_file *f, struct oki_file_facts *out,
    int64_t *sys)
{
	enum memfs_fault fa = fate("file_facts");

	if (fa != MEMFS_NONE)
		return failed(sys, number_of(fa));
	out->size = (int64_t)disk.inodes[f->inode].len;
	out->is_ours = true;
	out->others_read = false;
	out->others_write = false;

	return ONSHI_OK;
}

int
__wrap_oki_dir_facts(struct oki_dir *d, struct oki_file_facts *out,
    int64_t *sys)
{
	enum memfs_fault fa = fate("dir_facts");

	(void)d;
	if (fa != MEMFS_NONE)
		return failed(sys, number_of(fa));
	out->size = 0;
	out->is_ours = true;
	out->others_read = false;
	out->others_write = false;

	return ONSHI_OK;
}

int
__wrap_oki_file_read(struct oki_file *f, int64_t at, void *to, size_t len,
    size_t *got, int64_t *sys)
{
	enum memfs_fault fa = fate("file_read");
	const struct inode *n = &disk.inodes[f->inode];

	*got = 0;
	if (fa != MEMFS_NONE)
		return failed(sys, number_of(fa));
	if ((size_t)at >= n->len)
		return ONSHI_OK;
	*got = n->len - (size_t)at < len ? n->len - (size_t)at : len;
	memcpy(to, n->data + at, *got);

	return ONSHI_OK;
}

static void
note(struct inode *n, bool cut, size_t at, const void *bytes, size_t len)
{
	struct pending *p;

	if (play.lies)
		return;
	if (n->npending == PENDING)
		exit(97);
	p = &n->pending[n->npending++];
	p->cut = cut;
	p->at = at;
	p->len = len;
	p->bytes = copy_of(bytes, len);
}

static int
write_at(struct oki_file *f, size_t at, const void *p, size_t len,
    enum memfs_fault fa, int64_t *sys)
{
	struct inode *n = &disk.inodes[f->inode];

	if (is_stopped(fa))
		return failed(sys, number_of(fa));
	if (fa == MEMFS_HALF || fa == MEMFS_DIE_HALF)
		len /= 2;
	lay(&n->data, &n->len, at, p, len);
	note(n, false, at, p, len);

	return ended(fa, sys);
}

int
__wrap_oki_file_write(struct oki_file *f, int64_t at, const void *p,
    size_t len, int64_t *sys)
{
	return write_at(f, f->append ? disk.inodes[f->inode].len : (size_t)at,
	    p, len, fate("file_write"), sys);
}

int
__wrap_oki_file_append(struct oki_file *f, const void *p, size_t len,
    int64_t *sys)
{
	return write_at(f, disk.inodes[f->inode].len, p, len,
	    fate("file_append"), sys);
}

int
__wrap_oki_file_sync(struct oki_file *f, int64_t *sys)
{
	enum memfs_fault fa = fate("file_sync");

	play.syncs++;
	if (fa == MEMFS_FAIL || fa == MEMFS_HALF)
		forget(&disk.inodes[f->inode]);
	if (is_stopped(fa) || fa == MEMFS_HALF || fa == MEMFS_DIE_HALF)
		return failed(sys, number_of(fa));
	if (!play.lies)
		settle(&disk.inodes[f->inode]);

	return ended(fa, sys);
}

int
__wrap_oki_file_truncate(struct oki_file *f, int64_t size, int64_t *sys)
{
	enum memfs_fault fa = fate("file_truncate");
	struct inode *n = &disk.inodes[f->inode];

	if (is_stopped(fa))
		return failed(sys, number_of(fa));
	if ((size_t)size < n->len)
		n->len = (size_t)size;
	note(n, true, (size_t)size, "", 0);

	return ended(fa, sys);
}

int
__wrap_oki_file_lock(struct oki_file *f, int32_t ms, int64_t *sys)
{
	enum memfs_fault fa = fate("file_lock");
	struct inode *n = &disk.inodes[f->inode];

	(void)ms;
	if (fa != MEMFS_NONE)
		return failed(sys, number_of(fa));
	if (n->locker != NULL && n->locker != f)
		return failed(sys, EWOULDBLOCK);
	n->locker = f;

	return ONSHI_OK;
}

void
__wrap_oki_file_unlock(struct oki_file *f)
{
	disk.inodes[f->inode].locker = NULL;
}

/* ---- loss of power -------------------------------------------------------------------- */

void
memfs_record(void (*step)(void *arg), void *arg)
{
	play.step = step;
	play.arg = arg;
}

/*
 * What can have become of one write: nothing; all; its first bytes, cut at a
 * sector or within one; all of its length, but a sector of it, or all of them,
 * still as before (zeros, or what lay there).
 */
enum variant_kind { LOST, WHOLE, PREFIX, HOLE, BLANK, JUNK };

struct variant {
	enum variant_kind	kind;
	size_t			n;
};

static size_t
variants(const struct pending *p, struct variant out[VARIANTS])
{
	size_t n = 0, cut, first = SECTOR - p->at % SECTOR;
	size_t step = sample_step(97);

	out[n++] = (struct variant){ LOST, 0 };
	out[n++] = (struct variant){ WHOLE, 0 };
	if (p->cut || p->len == 0)
		return n;
	out[n++] = (struct variant){ PREFIX, p->len - 1 };
	out[n++] = (struct variant){ BLANK, 0 };
	out[n++] = (struct variant){ JUNK, 0 };
	out[n++] = (struct variant){ HOLE, 0 };
	for (cut = 1; cut < p->len && n + 20 < VARIANTS; cut += step)
		out[n++] = (struct variant){ PREFIX, cut };
	for (cut = first; cut < p->len; cut += SECTOR) {
		out[n++] = (struct variant){ PREFIX, cut };
		out[n++] = (struct variant){ HOLE, cut };
	}

	return n;
}

static void
apply(struct inode *n, const struct pending *p, const struct variant *v)
{
	uint8_t *bytes = copy_of(p->bytes, p->len);
	size_t len = p->len, i, end;

	switch (v->kind) {
	case PREFIX:
		len = v->n;
		break;
	case HOLE:			/* the sector that begins at v->n */
		end = v->n + SECTOR - (p->at + v->n) % SECTOR;
		for (i = v->n; i < end && i < p->len; i++)
			bytes[i] = p->at + i < n->safe_len ?
			    n->safe[p->at + i] : 0;
		break;
	case BLANK:
	case JUNK:
		for (i = 0; i < p->len; i++)
			bytes[i] = p->at + i < n->safe_len ?
			    n->safe[p->at + i] :
			    v->kind == BLANK ? 0 : (uint8_t)(0x80 + i % 127);
		break;
	default:
		break;
	}
	if (v->kind == LOST)
		;
	else if (p->cut)
		n->safe_len = p->at < n->safe_len ? p->at : n->safe_len;
	else
		lay(&n->safe, &n->safe_len, p->at, bytes, len);
	free(bytes);
}

/* The questions that are open: each write, and each name that comes or goes. */
static size_t
walk(size_t i, bool make)
{
	struct variant v[VARIANTS];
	struct inode *n;
	struct entry *e;
	size_t product = 1, count;
	int j, k;

	for (j = 0; j < disk.nentries; j++) {
		e = &disk.entries[j];
		if (e->live == e->safe)
			continue;
		if (make)
			e->safe = (i / product % 2 == 0) == e->live;
		product *= 2;
	}
	for (j = 0; j < disk.ninodes; j++) {
		n = &disk.inodes[j];
		for (k = 0; k < n->npending; k++) {
			count = variants(&n->pending[k], v);
			if (make)
				apply(n, &n->pending[k],
				    &v[i / product % count]);
			product *= count;
		}
	}

	return product;
}

size_t
memfs_losses(void)
{
	return walk(0, false);
}

void
memfs_lose(size_t i)
{
	struct inode *n;
	int j;

	play.step = NULL;
	(void)walk(i, true);
	for (j = 0; j < disk.nentries; j++)
		disk.entries[j].live = disk.entries[j].safe;
	for (j = 0; j < disk.ninodes; j++) {
		n = &disk.inodes[j];
		set_bytes(&n->data, &n->len, n->safe, n->safe_len);
		forget(n);
	}
	memfs_revive();
}
