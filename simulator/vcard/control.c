/* The control socket: what the holder of the card does, and its state. */
#include "world.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { PATIENCE_MS = 8000 };

static bool
address(struct sockaddr_un *a, const char *path)
{
	*a = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (strlen(path) >= sizeof(a->sun_path)) {
		vc_complain("path too long for a socket", path);
		return false;
	}
	memcpy(a->sun_path, path, strlen(path) + 1);

	return true;
}

/* A socket of a card that has ended is taken over, a living one is not. */
static bool
is_alive(const struct sockaddr_un *a)
{
	bool alive;
	int fd;

	if ((fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) < 0)
		return false;
	alive = connect(fd, (const struct sockaddr *)a, sizeof(*a)) == 0;
	(void)close(fd);

	return alive;
}

int
vc_control_open(struct vc_world *w)
{
	const char *path = w->options->control;
	struct sockaddr_un a;
	struct stat st;
	mode_t old;
	int fd, r;

	if (!address(&a, path))
		return -1;
	if (is_alive(&a)) {
		vc_complain("another card is in charge", path);
		return -1;
	}
	if (lstat(path, &st) == 0 && S_ISSOCK(st.st_mode))
		(void)unlink(path);
	if ((fd = socket(AF_UNIX,
	    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) < 0)
		return -1;
	old = umask(0177);
	r = bind(fd, (const struct sockaddr *)&a, sizeof(a));
	(void)umask(old);
	if (r != 0 || listen(fd, VC_CLIENTS_MAX) != 0) {
		vc_complain(strerror(errno), path);
		(void)close(fd);
		return -1;
	}
	w->listener = fd;

	return 0;
}

void
vc_control_accept(struct vc_world *w)
{
	size_t i;
	int fd;

	if ((fd = accept(w->listener, NULL, NULL)) < 0)
		return;
	for (i = 0; i < VC_CLIENTS_MAX; i++)
		if (w->client[i].fd < 0) {
			w->client[i] = (struct vc_client){ .fd = fd };
			return;
		}
	(void)close(fd);
}

static void
finish(struct vc_client *k, const char *text)
{
	(void)send(k->fd, text, strlen(text), MSG_NOSIGNAL);
	(void)close(k->fd);
	k->fd = -1;
}

static void
refuse(struct vc_client *k, const char *why)
{
	char text[128];

	snprintf(text, sizeof(text), "error: %s\n", why);
	finish(k, text);
}

static void
do_status(struct vc_world *w, struct vc_client *k)
{
	const struct vc_card *c = &w->card;
	char text[2048], tries[400] = "", faults[1000] = "";
	size_t i, n = 0;

	for (i = 0; w->inserted && i < PIN_COUNT; i++)
		n += (size_t)snprintf(tries + n, sizeof(tries) - n,
		    "%s\"%s\":%u", i == 0 ? "" : ",",
		    vc_pin_name((enum vc_pin)i), c->tries[i]);
	for (i = 0, n = 0; i < w->faults.n; i++)
		n += (size_t)snprintf(faults + n, sizeof(faults) - n,
		    "%s\"%s%s\"", i == 0 ? "" : ",", w->faults.fault[i].text,
		    w->faults.fault[i].spent ? " (spent)" : "");
	snprintf(text, sizeof(text), "{\"profile\":\"%s\",\"inserted\":%s,"
	    "\"visible\":%s,\"powered\":%s,\"busy\":%s,\"verified\":%s,"
	    "\"apdus\":%lu,\"apdus_since_power_on\":%lu,\"verify\":%lu,"
	    "\"sign\":%lu,\"tries\":{%s},\"faults\":[%s]}\n",
	    w->inserted ? c->profile.name : "none",
	    w->inserted ? "true" : "false", w->visible ? "true" : "false",
	    w->powered ? "true" : "false", w->busy ? "true" : "false",
	    c->verified != 0 ? "true" : "false", c->apdus_all, c->apdus,
	    c->verifies, c->signs, tries, faults);
	finish(k, text);
}

static void
do_fault(struct vc_world *w, struct vc_client *k, const char *spec)
{
	const char *why = NULL;

	if (strcmp(spec, "clear") == 0)
		w->faults.n = 0;
	else
		why = vc_fault_add(&w->faults, spec);
	vc_fault_switches(&w->faults, &w->card.on);
	if (why != NULL)
		refuse(k, why);
	else
		finish(k, "ok\n");
}

static void
do_restore(struct vc_world *w, struct vc_client *k)
{
	if (!w->inserted)
		refuse(k, "no card");
	else if (vc_tries_restore(&w->tries, &w->card.profile) != 0)
		refuse(k, "the state cannot be written");
	else
		finish(k, "ok\n");
}

/* Insert and remove are answered when the reader has seen it. */
static void
wait_for(struct vc_client *k, enum vc_want want)
{
	k->want = want;
	k->until = vc_now_ms() + PATIENCE_MS;
}

static void
obey(struct vc_world *w, struct vc_client *k)
{
	char *verb = k->request, *rest = strchr(verb, ' ');
	const char *why;

	if (rest != NULL)
		*rest++ = '\0';
	if (strcmp(verb, "status") == 0 && rest == NULL) {
		do_status(w, k);
	} else if (strcmp(verb, "restore") == 0 && rest == NULL) {
		do_restore(w, k);
	} else if (strcmp(verb, "fault") == 0 && rest != NULL) {
		do_fault(w, k, rest);
	} else if (strcmp(verb, "insert") == 0 && rest != NULL) {
		if ((why = vc_world_insert(w, rest)) != NULL)
			refuse(k, why);
		else
			wait_for(k, WANT_VISIBLE);
	} else if (strcmp(verb, "remove") == 0 && rest == NULL) {
		vc_world_remove(w);
		wait_for(k, WANT_ABSENT);
	} else {
		refuse(k, "insert PROFILE, remove, fault SPEC, "
		    "fault clear, restore or status");
	}
}

void
vc_control_read(struct vc_world *w, struct vc_client *k)
{
	char *end;
	ssize_t n;

	n = recv(k->fd, k->request + k->have,
	    sizeof(k->request) - 1 - k->have, 0);
	if (n <= 0) {
		(void)close(k->fd);
		k->fd = -1;
		return;
	}
	if (k->want != WANT_REQUEST)
		return;
	k->have += (size_t)n;
	k->request[k->have] = '\0';
	if ((end = strchr(k->request, '\n')) != NULL) {
		*end = '\0';
		obey(w, k);
	} else if (k->have == sizeof(k->request) - 1) {
		refuse(k, "request too long");
	}
}

/* Says whether somebody is still waiting. */
bool
vc_control_progress(struct vc_world *w)
{
	struct vc_client *k;
	bool done, waiting = false;

	for (k = w->client; k < w->client + VC_CLIENTS_MAX; k++) {
		if (k->fd < 0 || k->want == WANT_REQUEST)
			continue;
		done = k->want == WANT_VISIBLE ? w->visible :
		    w->reader.link != LINK_LEAVING;
		if (done)
			finish(k, "ok\n");
		else if (k->until < vc_now_ms())
			refuse(k, "the reader has not noticed");
		else
			waiting = true;
	}

	return waiting;
}

void
vc_control_close(struct vc_world *w)
{
	size_t i;

	for (i = 0; i < VC_CLIENTS_MAX; i++)
		if (w->client[i].fd >= 0)
			(void)close(w->client[i].fd);
	if (w->listener >= 0) {
		(void)close(w->listener);
		(void)unlink(w->options->control);
	}
}

static int
send_request(int fd, int argc, char **argv)
{
	char text[VC_REQUEST_MAX];
	size_t n = 0, len;
	int i;

	for (i = 0; i < argc; i++) {
		len = strlen(argv[i]);
		if (n + len + 2 > sizeof(text))
			return -1;
		memcpy(text + n, argv[i], len);
		n += len;
		text[n++] = i + 1 < argc ? ' ' : '\n';
	}

	return send(fd, text, n, MSG_NOSIGNAL) == (ssize_t)n ? 0 : -1;
}

/* The other end: asks the running card, prints what it says. */
int
vc_ask(const char *path, int argc, char **argv)
{
	struct sockaddr_un a;
	char text[4096];
	size_t have = 0;
	ssize_t n;
	int fd, r = 1;

	if (!address(&a, path))
		return 2;
	if ((fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) < 0)
		return 1;
	if (connect(fd, (const struct sockaddr *)&a, sizeof(a)) != 0 ||
	    send_request(fd, argc, argv) != 0) {
		vc_complain(strerror(errno), path);
		goto out;
	}
	while (have < sizeof(text) - 1 && (n = recv(fd, text + have,
	    sizeof(text) - 1 - have, 0)) > 0)
		have += (size_t)n;
	text[have] = '\0';
	r = have == 0 || strncmp(text, "error", 5) == 0;
	if (strcmp(text, "ok\n") != 0)
		fputs(have == 0 ? "error: the card has ended\n" : text,
		    r == 0 ? stdout : stderr);
out:
	(void)close(fd);

	return r;
}
