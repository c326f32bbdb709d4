/* Waits until programs can see the reader and its cards; runs a daemon. */
#include "vcard.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <winscard.h>

enum { READERS_MAX = 16, NAMES_MAX = 2048 };

static void
nap(void)
{
	const struct timespec t = { .tv_nsec = 20000000 };

	(void)nanosleep(&t, NULL);
}

/* How many cards the daemon shows; -1 as long as it shows no reader. */
static int
cards_seen(SCARDCONTEXT ctx)
{
	SCARD_READERSTATE state[READERS_MAX];
	char names[NAMES_MAX];
	DWORD len = sizeof(names), n = 0;
	const char *name;
	int cards = 0;

	if (SCardListReaders(ctx, NULL, names, &len) != SCARD_S_SUCCESS)
		return -1;
	memset(state, 0, sizeof(state));
	for (name = names; *name != '\0' && n < READERS_MAX;
	    name += strlen(name) + 1)
		state[n++].szReader = name;
	if (n == 0 ||
	    SCardGetStatusChange(ctx, 0, state, n) != SCARD_S_SUCCESS)
		return -1;
	while (n-- > 0)
		if ((state[n].dwEventState & SCARD_STATE_PRESENT) != 0)
			cards++;

	return cards;
}

/* wait CARDS SECONDS */
int
vc_wait(int argc, char **argv)
{
	SCARDCONTEXT ctx;
	long want = argc > 1 ? strtol(argv[1], NULL, 10) : 1;
	long seconds = argc > 2 ? strtol(argv[2], NULL, 10) : 10;
	int64_t until = vc_now_ms() + seconds * 1000;
	int seen;

	do {
		if (SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL,
		    &ctx) == SCARD_S_SUCCESS) {
			seen = cards_seen(ctx);
			(void)SCardReleaseContext(ctx);
			if (seen == want)
				return 0;
		}
		nap();
	} while (vc_now_ms() < until);

	return 1;
}

/* Brings the loopback of a new network name space up. */
int
vc_loopback(void)
{
	struct ifreq request = { .ifr_name = "lo" };
	int fd, r;

	if ((fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) < 0)
		return 1;
	r = ioctl(fd, SIOCGIFFLAGS, &request);
	request.ifr_flags = (short)(request.ifr_flags | IFF_UP);
	if (r == 0)
		r = ioctl(fd, SIOCSIFFLAGS, &request);
	(void)close(fd);

	return r == 0 ? 0 : 1;
}

/*
 * listen PATH COMMAND...: gives the daemon a socket at a path of our own in
 * the way of systemd, for machines that have no name spaces.
 */
int
vc_listen(int argc, char **argv)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	char pid[24];
	mode_t old;
	int fd, r;

	if (argc < 3 || strlen(argv[1]) >= sizeof(a.sun_path)) {
		vc_complain("listen PATH COMMAND...", NULL);
		return 2;
	}
	memcpy(a.sun_path, argv[1], strlen(argv[1]) + 1);
	(void)unlink(argv[1]);
	(void)close(3);
	if ((fd = socket(AF_UNIX, SOCK_STREAM, 0)) < 0)
		return 1;
	old = umask(0177);
	r = bind(fd, (const struct sockaddr *)&a, sizeof(a));
	(void)umask(old);
	if (r != 0 || listen(fd, 16) != 0 || (fd != 3 && dup2(fd, 3) != 3)) {
		vc_complain(strerror(errno), argv[1]);
		return 1;
	}
	if (fd != 3)
		(void)close(fd);
	snprintf(pid, sizeof(pid), "%ld", (long)getpid());
	if (setenv("LISTEN_PID", pid, 1) != 0 ||
	    setenv("LISTEN_FDS", "1", 1) != 0)
		return 1;
	execvp(argv[2], argv + 2);
	vc_complain(strerror(errno), argv[2]);

	return 127;
}
