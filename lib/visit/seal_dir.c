/* Sealed visits: their directory, maybe on a share, and the marks in it. */
#include <stdio.h>
#include <string.h>

#include "visit/seal.h"

#define SWEEP_MS	600000
#define KEPT_MS		90000000	/* 25 h: nothing is good any more */
#define CLOCKS_MS	43200000	/* no sweep if they are so far apart */

int
oki_seal_disk(struct onshi_error *e, int r, int64_t sys, const char *what)
{
	return oki_fail_system(e, r, sys, "visits.dir: %s", what);
}

int
oki_seal_dir(const struct onshi_visit *v, struct oki_dir **d,
    struct onshi_error *e)
{
	const char *path = oki_config_text(oki_env_config(v->k.env),
	    OKI_VISITS_DIR);
	int64_t sys = 0;
	int r;

	if (path == NULL || path[0] == '\0')
		return oki_fail(e, ONSHI_E_UNSUPPORTED,
		    "visits.dir is not set: no visit is sealed or opened");
	if ((r = oki_dir_open(path, d, &sys)) != ONSHI_OK)
		return oki_seal_disk(e, r, sys, "it cannot be opened");

	return ONSHI_OK;
}

void
oki_seal_file(const struct oki_seal *s, const char *ending,
    char to[OKI_SEAL_FILE])
{
	(void)snprintf(to, OKI_SEAL_FILE, "%s.%s", s->id, ending);
}

/* A name that nobody else takes. */
int
oki_seal_temp(char to[OKI_SEAL_FILE])
{
	int r;

	if ((r = oki_random_hex(to, OKI_SEAL_ID / 2)) == ONSHI_OK)
		(void)oki_copy(to + OKI_SEAL_ID, OKI_SEAL_FILE - OKI_SEAL_ID,
		    ".tmp");

	return r;
}

/* No listing and no file of before is relied on: it is opened. */
int
oki_seal_is_there(struct oki_dir *d, const struct oki_seal *s,
    const char *ending, bool *there, struct onshi_error *e)
{
	struct oki_file *f = NULL;
	char name[OKI_SEAL_FILE];
	int64_t sys = 0;
	int r;

	oki_seal_file(s, ending, name);
	r = oki_file_open(d, name, OKI_OPEN_READ, &f, &sys);
	*there = r == ONSHI_OK;
	oki_file_close(&f);

	return r == ONSHI_OK || oki_os_is_absent(sys) ? ONSHI_OK :
	    oki_seal_disk(e, r, sys, "a sealed visit cannot be looked at");
}

/* Made once; another machine may have been first. */
int
oki_seal_mark(struct oki_dir *d, const struct oki_seal *s, const char *ending)
{
	struct oki_file *f = NULL;
	char name[OKI_SEAL_FILE];
	int64_t sys = 0;
	int r;

	oki_seal_file(s, ending, name);
	r = oki_file_open(d, name, OKI_OPEN_WRITE | OKI_OPEN_NEW |
	    OKI_OPEN_SHARED, &f, &sys);
	if (r == ONSHI_OK)
		r = oki_file_sync(f, NULL);
	else if (oki_os_is_there(sys))
		r = ONSHI_OK;
	oki_file_close(&f);

	return r != ONSHI_OK ? r : oki_dir_sync(d, NULL);
}

int
oki_seal_clock(struct oki_dir *d, int64_t *ms, struct onshi_error *e)
{
	char name[OKI_SEAL_FILE];
	int64_t sys = 0;
	int r;

	if ((r = oki_seal_temp(name)) == ONSHI_OK)
		r = oki_dir_clock_ms(d, name, ms, &sys);

	return r == ONSHI_OK ? r : oki_seal_disk(e, r, sys,
	    "no file can be written");
}

/* ---- what is no good to anybody any more --------------------------------- */

static bool
is_ours(const char *name)
{
	size_t i;

	for (i = 0; i < OKI_SEAL_ID; i++)
		if (!((name[i] >= '0' && name[i] <= '9') ||
		    (name[i] >= 'a' && name[i] <= 'f')))
			return false;

	return name[i] == '.';
}

/* A day after it was sealed nothing of a visit is good; a clock that is plainly
 * wrong removes nothing. */
void
oki_seal_sweep(const struct onshi_visit *v, struct oki_dir *d)
{
	struct oki_file_facts facts;
	char **names = NULL;
	int64_t now, apart;
	size_t i, n = 0;

	if (!oki_root_sweeps(v->root, SWEEP_MS) ||
	    oki_seal_clock(d, &now, NULL) != ONSHI_OK ||
	    oki_dir_names(d, &names, &n, NULL) != ONSHI_OK)
		return;
	apart = now - oki_service_ms(v->k.env);
	for (i = 0; i < n && apart > -CLOCKS_MS && apart < CLOCKS_MS; i++)
		if (is_ours(names[i]) &&
		    oki_dir_look(d, names[i], &facts, NULL) == ONSHI_OK &&
		    now - facts.changed_ms > KEPT_MS)
			(void)oki_dir_remove(d, names[i], NULL);
	oki_dir_names_free(&names, n);
}
