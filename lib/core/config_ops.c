/* Tables that a program plugs into a config: copied, checked, handed on. */
#include "config.h"

#include <string.h>

#include "core/core.h"

#define TABLE_MAX	4096	/* no table will ever be as large */
#define NAME_MAX_LEN	128

/* Where members must be there, they are the first ones. */
#define NEEDED_UP_TO(type, member)	offsetof(struct type, member)

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

/* Copies a vendor's table over ours; none at all takes ours away again. */
static int
set(struct onshi_config *c, void *to, size_t size, const void *from,
    size_t needed, const char *name)
{
	struct onshi_error *e = oki_config_error_of(c);

	if (from == NULL) {
		memset(to, 0, size);
		return ONSHI_OK;
	}
	if (oki_table_copy(to, size, from, needed) != ONSHI_OK) {
		memset(to, 0, size);
		return oki_fail(e, ONSHI_E_ARG,
		    "the %s's table lacks a member or its size is wrong",
		    name);
	}

	return ONSHI_OK;
}

int
onshi_config_set_clock(struct onshi_config *c,
    const struct onshi_clock_ops *ops, void *self)
{
	struct oki_config_ops *o;
	int r;

	if ((r = oki_config_enter(c)) != ONSHI_OK)
		return r;
	o = oki_config_ops(c);
	o->clock_self = self;

	return set(c, &o->clock, sizeof(o->clock), ops, sizeof(*ops),
	    "clock");
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
	o->log_self = self;

	return set(c, &o->log, sizeof(o->log), ops, sizeof(*ops), "log");
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
	o->audit_self = self;

	return set(c, &o->audit, sizeof(o->audit), ops, sizeof(*ops),
	    "record");
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
	o->link_self = self;

	return set(c, &o->link, sizeof(o->link), ops,
	    NEEDED_UP_TO(onshi_link_ops, cancel), "link");
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
	if ((r = set(c, &o->reader[i].ops, sizeof(*ops), ops,
	    NEEDED_UP_TO(onshi_reader_ops, cancel), "reader")) != ONSHI_OK)
		return r;
	if ((o->reader[i].name = oki_strdup(name)) == NULL)
		return oki_fail(e, ONSHI_E_NOMEM, "no memory");
	o->reader[i].self = self;
	o->readers++;

	return ONSHI_OK;
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
