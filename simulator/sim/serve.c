/* serve.c: the service as a program: options, start, and a clean end. */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <libxml/parser.h>

#include "bulk.h"
#include "folder.h"
#include "sim.h"

struct options {
	const char *pki, *listen, *db, *control, *clock;
	int64_t	    people, seed, consent_seconds;
	int	    verbose;
};

static const char usage[] =
    "usage: onshikaku-sim serve --pki DIR [--listen 127.0.0.1:PORT]\n"
    "    [--folder [CODE:]DIR]... [--db FILE] [--people N] [--seed N]\n"
    "    [--fault SPEC]... [--clock YYYY-MM-DDTHH:MM:SS | --clock +SECONDS]\n"
    "    [--consent-seconds N] [--control PATH] [--verbose]\n"
    "    [--encoding UTF-8|Shift_JIS] [--zip-password-file FILE]\n"
    "    [--encrypt-conf FILE] [--stay-minutes N] [--zip-over BYTES]\n"
    "SPEC: [PREFIX:]FAULT[*COUNT][%PERCENT]; PREFIX face for the reader\n"
    "FAULT: delay=MS late=MS cut=N sjis shuffle unknown renamed foreign bom\n"
    "    undone err drop; by HTTPS status=NNN; by folder stale[=MS] others idle=MS\n"
    "    hasty kept pieces[=MS] gone[=MS] twice[=MS] locked[=MS] slow[=MS]\n"
    "    skew=SECONDS zip zipkey zipname zipbomb; of face files also\n"
    "    old[=SECONDS] copied replayed[=MS]; of bulk answers also\n"
    "    processing[=N] failed omit[=N] swapped; by the Web API twins numbers deep,\n"
    "    PREFIX login for its login\n";

static const struct option longs[] = {
	{ "pki",	     required_argument, NULL, 'p' },
	{ "listen",	     required_argument, NULL, 'l' },
	{ "db",		     required_argument, NULL, 'd' },
	{ "people",	     required_argument, NULL, 'n' },
	{ "seed",	     required_argument, NULL, 's' },
	{ "fault",	     required_argument, NULL, 'f' },
	{ "clock",	     required_argument, NULL, 'c' },
	{ "consent-seconds", required_argument, NULL, 'e' },
	{ "folder",	     required_argument, NULL, 'F' },
	{ "encoding",	     required_argument, NULL, 'S' },
	{ "encrypt-conf",    required_argument, NULL, 'S' },
	{ "stay-minutes",    required_argument, NULL, 'S' },
	{ "zip-over",	     required_argument, NULL, 'S' },
	{ "zip-password-file", required_argument, NULL, 'S' },
	{ "control",	     required_argument, NULL, 'k' },
	{ "verbose",	     no_argument,	NULL, 'v' },
	{ NULL, 0, NULL, 0 }
};

static int
take_option(int c, const char *name, struct options *o, struct sim *sim)
{
	switch (c) {
	case 'p':	o->pki = optarg;	return 0;
	case 'l':	o->listen = optarg;	return 0;
	case 'd':	o->db = optarg;		return 0;
	case 'c':	o->clock = optarg;	return 0;
	case 'k':	o->control = optarg;	return 0;
	case 'v':	o->verbose = 1;		return 0;
	case 'n':	return text_number(optarg, &o->people);
	case 's':	return text_number(optarg, &o->seed);
	case 'e':	return text_number(optarg, &o->consent_seconds);
	case 'F':	return folder_add(sim, optarg);
	case 'S':	return folder_setting(name, optarg);
	case 'f':	return fault_add(&sim->faults, optarg);
	default:	return -1;
	}
}

static int
read_options(int argc, char **argv, struct options *o, struct sim *sim)
{
	int c, at = 0;

	while ((c = getopt_long(argc, argv, "", longs, &at)) != -1)
		if (take_option(c, longs[at].name, o, sim) != 0) {
			if (c != '?')
				fprintf(stderr, "onshikaku-sim: %s\n",
				    optarg);
			return -1;
		}
	if (optind < argc || o->pki == NULL || o->people < 0 ||
	    o->people > 10000000 || o->consent_seconds < 0)
		return -1;
	if (o->clock != NULL && clock_set(&sim->clock, o->clock) != 0)
		return -1;
	sim->consent_seconds = o->consent_seconds;
	sim->prng.state = (uint64_t)o->seed;
	sim->faults.prng.state = (uint64_t)o->seed;
	sim->pki = o->pki;
	sim->verbose = o->verbose;
	return 0;
}

/* The people: those of the cards, and as many invented ones as asked for. */
static int
fill(struct sim *sim, const struct options *o)
{
	char *path;
	int r;

	if (db_int(&sim->db, "SELECT count(*) FROM person", "") == 0)
		generate_people(sim, (int)o->people);
	path = text_format("%s/people.csv", o->pki);
	r = people_import(sim, path);
	free(path);
	path = text_format("%s/card-ca.pem", o->pki);
	sim->cards = cards_new(path);
	free(path);
	return r == 0 && sim->cards != NULL ? 0 : -1;
}

static void
wait_for_the_end(struct sim *sim, const sigset_t *set)
{
	int sig;

	while (sigwait(set, &sig) != 0)
		;
	pthread_mutex_lock(&sim->lock);
	sim->stop = 1;
	pthread_cond_broadcast(&sim->stopping);
	pthread_mutex_unlock(&sim->lock);
}

static int
run(struct sim *sim, const struct options *o)
{
	struct pki pki = { NULL, NULL, NULL };
	sigset_t set;
	int port, r = 7;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	xmlInitParser();
	if (pki_load(&pki, o->pki) != 0 ||
	    db_open(&sim->db, o->db == NULL ? ":memory:" : o->db) != 0)
		goto out;
	if (fill(sim, o) != 0 || folder_start(sim) != 0 ||
	    (o->control != NULL && control_start(sim, o->control) != 0))
		goto out;
	r = 4;
	if (http_start(sim, &pki, o->listen, &port) != 0)
		goto out;
	printf("listening %.*s:%d\n", (int)(strrchr(o->listen, ':') -
	    o->listen), o->listen, port);
	fflush(stdout);
	wait_for_the_end(sim, &set);
	r = 0;
out:
	http_stop();
	control_stop();
	folder_stop(sim);
	bulk_stop(sim);
	db_close(&sim->db);
	cards_free(sim->cards);
	fault_clear(&sim->faults);
	pki_free(&pki);
	xmlCleanupParser();

	return r;
}

int
serve_main(int argc, char **argv)
{
	struct options o = { .listen = "127.0.0.1:0", .people = 100,
	    .seed = 1, .consent_seconds = DAY };
	struct sim sim = { .lock = PTHREAD_MUTEX_INITIALIZER,
	    .stopping = PTHREAD_COND_INITIALIZER };

	if (read_options(argc, argv, &o, &sim) != 0) {
		fputs(usage, stderr);
		fault_clear(&sim.faults);
		folder_stop(&sim);
		return 2;
	}
	return run(&sim, &o);
}
