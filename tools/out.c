/* out.c: standard output, held back so that it can be taken back, and wiped. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools.h"

#define ROOM_FIRST	8192
#define ROOM_MOST	(8 * 1024 * 1024)

void
out_fail(struct out *o, int error)
{
	if (!o->failed)
		o->error = error;
	o->failed = true;
}

static void
write_all(struct out *o)
{
	size_t done = 0;
	ssize_t n;

	while (done < o->len && !o->failed) {
		n = write(STDOUT_FILENO, o->data + done, o->len - done);
		if (n > 0)
			done += (size_t)n;
		else if (n == 0 || errno != EINTR)
			out_fail(o, n == 0 ? EIO : errno);
	}
	o->written += o->len;
	onshi_wipe(o->data, o->len);
	o->len = 0;
}

/* A new block, and the old one wiped: realloc would leave a copy behind. */
static bool
make_room(struct out *o, size_t more)
{
	size_t room = o->room == 0 ? ROOM_FIRST : o->room;
	char *data;

	while (room - o->len < more && room < ROOM_MOST)
		room *= 2;
	if (room == o->room || room - o->len < more)
		return false;
	if ((data = malloc(room)) == NULL)
		return false;
	if (o->len > 0)
		memcpy(data, o->data, o->len);
	if (o->data != NULL)
		onshi_wipe(o->data, o->room);
	free(o->data);
	o->data = data;
	o->room = room;

	return true;
}

void
out_bytes(struct out *o, const char *bytes, size_t len)
{
	size_t n;

	while (len > 0 && !o->failed) {
		if (o->room - o->len < len && !make_room(o, len)) {
			write_all(o);
			if (o->room == 0) {
				out_fail(o, ENOMEM);
				return;
			}
		}
		n = o->room - o->len < len ? o->room - o->len : len;
		memcpy(o->data + o->len, bytes, n);
		o->len += n;
		bytes += n;
		len -= n;
	}
}

void
out_text(struct out *o, const char *text)
{
	out_bytes(o, text, strlen(text));
}

/* Characters that move the cursor, end the line or turn it about: controls, and
 * those of bidirectional texts. 0 for all others. */
static size_t
unseen(const unsigned char *p)
{
	if (*p < 0x20 || *p == 0x7f)
		return *p != '\0';
	if (p[0] == 0xc2 && p[1] >= 0x80 && p[1] <= 0x9f)
		return 2;
	if (p[0] != 0xe2)
		return 0;
	if (p[1] == 0x80 && ((p[2] >= 0x8e && p[2] <= 0x8f) ||
	    (p[2] >= 0xa8 && p[2] <= 0xae)))
		return 3;

	return p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9 ? 3 : 0;
}

size_t
plain_run(const char *text, size_t *odd)
{
	size_t n;

	*odd = 0;
	for (n = 0; text[n] != '\0'; n++)
		if ((*odd = unseen((const unsigned char *)text + n)) > 0)
			break;

	return n;
}

/* What others wrote, on one line: the rest is the program's own word. */
void
out_value(struct out *o, const char *text)
{
	size_t n, odd;

	for (; *text != '\0'; text += n + odd) {
		n = plain_run(text, &odd);
		out_bytes(o, text, n);
		if (odd > 0)
			out_text(o, UNSEEN);
	}
}

void
out_format(struct out *o, const char *fmt, ...)
{
	char text[512];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n > 0)
		out_bytes(o, text, (size_t)n < sizeof(text) ? (size_t)n :
		    sizeof(text) - 1);
	onshi_wipe(text, sizeof(text));
}

/* East Asian wide forms take two columns, half-width kana one. */
size_t
columns_of(const char *text)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t n = 0;

	for (; *p != '\0'; p++) {
		if ((*p & 0xc0) == 0x80)
			continue;
		n++;
		if (*p >= 0xe2 && !(*p == 0xef && ((p[1] == 0xbd &&
		    p[2] >= 0xa1) || p[1] == 0xbe)))
			n++;
	}

	return n;
}

void
out_column(struct out *o, const char *text, size_t columns)
{
	size_t n = columns_of(text);

	out_text(o, text);
	do
		out_text(o, " ");
	while (++n < columns);
}

void
out_flush(struct out *o)
{
	write_all(o);
}

int
out_guard(void)
{
	int fd;

	(void)signal(SIGPIPE, SIG_IGN);
	do {
		/* What is missing is opened the wrong way round, so that
		 * nobody reads or writes it by mistake. */
		if ((fd = open("/dev/null", O_WRONLY)) == STDOUT_FILENO) {
			(void)close(fd);
			fd = open("/dev/null", O_RDONLY);
		}
		if (fd < 0)
			return errno;
	} while (fd <= STDERR_FILENO);
	(void)close(fd);

	return 0;
}

void
out_close(struct out *o)
{
	out_flush(o);
	if (close(STDOUT_FILENO) != 0 && errno != EINTR)
		out_fail(o, errno);
}

void
out_free(struct out *o)
{
	if (o->data != NULL)
		onshi_wipe(o->data, o->room);
	free(o->data);
	o->data = NULL;
	o->len = o->room = 0;
}

uint64_t
out_mark(const struct out *o)
{
	return o->written + o->len;
}

bool
out_rewind(struct out *o, uint64_t mark)
{
	size_t keep;

	if (mark < o->written || mark > o->written + o->len)
		return false;
	keep = (size_t)(mark - o->written);
	onshi_wipe(o->data + keep, o->len - keep);
	o->len = keep;

	return true;
}
