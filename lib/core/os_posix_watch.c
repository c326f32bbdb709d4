/* The operating system, Linux: what comes into a directory. */
#include "config.h"

#include <sys/inotify.h>

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "core/inside.h"

struct oki_dir_watch {
	int	fd;
};

int
oki_dir_watch_new(const char *path, struct oki_dir_watch **out, int64_t *sys)
{
	struct oki_dir_watch *w;

	*out = NULL;
	if ((w = oki_alloc(sizeof(*w))) == NULL)
		return ONSHI_E_NOMEM;
	w->fd = oki_os_high(inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
	if (w->fd < 0 || inotify_add_watch(w->fd, path, IN_CREATE |
	    IN_MOVED_TO | IN_CLOSE_WRITE | IN_ONLYDIR) < 0) {
		if (sys != NULL)
			*sys = errno;
		oki_dir_watch_free(&w);
		return ONSHI_E_SYSTEM;
	}
	*out = w;

	return ONSHI_OK;
}

/* What it says does not matter: whoever waits knows what to look for. */
static void
drain(const struct oki_dir_watch *w)
{
	char told[4096];
	ssize_t n;

	do
		n = read(w->fd, told, sizeof(told));
	while (n > 0 || (n < 0 && errno == EINTR));
}

bool
oki_dir_watch_wait(struct oki_dir_watch *w, const struct oki_event *stop,
    int32_t ms)
{
	struct pollfd p[2] = {
		{ .fd = w->fd, .events = POLLIN },
		{ .fd = stop == NULL ? -1 : (int)oki_event_fd(stop),
		    .events = POLLIN }
	};

	if (poll(p, 2, ms) <= 0 || p[0].revents == 0)
		return false;
	drain(w);

	return true;
}

int64_t
oki_dir_watch_fd(const struct oki_dir_watch *w)
{
	return w == NULL ? -1 : w->fd;
}

void
oki_dir_watch_free(struct oki_dir_watch **wp)
{
	if (wp == NULL || *wp == NULL)
		return;
	if ((*wp)->fd >= 0)
		(void)close((*wp)->fd);
	oki_free(*wp);
	*wp = NULL;
}
