/* file.c: a whole file in memory, wiped when it is given back. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools.h"

#define PIECE	65536

/* Room for more: a new block, the old one wiped. */
static bool
grow(struct bytes *b, size_t *room, size_t most)
{
	size_t next = *room == 0 ? PIECE : *room * 2;
	uint8_t *data;

	if (next > most + 1)
		next = most + 1;
	if ((data = malloc(next)) == NULL)
		return false;
	if (b->len > 0)
		memcpy(data, b->data, b->len);
	if (b->data != NULL)
		onshi_wipe(b->data, *room);
	free(b->data);
	b->data = data;
	*room = next;

	return true;
}

static int
read_all(int fd, size_t most, struct bytes *out)
{
	size_t room = 0;
	ssize_t n;

	for (;;) {
		if (out->len == room && !grow(out, &room, most))
			return ENOMEM;
		if (!cancel_wait(fd))
			return ECANCELED;
		n = read(fd, out->data + out->len, room - out->len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno;
		if (n == 0) {
			out->data[out->len] = '\0';	/* room is left */
			return 0;
		}
		if ((out->len += (size_t)n) > most)
			return EFBIG;
	}
}

int
bytes_read(const char *path, size_t most, struct bytes *out)
{
	bool is_input = strcmp(path, "-") == 0;
	int fd, error;

	out->data = NULL;
	out->len = 0;
	fd = is_input ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	error = read_all(fd, most, out);
	if (!is_input)
		(void)close(fd);
	if (error != 0)
		bytes_free(out);

	return error;
}

void
bytes_free(struct bytes *b)
{
	if (b->data != NULL)
		onshi_wipe(b->data, b->len);
	free(b->data);
	b->data = NULL;
	b->len = 0;
}
