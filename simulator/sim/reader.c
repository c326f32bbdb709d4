/*
 * reader.c: a face reader in software, in a process of its own: clients' adapters
 * and whoever plays the patients speak to it by one socket.
 *
 *   onshikaku-sim face serve --pki DIR --socket PATH [--terminal CODE]
 *	[--by-hand]
 *   onshikaku-sim face touch|status|leave ... --socket PATH
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "folder.h"
#include "reader.h"

#define LINE_MAX_	8192
#define WORDS_MAX	24
#define TALK_S		10

static volatile sig_atomic_t stopping;

static void
on_signal(int sig)
{
	(void)sig;
	stopping = 1;
}

static const char help[] =
    "usage: onshikaku-sim face serve --pki DIR --socket PATH [--terminal CODE]\n"
    "           [--by-hand]\n"
    "       onshikaku-sim face touch PROFILE [--method face|pin|visual]\n"
    "           [--consent LIST] [--carrier card|phone] [--pin N] [--face WHO]\n"
    "           [--fault WHAT] [--after MS] --socket PATH\n"
    "       onshikaku-sim face leave|status --socket PATH\n"
    "faults: forged no-proof not-allowed replay stale two-certificates unasked\n";

/* ---- patients ------------------------------------------------------------- */

static int
one_of(const char *value, const char *const *words, int n)
{
	int i;

	for (i = 0; i < n; i++)
		if (strcmp(words[i], value) == 0)
			return i;
	return -1;
}

static int
read_option(struct patient *p, const char *name, const char *value)
{
	static const char *const carriers[] = { "card", "phone" };

	if (strcmp(name, "--consent") == 0)
		return patient_consents(value, p->flags);
	if (strcmp(name, "--method") == 0)
		return p->method = one_of(value, reader_methods, METHODS);
	if (strcmp(name, "--carrier") == 0)
		return p->by_phone = one_of(value, carriers, 2);
	if (strcmp(name, "--after") == 0)
		return text_number(value, &p->after);
	if (strcmp(name, "--pin") == 0) {
		free(p->pin);
		p->pin = text_dup(value);
	} else if (strcmp(name, "--face") == 0) {
		free(p->face);
		p->face = text_dup(value);
	} else if (strcmp(name, "--fault") == 0) {
		free(p->fault);
		p->fault = text_dup(value);
	} else
		return -1;
	return 0;
}

static const char *
touch(struct reader *rd, int argc, char **argv)
{
	struct patient *p = calloc(1, sizeof(*p)), **at;
	int i, bad = p == NULL || argc < 2 || strchr(argv[1], '/') != NULL;

	if (!bad) {
		p->who = text_dup(argv[1]);
		p->pin = text_dup("1234");
	}
	for (i = 2; !bad && i < argc; i += 2)
		bad = i + 1 == argc || read_option(p, argv[i], argv[i + 1]) <
		    0;
	if (bad) {
		patient_free(p);
		return NULL;
	}
	for (at = &rd->patients; *at != NULL; at = &(*at)->next)
		;
	*at = p;
	return "ok\n";
}

static void
leave(struct reader *rd)
{
	struct patient *p;

	while ((p = rd->patients) != NULL) {
		rd->patients = p->next;
		patient_free(p);
	}
}

/* ---- clients ------------------------------------------------------------------ */

static void
forget(struct wanted *w)
{
	int i;

	if (w->in != NULL)
		fclose(w->in);
	if (w->f != NULL)
		fclose(w->f);
	for (i = 0; i <= CATEGORIES; i++)
		free(w->texts[i]);
	memset(w, 0, sizeof(*w));
}

static int
category_at(const char *name)
{
	int i;

	for (i = 0; i < CATEGORIES; i++)
		if (strcmp(categories[i].name, name) == 0)
			return i;
	return -1;
}

static void
read_wish(struct wanted *w, char *line)
{
	char *rest = strchr(line, ' ');
	int i;

	if (rest == NULL)
		return;
	*rest++ = '\0';
	if (strcmp(line, "registers") == 0)
		w->registers = *rest == '1';
	else if (strcmp(line, "allows") == 0 &&
	    (i = one_of(rest, reader_methods, METHODS)) >= 0)
		w->allows[i] = 1;
	else if (strcmp(line, "guidance") == 0) {
		free(w->texts[CATEGORIES]);
		w->texts[CATEGORIES] = text_dup(rest);
	} else if (strcmp(line, "asks") == 0) {
		char *words = strchr(rest, ' ');

		if (words != NULL)
			*words++ = '\0';
		if ((i = category_at(rest)) < 0)
			return;
		w->asks[i] = 1;
		free(w->texts[i]);
		w->texts[i] = words == NULL ? NULL : text_dup(words);
	}
}

/* check ID MILLISECONDS, wishes, "go". */
static int
read_check(struct wanted *w, char *line)
{
	int64_t ms = 0;
	char *id = line + strlen("check "), *end = strchr(id, ' ');

	if (end == NULL)
		return -1;
	*end++ = '\0';
	if (strlen(id) >= sizeof(w->id) || text_number(end, &ms) != 0)
		return -1;
	snprintf(w->id, sizeof(w->id), "%s", id);
	w->until = step_now() + ms;
	while (fgets(line, LINE_MAX_, w->in) != NULL) {
		line[strcspn(line, "\r\n")] = '\0';
		if (strcmp(line, "go") == 0)
			return 0;
		read_wish(w, line);
	}
	return -1;
}

/* ID-3: one at a time; a second desk is told so. */
static void
begin_check(struct reader *rd, struct wanted *w, char *line)
{
	if (rd->wanted.f != NULL)
		fputs("result busy\n", w->f);
	else if (read_check(w, line) == 0) {
		rd->wanted = *w;
		memset(w, 0, sizeof(*w));
		rd->checks++;
		printf("check %d\n", rd->checks);
		fflush(stdout);
		return;
	}
	forget(w);
}

static void
command(struct reader *rd, struct wanted *w, char *line)
{
	char *argv[WORDS_MAX], *rest = line, *word;
	const char *said = NULL;
	struct patient *p;
	int argc = 0, n = 0;

	while (argc < WORDS_MAX && (word = strsep(&rest, " ")) != NULL)
		if (*word != '\0')
			argv[argc++] = word;
	for (p = rd->patients; p != NULL; p = p->next)
		n++;
	if (argc > 0 && strcmp(argv[0], "touch") == 0)
		said = touch(rd, argc, argv);
	else if (argc == 1 && strcmp(argv[0], "leave") == 0) {
		leave(rd);
		said = "ok\n";
	} else if (argc == 1 && strcmp(argv[0], "status") == 0) {
		fprintf(w->f, "patients %d\nchecks %d\nwaiting %d\n", n,
		    rd->checks, rd->wanted.f != NULL);
		said = "";
	}
	fputs(said == NULL ? "error\n" : said, w->f);
	forget(w);
}

static void
accept_one(struct reader *rd, int listener)
{
	struct timeval tv = { TALK_S, 0 };
	struct wanted w = { .f = NULL };
	char line[LINE_MAX_];
	int fd = accept(listener, NULL, NULL);

	if (fd < 0)
		return;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	w.in = fdopen(dup(fd), "r");
	w.f = fdopen(fd, "w");
	if (w.in == NULL || w.f == NULL || fgets(line, sizeof(line), w.in) ==
	    NULL) {
		forget(&w);
		return;
	}
	line[strcspn(line, "\r\n")] = '\0';
	if (strncmp(line, "check ", 6) == 0)
		begin_check(rd, &w, line);
	else
		command(rd, &w, line);
}

/* Whoever waits gets the next patient; whom they left is not called up. */
static void
serve_one(struct reader *rd)
{
	struct patient *p = rd->patients;

	if (rd->wanted.f == NULL)
		return;
	if (p != NULL && p->due == 0)
		p->due = step_now() + p->after;
	if (p != NULL && p->due > step_now())
		p = NULL;
	if (rd->by_hand && p == NULL)
		p = reader_ask(rd);
	else if (p != NULL)
		rd->patients = p->next;
	if (p != NULL)
		reader_check(rd, p);
	else if (rd->by_hand || step_now() >= rd->wanted.until)
		fputs("result nobody\n", rd->wanted.f);
	else
		return;
	patient_free(p);
	forget(&rd->wanted);
}

static void
loop(struct reader *rd, int listener)
{
	struct pollfd p[2] = { { .fd = listener, .events = POLLIN } };

	while (!stopping) {
		p[1].fd = rd->wanted.in == NULL ? -1 : fileno(rd->wanted.in);
		p[1].events = POLLIN;
		p[1].revents = p[0].revents = 0;
		if (poll(p, 2, rd->wanted.f == NULL ? -1 : 50) < 0 &&
		    errno != EINTR)
			break;
		/* it says nothing more until it is asked: it has gone */
		if (p[1].revents != 0)
			forget(&rd->wanted);
		if (p[0].revents != 0)
			accept_one(rd, listener);
		serve_one(rd);
	}
	leave(rd);
	forget(&rd->wanted);
}

static int
address(const char *path, struct sockaddr_un *sa)
{
	memset(sa, 0, sizeof(*sa));
	sa->sun_family = AF_UNIX;
	if (path == NULL || strlen(path) >= sizeof(sa->sun_path))
		return -1;
	memcpy(sa->sun_path, path, strlen(path));
	return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static int
serve(struct reader *rd, const char *path)
{
	struct sigaction sa = { .sa_handler = on_signal };
	struct sockaddr_un name;
	int fd = address(path, &name), r = 7;

	if (fd >= 0)
		unlink(path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&name, sizeof(name)) != 0 ||
	    listen(fd, 8) != 0)
		fprintf(stderr, "onshikaku-sim: %s: %s\n", path == NULL ?
		    "--socket" : path, strerror(errno));
	else {
		sigaction(SIGTERM, &sa, NULL);
		sigaction(SIGINT, &sa, NULL);
		signal(SIGPIPE, SIG_IGN);
		puts("ready");
		fflush(stdout);
		loop(rd, fd);
		unlink(path);
		r = 0;
	}
	if (fd >= 0)
		close(fd);
	return r;
}

/* One line to a reader that runs, and what it says. */
static int
tell(const char *path, const char *line)
{
	struct sockaddr_un name;
	char buf[1024];
	int fd = address(path, &name), r = -1;
	ssize_t n;

	if (fd < 0 || connect(fd, (struct sockaddr *)&name, sizeof(name)) !=
	    0 || send(fd, line, strlen(line), MSG_NOSIGNAL) < 0) {
		fprintf(stderr, "onshikaku-sim: %s: %s\n", path == NULL ?
		    "--socket" : path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return 7;
	}
	while ((n = read(fd, buf, sizeof(buf))) > 0) {
		if (r < 0)
			r = n >= 5 && memcmp(buf, "error", 5) == 0 ? 2 : 0;
		fwrite(buf, 1, (size_t)n, r == 0 ? stdout : stderr);
	}
	close(fd);
	return r < 0 ? 4 : r;
}

int
face_main(int argc, char **argv)
{
	struct reader rd = { .terminal = "1319999996" };
	const char *path = getenv("ONSHIKAKU_FACE");
	char *line = text_dup(""), *more;
	int i, r = 2, serves = argc > 1 && strcmp(argv[1], "serve") == 0;

	for (i = 1; i < argc; i++)
		if (strcmp(argv[i], "--socket") == 0 && i + 1 < argc)
			path = argv[++i];
		else if (serves && strcmp(argv[i], "--pki") == 0 && i + 1 <
		    argc)
			rd.pki = argv[++i];
		else if (serves && strcmp(argv[i], "--terminal") == 0 &&
		    i + 1 < argc)
			rd.terminal = argv[++i];
		else if (serves && strcmp(argv[i], "--by-hand") == 0)
			rd.by_hand = 1;
		else {
			more = text_format("%s%s%s", line, *line == '\0' ? "" :
			    " ", argv[i]);
			free(line);
			line = more;
		}
	more = text_format("%s\n", line);
	if (serves && rd.pki != NULL && strcmp(line, "serve") == 0)
		r = serve(&rd, path);
	else if (!serves && *line != '\0' && path != NULL)
		r = tell(path, more);
	else
		fputs(help, stderr);
	free(line);
	free(more);
	free(rd.last_proof);
	for (i = 0; i < 16; i++)
		free(rd.tries[i].who);
	return r;
}
