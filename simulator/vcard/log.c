/* The log of commands. What could be a secret never gets into it. */
#include "vcard.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char head[] =
    "# seconds\tcommand\tanswer bytes with SW\tSW\tmodel ms\tcard\n";

/* Instructions whose data are a PIN, a number or a key. */
static const uint8_t secret[] = { 0x20, 0x21, 0x24, 0x2c, 0x32, 0xa2, 0xae };

int
vc_log_open(struct vc_log *l, const char *path)
{
	if (path == NULL) {
		l->fd = -1;
		return 0;
	}
	if ((l->fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
	    0600)) < 0)
		return -1;
	if (l->events && lseek(l->fd, 0, SEEK_END) == 0)
		return write(l->fd, head, sizeof(head) - 1) < 0 ? -1 : 0;

	return 0;
}

static int
put_time(char *out, size_t outlen)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);

	return snprintf(out, outlen, "%lld.%06ld", (long long)t.tv_sec,
	    t.tv_nsec / 1000);
}

/* One write for one line: several cards may share the file. */
static void
put_line(const struct vc_log *l, const char *line, size_t len)
{
	if (l->fd >= 0 && write(l->fd, line, len) < 0)
		vc_complain("cannot write the log", NULL);
}

void
vc_log_event(const struct vc_log *l, const char *event, const char *profile)
{
	char line[256], when[32];
	int n;

	if (!l->events)
		return;
	put_time(when, sizeof(when));
	n = snprintf(line, sizeof(line), "# %s\t%s\t%s/%s\n", when, event,
	    l->label, profile);
	if (n > 0 && (size_t)n < sizeof(line))
		put_line(l, line, (size_t)n);
}

static size_t
put_command(char *out, const uint8_t *wire, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	bool hide = len > 5 &&
	    memchr(secret, wire[1], sizeof(secret)) != NULL;
	size_t i, n = 0;

	for (i = 0; i < len && i < 300; i++) {
		out[n++] = hide && i >= 5 ? '*' : digits[wire[i] >> 4];
		out[n++] = hide && i >= 5 ? '*' : digits[wire[i] & 0x0f];
	}
	out[n] = '\0';

	return n;
}

/* A command without an answer has 0 bytes and "-". */
void
vc_log_apdu(const struct vc_log *l, const uint8_t *wire, size_t len,
    const uint8_t *answer, size_t answer_len, const char *profile)
{
	char line[900], command[640], when[32], sw[8] = "-";
	uint64_t us;
	int n;

	if (l->fd < 0)
		return;
	put_time(when, sizeof(when));
	put_command(command, wire, len);
	if (answer_len >= 2)
		snprintf(sw, sizeof(sw), "%02x%02x", answer[answer_len - 2],
		    answer[answer_len - 1]);
	us = (uint64_t)l->ms_per_apdu * 1000 +
	    (uint64_t)l->us_per_byte * (len + answer_len) +
	    (vc_apdu_is_sign(wire, len) ?
	    (uint64_t)l->ms_per_sign * 1000 : 0);
	n = snprintf(line, sizeof(line), "%s\t%s\t%zu\t%s\t%llu.%03llu\t"
	    "%s/%s\n", when, command, answer_len, sw,
	    (unsigned long long)(us / 1000), (unsigned long long)(us % 1000),
	    l->label, profile);
	if (n > 0 && (size_t)n < sizeof(line))
		put_line(l, line, (size_t)n);
}
