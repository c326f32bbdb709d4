/* spawn.c: children of the scenario runner: started, read, and ended. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "scenario.h"
#include "sim.h"

#define OUTPUT_MAX	(64 * 1024 * 1024)

volatile int spawn_stopping;

static void
on_signal(int sig)
{
	(void)sig;
	spawn_stopping = 1;
}

/* A signal ends the scenario that runs, and then everything is put away. */
void
spawn_catch(void)
{
	struct sigaction sa;

	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = on_signal;
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGHUP, &sa, NULL);
	signal(SIGPIPE, SIG_IGN);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
}

static int64_t
now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void
move_fd(int from, int to)
{
	if (from != to) {
		dup2(from, to);
		close(from);
	}
}

/* In the child: descriptors 0, 1, 2, 3 and nothing else; ends with us. */
static void
become(const struct spawn *s, int in, int out, int fd3, pid_t parent)
{
	int err, null = open("/dev/null", O_RDWR), fd;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(126);
	setpgid(0, 0);
	signal(SIGPIPE, SIG_DFL);
	err = s->err == NULL ? -1 : open(s->err, O_WRONLY | O_CREAT |
	    O_APPEND, 0600);
	/* above all the numbers that they are to have */
	in = fcntl(in, F_DUPFD, 10);
	out = fcntl(out, F_DUPFD, 10);
	err = fcntl(err < 0 ? null : err, F_DUPFD, 10);
	fd3 = fcntl(fd3 < 0 ? null : fd3, F_DUPFD, 10);
	move_fd(in, 0);
	move_fd(out, 1);
	move_fd(err, 2);
	move_fd(fd3, 3);
	for (fd = 4; fd < 256; fd++)
		close(fd);
	execvp(s->argv[0], s->argv);
	_exit(127);
}

static void
close_pair(int p[2])
{
	if (p[0] >= 0)
		close(p[0]);
	if (p[1] >= 0)
		close(p[1]);
}

int
spawn_start(const struct spawn *s, struct child *c)
{
	int in[2] = { -1, -1 }, out[2] = { -1, -1 }, pin[2] = { -1, -1 };
	pid_t parent = getpid();
	size_t n = s->fd3 == NULL ? 0 : strlen(s->fd3);

	*c = (struct child){ .pid = -1, .in = -1, .out = -1 };
	if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0 ||
	    (s->fd3 != NULL && pipe2(pin, O_CLOEXEC) != 0))
		goto fail;
	/* a PIN fits into the pipe; its end is the end of the file */
	if (n > 0 && write(pin[1], s->fd3, n) != (ssize_t)n)
		goto fail;
	fflush(NULL);
	if ((c->pid = fork()) == 0)
		become(s, in[0], out[1], pin[0], parent);
	if (c->pid < 0)
		goto fail;
	setpgid(c->pid, c->pid);
	close_pair(pin);
	close(in[0]);
	close(out[1]);
	c->in = in[1];
	c->out = out[0];
	return 0;
fail:
	close_pair(in);
	close_pair(out);
	close_pair(pin);
	return -1;
}

/* Waits until there is something to read, the time is up, or a signal came. */
static int
readable(int fd, int64_t until)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int64_t left;

	while (!spawn_stopping && (left = until - now_ms()) > 0)
		if (poll(&p, 1, left > 200 ? 200 : (int)left) > 0)
			return 1;
	return 0;
}

int
spawn_line(struct child *c, char *line, size_t size, int ms)
{
	int64_t until = now_ms() + ms;
	size_t n = 0;

	while (n < size - 1 && readable(c->out, until)) {
		if (read(c->out, line + n, 1) != 1)
			return -1;
		if (line[n] == '\n') {
			line[n] = '\0';
			return 0;
		}
		n++;
	}
	return -1;
}

/* All that it says until it closes; NULL when the time was up first. */
char *
spawn_output(struct child *c, int ms, size_t *len)
{
	int64_t until = now_ms() + ms;
	char *text = NULL, *more;
	size_t n = 0, room = 0;
	ssize_t r;

	for (;;) {
		if (room - n < 4096) {
			room = room * 2 + 8192;
			if (room > OUTPUT_MAX ||
			    (more = realloc(text, room)) == NULL)
				break;
			text = more;
		}
		if (!readable(c->out, until))
			break;
		r = read(c->out, text + n, room - n - 1);
		if (r == 0) {
			text[n] = '\0';
			*len = n;
			return text;
		}
		if (r < 0 && errno != EINTR)
			break;
		n += r > 0 ? (size_t)r : 0;
	}
	free(text);
	return NULL;
}

static int
reap(pid_t pid, int ms, int *status)
{
	int64_t until = now_ms() + ms;
	struct timespec nap = { 0, 5000000 };
	pid_t r;

	for (;;) {
		r = waitpid(pid, status, WNOHANG);
		if (r == pid)
			return 0;
		if (r < 0 && errno != EINTR)
			return -1;
		if (now_ms() >= until)
			return -1;
		nanosleep(&nap, NULL);
	}
}

/*
 * Waits for the end, after a signal if one is given, and kills the whole
 * group when it does not come. The exit status; 128 + signal if by one.
 */
int
spawn_end(struct child *c, int sig, int ms)
{
	int status = 0, r = -1;

	if (c->pid <= 0)
		return -1;
	if (c->in >= 0)
		close(c->in);
	if (sig != 0)
		kill(c->pid, sig);
	if (reap(c->pid, ms, &status) != 0) {
		kill(-c->pid, SIGKILL);
		kill(c->pid, SIGKILL);
		reap(c->pid, 5000, &status);
	}
	if (WIFEXITED(status))
		r = WEXITSTATUS(status);
	else if (WIFSIGNALED(status))
		r = 128 + WTERMSIG(status);
	if (c->out >= 0)
		close(c->out);
	*c = (struct child){ .pid = -1, .in = -1, .out = -1 };
	return r;
}

/* Children of our children whose parents went first have come to us. */
void
spawn_reap_all(void)
{
	struct timespec nap = { 0, 5000000 };
	int64_t until = now_ms() + 2000;
	int status;
	pid_t r;

	while ((r = waitpid(-1, &status, WNOHANG)) >= 0 && now_ms() < until)
		if (r == 0)
			nanosleep(&nap, NULL);
}

int
spawn_run(char *const *argv, const char *err, int ms)
{
	struct spawn s = { .argv = argv, .err = err };
	struct child c;
	size_t n;
	char *out;

	if (spawn_start(&s, &c) != 0)
		return -1;
	out = spawn_output(&c, ms, &n);
	free(out);
	return spawn_end(&c, out == NULL ? SIGTERM : 0, 2000);
}
