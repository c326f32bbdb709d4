/* drill.c: a clinic's afternoon in a disaster, played against a client, and the
 * report of it that a hospital can file. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "scenario.h"
#include "sim.h"

/* Both languages in one report: who files it may be read by anybody. */
static const char *const marks[] = { "○ 正しい right", "× 誤り wrong",
    "－ 省略 left out" };

struct drill {
	struct world	 w;
	const char	*name;
	const json_t	*d;
	char		**client;
	FILE		*report;
	int		 counts[3];
};

static const char *
text_of(const json_t *v, const char *member)
{
	const char *s = json_string_value(json_object_get(v, member));

	return s == NULL ? "" : s;
}

static void
rule_line(FILE *f)
{
	fputs("------------------------------------------------------------"
	    "----------\n", f);
}

/* ---- one step ------------------------------------------------------------- */

/* How often the service was asked by now, for what the step speaks of. */
static json_t *
asked_by_now(const struct world *w, const json_t *asked)
{
	json_t *now = json_object(), *value;
	const char *prefix;

	json_object_foreach((json_t *)(uintptr_t)asked, prefix, value)
		json_object_set_new(now, prefix, json_integer(world_asked(w,
		    prefix)));
	return now;
}

/* What is asked of a scenario since it began is asked of a step here. */
static json_t *
since(const json_t *step, const json_t *before)
{
	json_t *copy = json_deep_copy(step), *value;
	json_t *asked = json_object_get(json_object_get(copy, "expect"),
	    "asked");
	const char *prefix;

	json_object_foreach((json_t *)(uintptr_t)before, prefix, value)
		json_object_set_new(asked, prefix, json_integer(
		    json_integer_value(value) + json_integer_value(
		    json_object_get(asked, prefix))));
	return copy;
}

static int
prepare(struct drill *d, const json_t *step, char **why)
{
	const json_t *commands = json_object_get(step, "commands");
	const json_t *card = json_object_get(step, "card");
	size_t i;
	int r;

	for (i = 0; i < json_array_size(commands); i++)
		if (world_tell(&d->w, json_string_value(json_array_get(
		    commands, i))) != 0) {
			*why = text_dup("the simulator itself refused a "
			    "command");
			return WRONG;
		}
	if ((r = world_card(&d->w, card)) == 1) {
		*why = text_dup("no virtual reader here");
		return LEFT_OUT;
	}
	if (r != 0)
		*why = text_dup("the card could not be put on the reader");
	return r != 0 ? WRONG : RIGHT;
}

static int
play(struct drill *d, const json_t *step, int number, char **why)
{
	const json_t *expect = json_object_get(step, "expect");
	json_t *before, *mine, *want;
	struct ending e = { 0 };
	int r;

	if ((r = prepare(d, step, why)) != RIGHT)
		return r;
	before = asked_by_now(&d->w, json_object_get(expect, "asked"));
	mine = since(step, before);
	if (client_step(&d->w, d->name, d->d, d->client, step, number, &e) !=
	    0)
		*why = text_dup(spawn_stopping ? "stopped" :
		    "the client did not end");
	else {
		want = scenario_expectation(&d->w, mine);
		*why = scenario_judge(&d->w, want, &e);
		json_decref(want);
	}
	if (d->w.out == NULL)
		d->w.out = json_object();
	json_object_update(d->w.out, json_array_get(e.lines, 0));
	client_free(&e);
	json_decref(before);
	json_decref(mine);
	return *why == NULL ? RIGHT : WRONG;
}

static void
tell_rules(FILE *f, const json_t *rules)
{
	size_t i;

	for (i = 0; i < json_array_size(rules); i++)
		fprintf(f, "%s%s", i == 0 ? "" : ", ", json_string_value(
		    json_array_get(rules, i)));
	fputc('\n', f);
}

static void
tell_step(struct drill *d, const json_t *step, int number, int how,
    const char *why)
{
	FILE *f = d->report;

	fprintf(f, "%2d. %s  %s\n", number, text_of(step, "time"),
	    marks[how]);
	fprintf(f, "    場面    %s\n            %s\n", text_of(step,
	    "title_ja"), text_of(step, "title"));
	fprintf(f, "    正しくは %s\n    should   %s\n", text_of(step,
	    "should_ja"), text_of(step, "should"));
	fputs("    規則    ", f);
	tell_rules(f, json_object_get(step, "rules"));
	if (how == WRONG)
		fprintf(f, "    誤りの内容 what was wrong:\n        %s\n",
		    why);
	else if (how == LEFT_OUT)
		fprintf(f, "    省略の理由 why: %s\n", why);
	fputc('\n', f);
	fflush(f);
}

/* ---- the report -------------------------------------------------------------- */

static void
tell_head(const struct drill *d)
{
	time_t t = time(NULL) + 9 * 3600;
	char now[32];
	struct tm tm;
	int i;

	gmtime_r(&t, &tm);
	strftime(now, sizeof(now), "%Y-%m-%d %H:%M", &tm);
	rule_line(d->report);
	fputs("災害時訓練の記録   Record of a disaster drill\n", d->report);
	rule_line(d->report);
	fprintf(d->report, "訓練   %s\n       %s\n", text_of(d->d,
	    "title_ja"), text_of(d->d, "title"));
	fprintf(d->report, "日時   %s (日本時間 Japan time)\n", now);
	fprintf(d->report, "施設   %s 模擬環境の医療機関等コード (simulated "
	    "institution)\n", world_institution(d->d));
	fputs("ソフト ", d->report);
	for (i = 0; d->client != NULL && d->client[i] != NULL; i++)
		fprintf(d->report, "%s%s", i == 0 ? "" : " ", d->client[i]);
	fprintf(d->report, "%s (client)\n", d->client == NULL ?
	    "onshikaku --json" : "");
	fputs("実在の患者・資格の情報は使っていません。"
	    "No real patient's data was used.\n\n", d->report);
}

static void
tell_end(const struct drill *d)
{
	rule_line(d->report);
	fprintf(d->report, "まとめ  正しい %d  誤り %d  省略 %d\n"
	    "summary right %d, wrong %d, left out %d\n", d->counts[RIGHT],
	    d->counts[WRONG], d->counts[LEFT_OUT], d->counts[RIGHT],
	    d->counts[WRONG], d->counts[LEFT_OUT]);
	fprintf(d->report, "判定    %s\n\n", d->counts[WRONG] == 0 ?
	    "規則のとおりに動作しました by the rules" :
	    "規則に反する動作があります against the rules");
	fputs("規則の番号の説明は onshi_rules(7) にあります。"
	    "onshi_rules(7) explains the numbers of rules.\n"
	    "DI 災害時  CO 同意・閲覧  ID 本人確認  TI 資格の時点\n\n"
	    "実施責任者 ____________________    "
	    "確認者 ____________________\n", d->report);
	rule_line(d->report);
}

static void
play_all(struct drill *d)
{
	const json_t *steps = json_object_get(d->d, "steps"), *step;
	size_t i;
	char *why;
	int how;

	tell_head(d);
	for (i = 0; i < json_array_size(steps) && !spawn_stopping; i++) {
		step = json_array_get(steps, i);
		why = NULL;
		how = play(d, step, (int)i + 1, &why);
		d->counts[how]++;
		tell_step(d, step, (int)i + 1, how, why == NULL ? "" : why);
		free(why);
	}
	drill_record(&d->w, d->client == NULL, d->report, d->counts);
	tell_end(d);
}

static int
run(struct drill *d, const char *pki, int keep)
{
	int r = 1;

	spawn_catch();
	if (world_make(&d->w, pki) != 0)
		goto out;
	d->w.keep = keep;
	if (world_serve(&d->w, d->name, d->d) != 0 ||
	    world_configure(&d->w, d->d, d->client == NULL) != 0) {
		fputs("onshikaku-sim: the drill's world could not be made\n",
		    stderr);
		goto out;
	}
	play_all(d);
	r = d->counts[WRONG] > 0 || d->counts[RIGHT] == 0 || spawn_stopping;
out:
	world_end(&d->w);
	return r;
}

static int
usage(void)
{
	fputs("usage: onshikaku-sim drill disaster [--pki DIR] [--keep] "
	    "[--report FILE]\n           [-- CLIENT...]\n", stderr);
	return 2;
}

int
drill_main(int argc, char **argv)
{
	struct drill d = { .name = NULL, .report = stdout };
	const char *pki = NULL, *file = NULL;
	json_t *data;
	int i, keep = 0, r;

	for (i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--pki") == 0 && i + 1 < argc)
			pki = argv[++i];
		else if (strcmp(argv[i], "--report") == 0 && i + 1 < argc)
			file = argv[++i];
		else if (strcmp(argv[i], "--keep") == 0)
			keep = 1;
		else if (d.name == NULL && argv[i][0] != '-' &&
		    strchr(argv[i], '/') == NULL)
			d.name = argv[i];
		else
			return usage();
	if (i + 1 < argc)
		d.client = argv + i + 1;
	if (d.name == NULL || (data = scenario_data("drills", d.name)) == NULL)
		return usage();
	if (file != NULL && (d.report = fopen(file, "w")) == NULL) {
		perror(file);
		json_decref(data);
		return 7;
	}
	d.d = data;
	r = run(&d, pki, keep);
	if (fflush(d.report) != 0 || (file != NULL && fclose(d.report) != 0))
		r = 7;
	json_decref(data);
	return r;
}
