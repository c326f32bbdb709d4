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

/* Hidden names are somebody's work in progress: ours, by which the share's
 * clock is read, would wake every desk that waits, and each of them us. What
 * has no name is told of the queue or of the directory itself. */
static bool
is_worth(const struct inotify_event *e, bool (*matters)(const char *name))
{
	return e->len == 0 || (e->name[0] != '.' &&
	    (matters == NULL || matters(e->name)));
}

/* Whether a name that matters is among what was told. */
static bool
drain(const struct oki_dir_watch *w, bool (*matters)(const char *name))
{
	_Alignas(struct inotify_event) char told[4096];
	const struct inotify_event *e;
	bool is_told = false;
	ssize_t n, at;

	do {
		n = read(w->fd, told, sizeof(told));
		for (at = 0; at < n; at += (ssize_t)(sizeof(*e) + e->len)) {
			e = (const void *)(told + at);
			is_told |= is_worth(e, matters);
		}
	} while (n > 0 || (n < 0 && errno == EINTR));

	return is_told;
}

bool
oki_dir_watch_wait(struct oki_dir_watch *w,
    bool (*matters)(const char *name), const struct oki_event *stop,
    int32_t ms)
{
	struct pollfd p[2] = {
		{ .fd = w->fd, .events = POLLIN },
		{ .fd = stop == NULL ? -1 : (int)oki_event_fd(stop),
		    .events = POLLIN }
	};
	int64_t end = oki_os_steady_ms() + ms, left;

	do {
		left = end - oki_os_steady_ms();
		if (poll(p, 2, left > 0 ? (int)left : 0) <= 0 ||
		    p[0].revents == 0)
			return false;
		if (drain(w, matters))
			return true;
	} while (p[1].revents == 0);

	return false;
}

void
oki_dir_watch_free(struct oki_dir_watch **wp)
{
	if (*wp == NULL)
		return;
	if ((*wp)->fd >= 0)
		(void)close((*wp)->fd);
	oki_free(*wp);
	*wp = NULL;
}
