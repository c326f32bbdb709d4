/* scenario.c: list, show and run named scenarios. */
#include <stdio.h>

#include "sim.h"

int
scenario_main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return 77;
}
