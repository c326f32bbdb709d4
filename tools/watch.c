/* watch.c: onshikaku watch: who checks in at the official face reader. */
#include "config.h"

#include "tools.h"

#define LOOK_MS	500		/* between looks at Ctrl-C and the time */

struct watch {
	struct tool		*t;
	struct onshi_arrivals	*arrivals;
	struct onfile		 file;
	int64_t			 until;		/* steady, ms; 0: for ever */
	int32_t			 most;		/* lines; 0: any number */
	int32_t			 lines;
	int			 status;
};

static int
purpose_of_facility(const struct tool *t)
{
	const char *kind;

	if (onshi_config_text(t->config, "facility.kind", &kind) == ONSHI_OK &&
	    kind[0] == 'p')
		return ONSHI_PURPOSE_DISPENSING;

	return ONSHI_PURPOSE_CARE;
}

static int
check(struct tool *t)
{
	static const enum option_id acts[] = { OPT_LICENCE, OPT_SIGN_IN,
	    OPT_GET, OPT_SEAL };
	size_t i;

	if (option_has(t, OPT_TAKE) && option_text(t, OPT_OPERATOR) == NULL)
		return fail_usage(t, "who takes them? This option is needed",
		    "操作者の指定が必要です", "--operator");
	for (i = 0; i < COUNT(acts); i++)
		if (option_has(t, acts[i]) && !option_has(t, OPT_TAKE))
			return fail_usage(t, "only with this option",
			    "次の指定と一緒に使います", "--take");

	return 0;
}

/* A line is an object of its own, whatever main has begun. */
static void
line_begin(struct tool *t)
{
	t->has_failed = false;
	json_open(&t->json, NULL, '{');
}

static void
line_end(struct tool *t)
{
	json_close(&t->json, '}');
	out_text(&t->out, "\n");
	out_flush(&t->out);
}

/* In the operator's name: false where another desk was first. */
static bool
take(struct session *s)
{
	int r;

	if (session_input(s, onshi_visit_confirm(s->visit, s->op, 1)) != 0)
		return true;
	if ((r = onshi_visit_advance(s->visit)) == ONSHI_E_ARRIVAL_TAKEN ||
	    r == ONSHI_E_EXPIRED)
		return false;
	session_run(s);
	if (s->answer != NULL && option_has(s->t, OPT_SEAL))
		session_seal(s);
	if (s->answer != NULL)
		session_get_all(s);

	return true;
}

static void
show(struct watch *w, struct onshi_visit **visit)
{
	struct json_mark mark = json_mark(&w->t->json);
	struct session s;
	bool ours = true;
	int status;

	line_begin(w->t);
	if (session_arrive(&s, w->t, visit, &w->file) == 0) {
		if (option_has(w->t, OPT_TAKE))
			ours = take(&s);
		else
			session_look(&s);
	}
	status = session_end(&s);
	if (!ours && json_rewind(&w->t->json, &mark))
		return;
	line_end(w->t);
	w->lines++;
	if (w->status == 0)
		w->status = status;
}

static int32_t
time_left(const struct watch *w)
{
	int64_t left = w->until == 0 ? LOOK_MS : w->until - now_ms();

	if (left > LOOK_MS)
		left = LOOK_MS;

	return left < 100 ? 100 : (int32_t)left;
}

static bool
is_over(const struct watch *w)
{
	return (w->most != 0 && w->lines >= w->most) ||
	    (w->until != 0 && now_ms() >= w->until);
}

static int
run(struct watch *w)
{
	struct onshi_visit *v;
	int r = ONSHI_OK;

	while (!is_over(w) && r == ONSHI_OK) {
		if (cancel_is_asked())
			return ONSHI_E_CANCELLED;
		if ((r = onshi_arrivals_set_deadline(w->arrivals,
		    time_left(w))) != ONSHI_OK)
			return r;
		r = onshi_arrivals_next(w->arrivals, &v);
		if (r == ONSHI_OK)
			show(w, &v);
		else if (r == ONSHI_E_ARRIVAL_NONE)
			r = ONSHI_OK;
		if (w->t->out.failed)
			break;
	}

	return r;
}

/* The last line, where it went wrong: main closes it. */
static int
fail_line(struct watch *w, int r, const struct onshi_error *e)
{
	line_begin(w->t);

	return fail_result(w->t, r, onshi_error_code(e) == r ? e : NULL);
}

int
command_watch(struct tool *t)
{
	struct watch w = { .t = t };
	struct json_mark none = { .at = 0 };
	int r, status;

	if ((status = check(t)) != 0 ||
	    (status = onfile_read(t, &w.file)) != 0 ||
	    (status = setup_root(t)) != 0)
		goto out;
	w.most = option_number(t, OPT_LINES, 0);
	if (option_has(t, OPT_TIMEOUT))
		w.until = now_ms() + 1000LL * option_number(t, OPT_TIMEOUT,
		    0) + 1;
	(void)json_rewind(&t->json, &none);
	t->is_json = true;
	if ((r = onshi_arrivals_new(t->root, purpose_of_facility(t),
	    &w.arrivals)) != ONSHI_OK) {
		status = fail_line(&w, r, onshi_last_error(t->root));
		goto out;
	}
	if ((r = run(&w)) != ONSHI_OK) {
		status = fail_line(&w, r, onshi_arrivals_error(w.arrivals));
	} else {
		t->is_json = false;	/* every line is closed */
		status = w.status;
	}
out:
	onshi_arrivals_free(&w.arrivals);
	onfile_free(&w.file);

	return status;
}
