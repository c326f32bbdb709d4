/* drill_record.c: the record of a drill, by the command that has kept it. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "scenario.h"
#include "sim.h"

/* What is handed over stays in the world, for who keeps it. */
static int
keep(const struct world *w, const char *name, const char *text, size_t len)
{
	char *path = text_format("%s/%s", w->dir, name);
	FILE *f = fopen(path, "wx");
	int r = -1;

	if (f != NULL) {
		r = fwrite(text, 1, len, f) == len ? 0 : -1;
		if (fclose(f) != 0)
			r = -1;
	}
	free(path);
	return r;
}

/* Its exit status; what it said is kept under that name, if it has one. */
static int
run(const struct world *w, char **argv, const char *err, const char *name)
{
	struct spawn s = { .argv = argv, .err = err };
	struct child c;
	size_t len;
	char *out;
	int r;

	if (argv[0] == NULL || spawn_start(&s, &c) != 0)
		return -1;
	out = spawn_output(&c, 60000, &len);
	r = spawn_end(&c, out == NULL ? SIGTERM : 0, 2000);
	if (out == NULL || (name != NULL && keep(w, name, out, len) != 0))
		r = -1;
	free(out);
	return r;
}

/* The default client's own record, by its own command. */
static int
audit(const struct world *w, const char *const *words, const char *name)
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
	r = run(w, argv, err, name);
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
		const char *words[9];
		const char *name, *what;
	} looks[] = {
		{ { "verify", "--key", "KEY" }, NULL,
		  "改ざんされていない verifies" },
		{ { "export", "--from", from, "--to", to }, "export.txt",
		  "期間の記録を提出できる exports" },
		{ { "export", "--from", from, "--to", to, "--report",
		    "--lang", "ja" }, "export-report.txt",
		  "閲覧の報告（規約26条） report of what was seen" },
		{ { "export", "--from", from, "--to", to, "--atna" },
		  "export-atna.xml",
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
		right = audit(w, looks[i].words,
		    looks[i].name) == 0;
		fprintf(report, "    %s %s\n", right ? "○" : "×",
		    looks[i].what);
		counts[right ? RIGHT : WRONG]++;
	}
	fputc('\n', report);
}
