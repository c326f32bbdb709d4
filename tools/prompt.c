/* prompt.c: questions to the person at the terminal. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "tools.h"

/* The terminal as it was, while an answer is typed unseen. */
static struct termios before;
static volatile bool is_hidden;

/* Standard output may be a file or a pipe: questions go to standard error. */
bool
prompt_is_possible(void)
{
	return isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1;
}

void
prompt_restore(void)
{
	if (is_hidden)
		(void)tcsetattr(STDIN_FILENO, TCSANOW, &before);
	is_hidden = false;
}

static void
hide(void)
{
	struct termios quiet;

	if (tcgetattr(STDIN_FILENO, &before) != 0)
		return;
	quiet = before;
	quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
	quiet.c_lflag |= (tcflag_t)(ICANON | ISIG);
	/* A shell that resumes us would let the rest be seen. */
	quiet.c_cc[VSUSP] = _POSIX_VDISABLE;
	is_hidden = true;
	if (tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet) != 0)
		is_hidden = false;
}

/* One byte, or the wish to end. */
static int
next_byte(char *c)
{
	ssize_t n;

	for (;;) {
		if (!cancel_wait(STDIN_FILENO))
			return ONSHI_E_CANCELLED;
		n = read(STDIN_FILENO, c, 1);
		if (n == 1)
			return ONSHI_OK;
		if (n == 0 || errno != EINTR)
			return ONSHI_END;
	}
}

int
prompt_line(const char *question, bool echo, char *line, size_t room)
{
	size_t len = 0;
	char c = 0;
	int r;

	if (!echo)
		hide();		/* before anybody begins to type */
	(void)fputs(question, stderr);
	(void)fflush(stderr);
	while ((r = next_byte(&c)) == ONSHI_OK && c != '\n')
		if (len + 1 < room)
			line[len++] = c;
	line[len] = '\0';
	if (!echo) {
		prompt_restore();
		(void)fputs("\n", stderr);
	}
	onshi_wipe(&c, sizeof(c));

	return r;
}

int
prompt_yes(struct tool *t, const char *question, bool *yes)
{
	static const char *const words[] = { "y", "yes", "Y", "YES", "はい" };
	char text[600], answer[16];
	size_t i;
	int r;

	*yes = false;
	(void)snprintf(text, sizeof(text), "%s %s ", question,
	    say(t, "[yes/no]:", "[はい=y / いいえ=n]:"));
	r = prompt_line(text, true, answer, sizeof(answer));
	for (i = 0; r == ONSHI_OK && i < COUNT(words); i++)
		if (strcmp(answer, words[i]) == 0)
			*yes = true;

	return r == ONSHI_END ? ONSHI_OK : r;
}
