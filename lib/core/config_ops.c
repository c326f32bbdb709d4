/* Tables that a program plugs into a config: copied, checked, handed on. */
#include "config.h"

#include <string.h>

#include "core/inside.h"

#define TABLE_MAX	4096	/* no table will ever be as large */
#define NAME_MAX_LEN	128

int
oki_table_copy(void *to, size_t size, const void *from, size_t needed)
{
	const uint8_t *bytes = from;
	void (*member)(void);
	size_t at, theirs;

	memset(to, 0, size);
	if (from == NULL)
		return ONSHI_E_ARG;
	memcpy(&theirs, from, sizeof(theirs));
	if (theirs < needed || theirs < sizeof(theirs) ||
	    theirs > TABLE_MAX || theirs % sizeof(member) != 0)
		return ONSHI_E_ARG;
	for (at = sizeof(size_t); at < needed; at += sizeof(member)) {
		memcpy(&member, bytes + at, sizeof(member));
		if (member == NULL)
			return ONSHI_E_ARG;
	}
	memcpy(to, from, theirs < size ? theirs : size);
	memcpy(to, &size, sizeof(size));

	return ONSHI_OK;
}

/*
 * What all tables end with, found by its place: the last call of all. It comes
 * when a table is taken away or replaced, or with its config's last holder.
 */
static void
finish(const void *table, size_t at, void *self)
{
	void (*done)(void *);

	memcpy(&done, (const uint8_t *)table + at, sizeof(done));
	if (done != NULL)
		done(self);
}

/* A table that is set once: where it stands, and what must be in it. */
struct place {
	const char	*name;
	void		*table;
	void		**self;
	size_t		 size;
	size_t		 needed;
	size_t		 done;
};

/* Copies a vendor's table over ours; none at all takes ours away. */
static int
set(struct onshi_config *c, const struct place *p, const void *from,
    void *self)
{
	uint8_t copy[sizeof(struct onshi_link_ops)] = { 0 };

	if (from != NULL && oki_table_copy(copy, p->size, from, p->needed) !=
	    ONSHI_OK)
		return oki_fail(oki_config_error_of(c), ONSHI_E_ARG,
		    "the %s's table lacks a member or its size is wrong",
		    p->name);
	finish(p->table, p->done, *p->self);
	memcpy(p->table, copy, p->size);
	*p->self = from == NULL ? NULL : self;

	return ONSHI_OK;
}

#define PLACE(o, which, type, member)	{ #which, &(o)->which,		\
	&(o)->which##_self, sizeof((o)->which), offsetof(struct type, member), \
	offsetof(struct type, done) }

int
onshi_config_set_clock(struct onshi_config *c,
    const struct onshi_clock_ops *ops, void *self)
{
	struct oki_config_ops *o;
	int r;

	if ((r = oki_config_enter(c)) != ONSHI_OK)
		return r;
	o = oki_config_ops(c);

	return set(c, &(struct place)PLACE(o, clock, onshi_clock_ops, done),
	    ops, self);
}

int
onshi_config_set_log(struct onshi_config *c, const struct onshi_log_ops *ops,
    void *self)
{
	struct oki_config_ops *o;
	int r;

	if ((r = oki_config_enter(c)) != ONSHI_OK)
		return r;
	o = oki_config_ops(c);

	return set(c, &(struct place)PLACE(o, log, onshi_log_ops, done), ops,
	    self);
}

int
onshi_config_set_audit(struct onshi_config *c,
    const struct onshi_audit_ops *ops, void *self)
{
	struct oki_config_ops *o;
	int r;

	if ((r = oki_config_enter(c)) != ONSHI_OK)
		return r;
	o = oki_config_ops(c);

	return set(c, &(struct place)PLACE(o, audit, onshi_audit_ops, done),
	    ops, self);
}

int
onshi_config_add_audit(struct onshi_config *c,
    const struct onshi_audit_ops *ops, void *self)
{
	struct oki_config_ops *o;
	struct onshi_error *e;
	int r;

	if ((r = oki_config_enter(c)) != ONSHI_OK)
		return r;
	e = oki_config_error_of(c);
	o = oki_config_ops(c);
	if (o->copies == OKI_COUNT(o->copy))
		return oki_fail(e, ONSHI_E_ARG, "no more than %zu copies",
		    o->copies);
	if ((r = oki_table_copy(&o->copy[o->copies].ops, sizeof(*ops), ops,
	    offsetof(struct onshi_audit_ops, done))) != ONSHI_OK)
		return oki_fail(e, r,
		    "the copy's table lacks a member or its size is wrong");
	o->copy[o->copies++].self = self;

	return ONSHI_OK;
}

int
onshi_config_set_link(struct onshi_config *c,
    const struct onshi_link_ops *ops, void *self)
{
	struct oki_config_ops *o;
	int r;

	if ((r = oki_config_enter(c)) != ONSHI_OK)
		return r;
	o = oki_config_ops(c);
	/* close stands behind cancel, which may lack. */
	if (ops != NULL && (ops->size < offsetof(struct onshi_link_ops, done) ||
	    ops->close == NULL))
		return oki_fail(oki_config_error_of(c), ONSHI_E_ARG,
		    "the link's table lacks close");

	return set(c, &(struct place)PLACE(o, link, onshi_link_ops, cancel),
	    ops, self);
}

static bool
is_reader_name(const char *name)
{
	const char *p;
	size_t len;

	if (name == NULL || (len = strlen(name)) < 1 || len > NAME_MAX_LEN ||
	    !oki_is_utf8(name, len))
		return false;
	for (p = name; *p != '\0'; p++)
		if ((*p > 0 && *p < 0x20) || *p == 0x7f)
			return false;

	return true;
}

int
onshi_config_add_reader(struct onshi_config *c, const char *name,
    const struct onshi_reader_ops *ops, void *self)
{
	struct oki_config_ops *o;
	struct onshi_error *e;
	size_t i;
	int r;

	if ((r = oki_config_enter(c)) != ONSHI_OK)
		return r;
	e = oki_config_error_of(c);
	o = oki_config_ops(c);
	if (!is_reader_name(name) || ops == NULL)
		return oki_fail(e, ONSHI_E_ARG, "the reader's name or table");
	for (i = 0; i < o->readers; i++)
		if (strcmp(o->reader[i].name, name) == 0)
			return oki_fail(e, ONSHI_E_ARG,
			    "a reader of that name is there");
	if (i == OKI_COUNT(o->reader))
		return oki_fail(e, ONSHI_E_ARG, "no more than %zu readers", i);
	if ((r = oki_table_copy(&o->reader[i].ops, sizeof(*ops), ops,
	    offsetof(struct onshi_reader_ops, cancel))) != ONSHI_OK)
		return oki_fail(e, r,
		    "the reader's table lacks a member or its size is wrong");
	if ((o->reader[i].name = oki_strdup(name)) == NULL)
		return oki_fail(e, ONSHI_E_NOMEM, "no memory");
	o->reader[i].self = self;
	o->readers++;

	return ONSHI_OK;
}

/* ID-3: one reader belongs to one terminal. */
int
onshi_config_add_face(struct onshi_config *c,
    const struct onshi_face_ops *ops, void *self)
{
	struct oki_config_ops *o;
	struct onshi_error *e;
	int r;

	if ((r = oki_config_enter(c)) != ONSHI_OK)
		return r;
	e = oki_config_error_of(c);
	o = oki_config_ops(c);
	if (o->face.size != 0)
		return oki_fail_rule(e, "ID-3", ONSHI_E_STATE,
		    "a terminal has one face reader");
	if ((o->face_taken = oki_alloc(sizeof(*o->face_taken))) == NULL)
		return oki_fail(e, ONSHI_E_NOMEM, "no memory");
	atomic_init(o->face_taken, 0);
	if ((r = oki_table_copy(&o->face, sizeof(o->face), ops,
	    offsetof(struct onshi_face_ops, cancel))) != ONSHI_OK) {
		oki_wipe(&o->face, sizeof(o->face));
		oki_free(o->face_taken);
		o->face_taken = NULL;
		return oki_fail(e, r, "the face reader's table lacks a member "
		    "or its size is wrong");
	}
	o->face_self = self;

	return ONSHI_OK;
}

void
oki_config_ops_free(struct oki_config_ops *o)
{
	size_t i;

	for (i = 0; i < o->readers; i++) {
		finish(&o->reader[i].ops,
		    offsetof(struct onshi_reader_ops, done),
		    o->reader[i].self);
		oki_free(o->reader[i].name);
	}
	for (i = 0; i < o->copies; i++)
		finish(&o->copy[i].ops,
		    offsetof(struct onshi_audit_ops, done), o->copy[i].self);
	finish(&o->face, offsetof(struct onshi_face_ops, done), o->face_self);
	oki_free(o->face_taken);
	finish(&o->link, offsetof(struct onshi_link_ops, done), o->link_self);
	finish(&o->audit, offsetof(struct onshi_audit_ops, done),
	    o->audit_self);
	finish(&o->log, offsetof(struct onshi_log_ops, done), o->log_self);
	finish(&o->clock, offsetof(struct onshi_clock_ops, done),
	    o->clock_self);
}

/* A table that was copied has its size; one that was not has none. */
#define TABLE_OF(c, which, self)					\
	(*(self) = oki_config_ops_of(c)->which##_self,			\
	 oki_config_ops_of(c)->which.size == 0 ? NULL :			\
	 &oki_config_ops_of(c)->which)

const struct onshi_clock_ops *
oki_config_clock(const struct onshi_config *c, void **self)
{
	return TABLE_OF(c, clock, self);
}

const struct onshi_log_ops *
oki_config_log(const struct onshi_config *c, void **self)
{
	return TABLE_OF(c, log, self);
}

const struct onshi_link_ops *
oki_config_link(const struct onshi_config *c, void **self)
{
	return TABLE_OF(c, link, self);
}

const struct onshi_audit_ops *
oki_config_audit(const struct onshi_config *c, void **self)
{
	return TABLE_OF(c, audit, self);
}

const struct onshi_audit_ops *
oki_config_audit_copy(const struct onshi_config *c, size_t i, void **self)
{
	const struct oki_config_ops *o = oki_config_ops_of(c);

	if (i >= o->copies)
		return NULL;
	*self = o->copy[i].self;

	return &o->copy[i].ops;
}

const struct onshi_reader_ops *
oki_config_reader(const struct onshi_config *c, size_t i, const char **name,
    void **self)
{
	const struct oki_config_ops *o = oki_config_ops_of(c);

	if (i >= o->readers)
		return NULL;
	*name = o->reader[i].name;
	*self = o->reader[i].self;

	return &o->reader[i].ops;
}

const struct onshi_face_ops *
oki_config_face(const struct onshi_config *c, void **self,
    oki_atomic_int **taken)
{
	*taken = oki_config_ops_of(c)->face_taken;

	return TABLE_OF(c, face, self);
}
