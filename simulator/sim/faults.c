/* faults.c: what goes wrong: [PREFIX:]SPEC[=N][*COUNT][%PERCENT]. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"

enum { PLAIN, VALUED, MAY };		/* MAY: =N, or a value of its own */

static const struct {
	const char *name;
	int	    takes;
	int64_t	    least, most, otherwise;
} kinds[FAULTS] = {
	[FAULT_DELAY] =	   { "delay",	 VALUED, 0, 600000, 0 },
	[FAULT_CUT] =	   { "cut",	 VALUED, 0, 100000000, 0 },
	[FAULT_STATUS] =   { "status",	 VALUED, 100, 599, 0 },
	[FAULT_SJIS] =	   { "sjis",	 PLAIN, 0, 0, 0 },
	[FAULT_SHUFFLE] =  { "shuffle",	 PLAIN, 0, 0, 0 },
	[FAULT_UNKNOWN] =  { "unknown",	 PLAIN, 0, 0, 0 },
	[FAULT_RENAMED] =  { "renamed",	 PLAIN, 0, 0, 0 },
	[FAULT_ERR] =	   { "err",	 PLAIN, 0, 0, 0 },
	[FAULT_DROP] =	   { "drop",	 PLAIN, 0, 0, 0 },
	[FAULT_LATE] =	   { "late",	 VALUED, 0, 600000, 0 },
	[FAULT_BOM] =	   { "bom",	 PLAIN, 0, 0, 0 },
	[FAULT_IDLE] =	   { "idle",	 VALUED, 0, 600000, 0 },
	[FAULT_HASTY] =	   { "hasty",	 PLAIN, 0, 0, 0 },
	[FAULT_KEPT] =	   { "kept",	 PLAIN, 0, 0, 0 },
	[FAULT_PIECES] =   { "pieces",	 MAY, 0, 600000, 50 },
	[FAULT_GONE] =	   { "gone",	 MAY, 0, 600000, 100 },
	[FAULT_TWICE] =	   { "twice",	 MAY, 0, 600000, 20 },
	[FAULT_LOCKED] =   { "locked",	 MAY, 0, 600000, 200 },
	[FAULT_SLOW] =	   { "slow",	 MAY, 0, 600000, 50 },
	[FAULT_SKEW] =	   { "skew",	 VALUED, -100000000, 100000000, 0 },
	[FAULT_STALE] =	   { "stale",	 MAY, 0, 600000, 200 },
	[FAULT_FOREIGN] =  { "foreign",	 PLAIN, 0, 0, 0 },
	[FAULT_OTHERS] =   { "others",	 PLAIN, 0, 0, 0 },
	[FAULT_OLD] =	   { "old",	 MAY, 0, 100000000, 90000 },
	[FAULT_COPIED] =   { "copied",	 PLAIN, 0, 0, 0 },
	[FAULT_REPLAYED] = { "replayed", MAY, 0, 600000, 20 },
	[FAULT_UNDONE] =   { "undone",	 PLAIN, 0, 0, 0 },
	[FAULT_TWINS] =	   { "twins",	 PLAIN, 0, 0, 0 },
	[FAULT_NUMBERS] =  { "numbers",	 PLAIN, 0, 0, 0 },
	[FAULT_DEEP] =	   { "deep",	 PLAIN, 0, 0, 0 },
	[FAULT_ZIP] =	   { "zip",	 PLAIN, 0, 0, 0 },
	[FAULT_ZIPKEY] =   { "zipkey",	 PLAIN, 0, 0, 0 },
	[FAULT_ZIPNAME] =  { "zipname",	 PLAIN, 0, 0, 0 },
	[FAULT_ZIPBOMB] =  { "zipbomb",	 PLAIN, 0, 0, 0 },
	[FAULT_PROCESSING] = { "processing", MAY, 0, 1000000, 1 },
	[FAULT_FAILED] =   { "failed",	 PLAIN, 0, 0, 0 },
	[FAULT_OMIT] =	   { "omit",	 MAY, 1, 10000000, 1 },
	[FAULT_SWAPPED] =  { "swapped",	 PLAIN, 0, 0, 0 },
};

/* The number behind a mark, which is cut off; without it: otherwise. */
static int
cut_off(char *spec, char mark, int64_t *value, int64_t otherwise)
{
	char *at = strchr(spec, mark);

	*value = otherwise;
	if (at == NULL)
		return 0;
	*at = '\0';
	return text_number(at + 1, value);
}

static int
read_kind(struct fault *f, char *spec)
{
	char *value;
	int i;

	if (cut_off(spec, '%', &f->percent, 100) != 0 || f->percent < 0 ||
	    f->percent > 100 || cut_off(spec, '*', &f->count, -1) != 0 ||
	    f->count == 0 || f->count < -1)
		return -1;
	if ((value = strchr(spec, '=')) != NULL)
		*value++ = '\0';
	for (i = 0; i < FAULTS && strcmp(kinds[i].name, spec) != 0; i++)
		;
	if (i == FAULTS || (kinds[i].takes == PLAIN && value != NULL) ||
	    (kinds[i].takes == VALUED && value == NULL))
		return -1;
	f->kind = i;
	f->value = kinds[i].takes == PLAIN ? 1 : kinds[i].otherwise;
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
	if (f->kind == FAULT_DELAY || f->kind == FAULT_LATE)
		s->v[FAULT_DELAY] += f->value;	/* times add up */
	else
		s->v[f->kind] = f->value;
	s->has[f->kind] = 1;
}

static int
befalls(const struct fault *f, const char *prefix)
{
	return f->prefix == NULL || strcmp(f->prefix, prefix) == 0;
}

/* What befalls this answer; a fault with a count is used up by it. */
void
fault_pick(struct faults *all, const char *prefix, struct fault_set *out)
{
	struct fault **at = &all->first;

	memset(out, 0, sizeof(*out));
	while (*at != NULL) {
		if (!befalls(*at, prefix) || ((*at)->percent < 100 &&
		    prng_below(&all->prng, 100) >= (*at)->percent)) {
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

/* Whether the next answer may be befallen by it; nothing is used up. */
int
fault_armed(const struct faults *all, const char *prefix, int kind)
{
	const struct fault *f;

	for (f = all->first; f != NULL; f = f->next)
		if (f->kind == kind && befalls(f, prefix))
			return 1;
	return 0;
}

static char *
fault_text(const struct fault *f)
{
	char value[32] = "", count[32] = "", percent[32] = "";

	if (kinds[f->kind].takes != PLAIN)
		snprintf(value, sizeof(value), "=%lld", (long long)f->value);
	if (f->count > 0)
		snprintf(count, sizeof(count), "*%lld", (long long)f->count);
	if (f->percent < 100)
		snprintf(percent, sizeof(percent), "%%%lld",
		    (long long)f->percent);
	return text_format("%s%s%s%s%s%s", f->prefix == NULL ? "" : f->prefix,
	    f->prefix == NULL ? "" : ":", kinds[f->kind].name, value, count,
	    percent);
}

char *
fault_list(const struct faults *all)
{
	char *list = text_dup(""), *one, *more;
	const struct fault *f;

	for (f = all->first; f != NULL; f = f->next) {
		one = fault_text(f);
		more = text_format("%s%s%s", list, *list == '\0' ? "" : " ",
		    one);
		free(one);
		free(list);
		list = more;
	}
	return list;
}
