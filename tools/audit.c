/* audit.c: onshikaku audit: begin the audit trail, read it, prove it. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools.h"

#define KEY_FILE_MOST	4096
#define HEAD_BRIEF	24	/* digits of a head that are enough */
#define UNREADABLE	4	/* exit status of audit verify */

int
audit_open(struct tool *t, struct onshi_audit **out)
{
	const char *dir = t->operand;
	struct failure f = { .result = ONSHI_E_AUDIT_NONE,
	    .text = "audit.dir is not set" };
	int r, status;

	*out = NULL;
	if (dir == NULL) {
		if ((status = setup_config(t)) != 0)
			return status;
		if (onshi_config_text(t->config, "audit.dir", &dir) !=
		    ONSHI_OK || *dir == '\0')
			return fail(t, &f);
	}
	if ((r = onshi_audit_new(dir, out)) != ONSHI_OK)
		return fail_result(t, r, NULL);
	if (t->is_json)
		json_text(&t->json, "dir", dir);

	return 0;
}

/* ---- init ------------------------------------------------------------------- */

static int
write_key(int fd, const char *key)
{
	size_t done = 0, len = strlen(key);
	ssize_t n;

	while (done < len) {
		n = write(fd, key + done, len - done);
		if (n < 0 && errno != EINTR)
			return errno;
		if (n > 0)
			done += (size_t)n;
	}
	if (write(fd, "\n", 1) != 1 || fsync(fd) != 0)
		return errno;

	return 0;
}

/* The trail is begun and this key is never seen again: where the file fails, it
 * is shown. */
static int
keep_key(struct tool *t, int fd, const char *key)
{
	int error = write_key(fd, key);

	if (error == 0)
		return 0;
	(void)fprintf(stderr, "%s: %s\n", say(t, "verification key",
	    "検証鍵"), key);

	return fail_file(t, "the verification key cannot be written", error);
}

/* The old key, where it is given, proves the seals of what is set aside. */
static int
call_reseal(struct tool *t, struct onshi_audit *a, const char *institution,
    char *key, size_t size)
{
	uint32_t flags = option_has(t, OPT_ACCEPT_LOSS) ?
	    ONSHI_AUDIT_ACCEPT_LOSS : 0;
	struct bytes old = { .data = NULL };
	int r = ONSHI_E_VALUE;

	if (audit_read_key(t, &old) == 0)
		r = onshi_audit_reseal(a, institution, (const char *)old.data,
		    flags, key, size);
	bytes_free(&old);

	return r;
}

static int
begin_record(struct tool *t, struct onshi_audit *a, bool anew, int fd,
    bool *begun)
{
	size_t size = onshi_audit_key_size();
	const char *institution;
	char *key;
	int r, status;

	if (onshi_config_text(t->config, "facility.institution_code",
	    &institution) != ONSHI_OK)
		return fail_usage(t, "this key of the configuration is needed",
		    "設定が必要です", "facility.institution_code");
	if ((key = malloc(size)) == NULL)
		return fail_result(t, ONSHI_E_NOMEM, NULL);
	r = anew ? call_reseal(t, a, institution, key, size) :
	    onshi_audit_init(a, institution, key, size);
	*begun = r == ONSHI_OK;
	status = r == ONSHI_OK ? keep_key(t, fd, key) :
	    fail_result(t, r, onshi_audit_error(a));
	onshi_wipe(key, size);
	free(key);

	return status;
}

static void
say_begun(struct tool *t, bool anew)
{
	if (anew)
		out_text(&t->out, say(t,
		    "A new audit trail is begun; what was left of the old one "
		    "is in lost-... beside it.\nStart the programs anew that write to "
		    "it.\n",
		    "新しい監査記録を始めました。残っていた監査記録は同じフォルダの "
		    "lost-… にあります。"
		    "監査記録を書くプログラムを再起動してください。\n"));
	else
		out_text(&t->out, say(t, "The audit trail is begun.\n",
		    "監査記録を始めました。\n"));
	out_text(&t->out, say(t,
	    "Keep the verification key elsewhere: on paper or on another "
	    "machine.\n",
	    "検証鍵は紙または別の機器に保管してください。\n"));
}

int
audit_begin(struct tool *t, bool anew)
{
	const char *path = option_text(t, OPT_KEY_OUT);
	struct onshi_audit *a = NULL;
	bool begun = false;
	int fd, status;

	if ((status = setup_config(t)) != 0 ||
	    (status = audit_open(t, &a)) != 0)
		return status;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	    0600);
	if (fd < 0) {
		status = fail_file(t, "--key-out", errno);
	} else {
		status = begin_record(t, a, anew, fd, &begun);
		(void)close(fd);
		if (!begun)
			(void)unlink(path);
	}
	if (status == 0 && t->is_json)
		json_text(&t->json, "key_file", path);
	else if (status == 0)
		say_begun(t, anew);
	onshi_audit_free(&a);

	return status;
}

int
command_audit_init(struct tool *t)
{
	return audit_begin(t, false);
}

/* ---- values ----------------------------------------------------------------- */

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;

	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

void
audit_unescape(char *text)
{
	char *to = text;
	int high, low;

	for (; *text != '\0'; text++, to++) {
		*to = *text;
		if (*text != '%' || (high = hex_digit(text[1])) < 0 ||
		    (low = hex_digit(text[2])) < 0 || high + low == 0)
			continue;
		*to = (char)(high * 16 + low);
		text += 2;
	}
	*to = '\0';
}

/* ---- show, export -------------------------------------------------------------- */

/* key=value parted by tabs; an absent value is "-". */
static void
json_entry(struct json *j, char *line)
{
	char *rest = line, *field, *value;

	json_open(j, NULL, '{');
	while ((field = strsep(&rest, "\t")) != NULL) {
		if ((value = strchr(field, '=')) == NULL)
			continue;
		*value++ = '\0';
		if (strcmp(value, "-") == 0)
			continue;
		audit_unescape(value);
		json_text(j, field, value);
	}
	json_close(j, '}');
}

static void
print_line(struct tool *t, const char *line)
{
	out_text(&t->out, line);
	out_text(&t->out, "\n");
}

enum form { FORM_TOLD, FORM_LINES, FORM_ATNA, FORM_REPORT };

static int
say_entry(struct tool *t, enum form form, char *line)
{
	if (form == FORM_ATNA)
		return atna_entry(t, line);
	if (form == FORM_REPORT)
		return report_entry(t, line);
	if (t->is_json && form == FORM_LINES)
		json_text(&t->json, NULL, line);
	else if (t->is_json)
		json_entry(&t->json, line);
	else if (form == FORM_LINES)
		print_line(t, line);
	else
		entry_print(t, line);

	return ONSHI_OK;
}

static int
each_entry(struct tool *t, struct onshi_audit *a, enum form form)
{
	const char *line;
	char *copy;
	size_t len;
	int r;

	while ((r = onshi_audit_next(a, &line, &len)) == ONSHI_OK) {
		if (cancel_is_asked())
			return ONSHI_E_CANCELLED;
		if ((copy = strndup(line, len)) == NULL)
			return ONSHI_E_NOMEM;
		r = say_entry(t, form, copy);
		free(copy);
		if (r != ONSHI_OK)
			return r;
	}

	return r == ONSHI_END ? ONSHI_OK : r;
}

static int
say_entries(struct tool *t, enum form form)
{
	int32_t from = option_number(t, OPT_FROM, 0);
	int32_t to = option_number(t, OPT_TO, 0);
	struct onshi_audit *a = NULL;
	int r, status;

	if (from != 0 && to != 0 && from > to)
		return fail_usage(t, "the period ends before it begins",
		    "期間の指定が正しくありません", "--from --to");
	if ((form == FORM_ATNA && t->is_json) || (option_has(t, OPT_REPORT) &&
	    (t->is_json || form == FORM_ATNA)))
		return fail_usage(t, "one form or the other",
		    "形式は一つだけ指定してください", "--json --atna --report");
	if ((status = audit_open(t, &a)) != 0)
		return status;
	if (form == FORM_ATNA)
		atna_begin(t);
	if (form == FORM_REPORT)
		report_begin(t);
	if (t->is_json)
		json_open(&t->json, form == FORM_LINES ? "lines" : "entries",
		    '[');
	if ((r = onshi_audit_select(a, from, to)) == ONSHI_OK)
		r = each_entry(t, a, form);
	if (t->is_json)
		json_close(&t->json, ']');
	/* A document without its end is none: what failed is not taken for
	 * all there was. */
	if (form == FORM_ATNA && r == ONSHI_OK)
		atna_end(t);
	if (form == FORM_REPORT && r == ONSHI_OK)
		report_end(t);
	if (r != ONSHI_OK)
		status = fail_result(t, r, r == ONSHI_E_CANCELLED ? NULL :
		    onshi_audit_error(a));
	onshi_audit_free(&a);

	return status;
}

int
command_audit_show(struct tool *t)
{
	return say_entries(t, FORM_TOLD);
}

int
command_audit_export(struct tool *t)
{
	return say_entries(t, option_has(t, OPT_ATNA) ? FORM_ATNA :
	    option_has(t, OPT_REPORT) ? FORM_REPORT : FORM_LINES);
}

/* And as much of it as verify takes, for paper. */
static void
say_head(struct tool *t, const char *head)
{
	char brief[64];
	size_t n = strcspn(head, ":") + 1 + HEAD_BRIEF;

	(void)snprintf(brief, sizeof(brief), "%.*s", (int)n, head);
	if (t->is_json) {
		json_text(&t->json, "head", head);
		json_text(&t->json, "short", brief);
	} else {
		out_format(&t->out, "%s\n%s\n", head, brief);
	}
}

int
command_audit_head(struct tool *t)
{
	struct onshi_audit *a = NULL;
	const char *head;
	int r, status;

	if ((status = audit_open(t, &a)) != 0)
		return status;
	if ((r = onshi_audit_head(a, &head)) != ONSHI_OK) {
		status = fail_result(t, r, onshi_audit_error(a));
	} else {
		say_head(t, head);
	}
	onshi_audit_free(&a);

	return status;
}

/* ---- verify ----------------------------------------------------------------------- */

/* The first line of a file that some editor of Windows may have had in hand. */
int
audit_read_key(struct tool *t, struct bytes *key)
{
	const char *path = option_text(t, OPT_KEY);
	size_t skip = 0, len = 0;
	int error;

	if (path == NULL)
		return 0;
	if ((error = bytes_read(path, KEY_FILE_MOST, key)) != 0)
		return fail_file(t, "--key", error);
	if (key->len >= 3 && memcmp(key->data, "\xef\xbb\xbf", 3) == 0)
		skip = 3;
	while (skip + len < key->len &&
	    memchr("\r\n \t", key->data[skip + len], 5) == NULL)
		len++;
	if (len == 0)
		return fail_file(t, "--key", EINVAL);
	memmove(key->data, key->data + skip, len);
	key->data[len] = '\0';

	return 0;
}

/* First and last time of an entry, from its t=. */
static void
span(struct onshi_audit *a, char first[TIME_TEXT], char last[TIME_TEXT])
{
	const char *line, *at;
	size_t len, n;

	first[0] = last[0] = '\0';
	if (onshi_audit_select(a, 0, 0) != ONSHI_OK)
		return;
	while (!cancel_is_asked() &&
	    onshi_audit_next(a, &line, &len) == ONSHI_OK) {
		if ((at = memmem(line, len, "\tt=", 3)) == NULL)
			continue;
		at += 3;
		for (n = 0; at + n < line + len && at[n] != '\t'; n++)
			;
		(void)snprintf(last, TIME_TEXT, "%.*s", (int)n, at);
		if (first[0] == '\0')
			(void)snprintf(first, TIME_TEXT, "%s", last);
	}
}

/* What verify has found; taken before the entries are read once more. */
struct found {
	const char	*name;
	int64_t		 number;
	const char	*en;
	const char	*ja;
};

static void
say_found(struct tool *t, const struct found *f, size_t n)
{
	char text[24];
	size_t i;

	for (i = 0; i < n; i++) {
		if (t->is_json) {
			json_number(&t->json, f[i].name, f[i].number);
			continue;
		}
		(void)snprintf(text, sizeof(text), "%" PRId64, f[i].number);
		print_row(t, say(t, f[i].en, f[i].ja), text);
	}
}

static void
say_verdict(struct tool *t, struct onshi_audit *a, int verdict)
{
	const struct found found[] = {
		{ "entries", onshi_audit_entries(a), "Entries", "件数" },
		{ "first_bad", onshi_audit_first_bad(a), "First bad entry",
		    "最初の異常（なければ0）" },
		{ "unmatched", onshi_audit_unmatched(a),
		    "Intents without outcome", "結果のない照会" },
		{ "clock_jumps", onshi_audit_clock_jumps(a), "Clock jumps",
		    "時刻の不連続" },
		{ "pruned", onshi_audit_pruned(a), "Entries pruned",
		    "保存期間後に削除した件数" },
		{ "missed", onshi_audit_missed(a),
		    "Entries that could not be written",
		    "書き込めなかった記録" }
	};
	char first[TIME_TEXT], last[TIME_TEXT];

	if (t->is_json) {
		json_text(&t->json, "verdict",
		    onshi_audit_verdict_name(verdict));
		json_text(&t->json, "text",
		    onshi_audit_verdict_text(verdict, "en"));
		json_text(&t->json, "text_ja",
		    onshi_audit_verdict_text(verdict, "ja"));
	} else {
		out_format(&t->out, "%s\n", say(t,
		    onshi_audit_verdict_text(verdict, "en"),
		    onshi_audit_verdict_text(verdict, "ja")));
	}
	say_found(t, found, COUNT(found));
	span(a, first, last);
	if (!t->is_json) {
		entry_time(t, first);
		entry_time(t, last);
	}
	if (t->is_json) {
		json_word(&t->json, "first", first);
		json_word(&t->json, "last", last);
	} else {
		print_row(t, say(t, "First entry", "最初の記録"), first);
		print_row(t, say(t, "Last entry", "最後の記録"), last);
	}
}

int
command_audit_verify(struct tool *t)
{
	struct bytes key = { .data = NULL };
	struct onshi_audit *a = NULL;
	struct failure f = { .status = UNREADABLE };
	int status, verdict = ONSHI_AUDIT_UNREADABLE;

	if ((status = audit_open(t, &a)) != 0)
		return status;
	if (audit_set_retention(t, a) != 0 || audit_read_key(t, &key) != 0) {
		status = UNREADABLE;
	} else if ((f.result = onshi_audit_verify(a, (const char *)key.data,
	    option_text(t, OPT_HEAD), &verdict)) != ONSHI_OK) {
		f.error = onshi_audit_error(a);
		status = fail(t, &f);
	} else if (onshi_audit_verdict_name(verdict) == NULL) {
		status = fail_result(t, ONSHI_E_INTERNAL, NULL);
	} else {
		say_verdict(t, a, verdict);
		status = verdict;
	}
	bytes_free(&key);
	onshi_audit_free(&a);

	return status;
}
