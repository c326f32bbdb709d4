/* world_face.c: the face reader of a scenario, and who stands before it. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "scenario.h"
#include "sim.h"

#define WORDS	32

/* onshikaku-sim face touch WORDS... */
static int
touch(const char *socket, const char *words)
{
	char *copy = text_dup(words), *rest = copy, *word;
	char *argv[WORDS + 6] = { text_dup("/proc/self/exe"),
	    text_dup("face"), text_dup("touch"), text_dup("--socket"),
	    text_dup(socket) };
	int argc = 5, r;

	while (argc < WORDS + 5 && (word = strsep(&rest, " ")) != NULL)
		if (*word != '\0')
			argv[argc++] = text_dup(word);
	r = spawn_run(argv, NULL, 5000);
	while (argc > 0)
		free(argv[--argc]);
	free(copy);
	return r;
}

/* "face": { "touches": [ "adult --consent drugs" ] }, one after the other. */
int
world_face(struct world *w, const json_t *face)
{
	const json_t *touches = json_object_get(face, "touches");
	char *socket, *err, line[64] = "";
	size_t i;
	int r = 0;

	if (face == NULL)
		return 0;
	socket = text_format("%s/face", w->dir);
	err = text_format("%s/face.err", w->dir);
	char *argv[] = { text_dup("/proc/self/exe"), text_dup("face"),
	    text_dup("serve"), text_dup("--pki"), w->pki,
	    text_dup("--socket"), socket, NULL };
	struct spawn sp = { .argv = argv, .err = err };

	if (spawn_start(&sp, &w->face) != 0 || spawn_line(&w->face, line,
	    sizeof(line), 10000) != 0 || strcmp(line, "ready") != 0)
		r = -1;
	for (i = 0; r == 0 && i < json_array_size(touches); i++)
		r = touch(socket, json_string_value(json_array_get(touches,
		    i)));
	for (i = 0; i < 4; i++)
		free(argv[i]);
	free(argv[5]);
	free(socket);
	free(err);
	return r;
}
