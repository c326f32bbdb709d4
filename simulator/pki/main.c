/* onshikaku-pki: makes the test certificates and the invented people. */
#include "pki.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

static const char *const bad_cards[] = {
	"card-other-ca", "card-wrong-key", "card-bad-cert",
};

static const char usage[] =
	"usage: onshikaku-pki [--now YYYY-MM-DD] [--broken NAME|all]... DIR\n"
	"       onshikaku-pki --list-broken\n"
	"Writes into DIR: ca.pem crl.pem, server.pem/.key,\n"
	"terminal-{medical,dental,pharmacy,visiting}.pem/.key, card-ca.pem,\n"
	"card-sign-ca.pem, card-face-ca.pem, cards/PROFILE/..., people.csv\n";

bool
pki_wants(const struct pki *p, const char *name)
{
	size_t i;

	for (i = 0; i < p->broken_count; i++)
		if (strcmp(p->broken[i], name) == 0 ||
		    strcmp(p->broken[i], "all") == 0)
			return true;

	return false;
}

static bool
is_known(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(bad_cards) / sizeof(bad_cards[0]); i++)
		if (strcmp(name, bad_cards[i]) == 0)
			return true;

	return strcmp(name, "all") == 0 || pki_broken_known(name);
}

static int
list_broken(void)
{
	size_t i;

	pki_broken_list();
	for (i = 0; i < sizeof(bad_cards) / sizeof(bad_cards[0]); i++)
		printf("%s\n", bad_cards[i]);

	return 0;
}

static int
add_broken(struct pki *p, const char *name)
{
	if (!is_known(name)) {
		pki_complain("no such certificate (see --list-broken)", name);
		return -1;
	}
	if (p->broken_count < sizeof(p->broken) / sizeof(p->broken[0]))
		p->broken[p->broken_count++] = name;

	return 0;
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "now", required_argument, NULL, 'n' },
		{ "broken", required_argument, NULL, 'b' },
		{ "list-broken", no_argument, NULL, 'l' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct pki p = { .today = (int32_t)(time(NULL) / 86400) };
	int opt;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1)
		switch (opt) {
		case 'n':
			if (!pki_day_parse(optarg, &p.today)) {
				pki_complain("not a date", optarg);
				return 2;
			}
			break;
		case 'b':
			if (add_broken(&p, optarg) != 0)
				return 2;
			break;
		case 'l':
			return list_broken();
		case 'h':
			fputs(usage, stdout);
			return 0;
		default:
			fputs(usage, stderr);
			return 2;
		}
	if (optind + 1 != argc) {
		fputs(usage, stderr);
		return 2;
	}
	p.dir = argv[optind];
	if (pki_mkdir(p.dir) != 0 || pki_tls_make(&p) != 0 ||
	    pki_cards_make(&p) != 0)
		return 1;

	return 0;
}
