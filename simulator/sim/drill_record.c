/* drill_record.c: the record of a drill, by the command that has kept it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "scenario.h"
#include "sim.h"

/* The default client's own record, by its own command. */
static int
audit(const struct world *w, const char *const *words)
{
	char *program = world_program("onshikaku");
	char *conf = world_conf(w, 0), *key = text_format("%s/audit.key",
	    w->dir), *err = text_format("%s/audit.err", w->dir);
	char *argv[12] = { program, text_dup("audit") };
	int i, n = 2, r;

	for (i = 0; words[i] != NULL && n < 11; i++)
		argv[n++] = text_dup(strcmp(words[i], "KEY") == 0 ? key :
		    words[i]);
	setenv("ONSHIKAKU_CONF", conf, 1);
	r = program == NULL ? -1 : spawn_run(argv, err, 60000);
	while (n > 0)
		free(argv[--n]);
	free(conf);
	free(key);
	free(err);
	return r;
}

static void
day(char to[11], int apart)
{
	time_t t = time(NULL) + 9 * 3600 + (time_t)apart * DAY;
	struct tm tm;

	gmtime_r(&t, &tm);
	strftime(to, 11, "%Y-%m-%d", &tm);
}

/* DI-9: the record can be handed over, and nobody has changed it. */
void
drill_record(const struct world *w, int is_ours, FILE *report, int counts[3])
{
	char from[11], to[11];
	const struct {
		const char *words[8];
		const char *what;
	} looks[] = {
		{ { "verify", "--key", "KEY" },
		  "改ざんされていない verifies" },
		{ { "export", "--from", from, "--to", to },
		  "期間の記録を提出できる exports" },
		{ { "export", "--from", from, "--to", to, "--report" },
		  "閲覧の報告（規約26条） report of what was seen" },
		{ { "export", "--from", from, "--to", to, "--atna" },
		  "DICOM 監査メッセージ audit messages" },
	};
	size_t i;
	int right;

	fputs("監査記録 audit trail (CO-7, DI-9)\n", report);
	if (!is_ours)
		fputs("    － 使用ソフトの記録は、そのソフトの手順で確認してください\n"
		    "      the record of that client is verified by its own "
		    "means\n", report);
	day(from, -1);
	day(to, 1);
	for (i = 0; is_ours && i < sizeof(looks) / sizeof(looks[0]); i++) {
		right = audit(w, looks[i].words) == 0;
		fprintf(report, "    %s %s\n", right ? "○" : "×",
		    looks[i].what);
		counts[right ? RIGHT : WRONG]++;
	}
	fputc('\n', report);
}
