/* bulk.c: onshikaku bulk: many in one go, taken up again where it was left. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bulk.h"

#define TRIES_MOST	5	/* to fetch what is known to be there */
#define TRY_AGAIN_MS	5000
#define TELL_EACH	50	/* units, on a terminal */
#define BAR		30

/* The order of the option's words. */
static const int kinds[] = { ONSHI_BULK_ELIGIBILITY, ONSHI_BULK_REGISTER,
    ONSHI_BULK_ASSISTANCE, ONSHI_BULK_HOME, ONSHI_BULK_TELEMEDICINE };

struct run {
	struct tool		*t;
	int			 kind;
	struct in		 in;
	struct compare		 compare;
	struct task_list		 report;
	struct keep		 keep;
	struct rows		 rows;
	struct onshi_operator	*op;
	struct onshi_bulk	*b;
	char			 ticket[1200];	/* that is kept */
	char			 receipt[256];
	int64_t			 until;		/* steady, ms; 0: for ever */
	int32_t			 told_s;	/* pause that was told of */
	bool			 bar;		/* a bar stands on the terminal */
};

/* ---- what was asked for -------------------------------------------------- */

static int
check_only(struct tool *t, enum option_id id, bool is_of_kind, bool is_needed)
{
	if (option_has(t, id) && !is_of_kind)
		return fail_usage(t, "not an option of this kind",
		    "この種類にないオプションです", option_rows[id].name);
	if (is_needed && option_text(t, id) == NULL)
		return fail_usage(t, "this option is needed",
		    "必要なオプションがありません", option_rows[id].name);

	return 0;
}

/* CO-13: a licence and a sign-in are somebody's. */
static int
check_operator(struct tool *t)
{
	if (option_text(t, OPT_OPERATOR) == NULL &&
	    (option_has(t, OPT_LICENCE) || option_has(t, OPT_SIGN_IN)))
		return fail_usage(t, "whose licence and sign-in? This option "
		    "is needed", "操作者の指定が必要です", "--operator");

	return 0;
}

static int
check(struct tool *t, int kind)
{
	bool is_eligibility = kind == ONSHI_BULK_ELIGIBILITY;
	bool is_month = kind == ONSHI_BULK_ASSISTANCE;
	bool is_day = kind == ONSHI_BULK_HOME ||
	    kind == ONSHI_BULK_TELEMEDICINE;
	bool has_in = t->operand_before != NULL;
	int status;

	if ((status = check_only(t, OPT_MONTH, is_month, is_month)) != 0 ||
	    (status = check_only(t, OPT_DAY, is_day, is_day)) != 0 ||
	    (status = check_only(t, OPT_DATE, is_eligibility, false)) != 0 ||
	    (status = check_only(t, OPT_ROWS, is_eligibility, false)) != 0 ||
	    (status = check_only(t, OPT_WORK, is_eligibility, false)) != 0 ||
	    (status = check_operator(t)) != 0)
		return status;
	if (!is_month && !is_day && !has_in)
		return fail_usage(t, "an argument is needed",
		    "引数が必要です", "IN.csv");
	if ((is_month || is_day) && has_in)
		return fail_usage(t, "too many arguments",
		    "引数が多すぎます", t->operand_before);

	return 0;
}

/* ---- told while it goes on ----------------------------------------------- */

static void
bar_away(struct run *u)
{
	if (u->bar)
		(void)fprintf(stderr, "\r\033[K");
	u->bar = false;
}

static void
tell(struct run *u, const char *text)
{
	bar_away(u);
	(void)fprintf(stderr, "%s\n", text);
}

static void
tell_units(struct run *u, size_t taken)
{
	size_t all = onshi_bulk_count(u->b), n, i;

	if (isatty(STDERR_FILENO) != 1 || taken % TELL_EACH != 0)
		return;
	u->bar = true;
	if (all < taken) {
		(void)fprintf(stderr, "\r%lu", (unsigned long)taken);
		return;
	}
	n = taken * BAR / all;
	(void)fprintf(stderr, "\r[");
	for (i = 0; i < BAR; i++)
		(void)fputc(i < n ? '#' : '.', stderr);
	(void)fprintf(stderr, "] %lu/%lu", (unsigned long)taken,
	    (unsigned long)all);
}

/* Few lines: when it was handed in, and when the pause has grown. */
static void
tell_later(struct run *u, int32_t seconds)
{
	struct tool *t = u->t;
	const char *receipt = onshi_bulk_receipt(u->b);
	char line[400];

	if (u->receipt[0] == '\0' && receipt != NULL) {
		(void)snprintf(u->receipt, sizeof(u->receipt), "%s", receipt);
		(void)snprintf(line, sizeof(line), "%s%.200s", say(t,
		    "handed in, receipt number ", "受付番号 "), receipt);
		tell(u, line);
	}
	if (seconds == 0 || seconds <= u->told_s)
		return;
	u->told_s = seconds;
	(void)snprintf(line, sizeof(line), "%s%ld%s", say(t,
	    "the service works on it; asking again in ",
	    "処理中です。"), (long)seconds, say(t, " s",
	    "秒後にもう一度取りに行きます"));
	tell(u, line);
}

/* ---- on its way ---------------------------------------------------------- */

static int
failed(struct run *u, int r)
{
	const struct onshi_error *e = onshi_bulk_error(u->b);

	bar_away(u);

	return fail_result(u->t, r, onshi_error_code(e) == r ? e : NULL);
}

static int
failed_file(struct run *u, const char *name, int error)
{
	bar_away(u);

	return fail_file(u->t, name, error);
}

/* Once it stands on the disk, and before the service is asked. */
static int
save(struct run *u)
{
	const char *text;
	int error, r;

	if ((r = onshi_bulk_ticket(u->b, &text)) != ONSHI_OK)
		return failed(u, r);
	if (strcmp(text, u->ticket) == 0)
		return 0;
	if (strlen(text) >= sizeof(u->ticket))
		return fail_result(u->t, ONSHI_E_INTERNAL, NULL);
	if ((error = keep_ticket(&u->keep, text, NULL)) != 0)
		return failed_file(u, u->keep.ticket, error);
	memcpy(u->ticket, text, strlen(text) + 1);

	return 0;
}

static int
resume(struct run *u, const char *ticket)
{
	struct failure other = { .result = ONSHI_E_VALUE,
	    .text = "OUT.ticket is of other persons, values or another kind",
	    .text_ja = "OUT.ticket は別の対象者・条件の依頼のものです",
	    .remedy = "Give the same IN and options as before to go on with "
	    "it, or name another OUT.",
	    .remedy_ja = "続けるには前回と同じ入力と指定にしてください。"
	    "新しい依頼は別の出力先にしてください" };
	int r = onshi_bulk_resume(u->b, ticket);

	if (r == ONSHI_E_VALUE) {
		other.error = onshi_bulk_error(u->b);
		return fail(u->t, &other);
	}
	if (r != ONSHI_OK)
		return failed(u, r);
	if (ticket != u->ticket)
		memcpy(u->ticket, ticket, strlen(ticket) + 1);

	return 0;
}

/* A handle with all that is asked; ticket NULL: a new request. */
static int
begin(struct run *u, const char *ticket)
{
	const struct onshi_error *e;
	int r, status;

	cancel_watch_bulk(NULL);
	onshi_bulk_free(&u->b);
	if ((r = onshi_bulk_new(u->t->root, u->kind, u->op, &u->b)) !=
	    ONSHI_OK) {
		e = onshi_last_error(u->t->root);
		return fail_result(u->t, r, onshi_error_code(e) == r ? e :
		    NULL);
	}
	cancel_watch_bulk(u->b);
	if ((status = in_give(u->t, u->kind, &u->in, u->b)) != 0)
		return status;

	return ticket != NULL ? resume(u, ticket) : save(u);
}

/* Until the service may be asked again. */
static int
pause_for(struct run *u, int64_t ms)
{
	if (u->until != 0 && now_ms() + ms >= u->until)
		return ONSHI_NEED_LATER;

	return cancel_sleep(ms) ? ONSHI_OK : ONSHI_E_CANCELLED;
}

/* One unit after another; ONSHI_OK once all were there. */
static int
take_all(struct run *u)
{
	const struct onshi_record *unit;
	int r;

	while ((r = onshi_bulk_next(u->b, &unit)) == ONSHI_OK) {
		if ((r = rows_take(&u->rows, u->b, unit)) != ONSHI_OK)
			break;
		tell_units(u, onshi_bulk_taken(u->b));
	}

	return r == ONSHI_END ? ONSHI_OK : r;
}

/* To its answer. *status: of a failure that was told already. */
static int
move_on(struct run *u, int *status)
{
	int r;

	while ((r = onshi_bulk_advance(u->b)) == ONSHI_NEED_LATER) {
		if ((*status = save(u)) != 0)
			return ONSHI_E_DISK;
		tell_later(u, onshi_bulk_later(u->b));
		if ((r = pause_for(u, 1000LL * onshi_bulk_later(u->b))) !=
		    ONSHI_OK)
			return r;
	}
	if (r == ONSHI_OK)
		r = take_all(u);

	return r;
}

/* What is there under a receipt number can be fetched again; nothing else is
 * repeated here. */
static bool
may_fetch_again(const struct run *u, int r)
{
	return onshi_bulk_receipt(u->b) != NULL &&
	    onshi_error_code(onshi_bulk_error(u->b)) == r &&
	    onshi_result_class(r) == 4 &&
	    onshi_error_may_retry(onshi_bulk_error(u->b)) != 0;
}

/* The service has said that it takes none of it: what comes next is new. */
static bool
is_refused(const struct run *u, int r)
{
	int outcome = onshi_error_outcome(onshi_bulk_error(u->b));

	return onshi_bulk_receipt(u->b) == NULL &&
	    onshi_result_class(r) == 5 && outcome != ONSHI_OUTCOME_NONE &&
	    outcome != ONSHI_OUTCOME_IN_PROGRESS &&
	    outcome != ONSHI_OUTCOME_UNKNOWN_CODE;
}

static void
tell_kept(struct run *u)
{
	struct tool *t = u->t;

	if (!t->is_json)
		(void)fprintf(stderr, "%s\n", say(t,
		    "  The same command line goes on with it.",
		    "  同じコマンドをもう一度実行すると、続きから再開します。"));
}

/* ONSHI_OK; ONSHI_NEED_LATER: the time is over; else what was told. */
static int
work(struct run *u, int *status)
{
	int r, tries = 0;

	while ((r = move_on(u, status)) != ONSHI_OK &&
	    may_fetch_again(u, r) && ++tries < TRIES_MOST) {
		rows_void(&u->rows);
		if ((r = pause_for(u, TRY_AGAIN_MS * tries)) != ONSHI_OK)
			break;
		if ((*status = begin(u, u->ticket)) != 0)
			return ONSHI_E_INTERNAL;
	}
	bar_away(u);
	if (r == ONSHI_OK || r == ONSHI_NEED_LATER || *status != 0)
		return r;
	*status = failed(u, r);
	if (is_refused(u, r))
		(void)keep_forget_ticket(&u->keep);
	else
		tell_kept(u);

	return r;
}

/* ---- what has come of it ------------------------------------------------- */

static size_t
persons(const struct run *u)
{
	size_t i, n = 0;

	for (i = 0; i < OUTCOMES; i++)
		n += u->rows.count[i];

	return n;
}

/* "valid:3,lost:1", for a run that comes after us. */
static void
write_counts(const struct run *u, char *text, size_t room)
{
	size_t i, n = 0;

	*text = '\0';
	for (i = 0; i < OUTCOMES; i++)
		if (u->rows.count[i] > 0 && n + 40 < room)
			n += (size_t)snprintf(text + n, room - n, "%s%s:%lu",
			    n > 0 ? "," : "", onshi_outcome_name((int)i),
			    (unsigned long)u->rows.count[i]);
}

static void
read_counts(struct run *u, const char *text)
{
	size_t len;
	char *end;
	int i;

	for (; *text != '\0'; text = *end == ',' ? end + 1 : end) {
		len = strcspn(text, ":");
		if (text[len] == '\0')
			return;
		for (i = 0; onshi_outcome_name(i) != NULL; i++)
			if (strlen(onshi_outcome_name(i)) == len &&
			    strncmp(onshi_outcome_name(i), text, len) == 0)
				break;
		if (onshi_outcome_name(i) == NULL || i >= OUTCOMES)
			return;
		u->rows.count[i] = strtoul(text + len + 1, &end, 10);
	}
}

static void
say_json(struct run *u, int outcome)
{
	struct json *j = &u->t->json;
	size_t i;

	json_text(j, "kind", onshi_bulk_kind_name(u->kind));
	json_word(j, "outcome", outcome != ONSHI_OUTCOME_NONE ?
	    onshi_outcome_name(outcome) : NULL);
	json_word(j, "receipt", onshi_bulk_receipt(u->b));
	json_bool(j, "resumed", u->keep.is_there);
	if (outcome == ONSHI_OUTCOME_DONE) {
		json_number(j, "persons", (int64_t)persons(u));
		json_open(j, "counts", '{');
		for (i = 0; i < OUTCOMES; i++)
			if (u->rows.count[i] > 0)
				json_number(j, onshi_outcome_name((int)i),
				    (int64_t)u->rows.count[i]);
		json_close(j, '}');
		json_text(j, "out", u->keep.out);
		if (u->report.path != NULL)
			json_text(j, "report", u->report.path);
	}
	json_bool(j, "audit", onshi_bulk_is_recorded(u->b) != 0);
}

static void
say_plain(struct run *u, int outcome)
{
	const char *receipt = onshi_bulk_receipt(u->b);
	struct tool *t = u->t;
	size_t i;

	print_row(t, say(t, "asked", "照会"), onshi_bulk_kind_text(u->kind,
	    t->lang));
	if (receipt != NULL)
		print_row(t, say(t, "receipt", "受付番号"), receipt);
	if (outcome != ONSHI_OUTCOME_DONE) {
		if (outcome != ONSHI_OUTCOME_NONE)
			print_row(t, say(t, "outcome", "判定"),
			    onshi_outcome_text(outcome, t->lang));
		return;
	}
	for (i = 0; i < OUTCOMES; i++)
		if (u->rows.count[i] > 0)
			out_format(&t->out, "%6lu  %s\n",
			    (unsigned long)u->rows.count[i],
			    onshi_outcome_text((int)i, t->lang));
	print_row(t, say(t, "written to", "出力"), u->keep.out);
	if (u->report.path != NULL)
		print_row(t, say(t, "what to do", "要対応一覧"),
		    u->report.path);
}

static void
sum_up(struct run *u, int outcome)
{
	if (u->t->is_json)
		say_json(u, outcome);
	else
		say_plain(u, outcome);
}

/* The report, OUT, its name; the ticket goes last, so that at no time it is
 * unknown what has come of it. */
static int
publish(struct run *u)
{
	char counts[380];
	int error;

	if ((error = rows_write(&u->rows, u->keep.fd)) != 0)
		return failed_file(u, u->keep.part, error);
	if (u->report.path != NULL && (error = task_write(&u->report)) != 0)
		return failed_file(u, u->report.path, error);
	write_counts(u, counts, sizeof(counts));
	if ((error = keep_ticket(&u->keep, u->ticket, counts)) != 0)
		return failed_file(u, u->keep.ticket, error);
	if ((error = keep_publish(&u->keep)) != 0)
		return failed_file(u, u->keep.out, error);
	if ((error = keep_forget_ticket(&u->keep)) != 0)
		return failed_file(u, u->keep.ticket, error);

	return 0;
}

/* A run was killed when OUT had its name already. */
static int
finish_late(struct run *u)
{
	int error;

	read_counts(u, u->keep.last);
	if ((error = keep_forget_ticket(&u->keep)) != 0)
		return failed_file(u, u->keep.ticket, error);
	sum_up(u, ONSHI_OUTCOME_DONE);

	return 0;
}

static int
run(struct run *u)
{
	const char *ticket = u->keep.is_there && !option_has(u->t, OPT_ANEW) ?
	    u->keep.text : NULL;
	int r, status = 0;

	u->keep.is_there = ticket != NULL;
	if ((status = begin(u, ticket)) != 0)
		return status;
	if (u->keep.is_done)
		return finish_late(u);
	if ((r = work(u, &status)) == ONSHI_OK)
		status = publish(u);
	if (r == ONSHI_NEED_LATER) {
		sum_up(u, ONSHI_OUTCOME_IN_PROGRESS);
		tell_kept(u);
		return EXIT_SERVICE;
	}
	sum_up(u, status == 0 ? ONSHI_OUTCOME_DONE : onshi_error_outcome(
	    onshi_bulk_error(u->b)));

	return status;
}

/* ---- the command --------------------------------------------------------- */

/* A report that is there already is nobody's to lose, but one of our own. */
static int
check_report(struct run *u)
{
	struct failure exists = { .result = ONSHI_E_DISK,
	    .text = "the file of --report is there already", .text_ja =
	    "--report のファイルがすでにあります", .remedy =
	    "Take it away, or name another one.", .remedy_ja =
	    "移動するか、別の名前を指定してください" };

	if (u->report.path == NULL || u->keep.is_there ||
	    access(u->report.path, F_OK) != 0)
		return 0;

	return fail(u->t, &exists);
}

static int
prepare(struct run *u)
{
	struct tool *t = u->t;
	int status;

	if ((status = check(t, u->kind)) != 0 ||
	    (status = task_begin(&u->report, t)) != 0 ||
	    (status = in_read(t, u->kind, t->operand_before, &u->in)) != 0 ||
	    (status = compare_read(t, &u->in, &u->compare)) != 0 ||
	    (status = setup_root(t)) != 0 ||
	    (status = operator_make(t, &u->op)) != 0 ||
	    (status = keep_begin(&u->keep, t, t->operand)) != 0 ||
	    (status = check_report(u)) != 0)
		return status;
	u->rows.kind = u->kind;
	u->rows.t = t;
	u->rows.in = &u->in;
	u->rows.compare = &u->compare;
	u->rows.report = u->report.path != NULL ? &u->report : NULL;
	if (option_has(t, OPT_TIMEOUT))
		u->until = now_ms() + 1000LL * option_number(t, OPT_TIMEOUT,
		    0) + 1;

	return rows_begin(&u->rows, t, t->operand);
}

int
command_bulk(struct tool *t)
{
	struct run u = { .t = t, .kind = kinds[option_number(t, OPT_KIND,
	    0)] };
	int status;

	u.keep.fd = -1;
	if ((status = prepare(&u)) == 0)
		status = run(&u);
	cancel_watch_bulk(NULL);
	onshi_bulk_free(&u.b);
	onshi_operator_free(&u.op);
	rows_end(&u.rows);
	keep_end(&u.keep);
	task_end(&u.report);
	compare_free(&u.compare);
	table_free(&u.in.table);
	onshi_wipe(u.ticket, sizeof(u.ticket));

	return status;
}
