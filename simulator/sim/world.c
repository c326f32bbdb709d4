/* world.c: card, reader, service and configuration around one client. */
#include <errno.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scenario.h"
#include "sim.h"

static char *
own_dir(void)
{
	char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);
	char *slash;

	path[n < 0 ? 0 : n] = '\0';
	slash = strrchr(path, '/');
	if (slash != NULL)
		*slash = '\0';
	return text_dup(path);
}

/*
 * Programs stand beside this one, in the folders of ONSHIKAKU_PROGRAMS, or in
 * PATH; children find each other in the same way, because all is in PATH.
 */
static void
extend_path(void)
{
	const char *path = getenv("PATH"), *more;
	char *dir = own_dir(), *all;

	more = getenv("ONSHIKAKU_PROGRAMS");
	all = text_format("%s%s%s:%s", more == NULL ? "" : more,
	    more == NULL ? "" : ":", dir, path == NULL ? "/usr/bin:/bin" :
	    path);
	setenv("PATH", all, 1);
	free(dir);
	free(all);
}

char *
world_program(const char *name)
{
	char *copy, *rest, *dir, *path = NULL;

	if (getenv("PATH") == NULL)
		return NULL;
	rest = copy = text_dup(getenv("PATH"));
	while (path == NULL && (dir = strsep(&rest, ":")) != NULL) {
		path = text_format("%s/%s", *dir == '\0' ? "." : dir, name);
		if (access(path, X_OK) != 0) {
			free(path);
			path = NULL;
		}
	}
	free(copy);
	return path;
}

static int
is_there(const char *program)
{
	char *path = world_program(program);

	free(path);
	return path != NULL;
}

static char *
in(const char *dir, const char *name)
{
	return text_format("%s/%s", dir, name);
}

int
world_make(struct world *w, const char *pki)
{
	const char *tmp = getenv("TMPDIR");
	char *argv[3] = { NULL, NULL, NULL };

	memset(w, 0, sizeof(*w));
	w->reader.pid = w->service.pid = w->face.pid = -1;
	extend_path();
	w->root = text_format("%s/onshikaku-XXXXXX", tmp == NULL || *tmp ==
	    '\0' ? "/tmp" : tmp);
	if (mkdtemp(w->root) == NULL) {
		fprintf(stderr, "onshikaku-sim: %s: %s\n", w->root,
		    strerror(errno));
		free(w->root);
		w->root = NULL;
		return -1;
	}
	if (pki != NULL) {
		w->pki = realpath(pki, NULL);
		return w->pki == NULL ? -1 : 0;
	}
	w->pki = in(w->root, "pki");
	argv[0] = text_dup("onshikaku-pki");
	argv[1] = w->pki;
	if (spawn_run(argv, NULL, 60000) != 0) {
		fputs("onshikaku-sim: onshikaku-pki failed\n", stderr);
		free(argv[0]);
		return -1;
	}
	free(argv[0]);
	return 0;
}

static int
remove_one(const char *path, const struct stat *st, int flag,
    struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	remove(path);
	return 0;
}

/*
 * The service of a scenario ends with it; card and reader stay. 0 if it ended
 * as it must.
 */
int
world_leave(struct world *w)
{
	int r = w->service.pid <= 0 ? 0 :
	    spawn_end(&w->service, SIGTERM, 5000);

	spawn_end(&w->face, SIGTERM, 5000);
	free(w->dir);
	free(w->control);
	w->dir = w->control = NULL;
	json_decref(w->out);
	w->out = NULL;
	return r;
}

void
world_end(struct world *w)
{
	world_leave(w);
	spawn_end(&w->reader, SIGTERM, 10000);
	spawn_reap_all();
	if (w->root != NULL && w->keep)
		fprintf(stderr, "kept: %s\n", w->root);
	else if (w->root != NULL)
		nftw(w->root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(w->root);
	free(w->pki);
}

static int
start_reader(struct world *w)
{
	char *dir = in(w->root, "reader"), *err = in(w->root, "reader.err");
	char *argv[] = { text_dup("onshikaku-vreader"), text_dup("--dir"),
	    dir, text_dup("--pki"), w->pki, text_dup("--card"),
	    text_dup("none"), NULL };
	struct spawn s = { .argv = argv, .err = err };
	char line[64], *sock;

	w->reader_tried = 1;
	mkdir(dir, 0700);
	if (is_there("onshikaku-vreader") &&
	    spawn_start(&s, &w->reader) == 0 &&
	    spawn_line(&w->reader, line, sizeof(line), 30000) == 0 &&
	    strcmp(line, "ready") == 0) {
		w->has_reader = 1;
		sock = in(dir, "run/pcscd/pcscd.comm");
		setenv("PCSCLITE_CSOCK_NAME", sock, 1);
		free(sock);
		/* a client that plays the holder, in a sandbox or not */
		sock = in(dir, "vcard.sock");
		setenv("ONSHIKAKU_VCARD", sock, 1);
		free(sock);
	} else
		spawn_end(&w->reader, SIGTERM, 10000);
	free(argv[0]);
	free(argv[1]);
	free(argv[3]);
	free(argv[5]);
	free(argv[6]);
	free(dir);
	free(err);
	return w->has_reader ? 0 : -1;
}

static char *
ask_card(const struct world *w, const char *line)
{
	char *sock = in(w->root, "reader/vcard.sock");
	char *said = control_ask(sock, line);

	free(sock);
	return said;
}

static int
tell_card(const struct world *w, const char *verb, const char *object)
{
	char *line = text_format("%s%s%s", verb, object == NULL ? "" : " ",
	    object == NULL ? "" : object);
	char *said = ask_card(w, line);
	int r = control_status(said);

	if (r != 0)
		fprintf(stderr, "onshikaku-sim: the card refused: %s\n%s",
		    line, said == NULL ? "" : said);
	free(said);
	free(line);
	return r == 0 ? 0 : -1;
}

/* The card of the scenario is put on the reader; 1 if there is no reader. */
int
world_card(struct world *w, const json_t *card)
{
	const char *profile = json_string_value(json_object_get(card,
	    "profile"));
	const json_t *faults = json_object_get(card, "faults");
	size_t i;

	if (profile == NULL)
		return !w->has_reader ? 0 : tell_card(w, "remove", NULL);
	if (!w->reader_tried)
		start_reader(w);
	if (!w->has_reader)
		return 1;
	if (strcmp(profile, "none") == 0)
		return tell_card(w, "remove", NULL);
	if (tell_card(w, "fault", "clear") != 0 ||
	    tell_card(w, "insert", profile) != 0 ||
	    tell_card(w, "restore", NULL) != 0)	/* tries, as new */
		return -1;
	for (i = 0; i < json_array_size(faults); i++)
		if (tell_card(w, "fault", json_string_value(
		    json_array_get(faults, i))) != 0)
			return -1;
	return 0;
}

json_t *
world_card_status(const struct world *w)
{
	char *said = ask_card(w, "status");
	json_t *status = said == NULL ? NULL : json_loads(said, 0, NULL);

	free(said);
	return status;
}

static char *
text_at(const json_t *s, const char *name, const char *otherwise)
{
	const json_t *v = json_object_get(s, name);

	if (json_is_integer(v))
		return text_format("%lld", (long long)json_integer_value(v));
	return text_dup(json_is_string(v) ? json_string_value(v) :
	    otherwise);
}

int
world_tell(const struct world *w, const char *command)
{
	char *said = control_ask(w->control, command);
	int r = control_status(said);

	if (r != 0)
		fprintf(stderr, "onshikaku-sim: the service refused: %s\n%s",
		    command, said == NULL ? "" : said);
	free(said);
	return r == 0 ? 0 : -1;
}

static int
start_service(struct world *w, const json_t *s)
{
	const json_t *service = json_object_get(s, "service");
	char *err = in(w->dir, "service.err");
	struct arguments a = { .count = 16, .v = {
	    text_dup("/proc/self/exe"), text_dup("serve"),
	    text_dup("--pki"), text_dup(w->pki), text_dup("--listen"),
	    text_dup("127.0.0.1:0"), text_dup("--db"), in(w->dir, "db"),
	    text_dup("--control"), text_dup(w->control), text_dup("--clock"),
	    text_at(service, "clock", "+0"), text_dup("--consent-seconds"),
	    text_at(service, "consent_seconds", "86400"),
	    text_dup("--people"), text_at(service, "people", "20") } };
	struct spawn sp = { .argv = a.v, .err = err };
	char line[64] = "", *colon;
	int64_t port = 0;

	if (world_folder_options(w, s, &a) == 0 &&
	    spawn_start(&sp, &w->service) == 0 &&
	    spawn_line(&w->service, line, sizeof(line), 30000) == 0 &&
	    strncmp(line, "listening ", 10) == 0 &&
	    (colon = strrchr(line, ':')) != NULL)
		text_number(colon + 1, &port);
	while (a.count > 0)
		free(a.v[--a.count]);
	free(err);
	w->port = (int)port;
	return port > 0 ? 0 : -1;
}

/* The service, its people and its faults as the scenario s wants them. */
int
world_serve(struct world *w, const char *name, const json_t *s)
{
	const json_t *service = json_object_get(s, "service"), *list;
	char *command;
	size_t i;
	int r;

	w->dir = text_format("%s/%d-%s", w->root, ++w->count, name);
	w->control = in(w->dir, "control");
	if (mkdir(w->dir, 0700) != 0 || start_service(w, s) != 0)
		return -1;
	list = json_object_get(service, "faults");
	for (i = 0; i < json_array_size(list); i++) {
		command = text_format("fault %s",
		    json_string_value(json_array_get(list, i)));
		r = world_tell(w, command);
		free(command);
		if (r != 0)
			return -1;
	}
	list = json_object_get(service, "commands");
	for (i = 0; i < json_array_size(list); i++)
		if (world_tell(w, json_string_value(json_array_get(list,
		    i))) != 0)
			return -1;
	return 0;
}

/* How often the service was asked for something, by its own record. */
int64_t
world_asked(const struct world *w, const char *prefix)
{
	char *path = in(w->dir, "db");
	struct db db = { 0 };
	int64_t n = -1;

	if (sqlite3_open(path, &db.handle) == SQLITE_OK) {
		sqlite3_busy_timeout(db.handle, 5000);
		n = db_int(&db, "SELECT count(*) FROM record WHERE request=?",
		    "t", prefix);
	}
	db_close(&db);
	free(path);
	return n;
}
