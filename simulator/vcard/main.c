/* onshikaku-vcard: a My Number Card for the virtual reader of vsmartcard. */
#include "vcard.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage[] =
"usage: onshikaku-vcard --pki DIR [--card PROFILE|none] [--vpcd HOST:PORT]\n"
"           [--control PATH] [--apdu-log FILE] [--state FILE] [--contact]\n"
"           [--fault SPEC]... [--log-events] [--time-per-apdu MS]\n"
"           [--time-per-byte US] [--time-per-sign MS]\n"
"       onshikaku-vcard [--control PATH] insert PROFILE | remove |\n"
"           fault SPEC | fault clear | restore | status\n"
"       onshikaku-vcard wait [CARDS [SECONDS]]\n"
"       onshikaku-vcard listen PATH COMMAND...\n"
"PATH is that of ONSHIKAKU_VCARD by default, else onshikaku-vcard.sock in\n"
"XDG_RUNTIME_DIR, else /tmp/onshikaku-vcard-UID.sock. WHEN in a fault is the\n"
"number of the command since power-on, or select, read, verify or sign; it\n"
"happens once, with /every behind it each time:\n";

void
vc_complain(const char *what, const char *name)
{
	fprintf(stderr, "onshikaku-vcard: %s%s%s\n", what,
	    name == NULL ? "" : ": ", name == NULL ? "" : name);
}

static int
help(void)
{
	fputs(usage, stdout);
	vc_fault_list();

	return 0;
}

static int
wrong(void)
{
	fputs(usage, stderr);

	return 2;
}

/* What the running card is told, or what is done without one. */
static int
act(const struct vc_options *o, int argc, char **argv)
{
	if (strcmp(argv[0], "wait") == 0)
		return vc_wait(argc, argv);
	if (strcmp(argv[0], "listen") == 0)
		return vc_listen(argc, argv);
	if (strcmp(argv[0], "loopback") == 0)
		return vc_loopback();

	return vc_ask(o->control, argc, argv);
}

static bool
count(const char *text, unsigned int *out)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (*text == '\0' || *end != '\0' || n < 0 || n > 1000000)
		return false;
	*out = (unsigned int)n;

	return true;
}

/* Contactless at 212 kbit/s; a reader's round trip of 12 ms, card.md 1.4. */
static const struct vc_options defaults = {
	.card = "adult", .vpcd = "127.0.0.1:35963",
	.log = { .fd = -1, .label = "", .ms_per_apdu = 12,
	    .us_per_byte = 51, .ms_per_sign = 400 },
};

static bool
option(struct vc_options *o, int opt)
{
	switch (opt) {
	case 'p':
		o->pki = optarg;
		return true;
	case 'c':
		o->card = optarg;
		return true;
	case 'v':
		o->vpcd = optarg;
		return true;
	case 'k':
		o->control = optarg;
		o->control_is_asked = true;
		return true;
	case 'e':
		o->log.events = true;
		return true;
	case 'l':
		o->apdu_log = optarg;
		return true;
	case 's':
		o->state = optarg;
		return true;
	case 't':
		o->contact = true;
		return true;
	case 'f':
		if (o->fault_count == VC_FAULTS_MAX)
			return false;
		o->faults[o->fault_count++] = optarg;
		return true;
	case 'A':
		return count(optarg, &o->log.ms_per_apdu);
	case 'B':
		return count(optarg, &o->log.us_per_byte);
	case 'S':
		return count(optarg, &o->log.ms_per_sign);
	default:
		return false;
	}
}

/* One card per user is told what to do without saying which. */
static const char *
usual_control(void)
{
	static char path[100];
	const char *said = getenv("ONSHIKAKU_VCARD"), *folder;

	if (said != NULL && *said != '\0')
		return said;
	folder = getenv("XDG_RUNTIME_DIR");
	if (folder != NULL && *folder == '/' && strlen(folder) < 70)
		snprintf(path, sizeof(path), "%s/onshikaku-vcard.sock",
		    folder);
	else
		snprintf(path, sizeof(path), "/tmp/onshikaku-vcard-%lu.sock",
		    (unsigned long)getuid());

	return path;
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "pki", required_argument, NULL, 'p' },
		{ "card", required_argument, NULL, 'c' },
		{ "vpcd", required_argument, NULL, 'v' },
		{ "control", required_argument, NULL, 'k' },
		{ "apdu-log", required_argument, NULL, 'l' },
		{ "state", required_argument, NULL, 's' },
		{ "contact", no_argument, NULL, 't' },
		{ "fault", required_argument, NULL, 'f' },
		{ "log-events", no_argument, NULL, 'e' },
		{ "time-per-apdu", required_argument, NULL, 'A' },
		{ "time-per-byte", required_argument, NULL, 'B' },
		{ "time-per-sign", required_argument, NULL, 'S' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct vc_options o = defaults;
	int opt;

	o.control = usual_control();
	while ((opt = getopt_long(argc, argv, "+", options, NULL)) != -1) {
		if (opt == 'h')
			return help();
		if (!option(&o, opt))
			return wrong();
	}
	if (optind < argc)
		return act(&o, argc - optind, argv + optind);
	if (o.pki == NULL)
		return wrong();

	return vc_run(&o);
}
