/* The folder link: names of files (messages.md 1.2). */
#include "config.h"

#include <string.h>

#include "link/folder.h"

#define FIRST_REJECTED	3

/* Of what comes back: the answer, or the request itself with an .err. */
static const struct {
	bool		 answer;
	const char	*ending;
} backs[OKI_NAMES_IN_RES] = {
	{ true, ".xml" }, { true, ".zip" }, { true, ".pdf" },
	{ false, ".err" }, { false, ".xml" }, { false, ".zip" }
};

bool
oki_answer_is_err(size_t i)
{
	return i == FIRST_REJECTED;
}

bool
oki_answer_is_own(size_t i)
{
	return i > FIRST_REJECTED;
}

bool
oki_answer_name(const struct oki_entry *k, size_t i, char to[OKI_NAME + 8])
{
	size_t len = strlen(k->name), q = oki_prefix_len(k->prefix);

	if (i >= OKI_COUNT(backs))
		return false;
	memcpy(to, k->name, len);
	(void)oki_copy(to + len, 8, backs[i].ending);
	/* The prefix ends with "req"; a suffix that has it stays. */
	if (backs[i].answer)
		to[q - 1] = 's';

	return true;
}

bool
oki_spent_file(const char *name, char to[OKI_NAME + 8])
{
	const char *line = strchr(name, '_'), *dot = strrchr(name, '.');
	size_t len;

	if (line == NULL || dot == NULL || dot < line || line - name < 4 ||
	    dot - name >= OKI_NAME - 1 || strncmp(line - 3, "re", 2) != 0)
		return false;
	len = (size_t)(dot - name);
	memcpy(to, name, len);
	to[line - name - 1] = 'q';
	(void)oki_copy(to + len, 9, ".spent");

	return true;
}

void
oki_request_name(const struct oki_entry *k, char to[OKI_NAME + 8])
{
	size_t len = strlen(k->name);

	memcpy(to, k->name, len);
	(void)oki_copy(to + len, 8, k->zip ? ".zip" : ".xml");
}

void
oki_request_temp(const struct oki_entry *k, char to[OKI_NAME + 8])
{
	size_t len = strlen(k->name);

	to[0] = '.';
	memcpy(to + 1, k->name, len);
	(void)oki_copy(to + 1 + len, 7, ".tmp");
}

void
oki_request_mark(const struct oki_entry *k, char to[OKI_NAME + 8])
{
	const char *number = k->name + strlen(k->prefix) + 1;
	size_t len = strlen(number);

	to[0] = '.';
	memcpy(to + 1, number, len);
	(void)oki_copy(to + 1 + len, 7, ".tmp");
}

/* "OQSmuquc02req": mu is multi (messages.md 2). */
bool
oki_is_bulk(const struct oki_entry *k)
{
	return strlen(k->prefix) > 5 && memcmp(k->prefix + 3, "mu", 2) == 0;
}

/* True if it is not there, afterwards. */
static bool
clear(struct oki_dir *d, const char *name)
{
	int64_t sys = 0;

	return oki_dir_remove(d, name, &sys) == ONSHI_OK ||
	    oki_os_is_absent(sys);
}

/* An empty one was left by whoever died over it. */
static bool
is_ours(struct oki_dir *d, const char *mark, const char *run, bool *known)
{
	struct oki_file *f;
	char text[OKI_RUN];
	int64_t sys = 0;
	size_t got = 0;
	int r;

	*known = true;
	r = oki_file_open(d, mark, OKI_OPEN_READ, &f, &sys);
	if (r == ONSHI_OK) {
		r = oki_file_read(f, 0, text, sizeof(text), &got, &sys);
		oki_file_close(&f);
	}
	*known = r == ONSHI_OK || oki_os_is_absent(sys);

	return r == ONSHI_OK && (got == 0 ||
	    oki_equal(text, got, run, strlen(run)));
}

/* A request that was answered and lies there still would be answered again. */
static bool
clear_requests(const struct oki_entry *k, bool answered)
{
	char mark[OKI_NAME + 8], temp[OKI_NAME + 8], name[OKI_NAME + 8];
	struct oki_dir *d;
	bool gone, known;

	if (oki_dir_open(k->req, &d, NULL) != ONSHI_OK)
		return false;
	oki_request_mark(k, mark);
	oki_request_temp(k, temp);
	oki_request_name(k, name);
	gone = known = true;
	if (k->marked || is_ours(d, mark, k->mark, &known))
		gone = (!answered || clear(d, name)) && clear(d, temp) &&
		    clear(d, mark);
	oki_dir_close(&d);

	return gone && known;
}

static bool
clear_answers(const struct oki_entry *k)
{
	char name[OKI_NAME + 8];
	struct oki_dir *d;
	bool gone = true;
	size_t i;

	if (oki_dir_open(k->res, &d, NULL) != ONSHI_OK)
		return false;
	for (i = 0; oki_answer_name(k, i, name); i++)
		gone = clear(d, name) && gone;
	oki_dir_close(&d);

	return gone;
}

bool
oki_folder_clear(const struct oki_entry *k, bool answers)
{
	bool gone = !answers || clear_answers(k);

	return clear_requests(k, answers) && gone;
}

bool
oki_folder_finish(const struct oki_entry *k, size_t i)
{
	bool rejected = oki_answer_is_err(i) || oki_answer_is_own(i);
	size_t first = rejected ? FIRST_REJECTED : i;
	size_t last = rejected ? OKI_NAMES_IN_RES - 1 : i;
	char name[OKI_NAME + 8];
	struct oki_dir *d;
	bool gone = true;

	if (!k->marked)
		return oki_folder_clear(k, true);
	if (oki_dir_open(k->res, &d, NULL) != ONSHI_OK)
		return false;
	for (i = first; i <= last; i++) {
		(void)oki_answer_name(k, i, name);
		gone = clear(d, name) && gone;
	}
	oki_dir_close(&d);
	if (oki_dir_open(k->req, &d, NULL) != ONSHI_OK)
		return false;
	oki_request_name(k, name);
	gone = clear(d, name) && gone;
	oki_request_mark(k, name);
	gone = clear(d, name) && gone;
	oki_dir_close(&d);

	return gone;
}
