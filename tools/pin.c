/* pin.c: the PIN, from a descriptor or the terminal, never from argv. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tools.h"

/* Up to the first LF, the end or the room, whichever comes first. */
static int
read_pin(int fd, char pin[PIN_BYTES + 1])
{
	size_t len = 0;
	ssize_t n = 0;

	while (len < PIN_BYTES) {
		if (!cancel_wait(fd))
			return ECANCELED;
		n = read(fd, pin + len, 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0 || pin[len] == '\n')
			break;
		len++;
	}
	if (len > 0 && pin[len - 1] == '\r')
		len--;
	if (len >= 3 && memcmp(pin, "\xef\xbb\xbf", 3) == 0) {
		len -= 3;
		memmove(pin, pin + 3, len);
	}
	pin[len] = '\0';
	if (strlen(pin) < len)
		pin[0] = '?';		/* a NUL within is no end of it */

	return n < 0 ? errno : 0;
}

/* To be called before anything is opened, or a number that the caller has not
 * given would be that of something of ours. */
int
pin_check_fd(struct tool *t)
{
	int fd = option_number(t, OPT_PIN_FD, -1), flags;

	if (!option_has(t, OPT_PIN_FD))
		return 0;
	flags = fcntl(fd, F_GETFL);
	if (flags >= 0 && (flags & O_ACCMODE) != O_WRONLY &&
	    fd != STDOUT_FILENO && fd != STDERR_FILENO)
		return 0;

	return fail_usage(t, "not a descriptor to read from",
	    "読み取れるファイル記述子ではありません", "--pin-fd");
}

static uint32_t
pin_flags(const struct tool *t)
{
	return option_has(t, OPT_SPEND_LAST_TRY) ? ONSHI_PIN_SPEND_LAST : 0;
}

int
pin_from_fd(struct tool *t, struct onshi_visit *v)
{
	char pin[PIN_BYTES + 1];
	int fd = option_number(t, OPT_PIN_FD, -1), error, r;

	error = read_pin(fd, pin);
	(void)close(fd);
	if (error != 0)
		r = error == ECANCELED ? ONSHI_E_CANCELLED : ONSHI_E_DISK;
	else
		r = onshi_visit_set_pin(v, pin, pin_flags(t));
	onshi_wipe(pin, sizeof(pin));

	return r;
}

/* The last try is the holder's to risk. */
static int
ask_last_try(struct tool *t, int left, uint32_t *flags)
{
	bool yes = false;
	int r;

	*flags = pin_flags(t);
	if (left != 1 || *flags != 0)
		return ONSHI_OK;
	if ((r = prompt_yes(t, say(t, "This is the last try: a wrong PIN "
	    "blocks it. Is the holder sure and wants to go on?",
	    "入力できるのはあと1回です。間違えるとロックされます。"
	    "顔認証または目視でも受付できます。続けますか"),
	    &yes)) != ONSHI_OK)
		return r;
	if (!yes)
		return ONSHI_E_PIN_LAST_TRY;
	*flags = ONSHI_PIN_SPEND_LAST;

	return ONSHI_OK;
}

int
pin_from_terminal(struct tool *t, struct onshi_visit *v)
{
	int left = onshi_error_tries_left(onshi_visit_error(v)), r;
	char pin[PIN_BYTES + 1];
	uint32_t flags;

	if (left > 1)
		(void)fprintf(stderr, "%s: %d\n", say(t, "Tries left",
		    "暗証番号の残り回数"), left);
	if ((r = ask_last_try(t, left, &flags)) != ONSHI_OK)
		return r;
	do {
		if ((r = prompt_line(say(t, "PIN (4 digits): ",
		    "暗証番号（数字4桁）: "), false, pin, sizeof(pin))) ==
		    ONSHI_OK)
			r = onshi_visit_set_pin(v, pin, flags);
		onshi_wipe(pin, sizeof(pin));
	} while (r == ONSHI_E_PIN_SHAPE);

	return r == ONSHI_END ? ONSHI_E_CANCELLED : r;
}
