/*
 * What was done and could not be put on the trail. It is owed: the next entry
 * that stands is followed by log.gap, which says how much, from when to when.
 * Until then it is kept here, and in a small file that outlives the process,
 * in the directory or, where no trail lies there, beside it.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "audit/inside.h"

#define PREFIX		"gap-"
#define RECORD		43	/* bytes of one, with its LF: the last counts */
#define MISSED_MOST	9999999999u
#define TIME_MOST	999999999999999
#define LEFT_MOST	4	/* files that one append tells of */

/* ---- one gap in words ---------------------------------------------------- */

struct told {
	uint64_t	missed;
	int64_t		first_ms;	/* -1: not known */
	int64_t		last_ms;
};

static void
entry_of(const struct told *t, const char *id, struct oki_audit_entry *entry,
    char result[96])
{
	memset(entry, 0, sizeof(*entry));
	entry->event = OKI_AUDIT_LOG_GAP;
	entry->outcome = OKI_AUDIT_SERIOUS;
	entry->request_id = id;
	if (t->first_ms < 0)
		(void)snprintf(result, 96, "missed=%" PRIu64, t->missed);
	else
		(void)snprintf(result, 96, "missed=%" PRIu64 ":first=%" PRId64
		    ":last=%" PRId64, t->missed, t->first_ms / 1000,
		    t->last_ms / 1000);
	entry->result = result;
}

bool
oki_audit_gap_parse(const char *line, size_t len, uint64_t *missed)
{
	static const char text[] = "\tr=missed=";
	const size_t n = sizeof(text) - 1;
	size_t i;

	*missed = 0;
	for (i = 0; i + n < len && memcmp(line + i, text, n) != 0; i++)
		;
	for (i += n; i < len && line[i] >= '0' && line[i] <= '9' &&
	    *missed < MISSED_MOST; i++)
		*missed = *missed * 10 + (uint64_t)(line[i] - '0');

	return *missed > 0;
}

/* ---- its file ------------------------------------------------------------ */

static int64_t
clamp(int64_t ms)
{
	return ms < 0 ? 0 : ms > TIME_MOST ? TIME_MOST : ms;
}

static bool
take_digits(const char *p, size_t n, char after, int64_t *out)
{
	for (*out = 0; n > 0; n--, p++) {
		if (*p < '0' || *p > '9')
			return false;
		*out = *out * 10 + (*p - '0');
	}

	return *p == after;
}

/* The last whole record. One that is none still says that there was one. */
static int
read_file(struct oki_file *f, struct told *out, int64_t *sys)
{
	char record[RECORD];
	int64_t missed;
	struct oki_file_facts facts;
	size_t got;
	int r;

	out->missed = 1;
	out->first_ms = out->last_ms = -1;
	if ((r = oki_file_facts(f, &facts, sys)) != ONSHI_OK ||
	    facts.size < RECORD)
		return r;
	if ((r = oki_file_read(f, (facts.size / RECORD - 1) * RECORD, record,
	    RECORD, &got, sys)) != ONSHI_OK)
		return r;
	if (got == RECORD && take_digits(record, 10, ' ', &missed) &&
	    missed > 0 && take_digits(record + 11, 15, ' ', &out->first_ms) &&
	    take_digits(record + 27, 15, '\n', &out->last_ms))
		out->missed = (uint64_t)missed;
	else
		out->first_ms = -1;

	return ONSHI_OK;
}

static void
close_file(struct oki_audit_gap *g)
{
	oki_file_close(&g->file);
	oki_dir_close(&g->dir);
}

/* It stays locked as long as this process may tell of it itself. */
static bool
begin_file(struct oki_audit_gap *g, const char *dir, const char *before)
{
	int64_t sys = 0;
	int n;

	n = snprintf(g->name, sizeof(g->name), "%s" PREFIX "%s", before,
	    g->id);
	if (n > 0 && (size_t)n < sizeof(g->name) &&
	    oki_dir_open(dir, &g->dir, &sys) == ONSHI_OK &&
	    oki_file_open(g->dir, g->name, OKI_OPEN_APPEND | OKI_OPEN_NEW,
	    &g->file, &sys) == ONSHI_OK) {
		if (oki_file_lock(g->file, 0, &sys) == ONSHI_OK)
			return true;
		(void)oki_dir_remove(g->dir, g->name, &sys);
	}
	close_file(g);

	return false;
}

static bool
holds_a_trail(const char *path)
{
	struct oki_dir *d = NULL;
	int64_t size, sys = 0;
	bool yes;

	yes = oki_dir_open(path, &d, &sys) == ONSHI_OK &&
	    oki_audit_log_size(d, OKI_AUDIT_STATE_NAME, &size, &sys) ==
	    ONSHI_OK;
	oki_dir_close(&d);

	return yes;
}

/* The directory's parent, and "name." of the directory in it. */
static bool
beside(const char *path, char parent[OKI_AUDIT_PATH],
    char before[OKI_AUDIT_PATH])
{
	size_t len;

	if (!oki_os_path_split(path, parent, before, OKI_AUDIT_PATH))
		return false;
	len = strlen(before);
	if (len + 2 > OKI_AUDIT_PATH)
		return false;
	before[len] = '.';
	before[len + 1] = '\0';

	return true;
}

/* What fails here fails in silence: it was a failure that brought us here. */
static void
keep(struct oki_audit_gap *g, const char *path)
{
	char parent[OKI_AUDIT_PATH], before[OKI_AUDIT_PATH];
	char record[RECORD + 1];
	int64_t sys = 0;

	if (g->file == NULL && (!holds_a_trail(path) ||
	    !begin_file(g, path, "")) && (!beside(path, parent, before) ||
	    !begin_file(g, parent, before)))
		return;
	(void)snprintf(record, sizeof(record), "%010" PRIu64 " %015" PRId64
	    " %015" PRId64 "\n", g->missed, clamp(g->first_ms),
	    clamp(g->last_ms));
	if (oki_file_append(g->file, record, RECORD, &sys) == ONSHI_OK &&
	    oki_file_sync(g->file, &sys) == ONSHI_OK)
		(void)oki_dir_sync(g->dir, &sys);
}

/* ---- of this process ----------------------------------------------------- */

int
oki_audit_gaps_open(struct oki_audit_gaps *t)
{
	return oki_mutex_new(&t->mutex);
}

void
oki_audit_gaps_close(struct oki_audit_gaps *t)
{
	size_t i;

	for (i = 0; i < OKI_COUNT(t->of); i++)
		close_file(&t->of[i]);
	oki_mutex_free(&t->mutex);
}

/* While one is told, what is missed meanwhile is another. */
static struct oki_audit_gap *
current(struct oki_audit_gaps *t)
{
	return &t->of[t->of[0].telling ? 1 : 0];
}

void
oki_audit_miss(struct oki_audit *a, size_t n)
{
	struct oki_audit_gap *g;
	uint8_t id[8];
	int64_t now;

	if (a == NULL || a->sink == NULL || n == 0)
		return;
	now = oki_wall_ms(a->env);
	oki_mutex_lock(a->gaps.mutex);
	g = current(&a->gaps);
	if (g->missed == 0) {
		if (oki_random(id, sizeof(id)) != ONSHI_OK)
			memcpy(id, &now, sizeof(id));
		oki_hex(g->id, id, sizeof(id));
		g->first_ms = now;
	}
	g->missed = n > MISSED_MOST - g->missed ? MISSED_MOST : g->missed + n;
	g->last_ms = now;
	if (a->sink == &oki_audit_sink_dir)
		keep(g, a->store.path);
	oki_mutex_unlock(a->gaps.mutex);
	OKI_LOG(a->env, AUDIT, OKI_N(COUNT, n),
	    OKI_W(RESULT, onshi_result_name(ONSHI_E_AUDIT)));
}

bool
oki_audit_gap_next(struct oki_audit_gaps *t, size_t i,
    struct oki_audit_entry *entry, char id[17], char result[96])
{
	struct oki_audit_gap *g = &t->of[i];
	struct told told;

	oki_mutex_lock(t->mutex);
	g->telling = g->missed > 0;
	told.missed = g->missed;
	told.first_ms = clamp(g->first_ms);
	told.last_ms = clamp(g->last_ms);
	memcpy(id, g->id, sizeof(g->id));
	oki_mutex_unlock(t->mutex);
	if (told.missed > 0)
		entry_of(&told, id, entry, result);

	return told.missed > 0;
}

void
oki_audit_gap_told(struct oki_audit_gaps *t, size_t i, bool stands)
{
	struct oki_audit_gap *g = &t->of[i];
	int64_t sys = 0;

	oki_mutex_lock(t->mutex);
	g->telling = false;
	if (stands) {
		if (g->file != NULL)
			(void)oki_dir_remove(g->dir, g->name, &sys);
		close_file(g);
		memset(g, 0, sizeof(*g));
	}
	oki_mutex_unlock(t->mutex);
}

/* ---- left by others ------------------------------------------------------ */

/* The id in a file's name, NULL for any other name. */
static const char *
id_of(const char *name, const char *before)
{
	static const char prefix[] = PREFIX;
	const size_t len = strlen(before), n = sizeof(prefix) - 1;

	if (strlen(name) != len + n + 16 || memcmp(name, before, len) != 0 ||
	    memcmp(name + len, prefix, n) != 0 ||
	    strspn(name + len + n, "0123456789abcdef") != 16)
		return NULL;

	return name + len + n;
}

/* Ours alone, and of nobody who still lives. */
static bool
is_left(struct oki_dir *d, const char *name, struct oki_file **out)
{
	struct oki_file_facts facts;
	int64_t size, sys = 0;

	return oki_file_open(d, name, OKI_OPEN_WRITE, out, &sys) == ONSHI_OK &&
	    oki_file_facts(*out, &facts, &sys) == ONSHI_OK && facts.is_ours &&
	    !facts.others_write &&
	    oki_file_lock(*out, 0, &sys) == ONSHI_OK &&
	    /* Its owner may have told of it just now. */
	    oki_audit_log_size(d, name, &size, &sys) == ONSHI_OK;
}

/* The entry is durable before the file goes. Told twice by a crash between
 * both, it has the same id. */
static int
tell_file(struct oki_audit_hold *h, struct oki_dir *d, const char *name,
    const char *id, bool *told)
{
	struct oki_audit_entry entry;
	struct oki_file *f = NULL;
	struct told t;
	int64_t sys = 0;
	char result[96];
	int r = ONSHI_OK;

	*told = is_left(d, name, &f) && read_file(f, &t, &sys) == ONSHI_OK;
	if (*told) {
		entry_of(&t, id, &entry, result);
		if ((r = oki_audit_hold_write(h, &entry)) == ONSHI_OK)
			(void)oki_dir_remove(d, name, &sys);
	}
	oki_file_close(&f);

	return r;
}

static int
tell_dir(struct oki_audit_hold *h, struct oki_dir *d, const char *before,
    int *room)
{
	char **names;
	const char *id;
	int64_t sys = 0;
	size_t i, n;
	bool told;
	int r = ONSHI_OK;

	if (oki_dir_names(d, &names, &n, &sys) != ONSHI_OK)
		return ONSHI_OK;
	for (i = 0; r == ONSHI_OK && *room > 0 && i < n; i++) {
		if ((id = id_of(names[i], before)) == NULL)
			continue;
		r = tell_file(h, d, names[i], id, &told);
		*room -= told;
	}
	oki_dir_names_free(&names, n);

	return r;
}

int
oki_audit_gap_left(struct oki_audit_hold *h)
{
	char parent[OKI_AUDIT_PATH], before[OKI_AUDIT_PATH];
	struct oki_dir *d = NULL;
	int64_t sys = 0;
	int r, room = LEFT_MOST;

	if (h->store->looked)
		return ONSHI_OK;
	if ((r = tell_dir(h, h->dir, "", &room)) == ONSHI_OK &&
	    beside(h->store->path, parent, before) &&
	    oki_dir_open(parent, &d, &sys) == ONSHI_OK)
		r = tell_dir(h, d, before, &room);
	oki_dir_close(&d);
	h->store->looked = r == ONSHI_OK && room > 0;

	return r;
}
