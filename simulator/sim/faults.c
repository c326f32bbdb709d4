/* faults.c: what goes wrong with answers: [PREFIX:]SPEC[*COUNT]. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"

enum {
	DELAY, CUT, STATUS, SJIS, SHUFFLE, UNKNOWN, RENAMED, ERR, DROP
};

static const struct {
	const char *name;
	int	    kind;
	int	    valued;
	int64_t	    least, most;
} kinds[] = {
	{ "delay",	DELAY,	 1, 0, 600000 },
	{ "cut",	CUT,	 1, 0, 100000000 },
	{ "status",	STATUS,	 1, 100, 599 },
	{ "sjis",	SJIS,	 0, 0, 0 },
	{ "shuffle",	SHUFFLE, 0, 0, 0 },
	{ "unknown",	UNKNOWN, 0, 0, 0 },
	{ "renamed",	RENAMED, 0, 0, 0 },
	{ "err",	ERR,	 0, 0, 0 },
	{ "drop",	DROP,	 0, 0, 0 },
};
#define KINDS	(sizeof(kinds) / sizeof(kinds[0]))

static int
read_kind(struct fault *f, char *spec)
{
	char *value = strchr(spec, '='), *count = strchr(spec, '*');
	size_t i;

	f->count = -1;
	if (count != NULL) {
		*count++ = '\0';
		if (text_number(count, &f->count) != 0 || f->count < 1)
			return -1;
	}
	if (value != NULL)
		*value++ = '\0';
	for (i = 0; i < KINDS && strcmp(kinds[i].name, spec) != 0; i++)
		;
	if (i == KINDS || (value != NULL) != kinds[i].valued)
		return -1;
	f->kind = kinds[i].kind;
	if (value != NULL && (text_number(value, &f->value) != 0 ||
	    f->value < kinds[i].least || f->value > kinds[i].most))
		return -1;
	return 0;
}

int
fault_add(struct faults *all, const char *spec)
{
	char *copy = text_dup(spec), *colon = strchr(copy, ':');
	struct fault *f = calloc(1, sizeof(*f)), **at;
	int r = -1;

	if (f == NULL)
		goto out;
	if (colon != NULL)
		*colon = '\0';
	if (read_kind(f, colon == NULL ? copy : colon + 1) != 0)
		goto out;
	if (colon != NULL)
		f->prefix = text_dup(copy);
	for (at = &all->first; *at != NULL; at = &(*at)->next)
		;
	*at = f;
	f = NULL;
	r = 0;
out:
	free(f);
	free(copy);

	return r;
}

static void
unlink_fault(struct fault **at)
{
	struct fault *f = *at;

	*at = f->next;
	free(f->prefix);
	free(f);
}

void
fault_clear(struct faults *all)
{
	while (all->first != NULL)
		unlink_fault(&all->first);
}

static void
merge(struct fault_set *s, const struct fault *f)
{
	switch (f->kind) {
	case DELAY:	s->delay_ms += f->value;	break;
	case CUT:	s->cut = f->value;		break;
	case STATUS:	s->status = (int)f->value;	break;
	case SJIS:	s->sjis = 1;			break;
	case SHUFFLE:	s->shuffle = 1;			break;
	case UNKNOWN:	s->unknown = 1;			break;
	case RENAMED:	s->renamed = 1;			break;
	case ERR:	s->err = 1;			break;
	default:	s->drop = 1;
	}
}

/* What befalls this answer; a fault with a count is used up by it. */
void
fault_pick(struct faults *all, const char *prefix, struct fault_set *out)
{
	struct fault **at = &all->first;

	memset(out, 0, sizeof(*out));
	out->cut = -1;
	while (*at != NULL) {
		if ((*at)->prefix != NULL &&
		    strcmp((*at)->prefix, prefix) != 0) {
			at = &(*at)->next;
			continue;
		}
		merge(out, *at);
		if ((*at)->count > 0 && --(*at)->count == 0)
			unlink_fault(at);
		else
			at = &(*at)->next;
	}
}

char *
fault_list(const struct faults *all)
{
	char *list = text_dup(""), *more;
	const struct fault *f;

	for (f = all->first; f != NULL; f = f->next) {
		more = text_format("%s%s%s%s", list,
		    f->prefix == NULL ? "" : f->prefix,
		    f->prefix == NULL ? "" : ":", kinds[f->kind].name);
		free(list);
		list = more;
		if (kinds[f->kind].valued) {
			more = text_format("%s=%lld", list,
			    (long long)f->value);
			free(list);
			list = more;
		}
		more = text_format("%s%c", list, f->next == NULL ? '\0' : ' ');
		free(list);
		list = more;
	}
	return list;
}
