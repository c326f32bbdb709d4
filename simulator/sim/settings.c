/* settings.c: the client's configuration, and people's numbers in texts. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scenario.h"
#include "sim.h"

static const struct {
	const char *name, *code, *kind;
} terminals[] = {
	{ "medical",  "1319999996", "medical" },
	{ "dental",   "1339999996", "dental" },
	{ "pharmacy", "1349999988", "pharmacy" },
	{ "visiting", "1369999993", "visiting" },
};
#define TERMINALS	(sizeof(terminals) / sizeof(terminals[0]))

static void
set(json_t *conf, const char *key, char *value)
{
	json_object_set_new(conf, key, json_string(value));
	free(value);
}

static size_t
terminal_of(const json_t *s)
{
	const char *name = json_string_value(json_object_get(s, "terminal"));
	size_t t = 0;

	while (name != NULL && t < TERMINALS - 1 &&
	    strcmp(terminals[t].name, name) != 0)
		t++;
	return t;
}

const char *
world_institution(const json_t *s)
{
	return terminals[terminal_of(s)].code;
}

/* Who the terminal is, and where and with whom it talks. */
static void
by_tls(const struct world *w, json_t *c, const char *name)
{
	set(c, "link.ca_file", text_format("%s/ca.pem", w->pki));
	set(c, "link.cert_file", text_format("%s/terminal-%s.pem", w->pki,
	    name));
	set(c, "link.key_file", text_format("%s/terminal-%s.key", w->pki,
	    name));
	set(c, "link.addresses", text_format("onshi.example:%d:127.0.0.1 "
	    "localhost:%d:127.0.0.1", w->port, w->port));
	set(c, "link.networks", text_dup("127.0.0.0/8"));
}

static void
by_https(const struct world *w, json_t *c, const char *name)
{
	set(c, "link.type", text_dup("https"));
	set(c, "link.base", text_format("https://onshi.example:%d", w->port));
	by_tls(w, c, name);
}

/* The login has a host of its own. */
static void
by_webapi(const struct world *w, json_t *c, const char *name)
{
	char *login = text_format("%s/login.json", w->dir);
	int fd = open(login, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd >= 0 && (write(fd, "{\"site\":\"SIM\"}", 14) != 14 ||
	    close(fd) != 0))
		fprintf(stderr, "onshikaku-sim: %s\n", login);
	set(c, "link.type", text_dup("webapi"));
	set(c, "link.auth_base", text_format("https://localhost:%d", w->port));
	set(c, "link.search_base", text_format("https://onshi.example:%d",
	    w->port));
	set(c, "link.login_file", login);
	by_tls(w, c, name);
}

/* A desk is a machine: what it keeps for itself is its own. */
static char *
own_dir(const struct world *w, const char *name, int desk)
{
	return desk == 0 ? text_format("%s/%s", w->dir, name) :
	    text_format("%s/%s%d", w->dir, name, desk + 1);
}

static void
by_folder(const struct world *w, json_t *c, int desk)
{
	char *journal = own_dir(w, "journal", desk);

	mkdir(journal, 0700);
	set(c, "link.type", text_dup("folder"));
	set(c, "link.req_dir", world_folder_list(w, "req"));
	set(c, "link.res_dir", world_folder_list(w, "res"));
	set(c, "link.face_dir", world_folder_list(w, "face"));
	set(c, "link.journal_dir", journal);
	if (w->zipped)
		set(c, "link.zip_password_file",
		    text_format("%s/zip.password", w->dir));
}

static json_t *
defaults(const struct world *w, size_t t, int desk)
{
	char *visits = text_format("%s/visits", w->dir);
	json_t *c = json_object();

	mkdir(visits, 0700);
	set(c, "visits.dir", visits);
	set(c, "facility.institution_code", text_dup(terminals[t].code));
	set(c, "facility.kind", text_dup(terminals[t].kind));
	set(c, "facility.operator_sign_in", text_dup("password"));
	set(c, "facility.desk", text_format("%d", desk + 1));
	if (w->terminals > 0)
		by_folder(w, c, desk);
	else if (w->by_webapi)
		by_webapi(w, c, terminals[t].name);
	else
		by_https(w, c, terminals[t].name);
	set(c, "link.deadline_ms", text_dup("10000"));
	set(c, "reader.deadline_ms", text_dup("10000"));
	if (w->face.pid > 0)
		set(c, "face.socket", text_format("%s/face", w->dir));
	set(c, "card.ca_file", text_format("%s/card-ca.pem", w->pki));
	set(c, "audit.dir", own_dir(w, "audit", desk));
	set(c, "text.lang", text_dup("ja"));
	return c;
}

/* section.key members, a section at a time. */
static void
write_sections(FILE *f, const json_t *conf)
{
	static const char *const sections[] = { "facility", "link", "reader",
	    "card", "face", "audit", "visits", "disaster", "emergency", "rules",
	    "limits", "text" };
	const char *key;
	json_t *value;
	size_t i, n;

	for (i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
		fprintf(f, "[%s]\n", sections[i]);
		n = strlen(sections[i]);
		json_object_foreach((json_t *)(uintptr_t)conf, key, value)
			if (strncmp(key, sections[i], n) == 0 &&
			    key[n] == '.' && json_is_string(value))
				fprintf(f, "%s = %s\n", key + n + 1,
				    json_string_value(value));
	}
}

static int
write_file(const char *path, const json_t *conf)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "w");

	if (f == NULL)
		return -1;
	write_sections(f, conf);
	return fclose(f) == 0 ? 0 : -1;
}

/* The record is begun by our own client, as a facility would. */
static int
begin_record(const struct world *w, int desk)
{
	char *key = own_dir(w, "audit.key", desk);
	char *err = text_format("%s/audit.err", w->dir);
	char *program = world_program("onshikaku");
	char *argv[] = { program, text_dup("audit"), text_dup("init"),
	    text_dup("--key-out"), key, NULL };
	int r = 0;

	if (program != NULL && (r = spawn_run(argv, err, 20000)) != 0)
		fprintf(stderr, "onshikaku-sim: audit init ended with %d\n",
		    r);
	free(program);
	free(argv[1]);
	free(argv[2]);
	free(argv[3]);
	free(key);
	free(err);
	return r == 0 ? 0 : -1;
}

char *
world_conf(const struct world *w, int desk)
{
	return own_dir(w, "onshikaku.conf", desk);
}

/* onshikaku.conf: what every world needs, changed as the scenario says; own:
 * the client is ours. */
static int
configure_desk(const struct world *w, const json_t *s, int desk, int own)
{
	const json_t *changes = json_object_get(s, "config");
	const char *key;
	json_t *conf, *value;
	char *path = world_conf(w, desk);
	int r;

	conf = defaults(w, terminal_of(s), desk);
	json_object_foreach((json_t *)(uintptr_t)changes, key, value)
		if (json_is_string(value))
			set(conf, key, world_fill(w,
			    json_string_value(value)));
		else
			json_object_del(conf, key);
	r = write_file(path, conf);
	setenv("ONSHIKAKU_CONF", path, 1);
	if (r == 0 && own && json_object_get(conf, "audit.dir") != NULL)
		r = begin_record(w, desk);
	json_decref(conf);
	free(path);
	return r;
}

/* "files": { NAME: what is in it }, in ${dir}. */
static int
write_files(const struct world *w, const json_t *files)
{
	const char *name;
	char *path, *text, *filled;
	json_t *value;
	FILE *f;
	int r = 0;

	json_object_foreach((json_t *)(uintptr_t)files, name, value) {
		path = text_format("%s/%s", w->dir, name);
		text = json_is_string(value) ?
		    strdup(json_string_value(value)) : json_dumps(value, 0);
		filled = world_fill(w, text == NULL ? "" : text);
		f = fopen(path, "w");
		if (f == NULL || fputs(filled, f) < 0)
			r = -1;
		if (f != NULL && fclose(f) != 0)
			r = -1;
		free(filled);
		free(text);
		free(path);
	}
	return r;
}

static int
more_of(int desks, const json_t *s, const char *member)
{
	int n = (int)json_integer_value(json_object_get(s, member));

	return n > DESKS_MAX ? DESKS_MAX : n > desks ? n : desks;
}

/* All desks that are there at once, or that a step runs at. */
static int
count_desks(const json_t *s)
{
	const json_t *before = json_object_get(s, "before");
	int n = more_of(more_of(1, s, "desks"), s, "desk");
	size_t i;

	for (i = 0; i < json_array_size(before); i++)
		n = more_of(n, json_array_get(before, i), "desk");
	return n;
}

int
world_configure(struct world *w, const json_t *s, int own)
{
	const char *link = json_string_value(json_object_get(s, "link"));
	int desks = count_desks(s);
	int i, r = 0;

	w->by_webapi = link != NULL && strcmp(link, "webapi") == 0;
	for (i = 0; i < desks; i++)
		r |= configure_desk(w, s, i, own);
	return r | write_files(w, json_object_get(s, "files"));
}

/* people.csv: the value of COLUMN for PROFILE; NULL if there is none. */
static char *
person_value(const char *csv, const char *profile, size_t plen,
    const char *column, size_t clen)
{
	const char *line, *head = csv, *at, *end;
	int index = 0;

	for (at = head; strncmp(at, column, clen) != 0 ||
	    (at[clen] != ',' && at[clen] != '\n'); index++) {
		at += strcspn(at, ",\n");
		if (*at++ != ',')
			return NULL;
	}
	for (line = strchr(csv, '\n'); line != NULL;
	    line = strchr(line, '\n')) {
		line++;
		if (strncmp(line, profile, plen) != 0 || line[plen] != ',')
			continue;
		for (at = line; index > 0; index--) {
			at += strcspn(at, ",\n");
			if (*at++ != ',')
				return NULL;
		}
		end = at + strcspn(at, ",\n");
		return text_format("%.*s", (int)(end - at), at);
	}
	return NULL;
}

/* Of what the step before printed. */
static char *
printed(const struct world *w, const char *path, size_t len)
{
	char *copy = text_format("%.*s", (int)len, path);
	const char *s = json_string_value(compare_at_path(copy, w->out));

	free(copy);
	return s == NULL ? NULL : text_dup(s);
}

/* today, month, or day:N, so many days from today; by this machine's clock. */
static char *
day_of(const char *name, size_t len)
{
	static const struct clock real;
	int32_t today = clock_date(clock_now(&real));
	char *number;
	int64_t n;

	if (len == 5 && strncmp(name, "today", 5) == 0)
		return text_format("%d", (int)today);
	if (len == 5 && strncmp(name, "month", 5) == 0)
		return text_format("%d", (int)(today / 100));
	if (len < 5 || strncmp(name, "day:", 4) != 0)
		return NULL;
	number = text_format("%.*s", (int)len - 4, name + 4);
	if (text_number(number, &n) != 0 || n < -40000 || n > 40000)
		n = 0;
	free(number);
	return text_format("%d", (int)date_days(today, (int)n));
}

static char *
value_of(const struct world *w, const char *name, size_t len)
{
	const char *dot = memchr(name, '.', len);
	char *path, *csv, *value = NULL;

	if (len > 4 && strncmp(name, "out.", 4) == 0)
		return printed(w, name + 4, len - 4);

	if ((value = day_of(name, len)) != NULL)
		return value;
	if (len == 4 && strncmp(name, "port", 4) == 0)
		return text_format("%d", w->port);
	if (len == 3 && strncmp(name, "dir", 3) == 0)
		return text_dup(w->dir);
	if (len == 3 && strncmp(name, "pki", 3) == 0)
		return text_dup(w->pki);
	path = text_format("%s/people.csv", w->pki);
	csv = text_file(path, NULL);
	if (csv != NULL && dot != NULL)
		value = person_value(csv, name, (size_t)(dot - name), dot + 1,
		    len - (size_t)(dot - name) - 1);
	free(csv);
	free(path);
	return value;
}

/* ${PROFILE.COLUMN}, ${port}, ${dir}, ${pki}, ${today}, ${month}, ${day:N} and
 * ${out.PATH} become their values. */
char *
world_fill(const struct world *w, const char *text)
{
	char *out = text_dup(""), *more, *value;
	const char *open, *close;

	while ((open = strstr(text, "${")) != NULL &&
	    (close = strchr(open, '}')) != NULL) {
		value = value_of(w, open + 2, (size_t)(close - open) - 2);
		more = text_format("%s%.*s%s", out, (int)(open - text), text,
		    value == NULL ? "" : value);
		free(value);
		free(out);
		out = more;
		text = close + 1;
	}
	more = text_format("%s%s", out, text);
	free(out);
	return more;
}
