/*
 * Sealed visits (CO-14): a proved visit stands encrypted in visits.dir, which
 * may be on a share, and is opened by its name on any machine of the facility.
 *
 * The name is the key, and stands nowhere. Of a visit there is ID.visit; ID.1
 * to ID.6 where a consent was withdrawn, and ID.end where it was ended. These
 * are made once and never changed, so that no machine can undo another's.
 */
#include <stdio.h>
#include <string.h>

#include "visit/inside.h"

#define ID_LEN		32
#define NAME_ROOM	(ID_LEN + 24)	/* of a file */
#define LOOK_MS		2000		/* between looks of a visit's thread */
#define SWEEP_MS	600000
#define KEPT_MS		90000000	/* 25 h: nothing is good any more */
#define CLOCKS_MS	43200000	/* no sweep if they are so far apart */
#define MAGIC		"onshikaku-visit-1\n"

struct oki_seal {
	struct oki_secret	*name;
	char			 id[ID_LEN + 1];
	oki_atomic_int		 stands;	/* others may open it */
	oki_atomic_int		 untold;	/* they could not be told */
	int64_t			 looked_ms;	/* visit's thread; steady */
};

/* ---- names and keys ------------------------------------------------------ */

static int
derive(const char *what, const char *name, uint8_t out[OKI_SHA256])
{
	char text[64];
	int n, r;

	n = snprintf(text, sizeof(text), "onshikaku-visit-%s%s", what, name);
	r = n < 0 || (size_t)n >= sizeof(text) ? ONSHI_E_INTERNAL :
	    oki_sha256(text, (size_t)n, out);
	oki_wipe(text, sizeof(text));

	return r;
}

static bool
is_seal_name(const char *name)
{
	size_t i;

	for (i = 0; i < OKI_SEAL_NAME; i++)
		if (!((name[i] >= 'a' && name[i] <= 'z') ||
		    (name[i] >= '2' && name[i] <= '7')))
			return false;

	return name[i] == '\0';
}

/* 130 random bits. */
static int
make_name(char name[OKI_SEAL_NAME + 1])
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";
	uint8_t bytes[OKI_SEAL_NAME];
	size_t i;
	int r;

	if ((r = oki_random(bytes, sizeof(bytes))) != ONSHI_OK)
		return r;
	for (i = 0; i < sizeof(bytes); i++)
		name[i] = letters[bytes[i] & 31];
	name[i] = '\0';
	oki_wipe(bytes, sizeof(bytes));

	return ONSHI_OK;
}

static int
seal_new(const char *name, struct oki_seal **out)
{
	uint8_t digest[OKI_SHA256];
	struct oki_seal *s;
	int r;

	*out = NULL;
	if ((s = oki_alloc(sizeof(*s))) == NULL)
		return ONSHI_E_NOMEM;
	atomic_init(&s->stands, 0);
	atomic_init(&s->untold, 0);
	if ((r = derive("file", name, digest)) != ONSHI_OK ||
	    (r = oki_secret_new(name, OKI_SEAL_NAME, &s->name)) !=
	    ONSHI_OK) {
		oki_free(s);
		return r;
	}
	oki_hex(s->id, digest, ID_LEN / 2);
	*out = s;

	return ONSHI_OK;
}

void
oki_seal_free(struct oki_seal **sp)
{
	if (*sp == NULL)
		return;
	oki_secret_free(&(*sp)->name);
	oki_free(*sp);
	*sp = NULL;
}

static const char *
name_of(const struct oki_seal *s)
{
	size_t len;

	return (const char *)oki_secret_bytes(s->name, &len);
}

/* What is sealed along: it opens nowhere else and under no other name. */
static int
seal_with(const struct onshi_visit *v, const struct oki_seal *s, char *to,
    size_t room, size_t *len)
{
	int n = snprintf(to, room, MAGIC "%s\n%s\n", oki_config_text(
	    oki_env_config(v->k.env), OKI_FACILITY_CODE), s->id);

	*len = (size_t)n;

	return n < 0 || *len >= room ? ONSHI_E_INTERNAL : ONSHI_OK;
}

/* ---- the directory ------------------------------------------------------- */

static int
disk(struct onshi_error *e, int r, int64_t sys, const char *what)
{
	return oki_fail_system(e, r, sys, "visits.dir: %s", what);
}

static int
dir_open(const struct onshi_visit *v, struct oki_dir **d,
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
		return disk(e, r, sys, "it cannot be opened");

	return ONSHI_OK;
}

static void
file_name(const struct oki_seal *s, const char *ending, char to[NAME_ROOM])
{
	(void)snprintf(to, NAME_ROOM, "%s.%s", s->id, ending);
}

/* A name that nobody else takes. */
static int
temp_name(char to[NAME_ROOM])
{
	int r;

	if ((r = oki_random_hex(to, ID_LEN / 2)) == ONSHI_OK)
		(void)oki_copy(to + ID_LEN, NAME_ROOM - ID_LEN, ".tmp");

	return r;
}

/* No listing and no file of before is relied on: it is opened. */
static int
is_there(struct oki_dir *d, const struct oki_seal *s, const char *ending,
    bool *there, struct onshi_error *e)
{
	struct oki_file *f = NULL;
	char name[NAME_ROOM];
	int64_t sys = 0;
	int r;

	file_name(s, ending, name);
	r = oki_file_open(d, name, OKI_OPEN_READ, &f, &sys);
	*there = r == ONSHI_OK;
	oki_file_close(&f);

	return r == ONSHI_OK || oki_os_is_absent(sys) ? ONSHI_OK :
	    disk(e, r, sys, "a sealed visit cannot be looked at");
}

/* Made once; another machine may have been first. */
static int
mark(struct oki_dir *d, const struct oki_seal *s, const char *ending)
{
	struct oki_file *f = NULL;
	char name[NAME_ROOM];
	int64_t sys = 0;
	int r;

	file_name(s, ending, name);
	r = oki_file_open(d, name, OKI_OPEN_WRITE | OKI_OPEN_NEW |
	    OKI_OPEN_SHARED, &f, &sys);
	if (r == ONSHI_OK)
		r = oki_file_sync(f, NULL);
	else if (oki_os_is_there(sys))
		r = ONSHI_OK;
	oki_file_close(&f);

	return r != ONSHI_OK ? r : oki_dir_sync(d, NULL);
}

static int
share_clock(struct oki_dir *d, int64_t *ms, struct onshi_error *e)
{
	char name[NAME_ROOM];
	int64_t sys = 0;
	int r;

	if ((r = temp_name(name)) == ONSHI_OK)
		r = oki_dir_clock_ms(d, name, ms, &sys);

	return r == ONSHI_OK ? r : disk(e, r, sys, "no file can be written");
}

/* ---- what is no good to anybody any more --------------------------------- */

static bool
is_ours(const char *name)
{
	size_t i;

	for (i = 0; i < ID_LEN; i++)
		if (!((name[i] >= '0' && name[i] <= '9') ||
		    (name[i] >= 'a' && name[i] <= 'f')))
			return false;

	return name[i] == '.';
}

/* A day after it was sealed nothing of a visit is good; a clock that is plainly
 * wrong removes nothing. */
static void
sweep(const struct onshi_visit *v, struct oki_dir *d)
{
	struct oki_file_facts facts;
	char **names = NULL;
	int64_t now, apart;
	size_t i, n = 0;

	if (!oki_root_sweeps(v->root, SWEEP_MS) ||
	    share_clock(d, &now, NULL) != ONSHI_OK ||
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

/* ---- looking, telling ---------------------------------------------------- */

static int
gone(struct onshi_error *e)
{
	return oki_fail_rule(e, "CO-14", ONSHI_E_VISIT_GONE,
	    "there is no such sealed visit, or it is over");
}

static int
look_ended(struct oki_dir *d, const struct oki_seal *s,
    struct onshi_error *e)
{
	bool ended = false, there = false;
	int r;

	if ((r = is_there(d, s, "end", &ended, e)) != ONSHI_OK ||
	    (!ended && (r = is_there(d, s, "visit", &there, e)) != ONSHI_OK))
		return r;

	return there ? ONSHI_OK : gone(e);
}

/* What was withdrawn elsewhere is on record there. */
static int
look_withdrawn(struct onshi_visit *v, struct oki_dir *d,
    const struct oki_seal *s, struct onshi_error *e)
{
	char ending[2] = "0";
	bool there;
	int i, r;

	for (i = 1; i < OKI_CATEGORIES; i++) {
		if (!oki_category_is_visits(i) ||
		    atomic_load(&v->k.consent[i].withdrawn) != 0)
			continue;
		ending[0] = (char)('0' + i);
		if ((r = is_there(d, s, ending, &there, e)) != ONSHI_OK)
			return r;
		if (there)
			atomic_store(&v->k.consent[i].withdrawn, 1);
	}

	return ONSHI_OK;
}

static int
look_in(struct onshi_visit *v, struct oki_dir *d, const struct oki_seal *s,
    struct onshi_error *e)
{
	int r;

	if ((r = look_ended(d, s, e)) == ONSHI_OK)
		r = look_withdrawn(v, d, s, e);
	if (r == ONSHI_E_VISIT_GONE)
		atomic_store(&v->k.ended, 1);

	return r;
}

static int
look(void *self, struct onshi_error *e)
{
	struct onshi_visit *v = self;
	struct oki_dir *d;
	int r;

	if ((r = dir_open(v, &d, e)) != ONSHI_OK)
		return r;
	r = look_in(v, d, v->seal, e);
	oki_dir_close(&d);

	return r;
}

void
oki_seal_watch(struct onshi_visit *v)
{
	int64_t now = oki_steady_ms(v->k.env);

	if (!oki_seal_stands(v) || now - v->seal->looked_ms < LOOK_MS ||
	    atomic_load(&v->k.ended) != 0)
		return;
	v->seal->looked_ms = now;
	(void)look(v, NULL);
}

bool
oki_seal_stands(const struct onshi_visit *v)
{
	bool is;

	oki_mutex_lock(v->lock);
	is = v->seal != NULL && atomic_load(&v->seal->stands) != 0;
	oki_mutex_unlock(v->lock);

	return is;
}

static int
tell_end(struct oki_dir *d, const struct oki_seal *s)
{
	char name[NAME_ROOM];
	int64_t sys = 0;
	int r;

	if ((r = mark(d, s, "end")) != ONSHI_OK)
		return r;
	/* Somebody may have it open; the mark outweighs it. */
	file_name(s, "visit", name);
	(void)oki_dir_remove(d, name, &sys);

	return ONSHI_OK;
}

/* Of that visit's end, and of each consent withdrawn, before it stands on the
 * record here: whoever has opened it elsewhere sees that mark. */
int
oki_seal_tell(struct onshi_visit *v, enum oki_audit_event event,
    int category, struct onshi_error *e)
{
	char ending[2] = "0";
	struct oki_dir *d;
	int r;

	if ((event != OKI_AUDIT_CONSENT_WITHDRAWN &&
	    event != OKI_AUDIT_VISIT_END) || !oki_seal_stands(v))
		return ONSHI_OK;
	atomic_store(&v->seal->untold, 1);
	if ((r = dir_open(v, &d, e)) != ONSHI_OK)
		return r;
	ending[0] = (char)('0' + category);
	r = event == OKI_AUDIT_VISIT_END ? tell_end(d, v->seal) :
	    mark(d, v->seal, ending);
	oki_dir_close(&d);
	atomic_store(&v->seal->untold, r != ONSHI_OK);

	return r == ONSHI_OK ? r : disk(e, r, 0, "others cannot be told");
}

bool
oki_seal_is_untold(const struct onshi_visit *v)
{
	return oki_seal_stands(v) && atomic_load(&v->seal->untold) != 0;
}

/* ---- sealing ------------------------------------------------------------- */

static int
seal_case(struct onshi_visit *v, const struct oki_seal *s,
    struct oki_buf *out, struct onshi_error *e)
{
	uint8_t key[OKI_SHA256];
	struct oki_buf plain;
	char with[128];
	size_t len;
	int r;

	oki_buf_init(&plain, OKI_CASE_BYTES);
	if ((r = seal_with(v, s, with, sizeof(with), &len)) != ONSHI_OK ||
	    (r = derive("key", name_of(s), key)) != ONSHI_OK ||
	    (r = oki_case_write(&v->k, &plain)) != ONSHI_OK ||
	    (r = oki_buf_text(out, MAGIC)) != ONSHI_OK ||
	    (r = oki_seal(key, with, len, plain.data, plain.len, out)) !=
	    ONSHI_OK)
		r = oki_fail(e, r, "sealing the visit");
	oki_buf_free(&plain);
	oki_wipe(key, sizeof(key));

	return r;
}

static int
write_file(struct oki_dir *d, const char *name, const struct oki_buf *bytes,
    struct onshi_error *e)
{
	int64_t sys = 0;
	int r;

	r = oki_file_make(d, name, OKI_OPEN_SHARED, bytes->data, bytes->len,
	    true, &sys);

	return r == ONSHI_OK ? r :
	    disk(e, r, sys, "a sealed visit cannot be written");
}

static int
note(struct onshi_visit *v, enum oki_audit_event event,
    const struct onshi_operator *op, int result, const struct oki_wait *w,
    struct onshi_error *e)
{
	if (!oki_audit_is_on(v->k.audit))
		return oki_fail(e, ONSHI_E_AUDIT_NONE,
		    "sealed visits need an audit trail");

	return oki_case_note(&v->k, event, op, ONSHI_CATEGORY_ELIGIBILITY,
	    result, w, e);
}

/* Whole under another name, on the record, then in its place. */
static int
publish(struct onshi_visit *v, struct oki_dir *d, const struct oki_seal *s,
    const struct oki_buf *bytes, const struct oki_wait *w,
    struct onshi_error *e)
{
	char temp[NAME_ROOM], name[NAME_ROOM];
	int64_t sys = 0;
	int r;

	if ((r = temp_name(temp)) != ONSHI_OK)
		return oki_fail(e, r, "a name for the sealed visit");
	file_name(s, "visit", name);
	if ((r = write_file(d, temp, bytes, e)) != ONSHI_OK ||
	    (r = note(v, OKI_AUDIT_VISIT_SEALED, NULL, ONSHI_OK, w, e)) !=
	    ONSHI_OK)
		goto out;
	if ((r = oki_dir_rename(d, temp, name, true, &sys)) == ONSHI_OK)
		return oki_dir_sync(d, NULL) == ONSHI_OK ? ONSHI_OK :
		    disk(e, ONSHI_E_DISK, 0, "it cannot be written safely");
	r = disk(e, r, sys, "a sealed visit cannot be put in place");
	(void)note(v, OKI_AUDIT_VISIT_SEALED, NULL, r, w, NULL);
out:
	(void)oki_dir_remove(d, temp, NULL);

	return r;
}

/* From here on what is said here is told there, and what is said there is
 * looked at. */
static void
join(struct onshi_visit *v, struct oki_seal **sp)
{
	oki_mutex_lock(v->lock);
	if (*sp != NULL) {
		v->seal = *sp;
		*sp = NULL;
	}
	atomic_store(&v->seal->stands, 1);
	oki_mutex_unlock(v->lock);
	v->k.look_self = v;
	v->k.look = look;
}

static int
first_seal(struct oki_seal **out)
{
	char name[OKI_SEAL_NAME + 1];
	int r;

	if ((r = make_name(name)) == ONSHI_OK)
		r = seal_new(name, out);
	oki_wipe(name, sizeof(name));

	return r;
}

static int
seal_in(struct onshi_visit *v, struct oki_dir *d, const struct oki_wait *w,
    struct onshi_error *e)
{
	struct oki_seal *fresh = NULL;
	struct oki_buf bytes;
	int r;

	oki_buf_init(&bytes, 2 * OKI_CASE_BYTES);
	sweep(v, d);
	if (v->seal != NULL)
		r = look_in(v, d, v->seal, e);
	else if ((r = first_seal(&fresh)) != ONSHI_OK)
		r = oki_fail(e, r, "a name for the sealed visit");
	if (r == ONSHI_OK && (r = seal_case(v, fresh != NULL ? fresh :
	    v->seal, &bytes, e)) == ONSHI_OK &&
	    (r = publish(v, d, fresh != NULL ? fresh : v->seal, &bytes, w,
	    e)) == ONSHI_OK)
		join(v, &fresh);
	oki_buf_free(&bytes);
	oki_seal_free(&fresh);

	return r;
}

int
oki_flow_seal(struct onshi_visit *v, const struct oki_wait *w,
    struct onshi_error *e)
{
	struct oki_dir *d;
	int r;

	if ((r = dir_open(v, &d, e)) != ONSHI_OK)
		return r;
	if ((r = seal_in(v, d, w, e)) == ONSHI_OK)
		oki_arrival_finish(v);	/* it goes on without its file */
	oki_dir_close(&d);

	return r;
}

/* ---- opening ------------------------------------------------------------- */

static int
read_file(struct oki_dir *d, const struct oki_seal *s, struct oki_buf *out,
    int64_t *changed_ms, struct onshi_error *e)
{
	struct oki_file_facts facts;
	char name[NAME_ROOM];
	struct oki_file *f;
	int64_t sys = 0;
	size_t got = 0;
	int r;

	file_name(s, "visit", name);
	if ((r = oki_file_open(d, name, OKI_OPEN_READ, &f, &sys)) != ONSHI_OK)
		return oki_os_is_absent(sys) ? gone(e) :
		    disk(e, r, sys, "a sealed visit cannot be opened");
	if ((r = oki_file_facts(f, &facts, &sys)) == ONSHI_OK &&
	    (r = oki_buf_reserve(out, out->max)) == ONSHI_OK)
		r = oki_file_read(f, 0, out->data, out->max, &got, &sys);
	oki_file_close(&f);
	if (r != ONSHI_OK)
		return disk(e, r, sys, "a sealed visit cannot be read");
	out->len = got;
	*changed_ms = facts.changed_ms;

	return ONSHI_OK;
}

static int
unseal_case(struct onshi_visit *v, const struct oki_seal *s,
    const struct oki_buf *bytes, int64_t ago_ms, struct onshi_error *e)
{
	size_t len, head = strlen(MAGIC);
	uint8_t key[OKI_SHA256];
	struct oki_buf plain;
	char with[128];
	int r;

	oki_buf_init(&plain, OKI_CASE_BYTES);
	if (bytes->len < head || memcmp(bytes->data, MAGIC, head) != 0)
		r = ONSHI_E_VALUE;
	else if ((r = seal_with(v, s, with, sizeof(with), &len)) ==
	    ONSHI_OK && (r = derive("key", name_of(s), key)) == ONSHI_OK &&
	    (r = oki_unseal(key, with, len, bytes->data + head,
	    bytes->len - head, &plain)) == ONSHI_OK)
		r = oki_case_read(&v->k, &plain, ago_ms);
	oki_buf_free(&plain);
	oki_wipe(key, sizeof(key));
	if (r == ONSHI_E_CLOCK)
		return oki_fail(e, r, "this machine's clock and that of "
		    "visits.dir are too far apart to tell whether it is over");

	return r == ONSHI_E_VALUE || r == ONSHI_E_VISIT_GONE ? gone(e) :
	    r == ONSHI_OK ? r : oki_fail(e, r, "opening the visit");
}

static int
open_in(struct onshi_visit *v, struct oki_dir *d, const struct oki_seal *s,
    struct onshi_error *e)
{
	struct oki_buf bytes;
	int64_t now, then;
	int r;

	oki_buf_init(&bytes, 2 * OKI_CASE_BYTES);
	if ((r = share_clock(d, &now, e)) == ONSHI_OK &&
	    (r = read_file(d, s, &bytes, &then, e)) == ONSHI_OK &&
	    (r = unseal_case(v, s, &bytes, now - then, e)) == ONSHI_OK)
		r = look_in(v, d, s, e);
	oki_buf_free(&bytes);

	return r;
}

static int
show_whose(struct onshi_visit *v, struct onshi_error *e)
{
	int r;

	if ((r = oki_person_doc(&v->k.person, &v->whose)) != ONSHI_OK)
		return oki_fail(e, r, "whose visit it is");

	return ONSHI_OK;
}

/* An attempt that fails stands on the record, too. */
int
oki_flow_open(struct onshi_visit *v, const struct oki_wait *w,
    struct onshi_error *e)
{
	struct oki_seal *s = v->opens;
	struct oki_dir *d;
	int r;

	v->opens = NULL;
	if ((r = dir_open(v, &d, e)) == ONSHI_OK) {
		sweep(v, d);
		r = open_in(v, d, s, e);
		oki_dir_close(&d);
	}
	if (r == ONSHI_OK)
		r = show_whose(v, e);
	if (r == ONSHI_OK)
		r = note(v, OKI_AUDIT_VISIT_OPENED, v->operator, r, w, e);
	else
		(void)note(v, OKI_AUDIT_VISIT_OPENED, v->operator, r, w,
		    NULL);
	if (r == ONSHI_OK) {
		join(v, &s);
		v->named = v->k.patient[0] != '\0';
		v->step = OKI_STEP_ANSWERED;
		atomic_store(&v->settled, 1);
	}
	oki_seal_free(&s);

	return r;
}

/* ---- the public calls ---------------------------------------------------- */

/* What is no use to be sealed. */
static int
may_seal(struct onshi_visit *v)
{
	if (atomic_load(&v->closed) != 0)
		return oki_fail(&v->error, ONSHI_E_STATE,
		    "the visit is over");
	if (oki_worker_is_busy(v))
		return ONSHI_OK;	/* the same call, again */
	if (v->step != OKI_STEP_ANSWERED)
		return oki_fail(&v->error, ONSHI_E_STATE,
		    "the visit is not answered yet");
	if (!v->k.proven)
		return oki_fail_rule(&v->error, "CO-2", ONSHI_E_IDENTITY,
		    "only a visit that a card has proved is sealed");

	return ONSHI_OK;
}

int
onshi_visit_seal(struct onshi_visit *v, const char **name)
{
	int r;

	if (name == NULL)
		return ONSHI_E_ARG;
	*name = NULL;
	if ((r = oki_visit_enter(v)) != ONSHI_OK)
		return r;
	if ((r = may_seal(v)) == ONSHI_OK &&
	    (r = oki_worker_run(v, OKI_JOB_SEAL, -1, NULL)) == ONSHI_OK)
		*name = name_of(v->seal);

	return oki_visit_leave(v, r);
}

/* Its error goes to the root, by a text that names nobody. */
static int
open_visit(struct onshi_visit *v, const char *name,
    const struct onshi_operator *op)
{
	int r;

	if ((r = seal_new(name, &v->opens)) != ONSHI_OK)
		return r;
	v->operator = oki_operator_ref(op);
	v->k.operator = v->operator;
	if ((r = oki_visit_enter(v)) != ONSHI_OK)
		return r;

	return oki_visit_leave(v, oki_worker_run(v, OKI_JOB_OPEN, -1, NULL));
}

int
onshi_visit_open(struct onshi *o, const char *name,
    const struct onshi_operator *op, struct onshi_visit **out)
{
	struct onshi_visit *v;
	int r;

	if (out == NULL)
		return ONSHI_E_ARG;
	*out = NULL;
	if ((r = oki_root_enter(o)) != ONSHI_OK)
		return r;
	if (name == NULL)
		return oki_root_fail(o, ONSHI_E_ARG, "no name");
	if (op == NULL)
		return oki_root_fail(o, ONSHI_E_OPERATOR,
		    "a sealed visit is opened by a named operator");
	if (!is_seal_name(name))
		return oki_root_fail(o, ONSHI_E_VISIT_GONE,
		    "that is no name of a sealed visit");
	if ((r = onshi_visit_new(o, ONSHI_PURPOSE_CARE, &v)) != ONSHI_OK)
		return r;
	if ((r = open_visit(v, name, op)) == ONSHI_OK) {
		*out = v;
		return ONSHI_OK;
	}
	r = oki_root_fail(o, r, onshi_error_code(&v->error) == r ?
	    v->error.text : "opening a sealed visit");
	onshi_visit_free(&v);

	return r;
}
