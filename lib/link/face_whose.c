/* Whose a face file is, by marks and by name; and the clock of its folder. */
#include "config.h"

#include <string.h>

#include "link/face.h"

#define CLOCK		".onshi-"	/* a file to read the folder's clock by */
#define CLOCK_MS	60000

/* What a desk that died meanwhile has left of reading the clock. */
static void
sweep_clocks(struct oki_face_look *l)
{
	struct oki_file_facts facts;
	size_t i;

	for (i = 0; i < l->n; i++)
		if (strncmp(l->names[i], CLOCK, strlen(CLOCK)) == 0 &&
		    strlen(l->names[i]) == strlen(CLOCK) + 16 &&
		    oki_dir_look(l->dir, l->names[i], &facts, NULL) ==
		    ONSHI_OK && l->now_ms - facts.changed_ms > CLOCK_MS)
			(void)oki_dir_remove(l->dir, l->names[i], NULL);
}

int64_t
oki_face_now(struct oki_face_look *l)
{
	char name[OKI_FACE_NAME] = CLOCK;

	if (l->now_ms != 0)
		return l->now_ms;
	l->now_ms = oki_wall_ms(l->f->env);
	if (!l->f->is_owner || oki_random_hex(name + strlen(name), 8) !=
	    ONSHI_OK)
		return l->now_ms;
	if (oki_dir_clock_ms(l->dir, name, &l->now_ms, NULL) == ONSHI_OK)
		sweep_clocks(l);

	return l->now_ms;
}

bool
oki_face_list(struct oki_face_look *l)
{
	return l->names != NULL ||
	    oki_dir_names(l->dir, &l->names, &l->n, NULL) == ONSHI_OK;
}

/* Where it cannot be told, too. */
static bool
is_claimed_there(struct oki_face_look *l, const char *name, const char *run)
{
	char known[OKI_FACE_NAME], other[OKI_FACE_NAME];
	struct oki_face_parts parts;
	size_t i;

	if (!oki_face_list(l))
		return true;
	oki_face_known_by(name, known);
	for (i = 0; i < l->n; i++) {
		if (!oki_face_parse(l->names[i], &parts) ||
		    !parts.is_claimed || strcmp(parts.run, run) != 0)
			continue;
		oki_face_known_by(parts.name, other);
		if (strcmp(other, known) == 0)
			return true;
	}

	return false;
}

bool
oki_face_is_free(struct oki_face_look *l, const struct oki_face_parts *parts)
{
	struct oki_marks *m = l->f->marks;
	struct oki_mark mark;

	if (oki_mark_read(m, parts->name, &mark) != ONSHI_OK || mark.is_done)
		return false;

	return !mark.is_there || (!oki_marks_is_alive(m, mark.run) &&
	    !is_claimed_there(l, parts->name, mark.run));
}

bool
oki_face_is_left(struct oki_face_look *l, const struct oki_face_parts *parts,
    const char *file)
{
	struct oki_marks *m = l->f->marks;
	struct oki_mark mark;

	if (oki_mark_read(m, parts->name, &mark) != ONSHI_OK)
		return false;
	if (mark.is_done) {	/* another machine's claim is its own */
		if (l->f->is_owner && strcmp(mark.run, parts->run) == 0)
			(void)oki_dir_remove(l->dir, file, NULL);
		return false;
	}
	if (mark.is_there && oki_marks_is_alive(m, mark.run))
		return false;
	/* A claim that failed halfway; one of a run that ended, whoever has
	 * begun to take it since and ended over it. */
	if (strcmp(parts->run, oki_marks_run(m)) == 0 ||
	    oki_marks_has_ended(m, parts->run) ||
	    (mark.is_there && strcmp(mark.run, parts->run) == 0))
		return true;

	return oki_face_now(l) - parts->since_ms > l->f->claim_ms;
}
