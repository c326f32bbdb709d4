/* tools.h: what the files of the onshikaku command share. */
#ifndef TOOLS_H
#define TOOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <onshikaku.h>

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))
#define EXIT_USAGE	2
#define EXIT_SERVICE	5	/* a refused FILE too */
#define EXIT_MACHINE	7

/* ---- options.c: one table of options, one of commands -------------------- */

enum option_id {
	OPT_CONFIG, OPT_JSON, OPT_LANG, OPT_HELP, OPT_VERSION,
	OPT_METHOD, OPT_CONSENT, OPT_GET, OPT_OPERATOR, OPT_LICENCE,
	OPT_SIGN_IN, OPT_PATIENT, OPT_CONFIRM_VISUAL, OPT_CONFIRM_PERSON,
	OPT_REGISTER_USE, OPT_SPEND_LAST_TRY, OPT_PIN_FD, OPT_EXPLAIN,
	OPT_INSURER, OPT_SYMBOL, OPT_NUMBER, OPT_BRANCH, OPT_BIRTHDATE,
	OPT_DATE, OPT_LIMIT, OPT_COMPARE,
	OPT_SEAL, OPT_VISIT, OPT_WITHDRAW, OPT_END,
	OPT_LINES, OPT_TIMEOUT, OPT_TAKE,
	OPT_KEY_OUT, OPT_KEY, OPT_HEAD, OPT_FROM, OPT_TO,
	OPT_ATNA, OPT_REPORT, OPT_BEFORE, OPT_ACCEPT_LOSS,
	OPT_PRINT, OPT_HTML,
	OPT_NAME, OPT_KANA, OPT_SEX, OPT_INSURER_NAME, OPT_ADDRESS,
	OPT_BASIS, OPT_REASON, OPT_CONSENT_BY, OPT_IDENTIFIED_BY,
	OPT_ACKNOWLEDGE, OPT_WANT, OPT_RIGHT, OPT_FACTORS,
	OPT_ON, OPT_SAVE, OPT_CASE,
	OPT_KIND, OPT_MONTH, OPT_DAY, OPT_ROWS, OPT_WORK, OPT_ANEW,
	OPT_REFERENCE,
	OPT_COUNT
};

enum option_kind {
	KIND_FLAG,
	KIND_TEXT,
	KIND_WORD,		/* one of words */
	KIND_WORDS,		/* some of words, by commas */
	KIND_DATE,		/* yyyymmdd or yyyy-mm-dd */
	KIND_NUMBER		/* 0 to 2^31 - 1 */
};

struct option_row {
	const char	*name;		/* without its -- */
	const char	*argument;	/* what help calls it */
	enum option_kind kind;
	bool		 personal;	/* taken out of argv once read */
	const char	*words;		/* by | */
	const char	*en;
	const char	*ja;
};

struct tool;

#define COMMAND_OPTIONS	20

struct command {
	const char	*name;		/* one word or two */
	const char	*operand;	/* what help calls it, a word each; NULL:
					 * takes none */
	bool		 operand_needed;
	int		 (*run)(struct tool *t);
	enum option_id	 options[COMMAND_OPTIONS];	/* ends with OPT_COUNT */
	enum option_id	 needed[4];			/* likewise */
	const char	*en;
	const char	*ja;
};

/* A value as it was given. number: index of a word, mask of words, date or
 * number. */
struct option {
	bool	 given;
	char	*text;
	int32_t	 number;
};

extern const struct option_row option_rows[OPT_COUNT];
extern const struct command commands[];
extern const size_t ncommands;

int	options_parse(struct tool *t, int argc, char **argv);
/* A word that is no command. */
int	unknown_command(struct tool *t, const char *word);
void	options_free(struct tool *t);
bool	option_has(const struct tool *t, enum option_id id);
/* A value that stands in a file (--from), read as strictly as one that was
 * typed; and what a command cannot do without, once that is read. */
int	option_give(struct tool *t, enum option_id id, const char *value);
int	options_check_needed(struct tool *t);
/* NULL where it was not given, or given empty. */
const char *option_text(const struct tool *t, enum option_id id);
/* otherwise: what it is when it was not given. */
int32_t	option_number(const struct tool *t, enum option_id id,
	    int32_t otherwise);

/* ---- out.c: standard output, held back and wiped ------------------------- */

struct out {
	char	*data;
	size_t	 len;
	size_t	 room;
	uint64_t written;	/* bytes that left before data */
	bool	 failed;
	int	 error;		/* errno of it */
};

void	out_bytes(struct out *o, const char *bytes, size_t len);
void	out_text(struct out *o, const char *text);
/* The same for texts from outside: what a terminal would obey, or what would
 * pass for a line of ours, is shown as U+FFFD. */
#define UNSEEN	"\xef\xbf\xbd"
void	out_value(struct out *o, const char *text);
/* Bytes of text that need no such care, and then those that do. */
size_t	plain_run(const char *text, size_t *odd);
void	out_format(struct out *o, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));
/* Text with blanks behind it, up to so many columns of a terminal. */
void	out_column(struct out *o, const char *text, size_t columns);
void	out_flush(struct out *o);
/* Before anything is opened: descriptors that the caller did not give must not
 * become files of ours. */
int	out_guard(void);
void	out_fail(struct out *o, int error);
/* The end: what the system has kept back until now is known, too. */
void	out_close(struct out *o);
void	out_free(struct out *o);
uint64_t out_mark(const struct out *o);
/* Takes back what came after the mark, unless it has left already. */
bool	out_rewind(struct out *o, uint64_t mark);
size_t	columns_of(const char *text);

/* ---- json.c -------------------------------------------------------------- */

#define JSON_DEPTH	160

struct json {
	struct out	*out;
	size_t		 depth;
	bool		 some[JSON_DEPTH];	/* a comma comes first */
};

struct json_mark {
	uint64_t	 at;
	size_t		 depth;
	bool		 some;
};

/* key NULL within an array. */
void	json_open(struct json *j, const char *key, char bracket);
void	json_close(struct json *j, char bracket);
void	json_text(struct json *j, const char *key, const char *text);
/* NULL or "" is null. */
void	json_word(struct json *j, const char *key, const char *text);
void	json_number(struct json *j, const char *key, int64_t n);
void	json_bool(struct json *j, const char *key, bool yes);
/* Seconds as ISO 8601 in Japan time; 0 is null. */
void	json_time(struct json *j, const char *key, int64_t seconds);
/* Bytes of the character that text begins with, 0 if it is none of UTF-8. */
size_t	utf8_bytes(const char *text);
struct json_mark json_mark(const struct json *j);
bool	json_rewind(struct json *j, const struct json_mark *m);

/* ---- record.c: records as JSON ------------------------------------------- */

#define SNAKE_ROOM	512

/* "InsurerNumber" to "insurer_number", "Sex1" to "sex1". */
void	snake_name(const char *name, char out[SNAKE_ROOM]);
/* The element whose name makes that key, 0. */
int	element_of_key(const char *key);

enum naming { NAMES_SNAKE, NAMES_AS_THEY_STAND };

/* The fields of a record as members of the object that is open. skip: names
 * that are taken, NULL after the last; may be NULL. */
int	json_record(struct json *j, const struct onshi_record *rec,
	    enum naming naming, const char *const *skip);

/* ---- the command's own state --------------------------------------------- */

struct tool {
	struct option		 option[OPT_COUNT];
	const struct command	*command;
	const char		*operand;	/* the last one */
	const char		*operand_before;
	bool			 is_json;
	const char		*lang;		/* "ja" or "en" */
	bool			 lang_settled;	/* by option or locale */
	struct out		 out;
	struct json		 json;
	struct onshi_config	*config;
	struct onshi		*root;
	bool			 has_failed;	/* error is printed */
};

bool	is_ja(const struct tool *t);
/* The one that fits the language. */
const char *say(const struct tool *t, const char *en, const char *ja);

/* ---- fail.c: failures, as JSON or for people ----------------------------- */

/* What is known of a failure beside the library's own error. */
struct failure {
	int			 result;
	const struct onshi_error *error;	/* may be NULL */
	const char		*text;		/* English, in error's place */
	const char		*text_ja;
	const char		*remedy;	/* in place of the result's */
	const char		*remedy_ja;
	const char		*rule;
	int			 status;	/* exit status, 0: the result's */
};

/* Prints it, once; returns the exit status. */
int	fail(struct tool *t, const struct failure *f);
int	fail_result(struct tool *t, int result, const struct onshi_error *e);
/* Wrong usage: what, and of which word. */
int	fail_usage(struct tool *t, const char *en, const char *ja,
	    const char *word);
/* The same of an option; ja goes on after its name. */
int	fail_option(struct tool *t, const char *en, const char *ja,
	    const char *name);
/* A file of ours: errno says why. */
int	fail_file(struct tool *t, const char *what, int error_number);

/* ---- setup.c, file.c ----------------------------------------------------- */

/* Config and root, from -c or ONSHIKAKU_CONF: 0, or the exit status. */
int	setup_config(struct tool *t);
int	setup_root(struct tool *t);
void	setup_free(struct tool *t);

struct bytes {
	uint8_t	*data;		/* wiped when freed */
	size_t	 len;
};
/* 0, or errno; EFBIG beyond most. */
int	bytes_read(const char *path, size_t most, struct bytes *out);
void	bytes_free(struct bytes *b);

/* ---- time.c -------------------------------------------------------------- */

#define TIME_TEXT	40

int64_t	now_ms(void);			/* steady */
/* "2026-10-05T10:15:30+09:00" */
void	time_iso(int64_t seconds, char out[TIME_TEXT]);
/* "2026-10-05 10:15" */
void	time_plain(int64_t seconds, char out[TIME_TEXT]);
bool	date_is_real(int32_t yyyymmdd);
/* yyyy-mm-dd becomes yyyymmdd, yyyy-mm becomes yyyymm, in place; false: none of
 * these. */
bool	date_read(char *text, int32_t *date);
bool	month_read(char *text);
/* "20261005" to "2026-10-05", "202610" to "2026-10"; others as they are. */
void	date_plain(const char *text, char out[TIME_TEXT]);

/* ---- cancel.c: Ctrl-C ---------------------------------------------------- */

int	cancel_start(void);
void	cancel_watch_visit(struct onshi_visit *v);	/* NULL: no longer */
void	cancel_watch_emergency(struct onshi_emergency *e);
void	cancel_watch_card(struct onshi_card *c);
void	cancel_watch_bulk(struct onshi_bulk *b);
bool	cancel_is_asked(void);
/* Until there is something to read, or no more; false: it is asked. */
bool	cancel_wait(int fd);
/* So many milliseconds; false: it is asked. */
bool	cancel_sleep(int64_t ms);

/* ---- prompt.c, pin.c ----------------------------------------------------- */

#define PIN_BYTES	16

bool	prompt_is_possible(void);
/* A line without its end: ONSHI_OK, ONSHI_E_CANCELLED, or ONSHI_END when there
 * is no more to read. What does not fit makes the line end with room full. */
int	prompt_line(const char *question, bool echo, char *line, size_t room);
/* *yes: only yes is yes. */
int	prompt_yes(struct tool *t, const char *question, bool *yes);
/* From the thread that ends the process: the terminal as it was. */
void	prompt_restore(void);
/* The line that descriptor --pin-fd has, once, into the visit. */
int	pin_check_fd(struct tool *t);
int	pin_from_fd(struct tool *t, struct onshi_visit *v);
/* The line that the person types, asked for until it has the shape. */
int	pin_from_terminal(struct tool *t, struct onshi_visit *v);

/* ---- explain.c ----------------------------------------------------------- */

int	explain_start(struct onshi_config *c);

/* face.c: the reader of face.socket, where one is set. */
int	face_plug(struct onshi_config *c);

/* ---- visit.c: what checkin and eligibility share ------------------------- */

#define CATEGORIES	9
#define PERSON_FIELDS	4

/* Whom an answer names that is to be confirmed (ID-10). */
struct person {
	bool	asked;
	bool	yes;
	char	text[PERSON_FIELDS][256];
};

/* What the host has on file (--compare): onfile.c. */
struct onfile {
	struct onshi_match	*match;		/* NULL: not asked for */
	char			*last_confirmed;
	char			*unknown[16];	/* keys that are of no element */
	size_t			 nunknown;
};

struct session {
	struct tool		*t;
	struct onshi_visit	*visit;
	struct onshi_emergency	*emergency;	/* in place of a visit */
	struct onshi_operator	*op;
	struct onshi_answer	*answer;
	struct onfile		*file;		/* NULL: not compared */
	int			 method;
	int64_t			 started;	/* steady, ms */
	int			 status;	/* exit status so far */
	bool			 is_divided;	/* from the reception's part */
	bool			 has_pin;	/* the one of --pin-fd is given */
	bool			 asks[CATEGORIES];	/* the face reader does */
	struct {
		bool	asked;
		int	result;
		int	outcome;
		struct person person;
	} got[CATEGORIES];
};

/* Reads the file of --compare, before anybody is asked for anything: 0, or the
 * exit status. */
int	onfile_read(struct tool *t, struct onfile *file);
void	onfile_free(struct onfile *file);
/* compare.c: what differs from it, beside the eligibility, or beside whom an
 * arrival names. */
int	compare_print(struct session *s);
/* Odd characters of a typed value, as a member of "hints". */
void	compare_hint(struct tool *t, enum option_id option, int element,
	    bool *open);

/* --operator, where it is given: 0, or the exit status. */
int	operator_make(struct tool *t, struct onshi_operator **op);
/* Makes operator and visit: 0, or the exit status. file is borrowed. */
int	session_begin(struct session *s, struct tool *t, int purpose,
	    int method, struct onfile *file);
/* An input that was refused ends it; r is what the setter returned. */
int	session_input(struct session *s, int r);
/* Advances until it is answered, with all that is asked for on the way, and
 * prints the eligibility, or what there is when it failed. */
void	session_run(struct session *s);
/* Seals it, and says by which name it is opened. */
void	session_seal(struct session *s);
/* Opens one that was sealed, and says whose it is: 0, or the exit status. */
int	session_open(struct session *s, struct tool *t, const char *name);
/* One who has arrived: the visit is the session's then. */
int	session_arrive(struct session *s, struct tool *t,
	    struct onshi_visit **visit, struct onfile *file);
/* What can be said of one before it is taken. */
void	session_look(struct session *s);
/* All of --get, as long as it makes sense. */
void	session_get_all(struct session *s);
/* One category: asked for and printed. */
void	session_get(struct session *s, int category);
/* What session.c and emergency.c print alike. */
int	json_eligibility(struct session *s);
int	json_records(struct json *j, const char *key, struct onshi_answer *a);
void	tell_clock(struct session *s);
void	tell_whose(struct session *s);
/* person.c: shows whom an answer names, and says whose it is. */
int	person_confirm(struct session *s, int category);
void	person_json(struct json *j, const struct person *p);
/* Tells what is known at the end (card, times, record), frees all, returns the
 * exit status. */
int	session_end(struct session *s);

/* ---- audit.c, upkeep.c, atna.c: the record ------------------------------- */

/* The directory that was named, else the config's: 0, or the exit status. */
int	audit_open(struct tool *t, struct onshi_audit **out);
/* --key as text, the first line of its file, or none: 0, or the status. */
int	audit_read_key(struct tool *t, struct bytes *key);
int	audit_set_retention(struct tool *t, struct onshi_audit *a);
/* Begins a record whose new key goes to --key-out: the first one, or anew after
 * a loss. */
int	audit_begin(struct tool *t, bool anew);
/* "%XX" back to its byte, in place; what would end the text stays. */
void	audit_unescape(char *text);
/* An entry as people read it: entry.c. entry_time turns UTC into Japan time
 * where people read Japanese. */
void	entry_print(struct tool *t, char *line);
bool	entry_seconds(const char *utc, int64_t *seconds);
void	entry_time(const struct tool *t, char utc[TIME_TEXT]);
/* Entries as DICOM audit messages; line is taken apart in place. */
void	atna_begin(struct tool *t);
int	atna_entry(struct tool *t, char *line);
void	atna_end(struct tool *t);
/* What was seen in an exceptional mode, as a report (規約26条). */
void	report_begin(struct tool *t);
int	report_entry(struct tool *t, char *line);
void	report_end(struct tool *t);

/* ---- print.c, print_medical.c: for people -------------------------------- */

int	print_eligibility(struct tool *t, struct onshi_answer *a);
/* Consents, the card's certificate, whether it is on record. */
void	print_visit(struct tool *t, const struct onshi_visit *v);
void	print_certificate(struct tool *t, const struct onshi_certificate *x);
/* What to tell the holder, "" if nothing; room holds what names a day. */
#define CERTIFICATE_TELL	400
const char *certificate_tell(const struct onshi_certificate *x,
	    const char *lang, char room[CERTIFICATE_TELL]);
int	print_medical(struct tool *t, int category, struct onshi_answer *a);
const char *category_title(const struct tool *t, int category);
/* A label, a value, on a line of its own. */
void	print_row(struct tool *t, const char *label, const char *value);

/* Certificate as members of the object that is open. */
void	json_certificate(struct json *j, const struct onshi_certificate *x);

/* ---- pending.c: a case that waits for an answer -------------------------- */

/* --save, where it is given; why may be NULL. 0, or the exit status. */
int	pending_save(struct tool *t, const char *why, int32_t day,
	    const char *again);
/* --from: into the options that were not given. */
int	pending_read(struct tool *t);

/* ---- commands ------------------------------------------------------------ */

int	command_readers(struct tool *t);
int	command_card(struct tool *t);
int	command_checkin(struct tool *t);
int	command_eligibility(struct tool *t);
int	command_bulk(struct tool *t);
int	command_register(struct tool *t);
int	command_fallback(struct tool *t);
int	command_get(struct tool *t);
int	command_watch(struct tool *t);
int	command_disaster(struct tool *t);
int	command_emergency(struct tool *t);
int	command_audit_init(struct tool *t);
int	command_audit_show(struct tool *t);
int	command_audit_verify(struct tool *t);
int	command_audit_export(struct tool *t);
int	command_audit_head(struct tool *t);
int	command_audit_count(struct tool *t);
int	command_audit_prune(struct tool *t);
int	command_audit_reseal(struct tool *t);
int	command_message_show(struct tool *t);
int	command_message_check(struct tool *t);
int	command_journal(struct tool *t);
int	command_doctor(struct tool *t);
int	command_notice(struct tool *t);
int	command_help(struct tool *t);
int	command_version(struct tool *t);
void	help_usage(const struct tool *t, struct out *o);

#endif
