/* client.c: the client of a scenario, at one desk or at several, run once or
 * in steps. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "scenario.h"
#include "sim.h"

#define CLIENT_MS	60000
#define ARGS_MAX	64
#define KILL_MS		20000

struct run {
	struct world *w;
	const char   *name;
	const json_t *s;
	char	    **client;	/* NULL: our own */
};

static void
own_args(const struct run *r, const json_t *args, char *own[ARGS_MAX])
{
	size_t i;

	own[0] = text_dup("onshikaku");
	own[1] = text_dup("--json");
	for (i = 0; i < json_array_size(args) && i < ARGS_MAX - 3; i++)
		own[i + 2] = world_fill(r->w, json_string_value(
		    json_array_get(args, i)));
}

/* Other clients than ours are told in ONSHIKAKU_ARGS what they are to do. */
static void
tell_args(char *const own[ARGS_MAX])
{
	json_t *list = json_array();
	char *text;
	int i;

	for (i = 2; own[i] != NULL; i++)
		json_array_append_new(list, json_string(own[i]));
	text = json_dumps(list, JSON_COMPACT);
	setenv("ONSHIKAKU_ARGS", text == NULL ? "[]" : text, 1);
	free(text);
	json_decref(list);
}

/* One client more, at the desk of that number, from 0. */
static int
start(const struct run *r, const json_t *args, int desk, struct child *c)
{
	const char *pin = json_string_value(json_object_get(r->s, "pin"));
	char *err = text_format("%s/client.err", r->w->dir);
	char *conf = world_conf(r->w, desk), *own[ARGS_MAX] = { NULL };
	struct spawn sp = { .err = err, .fd3 = pin };
	int i, started;

	own_args(r, args, own);
	tell_args(own);
	sp.argv = r->client != NULL ? r->client : own;
	setenv("ONSHIKAKU_CONF", conf, 1);
	started = spawn_start(&sp, c);
	for (i = 0; own[i] != NULL; i++)
		free(own[i]);
	free(conf);
	free(err);
	return started;
}

/* Every document that a client prints, one after the other. */
static void
read_lines(const char *text, size_t len, json_t *lines)
{
	json_error_t error;
	json_t *one;

	while (len > 0) {
		one = json_loadb(text, len, JSON_DISABLE_EOF_CHECK, &error);
		if (one == NULL || error.position <= 0)
			break;
		json_array_append_new(lines, one);
		text += error.position;
		len -= (size_t)error.position;
	}
}

static int
finish(struct child *c, struct ending *e)
{
	size_t n = 0;
	char *text = spawn_output(c, CLIENT_MS, &n), *more;
	int status = spawn_end(c, text == NULL ? SIGTERM : 0, 5000);

	if (text == NULL)
		return -1;
	if (e->statuses == NULL)
		e->statuses = json_array();
	json_array_append_new(e->statuses, json_integer(status));
	if (e->output == NULL)
		e->output = json_loadb(text, n, 0, NULL);
	read_lines(text, n, e->lines);
	more = text_format("%s%s", e->text == NULL ? "" : e->text, text);
	free(e->text);
	free(text);
	e->text = more;
	return 0;
}

/* "desk": of the machine that a step runs at; from 0. */
static int
desk_of(const json_t *step)
{
	int desk = (int)json_integer_value(json_object_get(step, "desk"));

	return desk < 1 || desk > DESKS_MAX ? 0 : desk - 1;
}

/* So many desks at once, from the first of them on. */
static int
run_step(const struct run *r, const json_t *args, int step, int first,
    int desks, struct ending *e)
{
	struct child c[DESKS_MAX];
	char number[16];
	int i, n, bad = 0;

	snprintf(number, sizeof(number), "%d", step);
	setenv("ONSHIKAKU_STEP", number, 1);
	e->lines = json_array();
	for (n = 0; n < desks; n++)
		if (start(r, args, first + n, &c[n]) != 0)
			break;
	for (i = 0; i < n; i++)
		bad |= finish(&c[i], e);
	return bad != 0 || n < desks ? -1 : 0;
}

void
client_free(struct ending *e)
{
	json_decref(e->output);
	json_decref(e->lines);
	json_decref(e->statuses);
	free(e->text);
	memset(e, 0, sizeof(*e));
}

/* Waits until the service has been asked for that, and ends the client as if
 * the machine had lost its power. */
static int
run_killed(const struct run *r, const json_t *step, int number,
    const char *prefix)
{
	int ms = KILL_MS, times = (int)json_integer_value(json_object_get(
	    step, "kill_at"));
	struct timespec nap = { 0, 5000000 };
	struct child c;
	char text[16];

	snprintf(text, sizeof(text), "%d", number);
	setenv("ONSHIKAKU_STEP", text, 1);
	if (start(r, json_object_get(step, "args"), desk_of(step), &c) != 0)
		return -1;
	for (; ms > 0 && !spawn_stopping &&
	    world_asked(r->w, prefix) < (times > 0 ? times : 1); ms -= 5)
		nanosleep(&nap, NULL);
	spawn_end(&c, SIGKILL, 5000);
	return ms > 0 ? 0 : -1;
}

/* What a step said can be named in those after it: ${out.a.0.b}. */
static int
run_before(const struct run *r, const json_t *step, int number, char **why)
{
	const json_t *want = json_object_get(step, "exit");
	const json_t *output = json_object_get(step, "output");
	const json_t *commands = json_object_get(step, "commands");
	const char *kill_on = json_string_value(json_object_get(step,
	    "kill_on"));
	struct ending e = { 0 };
	char *wrong;
	size_t i;
	int bad;

	bad = kill_on != NULL ? run_killed(r, step, number, kill_on) :
	    run_step(r, json_object_get(step, "args"), number,
	    desk_of(step), 1, &e);
	if (bad == 0 && want != NULL &&
	    !json_equal(want, json_array_get(e.statuses, 0)))
		*why = text_format("step %d: exit: wanted %lld, is %lld",
		    number, (long long)json_integer_value(want),
		    (long long)json_integer_value(json_array_get(e.statuses,
		    0)));
	if (bad == 0 && *why == NULL && output != NULL && (wrong =
	    compare_subset(output, json_array_get(e.lines, 0))) != NULL) {
		*why = text_format("step %d: %s", number, wrong);
		free(wrong);
	}
	if (r->w->out == NULL)
		r->w->out = json_object();
	json_object_update(r->w->out, json_array_get(e.lines, 0));
	client_free(&e);
	for (i = 0; i < json_array_size(commands) && bad == 0; i++)
		bad = world_tell(r->w, json_string_value(json_array_get(
		    commands, i)));
	if (bad == 0)
		sleep((unsigned int)json_integer_value(json_object_get(step,
		    "wait")));
	return bad;
}

int
client_step(struct world *w, const char *name, const json_t *s, char **client,
    const json_t *step, int number, struct ending *e)
{
	struct run r = { w, name, s, client };

	setenv("ONSHIKAKU_SCENARIO", name, 1);
	return run_step(&r, json_object_get(step, "args"), number,
	    desk_of(step), 1, e);
}

/* The steps before, and the one that is judged; -1, or why not in words. */
int
client_run(struct world *w, const char *name, const json_t *s, char **client,
    struct ending *e, char **why)
{
	const json_t *before = json_object_get(s, "before");
	struct run r = { w, name, s, client };
	int desks = (int)json_integer_value(json_object_get(s, "desks"));
	size_t i;

	setenv("ONSHIKAKU_SCENARIO", name, 1);
	for (i = 0; i < json_array_size(before); i++)
		if (run_before(&r, json_array_get(before, i), (int)i + 1,
		    why) != 0 || *why != NULL)
			return *why == NULL ? -1 : 0;
	if (desks <= 1)
		return run_step(&r, json_object_get(s, "args"), (int)i + 1,
		    desk_of(s), 1, e);
	return run_step(&r, json_object_get(s, "args"), (int)i + 1, 0,
	    desks > DESKS_MAX ? DESKS_MAX : desks, e);
}
