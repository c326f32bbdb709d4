/* The doctor: the folders that are shared with the eligibility terminal. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "visit/doctor.h"

#define APART_MS	600000
#define FETCHED_MS	300000		/* a request is fetched in seconds */
#define LEFT_MS		86400000
#define PLACES		64
#define FACE		"OQSsiquc01res_face_"
#define CODE		10		/* digits of an institution's */

enum kind { REQ, RES, FACES };

struct place {
	enum kind	 kind;
	char		 name[96];	/* "link.req_dir 2" */
	char		 path[1025];
	size_t		 i;		/* within its key, from 0 */
};

struct look {
	struct onshi_doctor	*d;
	const struct place	*place;
	struct oki_dir		*dir;
	struct oki_faces	*faces;		/* NULL: cannot be told */
	char			**names;
	size_t			 n;
	int64_t			 now_ms;	/* by its keeper's clock */
	int64_t			 count[OKI_FOUNDS];
};

/* ---- which there are --------------------------------------------------------- */

static size_t
add_places(struct place *places, size_t n, enum kind kind, const char *key,
    const char *text)
{
	const char *item;
	size_t len, i = 0;

	while (text != NULL && oki_list_next(&text, '|', &item, &len)) {
		struct place *p = &places[n];

		i++;
		if (n >= PLACES || len >= sizeof(p->path))
			continue;
		p->kind = kind;
		p->i = i - 1;
		(void)snprintf(p->name, sizeof(p->name), i == 1 ? "%s" :
		    "%s %zu", key, i);
		memcpy(p->path, item, len);
		p->path[len] = '\0';
		n++;
	}

	return n;
}

static size_t
list_places(struct onshi_doctor *d, struct place *places)
{
	static const struct {
		enum kind	 kind;
		enum oki_key	 key;
		const char	*stem;
	} keys[] = {
		{ REQ, OKI_LINK_REQ_DIR, "link.req_dir" },
		{ RES, OKI_LINK_RES_DIR, "link.res_dir" },
		{ FACES, OKI_LINK_FACE_DIR, NULL }
	};
	const char *part;
	char name[90];
	size_t i, k, n = 0;

	for (i = 0; i < OKI_COUNT(keys); i++) {
		/* Who arrives at the official reader does so beside any link. */
		if (keys[i].kind != FACES && !oki_doctor_has_link(d, "folder"))
			continue;
		n = add_places(places, n, keys[i].kind,
		    oki_config_key_name(keys[i].key),
		    oki_config_text(d->config, keys[i].key));
		for (k = 0; keys[i].stem != NULL && (part =
		    oki_config_part_at(d->config, keys[i].stem, k)) != NULL;
		    k++) {
			(void)snprintf(name, sizeof(name), "%s.%s",
			    keys[i].stem, part);
			n = add_places(places, n, keys[i].kind, name,
			    oki_config_text_of(d->config, keys[i].stem,
			    part));
		}
	}

	return n;
}

/* ---- one of them ---------------------------------------------------------------- */

static void
say(struct look *l, enum oki_found what)
{
	oki_doctor_found(l->d, what, NULL, l->place->name);
}

static bool
may_change(const struct look *l)
{
	return l->place->kind != FACES ||
	    oki_config_word(l->d->config, OKI_LINK_FACE_OWNER) == 1;
}

static int
make_file(struct oki_dir *dir, const char *name)
{
	return oki_file_make(dir, name, OKI_OPEN_SHARED, "\n", 1, false,
	    NULL);
}

/* Two files of our own, whose names the application passes over (messages.md
 * 1.3): one must not take the other's name, and must take a free one. */
static void
try_change(struct look *l)
{
	char name[3][48], hex[17];
	size_t i;

	if (oki_random_hex(hex, 8) != ONSHI_OK)
		return;
	for (i = 0; i < OKI_COUNT(name); i++)
		(void)snprintf(name[i], sizeof(name[i]),
		    ".onshi-doctor-%s-%zu.tmp", hex, i);
	if (oki_dir_clock_ms(l->dir, name[2], &l->now_ms, NULL) != ONSHI_OK ||
	    make_file(l->dir, name[0]) != ONSHI_OK ||
	    make_file(l->dir, name[1]) != ONSHI_OK)
		say(l, OKI_FOUND_FOLDER_WRITE);
	else if (oki_dir_rename(l->dir, name[0], name[1], false, NULL) ==
	    ONSHI_OK || oki_dir_rename(l->dir, name[0], name[2], false,
	    NULL) != ONSHI_OK)
		say(l, OKI_FOUND_FOLDER_RENAME);
	for (i = 0; i < OKI_COUNT(name); i++)
		(void)oki_dir_remove(l->dir, name[i], NULL);
}

static bool
ends(const char *name, const char *ending)
{
	size_t len = strlen(name), end = strlen(ending);

	return len > end && strcmp(name + len - end, ending) == 0;
}

static enum oki_found
judge_face(const struct look *l, const char *name, int64_t age_ms)
{
	const char *code = oki_config_text(l->d->config, OKI_FACILITY_CODE);
	const size_t len = sizeof(FACE) - 1;

	if (strncmp(name, FACE, len) != 0)
		return OKI_FOUND_FOLDER_OK;
	if (code != NULL && strlen(name) > len + CODE &&
	    strncmp(name + len, code, CODE) != 0)
		return OKI_FOUND_FACE_OTHERS;

	return age_ms > 1000 * oki_config_number(l->d->config,
	    OKI_LINK_FACE_AGE_S) ? OKI_FOUND_FACE_OLD : OKI_FOUND_FOLDER_OK;
}

/* What a file says of the exchange; FOLDER_OK: nothing. Temporary names are
 * whoever's they are. */
static enum oki_found
judge(const struct look *l, const char *name, int64_t age_ms)
{
	if (name[0] == '.' || ends(name, ".tmp"))
		return OKI_FOUND_FOLDER_OK;
	if (l->place->kind == FACES)
		return judge_face(l, name, age_ms);
	if (l->place->kind == REQ)
		return age_ms > FETCHED_MS && (ends(name, ".xml") ||
		    ends(name, ".zip")) ? OKI_FOUND_FOLDER_UNFETCHED :
		    OKI_FOUND_FOLDER_OK;
	if (ends(name, ".err"))
		return OKI_FOUND_FOLDER_ERR;

	return age_ms > LEFT_MS ? OKI_FOUND_FOLDER_LEFT : OKI_FOUND_FOLDER_OK;
}

static void
look_files(struct look *l)
{
	struct oki_file_facts facts;
	size_t i;

	for (i = 0; i < l->n; i++)
		if (oki_dir_look(l->dir, l->names[i], &facts, NULL) ==
		    ONSHI_OK)
			l->count[judge(l, l->names[i],
			    l->now_ms - facts.changed_ms)]++;
	for (i = 0; i < OKI_FOUNDS; i++)
		if (i != OKI_FOUND_FOLDER_OK && l->count[i] > 0)
			oki_doctor_counted(l->d, (enum oki_found)i, NULL,
			    l->place->name, l->count[i]);
}

/* What came lately; what is old was counted as such. */
static void
look_faces(struct look *l)
{
	struct oki_face_counts counts;

	if (l->place->kind != FACES || l->faces == NULL)
		return;
	oki_faces_count(l->faces, l->place->i, l->now_ms - 1000 *
	    oki_config_number(l->d->config, OKI_LINK_FACE_AGE_S), &counts);
	if (counts.twice > 0)
		oki_doctor_counted(l->d, OKI_FOUND_FACE_TWICE, NULL,
		    l->place->name, counts.twice);
	if (counts.shut > 0)
		oki_doctor_counted(l->d, OKI_FOUND_FACE_SHUT, NULL,
		    l->place->name, counts.shut);
}

static void
look_clock(struct look *l)
{
	int64_t apart = oki_wall_ms(l->d->env) - l->now_ms;

	if (apart > APART_MS || apart < -APART_MS)
		oki_doctor_counted(l->d, OKI_FOUND_CLOCK_WRONG, NULL,
		    l->place->name, apart / 1000);
}

static void
look_place(struct onshi_doctor *d, const struct place *place,
    struct oki_faces *faces)
{
	struct look l = { .d = d, .place = place, .faces = faces };
	size_t before = oki_doctor_bad(d, "folder");
	int64_t sys = 0;

	if (oki_dir_open(place->path, &l.dir, &sys) != ONSHI_OK) {
		say(&l, oki_os_is_denied(sys) ? OKI_FOUND_FOLDER_RIGHTS :
		    OKI_FOUND_FOLDER_GONE);
		return;
	}
	oki_doctor_disk_of(d, l.dir, place->name);
	l.now_ms = oki_wall_ms(d->env);
	if (oki_dir_names(l.dir, &l.names, &l.n, NULL) != ONSHI_OK)
		say(&l, OKI_FOUND_FOLDER_RIGHTS);
	else {
		if (may_change(&l))
			try_change(&l);
		look_clock(&l);
		look_files(&l);
		look_faces(&l);
	}
	if (oki_doctor_bad(d, "folder") == before)
		oki_doctor_counted(d, OKI_FOUND_FOLDER_OK, NULL, place->name,
		    (int64_t)l.n);
	oki_dir_names_free(&l.names, l.n);
	oki_dir_close(&l.dir);
}

/* A request must never be taken for an answer. */
static bool
is_twice(const struct place *places, size_t i)
{
	size_t k;

	for (k = 0; k < i; k++)
		if (places[k].kind != places[i].kind &&
		    strcmp(places[k].path, places[i].path) == 0)
			return true;

	return false;
}

/* What was taken is known by the journal; said why not, where not. */
static struct oki_faces *
open_faces(struct onshi_doctor *d)
{
	struct oki_faces *faces = NULL;
	struct onshi_error e;
	int r;

	if (!oki_config_has(d->config, OKI_LINK_FACE_DIR))
		return NULL;
	oki_error_clear(&e);
	if ((r = oki_faces_open(d->env, &faces, &e)) != ONSHI_OK)
		oki_doctor_unmade(d, r, &e);

	return faces;
}

void
oki_doctor_folders(struct onshi_doctor *d)
{
	struct oki_faces *faces;
	struct place *places;
	size_t i, n;

	if (!oki_doctor_has_link(d, "folder") &&
	    !oki_config_has(d->config, OKI_LINK_FACE_DIR))
		return;
	if ((places = oki_alloc_array(PLACES, sizeof(*places))) == NULL) {
		d->broken = true;
		return;
	}
	faces = open_faces(d);
	n = list_places(d, places);
	for (i = 0; i < n; i++)
		if (is_twice(places, i))
			oki_doctor_found(d, OKI_FOUND_FOLDER_TWICE, NULL,
			    places[i].name);
		else
			look_place(d, &places[i], faces);
	oki_faces_free(&faces);
	oki_free(places);
}
