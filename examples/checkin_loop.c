/*
 * Two counters in one poll loop (POSIX): each visit has a reader of its own
 * and never waits inside a call. Usage: checkin_loop READER1 READER2; PINs are
 * read from standard input, "1 1234" for the first counter.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <onshikaku.h>

struct counter {
	struct onshi_visit	*visit;
	int			 number;
	int			 waiting;	/* for onshi_visit_fd */
	int			 done;
	int			 result;	/* what it ended with */
};

static int
begin(struct counter *k, struct onshi *o, int number, const char *reader)
{
	int r;

	k->number = number;
	if ((r = onshi_visit_new(o, ONSHI_PURPOSE_CARE, &k->visit)) !=
	    ONSHI_OK ||
	    (r = onshi_visit_set_blocking(k->visit, 0)) != ONSHI_OK ||
	    (r = onshi_visit_set_reader(k->visit, reader)) != ONSHI_OK ||
	    (r = onshi_visit_set_method(k->visit, ONSHI_METHOD_PIN)) !=
	    ONSHI_OK)
		return r;

	return ONSHI_OK;
}

/* What is needed, and beside it why it is needed again. */
static void
tell(const struct counter *k, const char *need)
{
	const struct onshi_error *e = onshi_visit_error(k->visit);

	if (onshi_error_code(e) != ONSHI_OK)
		printf("窓口%d: %s（残り%d回）\n", k->number,
		    onshi_result_text(onshi_error_code(e), "ja"),
		    onshi_error_tries_left(e));
	printf("窓口%d: %s\n", k->number, need);
}

static void
finish(struct counter *k, int r)
{
	struct onshi_answer *a = NULL;

	if (r == ONSHI_OK)
		r = onshi_visit_get(k->visit, ONSHI_CATEGORY_ELIGIBILITY,
		    NULL, &a);
	printf("窓口%d: %s\n", k->number, r == ONSHI_OK ?
	    onshi_outcome_name(onshi_answer_outcome(a)) :
	    onshi_result_text(r, "ja"));
	onshi_answer_free(&a);
	k->result = r > 0 ? ONSHI_E_UNSUPPORTED : r;
	k->done = 1;
}

/* Moves one visit on until it has to wait for something. */
static void
step(struct counter *k)
{
	int r;

	k->waiting = 0;
	while (!k->done)
		switch (r = onshi_visit_advance(k->visit)) {
		case ONSHI_NEED_WAIT:
			k->waiting = 1;
			return;
		case ONSHI_NEED_CARD:
			tell(k, "カードを置いてください");
			break;
		case ONSHI_NEED_PIN:
			tell(k, "暗証番号を入力してください");
			return;
		default:	/* answered, failed, a need of a later version */
			finish(k, r);
		}
}

/* A line "1 1234" is the PIN for counter 1. 0: no more will come. */
static int
read_pin(struct counter *k, size_t n)
{
	char line[32];
	size_t i;
	int r;

	if (fgets(line, sizeof(line), stdin) == NULL)
		return 0;
	line[strcspn(line, "\r\n")] = '\0';
	if (strlen(line) < 3)
		return 1;
	for (i = 0; i < n; i++)
		if (line[0] == '0' + k[i].number && !k[i].done) {
			r = onshi_visit_set_pin(k[i].visit, line + 2, 0);
			/* One of another shape is asked for again. */
			if (r == ONSHI_OK || r == ONSHI_E_PIN_SHAPE)
				step(&k[i]);
			else
				printf("窓口%d: %s\n", k[i].number,
				    onshi_result_text(r, "ja"));
		}
	onshi_wipe(line, sizeof(line));
	return 1;
}

static void
run(struct counter *k, size_t n)
{
	struct pollfd p[3];
	int input = 1;
	size_t i;

	for (i = 0; i < n; i++)
		step(&k[i]);
	while (!k[0].done || !k[1].done) {
		p[n].fd = input ? 0 : -1;
		p[n].events = POLLIN;
		for (i = 0; i < n; i++) {
			p[i].fd = k[i].waiting && !k[i].done ?
			    (int)onshi_visit_fd(k[i].visit) : -1;
			p[i].events = POLLIN;
		}
		if (poll(p, (nfds_t)(n + 1), -1) < 0) {
			for (i = 0; i < n; i++)
				k[i].result = ONSHI_E_SYSTEM;
			return;
		}
		for (i = 0; i < n; i++)
			if ((p[i].revents & POLLIN) != 0)
				step(&k[i]);
		if (p[n].revents == 0 || (input = read_pin(k, n)))
			continue;
		for (i = 0; i < n; i++) {	/* nobody is there any more */
			onshi_visit_cancel(k[i].visit);
			step(&k[i]);
		}
	}
}

int
main(int argc, char **argv)
{
	struct counter k[2] = { { 0 }, { 0 } };
	struct onshi_config *c = NULL;
	struct onshi *o = NULL;
	int r;

	if (argc != 3) {
		fprintf(stderr, "usage: checkin_loop READER1 READER2\n");
		return 2;
	}
	setvbuf(stdin, NULL, _IONBF, 0);	/* poll sees what stdio has not */
	if ((r = onshi_config_new(&c)) == ONSHI_OK &&
	    (r = onshi_config_load(c, getenv("ONSHIKAKU_CONF"))) == ONSHI_OK &&
	    (r = onshi_new(ONSHI_ABI, c, &o)) == ONSHI_OK &&
	    (r = begin(&k[0], o, 1, argv[1])) == ONSHI_OK &&
	    (r = begin(&k[1], o, 2, argv[2])) == ONSHI_OK)
		run(k, 2);
	if (r != ONSHI_OK)
		fprintf(stderr, "%s: %s\n", onshi_result_text(r, "ja"),
		    o == NULL ? onshi_error_text(onshi_config_error(c)) : "");
	if (r == ONSHI_OK)
		r = k[0].result != ONSHI_OK ? k[0].result : k[1].result;
	onshi_visit_free(&k[0].visit);
	onshi_visit_free(&k[1].visit);
	onshi_free(&o);
	onshi_config_free(&c);

	return onshi_result_class(r);
}
