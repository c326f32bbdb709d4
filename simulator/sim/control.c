/* control.c: a socket by which scenarios change a service while it runs. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "folder.h"
#include "sim.h"

#define ASK_S		15	/* a card waits for its reader */
#define LINE_MAX_	4096
#define WORDS_MAX	16

static const char help[] =
    "after MS COMMAND         once, so much later\n"
    "fault SPEC | fault clear | fault list\n"
    "clock YYYY-MM-DDTHH:MM:SS | clock +SECONDS\n"
    "consent-seconds N\n"
    "disaster on MUNICIPALITY...|aomori [from D] [to D] | [notice]\n"
    "disaster off MUNICIPALITY...|aomori | disaster place CODE MUNICIPALITY\n"
    "hospital CODE on|off     whether an institution is one\n"
    "folder stop [N] | folder start [N] | folder look   the application\n"
    "line up | line down\n"
    "person EVENT WHO [...]   EVENT: assist consent disease hide join limit\n"
    "                         lose move name reference renew revoke show\n"
    "                         twin unregister withdraw\n"
    "logout                   the Web API knows no token any more\n"
    "on PREFIX COMMAND        once, when PREFIX has been answered\n"
    "status\n"
    "suspend CODE [PREFIX] | resume CODE   the agency stops a facility\n"
    "touch WHO [--method face|pin|visual] [--consent LIST]\n"
    "    [--carrier card|phone] [--prescription electronic|paper]\n"
    "    [--register-use] [--terminal N]   a patient at the face reader\n";

static char *
do_fault(struct sim *sim, int argc, char **argv)
{
	int i;

	if (argc == 2 && strcmp(argv[1], "clear") == 0) {
		fault_clear(&sim->faults);
		return text_dup("ok\n");
	}
	if (argc == 2 && strcmp(argv[1], "list") == 0)
		return fault_list(&sim->faults);
	for (i = 1; i < argc; i++)
		if (fault_add(&sim->faults, argv[i]) != 0)
			return NULL;
	return argc < 2 ? NULL : text_dup("ok\n");
}

static char *
do_logout(struct sim *sim, int argc, char **argv)
{
	(void)argv;
	if (argc == 1)
		webapi_log_out(sim);

	return argc == 1 ? text_dup("ok\n") : NULL;
}

static char *
do_clock(struct sim *sim, int argc, char **argv)
{
	return argc == 2 && clock_set(&sim->clock, argv[1]) == 0 ?
	    text_dup("ok\n") : NULL;
}

static char *
do_consent(struct sim *sim, int argc, char **argv)
{
	int64_t n;

	if (argc != 2 || text_number(argv[1], &n) != 0 || n < 0)
		return NULL;
	sim->consent_seconds = n;
	return text_dup("ok\n");
}

static char *
do_line(struct sim *sim, int argc, char **argv)
{
	if (argc != 2 || (strcmp(argv[1], "up") != 0 &&
	    strcmp(argv[1], "down") != 0))
		return NULL;
	sim->down = argv[1][0] == 'd';
	return text_dup("ok\n");
}

static char *
do_person(struct sim *sim, int argc, char **argv)
{
	sqlite3_stmt *st;
	char *said = NULL;

	if (argc < 3 || people_event(sim, argc - 1, argv + 1) != 0)
		return NULL;
	if (strcmp(argv[1], "show") != 0)
		return text_dup("ok\n");
	st = db_query(&sim->db, "SELECT * FROM person p JOIN coverage c ON "
	    "c.person=p.id WHERE p.id=? ORDER BY end<>0, start DESC LIMIT 1",
	    "i", people_find(sim, argv[2]));
	if (st != NULL && sqlite3_step(st) == SQLITE_ROW)
		said = text_format("%s,%s,%s,%s,%s\n", db_text(st, "insurer"),
		    db_text(st, "symbol"), db_text(st, "number"),
		    db_text(st, "branch"), db_text(st, "birth"));
	sqlite3_finalize(st);
	return said;
}

static char *
do_status(struct sim *sim, int argc, char **argv)
{
	char now[15], *faults = fault_list(&sim->faults), *said;

	(void)argc;
	(void)argv;
	clock_stamp(clock_now(&sim->clock), now);
	said = text_format("clock %s\npeople %lld\nrequests %lld\n"
	    "line %s\nfaults %s\n", now, (long long)db_int(&sim->db,
	    "SELECT count(*) FROM person", ""), (long long)db_int(&sim->db,
	    "SELECT count(*) FROM record", ""), sim->down ? "down" : "up",
	    faults);
	free(faults);
	return said;
}

/* PU-4: without notice, wholly or in part; by 医療機関等コード. */
static char *
do_suspend(struct sim *sim, int argc, char **argv)
{
	if (argc < 2 || argc > 3 || !text_digits(argv[1], TERMINAL_LEN) ||
	    db_run(&sim->db, "INSERT OR REPLACE INTO stopped VALUES(?,?)",
	    "tt", argv[1], argc > 2 ? argv[2] : "") != 0)
		return NULL;
	return text_dup("ok\n");
}

static char *
do_resume(struct sim *sim, int argc, char **argv)
{
	if (argc != 2 || !text_digits(argv[1], TERMINAL_LEN) ||
	    db_run(&sim->db, "DELETE FROM stopped WHERE terminal=?", "t",
	    argv[1]) != 0)
		return NULL;
	return text_dup("ok\n");
}

/* The application of one terminal, or of all. */
static char *
do_folder(struct sim *sim, int argc, char **argv)
{
	int64_t n = 0;
	struct folder *f;
	int stops = argc > 1 && strcmp(argv[1], "stop") == 0;

	if (argc < 2 || argc > 3 || (argc == 3 &&
	    (text_number(argv[2], &n) != 0 || n < 1 ||
	    folder_at(sim, n) == NULL)))
		return NULL;
	for (f = n > 0 ? folder_at(sim, n) : sim->folders; f != NULL;
	    f = n > 0 ? NULL : f->next)
		if (strcmp(argv[1], "look") == 0)
			forgotten_look(f);
		else if (stops || strcmp(argv[1], "start") == 0)
			folder_halt(f, stops);
		else
			return NULL;
	return text_dup("ok\n");
}

static const struct {
	const char *name;
	char	 *(*act)(struct sim *, int, char **);
} commands[] = {
	{ "clock",	     do_clock },
	{ "consent-seconds", do_consent },
	{ "disaster",	     disaster_control },
	{ "fault",	     do_fault },
	{ "folder",	     do_folder },
	{ "hospital",	     emergency_control },
	{ "line",	     do_line },
	{ "logout",	     do_logout },
	{ "person",	     do_person },
	{ "resume",	     do_resume },
	{ "status",	     do_status },
	{ "suspend",	     do_suspend },
	{ "touch",	     face_touch },
};

/* on PREFIX COMMAND: kept until an answer of that function was made. */
static char *
hang(struct sim *sim, const char *rest)
{
	size_t n = strcspn(rest, " ");
	struct trigger *t, **at;

	if (n == 0 || rest[n] != ' ' ||
	    (t = calloc(1, sizeof(*t))) == NULL)
		return NULL;
	t->prefix = text_format("%.*s", (int)n, rest);
	t->command = text_dup(rest + n + 1);
	for (at = &sim->triggers; *at != NULL; at = &(*at)->next)
		;
	*at = t;
	return text_dup("ok\n");
}

/* after MS COMMAND: by the first terminal's thread. */
static char *
put_off(struct sim *sim, const char *rest)
{
	size_t n = strcspn(rest, " ");
	struct folder *f = folder_at(sim, 1);
	char *number = text_format("%.*s", (int)n, rest);
	int64_t ms = -1;

	if (text_number(number, &ms) != 0 || rest[n] != ' ' || f == NULL)
		ms = -1;
	free(number);
	if (ms < 0)
		return NULL;
	step_add(f, step_new(STEP_COMMAND, DIR_REQ, rest + n + 1,
	    step_now() + ms));
	folder_wake(f);
	return text_dup("ok\n");
}

/* One line, with the lock held; what to say, for the caller to free. */
char *
control_do(struct sim *sim, const char *line)
{
	char *copy, *argv[WORDS_MAX], *rest, *word, *said = NULL;
	int argc = 0;
	size_t i;

	if (strncmp(line, "on ", 3) == 0)
		said = hang(sim, line + 3);
	if (strncmp(line, "after ", 6) == 0)
		said = put_off(sim, line + 6);
	rest = copy = text_dup(line);
	while (argc < WORDS_MAX && (word = strsep(&rest, " \r\n")) != NULL)
		if (*word != '\0')
			argv[argc++] = word;
	for (i = 0; argc > 0 && said == NULL &&
	    i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(commands[i].name, argv[0]) == 0)
			said = commands[i].act(sim, argc, argv);
	free(copy);
	return said == NULL ? text_format("error\n%s", help) : said;
}

static struct {
	pthread_t   thread;
	int	    fd;
	int	    wake[2];
	char	   *path;
	struct sim *sim;
} server = { .fd = -1 };

static void
send_all(int fd, const char *s)
{
	size_t n = strlen(s);
	ssize_t w;

	while (n > 0 && (w = send(fd, s, n, MSG_NOSIGNAL)) > 0) {
		s += w;
		n -= (size_t)w;
	}
}

static void
talk(struct sim *sim, int fd)
{
	char line[LINE_MAX_], *said;
	struct timeval tv = { 5, 0 };
	size_t n = 0;
	ssize_t r;

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	while (n < sizeof(line) - 1 && memchr(line, '\n', n) == NULL &&
	    (r = recv(fd, line + n, sizeof(line) - 1 - n, 0)) > 0)
		n += (size_t)r;
	line[n] = '\0';
	line[strcspn(line, "\r\n")] = '\0';
	pthread_mutex_lock(&sim->lock);
	said = control_do(sim, line);
	pthread_mutex_unlock(&sim->lock);
	send_all(fd, said);
	free(said);
}

static void *
serve(void *arg)
{
	struct pollfd p[2] = { { .fd = server.fd, .events = POLLIN },
	    { .fd = server.wake[0], .events = POLLIN } };
	int fd;

	(void)arg;
	for (;;) {
		if (poll(p, 2, -1) < 0 && errno != EINTR)
			break;
		if (p[1].revents != 0)
			break;
		if (p[0].revents == 0)
			continue;
		fd = accept(server.fd, NULL, NULL);
		if (fd < 0)
			continue;
		talk(server.sim, fd);
		close(fd);
	}
	return NULL;
}

static int
address(const char *path, struct sockaddr_un *sa)
{
	memset(sa, 0, sizeof(*sa));
	sa->sun_family = AF_UNIX;
	if (strlen(path) >= sizeof(sa->sun_path)) {
		fprintf(stderr, "onshikaku-sim: %s: too long\n", path);
		return -1;
	}
	memcpy(sa->sun_path, path, strlen(path));
	return 0;
}

int
control_start(struct sim *sim, const char *path)
{
	struct sockaddr_un sa;

	if (address(path, &sa) != 0 || pipe(server.wake) != 0)
		return -1;
	server.sim = sim;
	server.path = text_dup(path);
	unlink(path);
	server.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (server.fd < 0 || bind(server.fd, (struct sockaddr *)&sa,
	    sizeof(sa)) != 0 || listen(server.fd, 8) != 0 ||
	    pthread_create(&server.thread, NULL, serve, NULL) != 0) {
		fprintf(stderr, "onshikaku-sim: %s: %s\n", path,
		    strerror(errno));
		return -1;
	}
	return 0;
}

void
control_stop(void)
{
	if (server.path == NULL)
		return;
	if (write(server.wake[1], "", 1) == 1)
		pthread_join(server.thread, NULL);
	close(server.fd);
	close(server.wake[0]);
	close(server.wake[1]);
	unlink(server.path);
	free(server.path);
	server.path = NULL;
}

/* What a service or a card says to a line, as text of its own; NULL and errno
 * where it cannot be asked or says nothing in time. */
char *
control_ask(const char *path, const char *line)
{
	struct timeval tv = { ASK_S, 0 };
	struct sockaddr_un sa;
	char *said = text_dup(""), *more, buf[1024];
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), error;
	ssize_t n = -1;

	if (fd >= 0 && address(path, &sa) == 0 &&
	    connect(fd, (struct sockaddr *)&sa, sizeof(sa)) == 0) {
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
		send_all(fd, line);
		send_all(fd, "\n");
		while ((n = read(fd, buf, sizeof(buf))) > 0) {
			more = text_format("%s%.*s", said, (int)n, buf);
			free(said);
			said = more;
		}
	}
	error = errno;
	if (fd >= 0)
		close(fd);
	if (n == 0)
		return said;
	free(said);
	errno = error;
	return NULL;
}

static int
starts(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

int
control_status(const char *said)
{
	return said == NULL ? 7 : *said == '\0' ? 4 : starts(said, "error") ?
	    2 : starts(said, "refused") ? 5 : 0;
}

static int
ask(const char *path, const char *line)
{
	char *said = control_ask(path, line);
	int r = control_status(said);

	if (said == NULL)
		fprintf(stderr, "onshikaku-sim: %s: %s\n", path,
		    strerror(errno));
	else
		fputs(said, r == 0 ? stdout : stderr);
	free(said);
	return r;
}

/* control --control PATH WORD…; person --control PATH EVENT WHO …; touch … */
int
control_main(int argc, char **argv)
{
	const char *path = getenv("ONSHIKAKU_SIM_CONTROL");
	char *line = text_dup(strcmp(argv[0], "control") == 0 ? "" : argv[0]);
	char *more;
	int i, r = 2;

	for (i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--control") == 0 && i + 1 < argc) {
			path = argv[++i];
			continue;
		}
		more = text_format("%s%s%s", line, *line == '\0' ? "" : " ",
		    argv[i]);
		free(line);
		line = more;
	}
	if (path == NULL || *line == '\0')
		fprintf(stderr, "usage: onshikaku-sim %s --control PATH "
		    "COMMAND…\n%s", argv[0], help);
	else
		r = ask(path, line);
	free(line);
	return r;
}
