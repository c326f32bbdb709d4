/* main.c: onshikaku-sim, the service that vendors do not have at hand. */
#include <stdio.h>
#include <string.h>

#include "sim.h"

static const struct {
	const char *name;
	int	  (*run)(int, char **);
	const char *what;
} commands[] = {
	{ "serve",    serve_main,    "answer by HTTPS and folder until TERM" },
	{ "control",  control_main,  "change a service while it runs" },
	{ "disaster", control_main,  "activate or end the disaster mode" },
	{ "person",   control_main,  "send it an insurer's event" },
	{ "touch",    control_main,  "a patient at the face reader" },
	{ "log",      record_main,   "print the centre's own record" },
	{ "drill",    drill_main,    "play an afternoon, and report on it" },
	{ "face",     face_main,     "a face reader in software" },
	{ "scenario", scenario_main, "list, show or run named scenarios" },
};

int
main(int argc, char **argv)
{
	size_t i;

	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (argc > 1 && strcmp(commands[i].name, argv[1]) == 0)
			return commands[i].run(argc - 1, argv + 1);
	fputs("usage: onshikaku-sim COMMAND [...]\n", stderr);
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		fprintf(stderr, "    %-10s%s\n", commands[i].name,
		    commands[i].what);
	return 2;
}
