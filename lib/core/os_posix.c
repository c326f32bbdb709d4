/* The operating system, POSIX and Linux: clocks, process, memory. */
#include "config.h"

#include <pthread.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/inside.h"

static int64_t
clock_ms(clockid_t id)
{
	struct timespec t = { 0 };

	(void)clock_gettime(id, &t);

	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t
oki_os_wall_ms(void)
{
	return clock_ms(CLOCK_REALTIME);
}

int64_t
oki_os_steady_ms(void)
{
	return clock_ms(CLOCK_MONOTONIC);
}

int64_t
oki_os_boot_ms(void)
{
	return clock_ms(CLOCK_BOOTTIME);
}

/* Where a program has closed 0, 1 or 2, what it prints would go to whatever
 * file or socket of ours had got that number. */
int
oki_os_high(int fd)
{
	int high = fd;

	if (fd < 0 || fd > STDERR_FILENO)
		return fd;
	high = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	(void)close(fd);

	return high;
}

/* Zeros where the system does not say (no /proc). */
void
oki_os_boot_id(char to[9])
{
	uint8_t four[4];
	ssize_t n = 0;
	size_t len = sizeof(four);
	int fd;

	memset(to, '0', 8);
	to[8] = '\0';
	if ((fd = oki_os_high(open("/proc/sys/kernel/random/boot_id",
	    O_RDONLY | O_CLOEXEC))) < 0)
		return;
	do
		n = read(fd, to, 8);
	while (n < 0 && errno == EINTR);
	close(fd);
	if (n != 8 || !oki_unhex(four, &len, to))
		memset(to, '0', 8);
}

int
oki_os_random(void *to, size_t len)
{
	uint8_t *p = to;
	ssize_t n;

	while (len > 0) {
		if ((n = getrandom(p, len, 0)) < 0) {
			if (errno == EINTR)
				continue;
			return ONSHI_E_SYSTEM;
		}
		p += n;
		len -= (size_t)n;
	}

	return ONSHI_OK;
}

int64_t
oki_os_thread(void)
{
	return (int64_t)(uintptr_t)pthread_self();
}

int64_t
oki_os_process(void)
{
	return getpid();
}

bool
oki_os_is_privileged(void)
{
	return getauxval(AT_SECURE) != 0 || geteuid() != getuid() ||
	    getegid() != getgid();
}

bool
oki_os_env_is_set(const char *name)
{
	return getenv(name) != NULL;
}

/* Page size, and the pages that len bytes take. */
static size_t
pages(size_t len, size_t *page)
{
	long size = sysconf(_SC_PAGESIZE);

	*page = size > 0 ? (size_t)size : 4096;
	if (len == 0)
		len = 1;

	return (len + *page - 1) / *page;
}

/*
 * The bytes end where the guard begins, so that one too far is a fault, and
 * not a read of what lies beside.
 */
void *
oki_os_guarded(size_t len, bool *locked)
{
	uint8_t *base;
	size_t n, page, rounded;

	*locked = false;
	rounded = (len + 15) & ~(size_t)15;
	if (len > SIZE_MAX / 4)
		return NULL;
	n = pages(rounded, &page);
	base = mmap(NULL, (n + 2) * page, PROT_NONE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (base == MAP_FAILED)
		return NULL;
	if (mprotect(base + page, n * page, PROT_READ | PROT_WRITE) != 0) {
		(void)munmap(base, (n + 2) * page);
		return NULL;
	}
	*locked = mlock(base + page, n * page) == 0;
	(void)madvise(base + page, n * page, MADV_DONTDUMP);
	(void)madvise(base + page, n * page, MADV_WIPEONFORK);

	return base + page + n * page - rounded;
}

void
oki_os_guarded_free(void *p, size_t len)
{
	uint8_t *base;
	size_t n, page, rounded;

	if (p == NULL)
		return;
	rounded = (len + 15) & ~(size_t)15;
	n = pages(rounded, &page);
	base = (uint8_t *)p + rounded - n * page - page;
	oki_wipe(p, rounded);
	(void)munmap(base, (n + 2) * page);
}

int64_t
oki_os_socket(int family, int type, int protocol)
{
	return oki_os_high(socket(family, type | SOCK_CLOEXEC, protocol));
}

void
oki_low_guard_take(struct oki_low_guard *g)
{
	int fd;

	for (g->n = 0; g->n < (int)OKI_COUNT(g->fd); g->n++) {
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
		if (fd > STDERR_FILENO)
			(void)close(fd);
		if (fd < 0 || fd > STDERR_FILENO)
			return;
		g->fd[g->n] = fd;
	}
}

void
oki_low_guard_drop(struct oki_low_guard *g)
{
	while (g->n > 0)
		(void)close(g->fd[--g->n]);
}

bool
oki_os_is_no_route(int64_t sys)
{
	return sys == ENETUNREACH || sys == EHOSTUNREACH || sys == ENETDOWN;
}
