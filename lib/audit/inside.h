/*
 * Between the files of the audit room: keys, lines, the state, a directory with
 * a trail and all that reads it. Nobody outside the room includes this.
 */
#ifndef OKI_AUDIT_INSIDE_H
#define OKI_AUDIT_INSIDE_H

#include "audit/audit.h"

enum {
	OKI_AUDIT_LINE = 4096,		/* longest entry, with its LF */
	OKI_AUDIT_HASH = 32,
	OKI_AUDIT_ID = 8,		/* digits of a key's id */
	OKI_AUDIT_KEY_TEXT = 79,	/* a verification key as text, NUL */
	OKI_AUDIT_SLOT = 512,
	OKI_AUDIT_LOCK_MS = 5000,	/* SEC-98 */
	OKI_AUDIT_LOCK_HELD = -1,	/* for reading: the caller has it */
	OKI_AUDIT_SEGMENTS = 999999,
	OKI_AUDIT_YEARS = 5,	/* years (SEC-100) */
	OKI_AUDIT_COPIES = 8,
	OKI_AUDIT_PATH = 1024,
	OKI_AUDIT_WRITTEN = 8 * OKI_AUDIT_LINE	/* lines of one append: mended,
						   begun a segment, its own */
};
#define OKI_AUDIT_SEGMENT_BYTES	((int64_t)64 << 20)

/* ---- the trail of a root: audit.c, sink.c -------------------------------- */

/* Takes one entry: durable, or a failure. The directory and a program's own
 * fill it; another way to keep a trail is another filling. */
struct oki_audit_sink {
	int	(*append)(struct oki_audit *a,
		    const struct oki_audit_entry *entry, int32_t lock_ms,
		    struct onshi_error *e);
};
extern const struct oki_audit_sink oki_audit_sink_dir;
extern const struct oki_audit_sink oki_audit_sink_own;

/* Beside the sink; never a reason to refuse. */
struct oki_audit_copy {
	const struct onshi_audit_ops *ops;
	void		*self;
	int64_t		 missed;	/* lines since it was opened */
	bool		 behind;	/* the last line failed */
	bool		 said;		/* what the trail says of that */
};
void	oki_audit_copy_all(struct oki_audit *a);	/* what is written */
const char *oki_audit_copy_text(const struct oki_audit *a, size_t i,
	    char to[64]);
/* Keeps a line for the copies; to may be NULL. */
void	oki_audit_written(struct oki_buf *to, const char *line, size_t len);

/* ---- what is owed: gap.c ------------------------------------------------- */

/* So many entries could not be written. */
struct oki_audit_gap {
	uint64_t	 missed;
	char		 id[17];
	int64_t		 first_ms;	/* wall clock */
	int64_t		 last_ms;
	bool		 telling;	/* by its entry, which does not stand */
	struct oki_dir	*dir;		/* where its file lies; NULL: nowhere */
	struct oki_file	*file;
	char		 name[256];
};
struct oki_audit_gaps {
	struct oki_mutex	*mutex;
	struct oki_audit_gap	 of[2];
};
int	oki_audit_gaps_open(struct oki_audit_gaps *t) OKI_CHECK;
void	oki_audit_gaps_close(struct oki_audit_gaps *t);
/* The entry of the i-th, if there is one; then whether that stands. */
bool	oki_audit_gap_next(struct oki_audit_gaps *t, size_t i,
	    struct oki_audit_entry *entry, char id[17], char result[96]);
void	oki_audit_gap_told(struct oki_audit_gaps *t, size_t i, bool stands);
/* How much a line of log.gap says; false: nothing. */
bool	oki_audit_gap_parse(const char *line, size_t len, uint64_t *missed);

/* ---- keys: key.c --------------------------------------------------------- */

/* What hashes and seals; it keeps no key. One thread at a time. To be closed,
 * whatever open returned. */
struct oki_audit_sums {
	struct oki_hash	*hash;
	struct oki_hash	*inner;		/* of an HMAC */
	struct oki_hash	*outer;
	bool		 broken;	/* while a state was read */
};
int	oki_audit_sums_open(struct oki_audit_sums *s) OKI_CHECK;
void	oki_audit_sums_close(struct oki_audit_sums *s);
int	oki_audit_hash(struct oki_audit_sums *s, const void *p, size_t len,
	    uint8_t out[OKI_AUDIT_HASH]) OKI_CHECK;

int	oki_audit_key_id(struct oki_audit_sums *s,
	    const uint8_t k0[OKI_AUDIT_HASH], char id[OKI_AUDIT_ID + 1])
	    OKI_CHECK;
/* The key of entry n + 1 out of that of entry n, in place (SEC-95). */
int	oki_audit_key_next(struct oki_audit_sums *s,
	    uint8_t key[OKI_AUDIT_HASH]) OKI_CHECK;
/* g of an entry: over all of its line before "g=". */
int	oki_audit_key_seal(struct oki_audit_sums *s,
	    const uint8_t key[OKI_AUDIT_HASH], const void *line, size_t len,
	    uint8_t g[OKI_AUDIT_HASH]) OKI_CHECK;
/* Both at once: g, and key becomes the next one. */
int	oki_audit_key_step(struct oki_audit_sums *s,
	    uint8_t key[OKI_AUDIT_HASH], const void *line, size_t len,
	    uint8_t g[OKI_AUDIT_HASH]) OKI_CHECK;
/* h of the first entry. */
int	oki_audit_genesis(struct oki_audit_sums *s, const char *id,
	    const char *institution, uint8_t h[OKI_AUDIT_HASH]) OKI_CHECK;
/* Groups of base 32 with check digits, ':', the id. Reading takes lower case
 * and blanks too, and does without the id; a typing error is ONSHI_E_VALUE. */
int	oki_audit_key_text(struct oki_audit_sums *s,
	    const uint8_t k0[OKI_AUDIT_HASH], char text[OKI_AUDIT_KEY_TEXT])
	    OKI_CHECK;
int	oki_audit_key_parse(struct oki_audit_sums *s, const char *text,
	    uint8_t k0[OKI_AUDIT_HASH]) OKI_CHECK;

/* ---- one entry: entry.c writes, parse.c reads ---------------------------- */

struct oki_audit_stamp {	/* what an entry gets from us */
	uint64_t	 n;
	int64_t		 wall_ms;
	int64_t		 boot_ms;
	char		 boot[9];
	char		 institution[11];	/* "" for none */
};

struct oki_audit_line {
	char	text[OKI_AUDIT_LINE + 1];	/* NUL after it */
	size_t	len;
	bool	full;				/* more was to be in it */
};

/* All fields but h and g, no LF. */
int	oki_audit_line_make(const struct oki_audit_entry *entry,
	    const struct oki_audit_stamp *stamp, struct oki_audit_line *out)
	    OKI_CHECK;
/* Adds h and g and LF; key becomes the next one. */
int	oki_audit_line_seal(struct oki_audit_sums *s,
	    struct oki_audit_line *line,
	    const uint8_t previous[OKI_AUDIT_HASH],
	    uint8_t key[OKI_AUDIT_HASH]) OKI_CHECK;

struct oki_audit_parsed {
	uint64_t	n;
	int64_t		wall_ms;
	int64_t		boot_ms;
	uint32_t	boot;
	int		event;
	int		outcome;
	char		institution[11];	/* "" for none */
	bool		has_request;
	uint64_t	request;
	size_t		sealed;		/* bytes of the line that g covers */
	uint8_t		h[OKI_AUDIT_HASH];
	uint8_t		g[OKI_AUDIT_HASH];
};

/* Strict: there is one way to write an entry, and every other is false. len
 * counts the LF. */
bool	oki_audit_line_parse(const char *line, size_t len,
	    struct oki_audit_parsed *out);
/* The wall clock of a line that begins as an entry does; false if not. */
bool	oki_audit_line_time(const char *line, size_t len, int64_t *wall_ms);
extern const uint32_t oki_audit_plain[8];
static inline bool
oki_audit_is_plain(unsigned char c)		/* stands for itself */
{
	return (oki_audit_plain[c >> 5] >> (c & 31) & 1) != 0;
}
const char *oki_audit_event_name(int event);	/* NULL if none */
const char *oki_audit_outcome_name(int outcome);

/* ---- where a trail stands: state.c -------------------------------------- */

struct oki_audit_mark {
	char		id[OKI_AUDIT_ID + 1];
	uint64_t	n;			/* of the next entry */
	uint8_t		key[OKI_AUDIT_HASH];	/* for it */
	uint8_t		hash[OKI_AUDIT_HASH];	/* of the last line */
	uint64_t	segment;
	int64_t		length;			/* of that segment */
};

int	oki_audit_slot_write(struct oki_audit_sums *s,
	    const struct oki_audit_mark *m, uint8_t slot[OKI_AUDIT_SLOT])
	    OKI_CHECK;
bool	oki_audit_slot_read(struct oki_audit_sums *s,
	    const uint8_t slot[OKI_AUDIT_SLOT],
	    struct oki_audit_mark *out);
/*
 * A slot in 64 bits, to know one's own again without its sum: not against
 * forgers, who can make a right sum, but a whole check for what a disk does.
 * Never 0. Of a key of 256 bits it tells 64.
 */
uint64_t oki_audit_slot_print(const uint8_t slot[OKI_AUDIT_SLOT]);
/* The valid slot with the highest n: its index, or -1 if there is none. own is
 * the print of a slot that is known to be right, or 0. */
int	oki_audit_state_read(struct oki_audit_sums *s, struct oki_file *f,
	    uint64_t own, struct oki_audit_mark *out, int *index, int64_t *sys)
	    OKI_CHECK;

/* ---- a directory with a trail: store.c, hold.c, recover.c --------------- */

struct oki_audit_store {
	char			*path;
	char			 institution[11];	/* "" where not known */
	const struct oki_env	*env;		/* its clock; may be NULL */
	int64_t			 segment_bytes;
	bool			 poisoned;	/* by a sync that failed */
	struct oki_audit_mark	 seen;		/* n is 0 before the first; no
						   key is kept in it */
	uint64_t		 print;		/* of the slot written last */
	uint64_t		 begun_segment;	/* whose first entry is of */
	int64_t			 begun_ms;
	struct oki_audit_sums	 sums;
	char			 boot[9];
	struct oki_buf		*written;	/* lines for copies; or NULL */
	bool			 looked;	/* for gaps that others left */
	char			 key_text[OKI_AUDIT_KEY_TEXT];	/* of a trail
						   that was begun */
};

struct oki_audit {
	struct oki_env		*env;
	struct oki_mutex	*mutex;		/* over what follows */
	struct oki_cond		*idle;
	bool			 busy;		/* a thread is at the sink */
	const struct oki_audit_sink *sink;	/* NULL: none is configured */
	const struct onshi_audit_ops *own;	/* a program's own sink */
	void			*self;
	uint64_t		 n;		/* of its next line */
	struct oki_audit_store	 store;		/* the directory */
	int32_t			 lock_ms;	/* the longest wait */
	struct oki_audit_copy	 copies[OKI_AUDIT_COPIES];
	size_t			 ncopies;
	struct oki_buf		 written;	/* by this append */
	struct oki_audit_gaps	 gaps;
};

int	oki_audit_store_init(struct oki_audit_store *s, const char *path,
	    const char *institution, const struct oki_env *env) OKI_CHECK;
void	oki_audit_store_free(struct oki_audit_store *s);
/* Begins a trail: ONSHI_E_STATE if there is one. k0 is yours to wipe. */
int	oki_audit_store_begin(struct oki_audit_store *s, int32_t lock_ms,
	    uint8_t k0[OKI_AUDIT_HASH], struct onshi_error *e) OKI_CHECK;
int	oki_audit_store_append(struct oki_audit_store *s,
	    const struct oki_audit_entry *entry, int32_t lock_ms,
	    struct onshi_error *e) OKI_CHECK;

/* What one operation holds, under the lock. */
struct oki_audit_hold {
	struct oki_audit_store	*store;
	struct onshi_error	*e;
	struct oki_dir		*dir;
	struct oki_file		*lock;
	struct oki_file		*state;
	struct oki_file		*segment;	/* to append to */
	struct oki_audit_mark	 mark;
	int			 slot;		/* that mark was read from */
};

/* ONSHI_E_AUDIT, or a better code that stands already, in e. */
int	oki_audit_fail(struct onshi_error *e, int64_t sys, const char *text);
/* The same after a sync that failed: the store writes no more (SEC-93). */
int	oki_audit_poison(struct oki_audit_hold *h, int64_t sys,
	    const char *text);
/* The directory alone; its lock; all there is to write with. Whatever they
 * return, drop the hold. */
int	oki_audit_hold_open(struct oki_audit_hold *h,
	    struct oki_audit_store *s, struct onshi_error *e) OKI_CHECK;
int	oki_audit_hold_lock(struct oki_audit_hold *h, int32_t lock_ms)
	    OKI_CHECK;
int	oki_audit_hold_take(struct oki_audit_hold *h,
	    struct oki_audit_store *s, int32_t lock_ms, struct onshi_error *e)
	    OKI_CHECK;
void	oki_audit_hold_drop(struct oki_audit_hold *h);
/* A trail where there is none: its key, its files, its first entry. */
int	oki_audit_hold_begin(struct oki_audit_hold *h,
	    uint8_t k0[OKI_AUDIT_HASH], const struct oki_audit_entry *entry)
	    OKI_CHECK;
/* What an append needs: taken, mended where a crash left it, with a segment
 * that has room. */
int	oki_audit_hold_ready(struct oki_audit_hold *h,
	    struct oki_audit_store *s, int32_t lock_ms, struct onshi_error *e)
	    OKI_CHECK;
/* One entry into the segment held: written, synced, the state moved on. */
int	oki_audit_hold_write(struct oki_audit_hold *h,
	    const struct oki_audit_entry *entry) OKI_CHECK;
/* The state after this line, durable; the key that sealed it is gone. next is
 * the key of the entry after it. */
int	oki_audit_hold_advance(struct oki_audit_hold *h, const char *line,
	    size_t len, const uint8_t next[OKI_AUDIT_HASH]) OKI_CHECK;
/* Tells of the gaps that processes left which are no more: once a store. */
int	oki_audit_gap_left(struct oki_audit_hold *h) OKI_CHECK;
/* Mends what a crash left behind; refuses what no crash leaves. */
int	oki_audit_recover(struct oki_audit_hold *h) OKI_CHECK;

#define OKI_AUDIT_LOCK_NAME	"audit.lock"
#define OKI_AUDIT_STATE_NAME	"audit.state"
#define OKI_AUDIT_TORN_NAME	"torn"
void	oki_audit_segment_name(char to[24], uint64_t segment);
int	oki_audit_log_size(struct oki_dir *d, const char *name, int64_t *size,
	    int64_t *sys) OKI_CHECK;
/* Whether no segment holds a byte. */
int	oki_audit_log_is_empty(struct oki_dir *d, bool *empty, int64_t *sys)
	    OKI_CHECK;
/* The number in a segment's name, 0 for any other name. */
uint64_t oki_audit_segment_of(const char *name);

enum oki_audit_tail {		/* what lies beyond the state's length */
	OKI_AUDIT_TAIL_NONE,
	OKI_AUDIT_TAIL_WHOLE,	/* the next entry, whole and sealed */
	OKI_AUDIT_TAIL_TORN,	/* half a write */
	OKI_AUDIT_TAIL_BAD	/* what no crash leaves */
};
enum oki_audit_tail oki_audit_tail_judge(struct oki_audit_sums *s,
	    const struct oki_audit_mark *m, const char *bytes, size_t len);

/* ---- reading: view.c, intents.c, verify.c -------------------------------- */

/* A trail as it stood at one moment, taken under the lock. */
struct oki_audit_view {
	struct oki_dir		*dir;
	bool			 has_state;
	struct oki_audit_mark	 mark;
	uint64_t		*segments;	/* sorted */
	size_t			 nsegments;
	char			 tail[OKI_AUDIT_LINE + 1];
	size_t			 tail_len;	/* greater: too long for one */
	bool			 tail_next;	/* it lies in the next segment */
	bool			 extra;		/* segments beyond that one, or
						   tails in both */
};

int	oki_audit_view_open(const char *path, int32_t lock_ms,
	    struct oki_audit_view *v, struct onshi_error *e) OKI_CHECK;
void	oki_audit_view_close(struct oki_audit_view *v);

enum oki_audit_piece {
	OKI_AUDIT_PIECE_LINE,		/* with its LF */
	OKI_AUDIT_PIECE_REST,		/* bytes without LF, or too many */
	OKI_AUDIT_PIECE_SHORT,		/* the state says that there is more */
	OKI_AUDIT_PIECE_END
};

/* Line after line of a view, over all segments, up to where it stood. */
struct oki_audit_reader {
	const struct oki_audit_view *view;
	size_t			 i;		/* of view->segments */
	struct oki_file		*file;
	int64_t			 at;		/* next to read */
	int64_t			 end;
	bool			 last;		/* the state ends in it */
	bool			 cut;		/* it is shorter than end */
	size_t			 first;		/* of what buf holds */
	size_t			 have;
	char			*buf;
};

int	oki_audit_reader_open(struct oki_audit_reader *r,
	    const struct oki_audit_view *v, struct onshi_error *e) OKI_CHECK;
void	oki_audit_reader_close(struct oki_audit_reader *r);
int	oki_audit_reader_next(struct oki_audit_reader *r,
	    enum oki_audit_piece *piece, const char **bytes, size_t *len,
	    struct onshi_error *e) OKI_CHECK;

/* Request ids that have an intent and no outcome yet. */
struct oki_audit_intents {
	uint64_t	*ids;
	bool		*used;
	size_t		 room;
	size_t		 count;
	int64_t		 nameless;	/* intents without an id */
};

int	oki_audit_intents_add(struct oki_audit_intents *t, uint64_t id)
	    OKI_CHECK;
void	oki_audit_intents_remove(struct oki_audit_intents *t, uint64_t id);
void	oki_audit_intents_free(struct oki_audit_intents *t);

struct oki_audit_report {
	int		verdict;	/* ONSHI_AUDIT_… */
	int64_t		entries;
	int64_t		first_bad;
	int64_t		unmatched;
	int64_t		clock_jumps;
	int64_t		pruned;		/* gone, and vouched for */
	int64_t		missed;		/* never written, says log.gap */
};

struct oki_audit_head {
	uint64_t	n;
	char		hash[2 * OKI_AUDIT_HASH + 1];	/* or its beginning */
};

/* "N:HASH", HASH at least its first 24 digits. ONSHI_E_VALUE. */
int	oki_audit_head_parse(const char *text, struct oki_audit_head *out)
	    OKI_CHECK;
/* What a trail is held against. */
struct oki_audit_proof {
	const uint8_t		*k0;	/* or NULL: the chain alone */
	const struct oki_audit_head *head;	/* noted elsewhere, or NULL */
	int			 years;	/* that entries are kept */
	const struct oki_env	*env;	/* its clock; NULL: the system's */
};
int	oki_audit_verify(const char *path, int32_t lock_ms,
	    const struct oki_audit_proof *proof, struct oki_audit_report *out,
	    struct onshi_error *e) OKI_CHECK;
/* Whether an entry of that time needs no more to be kept at another. */
bool	oki_audit_is_old(int64_t entry_ms, int64_t at_ms, int years);

struct oki_audit_segment {
	uint64_t	number;
	uint64_t	first;		/* entries */
	uint64_t	last;
	int64_t		first_ms;	/* wall clock of the first of them */
	int64_t		newest_ms;	/* and of the latest */
	int64_t		bytes;
	bool		vouched;	/* a log.prune for it is on the trail */
	uint8_t		hash[OKI_AUDIT_HASH];	/* of its last line */
	uint8_t		digest[OKI_AUDIT_HASH];	/* of all of it, but for the
						   last of a trail */
};

/* What verify saw, segment by segment; yours to free, whatever it returns. */
struct oki_audit_survey {
	struct oki_audit_segment *segments;
	size_t		n;
	uint64_t	current;	/* that is written to; 0 unknown */
	uint64_t	next;		/* the state's n; 0 unknown */
	char		id[OKI_AUDIT_ID + 1];	/* of its key; "" unknown */
	char		institution[11];
};
int	oki_audit_survey(const char *path, int32_t lock_ms,
	    const struct oki_audit_proof *proof, struct oki_audit_report *out,
	    struct oki_audit_survey *survey, struct onshi_error *e) OKI_CHECK;
void	oki_audit_survey_free(struct oki_audit_survey *s);

/* ---- what is missing at the beginning: past.c ---------------------------- */

/* What a log.prune says of a segment that is gone, or is about to go. */
struct oki_audit_vouch {
	uint64_t	segment;
	uint64_t	last;		/* its last entry */
	uint8_t		hash[OKI_AUDIT_HASH];	/* of that line */
};
bool	oki_audit_vouch_parse(const char *line, size_t len,
	    struct oki_audit_vouch *out);

/* The first entry that is there, and what stands for those before it. */
struct oki_audit_past {
	uint64_t	first;
	int64_t		first_ms;	/* its sealed time */
	uint8_t		before[OKI_AUDIT_HASH];	/* its h */
	bool		vouched;	/* a log.prune says why, and may */
	bool		has_lost;	/* entry 1 names what a reseal left: */
	char		lost[16];	/* its directory, */
	uint8_t		digest[OKI_AUDIT_HASH];	/* and what lies in it */
};
/* Entry 1, or a log.prune: p is its line, taken apart. */
void	oki_audit_past_first(struct oki_audit_past *t, const char *line,
	    size_t len, const struct oki_audit_parsed *p);
void	oki_audit_past_vouch(struct oki_audit_past *t,
	    const struct oki_audit_vouch *v, const struct oki_audit_parsed *p,
	    const struct oki_audit_proof *proof);
/* *right: nothing is missing but what may be. */
int	oki_audit_past_judge(const struct oki_audit_past *t, struct oki_dir *d,
	    const struct oki_audit_proof *proof, bool *right,
	    struct onshi_error *e) OKI_CHECK;

/* ---- what may go: prune.c ------------------------------------------------ */

/*
 * Removes the oldest segments all of whose entries are before a day (yyyymmdd,
 * Japan time), if that day is years ago (SEC-100). The trail is proved first,
 * with k0 or, if it is NULL, as far as the chain goes. What was interrupted is
 * finished. *removed: entries.
 */
struct oki_audit_prune {
	int32_t		 before;
	int		 years;
	const uint8_t	*k0;
};
int	oki_audit_prune(struct oki_audit_store *s,
	    const struct oki_audit_prune *what, int32_t lock_ms,
	    int64_t *removed, struct onshi_error *e) OKI_CHECK;

/* ---- a new chain after a loss: reseal.c ---------------------------------- */

/*
 * Where a trail is changed or cut, and nothing mends it: its files go to a
 * directory lost-NNNNNN in its own, and a new one is begun whose first entry
 * names the gap and that directory. ONSHI_E_STATE where nothing is lost. old
 * is the key that was, or NULL; k0 takes the new one, yours to wipe. What was
 * interrupted is finished.
 */
/* SHA-256 over all segments as they lie there, one after the other. */
int	oki_audit_digest(struct oki_dir *d, uint8_t out[OKI_AUDIT_HASH],
	    struct onshi_error *e) OKI_CHECK;
int	oki_audit_reseal(struct oki_audit_store *s, const uint8_t *old,
	    int32_t lock_ms, uint8_t k0[OKI_AUDIT_HASH],
	    struct onshi_error *e) OKI_CHECK;

#endif
