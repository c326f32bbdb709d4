/*
 * pending.c: a case that waits for an answer: fallback --save, eligibility
 * --from. Lines "key = value", as many as are known.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tools.h"

#define FILE_MOST	65536
#define FORM		"1"

/* What of it is asked again; the day asked for is the day of the visit. */
static const struct {
	const char	*key;
	enum option_id	option;
} kept[] = {
	{ "day", OPT_DATE },
	{ "insurer", OPT_INSURER },
	{ "symbol", OPT_SYMBOL },
	{ "number", OPT_NUMBER },
	{ "branch", OPT_BRANCH },
	{ "birthdate", OPT_BIRTHDATE }
};

/* What people and the host read of it. */
static const char *const told[] = { "onshikaku_case", "why", "patient",
    "ask_again", "saved" };

/* ---- written ------------------------------------------------------------- */

static void
put(struct out *o, const char *key, const char *value)
{
	if (value == NULL)
		return;
	out_text(o, key);
	out_text(o, " = ");
	out_text(o, value);
	out_text(o, "\n");
}

static bool
is_line(const char *text)
{
	for (; text != NULL && *text != '\0'; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return false;

	return true;
}

static int
check(struct tool *t)
{
	size_t i;

	for (i = 0; i < COUNT(kept); i++)
		if (!is_line(option_text(t, kept[i].option)))
			return fail_option(t, "wrong value for option",
			    "の値が正しくありません",
			    option_rows[kept[i].option].name);
	if (!is_line(option_text(t, OPT_PATIENT)))
		return fail_option(t, "wrong value for option",
		    "の値が正しくありません", "patient");

	return 0;
}

static int
write_all(const char *path, const char *bytes, size_t len)
{
	int error = 0, fd;
	ssize_t n;

	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	    0600);
	if (fd < 0)
		return errno;
	while (error == 0 && len > 0) {
		if ((n = write(fd, bytes, len)) > 0) {
			bytes += n;
			len -= (size_t)n;
		} else if (n == 0 || errno != EINTR) {
			error = n == 0 ? EIO : errno;
		}
	}
	if (error == 0 && fsync(fd) != 0)
		error = errno;
	(void)close(fd);
	if (error != 0)
		(void)unlink(path);

	return error;
}

int
pending_save(struct tool *t, const char *why, int32_t day, const char *again)
{
	struct out text = { .data = NULL };
	char digits[12], when[TIME_TEXT];
	int error = 0, status;
	size_t i;

	if (option_text(t, OPT_SAVE) == NULL)
		return 0;
	if ((status = check(t)) != 0)
		return status;
	(void)snprintf(digits, sizeof(digits), "%08d", (int)day);
	time_iso((int64_t)time(NULL), when);
	put(&text, "onshikaku_case", FORM);
	put(&text, "why", why);
	put(&text, "day", digits);
	for (i = 1; i < COUNT(kept); i++)
		put(&text, kept[i].key, option_text(t, kept[i].option));
	put(&text, "patient", option_text(t, OPT_PATIENT));
	put(&text, "ask_again", again);
	put(&text, "saved", when);
	if (text.data == NULL || text.failed)
		status = fail_result(t, ONSHI_E_NOMEM, NULL);
	else if ((error = write_all(option_text(t, OPT_SAVE), text.data,
	    text.len)) != 0)
		status = fail_file(t, "--save", error);
	out_free(&text);
	if (status == 0 && t->is_json)
		json_text(&t->json, "saved", option_text(t, OPT_SAVE));

	return status;
}

/* ---- read ------------------------------------------------------------------ */

struct reading {
	struct tool	*t;
	bool		 formed;
	unsigned int	 seen;
	char		 why[64];
};

static int
wrong(struct tool *t, const char *what)
{
	return fail_usage(t, "the file of --from is no case of fallback --save",
	    "--from のファイルが読めません（fallback --save で保存したファイルを指定してください）",
	    what);
}

/* Once each; what the command line has already stays. */
static int
take(struct reading *rd, const char *key, const char *value)
{
	const size_t nkept = COUNT(kept);
	size_t i;

	for (i = 0; i < nkept + COUNT(told); i++)
		if (strcmp(i < nkept ? kept[i].key : told[i - nkept], key) ==
		    0)
			break;
	if (i == nkept + COUNT(told))
		return wrong(rd->t, "an unknown key");
	if ((rd->seen & (1U << i)) != 0)
		return wrong(rd->t, "a key twice");
	rd->seen |= 1U << i;
	if (strcmp(key, "onshikaku_case") == 0)
		rd->formed = strcmp(value, FORM) == 0;
	if (!rd->formed)
		return wrong(rd->t, "its first line");
	if (strcmp(key, "why") == 0)
		(void)snprintf(rd->why, sizeof(rd->why), "%s", value);
	if (i >= nkept || option_has(rd->t, kept[i].option))
		return 0;

	return option_give(rd->t, kept[i].option, value);
}

static int
take_line(struct reading *rd, char *line)
{
	char *value;

	line[strcspn(line, "\r")] = '\0';
	if (*line == '\0')
		return 0;
	if (!is_line(line) || (value = strstr(line, " = ")) == NULL)
		return wrong(rd->t, "a line that is no key = value");
	*value = '\0';

	return take(rd, line, value + strlen(" = "));
}

/* Which case it is that is asked again, and of which day. */
static void
tell(struct reading *rd)
{
	struct tool *t = rd->t;
	char day[TIME_TEXT] = "";

	if (!t->is_json)
		return;
	if (option_text(t, OPT_DATE) != NULL)
		date_plain(option_text(t, OPT_DATE), day);
	json_open(&t->json, "from", '{');
	json_word(&t->json, "why", rd->why);
	json_word(&t->json, "day", day);
	json_close(&t->json, '}');
}

int
pending_read(struct tool *t)
{
	struct reading rd = { .t = t };
	char *line, *rest;
	struct bytes b;
	int error, status = 0;

	if (option_text(t, OPT_CASE) == NULL)
		return 0;
	if ((error = bytes_read(option_text(t, OPT_CASE), FILE_MOST, &b)) != 0)
		return fail_file(t, option_text(t, OPT_CASE), error);
	rest = (char *)b.data;
	if (strlen(rest) != b.len)
		status = wrong(t, "no text");
	while (status == 0 && (line = strsep(&rest, "\n")) != NULL)
		status = take_line(&rd, line);
	bytes_free(&b);
	if (status == 0 && !rd.formed)
		status = wrong(t, "its first line");
	if (status == 0 && (status = options_check_needed(t)) == 0)
		tell(&rd);

	return status;
}
